/*
 * Regular places of a lattice, see regular.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "regular.h"

#include <stdlib.h>

static bool follows(const ons_graph *graph, const spins_regular *regular, uint32_t site) {
    const uint32_t *neighbour = graph->neighbour + (uint64_t)site * graph->coordination;
    for (uint32_t k = 0; k < graph->coordination; k++) {
        if (neighbour[k] != site + regular->step[k]) { return false; }
    }
    return true;
}

ons_status spins_regular_create(spins_regular **result, const ons_graph *graph) {
    *result = NULL;
    const uint32_t count = graph->coordination;
    if (!graph->lattice || graph->lattice->sites != 1 || count < 1 || count > SPINS_REGULAR_COORDINATION) {
        return ONS_OK;
    }
    spins_regular *regular = ONS_NEW(spins_regular, 1);
    if (!regular) { return ONS_MEMORY; }
    regular->border = ONS_NEW(uint64_t, graph->sites / 64 + 1);
    if (!regular->border) {
        free(regular);
        return ONS_MEMORY;
    }
    uint32_t middle = 0; /* as far from all borders as possible */
    for (unsigned d = 0; d < graph->lattice->dimension; d++) {
        middle = middle * (uint32_t)graph->lengths[d] + (uint32_t)graph->lengths[d] / 2;
    }
    for (uint32_t k = 0; k < count; k++) { regular->step[k] = graph->neighbour[(uint64_t)middle * count + k] - middle; }
    uint32_t borders = 0;
    for (uint32_t i = 0; i < graph->sites; i++) {
        if (follows(graph, regular, i)) { continue; }
        regular->border[i / 64] |= (uint64_t)1 << i % 64;
        borders++;
    }
    if (borders > graph->sites / 2) {
        spins_regular_free(regular);
        return ONS_OK;
    }
    *result = regular;
    return ONS_OK;
}

void spins_regular_free(spins_regular *regular) {
    if (!regular) { return; }
    free(regular->border);
    free(regular);
}
