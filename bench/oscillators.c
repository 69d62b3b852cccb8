/*
 * What a step of a ring of phase oscillators costs (noise, sine, cosine and update), beside a straight scalar loop in
 * C, in nanoseconds of processor time a site.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

/* Of the source, for a vector of one site: a quarter of Philox (20) and of Box and Muller (23), the bond (40). */
enum { L = 1024, STEPS = 400, OPERATIONS = 83 };

/* ---- the peer: libm, Box and Muller with both of its numbers, xorshift64*, one sine and cosine a bond ---- */

typedef struct straight {
    double phase[L], random_second;
    uint64_t random;
    bool has_second;
} straight;

static double uniform(straight *s) {
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return ((double)((s->random * 2685821657736338717u) >> 12) + 0.5) * 0x1p-52;
}

static double normal(straight *s) {
    s->has_second = !s->has_second;
    if (!s->has_second) { return s->random_second; }
    const double radius = sqrt(-2 * log(uniform(s))), angle = 6.283185307179586 * uniform(s);
    s->random_second = radius * sin(angle);
    return radius * cos(angle);
}

static void straight_step(straight *s, double dt, double delta, double noise) {
    const double odd = cos(delta), even = sin(delta), amplitude = sqrt(2 * noise * dt), first = s->phase[0];
    double behind = first - s->phase[L - 1], sine = sin(behind), versine = 1 - cos(behind);
    for (int i = 0; i < L; i++) {
        const double x = (i + 1 < L ? s->phase[i + 1] : first) - s->phase[i], next_sine = sin(x),
                     next_versine = 1 - cos(x);
        s->phase[i] += dt * (odd * (next_sine - sine) - even * (next_versine + versine)) + amplitude * normal(s);
        sine = next_sine;
        versine = next_versine;
    }
}

static double time_straight(void) {
    static straight peer = {.random = 1};
    double times[BENCH_RUNS];
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < STEPS; k++) { straight_step(&peer, 0.05, 0.7, 0.05); }
        if (r >= 0) { times[r] = 1e9 * (bench_seconds_of_work() - begin) / STEPS / L; }
    }
    return bench_median(times, BENCH_RUNS);
}

static double time_ring(ons_oscillators *ring) {
    double times[BENCH_RUNS];
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        ons_oscillators_advance(ring, STEPS);
        if (r >= 0) { times[r] = 1e9 * (bench_seconds_of_work() - begin) / STEPS / L / ONS_LANES; }
    }
    return bench_median(times, BENCH_RUNS);
}

/* A cycle of the core in ns: a chain of integer additions takes one each. */
static double cycle(void) {
    enum { ADDITIONS = 100000000 };
    uint64_t sum = 1;
    const double begin = bench_seconds_of_work();
    for (int k = 0; k < ADDITIONS; k++) {
        sum += 3;
        __asm__ volatile("" : "+r"(sum));
    }
    return 1e9 * (bench_seconds_of_work() - begin) / ADDITIONS;
}

void bench_oscillators(const char *onsager, const char *output) {
    static const struct {
        const char *kernel;
        double lanes;
    } kernels[] = {{"x86-64-v4", 8}, {"x86-64-v3", 4}, {"plain", 2}};
    const ons_oscillator_options options = {.sites = L,
                                            .coupling = 1,
                                            .non_oddity = 0.7,
                                            .noise = 0.05,
                                            .step = 0.05,
                                            .key = 1,
                                            .replica = {0, 1, 2, 3, 4, 5, 6, 7}};
    const double theirs = time_straight(), least = OPERATIONS / 2.0 * cycle();
    (void)onsager;
    (void)output;
    for (size_t k = 0; k < 3; k++) {
        ons_oscillators *ring = NULL;
        char what[80];
        if (ons_oscillators_create(&ring, &options, NULL) != ONS_OK) { bench_die("ring"); }
        if (ons_oscillators_select(ring, kernels[k].kernel)) {
            snprintf(what, sizeof what, "noisy phase oscillators, %s, ring, L = %d", kernels[k].kernel, L);
            bench_row(what, "ns a site and step", "straight scalar loop",
                      "arithmetic: 83 vector operations, two a cycle", time_ring(ring), theirs,
                      least / kernels[k].lanes);
        }
        ons_oscillators_free(ring);
    }
}
