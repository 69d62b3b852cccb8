/*
 * Non-linear least squares with the covariance of the points: Levenberg and Marquardt on whitened residuals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES 6
#define MOST_STEPS 300

/* ---- whitening ------------------------------------------------------------------------------------------------------
 */

void statistics_whitened_free(statistics_whitened *white) {
    free(white->root);
    free(white->share);
    white->root = white->share = NULL;
}

/* Rows of the root: eigenvectors of the correlation matrix over the roots of their (raised) eigenvalues and over the
 * errors. The mean eigenvalue is 1; those that an estimate from `freedom` samples cannot tell from noise are raised. */
static void fill_root(statistics_whitened *white, const double *values, const double *vectors) {
    const ons_points *points = white->points;
    const size_t n = points->count;
    double largest = 0;
    for (size_t i = 0; i < n; i++) { largest = fmax(largest, values[i]); }
    const bool known = !(points->freedom > 0) || isinf(points->freedom);
    const double floor = fmax(known ? 0 : fmin((double)n / points->freedom, 1), 1e-12 * largest);
    for (size_t i = 0; i < n; i++) {
        const double used = fmax(values[i], floor);
        white->raised += used > values[i];
        white->share[i] = fmax(values[i], 0) / used;
        for (size_t k = 0; k < n; k++) {
            white->root[i * n + k] = vectors[i * n + k] / (sqrt(used) * points->errors[k]);
        }
    }
}

ons_status statistics_whiten(const ons_points *points, statistics_whitened *white) {
    const size_t n = points->count;
    *white = (statistics_whitened){.points = points};
    if (!points->covariance) { return ONS_OK; }
    double *matrix = ONS_NEW(double, n *n), *vectors = ONS_NEW(double, n *n), *values = ONS_NEW(double, n);
    white->root = ONS_NEW(double, n *n);
    white->share = ONS_NEW(double, n);
    ons_status status = matrix && vectors && values && white->root && white->share ? ONS_OK : ONS_MEMORY;
    for (size_t i = 0; status == ONS_OK && i < n * n; i++) {
        matrix[i] = points->covariance[i] / (points->errors[i / n] * points->errors[i % n]);
        if (!isfinite(matrix[i])) { status = ons_fail(ONS_INVALID, "the covariance of the points is not finite"); }
    }
    if (status == ONS_OK) {
        statistics_eigen(matrix, n, values, vectors);
        fill_root(white, values, vectors);
    } else {
        statistics_whitened_free(white);
    }
    free(matrix);
    free(vectors);
    free(values);
    return status;
}

ons_status ons_covariance_root(const ons_points *points, double *root) {
    const size_t n = points->count;
    if (!points->covariance) { return ons_fail(ONS_INVALID, "the points have no covariance"); }
    double *matrix = ONS_NEW(double, n *n), *vectors = ONS_NEW(double, n *n), *values = ONS_NEW(double, n);
    const bool memory = matrix && vectors && values;
    if (memory) {
        memcpy(matrix, points->covariance, n * n * sizeof *matrix);
        statistics_eigen(matrix, n, values, vectors);
        for (size_t i = 0; i < n * n; i++) { root[i] = vectors[i % n * n + i / n] * sqrt(fmax(values[i % n], 0)); }
    }
    free(matrix);
    free(vectors);
    free(values);
    return memory ? ONS_OK : ONS_MEMORY;
}

void statistics_whitened_apply(const statistics_whitened *white, const double *in, double *out) {
    const size_t n = white->points->count;
    for (size_t i = 0; i < n; i++) {
        if (!white->root) {
            out[i] = in[i] / white->points->errors[i];
            continue;
        }
        double sum = 0;
        for (size_t k = 0; k < n; k++) { sum += white->root[i * n + k] * in[k]; }
        out[i] = sum;
    }
}

/* ---- minimisation ---------------------------------------------------------------------------------------------------
 */

typedef struct problem {
    const ons_model *model;
    statistics_whitened white;
    size_t free_places[ONS_MODEL_PARAMETERS], free_count;
    double *residuals, *jacobian; /* [count], [free_count][count], whitened */
    double *plain, *stack;        /* [count], [(count + free_count)][free_count + 1] */
} problem;

static void problem_free(problem *work) {
    statistics_whitened_free(&work->white);
    free(work->residuals);
    free(work->jacobian);
    free(work->plain);
    free(work->stack);
}

