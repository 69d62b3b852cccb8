"""Layers with named parameters on a graph of tensors, and losses. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

from ._native import encoded, ffi, lib
from .learning_tensor import Tensor
from .spins import choice

if typing.TYPE_CHECKING:
    from .learning_graph import Graph

_INITIALS = ("standard", "constant", "normal", "uniform", "glorot-uniform", "glorot-normal", "kaiming-uniform",
             "kaiming-normal", "fan-in")
_ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "sin", "erf")


def initial_of(initial: str, value: float | None = None) -> typing.Any:
    return {"kind": choice("initial", initial, _INITIALS), "value": 0.0 if value is None else value}


def _activation(name: str) -> int:
    return choice("activation", name, _ACTIVATIONS)


def _pair(numbers: int | typing.Sequence[int]) -> list[int]:
    return [numbers, numbers] if isinstance(numbers, int) else list(numbers)


class Layers:
    """Layers as functions: ``graph.layers.dense("first", x, 24, "tanh")``.

    The parameters of a layer are called NAME/weight, NAME/bias and so on; the same name again is the same layer (tied
    weights). Its result is tapped as NAME/out. Batches come first. Activations are linear, relu, tanh, sigmoid, gelu,
    silu, softplus, sin, erf.
    """

    def __init__(self, graph: Graph):
        self.graph = graph

    def _layer(self, function: typing.Any, name: str, a: Tensor, *more: typing.Any) -> Tensor:
        graph = self.graph
        return graph._made(function(graph._layers, encoded(name), graph._own(a), *more))

    def standard(self, weights: str, biases: str = "constant") -> None:
        """How weights and biases begin from now on: glorot-uniform and constant (0) by themselves."""
        lib.ons_layers_standard(self.graph._layers, initial_of(weights), initial_of(biases))

    def dense(self, name: str, a: Tensor, outputs: int, activation: str = "linear", bias: bool = True) -> Tensor:
        """activation(a weight + bias), weight [in, outputs]."""
        options = ffi.new("ons_dense *", {"outputs": outputs, "no_bias": not bias, "activation": _activation(activation)})
        return self._layer(lib.ons_layer_dense, name, a, options)

    def mlp(self, name: str, a: Tensor, widths: typing.Sequence[int], activation: str = "tanh") -> Tensor:
        """Dense layers of these widths, the activation between them, none after the last."""
        return self._layer(lib.ons_layer_mlp, name, a, list(widths), len(widths), _activation(activation))

    def gated_mlp(self, name: str, a: Tensor, widths: typing.Sequence[int], activation: str = "tanh") -> Tensor:
        """The "modified" perceptron of Wang, Teng and Perdikaris (2021); all widths but the last are equal."""
        return self._layer(lib.ons_layer_gated_mlp, name, a, list(widths), len(widths), _activation(activation))

    def fourier(self, name: str, a: Tensor, features: int, scale: float = 1.0, trained: bool = False) -> Tensor:
        """[cos(a B), sin(a B)], B normal of standard deviation ``scale`` (Tancik et al. 2020)."""
        return self._layer(lib.ons_layer_fourier, name, a, features, scale, trained)

    def periodic(self, a: Tensor, period: float, modes: int) -> Tensor:
        """cos and sin of 2 pi k a / period, k = 1 .. modes, of one column [n, 1]."""
        graph = self.graph
        return graph._made(lib.ons_layer_periodic(graph._layers, graph._own(a), period, modes))

    def embedding(self, name: str, index: Tensor, rows: int, width: int) -> Tensor:
        """Rows of a table [rows, width]."""
        return self._layer(lib.ons_layer_embedding, name, index, rows, width, initial_of("standard"))

    def norm(self, name: str, a: Tensor, epsilon: float = 1e-5) -> Tensor:
        """Layer norm over the last axis."""
        return self._layer(lib.ons_layer_norm, name, a, epsilon)

    def rms_norm(self, name: str, a: Tensor, epsilon: float = 1e-6) -> Tensor:
        return self._layer(lib.ons_layer_rms_norm, name, a, epsilon)

    def batch_norm(self, name: str, a: Tensor, training: bool = True, epsilon: float = 1e-5
                   ) -> tuple[Tensor, Tensor, Tensor]:
        """Over all axes but axis 1: the result, and the mean and variance used. In training these are the batch's own,
        else the inputs NAME/mean and NAME/variance."""
        moments = ffi.new("ons_tensor[2]")
        out = self._layer(lib.ons_layer_batch_norm, name, a, epsilon, training, moments, moments + 1)
        return out, self.graph._made(moments[0]), self.graph._made(moments[1])

    def attention(self, name: str, a: Tensor, heads: int, width: int = 0, causal: bool = False, qk_norm: bool = False,
                  bias: bool = True, temperature: float = 0.0) -> Tensor:
        """Of [batch, time, features]; width 0: as the features; temperature 0: sqrt(width / heads). The pattern is
        tapped as NAME/pattern."""
        options = ffi.new("ons_attention *", {"heads": heads, "width": width, "causal": causal, "qk_norm": qk_norm,
                                              "no_bias": not bias, "temperature": temperature})
        return self._layer(lib.ons_layer_attention, name, a, options)

    def lstm(self, name: str, a: Tensor, units: int) -> Tensor:
        """[batch, time, in] -> [batch, time, units], gates in PyTorch's order."""
        return self._layer(lib.ons_layer_lstm, name, a, units)

    def gru(self, name: str, a: Tensor, units: int) -> Tensor:
        return self._layer(lib.ons_layer_gru, name, a, units)

    def state_space(self, name: str, a: Tensor, states: int) -> Tensor:
        """A diagonal state space for every feature (S4D, real: Gu et al. 2022)."""
        return self._layer(lib.ons_layer_state_space, name, a, states)

    def convolution(self, name: str, a: Tensor, outputs: int, width: int, stride: int | typing.Sequence[int] = 1,
                    padding: int | typing.Sequence[int] = 0, dilation: int | typing.Sequence[int] = 1,
                    groups: int = 1) -> Tensor:
        """Of [batch, channels, length] or [batch, channels, height, width] with a square kernel, and a bias."""
        options = ffi.new("ons_convolution *", {"stride": _pair(stride), "dilation": _pair(dilation),
                                                "before": _pair(padding), "after": _pair(padding), "groups": groups})
        return self._layer(lib.ons_layer_convolution, name, a, outputs, width, options)

    def messages(self, name: str, nodes: Tensor, source: Tensor, target: Tensor, *, hidden: int, width: int, outputs: int,
                 edges: Tensor | None = None, mean: bool = False, activation: str = "silu") -> Tensor:
        """Messages along the edges of a graph, from nodes ``source`` to nodes ``target`` (int32), summed at the targets."""
        options = ffi.new("ons_messages *", {"hidden": hidden, "width": width, "outputs": outputs, "mean": mean,
                                             "activation": _activation(activation)})
        own = self.graph._own
        edge = lib.ONS_NO_TENSOR if edges is None else own(edges)
        return self._layer(lib.ons_layer_messages, name, nodes, own(source), own(target), edge, options)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """-log softmax(logits)[label] of every example; logits [n, classes], labels int32 [n]."""
    graph = logits.graph
    return graph._made(lib.ons_loss_cross_entropy(graph._pointer, graph._own(logits), graph._own(labels)))


def squares(outputs: Tensor, targets: Tensor) -> Tensor:
    """(1/outputs) sum (output - target)^2 of every example."""
    graph = outputs.graph
    return graph._made(lib.ons_loss_squares(graph._pointer, graph._own(outputs), graph._own(targets)))
