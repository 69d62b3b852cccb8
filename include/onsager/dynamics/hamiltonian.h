/*
 * hamiltonian: motion from an energy given as a formula, z' = P grad H(z), for the canonical or any other constant
 * Poisson matrix P, and the steppers that keep its geometry.
 *
 *     H = p^2/2 - cos(q)
 *
 * The energy is text as in flow.h: the last statement is the energy (`NAME = FORMULA`, or the formula alone), those
 * before it name quantities. It is differentiated exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_HAMILTONIAN_H
#define ONSAGER_DYNAMICS_HAMILTONIAN_H

#include <onsager/dynamics/flow.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_hamiltonian ons_hamiltonian;

/* `variables`: names[count] of z. `poisson`: [count][count], the brackets {z_i, z_j}; NULL: canonical, where the first
 * half of the variables are coordinates and the second half their momenta. `parameters`: [parameter_count]; NULL: all
 * unknown names are parameters in order of appearance. ONS_INVALID: an odd number of canonical variables, brackets that
 * are not antisymmetric or not finite, an energy that knows the time, what ons_flow_parse refuses. */
ONS_API ons_status ons_hamiltonian_parse(ons_hamiltonian **hamiltonian, const char *energy,
                                         const char *const *variables, size_t count, const double *poisson,
                                         const char *const *parameters, size_t parameter_count);
ONS_API void ons_hamiltonian_free(ons_hamiltonian *hamiltonian);
/* The equations of motion, for every integrator and for exponents; belongs to the Hamiltonian. */
ONS_API const ons_flow *ons_hamiltonian_flow(const ons_hamiltonian *hamiltonian);
/* z[dimension][lanes], p[parameters][lanes] to energy[lanes]; `work` has ons_hamiltonian_work() * lanes numbers. */
ONS_API size_t ons_hamiltonian_work(const ons_hamiltonian *hamiltonian);
ONS_API void ons_hamiltonian_energy(const ons_hamiltonian *hamiltonian, size_t lanes, const double *z, const double *p,
                                    double *energy, double *work);
/* How many terms H = H_1 + .. + H_k has such that the variables of a term commute with each other, so that its motion
 * is solved exactly by one evaluation of its gradient; 0: there is no such sum, found from the zeros of the second
 * derivatives. Two for H = T(p) + V(q). */
ONS_API size_t ons_hamiltonian_terms(const ons_hamiltonian *hamiltonian);

typedef enum ons_symplectic_method {
    ONS_VERLET,   /* order 2, the symmetric product of the terms' motions (Verlet 1967, Strang 1968) */
    ONS_YOSHIDA4, /* order 4: three of these (Yoshida, Phys. Lett. A 150, 262 (1990)) */
    ONS_YOSHIDA6, /* order 6: seven (the same, solution A) */
    ONS_GAUSS2,   /* order 2: the implicit midpoint rule; these three take any H */
    ONS_GAUSS4,   /* order 4: Gauss-Legendre collocation in two points (Butcher 1964) */
    ONS_GAUSS6    /* order 6: in three */
} ons_symplectic_method;

typedef struct ons_symplectic ons_symplectic;
/* `members` states side by side, with steps of one length; a member does not depend on the others. `parameters`:
 * [members][parameters], or one row for all when `same`. Additions to the state are compensated, so that errors of
 * rounding grow like the root of the number of steps. `hamiltonian` must outlive it. ONS_INVALID: no members, a step
 * that is 0 or not finite, a splitting method for an energy without terms that commute. */
ONS_API ons_status ons_symplectic_create(ons_symplectic **ensemble, const ons_hamiltonian *hamiltonian,
                                         ons_symplectic_method method, double step, size_t members,
                                         const double *parameters, bool same);
ONS_API void ons_symplectic_free(ons_symplectic *ensemble);
ONS_API void ons_symplectic_set(ons_symplectic *ensemble, size_t member, const double *z);
ONS_API void ons_symplectic_get(const ons_symplectic *ensemble, size_t member, double *z);
/* All that a member needs to go on with the same bits: its state and what rounding has left, [2][dimension]. */
ONS_API void ons_symplectic_store(const ons_symplectic *ensemble, size_t member, double *numbers);
ONS_API void ons_symplectic_load(ons_symplectic *ensemble, size_t member, const double *numbers);
/* `count` steps of all members. Cost of a step: one gradient for Verlet with two terms, 3 and 7 for Yoshida; 5 to 20
 * evaluations a point for Gauss, until rounding ends the iteration. ONS_FAILED: the equations of Gauss were not solved
 * (a step too long for iteration), or a state that is not finite; with the member and its step in the message. */
ONS_API ons_status ons_symplectic_advance(ons_symplectic *ensemble, uint64_t count);
/* The energies of all members. */
ONS_API void ons_symplectic_energy(const ons_symplectic *ensemble, double *energy);

#ifdef __cplusplus
}
#endif
#endif
