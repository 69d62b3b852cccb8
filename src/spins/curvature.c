/*
 * The scalar curvature of the manifold of all couplings, in small steps: cumulants from one of four methods, then their
 * contraction momentum by momentum.
 *
 * numbers = [ sums of the method | parts[orbits][SPINS_PARTS] of the present walk | uniform[d^3] of the present walk
 *             | results[walks][RESULTS] | shares[walks][orbits] ]
 * with one walk over the momenta for exact methods, and one more for each block of the jackknife. The cursor counts
 * units of the method, then momenta of all walks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curvature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double ons_curvature_critical(unsigned states, unsigned dimension) {
    if (dimension == 2) { return states ? log(1 + sqrt((double)states)) : 0.5 * log(1 + sqrt(2.0)); }
    return dimension == 3 && states == 0 ? 0.2216544 : (double)NAN;
}

/* ---- making ---- */

static ons_status open_graph(const ons_curvature_options *options, ons_graph **graph) {
    ons_lattice *lattice;
    ons_status status = ons_lattice_create(&lattice, "hypercubic", options->dimension);
    if (status) { return status; }
    status =
        ons_graph_create(graph, lattice, options->lengths, options->dimension, options->open ? ONS_OPEN : ONS_PERIODIC);
    ons_lattice_free(lattice);
    return status;
}

static ons_status make_fermions(ons_curvature_solver *solver) {
    ons_status status = ons_fermions_create(&solver->fermions, solver->torus.lengths, fabs(solver->options.coupling));
    if (!status) { status = spins_fermions_cumulants(solver->fermions, &solver->cumulants); }
    return status;
}

static ons_status make_rows(ons_curvature_solver *solver) {
    const bool ising = solver->options.states == 0;
    const double coupling = (ising ? 2 : 1) * solver->options.coupling;
    const ons_status status =
        spins_rows_create(&solver->rows, ising ? 2 : solver->options.states, solver->torus.lengths, coupling);
    if (status) { return status; }
    solver->units = spins_rows_starts(solver->rows);
    solver->sums = spins_rows_sums(solver->rows);
    return ONS_OK;
}

static ons_status make_states(ons_curvature_solver *solver) {
    const bool ising = solver->options.states == 0;
    const double coupling = (ising ? 2 : 1) * solver->options.coupling;
    ons_status status = open_graph(&solver->options, &solver->graph);
    if (!status) {
        status = spins_states_create(&solver->states, solver->graph, ising ? 2 : solver->options.states, coupling);
    }
    if (status) { return status; }
    solver->units = spins_states_units(solver->states);
    solver->sums = spins_states_sums(solver->states);
    return ONS_OK;
}

static ons_status make_ising(ons_curvature_solver *solver) {
    const ons_ising_options ising = {
        .temperature = 1, .coupling = solver->options.coupling, .update = ONS_SWENDSEN_WANG, .clusters = 1};
    const ons_status status = ons_ising_model_create(&solver->model, solver->graph, &ising);
    return status ? status : ons_ising_create(&solver->ising, solver->model, solver->options.random);
}

static ons_status make_potts(ons_curvature_solver *solver) {
    const ons_discrete_options potts = {.kind = ONS_POTTS,
                                        .states = solver->options.states,
                                        .temperature = 1,
                                        .coupling = solver->options.coupling,
                                        .update = ONS_SPIN_SWENDSEN_WANG,
                                        .clusters = 1};
    const ons_status status = ons_discrete_model_create(&solver->colours, solver->graph, &potts);
    return status ? status : ons_discrete_create(&solver->coloured, solver->colours, solver->options.random);
}

static ons_status make_samples(ons_curvature_solver *solver) {
    const ons_curvature_options *options = &solver->options;
    ons_status status = open_graph(options, &solver->graph);
    if (!status) { status = options->states ? make_potts(solver) : make_ising(solver); }
    if (!status) { status = spins_samples_create(&solver->samples, &solver->torus, options->blocks); }
    if (status) { return status; }
    solver->units = options->equilibration + options->samples;
    solver->block = spins_samples_sums(solver->samples);
    solver->sums = solver->block * options->blocks;
    solver->walks = options->blocks + 1;
    return ONS_OK;
}

