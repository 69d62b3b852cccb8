"""Jobs: from keywords to the library's job, and running it.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import warnings as python_warnings
import weakref

from . import _descriptors
from ._native import check, encoded, ffi, lib, message, raise_status, text
from .errors import Error, InvalidError, Interrupted, OnsagerWarning
from .progress import Progress, display
from .results import Results, read
from .systems import BoundSystem
from .values import elements, flatten, is_grid, single, word

_LOOKS = 0.2  # seconds between two looks at the progress


def _keyword_meant(fault, words):
    """The library knows the keys of jobs; of what is a keyword here alone the nearest name is told too."""
    for key in words:
        guess = _descriptors.nearest(key, ("progress", "grids"))
        if guess and f"unknown key `{key}`" in str(fault) and "did you mean" not in str(fault):
            return InvalidError(f"there is no keyword '{key}'; did you mean '{guess}'?")
    return None


@ffi.def_extern(name="onsager_warning")
def _keep_warning(data, line):
    ffi.from_handle(data).append(text(line))


class Job:
    """A job that is bound to its system. All that can be refused was refused when it was made; nothing was written.

    The arguments are those of onsager.run, without `progress`.
    """

    def __init__(self, system, /, *, grids=None, output=None, **words):
        place = ffi.new("ons_job **")
        check(lib.ons_job_create(place))
        self._pointer = ffi.gc(place[0], lib.ons_job_free)
        self._folder = None
        if output is False:
            self._folder = _Folder()
            output = os.path.join(self._folder.name, "results.h5")
        system, words = _unfold(system, words)
        self.call = _call(system, grids, words)
        self.descriptor = self._read(system, grids, dict(words, output=output))
        try:
            check(lib.ons_job_bind(self._pointer, self.descriptor.pointer, self.descriptor.code))
        except InvalidError as fault:
            meant = _keyword_meant(fault, words)
            if meant is None:
                raise
            raise meant from None
        self.descriptor.finished()

    def _read(self, system, grids, words):
        """Gives the job its words and finds the system."""
        if _is_job_file(system):
            path = os.fspath(system)
            check(lib.ons_job_read(self._pointer, encoded(path)))
            if grids is not None:
                raise InvalidError("grids stand either in the job file or in the call")
            self._set(words)
            return _descriptors.find(self._system_of_file(path))
        descriptor = _descriptors.find(system)
        if grids is None:
            self._set(words)
        else:
            self._parse(descriptor, words, grids)
        check(lib.ons_job_set(self._pointer, b"system", encoded(descriptor.name)))
        return descriptor

    def _set(self, words):
        for key, value in flatten(words):
            check(lib.ons_job_set(self._pointer, encoded(key), encoded(word(key, value))))

    def _parse(self, descriptor, words, grids):
        """Several grids go through the text of a job file; JSON is YAML."""
        if isinstance(grids, dict):
            grids = [grids]
        document = dict(_entries(words), grids=[dict(_entries(grid)) for grid in grids])
        raw = json.dumps(document, ensure_ascii=False).encode("utf-8")
        check(lib.ons_job_parse(self._pointer, b"grids", raw, len(raw)))

    def _system_of_file(self, path):
        """The path of a C file that a job file names stands relative to that file."""
        name = text(lib.ons_job_system_name(self._pointer))
        if name is None:
            raise InvalidError(f"{path}: no system is named: 'system: NAME' is missing")
        if name.endswith(".c") and text(lib.ons_job_system_place(self._pointer)):
            return str(pathlib.Path(path).parent / name)
        return name

    @property
    def output(self):
        """The path of the archive."""
        return text(lib.ons_job_output(self._pointer))

    @property
    def tasks(self):
        """The number of tasks: points of the grids."""
        return lib.ons_job_task_count(self._pointer)

    def foresight(self, seconds=1.0):
        """What the job will take: tasks, steps, bytes of memory and archive, seconds; measured for about `seconds`."""
        made = ffi.new("ons_foresight *")
        check(lib.ons_job_foresight(self._pointer, seconds, made))
        return {name: getattr(made, name) for name, _ in ffi.typeof("ons_foresight").fields}

    def overview(self):
        """How far the job is, from what lies on the disk: steps made and wanted, replicas begun and done, of each task."""
        place = ffi.new("ons_overview **")
        check(lib.ons_job_overview(self._pointer, place))
        found = ffi.gc(place[0], lib.ons_overview_free)
        return [{"key": text(task.key), "parameters": text(task.parameters), "replicas": task.replicas,
                 "begun": task.begun, "done": task.done, "steps_made": task.steps_made,
                 "steps_wanted": task.steps_wanted} for task in (found.task[k] for k in range(found.tasks))]

    def run(self, progress=None):
        """Runs what is still to do and gives the Results."""
        running = Running(self)
        running.start()
        try:
            running.watch(display(progress))
        except KeyboardInterrupt:
            running.stop()
            running.wait()
            results = running.finish()  # raises Interrupted, if the job was not at its end
            if results.complete:
                return results
            raise
        return running.finish()

    def __repr__(self):
        return f"<onsager job of {self.descriptor.name}: {self.tasks} tasks, {self.output}>"


class _Folder:
    """A temporary folder that goes when nobody needs it any more."""

    def __init__(self):
        self.name = tempfile.mkdtemp(prefix="onsager-")
        weakref.finalize(self, shutil.rmtree, self.name, ignore_errors=True)


def _unfold(system, words):
    """A BoundSystem brings its parameters with it, a function of onsager.systems its descriptor."""
    if isinstance(system, BoundSystem):
        return system.descriptor, {**system.parameters, **words}
    descriptor = getattr(system, "descriptor", None)
    return (descriptor, words) if isinstance(descriptor, _descriptors.Descriptor) and not isinstance(system, type) else \
        (system, words)


def _is_job_file(system):
    return isinstance(system, (str, os.PathLike)) and os.fspath(system).endswith((".yaml", ".yml"))


def _call(system, grids, words):
    """The call for the provenance, shortened."""
    parts = [repr(getattr(system, "name", system) if not isinstance(system, type) else system.__name__)]
    parts += [f"grids={grids!r}"] if grids is not None else []
    for key, value in words.items():
        if value is not None:
            parts.append(f"{key}={elements(value) if is_grid(value) else value!r}")
    call = " ".join(f"onsager.run({', '.join(parts)})".split())
    return call if len(call) <= 1000 else call[:996] + " ..."


def _entries(words):
    """Keys and values for a job file: grids are lists, array values lists in lists."""
    return [(key, [single(key, item) for item in elements(value)] if is_grid(value) else word(key, value))
            for key, value in flatten(words)]


class Watched:
    """Work in a thread of its own, so that Python goes on: signals arrive, the progress is shown.

    The threads that compute report to C memory and never wait for Python.
    """

    def __init__(self):
        self._watch = ffi.gc(lib.onsager_watch_new(), lib.onsager_watch_free)
        self.warnings = []
        self._handle = ffi.new_handle(self.warnings)
        self.done = threading.Event()

    def give(self, options):
        """Fills what a run is told; what is given back must live until it ends."""
        data = ffi.new("onsager_told *", {"watch": self._watch, "warnings": self._handle})
        options.progress = ffi.addressof(lib, "onsager_told_progress")
        options.warning = ffi.addressof(lib, "onsager_told_warning")
        options.data = data
        options.stop = lib.onsager_watch_flag(self._watch)
        return data

    def stop(self):
        """Asks the work to write what there is and leave."""
        lib.onsager_watch_stop(self._watch)

    def wait(self, seconds=None):
        """Whether it has ended, after at most so many seconds."""
        return self.done.wait(seconds)

    def look(self):
        """The last report; None before the first one."""
        look = ffi.new("onsager_look *")
        lib.onsager_watch_look(self._watch, look)
        if not look.count:
            return None
        return Progress(text(look.phase), look.done, look.total, look.seconds, look.rate, look.worst_error)

    def watch(self, show):
        """Waits for the end and shows the progress."""
        if show is None:
            self.wait()
            return
        with show:
            while not self.wait(_LOOKS):
                progress = self.look()
                if progress is not None:
                    show(progress)


class Running(Watched):
    """A job that runs."""

    def __init__(self, job):
        super().__init__()
        self.job = job
        self._thread = threading.Thread(target=self._work, name="onsager")
        self._status = self._message = None

    def _work(self):
        try:
            options, command = ffi.new("ons_run_options *"), ffi.new("char[]", encoded(self.job.call))
            data = self.give(options)
            options.command = command
            self._status = lib.ons_job_run(self.job._pointer, options)
            self._message = message()
            del data
        finally:
            self.done.set()

    def start(self):
        """Begins; the parameters are bound already."""
        self._thread.start()

    def finish(self):
        """The results of a job that has ended; raises what went wrong."""
        self._thread.join()
        if self._status is None:
            raise Error("the thread of the job broke off")
        if self._status < 0:
            raise_status(self._status, self._message)
        if self._status == lib.ONS_STOPPED:
            output = self.job.output
            raise Interrupted(f"interrupted: all is stored in {output}.parts and {output}; the same call goes on", output)
        self.job.descriptor.finished()
        results = read(self.job.output, self.job, keep=self.job._folder)
        results.run_warnings = list(self.warnings)
        return results


def warn(results):
    """What a run has to say beside its numbers, as one Python warning at the caller's line."""
    lines = [*getattr(results, "run_warnings", ()), *results.warnings]
    if not lines:
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        frame, level = frame.f_back, level + 1
    python_warnings.warn("\n  ".join(lines), OnsagerWarning, stacklevel=level)


