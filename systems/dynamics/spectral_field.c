/*
 * Systems of periodic fields: checking, starting, advancing and storing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectral_field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_START = 1 };

static size_t sites_of(const field_kind *kind, const ons_parameters *p) {
    const size_t points = (size_t)ons_integer(p, "points");
    return kind->rank == 2 ? points * points : points;
}

/* ---- check ----------------------------------------------------------------------------------------------------------
 */

/* The start by a formula of x (and y). */
static double formula_at(const ons_expression *formula, double x, double y) {
    double values[2] = {0};
    for (size_t i = 0; i < ons_expression_name_count(formula) && i < 2; i++) {
        values[i] = strcmp(ons_expression_name(formula, i), "x") == 0 ? x : y;
    }
    return ons_expression_value(formula, values);
}

static ons_status check_formula(const field_kind *kind, const ons_parameters *p) {
    const ons_expression *formula = ons_formula(p, "formula");
    for (size_t i = 0; i < ons_expression_name_count(formula); i++) {
        const char *name = ons_expression_name(formula, i);
        if (strcmp(name, "x") != 0 && (kind->rank == 1 || strcmp(name, "y") != 0)) {
            return ons_fail(ONS_INVALID, "the start is a formula of x%s; there is no `%s`",
                            kind->rank == 2 ? " and y" : "", name);
        }
    }
    field_problem problem = {0};
    kind->pose(p, &problem);
    const size_t points = (size_t)ons_integer(p, "points"), sites = sites_of(kind, p);
    for (size_t i = 0; i < sites; i++) {
        const double step = problem.length / (double)points;
        const double x = problem.left + step * (double)(kind->rank == 2 ? i / points : i);
        const double y = problem.left + step * (double)(i % points);
        if (!isfinite(formula_at(formula, x, y))) {
            return ons_fail(ONS_INVALID, "the start is not finite at x = %g", x);
        }
    }
    return ONS_OK;
}

size_t field_waves(const field_kind *kind, const ons_parameters *p) {
    const size_t half = (size_t)ons_integer(p, "points") / 2, all = kind->rank == 2 ? half : half + 1;
    return ons_boolean(p, "profile") || all < 32 ? all : 32;
}

static void plan_line(const field_kind *kind, const ons_parameters *p, ons_plan *plan) {
    const size_t points = (size_t)ons_integer(p, "points"), waves = field_waves(kind, p);
    ons_plan_shape(plan, LINE_PROFILE, 1, &points);
    ons_plan_shape(plan, LINE_POWER, 1, &waves);
    if (!kind->exact || ons_choice(p, "start") != START_STANDARD) { ons_plan_omit(plan, "error"); }
}

static void plan_plane(const field_kind *kind, const ons_parameters *p, ons_plan *plan) {
    const size_t points = (size_t)ons_integer(p, "points"), shape[] = {points, points}, shells = field_waves(kind, p);
    ons_plan_shape(plan, PLANE_SPECTRUM, 1, &shells);
    ons_plan_shape(plan, PLANE_PROFILE, 2, shape);
}

ons_status field_check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    const field_kind *kind = system->data;
    const int64_t points = ons_integer(p, "points");
    if (points % 2) { return ons_fail(ONS_INVALID, "an even number of points is needed, not %lld", (long long)points); }
    if (kind->rank == 2 && points > 16384) {
        return ons_fail(ONS_INVALID, "a plane has at most 16384 points a side, not %lld", (long long)points);
    }
    if (ons_present(p, "waves") && 2 * ons_integer(p, "waves") >= points) {
        return ons_fail(ONS_INVALID, "a grid of %lld points has waves of fewer than %lld cycles",
                        (long long)points, (long long)points / 2);
    }
    if (ons_present(p, "formula")) {
        const ons_status status = check_formula(kind, p);
        if (status) { return status; }
    }
    if (!ons_boolean(p, "profile")) { ons_plan_omit(plan, "profile"); }
    ons_plan_bytes(plan, 200. * (double)sites_of(kind, p));
    if (kind->rank == 2) {
        plan_plane(kind, p, plan);
    } else {
        plan_line(kind, p, plan);
    }
    return ONS_OK;
}

/* ---- start ----------------------------------------------------------------------------------------------------------
 */