/* chi^2, with the whitened residuals y - f in work->residuals; infinite where the model is not finite. */
static double residuals_at(problem *work, const double *p) {
    const ons_points *points = work->white.points;
    double sum = 0;
    for (size_t i = 0; i < points->count; i++) {
        work->plain[i] = points->y[i] - ons_model_value(work->model, points->x[i], p);
    }
    statistics_whitened_apply(&work->white, work->plain, work->residuals);
    for (size_t i = 0; i < points->count; i++) { sum += work->residuals[i] * work->residuals[i]; }
    return isfinite(sum) ? sum : INFINITY;
}

/* Central differences: for a parameter in which the model is linear they are exact whatever the step. */
static void jacobian_at(problem *work, const double *p) {
    const ons_points *points = work->white.points;
    double moved[ONS_MODEL_PARAMETERS];
    for (size_t k = 0; k < work->free_count; k++) {
        const size_t place = work->free_places[k];
        const double step = 6e-6 * fmax(fabs(p[place]), 1e-3);
        for (size_t i = 0; i < points->count; i++) {
            memcpy(moved, p, sizeof moved);
            moved[place] = p[place] + step;
            const double above = ons_model_value(work->model, points->x[i], moved), right = moved[place];
            moved[place] = p[place] - step;
            work->plain[i] = (above - ons_model_value(work->model, points->x[i], moved)) / (right - moved[place]);
        }
        statistics_whitened_apply(&work->white, work->plain, work->jacobian + k * points->count);
    }
}

/* The step that minimises |J d - r|^2 + damping sum (|J_k| d_k)^2. false: J is not finite. */
static bool damped_step(problem *work, double damping, double *step) {
    const size_t n = work->white.points->count, m = work->free_count, columns = m + 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < m; k++) { work->stack[i * columns + k] = work->jacobian[k * n + i]; }
        work->stack[i * columns + m] = work->residuals[i];
    }
    for (size_t k = 0; k < m; k++) {
        double length = 0;
        for (size_t i = 0; i < n; i++) { length = hypot(length, work->jacobian[k * n + i]); }
        if (!isfinite(length)) { return false; }
        double *row = work->stack + (n + k) * columns;
        memset(row, 0, columns * sizeof *row);
        row[k] = sqrt(damping) * (length > 0 ? length : 1);
    }
    statistics_reduce(work->stack, n + m, columns);
    for (size_t k = m; k-- > 0;) {
        double sum = work->stack[k * columns + m];
        for (size_t j = k + 1; j < m; j++) { sum -= work->stack[k * columns + j] * step[j]; }
        step[k] = sum / work->stack[k * columns + k];
        if (!isfinite(step[k])) { return false; }
    }
    return true;
}

/* From p downhill; p and *chi_squared are those of the minimum. Returns the steps made, MOST_STEPS: none was reached.
 */
static unsigned descend(problem *work, double *p, double *chi_squared) {
    double damping = 1e-3, step[ONS_MODEL_PARAMETERS];
    *chi_squared = residuals_at(work, p);
    for (unsigned steps = 0; steps < MOST_STEPS; steps++) {
        if (isinf(*chi_squared)) { return MOST_STEPS; }
        residuals_at(work, p);
        jacobian_at(work, p);
        for (;;) {
            double moved[ONS_MODEL_PARAMETERS];
            memcpy(moved, p, sizeof moved);
            if (!damped_step(work, damping, step)) { return MOST_STEPS; }
            for (size_t k = 0; k < work->free_count; k++) { moved[work->free_places[k]] += step[k]; }
            const double after = residuals_at(work, moved), gain = *chi_squared - after;
            if (gain > 0) {
                memcpy(p, moved, sizeof moved);
                *chi_squared = after;
                damping = fmax(damping / 10, 1e-14);
                if (gain <= 1e-10 * (1 + after) && damping < 1e-3) { return steps; }
                break;
            }
            residuals_at(work, p);
            if (damping > 1e10 || (damping < 1e-2 && fabs(gain) <= 1e-12 * (1 + *chi_squared))) { return steps; }
            damping *= 10;
        }
    }
    return MOST_STEPS;
}

/* ---- errors and goodness --------------------------------------------------------------------------------------------
 */

/* A = (J^T J)^-1 J^T, [free][count], which takes whitened residuals to parameters; false with the parameter that is not
 * determined. */
