/*
 * Inside learning: dense linear equations of the inference rooms by LAPACK, on one thread. Matrices are
 * [size][size], row-major.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_DENSE_H
#define LEARNING_DENSE_H

#include <onsager/base.h>

/* Factorises a symmetric matrix in place; the lower triangle becomes L of L L^T. ONS_DONE (no message): it is not
 * positive definite. */
ons_status dense_cholesky(size_t size, double *matrix);
/* Solves with what dense_cholesky left, right[size] becomes x. */
void dense_cholesky_solve(size_t size, const double *factor, double *right);
/* The inverse from the factor, both triangles, in place. */
void dense_cholesky_inverse(size_t size, double *factor);
/* Solves matrix x = right for `columns` right sides, right[size][columns] becomes x; the matrix is overwritten.
 * ONS_DONE (no message): singular. */
ons_status dense_solve(size_t size, double *matrix, size_t columns, double *right);

#endif