static ons_status make_method(ons_curvature_solver *solver) {
    switch (solver->method) {
    case ONS_CURVATURE_FERMIONS: return make_fermions(solver);
    case ONS_CURVATURE_TRANSFER: return make_rows(solver);
    case ONS_CURVATURE_ENUMERATION: return make_states(solver);
    case ONS_CURVATURE_SAMPLED: return make_samples(solver);
    case ONS_CURVATURE_AUTO: break;
    }
    return ons_fail(ONS_INVALID, "no method of the curvature has the number %d", (int)solver->method);
}

ons_status ons_curvature_create(ons_curvature_solver **result, const ons_curvature_options *options) {
    *result = NULL;
    ons_curvature_method method;
    double bytes;
    ons_status status = ons_curvature_plan(options, &method, &bytes);
    if (status) { return status; }
    ons_curvature_solver *solver = ONS_NEW(ons_curvature_solver, 1);
    if (!solver) { return ONS_MEMORY; }
    solver->method = method;
    solver->options = *options;
    solver->torus = (spins_torus){.dimension = options->dimension, .sites = 1};
    for (unsigned i = 0; i < options->dimension; i++) {
        solver->torus.lengths[i] = options->lengths[i];
        solver->torus.sites *= (size_t)options->lengths[i];
    }
    solver->options.lengths = solver->torus.lengths;
    solver->walks = 1;
    solver->built = SIZE_MAX;
    status = make_method(solver);
    if (!status && method != ONS_CURVATURE_ENUMERATION) {
        status = spins_torus_orbits(&solver->torus, &solver->momentum, &solver->size, &solver->orbits);
    }
    if (!status) {
        const size_t cube = (size_t)options->dimension * options->dimension * options->dimension;
        solver->count =
            solver->sums + solver->orbits * SPINS_PARTS + cube + solver->walks * (SPINS_RESULTS + solver->orbits);
        solver->numbers = ONS_NEW(double, solver->count);
        if (!solver->numbers) { status = ONS_MEMORY; }
    }
    if (status) {
        ons_curvature_free(solver);
        return status;
    }
    solver->parts = solver->numbers + solver->sums;
    solver->uniform = solver->parts + solver->orbits * SPINS_PARTS;
    solver->results = solver->numbers + solver->count - solver->walks * (SPINS_RESULTS + solver->orbits);
    solver->shares = solver->results + solver->walks * SPINS_RESULTS;
    *result = solver;
    return ONS_OK;
}

void ons_curvature_free(ons_curvature_solver *solver) {
    if (!solver) { return; }
    spins_contraction_free(solver->contraction);
    ons_fermions_free(solver->fermions);
    spins_rows_free(solver->rows);
    spins_states_free(solver->states);
    spins_samples_free(solver->samples);
    ons_ising_free(solver->ising);
    ons_ising_model_free(solver->model);
    ons_discrete_free(solver->coloured);
    ons_discrete_model_free(solver->colours);
    ons_graph_free(solver->graph);
    free(solver->momentum);
    free(solver->size);
    free(solver->numbers);
    free(solver);
}

/* ---- the cumulants ---- */

/* How many units take about 0.1 seconds. */
static uint64_t units_at_once(const ons_curvature_solver *solver) {
    const double n = (double)solver->torus.sites, d = solver->torus.dimension;
    double cost = 1; /* nanoseconds of a unit */
    if (solver->rows) {
        const double rows = (double)solver->torus.lengths[0], columns = (double)solver->torus.lengths[1];
        cost = 8 * n * rows * columns * pow(solver->options.states ? solver->options.states : 2, columns);
    } else if (solver->states) {
        const double m = (double)solver->graph->bonds;
        cost = 256 * (20 + 2 * m + m * m * m / 48);
    } else if (solver->samples) {
        cost = 1000 + n * (100.0 * solver->options.sweeps + (double)solver->orbits * d * d * d);
    }
    return cost > 1e8 ? 1 : (uint64_t)(1e8 / cost) + 1;
}

