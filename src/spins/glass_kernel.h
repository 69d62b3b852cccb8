/*
 * Inside the spin engine: the bit-sliced kernels of spin glasses, compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_GLASS_KERNEL_H
#define ONSAGER_SPINS_GLASS_KERNEL_H

#include "planes.h"

#include <onsager/spins/glass.h>

/* What samples one by one and 512 at a time both refuse. */
ons_status spins_glass_check(const ons_glass_options *options);

#define SPINS_LEVELS 33 /* planes of a count: of up to 2^32 sites or bonds */
#define SPINS_DEGREES (ONS_GLASS_MOST_NEIGHBOURS + 1)
#define SPINS_DEPTH 64 /* bits of a threshold */

/* One sweep of one walker. */
typedef struct spins_lanes_sweep {
    spins_planes planes;
    uint64_t stream, first; /* bit b of the decision at site i comes from plane first + i * SPINS_DEPTH + b */
    uint32_t sites, coordination;
    const uint64_t *offset;    /* as in ons_graph */
    const uint32_t *neighbour; /* [entries] */
    const uint32_t *bond;      /* [entries] */
    const uint64_t *negative;  /* [bonds][8] */
    uint64_t *spins;           /* [sites][8] */
    /* P(up) of a site with `degree` neighbours of which n pull up, as 64-bit thresholds: up[degree][n]. */
    const uint64_t (*up)[SPINS_DEGREES];
    /* Without field and with 4 or 6 neighbours everywhere: bit b of P(against the field | at strength class c), class 0
     * the strongest, as all ones or zeros: against[b][c]; NULL otherwise. */
    const uint64_t (*against)[4];
    const uint8_t *choice; /* [SPINS_DEPTH]: the classes below the weakest with a 1 at bit b, as bits of a number */
} spins_lanes_sweep;

typedef struct spins_lanes_kernels {
    void (*sweep)(const spins_lanes_sweep *sweep);
    /* counts[512]: of the bonds source[b], target[b] where a_i a_j differs from b_i b_j; b = NULL: from the sign of the
     * coupling, so that unsatisfied ones are counted. */
    void (*count_bonds)(const uint32_t *source, const uint32_t *target, uint64_t bonds, const uint64_t *negative,
                        const uint64_t *a, const uint64_t *b, uint32_t *counts);
    /* counts[512]: of the listed sites (NULL: 0 .. sites - 1) where a differs from b; b = NULL: where a is up. */
    void (*count_sites)(const uint32_t *list, uint32_t sites, const uint64_t *a, const uint64_t *b, uint32_t *counts);
    /* Exchanges a and b, [rows][8], in the lanes of `mask`[8]. */
    void (*swap)(uint64_t *a, uint64_t *b, size_t rows, const uint64_t *mask);
    /* mask[8]: the lanes where higher - lower unsatisfied bonds are none too many, or words[512] lie below
     * threshold[difference], threshold[last] standing for all beyond. */
    void (*decide_exchanges)(const uint32_t *lower, const uint32_t *higher, const uint64_t *words,
                             const uint64_t *threshold, uint32_t last, uint64_t *mask);
} spins_lanes_kernels;

extern const spins_lanes_kernels spins_lanes_kernels_v4, spins_lanes_kernels_v3, spins_lanes_kernels_plain;

#endif
