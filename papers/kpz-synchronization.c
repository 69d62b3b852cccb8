/*
 * kpz-synchronization: a ring of phase oscillators on its way to synchronization grows as an interface: the classes of
 * Edwards-Wilkinson, Kardar-Parisi-Zhang and random deposition, and the map of its plane of parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>
#include <onsager/statistics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kpz_synchronization_claims.h"

#define JOB "phase-oscillators seed=2604 every=log:16 "
#define PI 3.14159265358979323846

static const char *const systems[] = {"phase-oscillators", NULL};

/* ---- reading results ------------------------------------------------------------------------------------------------
 */

static int by_effort(const ons_reproduction *r, int quick, int standard, int full) {
    const ons_effort effort = ons_reproduction_effort(r);
    return effort == ONS_QUICK ? quick : effort == ONS_STANDARD ? standard : full;
}

typedef struct seen {
    double time, value, error;
} seen;

/* A component of a series at the time of the grid nearest to t. */
static seen series_at(const ons_task_result *task, const char *name, double t) {
    const ons_result *series = ons_task_find(task, name);
    size_t best = 0;
    if (!series || !series->times) { return (seen){NAN, NAN, NAN}; }
    for (size_t i = 0; i < series->times; i++) {
        if (fabs(series->time[i] - t) < fabs(series->time[best] - t)) { best = i; }
    }
    return (seen){series->time[best], series->mean[best * series->size], series->error[best * series->size]};
}

/* Half the logarithmic slope of W^2 between two times. */
static seen exponent_of(const ons_task_result *task, const char *width, double from, double to) {
    const seen a = series_at(task, width, from), b = series_at(task, width, to);
    const double span = log(b.time / a.time);
    return (seen){b.time, 0.5 * log(b.value / a.value) / span,
                  0.5 * hypot(a.error / a.value, b.error / b.value) / span};
}

static seen exponent_between(const ons_task_result *task, double from, double to) {
    return exponent_of(task, "width_squared", from, to);
}
static double linear_exponent(const ons_task_result *task, double from, double to) {
    return exponent_of(task, "linear_width_squared", from, to).value;
}

static double parameter(const ons_task_result *task, const char *name) {
    double value = NAN;
    for (size_t p = 0; p < task->parameters; p++) {
        if (!strcmp(task->parameter[p], name) && ons_parse_real(task->value[p], &value) != ONS_OK) { value = NAN; }
    }
    return value;
}

/* A curve of a series, against time. */
static void draw_series(ons_reproduction *r, const ons_task_result *task, const char *name, const char *label) {
    const ons_result *series = ons_task_find(task, name);
    if (!series) { return; }
    ons_figure_curve(r, label, series->times - 1, series->time + 1, series->mean + 1, series->error + 1);
}

/* ---- linear theory --------------------------------------------------------------------------------------------------
 */

static void settle_linear(ons_reproduction *r, const ons_task_result *task, const char *id, double t) {
    const seen width = series_at(task, "width_squared", t), linear = series_at(task, "linear_width_squared", t);
    ons_claim_number(r, id, width.value / linear.value, width.error / linear.value,
                     "W^2 = %.5g, linear theory %.5g at t = %.4g", width.value, linear.value, width.time);
}

static ons_status linear_noise(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "linear-noise", JOB "L=1024 noise=0.01 scheme=heun steps=1000 replicas=%d",
                             by_effort(r, 32, 256, 4096));
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    settle_linear(r, task, "K7-10", 10);
    settle_linear(r, task, "K7-100", 100);
    settle_linear(r, task, "K7-1000", 1000);
    const ons_oscillator_options o = {.sites = (size_t)1 << 20, .coupling = 1, .noise = 0.01};
    const double t = 1e5, law = o.noise * sqrt(2 * t / PI);
    ons_claim_number(r, "K7-law", ons_oscillators_linear_width(&o, 0, t) / law, 0,
                     "the sum over all modes at t = 10^5");
    ons_figure_begin(r, "linear", "Linear theory: noise and columnar disorder", "t", "W^2",
                     ONS_FIGURE_LOG_X | ONS_FIGURE_LOG_Y);
    draw_series(r, task, "width_squared", "noise, D = 0.01");
    draw_series(r, task, "linear_width_squared", "its linear theory");
    return ONS_OK;
}

