/*
 * Multi-cluster dynamics (Swendsen and Wang, Phys. Rev. Lett. 58, 86 (1987)) by union-find.
 *
 * The root of a cluster is its smallest site; a cluster takes the random bit of its root's number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

#define INLINE static inline __attribute__((always_inline))
enum { BLOCK = 512 };

INLINE uint32_t find_root(uint32_t *parent, uint32_t site) {
    while (parent[site] != site) {
        parent[site] = parent[parent[site]];
        site = parent[site];
    }
    return site;
}

/* Rem's algorithm with splicing (Dijkstra, A Discipline of Programming, 1976; Patwary, Blair and Manne 2010): both
 * paths are climbed together and bent to the smaller parent on the way. */
INLINE void join(uint32_t *parent, uint32_t a, uint32_t b) {
    uint32_t above_a = parent[a], above_b = parent[b];
    while (above_a != above_b) {
        if (above_a < above_b) {
            const uint32_t swap = a, swap_above = above_a;
            a = b;
            above_a = above_b;
            b = swap;
            above_b = swap_above;
        }
        parent[a] = above_b; /* the larger parent is replaced */
        if (a == above_a) { return; }
        a = above_a;
        above_a = parent[a];
    }
}

/* Activates satisfied bonds and joins their ends, a block of bonds at a time: first the decisions, which branch little,
 * then the unions. */
INLINE void join_bonds(ons_ising *ising, spins_form form) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    const int8_t *spins = ising->spins;
    const int sign = model->unit < 0 ? -1 : model->unit > 0;
    uint32_t words[BLOCK], active[BLOCK];
    for (uint64_t begin = 0; begin < graph->bonds; begin += BLOCK) {
        const uint32_t count = (uint32_t)(graph->bonds - begin < BLOCK ? graph->bonds - begin : BLOCK);
        ons_random_fill(&ising->random, words, count);
        uint32_t found = 0;
        for (uint32_t k = 0; k < count; k++) {
            const uint64_t b = begin + k;
            int product = spins[graph->source[b]] * spins[graph->target[b]];
            uint64_t threshold = model->activation[1];
            if (form == SPINS_INTEGRAL) {
                const int weight = model->bond_weight[b];
                product *= weight;
                threshold = model->activation[weight < 0 ? -weight : weight];
            }
            if (form == SPINS_GENERAL) {
                product = model->bond_coupling[b] > 0 ? product : -product;
                threshold = model->bond_activation[b];
            } else {
                product *= sign;
            }
            active[found] = k;
            const bool joined = (product > 0) & spins_below(&ising->random, words[k], threshold);
            found += joined;
        }
        for (uint32_t k = 0; k < found; k++) {
            join(ising->work, graph->source[begin + active[k]], graph->target[begin + active[k]]);
        }
    }
}

/* Clusters that join the ghost spin keep their orientation. */
static void hold_ghost_clusters(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    for (uint32_t i = 0; i < model->graph->sites; i++) {
        if (!(model->field * ising->spins[i] > 0)) { continue; }
        if (!spins_below(&ising->random, ons_random_32(&ising->random), model->ghost)) { continue; }
        const uint32_t root = find_root(ising->work, i);
        ising->bits[root / 32] &= ~((uint32_t)1 << root % 32);
    }
}

/* Parents are smaller than their children: in ascending order the parent's parent is the root already. */
static void flip_clusters(ons_ising *ising) {
    const uint32_t sites = ising->model->graph->sites;
    uint32_t *parent = ising->work;
    int64_t magnetization = 0;
    for (uint32_t i = 0; i < sites; i++) {
        const uint32_t root = parent[parent[i]];
        parent[i] = root;
        const int sign = 1 - 2 * (int)(ising->bits[root / 32] >> root % 32 & 1);
        ising->spins[i] = (int8_t)(ising->spins[i] * sign);
        magnetization += ising->spins[i];
    }
    ising->magnetization = magnetization;
}

INLINE void step(ons_ising *ising, spins_form form) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    for (uint32_t i = 0; i < graph->sites; i++) { ising->work[i] = i; }
    join_bonds(ising, form);
    ons_random_fill(&ising->random, ising->bits, ((size_t)graph->sites + 31) / 32);
    if (model->field != 0) { hold_ghost_clusters(ising); }
    flip_clusters(ising);
    int64_t sum = 0;
    for (uint64_t b = 0; form != SPINS_GENERAL && b < graph->bonds; b++) {
        const int product = ising->spins[graph->source[b]] * ising->spins[graph->target[b]];
        sum += form == SPINS_INTEGRAL ? product * model->bond_weight[b] : product;
    }
    ising->bond_sum = sum;
}

static void step_uniform(ons_ising *ising) { step(ising, SPINS_UNIFORM); }
static void step_integral(ons_ising *ising) { step(ising, SPINS_INTEGRAL); }
static void step_general(ons_ising *ising) { step(ising, SPINS_GENERAL); }

spins_step spins_swendsen_wang_step(const ons_ising_model *model) {
    return model->form == SPINS_UNIFORM ? step_uniform : model->form == SPINS_INTEGRAL ? step_integral : step_general;
}
