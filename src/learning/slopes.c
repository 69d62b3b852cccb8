/*
 * The derivatives of operations on elements, which reverse mode, forward mode and jets share; and what else they share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_tensor learning_plus(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) {
    if (a < 0) { return b; }
    return b < 0 ? a : ons_tensor_add(graph, a, b);
}

/* 1 + x^2, for atan */
static ons_tensor one_and_square(ons_tensor_graph *graph, ons_tensor x, double sign) {
    return ons_tensor_shift(graph, ons_tensor_scale(graph, ons_tensor_square(graph, x), sign), 1);
}

static ons_tensor from_number(ons_tensor_graph *graph, double number, ons_tensor x) {
    return ons_tensor_subtract(graph, ons_tensor_filled(graph, ons_tensor_type_of(graph, x), ONS_SCALAR, number), x);
}

static ons_tensor slope_of_root(ons_tensor_graph *graph, operation op, ons_tensor y) {
    if (op == SQRT) { return ons_tensor_scale(graph, ons_tensor_reciprocal(graph, y), 0.5); }
    if (op == RECIPROCAL) { return ons_tensor_negate(graph, ons_tensor_square(graph, y)); }
    return ons_tensor_scale(graph, ons_tensor_power(graph, y, 3), -0.5); /* RSQRT */
}

ons_tensor learning_slope(ons_tensor_graph *graph, const tensor *f, ons_tensor x, ons_tensor y) {
    const double exponent = f->number;
    switch (f->op) {
    case ABSOLUTE: return ons_tensor_sign(graph, x);
    case RECIPROCAL:
    case SQRT:
    case RSQRT: return slope_of_root(graph, f->op, y);
    case EXP: return y;
    case LOG: return ons_tensor_reciprocal(graph, x);
    case LOG1P: return ons_tensor_reciprocal(graph, ons_tensor_shift(graph, x, 1));
    case EXPM1: return ons_tensor_shift(graph, y, 1);
    case SIN: return ons_tensor_cos(graph, x);
    case COS: return ons_tensor_negate(graph, ons_tensor_sin(graph, x));
    case ATAN: return ons_tensor_reciprocal(graph, one_and_square(graph, x, 1));
    case ACOS: return ons_tensor_negate(graph, ons_tensor_rsqrt(graph, one_and_square(graph, x, -1)));
    case SINH: return ons_tensor_cosh(graph, x);
    case COSH: return ons_tensor_sinh(graph, x);
    case TANH: return from_number(graph, 1, ons_tensor_square(graph, y));
    case ERF:
        return ons_tensor_scale(graph, ons_tensor_exp(graph, ons_tensor_negate(graph, ons_tensor_square(graph, x))),
                                2 / sqrt(acos(-1.0)));
    case SIGMOID: return ons_tensor_multiply(graph, y, from_number(graph, 1, y));
    case SOFTPLUS: return ons_tensor_sigmoid(graph, x);
    case POWER: return ons_tensor_scale(graph, ons_tensor_power(graph, x, exponent - 1), exponent);
    case SQUARE: return ons_tensor_scale(graph, x, 2);
    default: return ONS_NO_TENSOR; /* SIGN; NEGATE is linear */
    }
}

slopes learning_slopes(ons_tensor_graph *graph, operation op, const ons_tensor *x, ons_tensor y) {
    slopes s = {{ONS_NO_TENSOR, ONS_NO_TENSOR}};
    switch (op) {
    case MULTIPLY: return (slopes){{x[1], x[0]}};
    case DIVIDE:
        s.of[0] = ons_tensor_reciprocal(graph, x[1]);
        s.of[1] = ons_tensor_negate(graph, ons_tensor_multiply(graph, y, s.of[0]));
        return s;
    case MAXIMUM: return (slopes){{ons_tensor_less_equal(graph, x[1], x[0]), ons_tensor_less(graph, x[0], x[1])}};
    case MINIMUM: return (slopes){{ons_tensor_less_equal(graph, x[0], x[1]), ons_tensor_less(graph, x[1], x[0])}};
    default: return s;
    }
}

bool learning_is_linear(operation op) {
    switch (op) {
    case CONVERT:
    case TAP:
    case RESHAPE:
    case BROADCAST:
    case PERMUTE:
    case SLICE:
    case PAD:
    case REVERSE:
    case SUM:
    case CUMULATE:
    case UNFOLD:
    case FOLD:
    case NEGATE: return true;
    default: return false;
    }
}

static bool passes(const ons_tensor_graph *graph, size_t index) {
    const tensor *t = &graph->tensors[index];
    switch (t->op) {
    case STOP:
    case SIGN:
    case LESS:
    case LESS_EQUAL:
    case EQUAL:
    case ONE_HOT: return false;
    default: return t->type != ONS_INDEX;
    }
}

bool *learning_active(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count, const ons_tensor *with,
                      size_t count) {
    return learning_active_leaves(graph, values, values_count, with, count, false);
}