static ons_status linear_disorder(ons_reproduction *r) {
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "linear-disorder",
                                             JOB "L=1024 noise=0 disorder=0.005 dt=0.2 steps=%d replicas=%d",
                                             more ? 1000 : 100, by_effort(r, 256, 512, 4096));
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    settle_linear(r, task, "K8-10", 10);
    settle_linear(r, task, "K8-100", 100);
    draw_series(r, task, "width_squared", "disorder, sigma = 0.005");
    draw_series(r, task, "linear_width_squared", "its linear theory");
    if (!more) { return ONS_OK; }
    settle_linear(r, task, "K8-1000", 1000);
    const seen beta = exponent_between(task, 30, 300);
    ons_claim_number(r, "K8-beta", beta.value, beta.error, "the linear theory itself has %.4f in this window",
                     linear_exponent(task, 30, 300));
    status = ons_reproduction_run(r, &results, "linear-saturation",
                                  JOB "L=32,64 noise=0 disorder=0.0005 dt=0.25 steps=2500 replicas=%d",
                                  by_effort(r, 0, 1024, 8192));
    if (status) { return status; }
    const seen small = series_at(ons_results_task(results, 0), "width_squared", 2500),
               large = series_at(ons_results_task(results, 1), "width_squared", 2500);
    const ons_oscillator_options o32 = {.sites = 32, .coupling = 1}, o64 = {.sites = 64, .coupling = 1};
    ons_claim_number(r, "K8-alpha", 0.5 * log2(large.value / small.value),
                     0.5 * hypot(large.error / large.value, small.error / small.value) / log(2),
                     "the sums over modes themselves give %.4f",
                     0.5 *
                         log2(ons_oscillators_linear_width(&o64, 1, 1e6) / ons_oscillators_linear_width(&o32, 1, 1e6)));
    return ONS_OK;
}

/* ---- classes of growth ----------------------------------------------------------------------------------------------
 */

static ons_status settle_exponent(ons_reproduction *r, const char *id, const char *job, double from, double to,
                                  const ons_results **results, const char *words) {
    const ons_status status = ons_reproduction_run(r, results, job, JOB "%s", words);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(*results, 0);
    const seen beta = exponent_between(task, from, to);
    ons_claim_number(r, id, beta.value, beta.error, "%.2g slips per bond, W^2 = %.4g at t = %.4g",
                     series_at(task, "slips", to).value, series_at(task, "width_squared", to).value, beta.time);
    return ONS_OK;
}

static ons_status synchronized_odd(ons_reproduction *r) {
    const ons_results *results;
    char words[200];
    snprintf(words, sizeof words, "L=2048 noise=0.1 steps=320 replicas=%d", by_effort(r, 64, 256, 2048));
    const ons_status status = settle_exponent(r, "K1", "edwards-wilkinson", 30, 300, &results, words);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    ons_reproduction_note(
        r,
        "K1: the linear theory has the exponent %.4f in this window; W^2 at its end is %.3f of it (the sine "
        "weakens the coupling as D/K).",
        linear_exponent(task, 30, 300),
        series_at(task, "width_squared", 300).value / series_at(task, "linear_width_squared", 300).value);
    return ONS_OK;
}

