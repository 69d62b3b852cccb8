/*
 * physics_informed: iterations, windows, what is looked at, and the state as flat arrays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "physics_informed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_POINTS = 0x5049 };
static const double negligible = 1e-6; /* weight of slices that may be left out */

/* ---- life ---------------------------------------------------------------------------------------------------------
 */

static ons_status check(const ons_informed_problem *problem, const ons_informed_options *options) {
    const size_t derivatives = problem->partials_count + problem->operators_count;
    size_t outputs = 0;
    if (problem->coordinates < 1 || problem->coordinates > 2 || problem->fields < 1 || problem->equations < 1 ||
        problem->equations > ONS_INFORMED_EQUATIONS || derivatives < 1 || derivatives > ONS_INFORMED_PARTIALS) {
        return ons_fail(ONS_INVALID,
                        "physics-informed problem with %zu coordinates, %zu fields, %zu equations, %zu "
                        "derivatives; expected 1 or 2, at least 1, 1 to %d, 1 to %d",
                        problem->coordinates, problem->fields, problem->equations, derivatives, ONS_INFORMED_EQUATIONS,
                        ONS_INFORMED_PARTIALS);
    }
    if (problem->coordinates == 2 && (!(problem->period > 0) || problem->modes < 1)) {
        return ons_fail(ONS_INVALID,
                        "physics-informed problem with period %g and %zu modes; expected a period above 0 "
                        "and at least one mode",
                        problem->period, problem->modes);
    }
    if (options->branches < 1 || options->branches > ONS_INFORMED_BRANCHES) {
        return ons_fail(ONS_INVALID, "physics-informed network of %zu branches; expected 1 to %d", options->branches,
                        ONS_INFORMED_BRANCHES);
    }
    for (size_t b = 0; b < options->branches; b++) {
        const ons_informed_branch *branch = &options->branch[b];
        if (branch->depth < 1 || branch->depth > 60 || branch->width < 1 || branch->outputs < 1) {
            return ons_fail(ONS_INVALID,
                            "branch %s has %zu hidden layers of %zu units and %zu outputs; expected 1 to "
                            "60 layers, and at least 1 of both",
                            branch->name, branch->depth, branch->width, branch->outputs);
        }
        outputs += branch->outputs;
    }
    if (!problem->form && outputs != problem->fields) {
        return ons_fail(ONS_INVALID, "physics-informed network with %zu outputs for %zu fields; expected as many",
                        outputs, problem->fields);
    }
    if (options->points_t < 1 || options->points_x < 1 || !(options->length > 0) || options->beyond < 0 ||
        (problem->coordinates == 1 && options->points_x != 1)) {
        return ons_fail(ONS_INVALID,
                        "%zu x %zu points over a time of %g; expected at least one in both directions, "
                        "one in x without x, and a time above 0",
                        options->points_t, options->points_x, options->length);
    }
    return ONS_OK;
}

ons_status ons_informed_create(ons_informed **result, const ons_informed_problem *problem,
                               const ons_informed_options *options, uint64_t key, uint32_t replica) {
    *result = NULL;
    ons_status status = check(problem, options);
    ons_informed *informed = status ? NULL : ONS_NEW(ons_informed, 1);
    if (!informed) { return status ? status : ONS_MEMORY; }
    informed->problem = *problem;
    informed->options = *options;
    ons_informed_options *o = &informed->options;
    if (!o->points_initial) { o->points_initial = o->points_x; }
    o->optimiser.single = o->single;
    if (o->memory > 0 && o->single) {
        free(informed);
        return ons_fail(ONS_INVALID, "L-BFGS on a network in single precision; expected double precision");
    }
    informed->start_count = problem->fields * (o->initial_weight > 0 ? o->points_initial : 1);
    informed->random = ons_random_stream(key, replica, STREAM_POINTS);
    informed->forget = true;
    informed->grid = ONS_NEW(double, o->points_t + o->points_x);
    informed->start = ONS_NEW(double, informed->start_count);
    if (!informed->grid || !informed->start) { status = ONS_MEMORY; }
    informed->levels = 1;
    while (o->skip && !o->norms && informed->levels < INFORMED_LEVELS && o->points_t >> informed->levels >= 2) {
        informed->levels++;
    }
    for (size_t k = 0; !status && k < informed->levels; k++) {
        status = informed_record(informed, INFORMED_TRAIN, o->points_t >> k, key, replica, &informed->train[k]);
    }
    if (!status) { status = informed_record(informed, INFORMED_LOOK, 1, key, replica, &informed->look); }
    if (!status) { status = ons_optimiser_create(&informed->optimiser, &o->optimiser, informed->count, NULL, 0); }
    if (!status && o->memory > 0) {
        const ons_lbfgs_settings settings = {.memory = o->memory};
        status = ons_lbfgs_create(&informed->lbfgs, &settings, informed->count);
    }
    if (status) {
        ons_informed_free(informed);
        return status;
    }
    informed->level = informed->levels - 1;
    *result = informed;
    return ONS_OK;
}

