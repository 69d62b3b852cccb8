/*
 * causal_pinn_exact: see causal_pinn_exact.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "causal_pinn_exact.h"

#include <onsager/dynamics.h>
#include <onsager/learning.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- references ---------------------------------------------------------------------------------------------------
 */

#define PI 3.14159265358979323846
enum { MOST = 512 };

static double rms_of(const double *u, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += u[k] * u[k]; }
    return sqrt(sum / (double)count);
}

/* One half of time, and its rms and values at two places. */
static ons_status half(ons_spectral *field, size_t points, const size_t *places, size_t count, double *rms,
                       double *values) {
    double u[MOST];
    const ons_status status = ons_spectral_advance(field, 0.5);
    ons_spectral_get(field, u);
    *rms = rms_of(u, points);
    for (size_t k = 0; k < count; k++) { values[k] = u[places[k]]; }
    return status;
}

static ons_status begin(ons_spectral **field, const ons_spectral_equation *equation, size_t points, double length,
                        double step, const double *u) {
    const ons_spectral_options options = {.points = {points}, .lengths = {length}, .step = step};
    const ons_status status = ons_spectral_create(field, equation, &options);
    if (!status) { ons_spectral_set(*field, u); }
    return status;
}

static ons_status phases(ons_reproduction *r) {
    const ons_allen_cahn constants = {.diffusion = 1e-4, .reaction = 5};
    const ons_spectral_equation equation = ons_allen_cahn_equation(&constants, 1);
    static const size_t places[] = {MOST / 4, 3 * MOST / 8, MOST / 2}; /* -0.5, -0.25, 0 */
    const char *const how = "512 waves, step 5e-4";
    double u[MOST], rms, values[3];
    ons_spectral *field = NULL;
    for (size_t k = 0; k < MOST; k++) {
        const double x = -1 + 2.0 * (double)k / MOST;
        u[k] = x * x * cos(PI * x);
    }
    ons_status status = begin(&field, &equation, MOST, 2, 5e-4, u);
    if (!status) { status = half(field, MOST, places, 3, &rms, values); }
    if (!status) {
        ons_claim_number(r, "P9-half-rms", rms, 0, "%s", how);
        ons_claim_number(r, "P9-half-quarter", values[1], 0, "%s", how);
        status = half(field, MOST, places, 3, &rms, values);
    }
    if (!status) {
        ons_claim_number(r, "P9-rms", rms, 0, "%s", how);
        ons_claim_number(r, "P9-edge", values[0], 0, "%s", how);
        ons_claim_number(r, "P9-quarter", values[1], 0, "%s", how);
        ons_claim_number(r, "P9-centre", values[2], 0, "%s", how);
    }
    ons_spectral_free(field);
    return status;
}

static ons_status waves(ons_reproduction *r, bool chaotic) {
    enum { POINTS = 256 };
    const ons_kuramoto_sivashinsky regular = {5, 0.5, 0.005}, chaos = {100. / 16, 100. / 256, 100. / 65536};
    const ons_spectral_equation equation = ons_kuramoto_sivashinsky_equation(chaotic ? &chaos : &regular);
    const size_t places[] = {chaotic ? 0 : 3 * POINTS / 4, 5 * POINTS / 8}; /* 0.5, 0.25; chaotic: 0 */
    const char *const how = "256 waves, step 2.5e-4";
    double u[POINTS], rms[2], values[2][2];
    ons_spectral *field = NULL;
    for (size_t k = 0; k < POINTS; k++) {
        const double part = (double)k / POINTS, x = 2 * PI * part;
        u[k] = chaotic ? cos(x) * (1 + sin(x)) : -sin(PI * (-1 + 2 * part));
    }
    ons_status status = begin(&field, &equation, POINTS, chaotic ? 2 * PI : 2, 2.5e-4, u);
    for (size_t k = 0; !status && k < 2; k++) { status = half(field, POINTS, places, 2, &rms[k], values[k]); }
    ons_spectral_free(field);
    if (status) { return status; }
    if (chaotic) {
        ons_claim_number(r, "P10-chaotic-rms", rms[0], 0, "%s", how);
        ons_claim_number(r, "P10-chaotic", values[0][0], 0, "%s", how);
        ons_claim_number(r, "P10-chaotic-end", rms[1], 0, "%s", how);
        return ONS_OK;
    }
    ons_claim_number(r, "P10-half-rms", rms[0], 0, "%s", how);
    ons_claim_number(r, "P10-half", values[0][0], 0, "%s", how);
    ons_claim_number(r, "P10-rms", rms[1], 0, "%s", how);
    ons_claim_number(r, "P10-quarter", values[1][1], 0, "%s", how);
    return ONS_OK;
}

