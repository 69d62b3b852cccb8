#!/bin/sh
# Writes what the documentation takes from the program: generate.sh [ONSAGER]
#
#   docs/systems/NAME.md        for every system, from its descriptor
#   README.md                   the table of systems and papers, from `onsager list`; the table of `make bench`, from
#                               bench.json beside ONSAGER, if it is there
#   docs/images/first-run.svg   the first run of README.md
#   docs/images/binder.svg      the main job, from the ising-critical.h5 that `make demo` leaves in the working directory,
#                               if it is there
set -eu
onsager=${1:-build/onsager}
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$here/systems" "$here/images"
for system in $("$onsager" list systems --names); do
    "$onsager" describe "$system" --markdown >"$here/systems/$system.md.new"
    mv "$here/systems/$system.md.new" "$here/systems/$system.md"
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$onsager" run ising L=16,32 temperature=2.0:2.6:0.1 update=wolff steps=20000 --quiet -o "$folder/first-run.h5"
"$onsager" plot "$folder/first-run.h5" -y magnetization_abs -o "$here/images/first-run.svg" >/dev/null
if [ -f ising-critical.h5 ]; then
    "$onsager" plot ising-critical.h5 -y binder -o "$here/images/binder.svg" >/dev/null
fi

"$onsager" list --json - >"$folder/list.json"
bench=$(dirname "$onsager")/bench.json
[ ! -f "$bench" ] || cp "$bench" "$folder/bench.json"
python3 - "$here/../README.md" "$folder" <<'END'
import json, os, re, sys

readme, folder = sys.argv[1:]


def table(head, align, rows):
    cells = lambda row: "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |\n"
    return cells(head) + "|" + "|".join(align) + "|\n" + "".join(cells(row) for row in rows)


def systems_and_papers():
    known = json.load(open(os.path.join(folder, "list.json")))
    text = table(["system", "what it is"], ["---", "---"],
                 [[f"[{s['name']}](docs/systems/{s['name']}.md)", s["summary"]] for s in known["systems"]])
    if not known["papers"]:
        return text + "\nNo paper is reproduced yet.\n"
    papers = [[p["name"], p.get("summary", "")] for p in known["papers"]]
    return text + "\n" + table(["paper", "what it is"], ["---", "---"], papers)


def bench():
    """None where there is no measurement: what stands there stays."""
    path = os.path.join(folder, "bench.json")
    if not os.path.exists(path):
        return None
    rows = []
    for row in json.load(open(path)):
        peer = "theirs" in row
        rows.append([row["what"], f"{row['ours']:.3g}", f"{row['theirs']:.3g}" if peer else "",
                     f"{row['ours'] / row['theirs']:.2f}" if peer else "", row["unit"],
                     "; ".join(filter(None, [row.get("peer", ""), row["limit"]]))])
    return table(["what", "ours", "peer", "ours/peer", "unit", "the peer; the limit"],
                 ["---", "--:", "--:", "--:", "---", "---"], rows)


def put(text, name, content):
    if content is None:
        return text
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
    assert marked.search(text), f"README.md has no place <!-- {name} --> ... <!-- end -->"
    return marked.sub(lambda place: place.group(1) + content + place.group(2), text, count=1)


text = open(readme).read()
text = put(put(text, "systems", systems_and_papers()), "bench", bench())
open(readme, "w").write(text)
END
