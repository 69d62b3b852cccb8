"""Many machines that know nothing of each other: parts of a job, merged, hold the bits of the undivided job; what must
not be merged is refused; status and --dry-run tell what is and what will be."""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from harness import ONSAGER, command, numbers, run, tests

JOB = ["ising", "L=6,8", "temperature=2.1:2.5:0.2", "replicas=3", "steps=3000", "measure.m6=magnetization^6"]
GLASS = ["spin-glass", "L=4", "temperature=[1.2,1.6,2]", "steps=128", "warmup=64", "replicas=1100"]
GOALS = ["ising", "L=4,6,8", "temperature=2.3", "replicas=2", "steps=1e5", "until.energy=1%", "series=yes"]
STORED = ["ising", "L=6", "temperature=2.1,2.4", "replicas=3", "steps=500", "series=yes", "snapshots=100"]


def content(path):
    """The results of an archive without its seconds."""
    done = command("show", path, "--json", "-")
    assert done.returncode == 0, done.stderr
    return numbers(json.loads(done.stdout))


def parts(job, name, count, **options):
    """Runs all parts of a job; their archives."""
    outputs = []
    for part in range(1, count + 1):
        output = f"{name}.{part}of{count}.h5"
        done = command("run", *job, "--part", f"{part}/{count}", "-o", output, "--quiet", **options)
        assert done.returncode == 0, done.stderr
        outputs.append(output)
    return outputs


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def same_file(first, second):
    """Every dataset and attribute of two archives but seconds and provenance, where h5py is there."""
    try:
        import h5py
        import numpy
    except ImportError:
        print("h5py is absent: the archives are compared by their results alone")
        return
    with h5py.File(first) as a, h5py.File(second) as b:
        names = [[], []]
        a.visit(names[0].append), b.visit(names[1].append)
        assert sorted(names[0]) == sorted(names[1]), set(names[0]) ^ set(names[1])
        for name in names[0]:
            if name.startswith("provenance"):
                continue
            if isinstance(a[name], h5py.Dataset):
                assert numpy.asarray(a[name][()]).tobytes() == numpy.asarray(b[name][()]).tobytes(), name
            for key in a[name].attrs:
                if key != "seconds":
                    x, y = numpy.asarray(a[name].attrs[key]), numpy.asarray(b[name].attrs[key])
                    assert x.tobytes() == y.tobytes() or numpy.array_equal(x, y), (name, key)


def merged_equals_whole(job, name, count):
    run(*job, "-o", f"{name}.h5")
    archives = parts(job, name, count)
    before = [digest(path) for path in archives]
    done = command("merge", *reversed(archives), "-o", f"{name}-all.h5")
    assert done.returncode == 0, done.stderr
    assert "replicas" in done.stdout and str(count) in done.stdout, done.stdout
    assert [digest(path) for path in archives] == before, "an input was changed"
    assert content(f"{name}-all.h5") == content(f"{name}.h5")
    same_file(f"{name}-all.h5", f"{name}.h5")
    assert not os.path.exists(f"{name}-all.h5.parts")


def test_parts_give_the_bits_of_the_whole():
    merged_equals_whole(JOB, "whole", 5)


def test_so_do_states_with_many_lanes():
    merged_equals_whole(GLASS, "glass", 3)


def test_so_do_goals_which_keep_tasks_whole():
    merged_equals_whole(GOALS, "goals", 3)


def test_so_do_series_and_snapshots():
    merged_equals_whole(STORED, "stored", 4)


def test_every_state_belongs_to_one_part():
    seen = []
    for part in range(1, 8):
        overview = json.loads(command("run", *JOB, "--part", f"{part}/7", "--dry-run", "--json", "-").stdout)
        seen.append(overview["replicas"])
    assert sum(seen) == 18 and max(seen) - min(seen) <= 1, seen


def test_names_of_parts():
    pathlib.Path("job.yaml").write_text("system: ising\nL: [4, 6]\nsteps: 200\noutput: out/given.h5\n")
    os.mkdir("out")
    assert command("run", "job.yaml", "--part", "2/3", "--quiet").returncode == 0
    assert os.path.exists("out/given.2of3.h5")
    pathlib.Path("plain.yaml").write_text("system: ising\nL: [4, 6]\nsteps: 200\n")
    assert command("run", "plain.yaml", "part=1/2", "--quiet").returncode == 0
    assert os.path.exists("plain.1of2.h5")


