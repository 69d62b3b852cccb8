/*
 * Inside learning: what the two halves of the quadratic network share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_QUADRATIC_H
#define LEARNING_QUADRATIC_H

#include "blas.h"

#include <onsager/learning/optimiser.h>
#include <onsager/learning/quadratic.h>

/* f[P] = alpha (m x + (epsilon/2) x M x) on the training points. Uses the work of *q, as the next one does. */
void quadratic_outputs(const ons_quadratic *q, const double *mean, const double *moment, double *f);
/* G[D] = sum r x, S[D][D] = sum r x x^T; neither in the first D (D + P) numbers of the work. */
void quadratic_sums(const ons_quadratic *q, const double *r, double *G, double *S);

#endif
