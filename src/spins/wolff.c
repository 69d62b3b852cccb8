/*
 * Single-cluster dynamics (Wolff, Phys. Rev. Lett. 62, 361 (1989)).
 *
 * A site that waits in the queue is marked by a spin of +-3, so that one byte tells orientation and membership.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

/* Whether this cluster, once grown, is flipped. Without coupled sites every cluster is one site: flipping always would
 * make the number of up spins alternate in parity, an eigenvalue of -1. */
static bool wants_flip(ons_ising *ising) { return !ising->model->inert || ons_random_32(&ising->random) >> 31; }

/* One cluster of a ferromagnet with equal couplings, without field: a site is flipped when it leaves the stack, as a
 * single flip against the spins of that moment, so that energy and magnetization follow. What was flipped is opposite
 * to the cluster and cannot join again; with other couplings it could. */
static void flip_cluster_ferromagnet(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    const uint64_t threshold = model->activation[1];
    int8_t *spins = ising->spins;
    uint32_t *stack = ising->work;
    uint64_t waiting = 1;
    int64_t bond_sum = 0, magnetization = 0;
    stack[0] = ons_random_below(&ising->random, graph->sites);
    spins[stack[0]] = (int8_t)(3 * spins[stack[0]]);
    while (waiting) {
        const uint32_t site = stack[--waiting];
        const int spin = spins[site] > 0 ? 1 : -1;
        uint32_t count;
        const uint32_t *neighbour = graph->neighbour + spins_row(graph, site, &count);
        int sum = 0;
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t next = neighbour[k];
            const int value = spins[next];
            sum += value > 0 ? 1 : -1;
            if (value == spin && spins_below(&ising->random, ons_random_32(&ising->random), threshold)) {
                spins[next] = (int8_t)(3 * value);
                stack[waiting++] = next;
            }
        }
        spins[site] = (int8_t)-spin;
        bond_sum -= 2 * spin * sum;
        magnetization -= 2 * spin;
    }
    ising->bond_sum += bond_sum;
    ising->magnetization += magnetization;
}

/* Whether the bond at an entry of the rows, from `spin` to `other` (+-1), is satisfied and its threshold. */
static bool satisfied_bond(const ons_ising_model *model, uint64_t entry, int spin, int other, uint64_t *threshold) {
    if (model->form == SPINS_GENERAL) {
        *threshold = model->entry_activation[entry];
        return model->entry_coupling[entry] * spin * other > 0;
    }
    const int weight = model->form == SPINS_INTEGRAL ? model->entry_weight[entry] : 1;
    *threshold = model->activation[weight < 0 ? -weight : weight];
    return model->unit * weight * spin * other > 0;
}

/* Grows a cluster from `seed` into the queue, marking its spins; *bound: it joined the ghost. */
static uint64_t grow_cluster(ons_ising *ising, uint32_t seed, bool *bound) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    int8_t *spins = ising->spins;
    uint32_t *queue = ising->work;
    uint64_t size = 1;
    *bound = false;
    queue[0] = seed;
    spins[seed] = (int8_t)(3 * spins[seed]);
    for (uint64_t head = 0; head < size && !*bound; head++) {
        const uint32_t site = queue[head];
        const int spin = spins[site] / 3;
        if (model->field * spin > 0) {
            *bound = spins_below(&ising->random, ons_random_32(&ising->random), model->ghost);
        }
        uint32_t count;
        const uint64_t row = spins_row(graph, site, &count);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t next = graph->neighbour[row + k];
            const int other = spins[next];
            uint64_t threshold;
            if (other > 1 || other < -1 || !satisfied_bond(model, row + k, spin, other, &threshold)) { continue; }
            if (!spins_below(&ising->random, ons_random_32(&ising->random), threshold)) { continue; }
            spins[next] = (int8_t)(3 * other);
            queue[size++] = next;
        }
    }
    return size;
}

/* Flips one after the other, so that the sums follow. */
static void flip_queue(ons_ising *ising, uint64_t size) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    int8_t *spins = ising->spins;
    for (uint64_t k = 0; k < size; k++) {
        const uint32_t site = ising->work[k];
        const int spin = spins[site];
        uint32_t count;
        const uint64_t row = spins_row(graph, site, &count);
        int64_t sum = 0;
        for (uint32_t n = 0; n < count && model->form != SPINS_GENERAL; n++) {
            const int weight = model->form == SPINS_INTEGRAL ? model->entry_weight[row + n] : 1;
            sum += weight * spins[graph->neighbour[row + n]];
        }
        spins[site] = (int8_t)-spin;
        ising->bond_sum -= 2 * spin * sum;
        ising->magnetization -= 2 * spin;
    }
}

static void flip_cluster(ons_ising *ising) {
    bool bound;
    const uint64_t size = grow_cluster(ising, ons_random_below(&ising->random, ising->model->graph->sites), &bound);
    for (uint64_t k = 0; k < size; k++) { ising->spins[ising->work[k]] /= 3; }
    if (!bound && wants_flip(ising)) { flip_queue(ising, size); }
}

static void step_ferromagnet(ons_ising *ising) {
    for (uint32_t k = 0; k < ising->model->clusters; k++) { flip_cluster_ferromagnet(ising); }
}

static void step_any(ons_ising *ising) {
    for (uint32_t k = 0; k < ising->model->clusters; k++) { flip_cluster(ising); }
}

spins_step spins_wolff_step(const ons_ising_model *model) {
    const bool ferromagnet = model->form == SPINS_UNIFORM && model->unit > 0;
    return ferromagnet && model->field == 0 && !model->inert ? step_ferromagnet : step_any;
}
