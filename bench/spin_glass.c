/*
 * Spin glasses: attempted flips a nanosecond and core through the whole laboratory (job, measurement every 100 steps,
 * parts, archive), in processor time, beside a straight loop in C on one sample (spins and couplings of one byte, a
 * table of thresholds, xoshiro). peers.py has the rows beside peapods.
 *
 * The limit of lanes are their random bits: a decision of 512 lanes takes 12.5 planes on average (12, and four more
 * where one of 512 lanes has agreed in 12 bits: 12 %), and a plane of ARS-7 seven AES rounds. With one round of 512
 * bits a cycle (AVX-512 with VAES; 4 cycles with AES-NI of 128 bits at one a cycle, 2 at two a cycle) that is 512/(12.5
 * * 7) = 5.85 flips a cycle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <onsager/registry.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define RUNS 3
#define TEMPERATURES 11

static const char ladder[] = "temperature=[1.0:2.0:0.1]";

/* Cycles a nanosecond, from a chain of additions of one cycle each. */
static double clock_rate(void) {
    const double begin = bench_seconds_of_work();
    uint64_t x = 1;
    for (long i = 0; i < 30000000; i++) {
        __asm__ volatile("add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\n"
                         "add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0"
                         : "+r"(x));
    }
    return 0.3 / (bench_seconds_of_work() - begin);
}

static const ons_system *find_system(void) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (!strcmp((*system)->name, "spin-glass")) { return *system; }
    }
    bench_die("no system spin-glass");
    return NULL;
}

static double flips_of(int L, int steps, int replicas) {
    return 2.0 * TEMPERATURES * L * L * L * (double)replicas * steps;
}

/* Flips a nanosecond of one job. */
static double through_the_lab(int L, int steps, const char *words, int replicas, const char *output) {
    ons_job *job;
    char text[5][200], buffer[200], *rest = buffer;
    snprintf(text[0], sizeof text[0], "L=%d", L);
    snprintf(text[1], sizeof text[1], "steps=%d", steps);
    snprintf(text[2], sizeof text[2], "replicas=%d", replicas);
    snprintf(text[3], sizeof text[3], "output=%s", output);
    snprintf(text[4], sizeof text[4], "%s", ladder);
    snprintf(buffer, sizeof buffer, "warmup=0 every=100 threads=1 %s", words);
    if (ons_job_create(&job) != ONS_OK) { bench_die("job"); }
    for (int i = 0; i < 5; i++) {
        if (ons_job_word(job, text[i]) != ONS_OK) { bench_die("word"); }
    }
    for (char *word = strtok_r(buffer, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (ons_job_word(job, word) != ONS_OK) { bench_die("word"); }
    }
    unlink(output);
    const double begin = bench_seconds_of_work();
    if (ons_job_bind(job, find_system(), NULL) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { bench_die("run"); }
    const double seconds = bench_seconds_of_work() - begin;
    ons_job_free(job);
    unlink(output);
    return 1e-9 * flips_of(L, steps, replicas) / seconds;
}

/* ---- the straight loop ---- */

static uint64_t mix[4] = {1, 2, 3, 4};

static inline uint64_t xoshiro(void) {
    const uint64_t sum = mix[0] + mix[3], result = (sum << 23 | sum >> 41) + mix[0], t = mix[1] << 17;
    mix[2] ^= mix[0];
    mix[3] ^= mix[1];
    mix[1] ^= mix[2];
    mix[0] ^= mix[3];
    mix[2] ^= t;
    mix[3] = mix[3] << 45 | mix[3] >> 19;
    return result;
}

static double straight_loop(int L, int steps) {
    const int n = L * L * L;
    int *neighbour = malloc(6 * (size_t)n * sizeof *neighbour);
    signed char *spin = malloc((size_t)n), *coupling = malloc(6 * (size_t)n);
    uint64_t up[13];
    if (!neighbour || !spin || !coupling) { exit(1); }
    for (int sum = -6; sum <= 6; sum++) { up[sum + 6] = ons_threshold(1 / (1 + ons_exp(-2 * sum / 1.5))); }
    for (int i = 0; i < n; i++) {
        const int x = i / (L * L), y = i / L % L, z = i % L;
        const int cell[6] = {(x + 1) % L * L * L + y * L + z,     x * L * L + (y + 1) % L * L + z,
                             x * L * L + y * L + (z + 1) % L,     (x + L - 1) % L * L * L + y * L + z,
                             x * L * L + (y + L - 1) % L * L + z, x * L * L + y * L + (z + L - 1) % L};
        for (int d = 0; d < 6; d++) { neighbour[6 * i + d] = cell[d]; }
        for (int d = 0; d < 3; d++) { coupling[6 * i + d] = xoshiro() >> 63 ? 1 : -1; }
        spin[i] = xoshiro() >> 63 ? 1 : -1;
    }
    for (int i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++) { coupling[6 * i + 3 + d] = coupling[6 * neighbour[6 * i + 3 + d] + d]; }
    }
    const double begin = bench_seconds_of_work();
    for (int step = 0; step < steps; step++) {
        for (int i = 0; i < n; i++) {
            int sum = 0;
            for (int d = 0; d < 6; d++) { sum += coupling[6 * i + d] * spin[neighbour[6 * i + d]]; }
            spin[i] = xoshiro() < up[sum + 6] ? 1 : -1;
        }
    }
    const double rate = 1e-9 * (double)n * steps / (bench_seconds_of_work() - begin);
    free(neighbour);
    free(spin);
    free(coupling);
    return rate;
}

static double of_lab(int L, int steps, const char *words, int replicas, const char *output) {
    double ours[RUNS];
    for (int r = 0; r < RUNS; r++) { ours[r] = through_the_lab(L, steps, words, replicas, output); }
    return bench_median(ours, RUNS);
}

void bench_spin_glass(const char *onsager, const char *output) {
    static const char *const kernels[] = {"x86-64-v4", "x86-64-v3"};
    static const int lengths[] = {8, 12, 16};
    static const char unit[] = "attempted flips a ns and core", peer[] = "straight loop in C";
    char what[100];
    (void)onsager;
    const char *best = ons_spins_kernel();
    const double limit = 5.85 * clock_rate();
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        const int L = lengths[l], steps = 3000 * 512 / (L * L * L);
        const double loop = straight_loop(L, 20000000 / (L * L * L));
        for (size_t k = 0; k < 2; k++) {
            if (!ons_spins_select(kernels[k])) { continue; }
            snprintf(what, sizeof what, "+-J cube, L = %d, 512 lanes, 11 temperatures, %s", L, kernels[k]);
            bench_row(what, unit, peer,
                      k ? "random bits: AES-NI at two rounds a cycle" : "random bits: 5.85 flips a cycle",
                      of_lab(L, steps, "lanes=yes", 512, output), loop, k ? limit / 2 : limit);
        }
        ons_spins_select(best);
        if (L == 8) {
            bench_row("gaussian cube, L = 8, one sample, 11 temperatures", unit, peer, "",
                      of_lab(L, 500, "disorder=gaussian", 4, output), loop, NAN);
        }
    }
}