/* The solution that the system judges its networks by, at its last time. */
static ons_status lorenz(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status = ons_reproduction_run(
        r, &results, "lorenz-reference",
        "causal-pinn problem=lorenz duration=5,10,15,20 depth=1 width=2 points_t=2 batch=1 steps=1");
    for (size_t k = 0; !status && k < 4; k++) {
        const ons_result *row = ons_task_find(ons_results_task(results, k), "reference");
        for (size_t f = 0; f < 3; f++) {
            char id[32];
            snprintf(id, sizeof id, "P11-%c%zu", "xyz"[f], 5 * (k + 1));
            ons_claim_number(r, id, row ? row->mean[f] : NAN, 0, "Taylor series of order 24 in long double, step 0.01");
        }
    }
    return status;
}

ons_status causal_pinn_references(ons_reproduction *r) {
    ons_status status = phases(r);
    if (!status) { status = waves(r, false); }
    if (!status) { status = waves(r, true); }
    return status ? status : lorenz(r);
}

/* ---- derivatives --------------------------------------------------------------------------------------------------
 */

static const ons_partial partials[] = {{{0, 0}}, {{0, 1}}, {{0, 2}}, {{0, 3}}, {{0, 4}}, {{1, 0}}};

/* u_t + u u_x + u_xxxx - u_xx: every derivative counts. */
static ons_tensor residual(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)data, (void)points;
    const ons_tensor advection = ons_tensor_multiply(graph, d[0], d[1]);
    const ons_tensor linear = ons_tensor_scale(graph, ons_tensor_subtract(graph, d[4], d[2]), 0.01);
    return ons_tensor_add(graph, ons_tensor_add(graph, d[5], advection), linear);
}

static const ons_informed_problem problem = {.coordinates = 2,
                                             .fields = 1,
                                             .equations = 1,
                                             .first = -1,
                                             .period = 2,
                                             .modes = 2,
                                             .partials = partials,
                                             .partials_count = 6,
                                             .residual = residual};

/* The largest distance of derivative `which` from differences of derivative `below`, relative to its largest value. */
static ons_status compare(ons_informed *informed, int which, int below, size_t column, double *worst) {
    enum { POINTS = 40 };
    const double h = 1e-3, weights[] = {1. / 12, -2. / 3, 2. / 3, -1. / 12}, steps[] = {-2, -1, 1, 2};
    double points[2 * POINTS], moved[2 * POINTS], there[POINTS], sum[POINTS] = {0}, exact[POINTS], size = 0, off = 0;
    for (size_t k = 0; k < POINTS; k++) {
        points[2 * k] = 0.1 + 0.02 * (double)k;
        points[2 * k + 1] = -0.9 + 0.043 * (double)k;
    }
    ons_status status = ons_informed_fields(informed, points, POINTS, which, exact);
    for (size_t s = 0; !status && s < 4; s++) {
        memcpy(moved, points, sizeof moved);
        for (size_t k = 0; k < POINTS; k++) { moved[2 * k + column] += steps[s] * h; }
        status = ons_informed_fields(informed, moved, POINTS, below, there);
        for (size_t k = 0; k < POINTS; k++) { sum[k] += weights[s] * there[k] / h; }
    }
    for (size_t k = 0; k < POINTS; k++) {
        size = fmax(size, fabs(exact[k]));
        off = fmax(off, fabs(exact[k] - sum[k]));
    }
    *worst = fmax(*worst, off / size);
    return status;
}

