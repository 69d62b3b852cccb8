"""A system seen running, on a live page that this computer serves to itself.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import atexit
import os
import sys
import threading
import weakref

from ._native import check, encoded, ffi, lib, message, raise_status
from .errors import Error

_LOOKS = 0.1  # seconds between two looks of wait(), so that Ctrl-C is seen
_alive = weakref.WeakSet()


class Watch:
    """A system that is watched: its page is at `address` until stop() or the end of Python.

    It may be used in a `with` block, at whose end it stops.
    """

    def __init__(self, job, options):
        place = ffi.new("ons_watch **")
        check(lib.ons_watch_start(place, job._pointer, job.descriptor.pointer, options))
        self._watch, self._job = place[0], job
        self._status = self._message = None
        self.address = f"http://127.0.0.1:{lib.ons_watch_port(self._watch)}/"
        self._ended = threading.Event()
        _alive.add(self)
        self._thread = threading.Thread(target=self._serve, name="onsager-watch", daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            self._status = lib.ons_watch_serve(self._watch, ffi.NULL)
            self._message = message()
        finally:
            self._ended.set()

    @property
    def running(self):
        """Whether the page is served."""
        return not self._ended.is_set()

    def wait(self, timeout=None):
        """Waits until somebody calls stop(), or Ctrl-C, which stops it; with a number at most so many seconds."""
        try:
            if timeout is not None:
                self._ended.wait(timeout)
            else:
                while not self._ended.wait(_LOOKS):
                    pass
        except KeyboardInterrupt:
            self.stop()

    def stop(self):
        """Ends the run; its state is gone."""
        if self._watch is None:
            return
        lib.ons_watch_end(self._watch)
        self._thread.join()
        watch, self._watch = self._watch, None
        _alive.discard(self)
        lib.ons_watch_free(watch)
        if self._status is not None and self._status < 0:
            raise_status(self._status, self._message)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def __repr__(self):
        return f"<onsager watch of {self._job.descriptor.name}: {self.address if self.running else 'stopped'}>"

    def _repr_html_(self):
        name, address = self._job.descriptor.name, self.address
        return f'{name}: <a href="{address}" target="_blank">{address}</a>' if self.running else f"{name}: stopped"


@atexit.register
def _stop_all():
    for watch in list(_alive):
        try:
            watch.stop()
        except Error as failure:
            print(f"onsager: {failure}", file=sys.stderr)


def _spelled(system, job):
    """The system as it stands in a call: a class by its name, else a name or path in quotes."""
    if isinstance(system, type):
        return system.__name__
    return repr(os.fspath(system) if isinstance(system, (str, os.PathLike)) else job.descriptor.name)


def watch(system, /, *, port=0, browser=None, threads=1, seed=None, start=None, **parameters):
    """Shows a system running, on a live page of this computer, and gives a Watch at once.

    >>> page = onsager.watch("ising", L=512, temperature=2.5)
    >>> page.wait()                                             # in a script, until Ctrl-C

    system and parameters are those of onsager.run, a class written in Python too; every parameter has one value. The
    page shows the state as the system draws it, what is measured, and sliders for the parameters that may change while
    it runs. Only this computer can open it. Nothing is stored.

    port: 0 is any that is free. browser: open one; left out, where there is a display and Python is used by hand.
    """
    from .jobs import Job

    job = Job(system, seed=seed, start=start, threads=threads, **parameters)
    command = ffi.new("char[]", encoded(f"onsager.watch({_spelled(system, job)}"))
    options = ffi.new("ons_watch_options *", {"port": port, "threads": threads, "command": command, "python": True})
    made = Watch(job, options)
    if browser is None:
        browser = hasattr(sys, "ps1") and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if browser:
        import webbrowser

        webbrowser.open(made.address)
    return made


__all__ = ["Watch", "watch"]
