#!/bin/sh
# The main job: from the command to the report. demo.sh [ONSAGER]
set -eu
onsager=${1:-onsager}
here=$(dirname "$0")
archive=ising-critical.h5
exact="--exact 2.269185314213022 --source Onsager(1944)"
"$onsager" run "$here/ising-critical.yaml" -o $archive --quiet
"$onsager" show $archive --quantity energy,specific_heat,binder
echo
"$onsager" analyse $archive crossing $exact
"$onsager" report $archive -o report.html $exact >/dev/null
echo
echo "the report: $(pwd)/report.html"
