/*
 * States of spins with q states: configuration, random stream, and what is measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status ons_discrete_create(ons_discrete **result, const ons_discrete_model *model, ons_random random) {
    *result = NULL;
    const size_t sites = model->graph->sites;
    const ons_spin_update update = model->options.update;
    const bool clusters = update == ONS_SPIN_WOLFF || update == ONS_SPIN_SWENDSEN_WANG;
    ons_discrete *spins = ONS_NEW(ons_discrete, 1);
    if (!spins) { return ONS_MEMORY; }
    spins->model = model;
    spins->random = random;
    spins->states = ONS_NEW(uint8_t, sites);
    spins->work = ONS_NEW(uint32_t, clusters ? sites : 0);
    spins->mark = ONS_NEW(uint8_t, clusters ? sites : 0);
    spins->layers = ONS_NEW(int32_t, model->modes.longest * model->q);
    spins->angles = ONS_NEW(uint64_t, model->displacements.bonds * model->q);
    const bool sums = update == ONS_SPIN_SWENDSEN_WANG && model->options.field != 0;
    if (sums) { spins->sums = ONS_NEW(double, sites); }
    if (!spins->states || !spins->work || !spins->mark || !spins->layers || !spins->angles || (sums && !spins->sums)) {
        ons_discrete_free(spins);
        return ONS_MEMORY;
    }
    if (model->options.kind == ONS_BLUME_CAPEL) { memset(spins->states, 2, sites); }
    *result = spins;
    return ONS_OK;
}

void ons_discrete_free(ons_discrete *spins) {
    if (!spins) { return; }
    free(spins->states);
    free(spins->work);
    free(spins->mark);
    free(spins->sums);
    free(spins->layers);
    free(spins->angles);
    free(spins);
}

void ons_discrete_start_random(ons_discrete *spins, ons_random *random) {
    for (uint32_t i = 0; i < spins->model->graph->sites; i++) {
        spins->states[i] = (uint8_t)ons_random_below(random, spins->model->q);
    }
}

uint8_t *ons_discrete_states(ons_discrete *spins) { return spins->states; }

ons_status ons_discrete_refresh(ons_discrete *spins) {
    for (uint32_t i = 0; i < spins->model->graph->sites; i++) {
        if (spins->states[i] >= spins->model->q) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration has state %u, expected 0 to %u", i,
                            spins->states[i], spins->model->q - 1);
        }
    }
    return ONS_OK;
}

ons_random *ons_discrete_random(ons_discrete *spins) { return &spins->random; }

void ons_discrete_step(ons_discrete *spins) { spins->model->step(spins); }

/* ---- measurement
 * ------------------------------------------------------------------------------------------------------ */

static void count_states(const ons_discrete *spins, uint64_t *counts) {
    const uint32_t sites = spins->model->graph->sites;
    const uint8_t *states = spins->states;
    memset(counts, 0, spins->model->q * sizeof *counts);
    if (spins->model->q > 4) {
        for (uint32_t i = 0; i < sites; i++) { counts[states[i]]++; }
        return;
    }
    uint64_t one = 0, two = 0, three = 0; /* comparisons go many at a time */
    for (uint32_t begin = 0; begin < sites;) {
        const uint32_t end = sites - begin < 1 << 16 ? sites : begin + (1 << 16);
        uint32_t a = 0, b = 0, c = 0;
        for (; begin < end; begin++) {
            a += states[begin] == 1;
            b += states[begin] == 2;
            c += states[begin] == 3;
        }
        one += a;
        two += b;
        three += c;
        if (end == sites) { break; }
    }
    const uint64_t all[] = {sites - one - two - three, one, two, three};
    memcpy(counts, all, spins->model->q * sizeof *counts);
}

/* Sum over bonds of J w. */
static double bond_sum(const ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const uint8_t *states = spins->states;
    const uint32_t q = model->q;
    if (model->options.kind == ONS_POTTS && !graph->strength) {
        uint64_t equal = 0;
        for (uint64_t b = 0; b < graph->bonds; b++) { equal += states[graph->source[b]] == states[graph->target[b]]; }
        return model->couplings.all * (double)equal;
    }
    if (model->weight) {
        int64_t sum = 0;
        for (uint64_t b = 0; b < graph->bonds; b++) {
            sum += model->weight[states[graph->source[b]] * q + states[graph->target[b]]];
        }
        return model->couplings.all / model->scale * (double)sum;
    }
    double sum = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double w = model->pair[states[graph->source[b]] * q + states[graph->target[b]]];
        sum += model->couplings.bond ? model->couplings.bond[b] * w : w;
    }
    return model->couplings.bond ? sum : model->couplings.all * sum;
}

double ons_discrete_energy(const ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    double energy = -bond_sum(spins);
    if (model->options.field != 0 || model->options.crystal_field != 0) {
        uint64_t counts[ONS_DISCRETE_STATES];
        count_states(spins, counts);
        for (uint32_t a = 0; a < model->q; a++) { energy += (double)counts[a] * model->site[a]; }
    }
    return energy / model->graph->sites;
}

