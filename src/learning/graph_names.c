/*
 * Inputs, parameters, constants and taps: the tensors of a graph that have names or numbers of their own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

static ons_tensor failed(ons_tensor_graph *graph) {
    if (!graph->status) {
        graph->status = ONS_MEMORY;
        snprintf(graph->message, sizeof graph->message, "%s", ons_message());
    }
    return ONS_NO_TENSOR;
}

static bool shape_is_good(ons_tensor_graph *graph, const char *what, ons_shape shape) {
    char text[ONS_SHAPE_TEXT];
    if (shape.dimensions < 0 || shape.dimensions > ONS_TENSOR_DIMENSIONS) {
        ons_tensor_fail(graph, "%s has %d dimensions; expected 0 to %d", what, shape.dimensions, ONS_TENSOR_DIMENSIONS);
        return false;
    }
    int64_t count = 1;
    for (int i = 0; i < shape.dimensions; i++) {
        if (shape.size[i] < 1 || shape.size[i] > (INT64_C(1) << 40) / count) {
            ons_tensor_fail(graph, "%s has the shape %s; expected sizes of at least 1 and at most 2^40 numbers", what,
                            ons_shape_text(shape, text));
            return false;
        }
        count *= shape.size[i];
    }
    return true;
}

static size_t find_name(const ons_tensor_graph *graph, const char *name) {
    size_t at = 0;
    while (at < graph->names_count && strcmp(graph->names[at].name, name) != 0) { at++; }
    return at;
}

static char *full_name(const ons_tensor_graph *graph, const char *name) {
    const char *scope = graph->scopes[graph->depth ? graph->path[graph->depth - 1] : 0];
    return ons_format("%s%s%s", scope, scope[0] ? "/" : "", name);
}

/* Makes a tensor that has a name, which must be new. */
static ons_tensor make_named(ons_tensor_graph *graph, recipe *what, const char *name) {
    if (graph->status) { return ONS_NO_TENSOR; }
    char *full = full_name(graph, name);
    if (!full || ons_grow((void **)&graph->names, &graph->names_capacity, graph->names_count + 1, sizeof(named))) {
        free(full);
        return failed(graph);
    }
    size_t at = find_name(graph, full);
    if (at < graph->names_count) {
        ons_tensor_fail(graph, "the name \"%s\" is taken by %s", full,
                        learning_operation_name(graph->tensors[graph->names[at].tensor].op));
        free(full);
        return ONS_NO_TENSOR;
    }
    what->data = at + 1;
    ons_tensor made = learning_make(graph, what);
    if (made == ONS_NO_TENSOR) {
        free(full);
        return made;
    }
    graph->names[graph->names_count++] = (named){full, made};
    return made;
}

ons_tensor ons_tensor_input(ons_tensor_graph *graph, const char *name, ons_tensor_type type, ons_shape shape) {
    if (graph->status || !shape_is_good(graph, name, shape)) { return ONS_NO_TENSOR; }
    recipe what = {.op = INPUT, .type = type, .shape = shape};
    return make_named(graph, &what, name);
}

ons_tensor ons_tensor_parameter(ons_tensor_graph *graph, const char *name, ons_shape shape) {
    if (graph->status || !shape_is_good(graph, name, shape)) { return ONS_NO_TENSOR; }
    char *full = full_name(graph, name);
    if (!full) { return failed(graph); }
    size_t at = find_name(graph, full);
    free(full);
    if (at < graph->names_count) {
        const ons_tensor there = graph->names[at].tensor;
        const tensor *t = &graph->tensors[there];
        char old[ONS_SHAPE_TEXT], now[ONS_SHAPE_TEXT];
        if (t->op == PARAMETER && ons_shape_equal(t->shape, shape)) { return there; }
        return ons_tensor_fail(graph, "\"%s\" is %s %s already and cannot be a parameter %s", graph->names[at].name,
                               learning_operation_name(t->op), ons_shape_text(t->shape, old),
                               ons_shape_text(shape, now));
    }
    recipe what = {.op = PARAMETER, .type = graph->type, .shape = shape};
    what.attribute[0] = (int64_t)graph->parameters_total;
    what.attribute[1] = (int64_t)graph->parameters_count;
    if (ons_grow((void **)&graph->parameters, &graph->parameters_capacity, graph->parameters_count + 1,
                 sizeof *graph->parameters)) {
        return failed(graph);
    }
    ons_tensor made = make_named(graph, &what, name);
    if (made == ONS_NO_TENSOR) { return made; }
    size_t count = (size_t)ons_shape_count(shape);
    graph->parameters[graph->parameters_count++] = (ons_tensor_parameter_info){
        graph->names[graph->names_count - 1].name, shape, graph->parameters_total, count, made};
    graph->parameters_total += count;
    return made;
}

