/*
 * Brute force for spins with q states: energies and order of every configuration, from the list of bonds and the
 * textbook formulas alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_SPINS_STATES_H
#define ONSAGER_TESTS_SPINS_STATES_H

#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>

typedef struct few_spins {
    ons_discrete_kind kind;
    unsigned q, sites, states; /* states = q^sites: configuration x has the state x / q^i % q at site i */
    unsigned bonds, source[256], target[256];
    double coupling[256], field, crystal_field, temperature;
} few_spins;

static inline void few_from_graph(few_spins *few, const ons_graph *graph, const ons_discrete_options *options) {
    few->kind = options->kind;
    few->q = options->states;
    few->sites = graph->sites;
    few->bonds = (unsigned)graph->bonds;
    few->field = options->field;
    few->crystal_field = options->crystal_field;
    few->temperature = options->temperature;
    few->states = 1;
    for (unsigned i = 0; i < few->sites; i++) { few->states *= few->q; }
    for (unsigned b = 0; b < few->bonds; b++) {
        few->source[b] = graph->source[b];
        few->target[b] = graph->target[b];
        few->coupling[b] = options->coupling * (graph->strength ? graph->strength[b] : graph->common_strength);
    }
}

static inline unsigned few_state(const few_spins *few, unsigned x, unsigned site) {
    while (site--) { x /= few->q; }
    return x % few->q;
}

static inline unsigned few_with(const few_spins *few, unsigned x, unsigned site, unsigned state) {
    unsigned power = 1;
    for (unsigned i = 0; i < site; i++) { power *= few->q; }
    return x + power * state - power * few_state(few, x, site);
}

static inline double few_pair(const few_spins *few, unsigned a, unsigned b) {
    switch (few->kind) {
    case ONS_POTTS: return a == b;
    case ONS_CLOCK: return cos(2 * M_PI * ((double)a - (double)b) / few->q);
    default: return ((double)a - 1) * ((double)b - 1);
    }
}

static inline double few_site(const few_spins *few, unsigned a) {
    const double s = (double)a - 1;
    switch (few->kind) {
    case ONS_POTTS: return a == 0 ? -few->field : 0;
    case ONS_CLOCK: return -few->field * cos(2 * M_PI * a / few->q);
    default: return few->crystal_field * s * s - few->field * s;
    }
}

static inline double few_energy(const few_spins *few, unsigned x) {
    double energy = 0;
    for (unsigned b = 0; b < few->bonds; b++) {
        energy -=
            few->coupling[b] * few_pair(few, few_state(few, x, few->source[b]), few_state(few, x, few->target[b]));
    }
    for (unsigned i = 0; i < few->sites; i++) { energy += few_site(few, few_state(few, x, i)); }
    return energy;
}

/* m of a configuration: see ons_discrete_order. */
static inline double few_order(const few_spins *few, unsigned x) {
    double counts[256] = {0}, cosine = 0, sine = 0, sum = 0, largest = 0;
    for (unsigned i = 0; i < few->sites; i++) {
        const unsigned a = few_state(few, x, i);
        counts[a]++;
        cosine += cos(2 * M_PI * a / few->q) / few->sites;
        sine += sin(2 * M_PI * a / few->q) / few->sites;
        sum += ((double)a - 1) / few->sites;
    }
    for (unsigned a = 0; a < few->q; a++) { largest = fmax(largest, counts[a] / few->sites); }
    return few->kind == ONS_POTTS   ? (few->q * largest - 1) / (few->q - 1)
           : few->kind == ONS_CLOCK ? hypot(cosine, sine)
                                    : sum;
}

static inline void few_weights(const few_spins *few, double *probability) {
    double sum = 0, ground = INFINITY;
    for (unsigned x = 0; x < few->states; x++) { ground = fmin(ground, few_energy(few, x)); }
    for (unsigned x = 0; x < few->states; x++) {
        probability[x] = exp(-(few_energy(few, x) - ground) / few->temperature);
        sum += probability[x];
    }
    for (unsigned x = 0; x < few->states; x++) { probability[x] /= sum; }
}

/* Canonical means per site. */
typedef struct few_means {
    double e, e2, m, mabs, m2, m4, density;
} few_means;

static inline few_means few_enumerate(const few_spins *few) {
    double *probability = calloc(few->states, sizeof *probability);
    few_means means = {0};
    few_weights(few, probability);
    for (unsigned x = 0; x < few->states; x++) {
        const double p = probability[x], e = few_energy(few, x) / few->sites, m = few_order(few, x);
        means.e += p * e;
        means.e2 += p * e * e;
        means.m += p * m;
        means.mabs += p * fabs(m);
        means.m2 += p * m * m;
        means.m4 += p * m * m * m * m;
        for (unsigned i = 0; i < few->sites; i++) { means.density += p * (few_state(few, x, i) != 1) / few->sites; }
    }
    free(probability);
    return means;
}

#endif
