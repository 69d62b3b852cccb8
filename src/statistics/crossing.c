/*
 * Where two measured curves cross.
 *
 * The curves may be anything smooth (a Binder cumulant saturates on both sides of the crossing), so polynomials serve
 * only near it. The degree follows from the number of points alone, and all points are used unless chi^2 refuses the
 * fits: then the points farthest from the crossing are left out until it does not. Which fit is taken must not be
 * chosen by its own error or by its angle: of many admissible fits the one that looks best covers the truth too seldom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HIGHEST_DEGREE 6
#define GRID 128        /* intervals searched for roots of the difference of two fits */
#define SIGNIFICANT 2.0 /* errors by which the curves must differ for their order to count */
#define GOOD_ENOUGH 0.1 /* fits of the right form lose points in one case of ten, which costs them little */

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

/* The root of the difference within [low, high] when there is exactly one. */
static bool find_root(const ons_fit fits[2], double low, double high, double *root) {
    int roots = 0;
    double left = low, right = high, before = difference(fits, low);
    for (int i = 1; i <= GRID; i++) {
        const double x = low + (high - low) * i / GRID, value = difference(fits, x);
        if ((value > 0) != (before > 0)) {
            roots++;
            left = low + (high - low) * (i - 1) / GRID;
            right = x;
        }
        before = value;
    }
    const bool rising = difference(fits, right) > 0;
    for (int i = 0; i < 60; i++) {
        const double middle = left / 2 + right / 2;
        if ((difference(fits, middle) > 0) == rising) {
            right = middle;
        } else {
            left = middle;
        }
    }
    *root = left / 2 + right / 2;
    return roots == 1;
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

/* The degree for so many points: high, for what a low one cannot follow is not in the error. */
static unsigned degree_for(size_t count) {
    return count < 3 ? 1 : count < HIGHEST_DEGREE + 2 ? (unsigned)count - 2 : HIGHEST_DEGREE;
}

/* Whether the highest term is seen in the data at all: if it is, the next one may matter too. This shows what a
 * polynomial cannot follow long before chi^2 does. */
static bool needs_last_term(const measured_curve *curve, const ons_fit *fit, unsigned degree) {
    ons_fit lower;
    if (fit_curve(curve, degree - 1, &lower) < 0) { return true; }
    return lower.chi_squared - fit->chi_squared > SIGNIFICANT * SIGNIFICANT;
}

/* The fits to the `count` points nearest to the crossing. False: chi^2 refuses them, or they do not cross once. */
static bool try_fits(const curve_pair *pair, size_t count, ons_crossing *crossing) {
    const double middle = pair->left / 2 + pair->right / 2;
    const measured_curve near[2] = {curve_near(&pair->first, middle, count), curve_near(&pair->second, middle, count)};
    ons_fit fits[2];
    unsigned highest = 1;
    for (size_t k = 0; k < 2; k++) {
        const unsigned degree = degree_for(near[k].count);
        highest = degree > highest ? degree : highest;
        if (fit_curve(near + k, degree, fits + k) < 0) { return false; }
        if (near[k].count > degree + 1 && fits[k].goodness < GOOD_ENOUGH) { return false; }
        if (degree > 2 && needs_last_term(near + k, fits + k, degree)) { return false; }
    }
    const double low = fmax(pair->left, fmax(near[0].x[0], near[1].x[0]));
    const double high = fmin(pair->right, fmin(near[0].x[near[0].count - 1], near[1].x[near[1].count - 1]));
    double root;
    if (!(high > low) || !find_root(fits, low, high, &root)) { return false; }
    *crossing = cross_at(fits, root, highest);
    return true;
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
    for (size_t count = most; count >= 2; count--) {
        if (try_fits(pair, count, crossing)) { return ONS_OK; }
    }
    return ons_fail(
        ONS_INVALID,
        "no polynomials fit the curves near their crossing between %g and %g: points closer to it are needed",
        pair->left, pair->right);
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
