/*
 * O(n) spins: models, states, random starts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors.h"

#include <math.h>
#include <stdlib.h>

static ons_status check_options(const ons_graph *graph, const ons_vectors_options *options) {
    if (!(options->temperature > 0) || !isfinite(options->temperature)) {
        return ons_fail(ONS_INVALID, "the temperature must be positive and finite, not %g", options->temperature);
    }
    if (!isfinite(options->coupling) || !isfinite(options->field)) {
        return ons_fail(ONS_INVALID, "coupling and field must be finite, not %g and %g", options->coupling,
                        options->field);
    }
    if (options->components < 2 || options->components > ONS_VECTOR_COMPONENTS) {
        return ons_fail(ONS_INVALID, "a spin has 2 to %d components, not %u", ONS_VECTOR_COMPONENTS,
                        options->components);
    }
    if (options->axis >= options->components) {
        return ons_fail(ONS_INVALID, "the field has an axis from 0 to %u, not %u", options->components - 1,
                        options->axis);
    }
    if (!(options->width >= 0) || !isfinite(options->width)) {
        return ons_fail(ONS_INVALID, "the width of the proposals must be positive, or 0 for a choice, not %g",
                        options->width);
    }
    if (graph->complete) { return ons_fail(ONS_INVALID, "the model needs a graph that lists its bonds"); }
    if (options->update == ONS_SPIN_WOLFF && !options->clusters) {
        return ons_fail(ONS_INVALID, "a step of the Wolff algorithm has at least 1 cluster");
    }
    return ONS_OK;
}

ons_status ons_vectors_check_checkerboard(const ons_lattice *lattice, const int64_t *lengths, bool open,
                                          const ons_vectors_options *options) {
    const bool metropolis = options->update == ONS_SPIN_METROPOLIS;
    if (!metropolis && options->update != ONS_SPIN_HEAT_BATH && !options->overrelaxation) {
        return ons_fail(ONS_INVALID, "the checkerboard order is one of single sites, not of clusters");
    }
    if (options->components > 3 || (options->components == 2 && options->update == ONS_SPIN_HEAT_BATH)) {
        return ons_fail(ONS_INVALID, "the checkerboard order exists for Metropolis updates of spins with two and three "
                                     "components and for the heat bath of three");
    }
    return spins_sublattices_check(lattice, lengths, open ? ONS_OPEN : ONS_PERIODIC);
}

static ons_status make_sublattices(ons_vectors_model *model) {
    const ons_graph *graph = model->graph;
    if (model->options.order != ONS_VECTORS_CHECKERBOARD) { return ONS_OK; }
    const ons_status status =
        ons_vectors_check_checkerboard(graph->lattice, graph->lengths, graph->boundary == ONS_OPEN, &model->options);
    if (status) { return status; }
    if (model->options.update == ONS_SPIN_METROPOLIS || model->options.update == ONS_SPIN_HEAT_BATH) {
        model->update = spins_vectors_sublattice_step(model);
    }
    model->relax = spins_vectors_sublattice_relaxation(model);
    return spins_sublattices_create(&model->sublattices, graph);
}

/* The thermal width of a spin in the field of its neighbours is sqrt(T / curvature). */
static double chosen_width(const ons_graph *graph, const ons_vectors_options *options) {
    const double degree = (double)graph->entries / graph->sites;
    const double curvature = fabs(options->coupling) * spins_largest_strength(graph) * degree + fabs(options->field);
    return curvature > 0 ? fmin(2, sqrt(2 * options->temperature / curvature)) : 2;
}

