/*
 * Temperatures of glasses without overlap: the static one, where broken replicas take over, the dynamic one, where
 * metastable states appear, and the one where replica symmetry becomes unstable.
 *
 * Without field the theory knows one scale, load/T^2: everything is a function of beta^2 load, and q1 = 0, so that only
 * one inner average over a Gaussian field is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass.h"

#include <onsager/meanfield/gauss.h>

/* ---- P >= 3: at given lambda = beta^2 load and theta ----------------------------------------------------------------
 */

typedef struct abrupt {
    double order, theta;
} abrupt;

/* With w = lambda q^(P-1) as the variable, q = <tanh^2>(w) and lambda follow without solving anything. */
static double overlap_at(double w, double theta, double *slope, double *breaking) {
    const ons_gauss_broken at = ons_gauss_breaks(ons_dual_constant(0), ons_dual_constant(0), ons_dual_variable(w, 0),
                                                 ons_dual_constant(theta), false);
    *slope = at.inner.slope[0];
    *breaking = at.breaking.value;
    return at.inner.value;
}

/* dA/dtheta at theta = 1 on that curve: <L> - Phi - (P-1)/2P w q. */
static ons_status static_point(void *data, double logarithm, double *value) {
    const abrupt *a = data;
    double slope, breaking;
    const double w = exp(logarithm), q = overlap_at(w, 1, &slope, &breaking);
    *value = breaking - 0.5 * (a->order - 1) / a->order * w * q;
    return ONS_OK;
}

/* d ln lambda / d ln w = 1 - (P-1) w q'/q: zero where lambda is smallest, T largest. */
static ons_status dynamic_point(void *data, double logarithm, double *value) {
    const abrupt *a = data;
    double slope, breaking;
    const double w = exp(logarithm), q = overlap_at(w, 1, &slope, &breaking);
    *value = 1 - (a->order - 1) * w * slope / q;
    return ONS_OK;
}

static ons_status from_width(const ons_replicas *g, ons_meanfield_function *function, const char *what, double low,
                             double *temperature, double *width) {
    abrupt a = {.order = g->order, .theta = 1};
    double logarithm, slope, breaking;
    const ons_status status = ons_meanfield_root(function, &a, what, low, log(64 + 4 * a.order), 1e-13, &logarithm);
    if (status) { return status; }
    *width = exp(logarithm);
    const double q = overlap_at(*width, 1, &slope, &breaking);
    *temperature = sqrt(g->load * pow(q, a.order - 1) / *width);
    return ONS_OK;
}

static ons_status check_abrupt(const ons_replicas *g, double *temperature) {
    *temperature = NAN;
    const ons_status status = ons_replicas_check(g);
    if (status) { return status; }
    if (g->field > 0) {
        return ons_fail(ONS_INVALID, "the temperatures of a glass are those without field; got %g", g->field);
    }
    if (glass_feeds_back(g)) { *temperature = g->load > 0 ? 1 + sqrt(g->load) : 0; } /* Amit et al. 1987 */
    if (g->order == 2 && !glass_feeds_back(g)) { *temperature = sqrt(g->load); }
    if (g->load == 0) { *temperature = 0; }
    return ONS_OK;
}

ons_status ons_replicas_dynamic(const ons_replicas *g, double *temperature) {
    double width;
    const ons_status status = check_abrupt(g, temperature);
    if (status || !isnan(*temperature)) { return status; }
    return from_width(g, dynamic_point, "the slope of the dynamic transition", log(1e-3), temperature, &width);
}

ons_status ons_replicas_static(const ons_replicas *g, double *temperature) {
    double width, dynamic;
    ons_status status = check_abrupt(g, temperature);
    if (status || !isnan(*temperature)) { return status; }
    /* At the dynamic transition dA/dtheta < 0 still. */
    status = from_width(g, dynamic_point, "the slope of the dynamic transition", log(1e-3), &dynamic, &width);
    if (status) { return status; }
    return from_width(g, static_point, "dA/dtheta of the static transition", log(width), temperature, &width);
}

/* ---- the glass below ------------------------------------------------------------------------------------------------
 */

