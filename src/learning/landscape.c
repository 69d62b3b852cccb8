/*
 * Extreme eigenvalues by Lanczos' method (Lanczos 1950; residuals as in Parlett 1980), lines between networks, kernel
 * regression.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectrum.h"

#include <onsager/learning/landscape.h>

#include <cblas.h>
#include <lapacke.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The basis and the tridiagonal matrix in it. */
typedef struct krylov {
    size_t size, steps, wanted, made;
    ons_end end;
    double *basis;              /* [steps + 1][size] */
    double *diagonal, *beside;  /* [steps] */
    double *values, *couplings; /* of the tridiagonal matrix: its copies, destroyed by LAPACK */
    double *vectors;            /* [steps][steps] */
    double residual;            /* the worst of the wanted ones, over the largest eigenvalue */
} krylov;

static ons_status begin(krylov *k, ons_random *random) {
    k->basis = ONS_NEW(double, (k->steps + 1) * k->size + 4 * k->steps + k->steps * k->steps);
    if (!k->basis) { return ONS_MEMORY; }
    k->diagonal = k->basis + (k->steps + 1) * k->size;
    k->beside = k->diagonal + k->steps;
    k->values = k->beside + k->steps;
    k->couplings = k->values + k->steps;
    k->vectors = k->couplings + k->steps;
    for (size_t i = 0; i < k->size; i++) { k->basis[i] = ons_random_normal(random); }
    const int n = (int)k->size;
    cblas_dscal(n, 1 / cblas_dnrm2(n, k->basis, 1), k->basis, 1);
    return ONS_OK;
}

/* One more vector: the product, made orthogonal to all before it, twice. */
static ons_status extend(krylov *k, ons_matrix_product product, void *data) {
    const size_t j = k->made;
    const int n = (int)k->size;
    double *last = k->basis + j * k->size, *next = last + k->size;
    const ons_status status = product(data, last, next);
    if (status) { return status; }
    spectrum_blas_alone(); /* the user's product may have changed it */
    k->diagonal[j] = cblas_ddot(n, last, 1, next, 1);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i <= j; i++) {
            const double *other = k->basis + i * k->size;
            cblas_daxpy(n, -cblas_ddot(n, other, 1, next, 1), other, 1, next, 1);
        }
    }
    k->beside[j] = cblas_dnrm2(n, next, 1);
    if (k->beside[j] > 0) { cblas_dscal(n, 1 / k->beside[j], next, 1); }
    k->made++;
    return isfinite(k->diagonal[j]) ? ONS_OK
                                    : ons_fail(ONS_FAILED, "the product with a matrix gave what is not finite");
}

/* Where the i-th of the wanted eigenvalues stands among those of the tridiagonal matrix, which ascend. */
static size_t place(const krylov *k, size_t i) {
    size_t low = 0, high = k->made - 1;
    for (size_t taken = 0; taken < i; taken++) {
        if (k->end == ONS_LARGEST || fabs(k->values[high]) >= fabs(k->values[low])) {
            high--;
        } else {
            low++;
        }
    }
    return k->end == ONS_LARGEST || fabs(k->values[high]) >= fabs(k->values[low]) ? high : low;
}

static ons_status judge(krylov *k) {
    const lapack_int m = (lapack_int)k->made;
    memcpy(k->values, k->diagonal, k->made * sizeof(double));
    memcpy(k->couplings, k->beside, k->made * sizeof(double));
    if (LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', m, k->values, k->couplings, k->vectors, m)) {
        return ons_fail(ONS_FAILED, "the eigenvalues of a tridiagonal matrix of %zu rows were not found", k->made);
    }
    const double scale = fmax(fabs(k->values[k->made - 1]), fabs(k->values[0]));
    k->residual = k->made < k->wanted ? INFINITY : 0;
    for (size_t i = 0; i < k->wanted && i < k->made; i++) {
        const double last = k->vectors[place(k, i) * k->made + k->made - 1];
        k->residual = fmax(k->residual, scale > 0 ? fabs(k->beside[k->made - 1] * last) / scale : 0);
    }
    return ONS_OK;
}

static void deliver(const krylov *k, double *values, double *vectors) {
    for (size_t i = 0; i < k->wanted; i++) {
        const double *small = k->vectors + place(k, i) * k->made;
        values[i] = k->values[place(k, i)];
        if (!vectors) { continue; }
        cblas_dgemv(CblasRowMajor, CblasTrans, (int)k->made, (int)k->size, 1, k->basis, (int)k->size, small, 1, 0,
                    vectors + i * k->size, 1);
    }
}

/* A decomposition of m rows costs some m^3: at every product while that is little, then at every eighth. */
static bool time_to_judge(const krylov *k, bool whole) {
    return k->made >= k->wanted && (k->made <= 16 || k->made % 8 == 0 || k->made == k->steps || whole);
}

