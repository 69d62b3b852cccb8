/*
 * The inverse Ising problem by pseudo-likelihood: spin r given the others has p(s_r | rest) = 1/(1 + exp(-2 s_r eta)),
 * eta = h_r + sum_j J_rj s_j, a logistic regression for every spin (Besag, Statistician 24, 179 (1975)). Newton's
 * method; with a lasso each step is a quadratic problem solved along coordinates (proximal Newton; Friedman, Hastie and
 * Tibshirani, J. Stat. Softw. 33, 1 (2010)).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising.h"

#include "dense.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, ERROR_BLOCK = 32, MOST_STEPS = 100 };

/* In the row of spin r, place r holds the constant 1 and multiplies the field. */
typedef struct regressions {
    size_t spins, rows; /* distinct configurations */
    double samples;
    double ridge, lasso;
    int8_t *values;                  /* [rows][spins] */
    double *count;                   /* [rows] */
    double *theta;                   /* [spins][spins] */
    double *inverse;                 /* [spins][spins][spins]: inverse Hessians (per sample) */
    double *x, *scaled, *eta;        /* [BLOCK][spins], the same, [BLOCK] */
    double *gradient, *step, *trial; /* [spins] */
    double *hessian;                 /* [spins][spins] */
} regressions;

/* ---- equal configurations are one row ------------------------------------------------------------------------- */

static int compare_words(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static ons_status gather(regressions *w, const ons_spin_samples *samples) {
    const size_t n = samples->spins;
    if (n > 64) {
        memcpy(w->values, samples->values, n * samples->samples);
        for (size_t b = 0; b < samples->samples; b++) { w->count[b] = 1; }
        w->rows = samples->samples;
        return ONS_OK;
    }
    uint64_t *words = ONS_NEW(uint64_t, samples->samples);
    if (!words) { return ONS_MEMORY; }
    for (size_t b = 0; b < samples->samples; b++) {
        for (size_t i = 0; i < n; i++) { words[b] |= (uint64_t)(samples->values[b * n + i] > 0) << i; }
    }
    qsort(words, samples->samples, sizeof *words, compare_words);
    for (size_t b = 0; b < samples->samples; b++) {
        if (b == 0 || words[b] != words[b - 1]) {
            for (size_t i = 0; i < n; i++) { w->values[w->rows * n + i] = words[b] >> i & 1 ? 1 : -1; }
            w->rows++;
        }
        w->count[w->rows - 1]++;
    }
    free(words);
    return ONS_OK;
}

/* ---- one spin ------------------------------------------------------------------------------------------------- */

/* The rows of a block for spin r, and eta of each. */
static void fill(regressions *w, size_t r, size_t first, size_t rows, const double *theta) {
    const size_t n = w->spins;
    for (size_t b = 0; b < rows; b++) {
        const int8_t *s = w->values + (first + b) * n;
        double *x = w->x + b * n, eta = 0;
        for (size_t j = 0; j < n; j++) { x[j] = s[j]; }
        x[r] = 1;
        for (size_t j = 0; j < n; j++) { eta += theta[j] * x[j]; }
        w->eta[b] = eta;
    }
}

static double log_of_one_plus_exp(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

/* Minus the log-likelihood per sample with the ridge; gradient and Hessian where wanted. */
static double evaluate(regressions *w, size_t r, const double *theta, bool wanted) {
    const size_t n = w->spins;
    double value = 0;
    if (wanted) {
        memset(w->gradient, 0, n * sizeof *w->gradient);
        memset(w->hessian, 0, n * n * sizeof *w->hessian);
    }
    for (size_t first = 0; first < w->rows; first += BLOCK) {
        const size_t rows = w->rows - first < BLOCK ? w->rows - first : BLOCK;
        fill(w, r, first, rows, theta);
        for (size_t b = 0; b < rows; b++) {
            const double s = w->values[(first + b) * n + r], weight = w->count[first + b] / w->samples;
            value += weight * log_of_one_plus_exp(-2 * s * w->eta[b]);
            if (!wanted) { continue; }
            const double t = tanh(w->eta[b]), root = sqrt(weight * (1 - t * t));
            for (size_t j = 0; j < n; j++) {
                w->gradient[j] -= weight * (s - t) * w->x[b * n + j];
                w->scaled[b * n + j] = root * w->x[b * n + j];
            }
        }
        if (wanted) {
            cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)rows, 1, w->scaled, (int)n, 1, w->hessian,
                        (int)n);
        }
    }
    for (size_t j = 0; j < n; j++) {
        const double stiff = j == r ? 0 : w->ridge;
        value += stiff / 2 * theta[j] * theta[j];
        if (!wanted) { continue; }
        w->gradient[j] += stiff * theta[j];
        w->hessian[j * n + j] += stiff;
        for (size_t k = 0; k < j; k++) { w->hessian[k * n + j] = w->hessian[j * n + k]; }
    }
    return value;
}

