/*
 * Where the search for a collapse begins: a scan over x_c, nu and kappa, judged by how far each scaled point lies from
 * the straight line between its neighbours (Kawashima and Ito, J. Phys. Soc. Jpn. 62 (1993) 435).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "collapse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 33
#define INVERSES 33  /* 1/nu from 0.2 to 5 */
#define EXPONENTS 33 /* kappa/nu from -4 to 4 */

typedef struct scaled_point {
    double x, y, error;
} scaled_point;

static int by_x(const void *a, const void *b) {
    const double x = ((const scaled_point *)a)->x, y = ((const scaled_point *)b)->x;
    return (x > y) - (x < y);
}

/* Mean squared distance in errors. */
static double roughness(const statistics_scaling *data, const double *at, scaled_point *points) {
    const size_t n = data->count;
    const double inverse = exp(at[COLLAPSE_INVERSE]);
    const double exponent = isnan(data->kappa) ? at[COLLAPSE_EXPONENT] : data->kappa * inverse;
    for (size_t i = 0; i < n; i++) {
        const double scale = exp(exponent * data->large[i]);
        points[i] = (scaled_point){(data->x[i] - data->center - data->range * at[COLLAPSE_PLACE]) *
                                       exp(inverse * data->large[i]),
                                   data->y[i] * scale, sqrt(data->noise[i * (n + 1)]) * scale};
    }
    qsort(points, n, sizeof *points, by_x);
    double sum = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        const scaled_point left = points[i - 1], right = points[i + 1];
        const double width = right.x - left.x, part = width > 0 ? (points[i].x - left.x) / width : 0.5;
        const double away = points[i].y - (1 - part) * left.y - part * right.y;
        const double error = hypot(points[i].error, hypot((1 - part) * left.error, part * right.error));
        sum += fmin(away * away / (error * error), 1e6);
    }
    return sum / (double)(n - 2);
}

/* Keeps the best in order, no two in neighbouring cells of the same exponents. */
static void keep(const double *at, double cost, size_t most, double *candidates, double *costs, size_t *found) {
    const size_t bytes = COLLAPSE_COORDINATES * sizeof *at;
    for (size_t i = 0; i < *found; i++) {
        const double *other = candidates + i * COLLAPSE_COORDINATES;
        const bool near = fabs(other[COLLAPSE_INVERSE] - at[COLLAPSE_INVERSE]) < 0.25 &&
                          fabs(other[COLLAPSE_PLACE] - at[COLLAPSE_PLACE]) < 0.1 &&
                          fabs(other[COLLAPSE_EXPONENT] - at[COLLAPSE_EXPONENT]) < 0.6;
        if (near && costs[i] <= cost) { return; }
        if (!near) { continue; }
        --*found;
        memmove(candidates + i * COLLAPSE_COORDINATES, candidates + (i + 1) * COLLAPSE_COORDINATES,
                (*found - i) * bytes);
        memmove(costs + i, costs + i + 1, (*found - i) * sizeof *costs);
        i--;
    }
    size_t place = *found;
    while (place > 0 && costs[place - 1] > cost) { place--; }
    if (place >= most) { return; }
    if (*found < most) { ++*found; }
    memmove(candidates + (place + 1) * COLLAPSE_COORDINATES, candidates + place * COLLAPSE_COORDINATES,
            (*found - 1 - place) * bytes);
    memmove(costs + place + 1, costs + place, (*found - 1 - place) * sizeof *costs);
    memcpy(candidates + place * COLLAPSE_COORDINATES, at, bytes);
    costs[place] = cost;
}

/* Amplitude and length for these exponents: the spread of the scaled y, a quarter of the range of X. */
static void guess_kernel(const statistics_scaling *data, const scaled_point *points, double *at) {
    double mean = 0, square = 0;
    const size_t n = data->count;
    for (size_t i = 0; i < n; i++) { mean += points[i].y / (double)n; }
    for (size_t i = 0; i < n; i++) { square += (points[i].y - mean) * (points[i].y - mean) / (double)n; }
    const double range = points[n - 1].x - points[0].x;
    at[COLLAPSE_AMPLITUDE] = log(fmax(sqrt(square), 1e-12 * data->constant));
    at[COLLAPSE_LENGTH] = log(fmax(range, 1e-12 * data->range) / 4);
    at[COLLAPSE_SIDE] = at[COLLAPSE_AMPLITUDE] - 3;
}

ons_status statistics_scaling_scan(statistics_scaling *data, const double *given, size_t most, double *candidates,
                                   size_t *found) {
    scaled_point *points = ONS_NEW(scaled_point, data->count);
    double *costs = ONS_NEW(double, most + 1);
    const bool memory = points && costs;
    const size_t places = isnan(given[COLLAPSE_PLACE]) ? PLACES : 1;
    const size_t inverses = isnan(given[COLLAPSE_INVERSE]) ? INVERSES : 1;
    const size_t exponents = isnan(given[COLLAPSE_EXPONENT]) ? EXPONENTS : 1;
    *found = 0;
    for (size_t index = 0; memory && index < places * inverses * exponents; index++) {
        double at[COLLAPSE_COORDINATES];
        memcpy(at, given, sizeof at);
        if (places > 1) { at[COLLAPSE_PLACE] = ((double)(index % places) + 0.5) / (double)places - 0.5; }
        if (inverses > 1) {
            at[COLLAPSE_INVERSE] = log(0.2) + log(25) * (double)(index / places % inverses) / (double)(inverses - 1);
        }
        if (exponents > 1) {
            at[COLLAPSE_EXPONENT] = -4 + 8 * (double)(index / places / inverses) / (double)(exponents - 1);
        }
        const double cost = roughness(data, at, points);
        guess_kernel(data, points, at);
        if (isfinite(cost)) { keep(at, cost, most, candidates, costs, found); }
    }
    free(points);
    free(costs);
    return memory ? ONS_OK : ONS_MEMORY;
}