ons_discrete_order ons_discrete_measure_order(const ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const uint32_t q = model->q;
    const double sites = model->graph->sites;
    uint64_t counts[ONS_DISCRETE_STATES], largest = 0;
    count_states(spins, counts);
    ons_discrete_order order = {.density = 1};
    double squares = 0;
    for (unsigned c = 0; c < model->components; c++) {
        double sum = 0;
        for (uint32_t a = 0; a < q; a++) { sum += model->component[c * q + a] * (double)counts[a]; }
        squares += sum / sites * (sum / sites);
    }
    for (uint32_t a = 0; a < q; a++) { largest = counts[a] > largest ? counts[a] : largest; }
    switch (model->options.kind) {
    case ONS_POTTS:
        order.m = (q * (double)largest / sites - 1) / (q - 1);
        order.vector_squared = (q * squares - 1) / (q - 1);
        break;
    case ONS_CLOCK:
        order.m = sqrt(squares);
        order.vector_squared = squares;
        break;
    case ONS_BLUME_CAPEL:
        order.m = ((double)counts[2] - (double)counts[0]) / sites;
        order.vector_squared = order.m * order.m;
        order.density = ((double)counts[2] + (double)counts[0]) / sites;
        break;
    }
    return order;
}

/* How often each state is in each layer across a direction: [length * basis][q]. */
static void count_layers(const ons_discrete *spins, spins_layers layers) {
    const uint32_t q = spins->model->q;
    const uint8_t *state = spins->states;
    memset(spins->layers, 0, layers.length * layers.basis * q * sizeof *spins->layers);
    for (size_t repeat = 0; repeat < layers.repeats; repeat++) {
        for (size_t layer = 0; layer < layers.length; layer++) {
            for (size_t k = 0; k < layers.block; k += layers.basis) {
                for (size_t site = 0; site < layers.basis; site++) {
                    spins->layers[(layer * layers.basis + site) * q + *state++]++;
                }
            }
        }
    }
}

double ons_discrete_magnetization_kmin_squared(const ons_discrete *spins) {
    const ons_discrete_model *model = spins->model;
    const uint32_t q = model->q;
    if (!model->modes.count) { return NAN; }
    double total = 0;
    for (unsigned k = 0; k < model->modes.count; k++) {
        const spins_layers layers = spins_layers_of(model->graph, model->modes.direction[k]);
        const double *table = model->modes.table[k];
        double real[ONS_DISCRETE_STATES] = {0}, imaginary[ONS_DISCRETE_STATES] = {0};
        count_layers(spins, layers);
        for (size_t layer = 0; layer < layers.length * layers.basis; layer++) {
            for (uint32_t a = 0; a < q; a++) {
                const double count = spins->layers[layer * q + a];
                real[a] += count * table[2 * layer];
                imaginary[a] += count * table[2 * layer + 1];
            }
        }
        for (unsigned c = 0; c < model->components; c++) {
            double sums[2] = {0, 0};
            for (uint32_t a = 0; a < q; a++) {
                sums[0] += model->component[c * q + a] * real[a];
                sums[1] += model->component[c * q + a] * imaginary[a];
            }
            total += sums[0] * sums[0] + sums[1] * sums[1];
        }
    }
    const double factor = model->options.kind == ONS_POTTS ? q / (q - 1.0) : 1, sites = model->graph->sites;
    return factor * total / model->modes.count / (sites * sites);
}

void ons_discrete_helicity(const ons_discrete *spins, double *energy, double *current_squared) {
    const ons_discrete_model *model = spins->model;
    const ons_graph *graph = model->graph;
    const spins_displacements *bonds = &model->displacements;
    const uint32_t q = model->q;
    *energy = *current_squared = NAN;
    if (!bonds->bonds) { return; }
    memset(spins->angles, 0, bonds->bonds * q * sizeof *spins->angles);
    for (uint64_t begin = 0; begin < graph->bonds; begin += bonds->bonds) {
        for (size_t b = 0; b < bonds->bonds; b++) {
            const uint32_t s = spins->states[graph->source[begin + b]], t = spins->states[graph->target[begin + b]];
            spins->angles[b * q + (t >= s ? t - s : t + q - s)]++;
        }
    }
    double current[ONS_DIMENSIONS] = {0}, sum = 0;
    for (size_t b = 0; b < bonds->bonds; b++) {
        double cosines = 0, sines = 0;
        for (uint32_t a = 0; a < q; a++) {
            cosines += model->component[a] * (double)spins->angles[b * q + a];
            sines += model->component[q + a] * (double)spins->angles[b * q + a];
        }
        const double coupling = spins_bond_coupling(&model->couplings, b);
        for (unsigned j = 0; j < bonds->dimension; j++) {
            const double moved = bonds->moved[b * bonds->dimension + j];
            sum += coupling * moved * moved * cosines;
            current[j] += coupling * moved * sines;
        }
    }
    double squares = 0;
    for (unsigned j = 0; j < bonds->dimension; j++) { squares += current[j] * current[j]; }
    *energy = sum / bonds->dimension / bonds->volume;
    *current_squared = squares / bonds->dimension / bonds->volume;
}

unsigned ons_discrete_components(const ons_discrete_model *model, double *factor, double *constant) {
    const bool potts = model->options.kind == ONS_POTTS;
    *factor = potts ? model->q / (model->q - 1.0) : 1;
    *constant = potts ? -1 / (model->q - 1.0) : 0;
    return model->components;
}

void ons_discrete_component(const ons_discrete *spins, unsigned component, double *values) {
    const double *table = spins->model->component + component * spins->model->q;
    for (uint32_t i = 0; i < spins->model->graph->sites; i++) { values[i] = table[spins->states[i]]; }
}
