"""Jobs in the background: in a thread of this process, or in a process of their own.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import math
import os
import pickle
import signal
import subprocess
import sys
import threading

from ._native import Error
from .errors import Cancelled, FailedError, Interrupted
from .jobs import Job, Running, _unfold, warn
from .progress import Progress
from .results import Results, read


def submit(system, /, *, process=False, progress=None, **words):
    """Begins a job in the background and gives a Submitted at once; the arguments are those of onsager.run.

    Its progress is not shown but told when asked for, so that `progress` has no meaning here.

    process=False: in a thread of this process, where the library computes without the interpreter. process=True: in a
    process of its own, which a crash of this one does not end; a class in Python must then stand in a module.

    >>> job = onsager.submit("ising", L=64, temperature=2.3, steps=1e6)
    >>> job.progress().fraction, job.done()
    >>> results = job.result()
    """
    if process:
        return _InProcess(system, words)
    return _InThread(Job(system, **words))


class Submitted:
    """A job in the background."""

    output: str  # the path of its archive

    def progress(self) -> Progress | None:
        """How far it is; None before the first report."""
        raise NotImplementedError

    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.wait(0)

    def wait(self, timeout=None) -> bool:
        """Waits for the end, at most so many seconds; whether it has come."""
        raise NotImplementedError

    def cancel(self):
        """Asks it to write what there is and leave; does not wait. The same call later goes on from there."""
        raise NotImplementedError

    def result(self, timeout=None) -> Results:
        """Waits for the end and gives the Results. Raises what went wrong, Cancelled, or TimeoutError."""
        if not self.wait(timeout):
            raise TimeoutError(f"the job has not ended within {timeout} seconds")
        results = self._result()
        warn(results)
        return results

    def _result(self):
        raise NotImplementedError

    def __repr__(self):
        progress = self.progress()
        state = "ended" if self.done() else str(progress) if progress else "beginning"
        return f"<onsager job {self.output}: {state}>"


class _InThread(Submitted):
    def __init__(self, job):
        self.output = job.output
        self._running = Running(job)
        self._running.start()

    def progress(self):
        return self._running.look()

    def wait(self, timeout=None):
        return self._running.wait(timeout)

    def cancel(self):
        self._running.stop()

    def _result(self):
        try:
            return self._running.finish()
        except Interrupted as stopped:
            raise _cancelled(stopped.output) from None


def _cancelled(output):
    return Cancelled(f"cancelled: all is stored in {output}.parts and {output}; the same call goes on", output)


def _travelling(system):
    """A system as another process finds it: a name, a path or a class."""
    if isinstance(system, (str, os.PathLike)):
        return system
    if isinstance(system, type):
        from .user_systems import Traveller

        return Traveller(system)
    return system.name


class _InProcess(Submitted):
    """A Python of its own runs the job: it reads the call from its input and writes a line of JSON for every event."""

    def __init__(self, system, words):
        bound = Job(system, **words)  # what can be refused is refused here
        self.output, self._folder = bound.output, bound._folder
        if self._folder is not None:
            words = dict(words, output=self.output)
        system, words = _unfold(system, words)
        call = pickle.dumps((_travelling(system), words))
        paths = [path for path in sys.path if path]
        self._child = subprocess.Popen(
            [sys.executable, "-c", "from onsager._child import main; main()"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=os.pathsep.join([os.getcwd(), *paths])))
        self._child.stdin.write(call)
        self._child.stdin.close()
        self._progress = self._failure = None
        self._ended = threading.Event()
        threading.Thread(target=self._listen, name="onsager", daemon=True).start()

    def _listen(self):
        end = None
        for line in self._child.stdout:
            event = json.loads(line)
            if event["event"] == "progress":
                numbers = {key: math.nan if value is None else value for key, value in event["progress"].items()}
                self._progress = Progress(**numbers)
            else:
                end = event
        code = self._child.wait()
        if end is None:
            self._failure = FailedError(f"the process of the job ended with code {code}; the same call goes on")
        elif end["event"] == "stopped":
            self._failure = _cancelled(self.output)
        elif end["event"] == "failed":
            self._failure = pickle.loads(bytes.fromhex(end["error"]))
        self._ended.set()

    def progress(self):
        return self._progress

    def wait(self, timeout=None):
        return self._ended.wait(timeout)

    def cancel(self):
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)

    def _result(self):
        if self._failure is not None:
            raise self._failure
        return read(self.output, keep=self._folder)


__all__ = ["Error", "Submitted", "submit"]
