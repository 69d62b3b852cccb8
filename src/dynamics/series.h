/*
 * Inside dynamics: Taylor series of formulas in time. The kernels are compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_SERIES_H
#define DYNAMICS_SERIES_H

#include "tape.h"

enum { SERIES_ORDER = 20, SERIES_TERMS = SERIES_ORDER + 1 };

/* x[order + 1][n][lanes] from x[0], for x' = the outputs of a tape whose registers are all different (each holds a
 * series); work[2][registers][SERIES_TERMS][lanes], eight lanes. */
typedef void dynamics_series(const dynamics_tape *tape, size_t n, size_t order, const double *t, double *x,
                             const double *p, double *work);
dynamics_series dynamics_series_plain, dynamics_series_v3, dynamics_series_v4;

#endif