static ons_status desynchronized(ons_reproduction *r) {
    const ons_results *results;
    const int replicas = by_effort(r, 16, 64, 512);
    char words[200];
    ons_status status = ons_reproduction_run(r, &results, "deposition",
                                             JOB "L=1024 coupling=0 noise=5 steps=50 dt=0.05 replicas=%d", replicas);
    if (status) { return status; }
    const seen width = series_at(ons_results_task(results, 0), "width_squared", 50);
    const double exact = 2 * 5 * width.time * (1 - 1.0 / 1024);
    ons_claim_number(r, "K4-deposition", width.value / exact, width.error / exact, "W^2 = %.5g", width.value);
    snprintf(words, sizeof words, "L=1024 non_oddity=0.3 noise=5 dt=0.01 steps=50 replicas=%d", replicas);
    status = settle_exponent(r, "K4", "noise-wins", 5, 50, &results, words);
    if (status) { return status; }
    snprintf(words, sizeof words, "L=1024 non_oddity=0.3 noise=0 disorder=3 steps=100 replicas=%d", replicas);
    return settle_exponent(r, "K5", "disorder-wins", 10, 100, &results, words);
}

/* The largest exponent between neighbouring octaves from t = 5 to 30, against the late one. */
static ons_status near_the_boundary(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "boundary", JOB "L=2048 non_oddity=1 noise=0.2 steps=320 replicas=%d",
                             by_effort(r, 32, 128, 1024));
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    seen early = {0}, skewness = {0};
    for (int k = 0; k < 10; k++) {
        const double t = 7 * pow(10, k / 16.0); /* the times of the grid, up to 26 */
        const seen here = exponent_between(task, t / sqrt(2), t), skew = series_at(task, "skewness", t);
        if (here.value > early.value) { early = here; }
        if (skew.value < skewness.value) { skewness = skew; }
    }
    const seen late = exponent_between(task, 130, 300);
    const bool holds = early.value > 0.6 && skewness.value < -1 && fabs(late.value - 0.5) < 0.1 + 3 * late.error &&
                       early.value - late.value > 3 * hypot(early.error, late.error);
    ons_claim_holds(
        r, "K6", holds,
        "beta = %.3f +- %.3f at t = %.3g, skewness %.2f at t = %.3g; then beta = %.3f +- %.3f from t = 130 to "
        "300, with %.2g slips per bond",
        early.value, early.error, early.time, skewness.value, skewness.time, late.value, late.error,
        series_at(task, "slips", 300).value);
    ons_figure_begin(r, "growth", "Local growth exponents", "t", "beta", ONS_FIGURE_LOG_X);
    draw_series(r, task, "growth_exponent", "near the boundary: delta = 1, D = 0.2");
    return ons_reproduction_state(r, "boundary", 0, 0, "boundary-history",
                                  "Angles to the mean phase near the boundary; time goes down");
}

/* ---- Kardar, Parisi and Zhang ---------------------------------------------------------------------------------------
 */

static ons_status tracy_widom(ons_reproduction *r, double cumulants[4]) {
    const ons_status status = ons_tracy_widom_cumulants(1, cumulants);
    if (status) { return status; }
    ons_claim_number(r, "TW-skewness", cumulants[2], 0, "mean %.10f, variance %.10f", cumulants[0], cumulants[1]);
    ons_claim_number(r, "TW-kurtosis", cumulants[3], 0, "moments of the density by the trapezoidal rule");
    return ONS_OK;
}

