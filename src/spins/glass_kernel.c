/*
 * Bit-sliced kernels of spin glasses: a word holds one site of many samples. Compiled once for each instruction set;
 * the bits are the same in all of them.
 *
 * Heat bath: with n of z neighbours pulling up, a site is drawn up with P(n) = 1/(1 + exp(-2 (J (2n - z) + h)/T)). The
 * comparison u < P(n) of a uniform number with a threshold goes through their bits together for all lanes: t is the
 * plane of the bits of each lane's own threshold, r a random plane. Lanes are undecided while both have agreed in all
 * bits, half of them drop out with every plane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass_kernel.h"
#include "word.h"

#define UNROLL _Pragma("GCC unroll 16")

enum { STRIDE = SPINS_PLANE_WORDS, FIRST = 12, NEXT = 4 }; /* planes before the first look at the undecided lanes */

SPINS_INLINE spins_word none(void) { return spins_word_all(0); }
SPINS_INLINE spins_word not(spins_word a) { return a ^ spins_word_all(~UINT64_C(0)); }

/* ---- deciding ---- */

/* Strength classes of a site: the one-hot words of the lanes, and how the bits of their thresholds are found. */
typedef struct classes {
    spins_word lanes[SPINS_DEGREES];
    unsigned count;
    spins_word unions[8]; /* of the three strongest classes, by the bits of the index */
    const uint8_t *choice;
    const uint64_t (*masks)[4]; /* [bit][class], folded; or .. */
    const uint64_t *thresholds; /* .. [class] */
} classes;

/* The weakest class of a folded sum of an even number of pulls has 1/2: no bits but the first. */
SPINS_INLINE spins_word threshold_plane(const classes *c, bool folded, unsigned bit) {
    spins_word plane = none();
    if (folded && bit > 0) {
        plane = c->unions[c->choice[bit]];
    } else if (folded) {
        UNROLL for (unsigned k = 0; k < c->count; k++) { plane |= c->lanes[k] & spins_word_all(c->masks[bit][k]); }
    } else {
        for (unsigned k = 0; k < c->count; k++) {
            plane |= c->lanes[k] & spins_word_all(-(c->thresholds[k] >> (SPINS_DEPTH - 1 - bit) & 1));
        }
    }
    return plane;
}

/* Bits bit .. bit + count - 1, the last one first: where they are equal the later ones have decided. The random words
 * are the complements of the bits of the uniform numbers, which spares two operations. */
SPINS_INLINE void compare(const classes *c, bool folded, const spins_word_keys *keys, spins_word counters, unsigned bit,
                          unsigned count, spins_word *below, spins_word *equal) {
    *below = none();
    *equal = not(none());
    UNROLL for (unsigned k = count; k-- > 0;) {
        const spins_word random = spins_word_random(keys, spins_word_later(counters, bit + k));
        const spins_word threshold = threshold_plane(c, folded, bit + k);
        *below = spins_word_majority(threshold, random, *below);
        *equal &= threshold ^ random;
    }
}

/* The lanes whose uniform number lies below their threshold. */
SPINS_INLINE spins_word decide(const classes *c, bool folded, const spins_word_keys *keys, spins_word counters) {
    spins_word below, undecided;
    compare(c, folded, keys, counters, 0, FIRST, &below, &undecided);
    for (unsigned bit = FIRST; bit < SPINS_DEPTH && __builtin_expect(spins_word_any(undecided), 0); bit += NEXT) {
        spins_word later, equal;
        compare(c, folded, keys, counters, bit, NEXT, &later, &equal);
        below |= undecided & later;
        undecided &= equal;
    }
    return below;
}

/* ---- neighbours ---- */

SPINS_INLINE spins_word pull(const spins_lanes_sweep *s, uint64_t entry, unsigned word) {
    return spins_word_load(s->spins + (size_t)s->neighbour[entry] * STRIDE + word) ^
           spins_word_load(s->negative + (size_t)s->bond[entry] * STRIDE + word);
}

/* The sum of six pulls, folded: classes by the distance from 3, and the side on which it lies. */
SPINS_INLINE spins_word fold_six(const spins_lanes_sweep *s, uint64_t row, unsigned word, classes *c) {
    spins_word x[6];
    UNROLL for (unsigned k = 0; k < 6; k++) { x[k] = pull(s, row + k, word); }
    const spins_word low = spins_word_parity(x[0], x[1], x[2]), carry = spins_word_majority(x[0], x[1], x[2]);
    const spins_word other = spins_word_parity(x[3], x[4], x[5]), second = spins_word_majority(x[3], x[4], x[5]);
    const spins_word one = low ^ other, third = low & other;
    const spins_word two = spins_word_parity(carry, second, third), four = spins_word_majority(carry, second, third);
    c->count = 4; /* n = 0 or 6; 1 or 5; 2 or 4; 3 */
    c->lanes[0] = not(one) & not(two ^ four);
    c->lanes[1] = one & not(two);
    c->lanes[2] = not(one) & (two ^ four);
    c->lanes[3] = one & two;
    return four;
}

