/*
 * step: how the information in a layer of spins passes to the next layer of a generalised Ising model.
 *
 * The weight of a history s(0), s(1), .., s(N) of slices with M spins each is
 *   w[s] = final(s(N)) K_{N-1}(s(N), s(N-1)) .. K_0(s(1), s(0)) initial(s(0)),   K_m(s', s) = exp(-L_m(s', s)) >= 0.
 * Summed over the past and over the future of a slice, it leaves two classical wave functions there: q(t+1) = T q(t)
 * from the initial boundary, and p(t) = T' p(t+1) (T' the transpose) from the final one, T[s'][s] = K(s', s); their
 * product, normalised, is the probability of the slice, and <A(t)> = p' A q / p' q. Where T is a permutation ("unique
 * jump") the model is a cellular automaton with a random start (Wetterich, arXiv:2011.02867; the method is the transfer
 * matrix of Kramers and Wannier, Phys. Rev. 60, 252 (1941)).
 *
 * A state of a slice is an integer whose bit k is 1 where spin k is up (s_k = 1). Steps are products of local factors,
 * never matrices: one step costs factors x 2^M multiplications, and memory for two vectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_STEP_H
#define ONSAGER_SPINS_STEP_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ONS_STEP_SPINS = 24,      /* most spins of a slice */
    ONS_STEP_GATE_SPINS = 4,  /* most spins that one gate joins */
    ONS_STEP_DENSE_SPINS = 12 /* most spins of a step that is written out as a matrix */
};

/* ---- one step ----------------------------------------------------------------------------------------------------
 */

typedef struct ons_step ons_step;

/* The identity on `spins` spins (1 .. ONS_STEP_SPINS); factors are added in the order in which they act. */
ONS_API ons_status ons_step_create(ons_step **step, unsigned spins);
ONS_API void ons_step_free(ons_step *step);
ONS_API unsigned ons_step_spins(const ons_step *step);

/* A gate on the `count` different spins site[]: matrix[to][from], 2^count each way, bit k of an index for spin site[k].
 * Copied. ONS_INVALID for a site that is none, is named twice, or for numbers that are not finite. */
ONS_API ons_status ons_step_gate(ons_step *step, unsigned count, const unsigned *site, const double *matrix);
/* The same for a diagonal one: values[2^count]. */
ONS_API ons_status ons_step_diagonal(ons_step *step, unsigned count, const unsigned *site, const double *values);
/* The spin at place x moves to x + places (mod spins). */
ONS_API ons_status ons_step_shift(ons_step *step, unsigned places);
/* A unique jump: state t becomes target[t], [2^spins]; copied. Backward is its transpose, which is its inverse when
 * `target` is a permutation. */
ONS_API ons_status ons_step_jump(ons_step *step, const uint32_t *target);

/* vector = T vector, and vector = T' vector; vector and scratch [2^spins] (what scratch holds afterwards has no
 * meaning). */
ONS_API void ons_step_forward(const ons_step *step, double *vector, double *scratch);
ONS_API void ons_step_backward(const ons_step *step, double *vector, double *scratch);
/* T written out, matrix[to][from]; at most ONS_STEP_DENSE_SPINS spins. */
ONS_API ons_status ons_step_matrix(const ons_step *step, double *matrix);

/* The eigenvalue that leads from the given vector (not zero; it becomes the eigenvector, of length 1), by the power
 * method: that of largest modulus with an eigenvector not orthogonal to it. Ends when the residual |T v - x v| is below
 * `tolerance` times the eigenvalue (for symmetric T the eigenvalue is then good to the square of it); ONS_FAILED after
 * `limit` steps. */
ONS_API ons_status ons_step_leading(const ons_step *step, double *vector, double tolerance, uint64_t limit,
                                    double *eigenvalue);

/* ---- Ising models between slices ---------------------------------------------------------------------------------
 */

/* Couplings between the slice s and the next one, r, k = 0 .. spins-1, k + 1 modulo spins:
 *   -L(r, s) = sum_k same[k] r_k s_k + cross[k] r_k s_{k+1} + before[k] s_k s_{k+1} + after[k] r_k r_{k+1}
 *              + field_before[k] s_k + field_after[k] r_k,
 * where r_k is found at place k + shift of the new slice. cross[spins - 1] must be 0 (it would close a loop, and the
 * step would no more be a product of factors on neighbours). With one spin, before, after and cross must be 0. With
 * two, the pair is a bond twice, as on a ring. */
typedef struct ons_step_couplings {
    unsigned spins, shift;
    double same[ONS_STEP_SPINS], cross[ONS_STEP_SPINS];
    double before[ONS_STEP_SPINS], after[ONS_STEP_SPINS];
    double field_before[ONS_STEP_SPINS], field_after[ONS_STEP_SPINS];
} ons_step_couplings;

/* -L(r, s) term by term, for sums over histories; `to` is the new state at its places (shifted). */
ONS_API double ons_step_couplings_log(const ons_step_couplings *couplings, uint32_t to, uint32_t from);
/* The step operator with T[to][from] = exp of it. */
ONS_API ons_status ons_step_from_couplings(ons_step **step, const ons_step_couplings *couplings);
/* The square lattice: `along` couples a spin to itself in the next slice, `across` neighbours within a slice (a ring;
 * each slice carries half of its energy in the step before it and half in the one after, so that T is symmetric and the
 * two end slices weigh half). */
