/*
 * The marginal likelihood of scaled curves under Gaussian processes (Harada 2011, eq. 10-13), and its minimum.
 *
 * K_ij = s_i s_j (C^2 + A^2 E_ij) (1 + B^2 c_i c_j) + noise_ij,   E_ij = exp(-(X_i - X_j)^2/(2 l^2)),
 * s = (L/largest)^(-kappa/nu), c = (L/smallest)^(-omega); cost = 1/2 log det K + 1/2 y^T K^-1 y.
 *
 * f is expected to be as a curve of level C, amplitude A and length l is; the correction g to be B times such a curve
 * at the smallest size: in its level, slope and curvature alike. (With one amplitude for level and shape of its own, g
 * was nearly flat beside a smooth f of large A and l, and nu took the drift of the slopes.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "collapse.h"

#include <math.h>
#include <string.h>

#define D COLLAPSE_COORDINATES
#define MOST_STEPS 200

/* What the coordinates say of one point: numbers only, for they lie in the work space. */
typedef struct scaled {
    double x, by_place, by_inverse; /* X and its derivatives */
    double scale, correction;
} scaled;

/* kappa/nu, where kappa is given a function of nu. */
static double exponent_at(const statistics_scaling *data, const double *at) {
    return isnan(data->kappa) ? at[COLLAPSE_EXPONENT] : data->kappa * exp(at[COLLAPSE_INVERSE]);
}

static scaled scale_point(const statistics_scaling *data, const double *at, size_t i) {
    const double inverse = exp(at[COLLAPSE_INVERSE]), wide = exp(inverse * data->large[i]);
    const double x = (data->x[i] - data->center - data->range * at[COLLAPSE_PLACE]) * wide;
    return (scaled){.x = x,
                    .by_place = -data->range * wide,
                    .by_inverse = x * inverse * data->large[i],
                    .scale = exp(-exponent_at(data, at) * data->large[i]),
                    .correction = data->corrections ? exp(-exp(at[COLLAPSE_OMEGA]) * data->small[i]) : 0};
}

/* The lower half of K. */
static void fill_matrix(const statistics_scaling *data, const double *at, const scaled *points, double *k) {
    const size_t n = data->count;
    const double amplitude = exp(2 * at[COLLAPSE_AMPLITUDE]), length = exp(-2 * at[COLLAPSE_LENGTH]) / 2;
    const double side = data->corrections ? exp(2 * at[COLLAPSE_SIDE]) : 0, constant = data->constant * data->constant;
    const double inflation = data->inflation > 0 ? data->inflation : 1;
    for (size_t i = 0; i < n; i++) {
        const scaled a = points[i];
        for (size_t j = 0; j <= i; j++) {
            const scaled b = points[j];
            const double f = constant + amplitude * exp(-(a.x - b.x) * (a.x - b.x) * length);
            const double both = f * (1 + side * a.correction * b.correction);
            k[i * n + j] = a.scale * b.scale * both + inflation * data->noise[i * n + j];
        }
    }
}

/* K^-1 (lower half) from the factor F of K; rows: room for the columns of F^-1. */
static void invert(const double *factor, size_t n, double *rows, double *inverse) {
    for (size_t j = 0; j < n; j++) {
        double *row = rows + j * n;
        row[j] = 1 / factor[j * n + j];
        for (size_t i = j + 1; i < n; i++) {
            double sum = 0;
            for (size_t k = j; k < i; k++) { sum -= factor[i * n + k] * row[k]; }
            row[i] = sum / factor[i * n + i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t k = i; k < n; k++) { sum += rows[i * n + k] * rows[j * n + k]; }
            inverse[i * n + j] = sum;
        }
    }
}

static void add_pair(const statistics_scaling *data, const double *at, const scaled *points, size_t i, size_t j,
                     double weight, double *gradient) {
    const scaled a = points[i], b = points[j];
    const double amplitude = exp(2 * at[COLLAPSE_AMPLITUDE]), inverse_square = exp(-2 * at[COLLAPSE_LENGTH]);
    const double apart = a.x - b.x, bell = amplitude * exp(-apart * apart * inverse_square / 2);
    const double f = data->constant * data->constant + bell, scale = a.scale * b.scale * weight;
    const double g = data->corrections ? exp(2 * at[COLLAPSE_SIDE]) * a.correction * b.correction : 0;
    const double slope = -scale * (1 + g) * bell * apart * inverse_square;
    gradient[COLLAPSE_PLACE] += slope * (a.by_place - b.by_place);
    gradient[COLLAPSE_INVERSE] += slope * (a.by_inverse - b.by_inverse);
    gradient[COLLAPSE_EXPONENT] -= scale * f * (1 + g) * (data->large[i] + data->large[j]);
    gradient[COLLAPSE_AMPLITUDE] += 2 * scale * (1 + g) * bell;
    gradient[COLLAPSE_LENGTH] -= slope * apart;
    gradient[COLLAPSE_SIDE] += 2 * scale * f * g;
    gradient[COLLAPSE_OMEGA] -= scale * f * g * exp(at[COLLAPSE_OMEGA]) * (data->small[i] + data->small[j]);
}

