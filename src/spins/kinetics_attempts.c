/*
 * Kinetics by attempts: flips of sites and exchanges along bonds, both drawn at random.
 *
 * Random words are taken in blocks, so that what a block looks at is known (and loaded) ahead. The rare second word of
 * a tie or of an unbiased index comes after the block: the order of words is fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kinetics.h"

#define INLINE static inline __attribute__((always_inline))
enum { BLOCK = 64 };

/* Uniform in 0 .. bound-1 from a word already drawn (Lemire 2019). */
INLINE uint32_t index_from_word(ons_random *random, uint32_t word, uint32_t bound) {
    uint64_t product = (uint64_t)word * bound;
    if (__builtin_expect((uint32_t)product < bound, 0)) {
        const uint32_t threshold = (uint32_t)-bound % bound;
        while ((uint32_t)product < threshold) { product = (uint64_t)ons_random_32(random) * bound; }
    }
    return (uint32_t)(product >> 32);
}

/* z > 0: the constant coordination. */
INLINE int neighbour_sum(const ons_ising_model *model, const int8_t *spins, uint32_t site, uint32_t z, bool weighted) {
    uint32_t count = z;
    const uint64_t row = z ? (uint64_t)site * z : spins_row(model->graph, site, &count);
    const uint32_t *neighbour = model->graph->neighbour + row;
    int sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        sum += weighted ? model->entry_weight[row + k] * spins[neighbour[k]] : spins[neighbour[k]];
    }
    return sum;
}

int spins_kinetics_sum(const ons_ising_model *model, const int8_t *spins, uint32_t site, uint32_t but) {
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    const uint32_t *neighbour = model->graph->neighbour + row;
    int sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const int term = model->entry_weight ? model->entry_weight[row + k] * spins[neighbour[k]] : spins[neighbour[k]];
        sum += neighbour[k] == but ? 0 : term;
    }
    return sum;
}

static double coupled_sum(const ons_ising_model *model, const int8_t *spins, uint32_t site, uint32_t but) {
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    double sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t other = model->graph->neighbour[row + k];
        if (other != but) { sum += model->entry_coupling[row + k] * spins[other]; }
    }
    return sum;
}

double spins_kinetics_flip_energy(const ons_ising_model *model, const int8_t *spins, uint32_t site) {
    return 2 * spins[site] * (coupled_sum(model, spins, site, UINT32_MAX) + model->field);
}

double spins_kinetics_exchange_energy(const ons_ising_model *model, const int8_t *spins, uint32_t i, uint32_t j) {
    return 2 * (spins[i] * coupled_sum(model, spins, i, j) + spins[j] * coupled_sum(model, spins, j, i));
}

/* ---- flips -------------------------------------------------------------------------------------------------- */

INLINE void flips(ons_kinetics *kinetics, uint64_t attempts, uint32_t z, bool weighted) {
    const ons_ising_model *model = kinetics->model;
    ons_ising *ising = kinetics->ising;
    const uint64_t *flip = kinetics->flip + 2 * (size_t)model->reach;
    int8_t *spins = ising->spins;
    int64_t bond_sum = ising->bond_sum, magnetization = ising->magnetization;
    uint64_t moves = 0;
    uint32_t words[2 * BLOCK], site[BLOCK];
    for (; attempts; attempts -= attempts < BLOCK ? attempts : BLOCK) {
        const uint32_t count = attempts < BLOCK ? (uint32_t)attempts : BLOCK;
        ons_random_fill(&ising->random, words, 2 * (size_t)count);
        for (uint32_t k = 0; k < count; k++) {
            site[k] = index_from_word(&ising->random, words[k], model->graph->sites);
            if (z) { __builtin_prefetch(model->graph->neighbour + (uint64_t)site[k] * z); }
        }
        for (uint32_t k = 0; k < count; k++) {
            const int spin = spins[site[k]], sum = neighbour_sum(model, spins, site[k], z, weighted);
            const int flipped = spins_below(&ising->random, words[count + k], flip[2 * sum + (spin > 0)]);
            const int change = -2 * spin * flipped;
            spins[site[k]] = (int8_t)(spin + change);
            bond_sum += change * sum;
            magnetization += change;
            moves += (uint64_t)flipped;
        }
    }
    ising->bond_sum = bond_sum;
    ising->magnetization = magnetization;
    kinetics->clock.moves += moves;
}

