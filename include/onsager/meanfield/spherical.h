/*
 * spherical: glasses that are solved in closed form: the spherical p-spin model and the random energy model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_SPHERICAL_H
#define ONSAGER_MEANFIELD_SPHERICAL_H

#include <onsager/meanfield/replicas.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Spherical spins, sum s_i^2 = N, with couplings as those of ons_replicas (kind pure, P >= 3, no field): below the
 * static temperature q1 = 0, and q2, theta solve beta^2 xi'(q2) = q2 / [(1 - q2)(1 - q2 + theta q2)] and dA/dtheta = 0
 * (A. Crisanti and H.-J. Sommers, Z. Phys. B 87, 341 (1992)). A = (1/2)[1 + ln 2pi] at beta = 0. Entropies of
 * continuous spins fall to -infinity at T = 0, where the state is refused (temperature > 0). */
ONS_API ons_status ons_spherical_disorder(const ons_replicas *glass, ons_replicas_level level,
                                          ons_replicas_state *state);
/* T_s and T_d; P = 3, load 3/2: 0.5861, sqrt(3/8). */
ONS_API ons_status ons_spherical_static(const ons_replicas *glass, double *temperature);
ONS_API ons_status ons_spherical_dynamic(const ons_replicas *glass, double *temperature);

/* The random energy model, 2^N independent energies of variance N J^2/2 (B. Derrida, Phys. Rev. B 24, 2613 (1981)):
 * T_s = J/(2 sqrt(ln 2)), below it theta = T/T_s, q2 = 1, no entropy; above it A = ln 2 + J^2/(4 T^2). The limit of
 * many bodies of the pure glass with load P J^2/2. Any temperature, 0 included. */
ONS_API ons_status ons_random_energy(double coupling, double temperature, ons_replicas_state *state);

#ifdef __cplusplus
}
#endif
#endif
