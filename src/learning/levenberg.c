/*
 * Least squares of residuals: Gauss and Newton's method with the damping of Levenberg and Marquardt, controlled as by
 * Nielsen (IMM-REP-1999-05); Madsen, Nielsen, Tingleff, Methods for non-linear least squares problems (2004).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "blas.h"

#include <onsager/learning/optimiser.h>

#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status ons_levenberg_init(ons_levenberg *l, size_t count, size_t residuals, bool gauss_newton) {
    *l = (ons_levenberg){.count = count, .residuals = residuals, .gauss_newton = gauss_newton, .growth = 2};
    const size_t least = count < residuals ? count : residuals;
    if (least < 1 || count > 1000000 || residuals > 1000000) {
        return ons_fail(ONS_INVALID, "%zu residuals of %zu parameters; expected 1 to 1000000 of both", residuals,
                        count);
    }
    double **const arrays[] = {&l->r, &l->jacobian, &l->trial_r, &l->matrix, &l->step, &l->gradient, &l->trial};
    const size_t sizes[] = {residuals, residuals * count, residuals, least * least, count, count, count};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        *arrays[k] = ONS_NEW(double, sizes[k]);
        if (*arrays[k]) { continue; }
        ons_levenberg_free(l);
        return ONS_MEMORY;
    }
    return ONS_OK;
}

void ons_levenberg_free(ons_levenberg *l) {
    free(l->r);
    free(l->jacobian);
    free(l->trial_r);
    free(l->matrix);
    free(l->step);
    free(l->gradient);
    free(l->trial);
    *l = (ons_levenberg){0};
}

static double half_squares(size_t count, const double *r) { return cblas_ddot((int)count, r, 1, r, 1) / 2; }

/* Residuals, Jacobian and gradient at w. */
static ons_status begin(ons_levenberg *l, ons_residuals residuals, void *data, const double *w) {
    const ons_status status = residuals(data, w, l->r, l->jacobian);
    if (status) { return status; }
    size_t element;
    if (ons_not_finite(l->r, false, l->residuals, &element)) {
        return ons_fail(ONS_FAILED, "residual %zu is not finite where the least squares begin", element);
    }
    if (ons_not_finite(l->jacobian, false, l->residuals * l->count, &element)) {
        return ons_fail(ONS_FAILED, "the derivative of residual %zu after parameter %zu is not finite",
                        element / l->count, element % l->count);
    }
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)l->residuals, (int)l->count, 1, l->jacobian, (int)l->count, l->r, 1, 0,
                l->gradient, 1);
    l->loss = half_squares(l->residuals, l->r);
    l->norm = fabs(l->gradient[cblas_idamax((int)l->count, l->gradient, 1)]);
    l->fresh = 1;
    return ONS_OK;
}

/* The Gram matrix of columns (fewer parameters than residuals) or of rows, the upper triangle; its largest diagonal
 * element. */
static double form_matrix(ons_levenberg *l) {
    const bool columns = l->count <= l->residuals;
    const int size = (int)(columns ? l->count : l->residuals), deep = (int)(columns ? l->residuals : l->count);
    double largest = 0;
    cblas_dsyrk(CblasRowMajor, CblasUpper, columns ? CblasTrans : CblasNoTrans, size, deep, 1, l->jacobian,
                (int)l->count, 0, l->matrix, size);
    for (int k = 0; k < size; k++) { largest = fmax(largest, l->matrix[k * (size + 1)]); }
    return largest;
}

/* The step at a damping; false: the damped matrix is not positive. */
static bool solve(ons_levenberg *l, double damping) {
    const bool columns = l->count <= l->residuals;
    const int size = (int)(columns ? l->count : l->residuals);
    double *right = columns ? l->step : l->trial_r;
    form_matrix(l);
    for (int k = 0; k < size; k++) { l->matrix[k * (size + 1)] += damping; }
    for (int k = 0; k < size; k++) { right[k] = columns ? -l->gradient[k] : -l->r[k]; }
    /* The upper triangle of rows is the lower one of columns. */
    if (LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', size, l->matrix, size)) { return false; }
    if (LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', size, 1, l->matrix, size, right, size)) { return false; }
    if (!columns) {
        cblas_dgemv(CblasRowMajor, CblasTrans, (int)l->residuals, (int)l->count, 1, l->jacobian, (int)l->count, right,
                    1, 0, l->step, 1);
    }
    size_t element;
    return !ons_not_finite(l->step, false, l->count, &element);
}

/* Whether the loss falls at the end of the step, in *ratio the gain over what the linear model promised. */
static ons_status try_step(ons_levenberg *l, ons_residuals residuals, void *data, const double *w, double damping,
                           double *ratio) {
    double promised = 0;
    for (size_t k = 0; k < l->count; k++) {
        l->trial[k] = w[k] + l->step[k];
        promised += l->step[k] * (damping * l->step[k] - l->gradient[k]) / 2;
    }
    const ons_status status = residuals(data, l->trial, l->trial_r, NULL);
    const double loss = half_squares(l->residuals, l->trial_r);
    *ratio = isfinite(loss) && loss < l->loss ? (l->loss - loss) / promised : -1;
    return status;
}

static bool moves(const ons_levenberg *l, const double *w) {
    for (size_t k = 0; k < l->count; k++) {
        if (fabs(l->step[k]) > DBL_EPSILON * fabs(w[k])) { return true; }
    }
    return false;
}

static void relax(ons_levenberg *l, double damping, double ratio) {
    const double cube = (2 * ratio - 1) * (2 * ratio - 1) * (2 * ratio - 1);
    if (damping > 0) { l->damping = damping * fmax(1.0 / 3, 1 - cube); }
    l->growth = 2;
}

ons_status ons_levenberg_step(ons_levenberg *l, ons_residuals residuals, void *data, double *w) {
    learning_blas_alone();
    ons_status status = l->fresh ? ONS_OK : begin(l, residuals, data, w);
    if (status) { return status; }
    if (l->norm == 0) { return ONS_DONE; }
    if (l->damping == 0) { l->damping = 1e-3 * form_matrix(l); }
    double damping = l->gauss_newton ? 0 : l->damping;
    for (;;) {
        double ratio = -1;
        if (solve(l, damping)) {
            if (!moves(l, w)) { return ONS_DONE; }
            status = try_step(l, residuals, data, w, damping, &ratio);
            if (status) { return status; }
        }
        if (ratio > 0) {
            relax(l, damping, ratio);
            break;
        }
        if (damping > 0) {
            l->damping = damping * l->growth;
            l->growth *= 2;
        }
        damping = l->damping;
        if (!isfinite(damping)) { return ONS_DONE; }
    }
    memcpy(w, l->trial, l->count * sizeof *w);
    return begin(l, residuals, data, w);
}
