/*
 * Sums and the like, recurrences, products of matrices, convolution: their shapes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zeros.h"

#include <string.h>

unsigned learning_axes(const ons_tensor_graph *graph, ons_tensor a, unsigned axes) {
    const int n = graph->tensors[a].shape.dimensions;
    if (axes & (unsigned)ONS_ALL_AXES) { return (1U << n) - 1; }
    unsigned result = 0;
    for (int i = 0; i < 16; i++) {
        if (axes >> i & 1) {
            const int axis = i >= 10 ? i - 16 + n : i;
            result |= axis >= 0 && axis < n ? 1U << axis : 1U << 31; /* bit 31: no such axis */
        }
    }
    return result;
}

/* Sums or maxima that keep the axes. */
static ons_tensor reduced(ons_tensor_graph *graph, operation op, ons_tensor a, unsigned axes) {
    recipe what = {
        .op = op, .type = graph->tensors[a].type, .shape = graph->tensors[a].shape, .inputs = &a, .count = 1};
    int64_t together = 1;
    for (int i = 0; i < what.shape.dimensions; i++) {
        if (!(axes >> i & 1)) { continue; }
        if (what.shape.size[i] == 1) { axes &= ~(1U << i); }
        together *= what.shape.size[i];
        what.shape.size[i] = 1;
    }
    if (!axes) { return a; }
    double x;
    if (learning_is_filled(graph, a, &x)) {
        return ons_tensor_filled(graph, what.type, what.shape, op == SUM ? x * (double)together : x);
    }
    const ons_tensor shorter = op == SUM ? zeros_sum(graph, a, axes) : ONS_NO_TENSOR;
    if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
    what.attribute[0] = axes;
    return learning_make(graph, &what);
}

static ons_shape dropped(ons_shape shape, unsigned axes) {
    ons_shape result = {.dimensions = 0};
    for (int i = 0; i < shape.dimensions; i++) {
        if (!(axes >> i & 1)) { result.size[result.dimensions++] = shape.size[i]; }
    }
    return result;
}

static ons_tensor over(ons_tensor_graph *graph, operation op, ons_tensor a, unsigned axes, bool keep) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    char text[ONS_SHAPE_TEXT];
    const ons_shape shape = graph->tensors[a].shape;
    unsigned mask = learning_axes(graph, a, axes);
    if (mask >> 31 || graph->tensors[a].type == ONS_INDEX) {
        return ons_tensor_fail(graph, "%s: %s of the shape %s has no such axis or holds integers",
                               learning_operation_name(op), ons_tensor_name(graph, a), ons_shape_text(shape, text));
    }
    ons_tensor kept = reduced(graph, op, a, mask);
    return keep ? kept : ons_tensor_reshape(graph, kept, dropped(shape, mask));
}

ons_tensor ons_tensor_sum(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep) {
    return over(graph, SUM, a, axes, keep);
}

ons_tensor ons_tensor_maximum_over(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep) {
    return over(graph, LARGEST, a, axes, keep);
}

ons_tensor ons_tensor_mean(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep) {
    ons_tensor sum = ons_tensor_sum(graph, a, axes, keep);
    if (sum < 0) { return sum; }
    const double all = (double)ons_shape_count(graph->tensors[a].shape);
    return ons_tensor_scale(graph, sum, (double)ons_shape_count(graph->tensors[sum].shape) / all);
}

/* The largest is taken out first, as a constant: it cancels in every derivative. */
static ons_tensor lowered(ons_tensor_graph *graph, ons_tensor a, int axis, ons_tensor *top) {
    *top = ons_tensor_stop(graph, ons_tensor_maximum_over(graph, a, 1U << axis, true));
    return ons_tensor_subtract(graph, a, *top);
}

ons_tensor ons_tensor_log_sum_exp(ons_tensor_graph *graph, ons_tensor a, int axis, bool keep) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "log-sum-exp")) < 0) { return ONS_NO_TENSOR; }
    ons_tensor top, low = lowered(graph, a, axis, &top);
    ons_tensor sum = ons_tensor_sum(graph, ons_tensor_exp(graph, low), 1U << axis, true);
    ons_tensor result = ons_tensor_add(graph, ons_tensor_log(graph, sum), top);
    return keep ? result : ons_tensor_reshape(graph, result, dropped(graph->tensors[a].shape, 1U << axis));
}

