/*
 * The derivative of a measured curve, and its maxima: polynomials near a place, averaged with Akaike's weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <onsager/fit.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HIGHEST_DEGREE 6
#define FEWEST 4
#define GRID 64
#define COEFFICIENTS 8

typedef struct curve_point {
    double x, y, error;
    size_t place; /* in the covariance */
} curve_point;

typedef struct local_curve {
    const ons_points *points;
    curve_point *sorted;
    double *design; /* [count][COEFFICIENTS + 1] */
    double *factor; /* [count][count], where there is a covariance */
    double *column; /* [count] */
    size_t count;
} local_curve;

static int by_x(const void *a, const void *b) {
    const double x = ((const curve_point *)a)->x, y = ((const curve_point *)b)->x;
    return (x > y) - (x < y);
}

static void local_free(local_curve *curve) {
    free(curve->sorted);
    free(curve->design);
    free(curve->factor);
    free(curve->column);
}

static ons_status local_init(local_curve *curve, const ons_points *points) {
    const size_t n = points->count;
    *curve = (local_curve){.points = points, .count = n};
    if (n < FEWEST) { return ons_fail(ONS_INVALID, "a curve of %zu points: at least %d are needed", n, FEWEST); }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(points->x[i]) || !isfinite(points->y[i]) || !(points->errors[i] > 0) ||
            isinf(points->errors[i])) {
            return ons_fail(ONS_INVALID, "point %zu of the curve, (%g, %g +- %g), needs a positive error", i + 1,
                            points->x[i], points->y[i], points->errors[i]);
        }
    }
    curve->sorted = ONS_NEW(curve_point, n);
    curve->design = ONS_NEW(double, n *(COEFFICIENTS + 1));
    curve->column = ONS_NEW(double, n);
    curve->factor = points->covariance ? ONS_NEW(double, n *n) : NULL;
    if (!curve->sorted || !curve->design || !curve->column || (points->covariance && !curve->factor)) {
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        curve->sorted[i] = (curve_point){points->x[i], points->y[i], points->errors[i], i};
    }
    qsort(curve->sorted, n, sizeof *curve->sorted, by_x);
    return ONS_OK;
}

/* The first of the `count` points nearest to x. */
static size_t nearest_points(const local_curve *curve, double x, size_t count) {
    size_t first = 0;
    while (first + count < curve->count && curve->sorted[first + count].x - x < x - curve->sorted[first].x) { first++; }
    return first;
}

/* Whitens the columns of the design by the covariance of these points; false: it is not positive. */
static bool whiten(local_curve *curve, size_t first, size_t count, size_t columns) {
    const size_t all = curve->count;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j <= i; j++) {
            const curve_point a = curve->sorted[first + i], b = curve->sorted[first + j];
            curve->factor[i * count + j] =
                i == j ? a.error * a.error * (1 + 1e-9) : curve->points->covariance[a.place * all + b.place];
        }
    }
    if (!statistics_cholesky(curve->factor, count)) { return false; }
    for (size_t k = 0; k < columns; k++) {
        for (size_t i = 0; i < count; i++) { curve->column[i] = curve->design[i * columns + k]; }
        statistics_forward(curve->factor, count, curve->column);
        for (size_t i = 0; i < count; i++) { curve->design[i * columns + k] = curve->column[i]; }
    }
    return true;
}

/* One polynomial through `count` points from `first` on. */
static bool fit_here(local_curve *curve, size_t first, size_t count, unsigned degree, ons_fit *fit) {
    const curve_point *points = curve->sorted + first;
    const size_t columns = degree + 2;
    *fit = (ons_fit){.count = degree + 1, .center = points[0].x / 2 + points[count - 1].x / 2};
    fit->scale = points[count - 1].x / 2 - points[0].x / 2;
    if (!(fit->scale > 0)) { return false; }
    for (size_t i = 0; i < count; i++) {
        double power = curve->factor ? 1 : 1 / points[i].error;
        curve->design[i * columns + degree + 1] = points[i].y * power;
        for (size_t k = 0; k <= degree; k++, power *= (points[i].x - fit->center) / fit->scale) {
            curve->design[i * columns + k] = power;
        }
    }
    if (curve->factor && !whiten(curve, first, count, columns)) { return false; }
    statistics_reduce(curve->design, count, columns);
    if (!statistics_triangle(curve->design, columns, fit)) { return false; }
    for (size_t i = degree + 1; i < count; i++) {
        const double left = curve->design[i * columns + degree + 1];
        fit->chi_squared += left * left;
    }
    fit->freedom = (double)(count - degree - 1);
    fit->goodness = fit->freedom > 0 ? statistics_chi_tail(fit->chi_squared, fit->freedom) : 1;
    return true;
}

