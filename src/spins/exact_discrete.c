/*
 * The chain of spins with q states by its transfer matrix (Kramers and Wannier, Phys. Rev. 60, 252 (1941)), raised to
 * its power with first and second derivatives along a source: Z(x) = trace of T(x)^N gives Z'/Z = <X> and Z''/Z =
 * <X^2>.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "jet.h"
#include "modes.h"

#include <stdlib.h>

enum { MOST = 32 };
typedef jet jets[MOST][MOST];

/* One chain: log weights of bonds and of the free ends, and the source of each, shared evenly by the bonds. */
typedef struct chain {
    uint32_t q;
    int64_t sites;
    bool open;
    double pair[MOST][MOST], site[MOST]; /* w(a, b) and u(a) */
    double x_pair[MOST][MOST], x_site[MOST];
    double beta, coupling;
    jets bond, power, work; /* scratch */
} chain;

/* `work` is scratch. */
static void multiply(uint32_t q, jets a, jets b, jets product, jets work) {
    double largest = 0;
    for (uint32_t i = 0; i < q; i++) {
        for (uint32_t j = 0; j < q; j++) {
            jet sum = {0, 0, 0};
            for (uint32_t k = 0; k < q; k++) { sum = jet_add(sum, jet_multiply(a[i][k], b[k][j])); }
            work[i][j] = sum;
            largest = fmax(largest, fabs(sum.value));
        }
    }
    for (uint32_t i = 0; i < q; i++) { /* a constant factor leaves the moments alone */
        for (uint32_t j = 0; j < q; j++) { product[i][j] = jet_scale(1 / largest, work[i][j]); }
    }
}

static void raise(uint32_t q, jets base, int64_t exponent, jets power, jets work) {
    for (uint32_t i = 0; i < q; i++) {
        for (uint32_t j = 0; j < q; j++) { power[i][j] = jet_constant(i == j); }
    }
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) { multiply(q, power, base, power, work); }
        if (exponent > 1) { multiply(q, base, base, base, work); }
    }
}

/* exp(log + x t) as a jet in t at 0. */
static jet weight(double log, double x) {
    const double e = ons_exp(log);
    return (jet){e, e * x, e * x * x};
}

/* <X> and <X^2> of X = sum over bonds x_pair + sum over sites (x_site - shift). */
static void moments(chain *c, double shift, double *first, double *second) {
    const uint32_t q = c->q;
    double largest = -INFINITY;
    for (uint32_t k = 0; k < q * q; k++) { /* keeps the exponentials below 1 */
        const uint32_t a = k / q, b = k % q;
        largest = fmax(largest, c->beta * (c->coupling * c->pair[a][b] - (c->site[a] + c->site[b]) / 2));
    }
    for (uint32_t a = 0; a < q; a++) {
        for (uint32_t b = 0; b < q; b++) {
            const double log = c->beta * (c->coupling * c->pair[a][b] - (c->site[a] + c->site[b]) / 2);
            c->bond[a][b] = weight(log - largest, c->x_pair[a][b] + (c->x_site[a] + c->x_site[b]) / 2 - shift);
        }
    }
    raise(q, c->bond, c->open ? c->sites - 1 : c->sites, c->power, c->work);
    jet z = {0, 0, 0};
    double least = INFINITY;
    for (uint32_t a = 0; a < q; a++) { least = fmin(least, c->site[a]); }
    for (uint32_t a = 0; a < q; a++) {
        if (!c->open) {
            z = jet_add(z, c->power[a][a]);
            continue;
        }
        for (uint32_t b = 0; b < q; b++) {
            const jet ends =
                weight(-c->beta * ((c->site[a] + c->site[b]) / 2 - least), (c->x_site[a] + c->x_site[b]) / 2 - shift);
            z = jet_add(z, jet_multiply(ends, c->power[a][b]));
        }
    }
    *first = z.first / z.value;
    *second = z.second / z.value;
}

