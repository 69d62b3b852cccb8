#!/bin/sh
# Builds and runs the bench: run.sh BUILD
set -eu
ninja -C "$1" --quiet bench/bench
"$1/bench/bench" "$1/onsager" "$1/bench.json"
echo "the table as JSON: $1/bench.json"