ons_tensor ons_tensor_softmax(ons_tensor_graph *graph, ons_tensor a, int axis) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "softmax")) < 0) { return ONS_NO_TENSOR; }
    ons_tensor top, e = ons_tensor_exp(graph, lowered(graph, a, axis, &top));
    return ons_tensor_multiply(graph, e, ons_tensor_reciprocal(graph, ons_tensor_sum(graph, e, 1U << axis, true)));
}

ons_tensor ons_tensor_log_softmax(ons_tensor_graph *graph, ons_tensor a, int axis) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "log-softmax")) < 0) { return ONS_NO_TENSOR; }
    ons_tensor top, low = lowered(graph, a, axis, &top);
    ons_tensor sum = ons_tensor_sum(graph, ons_tensor_exp(graph, low), 1U << axis, true);
    return ons_tensor_subtract(graph, low, ons_tensor_log(graph, sum));
}

ons_tensor ons_tensor_cumulative_sum(ons_tensor_graph *graph, ons_tensor a, int axis, bool reverse) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "cumulative sum")) < 0) {
        return ONS_NO_TENSOR;
    }
    if (graph->tensors[a].shape.size[axis] == 1) { return a; }
    recipe what = {.op = CUMULATE,
                   .type = graph->tensors[a].type,
                   .shape = graph->tensors[a].shape,
                   .inputs = &a,
                   .count = 1,
                   .attribute = {axis, reverse}};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_scan(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, int axis, bool reverse) {
    if (a < 0 || b < 0 || graph->status || (axis = learning_axis(graph, a, axis, "scan")) < 0) { return ONS_NO_TENSOR; }
    const tensor *s = &graph->tensors[a], *t = &graph->tensors[b];
    char left[ONS_SHAPE_TEXT], right[ONS_SHAPE_TEXT];
    if (!ons_shape_equal(s->shape, t->shape) || s->type != t->type) {
        return ons_tensor_fail(graph, "scan: %s %s and %s %s; expected one shape and type", ons_tensor_name(graph, a),
                               ons_shape_text(s->shape, left), ons_tensor_name(graph, b),
                               ons_shape_text(t->shape, right));
    }
    recipe what = {.op = SCAN,
                   .type = s->type,
                   .shape = s->shape,
                   .inputs = (ons_tensor[]){a, b},
                   .count = 2,
                   .attribute = {axis, reverse}};
    return learning_make(graph, &what);
}

/* ---- products of matrices ---------------------------------------------------------------------------------------- */

static ons_shape leading(ons_shape shape) {
    shape.dimensions -= 2;
    return shape;
}

static ons_tensor product_fault(ons_tensor_graph *graph, const char *what, ons_tensor a, ons_tensor b,
                                const char *more) {
    char left[ONS_SHAPE_TEXT], right[ONS_SHAPE_TEXT];
    return ons_tensor_fail(graph, "%s of %s %s with %s %s%s", what, ons_tensor_name(graph, a),
                           ons_shape_text(graph->tensors[a].shape, left), ons_tensor_name(graph, b),
                           ons_shape_text(graph->tensors[b].shape, right), more);
}