/* Couplings of any value: a threshold each time. */
static void flips_general(ons_kinetics *kinetics, uint64_t attempts) {
    ons_ising *ising = kinetics->ising;
    for (; attempts; attempts--) {
        const uint32_t site = ons_random_below(&ising->random, kinetics->model->graph->sites);
        const uint32_t word = ons_random_32(&ising->random);
        const double difference = spins_kinetics_flip_energy(kinetics->model, ising->spins, site);
        const uint64_t threshold = ons_threshold(spins_kinetics_rate(&kinetics->options, difference));
        if (!spins_below(&ising->random, word, threshold)) { continue; }
        ising->magnetization -= 2 * ising->spins[site];
        ising->spins[site] = (int8_t)-ising->spins[site];
        kinetics->clock.moves++;
    }
}

void spins_kinetics_flips(ons_kinetics *kinetics, uint64_t attempts) {
    const spins_form form = kinetics->model->form;
    const uint32_t z = form == SPINS_UNIFORM ? kinetics->model->graph->coordination : 0;
    if (form == SPINS_GENERAL) {
        flips_general(kinetics, attempts);
    } else if (form == SPINS_INTEGRAL) {
        flips(kinetics, attempts, 0, true);
    } else if (z == 4) {
        flips(kinetics, attempts, 4, false);
    } else if (z == 6) {
        flips(kinetics, attempts, 6, false);
    } else {
        flips(kinetics, attempts, 0, false);
    }
}

/* ---- exchanges ---------------------------------------------------------------------------------------------- */

/* dE / (2 unit) of an exchange of unlike spins is the sum, over both ends, of spin times other neighbours. */
static uint64_t exchange_threshold(const ons_kinetics *kinetics, uint32_t i, uint32_t j) {
    const ons_ising_model *model = kinetics->model;
    const int8_t *spins = kinetics->ising->spins;
    if (!kinetics->exchange) {
        const double difference = spins_kinetics_exchange_energy(model, spins, i, j);
        return ons_threshold(spins_kinetics_rate(&kinetics->options, difference));
    }
    const int sum = spins[i] * (spins_kinetics_sum(model, spins, i, j) - spins_kinetics_sum(model, spins, j, i));
    return kinetics->exchange[sum + 2 * model->reach];
}

/* Neighbours that both ends share see the pair as before, so that the bond sum changes by -2 sum. */
static void exchange(ons_kinetics *kinetics, uint32_t i, uint32_t j) {
    ons_ising *ising = kinetics->ising;
    int8_t *spins = ising->spins;
    if (kinetics->exchange) {
        const ons_ising_model *model = kinetics->model;
        ising->bond_sum -=
            2 * spins[i] * (spins_kinetics_sum(model, spins, i, j) - spins_kinetics_sum(model, spins, j, i));
    }
    spins[i] = (int8_t)-spins[i];
    spins[j] = (int8_t)-spins[j];
    kinetics->clock.moves++;
}

void spins_kinetics_exchanges(ons_kinetics *kinetics, uint64_t attempts) {
    const ons_graph *graph = kinetics->model->graph;
    ons_random *random = &kinetics->ising->random;
    const int8_t *spins = kinetics->ising->spins;
    if (!graph->bonds) { return; }
    uint32_t words[2 * BLOCK], bond[BLOCK];
    for (; attempts; attempts -= attempts < BLOCK ? attempts : BLOCK) {
        const uint32_t count = attempts < BLOCK ? (uint32_t)attempts : BLOCK;
        ons_random_fill(random, words, 2 * (size_t)count);
        for (uint32_t k = 0; k < count; k++) {
            bond[k] = index_from_word(random, words[k], (uint32_t)graph->bonds);
            __builtin_prefetch(graph->source + bond[k]);
            __builtin_prefetch(graph->target + bond[k]);
        }
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t i = graph->source[bond[k]], j = graph->target[bond[k]];
            if (spins[i] == spins[j]) { continue; }
            if (spins_below(random, words[count + k], exchange_threshold(kinetics, i, j))) { exchange(kinetics, i, j); }
        }
    }
}