static ons_status jets(ons_reproduction *r, ons_informed *informed) {
    double worst = 0;
    ons_status status = compare(informed, 5, 0, 0, &worst);
    for (int k = 1; !status && k <= 4; k++) { status = compare(informed, k, k - 1, 1, &worst); }
    if (!status) { ons_claim_number(r, "P12-jets", worst, 0, "modified network of 2 x 12 units, 40 points"); }
    return status;
}

enum { SLICES = 8 };
#define EPSILON 1e-3

/* The loss with weights that are held. */
static ons_status held_loss(ons_informed *informed, const double *weights, double *loss) {
    double losses[SLICES], initial, whole;
    const ons_status status = ons_informed_loss(informed, &whole, NULL, losses, &initial);
    *loss = initial;
    for (size_t k = 0; k < SLICES; k++) { *loss += weights[k] * losses[k] / SLICES; }
    return status;
}

static ons_status gradient(ons_reproduction *r, ons_informed *informed) {
    const size_t count = ons_informed_parameters_count(informed);
    double *slope = ONS_NEW(double, 2 * count), *parameters = ons_informed_parameters(informed), *kept = slope + count;
    double weights[SLICES], losses[SLICES], initial, loss, worst = 0, off = 0;
    if (!slope) { return ONS_MEMORY; }
    ons_random random = ons_random_stream(2203, 0, 0);
    ons_status status = ons_informed_loss(informed, &loss, weights, losses, &initial);
    double before = initial;
    for (size_t k = 0; k < SLICES; before += losses[k++]) {
        off = fmax(off, fabs(weights[k] - exp(-EPSILON * before)));
    }
    if (!status) { status = ons_informed_gradient(informed, &loss, slope); }
    memcpy(kept, parameters, count * sizeof *kept);
    for (int trial = 0; !status && trial < 4; trial++) {
        const double h = 1e-4, shares[] = {1. / 12, -2. / 3, 2. / 3, -1. / 12}, steps[] = {-2, -1, 1, 2};
        const ons_random start = random;
        double along = 0, difference = 0;
        for (size_t k = 0; k < count; k++) { along += slope[k] * ons_random_normal(&random); }
        for (size_t s = 0; !status && s < 4; s++) {
            ons_random again = start;
            for (size_t k = 0; k < count; k++) { parameters[k] = kept[k] + steps[s] * h * ons_random_normal(&again); }
            status = held_loss(informed, weights, &loss);
            difference += shares[s] * loss / h;
        }
        worst = fmax(worst, fabs(difference - along) / fabs(along));
    }
    memcpy(parameters, kept, count * sizeof *kept);
    free(slope);
    if (!status) {
        ons_claim_number(r, "P12-gradient", worst, 0, "4 directions, 8 x 12 points");
        ons_claim_number(r, "P12-weights", off, 0, "8 slices, weights from %.3g to %.3g", weights[0],
                         weights[SLICES - 1]);
    }
    return status;
}

ons_status causal_pinn_derivatives(ons_reproduction *r) {
    ons_informed *informed;
    ons_informed_options options = {
        .branches = 1,
        .branch = {{.name = "network", .depth = 2, .width = 12, .outputs = 1, .gated = true}},
        .points_t = SLICES,
        .points_x = 12,
        .length = 1,
        .initial_weight = 1,
        .initial_counts = true,
        .optimiser = ons_optimiser_defaults(ONS_ADAM)};
    ons_status status = ons_informed_create(&informed, &problem, &options, 2203, 0);
    if (status) { return status; }
    double start[12];
    for (size_t k = 0; k < 12; k++) { start[k] = cos(PI * (-1 + (double)k / 6)); }
    ons_informed_start(informed, start);
    ons_informed_set_epsilon(informed, EPSILON);
    status = jets(r, informed);
    if (!status) { status = gradient(r, informed); }
    ons_informed_free(informed);
    return status;
}
