/*
 * The Ising model on a graph: how its couplings are held, and its tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bits.h"
#include "ising.h"
#include "slabs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_DIVISOR = 12, LARGEST_REACH = 1 << 20 };

static bool clusters_update(ons_ising_update update) { return update == ONS_WOLFF || update == ONS_SWENDSEN_WANG; }

/* ---- the form of the couplings
 * --------------------------------------------------------------------------------------- */

/* The integer c with c * unit = coupling within rounding, |c| <= SPINS_LARGEST_WEIGHT; false when there is none. */
static bool weight_of(double coupling, double unit, int *weight) {
    const double ratio = coupling / unit, nearest = nearbyint(ratio);
    *weight = fabs(nearest) <= SPINS_LARGEST_WEIGHT ? (int)nearest : 0;
    return fabs(nearest) <= SPINS_LARGEST_WEIGHT && fabs(nearest * unit - coupling) <= 4 * 0x1p-53 * fabs(coupling);
}

/* The number of which all couplings are small multiples: the smallest one divided by 1, 2, .. 12. */
static bool find_unit(const double *couplings, uint64_t count, double *unit) {
    double smallest = INFINITY, first = 0;
    for (uint64_t b = 0; b < count; b++) {
        if (couplings[b] == 0) { continue; }
        if (first == 0) { first = couplings[b]; }
        smallest = fmin(smallest, fabs(couplings[b]));
    }
    if (first == 0) {
        *unit = 0;
        return true;
    }
    for (int divisor = 1; divisor <= LARGEST_DIVISOR; divisor++) {
        *unit = copysign(smallest / divisor, first);
        bool fits = true;
        int weight;
        for (uint64_t b = 0; fits && b < count; b++) { fits = weight_of(couplings[b], *unit, &weight); }
        if (fits) { return true; }
    }
    return false;
}

/* Copies numbers of bonds to the entries of the rows, which lie in the order of the bonds; `next` is scratch. */
#define SPREAD(name, type)                                                                                             \
    static void name(const ons_graph *graph, uint64_t *next, const type *bonds, type *entries) {                       \
        for (uint32_t i = 0; i < graph->sites; i++) {                                                                  \
            uint32_t count;                                                                                            \
            next[i] = spins_row(graph, i, &count);                                                                     \
        }                                                                                                              \
        for (uint64_t b = 0; b < graph->bonds; b++) {                                                                  \
            const uint32_t i = graph->source[b], j = graph->target[b];                                                 \
            if (i == j) { continue; }                                                                                  \
            entries[next[i]++] = bonds[b];                                                                             \
            entries[next[j]++] = bonds[b];                                                                             \
        }                                                                                                              \
    }
SPREAD(spread_weights, int8_t)
SPREAD(spread_reals, double)
SPREAD(spread_thresholds, uint64_t)

static ons_status hold_integers(ons_ising_model *model, const double *couplings) {
    const ons_graph *graph = model->graph;
    bool equal = true;
    int weight = 1;
    for (uint64_t b = 0; model->unit != 0 && b < graph->bonds; b++) {
        weight_of(couplings[b], model->unit, &weight);
        equal = equal && weight == 1;
    }
    model->form = SPINS_UNIFORM;
    if (equal) { return ONS_OK; }
    model->form = SPINS_INTEGRAL;
    model->bond_weight = ONS_NEW(int8_t, graph->bonds);
    model->entry_weight = ONS_NEW(int8_t, graph->entries);
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    const bool memory = model->bond_weight && model->entry_weight && next;
    for (uint64_t b = 0; memory && b < graph->bonds; b++) {
        weight_of(couplings[b], model->unit, &weight);
        model->bond_weight[b] = (int8_t)weight;
    }
    if (memory) { spread_weights(graph, next, model->bond_weight, model->entry_weight); }
    free(next);
    return memory ? ONS_OK : ONS_MEMORY;
}

static ons_status hold_reals(ons_ising_model *model, const double *couplings) {
    const ons_graph *graph = model->graph;
    model->form = SPINS_GENERAL;
    model->bond_coupling = ONS_NEW(double, graph->bonds);
    model->entry_coupling = ONS_NEW(double, graph->entries);
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    const bool memory = model->bond_coupling && model->entry_coupling && next;
    if (memory) {
        memcpy(model->bond_coupling, couplings, graph->bonds * sizeof *couplings);
        spread_reals(graph, next, couplings, model->entry_coupling);
    }
    free(next);
    return memory ? ONS_OK : ONS_MEMORY;
}

