/*
 * Single-cluster dynamics (Wolff, Phys. Rev. Lett. 62, 361 (1989)).
 *
 * A site that waits in the queue is marked by a spin of +-3, so that one byte tells orientation and membership.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"

#include <string.h>

/* Whether this cluster, once grown, is flipped. Without coupled sites every cluster is one site: flipping always would
 * make the number of up spins alternate in parity, an eigenvalue of -1. */
static bool wants_flip(ons_ising *ising) { return !ising->model->inert || ons_random_32(&ising->random) >> 31; }

#define INLINE static inline __attribute__((always_inline))

/* `count` words side by side; the rest of a batch that is too short for them is left out. */
INLINE void take_words(ons_random *random, uint32_t count, uint32_t *words) {
    const uint32_t place = random->position % ONS_RANDOM_BATCH;
    if (place + count > ONS_RANDOM_BATCH) { random->position += ONS_RANDOM_BATCH - place; }
    if (random->position / ONS_RANDOM_BATCH != random->batch) { ons_random_refill(random); }
    memcpy(words, random->words + random->position % ONS_RANDOM_BATCH, count * sizeof *words);
    random->position += count;
}

/* One cluster of a ferromagnet with equal couplings, without field: a site is flipped when it leaves the queue, as a
 * single flip against the spins of that moment, so that energy and magnetization follow. What was flipped is opposite
 * to the cluster and cannot join again; with other couplings it could.
 *
 * Every neighbour takes a random word, whether it needs one or not, and is written and queued without a branch, since
 * half of the decisions would be predicted wrongly; the queue (not a stack) lets the next sites be read ahead. */
INLINE void flip_cluster_ferromagnet(ons_ising *ising, uint32_t coordination) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    const spins_regular *regular = model->regular;
    const uint64_t threshold = model->activation[1];
    const uint32_t high = (uint32_t)(threshold >> 32);
    int8_t *spins = ising->spins;
    uint32_t *queue = ising->work;
    const uint32_t seed = ons_random_below(&ising->random, graph->sites);
    const int spin = spins[seed], marked = 3 * spin;
    uint32_t size = 1;
    int64_t sum = 0;
    queue[0] = seed;
    spins[seed] = (int8_t)marked;
    for (uint32_t head = 0; head < size; head++) {
        const uint32_t site = queue[head];
        uint32_t near[SPINS_REGULAR_COORDINATION], words[SPINS_REGULAR_COORDINATION];
        for (uint32_t k = 0; k < coordination; k++) { near[k] = site + regular->step[k]; }
        if (__builtin_expect(regular->border[site / 64] >> site % 64 & 1, 0)) {
            memcpy(near, graph->neighbour + (uint64_t)site * coordination, coordination * sizeof *near);
        }
        take_words(&ising->random, coordination, words);
        for (uint32_t k = 0; k < coordination; k++) {
            const int value = spins[near[k]];
            uint32_t joins = words[k] < high;
            if (__builtin_expect(words[k] == high, 0)) { joins = ons_random_32(&ising->random) < (uint32_t)threshold; }
            joins &= value == spin;
            sum += value > 0 ? 1 : -1;
            spins[near[k]] = (int8_t)(joins ? marked : value);
            queue[size] = near[k]; /* may be written one beyond the last site */
            size += joins;
        }
        spins[site] = (int8_t)-spin;
    }
    ising->bond_sum -= 2 * spin * sum;
    ising->magnetization -= 2 * spin * (int64_t)size;
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

/* Grows a cluster from `seed` into the queue, marking its spins; *bound: it joined the ghost. A seed without a spin
 * satisfies no bond. */
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
        if (spins_field_of(model, site) * spin > 0) {
            *bound = spins_below(&ising->random, ons_random_32(&ising->random), spins_ghost_of(model, site));
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

#define STEP(coordination)                                                                                             \
    static void step_##coordination(ons_ising *ising) {                                                                \
        for (uint32_t k = 0; k < ising->model->clusters; k++) { flip_cluster_ferromagnet(ising, coordination); }       \
    }
STEP(2)
STEP(4)
STEP(6)
STEP(8)
STEP(12)

static void step_regular(ons_ising *ising) {
    for (uint32_t k = 0; k < ising->model->clusters; k++) {
        flip_cluster_ferromagnet(ising, ising->model->graph->coordination);
    }
}

static void step_any(ons_ising *ising) {
    for (uint32_t k = 0; k < ising->model->clusters; k++) { flip_cluster(ising); }
}

spins_step spins_wolff_step(const ons_ising_model *model) {
    const bool pure = !spins_has_fields(model) && !model->occupied;
    if (!model->regular || model->unit <= 0 || !pure || model->inert) { return step_any; }
    switch (model->graph->coordination) {
    case 2: return step_2;
    case 4: return step_4;
    case 6: return step_6;
    case 8: return step_8;
    case 12: return step_12;
    default: return step_regular;
    }
}
