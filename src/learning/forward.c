/*
 * Forward mode: the tangent of every tensor along one direction; and a computation made again from other tensors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

typedef struct push {
    ons_tensor_graph *graph;
    ons_tensor *tangent; /* ONS_NO_TENSOR: zero */
    const bool *active;
} push;

static ons_tensor full(ons_tensor_graph *graph, ons_tensor tangent, ons_tensor of) {
    return tangent < 0 ? ons_tensor_like(graph, of, 0) : ons_tensor_broadcast(graph, tangent, graph->tensors[of].shape);
}

static ons_tensor times(ons_tensor_graph *graph, ons_tensor slope, ons_tensor tangent) {
    return slope < 0 || tangent < 0 ? ONS_NO_TENSOR : ons_tensor_multiply(graph, slope, tangent);
}

static ons_tensor forward_binary(push *p, ons_tensor index, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = p->graph;
    const ons_tensor a = p->tangent[in[0]], b = p->tangent[in[1]];
    if (t->op == ADD) { return learning_plus(graph, a, b); }
    if (t->op == SUBTRACT) {
        return b < 0 ? a : a < 0 ? ons_tensor_negate(graph, b) : ons_tensor_subtract(graph, a, b);
    }
    if (t->op == DIVIDE && b < 0) { return ons_tensor_divide(graph, a, in[1]); }
    const slopes s = learning_slopes(graph, t->op, in, index);
    return learning_plus(graph, times(graph, s.of[0], a), times(graph, s.of[1], b));
}

static ons_tensor product(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, int64_t transposes) {
    return a < 0 || b < 0 ? ONS_NO_TENSOR : ons_tensor_matmul(graph, a, b, (unsigned)transposes);
}

static ons_tensor forward_solve(push *p, ons_tensor index, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor right = p->tangent[in[1]];
    if (p->tangent[in[0]] >= 0) {
        ons_tensor moved = ons_tensor_matmul(graph, p->tangent[in[0]], index, t->attribute[0] ? ONS_TRANSPOSE_A : 0);
        right = learning_plus(graph, right, ons_tensor_negate(graph, moved));
    }
    return right < 0 ? right : ons_tensor_solve(graph, in[0], right, t->attribute[0]);
}

static ons_tensor forward_scan(push *p, ons_tensor index, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = p->graph;
    const int axis = (int)t->attribute[0];
    ons_tensor right = p->tangent[in[1]];
    if (p->tangent[in[0]] >= 0) {
        ons_tensor before = learning_shifted(graph, index, axis, t->attribute[1]);
        right = learning_plus(graph, right, ons_tensor_multiply(graph, p->tangent[in[0]], before));
    }
    return right < 0 ? right : ons_tensor_scan(graph, in[0], right, axis, t->attribute[1]);
}

static ons_tensor forward_concatenate(push *p, ons_tensor index, const tensor *t) {
    ons_tensor *parts = ONS_NEW(ons_tensor, t->inputs);
    if (!parts) { return ons_tensor_fail(p->graph, "derivatives: %s", ons_message()); }
    for (int i = 0; i < t->inputs; i++) {
        const ons_tensor from = tensor_input(p->graph, index, i);
        parts[i] = full(p->graph, p->tangent[from], from);
    }
    ons_tensor result = ons_tensor_concatenate(p->graph, parts, (size_t)t->inputs, (int)t->attribute[0]);
    free(parts);
    return result;
}

static ons_tensor forward_largest(push *p, ons_tensor index, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor at = ons_tensor_equal(graph, in[0], index);
    ons_tensor many = ons_tensor_sum(graph, at, (unsigned)t->attribute[0], true);
    ons_tensor sum =
        ons_tensor_sum(graph, ons_tensor_multiply(graph, at, p->tangent[in[0]]), (unsigned)t->attribute[0], true);
    return ons_tensor_divide(graph, sum, many);
}

/* The tangent of the step at the fixed point while the state is held. */
static ons_tensor held(push *p, ons_tensor step, ons_tensor *leaves, size_t count) {
    ons_tensor *directions = ONS_NEW(ons_tensor, count), result = ONS_NO_TENSOR;
    if (!directions) { return ons_tensor_fail(p->graph, "fixed point: %s", ons_message()); }
    for (size_t i = 0; i < count; i++) {
        const ons_tensor tangent = i == 0 ? ONS_NO_TENSOR : p->tangent[leaves[i]];
        directions[i] = full(p->graph, tangent, leaves[i]);
    }
    ons_tensor_push_forward(p->graph, &step, 1, leaves, directions, count, &result);
    free(directions);
    return result;
}

