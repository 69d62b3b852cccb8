/*
 * bench: what the laboratory and its kernels cost, beside a peer measured in the same run and the limit that can be
 * derived. Prints one table and writes it as JSON: bench ONSAGER FILE.json [PART ..], where the parts are kernels,
 * flips and so on (without a name it lists them); without one all of them.
 *
 * Every figure is the median of five runs, ours and the peer's in turn, in processor time (the start of the command:
 * the least of twenty on the wall clock). Times are never asserted in tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "textbook.h"

#define RUNS BENCH_RUNS

/* ---- kernels against the textbook loop ---- */

static ons_ising *state_of(const ons_graph *graph, ons_ising_update update, ons_ising_model **model) {
    const ons_ising_options options = {
        .temperature = 2.269185314213022, .coupling = 1, .update = update, .clusters = 1};
    ons_ising *ising = NULL;
    if (ons_ising_model_create(model, graph, &options) != ONS_OK) { bench_die("model"); }
    if (ons_ising_create(&ising, *model, ons_random_stream(1, 0, 0)) != ONS_OK) { bench_die("state"); }
    return ising;
}

static double time_steps(ons_ising *ising, int steps) {
    const double begin = bench_seconds_of_work();
    for (int i = 0; i < steps; ++i) { ons_ising_step(ising); }
    return (bench_seconds_of_work() - begin) / steps;
}

static void time_kernels(const ons_lattice *square, int64_t L, int steps) {
    static const struct {
        ons_ising_update update;
        const char *name;
    } updates[] = {{ONS_METROPOLIS, "Metropolis"}, {ONS_HEAT_BATH, "heat bath"}, {ONS_SWENDSEN_WANG, "Swendsen-Wang"}};
    ons_graph *graph = NULL;
    if (ons_graph_create(&graph, square, &L, 1, ONS_PERIODIC) != ONS_OK) { bench_die("graph"); }
    const double sites = (double)L * (double)L;
    textbook *peer = textbook_create((int)L, 2.269185314213022);
    for (size_t u = 0; u < sizeof updates / sizeof updates[0]; ++u) {
        ons_ising_model *model = NULL;
        ons_ising *ising = state_of(graph, updates[u].update, &model);
        double ours[RUNS], theirs[RUNS];
        time_steps(ising, steps);
        for (int r = 0; r < RUNS; ++r) {
            ours[r] = 1e9 * time_steps(ising, steps) / sites;
            const double begin = bench_seconds_of_work();
            for (int i = 0; i < steps; ++i) {
                if (updates[u].update == ONS_SWENDSEN_WANG) {
                    textbook_swendsen_wang(peer);
                } else {
                    textbook_metropolis(peer);
                }
            }
            theirs[r] = 1e9 * (bench_seconds_of_work() - begin) / steps / sites;
        }
        char name[64];
        snprintf(name, sizeof name, "%s, square, L = %d", updates[u].name, (int)L);
        bench_row(name, "ns a site",
                  updates[u].update == ONS_SWENDSEN_WANG ? "textbook C (flood fill)"
                                                         : "textbook C (Metropolis in order)",
                  "", bench_median(ours, RUNS), bench_median(theirs, RUNS), NAN);
        ons_ising_free(ising);
        ons_ising_model_free(model);
    }
    textbook_free(peer);
    ons_graph_free(graph);
}

/* ---- the laboratory against the bare loop ---- */

static double bare_loop(const ons_graph *graph, int steps, double *sum) {
    ons_ising_model *model = NULL;
    ons_ising *ising = state_of(graph, ONS_METROPOLIS, &model);
    const double begin = bench_seconds_of_work();
    for (int i = 0; i < steps; ++i) {
        ons_ising_step(ising);
        const double m = ons_ising_magnetization(ising);
        *sum +=
            ons_ising_energy(ising) + m + fabs(m) + m * m + m * m * m * m + ons_ising_magnetization_kmin_squared(ising);
    }
    const double seconds = bench_seconds_of_work() - begin;
    ons_ising_free(ising);
    ons_ising_model_free(model);
    return seconds;
}

static double through_the_lab(int steps, const char *output) {
    ons_job *job = NULL;
    char words[2][64];
    snprintf(words[0], sizeof words[0], "steps=%d", steps);
    snprintf(words[1], sizeof words[1], "output=%s", output);
    const char *const fixed[] = {"L=64",
                                 "temperature=2.269185314213022",
                                 "update=metropolis",
                                 "order=random",
                                 "start=up",
                                 "replicas=1",
                                 "warmup=0",
                                 "threads=1",
                                 words[0],
                                 words[1]};
    remove(output);
    if (ons_job_create(&job) != ONS_OK) { bench_die("job"); }
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; ++i) {
        if (ons_job_word(job, fixed[i]) != ONS_OK) { bench_die(fixed[i]); }
    }
    const double begin = bench_seconds_of_work();
    if (ons_job_bind(job, ons_registry()[0], NULL) != ONS_OK || ons_job_run(job, &(ons_run_options){0}) != ONS_OK) {
        bench_die("job");
    }
    const double seconds = bench_seconds_of_work() - begin;
    ons_job_free(job);
    remove(output);
    return seconds;
}

