/*
 * Inside the spin engine: clock spins with dipoles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DIPOLAR_INSIDE_H
#define ONSAGER_SPINS_DIPOLAR_INSIDE_H

#include "fourier.h"
#include "ising.h"

#include <onsager/spins.h>

/* A sum of many numbers of 64 bits: high * 2^32 + low, 0 <= low < 2^32; the same for equal sums. */
typedef struct spins_wide {
    int64_t high, low;
} spins_wide;

static inline void spins_wide_add(spins_wide *sum, int64_t value) {
    const int64_t low = sum->low + (int64_t)((uint64_t)value & 0xFFFFFFFFU);
    sum->high += (value >> 32) + (low >> 32);
    sum->low = low & 0xFFFFFFFF;
}

static inline double spins_wide_value(spins_wide sum) { return (double)sum.high * 0x1p32 + (double)sum.low; }

struct ons_dipolar_model {
    const ons_graph *graph;
    ons_dipolar_options options;
    unsigned states, choices; /* q; states that exist */
    double cosine_unit;       /* value of one unit of `cosine` */
    int64_t *cosine;          /* [2 q - 1]: cos(2 pi d/q) in units, d = -(q-1) .. q-1 at d + q - 1 */
    double *circle;           /* [q][2] */
    double *bond;             /* [coordination][dimension]: vectors to the neighbours of a site, in their order */
    double volume;            /* of the primitive cell */
    ons_longrange *longrange; /* NULL without dipoles */
    spins_fourier *fourier;
    spins_ladder *ladder;
};

struct ons_dipolar {
    const ons_dipolar_model *model;
    ons_random random;
    int8_t *states; /* [sites] */
    int8_t *charge; /* [sites]: scratch of the refresh; without dipoles all 0, but 1 on a growing cluster */
    int64_t *field; /* [sites]; NULL without dipoles */
    int64_t *counts;
    uint32_t *queue;  /* [sites]: of clusters */
    uint64_t *linked; /* [q][q]: thresholds of the bonds at `temperature` */
    double temperature;
    int64_t exchange;   /* sum over bonds of cos, in units */
    spins_wide dipoles; /* sum_i s_i field_i, in units */
};

static inline int spins_dipole(int state) { return state & 1 ? -1 : 1; }

#endif
