/*
 * exp and log by integers, for the few arguments where doubles cannot tell which way to round.
 *
 * A number is 9 limbs of 32 bits: 32 bits before the binary point and 256 behind it; every operation cuts the result
 * off, an error below 2^-256. The results have relative errors below 2^-180. No double but exp(0) and log(1) has an exp
 * or a log that is a double or lies half-way between two, and none comes nearer to half-way than some 2^-118 of the
 * result (Lefevre and Muller 2001), so that rounding the integer gives the nearest double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { limbs = 9, fraction_bits = 256 };

/* The sum of limb[i] 2^(32 (i - 8)). */
typedef struct fixed {
    uint32_t limb[limbs];
} fixed;

/* ln 2: floor(ln2 2^256) with mpmath at 400 bits. */
static const fixed ln2 = {
    {0x8baafa2b, 0x8a0d175b, 0x7298b62d, 0x40f34326, 0x03f2f6af, 0xc9e3b398, 0xd1cf79ab, 0xb17217f7, 0}};

static fixed integer(uint32_t value) { return (fixed){.limb[limbs - 1] = value}; }

static fixed add(fixed a, fixed b) {
    uint64_t carry = 0;
    for (int i = 0; i < limbs; i++) {
        carry += (uint64_t)a.limb[i] + b.limb[i];
        a.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return a;
}

/* a - b for a >= b. */
static fixed subtract(fixed a, fixed b) {
    uint64_t borrow = 0;
    for (int i = 0; i < limbs; i++) {
        const uint64_t difference = (uint64_t)a.limb[i] - b.limb[i] - borrow;
        a.limb[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
    return a;
}

static bool is_less(fixed a, fixed b) {
    for (int i = limbs - 1; i >= 0; i--) {
        if (a.limb[i] != b.limb[i]) { return a.limb[i] < b.limb[i]; }
    }
    return false;
}

static fixed times(fixed a, fixed b) {
    uint32_t all[2 * limbs] = {0};
    for (int i = 0; i < limbs; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < limbs; j++) {
            carry += (uint64_t)a.limb[i] * b.limb[j] + all[i + j];
            all[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        all[i + limbs] = (uint32_t)carry;
    }
    fixed result;
    memcpy(result.limb, all + limbs - 1, sizeof result.limb);
    return result;
}

static fixed times_small(fixed a, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < limbs; i++) {
        carry += (uint64_t)a.limb[i] * factor;
        a.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return a;
}

static fixed divided_by_small(fixed a, uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = limbs - 1; i >= 0; i--) {
        rest = rest << 32 | a.limb[i];
        a.limb[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return a;
}

/* mantissa 2^exponent, for results below 2^32; bits behind 2^-256 are cut off. */
static fixed from_mantissa(uint64_t mantissa, int exponent) {
    fixed result = {0};
    for (int i = 0; i < 64; i++) {
        const int place = exponent + i + fraction_bits;
        if ((mantissa >> i & 1) && place >= 0) { result.limb[place / 32] |= 1U << place % 32; }
    }
    return result;
}

/* |x| = mantissa 2^exponent. */
static uint64_t split(double x, int *exponent) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int biased = (int)(bits >> 52 & 0x7FF);
    const uint64_t fraction = bits & 0xFFFFFFFFFFFFFULL;
    *exponent = (biased ? biased : 1) - 1075;
    return biased ? fraction | 1ULL << 52 : fraction;
}

static bool bit_at(const fixed *a, int place) { return place >= 0 && (a->limb[place / 32] >> place % 32 & 1); }

static bool any_below(const fixed *a, int place) {
    for (int i = 0; i < place; i++) {
        if (bit_at(a, i)) { return true; }
    }
    return false;
}

/* The double nearest to a 2^exponent, a > 0; subnormal and too large results included. */
static double nearest_double(const fixed *a, int exponent) {
    int top = limbs * 32 - 1;
    while (top > 0 && !bit_at(a, top)) { top--; }
    const int size = top - fraction_bits + exponent; /* of the leading bit */
    const int precision = size >= -1022 ? 53 : 53 - (-1022 - size);
    if (precision < 0) { return 0; }
    uint64_t mantissa = 0;
    for (int i = 0; i < precision; i++) { mantissa = mantissa << 1 | bit_at(a, top - i); }
    const int half = top - precision;
    if (bit_at(a, half) && (any_below(a, half) || (mantissa & 1))) { mantissa++; }
    if (size > 1023 || (size == 1023 && mantissa >> 53)) { return INFINITY; }
    /* The leading bit of the mantissa, a carry out of it too, adds 1 to the exponent field. */
    const uint64_t field = size >= -1022 ? (uint64_t)(size + 1022) : 0, bits = (field << 52) + mantissa;
    double result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* exp(x) = result 2^exponent with 1 <= result <= 2 and an error below 2^-240.
 *
 * x = n ln2 + r, 0 <= r < ln2; exp(r) is the 256th power of the Taylor series of exp(r / 256), where r^22 / 22! <
 * 2^-250. */
static fixed exponential(double x, int *exponent) {
    const double size = fabs(x);
    int shift = 0;
    const uint64_t mantissa = split(x, &shift);
    const fixed whole = from_mantissa(mantissa, shift);
    uint32_t n = (uint32_t)(size * 1.4426950408889634);
    if (is_less(whole, times_small(ln2, n))) { n--; }
    fixed r = subtract(whole, times_small(ln2, n));
    *exponent = (int)n;
    if (x < 0) { /* exp(-n ln2 - r) = 2^(-n-1) exp(ln2 - r) */
        r = is_less(r, ln2) ? subtract(ln2, r) : (fixed){0};
        *exponent = -(int)n - 1;
    }
    r = divided_by_small(r, 256);
    fixed result = integer(1);
    for (uint32_t term = 22; term > 0; term--) { result = add(integer(1), divided_by_small(times(r, result), term)); }
    for (int i = 0; i < 8; i++) { result = times(result, result); }
    return result;
}

double base_exact_exp(double x) {
    assert(fabs(x) >= 0x1p-54 && fabs(x) <= 746);
    int exponent = 0;
    const fixed result = exponential(x, &exponent);
    return nearest_double(&result, exponent);
}

/* log(x) = near + log(1 + z) with 1 + z = x exp(-near), |z| < 2^-30: eight terms of the series leave 2^-240. */
double base_exact_log(double x, double near) {
    assert(x > 0 && fabs(near) >= 0x1p-54 && fabs(near) <= 746);
    int exponent = 0, x_exponent = 0, near_exponent = 0;
    const fixed inverse = exponential(-near, &exponent);
    uint64_t x_mantissa = split(x, &x_exponent);
    for (; x_mantissa >> 52 == 0; x_exponent--) { x_mantissa <<= 1; } /* to [2^52, 2^53): subnormal numbers too */
    exponent += x_exponent + 52;                                      /* 0, -1 or -2, as x exp(-near) is about 1 */
    assert(exponent <= 0 && exponent >= -2);
    const fixed factor = divided_by_small(times(inverse, from_mantissa(x_mantissa, -52)), 1U << -exponent);

    const bool below = is_less(factor, integer(1));
    const fixed z = below ? subtract(integer(1), factor) : subtract(factor, integer(1));
    fixed series = {0}; /* 1 -+ |z|/2 + |z|^2/3 ... */
    for (uint32_t term = 8; term > 0; term--) {
        const fixed next = times(z, series), one = divided_by_small(integer(1), term);
        series = below ? add(one, next) : subtract(one, next);
    }
    const fixed correction = times(z, series);

    const uint64_t near_mantissa = split(near, &near_exponent);
    const fixed size = from_mantissa(near_mantissa, near_exponent);
    const bool larger = (near > 0) != below; /* the correction points away from 0 */
    const fixed result = larger ? add(size, correction) : subtract(size, correction);
    const double rounded = nearest_double(&result, 0);
    return near < 0 ? -rounded : rounded;
}