static void time_laboratory(const ons_lattice *square, const char *output) {
    const int64_t L = 64;
    const int few = 2000, many = 42000;
    double ours[RUNS], bare[RUNS], sum = 0;
    ons_graph *graph = NULL;
    if (ons_graph_create(&graph, square, &L, 1, ONS_PERIODIC) != ONS_OK) { bench_die("graph"); }
    for (int r = 0; r < RUNS; ++r) {
        /* Differences of two lengths, so that start-up and the archive, which do not grow with steps, drop out. */
        ours[r] = 1e6 * (through_the_lab(many, output) - through_the_lab(few, output)) / (many - few);
        bare[r] = 1e6 * (bare_loop(graph, many, &sum) - bare_loop(graph, few, &sum)) / (many - few);
    }
    if (isnan(sum)) { bench_die("the bare loop"); }
    ons_graph_free(graph);
    bench_row("a measured sweep in the laboratory, L = 64", "us", "the bare engine loop", "at most 1.03 of the peer",
              bench_median(ours, RUNS), bench_median(bare, RUNS), NAN);
}

static double memory_of(const char *onsager, const char *steps, const char *output) {
    char word[64], out[512];
    snprintf(word, sizeof word, "steps=%s", steps);
    snprintf(out, sizeof out, "output=%s", output);
    remove(output);
    const pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) { _exit(1); }
        execl(onsager, onsager, "run", "ising", "L=8", "temperature=3", "threads=1", "replicas=1", word, out,
              (char *)NULL);
        _exit(1);
    }
    int status = 0;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0 || status != 0) { bench_die("onsager run"); }
    remove(output);
    return (double)usage.ru_maxrss / 1024;
}

/* The least of some runs: the clock on the wall counts what others do. NaN: it cannot be run. */
static double start_of(char *const *words) {
    double least = INFINITY;
    for (int r = 0; r < 4 * RUNS; ++r) {
        const double begin = ons_seconds();
        const pid_t child = fork();
        if (child == 0) {
            if (!freopen("/dev/null", "w", stdout)) { _exit(1); }
            execvp(words[0], words);
            _exit(1);
        }
        int status = 0;
        if (waitpid(child, &status, 0) < 0 || status != 0) { return (double)NAN; }
        least = fmin(least, 1e3 * (ons_seconds() - begin));
    }
    return least;
}

static void time_random(void) {
    static uint32_t words[1 << 16];
    ons_random random = ons_random_stream(1, 0, 0);
    char name[64];
    snprintf(name, sizeof name, "random words, Philox4x32-10 (%s)", ons_random_kernel());
    double ours[RUNS];
    for (int r = 0; r < RUNS; ++r) {
        const double begin = bench_seconds_of_work();
        for (int i = 0; i < 200; ++i) { ons_random_fill(&random, words, 1 << 16); }
        ours[r] = 1e9 * (bench_seconds_of_work() - begin) / (200 * 65536.0);
    }
    bench_row(name, "ns a word", "", "", bench_median(ours, RUNS), NAN, NAN);
}

void bench_kernels(const char *onsager, const char *output) {
    (void)onsager;
    (void)output;
    ons_lattice *square = NULL;
    if (ons_lattice_create(&square, "square", 2) != ONS_OK) { bench_die("lattice"); }
    time_random();
    time_kernels(square, 64, 2000);
    time_kernels(square, 1024, 10);
    ons_lattice_free(square);
}

void bench_laboratory(const char *onsager, const char *output) {
    ons_lattice *square = NULL;
    if (ons_lattice_create(&square, "square", 2) != ONS_OK) { bench_die("lattice"); }
    time_laboratory(square, output);
    const double small = memory_of(onsager, "1e5", output), large = memory_of(onsager, "3e6", output);
    bench_row("memory of a run of 3e6 steps, L = 8", "MiB", "the same run with 1e5 steps", "equal: constant memory",
              large, small, NAN);
    char list[] = "list", python[] = "python3", option[] = "-c", nothing[] = "pass", *command = ons_copy(onsager);
    char *const ours[] = {command, list, NULL}, *const peer[] = {python, option, nothing, NULL};
    bench_row("start of the command (onsager list)", "ms", "python3 -c pass", "20 ms", start_of(ours), start_of(peer),
              NAN);
    free(command);
    ons_lattice_free(square);
}

static const struct part {
    const char *name;
    void (*measure)(const char *onsager, const char *output);
} parts[] = {{"kernels", bench_kernels},
             {"flips", bench_flips},
             {"laboratory", bench_laboratory},
             {"models", bench_models},
             {"dipolar", bench_dipolar},
             {"spin-glass", bench_spin_glass},
             {"oscillators", bench_oscillators},
             {"asynchronous", bench_asynchronous},
             {"flows", bench_flows},
             {"rate-network", bench_rate_network},
             {"meanfield", bench_meanfield},
             {"boltzmann", bench_boltzmann},
             {"patterns", bench_patterns},
             {"perceptron", bench_perceptron},
             {"learning", bench_learning}};

/* A part is wanted when it is named, or none is; *known counts the names that are parts. */
static bool wanted(const char *name, int count, char **names, int *known) {
    bool named = false;
    for (int i = 0; i < count; ++i) { named = named || strcmp(names[i], name) == 0; }
    *known += named;
    return named || count == 0;
}

int main(int argc, char **argv) {
    bool take[sizeof parts / sizeof parts[0]];
    int known = 0;
    for (size_t i = 0; argc >= 3 && i < sizeof parts / sizeof parts[0]; ++i) {
        take[i] = wanted(parts[i].name, argc - 3, argv + 3, &known);
    }
    if (argc < 3 || known < argc - 3) {
        fprintf(stderr, "usage: bench ONSAGER FILE.json [PART ..]; without a part all of them:");
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) { fprintf(stderr, " %s", parts[i].name); }
        fprintf(stderr, "\n");
        return 2;
    }
    char output[512];
    snprintf(output, sizeof output, "%s.h5", argv[2]);
    bench_head();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
        if (!take[i]) { continue; }
        parts[i].measure(argv[1], output);
        if (bench_write(argv[2])) { bench_die(argv[2]); } /* a later part that fails loses nothing */
    }
    return 0;
}
