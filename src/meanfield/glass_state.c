/*
 * States of glasses and networks: retrieval, glass, paramagnet, and the equilibrium among them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <string.h>

#define NO_OVERLAP 1e-5 /* below it a state has none */
#define NO_GAP 1e-7     /* q2 - q1 below it: replicas are symmetric */

static const ons_replicas_state nothing = {.overlap = NAN,
                                           .q1 = NAN,
                                           .q2 = NAN,
                                           .breaking = NAN,
                                           .slope = NAN,
                                           .response = NAN,
                                           .pressure = NAN,
                                           .free_energy = NAN,
                                           .energy = NAN,
                                           .entropy = NAN,
                                           .stability = NAN};

/* At zero temperature the theory needs a width of the fields, however small. */
static ons_replicas usable(const ons_replicas *glass) {
    ons_replicas g = *glass;
    if (g.temperature == 0) { g.load = fmax(g.load, 1e-100); }
    return g;
}

/* The limit of the entropy at T -> 0, from the response C = beta (1 - q2): the pressure is expanded to second order in
 * 1 - q2. Pure glasses: -xi''(1) C^2/4 (Sherrington and Kirkpatrick: -1/2pi); Hopfield: Amit, Gutfreund and
 * Sompolinsky. */
static double ground_entropy(const ons_replicas *g, double response) {
    if (glass_feeds_back(g)) { return -0.5 * g->load * (log1p(-response) + response / (1 - response)); }
    return -0.25 * g->load * (g->order - 1) * response * response;
}

/* The state at a solution of a model controlled by the temperature. */
static ons_status describe(const ons_replicas_model *model, const double *x, ons_replicas_state *state) {
    const ons_replicas *g = &model->glass;
    const double t = g->temperature;
    const bool broken = model->level == ONS_REPLICAS_1RSB, ground = t == 0;
    ons_meanfield_solution at;
    const ons_status status = ons_meanfield_evaluate(&model->model, t, x, &at);
    if (status) { return status; }
    *state = (ons_replicas_state){.exists = true, .level = model->level, .overlap = x[0]};
    const double theta = !broken ? 1 : model->breaking > 0 ? model->breaking : x[3];
    const glass_reading read = glass_read(model, t, x);
    state->q1 = read.q1;
    state->q2 = read.q2;
    state->response = read.response;
    state->stability = read.stability;
    state->breaking = ground && broken ? 0 : theta;
    state->slope = !broken ? (ground ? INFINITY : 1 / t) : ground ? theta : theta / t;
    if (ground) {
        state->free_energy = state->energy = -at.pressure;
        state->pressure = at.pressure == 0 ? NAN : copysign(INFINITY, at.pressure);
        state->entropy = ground_entropy(g, read.response);
    } else {
        state->pressure = at.pressure;
        state->free_energy = -t * at.pressure;
        state->entropy = at.pressure + t * at.pressure_slope;
        state->energy = state->free_energy + t * state->entropy;
    }
    return ONS_OK;
}

static ons_status solve_symmetric(const ons_replicas *glass, double m, double q, double *x) {
    ons_replicas_model model;
    ons_meanfield_solution solution;
    ons_replicas_model_init(&model, glass, ONS_REPLICAS_RS, ONS_REPLICAS_TEMPERATURE, 0);
    double second = glass->temperature == 0 ? 0 : q;
    /* Of Hopfield's network: the noise of patterns that do not act back, or of the glass at zero temperature. */
    if (glass_feeds_back(glass)) { second = sqrt(glass->load) + (m > 0 ? 0 : sqrt(M_2_PI)); }
    const double start[] = {m, second};
    const ons_meanfield_options options = {.anchored = true, .anchor = 2 + 2 * sqrt(glass->load) + glass->temperature};
    const ons_status status = ons_meanfield_solve(&model.model, glass->temperature, start, &options, &solution);
    memcpy(x, solution.x, 2 * sizeof(double));
    return status;
}

static ons_status describe_symmetric(const ons_replicas *glass, const double *x, ons_replicas_state *state) {
    ons_replicas_model model;
    ons_replicas_model_init(&model, glass, ONS_REPLICAS_RS, ONS_REPLICAS_TEMPERATURE, 0);
    return describe(&model, x, state);
}

/* ---- one step -------------------------------------------------------------------------------------------------------
 */