static double penalty(const regressions *w, size_t r, const double *theta) {
    double sum = 0;
    for (size_t j = 0; j < w->spins; j++) { sum += j == r ? 0 : fabs(theta[j]); }
    return w->lasso * sum;
}

/* The step that minimises gradient d + d H d / 2 + lasso |theta + d|, along one coordinate after the other. */
static void step_with_lasso(regressions *w, size_t r, const double *theta) {
    const size_t n = w->spins;
    memset(w->step, 0, n * sizeof *w->step);
    for (size_t turn = 0; turn < 1000; turn++) {
        double change = 0, size = 0;
        for (size_t j = 0; j < n; j++) {
            const double *row = w->hessian + j * n, lasso = j == r ? 0 : w->lasso;
            double slope = w->gradient[j];
            for (size_t k = 0; k < n; k++) { slope += row[k] * w->step[k]; }
            const double aim = row[j] * (theta[j] + w->step[j]) - slope;
            const double there = copysign(fmax(fabs(aim) - lasso, 0), aim) / row[j];
            change = fmax(change, fabs(there - theta[j] - w->step[j]));
            w->step[j] = there - theta[j];
            size = fmax(size, fabs(w->step[j]));
        }
        if (change <= 1e-13 + 1e-4 * size * size) { return; }
    }
}

static ons_status make_step(regressions *w, size_t r, const double *theta) {
    if (w->lasso > 0) {
        for (size_t j = 0; j < w->spins; j++) {
            if (!(w->hessian[j * w->spins + j] > 0)) { return ONS_DONE; }
        }
        step_with_lasso(w, r, theta);
        return ONS_OK;
    }
    if (dense_cholesky(w->spins, w->hessian)) { return ONS_DONE; }
    for (size_t j = 0; j < w->spins; j++) { w->step[j] = -w->gradient[j]; }
    dense_cholesky_solve(w->spins, w->hessian, w->step);
    return ONS_OK;
}

static bool search(regressions *w, size_t r, double *theta, double *value) {
    const size_t n = w->spins;
    double slope = 0, length = 1;
    for (size_t j = 0; j < n; j++) {
        slope += w->gradient[j] * w->step[j];
        w->trial[j] = theta[j] + w->step[j];
    }
    slope += penalty(w, r, w->trial) - penalty(w, r, theta);
    for (unsigned turn = 0; turn < 50; turn++, length /= 2) {
        for (size_t j = 0; j < n; j++) { w->trial[j] = theta[j] + length * w->step[j]; }
        const double there = evaluate(w, r, w->trial, false) + penalty(w, r, w->trial);
        if (there <= *value + 1e-4 * length * slope + 1e-14 * (1 + fabs(*value))) {
            memcpy(theta, w->trial, n * sizeof *theta);
            *value = there;
            return true;
        }
    }
    return false;
}

static double largest(size_t count, const double *x) {
    double most = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, isnan(x[i]) ? INFINITY : fabs(x[i])); }
    return most;
}

static ons_status regress(regressions *w, size_t r, double *value, size_t *steps) {
    double *theta = w->theta + r * w->spins;
    *value = evaluate(w, r, theta, true);
    size_t step;
    for (step = 1; step <= MOST_STEPS; step++) {
        if (make_step(w, r, theta)) { break; }
        const double length = largest(w->spins, w->step), size = largest(w->spins, theta);
        if (!isfinite(length) || size > 100 || !search(w, r, theta, value)) { break; }
        (void)evaluate(w, r, theta, true);
        if (length <= 1e-8 * (1 + size)) {
            *steps = step > *steps ? step : *steps;
            return ONS_OK;
        }
    }
    if (w->ridge == 0 && largest(w->spins, theta) > 5) {
        return ons_fail(ONS_INVALID,
                        "the other spins tell spin %zu without a doubt in these samples, so that its couplings are "
                        "infinite (they have reached %.3g): more samples are needed, or a ridge, l2=0.01",
                        r + 1, largest(w->spins, theta));
    }
    return ons_fail(ONS_FAILED, "the logistic regression of spin %zu did not converge in %zu steps: %s", r + 1, step,
                    "its correlations do not determine its couplings; a ridge, l2=0.01, would");
}

/* ---- errors --------------------------------------------------------------------------------------------------- */

