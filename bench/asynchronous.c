/*
 * What an event of a network with clocks of its own costs, beside straight loops in C that do the same without delays,
 * tables and streams that can be continued; and a step of coupled phases beside libm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>

#include "bench.h"

enum { NODES = 10000, UNITS = 200 };

static uint64_t shuffled(uint64_t *random) {
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    return *random * 2685821657736338717u;
}

/* Coupled logistic maps on a ring, nodes at random: nanoseconds an event. */
static double straight_ring(void) {
    static double x[NODES];
    double times[BENCH_RUNS];
    uint64_t random = 1;
    for (int i = 0; i < NODES; i++) { x[i] = (double)(shuffled(&random) >> 11) * 0x1p-53; }
    for (int run = -1; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < NODES * UNITS; k++) {
            const uint32_t i = (uint32_t)((shuffled(&random) >> 32) * NODES >> 32);
            const double own = x[i], left = x[i ? i - 1 : NODES - 1], right = x[i + 1 < NODES ? i + 1 : 0];
            x[i] = 0.7 * 4 * own * (1 - own) + 0.15 * (4 * left * (1 - left) + 4 * right * (1 - right));
        }
        if (run >= 0) { times[run] = 1e9 * (bench_seconds_of_work() - begin) / NODES / UNITS; }
    }
    if (!isfinite(x[0])) { bench_die("maps"); }
    return bench_median(times, BENCH_RUNS);
}

static double network(const ons_wiring *wiring, ons_clock clock, unsigned delay) {
    double times[BENCH_RUNS], *x = ONS_NEW(double, wiring->nodes);
    ons_asynchronous *one;
    const ons_asynchronous_options how = {.rule = ONS_NODE_LOGISTIC,
                                          .wiring = wiring,
                                          .coupling = 0.3,
                                          .control = 4,
                                          .clock = clock,
                                          .delay = delay,
                                          .key = 1};
    ons_random random = ons_random_stream(1, 0, 9);
    if (!x || ons_asynchronous_create(&one, &how)) { bench_die("network"); }
    for (uint32_t i = 0; i < wiring->nodes; i++) { x[i] = ons_random_uniform(&random); }
    ons_asynchronous_set(one, x);
    for (int run = -1; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (int unit = 0; unit < UNITS; unit++) { ons_asynchronous_unit(one); }
        if (run >= 0) { times[run] = 1e9 * (bench_seconds_of_work() - begin) / wiring->nodes / UNITS; }
    }
    ons_asynchronous_free(one);
    free(x);
    return bench_median(times, BENCH_RUNS);
}

/* A slope of all phases of the complete graph, nanoseconds an oscillator: four in a step. */
static double phases(const ons_wiring *wiring) {
    double times[BENCH_RUNS], *omega = ONS_NEW(double, wiring->nodes);
    ons_phases *one;
    ons_random random = ons_random_stream(1, 0, 9);
    if (!omega) { bench_die("phases"); }
    ons_frequencies_draw(ONS_LORENTZIAN, 1, wiring->nodes, &random, omega);
    if (ons_phases_create(&one, wiring, omega, 4, 0.05)) { bench_die("phases"); }
    ons_phases_set(one, omega);
    for (int run = -1; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        ons_phases_advance(one, UNITS);
        if (run >= 0) { times[run] = 1e9 * (bench_seconds_of_work() - begin) / wiring->nodes / UNITS / 4; }
    }
    ons_phases_free(one);
    free(omega);
    return bench_median(times, BENCH_RUNS);
}

static double straight_phases(void) {
    static double theta[NODES], slope[NODES];
    double times[BENCH_RUNS];
    for (int i = 0; i < NODES; i++) { theta[i] = i; }
    for (int run = -1; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < UNITS; k++) {
            double s = 0, c = 0;
            for (int i = 0; i < NODES; i++) {
                s += sin(theta[i]);
                c += cos(theta[i]);
            }
            const double r = hypot(s, c) / NODES, psi = atan2(s, c);
            for (int i = 0; i < NODES; i++) {
                slope[i] = 4 * r * sin(psi - theta[i]);
                theta[i] += 0.05 * slope[i];
            }
        }
        if (run >= 0) { times[run] = 1e9 * (bench_seconds_of_work() - begin) / NODES / UNITS; }
    }
    return bench_median(times, BENCH_RUNS);
}

void bench_asynchronous(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    static const char *const peer = "straight loop, xorshift";
    ons_wiring *ring, *complete;
    if (ons_wiring_ring(&ring, NODES, 1) || ons_wiring_complete(&complete, NODES)) { bench_die("wiring"); }
    const double straight = straight_ring();
    bench_row("coupled maps, ring, Poisson clocks", "ns an event", peer, "", network(ring, ONS_CLOCK_POISSON, 0),
              straight, NAN);
    bench_row("coupled maps, ring, synchronous", "ns an event", "", "", network(ring, ONS_CLOCK_SYNCHRONOUS, 0), NAN,
              NAN);
    bench_row("coupled maps, complete, Poisson clocks", "ns an event", "", "", network(complete, ONS_CLOCK_POISSON, 0),
              NAN, NAN);
    bench_row("coupled maps, ring, Poisson clocks, delays of 20", "ns an event", "", "",
              network(ring, ONS_CLOCK_POISSON, 20), NAN, NAN);
    bench_row("coupled phases, complete", "ns a slope", "straight loop, libm", "", phases(complete), straight_phases(),
              NAN);
    ons_wiring_free(ring);
    ons_wiring_free(complete);
}
