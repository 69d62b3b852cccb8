/*
 * fermions: the Ising model on the square torus as free fermions, exact at any size and coupling.
 *
 * Z = 2^n cosh^2n(J) (Pf_AA + Pf_PA + Pf_AP - Pf_PP) / 2, four Grassmann variables a site and one sector for each
 * choice of periodic (P) and antiperiodic (A) boundaries (Kasteleyn 1961; Hurst and Green 1960; Samuel 1980). In the
 * momentum space of each sector det A(k) = (1 + t^2)^2 - 2 t (1 - t^2)(cos k_0 + cos k_1), t = tanh J.
 *
 * The zero mode of the sector PP at the critical point is no limit here: the block of momentum 0 splits into two planes
 * with the Pfaffians sqrt 2 - 1 - t (which vanishes at t_c) and sqrt 2 + 1 + t. Every moment times the Pfaffian is
 * linear in the inverse of the first, so that two finite values of it (0 and 1) give the moment exactly, at any J.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FERMIONS_H
#define ONSAGER_SPINS_FERMIONS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_fermions ons_fermions;

/* The torus of lengths[0] x lengths[1] sites, each >= 3, with J = coupling >= 0 (in units of the temperature) on every
 * bond. Memory: some 2.6 kB a site; cost O(n log n). */
ONS_API ons_status ons_fermions_create(ons_fermions **fermions, const int64_t lengths[2], double coupling);
ONS_API void ons_fermions_free(ons_fermions *fermions);

/* ln Z of all sites. */
ONS_API double ons_fermions_log_partition(const ons_fermions *fermions);
/* <s_i s_j> over a bond along direction 0 or 1; the energy per site is - J sum of both. */
ONS_API double ons_fermions_bond(const ons_fermions *fermions, unsigned direction);

/* The bond from site (row, column) to its next one along `direction`. */
typedef struct ons_fermions_place {
    int64_t row, column;
    unsigned direction;
} ons_fermions_place;
/* <e_1 e_2 .. e_count>, e = s_i s_j of each bond; bonds that occur twice drop out (e^2 = 1). count <= 16. Cost:
 * O(count^3). */
ONS_API ons_status ons_fermions_moment(const ons_fermions *fermions, size_t count, const ons_fermions_place *bonds,
                                       double *moment);

#ifdef __cplusplus
}
#endif
#endif
