/*
 * The covariances of a network with given couplings from a linear one: Clark, arXiv:2604.23489; Lyapunov equations, and
 * how two matrices compare.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "blas.h"

#include <onsager/dynamics/rate_theory.h>

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

static void alone(void) { openblas_set_num_threads(1); }

void dynamics_blas_alone(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, alone);
}

/* C = factor A B, or A B^T. */
static void multiply(size_t n, double factor, const double *A, const double *B, bool transposed, double *C) {
    const int size = (int)n;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, size, size, size, factor, A, size,
                B, size, 0, C, size);
}

static double *matrix(size_t n) { return ONS_NEW(double, n *n); }

static double norm(size_t n, const double *A) { return cblas_dnrm2((int)(n * n), A, 1); }

static ons_status check_size(size_t n) {
    if (n > 0 && n <= 40000) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "matrices of 1 to 40000 rows are possible, not %zu", n);
}

/* ---- Lyapunov equations ---------------------------------------------------------------------------------------------
 */

enum { MOST_DOUBLINGS = 60 };

/* X = sum_k F^k X0 F^kT in X, which holds X0; F is overwritten. Twice the terms every time. */
static ons_status sum_powers(size_t n, double *F, double *X) {
    double *left = matrix(n), *both = matrix(n);
    ons_status status = left && both ? ONS_OK : ONS_MEMORY;
    for (int k = 0; status == ONS_OK; k++) {
        multiply(n, 1, F, X, false, left);
        multiply(n, 1, left, F, true, both);
        const double more = norm(n, both), all = norm(n, X);
        if (!isfinite(more) || k == MOST_DOUBLINGS) {
            status = ons_fail(ONS_FAILED, "the linear network is not stable: its covariances grow without end");
            break;
        }
        cblas_daxpy((int)(n * n), 1, both, 1, X, 1);
        if (more <= 1e-14 * all) { break; }
        multiply(n, 1, F, F, false, left);
        memcpy(F, left, n * n * sizeof *F);
    }
    free(left);
    free(both);
    return status;
}

/* inverse = (A - p)^-1. */
static ons_status invert_shifted(size_t n, const double *A, double p, double *inverse) {
    const lapack_int size = (lapack_int)n;
    lapack_int *pivots = ONS_NEW(lapack_int, n);
    if (!pivots) { return ONS_MEMORY; }
    memcpy(inverse, A, n * n * sizeof *A);
    for (size_t i = 0; i < n; i++) { inverse[i * n + i] -= p; }
    lapack_int fault = LAPACKE_dgetrf(LAPACK_ROW_MAJOR, size, size, inverse, size, pivots);
    if (!fault) { fault = LAPACKE_dgetri(LAPACK_ROW_MAJOR, size, inverse, size, pivots); }
    free(pivots);
    return fault ? ons_fail(ONS_FAILED, "a shifted matrix of %zu rows cannot be inverted: it is not stable", n)
                 : ONS_OK;
}

/* (A-p) X (A-p)^T - (A+p) X (A+p)^T = 2 p Q: with F = (A-p)^-1 (A+p) = 1 + 2p (A-p)^-1, X = F X F^T + 2p (A-p)^-1 Q
 * (A-p)^-T. */
ons_status ons_lyapunov_equation(size_t n, const double *A, const double *Q, double *X) {
    ons_status status = check_size(n);
    if (status) { return status; }
    dynamics_blas_alone();
    double *F = matrix(n), *left = matrix(n);
    const double p = 0.3 * norm(n, A) / sqrt((double)n);
    status = F && left ? ONS_OK : ONS_MEMORY;
    if (!status && !(p > 0)) { status = ons_fail(ONS_FAILED, "a matrix of zeros is not stable"); }
    if (!status) { status = invert_shifted(n, A, p, F); }
    if (!status) {
        multiply(n, 2 * p, F, Q, false, left);
        multiply(n, 1, left, F, true, X);
        for (size_t i = 0; i < n * n; i++) { F[i] *= 2 * p; }
        for (size_t i = 0; i < n; i++) { F[i * n + i] += 1; }
        status = sum_powers(n, F, X);
    }
    free(F);
    free(left);
    return status;
}

