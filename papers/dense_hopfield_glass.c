/*
 * Pressure and energy of the disorder of the paper dense-hopfield-rsb by Monte Carlo: parallel tempering from high
 * temperatures, so that the energy is integrated from ln 2, at several sizes in equilibrium.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense_hopfield_glass.h"

#include <onsager/meanfield.h>
#include <onsager/statistics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZES = 4, RUNGS = 14 };

/* Sizes of one network, and how the evidence is named. */
typedef struct glass_study {
    unsigned order;
    double load;
    size_t sizes, rungs;
    unsigned size[SIZES], steps[SIZES], warmup[SIZES], replicas[SIZES];
    double temperature[RUNGS]; /* descending */
    double share[2];           /* of the pressure and of the energy: what corrections of third order may be */
    const char *pressure, *energy, *figure, *title;
} glass_study;

static const glass_study studies[] = {
    {.order = 3,
     .load = 5,
     .sizes = 4,
     .rungs = 14,
     .size = {16, 24, 32, 48},
     .steps = {400, 600, 1000, 3000},
     .warmup = {200, 200, 400, 1000},
     .replicas = {256, 192, 128, 48},
     .temperature = {10, 5, 3.333, 2.5, 2, 1.667, 1.429, 1.25, 1.111, 1, 0.909, 0.833, 0.769, 0.714},
     .share = {0.01, 0.03},
     .pressure = "H1-pressure-P3",
     .energy = "H1-energy-P3",
     .figure = "pressure-P3",
     .title = "Pressure of the disorder, P = 3, load 5: Monte Carlo and theory"},
    {.order = 4,
     .load = 2,
     .sizes = 3,
     .rungs = 12,
     .size = {16, 24, 32},
     .steps = {1000, 2000, 4000},
     .warmup = {500, 1000, 2000},
     .replicas = {128, 64, 32},
     .temperature = {5, 2.5, 1.667, 1.25, 1, 0.833, 0.714, 0.625, 0.556, 0.5, 0.455, 0.417},
     .share = {0.02, 0.03},
     .pressure = "H1-pressure-P4",
     .energy = "H1-energy-P4",
     .figure = "pressure-P4",
     .title = "Pressure of the disorder, P = 4, load 2: Monte Carlo and theory"}};

/* What a size gave at every temperature; [0] pressure, [1] energy. */
typedef struct glass_size {
    double value[2][RUNGS], error[2][RUNGS], heat[RUNGS], squared[RUNGS];
} glass_size;

static ons_status run_size(ons_reproduction *r, const glass_study *study, size_t n, glass_size *found) {
    static const char *const names[] = {"pressure", "energy", "specific_heat", "overlap_glass_squared"};
    double *const places[] = {found->value[0], found->value[1], found->heat, found->squared};
    const unsigned more = ons_reproduction_effort(r) == ONS_FULL ? 8 : 1;
    const ons_results *jobs;
    char name[40], ladder[200];
    int length = 0;
    for (size_t k = 0; k < study->rungs; k++) {
        length +=
            snprintf(ladder + length, sizeof ladder - (size_t)length, "%c%g", k ? ',' : '[', study->temperature[k]);
    }
    snprintf(name, sizeof name, "glass-%u-%u", study->order, study->size[n]);
    const ons_status status =
        ons_reproduction_run(r, &jobs, name,
                             "dense-hopfield P=%u N=%u load=%g temperature=%s] start=random steps=%u warmup=%u "
                             "replicas=%u every=4 listed=0 seed=1",
                             study->order, study->size[n], study->load, ladder, study->steps[n], study->warmup[n],
                             more * study->replicas[n]);
    if (status) { return status; }
    for (size_t which = 0; which < 4; which++) {
        const ons_result *row = ons_task_find(ons_results_task(jobs, 0), names[which]);
        if (!row || row->size != study->rungs) {
            return ons_fail(ONS_FAILED, "%s gives no %s at %zu temperatures", name, names[which], study->rungs);
        }
        for (size_t k = 0; k < study->rungs; k++) {
            places[which][k] = row->mean[k];
            if (which < 2) { found->error[which][k] = row->error[k]; }
        }
    }
    return ONS_OK;
}

/* ---- the limit of infinite size ---------------------------------------------------------------------------------- */

typedef struct limit {
    double value, error, straight; /* of second order in 1/N; straight: of first order without the smallest size */
    double with_log;               /* of second order, with the term of the random energy model */
} limit;

/* Of a pressure or energy at rung k. In the random energy model ln Z/N lacks ln N/(2 theta N) below T_s (Derrida 1981),
 * which no polynomial is: `logarithm` is the factor of ln N/N to be put in. */
