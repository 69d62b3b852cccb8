/*
 * The two sublattices of a bipartite lattice: no bond joins two sites of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_SUBLATTICES_H
#define ONSAGER_SPINS_SUBLATTICES_H

#include "spins.h"

typedef struct spins_sublattices {
    uint32_t *site;    /* [sites]: those of the first one, ascending, then those of the second one */
    uint32_t begin[3]; /* of each in `site`, and the end */
} spins_sublattices;

/* Whether the lattice with these lengths has two: ONS_INVALID with the reason when not. */
ons_status spins_sublattices_check(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary);
/* For a lattice that passes. */
ons_status spins_sublattices_create(spins_sublattices **sublattices, const ons_graph *graph);
void spins_sublattices_free(spins_sublattices *sublattices);

#endif
