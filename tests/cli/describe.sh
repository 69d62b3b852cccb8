#!/bin/sh
# The pages of docs/systems are what the descriptors say; a terminal gets the same content.
. "$(dirname "$0")/common.sh"

for system in $("$onsager" list systems --names); do
    code 0 describe "$system" --system --markdown
    if ! cmp -s out "$source/docs/systems/$system.md"; then
        fail "docs/systems/$system.md is not what 'onsager describe $system --system --markdown' prints (docs/generate.sh writes it)"
        diff out "$source/docs/systems/$system.md" | head -n 10
    fi
    code 0 describe "$system" --system
    for heading in Parameters Observables "Run controls" Example; do has out "$heading"; done
    python 'assert all(len(line.rstrip("\n")) <= 100 or line.startswith("    ") or line.startswith("  |") for line in open("out"))'
done
for page in "$source"/docs/systems/*.md; do
    name=$(basename "$page" .md)
    "$onsager" list systems --names | grep -qx "$name" || fail "docs/systems/$name.md describes no system"
done
for paper in $("$onsager" list papers --names); do # the page begins with what the descriptor says; verdicts follow
    code 0 describe "$paper" --paper --markdown
    head -c "$(wc -c <out)" "$source/docs/papers/$paper.md" >page
    cmp -s out page || fail "docs/papers/$paper.md does not begin as 'onsager describe $paper --paper --markdown' (docs/generate.sh writes it)"
    code 0 describe "$paper" --paper
    for heading in Claims "To reproduce it"; do has out "$heading"; done
    python 'assert all(len(line.rstrip("\n")) <= 100 or line.startswith("    ") or line.startswith("  |") for line in open("out"))'
done
for page in "$source"/docs/papers/*.md; do
    name=$(basename "$page" .md)
    "$onsager" list papers --names | grep -qx "$name" || fail "docs/papers/$name.md describes no paper"
done
code 2 describe isng; has err "did you mean 'ising'"; one_line
code 2 describe; one_line
code 2 describe ./missing.c; has err "missing.c"; one_line
exit $failed
