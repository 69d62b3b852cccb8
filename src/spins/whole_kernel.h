/*
 * Inside the spin engine: networks with whole-number couplings of all pairs, a local field kept for every spin.
 * Compiled once for each instruction set; the bits are the same in all of them.
 *
 * Rows of the couplings and fields are as narrow as they can be: a flip moves all of both through the core. Fields of
 * 16 bits hold halves, (h_i - odd)/2, as all h_i are even or all odd and a flip changes them by twice a coupling; they
 * need the sum of |J_ij| of every row below 2^16, so that no configuration leaves them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WHOLE_KERNEL_H
#define ONSAGER_SPINS_WHOLE_KERNEL_H

#include "ising.h"

#define SPINS_WHOLE_STRIDE 64 /* rows and fields fill whole vectors, with zeros */

/* Exactly one of the rows and one of the fields is not NULL; not: wide rows with short fields. */
typedef struct spins_whole {
    uint32_t sites;
    size_t stride;
    const int8_t *narrow; /* [sites][stride] couplings */
    const int16_t *wide;
    int16_t *small; /* [stride] fields h_i = sum over j of J_ij s_j as halves, */
    int32_t odd;    /* and 0 or 1, what these lack */
    int32_t *large; /* [stride] fields */
    int8_t *spins;  /* [sites] */
    int64_t value;  /* sum over i < j of J_ij s_i s_j */
} spins_whole;

typedef struct spins_whole_kernels {
    /* Fields and value from the spins. */
    void (*sum_up)(spins_whole *whole);
    /* Flips a spin: O(sites). */
    void (*flip)(spins_whole *whole, uint32_t site);
    /* `sites` attempts of Metropolis with dE = unit * s_i h_i, two words each (the site, the decision), as
     * ons_random_below and spins_ladder_flip take them. Returns how many were accepted. */
    uint32_t (*metropolis)(spins_whole *whole, ons_random *random, const spins_ladder *ladder, double unit,
                           double beta);
} spins_whole_kernels;

extern const spins_whole_kernels spins_whole_kernels_v4, spins_whole_kernels_v3, spins_whole_kernels_plain;

#endif