/* The slope (order 1) or curvature (2) of a fit with the error of the slope. */
static double derivative(const ons_fit *fit, double x, int order, double *error) {
    const double u = (x - fit->center) / fit->scale;
    double terms[COEFFICIENTS] = {0}, value = 0, variance = 0;
    for (size_t k = (size_t)order; k < fit->count; k++) {
        terms[k] = order == 1 ? (double)k * pow(u, (double)k - 1) : (double)(k * (k - 1)) * pow(u, (double)k - 2);
        terms[k] /= order == 1 ? fit->scale : fit->scale * fit->scale;
        value += terms[k] * fit->coefficient[k];
    }
    for (size_t i = 0; i < fit->count * fit->count; i++) {
        variance += terms[i / fit->count] * terms[i % fit->count] * fit->covariance[i];
    }
    if (error) { *error = sqrt(fmax(variance, 0)); }
    return value;
}

/* A weighted mean of two numbers with their errors. */
typedef struct mean_of_two {
    double criterion, weight, sum[2], square[2], variance[2], origin[2];
    unsigned degree;
    double goodness;
} mean_of_two;

static void mean_add(mean_of_two *mean, double criterion, const double value[2], const double error[2],
                     const ons_fit *fit) {
    if (mean->weight == 0) { memcpy(mean->origin, value, sizeof mean->origin); }
    if (mean->weight == 0 || criterion < mean->criterion) {
        const double shrink = mean->weight == 0 ? 0 : exp((criterion - mean->criterion) / 2);
        mean->weight *= shrink;
        for (int k = 0; k < 2; k++) {
            mean->sum[k] *= shrink;
            mean->square[k] *= shrink;
            mean->variance[k] *= shrink;
        }
        mean->criterion = criterion;
        mean->degree = (unsigned)fit->count - 1;
        mean->goodness = fit->goodness;
    }
    const double weight = exp((mean->criterion - criterion) / 2);
    mean->weight += weight;
    for (int k = 0; k < 2; k++) {
        const double away = value[k] - mean->origin[k];
        mean->sum[k] += weight * away;
        mean->square[k] += weight * away * away;
        mean->variance[k] += weight * error[k] * error[k];
    }
}

static void mean_result(const mean_of_two *mean, double value[2], double error[2]) {
    for (int k = 0; k < 2; k++) {
        const double away = mean->sum[k] / mean->weight;
        value[k] = mean->origin[k] + away;
        error[k] = sqrt(mean->variance[k] / mean->weight + fmax(mean->square[k] / mean->weight - away * away, 0));
    }
}

static double criterion_of(const local_curve *curve, const ons_fit *fit, size_t count) {
    return fit->chi_squared + 2 * (double)fit->count + 2 * (double)(curve->count - count);
}

ons_status ons_curve_slope(const ons_points *points, double at, ons_slope *slope) {
    local_curve curve;
    mean_of_two mean = {0};
    *slope = (ons_slope){.x = at, .value = NAN, .value_error = NAN, .slope = NAN, .slope_error = NAN};
    ons_status status = local_init(&curve, points);
    for (size_t count = FEWEST; status == ONS_OK && count <= curve.count; count++) {
        const size_t first = nearest_points(&curve, at, count);
        for (unsigned degree = 1; degree <= HIGHEST_DEGREE && degree + 2 <= count; degree++) {
            ons_fit fit;
            if (!fit_here(&curve, first, count, degree, &fit)) { continue; }
            double value[2], error[2];
            value[0] = ons_fit_value(&fit, at, &error[0]);
            value[1] = derivative(&fit, at, 1, &error[1]);
            mean_add(&mean, criterion_of(&curve, &fit, count), value, error, &fit);
        }
    }
    if (status == ONS_OK && !(at >= curve.sorted[0].x && at <= curve.sorted[curve.count - 1].x)) {
        status = ons_fail(ONS_INVALID, "x = %g lies outside the curve, %g to %g", at, curve.sorted[0].x,
                          curve.sorted[curve.count - 1].x);
    }
    if (status == ONS_OK && mean.weight == 0) { status = ons_fail(ONS_INVALID, "the points do not make a curve"); }
    if (status == ONS_OK) {
        double value[2], error[2];
        mean_result(&mean, value, error);
        *slope = (ons_slope){at, value[0], error[0], value[1], error[1], mean.degree, mean.goodness};
    }
    local_free(&curve);
    return status;
}

/* ---- maxima ---------------------------------------------------------------------------------------------------------
 */

