/*
 * multispin: Ising spins with terms of any number of spins: plaquettes, p-spin glasses, any hypergraph.
 *
 *   H = - sum over terms J_t prod_{i in t} s_i - field sum_i s_i,   s = +-1, k_B = 1
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_MULTISPIN_H
#define ONSAGER_SPINS_MULTISPIN_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- terms ---------------------------------------------------------------------------------------------------- */

#define ONS_TERMS_MEMBERS 8 /* most spins of a term of the random and complete hypergraphs; lists may have more */

/* A hypergraph with a coupling on each term. */
typedef struct ons_terms {
    uint32_t sites;
    uint64_t count;   /* terms, at most 2^32 - 2 */
    uint64_t *first;  /* [count + 1]: the spins of term t are member[first[t] .. first[t + 1] - 1] */
    uint32_t *member; /* ascending within a term, each once */
    double *coupling; /* [count]: J_t; may be changed before a model is made of it */
    double constant;  /* sum of the couplings of terms in which all spins cancel: -constant in the energy */
} ons_terms;

/* Any list of terms. A spin that stands twice in a term cancels (s^2 = 1); a term without spins is then a constant;
 * equal terms are kept, their couplings add in effect. ONS_INVALID: a site that is not there, a coupling that is not
 * finite. */
ONS_API ons_status ons_terms_create(ons_terms **terms, uint32_t sites, uint64_t count, const uint64_t *first,
                                    const uint32_t *member, const double *coupling);
ONS_API void ons_terms_free(ons_terms *terms);

/* The elementary squares of a hypercubic lattice (dimension 2 .. 4, sites in row-major order, the last direction runs
 * fastest) with the coupling `plaquette`, and its pairs of neighbours with `pair` (0: no such terms). `open`: no square
 * or pair crosses the boundary. Short periodic lengths keep what the rule says: at length 2 a square stands twice, at
 * length 1 spins cancel. */
ONS_API ons_status ons_terms_plaquettes(ons_terms **terms, unsigned dimension, const int64_t *lengths, bool open,
                                        double plaquette, double pair);

/* All sets of `size` of `sites` spins; all couplings 1. `size` 1 .. ONS_TERMS_MEMBERS here and below. */
ONS_API ons_status ons_terms_complete(ons_terms **terms, uint32_t sites, unsigned size);
/* `count` different sets, drawn with equal probability (the hypergraph of Erdos and Renyi with a given number of
 * terms). ONS_INVALID when there are not as many. */
ONS_API ons_status ons_terms_random(ons_terms **terms, uint32_t sites, unsigned size, uint64_t count,
                                    ons_random *random);
/* A random hypergraph in which every spin stands in `degree` different terms: the configuration model, terms with a
 * repeated spin and repeated terms mended by switching members with others drawn at random. sites * degree must be a
 * multiple of size. ONS_FAILED when no such graph was found. */
ONS_API ons_status ons_terms_regular(ons_terms **terms, uint32_t sites, unsigned size, uint32_t degree,
                                     ons_random *random);
/* How many sets of `size` spins there are; a double, since it may be absurd. */
ONS_API double ons_terms_sets(double sites, unsigned size);
/* Memory of `count` terms of `size` spins, with a model of them and `states` states. */
ONS_API double ons_terms_bytes(double sites, unsigned size, double count, unsigned states);

/* Couplings +-coupling with equal probability; coupling * standard normal. One draw a term, in their order. */
ONS_API void ons_terms_bimodal(ons_terms *terms, double coupling, ons_random *random);
ONS_API void ons_terms_gaussian(ons_terms *terms, double coupling, ons_random *random);

/* ---- dynamics ------------------------------------------------------------------------------------------------- */

/* METROPOLIS: `sites` attempts at sites drawn at random, accepted with min(1, exp(-dE/T)), but 1/2 when dE = 0.
 * HEAT_BATH: all sites in order, each drawn from its conditional distribution. Both satisfy detailed balance in the
 * elementary move, and the step has one eigenvalue on the unit circle, as in ons_ising_update. */
typedef enum ons_multispin_update { ONS_MULTISPIN_METROPOLIS, ONS_MULTISPIN_HEAT_BATH } ons_multispin_update;

/* The model; shared by any number of states on any threads. Couplings that are not all equal in size are rounded once
 * to whole multiples of a power of two, 2^-40 of the largest or less (2^-(62 - log2 of the number of terms) with more
 * than 2^22 of them): local fields and energies are then whole numbers, exact whatever the order of flips. */
typedef struct ons_multispin_model ons_multispin_model;
/* Copies what it needs of the terms. */
ONS_API ons_status ons_multispin_model_create(ons_multispin_model **model, const ons_terms *terms, double field);
ONS_API void ons_multispin_model_free(ons_multispin_model *model);
/* J_t as the model holds it. */
ONS_API double ons_multispin_coupling(const ons_multispin_model *model, uint64_t term);

/* A configuration. A flip costs the sum of the sizes of its terms; an attempt, O(1). */
typedef struct ons_multispin ons_multispin;
/* All spins up. `model` must outlive it. */
ONS_API ons_status ons_multispin_create(ons_multispin **state, const ons_multispin_model *model, ons_random random);
ONS_API void ons_multispin_free(ons_multispin *state);
ONS_API void ons_multispin_start_up(ons_multispin *state);
ONS_API void ons_multispin_start_random(ons_multispin *state, ons_random *random);
/* [sites], +-1; after changing them call ons_multispin_refresh (ONS_INVALID when one is not +-1). */
ONS_API int8_t *ons_multispin_spins(ons_multispin *state);
ONS_API ons_status ons_multispin_refresh(ons_multispin *state);
/* The stream of the dynamics, to be persisted. */
ONS_API ons_random *ons_multispin_random(ons_multispin *state);
/* One step at `temperature` > 0. */
ONS_API void ons_multispin_step(ons_multispin *state, ons_multispin_update update, double temperature);

/* Of all spins (not per site), O(1): the energy. Per site: the magnetization. */
ONS_API double ons_multispin_energy(const ons_multispin *state);
ONS_API double ons_multispin_magnetization(const ons_multispin *state);
/* (1/N) sum_i a_i b_i, and the mean over the terms of the product of both states' terms: O(N), O(terms). */
ONS_API double ons_multispin_overlap(const ons_multispin *a, const ons_multispin *b);
ONS_API double ons_multispin_term_overlap(const ons_multispin *a, const ons_multispin *b);

/* ---- exact ---------------------------------------------------------------------------------------------------- */

/* The square plaquette model without field and pairs: energy and specific heat per site. Open: the (rows - 1)
 * (columns - 1) plaquettes are independent, e = -(plaquettes/N) J tanh(J/T) (Jack, Berthier and Garrahan, Phys. Rev. E
 * 72, 016103 (2005)). Periodic: the products of the plaquettes along each row and each column of them are 1; with these
 * constraints as sums over signs, a of the rows and c of the columns negative,
 *   Z = (1/2) sum_{a, c} C(rows, a) C(columns, c) (2 cosh K)^(N - n) (2 sinh K)^n,
 *   n = a (columns - c) + (rows - a) c,  K = J/T. Cost: O(N). */
ONS_API ons_status ons_plaquette_exact(int64_t rows, int64_t columns, bool open, double coupling, double temperature,
                                       double *energy, double *specific_heat);

#ifdef __cplusplus
}
#endif
#endif
