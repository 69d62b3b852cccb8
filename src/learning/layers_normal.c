/*
 * Layers that normalise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layers.h"

/* (a - mean)/sqrt(variance + epsilon). */
static ons_tensor standardise(ons_tensor_graph *graph, ons_tensor a, ons_tensor mean, ons_tensor variance,
                              double epsilon) {
    const ons_tensor shifted = ons_tensor_subtract(graph, a, mean);
    return ons_tensor_multiply(graph, shifted, ons_tensor_rsqrt(graph, ons_tensor_shift(graph, variance, epsilon)));
}

ons_tensor ons_layer_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t n = layers_features(layers, a);
    ons_tensor_scope(graph, name);
    const ons_tensor mean = ons_tensor_mean(graph, a, ONS_AXIS(-1), true);
    const ons_tensor square = ons_tensor_square(graph, ons_tensor_subtract(graph, a, mean));
    const ons_tensor variance = ons_tensor_mean(graph, square, ONS_AXIS(-1), true);
    const ons_tensor unit = standardise(graph, a, mean, variance, epsilon > 0 ? epsilon : 1e-5);
    const ons_tensor gain = layers_constant(layers, "gain", ONS_SHAPE(n), 1);
    const ons_tensor shift = layers_constant(layers, "shift", ONS_SHAPE(n), 0);
    return layers_out(layers, ons_tensor_add(graph, ons_tensor_multiply(graph, unit, gain), shift));
}

ons_tensor ons_layer_rms_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t n = layers_features(layers, a);
    ons_tensor_scope(graph, name);
    const ons_tensor power = ons_tensor_mean(graph, ons_tensor_square(graph, a), ONS_AXIS(-1), true);
    const ons_tensor over = ons_tensor_rsqrt(graph, ons_tensor_shift(graph, power, epsilon > 0 ? epsilon : 1e-6));
    const ons_tensor gain = layers_constant(layers, "gain", ONS_SHAPE(n), 1);
    return layers_out(layers, ons_tensor_multiply(graph, ons_tensor_multiply(graph, a, over), gain));
}

ons_tensor ons_layer_batch_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon, bool training,
                                ons_tensor *mean, ons_tensor *variance) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_shape shape = ons_tensor_shape(graph, a);
    const int64_t channels = ons_tensor_size(graph, a, 1);
    ons_shape along = {shape.dimensions > 1 ? shape.dimensions - 1 : 1, {channels, 1, 1, 1, 1, 1}};
    unsigned axes = ONS_AXIS(0);
    for (int axis = 2; axis < shape.dimensions; axis++) { axes |= ONS_AXIS(axis); }
    ons_tensor_scope(graph, name);
    if (training) {
        const ons_tensor centre = ons_tensor_mean(graph, a, axes, true);
        const ons_tensor square = ons_tensor_square(graph, ons_tensor_subtract(graph, a, centre));
        *mean = ons_tensor_reshape(graph, centre, along);
        *variance = ons_tensor_reshape(graph, ons_tensor_mean(graph, square, axes, true), along);
    } else {
        *mean = ons_tensor_input(graph, "mean", ons_tensor_graph_type(graph), along);
        *variance = ons_tensor_input(graph, "variance", ons_tensor_graph_type(graph), along);
    }
    const ons_tensor unit = standardise(graph, a, *mean, *variance, epsilon > 0 ? epsilon : 1e-5);
    const ons_tensor gain = layers_constant(layers, "gain", along, 1);
    const ons_tensor shift = layers_constant(layers, "shift", along, 0);
    return layers_out(layers, ons_tensor_add(graph, ons_tensor_multiply(graph, unit, gain), shift));
}
