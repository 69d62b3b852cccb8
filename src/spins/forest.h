/*
 * Union-find over sites, parents smaller than their children.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FOREST_H
#define ONSAGER_SPINS_FOREST_H

#include <stdint.h>

#define SPINS_INLINE static inline __attribute__((always_inline))

SPINS_INLINE void spins_forest_clear(uint32_t *parent, uint32_t sites) {
    for (uint32_t i = 0; i < sites; i++) { parent[i] = i; }
}

SPINS_INLINE uint32_t spins_forest_root(uint32_t *parent, uint32_t site) {
    while (parent[site] != site) {
        parent[site] = parent[parent[site]];
        site = parent[site];
    }
    return site;
}

/* Rem's algorithm with splicing (Dijkstra, A Discipline of Programming, 1976; Patwary, Blair and Manne 2010): both
 * paths are climbed together and bent to the smaller parent on the way. */
SPINS_INLINE void spins_forest_join(uint32_t *parent, uint32_t a, uint32_t b) {
    uint32_t above_a = parent[a], above_b = parent[b];
    while (above_a != above_b) {
        if (above_a < above_b) {
            const uint32_t swap = a, swap_above = above_a;
            a = b;
            above_a = above_b;
            b = swap;
            above_b = swap_above;
        }
        parent[a] = above_b; /* the larger parent is replaced */
        if (a == above_a) { return; }
        a = above_a;
        above_a = parent[a];
    }
}

/* The root of a site when all smaller sites have theirs already: to be called in ascending order. */
SPINS_INLINE uint32_t spins_forest_flatten(uint32_t *parent, uint32_t site) {
    const uint32_t root = parent[parent[site]];
    parent[site] = root;
    return root;
}

#endif
