/*
 * Training steps of networks: loss, gradient with respect to all parameters, and a step of plain gradient descent, in
 * milliseconds of processor time and on the clock, and the share of the peak of products of matrices on one core.
 * learning_peers.py measures the same steps in JAX and PyTorch, from the same weights on the same batch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef struct work {
    ons_tensor_graph *graph;
    ons_tensor loss;
    ons_program *program;
} work;

static ons_tensor dense(ons_tensor_graph *g, const char *name, ons_tensor x, int64_t out) {
    ons_tensor_scope(g, name);
    ons_tensor w = ons_tensor_parameter(g, "weight", ONS_SHAPE(ons_tensor_size(g, x, -1), out));
    ons_tensor b = ons_tensor_parameter(g, "bias", ONS_SHAPE(out));
    ons_tensor y = ons_tensor_add(g, ons_tensor_matmul(g, x, w, 0), b);
    ons_tensor_leave(g);
    return y;
}

static ons_tensor network(ons_tensor_graph *g, ons_tensor x, const int64_t *widths, int layers,
                          ons_tensor (*activation)(ons_tensor_graph *, ons_tensor)) {
    for (int l = 0; l < layers; l++) {
        char name[24];
        snprintf(name, sizeof name, "layer%d", l);
        x = dense(g, name, x, widths[l]);
        if (l + 1 < layers) { x = activation(g, x); }
    }
    return x;
}

/* u_t - 0.0001 u_xx + 5 u^3 - 5 u over points [n, 2] = (t, x) */
static ons_tensor allen_cahn(ons_tensor_graph *g, int64_t points, const int64_t *widths, int layers) {
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(points, 2));
    ons_tensor u = network(g, x, widths, layers, ons_tensor_tanh), d;
    const ons_differential linear = {2, {{{1, 0}}, {{0, 2}}}, {1, -1e-4}};
    ons_tensor_jet_operators(g, &u, 1, x, (int[]){0, 1}, 2, NULL, 0, &linear, 1, &d);
    ons_tensor cubic = ons_tensor_subtract(g, ons_tensor_power(g, u, 3), u);
    ons_tensor residual = ons_tensor_add(g, d, ons_tensor_scale(g, cubic, 5));
    return ons_tensor_mean(g, ons_tensor_square(g, residual), ONS_ALL_AXES, false);
}

static ons_tensor cross_entropy(ons_tensor_graph *g, ons_tensor logits, int64_t rows) {
    ons_tensor labels = ons_tensor_input(g, "labels", ONS_INDEX, ONS_SHAPE(rows));
    ons_tensor chosen = ons_tensor_pick(g, ons_tensor_log_softmax(g, logits, -1), labels);
    return ons_tensor_negate(g, ons_tensor_mean(g, chosen, ONS_ALL_AXES, false));
}

static ons_tensor digits(ons_tensor_graph *g, int64_t batch) {
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(batch, 784));
    return cross_entropy(g, network(g, x, (int64_t[]){300, 100, 10}, 3, ons_tensor_relu), batch);
}

static ons_tensor tiny(ons_tensor_graph *g, int64_t batch) {
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(batch, 2));
    ons_tensor y = network(g, x, (int64_t[]){16, 16, 1}, 3, ons_tensor_tanh);
    return ons_tensor_mean(g, ons_tensor_square(g, y), ONS_ALL_AXES, false);
}

static ons_tensor heads_of(ons_tensor_graph *g, ons_tensor x, int64_t rows, int64_t tokens, int64_t heads) {
    const int64_t width = ons_tensor_size(g, x, -1);
    x = ons_tensor_reshape(g, x, ONS_SHAPE(rows, tokens, heads, width / heads));
    return ons_tensor_permute(g, x, (int[]){0, 2, 1, 3});
}

/* One block without biases and norms: embedding, attention of 4 heads, MLP of 512 with ReLU, logits of the last of the
 * three tokens, which learns sums modulo p. */
