/*
 * permutation: unique jumps of 2^M states as permutations, their cycles and the spectrum that these give; sectors of
 * fixed particle number; momentum by translation; the Hamiltonian of free movers.
 *
 * A permutation is an orthogonal step evolution operator S. On a cycle of length l its eigenvalues are exp(2 pi i k /
 * l), k = 0 .. l-1: with S = exp(-i epsilon H), energies 2 pi k / (l epsilon), modulo 2 pi / epsilon.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_PERMUTATION_H
#define ONSAGER_SPINS_PERMUTATION_H

#include <onsager/base.h>
#include <onsager/spins/automaton.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sectors: k particles on M places ----------------------------------------------------------------------------
 */

/* The states of M <= 63 bits of which k are set, in ascending order: number i has the rank sum_j C(p_j, j + 1) for its
 * set bits p_0 < p_1 < .. (the combinatorial number system: Knuth, The Art of Computer Programming 4A, 7.2.1.3). */
typedef struct ons_sector {
    unsigned bits, particles;
    uint64_t states; /* C(bits, particles) */
    uint64_t binomial[64][64];
} ons_sector;

/* ONS_INVALID for more than 63 bits, more particles than bits, or more than 2^62 states. */
ONS_API ons_status ons_sector_init(ons_sector *sector, unsigned bits, unsigned particles);
ONS_API uint64_t ons_sector_state(const ons_sector *sector, uint64_t rank);
ONS_API uint64_t ons_sector_rank(const ons_sector *sector, uint64_t state);

/* ---- cycles ------------------------------------------------------------------------------------------------------
 */

/* Cycles of equal length. */
typedef struct ons_cycle_class {
    uint64_t length, cycles;
} ons_cycle_class;

/* The decomposition under way: plain fields, so that it can be stored and continued. */
typedef struct ons_cycles {
    uint64_t states, cursor;  /* states below the cursor have been visited */
    uint64_t *visited;        /* bitmap, (states + 63) / 64 words */
    ons_cycle_class *classes; /* [count], ascending in length */
    size_t count, capacity;
} ons_cycles;

ONS_API ons_status ons_cycles_init(ons_cycles *cycles, uint64_t states);
ONS_API void ons_cycles_free(ons_cycles *cycles);
/* Follows cycles from the cursor on until about `work` more states are done: ONS_OK, or ONS_DONE when all are. next:
 * the permutation of 0 .. states-1; ONS_INVALID when it is none (it leaves the range, or two states have one image). */
ONS_API ons_status ons_cycles_follow(ons_cycles *cycles, uint64_t (*next)(const void *data, uint64_t state),
                                     const void *data, uint64_t work);
/* Eigenvalues are exp(2 pi i phase), phases in [0, 1): how many of them equal numerator / denominator. */
ONS_API uint64_t ons_cycles_multiplicity(const ons_cycles *cycles, uint64_t numerator, uint64_t denominator);

/* A permutation of a sector (or, with sector NULL, of all 2^M states) by an automaton, for ons_cycles_follow. */
typedef struct ons_sector_map {
    const ons_automaton *automaton;
    const ons_sector *sector;
} ons_sector_map;
ONS_API uint64_t ons_sector_next(const void *sector_map, uint64_t state);

/* ---- momentum ----------------------------------------------------------------------------------------------------
 */

/* psi [count] complex amplitudes (re, im pairs) on states that `translate` permutes with order `cells`: the weights of
 * the `cells` momenta, weight[k] for p = 2 pi k / cells, by w_k = (1/cells) sum_d exp(i p d) <psi|T^d psi>, the squared
 * length of the projection on T = exp(-i p). They sum to |psi|^2. For one particle w is |psi(p)|^2. translate [count]:
 * image of each state. Cost: cells x count. */
ONS_API ons_status ons_momentum_weights(const double *psi, size_t count, const uint32_t *translate, size_t cells,
                                        double *weight);
/* 2 pi k / cells, folded to -pi < p <= pi (the sawtooth: momentum is known modulo the reciprocal lattice). */
ONS_API double ons_momentum(size_t k, size_t cells);

/* The Hamiltonian of free right-movers on a ring, H = sum_p p a+_p a_p, -pi < p <= pi, on the sector of `particles` (1
 * or 2) right-movers of one colour in the basis of ons_sector; matrix [states][states] complex, Hermitian. One
 * particle: p = 2 pi k / cells. Two: the order of fermions makes the ring antiperiodic, p = 2 pi (k + 1/2) / cells, and
 * exp(-iH) is the permutation of bits without any sign (Jordan and Wigner 1928; Lieb, Schultz and Mattis 1961). By
 * Fourier transform. */
ONS_API ons_status ons_movers_hamiltonian(unsigned cells, unsigned particles, double *matrix);
/* exponential = exp(-i time matrix) for a Hermitian (or any) complex matrix [n][n], by scaling and squaring of its
 * Taylor series to rounding. */
ONS_API ons_status ons_matrix_evolution(const double *matrix, size_t n, double time, double *exponential);

/* The eigenvalues of a real matrix [n][n], as values [n] (re, im) in no order (GSL's QR method). */
ONS_API ons_status ons_matrix_eigenvalues(const double *matrix, size_t n, double *values);
/* The largest distance between the numerical eigenvalues of an automaton on a sector, written out as a matrix, and the
 * roots of unity that its cycles give, each used as often as it occurs. At most 2000 states. */
ONS_API ons_status ons_sector_spectrum_error(const ons_automaton *automaton, const ons_sector *sector, double *error);

#ifdef __cplusplus
}
#endif
#endif