/* The largest sum of |weight| around a site. */
static int64_t find_reach(const ons_ising_model *model) {
    const ons_graph *graph = model->graph;
    int64_t reach = 0;
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        const uint64_t row = spins_row(graph, i, &count);
        int64_t sum = count;
        if (model->form == SPINS_INTEGRAL) {
            sum = 0;
            for (uint32_t k = 0; k < count; k++) { sum += abs(model->entry_weight[row + k]); }
        }
        reach = sum > reach ? sum : reach;
    }
    return reach;
}

static ons_status hold_couplings(ons_ising_model *model, const ons_ising_options *options) {
    const ons_graph *graph = model->graph;
    if (graph->complete) {
        model->form = SPINS_COMPLETE;
        model->unit = options->coupling * graph->common_strength;
        return ONS_OK;
    }
    if (!options->couplings && !graph->strength) {
        model->form = SPINS_UNIFORM;
        model->unit = options->coupling * graph->common_strength;
        const int64_t reach = find_reach(model);
        model->reach = (int)reach;
        if (reach <= LARGEST_REACH) { return ONS_OK; }
    }
    double *couplings = ONS_NEW(double, graph->bonds);
    if (!couplings) { return ONS_MEMORY; }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double strength = graph->strength ? graph->strength[b] : graph->common_strength;
        couplings[b] = options->couplings ? options->couplings[b] : options->coupling * strength;
    }
    ons_status status = ONS_OK;
    bool tables = find_unit(couplings, graph->bonds, &model->unit);
    if (tables) {
        status = hold_integers(model, couplings);
        const int64_t reach = status ? 0 : find_reach(model);
        tables = reach <= LARGEST_REACH;
        model->reach = (int)reach;
    }
    if (!status && !tables) { status = hold_reals(model, couplings); }
    free(couplings);
    return status;
}

/* ---- tables
 * ----------------------------------------------------------------------------------------------------------- */

static ons_status tabulate_local(ons_ising_model *model) {
    const bool empty = model->occupied && model->update == ONS_HEAT_BATH;
    if (model->form == SPINS_GENERAL || model->form == SPINS_COMPLETE || model->site_field || empty) {
        return model->ladder ? ONS_OK : spins_ladder_create(&model->ladder, model->update);
    }
    const size_t rows = 2 * (size_t)model->reach + 1;
    if (model->update == ONS_METROPOLIS && !model->flip) { model->flip = ONS_NEW(uint64_t, 2 * rows); }
    if (model->update != ONS_METROPOLIS && !model->up) { model->up = ONS_NEW(uint64_t, rows); }
    if (!model->flip && !model->up) { return ONS_MEMORY; }
    for (size_t row = 0; row < rows; row++) {
        const double x = 2 * model->beta * (model->unit * ((double)row - model->reach) + model->field);
        if (model->up) { model->up[row] = spins_up_threshold(x); }
        if (model->flip) {
            model->flip[2 * row] = spins_flip_threshold(-x);
            model->flip[2 * row + 1] = spins_flip_threshold(x);
        }
    }
    return ONS_OK;
}

/* Thresholds of bonds with couplings of any value, where the update looks for them. */
static ons_status tabulate_bonds(ons_ising_model *model) {
    const ons_graph *graph = model->graph;
    uint64_t *bonds = model->bond_activation ? model->bond_activation : ONS_NEW(uint64_t, graph->bonds), *next = NULL;
    if (!bonds) { return ONS_MEMORY; }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        bonds[b] = spins_activation_threshold(2 * model->beta * fabs(model->bond_coupling[b]));
    }
    if (model->update == ONS_SWENDSEN_WANG) {
        model->bond_activation = bonds;
        return ONS_OK;
    }
    if (!model->entry_activation) { model->entry_activation = ONS_NEW(uint64_t, graph->entries); }
    next = ONS_NEW(uint64_t, graph->sites);
    const bool memory = model->entry_activation && next;
    if (memory) { spread_thresholds(graph, next, bonds, model->entry_activation); }
    free(bonds);
    free(next);
    return memory ? ONS_OK : ONS_MEMORY;
}

