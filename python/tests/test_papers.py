"""Papers from Python: the claims of the command.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pytest

import onsager


def test_a_paper_is_held_against_its_claims(tmp_path):
    assert "onsager-1944" in onsager.papers()
    made = onsager.reproduce("onsager-1944", "quick", tmp_path / "paper", progress=False)
    assert made.claims and {claim.verdict for claim in made.claims} <= {"agrees", "not-checked"}
    assert any(claim.verdict == "agrees" for claim in made.claims)
    assert len(made.to_dataframe()) == len(made.claims) and made.claims[0].id in repr(made)
    for name in made.jobs:
        assert made.results(name).tasks


def test_refuses_unknown_papers_and_efforts():
    with pytest.raises(onsager.InvalidError, match="onsager-1944"):
        onsager.reproduce("onsager-1945")
    with pytest.raises(onsager.InvalidError, match="standard"):
        onsager.reproduce("onsager-1944", "large")
