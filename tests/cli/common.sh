# What the tests of the command's verbs share: a fresh folder, the command, checks that name what failed.
# Each test is called as: NAME.sh ONSAGER
set -u
onsager=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
source=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
XDG_CACHE_HOME=$folder/cache
export XDG_CACHE_HOME
mkdir "$folder/work" && cd "$folder/work" || exit 1
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}
# code WANTED words...: runs the command; what it printed lies in out and err.
code() {
    wanted=$1
    shift
    "$onsager" "$@" >out 2>err
    got=$?
    [ "$got" = "$wanted" ] || fail "onsager $*: exit code $got, not $wanted: $(head -n 3 err)"
}
# has FILE TEXT
has() { grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(head -n 3 "$1")"; }
hasnot() { if grep -qF -- "$2" "$1"; then fail "'$2' in $1"; fi; }
# one line of message
one_line() { [ "$(wc -l <err)" = 1 ] || fail "not one line of message: $(cat err)"; }
python() { python3 -c "$1" || fail "python: $1"; }