ons_status ons_lanczos(size_t size, ons_matrix_product product, void *data, ons_end end, size_t wanted, size_t steps,
                       double tolerance, ons_random *random, double *values, double *vectors, double *residual) {
    if (size == 0 || wanted == 0 || wanted > size || size > INT32_MAX) {
        return ons_fail(ONS_INVALID, "%zu eigenvalues of a matrix of %zu rows were asked for", wanted, size);
    }
    krylov k = {.size = size, .steps = steps < size ? steps : size, .wanted = wanted, .end = end};
    spectrum_blas_alone();
    ons_status status = k.steps ? begin(&k, random) : ons_fail(ONS_INVALID, "Lanczos' method needs at least one step");
    bool found = false;
    while (!status && !found && k.made < k.steps) {
        status = extend(&k, product, data);
        const bool whole = !status && (k.made == size || k.beside[k.made - 1] == 0);
        if (!status && time_to_judge(&k, whole)) {
            status = judge(&k);
            found = !status && (k.residual <= tolerance || k.made == size);
        }
        if (whole) { break; }
    }
    if (!status && found) { deliver(&k, values, vectors); }
    if (!status && !found) {
        status = ons_fail(ONS_FAILED, "Lanczos' method has not found %zu eigenvalues to %g in %zu steps: residual %g",
                          wanted, tolerance, k.made, k.residual);
    }
    if (residual) { *residual = k.residual; }
    free(k.basis);
    return status;
}

/* X = W^T W / N, over the shorter side. */
typedef struct layer {
    size_t rows, columns;
    const double *weights;
    double *middle;
} layer;

static ons_status correlate(void *data, const double *vector, double *result) {
    const layer *l = data;
    const bool tall = l->rows >= l->columns;
    const int r = (int)l->rows, c = (int)l->columns;
    cblas_dgemv(CblasRowMajor, tall ? CblasNoTrans : CblasTrans, r, c, 1, l->weights, c, vector, 1, 0, l->middle, 1);
    cblas_dgemv(CblasRowMajor, tall ? CblasTrans : CblasNoTrans, r, c, 1.0 / (tall ? r : c), l->weights, c, l->middle,
                1, 0, result, 1);
    return ONS_OK;
}

ons_status ons_lanczos_spectrum(size_t rows, size_t columns, const double *weights, size_t wanted, size_t steps,
                                double tolerance, ons_random *random, double *values) {
    layer l = {rows, columns, weights, ONS_NEW(double, rows > columns ? rows : columns)};
    if (!l.middle) { return ONS_MEMORY; }
    const ons_status status = ons_lanczos(rows < columns ? rows : columns, correlate, &l, ONS_LARGEST, wanted, steps,
                                          tolerance, random, values, NULL, NULL);
    free(l.middle);
    return status;
}

ons_status ons_mode_connectivity(size_t size, const double *a, const double *b, size_t points, ons_loss loss,
                                 void *data, double *losses, double *barrier) {
    if (points < 2) {
        return ons_fail(ONS_INVALID, "a line between two networks needs at least 2 points, not %zu", points);
    }
    double *between = ONS_NEW(double, size);
    ons_status status = between ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < points && !status; k++) {
        const double t = (double)k / (double)(points - 1);
        for (size_t i = 0; i < size; i++) { between[i] = k + 1 == points ? b[i] : a[i] + t * (b[i] - a[i]); }
        status = loss(data, between, &losses[k]);
    }
    *barrier = 0;
    for (size_t k = 0; k < points && !status; k++) {
        const double t = (double)k / (double)(points - 1);
        *barrier = fmax(*barrier, losses[k] - (1 - t) * losses[0] - t * losses[points - 1]);
    }
    free(between);
    return status;
}

ons_status ons_kernel_regression(size_t count, const double *kernel, double ridge, size_t outputs,
                                 const double *targets, double *coefficients) {
    if (count == 0 || outputs == 0 || count > 46340) {
        return ons_fail(ONS_INVALID,
                        "kernel regression takes 1 to 46340 examples and at least one output, not %zu and %zu", count,
                        outputs);
    }
    const lapack_int n = (lapack_int)count, m = (lapack_int)outputs;
    double *matrix = ONS_NEW(double, count *count);
    if (!matrix) { return ONS_MEMORY; }
    memcpy(matrix, kernel, count * count * sizeof *matrix);
    memmove(coefficients, targets, count * outputs * sizeof *coefficients);
    for (size_t k = 0; k < count; k++) { matrix[k * count + k] += ridge; }
    spectrum_blas_alone();
    const lapack_int code = LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', n, m, matrix, n, coefficients, m);
    free(matrix);
    if (code) {
        return ons_fail(ONS_FAILED,
                        "the kernel of %zu examples with ridge %g is not positive definite (minor %d); a "
                        "larger ridge makes it so",
                        count, ridge, (int)code);
    }
    return ONS_OK;
}
