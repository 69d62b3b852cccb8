/*
 * Operations that move numbers about: reshape, permute, slice, pad, concatenate, broadcast and its opposite, by index.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zeros.h"

#include <stdlib.h>
#include <string.h>

int learning_axis(ons_tensor_graph *graph, ons_tensor a, int axis, const char *caller) {
    const ons_shape shape = graph->tensors[a].shape;
    char text[ONS_SHAPE_TEXT];
    if (axis < -shape.dimensions || axis >= shape.dimensions) {
        ons_tensor_fail(graph, "%s: axis %d of %s, which has the shape %s", caller, axis, ons_tensor_name(graph, a),
                        ons_shape_text(shape, text));
        return -1;
    }
    return axis < 0 ? axis + shape.dimensions : axis;
}

static recipe like(const ons_tensor_graph *graph, operation op, const ons_tensor *a) {
    return (recipe){
        .op = op, .type = graph->tensors[*a].type, .shape = graph->tensors[*a].shape, .inputs = a, .count = 1};
}

/* The same number over another shape: what most of these operations make of one number. */
static ons_tensor refilled(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    double x;
    return learning_is_filled(graph, a, &x) ? ons_tensor_filled(graph, graph->tensors[a].type, shape, x)
                                            : ONS_NO_TENSOR;
}

