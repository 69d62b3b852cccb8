"""Optimisers on flat arrays of parameters. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from . import arrays
from ._native import check, encoded, ffi, lib, text
from .learning_graph import Graph
from .learning_shapes import sizes_of
from .spins import choice

_METHODS = ("sgd", "momentum", "adam")
_COUPLINGS = ("gradient", "rate", "independent")
_SCHEDULES = ("constant", "exponential", "step", "cosine", "linear", "root")
_ELEMENTS = {lib.ONS_OPTIMISER_COUNT: np.uint64, lib.ONS_OPTIMISER_DOUBLE: np.float64, lib.ONS_OPTIMISER_SINGLE: np.float32}


def schedule(kind: str = "constant", length: float = 1, factor: float = 1, floor: float = 0, warmup: float = 0
             ) -> dict[str, typing.Any]:
    """What multiplies the learning rate: constant, exponential (factor^(t/length)), step, cosine, linear or root, never
    below ``floor``, after a linear warm-up of ``warmup`` steps."""
    return {"kind": choice("schedule", kind, _SCHEDULES), "length": length, "factor": factor, "floor": floor,
            "warmup": warmup}


def _state(function: typing.Any, pointer: typing.Any) -> dict[str, np.ndarray]:
    """The arrays of an optimiser's state by name, where they lie."""
    found: dict[str, np.ndarray] = {}
    one = ffi.new("ons_optimiser_array *")
    while function(pointer, len(found), one):
        name = typing.cast(str, text(one.name))
        found[name] = arrays.view(one.values, _ELEMENTS[one.element], (one.count,), pointer)
    return found


