/*
 * A part of a graph for many inputs at once: every operation gets one more axis, the first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

typedef struct mapping {
    ons_tensor_graph *graph;
    int64_t many;
    ons_tensor *of; /* by tensor: its mapped one, [many, shape]; ONS_NO_TENSOR: the same for all */
} mapping;

/* Puts ones behind the first axis, so that the others stand where broadcasting expects them. */
static ons_tensor aligned(ons_tensor_graph *graph, ons_tensor a, int dimensions) {
    if (a < 0) { return a; }
    const ons_shape old = graph->tensors[a].shape;
    if (dimensions + 1 > ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "map: %s would have %d dimensions; expected at most %d",
                               ons_tensor_name(graph, a), dimensions + 1, ONS_TENSOR_DIMENSIONS);
    }
    ons_shape shape = {.dimensions = dimensions + 1};
    for (int i = 0; i <= dimensions; i++) {
        const int from = i - shape.dimensions + old.dimensions;
        shape.size[i] = i == 0 ? old.size[0] : from > 0 ? old.size[from] : 1;
    }
    return ons_tensor_reshape(graph, a, shape);
}

/* A tensor for all: its mapped one, or itself repeated. */
static ons_tensor repeated(const mapping *m, ons_tensor index) {
    if (m->of[index] >= 0) { return m->of[index]; }
    ons_shape shape = m->graph->tensors[index].shape;
    if (shape.dimensions == ONS_TENSOR_DIMENSIONS) { return ons_tensor_fail(m->graph, "map: too many dimensions"); }
    for (int i = shape.dimensions++; i > 0; i--) { shape.size[i] = shape.size[i - 1]; }
    shape.size[0] = m->many;
    return ons_tensor_broadcast(m->graph, index, shape);
}

static ons_shape raised(const mapping *m, ons_shape shape) {
    for (int i = shape.dimensions++; i > 0; i--) { shape.size[i] = shape.size[i - 1]; }
    shape.size[0] = m->many;
    return shape;
}

/* Inputs of operations that broadcast, all of them with the axes in place. */
static void align_inputs(mapping *m, const tensor *t, const ons_tensor *in, int dimensions, ons_tensor *now) {
    for (int i = 0; i < t->inputs && i < 3; i++) {
        now[i] = m->of[in[i]] < 0 ? in[i] : aligned(m->graph, m->of[in[i]], dimensions);
    }
}

static ons_tensor flattened(ons_tensor_graph *graph, ons_tensor a, int64_t first, int64_t second) {
    return ons_tensor_reshape(graph, a, ONS_SHAPE(first, second, -1));
}

/* Rows by an index that differs from one to the next: products with ones and zeros. */
static ons_tensor by_one_hot(mapping *m, const tensor *t, const ons_tensor *in, int64_t rows) {
    ons_tensor_graph *graph = m->graph;
    const ons_tensor index = repeated(m, in[1]);
    const int64_t count = ons_shape_count(graph->tensors[in[1]].shape);
    ons_tensor hot = ons_tensor_convert(graph, ons_tensor_one_hot(graph, index, rows), t->type);
    hot = ons_tensor_reshape(graph, hot, ONS_SHAPE(m->many, count, rows));
    ons_tensor a = flattened(graph, repeated(m, in[0]), m->many, t->op == GATHER ? rows : count);
    ons_tensor out = ons_tensor_matmul(graph, hot, a, t->op == GATHER ? 0 : ONS_TRANSPOSE_A);
    return ons_tensor_reshape(graph, out, raised(m, t->shape));
}

/* The same index for all: the axis of the many goes behind the rows and comes back. */
static ons_tensor by_index(mapping *m, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = m->graph;
    const ons_shape a = graph->tensors[in[0]].shape, index = graph->tensors[in[1]].shape;
    const int64_t rows = t->op == GATHER ? a.size[0] : t->shape.size[0];
    if (m->of[in[1]] >= 0) {
        return m->of[in[0]] < 0 && t->op == GATHER ? ons_tensor_gather(graph, in[0], m->of[in[1]])
                                                   : by_one_hot(m, t, in, rows);
    }
    const int64_t lead = t->op == GATHER ? rows : ons_shape_count(index);
    const int64_t each = ons_shape_count(a) / lead, count = t->op == GATHER ? ons_shape_count(index) : rows;
    ons_tensor flat_index = ons_tensor_reshape(graph, in[1], ONS_SHAPE(-1));
    ons_tensor moved = ons_tensor_permute(graph, flattened(graph, m->of[in[0]], m->many, lead), (int[]){1, 0, 2});
    ons_tensor out = t->op == GATHER ? ons_tensor_gather(graph, moved, flat_index)
                                     : ons_tensor_scatter(graph, moved, flat_index, rows);
    out = ons_tensor_reshape(graph, out, ONS_SHAPE(count, m->many, each));
    return ons_tensor_reshape(graph, ons_tensor_permute(graph, out, (int[]){1, 0, 2}), raised(m, t->shape));
}

