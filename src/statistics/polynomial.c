/*
 * Weighted polynomial fits by Householder's QR of the design matrix in a scaled variable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

#define MOST 8 /* coefficients */

/* Coefficients from R c = q, covariance (R^T R)^-1 from the inverse of R. */
bool statistics_triangle(const double *a, size_t columns, ons_fit *fit) {
    const size_t n = fit->count;
    double inverse[MOST][MOST] = {{0}};
    for (size_t k = 0; k < n; k++) {
        const double pivot = a[k * columns + k];
        double length = 0;
        for (size_t i = 0; i <= k; i++) { length = hypot(length, a[i * columns + k]); }
        if (!(fabs(pivot) > 1e-13 * length)) { return false; }
        inverse[k][k] = 1 / pivot;
        for (size_t i = k; i-- > 0;) {
            double sum = 0;
            for (size_t j = i + 1; j <= k; j++) { sum += a[i * columns + j] * inverse[j][k]; }
            inverse[i][k] = -sum / a[i * columns + i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) { fit->coefficient[i] += inverse[i][j] * a[j * columns + n]; }
        for (size_t j = 0; j < n; j++) {
            for (size_t k = i > j ? i : j; k < n; k++) { fit->covariance[i * n + j] += inverse[i][k] * inverse[j][k]; }
        }
    }
    return true;
}

static ons_status check_points(const double *x, const double *y, const double *errors, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) {
            return ons_fail(ONS_INVALID, "point %zu of the fit is not finite: (%g, %g)", i + 1, x[i], y[i]);
        }
        if (!(errors[i] > 0) || isinf(errors[i])) {
            return ons_fail(ONS_INVALID, "point %zu of the fit has the error %g where a positive one is needed", i + 1,
                            errors[i]);
        }
    }
    return ONS_OK;
}

ons_status ons_fit_polynomial(const double *x, const double *y, const double *errors, size_t count, unsigned degree,
                              ons_fit *fit) {
    *fit = (ons_fit){.count = degree + 1, .scale = 1};
    if (degree >= MOST) { return ons_fail(ONS_INVALID, "degree %u of a fit lies outside 0 .. %d", degree, MOST - 1); }
    if (count < fit->count) {
        return ons_fail(ONS_INVALID, "a polynomial of degree %u needs %zu points, not %zu", degree, fit->count, count);
    }
    ons_status status = check_points(x, y, errors, count);
    if (status < 0) { return status; }
    double low = x[0], high = x[0];
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    fit->center = low / 2 + high / 2;
    if (high > low) { fit->scale = high / 2 - low / 2; }
    const size_t columns = fit->count + 1;
    double *a = ONS_NEW(double, count *columns);
    if (!a) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) {
        const double scaled = (x[i] - fit->center) / fit->scale;
        double power = 1 / errors[i];
        for (size_t k = 0; k < fit->count; k++, power *= scaled) { a[i * columns + k] = power; }
        a[i * columns + fit->count] = y[i] / errors[i];
    }
    statistics_reduce(a, count, columns);
    if (!statistics_triangle(a, columns, fit)) {
        status = ons_fail(ONS_INVALID, "a polynomial of degree %u needs %zu different x", degree, fit->count);
    }
    for (size_t i = fit->count; i < count; i++) {
        fit->chi_squared += a[i * columns + fit->count] * a[i * columns + fit->count];
    }
    fit->freedom = (double)(count - fit->count);
    fit->goodness = fit->freedom > 0 ? statistics_chi_tail(fit->chi_squared, fit->freedom) : 1;
    free(a);
    return status;
}

double ons_fit_value(const ons_fit *fit, double x, double *error) {
    const double scaled = (x - fit->center) / fit->scale;
    double powers[MOST], power = 1, value = 0, variance = 0;
    for (size_t k = 0; k < fit->count; k++, power *= scaled) { powers[k] = power; }
    for (size_t k = fit->count; k-- > 0;) { value = value * scaled + fit->coefficient[k]; }
    if (error) {
        for (size_t i = 0; i < fit->count; i++) {
            for (size_t j = 0; j < fit->count; j++) {
                variance += powers[i] * powers[j] * fit->covariance[i * fit->count + j];
            }
        }
        *error = sqrt(fmax(variance, 0));
    }
    return value;
}

double ons_fit_slope(const ons_fit *fit, double x) {
    const double scaled = (x - fit->center) / fit->scale;
    double slope = 0;
    for (size_t k = fit->count; k-- > 1;) { slope = slope * scaled + (double)k * fit->coefficient[k]; }
    return slope / fit->scale;
}
