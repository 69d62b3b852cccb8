"""Colours for pictures: arrays of numbers as arrays of red, green and blue, uint8 with a last index of 3.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from . import arrays
from ._native import lib


def scale(values: typing.Any, low: float, high: float) -> np.ndarray:
    """On a perceptually even scale, dark at ``low`` to bright at ``high``."""
    numbers = np.ascontiguousarray(values, np.float64)
    rgb = np.empty((*numbers.shape, 3), np.uint8)
    lib.engine_colour_scale(arrays.pointer(numbers), numbers.size, low, high, arrays.pointer(rgb))
    return rgb


def angle(angles: typing.Any) -> np.ndarray:
    """On a circle: angles in radians."""
    numbers = np.ascontiguousarray(angles, np.float64)
    rgb = np.empty((*numbers.shape, 3), np.uint8)
    lib.engine_colour_angle(arrays.pointer(numbers), numbers.size, arrays.pointer(rgb))
    return rgb


def index(indices: typing.Any) -> np.ndarray:
    """Distinct colours of small whole numbers, 0, 1, 2, .."""
    numbers = np.ascontiguousarray(indices, np.uint32)
    rgb = np.empty((*numbers.shape, 3), np.uint8)
    lib.engine_colour_index(arrays.pointer(numbers), numbers.size, arrays.pointer(rgb))
    return rgb