ons_tensor ons_tensor_reshape(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    const ons_shape old = graph->tensors[a].shape;
    char from[ONS_SHAPE_TEXT], to[ONS_SHAPE_TEXT];
    int64_t known = 1, free_axis = -1, count = ons_shape_count(old);
    bool good = shape.dimensions >= 0 && shape.dimensions <= ONS_TENSOR_DIMENSIONS;
    for (int i = 0; good && i < shape.dimensions; i++) {
        if (shape.size[i] == -1 && free_axis < 0) {
            free_axis = i;
        } else {
            good = shape.size[i] >= 1 && shape.size[i] <= count;
            known *= good ? shape.size[i] : 1;
        }
    }
    if (good && free_axis >= 0) { shape.size[free_axis] = count / known; }
    if (!good || ons_shape_count(shape) != count) {
        return ons_tensor_fail(graph, "reshape of %s from %s to %s", ons_tensor_name(graph, a),
                               ons_shape_text(old, from), ons_shape_text(shape, to));
    }
    if (ons_shape_equal(old, shape)) { return a; }
    if (graph->tensors[a].op == FILLED) { return refilled(graph, a, shape); }
    if (graph->tensors[a].op == RESHAPE) { return ons_tensor_reshape(graph, tensor_input(graph, a, 0), shape); }
    const ons_tensor shorter = zeros_reshape(graph, a, shape);
    if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
    recipe what = like(graph, RESHAPE, &a);
    what.shape = shape;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_permute(ons_tensor_graph *graph, ons_tensor a, const int *order) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    recipe what = like(graph, PERMUTE, &a);
    const ons_shape old = what.shape;
    unsigned seen = 0;
    bool moves = false;
    int64_t last = -1;
    for (int i = 0; i < old.dimensions; i++) {
        int axis = learning_axis(graph, a, order[i], "permute");
        if (axis < 0) { return ONS_NO_TENSOR; }
        seen |= 1U << axis;
        what.attribute[i] = axis;
        what.shape.size[i] = old.size[axis];
        if (old.size[axis] > 1) {
            moves |= axis < last;
            last = axis;
        }
    }
    if (seen != (1U << old.dimensions) - 1) { return ons_tensor_fail(graph, "permute: an axis is named twice"); }
    if (!moves) { return ons_tensor_reshape(graph, a, what.shape); }
    if (graph->tensors[a].op == FILLED) { return refilled(graph, a, what.shape); }
    const ons_tensor shorter = zeros_permute(graph, a, what.attribute);
    if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_transpose(ons_tensor_graph *graph, ons_tensor a) {
    if (a < 0) { return a; }
    int order[ONS_TENSOR_DIMENSIONS], n = graph->tensors[a].shape.dimensions;
    if (n < 2) { return ons_tensor_fail(graph, "transpose of a tensor with %d dimensions; expected 2 at least", n); }
    for (int i = 0; i < n; i++) { order[i] = i < n - 2 ? i : 2 * n - 3 - i; }
    return ons_tensor_permute(graph, a, order);
}

ons_tensor ons_tensor_broadcast(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    const ons_shape old = graph->tensors[a].shape;
    ons_shape result;
    char from[ONS_SHAPE_TEXT], to[ONS_SHAPE_TEXT];
    if (!learning_broadcast_shape(old, shape, &result) || !ons_shape_equal(result, shape)) {
        return ons_tensor_fail(graph, "broadcast: the shape %s of %s cannot become %s", ons_shape_text(old, from),
                               ons_tensor_name(graph, a), ons_shape_text(shape, to));
    }
    if (ons_shape_equal(old, shape)) { return a; }
    if (graph->tensors[a].op == FILLED) { return refilled(graph, a, shape); }
    if (ons_shape_count(old) == ons_shape_count(shape)) { return ons_tensor_reshape(graph, a, shape); }
    const ons_tensor shorter = zeros_broadcast(graph, a, shape);
    if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
    recipe what = like(graph, BROADCAST, &a);
    what.shape = shape;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_collect(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    const ons_shape old = graph->tensors[a].shape;
    ons_shape result;
    char from[ONS_SHAPE_TEXT], to[ONS_SHAPE_TEXT];
    if (!learning_broadcast_shape(old, shape, &result) || !ons_shape_equal(result, old)) {
        return ons_tensor_fail(graph, "collect: the shape %s did not come from %s", ons_shape_text(old, from),
                               ons_shape_text(shape, to));
    }
    unsigned axes = 0;
    for (int i = 0; i < old.dimensions; i++) {
        int to_axis = i - old.dimensions + shape.dimensions;
        if (old.size[i] > 1 && (to_axis < 0 || shape.size[to_axis] == 1)) { axes |= 1U << i; }
    }
    if (axes) { a = ons_tensor_sum(graph, a, axes, true); }
    return ons_tensor_reshape(graph, a, shape);
}

ons_tensor ons_tensor_slice(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t first, int64_t last,
                            int64_t step) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    axis = learning_axis(graph, a, axis, "slice");
    if (axis < 0) { return ONS_NO_TENSOR; }
    recipe what = like(graph, SLICE, &a);
    char text[ONS_SHAPE_TEXT];
    if (first < 0 || last <= first || last > what.shape.size[axis] || step < 1) {
        return ons_tensor_fail(graph, "slice %lld to %lld by %lld of axis %d of %s, which has the shape %s",
                               (long long)first, (long long)last, (long long)step, axis, ons_tensor_name(graph, a),
                               ons_shape_text(what.shape, text));
    }
    const int64_t count = (last - first + step - 1) / step;
    if (count == what.shape.size[axis]) { return a; }
    what.shape.size[axis] = count;
    if (graph->tensors[a].op == FILLED) { return refilled(graph, a, what.shape); }
    what.attribute[0] = axis;
    what.attribute[1] = first;
    what.attribute[2] = first + (count - 1) * step + 1;
    what.attribute[3] = count == 1 ? 1 : step;
    const ons_tensor shorter = zeros_slice(graph, a, axis, first, count, step);
    return shorter != ONS_NO_TENSOR || graph->status ? shorter : learning_make(graph, &what);
}

static ons_shape without(ons_shape shape, int axis) {
    ons_shape result = {.dimensions = shape.dimensions - 1};
    for (int i = 0; i < result.dimensions; i++) { result.size[i] = shape.size[i < axis ? i : i + 1]; }
    return result;
}

ons_tensor ons_tensor_at(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t index) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "at")) < 0) { return ONS_NO_TENSOR; }
    ons_shape shape = without(graph->tensors[a].shape, axis);
    return ons_tensor_reshape(graph, ons_tensor_slice(graph, a, axis, index, index + 1, 1), shape);
}