/* The root of the slope of a fit with the curvature of the extremum that is nearest to `middle`; false: none. */
static bool turning_point(const ons_fit *fit, double low, double high, double middle, int sign, double *root) {
    bool found = false;
    for (int i = 0; i < GRID; i++) {
        double left = low + (high - low) * i / GRID, right = low + (high - low) * (i + 1) / GRID;
        if (!(sign * derivative(fit, left, 1, NULL) > 0) || sign * derivative(fit, right, 1, NULL) > 0) { continue; }
        for (int k = 0; k < 50; k++) {
            const double half = left / 2 + right / 2;
            if (sign * derivative(fit, half, 1, NULL) > 0) {
                left = half;
            } else {
                right = half;
            }
        }
        if (found && fabs(left - middle) > fabs(*root - middle)) { continue; }
        found = true;
        *root = left;
    }
    return found;
}

/* The highest point after its neighbours have been averaged in, which noise moves less. */
static size_t highest_point(const local_curve *curve, int sign) {
    size_t best = 0;
    double top = -INFINITY;
    for (size_t i = 0; i < curve->count; i++) {
        const size_t first = i > 0 ? i - 1 : 0, last = i + 1 < curve->count ? i + 1 : i;
        double sum = 0, weight = 0;
        for (size_t k = first; k <= last; k++) {
            const double error = curve->sorted[k].error, w = 1 / (error * error);
            sum += w * curve->sorted[k].y;
            weight += w;
        }
        if (sign * sum / weight > top) {
            top = sign * sum / weight;
            best = i;
        }
    }
    return best;
}

/* `without` collects the fits that turn nowhere: a maximum that only few of them see is none. */
static void add_turning_points(local_curve *curve, double middle, int sign, mean_of_two *mean, mean_of_two *without) {
    for (size_t count = FEWEST; count <= curve->count; count++) {
        const size_t first = nearest_points(curve, middle, count);
        const double low = curve->sorted[first].x, high = curve->sorted[first + count - 1].x;
        for (unsigned degree = 2; degree <= HIGHEST_DEGREE && degree + 2 <= count; degree++) {
            ons_fit fit;
            double root = middle, value[2], error[2];
            if (!fit_here(curve, first, count, degree, &fit)) { continue; }
            if (!turning_point(&fit, low, high, middle, sign, &root)) {
                static const double nothing[2] = {0, 0};
                mean_add(without, criterion_of(curve, &fit, count), nothing, nothing, &fit);
                continue;
            }
            derivative(&fit, root, 1, &error[0]);
            error[0] /= fabs(derivative(&fit, root, 2, NULL));
            value[0] = root;
            value[1] = ons_fit_value(&fit, root, &error[1]);
            if (isfinite(error[0])) { mean_add(mean, criterion_of(curve, &fit, count), value, error, &fit); }
        }
    }
}

/* Whether points on both sides lie lower beyond their errors. */
static bool stands_out(const local_curve *curve, int sign, const double value[2], const double error[2]) {
    bool left = false, right = false;
    for (size_t i = 0; i < curve->count; i++) {
        const curve_point point = curve->sorted[i];
        const bool lower = sign * (value[1] - point.y) > 2 * hypot(point.error, error[1]);
        left = left || (lower && point.x < value[0]);
        right = right || (lower && point.x > value[0]);
    }
    return left && right;
}

/* The share of the fits that turn. */
static double share_of(const mean_of_two *with, const mean_of_two *without) {
    if (with->weight == 0) { return 0; }
    return without->weight == 0
               ? 1
               : 1 / (1 + exp((with->criterion - without->criterion) / 2) * without->weight / with->weight);
}

ons_status ons_curve_extremum(const ons_points *points, int sign, ons_extremum *extremum) {
    local_curve curve;
    mean_of_two mean = {0}, without = {0};
    double value[2], error[2];
    *extremum = (ons_extremum){.x = NAN, .x_error = NAN, .y = NAN, .y_error = NAN};
    ons_status status = local_init(&curve, points);
    if (status == ONS_OK) {
        const double middle = curve.sorted[highest_point(&curve, sign)].x;
        add_turning_points(&curve, middle, sign, &mean, &without);
        if (mean.weight > 0) { mean_result(&mean, value, error); }
        if (share_of(&mean, &without) < 0.5 || !stands_out(&curve, sign, value, error)) {
            status = ons_fail(ONS_INVALID, "the curve has no %s inside %g to %g: points on both sides of it are needed",
                              sign > 0 ? "maximum" : "minimum", curve.sorted[0].x, curve.sorted[curve.count - 1].x);
        }
    }
    if (status == ONS_OK) {
        *extremum = (ons_extremum){value[0], error[0], value[1], error[1], mean.degree, mean.goodness};
    }
    local_free(&curve);
    return status;
}
