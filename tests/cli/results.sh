#!/bin/sh
# One tiny run of the Ising chain, seen through every verb.
. "$(dirname "$0")/common.sh"

code 0 run ising lattice=square L=4,6,8 temperature=2.0:2.6:0.1 steps=2000 update=wolff threads=1 -o tiny.h5
has out "binder"; has out "exact"; has out "tiny.h5"
[ "$(tail -n 1 out)" = tiny.h5 ] || fail "the last line is not the archive's path"
[ ! -s err ] || fail "something on standard error: $(cat err)"

code 0 run ising lattice=square L=4,6,8 temperature=2.0:2.6:0.1 steps=2000 update=wolff threads=1 -o tiny.h5 --json -
cp out run.json
python3 -m json.tool run.json >/dev/null || fail "run --json is no JSON"
python '
import json
d = json.load(open("run.json"))
assert d["onsager"].startswith("0.") and d["system"] == "ising" and isinstance(d["seed"], int) and d["archive"] == "tiny.h5"
assert len(d["tasks"]) == 21
for task in d["tasks"]:
    assert isinstance(task["parameters"]["L"], int) and isinstance(task["parameters"]["temperature"], float)
    assert task["parameters"]["update"] == "wolff" and task["steps"] == 2000 and task["complete"] is True
    assert task["seconds"] >= 0 and isinstance(task["flags"], list) and isinstance(task["notes"], list)
    e = task["observables"]["energy"]
    assert e["error"] > 0 and e["tau"] > 0 and e["samples"] >= 2000 and e["effective"] > 0 and e["flags"] == []
    assert abs(e["mean"] - e["exact"]) < 6 * e["error"] and e["exact_source"]
    for name, o in task["observables"].items():
        assert ("why" in o) == any(value is None for value in o.values()), (name, o)
text = open("run.json").read()
assert "2.1999" not in text and "NaN" not in text'

code 0 show tiny.h5 --json -
python 'import json; assert json.load(open("out"))["tasks"] == json.load(open("run.json"))["tasks"]'
code 0 show tiny.h5 -o json; python 'import json; json.load(open("out"))'
code 0 show tiny.h5 --json show.json; [ ! -s out ] || fail "show --json FILE prints"; python 'import json; json.load(open("show.json"))'
code 0 show tiny.h5 --quantity energy; has out "energy"; hasnot out "binder"
code 0 run ising L=4 temperature=2 steps=8 warmup=0 -q -o short.h5
code 0 show short.h5; has out "warning: too-few-samples: energy, energy_squared"
code 0 show short.h5 --quantity binder; has out "warning: too-few-samples: binder"; hasnot out "energy"
code 2 show tiny.h5 --quantity enrgy; has err "energy"; one_line
code 0 show tiny.h5 -o csv
python '
import csv, json
text = open("out", newline="").read()
assert text.count("\n") == text.count("\r\n") == 22
rows = list(csv.DictReader(open("out", newline="")))
tasks = json.load(open("run.json"))["tasks"]
for row, task in zip(rows, tasks):
    assert int(row["L"]) == task["parameters"]["L"] and float(row["temperature"]) == task["parameters"]["temperature"]
    assert float(row["binder"]) == task["observables"]["binder"]["mean"]
    assert float(row["binder_error"]) == task["observables"]["binder"]["error"]'

code 0 analyse tiny.h5 crossing; has out "two largest sizes, L = 6 and 8"
code 0 analyse tiny.h5 crossing --json - --exact 2.269185314213022 --source "Onsager 1944"
python '
import json
d = json.load(open("out"))
assert [c["by"] for c in d["crossings"]] == [[4, 6], [6, 8]] and d["estimate"]["by"] == [6, 8]
assert abs(d["estimate"]["x"] - 2.27) < 0.2 and d["estimate"]["x_error"] > 0'
code 2 analyse tiny.h5 crossing --quantity bindr; has err "binder"; one_line
code 2 analyse tiny.h5 crossing -x temprature; has err "temperature"; one_line

code 0 plot tiny.h5 -x temperature -y binder --by L -o binder.svg
has binder.svg "= 8"; has binder.svg "</svg>"
code 0 plot tiny.h5 -y energy -o energy.png --keep kept
[ "$(head -c 4 energy.png | tail -c 3)" = PNG ] || fail "energy.png is no PNG"
has kept/figure.gp "with vectors heads"; has kept/figure.gp "exact"
gnuplot kept/figure.gp || fail "the kept script does not run"
code 0 plot tiny.h5 -y energy -o energy.pdf
code 0 plot tiny.h5 -x L -y susceptibility --log xy -o "a 'quoted' \$(name).svg"
[ -s "a 'quoted' \$(name).svg" ] || fail "a file with an odd name was not written"
code 2 plot tiny.h5 -x lattice -y binder; has err "lattice"; one_line
code 2 plot tiny.h5 -x temprature -y binder; has err "temperature"; one_line
code 2 plot tiny.h5 -y bindr; has err "binder"; one_line
PATH=/nonexistent "$onsager" plot tiny.h5 -y binder -o none.svg >out 2>err && fail "a missing gnuplot was not noticed"
has err "gnuplot"; one_line

code 2 report tiny.h5 -o missing/r.html; has err "missing"; one_line
code 2 plot tiny.h5 -o missing/r.svg; has err "missing"; one_line
mkdir folder.svg; code 2 plot tiny.h5 -o folder.svg; one_line
code 0 report tiny.h5 -o report.html --exact 2.269185314213022 --source "Onsager <1944>"
has report.html "Onsager &lt;1944&gt;"; has report.html "<svg"; has report.html "two largest sizes, L = 6 and 8"; has report.html "Provenance"
python '
import html.parser, re
text = open("report.html", encoding="utf-8").read()
void = {"meta", "link", "br", "img"}
class Check(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []
    def handle_starttag(self, tag, attributes):
        if tag not in void: self.open.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]
        for name, value in attributes:
            if name in ("src", "href", "xlink:href"): assert value.startswith(("#", "data:")), value
    def handle_startendtag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        for name, value in attributes:
            if name in ("src", "href", "xlink:href"): assert value.startswith(("#", "data:")), value
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()
check = Check()
check.feed(text)
assert not check.open and len(set(check.ids)) == len(check.ids)
targets = set(re.findall(r"href=.#([^\"\x27]*)", text))
assert targets and targets <= set(check.ids), targets - set(check.ids)'
PATH=/nonexistent "$onsager" report tiny.h5 -o plain.html >out 2>err || fail "a report without gnuplot failed"
has plain.html "There are no figures"

# Interrupted: parts first, then how to go on, then the code of the signal.
"$onsager" run ising L=64 steps=10000000 threads=1 time=60 -o long.h5 >out 2>err &
child=$!
sleep 2
kill -INT $child
wait $child
[ $? = 130 ] || fail "an interrupted run does not end with 130"
has err "long.h5.parts"; has err "continue with: onsager run ising L=64"
exit $failed
