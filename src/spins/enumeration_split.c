/*
 * The largest set of sites without a bond among them that is easily found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "enumeration.h"

#include <string.h>

static bool joined(const ons_graph *graph, uint32_t a, uint32_t b) {
    for (uint64_t k = 0; k < graph->bonds; k++) {
        if ((graph->source[k] == a && graph->target[k] == b) || (graph->source[k] == b && graph->target[k] == a)) {
            return true;
        }
    }
    return false;
}

/* Greedy: of the sites left the one with fewest neighbours left, ties by distance 2 from those taken (more neighbours
 * shared with them), then by number. */
static unsigned grow(uint32_t sites, const uint8_t *adjacent, uint32_t start, bool *inner) {
    bool left[ONS_ENUMERATION_SITES];
    unsigned count = 0;
    for (uint32_t i = 0; i < sites; i++) {
        left[i] = true;
        inner[i] = false;
    }
    for (uint32_t next = start; next < sites; count++) {
        inner[next] = true;
        left[next] = false;
        for (uint32_t j = 0; j < sites; j++) { left[j] = left[j] && !adjacent[next * sites + j]; }
        unsigned best = UINT32_MAX;
        next = sites;
        for (uint32_t i = 0; i < sites; i++) {
            unsigned degree = 0;
            for (uint32_t j = 0; j < sites; j++) { degree += left[j] && adjacent[i * sites + j]; }
            if (left[i] && degree < best) {
                best = degree;
                next = i;
            }
        }
    }
    return count;
}

unsigned spins_enumeration_split(const ons_graph *graph, unsigned most, uint32_t *order) {
    const uint32_t sites = graph->sites;
    static const bool none[ONS_ENUMERATION_SITES];
    uint8_t adjacent[ONS_ENUMERATION_SITES * ONS_ENUMERATION_SITES];
    bool inner[ONS_ENUMERATION_SITES], best[ONS_ENUMERATION_SITES];
    unsigned largest = 0;
    for (uint32_t i = 0; i < sites; i++) {
        for (uint32_t j = 0; j < sites; j++) { adjacent[i * sites + j] = i != j && joined(graph, i, j); }
    }
    memcpy(best, none, sizeof best);
    for (uint32_t start = 0; start < sites; start++) {
        const unsigned count = grow(sites, adjacent, start, inner);
        if (count <= largest) { continue; }
        largest = count;
        memcpy(best, inner, sizeof best);
    }
    unsigned count = 0, outer = 0;
    for (uint32_t i = 0; i < sites; i++) { /* too many, or all: some become outer */
        best[i] = best[i] && count < most && count + 1 < sites;
        count += best[i];
    }
    for (uint32_t i = 0; i < sites; i++) {
        if (!best[i]) { order[outer++] = i; }
    }
    for (uint32_t i = 0; i < sites; i++) {
        if (best[i]) { order[outer++] = i; }
    }
    return count;
}
