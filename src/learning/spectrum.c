/*
 * Eigenvalues of correlation matrices of weights by LAPACK, on one thread: OpenBLAS divides work by their number, and
 * bits with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectrum.h"

#include <cblas.h>
#include <lapacke.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void spectrum_blas_alone(void) { openblas_set_num_threads(1); }

enum { LARGEST_SIDE = 32768 };

static ons_status check(size_t rows, size_t columns, const double *weights) {
    if (rows == 0 || columns == 0) {
        return ons_fail(ONS_INVALID, "a matrix of %zu x %zu has no spectrum", rows, columns);
    }
    const size_t least = rows < columns ? rows : columns;
    if (least > LARGEST_SIDE) {
        return ons_fail(ONS_INVALID,
                        "the spectrum of a matrix of %zu x %zu would take %.0f GB; the shorter side can "
                        "have %d rows",
                        rows, columns, 8e-9 * (double)least * (double)least, LARGEST_SIDE);
    }
    for (size_t k = 0; k < rows * columns; k++) {
        if (!isfinite(weights[k])) {
            return ons_fail(ONS_INVALID, "the element in row %zu and column %zu of a matrix is not finite",
                            k / columns + 1, k % columns + 1);
        }
    }
    return ONS_OK;
}

/* X in its upper half; weights[rows][columns]. */
static void correlate(size_t rows, size_t columns, const double *weights, double *x) {
    const bool tall = rows >= columns;
    const int m = (int)(tall ? columns : rows), n = (int)(tall ? rows : columns);
    spectrum_blas_alone();
    cblas_dsyrk(CblasRowMajor, CblasUpper, tall ? CblasTrans : CblasNoTrans, m, n, 1.0 / n, weights, (int)columns, 0, x,
                m);
}

static ons_status eigenvalues(size_t rows, size_t columns, const double *weights, double *values) {
    const size_t m = rows < columns ? rows : columns;
    ons_status status = check(rows, columns, weights);
    if (status) { return status; }
    double *x = ONS_NEW(double, m *m);
    if (!x) { return ONS_MEMORY; }
    correlate(rows, columns, weights, x);
    const lapack_int code = LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'N', 'U', (lapack_int)m, x, (lapack_int)m, values);
    free(x);
    if (code) { return ons_fail(ONS_FAILED, "the eigenvalues of a matrix of %zu x %zu were not found", rows, columns); }
    for (size_t k = 0; k < m; k++) { values[k] = fmax(values[k], 0); }
    return ONS_OK;
}

ons_status ons_spectrum_matrix(ons_spectrum *spectrum, size_t rows, size_t columns, const double *weights) {
    const ons_stored_info info = {.rank = 2, .shape = {rows, columns}, .count = rows * columns};
    return ons_spectrum_tensor(spectrum, &info, weights);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The matrix of one place of a convolution's kernel. */
static void pick(const ons_stored_info *info, size_t places, size_t place, const double *values, double *matrix) {
    for (size_t k = 0; k < info->shape[0] * info->shape[1]; k++) { matrix[k] = values[k * places + place]; }
}

ons_status ons_spectrum_tensor(ons_spectrum *spectrum, const ons_stored_info *info, const double *values) {
    if (info->rank < 2 || info->rank > 5) {
        return ons_fail(ONS_INVALID, "a tensor of %u dimensions is no matrix and no convolution; expected 2 to 5",
                        info->rank);
    }
    const size_t rows = info->shape[0], columns = info->shape[1], m = rows < columns ? rows : columns;
    size_t places = 1;
    for (unsigned d = 2; d < info->rank; d++) { places *= info->shape[d]; }
    ons_spectrum_free(spectrum);
    if (rows == 0 || columns == 0 || places == 0) { return check(0, 0, values); }
    double *found = ONS_NEW(double, places *m), *matrix = places > 1 ? ONS_NEW(double, rows *columns) : NULL;
    ons_status status = found && (matrix || places == 1) ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < places && !status; k++) {
        if (matrix) { pick(info, places, k, values, matrix); }
        status = eigenvalues(rows, columns, matrix ? matrix : values, found + k * m);
    }
    free(matrix);
    if (status) {
        free(found);
        return status;
    }
    if (places > 1) { qsort(found, places * m, sizeof *found, ascending); }
    *spectrum = (ons_spectrum){.rows = rows < columns ? columns : rows,
                               .columns = m,
                               .matrices = places,
                               .count = places * m,
                               .values = found};
    return ONS_OK;
}

void ons_spectrum_free(ons_spectrum *spectrum) {
    free(spectrum->values);
    *spectrum = (ons_spectrum){0};
}

ons_status ons_spectrum_truncate(size_t rows, size_t columns, const double *weights, double cutoff, double *truncated,
                                 size_t *kept) {
    const size_t m = rows < columns ? rows : columns, n = rows < columns ? columns : rows;
    ons_status status = check(rows, columns, weights);
    if (status) { return status; }
    double *x = ONS_NEW(double, m *m), *values = ONS_NEW(double, m), *part = ONS_NEW(double, n *m);
    status = x && values && part ? ONS_OK : ONS_MEMORY;
    if (!status) {
        correlate(rows, columns, weights, x);
        if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', (lapack_int)m, x, (lapack_int)m, values)) {
            status = ons_fail(ONS_FAILED, "the eigenvectors of a matrix of %zu x %zu were not found", rows, columns);
        }
    }
    if (!status) {
        size_t first = 0;
        while (first < m && values[first] < cutoff) { first++; }
        const int left = (int)(m - first), r = (int)rows, c = (int)columns, side = (int)m;
        const double *vectors = x + first; /* columns first .. m-1 */
        memset(truncated, 0, rows * columns * sizeof *truncated);
        if (left > 0 && rows >= columns) { /* W V V^T */
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, left, c, 1, weights, c, vectors, side, 0, part,
                        left);
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r, c, left, 1, part, left, vectors, side, 0, truncated,
                        c);
        } else if (left > 0) { /* V V^T W */
            cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, left, c, r, 1, vectors, side, weights, c, 0, part, c);
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, c, left, 1, vectors, side, part, c, 0, truncated,
                        c);
        }
        if (kept) { *kept = m - first; }
    }
    free(x);
    free(values);
    free(part);
    return status;
}