static ons_status find_limit(const glass_study *study, const glass_size *found, int which, size_t k, double logarithm,
                             limit *result) {
    double x[SIZES] = {0}, y[SIZES] = {0}, e[SIZES] = {0}, shifted[SIZES] = {0};
    ons_fit fit;
    for (size_t n = 0; n < study->sizes; n++) {
        x[n] = 1.0 / study->size[n];
        y[n] = found[n].value[which][k];
        e[n] = found[n].error[which][k];
        shifted[n] = y[n] + logarithm * log(study->size[n]) * x[n];
    }
    ons_status status = ons_fit_polynomial(x, y, e, study->sizes, 2, &fit);
    if (status) { return status; }
    result->value = ons_fit_value(&fit, 0, &result->error);
    status = ons_fit_polynomial(x, shifted, e, study->sizes, 2, &fit);
    if (status) { return status; }
    result->with_log = ons_fit_value(&fit, 0, NULL);
    status = ons_fit_polynomial(x + 1, y + 1, e + 1, study->sizes - 1, 1, &fit);
    if (!status) { result->straight = ons_fit_value(&fit, 0, NULL); }
    return status;
}

/* The pressure at the lowest temperature from every `stride`-th rung, as dense-hopfield integrates. */
static double integrate(const glass_study *study, const glass_size *found, size_t stride) {
    double sum = M_LN2, beta = 0, e = 0, slope = 0;
    for (size_t k = stride - 1; k < study->rungs; k += stride) {
        const double t = study->temperature[k], step = 1 / t - beta, energy = found->value[1][k];
        const double next = -t * t * found->heat[k];
        sum -= beta > 0 ? step * (e + energy) / 2 + step * step * (slope - next) / 12
                        : step * energy * 2 / 3 - step * step * next / 6;
        beta += step;
        e = energy;
        slope = next;
    }
    return sum;
}

/* ---- held against theory ----------------------------------------------------------------------------------------- */

typedef struct glass_theory {
    ons_replicas_state symmetric[RUNGS], broken[RUNGS];
} glass_theory;

static ons_status solve_theory(const glass_study *study, glass_theory *theory) {
    ons_status status = ONS_OK;
    for (size_t k = 0; k < study->rungs && !status; k++) {
        const ons_replicas glass = {.kind = ONS_REPLICAS_NETWORK,
                                    .order = study->order,
                                    .load = study->load,
                                    .temperature = study->temperature[k]};
        status = ons_replicas_disorder(&glass, ONS_REPLICAS_RS, &theory->symmetric[k]);
        if (!status) { status = ons_replicas_disorder(&glass, ONS_REPLICAS_1RSB, &theory->broken[k]); }
    }
    return status;
}

/* "a +- b at N = 16, .." */
static void tell_sizes(const glass_study *study, const glass_size *found, int which, size_t k, size_t room,
                       char *text) {
    size_t length = 0;
    for (size_t n = 0; n < study->sizes && length < room; n++) {
        length += (size_t)snprintf(text + length, room - length, "%s%.4f +- %.4f at N = %u", n ? ", " : "",
                                   found[n].value[which][k], found[n].error[which][k], study->size[n]);
    }
}

static void settle(ons_reproduction *r, const glass_study *study, const glass_size *found, const glass_theory *theory,
                   int which, const limit *at) {
    const size_t k = study->rungs - 1, last = study->sizes - 1;
    const ons_replicas_state *one = &theory->broken[k], *rs = &theory->symmetric[k];
    const double expected = which ? one->energy : one->pressure, other = which ? rs->energy : rs->pressure;
    const double room = study->share[which] * fabs(expected) + 3 * at->error;
    const char *id = which ? study->energy : study->pressure;
    char sizes[300], text[900];
    tell_sizes(study, found, which, k, sizeof sizes, sizes);
    snprintf(text, sizeof text,
             "N to infinity: %.4f +- %.4f; one step %.4f (%+.1f errors), replica symmetric %.4f (%+.1f). From %s. A "
             "straight line without the smallest gives %.4f, the logarithm of the random energy model put in %.4f. "
             "Every second rung alone changes the pressure of the largest by %.5f. <q^2> is %.3f, %.3f, %.3f of the "
             "last sizes, one step %.3f",
             at->value, at->error, expected, (at->value - expected) / at->error, other, (at->value - other) / at->error,
             sizes, at->straight, at->with_log, integrate(study, &found[last], 2) - integrate(study, &found[last], 1),
             found[last - 2].squared[k], found[last - 1].squared[k], found[last].squared[k],
             (1 - one->breaking) * one->q2 * one->q2);
    if (fabs(other - expected) <= room) {
        ons_claim_skip(r, id, "these sizes cannot tell one step from replica symmetry. %s", text);
    } else {
        ons_claim_holds(r, id, fabs(at->value - expected) <= room && fabs(at->value - other) > room, "%s", text);
    }
}

