/*
 * Steps of ONS_LANES rings of phase oscillators side by side. Compiled once for each instruction set, with vectors of
 * its own width: the lanes are taken in parts of WIDTH, each of which goes its own way through the step.
 *
 * The noise is made here from Philox words whose place is fixed by site and step, sixteen sites at a time. Sine and
 * cosine are our own: inlined beside the noise they cost half of what a call to a vector library does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "oscillators_kernel.h"

#include <math.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define NAME(name) name##_v4
#define KERNEL "x86-64-v4"
#define WIDTH 8
#elif defined(__AVX2__)
#include <immintrin.h>
#define NAME(name) name##_v3
#define KERNEL "x86-64-v3"
#define WIDTH 4
#else
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#define NAME(name) name##_plain
#define KERNEL "plain"
#define WIDTH 2
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

typedef double reals __attribute__((vector_size(8 * WIDTH)));
typedef int64_t whole __attribute__((vector_size(8 * WIDTH)));
typedef uint64_t words __attribute__((vector_size(8 * WIDTH)));
typedef float singles __attribute__((vector_size(8 * WIDTH)));
typedef int32_t whole32 __attribute__((vector_size(8 * WIDTH)));
typedef uint32_t words32 __attribute__((vector_size(8 * WIDTH)));
typedef double reals_at __attribute__((vector_size(8 * WIDTH), may_alias));
typedef float half __attribute__((vector_size(4 * WIDTH)));

enum { GROUPS = 4, BLOCK = 4 * GROUPS }; /* sites whose noise is made together */

INLINE reals at(const double *from, size_t site, unsigned part) {
    return *(const reals_at *)(from + site * ONS_LANES + part * WIDTH);
}
INLINE void put(double *to, size_t site, unsigned part, reals value) {
    *(reals_at *)(to + site * ONS_LANES + part * WIDTH) = value;
}
INLINE reals all(double value) { return (reals){0} + value; }
INLINE reals choose(whole which, reals yes, reals no) { return (reals)((which & (whole)yes) | (~which & (whole)no)); }
INLINE singles choose32(whole32 which, singles yes, singles no) {
    return (singles)((which & (whole32)yes) | (~which & (whole32)no));
}

/* ---- normal numbers -------------------------------------------------------------------------------------------------
 */

