/*
 * bench_models: what the kernels of Potts, clock, Blume-Capel and O(n) spins cost, beside straight scalar loops in C on
 * the same lattice, in nanoseconds of processor time a site. Prints one table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 5 };

static double seconds_of_work(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median over the runs of nanoseconds a site. */
static double time_of(void (*step)(void *state), void *state, double sites) {
    double times[RUNS];
    const int steps = (int)(1e6 / sites) + 1;
    for (int r = -1; r < RUNS; r++) {
        const double begin = seconds_of_work();
        for (int k = 0; k < steps; k++) { step(state); }
        if (r >= 0) { times[r] = 1e9 * (seconds_of_work() - begin) / steps / sites; }
    }
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
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

static void die(void) {
    fprintf(stderr, "bench_models: %s\n", ons_message());
    exit(1);
}

static double time_discrete(const ons_graph *graph, ons_discrete_kind kind, uint32_t q, double temperature,
                            ons_spin_update update) {
    const ons_discrete_options options = {
        .kind = kind, .states = q, .temperature = temperature, .coupling = 1, .update = update, .clusters = 1};
    ons_discrete_model *model = NULL;
    ons_discrete *spins = NULL;
    if (ons_discrete_model_create(&model, graph, &options) != ONS_OK) { die(); }
    if (ons_discrete_create(&spins, model, ons_random_stream(1, 0, 0)) != ONS_OK) { die(); }
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
    if (ons_vectors_model_create(&model, graph, &options) != ONS_OK) { die(); }
    if (ons_vectors_create(&spins, model, ons_random_stream(1, 0, 0)) != ONS_OK) { die(); }
    const double result = time_of(step_vectors, spins, graph->sites);
    ons_vectors_free(spins);
    ons_vectors_model_free(model);
    return result;
}

int main(void) {
    static const char *const names[] = {"Metropolis", "heat bath", "Wolff", "Swendsen-Wang"};
    enum { L = 128 };
    const int64_t length = L;
    ons_lattice *square = NULL;
    ons_graph *graph = NULL;
    if (ons_lattice_create(&square, "square", 0) != ONS_OK) { die(); }
    if (ons_graph_create(&graph, square, &length, 1, ONS_PERIODIC) != ONS_OK) { die(); }
    straight peer = {.length = L, .random = 1};
    peer.states = ONS_NEW(uint8_t, L * L);
    peer.angles = ONS_NEW(double, L *L);
    if (!peer.states || !peer.angles) { die(); }
    for (int k = 0; k < 9; k++) { peer.boltzmann[k] = exp(-k / 0.995); }
    const double potts = time_of(straight_potts, &peer, L * L), xy = time_of(straight_xy, &peer, L * L);
    printf("square lattice, L = %d, ns a site                    ours\n", L);
    for (unsigned update = 0; update < 4; update++) {
        const ons_spin_update u = (ons_spin_update)update;
        if (u == ONS_SPIN_WOLFF) { continue; } /* its unit is a cluster */
        printf("%-14s Potts q = 3   %8.1f\n", names[update], time_discrete(graph, ONS_POTTS, 3, 0.995, u));
        printf("%-14s Potts q = 10  %8.1f\n", names[update], time_discrete(graph, ONS_POTTS, 10, 0.702, u));
        printf("%-14s clock q = 6   %8.1f\n", names[update], time_discrete(graph, ONS_CLOCK, 6, 0.9, u));
        printf("%-14s Blume-Capel   %8.1f\n", names[update], time_discrete(graph, ONS_BLUME_CAPEL, 3, 1.69, u));
        printf("%-14s XY            %8.1f\n", names[update], time_vectors(graph, 2, 0.9, u));
        printf("%-14s Heisenberg    %8.1f\n", names[update], time_vectors(graph, 3, 0.7, u));
    }
    printf("straight scalar loops, in order: Potts q = 3 %.1f, XY (libm) %.1f\n", potts, xy);
    free(peer.states);
    free(peer.angles);
    ons_graph_free(graph);
    ons_lattice_free(square);
    return 0;
}
