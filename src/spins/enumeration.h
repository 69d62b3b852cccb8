/*
 * Inside the spin engine: enumeration with inner spins summed in closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_ENUMERATION_INSIDE_H
#define ONSAGER_SPINS_ENUMERATION_INSIDE_H

#include <onsager/spins/enumeration.h>

#include "counter.h"
#include "modular.h"
#include "spins.h"

enum { SPINS_BLOCK_BITS = 16, SPINS_SLICES = 8 };

/* A bond between sites in the order: outer 0 .. outer-1, then inner. */
typedef struct spins_link {
    uint32_t other;
    int32_t weight;  /* integral couplings */
    double coupling; /* any */
} spins_link;

struct ons_enumeration {
    unsigned sites, outer, inner;
    unsigned first[ONS_ENUMERATION_SITES + 1]; /* links of site i: link[first[i]] .. */
    spins_link *link;
    bool integral;
    double unit, constant; /* of the couplings; energy of bonds of a site to itself */
    int64_t constant_level;

    /* integral couplings: key = (energy of outer bonds) + energies * (outer spins up + (outer + 1) * code) */
    int64_t lowest;        /* of the energy of outer bonds, in units */
    uint64_t energies;     /* so many values */
    int64_t largest_field; /* of an inner spin */
    uint64_t classes;      /* 2 largest_field + 1 */
    bool ordered;          /* code: sum of class_i classes^i; else sum over inner spins of (inner + 1)^(class_i - 1),
                              nothing for class 0 */
    uint64_t *value;       /* [ordered ? inner : 1][classes] contributions to the code */
    spins_counter counter;
    spins_counter slice[SPINS_SLICES];

    /* other couplings */
    size_t temperatures;
    double *beta;    /* [temperatures] */
    double *moments; /* [temperatures][1 + 3 (sites + 1)]: reference, then sums of w, w E, w E^2 by spins up, w =
                        exp(-beta (E - reference)) */
    double *partial; /* [SPINS_SLICES][..] of one round */
    uint64_t blocks, done;
};

static inline size_t spins_moment_width(const ons_enumeration *e) { return 1 + 3 * ((size_t)e->sites + 1); }

/* Inner and outer sites: fills order[] with the outer sites, then the inner ones, and returns the number of inner ones;
 * at most `most`. */
unsigned spins_enumeration_split(const ons_graph *graph, unsigned most, uint32_t *order);
/* Visits of one block. */
ons_status spins_enumeration_count(ons_enumeration *e, uint64_t block, spins_counter *counter);
void spins_enumeration_sum(const ons_enumeration *e, uint64_t block, double *moments);
/* moments += other, with their references. */
void spins_enumeration_join(const ons_enumeration *e, double *moments, const double *other);

#endif
