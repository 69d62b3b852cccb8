/*
 * Two sublattices, see sublattices.h.
 *
 * The colour of a site is that of its place in the cell plus a sum of cell coordinates, modulo 2: in a connected
 * lattice a step to the next cell either keeps all colours or exchanges them. Round a ring of odd length it keeps them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sublattices.h"

#include <stdlib.h>
#include <string.h>

static unsigned parity_of(const int32_t *cell, unsigned dimension, unsigned directions) {
    unsigned parity = 0;
    for (unsigned d = 0; d < dimension; d++) { parity ^= (directions >> d & 1) & (unsigned)cell[d]; }
    return parity & 1;
}

/* Spreads colours from coloured sites (colour 0 or 1; 2: none yet) until nothing changes; false: a contradiction. */
static bool spread(const ons_lattice *lattice, unsigned directions, uint8_t *colour) {
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t b = 0; b < lattice->bonds; b++) {
            const ons_lattice_bond *bond = &lattice->bond[b];
            uint8_t *a = &colour[bond->source], *z = &colour[bond->target];
            const uint8_t differ = !parity_of(bond->cell, lattice->dimension, directions);
            if (*a == 2 && *z == 2) { continue; }
            if (*a != 2 && *z != 2) {
                if ((*a ^ *z) != differ) { return false; }
                continue;
            }
            *(*a == 2 ? a : z) = (*a == 2 ? *z : *a) ^ differ;
            changed = true;
        }
    }
    return true;
}

/* Colours of the cell's sites for one choice of directions whose steps exchange the colours. */
static bool colour_cell(const ons_lattice *lattice, unsigned directions, uint8_t *colour) {
    memset(colour, 2, lattice->sites);
    for (size_t s = 0; s < lattice->sites; s++) {
        if (colour[s] != 2) { continue; }
        colour[s] = 0;
        if (!spread(lattice, directions, colour)) { return false; }
    }
    return true;
}

/* A choice that colours the lattice, or -1. */
static int find_colours(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary, uint8_t *colour) {
    for (int directions = (1 << lattice->dimension) - 1; directions >= 0; directions--) {
        bool fits = true;
        for (unsigned d = 0; d < lattice->dimension; d++) {
            if (directions >> d & 1 && lengths[d] % 2 && boundary == ONS_PERIODIC) { fits = false; }
        }
        if (fits && colour_cell(lattice, (unsigned)directions, colour)) { return directions; }
    }
    return -1;
}

ons_status spins_sublattices_check(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary) {
    if (!lattice) { return ons_fail(ONS_INVALID, "the checkerboard order needs a lattice, not a graph of edges"); }
    uint8_t *colour = ONS_NEW(uint8_t, lattice->sites);
    if (!colour) { return ONS_MEMORY; }
    const int directions = find_colours(lattice, lengths, boundary, colour);
    free(colour);
    if (directions >= 0) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "the checkerboard order needs two sublattices: a bipartite lattice with lengths that "
                                 "are even where it is periodic; this one has closed paths of odd length");
}

ons_status spins_sublattices_create(spins_sublattices **result, const ons_graph *graph) {
    *result = NULL;
    const ons_lattice *lattice = graph->lattice;
    uint8_t *colour = ONS_NEW(uint8_t, lattice->sites);
    spins_sublattices *sublattices = ONS_NEW(spins_sublattices, 1);
    if (sublattices) { sublattices->site = ONS_NEW(uint32_t, graph->sites); }
    if (!colour || !sublattices || !sublattices->site) {
        free(colour);
        spins_sublattices_free(sublattices);
        return ONS_MEMORY;
    }
    const unsigned directions = (unsigned)find_colours(lattice, graph->lengths, graph->boundary, colour);
    uint32_t next = 0;
    for (unsigned side = 0; side < 2; side++) {
        int32_t cell[ONS_DIMENSIONS] = {0};
        sublattices->begin[side] = next;
        for (uint32_t i = 0; i < graph->sites;) {
            const unsigned parity = parity_of(cell, lattice->dimension, directions);
            for (size_t s = 0; s < lattice->sites; s++, i++) {
                if ((parity ^ colour[s]) == side) { sublattices->site[next++] = i; }
            }
            for (unsigned d = lattice->dimension; d-- > 0;) {
                if (++cell[d] < graph->lengths[d]) { break; }
                cell[d] = 0;
            }
        }
    }
    sublattices->begin[2] = next;
    free(colour);
    *result = sublattices;
    return ONS_OK;
}

void spins_sublattices_free(spins_sublattices *sublattices) {
    if (!sublattices) { return; }
    free(sublattices->site);
    free(sublattices);
}
