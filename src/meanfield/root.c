/*
 * Zeros of functions of one variable, and linear equations in a few.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "solve.h"

#include <float.h>

bool meanfield_linear(size_t size, double *matrix, double *right) {
    for (size_t c = 0; c < size; c++) {
        size_t pivot = c;
        for (size_t r = c + 1; r < size; r++) {
            if (fabs(matrix[r * size + c]) > fabs(matrix[pivot * size + c])) { pivot = r; }
        }
        const double top = matrix[pivot * size + c];
        if (!(fabs(top) > 1e-300)) { return false; }
        for (size_t k = c; k < size && pivot != c; k++) {
            const double held = matrix[c * size + k];
            matrix[c * size + k] = matrix[pivot * size + k];
            matrix[pivot * size + k] = held;
        }
        const double held = right[c];
        right[c] = right[pivot];
        right[pivot] = held;
        for (size_t r = c + 1; r < size; r++) {
            const double factor = matrix[r * size + c] / top;
            for (size_t k = c; k < size; k++) { matrix[r * size + k] -= factor * matrix[c * size + k]; }
            right[r] -= factor * right[c];
        }
    }
    for (size_t c = size; c-- > 0;) {
        for (size_t k = c + 1; k < size; k++) { right[c] -= matrix[c * size + k] * right[k]; }
        right[c] /= matrix[c * size + c];
    }
    for (size_t c = 0; c < size; c++) {
        if (!isfinite(right[c])) { return false; }
    }
    return true;
}

/* The next place to look: inverse quadratic interpolation or a secant where they fall well inside, else the middle. */
static double brent_step(double a, double fa, double b, double fb, double c, double fc, double *before) {
    const double half = 0.5 * (c - b), s = fb / fa;
    double p, q;
    if (a == c) {
        p = 2 * half * s;
        q = 1 - s;
    } else {
        const double r = fb / fc, t = fa / fc;
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
    }
    if (p > 0) { q = -q; }
    p = fabs(p);
    const double former = *before;
    if (fabs(fa) > fabs(fb) && 2 * p < 3 * half * q - fabs(1e-300 * q) && p < fabs(0.5 * former * q)) { return p / q; }
    *before = half;
    return half;
}

ons_status ons_meanfield_root(ons_meanfield_function *function, void *data, const char *what, double low, double high,
                              double tolerance, double *root) {
    double a = low, b = high, fa, fb;
    *root = NAN;
    ons_status status = function(data, a, &fa);
    if (!status) { status = function(data, b, &fb); }
    if (status) { return status; }
    if (!(fa * fb <= 0)) {
        return ons_fail(ONS_FAILED, "%s does not change its sign between %.10g (%.3g) and %.10g (%.3g)", what, low, fa,
                        high, fb);
    }
    double c = a, fc = fa, step = b - a, before = step;
    for (unsigned k = 0; k < 200; k++) {
        if (fb * fc > 0) {
            c = a;
            fc = fa;
            step = before = b - a;
        }
        if (fabs(fc) < fabs(fb)) {
            a = b;
            fa = fb;
            b = c;
            fb = fc;
            c = a;
            fc = fa;
        }
        const double near = 2 * DBL_EPSILON * fabs(b) + 0.5 * tolerance;
        *root = b;
        if (fabs(0.5 * (c - b)) <= near || fb == 0) { return ONS_OK; }
        const double former = step;
        step = brent_step(a, fa, b, fb, c, fc, &before);
        if (step != before) { before = former; }
        a = b;
        fa = fb;
        b += fabs(step) > near ? step : copysign(near, c - b);
        status = function(data, b, &fb);
        if (status) { return status; }
        if (isnan(fb)) { return ons_fail(ONS_FAILED, "%s is not a number at %.10g", what, b); }
    }
    return ons_fail(ONS_FAILED, "%s: no zero found in 200 steps near %.10g", what, b);
}