/* Weak normal laws, so that coordinates of which the data say nothing stay where they mean something: logarithms of
 * the amplitude about the spread of the y (3), of the correction about a fifth (0.5), of the length about half the
 * range (2), of omega about 1 (1); the place about the middle (a whole range). */
static double add_priors(const statistics_scaling *data, const double *at, double *gradient) {
    const double middle[D] = {
        [COLLAPSE_AMPLITUDE] = log(data->spread), [COLLAPSE_LENGTH] = log(data->range / 2), [COLLAPSE_SIDE] = log(0.2)};
    static const double width[D] = {[COLLAPSE_PLACE] = 1,
                                    [COLLAPSE_AMPLITUDE] = 3,
                                    [COLLAPSE_LENGTH] = 2,
                                    [COLLAPSE_SIDE] = 0.5,
                                    [COLLAPSE_OMEGA] = 1};
    double cost = 0;
    for (size_t k = 0; k < D; k++) {
        if (width[k] == 0) { continue; }
        const double away = (at[k] - middle[k]) / width[k];
        cost += away * away / 2;
        gradient[k] += away / width[k];
    }
    return cost;
}

double statistics_scaling_cost(statistics_scaling *data, const double *y, const double *at, double *gradient) {
    const size_t n = data->count;
    double *k = data->memory, *rows = k + n * n, *inverse = rows + n * n, *alpha = inverse + n * n;
    scaled *points = (scaled *)(void *)(alpha + n);
    for (size_t i = 0; i < D; i++) { gradient[i] = 0; }
    for (size_t i = 0; i < D; i++) {
        if (!(fabs(at[i]) < 50)) { return INFINITY; }
    }
    for (size_t i = 0; i < n; i++) { points[i] = scale_point(data, at, i); }
    fill_matrix(data, at, points, k);
    if (!statistics_cholesky(k, n)) { return INFINITY; }
    double cost = 0;
    memcpy(alpha, y, n * sizeof *alpha);
    statistics_forward(k, n, alpha);
    for (size_t i = 0; i < n; i++) { cost += log(k[i * n + i]) + alpha[i] * alpha[i] / 2; }
    statistics_backward(k, n, alpha);
    invert(k, n, rows, inverse);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            const double weight = (inverse[i * n + j] - alpha[i] * alpha[j]) * (i == j ? 0.5 : 1);
            add_pair(data, at, points, i, j, weight, gradient);
        }
    }
    cost += add_priors(data, at, gradient);
    if (!isnan(data->kappa)) {
        gradient[COLLAPSE_INVERSE] += gradient[COLLAPSE_EXPONENT] * exponent_at(data, at);
        gradient[COLLAPSE_EXPONENT] = 0;
    }
    for (size_t i = 0; i < D; i++) {
        if (data->fixed[i]) { gradient[i] = 0; }
    }
    return isfinite(cost) ? cost : INFINITY;
}

bool statistics_scaling_fitted(statistics_scaling *data, const double *at, double *fitted, double *chi_squared,
                               double *trace) {
    const size_t n = data->count;
    double gradient[D];
    if (isinf(statistics_scaling_cost(data, data->y, at, gradient))) { return false; }
    const double *inverse = data->memory + 2 * n * n, *alpha = inverse + n * n;
    *chi_squared = 0;
    *trace = (double)n;
    for (size_t i = 0; i < n; i++) {
        double left = 0;
        for (size_t j = 0; j < n; j++) {
            left += data->noise[i * n + j] * alpha[j];
            *trace -= data->noise[i * n + j] * (i >= j ? inverse[i * n + j] : inverse[j * n + i]);
        }
        fitted[i] = data->y[i] - left;
        *chi_squared += left * alpha[i];
    }
    return true;
}

/* ---- the minimum ----------------------------------------------------------------------------------------------------
 */

/* The inverse Hessian after a step s that changed the gradient by t (Broyden, Fletcher, Goldfarb and Shanno 1970). */
static void update(double *h, const double *s, const double *t) {
    double st = 0, tht = 0, ht[D] = {0};
    for (size_t i = 0; i < D; i++) {
        st += s[i] * t[i];
        for (size_t j = 0; j < D; j++) { ht[i] += h[i * D + j] * t[j]; }
    }
    for (size_t i = 0; i < D; i++) { tht += t[i] * ht[i]; }
    if (!(st > 1e-14)) { return; }
    for (size_t i = 0; i < D; i++) {
        for (size_t j = 0; j < D; j++) {
            h[i * D + j] += (1 + tht / st) * s[i] * s[j] / st - (s[i] * ht[j] + ht[i] * s[j]) / st;
        }
    }
}