static bool smoother(problem *work, double *a, size_t *undetermined) {
    const size_t n = work->white.points->count, m = work->free_count;
    double gram[ONS_MODEL_PARAMETERS * ONS_MODEL_PARAMETERS], scale[ONS_MODEL_PARAMETERS];
    /* orthonormal columns by two passes of Gram and Schmidt: J = Q R, A = R^-1 Q^T */
    memset(gram, 0, sizeof gram);
    for (size_t k = 0; k < m; k++) {
        double *column = a + k * n;
        memcpy(column, work->jacobian + k * n, n * sizeof *column);
        double before = 0, after = 0;
        for (size_t i = 0; i < n; i++) { before = hypot(before, column[i]); }
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < k; j++) {
                double dot = 0;
                for (size_t i = 0; i < n; i++) { dot += a[j * n + i] * column[i]; }
                gram[j * m + k] += dot;
                for (size_t i = 0; i < n; i++) { column[i] -= dot * a[j * n + i]; }
            }
        }
        for (size_t i = 0; i < n; i++) { after = hypot(after, column[i]); }
        *undetermined = work->free_places[k];
        if (!(after > 1e-9 * before)) { return false; }
        scale[k] = gram[k * m + k] = after;
        for (size_t i = 0; i < n; i++) { column[i] /= scale[k]; }
    }
    for (size_t i = 0; i < n; i++) { /* R^-1 on every column of Q^T, from the last row up */
        for (size_t k = m; k-- > 0;) {
            double sum = a[k * n + i];
            for (size_t j = k + 1; j < m; j++) { sum -= gram[k * m + j] * a[j * n + i]; }
            a[k * n + i] = sum / gram[k * m + k];
        }
    }
    return true;
}

static double share_of(const problem *work, size_t i) { return work->white.share ? work->white.share[i] : 1; }

/* What chi^2 is expected to be, and its variance: with M = 1 - J A and the variances K of the whitened residuals the
 * traces of M K and of 2 (M K)^2. */
static void expected_chi_squared(const problem *work, const double *a, double *mean, double *variance) {
    const size_t n = work->white.points->count, m = work->free_count;
    *mean = 0;
    *variance = 0;
    if (work->white.raised == 0) {
        *mean = (double)(n - m);
        *variance = 2 * *mean;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double element = i == j;
            for (size_t k = 0; k < m; k++) { element -= work->jacobian[k * n + i] * a[k * n + j]; }
            if (i == j) { *mean += share_of(work, i) * element; }
            *variance += 2 * share_of(work, i) * share_of(work, j) * element * element;
        }
    }
}

/* A scaled chi^2 law with the right mean and variance; Hotelling's where the covariance is estimated. */
static double goodness_of(double chi_squared, double mean, double variance, double samples) {
    if (!(mean > 0) || !(variance > 0)) { return 1; }
    const double scale = variance / (2 * mean), freedom = 2 * mean * mean / variance, value = chi_squared / scale;
    if (!(samples > 0) || isinf(samples) || samples <= freedom + 1) { return statistics_chi_tail(value, freedom); }
    const double rest = samples - freedom + 1;
    return statistics_fisher_tail(value * rest / (freedom * samples), freedom, rest);
}

static ons_status finish(problem *work, const double *p, ons_model_fit *fit) {
    const size_t n = work->white.points->count, m = work->free_count, all = work->model->count;
    double *a = ONS_NEW(double, n *m + 1);
    if (!a) { return ONS_MEMORY; }
    size_t undetermined = 0;
    fit->chi_squared = residuals_at(work, p);
    jacobian_at(work, p);
    if (!smoother(work, a, &undetermined)) {
        free(a);
        return ons_fail(ONS_INVALID, "the %zu points do not determine '%s' of '%s'", n,
                        ons_model_parameter(work->model, undetermined), work->model->text);
    }
    for (size_t k = 0; k < m; k++) {
        for (size_t l = 0; l < m; l++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++) { sum += a[k * n + i] * share_of(work, i) * a[l * n + i]; }
            fit->covariance[work->free_places[k] * all + work->free_places[l]] = sum;
        }
        fit->error[work->free_places[k]] = sqrt(fit->covariance[work->free_places[k] * (all + 1)]);
    }
    double variance;
    expected_chi_squared(work, a, &fit->expected, &variance);
    memcpy(fit->value, p, sizeof fit->value);
    fit->points = n;
    fit->parameters = all;
    fit->freedom = (double)(n - m);
    fit->raised = work->white.raised;
    fit->goodness = goodness_of(fit->chi_squared, fit->expected, variance,
                                work->white.points->covariance ? work->white.points->freedom : INFINITY);
    free(a);
    return ONS_OK;
}

/* ---- the door -------------------------------------------------------------------------------------------------------
 */

