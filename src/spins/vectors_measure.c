/*
 * What is measured of O(n) spins: energy, magnetization, its smallest waves, helicity, vortices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors.h"

#include <math.h>
#include <string.h>

SPINS_INLINE double energy_of(const ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    const ons_graph *graph = model->graph;
    double sum = 0, field = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double *s = spins->spins + (size_t)graph->source[b] * n, *t = spins->spins + (size_t)graph->target[b] * n;
        double product = 0;
        for (unsigned c = 0; c < n; c++) { product += s[c] * t[c]; }
        sum += model->couplings.bond ? model->couplings.bond[b] * product : product;
    }
    if (!model->couplings.bond) { sum *= model->couplings.all; }
    for (size_t i = 0; model->options.field != 0 && i < graph->sites; i++) {
        field += spins->spins[i * n + model->options.axis];
    }
    return -(sum + model->options.field * field) / graph->sites;
}

double ons_vectors_energy(const ons_vectors *spins) {
    const unsigned n = spins->model->n;
    return n == 2 ? energy_of(spins, 2) : n == 3 ? energy_of(spins, 3) : energy_of(spins, n);
}

SPINS_INLINE void sum_spins(const ons_vectors *spins, unsigned n, double *m) {
    for (unsigned c = 0; c < n; c++) { m[c] = 0; }
    for (size_t i = 0; i < spins->model->graph->sites; i++) {
        for (unsigned c = 0; c < n; c++) { m[c] += spins->spins[i * n + c]; }
    }
}

void ons_vectors_magnetization(const ons_vectors *spins, double *m) {
    const unsigned n = spins->model->n;
    if (n == 2) {
        sum_spins(spins, 2, m);
    } else if (n == 3) {
        sum_spins(spins, 3, m);
    } else {
        sum_spins(spins, n, m);
    }
    for (unsigned c = 0; c < n; c++) { m[c] /= spins->model->graph->sites; }
}

/* Sums of spins over the layers across a direction: [length * basis][n]. */
SPINS_INLINE void sum_layers(const ons_vectors *spins, unsigned n, spins_layers layers) {
    const double *spin = spins->spins;
    memset(spins->layers, 0, layers.length * layers.basis * n * sizeof *spins->layers);
    for (size_t repeat = 0; repeat < layers.repeats; repeat++) {
        for (size_t layer = 0; layer < layers.length; layer++) {
            for (size_t k = 0; k < layers.block; k += layers.basis) {
                double *sums = spins->layers + layer * layers.basis * n;
                for (size_t c = 0; c < layers.basis * n; c++) { sums[c] += *spin++; }
            }
        }
    }
}

double ons_vectors_magnetization_kmin_squared(const ons_vectors *spins) {
    const ons_vectors_model *model = spins->model;
    const unsigned n = model->n;
    if (!model->modes.count) { return NAN; }
    double total = 0;
    for (unsigned k = 0; k < model->modes.count; k++) {
        const spins_layers layers = spins_layers_of(model->graph, model->modes.direction[k]);
        const double *table = model->modes.table[k];
        double real[ONS_VECTOR_COMPONENTS] = {0}, imaginary[ONS_VECTOR_COMPONENTS] = {0};
        if (n == 2) {
            sum_layers(spins, 2, layers);
        } else {
            sum_layers(spins, n, layers);
        }
        for (size_t layer = 0; layer < layers.length * layers.basis; layer++) {
            for (unsigned c = 0; c < n; c++) {
                real[c] += spins->layers[layer * n + c] * table[2 * layer];
                imaginary[c] += spins->layers[layer * n + c] * table[2 * layer + 1];
            }
        }
        for (unsigned c = 0; c < n; c++) { total += real[c] * real[c] + imaginary[c] * imaginary[c]; }
    }
    return total / model->modes.count / ((double)model->graph->sites * model->graph->sites);
}

