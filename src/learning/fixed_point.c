/*
 * Fixed points and their derivatives by the implicit function theorem; stretches that are computed again.
 *
 * The result is the operation IMPLICIT (step, state): the step once more from the last state, which derivatives take
 * for a constant. Its rules solve the linear equation at the fixed point and differentiate the step there, so that they
 * can be differentiated in turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>

ons_tensor ons_tensor_fixed_point(ons_tensor_graph *graph, ons_tensor state, ons_tensor step, ons_tensor start,
                                  int iterations, double damping, ons_tensor *residual) {
    if (residual) { *residual = ONS_NO_TENSOR; }
    if (state < 0 || step < 0 || start < 0 || graph->status) { return ONS_NO_TENSOR; }
    char a[ONS_SHAPE_TEXT], b[ONS_SHAPE_TEXT];
    if (!ons_shape_equal(graph->tensors[state].shape, graph->tensors[step].shape)) {
        return ons_tensor_fail(graph, "fixed point: the step has the shape %s, the state %s",
                               ons_shape_text(graph->tensors[step].shape, a),
                               ons_shape_text(graph->tensors[state].shape, b));
    }
    if (iterations < 1 || !(damping > 0 && damping <= 1)) {
        return ons_tensor_fail(graph, "fixed point: %d iterations damped by %g; expected 1 at least, and 0 to 1",
                               iterations, damping);
    }
    ons_tensor now = start, next;
    for (int i = 0; i + 1 < iterations; i++) {
        ons_tensor_substitute(graph, &state, &now, 1, &step, 1, &next);
        ons_tensor change = ons_tensor_scale(graph, ons_tensor_subtract(graph, next, now), damping);
        now = damping == 1 ? next : ons_tensor_add(graph, now, change);
    }
    now = ons_tensor_stop(graph, now);
    ons_tensor_substitute(graph, &state, &now, 1, &step, 1, &next);
    if (next < 0) { return ONS_NO_TENSOR; }
    recipe what = {.op = IMPLICIT,
                   .type = graph->tensors[next].type,
                   .shape = graph->tensors[next].shape,
                   .inputs = (ons_tensor[]){next, now},
                   .count = 2,
                   .attribute = {iterations},
                   .number = damping};
    ons_tensor result = learning_make(graph, &what);
    if (residual && result >= 0) {
        ons_tensor_substitute(graph, &state, &result, 1, &step, 1, &next);
        ons_tensor change = ons_tensor_absolute(graph, ons_tensor_subtract(graph, next, result));
        *residual = ons_tensor_maximum_over(graph, change, ONS_ALL_AXES, false);
    }
    return result;
}

ons_tensor *learning_implicit_leaves(ons_tensor_graph *graph, ons_tensor index, const bool *active, size_t *count) {
    const ons_tensor step = tensor_input(graph, index, 0), state = tensor_input(graph, index, 1);
    bool *inside = learning_active(graph, &step, 1, &state, 1), *seen = ONS_NEW(bool, (size_t)index + 1);
    ons_tensor *leaves = ONS_NEW(ons_tensor, (size_t)index + 1);
    *count = 0;
    if (inside && seen && leaves) {
        leaves[(*count)++] = index;
        for (ons_tensor i = 0; i < index; i++) {
            const tensor *t = &graph->tensors[i];
            for (int j = 0; j < t->inputs && inside[i]; j++) {
                const ons_tensor from = graph->inputs[t->from + (size_t)j];
                if (inside[from] || seen[from] || !active[from]) { continue; }
                seen[from] = true;
                leaves[(*count)++] = from;
            }
        }
    } else {
        free(leaves);
        leaves = NULL;
        ons_tensor_fail(graph, "fixed point: %s", ons_message());
    }
    free(inside);
    free(seen);
    return leaves;
}

void ons_tensor_checkpoint(ons_tensor_graph *graph) {
    if (graph->stretch) {
        ons_tensor_fail(graph, "a checkpoint inside a checkpoint");
        return;
    }
    graph->stretch = ++graph->stretches;
}

void ons_tensor_checkpoint_end(ons_tensor_graph *graph) { graph->stretch = 0; }
