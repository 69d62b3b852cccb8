/*
 * Plain layers: dense, perceptrons, embeddings, convolutions, messages, and losses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"
#include "layers.h"

#include <stdio.h>
#include <stdlib.h>

int64_t layers_features(const ons_layers *layers, ons_tensor a) {
    return ons_tensor_size(ons_layers_graph(layers), a, -1);
}

ons_shape layers_last(const ons_tensor_graph *graph, ons_tensor a, int64_t last) {
    ons_shape shape = ons_tensor_shape(graph, a);
    if (shape.dimensions > 0) { shape.size[shape.dimensions - 1] = last; }
    return shape;
}

ons_tensor layers_tap(ons_layers *layers, ons_tensor a, const char *name) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const char *scope = graph->scopes[graph->depth ? graph->path[graph->depth - 1] : 0];
    for (unsigned k = 1; k < 1000; k++) {
        char label[40], *full;
        ons_tensor there;
        if (k > 1) {
            snprintf(label, sizeof label, "%s-%u", name, k);
        } else {
            snprintf(label, sizeof label, "%s", name);
        }
        full = ons_format("%s%s%s", scope, scope[0] ? "/" : "", label);
        const bool taken = full && ons_tensor_find(graph, full, &there) == ONS_OK;
        free(full);
        if (!taken) { return ons_tensor_tap(graph, a, label); }
    }
    return a;
}

ons_tensor layers_out(ons_layers *layers, ons_tensor a) {
    const ons_tensor tapped = layers_tap(layers, a, "out");
    ons_tensor_leave(ons_layers_graph(layers));
    return tapped;
}

ons_tensor ons_layer_activation(ons_tensor_graph *graph, ons_activation activation, ons_tensor a) {
    switch (activation) {
    case ONS_ACTIVATION_LINEAR: return a;
    case ONS_ACTIVATION_RELU: return ons_tensor_relu(graph, a);
    case ONS_ACTIVATION_TANH: return ons_tensor_tanh(graph, a);
    case ONS_ACTIVATION_SIGMOID: return ons_tensor_sigmoid(graph, a);
    case ONS_ACTIVATION_GELU: return ons_tensor_gelu(graph, a);
    case ONS_ACTIVATION_SILU: return ons_tensor_silu(graph, a);
    case ONS_ACTIVATION_SOFTPLUS: return ons_tensor_softplus(graph, a);
    case ONS_ACTIVATION_SIN: return ons_tensor_sin(graph, a);
    case ONS_ACTIVATION_ERF: return ons_tensor_erf(graph, a);
    }
    return ons_tensor_fail(graph, "the activation %d is none of the known ones", (int)activation);
}

/* a weight + bias under the names of the present scope. */
static ons_tensor affine(ons_layers *layers, ons_tensor a, const ons_dense *options) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t in = layers_features(layers, a), out = options->outputs;
    if (out < 1) {
        return ons_tensor_fail(graph, "a dense layer has %lld outputs; expected 1 at least", (long long)out);
    }
    const ons_tensor weight =
        layers_weight(layers, "weight", ONS_SHAPE(in, out), options->weight, (double)in, (double)out);
    const ons_tensor product = ons_tensor_matmul(graph, a, weight, 0);
    if (options->no_bias) { return product; }
    return ons_tensor_add(graph, product, layers_bias(layers, "bias", ONS_SHAPE(out), options->bias, (double)in));
}

ons_tensor ons_layer_dense(ons_layers *layers, const char *name, ons_tensor a, const ons_dense *options) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    return layers_out(layers, ons_layer_activation(graph, options->activation, affine(layers, a, options)));
}

ons_tensor ons_layer_mlp(ons_layers *layers, const char *name, ons_tensor a, const int64_t *widths, size_t count,
                         ons_activation activation) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    for (size_t k = 0; k < count; k++) {
        char label[24];
        snprintf(label, sizeof label, "%zu", k);
        const ons_activation here = k + 1 < count ? activation : ONS_ACTIVATION_LINEAR;
        a = ons_layer_dense(layers, label, a, &(ons_dense){.outputs = widths[k], .activation = here});
    }
    return layers_out(layers, a);
}

