/*
 * Dense linear equations of the inference rooms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense.h"

#include <cblas.h>
#include <lapacke.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void use_one_thread(void) { openblas_set_num_threads(1); }

ons_status dense_cholesky(size_t size, double *matrix) {
    if (size == 0) { return ONS_OK; }
    pthread_once(&once, use_one_thread);
    const lapack_int n = (lapack_int)size;
    /* The upper triangle of the transposed matrix is the lower one of this. */
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, matrix, n) == 0 ? ONS_OK : ONS_DONE;
}

void dense_cholesky_solve(size_t size, const double *factor, double *right) {
    if (size == 0) { return; }
    const int n = (int)size;
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, n, factor, n, right, 1);
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, factor, n, right, 1);
}

void dense_cholesky_inverse(size_t size, double *factor) {
    if (size == 0) { return; }
    const lapack_int n = (lapack_int)size;
    (void)LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'U', n, factor, n);
    for (size_t i = 0; i < size; i++) {
        for (size_t j = 0; j < i; j++) { factor[j * size + i] = factor[i * size + j]; }
    }
}

ons_status dense_solve(size_t size, double *matrix, size_t columns, double *right) {
    pthread_once(&once, use_one_thread);
    lapack_int *pivots = ONS_NEW(lapack_int, size);
    if (!pivots) { return ONS_MEMORY; }
    const lapack_int n = (lapack_int)size, m = (lapack_int)columns;
    const lapack_int code = LAPACKE_dgesv(LAPACK_ROW_MAJOR, n, m, matrix, n, pivots, right, m);
    free(pivots);
    return code == 0 ? ONS_OK : ONS_DONE;
}
