"""onsager: a laboratory for statistical physics.

    >>> import numpy as np, onsager
    >>> results = onsager.run("ising", L=[16, 32], temperature=np.linspace(2, 2.5, 11), until={"binder": 1e-3})
    >>> results["binder"].mean, results["binder"].error       # arrays over (L, temperature)
    >>> results.to_dataframe()                                # pandas; to_xarray() too
    >>> results.plot(x="temperature", y="binder", by="L")     # matplotlib, with error bars
    >>> results.crossing("binder")                            # where the curves of neighbouring sizes cross

run, submit     run a job here, in the background, or in a process of its own
watch           see a system run, on a live page
open            read an archive (FILE.h5) of this module or of the command
systems         every system as a function with its parameters: onsager.systems.ising(L=16).run()
papers, reproduce   published results, held against ours

What is heavy (numpy, pandas, xarray, matplotlib) is loaded when it is needed.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from typing import TYPE_CHECKING

from ._native import version as __version__
from .errors import Cancelled, Error, FailedError, Interrupted, InvalidError, OnsagerWarning, OutOfMemoryError

if TYPE_CHECKING:
    from . import analysis, colours, learning, random, spins, statistics, systems
    from .background import Submitted, submit
    from .jobs import Job, Progress, merge, run
    from .page import Watch, watch
    from .declarations import Derived, Exact, Formula, Histogram, Mean, Parameter, Series, Table, Value
    from .reproduction import papers, reproduce
    from .results import Quantity, Results, Task, open
    from .user_systems import CONTINUOUS, DONE, QUENCHED, STATIONARY, STOPPED, System

# name -> the module that has it
_LAZY = {
    "analysis": None, "learning": None, "systems": None, "colours": None, "random": None, "spins": None, "statistics": None,
    "Submitted": "background", "submit": "background",
    "Watch": "page", "watch": "page",
    "Job": "jobs", "Progress": "jobs", "merge": "jobs", "run": "jobs",
    "papers": "reproduction", "reproduce": "reproduction",
    "Quantity": "results", "Results": "results", "Task": "results", "open": "results",
    "Derived": "declarations", "Exact": "declarations", "Formula": "declarations", "Histogram": "declarations",
    "Mean": "declarations", "Parameter": "declarations", "Series": "declarations", "Table": "declarations",
    "Value": "declarations",
    "CONTINUOUS": "user_systems", "DONE": "user_systems", "QUENCHED": "user_systems", "STATIONARY": "user_systems",
    "STOPPED": "user_systems", "System": "user_systems",
}

__all__ = [
    "Cancelled", "Error", "FailedError", "Interrupted", "InvalidError", "OnsagerWarning", "OutOfMemoryError",
    *_LAZY,
]


def __getattr__(name):
    import importlib

    if name not in _LAZY:
        raise AttributeError(f"module 'onsager' has no attribute '{name}'")
    module = importlib.import_module(f".{_LAZY[name] or name}", __name__)
    value = module if _LAZY[name] is None else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*__all__, "__version__"])
