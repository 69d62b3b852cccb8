/*
 * Inside dynamics: the arithmetic of networks of rates. The kernels are compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_RATE_KERNEL_H
#define DYNAMICS_RATE_KERNEL_H

#include <onsager/dynamics/rate_network.h>

/* Rows of J go in panels of 16, J[panel][column][16], so that a column of a panel is a vector (of one copy) and 16
 * factors of the same copies (of many). Units are padded to whole panels, copies to whole lines of memory. */
enum { RATE_PANEL = 16, RATE_LINE = 64 };

typedef struct rate_kernels {
    /* out[panels * 16][copies] = J phi[columns][copies]; `copies` padded, or 1 */
    void (*multiply)(size_t panels, size_t columns, size_t copies, const void *J, const void *phi, void *out);
    void (*multiply_rows)(size_t units, size_t copies, const uint64_t *start, const uint32_t *column, const void *value,
                          const void *phi, void *out);
    void (*activate)(ons_rate_activation kind, size_t count, const void *x, void *phi);
    /* k = -x + input; then next = base + h k, and sum += weight k (NULL: none) */
    void (*stage)(size_t count, const void *x, const void *input, const void *base, double h, void *next, double weight,
                  void *sum);
    double (*product)(size_t count, const void *a, const void *b); /* sum of a b */
} rate_kernels;
/* For numbers of 64 and of 32 bits. */
extern const rate_kernels rate_kernels_plain[2], rate_kernels_v3[2], rate_kernels_v4[2];

#endif
