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

/* What the kinds of networks do each in their own way. */
typedef struct spins_recall_kind {
    ons_status (*open)(ons_recall *state);            /* takes memory for state->sums */
    ons_status (*sum_up)(ons_recall *state);          /* from the spins */
    double (*cost)(ons_recall *state, uint32_t site); /* of a flip; remembers what .. */
    void (*flip)(ons_recall *state, uint32_t site);   /* .. the flip of the same site then needs; turns the spin too */
    double (*energy)(const ons_recall *state);
    void (*close)(ons_recall *state);
    void (*close_model)(ons_recall_model *model);
    bool rounds; /* flips round: sums are made anew before every step, so that they are functions of the spins */
} spins_recall_kind;

struct ons_recall_model {
    const spins_recall_kind *kind;
    uint32_t sites;
    double scale;
    void *store; /* of its kind */
    spins_ladder *flip, *up;
};

struct ons_recall {
    const ons_recall_model *model;
    ons_random random;
    int8_t *spins; /* [sites] */
    void *sums;    /* of its kind */
};

/* A model without its store. ONS_INVALID: a factor that is not positive. */
ons_status spins_recall_open(ons_recall_model **model, const spins_recall_kind *kind, uint32_t sites, double scale);
ons_status spins_recall_check_order(unsigned order, uint32_t sites);

/* Whether the couplings of pairs are held as whole numbers, and that network. */
bool spins_recall_prefers_whole(double sites, double count, unsigned order);
ons_status spins_recall_whole(ons_recall_model **model, const ons_patterns *patterns, double scale);
/* The other way, whatever is preferred. */
ons_status spins_recall_bits(ons_recall_model **model, const ons_patterns *patterns, unsigned order, double scale);

/* e_k of n numbers +-1 with sum s, as the polynomial that it is of s; all of 0 .. order into e. False: beyond 2^100. */
bool spins_elementary(unsigned order, int64_t n, int64_t s, spins_wide *e);

#endif
