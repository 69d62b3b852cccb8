/*
 * Where two measured curves cross.
 *
 * The curves may be anything smooth (a Binder cumulant saturates on both sides of the crossing), so polynomials serve
 * only near it, and nobody knows beforehand how near and of which degree. To choose the fit that looks best would cover
 * the truth too seldom: all are averaged with the weights that Akaike's criterion gives them (Jay and Neil, Phys. Rev.
 * D 103, 114502 (2021)), and their spread is a part of the error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HIGHEST_DEGREE 6
#define FEWEST 5        /* points of a curve that a fit keeps, where there are so many */
#define GRID 64         /* intervals searched for roots of the difference of two fits */
#define SIGNIFICANT 2.0 /* errors by which the curves must differ for their order to count */

typedef struct measured_curve {
    const double *x, *y, *errors; /* ordered by x */
    size_t count;
} measured_curve;

typedef struct curve_pair {
    measured_curve first, second;
    double low, high;   /* common range */
    double left, right; /* the crossing lies between these, as the points themselves show */
} curve_pair;

typedef struct point {
    double x, y, error;
} point;

static int by_x(const void *a, const void *b) {
    const double left = ((const point *)a)->x, right = ((const point *)b)->x;
    return (left > right) - (left < right);
}

/* An ordered copy: x, y and errors in one allocation, released by free((void *)curve.x). */
static ons_status curve_init(measured_curve *curve, const double *x, const double *y, const double *errors,
                             size_t count) {
    point *points = ONS_NEW(point, count);
    double *numbers = ONS_NEW(double, 3 * count);
    const bool memory = points && numbers;
    for (size_t i = 0; memory && i < count; i++) { points[i] = (point){x[i], y[i], errors[i]}; }
    if (memory) { qsort(points, count, sizeof *points, by_x); }
    for (size_t i = 0; memory && i < count; i++) {
        numbers[i] = points[i].x;
        numbers[count + i] = points[i].y;
        numbers[2 * count + i] = points[i].error;
    }
    free(points);
    if (!memory) {
        free(numbers);
        return ONS_MEMORY;
    }
    curve->x = numbers;
    curve->y = numbers + count;
    curve->errors = numbers + 2 * count;
    curve->count = count;
    return ONS_OK;
}

/* Straight lines between the points. */
static double curve_between(const measured_curve *curve, double x, double *error) {
    size_t i = 1;
    while (i + 1 < curve->count && curve->x[i] < x) { i++; }
    const double width = curve->x[i] - curve->x[i - 1], part = width > 0 ? (x - curve->x[i - 1]) / width : 0;
    *error = hypot((1 - part) * curve->errors[i - 1], part * curve->errors[i]);
    return (1 - part) * curve->y[i - 1] + part * curve->y[i];
}

/* Walks along the points: how often the order of the curves changes between places where it is significant. Far from
 * the crossing curves may lie so close that their order is noise: that is no crossing. */
static int find_changes(curve_pair *pair) {
    int changes = 0, sign = 0;
    double last = pair->low;
    size_t i = 0, j = 0;
    while (i < pair->first.count || j < pair->second.count) {
        const bool take_first =
            j == pair->second.count || (i < pair->first.count && pair->first.x[i] <= pair->second.x[j]);
        const double x = take_first ? pair->first.x[i++] : pair->second.x[j++];
        if (x < pair->low || x > pair->high) { continue; }
        double error1, error2;
        const double value = curve_between(&pair->second, x, &error2) - curve_between(&pair->first, x, &error1);
        if (fabs(value) <= SIGNIFICANT * hypot(error1, error2)) { continue; }
        const int now = value > 0 ? 1 : -1;
        if (sign != 0 && now != sign) {
            changes++;
            pair->left = last;
            pair->right = x;
        }
        sign = now;
        last = x;
    }
    return changes;
}

