/*
 * A training step of a dense network, 784-300-100-10 at batch 32, beside the largest product of matrices that OpenBLAS
 * makes of the same processor: floating-point operations in 10^9 a second, one thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { BATCH = 32, STEPS = 400, SIDE = 1024 };

static double time_network(void) {
    static const double rate[3] = {0.01, 0.01, 0.01};
    ons_perceptron network;
    ons_random random = ons_random_stream(5, 0, 0);
    uint8_t labels[BATCH];
    double times[BENCH_RUNS], loss;
    size_t wrong;
    float *inputs = ONS_NEW(float, BATCH * 784);
    if (!inputs || ons_perceptron_create(&network, 3, (const size_t[]){784, 300, 100, 10}, BATCH)) {
        bench_die("no memory for a network");
    }
    ons_perceptron_start(&network, &random);
    for (size_t k = 0; k < (size_t)BATCH * 784; k++) { inputs[k] = (float)ons_random_uniform(&random); }
    for (size_t k = 0; k < BATCH; k++) { labels[k] = (uint8_t)(k % 10); }
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < STEPS; k++) {
            memcpy(network.units[0], inputs, sizeof(float) * BATCH * 784);
            if (ons_perceptron_step(&network, BATCH, labels, rate, &loss, &wrong)) { bench_die(ons_message()); }
        }
        if (r >= 0) { times[r] = (bench_seconds_of_work() - begin) / STEPS; }
    }
    const double operations = ons_perceptron_operations(&network, BATCH, rate);
    ons_perceptron_free(&network);
    free(inputs);
    return 1e-9 * operations / bench_median(times, BENCH_RUNS);
}

static double time_product(void) {
    const size_t count = (size_t)SIDE * SIDE;
    double times[BENCH_RUNS];
    float *a = ONS_NEW(float, 3 * count);
    if (!a) { bench_die("no memory for matrices"); }
    for (size_t k = 0; k < 2 * count; k++) { a[k] = (float)(k % 7) - 3; }
    openblas_set_num_threads(1);
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, a, SIDE, a + count, SIDE, 0,
                    a + 2 * count, SIDE);
        if (r >= 0) { times[r] = bench_seconds_of_work() - begin; }
    }
    free(a);
    return 2e-9 * SIDE * SIDE * SIDE / bench_median(times, BENCH_RUNS);
}

void bench_perceptron(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    bench_row("training step 784-300-100-10, batch 32, by hand", "Gflop/s", "", "sgemm of 1024 x 1024 x 1024",
              time_network(), NAN, time_product());
}
