/*
 * Models of spins with q states on a graph: their energies and tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "discrete.h"

#include <math.h>
#include <stdlib.h>

enum { LARGEST_TABLE = 1 << 22, LARGEST_ACTIVATION = 64 };
#define LARGEST_EXPONENT 600.0 /* of a product of Boltzmann factors */

static bool clusters_update(ons_spin_update update) {
    return update == ONS_SPIN_WOLFF || update == ONS_SPIN_SWENDSEN_WANG;
}

/* ---- energies
 * ---------------------------------------------------------------------------------------------------------- */

static ons_status tabulate_energies(ons_discrete_model *model) {
    const ons_discrete_options *options = &model->options;
    const uint32_t q = model->q;
    model->pair = ONS_NEW(double, q *q);
    model->site = ONS_NEW(double, q);
    double *cosine = ONS_NEW(double, q), *sine = ONS_NEW(double, q);
    model->components = options->kind == ONS_POTTS ? q : options->kind == ONS_CLOCK ? 2 : 1;
    model->component = ONS_NEW(double, model->components *q);
    ons_status status = ONS_MEMORY;
    if (!model->pair || !model->site || !cosine || !sine || !model->component) { goto cleanup; }
    for (uint32_t a = 0; a < q; a++) { spins_circle((double)a / q, &cosine[a], &sine[a]); }
    for (uint32_t a = 0; a < q; a++) {
        const double s = (double)a - 1;
        switch (options->kind) {
        case ONS_POTTS:
            model->site[a] = a == 0 ? -options->field : 0;
            model->component[a * q + a] = 1;
            break;
        case ONS_CLOCK:
            model->site[a] = -options->field * cosine[a];
            model->component[a] = cosine[a];
            model->component[q + a] = sine[a];
            break;
        case ONS_BLUME_CAPEL:
            model->site[a] = options->crystal_field * s * s - options->field * s;
            model->component[a] = s;
            break;
        }
        for (uint32_t b = 0; b < q; b++) {
            const uint32_t angle = (a + q - b) % q, short_way = angle < q - angle ? angle : q - angle;
            model->pair[a * q + b] = options->kind == ONS_POTTS   ? a == b
                                     : options->kind == ONS_CLOCK ? cosine[short_way]
                                                                  : s * ((double)b - 1);
        }
    }
    status = ONS_OK;
cleanup:
    free(cosine);
    free(sine);
    return status;
}

/* ---- tables
 * ------------------------------------------------------------------------------------------------------------ */

/* With one strength and w in multiples of 1 or 1/2 energies are integers times a unit. */
static ons_status hold_integers(ons_discrete_model *model, uint32_t degree) {
    const uint32_t q = model->q;
    const bool clock = model->options.kind == ONS_CLOCK;
    if (model->graph->strength || (clock && q != 2 && q != 3 && q != 4 && q != 6)) { return ONS_OK; }
    model->scale = clock ? 2 : 1;
    const double reach = (double)degree * (clock ? 4 : model->options.kind == ONS_POTTS ? 1 : 2);
    if (16 * reach > LARGEST_TABLE) { return ONS_OK; }
    model->reach = (int)reach;
    model->weight = ONS_NEW(int8_t, q * q);
    if (!model->weight) { return ONS_MEMORY; }
    for (uint32_t k = 0; k < q * q; k++) { model->weight[k] = (int8_t)nearbyint(model->scale * model->pair[k]); }
    model->integral = true;
    return ONS_OK;
}

/* The acceptance of a rise x of the energy over T. */
static uint64_t acceptance(const ons_discrete_model *model, double x) {
    if (x == 0 && model->lazy) { return (uint64_t)1 << 63; }
    return ons_threshold(x <= 0 ? 1 : ons_exp(-x));
}

