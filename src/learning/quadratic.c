/*
 * A two-layer network with quadratic units: gradient descent on the first two moments of its weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quadratic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- products whose result is symmetric, or that are with a symmetric matrix
 * ------------------------------------------
 */

/* Columns that are treated at a time: four strips save three eighths of the work. */
static size_t strip_of(size_t n) { return n < 128 ? (n + 3) / 4 : 32; }

static void mirror(size_t n, double *matrix) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) { matrix[i * n + j] = matrix[j * n + i]; }
    }
}

/* out[n][n] = factor left^T right + keep out for left, right[rows][n] (or left right^T for [n][rows]), known to be
 * symmetric. */
static void symmetric_product(size_t n, size_t rows, bool transposed, double factor, const double *left,
                              const double *right, double keep, double *out) {
    const size_t width = strip_of(n);
    const int lead = (int)(transposed ? n : rows);
    for (size_t at = 0; at < n; at += width) {
        const size_t here = at + width < n ? width : n - at;
        const size_t left_at = transposed ? at : at * rows;
        cblas_dgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, transposed ? CblasNoTrans : CblasTrans,
                    (int)(n - at), (int)here, (int)rows, factor, left + left_at, lead, right + left_at, lead, keep,
                    out + at * n + at, (int)n);
    }
    mirror(n, out);
}

/* values[p] = x_p matrix x_p for a symmetric matrix: strips of its lower triangle, what is off the diagonal blocks
 * twice. work[P][D] + [D][D]. */
static void quadratic_forms(const ons_quadratic *q, const double *matrix, double *values) {
    const size_t n = q->settings.inputs, count = q->settings.examples, width = strip_of(n);
    double *folded = q->work, *product = q->work + n * n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            folded[i * n + j] = i / width == j / width ? matrix[i * n + j] : i > j ? 2 * matrix[i * n + j] : 0;
        }
    }
    for (size_t at = 0; at < n; at += width) {
        const size_t here = at + width < n ? width : n - at;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)here, (int)(n - at), 1, q->x + at,
                    (int)n, folded + at * n + at, (int)n, 0, product + at, (int)n);
    }
    for (size_t p = 0; p < count; p++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) { sum += product[p * n + i] * q->x[p * n + i]; }
        values[p] = sum;
    }
}

void quadratic_outputs(const ons_quadratic *q, const double *mean, const double *moment, double *f) {
    const size_t n = q->settings.inputs;
    quadratic_forms(q, moment, f);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)q->settings.examples, (int)n, q->settings.alpha, q->x, (int)n, mean,
                1, q->settings.alpha * q->settings.epsilon / 2, f, 1);
}

/* G[D] = sum r x, S[D][D] = sum r x x^T. */
void quadratic_sums(const ons_quadratic *q, const double *r, double *G, double *S) {
    const size_t n = q->settings.inputs, count = q->settings.examples;
    double *weighted = q->work + n * n;
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < n; i++) { weighted[p * n + i] = r[p] * q->x[p * n + i]; }
    }
    symmetric_product(n, count, true, 1, weighted, q->x, 0, S);
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)count, (int)n, 1, q->x, (int)n, r, 1, 0, G, 1);
}

/* ---- making one
 * -------------------------------------------------------------------------------------------------------
 */

static size_t work_of(size_t n, size_t count) { return 5 * n * n + n * count + 8 * n; }

double ons_quadratic_bytes(const ons_quadratic_settings *s) {
    const double n = (double)s->inputs, count = (double)s->examples;
    return 8 * (2 * n * count + 8 * n * n + 3 * count + 10 * n);
}

static ons_status check_settings(const ons_quadratic_settings *s) {
    if (s->inputs < 1 || s->examples < 1 || s->units < 1 || s->inputs > 20000 || s->examples > 1000000) {
        return ons_fail(ONS_INVALID,
                        "%zu inputs, %zu examples and %zu units; expected 1 to 20000, 1 to 1000000 and at least 1",
                        s->inputs, s->examples, s->units);
    }
    const double numbers[] = {s->alpha, s->epsilon, s->rate, s->target, s->weights};
    size_t element;
    if (!ons_not_finite(numbers, false, 5, &element) && s->alpha > 0 && s->rate >= 0 && s->weights >= 0) {
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID,
                    "alpha %g, epsilon %g, rate %g, target %g, weights %g; expected finite numbers, alpha "
                    "positive, rate and weights not negative",
                    s->alpha, s->epsilon, s->rate, s->target, s->weights);
}