ons_tensor ons_tensor_matmul(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, unsigned transposes) {
    if (a < 0 || b < 0 || graph->status) { return ONS_NO_TENSOR; }
    const tensor *s = &graph->tensors[a], *t = &graph->tensors[b];
    const int na = s->shape.dimensions, nb = t->shape.dimensions;
    if (na < 2 || nb < 2 || s->type != t->type || s->type == ONS_INDEX) {
        return product_fault(graph, "matmul", a, b, ": expected two dimensions at least and one type");
    }
    const bool ta = transposes & ONS_TRANSPOSE_A, tb = transposes & ONS_TRANSPOSE_B;
    const int64_t n = s->shape.size[na - (ta ? 1 : 2)], k = s->shape.size[na - (ta ? 2 : 1)];
    const int64_t m = t->shape.size[nb - (tb ? 2 : 1)];
    ons_shape shape;
    if (t->shape.size[nb - (tb ? 1 : 2)] != k ||
        !learning_broadcast_shape(leading(s->shape), leading(t->shape), &shape)) {
        return product_fault(graph, "matmul", a, b,
                             ta   ? tb ? ", both transposed" : ", the first transposed"
                             : tb ? ", the second transposed"
                                  : "");
    }
    shape.size[shape.dimensions] = n;
    shape.size[shape.dimensions + 1] = m;
    shape.dimensions += 2;
    double x;
    if ((learning_is_filled(graph, a, &x) && x == 0) || (learning_is_filled(graph, b, &x) && x == 0)) {
        return ons_tensor_filled(graph, s->type, shape, 0);
    }
    const ons_tensor shorter = zeros_matmul(graph, a, b, transposes, shape);
    if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
    if (nb == 2 && na > 2 && !ta) { /* many rows for one matrix: one product */
        ons_tensor rows = ons_tensor_reshape(graph, a, ONS_SHAPE(-1, k));
        return ons_tensor_reshape(graph, ons_tensor_matmul(graph, rows, b, transposes), shape);
    }
    recipe what = {.op = MATMUL,
                   .type = s->type,
                   .shape = shape,
                   .inputs = (ons_tensor[]){a, b},
                   .count = 2,
                   .attribute = {transposes & (ONS_TRANSPOSE_A | ONS_TRANSPOSE_B)}};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_solve(ons_tensor_graph *graph, ons_tensor A, ons_tensor b, bool transposed) {
    if (A < 0 || b < 0 || graph->status) { return ONS_NO_TENSOR; }
    const tensor *s = &graph->tensors[A], *t = &graph->tensors[b];
    const int na = s->shape.dimensions, nb = t->shape.dimensions;
    if (na < 2 || nb < 2 || s->type != t->type || s->type == ONS_INDEX ||
        s->shape.size[na - 1] != s->shape.size[na - 2] || s->shape.size[na - 1] != t->shape.size[nb - 2]) {
        return product_fault(graph, "solve", A, b, ": expected [..., n, n] and [..., n, m]");
    }
    ons_shape shape;
    if (!learning_broadcast_shape(leading(s->shape), leading(t->shape), &shape)) {
        return product_fault(graph, "solve", A, b, ": the leading dimensions do not fit");
    }
    ons_shape left = shape, right = shape;
    for (int i = 0; i < 2; i++) {
        left.size[left.dimensions + i] = s->shape.size[na - 2 + i];
        right.size[right.dimensions + i] = t->shape.size[nb - 2 + i];
    }
    left.dimensions += 2;
    right.dimensions += 2;
    A = ons_tensor_broadcast(graph, A, left);
    b = ons_tensor_broadcast(graph, b, right);
    recipe what = {.op = SOLVE,
                   .type = ons_tensor_type_of(graph, b),
                   .shape = right,
                   .inputs = (ons_tensor[]){A, b},
                   .count = 2,
                   .attribute = {transposed}};
    return learning_make(graph, &what);
}

/* ---- windows ----------------------------------------------------------------------------------------------------- */

ons_tensor ons_tensor_unfold(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t width, int64_t stride,
                             int64_t dilation) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "unfold")) < 0) { return ONS_NO_TENSOR; }
    recipe what = {.op = UNFOLD,
                   .type = graph->tensors[a].type,
                   .shape = graph->tensors[a].shape,
                   .inputs = &a,
                   .count = 1,
                   .attribute = {axis, width, stride, dilation}};
    const int64_t size = what.shape.size[axis], reach = (width - 1) * dilation + 1;
    char text[ONS_SHAPE_TEXT];
    if (width < 1 || stride < 1 || dilation < 1 || reach > size || what.shape.dimensions == ONS_TENSOR_DIMENSIONS) {
        return ons_tensor_fail(graph, "unfold: windows of %lld, stride %lld, dilation %lld on axis %d of %s %s",
                               (long long)width, (long long)stride, (long long)dilation, axis,
                               ons_tensor_name(graph, a), ons_shape_text(what.shape, text));
    }
    what.shape.size[axis] = (size - reach) / stride + 1;
    what.shape.size[what.shape.dimensions++] = width;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_fold(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t size, int64_t stride,
                           int64_t dilation) {
    if (a < 0 || graph->status || (axis = learning_axis(graph, a, axis, "fold")) < 0) { return ONS_NO_TENSOR; }
    recipe what = {.op = FOLD,
                   .type = graph->tensors[a].type,
                   .shape = graph->tensors[a].shape,
                   .inputs = &a,
                   .count = 1,
                   .attribute = {axis, size, stride, dilation}};
    char text[ONS_SHAPE_TEXT];
    const int last = what.shape.dimensions - 1;
    const int64_t width = what.shape.size[last], windows = what.shape.size[axis];
    if (axis == last || stride < 1 || dilation < 1 || (windows - 1) * stride + (width - 1) * dilation + 1 > size) {
        return ons_tensor_fail(graph, "fold: windows %s do not lie in %lld elements", ons_shape_text(what.shape, text),
                               (long long)size);
    }
    what.shape.dimensions = last;
    what.shape.size[axis] = size;
    return learning_make(graph, &what);
}
