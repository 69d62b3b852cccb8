/*
 * matrix: eigenvalues of small dense real matrices, and the eigenvectors of the dominant one. Matrices are
 * matrix[row][column] in one array. By LAPACK (dgeev); a few microseconds for ten rows, growing as the cube.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_MATRIX_H
#define ONSAGER_DYNAMICS_MATRIX_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All eigenvalues, real[size] + i imaginary[size], in descending order of the modulus; a conjugate pair stands with its
 * positive imaginary part first. ONS_INVALID: no row, or a number that is not finite. ONS_FAILED: no convergence. */
ONS_API ons_status ons_eigenvalues(size_t size, const double *matrix, double *real, double *imaginary);

enum {
    ONS_DOMINANT_MODULUS, /* of the largest modulus: what powers of the matrix tend to */
    ONS_DOMINANT_REAL     /* of the largest real part: what the exponential of the matrix tends to */
};

/* An eigenvalue with its vectors, complex numbers as pairs: matrix right = value right, left^H matrix = value left^H.
 * Of a real eigenvalue the vectors are real: the second numbers are zero. */
typedef struct ons_eigenpair {
    double value[2];
    double *right, *left; /* [size][2]; sum |right|^2 = 1, left^H right = 1 where the eigenvalue is simple */
    double next;          /* modulus (or real part) of the next eigenvalue that is no conjugate; NaN: there is none */
} ons_eigenpair;
/* Frees what *pair held before; zero it first. */
ONS_API ons_status ons_dominant(size_t size, const double *matrix, int which, ons_eigenpair *pair);
ONS_API void ons_eigenpair_free(ons_eigenpair *pair);

/* Solves matrix x = right for `columns` right sides: right[size][columns] becomes x. ONS_FAILED: singular. */
ONS_API ons_status ons_solve(size_t size, const double *matrix, size_t columns, double *right);

#ifdef __cplusplus
}
#endif
#endif
