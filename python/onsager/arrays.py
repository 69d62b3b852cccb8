"""Numpy arrays at the door: type, order and shape are looked at, and their memory is handed on without a copy.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from ._native import ffi

_POINTERS = {
    np.dtype(np.int8): "int8_t *",
    np.dtype(np.uint8): "uint8_t *",
    np.dtype(np.int32): "int32_t *",
    np.dtype(np.uint32): "uint32_t *",
    np.dtype(np.int64): "int64_t *",
    np.dtype(np.uint64): "uint64_t *",
    np.dtype(np.float32): "float *",
    np.dtype(np.float64): "double *",
}


def pointer(array: np.ndarray) -> typing.Any:
    """A pointer to the numbers of a contiguous array; it keeps the array alive."""
    if array.size == 0:
        return ffi.new(_POINTERS[array.dtype])
    return ffi.from_buffer(_POINTERS[array.dtype], array, require_writable=array.flags.writeable)


def _shape_text(shape: typing.Sequence[int | None]) -> str:
    inside = ", ".join("any" if length is None else str(length) for length in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def checked(
    name: str,
    array: typing.Any,
    dtype: typing.Any = np.float64,
    shape: typing.Sequence[int | None] | None = None,
    writable: bool = False,
) -> np.ndarray:
    """The array itself where it has the type, order and shape that are needed; lists are made arrays.

    TypeError for another type, ValueError for another shape, for arrays that are not contiguous, and for those that
    cannot be written where they must be.
    """
    wanted = np.dtype(dtype)
    if not isinstance(array, np.ndarray):
        if writable:
            raise TypeError(f"{name} must be a numpy array of {wanted}, not {type(array).__name__}: it is written to")
        array = np.array(array, dtype=wanted)
    if array.dtype != wanted:
        raise TypeError(f"{name} has elements of {array.dtype}, expected {wanted}; give {name}.astype(np.{wanted})")
    if not array.flags.c_contiguous:
        raise ValueError(f"{name} is not contiguous in memory; give np.ascontiguousarray({name})")
    if writable and not array.flags.writeable:
        raise ValueError(f"{name} cannot be written to; give a copy")
    if shape is not None and (
        array.ndim != len(shape) or any(want is not None and have != want for have, want in zip(array.shape, shape))
    ):
        raise ValueError(f"{name} has the shape {_shape_text(array.shape)}, expected {_shape_text(shape)}")
    return array


def view(address: typing.Any, dtype: typing.Any, shape: tuple[int, ...], owner: typing.Any) -> np.ndarray:
    """Memory of the library as an array, without a copy; ``owner`` lives as long as the array does."""
    count = int(np.prod(shape, dtype=np.int64))
    wanted = np.dtype(dtype)
    if count == 0:
        return np.empty(shape, wanted)
    memory = ffi.gc(ffi.cast("char *", address), lambda _, keep=owner: None, count * wanted.itemsize)
    return np.frombuffer(ffi.buffer(memory, count * wanted.itemsize), dtype=wanted).reshape(shape)