/* Adds J x_u (S_i^a S_j^b - S_i^b S_j^a) of one bond to current[u][planes], and gives S_i . S_j. */
SPINS_INLINE double twist(unsigned n, const double *s, const double *t, const double *moved, unsigned dimension,
                          double coupling, double *current) {
    double product = 0;
    unsigned plane = 0;
    for (unsigned a = 0; a < n; a++) {
        product += s[a] * t[a];
        for (unsigned b = a + 1; b < n; b++, plane++) {
            const double sine = coupling * (s[a] * t[b] - s[b] * t[a]);
            for (unsigned j = 0; j < dimension; j++) { current[plane * ONS_DIMENSIONS + j] += moved[j] * sine; }
        }
    }
    return coupling * product;
}

SPINS_INLINE void helicity(const ons_vectors *spins, unsigned n, double *energy, double *current_squared) {
    enum { PLANES = ONS_VECTOR_COMPONENTS * (ONS_VECTOR_COMPONENTS - 1) / 2 };
    const ons_vectors_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const spins_displacements *bonds = &model->displacements;
    const unsigned planes = n * (n - 1) / 2;
    double current[PLANES * ONS_DIMENSIONS], sum = 0, squares = 0;
    memset(current, 0, planes * ONS_DIMENSIONS * sizeof *current);
    for (uint64_t begin = 0; begin < graph->bonds; begin += bonds->bonds) {
        for (size_t b = 0; b < bonds->bonds; b++) {
            const double *s = spins->spins + (size_t)graph->source[begin + b] * n,
                         *t = spins->spins + (size_t)graph->target[begin + b] * n,
                         *moved = bonds->moved + b * bonds->dimension;
            double square = 0;
            for (unsigned j = 0; j < bonds->dimension; j++) { square += moved[j] * moved[j]; }
            sum += square * twist(n, s, t, moved, bonds->dimension, spins_bond_coupling(&model->couplings, b), current);
        }
    }
    for (unsigned k = 0; k < planes * ONS_DIMENSIONS; k++) { squares += current[k] * current[k]; }
    *energy = 2.0 / n * sum / bonds->dimension / bonds->volume; /* every component is in n - 1 of the planes */
    *current_squared = squares / planes / bonds->dimension / bonds->volume;
}

void ons_vectors_helicity(const ons_vectors *spins, double *energy, double *current_squared) {
    const unsigned n = spins->model->n;
    *energy = *current_squared = NAN;
    if (!spins->model->displacements.bonds) { return; }
    if (n == 2) {
        helicity(spins, 2, energy, current_squared);
    } else {
        helicity(spins, n, energy, current_squared);
    }
}

/* How the step from a to b, the short way, crosses the positive half of the first axis: 1 upwards, -1 downwards. */
SPINS_INLINE int crossing(const double *a, const double *b) {
    const bool below = a[1] < 0;
    if (below == (b[1] < 0)) { return 0; }
    const double turn = a[0] * b[1] - a[1] * b[0];
    return below ? turn > 0 : -(turn < 0);
}

double ons_vectors_vorticity(const ons_vectors *spins) {
    const ons_graph *graph = spins->model->graph;
    const ons_lattice *lattice = graph->lattice;
    if (!lattice || spins->model->n != 2 || lattice->dimension != 2 ||
        (strcmp(lattice->name, "square") != 0 && strcmp(lattice->name, "hypercubic") != 0)) {
        return NAN;
    }
    const size_t rows = (size_t)graph->lengths[0], columns = (size_t)graph->lengths[1];
    const bool open = graph->boundary == ONS_OPEN;
    uint64_t vortices = 0;
    for (size_t y = 0; y + open < rows; y++) {
        const double *row = spins->spins + 2 * y * columns, *above = spins->spins + 2 * ((y + 1) % rows) * columns;
        for (size_t x = 0; x + open < columns; x++) {
            const size_t next = x + 1 == columns ? 0 : x + 1;
            const double *a = row + 2 * x, *b = row + 2 * next, *c = above + 2 * next, *d = above + 2 * x;
            const int winding = crossing(a, b) + crossing(b, c) + crossing(c, d) + crossing(d, a);
            vortices += winding != 0;
        }
    }
    return (double)vortices / graph->sites;
}

void ons_vectors_component(const ons_vectors *spins, unsigned component, double *values) {
    const unsigned n = spins->model->n;
    for (size_t i = 0; i < spins->model->graph->sites; i++) { values[i] = spins->spins[i * n + component]; }
}