/* Halves the step until the cost falls (Armijo); false: it does not. */
static bool line_search(statistics_scaling *data, const double *y, const double *step, double slope, double *at,
                        double *cost, double *gradient) {
    double moved[D], there[D];
    double part = 1;
    for (int tries = 0; tries<16; tries++, part /= part> 0.01 ? 2 : 8) {
        for (size_t i = 0; i < D; i++) { moved[i] = at[i] + part * step[i]; }
        const double after = statistics_scaling_cost(data, y, moved, there);
        if (!(after <= *cost + 1e-4 * part * slope)) { continue; }
        *cost = after;
        memcpy(at, moved, sizeof moved);
        memcpy(gradient, there, sizeof there);
        return true;
    }
    return false;
}

/* How far a step goes at most: the likelihood has other maxima, where curves lie apart. */
static const double reach[D] = {0.1, 0.3, 0.3, 1, 1, 1, 0.5};

double statistics_scaling_minimise(statistics_scaling *data, const double *y, double *at, double *inverse) {
    double own[D * D] = {0}, gradient[D];
    double *h = inverse ? inverse : own;
    if (h[0] == 0) {
        for (size_t i = 0; i < D; i++) { h[i * D + i] = i == COLLAPSE_PLACE ? 1e-4 : 1e-2; }
    }
    double cost = statistics_scaling_cost(data, y, at, gradient);
    bool plain = false;
    for (int steps = 0; steps < MOST_STEPS && isfinite(cost); steps++) {
        double step[D] = {0}, longest = 0, slope = 0, before[D], old[D];
        for (size_t i = 0; i < D; i++) {
            for (size_t j = 0; j < D; j++) { step[i] -= h[i * D + j] * gradient[j]; }
            step[i] = data->fixed[i] ? 0 : step[i];
            longest = fmax(longest, fabs(step[i]) / reach[i]);
        }
        const double shrink = longest > 1 ? 1 / longest : 1;
        for (size_t i = 0; i < D; i++) {
            step[i] *= shrink;
            slope += step[i] * gradient[i];
        }
        if (!(slope < -1e-9) && plain) { break; }
        memcpy(before, gradient, sizeof before);
        memcpy(old, at, sizeof old);
        if (!(slope < -1e-9) || !line_search(data, y, step, slope, at, &cost, gradient)) {
            if (plain || slope > -1e-6) { break; }
            memset(h, 0, D * D * sizeof *h); /* begin again downhill */
            for (size_t i = 0; i < D; i++) { h[i * D + i] = 1e-4; }
            plain = true;
            continue;
        }
        plain = false;
        for (size_t i = 0; i < D; i++) {
            step[i] = at[i] - old[i];
            before[i] = gradient[i] - before[i];
        }
        update(h, step, before);
    }
    return cost;
}

double statistics_scaling_approach(statistics_scaling *data, double *at, double *inverse) {
    double error = 0;
    for (size_t i = 0; i < data->count; i++) {
        error += sqrt(data->noise[i * (data->count + 1)]) / (double)data->count;
    }
    const double wanted = 0.1 * data->spread / error;
    double inflation = wanted * wanted;
    for (int stage = 0; stage < 10 && inflation > 2; stage++, inflation = sqrt(inflation)) {
        data->inflation = inflation;
        memset(inverse, 0, D * D * sizeof *inverse);
        statistics_scaling_minimise(data, data->y, at, inverse);
    }
    data->inflation = 0;
    memset(inverse, 0, D * D * sizeof *inverse);
    return statistics_scaling_minimise(data, data->y, at, inverse);
}

bool statistics_scaling_curvature(statistics_scaling *data, const double *at, double *covariance) {
    double hessian[D * D] = {0}, above[D], below[D];
    size_t places[D], n = 0;
    for (size_t i = 0; i < D; i++) {
        const bool follows = i == COLLAPSE_EXPONENT && !isnan(data->kappa);
        if (!data->fixed[i] && !follows) { places[n++] = i; }
    }
    for (size_t a = 0; a < n; a++) {
        double moved[D];
        const double step = places[a] == COLLAPSE_PLACE ? 1e-6 : 1e-4;
        memcpy(moved, at, sizeof moved);
        moved[places[a]] = at[places[a]] + step;
        statistics_scaling_cost(data, data->y, moved, above);
        moved[places[a]] = at[places[a]] - step;
        statistics_scaling_cost(data, data->y, moved, below);
        for (size_t b = 0; b < n; b++) { hessian[a * n + b] = (above[places[b]] - below[places[b]]) / (2 * step); }
    }
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b < a; b++) { hessian[a * n + b] = (hessian[a * n + b] + hessian[b * n + a]) / 2; }
    }
    memset(covariance, 0, D * D * sizeof *covariance);
    if (!statistics_cholesky(hessian, n)) { return false; }
    for (size_t a = 0; a < n; a++) {
        double column[D] = {0};
        column[a] = 1;
        statistics_forward(hessian, n, column);
        statistics_backward(hessian, n, column);
        for (size_t b = 0; b < n; b++) { covariance[places[b] * D + places[a]] = column[b]; }
    }
    return true;
}