static ons_tensor concatenated(mapping *m, ons_tensor index, const tensor *t) {
    ons_tensor *parts = ONS_NEW(ons_tensor, t->inputs);
    if (!parts) { return ons_tensor_fail(m->graph, "map: %s", ons_message()); }
    for (int i = 0; i < t->inputs; i++) { parts[i] = repeated(m, tensor_input(m->graph, index, i)); }
    ons_tensor result = ons_tensor_concatenate(m->graph, parts, (size_t)t->inputs, (int)t->attribute[0] + 1);
    free(parts);
    return result;
}

static ons_tensor implicit(mapping *m, const tensor *t, const ons_tensor *in) {
    recipe what = {.op = IMPLICIT,
                   .type = t->type,
                   .shape = raised(m, t->shape),
                   .inputs = (ons_tensor[]){repeated(m, in[0]), repeated(m, in[1])},
                   .count = 2,
                   .number = t->number};
    memcpy(what.attribute, t->attribute, sizeof what.attribute);
    return learning_make(m->graph, &what);
}

/* Operations of one argument that name axes. */
static ons_tensor moved(mapping *m, const tensor *t, ons_tensor a) {
    ons_tensor_graph *graph = m->graph;
    const int64_t *at = t->attribute;
    const int axis = (int)at[0] + 1;
    int order[ONS_TENSOR_DIMENSIONS + 1] = {0};
    switch (t->op) {
    case CONVERT: return ons_tensor_convert(graph, a, t->type);
    case STOP: return ons_tensor_stop(graph, a);
    case TAP: return a;
    case RESHAPE: return ons_tensor_reshape(graph, a, raised(m, t->shape));
    case BROADCAST: return ons_tensor_broadcast(graph, aligned(graph, a, t->shape.dimensions), raised(m, t->shape));
    case PERMUTE:
        for (int i = 0; i < t->shape.dimensions; i++) { order[i + 1] = (int)at[i] + 1; }
        return ons_tensor_permute(graph, a, order);
    case SLICE: return ons_tensor_slice(graph, a, axis, at[1], at[2], at[3]);
    case PAD: return ons_tensor_pad(graph, a, axis, at[1], at[2], at[3]);
    case REVERSE: return ons_tensor_reverse(graph, a, axis);
    case SUM: return ons_tensor_sum(graph, a, (unsigned)at[0] << 1, true);
    case LARGEST: return ons_tensor_maximum_over(graph, a, (unsigned)at[0] << 1, true);
    case CUMULATE: return ons_tensor_cumulative_sum(graph, a, axis, at[1]);
    case UNFOLD: return ons_tensor_unfold(graph, a, axis, at[1], at[2], at[3]);
    case FOLD: return ons_tensor_fold(graph, a, axis, at[1], at[2], at[3]);
    case ONE_HOT: return ons_tensor_one_hot(graph, a, t->shape.size[t->shape.dimensions - 1]);
    default: return ons_tensor_fail(graph, "map: no rule for %s", learning_operation_name(t->op));
    }
}

static ons_tensor map_rule(mapping *m, ons_tensor index) {
    ons_tensor_graph *graph = m->graph;
    const tensor t = graph->tensors[index]; /* a copy: the list may move */
    ons_tensor in[3] = {ONS_NO_TENSOR, ONS_NO_TENSOR, ONS_NO_TENSOR},
               now[3] = {ONS_NO_TENSOR, ONS_NO_TENSOR, ONS_NO_TENSOR};
    int most = t.shape.dimensions;
    for (int i = 0; i < t.inputs && i < 3; i++) {
        in[i] = tensor_input(graph, index, i);
        if (t.op == MATMUL || t.op == SOLVE) {
            const int dimensions = graph->tensors[in[i]].shape.dimensions;
            most = dimensions > most ? dimensions : most;
        }
    }
    if (t.shape.dimensions == ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "map: %s has %d dimensions already", ons_tensor_name(graph, index),
                               ONS_TENSOR_DIMENSIONS);
    }
    if (is_element(t.op)) {
        align_inputs(m, &t, in, most, now);
        return learning_again(graph, index, now);
    }
    switch (t.op) {
    case MATMUL:
        /* Many rows for one matrix stay as they are: one product. */
        if (m->of[in[1]] < 0 && graph->tensors[in[1]].shape.dimensions == 2) {
            return ons_tensor_matmul(graph, m->of[in[0]], in[1], (unsigned)t.attribute[0]);
        }
        align_inputs(m, &t, in, most, now);
        return ons_tensor_matmul(graph, now[0], now[1], (unsigned)t.attribute[0]);
    case SOLVE: align_inputs(m, &t, in, most, now); return ons_tensor_solve(graph, now[0], now[1], t.attribute[0]);
    case SCAN:
        return ons_tensor_scan(graph, repeated(m, in[0]), repeated(m, in[1]), (int)t.attribute[0] + 1, t.attribute[1]);
    case GATHER:
    case SCATTER: return by_index(m, &t, in);
    case CONCATENATE: return concatenated(m, index, &t);
    case IMPLICIT: return implicit(m, &t, in);
    default: return moved(m, &t, m->of[in[0]]);
    }
}

