/*
 * Tiny systems of clock spins with dipoles, enumerated; for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_SPINS_DIPOLAR_H
#define ONSAGER_TESTS_SPINS_DIPOLAR_H

#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct tiny {
    ons_graph *graph;
    ons_dipolar_options options;
    unsigned sites, choices, states;
    double *table;  /* V(r), [sites] */
    double *energy; /* [states] */
} tiny;

static inline int tiny_spin(const tiny *small, unsigned state, unsigned site) {
    while (site--) { state /= small->choices; }
    return (int)(state % small->choices);
}

static inline double tiny_coupling(const tiny *small, unsigned a, unsigned b) {
    const unsigned columns = (unsigned)small->graph->lengths[1], rows = (unsigned)small->graph->lengths[0];
    const unsigned row = (a / columns + rows - b / columns) % rows, column = (a + columns - b % columns) % columns;
    return small->table[row * columns + column];
}

/* H as it is written: cosines over bonds, half the double sum over all pairs with their images. */
static inline double tiny_energy(const tiny *small, const int *n) {
    double energy = 0;
    for (uint64_t b = 0; b < small->graph->bonds; b++) {
        const int d = n[small->graph->source[b]] - n[small->graph->target[b]];
        energy -= small->options.coupling * cos(6.28318530717958647693 * d / small->options.states);
    }
    for (unsigned i = 0; i < small->sites; i++) {
        for (unsigned j = 0; j < small->sites; j++) {
            energy += 0.5 * small->options.dipole * tiny_coupling(small, i, j) * ((n[i] + n[j]) % 2 ? -1 : 1);
        }
    }
    return energy;
}

static inline void tiny_spins(const tiny *small, unsigned state, int *n) {
    for (unsigned i = 0; i < small->sites; i++) { n[i] = tiny_spin(small, state, i); }
}

static inline void tiny_open(tiny *small, const char *lattice, int64_t rows, int64_t columns,
                             ons_dipolar_options options) {
    ons_lattice *description;
    const int64_t lengths[] = {rows, columns};
    *small = (tiny){.options = options, .sites = (unsigned)(rows * columns)};
    assert_int_equal(ons_lattice_create(&description, lattice, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&small->graph, description, lengths, 2, ONS_PERIODIC), ONS_OK);
    ons_longrange_cell cell = {.dimension = 2, .lengths = {rows, columns}};
    memcpy(cell.basis, description->basis, 4 * sizeof(double));
    ons_lattice_free(description);
    small->choices = options.pair ? 2 : options.states;
    small->states = 1;
    for (unsigned i = 0; i < small->sites; i++) { small->states *= small->choices; }
    small->table = calloc(small->sites, sizeof(double));
    small->energy = calloc(small->states, sizeof(double));
    assert_true(small->table && small->energy);
    assert_int_equal(ons_longrange_sum(&cell, 3, 0, small->table), ONS_OK);
    for (unsigned s = 0; s < small->states; s++) {
        int n[16];
        tiny_spins(small, s, n);
        small->energy[s] = tiny_energy(small, n);
    }
}

static inline void tiny_close(tiny *small) {
    ons_graph_free(small->graph);
    free(small->table);
    free(small->energy);
}

/* Boltzmann's probabilities. */
static inline void tiny_weights(const tiny *small, double temperature, double *probability) {
    double ground = INFINITY, z = 0;
    for (unsigned s = 0; s < small->states; s++) { ground = fmin(ground, small->energy[s]); }
    for (unsigned s = 0; s < small->states; s++) {
        z += probability[s] = exp(-(small->energy[s] - ground) / temperature);
    }
    for (unsigned s = 0; s < small->states; s++) { probability[s] /= z; }
}

#endif
