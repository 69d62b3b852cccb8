/* The table that the files of the bench fill together. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ONSAGER_BENCH_H
#define ONSAGER_BENCH_H

#define BENCH_RUNS 5

/* A row; NaN: no such figure. Texts are copied. */
void bench_row(const char *what, const char *unit, const char *peer, const char *limit_is, double ours, double theirs,
               double limit);
/* The middle one of BENCH_RUNS values, which are sorted. */
double bench_median(double *values);
double bench_seconds_of_work(void);
void bench_die(const char *what);

/* Attempted flips per ns of single lattices with one bit a spin, through the command; `output` is overwritten. */
void bench_flips(const char *onsager, const char *output);

#endif