static bool accept(const ons_meanfield_solution *at, bool ground) {
    return at->x[3] > 0 && (ground || (at->x[2] > 0.1 && at->x[3] <= 1 + 1e-9));
}

/* theta/T hardly changes below the static temperature, and q2 follows from it. */
static ons_status abrupt_direct(const ons_replicas *g, double temperature, double *x) {
    const bool ground = g->temperature == 0;
    const double theta = (ground ? 1 : g->temperature) / temperature;
    const ons_meanfield_options options = {.unstable = true};
    ons_replicas_model model;
    ons_meanfield_solution at;
    ons_replicas_model_init(&model, g, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, theta);
    ons_status status = ons_meanfield_solve(&model.model, g->temperature, (double[]){0, 0, ground ? 0 : 1}, NULL, &at);
    if (status || (!ground && at.x[2] < 0.1)) { return status ? status : ONS_DONE; }
    const double start[] = {0, 0, at.x[2], theta};
    ons_replicas_model_init(&model, g, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, 0);
    status = ons_meanfield_solve(&model.model, g->temperature, start, &options, &at);
    for (size_t k = 0; k < 4; k++) { x[k] = at.x[k]; }
    return status ? status : accept(&at, ground) ? ONS_OK : ONS_DONE;
}

/* From the static temperature, where theta = 1 and q2 is known, down by continuation in the temperature. */
static ons_status abrupt_carried(const ons_replicas *g, double temperature, double *x) {
    const ons_meanfield_options options = {.unstable = true};
    ons_replicas at = *g;
    ons_replicas_model model;
    ons_meanfield_solution solution;
    double width, here = temperature, step = 0.9, slope, breaking;
    ons_status status = from_width(g, static_point, "dA/dtheta of the static transition", log(0.5), &here, &width);
    if (status) { return status; }
    x[0] = x[1] = 0;
    x[2] = overlap_at(width, 1, &slope, &breaking);
    x[3] = 1;
    while (here > g->temperature) {
        const double to = fmax(g->temperature, here * step);
        const double start[] = {0, 0, x[2], fmin(1, x[3] * to / here)};
        at.temperature = to;
        ons_replicas_model_init(&model, &at, ONS_REPLICAS_1RSB, ONS_REPLICAS_TEMPERATURE, 0);
        status = ons_meanfield_solve(&model.model, to, start, &options, &solution);
        if (status == ONS_OK && accept(&solution, false)) {
            for (size_t k = 0; k < 4; k++) { x[k] = solution.x[k]; }
            here = to;
        } else if (step < 0.999) {
            step = sqrt(step);
        } else {
            return status ? status : ons_fail(ONS_FAILED, "the glass is lost below temperature %.10g", here);
        }
    }
    return ONS_OK;
}

ons_status glass_abrupt(const ons_replicas *g, double temperature, double *x) {
    const ons_status status = abrupt_direct(g, temperature, x);
    return status == ONS_OK || g->temperature == 0 ? status : abrupt_carried(g, temperature, x);
}

/* ---- stability of replica symmetry ----------------------------------------------------------------------------------
 */

static ons_status stability_at(void *data, double temperature, double *value) {
    ons_replicas g = *(const ons_replicas *)data;
    ons_replicas_state state;
    g.temperature = temperature;
    const ons_status status = ons_replicas_disorder(&g, ONS_REPLICAS_RS, &state);
    *value = state.stability;
    return status;
}

ons_status ons_replicas_almeida(const ons_replicas *g, double *temperature) {
    *temperature = NAN;
    const ons_status status = ons_replicas_check(g);
    if (status) { return status; }
    if (g->load == 0) {
        *temperature = 0;
        return ONS_OK;
    }
    if (g->order == 2 && g->field == 0) {
        *temperature = glass_feeds_back(g) ? 1 + sqrt(g->load) : sqrt(g->load);
        return ONS_OK;
    }
    ons_replicas pure = *g;
    const double scale = sqrt(g->load * (g->order - 1));
    return ons_meanfield_root(stability_at, &pure, "the stability of replica symmetry", 1e-3 * scale, 1.5 * scale,
                              1e-12 * scale, temperature);
}
