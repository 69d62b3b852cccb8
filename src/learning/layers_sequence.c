/*
 * Layers of sequences [batch, time, features]: attention, recurrent layers, state spaces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

/* [batch, time, width] -> [batch, heads, time, width/heads]. */
static ons_tensor split_heads(ons_tensor_graph *graph, ons_tensor a, int64_t heads) {
    const int64_t batch = ons_tensor_size(graph, a, 0), time = ons_tensor_size(graph, a, 1);
    const int64_t width = ons_tensor_size(graph, a, 2);
    const ons_tensor apart = ons_tensor_reshape(graph, a, ONS_SHAPE(batch, time, heads, width / heads));
    return ons_tensor_permute(graph, apart, (const int[]){0, 2, 1, 3});
}

/* 0 where a time may be looked at, a number that softmax makes 0 where it may not: [time, time]. */
static ons_tensor causal_mask(ons_tensor_graph *graph, int64_t time) {
    const size_t n = (size_t)time;
    int32_t *places = ONS_NEW(int32_t, n);
    if (!places) { return ons_tensor_fail(graph, "%s", ons_message()); }
    for (size_t k = 0; k < n; k++) { places[k] = (int32_t)k; }
    const ons_tensor place = ons_tensor_constant(graph, ONS_INDEX, ONS_SHAPE(time), places);
    free(places);
    const ons_tensor row = ons_tensor_convert(graph, place, ons_tensor_graph_type(graph));
    const ons_tensor column = ons_tensor_reshape(graph, row, ONS_SHAPE(time, 1));
    return ons_tensor_scale(graph, ons_tensor_less(graph, column, row), -1e9);
}

ons_tensor ons_layer_attention(ons_layers *layers, const char *name, ons_tensor a, const ons_attention *options) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t features = layers_features(layers, a), heads = options->heads;
    const int64_t width = options->width ? options->width : features, time = ons_tensor_size(graph, a, 1);
    if (heads < 1 || width % heads != 0) {
        return ons_tensor_fail(graph, "attention '%s' has %lld heads for a width of %lld; expected a divisor of it",
                               name, (long long)heads, (long long)width);
    }
    ons_tensor_scope(graph, name);
    const ons_dense project = {.outputs = width, .no_bias = options->no_bias};
    ons_tensor q = split_heads(graph, ons_layer_dense(layers, "query", a, &project), heads);
    ons_tensor k = split_heads(graph, ons_layer_dense(layers, "key", a, &project), heads);
    const ons_tensor v = split_heads(graph, ons_layer_dense(layers, "value", a, &project), heads);
    if (options->qk_norm) {
        q = ons_layer_rms_norm(layers, "query-norm", q, 0);
        k = ons_layer_rms_norm(layers, "key-norm", k, 0);
    }
    const double warm = options->temperature > 0 ? options->temperature : sqrt((double)width / (double)heads);
    ons_tensor scores = ons_tensor_scale(graph, ons_tensor_matmul(graph, q, k, ONS_TRANSPOSE_B), 1 / warm);
    scores = layers_tap(layers, scores, "scores");
    if (options->causal) { scores = ons_tensor_add(graph, scores, causal_mask(graph, time)); }
    const ons_tensor pattern = layers_tap(layers, ons_tensor_softmax(graph, scores, -1), "pattern");
    const ons_tensor mixed =
        ons_tensor_permute(graph, ons_tensor_matmul(graph, pattern, v, 0), (const int[]){0, 2, 1, 3});
    const ons_tensor joined = ons_tensor_reshape(graph, mixed, ONS_SHAPE(ons_tensor_size(graph, a, 0), time, width));
    return layers_out(layers, ons_layer_dense(layers, "output", joined,
                                              &(ons_dense){.outputs = features, .no_bias = options->no_bias}));
}

/* ---- recurrent layers
 * --------------------------------------------------------------------------------------------------
 */

/* The parameters of a recurrent layer of `gates` gates: products of the inputs at all times at once, [batch, time,
 * gates units], and what every step needs. */
typedef struct recurrence {
    ons_tensor inputs, weight, bias;
    int64_t batch, time, units;
} recurrence;

static recurrence begin_recurrence(ons_layers *layers, ons_tensor a, int64_t units, int64_t gates) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t in = layers_features(layers, a), all = gates * units;
    const ons_initial initial = {ONS_INITIAL_FAN_IN, 1}; /* with the units as fan: PyTorch's rule */
    const double fan = (double)units;
    const ons_tensor from = ons_layers_parameter(layers, "input-weight", ONS_SHAPE(in, all), initial, fan, fan);
    const ons_tensor weight = ons_layers_parameter(layers, "state-weight", ONS_SHAPE(units, all), initial, fan, fan);
    const ons_tensor first = ons_layers_parameter(layers, "input-bias", ONS_SHAPE(all), initial, fan, fan);
    const ons_tensor bias = ons_layers_parameter(layers, "state-bias", ONS_SHAPE(all), initial, fan, fan);
    return (recurrence){.inputs = ons_tensor_add(graph, ons_tensor_matmul(graph, a, from, 0), first),
                        .weight = weight,
                        .bias = bias,
                        .batch = ons_tensor_size(graph, a, 0),
                        .time = ons_tensor_size(graph, a, 1),
                        .units = units};
}