static void sample(ons_curvature_solver *solver, uint64_t unit) {
    const ons_curvature_options *options = &solver->options;
    for (uint32_t sweep = 0; sweep < options->sweeps; sweep++) {
        if (solver->ising) { ons_ising_step(solver->ising); }
        if (solver->coloured) { ons_discrete_step(solver->coloured); }
    }
    if (unit < options->equilibration) { return; }
    const uint64_t length = options->samples / options->blocks, block = (unit - options->equilibration) / length;
    double *sums = solver->numbers + block * solver->block;
    if (solver->ising) { spins_samples_add(solver->samples, ons_ising_spins(solver->ising), sums); }
    if (solver->coloured) { spins_samples_add_colours(solver->samples, ons_discrete_states(solver->coloured), sums); }
}

static void accumulate(ons_curvature_solver *solver) {
    uint64_t *unit = &solver->cursor[0], left = solver->units - *unit, count = units_at_once(solver);
    count = count < left ? count : left;
    for (uint64_t end = *unit + count; *unit < end; ++*unit) {
        if (solver->rows) { spins_rows_follow(solver->rows, (size_t)*unit, solver->numbers); }
        if (solver->states) { spins_states_add(solver->states, *unit, solver->numbers); }
        if (solver->samples) { sample(solver, *unit); }
    }
}

/* ---- the contraction ---- */

/* Makes the cumulants of a walk and decomposes their metric; walk `blocks` is the whole. */
static ons_status build(ons_curvature_solver *solver, size_t walk) {
    if (solver->built == walk) { return ONS_OK; }
    ons_status status = ONS_OK;
    spins_contraction_free(solver->contraction);
    solver->contraction = NULL;
    solver->built = SIZE_MAX;
    if (solver->rows) {
        status = spins_rows_cumulants(solver->rows, solver->numbers, solver->options.states == 0, &solver->cumulants);
    }
    if (solver->samples) {
        const uint64_t length = solver->options.samples / solver->options.blocks;
        spins_samples_cumulants(solver->samples, solver->numbers, (uint32_t)walk, (double)length, &solver->cumulants);
    }
    if (!status) { status = spins_contraction_create(&solver->contraction, &solver->cumulants); }
    if (!status) { solver->built = walk; }
    return status;
}

/* The metric and third cumulants of one coupling for each direction, per site. */
static ons_status thermodynamic(const ons_curvature_solver *solver, double *curvature) {
    const size_t d = solver->torus.dimension, n = solver->torus.sites;
    double metric[SPINS_WAYS * SPINS_WAYS] = {0};
    *curvature = NAN;
    if (d < 2) { return ONS_OK; }
    for (size_t cell = 0; cell < d * d; cell++) {
        for (size_t u = 0; u < n; u++) { metric[cell] += solver->cumulants.pair[cell * n + u]; }
    }
    return ons_ruppeiner_curvature(d, metric, solver->uniform, curvature);
}

static ons_status finish_walk(ons_curvature_solver *solver, size_t walk) {
    double *result = solver->results + walk * SPINS_RESULTS, *share = solver->shares + walk * solver->orbits;
    ons_curvature curvature;
    spins_contraction_sum(solver->contraction, solver->orbits, solver->size, solver->parts, &curvature, share);
    result[SPINS_SCALAR] = curvature.scalar;
    result[SPINS_TENSOR] = curvature.tensor;
    result[SPINS_TRACE] = curvature.trace;
    memcpy(result + SPINS_TERMS, curvature.terms, sizeof curvature.terms);
    const double sign = solver->fermions && solver->options.coupling < 0 ? -1 : 1;
    for (unsigned o = 0; o < solver->torus.dimension; o++) {
        result[SPINS_MEAN + o] = sign * solver->cumulants.mean[o];
    }
    return thermodynamic(solver, &result[SPINS_RUPPEINER]);
}

static ons_status contract(ons_curvature_solver *solver) {
    const double n = (double)solver->torus.sites, d = solver->torus.dimension;
    const double cost = (solver->fermions ? 1200 : 100) * n + 60 * d * d * d * d * n;
    uint64_t count = cost > 1e8 ? 1 : (uint64_t)(1e8 / cost) + 1;
    while (count-- > 0 && solver->cursor[1] < solver->walks * solver->orbits) {
        const size_t walk = (size_t)(solver->cursor[1] / solver->orbits);
        const size_t orbit = (size_t)(solver->cursor[1] % solver->orbits);
        ons_status status = build(solver, walk);
        if (status) { return status; }
        spins_contraction_part(solver->contraction, solver->momentum[orbit], solver->parts + orbit * SPINS_PARTS);
        if (orbit == 0) { spins_contraction_uniform(solver->contraction, solver->uniform); }
        if (orbit + 1 == solver->orbits) { status = finish_walk(solver, walk); }
        if (status) { return status; }
        solver->cursor[1]++;
    }
    return ONS_OK;
}

