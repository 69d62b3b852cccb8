/*
 * supervised: replica-symmetric theory of dense Hebbian networks that know their patterns by examples only.
 *
 * H = -((P-1)!/(R^(P/2) N^(P-1))) sum_mu sum_(i1<..<iP) eta_i1 .. eta_iP s_i1 .. s_iP, eta the mean of M examples of
 * pattern mu, each entry of an example right with probability (1 + r)/2; R = r^2 (1 + rho) is its second moment and
 * rho = (1 - r^2)/(M r^2). load = K (P-1)!/N^(P-1), N and M to infinity, k_B = 1 (E. Agliari et al., Physica A 626,
 * 129076 (2023), in these variables; the mean example is r xi (1 + sqrt(rho) x), x normal). With n = (r/(R N)) sum eta
 * s:
 *
 *   S = (1 + rho)^(P/2-1) n^(P-1),  h = S + z sqrt(rho S^2 + w),
 *   m = E tanh h/T,  q = E tanh^2 h/T,  n = [m + (rho S/T)(1 - q)]/(1 + rho),
 *
 * w = load q^(P-1), for P = 2 load q/(1 - (1-q)/T)^2. T = 0 in error functions. rho = 0 is the network that stores.
 * Noise in the couplings, Gaussian and of the same variance in the field, adds to the load.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_SUPERVISED_H
#define ONSAGER_MEANFIELD_SUPERVISED_H

#include <onsager/meanfield/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_supervised {
    unsigned order;     /* P, 2 .. 1000 */
    double load;        /* K (P-1)!/N^(P-1) >= 0 */
    double temperature; /* T >= 0 */
    double rho;         /* >= 0 */
} ons_supervised;

typedef struct ons_supervised_state {
    bool exists;                /* m > 0 */
    double overlap;             /* m, with the pattern that no one has seen */
    double example;             /* n, with the mean example */
    double glass;               /* q */
    double response;            /* (1 - q)/T, finite at T = 0 */
    double free_energy, energy; /* a spin */
    double growth;              /* largest eigenvalue of the equations; below 1 where perfect recall leads to it */
} ons_supervised_state;

ONS_API ons_status ons_supervised_check(const ons_supervised *network);
/* The state that perfect recall leads to, or else the one that recall without load becomes as the load grows.
 * ONS_FAILED: no convergence; *state is NaN then. */
ONS_API ons_status ons_supervised_retrieval(const ons_supervised *network, ons_supervised_state *state);
/* The rho at which the state of rho = 0, followed at this load, ends in a fold; a worse one may go on; examples needed:
 * (1 - r^2)/(r^2 rho). The `rho` of the network is not used. INFINITY: it goes on beyond 1e4 (m falls, n stays); 0:
 * there is none at rho = 0. */
ONS_API ons_status ons_supervised_threshold(const ons_supervised *network, double *rho);
/* The load at which it ends in a fold, followed from load 0; the `load` of the network is not used. INFINITY: it lasts
 * beyond 10; 0: there is none. */
ONS_API ons_status ons_supervised_capacity(const ons_supervised *network, double *load);

/* Signal to noise: overlap after one parallel step at T = 0 from the pattern, erf(1/sqrt(2(rho + load (1+rho)^P))). */
ONS_API double ons_supervised_step(const ons_supervised *network);
/* One pattern, T = 0, any P, exactly: E of the sign of M examples' sum times the pattern, ties 0. M >= 1. O(M). */
ONS_API double ons_supervised_majority(double quality, uint64_t examples);
/* rho of M examples of quality r. */
static inline double ons_supervised_rho(double quality, double examples) {
    return (1 - quality * quality) / (examples * quality * quality);
}

#ifdef __cplusplus
}
#endif
#endif
