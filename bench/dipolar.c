/*
 * bench of clock spins with dipoles: time of an attempted move, beside a straight scalar program that sums over all
 * sites at each attempt and one that keeps a table of fields, measured in the same run. bench_dipolar [FILE.json]
 *
 * L = 48, triangular, D/J = 0.15, six states, in processor time, the median of five runs in turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 5
#define L 48
#define SITES (L * L)

static double seconds_of_work(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "bench: %s: %s\n", what, ons_message());
    exit(1);
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values) {
    qsort(values, RUNS, sizeof *values, compare);
    return values[RUNS / 2];
}

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
        die("model");
    }
    ons_longrange_cell cell = {.dimension = 2, .lengths = {L, L}};
    memcpy(cell.basis, lattice->basis, 4 * sizeof(double));
    if (ons_longrange_sum(&cell, 3, 0, peer->coupling)) { die("table"); }
    ons_lattice_free(lattice);
    return here;
}

static void copy_to(straight *peer, ours *here) {
    for (int i = 0; i < SITES; i++) { peer->n[i] = ons_dipolar_states(here->walker)[i]; }
    for (int i = 0; i < SITES; i++) { peer->field[i] = field_at(peer, i); }
}

int main(int count, char **arguments) {
    static const double temperatures[] = {0.12, 0.5, 1.5};
    straight *peer = calloc(1, sizeof *peer);
    ons_random random = ons_random_stream(1, 0, 1);
    FILE *json = count > 1 ? fopen(arguments[1], "w") : NULL;
    if (!peer) { return 1; }
    ours here = open_ours(peer);
    peer->random = 88172645463325252u;
    if (ons_dipolar_start_random(here.walker, &random)) { die("start"); }
    printf("ns per attempted move, L = %d, D/J = 0.15, kernel %s\n", L,
           ons_longrange_kernel(ons_dipolar_longrange(here.model)));
    printf("%6s %8s %18s %8s %18s %8s\n", "T", "ours", "table of fields", "ratio", "sum at each move", "ratio");
    if (json) { fprintf(json, "["); }
    for (int k = 2; k >= 0; k--) {
        const double t = temperatures[k];
        double mine[RUNS], table[RUNS], sum[RUNS];
        for (int sweep = 0; sweep < 300; sweep++) { ons_dipolar_metropolis(here.walker, t); }
        copy_to(peer, &here);
        for (int r = 0; r < RUNS; r++) {
            double begin = seconds_of_work();
            for (int sweep = 0; sweep < 100; sweep++) { ons_dipolar_metropolis(here.walker, t); }
            mine[r] = 1e9 * (seconds_of_work() - begin) / (100.0 * SITES);
            peer->keeps = 1;
            begin = seconds_of_work();
            straight_sweep(peer, t, 10 * SITES);
            table[r] = 1e9 * (seconds_of_work() - begin) / (10.0 * SITES);
            peer->keeps = 0;
            begin = seconds_of_work();
            straight_sweep(peer, t, SITES);
            sum[r] = 1e9 * (seconds_of_work() - begin) / SITES;
            copy_to(peer, &here);
        }
        const double a = median(mine), b = median(table), c = median(sum);
        printf("%6g %8.1f %18.1f %8.1f %18.1f %8.1f\n", t, a, b, b / a, c, c / a);
        if (json) {
            fprintf(json, "%s{\"temperature\": %g, \"ours\": %.4g, \"table\": %.4g, \"sum\": %.4g, \"unit\": \"ns\"}",
                    k < 2 ? ", " : "", t, a, b, c);
        }
    }
    if (json) {
        fprintf(json, "]\n");
        fclose(json);
    }
    ons_dipolar_free(here.walker);
    ons_dipolar_model_free(here.model);
    ons_graph_free(here.graph);
    free(peer);
    return 0;
}
