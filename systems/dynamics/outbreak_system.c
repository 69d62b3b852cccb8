/*
 * Means of compartments in time, with the peaks of their sums.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "outbreak_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status outbreak_open(outbreak_run *run, ons_reactions *network, double *p, double *begin, double tolerance) {
    *run = (outbreak_run){.network = network, .p = p, .begin = begin, .species = ons_reactions_species(network)};
    const size_t n = run->species;
    const ons_integration how = {.method = ONS_DOP853, .relative = tolerance, .absolute = tolerance * 1e-4};
    run->x = ONS_NEW(double, 3 * n);
    run->work = ONS_NEW(double, ons_flow_work(ons_reactions_flow(network)) + 1);
    run->infected = ONS_NEW(size_t, n);
    if (!run->x || !run->work || !run->infected) { return ONS_MEMORY; }
    run->before = run->x + n;
    run->slopes = run->before + n;
    memcpy(run->x, begin, n * sizeof *begin);
    memcpy(run->before, begin, n * sizeof *begin);
    ons_status status = ons_reactions_check(network, 0, begin, p);
    if (status == ONS_OK) { status = ons_flow_field(&run->field, ons_reactions_flow(network), p, 1); }
    if (status == ONS_OK) { status = ons_flow_field_compile(&run->field, false); }
    if (status == ONS_OK) { status = ons_trajectories_create(&run->trajectory, &run->field, 1, &how); }
    if (status == ONS_OK) { ons_trajectories_set(run->trajectory, 0, 0, begin, 0); }
    return status;
}

void outbreak_close(outbreak_run *run) {
    ons_trajectories_free(run->trajectory);
    ons_flow_field_free(&run->field);
    ons_reactions_free(run->network);
    free(run->p);
    free(run->begin);
    free(run->x);
    free(run->work);
    free(run->infected);
    for (size_t k = 0; k < run->peaks; k++) { free(run->peak[k].member); }
    *run = (outbreak_run){0};
}

static double sum(const outbreak_run *run, const outbreak_peak *peak, const double *numbers) {
    double total = 0;
    for (size_t i = 0; i < run->species; i++) { total += peak->member[i] ? numbers[i] : 0; }
    return total;
}

static double slope_at(outbreak_run *run, const outbreak_peak *peak, double t, const double *x) {
    ons_flow_value(ons_reactions_flow(run->network), 1, &t, x, NULL, run->p, run->slopes, run->work);
    return sum(run, peak, run->slopes);
}

ons_status outbreak_follow(outbreak_run *run, const bool *member) {
    outbreak_peak *peak = &run->peak[run->peaks];
    peak->member = ONS_NEW(bool, run->species);
    if (!peak->member) { return ONS_MEMORY; }
    run->peaks++;
    memcpy(peak->member, member, run->species * sizeof *member);
    peak->height = sum(run, peak, run->x);
    peak->slope = slope_at(run, peak, 0, run->x);
    return ONS_OK;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

static ons_status move(outbreak_run *run, double target) {
    const ons_status status = ons_trajectories_advance(run->trajectory, target);
    if (status != ONS_OK) { return status; }
    const ons_member_state state = ons_trajectories_state(run->trajectory, 0);
    double t;
    ons_trajectories_get(run->trajectory, 0, &t, run->x, NULL);
    if (state == ONS_MEMBER_RUNNING) { return ONS_OK; }
    return ons_fail(ONS_FAILED,
                    state == ONS_MEMBER_TOO_LONG
                        ? "the equations need more than ten million steps before time %g: their rates differ too much "
                          "for an explicit method"
                        : "the numbers leave the range of what can be computed at time %g",
                    t);
}

/* The zero of the slope between two targets, by halving from the state before: some 40 short integrations, once. */
static ons_status refine(outbreak_run *run, outbreak_peak *peak, double begin, double h, double end) {
    double low = begin, high = end;
    for (unsigned k = 0; k < 44 && high - low > 1e-9 * (1 + end); k++) {
        const double middle = low + (high - low) / 2;
        ons_trajectories_set(run->trajectory, 0, begin, run->before, h);
        const ons_status status = move(run, middle);
        if (status != ONS_OK) { return status; }
        if (slope_at(run, peak, middle, run->x) > 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const double height = sum(run, peak, run->x);
    if (height > peak->height) {
        peak->height = height;
        peak->time = high;
    }
    return ONS_OK;
}

/* A slope that changes its sign between two targets hides a peak; else the larger end counts. */
static ons_status see_peak(outbreak_run *run, outbreak_peak *peak, double begin, double h, double end) {
    double t, step, *here = ONS_NEW(double, run->species);
    if (!here) { return ONS_MEMORY; }
    ons_trajectories_get(run->trajectory, 0, &t, here, &step);
    const double slope = slope_at(run, peak, end, here), before = peak->slope;
    ons_status status = ONS_OK;
    peak->slope = slope;
    if (before > 0 && slope < 0) {
        status = refine(run, peak, begin, h, end);
        ons_trajectories_set(run->trajectory, 0, t, here, step);
        memcpy(run->x, here, run->species * sizeof *here);
    } else if (sum(run, peak, here) > peak->height) {
        peak->height = sum(run, peak, here);
        peak->time = end;
    }
    free(here);
    return status;
}

ons_status outbreak_advance(outbreak_run *run, double target) {
    const double begin = run->time;
    double h;
    ons_trajectories_get(run->trajectory, 0, NULL, run->before, &h);
    ons_status status = move(run, target);
    for (size_t k = 0; status == ONS_OK && k < run->peaks; k++) {
        status = see_peak(run, &run->peak[k], begin, h, target);
    }
    if (status == ONS_OK) { run->time = target; }
    return status;
}

ons_status outbreak_persist(outbreak_run *run, ons_part *part) {
    double numbers[2 + 3 * OUTBREAK_PEAKS] = {0};
    ons_trajectories_get(run->trajectory, 0, &numbers[0], run->x, &numbers[1]);
    for (size_t k = 0; k < run->peaks; k++) {
        const outbreak_peak *peak = &run->peak[k];
        memcpy(numbers + 2 + 3 * k, (double[]){peak->time, peak->height, peak->slope}, 3 * sizeof *numbers);
    }
    ons_status status = ons_persist(part, "x", ONS_F64, run->x, run->species);
    if (status == ONS_OK) { status = ons_persist(part, "numbers", ONS_F64, numbers, sizeof numbers / sizeof *numbers); }
    if (status != ONS_OK || !ons_part_reading(part)) { return status; }
    run->time = numbers[0];
    ons_trajectories_set(run->trajectory, 0, numbers[0], run->x, numbers[1]);
    for (size_t k = 0; k < run->peaks; k++) {
        run->peak[k].time = numbers[2 + 3 * k];
        run->peak[k].height = numbers[3 + 3 * k];
        run->peak[k].slope = numbers[4 + 3 * k];
    }
    return ONS_OK;
}

void outbreak_elasticities(const outbreak_run *run, const ons_outbreak *numbers, ons_context *context,
                           size_t observable) {
    for (size_t i = 0; i < ons_reactions_parameters(run->network); i++) {
        ons_row(context, observable, 0,
                (ons_cell[]){{.text = ons_reactions_parameter(run->network, i)}, {.number = numbers->elasticity[i]}});
    }
}
