/*
 * Reverse mode: what every operation passes back to its inputs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gradient.h"

#include <stdlib.h>
#include <string.h>

static ons_shape shape_of(const pull *p, ons_tensor t) { return p->graph->tensors[t].shape; }

/* Element by element: back times slope, summed over what was broadcast. */
static void pass_elements(pull *p, ons_tensor to, ons_tensor part) {
    if (part < 0 || !p->active[to]) { return; }
    gradient_add(p, to, ons_tensor_collect(p->graph, part, shape_of(p, to)));
}

static void back_binary(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    if (t->op == ADD || t->op == SUBTRACT) {
        /* A broadcast side is summed first and changes its sign then. */
        pass_elements(p, in[0], back);
        if (!p->active[in[1]]) { return; }
        ons_tensor sum = ons_tensor_collect(graph, back, shape_of(p, in[1]));
        gradient_add(p, in[1], t->op == ADD ? sum : ons_tensor_negate(graph, sum));
        return;
    }
    const ons_tensor x[2] = {gradient_value(p, in[0]), gradient_value(p, in[1])};
    if (t->op == DIVIDE && !p->active[in[1]]) {
        pass_elements(p, in[0], ons_tensor_divide(graph, back, x[1]));
        return;
    }
    const slopes s = learning_slopes(graph, t->op, x, gradient_value(p, index));
    for (int i = 0; i < 2; i++) {
        if (s.of[i] >= 0 && p->active[in[i]]) { pass_elements(p, in[i], ons_tensor_multiply(graph, back, s.of[i])); }
    }
}

static void back_select(pull *p, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor condition = gradient_value(p, in[0]);
    ons_tensor zero = ons_tensor_filled(graph, ons_tensor_type_of(graph, back), ONS_SCALAR, 0);
    if (p->active[in[1]]) { pass_elements(p, in[1], ons_tensor_select(graph, condition, back, zero)); }
    if (p->active[in[2]]) { pass_elements(p, in[2], ons_tensor_select(graph, condition, zero, back)); }
}

static void back_matmul(pull *p, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    const bool ta = t->attribute[0] & ONS_TRANSPOSE_A, tb = t->attribute[0] & ONS_TRANSPOSE_B;
    const unsigned A = ONS_TRANSPOSE_A, B = ONS_TRANSPOSE_B;
    if (p->active[in[0]]) {
        ons_tensor b = gradient_value(p, in[1]);
        ons_tensor part =
            ta ? ons_tensor_matmul(graph, b, back, (tb ? A : 0) | B) : ons_tensor_matmul(graph, back, b, tb ? 0 : B);
        pass_elements(p, in[0], part);
    }
    if (p->active[in[1]]) {
        ons_tensor a = gradient_value(p, in[0]);
        ons_tensor part =
            tb ? ons_tensor_matmul(graph, back, a, A | (ta ? B : 0)) : ons_tensor_matmul(graph, a, back, ta ? 0 : A);
        pass_elements(p, in[1], part);
    }
}

/* A x = b: b's part is A^-T back, A's is minus its product with x^T. */
static void back_solve(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    const bool transposed = t->attribute[0];
    ons_tensor part = ons_tensor_solve(graph, gradient_value(p, in[0]), back, !transposed);
    gradient_add(p, in[1], part);
    if (!p->active[in[0]]) { return; }
    ons_tensor x = gradient_value(p, index);
    ons_tensor product = transposed ? ons_tensor_matmul(graph, x, part, ONS_TRANSPOSE_B)
                                    : ons_tensor_matmul(graph, part, x, ONS_TRANSPOSE_B);
    gradient_add(p, in[0], ons_tensor_negate(graph, product));
}

static void back_scan(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    const int axis = (int)t->attribute[0];
    const bool reverse = t->attribute[1];
    ons_tensor factors = learning_shifted(graph, gradient_value(p, in[0]), axis, !reverse);
    ons_tensor part = ons_tensor_scan(graph, factors, back, axis, !reverse);
    gradient_add(p, in[1], part);
    if (!p->active[in[0]]) { return; }
    ons_tensor before = learning_shifted(graph, gradient_value(p, index), axis, reverse);
    gradient_add(p, in[0], ons_tensor_multiply(graph, part, before));
}

static void back_largest(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor at = ons_tensor_equal(graph, gradient_value(p, in[0]), gradient_value(p, index));
    ons_tensor many = ons_tensor_sum(graph, at, (unsigned)t->attribute[0], true);
    gradient_add(p, in[0], ons_tensor_multiply(graph, at, ons_tensor_divide(graph, back, many)));
}

static void back_concatenate(pull *p, const tensor *t, ons_tensor index, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    const int axis = (int)t->attribute[0];
    int64_t at = 0;
    for (int i = 0; i < t->inputs; i++) {
        const ons_tensor to = tensor_input(graph, index, i);
        const int64_t size = graph->tensors[to].shape.size[axis];
        if (p->active[to]) { gradient_add(p, to, ons_tensor_slice(graph, back, axis, at, at + size, 1)); }
        at += size;
    }
}

