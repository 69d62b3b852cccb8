/*
 * Jets: Taylor coefficients of every tensor between the inputs and the values, as further tensors of the graph.
 *
 * The coefficients of a layer's input are stacked, so that one product with its weights serves them all; the value
 * itself is the tensor that is there already.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "jets.h"

#include <stdlib.h>
#include <string.h>

typedef struct jets {
    ons_tensor_graph *graph;
    jet_set set;
    jet **of; /* by tensor; NULL: constant */
} jets;

static ons_tensor full(ons_tensor_graph *graph, ons_tensor part, ons_tensor of) {
    return part < 0 ? part : ons_tensor_broadcast(graph, part, graph->tensors[of].shape);
}

static jet constant(ons_tensor value) {
    jet result;
    for (int a = 0; a < JET_MOST; a++) { result.part[a] = ONS_NO_TENSOR; }
    result.part[0] = value;
    return result;
}

static jet jet_of(const jets *all, ons_tensor index) { return all->of[index] ? *all->of[index] : constant(index); }

static const jet_pair *first_pair(const jets *all, int at) { return all->set.pairs + all->set.begin[at]; }

static ons_tensor difference(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) {
    if (b < 0) { return a; }
    return a < 0 ? ons_tensor_negate(graph, b) : ons_tensor_subtract(graph, a, b);
}

/* ---- two arguments ----------------------------------------------------------------------------------------------- */

static void quotient(jets *all, const jet *a, const jet *b, jet *y) {
    ons_tensor_graph *graph = all->graph;
    ons_tensor inverse = ons_tensor_reciprocal(graph, b->part[0]);
    for (int at = 1; at < all->set.count; at++) {
        y->part[at] = ONS_NO_TENSOR;
        ons_tensor rest = difference(graph, a->part[at], jet_product(graph, &all->set, b, y, at));
        y->part[at] = rest < 0 ? rest : ons_tensor_multiply(graph, rest, inverse);
    }
}

static ons_tensor chosen(ons_tensor_graph *graph, ons_tensor condition, ons_tensor a, ons_tensor b) {
    if (a < 0 && b < 0) { return ONS_NO_TENSOR; }
    ons_tensor zero = ons_tensor_filled(graph, ons_tensor_type_of(graph, condition), ONS_SCALAR, 0);
    return ons_tensor_select(graph, condition, a < 0 ? zero : a, b < 0 ? zero : b);
}

static void binary(jets *all, operation op, const jet *a, const jet *b, jet *y) {
    ons_tensor_graph *graph = all->graph;
    ons_tensor condition = ONS_NO_TENSOR;
    if (op == DIVIDE) {
        quotient(all, a, b, y);
        return;
    }
    if (op == MAXIMUM) { condition = ons_tensor_less_equal(graph, b->part[0], a->part[0]); }
    if (op == MINIMUM) { condition = ons_tensor_less_equal(graph, a->part[0], b->part[0]); }
    for (int at = 1; at < all->set.count; at++) {
        switch (op) {
        case ADD: y->part[at] = learning_plus(graph, a->part[at], b->part[at]); break;
        case SUBTRACT: y->part[at] = difference(graph, a->part[at], b->part[at]); break;
        case MULTIPLY: y->part[at] = jet_product(graph, &all->set, a, b, at); break;
        case MAXIMUM:
        case MINIMUM: y->part[at] = chosen(graph, condition, a->part[at], b->part[at]); break;
        default: y->part[at] = ONS_NO_TENSOR; break;
        }
    }
}

/* ---- products of matrices ---------------------------------------------------------------------------------------- */

/* All coefficients of a times the constant b: one product for those of full shape, stacked along a new first axis. */
static bool times_constant(jets *all, const jet *a, ons_tensor b, int64_t transposes, jet *y) {
    ons_tensor_graph *graph = all->graph;
    const ons_shape shape = graph->tensors[a->part[0]].shape;
    ons_tensor stacked[JET_MOST];
    int place[JET_MOST], count = 0;
    if (shape.dimensions == ONS_TENSOR_DIMENSIONS || graph->tensors[b].shape.dimensions != 2 ||
        transposes & ONS_TRANSPOSE_A) {
        return false;
    }
    for (int at = 1; at < all->set.count; at++) {
        ons_tensor part = a->part[at];
        y->part[at] = ONS_NO_TENSOR;
        if (part < 0) { continue; }
        const ons_shape small = graph->tensors[part].shape;
        if (ons_shape_equal(small, shape)) {
            place[count] = at;
            stacked[count++] = part;
        } else {
            if (small.dimensions < 2 || small.size[small.dimensions - 1] != shape.size[shape.dimensions - 1]) {
                part = full(graph, part, a->part[0]);
            }
            y->part[at] = ons_tensor_matmul(graph, part, b, (unsigned)transposes);
        }
    }
    if (count == 0) { return true; }
    if (count == 1) {
        y->part[place[0]] = ons_tensor_matmul(graph, stacked[0], b, (unsigned)transposes);
        return true;
    }
    ons_tensor product =
        ons_tensor_matmul(graph, ons_tensor_stack(graph, stacked, (size_t)count, 0), b, (unsigned)transposes);
    for (int i = 0; i < count; i++) { y->part[place[i]] = ons_tensor_at(graph, product, 0, i); }
    return true;
}

