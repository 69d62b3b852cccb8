/*
 * Sines, cosines and slopes of coupled phases, eight at a time. Compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "asynchronous.h"

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#else
#define NAME(name) name##_plain
#endif

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 8 };
typedef double reals __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef int64_t whole __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

INLINE reals choose(whole which, reals yes, reals no) { return (reals)((which & (whole)yes) | (~which & (whole)no)); }

/* pi/2 in three parts of which the first two have 33 bits, so that their products with whole numbers below 2^20 are
 * exact (Cody and Waite 1980), then Taylor's series on [-pi/4, pi/4]: the terms left out are below 5e-17. */
INLINE void sine_cosine(reals x, reals *sine, reals *cosine) {
    const reals magic = (reals){0} + 0x1.8p52, shifted = x * 0x1.45f306dc9c883p-1 + magic, n = shifted - magic;
    const whole quadrant = (whole)shifted;
    const reals y = x - n * 0x1.921fb544p0 - n * 0x1.0b4611a6p-34 - n * 0x1.3198a2e037073p-69, z = y * y;
    const reals s =
        y + y * z *
                (-1.0 / 6 +
                 z * (1.0 / 120 +
                      z * (-1.0 / 5040 +
                           z * (1.0 / 362880 + z * (-1.0 / 39916800 + z * (1.0 / 6227020800 - z / 1307674368000))))));
    const reals c =
        1.0 -
        z * (0.5 - z * (1.0 / 24 -
                        z * (1.0 / 720 - z * (1.0 / 40320 - z * (1.0 / 3628800 -
                                                                 z * (1.0 / 479001600 - z * (1.0 / 87178291200 -
                                                                                             z / 20922789888000)))))));
    const whole odd = -(quadrant & 1);
    *sine = choose(odd, c, s);
    *cosine = choose(odd, s, c);
    *sine = (reals)((whole)*sine ^ ((quadrant & 2) << 62));
    *cosine = (reals)((whole)*cosine ^ (((quadrant + 1) & 2) << 62));
}

static void turn(const double *theta, const double *omega, double time, size_t count, double *sine, double *cosine,
                 double sums[2]) {
    reals s_sum = {0}, c_sum = {0};
    for (size_t b = 0; b < count; b += LANES) {
        reals s, c;
        sine_cosine(*(const reals *)(theta + b) + time * *(const reals *)(omega + b), &s, &c);
        for (size_t lane = count - b; lane < LANES; lane++) { s[lane] = c[lane] = 0; }
        *(reals *)(sine + b) = s;
        *(reals *)(cosine + b) = c;
        s_sum += s;
        c_sum += c;
    }
    sums[0] = sums[1] = 0;
    for (int lane = 0; lane < LANES; lane++) {
        sums[0] += s_sum[lane];
        sums[1] += c_sum[lane];
    }
}

static void pull(const double *sine, const double *cosine, const double sums[2], double strength, double weight,
                 double reach, const double *theta, size_t count, double *total, double *trial) {
    const double s = strength * sums[0], c = strength * sums[1];
    for (size_t b = 0; b < count; b += LANES) {
        const reals slope = s * *(const reals *)(cosine + b) - c * *(const reals *)(sine + b);
        *(reals *)(total + b) += weight * slope;
        *(reals *)(trial + b) = *(const reals *)(theta + b) + reach * slope;
    }
}

const asynchronous_phase_kernels NAME(asynchronous_phase_kernels) = {turn, pull};