ons_status ons_vectors_model_create(ons_vectors_model **result, const ons_graph *graph,
                                    const ons_vectors_options *options) {
    *result = NULL;
    ons_status status = check_options(graph, options);
    if (status) { return status; }
    ons_vectors_model *model = ONS_NEW(ons_vectors_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->graph = graph;
    model->options = *options;
    model->n = options->components;
    model->beta = 1 / options->temperature;
    model->width = options->width > 0 ? options->width : chosen_width(graph, options);
    model->update = options->update == ONS_SPIN_WOLFF           ? spins_vectors_wolff_step(model)
                    : options->update == ONS_SPIN_SWENDSEN_WANG ? spins_vectors_swendsen_wang_step(model)
                                                                : spins_vectors_local_step(model);
    model->relax = spins_vectors_relaxation(model);
    status = spins_couplings_init(&model->couplings, graph, options->coupling);
    if (!status) { status = make_sublattices(model); }
    if (!status) { status = spins_ladder_create(&model->ladder, ONS_METROPOLIS); }
    if (!status) { status = spins_modes_init(&model->modes, graph); }
    if (!status) { status = spins_displacements_init(&model->displacements, graph); }
    if (status) {
        ons_vectors_model_free(model);
        return status;
    }
    *result = model;
    return ONS_OK;
}

void ons_vectors_model_free(ons_vectors_model *model) {
    if (!model) { return; }
    spins_couplings_free(&model->couplings);
    free(model->ladder);
    spins_sublattices_free(model->sublattices);
    spins_modes_free(&model->modes);
    spins_displacements_free(&model->displacements);
    free(model);
}

double ons_vectors_bytes(double sites, double bonds, bool several_strengths, const ons_vectors_options *options) {
    double bytes =
        8.0 * options->components * sites + sizeof(ons_vectors) + sizeof(ons_vectors_model) + sizeof(spins_ladder);
    if (several_strengths) { bytes += 24 * bonds; }
    if (options->order == ONS_VECTORS_CHECKERBOARD) { bytes += 4 * sites; }
    if (options->update == ONS_SPIN_WOLFF) { bytes += 5 * sites; }
    if (options->update == ONS_SPIN_SWENDSEN_WANG) { bytes += (options->field != 0 ? 21 : 13) * sites; }
    return bytes;
}

/* ---- states
 * ----------------------------------------------------------------------------------------------------------- */

ons_status ons_vectors_create(ons_vectors **result, const ons_vectors_model *model, ons_random random) {
    *result = NULL;
    const size_t sites = model->graph->sites;
    const bool multiple = model->options.update == ONS_SPIN_SWENDSEN_WANG;
    const bool clusters = multiple || model->options.update == ONS_SPIN_WOLFF;
    const bool sums = multiple && model->options.field != 0;
    ons_vectors *spins = ONS_NEW(ons_vectors, 1);
    if (!spins) { return ONS_MEMORY; }
    spins->model = model;
    spins->random = random;
    spins->spins = ONS_NEW(double, sites * model->n);
    spins->work = ONS_NEW(uint32_t, clusters ? sites : 0);
    spins->mark = ONS_NEW(uint8_t, clusters ? sites : 0);
    spins->projection = ONS_NEW(double, multiple ? sites : 0);
    spins->layers = ONS_NEW(double, model->modes.longest * model->n);
    if (sums) { spins->sums = ONS_NEW(double, sites); }
    if (!spins->spins || !spins->work || !spins->mark || !spins->projection || !spins->layers ||
        (sums && !spins->sums)) {
        ons_vectors_free(spins);
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < sites; i++) { spins->spins[i * model->n + model->options.axis] = 1; }
    *result = spins;
    return ONS_OK;
}

void ons_vectors_free(ons_vectors *spins) {
    if (!spins) { return; }
    free(spins->spins);
    free(spins->work);
    free(spins->mark);
    free(spins->projection);
    free(spins->sums);
    free(spins->layers);
    free(spins);
}

void ons_vectors_start_random(ons_vectors *spins, ons_random *random) {
    const unsigned n = spins->model->n;
    for (size_t i = 0; i < spins->model->graph->sites; i++) { spins_direction(random, n, spins->spins + i * n); }
}

double *ons_vectors_spins(ons_vectors *spins) { return spins->spins; }

ons_status ons_vectors_refresh(ons_vectors *spins) {
    const unsigned n = spins->model->n;
    for (uint32_t i = 0; i < spins->model->graph->sites; i++) {
        double square = 0;
        for (unsigned c = 0; c < n; c++) {
            const double s = spins->spins[(size_t)i * n + c];
            square += s * s;
        }
        if (!(fabs(square - 1) <= 2e-6)) {
            return ons_fail(ONS_INVALID, "spin %u of the configuration has the length %g, not 1", i, sqrt(square));
        }
    }
    return ONS_OK;
}

ons_random *ons_vectors_random(ons_vectors *spins) { return &spins->random; }

void ons_vectors_step(ons_vectors *spins) {
    const ons_vectors_model *model = spins->model;
    model->update(spins);
    for (uint32_t k = 0; k < model->options.overrelaxation; k++) { model->relax(spins); }
}