/* The `count` points nearest to x. */
static measured_curve curve_near(const measured_curve *whole, double x, size_t count) {
    size_t first = 0;
    if (count > whole->count) { count = whole->count; }
    while (first + count < whole->count && whole->x[first + count] - x < x - whole->x[first]) { first++; }
    return (measured_curve){whole->x + first, whole->y + first, whole->errors + first, count};
}

static ons_status fit_curve(const measured_curve *curve, unsigned degree, ons_fit *fit) {
    return ons_fit_polynomial(curve->x, curve->y, curve->errors, curve->count, degree, fit);
}

static double difference(const ons_fit fits[2], double x) {
    return ons_fit_value(fits + 1, x, NULL) - ons_fit_value(fits, x, NULL);
}

/* The root of the difference within [low, high] that is nearest to `middle`; false: there is none. */
static bool find_root(const ons_fit fits[2], double low, double high, double middle, double *root) {
    bool found = false;
    double before = difference(fits, low);
    *root = middle;
    for (int i = 1; i <= GRID; i++) {
        double left = low + (high - low) * (i - 1) / GRID, right = low + (high - low) * i / GRID;
        const double value = difference(fits, right);
        const bool crosses = (value > 0) != (before > 0), rising = value > 0;
        before = value;
        for (int k = 0; crosses && k < 50; k++) {
            const double half = left / 2 + right / 2;
            if ((difference(fits, half) > 0) == rising) {
                right = half;
            } else {
                left = half;
            }
        }
        const double x = left / 2 + right / 2;
        if (!crosses || (found && fabs(x - middle) > fabs(*root - middle))) { continue; }
        found = true;
        *root = x;
    }
    return found;
}

/* Errors to first order in those of the fits at the crossing. */
static ons_crossing cross_at(const ons_fit fits[2], double x, unsigned degree) {
    double error1, error2;
    const double value = ons_fit_value(fits, x, &error1);
    ons_fit_value(fits + 1, x, &error2);
    const double slope1 = ons_fit_slope(fits, x), slope2 = ons_fit_slope(fits + 1, x);
    const double angle = fabs(slope1 - slope2), freedom = fits[0].freedom + fits[1].freedom;
    const double chi_squared = fits[0].chi_squared + fits[1].chi_squared;
    return (ons_crossing){.x = x,
                          .x_error = hypot(error1, error2) / angle,
                          .y = value,
                          .y_error = hypot(slope1 * error2, slope2 * error1) / angle,
                          .degree = degree,
                          .goodness = freedom > 0 ? statistics_chi_tail(chi_squared, freedom) : 1};
}

/* The average so far; weights relative to the smallest criterion met. */
typedef struct average {
    double origin; /* x is counted from here, against cancellation */
    double criterion, weight;
    double x, x_square, x_variance, y, y_square, y_variance; /* sums of weight times */
    ons_crossing best;
} average;

static void average_add(average *sums, double criterion, const ons_crossing *crossing) {
    if (criterion < sums->criterion) {
        const double shrink = isinf(sums->criterion) ? 0 : exp((criterion - sums->criterion) / 2);
        double *const fields[] = {&sums->weight, &sums->x,        &sums->x_square,  &sums->x_variance,
                                  &sums->y,      &sums->y_square, &sums->y_variance};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) { *fields[i] *= shrink; }
        sums->criterion = criterion;
        sums->best = *crossing;
    }
    const double weight = exp((sums->criterion - criterion) / 2);
    const double x = crossing->x - sums->origin, y = crossing->y;
    sums->weight += weight;
    sums->x += weight * x;
    sums->x_square += weight * x * x;
    sums->x_variance += weight * crossing->x_error * crossing->x_error;
    sums->y += weight * y;
    sums->y_square += weight * y * y;
    sums->y_variance += weight * crossing->y_error * crossing->y_error;
}

/* The mean of the fits; their errors and their spread. Degree and goodness are those of the heaviest. */
static ons_crossing average_result(const average *sums) {
    const double x = sums->x / sums->weight, y = sums->y / sums->weight;
    ons_crossing result = sums->best;
    result.x = sums->origin + x;
    result.y = y;
    result.x_error = sqrt(sums->x_variance / sums->weight + fmax(sums->x_square / sums->weight - x * x, 0));
    result.y_error = sqrt(sums->y_variance / sums->weight + fmax(sums->y_square / sums->weight - y * y, 0));
    return result;
}

