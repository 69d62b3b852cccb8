/*
 * Coupled phases: Runge-Kutta in the frames of the single oscillators, frequencies, order, winding.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "asynchronous.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct ons_phases {
    const ons_wiring *wiring;
    const asynchronous_phase_kernels *kernels;
    size_t nodes, padded;
    double coupling, step;
    double *numbers; /* what follows, [padded] each */
    double *theta, *omega, *trial, *total, *sine, *cosine;
};

static const asynchronous_phase_kernels *kernels_here(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &asynchronous_phase_kernels_v4;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return &asynchronous_phase_kernels_v3; }
#endif
    return &asynchronous_phase_kernels_plain;
}

ons_status ons_phases_create(ons_phases **phases, const ons_wiring *wiring, const double *omega, double coupling,
                             double step) {
    *phases = NULL;
    if (!(step > 0 && step < INFINITY) || !(fabs(coupling) < INFINITY)) {
        return ons_fail(ONS_INVALID, "phases have a finite coupling and a positive time step, not %g and %g", coupling,
                        step);
    }
    ons_phases *made = ONS_NEW(ons_phases, 1);
    if (!made) { return ONS_MEMORY; }
    made->wiring = wiring;
    made->kernels = kernels_here();
    made->nodes = wiring->nodes;
    made->padded = (made->nodes + 7) / 8 * 8;
    made->coupling = coupling;
    made->step = step;
    made->numbers = ONS_NEW(double, 6 * made->padded);
    if (!made->numbers) {
        free(made);
        return ONS_MEMORY;
    }
    double **const arrays[] = {&made->theta, &made->omega, &made->trial, &made->total, &made->sine, &made->cosine};
    for (size_t a = 0; a < 6; a++) { *arrays[a] = made->numbers + a * made->padded; }
    for (size_t i = 0; i < made->nodes; i++) { made->omega[i] = omega[i]; }
    *phases = made;
    return ONS_OK;
}

void ons_phases_free(ons_phases *phases) {
    if (!phases) { return; }
    free(phases->numbers);
    free(phases);
}

void ons_phases_set(ons_phases *phases, const double *theta) {
    memcpy(phases->theta, theta, phases->nodes * sizeof *theta);
}
double *ons_phases_angles(ons_phases *phases) { return phases->theta; }

/* The slopes on a graph: (K/deg_i) sum_j sin(theta_j - theta_i) = (K/deg_i) (S_i cos theta_i - C_i sin theta_i). */
static void pull_on_graph(ons_phases *p, double weight, double reach) {
    const ons_wiring *w = p->wiring;
    for (uint32_t i = 0; i < p->nodes; i++) {
        double s = 0, c = 0;
        for (uint64_t k = w->start[i]; k < w->start[i + 1]; k++) {
            s += p->sine[w->heard[k]];
            c += p->cosine[w->heard[k]];
        }
        const uint64_t degree = w->start[i + 1] - w->start[i];
        const double slope = degree > 0 ? p->coupling / (double)degree * (s * p->cosine[i] - c * p->sine[i]) : 0;
        p->total[i] += weight * slope;
        p->trial[i] = p->theta[i] + reach * slope;
    }
}

/* With theta = phi + omega t the slopes of phi are those of the coupling alone. */
static void step_once(ons_phases *p) {
    static const double at[4] = {0, 0.5, 0.5, 1}, weight[4] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    static const double reach[4] = {0.5, 0.5, 1, 0};
    const double h = p->step;
    memset(p->total, 0, p->padded * sizeof(double));
    memcpy(p->trial, p->theta, p->padded * sizeof(double));
    for (int stage = 0; stage < 4; stage++) {
        double sums[2];
        p->kernels->turn(p->trial, p->omega, at[stage] * h, p->nodes, p->sine, p->cosine, sums);
        if (p->wiring->complete) {
            p->kernels->pull(p->sine, p->cosine, sums, p->coupling / (double)(p->nodes - 1), h * weight[stage],
                             h * reach[stage], p->theta, p->nodes, p->total, p->trial);
        } else {
            pull_on_graph(p, h * weight[stage], h * reach[stage]);
        }
    }
    for (size_t i = 0; i < p->nodes; i++) {
        const double theta = p->theta[i] + p->total[i] + p->omega[i] * h;
        p->theta[i] = theta - 2 * PI * rint(theta / (2 * PI));
    }
}

void ons_phases_advance(ons_phases *phases, uint64_t steps) {
    for (; steps > 0; steps--) { step_once(phases); }
}

double ons_phases_order(const ons_phases *phases) {
    double s = 0, c = 0;
    for (size_t i = 0; i < phases->nodes; i++) {
        s += sin(phases->theta[i]);
        c += cos(phases->theta[i]);
    }
    return hypot(s, c) / (double)phases->nodes;
}

int64_t ons_winding(const double *theta, size_t count) {
    double turns = 0;
    for (size_t i = 0; i < count; i++) {
        const double away = theta[(i + 1) % count] - theta[i];
        turns += away - 2 * PI * rint(away / (2 * PI));
    }
    return (int64_t)lrint(turns / (2 * PI));
}

static double quantile(ons_frequencies kind, double u) {
    switch (kind) {
    case ONS_LORENTZIAN: return tan(PI * (u - 0.5));
    case ONS_GAUSSIAN: return gsl_cdf_ugaussian_Pinv(u);
    case ONS_UNIFORM: return 2 * u - 1;
    default: return 0;
    }
}

void ons_frequencies_draw(ons_frequencies kind, double width, size_t count, ons_random *random, double *omega) {
    for (size_t i = 0; i < count; i++) {
        const double u = random ? ons_random_uniform(random) : ((double)i + 0.5) / (double)count;
        omega[i] = width * quantile(kind, u);
    }
}
