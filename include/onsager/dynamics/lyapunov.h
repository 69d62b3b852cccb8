/*
 * lyapunov: exponents of flows and maps from their tangent space.
 *
 * The variational equation V' = J(x) V goes with the trajectory for k perturbations; they are made orthonormal again by
 * a QR decomposition, and the logarithms of its diagonal are the growth (Benettin, Galgani, Giorgilli and Strelcyn,
 * Meccanica 15, 9 (1980); Shimada and Nagashima, Prog. Theor. Phys. 61, 1605 (1979)).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_LYAPUNOV_H
#define ONSAGER_DYNAMICS_LYAPUNOV_H

#include <onsager/dynamics/integrate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_tangent ons_tangent;

/* `members` trajectories of a flow with a Jacobian, each with `exponents` perturbations (at most the dimension). The
 * field must outlive it. ONS_TAYLOR takes a field of formulas (ons_flow_field) and makes the series of x and its
 * perturbations itself; ONS_INVALID: an operation that has none. */
ONS_API ons_status ons_tangent_create(ons_tangent **tangent, const ons_field *field, size_t members, size_t exponents,
                                      const ons_integration *how);
/* The same for a map: field->value gives the next point, steps are whole numbers. */
ONS_API ons_status ons_tangent_create_map(ons_tangent **tangent, const ons_field *field, size_t members,
                                          size_t exponents);
ONS_API void ons_tangent_free(ons_tangent *tangent);
/* Puts a member at x[dimension] with the first unit vectors as perturbations, turned a little out of the axes, which
 * may be invariant. */
ONS_API void ons_tangent_set(ons_tangent *tangent, size_t member, double t, const double *x);
/* How many numbers a member's whole state has: t, its next step, x, the perturbations. ons_tangent_load takes what
 * ons_tangent_store gives, and goes on with the same bits. */
ONS_API size_t ons_tangent_size(const ons_tangent *tangent);
ONS_API void ons_tangent_store(const ons_tangent *tangent, size_t member, double *numbers);
ONS_API void ons_tangent_load(ons_tangent *tangent, size_t member, const double *numbers);
/* Takes all members to `target`, with a decomposition at least every `interval`, and adds to growth[members][exponents]
 * the logarithms of what the perturbations have grown by (of a map: minus infinity where one came to nothing), and to
 * divergence[members] (or NULL) the integral of the trace of the Jacobian (of a map: the sum of ln |det J|).
 * ONS_FAILED, with the member in the message, when one cannot go on. */
ONS_API ons_status ons_tangent_advance(ons_tangent *tangent, double target, double interval, double *growth,
                                       double *divergence);
/* From now on ons_tangent_advance ends early with ONS_STOPPED, after a decomposition at which |x_i| > largest[i] for
 * some member: what goes to infinity would need ever shorter steps. largest[dimension] may hold INFINITY; it is copied.
 */
ONS_API ons_status ons_tangent_limit(ons_tangent *tangent, const double *largest);
/* The time between two decompositions that served last, found by itself: shorter than what is asked where perturbations
 * shrink so fast that they would be lost in the errors of the steps. Part of what has to be stored. */
ONS_API double ons_tangent_interval(const ons_tangent *tangent);
ONS_API void ons_tangent_set_interval(ons_tangent *tangent, double interval);
/* Whether a member goes on, and if not, why; a map's member with a number that is not finite has blown up. */
ONS_API ons_member_state ons_tangent_state(const ons_tangent *tangent, size_t member);
/* x[dimension] of a member. */
ONS_API void ons_tangent_point(const ons_tangent *tangent, size_t member, double *t, double *x);

/* The dimension of Kaplan and Yorke (1979) of exponents in descending order: j + (l_1 + .. + l_j)/|l_(j+1)| with the
 * last j whose sum is not negative; 0 when the first is negative, `count` when no sum is negative. An exponent that is
 * no number ends the list as minus infinity does. */
ONS_API double ons_kaplan_yorke(const double *exponents, size_t count);

#ifdef __cplusplus
}
#endif
#endif
