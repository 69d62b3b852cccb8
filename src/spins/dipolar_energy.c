/*
 * Energies of clock spins with dipoles, from whole numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dipolar.h"

#include <stdlib.h>
#include <string.h>

static void sum_exchange(ons_dipolar *walker) {
    const ons_dipolar_model *model = walker->model;
    const ons_graph *graph = model->graph;
    const uint32_t *neighbour = graph->neighbour;
    int64_t sum = 0;
    for (uint32_t i = 0; i < graph->sites; i++, neighbour += graph->coordination) {
        const int64_t *const cosine = model->cosine + model->states - 1 + walker->states[i];
        for (uint32_t k = 0; k < graph->coordination; k++) { sum += cosine[-walker->states[neighbour[k]]]; }
    }
    walker->exchange = sum / 2; /* every bond was met from both ends */
}

static ons_status sum_dipoles(ons_dipolar *walker) {
    const uint32_t sites = walker->model->graph->sites;
    walker->dipoles = (spins_wide){0, 0};
    if (!walker->field) { return ONS_OK; }
    for (uint32_t i = 0; i < sites; i++) { walker->charge[i] = (int8_t)spins_dipole(walker->states[i]); }
    const ons_status status = ons_longrange_field(walker->model->longrange, walker->charge, walker->field);
    for (uint32_t i = 0; !status && i < sites; i++) {
        spins_wide_add(&walker->dipoles, walker->charge[i] * walker->field[i]);
    }
    return status;
}

ons_status ons_dipolar_refresh(ons_dipolar *walker) {
    const ons_dipolar_model *model = walker->model;
    memset(walker->counts, 0, model->states * sizeof *walker->counts);
    for (uint32_t i = 0; i < model->graph->sites; i++) {
        const int state = walker->states[i];
        if (state < 0 || state >= (int)model->choices) {
            return ons_fail(ONS_INVALID, "site %u is in state %d, but there are only 0 to %u", i, state,
                            model->choices - 1);
        }
        walker->counts[state]++;
    }
    sum_exchange(walker);
    return sum_dipoles(walker);
}

double ons_dipolar_energy_exchange(const ons_dipolar *walker) {
    return -walker->model->options.coupling * (walker->model->cosine_unit * (double)walker->exchange);
}

double ons_dipolar_energy_dipoles(const ons_dipolar *walker) {
    if (!walker->field) { return 0; }
    const double sum = spins_wide_value(walker->dipoles) * ons_longrange_unit(walker->model->longrange);
    return walker->model->options.dipole * (0.5 * sum);
}

double ons_dipolar_energy(const ons_dipolar *walker) {
    return ons_dipolar_energy_exchange(walker) + ons_dipolar_energy_dipoles(walker);
}

const int64_t *ons_dipolar_field(const ons_dipolar *walker) { return walker->field; }
const int64_t *ons_dipolar_counts(const ons_dipolar *walker) { return walker->counts; }

ons_status ons_dipolar_stripe_energy(const double *basis, unsigned width, double *energy) {
    const unsigned period = width ? 2 * width : 1;
    ons_longrange_cell cell = {.dimension = 2, .lengths = {period, 1, 1}};
    memcpy(cell.basis, basis, 4 * sizeof *basis);
    double *table = ONS_NEW(double, period);
    ons_status status = table ? ons_longrange_sum(&cell, 3, 0, table) : ONS_MEMORY;
    double sum = 0;
    for (unsigned i = 0; !status && i < period; i++) {
        for (unsigned j = 0; j < period; j++) {
            const bool alike = !width || i / width == j / width;
            sum += (alike ? 1 : -1) * table[(i + period - j) % period];
        }
    }
    *energy = 0.5 * sum / period;
    free(table);
    return status;
}
