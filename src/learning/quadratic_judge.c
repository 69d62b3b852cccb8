/*
 * What a network with quadratic units has learned: its exact test loss in parts, alignment, its tangent kernel and what
 * regression with it would give.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quadratic.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the test loss
 * ------------------------------------------------------------------------------------------------------
 */

/* The loss of linear x + x quadratic x against c (beta x)^2: Isserlis for the symmetric Q that `quadratic` becomes;
 * along[D] is work. */
static ons_quadratic_loss loss_of(const ons_quadratic *q, const double *linear, double *quadratic, double *along) {
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    const double D = (double)n, c = q->settings.target;
    double trace = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) { quadratic[i * n + j] -= c * q->beta[i] * q->beta[j]; }
        trace += quadratic[i * n + i];
    }
    const double power = cblas_ddot(size, linear, 1, linear, 1), beta2 = cblas_ddot(size, q->beta, 1, q->beta, 1);
    const double square = cblas_ddot(size * size, quadratic, 1, quadratic, 1);
    cblas_dsymv(CblasRowMajor, CblasLower, size, 1, quadratic, size, q->beta, 1, 0, along, 1);
    const double signal = cblas_ddot(size, along, 1, q->beta, 1) / beta2;
    const double column = cblas_ddot(size, along, 1, along, 1) / beta2;
    const double cross = fmax(0, column - signal * signal);
    return (ons_quadratic_loss){.total = power / D + (2 * square + trace * trace) / (D * D),
                                .linear = power / D,
                                .constant = trace * trace / (D * D),
                                .signal = 2 * signal * signal / (D * D),
                                .misalignment = 4 * cross / (D * D),
                                .variance = 2 * fmax(0, square - signal * signal - 2 * cross) / (D * D)};
}

/* alpha m and (alpha epsilon/2) M, less their initial values when centred, in the work of *q. */
static void present_function(const ons_quadratic *q, double **linear, double **quadratic) {
    const size_t n = q->settings.inputs;
    const double alpha = q->settings.alpha, less = q->settings.centred ? 1 : 0;
    *quadratic = q->work;
    *linear = q->work + n * n;
    for (size_t i = 0; i < n; i++) { (*linear)[i] = alpha * (q->mean[i] - less * q->first_mean[i]); }
    for (size_t i = 0; i < n * n; i++) {
        (*quadratic)[i] = alpha * q->settings.epsilon / 2 * (q->moment[i] - less * q->first_moment[i]);
    }
}

ons_quadratic_loss ons_quadratic_test(const ons_quadratic *q) {
    double *linear, *quadratic;
    learning_blas_alone();
    present_function(q, &linear, &quadratic);
    return loss_of(q, linear, quadratic, linear + q->settings.inputs);
}

double ons_quadratic_error(const ons_quadratic *q, const double *x) {
    const size_t n = q->settings.inputs;
    double *linear, *quadratic, f = 0, field = 0;
    present_function(q, &linear, &quadratic);
    for (size_t i = 0; i < n; i++) {
        double row = 0;
        for (size_t j = 0; j < n; j++) { row += quadratic[i * n + j] * x[j]; }
        f += (linear[i] + row) * x[i];
        field += q->beta[i] * x[i];
    }
    return f - q->settings.target * field * field;
}

double ons_quadratic_alignment(const ons_quadratic *q) {
    learning_blas_alone();
    const int size = (int)q->settings.inputs;
    cblas_dsymv(CblasRowMajor, CblasLower, size, 1, q->moment, size, q->beta, 1, 0, q->work, 1);
    return cblas_ddot(size, q->work, 1, q->beta, 1) /
           (cblas_ddot(size, q->beta, 1, q->beta, 1) * cblas_dnrm2(size * size, q->moment, 1));
}

/* (1/N) sum |(T - 1) w + c|^2 = tr (T - 1) M (T - 1)^T + 2 c (T - 1) m + c^2, with the first moments. */
double ons_quadratic_movement(const ons_quadratic *q) {
    learning_blas_alone();
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    double *turned = q->work, *product = q->work + n * n + n * q->settings.examples, sum = 0;
    memcpy(turned, q->map, n * n * sizeof *turned);
    for (size_t i = 0; i < n; i++) { turned[i * n + i] -= 1; }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, turned, size, q->first_moment, size, 0,
                product, size);
    for (size_t i = 0; i < n; i++) {
        double moved = 0;
        for (size_t j = 0; j < n; j++) {
            sum += product[i * n + j] * turned[i * n + j];
            moved += turned[i * n + j] * q->first_mean[j];
        }
        sum += q->shift[i] * (2 * moved + q->shift[i]);
    }
    return sqrt(fmax(0, sum));
}