/* The histogram of the standardized, mirrored heights beside the laws. */
static void draw_fluctuations(ons_reproduction *r, const ons_task_result *task, const double cumulants[4]) {
    enum { BINS = 120 };
    const ons_result *histogram = ons_task_find(task, "fluctuations");
    double x[BINS], y[BINS], gauss[BINS], goe[BINS], total = 0;
    if (!histogram || histogram->size != BINS) { return; }
    for (size_t i = 0; i < BINS; i++) { total += histogram->mean[i]; }
    for (size_t i = 0; i < BINS; i++) {
        const double chi = 5.95 - 0.1 * (double)i;
        double density = NAN;
        x[i] = chi;
        y[i] = total > 0 && histogram->mean[i] > 0 ? histogram->mean[i] / total / 0.1 : NAN;
        gauss[i] = exp(-chi * chi / 2) / sqrt(2 * PI);
        const ons_status status = ons_tracy_widom(1, cumulants[0] + chi * sqrt(cumulants[1]), NULL, &density);
        goe[i] = status || density < 1e-9 ? NAN : density * sqrt(cumulants[1]);
    }
    ons_figure_begin(r, "fluctuations", "Fluctuations, delta = 1.2, D = 0.02, t from 160 on", "-(phi - mean)/W",
                     "density", ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "oscillators", BINS, x, y, NULL);
    ons_figure_curve(r, "Tracy-Widom, GOE", BINS, x, goe, NULL);
    ons_figure_curve(r, "Gauss", BINS, x, gauss, NULL);
}

static ons_status strong_coupling(ons_reproduction *r, const double cumulants[4]) {
    const ons_results *results;
    const int replicas = by_effort(r, 0, 64, 512);
    char words[200];
    snprintf(words, sizeof words, "L=8192 non_oddity=1.0471975511965976 noise=0.05 steps=320 replicas=%d", replicas);
    ons_status status = settle_exponent(r, "K2-beta", "kpz", 80, 320, &results, words);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    const seen slipping = series_at(task, "skewness", 320), count = series_at(task, "slips", 320);
    ons_reproduction_note(r,
                          "At delta = pi/3, D = 0.05 the skewness at t = 320 is %.3f +- %.3f: already %.1e slips per "
                          "bond leave steps of 2 pi in the front, which weigh on the higher moments long before they "
                          "are seen in W^2. The moments are therefore taken at delta = 1.2, D = 0.02.",
                          slipping.value, slipping.error, count.value);
    ons_figure_begin(r, "kpz", "From Edwards-Wilkinson to Kardar-Parisi-Zhang", "t", "beta", ONS_FIGURE_LOG_X);
    draw_series(r, task, "growth_exponent", "delta = pi/3, D = 0.05");
    snprintf(words, sizeof words, "L=8192 non_oddity=1.2 noise=0.02 steps=320 histogram_from=160 replicas=%d",
             replicas);
    status = settle_exponent(r, "K2-beta-2", "kpz-2", 80, 320, &results, words);
    if (status) { return status; }
    task = ons_results_task(results, 0);
    const seen skew = series_at(task, "skewness", 320), kurtosis = series_at(task, "kurtosis", 320);
    const double slips = series_at(task, "slips", 320).value;
    ons_claim_number(r, "K2-skewness", -skew.value, skew.error, "%d rings of 8192, %.1e slips per bond", replicas,
                     slips);
    ons_claim_number(r, "K2-kurtosis", kurtosis.value, kurtosis.error, "%d rings of 8192", replicas);
    draw_series(r, task, "growth_exponent", "delta = 1.2, D = 0.02");
    draw_fluctuations(r, task, cumulants);
    return ONS_OK;
}

/* The same constants in the lattice equation, which has no slips. */
static ons_status strong_interface(ons_reproduction *r) {
    const ons_results *results;
    const int replicas = by_effort(r, 0, 64, 512);
    const ons_status status =
        ons_reproduction_run(r, &results, "interface",
                             JOB "L=8192 bonds=expanded non_oddity=1.2 noise=0.02 steps=320 replicas=%d", replicas);
    if (status) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    const seen beta = exponent_between(task, 80, 320), skew = series_at(task, "skewness", 320),
               kurtosis = series_at(task, "kurtosis", 320);
    ons_claim_number(r, "K2-interface-beta", beta.value, beta.error, "%d interfaces of 8192", replicas);
    ons_claim_number(r, "K2-interface-skewness", -skew.value, skew.error, "%d interfaces of 8192", replicas);
    ons_claim_number(r, "K2-interface-kurtosis", kurtosis.value, kurtosis.error, "%d interfaces of 8192", replicas);
    draw_series(r, task, "growth_exponent", "the lattice equation, delta = 1.2, D = 0.02");
    return ONS_OK;
}

