/*
 * learning/inverse_ising: fields and couplings of Ising spins from samples or from their means and correlations.
 *
 * The model is p(s) = exp(sum_i h_i s_i + sum_{i<j} J_ij s_i s_j) / Z, s_i = +-1: temperature is in h and J (those of a
 * Hamiltonian are divided by T). It is the distribution of maximum entropy under <s_i> and <s_i s_j>. Reviews: Y.
 * Roudi, E. Aurell and J. A. Hertz, Front. Comput. Neurosci. 3, 22 (2009); H. C. Nguyen, R. Zecchina and J. Berg, Adv.
 * Phys. 66, 197 (2017).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_INVERSE_ISING_H
#define ONSAGER_LEARNING_INVERSE_ISING_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- samples ------------------------------------------------------------------------------------------------------
 */

/* Configurations, one a row, +1 or -1. */
typedef struct ons_spin_samples {
    size_t spins, samples;
    int8_t *values; /* [samples][spins] */
} ons_spin_samples;

/* Reads a text file (one configuration a line; numbers separated by blanks, tabs, commas or semicolons; # begins a
 * comment) or an array of NumPy (.npy, two dimensions [samples][spins], row-major, little-endian: int8 .. int64, uint8,
 * bool, float32, float64). Values are +1 and -1, or 1 and 0 throughout (0 becomes -1). ONS_INVALID with the place of
 * what is wrong: other values, rows of unequal length, no row. */
ONS_API ons_status ons_spin_samples_read(const char *path, ons_spin_samples *samples);
ONS_API void ons_spin_samples_free(ons_spin_samples *samples);
/* mean[spins] = <s_i>, product[spins][spins] = <s_i s_j>, its diagonal 1. Cost: samples * spins^2. */
ONS_API ons_status ons_spin_samples_moments(const ons_spin_samples *samples, double *mean, double *product);

/* ---- the model ----------------------------------------------------------------------------------------------------
 */

#define ONS_PAIRWISE_SPINS 22 /* at most, where all 2^spins states are summed */

/* Exact: ln Z, <s_i>, <s_i s_j> (any may be NULL) by two Walsh-Hadamard transforms of 2^spins numbers. coupling[spins]
 * [spins] is symmetric, its diagonal is ignored. ONS_INVALID: too many spins, numbers that are not finite. */
ONS_API ons_status ons_pairwise_moments(size_t spins, const double *field, const double *coupling,
                                        double *log_partition, double *mean, double *product);
/* Independent samples from the exact distribution: one uniform number and a bisection each. */
ONS_API ons_status ons_pairwise_draw(size_t spins, const double *field, const double *coupling, size_t samples,
                                     ons_random *random, int8_t *values);

/* ---- inference ----------------------------------------------------------------------------------------------------
 */

typedef enum ons_inverse_method {
    ONS_INVERSE_EXACT,  /* maximum likelihood: Newton on ln Z - h m - J <ss>, all states summed */
    ONS_INVERSE_PSEUDO, /* pseudo-likelihood (Besag 1975; Ravikumar, Wainwright and Lafferty 2010): every spin given
                           the others is a logistic regression; both estimates of J_ij are averaged. Samples only */
    ONS_INVERSE_NAIVE,  /* J = - (C^-1)_ij (Kappen and Rodriguez 1998) */
    ONS_INVERSE_TAP,    /* (C^-1)_ij = - J_ij - 2 J_ij^2 m_i m_j (Tanaka 1998) */
    ONS_INVERSE_BETHE,  /* susceptibility propagation in closed form (Ricci-Tersenghi 2012; Nguyen and Berg 2012):
                           exact on trees */
    ONS_INVERSE_PAIR,   /* every pair alone: exact on trees for their bonds, not for pairs without a bond */
    ONS_INVERSE_SMALL   /* small correlations: loops + pairs - what both count (Sessak and Monasson 2009) */
} ons_inverse_method;

typedef struct ons_inverse_options {
    ons_inverse_method method;
    double ridge; /* adds (ridge/2) sum J_ij^2 to minus the log-likelihood per sample (EXACT; PSEUDO: of every spin).
                     Makes the solution finite where samples lie on the boundary */
    double lasso; /* adds lasso sum |J_ij| (PSEUDO): couplings become exactly 0 */
} ons_inverse_options;

typedef struct ons_inverse_ising {
    size_t spins;
    double *field, *field_error;       /* [spins] */
    double *coupling, *coupling_error; /* [spins][spins], symmetric, diagonal 0 */
    double log_likelihood;             /* per sample; EXACT only, else NaN; PSEUDO: of the conditional laws, summed */
    size_t steps;                      /* of Newton's method, the most of one spin; 0 for closed forms */
} ons_inverse_ising;

/* From samples, taken as independent. Standard errors: EXACT from the Fisher information, (I^-1/B)^(1/2), I the
 * covariance of s_i and s_i s_j under the model; PSEUDO from the scatter of the scores (sandwich), the covariance of
 * both estimates of J_ij included; closed forms by jackknife over 20 blocks of samples. NaN with `lasso`, where none is
 * honest, and where the jackknife fails. They hold what comes of a finite B, not the bias of an approximate method.
 *
 * ONS_INVALID, with words: too many spins (EXACT), a spin that never turns, a pair of which one of four states was
 * never seen (without `ridge`: that coupling is infinite), a singular correlation matrix, a method that has no solution
 * for these correlations (TAP, BETHE: the pair). ONS_FAILED: no convergence. Cost: EXACT: spins 2^spins +
 * (spins^2/2)^3/3 a step; PSEUDO: samples * spins^3 a step. Zero *solution first; empty after an error. */
ONS_API ons_status ons_inverse_ising_samples(const ons_spin_samples *samples, const ons_inverse_options *options,
                                             ons_inverse_ising *solution);
/* From mean[spins] and product[spins][spins] = <s_i s_j>. `samples`: how many they were taken from, for the errors of
 * EXACT; 0 or INFINITY: errors are 0. Closed forms: NaN. PSEUDO is refused. */
ONS_API ons_status ons_inverse_ising_moments(size_t spins, const double *mean, const double *product, double samples,
                                             const ons_inverse_options *options, ons_inverse_ising *solution);
ONS_API void ons_inverse_ising_free(ons_inverse_ising *solution);

#ifdef __cplusplus
}
#endif
#endif