static ons_status take_memory(ons_quadratic *q) {
    const size_t n = q->settings.inputs, count = q->settings.examples;
    double **const arrays[] = {&q->x,      &q->y,          &q->beta,         &q->mean,
                               &q->moment, &q->first_mean, &q->first_moment, &q->map,
                               &q->shift,  &q->residual,   &q->initial,      &q->work};
    const size_t sizes[] = {count * n, count, n, n, n * n, n, n * n, n * n, n, count, count, work_of(n, count)};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        *arrays[k] = ONS_NEW(double, sizes[k]);
        if (!*arrays[k]) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

/* Moments of weights drawn one unit after the other, in chunks, so that N may be large. */
static ons_status draw_weights(ons_quadratic *q, ons_random *random, double *weights) {
    enum { CHUNK = 256 };
    const size_t n = q->settings.inputs, units = q->settings.units;
    double *rows = ONS_NEW(double, CHUNK *n);
    if (!rows) { return ONS_MEMORY; }
    for (size_t at = 0; at < units; at += CHUNK) {
        const size_t here = at + CHUNK < units ? CHUNK : units - at;
        for (size_t i = 0; i < here * n; i++) { rows[i] = q->settings.weights * ons_random_normal(random); }
        for (size_t i = 0; i < here * n; i++) { q->mean[i % n] += rows[i] / (double)units; }
        symmetric_product(n, here, true, 1 / (double)units, rows, rows, 1, q->moment);
        if (weights) { memcpy(weights + at * n, rows, here * n * sizeof *rows); }
    }
    free(rows);
    return ONS_OK;
}

ons_status ons_quadratic_init(ons_quadratic *q, const ons_quadratic_settings *settings, ons_random *points,
                              ons_random *teacher, ons_random *start, double *weights) {
    *q = (ons_quadratic){.settings = *settings};
    ons_status status = check_settings(settings);
    if (status) { return status; }
    learning_blas_alone();
    const size_t n = settings->inputs, count = settings->examples;
    status = take_memory(q);
    if (!status) {
        const double scale = 1 / sqrt((double)n);
        for (size_t i = 0; i < count * n; i++) { q->x[i] = scale * ons_random_normal(points); }
        for (size_t i = 0; i < n; i++) { q->beta[i] = ons_random_normal(teacher); }
        status = draw_weights(q, start, weights);
    }
    if (status) {
        ons_quadratic_free(q);
        return status;
    }
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)n, 1, q->x, (int)n, q->beta, 1, 0, q->y, 1);
    for (size_t p = 0; p < count; p++) { q->y[p] *= settings->target * q->y[p]; }
    memcpy(q->first_mean, q->mean, n * sizeof *q->mean);
    memcpy(q->first_moment, q->moment, n * n * sizeof *q->moment);
    for (size_t i = 0; i < n; i++) { q->map[i * n + i] = 1; }
    if (settings->centred) { quadratic_outputs(q, q->mean, q->moment, q->initial); }
    ons_quadratic_refresh(q);
    return ONS_OK;
}

void ons_quadratic_free(ons_quadratic *q) {
    double *const arrays[] = {q->x,   q->y,     q->beta,     q->mean,    q->moment, q->first_mean, q->first_moment,
                              q->map, q->shift, q->residual, q->initial, q->work};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) { free(arrays[k]); }
    *q = (ons_quadratic){0};
}

/* ---- steps
 * --------------------------------------------------------------------------------------------------------------
 */

void ons_quadratic_refresh(ons_quadratic *q) {
    learning_blas_alone();
    const size_t count = q->settings.examples;
    double sum = 0;
    quadratic_outputs(q, q->mean, q->moment, q->residual);
    for (size_t p = 0; p < count; p++) {
        q->residual[p] -= q->initial[p] + q->y[p];
        sum += q->residual[p] * q->residual[p];
    }
    q->train = sum / (double)count;
}

/* M += factor (a b^T + b a^T). */
static void add_pair(size_t n, double factor, const double *a, const double *b, double *M) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) { M[i * n + j] += factor * (a[i] * b[j] + b[i] * a[j]); }
    }
}

/* The work of a step lies behind that of quadratic_forms: S, A M, map, G, A m. */
typedef struct step_work {
    double *S, *product, *G, *moved;
} step_work;