/* Few pairs of states differ in the change of u: 3 for Potts, 9 for three states, q^2 of the clock in a field. */
static ons_status tabulate_flips(ons_discrete_model *model) {
    const uint32_t q = model->q;
    double change[64];
    unsigned classes = 0;
    model->change = ONS_NEW(uint8_t, q * q);
    if (!model->change) { return ONS_MEMORY; }
    for (uint32_t k = 0; k < q * q; k++) {
        const double rise = model->site[k % q] - model->site[k / q];
        unsigned class = 0;
        while (class < classes && change[class] != rise) { class ++; }
        if (class == classes) { change[classes++] = rise; }
        model->change[k] = (uint8_t) class;
    }
    const size_t rows = 2 * (size_t)model->reach + 1;
    model->flip = ONS_NEW(uint64_t, classes * rows);
    if (!model->flip) { return ONS_MEMORY; }
    const double unit = model->couplings.all / model->scale;
    for (unsigned class = 0; class < classes; class ++) {
        for (size_t row = 0; row < rows; row++) {
            const double gain = unit * ((double)row - model->reach);
            model->flip[class * rows + row] = acceptance(model, model->beta * (change[class] - gain));
        }
    }
    return ONS_OK;
}

static ons_status tabulate_factors(ons_discrete_model *model, uint32_t degree) {
    const uint32_t q = model->q;
    const double bonds = fabs(model->options.coupling) * spins_largest_strength(model->graph) * degree;
    const double fields = fabs(model->options.field) + fabs(model->options.crystal_field);
    model->products = !model->graph->strength && model->beta * (bonds + fields) < LARGEST_EXPONENT;
    if (!model->products) { return ONS_OK; }
    model->factor = ONS_NEW(double, q *q);
    model->site_factor = ONS_NEW(double, q);
    if (!model->factor || !model->site_factor) { return ONS_MEMORY; }
    for (uint32_t k = 0; k < q * q; k++) {
        model->factor[k] = ons_exp(model->beta * model->couplings.all * model->pair[k]);
    }
    for (uint32_t a = 0; a < q; a++) { model->site_factor[a] = ons_exp(-model->beta * model->site[a]); }
    return ONS_OK;
}

/* Of a bond whose w falls from that of one entry of the first row of `pair` to that of another (Potts, clock), or
 * between s s' and -s s' (Blume-Capel). */
static ons_status tabulate_activation(ons_discrete_model *model) {
    const uint32_t q = model->q;
    model->inert = !model->graph->entries || model->options.coupling == 0;
    if (model->graph->strength || q > LARGEST_ACTIVATION) { return ONS_OK; }
    model->activation = ONS_NEW(uint64_t, q * q);
    if (!model->activation) { return ONS_MEMORY; }
    for (uint32_t a = 0; a < q; a++) {
        for (uint32_t b = 0; b < q; b++) {
            const uint32_t row = model->options.kind == ONS_BLUME_CAPEL ? 2 * q : 0; /* s' = 1: w = s */
            const double rise = model->beta * model->couplings.all * (model->pair[row + a] - model->pair[row + b]);
            model->activation[a * q + b] = rise > 0 ? ons_threshold(1 - ons_exp(-rise)) : 0;
        }
    }
    return ONS_OK;
}

/* ---- the public door
 * --------------------------------------------------------------------------------------------------- */

static ons_status check_options(const ons_graph *graph, const ons_discrete_options *options) {
    if (!(options->temperature > 0) || !isfinite(options->temperature)) {
        return ons_fail(ONS_INVALID, "the temperature must be positive and finite, not %g", options->temperature);
    }
    if (!isfinite(options->coupling) || !isfinite(options->field) || !isfinite(options->crystal_field)) {
        return ons_fail(ONS_INVALID, "coupling and fields must be finite, not %g, %g and %g", options->coupling,
                        options->field, options->crystal_field);
    }
    if (options->states < 2 || options->states > ONS_DISCRETE_STATES) {
        return ons_fail(ONS_INVALID, "a spin has 2 to %d states, not %u", ONS_DISCRETE_STATES, options->states);
    }
    if (options->kind == ONS_BLUME_CAPEL && options->states != 3) {
        return ons_fail(ONS_INVALID, "a Blume-Capel spin has 3 states, not %u", options->states);
    }
    if (graph->complete) { return ons_fail(ONS_INVALID, "the model needs a graph that lists its bonds"); }
    if (options->kind == ONS_BLUME_CAPEL && graph->self_bonds) {
        return ons_fail(ONS_INVALID, "a bond of a site to itself is not constant in the Blume-Capel model: periodic "
                                     "lengths must be at least 2");
    }
    if (options->update == ONS_SPIN_WOLFF && !options->clusters) {
        return ons_fail(ONS_INVALID, "a step of the Wolff algorithm has at least 1 cluster");
    }
    return ONS_OK;
}

