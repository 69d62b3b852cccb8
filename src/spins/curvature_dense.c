/*
 * Curvature of a Hessian metric with any number of parameters, and the thermodynamic curvature of few of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/curvature.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lower triangle L of metric = L L^T, in place of its lower triangle; false: not positive definite. */
static bool cholesky(size_t m, double *matrix) {
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = matrix[i * m + j];
            for (size_t k = 0; k < j; k++) { sum -= matrix[i * m + k] * matrix[j * m + k]; }
            if (i == j && !(sum > 0)) { return false; }
            matrix[i * m + j] = i == j ? sqrt(sum) : sum / matrix[j * m + j];
        }
    }
    return true;
}

/* x <- L^-1 x along the first index of x[m][columns]. */
static void whiten(size_t m, size_t columns, const double *lower, double *x) {
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < i; k++) {
            for (size_t c = 0; c < columns; c++) { x[i * columns + c] -= lower[i * m + k] * x[k * columns + c]; }
        }
        for (size_t c = 0; c < columns; c++) { x[i * columns + c] /= lower[i * m + i]; }
    }
}

/* x <- L^-T x along the first index. */
static void unwhiten(size_t m, size_t columns, const double *lower, double *x) {
    for (size_t i = m; i-- > 0;) {
        for (size_t k = i + 1; k < m; k++) {
            for (size_t c = 0; c < columns; c++) { x[i * columns + c] -= lower[k * m + i] * x[k * columns + c]; }
        }
        for (size_t c = 0; c < columns; c++) { x[i * columns + c] /= lower[i * m + i]; }
    }
}

/* to[j][l][i] = from[i][j][l]: the next index becomes the first. */
static void turn(size_t m, const double *from, double *to) {
    for (size_t i = 0; i < m; i++) {
        for (size_t jl = 0; jl < m * m; jl++) { to[jl * m + i] = from[i * m * m + jl]; }
    }
}

static double squares(size_t count, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += x[i] * x[i]; }
    return sum;
}

/* All three indices whitened: |T|^2 and t = trace over two of them. `tensor` is used up. */
static void by_whitening(size_t m, const double *lower, double *tensor, double *scratch, double *t,
                         ons_curvature *curvature) {
    for (int index = 0; index < 3; index++) {
        whiten(m, m * m, lower, tensor);
        turn(m, tensor, scratch);
        memcpy(tensor, scratch, m * m * m * sizeof *tensor);
    }
    for (size_t a = 0; a < m; a++) {
        t[a] = 0;
        for (size_t b = 0; b < m; b++) { t[a] += tensor[(a * m + b) * m + b]; }
    }
    curvature->tensor = squares(m * m * m, tensor);
    curvature->trace = squares(m, t);
    curvature->terms[0] = -0.5 * curvature->trace;
    curvature->terms[1] = 0.5 * curvature->tensor;
}

/* Gamma^c_ab = F^cd T_dab / 2: R3 = F^ab Gamma^c_cd Gamma^d_ab, R4 = - F^ab Gamma^c_ad Gamma^d_bc. `gamma` holds T. */
static void by_connection(size_t m, const double *lower, double *gamma, double *scratch, double *t,
                          ons_curvature *curvature) {
    whiten(m, m * m, lower, gamma);
    unwhiten(m, m * m, lower, gamma);
    for (size_t i = 0; i < m * m * m; i++) { gamma[i] *= 0.5; }
    /* scratch[b][c][a] = Gamma^c_ab, then its first index raised */
    for (size_t c = 0; c < m; c++) {
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) { scratch[(b * m + c) * m + a] = gamma[(c * m + a) * m + b]; }
        }
    }
    whiten(m, m * m, lower, scratch);
    unwhiten(m, m * m, lower, scratch);
    double third = 0, fourth = 0;
    for (size_t d = 0; d < m; d++) {
        t[d] = 0;
        for (size_t c = 0; c < m; c++) { t[d] += gamma[(c * m + c) * m + d]; }
    }
    for (size_t a = 0; a < m; a++) {
        for (size_t d = 0; d < m; d++) { third += t[d] * scratch[(a * m + d) * m + a]; }
        for (size_t c = 0; c < m; c++) {
            for (size_t d = 0; d < m; d++) { /* Gamma^c_ad and F^ab Gamma^d_bc */
                fourth += gamma[(c * m + a) * m + d] * scratch[(a * m + d) * m + c];
            }
        }
    }
    curvature->terms[2] = third;
    curvature->terms[3] = -fourth;
}

ons_status ons_curvature_dense(size_t parameters, const double *metric, const double *third, ons_curvature *curvature) {
    const size_t m = parameters;
    double *lower = ONS_NEW(double, m *m), *tensor = ONS_NEW(double, m *m *m), *scratch = ONS_NEW(double, m *m *m),
           *t = ONS_NEW(double, m);
    ons_status status = ONS_MEMORY;
    if (!lower || !tensor || !scratch || !t) { goto cleanup; }
    memcpy(lower, metric, m * m * sizeof *lower);
    status = ONS_OK;
    if (!cholesky(m, lower)) {
        status = ons_fail(ONS_FAILED,
                          "the Fisher metric of %zu parameters is not positive definite: some of them are redundant, "
                          "or its eigenvalues drown in rounding",
                          m);
        goto cleanup;
    }
    memcpy(tensor, third, m * m * m * sizeof *tensor);
    by_whitening(m, lower, tensor, scratch, t, curvature);
    memcpy(tensor, third, m * m * m * sizeof *tensor);
    by_connection(m, lower, tensor, scratch, t, curvature);
    curvature->scalar = 0.25 * (curvature->tensor - curvature->trace);
cleanup:
    free(lower);
    free(tensor);
    free(scratch);
    free(t);
    return status;
}

ons_status ons_ruppeiner_curvature(size_t parameters, const double *metric, const double *third, double *curvature) {
    if (parameters < 2) {
        return ons_fail(ONS_INVALID, "a manifold of %zu parameter has no curvature: give two or more", parameters);
    }
    ons_curvature whole = {0};
    const ons_status status = ons_curvature_dense(parameters, metric, third, &whole);
    if (!status) { *curvature = whole.scalar; }
    return status;
}

double ons_ruppeiner_chain(double coupling, double field) {
    return 1 + cosh(field) / sqrt(sinh(field) * sinh(field) + exp(-4 * coupling));
}