/* Mean and variance of X, the second pass around the mean of the first. */
static void mean_and_variance(chain *c, double *mean, double *variance) {
    double rest, square;
    moments(c, 0, mean, &square);
    moments(c, *mean / (double)c->sites, &rest, &square);
    *variance = square - rest * rest;
}

static void describe(chain *c, const ons_discrete_options *options, int64_t sites, bool open) {
    c->q = options->states;
    c->sites = sites;
    c->open = open;
    c->beta = 1 / options->temperature;
    c->coupling = options->coupling;
    double cosine, sine;
    for (uint32_t a = 0; a < c->q; a++) {
        const double s = (double)a - 1;
        spins_circle((double)a / c->q, &cosine, &sine);
        c->site[a] = options->kind == ONS_POTTS   ? (a == 0 ? -options->field : 0)
                     : options->kind == ONS_CLOCK ? -options->field * cosine
                                                  : options->crystal_field * s * s - options->field * s;
        for (uint32_t b = 0; b < c->q; b++) {
            spins_circle((double)((a + c->q - b) % c->q) / c->q, &cosine, &sine);
            c->pair[a][b] = options->kind == ONS_POTTS   ? a == b
                            : options->kind == ONS_CLOCK ? cosine
                                                         : s * ((double)b - 1);
        }
    }
}

/* The source of X = sum over sites of x. */
static void source(chain *c, const double *x) {
    for (uint32_t a = 0; a < c->q; a++) {
        c->x_site[a] = x[a];
        for (uint32_t b = 0; b < c->q; b++) { c->x_pair[a][b] = 0; }
    }
}

static void energies(chain *c, ons_discrete_exact *exact) {
    double mean, variance;
    for (uint32_t a = 0; a < c->q; a++) {
        c->x_site[a] = c->site[a];
        for (uint32_t b = 0; b < c->q; b++) { c->x_pair[a][b] = -c->coupling * c->pair[a][b]; }
    }
    mean_and_variance(c, &mean, &variance);
    exact->energy = mean / (double)c->sites;
    exact->specific_heat = variance * c->beta * c->beta / (double)c->sites;
}

static void orders(chain *c, const ons_discrete_options *options, ons_discrete_exact *exact) {
    const double n = (double)c->sites;
    double x[MOST] = {0}, y[MOST] = {0}, mean, variance, other = 0, rest;
    exact->magnetization = exact->vector_squared = NAN;
    exact->density = 1;
    for (uint32_t a = 0; a < c->q; a++) {
        spins_circle((double)a / c->q, &x[a], &y[a]);
        if (options->kind == ONS_POTTS) { x[a] = a == 0; }
        if (options->kind == ONS_BLUME_CAPEL) { x[a] = (double)a - 1; }
    }
    if (options->kind != ONS_BLUME_CAPEL && options->field != 0) { return; }
    source(c, x);
    mean_and_variance(c, &mean, &variance);
    if (options->kind == ONS_POTTS) {
        exact->vector_squared = c->q * (c->q / (c->q - 1.0)) * variance / (n * n);
        return;
    }
    if (options->kind == ONS_CLOCK) {
        source(c, y);
        mean_and_variance(c, &rest, &other);
        exact->vector_squared = (variance + other) / (n * n); /* both means vanish */
        return;
    }
    exact->magnetization = mean / n;
    exact->vector_squared = (variance + mean * mean) / (n * n);
    for (uint32_t a = 0; a < c->q; a++) { x[a] = x[a] * x[a]; }
    source(c, x);
    mean_and_variance(c, &mean, &variance);
    exact->density = mean / n;
}

ons_status ons_discrete_exact_chain(const ons_discrete_options *options, int64_t sites, bool open,
                                    ons_discrete_exact *exact) {
    if (options->states < 2 || options->states > MOST || sites < 1) { return ONS_DONE; }
    chain *c = ONS_NEW(chain, 1);
    if (!c) { return ONS_MEMORY; }
    describe(c, options, sites, open);
    energies(c, exact);
    orders(c, options, exact);
    free(c);
    return ONS_OK;
}
