/*
 * Functions of the overlaps of many patterns, bit-sliced.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "patterns_kernel.h"
#include "word.h"

/* Planes of a block: a word of part p of plane b is at planes[8 b + p words]. */
#define WORD(planes, b, part) ((planes) + SPINS_PLANE_WORDS * (size_t)(b) + (part) * (SPINS_WORD_BITS / 64))

/* ---- sums over patterns --------------------------------------------------------------------------------------- */

#if SPINS_WORD_BITS == 512

/* Digit by digit from the highest, which counts negative. */
SPINS_INLINE __m512i block_sum(const uint64_t *planes, unsigned bits, const uint64_t *column) {
    const __m512i mask = spins_word_load(column);
    const __m512i sign = _mm512_popcnt_epi64(mask & spins_word_load(WORD(planes, bits - 1, 0)));
    __m512i sum = _mm512_sub_epi64(_mm512_setzero_si512(), sign);
    for (unsigned b = bits - 1; b-- > 0;) {
        const __m512i ones = _mm512_popcnt_epi64(mask & spins_word_load(WORD(planes, b, 0)));
        sum = _mm512_add_epi64(_mm512_add_epi64(sum, sum), ones);
    }
    return sum;
}
#define SUM_ZERO _mm512_setzero_si512()
#define SUM_TYPE __m512i
#define SUM_ADD(a, b) _mm512_add_epi64(a, b)
#define SUM_TOTAL(sum) ((int64_t)_mm512_reduce_add_epi64(sum))

#else

SPINS_INLINE int64_t ones_of(uint64_t word) {
#if defined(__POPCNT__)
    return __builtin_popcountll(word);
#else
    word -= word >> 1 & 0x5555555555555555U;
    word = (word & 0x3333333333333333U) + (word >> 2 & 0x3333333333333333U);
    return (int64_t)(((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0FU) * 0x0101010101010101U >> 56);
#endif
}

SPINS_INLINE int64_t plane_ones(const uint64_t *plane, const uint64_t *column) {
    int64_t ones = 0;
#pragma GCC unroll 8
    for (unsigned w = 0; w < SPINS_PLANE_WORDS; w++) { ones += ones_of(plane[w] & column[w]); }
    return ones;
}

SPINS_INLINE int64_t block_sum(const uint64_t *planes, unsigned bits, const uint64_t *column) {
    int64_t sum = -plane_ones(WORD(planes, bits - 1, 0), column);
    for (unsigned b = bits - 1; b-- > 0;) { sum = 2 * sum + plane_ones(WORD(planes, b, 0), column); }
    return sum;
}
#define SUM_ZERO 0
#define SUM_TYPE int64_t
#define SUM_ADD(a, b) ((a) + (b))
#define SUM_TOTAL(sum) (sum)

#endif

static int64_t sum(const spins_pattern_layout *layout, const uint64_t *planes, const uint8_t *width,
                   const uint64_t *column) {
    const size_t stride = SPINS_PLANE_WORDS * (size_t)layout->planes;
    SUM_TYPE total = SUM_ZERO;
    for (size_t k = 0; k < layout->blocks; k++) {
        total = SUM_ADD(total, block_sum(planes + k * stride, width[k], column + SPINS_PLANE_WORDS * k));
    }
    return SUM_TOTAL(total);
}

static int64_t sum_level(const spins_pattern_layout *layout, const uint64_t *planes, unsigned level,
                         const uint64_t *column) {
    const size_t stride = SPINS_PLANE_WORDS * (size_t)layout->planes;
    const uint64_t *first = WORD(planes, layout->first[level], 0);
    SUM_TYPE total = SUM_ZERO;
    for (size_t k = 0; k < layout->blocks; k++) {
        total = SUM_ADD(total, block_sum(first + k * stride, layout->bits[level], column + SPINS_PLANE_WORDS * k));
    }
    return SUM_TOTAL(total);
}

/* ---- a flip --------------------------------------------------------------------------------------------------- */

/* The levels of one part while a flip goes through their digits. */
typedef struct ripple {
    spins_word up, down, active;
    spins_word carry[SPINS_PATTERN_LEVELS], was[SPINS_PATTERN_LEVELS], is[SPINS_PATTERN_LEVELS], carry_both;
} ripple;

/* What is added to level l in a digit of the weight 2^b: to the last one +-2^constant, to W, the first, the sum of what
 * the level below it was and is, up or down; to others the difference below, up by what it was, down by what it is then
 * (minus x is its complement plus 1). */
SPINS_INLINE spins_word addend(ripple *r, unsigned levels, unsigned l, unsigned b, unsigned constant) {
    if (l + 1 == levels) { return b < constant ? spins_word_all(0) : b == constant ? r->active : r->down; }
    if (l > 0) { return r->active & spins_word_select(r->up, r->was[l + 1], ~r->is[l + 1]); }
    const spins_word both = r->active & (spins_word_parity(r->was[1], r->is[1], r->carry_both) ^ r->down);
    r->carry_both = spins_word_majority(r->was[1], r->is[1], r->carry_both);
    return both;
}

/* Digits `from` .. `to` - 1 of the levels 0 .. `held` - 1; those beyond have fewer and repeat their signs. */
SPINS_INLINE void ripple_digits(ripple *r, const spins_pattern_layout *layout, unsigned levels, unsigned held,
                                unsigned from, unsigned to, uint64_t *planes) {
    for (unsigned b = from; b < to; b++) {
#pragma GCC unroll 4
        for (unsigned l = held; l-- > 0;) {
            const spins_word other = addend(r, levels, l, b, layout->constant);
            uint64_t *const place = WORD(planes, layout->first[l] + b, 0);
            r->was[l] = spins_word_load(place);
            r->is[l] = spins_word_parity(r->was[l], other, r->carry[l]);
            r->carry[l] = spins_word_majority(r->was[l], other, r->carry[l]);
            spins_word_store(place, r->is[l]);
        }
    }
}

/* Digit by digit through all levels of one part, from the last to W, so that a digit is read and written once and its
 * two values go on in registers. `levels` is a constant where this is inlined. */
SPINS_INLINE void flip_levels(const spins_pattern_layout *layout, unsigned levels, uint64_t *planes, spins_word up,
                              spins_word down) {
    ripple r = {.up = up, .down = down, .active = up | down, .carry_both = spins_word_all(0)};
    unsigned from = 0;
#pragma GCC unroll 4
    for (unsigned l = 0; l < levels; l++) {
        r.carry[l] = l + 1 == levels ? spins_word_all(0) : down;
        r.was[l] = r.is[l] = spins_word_all(0);
    }
#pragma GCC unroll 4
    for (unsigned held = levels; held > 0; held--) {
        ripple_digits(&r, layout, levels, held, from, layout->bits[held - 1], planes);
        from = layout->bits[held - 1];
    }
}

SPINS_INLINE void flip_part(const spins_pattern_layout *layout, uint64_t *planes, spins_word up, spins_word down) {
    switch (layout->levels) {
    case 1: flip_levels(layout, 1, planes, up, down); break;
    case 2: flip_levels(layout, 2, planes, up, down); break;
    case 3: flip_levels(layout, 3, planes, up, down); break;
    default: flip_levels(layout, layout->levels, planes, up, down);
    }
}

/* How many planes of level 0 matter: those above repeat the sign. */
SPINS_INLINE uint8_t width_of(const uint64_t *planes, unsigned bits) {
    unsigned width = 1;
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        const spins_word sign = spins_word_load(WORD(planes, bits - 1, part));
        unsigned b = bits - 1;
        while (b >= width && !spins_word_any(sign ^ spins_word_load(WORD(planes, b - 1, part)))) { b--; }
        if (b + 1 > width) { width = b + 1; }
    }
    return (uint8_t)width;
}

