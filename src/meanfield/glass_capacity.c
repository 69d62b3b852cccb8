/*
 * Loads: up to which retrieval exists, and up to which it is the equilibrium.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <stdlib.h>
#include <string.h>

/* The first fold of a branch that begins at x and load; *load, x: there. ONS_DONE: none up to `last`. */
static ons_status first_fold(const ons_replicas_model *model, double *load, double *x, double last, double step) {
    const ons_branch_options options = {.low = 0, .high = last, .first = step, .longest = 0.05, .folds = 1};
    ons_branch branch;
    ons_status status = ons_branch_follow(&branch, &model->model, *load, x, &options);
    const bool found = branch.folds > 0;
    if (found) {
        *load = branch.point[branch.count - 1].control;
        memcpy(x, branch.point[branch.count - 1].x, model->model.count * sizeof(double));
        status = ONS_OK;
    }
    ons_branch_free(&branch);
    return status ? status : found ? ONS_OK : ONS_DONE;
}

static ons_status symmetric_capacity(const ons_replicas *glass, double *load, double *x) {
    ons_replicas g = *glass;
    ons_replicas_model model;
    ons_replicas_state state;
    *load = x[0] = 0;
    g.load = g.temperature > 0 && g.order > 2 ? 0 : 1e-4;
    const ons_status status = ons_replicas_retrieval(&g, ONS_REPLICAS_RS, &state);
    if (status || !state.exists) { return status; }
    x[0] = state.overlap;
    x[1] = g.temperature > 0 ? state.q2 : state.response;
    if (glass_feeds_back(&g)) { x[1] = sqrt(g.load * state.q2) / (1 - state.response); }
    *load = g.load;
    ons_replicas_model_init(&model, &g, ONS_REPLICAS_RS, ONS_REPLICAS_LOAD, 0);
    return first_fold(&model, load, x, 10, 1e-3);
}

/* ---- one step -------------------------------------------------------------------------------------------------------
 */

/* Broken retrieval at a load near the symmetric capacity, where replica symmetry is unstable; found = false: it is
 * stable up to there. */
static ons_status begin_broken(const ons_replicas *glass, double capacity, double *load, double *x, bool *found) {
    static const double parts[] = {0.9999, 0.99, 0.95, 0.9, 0.8, 0.6};
    *found = false;
    for (size_t k = 0; k < sizeof parts / sizeof *parts && !*found; k++) {
        ons_replicas g = *glass;
        ons_replicas_model model;
        ons_meanfield_solution at;
        *load = g.load = parts[k] * capacity;
        ons_replicas_model_init(&model, &g, ONS_REPLICAS_RS, ONS_REPLICAS_TEMPERATURE, 0);
        const double second = g.temperature > 0 ? 1 : 0;
        const double start[] = {1, glass_feeds_back(&g) ? sqrt(g.load) : second};
        ons_status status = ons_meanfield_solve(&model.model, g.temperature, start, NULL, &at);
        if (status) { return status; }
        if (glass_read(&model, g.temperature, at.x).stability >= 0) { return ONS_OK; }
        status = glass_break(&g, at.x, x, found);
        if (status) { return status; }
    }
    return ONS_OK;
}

ons_status ons_replicas_capacity(const ons_replicas *glass, ons_replicas_level level, double *load, double *overlap) {
    ons_replicas_model model;
    double x[ONS_ORDERS] = {0}, y[ONS_ORDERS] = {0}, from;
    bool found = false;
    *load = NAN;
    ons_status status = ons_replicas_check(glass);
    if (status) { return status; }
    if (glass->kind != ONS_REPLICAS_NETWORK) {
        return ons_fail(ONS_INVALID, "a pure glass stores no patterns: it has no capacity");
    }
    status = symmetric_capacity(glass, load, x);
    if (overlap) { *overlap = x[0]; }
    if (status || level == ONS_REPLICAS_RS || *load == 0) { return status; }
    status = begin_broken(glass, *load, &from, y, &found);
    if (status || !found) { return status; }
    ons_replicas g = *glass;
    g.load = *load = from;
    ons_replicas_model_init(&model, &g, ONS_REPLICAS_1RSB, ONS_REPLICAS_LOAD, 0);
    status = first_fold(&model, load, y, 10, 1e-3);
    if (overlap) { *overlap = y[0]; }
    return status;
}

/* ---- retrieval as the equilibrium -----------------------------------------------------------------------------------
 */

typedef struct contest {
    ons_replicas glass;
    ons_replicas_level level;
} contest;

/* Free energy of retrieval less that of the glass or paramagnet: negative where retrieval wins. */
static ons_status advantage(void *data, double load, double *value) {
    contest *c = data;
    ons_replicas_state retrieval, disorder;
    c->glass.load = load;
    ons_status status = ons_replicas_retrieval(&c->glass, c->level, &retrieval);
    if (!status) { status = ons_replicas_disorder(&c->glass, c->level, &disorder); }
    *value = !status && retrieval.exists ? retrieval.free_energy - disorder.free_energy : 1;
    return status;
}

ons_status ons_replicas_transition(const ons_replicas *glass, ons_replicas_level level, double *load) {
    contest c = {.glass = *glass, .level = level};
    double capacity, low, high;
    *load = NAN;
    ons_status status = ons_replicas_capacity(glass, level, &capacity, NULL);
    if (status) { return status; }
    *load = 0;
    if (capacity == 0) { return ONS_OK; }
    const double first = 1e-4 * capacity, last = capacity * (1 - 1e-7);
    status = advantage(&c, first, &low);
    if (!status) { status = advantage(&c, last, &high); }
    if (status || low >= 0) { return status; }
    *load = capacity;
    if (high <= 0) { return ONS_OK; }
    return ons_meanfield_root(advantage, &c, "the difference of free energies", first, last, 1e-11, load);
}

ons_status glass_beyond(const ons_replicas *glass, double *x, bool *found) {
    ons_replicas g = *glass;
    ons_replicas_model model;
    double capacity, load, begin[2], point[4], step;
    *found = false;
    ons_status status = symmetric_capacity(glass, &capacity, begin);
    if (status || capacity == 0) { return status; }
    status = begin_broken(glass, capacity, &load, point, found);
    if (status || !*found) { return status; }
    *found = false;
    ons_replicas_model_init(&model, &g, ONS_REPLICAS_1RSB, ONS_REPLICAS_LOAD, 0);
    for (step = 0.25 * (g.load - load); load < g.load && step > 1e-4 * g.load;) {
        const double to = load + step > g.load * (1 - 1e-12) ? g.load : load + step;
        const ons_meanfield_options options = {.unstable = true};
        ons_meanfield_solution at;
        const bool solved = !ons_meanfield_solve(&model.model, to, point, &options, &at) && at.x[0] > 0.8 * point[0];
        const glass_reading read = solved ? glass_read(&model, to, at.x) : (glass_reading){.q1 = 1};
        if (solved && read.q2 - read.q1 > 1e-7 && at.x[3] > 0) {
            memcpy(point, at.x, sizeof point);
            load = to;
        } else {
            step *= 0.5;
        }
    }
    *found = load == g.load;
    memcpy(x, point, sizeof point);
    return ONS_OK;
}