void ons_informed_free(ons_informed *informed) {
    if (!informed) { return; }
    for (size_t k = 0; k < INFORMED_LEVELS; k++) { ons_program_free(informed->train[k].program); }
    ons_program_free(informed->look.program);
    ons_program_free(informed->curvature.program);
    ons_optimiser_free(informed->optimiser);
    ons_lbfgs_free(informed->lbfgs);
    free(informed->parameters);
    free(informed->grid);
    free(informed->start);
    free(informed);
}

void ons_informed_start(ons_informed *informed, const double *values) {
    memcpy(informed->start, values, informed->start_count * sizeof *values);
    informed->forget = true;
}

void ons_informed_set_epsilon(ons_informed *informed, double epsilon) {
    if (epsilon != informed->epsilon) { informed->forget = true; }
    informed->epsilon = epsilon;
}

/* ---- iterations ---------------------------------------------------------------------------------------------------
 */

static double weight_at(const ons_informed *informed, const informed_pass *pass, size_t slice) {
    const void *weights = ons_program_output(pass->program, PASS_WEIGHTS);
    return informed->options.single ? (double)((const float *)weights)[slice] : ((const double *)weights)[slice];
}

/* Slices at and behind one of negligible weight are left out: the fewest slices, by halves, that show one; the number
 * grows within an iteration and falls by one half after it. */
static ons_status run_enough(ons_informed *informed, const informed_pass **used) {
    for (;;) {
        const informed_pass *pass = &informed->train[informed->level];
        const ons_status status = informed_run(informed, pass);
        informed->least = weight_at(informed, pass, pass->slices - 1);
        *used = pass;
        if (status || informed->level == 0 || informed->least < negligible) { return status; }
        informed->level--;
    }
}

ons_status ons_informed_step(ons_informed *informed) {
    const informed_pass *pass;
    informed_draw(informed, false);
    ons_status status = run_enough(informed, &pass);
    if (status) { return status; }
    informed->loss = ons_program_scalar(pass->program, PASS_LOSS);
    informed->forget = true;
    if (!isfinite(informed->loss)) {
        return ons_fail(ONS_FAILED, "the loss of iteration %llu is not finite",
                        (unsigned long long)ons_optimiser_steps(informed->optimiser) + 1);
    }
    status =
        ons_optimiser_step(informed->optimiser, informed->parameters, ons_program_output(pass->program, PASS_GRADIENT));
    if (!status && informed->level + 1 < informed->levels) {
        const size_t fewer = informed->train[informed->level + 1].slices;
        if (weight_at(informed, pass, fewer - 1) < negligible) { informed->level++; }
    }
    return status;
}

/* For L-BFGS: w may be elsewhere than the parameters. */
static ons_status objective(void *data, const double *w, double *loss, double *gradient) {
    ons_informed *informed = data;
    const informed_pass *pass = &informed->train[0];
    ons_program_share_parameters(pass->program, w);
    const ons_status status = informed_run(informed, pass);
    ons_program_share_parameters(pass->program, informed->parameters);
    *loss = ons_program_scalar(pass->program, PASS_LOSS);
    if (gradient) { informed_take(informed, pass, PASS_GRADIENT, informed->count, gradient); }
    return status;
}

