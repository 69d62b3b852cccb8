/*
 * Reverse mode: from values back to what they depend on, tensor by tensor, as further tensors of the graph.
 *
 * What comes back to a tensor through slices of it is kept apart until the tensor's turn: slices side by side are then
 * joined in one piece, not padded with zeros and added.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gradient.h"

#include <stdlib.h>
#include <string.h>

static void out_of_memory(ons_tensor_graph *graph) { ons_tensor_fail(graph, "derivatives: %s", ons_message()); }

void gradient_add(pull *p, ons_tensor to, ons_tensor part) {
    if (part < 0 || !p->active[to]) { return; }
    p->whole[to] = learning_plus(p->graph, p->whole[to], part);
}

void gradient_add_slice(pull *p, ons_tensor to, ons_tensor part, const int64_t attribute[4]) {
    if (part < 0 || !p->active[to]) { return; }
    if (ons_grow((void **)&p->slices, &p->slices_capacity, p->slices_count + 1, sizeof *p->slices)) {
        out_of_memory(p->graph);
        return;
    }
    slice *s = &p->slices[p->slices_count];
    *s = (slice){part, (int)attribute[0], attribute[1], attribute[2], attribute[3], p->first_slice[to]};
    p->first_slice[to] = (int64_t)p->slices_count++;
}

static ons_tensor padded(ons_tensor_graph *graph, const slice *s, ons_tensor to) {
    const int64_t size = ons_tensor_size(graph, to, s->axis);
    return ons_tensor_pad(graph, s->part, s->axis, s->first, size - s->last, s->step);
}

static int by_place(const void *a, const void *b) {
    const slice *s = a, *t = b;
    if (s->axis != t->axis) { return s->axis - t->axis; }
    if (s->first != t->first) { return s->first < t->first ? -1 : 1; }
    return s->last < t->last ? -1 : s->last > t->last;
}

/* Equal slices become one; whether the rest lie side by side without overlap. */
static bool side_by_side(ons_tensor_graph *graph, slice *list, size_t *count) {
    qsort(list, *count, sizeof *list, by_place);
    size_t kept = 0;
    bool apart = true;
    for (size_t i = 0; i < *count; i++) {
        slice *before = kept ? &list[kept - 1] : NULL;
        if (before && by_place(before, &list[i]) == 0 && before->step == list[i].step) {
            before->part = ons_tensor_add(graph, before->part, list[i].part);
            continue;
        }
        apart =
            apart && list[i].step == 1 && list[i].axis == list[0].axis && (!before || before->last <= list[i].first);
        list[kept++] = list[i];
    }
    *count = kept;
    return apart;
}

static ons_tensor zeros(ons_tensor_graph *graph, ons_tensor of, int axis, int64_t size) {
    ons_shape shape = graph->tensors[of].shape;
    shape.size[axis] = size;
    return ons_tensor_filled(graph, graph->tensors[of].type, shape, 0);
}

static ons_tensor joined(ons_tensor_graph *graph, const slice *list, size_t count, ons_tensor to) {
    ons_tensor *parts = ONS_NEW(ons_tensor, 2 * count + 1);
    if (!parts) {
        out_of_memory(graph);
        return ONS_NO_TENSOR;
    }
    const int axis = list[0].axis;
    const int64_t size = graph->tensors[to].shape.size[axis];
    int64_t at = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].first > at) { parts[n++] = zeros(graph, to, axis, list[i].first - at); }
        parts[n++] = list[i].part;
        at = list[i].last;
    }
    if (at < size) { parts[n++] = zeros(graph, to, axis, size - at); }
    ons_tensor result = ons_tensor_concatenate(graph, parts, n, axis);
    free(parts);
    return result;
}

/* All that came back to a tensor. */
static ons_tensor total(pull *p, ons_tensor to) {
    ons_tensor_graph *graph = p->graph;
    ons_tensor sum = p->whole[to];
    size_t count = 0;
    for (int64_t i = p->first_slice[to]; i >= 0; i = p->slices[i].next) { count++; }
    if (count == 0) { return sum; }
    slice *list = ONS_NEW(slice, count);
    if (!list) {
        out_of_memory(graph);
        return ONS_NO_TENSOR;
    }
    size_t n = 0;
    for (int64_t i = p->first_slice[to]; i >= 0; i = p->slices[i].next) { list[n++] = p->slices[i]; }
    if (side_by_side(graph, list, &n) && n > 1) {
        sum = learning_plus(graph, sum, joined(graph, list, n, to));
    } else {
        for (size_t i = 0; i < n; i++) { sum = learning_plus(graph, sum, padded(graph, &list[i], to)); }
    }
    free(list);
    return sum;
}