/* ---- the equivalent linear network ----------------------------------------------------------------------------------
 */

enum { MOST_POWERS = 4096 };

/* Coefficients of B = int_0^inf exp(A tau) q(tau) dtau = sum_k h_k (a J)^k, h_k = int exp(-tau) tau^k/k! q(tau) dtau =
 * 1/pi int_0^inf (1 + w^2) n(w) Re (1 + i w)^-(k+1) dw. *count: beyond it, h_k nu^(k/2) k is below the rounding. */
static ons_status find_powers(const ons_rate_theory *theory, double **coefficients, size_t *count) {
    const size_t frequencies = theory->frequencies;
    double complex *power = ONS_NEW(double complex, frequencies);
    double *h = ONS_NEW(double, MOST_POWERS);
    *coefficients = h;
    *count = 0;
    if (!power || !h) {
        free(power);
        return ONS_MEMORY;
    }
    for (size_t f = 0; f < frequencies; f++) {
        const double w = (double)f * theory->frequency_step;
        power[f] = (1 + w * w) * ons_rate_noise(theory, f) * (f ? 1 : 0.5) * theory->frequency_step / pi;
    }
    for (size_t k = 0; k < MOST_POWERS; k++) {
        double sum = 0;
        for (size_t f = 0; f < frequencies; f++) {
            power[f] /= 1 + I * ((double)f * theory->frequency_step);
            sum += creal(power[f]);
        }
        h[k] = sum;
        *count = k + 1;
        if (k > 8 && fabs(sum) * pow(theory->nu, (double)k / 2) * (double)k < 1e-13 * fabs(h[0])) { break; }
    }
    free(power);
    return ONS_OK;
}

/* P = sum_k h_k K^k with 2 sqrt(count) products (Paterson and Stockmeyer, SIAM J. Comput. 2, 60 (1973)). */
static ons_status polynomial(size_t n, const double *K, const double *h, size_t count, double *P) {
    const size_t block = (size_t)ceil(sqrt((double)count)), blocks = (count + block - 1) / block;
    double *powers = ONS_NEW(double, (block + 1) * n * n), *next = matrix(n); /* K, K^2, .. K^block at 1, 2, .. */
    if (!powers || !next) {
        free(powers);
        free(next);
        return ONS_MEMORY;
    }
    memcpy(powers + n * n, K, n * n * sizeof *K);
    for (size_t k = 2; k <= block; k++) { multiply(n, 1, powers + (k - 1) * n * n, K, false, powers + k * n * n); }
    memset(P, 0, n * n * sizeof *P);
    for (size_t b = blocks; b-- > 0;) {
        if (b + 1 < blocks) {
            multiply(n, 1, P, powers + block * n * n, false, next);
            memcpy(P, next, n * n * sizeof *P);
        }
        for (size_t k = b * block; k < count && k < (b + 1) * block; k++) {
            if (k > b * block) { cblas_daxpy((int)(n * n), h[k], powers + (k - b * block) * n * n, 1, P, 1); }
        }
        for (size_t i = 0; i < n; i++) { P[i * n + i] += h[b * block]; }
    }
    free(powers);
    free(next);
    return ONS_OK;
}

ons_status ons_rate_linear(const ons_rate_theory *theory, size_t n, const double *J, double *covariance) {
    ons_status status = check_size(n);
    if (status) { return status; }
    if (isinf(theory->gain)) { return ons_fail(ONS_INVALID, "the linear form of a given J needs a finite gain"); }
    dynamics_blas_alone();
    double *A = matrix(n), *Q = matrix(n), *h = NULL;
    size_t count;
    status = A && Q ? ONS_OK : ONS_MEMORY;
    if (!status) { status = find_powers(theory, &h, &count); }
    if (!status) {
        for (size_t i = 0; i < n * n; i++) { A[i] = theory->slope * J[i]; }
        status = polynomial(n, A, h, count, Q);
    }
    if (!status) {
        for (size_t i = 0; i < n; i++) {
            A[i * n + i] -= 1;
            for (size_t k = 0; k <= i; k++) { Q[i * n + k] = Q[k * n + i] = Q[i * n + k] + Q[k * n + i]; }
        }
        status = ons_lyapunov_equation(n, A, Q, covariance);
    }
    free(A);
    free(Q);
    free(h);
    return status == ONS_FAILED ? ONS_DONE : status;
}

