/*
 * Zeros that padding puts in are not computed with: operations on a padded tensor act on what is inside, and pad then.
 * A loss of the last of many tokens passes such tensors back through all that treats tokens alike.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zeros.h"

/* A tensor of which one half at least are zeros along an axis; false: none such. */
static bool is_sparse(const ons_tensor_graph *graph, ons_tensor a, padding *p) {
    const tensor *t = &graph->tensors[a];
    if (t->op != PAD) { return false; }
    const int axis = (int)t->attribute[0];
    *p = (padding){.inside = tensor_input(graph, a, 0),
                   .axis = axis,
                   .before = t->attribute[1],
                   .after = t->attribute[2],
                   .step = t->attribute[3],
                   .size = t->shape.size[axis]};
    p->count = graph->tensors[p->inside].shape.size[axis];
    return p->size >= 2 * p->count;
}

static bool alike(const padding *p, const padding *q) {
    return p->before == q->before && p->after == q->after && p->step == q->step && p->size == q->size;
}

static ons_tensor padded(ons_tensor_graph *graph, ons_tensor a, int axis, const padding *p) {
    return ons_tensor_pad(graph, a, axis, p->before, p->after, p->step);
}

/* Of another tensor what stands where the padded one has its inside; where it is repeated along the axis, itself. */
static ons_tensor beside(ons_tensor_graph *graph, ons_tensor a, int axis, const padding *p) {
    if (axis < 0 || ons_tensor_size(graph, a, axis) == 1) { return a; }
    const tensor *t = &graph->tensors[a];
    const operation op = t->op;
    if (op == LESS || op == LESS_EQUAL || op == EQUAL) { /* a mask is made there alone */
        ons_tensor part[2];
        const int dimensions = t->shape.dimensions;
        for (int i = 0; i < 2; i++) {
            part[i] = tensor_input(graph, a, i);
            const int own = axis - dimensions + graph->tensors[part[i]].shape.dimensions;
            part[i] = beside(graph, part[i], own, p);
        }
        return learning_binary(graph, op, part[0], part[1]);
    }
    return ons_tensor_slice(graph, a, axis, p->before, p->before + (p->count - 1) * p->step + 1, p->step);
}

ons_tensor zeros_binary(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b, ons_shape shape) {
    padding p[2];
    const ons_tensor side[2] = {a, b};
    bool sparse[2];
    int axis[2];
    for (int i = 0; i < 2; i++) {
        sparse[i] = is_sparse(graph, side[i], &p[i]);
        axis[i] = sparse[i] ? p[i].axis + shape.dimensions - graph->tensors[side[i]].shape.dimensions : -1;
    }
    if (op == ADD || op == SUBTRACT) {
        if (!sparse[0] || !sparse[1] || axis[0] != axis[1] || !alike(&p[0], &p[1])) { return ONS_NO_TENSOR; }
        return padded(graph, learning_binary(graph, op, p[0].inside, p[1].inside), axis[0], &p[0]);
    }
    const int which = op == MULTIPLY && !sparse[0] ? 1 : 0;
    if ((op != MULTIPLY && op != DIVIDE) || !sparse[which]) { return ONS_NO_TENSOR; }
    const ons_tensor other = side[1 - which];
    const int own = axis[which] - shape.dimensions + graph->tensors[other].shape.dimensions;
    const ons_tensor part = beside(graph, other, own, &p[which]), inside = p[which].inside;
    return padded(graph, learning_binary(graph, op, which ? part : inside, which ? inside : part), axis[which],
                  &p[which]);
}

ons_tensor zeros_negate(ons_tensor_graph *graph, ons_tensor a) {
    padding p;
    if (!is_sparse(graph, a, &p)) { return ONS_NO_TENSOR; }
    return padded(graph, ons_tensor_negate(graph, p.inside), p.axis, &p);
}

ons_tensor zeros_sum(ons_tensor_graph *graph, ons_tensor a, unsigned axes) {
    padding p;
    if (!is_sparse(graph, a, &p)) { return ONS_NO_TENSOR; }
    const ons_tensor sum = ons_tensor_sum(graph, p.inside, axes, true);
    return axes >> p.axis & 1 ? sum : padded(graph, sum, p.axis, &p);
}

ons_tensor zeros_broadcast(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    padding p;
    if (!is_sparse(graph, a, &p)) { return ONS_NO_TENSOR; }
    const int axis = p.axis + shape.dimensions - graph->tensors[a].shape.dimensions;
    ons_shape inner = shape;
    inner.size[axis] = p.count;
    return padded(graph, ons_tensor_broadcast(graph, p.inside, inner), axis, &p);
}