static ons_tensor gate(ons_tensor_graph *graph, ons_tensor all, int64_t units, int64_t which) {
    return ons_tensor_slice(graph, all, -1, which * units, (which + 1) * units, 1);
}

/* The states side by side along time, [batch, time, units]. */
static ons_tensor gather_states(ons_layers *layers, ons_tensor *states, int64_t count) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_tensor out = states ? ons_tensor_stack(graph, states, (size_t)count, 1) : ONS_NO_TENSOR;
    free(states);
    return layers_out(layers, out);
}

ons_tensor ons_layer_lstm(ons_layers *layers, const char *name, ons_tensor a, int64_t units) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    const recurrence r = begin_recurrence(layers, a, units, 4);
    ons_tensor *states = ONS_NEW(ons_tensor, r.time);
    ons_tensor h = ons_tensor_filled(graph, ons_tensor_graph_type(graph), ONS_SHAPE(r.batch, units), 0), c = h;
    for (int64_t t = 0; states && t < r.time; t++) {
        const ons_tensor turned = ons_tensor_add(graph, ons_tensor_matmul(graph, h, r.weight, 0), r.bias);
        const ons_tensor all = ons_tensor_add(graph, ons_tensor_at(graph, r.inputs, 1, t), turned);
        const ons_tensor in = ons_tensor_sigmoid(graph, gate(graph, all, units, 0));
        const ons_tensor keep = ons_tensor_sigmoid(graph, gate(graph, all, units, 1));
        const ons_tensor fresh = ons_tensor_tanh(graph, gate(graph, all, units, 2));
        const ons_tensor out = ons_tensor_sigmoid(graph, gate(graph, all, units, 3));
        c = ons_tensor_add(graph, ons_tensor_multiply(graph, keep, c), ons_tensor_multiply(graph, in, fresh));
        h = ons_tensor_multiply(graph, out, ons_tensor_tanh(graph, c));
        states[t] = h;
    }
    return gather_states(layers, states, r.time);
}

ons_tensor ons_layer_gru(ons_layers *layers, const char *name, ons_tensor a, int64_t units) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    const recurrence r = begin_recurrence(layers, a, units, 3);
    ons_tensor *states = ONS_NEW(ons_tensor, r.time);
    ons_tensor h = ons_tensor_filled(graph, ons_tensor_graph_type(graph), ONS_SHAPE(r.batch, units), 0);
    for (int64_t t = 0; states && t < r.time; t++) {
        const ons_tensor x = ons_tensor_at(graph, r.inputs, 1, t);
        const ons_tensor turned = ons_tensor_add(graph, ons_tensor_matmul(graph, h, r.weight, 0), r.bias);
        const ons_tensor reset =
            ons_tensor_sigmoid(graph, ons_tensor_add(graph, gate(graph, x, units, 0), gate(graph, turned, units, 0)));
        const ons_tensor keep =
            ons_tensor_sigmoid(graph, ons_tensor_add(graph, gate(graph, x, units, 1), gate(graph, turned, units, 1)));
        const ons_tensor back = ons_tensor_multiply(graph, reset, gate(graph, turned, units, 2));
        const ons_tensor fresh = ons_tensor_tanh(graph, ons_tensor_add(graph, gate(graph, x, units, 2), back));
        h = ons_tensor_add(graph, fresh, ons_tensor_multiply(graph, keep, ons_tensor_subtract(graph, h, fresh)));
        states[t] = h;
    }
    return gather_states(layers, states, r.time);
}

/* ---- state spaces
 * ------------------------------------------------------------------------------------------------------
 */

ons_tensor ons_layer_state_space(ons_layers *layers, const char *name, ons_tensor a, int64_t states) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t batch = ons_tensor_size(graph, a, 0), time = ons_tensor_size(graph, a, 1);
    const int64_t features = layers_features(layers, a);
    const ons_shape shape = ONS_SHAPE(features, states), whole = ONS_SHAPE(batch, time, features, states);
    const ons_initial normal = {ONS_INITIAL_NORMAL, 1 / sqrt((double)states)};
    ons_tensor_scope(graph, name);
    const ons_tensor A = ons_layers_parameter(layers, "A", shape, (ons_initial){ONS_INITIAL_NORMAL, 1}, 1, 1);
    const ons_tensor B = layers_constant(layers, "B", shape, 1);
    const ons_tensor C = ons_layers_parameter(layers, "C", shape, normal, 1, 1);
    const ons_tensor D = layers_constant(layers, "D", ONS_SHAPE(features), 1);
    const ons_tensor step = ons_tensor_softplus(graph, layers_constant(layers, "step", ONS_SHAPE(features, 1), -2));
    const ons_tensor rate = ons_tensor_multiply(graph, step, ons_tensor_exp(graph, A));
    const ons_tensor keep = ons_tensor_exp(graph, ons_tensor_negate(graph, rate));
    const ons_tensor wide = ons_tensor_reshape(graph, a, ONS_SHAPE(batch, time, features, 1));
    const ons_tensor fed = ons_tensor_multiply(graph, wide, ons_tensor_multiply(graph, step, B));
    const ons_tensor s = ons_tensor_scan(graph, ons_tensor_broadcast(graph, keep, whole), fed, 1, false);
    const ons_tensor read = ons_tensor_sum(graph, ons_tensor_multiply(graph, s, C), ONS_AXIS(-1), false);
    return layers_out(layers, ons_tensor_add(graph, read, ons_tensor_multiply(graph, a, D)));
}