ONS_API void ons_step_ising(ons_step_couplings *couplings, unsigned spins, double along, double across, double field);
/* Independent chains along the diagonals: -L = coupling sum_x s(t+1, x+1) s(t, x), a ring. For coupling -> infinity the
 * automaton of right-movers. */
ONS_API void ons_step_diagonal_ising(ons_step_couplings *couplings, unsigned spins, double coupling);
/* All couplings (an open chain) normal with this standard deviation. */
ONS_API void ons_step_random(ons_step_couplings *couplings, unsigned spins, double strength, ons_random *random);

/* ---- all slices --------------------------------------------------------------------------------------------------
 */

/* The wave functions from both boundaries at one slice after the other. The backward pass is kept at every sqrt(N)-th
 * slice and made again in between: 3 passes in all, and memory for some 2 sqrt(N) + 4 vectors. T is never inverted. */
typedef struct ons_evolution ons_evolution;

/* step[m % period] leads from slice m to m + 1 (the steps must outlive this); initial and final [2^spins] are copied.
 * slices = N >= 0: steps between the N + 1 slices. */
ONS_API ons_status ons_evolution_create(ons_evolution **evolution, const ons_step *const *step, size_t period,
                                        uint64_t slices, const double *initial, const double *final);
ONS_API void ons_evolution_free(ons_evolution *evolution);
/* Bytes of such an evolution. */
ONS_API double ons_evolution_bytes(unsigned spins, uint64_t slices);
/* Makes the backward pass; leave(data, done, total) is asked after every step and may be NULL: when it is true,
 * ONS_STOPPED, and the next call goes on. ONS_FAILED when the boundaries exclude each other (Z = 0). */
ONS_API ons_status ons_evolution_prepare(ons_evolution *evolution, bool (*leave)(void *, double, double), void *data);
/* To the next slice; ONS_DONE at the last one. Call after ons_evolution_prepare. */
ONS_API ons_status ons_evolution_advance(ons_evolution *evolution);
ONS_API uint64_t ons_evolution_slice(const ons_evolution *evolution);
/* The wave functions at this slice, each of Euclidean length 1, and their product, 0 < overlap <= 1. */
ONS_API const double *ons_evolution_forward(const ons_evolution *evolution);
ONS_API const double *ons_evolution_backward(const ons_evolution *evolution);
ONS_API double ons_evolution_overlap(const ons_evolution *evolution);
/* ln Z; the same number at every slice but for rounding. */
ONS_API double ons_evolution_log_partition(const ons_evolution *evolution);
/* ln of the length of T q for the unit vector q of the slice before; 0 at slice 0. */
ONS_API double ons_evolution_growth(const ons_evolution *evolution);

/* The probabilities of the states of this slice, [2^spins]. */
ONS_API void ons_evolution_probabilities(const ons_evolution *evolution, double *probability);
/* <s_k> for all spins. */
ONS_API void ons_evolution_spins(const ons_evolution *evolution, double *means);
/* tr(A rho) with rho = q p' / (p' q) and A [2^spins][2^spins]; at most ONS_STEP_DENSE_SPINS spins. */
ONS_API double ons_evolution_expectation(const ons_evolution *evolution, const double *operator_matrix);
/* The density matrix of the `count` spins site[] alone (at most ONS_STEP_GATE_SPINS), by the sum over all others:
 * matrix[2^count][2^count]. */
ONS_API void ons_evolution_reduced(const ons_evolution *evolution, unsigned count, const unsigned *site,
                                   double *matrix);
/* Multiplies the forward wave function of this slice by s_k and carries the product on beside it, for correlations with
 * later slices; a new mark replaces the old one. */
ONS_API ons_status ons_evolution_mark(ons_evolution *evolution, unsigned spin);
/* <s_j(now) s_k(then)> for all j: with the spin k and the slice of the mark. */
ONS_API void ons_evolution_correlations(const ons_evolution *evolution, double *correlations);

/* A state of this slice by its probability, for a uniform number in (0, 1); and, after an advance, the state that
 * follows `from` of the slice before, by its conditional probability T[to][from] p(to) / sum: histories drawn so have
 * exactly the weight w[s]/Z. The second costs one step. */
ONS_API uint32_t ons_evolution_draw(const ons_evolution *evolution, double uniform);
ONS_API uint32_t ons_evolution_draw_next(ons_evolution *evolution, uint32_t from, double uniform);

/* ---- all histories -----------------------------------------------------------------------------------------------
 */

/* Calls visit(data, state, weight) for every history of positive weight, state[slices + 1], with the weight w[s] made
 * from couplings[m % period]: 2^(spins (slices + 1)) of them, at most 2^34. */
ONS_API ons_status ons_histories(const ons_step_couplings *couplings, size_t period, uint64_t slices,
                                 const double *initial, const double *final,
                                 void (*visit)(void *data, const uint32_t *state, double weight), void *data);

#ifdef __cplusplus
}
#endif
#endif