static void draw(ons_reproduction *r, const glass_study *study, const glass_size *found, const glass_theory *theory,
                 const limit *limits) {
    const size_t first = 4, count = study->rungs - first; /* above, all are the same line */
    const double *t = study->temperature + first;
    double symmetric[RUNGS] = {0}, broken[RUNGS] = {0}, value[RUNGS] = {0}, error[RUNGS] = {0};
    for (size_t k = 0; k < count; k++) {
        symmetric[k] = theory->symmetric[first + k].pressure;
        broken[k] = theory->broken[first + k].pressure;
        value[k] = limits[first + k].value;
        error[k] = limits[first + k].error;
    }
    ons_figure_begin(r, study->figure, study->title, "temperature", "pressure", 0);
    ons_figure_curve(r, "replica symmetric", count, t, symmetric, NULL);
    ons_figure_curve(r, "one step", count, t, broken, NULL);
    for (size_t n = 0; n < study->sizes; n++) {
        char label[40];
        snprintf(label, sizeof label, "N = %u", study->size[n]);
        ons_figure_curve(r, label, count, t, found[n].value[0] + first, found[n].error[0] + first);
    }
    ons_figure_curve(r, "N to infinity", count, t, value, error);
}

static ons_status run_study(ons_reproduction *r, const glass_study *study) {
    glass_size found[SIZES] = {0};
    glass_theory theory = {0};
    limit pressure[RUNGS] = {0}, energy;
    const size_t coldest = study->rungs - 1;
    ons_status status = solve_theory(study, &theory);
    for (size_t n = 0; n < study->sizes && !status; n++) { status = run_size(r, study, n, &found[n]); }
    for (size_t k = 0; k < study->rungs && !status; k++) {
        const double theta = theory.broken[k].breaking;
        status = find_limit(study, found, 0, k, theta < 1 ? 0.5 / theta : 0, &pressure[k]);
    }
    if (status) { return status; }
    /* theta is nearly T/T_s: ln Z/N lacks T_s ln N/(2 T N), the energy -T_s ln N/(2 N) */
    status = find_limit(study, found, 1, coldest, -0.5 / theory.broken[coldest].slope, &energy);
    if (status) { return status; }
    settle(r, study, found, &theory, 0, &pressure[coldest]);
    settle(r, study, found, &theory, 1, &energy);
    draw(r, study, found, &theory, pressure);
    return ONS_OK;
}

ons_status glass_pressures(ons_reproduction *r) {
    ons_status status = run_study(r, &studies[0]);
    return status ? status : run_study(r, &studies[1]);
}

/* ---- above the glass ----------------------------------------------------------------------------------------------
 */

/* -d/dbeta of (K/N) ln E exp(beta (6/N^3) e_4) over the 2^N equally likely products of a pattern and the spins, u their
 * sum: the energy of P = 4 from the average of Z, exact at every N. */
static double annealed_energy(unsigned sites, double load, double temperature) {
    const double n = sites, scale = 6 / (n * n * n), count = nearbyint(load / scale);
    double weights = 0, energies = 0;
    for (unsigned k = 0; k <= sites; k++) {
        const double u = 2.0 * k - n;
        const double e = scale * (u * u * u * u - (6 * n - 8) * u * u + 3 * n * n - 6 * n) / 24;
        const double weight = exp(lgamma(n + 1) - lgamma(k + 1.0) - lgamma(n - k + 1) - n * M_LN2 + e / temperature);
        weights += weight;
        energies += weight * e;
    }
    return -count / n * energies / weights;
}

ons_status glass_disorder(ons_reproduction *r) {
    enum { COUNT = 3 };
    static const unsigned sizes[COUNT] = {64, 96, 160};
    const double load = 0.3, temperature = 0.6;
    const ons_results *jobs;
    double x[COUNT], y[COUNT], value[COUNT], error[COUNT], exact[COUNT], ours;
    ons_fit fit;
    ons_status status = ons_reproduction_run(r, &jobs, "disorder",
                                             "dense-hopfield P=4 N=64,96,160 load=%g temperature=%g start=random "
                                             "steps=200 warmup=50 replicas=32 copies=1 listed=0 seed=1",
                                             load, temperature);
    if (status) { return status; }
    for (size_t k = 0; k < COUNT; k++) {
        const ons_result *row = ons_task_find(ons_results_task(jobs, k), "energy");
        value[k] = row ? row->mean[0] : NAN;
        error[k] = row ? row->error[0] : NAN;
        exact[k] = annealed_energy(sizes[k], load, temperature);
        x[k] = 1.0 / sizes[k];
        y[k] = value[k] - exact[k];
    }
    status = ons_fit_polynomial(x, y, error, COUNT, 1, &fit);
    if (status) { return status; }
    const double rest = ons_fit_value(&fit, 0, &ours);
    ons_claim_number(r, "H1", rest - load / (4 * temperature), ours,
                     "less the annealed energy of each size: %.4f +- %.4f - (%.4f) at N = 64, %.4f +- %.4f - (%.4f) at "
                     "96, %.4f +- %.4f - (%.4f) at 160, the rest by a straight line in 1/N",
                     value[0], error[0], exact[0], value[1], error[1], exact[1], value[2], error[2], exact[2]);
    return ONS_OK;
}
