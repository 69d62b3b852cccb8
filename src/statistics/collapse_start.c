/*
 * Where the search for a collapse begins: a scan over x_c, nu and kappa, judged by how far each scaled point lies from
 * the curves of the other sizes, straight between their points (Kawashima and Ito, J. Phys. Soc. Jpn. 62 (1993) 435;
 * Houdayer and Hartmann, Phys. Rev. B 70 (2004) 014418). Errors have a floor of a twentieth of the spread of a
 * curve, for the scan is coarse; exponents at which the curves hardly overlap are no collapse.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "collapse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 64    /* at most: the x of the points, which lie densest where the curves of large sizes do */
#define INVERSES 33  /* 1/nu from 0.2 to 5 */
#define EXPONENTS 33 /* kappa/nu from -4 to 4 */

#define REFINED 40 /* candidates of the grid */
#define FLOOR 0.05
#define LEAST_OVERLAP 0.2 /* of all pairs of a point and another curve */

typedef struct scaled_point {
    double size, x, y, error; /* size: log; in the scan x, y and error are scaled */
    double spread;            /* of the y of its curve */
} scaled_point;

typedef struct scan {
    const statistics_scaling *data;
    scaled_point *points; /* by size, then x */
    scaled_point *scaled;
} scan;

static int by_size(const void *a, const void *b) {
    const scaled_point *p = a, *q = b;
    if (p->size != q->size) { return p->size < q->size ? -1 : 1; }
    return (p->x > q->x) - (p->x < q->x);
}

static size_t curve_end(const scan *work, size_t first) {
    size_t end = first;
    while (end < work->data->count && work->points[end].size == work->points[first].size) { end++; }
    return end;
}

static void find_spreads(scan *work) {
    for (size_t first = 0, end; first < work->data->count; first = end) {
        double mean = 0, square = 0;
        end = curve_end(work, first);
        for (size_t i = first; i < end; i++) { mean += work->points[i].y / (double)(end - first); }
        for (size_t i = first; i < end; i++) { square += (work->points[i].y - mean) * (work->points[i].y - mean); }
        for (size_t i = first; i < end; i++) { work->points[i].spread = sqrt(square / (double)(end - first)); }
    }
}

/* Squared distance of a point from the curve first .. end - 1, in errors; negative: it does not reach there. */
static double distance(const scan *work, size_t first, size_t end, scaled_point point) {
    size_t k = first;
    while (k < end && work->scaled[k].x < point.x) { k++; }
    if (k == first || k == end) { return k < end && work->scaled[k].x == point.x ? 0 : -1; }
    const scaled_point left = work->scaled[k - 1], right = work->scaled[k];
    const double part = (point.x - left.x) / (right.x - left.x);
    const double away = point.y - (1 - part) * left.y - part * right.y;
    const double error = hypot(point.error, hypot((1 - part) * left.error, part * right.error));
    const double floor = FLOOR * hypot(point.spread, left.spread);
    return away * away / (error * error + floor * floor);
}

/* Scales all points; returns the spread of the y. */
static double scale_points(scan *work, const double *at) {
    const statistics_scaling *data = work->data;
    const double inverse = exp(at[COLLAPSE_INVERSE]), n = (double)data->count;
    const double exponent = isnan(data->kappa) ? at[COLLAPSE_EXPONENT] : data->kappa * inverse;
    double mean = 0, square = 0;
    for (size_t i = 0; i < data->count; i++) {
        const scaled_point point = work->points[i];
        const double scale = exp(exponent * point.size);
        work->scaled[i] = (scaled_point){
            point.size, (point.x - data->center - data->range * at[COLLAPSE_PLACE]) * exp(inverse * point.size),
            point.y * scale, point.error * scale, point.spread * scale};
        mean += work->scaled[i].y / n;
    }
    for (size_t i = 0; i < data->count; i++) { square += (work->scaled[i].y - mean) * (work->scaled[i].y - mean) / n; }
    return sqrt(square);
}

/* Mean squared distance in errors; infinite where the curves lie apart. */
static double disagreement(scan *work, const double *at) {
    scale_points(work, at);
    const size_t n = work->data->count;
    double sum = 0;
    size_t pairs = 0, met = 0;
    for (size_t first = 0, end; first < n; first = end) {
        end = curve_end(work, first);
        for (size_t i = 0; i < n; i++) {
            if (i >= first && i < end) { continue; }
            const double away = distance(work, first, end, work->scaled[i]);
            pairs++;
            if (away < 0) { continue; }
            met++;
            sum += away;
        }
    }
    return (double)met < LEAST_OVERLAP * (double)pairs ? INFINITY : sum / (double)met;
}

