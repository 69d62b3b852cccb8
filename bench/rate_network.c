/*
 * A step of a network of rates, x' = -x + J tanh x, beside OpenBLAS and what memory can deliver, in microseconds of
 * processor time.
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

typedef struct networks {
    size_t units, copies;
    float *J, *x, *phi, *input;
    ons_rate_network *ours;
} networks;

/* The straight way: OpenBLAS for the product, libm's tanhf for the rest. */
static void step_blas(networks *n) {
    const int units = (int)n->units, copies = (int)n->copies;
    for (size_t i = 0; i < n->units * n->copies; i++) { n->phi[i] = tanhf(n->x[i]); }
    if (copies == 1) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, units, units, 1, n->J, units, n->phi, 1, 0, n->input, 1);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, units, copies, units, 1, n->J, units, n->phi, copies, 0,
                    n->input, copies);
    }
    for (size_t i = 0; i < n->units * n->copies; i++) { n->x[i] += 0.05f * (n->input[i] - n->x[i]); }
}

static void step_ours(networks *n) { ons_rate_network_advance(n->ours, 1); }

/* Reads all couplings once: the sum of J in sixteen parts. */
static void read_couplings(networks *n) {
    float parts[64] = {0};
    for (size_t i = 0; i + 64 <= n->units * n->units; i += 64) {
        for (size_t k = 0; k < 64; k++) { parts[k] += n->J[i + k]; }
    }
    memcpy(n->input, parts, sizeof parts);
}

static double time_of(void (*step)(networks *), networks *n) {
    double times[BENCH_RUNS];
    const int steps = (int)(1e9 / ((double)n->units * (double)n->units * (double)n->copies)) + 1;
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < steps; k++) { step(n); }
        if (r >= 0) { times[r] = 1e6 * (bench_seconds_of_work() - begin) / steps; }
    }
    return bench_median(times, BENCH_RUNS);
}

static void measure(size_t units, size_t copies) {
    const ons_rate_options options = {.units = units, .copies = copies, .step = 0.05, .single = true};
    networks n = {.units = units, .copies = copies};
    double *J = ONS_NEW(double, units *units), *x = ONS_NEW(double, units *copies);
    ons_random random = ons_random_stream(5, 0, 0);
    char what[100];
    n.J = ONS_NEW(float, units *units);
    n.x = ONS_NEW(float, units *copies);
    n.phi = ONS_NEW(float, units *copies);
    n.input = ONS_NEW(float, units *copies + 64);
    if (!J || !x || !n.J || !n.x || !n.phi || !n.input) { bench_die("no memory for a network"); }
    for (size_t i = 0; i < units * units; i++) {
        J[i] = 3 / sqrt((double)units) * ons_random_normal(&random);
        n.J[i] = (float)J[i];
    }
    for (size_t i = 0; i < units * copies; i++) {
        x[i] = ons_random_normal(&random);
        n.x[i] = (float)x[i];
    }
    if (ons_rate_network_create(&n.ours, &options, J)) { bench_die(ons_message()); }
    ons_rate_network_load(n.ours, x);
    openblas_set_num_threads(1);
    snprintf(what, sizeof what, "rate network, %zu units, %zu cop%s, 32 bits", units, copies, copies > 1 ? "ies" : "y");
    bench_row(what, "us a step", copies > 1 ? "OpenBLAS sgemm, tanhf" : "OpenBLAS sgemv, tanhf",
              copies > 1 ? "" : "all couplings read once", time_of(step_ours, &n), time_of(step_blas, &n),
              copies > 1 ? NAN : time_of(read_couplings, &n));
    ons_rate_network_free(n.ours);
    free(J);
    free(x);
    free(n.J);
    free(n.x);
    free(n.phi);
    free(n.input);
}

void bench_rate_network(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    measure(1000, 1);
    measure(2000, 1);
    measure(1000, 16);
    measure(2000, 16);
}