ons_status ons_rate_closure(const ons_rate_theory *theory, size_t n, const double *J, double *covariance) {
    ons_status status = check_size(n);
    if (status) { return status; }
    dynamics_blas_alone();
    double *F = matrix(n);
    if (!F) { return ONS_MEMORY; }
    for (size_t i = 0; i < n * n; i++) {
        F[i] = theory->slope * J[i];
        covariance[i] = 0;
    }
    for (size_t i = 0; i < n; i++) { covariance[i * n + i] = 1; }
    status = sum_powers(n, F, covariance);
    free(F);
    if (status) { return status == ONS_FAILED ? ONS_DONE : status; }
    double trace = 0;
    for (size_t i = 0; i < n; i++) { trace += covariance[i * n + i]; }
    const double scale = theory->activity * (double)n / trace;
    for (size_t i = 0; i < n * n; i++) { covariance[i] *= scale; }
    return ONS_OK;
}

ons_status ons_rate_white(size_t n, double a, const double *J, double omega, double *trace, double *square) {
    ons_status status = check_size(n);
    if (status) { return status; }
    dynamics_blas_alone();
    const lapack_int size = (lapack_int)n;
    double complex *R = ONS_NEW(double complex, n *n), *C = ONS_NEW(double complex, n *n);
    lapack_int *pivots = ONS_NEW(lapack_int, n);
    status = R && C && pivots ? ONS_OK : ONS_MEMORY;
    if (!status) {
        for (size_t i = 0; i < n * n; i++) { R[i] = -a * J[i]; }
        for (size_t i = 0; i < n; i++) { R[i * n + i] += 1 + I * omega; }
        lapack_int fault = LAPACKE_zgetrf(LAPACK_ROW_MAJOR, size, size, R, size, pivots);
        if (!fault) { fault = LAPACKE_zgetri(LAPACK_ROW_MAJOR, size, R, size, pivots); }
        if (fault) { status = ons_fail(ONS_FAILED, "the linear network resonates at frequency %g", omega); }
    }
    if (!status) {
        cblas_zherk(CblasRowMajor, CblasUpper, CblasNoTrans, size, size, 1, R, size, 0, C, size);
        *trace = *square = 0;
        for (size_t i = 0; i < n; i++) {
            *trace += creal(C[i * n + i]);
            for (size_t k = i; k < n; k++) {
                const double value = cabs(C[i * n + k]);
                *square += (k > i ? 2 : 1) * value * value;
            }
        }
    }
    free(R);
    free(C);
    free(pivots);
    return status;
}

/* ---- matrices beside each other -------------------------------------------------------------------------------------
 */

ons_matrix_match ons_match_matrices(size_t n, const double *measured, const double *predicted) {
    const double count = (double)n * (double)(n - 1);
    double m_mean = 0, p_mean = 0, mm = 0, pp = 0, mp = 0, raw_mp = 0, raw_pp = 0, wrong = 0;
    for (size_t i = 0; i < n * n; i++) {
        if (i / n == i % n) { continue; }
        m_mean += measured[i] / count;
        p_mean += predicted[i] / count;
    }
    for (size_t i = 0; i < n * n; i++) {
        if (i / n == i % n) { continue; }
        const double m = measured[i] - m_mean, p = predicted[i] - p_mean;
        mm += m * m;
        pp += p * p;
        mp += m * p;
        raw_mp += measured[i] * predicted[i];
        raw_pp += predicted[i] * predicted[i];
        wrong += (measured[i] - predicted[i]) * (measured[i] - predicted[i]);
    }
    return (ons_matrix_match){mp / sqrt(mm * pp), raw_mp / raw_pp, 1 - wrong / mm};
}

double ons_participation(size_t n, const double *C, const double *D) {
    double trace_c = 0, trace_d = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        trace_c += C[i * n + i];
        trace_d += D[i * n + i];
    }
    for (size_t i = 0; i < n * n; i++) { square += C[i] * D[i]; }
    return trace_c * trace_d / ((double)n * square);
}
