"""onsager: a laboratory for statistical physics.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from . import colours, random, spins, statistics, systems
from .callbacks import Answer as _Answer
from .declarations import Derived, Exact, Formula, Histogram, Mean, Parameter, Series, Table, Value
from ._native import lib as _lib, text as _text
from .errors import Error, FailedError, Interrupted, InvalidError, OnsagerWarning, OutOfMemoryError
from .jobs import Job, run
from .results import Results, read as open
from .user_systems import System, Traits as _Traits

__version__ = "0.1.0"

DONE, STOPPED = _Answer.DONE, _Answer.STOPPED
STATIONARY, QUENCHED, CONTINUOUS = _Traits.STATIONARY, _Traits.QUENCHED, _Traits.CONTINUOUS
