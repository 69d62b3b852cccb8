/*
 * correlations: G(r) along the axes of a lattice and the structure factor along its reciprocal axes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_CORRELATIONS_H
#define ONSAGER_SPINS_CORRELATIONS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;
struct ons_lattice;

/* Of those directions d that have the smallest wave vectors (ons_lattice_wavenumber), of length L cells; both are
 * averages over them.
 *   correlation[r]       (1/N_r) sum over pairs of sites (i, i + r a_d) of f_i f_j, r = 0 .. L/2 periodic and
 *                        0 .. L - 1 open, N_r the number of these pairs
 *   structure_factor[n]  (1/N) |sum_i f_i exp(i k_n r_i)|^2, k_n = 2 pi n b_d / L, n = 0 .. L/2
 * summed over the components of a spin: every one is added. Scratch inside: one thread at a time. */
typedef struct ons_correlations ons_correlations;
/* The lengths of both arrays; ONS_INVALID without a lattice of at least two cells. */
ONS_API ons_status ons_correlations_lengths(const struct ons_lattice *lattice, const int64_t *lengths, bool open,
                                            size_t *correlation, size_t *structure_factor);
ONS_API ons_status ons_correlations_create(ons_correlations **correlations, const struct ons_graph *graph);
ONS_API void ons_correlations_free(ons_correlations *correlations);
/* N, as a number. */
ONS_API double ons_correlations_sites(const ons_correlations *correlations);
/* Begins a measurement; adds a component f, [sites]; gives the sums. O(N log L) a component. */
ONS_API void ons_correlations_clear(ons_correlations *correlations);
ONS_API void ons_correlations_add(ons_correlations *correlations, const double *component);
ONS_API void ons_correlations_take(const ons_correlations *correlations, double *correlation, double *structure_factor);

#ifdef __cplusplus
}
#endif
#endif