ons_tensor zeros_permute(ons_tensor_graph *graph, ons_tensor a, const int64_t *order) {
    padding p;
    if (!is_sparse(graph, a, &p)) { return ONS_NO_TENSOR; }
    int from[ONS_TENSOR_DIMENSIONS], to = 0;
    for (int i = 0; i < graph->tensors[a].shape.dimensions; i++) {
        from[i] = (int)order[i];
        if (from[i] == p.axis) { to = i; }
    }
    return padded(graph, ons_tensor_permute(graph, p.inside, from), to, &p);
}

ons_tensor zeros_slice(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t first, int64_t count, int64_t step) {
    padding p;
    if (!is_sparse(graph, a, &p) || p.axis != axis) { return ONS_NO_TENSOR; }
    return p.before == first && p.count == count && (p.step == step || count == 1) ? p.inside : ONS_NO_TENSOR;
}

/* The numbers before an axis of a shape. */
static int64_t before_axis(ons_shape shape, int axis) {
    int64_t count = 1;
    for (int i = 0; i < axis; i++) { count *= shape.size[i]; }
    return count;
}

/* The axis that `count` numbers stand before and that is `size` long; -1: none. */
static int axis_of(ons_shape shape, int64_t count, int64_t size) {
    for (int i = 0; i < shape.dimensions; i++) {
        if (shape.size[i] == size && before_axis(shape, i) == count) { return i; }
    }
    return -1;
}

/* The axis may stay as it is; one number inside may join the axis before it; and may leave it again. */
ons_tensor zeros_reshape(ons_tensor_graph *graph, ons_tensor a, ons_shape shape) {
    padding p;
    if (!is_sparse(graph, a, &p)) { return ONS_NO_TENSOR; }
    const ons_shape old = graph->tensors[a].shape;
    ons_shape inner = shape;
    int axis = axis_of(shape, before_axis(old, p.axis), p.size);
    if (axis >= 0) {
        inner.size[axis] = p.count;
        return padded(graph, ons_tensor_reshape(graph, p.inside, inner), axis, &p);
    }
    const int64_t lines = before_axis(old, p.axis);
    if (p.count == 1 && (axis = axis_of(shape, 1, lines * p.size)) >= 0) {
        inner.size[axis] = lines;
        const ons_tensor inside = ons_tensor_reshape(graph, p.inside, inner);
        return ons_tensor_pad(graph, inside, axis, p.before, p.after, p.size);
    }
    if (p.before + 1 + p.after != p.step || lines != 1) { return ONS_NO_TENSOR; }
    for (axis = 0; axis < shape.dimensions && before_axis(shape, axis) != p.count; axis++) {}
    if (axis == shape.dimensions || shape.size[axis] != p.step) { return ONS_NO_TENSOR; }
    inner.size[axis] = 1;
    return ons_tensor_pad(graph, ons_tensor_reshape(graph, p.inside, inner), axis, p.before, p.after, 1);
}

/* Counted from the end: 1 the last axis, 2 the one before, the others those before the matrices. */
ons_tensor zeros_matmul(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, unsigned transposes, ons_shape shape) {
    padding p;
    const bool left = is_sparse(graph, a, &p);
    if (!left && !is_sparse(graph, b, &p)) { return ONS_NO_TENSOR; }
    const ons_tensor sparse = left ? a : b, other = left ? b : a;
    const bool turned = transposes & (left ? ONS_TRANSPOSE_A : ONS_TRANSPOSE_B);
    const bool other_turned = transposes & (left ? ONS_TRANSPOSE_B : ONS_TRANSPOSE_A);
    const int from_end = graph->tensors[sparse].shape.dimensions - p.axis;
    const int summed = left == turned ? 2 : 1, others = left == other_turned ? 1 : 2;
    const int dimensions = graph->tensors[other].shape.dimensions;
    ons_tensor part = other;
    if (from_end == summed) {
        part = beside(graph, other, dimensions - others, &p);
    } else if (from_end > 2) {
        part = beside(graph, other, dimensions - from_end, &p);
    }
    const ons_tensor product = ons_tensor_matmul(graph, left ? p.inside : part, left ? part : p.inside, transposes);
    if (from_end == summed) { return product; }
    const int axis = from_end > 2 ? shape.dimensions - from_end : shape.dimensions - (left ? 2 : 1);
    return padded(graph, product, axis, &p);
}
