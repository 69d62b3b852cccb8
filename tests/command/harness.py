"""What the tests of the command share: running it in a fresh folder and reading its JSON."""
import json
import os
import subprocess
import sys
import tempfile

ONSAGER = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SANITIZED = "ONSAGER_SANITIZED" in os.environ
FULL = os.environ.get("ONSAGER_EFFORT") == "full"

folder = tempfile.TemporaryDirectory(prefix="onsager-test-")
os.chdir(folder.name)


def command(*words, prefix=(), **options):
    """Runs the command; the finished process with .returncode, .stdout, .stderr as text."""
    return subprocess.run([*prefix, ONSAGER, *map(str, words)], capture_output=True, text=True, errors="replace", **options)


def run(*words, expected=0, **options):
    """`onsager run ... --json -`, parsed."""
    done = command("run", *words, "--json", "-", **options)
    assert done.returncode == expected, f"{words}: exit code {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def numbers(document):
    """The results of a run without what may differ from run to run: seconds and the archive's path."""
    tasks = []
    for task in document["tasks"]:
        tasks.append({key: value for key, value in task.items() if key != "seconds"})
    return {"system": document["system"], "seed": document["seed"], "tasks": tasks}


def by_point(document):
    """The tasks of a document by their parameters."""
    return {json.dumps(task["parameters"], sort_keys=True): task for task in numbers(document)["tasks"]}


def tests(namespace):
    """Runs every function test_*; a failure names itself and ends the file with code 1."""
    failed = 0
    for name, function in list(namespace.items()):
        if name.startswith("test_") and callable(function):
            try:
                function()
                print("ok", name, flush=True)
            except AssertionError as fault:
                failed += 1
                print("FAILED", name, "\n", fault, flush=True)
    sys.exit(1 if failed else 0)