static ons_status crossover(ons_reproduction *r) {
    static const char *const cells[] = {"non_oddity=0.7853981633974483 noise=0.01",
                                        "non_oddity=0.7853981633974483 noise=0.05",
                                        "non_oddity=1.0471975511965976 noise=0.05"};
    static const char *const names[] = {"weak", "middle", "strong"};
    seen beta[3];
    const ons_results *results;
    for (size_t k = 0; k < 3; k++) {
        const ons_status status = ons_reproduction_run(r, &results, names[k], JOB "L=4096 %s steps=128 replicas=%d",
                                                       cells[k], by_effort(r, 0, 128, 1024));
        if (status) { return status; }
        const ons_task_result *task = ons_results_task(results, 0);
        beta[k] = exponent_between(task, 16, 128);
        if (k == 1) {
            const seen width = series_at(task, "width_squared", 128);
            const double linear = series_at(task, "linear_width_squared", 128).value;
            const bool beyond = width.value - linear > 3 * width.error;
            ons_claim_holds(r, "K3", beyond && beta[1].value < (0.25 + 1.0 / 3) / 2,
                            "beta = %.4f +- %.4f; W^2 = %.4f +- %.4f, linear theory %.4f", beta[1].value, beta[1].error,
                            width.value, width.error, linear);
        }
    }
    bool rises = beta[2].value - beta[0].value > 3 * hypot(beta[2].error, beta[0].error);
    for (size_t k = 1; k < 3; k++) {
        rises = rises && beta[k].value - beta[k - 1].value > -3 * hypot(beta[k].error, beta[k - 1].error);
    }
    ons_claim_holds(r, "K2-order", rises, "beta = %.4f, %.4f, %.4f (errors %.4f, %.4f, %.4f) at g = 0.057, 0.28, 1.2",
                    beta[0].value, beta[1].value, beta[2].value, beta[0].error, beta[1].error, beta[2].error);
    return ONS_OK;
}

/* ---- columnar disorder ----------------------------------------------------------------------------------------------
 */

static ons_status columnar(ons_reproduction *r) {
    const ons_results *results;
    char words[200];
    snprintf(words, sizeof words,
             "L=2048 non_oddity=0.7853981633974483 noise=0 disorder=0.2 dt=0.1 steps=750 replicas=%d",
             by_effort(r, 0, 256, 512));
    ons_status status = settle_exponent(r, "K9-beta", "columnar", 375, 750, &results, words);
    if (status) { return status; }
    draw_series(r, ons_results_task(results, 0), "growth_exponent", "columnar, delta = pi/4, sigma = 0.2");
    status = ons_reproduction_state(r, "columnar", 0, 0, "columnar-history",
                                    "Angles to the mean phase under columnar disorder; time goes down");
    if (status || ons_reproduction_effort(r) < ONS_FULL) { return status; }
    status = ons_reproduction_run(r, &results, "columnar-saturation",
                                  JOB "L=128,256 non_oddity=0.7853981633974483 noise=0 disorder=0.2 dt=0.2 steps=8000 "
                                      "replicas=1024");
    if (status) { return status; }
    const seen small = series_at(ons_results_task(results, 0), "width_squared", 8000),
               large = series_at(ons_results_task(results, 1), "width_squared", 8000);
    ons_claim_number(r, "K9-alpha", 0.5 * log2(large.value / small.value),
                     0.5 * hypot(large.error / large.value, small.error / small.value) / log(2),
                     "t = 8000, 1024 rings each");
    return ONS_OK;
}