/* state = step(state): its tangent solves v = (d step / d state) v + (d step / d rest). */
static ons_tensor forward_implicit(push *p, ons_tensor index, const tensor *t, const ons_tensor *in) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor step;
    size_t count;
    ons_tensor_substitute(graph, &in[1], &index, 1, &in[0], 1, &step);
    ons_tensor *leaves = learning_implicit_leaves(graph, index, p->active, &count);
    if (!leaves || step < 0) {
        free(leaves);
        return ONS_NO_TENSOR;
    }
    const ons_tensor rest = held(p, step, leaves, count);
    ons_tensor v = rest;
    free(leaves);
    for (int64_t i = 0; i < t->attribute[0] && !graph->status; i++) {
        ons_tensor part;
        ons_tensor_push_forward(graph, &step, 1, &index, &v, 1, &part);
        ons_tensor next = ons_tensor_add(graph, rest, part);
        ons_tensor change = ons_tensor_scale(graph, ons_tensor_subtract(graph, next, v), t->number);
        v = t->number == 1 ? next : ons_tensor_add(graph, v, change);
    }
    return v;
}

static ons_tensor forward_select(push *p, const ons_tensor *in) {
    if (p->tangent[in[1]] < 0 && p->tangent[in[2]] < 0) { return ONS_NO_TENSOR; }
    ons_tensor sides[2];
    for (int i = 0; i < 2; i++) {
        sides[i] = p->tangent[in[1 + i]];
        if (sides[i] < 0) { sides[i] = ons_tensor_like(p->graph, in[1 + i], 0); }
    }
    return ons_tensor_select(p->graph, in[0], sides[0], sides[1]);
}

static ons_tensor forward_matmul(push *p, const tensor *t, const ons_tensor *in) {
    return learning_plus(p->graph, product(p->graph, p->tangent[in[0]], in[1], t->attribute[0]),
                         product(p->graph, in[0], p->tangent[in[1]], t->attribute[0]));
}

static ons_tensor forward_rule(push *p, ons_tensor index) {
    ons_tensor_graph *graph = p->graph;
    const tensor t = graph->tensors[index]; /* a copy: the list may move */
    ons_tensor in[3] = {ONS_NO_TENSOR, ONS_NO_TENSOR, ONS_NO_TENSOR};
    for (int i = 0; i < t.inputs && i < 3; i++) { in[i] = tensor_input(graph, index, i); }
    if (t.inputs == 0) { return ONS_NO_TENSOR; }
    if (is_unary(t.op) && t.op != NEGATE) {
        return times(graph, learning_slope(graph, &t, in[0], index), p->tangent[in[0]]);
    }
    if (is_binary(t.op)) { return forward_binary(p, index, &t, in); }
    switch (t.op) {
    case SELECT: return forward_select(p, in);
    case MATMUL: return forward_matmul(p, &t, in);
    case SOLVE: return forward_solve(p, index, &t, in);
    case SCAN: return forward_scan(p, index, &t, in);
    case CONCATENATE: return forward_concatenate(p, index, &t);
    case LARGEST: return forward_largest(p, index, &t, in);
    case IMPLICIT: return forward_implicit(p, index, &t, in);
    case GATHER: return ons_tensor_gather(graph, p->tangent[in[0]], in[1]);
    case SCATTER: return ons_tensor_scatter(graph, p->tangent[in[0]], in[1], t.shape.size[0]);
    default: return learning_again(graph, index, &p->tangent[in[0]]);
    }
}

static bool push_arguments_are_good(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                                    const ons_tensor *with, const ons_tensor *directions, size_t count) {
    for (size_t i = 0; i < values_count; i++) {
        if (values[i] < 0) { return false; }
    }
    for (size_t i = 0; i < count; i++) {
        if (with[i] < 0 || directions[i] < 0) { return false; }
        char a[ONS_SHAPE_TEXT], b[ONS_SHAPE_TEXT];
        const ons_shape shape = graph->tensors[with[i]].shape, direction = graph->tensors[directions[i]].shape;
        if (!ons_shape_equal(shape, direction)) {
            ons_tensor_fail(graph, "derivative with respect to %s %s along a direction %s",
                            ons_tensor_name(graph, with[i]), ons_shape_text(shape, a), ons_shape_text(direction, b));
            return false;
        }
    }
    return !graph->status;
}