static void start_at_points(field_state *state) {
    const ons_parameters *p = state->p;
    const size_t points = (size_t)ons_integer(p, "points"), sites = sites_of(state->kind, p);
    const double step = state->problem.length / (double)points;
    const ons_expression *formula = ons_present(p, "formula") ? ons_formula(p, "formula") : NULL;
    for (size_t i = 0; i < sites; i++) {
        const double x = state->problem.left + step * (double)(state->kind->rank == 2 ? i / points : i);
        const double y = state->problem.left + step * (double)(i % points);
        state->values[i] = formula ? formula_at(formula, x, y) : state->kind->standard(p, x, y);
    }
    ons_spectral_set(state->field, state->values);
}

static void put_wave(double *waves, size_t mode, double re, double im) {
    waves[2 * mode] = re;
    waves[2 * mode + 1] = im;
}

/* Normal amplitudes of the waves 1 .. `waves`, drawn in an order that does not depend on the grid; rms `amplitude` on
 * average. */
static void start_random_line(field_state *state, ons_random *random) {
    const int64_t most = ons_integer(state->p, "waves");
    const double size = ons_real(state->p, "amplitude") / (2 * sqrt((double)most));
    double *waves = ons_spectral_waves(state->field);
    for (int64_t k = 1; k <= most; k++) {
        const double re = size * ons_random_normal(random), im = size * ons_random_normal(random);
        put_wave(waves, (size_t)k, re, im);
    }
}

static double largest_speed(field_state *state) {
    const size_t sites = sites_of(state->kind, state->p);
    double most = 0;
    ons_vorticity_velocity(state->field, state->values, state->more);
    for (size_t i = 0; i < sites; i++) { most = fmax(most, hypot(state->values[i], state->more[i])); }
    return most;
}

/* Vorticity with normal amplitudes of all waves of at most `waves` cycles, scaled to the largest speed `speed`. */
static void start_random_plane(field_state *state, ons_random *random) {
    const int64_t most = ons_integer(state->p, "waves"), points = ons_integer(state->p, "points");
    double *waves = ons_spectral_waves(state->field);
    const int64_t row = points / 2 + 1;
    for (int64_t a = -most; a <= most; a++) {
        for (int64_t b = 0; b <= most; b++) {
            const double re = ons_random_normal(random), im = ons_random_normal(random);
            const int64_t square = a * a + b * b;
            if (square == 0 || square > most * most || (b == 0 && a < 0)) { continue; }
            put_wave(waves, (size_t)((a + points) % points * row + b), re, im);
            if (b == 0) { put_wave(waves, (size_t)((points - a) % points * row), re, -im); }
        }
    }
    const double scale = ons_real(state->p, "speed") / largest_speed(state);
    for (size_t i = 0; i < 2 * ons_spectral_modes(state->field); i++) { waves[i] *= scale; }
}

ons_status field_create(void *memory, ons_context *context) {
    field_state *state = memory;
    const ons_parameters *p = state->p = ons_context_parameters(context);
    const field_kind *kind = state->kind = ons_data(context);
    const size_t points = (size_t)ons_integer(p, "points"), sites = sites_of(kind, p);
    kind->pose(p, &state->problem);
    const ons_spectral_options options = {.points = {points, points},
                                          .lengths = {state->problem.length, state->problem.length},
                                          .step = ons_real(p, "time_step"),
                                          .kept = ons_boolean(p, "dealias") ? kind->kept : 0};
    const ons_status status = ons_spectral_create(&state->field, &state->problem.equation, &options);
    if (status) { return status; }
    state->values = ONS_NEW(double, sites);
    state->more = ONS_NEW(double, sites);
    if (!state->values || !state->more) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, STREAM_START);
    if (ons_choice(p, "start") != START_RANDOM) {
        start_at_points(state);
    } else if (kind->rank == 2) {
        start_random_plane(state, &random);
    } else {
        start_random_line(state, &random);
    }
    return ONS_OK;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

ons_status field_advance(void *memory, ons_context *context) {
    field_state *state = memory;
    const double target = ons_target(context);
    const ons_status status = ons_spectral_advance(state->field, target - state->time);
    if (!status) { state->time = target; }
    return status;
}

ons_status field_persist(void *memory, ons_part *part) {
    field_state *state = memory;
    const size_t points = (size_t)ons_integer(state->p, "points");
    const size_t plane[] = {points, points / 2 + 1, 2}, line[] = {points / 2 + 1, 2};
    const bool flat = state->kind->rank == 2;
    const ons_status status = ons_persist_configuration(part, "waves", ONS_F64, ons_spectral_waves(state->field),
                                                        flat ? 3 : 2, flat ? plane : line);
    return status ? status : ons_persist(part, "time", ONS_F64, &state->time, 1);
}

void field_destroy(void *memory) {
    field_state *state = memory;
    ons_spectral_free(state->field);
    free(state->values);
    free(state->more);
}
