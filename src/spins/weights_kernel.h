/*
 * Inside the spin engine: elementary symmetric polynomials of many rows of weighted spins. Compiled once for each
 * instruction set; without contracted products and with a fixed order of sums, the bits are the same in all of them.
 *
 * e_k of a row are those of x_i = w_i s_i; without site i, E_k = e_k - x_i E_(k-1), and after its flip
 * e_k - 2 x_i E_(k-1).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WEIGHTS_KERNEL_H
#define ONSAGER_SPINS_WEIGHTS_KERNEL_H

#include "planes.h"

#include <onsager/base.h>

#define SPINS_WEIGHTS_BLOCK 128 /* rows: their number is padded to a multiple */

typedef struct spins_weights_kernels {
    /* sum over rows of column * E_(order - 1) for a spin; e[order - 1][rows] are e_1 .. e_(order - 1). */
    double (*sum)(const double *e, const float *column, size_t rows, unsigned order, double spin);
    void (*flip)(double *e, const float *column, size_t rows, unsigned order, double spin);
    /* e from the spins, columns[sites][rows]; returns the sum over rows of e_order. */
    double (*sum_up)(double *e, const float *columns, const int8_t *spins, uint32_t sites, size_t rows, unsigned order);
} spins_weights_kernels;

extern const spins_weights_kernels spins_weights_kernels_v4, spins_weights_kernels_v3, spins_weights_kernels_plain;

#endif
