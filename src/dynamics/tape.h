/*
 * Inside dynamics: the order of work of some nodes of a graph, ready to be evaluated for many states side by side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_TAPE_H
#define DYNAMICS_TAPE_H

#include "graph.h"

typedef struct dynamics_step {
    dynamics_operation operation;
    uint32_t index;        /* of a variable, delayed value or parameter */
    uint32_t a, b, target; /* registers */
    double number;
} dynamics_step;

typedef struct dynamics_tape {
    dynamics_step *steps; /* leaves too: a leaf is copied into its register */
    size_t count;
    uint32_t *outputs; /* registers, [output_count] */
    size_t output_count;
    size_t registers;
} dynamics_tape;

/* Registers are used again after the last use of what is in them. */
ons_status dynamics_tape_create(dynamics_tape *tape, const dynamics_graph *graph, const dynamics_node *outputs,
                                size_t count);
/* The same where every step has a register of its own: what it holds stays. */
ons_status dynamics_tape_create_kept(dynamics_tape *tape, const dynamics_graph *graph, const dynamics_node *outputs,
                                     size_t count);
void dynamics_tape_free(dynamics_tape *tape);

/* What the leaves take: [..][lanes] each. */
typedef struct dynamics_inputs {
    const double *t, *x, *delayed, *p;
} dynamics_inputs;
/* outputs[output_count][lanes]; work[registers][lanes]. */
void dynamics_tape_run(const dynamics_tape *tape, size_t lanes, const dynamics_inputs *inputs, double *outputs,
                       double *work);

#endif
