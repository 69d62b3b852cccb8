/*
 * Single-spin dynamics of spins with q states: Metropolis at random sites and heat bath in order.
 *
 * Random words are taken in blocks, so that the sites of a block are known (and loaded) ahead; the rare further words
 * of a tie or of an unbiased number come after the block.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete.h"
#include "words.h"

#include <assert.h>

enum { BLOCK = 64 };

/* scale * sum over the neighbours of w(next, s) - w(old, s). */
SPINS_INLINE int weight_change(const ons_discrete_model *model, const uint8_t *states, uint32_t site, uint32_t z,
                               ons_discrete_kind kind, uint32_t old, uint32_t next) {
    uint32_t count = z;
    const uint64_t row = z ? (uint64_t)site * z : spins_row(model->graph, site, &count);
    const uint32_t *neighbour = model->graph->neighbour + row;
    int sum = 0;
    if (kind == ONS_POTTS) {
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t s = states[neighbour[k]];
            sum += (s == next) - (s == old);
        }
        return sum;
    }
    if (kind == ONS_BLUME_CAPEL) {
        for (uint32_t k = 0; k < count; k++) { sum += states[neighbour[k]]; }
        return ((int)next - (int)old) * (sum - (int)count);
    }
    const int8_t *after = model->weight + next * model->q, *before = model->weight + old * model->q;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t s = states[neighbour[k]];
        sum += after[s] - before[s];
    }
    return sum;
}

SPINS_INLINE void metropolis(ons_discrete *spins, uint32_t z, ons_discrete_kind kind) {
    const ons_discrete_model *model = spins->model;
    const uint32_t sites = model->graph->sites, q = model->q;
    const int reach = model->reach;
    const size_t rows = 2 * (size_t)reach + 1;
    uint8_t *states = spins->states;
    uint32_t words[3 * BLOCK], site[BLOCK];
    for (uint32_t begin = 0; begin < sites; begin += BLOCK) {
        const uint32_t count = sites - begin < BLOCK ? sites - begin : BLOCK;
        ons_random_fill(&spins->random, words, 3 * count);
        for (uint32_t k = 0; k < count; k++) {
            site[k] = spins_word_below(&spins->random, words[k], sites);
            if (z) { __builtin_prefetch(model->graph->neighbour + (uint64_t)site[k] * z); }
        }
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t old = states[site[k]];
            uint32_t next = spins_word_below(&spins->random, words[count + k], q - 1);
            next += next >= old;
            const int sum = weight_change(model, states, site[k], z, kind, old, next);
            const uint64_t threshold = model->flip[model->change[old * q + next] * rows + (size_t)(sum + reach)];
            const uint32_t word = words[2 * count + k], high = (uint32_t)(threshold >> 32);
            int accepted = word < high;
            if (__builtin_expect(word == high, 0)) { accepted = ons_random_32(&spins->random) < (uint32_t)threshold; }
            states[site[k]] = (uint8_t)(accepted ? next : old);
        }
        if (sites - begin <= BLOCK) { break; }
    }
}

static void metropolis_general(ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const uint32_t sites = model->graph->sites, q = model->q;
    uint8_t *states = spins->states;
    for (uint32_t attempt = 0; attempt < sites; attempt++) {
        const uint32_t site = ons_random_below(&spins->random, sites), old = states[site];
        uint32_t next = ons_random_below(&spins->random, q - 1);
        next += next >= old;
        const uint32_t word = ons_random_32(&spins->random);
        const double x = spins_discrete_rise(model, states, site, next);
        const bool accepted = (x == 0 && !model->lazy) || spins_ladder_flip(model->ladder, &spins->random, word, x);
        states[site] = (uint8_t)(accepted ? next : old);
    }
}

/* ---- heat bath
 * ---------------------------------------------------------------------------------------------------------- */

SPINS_INLINE double product_weights(const ons_discrete_model *model, const uint8_t *states, uint32_t site,
                                    ons_discrete_kind kind, uint32_t q, double *weights) {
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    const uint32_t *neighbour = model->graph->neighbour + row;
    for (uint32_t a = 0; a < q; a++) { weights[a] = model->site_factor[a]; }
    if (kind == ONS_POTTS) {
        const double like = model->factor[0];
        for (uint32_t k = 0; k < count; k++) { weights[states[neighbour[k]]] *= like; }
    } else {
        for (uint32_t k = 0; k < count; k++) {
            const double *factor = model->factor + states[neighbour[k]] * q; /* symmetric */
            for (uint32_t a = 0; a < q; a++) { weights[a] *= factor[a]; }
        }
    }
    double sum = 0;
    for (uint32_t a = 0; a < q; a++) { sum += weights[a]; }
    return sum;
}

