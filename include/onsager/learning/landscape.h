/*
 * learning/landscape: the shape of a loss: the largest eigenvalues of a matrix that is known by its products only, the
 * barrier on the line between two networks, and regression with a kernel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_LANDSCAPE_H
#define ONSAGER_LEARNING_LANDSCAPE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The product of a symmetric matrix with a vector: result[size] = matrix vector[size]. */
typedef ons_status (*ons_matrix_product)(void *data, const double *vector, double *result);

/* Which eigenvalues: the largest, descending, or those of largest modulus, by descending modulus. */
typedef enum ons_end { ONS_LARGEST, ONS_LARGEST_MODULUS } ons_end;

/* The `wanted` first eigenvalues of that `end` of the spectrum of a symmetric matrix by Lanczos' method with complete
 * reorthogonalisation, from a random vector; vectors[wanted][size] may be NULL. An eigenvalue counts as found when its
 * residual |A v - lambda v| is below tolerance * |lambda_max|; *residual (may be NULL): the worst of them, over
 * |lambda_max|. ONS_FAILED, with that residual, when it takes more than `steps` products; memory: (steps + wanted) *
 * size numbers. Eigenvalues of higher multiplicity are found once. */
ONS_API ons_status ons_lanczos(size_t size, ons_matrix_product product, void *data, ons_end end, size_t wanted,
                               size_t steps, double tolerance, ons_random *random, double *values, double *vectors,
                               double *residual);

/* The same of X = W^T W / N for weights[rows][columns] without forming it, for the tails of matrices too large for a
 * full decomposition. */
ONS_API ons_status ons_lanczos_spectrum(size_t rows, size_t columns, const double *weights, size_t wanted, size_t steps,
                                        double tolerance, ons_random *random, double *values);

/* A loss of `size` parameters. */
typedef ons_status (*ons_loss)(void *data, const double *parameters, double *loss);

/* The loss at `points` >= 2 even steps from a to b, losses[points]; *barrier: its largest excess over the straight line
 * between the ends (Frankle et al. 2020), 0 when there is none. */
ONS_API ons_status ons_mode_connectivity(size_t size, const double *a, const double *b, size_t points, ons_loss loss,
                                         void *data, double *losses, double *barrier);

/* Kernel regression: solves (K + ridge) c = targets for coefficients[count][outputs] by Cholesky, K =
 * kernel[count][count] symmetric. The prediction at x is sum_i k(x, x_i) c_i. ONS_FAILED when K + ridge is not positive
 * definite. */
ONS_API ons_status ons_kernel_regression(size_t count, const double *kernel, double ridge, size_t outputs,
                                         const double *targets, double *coefficients);

#ifdef __cplusplus
}
#endif
#endif