ons_tensor ons_tensor_concatenate(ons_tensor_graph *graph, const ons_tensor *parts, size_t count, int axis) {
    if (graph->status) { return ONS_NO_TENSOR; }
    if (count == 0 || count > 1U << 20) {
        return ons_tensor_fail(graph, "concatenate of %zu tensors; expected 1 to 2^20", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (parts[i] < 0) { return ONS_NO_TENSOR; }
    }
    axis = learning_axis(graph, parts[0], axis, "concatenate");
    if (axis < 0) { return ONS_NO_TENSOR; }
    if (count == 1) { return parts[0]; }
    recipe what = like(graph, CONCATENATE, parts);
    what.count = (int)count;
    what.attribute[0] = axis;
    for (size_t i = 1; i < count; i++) {
        const tensor *t = &graph->tensors[parts[i]];
        char first[ONS_SHAPE_TEXT], other[ONS_SHAPE_TEXT];
        ons_shape expected = graph->tensors[parts[0]].shape;
        expected.size[axis] = axis < t->shape.dimensions ? t->shape.size[axis] : 0;
        if (!ons_shape_equal(expected, t->shape) || t->type != what.type) {
            return ons_tensor_fail(graph, "concatenate along axis %d: %s %s beside %s %s", axis,
                                   ons_tensor_name(graph, parts[0]),
                                   ons_shape_text(graph->tensors[parts[0]].shape, first),
                                   ons_tensor_name(graph, parts[i]), ons_shape_text(t->shape, other));
        }
        what.shape.size[axis] += t->shape.size[axis];
    }
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_stack(ons_tensor_graph *graph, const ons_tensor *parts, size_t count, int axis) {
    if (graph->status || count == 0 || parts[0] < 0) {
        return count == 0 ? ons_tensor_fail(graph, "stack of no tensors") : ONS_NO_TENSOR;
    }
    ons_shape shape = graph->tensors[parts[0]].shape;
    if (axis < 0) { axis += shape.dimensions + 1; }
    if (axis < 0 || axis > shape.dimensions || shape.dimensions == ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "stack: no axis %d beside %d others", axis, shape.dimensions);
    }
    for (int i = shape.dimensions++; i > axis; i--) { shape.size[i] = shape.size[i - 1]; }
    shape.size[axis] = 1;
    ons_tensor *raised = ONS_NEW(ons_tensor, count);
    if (!raised) { return ons_tensor_fail(graph, "stack: %s", ons_message()); }
    for (size_t i = 0; i < count; i++) {
        bool fits = parts[i] >= 0 && ons_shape_equal(graph->tensors[parts[i]].shape, graph->tensors[parts[0]].shape);
        if (parts[i] >= 0 && !fits) { ons_tensor_fail(graph, "stack: tensors of different shapes"); }
        raised[i] = fits ? ons_tensor_reshape(graph, parts[i], shape) : ONS_NO_TENSOR;
    }
    ons_tensor result = ons_tensor_concatenate(graph, raised, count, axis);
    free(raised);
    return result;
}

ons_tensor ons_tensor_pad(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t before, int64_t after,
                          int64_t step) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "pad")) < 0) { return ONS_NO_TENSOR; }
    if (before < 0 || after < 0 || step < 1) {
        return ons_tensor_fail(graph,
                               "pad by %lld before and %lld after, in steps of %lld; expected 0, 0 and 1 at least",
                               (long long)before, (long long)after, (long long)step);
    }
    recipe what = like(graph, PAD, &a);
    int64_t *size = &what.shape.size[axis];
    if (before == 0 && after == 0 && (step == 1 || *size == 1)) { return a; }
    if (*size == 1) { step = 1; }
    *size = before + (*size - 1) * step + 1 + after;
    double x;
    if (learning_is_filled(graph, a, &x) && x == 0) { return refilled(graph, a, what.shape); }
    what.attribute[0] = axis;
    what.attribute[1] = before;
    what.attribute[2] = after;
    what.attribute[3] = step;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_reverse(ons_tensor_graph *graph, ons_tensor a, int axis) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "reverse")) < 0) { return ONS_NO_TENSOR; }
    if (graph->tensors[a].shape.size[axis] == 1 || graph->tensors[a].op == FILLED) { return a; }
    recipe what = like(graph, REVERSE, &a);
    what.attribute[0] = axis;
    return learning_make(graph, &what);
}