/* ---- the tangent kernel
 * -------------------------------------------------------------------------------------------------
 */

/* (x_p x_q)(1 + epsilon m (x_p + x_q) + epsilon^2 x_p M x_q). */
ons_status ons_quadratic_kernel(const ons_quadratic *q, bool start, double *kernel) {
    learning_blas_alone();
    const size_t n = q->settings.inputs, count = q->settings.examples;
    const int size = (int)n, rows = (int)count;
    const double epsilon = q->settings.epsilon;
    const double *mean = start ? q->first_mean : q->mean, *moment = start ? q->first_moment : q->moment;
    double *product = q->work + n * n, *fields = ONS_NEW(double, count), *gram = ONS_NEW(double, count *count);
    if (!fields || !gram) {
        free(fields);
        free(gram);
        return ONS_MEMORY;
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, size, size, epsilon * epsilon, q->x, size, moment,
                size, 0, product, size);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, size, 1, product, size, q->x, size, 0, kernel,
                rows);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, rows, size, 1, q->x, size, 0, gram, rows);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, size, epsilon, q->x, size, mean, 1, 0, fields, 1);
    for (size_t a = 0; a < count; a++) {
        for (size_t b = 0; b <= a; b++) {
            const double value = gram[a * count + b] * (1 + fields[a] + fields[b] + kernel[a * count + b]);
            kernel[a * count + b] = value;
            kernel[b * count + a] = value;
        }
    }
    free(fields);
    free(gram);
    return ONS_OK;
}

/* What sum_p a_p K(x, x_p) is as a function of x: linear x + x quadratic x. In the work, behind that of the sums. */
static void kernel_function(const ons_quadratic *q, const double *a, double **linear, double **quadratic) {
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    const double epsilon = q->settings.epsilon;
    double *S = q->work + n * n + n * q->settings.examples, *SM = S + n * n, *G = S + 2 * n * n;
    quadratic_sums(q, a, G, S);
    *quadratic = q->work;
    *linear = G + n;
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, size, size, epsilon * epsilon, S, size, q->moment, size, 0, SM,
                size);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            (*quadratic)[i * n + j] =
                (SM[i * n + j] + SM[j * n + i] + epsilon * (G[i] * q->mean[j] + q->mean[i] * G[j])) / 2;
        }
    }
    memcpy(*linear, G, n * sizeof *G);
    cblas_dsymv(CblasRowMajor, CblasLower, size, epsilon, S, size, q->mean, 1, 1, *linear, 1);
}

/* y K y/(|K| |y|^2) after rows, columns and targets have lost their means. */
static double centred_alignment(const ons_quadratic *q, const double *kernel, double *means) {
    const size_t count = q->settings.examples;
    double all = 0, y_mean = 0, up = 0, square = 0, y2 = 0;
    for (size_t a = 0; a < count; a++) {
        means[a] = 0;
        for (size_t b = 0; b < count; b++) { means[a] += kernel[a * count + b] / (double)count; }
        all += means[a] / (double)count;
        y_mean += q->y[a] / (double)count;
    }
    for (size_t a = 0; a < count; a++) {
        double row = 0;
        for (size_t b = 0; b < count; b++) {
            const double element = kernel[a * count + b] - means[a] - means[b] + all;
            square += element * element;
            row += element * (q->y[b] - y_mean);
        }
        up += row * (q->y[a] - y_mean);
        y2 += (q->y[a] - y_mean) * (q->y[a] - y_mean);
    }
    return up / (sqrt(square) * y2);
}

static double distance(size_t count, const double *a, const double *b) {
    double sum = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return sqrt(sum / size);
}

static ons_status regress(const ons_quadratic *q, double ridge, double *kernel, double *a, double *loss) {
    const size_t count = q->settings.examples;
    const int rows = (int)count;
    double mean = 0, *linear, *quadratic;
    for (size_t p = 0; p < count; p++) { mean += kernel[p * (count + 1)] / (double)count; }
    for (size_t p = 0; p < count; p++) { kernel[p * (count + 1)] += ridge * mean; }
    memcpy(a, q->y, count * sizeof *a);
    if (LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', rows, kernel, rows) ||
        LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', rows, 1, kernel, rows, a, rows)) {
        return ons_fail(ONS_FAILED, "the tangent kernel of %zu points with a ridge of %g is not positive", count,
                        ridge);
    }
    kernel_function(q, a, &linear, &quadratic);
    *loss = loss_of(q, linear, quadratic, linear + q->settings.inputs).total;
    return ONS_OK;
}