/* Of four. */
SPINS_INLINE spins_word fold_four(const spins_lanes_sweep *s, uint64_t row, unsigned word, classes *c) {
    spins_word x[4];
    UNROLL for (unsigned k = 0; k < 4; k++) { x[k] = pull(s, row + k, word); }
    const spins_word low = spins_word_parity(x[0], x[1], x[2]), carry = spins_word_majority(x[0], x[1], x[2]);
    const spins_word one = low ^ x[3], third = low & x[3];
    const spins_word two = carry ^ third, four = carry & third;
    c->count = 3; /* n = 0 or 4; 1 or 3; 2 */
    c->lanes[0] = not(one) & not(two);
    c->lanes[1] = one;
    c->lanes[2] = not(one) & two;
    return four | (one & two);
}

/* One-hot words of the number of pulls. */
SPINS_INLINE void count_pulls(const spins_lanes_sweep *s, uint64_t row, unsigned degree, unsigned word, classes *c) {
    spins_word digits[5] = {none(), none(), none(), none(), none()};
    for (unsigned k = 0; k < degree; k++) {
        spins_word carry = pull(s, row + k, word);
        for (unsigned d = 0; d < 5; d++) {
            const spins_word both = digits[d] & carry;
            digits[d] ^= carry;
            carry = both;
        }
    }
    c->count = degree + 1;
    c->thresholds = s->up[degree];
    for (unsigned n = 0; n <= degree; n++) {
        spins_word lanes = not(none());
        for (unsigned d = 0; d < 5; d++) { lanes &= n >> d & 1 ? digits[d] : not(digits[d]); }
        c->lanes[n] = lanes;
    }
}

/* ---- the sweep ---- */

SPINS_INLINE void sweep_folded(const spins_lanes_sweep *s, unsigned degree) {
    const spins_word_keys keys = spins_word_schedule(s->planes);
    classes c = {.masks = s->against, .choice = s->choice};
    for (uint32_t i = 0; i < s->sites; i++) {
        for (unsigned part = 0; part < SPINS_PARTS; part++) {
            const unsigned word = part * (SPINS_WORD_BITS / 64);
            const uint64_t row = (uint64_t)i * degree;
            const spins_word side = degree == 6 ? fold_six(s, row, word, &c) : fold_four(s, row, word, &c);
            c.unions[0] = none();
            c.unions[1] = c.lanes[0];
            c.unions[2] = c.lanes[1];
            c.unions[3] = c.lanes[0] | c.lanes[1];
            if (degree == 6) {
                c.unions[4] = c.lanes[2];
                c.unions[5] = c.lanes[0] | c.lanes[2];
                c.unions[6] = c.lanes[1] | c.lanes[2];
                c.unions[7] = c.unions[3] | c.lanes[2];
            }
            const spins_word counters = spins_word_counters(s->stream, s->first + (uint64_t)i * SPINS_DEPTH, part);
            spins_word_store(s->spins + (size_t)i * STRIDE + word, side ^ decide(&c, true, &keys, counters));
        }
    }
}

static void sweep_six(const spins_lanes_sweep *s) { sweep_folded(s, 6); }
static void sweep_four(const spins_lanes_sweep *s) { sweep_folded(s, 4); }

static void sweep_any(const spins_lanes_sweep *s) {
    const spins_word_keys keys = spins_word_schedule(s->planes);
    classes c = {.masks = NULL};
    for (uint32_t i = 0; i < s->sites; i++) {
        const uint64_t row = s->coordination ? (uint64_t)i * s->coordination : s->offset[i];
        const unsigned degree = s->coordination ? s->coordination : (unsigned)(s->offset[i + 1] - s->offset[i]);
        for (unsigned part = 0; part < SPINS_PARTS; part++) {
            const unsigned word = part * (SPINS_WORD_BITS / 64);
            count_pulls(s, row, degree, word, &c);
            const spins_word counters = spins_word_counters(s->stream, s->first + (uint64_t)i * SPINS_DEPTH, part);
            spins_word_store(s->spins + (size_t)i * STRIDE + word, decide(&c, false, &keys, counters));
        }
    }
}

static void sweep(const spins_lanes_sweep *s) {
    if (s->against && s->coordination == 6) {
        sweep_six(s);
    } else if (s->against && s->coordination == 4) {
        sweep_four(s);
    } else {
        sweep_any(s);
    }
}

/* ---- counting ---- */

/* A count in every lane, its binary digits in planes: a tree of full adders takes eight words at a time. */
typedef struct counter {
    spins_word digit[SPINS_LEVELS];
    unsigned levels; /* that can be other than zero */
} counter;

SPINS_INLINE spins_word add_two(spins_word *digit, spins_word a, spins_word b) {
    const spins_word carry = spins_word_majority(*digit, a, b);
    *digit = spins_word_parity(*digit, a, b);
    return carry;
}

