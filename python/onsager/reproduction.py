"""Papers: published results, held against ours; onsager.reproduce("fisher-curvature").

SPDX-License-Identifier: GPL-3.0-or-later
"""

import math
import os
import threading
from dataclasses import dataclass

from . import _descriptors
from ._native import check, encoded, ffi, lib, message, raise_status, text
from .errors import InvalidError, Interrupted
from .jobs import Watched
from .progress import display
from .results import Results, read
from .text import number

EFFORTS = {"quick": lib.ONS_QUICK, "standard": lib.ONS_STANDARD, "full": lib.ONS_FULL}


def papers():
    """The papers that can be reproduced: {name: title}."""
    return {name: text(paper.title) for name, paper in _papers().items()}


def _papers():
    found, place = {}, lib.ons_papers()
    while place[0]:
        found[text(place[0].name)] = place[0]
        place += 1
    return found


@dataclass(frozen=True)
class Claim:
    """One claim of a paper with our number (NaN: none) and the verdict: agrees, differs, not-checked."""

    id: str
    kind: str
    quantity: str
    published: float
    published_error: float
    ours: float
    our_error: float
    sigma: float
    verdict: str
    why: str


@dataclass(frozen=True)
class Reproduction:
    """What came of reproducing a paper: `claims`, `notes`, and `jobs`, the paths of the archives by name."""

    paper: str
    title: str
    effort: str
    claims: list
    notes: list
    jobs: dict

    def results(self, job) -> Results:
        """The Results of one of its jobs."""
        if job not in self.jobs:
            raise InvalidError(f"there is no job '{job}'; there are {', '.join(self.jobs)}")
        return read(self.jobs[job])

    def to_dataframe(self):
        """A pandas data frame, a row for each claim."""
        from .frames import _pandas

        return _pandas().DataFrame([vars(claim) for claim in self.claims])

    def __repr__(self):
        lines = [f"{self.paper} ({self.effort}): {self.title}"]
        for claim in self.claims:
            ours = f" ours {number(claim.ours, claim.our_error)}, published {claim.published:g}" \
                if math.isfinite(claim.ours) and claim.kind in ("exact", "published") else ""
            lines.append(f"  {claim.verdict:<11} {claim.id}: {claim.quantity}{';' if ours else ''}{ours}")
        return "\n".join(lines)


@ffi.def_extern(name="onsager_find_system")
def _find(name):
    known = _descriptors.registry.get(text(name))
    return known.pointer if known else ffi.NULL


def reproduce(paper, effort="quick", folder=None, *, threads=0, progress=None) -> Reproduction:
    """Reproduces a paper: runs its jobs and holds its claims against our numbers.

    effort: quick (seconds), standard (a coffee break), full (the paper's own scale). folder: where archives go, PAPER by
    default; the same call again goes on there. progress: as for onsager.run.
    """
    known = _papers()
    if paper not in known:
        guess = _descriptors.nearest(paper, known)
        raise InvalidError(f"there is no paper '{paper}'" + (f", did you mean '{guess}'?" if guess else ""))
    if effort not in EFFORTS:
        raise InvalidError(f"effort is quick, standard or full, not '{effort}'")
    folder = os.fspath(folder if folder is not None else paper)
    watched, place, end = Watched(), ffi.new("ons_reproduction **"), {}

    def work():
        options = ffi.new("ons_reproduce_options *", {"effort": EFFORTS[effort], "threads": threads})
        path, command = ffi.new("char[]", encoded(folder)), ffi.new("char[]", encoded(f"onsager.reproduce({paper!r}, {effort!r})"))
        data = ffi.new("char[]", encoded(os.environ.get("ONSAGER_DATA", "")))
        options.folder, options.find, options.data = path, ffi.addressof(lib, "onsager_find_system"), data
        told = watched.give(options.run)
        options.run.command = command
        try:
            end["status"] = lib.ons_reproduce(place, known[paper], options)
            end["message"] = message()
        finally:
            del told
            watched.done.set()

    thread = threading.Thread(target=work, name="onsager")
    thread.start()
    try:
        watched.watch(display(progress))
    except KeyboardInterrupt:
        watched.stop()
        raise Interrupted(f"interrupted: all is stored in {folder}; the same call goes on", folder) from None
    finally:
        thread.join()
        made = ffi.gc(place[0], lib.ons_reproduction_free) if place[0] else None
    if end["status"] < 0:
        raise_status(end["status"], end["message"])
    check(end["status"])
    return _collected(paper, known[paper], effort, made)


def _collected(name, paper, effort, made):
    place = ffi.new("const ons_settled **")
    count = lib.ons_reproduction_claims(made, place)
    claims = [Claim(text(one.claim.id), text(lib.ons_claim_kind_name(one.claim.kind)), text(one.claim.quantity),
                    one.claim.published, one.claim.published_error, one.ours, one.error, one.sigma,
                    text(lib.ons_verdict_name(one.verdict)), text(one.why))
              for one in (place[0][k] for k in range(count))]
    notes = ffi.new("const char *const **")
    told = [text(notes[0][k]) for k in range(lib.ons_reproduction_notes(made, notes))]
    jobs = ffi.new("const ons_reproduction_job **")
    paths = {}
    for k in range(lib.ons_reproduction_jobs(made, jobs)):
        paths[text(jobs[0][k].name)] = text(jobs[0][k].path)
    return Reproduction(name, text(paper.title), effort, claims, told, paths)
