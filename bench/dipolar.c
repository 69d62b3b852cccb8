/*
 * Clock spins with dipoles: time of an attempted move, beside a straight scalar program that sums over all
 * sites at each attempt and one that keeps a table of fields, measured in the same run.
 *
 * L = 48, triangular, D/J = 0.15, six states, in processor time, the median of five runs in turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define RUNS BENCH_RUNS
#define L 48
#define SITES (L * L)

/* ---- the straight program ---- */

typedef struct straight {
    int n[SITES];
    double coupling[SITES], field[SITES];
    uint64_t random;
    int keeps; /* a table of fields */
} straight;

static double uniform(straight *s) {
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (double)(s->random >> 11) * 0x1p-53;
}

static double coupling_of(const straight *s, int a, int b) {
    return s->coupling[(a / L - b / L + L) % L * L + (a % L - b % L + L) % L];
}

static double field_at(const straight *s, int site) {
    double sum = 0;
    for (int j = 0; j < SITES; j++) { sum += coupling_of(s, site, j) * (s->n[j] % 2 ? -1 : 1); }
    return sum;
}

static void straight_sweep(straight *s, double temperature, int attempts) {
    static const int steps[6][2] = {{1, 0}, {0, 1}, {1, -1}, {-1, 0}, {0, -1}, {-1, 1}};
    for (int attempt = 0; attempt < attempts; attempt++) {
        const int site = (int)(uniform(s) * SITES), old = s->n[site];
        const int new = (old + 1 + (int)(uniform(s) * 5)) % 6;
        double change = 0;
        for (int k = 0; k < 6; k++) {
            const int other = s->n[(site / L + steps[k][0] + L) % L * L + (site % L + steps[k][1] + L) % L];
            change -= cos((new - other) * 1.0471975511965977) - cos((old - other) * 1.0471975511965977);
        }
        const int turns = (old + new) % 2;
        if (turns) {
            const double field = s->keeps ? s->field[site] : field_at(s, site);
            change += 0.15 * (2 * s->coupling[0] - 2 * (old % 2 ? -1 : 1) * field);
        }
        if (change > 0 && uniform(s) >= exp(-change / temperature)) { continue; }
        s->n[site] = new;
        for (int j = 0; s->keeps && turns && j < SITES; j++) {
            s->field[j] += 2 * (new % 2 ? -1 : 1) * coupling_of(s, j, site);
        }
    }
}

/* ---- both ---- */

typedef struct ours {
    ons_graph *graph;
    ons_dipolar_model *model;
    ons_dipolar *walker;
} ours;

static ours open_ours(straight *peer) {
    const ons_dipolar_options options = {.states = 6, .coupling = 1, .dipole = 0.15};
    const int64_t size = L;
    ons_lattice *lattice = NULL;
    ours here = {0};
    if (ons_lattice_create(&lattice, "triangular", 0) ||
        ons_graph_create(&here.graph, lattice, &size, 1, ONS_PERIODIC) ||
        ons_dipolar_model_create(&here.model, here.graph, &options) ||
        ons_dipolar_create(&here.walker, here.model, ons_random_stream(1, 0, 0))) {
        bench_die("model");
    }
    ons_longrange_cell cell = {.dimension = 2, .lengths = {L, L}};
    memcpy(cell.basis, lattice->basis, 4 * sizeof(double));
    if (ons_longrange_sum(&cell, 3, 0, peer->coupling)) { bench_die("table"); }
    ons_lattice_free(lattice);
    return here;
}

static void copy_to(straight *peer, ours *here) {
    for (int i = 0; i < SITES; i++) { peer->n[i] = ons_dipolar_states(here->walker)[i]; }
    for (int i = 0; i < SITES; i++) { peer->field[i] = field_at(peer, i); }
}

static double time_ours(const ours *here, double temperature, int sweeps) {
    const double begin = bench_seconds_of_work();
    for (int sweep = 0; sweep < sweeps; sweep++) { ons_dipolar_metropolis(here->walker, temperature); }
    return 1e9 * (bench_seconds_of_work() - begin) / ((double)sweeps * SITES);
}

static double time_straight(straight *peer, double temperature, int keeps, int sweeps) {
    peer->keeps = keeps;
    const double begin = bench_seconds_of_work();
    straight_sweep(peer, temperature, sweeps * SITES);
    return 1e9 * (bench_seconds_of_work() - begin) / ((double)sweeps * SITES);
}

void bench_dipolar(const char *onsager, const char *output) {
    static const double temperatures[] = {1.5, 0.5, 0.12};
    (void)onsager;
    (void)output;
    straight *peer = calloc(1, sizeof *peer);
    ons_random random = ons_random_stream(1, 0, 1);
    if (!peer) { bench_die("memory"); }
    ours here = open_ours(peer);
    peer->random = 88172645463325252u;
    if (ons_dipolar_start_random(here.walker, &random)) { bench_die("start"); }
    for (int k = 0; k < 3; k++) {
        const double t = temperatures[k];
        double mine[RUNS], table[RUNS], sum[RUNS];
        char what[96];
        time_ours(&here, t, 300);
        copy_to(peer, &here);
        for (int r = 0; r < RUNS; r++) {
            mine[r] = time_ours(&here, t, 100);
            table[r] = time_straight(peer, t, 1, 10);
            sum[r] = time_straight(peer, t, 0, 1);
            copy_to(peer, &here);
        }
        snprintf(what, sizeof what, "clock spins with dipoles, L = %d, T = %g, %s", L, t,
                 ons_longrange_kernel(ons_dipolar_longrange(here.model)));
        const double median = bench_median(mine, RUNS);
        bench_row(what, "ns an attempted move", "straight loop, a table of fields", "", median,
                  bench_median(table, RUNS), NAN);
        bench_row(what, "ns an attempted move", "straight loop, a sum at each move", "", median,
                  bench_median(sum, RUNS), NAN);
    }
    ons_dipolar_free(here.walker);
    ons_dipolar_model_free(here.model);
    ons_graph_free(here.graph);
    free(peer);
}
