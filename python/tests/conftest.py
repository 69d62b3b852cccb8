"""What the tests of the Python package share.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import warnings

import numpy as np
import pytest

import onsager


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Archives of default name land in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def young_runs_are_no_news():
    """Short runs are flagged, as they should be; tests of the warnings look for them themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", onsager.OnsagerWarning)
        yield


@pytest.fixture(scope="session")
def ising(tmp_path_factory):
    """A small grid of the Ising model with Wolff clusters, two sizes and five temperatures."""
    folder = tmp_path_factory.mktemp("ising")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", onsager.OnsagerWarning)
        return onsager.run("ising", L=[4, 8], temperature=np.linspace(2.0, 2.6, 5), update="wolff", steps=4000,
                           output=folder / "grid.h5", progress=False)
