/*
 * States of the Ising model: configuration, random stream, and what is measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bits.h"
#include "ising.h"
#include "slabs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t work_length(const ons_ising_model *model) {
    const size_t sites = model->graph->sites;
    if (model->update != ONS_WOLFF && model->update != ONS_SWENDSEN_WANG) { return 0; }
    return model->form == SPINS_COMPLETE ? 2 * sites : sites + 64; /* whole blocks of 64 */
}

ons_status ons_ising_create(ons_ising **result, const ons_ising_model *model, ons_random random) {
    *result = NULL;
    const ons_graph *graph = model->graph;
    ons_ising *ising = ONS_NEW(ons_ising, 1);
    if (!ising) { return ONS_MEMORY; }
    ising->model = model;
    ising->random = random;
    ising->own_spins = ising->spins = ONS_NEW(int8_t, graph->sites);
    ising->work = ONS_NEW(uint32_t, work_length(model));
    ising->bits = ONS_NEW(uint32_t, model->update == ONS_SWENDSEN_WANG ? graph->sites / 32 + 1 : 0);
    ising->layers = ONS_NEW(int32_t, model->modes.longest);
    if (!ising->spins || !ising->work || !ising->bits || !ising->layers) {
        ons_ising_free(ising);
        return ONS_MEMORY;
    }
    if (model->checkerboard) {
        ising->sliced_temperature = model->options.temperature;
        const ons_status status = spins_bits_create(&ising->sliced, graph, &model->options, &random);
        if (status) {
            ons_ising_free(ising);
            return status;
        }
    }
    if (model->slabs) {
        const ons_status status = spins_joints_create(&ising->joints, model->slabs);
        if (status) {
            ons_ising_free(ising);
            return status;
        }
    }
    ons_ising_start_up(ising);
    *result = ising;
    return ONS_OK;
}

void ons_ising_free(ons_ising *ising) {
    if (!ising) { return; }
    free(ising->own_spins);
    free(ising->work);
    free(ising->bits);
    free(ising->layers);
    spins_bits_free(ising->sliced);
    spins_joints_free(ising->joints);
    ons_team_free(ising->team);
    free(ising);
}

/* ---- configurations
 * --------------------------------------------------------------------------------------------------- */

static void sum_up(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    if (ising->sliced) {
        spins_bits_pack(ising->sliced, ising->spins);
        spins_bits_sums_of(ising->sliced, &ising->magnetization, &ising->bond_sum);
        return;
    }
    int64_t magnetization = 0, bond_sum = 0;
    for (uint32_t i = 0; i < graph->sites; i++) { magnetization += ising->spins[i]; }
    for (uint64_t b = 0; model->form != SPINS_GENERAL && b < graph->bonds; b++) {
        const int product = ising->spins[graph->source[b]] * ising->spins[graph->target[b]];
        bond_sum += model->bond_weight ? product * model->bond_weight[b] : product;
    }
    ising->magnetization = magnetization;
    ising->bond_sum = bond_sum;
}

/* No spins where there are none. */
static void empty_sites(ons_ising *ising) {
    const uint8_t *occupied = ising->model->occupied;
    for (uint32_t i = 0; occupied && i < ising->model->graph->sites; i++) {
        if (!occupied[i]) { ising->spins[i] = 0; }
    }
}

void ons_ising_start_up(ons_ising *ising) {
    memset(ising->spins, 1, ising->model->graph->sites);
    empty_sites(ising);
    sum_up(ising);
}

void ons_ising_start_random(ons_ising *ising, ons_random *random) {
    const uint32_t sites = ising->model->graph->sites;
    uint32_t word = 0;
    for (uint32_t i = 0; i < sites; i++) {
        if (i % 32 == 0) { word = ons_random_32(random); }
        ising->spins[i] = word >> i % 32 & 1 ? 1 : -1;
    }
    empty_sites(ising);
    sum_up(ising);
}

int8_t *ons_ising_spins(ons_ising *ising) {
    if (ising->sliced) { spins_bits_unpack(ising->sliced, ising->spins); }
    return ising->spins;
}

ons_status ons_ising_refresh(ons_ising *ising) {
    const uint8_t *occupied = ising->model->occupied;
    empty_sites(ising);
    for (uint32_t i = 0; i < ising->model->graph->sites; i++) {
        if (occupied && !occupied[i]) { continue; }
        if (ising->spins[i] != 1 && ising->spins[i] != -1) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration is %d, not 1 or -1", i, ising->spins[i]);
        }
    }
    sum_up(ising);
    return ONS_OK;
}

ons_status ons_ising_use(ons_ising *ising, int8_t *spins) {
    int8_t *before = ising->spins;
    if (!spins && !ising->own_spins) { ising->own_spins = ONS_NEW(int8_t, ising->model->graph->sites); }
    if (!spins && !ising->own_spins) { return ONS_MEMORY; }
    if (!spins) { memcpy(ising->own_spins, ons_ising_spins(ising), ising->model->graph->sites); }
    ising->spins = spins ? spins : ising->own_spins;
    const ons_status status = ons_ising_refresh(ising);
    if (status != ONS_OK) {
        ising->spins = before;
        return status;
    }
    if (spins) {
        free(ising->own_spins);
        ising->own_spins = NULL;
    }
    return ONS_OK;
}