static bool couples_nothing(const ons_ising_model *model) {
    const ons_graph *graph = model->graph;
    if (model->form == SPINS_COMPLETE) { return model->unit == 0 || graph->sites < 2; }
    if (!graph->entries) { return true; }
    if (model->form == SPINS_UNIFORM) { return model->activation[1] == 0; }
    for (uint64_t k = 0; k < graph->entries; k++) {
        const uint64_t threshold = model->form == SPINS_GENERAL
                                       ? model->entry_activation ? model->entry_activation[k] : 1
                                       : model->activation[abs(model->entry_weight[k])];
        if (threshold) { return false; }
    }
    return true;
}

static ons_status tabulate_clusters(ons_ising_model *model) {
    for (int weight = 0; weight <= SPINS_LARGEST_WEIGHT && model->form != SPINS_GENERAL; weight++) {
        model->activation[weight] = spins_activation_threshold(2 * model->beta * fabs(model->unit) * weight);
    }
    model->ghost = spins_activation_threshold(2 * model->beta * fabs(model->field));
    for (uint32_t i = 0; model->site_ghost && i < model->graph->sites; i++) {
        model->site_ghost[i] = spins_activation_threshold(2 * model->beta * fabs(spins_field_of(model, i)));
    }
    ons_status status = model->form == SPINS_GENERAL ? tabulate_bonds(model) : ONS_OK;
    if (!status && model->update == ONS_WOLFF && model->form == SPINS_UNIFORM && !model->regular) {
        status = spins_regular_create(&model->regular, model->graph);
    }
    if (!status && model->update == ONS_SWENDSEN_WANG && model->form != SPINS_COMPLETE && !model->slabs) {
        status = spins_slabs_create(&model->slabs, model, 0);
    }
    if (!status) { model->inert = couples_nothing(model); }
    return status;
}

/* All that depends on temperature and field; the rule of a checkerboard is made by its states. Takes memory at most
 * once.
 */
static ons_status tabulate(ons_ising_model *model) {
    if (model->checkerboard) { return ONS_OK; }
    return clusters_update(model->update) ? tabulate_clusters(model) : tabulate_local(model);
}

/* ---- the public door
 * -------------------------------------------------------------------------------------------------- */

static ons_status check_options(const ons_graph *graph, const ons_ising_options *options) {
    if (!(options->temperature > 0) || !isfinite(options->temperature)) {
        return ons_fail(ONS_INVALID, "the temperature must be positive and finite, not %g", options->temperature);
    }
    if (!isfinite(options->coupling) || !isfinite(options->field)) {
        return ons_fail(ONS_INVALID, "coupling and field must be finite, not %g and %g", options->coupling,
                        options->field);
    }
    if (options->couplings && graph->complete) {
        return ons_fail(ONS_INVALID, "a complete graph lists no bonds and takes no couplings of single bonds");
    }
    if (options->occupied && graph->complete) {
        return ons_fail(ONS_INVALID, "a complete graph without some of its sites is a smaller complete graph");
    }
    for (uint32_t i = 0; options->fields && i < graph->sites; i++) {
        if (!isfinite(options->fields[i])) {
            return ons_fail(ONS_INVALID, "the field of site %u must be finite, not %g", i, options->fields[i]);
        }
    }
    if (options->update == ONS_WOLFF && !options->clusters) {
        return ons_fail(ONS_INVALID, "a step of the Wolff algorithm has at least 1 cluster");
    }
    return ONS_OK;
}

/* What single sites have. */
static ons_status hold_sites(ons_ising_model *model, const ons_ising_options *options) {
    const size_t sites = model->graph->sites;
    if (options->fields) {
        model->site_field = ONS_NEW(double, sites);
        if (!model->site_field) { return ONS_MEMORY; }
        memcpy(model->site_field, options->fields, sites * sizeof *options->fields);
        model->site_ghost = clusters_update(model->update) ? ONS_NEW(uint64_t, sites) : NULL;
        if (clusters_update(model->update) && !model->site_ghost) { return ONS_MEMORY; }
    }
    if (options->occupied) {
        model->occupied = ONS_NEW(uint8_t, sites);
        if (!model->occupied) { return ONS_MEMORY; }
        memcpy(model->occupied, options->occupied, sites);
    }
    return ONS_OK;
}