size_t ons_tensor_parameter_count(const ons_tensor_graph *graph) { return graph->parameters_count; }
size_t ons_tensor_parameter_total(const ons_tensor_graph *graph) { return graph->parameters_total; }

ons_tensor_parameter_info ons_tensor_parameter_at(const ons_tensor_graph *graph, size_t index) {
    return index < graph->parameters_count ? graph->parameters[index]
                                           : (ons_tensor_parameter_info){.tensor = ONS_NO_TENSOR};
}

ons_status ons_tensor_parameter_find(const ons_tensor_graph *graph, const char *name, size_t *index) {
    const char **names = ONS_NEW(const char *, graph->parameters_count);
    if (!names) { return ONS_MEMORY; }
    for (size_t i = 0; i < graph->parameters_count; i++) { names[i] = graph->parameters[i].name; }
    *index = 0;
    while (*index < graph->parameters_count && strcmp(names[*index], name) != 0) { ++*index; }
    ons_status status = ONS_OK;
    if (*index == graph->parameters_count) {
        const char *near = ons_nearest(name, names, graph->parameters_count);
        status =
            near ? ons_fail(ONS_INVALID, "there is no parameter \"%s\"; did you mean \"%s\"?", name, near)
                 : ons_fail(ONS_INVALID, "there is no parameter \"%s\" among the %zu", name, graph->parameters_count);
    }
    free((void *)names);
    return status;
}

ons_status ons_tensor_find(const ons_tensor_graph *graph, const char *name, ons_tensor *result) {
    size_t at = find_name(graph, name);
    *result = ONS_NO_TENSOR;
    if (at < graph->names_count) {
        *result = graph->names[at].tensor;
        return ONS_OK;
    }
    const char **names = ONS_NEW(const char *, graph->names_count);
    if (!names) { return ONS_MEMORY; }
    for (size_t i = 0; i < graph->names_count; i++) { names[i] = graph->names[i].name; }
    const char *near = ons_nearest(name, names, graph->names_count);
    ons_status status = near ? ons_fail(ONS_INVALID, "the graph has no tensor \"%s\"; did you mean \"%s\"?", name, near)
                             : ons_fail(ONS_INVALID, "the graph has no input, parameter or tap \"%s\"", name);
    free((void *)names);
    return status;
}

const char *ons_tensor_name(const ons_tensor_graph *graph, ons_tensor index) {
    if (index < 0 || (size_t)index >= graph->count) { return "no tensor"; }
    const tensor *t = &graph->tensors[index];
    if (t->op == INPUT || t->op == PARAMETER || t->op == TAP) { return graph->names[t->data - 1].name; }
    return learning_operation_name(t->op);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

ons_tensor ons_tensor_filled(ons_tensor_graph *graph, ons_tensor_type type, ons_shape shape, double value) {
    if (graph->status || !shape_is_good(graph, "a filled tensor", shape)) { return ONS_NO_TENSOR; }
    if (type == ONS_FLOAT) { value = (float)value; }
    if (value == 0) { value = 0; } /* -0 is 0 */
    recipe what = {.op = FILLED, .type = type, .shape = shape, .number = value};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_number(ons_tensor_graph *graph, double value) {
    return ons_tensor_filled(graph, graph->type, ONS_SCALAR, value);
}

ons_tensor ons_tensor_like(ons_tensor_graph *graph, ons_tensor t, double value) {
    if (t < 0) { return ONS_NO_TENSOR; }
    return ons_tensor_filled(graph, graph->tensors[t].type, graph->tensors[t].shape, value);
}

ons_tensor ons_tensor_constant(ons_tensor_graph *graph, ons_tensor_type type, ons_shape shape, const void *numbers) {
    if (graph->status || !shape_is_good(graph, "a constant", shape)) { return ONS_NO_TENSOR; }
    size_t count = (size_t)ons_shape_count(shape), size = learning_type_size(type);
    void *copy = ons_allocate(count, size);
    if (!copy || ons_grow((void **)&graph->arrays, &graph->arrays_capacity, graph->arrays_count + 1, sizeof copy)) {
        free(copy);
        return failed(graph);
    }
    memcpy(copy, numbers, count * size);
    graph->arrays[graph->arrays_count++] = copy;
    recipe what = {.op = CONSTANT, .type = type, .shape = shape, .data = graph->arrays_count};
    return learning_make(graph, &what);
}

bool learning_is_filled(const ons_tensor_graph *graph, ons_tensor index, double *number) {
    if (index < 0 || graph->tensors[index].op != FILLED) { return false; }
    *number = graph->tensors[index].number;
    return true;
}

ons_tensor ons_tensor_tap(ons_tensor_graph *graph, ons_tensor a, const char *name) {
    if (a < 0) { return ONS_NO_TENSOR; }
    recipe what = {
        .op = TAP, .type = graph->tensors[a].type, .shape = graph->tensors[a].shape, .inputs = &a, .count = 1};
    return make_named(graph, &what, name);
}