ons_random *ons_ising_random(ons_ising *ising) { return &ising->random; }

ons_status ons_ising_set_threads(ons_ising *ising, unsigned threads) {
    ons_team_free(ising->team);
    ising->team = NULL;
    const bool shared = ising->sliced || (ising->model->slabs && ising->model->slabs->count > 1);
    return shared && threads > 1 ? ons_team_create(&ising->team, threads) : ONS_OK;
}

/* The position of the stream counts sweeps. */
void spins_checkerboard_step(ons_ising *ising) {
    if (ising->sliced_temperature != ising->model->options.temperature) {
        ising->sliced_temperature = ising->model->options.temperature;
        spins_bits_set_temperature(ising->sliced, ising->model->unit, ising->sliced_temperature);
    }
    spins_bits_sweep(ising->sliced, ising->random.position++, ising->team);
    spins_bits_sums_of(ising->sliced, &ising->magnetization, &ising->bond_sum);
}

void ons_ising_step(ons_ising *ising) { ising->model->step(ising); }

/* ---- measurement
 * ------------------------------------------------------------------------------------------------------ */

static double bond_energy(const ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    if (model->form == SPINS_COMPLETE) { /* sum over pairs of s_i s_j = (M^2 - N) / 2 */
        const double magnetization = (double)ising->magnetization;
        return -model->unit * 0.5 * (magnetization * magnetization - graph->sites);
    }
    if (model->form != SPINS_GENERAL) { return -model->unit * (double)ising->bond_sum; }
    double sum = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        sum += model->bond_coupling[b] * (ising->spins[graph->source[b]] * ising->spins[graph->target[b]]);
    }
    return -sum;
}

double ons_ising_energy(const ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    double energy = bond_energy(ising) - model->field * (double)ising->magnetization;
    if (model->site_field) {
        double sum = 0;
        for (uint32_t i = 0; i < model->graph->sites; i++) { sum += model->site_field[i] * ising->spins[i]; }
        energy -= sum;
    }
    return energy / model->graph->sites;
}

double ons_ising_magnetization(const ons_ising *ising) {
    return (double)ising->magnetization / ising->model->graph->sites;
}

/* Sums of spins over the layers across direction d: [lengths[d]][sites of the cell]. */
static void sum_layers(const ons_ising *ising, unsigned d) {
    const ons_graph *graph = ising->model->graph;
    const spins_layers across = spins_layers_of(graph, d);
    const size_t basis = across.basis, length = across.length, block = across.block, repeats = across.repeats;
    const int8_t *spin = ising->spins;
    int32_t *layers = ising->layers;
    memset(layers, 0, length * basis * sizeof *layers);
    for (size_t repeat = 0; repeat < repeats; repeat++) {
        if (block == basis) { /* layers lie side by side */
            for (size_t k = 0; k < length * basis; k++) { layers[k] += spin[k]; }
            spin += length * basis;
            continue;
        }
        for (size_t layer = 0; layer < length; layer++, spin += block) {
            if (basis == 1) {
                int32_t sum = 0;
                for (size_t k = 0; k < block; k++) { sum += spin[k]; }
                layers[layer] += sum;
                continue;
            }
            int32_t *row = layers + layer * basis;
            for (size_t k = 0; k < block; k += basis) {
                for (size_t site = 0; site < basis; site++) { row[site] += spin[k + site]; }
            }
        }
    }
}

double ons_ising_magnetization_kmin_squared(const ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const spins_modes *modes = &model->modes;
    if (!modes->count) { return NAN; }
    const ons_graph *graph = model->graph;
    double total = 0;
    if (ising->sliced) {
        unsigned wanted = 0;
        for (unsigned k = 0; k < modes->count; k++) { wanted |= 1U << modes->direction[k]; }
        spins_bits_sum_layers(ising->sliced, wanted, ising->team);
    }
    for (unsigned k = 0; k < modes->count; k++) {
        const double *table = modes->table[k];
        const size_t layers = (size_t)graph->lengths[modes->direction[k]] * graph->lattice->sites;
        double real = 0, imaginary = 0;
        if (!ising->sliced) { sum_layers(ising, modes->direction[k]); }
        const int32_t *sum = ising->sliced ? spins_bits_layer(ising->sliced, modes->direction[k]) : ising->layers;
        for (size_t layer = 0; layer < layers; layer++) {
            real += sum[layer] * table[2 * layer];
            imaginary += sum[layer] * table[2 * layer + 1];
        }
        total += real * real + imaginary * imaginary;
    }
    return total / modes->count / ((double)graph->sites * graph->sites);
}

double ons_ising_overlap(const ons_ising *a, const ons_ising *b) {
    const uint32_t sites = a->model->graph->sites;
    if (a->sliced) { spins_bits_unpack(a->sliced, a->spins); }
    if (b->sliced) { spins_bits_unpack(b->sliced, b->spins); }
    int64_t sum = 0;
    for (uint32_t i = 0; i < sites; i++) { sum += a->spins[i] * b->spins[i]; }
    return (double)sum / sites;
}
