#!/bin/sh
# Builds and runs the bench: run.sh BUILD [PART...], parts as `bench` lists them, without one all. The rows are merged into
# BUILD/bench.json. The peers of the Python world come from PyPI into BUILD/peers; where they cannot be had their rows are
# left out.
set -eu
build=$1
shift
here=$(dirname "$0")
new=$build/bench-new.json
ninja -C "$build" --quiet bench/bench onsager
failed=0
"$build/bench/bench" "$build/onsager" "$new" "$@" || failed=$?
[ "$failed" != 2 ] || exit 2
if [ ! -x "$build/peers/bin/python" ] && [ "${ONSAGER_NO_INSTALL:-0}" != 1 ]; then
    echo "installing the peers peapods, pyalps, scipy, numba, numbalsoda, heyoka, jax and torch from PyPI into $build/peers"
    { python3 -m venv "$build/peers" && "$build/peers/bin/pip" install --quiet numpy; } >"$build/peers.log" 2>&1 ||
        { tail -1 "$build/peers.log"; rm -rf "$build/peers"; }
    for peers in "peapods" "pyalps" "scipy numba numbalsoda heyoka" "jax" "torch"; do # one that is missing leaves the others
        [ ! -d "$build/peers" ] || "$build/peers/bin/pip" install --quiet $peers >>"$build/peers.log" 2>&1 || echo "no $peers"
    done
fi
if [ -x "$build/peers/bin/python" ]; then
    "$build/peers/bin/python" "$here/peers.py" "$build/onsager" "$new" "$@" || failed=$?
else
    echo "no peers from PyPI: their rows are not measured"
fi
python3 "$here/table.py" merge "$new" "$build/bench.json"
echo "the table as JSON: $build/bench.json; 'make bench-table' writes it into README.md and docs/performance.md"
exit "$failed"
