/*
 * Delay coordinates, and the growth of the distance between neighbours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <onsager/dynamics/invariants.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 10 };

ons_status ons_embed(const double *series, size_t count, size_t dimension, size_t lag, double *points, size_t *made) {
    *made = 0;
    if (dimension == 0 || lag == 0 || (dimension - 1) >= count / lag + 1 || (dimension - 1) * lag >= count) {
        return ons_fail(ONS_INVALID, "%zu samples are too few for %zu delay coordinates %zu samples apart", count,
                        dimension, lag);
    }
    *made = count - (dimension - 1) * lag;
    for (size_t k = 0; k < *made; k++) {
        for (size_t d = 0; d < dimension; d++) { points[k * dimension + d] = series[k + d * lag]; }
    }
    return ONS_OK;
}

/* ---- nearest neighbours ---------------------------------------------------------------------------------------------
 */

typedef struct keyed {
    double key;
    size_t index;
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) { return x->key < y->key ? -1 : 1; }
    return (x->index > y->index) - (x->index < y->index);
}

static double square_between(const dynamics_cloud *cloud, size_t i, size_t j) {
    double sum = 0;
    for (size_t d = 0; d < cloud->dimension; d++) {
        const double *column = cloud->column + d * cloud->count;
        sum += (column[i] - column[j]) * (column[i] - column[j]);
    }
    return sum;
}

/* The nearest of the first `usable` points that is at least `theiler` samples away, by walking outwards along the
 * sorted first coordinate until that alone is farther; SIZE_MAX: none. Points at the same place are no neighbours: the
 * logarithm of their distance says nothing. */
static size_t nearest(const dynamics_cloud *cloud, const keyed *sorted, size_t usable, size_t place, size_t theiler) {
    const size_t own = sorted[place].index;
    const double here = sorted[place].key;
    double best = INFINITY;
    size_t found = SIZE_MAX, up = place + 1, down = place;
    while (up < usable || down > 0) {
        const double gap_up = up < usable ? sorted[up].key - here : INFINITY,
                     gap_down = down > 0 ? here - sorted[down - 1].key : INFINITY;
        const double gap = fmin(gap_up, gap_down);
        if (gap * gap >= best) { break; }
        const size_t other = gap_up <= gap_down ? sorted[up].index : sorted[down - 1].index;
        if (gap_up <= gap_down) {
            up++;
        } else {
            down--;
        }
        const size_t apart = other > own ? other - own : own - other;
        const double square = square_between(cloud, own, other);
        if (apart >= theiler && square > 0 && square < best) {
            best = square;
            found = other;
        }
    }
    return found;
}

/* ---- the curve ------------------------------------------------------------------------------------------------------
 */

typedef struct growth {
    size_t steps;
    double *sums;   /* [BLOCKS][steps + 1] of logarithms */
    double *counts; /* the same */
    double *curve;  /* [steps + 1] */
    double *times;  /* [steps + 1] */
} growth;

static void follow(const dynamics_cloud *cloud, size_t own, size_t other, size_t block, growth *all) {
    double *sums = all->sums + block * (all->steps + 1), *counts = all->counts + block * (all->steps + 1);
    for (size_t k = 0; k <= all->steps; k++) {
        const double square = square_between(cloud, own + k, other + k);
        if (square > 0) {
            sums[k] += log(square) / 2;
            counts[k]++;
        }
    }
}

/* The mean over all blocks but one (BLOCKS: over all). */
static void mean_curve(const growth *all, size_t without, double log_scale) {
    for (size_t k = 0; k <= all->steps; k++) {
        double sum = 0, count = 0;
        for (size_t b = 0; b < BLOCKS; b++) {
            sum += b == without ? 0 : all->sums[b * (all->steps + 1) + k];
            count += b == without ? 0 : all->counts[b * (all->steps + 1) + k];
        }
        all->curve[k] = sum / count + log_scale;
    }
}

