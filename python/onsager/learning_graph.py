"""Graphs of tensors: what a network computes, recorded once. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import contextlib
import typing

import numpy as np

from . import arrays
from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError
from .learning_shapes import TYPES, Shape, shape_of, sizes_of, type_of
from .learning_tensor import Tensor

if typing.TYPE_CHECKING:
    from .learning_layers import Layers
    from .learning_program import Program
    from .random import Stream

class Graph:
    """What a network computes: tensors of fixed shapes, each made from earlier ones by one operation.

    ``dtype``, float64 or float32, is that of parameters and of plain numbers. An operation that cannot be raises
    InvalidError, with the layer and both shapes; the graph is as it was before.
    """

    def __init__(self, dtype: typing.Any = np.float64):
        place = ffi.new("ons_tensor_graph **")
        check(lib.ons_tensor_graph_create(place, type_of(dtype)))
        self._pointer = ffi.gc(place[0], lib.ons_tensor_graph_free)
        check(lib.ons_layers_create(layers := ffi.new("ons_layers **"), self._pointer))
        self._layers = ffi.gc(layers[0], lib.ons_layers_free)
        self.dtype = np.dtype(dtype)

    # ---- making tensors

    def _look(self) -> None:
        status = lib.ons_tensor_graph_status(self._pointer)
        if status:
            lib.ons_tensor_graph_forgive(self._pointer)
            check(status)

    def _made(self, index: int) -> Tensor:
        """The tensor of a number that the library gave, or the exception of the fault."""
        if index == lib.ONS_NO_TENSOR:
            self._look()
            raise InvalidError("there is no such tensor")
        return Tensor(self, index)

    def _all_made(self, indices: typing.Any) -> list[Tensor]:
        self._look()
        return [self._made(index) for index in indices]

    def _own(self, tensor: Tensor) -> int:
        """The number of a tensor of this graph."""
        if not isinstance(tensor, Tensor):
            raise TypeError(f"expected a tensor, not {type(tensor).__name__}")
        if tensor.graph is not self:
            raise InvalidError(f"{tensor.name} belongs to another graph")
        return tensor._index

    def _numbers(self, tensors: typing.Iterable[Tensor]) -> typing.Any:
        return ffi.new("ons_tensor[]", [self._own(tensor) for tensor in tensors])

    def input(self, name: str, shape: Shape = (), dtype: typing.Any = None) -> Tensor:
        """What is given anew for every run; int32 for labels and indices. The graph's dtype by itself."""
        code = type_of(self.dtype if dtype is None else dtype)
        return self._made(lib.ons_tensor_input(self._pointer, encoded(name), code, shape_of(shape)))

    def parameter(self, name: str, shape: Shape = (), initial: str = "constant", value: float | None = None) -> Tensor:
        """A part of the flat array of all parameters; a name that is there already gives the same tensor.

        ``initial`` is how draw() begins it: constant (``value``, 0), normal, uniform (width ``value``, 1),
        glorot-uniform, glorot-normal, kaiming-uniform, kaiming-normal, fan-in (times ``value``, 1). Inputs and outputs
        of a unit are the first and the last size.
        """
        from .learning_layers import initial_of

        wanted = shape_of(shape)
        sizes = sizes_of(wanted) or (1,)
        return self._made(lib.ons_layers_parameter(self._layers, encoded(name), wanted, initial_of(initial, value),
                                                   sizes[0], sizes[-1]))

    def constant(self, numbers: typing.Any) -> Tensor:
        """Numbers that never change, copied: an array of float32, float64 or int32 as it is, others in the graph's dtype."""
        array = np.asarray(numbers)
        array = np.ascontiguousarray(array, array.dtype if array.dtype in TYPES and array.ndim else self.dtype)
        shape = shape_of(np.shape(numbers))
        return self._made(lib.ons_tensor_constant(self._pointer, TYPES[array.dtype], shape, arrays.pointer(array)))

    @contextlib.contextmanager
    def scope(self, name: str) -> typing.Iterator[None]:
        """A layer: its name stands in messages and before the names of what is made inside."""
        lib.ons_tensor_scope(self._pointer, encoded(name))
        self._look()
        try:
            yield
        finally:
            lib.ons_tensor_leave(self._pointer)

    @contextlib.contextmanager
    def checkpoint(self) -> typing.Iterator[None]:
        """What is made inside is computed again for derivatives instead of being kept."""
        lib.ons_tensor_checkpoint(self._pointer)
        self._look()
        try:
            yield
        finally:
            lib.ons_tensor_checkpoint_end(self._pointer)

    def find(self, name: str) -> Tensor:
        """An input, a parameter or a tap by its full name."""
        place = ffi.new("ons_tensor *")
        check(lib.ons_tensor_find(self._pointer, encoded(name), place))
        return Tensor(self, place[0])

    @property
    def layers(self) -> Layers:
        """Layers with parameters of their own: ``graph.layers.dense("first", x, 24, "tanh")``."""
        from .learning_layers import Layers

        return Layers(self)

    # ---- parameters

    def __len__(self) -> int:
        """Numbers in the flat array of all parameters."""
        return lib.ons_tensor_parameter_total(self._pointer)

    def __bool__(self) -> bool:
        return True

    def split(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The parameters by name, as views of a flat array (of weights, or of a gradient)."""
        flat = arrays.checked("the flat array", flat, self.dtype, (len(self),))
        found = {}
        for number in range(lib.ons_tensor_parameter_count(self._pointer)):
            one = lib.ons_tensor_parameter_at(self._pointer, number)
            found[typing.cast(str, text(one.name))] = flat[one.offset:one.offset + one.count].reshape(sizes_of(one.shape))
        return found

    def draw(self, stream: Stream, out: np.ndarray | None = None) -> np.ndarray:
        """First values of all parameters, each by its own rule: a flat array, or ``out`` filled.

        They depend on the stream's key and replica and on the parameters' names, not on the stream's position.
        """
        flat = np.zeros(len(self), self.dtype) if out is None else out
        arrays.checked("out", flat, self.dtype, (len(self),), writable=True)
        check(lib.ons_layers_draw(self._layers, stream.key, stream.replica, arrays.pointer(flat)))
        return flat

    # ---- derivatives

    def gradient(self, value: Tensor, with_respect_to: Tensor | typing.Sequence[Tensor] | None = None) -> typing.Any:
        """Derivatives of a scalar: by a tensor, by each of several, or by all parameters, flat, where none is named."""
        if with_respect_to is None:
            return self._made(lib.ons_tensor_parameter_gradient(self._pointer, self._own(value)))
        several = [with_respect_to] if isinstance(with_respect_to, Tensor) else list(with_respect_to)
        found = ffi.new("ons_tensor[]", len(several))
        lib.ons_tensor_gradient(self._pointer, self._own(value), self._numbers(several), len(several), found)
        made = self._all_made(found)
        return made[0] if isinstance(with_respect_to, Tensor) else made

    def push_forward(self, values: typing.Sequence[Tensor], directions: typing.Mapping[Tensor, Tensor]) -> list[Tensor]:
        """Jacobian-vector products: derivatives of the values along ``{tensor: direction}``."""
        found = ffi.new("ons_tensor[]", len(values))
        lib.ons_tensor_push_forward(self._pointer, self._numbers(values), len(values), self._numbers(directions),
                                    self._numbers(directions.values()), len(directions), found)
        return self._all_made(found)

    def pull_back(self, values: typing.Mapping[Tensor, Tensor], with_respect_to: typing.Sequence[Tensor]) -> list[Tensor]:
        """Vector-Jacobian products: ``{value: seed}`` by each tensor."""
        found = ffi.new("ons_tensor[]", len(with_respect_to))
        lib.ons_tensor_pull_back(self._pointer, self._numbers(values), self._numbers(values.values()), len(values),
                                 self._numbers(with_respect_to), len(with_respect_to), found)
        return self._all_made(found)

    def hessian_product(self, value: Tensor, direction: Tensor) -> Tensor:
        """The Hessian of a scalar in all parameters times a flat direction."""
        return self._made(lib.ons_tensor_parameter_hessian_product(self._pointer, self._own(value), self._own(direction)))

    def partials(self, value: Tensor, points: Tensor, *orders: Shape) -> list[Tensor]:
        """Partial derivatives of a network by the columns of its points [n, columns], by Taylor series, to order 4.

        One number for each column: ``u_t, u_xx = graph.partials(u, points, (1, 0), (0, 2))``. The network must treat
        the points apart. At most 4 columns take part.
        """
        wanted = [(order,) if isinstance(order, int) else tuple(order) for order in orders]
        columns = points.shape[-1] if points.shape else 0
        for order in wanted:
            if len(order) != columns or any(one < 0 or one > lib.ONS_JET_ORDER for one in order):
                raise InvalidError(f"the partial derivative {order} has not {columns} orders from 0 to "
                                   f"{lib.ONS_JET_ORDER}, one a column of {points.name}")
        used = [column for column in range(columns) if any(order[column] for order in wanted)] or [0]
        if len(used) > lib.ONS_JET_DIRECTIONS:
            raise InvalidError(f"the partial derivatives take part in {len(used)} columns; expected at most "
                               f"{lib.ONS_JET_DIRECTIONS} at once")
        partials = ffi.new("ons_partial[]", [{"orders": [order[column] for column in used]} for order in wanted])
        found = ffi.new("ons_tensor[]", len(wanted))
        lib.ons_tensor_jet_columns(self._pointer, self._numbers([value]), 1, self._own(points), used, len(used), partials,
                                   len(wanted), found)
        return self._all_made(found)

    def jacobians(self, example: Tensor, output: Tensor, examples: Tensor) -> Tensor:
        """Jacobians by all parameters, [n, outputs, parameters], of an output of one example for many."""
        numbers = [self._own(tensor) for tensor in (example, output, examples)]
        return self._made(lib.ons_tensor_jacobians(self._pointer, *numbers))

    def fixed_point(self, state: Tensor, step: Tensor, start: Tensor, iterations: int, damping: float = 1.0
                    ) -> tuple[Tensor, Tensor]:
        """The fixed point of ``step``, which was made from the input ``state``, and its residual: the largest change of
        one step more. Derivatives are those of the exact fixed point."""
        residual = ffi.new("ons_tensor *")
        found = lib.ons_tensor_fixed_point(self._pointer, self._own(state), self._own(step), self._own(start), iterations,
                                           damping, residual)
        return self._made(found), self._made(residual[0])

    # ---- runs

    def program(self, *outputs: Tensor, threads: int = 1, overrides: typing.Sequence[Tensor] = ()) -> Program:
        """What computes these tensors; taps among ``overrides`` may be given values of their own. Results do not depend
        on ``threads``."""
        from .learning_program import Program

        return Program(self, outputs, threads, overrides)

    def __repr__(self) -> str:
        tensors = lib.ons_tensor_graph_count(self._pointer)
        return f"<onsager.learning.Graph of {tensors} tensors and {len(self)} parameters, {self.dtype}>"
