/*
 * Ensembles of Lorenz trajectories at equal measured global error: our lanes against a scalar DOP853 in plain C, and
 * the arithmetic that its formulas need at least.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/dynamics/runge_kutta_tables.h"
#include "bench.h"

enum { MEMBERS = 4096 };
static const double duration = 5, sigma = 10, rho = 28, beta = 8.0 / 3;

typedef double reals __attribute__((vector_size(8 * ONS_LANES), may_alias));

static void starts(size_t m, double *x) {
    const double u = (double)m / MEMBERS;
    x[0] = -9.8 + 2 * u;
    x[1] = -15 + 3 * fmod(7 * u, 1);
    x[2] = 20.5 + 2 * fmod(31 * u, 1);
}

/* ---- the right-hand side as the catalogue compiles it: once for every instruction set ---- */

#define LORENZ(name)                                                                                                   \
    static void name(const void *data, size_t block, const double *t, const double *x, double *dx) {                   \
        (void)data, (void)block, (void)t;                                                                              \
        const reals *v = (const reals *)x;                                                                             \
        reals *to = (reals *)dx;                                                                                       \
        to[0] = sigma * (v[1] - v[0]);                                                                                 \
        to[1] = v[0] * (rho - v[2]) - v[1];                                                                            \
        to[2] = v[0] * v[1] - beta * v[2];                                                                             \
    }

LORENZ(lorenz_plain)
#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
LORENZ(lorenz_v3)
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl")
LORENZ(lorenz_v4)
#pragma GCC pop_options
#endif

/* Its Taylor series as a program would write it for the flow, every order unrolled. */
static inline __attribute__((always_inline)) void lorenz_series(size_t order, reals *x) {
    reals u[20];
#pragma GCC unroll 20
    for (size_t k = 0; k < order; k++) {
        u[k] = (k == 0 ? rho : 0.0) - x[3 * k + 2];
        reals xu[2] = {x[0] * u[k]}, xy[2] = {x[0] * x[3 * k + 1]};
#pragma GCC unroll 20
        for (size_t j = 1; j <= k; j++) {
            xu[j % 2] += x[3 * j] * u[k - j];
            xy[j % 2] += x[3 * j] * x[3 * (k - j) + 1];
        }
        const double each = 1 / (double)(k + 1);
        x[3 * k + 3] = (sigma * each) * (x[3 * k + 1] - x[3 * k]);
        x[3 * k + 4] = each * (xu[0] + xu[1] - x[3 * k + 1]);
        x[3 * k + 5] = each * (xy[0] + xy[1] - beta * x[3 * k + 2]);
    }
}

#define SERIES(name)                                                                                                   \
    static void name(const void *data, size_t block, size_t order, const double *t, double *x) {                       \
        (void)data, (void)block, (void)t;                                                                              \
        switch (order) {                                                                                               \
        case 8: lorenz_series(8, (reals *)x); break;                                                                   \
        case 12: lorenz_series(12, (reals *)x); break;                                                                 \
        case 16: lorenz_series(16, (reals *)x); break;                                                                 \
        default: lorenz_series(20, (reals *)x); break;                                                                 \
        }                                                                                                              \
    }

SERIES(series_plain)
#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
SERIES(series_v3)
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl")
SERIES(series_v4)
#pragma GCC pop_options
#endif

static ons_field compiled(void) {
    ons_field field = {.dimension = 3, .value = lorenz_plain, .series = series_plain};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        field.value = lorenz_v3;
        field.series = series_v3;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        field.value = lorenz_v4;
        field.series = series_v4;
    }
#endif
    return field;
}

/* Seconds of the ensemble; the ends to out[MEMBERS][3], the tries of steps to *tries. */
static double ensemble_of(ons_method method, const ons_field *field, double tolerance, double *out, double *tries) {
    ons_trajectories *ensemble = NULL;
    const ons_integration how = {.method = method, .relative = tolerance, .absolute = tolerance};
    if (ons_trajectories_create(&ensemble, field, MEMBERS, &how) != ONS_OK) { bench_die("an ensemble"); }
    for (size_t m = 0; m < MEMBERS; m++) {
        double x[3];
        starts(m, x);
        ons_trajectories_set(ensemble, m, 0, x, 0);
    }
    const double begin = bench_seconds_of_work();
    if (ons_trajectories_advance(ensemble, duration) != ONS_OK) { bench_die("trajectories"); }
    const double seconds = bench_seconds_of_work() - begin;
    for (size_t m = 0; m < MEMBERS; m++) { ons_trajectories_get(ensemble, m, NULL, out + 3 * m, NULL); }
    uint64_t accepted, rejected, evaluations;
    ons_trajectories_counts(ensemble, &accepted, &rejected, &evaluations);
    *tries = (double)(accepted + rejected) / MEMBERS;
    ons_trajectories_free(ensemble);
    return seconds;
}