/* The kernel; it may depend on the field. */
static spins_step step_of(const ons_ising_model *model) {
    return model->checkerboard                  ? spins_checkerboard_step
           : model->form == SPINS_COMPLETE      ? spins_complete_step(model)
           : model->update == ONS_WOLFF         ? spins_wolff_step(model)
           : model->update == ONS_SWENDSEN_WANG ? spins_swendsen_wang_step(model)
                                                : spins_local_step(model);
}

ons_status ons_ising_model_create(ons_ising_model **result, const ons_graph *graph, const ons_ising_options *options) {
    *result = NULL;
    ons_status status = check_options(graph, options);
    if (status) { return status; }
    ons_ising_model *model = ONS_NEW(ons_ising_model, 1);
    if (!model) { return ONS_MEMORY; }
    model->graph = graph;
    model->beta = 1 / options->temperature;
    model->field = options->field;
    model->update = options->update;
    model->clusters = options->clusters;
    model->checkerboard = options->update == ONS_METROPOLIS && options->order == ONS_CHECKERBOARD;
    model->options = *options;
    model->options.couplings = model->options.fields = NULL;
    model->options.occupied = NULL;
    if (model->checkerboard) {
        status = spins_bits_check(graph->lattice, graph->lengths, graph->boundary, options);
        model->form = SPINS_UNIFORM;
        model->unit = options->coupling * graph->common_strength;
    } else if (!graph->complete && !graph->source && graph->bonds) {
        status = ons_fail(ONS_INVALID, "an outline of a graph, without lists, serves the checkerboard order only");
    } else {
        status = hold_couplings(model, options);
    }
    if (!status) { status = hold_sites(model, options); }
    if (!status) { status = tabulate(model); }
    if (!status) { status = spins_modes_init(&model->modes, graph); }
    if (status) {
        ons_ising_model_free(model);
        return status;
    }
    model->step = step_of(model);
    *result = model;
    return ONS_OK;
}

ons_status ons_ising_model_set(ons_ising_model *model, double temperature, double field) {
    ons_ising_options options = model->options;
    options.temperature = temperature;
    options.field = field;
    ons_status status = check_options(model->graph, &options);
    if (!status && model->checkerboard) {
        status = spins_bits_check(model->graph->lattice, model->graph->lengths, model->graph->boundary, &options);
    }
    if (status) { return status; }
    model->options = options;
    model->beta = 1 / temperature;
    model->field = field;
    status = tabulate(model);
    model->step = step_of(model);
    return status;
}

void ons_ising_model_free(ons_ising_model *model) {
    if (!model) { return; }
    free(model->entry_weight);
    free(model->bond_weight);
    free(model->entry_coupling);
    free(model->bond_coupling);
    free(model->flip);
    free(model->up);
    free(model->ladder);
    free(model->entry_activation);
    free(model->bond_activation);
    free(model->site_field);
    free(model->site_ghost);
    free(model->occupied);
    spins_regular_free(model->regular);
    spins_slabs_free(model->slabs);
    spins_modes_free(&model->modes);
    free(model);
}

ons_status ons_ising_check_checkerboard(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary,
                                        const ons_ising_options *options, double *used) {
    const ons_status status = spins_bits_check(lattice, lengths, boundary, options);
    if (!status && used) { *used = spins_bits_used(lattice, lengths); }
    return status;
}

double ons_ising_bytes(double sites, double bonds, const ons_ising_options *options, bool general, unsigned states) {
    if (options->update == ONS_METROPOLIS && options->order == ONS_CHECKERBOARD) {
        return states * (sites * 1.5 + sizeof(ons_ising)) + sizeof(ons_ising_model);
    }
    double shared = general ? bonds * 3 * sizeof(double) : bonds * 3;
    if (general && options->update == ONS_WOLFF) { shared += bonds * 2 * sizeof(uint64_t); }
    if (general && options->update == ONS_SWENDSEN_WANG) { shared += bonds * sizeof(uint64_t); }
    double state = sites;
    if (clusters_update(options->update)) { state += sites * (bonds > 0 ? 1.0 : 2.0) * sizeof(uint32_t); }
    if (options->update == ONS_SWENDSEN_WANG) {
        state += sites / 8 + spins_joints_bytes(sites);
        shared += spins_links_bytes(sites, bonds);
    }
    return shared + states * (state + sizeof(ons_ising)) + sizeof(ons_ising_model);
}