ons_tensor ons_layer_embedding(ons_layers *layers, const char *name, ons_tensor index, int64_t rows, int64_t width,
                               ons_initial initial) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    ons_tensor_scope(graph, name);
    if (initial.kind == ONS_INITIAL_STANDARD) { initial = (ons_initial){ONS_INITIAL_NORMAL, 1}; }
    const ons_tensor table =
        ons_layers_parameter(layers, "weight", ONS_SHAPE(rows, width), initial, (double)rows, (double)width);
    return layers_out(layers, ons_tensor_gather(graph, table, index));
}

ons_tensor ons_layer_convolution(ons_layers *layers, const char *name, ons_tensor a, int64_t outputs, int64_t width,
                                 const ons_convolution *options) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const bool plane = ons_tensor_shape(graph, a).dimensions == 4;
    const int64_t groups = options && options->groups ? options->groups : 1;
    const int64_t channels = ons_tensor_size(graph, a, 1) / groups, area = plane ? width * width : width;
    const int64_t reached = outputs / groups * area;
    ons_tensor_scope(graph, name);
    const ons_tensor weight = layers_weight(
        layers, "weight", plane ? ONS_SHAPE(outputs, channels, width, width) : ONS_SHAPE(outputs, channels, width),
        (ons_initial){0}, (double)(channels * area), (double)reached);
    const ons_tensor bias = layers_bias(layers, "bias", plane ? ONS_SHAPE(outputs, 1, 1) : ONS_SHAPE(outputs, 1),
                                        (ons_initial){0}, (double)(channels * area));
    const ons_convolution none = {0};
    return layers_out(layers,
                      ons_tensor_add(graph, ons_tensor_convolve(graph, a, weight, options ? options : &none), bias));
}

ons_tensor ons_layer_messages(ons_layers *layers, const char *name, ons_tensor a, ons_tensor source, ons_tensor target,
                              ons_tensor edge, const ons_messages *options) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t nodes = ons_tensor_size(graph, a, 0), edges = ons_tensor_size(graph, source, 0);
    ons_tensor_scope(graph, name);
    const ons_tensor ends[3] = {ons_tensor_gather(graph, a, source), ons_tensor_gather(graph, a, target), edge};
    const ons_tensor both = ons_tensor_concatenate(graph, ends, edge == ONS_NO_TENSOR ? 2 : 3, -1);
    const ons_tensor hidden = ons_layer_dense(
        layers, "hidden", both, &(ons_dense){.outputs = options->hidden, .activation = options->activation});
    const ons_tensor message = ons_layer_dense(layers, "message", hidden, &(ons_dense){.outputs = options->width});
    ons_tensor sum = ons_tensor_scatter(graph, message, target, nodes);
    if (options->mean) {
        const ons_tensor ones = ons_tensor_filled(graph, ons_tensor_graph_type(graph), ONS_SHAPE(edges, 1), 1);
        const ons_tensor arrivals = ons_tensor_scatter(graph, ones, target, nodes);
        sum = ons_tensor_divide(graph, sum, ons_tensor_maximum(graph, arrivals, ons_tensor_number(graph, 1)));
    }
    const ons_tensor joined = ons_tensor_concatenate(graph, (ons_tensor[]){a, sum}, 2, -1);
    return layers_out(layers, ons_layer_dense(layers, "update", joined, &(ons_dense){.outputs = options->outputs}));
}

ons_tensor ons_loss_cross_entropy(ons_tensor_graph *graph, ons_tensor a, ons_tensor labels) {
    return ons_tensor_negate(graph, ons_tensor_pick(graph, ons_tensor_log_softmax(graph, a, -1), labels));
}

ons_tensor ons_loss_squares(ons_tensor_graph *graph, ons_tensor a, ons_tensor target) {
    return ons_tensor_mean(graph, ons_tensor_square(graph, ons_tensor_subtract(graph, a, target)), ONS_AXIS(-1), false);
}
