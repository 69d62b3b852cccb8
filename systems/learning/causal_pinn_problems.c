/*
 * causal_pinn_problems: see causal_pinn_problems.h. Equations and constants: Wang, Sankaran and Perdikaris 2024,
 * sections 4 and 5; sigma = 10 in Lorenz's equations as in the authors' program (the text says 3, which is not
 * chaotic).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "causal_pinn_problems.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

#define DIFFUSION 1e-4
static const ons_allen_cahn phases = {.diffusion = DIFFUSION, .reaction = 5};
/* Advection, antidiffusion, hyperdiffusion; and u_t with the linear ones. */
#define WAVES(a, b, c) .waves = {a, b, c}, .linear = {3, {{{1, 0}}, {{0, 2}}, {{0, 4}}}, {1, b, c}}

const causal_problem causal_problems[CAUSAL_PROBLEMS] = {
    [CAUSAL_ALLEN_CAHN] =
        {.coordinates = 2, .fields = 1, .first = -1, .period = 2, .linear = {2, {{{1, 0}}, {{0, 2}}}, {1, -DIFFUSION}}},
    [CAUSAL_LORENZ] = {.coordinates = 1, .fields = 3, .period = 1, .hard = true},
    [CAUSAL_REGULAR] =
        {.coordinates = 2, .fields = 1, .first = -1, .period = 2, .initial_counts = true, WAVES(5, 0.5, 0.005)},
    [CAUSAL_CHAOTIC] = {.coordinates = 2,
                        .fields = 1,
                        .first = 0,
                        .period = 2 * PI,
                        .initial_counts = true,
                        WAVES(100. / 16, 100. / 256, 100. / 65536)},
};

/* ---- residuals ----------------------------------------------------------------------------------------------------
 */

static const ons_partial allen_cahn_partials[] = {{{0, 0}}}; /* and the linear part */
static ons_tensor allen_cahn(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)data, (void)points;
    const ons_tensor cubic = ons_tensor_subtract(graph, ons_tensor_power(graph, d[0], 3), d[0]);
    return ons_tensor_add(graph, d[1], ons_tensor_scale(graph, cubic, phases.reaction));
}

static const ons_partial waves_partials[] = {{{0, 0}}, {{0, 1}}}; /* and the linear part */
static ons_tensor waves(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)points;
    const ons_kuramoto_sivashinsky *c = data;
    const ons_tensor advection = ons_tensor_scale(graph, ons_tensor_multiply(graph, d[0], d[1]), c->advection);
    return ons_tensor_add(graph, d[2], advection);
}

/* start + 50 t network: some 25 is how far a window of 1/2 goes. */
static ons_tensor lorenz_form(const void *data, ons_tensor_graph *graph, ons_tensor points, ons_tensor start,
                              ons_tensor raw) {
    (void)data;
    return ons_tensor_add(graph, start, ons_tensor_multiply(graph, ons_tensor_scale(graph, points, 50), raw));
}

static const ons_partial lorenz_partials[] = {{{0}}, {{1}}};
static ons_tensor lorenz(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)data, (void)points;
    ons_tensor u[3], r[3];
    for (int i = 0; i < 3; i++) { u[i] = ons_tensor_slice(graph, d[0], 1, i, i + 1, 1); }
    const ons_tensor rate[] = {
        ons_tensor_scale(graph, ons_tensor_subtract(graph, u[1], u[0]), 10),
        ons_tensor_subtract(
            graph, ons_tensor_multiply(graph, u[0], ons_tensor_shift(graph, ons_tensor_negate(graph, u[2]), 28)), u[1]),
        ons_tensor_subtract(graph, ons_tensor_multiply(graph, u[0], u[1]), ons_tensor_scale(graph, u[2], 8. / 3))};
    for (int i = 0; i < 3; i++) {
        r[i] = ons_tensor_subtract(graph, ons_tensor_slice(graph, d[1], 1, i, i + 1, 1), rate[i]);
    }
    return ons_tensor_concatenate(graph, r, 3, 1);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))
ons_informed_problem causal_problem_informed(int which, size_t modes, double length) {
    const causal_problem *p = &causal_problems[which];
    ons_informed_problem informed = {.coordinates = p->coordinates,
                                     .fields = p->fields,
                                     .equations = p->fields,
                                     .first = p->first,
                                     .period = p->period,
                                     .modes = modes,
                                     .data = &p->waves,
                                     .partials = waves_partials,
                                     .partials_count = COUNT(waves_partials),
                                     .operators = &p->linear,
                                     .operators_count = 1,
                                     .residual = waves};
    if (which == CAUSAL_ALLEN_CAHN) {
        informed.partials = allen_cahn_partials;
        informed.partials_count = COUNT(allen_cahn_partials);
        informed.residual = allen_cahn;
    } else if (which == CAUSAL_LORENZ) {
        informed.partials = lorenz_partials;
        informed.partials_count = COUNT(lorenz_partials);
        informed.operators_count = 0;
        informed.residual = lorenz;
        informed.form = lorenz_form;
        informed.time_scale = 1 / length;
    }
    return informed;
}

/* ---- references ---------------------------------------------------------------------------------------------------
 */

double causal_problem_start(int which, double x) {
    if (which == CAUSAL_ALLEN_CAHN) { return x * x * cos(PI * x); }
    return which == CAUSAL_REGULAR ? -sin(PI * x) : cos(x) * (1 + sin(x));
}

ons_status causal_problem_reference(int which, const informed_grid *grid, double *values) {
    enum { POINTS = 512 };
    if (which == CAUSAL_LORENZ) {
        informed_reference_lorenz(grid, values);
        return ONS_OK;
    }
    const causal_problem *p = &causal_problems[which];
    double start[POINTS];
    for (size_t j = 0; j < POINTS; j++) {
        start[j] = causal_problem_start(which, p->first + p->period * (double)j / POINTS);
    }
    const bool phase = which == CAUSAL_ALLEN_CAHN;
    const ons_spectral_equation equation =
        phase ? ons_allen_cahn_equation(&phases, 1) : ons_kuramoto_sivashinsky_equation(&p->waves);
    const size_t stride = phase ? 1 : 2; /* the waves are smooth: half of the points do */
    for (size_t j = 0; j < POINTS / stride; j++) { start[j] = start[j * stride]; }
    return informed_reference_field(&equation, grid, POINTS / stride, phase ? 1e-3 : 2.5e-4,
                                    which == CAUSAL_CHAOTIC ? 0.5 : 0, start, values);
}