/* From a solution at a given breaking point to the one where the pressure is smallest in it; true: found. */
static bool optimise(const ons_replicas *g, const double *x, double theta, double *best) {
    ons_replicas_model model;
    ons_meanfield_solution solution;
    const ons_meanfield_options options = {.unstable = true};
    const double start[] = {x[0], x[1], x[2], theta};
    ons_replicas_model_init(&model, g, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, 0);
    if (ons_meanfield_solve(&model.model, g->temperature, start, &options, &solution)) { return false; }
    const glass_reading read = glass_read(&model, g->temperature, solution.x);
    memcpy(best, solution.x, 4 * sizeof(double));
    return read.q2 - read.q1 > NO_GAP && read.q1 >= 0 && best[3] > 1e-9 && (g->temperature == 0 || best[3] <= 1);
}

/* (m, q1, q2 or C) to begin with, from the symmetric (m, q or C); of Hopfield's network (m, s, w) from (m, s). */
static void begin_broken(const ons_replicas *g, const double *symmetric, double *start) {
    start[0] = symmetric[0];
    if (glass_feeds_back(g)) {
        start[1] = 0.8 * symmetric[1];
        start[2] = 0.36 * symmetric[1] * symmetric[1];
        return;
    }
    const bool ground = g->temperature == 0, even = g->order == 2 || symmetric[0] > NO_OVERLAP || g->field > 0;
    const double q = ground ? 1 : symmetric[1];
    start[1] = even ? 0.7 * q : 0;
    start[2] = ground ? 0.7 * symmetric[1] : fmax(0.5 * (1 + q), even ? 0 : 0.9);
}

/* dA/dtheta at a given theta, or beta theta, from the solution x before, which becomes the one there. NaN: no broken
 * solution. */
static double slope_at(const ons_replicas *g, double theta, bool keep, double *x) {
    const ons_meanfield_options options = {.iterations = 500};
    ons_replicas_model model;
    ons_meanfield_solution at;
    ons_replicas_model_init(&model, g, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, theta);
    if (ons_meanfield_solve(&model.model, g->temperature, x, &options, &at)) { return NAN; }
    if ((at.x[0] > NO_OVERLAP) != keep) { return NAN; }
    const glass_reading read = glass_read(&model, g->temperature, at.x);
    if (read.q2 - read.q1 < NO_GAP) { return NAN; }
    memcpy(x, at.x, 3 * sizeof(double));
    return read.slope;
}

/* From a solution at a breaking point on towards the change of the sign of dA/dtheta, and there by Newton's method in
 * all order parameters. The scale of theta/T is the inverse of the field's width. */
static bool march(const ons_replicas *g, double theta, bool keep, double *start, double *x) {
    const double top = g->temperature == 0 ? INFINITY : 1;
    double slope = slope_at(g, theta, keep, start);
    const double factor = slope < 0 ? 1.5 : 1 / 1.5;
    for (unsigned k = 0; k < 24 && isfinite(slope); k++) {
        double next[3] = {start[0], start[1], start[2]};
        const double to = fmin(top, theta * factor), there = slope_at(g, to, keep, next);
        if (there * slope <= 0) {
            const double part = slope / (slope - there);
            for (size_t i = 0; i < 3; i++) { start[i] += part * (next[i] - start[i]); }
            return optimise(g, start, theta + part * (to - theta), x) && (x[0] > NO_OVERLAP) == keep;
        }
        if (to == theta) { return false; }
        memcpy(start, next, sizeof next);
        theta = to;
        slope = there;
    }
    return false;
}

ons_status glass_break(const ons_replicas *g, const double *symmetric, double *x, bool *found) {
    static const double places[] = {1, 8, 0.2};
    const double t = g->temperature, width = glass_feeds_back(g) ? symmetric[1] : sqrt(g->load);
    const bool keep = symmetric[0] > NO_OVERLAP;
    *found = false;
    for (size_t k = 0; k < sizeof places / sizeof *places && !*found; k++) {
        const double theta = t == 0 ? places[k] / width : fmin(1, t * places[k] / width);
        double start[3];
        begin_broken(g, symmetric, start);
        *found = march(g, theta, keep, start, x);
    }
    return ONS_OK;
}

static ons_status describe_broken(const ons_replicas *glass, const double *x, ons_replicas_state *state) {
    ons_replicas_model model;
    ons_replicas_model_init(&model, glass, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, 0);
    return describe(&model, x, state);
}

/* The better of the symmetric and the broken solution: of the smaller pressure. */
static ons_status choose_broken(const ons_replicas *g, const double *symmetric, ons_replicas_state *state) {
    double x[4];
    bool found;
    ons_replicas_state broken;
    ons_status status = glass_break(g, symmetric, x, &found);
    if (!status && found) { status = describe_broken(g, x, &broken); }
    if (!status && found && broken.free_energy > state->free_energy - 1e-13) { *state = broken; }
    return status;
}

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