static void push_all(push *p, const bool *active, bool *given, size_t end, const ons_tensor *with,
                     const ons_tensor *directions, size_t count) {
    for (size_t i = 0; i < end; i++) { p->tangent[i] = ONS_NO_TENSOR; }
    for (size_t i = 0; i < count; i++) {
        p->tangent[with[i]] = directions[i];
        given[with[i]] = true;
    }
    for (size_t i = 0; i < end && !p->graph->status; i++) {
        if (active[i] && !given[i]) { p->tangent[i] = forward_rule(p, (ons_tensor)i); }
    }
}

void ons_tensor_push_forward(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                             const ons_tensor *with, const ons_tensor *directions, size_t count, ons_tensor *tangents) {
    const size_t end = graph->count;
    const bool good = push_arguments_are_good(graph, values, values_count, with, directions, count);
    bool *active = good ? learning_active(graph, values, values_count, with, count) : NULL;
    bool *given = ONS_NEW(bool, end);
    push p = {graph, ONS_NEW(ons_tensor, end), active};
    if (active && given && p.tangent) {
        push_all(&p, active, given, end, with, directions, count);
    } else if (good) {
        ons_tensor_fail(graph, "derivatives: %s", ons_message());
    }
    /* The tangents may be put where the values were. */
    for (size_t i = 0; i < values_count; i++) {
        tangents[i] =
            p.tangent && good && !graph->status ? full(graph, p.tangent[values[i]], values[i]) : ONS_NO_TENSOR;
    }
    free(active);
    free(given);
    free(p.tangent);
}

/* ---- the same with others ---------------------------------------------------------------------------------------- */

static ons_tensor made_again(ons_tensor_graph *graph, ons_tensor index, const ons_tensor *now) {
    const int inputs = graph->tensors[index].inputs;
    ons_tensor few[8], *in = few;
    if (inputs > 8 && !(in = ONS_NEW(ons_tensor, inputs))) {
        return ons_tensor_fail(graph, "substitute: %s", ons_message());
    }
    bool changed = false;
    for (int i = 0; i < inputs; i++) {
        const ons_tensor from = tensor_input(graph, index, i);
        in[i] = now[from];
        changed |= in[i] != from;
    }
    ons_tensor result = changed ? learning_again(graph, index, in) : index;
    if (in != few) { free(in); }
    return result;
}

void ons_tensor_substitute(ons_tensor_graph *graph, const ons_tensor *from, const ons_tensor *to, size_t count,
                           const ons_tensor *outputs, size_t outputs_count, ons_tensor *results) {
    for (size_t i = 0; i < outputs_count; i++) { results[i] = ONS_NO_TENSOR; }
    for (size_t i = 0; i < count; i++) {
        if (from[i] < 0 || to[i] < 0) { return; }
        char a[ONS_SHAPE_TEXT], b[ONS_SHAPE_TEXT];
        if (!ons_shape_equal(graph->tensors[from[i]].shape, graph->tensors[to[i]].shape)) {
            ons_tensor_fail(graph, "substitute: %s in place of %s", ons_shape_text(graph->tensors[to[i]].shape, a),
                            ons_shape_text(graph->tensors[from[i]].shape, b));
            return;
        }
    }
    for (size_t i = 0; i < outputs_count; i++) {
        if (outputs[i] < 0) { return; }
    }
    const size_t end = graph->count;
    bool *needed = ONS_NEW(bool, end);
    ons_tensor *now = ONS_NEW(ons_tensor, end);
    if (needed && now) {
        for (size_t i = 0; i < end; i++) { now[i] = (ons_tensor)i; }
        for (size_t i = 0; i < outputs_count; i++) { needed[outputs[i]] = true; }
        for (size_t i = end; i-- > 0;) {
            for (int j = 0; j < graph->tensors[i].inputs && needed[i]; j++) {
                needed[tensor_input(graph, (ons_tensor)i, j)] = true;
            }
        }
        for (size_t i = 0; i < count; i++) {
            now[from[i]] = to[i];
            needed[from[i]] = false;
        }
        for (size_t i = 0; i < end && !graph->status; i++) {
            if (needed[i]) { now[i] = made_again(graph, (ons_tensor)i, now); }
        }
        for (size_t i = 0; i < outputs_count && !graph->status; i++) { results[i] = now[outputs[i]]; }
    } else {
        ons_tensor_fail(graph, "substitute: %s", ons_message());
    }
    free(needed);
    free(now);
}
