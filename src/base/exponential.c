/*
 * exp and log, correctly rounded to nearest with the same bits on every machine.
 *
 * Two stages (Ziv 1991): here a sum high + low of doubles with an error below 2^-63 of the result, and a test whether
 * every number within the error rounds to the same double. Where not, once in a thousand calls, exponential_exact.c
 * decides. Nothing here needs a fused multiply-add, and nothing may be contracted into one (-ffp-contract=off).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"
#include "exponential_table.h"

#include <math.h>
#include <string.h>

typedef struct pair {
    double high, low;
} pair;

/* a + b = high + low exactly (Knuth). */
static inline pair sum(double a, double b) {
    const double high = a + b, part = high - a;
    return (pair){high, (a - (high - part)) + (b - part)};
}

/* The upper 26 bits of a double (Veltkamp). */
static inline double upper_half(double a) {
    const double c = 0x1.0000002p27 * a;
    return c - (c - a);
}

/* a * b = high + low exactly (Dekker 1971). */
static inline pair product(double a, double b) {
    const double high = a * b, a1 = upper_half(a), b1 = upper_half(b), a2 = a - a1, b2 = b - b1;
    return (pair){high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2};
}

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x = n ln2/64 + r with |r| < 0.0055 and n = 64 m + j: exp(x) = 2^m 2^(j/64) exp(r).
 *
 * ln2/64 comes in three parts of 36, 36 and 53 bits, so that x - n first is exact and r = high + low has an error of
 * 2^-100. In units of the result the errors are: r^2/2 + ... in doubles 2^-67, its product with the table entry and
 * three sums of terms below 2^-14 each 2^-68; the bound 2^-63 holds with a factor to spare. */
double ons_exp(double x) {
    if (isnan(x)) { return x; }
    if (x > 709.8) { return INFINITY; }
    if (x < -745.2) { return 0; }
    if (fabs(x) < 0x1p-54) { return 1; }
    if (fabs(x) > 700) { return base_exact_exp(x); } /* perhaps subnormal or too large: rounded as an integer */
    const double shift = 0x1.8p52, n = (x * 0x1.71547652b82fep+6 + shift) - shift;
    const pair reduced = sum(x - n * 0x1.62e42fefa0000p-7, -(n * 0x1.cf79abc9e0000p-46));
    const double r = reduced.high, low = reduced.low - n * 0x1.d9cc01f97b57ap-85;
    const double rest = 1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040))));
    const double tail = (low + r * low) + r * r * (0.5 + r * rest); /* exp(r) - 1 - r */

    const int64_t index = (int64_t)n, m = (index - (index & 63)) / 64;
    const double power = power_table[index & 63].high, power_low = power_table[index & 63].low;
    const pair first = product(power, r), whole = sum(power, first.high);
    const double small = whole.low + (first.low + (power * tail + (power_low + power_low * r)));
    const double above = whole.high + (small + 0x1p-63), below = whole.high + (small - 0x1p-63);
    if (above != below) { return base_exact_exp(x); }
    return from_bits(bits_of(above) + ((uint64_t)m << 52)); /* above lies in [0.9, 2.1), |m| < 1011: normal */
}

/* The logarithm of a positive normal number m 2^exponent as high + low, with an error below 2^-64 of it.
 *
 * The upper 7 bits of m find c near 1/m (table), r = m c - 1 is exact as a pair, |r| <= 2^-7, and
 * log(x) = exponent ln2 - log(c) + r - r^2/2 + r^3/3 - ... with the first two powers as pairs. Near x = 1 the first two
 * terms vanish, so that the error is relative there too: the cubic term in doubles gives 2^-67 of r. */
static pair logarithm(double x, int exponent) {
    const uint64_t bits = bits_of(x), mantissa = bits & 0xFFFFFFFFFFFFFULL;
    exponent += (int)(bits >> 52) - 1023;
    const unsigned index = (unsigned)(mantissa >> 45);
    const bool halved = index >= 53; /* so that m lies in [0.707, 1.414) */
    exponent += halved;
    const double m = from_bits(mantissa | (halved ? 1022ULL : 1023ULL) << 52);
    const double m_upper = from_bits(bits_of(m) & ~0x1FFFFFULL); /* 32 bits: the products with c (10 bits) are exact */
    const double c = logarithm_table[index].inverse;
    const pair reduced = sum(m_upper * c - 1, (m - m_upper) * c);
    const double r = reduced.high;

    const pair square = product(r, r);
    const double rest = 1.0 / 7 - r * (1.0 / 8 - r * (1.0 / 9 - r * (1.0 / 10)));
    const double cubic = r * square.high * (1.0 / 3 - r * (1.0 / 4 - r * (1.0 / 5 - r * (1.0 / 6 - r * rest))));

    /* ln2 in 42 and 53 bits, so that the product with the exponent is exact. */
    const pair a = sum(exponent * 0x1.62e42fefa3800p-1, logarithm_table[index].high);
    const pair b = sum(a.high, r), d = sum(b.high, -0.5 * square.high);
    const double low = a.low + b.low + d.low + (exponent * 0x1.ef35793c76730p-45 + logarithm_table[index].low) +
                       (reduced.low - r * reduced.low - 0.5 * square.low) + cubic;
    return (pair){d.high, low};
}

double ons_log(double x) {
    if (isnan(x)) { return x; }
    if (x == 0) { return -INFINITY; }
    if (x < 0) { return NAN; }
    if (isinf(x)) { return x; }
    if (x == 1) { return 0; }
    const bool subnormal = x < 0x1p-1022;
    const pair result = logarithm(subnormal ? x * 0x1p54 : x, subnormal ? -54 : 0);
    const double error = fabs(result.high) * 0x1p-63;
    const double above = result.high + (result.low + error), below = result.high + (result.low - error);
    return above == below ? above : base_exact_log(x, above);
}