static void matrices(jets *all, const tensor *t, const ons_tensor *in, jet *y) {
    ons_tensor_graph *graph = all->graph;
    const jet a = jet_of(all, in[0]), b = jet_of(all, in[1]);
    if (!all->of[in[1]] && times_constant(all, &a, in[1], t->attribute[0], y)) { return; }
    for (int at = 1; at < all->set.count; at++) {
        ons_tensor sum = ONS_NO_TENSOR;
        for (const jet_pair *q = first_pair(all, at); q < first_pair(all, at + 1); q++) {
            if (a.part[q->i] < 0 || b.part[q->j] < 0) { continue; }
            ons_tensor product = ons_tensor_matmul(graph, full(graph, a.part[q->i], in[0]),
                                                   full(graph, b.part[q->j], in[1]), (unsigned)t->attribute[0]);
            sum = learning_plus(graph, sum, jet_scaled(graph, product, q->factor));
        }
        y->part[at] = sum;
    }
}

/* A x = b: A_0 x_a = b_a - sum over i > 0 of A_i x_{a-i}. */
static void solved(jets *all, const tensor *t, const ons_tensor *in, jet *y) {
    ons_tensor_graph *graph = all->graph;
    const jet A = jet_of(all, in[0]), b = jet_of(all, in[1]);
    for (int at = 1; at < all->set.count; at++) {
        ons_tensor right = full(graph, b.part[at], in[1]);
        for (const jet_pair *q = first_pair(all, at); q < first_pair(all, at + 1); q++) {
            if (q->i == 0 || A.part[q->i] < 0 || y->part[q->j] < 0) { continue; }
            ons_tensor product = ons_tensor_matmul(graph, full(graph, A.part[q->i], in[0]), y->part[q->j],
                                                   t->attribute[0] ? ONS_TRANSPOSE_A : 0);
            right = difference(graph, right, jet_scaled(graph, product, q->factor));
        }
        y->part[at] = right < 0 ? right : ons_tensor_solve(graph, in[0], right, t->attribute[0]);
    }
}

