/*
 * What the systems potts, clock and blume-capel share: the glue between the laboratory and the engine of discrete
 * spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DISCRETE_SYSTEM_H
#define ONSAGER_SYSTEMS_DISCRETE_SYSTEM_H

#include "spin_quantities.h"

typedef struct discrete_state {
    spin_room room;
    ons_discrete_model *model;
    ons_discrete *spins;
} discrete_state;

/* What a descriptor's `data` points to. */
typedef struct discrete_system {
    ons_discrete_kind kind;
    void (*omit)(const ons_parameters *p, ons_plan *plan); /* of the own observables; may be NULL */
    void (*measure)(const discrete_state *state, const ons_discrete_order *order, ons_context *context);
} discrete_system;

ons_discrete_options discrete_options(ons_discrete_kind kind, const ons_parameters *p);
/* Exact means of the chain; ONS_DONE for what is no chain. */
ons_status discrete_chain(ons_discrete_kind kind, const ons_parameters *p, ons_discrete_exact *exact);
/* A function of a row of exact values: one quantity of the chain. */
#define DISCRETE_EXACT_PART(kind, name, quantity)                                                                      \
    static ons_status name(const ons_parameters *p, double *value) {                                                   \
        ons_discrete_exact exact;                                                                                      \
        const ons_status status = discrete_chain(kind, p, &exact);                                                     \
        if (status) { return status; }                                                                                 \
        *value = exact.quantity;                                                                                       \
        return isfinite(*value) ? ONS_OK : ONS_DONE;                                                                   \
    }
#define TRANSFER_MATRIX "transfer matrix, Kramers and Wannier 1941"

ons_status discrete_check(const ons_system *system, const ons_parameters *p, ons_plan *plan);
ons_status discrete_create(void *state, ons_context *context);
ons_status discrete_advance(void *state, ons_context *context);
ons_status discrete_measure(const void *state, ons_context *context);
ons_status discrete_persist(void *state, ons_part *part);
void discrete_destroy(void *state);

#endif