static void flip(const spins_pattern_layout *layout, uint64_t *planes, uint8_t *width, const uint64_t *column,
                 const uint64_t *active, uint64_t turned, int64_t *totals) {
    const spins_word turn = spins_word_all(turned);
    SUM_TYPE steepness = SUM_ZERO, curvature = SUM_ZERO;
    for (size_t k = 0; k < layout->blocks; k++) {
        uint64_t *block = planes + k * SPINS_PLANE_WORDS * layout->planes;
        for (unsigned part = 0; part < SPINS_PARTS; part++) {
            const spins_word there = spins_word_load(WORD(active, k, part));
            const spins_word bits = spins_word_load(WORD(column, k, part)) ^ turn;
            flip_part(layout, WORD(block, 0, part), there & bits, there & ~bits);
        }
        width[k] = width_of(block, layout->bits[0]);
        if (!totals) { continue; }
        steepness = SUM_ADD(steepness, block_sum(block, width[k], WORD(active, k, 0)));
        if (layout->levels > 1) {
            curvature =
                SUM_ADD(curvature, block_sum(WORD(block, layout->first[1], 0), layout->bits[1], WORD(active, k, 0)));
        }
    }
    if (!totals) { return; }
    totals[0] = SUM_TOTAL(steepness);
    totals[1] = SUM_TOTAL(curvature);
}

/* ---- counting ------------------------------------------------------------------------------------------------- */

static void count(const uint64_t *column, const uint64_t *active, size_t stride, const int8_t *spins, uint32_t sites,
                  bool diluted, uint64_t *counter, unsigned bits) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        spins_word digit[32];
        for (unsigned b = 0; b < bits; b++) { digit[b] = spins_word_all(0); }
        for (uint32_t i = 0; i < sites; i++) {
            const spins_word there = spins_word_load(WORD(active + (diluted ? i * stride : 0), 0, part));
            const spins_word turn = spins_word_all(spins[i] > 0 ? 0 : ~(uint64_t)0);
            spins_word carry = there & (spins_word_load(WORD(column + i * stride, 0, part)) ^ turn);
            for (unsigned b = 0; b < bits && spins_word_any(carry); b++) {
                const spins_word next = digit[b] & carry;
                digit[b] = digit[b] ^ carry;
                carry = next;
            }
        }
        for (unsigned b = 0; b < bits; b++) { spins_word_store(WORD(counter, b, part), digit[b]); }
    }
}

const spins_pattern_kernels SPINS_ISA(spins_pattern_kernels) = {
    .sum = sum, .sum_level = sum_level, .flip = flip, .count = count};