ons_status ons_replicas_retrieval(const ons_replicas *glass, ons_replicas_level level, ons_replicas_state *state) {
    const ons_replicas g = usable(glass);
    double x[2];
    *state = nothing;
    ons_status status = ons_replicas_check(glass);
    if (status || glass->kind != ONS_REPLICAS_NETWORK) { return status; }
    if (glass_feeds_back(glass) && glass->temperature >= 1) { return ONS_OK; } /* also without load m = tanh(m/T) = 0 */
    status = solve_symmetric(&g, 1, 1, x);
    if (status) { return status; }
    if (x[0] > NO_OVERLAP) { status = describe_symmetric(&g, x, state); }
    if (status || level == ONS_REPLICAS_RS) { return status; }
    if (state->exists && state->stability >= 0) { return ONS_OK; }
    if (state->exists) { return choose_broken(&g, x, state); }
    double y[4];
    bool found;
    status = glass_beyond(&g, y, &found);
    return !status && found ? describe_broken(&g, y, state) : status;
}

/* Pure glasses and dense networks without field: above the static temperature the paramagnet, below it the glass with
 * q1 = 0, whose q2 and theta do not depend on anything else. */
static ons_status disorder_broken(const ons_replicas *g, ons_replicas_state *state) {
    ons_replicas pure = *g;
    double x[2], temperature = 0;
    const bool abrupt = g->order > 2 && g->field == 0;
    if (!glass_feeds_back(g)) { pure.kind = ONS_REPLICAS_PURE; }
    ons_status status = abrupt ? ons_replicas_static(&pure, &temperature) : ONS_OK;
    if (status) { return status; }
    if (abrupt && g->temperature < temperature) {
        double y[4];
        status = glass_abrupt(&pure, temperature, y);
        return status ? status : describe_broken(&pure, y, state);
    }
    if (abrupt) { return describe_symmetric(&pure, (double[]){0, 0}, state); }
    status = solve_symmetric(g, 0, 1, x);
    if (!status) { status = describe_symmetric(g, x, state); }
    if (status || state->stability >= 0 || g->load < 1e-50) { return status; }
    return choose_broken(g, x, state);
}

ons_status ons_replicas_disorder(const ons_replicas *glass, ons_replicas_level level, ons_replicas_state *state) {
    ons_replicas g = usable(glass);
    double x[2];
    *state = nothing;
    ons_status status = ons_replicas_check(glass);
    if (status) { return status; }
    if (glass_feeds_back(&g) && g.load < 1e-50 && g.temperature <= 1) { return ONS_OK; }
    if (!glass_feeds_back(&g) && g.field == 0) { g.kind = ONS_REPLICAS_PURE; }
    if (level == ONS_REPLICAS_1RSB) { return disorder_broken(&g, state); }
    status = solve_symmetric(&g, 0, 1, x);
    if (!status) { status = describe_symmetric(&g, x, state); }
    if (status || g.temperature == 0 || g.order == 2 || g.field > 0) { return status; }
    ons_replicas_state paramagnet;
    status = describe_symmetric(&g, (double[]){0, 0}, &paramagnet);
    if (!status && paramagnet.pressure <= state->pressure) { *state = paramagnet; }
    return status;
}

ons_replicas_phase ons_replicas_compare(const ons_replicas_state *retrieval, const ons_replicas_state *disorder) {
    if (!retrieval->exists) { return disorder->q2 > 1e-6 ? ONS_REPLICAS_GLASS : ONS_REPLICAS_PARAMAGNET; }
    const bool best = !disorder->exists || retrieval->free_energy <= disorder->free_energy;
    return best ? ONS_REPLICAS_RETRIEVAL : ONS_REPLICAS_METASTABLE;
}

ons_status ons_replicas_equilibrium(const ons_replicas *glass, ons_replicas_level level, ons_replicas_state *state,
                                    ons_replicas_phase *phase) {
    ons_replicas_state retrieval;
    ons_status status = ons_replicas_disorder(glass, level, state);
    if (!status) { status = ons_replicas_retrieval(glass, level, &retrieval); }
    if (status) { return status; }
    *phase = ons_replicas_compare(&retrieval, state);
    if (*phase == ONS_REPLICAS_RETRIEVAL) { *state = retrieval; }
    return ONS_OK;
}
