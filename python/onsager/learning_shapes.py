"""Types and shapes of tensors, between numpy and the library. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from ._native import ffi, lib
from .errors import InvalidError

Shape = typing.Union[int, typing.Sequence[int]]
Axes = typing.Union[int, typing.Sequence[int], None]

TYPES: dict[np.dtype[typing.Any], int] = {
    np.dtype(np.float32): lib.ONS_FLOAT, np.dtype(np.float64): lib.ONS_DOUBLE, np.dtype(np.int32): lib.ONS_INDEX,
}
DTYPES: dict[int, np.dtype[typing.Any]] = {code: dtype for dtype, code in TYPES.items()}


def type_of(dtype: typing.Any) -> int:
    wanted = np.dtype(dtype)
    if wanted not in TYPES:
        raise TypeError(f"tensors are of float32, float64 or int32, not {wanted}")
    return TYPES[wanted]


def shape_of(shape: Shape) -> typing.Any:
    """A shape as C takes it."""
    sizes = [int(shape)] if isinstance(shape, (int, np.integer)) else [int(size) for size in shape]
    if len(sizes) > lib.ONS_TENSOR_DIMENSIONS:
        raise InvalidError(f"the shape {tuple(sizes)} has {len(sizes)} dimensions; expected at most "
                           f"{lib.ONS_TENSOR_DIMENSIONS}")
    return ffi.new("ons_shape *", {"dimensions": len(sizes), "size": sizes})[0]


def sizes_of(shape: typing.Any) -> tuple[int, ...]:
    return tuple(shape.size[i] for i in range(shape.dimensions))
