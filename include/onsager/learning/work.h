/*
 * learning/work: free energies from the work of processes out of equilibrium. Works are those done on the system along
 * a protocol that begins in equilibrium; temperature in units of energy (k_B = 1).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_WORK_H
#define ONSAGER_LEARNING_WORK_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_work_estimate {
    double value, error; /* the free energy difference, end - start, and its standard error */
    double bias;         /* what the jackknife has taken off (0 for Bennett) */
    double effective;    /* works that count: (sum w)^2 / sum w^2 with the weights of the estimator */
    size_t steps;
} ons_work_estimate;

/* C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997): exp(- dF/T) = <exp(- W/T)>. With the bias of first order removed by
 * the jackknife in closed form; both error and bias are small only where `effective` is large. ONS_INVALID: fewer than
 * two works, numbers that are not finite, a temperature that is not positive. */
ONS_API ons_status ons_work_jarzynski(const double *work, size_t count, double temperature,
                                      ons_work_estimate *estimate);
/* C. H. Bennett, J. Comput. Phys. 22, 245 (1976), for works by G. E. Crooks' relation P_F(W)/P_R(-W) = exp((W - dF)/T)
 * (Shirts, Bair, Hooker and Pande, Phys. Rev. Lett. 91, 140601 (2003)): the dF of maximum likelihood from works of the
 * forward protocol and of the reverse one (done on the system there), the best that both can give; its error from the
 * second moments of the Fermi functions. ONS_FAILED: the distributions do not overlap. */
ONS_API ons_status ons_work_bennett(const double *forward, size_t forwards, const double *reverse, size_t reverses,
                                    double temperature, ons_work_estimate *estimate);

#ifdef __cplusplus
}
#endif
#endif