ons_status ons_informed_quasi_newton(ons_informed *informed) {
    if (!informed->lbfgs) { return ons_fail(ONS_INVALID, "L-BFGS without pairs to remember; expected memory above 0"); }
    if (informed->options.sampling == ONS_INFORMED_FIXED || ons_informed_steps(informed) == 0) {
        informed_draw(informed, true);
    }
    if (informed->forget) { ons_lbfgs_restart(informed->lbfgs); }
    informed->forget = false;
    const ons_status status = ons_lbfgs_step(informed->lbfgs, objective, informed, informed->parameters);
    informed->loss = ons_lbfgs_loss(informed->lbfgs);
    informed->least = weight_at(informed, &informed->train[0], informed->options.points_t - 1);
    return status;
}

ons_status ons_informed_next_window(ons_informed *informed) {
    const ons_informed_options *o = &informed->options;
    const size_t rows = informed->start_count / informed->problem.fields;
    double *points = ONS_NEW(double, 2 * rows), *values = ONS_NEW(double, informed->start_count);
    ons_optimiser *optimiser = NULL;
    ons_status status = points && values ? ONS_OK : ONS_MEMORY;
    for (size_t j = 0; !status && j < rows; j++) {
        if (informed->problem.coordinates == 1) {
            points[j] = o->length;
        } else {
            points[2 * j] = o->length;
            points[2 * j + 1] = informed->problem.first + informed->problem.period * (double)j / (double)rows;
        }
    }
    if (!status) { status = ons_informed_fields(informed, points, rows, -1, values); }
    if (!status) { status = ons_optimiser_create(&optimiser, &o->optimiser, informed->count, NULL, 0); }
    if (!status) {
        ons_optimiser_free(informed->optimiser);
        informed->optimiser = optimiser;
        informed->level = informed->levels - 1;
        ons_informed_start(informed, values);
    }
    free(points);
    free(values);
    return status;
}

/* ---- what is looked at --------------------------------------------------------------------------------------------
 */

/* The loss of all slices at fixed points; the points of the iteration stay what they were. */
static ons_status run_fixed(ons_informed *informed) {
    const size_t count = informed->options.points_t + informed->options.points_x;
    double *kept = ONS_NEW(double, count);
    if (!kept) { return ONS_MEMORY; }
    memcpy(kept, informed->grid, count * sizeof *kept);
    informed_draw(informed, true);
    const ons_status status = informed_run(informed, &informed->train[0]);
    memcpy(informed->grid, kept, count * sizeof *kept);
    free(kept);
    return status;
}

ons_status ons_informed_loss(ons_informed *informed, double *loss, double *weights, double *losses, double *initial) {
    const informed_pass *pass = &informed->train[0];
    const ons_status status = run_fixed(informed);
    *loss = ons_program_scalar(pass->program, PASS_LOSS);
    if (weights) { informed_take(informed, pass, PASS_WEIGHTS, pass->slices, weights); }
    if (losses) { informed_take(informed, pass, PASS_LOSSES, pass->slices, losses); }
    if (initial) { *initial = ons_program_scalar(pass->program, PASS_INITIAL); }
    return status;
}

ons_status ons_informed_gradient(ons_informed *informed, double *loss, double *gradient) {
    const informed_pass *pass = &informed->train[0];
    const ons_status status = run_fixed(informed);
    *loss = ons_program_scalar(pass->program, PASS_LOSS);
    informed_take(informed, pass, PASS_GRADIENT, informed->count, gradient);
    return status;
}

