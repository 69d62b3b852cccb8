/*
 * Inside the spin engine: functions of the overlaps of many patterns, bit-sliced. Compiled once for each instruction
 * set; the bits are the same in all of them.
 *
 * c = number of entries with xi_i s_i = +1, V(c) = e_P. Each level is a whole number of every pattern, its binary
 * digits in planes (two's complement): level 0      W(c) = (V(c + 1) - V(c - 1))/4 level 1      C(c) = (V(c + 1) - 2
 * V(c) + V(c - 1))/4 level 1 + j  the j-th forward difference of C, up to the one that is linear in c; the next is 2^(P
 * - 2) A flip takes c to c +- 1: W changes by +-(C before + C after), C up by its difference before or down by that
 * after.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_PATTERNS_KERNEL_H
#define ONSAGER_SPINS_PATTERNS_KERNEL_H

#include "planes.h"

#include <onsager/base.h>

#define SPINS_PATTERN_LEVELS 11 /* P - 1 */
#define SPINS_PATTERN_BITS 62   /* most planes of a level */

/* How the planes of a block of 512 patterns lie: those of level l are first[l] .. first[l] + bits[l] - 1. */
typedef struct spins_pattern_layout {
    unsigned levels, planes;
    unsigned first[SPINS_PATTERN_LEVELS], bits[SPINS_PATTERN_LEVELS]; /* bits do not grow with l */
    unsigned constant;                                                /* the last level changes by 2^constant */
    size_t blocks;
} spins_pattern_layout;

typedef struct spins_pattern_kernels {
    /* The sum of level 0 over the patterns of `column`; `width`[blocks]: planes of level 0 of a block that matter. */
    int64_t (*sum)(const spins_pattern_layout *layout, const uint64_t *planes, const uint8_t *width,
                   const uint64_t *column);
    /* The sum of any level with all its planes. */
    int64_t (*sum_level)(const spins_pattern_layout *layout, const uint64_t *planes, unsigned level,
                         const uint64_t *column);
    /* Patterns of `active` have c + 1 where `column` ^ `turned` is 1, else c - 1. Unless it is NULL, totals[2]: the
     * sums of levels 0 and 1 over them then. */
    void (*flip)(const spins_pattern_layout *layout, uint64_t *planes, uint8_t *width, const uint64_t *column,
                 const uint64_t *active, uint64_t turned, int64_t *totals);
    /* Counts how often column[i] ^ turned[i] is 1 among the patterns of active[i], i = 0 .. sites - 1, for one block:
     * counter[bits][8]. */
    void (*count)(const uint64_t *column, const uint64_t *active, size_t stride, const int8_t *spins, uint32_t sites,
                  bool diluted, uint64_t *counter, unsigned bits);
} spins_pattern_kernels;

extern const spins_pattern_kernels spins_pattern_kernels_v4, spins_pattern_kernels_v3, spins_pattern_kernels_plain;
const spins_pattern_kernels *spins_pattern_kernels_in_use(void);

#endif
