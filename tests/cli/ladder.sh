#!/bin/sh
# A ladder, an array of temperatures in ONE task: a row for each by show, plot, analyse and report; pictures of states.
. "$(dirname "$0")/common.sh"
cp "$source/tests/cli/ladder.c" .

code 0 run ./ladder.c L=8,16,32 -q -o l.h5
code 0 show l.h5; has out "temperature"; has out "difference[1]"; hasnot out "[1.6,1.8"
code 0 show l.h5 --json -; cp out l.json
code 0 show l.h5 -o csv --quantity binder,pair,total; cp out l.csv
code 0 show l.h5 --quantity position; has out "the interval"
python '
import csv, json
tasks = json.load(open("l.json"))["tasks"]
ladder = [1.6, 1.8, 2.0, 2.2, 2.4]
assert [task["parameters"]["temperature"] for task in tasks] == [ladder] * 3
for task in tasks:
    o, L = task["observables"], task["parameters"]["L"]
    for name, exact in (("position", lambda T: 0.02 * L * (T - 2)), ("binder", lambda T: 0.6 - 0.02 * L * (T - 2))):
        assert o[name]["axis"] == "temperature" and len(o[name]["mean"]) == len(o[name]["error"]) == 5
        assert all(abs(m - exact(T)) < 6 * e for m, e, T in zip(o[name]["mean"], o[name]["error"], ladder)), (name, o[name])
    assert max(abs(a - b) for a, b in zip(o["position"]["exact"], [0.02 * L * (T - 2) for T in ladder])) < 1e-15
    assert [len(row) for row in o["pair"]["mean"]] == [len(row) for row in o["difference"]["mean"]] == [2] * 5
    assert all(row[0] == 0 and abs(row[1] - x) < 1e-12 for row, x in zip(o["difference"]["mean"], o["position"]["mean"]))
    assert isinstance(o["total"]["mean"], float) and "axis" not in o["total"]
rows = list(csv.DictReader(open("l.csv", newline="")))
assert [(float(r["L"]), float(r["temperature"])) for r in rows] == [(L, T) for L in (8, 16, 32) for T in ladder]
flat = [(b, p[1]) for t in tasks for b, p in zip(t["observables"]["binder"]["mean"], t["observables"]["pair"]["mean"])]
assert [(float(r["binder"]), float(r["pair_1"])) for r in rows] == flat'

# temperature is an axis like any other
code 0 plot l.h5 -x temperature -y binder --by L -o l.svg --keep k
python '
import json
tasks = json.load(open("l.json"))["tasks"]
for i, task in enumerate(tasks):
    points = [list(map(float, line.split()[:3])) for line in open(f"k/figure-1-curve-{i + 1}.dat") if line[0] != "#"]
    binder = task["observables"]["binder"]
    assert points == [list(p) for p in zip(task["parameters"]["temperature"], binder["mean"], binder["error"])]
titles = [line.split(" title ")[1] for line in open("k/figure.gp") if "curve" in line and " title " in line]
assert [f"= {L}\x27" in t for t, L in zip(titles, (8, 16, 32))] == [True] * 3, titles'
code 0 plot l.h5 -y binder -o default.svg --keep kd; cmp -s k/figure-1-curve-3.dat kd/figure-1-curve-3.dat || fail "the ladder is not the default axis"
code 0 plot l.h5 -y pair -o pair.svg --keep kp; [ -f kp/figure-1-curve-6.dat ] || fail "two components of three sizes are not six curves"
code 0 plot l.h5 -y difference -x temperature -o difference.svg
code 0 plot l.h5 -y total -o total.svg --keep kt; grep -q "^8 " kt/figure-1-curve-1.dat || fail "a scalar is not drawn against L"
code 2 plot l.h5 -y binder -x temprature -o x.svg; has err "temperature"; one_line

# the lines cross at T = 2, height 0.6
code 0 analyse l.h5 crossing --json -; cp out crossing.json
code 0 analyse l.h5 crossing -x temperature --by L --exact 2; has out "exact 2"
python '
import json
crossings = json.load(open("crossing.json"))["crossings"]
assert [c["by"] for c in crossings] == [[8, 16], [16, 32]]
assert all(abs(c["x"] - 2) < 6 * c["x_error"] and abs(c["y"] - 0.6) < 6 * c["y_error"] for c in crossings), crossings'
code 0 report l.h5; has l.html "analyse l.h5 crossing"; has l.html "<svg"

# ladders of their own for every size, one of them a single temperature; several ladders of one size
cat >own.yaml <<'EOF'
system: ./ladder.c
grids:
  - {L: 8, temperature: [[1.6, 1.9, 2.1, 2.4]]}
  - {L: 16, temperature: [[1.7, 1.9, 2.0, 2.1, 2.3]]}
  - {L: 32, temperature: 2}
EOF
code 0 run own.yaml -q
code 0 analyse own.h5 crossing; has out "not once in this range"
code 0 plot own.h5 -x temperature -y binder --by L -o own.svg --keep ko; [ -f ko/figure-1-curve-3.dat ] || fail "three sizes are not three curves"
code 0 show own.h5 --quantity total; has out "[1.6,1.9,2.1,2.4]"
code 0 run ./ladder.c L=8,16 'temperature=[1.6,2.4],[1.8,2.2]' -q -o several.h5
code 0 plot several.h5 -y binder -o several.svg --keep ks; [ "$(grep -vc '^#' ks/figure-1-curve-1.dat)" = 4 ] || fail "two ladders of one size are not one curve"
code 0 analyse several.h5 crossing; has out "8  16"

# pictures of states
code 2 plot l.h5 --picture -o p.png; has err "3 tasks"; has err "2: L=32"; one_line
code 2 plot l.h5 --picture --task 3 -o p.png; has err "no task '3'"; one_line
code 2 plot l.h5 --picture --system ./ladder.c --task 0 --replica 4 -o p.png; has err "replica 4"; one_line
code 2 plot l.h5 --picture --task 0 -o p.svg; has err ".png"; one_line
code 2 plot l.h5 --picture --task 0 -o p.png; has err "--system"; one_line
sed s/0.02/0.03/ ladder.c >changed.c
code 2 plot l.h5 --picture --system ./changed.c --task 0 -o p.png; has err "was made with"; one_line
code 0 plot l.h5 --picture --system ./ladder.c --task 2 --replica 3 -o p.png; has out "p.png"
code 0 plot l.h5 --picture --system ./ladder.c --task 2 --replica 3 -o again.png; cmp -s p.png again.png || fail "the same state gives two pictures"
code 0 plot l.h5 --picture --system ./ladder.c --task 2 --replica 0 -o other.png; cmp -s p.png other.png && fail "two replicas give one picture"
python 'import struct; head = open("p.png", "rb").read(24); assert head[1:4] == b"PNG" and struct.unpack(">II", head[16:]) == (384, 384)'
code 0 run ising L=12 lattice=cubic temperature=4.5 steps=100 warmup=10 replicas=2 -q -o i.h5
code 0 plot i.h5 --picture; [ -f i.png ] || fail "no picture under the archive's name"
cp "$source/tests/cli/kinds.c" .
code 0 run ./kinds.c replicas=2 -q -o kinds.h5
code 2 plot kinds.h5 --picture --system kinds.c; has err "draws no pictures"; one_line
exit $failed
