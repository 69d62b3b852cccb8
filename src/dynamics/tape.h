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
    const struct dynamics_tape_kernel *kernel; /* the fastest here */
    dynamics_step *steps;                      /* leaves too: a leaf is copied into its register */
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
/* outputs[output_count][lanes]; work[registers][lanes]. A lane's values do not depend on the number of lanes. */
void dynamics_tape_run(const dynamics_tape *tape, size_t lanes, const dynamics_inputs *inputs, double *outputs,
                       double *work);

/* The instruction sets that kernels are compiled for; the best one that this machine has. */
typedef enum dynamics_instructions { DYNAMICS_PLAIN, DYNAMICS_V3, DYNAMICS_V4 } dynamics_instructions;
dynamics_instructions dynamics_instructions_here(void);

/* A function of eight numbers; a, b and target may be the same place. */
typedef void dynamics_of_eight(const double *a, const double *b, double *target);
typedef struct dynamics_tape_kernel {
    void (*run)(const dynamics_tape *tape, const dynamics_inputs *inputs, double *outputs, double *work);
    dynamics_of_eight *const *functions; /* [DYNAMICS_OPERATIONS] all but the four operations, minus and leaves */
} dynamics_tape_kernel;
extern const dynamics_tape_kernel dynamics_tape_kernel_plain, dynamics_tape_kernel_v3, dynamics_tape_kernel_v4;
const dynamics_tape_kernel *dynamics_tape_kernel_here(void);

#endif
