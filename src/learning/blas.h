/*
 * Inside learning: dense linear algebra by OpenBLAS and LAPACKE, on one thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_BLAS_H
#define LEARNING_BLAS_H

#include <cblas.h>

/* OpenBLAS divides work between threads by their number, and bits with it: every public function of this room that
 * uses it begins with this. */
void learning_blas_alone(void);

#endif
