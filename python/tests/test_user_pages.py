"""The pages about systems and engines in Python: their programs run, with the output that they show.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- (file|run|output)(?: (\S+))? -->\n```\w*\n(.*?)^```$", re.M | re.S)
PAGES = ("python-systems.md", "python-engines.md")


def execute(script, folder):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    done = subprocess.run([sys.executable, str(script)], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_the_programs_of_a_page_run(page, tmp_path):
    outputs, found = {}, 0
    for kind, name, text in BLOCK.findall((ROOT / "docs" / page).read_text()):
        found += 1
        if kind == "output":
            assert outputs[name] == text
            continue
        script = tmp_path / (name or f"block-{found}.py")
        script.write_text(text)
        outputs[name] = execute(script, tmp_path)
    assert found >= 2


@pytest.mark.parametrize("script", sorted((ROOT / "examples" / "python").glob("*.py")), ids=lambda path: path.name)
def test_the_examples_run(script, tmp_path):
    assert execute(script, tmp_path)