static ons_status find_window(const growth *all, const ons_divergence_options *options, ons_divergence *result) {
    result->from = options->from;
    result->to = options->to;
    if (options->from == 0 && options->to == 0) {
        double plateau = 0;
        const size_t quarter = all->steps / 4 > 0 ? all->steps / 4 : 1;
        for (size_t k = all->steps + 1 - quarter; k <= all->steps; k++) { plateau += all->curve[k] / (double)quarter; }
        const double first = all->curve[0], rise = plateau - first;
        if (fabs(rise) < log(2)) { /* regular motion: nothing grows */
            result->to = all->steps;
            return ONS_OK;
        }
        while (result->from < all->steps && all->curve[result->from] < first + 0.1 * rise) { result->from++; }
        result->to = result->from;
        while (result->to < all->steps && all->curve[result->to + 1] <= first + 0.6 * rise) { result->to++; }
    }
    if (result->to <= result->from || result->to > all->steps) {
        return ons_fail(ONS_INVALID,
                        "samples %zu to %zu are no window to fit the growth of distances in: two or more of the %zu "
                        "samples that were followed are needed",
                        result->from, result->to, all->steps);
    }
    return ONS_OK;
}

static ons_status fit_growth(const growth *all, const ons_divergence_options *options, double log_scale,
                             ons_divergence *result) {
    double without[BLOCKS];
    mean_curve(all, BLOCKS, log_scale);
    const ons_status status = find_window(all, options, result);
    if (status != ONS_OK) { return status; }
    for (size_t b = 0; b < BLOCKS; b++) {
        mean_curve(all, b, log_scale);
        without[b] = dynamics_slope(all->times, all->curve + result->from, result->to - result->from + 1);
    }
    mean_curve(all, BLOCKS, log_scale);
    result->exponent = dynamics_slope(all->times, all->curve + result->from, result->to - result->from + 1);
    result->error = dynamics_jackknife(without, BLOCKS);
    return ONS_OK;
}

static ons_status collect(const dynamics_cloud *cloud, size_t usable, size_t theiler, growth *all) {
    keyed *sorted = ONS_NEW(keyed, usable);
    if (!sorted) { return ONS_MEMORY; }
    for (size_t i = 0; i < usable; i++) { sorted[i] = (keyed){cloud->column[i], i}; }
    qsort(sorted, usable, sizeof *sorted, by_key);
    size_t *partner = ONS_NEW(size_t, usable);
    for (size_t place = 0; partner && place < usable; place++) {
        partner[sorted[place].index] = nearest(cloud, sorted, usable, place, theiler);
    }
    /* In the order of time, so that the sums do not depend on that of the projection. */
    for (size_t i = 0; partner && i < usable; i++) {
        if (partner[i] != SIZE_MAX) { follow(cloud, i, partner[i], i * BLOCKS / usable, all); }
    }
    const ons_status status = partner ? ONS_OK : ONS_MEMORY;
    free(partner);
    free(sorted);
    return status;
}

ons_status ons_rosenstein(const double *points, size_t count, size_t dimension, const ons_divergence_options *options,
                          double *curve, ons_divergence *result) {
    memset(result, 0, sizeof *result);
    const size_t theiler = options->theiler ? options->theiler : 1;
    if (options->steps < 2 || options->steps >= count / 2 || theiler >= count / 2) {
        return ons_fail(ONS_INVALID,
                        "neighbours can be followed for 2 to %zu of %zu samples and kept so many apart, not %zu and "
                        "%zu",
                        count / 2, count, options->steps, theiler);
    }
    dynamics_cloud cloud;
    growth all = {.steps = options->steps};
    ons_status status = dynamics_cloud_open(&cloud, points, count, dimension, NULL, 1, 100);
    if (status != ONS_OK) { return status; }
    all.sums = ONS_NEW(double, BLOCKS *(all.steps + 1));
    all.counts = ONS_NEW(double, BLOCKS *(all.steps + 1));
    all.curve = ONS_NEW(double, all.steps + 1);
    all.times = ONS_NEW(double, all.steps + 1);
    status = all.sums && all.counts && all.curve && all.times ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; status == ONS_OK && k <= all.steps; k++) { all.times[k] = (double)k; }
    if (status == ONS_OK) { status = collect(&cloud, count - all.steps, theiler, &all); }
    if (status == ONS_OK) { status = fit_growth(&all, options, log(cloud.scale), result); }
    if (status == ONS_OK && curve) { memcpy(curve, all.curve, (all.steps + 1) * sizeof *curve); }
    if (status == ONS_OK && !isfinite(result->exponent)) {
        status =
            ons_fail(ONS_INVALID, "some points have no neighbours %zu samples apart: more points are needed", theiler);
    }
    free(all.sums);
    free(all.counts);
    free(all.curve);
    free(all.times);
    dynamics_cloud_close(&cloud);
    return status;
}
