/*
 * Inside the room: one judgement of correlated numbers, shared by means, derived quantities, plain series and the
 * warm-up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_STATISTICS_INSIDE_H
#define ONSAGER_STATISTICS_INSIDE_H

#include <onsager/statistics.h>

/* Below this many effective samples a row is flagged: measured coverage falls short of what errors promise. */
#define STATISTICS_FEW 50.0
/* Fewer samples of a disorder than this are flagged: Student's factor for 1 error no longer serves 2 errors within 1 %.
 */
#define STATISTICS_FEW_REPLICAS 16
/* Squared skewness of a mean (see statistics_window) above which a row is flagged: no symmetric error serves it well.
 */
#define STATISTICS_SKEW 0.08
/* Effective samples needed to say that a run is stationary: of all replicas together, and of one. Runs of 5
 * autocorrelation times have 2.5, but see the fast part of their correlations only: of an Ising model at T_c 1 % of
 * them show more than 39, and 3 % of four such replicas more than 14 each. */
#define STATISTICS_STATIONARY 40.0
#define STATISTICS_STATIONARY_EACH 15.0
/* Probability below which a test of stationarity condemns a run. */
#define STATISTICS_CONDEMNED 1e-4

/* Numbers of several replicas, one replica after the other, relative to their common mean. */
typedef struct statistics_runs {
    double *values;
    const size_t *lengths;  /* [replicas] */
    size_t replicas, count; /* count: all numbers */
} statistics_runs;

/* The windowed sum of autocovariances. */
typedef struct statistics_window {
    size_t lag;      /* the window W: lags -W .. W are summed */
    double variance; /* of a number, bias-corrected */
    double integral; /* sum of autocovariances, bias-corrected: squared error of the mean times count */
    double freedom;  /* of the integral: independent stretches of 2 W + 1 numbers, less the means subtracted */
    double skewness; /* squared skewness of the mean (of a stretch, over the number of stretches) */
} statistics_window;

/* `means`: how many means were subtracted: 1, or one per replica. */
statistics_window statistics_window_find(const statistics_runs *runs, size_t means);

/* What belongs to the error of the mean of these numbers: error, tau, effective, freedom, and the flags that follow
 * from the numbers alone. `length` samples make one number, `samples` stand behind the mean, `variance` is that of a
 * single sample about the mean (NAN: length is 1, the numbers' own). Mean, binning_tau and rhat are left alone. */
ons_status statistics_judge(const statistics_runs *runs, double length, double samples, double variance,
                            ons_estimate *estimate, statistics_window *window);

/* The factor for Student's freedom and a skew mean. */
double statistics_factor(double freedom, double skewness);
/* Probability of a larger |t|, F, chi^2. */
double statistics_student_tail(double t, double freedom);
double statistics_fisher_tail(double ratio, double freedom1, double freedom2);
double statistics_chi_tail(double chi_squared, double freedom);

/* ---- matrix.c ---- */

/* Reduces the columns of a [count][columns] to upper triangular form; the last column is the right-hand side. */
void statistics_reduce(double *a, size_t count, size_t columns);
/* Coefficients and covariance of a fit (count set, the rest zero) from the triangle; false: it is singular. */
bool statistics_triangle(const double *a, size_t columns, ons_fit *fit);
/* Eigenvalues and eigenvectors (rows of `vectors`) of a symmetric a [n][n], which is destroyed. Some 10 n^3. */
void statistics_eigen(double *a, size_t n, double *values, double *vectors);
/* The lower factor of a = F F^T in its place; the upper half stays as it was. false: a is not positive definite. */
bool statistics_cholesky(double *a, size_t n);
/* b <- F^-1 b and b <- F^-T b. */
void statistics_forward(const double *factor, size_t n, double *b);
void statistics_backward(const double *factor, size_t n, double *b);

/* ---- joint.c ---- */

struct ons_joint {
    size_t components, replicas;
    unsigned flags;
    const ons_bins **bins; /* [replicas], each with samples */
    uint64_t length;       /* of the coarsest bins: all are merged to it */
    size_t *counts;        /* [replicas] bins of that length */
    size_t count;          /* of them all */
    double samples;
    double *reference;     /* [components]: the shift of the first replica */
    double *replica_means; /* [replicas][components] of all samples, minus reference */
    double *offsets;       /* [components]: means minus reference */
    double *means;         /* [components] */
};

/* Means over `merge` neighbouring bins of the common length, minus reference, of one component, [numbers];
 * lengths[replica] receives how many each replica gives. Returns their number. */
size_t statistics_joint_blocks(const ons_joint *joint, size_t component, size_t merge, double *blocks, size_t *lengths);
/* ons_joint_estimate that also tells the window, in bins. */
ons_status statistics_joint_judge(const ons_joint *joint, size_t component, ons_estimate *estimate, size_t *lag);
/* Rows of blocks that may be taken as independent, [*rows][count], minus reference, allocated: the replicas where they
 * are independent, else stretches longer than the window of each of the components. */
ons_status statistics_joint_rows(const ons_joint *joint, const size_t *components, size_t count, double **blocks,
                                 size_t *rows, ons_estimate *estimates);

#endif
