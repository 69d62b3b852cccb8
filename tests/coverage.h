/*
 * Counting how often errors hold what they promise; shared by the tests of coverage.
 *
 * A count is refused when a binomial law gives it, or a rarer one on its side, less than 1e-9 (some 500 checks in all:
 * false-alarm rate below 1e-6). ONSAGER_EFFORT=full has thousands of runs a case and names every share outside 3
 * binomial sigma, of which a few in some hundred are chance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_COVERAGE_H
#define ONSAGER_TESTS_COVERAGE_H

#include <onsager/statistics.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WITHIN1 0.682689492137086
#define WITHIN2 0.954499736103642

static inline bool full_effort(void) {
    const char *effort = getenv("ONSAGER_EFFORT");
    return effort && strcmp(effort, "full") == 0;
}
typedef struct tally {
    int runs, within1, within2, not_equilibrated, flagged, missed; /* missed: by 2 errors without a flag */
    double deviation, square, error; /* sums over the runs: of (mean - exact), of its square, of errors */
} tally;

static inline void count_run(tally *t, double mean, double error, unsigned flags, double exact) {
    const double distance = fabs(mean - exact);
    t->runs++;
    t->within1 += distance <= error;
    t->within2 += distance <= 2 * error;
    t->not_equilibrated += (flags & ONS_NOT_EQUILIBRATED) != 0;
    t->flagged += flags != 0;
    t->missed += flags == 0 && !(distance <= 2 * error);
    t->deviation += mean - exact;
    t->square += (mean - exact) * (mean - exact);
    t->error += isfinite(error) ? error : 0;
}

static inline double bias(const tally *t) {
    return t->error > 0 ? t->deviation / t->error : 0;
} /* in errors of one run */
/* The same in errors of the mean over the runs. */
static inline double bias_of_all(const tally *t) { return t->square > 0 ? t->deviation / sqrt(t->square) : 0; }

static inline void print_tally(const char *name, const char *quantity, double tau, double length, const tally *t) {
    const double percent = 100.0 / t->runs;
    print_message("%-12s %-18s tau %6.2f x %5.0f: %5.1f %5.1f  not equilibrated %5.1f  flagged %5.1f  missed unflagged "
                  "%5.2f  bias %+.3f (%+.1f)\n",
                  name, quantity, tau, length, t->within1 * percent, t->within2 * percent,
                  t->not_equilibrated * percent, t->flagged * percent, t->missed * percent, bias(t), bias_of_all(t));
}

/* Probability of `count` or fewer of `runs`. */
static inline double binomial_tail(int count, int runs, double p) {
    double sum = 0;
    for (int k = 0; k <= count; k++) {
        sum += exp(lgamma(runs + 1.0) - lgamma(k + 1.0) - lgamma(runs - k + 1.0) + k * log(p) + (runs - k) * log1p(-p));
    }
    return sum;
}
static inline bool at_most(int count, int runs, double p) { return binomial_tail(runs - count, runs, 1 - p) > 1e-9; }
static inline bool at_least(int count, int runs, double p) { return binomial_tail(count, runs, p) > 1e-9; }

static inline void assert_share(int count, int runs, double p, double open, const char *what) {
    const double share = (double)count / runs;
    if (full_effort() && fabs(share - p) > 3 * sqrt(p * (1 - p) / runs)) {
        print_message("outside 3 binomial sigma: %s, %.2f %% of %d runs, expected %.2f %%\n", what, 100 * share, runs,
                      100 * p);
    }
    if (!at_most(count, runs, p + open * (p + open < 1)) || !at_least(count, runs, p - open)) {
        fail_msg("%s: %.2f %% of %d runs, expected %.2f %%", what, 100 * share, runs, 100 * p);
    }
}

/* Errors are good to half a percent. `skew`: a symmetric error of a short run of a skew quantity, widened for 2 errors,
 * covers some 2 % too much with 1 and 1 % too little with 2. */
static inline void assert_covered(const tally *t, bool skew, const char *what) {
    assert_share(t->within1, t->runs, WITHIN1, skew ? 0.02 : 0.005, what);
    assert_share(t->within2, t->runs, WITHIN2, skew ? 0.01 : 0.005, what);
}

#endif
