"""onsager: a laboratory for statistical physics.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from . import systems
from ._native import lib as _lib, text as _text
from .errors import Error, FailedError, Interrupted, InvalidError, OnsagerWarning, OutOfMemoryError
from .jobs import Job, run
from .results import Results, read as open

__version__ = "0.1.0"
