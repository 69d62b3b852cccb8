/*
 * Inside dynamics: a flow, its formulas and their tapes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_FLOW_H
#define DYNAMICS_FLOW_H

#include "tape.h"

#include <onsager/dynamics/flow.h>

typedef struct dynamics_delay {
    size_t variable;
    dynamics_node delay;
    dynamics_tape tape; /* of the delay alone */
} dynamics_delay;

struct ons_flow {
    char **variables, **parameters;
    size_t variable_count, variable_capacity, parameter_count, parameter_capacity;
    dynamics_delay *delays;
    size_t delay_count, delay_capacity;
    dynamics_graph graph;
    dynamics_node *equations;      /* [variables] */
    dynamics_node *slopes;         /* [variables][variables] of the Jacobian */
    dynamics_node *delayed_slopes; /* [variables][delays] */
    uint32_t *elements;            /* places i * dimension + j of the elements of the Jacobian that are not zero */
    size_t element_count;
    uint32_t *element_of; /* [dimension][dimension] 1 + its place among these; 0: zero */
    dynamics_tape value, jacobian, sensitivity;
};

/* The tapes of the right-hand side and of its Jacobian, anew: `equations` have changed. */
ons_status dynamics_flow_tapes(ons_flow *flow);

#endif
