/*
 * Bifurcation diagrams: what remains of a trajectory for every value of a parameter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/sections.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- maps -----------------------------------------------------------------------------------------------------------
 */

/* Records of the lanes of one block: x[2][dimension][8] and t[8] are scratch. */
static void iterate_block(const ons_sweep *sweep, const ons_field *field, size_t block, double *numbers,
                          double *records, size_t *counts) {
    const size_t n = field->dimension, row = n * ONS_LANES;
    double *t = numbers, *x = t + ONS_LANES, *next = x + row;
    const uint64_t warmup = (uint64_t)sweep->warmup, time = (uint64_t)sweep->time;
    for (size_t k = 0; k < row; k++) { x[k] = sweep->start[k / ONS_LANES]; }
    for (uint64_t step = 0; step < warmup + time; step++) {
        for (size_t l = 0; l < ONS_LANES; l++) { t[l] = (double)step; }
        field->value(field->data, block, t, x, next);
        memcpy(x, next, row * sizeof *x);
        for (size_t l = 0; l < ONS_LANES && step >= warmup; l++) {
            const size_t value = block * ONS_LANES + l;
            if (value < sweep->count && counts[value] < sweep->most) {
                records[value * sweep->most + counts[value]++] = x[sweep->variable * ONS_LANES + l];
            }
        }
    }
    for (size_t l = 0; l < ONS_LANES; l++) {
        bool finite = true;
        for (size_t i = 0; i < n; i++) { finite = finite && isfinite(x[i * ONS_LANES + l]); }
        if (!finite && block * ONS_LANES + l < sweep->count) { counts[block * ONS_LANES + l] = 0; }
    }
}

static ons_status sweep_map(const ons_sweep *sweep, const ons_field *field, double *records, size_t *counts) {
    double *numbers = aligned_alloc(64, (1 + 2 * field->dimension) * ONS_LANES * sizeof(double));
    if (!numbers) { return ons_fail(ONS_MEMORY, "no memory for %zu variables", field->dimension); }
    for (size_t b = 0; b * ONS_LANES < sweep->count; b++) { iterate_block(sweep, field, b, numbers, records, counts); }
    free(numbers);
    return ONS_OK;
}

/* ---- flows ----------------------------------------------------------------------------------------------------------
 */

static ons_status record_crossings(const ons_sweep *sweep, ons_trajectories *ensemble, const ons_surface *surface,
                                   double *records, size_t *counts) {
    const size_t n = ons_trajectories_dimension(ensemble), places = sweep->count * sweep->most;
    ons_crossing_point *found = ONS_NEW(ons_crossing_point, places);
    double *points = ONS_NEW(double, places *n);
    ons_status status = found && points ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = ons_trajectories_advance(ensemble, sweep->warmup); }
    if (status == ONS_OK) {
        status = ons_section(ensemble, surface, sweep->warmup + sweep->time, sweep->most, found, points, counts);
    }
    for (size_t m = 0; status == ONS_OK && m < sweep->count; m++) {
        if (ons_trajectories_state(ensemble, m) != ONS_MEMBER_RUNNING) { counts[m] = 0; }
        for (size_t k = 0; k < counts[m]; k++) {
            records[m * sweep->most + k] = points[(m * sweep->most + k) * n + sweep->variable];
        }
    }
    free(found);
    free(points);
    return status;
}

static ons_status sweep_flow(const ons_sweep *sweep, const ons_field *field, double *records, size_t *counts) {
    ons_trajectories *ensemble = NULL;
    ons_turning *turning = NULL;
    ons_status status = ons_trajectories_create(&ensemble, field, sweep->count, &sweep->how);
    if (status == ONS_OK && !sweep->surface) { status = ons_turning_create(&turning, field, sweep->variable); }
    const ons_surface maxima = {.value = ons_turning_value, .data = turning, .direction = -1};
    for (size_t m = 0; status == ONS_OK && m < sweep->count; m++) {
        ons_trajectories_set(ensemble, m, 0, sweep->start, 0);
    }
    if (status == ONS_OK) {
        status = record_crossings(sweep, ensemble, sweep->surface ? sweep->surface : &maxima, records, counts);
    }
    ons_turning_free(turning);
    ons_trajectories_free(ensemble);
    return status;
}

/* ---- both -----------------------------------------------------------------------------------------------------------
 */

static ons_status check(const ons_sweep *sweep) {
    const size_t n = ons_flow_dimension(sweep->flow), parameters = ons_flow_parameters(sweep->flow);
    if (sweep->parameter >= parameters) {
        return ons_fail(ONS_INVALID, "there is no parameter number %zu: the equations have %zu", sweep->parameter,
                        parameters);
    }
    if (sweep->variable >= n) {
        return ons_fail(ONS_INVALID, "there is no variable number %zu: the equations have %zu", sweep->variable, n);
    }
    if (sweep->count == 0 || sweep->most == 0) {
        return ons_fail(ONS_INVALID, "a diagram of %zu values of the parameter with %zu records each", sweep->count,
                        sweep->most);
    }
    if (!(sweep->warmup >= 0 && sweep->warmup < 1e15) || !(sweep->time > 0 && sweep->time < 1e15)) {
        return ons_fail(ONS_INVALID, "a warm-up that is not negative and a positive time are expected, not %g and %g",
                        sweep->warmup, sweep->time);
    }
    return ONS_OK;
}

ons_status ons_bifurcation(const ons_sweep *sweep, double *records, size_t *counts) {
    ons_status status = check(sweep);
    if (status != ONS_OK) { return status; }
    const size_t parameters = ons_flow_parameters(sweep->flow);
    double *values = ONS_NEW(double, sweep->count *parameters);
    if (!values) { return ONS_MEMORY; }
    for (size_t m = 0; m < sweep->count; m++) {
        counts[m] = 0;
        memcpy(values + m * parameters, sweep->parameters, parameters * sizeof *values);
        values[m * parameters + sweep->parameter] = sweep->values[m];
    }
    ons_field field;
    status = ons_flow_field(&field, sweep->flow, values, sweep->count);
    if (status == ONS_OK) {
        status = sweep->map ? sweep_map(sweep, &field, records, counts) : sweep_flow(sweep, &field, records, counts);
        ons_flow_field_free(&field);
    }
    free(values);
    return status;
}
