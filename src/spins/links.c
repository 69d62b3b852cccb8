/*
 * Links of a lattice, see links.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "links.h"

#include <stdlib.h>

/* The cell at the other end of a link: by the vector of the bond, or against it, whichever leads back. */
typedef struct place {
    bool inside, exists;
    uint32_t site;
} place;

static place other_end(const ons_graph *graph, const int32_t *vector, int sign, const int64_t *cell) {
    place end = {.inside = true, .exists = true};
    uint64_t site = 0;
    for (unsigned d = 0; d < graph->lattice->dimension; d++) {
        const int64_t length = graph->lengths[d];
        int64_t x = cell[d] + sign * vector[d];
        if (x < 0 || x >= length) {
            end.inside = false;
            x = (x % length + length) % length;
        }
        site = site * (uint64_t)length + (uint64_t)x;
    }
    end.exists = end.inside || graph->boundary == ONS_PERIODIC;
    end.site = (uint32_t)site;
    return end;
}

static int64_t distance(const ons_graph *graph, const int32_t *vector) {
    int64_t sum = 0;
    for (unsigned d = 0; d < graph->lattice->dimension; d++) { sum = sum * graph->lengths[d] + vector[d]; }
    return sum;
}

static void next_cell(const ons_graph *graph, int64_t *cell) {
    for (unsigned d = graph->lattice->dimension; d-- > 0;) {
        if (++cell[d] < graph->lengths[d]) { return; }
        cell[d] = 0;
    }
}

/* Fills `valid` and, the second time, `odd`; returns how many are odd. */
static size_t sort_links(const ons_graph *graph, spins_links *links) {
    const ons_lattice *lattice = graph->lattice;
    int64_t cell[ONS_DIMENSIONS] = {0};
    size_t odds = 0;
    for (uint32_t i = 0; i < graph->sites; i++, next_cell(graph, cell)) {
        for (unsigned k = 0; k < links->directions; k++) {
            const int32_t *vector = lattice->bond[k].cell;
            const place end = other_end(graph, vector, distance(graph, vector) > 0 ? -1 : 1, cell);
            if (end.inside) {
                links->valid[(size_t)k * links->blocks + i / 64] |= (uint64_t)1 << i % 64;
            } else if (end.exists) {
                if (links->odd) { links->odd[odds] = (spins_odd_link){k, i, end.site}; }
                odds++;
            }
        }
    }
    return odds;
}

ons_status spins_links_create(spins_links **result, const ons_graph *graph) {
    *result = NULL;
    const ons_lattice *lattice = graph->lattice;
    if (!lattice || lattice->sites != 1 || lattice->bonds < 1 || lattice->bonds > SPINS_LINK_DIRECTIONS) {
        return ONS_OK;
    }
    spins_links *links = ONS_NEW(spins_links, 1);
    if (!links) { return ONS_MEMORY; }
    links->directions = links->run = (unsigned)lattice->bonds;
    links->blocks = graph->sites / 64 + (graph->sites % 64 > 0);
    for (unsigned k = links->directions; k-- > 0;) {
        const int64_t step = distance(graph, lattice->bond[k].cell);
        links->back[k] = (uint32_t)(step < 0 ? -step : step);
        if (links->back[k] == 1) { links->run = k; }
    }
    links->valid = ONS_NEW(uint64_t, (size_t)links->directions * links->blocks);
    if (links->valid) {
        links->odds = sort_links(graph, links);
        links->odd = ONS_NEW(spins_odd_link, links->odds);
        if (links->odd) { sort_links(graph, links); }
    }
    if (!links->valid || !links->odd) {
        spins_links_free(links);
        return ONS_MEMORY;
    }
    *result = links;
    return ONS_OK;
}

void spins_links_free(spins_links *links) {
    if (!links) { return; }
    free(links->valid);
    free(links->odd);
    free(links);
}

/* At most; the odd ones are a surface. */
double spins_links_bytes(double sites, double bonds) { return bonds / 8 + sites / 4 + sizeof(spins_links); }
