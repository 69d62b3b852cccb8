/*
 * spins/patterns: networks of Ising spins that store patterns: Hopfield's, and dense ones with terms of P spins.
 *
 *   H = - scale sum over patterns sum over i1 < .. < iP of xi_i1 .. xi_iP s_i1 .. s_iP,   s = +-1, k_B = 1
 *
 * Indices of a term are distinct: the inner sum is the elementary symmetric polynomial e_P of the numbers xi_i s_i,
 * never a power of the overlap. For entries +-1 it depends on the overlap S = sum_i xi_i s_i alone, by (k + 1) e_(k+1)
 * = S e_k - (n - k + 1) e_(k-1), n the number of entries. No tensor is ever built.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_PATTERNS_H
#define ONSAGER_SPINS_PATTERNS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- patterns ------------------------------------------------------------------------------------------------- */

#define ONS_PATTERNS_SITES 1048576 /* largest number of sites */

/* Patterns of entries -1, 0, 1: one bit for the sign and, if there are zeros, one for being there; the bits of a site
 * for all patterns lie side by side. */
typedef struct ons_patterns ons_patterns;
/* `count` patterns of `sites` entries, all -1, or all 0 when `diluted`. Memory: sites * count / 8 bytes, twice that
 * when diluted (ons_patterns_bytes). */
ONS_API ons_status ons_patterns_create(ons_patterns **patterns, uint32_t sites, uint64_t count, bool diluted);
ONS_API void ons_patterns_free(ons_patterns *patterns);
ONS_API double ons_patterns_bytes(double sites, double count, bool diluted);
ONS_API uint32_t ons_patterns_sites(const ons_patterns *patterns);
ONS_API uint64_t ons_patterns_count(const ons_patterns *patterns);
/* One pattern, entry[sites]. Setting: ONS_INVALID when an entry is not -1 or 1, or 0 without `diluted`. Cost: O(sites).
 */
ONS_API ons_status ons_patterns_set(ons_patterns *patterns, uint64_t pattern, const int8_t *entry);
ONS_API void ons_patterns_get(const ons_patterns *patterns, uint64_t pattern, int8_t *entry);
/* Independent entries into entry[sites]: 0 with probability `dilution`, else +-1 with equal probability. */
ONS_API void ons_pattern_draw(uint32_t sites, double dilution, ons_random *random, int8_t *entry);
/* An example of a pattern: each entry changes its sign with probability (1 - quality)/2, zeros stay. `quality` in
 * [-1, 1]. One draw an entry. */
ONS_API void ons_pattern_example(const int8_t *entry, uint32_t sites, double quality, ons_random *random,
                                 int8_t *example);
/* S = sum_i xi_i s_i of every pattern with spins[sites], into overlap[count]. O(sites count), counted bit-sliced. */
ONS_API ons_status ons_patterns_overlaps(const ons_patterns *patterns, const int8_t *spins, int32_t *overlap);

/* ---- networks ------------------------------------------------------------------------------------------------- */

#define ONS_RECALL_ORDER 12 /* largest P */

/* The network; shared by any number of states on any threads. */
typedef struct ons_recall_model ons_recall_model;
/* P = `order` (2 .. ONS_RECALL_ORDER), factor `scale`. `patterns` must outlive the model and stay as they are. Energies
 * are whole numbers times `scale`, exact; ONS_INVALID when they need more than 62 bits. */
ONS_API ons_status ons_recall_model_patterns(ons_recall_model **model, const ons_patterns *patterns, unsigned order,
                                             double scale);
/* Whether that is possible, without the patterns. O(sites). */
ONS_API ons_status ons_recall_check(uint32_t sites, uint64_t count, unsigned order);

/* Real weights in the place of the entries: e_P of w_i s_i by running sums in double precision, which are made anew
 * before every step: the sums of a step are functions of the spins it began with. All weights are 0 at first. */
ONS_API ons_status ons_recall_model_weights(ons_recall_model **model, uint32_t sites, uint64_t count, unsigned order,
                                            double scale);
/* The weights of a pattern, [sites], kept in single precision (whole numbers up to 2^24 are exact); before the first
 * state of the model is created. */