static ons_tensor transformer(ons_tensor_graph *g, int64_t p) {
    const int64_t rows = p * p, d = 128, tokens = 3, heads = 4;
    ons_tensor ids = ons_tensor_input(g, "tokens", ONS_INDEX, ONS_SHAPE(rows, tokens));
    ons_tensor x = ons_tensor_gather(g, ons_tensor_parameter(g, "embedding", ONS_SHAPE(p + 1, d)), ids);
    x = ons_tensor_add(g, x, ons_tensor_parameter(g, "position", ONS_SHAPE(tokens, d)));
    const char *const names[3] = {"query", "key", "value"};
    ons_tensor in[3];
    for (int i = 0; i < 3; i++) {
        ons_tensor w = ons_tensor_parameter(g, names[i], ONS_SHAPE(d, d));
        in[i] = heads_of(g, ons_tensor_matmul(g, x, w, 0), rows, tokens, heads);
    }
    ons_tensor scores = ons_tensor_scale(g, ons_tensor_matmul(g, in[0], in[1], ONS_TRANSPOSE_B), sqrt(1.0 / 32));
    ons_tensor mixed = ons_tensor_matmul(g, ons_tensor_softmax(g, scores, -1), in[2], 0);
    mixed = ons_tensor_reshape(g, ons_tensor_permute(g, mixed, (int[]){0, 2, 1, 3}), ONS_SHAPE(rows, tokens, d));
    x = ons_tensor_add(g, x, ons_tensor_matmul(g, mixed, ons_tensor_parameter(g, "output", ONS_SHAPE(d, d)), 0));
    ons_tensor inner = ons_tensor_relu(g, ons_tensor_matmul(g, x, ons_tensor_parameter(g, "up", ONS_SHAPE(d, 512)), 0));
    x = ons_tensor_add(g, x, ons_tensor_matmul(g, inner, ons_tensor_parameter(g, "down", ONS_SHAPE(512, d)), 0));
    ons_tensor last = ons_tensor_at(g, x, 1, 2);
    return cross_entropy(g, ons_tensor_matmul(g, last, ons_tensor_parameter(g, "logits", ONS_SHAPE(d, p)), 0), rows);
}

/* The same numbers in every program: inputs sin(1.7 i), labels i mod 10 (tokens: all pairs and their sum), weights
 * cos(3.3 i) / 8 over the flat array. */
static void fill(work *w, int64_t p) {
    void *x;
    for (int i = 0; i < 3; i++) {
        const char *const names[3] = {"x", "labels", "tokens"};
        if (ons_program_input_named(w->program, names[i], &x)) { continue; }
        ons_tensor tensor;
        if (ons_tensor_find(w->graph, names[i], &tensor)) { bench_die("learning"); }
        const int64_t n = ons_shape_count(ons_tensor_shape(w->graph, tensor));
        for (int64_t k = 0; k < n; k++) {
            if (i == 0) { ((float *)x)[k] = (float)sin(1.7 * (double)k); }
            if (i == 1) { ((int32_t *)x)[k] = (int32_t)(p ? (k / p + k % p) % p : k % 10); }
            if (i == 2) { ((int32_t *)x)[k] = (int32_t)(k % 3 == 0 ? k / 3 / p : k % 3 == 1 ? k / 3 % p : p); }
        }
    }
    float *weights = ons_program_parameters(w->program);
    for (size_t i = 0; i < ons_tensor_parameter_total(w->graph); i++) {
        weights[i] = (float)(cos(3.3 * (double)i) / 8);
    }
}

