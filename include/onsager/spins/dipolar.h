/*
 * dipolar: clock spins that carry an Ising dipole, with exchange between neighbours and dipoles that interact by 1/r^3
 * over all periodic images; without dipoles the q-state clock model.
 *
 * H = - coupling sum_<ij> cos(2 pi (n_i - n_j)/q) + (dipole/2) sum_ij V(r_ij) s_i s_j,   n = 0 .. q-1, s = (-1)^n,
 * V(r) = sum_R |r + R|^-3 over all periods R. The double sum counts every pair twice (hence 1/2), and i = j with the
 * images of a site, without R = 0. Every bond counts once; k_B = 1. With `pair` only the states 0 and 1 exist: then H
 * = -coupling ((1 + c)/2 + (1 - c)/2 s s') per bond, c = cos(2 pi/q), which is a dipolar Ising ferromagnet.
 *
 * Energies are sums of whole numbers (the cosines and V in units of powers of two): functions of the configuration
 * alone, the same bits on every CPU and whatever the order of the moves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DIPOLAR_H
#define ONSAGER_SPINS_DIPOLAR_H

#include <onsager/spins/longrange.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;

#define ONS_DIPOLAR_STATES 64 /* largest q */

typedef struct ons_dipolar_options {
    unsigned states; /* q = 2 .. ONS_DIPOLAR_STATES; even with dipoles */
    bool pair;       /* only the adjacent states 0 and 1 */
    double coupling, dipole;
} ons_dipolar_options;

/* The model with its tables; shared by any number of walkers on any threads, never changed. */
typedef struct ons_dipolar_model ons_dipolar_model;
/* `graph`: a periodic lattice of 1 to 3 dimensions with one site a cell and equal bonds; it must outlive the model. */
ONS_API ons_status ons_dipolar_model_create(ons_dipolar_model **model, const struct ons_graph *graph,
                                            const ons_dipolar_options *options);
ONS_API void ons_dipolar_model_free(ons_dipolar_model *model);
/* NULL without dipoles. */
ONS_API const ons_longrange *ons_dipolar_longrange(const ons_dipolar_model *model);
/* Memory of the model with `walkers` walkers, without the graph. */
ONS_API double ons_dipolar_bytes(double sites, bool dipoles, size_t walkers);

/* A configuration with its random stream and its field. */
typedef struct ons_dipolar ons_dipolar;
/* Begins with all states 0. */
ONS_API ons_status ons_dipolar_create(ons_dipolar **walker, const ons_dipolar_model *model, ons_random random);
ONS_API void ons_dipolar_free(ons_dipolar *walker);
ONS_API ons_random *ons_dipolar_random(ons_dipolar *walker);
/* The states, [sites]; after changing them call ons_dipolar_refresh, which makes the field by Fourier transforms
 * (ONS_INVALID when a state does not exist). */
ONS_API int8_t *ons_dipolar_states(ons_dipolar *walker);
ONS_API ons_status ons_dipolar_refresh(ons_dipolar *walker);
/* Each site drawn at random among the states that exist. */
ONS_API ons_status ons_dipolar_start_random(ons_dipolar *walker, ons_random *random);
/* Stripes of `width` rows: state 0 where floor(u / width) is even, else 1, with u = i_0 (orientation 0), i_1 (1) or, on
 * the triangular lattice, i_0 + i_1 (2) for the cell (i_0, i_1). The lengths must be multiples of 2 width. */
ONS_API ons_status ons_dipolar_start_stripes(ons_dipolar *walker, unsigned width, unsigned orientation);

/* `sites` attempts: a site drawn at random, another of its states drawn at random, accepted with min(1, exp(-dE/T)),
 * but 1/2 when dE = 0. Detailed balance in each attempt, one eigenvalue on the unit circle. A rejected attempt, and one
 * that keeps the dipole, costs O(1); one that turns the dipole O(sites) additions. */
ONS_API void ons_dipolar_metropolis(ons_dipolar *walker, double temperature);
/* `clusters` single clusters (Wolff 1989) by reflections n -> (a - n) mod q, a drawn at random (with `pair`: a = 1),
 * each grown from a site drawn at random over bonds whose energy grows by dE > 0 when only one end is reflected, with
 * probability 1 - exp(-dE/T). Only without dipoles: ONS_INVALID otherwise. */
ONS_API ons_status ons_dipolar_wolff(ons_dipolar *walker, double temperature, uint32_t clusters);

/* Total energies: all, that of the exchange and that of the dipoles. O(1). */
ONS_API double ons_dipolar_energy(const ons_dipolar *walker);
ONS_API double ons_dipolar_energy_exchange(const ons_dipolar *walker);
ONS_API double ons_dipolar_energy_dipoles(const ons_dipolar *walker);
/* The field phi_i = sum_j V(r_ij) s_j in units of ons_longrange_unit; NULL without dipoles. */
ONS_API const int64_t *ons_dipolar_field(const ons_dipolar *walker);
/* How many sites are in each state, [q]. */
ONS_API const int64_t *ons_dipolar_counts(const ons_dipolar *walker);

/* Order of a configuration. */
typedef struct ons_dipolar_order {
    double magnetization[2]; /* (1/N) sum (cos 2 pi n/q, sin 2 pi n/q) */
    double anisotropy;       /* cos(q arg M), 0 where M = 0: 1 along the states, -1 between two of them */
    double adjacent;         /* the largest fraction of sites in two adjacent states */
    double dipole;           /* (1/N) sum s */
} ons_dipolar_order;
ONS_API void ons_dipolar_look(const ons_dipolar *walker, ons_dipolar_order *order); /* O(q) */
/* |s(Q_k)| = |(1/N) sum s exp(-i Q_k r)| of stripes of `width` rows in the two or three orientations (count) of
 * ons_dipolar_start_stripes: perfect ones have 1/(width sin(pi/(2 width))). Two dimensions; the lengths must be
 * multiples of 2 width. O(N). */
ONS_API void ons_dipolar_stripes(const ons_dipolar *walker, unsigned width, unsigned count, double *amplitude);
/* Helicity modulus of one configuration, whose mean is that of the model: for a twist of the phase by k.r the free
 * energy per area grows by (1/2) modulus k^2; averaged over directions,
 * (1/(d A)) [ J sum_b |b|^2 cos(theta_i - theta_j) - (J^2/T) |sum_b b sin(theta_i - theta_j)|^2 ] with the vectors b of
 * the bonds and the area A of the cell. O(N). */
ONS_API double ons_dipolar_helicity(const ons_dipolar *walker, double temperature);
/* |sum s exp(-i q r)|^2 / N for all q = sum_d (m_d / L_d) b_d, [sites] in the order of the cells: of the dipoles. */
ONS_API ons_status ons_dipolar_structure(const ons_dipolar *walker, double *structure);

/* Energy of the dipoles per site, dipole = 1, of stripes of `width` rows (0: uniform) on a lattice of primitive vectors
 * basis[2][2], infinitely extended: by the lattice sum over one period. */
ONS_API ons_status ons_dipolar_stripe_energy(const double *basis, unsigned width, double *energy);

#ifdef __cplusplus
}
#endif
#endif
