"""Torn files, full disks, interrupts: a message, the last good state is used, no crash, no wrong result."""
import os
import random
import resource
import shutil
import signal
import subprocess
import time

from harness import ONSAGER, command, numbers, run, tests

JOB = ["ising", "L=24", "temperature=2.1,2.4", "replicas=2", "steps=20000", "update=metropolis", "checkpoint=0.05s"]


def interrupted(output, job=JOB, seconds=0.6, number=signal.SIGINT):
    """Starts the job and sends it a signal after some time; the finished process."""
    process = subprocess.Popen([ONSAGER, "run", *job, "-o", output], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(seconds)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def straight():
    global reference
    if "reference" not in globals():
        reference = numbers(run(*JOB, "-o", "straight.h5"))
    return reference


LONG = [word if not word.startswith("steps") else "steps=400000" for word in JOB]


def test_interrupt_writes_parts_and_says_how_to_resume():
    code, out, err = interrupted("ctrl-c.h5", LONG)
    assert code == 130, (code, err)
    assert "onsager run" in err and "ctrl-c.h5" in err, err
    assert os.listdir("ctrl-c.h5.parts")
    shown = command("show", "ctrl-c.h5")
    assert shown.returncode == 0, shown.stderr


def test_terminate_is_an_interrupt_too():
    code, _, err = interrupted("term.h5", LONG, number=signal.SIGTERM)
    assert code == 143, (code, err)
    assert os.listdir("term.h5.parts")


# Steps that are longer than the time between two stores: some begin anew, some go on in the middle.
LONG_STEPS = [
    ["driven-trap", "trajectories=60000", "slices=20"],
    ["ion-channel", "sites=3", "trajectories=20000", "duration=20"],
    ["inverse-ising", "L=5", "samples=4000", "sampler=heat-bath", "method=naive"],
    ["maximum-entropy", "variables=7", "values=[0:4:1]", "features=x1;x2;x1*x2;x3", "averages=[1,1,1.1,2.5]"],
    ["sk-theory", "temperature=0.2", "field=0.3"],
    ["dense-hopfield", "N=120", "load=0.1", "temperature=[0.2:0.5:0.1]", "steps=3", "warmup=0", "replicas=1"],
    ["navier-stokes-2d", "points=64", "steps=1"],
]


def test_long_steps_end_and_give_the_same_bits():
    for k, job in enumerate(LONG_STEPS):
        whole = numbers(run(*job, "-o", f"whole{k}.h5"))
        often = numbers(run(*job, "checkpoint=0.05s", "-o", f"often{k}.h5", timeout=120))
        assert whole == often, job


def test_long_steps_are_left():
    for k, job in enumerate((["driven-trap", "trajectories=10000000"],
                             ["dense-hopfield-theory", "P=3,4,6,8,20,100", "level=1rsb", "lines=all", "temperature=0,0.1,0.2,0.3"],
                             ["navier-stokes-2d", "points=512", "time_step=1e-5"])):
        code, _, err = interrupted(f"left{k}.h5", job, seconds=1.5)
        assert code == 130, (job, code, err)


def parts_of(output):
    assert interrupted(output, seconds=0.5)[0] in (0, 130)
    folder = output + ".parts"
    if not os.path.isdir(folder):
        return folder, []
    return folder, sorted(name for name in os.listdir(folder) if name.endswith(".part"))


def test_truncated_and_flipped_parts():
    rng = random.Random(3)
    for round in range(6):
        output = f"torn{round}.h5"
        folder, parts = parts_of(output)
        for name in parts:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            if round % 2:
                with open(path, "r+b") as file:
                    file.truncate(rng.randrange(size))
            else:
                with open(path, "r+b") as file:
                    place = rng.randrange(size)
                    file.seek(place)
                    byte = file.read(1)[0]
                    file.seek(place)
                    file.write(bytes([byte ^ (1 << rng.randrange(8))]))
        if os.path.exists(output):
            os.remove(output)
        resumed = command("run", *JOB, "-o", output)
        assert resumed.returncode == 0, resumed.stderr
        if parts:
            assert "part" in resumed.stderr, "a damaged part must be named: " + resumed.stderr
        assert numbers(run(*JOB, "-o", output)) == straight()


def test_damaged_archives_never_crash_and_never_lie():
    run(*JOB, "-o", "whole.h5")
    good = command("show", "whole.h5", "--json", "-").stdout
    size = os.path.getsize("whole.h5")
    rng = random.Random(5)
    noticed = 0
    for trial in range(60):
        shutil.copy("whole.h5", "damaged.h5")
        with open("damaged.h5", "r+b") as file:
            if trial % 3 == 0:
                file.truncate(rng.randrange(size))
            else:
                place = rng.randrange(min(size, 1 << 16)) if trial % 3 == 1 else rng.randrange(size)
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ (1 << rng.randrange(8))]))
        shown = command("show", "damaged.h5", "--json", "-")
        assert shown.returncode in (0, 1, 2), (trial, shown.returncode, shown.stderr)
        if shown.returncode == 0:
            assert shown.stdout.replace("damaged.h5", "whole.h5") == good, f"trial {trial} gave other numbers without a word"
        else:
            noticed += 1
            assert len(shown.stderr.strip().splitlines()) == 1, shown.stderr
    assert noticed >= 20


def test_no_file_may_grow():
    """RLIMIT_FSIZE stands for a full disk where no small file system can be mounted."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    full = command("run", *JOB, "-o", "limited.h5", preexec_fn=limit)
    assert full.returncode == 1, (full.returncode, full.stderr)
    assert full.stderr.strip(), "a message"
    assert not os.path.exists("limited.h5")
    assert numbers(run(*JOB, "-o", "limited.h5")) == straight()


def test_full_disk():
    os.mkdir("small")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", "small"], capture_output=True)
    if mounted.returncode != 0:
        print("skipped: no tmpfs may be mounted here")
        return
    try:
        full = command("run", *JOB, "-o", "small/full.h5")
        assert full.returncode == 1, (full.returncode, full.stderr)
        assert "space" in full.stderr.lower(), full.stderr
        assert not os.path.exists("small/full.h5")
        subprocess.run(["mount", "-o", "remount,size=64m", "small"], check=True)
        resumed = run(*JOB, "-o", "small/full.h5")
        assert numbers(resumed) == straight()
    finally:
        subprocess.run(["umount", "small"], check=False)


def test_a_running_job_without_parts_is_said_to_have_none():
    young = [word for word in LONG if not word.startswith("checkpoint")] + ["checkpoint=1h", "-o", "young.h5"]
    running = subprocess.Popen([ONSAGER, "run", *young], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    while not os.path.exists("young.h5.parts/job.yaml"):
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.01)
    shown = command("show", "young.h5")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert shown.returncode == 2 and "stored nothing yet" in shown.stderr, (shown.returncode, shown.stderr)
    shown = command("show", "young.h5")
    assert shown.returncode == 0 and "energy" in shown.stdout, shown.stderr


def test_two_runs_of_one_output_at_once():
    first = subprocess.Popen([ONSAGER, "run", *LONG, "-o", "shared.h5"], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.5)
    second = command("run", *LONG, "-o", "shared.h5")
    assert os.path.isdir("shared.h5.parts"), "the refused run took the parts of the running one away"
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    assert first.returncode == 130, first.returncode
    assert second.returncode in (1, 2) and "shared.h5" in second.stderr, second.stderr


tests(globals())