/* h[n] = a[n] h[n-1] + b[n]: h_c is the same recurrence with b_c + sum over i > 0 of a_i (h_{c-i} one step before). */
static void recurrent(jets *all, const tensor *t, const ons_tensor *in, jet *y) {
    ons_tensor_graph *graph = all->graph;
    const jet a = jet_of(all, in[0]), b = jet_of(all, in[1]);
    const int axis = (int)t->attribute[0];
    for (int at = 1; at < all->set.count; at++) {
        ons_tensor right = full(graph, b.part[at], in[1]);
        for (const jet_pair *q = first_pair(all, at); q < first_pair(all, at + 1); q++) {
            if (q->i == 0 || a.part[q->i] < 0 || y->part[q->j] < 0) { continue; }
            ons_tensor before = learning_shifted(graph, y->part[q->j], axis, t->attribute[1]);
            ons_tensor product = ons_tensor_multiply(graph, a.part[q->i], before);
            right = learning_plus(graph, right, jet_scaled(graph, product, q->factor));
        }
        y->part[at] =
            right < 0 ? right : ons_tensor_scan(graph, in[0], full(graph, right, in[1]), axis, t->attribute[1]);
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void joined(jets *all, ons_tensor index, const tensor *t, jet *y) {
    ons_tensor_graph *graph = all->graph;
    ons_tensor *parts = ONS_NEW(ons_tensor, t->inputs);
    if (!parts) {
        ons_tensor_fail(graph, "jets: %s", ons_message());
        return;
    }
    for (int at = 1; at < all->set.count; at++) {
        bool any = false;
        for (int i = 0; i < t->inputs; i++) {
            const ons_tensor from = tensor_input(graph, index, i);
            const ons_tensor part = all->of[from] ? all->of[from]->part[at] : ONS_NO_TENSOR;
            any |= part >= 0;
            parts[i] = part < 0 ? ons_tensor_like(graph, from, 0) : full(graph, part, from);
        }
        y->part[at] =
            any ? ons_tensor_concatenate(graph, parts, (size_t)t->inputs, (int)t->attribute[0]) : ONS_NO_TENSOR;
    }
    free(parts);
}

/* Linear in the first input, which alone moves; a maximum follows the elements that attain it. */
static ons_tensor linear(jets *all, ons_tensor index, const tensor *t, const ons_tensor *in, ons_tensor part) {
    ons_tensor_graph *graph = all->graph;
    if (part < 0) { return part; }
    part = full(graph, part, in[0]);
    if (t->op == GATHER) { return ons_tensor_gather(graph, part, in[1]); }
    if (t->op == SCATTER) { return ons_tensor_scatter(graph, part, in[1], t->shape.size[0]); }
    if (t->op != LARGEST) { return learning_again(graph, index, &part); }
    ons_tensor at = ons_tensor_equal(graph, in[0], index);
    ons_tensor many = ons_tensor_sum(graph, at, (unsigned)t->attribute[0], true);
    return ons_tensor_divide(
        graph, ons_tensor_sum(graph, ons_tensor_multiply(graph, at, part), (unsigned)t->attribute[0], true), many);
}

static void jet_rule(jets *all, ons_tensor index, jet *y) {
    ons_tensor_graph *graph = all->graph;
    const tensor t = graph->tensors[index]; /* a copy: the list may move */
    ons_tensor in[3] = {ONS_NO_TENSOR, ONS_NO_TENSOR, ONS_NO_TENSOR};
    for (int i = 0; i < t.inputs && i < 3; i++) { in[i] = tensor_input(graph, index, i); }
    const jet x = jet_of(all, in[0]);
    if (is_unary(t.op)) {
        jet_unary(graph, &all->set, &t, &x, y);
        return;
    }
    if (is_binary(t.op)) {
        const jet b = jet_of(all, in[1]);
        binary(all, t.op, &x, t.op == MULTIPLY && in[0] == in[1] ? &x : &b, y);
        return;
    }
    switch (t.op) {
    case MATMUL: matrices(all, &t, in, y); return;
    case SOLVE: solved(all, &t, in, y); return;
    case SCAN: recurrent(all, &t, in, y); return;
    case CONCATENATE: joined(all, index, &t, y); return;
    case IMPLICIT: ons_tensor_fail(graph, "jets: fixed points have no jets; use push-forwards"); return;
    case SELECT:
        for (int at = 1; at < all->set.count; at++) {
            y->part[at] = chosen(graph, in[0], jet_of(all, in[1]).part[at], jet_of(all, in[2]).part[at]);
        }
        return;
    default:
        for (int at = 1; at < all->set.count; at++) { y->part[at] = linear(all, index, &t, in, x.part[at]); }
    }
}

/* What an operator's first derivatives make of an input. */
static ons_tensor moved(ons_tensor_graph *graph, const ons_jet_input *input, const ons_differential *o) {
    ons_tensor sum = ONS_NO_TENSOR;
    for (size_t k = 0; k < o->count; k++) {
        for (int d = 0; d < ONS_JET_DIRECTIONS; d++) {
            ons_partial first = {{0}};
            first.orders[d] = 1;
            if (memcmp(&first, &o->partials[k], sizeof first) != 0 || input->directions[d] < 0) { continue; }
            sum = learning_plus(graph, sum, jet_scaled(graph, input->directions[d], o->factors[k]));
        }
    }
    return sum;
}

static bool begin_inputs(jets *all, const jet_request *request, const ons_jet_input *inputs, size_t count) {
    ons_tensor_graph *graph = all->graph;
    for (size_t i = 0; i < count; i++) {
        jet *x = ONS_NEW(jet, 1);
        if (!x) {
            ons_tensor_fail(graph, "jets: %s", ons_message());
            return false;
        }
        *x = constant(inputs[i].with);
        free(all->of[inputs[i].with]);
        all->of[inputs[i].with] = x;
        for (int d = 0; d < ONS_JET_DIRECTIONS; d++) {
            ons_partial first = {{0}};
            first.orders[d] = 1;
            const int at = jet_find(&all->set, first);
            const ons_tensor direction = inputs[i].directions[d];
            if (direction < 0) { continue; }
            ons_tensor whole = ons_tensor_broadcast(graph, direction, graph->tensors[inputs[i].with].shape);
            if (whole < 0) { return false; }
            if (at >= 0) { x->part[at] = direction; }
        }
        for (int o = 0; o < all->set.count - all->set.ordinary; o++) {
            x->part[all->set.ordinary + o] = moved(graph, &inputs[i], &request->operators[o]);
        }
    }
    return true;
}

static void follow(jets *all, const bool *active, size_t end) {
    for (size_t i = 0; i < end && !all->graph->status; i++) {
        if (!active[i] || all->of[i]) { continue; }
        jet *y = ONS_NEW(jet, 1);
        if (!y) {
            ons_tensor_fail(all->graph, "jets: %s", ons_message());
            return;
        }
        *y = constant((ons_tensor)i);
        all->of[i] = y;
        jet_rule(all, (ons_tensor)i, y);
    }
}

static ons_tensor coefficient(jets *all, ons_tensor value, int at, double factor) {
    const ons_tensor part = all->of[value] ? all->of[value]->part[at] : at == 0 ? value : ONS_NO_TENSOR;
    if (part < 0) { return ons_tensor_like(all->graph, value, 0); }
    return full(all->graph, jet_scaled(all->graph, part, factor), value);
}

/* derivatives[v * (partials_count + operators_count) + ...]: derivatives, then operators. */
static void differentiate(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                          const ons_jet_input *inputs, size_t inputs_count, const jet_request *request,
                          ons_tensor *derivatives) {
    const size_t partials = request->partials_count, columns = partials + request->operators_count;
    const size_t end = graph->count;
    for (size_t i = 0; i < values_count * columns; i++) { derivatives[i] = ONS_NO_TENSOR; }
    jets all = {.graph = graph};
    ons_tensor *with = ONS_NEW(ons_tensor, inputs_count);
    bool good = with && !graph->status && jet_set_of(graph, request, &all.set);
    for (size_t i = 0; i < values_count && good; i++) { good = values[i] >= 0; }
    for (size_t i = 0; i < inputs_count && good; i++) {
        with[i] = inputs[i].with;
        good = with[i] >= 0;
    }
    bool *active = good ? learning_active(graph, values, values_count, with, inputs_count) : NULL;
    all.of = ONS_NEW(jet *, end);
    if (active && all.of && begin_inputs(&all, request, inputs, inputs_count)) {
        follow(&all, active, end);
        for (size_t k = 0; k < values_count * columns && !graph->status; k++) {
            const size_t p = k % columns;
            const bool plain = p < partials;
            const int at = plain ? jet_find(&all.set, request->partials[p]) : all.set.ordinary + (int)(p - partials);
            derivatives[k] =
                coefficient(&all, values[k / columns], at, plain ? jet_factorials(request->partials[p]) : 1);
        }
    }
    for (size_t i = 0; i < end && all.of; i++) { free(all.of[i]); }
    free((void *)all.of);
    free(active);
    free(with);
}

void ons_tensor_jets(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                     const ons_jet_input *inputs, size_t inputs_count, const ons_partial *partials,
                     size_t partials_count, ons_tensor *derivatives) {
    const jet_request request = {.partials = partials, .partials_count = partials_count};
    differentiate(graph, values, values_count, inputs, inputs_count, &request, derivatives);
}

void ons_tensor_jet_operators(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count, ons_tensor points,
                              const int *axes, size_t axes_count, const ons_partial *partials, size_t partials_count,
                              const ons_differential *operators, size_t operators_count, ons_tensor *derivatives) {
    const size_t columns = partials_count + operators_count;
    for (size_t i = 0; i < values_count * columns; i++) { derivatives[i] = ONS_NO_TENSOR; }
    if (points < 0 || graph->status) { return; }
    const ons_shape shape = graph->tensors[points].shape;
    char text[ONS_SHAPE_TEXT];
    if (shape.dimensions != 2 || axes_count > ONS_JET_DIRECTIONS) {
        ons_tensor_fail(graph, "jets: points %s and %zu directions; expected [n, columns] and at most %d",
                        ons_shape_text(shape, text), axes_count, ONS_JET_DIRECTIONS);
        return;
    }
    ons_jet_input input = {.with = points};
    const ons_tensor_type type = graph->tensors[points].type;
    for (size_t d = 0; d < ONS_JET_DIRECTIONS; d++) {
        input.directions[d] = ONS_NO_TENSOR;
        if (d >= axes_count) { continue; }
        if (axes[d] < 0 || axes[d] >= shape.size[1]) {
            ons_tensor_fail(graph, "jets: column %d of points %s", axes[d], ons_shape_text(shape, text));
            return;
        }
        ons_tensor one = ons_tensor_filled(graph, type, ONS_SHAPE(1, 1), 1);
        input.directions[d] = ons_tensor_pad(graph, one, 1, axes[d], shape.size[1] - 1 - axes[d], 1);
    }
    const jet_request request = {partials, partials_count, operators, operators_count};
    differentiate(graph, values, values_count, &input, 1, &request, derivatives);
}

void ons_tensor_jet_columns(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count, ons_tensor points,
                            const int *axes, size_t axes_count, const ons_partial *partials, size_t partials_count,
                            ons_tensor *derivatives) {
    ons_tensor_jet_operators(graph, values, values_count, points, axes, axes_count, partials, partials_count, NULL, 0,
                             derivatives);
}
