"""The guide, docs/python.md, and the tutorial: the programs of a page run one after the other in one folder, with the
output that it shows.

Digits are not compared: an analysis may become better in the last ones.

ONSAGER_WRITE_GUIDE=1 writes the outputs into the pages.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"(<!-- (file|output) (\S+) -->\n```\w*\n)(.*?)^```$", re.M | re.S)


def shape(text):
    """A text with every number as #, and with single blanks."""
    return " ".join(re.sub(r"-?\d+(\.\d*)?(e[-+]\d+)?", "#", text).split())


@pytest.mark.parametrize("document, programs", [("python.md", 7), ("python-learning.md", 3), ("tutorial.md", 1)])
def test_the_programs_of_the_guide_give_what_it_shows(tmp_path, document, programs):
    for needed in ("pandas", "xarray", "matplotlib", "h5py"):
        pytest.importorskip(needed)
    path = DOCS / document
    page, outputs, seen = path.read_text(), {}, {}
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path), PYTHONWARNINGS="ignore")
    for _, kind, name, text in BLOCK.findall(page):
        if not name.endswith(".py"):
            continue
        if kind == "output":
            seen[name] = text
            continue
        (tmp_path / name).write_text(text)
        done = subprocess.run([sys.executable, name], cwd=tmp_path, env=environment, capture_output=True, text=True,
                              timeout=300)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        outputs[name] = done.stdout
    if os.environ.get("ONSAGER_WRITE_GUIDE"):
        path.write_text(BLOCK.sub(lambda block: block[1] + (outputs[block[3]] if block[2] == "output" else block[4]) + "```",
                                  page))
    else:
        assert len(outputs) >= programs
        assert {name: shape(text) for name, text in seen.items()} == {name: shape(outputs[name]) for name in seen}