/* Where a falling share passes 1/2, on straight lines between the points; the error from those of the two. */
static seen half_way(const double *x, const seen *share, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const double drop = share[i - 1].value - share[i].value, above = share[i - 1].value - 0.5;
        if (above >= 0 && share[i].value < 0.5) {
            const double part = above / drop, step = x[i] - x[i - 1];
            const double error = hypot((1 - part) * share[i - 1].error, part * share[i].error) / drop * step;
            return (seen){0, x[i - 1] + part * step, error};
        }
    }
    return (seen){NAN, NAN, NAN};
}

static ons_status locking(ons_reproduction *r) {
    enum { POINTS = 7 };
    const double predicted = 2 / sqrt(PI / 2 * 256);
    double x[POINTS], y[POINTS], error[POINTS];
    seen share[POINTS];
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "locking",
                                             JOB "L=256 noise=0 disorder=0.07:0.13:0.01 dt=0.25 steps=4000 replicas=%d",
                                             by_effort(r, 0, 128, 2048));
    if (status) { return status; }
    for (size_t i = 0; i < POINTS; i++) {
        const ons_task_result *task = ons_results_task(results, i);
        share[i] = series_at(task, "locked", 4000);
        x[i] = parameter(task, "disorder") / predicted;
        y[i] = share[i].value;
        error[i] = share[i].error;
    }
    const seen half = half_way(x, share, POINTS);
    ons_claim_number(r, "K10", half.value, half.error, "half of the rings lock at sigma = %.4f, predicted %.4f",
                     half.value * predicted, predicted);
    const ons_result *range = ons_task_find(ons_results_task(results, 0), "current_range");
    const double scale = 2 / (0.07 * 16);
    if (range) {
        ons_claim_number(r, "K10-range", range->mean[0] * scale, range->error[0] * scale, "sigma = 0.07, L = 256");
    }
    ons_figure_begin(r, "locking", "Locked rings, odd coupling, L = 256", "sigma / predicted sigma", "share", 0);
    ons_figure_curve(r, "locked since t/2", POINTS, x, y, error);
    status = ons_reproduction_run(r, &results, "locking-sizes",
                                  JOB "L=64,256,1024 noise=0 disorder=0.1 dt=0.25 steps=2000 replicas=%d",
                                  by_effort(r, 0, 128, 1024));
    if (status) { return status; }
    seen sizes[3];
    for (size_t i = 0; i < 3; i++) { sizes[i] = series_at(ons_results_task(results, i), "locked", 2000); }
    bool falls = true;
    for (size_t i = 1; i < 3; i++) {
        falls = falls && sizes[i - 1].value - sizes[i].value > 3 * hypot(sizes[i - 1].error, sizes[i].error);
    }
    ons_claim_holds(r, "K10-size", falls, "locked at sigma = 0.1: %.3f, %.3f, %.3f of the rings of 64, 256, 1024",
                    sizes[0].value, sizes[1].value, sizes[2].value);
    return ONS_OK;
}

/* ---- the map --------------------------------------------------------------------------------------------------------
 */

#define DELTAS 16
#define STRENGTHS 14
static const char noises[] = "0.01,0.02,0.03,0.05,0.07,0.1,0.15,0.2,0.3,0.5,0.7,1,2,5";
static const char sigmas[] = "0.02,0.03,0.05,0.07,0.1,0.15,0.2,0.3,0.5,0.7,1,1.5,2,3";

typedef struct map {
    double beta[DELTAS][STRENGTHS], slips[DELTAS][STRENGTHS], spread[DELTAS][STRENGTHS], strength[STRENGTHS];
} map;

/* By the values of the parameters: columns are delta, rows the strengths in their order. */
static void read_map(const ons_results *results, const char *strength, map *m) {
    size_t known = 0;
    for (size_t i = 0; i < ons_results_count(results); i++) {
        const ons_task_result *task = ons_results_task(results, i);
        const double value = parameter(task, strength);
        size_t row = 0;
        while (row < known && m->strength[row] != value) { row++; }
        if (row == known && known < STRENGTHS) { m->strength[known++] = value; }
        const size_t column = (size_t)lround(parameter(task, "non_oddity") * 10);
        if (row >= STRENGTHS || column >= DELTAS) { continue; }
        m->beta[column][row] = exponent_between(task, 50, 200).value;
        m->slips[column][row] = series_at(task, "slips", 200).value;
        m->spread[column][row] = series_at(task, "frequency_spread", 200).value;
    }
}

