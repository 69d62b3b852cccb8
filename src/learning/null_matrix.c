/*
 * Random matrices that nobody trained.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectrum.h"

#include <cblas.h>
#include <lapacke.h>

#include <math.h>
#include <stdlib.h>

/* Student's t by Bailey's polar method (1994, Math. Comp. 62, 779). */
static double student(double freedom, ons_random *random) {
    double u, w;
    do {
        u = 2 * ons_random_uniform(random) - 1;
        const double v = 2 * ons_random_uniform(random) - 1;
        w = u * u + v * v;
    } while (w >= 1);
    return u * sqrt(freedom * (pow(w, -2 / freedom) - 1) / w);
}

/* W = G X^-1, X = G^T G / N, so that W^T W / N = X^-1. */
static ons_status invert(size_t rows, size_t columns, double *weights) {
    const lapack_int n = (lapack_int)rows, m = (lapack_int)columns;
    double *x = ONS_NEW(double, columns *columns);
    if (!x) { return ONS_MEMORY; }
    spectrum_blas_alone();
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, m, n, 1.0 / n, weights, m, 0, x, m);
    /* Rows of W solve X w = g: in column-major order they are the columns of the right side. */
    const lapack_int code = LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', m, n, x, m, weights, m);
    free(x);
    return code ? ons_fail(ONS_FAILED, "a Wishart matrix of %zu x %zu is singular", rows, columns) : ONS_OK;
}

ons_status ons_null_matrix(ons_null_model model, double freedom, size_t rows, size_t columns, ons_random *random,
                           double *weights) {
    if (model == ONS_NULL_INVERSE && rows < columns) {
        return ons_fail(ONS_INVALID, "an inverse Wishart matrix needs as many rows as columns; %zu x %zu was asked for",
                        rows, columns);
    }
    if (model == ONS_NULL_STUDENT && !(freedom > 0)) {
        return ons_fail(ONS_INVALID, "Student's t needs positive degrees of freedom, not %g", freedom);
    }
    for (size_t k = 0; k < rows * columns; k++) {
        weights[k] = model == ONS_NULL_STUDENT ? student(freedom, random) : ons_random_normal(random);
    }
    return model == ONS_NULL_INVERSE ? invert(rows, columns, weights) : ONS_OK;
}
