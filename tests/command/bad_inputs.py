"""Bad input: one message with place and remedy, exit code 2, and every existing file as it was."""
import hashlib
import os
import pathlib
import struct

from harness import SOURCE, command, run, tests

RUN = ["run", "ising", "L=4", "steps=200", "temperature=2"]


def snapshot():
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in pathlib.Path(".").rglob("*") if path.is_file()}


def prepare():
    run("ising", "L=4", "steps=200", "temperature=2", "-o", "good.h5")
    run("ising", "L=4", "steps=200", "temperature=2", "seed=2", "-o", "seed2.h5")
    write = lambda name, text: pathlib.Path(name).write_text(text)
    write("unknown.yaml", "system: ising\nL: 4\ntemprature: 2\n")
    write("duplicate.yaml", "system: ising\nL: 4\nL: 8\n")
    write("alias.yaml", "system: &a ising\nL: *a\n")
    write("bomb.yaml", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")
    write("tag.yaml", "system: !!python/object ising\n")
    write("twice.yaml", "system: ising\n---\nsystem: ising\n")
    write("deep.yaml", "system: ising\nL: " + "[" * 1000 + "]" * 1000 + "\n")
    write("syntax.yaml", "system: ising\nL: [4, 8\n")
    write("empty.yaml", "")
    write("scalar.yaml", "ising\n")
    write("nosystem.yaml", "L: 4\n")
    write("badsystem.yaml", "system: isng\nL: 4\n")
    write("mapping.yaml", "system: ising\nL: {a: 1}\n")
    write("key.yaml", "system: ising\n[1, 2]: 4\n")
    write("grids.yaml", "system: ising\ngrids: 5\n")
    write("gridkey.yaml", "system: ising\ngrids:\n  - {L: 4, threads: 2}\n")
    pathlib.Path("binary.yaml").write_bytes(b"system: ising\n\x00\xff\xfe")
    pathlib.Path("latin.yaml").write_bytes("system: ising # \xe9\n".encode("latin-1"))
    write("nothdf5.h5", "this is no archive")
    write("measure.yaml", "system: ising\nL: 4\nmeasure: {m6: magnetizaton^6}\n")
    write("measure-list.yaml", "system: xy\nL: 4\nmeasure: {m6: [1, 2]}\n")
    write("measure-grid.yaml", "system: ising\ngrids:\n  - {L: 4, measure: {e2: energy^2}}\n")
    write("measure-empty.yaml", "system: ising\nmeasure: {}\n")
    write("edges.txt", "0 1\n1 x\n")
    write("edges-negative.txt", "0 1\n1 -2\n")
    write("lattice.yaml", "basis: [[1, 0], [0, 1]]\nsites: [[0, 0]]\nbonds:\n  - {from: 0, to: 7, cell: [1, 0]}\n")
    write("lattice-key.yaml", "sitse: [[0, 0]]\n")
    write("taken.c", '#include <onsager.h>\nONS_SYSTEM{.abi = ONS_ABI, .version = 1, .name = "ising"};\n')
    write("unversioned.c", '#include <onsager.h>\nONS_SYSTEM{.version = 1, .name = "unversioned"};\n')
    os.symlink("nowhere.h5", "dangling.h5")
    write("broken.c", '#include <onsager.h>\nONS_SYSTEM { .name = "broken" \n')
    write("crash.c", pathlib.Path(SOURCE, "tests", "command", "crash.c").read_text())
    prepare_networks(write)
    os.mkdir("folder.h5")
    os.mkdir("folder")


def prepare_networks(write):
    """Files of patterns, samples and images that are broken."""
    write("patterns.txt", "+++-\n++-+\n")
    write("unequal.txt", "+++-\n++-\n")
    write("letter.txt", "+++-\n++x-\n")
    write("observations.txt", "1 1 0\n0 1\n")
    write("mixed.txt", "1 0\n-1 1\n")
    write("one.txt", "1 -1 1\n")
    write("none.txt", "")
    pathlib.Path("nul.txt").write_bytes(b"+\0+-\n++-+\n")
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }\n"
    pathlib.Path("short.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + b"0" * 20)
    for name, rows, columns, held, labels in (("cut", 28, 28, 100, 10), ("oblong", 4, 6, 240, 10), ("unlabelled", 4, 4, 160, 7)):
        os.mkdir(name)
        head = struct.pack(">IIII", 0x803, 10, rows, columns)
        pathlib.Path(name, "train-images-idx3-ubyte").write_bytes(head + bytes(held))
        pathlib.Path(name, "train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, labels) + bytes(labels))


CASES = [
    # words, exit code, texts that the message must hold
    (["run", "isng"], 2, ["isng", "ising"]),
    (["rnu", "ising"], 2, ["rnu", "run"]),
    (["run"], 2, ["system"]),
    (["run", "ising", "--jsn", "-"], 2, ["--json"]),
    (["run", "ising", "temprature=2"], 2, ["temprature", "temperature"]),
    (["run", "ising", "temperature"], 2, ["temperature"]),
    (["run", "ising", "measure.m6=magnetizaton^6"], 2, ["magnetizaton", "magnetization"]),
    (["run", "ising", "measure.m6="], 2, ["measure.m6"]),
    (["run", "ising", "measure.=energy"], 2, ["measure.NAME"]),
    (["run", "ising", "measure.e=energy^2"], 2, ["`e`"]),
    (["run", "ising", "measure.energy=energy^2"], 2, ["already"]),
    (["run", "ising", "measure.x=energy^"], 2, ["column 8"]),
    (["run", "ising", "measure.x=energy[-1]"], 2, ["component"]),
    (["run", "ising", "measure.x=energy[99999999999999999999]"], 2, ["column"]),
    (["run", "ising", "measure.x=" + "(" * 5000], 2, ["letters"]),
    (["run", "ising", "measure.x=mean(energy)", "until.y=1%"], 2, ["until.energy"]),
    (["run", "ising", "measure.x=energy", "measure.x=energy"], 2, ["already"]),
    (["run", "ising-exact", "measure.x=energy"], 2, ["formulas take"]),
    (["run", "measure.yaml"], 2, ["measure.yaml:3:15", "magnetization"]),
    (["run", "measure-list.yaml"], 2, ["measure-list.yaml:3:", "one value"]),
    (["run", "measure-grid.yaml"], 2, ["measure-grid.yaml:3:", "same for all grids"]),
    (["run", "measure-empty.yaml"], 2, ["measure-empty.yaml:2:"]),
    (["show", "good.h5", "measure.x=energi"], 2, ["energi", "energy"]),
    (["show", "good.h5", "measure.x"], 2, ["measure.x"]),
    (["show", "nothdf5.h5", "measure.x=energy"], 2, ["nothdf5.h5"]),
    (["run", "ising", "--part", "2/1"], 2, ["K/N"]),
    (["run", "ising", "--part", "1/1000"], 2, ["at most"]),
    (["run", "ising", "--part", "1/2", "part=1/2"], 2, ["part"]),
    (["run", "ising", "--dry-run=yes"], 2, ["--dry-run"]),
    (["merge", "good.h5", "seed2.h5", "-o", "never.h5"], 2, ["seed"]),
    (["merge", "good.h5", "good.h5", "-o", "never.h5"], 2, ["twice"]),
    (["merge", "good.h5", "-o", "seed2.h5"], 2, ["is there already"]),
    (["merge", "nothdf5.h5", "-o", "never.h5"], 2, ["nothdf5.h5"]),
    (["merge", "folder.h5", "-o", "never.h5"], 2, ["folder.h5"]),
    (["merge", "good.h5"], 2, ["-o"]),
    (["status", "nothdf5.h5"], 2, ["nothdf5.h5"]),
    (["status", "isng"], 2, ["ising"]),
    (["help", "--mann"], 2, ["--man"]),
    (["run", "ising", "temperature="], 2, ["temperature"]),
    (["run", "ising", "temperature=abc"], 2, ["temperature", "abc"]),
    (["run", "ising", "temperature=nan"], 2, ["temperature"]),
    (["run", "ising", "temperature=1e400"], 2, ["temperature", "1e400"]),
    (["run", "ising", "temperature=-1"], 2, ["temperature", "-1"]),
    (["run", "ising", "temperature=0"], 2, ["temperature"]),
    (["run", "ising", "temperature=0x10"], 2, ["temperature", "0x10"]),
    (["run", "ising", "temperature=[1,2]"], 2, ["temperature"]),
    (["run", "ising", "temperature=2:1:0.1"], 2, ["temperature"]),
    (["run", "ising", "temperature=1:2:0"], 2, ["temperature"]),
    (["run", "ising", "temperature=1:2:1e-9"], 2, ["temperature"]),
    (["run", "ising", "temperature=1,,2"], 2, ["temperature"]),
    (["run", "ising", "temperature=2", "temperature=3"], 2, ["temperature"]),
    (["run", "ising", "L=0"], 2, ["L"]),
    (["run", "ising", "L=-4"], 2, ["L"]),
    (["run", "ising", "L=4.5"], 2, ["L", "4.5"]),
    (["run", "ising", "L=[4,4,4]"], 2, ["L", "square"]),
    (["run", "ising", "L=[4,[4]]"], 2, ["L"]),
    (["run", "ising", "L=1000000"], 2, ["L"]),
    (["run", "ising", "L=100000"], 2, ["GB"]),
    (["run", "ising", "L=99999999999999999999"], 2, ["L"]),
    (["run", "ising", "lattice=squar"], 2, ["squar", "square"]),
    (["run", "ising", "lattice=./missing.yaml"], 2, ["missing.yaml"]),
    (["run", "ising", "lattice=folder/"], 2, ["folder"]),
    (["run", "ising", "lattice=edges.txt"], 2, ["edges.txt:2"]),
    (["run", "ising", "lattice=edges-negative.txt"], 2, ["edges-negative.txt:2"]),
    (["run", "ising", "lattice=lattice.yaml"], 2, ["lattice.yaml:4"]),
    (["run", "ising", "lattice=lattice-key.yaml"], 2, ["sitse", "sites"]),
    (["run", "ising", "lattice=cubic", "L=2000"], 2, ["GB"]),
    (["run", "ising", "lattice=complete", "boundary=open"], 2, ["complete"]),
    (["run", "ising", "dimension=4"], 2, ["dimension", "hypercubic"]),
    (["run", "ising", "update=metropols"], 2, ["metropolis"]),
    (["run", "ising", "clusters=4", "update=metropolis"], 2, ["clusters", "wolff"]),
    (["run", "ising", "clusters=0", "update=wolff"], 2, ["clusters"]),
    (["run", "ising", "boundary=fixed"], 2, ["boundary", "periodic"]),
    (["run", "ising", "coupling=inf"], 2, ["coupling"]),
    (["run", "ising", "start=sideways"], 2, ["start"]),
    (["run", "ising", "start=missing.h5"], 2, ["missing.h5"]),
    (["run", "ising", "start=nothdf5.h5"], 2, ["nothdf5.h5"]),
    (["run", "ising", "L=8", "temperature=2", "start=good.h5"], 2, ["good.h5"]),
    (["run", "ising", "L=8", "temperature=2", "start=good.h5#0"], 2, ["ising L=8, temperature=2, start=good.h5#0, replica"]),
    (["run", "ising", "disorder=bimodal", "disorder_probability=1.5"], 2, ["disorder_probability"]),
    (["run", "ising", "disorder_probability=0.5"], 2, ["disorder_probability", "disorder"]),
    (["run", "ising", "steps=0"], 2, ["steps"]),
    (["run", "ising", "steps=1.5"], 2, ["steps"]),
    (["run", "ising", "steps=-1e5"], 2, ["steps"]),
    (["run", "ising", "warmup=-1"], 2, ["warmup"]),
    (["run", "ising", "warmup=often"], 2, ["warmup"]),
    (["run", "ising", "every=0"], 2, ["every"]),
    (["run", "ising", "every=0.5"], 2, ["every"]),
    (["run", "ising", "every=log:10"], 2, ["every"]),
    (["run", "ising", "replicas=0"], 2, ["replicas"]),
    (["run", "ising", "seed=-1"], 2, ["seed"]),
    (["run", "ising", "threads=0"], 2, ["threads"]),
    (["run", "ising", "time=soon"], 2, ["time"]),
    (["run", "ising", "until.bindr=1%"], 2, ["binder"]),
    (["run", "ising", "until.binder=-1%"], 2, ["binder"]),
    (["run", "ising", "until.magnetization=1%"], 2, ["magnetization", "absolute"]),
    (["run", "ising", "snapshots=0"], 2, ["snapshots"]),
    (["run", "ising", "series=maybe"], 2, ["series"]),
    (["run", "ising", "output=missing/folder/x.h5"], 2, ["missing/folder"]),
    (["run", "ising", "output=x.txt"], 2, [".h5"]),
    (["run", "ising", "output=folder.h5"], 2, ["folder.h5"]),
    (RUN + ["-o", "nothdf5.h5"], 2, ["nothdf5.h5"]),
    (RUN + ["-o", "seed2.h5"], 2, ["seed"]),
    (RUN + ["every=2", "-o", "good.h5"], 2, ["every"]),
    (["run", "unknown.yaml"], 2, ["unknown.yaml:3:1", "temperature"]),
    (["run", "duplicate.yaml"], 2, ["duplicate.yaml:3:1", "L"]),
    (["run", "alias.yaml"], 2, ["alias.yaml:1"]),
    (["run", "bomb.yaml"], 2, ["bomb.yaml:1"]),
    (["run", "tag.yaml"], 2, ["tag.yaml:1"]),
    (["run", "twice.yaml"], 2, ["twice.yaml:2"]),
    (["run", "deep.yaml"], 2, ["deep.yaml:2"]),
    (["run", "syntax.yaml"], 2, ["syntax.yaml:"]),
    (["run", "empty.yaml"], 2, ["empty.yaml"]),
    (["run", "scalar.yaml"], 2, ["scalar.yaml:1"]),
    (["run", "nosystem.yaml"], 2, ["system"]),
    (["run", "badsystem.yaml"], 2, ["badsystem.yaml:1:9", "ising"]),
    (["run", "mapping.yaml"], 2, ["mapping.yaml:2"]),
    (["run", "key.yaml"], 2, ["key.yaml:2"]),
    (["run", "grids.yaml"], 2, ["grids.yaml:2"]),
    (["run", "gridkey.yaml"], 2, ["gridkey.yaml:3", "threads"]),
    (["run", "binary.yaml"], 2, ["binary.yaml"]),
    (["run", "latin.yaml"], 2, ["latin.yaml"]),
    (["run", "missing.yaml"], 2, ["missing.yaml"]),
    (["run", "folder"], 2, ["folder"]),
    (["run", "./missing.c"], 2, ["missing.c"]),
    (["run", "./broken.c"], 2, ["broken.c", "compile"]),
    (["run", "./crash.c", "-o", "crash.h5"], 1, ["crash"]),
    (["describe", "isng"], 2, ["ising"]),
    (["show", "missing.h5"], 2, ["missing.h5"]),
    (["show", "folder"], 2, ["folder"]),
    (["show", "nothdf5.h5"], 2, ["nothdf5.h5"]),
    (["show", "good.h5", "-o", "xml"], 2, ["csv"]),
    (["plot", "good.h5", "-x", "temperatur", "-y", "binder"], 2, ["temperature"]),
    (["plot", "good.h5", "-x", "temperature", "-y", "bindr"], 2, ["binder"]),
    (["plot", "good.h5", "-x", "temperature", "-y", "binder", "-o", "x.bmp"], 2, ["svg"]),
    (["report", "good.h5", "-o", "missing/r.html"], 2, ["missing"]),
    (["analyse", "good.h5", "crosing"], 2, ["crossing"]),
    (["new", "../evil"], 2, ["evil"]),
    (["new", "Broken Name"], 2, ["name"]),
    (["new", "broken"], 2, ["broken.c"]),
    (["list", "papres"], 2, ["papers"]),
    (["list", "systems", "papers"], 2, ["one word"]),
    (["new", "ising"], 2, ["comes with onsager"]),
    (["run", "./taken.c"], 2, ["'ising'", "another"]),
    (["run", "./unversioned.c"], 2, [".abi = ONS_ABI"]),
    (["run", "mine.py"], 2, ["onsager.run(CLASS"]),
    (["show", ""], 2, ["names no archive"]),
    (["show", "dangling.h5"], 2, ["no such file"]),
    (["show", "good.h5", "--where", "L"], 2, ["PARAMETER=VALUE"]),
    (["show", "good.h5", "--where", "l=4"], 2, ["'l'"]),
    (["show", "good.h5", "--where", 'L="4'], 2, ["no task"]),
    (["show", "good.h5", "--quantity", "energy,"], 2, ["missing"]),
    (["plot", "good.h5", "-y", "energy", "-x", "temperature", "--by", "temperature"], 2, ["twice"]),
    (["plot", "good.h5", "-y", "energy", "-x", "temperature", "--range", "50:60"], 2, ["no point"]),
    (["plot", "good.h5", "-y", "energy", "-x", "temperature", "--keep", "good.h5"], 2, ["--keep"]),
    (["report", "good.h5", "--system", "missing.c"], 2, ["missing.c"]),
    (["report", "good.h5", "--analyse", "fit -y 'energy"], 2, ["quote"]),
    (["analyse", "good.h5", "crossing", "-x", "update", "--by", "L"], 2, ["no numbers"]),
    (["analyse", "good.h5", "reweight", "--at", "0"], 2, ["(0, inf)"]),
    (["analyse", "good.h5", "fit", "-y", "energy", "-x", "temperature", "--formula", "a + nan*x"], 2, ["'nan'"]),
    (["analyse", "good.h5", "measure.m6=magnetization^6", "binning", "-y", "m6"], 2, ["measured after the run"]),
    (["run", "dense-hopfield", "P=1"], 2, ["P", "[2, 12]"]),
    (["run", "dense-hopfield", "P=4", "N=3"], 2, ["P = 4", "N = 3"]),
    (["run", "dense-hopfield", "load=0"], 2, ["load"]),
    (["run", "dense-hopfield", "load=1e9"], 2, ["GB"]),
    (["run", "dense-hopfield", "N=1000", "load=100"], 2, ["16666666667 patterns"]),
    (["run", "dense-hopfield", "K=3", "load=0.1"], 2, ["`K`", "`load`"]),
    (["run", "dense-hopfield", "temperature=-1"], 2, ["temperature"]),
    (["run", "dense-hopfield", "temperature=[0,0.5]"], 2, ["temperature 0"]),
    (["run", "dense-hopfield", "temperature=[0.3,0.1,0.2]"], 2, ["0.2 follows 0.1"]),
    (["run", "dense-hopfield", "patterns=unequal.txt", "N=4", "K=2"], 2, ["unequal.txt:2", "3 entries"]),
    (["run", "dense-hopfield", "patterns=letter.txt", "N=4", "K=2"], 2, ["letter.txt:2:3", "'x'"]),
    (["run", "dense-hopfield", "patterns=nul.txt", "N=4", "K=2"], 2, ["nul.txt:1:2"]),
    (["run", "dense-hopfield", "patterns=none.txt"], 2, ["none.txt", "no patterns"]),
    (["run", "dense-hopfield", "patterns=short.npy"], 2, ["short.npy", "too short"]),
    (["run", "dense-hopfield", "patterns=cut/train-images-idx3-ubyte"], 2, ["7740 bytes"]),
    (["run", "dense-hopfield", "patterns=missing.txt"], 2, ["missing.txt"]),
    (["run", "dense-hopfield", "P=2", "patterns=patterns.txt", "N=5", "K=2"], 2, ["N=4"]),
    (["run", "dense-hopfield", "P=2", "patterns=patterns.txt", "N=4", "K=3"], 2, ["K=2"]),
    (["run", "dense-hopfield", "quality=0.5"], 2, ["teacher"]),
    (["run", "dense-hopfield", "teacher=supervised", "quality=0"], 2, ["quality"]),
    (["run", "dense-hopfield", "rule=storkey"], 2, ["P=2"]),
    (["run", "dense-hopfield", "P=2", "N=10", "K=20", "rule=pseudo-inverse"], 2, ["at most N = 10"]),
    (["run", "dense-hopfield", "columns=7"], 2, ["120", "7"]),
    (["run", "dense-hopfield", "minima=yes", "N=40"], 2, ["24"]),
    (["run", "dense-hopfield-theory", "P=1"], 2, ["P", "[2, 1000]"]),
    (["run", "dense-hopfield-theory", "load=-1"], 2, ["load"]),
    (["run", "dense-hopfield-theory", "level=2rsb"], 2, ["1rsb"]),
    (["run", "sk-theory", "temperature=nan"], 2, ["temperature"]),
    (["run", "p-spin-theory", "p=1"], 2, ["p"]),
    (["run", "random-energy", "temperature=-1"], 2, ["temperature"]),
    (["run", "rbm", "data=cut"], 2, ["7740 bytes"]),
    (["run", "rbm", "data=oblong"], 2, ["4 x 6", "square"]),
    (["run", "rbm", "data=unlabelled"], 2, ["7 labels", "10 images"]),
    (["run", "rbm", "data=folder"], 2, ["train-images-idx3-ubyte", "data=bars"]),
    (["run", "rbm", "partition=exact", "hidden=200", "side=8"], 2, ["30", "annealed"]),
    (["run", "dbm", "hidden=[0,4]"], 2, ["hidden"]),
    (["run", "monotone-dbm", "margin=2"], 2, ["margin"]),
    (["run", "softmax-regression", "bins=0"], 2, ["bins"]),
    (["run", "maximum-entropy", "averages=7"], 2, ["1 and 6"]),
    (["run", "maximum-entropy", "averages=6"], 2, ["infinite multiplier"]),
    (["run", "maximum-entropy", "features=x;x^2", "averages=[3.5,10]"], 2, ["no distribution"]),
    (["run", "maximum-entropy", "data=observations.txt", "variables=3", "values=[0,1]"], 2, ["observations.txt:2"]),
    (["run", "inverse-ising", "data=mixed.txt"], 2, ["mixed.txt", "0 and -1"]),
    (["run", "inverse-ising", "data=one.txt"], 2, ["always"]),
    (["run", "inverse-ising", "data=observations.txt"], 2, ["observations.txt:2"]),
    (["run", "inverse-ising", "data=short.npy"], 2, ["4 x 3"]),
    (["run", "inverse-ising", "L=6", "method=exact"], 2, ["22 spins"]),
    (["run", "ion-channel", "sites=13"], 2, ["4096"]),
    (["run", "ion-channel", "interaction=[1,2,3]"], 2, ["1 is expected"]),
    (["run", "driven-trap", "duration=-1"], 2, ["duration"]),
    (["run", "allen-cahn", "points=7"], 2, ["points"]),
    (["run", "allen-cahn", "start=formula", "formula=1/x"], 2, ["x = 0"]),
    (["run", "allen-cahn", "reaction=1e6", "-o", "blown.h5"], 1, ["not finite", "shorter steps"]),
    (["run", "burgers", "start=random", "waves=100000"], 2, ["1024"]),
    (["run", "kuramoto-sivashinsky", "problem=chaotic", "length=3"], 2, ["length"]),
    (["run", "navier-stokes-2d", "start=formula", "formula=x+z"], 2, ["z"]),
]


def test_bad_inputs():
    prepare()
    faults = []
    for words, code, texts in CASES:
        before = snapshot()
        done = command(*words, timeout=120, env=dict(os.environ, XDG_CACHE_HOME=os.path.abspath("../cache-" + str(os.getpid()))))
        after = snapshot()
        lines = done.stderr.strip().splitlines()
        problems = []
        if done.returncode != code:
            problems.append(f"exit code {done.returncode}, not {code}")
        if len(lines) != 1:
            problems.append(f"{len(lines)} lines of message")
        for text in texts:
            if text not in done.stderr:
                problems.append(f"no `{text}`")
        for path, digest in before.items():
            if after.get(path) != digest:
                problems.append(f"{path} changed")
        if code == 2 and set(after) - set(before):
            problems.append(f"left {sorted(set(after) - set(before))}")
        if problems:
            faults.append(f"{' '.join(words)}: {'; '.join(problems)}\n    {done.stderr.strip()[:400]}")
    print(len(CASES), "bad inputs")
    assert not faults, "\n" + "\n".join(faults)


tests(globals())
