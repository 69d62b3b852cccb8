/*
 * Heat bath of many Ising configurations with the same couplings of any value, 16 at a time.
 *
 * A uniform number u lies below p = 1/(1 + exp(-x)) where v = u (1 + exp(-x)) is below 1. In single precision v is
 * right up to the factor exp(+-e), e = (bound of the field) * factor + 1e-5, the latter for the rounding of |x| <= 24
 * (2^-19 together with that of x log2 e), the polynomial (2e-7) and the bits of u behind the 32nd (2^-20 for u >=
 * 2^-12). Outside the limits 1 - e and 1 + 2 e nothing is in doubt. What is in doubt is decided with doubles and 64
 * bits; so the bits depend neither on the arithmetic here nor on the instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fields_kernel.h"
#include "word.h"

enum { BLOCK = SPINS_FIELDS_BLOCK, WIDTH = SPINS_WORD_BITS / 32 };
#define UNROLL _Pragma("GCC unroll 16")
#define ROUNDING 1e-5F
#define LARGEST 24.0F

typedef float numbers __attribute__((vector_size(SPINS_WORD_BYTES)));
typedef int32_t integers __attribute__((vector_size(SPINS_WORD_BYTES)));
typedef uint32_t words32 __attribute__((vector_size(SPINS_WORD_BYTES)));

SPINS_INLINE numbers load_numbers(const float *from) {
    numbers x;
    memcpy(&x, from, sizeof x);
    return x;
}
SPINS_INLINE numbers all(float x) { return x - (numbers){0}; }
/* a where mask is -1, b where it is 0. */
SPINS_INLINE numbers choose(integers mask, numbers a, numbers b) {
    return (numbers)(((integers)a & mask) | ((integers)b & ~mask));
}

/* Spins +-1 of WIDTH configurations. */
SPINS_INLINE integers load_spins(const int8_t *spins) {
#if SPINS_WORD_BITS == 512
    return (integers)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)spins));
#elif SPINS_WORD_BITS == 256
    return (integers)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)spins));
#else
    return (integers){spins[0], spins[1], spins[2], spins[3]};
#endif
}

SPINS_INLINE numbers local_field(const spins_fields_sweep *s, uint64_t row, uint32_t count, size_t walker) {
    numbers sum[2] = {all((float)s->field), {0}}; /* shorter chains of additions; the bound holds in any order */
    for (uint32_t k = 0; k < count; k++) {
        const integers spins = load_spins(s->spins + s->neighbour[row + k] * s->walkers + walker);
        const integers coupling = (integers)all(s->rounded[row + k]);
        sum[k % 2] += (numbers)(coupling ^ (spins & INT32_MIN));
    }
    return sum[0] + sum[1];
}

/* exp(-x), |x| <= 24: 2^n times the power series of exp((f) ln 2), |f| <= 1/2. */
SPINS_INLINE numbers decay(numbers x) {
    const numbers y = x * -1.44269504F, shifted = y + 12582912.0F, f = (y - (shifted - 12582912.0F)) * 0.69314718F;
    const numbers square = f * f;
    const numbers low = (f + 1) + square * (f * (1 / 6.0F) + 0.5F);
    const numbers high = (f * (1 / 120.0F) + 1 / 24.0F) + square * (1 / 720.0F);
    const numbers p = low + square * square * high;
    return (numbers)((words32)p + ((words32)shifted << 23));
}

/* up: 1 or -1; returns -1 where it is in doubt. */
SPINS_INLINE integers decide(numbers x, numbers error, integers words, integers *up) {
    x = choose(x < LARGEST, x, all(LARGEST));
    x = choose(x > -LARGEST, x, all(-LARGEST));
    const integers high = words >> 16 & 0xFFFF;
    const numbers u =
        __builtin_convertvector(high, numbers) * 0x1p-16F + __builtin_convertvector(words & 0xFFFF, numbers) * 0x1p-32F;
    const numbers v = u * (decay(x) + 1);
    const integers below = v < 1 - error;
    const integers above = (v > 1 + 2 * error) & (error < 1.0F);
    const integers small = high < 16; /* u below 2^-12 */
    *up = (below & 2) - 1;
    return small | ~(below | above);
}

/* The next plane; counters[part] go on to the one after. */
SPINS_INLINE void draw(const spins_word_keys *keys, spins_word *counters, uint32_t *words) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        spins_word_store(words + part * WIDTH, spins_word_random(keys, counters[part]));
        counters[part] = spins_word_later(counters[part], 1);
    }
}

/* The configurations of a block that are in doubt. */
static __attribute__((noinline, cold)) void settle(const spins_fields_sweep *s, uint32_t site, size_t block,
                                                   uint64_t plane, const uint32_t *words, const int32_t *doubt,
                                                   int8_t *up) {
    for (unsigned w = 0; w < BLOCK && block + w < s->walkers; w++) {
        if (doubt[w]) { up[w] = spins_fields_up(s, site, block + w, plane, words[w]) ? 1 : -1; }
    }
}