static inline void add_eight(counter *c, const spins_word x[8]) {
    const spins_word a = add_two(&c->digit[0], x[0], x[1]), b = add_two(&c->digit[0], x[2], x[3]);
    const spins_word d = add_two(&c->digit[0], x[4], x[5]), e = add_two(&c->digit[0], x[6], x[7]);
    const spins_word f = add_two(&c->digit[1], a, b), g = add_two(&c->digit[1], d, e);
    spins_word carry = add_two(&c->digit[2], f, g);
    for (unsigned level = 3; level < c->levels; level++) {
        const spins_word both = c->digit[level] & carry;
        c->digit[level] ^= carry;
        carry = both;
    }
}

static inline void reset(counter *c, uint64_t most) {
    c->levels = 4;
    while (c->levels < SPINS_LEVELS && most >> c->levels) { c->levels++; }
    for (unsigned level = 0; level < c->levels; level++) { c->digit[level] = none(); }
}

/* The digits of the lanes of one word become numbers. */
static void spell_out(const counter *c, uint32_t *counts) {
    uint64_t digits[SPINS_LEVELS][SPINS_WORD_BITS / 64];
    for (unsigned level = 0; level < c->levels; level++) { spins_word_store(digits[level], c->digit[level]); }
    for (unsigned word = 0; word < SPINS_WORD_BITS / 64; word++) {
        uint32_t number[64] = {0};
        for (unsigned level = 0; level < c->levels; level++) {
            const uint32_t low = (uint32_t)digits[level][word], high = (uint32_t)(digits[level][word] >> 32);
            for (unsigned bit = 0; bit < 32; bit++) { number[bit] |= (low >> bit & 1) << level; }
            for (unsigned bit = 0; bit < 32; bit++) { number[32 + bit] |= (high >> bit & 1) << level; }
        }
        memcpy(counts + 64 * (size_t)word, number, sizeof number);
    }
}

static void count_bonds(const uint32_t *source, const uint32_t *target, uint64_t bonds, const uint64_t *negative,
                        const uint64_t *a, const uint64_t *b, uint32_t *counts) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        const unsigned word = part * (SPINS_WORD_BITS / 64);
        counter c;
        reset(&c, bonds);
        for (uint64_t first = 0; first < bonds; first += 8) {
            spins_word x[8];
            for (unsigned k = 0; k < 8; k++) {
                const uint64_t bond = first + k;
                if (bond >= bonds) {
                    x[k] = none();
                    continue;
                }
                const size_t i = (size_t)source[bond] * STRIDE + word, j = (size_t)target[bond] * STRIDE + word;
                spins_word other;
                if (b) {
                    other = spins_word_load(b + i) ^ spins_word_load(b + j);
                } else {
                    other = spins_word_load(negative + (size_t)bond * STRIDE + word);
                }
                x[k] = spins_word_load(a + i) ^ spins_word_load(a + j) ^ other;
            }
            add_eight(&c, x);
        }
        spell_out(&c, counts + (size_t)part * SPINS_WORD_BITS);
    }
}

static void count_sites(const uint32_t *list, uint32_t sites, const uint64_t *a, const uint64_t *b, uint32_t *counts) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        const unsigned word = part * (SPINS_WORD_BITS / 64);
        counter c;
        reset(&c, sites);
        for (uint64_t first = 0; first < sites; first += 8) {
            spins_word x[8];
            for (unsigned k = 0; k < 8; k++) {
                if (first + k >= sites) {
                    x[k] = none();
                    continue;
                }
                const size_t i = (list ? list[first + k] : (size_t)(first + k)) * STRIDE + word;
                x[k] = spins_word_load(a + i);
                if (b) { x[k] ^= spins_word_load(b + i); }
            }
            add_eight(&c, x);
        }
        spell_out(&c, counts + (size_t)part * SPINS_WORD_BITS);
    }
}

static void swap(uint64_t *a, uint64_t *b, size_t rows, const uint64_t *mask) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        const unsigned word = part * (SPINS_WORD_BITS / 64);
        const spins_word lanes = spins_word_load(mask + word);
        for (size_t row = word; row < rows * STRIDE; row += STRIDE) {
            const spins_word x = spins_word_load(a + row), y = spins_word_load(b + row), both = (x ^ y) & lanes;
            spins_word_store(a + row, x ^ both);
            spins_word_store(b + row, y ^ both);
        }
    }
}

/* ---- exchanges ---- */

static void decide_exchanges(const uint32_t *lower, const uint32_t *higher, const uint64_t *words,
                             const uint64_t *threshold, uint32_t last, uint64_t *mask) {
    for (unsigned word = 0; word < SPINS_PLANE_WORDS; word++) {
        uint64_t accepted = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            const unsigned lane = 64 * word + bit;
            const int32_t difference = (int32_t)(higher[lane] - lower[lane]);
            const uint32_t place = difference < 0 ? 0 : (uint32_t)difference;
            const uint64_t limit = threshold[place < last ? place : last];
            accepted |= (uint64_t)((words[lane] < limit) | (difference <= 0)) << bit;
        }
        mask[word] = accepted;
    }
}

const spins_lanes_kernels SPINS_ISA(spins_lanes_kernels) = {sweep, count_bonds, count_sites, swap, decide_exchanges};
