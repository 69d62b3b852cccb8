"""The progress of a job: one line on a terminal, a bar in a notebook.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import html
import math
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a job is: measured steps of all replicas, and the largest relative error of a goal so far (NaN: none)."""

    phase: str
    done: float
    total: float  # 0: unknown
    seconds: float
    rate: float
    worst_error: float

    @property
    def fraction(self):
        """The part that is done, 0 to 1; NaN where the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total > 0 else math.nan

    @property
    def left(self):
        """Seconds that are left at the present rate; NaN where that is unknown."""
        return max(self.total - self.done, 0.0) / self.rate if self.total > 0 and self.rate > 0 else math.nan

    def __str__(self):
        text = f"{self.phase or 'running'}: "
        text += f"{self.done:.3g}/{self.total:.3g} steps ({100 * self.fraction:.0f} %)" if self.total > 0 else \
            f"{self.done:.3g} steps"
        text += f", {self.rate:.3g} a second" if self.rate > 0 else ""
        text += f", {duration(self.left)} left" if math.isfinite(self.left) else ""
        return text + (f", worst error {100 * self.worst_error:.2g} %" if math.isfinite(self.worst_error) else "")


def duration(seconds):
    """A time for reading: 90 s, 12 min, 3.4 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def in_notebook():
    """Whether a notebook shows what we print."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def display(progress):
    """What shows the progress: a context manager to be called with every Progress; None for silence.

    progress: None (a bar in a notebook, a line where standard error is a terminal, else silence), False (silence), True
    (also where it is none), or a function that takes a Progress.
    """
    if callable(progress):
        return _Called(progress)
    if progress is None:
        return _Notebook() if in_notebook() else _Terminal() if sys.stderr is not None and sys.stderr.isatty() else None
    if not progress:
        return None
    return _Notebook() if in_notebook() else _Terminal()


class _Called:
    def __init__(self, function):
        self._function = function

    def __enter__(self):
        return self

    def __call__(self, progress):
        self._function(progress)

    def __exit__(self, *error):
        return None


class _Terminal:
    """One line that is renewed; where standard error is no terminal, lines at growing intervals."""

    def __init__(self):
        self._renew, self._shown, self._next = sys.stderr.isatty(), False, 1.0

    def __enter__(self):
        return self

    def __call__(self, progress):
        if self._renew:
            sys.stderr.write(f"\r{progress}\033[K")
        elif progress.seconds >= self._next:
            self._next = max(2 * self._next, progress.seconds) if self._next < 60 else progress.seconds + 60
            sys.stderr.write(f"{progress}\n")
        else:
            return
        self._shown = True
        sys.stderr.flush()

    def __exit__(self, *error):
        if self._renew and self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


class _Notebook:
    """A bar that is taken away at the end."""

    def __init__(self):
        self._handle = None

    def __enter__(self):
        return self

    def __call__(self, progress):
        from IPython.display import HTML, display as show

        value = f' value="{progress.fraction:.4f}"' if math.isfinite(progress.fraction) else ""
        bar = HTML(f'<progress max="1"{value} style="width:16em"></progress> {html.escape(str(progress))}')
        if self._handle is None:
            self._handle = show(bar, display_id=True)
        else:
            self._handle.update(bar)

    def __exit__(self, *error):
        from IPython.display import HTML

        if self._handle is not None:
            self._handle.update(HTML(""))
