/*
 * Inside the spin engine: the smallest wave vectors of a graph, and the displacements of its bonds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_MODES_H
#define ONSAGER_SPINS_MODES_H

#include "spins.h"

/* One direction of a lattice: its configuration is [repeats][length][block] with `basis` sites side by side. */
typedef struct spins_layers {
    size_t repeats, length, block, basis;
} spins_layers;

spins_layers spins_layers_of(const ons_graph *graph, unsigned direction);

typedef struct spins_modes {
    unsigned count;                     /* of the smallest wave vectors */
    unsigned direction[ONS_DIMENSIONS]; /* of each */
    size_t longest;                     /* the largest number of layers, length * basis */
    double *table[ONS_DIMENSIONS];      /* [count][length * basis][2]: cos and sin of k r by layer */
} spins_modes;

ons_status spins_modes_init(spins_modes *modes, const ons_graph *graph);
void spins_modes_free(spins_modes *modes);

/* The bonds of a periodic lattice in Cartesian coordinates: bond b of the graph is moved[b % bonds][..]. count = 0 for
 * open boundaries and graphs without a lattice. */
typedef struct spins_displacements {
    size_t bonds;
    unsigned dimension;
    double volume; /* of the whole lattice */
    double *moved; /* [bonds][dimension] */
} spins_displacements;

ons_status spins_displacements_init(spins_displacements *displacements, const ons_graph *graph);
void spins_displacements_free(spins_displacements *displacements);

#endif
