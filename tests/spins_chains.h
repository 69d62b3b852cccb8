/*
 * Markov chains of tiny systems as full transition matrices: products, detailed balance, stationarity, one eigenvalue
 * on the unit circle, and counts of a kernel against a row.
 *
 * One eigenvalue on the unit circle: a stochastic matrix of which some power is strictly positive (a primitive one) has
 * the simple eigenvalue 1 and all others inside the circle (Perron 1907, Frobenius 1912), and conversely. The power is
 * found by squaring.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_SPINS_CHAINS_H
#define ONSAGER_TESTS_SPINS_CHAINS_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_STATES = 256 };
typedef double chain_matrix[CHAIN_STATES][CHAIN_STATES];

static inline void chain_identity(unsigned states, chain_matrix m) {
    memset(m, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < states; a++) { m[a][a] = 1; }
}

static inline void chain_multiply(unsigned states, chain_matrix a, chain_matrix b, chain_matrix product) {
    static chain_matrix result;
    memset(result, 0, sizeof result);
    for (unsigned i = 0; i < states; i++) {
        for (unsigned k = 0; k < states; k++) {
            const double factor = a[i][k];
            if (factor == 0) { continue; }
            for (unsigned j = 0; j < states; j++) { result[i][j] += factor * b[k][j]; }
        }
    }
    memcpy(product, result, sizeof result);
}

static inline void chain_raise(unsigned states, chain_matrix base, unsigned exponent, chain_matrix result) {
    chain_identity(states, result);
    for (unsigned k = 0; k < exponent; k++) { chain_multiply(states, result, base, result); }
}

/* Every flow equals the flow back. */
static inline void chain_assert_balance(const char *name, unsigned states, const double *stationary,
                                        chain_matrix move) {
    for (unsigned a = 0; a < states; a++) {
        for (unsigned b = 0; b < a; b++) {
            const double flow = stationary[a] * move[a][b], back = stationary[b] * move[b][a];
            if (!(fabs(flow - back) <= 1e-15)) { fail_msg("%s: flow %g, back %g", name, flow, back); }
        }
    }
}

static inline void chain_assert_stationary(const char *name, unsigned states, const double *stationary,
                                           chain_matrix step) {
    for (unsigned b = 0; b < states; b++) {
        double next = 0, row = 0;
        for (unsigned a = 0; a < states; a++) {
            next += stationary[a] * step[a][b];
            row += step[b][a];
        }
        if (!(fabs(next - stationary[b]) <= 1e-14)) { fail_msg("%s: %g stays %g", name, stationary[b], next); }
        if (!(fabs(row - 1) <= 1e-13)) { fail_msg("%s: probabilities add to %.17g", name, row); }
    }
}

static inline void chain_assert_primitive(const char *name, unsigned states, chain_matrix step) {
    static chain_matrix power;
    memcpy(power, step, sizeof power);
    for (unsigned doubling = 0; doubling < 12; doubling++) {
        bool positive = true;
        for (unsigned a = 0; a < states; a++) {
            for (unsigned b = 0; b < states; b++) { positive = positive && power[a][b] > 0; }
        }
        if (positive) { return; }
        chain_multiply(states, power, power, power);
    }
    fail_msg("%s: no power of the step is strictly positive", name);
}

/* Chi-squared of counts against probabilities, rare outcomes together, as a normal deviate (Wilson and Hilferty 1931).
 */
static inline double chain_deviate(const char *name, unsigned states, const double *expected, const unsigned *counts,
                                   unsigned samples) {
    double chi = 0, rare_expected = 0, rare_counts = 0;
    int cells = 0;
    for (unsigned b = 0; b < states; b++) {
        if (expected[b] == 0 && counts[b]) { fail_msg("%s: an impossible transition happened", name); }
        if (expected[b] * samples < 20) {
            rare_expected += expected[b] * samples;
            rare_counts += counts[b];
            continue;
        }
        chi += pow(counts[b] - expected[b] * samples, 2) / (expected[b] * samples);
        cells++;
    }
    if (rare_expected >= 5) {
        chi += pow(rare_counts - rare_expected, 2) / rare_expected;
        cells++;
    }
    const double freedom = cells - 1;
    if (freedom < 1) { return 0; }
    return (cbrt(chi / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom));
}

#endif