ONS_API ons_status ons_recall_model_weigh(ons_recall_model *model, uint64_t pattern, const double *weight);
ONS_API double ons_recall_weights_bytes(double sites, double count, unsigned order, unsigned states);

/* Couplings of all pairs: H = - sum over i < j of coupling[i][j] s_i s_j, [sites][sites] symmetric, the diagonal is
 * left out. Rounded once to multiples of 2^-39 of the largest or less: energies are exact from there on. An attempt
 * costs O(1), a flip O(sites). */
ONS_API ons_status ons_recall_model_pairs(ons_recall_model **model, uint32_t sites, const double *coupling);
ONS_API double ons_recall_pairs_bytes(double sites, double count, unsigned states);
/* The couplings of patterns, [sites][sites], by HEBBIAN (1/N) sum xi_i xi_j (Hopfield, PNAS 79, 2554 (1982)),
 * PSEUDO_INVERSE (1/N) sum xi_i^mu (C^-1)_(mu nu) xi_j^nu, C the overlaps of the patterns (Personnaz, Guyon and
 * Dreyfus, J. Physique Lett. 46, L359 (1985)), which must be independent, or STORKEY, pattern after pattern
 * (J_ij += (xi_i xi_j - xi_i h_ji - h_ij xi_j)/N; Storkey, ICANN 1997). Zero on the diagonal. O(count sites^2), pseudo-
 * inverse O(count^2 sites) beside. */
typedef enum ons_recall_rule { ONS_RULE_HEBBIAN, ONS_RULE_PSEUDO_INVERSE, ONS_RULE_STORKEY } ons_recall_rule;
ONS_API ons_status ons_patterns_couplings(const ons_patterns *patterns, ons_recall_rule rule, double *coupling);
ONS_API void ons_recall_model_free(ons_recall_model *model);
/* Memory of a model with `states` states, without the patterns: for `count` patterns of `sites` entries. */
ONS_API double ons_recall_bytes(double sites, double count, unsigned order, unsigned states);

/* METROPOLIS: `sites` attempts at sites drawn at random, accepted with min(1, exp(-dE/T)), but 1/2 when dE = 0.
 * HEAT_BATH (Glauber): all sites in order, each drawn from its conditional distribution. At T = 0 the limits: downhill
 * always, uphill never, equal with 1/2. */
typedef enum ons_recall_update { ONS_RECALL_METROPOLIS, ONS_RECALL_HEAT_BATH } ons_recall_update;

/* A configuration. An attempt costs O(count): for entries +-1 some 16 to 24 bits of memory and as many bit operations a
 * pattern; a flip several times that. */
typedef struct ons_recall ons_recall;
/* All spins up. `model` must outlive it. */
ONS_API ons_status ons_recall_create(ons_recall **state, const ons_recall_model *model, ons_random random);
ONS_API void ons_recall_free(ons_recall *state);
/* The spins, [sites], +-1; after changing them call ons_recall_refresh (ONS_INVALID when one is not +-1). */
ONS_API int8_t *ons_recall_spins(ons_recall *state);
ONS_API ons_status ons_recall_refresh(ons_recall *state);
/* The stream of the dynamics, to be persisted. */
ONS_API ons_random *ons_recall_random(ons_recall *state);
/* One step at `temperature` >= 0; *accepted: how many attempts were (heat bath: spins that changed). */
ONS_API ons_status ons_recall_step(ons_recall *state, ons_recall_update update, double temperature, uint32_t *accepted);
/* Of all spins, O(1): the energy. What a flip of `site` would change it by, O(count). */
ONS_API double ons_recall_energy(const ons_recall *state);
ONS_API double ons_recall_cost(ons_recall *state, uint32_t site);
#define ONS_RECALL_ENUMERATED 24
/* How many of all 2^sites configurations are minima: no flip of one spin lowers their energy (*flat: of those, in which
 * one keeps it). At most ONS_RECALL_ENUMERATED sites. By a Gray code: O(2^sites sites count). The state is as before.
 */
ONS_API ons_status ons_recall_minima(ons_recall *state, uint64_t *minima, uint64_t *flat);
/* Flips a spin. */
ONS_API void ons_recall_flip(ons_recall *state, uint32_t site);

#ifdef __cplusplus
}
#endif
#endif
