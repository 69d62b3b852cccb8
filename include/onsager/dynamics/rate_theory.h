/*
 * rate_theory: what chaotic networks of rate units x' = -x + J phi(x) with random couplings J_ij ~ N(0, g^2/N) do when
 * they are large, without simulating them.
 *
 * One site: the correlation C(tau) of a unit as the motion in a potential (Sompolinsky, Crisanti and Sommers, PRL 61,
 * 259 (1988)). Two sites: how much of the space of N units the activity fills (Clark, Abbott and Litwin-Kumar, PRL 131,
 * 118401 (2023)). A given J: its matrix of covariances is that of a linear network with the same J and independent
 * noise (Clark, arXiv:2604.23489). Fourier transforms are C(omega) = integral dtau exp(-i omega tau) C(tau).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_RATE_THEORY_H
#define ONSAGER_DYNAMICS_RATE_THEORY_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_rate_activation {
    ONS_RATE_TANH,
    ONS_RATE_ERF,   /* erf(x sqrt(pi)/2), of slope 1 at 0: its Gaussian averages are known in closed form */
    ONS_RATE_LINEAR /* phi(x) = x: a linear network (simulation only) */
} ons_rate_activation;

/* ---- one site -------------------------------------------------------------------------------------------------------
 */

typedef struct ons_rate_theory {
    double gain;        /* g; infinity: phi = sign, and x stands for x/g */
    double variance;    /* c0 = C_x(0) */
    double activity;    /* C_phi(0) */
    double slope;       /* a = <phi'>; of an infinite gain: g a */
    double nu;          /* (g a)^2 */
    double rate;        /* C(tau) decays as exp(-rate tau): sqrt(1 - nu) */
    size_t count;       /* times */
    double step;        /* between two of them */
    double *x, *phi;    /* [count] C_x(k step), C_phi(k step) */
    size_t frequencies; /* 0, frequency_step, ... */
    double frequency_step;
    double *x_spectrum, *phi_spectrum; /* [frequencies] */
} ons_rate_theory;

/* Solves it. `gain` > 1, below 200, or infinity (phi = sign: tanh or erf alike). The potential is a series in the
 * coefficients of phi in Hermite polynomials (Mehler), c0 is its other zero, and C(tau) follows from c0 / cosh^2(theta)
 * with d theta / d tau regular at both ends of the separatrix. ONS_INVALID: no chaos. Cost: below 0.1 s up to g = 5. */
ONS_API ons_status ons_rate_theory_solve(ons_rate_theory *theory, ons_rate_activation phi, double gain);
ONS_API void ons_rate_theory_free(ons_rate_theory *theory);
/* <phi(x) phi(x')> of Gaussian numbers of variance `variance` and covariance `covariance`, by two nested quadratures:
 * slow, for checks and for users. */
ONS_API double ons_rate_average(ons_rate_activation phi, double variance, double covariance);
/* The spectrum of the independent noise, n(omega) = C_phi(omega) (1 - nu/(1 + omega^2)), at frequency k frequency_step.
 */
ONS_API double ons_rate_noise(const ons_rate_theory *theory, size_t k);

/* ---- two sites ------------------------------------------------------------------------------------------------------
 */

/* Participation ratios (dimension over N, in the limit) of phi and x: C(0)^2 / (C(0)^2 + psi), with
 * psi_phi = int int [M - 1] C_phi(w1) C_phi(w2) dw1 dw2 / (2 pi)^2, M = 1/|1 - nu/((1 + i w1)(1 - i w2))|^2, and for x
 * the bracket (2 - |p|^2) M - 1, p = nu / ((1 + i w1)(1 - i w2)). */
ONS_API ons_status ons_rate_dimension(const ons_rate_theory *theory, double *phi, double *x);

/* ---- a given J ------------------------------------------------------------------------------------------------------
 */

/* Equal-time covariances covariance[units][units] of phi in the network with the couplings J[units][units] (row i: what
 * unit i receives): C = int domega/2pi n(omega) G G^+, G = [1 - S J]^-1, S = a/(1 + i omega). In time this is a linear
 * network of A = -1 + a J with noise of correlation q(tau) = (1 - nu) C_phi - C_phi'', so that A C + C A^T + B + B^T =
 * 0 with B = int_0^inf exp(A tau) q(tau) dtau, a power series in a J: no loop over frequencies, no eigenvectors.
 * ONS_DONE: a J has an eigenvalue beyond 1, its linear network is not stable and there is no such form (at g = 3 some
 * J of N = 100, whose radius of sqrt(nu) = 0.96 fluctuates). Cost: some 40 products of matrices. */
ONS_API ons_status ons_rate_linear(const ons_rate_theory *theory, size_t units, const double *J, double *covariance);
/* The tempting but wrong closure C = a^2 J C J^T + d 1, d such that the mean diagonal is C_phi(0): no frequencies.
 * ONS_DONE as above. */
ONS_API ons_status ons_rate_closure(const ons_rate_theory *theory, size_t units, const double *J, double *covariance);
/* X with A X + X A^T + Q = 0 for a stable A and a symmetric Q, all [units][units]: the covariance of x' = A x + noise
 * (Cayley transform and squared Smith iteration; R. A. Smith, SIAM J. Appl. Math. 16, 198 (1968)). */
ONS_API ons_status ons_lyapunov_equation(size_t units, const double *A, const double *Q, double *X);
/* Trace of C(omega) and of C(omega)^2, C = R R^+, R = ((1 + i omega) 1 - a J)^-1: a linear network with white noise at
 * one frequency. The participation ratio is trace^2 / (units square). */
ONS_API ons_status ons_rate_white(size_t units, double a, const double *J, double omega, double *trace, double *square);

/* Matrices beside each other, off their diagonals. */
typedef struct ons_matrix_match {
    double correlation; /* Pearson's */
    double slope;       /* of `measured` against `predicted`, least squares through 0 */
    double determined;  /* R^2 of predicted itself: 1 - sum (m - p)^2 / sum (m - mean)^2 */
} ons_matrix_match;
ONS_API ons_matrix_match ons_match_matrices(size_t units, const double *measured, const double *predicted);
/* (trace C)^2 / (units trace C D), C and D symmetric; D independent of C has no bias from noise. D = C is the usual. */
ONS_API double ons_participation(size_t units, const double *C, const double *D);

#ifdef __cplusplus
}
#endif
#endif