static ons_status draw_map(ons_reproduction *r, const map *m, const char *name, const char *caption) {
    enum { CELL = 24 };
    ons_picture picture = {0};
    ons_status status = ons_picture_size(&picture, DELTAS * CELL, STRENGTHS * CELL);
    for (size_t y = 0; !status && y < STRENGTHS * CELL; y++) {
        for (size_t x = 0; x < DELTAS * CELL; x++) {
            ons_colour_scale(m->beta[x / CELL][STRENGTHS - 1 - y / CELL], 0, 1,
                             picture.pixels + 3 * (y * picture.width + x));
        }
    }
    if (!status) { ons_reproduction_picture(r, name, caption, &picture); }
    ons_picture_free(&picture);
    return status;
}

static void draw_cuts(ons_reproduction *r, const map *m, const char *name, const char *title, const char *axis) {
    ons_figure_begin(r, name, title, axis, "beta", ONS_FIGURE_LOG_X);
    for (size_t d = 0; d < DELTAS; d += 3) {
        char label[32];
        snprintf(label, sizeof label, "delta = %.1f", 0.1 * (double)d);
        ons_figure_curve(r, label, STRENGTHS, m->strength, m->beta[d], NULL);
    }
}

/* The strength at which one slip per bond is reached, on the logarithms of both; the weakest when there are more. */
static double boundary_of(const map *m, size_t delta) {
    if (m->slips[delta][0] >= 1) { return m->strength[0]; }
    for (size_t k = 1; k < STRENGTHS; k++) {
        const double a = log(fmax(m->slips[delta][k - 1], 1e-6)), b = log(fmax(m->slips[delta][k], 1e-6));
        if (a < 0 && b >= 0) { return m->strength[k - 1] * pow(m->strength[k] / m->strength[k - 1], a / (a - b)); }
    }
    return NAN;
}

static ons_status noise_map(ons_reproduction *r, int replicas) {
    map m = {0};
    const ons_results *results;
    ons_status status =
        ons_reproduction_run(r, &results, "map-noise",
                             JOB "L=256 non_oddity=0:1.5:0.1 noise=%s dt=0.04 steps=200 replicas=%d", noises, replicas);
    if (status) { return status; }
    read_map(results, "noise", &m);
    double x[DELTAS], boundary[DELTAS];
    bool falls = true;
    for (size_t d = 0; d < DELTAS; d++) {
        x[d] = 0.1 * (double)d;
        boundary[d] = boundary_of(&m, d);
        falls = falls && isfinite(boundary[d]) && (d == 0 || boundary[d] <= boundary[d - 1] * 1.05);
    }
    ons_claim_holds(
        r, "map-noise", falls && boundary[DELTAS - 1] < boundary[0],
        "one slip per bond until t = 200 at D = %.3f (delta = 0), %.3f (0.5), %.3f (1), and at %.3f or below (1.5)",
        boundary[0], boundary[5], boundary[10], boundary[15]);
    double away = 0;
    for (size_t d = 0; d < DELTAS; d++) { away = fmax(away, fabs(m.beta[d][STRENGTHS - 1] - 0.5)); }
    ons_claim_holds(r, "map-strong-noise", away < 0.1, "beta = 1/2 within %.3f at D = 5, at every delta", away);
    ons_figure_begin(r, "map-boundary", "Where synchronization is lost: one slip per bond until t = 200", "delta", "D",
                     ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "L = 256", DELTAS, x, boundary, NULL);
    draw_cuts(r, &m, "map-noise-cuts", "Growth exponents from t = 50 to 200 under noise", "D");
    return draw_map(
        r, &m, "map-noise",
        "Growth exponent from t = 50 to 200, dark 0 to bright 1; delta from 0 to 1.5 to the right, D upwards: "
        "0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 2, 5; L = 256");
}

