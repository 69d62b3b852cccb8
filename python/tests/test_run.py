"""Jobs from Python: keywords, grids, controls, errors.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import numpy as np
import pytest

import onsager


def test_runs_a_grid_of_keywords(tmp_path):
    results = onsager.run("ising", L=[4, 6], temperature=np.array([2.0, 2.5]), steps=200, output=tmp_path / "a.h5",
                          progress=False)
    binder = results["binder"]
    assert binder.dims == ("L", "temperature")
    assert binder.mean.shape == binder.error.shape == (2, 2)


def test_refuses_an_unknown_keyword_with_the_nearest_name():
    with pytest.raises(ValueError, match="temperature"):
        onsager.run("ising", temprature=2.0)
