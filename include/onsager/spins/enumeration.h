/*
 * enumeration: the Ising model on any small graph, every configuration counted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_ENUMERATION_H
#define ONSAGER_SPINS_ENUMERATION_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_graph ons_graph;

/* The sites of a graph fall into `inner` ones, no two of which are joined, and `outer` ones. Only the outer spins are
 * enumerated (one of them up, the rest by the symmetry of all spins, in the order of a Gray code): for given outer
 * spins each inner one stands alone in its field, so that its two values are summed in closed form. On a bipartite
 * graph half the sites are inner: 2^(N/2 - 1) visits for 2^N configurations.
 *
 * Couplings that are integral multiples of one number: exact counts of (bond energy, magnetization). A visit adds one
 * to the counter of its key (bond energy and magnetization of the outer spins, how many inner spins have which field);
 * the inner spins are summed at the end. Some 10 to 20 ns a visit. Other couplings: moments of the energy for every
 * magnetization at given temperatures, inner^2 * 5 ns a visit and temperature. */
#define ONS_ENUMERATED 34 /* most outer spins, so that there are at most 2^33 visits */
#define ONS_ENUMERATION_SITES 80

typedef struct ons_enumeration_options {
    double coupling;           /* J_ij = coupling * strength of the bond */
    const double *temperature; /* [temperatures]: only needed where couplings are not integral */
    size_t temperatures;
} ons_enumeration_options;

typedef struct ons_enumeration ons_enumeration;
/* Refuses complete graphs without a list of bonds, more than ONS_ENUMERATION_SITES sites, and more than ONS_ENUMERATED
 * outer spins. `graph` is not needed afterwards. */
ONS_API ons_status ons_enumeration_create(ons_enumeration **enumeration, const ons_graph *graph,
                                          const ons_enumeration_options *options);
ONS_API void ons_enumeration_free(ons_enumeration *enumeration);
ONS_API double ons_enumeration_bytes(const ons_enumeration *enumeration); /* an estimate */
ONS_API unsigned ons_enumeration_sites(const ons_enumeration *enumeration);
ONS_API unsigned ons_enumeration_outer(const ons_enumeration *enumeration);
ONS_API bool ons_enumeration_integral(const ons_enumeration *enumeration);

/* The cursor: blocks of at most 2^16 visits. What was counted does not depend on the number of threads. */
ONS_API uint64_t ons_enumeration_blocks(const ons_enumeration *enumeration);
ONS_API uint64_t ons_enumeration_done(const ons_enumeration *enumeration);
/* The next blocks (at most `blocks`); ONS_DONE when none is left. */
ONS_API ons_status ons_enumeration_step(ons_enumeration *enumeration, uint64_t blocks, unsigned threads);

/* What must be stored to go on later, integral couplings: `entries` keys with their counters, sorted by key; others:
 * `moments` numbers. Restoring refuses keys that cannot be. */
ONS_API size_t ons_enumeration_entries(const ons_enumeration *enumeration);
ONS_API void ons_enumeration_store(ons_enumeration *enumeration, uint64_t *keys, uint64_t *counts);
ONS_API ons_status ons_enumeration_restore(ons_enumeration *enumeration, uint64_t done, const uint64_t *keys,
                                           const uint64_t *counts, size_t entries);
ONS_API size_t ons_enumeration_moments(const ons_enumeration *enumeration);
ONS_API double *ons_enumeration_moment(ons_enumeration *enumeration); /* [moments], to be read and written */
ONS_API void ons_enumeration_set_done(ons_enumeration *enumeration, uint64_t done);

/* After the last block, integral couplings: the number of configurations with bond energy unit * level and
 * magnetization sum of spins, of those with any, ascending; 128-bit counts as two halves. */
typedef struct ons_state_count {
    int64_t level;
    int32_t magnetization;
    uint64_t high, low;
} ons_state_count;
/* *counts is allocated. Their sum, 2^N, is checked. */
ONS_API ons_status ons_enumeration_counts(const ons_enumeration *enumeration, ons_state_count **counts, size_t *count);
ONS_API double ons_enumeration_unit(const ons_enumeration *enumeration);

/* Canonical means per site in a field, every field of the structure; temperature `index` of the options where couplings
 * are not integral (counts: NULL). */
struct ons_ising_exact;
ONS_API ons_status ons_enumeration_canonical(const ons_enumeration *enumeration, const ons_state_count *counts,
                                             size_t count, size_t index, double temperature, double field,
                                             struct ons_ising_exact *exact);

#ifdef __cplusplus
}
#endif
#endif
