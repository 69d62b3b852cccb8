"""Tensors of a graph, with the operators and functions of numpy. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from ._native import encoded, lib, text
from .errors import InvalidError
from .learning_shapes import DTYPES, Axes, Shape, shape_of, sizes_of, type_of

if typing.TYPE_CHECKING:
    from .learning_graph import Graph

#: What stands on the other side of an operator: a tensor, a number, or an array, which becomes a constant.
Operand = typing.Union["Tensor", float, np.ndarray]


def _bits(axes: Axes) -> int:
    """ONS_AXIS of each, or ONS_ALL_AXES."""
    if axes is None:
        return lib.ONS_ALL_AXES
    bits = 0
    for axis in [axes] if isinstance(axes, (int, np.integer)) else axes:
        if not -16 < axis < 15:
            raise InvalidError(f"there is no axis {axis}")
        bits |= 1 << (axis + 16 if axis < 0 else axis)
    return bits


class Tensor:
    """A tensor of a graph. It has a shape and a type; numbers it has when a program runs.

    ``+ - * / ** @``, comparisons, indices and slices are those of numpy, and so are shapes that broadcast. numpy's own
    functions work too: ``np.tanh(x)``, ``np.add(array, x)``.
    """

    __slots__ = ("graph", "_index")

    def __init__(self, graph: Graph, index: int):
        self.graph = graph
        self._index = index

    # ---- what it is

    @property
    def shape(self) -> tuple[int, ...]:
        return sizes_of(lib.ons_tensor_shape(self.graph._pointer, self._index))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[typing.Any]:
        return DTYPES[lib.ons_tensor_type_of(self.graph._pointer, self._index)]

    @property
    def name(self) -> str:
        """Of an input, a parameter or a tap; else where it was made: "matmul in encoder/first"."""
        return text(lib.ons_tensor_name(self.graph._pointer, self._index)) or ""

    def __repr__(self) -> str:
        return f"<onsager.learning.Tensor {self.name} {list(self.shape)} {self.dtype}>"

    def __hash__(self) -> int:
        return hash((id(self.graph), self._index))

    def __eq__(self, other: object) -> bool:
        """Whether it is the same tensor; numbers are compared by equal()."""
        return isinstance(other, Tensor) and other.graph is self.graph and other._index == self._index

    def __bool__(self) -> bool:
        raise TypeError("a tensor has no numbers before a program runs, so it is neither true nor false; see where()")

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> typing.Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    # ---- operators

    def _one(self, function: typing.Any, *more: typing.Any) -> Tensor:
        return self.graph._made(function(self.graph._pointer, self._index, *more))

    def _other(self, other: Operand) -> Tensor:
        """The other side; numbers take this tensor's type."""
        if isinstance(other, Tensor):
            return other
        array = np.asarray(other)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"a tensor and {type(other).__name__} cannot be put together")
        return self.graph.constant(array.astype(self.dtype, copy=False))

    def _two(self, function: typing.Any, other: Operand, swapped: bool = False) -> Tensor:
        left, right = self._index, self.graph._own(self._other(other))
        return self.graph._made(function(self.graph._pointer, *((right, left) if swapped else (left, right))))

    def __add__(self, other: Operand) -> Tensor:
        if isinstance(other, (int, float)):
            return self._one(lib.ons_tensor_shift, other)
        return self._two(lib.ons_tensor_add, other)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Tensor:
        return self + -other if isinstance(other, (int, float)) else self._two(lib.ons_tensor_subtract, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return self._two(lib.ons_tensor_subtract, other, True)

    def __mul__(self, other: Operand) -> Tensor:
        if isinstance(other, (int, float)):
            return self._one(lib.ons_tensor_scale, other)
        return self._two(lib.ons_tensor_multiply, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Tensor:
        return self._two(lib.ons_tensor_divide, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return self._two(lib.ons_tensor_divide, other, True)

    def __matmul__(self, other: Operand) -> Tensor:
        return _product(self, self._other(other))

    def __rmatmul__(self, other: Operand) -> Tensor:
        return _product(self._other(other), self)

    def __pow__(self, exponent: float) -> Tensor:
        if not isinstance(exponent, (int, float)):
            raise TypeError(f"the exponent of a tensor is {type(exponent).__name__}, expected a number")
        return self._one(lib.ons_tensor_power, exponent)

    def __neg__(self) -> Tensor:
        return self._one(lib.ons_tensor_negate)

    def __abs__(self) -> Tensor:
        return self._one(lib.ons_tensor_absolute)

    def __lt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return self._two(lib.ons_tensor_less, other)

    def __le__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return self._two(lib.ons_tensor_less_equal, other)

    def __gt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return self._two(lib.ons_tensor_less, other, True)

    def __ge__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return self._two(lib.ons_tensor_less_equal, other, True)

    def equal(self, other: Operand) -> Tensor:
        """1 where the numbers are the same, else 0."""
        return self._two(lib.ons_tensor_equal, other)

    def maximum(self, other: Operand) -> Tensor:
        return self._two(lib.ons_tensor_maximum, other)

    def minimum(self, other: Operand) -> Tensor:
        return self._two(lib.ons_tensor_minimum, other)

    # ---- functions of the elements

    def square(self) -> Tensor:
        return self._one(lib.ons_tensor_square)

    def reciprocal(self) -> Tensor:
        return self._one(lib.ons_tensor_reciprocal)

    def sign(self) -> Tensor:
        """-1, 0 or 1; its derivative is 0."""
        return self._one(lib.ons_tensor_sign)

    def sqrt(self) -> Tensor:
        return self._one(lib.ons_tensor_sqrt)

    def exp(self) -> Tensor:
        return self._one(lib.ons_tensor_exp)

    def log(self) -> Tensor:
        return self._one(lib.ons_tensor_log)

    def log1p(self) -> Tensor:
        return self._one(lib.ons_tensor_log1p)

    def expm1(self) -> Tensor:
        return self._one(lib.ons_tensor_expm1)

    def sin(self) -> Tensor:
        return self._one(lib.ons_tensor_sin)

    def cos(self) -> Tensor:
        return self._one(lib.ons_tensor_cos)

    def arctan(self) -> Tensor:
        return self._one(lib.ons_tensor_atan)

    def arccos(self) -> Tensor:
        return self._one(lib.ons_tensor_acos)

    def sinh(self) -> Tensor:
        return self._one(lib.ons_tensor_sinh)

    def cosh(self) -> Tensor:
        return self._one(lib.ons_tensor_cosh)

    def tanh(self) -> Tensor:
        return self._one(lib.ons_tensor_tanh)

    def erf(self) -> Tensor:
        return self._one(lib.ons_tensor_erf)

    def sigmoid(self) -> Tensor:
        return self._one(lib.ons_tensor_sigmoid)

    def softplus(self) -> Tensor:
        """log(1 + exp(x)), without overflow."""
        return self._one(lib.ons_tensor_softplus)

    def relu(self) -> Tensor:
        return self._one(lib.ons_tensor_relu)

    def silu(self) -> Tensor:
        return self._one(lib.ons_tensor_silu)

    def gelu(self) -> Tensor:
        """x (1 + erf(x / sqrt 2)) / 2"""
        return self._one(lib.ons_tensor_gelu)

    def astype(self, dtype: typing.Any) -> Tensor:
        return self._one(lib.ons_tensor_convert, type_of(dtype))

    def stop(self) -> Tensor:
        """The same numbers, a constant for derivatives."""
        return self._one(lib.ons_tensor_stop)

    def tap(self, name: str) -> Tensor:
        """A named place that a program can read, and override."""
        return self._one(lib.ons_tensor_tap, encoded(name))

    # ---- sums and products

    def sum(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return self._one(lib.ons_tensor_sum, _bits(axis), keepdims)

    def mean(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return self._one(lib.ons_tensor_mean, _bits(axis), keepdims)

    def max(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        """Its derivative is shared by the elements that attain it."""
        return self._one(lib.ons_tensor_maximum_over, _bits(axis), keepdims)

    def log_sum_exp(self, axis: int = -1, keepdims: bool = False) -> Tensor:
        return self._one(lib.ons_tensor_log_sum_exp, axis, keepdims)

    def softmax(self, axis: int = -1) -> Tensor:
        return self._one(lib.ons_tensor_softmax, axis)

    def log_softmax(self, axis: int = -1) -> Tensor:
        return self._one(lib.ons_tensor_log_softmax, axis)

    def cumsum(self, axis: int, reverse: bool = False) -> Tensor:
        return self._one(lib.ons_tensor_cumulative_sum, axis, reverse)

    def solve(self, right: Operand) -> Tensor:
        """x of A x = right, matrices in the last two axes, A this tensor."""
        return self._one(lib.ons_tensor_solve, self.graph._own(self._other(right)), False)

    # ---- shapes

    def reshape(self, *shape: typing.Any) -> Tensor:
        """One size may be -1."""
        wanted = shape[0] if len(shape) == 1 else shape
        return self._one(lib.ons_tensor_reshape, shape_of(wanted))

    def transpose(self, *axes: int) -> Tensor:
        """Of the last two axes; with ``axes``, a permutation of all."""
        if not axes:
            return self._one(lib.ons_tensor_transpose)
        order = [axis + self.ndim if axis < 0 else axis for axis in axes]
        if sorted(order) != list(range(self.ndim)):
            raise InvalidError(f"{axes} is no permutation of the {self.ndim} axes of {self.name}")
        return self._one(lib.ons_tensor_permute, order)

    @property
    def T(self) -> Tensor:
        """The last two axes the other way round."""
        return self.transpose()

    def broadcast(self, shape: Shape) -> Tensor:
        return self._one(lib.ons_tensor_broadcast, shape_of(shape))

    def __getitem__(self, key: typing.Any) -> Tensor:
        """Indices, slices, ``...``, None, and one tensor of whole numbers alone, which takes rows."""
        if isinstance(key, Tensor):
            return self._one(lib.ons_tensor_gather, self.graph._own(key))
        keys = key if isinstance(key, tuple) else (key,)
        given = sum(one is not None and one is not Ellipsis for one in keys)
        if given > self.ndim or sum(one is Ellipsis for one in keys) > 1:
            raise IndexError(f"{len(keys)} indices for {self.name}, which has the shape {list(self.shape)}")
        if not any(one is Ellipsis for one in keys):
            keys = (*keys, Ellipsis)
        result, axis, ahead = self, 0, self.ndim - given
        for one in keys:
            if one is Ellipsis:
                axis += ahead
            elif one is None:
                result = result.reshape([*result.shape[:axis], 1, *result.shape[axis:]])
                axis += 1
            elif isinstance(one, slice):
                result = result._slice(axis, one)
                axis += 1
            else:
                result = result._at(axis, one)
        return result

    def _at(self, axis: int, index: typing.Any) -> Tensor:
        size = self.shape[axis]
        if not isinstance(index, (int, np.integer)):
            raise TypeError(f"{self.name} is indexed by {type(index).__name__}; expected whole numbers and slices, or a "
                            "tensor of int32")
        if not -size <= index < size:
            raise IndexError(f"there is no element {index} along axis {axis} of {self.name}, which has {size}")
        return self._one(lib.ons_tensor_at, axis, int(index) % size)

    def _slice(self, axis: int, one: slice) -> Tensor:
        first, last, step = one.indices(self.shape[axis])
        if step < 0:
            places = range(first, last, step)
            turned = self._one(lib.ons_tensor_reverse, axis)
            size = self.shape[axis]
            return turned._slice(axis, slice(size - 1 - first, size - 1 - first + len(places) * -step, -step))
        if (first, last, step) == (0, self.shape[axis], 1):
            return self
        return self._one(lib.ons_tensor_slice, axis, first, last, step)

    def pick(self, index: Tensor) -> Tensor:
        """One element of each row of the last axis: the logit of a label."""
        return self._one(lib.ons_tensor_pick, self.graph._own(index))

    def scatter(self, index: Tensor, rows: int) -> Tensor:
        """Adds rows up by index: the opposite of ``x[index]``."""
        return self._one(lib.ons_tensor_scatter, self.graph._own(index), rows)

    def one_hot(self, columns: int) -> Tensor:
        """Of a tensor of int32."""
        return self._one(lib.ons_tensor_one_hot, columns)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: typing.Any, **keywords: typing.Any) -> typing.Any:
        """numpy's functions: those that have a name here."""
        name = ufunc.__name__
        if method != "__call__" or keywords:
            return NotImplemented
        if name in _OPERATORS and len(inputs) == 2:
            forward, backward = _OPERATORS[name]
            first, second = inputs
            return getattr(first, forward)(second) if isinstance(first, Tensor) else getattr(second, backward)(first)
        function = getattr(Tensor, {"absolute": "__abs__", "negative": "__neg__"}.get(name, name), None)
        return function(*inputs) if function and len(inputs) == 1 else NotImplemented


def _matmul(graph: typing.Any, a: int, b: int) -> int:
    return lib.ons_tensor_matmul(graph, a, b, 0)


def _product(a: Tensor, b: Tensor) -> Tensor:
    """As numpy's: a vector is a row on the left and a column on the right, and that axis is not in the product."""
    left = a.reshape(1, *a.shape) if a.ndim == 1 else a
    right = b.reshape(*b.shape, 1) if b.ndim == 1 else b
    product = left._two(_matmul, right)
    if a.ndim > 1 and b.ndim > 1:
        return product
    shape = list(product.shape)
    if b.ndim == 1:
        del shape[-1]
    if a.ndim == 1:
        del shape[-1 if b.ndim == 1 else -2]
    return product.reshape(*shape)


# numpy's name -> with a tensor on the left, on the right
_OPERATORS = {
    "add": ("__add__", "__radd__"), "subtract": ("__sub__", "__rsub__"), "multiply": ("__mul__", "__rmul__"),
    "divide": ("__truediv__", "__rtruediv__"), "matmul": ("__matmul__", "__rmatmul__"), "power": ("__pow__", "__rpow__"),
    "maximum": ("maximum", "maximum"), "minimum": ("minimum", "minimum"), "less": ("__lt__", "__gt__"),
    "less_equal": ("__le__", "__ge__"), "greater": ("__gt__", "__lt__"), "greater_equal": ("__ge__", "__le__"),
}


def where(condition: Tensor, a: Operand, b: Operand) -> Tensor:
    """a where the condition is not 0, else b; what is not chosen may be anything, also in derivatives."""
    one = next((side for side in (a, b, condition) if isinstance(side, Tensor)), condition)
    graph = condition.graph
    numbers = [graph._own(one._other(side)) for side in (a, b)]
    return graph._made(lib.ons_tensor_select(graph._pointer, graph._own(condition), *numbers))


def _joined(function: typing.Any, parts: typing.Sequence[Tensor], axis: int) -> Tensor:
    if not parts:
        raise InvalidError("no tensors were given")
    graph = parts[0].graph
    return graph._made(function(graph._pointer, graph._numbers(parts), len(parts), axis))


def concatenate(parts: typing.Sequence[Tensor], axis: int = 0) -> Tensor:
    """One after the other along an axis."""
    return _joined(lib.ons_tensor_concatenate, parts, axis)


def stack(parts: typing.Sequence[Tensor], axis: int = 0) -> Tensor:
    """Side by side along a new axis."""
    return _joined(lib.ons_tensor_stack, parts, axis)


def scan(a: Tensor, b: Tensor, axis: int, reverse: bool = False) -> Tensor:
    """h[i] = a[i] h[i-1] + b[i] along an axis, from h[-1] = 0."""
    graph = a.graph
    return graph._made(lib.ons_tensor_scan(graph._pointer, graph._own(a), graph._own(b), axis, reverse))