/* Where products could overflow or strengths differ: energies first, then one exponential a state. */
static double exponential_weights(const ons_discrete_model *model, const uint8_t *states, uint32_t site,
                                  double *weights) {
    const uint32_t q = model->q;
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    for (uint32_t a = 0; a < q; a++) { weights[a] = -model->beta * model->site[a]; }
    for (uint32_t k = 0; k < count; k++) {
        const double *pair = model->pair + states[model->graph->neighbour[row + k]] * q;
        const double coupling = model->beta * spins_entry_coupling(&model->couplings, row + k);
        for (uint32_t a = 0; a < q; a++) { weights[a] += coupling * pair[a]; }
    }
    assert(q > 0);
    double largest = weights[0], sum = 0;
    for (uint32_t a = 1; a < q; a++) { largest = weights[a] > largest ? weights[a] : largest; }
    for (uint32_t a = 0; a < q; a++) {
        weights[a] = ons_exp(weights[a] - largest);
        sum += weights[a];
    }
    return sum;
}

double spins_discrete_weights(const ons_discrete_model *model, const uint8_t *states, uint32_t site, double *weights) {
    if (!model->products) { return exponential_weights(model, states, site, weights); }
    return product_weights(model, states, site, model->options.kind, model->q, weights);
}

/* q = 0: as the model says. */
SPINS_INLINE void heat_bath(ons_discrete *spins, ons_discrete_kind kind, uint32_t q) {
    const ons_discrete_model *model = spins->model;
    const uint32_t states = q ? q : model->q;
    double weights[ONS_DISCRETE_STATES];
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        const double total = product_weights(model, spins->states, site, kind, states, weights);
        double rest = ons_random_uniform(&spins->random) * total;
        uint32_t next = 0;
        if (q) { /* few states: without branches */
            double sum = 0;
            for (uint32_t a = 0; a + 1 < states; a++) {
                sum += weights[a];
                next += rest >= sum;
            }
        } else {
            while (next + 1 < states && rest >= weights[next]) { rest -= weights[next++]; }
        }
        spins->states[site] = (uint8_t)next;
    }
}

static void heat_bath_general(ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    double weights[ONS_DISCRETE_STATES];
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        double rest = ons_random_uniform(&spins->random) * spins_discrete_weights(model, spins->states, site, weights);
        uint32_t next = 0;
        while (next + 1 < model->q && rest >= weights[next]) { rest -= weights[next++]; }
        spins->states[site] = (uint8_t)next;
    }
}

static void heat_bath_potts(ons_discrete *spins) { heat_bath(spins, ONS_POTTS, 0); }
static void heat_bath_potts_3(ons_discrete *spins) { heat_bath(spins, ONS_POTTS, 3); }
static void heat_bath_potts_4(ons_discrete *spins) { heat_bath(spins, ONS_POTTS, 4); }
static void heat_bath_clock(ons_discrete *spins) { heat_bath(spins, ONS_CLOCK, 0); }
static void heat_bath_clock_4(ons_discrete *spins) { heat_bath(spins, ONS_CLOCK, 4); }
static void heat_bath_clock_6(ons_discrete *spins) { heat_bath(spins, ONS_CLOCK, 6); }
static void heat_bath_blume_capel(ons_discrete *spins) { heat_bath(spins, ONS_BLUME_CAPEL, 3); }

void spins_discrete_heat_bath(ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    if (!model->products) {
        heat_bath_general(spins);
        return;
    }
    switch (model->options.kind) {
    case ONS_POTTS:
        (model->q == 3 ? heat_bath_potts_3 : model->q == 4 ? heat_bath_potts_4 : heat_bath_potts)(spins);
        break;
    case ONS_CLOCK:
        (model->q == 4 ? heat_bath_clock_4 : model->q == 6 ? heat_bath_clock_6 : heat_bath_clock)(spins);
        break;
    case ONS_BLUME_CAPEL: heat_bath_blume_capel(spins); break;
    }
}

/* ---- the choice
 * --------------------------------------------------------------------------------------------------------- */

#define KERNELS(z)                                                                                                     \
    static void potts_##z(ons_discrete *spins) { metropolis(spins, z, ONS_POTTS); }                                    \
    static void clock_##z(ons_discrete *spins) { metropolis(spins, z, ONS_CLOCK); }                                    \
    static void blume_capel_##z(ons_discrete *spins) { metropolis(spins, z, ONS_BLUME_CAPEL); }
KERNELS(0)
KERNELS(3)
KERNELS(4)
KERNELS(6)

static const struct kernel {
    uint32_t coordination; /* 0: any */
    spins_discrete_step step[3];
} kernels[] = {{3, {potts_3, clock_3, blume_capel_3}},
               {4, {potts_4, clock_4, blume_capel_4}},
               {6, {potts_6, clock_6, blume_capel_6}},
               {0, {potts_0, clock_0, blume_capel_0}}};

spins_discrete_step spins_discrete_local_step(const ons_discrete_model *model) {
    if (model->options.update == ONS_SPIN_HEAT_BATH) { return spins_discrete_heat_bath; }
    if (!model->integral) { return metropolis_general; }
    const struct kernel *kernel = kernels;
    while (kernel->coordination && kernel->coordination != model->graph->coordination) { kernel++; }
    return kernel->step[model->options.kind];
}