/* Output `index` of the look, with `columns` numbers a point, at points in chunks. */
static ons_status look_at(ons_informed *informed, const double *points, size_t count, size_t index, size_t columns,
                          double *values) {
    const informed_pass *pass = &informed->look;
    const size_t coordinates = informed->problem.coordinates;
    double chunk[2 * INFORMED_CHUNK], *taken = ONS_NEW(double, INFORMED_CHUNK *columns);
    ons_status status = taken ? ONS_OK : ONS_MEMORY;
    informed_put(informed, pass, pass->start, informed->start, informed->problem.fields);
    for (size_t at = 0; !status && at < count; at += INFORMED_CHUNK) {
        const size_t rows = count - at < INFORMED_CHUNK ? count - at : INFORMED_CHUNK;
        for (size_t k = 0; k < INFORMED_CHUNK; k++) {
            memcpy(chunk + k * coordinates, points + (at + (k < rows ? k : 0)) * coordinates,
                   coordinates * sizeof *chunk);
        }
        informed_put(informed, pass, pass->points, chunk, INFORMED_CHUNK * coordinates);
        status = ons_program_run(pass->program);
        if (status) { break; }
        informed_take(informed, pass, index, INFORMED_CHUNK * columns, taken);
        memcpy(values + at * columns, taken, rows * columns * sizeof *values);
    }
    free(taken);
    return status;
}

ons_status ons_informed_fields(ons_informed *informed, const double *points, size_t count, int partial,
                               double *values) {
    if (partial < -1 || partial >= (int)informed_derivatives(informed)) {
        return ons_fail(ONS_INVALID, "derivative %d of a physics-informed problem; expected -1 to %zu", partial,
                        informed_derivatives(informed) - 1);
    }
    const size_t index = partial < 0 ? 0 : 1 + (size_t)partial;
    return look_at(informed, points, count, index, informed->problem.fields, values);
}

ons_status ons_informed_residuals(ons_informed *informed, const double *points, size_t count, double *values) {
    return look_at(informed, points, count, 1 + informed_derivatives(informed), informed->problem.equations, values);
}

double ons_informed_least_weight(const ons_informed *informed) { return informed->least; }
double ons_informed_last_loss(const ons_informed *informed) { return informed->loss; }
size_t ons_informed_parameters_count(const ons_informed *informed) { return informed->count; }
void *ons_informed_parameters(ons_informed *informed) { return informed->parameters; }
uint64_t ons_informed_steps(const ons_informed *informed) { return ons_optimiser_steps(informed->optimiser); }

/* ---- state --------------------------------------------------------------------------------------------------------
 */

bool ons_informed_state(ons_informed *informed, size_t index, ons_optimiser_array *array) {
    const ons_optimiser_element element = informed->options.single ? ONS_OPTIMISER_SINGLE : ONS_OPTIMISER_DOUBLE;
    const ons_optimiser_array own[] = {
        {"parameters", element, informed->parameters, informed->count},
        {"start", ONS_OPTIMISER_DOUBLE, informed->start, informed->start_count},
        {"grid", ONS_OPTIMISER_DOUBLE, informed->grid, informed->options.points_t + informed->options.points_x},
        {"epsilon", ONS_OPTIMISER_DOUBLE, &informed->epsilon, 1},
        {"loss", ONS_OPTIMISER_DOUBLE, &informed->loss, 1},
        {"least", ONS_OPTIMISER_DOUBLE, &informed->least, 1},
        {"forget", ONS_OPTIMISER_COUNT, &informed->forget, 1},
        {"level", ONS_OPTIMISER_COUNT, &informed->level, 1},
        {"random", ONS_OPTIMISER_COUNT, &informed->random.position, 1},
    };
    const size_t count = sizeof own / sizeof own[0];
    informed->random.batch = UINT64_MAX; /* its words are made anew from the position */
    if (index < count) {
        *array = own[index];
        return true;
    }
    index -= count;
    size_t optimisers = 0;
    while (ons_optimiser_state(informed->optimiser, optimisers, array)) { optimisers++; }
    const bool quasi = index >= optimisers;
    if (quasi && !informed->lbfgs) { return false; }
    if (!(quasi ? ons_lbfgs_state(informed->lbfgs, index - optimisers, array)
                : ons_optimiser_state(informed->optimiser, index, array))) {
        return false;
    }
    snprintf(informed->name, sizeof informed->name, "%s_%s", quasi ? "lbfgs" : "optimiser", array->name);
    array->name = informed->name;
    return true;
}