def run(system, /, *, grids=None, output=None, steps=None, warmup=None, every=None, replicas=None, seed=None,
        threads=None, until=None, time=None, checkpoint=None, series=None, snapshots=None, start=None, progress=None,
        **parameters) -> Results:
    """Runs a job and gives its Results.

    >>> onsager.run("ising", L=[16, 32], temperature=np.linspace(2, 2.5, 11), until={"binder": 1e-3})

    system: the name of a system, a function of onsager.systems or what it gave, the path of a C file that describes
    one, a class that does in Python, or the path of a job file (YAML).

    parameters: those of the system by keyword. A number, a text or a truth is one value; a list, a range or a numpy array
    is a grid, the grids of all keywords make a product; a tuple is ONE array value (L=(16, 32) is a lattice of 16 x 32
    cells), a list of tuples a grid of them. A text is read as on the command line: "2.0:2.5:0.1". A dict gives several
    words (until={"binder": 1e-3, "energy": "0.1%"}, warmup={"max": 1e4}); None stands for the default. `lambda_` is the
    parameter `lambda`. grids: a list of dicts, each a product of its own, whose keys override or add to the others.

    steps, replicas   measured steps of one replica; independent copies of every task
    warmup, every     steps before the measurement ("auto"); measure after every so many ("log:20")
    until             errors that are small enough: {"binder": 1e-3} absolute, {"binder": "0.1%"} relative
    time, checkpoint  stop after "2h"; time between two parts on disk
    seed, threads     threads never change a result
    series, snapshots store every measured number (True); store the configuration at this interval
    start             "FILE.h5": begin with a configuration of an archive

    output: the archive; by default SYSTEM-HASH.h5 in the present folder, where the hash stands for the tasks. The same
    call again therefore goes on where an interrupted or killed one was, and gives a finished one back at once; more
    steps or points use what is there. output=False keeps nothing on disk.

    progress: None (shown on a terminal and in a notebook), True, False, or a function that takes a Progress. A
    KeyboardInterrupt writes parts and archive first and leaves as onsager.Interrupted.

    What is wrong with the call raises InvalidError (a ValueError) before anything is written; a failure while running
    FailedError. What makes results doubtful is an OnsagerWarning.
    """
    job = Job(system, grids=grids, output=output, **parameters, steps=steps, warmup=warmup, every=every,
              replicas=replicas, seed=seed, threads=threads, until=until, time=time, checkpoint=checkpoint,
              series=series, snapshots=snapshots, start=start)
    results = job.run(progress)
    warn(results)
    return results