ons_tensor learning_shifted(ons_tensor_graph *graph, ons_tensor a, int axis, bool reverse) {
    const int64_t n = ons_tensor_size(graph, a, axis);
    if (n == 1) { return ons_tensor_like(graph, a, 0); }
    ons_tensor rest = ons_tensor_slice(graph, a, axis, reverse ? 1 : 0, reverse ? n : n - 1, 1);
    return ons_tensor_pad(graph, rest, axis, reverse ? 0 : 1, reverse ? 1 : 0, 1);
}

/* ---- by index ---------------------------------------------------------------------------------------------------- */

static bool is_index(ons_tensor_graph *graph, ons_tensor index, const char *caller) {
    if (graph->tensors[index].type == ONS_INDEX) { return true; }
    ons_tensor_fail(graph, "%s: %s is no tensor of integers", caller, ons_tensor_name(graph, index));
    return false;
}

ons_tensor ons_tensor_gather(ons_tensor_graph *graph, ons_tensor a, ons_tensor index) {
    if (a < 0 || index < 0 || graph->status || !is_index(graph, index, "gather")) { return ONS_NO_TENSOR; }
    const ons_shape rows = graph->tensors[a].shape;
    ons_shape shape = graph->tensors[index].shape;
    if (rows.dimensions < 1 || shape.dimensions + rows.dimensions - 1 > ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "gather: %d and %d dimensions make too many or none", rows.dimensions,
                               shape.dimensions);
    }
    for (int i = 1; i < rows.dimensions; i++) { shape.size[shape.dimensions++] = rows.size[i]; }
    if (graph->tensors[a].op == FILLED) { return refilled(graph, a, shape); }
    recipe what = {
        .op = GATHER, .type = graph->tensors[a].type, .shape = shape, .inputs = (ons_tensor[]){a, index}, .count = 2};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_scatter(ons_tensor_graph *graph, ons_tensor a, ons_tensor index, int64_t rows) {
    if (a < 0 || index < 0 || graph->status || !is_index(graph, index, "scatter")) { return ONS_NO_TENSOR; }
    const ons_shape from = graph->tensors[a].shape, at = graph->tensors[index].shape;
    char texts[2][ONS_SHAPE_TEXT];
    bool fits =
        at.dimensions <= from.dimensions && rows >= 1 && from.dimensions - at.dimensions + 1 <= ONS_TENSOR_DIMENSIONS;
    for (int i = 0; fits && i < at.dimensions; i++) { fits = at.size[i] == from.size[i]; }
    if (!fits) {
        return ons_tensor_fail(graph, "scatter: indices %s for %s %s, to %lld rows", ons_shape_text(at, texts[0]),
                               ons_tensor_name(graph, a), ons_shape_text(from, texts[1]), (long long)rows);
    }
    ons_shape shape = {.dimensions = 1, .size = {rows}};
    for (int i = at.dimensions; i < from.dimensions; i++) { shape.size[shape.dimensions++] = from.size[i]; }
    recipe what = {
        .op = SCATTER, .type = graph->tensors[a].type, .shape = shape, .inputs = (ons_tensor[]){a, index}, .count = 2};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_one_hot(ons_tensor_graph *graph, ons_tensor index, int64_t columns) {
    if (index < 0 || graph->status || !is_index(graph, index, "one hot")) { return ONS_NO_TENSOR; }
    recipe what = {
        .op = ONE_HOT, .type = graph->type, .shape = graph->tensors[index].shape, .inputs = &index, .count = 1};
    if (columns < 1 || what.shape.dimensions == ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "one hot: %lld columns, or a dimension too many", (long long)columns);
    }
    what.shape.size[what.shape.dimensions++] = columns;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_pick(ons_tensor_graph *graph, ons_tensor a, ons_tensor index) {
    if (a < 0 || index < 0 || graph->status) { return ONS_NO_TENSOR; }
    ons_tensor hot = ons_tensor_one_hot(graph, index, ons_tensor_size(graph, a, -1));
    hot = ons_tensor_convert(graph, hot, graph->tensors[a].type);
    return ons_tensor_sum(graph, ons_tensor_multiply(graph, hot, a), ONS_AXIS(-1), false);
}
