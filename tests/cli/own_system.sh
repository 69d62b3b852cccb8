#!/bin/sh
# A user's own system: the template, the example, what does not compile, what crashes.
. "$(dirname "$0")/common.sh"

code 0 new my-walk; has out "my-walk.c"
[ "$(wc -l <my-walk.c)" -lt 60 ] || fail "the template has 60 lines or more"
cp my-walk.c before.c
code 2 new my-walk; has err "not overwritten"; one_line
cmp -s my-walk.c before.c || fail "new changed an existing file"
for name in ../evil Evil 'two words' '' 9lives; do code 2 new "$name"; one_line; done

code 0 describe ./my-walk.c; has out "sites between the walls"; has out "equally likely"
# <x> = (L - 1) / 2, <x^2> = (L - 1) (2 L - 1) / 6; a deviation of 6 errors has probability 2e-9.
code 0 run ./my-walk.c L=4,8 steps=20000 threads=1 -o walk.h5 --json -
python '
import json
for task in json.load(open("out"))["tasks"]:
    L, x, square = task["parameters"]["L"], task["observables"]["position"], task["observables"]["square"]
    assert x["exact"] == (L - 1) / 2
    assert abs(x["mean"] - (L - 1) / 2) < 6 * x["error"], x
    assert abs(square["mean"] - (L - 1) * (2 * L - 1) / 6) < 6 * square["error"], square'

cp "$source/examples/my-system.c" .
[ "$(wc -l <my-system.c)" -lt 60 ] || fail "the example has 60 lines or more"
code 0 run ./my-system.c dice=2,5 steps=20000 threads=1 -o dice.h5 --json -
# sum 7 n / 2, variance 35 n / 12, tau n - 1/2 (each within 6 errors; tau within 30 %)
python '
import json
for task in json.load(open("out"))["tasks"]:
    n, o = task["parameters"]["dice"], task["observables"]
    assert abs(o["sum"]["mean"] - 3.5 * n) < 6 * o["sum"]["error"]
    assert abs(o["variance"]["mean"] - 35 * n / 12) < 6 * o["variance"]["error"]
    assert abs(o["sum"]["tau"] - (n - 0.5)) < 0.3 * n, o["sum"]["tau"]'
code 0 plot dice.h5 -o dice.svg
has dice.svg "</svg>"

# The second time the object comes from the cache; a file it includes is part of its identity.
[ "$(ls "$XDG_CACHE_HOME/onsager" | grep -c '\.so$')" = 2 ] || fail "the cache holds $(ls "$XDG_CACHE_HOME/onsager")"
code 0 describe ./my-walk.c
[ "$(ls "$XDG_CACHE_HOME/onsager" | wc -l)" = 2 ] || fail "the cache grew: $(ls "$XDG_CACHE_HOME/onsager")"
CC=no-such-compiler "$onsager" describe ./my-walk.c >out 2>err && fail "a missing compiler was not noticed"
has err "no-such-compiler"; one_line
printf '/* mine */\n' >'my header.h'
sed 's|#include <onsager/system.h>|&\n#include "my header.h"|' my-walk.c >with.c
code 0 describe ./with.c
printf '/* mine, changed */\n' >'my header.h'
code 0 describe ./with.c
[ "$(ls "$XDG_CACHE_HOME/onsager" | grep -c '\.so$')" = 4 ] || fail "an included file is not part of the identity"

sed 's/w->x = /w->y = /' my-walk.c >broken.c
code 2 run ./broken.c; has err "broken.c does not compile: ./broken.c:"; has err "error:"; one_line
printf 'int x;\n' >nothing.c
code 2 run ./nothing.c; has err "ONS_SYSTEM"; one_line
sed 's/return ONS_OK;/return missing_function();/; s/^typedef/ons_status missing_function(void);\ntypedef/' my-walk.c >undefined.c
code 2 run ./undefined.c; has err "missing_function"; one_line
sed 's/ONS_SYSTEM{/const unsigned ons_user_abi = 99; const ons_system ons_user_system = {/' my-walk.c >old.c
code 2 run ./old.c; has err "ABI"; one_line
mkdir folder.c
code 2 run ./folder.c; one_line
: >empty.c
code 2 run ./empty.c; one_line

number=0
for fault in 'abort()' 'volatile int zero = 0; zero = 7 / zero' 'raise(SIGBUS)' '*(volatile int *)8 = 1'; do
    number=$((number + 1))
    sed "s|w->x = .*|if (w->x > 1) { $fault; } &|; s|^#include <onsager/system.h>|&\n#include <stdlib.h>\n#include <signal.h>|" \
        my-walk.c >crash.c
    code 1 run ./crash.c steps=1000 threads=1 -o crash$number.h5; has err "crash.c crashed"; one_line
done
exit $failed
