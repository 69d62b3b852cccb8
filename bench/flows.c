/*
 * Ensembles of 10^5 Lorenz trajectories at equal measured global error: our lanes against a scalar DOP853 in plain C
 * and against SUNDIALS, and the arithmetic that its formulas need at least. Peers that need minutes for all members
 * take every 25th or 250th; times are those of a trajectory.
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

enum { MEMBERS = 100000, STRIDE = 25, LONG_STRIDE = 250 }; /* of peers */
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

/* Every `stride`-th member by a peer. */
static double scalars(double tolerance, double *out) {
    for (size_t m = 0; m < MEMBERS; m += STRIDE) { starts(m, out + 3 * (m / STRIDE)); }
    const double begin = bench_seconds_of_work();
    for (size_t k = 0; k < MEMBERS / STRIDE; k++) { scalar_trajectory(out + 3 * k, tolerance); }
    return bench_seconds_of_work() - begin;
}

static double by_sundials(double tolerance, double *out, int by_adams) {
    for (size_t m = 0; m < MEMBERS; m += LONG_STRIDE) { starts(m, out + 3 * (m / LONG_STRIDE)); }
    const double begin = bench_seconds_of_work();
    bench_sundials(out, MEMBERS / LONG_STRIDE, duration, tolerance, by_adams);
    return bench_seconds_of_work() - begin;
}

static double arkode(double tolerance, double *out) { return by_sundials(tolerance, out, 0); }
static double cvode(double tolerance, double *out) { return by_sundials(tolerance, out, 1); }

/* ---- work and precision ---- */

/* Median over trajectories, every `stride`-th, of the distance at the end: a mean would be that of the few most
 * unstable ones. */
static double error_of(const double *ends, const double *reference, size_t stride) {
    static double distances[MEMBERS];
    const size_t count = MEMBERS / stride;
    for (size_t m = 0; m < count; m++) {
        double sum = 0;
        for (size_t i = 0; i < 3; i++) {
            const double off = ends[3 * m + i] - reference[3 * m * stride + i];
            sum += off * off;
        }
        distances[m] = sqrt(sum);
    }
    return bench_median(distances, count);
}

typedef double solver(const ons_field *field, double tolerance, double *out, double *tries);

/* Microseconds a trajectory at a tolerance, best of the runs, and its error. */
static double work(solver *solve, const ons_field *field, double tolerance, const double *reference, double *error,
                   double *tries) {
    static double ends[3 * MEMBERS];
    double best = INFINITY;
    for (int r = 0; r < BENCH_RUNS; r++) { best = fmin(best, solve(field, tolerance, ends, tries)); }
    *error = error_of(ends, reference, 1);
    return 1e6 * best / MEMBERS;
}

/* A peer: its work and its error at tolerances from 1e-4 to 1e-14, each measured once. */
enum { TOLERANCES = 11 };
typedef struct peer {
    const char *name;
    double (*solve)(double tolerance, double *out);
    size_t stride;
    double work[TOLERANCES], error[TOLERANCES];
} peer;

static void measure_peer(peer *one, const double *reference) {
    static double ends[3 * MEMBERS];
    for (int k = 0; k < TOLERANCES; k++) {
        double best = INFINITY;
        for (int r = 0; r < 2; r++) { best = fmin(best, one->solve(pow(10, -4 - k), ends)); }
        one->work[k] = 1e6 * best / (MEMBERS / (double)one->stride);
        one->error[k] = error_of(ends, reference, one->stride);
    }
}

/* At a given error: between the tolerances around it the logarithm of the work is straight in that of the error. */
static double work_at(const peer *one, double wanted) {
    for (int k = 1; k < TOLERANCES; k++) {
        if (one->error[k] > wanted) { continue; }
        const double part = log(one->error[k - 1] / wanted) / log(one->error[k - 1] / one->error[k]);
        return one->work[k - 1] * pow(one->work[k] / one->work[k - 1], part);
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

/* The flow by its formulas: by their tape, or compiled. */
static ons_field formulas_of(ons_flow **flow, bool machine_code) {
    static const double parameters[] = {10, 28, 8.0 / 3};
    ons_field field = {0};
    if (ons_flow_parse(flow, "x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z", NULL, 0) != ONS_OK ||
        ons_flow_field(&field, *flow, parameters, 1) != ONS_OK || ons_flow_field_series(&field) != ONS_OK) {
        bench_die("a flow");
    }
    if (machine_code && ons_flow_field_compile(&field, true) != ONS_OK) { printf("%s\n", ons_message()); }
    return field;
}

/* One way of ours at a tolerance, beside the peers at its error. */
static void compare(const char *what, solver *solve, const ons_field *field, int digits, const double *reference,
                    const peer *peers, size_t count, double *limit_of_try) {
    double error, tries;
    const double ours = work(solve, field, pow(10, -digits), reference, &error, &tries);
    char text[160], against[80];
    snprintf(text, sizeof text, "%s, tolerance 1e-%d, global error %.1e", what, digits, error);
    for (size_t k = 0; k < count; k++) {
        snprintf(against, sizeof against, "%s, equal error", peers[k].name);
        bench_row(text, "us a trajectory", against, limit_of_try && k == 0 ? "multiply-adds" : "", ours,
                  work_at(&peers[k], error), limit_of_try && k == 0 ? tries * *limit_of_try : NAN);
    }
    if (limit_of_try && digits == 9) {
        const double theirs = work_at(&peers[0], error);
        bench_row("right-hand sides of Lorenz in DOP853", "ns", "scalar", "multiply-adds", 1e3 * ours / tries / 12,
                  1e3 * theirs / tries / 12, 1e3 * *limit_of_try / 12);
    }
}

void bench_flows(const char *onsager, const char *output) {
    (void)onsager, (void)output;
    static double reference[3 * MEMBERS];
    ons_flow *flows[2] = {NULL};
    const ons_field field = compiled(), tape = formulas_of(&flows[0], false), code = formulas_of(&flows[1], true);
    double tries, try_limit = arithmetic();
    peer peers[] = {{.name = "scalar DOP853 in C, every 25th", .solve = scalars, .stride = STRIDE},
                    {.name = "ARKODE order 8, every 250th", .solve = arkode, .stride = LONG_STRIDE},
                    {.name = "CVODE Adams, every 250th", .solve = cvode, .stride = LONG_STRIDE}};
    lanes(&field, 2e-15, reference, &tries);
    for (size_t k = 0; k < sizeof peers / sizeof *peers; k++) { measure_peer(&peers[k], reference); }
    for (int digits = 6; digits <= 12; digits += 3) {
        compare("1e5 Lorenz to t = 5", lanes, &field, digits, reference, peers, 3, &try_limit);
        compare("1e5 Lorenz by Taylor series", taylor, &field, digits, reference, peers, 3, NULL);
        compare("1e5 Lorenz by formulas, interpreted", lanes, &tape, digits, reference, peers, 1, NULL);
        compare("1e5 Lorenz by formulas, compiled", lanes, &code, digits, reference, peers, 1, NULL);
        compare("1e5 Lorenz by the series of formulas", taylor, &code, digits, reference, peers, 1, NULL);
    }
    ons_field made[] = {tape, code};
    for (int k = 0; k < 2; k++) {
        ons_flow_field_free(&made[k]);
        ons_flow_free(flows[k]);
    }
}