static step_work work_at(const ons_quadratic *q) {
    const size_t n = q->settings.inputs;
    double *S = q->work + n * n + n * q->settings.examples;
    return (step_work){S, S + n * n, S + 2 * n * n, S + 2 * n * n + n};
}

/* First order around the start: only what is linear in k, with the first moments. */
static void step_linearised(ons_quadratic *q, double k, const step_work *at) {
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    const double turn = -k * q->settings.epsilon;
    cblas_dsymv(CblasRowMajor, CblasLower, size, turn, at->S, size, q->first_mean, 1, 1, q->mean, 1);
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, size, size, turn, at->S, size, q->first_moment, size, 0,
                at->product, size);
    for (size_t i = 0; i < n; i++) {
        q->mean[i] -= k * at->G[i];
        q->shift[i] -= k * at->G[i];
        for (size_t j = 0; j < n; j++) {
            q->moment[i * n + j] += at->product[i * n + j] + at->product[j * n + i];
            q->map[i * n + j] += turn * at->S[i * n + j];
        }
    }
    add_pair(n, -k, q->first_mean, at->G, q->moment);
}

static void step_full(ons_quadratic *q, double k, const step_work *at) {
    const size_t n = q->settings.inputs;
    const int size = (int)n;
    double *A = at->S;
    for (size_t i = 0; i < n * n; i++) { A[i] *= -k * q->settings.epsilon; }
    for (size_t i = 0; i < n; i++) { A[i * n + i] += 1; }
    cblas_dsymv(CblasRowMajor, CblasLower, size, 1, A, size, q->mean, 1, 0, at->moved, 1);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, A, size, q->moment, size, 0,
                at->product, size);
    symmetric_product(n, n, false, 1, at->product, A, 0, q->moment);
    for (size_t i = 0; i < n; i++) { q->mean[i] = at->moved[i] - k * at->G[i]; }
    /* - k (A m G^T + G m^T A) + k^2 G G^T, the square shared between both terms */
    for (size_t i = 0; i < n; i++) { at->moved[i] -= k / 2 * at->G[i]; }
    add_pair(n, -k, at->moved, at->G, q->moment);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, A, size, q->map, size, 0, at->product,
                size);
    memcpy(q->map, at->product, n * n * sizeof *q->map);
    cblas_dsymv(CblasRowMajor, CblasLower, size, 1, A, size, q->shift, 1, 0, at->moved, 1);
    for (size_t i = 0; i < n; i++) { q->shift[i] = at->moved[i] - k * at->G[i]; }
}

void ons_quadratic_step(ons_quadratic *q) {
    learning_blas_alone();
    const ons_quadratic_settings *s = &q->settings;
    const double k = 2 * s->rate / ((double)s->examples * s->alpha * (double)s->units);
    const step_work at = work_at(q);
    q->steps++;
    if (q->diverged) { return; }
    quadratic_sums(q, q->residual, at.G, at.S);
    if (s->linearised) {
        step_linearised(q, k, &at);
    } else {
        step_full(q, k, &at);
    }
    ons_quadratic_refresh(q);
    if (!isfinite(q->train)) { q->diverged = q->steps; }
}

ons_status ons_quadratic_step_weights(const ons_quadratic *q, double *weights) {
    const ons_quadratic_settings *s = &q->settings;
    const size_t n = s->inputs, count = s->examples, units = s->units;
    double *fields = ONS_NEW(double, units), *gradient = ONS_NEW(double, units *n);
    const ons_status status = fields && gradient ? ONS_OK : ONS_MEMORY;
    for (size_t p = 0; p < count && !status; p++) {
        const double *x = q->x + p * n;
        double f = 0;
        for (size_t i = 0; i < units; i++) {
            fields[i] = 0;
            for (size_t j = 0; j < n; j++) { fields[i] += weights[i * n + j] * x[j]; }
            f += s->alpha / (double)units * (fields[i] + s->epsilon / 2 * fields[i] * fields[i]);
        }
        for (size_t i = 0; i < units; i++) {
            const double slope = 2 / (s->alpha * s->alpha * (double)count) * (f - q->y[p]) * s->alpha / (double)units *
                                 (1 + s->epsilon * fields[i]);
            for (size_t j = 0; j < n; j++) { gradient[i * n + j] += slope * x[j]; }
        }
    }
    for (size_t i = 0; i < units * n && !status; i++) { weights[i] -= s->rate * gradient[i]; }
    free(fields);
    free(gradient);
    return status;
}