bool *learning_active_leaves(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                             const ons_tensor *with, size_t count, bool leaves) {
    size_t end = 0;
    for (size_t i = 0; i < values_count; i++) {
        if ((size_t)values[i] + 1 > end) { end = (size_t)values[i] + 1; }
    }
    bool *depends = ONS_NEW(bool, graph->count), *needed = ONS_NEW(bool, graph->count);
    bool *leaf = ONS_NEW(bool, graph->count);
    if (!depends || !needed || !leaf) {
        free(depends);
        free(needed);
        free(leaf);
        ons_tensor_fail(graph, "derivatives: %s", ons_message());
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        depends[with[i]] = true;
        leaf[with[i]] = leaves;
    }
    for (size_t i = 0; i < end; i++) {
        const tensor *t = &graph->tensors[i];
        for (int j = 0; j < t->inputs && !depends[i] && passes(graph, i); j++) {
            depends[i] = depends[graph->inputs[t->from + (size_t)j]];
        }
    }
    for (size_t i = 0; i < values_count; i++) { needed[values[i]] = true; }
    for (size_t i = end; i-- > 0;) {
        const tensor *t = &graph->tensors[i];
        needed[i] = needed[i] && depends[i];
        for (int j = 0; j < t->inputs && needed[i] && !leaf[i]; j++) {
            needed[graph->inputs[t->from + (size_t)j]] = true;
        }
    }
    free(depends);
    free(leaf);
    return needed;
}

static ons_tensor moved_again(ons_tensor_graph *graph, const tensor *t, const ons_tensor *in) {
    const int64_t *at = t->attribute;
    int order[ONS_TENSOR_DIMENSIONS];
    switch (t->op) {
    case CONVERT: return ons_tensor_convert(graph, in[0], t->type);
    case STOP: return ons_tensor_stop(graph, in[0]);
    case RESHAPE: return ons_tensor_reshape(graph, in[0], t->shape);
    case BROADCAST: return ons_tensor_broadcast(graph, in[0], t->shape);
    case PERMUTE:
        for (int i = 0; i < t->shape.dimensions; i++) { order[i] = (int)at[i]; }
        return ons_tensor_permute(graph, in[0], order);
    case SLICE: return ons_tensor_slice(graph, in[0], (int)at[0], at[1], at[2], at[3]);
    case PAD: return ons_tensor_pad(graph, in[0], (int)at[0], at[1], at[2], at[3]);
    case CONCATENATE: return ons_tensor_concatenate(graph, in, (size_t)t->inputs, (int)at[0]);
    case REVERSE: return ons_tensor_reverse(graph, in[0], (int)at[0]);
    case SUM: return ons_tensor_sum(graph, in[0], (unsigned)at[0], true);
    case LARGEST: return ons_tensor_maximum_over(graph, in[0], (unsigned)at[0], true);
    case CUMULATE: return ons_tensor_cumulative_sum(graph, in[0], (int)at[0], at[1]);
    case UNFOLD: return ons_tensor_unfold(graph, in[0], (int)at[0], at[1], at[2], at[3]);
    case FOLD: return ons_tensor_fold(graph, in[0], (int)at[0], at[1], at[2], at[3]);
    default: return ONS_NO_TENSOR;
    }
}

ons_tensor learning_again(ons_tensor_graph *graph, ons_tensor index, const ons_tensor *in) {
    const tensor t = graph->tensors[index]; /* a copy: the list may move */
    if (is_unary(t.op)) {
        return t.op == POWER ? ons_tensor_power(graph, in[0], t.number) : learning_unary(graph, t.op, in[0], 0);
    }
    if (is_binary(t.op)) { return learning_binary(graph, t.op, in[0], in[1]); }
    switch (t.op) {
    case INPUT:
    case PARAMETER:
    case CONSTANT:
    case FILLED: return index;
    case TAP: return in[0];
    case SELECT: return ons_tensor_select(graph, in[0], in[1], in[2]);
    case SCAN: return ons_tensor_scan(graph, in[0], in[1], (int)t.attribute[0], t.attribute[1]);
    case MATMUL: return ons_tensor_matmul(graph, in[0], in[1], (unsigned)t.attribute[0]);
    case SOLVE: return ons_tensor_solve(graph, in[0], in[1], t.attribute[0]);
    case GATHER: return ons_tensor_gather(graph, in[0], in[1]);
    case SCATTER: return ons_tensor_scatter(graph, in[0], in[1], t.shape.size[0]);
    case ONE_HOT: return ons_tensor_one_hot(graph, in[0], t.shape.size[t.shape.dimensions - 1]);
    case IMPLICIT: {
        if (in[0] < 0 || in[1] < 0) { return ONS_NO_TENSOR; }
        recipe what = {.op = IMPLICIT, .type = t.type, .shape = t.shape, .inputs = in, .count = 2, .number = t.number};
        memcpy(what.attribute, t.attribute, sizeof what.attribute);
        return learning_make(graph, &what);
    }
    default: return moved_again(graph, &t, in);
    }
}
