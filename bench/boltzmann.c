/*
 * An update of a restricted Boltzmann machine by persistent contrastive divergence beside the straight way in C
 * (OpenBLAS, libm, a random number at a time); the peers of the Python world are in bench/boltzmann_peers.py. A fixed
 * point of the monotone machine with its gradient. Milliseconds of processor time, one core, double precision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { PIXELS = 784, HIDDEN = 500, BATCH = 128 };

typedef struct machines {
    ons_boltzmann machine;
    double *data, *chains, *gradient, *p, *h;
    ons_random random;
} machines;

static void update_ours(machines *m, uint64_t update) {
    const ons_boltzmann_batch batch = {.examples = BATCH,
                                       .data = m->data,
                                       .chains = m->chains,
                                       .sweeps = 1,
                                       .key = 5,
                                       .position = update * ons_boltzmann_words(&m->machine, ONS_BOLTZMANN_BLOCK)};
    if (ons_boltzmann_gradient(&m->machine, &batch, m->gradient, NULL)) { bench_die(ons_message()); }
    cblas_daxpy((int)m->machine.count, 0.01 / BATCH, m->gradient, 1, m->machine.values, 1);
}

/* p = sigmoid(bias + from W), and draws of it. */
static void layer(machines *m, int transposed, const double *from, const double *bias, double *p, double *drawn) {
    const int in = transposed ? HIDDEN : PIXELS, out = transposed ? PIXELS : HIDDEN;
    for (int k = 0; k < BATCH; k++) { memcpy(p + k * out, bias, (size_t)out * sizeof *p); }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, BATCH, out, in, 1, from, in,
                m->machine.values, HIDDEN, 1, p, out);
    for (int k = 0; k < BATCH * out; k++) {
        p[k] = 1 / (1 + exp(-p[k]));
        if (drawn) { drawn[k] = ons_random_uniform(&m->random) < p[k]; }
    }
}

static void update_straight(machines *m, uint64_t update) {
    (void)update;
    double *W = m->machine.values, *a = W + PIXELS * HIDDEN, *b = a + PIXELS, rate = 0.01 / BATCH;
    memset(m->gradient, 0, m->machine.count * sizeof(double));
    layer(m, 0, m->data, b, m->p, NULL);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, PIXELS, HIDDEN, BATCH, 1, m->data, PIXELS, m->p, HIDDEN, 0,
                m->gradient, HIDDEN);
    layer(m, 0, m->chains, b, m->p, m->h);
    layer(m, 1, m->h, a, m->p, m->chains);
    layer(m, 0, m->chains, b, m->p, NULL);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, PIXELS, HIDDEN, BATCH, -1, m->chains, PIXELS, m->p, HIDDEN, 1,
                m->gradient, HIDDEN);
    cblas_daxpy((int)m->machine.count, rate, m->gradient, 1, W, 1);
}

static double time_of(void (*update)(machines *, uint64_t), machines *m) {
    double times[BENCH_RUNS];
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        for (uint64_t k = 0; k < 10; k++) { update(m, k); }
        if (r >= 0) { times[r] = 100 * (bench_seconds_of_work() - begin); }
    }
    return bench_median(times, BENCH_RUNS);
}

static void measure_restricted(void) {
    machines m = {.random = ons_random_stream(6, 0, 0)};
    if (ons_boltzmann_create(&m.machine, PIXELS, 0, HIDDEN, 0)) { bench_die(ons_message()); }
    m.data = ONS_NEW(double, BATCH *PIXELS);
    m.chains = ONS_NEW(double, BATCH *PIXELS);
    m.gradient = ONS_NEW(double, m.machine.count);
    m.p = ONS_NEW(double, BATCH *PIXELS);
    m.h = ONS_NEW(double, BATCH *HIDDEN);
    if (!m.data || !m.chains || !m.gradient || !m.p || !m.h) { bench_die("no memory for a machine"); }
    ons_boltzmann_draw(&m.machine, 0.05, NULL, 1, &m.random);
    for (size_t k = 0; k < BATCH * PIXELS; k++) { m.data[k] = m.chains[k] = ons_random_below(&m.random, 2); }
    bench_row("RBM 784 x 500, update of 128 examples by PCD", "ms", "OpenBLAS dgemm, libm, a draw at a time", "",
              time_of(update_ours, &m), time_of(update_straight, &m), NAN);
    ons_boltzmann_free(&m.machine);
    free(m.data);
    free(m.chains);
    free(m.gradient);
    free(m.p);
    free(m.h);
}

static double time_solver(const ons_monotone *machine, ons_monotone_work *work, const ons_fixed_point *how) {
    double times[BENCH_RUNS], *z = ONS_NEW(double, ons_monotone_elements(machine) * ONS_MONOTONE_LANES);
    if (!z) { bench_die("no memory for a fixed point"); }
    for (int r = -1; r < BENCH_RUNS; r++) {
        for (size_t k = 0; k < ons_monotone_elements(machine) * ONS_MONOTONE_LANES; k++) { z[k] = 0.25; }
        const double begin = bench_seconds_of_work();
        if (ons_monotone_solve(machine, work, how, NULL, ONS_MONOTONE_LANES, z, NULL, NULL)) {
            bench_die(ons_message());
        }
        if (r >= 0) { times[r] = 1e3 * (bench_seconds_of_work() - begin); }
    }
    free(z);
    return bench_median(times, BENCH_RUNS);
}

/* 14 x 14 pixels of 4 bins, 12 and 20 channels, weights as they are after some learning (columns beyond the margin). */
static void measure_monotone(void) {
    const ons_monotone_shape shape = {
        .tiers = 3, .tier = {{14, 4, 4}, {7, 12, 4}, {4, 20, 4}}, .kernel = {{3}, {3, 3}, {3, 3, 3}}, .margin = 0.01};
    ons_random random = ons_random_stream(7, 0, 0);
    ons_monotone *machine;
    ons_monotone_work *work;
    if (ons_monotone_create(&machine, &shape) || ons_monotone_work_create(&work, machine, 5)) {
        bench_die(ons_message());
    }
    ons_monotone_draw(machine, 4, &random);
    if (ons_monotone_refresh(machine)) { bench_die(ons_message()); }
    bench_row("monotone machine 14 x 14, 32 fixed points to 1e-6", "ms", "ours: splitting with Anderson's method", "",
              time_solver(machine, work, &(ons_fixed_point){1, 1e-6, 100, 0, true}),
              time_solver(machine, work, &(ons_fixed_point){0.125, 1e-6, 2000, 5, false}), NAN);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
}

void bench_boltzmann(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    measure_restricted();
    measure_monotone();
}
