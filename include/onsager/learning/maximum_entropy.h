/*
 * learning/maximum_entropy: the distribution that says no more than what is known of it (E. T. Jaynes, Phys. Rev. 106,
 * 620 (1957)): over finitely many states x with prior q(x), maximise - sum p ln(p/q) under <f_k> = c_k. The solution is
 *
 *     p(x) = q(x) exp(sum_k lambda_k f_k(x)) / Z(lambda),      Z(lambda) = sum_x q(x) exp(sum_k lambda_k f_k(x)),
 *
 * and lambda minimises the convex dual ln Z(lambda) - sum_k lambda_k c_k, with d ln Z / d lambda_k = <f_k> and
 * d^2 ln Z / d lambda_k d lambda_l = Cov(f_k, f_l). The sign is exp(+ lambda f); Jaynes writes exp(- lambda f).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_MAXIMUM_ENTROPY_H
#define ONSAGER_LEARNING_MAXIMUM_ENTROPY_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_maximum_entropy_problem {
    size_t states, features;
    const double *log_prior;  /* [states]: ln q up to a constant; -inf: never; NULL: all states alike */
    const double *feature;    /* [features][states]: f_k(x) */
    const double *average;    /* [features]: c_k */
    const char *const *names; /* [features], for messages; NULL: "feature 1" .. */
} ons_maximum_entropy_problem;

typedef struct ons_maximum_entropy {
    size_t states, features;
    double *multiplier;   /* [features]: lambda; 0 of a redundant feature */
    double *mean;         /* [features]: <f_k>, equal to the averages but for `residual` */
    double *covariance;   /* [features][features]: Cov(f_k, f_l) = d <f_k> / d lambda_l */
    double *probability;  /* [states] */
    bool *redundant;      /* [features]: what earlier features say already (f_k = a + sum b_j f_j on all states) */
    double log_partition; /* ln Z with a prior that adds up to 1 */
    double entropy;       /* - sum p ln p, nats */
    double divergence;    /* sum p ln(p/q) = sum lambda_k c_k - ln Z, nats: what the constraints have told */
    double residual;      /* largest |<f_k> - c_k| over the spread of f_k under the prior */
    size_t steps;         /* of Newton's method */
} ons_maximum_entropy;

/* Newton's method with Cholesky factors and backtracking in an orthonormal basis of the features. Cost: states *
 * features^2 a step, some ten steps.
 *
 * ONS_INVALID, with words that name the feature where one is to blame: numbers that are not finite; an average outside
 * the values of its feature; a redundant feature whose average contradicts the others; averages that no distribution
 * has (outside the convex hull: a certificate was found, a combination of features that is on one side of its average
 * in every state); averages on the boundary of the hull, where states would get probability 0 and multipliers are
 * infinite. ONS_FAILED: no convergence. Zero *solution first; it is freed before it is filled, and empty after an
 * error. */
ONS_API ons_status ons_maximum_entropy_solve(const ons_maximum_entropy_problem *problem, ons_maximum_entropy *solution);
/* Standard errors of the multipliers, error[features], when the averages have the covariance noise[features][features]
 * (measured means): (C^-1 noise C^-1)^(1/2) on the diagonal, C the covariance of the solution; 0 of redundant features,
 * whose averages are taken as exact. */
ONS_API ons_status ons_maximum_entropy_errors(const ons_maximum_entropy *solution, const double *noise, double *error);
ONS_API void ons_maximum_entropy_free(ons_maximum_entropy *solution);

#ifdef __cplusplus
}
#endif
#endif
