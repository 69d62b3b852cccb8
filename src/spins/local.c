/*
 * Single-spin dynamics: Metropolis at random sites and heat bath in order.
 *
 * Random words are taken in blocks, so that the sites of a block are known (and loaded) ahead. The rare second word of
 * a tie or of an unbiased site comes after the block: the order of words is fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising.h"
#include "words.h"

#define INLINE static inline __attribute__((always_inline))
enum { BLOCK = 64 };

INLINE uint32_t block_length(uint32_t sites, uint32_t begin) { return sites - begin < BLOCK ? sites - begin : BLOCK; }

/* Sum over the neighbours of weight * spin; z > 0: the constant coordination. */
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

INLINE void metropolis(ons_ising *ising, uint32_t z, bool weighted) {
    const ons_ising_model *model = ising->model;
    const uint32_t sites = model->graph->sites;
    const uint64_t *flip = model->flip + 2 * (size_t)model->reach;
    int8_t *spins = ising->spins;
    int64_t bond_sum = ising->bond_sum, magnetization = ising->magnetization;
    uint32_t words[2 * BLOCK], site[BLOCK];
    for (uint32_t begin = 0; begin < sites; begin += BLOCK) {
        const uint32_t count = block_length(sites, begin);
        ons_random_fill(&ising->random, words, 2 * count);
        for (uint32_t k = 0; k < count; k++) {
            site[k] = spins_word_below(&ising->random, words[k], sites);
            if (z) { __builtin_prefetch(model->graph->neighbour + (uint64_t)site[k] * z); }
        }
        for (uint32_t k = 0; k < count; k++) {
            const int spin = spins[site[k]], sum = neighbour_sum(model, spins, site[k], z, weighted);
            const uint64_t threshold = flip[2 * sum + (spin > 0)];
            const int change = -2 * spin * spins_word_decides(&ising->random, words[count + k], threshold);
            spins[site[k]] = (int8_t)(spin + change);
            bond_sum += change * sum;
            magnetization += change;
        }
        if (sites - begin <= BLOCK) { break; }
    }
    ising->bond_sum = bond_sum;
    ising->magnetization = magnetization;
}

INLINE void heat_bath(ons_ising *ising, uint32_t z, bool weighted) {
    const ons_ising_model *model = ising->model;
    const uint32_t sites = model->graph->sites;
    const uint64_t *up = model->up + model->reach;
    int8_t *spins = ising->spins;
    int64_t bond_sum = ising->bond_sum, magnetization = ising->magnetization;
    uint32_t words[BLOCK];
    for (uint32_t begin = 0; begin < sites; begin += BLOCK) {
        const uint32_t count = block_length(sites, begin);
        ons_random_fill(&ising->random, words, count);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t site = begin + k;
            const int spin = spins[site], sum = neighbour_sum(model, spins, site, z, weighted);
            const int next =
                spins_below(&ising->random, words[k], up[sum]) ? 1 : -1; /* foreseen while the sum is awaited */
            spins[site] = (int8_t)next;
            bond_sum += (next - spin) * sum;
            magnetization += next - spin;
        }
        if (sites - begin <= BLOCK) { break; }
    }
    ising->bond_sum = bond_sum;
    ising->magnetization = magnetization;
}

/* ---- couplings of any value, fields of single sites, sites without a spin ---------------------------------- */

/* *sum: over the neighbours of weight * spin, 0 for couplings of any value. */
static double local_field(const ons_ising_model *model, const int8_t *spins, uint32_t site, int *sum) {
    *sum = 0;
    if (model->form != SPINS_GENERAL) {
        *sum = neighbour_sum(model, spins, site, 0, model->form == SPINS_INTEGRAL);
        return model->unit * *sum + spins_field_of(model, site);
    }
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    double field = 0;
    for (uint32_t k = 0; k < count; k++) {
        field += model->entry_coupling[row + k] * spins[model->graph->neighbour[row + k]];
    }
    return field + spins_field_of(model, site);
}

