/*
 * Attempted flips per nanosecond of one big lattice with one bit a spin, through the laboratory as `onsager run` does
 * it (measured every sweep), for each instruction set, beside a straight scalar loop and beside what its random bits
 * cost.
 *
 * The limit: a block of 512 sites takes at least 5 planes of random bits for the first five depths, and a group of 16
 * blocks some 24 more for the sites that are then undecided (docs/performance.md): 6.5 planes. How long a plane takes
 * is measured here, in registers of the same instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <onsager.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "textbook.h"

static const double planes_of_block = 6.5;

typedef struct lattice_case {
    const char *name;
    const char *lattice, *length, *temperature;
    double sites;
    int few, many; /* steps; the difference counts, so that start-up and archive drop out */
} lattice_case;

static const lattice_case cases[] = {
    {"2D L = 4096", "lattice=square", "L=4096", "temperature=2.269185314213022", 4096.0 * 4096, 20, 320},
    {"3D L = 256", "lattice=cubic", "L=256", "temperature=4.511523", 256.0 * 256 * 256, 20, 320},
};

/* Seconds of a job with so many steps: of work, or on the clock. */
static double seconds_of_job(const lattice_case *which, int steps, int threads, bool clock, const char *output) {
    ons_job *job = NULL;
    char count[32], team[32], file[600];
    snprintf(count, sizeof count, "steps=%d", steps);
    snprintf(team, sizeof team, "threads=%d", threads);
    snprintf(file, sizeof file, "output=%s", output);
    const char *const words[] = {which->lattice, which->length, which->temperature, "update=metropolis",
                                 "start=up",     "replicas=1",  "warmup=0",         count,
                                 team,           file};
    remove(output);
    if (ons_job_create(&job) != ONS_OK) { bench_die("job"); }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) {
        if (ons_job_word(job, words[i]) != ONS_OK) { bench_die(words[i]); }
    }
    const ons_system *ising = NULL;
    for (size_t i = 0; ons_registry()[i]; ++i) {
        if (strcmp(ons_registry()[i]->name, "ising") == 0) { ising = ons_registry()[i]; }
    }
    const double begin = clock ? ons_seconds() : bench_seconds_of_work();
    if (ons_job_bind(job, ising, NULL) != ONS_OK || ons_job_run(job, &(ons_run_options){0}) != ONS_OK) {
        bench_die("job");
    }
    const double seconds = (clock ? ons_seconds() : bench_seconds_of_work()) - begin;
    ons_job_free(job);
    remove(output);
    return seconds;
}

static double flips(const lattice_case *which, int threads, bool clock, const char *output) {
    double rates[BENCH_RUNS];
    for (int r = 0; r < BENCH_RUNS; ++r) {
        const double seconds = seconds_of_job(which, which->many, threads, clock, output) -
                               seconds_of_job(which, which->few, threads, clock, output);
        rates[r] = 1e-9 * which->sites * (which->many - which->few) / seconds;
    }
    return bench_median(rates, BENCH_RUNS);
}

/* The command itself, whole: start, sweeps, archive. */
static double flips_of_command(const char *onsager, const lattice_case *which, const char *output) {
    double rates[BENCH_RUNS];
    char file[600];
    snprintf(file, sizeof file, "output=%s", output);
    for (int r = 0; r < BENCH_RUNS; ++r) {
        remove(output);
        const double begin = ons_seconds();
        const pid_t child = fork();
        if (child == 0) {
            if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) { _exit(1); }
            execl(onsager, onsager, "run", "ising", which->lattice, which->length, which->temperature, "start=up",
                  "replicas=1", "warmup=0", "threads=1", "steps=1000", file, (char *)NULL);
            _exit(1);
        }
        int status = 0;
        if (waitpid(child, &status, 0) < 0 || status != 0) { bench_die("onsager run"); }
        rates[r] = 1e-9 * which->sites * 1000 / (ons_seconds() - begin);
    }
    remove(output);
    return bench_median(rates, BENCH_RUNS);
}

static double textbook_flips(void) {
    double rates[BENCH_RUNS];
    textbook *peer = textbook_create(1024, 2.269185314213022);
    for (int r = 0; r < BENCH_RUNS; ++r) {
        const double begin = bench_seconds_of_work();
        for (int i = 0; i < 5; ++i) { textbook_metropolis(peer); }
        rates[r] = 1e-9 * 5 * 1024 * 1024 / (bench_seconds_of_work() - begin);
    }
    textbook_free(peer);
    return bench_median(rates, BENCH_RUNS);
}

static double seconds_of_plane(void) {
    enum { COUNT = 256 };
    static uint64_t bits[COUNT * ONS_PLANE_BITS / 64];
    const ons_random random = ons_random_stream(1, 0, 0);
    double times[BENCH_RUNS];
    for (int r = 0; r < BENCH_RUNS; ++r) {
        const double begin = bench_seconds_of_work();
        for (uint64_t i = 0; i < 400; ++i) { ons_planes_fill(&random, 0, i * COUNT, COUNT, bits); }
        times[r] = (bench_seconds_of_work() - begin) / (400 * COUNT);
    }
    return bench_median(times, BENCH_RUNS);
}

void bench_flips(const char *onsager, const char *output) {
    static const char *const kernels[] = {"x86-64-v4", "x86-64-v3"};
    const double scalar = textbook_flips();
    char name[96];
    for (size_t k = 0; k < 2; ++k) {
        if (!ons_spins_select(kernels[k])) { continue; }
        const double limit = 512 / (planes_of_block * seconds_of_plane()) * 1e-9;
        for (size_t c = 0; c < 2; ++c) {
            snprintf(name, sizeof name, "Metropolis, one lattice, %s, %s", cases[c].name, kernels[k]);
            bench_row(name, "attempted flips a ns and core", c == 0 ? "textbook C (2D, L = 1024)" : "textbook C (2D)",
                      "its random bits alone: 6.5 planes of 512 bits a block", flips(&cases[c], 1, false, output),
                      scalar, limit);
        }
    }
    for (size_t k = 2; k-- > 0;) { ons_spins_select(kernels[k]); }
    for (size_t c = 0; c < 2; ++c) {
        snprintf(name, sizeof name, "two threads on it, %s", cases[c].name);
        const double one = flips(&cases[c], 1, true, output);
        bench_row(name, "attempted flips a ns", "one thread", "twice the peer", flips(&cases[c], 2, true, output), one,
                  2 * one);
        snprintf(name, sizeof name, "onsager run, %s, 1000 sweeps with its start and end", cases[c].name);
        bench_row(name, "attempted flips a ns", "textbook C", "", flips_of_command(onsager, &cases[c], output), scalar,
                  NAN);
    }
}