INLINE words product(words a, words b) {
#if WIDTH == 8
    return (words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif WIDTH == 4
    return (words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (words)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xFFFFFFFFU) * (b & 0xFFFFFFFFU);
#endif
}

INLINE singles root(singles x) {
#if WIDTH == 8
    return (singles)_mm512_sqrt_ps((__m512)x);
#elif WIDTH == 4
    return (singles)_mm256_sqrt_ps((__m256)x);
#elif defined(__SSE2__)
    return (singles)_mm_sqrt_ps((__m128)x);
#else
    for (int i = 0; i < 2 * WIDTH; i++) { x[i] = sqrtf(x[i]); }
    return x;
#endif
}

/* GROUPS blocks of four words a lane, by ten rounds of Philox4x32 (Salmon et al. 2011, section 3.3). The words are in
 * the lower halves; what is in the upper ones is never read. */
INLINE void philox(const oscillators_sweep *s, unsigned part, uint64_t first, words a[GROUPS], words b[GROUPS],
                   words c[GROUPS], words d[GROUPS]) {
    uint32_t k = (uint32_t)s->key, l = (uint32_t)(s->key >> 32);
    words replica;
    for (unsigned i = 0; i < WIDTH; i++) { replica[i] = s->replica[part * WIDTH + i]; }
    UNROLL for (unsigned g = 0; g < GROUPS; g++) {
        a[g] = (words){0} + ((first + g) & 0xFFFFFFFFU);
        b[g] = (words){0} + ((first + g) >> 32);
        c[g] = replica;
        d[g] = (words){0} + s->purpose;
    }
    UNROLL for (int round = 0; round < 10; round++) {
        UNROLL for (unsigned g = 0; g < GROUPS; g++) {
            const words left = product(a[g], (words){0} + 0xD2511F53U);
            const words right = product(c[g], (words){0} + 0xCD9E8D57U);
            a[g] = (right >> 32) ^ b[g] ^ ((words){0} + k);
            b[g] = right;
            c[g] = (left >> 32) ^ d[g] ^ ((words){0} + l);
            d[g] = left;
        }
        k += 0x9E3779B9U;
        l += 0xBB67AE85U;
    }
}

/* sqrt(-2 ln u), u = (w + 1/2)/2^32: with u = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt 2, and ln(1 + f) = 2 artanh(z),
 * z = f/(2 + f). Read as a signed number a word beyond 2^31 is 2^32 (u - 1), exact where 1 - u is small. */
INLINE singles radius(whole32 w) {
    const singles v = (__builtin_convertvector(w, singles) + 0.5F) * 0x1p-32F;
    const whole32 upper = w < 0;
    const singles u = choose32(upper, 1.0F + v, v);
    const whole32 n = ((whole32)u - 0x3F3504F3) >> 23;
    const singles f = choose32(upper & (n == 0), v, (singles)((whole32)u - (n << 23)) - 1.0F);
    const singles z = f / (2.0F + f), y = z * z;
    const singles series = (((y * (1 / 9.0F) + 1 / 7.0F) * y + 1 / 5.0F) * y + 1 / 3.0F) * y;
    const singles log1p = 2.0F * z + 2.0F * z * series;
    return root(-2.0F * (__builtin_convertvector(n, singles) * 0.693147181F + log1p));
}

/* Cosine and sine of 2 pi w/2^32: quarters of a turn, and power series on the eighths beside them. */
INLINE void circle(whole32 w, singles *cosine, singles *sine) {
    const whole32 q = (whole32)((words32)w + 0x20000000U) >> 30;
    const singles x = __builtin_convertvector((whole32)((words32)w - ((words32)q << 30)), singles) * 1.46291808e-9F,
                  y = x * x;
    const singles s = x + x * y * (((y * (1 / 362880.0F) - 1 / 5040.0F) * y + 1 / 120.0F) * y - 1 / 6.0F);
    const singles c = 1.0F - y * (((y * (-1 / 40320.0F) + 1 / 720.0F) * y - 1 / 24.0F) * y + 0.5F);
    const whole32 odd = -(q & 1);
    *cosine = (singles)((whole32)choose32(odd, s, c) ^ (((q + 1) & 2) << 30));
    *sine = (singles)((whole32)choose32(odd, c, s) ^ ((q & 2) << 30));
}

/* Words of two blocks in one vector: a in the lower, c in the upper halves; and back as doubles. */
INLINE whole32 together(words a, words c) { return (whole32)((a & 0xFFFFFFFFU) | c << 32); }
#if WIDTH == 8
#define LOWER(x) __builtin_shufflevector(x, x, 0, 2, 4, 6, 8, 10, 12, 14)
#define UPPER(x) __builtin_shufflevector(x, x, 1, 3, 5, 7, 9, 11, 13, 15)
#elif WIDTH == 4
#define LOWER(x) __builtin_shufflevector(x, x, 0, 2, 4, 6)
#define UPPER(x) __builtin_shufflevector(x, x, 1, 3, 5, 7)
#else
#define LOWER(x) __builtin_shufflevector(x, x, 0, 2)
#define UPPER(x) __builtin_shufflevector(x, x, 1, 3)
#endif
INLINE reals widened(half x) { return __builtin_convertvector(x, reals); }

/* The normal numbers of BLOCK sites from Philox block `first`. */
INLINE void normals_of_block(const oscillators_sweep *s, unsigned part, uint64_t first, reals out[BLOCK]) {
    words a[GROUPS], b[GROUPS], c[GROUPS], d[GROUPS];
    philox(s, part, first, a, b, c, d);
    UNROLL for (unsigned g = 0; g < GROUPS; g++) {
        singles cosine, sine;
        const singles r = radius(together(a[g], c[g]));
        circle(together(b[g], d[g]), &cosine, &sine);
        const singles x = r * cosine, y = r * sine;
        out[4 * g] = widened(LOWER(x));
        out[4 * g + 1] = widened(LOWER(y));
        out[4 * g + 2] = widened(UPPER(x));
        out[4 * g + 3] = widened(UPPER(y));
    }
}

INLINE uint64_t noise_blocks(const oscillators_sweep *s) { return (s->sites + 3) / 4; }

/* ---- bonds ----------------------------------------------------------------------------------------------------------
 */

/* Sine and cosine with errors of some 2^-53 + 2^-53 |x|: x = n pi/2 + r, power series on |r| <= pi/4. */
INLINE void sine_cosine(reals x, reals *sine, reals *cosine) {
    const reals shifted = x * 0.63661977236758134308 + 0x1.8p52, n = shifted - 0x1.8p52;
    const whole q = (whole)shifted;
    const reals r = (x - n * 0x1.921fb544p0) - n * 0x1.0b4611a626331p-34, y = r * r;
    reals s = y * (-1 / 1307674368000.0) + 1 / 6227020800.0;
    reals c = y * (1 / 20922789888000.0) - 1 / 87178291200.0;
    s = s * y - 1 / 39916800.0;
    c = c * y + 1 / 479001600.0;
    s = s * y + 1 / 362880.0;
    c = c * y - 1 / 3628800.0;
    s = s * y - 1 / 5040.0;
    c = c * y + 1 / 40320.0;
    s = s * y + 1 / 120.0;
    c = c * y - 1 / 720.0;
    s = s * y - 1 / 6.0;
    c = c * y + 1 / 24.0;
    s = r + r * y * s;
    c = (c * y - 0.5) * y + 1.0;
    const whole odd = -(q & 1);
    *sine = (reals)((whole)choose(odd, c, s) ^ ((q & 2) << 62));
    *cosine = (reals)((whole)choose(odd, s, c) ^ (((q + 1) & 2) << 62));
}

/* What a bond with the difference x gives to its sites: K cos(delta) times the odd part, K sin(delta) times the even.
 */
INLINE void bond(reals x, bool expanded, reals *odd, reals *even) {
    if (expanded) {
        *odd = x;
        *even = 0.5 * x * x;
        return;
    }
    reals cosine;
    sine_cosine(x, odd, &cosine);
    *even = 1 - cosine;
}

/* The bond behind the site that is next, in a walk around the ring. */
typedef struct walk {
    reals phase, first; /* of the site that is next; of site 0, before it moves */
    reals odd, even;
} walk;

INLINE walk begin(const double *phase, size_t sites, unsigned part, bool expanded) {
    walk w = {.phase = at(phase, 0, part)};
    w.first = w.phase;
    bond(w.phase - at(phase, sites - 1, part), expanded, &w.odd, &w.even);
    return w;
}

/* The drift of the site that is next, whose neighbour has the phase `ahead`; goes on by one. */
INLINE reals drift(const oscillators_sweep *s, walk *w, reals ahead, bool expanded, reals omega) {
    reals odd, even;
    bond(ahead - w->phase, expanded, &odd, &even);
    const reals result = omega + s->odd * (odd - w->odd) - s->even * (even + w->even);
    w->odd = odd;
    w->even = even;
    w->phase = ahead;
    return result;
}

/* ---- Euler-Maruyama -------------------------------------------------------------------------------------------------
 */

INLINE void euler_part(const oscillators_sweep *s, unsigned part, uint64_t step, bool expanded, bool noisy,
                       bool disordered) {
    const size_t sites = s->sites;
    const uint64_t noise = step * noise_blocks(s);
    walk w = begin(s->phase, sites, part, expanded);
    for (size_t site = 0; site < sites; site += BLOCK) {
        reals normals[BLOCK] = {{0}};
        const size_t count = sites - site < BLOCK ? sites - site : BLOCK;
        if (noisy) { normals_of_block(s, part, noise + site / 4, normals); }
        for (size_t i = 0; i < count; i++) {
            const size_t here = site + i;
            const reals old = w.phase, ahead = here + 1 < sites ? at(s->phase, here + 1, part) : w.first;
            const reals omega = disordered ? at(s->frequency, here, part) : all(0);
            reals next = old + s->step * drift(s, &w, ahead, expanded, omega);
            if (noisy) { next += s->amplitude * normals[i]; }
            put(s->phase, here, part, next);
        }
    }
}

INLINE void euler_parts(const oscillators_sweep *s, uint64_t first, uint64_t count, bool expanded, bool noisy,
                        bool disordered) {
    for (uint64_t step = first; step < first + count; step++) {
        for (unsigned part = 0; part < ONS_LANES / WIDTH; part++) {
            euler_part(s, part, step, expanded, noisy, disordered);
        }
    }
}

static void euler(const oscillators_sweep *s, uint64_t first, uint64_t count) {
    const bool noisy = s->amplitude > 0, disordered = s->frequency != NULL;
    if (!s->expanded && noisy && !disordered) {
        euler_parts(s, first, count, false, true, false);
    } else if (!s->expanded) {
        euler_parts(s, first, count, false, noisy, disordered);
    } else if (noisy && !disordered) {
        euler_parts(s, first, count, true, true, false);
    } else {
        euler_parts(s, first, count, true, noisy, disordered);
    }
}

/* ---- schemes with several stages ------------------------------------------------------------------------------------
 */

/* One walk around `from`: to[i] = base[i] + a f_i(from), and sum[i] = sumbase[i] + b f_i (sum NULL: not). */
INLINE void stage(const oscillators_sweep *s, unsigned part, bool expanded, const double *from, const double *base,
                  double a, double *to, const double *sumbase, double b, double *sum) {
    const size_t sites = s->sites;
    walk w = begin(from, sites, part, expanded);
    for (size_t i = 0; i < sites; i++) {
        const reals ahead = i + 1 < sites ? at(from, i + 1, part) : w.first;
        const reals omega = s->frequency ? at(s->frequency, i, part) : all(0);
        const reals f = drift(s, &w, ahead, expanded, omega);
        const reals total = sum ? at(sumbase, i, part) + b * f : all(0);
        put(to, i, part, at(base, i, part) + a * f);
        if (sum) { put(sum, i, part, total); }
    }
}

INLINE void add_noise(const oscillators_sweep *s, unsigned part, uint64_t step) {
    for (size_t site = 0; site < s->sites; site += BLOCK) {
        reals normals[BLOCK];
        const size_t count = s->sites - site < BLOCK ? s->sites - site : BLOCK;
        normals_of_block(s, part, step * noise_blocks(s) + site / 4, normals);
        for (size_t i = 0; i < count; i++) {
            const reals kick = s->amplitude * normals[i];
            put(s->trial, site + i, part, at(s->trial, site + i, part) + kick);
            put(s->sum, site + i, part, at(s->sum, site + i, part) + kick);
        }
    }
}

/* y = x + h f(x) + xi; x' = x + h (f(x) + f(y))/2 + xi. */
static void heun(const oscillators_sweep *s, uint64_t first, uint64_t count) {
    for (uint64_t step = first; step < first + count; step++) {
        for (unsigned part = 0; part < ONS_LANES / WIDTH; part++) {
            stage(s, part, s->expanded, s->phase, s->phase, s->step, s->trial, s->phase, s->step / 2, s->sum);
            if (s->amplitude > 0) { add_noise(s, part, step); }
            stage(s, part, s->expanded, s->trial, s->sum, s->step / 2, s->phase, NULL, 0, NULL);
        }
    }
}

/* The classical method. The second and third trial states go over the ones before: a walk reads a site before it is
 * written, and only the neighbour ahead, so that the two must be apart; trial and the phase array take turns. */
static void runge_kutta(const oscillators_sweep *s, uint64_t first, uint64_t count) {
    const double h = s->step;
    double *other = s->sum + s->sites * ONS_LANES; /* the second half of the room */
    (void)first;
    for (uint64_t step = 0; step < count; step++) {
        for (unsigned part = 0; part < ONS_LANES / WIDTH; part++) {
            stage(s, part, s->expanded, s->phase, s->phase, h / 2, s->trial, s->phase, h / 6, s->sum);
            stage(s, part, s->expanded, s->trial, s->phase, h / 2, other, s->sum, h / 3, s->sum);
            stage(s, part, s->expanded, other, s->phase, h, s->trial, s->sum, h / 3, s->sum);
            stage(s, part, s->expanded, s->trial, s->sum, h / 6, s->phase, NULL, 0, NULL);
        }
    }
}

/* ---- seen -----------------------------------------------------------------------------------------------------------
 */

static void normals(const oscillators_sweep *s, uint64_t step, double *out) {
    for (unsigned part = 0; part < ONS_LANES / WIDTH; part++) {
        for (size_t site = 0; site < s->sites; site += BLOCK) {
            reals values[BLOCK];
            normals_of_block(s, part, step * noise_blocks(s) + site / 4, values);
            for (size_t i = 0; i < BLOCK && site + i < s->sites; i++) { put(out, site + i, part, values[i]); }
        }
    }
}

static void sums(const oscillators_sweep *s, const double *mean, double *out) {
    for (unsigned part = 0; part < ONS_LANES / WIDTH; part++) {
        reals total[6] = {{0}};
        walk w = begin(s->phase, s->sites, part, s->expanded);
        for (size_t i = 0; i < s->sites; i++) {
            const reals x = w.phase - at(mean, 0, part), y = x * x;
            reals sine, cosine;
            sine_cosine(x, &sine, &cosine);
            total[0] += y;
            total[1] += y * x;
            total[2] += y * y;
            total[3] += cosine;
            total[4] += sine;
            w.phase = i + 1 < s->sites ? at(s->phase, i + 1, part) : w.first;
            bond(w.phase - (x + at(mean, 0, part)), s->expanded, &w.odd, &w.even);
            total[5] += w.even;
        }
        for (size_t k = 0; k < 6; k++) { put(out, k, part, total[k]); }
    }
}

const oscillators_kernels NAME(oscillators_kernels) = {
    .euler = euler,
    .heun = heun,
    .runge_kutta = runge_kutta,
    .normals = normals,
    .sums = sums,
    .name = KERNEL,
};
