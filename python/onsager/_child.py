"""The process behind onsager.submit(..., process=True).

SPDX-License-Identifier: GPL-3.0-or-later
"""

import dataclasses
import json
import math
import os
import pickle
import signal
import sys


def main():
    """Runs the call that comes on standard input; events go to standard output, a line of JSON each."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    events = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a user's system prints is no event

    def tell(event, **more):
        try:
            events.write(json.dumps({"event": event, **more}) + "\n")
        except BrokenPipeError:  # nobody listens; the job goes on
            pass

    def progress(now):
        numbers = dataclasses.asdict(now)
        tell("progress", progress={key: None if isinstance(value, float) and not math.isfinite(value) else value
                                   for key, value in numbers.items()})

    try:
        system, words = pickle.loads(sys.stdin.buffer.read())
        from .jobs import Job

        Job(system, **words).run(progress)
        tell("done")
    except KeyboardInterrupt:
        tell("stopped")
    except Exception as failure:
        tell("failed", error=_pickled(failure).hex())


def _pickled(failure):
    """The exception, or one with its text where it cannot travel."""
    try:
        raw = pickle.dumps(failure)
        pickle.loads(raw)
        return raw
    except Exception:
        from .errors import FailedError

        return pickle.dumps(FailedError(f"{type(failure).__name__}: {failure}"))
