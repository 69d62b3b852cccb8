/*
 * leslie: populations in age classes, one step of time after the other. A Leslie matrix has the fecundities in its
 * first row and the survivals below its diagonal (P. H. Leslie, Biometrika 33, 183 (1945)); n(t+1) = L n(t). Two
 * populations are coupled by matrices in the place of the constants of Lotka and Volterra (Gilman, Miller, Son, Waheed
 * and Wang, arXiv:2412.19831). Numbers are real; matrices are matrix[row][column].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_LESLIE_H
#define ONSAGER_DYNAMICS_LESLIE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_LESLIE_CLASSES 64 /* of a population, at most */

/* The matrix of fecundity[classes], survival[classes - 1] and the part `staying` of the last class that survives in it.
 * ONS_INVALID: a fecundity that is negative, a survival outside 0 .. 1, no class or too many. */
ONS_API ons_status ons_leslie_matrix(size_t classes, const double *fecundity, const double *survival, double staying,
                                     double *matrix);
/* The positive root of the equation of Euler and Lotka, sum_k f_k s_1 .. s_(k-1) root^-k = 1 (with `staying`, the last
 * term over 1 - staying/root): the spectral radius, by a root finder that knows no matrix. 0 where nobody reproduces
 * and nobody stays. */
ONS_API ons_status ons_leslie_root(size_t classes, const double *fecundity, const double *survival, double staying,
                                   double *root);

/* matrix^steps z, by squaring: result[size] times exp(*logarithm), so that nothing overflows; the largest |result| is 1
 * unless all are zero. Cost: size^3 log2(steps). */
ONS_API ons_status ons_leslie_power(size_t size, const double *matrix, uint64_t steps, const double *z, double *result,
                                    double *logarithm);

typedef enum ons_leslie_form {
    ONS_LESLIE_LINEAR,    /* z(t+1) = M z(t) */
    ONS_LESLIE_SATURATING /* every population's matrix, divided by a growing function of the totals */
} ons_leslie_form;

typedef enum ons_leslie_relation {
    ONS_LESLIE_ALONE,       /* x(t+1) = A x */
    ONS_LESLIE_PREDATION,   /* x(t+1) = A x - B y, y(t+1) = D y + C x: y eats x */
    ONS_LESLIE_COMPETITION, /* x(t+1) = A x - B y, y(t+1) = D y - C x */
    ONS_LESLIE_COMPLEX      /* v = x + i y: v(t+1) = (A + i B) v, so M = [[A, -B], [B, A]] */
} ons_leslie_relation;

/* One or two populations. saturating: with totals X, Y: x(t+1) = A x / (1 + a X + b Y); y(t+1) = D y / (1 + c X + d Y)
 * under competition, D y (1 + c X) / (1 + d Y) under predation; crowding = {a, b, c, d}, not negative. */
typedef struct ons_leslie {
    ons_leslie_relation relation;
    ons_leslie_form form;
    size_t classes;
    const double *first, *second;       /* A and D: [classes][classes] */
    const double *on_first, *on_second; /* B and C */
    double crowding[4];
} ons_leslie;
ONS_API size_t ons_leslie_size(const ons_leslie *model); /* classes, times two unless alone */
/* M of the linear form, [size][size]. */
ONS_API void ons_leslie_whole(const ons_leslie *model, double *matrix);
/* Takes z[size] one step. A population whose total is no longer positive dies out: its classes are zero for ever, and
 * its bit (1, 2) is set in *extinct. Single classes may be negative in the linear form. Under ONS_LESLIE_COMPLEX
 * nothing dies: real and imaginary parts turn. scratch[size]. */
ONS_API void ons_leslie_step(const ons_leslie *model, double *z, unsigned *extinct, double *scratch);

/* What a linear pair comes to. The sign rule: under competition M is similar to a matrix without negative elements, so
 * that its dominant eigenvalue is real and its left eigenvector w has the signs (+, -); w z(t) = value^t w z(0) keeps
 * its sign, and says who will be left: the first population where it is positive. Exact far from w z(0) = 0; close to
 * it single classes may be negative on the way. */
typedef struct ons_leslie_fate {
    double growth, imaginary; /* the eigenvalue of M of the largest modulus */
    double threshold;         /* w z(0) / (|w| |z(0)|), w with a positive first part; NaN unless competition */
    int predicted;            /* 0 or 1: the survivor by the rule; -1: the rule does not apply */
    int survivor;             /* 0 or 1 by iteration; -1: both are there after `steps`, -2: none */
    uint64_t time;            /* of the first extinction; 0: none */
} ons_leslie_fate;
ONS_API ons_status ons_leslie_judge(const ons_leslie *model, const double *z, uint64_t steps, ons_leslie_fate *fate);

/* ---- fits -----------------------------------------------------------------------------------------------------------
 */

/* Totals at whole times: count rows from time[0], where the classes are unknown. A population that is not there: NULL;
 * a number that is not there: NaN. */
typedef struct ons_leslie_series {
    size_t count;
    const double *time, *first, *second;
} ons_leslie_series;

/* Populations under competition fitted to several experiments at once: matrices, couplings and first classes that
 * minimise the sum of (ln total - ln observed)^2 up to the time `last`. The recurrence is differentiated forwards;
 * Levenberg and Marquardt's method from `starts` starts drawn from `random`, the best one is kept. Totals alone do not
 * identify matrices: trust the fitted series, not the numbers. */
typedef struct ons_leslie_fit {
    ons_leslie model; /* its matrices belong to the fit */
    double squares;   /* the sum */
    size_t residuals, parameters;
    double *start; /* [series][2][classes] at the first time of each */
} ons_leslie_fit;
ONS_API ons_status ons_leslie_fit_create(ons_leslie_fit **fit, const ons_leslie_series *series, size_t count,
                                         size_t classes, ons_leslie_form form, double last, unsigned starts,
                                         ons_random *random);
ONS_API void ons_leslie_fit_free(ons_leslie_fit *fit);
/* Totals of an experiment by the fit at its times: [count] each, zero for one that is not there; either may be NULL. */
ONS_API ons_status ons_leslie_fit_totals(const ons_leslie_fit *fit, const ons_leslie_series *series, size_t index,
                                         double *first, double *second);

#ifdef __cplusplus
}
#endif
#endif