/* A tensor as rules see it: one of a checkpoint is computed again, from what entered the stretch. */
ons_tensor gradient_value(pull *p, ons_tensor index) {
    ons_tensor_graph *graph = p->graph;
    const tensor t = graph->tensors[index];
    if (!t.stretch || (size_t)index >= p->end || t.inputs == 0) { return index; }
    if (p->again[index] >= 0) { return p->again[index]; }
    ons_tensor few[8], *in = few;
    if (t.inputs > 8 && !(in = ONS_NEW(ons_tensor, t.inputs))) {
        out_of_memory(graph);
        return ONS_NO_TENSOR;
    }
    for (int i = 0; i < t.inputs; i++) {
        ons_tensor from = graph->inputs[t.from + (size_t)i];
        in[i] = graph->tensors[from].stretch == t.stretch ? gradient_value(p, from) : from;
    }
    const int32_t salt = graph->salt;
    graph->salt = p->salt;
    p->again[index] = learning_again(graph, index, in);
    graph->salt = salt;
    if (in != few) { free(in); }
    return p->again[index];
}

static ons_status begin(pull *p, ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                        const ons_tensor *with, size_t count, bool leaves) {
    const size_t all = graph->count;
    *p = (pull){.graph = graph,
                .end = all,
                .active = learning_active_leaves(graph, values, values_count, with, count, leaves),
                .leaf = ONS_NEW(bool, all),
                .whole = ONS_NEW(ons_tensor, all),
                .first_slice = ONS_NEW(int64_t, all),
                .again = ONS_NEW(ons_tensor, all)};
    if (!p->active || !p->leaf || !p->whole || !p->first_slice || !p->again) { return ONS_MEMORY; }
    p->salt = ++graph->stretches;
    for (size_t i = 0; i < all; i++) {
        p->whole[i] = p->again[i] = ONS_NO_TENSOR;
        p->first_slice[i] = -1;
    }
    for (size_t i = 0; i < count; i++) { p->leaf[with[i]] = leaves; }
    return ONS_OK;
}

static void end(pull *p) {
    free(p->active);
    free(p->leaf);
    free(p->whole);
    free(p->first_slice);
    free(p->again);
    free(p->slices);
}

static bool pull_arguments_are_good(ons_tensor_graph *graph, const ons_tensor *values, const ons_tensor *seeds,
                                    size_t values_count, const ons_tensor *with, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (with[i] < 0 || graph->tensors[with[i]].type == ONS_INDEX) { return false; }
    }
    for (size_t i = 0; i < values_count; i++) {
        if (values[i] < 0 || seeds[i] < 0) { return false; }
        char a[ONS_SHAPE_TEXT], b[ONS_SHAPE_TEXT];
        const ons_shape value = graph->tensors[values[i]].shape, seed = graph->tensors[seeds[i]].shape;
        if (!ons_shape_equal(value, seed)) {
            ons_tensor_fail(graph, "derivative of %s %s with a seed %s", ons_tensor_name(graph, values[i]),
                            ons_shape_text(value, a), ons_shape_text(seed, b));
            return false;
        }
    }
    return !graph->status;
}

void learning_pull_back(ons_tensor_graph *graph, const ons_tensor *values, const ons_tensor *seeds, size_t values_count,
                        const ons_tensor *with, size_t count, bool leaves, ons_tensor *gradients) {
    if (!pull_arguments_are_good(graph, values, seeds, values_count, with, count)) {
        for (size_t i = 0; i < count; i++) { gradients[i] = ONS_NO_TENSOR; }
        return;
    }
    pull p;
    const int32_t stretch = graph->stretch;
    graph->stretch = 0;
    if (begin(&p, graph, values, values_count, with, count, leaves)) {
        out_of_memory(graph);
    } else {
        for (size_t i = 0; i < values_count; i++) { gradient_add(&p, values[i], seeds[i]); }
        for (size_t i = p.end; i-- > 0 && !graph->status;) {
            if (!p.active[i]) { continue; }
            const ons_tensor sum = total(&p, (ons_tensor)i);
            p.whole[i] = sum;
            if (sum >= 0 && !p.leaf[i]) { gradient_rule(&p, (ons_tensor)i, sum); }
        }
    }
    for (size_t i = 0; i < count; i++) { /* the gradients may be put where the tensors were */
        const ons_tensor got = graph->status || !p.active[with[i]] ? ONS_NO_TENSOR : p.whole[with[i]];
        gradients[i] = graph->status || got >= 0 ? got : ons_tensor_like(graph, with[i], 0);
    }
    end(&p);
    graph->stretch = stretch;
}

