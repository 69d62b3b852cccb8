#!/bin/sh
# Writes what the documentation takes from the program: generate.sh [ONSAGER]
#
#   docs/systems/NAME.md        for every system, from its descriptor
#   docs/papers/NAME.md         for every paper, from its descriptor, and its last verdicts from docs/papers/NAME.json, which
#                               `onsager reproduce NAME --effort standard --json docs/papers/NAME.json` writes
#   README.md                   the tables of systems and of papers with their verdicts, from `onsager list` and docs/papers;
#                               the table of `make bench`, from bench.json beside ONSAGER, if it is there; all its rows in
#                               docs/performance.md (`make bench-table` does this alone)
#   docs/images/first-run.svg   the first run of README.md
#   docs/images/binder.svg      the main job, from the ising-critical.h5 that `make demo` leaves in the working directory,
#                               if it is there
#   docs/images/panels.svg, map.svg   the figures of docs/plots.md
set -eu
onsager=${1:-build/onsager}
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$here/systems" "$here/papers" "$here/images"
for system in $("$onsager" list systems --names); do
    "$onsager" describe "$system" --system --markdown >"$here/systems/$system.md.new"
    mv "$here/systems/$system.md.new" "$here/systems/$system.md"
done
for paper in $("$onsager" list papers --names); do
    "$onsager" describe "$paper" --paper --markdown >"$here/papers/$paper.md.new"
    python3 "$here/verdicts.py" "$here/papers/$paper.json" >>"$here/papers/$paper.md.new"
    mv "$here/papers/$paper.md.new" "$here/papers/$paper.md"
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$onsager" run ising L=16,32 temperature=2.0:2.6:0.1 update=wolff steps=20000 --quiet -o "$folder/first-run.h5"
"$onsager" plot "$folder/first-run.h5" -y magnetization_abs -o "$here/images/first-run.svg" >/dev/null
"$onsager" run ising L=8,16,32 temperature=2.1:2.5:0.05 update=wolff steps=4000 --quiet -o "$folder/plots.h5"
"$onsager" plot "$folder/plots.h5" -y energy,specific_heat --where L=8,32 -o "$here/images/panels.svg" >/dev/null
"$onsager" run dipolar-clock L=24 momenta=map 'temperature=[0.5,0.7,0.9]' steps=1000 replicas=2 --quiet -o "$folder/dipoles.h5"
"$onsager" plot "$folder/dipoles.h5" -y structure_factor -o "$here/images/map.svg" >/dev/null
if [ -f ising-critical.h5 ]; then
    "$onsager" plot ising-critical.h5 -y binder -o "$here/images/binder.svg" >/dev/null
fi

"$onsager" list --json - >"$folder/list.json"
bench=$(dirname "$onsager")/bench.json
[ ! -f "$bench" ] || python3 "$here/../bench/table.py" write "$bench" "$here/../README.md" "$here/performance.md"
python3 - "$here/../README.md" "$folder" <<'END'
import json, os, re, sys

readme, folder = sys.argv[1:]


def table(head, align, rows):
    cells = lambda row: "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |\n"
    return cells(head) + "|" + "|".join(align) + "|\n" + "".join(cells(row) for row in rows)


def catalogue():
    """The flows and maps of the catalogue: one row stands for all."""
    text = open(os.path.join(os.path.dirname(readme), "systems", "dynamics", "flows.yaml")).read()
    return set(re.findall(r"(?m)^([a-z][a-z0-9_]*):", text))


def systems_and_papers():
    known, flows = json.load(open(os.path.join(folder, "list.json"))), catalogue()
    rows = [[f"[{s['name']}](docs/systems/{s['name']}.md)", s["summary"]] for s in known["systems"] if s["name"] not in flows]
    rows.append([f"[{len(flows)} flows, maps and delay equations](docs/chaos-catalogue.md)",
                 "[lorenz](docs/systems/lorenz.md), [rossler](docs/systems/rossler.md), [henon](docs/systems/henon.md), "
                 "[mackeyglass](docs/systems/mackeyglass.md) and others: Lyapunov spectra, dimensions, periods"])
    text = table(["system", "what it is"], ["---", "---"], rows)
    if not known["papers"]:
        return text + "\nNo paper is reproduced yet.\n"
    return text + "\n" + table(["paper", "what is reproduced", "effort", "agree", "differ", "not checked"],
                               ["---", "---", "---", "--:", "--:", "--:"], [verdicts(p) for p in known["papers"]])


def verdicts(paper):
    """The row of a paper with its last measured verdicts; those that differ by name."""
    row = [f"[{paper['name']}](docs/papers/{paper['name']}.md)", f"{paper['summary']} ({paper['reference']})"]
    path = os.path.join(os.path.dirname(readme), "docs", "papers", paper["name"] + ".json")
    if not os.path.exists(path):
        return row + ["not measured yet", "", "", ""]
    measured = json.load(open(path))
    differ = [claim["id"] for claim in measured["claims"] if claim["verdict"] == "differs"]
    return row + [measured["effort"], measured["agree"], f"{len(differ)}: {', '.join(differ)}" if differ else 0,
                  measured["not_checked"]]


def put(text, name, content):
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
    assert marked.search(text), f"README.md has no place <!-- {name} --> ... <!-- end -->"
    return marked.sub(lambda place: place.group(1) + content + place.group(2), text, count=1)


text = open(readme).read()
text = put(text, "systems", systems_and_papers())
open(readme, "w").write(text)
END
