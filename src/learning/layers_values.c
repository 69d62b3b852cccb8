/*
 * The first values of parameters, and groups of them for optimisers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a parameter begins: one value, normal or uniform numbers of a scale. */
typedef struct first_value {
    ons_tensor tensor;
    ons_initial_kind kind; /* ONS_INITIAL_CONSTANT, _NORMAL or _UNIFORM */
    double value;
} first_value;

struct ons_layers {
    ons_tensor_graph *graph;
    ons_initial weights, biases;
    first_value *values;
    size_t count, capacity;
};

ons_status ons_layers_create(ons_layers **layers, ons_tensor_graph *graph) {
    *layers = ONS_NEW(ons_layers, 1);
    if (!*layers) { return ONS_MEMORY; }
    (*layers)->graph = graph;
    ons_layers_standard(*layers, (ons_initial){ONS_INITIAL_GLOROT_UNIFORM, 1}, (ons_initial){ONS_INITIAL_CONSTANT, 0});
    return ONS_OK;
}

void ons_layers_free(ons_layers *layers) {
    if (!layers) { return; }
    free(layers->values);
    free(layers);
}

ons_tensor_graph *ons_layers_graph(const ons_layers *layers) { return layers->graph; }

void ons_layers_standard(ons_layers *layers, ons_initial weights, ons_initial biases) {
    layers->weights = weights;
    layers->biases = biases;
}

/* A rule with its numbers: normal of a standard deviation, uniform of a half width, or one value. */
static first_value resolve(ons_initial initial, double in, double out) {
    const double by = initial.value == 0 ? 1 : initial.value;
    switch (initial.kind) {
    case ONS_INITIAL_NORMAL: return (first_value){.kind = ONS_INITIAL_NORMAL, .value = by};
    case ONS_INITIAL_UNIFORM: return (first_value){.kind = ONS_INITIAL_UNIFORM, .value = by};
    case ONS_INITIAL_GLOROT_UNIFORM:
        return (first_value){.kind = ONS_INITIAL_UNIFORM, .value = by * sqrt(6 / (in + out))};
    case ONS_INITIAL_GLOROT_NORMAL:
        return (first_value){.kind = ONS_INITIAL_NORMAL, .value = by * sqrt(2 / (in + out))};
    case ONS_INITIAL_KAIMING_UNIFORM: return (first_value){.kind = ONS_INITIAL_UNIFORM, .value = by * sqrt(6 / in)};
    case ONS_INITIAL_KAIMING_NORMAL: return (first_value){.kind = ONS_INITIAL_NORMAL, .value = by * sqrt(2 / in)};
    case ONS_INITIAL_FAN_IN: return (first_value){.kind = ONS_INITIAL_UNIFORM, .value = by / sqrt(in)};
    default: return (first_value){.kind = ONS_INITIAL_CONSTANT, .value = initial.value};
    }
}

ons_tensor ons_layers_parameter(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial, double in,
                                double out) {
    if (initial.kind == ONS_INITIAL_STANDARD) { initial = layers->weights; }
    const size_t before = ons_tensor_parameter_count(layers->graph);
    const ons_tensor tensor = ons_tensor_parameter(layers->graph, name, shape);
    if (tensor == ONS_NO_TENSOR || ons_tensor_parameter_count(layers->graph) == before) { return tensor; }
    first_value value = resolve(initial, in, out);
    value.tensor = tensor;
    if (ons_grow((void **)&layers->values, &layers->capacity, layers->count + 1, sizeof value)) {
        return ons_tensor_fail(layers->graph, "%s", ons_message());
    }
    layers->values[layers->count++] = value;
    return tensor;
}

ons_tensor layers_weight(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial, double in,
                         double out) {
    return ons_layers_parameter(layers, name, shape, initial, in, out);
}

ons_tensor layers_bias(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial, double in) {
    if (initial.kind == ONS_INITIAL_STANDARD) { initial = layers->biases; }
    if (initial.kind == ONS_INITIAL_STANDARD) { initial = (ons_initial){ONS_INITIAL_CONSTANT, 0}; }
    return ons_layers_parameter(layers, name, shape, initial, in, in);
}

