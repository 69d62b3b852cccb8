/*
 * Networks with whole-number couplings of all pairs: flips, and sweeps that look at many attempts together.
 *
 * A word w accepts a rise of x = dE/T when x <= -log(w/2^32). Of that bound, a little too high, a block of attempts
 * knows before the spins are looked at: log2(w) is at least what the bits of w as a floating-point number say when they
 * are read as a whole number (Mitchell 1962; 6 % too many pass). Attempts below the bound are decided exactly as in
 * recall.c; all others are refused by one comparison.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "whole_kernel.h"
#include "word.h"

#include <math.h>

enum { BLOCK = 64 };

/* ---- flips ---------------------------------------------------------------------------------------------------- */

SPINS_INLINE int32_t field_at(const spins_whole *whole, uint32_t site) {
    return whole->small ? 2 * whole->small[site] + whole->odd : whole->large[site];
}

/* By `times` the row, up or down. */
#define ADD_ROW(name, field_type, coupling_type, times)                                                                \
    static void name(field_type *restrict field, const coupling_type *restrict row, size_t count, bool up) {           \
        field = __builtin_assume_aligned(field, 64);                                                                   \
        row = __builtin_assume_aligned(row, 64);                                                                       \
        count &= ~(size_t)(SPINS_WHOLE_STRIDE - 1);                                                                    \
        if (up) {                                                                                                      \
            for (size_t j = 0; j < count; j++) { field[j] = (field_type)(field[j] + (times)*row[j]); }                 \
        } else {                                                                                                       \
            for (size_t j = 0; j < count; j++) { field[j] = (field_type)(field[j] - (times)*row[j]); }                 \
        }                                                                                                              \
    }
ADD_ROW(add_short, int16_t, int8_t, 1)
ADD_ROW(add_narrow, int32_t, int8_t, 2)
ADD_ROW(add_wide, int32_t, int16_t, 2)

static void flip(spins_whole *whole, uint32_t site) {
    const bool up = whole->spins[site] < 0;
    const size_t row = site * whole->stride;
    whole->value -= 2 * whole->spins[site] * (int64_t)field_at(whole, site);
    if (whole->small) {
        add_short(whole->small, whole->narrow + row, whole->stride, up);
    } else if (whole->narrow) {
        add_narrow(whole->large, whole->narrow + row, whole->stride, up);
    } else {
        add_wide(whole->large, whole->wide + row, whole->stride, up);
    }
    whole->spins[site] = (int8_t)-whole->spins[site];
}

static void sum_up(spins_whole *whole) {
    whole->value = 0;
    for (uint32_t i = 0; i < whole->sites; i++) {
        const size_t row = i * whole->stride;
        int32_t field = 0;
        for (uint32_t j = 0; j < whole->sites; j++) {
            field += whole->spins[j] * (whole->narrow ? whole->narrow[row + j] : whole->wide[row + j]);
        }
        if (whole->small) {
            whole->small[i] = (int16_t)((field - whole->odd) / 2);
        } else {
            whole->large[i] = field;
        }
        whole->value += whole->spins[i] * field;
    }
    whole->value /= 2;
}

/* ---- attempts ------------------------------------------------------------------------------------------------- */

typedef struct attempts {
    uint64_t start; /* position in the stream */
    unsigned count;
    uint32_t words[2 * BLOCK];
    uint32_t site[BLOCK];
    int32_t bound[BLOCK]; /* of s_i h_i, above which no attempt is accepted */
} attempts;

typedef struct rule {
    const spins_ladder *ladder;
    double unit, beta;
    float reach; /* s_i h_i by which dE/T grows by log(2)/2^23, the step of the bits of a float */
} rule;

/* False where some site takes more than one word (Lemire's rejection). */
SPINS_INLINE bool draw(attempts *block, ons_random *random, uint32_t sites, float reach) {
    float number[BLOCK];
    int32_t bits[BLOCK];
    uint32_t rejected = 0;
    block->start = random->position;
    ons_random_fill(random, block->words, 2 * (size_t)block->count);
    if (block->count < BLOCK) { memset(block->words + 2 * block->count, 0xFF, 8 * (size_t)(BLOCK - block->count)); }
    for (unsigned k = 0; k < BLOCK; k++) {
        const uint64_t product = (uint64_t)block->words[2 * k] * sites;
        block->site[k] = (uint32_t)(product >> 32);
        rejected |= (uint32_t)product < sites;
        number[k] = (float)block->words[2 * k + 1];
    }
    memcpy(bits, number, sizeof bits);
    for (unsigned k = 0; k < BLOCK; k++) {
        /* 2^32 as a float, and what the rounding of word, bits and product may take away */
        const float rise = ((float)(0x4F800000 - bits[k]) * 1.000001F + 2.0F) * reach + 1.0F;
        const int32_t whole = (int32_t)(rise < 1e9F ? rise : 1e9F);
        block->bound[k] = bits[k] == 0 ? INT32_MAX : whole;
    }
    return !rejected;
}

static bool attempt(spins_whole *whole, ons_random *random, const rule *by, uint32_t site, uint32_t word) {
    const int32_t height = whole->spins[site] * field_at(whole, site);
    const double x = height == 0 ? 0 : by->beta * (by->unit * (double)height);
    if (!(x < INFINITY) || !spins_ladder_flip(by->ladder, random, word, x)) { return false; }
    flip(whole, site);
    return true;
}

/* Decides a block, up to the first attempt that takes another word. Returns how many were decided. */
#define DECIDE(name, field)                                                                                            \
    SPINS_INLINE unsigned name(spins_whole *whole, const attempts *block, ons_random *random, const rule *by,          \
                               uint32_t *accepted) {                                                                   \
        for (unsigned k = 0; k < block->count; k++) {                                                                  \
            const uint32_t site = block->site[k];                                                                      \
            if (__builtin_expect(whole->spins[site] * (field) > block->bound[k], 1)) { continue; }                     \
            const uint64_t next = random->position = block->start + 2 * ((uint64_t)k + 1);                             \
            *accepted += attempt(whole, random, by, site, block->words[2 * k + 1]);                                    \
            if (random->position != next) { return k + 1; }                                                            \
        }                                                                                                              \
        random->position = block->start + 2 * (uint64_t)block->count;                                                  \
        return block->count;                                                                                           \
    }
DECIDE(decide_small, 2 * whole->small[site] + whole->odd)
DECIDE(decide_large, whole->large[site])

static uint32_t metropolis(spins_whole *whole, ons_random *random, const spins_ladder *ladder, double unit,
                           double beta) {
    const double reach = 0.69314718055994531 * 0x1p-23 / (beta * unit);
    const rule by = {ladder, unit, beta, (float)fmin(reach, 1e30)};
    attempts block;
    uint32_t accepted = 0;
    for (uint32_t done = 0; done < whole->sites;) {
        block.count = whole->sites - done < BLOCK ? whole->sites - done : BLOCK;
        if (draw(&block, random, whole->sites, by.reach)) {
            done += whole->small ? decide_small(whole, &block, random, &by, &accepted)
                                 : decide_large(whole, &block, random, &by, &accepted);
            continue;
        }
        random->position = block.start;
        for (unsigned k = 0; k < block.count; k++) {
            const uint32_t site = ons_random_below(random, whole->sites), word = ons_random_32(random);
            accepted += attempt(whole, random, &by, site, word);
        }
        done += block.count;
    }
    return accepted;
}

const spins_whole_kernels SPINS_ISA(spins_whole_kernels) = {.sum_up = sum_up, .flip = flip, .metropolis = metropolis};