static ons_tensor back_permute(pull *p, const tensor *t, ons_tensor back) {
    int order[ONS_TENSOR_DIMENSIONS];
    for (int i = 0; i < t->shape.dimensions; i++) { order[t->attribute[i]] = i; }
    return ons_tensor_permute(p->graph, back, order);
}

/* Linear operations of one argument: their adjoints. */
static ons_tensor adjoint(pull *p, const tensor *t, ons_tensor to, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    const int64_t *at = t->attribute;
    const ons_shape shape = shape_of(p, to);
    const int axis = (int)at[0];
    switch (t->op) {
    case NEGATE: return ons_tensor_negate(graph, back);
    case CONVERT: return ons_tensor_convert(graph, back, graph->tensors[to].type);
    case TAP: return back;
    case RESHAPE: return ons_tensor_reshape(graph, back, shape);
    case BROADCAST: return ons_tensor_collect(graph, back, shape);
    case PERMUTE: return back_permute(p, t, back);
    case PAD: return ons_tensor_slice(graph, back, axis, at[1], at[1] + (shape.size[axis] - 1) * at[3] + 1, at[3]);
    case REVERSE: return ons_tensor_reverse(graph, back, axis);
    case SUM: return ons_tensor_broadcast(graph, back, shape);
    case CUMULATE: return ons_tensor_cumulative_sum(graph, back, axis, !at[1]);
    case UNFOLD: return ons_tensor_fold(graph, back, axis, shape.size[axis], at[2], at[3]);
    case FOLD: /* of as many windows as there were */
        back = ons_tensor_unfold(graph, back, axis, shape.size[shape.dimensions - 1], at[2], at[3]);
        return ons_tensor_slice(graph, back, axis, 0, shape.size[axis], 1);
    default: return ONS_NO_TENSOR;
    }
}

/* state = step(state): the adjoint w solves w = back + (d step / d state)^T w; then w passes through the step to all it
 * depends on. The step is taken at the fixed point itself, so that all this can be differentiated again. */
static void back_implicit(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor step, w = back;
    size_t count;
    ons_tensor_substitute(graph, &in[1], &index, 1, &in[0], 1, &step);
    ons_tensor *leaves = learning_implicit_leaves(graph, index, p->active, &count);
    ons_tensor *parts = ONS_NEW(ons_tensor, count + 1);
    for (int64_t i = 0; i < t->attribute[0] && leaves && parts && !graph->status; i++) {
        ons_tensor part;
        learning_pull_back(graph, &step, &w, 1, &index, 1, true, &part);
        ons_tensor next = ons_tensor_add(graph, back, part);
        ons_tensor change = ons_tensor_scale(graph, ons_tensor_subtract(graph, next, w), t->number);
        w = t->number == 1 ? next : ons_tensor_add(graph, w, change);
    }
    if (leaves && parts) { learning_pull_back(graph, &step, &w, 1, leaves, count, true, parts); }
    for (size_t i = 1; i < count && leaves && parts; i++) { gradient_add(p, leaves[i], parts[i]); }
    free(leaves);
    free(parts);
}

static void back_other(pull *p, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor back) {
    switch (t->op) {
    case SELECT: back_select(p, in, back); break;
    case MATMUL: back_matmul(p, t, in, back); break;
    case SOLVE: back_solve(p, index, t, in, back); break;
    case SCAN: back_scan(p, index, t, in, back); break;
    case LARGEST: back_largest(p, index, t, in, back); break;
    case CONCATENATE: back_concatenate(p, t, index, back); break;
    case SLICE: gradient_add_slice(p, in[0], back, t->attribute); break;
    case GATHER: gradient_add(p, in[0], ons_tensor_scatter(p->graph, back, in[1], shape_of(p, in[0]).size[0])); break;
    case SCATTER: gradient_add(p, in[0], ons_tensor_gather(p->graph, back, in[1])); break;
    case IMPLICIT: back_implicit(p, index, t, in, back); break;
    default: gradient_add(p, in[0], adjoint(p, t, in[0], back)); break;
    }
}

void gradient_rule(pull *p, ons_tensor index, ons_tensor back) {
    const tensor t = p->graph->tensors[index]; /* a copy: the list may move */
    ons_tensor in[3] = {ONS_NO_TENSOR, ONS_NO_TENSOR, ONS_NO_TENSOR};
    for (int i = 0; i < t.inputs && i < 3; i++) { in[i] = tensor_input(p->graph, index, i); }
    if (t.inputs == 0) { return; }
    if (is_unary(t.op) && t.op != NEGATE) {
        ons_tensor slope = learning_slope(p->graph, &t, gradient_value(p, in[0]), gradient_value(p, index));
        if (slope >= 0) { gradient_add(p, in[0], ons_tensor_multiply(p->graph, back, slope)); }
    } else if (is_binary(t.op)) {
        back_binary(p, index, &t, in, back);
    } else {
        back_other(p, index, &t, in, back);
    }
}
