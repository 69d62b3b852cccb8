"""What `make install` lays down: the command, the library in both kinds with its pkg-config file, headers, manual page and
completion. The example of docs/library.md builds and runs against it, shared and static, and so does a system of one's
own."""
import os
import pathlib
import re
import shutil
import subprocess

from harness import ONSAGER, SANITIZED, SOURCE, folder, tests

BUILD = os.path.dirname(ONSAGER)
ROOT = os.path.join(folder.name, "root")


def call(*words, environment=None, expected=0):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=dict(os.environ, **(environment or {})))
    assert done.returncode == expected, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def install():
    call("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", ROOT)
    [pc] = pathlib.Path(ROOT).rglob("onsager.pc")
    return pc, pathlib.Path(ROOT + re.search(r"^prefix=(.*)$", pc.read_text(), re.M).group(1))


PC, PREFIX = install()
LIBRARY = PC.parent.parent


def flags(*options):
    return call("pkg-config", f"--define-variable=prefix={PREFIX}", *options, "onsager",
                environment={"PKG_CONFIG_PATH": str(PC.parent)}).split()


def test_files_are_there():
    for name in ("bin/onsager", "include/onsager.h", "include/onsager/lab.h", "share/man/man1/onsager.1",
                 "share/bash-completion/completions/onsager.bash"):
        assert (PREFIX / name).is_file(), name
    for name in ("libonsager.so", "libonsager.so.0", "libonsager.a", "pkgconfig/onsager.pc"):
        assert (LIBRARY / name).exists(), name


def test_the_example_builds_against_the_shared_library():
    source = pathlib.Path(SOURCE, "examples", "use-library.c")
    call("cc", "-std=c17", source, "-o", "shared", *flags("--cflags", "--libs"))
    out = call("./shared", environment={"LD_LIBRARY_PATH": str(LIBRARY)})
    assert "Kaufman 1949" in out, out


def test_a_network_learns_from_a_c_program():
    source = pathlib.Path(SOURCE, "examples", "learn.c")
    call("cc", "-std=c17", source, "-o", "learn", *flags("--cflags", "--libs"), "-lm")
    out = call("./learn", environment={"LD_LIBRARY_PATH": str(LIBRARY)})
    assert "largest error" in out, out


def test_the_example_builds_against_the_static_library():
    source = pathlib.Path(SOURCE, "examples", "use-library.c")
    words = [str(LIBRARY / "libonsager.a") if word == "-lonsager" else word for word in flags("--static", "--libs")]
    call("cc", "-std=c17", source, "-o", "static", *flags("--cflags"), *words)
    assert "libonsager" not in call("ldd", "./static")
    assert "Kaufman 1949" in call("./static")


def test_the_installed_command_runs_and_compiles_a_system():
    command, environment = PREFIX / "bin" / "onsager", {"LD_LIBRARY_PATH": str(LIBRARY), "XDG_CACHE_HOME": folder.name}
    assert "onsager " in call(command, "--version", environment=environment)
    shutil.copy(pathlib.Path(SOURCE, "examples", "my-system.c"), "my-system.c")
    call(command, "run", "./my-system.c", "--quiet", "-o", "mine.h5", environment=environment)
    assert os.path.exists("mine.h5")


def test_the_manual_page_is_clean():
    page = PREFIX / "share" / "man" / "man1" / "onsager.1"
    if not shutil.which("mandoc"):
        print("mandoc is absent: the manual page is not checked")
        return
    assert call("mandoc", "-Tlint", "-W", "style", page) == ""


if SANITIZED: # the libraries need the sanitizers' own, which other programs lack
    print("skipped under sanitizers")
else:
    tests(globals())
