#!/bin/sh
# Builds and runs the bench: run.sh BUILD. The peers of the Python world come from PyPI into BUILD/peers; where they
# cannot be had their rows are left out.
set -eu
ninja -C "$1" --quiet bench/bench
"$1/bench/bench" "$1/onsager" "$1/bench.json"
if [ ! -x "$1/peers/bin/python" ] && [ "${ONSAGER_NO_INSTALL:-0}" != 1 ]; then
    echo "installing the peers peapods, pyalps, scipy, numba, numbalsoda, heyoka, jax and torch from PyPI into $1/peers"
    { python3 -m venv "$1/peers" && "$1/peers/bin/pip" install --quiet numpy peapods pyalps &&
        { "$1/peers/bin/pip" install --quiet scipy numba numbalsoda heyoka || true; } &&
        { "$1/peers/bin/pip" install --quiet jax torch || true; }; } >"$1/peers.log" 2>&1 ||
        { tail -1 "$1/peers.log"; rm -rf "$1/peers"; }
fi
if [ -x "$1/peers/bin/python" ]; then
    "$1/peers/bin/python" "$(dirname "$0")/peers.py" "$1/onsager" "$1/bench.json"
else
    echo "no peers from PyPI: peapods and ALPS are not measured"
fi
echo "the table as JSON: $1/bench.json"
