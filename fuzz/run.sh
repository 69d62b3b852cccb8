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
    failed=0
    "$build/fuzz/$harness" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$build/$harness-" -verbosity=0 "$build/corpus-$harness" "$seeds" >"$build/$harness.log" 2>&1 || failed=$?
    grep -E 'ERROR|SUMMARY|number_of_executed_units|Test unit' "$build/$harness.log" || true
    if [ "$failed" != 0 ]; then # a leak may be seen only at the end, without an input beside the log
        echo "$harness: found an input that breaks it, see $build/$harness-* and $build/$harness.log"
        exit 1
    fi
done
echo "fuzzing: nothing broke"