ons_status ons_quadratic_judge_kernel(const ons_quadratic *q, double ridge, ons_quadratic_kernels *kernels) {
    const size_t count = q->settings.examples;
    double *kernel = ONS_NEW(double, count *count), *first = ONS_NEW(double, count *count), *a = ONS_NEW(double, count);
    ons_status status = kernel && first && a ? ONS_OK : ONS_MEMORY;
    if (!status) { status = ons_quadratic_kernel(q, false, kernel); }
    if (!status) { status = ons_quadratic_kernel(q, true, first); }
    if (!status) {
        kernels->alignment = centred_alignment(q, kernel, a);
        kernels->change = distance(count * count, kernel, first);
        status = regress(q, ridge, kernel, a, &kernels->regression);
    }
    free(kernel);
    free(first);
    free(a);
    return status;
}

/* ---- the lazy limit
 * -----------------------------------------------------------------------------------------------------
 */

/* The first-order change of the moments when every weight moves along - k sum_p a_p (gradient of f at x_p). */
static void move_moments(ons_quadratic *q, const double *a, double k) {
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    const double turn = -k * q->settings.epsilon;
    double *S = q->work + n * n + n * q->settings.examples, *SM = S + n * n, *G = S + 2 * n * n;
    quadratic_sums(q, a, G, S);
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, size, size, turn, S, size, q->first_moment, size, 0, SM, size);
    for (size_t i = 0; i < n; i++) {
        q->shift[i] = -k * G[i];
        for (size_t j = 0; j < n; j++) {
            q->moment[i * n + j] = q->first_moment[i * n + j] + SM[i * n + j] + SM[j * n + i] -
                                   k * (q->first_mean[i] * G[j] + G[i] * q->first_mean[j]);
            q->map[i * n + j] = (i == j) + turn * S[i * n + j];
        }
    }
    memcpy(q->mean, q->first_mean, n * sizeof *G);
    cblas_dsymv(CblasRowMajor, CblasLower, size, turn, S, size, q->first_mean, 1, 1, q->mean, 1);
    for (size_t i = 0; i < n; i++) { q->mean[i] -= k * G[i]; }
}

/* a = sum_{s < steps} (1 - c K)^s r in the eigenbasis: each part times (1 - (1 - c l)^steps)/(c l). */
static ons_status summed_residuals(const ons_quadratic *q, double c, double steps, double *kernel, double *r) {
    const size_t count = q->settings.examples;
    const int rows = (int)count;
    double *values = ONS_NEW(double, count), *parts = ONS_NEW(double, count);
    ons_status status = values && parts ? ONS_OK : ONS_MEMORY;
    /* Columns of the result are eigenvectors; in rows of ours they are rows. */
    if (!status && LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', rows, kernel, rows, values)) {
        status = ons_fail(ONS_FAILED, "the eigenvalues of the tangent kernel of %zu points do not converge", count);
    }
    if (!status) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, rows, 1, kernel, rows, r, 1, 0, parts, 1);
        for (size_t p = 0; p < count; p++) {
            const double z = c * values[p];
            const double kept = z < 1 ? exp(steps * log1p(-z)) : pow(1 - z, steps);
            parts[p] *= fabs(z) * steps < 1e-12 ? steps : (z < 1 ? -expm1(steps * log1p(-z)) : 1 - kept) / z;
        }
        cblas_dgemv(CblasRowMajor, CblasTrans, rows, rows, 1, kernel, rows, parts, 1, 0, r, 1);
    }
    free(values);
    free(parts);
    return status;
}

ons_status ons_quadratic_lazy(ons_quadratic *q, double steps) {
    learning_blas_alone();
    const ons_quadratic_settings *s = &q->settings;
    const size_t n = s->inputs, count = s->examples;
    double *kernel = ONS_NEW(double, count *count), *r = ONS_NEW(double, count);
    ons_status status = kernel && r ? ONS_OK : ONS_MEMORY;
    if (!status) { status = ons_quadratic_kernel(q, true, kernel); }
    if (!status) {
        memcpy(q->mean, q->first_mean, n * sizeof *q->mean);
        memcpy(q->moment, q->first_moment, n * n * sizeof *q->moment);
        ons_quadratic_refresh(q);
        memcpy(r, q->residual, count * sizeof *r);
        status = summed_residuals(q, 2 * s->rate / ((double)count * (double)s->units), steps, kernel, r);
    }
    if (!status) {
        move_moments(q, r, 2 * s->rate / ((double)count * s->alpha * (double)s->units));
        ons_quadratic_refresh(q);
        q->steps = (uint64_t)steps;
    }
    free(kernel);
    free(r);
    return status;
}
