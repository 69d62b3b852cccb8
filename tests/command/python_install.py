"""pip install . from a copy of the sources in a virtual environment: the package, its command and its tests.

Only with ONSAGER_EFFORT=full, since the whole library is compiled; offline, with the packages of this python3.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PYTHON = next((path for path in (sys.executable, "/usr/bin/python3") if subprocess.run(
    [path, "-c", "import cffi, mesonpy, numpy, pytest, venv"], capture_output=True).returncode == 0), None)
FOLDERS = ("cli", "include", "papers", "python", "src", "systems", "docs", "examples", "tests", "bench")


def copy_sources(target):
    for name in FOLDERS:
        shutil.copytree(SOURCE / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("meson.build", "meson_options.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(SOURCE / name, target / name)


def run(words, folder):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run([str(word) for word in words], cwd=folder, env=dict(environment, MPLBACKEND="agg"),
                          capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def main():
    if os.environ.get("ONSAGER_EFFORT") != "full":
        print("skipped: pip install . compiles the whole library (ONSAGER_EFFORT=full)")
        return 77
    if PYTHON is None:
        print("skipped: python3 has no cffi, meson-python, numpy, pytest and venv together")
        return 77
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "source").mkdir()
        copy_sources(root / "source")
        run([PYTHON, "-m", "venv", "--system-site-packages", "own"], root)
        run(["own/bin/python", "-m", "pip", "install", "--no-build-isolation", root / "source"], root)
        shown = run(["own/bin/python", "-c", "import onsager; print(onsager.__file__)"], root)
        assert str(root) in shown, shown
        assert "ising" in run(["own/bin/onsager", "list", "systems"], root)
        tests = run(["own/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", root / "source/python/tests"], root)
        print(tests.splitlines()[-1])
    return 0


sys.exit(main())