def test_a_merge_without_all_parts_can_be_finished():
    archives = parts(JOB, "some", 3)
    assert command("merge", archives[0], archives[2], "-o", "some-all.h5").returncode == 0
    before = json.loads(command("status", "some-all.h5", "--json", "-").stdout)["jobs"][0]
    assert sum(task["done"] for task in before["tasks"]) == 12, before
    assert command("run", *JOB, "-o", "some-all.h5", "--quiet").returncode == 0
    assert content("some-all.h5") == numbers(run(*JOB, "-o", "some-whole.h5"))


def test_killed_parts_resume():
    long = [word if not word.startswith("steps") else "steps=60000" for word in JOB] + ["checkpoint=0.05s", "threads=1"]
    words = [ONSAGER, "run", *long, "--part", "2/2", "-o", "killed.2of2.h5", "--quiet"]
    for _ in range(2):
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        time.sleep(0.4)
        process.kill()
        process.wait()
    assert subprocess.run(words).returncode == 0
    assert command("run", *long, "--part", "1/2", "-o", "killed.1of2.h5", "--quiet").returncode == 0
    assert command("merge", "killed.1of2.h5", "killed.2of2.h5", "-o", "killed-all.h5").returncode == 0
    assert content("killed-all.h5") == numbers(run(*long, "-o", "killed-whole.h5"))


