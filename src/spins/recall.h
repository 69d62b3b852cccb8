/*
 * Inside the spin engine: stored patterns, and the networks that are made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_RECALL_H
#define ONSAGER_SPINS_RECALL_H

#include "ising.h"
#include "patterns_kernel.h"

#include <onsager/spins/patterns.h>

__extension__ typedef __int128 spins_wide;

/* Columns of whole blocks of 512 patterns; those beyond `count` are 0. */
struct ons_patterns {
    uint32_t sites;
    uint64_t count;
    bool diluted;
    size_t blocks, stride; /* stride: uint64_t of a column */
    uint64_t *plus;        /* [sites][stride]: 1 for +1 */
    uint64_t *there;       /* diluted: [sites][stride], 1 for +-1; else [stride], 1 for a pattern */
};

static inline const uint64_t *spins_patterns_there(const ons_patterns *patterns, uint32_t site) {
    return patterns->there + (patterns->diluted ? site * patterns->stride : 0);
}

/* e_k of n numbers +-1 with sum s, as the polynomial that it is of s; all of 0 .. order into e. False: beyond 2^100. */
bool spins_elementary(unsigned order, int64_t n, int64_t s, spins_wide *e);

#endif
