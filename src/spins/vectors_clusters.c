/*
 * Cluster dynamics of O(n) spins: the Ising spins along a random axis r, coupled by J (S_i . r)(S_j . r), in clusters
 * of Wolff, Phys. Rev. Lett. 62, 361 (1989), and of Swendsen and Wang (1987).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors.h"

#include <string.h>

SPINS_INLINE double project(unsigned n, const double *spin, const double *r) {
    double sum = 0;
    for (unsigned c = 0; c < n; c++) { sum += spin[c] * r[c]; }
    return sum;
}

/* S - 2 (S . r) r, with one step of Newton's iteration towards the unit length, against drift. */
SPINS_INLINE void reflect(unsigned n, double *spin, const double *r) {
    const double twice = 2 * project(n, spin, r);
    double square = 0;
    for (unsigned c = 0; c < n; c++) {
        spin[c] -= twice * r[c];
        square += spin[c] * spin[c];
    }
    for (unsigned c = 0; c < n; c++) { spin[c] *= 1.5 - 0.5 * square; }
}

/* With probability 1 - exp(-x), x > 0. */
SPINS_INLINE bool happens(ons_vectors *spins, double x) {
    return x > 0 && !spins_ladder_flip(spins->model->ladder, &spins->random, ons_random_32(&spins->random), x);
}

/* ---- one cluster
 * --------------------------------------------------------------------------------------------------------- */

SPINS_INLINE void reflect_cluster(ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const double field = 2 * model->beta * model->options.field;
    double r[ONS_VECTOR_COMPONENTS];
    uint32_t *queue = spins->work;
    spins_direction(&spins->random, n, r);
    queue[0] = ons_random_below(&spins->random, graph->sites);
    spins->mark[queue[0]] = 1;
    uint64_t size = 1;
    bool stopped = false;
    for (uint64_t head = 0; head < size && !stopped; head++) {
        const uint32_t site = queue[head];
        const double p = project(n, spins->spins + (size_t)site * n, r);
        if (field != 0) { stopped = happens(spins, field * p * r[model->options.axis]); }
        uint32_t count;
        const uint64_t row = spins_row(graph, site, &count);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t next = graph->neighbour[row + k];
            if (spins->mark[next]) { continue; }
            const double coupling = spins_entry_coupling(&model->couplings, row + k);
            const double x = 2 * model->beta * coupling * p * project(n, spins->spins + (size_t)next * n, r);
            if (!happens(spins, x)) { continue; }
            spins->mark[next] = 1;
            queue[size++] = next;
        }
    }
    for (uint64_t k = 0; k < size; k++) {
        spins->mark[queue[k]] = 0;
        if (!stopped) { reflect(n, spins->spins + (size_t)queue[k] * n, r); }
    }
}

/* ---- all clusters
 * -------------------------------------------------------------------------------------------------------- */

SPINS_INLINE void join_bonds(ons_vectors *spins, double *projection) {
    const ons_vectors_model *model = spins->model;
    const ons_graph *graph = model->graph;
    spins_forest_clear(spins->work, graph->sites);
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        const double x = 2 * model->beta * spins_bond_coupling(&model->couplings, b) * projection[i] * projection[j];
        if (happens(spins, x)) { spins_forest_join(spins->work, i, j); }
    }
}

/* Sums over the clusters of the rise of the energy in the field, over T. */
static void sum_fields(ons_vectors *spins, double along) {
    const uint32_t sites = spins->model->graph->sites;
    const double factor = 2 * spins->model->beta * spins->model->options.field * along;
    memset(spins->sums, 0, sites * sizeof *spins->sums);
    for (uint32_t i = 0; i < sites; i++) {
        spins->sums[spins_forest_flatten(spins->work, i)] += factor * spins->projection[i];
    }
}

SPINS_INLINE void swendsen_wang(ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    const uint32_t sites = model->graph->sites;
    double r[ONS_VECTOR_COMPONENTS];
    spins_direction(&spins->random, n, r);
    for (uint32_t i = 0; i < sites; i++) { spins->projection[i] = project(n, spins->spins + (size_t)i * n, r); }
    join_bonds(spins, spins->projection);
    if (spins->sums) { sum_fields(spins, r[model->options.axis]); }
    for (uint32_t i = 0; i < sites; i++) { /* roots come before their clusters */
        const uint32_t root = spins_forest_flatten(spins->work, i);
        if (root == i) {
            const uint64_t threshold =
                spins->sums ? spins_up_threshold(-spins->sums[i]) : (uint64_t)1 << 63; /* 1 / (1 + exp(rise)) */
            spins->mark[i] = spins_below(&spins->random, ons_random_32(&spins->random), threshold);
        }
        if (spins->mark[root]) { reflect(n, spins->spins + (size_t)i * n, r); }
    }
}

SPINS_INLINE void wolff(ons_vectors *spins, unsigned n) {
    for (uint32_t k = 0; k < spins->model->options.clusters; k++) { reflect_cluster(spins, n); }
}

#define KERNELS(name, n)                                                                                               \
    static void wolff_##name(ons_vectors *spins) { wolff(spins, n); }                                                  \
    static void swendsen_wang_##name(ons_vectors *spins) { swendsen_wang(spins, n); }
KERNELS(2, 2)
KERNELS(3, 3)
KERNELS(any, spins->model->n)

spins_vectors_step spins_vectors_wolff_step(const ons_vectors_model *model) {
    return model->n == 2 ? wolff_2 : model->n == 3 ? wolff_3 : wolff_any;
}

spins_vectors_step spins_vectors_swendsen_wang_step(const ons_vectors_model *model) {
    return model->n == 2 ? swendsen_wang_2 : model->n == 3 ? swendsen_wang_3 : swendsen_wang_any;
}
