/*
 * The inverse Ising problem in closed form: mean fields, pairs, trees, small correlations.
 *
 * With L_i = 1 - m_i^2 and C the connected correlations (C_ii = L_i), the entropy as a function of means and
 * correlations gives J_ij = - dS/dC_ij and h_i = - dS/dm_i at fixed C - sum_j J_ij m_j.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising.h"

#include "dense.h"

#include <math.h>
#include <stdlib.h>

typedef struct closed {
    size_t spins;
    const double *mean, *product;
    double *connected, *inverse; /* [spins][spins]: C and C^-1 */
    double *field, *coupling;
} closed;

/* ---- one pair -------------------------------------------------------------------------------------------------- */

/* Coupling and field of the first spin of a pair alone: exact for two spins. */
static double pair_coupling(double a, double b, double ab) {
    return 0.25 * log((1 + a + b + ab) * (1 - a - b + ab) / ((1 + a - b - ab) * (1 - a + b - ab)));
}

static double pair_field(double a, double b, double ab) {
    return 0.25 * log((1 + a + b + ab) * (1 + a - b - ab) / ((1 - a + b - ab) * (1 - a - b + ab)));
}

static double naive_coupling(double inverse, double a, double b, double ab) {
    (void)a;
    (void)b;
    (void)ab;
    return -inverse;
}

/* The root of inverse = - J - 2 J^2 a b that goes on from J = - inverse; NaN: none. */
static double tap_coupling(double inverse, double a, double b, double ab) {
    (void)ab;
    const double square = 1 - 8 * a * b * inverse;
    return -2 * inverse / (1 + sqrt(square)); /* the root (sqrt - 1)/(4 a b), without cancellation */
}

/* Ricci-Tersenghi 2012, eq. (23); Nguyen and Berg 2012, eq. (21). */
static double bethe_coupling(double inverse, double a, double b, double ab) {
    (void)ab;
    if (inverse == 0) { return 0; }
    const double root = sqrt(1 + 4 * (1 - a * a) * (1 - b * b) * inverse * inverse);
    const double inner = root - 2 * a * b * inverse;
    const double rest = sqrt(inner * inner - 4 * inverse * inverse);
    /* (root - rest)/(2 inverse), rationalised: root^2 - rest^2 is a multiple of the inverse. */
    const double difference =
        4 * a * b * inverse * root - 4 * a * a * b * b * inverse * inverse + 4 * inverse * inverse;
    return -atanh(difference / (2 * inverse * (root + rest)) - a * b);
}

/* Loops + pair - what both count. */
static double small_coupling(double inverse, double a, double b, double ab) {
    const double c = ab - a * b;
    return -inverse + pair_coupling(a, b, ab) - c / ((1 - a * a) * (1 - b * b) - c * c);
}