/* Influences of the rows of a block on all parameters: psi[r][b][j] = inverse Hessian times the score. */
static void influence(regressions *w, size_t first, size_t rows, double *psi) {
    const size_t n = w->spins;
    for (size_t r = 0; r < n; r++) {
        const double *theta = w->theta + r * n;
        fill(w, r, first, rows, theta);
        for (size_t b = 0; b < rows; b++) {
            const double score = w->values[(first + b) * n + r] - tanh(w->eta[b]);
            for (size_t j = 0; j < n; j++) {
                w->scaled[b * n + j] = score * w->x[b * n + j] - (j == r ? 0 : w->ridge * theta[j]);
            }
        }
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)n, (int)n, 1, w->scaled, (int)n,
                    w->inverse + r * n * n, (int)n, 0, psi + r * rows * n, (int)n);
    }
}

/* The variance of (J_ij^(i) + J_ij^(j))/2 and of h_i from the scatter of the influences (sandwich). */
static ons_status estimate_errors(regressions *w, ons_inverse_ising *s) {
    const size_t n = w->spins;
    double *psi = ONS_NEW(double, ERROR_BLOCK *n *n);
    if (!psi) { return ONS_MEMORY; }
    memset(s->coupling_error, 0, n * n * sizeof *s->coupling_error);
    memset(s->field_error, 0, n * sizeof *s->field_error);
    for (size_t first = 0; first < w->rows; first += ERROR_BLOCK) {
        const size_t rows = w->rows - first < ERROR_BLOCK ? w->rows - first : ERROR_BLOCK;
        influence(w, first, rows, psi);
        for (size_t b = 0; b < rows; b++) {
            const double weight = w->count[first + b] / (w->samples * w->samples);
            for (size_t i = 0; i < n; i++) {
                const double own = psi[(i * rows + b) * n + i];
                s->field_error[i] += weight * own * own;
                for (size_t j = 0; j < i; j++) {
                    const double both = (psi[(i * rows + b) * n + j] + psi[(j * rows + b) * n + i]) / 2;
                    s->coupling_error[i * n + j] += weight * both * both;
                }
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        s->field_error[i] = sqrt(s->field_error[i]);
        for (size_t j = 0; j < i; j++) {
            s->coupling_error[i * n + j] = s->coupling_error[j * n + i] = sqrt(s->coupling_error[i * n + j]);
        }
    }
    free(psi);
    return ONS_OK;
}

/* ---- all spins ------------------------------------------------------------------------------------------------ */

static ons_status regress_all(regressions *w, ons_inverse_ising *s) {
    const size_t n = w->spins;
    s->log_likelihood = 0;
    for (size_t r = 0; r < n; r++) {
        double value = 0;
        ons_status status = regress(w, r, &value, &s->steps);
        if (status) { return status; }
        s->log_likelihood -= value;
        if (w->lasso > 0) { continue; }
        if (dense_cholesky(n, w->hessian)) {
            return ons_fail(ONS_FAILED, "the information on the couplings of spin %zu is singular", r + 1);
        }
        dense_cholesky_inverse(n, w->hessian);
        memcpy(w->inverse + r * n * n, w->hessian, n * n * sizeof *w->inverse);
    }
    for (size_t i = 0; i < n; i++) {
        s->field[i] = w->theta[i * n + i];
        for (size_t j = 0; j < i; j++) {
            s->coupling[i * n + j] = s->coupling[j * n + i] = (w->theta[i * n + j] + w->theta[j * n + i]) / 2;
        }
    }
    return w->lasso > 0 ? ONS_OK : estimate_errors(w, s);
}

ons_status inverse_ising_pseudo(const ons_spin_samples *samples, const ons_inverse_options *options,
                                ons_inverse_ising *solution) {
    const size_t n = samples->spins;
    regressions w = {.spins = n, .samples = (double)samples->samples, .ridge = options->ridge, .lasso = options->lasso};
    w.values = ONS_NEW(int8_t, n * samples->samples);
    w.count = ONS_NEW(double, samples->samples);
    w.theta = ONS_NEW(double, n *n);
    w.inverse = ONS_NEW(double, w.lasso > 0 ? 1 : n * n * n);
    w.x = ONS_NEW(double, 2 * BLOCK * n + BLOCK);
    w.gradient = ONS_NEW(double, 3 * n + n * n);
    ons_status status = ONS_MEMORY;
    if (w.values && w.count && w.theta && w.inverse && w.x && w.gradient) {
        w.scaled = w.x + BLOCK * n;
        w.eta = w.scaled + BLOCK * n;
        w.step = w.gradient + n;
        w.trial = w.step + n;
        w.hessian = w.trial + n;
        (void)dense_cholesky(1, (double[]){1}); /* one thread for BLAS */
        status = gather(&w, samples);
        if (!status) { status = regress_all(&w, solution); }
    }
    free(w.values);
    free(w.count);
    free(w.theta);
    free(w.inverse);
    free(w.x);
    free(w.gradient);
    return status;
}
