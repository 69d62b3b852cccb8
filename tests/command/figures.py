"""Figures and reports: what is drawn is what the archive holds, nothing covers anything, pages need no other file.

Places of points and error bars are computed here from the numbers of the archive and the axes of the kept script, and
looked up in the SVG. Boxes of words are those of the PDF (pdftotext). Skipped where gnuplot is absent.
"""
import itertools
import json
import math
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as tree

from harness import command, run, tests

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<img src=x onerror=alert(1)>&'\"`touch owned`$(touch owned)"

if not shutil.which("gnuplot"):
    print("skipped: gnuplot is not installed")
    raise SystemExit(0)

ISING = ["run", "ising", "L=4,8,16", "temperature=2:2.6:0.1", "steps=2000", "replicas=4", "-q", "-o", "i.h5"]
assert command(*ISING).returncode == 0


def plot(*words, expected=0):
    done = command("plot", *words)
    assert done.returncode == expected, f"{words}: exit code {done.returncode}\n{done.stderr}"
    return done


def script(folder):
    return open(f"{folder}/figure.gp", encoding="utf-8").read()


def data(path):
    lines = [line.split() for line in open(path) if line[0] != "#"]
    return [[math.nan if word == "?" else float(word) for word in line] for line in lines]


def frame(text):
    """From a panel's script: the function that gives the place of a point in the picture."""
    size = [float(v) for v in re.search(r"size ([\d.]+),([\d.]+)", text).groups()]
    left, right, bottom, top = (float(re.search(rf"set {m}margin at screen ([\d.]+)", text).group(1)) for m in "lrbt")
    low, high = zip(*(map(float, re.search(rf"set {a}range \[(.*?):(.*?)\]", text).groups()) for a in "xy"))
    log = [f"set logscale {a}" in text for a in "xy"]

    def part(axis, value):
        if log[axis]:
            return math.log(value / low[axis]) / math.log(high[axis] / low[axis])
        return (value - low[axis]) / (high[axis] - low[axis])

    return lambda x, y: (size[0] * (left + (right - left) * part(0, x)),
                         size[1] * (1 - (bottom + (top - bottom) * part(1, y))))


def segments(svg):
    found = []
    for path in tree.parse(svg).iter(SVG + "path"):
        place = None
        for move, x, y in re.findall(r"([ML])\s*([-\d.]+),([-\d.]+)", path.get("d", "")):
            here = float(x), float(y)
            if move == "L" and place:
                found.append((place, here))
            place = here
    return found


def assert_bars(svg, folder, prefix="figure-1-", panel=0):
    """A vertical line from mean - error to mean + error for every point that has an error."""
    text = script(folder)
    head, *panels = text.split("unset arrow\n")
    place, lines = frame(head + panels[panel]), segments(svg)
    count = 0
    for name in sorted(os.listdir(folder)):
        if not name.startswith(prefix + "curve-"):
            continue
        for x, y, error, _ in data(f"{folder}/{name}"):
            if math.isnan(error) or ("set logscale x" in text and x <= 0):
                continue
            low, high = place(x, y - error), place(x, y + error)
            near = [s for s in lines if all(
                abs(a - b) < 0.7 for end, wanted in zip(sorted(s, key=lambda p: -p[1]), (low, high)) for a, b in zip(end, wanted))]
            assert near, f"{svg}: no error bar at {x} of {name}: {low} to {high}"
            count += 1
    assert count, f"{svg}: no point has an error"


def test_every_point_has_its_error_bar():
    shown = json.loads(command("show", "i.h5", "--json", "-").stdout)["tasks"]
    for quantity, log in (("binder", None), ("energy", None), ("magnetization_abs", "y")):
        plot("i.h5", "-y", quantity, "-o", "a.svg", "--keep", "k", *(["--log", log] if log else []))
        assert_bars("a.svg", "k")
        points = sorted((round(p[1], 12), round(p[2], 12)) for c in (1, 2, 3) for p in data(f"k/figure-1-curve-{c}.dat"))
        held = sorted((round(o["mean"], 12), round(o["error"], 12)) for o in (t["observables"][quantity] for t in shown))
        assert points == held, quantity
        shutil.rmtree("k")