/* Adds the fits of this degree to the `count` points of each curve nearest to the crossing. */
static void add_fits(const curve_pair *pair, size_t count, unsigned degree, unsigned freedom, average *sums) {
    const double middle = pair->left / 2 + pair->right / 2;
    const measured_curve near[2] = {curve_near(&pair->first, middle, count), curve_near(&pair->second, middle, count)};
    ons_fit fits[2];
    for (size_t k = 0; k < 2; k++) {
        if (near[k].count < degree + 1 + freedom || fit_curve(near + k, degree, fits + k) < 0) { return; }
    }
    const double low = fmax(near[0].x[0], near[1].x[0]);
    const double high = fmin(near[0].x[near[0].count - 1], near[1].x[near[1].count - 1]);
    double root;
    if (!(high > low) || !find_root(fits, low, high, middle, &root)) { return; }
    const ons_crossing crossing = cross_at(fits, root, degree);
    const size_t left_out = pair->first.count - near[0].count + pair->second.count - near[1].count;
    const double parameters = 2.0 * (degree + 1);
    average_add(sums, fits[0].chi_squared + fits[1].chi_squared + 2 * parameters + 2 * (double)left_out, &crossing);
}

static ons_status find_crossing(curve_pair *pair, ons_crossing *crossing) {
    ons_fit unused;
    ons_status status = fit_curve(&pair->first, 1, &unused); /* refuses what is no curve, with the reason */
    if (status >= 0) { status = fit_curve(&pair->second, 1, &unused); }
    if (status < 0) { return status; }
    pair->low = fmax(pair->first.x[0], pair->second.x[0]);
    pair->high = fmin(pair->first.x[pair->first.count - 1], pair->second.x[pair->second.count - 1]);
    if (!(pair->high > pair->low)) { return ons_fail(ONS_INVALID, "the two curves have no range of x in common"); }
    const int changes = find_changes(pair);
    if (changes != 1) {
        return ons_fail(ONS_INVALID,
                        "the curves cross %d times beyond their errors within [%g, %g] where once is needed", changes,
                        pair->low, pair->high);
    }
    const size_t most = pair->first.count > pair->second.count ? pair->first.count : pair->second.count;
    const size_t fewest = pair->first.count < pair->second.count ? pair->first.count : pair->second.count;
    average sums = {.origin = pair->left / 2 + pair->right / 2, .criterion = INFINITY};
    for (size_t count = fewest < FEWEST ? fewest : FEWEST; count <= most; count++) {
        for (unsigned degree = 1; degree <= HIGHEST_DEGREE; degree++) {
            add_fits(pair, count, degree, fewest > 2 ? 1 : 0, &sums);
        }
    }
    if (isinf(sums.criterion)) {
        return ons_fail(ONS_INVALID,
                        "no polynomials cross near %g to %g, where the curves do: points closer to it are needed",
                        pair->left, pair->right);
    }
    *crossing = average_result(&sums);
    return ONS_OK;
}

ons_status ons_cross(const double *x1, const double *y1, const double *e1, size_t n1, const double *x2,
                     const double *y2, const double *e2, size_t n2, ons_crossing *crossing) {
    *crossing = (ons_crossing){.x = NAN, .x_error = NAN, .y = NAN, .y_error = NAN};
    curve_pair curves = {0};
    if (n1 < 2 || n2 < 2) {
        return ons_fail(ONS_INVALID, "a crossing needs at least 2 points of each curve, not %zu and %zu", n1, n2);
    }
    ons_status status = curve_init(&curves.first, x1, y1, e1, n1);
    if (status >= 0) { status = curve_init(&curves.second, x2, y2, e2, n2); }
    if (status >= 0) { status = find_crossing(&curves, crossing); }
    free((void *)curves.first.x);
    free((void *)curves.second.x);
    return status;
}
