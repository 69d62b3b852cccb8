/*
 * multitask: the exact mean-field theory of a network that recalls several diluted patterns side by side.
 *
 * H = -(1/N) sum_mu sum_(i<j) xi_i xi_j s_i s_j with K = O(1) patterns, N to infinity, k_B = 1; entries are 0 with
 * probability d, else +-1 (E. Agliari, A. Barra, A. Galluzzi, F. Guerra and F. Moauro, PRL 109, 268101 (2012)).
 * Patterns may be known by M noisy examples of quality r only; what counts is rho = (1 - r^2)/(M r^2) (the mean example
 * in the place of xi, H divided by r^2 (1 + rho); rho = 0: the patterns themselves). With x the entries of a site,
 * h = sum x n, s^2 = rho sum x^2 n^2:
 *
 *   m_mu = E_x x_mu E_z tanh(h + z s)/T,   n_mu = [m_mu + (rho/T) n_mu E_x x_mu^2 E_z (1 - tanh^2)]/(1 + rho),
 *   f = (1 + rho) sum n^2/2 - T E_x E_z ln 2cosh (h + z s)/T,
 *
 * the entries enumerated (3^K), the Gaussian average by gauss.h; T = 0 in error functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_MULTITASK_H
#define ONSAGER_MEANFIELD_MULTITASK_H

#include <onsager/meanfield/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ONS_MULTITASK_PATTERNS = 12 }; /* at most */

typedef struct ons_multitask {
    unsigned patterns;  /* K, 1 .. ONS_MULTITASK_PATTERNS */
    double dilution;    /* d in [0, 1) */
    double temperature; /* T >= 0 */
    double rho;         /* entropy of the data set, >= 0 */
} ons_multitask;

/* By the equal ones among the overlaps, largest first: all zero; one that is not; several, all different; several of
 * which some are equal (also K > s of them, the others zero); all K equal. */
typedef enum ons_multitask_regime {
    ONS_MULTITASK_PARAMAGNET,
    ONS_MULTITASK_PURE,
    ONS_MULTITASK_HIERARCHY,
    ONS_MULTITASK_MIXED,
    ONS_MULTITASK_PARALLEL
} ons_multitask_regime;

typedef struct ons_multitask_state {
    double overlap[ONS_MULTITASK_PATTERNS]; /* m, [K], the n descending (signs and order do not matter to f) */
    double example[ONS_MULTITASK_PATTERNS]; /* n; equal to m for rho = 0 */
    double free_energy;                     /* f a spin */
    double stability; /* smallest eigenvalue of the Hessian of f, over 1 + rho: a minimum above 0; -infinity at T = 0
                         where fields of a finite share of sites vanish */
    ons_multitask_regime regime;
    unsigned alive, equal; /* overlaps that are not zero; the largest number of them that are equal */
} ons_multitask_state;

/* Starting points: a hierarchy (1-d) d^(k-1), or the first s alike. */
ONS_API void ons_multitask_hierarchy(const ons_multitask *network, double start[ONS_MULTITASK_PATTERNS]);
ONS_API void ons_multitask_mixture(const ons_multitask *network, unsigned s, double start[ONS_MULTITASK_PATTERNS]);

/* ONS_INVALID: what is out of range. */
ONS_API ons_status ons_multitask_check(const ons_multitask *network);
/* The state in whose basin `start`[K] is; `unstable`: Newton's method from there, saddles are taken too. ONS_FAILED:
 * no convergence, said by the message; *state is NaN then. Cost of one evaluation: 3^K/2 times 0.1 microseconds (rho =
 * 0) or 5, times some tens. */
ONS_API ons_status ons_multitask_solve(const ons_multitask *network, const double *start, bool unstable,
                                       ons_multitask_state *state);
/* All K alike, m = E x_1 tanh(m sum x/T) and its like for rho > 0, as one equation, whether stable or not; the largest
 * solution, 0 from T_c = 1 - d on. */
ONS_API ons_status ons_multitask_parallel(const ons_multitask *network, ons_multitask_state *state);
/* Stable states, up to signs and order, of increasing free energy, from many starts: hierarchy, mixtures of s, unequal
 * pairs of mixtures, fixed random ones. At most `room` are written. */
ONS_API ons_status ons_multitask_states(const ons_multitask *network, ons_multitask_state *states, size_t room,
                                        size_t *count);
/* The dilution up to which the hierarchy that is stable at small d can be followed, within 1e-6: there it jumps, two
 * levels become equal, or the other patterns together outvote the first, n_1 = n_2 + n_3 + .. (at low temperature all
 * at once). T = 0 and rho = 0: the root of sum_(k=1)^(K-1) d^k = 1. *dilution is 1 when it lasts, and NaN when there is
 * none at d = 0.01. */
ONS_API ons_status ons_multitask_edge(const ons_multitask *network, double *dilution);

/* F(n), df/dn and the like at any n, as a model of solve.h with the dilution as control. */
typedef struct ons_multitask_model {
    ons_meanfield model;
    ons_multitask network;
} ons_multitask_model;
ONS_API void ons_multitask_model_init(ons_multitask_model *model, const ons_multitask *network);

#ifdef __cplusplus
}
#endif
#endif
