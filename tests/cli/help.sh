#!/bin/sh
# Help, versions, exit codes, the nearest name.
. "$(dirname "$0")/common.sh"

code 0; has out "onsager run"
code 0 help; has out "describe"
code 0 --help; has out "report"
code 0 --version; has out "onsager 0."
for verb in list describe run merge status show plot report analyse watch reproduce new; do
    code 0 "$verb" --help; has out "onsager $verb"
    code 0 help "$verb"; has out "onsager $verb"
    code 2 "$verb" --no-such-option; has err "--no-such-option"; one_line
done
code 0 help --man; has out ".TH ONSAGER"; has out "crossing"; has out "SYNOPSIS"
if command -v mandoc >/dev/null; then mandoc -Tlint -W style out >err 2>&1; [ -s err ] && fail "mandoc: $(head -n 3 err)"; fi
code 0 help --bash; bash -n out || fail "completion"
code 2 descirbe ising; has err "describe"; one_line
code 2 --hlep; has err "--help"; one_line
code 2 help rnu; has err "run"; one_line
code 2 run --jsn -; has err "--json"; one_line
code 2 run --output; has err "needs a value"; one_line
code 2 run --quiet=yes ising; has err "takes no value"; one_line
code 2 show a.h5 b.h5; has err "b.h5"; one_line
code 2 run a.yaml b.yaml; has err "b.yaml"; one_line
code 2 run ising isng; has err "isng"; one_line
code 2 run isng; has err "did you mean 'ising'"; one_line
code 2 run; has err "onsager run SYSTEM"; one_line
code 2 list papres; has err "papers"; one_line
code 2 plot x.h5 -o x.bmp; has err ".svg"; one_line
code 2 plot x.h5 --log z; has err "xy"; one_line
code 2 plot x.h5 --task 1; has err "--picture"; one_line
code 2 plot x.h5 --picture -y energy; has err "--picture"; one_line
code 2 run x.h5; has err "archive"; one_line
code 2 watch x.h5; has err "archive"; one_line
code 2 watch; has err "onsager watch SYSTEM"; one_line
code 2 report x.h5 -o x.pdf; has err ".html"; one_line
code 2 show x.h5 -o cvs; has err "csv"; one_line
code 2 analyse x.h5; has err "analyse"; one_line

code 0 list; has out "ising"; has out "papers"
code 0 list papers; has out "onsager-1944"; hasnot out "blume-capel"
code 0 list systems --names; has out "ising"
code 0 list --json -; python 'import json; d = json.load(open("out")); assert d["systems"] and any(p["name"] == "onsager-1944" for p in d["papers"])'

"$onsager" list | true || fail "list into a closed pipe"
if [ -w /dev/full ]; then
    "$onsager" list >/dev/full 2>err && fail "a full disk was not noticed"
    one_line
fi
exit $failed