class Optimiser:
    """SGD, momentum or Adam for the parameters of a graph.

    ``rules`` changes rates and decays by name: ``{"*/bias": (1, 0), "encoder/*": (0, 0)}`` gives the factors of the
    learning rate and of the decay; a rate of 0 freezes. ``masks`` gives arrays of bool or uint8 in a parameter's shape,
    read at every step: an element of 0 is frozen. ``decay`` enters by the gradient (an L2 penalty), by the rate
    (AdamW of PyTorch) or independent of it (AdamW as first written). ``clip`` limits the gradient's norm,
    ``clip_element`` each of its elements; ``average`` keeps a moving average of the parameters.
    """

    def __init__(self, graph: Graph, method: str = "adam", *, rate: float | None = None, momentum: float | None = None,
                 dampening: float = 0, nesterov: bool = False, beta1: float | None = None, beta2: float | None = None,
                 epsilon: float | None = None, amsgrad: bool = False, decay: float = 0, coupling: str | None = None,
                 clip: float = 0, clip_element: float = 0, average: float = 0,
                 schedule: typing.Mapping[str, typing.Any] | None = None,
                 rules: typing.Mapping[str, tuple[float, float]] | None = None,
                 masks: typing.Mapping[str, np.ndarray] | None = None):
        settings = ffi.new("ons_optimiser_settings *", lib.ons_optimiser_defaults(choice("method", method, _METHODS)))
        settings.single = graph.dtype == np.float32
        wanted = {"rate": rate, "momentum": momentum, "dampening": dampening, "nesterov": nesterov, "beta1": beta1,
                  "beta2": beta2, "epsilon": epsilon, "amsgrad": amsgrad, "decay": decay, "clip": clip,
                  "clip_element": clip_element, "average": average, "schedule": schedule}
        for name, value in wanted.items():
            if value is not None:
                setattr(settings, name, value)
        if coupling is not None:
            settings.coupling = choice("coupling", coupling, _COUPLINGS)
        self._dtype, self._count, self._graph = graph.dtype, len(graph), graph
        groups, count = self._groups(graph, rules)
        self._masks = [self._mask(graph, groups, name, mask) for name, mask in (masks or {}).items()]
        place = ffi.new("ons_optimiser **")
        check(lib.ons_optimiser_create(place, settings, self._count, groups, count))
        self._pointer = ffi.gc(place[0], lib.ons_optimiser_free)

    @staticmethod
    def _groups(graph: Graph, rules: typing.Mapping[str, tuple[float, float]] | None) -> tuple[typing.Any, int]:
        kept = [ffi.new("char[]", encoded(pattern)) for pattern in rules or ()]
        given = [{"pattern": pattern, "rate": factors[0], "decay": factors[1]}
                 for pattern, factors in zip(kept, (rules or {}).values())]
        groups, count = ffi.new("ons_parameter_group **"), ffi.new("size_t *")
        check(lib.ons_layers_groups(graph._pointer, ffi.new("ons_group_rule[]", given), len(given), groups, count))
        return ffi.gc(groups[0], lib.free), count[0]

    @staticmethod
    def _mask(graph: Graph, groups: typing.Any, name: str, mask: np.ndarray) -> typing.Any:
        """Sets the mask of a parameter's group; what it gives keeps the mask where it is."""
        index = ffi.new("size_t *")
        check(lib.ons_tensor_parameter_find(graph._pointer, encoded(name), index))
        shape = sizes_of(lib.ons_tensor_parameter_at(graph._pointer, index[0]).shape)
        if isinstance(mask, np.ndarray) and mask.dtype == np.bool_:
            mask = mask.view(np.uint8)
        groups[index[0]].mask = pointer = arrays.pointer(arrays.checked(f"the mask of {name}", mask, np.uint8, shape))
        return pointer

    def _flat(self, name: str, array: np.ndarray, writable: bool = False) -> typing.Any:
        return arrays.pointer(arrays.checked(name, array, self._dtype, (self._count,), writable))

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Moves the parameters, in place. A gradient that is not finite raises FailedError with the step and the
        parameter, and nothing has changed."""
        check(lib.ons_optimiser_step(self._pointer, self._flat("parameters", parameters, True),
                                     self._flat("gradient", gradient)))

    def ascend(self, parameters: np.ndarray, gradient: np.ndarray, radius: float) -> None:
        """Sharpness-aware steps (Foret et al. 2021): moves to radius g/|g|; step() with the gradient found there goes
        back first."""
        check(lib.ons_optimiser_ascend(self._pointer, self._flat("parameters", parameters, True),
                                       self._flat("gradient", gradient), radius))

    @property
    def steps(self) -> int:
        return lib.ons_optimiser_steps(self._pointer)

    @property
    def rate(self) -> float:
        """The learning rate of the next step; may be set."""
        return lib.ons_optimiser_rate(self._pointer)

    @rate.setter
    def rate(self, rate: float) -> None:
        old = lib.ons_optimiser_settings_of(self._pointer)
        check(lib.ons_optimiser_set_rate(self._pointer, rate, ffi.addressof(old, "schedule")))

    @property
    def norm(self) -> float:
        """Of the last gradient, before clipping."""
        return lib.ons_optimiser_norm(self._pointer)

    @property
    def average(self) -> np.ndarray | None:
        """The moving average of the parameters, or None."""
        address = lib.ons_optimiser_average(self._pointer)
        return arrays.view(address, self._dtype, (self._count,), self._pointer) if address else None

    @property
    def state(self) -> dict[str, np.ndarray]:
        """All that must be stored, where it lies: arrays by name, to be written back in place."""
        return _state(lib.ons_optimiser_state, self._pointer)


class _Callback:
    """A function that the library calls, and the exception that it raised."""

    def __init__(self, function: typing.Callable[[np.ndarray], tuple[typing.Any, typing.Any]], inputs: int, outputs: int):
        self.function, self.inputs, self.outputs = function, inputs, outputs
        self.raised: BaseException | None = None

    def call(self, w: typing.Any, values: typing.Any, slopes: typing.Any) -> int:
        """Numbers, and their derivatives where they are wanted."""
        try:
            at = np.frombuffer(ffi.buffer(w, 8 * self.inputs), np.float64)
            found, derivatives = self.function(at)
            self._put("values", values, found, (self.outputs,))
            if slopes != ffi.NULL:
                self._put("derivatives", slopes, derivatives, (self.outputs, self.inputs))
        except BaseException as failure:
            self.raised = failure
            return lib.ONS_FAILED
        return lib.ONS_OK

    @staticmethod
    def _put(name: str, place: typing.Any, given: typing.Any, shape: tuple[int, ...]) -> None:
        numbers = np.asarray(given, np.float64)
        size = int(np.prod(shape))
        if numbers.size != size:
            raise ValueError(f"the function gave {numbers.size} {name}, expected {size}")
        np.frombuffer(ffi.buffer(place, 8 * size), np.float64)[:] = numbers.ravel()

    def done(self, status: int) -> bool:
        """Whether the library says that nothing is left to gain."""
        if status < 0 and self.raised is not None:
            raised, self.raised = self.raised, None
            raise raised
        return check(status) == lib.ONS_DONE


@ffi.def_extern()
def python_objective(data: typing.Any, w: typing.Any, loss: typing.Any, gradient: typing.Any) -> int:
    return ffi.from_handle(data).call(w, loss, gradient)


@ffi.def_extern()
def python_residuals(data: typing.Any, w: typing.Any, r: typing.Any, jacobian: typing.Any) -> int:
    return ffi.from_handle(data).call(w, r, jacobian)


class LBFGS:
    """L-BFGS with a line search under the strong Wolfe conditions, in double precision.

    ``objective(w)`` gives the loss and its gradient; ``w`` is only to be read.
    """

    def __init__(self, objective: typing.Callable[[np.ndarray], tuple[typing.Any, typing.Any]], count: int, *,
                 memory: int = 0, evaluations: int = 0):
        place = ffi.new("ons_lbfgs **")
        check(lib.ons_lbfgs_create(place, ffi.new("ons_lbfgs_settings *", {"memory": memory, "evaluations": evaluations}),
                                   count))
        self._pointer = ffi.gc(place[0], lib.ons_lbfgs_free)
        self._callback, self._count = _Callback(objective, count, 1), count
        self._handle = ffi.new_handle(self._callback)

    def step(self, w: np.ndarray) -> bool:
        """One iteration, in place; True when nothing is left to gain."""
        w = arrays.checked("w", w, np.float64, (self._count,), writable=True)
        return self._callback.done(lib.ons_lbfgs_step(self._pointer, lib.python_objective, self._handle, arrays.pointer(w)))

    def restart(self) -> None:
        """After w was changed by others."""
        lib.ons_lbfgs_restart(self._pointer)

    @property
    def loss(self) -> float:
        return lib.ons_lbfgs_loss(self._pointer)

    @property
    def norm(self) -> float:
        """Of the gradient."""
        return lib.ons_lbfgs_norm(self._pointer)

    @property
    def evaluations(self) -> int:
        return lib.ons_lbfgs_evaluations(self._pointer)

    @property
    def state(self) -> dict[str, np.ndarray]:
        """All that must be stored beside w."""
        return _state(lib.ons_lbfgs_state, self._pointer)


class Levenberg:
    """Levenberg and Marquardt's method for half a sum of squares; ``residuals(w)`` gives r and its Jacobian."""

    def __init__(self, residuals: typing.Callable[[np.ndarray], tuple[typing.Any, typing.Any]], count: int, outputs: int,
                 gauss_newton: bool = False):
        self._pointer = ffi.new("ons_levenberg *")
        check(lib.ons_levenberg_init(self._pointer, count, outputs, gauss_newton))
        self._pointer = ffi.gc(self._pointer, lib.ons_levenberg_free)
        self._callback, self._count = _Callback(residuals, count, outputs), count
        self._handle = ffi.new_handle(self._callback)

    def step(self, w: np.ndarray) -> bool:
        """One accepted step, in place; True when nothing is left to gain."""
        w = arrays.checked("w", w, np.float64, (self._count,), writable=True)
        return self._callback.done(lib.ons_levenberg_step(self._pointer, lib.python_residuals, self._handle,
                                                          arrays.pointer(w)))

    @property
    def loss(self) -> float:
        """Half the sum of squares."""
        return self._pointer.loss

    @property
    def norm(self) -> float:
        """The largest element of the gradient."""
        return self._pointer.norm
