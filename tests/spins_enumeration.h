/*
 * Brute force for tests of the spin engine: every configuration of a small system, from nothing but its list of bonds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_SPINS_ENUMERATION_H
#define ONSAGER_TESTS_SPINS_ENUMERATION_H

#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>

/* A small system: bonds with couplings, self-bonds included. */
typedef struct small_system {
    unsigned sites, bonds;
    unsigned source[512], target[512];
    double coupling[512], field, temperature;
} small_system;

static inline small_system small_from_graph(const ons_graph *graph, const ons_ising_options *options) {
    static small_system small; /* large; copied out */
    small.sites = graph->sites;
    small.bonds = 0;
    small.field = options->field;
    small.temperature = options->temperature;
    for (unsigned i = 0; graph->complete && i < graph->sites; i++) {
        for (unsigned j = 0; j < i; j++) {
            small.source[small.bonds] = i;
            small.target[small.bonds] = j;
            small.coupling[small.bonds++] = options->coupling / graph->sites;
        }
    }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double strength = graph->strength ? graph->strength[b] : graph->common_strength;
        small.source[small.bonds] = graph->source[b];
        small.target[small.bonds] = graph->target[b];
        small.coupling[small.bonds++] = options->couplings ? options->couplings[b] : options->coupling * strength;
    }
    return small;
}

static inline int small_spin(unsigned state, unsigned site) { return state >> site & 1 ? 1 : -1; }

static inline double small_magnetization(const small_system *small, unsigned state) {
    double sum = 0;
    for (unsigned i = 0; i < small->sites; i++) { sum += small_spin(state, i); }
    return sum;
}

static inline double small_energy(const small_system *small, unsigned state) {
    double energy = -small->field * small_magnetization(small, state);
    for (unsigned b = 0; b < small->bonds; b++) {
        energy -= small->coupling[b] * small_spin(state, small->source[b]) * small_spin(state, small->target[b]);
    }
    return energy;
}

/* Canonical means per site. */
typedef struct small_means {
    double free_energy, e, variance, m, mabs, m2, m4; /* variance of e */
} small_means;

/* Sums in extended precision: a million weights would cost three digits. */
static inline small_means small_enumerate(const small_system *small) {
    const unsigned states = 1u << small->sites;
    const double n = small->sites;
    double ground = INFINITY;
    long double z = 0, e = 0, m1 = 0, mabs = 0, m2 = 0, m4 = 0, variance = 0;
    for (unsigned state = 0; state < states; state++) { ground = fmin(ground, small_energy(small, state)); }
    for (unsigned state = 0; state < states; state++) {
        const double energy = small_energy(small, state), m = small_magnetization(small, state) / n;
        const double weight = exp(-(energy - ground) / small->temperature);
        z += weight;
        e += weight * energy / n;
        m1 += weight * m;
        mabs += weight * fabs(m);
        m2 += weight * m * m;
        m4 += weight * m * m * m * m;
    }
    for (unsigned state = 0; state < states; state++) {
        const double energy = small_energy(small, state), deviation = energy / n - (double)(e / z);
        variance += exp(-(energy - ground) / small->temperature) * deviation * deviation;
    }
    return (small_means){.free_energy = (ground - small->temperature * log((double)z)) / n,
                         .e = (double)(e / z),
                         .variance = (double)(variance / z),
                         .m = (double)(m1 / z),
                         .mabs = (double)(mabs / z),
                         .m2 = (double)(m2 / z),
                         .m4 = (double)(m4 / z)};
}

static inline double small_specific_heat(const small_system *small, const small_means *means) {
    return small->sites * means->variance / (small->temperature * small->temperature);
}

#endif