def test_a_merge_that_is_broken_off_is_begun_anew():
    archives = parts(JOB, "broken", 3)
    for delay in (0.0, 0.01, 0.02, 0.04, 0.08):
        process = subprocess.Popen([ONSAGER, "merge", *archives, "-o", "broken-all.h5"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        if process.wait() == 0:
            os.remove("broken-all.h5")
        assert not os.path.exists("broken-all.h5") or command("show", "broken-all.h5").returncode == 0
        if os.path.exists("broken-all.h5"):
            os.remove("broken-all.h5")
    done = command("merge", *archives, "-o", "broken-all.h5")
    assert done.returncode == 0, done.stderr
    assert content("broken-all.h5") == numbers(run(*JOB, "-o", "broken-whole.h5"))


def refused(words, *said):
    here = {path: digest(path) for path in os.listdir(".") if os.path.isfile(path)}
    done = command("merge", *words)
    assert done.returncode == 2, (words, done.returncode, done.stderr)
    assert done.stderr.count("\n") == 1, done.stderr
    for text in said:
        assert text in done.stderr, (words, done.stderr)
    assert {path: digest(path) for path in os.listdir(".") if os.path.isfile(path)} == here, words
    assert not os.path.exists("x.h5.parts"), words


def test_refusals():
    one, two = parts(JOB, "refused", 2)
    run("potts", "L=4", "steps=200", "-o", "potts.h5")
    run(*JOB, "seed=2", "-o", "seed.h5")
    run(*[word if not word.startswith("steps") else "steps=4000" for word in JOB], "-o", "longer.h5")
    run(*JOB[:-1], "-o", "other-samples.h5")
    shutil.copy(one, "copy.h5")
    pathlib.Path("text.h5").write_text("no archive")
    broken = bytearray(pathlib.Path(two).read_bytes())
    for place in range(len(broken) // 3, len(broken), 997):
        broken[place] ^= 0x55
    pathlib.Path("torn.h5").write_bytes(broken)
    refused([one, "copy.h5", "-o", "x.h5"], "both hold replica 0", "seed 1")
    refused([one, one, "-o", "x.h5"], "twice")
    refused([one, "potts.h5", "-o", "x.h5"], "'potts'", "'ising'")
    refused([one, "seed.h5", "-o", "x.h5"], "seed 2", "seed 1")
    refused([one, "longer.h5", "-o", "x.h5"], "4000", "3000")
    refused([one, "other-samples.h5", "-o", "x.h5"], "m6")
    refused([one, "text.h5", "-o", "x.h5"], "text.h5")
    refused([one, "torn.h5", "-o", "x.h5"], "torn.h5")
    refused([one, "missing.h5", "-o", "x.h5"], "missing.h5")
    refused([one, two, "-o", one], "is one of the archives")
    refused([one, two, "-o", "potts.h5"], "is there already")
    refused([one, two, "-o", "x.txt"], ".h5")
    refused([one, two], "-o FILE.h5")
    refused(["-o", "x.h5"], "archives")
    os.symlink(one, "link.h5")
    refused([one, "link.h5", "-o", "x.h5"], "twice")
    refused([one, two, "-o", "link.h5"], "is one of the archives")


def test_refusals_of_parts():
    for words, said in ((["--part", "0/3"], "K/N"), (["--part", "4/3"], "K/N"), (["--part", "3"], "K/N"),
                        (["--part", "a/b"], "K/N"), (["--part", "1/19"], "18 parts at most"), (["part=-1/3"], "K/N"),
                        (["--part", "1/9999999999"], "K/N"), (["--part", "1/7", "until.energy=1%"], "stays whole")):
        done = command("run", *JOB, *words, "-o", "never.h5")
        assert done.returncode == 2 and said in done.stderr, (words, done.stderr)
        assert not os.path.exists("never.h5")


def status(*words):
    done = command("status", *words, "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["jobs"]


def test_status_while_a_job_runs():
    long = ["ising", "L=32", "temperature=2.1,2.4", "replicas=2", "steps=1e7", "update=metropolis", "checkpoint=0.05s",
            "threads=1"]
    process = subprocess.Popen([ONSAGER, "run", *long, "-o", "running.h5", "--quiet"],
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            time.sleep(0.05)
            if os.path.isdir("running.h5.parts") and any(n.endswith(".part") for n in os.listdir("running.h5.parts")):
                break
        job = status("running.h5")[0]
        assert job["running"] == 1 and len(job["tasks"]) == 2, job
        assert 0 <= sum(task["steps_made"] for task in job["tasks"]) < 4e7, job
        assert 1 <= sum(task["begun"] for task in job["tasks"]) <= 4 and not any(task["done"] for task in job["tasks"]), job
        assert status("running.h5.parts")[0]["running"] == 1
        text = command("status", *long, "output=running.h5").stdout
        assert "1 process here" in text and "last stored" in text, text
        assert process.poll() is None, "asking must not end the job"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    job = status("running.h5")[0]
    assert job["running"] == 0 and sum(task["begun"] for task in job["tasks"]) >= 1, job


def test_status_of_parts_folders_and_jobs():
    os.mkdir("folder")
    pathlib.Path("folder/job.yaml").write_text("system: ising\nL: [4, 6]\nreplicas: 2\nsteps: 200\n")
    job = ["folder/job.yaml"]
    assert "2 left" in command("status", *job).stdout
    assert command("run", *job, "--part", "1/4", "--quiet").returncode == 0
    text = command("status", *job).stdout
    assert "0 done, 1 begun, 1 left" in text and "25.0 %" in text, text
    assert status("folder/job.1of4.h5")[0]["tasks"][0]["replicas"] == 1
    for part in (2, 3, 4):
        assert command("run", *job, "--part", f"{part}/4", "--quiet").returncode == 0
    assert "2 done, 0 begun, 0 left" in command("status", "folder").stdout
    assert len(status("folder")) == 1
    for words in (["nowhere"], ["nowhere.h5"], ["folder/job.yaml", "stpes=3"], ["out-of-this-world.h5.parts"]):
        done = command("status", *words)
        assert done.returncode == 2 and done.stderr.count("\n") == 1, (words, done.stderr)


def test_a_dry_run_runs_nothing():
    before = sorted(os.listdir("."))
    foreseen = json.loads(command("run", *JOB, "-o", "dry.h5", "--dry-run", "--json", "-").stdout)
    assert sorted(os.listdir(".")) == before
    assert foreseen["tasks"] == 6 and foreseen["replicas"] == 18 and foreseen["steps"] == 54000
    assert foreseen["memory_bytes"] > 0 and foreseen["core_hours"] > 0 and foreseen["hours"] > 0
    run(*JOB, "-o", "dry.h5")
    assert 0.2 < foreseen["archive_bytes"] / os.path.getsize("dry.h5") < 5, foreseen
    text = command("run", "ising", "L=32", "--dry-run", "until.energy=1%").stdout
    assert "at most" in text and "archive" in text, text
    assert command("run", "ising", "L=32", "--dry-run", "stpes=3").returncode == 2


tests(globals())
