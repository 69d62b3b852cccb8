/*
 * Loads: up to which retrieval exists, and up to which it is the equilibrium.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <stdlib.h>
#include <string.h>

/* The first fold of a branch that begins at x and load; *load, x: there. ONS_DONE: none up to `last`. */
static ons_status first_fold(const ons_glass_model *model, double *load, double *x, double last, double step) {
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

ons_status ons_glass_capacity(const ons_glass *glass, ons_glass_level level, double *load, double *overlap) {
    (void)level;
    ons_glass g = *glass;
    ons_glass_model model;
    ons_glass_state state;
    *load = NAN;
    if (g.kind != ONS_GLASS_NETWORK) {
        return ons_fail(ONS_INVALID, "a pure glass stores no patterns: it has no capacity");
    }
    g.load = g.temperature > 0 && g.order > 2 ? 0 : 1e-4;
    ons_status status = ons_glass_retrieval(&g, ONS_GLASS_RS, &state);
    if (status) { return status; }
    *load = 0;
    if (overlap) { *overlap = state.exists ? state.overlap : 0; }
    if (!state.exists) { return ONS_OK; }
    double x[ONS_ORDERS] = {state.overlap, g.temperature > 0 ? state.q2 : state.response};
    if (glass_feeds_back(&g)) { x[1] = sqrt(g.load * state.q2) / (1 - state.response); }
    *load = g.load;
    ons_glass_model_init(&model, &g, ONS_GLASS_RS, ONS_GLASS_LOAD, 0);
    status = first_fold(&model, load, x, 10, 1e-3);
    if (overlap) { *overlap = x[0]; }
    return status;
}

/* ---- retrieval as the equilibrium -----------------------------------------------------------------------------------
 */

typedef struct contest {
    ons_glass glass;
    ons_glass_level level;
} contest;

/* Free energy of retrieval less that of the glass or paramagnet: negative where retrieval wins. */
static ons_status advantage(void *data, double load, double *value) {
    contest *c = data;
    ons_glass_state retrieval, disorder;
    c->glass.load = load;
    ons_status status = ons_glass_retrieval(&c->glass, c->level, &retrieval);
    if (!status) { status = ons_glass_disorder(&c->glass, c->level, &disorder); }
    *value = !status && retrieval.exists ? retrieval.free_energy - disorder.free_energy : 1;
    return status;
}

ons_status ons_glass_transition(const ons_glass *glass, ons_glass_level level, double *load) {
    contest c = {.glass = *glass, .level = level};
    double capacity, low, high;
    *load = NAN;
    ons_status status = ons_glass_capacity(glass, level, &capacity, NULL);
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

ons_status glass_beyond(const ons_glass *glass, ons_glass_state *state) {
    (void)glass;
    (void)state;
    return ONS_OK;
}