static double lanes(const ons_field *field, double tolerance, double *out, double *tries) {
    return ensemble_of(ONS_DOP853, field, tolerance, out, tries);
}

static double taylor(const ons_field *field, double tolerance, double *out, double *tries) {
    return ensemble_of(ONS_TAYLOR, field, tolerance, out, tries);
}

/* ---- the peer: one trajectory after the other (Hairer, Norsett and Wanner 1993) ---- */

static void lorenz(const double *x, double *dx) {
    dx[0] = sigma * (x[1] - x[0]);
    dx[1] = x[0] * (rho - x[2]) - x[1];
    dx[2] = x[0] * x[1] - beta * x[2];
}

static double scaled(double k[13][3], const double *weights, const double *scale) {
    double total = 0;
    for (int i = 0; i < 3; i++) {
        double error = 0;
#pragma GCC unroll 13
        for (int j = 0; j < 13; j++) { error += weights[j] != 0 ? weights[j] * k[j][i] : 0; }
        total += error / scale[i] * (error / scale[i]);
    }
    return total;
}

static void stages(double k[13][3], const double *x, double h, double *next) {
#pragma GCC unroll 12
    for (int s = 1; s < 12; s++) {
        double place[3];
        for (int i = 0; i < 3; i++) {
            double sum = 0;
#pragma GCC unroll 12
            for (int j = 0; j < s; j++) { sum += dop853_a[s][j] != 0 ? dop853_a[s][j] * k[j][i] : 0; }
            place[i] = x[i] + h * sum;
        }
        lorenz(place, k[s]);
    }
    for (int i = 0; i < 3; i++) {
        double sum = 0;
#pragma GCC unroll 12
        for (int j = 0; j < 12; j++) { sum += dop853_b[j] != 0 ? dop853_b[j] * k[j][i] : 0; }
        next[i] = x[i] + h * sum;
    }
    lorenz(next, k[12]);
}

static void scalar_trajectory(double *x, double tolerance) {
    double k[13][3], t = 0, h = 0.01 * pow(tolerance / 1e-9, 0.125);
    bool rejected = false;
    lorenz(x, k[0]);
    while (t < duration) {
        const double step = fmin(h, duration - t);
        double next[3], scale[3];
        stages(k, x, step, next);
        for (int i = 0; i < 3; i++) { scale[i] = tolerance + tolerance * fmax(fabs(x[i]), fabs(next[i])); }
        const double fifth = scaled(k, dop853_e5, scale), third = scaled(k, dop853_e3, scale);
        const double below = fifth + 0.01 * third, error = below > 0 ? step * fifth / sqrt(3 * below) : 0;
        double factor = fmin(6, fmax(1.0 / 3, 0.9 * pow(error, -0.125)));
        if (error <= 1) {
            factor = rejected ? fmin(factor, 1) : factor;
            t = step < h ? duration : t + step;
            memcpy(x, next, sizeof next);
            memcpy(k[0], k[12], sizeof next);
        }
        rejected = error > 1;
        h = step * factor;
    }
}

static double scalars(const ons_field *field, double tolerance, double *out, double *tries) {
    (void)field;
    *tries = NAN;
    const double begin = bench_seconds_of_work();
    for (size_t m = 0; m < MEMBERS; m++) {
        starts(m, out + 3 * m);
        scalar_trajectory(out + 3 * m, tolerance);
    }
    return bench_seconds_of_work() - begin;
}

/* ---- work and precision ---- */

typedef double solver(const ons_field *field, double tolerance, double *out, double *tries);

/* Median over trajectories of the distance at the end: a mean would be that of the few most unstable ones. */
static double error_of(const double *ends, const double *reference) {
    static double distances[MEMBERS];
    for (size_t m = 0; m < MEMBERS; m++) {
        double sum = 0;
        for (size_t i = 3 * m; i < 3 * m + 3; i++) { sum += (ends[i] - reference[i]) * (ends[i] - reference[i]); }
        distances[m] = sqrt(sum);
    }
    return bench_median(distances, MEMBERS);
}

/* Microseconds a trajectory at a tolerance, best of the runs, and its error. */
static double work(solver *solve, const ons_field *field, double tolerance, const double *reference, double *error,
                   double *tries) {
    static double ends[3 * MEMBERS];
    double best = INFINITY;
    for (int r = 0; r < BENCH_RUNS; r++) { best = fmin(best, solve(field, tolerance, ends, tries)); }
    *error = error_of(ends, reference);
    return 1e6 * best / MEMBERS;
}