static void metropolis_general(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const uint32_t sites = model->graph->sites;
    for (uint32_t attempt = 0; attempt < sites; attempt++) {
        const uint32_t site = ons_random_below(&ising->random, sites);
        const uint32_t word = ons_random_32(&ising->random);
        const int8_t spin = ising->spins[site];
        int sum;
        const double x = 2 * model->beta * spin * local_field(model, ising->spins, site, &sum);
        if (spin == 0 || !spins_ladder_flip(model->ladder, &ising->random, word, x)) { continue; }
        ising->spins[site] = (int8_t)-spin;
        ising->bond_sum -= 2 * spin * sum;
        ising->magnetization -= 2 * spin;
    }
}

static void heat_bath_general(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        const uint32_t word = ons_random_32(&ising->random);
        const int spin = ising->spins[site];
        if (spin == 0) { continue; }
        int sum;
        const double x = 2 * model->beta * local_field(model, ising->spins, site, &sum);
        const int next = spins_ladder_up(model->ladder, &ising->random, word, x) ? 1 : -1;
        ising->bond_sum += (next - spin) * sum;
        ising->magnetization += next - spin;
        ising->spins[site] = (int8_t)next;
    }
}

/* ---- the choice
 * ------------------------------------------------------------------------------------------------------ */

#define UNIFORM_KERNELS(z)                                                                                             \
    static void metropolis_##z(ons_ising *ising) { metropolis(ising, z, false); }                                      \
    static void heat_bath_##z(ons_ising *ising) { heat_bath(ising, z, false); }
UNIFORM_KERNELS(0)
UNIFORM_KERNELS(2)
UNIFORM_KERNELS(3)
UNIFORM_KERNELS(4)
UNIFORM_KERNELS(6)
UNIFORM_KERNELS(8)
UNIFORM_KERNELS(12)
static void metropolis_weighted(ons_ising *ising) { metropolis(ising, 0, true); }
static void heat_bath_weighted(ons_ising *ising) { heat_bath(ising, 0, true); }
static void metropolis_weighted_4(ons_ising *ising) { metropolis(ising, 4, true); }
static void heat_bath_weighted_4(ons_ising *ising) { heat_bath(ising, 4, true); }
static void metropolis_weighted_6(ons_ising *ising) { metropolis(ising, 6, true); }
static void heat_bath_weighted_6(ons_ising *ising) { heat_bath(ising, 6, true); }

static const struct kernel {
    spins_form form;
    uint32_t coordination; /* 0: any */
    spins_step metropolis, heat_bath;
} kernels[] = {
    {SPINS_UNIFORM, 2, metropolis_2, heat_bath_2},
    {SPINS_UNIFORM, 3, metropolis_3, heat_bath_3},
    {SPINS_UNIFORM, 4, metropolis_4, heat_bath_4},
    {SPINS_UNIFORM, 6, metropolis_6, heat_bath_6},
    {SPINS_UNIFORM, 8, metropolis_8, heat_bath_8},
    {SPINS_UNIFORM, 12, metropolis_12, heat_bath_12},
    {SPINS_UNIFORM, 0, metropolis_0, heat_bath_0},
    {SPINS_INTEGRAL, 4, metropolis_weighted_4, heat_bath_weighted_4},
    {SPINS_INTEGRAL, 6, metropolis_weighted_6, heat_bath_weighted_6},
    {SPINS_INTEGRAL, 0, metropolis_weighted, heat_bath_weighted},
    {SPINS_GENERAL, 0, metropolis_general, heat_bath_general},
};

spins_step spins_local_step(const ons_ising_model *model) {
    if (model->ladder) { return model->update == ONS_METROPOLIS ? metropolis_general : heat_bath_general; }
    const struct kernel *kernel = kernels;
    while (kernel->form != model->form ||
           (kernel->coordination && kernel->coordination != model->graph->coordination)) {
        kernel++;
    }
    return model->update == ONS_METROPOLIS ? kernel->metropolis : kernel->heat_bath;
}
