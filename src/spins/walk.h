/*
 * Inside the spin engine: the model of random walks in energy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WALK_H
#define ONSAGER_SPINS_WALK_H

#include <onsager/spins/multicanonical.h>

#include "ising.h"

struct ons_walk_model {
    const ons_graph *graph;
    ons_walk_options options;
    ons_walk_range range;
    int32_t coupling, crystal; /* of the unit: factors on bond weights, on s^2 */
    int8_t *weight;            /* [entries]; NULL: 1 everywhere */
    uint8_t *colour;           /* [sites] of a bipartite graph; NULL: it is none */
    spins_ladder *ladder;
};

/* The level of a configuration. */
int64_t spins_walk_level(const ons_walk_model *model, const int8_t *spins);
/* Values a spin may have: first .. first + count - 1. */
static inline int spins_walk_first(const ons_walk_model *model) {
    return model->options.kind == ONS_WALK_POTTS ? 0 : -1;
}
static inline uint32_t spins_walk_values(const ons_walk_model *model) {
    return model->options.kind == ONS_WALK_POTTS ? model->options.states
                                                 : (model->options.kind == ONS_WALK_ISING ? 2 : 3);
}
/* Fills walk->threshold from walk->log_g. */
void spins_walk_tabulate(ons_walk *walk);

#endif
