/*
 * What the kernels of Potts, clock, Blume-Capel and O(n) spins cost, beside straight scalar loops in C on the same
 * lattice, in nanoseconds of processor time a site.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>

#include "bench.h"

/* The median over the runs of nanoseconds a site. */
static double time_of(void (*step)(void *state), void *state, double sites) {
    double times[BENCH_RUNS];
    const int steps = (int)(1e6 / sites) + 1;
    for (int r = -1; r < BENCH_RUNS; r++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < steps; k++) { step(state); }
        if (r >= 0) { times[r] = 1e9 * (bench_seconds_of_work() - begin) / steps / sites; }
    }
    return bench_median(times, BENCH_RUNS);
}

/* ---- the peers: sites in order, libm, xorshift64* ---- */

typedef struct straight {
    int length;
    uint64_t random;
    uint8_t *states;
    double *angles, boltzmann[9];
} straight;

static double uniform(straight *s) {
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return (double)((s->random * 2685821657736338717u) >> 11) * 0x1p-53;
}

static void straight_potts(void *memory) {
    straight *s = memory;
    const int L = s->length;
    for (int y = 0; y < L; y++) {
        for (int x = 0; x < L; x++) {
            const int old = s->states[y * L + x], next = (old + 1 + (int)(uniform(s) * 2)) % 3;
            const int around[] = {s->states[(y + 1) % L * L + x], s->states[(y + L - 1) % L * L + x],
                                  s->states[y * L + (x + 1) % L], s->states[y * L + (x + L - 1) % L]};
            int gain = 0;
            for (int k = 0; k < 4; k++) { gain += (around[k] == next) - (around[k] == old); }
            if (gain >= 0 || uniform(s) < s->boltzmann[-gain]) { s->states[y * L + x] = (uint8_t)next; }
        }
    }
}

static void straight_xy(void *memory) {
    straight *s = memory;
    const int L = s->length;
    for (int y = 0; y < L; y++) {
        for (int x = 0; x < L; x++) {
            const double old = s->angles[y * L + x], next = old + 2 * (uniform(s) - 0.5);
            const double around[] = {s->angles[(y + 1) % L * L + x], s->angles[(y + L - 1) % L * L + x],
                                     s->angles[y * L + (x + 1) % L], s->angles[y * L + (x + L - 1) % L]};
            double gain = 0;
            for (int k = 0; k < 4; k++) { gain += cos(next - around[k]) - cos(old - around[k]); }
            if (gain >= 0 || uniform(s) < exp(gain / 0.9)) { s->angles[y * L + x] = next; }
        }
    }
}

/* ---- ours ---- */

static void step_discrete(void *state) { ons_discrete_step(state); }
static void step_vectors(void *state) { ons_vectors_step(state); }

static double time_discrete(const ons_graph *graph, ons_discrete_kind kind, uint32_t q, double temperature,
                            ons_spin_update update) {
    const ons_discrete_options options = {
        .kind = kind, .states = q, .temperature = temperature, .coupling = 1, .update = update, .clusters = 1};
    ons_discrete_model *model = NULL;
    ons_discrete *spins = NULL;
    if (ons_discrete_model_create(&model, graph, &options) != ONS_OK) { bench_die("model"); }
    if (ons_discrete_create(&spins, model, ons_random_stream(1, 0, 0)) != ONS_OK) { bench_die("model"); }
    const double result = time_of(step_discrete, spins, graph->sites);
    ons_discrete_free(spins);
    ons_discrete_model_free(model);
    return result;
}

static double time_vectors(const ons_graph *graph, uint32_t n, double temperature, ons_spin_update update) {
    ons_vectors_options options = {
        .components = n, .temperature = temperature, .coupling = 1, .update = update, .clusters = 1};
    const bool open = graph->boundary == ONS_OPEN; /* as order=auto */
    if (!ons_vectors_check_checkerboard(graph->lattice, graph->lengths, open, &options)) {
        options.order = ONS_VECTORS_CHECKERBOARD;
    }
    ons_vectors_model *model = NULL;
    ons_vectors *spins = NULL;
    if (ons_vectors_model_create(&model, graph, &options) != ONS_OK) { bench_die("model"); }
    if (ons_vectors_create(&spins, model, ons_random_stream(1, 0, 0)) != ONS_OK) { bench_die("model"); }
    const double result = time_of(step_vectors, spins, graph->sites);
    ons_vectors_free(spins);
    ons_vectors_model_free(model);
    return result;
}

enum { L = 128 };

/* One update of all models; `potts` and `xy`: the peers in ns a site, NaN where they have no such update. */
static void time_update(const ons_graph *graph, ons_spin_update update, const char *name, double potts, double xy) {
    const struct {
        const char *model;
        double ours, theirs;
    } rows[] = {{"Potts q = 3", time_discrete(graph, ONS_POTTS, 3, 0.995, update), potts},
                {"Potts q = 10", time_discrete(graph, ONS_POTTS, 10, 0.702, update), NAN},
                {"clock q = 6", time_discrete(graph, ONS_CLOCK, 6, 0.9, update), NAN},
                {"Blume-Capel", time_discrete(graph, ONS_BLUME_CAPEL, 3, 1.69, update), NAN},
                {"XY", time_vectors(graph, 2, 0.9, update), xy},
                {"Heisenberg", time_vectors(graph, 3, 0.7, update), NAN}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char what[80];
        snprintf(what, sizeof what, "%s, %s, square, L = %d", name, rows[k].model, L);
        bench_row(what, "ns a site", isnan(rows[k].theirs) ? "" : "straight scalar loop in order", "", rows[k].ours,
                  rows[k].theirs, NAN);
    }
}

void bench_models(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    const int64_t length = L;
    ons_lattice *square = NULL;
    ons_graph *graph = NULL;
    if (ons_lattice_create(&square, "square", 0) != ONS_OK) { bench_die("lattice"); }
    if (ons_graph_create(&graph, square, &length, 1, ONS_PERIODIC) != ONS_OK) { bench_die("graph"); }
    straight peer = {.length = L, .random = 1};
    peer.states = ONS_NEW(uint8_t, L * L);
    peer.angles = ONS_NEW(double, L *L);
    if (!peer.states || !peer.angles) { bench_die("peer"); }
    for (int k = 0; k < 9; k++) { peer.boltzmann[k] = exp(-k / 0.995); }
    const double potts = time_of(straight_potts, &peer, L * L), xy = time_of(straight_xy, &peer, L * L);
    time_update(graph, ONS_SPIN_METROPOLIS, "Metropolis", potts, xy);
    time_update(graph, ONS_SPIN_HEAT_BATH, "heat bath", NAN, NAN);
    time_update(graph, ONS_SPIN_SWENDSEN_WANG, "Swendsen-Wang", NAN, NAN); /* Wolff's unit is a cluster */
    free(peer.states);
    free(peer.angles);
    ons_graph_free(graph);
    ons_lattice_free(square);
}
