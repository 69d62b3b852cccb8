#!/bin/sh
# Runs the tests of a build directory and closes with one line, "N passed, N failed": test.sh BUILD [meson test options]
set -u
build=$1
shift
log=$(mktemp)
meson test -C "$build" --print-errorlogs "$@" >"$log" 2>&1
status=$?
cat "$log"
count() { sed -n "s/^$1: *\([0-9]*\) *$/\1/p" "$log" | tail -n 1; }
passed=$(count Ok)
failed=$(count Fail)
late=$(count Timeout)
rm -f "$log"
echo "${passed:-0} passed, $((${failed:-0} + ${late:-0})) failed"
[ "${passed:-0}" -gt 0 ] || status=1
exit $status
