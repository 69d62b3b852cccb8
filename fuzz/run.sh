#!/bin/sh
# Fuzzes every reader of foreign bytes for some seconds each, two at a time: run.sh BUILD SECONDS
set -eu
build=$1
seconds=$2
here=$(dirname "$0")
for harness in fuzz_archive fuzz_job fuzz_part fuzz_lattice fuzz_tensor_file; do
    mkdir -p "$build/corpus-$harness"
    seeds="$here/seeds-${harness#fuzz_}"
    echo "fuzzing: $harness for $seconds s"
    "$build/fuzz/$harness" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$build/$harness-" -verbosity=0 "$build/corpus-$harness" "$seeds" 2>&1 |
        grep -E 'ERROR|SUMMARY|number_of_executed_units|Test unit' || true
    if ls "$build/$harness"-crash-* "$build/$harness"-leak-* "$build/$harness"-timeout-* "$build/$harness"-oom-* >/dev/null 2>&1; then
        echo "$harness: found an input that breaks it, see $build/$harness-*"
        exit 1
    fi
done
echo "fuzzing: nothing broke"
