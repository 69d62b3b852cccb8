/*
 * correlations: G(r) along the axes of a lattice, the structure factor along its reciprocal axes and at all wave
 * vectors.
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

/* The structure factor at all wave vectors of a lattice: with n_d = 0 .. L_d - 1,
 *   values[n_1] .. [n_d]  (1/N) |sum_i f_i exp(i k r_i)|^2, k = 2 pi sum_d n_d b_d / L_d, open boundaries too
 * summed over the components added. r_i: positions of the sites, those within a cell too, so that with several sites a
 * cell the values do not repeat beyond n_d = L_d - 1. Scratch inside: one thread at a time. */
typedef struct ons_structure_map ons_structure_map;
/* dimensions[lattice->dimension]: L_d. ONS_INVALID without a lattice. */
ONS_API ons_status ons_structure_map_shape(const struct ons_lattice *lattice, const int64_t *lengths,
                                           size_t *dimensions);
ONS_API ons_status ons_structure_map_create(ons_structure_map **map, const struct ons_graph *graph);
ONS_API void ons_structure_map_free(ons_structure_map *map);
/* Begins a measurement; adds a component f, [sites]; gives the sums. O(N log N) a component. */
ONS_API void ons_structure_map_clear(ons_structure_map *map);
ONS_API void ons_structure_map_add(ons_structure_map *map, const double *component);
ONS_API void ons_structure_map_take(const ons_structure_map *map, double *values);

#ifdef __cplusplus
}
#endif
#endif