static double lone_coupling(double inverse, double a, double b, double ab) {
    (void)inverse;
    return pair_coupling(a, b, ab);
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static double naive_field(const closed *w, size_t i) {
    double h = atanh(w->mean[i]);
    for (size_t j = 0; j < w->spins; j++) { h -= w->coupling[i * w->spins + j] * w->mean[j]; }
    return h;
}

static double tap_field(const closed *w, size_t i) {
    double h = naive_field(w, i);
    for (size_t j = 0; j < w->spins; j++) {
        const double coupling = w->coupling[i * w->spins + j];
        h += w->mean[i] * coupling * coupling * (1 - w->mean[j] * w->mean[j]);
    }
    return h;
}

/* The mean of spin a without its bond t = tanh J to spin b, on a tree (Ricci-Tersenghi 2012, eq. (8)). */
static double cavity(double a, double b, double t) {
    const double square = 1 - t * t, root = sqrt(square * square - 4 * t * (a - b * t) * (b - a * t));
    return 2 * (a - b * t) / (square + root);
}

static double bethe_field(const closed *w, size_t i) {
    double h = atanh(w->mean[i]);
    for (size_t j = 0; j < w->spins; j++) {
        if (j == i) { continue; }
        const double t = tanh(w->coupling[i * w->spins + j]);
        h -= atanh(t * cavity(w->mean[j], w->mean[i], t));
    }
    return h;
}

static double lone_field(const closed *w, size_t i) {
    const double alone = atanh(w->mean[i]);
    double h = alone;
    for (size_t j = 0; j < w->spins; j++) {
        if (j != i) { h += pair_field(w->mean[i], w->mean[j], w->product[i * w->spins + j]) - alone; }
    }
    return h;
}

/* Pairs, and of S = 1/2 ln det C - 1/2 sum ln L_i - 1/2 sum_{i<j} ln(1 - C_ij^2/(L_i L_j)) the derivative along m_i. */
static double small_field(const closed *w, size_t i) {
    const double m = w->mean[i], own = 1 - m * m;
    double h = lone_field(w, i) + m * w->inverse[i * w->spins + i] - m / own;
    for (size_t j = 0; j < w->spins; j++) {
        if (j == i) { continue; }
        const double c = w->connected[i * w->spins + j], other = 1 - w->mean[j] * w->mean[j];
        const double both = own * other - c * c;
        h -= m * c * c / (own * both);
        h -= w->mean[j] * (-w->inverse[i * w->spins + j] - c / both);
    }
    return h;
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

typedef struct closed_method {
    double (*coupling)(double inverse, double a, double b, double ab);
    double (*field)(const closed *w, size_t i);
    const char *name;
} closed_method;

static const closed_method methods[] = {
    [ONS_INVERSE_NAIVE] = {naive_coupling, naive_field, "naive mean field"},
    [ONS_INVERSE_TAP] = {tap_coupling, tap_field, "TAP"},
    [ONS_INVERSE_BETHE] = {bethe_coupling, bethe_field, "Bethe"},
    [ONS_INVERSE_PAIR] = {lone_coupling, lone_field, "independent pairs"},
    [ONS_INVERSE_SMALL] = {small_coupling, small_field, "small correlations"},
};

static ons_status invert(closed *w) {
    const size_t n = w->spins;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const double c = i == j ? 1 - w->mean[i] * w->mean[i] : w->product[i * n + j] - w->mean[i] * w->mean[j];
            w->connected[i * n + j] = w->inverse[i * n + j] = c;
        }
    }
    if (dense_cholesky(n, w->inverse)) {
        return ons_fail(ONS_INVALID,
                        "the %zu x %zu matrix of correlations is singular: more samples than spins are needed", n, n);
    }
    dense_cholesky_inverse(n, w->inverse);
    return ONS_OK;
}

static ons_status solve(closed *w, const closed_method *method) {
    const size_t n = w->spins;
    for (size_t i = 0; i < n; i++) {
        w->coupling[i * n + i] = 0;
        for (size_t j = 0; j < i; j++) {
            const double j_ij = method->coupling(w->inverse[i * n + j], w->mean[i], w->mean[j], w->product[i * n + j]);
            if (!isfinite(j_ij)) {
                return ons_fail(
                    ONS_INVALID,
                    "%s has no solution for these correlations: that of spins %zu and %zu (%.4g, inverse "
                    "%.4g) is too strong for it; maximum likelihood or pseudo-likelihood have no such limit",
                    method->name, j + 1, i + 1, w->connected[i * n + j], w->inverse[i * n + j]);
            }
            w->coupling[i * n + j] = w->coupling[j * n + i] = j_ij;
        }
    }
    for (size_t i = 0; i < n; i++) {
        w->field[i] = method->field(w, i);
        if (!isfinite(w->field[i])) {
            return ons_fail(ONS_INVALID, "%s has no field for spin %zu with these correlations", method->name, i + 1);
        }
    }
    return ONS_OK;
}

ons_status inverse_ising_closed(size_t spins, const double *mean, const double *product, ons_inverse_method method,
                                double *field, double *coupling) {
    closed w = {.spins = spins, .mean = mean, .product = product, .field = field, .coupling = coupling};
    w.connected = ONS_NEW(double, 2 * spins * spins);
    if (!w.connected) { return ONS_MEMORY; }
    w.inverse = w.connected + spins * spins;
    ons_status status = method == ONS_INVERSE_PAIR ? ONS_OK : invert(&w);
    if (!status) { status = solve(&w, &methods[method]); }
    free(w.connected);
    return status;
}