static ons_status check_input(const ons_model *model, const ons_points *points, const double *start,
                              const bool *fixed) {
    size_t free_count = 0;
    for (size_t i = 0; i < model->count; i++) {
        free_count += !(fixed && fixed[i]);
        if (fixed && fixed[i] && !(start && isfinite(start[i]))) {
            return ons_fail(ONS_INVALID, "'%s' is fixed without a value", ons_model_parameter(model, i));
        }
    }
    if (points->count < free_count || points->count == 0) {
        return ons_fail(ONS_INVALID, "%zu parameters of '%s' need at least as many points, not %zu", free_count,
                        model->text, points->count);
    }
    for (size_t i = 0; i < points->count; i++) {
        if (!isfinite(points->x[i]) || !isfinite(points->y[i])) {
            return ons_fail(ONS_INVALID, "point %zu of the fit is not finite: (%g, %g)", i + 1, points->x[i],
                            points->y[i]);
        }
        if (!(points->errors[i] > 0) || isinf(points->errors[i])) {
            return ons_fail(ONS_INVALID,
                            "point %zu of the fit, at x = %g, has the error %g where a positive one is needed", i + 1,
                            points->x[i], points->errors[i]);
        }
    }
    return ONS_OK;
}

static ons_status problem_init(problem *work, const ons_model *model, const ons_points *points, const bool *fixed) {
    *work = (problem){.model = model};
    for (size_t i = 0; i < model->count; i++) {
        if (!(fixed && fixed[i])) { work->free_places[work->free_count++] = i; }
    }
    const size_t n = points->count, m = work->free_count;
    work->residuals = ONS_NEW(double, n);
    work->plain = ONS_NEW(double, n);
    work->jacobian = ONS_NEW(double, n *m + 1);
    work->stack = ONS_NEW(double, (n + m) * (m + 1));
    const bool memory = work->residuals && work->plain && work->jacobian && work->stack;
    return memory ? statistics_whiten(points, &work->white) : ONS_MEMORY;
}

ons_status ons_model_least_squares(const ons_model *model, const ons_points *points, const double *start,
                                   const bool *fixed, ons_model_fit *fit) {
    *fit = (ons_model_fit){.chi_squared = NAN, .goodness = NAN};
    ons_status status = check_input(model, points, start, fixed);
    if (status != ONS_OK) { return status; }
    problem work;
    double candidates[CANDIDATES * ONS_MODEL_PARAMETERS], best[ONS_MODEL_PARAMETERS] = {0}, least = INFINITY;
    size_t found = 0;
    status = problem_init(&work, model, points, fixed);
    if (status == ONS_OK) {
        status = statistics_model_start(model, &work.white, start, CANDIDATES, candidates, &found);
    }
    for (size_t c = 0; c < found && status == ONS_OK; c++) {
        double p[ONS_MODEL_PARAMETERS] = {0}, chi_squared;
        memcpy(p, candidates + c * model->count, model->count * sizeof *p);
        const unsigned steps = descend(&work, p, &chi_squared);
        if (steps == MOST_STEPS || !(chi_squared < least)) { continue; }
        least = chi_squared;
        memcpy(best, p, sizeof best);
        fit->steps = steps;
    }
    if (status == ONS_OK && isinf(least)) {
        status =
            ons_fail(ONS_FAILED, "no minimum of chi^2 was found for '%s': other starting values may help", model->text);
    }
    if (status == ONS_OK) { status = finish(&work, best, fit); }
    problem_free(&work);
    return status;
}

double ons_model_fit_value(const ons_model *model, const ons_model_fit *fit, double x, double *error) {
    double gradient[ONS_MODEL_PARAMETERS], moved[ONS_MODEL_PARAMETERS], variance = 0;
    const size_t n = model->count;
    for (size_t k = 0; k < n; k++) {
        const double step = 6e-6 * fmax(fabs(fit->value[k]), 1e-3);
        memcpy(moved, fit->value, sizeof moved);
        moved[k] = fit->value[k] + step;
        const double above = ons_model_value(model, x, moved), right = moved[k];
        moved[k] = fit->value[k] - step;
        gradient[k] = (above - ons_model_value(model, x, moved)) / (right - moved[k]);
    }
    for (size_t i = 0; i < n * n; i++) { variance += fit->covariance[i] * gradient[i / n] * gradient[i % n]; }
    if (error) { *error = sqrt(fmax(variance, 0)); }
    return ons_model_value(model, x, fit->value);
}