static ons_status disorder_map(ons_reproduction *r, int replicas) {
    map m = {0};
    const ons_results *results;
    ons_status status = ons_reproduction_run(
        r, &results, "map-disorder", JOB "L=256 non_oddity=0:1.5:0.1 noise=0 disorder=%s dt=0.1 steps=200 replicas=%d",
        sigmas, replicas);
    if (status) { return status; }
    read_map(results, "disorder", &m);
    bool lost = true;
    double weakest = 0, strongest = INFINITY;
    for (size_t d = 0; d <= 10; d++) {
        weakest = fmax(weakest, m.slips[d][0]);
        strongest = fmin(strongest, m.slips[d][STRENGTHS - 1]);
    }
    ons_claim_holds(r, "map-disorder", weakest == 0 && strongest > 1,
                    "delta from 0 to 1: at most %.2g slips per bond until t = 200 at sigma = 0.02, at least %.3g at 3",
                    weakest, strongest);
    double away = 0, restless = NAN;
    for (size_t d = 0; d < DELTAS; d++) {
        away = fmax(away, fabs(m.beta[d][STRENGTHS - 1] - 1));
        lost = lost && isfinite(m.beta[d][STRENGTHS - 1]);
        if (isnan(restless) && m.slips[d][0] > 0) { restless = 0.1 * (double)d; }
    }
    ons_claim_holds(r, "map-strong-disorder", lost && away < 0.1, "beta = 1 within %.3f at sigma = 3, at every delta",
                    away);
    ons_reproduction_note(r,
                          "From delta = %.1f on rings slip at the weakest disorder of the map, sigma = 0.02: nu = K "
                          "cos(delta) is small there, and the front is steep long before disorder alone would tear it.",
                          restless);
    draw_cuts(r, &m, "map-disorder-cuts", "Growth exponents from t = 50 to 200 under columnar disorder", "sigma");
    return draw_map(r, &m, "map-disorder",
                    "Growth exponent from t = 50 to 200, dark 0 to bright 1; delta from 0 to 1.5 to the right, sigma "
                    "upwards: 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3; L = 256");
}

static ons_status reproduce(ons_reproduction *r) {
    double cumulants[4];
    ons_status status = tracy_widom(r, cumulants);
    if (!status) { status = linear_noise(r); }
    if (!status) { status = linear_disorder(r); }
    if (!status) { status = synchronized_odd(r); }
    if (!status) { status = desynchronized(r); }
    if (!status) { status = near_the_boundary(r); }
    if (status || ons_reproduction_effort(r) == ONS_QUICK) { return status; }
    status = strong_coupling(r, cumulants);
    if (!status) { status = strong_interface(r); }
    if (!status) { status = columnar(r); }
    if (!status) { status = crossover(r); }
    if (!status) { status = locking(r); }
    const int replicas = by_effort(r, 0, 16, 128);
    if (!status) { status = noise_map(r, replicas); }
    if (!status) { status = disorder_map(r, replicas); }
    return status;
}

extern const ons_paper ons_paper_kpz_synchronization;
const ons_paper ons_paper_kpz_synchronization = {
    .name = "kpz-synchronization",
    .title =
        "Dynamical phase diagram of synchronization in one dimension: universal behavior from Edwards-Wilkinson to "
        "random deposition through Kardar-Parisi-Zhang",
    .authors = "Ricardo Gutierrez, Rodolfo Cuerno",
    .reference = "arXiv:2604.06040 (2026)",
    .summary =
        "rings of phase oscillators as growing interfaces: the classes EW, KPZ and random deposition, exact linear "
        "theories, the map of synchronization",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
