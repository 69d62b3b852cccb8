/*
 * The table that the files of the bench fill together, and what they measure with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_BENCH_H
#define ONSAGER_BENCH_H

#include <stddef.h>

#define BENCH_RUNS 5

/* Prints a row and keeps it; NaN: no such figure. Texts are copied. */
void bench_row(const char *what, const char *unit, const char *peer, const char *limit_is, double ours, double theirs,
               double limit);
void bench_head(void);
/* All rows as JSON; not 0: it could not be written. */
int bench_write(const char *path);

/* The middle one of the values, which are sorted. */
double bench_median(double *values, size_t count);
/* Processor time of this process, all threads: other work on the machine does not count. */
double bench_seconds_of_work(void);
/* What a clock on the wall shows: with other work on the machine, more than what is measured. */
double bench_seconds_on_the_clock(void);
void bench_die(const char *what);

/* The parts. `onsager`: the command; `output` is overwritten. */
void bench_kernels(const char *onsager, const char *output);
/* Attempted flips per ns of single lattices with one bit a spin, through the command. */
void bench_flips(const char *onsager, const char *output);
void bench_laboratory(const char *onsager, const char *output);
void bench_models(const char *onsager, const char *output);
void bench_dipolar(const char *onsager, const char *output);
void bench_spin_glass(const char *onsager, const char *output);
void bench_oscillators(const char *onsager, const char *output);
void bench_asynchronous(const char *onsager, const char *output);
void bench_flows(const char *onsager, const char *output);
void bench_patterns(const char *onsager, const char *output);
void bench_rate_network(const char *onsager, const char *output);
void bench_meanfield(const char *onsager, const char *output);
/* Takes Lorenz states x[count][3] from time 0 to `duration` by SUNDIALS (flow_sundials.c). */
void bench_sundials(double *x, size_t count, double duration, double tolerance, int by_adams);
/* An update of an RBM, and fixed points of the monotone machine. */
void bench_boltzmann(const char *onsager, const char *output);
void bench_perceptron(const char *onsager, const char *output);
void bench_learning(const char *onsager, const char *output);

#endif
