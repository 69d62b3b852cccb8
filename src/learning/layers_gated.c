/*
 * Networks of coordinates: the gated perceptron, Fourier features, exact periodicity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layers.h"

#include <stdio.h>

ons_tensor ons_layer_gated_mlp(ons_layers *layers, const char *name, ons_tensor a, const int64_t *widths, size_t count,
                               ons_activation activation) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    for (size_t k = 1; k + 1 < count; k++) {
        if (widths[k] == widths[0]) { continue; }
        ons_tensor_leave(graph);
        return ons_tensor_fail(graph,
                               "the hidden layers of a gated perceptron have widths %lld and %lld; expected equal ones",
                               (long long)widths[0], (long long)widths[k]);
    }
    const ons_dense gate = {.outputs = widths[0], .activation = activation};
    const ons_tensor u = ons_layer_dense(layers, "u", a, &gate), v = ons_layer_dense(layers, "v", a, &gate);
    const ons_tensor apart = ons_tensor_subtract(graph, u, v);
    for (size_t k = 0; k + 1 < count; k++) {
        char label[24];
        snprintf(label, sizeof label, "%zu", k);
        const ons_tensor z = ons_layer_dense(layers, label, a, &gate);
        a = ons_tensor_add(graph, v, ons_tensor_multiply(graph, z, apart)); /* z u + (1 - z) v */
    }
    return layers_out(layers, ons_layer_dense(layers, "output", a, &(ons_dense){.outputs = widths[count - 1]}));
}

ons_tensor ons_layer_fourier(ons_layers *layers, const char *name, ons_tensor a, int64_t features, double scale,
                             bool trained) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t in = layers_features(layers, a);
    ons_tensor_scope(graph, name);
    ons_tensor B = ons_layers_parameter(layers, "frequencies", ONS_SHAPE(in, features),
                                        (ons_initial){ONS_INITIAL_NORMAL, scale}, (double)in, (double)features);
    if (!trained) { B = ons_tensor_stop(graph, B); }
    const ons_tensor phase = ons_tensor_matmul(graph, a, B, 0);
    const ons_tensor both[] = {ons_tensor_cos(graph, phase), ons_tensor_sin(graph, phase)};
    return layers_out(layers, ons_tensor_concatenate(graph, both, 2, -1));
}

ons_tensor ons_layer_periodic(ons_layers *layers, ons_tensor a, double period, int64_t modes) {
    static const double two_pi = 6.28318530717958647693;
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor wave = ONS_NO_TENSOR, columns[128];
    if (modes < 1 || modes > 64) {
        return ons_tensor_fail(graph, "%lld modes of a periodic coordinate; expected 1 to 64", (long long)modes);
    }
    for (int64_t k = 0; k < modes; k++) {
        wave = ons_tensor_scale(graph, a, two_pi * (double)(k + 1) / period);
        columns[2 * k] = ons_tensor_cos(graph, wave);
        columns[2 * k + 1] = ons_tensor_sin(graph, wave);
    }
    return ons_tensor_concatenate(graph, columns, (size_t)(2 * modes), -1);
}
