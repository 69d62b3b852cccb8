"""Jobs: from keywords to the library's job, and running it.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import threading
import warnings as python_warnings

from . import systems, user_systems
from ._native import check, encoded, ffi, lib, message, text
from .errors import Error, InvalidError, Interrupted, OnsagerWarning
from .progress import display
from .results import read
from .values import elements, flatten, is_grid, single, word


@ffi.def_extern(name="onsager_warning")
def _warning(data, line):
    ffi.from_handle(data).append(text(line))


class Job:
    """A job that is bound to its system: everything that can be refused was refused when it was made."""

    def __init__(self, system=None, grids=None, file=None, **words):
        place = ffi.new("ons_job **")
        check(lib.ons_job_create(place))
        self._pointer = ffi.gc(place[0], lib.ons_job_free)
        self._read(system, grids, file, words)
        self.descriptor = systems.find(self._system_name(system))
        check(lib.ons_job_bind(self._pointer, self.descriptor.pointer, self.descriptor.code))

    def _read(self, system, grids, file, words):
        if file is not None:
            check(lib.ons_job_read(self._pointer, encoded(os.fspath(file))))
        pairs = flatten(words)
        if grids is not None:
            self._parse(pairs, grids)
        else:
            for key, value in pairs:
                check(lib.ons_job_set(self._pointer, encoded(key), encoded(word(key, value))))

    def _parse(self, pairs, grids):
        """Several grids go through the text of a job file; JSON is YAML."""
        document = dict(_entries(pairs), grids=[dict(_entries(flatten(grid))) for grid in grids])
        document.setdefault("system", "-")
        raw = json.dumps(document, ensure_ascii=False).encode("utf-8")
        check(lib.ons_job_parse(self._pointer, b"grids", raw, len(raw)))

    def _system_name(self, system):
        named = text(lib.ons_job_system_name(self._pointer))
        if system is None and named is None:
            raise InvalidError("no system is named: onsager.run(SYSTEM, ...); dir(onsager.systems) lists all")
        return named if system is None else system

    @property
    def output(self):
        """The path of the archive."""
        return text(lib.ons_job_output(self._pointer))

    @property
    def tasks(self):
        """The number of tasks: points of the grids."""
        return lib.ons_job_task_count(self._pointer)

    def run(self, progress=None):
        """Runs what is still to do; gives the Results."""
        running = Running(self)
        running.start()
        try:
            running.watch(display(progress, text(self.descriptor.pointer.step)))
        except KeyboardInterrupt:
            running.stop()
            running.wait()
            running.finish()
            raise
        return running.finish()


def _entries(pairs):
    """Keys and values for a job file: grids are lists, array values lists in lists."""
    entries = []
    for key, value in pairs:
        points = [single(key, item) for item in elements(value)] if is_grid(value) else word(key, value)
        entries.append((key, points))
    return entries


class Running:
    """A job in a thread of its own, so that Python goes on: signals arrive, progress is shown."""

    def __init__(self, job):
        self.job = job
        self._watch = ffi.gc(lib.onsager_watch_new(), lib.onsager_watch_free)
        self._warnings = []
        self._handle = ffi.new_handle(self._warnings)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="onsager")
        self._status = self._message = None

    def _work(self):
        try:
            command = ffi.new("char[]", b"onsager.run (Python)")
            options = ffi.new("ons_run_options *")
            options.progress = ffi.addressof(lib, "onsager_watch_progress")
            options.data = self._watch
            options.stop = lib.onsager_watch_flag(self._watch)
            options.command = command
            self._status = lib.ons_job_run(self.job._pointer, options)
            self._message = message()
        finally:
            self._done.set()

    def start(self):
        self._thread.start()

    def stop(self):
        """Asks the job to write its parts and leave."""
        lib.onsager_watch_stop(self._watch)

    def wait(self, seconds=None):
        """Whether the job has ended, after at most so many seconds."""
        return self._done.wait(seconds)

    def look(self):
        """The last report of the progress."""
        look = ffi.new("onsager_look *")
        lib.onsager_watch_look(self._watch, look)
        return look

    def watch(self, show):
        """Waits for the end, with a display of the progress."""
        if show is None:
            self.wait()
            return
        with show:
            while not self.wait(0.2):
                show(self.look())

    def finish(self):
        """The results of a job that has ended; raises what went wrong."""
        self._thread.join()
        for line in self._warnings:
            python_warnings.warn(line, OnsagerWarning, stacklevel=4)
        if self._status is None:
            raise Error("the thread of the job ended early")
        if self._status < 0:
            raise_saved(self._status, self._message)
        if self._status == lib.ONS_STOPPED:
            output = self.job.output
            raise Interrupted(f"interrupted: all is stored in {output} and {output}.parts; the same call goes on", output)
        user_systems.raise_silent(self.job.descriptor)
        return read(self.job.output, self.job)


def raise_saved(status, saved):
    """Raises the exception of a failure in another thread."""
    from . import _native

    raise _native._classes.get(status, Error)(saved) from _native.cause_of(saved)


def run(system=None, /, *, grids=None, progress=None, **words):
    """Runs a job and gives its Results. Placeholder text, see below."""
    return Job(system, grids=grids, **words).run(progress)
