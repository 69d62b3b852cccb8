/*
 * Moves of many O(n) spins at once, see vectors_kernel.h. Compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors_kernel.h"

#include <math.h>
#include <string.h>

#include "word.h"

#define LANES (SPINS_WORD_BITS / 64)
typedef double reals __attribute__((vector_size(8 * LANES)));
typedef int64_t whole __attribute__((vector_size(8 * LANES)));
typedef int32_t halves __attribute__((vector_size(4 * LANES)));

SPINS_INLINE reals load(const double *from) {
    reals value;
    memcpy(&value, from, sizeof value);
    return value;
}
SPINS_INLINE void store(double *to, reals value) { memcpy(to, &value, sizeof value); }
SPINS_INLINE reals all(double value) { return (reals){0} + value; }
SPINS_INLINE reals choose(whole which, reals yes, reals no) {
    return (reals)((which & (whole)yes) | (~which & (whole)no));
}
SPINS_INLINE reals root(reals square) {
    for (unsigned k = 0; k < LANES; k++) { square[k] = sqrt(square[k]); }
    return square;
}
/* Words as whole numbers from -2^31 to 2^31 - 1. */
SPINS_INLINE reals numbers(const uint32_t *words) {
    halves value;
    memcpy(&value, words, sizeof value);
    return __builtin_convertvector(value, reals);
}

/* ---- elementary functions -------------------------------------------------------------------------------------- */

#define MAGIC 0x1.8p52 /* added to a number below 2^51 its lower bits are the nearest whole number */

/* Four sums at once, of each fourth power, since one alone would wait for itself. */
SPINS_INLINE reals polynomial(const double *coefficients, unsigned count, reals x) {
    const reals square = x * x, fourth = square * square;
    reals sum[4];
    for (unsigned part = 0; part < 4; part++) {
        unsigned k = part + (count - 1 - part) / 4 * 4;
        sum[part] = all(coefficients[k]);
        while (k > part) {
            k -= 4;
            sum[part] = sum[part] * fourth + coefficients[k];
        }
    }
    return (sum[0] + sum[1] * x) + (sum[2] + sum[3] * x) * square;
}

