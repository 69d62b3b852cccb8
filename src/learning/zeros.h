/*
 * Inside learning: operations on tensors that padding has filled with zeros, by half at least. Each gives ONS_NO_TENSOR
 * where it has no shorter way. Zeros times what is infinite or no number are zeros here, as they are for numbers known
 * to be zero.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_ZEROS_H
#define LEARNING_ZEROS_H

#include "inside.h"

typedef struct padding {
    ons_tensor inside;
    int axis;
    int64_t before, after, step, size, count; /* size: with the zeros; count: inside */
} padding;

/* `shape`: of the result. */
ons_tensor zeros_binary(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b, ons_shape shape);
ons_tensor zeros_matmul(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, unsigned transposes, ons_shape shape);
ons_tensor zeros_negate(ons_tensor_graph *graph, ons_tensor a);
/* Axes that are summed stay with size 1. */
ons_tensor zeros_sum(ons_tensor_graph *graph, ons_tensor a, unsigned axes);
ons_tensor zeros_broadcast(ons_tensor_graph *graph, ons_tensor a, ons_shape shape);
ons_tensor zeros_permute(ons_tensor_graph *graph, ons_tensor a, const int64_t *order);
ons_tensor zeros_slice(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t first, int64_t count, int64_t step);
ons_tensor zeros_reshape(ons_tensor_graph *graph, ons_tensor a, ons_shape shape);

#endif