# ---- jobs of archives that are there


def reopen(results):
    """The job of an archive, bound again, and its descriptor; None where its system is not at hand."""
    try:
        return _bound(results.path, ffi.string(lib.ons_results_job(results._pointer)))
    except Error:
        return None


def _bound(path, raw):
    place = ffi.new("ons_job **")
    check(lib.ons_job_create(place))
    job = ffi.gc(place[0], lib.ons_job_free)
    check(lib.ons_job_parse(job, encoded(path), raw, len(raw)))
    check(lib.ons_job_set(job, b"output", encoded(path)))
    descriptor = _descriptors.find(text(lib.ons_job_system_name(job)) or "")
    check(lib.ons_job_bind(job, descriptor.pointer, descriptor.code))
    return job, descriptor


def gather(path):
    """Builds the archive of a job that runs or was broken off from its parts, where there are any."""
    description = os.path.join(path + ".parts", "job.yaml")
    if not os.path.isdir(path + ".parts") or not (os.path.exists(path) or os.path.exists(description)):
        return
    try:
        job, descriptor = _bound(path, _job_text(path, description))
        check(lib.ons_results_collect(job))
        del job, descriptor
    except Error as failure:
        if not os.path.exists(path):
            raise
        python_warnings.warn(f"{path} is shown without its parts: {failure}", OnsagerWarning, stacklevel=3)


def _job_text(path, description):
    if not os.path.exists(path):
        return pathlib.Path(description).read_bytes()
    place = ffi.new("ons_results **")
    check(lib.ons_results_read(place, encoded(path)))
    results = ffi.gc(place[0], lib.ons_results_free)
    return ffi.string(lib.ons_results_job(results))


def merge(archives, output):
    """Joins archives of one job whose shares (part="K/N") ran on several machines into a new one; gives its Results."""
    paths = [os.fspath(path) for path in archives]
    if not paths:
        raise InvalidError("merge needs at least one archive")
    first = read(paths[0])
    raw = ffi.string(lib.ons_results_job(first._pointer))
    job, descriptor = _bound(os.fspath(output), _without_part(raw))
    kept = [ffi.new("char[]", encoded(path)) for path in paths]
    check(lib.ons_job_merge(job, ffi.new("char *[]", kept), len(kept), b"onsager.merge (Python)"))
    del job, descriptor
    return read(output)


def _without_part(raw):
    """The job of a share as that of the whole: `part` is a key of its first lines."""
    return b"".join(line for line in raw.splitlines(keepends=True) if not line.startswith(b"part:"))
