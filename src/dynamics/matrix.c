/*
 * Eigenvalues and linear equations of small dense matrices, by LAPACK.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/matrix.h>

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct decomposition {
    double *copy, *real, *imaginary, *left, *right; /* vectors by columns, in LAPACK's packing of pairs */
    size_t *order;
} decomposition;

static void release(decomposition *old) {
    free(old->copy);
    free(old->order);
}

static ons_status check(size_t size, const double *matrix) {
    if (size == 0 || size > 4096) { return ons_fail(ONS_INVALID, "a matrix has 1 to 4096 rows, not %zu", size); }
    for (size_t i = 0; i < size * size; i++) {
        if (!isfinite(matrix[i])) {
            return ons_fail(ONS_INVALID, "the element in row %zu and column %zu of a matrix is not finite",
                            i / size + 1, i % size + 1);
        }
    }
    return ONS_OK;
}

static double rank_of(const decomposition *d, size_t k, int which) {
    return which == ONS_DOMINANT_REAL ? d->real[k] : hypot(d->real[k], d->imaginary[k]);
}

/* Descending; equal ones keep LAPACK's order, in which a pair has its positive imaginary part first. Moduli of a pair
 * are equal to the last bit. */
static void sort(decomposition *d, size_t size, int which) {
    for (size_t k = 0; k < size; k++) {
        size_t at = k;
        while (at > 0 && rank_of(d, d->order[at - 1], which) < rank_of(d, k, which)) {
            d->order[at] = d->order[at - 1];
            at--;
        }
        d->order[at] = k;
    }
}

static ons_status decompose(size_t size, const double *matrix, int which, bool vectors, decomposition *d) {
    *d = (decomposition){0};
    if (check(size, matrix) != ONS_OK) { return ONS_INVALID; }
    const size_t square = size * size;
    d->copy = ONS_NEW(double, 3 * square + 2 * size);
    d->order = ONS_NEW(size_t, size);
    if (!d->copy || !d->order) {
        release(d);
        return ONS_MEMORY;
    }
    d->left = d->copy + square;
    d->right = d->left + square;
    d->real = d->right + square;
    d->imaginary = d->real + size;
    memcpy(d->copy, matrix, square * sizeof *matrix);
    const lapack_int n = (lapack_int)size;
    const char job = vectors ? 'V' : 'N';
    const lapack_int code =
        LAPACKE_dgeev(LAPACK_ROW_MAJOR, job, job, n, d->copy, n, d->real, d->imaginary, d->left, n, d->right, n);
    if (code != 0) {
        release(d);
        if (code > 0) { (void)ons_fail(ONS_FAILED, "the eigenvalues of a matrix did not converge"); }
        return code > 0 ? ONS_FAILED : ONS_MEMORY;
    }
    sort(d, size, which);
    return ONS_OK;
}

ons_status ons_eigenvalues(size_t size, const double *matrix, double *real, double *imaginary) {
    decomposition d;
    const ons_status status = decompose(size, matrix, ONS_DOMINANT_MODULUS, false, &d);
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < size; k++) {
        real[k] = d.real[d.order[k]];
        imaginary[k] = d.imaginary[d.order[k]];
    }
    release(&d);
    return ONS_OK;
}

/* Vector k of LAPACK's packing: a pair stands in two columns, real and imaginary part. */
static void unpack(size_t size, const double *packed, const decomposition *d, size_t k, double *vector) {
    const bool pair = d->imaginary[k] != 0;
    for (size_t i = 0; i < size; i++) {
        vector[2 * i] = packed[i * size + k];
        vector[2 * i + 1] = pair ? packed[i * size + k + 1] : 0;
    }
}

/* left / conj(left^H right), so that left^H right = 1. */
static void normalise(size_t size, ons_eigenpair *pair) {
    double re = 0, im = 0;
    for (size_t i = 0; i < size; i++) {
        const double *l = pair->left + 2 * i, *r = pair->right + 2 * i;
        re += l[0] * r[0] + l[1] * r[1];
        im += l[0] * r[1] - l[1] * r[0];
    }
    const double square = re * re + im * im;
    if (square == 0) { return; }
    for (size_t i = 0; i < size; i++) {
        double *l = pair->left + 2 * i;
        const double x = l[0], y = l[1];
        l[0] = (x * re - y * im) / square;
        l[1] = (x * im + y * re) / square;
    }
}

ons_status ons_dominant(size_t size, const double *matrix, int which, ons_eigenpair *pair) {
    decomposition d;
    ons_eigenpair_free(pair);
    ons_status status = decompose(size, matrix, which, true, &d);
    if (status != ONS_OK) { return status; }
    pair->right = ONS_NEW(double, 2 * size);
    pair->left = ONS_NEW(double, 2 * size);
    if (pair->right && pair->left) {
        const size_t first = d.order[0], after = d.imaginary[first] != 0 ? 2 : 1;
        pair->value[0] = d.real[first];
        pair->value[1] = d.imaginary[first];
        pair->next = after < size ? rank_of(&d, d.order[after], which) : NAN;
        unpack(size, d.right, &d, first, pair->right);
        unpack(size, d.left, &d, first, pair->left);
        normalise(size, pair);
    } else {
        ons_eigenpair_free(pair);
        status = ONS_MEMORY;
    }
    release(&d);
    return status;
}

void ons_eigenpair_free(ons_eigenpair *pair) {
    free(pair->right);
    free(pair->left);
    *pair = (ons_eigenpair){0};
}

ons_status ons_solve(size_t size, const double *matrix, size_t columns, double *right) {
    ons_status status = check(size, matrix);
    if (status != ONS_OK) { return status; }
    double *copy = ONS_NEW(double, size *size);
    lapack_int *pivots = ONS_NEW(lapack_int, size);
    if (copy && pivots) {
        memcpy(copy, matrix, size * size * sizeof *matrix);
        const lapack_int code = LAPACKE_dgesv(LAPACK_ROW_MAJOR, (lapack_int)size, (lapack_int)columns, copy,
                                              (lapack_int)size, pivots, right, (lapack_int)columns);
        status = code == 0 ? ONS_OK
                 : code < 0
                     ? ONS_MEMORY
                     : ons_fail(ONS_FAILED, "a matrix is singular: its column %d depends on those before", (int)code);
    } else {
        status = ONS_MEMORY;
    }
    free(copy);
    free(pivots);
    return status;
}
