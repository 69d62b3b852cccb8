/*
 * Inside learning: the state of one pass of reverse mode.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_GRADIENT_H
#define LEARNING_GRADIENT_H

#include "inside.h"

/* What came back to a part of a tensor. */
typedef struct slice {
    ons_tensor part;
    int axis;
    int64_t first, last, step;
    int64_t next; /* of the same tensor; -1: none */
} slice;

typedef struct pull {
    ons_tensor_graph *graph;
    size_t end;          /* tensors there were at the beginning */
    bool *active, *leaf; /* leaf: nothing passes beyond it */
    ons_tensor *whole;   /* what came back so far */
    int64_t *first_slice;
    slice *slices;
    size_t slices_count, slices_capacity;
    ons_tensor *again; /* tensors of checkpoints, computed again */
    int32_t salt;
} pull;

void gradient_add(pull *p, ons_tensor to, ons_tensor part);
void gradient_add_slice(pull *p, ons_tensor to, ons_tensor part, const int64_t attribute[4]);
ons_tensor gradient_value(pull *p, ons_tensor index);
/* Passes what came back to a tensor on to its inputs. */
void gradient_rule(pull *p, ons_tensor index, ons_tensor back);

#endif