def test_exact_values_are_lines():
    plot("i.h5", "-y", "energy", "-o", "a.svg", "--keep", "exact")
    assert all(math.isfinite(row[3]) for row in data("exact/figure-1-curve-1.dat"))
    assert script("exact").count("using 1:4 with lines") == 3 and "'exact'" in script("exact")


def test_suffixes():
    magic = {"svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
    for suffix, begin in magic.items():
        plot("i.h5", "-o", f"f.{suffix}")
        assert open(f"f.{suffix}", "rb").read(8).startswith(begin), suffix
    for name in ("f.bmp", "f", "f.svg.gz"):
        assert "svg" in plot("i.h5", "-o", name, expected=2).stderr
        assert not os.path.exists(name)


def test_widths_are_those_of_journals():
    for width, centimetres in (("column", 8.6), ("page", 17.8), ("12", 12)):
        plot("i.h5", "--width", width, "-o", "w.svg")
        assert abs(float(tree.parse("w.svg").getroot().get("width")) / 96 * 2.54 - centimetres) < 0.03
        plot("i.h5", "--width", width, "-o", "w.png")
        pixels = int.from_bytes(open("w.png", "rb").read(20)[16:20], "big")
        assert abs(pixels / 300 * 2.54 - centimetres) < 0.03


def test_kept_script_draws_the_same_figure_and_an_edited_one():
    plot("i.h5", "-y", "binder", "-o", "a.svg", "--keep", "kept")
    os.mkdir("else")
    os.remove("kept/figure-1.svg")
    subprocess.run(["gnuplot", "../kept/figure.gp"], cwd="else", check=True, capture_output=True)
    assert open("kept/figure-1.svg").read() == open("a.svg").read()
    assert os.getcwd() not in script("kept")
    lines = open("kept/figure-1-curve-1.dat").read().splitlines()
    lines[1] = "2.05 0.5 0.05 ?"
    open("kept/figure-1-curve-1.dat", "w").write("\n".join(lines) + "\n")
    subprocess.run(["gnuplot", "kept/figure.gp"], check=True, capture_output=True)
    assert open("kept/figure-1.svg").read() != open("a.svg").read()
    assert_bars("kept/figure-1.svg", "kept")


def test_panels_conditions_and_ranges():
    plot("i.h5", "-y", "energy,binder", "--where", "L=4,16 temperature=2.1:2.4", "-o", "p.svg", "--keep", "panels")
    for prefix, panel in (("figure-1-", 0), ("figure-1b-", 1)):
        assert_bars("p.svg", "panels", prefix, panel)
        rows = data(f"panels/{prefix}curve-1.dat")
        assert [row[0] for row in rows] == [2.1, 2.2, 2.3, 2.4]
        assert not os.path.exists(f"panels/{prefix}curve-3.dat")
    text = "".join(tree.parse("p.svg").getroot().itertext())
    assert "energy" in text and "binder" in text and "16" in text and text.count("temperature") == 1
    plot("i.h5", "--range", "2.1:2.3,-2:0", "-o", "p.svg", "--keep", "range")
    assert "set xrange [2.1:2.3]" in script("range") and "set yrange [-2:0]" in script("range")
    for words, hint in ((["--where", "L=5"], "L=5"), (["--where", "l=4"], "'L'"), (["--where", "L"], "PARAMETER"),
                        (["--range", "2"], "FROM:TO"), (["--width", "wide"], "page"), (["--font", "a'b"], "--font"),
                        (["--log", "z"], "xy"), (["-y", "energy", "--log", "y"], "positive")):
        done = plot("i.h5", *words, "-o", "never.svg", expected=2)
        assert hint in done.stderr and done.stderr.count("\n") == 1, done.stderr
        assert not os.path.exists("never.svg")


def test_series_tables_and_maps():
    assert command("run", "ising-kinetics", "L=16", "steps=100", "replicas=8", "-q", "-o", "s.h5").returncode == 0
    note = plot("s.h5", "-y", "energy", "--log", "x", "-o", "s.svg", "--keep", "s").stderr
    assert note.startswith("note: 1 of ") and "'time'" in note, note  # t = 0
    assert_bars("s.svg", "s")
    plot("s.h5", "-y", "energy", "--log", "x", "--lines", "-o", "s.svg", "--keep", "sl")
    assert "filledcurves" in script("sl") and "with points" not in script("sl")
    assert command("run", "ising-exact", "L=4", "-q", "-o", "e.h5").returncode == 0
    plot("e.h5", "-x", "energy", "-y", "ln_g", "-o", "e.svg", "--keep", "e")
    rows = data("e/figure-1-curve-1.dat")  # ln 2 twice: two ground states on either side
    assert rows[0][0] == -32 and math.isclose(rows[0][1], math.log(2)) and math.isclose(sum(math.exp(r[1]) for r in rows), 65536)
    assert "'energy'" in plot("e.h5", "-x", "energie", "-y", "ln_g", expected=2).stderr
    words = ["run", "dipolar-clock", "L=8", "momenta=map", "steps=200", "temperature=[1,2]", "-q", "-o", "d.h5"]
    assert command(*words).returncode == 0
    for suffix in ("svg", "png", "pdf"):
        plot("d.h5", "-y", "structure_factor", "-o", f"d.{suffix}", "--keep", f"d-{suffix}")
        assert len(data(f"d-{suffix}/figure-1-map.dat")) == 64
    tree.parse("d.svg")


def words_of(pdf):
    subprocess.run(["pdftotext", "-bbox", pdf, "words.html"], check=True)
    return [(word, tuple(map(float, box))) for *box, word in re.findall(
        r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', open("words.html").read())]


def test_labels_do_not_overlap():
    if not shutil.which("pdftotext"):
        print("skipped: pdftotext is not installed")
        return
    figures = [["-y", "binder"], ["-y", "binder", "--width", "page"], ["-y", "energy,binder,specific_heat"],
               ["-y", "susceptibility", "--log", "xy"], ["-y", "magnetization"], ["-y", "energy", "-x", "L", "--by", "temperature"],
               ["-y", "energy", "--font", "14"], ["-y", "energy", "--range", "2.1:2.1001,-1.5:-1.4999"],
               ["-y", "magnetization_fourth", "--range", "2:2.6,0:1e-7"], ["-y", "susceptibility", "--range", ":,0:1e9"]]
    for words in figures:
        plot("i.h5", *words, "-o", "o.pdf")
        page = [float(v) for v in re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", subprocess.run(
            ["pdfinfo", "o.pdf"], capture_output=True, text=True, check=True).stdout).groups()]
        boxes = words_of("o.pdf")
        assert len(boxes) > 8, words
        for word, (x0, y0, x1, y1) in boxes:  # a word's box has the full height of its font
            assert x0 > -0.5 and x1 < page[0] + 0.5 and y0 > -3 and y1 < page[1] + 3, (words, word, page)
        for (a, p), (b, q) in itertools.combinations(boxes, 2):
            width = min(p[2], q[2]) - max(p[0], q[0])
            height = min(p[3], q[3]) - max(p[1], q[1])
            thin = 0.35 * min(p[3] - p[1], q[3] - q[1], p[2] - p[0], q[2] - q[0], 9)
            assert width <= 0.3 or height <= max(thin, 2.2), f"{words}: '{a}' {p} and '{b}' {q} overlap"


def texts_of(svg):
    """Texts of an SVG with boxes from below: digits of Helvetica are 0.55 wide and 0.72 high."""
    found = []
    for group in tree.parse(svg).iter(SVG + "g"):
        text = "".join("".join(t.itertext()) for t in group.findall(SVG + "text")).strip("\u200b\u00a0 ")
        place = re.match(r"translate\(([-\d.]+),([-\d.]+)\)( rotate\(270\))?", group.get("transform", ""))
        if not text or not place:
            continue
        x, y = float(place.group(1)), float(place.group(2))
        size = float(group.get("font-size"))
        width = 0.45 * size * len(text.replace("\u200b", ""))
        left = {"start": 0, "middle": width / 2, "end": width}[group.get("text-anchor", "start").replace("left", "start")]
        box = (x - left, y - 0.72 * size, x - left + width, y)
        found.append((text, (x - 0.72 * size, y - width + left, x, y + left) if place.group(3) else box))
    return found


def test_labels_do_not_overlap_in_svg():
    for words in (["i.h5", "-y", "binder"], ["i.h5", "-y", "energy,binder", "--width", "page"], ["i.h5", "-y", "susceptibility", "--log", "xy"],
                  ["d.h5", "-y", "structure_factor"], ["i.h5", "-y", "energy", "--range", "2.1:2.1001,-1.5:-1.4999"]):
        plot(*words, "-o", "t.svg")
        boxes = texts_of("t.svg")
        assert len(boxes) > 6, words
        for (a, p), (b, q) in itertools.combinations(boxes, 2):
            apart = p[2] <= q[0] or q[2] <= p[0] or p[3] + 0.5 <= q[1] or q[3] + 0.5 <= p[1]
            assert apart, f"{words}: '{a}' {p} and '{b}' {q} overlap"


def test_legend_covers_no_data():
    if not shutil.which("pdftotext"):
        print("skipped: pdftotext is not installed")
        return
    for quantity in ("binder", "energy", "specific_heat", "magnetization_abs", "magnetization", "susceptibility"):
        plot("i.h5", "-y", quantity, "-o", "l.pdf", "--keep", "l")
        text = script("l")
        size = [float(v) * 72 / 2.54 for v in re.search(r"size ([\d.]+)cm,([\d.]+)cm", text).groups()]
        place = frame(text.replace(re.search(r"size \S+", text).group(0), f"size {size[0]},{size[1]}"))
        boxes = words_of("l.pdf")
        legend = [box for (word, box), (after, _) in zip(boxes, boxes[1:]) if after == "=" or word == "="]
        assert len(legend) >= 3
        for name in (n for n in os.listdir("l") if n.endswith(".dat")):
            for x, y, error, _ in data(f"l/{name}"):
                (px, low), (_, high) = place(x, y - error), place(x, y + error)
                for x0, y0, x1, y1 in legend:
                    assert not (x0 - 1 < px < x1 + 1 and high < y1 and low > y0), f"{quantity}: the legend covers {x}, {y}"


def lightness(colour):
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
              for v in (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_colours_differ_in_grey_and_signs_differ():
    for count in range(2, 8):
        values = ",".join(f"{2 + 0.1 * k:.1f}" for k in range(count))
        plot("i.h5", "-y", "binder", "-x", "L", "--by", "temperature", "--where", f"temperature={values}", "-o", "c.svg", "--keep", "c")
        drawn = re.findall(r"dt (\S+) pt (\d+) ps sign lc rgb '(#\w{6})'", script("c"))
        assert len(drawn) == count
        assert len({d[0] for d in drawn}) == len({d[1] for d in drawn}) == count
        grey = sorted(lightness(d[2]) for d in drawn)
        assert all(b - a > 8 for a, b in zip(grey, grey[1:])), grey
        assert grey[-1] < 82  # still seen on white


def test_many_curves_take_a_scale_of_colours():
    assert command("run", "ising", "L=4,6", "temperature=2:3.2:0.1", "steps=200", "-q", "-o", "many.h5").returncode == 0
    plot("many.h5", "-y", "binder", "-x", "L", "--by", "temperature", "-o", "m.svg", "--keep", "m")
    assert_bars("m.svg", "m")
    drawn = re.findall(r"1:2 with linespoints .* lc rgb '(#\w{6})' (\w+)", script("m"))
    assert len(drawn) == len(set(drawn)) == 13 and {d[1] for d in drawn} == {"notitle"}
    grey = [lightness(colour) for colour, _ in drawn]
    assert grey == sorted(grey) and grey[-1] < 85
    assert "set cbrange [2:3.2]" in script("m") and "temperature" in "".join(tree.parse("m.svg").getroot().itertext())


def test_hostile_texts():
    plot("i.h5", "--title", HOSTILE, "-o", "h.svg", "--keep", "h")
    text = "".join(tree.parse("h.svg").getroot().itertext())
    assert "onerror=alert(1)>&'\"`touch" in text.replace("\u00a0", " ").replace("\u200b", ""), text
    assert not os.path.exists("owned") and not os.path.exists("h/owned")
    shutil.copy("i.h5", "--lt;&<b>'.h5")
    plot("--", "--lt;&<b>'.h5")
    assert os.path.exists("--lt;&<b>'-energy.svg")


def test_without_gnuplot():
    done = command("plot", "i.h5", "-o", "none.svg", env={**os.environ, "PATH": "/nowhere"})
    assert done.returncode == 1 and "gnuplot was not found" in done.stderr and not os.path.exists("none.svg")
    done = command("report", "i.h5", "-o", "none.html", env={**os.environ, "PATH": "/nowhere"})
    assert done.returncode == 0 and "There are no figures" in open("none.html").read()


SECTIONS = ["Warnings", "The job", "Analyses", "Figures", "Pictures", "Comparison with exact values",
            "Results", "To run it again", "How to cite", "Provenance"]


def resources(text):
    return re.findall(r"""(?:src|href|srcset|action|data)\s*=\s*["']([^"']*)""", text) + re.findall(r"url\(([^)]*)\)", text) \
        + re.findall(r"@import\s+(\S+)", text)


def test_report_is_whole_and_alone():
    name = "<script>alert(1)<&script>.h5"
    shutil.copy("i.h5", "whole.h5")
    assert command("run", "ising", "L=8", "temperature=2.2", "steps=50", "warmup=10", "-q", "-o", name).returncode == 0
    done = command("report", "whole.h5", name, "-o", "r.html", "--exact", "2.269185314213022", "--source", HOSTILE)
    assert done.returncode == 0, done.stderr
    text = open("r.html", encoding="utf-8").read()
    heads = re.findall(r"<h2>(.*?)</h2>", text)
    assert heads[:len(SECTIONS)] == SECTIONS, heads
    assert all(r.startswith(("#", "data:image/png;base64,")) for r in resources(text)), resources(text)
    assert "<img src=x" not in text and "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;&amp;script&gt;" in text
    assert "What to do:" in text  # the second archive is too short
    assert text.count("<svg") >= 8 and text.count("data:image/png") >= 6
    assert "onsager run ising L=4,8,16" in text and "@software" in text
    ids = re.findall(r"""\bid=["']([^"']*)""", text)
    assert len(ids) == len(set(ids))
    try:
        import html5lib
    except ImportError:
        print("skipped: html5lib is not installed")
        return
    parser = html5lib.HTMLParser()
    parser.parse(text)
    assert not parser.errors, parser.errors[:3]


def test_pictures_of_chosen_tasks():
    assert command("run", "ising", "L=6", "temperature=2.2", "steps=50", "-q", "-o", "t.h5").returncode == 0
    assert command("run", "ising", "L=10", "temperature=2.2,2.4", "steps=50", "-q", "-o", "t.h5").returncode == 0
    sizes = set()
    for where in ("L=6", "L=10 temperature=2.4"):
        plot("t.h5", "--picture", "--where", where, "-o", "t.png")
        sizes.add(int.from_bytes(open("t.png", "rb").read(20)[16:20], "big"))
    assert len(sizes) == 2
    assert "--where" in plot("t.h5", "--picture", "-o", "t.png", expected=2).stderr


tests(globals())
