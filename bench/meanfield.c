/*
 * Theories of glasses and networks: whole phase diagrams and lines, in seconds of processor time of each of two
 * threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>

#include "bench.h"

enum { SIDE = 200, LINE = 200 };

static void measure_map(double *temperature, double *load, ons_diagram_point *points) {
    const ons_replicas glass = {.kind = ONS_REPLICAS_NETWORK, .order = 4};
    for (size_t k = 0; k < SIDE; k++) {
        temperature[k] = 0.6 * (double)(k + 1) / SIDE;
        load[k] = 0.3 * (double)(k + 1) / SIDE;
    }
    const double begin = bench_seconds_of_work();
    if (ons_diagram_symmetric(&glass, SIDE, temperature, SIDE, load, 2, points)) { bench_die(ons_message()); }
    bench_row("RS phase diagram, P = 4, 200 x 200", "s, 2 threads", "", "target",
              0.5 * (bench_seconds_of_work() - begin), NAN, 20);
}

static void measure_line(double *temperature, ons_replicas_state *states) {
    const ons_replicas glass = {.kind = ONS_REPLICAS_PURE, .order = 4, .load = 2};
    for (size_t k = 0; k < LINE; k++) { temperature[k] = 0.6 * (double)k / (LINE - 1); }
    double begin = bench_seconds_of_work();
    if (ons_diagram_glass(&glass, LINE, temperature, 2, states)) { bench_die(ons_message()); }
    bench_row("1RSB glass line, P = 4, 200 temperatures", "s, 2 threads", "", "target",
              0.5 * (bench_seconds_of_work() - begin), NAN, 60);
    begin = bench_seconds_of_work();
    for (size_t k = 0; k < 20; k++) {
        const ons_replicas g = {.kind = ONS_REPLICAS_NETWORK, .order = 4, .temperature = 0.01 * (double)k};
        double capacity;
        if (ons_replicas_capacity(&g, ONS_REPLICAS_1RSB, &capacity, NULL)) { bench_die(ons_message()); }
    }
    bench_row("1RSB capacity, P = 4, 20 temperatures", "s, 1 thread", "", "target", bench_seconds_of_work() - begin,
              NAN, 60);
}

void bench_meanfield(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    double *temperature = ONS_NEW(double, SIDE), *load = ONS_NEW(double, SIDE);
    ons_diagram_point *points = ONS_NEW(ons_diagram_point, SIDE * SIDE);
    ons_replicas_state *states = ONS_NEW(ons_replicas_state, LINE);
    if (!temperature || !load || !points || !states) { bench_die("no memory for a phase diagram"); }
    measure_map(temperature, load, points);
    measure_line(temperature, states);
    free(temperature);
    free(load);
    free(points);
    free(states);
}