/* The direction of a bond of the graph. */
static size_t way_of(const ons_curvature_solver *solver, size_t bond) {
    int64_t from[SPINS_WAYS], to[SPINS_WAYS];
    spins_torus_place(&solver->torus, solver->graph->source[bond], from);
    spins_torus_place(&solver->torus, solver->graph->target[bond], to);
    size_t way = 0;
    while (way + 1 < solver->torus.dimension && from[way] == to[way]) { way++; }
    return way;
}

/* thermodynamic() from the cumulants of all bonds of a small graph; directions of one site have no coupling. */
static ons_status thermodynamic_states(const ons_curvature_solver *solver, const double *metric, const double *third,
                                       double *curvature) {
    const size_t m = solver->graph->bonds;
    double few[SPINS_WAYS * SPINS_WAYS] = {0}, cubes[SPINS_WAYS * SPINS_WAYS * SPINS_WAYS] = {0};
    size_t number[SPINS_WAYS] = {0}, d = 0;
    for (unsigned i = 0; i < solver->torus.dimension; i++) {
        number[i] = d;
        if (solver->torus.lengths[i] > 1) { d++; }
    }
    *curvature = NAN;
    if (d < 2) { return ONS_OK; }
    for (size_t a = 0; a < m; a++) {
        const size_t first = number[way_of(solver, a)] * d;
        for (size_t b = 0; b < m; b++) {
            const size_t pair = first + number[way_of(solver, b)];
            few[pair] += metric[a * m + b] / (double)solver->torus.sites;
            for (size_t c = 0; c < m; c++) {
                cubes[pair * d + number[way_of(solver, c)]] += third[(a * m + b) * m + c] / (double)solver->torus.sites;
            }
        }
    }
    return ons_ruppeiner_curvature(d, few, cubes, curvature);
}

/* The bonds of a small graph at once. */
static ons_status contract_states(ons_curvature_solver *solver) {
    const size_t m = solver->graph->bonds;
    double *mean = ONS_NEW(double, m), *metric = ONS_NEW(double, m *m), *third = ONS_NEW(double, m *m *m);
    double *result = solver->results;
    ons_curvature curvature;
    ons_status status = ONS_MEMORY;
    if (mean && metric && third) {
        spins_states_cumulants(solver->states, solver->numbers, solver->options.states == 0, mean, metric, third);
        status = ons_curvature_dense(m, metric, third, &curvature);
    }
    if (!status) {
        double sum = 0;
        for (size_t a = 0; a < m; a++) { sum += mean[a]; }
        for (unsigned o = 0; o < solver->torus.dimension; o++) { result[SPINS_MEAN + o] = sum / (double)m; }
        result[SPINS_SCALAR] = curvature.scalar;
        result[SPINS_TENSOR] = curvature.tensor;
        result[SPINS_TRACE] = curvature.trace;
        memcpy(result + SPINS_TERMS, curvature.terms, sizeof curvature.terms);
        status = thermodynamic_states(solver, metric, third, &result[SPINS_RUPPEINER]);
        solver->cursor[1] = 1;
    }
    free(mean);
    free(metric);
    free(third);
    return status;
}

static uint64_t momenta_of(const ons_curvature_solver *solver) {
    return solver->states ? 1 : solver->walks * solver->orbits;
}

ons_status ons_curvature_advance(ons_curvature_solver *solver) {
    ons_status status = ONS_OK;
    if (solver->cursor[0] < solver->units) {
        accumulate(solver);
    } else if (solver->cursor[1] < momenta_of(solver)) {
        status = solver->states ? contract_states(solver) : contract(solver);
    }
    if (status) { return status; }
    return solver->cursor[0] == solver->units && solver->cursor[1] == momenta_of(solver) ? ONS_DONE : ONS_OK;
}