ons_tensor layers_constant(ons_layers *layers, const char *name, ons_shape shape, double value) {
    return ons_layers_parameter(layers, name, shape, (ons_initial){ONS_INITIAL_CONSTANT, value}, 1, 1);
}

static void draw(const first_value *value, uint64_t key, uint32_t replica, bool single, size_t count, void *numbers) {
    ons_random random = ons_random_stream(key, replica, 0);
    for (size_t i = 0; i < count; i++) {
        double x = value->value;
        if (value->kind == ONS_INITIAL_NORMAL) { x *= ons_random_normal(&random); }
        if (value->kind == ONS_INITIAL_UNIFORM) { x *= 2 * ons_random_uniform(&random) - 1; }
        if (single) {
            ((float *)numbers)[i] = (float)x;
        } else {
            ((double *)numbers)[i] = x;
        }
    }
}

ons_status ons_layers_draw(const ons_layers *layers, uint64_t key, uint32_t replica, void *parameters) {
    const ons_status status = ons_tensor_graph_status(layers->graph);
    if (status) { return status; }
    const bool single = ons_tensor_graph_type(layers->graph) == ONS_FLOAT;
    const size_t width = single ? sizeof(float) : sizeof(double), all = ons_tensor_parameter_count(layers->graph);
    memset(parameters, 0, ons_tensor_parameter_total(layers->graph) * width);
    for (size_t k = 0; k < all; k++) {
        const ons_tensor_parameter_info info = ons_tensor_parameter_at(layers->graph, k);
        const ons_digest name = ons_digest_bytes(info.name, strlen(info.name));
        for (size_t v = 0; v < layers->count; v++) {
            if (layers->values[v].tensor != info.tensor) { continue; }
            draw(&layers->values[v], ons_random_key(key, name.low), replica, single, info.count,
                 (char *)parameters + info.offset * width);
        }
    }
    return ONS_OK;
}

/* ---- groups
 * ------------------------------------------------------------------------------------------------------------
 */

static bool fits(const char *pattern, const char *name) {
    if (*pattern == '\0') { return *name == '\0'; }
    if (*pattern == '*') { return fits(pattern + 1, name) || (*name && fits(pattern, name + 1)); }
    return *pattern == *name && fits(pattern + 1, name + 1);
}

static ons_status no_such_name(const ons_tensor_graph *graph, const char *pattern) {
    const size_t count = ons_tensor_parameter_count(graph);
    const char **names = ONS_NEW(const char *, count);
    if (!names) { return ONS_MEMORY; }
    for (size_t k = 0; k < count; k++) { names[k] = ons_tensor_parameter_at(graph, k).name; }
    const char *near = ons_nearest(pattern, names, count);
    const ons_status status =
        near ? ons_fail(ONS_INVALID, "no parameter is called '%s'; did you mean '%s'?", pattern, near)
             : ons_fail(ONS_INVALID, "no parameter is called '%s'", pattern);
    free(names);
    return status;
}

ons_status ons_layers_groups(const ons_tensor_graph *graph, const ons_group_rule *rules, size_t count,
                             ons_parameter_group **groups, size_t *group_count) {
    *group_count = ons_tensor_parameter_count(graph);
    *groups = ONS_NEW(ons_parameter_group, *group_count);
    if (!*groups) { return ONS_MEMORY; }
    for (size_t k = 0; k < *group_count; k++) {
        const ons_tensor_parameter_info info = ons_tensor_parameter_at(graph, k);
        (*groups)[k] =
            (ons_parameter_group){.name = info.name, .first = info.offset, .count = info.count, .rate = 1, .decay = 1};
    }
    for (size_t r = 0; r < count; r++) {
        bool any = false;
        for (size_t k = 0; k < *group_count; k++) {
            if (!fits(rules[r].pattern, (*groups)[k].name)) { continue; }
            (*groups)[k].rate *= rules[r].rate;
            (*groups)[k].decay *= rules[r].decay;
            any = true;
        }
        if (any) { continue; }
        free(*groups);
        *groups = NULL;
        return no_such_name(graph, rules[r].pattern);
    }
    return ONS_OK;
}
