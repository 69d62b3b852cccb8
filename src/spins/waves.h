/*
 * Inside the spin engine: the smallest wave vectors of a lattice, with its sites sorted into layers of equal phase.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WAVES_H
#define ONSAGER_SPINS_WAVES_H

#include "modes.h"

/* Of each direction d: the sites in order of their layers, layer l being order[begin[l]] .. order[begin[l + 1] - 1],
 * and cos and sin of k r in each. */
typedef struct spins_wave {
    uint32_t layers;
    uint32_t *order;     /* [sites] */
    uint32_t *begin;     /* [layers + 1] */
    const double *phase; /* [layers][2], of the modes */
} spins_wave;

typedef struct spins_waves {
    spins_modes modes;
    spins_wave wave[ONS_DIMENSIONS];
} spins_waves;

/* No modes without a lattice or without such a wave vector. */
ons_status spins_waves_init(spins_waves *waves, const ons_graph *graph);
void spins_waves_free(spins_waves *waves);

#endif
