/*
 * Inside the spin engine: couplings of single bonds, and the extremes of a graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_COUPLINGS_H
#define ONSAGER_SPINS_COUPLINGS_H

#include "ising.h"

typedef struct spins_couplings {
    double all;    /* J of every bond, unless they differ: */
    double *bond;  /* [bonds], or NULL */
    double *entry; /* [entries], likewise */
} spins_couplings;

ons_status spins_couplings_init(spins_couplings *couplings, const ons_graph *graph, double coupling);
void spins_couplings_free(spins_couplings *couplings);

static inline double spins_bond_coupling(const spins_couplings *couplings, uint64_t bond) {
    return couplings->bond ? couplings->bond[bond] : couplings->all;
}
static inline double spins_entry_coupling(const spins_couplings *couplings, uint64_t entry) {
    return couplings->entry ? couplings->entry[entry] : couplings->all;
}

uint32_t spins_largest_degree(const ons_graph *graph);
double spins_largest_strength(const ons_graph *graph);

#endif
