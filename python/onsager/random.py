"""Random numbers: the library's counter-based streams, filling numpy arrays.

A stream of 32-bit words comes from Philox4x32-10 (Salmon et al. 2011). It is named by a key, a replica and a purpose,
and its whole state is the position of the next word: streams that differ in one of the three are independent, and one
jumps anywhere in no time. The numbers are the same on every machine, and the same as the C functions give.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import ctypes
import threading
import typing

import numpy as np

from . import arrays
from ._native import ffi, lib

Size = typing.Union[int, typing.Tuple[int, ...], None]


def _new_array(size: typing.Any, dtype: typing.Any) -> np.ndarray:
    return np.empty(size, dtype)


class Stream:
    """A stream of random numbers.

    ``Stream(seed)`` begins a stream for use of one's own; in a system written in Python ``context.stream(purpose)``
    gives that of the replica. With ``size`` a method gives an array, filled in C; without it a single number.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int, replica: int = 0, purpose: int = 0):
        if not 0 <= seed < 2**64:
            raise ValueError(f"the seed is {seed}; expected a whole number from 0 to 2^64 - 1")
        for name, number in (("replica", replica), ("purpose", purpose)):
            if not 0 <= number < 2**32:
                raise ValueError(f"the {name} is {number}; expected a whole number from 0 to 2^32 - 1")
        self._random = ffi.new("ons_random *", lib.ons_random_stream(seed, replica, purpose))

    @classmethod
    def _of(cls, random: typing.Any) -> "Stream":
        """From a stream that the library gave."""
        stream = cls.__new__(cls)
        stream._random = ffi.new("ons_random *", random)
        return stream

    @property
    def key(self) -> int:
        return self._random.key

    @property
    def replica(self) -> int:
        return self._random.replica

    @property
    def purpose(self) -> int:
        return self._random.purpose

    @property
    def position(self) -> int:
        """Of the next 32-bit word; may be set."""
        return self._random.position

    @position.setter
    def position(self, position: int) -> None:
        lib.ons_random_seek(self._random, position)

    def __repr__(self) -> str:
        return (f"<onsager.random.Stream key={self.key:#x} replica={self.replica} purpose={self.purpose} "
                f"position={self.position}>")

    def __getstate__(self) -> tuple[int, int, int, int]:
        return self.key, self.replica, self.purpose, self.position

    def __setstate__(self, state: tuple[int, int, int, int]) -> None:
        self._random = ffi.new("ons_random *", lib.ons_random_stream(*state[:3]))
        self.position = state[3]

    def uniform(self, size: Size = None, out: np.ndarray | None = None) -> typing.Any:
        """Uniform in (0, 1), both ends excluded; ``out``: an array of float64 that is filled."""
        if size is None and out is None:
            return lib.ons_random_uniform(self._random)
        values = _new_array(size, np.float64) if out is None else arrays.checked("out", out, writable=True)
        lib.engine_uniform(self._random, arrays.pointer(values), values.size)
        return values

    def normal(self, size: Size = None, out: np.ndarray | None = None) -> typing.Any:
        """Standard normal numbers, by Marsaglia's polar method."""
        if size is None and out is None:
            return lib.ons_random_normal(self._random)
        values = _new_array(size, np.float64) if out is None else arrays.checked("out", out, writable=True)
        lib.engine_normal(self._random, arrays.pointer(values), values.size)
        return values

    def integers(self, low: int, high: int | None = None, size: Size = None, out: np.ndarray | None = None) -> typing.Any:
        """Integers from ``low`` to ``high - 1``, or from 0 to ``low - 1`` with one bound; without bias (Lemire 2019)."""
        if high is None:
            low, high = 0, low
        bound = high - low
        if not 1 <= bound < 2**32:
            raise ValueError(f"there are {bound} integers from {low} to {high - 1}; expected 1 to 2^32 - 1")
        if size is None and out is None:
            return low + lib.ons_random_below(self._random, bound)
        values = _new_array(size, np.int64) if out is None else arrays.checked("out", out, np.int64, writable=True)
        lib.engine_below(self._random, bound, low, arrays.pointer(values), values.size)
        return values

    def words(self, size: Size = None, out: np.ndarray | None = None) -> typing.Any:
        """The next 32-bit words."""
        if size is None and out is None:
            return lib.ons_random_32(self._random)
        values = _new_array(size, np.uint32) if out is None else arrays.checked("out", out, np.uint32, writable=True)
        lib.ons_random_fill(self._random, arrays.pointer(values), values.size)
        return values

    def generator(self) -> np.random.Generator:
        """A numpy Generator (exponential, shuffle, poisson, ..) that takes its bits from this stream.

        It keeps nothing of its own: persist the stream. Its numbers are those of this version of numpy.
        """
        return np.random.Generator(_Bits(self))  # type: ignore[arg-type]


_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


class _Bits:
    """What numpy's Generator asks of a bit generator: a capsule with its functions, and a lock."""

    def __init__(self, stream: Stream):
        self.stream = stream
        self.bits = ffi.new("engine_bits *")
        lib.engine_bits_of(self.bits, stream._random)
        self.lock = threading.Lock()
        self.capsule = _new_capsule(int(ffi.cast("uintptr_t", self.bits)), b"BitGenerator", None)
