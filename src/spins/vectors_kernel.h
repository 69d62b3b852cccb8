/*
 * Moves of many O(n) spins at once, n = 2 and 3, none of which couples to another: components lie one after the other.
 * Doubles without fused operations, and polynomials of our own: the same bits in every instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_VECTORS_KERNEL_H
#define ONSAGER_SPINS_VECTORS_KERNEL_H

#include "planes.h"

enum { SPINS_BATCH = 256, SPINS_VECTOR_WIDTH = 8, SPINS_BATCH_WORDS = 4 };

typedef struct spins_batch {
    double spin[3][SPINS_BATCH] __attribute__((aligned(64)));     /* unit vectors */
    double field[3][SPINS_BATCH] __attribute__((aligned(64)));    /* sum of J S over the neighbours, and h */
    double proposal[3][SPINS_BATCH] __attribute__((aligned(64))); /* METROPOLIS */
    double rise[SPINS_BATCH] __attribute__((aligned(64)));        /* METROPOLIS: of H/T */
    uint32_t words[SPINS_BATCH_WORDS][SPINS_BATCH] __attribute__((aligned(64)));
} spins_batch;

/* All treat the first `count` places, rounded up to whole vectors of 8. */
typedef struct spins_vectors_moves {
    /* Proposals, turned by the Cayley vector with components uniform in (-reach, reach) (n = 2: one component, the
     * tangent of half the angle); the last row of words decides with exp(-rise). Returns false when some decision needs
     * more than 32 bits: these spins are unchanged, and `unsure` has a bit for each. */
    bool (*metropolis)(spins_batch *batch, unsigned count, double reach, double beta,
                       uint64_t unsure[SPINS_BATCH / 64]);
    void (*heat_bath)(spins_batch *batch, unsigned count, double beta); /* n = 3: four rows of words */
    void (*relax)(spins_batch *batch, unsigned count);
} spins_vectors_moves;

/* For n = 2 and 3; n = 2 has no heat bath. */
extern const spins_vectors_moves spins_vectors_moves_plain[2], spins_vectors_moves_v3[2], spins_vectors_moves_v4[2];

#endif