static bool map_arguments_are_good(mapping *m, const ons_tensor *inputs, const ons_tensor *many, size_t count,
                                   const ons_tensor *outputs, size_t outputs_count) {
    ons_tensor_graph *graph = m->graph;
    for (size_t i = 0; i < outputs_count; i++) {
        if (outputs[i] < 0) { return false; }
    }
    for (size_t i = 0; i < count; i++) {
        if (inputs[i] < 0 || many[i] < 0) { return false; }
        char one[ONS_SHAPE_TEXT], all[ONS_SHAPE_TEXT];
        const ons_shape shape = graph->tensors[many[i]].shape;
        m->many = i == 0 && shape.dimensions ? shape.size[0] : m->many;
        if (!ons_shape_equal(shape, raised(m, graph->tensors[inputs[i]].shape))) {
            ons_tensor_fail(graph, "map: %s %s for many of %s %s", ons_tensor_name(graph, many[i]),
                            ons_shape_text(shape, all), ons_tensor_name(graph, inputs[i]),
                            ons_shape_text(graph->tensors[inputs[i]].shape, one));
            return false;
        }
    }
    return count > 0 && !graph->status;
}

static void map_all(mapping *m, size_t end, const ons_tensor *inputs, const ons_tensor *many, size_t count,
                    const ons_tensor *outputs, size_t outputs_count, bool *needed) {
    ons_tensor_graph *graph = m->graph;
    for (size_t i = 0; i < end; i++) { m->of[i] = ONS_NO_TENSOR; }
    for (size_t i = 0; i < count; i++) { m->of[inputs[i]] = many[i]; }
    for (size_t i = 0; i < outputs_count; i++) { needed[outputs[i]] = true; }
    for (size_t i = end; i-- > 0;) {
        for (int j = 0; j < graph->tensors[i].inputs && needed[i]; j++) {
            needed[tensor_input(graph, (ons_tensor)i, j)] = true;
        }
    }
    for (size_t i = 0; i < end && !graph->status; i++) {
        if (!needed[i] || m->of[i] >= 0) { continue; }
        bool moves = false;
        for (int j = 0; j < graph->tensors[i].inputs; j++) {
            moves |= m->of[tensor_input(graph, (ons_tensor)i, j)] >= 0;
        }
        if (moves) { m->of[i] = map_rule(m, (ons_tensor)i); }
    }
}

void ons_tensor_map(ons_tensor_graph *graph, const ons_tensor *inputs, const ons_tensor *many, size_t count,
                    const ons_tensor *outputs, size_t outputs_count, ons_tensor *results) {
    const size_t end = graph->count;
    mapping m = {.graph = graph, .many = 1, .of = ONS_NEW(ons_tensor, end)};
    bool *needed = ONS_NEW(bool, end);
    const bool good = map_arguments_are_good(&m, inputs, many, count, outputs, outputs_count);
    if (good && m.of && needed) {
        map_all(&m, end, inputs, many, count, outputs, outputs_count, needed);
    } else if (good) {
        ons_tensor_fail(graph, "map: %s", ons_message());
    }
    for (size_t i = 0; i < outputs_count; i++) {
        results[i] = good && !graph->status ? repeated(&m, outputs[i]) : ONS_NO_TENSOR;
    }
    free(m.of);
    free(needed);
}

/* The derivative of every element of the output for one example, then for all examples. */
ons_tensor ons_tensor_jacobians(ons_tensor_graph *graph, ons_tensor input, ons_tensor output, ons_tensor examples) {
    if (input < 0 || output < 0 || examples < 0 || graph->status) { return ONS_NO_TENSOR; }
    const int64_t rows = ons_shape_count(graph->tensors[output].shape);
    ons_tensor line = ons_tensor_reshape(graph, output, ONS_SHAPE(-1)), row = ONS_NO_TENSOR;
    ons_tensor *each = ONS_NEW(ons_tensor, rows);
    if (!each) { return ons_tensor_fail(graph, "Jacobians: %s", ons_message()); }
    for (int64_t r = 0; r < rows; r++) {
        each[r] = ons_tensor_parameter_gradient(graph, ons_tensor_at(graph, line, 0, r));
    }
    row = ons_tensor_stack(graph, each, (size_t)rows, 0);
    free(each);
    ons_tensor result;
    ons_tensor_map(graph, &input, &examples, 1, &row, 1, &result);
    return result;
}
