#!/bin/sh
# Every kind of observable through run, show, plot and report; a text that wants to be markup or a command.
. "$(dirname "$0")/common.sh"
cp "$source/tests/cli/kinds.c" .

code 0 run ./kinds.c drift=0,0.5 "label=a <b> & 'c',\"\$(touch pwned)\`touch pwned\`\"" threads=1 -o kinds.h5 --json -
cp out run.json
python '
import json
d = json.load(open("run.json"))
assert len(d["tasks"]) == 4
for task in d["tasks"]:
    o = task["observables"]
    assert task["parameters"]["powers"] == [1, 2, 3] and task["notes"][0].startswith("a note with <angles>")
    square, pair, moments = o["square"], o["pair"], o["moments"]
    assert square["time"] == list(range(17)) and len(square["mean"]) == len(square["error"]) == 17
    assert [len(row) for row in pair["mean"]] == [2] * 17 and pair["mean"][16][1] == 2 * pair["mean"][16][0]
    assert [len(row) for row in moments["mean"]] == [3] * 17 and moments["axis"] == "powers"
    if task["parameters"]["drift"] == 0:  # <x^2> = t
        assert all(abs(m - t) <= 6 * e for t, m, e in zip(square["time"], square["mean"], square["error"])), square
    assert isinstance(o["last"]["value"], float) and o["last"]["error"] > 0
    faces = o["faces"]
    assert faces["edges"] == [0.5 + k for k in range(7)] and sum(faces["counts"]) == 16 * 400 and faces["below"] == faces["above"] == 0
    assert all(abs(n - 6400 / 6) < 6 * (6400 * 5 / 36) ** 0.5 for n in faces["counts"])
    places = o["places"]
    assert places["columns"][-3:] == ["time", "place", "side"] and len(places["rows"]) == 1200
    assert places["rows"][0][-1] in ("right", "left, \"far\"")'

code 0 show kinds.h5; has out "moments (t = 16)"; has out "6 bins, 6400 counts"; has out "1200 rows"; has out "note: a note"
code 0 show kinds.h5 --quantity places; has out 'left, "far"'
code 0 show kinds.h5 --quantity faces; has out "from"
code 0 show kinds.h5 --quantity square; has out "time"
for quantity in last square pair moments faces places; do
    code 0 show kinds.h5 -o csv --quantity $quantity
    cp out $quantity.csv
done
code 0 show kinds.h5 -o csv; cmp -s out last.csv || fail "the CSV of all is not that of the only value"
python '
import csv, json
rows = {name: list(csv.DictReader(open(name + ".csv", newline=""))) for name in ("last", "square", "pair", "moments", "faces", "places")}
assert {name: len(r) for name, r in rows.items()} == {"last": 4, "square": 68, "pair": 68, "moments": 204, "faces": 24, "places": 4800}
task = json.load(open("run.json"))["tasks"][0]["observables"]
assert [float(r["square"]) for r in rows["square"][:17]] == task["square"]["mean"]
assert float(rows["pair"][16]["pair_1"]) == task["pair"]["mean"][16][1]
assert [float(r["moments"]) for r in rows["moments"][48:51]] == task["moments"]["mean"][16]
assert [r["powers"] for r in rows["moments"][:3]] == ["1", "2", "3"]
assert [float(r["counts"]) for r in rows["faces"][:6]] == task["faces"]["counts"]
assert rows["places"][0]["side"] == task["places"]["rows"][0][-1]'

for quantity in square pair moments faces last; do
    code 0 plot kinds.h5 -y $quantity -o $quantity.svg; has $quantity.svg "</svg>"
done
has square.svg "time"; has square.svg "square (site"
code 0 plot kinds.h5 -y square --log xy -o log.svg
code 0 plot kinds.h5 -y last -x drift -o last.pdf
code 2 plot kinds.h5 -y places -o places.svg; has err "table"; one_line
code 2 plot kinds.h5 -y square -x drift -o x.svg; has err "time"; one_line
code 2 plot kinds.h5 -y last -x label -o x.svg; has err "label"; one_line
code 2 plot kinds.h5 -y last -x time -o x.svg; has err "time"; one_line

code 0 report kinds.h5 -o kinds.html
has kinds.html "a note with &lt;angles&gt; &amp; &quot;quotes&quot;"; hasnot kinds.html "a <b>"; has kinds.html "a &lt;b&gt;"
[ ! -e pwned ] || fail "a text became a command"
code 0 describe ./kinds.c; has out "runs over: powers"
code 0 describe ./kinds.c --markdown; has out '| `drift` |'
exit $failed
