/*
 * Inside the spin engine: the coupling in whole numbers, and the kernels that add it to a field.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_LONGRANGE_INSIDE_H
#define ONSAGER_SPINS_LONGRANGE_INSIDE_H

#include "fourier.h"

#include <onsager/spins/longrange.h>

enum { SPINS_LIMBS = 4, SPINS_LIMB_BITS = 16 };

/* field[row * length + x] += sign * table[row * stride + x] for rows x length numbers, sign = +-1. */
typedef void spins_longrange_add(int64_t *field, const int64_t *table, size_t rows, size_t length, size_t stride,
                                 int sign);
spins_longrange_add spins_longrange_add_plain, spins_longrange_add_v3, spins_longrange_add_v4;

struct ons_longrange {
    ons_longrange_cell cell;
    size_t sites;
    double unit;
    int64_t *units; /* [sites] V(r) */
    int64_t *twice; /* [rows][2 length] 2 V(r), every row (last direction) twice, so that any shift is contiguous */
    spins_fourier *fourier;
    spins_complex *spectrum[SPINS_LIMBS]; /* of the limbs of units: units = sum_k limb_k 2^(16 k) */
    spins_longrange_add *add;
    const char *kernel;
};

#endif