/* Keeps the best in order, no two in neighbouring cells of the same exponents. */
static void keep(const double *at, double cost, size_t most, double *candidates, double *costs, size_t *found) {
    const size_t bytes = COLLAPSE_COORDINATES * sizeof *at;
    for (size_t i = 0; i < *found; i++) {
        const double *other = candidates + i * COLLAPSE_COORDINATES;
        const bool near = fabs(other[COLLAPSE_INVERSE] - at[COLLAPSE_INVERSE]) < 0.25 &&
                          fabs(other[COLLAPSE_PLACE] - at[COLLAPSE_PLACE]) < 0.02 &&
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
static void guess_kernel(scan *work, double *at) {
    const statistics_scaling *data = work->data;
    double low = INFINITY, high = -INFINITY;
    const double spread = scale_points(work, at);
    for (size_t i = 0; i < data->count; i++) {
        low = fmin(low, work->scaled[i].x);
        high = fmax(high, work->scaled[i].x);
    }
    const double range = high - low;
    at[COLLAPSE_AMPLITUDE] = log(fmax(spread, 1e-12 * data->constant));
    at[COLLAPSE_LENGTH] = log(fmax(range, 1e-12 * data->range) / 4);
    at[COLLAPSE_SIDE] = log(0.2);
}

/* Downhill from a candidate along its coordinates, with steps that begin at those of the scan. */
static double refine(scan *work, const double *given, double *at) {
    static const size_t moved[] = {COLLAPSE_PLACE, COLLAPSE_INVERSE, COLLAPSE_EXPONENT};
    double step[] = {0.02, 0.1, 0.25}, cost = disagreement(work, at);
    for (int halvings = 0; halvings < 7;) {
        bool better = false;
        for (size_t k = 0; k < 3; k++) {
            if (!isnan(given[moved[k]])) { continue; }
            for (int sign = -1; sign <= 1; sign += 2) {
                const double before = at[moved[k]];
                at[moved[k]] = before + sign * step[k];
                const double after = disagreement(work, at);
                if (after < cost) {
                    cost = after;
                    better = true;
                } else {
                    at[moved[k]] = before;
                }
            }
        }
        if (better) { continue; }
        halvings++;
        for (size_t k = 0; k < 3; k++) { step[k] /= 2; }
    }
    guess_kernel(work, at);
    return cost;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Different x of the points, in coordinates, evenly thinned. */
static size_t choose_places(const statistics_scaling *data, double *places) {
    double *sorted = data->memory;
    size_t different = 0;
    memcpy(sorted, data->x, data->count * sizeof *sorted);
    qsort(sorted, data->count, sizeof *sorted, ascending);
    for (size_t i = 0; i < data->count; i++) {
        if (different == 0 || sorted[i] > sorted[different - 1]) { sorted[different++] = sorted[i]; }
    }
    const size_t count = different < PLACES ? different : PLACES;
    for (size_t i = 0; i < count; i++) {
        const size_t k = count < 2 ? 0 : i * (different - 1) / (count - 1);
        places[i] = (sorted[k] - data->center) / data->range;
    }
    return count;
}

/* The best of the grid. */
static void scan_grid(scan *work, const double *given, double *candidates, double *costs, size_t *found) {
    double place[PLACES] = {0};
    const size_t places = isnan(given[COLLAPSE_PLACE]) ? choose_places(work->data, place) : 1;
    const size_t inverses = isnan(given[COLLAPSE_INVERSE]) ? INVERSES : 1;
    const size_t exponents = isnan(given[COLLAPSE_EXPONENT]) ? EXPONENTS : 1;
    for (size_t index = 0; index < places * inverses * exponents; index++) {
        const size_t step = index / places / inverses, turn = index / places % inverses;
        double at[COLLAPSE_COORDINATES];
        memcpy(at, given, sizeof at);
        if (isnan(given[COLLAPSE_PLACE])) { at[COLLAPSE_PLACE] = place[index % places]; }
        if (inverses > 1) { at[COLLAPSE_INVERSE] = log(0.2) + log(25) * (double)turn / (double)(inverses - 1); }
        if (exponents > 1) { at[COLLAPSE_EXPONENT] = -4 + 8 * (double)step / (double)(exponents - 1); }
        const double cost = disagreement(work, at);
        if (isfinite(cost)) { keep(at, cost, REFINED, candidates, costs, found); }
    }
}

ons_status statistics_scaling_scan(statistics_scaling *data, const double *given, size_t most, double *candidates,
                                   size_t *found) {
    scan work = {data, ONS_NEW(scaled_point, data->count), ONS_NEW(scaled_point, data->count)};
    double *rough = ONS_NEW(double, (REFINED + 1) * COLLAPSE_COORDINATES), *costs = ONS_NEW(double, REFINED + 1);
    double *best = ONS_NEW(double, most + 1);
    const bool memory = work.points && work.scaled && rough && costs && best;
    size_t count = 0;
    *found = 0;
    for (size_t i = 0; memory && i < data->count; i++) {
        const double error = sqrt(data->noise[i * (data->count + 1)]);
        work.points[i] = (scaled_point){data->large[i], data->x[i], data->y[i], error, 0};
    }
    if (memory) {
        qsort(work.points, data->count, sizeof *work.points, by_size);
        find_spreads(&work);
        scan_grid(&work, given, rough, costs, &count);
    }
    for (size_t i = 0; i < count; i++) {
        double *at = rough + i * COLLAPSE_COORDINATES;
        const double cost = refine(&work, given, at);
        keep(at, cost, most, candidates, best, found);
    }
    free(work.points);
    free(work.scaled);
    free(rough);
    free(costs);
    free(best);
    return memory ? ONS_OK : ONS_MEMORY;
}