static ons_status tabulate(ons_discrete_model *model) {
    const uint32_t degree = spins_largest_degree(model->graph);
    const ons_spin_update update = model->options.update;
    const bool mixed = model->options.kind == ONS_BLUME_CAPEL && clusters_update(update);
    ons_status status = tabulate_energies(model);
    if (!status) { status = spins_couplings_init(&model->couplings, model->graph, model->options.coupling); }
    if (!status) { status = hold_integers(model, degree); }
    if (!status && update == ONS_SPIN_METROPOLIS && model->integral) {
        const bool few = model->q <= 6 || model->options.kind == ONS_POTTS;
        model->integral = few;
        if (few) { status = tabulate_flips(model); }
    }
    if (!status && (update == ONS_SPIN_HEAT_BATH || mixed)) { status = tabulate_factors(model, degree); }
    if (!status && clusters_update(update)) { status = tabulate_activation(model); }
    if (!status) { status = spins_ladder_create(&model->ladder, ONS_METROPOLIS); }
    if (!status) { status = spins_modes_init(&model->modes, model->graph); }
    if (!status && model->options.kind == ONS_CLOCK) {
        status = spins_displacements_init(&model->displacements, model->graph);
    }
    return status;
}

ons_status ons_discrete_model_create(ons_discrete_model **result, const ons_graph *graph,
                                     const ons_discrete_options *options) {
    *result = NULL;
    ons_status status = check_options(graph, options);
    if (status) { return status; }
    ons_discrete_model *model = ONS_NEW(ons_discrete_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->graph = graph;
    model->options = *options;
    model->q = options->states;
    model->beta = 1 / options->temperature;
    model->lazy = model->q == 2;
    status = tabulate(model);
    if (status) {
        ons_discrete_model_free(model);
        return status;
    }
    model->step = options->update == ONS_SPIN_WOLFF           ? spins_discrete_wolff_step(model)
                  : options->update == ONS_SPIN_SWENDSEN_WANG ? spins_discrete_swendsen_wang_step(model)
                                                              : spins_discrete_local_step(model);
    *result = model;
    return ONS_OK;
}

void ons_discrete_model_free(ons_discrete_model *model) {
    if (!model) { return; }
    free(model->pair);
    free(model->site);
    spins_couplings_free(&model->couplings);
    free(model->weight);
    free(model->change);
    free(model->flip);
    free(model->factor);
    free(model->site_factor);
    free(model->activation);
    free(model->ladder);
    free(model->component);
    spins_modes_free(&model->modes);
    spins_displacements_free(&model->displacements);
    free(model);
}

uint32_t ons_discrete_model_states(const ons_discrete_model *model) { return model->q; }

double ons_discrete_bytes(double sites, double bonds, bool several_strengths, const ons_discrete_options *options) {
    double bytes = sites + sizeof(ons_discrete) + sizeof(ons_discrete_model) + sizeof(spins_ladder) +
                   40.0 * options->states * options->states;
    if (several_strengths) { bytes += 24 * bonds; }
    if (clusters_update(options->update)) { bytes += 5 * sites; }
    if (options->update == ONS_SPIN_SWENDSEN_WANG && options->field != 0) { bytes += 8 * sites; }
    return bytes;
}

double spins_discrete_rise(const ons_discrete_model *model, const uint8_t *states, uint32_t site, uint32_t next) {
    const uint32_t q = model->q, old = states[site];
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    double gain = 0;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t s = states[model->graph->neighbour[row + k]];
        const double change = model->pair[next * q + s] - model->pair[old * q + s];
        gain += spins_entry_coupling(&model->couplings, row + k) * change;
    }
    return model->beta * (model->site[next] - model->site[old] - gain);
}

uint64_t spins_discrete_threshold(const ons_discrete_model *model, const uint8_t *states, uint32_t site,
                                  uint32_t next) {
    return acceptance(model, spins_discrete_rise(model, states, site, next));
}
