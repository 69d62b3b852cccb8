"""The library behind the module: libonsager, loaded once, and what every call of it needs.

`ffi` and `lib` (cffi) hold every public declaration of the C library; the GIL is released while its functions run.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from ._library import ffi, lib
from .errors import Error, FailedError, InvalidError, OutOfMemoryError

_classes = {lib.ONS_INVALID: InvalidError, lib.ONS_FAILED: FailedError, lib.ONS_MEMORY: OutOfMemoryError}


def cause_of(message):
    """The exception in Python of which a message of the library tells; callbacks.py knows it."""
    return None


def message():
    """The library's message of this thread's latest failure."""
    return text(lib.ons_message())


def check(status):
    """Raises the exception of a failure; gives the status back (ONS_OK, ONS_DONE, ONS_STOPPED)."""
    if status < 0:
        why = message()
        raise _classes.get(status, Error)(why) from cause_of(why)
    return status


def text(pointer):
    """A C string as str; None for NULL."""
    return ffi.string(pointer).decode("utf-8", "replace") if pointer else None


def encoded(string):
    """A str as C takes it."""
    raw = str(string).encode("utf-8")
    if b"\0" in raw:
        raise InvalidError(f"a text with a NUL character cannot be used: {string!r}")
    return raw


version = text(lib.ONS_VERSION)


def raise_status(status, saved):
    """Raises the exception of a failure that another thread has kept with its message."""
    raise _classes.get(status, Error)(saved) from cause_of(saved)
