/*
 * Couplings of single bonds, spread to the rows of the neighbours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "couplings.h"

#include <math.h>
#include <stdlib.h>

ons_status spins_couplings_init(spins_couplings *couplings, const ons_graph *graph, double coupling) {
    *couplings = (spins_couplings){.all = coupling * graph->common_strength};
    if (!graph->strength) { return ONS_OK; }
    couplings->bond = ONS_NEW(double, graph->bonds);
    couplings->entry = ONS_NEW(double, graph->entries);
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    const bool memory = couplings->bond && couplings->entry && next;
    for (uint32_t i = 0; memory && i < graph->sites; i++) {
        uint32_t count;
        next[i] = spins_row(graph, i, &count);
    }
    for (uint64_t b = 0; memory && b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        couplings->bond[b] = coupling * graph->strength[b];
        if (i == j) { continue; }
        couplings->entry[next[i]++] = couplings->bond[b];
        couplings->entry[next[j]++] = couplings->bond[b];
    }
    free(next);
    return memory ? ONS_OK : ONS_MEMORY;
}

void spins_couplings_free(spins_couplings *couplings) {
    free(couplings->bond);
    free(couplings->entry);
    *couplings = (spins_couplings){0};
}

uint32_t spins_largest_degree(const ons_graph *graph) {
    uint32_t largest = graph->coordination;
    for (uint32_t i = 0; !graph->coordination && i < graph->sites; i++) {
        uint32_t count;
        spins_row(graph, i, &count);
        largest = count > largest ? count : largest;
    }
    return largest;
}

double spins_largest_strength(const ons_graph *graph) {
    double largest = fabs(graph->common_strength);
    for (uint64_t b = 0; graph->strength && b < graph->bonds; b++) {
        largest = fmax(largest, fabs(graph->strength[b]));
    }
    return largest;
}
