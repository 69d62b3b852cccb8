/*
 * vectors: O(n) spins, unit vectors of n components (n = 2: XY, n = 3: Heisenberg), on lattices and graphs.
 *
 * H = - sum over bonds J_ij S_i . S_j - field sum_i S_i[axis], |S| = 1, J_ij = coupling * strength of the bond, k_B
 * = 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_VECTORS_H
#define ONSAGER_SPINS_VECTORS_H

#include <onsager/base.h>
#include <onsager/spins/discrete.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_VECTOR_COMPONENTS 16 /* largest n */

/* The dynamics; each elementary move satisfies detailed balance, and the step has a positive density around every
 * state: METROPOLIS     all sites in order; the proposal is (S + width v) / |S + width v|, v uniform on the sphere,
 * accepted with min(1, exp(-dE/T)) HEAT_BATH      all sites in order, each from its conditional distribution, which is
 * von Mises and Fisher's: by rejection (Best and Fisher 1979 for n = 2; Wood 1994 for all n), for n = 3 in closed form
 *   WOLFF          `clusters` single clusters of the Ising spins along a random axis r (Wolff 1989); in a field a site
 *                  stops its cluster with 1 - exp(-(the rise of its energy in the field)/T)
 *   SWENDSEN_WANG  all clusters of the Ising spins along a random axis, each reflected with its heat-bath probability
 * in the field followed by `overrelaxation` sweeps of S to 2 (S . h) h / |h|^2 - S, h the local field (Creutz 1987).
 * Doubles, with base's exp and log and square roots only: the same bits on every CPU. */

/* The order of the sites. SEQUENTIAL: as above. CHECKERBOARD: one sublattice after the other, all sites of a sublattice
 * at once, for METROPOLIS and over-relaxation of two and three components and the heat bath of three, on lattices with
 * two sublattices (chain, square, honeycomb, cubic, bcc, hypercubic, files; lengths along which the sublattices change
 * places even, if periodic). Each sublattice move satisfies detailed balance, the step is stationary.
 * METROPOLIS then proposes a turn, by the Cayley vector a whose components are uniform in (-width/2, width/2), to
 * S + 2 (a x S + a x (a x S)) / (1 + a^2); for two components by the angle 2 arctan a. A turn and its inverse are
 * equally likely. Acceptance compares 32 bits with exp(-dE/T), and 64 where these do not decide. Polynomials of our own
 * without fused operations: the same bits on every CPU. */
typedef enum ons_vectors_order { ONS_VECTORS_SEQUENTIAL, ONS_VECTORS_CHECKERBOARD } ons_vectors_order;

typedef struct ons_vectors_options {
    uint32_t components; /* n, 2 .. ONS_VECTOR_COMPONENTS */
    uint32_t axis;       /* of the field, below n */
    double temperature;  /* > 0 */
    double coupling, field;
    ons_spin_update update;
    uint32_t clusters;       /* of one WOLFF step, >= 1 */
    uint32_t overrelaxation; /* sweeps a step */
    ons_vectors_order order;
    double width; /* METROPOLIS: > 0; 0: sqrt(2 T / (|coupling| z + |field|)), at most 2, z the mean degree */
} ons_vectors_options;

typedef struct ons_vectors_model ons_vectors_model;
/* `graph` must outlive the model and lists its bonds (ons_graph_complete_listed for complete graphs). */
ONS_API ons_status ons_vectors_model_create(ons_vectors_model **model, const struct ons_graph *graph,
                                            const ons_vectors_options *options);
ONS_API void ons_vectors_model_free(ons_vectors_model *model);
/* Whether ONS_VECTORS_CHECKERBOARD can treat this model: ONS_INVALID with the reason when it cannot. `lengths`: one per
 * direction; lattice = NULL: a graph without one. */
struct ons_lattice;
ONS_API ons_status ons_vectors_check_checkerboard(const struct ons_lattice *lattice, const int64_t *lengths, bool open,
                                                  const ons_vectors_options *options);
/* Memory of a model with one state, without the graph. */
ONS_API double ons_vectors_bytes(double sites, double bonds, bool several_strengths,
                                 const ons_vectors_options *options);

/* A configuration with its random stream. */
typedef struct ons_vectors ons_vectors;
/* Begins in order: all spins along the axis. */
ONS_API ons_status ons_vectors_create(ons_vectors **spins, const ons_vectors_model *model, ons_random random);
ONS_API void ons_vectors_free(ons_vectors *spins);
ONS_API void ons_vectors_start_random(ons_vectors *spins, ons_random *random); /* uniform on the sphere */
/* The spins, [sites][n]; after changing them from outside call ons_vectors_refresh (ONS_INVALID when the length of one
 * is more than 1e-6 from 1). */
ONS_API double *ons_vectors_spins(ons_vectors *spins);
ONS_API ons_status ons_vectors_refresh(ons_vectors *spins);
ONS_API ons_random *ons_vectors_random(ons_vectors *spins);
/* One step of the dynamics. Allocates nothing. */
ONS_API void ons_vectors_step(ons_vectors *spins);

/* H / N. O(bonds). */
ONS_API double ons_vectors_energy(const ons_vectors *spins);
/* m = (1/N) sum_i S_i, [n]. */
ONS_API void ons_vectors_magnetization(const ons_vectors *spins, double *m);
/* |m(k)|^2 averaged over the smallest wave vectors (ons_lattice_wavenumber), m(k) = (1/N) sum_i S_i exp(i k r_i). O(N);
 * NaN without such a wave vector. Uses scratch of the state: one thread at a time. */
ONS_API double ons_vectors_magnetization_kmin_squared(const ons_vectors *spins);

/* Both parts of the helicity modulus (Fisher, Barber and Jasnow, Phys. Rev. A 8, 1111 (1973)), the response of the free
 * energy per volume to a uniform twist, Y = <energy> - <current_squared> / T (Teitel and Jayaprakash, Phys. Rev. B 27,
 * 598 (1983)), averaged over the Cartesian directions u and, for n > 2, over the planes (a, b) of rotation:
 *   energy          = (1/V) sum over bonds of J_ij x_u^2 (S_i^a S_j^a + S_i^b S_j^b)
 *   current_squared = (1/V) (sum over bonds of J_ij x_u (S_i^a S_j^b - S_i^b S_j^a))^2
 * with x the vector of the bond and V the volume (the number of sites for square and cubic lattices). NaN unless the
 * lattice is periodic. */
ONS_API void ons_vectors_helicity(const ons_vectors *spins, double *energy, double *current_squared);
/* Vortices of an XY model on the square lattice (a hypercubic one of dimension 2 too) per site: plaquettes around which
 * the angle turns by +-2 pi, each step taken the short way. NaN elsewhere. */
ONS_API double ons_vectors_vorticity(const ons_vectors *spins);
/* Component c of every site into values[sites]. */
ONS_API void ons_vectors_component(const ons_vectors *spins, unsigned component, double *values);

/* The chain without field, periodic or open (Fisher 1964, Stanley 1969): its transfer matrix is diagonal in spherical
 * harmonics, with eigenvalues I_{n/2-1+l}(J/T). Energy and specific heat per site; <m^2> for the open chain (NaN for
 * the periodic one). */
typedef struct ons_vectors_exact {
    double energy, specific_heat, magnetization_squared;
} ons_vectors_exact;
ONS_API ons_status ons_vectors_exact_chain(uint32_t components, double coupling, double temperature, int64_t sites,
                                           bool open, ons_vectors_exact *exact);

#ifdef __cplusplus
}
#endif
#endif
