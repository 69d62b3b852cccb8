"""The documentation runs: every line `onsager ...` of the sh blocks of README.md and docs/*.md, with its exit code.

Each page has a folder of its own, with a copy of examples/ in it. A block that follows `<!-- file NAME -->` is written to
NAME first. `# exit code 2` behind a command or on the line below it says what is expected instead of 0; `# not run` says
that a line is shown only.
"""
import os
import pathlib
import re
import shutil
import subprocess

from harness import ONSAGER, SOURCE, folder, tests

FENCE = re.compile(r"^```(\w*)\s*$")
FILE = re.compile(r"^<!-- file (\S+) -->$")
EXIT_CODE = re.compile(r"#\s*exit code (\d+)\s*$")


def blocks(page):
    """(kind, name of the file or None, number of the first line, lines) of every fenced block."""
    name, kind, begin, lines = None, None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if kind is not None and fence:
            yield kind, name, begin, lines
            name, kind = None, None
        elif kind is not None:
            lines.append(line)
        elif fence:
            kind, begin, lines = fence.group(1), number + 1, []
        elif line.strip():
            name = FILE.match(line).group(1) if FILE.match(line) else None
    assert kind is None, f"{page}: the block of line {begin} is not closed"


def commands(begin, lines):
    """(line number, command, expected exit code) of every command that is to be run."""
    joined, number = "", begin
    for index, line in enumerate(lines):
        if not joined:
            number = begin + index
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        joined += line
        following = lines[index + 1].strip() if index + 1 < len(lines) else ""
        here, below = EXIT_CODE.search(joined), following.startswith("#") and EXIT_CODE.search(following)
        if joined.startswith("onsager ") and not joined.rstrip().endswith("# not run"):
            yield number, joined, int((here or below).group(1)) if here or below else 0
        joined = ""


def prepare(page):
    """A folder for the page, and an environment in which `onsager` is the command under test."""
    root = pathlib.Path(folder.name, page.name)
    work, programs = root / "work", root / "bin"
    work.mkdir(parents=True)
    programs.mkdir()
    shutil.copytree(pathlib.Path(SOURCE, "examples"), work / "examples")
    script = programs / "onsager"
    script.write_text(f'#!/bin/sh\nexec "{ONSAGER}" "$@"\n')
    script.chmod(0o755)
    return work, dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", XDG_CACHE_HOME=str(root / "cache"))


def run_page(page):
    work, environment = prepare(page)
    count, faults = 0, []
    for kind, name, begin, lines in blocks(page):
        if name:
            (work / name).write_text("\n".join(lines) + "\n")
        if kind != "sh":
            continue
        for number, line, expected in commands(begin, lines):
            done = subprocess.run(["sh", "-c", line], cwd=work, env=environment, capture_output=True, text=True,
                                  errors="replace")
            count += 1
            if done.returncode != expected:
                faults.append(f"{page}:{number}: {line}\nexit code {done.returncode}, not {expected}\n{done.stderr}")
    assert not faults, "\n".join(faults)
    return count


def page_test(page):
    def test():
        print(page.relative_to(SOURCE), run_page(page), "commands", flush=True)

    return test


PAGES = [pathlib.Path(SOURCE, "README.md"), *sorted(pathlib.Path(SOURCE, "docs").glob("*.md"))]
tests({f"test_{page.stem}": page_test(page) for page in PAGES})
