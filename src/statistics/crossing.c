/*
 * Where two measured curves cross.
 *
 * The curves may be anything smooth (a Binder cumulant saturates on both sides of the crossing), so polynomials serve
 * only near it. Among all fits of degree d to the m points of each curve nearest to the crossing those are admitted
 * where polynomials of degree d - 2 would already do by chi^2: their bias is then far below their error. The one is
 * taken that knows the difference of the curves best; not the one with the smallest error of x, which would favour
 * angles that came out too large by chance.
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
#define GOOD_ENOUGH 0.05
#define GOOD_INDEED 0.3 /* asked of polynomials lower by one degree only */

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

/* Takes the fit of this degree to these points if polynomials lower by `margin` would do and the difference is known
 * best. */
static void try_fit(const curve_pair *pair, const measured_curve near[2], unsigned degree, unsigned margin,
                    double *smallest, ons_crossing *best) {
    ons_fit lower[2], fits[2];
    const double goodness = margin == 1 ? GOOD_INDEED : GOOD_ENOUGH;
    for (size_t k = 0; k < 2; k++) {
        if (near[k].count < degree + 2) { return; }
        if (fit_curve(near + k, degree - margin, lower + k) < 0 || lower[k].goodness < goodness) { return; }
        if (fit_curve(near + k, degree, fits + k) < 0) { return; }
    }
    const double low = fmax(pair->left, fmax(near[0].x[0], near[1].x[0]));
    const double high = fmin(pair->right, fmin(near[0].x[near[0].count - 1], near[1].x[near[1].count - 1]));
    double root;
    if (!(high > low) || !find_root(fits, low, high, &root)) { return; }
    double error1, error2;
    ons_fit_value(fits, root, &error1);
    ons_fit_value(fits + 1, root, &error2);
    if (hypot(error1, error2) < *smallest) {
        *smallest = hypot(error1, error2);
        *best = cross_at(fits, root, degree);
    }
}

static void try_all(const curve_pair *pair, unsigned margin, ons_crossing *best) {
    const double middle = pair->left / 2 + pair->right / 2;
    double smallest = INFINITY;
    const size_t most = pair->first.count > pair->second.count ? pair->first.count : pair->second.count;
    for (size_t count = 3; count <= most; count++) {
        const measured_curve near[2] = {curve_near(&pair->first, middle, count),
                                        curve_near(&pair->second, middle, count)};
        for (unsigned degree = margin > 0 ? margin : 1; degree <= HIGHEST_DEGREE; degree++) {
            try_fit(pair, near, degree, margin, &smallest, best);
        }
    }
}

/* Two points a curve: straight lines. */
static void try_lines(const curve_pair *pair, ons_crossing *best) {
    ons_fit fits[2];
    double root;
    if (fit_curve(&pair->first, 1, fits) < 0 || fit_curve(&pair->second, 1, fits + 1) < 0) { return; }
    if (find_root(fits, pair->left, pair->right, &root)) { *best = cross_at(fits, root, 1); }
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
    ons_crossing best = {.x_error = INFINITY};
    const size_t fewest = pair->first.count < pair->second.count ? pair->first.count : pair->second.count;
    try_all(pair, 2, &best);
    for (unsigned margin = 2; margin-- > 0 && isinf(best.x_error) && (margin > 0 || fewest < 5);) {
        try_all(pair, margin, &best);
    }
    if (isinf(best.x_error) && fewest < 3) { try_lines(pair, &best); }
    if (isinf(best.x_error)) {
        return ons_fail(
            ONS_INVALID,
            "no polynomials fit the curves near their crossing between %g and %g: points closer to it are needed",
            pair->left, pair->right);
    }
    *crossing = best;
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
