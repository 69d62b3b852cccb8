#!/bin/sh
# Fails on a C file of the sources, systems or tests that no meson.build lists: listed.sh BUILD
cd "$(dirname "$0")/.." || exit 1
status=0
for file in src/*/*.c systems/*/*.c papers/*.c cli/*.c tests/*.c; do
    if ! grep -q "\"$(pwd)/$file\"\|[ \"/]$file\"" "$1/compile_commands.json"; then
        echo "$file is in no meson.build"
        status=1
    fi
done
exit $status
