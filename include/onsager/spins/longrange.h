/*
 * longrange: pair couplings 1/r^p on periodic Bravais lattices: the table of the coupling summed over all images, and
 * the field of a configuration of charges -1, 0, 1, kept up to date in whole numbers, so that it never drifts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_LONGRANGE_H
#define ONSAGER_SPINS_LONGRANGE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_LONGRANGE_DIMENSIONS 3

/* The periodic cell: `lengths[d]` steps of the primitive vector basis[d][0 .. dimension-1]; site = cell in row-major
 * order, the last direction runs fastest. */
typedef struct ons_longrange_cell {
    unsigned dimension;                                                /* 1 .. 3 */
    double basis[ONS_LONGRANGE_DIMENSIONS * ONS_LONGRANGE_DIMENSIONS]; /* [dimension][dimension], Cartesian */
    int64_t lengths[ONS_LONGRANGE_DIMENSIONS];                         /* each >= 1 */
} ons_longrange_cell;

/* V(r) = sum over all periods R of |r + R|^-exponent into table[sites], for exponent > dimension, where the sum
 * converges absolutely and has no term of shape. At r = 0 the term R = 0 is left out: table[0] is the coupling of a
 * site to its own images. By Ewald's method (Ewald 1921; for any power Nijboer and de Wette, Physica 23, 309 (1957)):
 * terms Gamma(p/2, a^2 r^2)/Gamma(p/2) r^-p in space, pi^(d/2) (G/2)^(p-d) Gamma((d-p)/2, G^2/4a^2)/(Gamma(p/2) v) in
 * momenta, each summed to 1e-18. `splitting`: a, on which the result does not depend; 0: sqrt(pi) / v^(1/d). Relative
 * accuracy 1e-14 for cells whose sides differ by less than a hundred; table[r] = table[-r] exactly; the same bits on
 * every CPU. Cost: some 10 microseconds a site. */
ONS_API ons_status ons_longrange_sum(const ons_longrange_cell *cell, double exponent, double splitting, double *table);

/* The table in units of a power of two, with what is needed to make fields from it. Shared by any number of states on
 * any threads, never changed. */
typedef struct ons_longrange ons_longrange;
ONS_API ons_status ons_longrange_create(ons_longrange **longrange, const ons_longrange_cell *cell, double exponent);
ONS_API void ons_longrange_free(ons_longrange *longrange);
/* Memory, with one field. */
ONS_API double ons_longrange_bytes(double sites);
ONS_API size_t ons_longrange_sites(const ons_longrange *longrange);
/* V(r) in units of ons_longrange_unit: [sites]. The unit is so small (2^-56 in the triangular lattice with p = 3) that
 * rounding to it is below the error of the table, and so large that no field overflows. */
ONS_API const int64_t *ons_longrange_units(const ons_longrange *longrange);
ONS_API double ons_longrange_unit(const ons_longrange *longrange);
/* field[i] = sum over all j, i among them with its images, of V(r_i - r_j) charge[j], in units: exact, by fast Fourier
 * transforms of 16 bits of the table at a time, whose rounding errors are far below one half. */
ONS_API ons_status ons_longrange_field(const ons_longrange *longrange, const int8_t *charge, int64_t *field);
/* The field after charge[site] has gone from -to to `to` (+-1): one pass over the rows, sums of whole numbers, the same
 * whatever the instruction set. O(sites). */
ONS_API void ons_longrange_flip(const ons_longrange *longrange, uint32_t site, int to, int64_t *field);
/* The kernel of ons_longrange_flip: "plain", "x86-64-v3", "x86-64-v4". For tests: chooses one (false: not here). */
ONS_API const char *ons_longrange_kernel(const ons_longrange *longrange);
ONS_API bool ons_longrange_select(ons_longrange *longrange, const char *kernel);

#ifdef __cplusplus
}
#endif
#endif
