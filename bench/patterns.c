/*
 * Networks that store patterns: seconds of a Metropolis sweep of one configuration beside a first pattern at T = 0.3,
 * on one core, in processor time. patterns_numpy.py and patterns_torch.py are the peers (peers.py).
 *
 * The limit is reading: what the plainest form of the algorithm has to read for every attempt, an entry of a byte and a
 * running overlap of two bytes of each pattern, in the same random order of sites. For P = 2 also what kept fields
 * need: for every accepted flip a row of couplings, a byte each, and all fields, of two bytes, read and written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef uint64_t word __attribute__((vector_size(16)));

static uint64_t read_all(const void *from, size_t bytes) {
    const word *at = from;
    word a = {0}, b = {0}, c = {0}, d = {0};
    for (size_t k = 0; k + 4 <= bytes / sizeof *at; k += 4) {
        a ^= at[k];
        b ^= at[k + 1];
        c ^= at[k + 2];
        d ^= at[k + 3];
    }
    const word all = a ^ b ^ c ^ d;
    return all[0] ^ all[1];
}

/* Seconds of reading a column of bytes and all sums for every attempt of a sweep. */
static double reading(uint32_t sites, size_t patterns, int sweeps) {
    const size_t column = (patterns + 63) / 64 * 64;
    char *columns = aligned_alloc(64, sites * column), *sums = aligned_alloc(64, 2 * column);
    if (!columns || !sums) { bench_die("memory"); }
    memset(columns, 1, sites * column);
    memset(sums, 1, 2 * column);
    ons_random random = ons_random_stream(3, 0, 0);
    volatile uint64_t seen = 0;
    double times[BENCH_RUNS];
    for (int run = 0; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (long k = 0; k < (long)sweeps * sites; k++) {
            seen ^= read_all(columns + ons_random_below(&random, sites) * column, column) ^ read_all(sums, 2 * column);
        }
        times[run] = (bench_seconds_of_work() - begin) / sweeps;
    }
    free(columns);
    free(sums);
    return bench_median(times, BENCH_RUNS);
}

#if defined(__x86_64__)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif
typedef uint64_t line __attribute__((vector_size(64)));

WIDEST static void turn(line *fields, const void *row, size_t bytes) {
    const line *from = row;
    for (size_t j = 0; j < bytes / sizeof *from; j++) {
        fields[2 * j] ^= from[j];
        fields[2 * j + 1] ^= from[j];
    }
}

/* Seconds of the rows and fields of `flips` flips. */
static double turning(uint32_t sites, double flips, int sweeps) {
    const size_t row = (sites + 63) / (size_t)64 * 64;
    char *rows = aligned_alloc(64, sites * row);
    line *fields = aligned_alloc(64, 2 * row);
    if (!rows || !fields) { bench_die("memory"); }
    memset(rows, 1, sites * row);
    memset(fields, 1, 2 * row);
    ons_random random = ons_random_stream(3, 0, 0);
    volatile uint64_t seen = 0;
    double times[BENCH_RUNS];
    for (int run = 0; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (double k = 0; k < flips * sweeps; k++) {
            turn(fields, rows + ons_random_below(&random, sites) * row, row);
            seen ^= fields[0][0];
        }
        times[run] = (bench_seconds_of_work() - begin) / sweeps;
    }
    free(rows);
    free(fields);
    return bench_median(times, BENCH_RUNS);
}

static ons_patterns *draw(uint32_t sites, uint64_t count) {
    ons_random random = ons_random_stream(1, 0, 0);
    ons_patterns *patterns;
    int8_t *entry = malloc(sites);
    if (!entry || ons_patterns_create(&patterns, sites, count, false)) { bench_die("patterns"); }
    for (uint64_t k = 0; k < count; k++) {
        ons_pattern_draw(sites, 0, &random, entry);
        if (ons_patterns_set(patterns, k, entry)) { bench_die("patterns"); }
    }
    free(entry);
    return patterns;
}

/* Seconds a sweep, the middle one of the runs; *flips: accepted in one. */
static double sweep(const ons_patterns *patterns, unsigned order, double temperature, int sweeps, double *flips) {
    ons_recall_model *model;
    ons_recall *recall;
    double scale = 1, times[BENCH_RUNS];
    uint32_t accepted;
    for (unsigned k = 1; k < order; k++) { scale *= (double)k / ons_patterns_sites(patterns); }
    if (ons_recall_model_patterns(&model, patterns, order, scale) ||
        ons_recall_create(&recall, model, ons_random_stream(2, 0, 0))) {
        bench_die("network");
    }
    ons_patterns_get(patterns, 0, ons_recall_spins(recall));
    if (ons_recall_refresh(recall)) { bench_die("network"); }
    *flips = 0;
    for (int run = -1; run < BENCH_RUNS; run++) {
        const double begin = bench_seconds_of_work();
        for (int k = 0; k < sweeps; k++) {
            (void)ons_recall_step(recall, ONS_RECALL_METROPOLIS, temperature, &accepted);
            *flips += (double)accepted / sweeps / (BENCH_RUNS + 1);
        }
        if (run >= 0) { times[run] = (bench_seconds_of_work() - begin) / sweeps; }
    }
    ons_recall_free(recall);
    ons_recall_model_free(model);
    return bench_median(times, BENCH_RUNS);
}

static void compare(const char *what, uint32_t sites, uint64_t count, unsigned order, double temperature, double scale,
                    const char *unit, int sweeps) {
    static const char *const kernels[] = {"x86-64-v4", "x86-64-v3"};
    ons_patterns *patterns = draw(sites, count);
    const double limit = reading(sites, count, sweeps);
    for (int k = 0; k < 2; k++) {
        char name[200];
        double flips;
        if (!ons_spins_select(kernels[k])) { continue; }
        snprintf(name, sizeof name, "%s, %s", what, kernels[k]);
        const double ours = scale * sweep(patterns, order, temperature, sweeps, &flips);
        bench_row(name, unit, "", "reading a byte and an overlap a pattern", ours, NAN, scale * limit);
        if (order == 2) {
            bench_row(name, unit, "", "rows and fields of the flips", ours, NAN, scale * turning(sites, flips, sweeps));
        }
    }
    (void)(ons_spins_select(kernels[0]) || ons_spins_select(kernels[1]) || ons_spins_select("plain"));
    ons_patterns_free(patterns);
}

void bench_patterns(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    compare("patterns, N = 160, P = 4, K = 82000, T = 0.3", 160, 82000, 4, 0.3, 1e3, "ms a sweep", 60);
    compare("the same at T = 100, nearly all flips accepted", 160, 82000, 4, 100, 1e3, "ms a sweep", 60);
    compare("patterns, N = 2000, P = 2, K = 280, T = 0.3", 2000, 280, 2, 0.3, 1e6, "us a sweep", 2000);
}
