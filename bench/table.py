#!/usr/bin/env python3
"""What `make bench` has measured, as tables of Markdown.

    table.py write BENCH.json README.md PERFORMANCE.md   the chosen rows into README.md, all rows into docs/performance.md,
                                                         between <!-- bench --> and <!-- end -->
    table.py merge NEW.json BENCH.json                   rows that were measured anew take the place of the old ones

Rows of one measurement with several peers become one line. A chosen row that was not measured is left out, and said so."""
import json
import os
import re
import sys

# For README.md, in this order: of all rows that a pattern fits, those with the most peers, and of these the one where ours
# does best (the widest kernel).
CHOSEN = [
    ("Metropolis, one lattice of 4096 x 4096", r"Metropolis, one lattice, 2D L = 4096"),
    ("Metropolis, one lattice of 256^3", r"Metropolis, one lattice, 3D L = 256"),
    ("a cluster of Wolff, 1024 x 1024 at T_c", r"a Wolff cluster, square, L = 1024"),
    ("Swendsen-Wang, 1024 x 1024 at T_c", r"Swendsen-Wang, square, L = 1024"),
    ("+-J glass in three dimensions, L = 8, 512 samples, 11 temperatures", r"\+-J cube, L = 8, 512"),
    ("dense-hopfield, N = 2000, P = 2, 280 patterns", r"patterns, N = 2000, P = 2"),
    ("dense-hopfield, N = 160, P = 4, 82000 patterns", r"patterns, N = 160, P = 4"),
    ("1e5 Lorenz trajectories to t = 5, DOP853 at tolerance 1e-9", r"1e5 Lorenz to t = 5, tolerance 1e-9"),
    ("1e5 Lorenz trajectories to t = 5, Taylor series at tolerance 1e-9", r"1e5 Lorenz by Taylor series, tolerance 1e-9"),
    ("noisy phase oscillators on a ring", r"noisy phase oscillators, "),
    ("rate network of 1000 units", r"rate network, 1000 units, 1 copy"),
    ("rate network of 1000 units, copies side by side", r"rate network, 1000 units, .*copies"),
    ("training step, Allen-Cahn network 4 x 128, 25600 points", r"learning: Allen-Cahn network 4x128.*"),
    ("training step, 784-300-100-10, batch 32", r"learning: 784-300-100-10"),
    ("training step, transformer d = 128, all pairs", r"learning: transformer"),
    ("training step, 2-16-16-1, batch 1", r"learning: 2-16-16-1"),
    ("Boltzmann machine 784 x 500, update by 128 examples", r"RBM 784 x 500"),
    ("a measured sweep in the laboratory, L = 64", r"a measured sweep in the laboratory"),
    ("memory of 3e6 steps, L = 8", r"memory of a run"),
    ("start of the command", r"start of the command"),
]


def is_rate(unit):
    """Whether larger is better."""
    return unit.startswith(("attempted flips", "Gflop"))


def measured(row):
    return isinstance(row.get("ours"), (int, float)) and row["ours"] == row["ours"]


def same_work(what):
    """Peers of bench/learning_peers.py stand beside ours of one thread."""
    return re.sub(r"^(learning: .*), 1 thread$", r"\1", what)


def lines(rows):
    """The rows by what they measure, in order: [(what, unit, ours, [(peer, theirs)], [limits])]."""
    found = {}
    for row in filter(measured, rows):
        line = found.setdefault((same_work(row["what"]), row["unit"]), [row["ours"], [], []])
        if isinstance(row.get("theirs"), (int, float)) and row["theirs"] == row["theirs"] and row["theirs"] > 0:
            line[1].append((row["peer"], row["theirs"]))
        limit = row.get("limit", "")
        if "limit_value" in row:
            limit = f"{limit + ': ' if limit else ''}{row['limit_value']:.3g}"
        if limit and limit not in line[2]:
            line[2].append(limit)
    return [(what, unit, *line) for (what, unit), line in found.items()]


def times(unit, ours, theirs):
    factor = ours / theirs if is_rate(unit) else theirs / ours
    return f"{factor:.3g}" if factor < 10 else f"{factor:.0f}"


def beside(unit, ours, peers):
    return "; ".join(f"{peer}: {theirs:.3g} ({times(unit, ours, theirs)})" for peer, theirs in peers)


def table(head, align, rows):
    def cells(row):
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |\n"
    return cells(head) + "|" + "|".join(align) + "|\n" + "".join(cells(row) for row in rows)


def everything(rows):
    return table(["what", "ours", "unit", "a peer in the same run (how many times ours does as well)", "limit"],
                 ["---", "--:", "---", "---", "---"],
                 [[what, f"{ours:.3g}", unit, beside(unit, ours, peers), "; ".join(limits)]
                  for what, unit, ours, peers, limits in lines(rows)])


def chosen(rows):
    shown, missing, known = [], [], lines(rows)
    for name, pattern in CHOSEN:
        fits = [line for line in known if re.match(pattern, line[0])]
        fits.sort(key=lambda line: -len(line[3]))
        fits = [line for line in fits if line[1] == fits[0][1]]
        if not fits:
            missing.append(name)
            continue
        _, unit, ours, peers, _ = max(fits, key=lambda line: (len(line[3]), line[2] if is_rate(line[1]) else -line[2]))
        shown.append([name, f"{ours:.3g}", unit, beside(unit, ours, peers)])
    if missing:
        print("bench: not measured, and left out of README.md: " + "; ".join(missing), file=sys.stderr)
    return table(["what", "ours", "unit", "a peer in the same run (how many times ours does as well)"],
                 ["---", "--:", "---", "---"], shown)


def put(path, content):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    marked = re.compile(r"(<!-- bench -->\n).*?(<!-- end -->)", re.S)
    if not marked.search(text):
        sys.exit(f"{path} has no place <!-- bench --> ... <!-- end -->")
    with open(path, "w", encoding="utf-8") as file:
        file.write(marked.sub(lambda place: place.group(1) + content + place.group(2), text, count=1))


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        sys.exit(f"{path} is missing: `make bench` writes it")
    except json.JSONDecodeError as fault:
        sys.exit(f"{path} is no JSON: {fault}")


def merge(new, old):
    rows = read(new)
    names = {(row["what"], row.get("peer")) for row in rows}
    kept = [row for row in read(old) if (row["what"], row.get("peer")) not in names] if os.path.exists(old) else []
    with open(old + ".new", "w", encoding="utf-8") as file:
        json.dump(kept + rows, file, indent=1)
    os.replace(old + ".new", old)


def main(words):
    if len(words) == 4 and words[0] == "write":
        rows = read(words[1])
        put(words[2], chosen(rows))
        put(words[3], everything(rows))
    elif len(words) == 3 and words[0] == "merge":
        merge(words[1], words[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
