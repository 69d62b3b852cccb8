"""What can go wrong, as exceptions and warnings.

SPDX-License-Identifier: GPL-3.0-or-later
"""


class Error(Exception):
    """Every failure that the library reports, with its message."""


class InvalidError(Error, ValueError):
    """What was given cannot be used: an unknown name, a bad value, a file that is no archive. Nothing was written."""


class FailedError(Error, RuntimeError):
    """A failure while running: input and output, another library, a numerical breakdown."""


class OutOfMemoryError(Error, MemoryError):
    """Memory could not be had."""


class Cancelled(Error):
    """A job in the background was cancelled. All is stored: the same call goes on from there."""

    def __init__(self, message, output=None):
        super().__init__(message)
        self.output = output

    def __reduce__(self):
        return type(self), (self.args[0], self.output)


class Interrupted(KeyboardInterrupt):
    """The job was interrupted. All is stored: the same call goes on from there.

    `output` is the path of the archive of what there is.
    """

    def __init__(self, message, output):
        super().__init__(message)
        self.output = output

    def __reduce__(self):
        return type(self), (self.args[0], self.output)


class OnsagerWarning(UserWarning):
    """Something to know about results: a run that is not equilibrated, a torn part that was passed over."""
