/*
 * Small dense symmetric matrices: eigenvalues by Jacobi's rotations, Cholesky's factor, Householder's reduction.
 *
 * Our own, since GSL's error handler ends the process where memory is short.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>

void statistics_reduce(double *a, size_t count, size_t columns) {
    for (size_t k = 0; k + 1 < columns && k < count; k++) {
        double norm = 0;
        for (size_t i = k; i < count; i++) { norm += a[i * columns + k] * a[i * columns + k]; }
        norm = a[k * columns + k] > 0 ? -sqrt(norm) : sqrt(norm);
        if (norm == 0) { continue; }
        const double pivot = a[k * columns + k] - norm, scale = -1 / (norm * pivot);
        for (size_t j = k + 1; j < columns; j++) {
            double dot = pivot * a[k * columns + j];
            for (size_t i = k + 1; i < count; i++) { dot += a[i * columns + k] * a[i * columns + j]; }
            dot *= scale;
            a[k * columns + j] -= dot * pivot;
            for (size_t i = k + 1; i < count; i++) { a[i * columns + j] -= dot * a[i * columns + k]; }
        }
        a[k * columns + k] = norm;
        for (size_t i = k + 1; i < count; i++) { a[i * columns + k] = 0; }
    }
}

/* One rotation in the plane (p, q) that makes a[p][q] zero (Golub and Van Loan, Matrix Computations, section 8.5). */
static void rotate(double *a, double *vectors, size_t n, size_t p, size_t q) {
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + hypot(theta, 1)), c = 1 / hypot(t, 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = vectors[p * n + k], y = vectors[q * n + k];
        vectors[p * n + k] = c * x - s * y;
        vectors[q * n + k] = s * x + c * y;
    }
}

void statistics_eigen(double *a, size_t n, double *values, double *vectors) {
    double whole = 0;
    for (size_t i = 0; i < n * n; i++) {
        vectors[i] = i % (n + 1) == 0;
        whole += a[i] * a[i];
    }
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0;
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) { off += a[p * n + q] * a[p * n + q]; }
        }
        if (!(off > 1e-32 * whole)) { break; }
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                if (a[p * n + q] != 0) { rotate(a, vectors, n, p, q); }
            }
        }
    }
    for (size_t i = 0; i < n; i++) { values[i] = a[i * n + i]; }
}

bool statistics_cholesky(double *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n;
        for (size_t j = 0; j <= i; j++) {
            const double *other = a + j * n;
            double sum = row[j];
            for (size_t k = 0; k < j; k++) { sum -= row[k] * other[k]; }
            if (j < i) {
                row[j] = sum / other[j];
            } else if (sum > 0) {
                row[i] = sqrt(sum);
            } else {
                return false;
            }
        }
    }
    return true;
}

void statistics_forward(const double *factor, size_t n, double *b) {
    for (size_t i = 0; i < n; i++) {
        double sum = b[i];
        for (size_t k = 0; k < i; k++) { sum -= factor[i * n + k] * b[k]; }
        b[i] = sum / factor[i * n + i];
    }
}

void statistics_backward(const double *factor, size_t n, double *b) {
    for (size_t i = n; i-- > 0;) {
        b[i] /= factor[i * n + i];
        for (size_t k = 0; k < i; k++) { b[k] -= factor[i * n + k] * b[i]; }
    }
}
