/*
 * learning/paths: maximum entropy over paths (maximum caliber). The prior is a Markov jump process: events e from state
 * to state with rates k_e. Path functionals A_k add weight_ke for every event; the measure of maximum entropy relative
 * to the prior under <A_k> is P = P0 exp(sum_k gamma_k A_k)/Z(gamma). With the tilted generator
 *
 *     (L_gamma r)(x) = sum over events from x of k_e exp(sum_k gamma_k weight_ke) r(to) - r(x) sum of k_e,
 *
 * Z(t) ~ exp(t theta(gamma)), theta its largest eigenvalue (scaled cumulant generating function): d theta / d gamma_k
 * is the mean of A_k per unit of time in the driven process, d^2 theta / d gamma_k d gamma_l its covariance per unit of
 * time, at any gamma: a relation between response and fluctuations far from equilibrium. The driven process has the
 * rates k_e exp(gamma weight_e) r(to)/r(from) (Doob's transform; Chetrite and Touchette, Ann. Henri Poincare 16, 2005
 * (2015)). D. M. Rogers, T. L. Beck and S. B. Rempe, J. Stat. Phys. 145, 385 (2011).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_PATHS_H
#define ONSAGER_LEARNING_PATHS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_PATH_STATES 4096 /* at most */
#define ONS_PATH_NO_REVERSE SIZE_MAX

typedef struct ons_path_event {
    size_t from, to; /* different */
    double rate;     /* > 0 */
    size_t reverse;  /* the index of the event that undoes this one, or ONS_PATH_NO_REVERSE */
} ons_path_event;

typedef struct ons_path_process {
    size_t states, events, functionals;
    ons_path_event *event; /* [events]; several may join the same states */
    double *weight;        /* [functionals][events] */
} ons_path_process;
/* For processes whose arrays were allocated by this library. */
ONS_API void ons_path_process_free(ons_path_process *process);

/* The stationary solution of a tilted process. */
typedef struct ons_path_solution {
    size_t states, functionals;
    double theta;        /* largest eigenvalue, 1/time; 0 at gamma = 0 */
    double *rate;        /* [functionals]: d theta / d gamma_k */
    double *covariance;  /* [functionals][functionals]: second derivatives */
    double *right;       /* [states]: eigenvector of L_gamma, largest element 1 */
    double *probability; /* [states]: stationary distribution of the driven process */
} ons_path_solution;

/* gamma[functionals] or NULL: 0. Noda's iteration (1971), which converges quadratically from above, and two bordered
 * linear equations for the derivatives: exact up to rounding, no differences. Cost: some ten times states^3/3.
 * ONS_INVALID: too many states, an event that leads nowhere, rates that are not positive, a process in which some state
 * cannot be reached from another (named). ONS_FAILED: no convergence. Zero *solution first; empty after an error. */
ONS_API ons_status ons_path_solve(const ons_path_process *process, const double *gamma, ons_path_solution *solution);
ONS_API void ons_path_solution_free(ons_path_solution *solution);
/* The rates of the driven process, [events]. */
ONS_API void ons_path_driven(const ons_path_process *process, const double *gamma, const ons_path_solution *solution,
                             double *rates);
/* The gamma[functionals] at which the driven process has the means rates[functionals] per unit of time: Newton on the
 * convex theta(gamma) - gamma . rates. *rate_function (may be NULL): gamma . rates - theta, the price of these rates in
 * nats per unit of time. ONS_INVALID: no gamma has them (a functional that is zero on all loops, rates out of reach).
 */
ONS_API ons_status ons_path_fit(const ons_path_process *process, const double *rates, double *gamma,
                                double *rate_function);

/* Entropy production per unit of time at the distribution p[states], with other rates or NULL: the sum over pairs of
 * events of (p_from k_e - p_to k_reverse) ln(p_from k_e / (p_to k_reverse)); infinite where an event that happens has
 * no reverse. Nats, >= 0. */
ONS_API double ons_path_entropy_production(const ons_path_process *process, const double *rates, const double *p);
/* ln Z(t) = ln <exp(gamma . A)> over paths of length `time` from p0[states], by uniformization: exact to 1e-13 relative
 * in Z; cost: events * time * (largest escape rate). Absorbing and unreachable states are allowed. */
ONS_API ons_status ons_path_partition(const ons_path_process *process, const double *gamma, double time,
                                      const double *p0, double *log_partition);
/* One path from `start` over `time` (Gillespie's method): adds the functionals to totals[functionals] and returns the
 * state at its end. `rates`: NULL or those of a driven process. */
typedef struct ons_path_sampler ons_path_sampler;
ONS_API ons_status ons_path_sampler_create(ons_path_sampler **sampler, const ons_path_process *process,
                                           const double *rates);
ONS_API void ons_path_sampler_free(ons_path_sampler *sampler);
ONS_API size_t ons_path_sample(const ons_path_sampler *sampler, size_t start, double time, ons_random *random,
                               double *totals);

/* ---- steps in discrete time ---------------------------------------------------------------------------------------
 */

/* Paths of a chain with kernel[states][states] (row x, column x': probability of x -> x'), tilted in every step t by
 * exp(gamma_t j(x, x')), flux[states][states] = j. ln Z, mean[steps] = <j_t> and covariance[steps][steps] = Cov(j_t,
 * j_t') = d <j_t> / d gamma_t' in the tilted ensemble, by products of tilted matrices from both ends. Any result may be
 * NULL. Cost: steps^2 states^2. */
ONS_API ons_status ons_path_slices(size_t states, const double *kernel, const double *flux, const double *p0,
                                   size_t steps, const double *gamma, double *log_partition, double *mean,
                                   double *covariance);
/* The information that one step loses: sum of p(x) T(x -> x') ln[p(x) T(x -> x') / (p'(x') R(x' -> x))], p' = p T, R
 * the reverse kernel (NULL: T itself). Not negative; infinite where a step has no reverse (deterministic kernels),
 * never clipped. *system (may be NULL): the part S(p') - S(p). */
ONS_API ons_status ons_path_information_loss(size_t states, const double *kernel, const double *reverse,
                                             const double *p, double *loss, double *system);

#ifdef __cplusplus
}
#endif
#endif