/* 1/(k + 1)! */
static const double of_exponential[] = {
    1,           1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,       1.0 / 5040,
    1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
enum { EXPONENTIAL = sizeof of_exponential / sizeof *of_exponential };

/* exp(-x) = 2^-k exp(r) for 0 <= x <= 700, |r| <= ln(2)/2, where the series ends at 4e-18; *power = 2^-k, *less =
 * exp(r) - 1. */
SPINS_INLINE void exponential(reals x, unsigned terms, reals *power, reals *less) {
    const reals magic = x * 0x1.71547652b82fep0 + MAGIC, k = magic - MAGIC;
    const reals r = (k * 0x1.62e42fefap-1 - x) + k * 0x1.cf79abc9e3b3ap-40; /* ln 2 in two parts, the first short */
    *power = (reals)(((whole){0} + 1023 - ((whole)magic & 0xfff)) << 52);
    *less = r * polynomial(of_exponential, terms, r);
}

/* 1/(2k + 1) */
static const double of_logarithm[] = {1,        1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                      1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
enum { LOGARITHM = sizeof of_logarithm / sizeof *of_logarithm };

/* log(1 + x) for -1 < x <= 0: 2 artanh(f / (2 + f)) of the mantissa 1 + f, between sqrt(1/2) and sqrt(2). One division
 * serves that and *inverse = 1 / other, other from 1 to 2 but for its sign. */
SPINS_INLINE reals log_of_one_and(reals x, reals other, reals *inverse) {
    const reals a = 1 + x;
    const whole bits = (whole)a, shifted = bits - 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
    const whole k = shifted >> 52;
    const reals mantissa = (reals)(bits - (k << 52));
    const reals f = choose(k == 0, x, mantissa - 1); /* x is more exact than 1 + x */
    const reals share = 1 / ((2 + f) * other), s = f * other * share;
    const reals exponent = (reals)((whole)all(MAGIC) + k) - MAGIC;
    *inverse = (2 + f) * share;
    return exponent * 0x1.62e42fefa39efp-1 + 2 * s * polynomial(of_logarithm, LOGARITHM, s * s);
}

static const double of_sine[] = {
    1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000};
static const double of_cosine[] = {1,
                                   -1.0 / 2,
                                   1.0 / 24,
                                   -1.0 / 720,
                                   1.0 / 40320,
                                   -1.0 / 3628800,
                                   1.0 / 479001600,
                                   -1.0 / 87178291200,
                                   1.0 / 20922789888000};

/* Cosine and sine of 2 pi t, |t| < 1: of the angle to the nearest multiple of pi/2, then turned. */
SPINS_INLINE void circle(reals t, reals *cosine, reals *sine) {
    const reals magic = 4 * t + MAGIC;
    const reals angle = (t - (magic - MAGIC) * 0.25) * 0x1.921fb54442d18p2, square = angle * angle;
    const whole quarter = (whole)magic, odd = -(quarter & 1);
    const reals s = angle * polynomial(of_sine, 8, square), c = polynomial(of_cosine, 9, square);
    const whole turn_cosine = ((quarter + 1) & 2) << 62, turn_sine = (quarter & 2) << 62;
    *cosine = (reals)((whole)choose(odd, s, c) ^ turn_cosine);
    *sine = (reals)((whole)choose(odd, c, s) ^ turn_sine);
}

/* ---- vectors --------------------------------------------------------------------------------------------------- */

SPINS_INLINE reals dot(unsigned n, const reals *a, const reals *b) {
    reals sum = a[0] * b[0];
    for (unsigned c = 1; c < n; c++) { sum = sum + a[c] * b[c]; }
    return sum;
}

/* One step of Newton's iteration towards the unit length, against drift. */
SPINS_INLINE void keep_length(unsigned n, reals *s) {
    const reals factor = 1.5 - 0.5 * dot(n, s, s);
    for (unsigned c = 0; c < n; c++) { s[c] = s[c] * factor; }
}

SPINS_INLINE void cross(const reals *a, const reals *b, reals *product) {
    product[0] = a[1] * b[2] - a[2] * b[1];
    product[1] = a[2] * b[0] - a[0] * b[2];
    product[2] = a[0] * b[1] - a[1] * b[0];
}

SPINS_INLINE reals symmetric(const uint32_t *words, double reach) { return (numbers(words) + 0.5) * (0x1p-31 * reach); }

/* The turn by the Cayley vector a: S + 2/(1 + a^2) (a x S + a x (a x S)). */
SPINS_INLINE void turn_three(const spins_batch *batch, unsigned i, double reach, const reals *s, reals *v) {
    reals a[3], once[3], twice[3];
    for (unsigned c = 0; c < 3; c++) { a[c] = symmetric(batch->words[c] + i, reach); }
    cross(a, s, once);
    cross(a, once, twice);
    const reals factor = 2 / (1 + dot(3, a, a));
    for (unsigned c = 0; c < 3; c++) { v[c] = s[c] + factor * (once[c] + twice[c]); }
}

SPINS_INLINE void turn_two(const spins_batch *batch, unsigned i, double reach, const reals *s, reals *v) {
    const reals t = symmetric(batch->words[0] + i, reach), square = t * t, share = 1 / (1 + square);
    const reals cosine = (1 - square) * share, sine = 2 * t * share;
    v[0] = cosine * s[0] - sine * s[1];
    v[1] = sine * s[0] + cosine * s[1];
}

/* ---- moves ----------------------------------------------------------------------------------------------------- */

/* A word decides unless it lies within 2 of 2^32 exp(-rise): the error of ten terms of the series is below 0.01 there.
 */
SPINS_INLINE void decide(const uint32_t *words, reals rise, whole *accepted, whole *unsure) {
    reals power, less;
    const reals positive = choose(rise > 0, rise, all(0)), x = choose(positive < 40, positive, all(40));
    exponential(x, 10, &power, &less);
    const reals bound = (power + power * less) * 0x1p32;
    halves turned;
    memcpy(&turned, words, sizeof turned);
    turned ^= INT32_MIN; /* so that the word itself is the signed number and 2^31 */
    const reals word = __builtin_convertvector(turned, reals) + 0x1p31;
    const whole surely = word + 2 < bound, never = word > bound + 2, up = rise > 0, down = rise < 0;
    *accepted = down | (up & surely);
    *unsure = ~(down | (up & (surely | never)));
}

SPINS_INLINE uint64_t bits_of(whole which) {
    uint64_t bits = 0;
    for (unsigned k = 0; k < LANES; k++) { bits |= (uint64_t)(which[k] != 0) << k; }
    return bits;
}

SPINS_INLINE bool any_of(whole which) {
    int64_t sum = 0;
    for (unsigned k = 0; k < LANES; k++) { sum |= which[k]; }
    return sum != 0;
}

SPINS_INLINE bool metropolis(spins_batch *batch, unsigned n, unsigned count, double reach, double beta,
                             uint64_t *unsure) {
    whole open = {0};
    memset(unsure, 0, SPINS_BATCH / 8);
    for (unsigned i = 0; i < count; i += LANES) {
        reals s[3], h[3], v[3];
        whole accepted, later;
        for (unsigned c = 0; c < n; c++) {
            s[c] = load(batch->spin[c] + i);
            h[c] = load(batch->field[c] + i);
        }
        if (n == 2) {
            turn_two(batch, i, reach, s, v);
        } else {
            turn_three(batch, i, reach, s, v);
        }
        keep_length(n, v);
        const reals rise = beta * (dot(n, s, h) - dot(n, v, h));
        store(batch->rise + i, rise);
        decide(batch->words[n == 2 ? 1 : 3] + i, rise, &accepted, &later);
        for (unsigned c = 0; c < n; c++) {
            store(batch->proposal[c] + i, v[c]);
            store(batch->spin[c] + i, choose(accepted, v[c], s[c]));
        }
        open |= later;
        if (__builtin_expect(any_of(later), 0)) { unsure[i / 64] |= bits_of(later) << i % 64; }
    }
    return !any_of(open);
}

SPINS_INLINE void relax(spins_batch *batch, unsigned n, unsigned count) {
    for (unsigned i = 0; i < count; i += LANES) {
        reals s[3], h[3], v[3];
        for (unsigned c = 0; c < n; c++) {
            s[c] = load(batch->spin[c] + i);
            h[c] = load(batch->field[c] + i);
        }
        const reals square = dot(n, h, h), twice = 2 * dot(n, s, h) / square;
        for (unsigned c = 0; c < n; c++) { v[c] = twice * h[c] - s[c]; }
        keep_length(n, v);
        for (unsigned c = 0; c < n; c++) { store(batch->spin[c] + i, choose(square > 0, v[c], s[c])); }
    }
}

/* In (0, 1], from 64 bits. */
SPINS_INLINE reals uniform(const uint32_t *high, const uint32_t *low) {
    return ((numbers(high) + 0.5) * 0x1p-32 + 0.5) + (numbers(low) + 0.5) * 0x1p-64;
}

/* 1 - w of the cosine w to the field, by inversion: w has the density exp(k w) on [-1, 1], and 1 - exp(-k (1 - w)) over
 * 1 - exp(-2 k) is uniform. Exact to rounding down to k = 0. *share = 1 / other, as above. */
SPINS_INLINE reals draw_rest(reals uniform_number, reals k, reals inverse_k, reals other, reals *share) {
    reals power, less;
    const reals x = choose(2 * k < 700, 2 * k, all(700));
    exponential(x, EXPONENTIAL, &power, &less);
    const reals whole_range = (1 - power) - power * less; /* 1 - exp(-2 k); power = 1 for small k */
    const reals rest = -log_of_one_and(-uniform_number * whole_range, other, share) * inverse_k;
    return choose(rest < 2, choose(rest > 0, rest, all(0)), all(2));
}

/* Two unit vectors across e and each other, with sign that of e[2] and share = 1 / (sign + e[2]) (Duff et al., J.
 * Computer Graphics Techniques 6, 1 (2017)). */
SPINS_INLINE void frame(const reals *e, reals sign, reals share, reals *first, reals *second) {
    const reals b = -e[0] * e[1] * share;
    first[0] = 1 - sign * e[0] * e[0] * share;
    first[1] = sign * b;
    first[2] = -sign * e[0];
    second[0] = b;
    second[1] = sign - e[1] * e[1] * share;
    second[2] = -e[1];
}

/* Below this strength of the field its direction, and 1 / k, are of no account; their squares stay above 0. */
#define WEAK 1e-140

static void heat_bath_3(spins_batch *batch, unsigned count, double beta) {
    const double temperature = 1 / beta;
    for (unsigned i = 0; i < count; i += LANES) {
        reals e[3], first[3], second[3], s[3], cosine, sine, share;
        for (unsigned c = 0; c < 3; c++) { e[c] = load(batch->field[c] + i); }
        const reals length = root(dot(3, e, e)), inverse = 1 / length;
        const whole some = length > WEAK;
        for (unsigned c = 0; c < 3; c++) { e[c] = choose(some, e[c] * inverse, all(c == 2)); }
        const reals k = choose(some, beta * length, all(beta * WEAK));
        const reals inverse_k = choose(some, temperature * inverse, all(temperature / WEAK));
        const reals sign = (reals)(((whole)e[2] & INT64_MIN) | (whole)all(1)),
                    number = uniform(batch->words[0] + i, batch->words[1] + i);
        const reals rest = draw_rest(number, k, inverse_k, sign + e[2], &share), w = 1 - rest;
        circle(uniform(batch->words[2] + i, batch->words[3] + i) - 0.5, &cosine, &sine);
        frame(e, sign, share, first, second);
        const reals across = root(rest * (1 + w));
        for (unsigned c = 0; c < 3; c++) { s[c] = w * e[c] + across * (cosine * first[c] + sine * second[c]); }
        keep_length(3, s);
        for (unsigned c = 0; c < 3; c++) { store(batch->spin[c] + i, s[c]); }
    }
}

static bool metropolis_2(spins_batch *batch, unsigned count, double reach, double beta, uint64_t *unsure) {
    return metropolis(batch, 2, count, reach, beta, unsure);
}
static bool metropolis_3(spins_batch *batch, unsigned count, double reach, double beta, uint64_t *unsure) {
    return metropolis(batch, 3, count, reach, beta, unsure);
}
static void relax_2(spins_batch *batch, unsigned count) { relax(batch, 2, count); }
static void relax_3(spins_batch *batch, unsigned count) { relax(batch, 3, count); }

const spins_vectors_moves SPINS_ISA(spins_vectors_moves)[2] = {{metropolis_2, NULL, relax_2},
                                                               {metropolis_3, heat_bath_3, relax_3}};