void ons_curvature_progress(const ons_curvature_solver *solver, double *done, double *total) {
    *done = (double)solver->cursor[0] + (double)solver->cursor[1];
    *total = (double)solver->units + (double)momenta_of(solver);
}

/* ---- what is stored, and results ---- */

uint64_t *ons_curvature_cursor(ons_curvature_solver *solver) { return solver->cursor; }

double *ons_curvature_numbers(ons_curvature_solver *solver, size_t *count) {
    *count = solver->count;
    solver->built = SIZE_MAX; /* they may change */
    return solver->numbers;
}

struct ons_ising *ons_curvature_ising(ons_curvature_solver *solver) {
    return solver->ising;
}

struct ons_discrete *ons_curvature_discrete(ons_curvature_solver *solver) {
    return solver->coloured;
}

size_t ons_curvature_sites(const ons_curvature_solver *solver) { return solver->torus.sites; }

/* Number `index` of every walk, `stride` apart: the one of an exact method; else B whole - (B - 1) mean, from which the
 * bias of order 1/samples is gone, with the error of the jackknife (Efron 1982). */
static ons_curvature_number combine(const ons_curvature_solver *solver, const double *values, size_t stride) {
    const size_t blocks = solver->walks - 1;
    if (blocks == 0) { return (ons_curvature_number){values[0], 0}; }
    const double count = (double)blocks;
    double sum = 0, squares = 0;
    for (size_t b = 0; b < blocks; b++) { sum += values[b * stride]; }
    for (size_t b = 0; b < blocks; b++) {
        const double deviation = values[b * stride] - sum / count;
        squares += deviation * deviation;
    }
    return (ons_curvature_number){count * values[blocks * stride] - (count - 1) * sum / count,
                                  sqrt((count - 1) / count * squares)};
}

static double residual(double product, double derivative) {
    const double sum = product + 0.5 * derivative;
    return derivative == 0 ? sum : sum / fabs(derivative);
}

ons_status ons_curvature_finish(const ons_curvature_solver *solver, ons_curvature_result *result) {
    if (solver->cursor[0] < solver->units || solver->cursor[1] < momenta_of(solver)) {
        return ons_fail(ONS_INVALID, "the curvature is not yet solved: advance it until it is done");
    }
    const double *values = solver->results, *whole = values + (solver->walks - 1) * SPINS_RESULTS;
    *result = (ons_curvature_result){.sites = solver->torus.sites,
                                     .bonds = solver->graph ? solver->graph->bonds
                                                            : solver->torus.sites * solver->torus.dimension};
    result->scalar = combine(solver, values + SPINS_SCALAR, SPINS_RESULTS);
    result->tensor = combine(solver, values + SPINS_TENSOR, SPINS_RESULTS);
    result->trace = combine(solver, values + SPINS_TRACE, SPINS_RESULTS);
    result->ruppeiner = combine(solver, values + SPINS_RUPPEINER, SPINS_RESULTS);
    for (unsigned i = 0; i < 4; i++) { result->terms[i] = combine(solver, values + SPINS_TERMS + i, SPINS_RESULTS); }
    for (unsigned i = 0; i < solver->torus.dimension; i++) {
        result->mean[i] = combine(solver, values + SPINS_MEAN + i, SPINS_RESULTS);
    }
    for (unsigned i = 0; i < 2; i++) {
        result->residuals[i] = residual(whole[SPINS_TERMS + 2 + i], whole[SPINS_TERMS + i]);
    }
    return ONS_OK;
}

size_t ons_curvature_shells(const ons_curvature_solver *solver) { return solver->orbits; }

void ons_curvature_shell_at(const ons_curvature_solver *solver, size_t index, ons_curvature_shell *shell) {
    *shell = (ons_curvature_shell){.multiplicity = solver->size[index]};
    spins_torus_place(&solver->torus, solver->momentum[index], shell->index);
    double square = 0;
    for (unsigned i = 0; i < solver->torus.dimension; i++) {
        const double k = 6.28318530717958647693 * (double)shell->index[i] / (double)solver->torus.lengths[i];
        square += k * k;
    }
    shell->wavenumber = sqrt(square);
    const ons_curvature_number part = combine(solver, solver->shares + index, solver->orbits);
    shell->part = part.value;
    shell->error = part.error;
}