/* The same at a given error: between the tolerances around it the logarithm of the work is straight in that of the
 * error. */
static double work_at(solver *solve, const ons_field *field, double wanted, const double *reference) {
    double before = NAN, error_before = NAN, tries, error;
    for (double tolerance = 1e-4; tolerance > 5e-15; tolerance /= 10) {
        const double now = work(solve, field, tolerance, reference, &error, &tries);
        if (error <= wanted && !isnan(before)) {
            const double part = log(error_before / wanted) / log(error_before / error);
            return before * pow(now / before, part);
        }
        before = now;
        error_before = error;
    }
    return NAN;
}

/* ---- arithmetic ---- */

/* Multiplications and additions of eight numbers a second: chains enough to hide their latency. */
#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl")
static double spin_v4(long count) {
    reals sum[16];
    for (int i = 0; i < 16; i++) { sum[i] = (reals){0} + 1.0 / (i + 1); }
    for (long n = 0; n < count; n++) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            sum[i] = (reals)__builtin_ia32_vfmaddpd512_mask(sum[i], ((reals){0} + 0.999), ((reals){0} + 1e-3), -1, 4);
        }
    }
    double total = 0;
    for (int i = 0; i < 16; i++) { total += sum[i][0]; }
    return total;
}
#pragma GCC pop_options
#endif

/* Microseconds for the multiply-adds of a try of DOP853 with three variables, eight lanes. */
static double arithmetic(void) {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq")) { return NAN; }
    int products = 0;
    for (int s = 0; s < 12; s++) {
        for (int j = 0; j < 12; j++) { products += dop853_a[s][j] != 0; }
        products += (dop853_b[s] != 0) + (s > 0);
    }
    for (int j = 0; j < 13; j++) { products += (dop853_e3[j] != 0) + (dop853_e5[j] != 0); }
    const long count = 2000000;
    const double begin = bench_seconds_of_work(), total = spin_v4(count);
    const double each = (bench_seconds_of_work() - begin) / (16.0 * (double)count);
    if (isnan(total)) { bench_die("arithmetic"); }
    return 1e6 * each * (3 * products + 12 * 6) / ONS_LANES;
#else
    return NAN;
#endif
}

void bench_flows(const char *onsager, const char *output) {
    (void)onsager, (void)output;
    static double reference[3 * MEMBERS];
    static const double parameters[] = {10, 28, 8.0 / 3};
    const ons_field field = compiled();
    const double try_limit = arithmetic();
    ons_field formulas = {0};
    ons_flow *flow = NULL;
    double tries, error;
    if (ons_flow_parse(&flow, "x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z", NULL, 0) != ONS_OK ||
        ons_flow_field(&formulas, flow, parameters, 1) != ONS_OK) {
        bench_die("a flow");
    }
    lanes(&field, 2e-15, reference, &tries);
    for (int digits = 6; digits <= 12; digits += 3) {
        const double tolerance = pow(10, -digits);
        const double ours = work(lanes, &field, tolerance, reference, &error, &tries);
        const double theirs = work_at(scalars, NULL, error, reference);
        double error_of_formulas, same;
        const double interpreted = work(lanes, &formulas, tolerance, reference, &error_of_formulas, &same);
        char what[120];
        snprintf(what, sizeof what, "Lorenz to t = 5, tolerance 1e-%d, global error %.1e", digits, error);
        bench_row(what, "us a trajectory", "scalar DOP853 in C, equal error", "multiply-adds", ours, theirs,
                  tries * try_limit);
        double error_of_series;
        const double series = work(taylor, &field, tolerance, reference, &error_of_series, &same);
        const double at_error = work_at(scalars, NULL, error_of_series, reference);
        snprintf(what, sizeof what, "the same by Taylor series, tolerance 1e-%d, error %.1e", digits, error_of_series);
        bench_row(what, "us a trajectory", "scalar DOP853 in C, equal error", "", series, at_error, NAN);
        snprintf(what, sizeof what, "the same by its formulas, tolerance 1e-%d", digits);
        bench_row(what, "us a trajectory", "scalar DOP853 in C, equal error", "", interpreted, theirs, NAN);
        if (digits == 9) {
            bench_row("right-hand sides of Lorenz in DOP853", "ns", "scalar", "multiply-adds", 1e3 * ours / tries / 12,
                      1e3 * theirs / tries / 12, 1e3 * try_limit / 12);
        }
    }
    ons_flow_field_free(&formulas);
    ons_flow_free(flow);
}
