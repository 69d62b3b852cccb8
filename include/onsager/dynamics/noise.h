/*
 * noise: stochastic differential equations dx_i = f_i dt + g_i dW_i, many members side by side with steps of one
 * length. Noise is addressed by the member and the step, so that a member does not depend on the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_NOISE_H
#define ONSAGER_DYNAMICS_NOISE_H

#include <onsager/dynamics/integrate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_noise_method {
    ONS_EULER_MARUYAMA, /* Ito; strong order 1/2 (1 where g does not depend on x), weak order 1 (Maruyama 1955) */
    ONS_HEUN,           /* Stratonovich; strong order 1 for one variable or noise that commutes, weak order 1 */
    ONS_SRA1 /* g must not depend on x: strong order 3/2, weak order 2 (Roessler, SIAM J. Numer. Anal. 48, 922
                (2010), SRA1) */
} ons_noise_method;

typedef struct ons_noise ons_noise;

/* `drift` gives f, `amplitude` g, as fields of the same dimension (both outlive it). ONS_INVALID: no members, a step
 * that is not positive, dimensions that differ. */
ONS_API ons_status ons_noise_create(ons_noise **noise, const ons_field *drift, const ons_field *amplitude,
                                    ons_noise_method method, double step, size_t members, uint64_t key);
ONS_API void ons_noise_free(ons_noise *noise);
ONS_API void ons_noise_set(ons_noise *noise, size_t member, const double *x);
ONS_API void ons_noise_get(const ons_noise *noise, size_t member, double *x);
/* Steps made by all members; with the states this is all that is needed to go on with the same bits. */
ONS_API uint64_t ons_noise_steps(const ons_noise *noise);
ONS_API void ons_noise_set_steps(ons_noise *noise, uint64_t steps);
/* `count` steps; the time is step * number of steps. ONS_FAILED: a state that is not finite, with member and time. */
ONS_API ons_status ons_noise_advance(ons_noise *noise, uint64_t count);
/* One step with given noise: w[members][dimension], the increments of W, and z likewise, the integrals of W(s) - W(t)
 * over the step (NULL for methods that do not take them). */
ONS_API ons_status ons_noise_step(ons_noise *noise, const double *w, const double *z);

/* The exact solution of dx = (a + b x) dt + sigma sqrt(x) dW after the time h, for x >= 0, a >= 0: a gamma variable
 * with a Poisson number of parts (Feller, Ann. Math. 54, 173 (1951); as a factor of a splitting: Dornic, Chate and
 * Munoz, Phys. Rev. Lett. 94, 100601 (2005)). Never negative; 0 stays 0 where a = 0. ONS_INVALID: negative x, a, sigma
 * or h. */
ONS_API ons_status ons_noise_feller(double *x, double a, double b, double sigma, double h, ons_random *random);

#ifdef __cplusplus
}
#endif
#endif