SPINS_INLINE void update_block(const spins_fields_sweep *s, const spins_word_keys *keys, uint32_t site, uint64_t row,
                               uint32_t count, size_t block, uint64_t plane, spins_word *counters) {
    uint32_t words[BLOCK];
    int32_t choice[BLOCK], doubt[BLOCK];
    int8_t up[BLOCK];
    integers any = {0};
    draw(keys, counters, words);
    for (unsigned part = 0; part < BLOCK; part += WIDTH) {
        integers own, decision;
        memcpy(&own, words + part, sizeof own);
        const numbers factor = load_numbers(s->rounded_factor + block + part);
        const numbers x = local_field(s, row, count, block + part) * factor;
        const integers uncertain = decide(x, factor * s->bound[site] + ROUNDING, own, &decision);
        memcpy(choice + part, &decision, sizeof decision);
        memcpy(doubt + part, &uncertain, sizeof uncertain);
        any |= uncertain;
    }
    for (unsigned w = 0; w < BLOCK; w++) { up[w] = (int8_t)choice[w]; }
    if (__builtin_expect(spins_word_any((spins_word)any), 0)) { settle(s, site, block, plane, words, doubt, up); }
    int8_t *spins = s->spins + site * s->walkers + block;
    if (block + BLOCK <= s->walkers) {
        memcpy(spins, up, BLOCK);
    } else {
        memcpy(spins, up, s->walkers - block);
    }
}

static void sweep(const spins_fields_sweep *s) {
    const spins_word_keys keys = spins_word_schedule(s->planes);
    const size_t padded = spins_fields_padded(s->walkers);
    uint64_t plane = s->first;
    spins_word counters[SPINS_PARTS];
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        counters[part] = spins_word_counters(s->stream, plane, part);
    }
    for (uint32_t i = 0; i < s->sites; i++) {
        const uint64_t row = s->coordination ? (uint64_t)i * s->coordination : s->offset[i];
        const uint32_t count = s->coordination ? s->coordination : (uint32_t)(s->offset[i + 1] - s->offset[i]);
        if (count == 6) {
            for (size_t block = 0; block < padded; block += BLOCK) {
                update_block(s, &keys, i, row, 6, block, plane++, counters);
            }
        } else {
            for (size_t block = 0; block < padded; block += BLOCK) {
                update_block(s, &keys, i, row, count, block, plane++, counters);
            }
        }
    }
}

/* ---- energies ---- */

enum { PAIR = SPINS_WORD_BITS / 64 };
typedef double reals __attribute__((vector_size(SPINS_WORD_BYTES)));
typedef int64_t longs __attribute__((vector_size(SPINS_WORD_BYTES)));

/* Spins of PAIR configurations. */
SPINS_INLINE longs load_signs(const int8_t *spins) {
#if SPINS_WORD_BITS == 512
    return (longs)_mm512_cvtepi8_epi64(_mm_loadl_epi64((const __m128i *)spins));
#elif SPINS_WORD_BITS == 256
    int32_t four;
    memcpy(&four, spins, sizeof four);
    return (longs)_mm256_cvtepi8_epi64(_mm_cvtsi32_si128(four));
#else
    return (longs){spins[0], spins[1]};
#endif
}

/* Of a block: bonds in their order, then the field site by site. */
static void energies(const uint32_t *source, const uint32_t *target, const double *coupling, uint64_t bonds,
                     double field, uint32_t sites, const int8_t *spins, size_t walkers, double *energy) {
    for (size_t block = 0; block < walkers; block += BLOCK) {
        reals sum[BLOCK / PAIR];
        UNROLL for (unsigned k = 0; k < BLOCK / PAIR; k++) { sum[k] = (reals){0}; }
        for (uint64_t b = 0; b < bonds; b++) {
            const int8_t *s = spins + source[b] * walkers + block, *t = spins + target[b] * walkers + block;
            const longs each = (longs)(coupling[b] - (reals){0});
            UNROLL for (unsigned k = 0; k < BLOCK / PAIR; k++) {
                const longs differ = load_signs(s + k * PAIR) ^ load_signs(t + k * PAIR);
                sum[k] -= (reals)(each ^ (differ & INT64_MIN));
            }
        }
        const longs outside = (longs)(field - (reals){0});
        for (uint32_t i = 0; field != 0 && i < sites; i++) {
            UNROLL for (unsigned k = 0; k < BLOCK / PAIR; k++) {
                sum[k] -= (reals)(outside ^ (load_signs(spins + i * walkers + block + k * PAIR) & INT64_MIN));
            }
        }
        double found[BLOCK];
        memcpy(found, sum, sizeof found);
        memcpy(energy + block, found, (block + BLOCK <= walkers ? BLOCK : walkers - block) * sizeof *energy);
    }
}

const spins_fields_kernels SPINS_ISA(spins_fields_kernels) = {sweep, energies};
