#!/bin/sh
# Writes docs/systems/NAME.md for every system from its descriptor: generate.sh [ONSAGER]
set -eu
onsager=${1:-build/onsager}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$here/systems"
for system in $("$onsager" list systems --names); do
    "$onsager" describe "$system" --markdown >"$here/systems/$system.md.new"
    mv "$here/systems/$system.md.new" "$here/systems/$system.md"
done