/* Processor time of a step, and the least time on the clock, which other work on the machine lengthens. */
static void time_of_step(work *w, double time[2]) {
    const size_t total = ons_tensor_parameter_total(w->graph);
    float *weights = ons_program_parameters(w->program);
    const float *gradient = ons_program_output(w->program, 1);
    ons_optimiser *optimiser;
    ons_optimiser_settings settings = {.single = true, .rate = 1e-6};
    if (ons_optimiser_create(&optimiser, &settings, total, NULL, 0)) { bench_die("learning"); }
    double times[2][BENCH_RUNS];
    int steps = 1;
    for (int r = -2; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work(), clock = bench_seconds_on_the_clock();
        for (int k = 0; k < steps; k++) {
            if (ons_program_run(w->program) || ons_optimiser_step(optimiser, weights, gradient)) {
                bench_die("learning");
            }
        }
        const double once = (bench_seconds_of_work() - begin) / steps;
        if (r >= 0) {
            times[0][r] = once;
            times[1][r] = (bench_seconds_on_the_clock() - clock) / steps;
        }
        if (r < 0) { steps = (int)(0.3 / (once + 1e-7)) + 1; }
    }
    time[0] = bench_median(times[0], BENCH_RUNS);
    time[1] = times[1][0];
    for (int r = 1; r < BENCH_RUNS; r++) { time[1] = times[1][r] < time[1] ? times[1][r] : time[1]; }
    ons_optimiser_free(optimiser);
}

/* Products of matrices in registers, as fast as this core can: 512 x 512. */
static double peak_of_products(void) {
    ons_tensor_graph *g;
    if (ons_tensor_graph_create(&g, ONS_FLOAT)) { bench_die("learning"); }
    ons_tensor a = ons_tensor_input(g, "a", ONS_FLOAT, ONS_SHAPE(512, 256));
    ons_tensor b = ons_tensor_input(g, "b", ONS_FLOAT, ONS_SHAPE(256, 512)), c = ons_tensor_matmul(g, a, b, 0);
    ons_program *p;
    const ons_program_options plain = {.plain = true};
    if (ons_program_create(&p, g, &c, 1, &plain)) { bench_die("learning"); }
    double best = 0;
    for (int r = 0; r < 20; r++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < 10; k++) { ons_program_run(p); }
        const double speed = 20.0 * 512 * 512 * 256 / (bench_seconds_of_work() - begin);
        best = speed > best ? speed : best;
    }
    ons_program_free(p);
    ons_tensor_graph_free(g);
    return best;
}

static void measure(int which, unsigned threads, double peak) {
    static const char *const names[] = {"Allen-Cahn network 4x128, 25600 points",
                                        "Allen-Cahn network 3x64, 3200 points", "784-300-100-10, batch 32",
                                        "transformer d = 128, p = 97, all pairs", "2-16-16-1, batch 1"};
    work w = {0};
    if (ons_tensor_graph_create(&w.graph, ONS_FLOAT)) { bench_die("learning"); }
    switch (which) {
    case 0: w.loss = allen_cahn(w.graph, 25600, (int64_t[]){128, 128, 128, 128, 1}, 5); break;
    case 1: w.loss = allen_cahn(w.graph, 3200, (int64_t[]){64, 64, 64, 1}, 4); break;
    case 2: w.loss = digits(w.graph, 32); break;
    case 3: w.loss = transformer(w.graph, 97); break;
    default: w.loss = tiny(w.graph, 1); break;
    }
    ons_tensor outputs[2] = {w.loss, ons_tensor_parameter_gradient(w.graph, w.loss)};
    const ons_program_options options = {.threads = threads};
    if (ons_program_create(&w.program, w.graph, outputs, 2, &options)) { bench_die("learning"); }
    fill(&w, which == 3 ? 97 : 0);
    double time[2];
    time_of_step(&w, time);
    const double share = ons_program_figures_of(w.program).multiplications / time[0] / peak;
    for (int clock = 0; clock < 2; clock++) {
        char what[120], limit[80];
        snprintf(what, sizeof what, "learning: %s, %u thread%s%s", names[which], threads, threads > 1 ? "s" : "",
                 clock ? ", on the clock" : "");
        snprintf(limit, sizeof limit, "%.0f %% of the peak of products", 100 * share);
        bench_row(what, "ms", "", clock ? "" : limit, 1e3 * time[clock], NAN, clock ? NAN : 1e3 * time[0] * share);
    }
    ons_program_free(w.program);
    ons_tensor_graph_free(w.graph);
}

void bench_learning(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    const double peak = peak_of_products();
    for (int which = 0; which < 5; which++) {
        for (unsigned threads = 1; threads <= 2; threads++) { measure(which, threads, peak); }
    }
}