void ons_tensor_pull_back(ons_tensor_graph *graph, const ons_tensor *values, const ons_tensor *seeds,
                          size_t values_count, const ons_tensor *with, size_t count, ons_tensor *gradients) {
    learning_pull_back(graph, values, seeds, values_count, with, count, false, gradients);
}

void ons_tensor_gradient(ons_tensor_graph *graph, ons_tensor value, const ons_tensor *with, size_t count,
                         ons_tensor *gradients) {
    char text[ONS_SHAPE_TEXT];
    if (value >= 0 && ons_shape_count(graph->tensors[value].shape) != 1) {
        ons_tensor_fail(graph, "gradient of %s, which has the shape %s; expected one number",
                        ons_tensor_name(graph, value), ons_shape_text(graph->tensors[value].shape, text));
        value = ONS_NO_TENSOR;
    }
    ons_tensor one = ons_tensor_like(graph, value, 1);
    ons_tensor_pull_back(graph, &value, &one, 1, with, count, gradients);
}

static ons_tensor flat(ons_tensor_graph *graph, const ons_tensor *parts, ons_tensor *scratch) {
    for (size_t i = 0; i < graph->parameters_count; i++) {
        scratch[i] = ons_tensor_reshape(graph, parts[i], ONS_SHAPE(-1));
    }
    return ons_tensor_concatenate(graph, scratch, graph->parameters_count, 0);
}

ons_tensor ons_tensor_parameter_gradient(ons_tensor_graph *graph, ons_tensor value) {
    const size_t count = graph->parameters_count;
    if (value < 0 || graph->status) { return ONS_NO_TENSOR; }
    if (count == 0) { return ons_tensor_fail(graph, "gradient: the graph has no parameters"); }
    ons_tensor *with = ONS_NEW(ons_tensor, count), *parts = ONS_NEW(ons_tensor, count), result = ONS_NO_TENSOR;
    if (with && parts) {
        for (size_t i = 0; i < count; i++) { with[i] = graph->parameters[i].tensor; }
        ons_tensor_gradient(graph, value, with, count, parts);
        result = flat(graph, parts, with);
    } else {
        out_of_memory(graph);
    }
    free(with);
    free(parts);
    return result;
}

/* The slices of a flat tensor in the shapes of the parameters. */
static void unflat(ons_tensor_graph *graph, ons_tensor all, ons_tensor *parts) {
    for (size_t i = 0; i < graph->parameters_count; i++) {
        const ons_tensor_parameter_info *p = &graph->parameters[i];
        ons_tensor part = ons_tensor_slice(graph, all, 0, (int64_t)p->offset, (int64_t)(p->offset + p->count), 1);
        parts[i] = ons_tensor_reshape(graph, part, p->shape);
    }
}

void ons_tensor_hessian_product(ons_tensor_graph *graph, ons_tensor value, const ons_tensor *with,
                                const ons_tensor *directions, size_t count, ons_tensor *products) {
    ons_tensor *gradients = ONS_NEW(ons_tensor, count);
    if (!gradients) {
        out_of_memory(graph);
        for (size_t i = 0; i < count; i++) { products[i] = ONS_NO_TENSOR; }
        return;
    }
    ons_tensor_gradient(graph, value, with, count, gradients);
    ons_tensor_push_forward(graph, gradients, count, with, directions, count, products);
    free(gradients);
}

ons_tensor ons_tensor_parameter_hessian_product(ons_tensor_graph *graph, ons_tensor value, ons_tensor direction) {
    const size_t count = graph->parameters_count;
    if (value < 0 || direction < 0 || graph->status || count == 0) { return ONS_NO_TENSOR; }
    ons_tensor *with = ONS_NEW(ons_tensor, 3 * count), *parts = with + count, *products = with + 2 * count;
    if (!with) {
        out_of_memory(graph);
        return ONS_NO_TENSOR;
    }
    for (size_t i = 0; i < count; i++) { with[i] = graph->parameters[i].tensor; }
    unflat(graph, direction, parts);
    ons_tensor_hessian_product(graph, value, with, parts, count, products);
    ons_tensor result = flat(graph, products, with);
    free(with);
    return result;
}
