/*
 * Dimensions from pairs of points: the slope of the correlation sum, and the estimate from its percentiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <onsager/dynamics/invariants.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 10, LEAST_POINTS = 100, LEAST_PAIRS = 200 };
static const double window_low = 1e-4, window_high = 1e-2;

typedef struct counting {
    dynamics_cloud cloud;
    size_t theiler;
    uint64_t *bins;             /* [BLOCKS][BLOCKS][CLOUD_BINS], the first block not after the second */
    uint64_t total[CLOUD_BINS]; /* all blocks */
    uint64_t zeros;             /* pairs at distance 0 */
    double *squares;            /* [count] of one point */
} counting;

static size_t block_start(const counting *all, size_t block) { return block * all->cloud.count / BLOCKS; }

/* The partners of point i in a block that count: from .. to - 1. */
static size_t partners(const counting *all, size_t i, size_t block, size_t *from) {
    const size_t first = block_start(all, block), last = block_start(all, block + 1), next = i + all->theiler;
    *from = next > first ? next : first;
    return *from < last ? last : *from;
}

static void count_tile(counting *all, size_t a, size_t b) {
    uint64_t *bins = all->bins + (a * BLOCKS + b) * CLOUD_BINS;
    for (size_t i = block_start(all, a); i < block_start(all, a + 1); i++) {
        size_t from;
        const size_t to = partners(all, i, b, &from);
        dynamics_cloud_squares(&all->cloud, i, from, to, all->squares);
        for (size_t j = 0; j < to - from; j++) {
            bins[dynamics_cloud_bin(all->squares[j])]++;
            all->zeros += all->squares[j] == 0;
        }
    }
    for (size_t k = 0; k < CLOUD_BINS; k++) { all->total[k] += bins[k]; }
}

/* ---- the slope ------------------------------------------------------------------------------------------------------
 */

typedef struct window {
    size_t edge[ONS_CORRELATION_RADII]; /* bins whose lower edges are the radii */
    size_t count;
} window;

static double sum_of(const uint64_t *bins) {
    double sum = 0;
    for (size_t k = 0; k < CLOUD_BINS; k++) { sum += (double)bins[k]; }
    return sum;
}

/* Bins between which the radii of the window lie. */
static ons_status find_window(const counting *all, const ons_correlation_options *options, window *found) {
    const double pairs = sum_of(all->total);
    size_t low = 0, high = 0;
    if (options->low > 0 || options->high > 0) {
        const double from = options->low / all->cloud.scale, to = options->high / all->cloud.scale;
        low = dynamics_cloud_bin(from * from) + 1;
        high = dynamics_cloud_bin(fmin(to * to, 1));
    } else {
        const double least = fmax((options->least > 0 ? options->least : window_low) * pairs, LEAST_PAIRS);
        const double most = (options->largest > 0 ? options->largest : window_high) * pairs;
        double below = 0;
        for (size_t k = 0; k + 1 < CLOUD_BINS && below < most; k++) {
            below += (double)all->total[k];
            high = k + 1;
            if (below < least) { low = k + 2; }
        }
    }
    double below = 0;
    for (size_t k = 0; k < low && k < CLOUD_BINS; k++) { below += (double)all->total[k]; }
    if (high < low + 4 || high >= CLOUD_BINS || below < 1) {
        return ons_fail(ONS_INVALID,
                        "%g pairs of points leave no window of radii to fit between %g and %g: more points, or a wider "
                        "window, are needed",
                        pairs, sqrt(dynamics_cloud_edge(low < CLOUD_BINS ? low : 0)) * all->cloud.scale,
                        sqrt(dynamics_cloud_edge(high < CLOUD_BINS ? high : 0)) * all->cloud.scale);
    }
    const size_t places = high - low + 1;
    found->count = places < ONS_CORRELATION_RADII ? places : ONS_CORRELATION_RADII;
    for (size_t k = 0; k < found->count; k++) { found->edge[k] = low + k * (places - 1) / (found->count - 1); }
    return ONS_OK;
}

/* ln r and ln C at the radii. */
static double fit(const uint64_t *bins, const window *where, double *log_radius, double *log_sum) {
    const double pairs = sum_of(bins);
    double below = 0;
    size_t k = 0;
    for (size_t w = 0; w < where->count; w++) {
        for (; k < where->edge[w]; k++) { below += (double)bins[k]; }
        log_radius[w] = log(dynamics_cloud_edge(where->edge[w])) / 2;
        log_sum[w] = log(below / pairs);
    }
    return dynamics_slope(log_radius, log_sum, where->count);
}

static ons_status find_slope(const counting *all, const ons_correlation_options *options, ons_correlation *result) {
    window where = {0};
    double x[ONS_CORRELATION_RADII], y[ONS_CORRELATION_RADII], without[BLOCKS];
    const ons_status status = find_window(all, options, &where);
    uint64_t *rest = status == ONS_OK ? ONS_NEW(uint64_t, CLOUD_BINS) : NULL;
    if (status != ONS_OK || !rest) { return status != ONS_OK ? status : ONS_MEMORY; }
    for (size_t left = 0; left < BLOCKS; left++) {
        memcpy(rest, all->total, CLOUD_BINS * sizeof *rest);
        for (size_t b = 0; b < BLOCKS; b++) {
            const uint64_t *bins = all->bins + (left < b ? left * BLOCKS + b : b * BLOCKS + left) * CLOUD_BINS;
            for (size_t k = 0; k < CLOUD_BINS; k++) { rest[k] -= bins[k]; }
        }
        without[left] = fit(rest, &where, x, y);
    }
    free(rest);
    result->slope = fit(all->total, &where, x, y);
    result->error = dynamics_jackknife(without, BLOCKS);
    result->radii = where.count;
    for (size_t k = 0; k < where.count; k++) {
        result->radius[k] = exp(x[k]) * all->cloud.scale;
        result->sum[k] = exp(y[k]);
    }
    result->low = result->radius[0];
    result->high = result->radius[where.count - 1];
    return ONS_OK;
}

/* ---- percentiles ----------------------------------------------------------------------------------------------------
 */

typedef struct rank_bin {
    size_t bin;
    uint64_t inside; /* the rank within the bin */
    double *values;  /* of the bin, ascending once sorted */
    size_t count;
} rank_bin;

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The bin of the pair of that rank (from 0, zeros left out). */
static ons_status find_rank(const counting *all, uint64_t rank, rank_bin *found) {
    uint64_t below = 0;
    found->bin = 0;
    for (size_t k = 0; k < CLOUD_BINS; k++) {
        const uint64_t here = all->total[k] - (k == 0 ? all->zeros : 0);
        if (below + here > rank) {
            found->bin = k;
            found->inside = rank - below;
            found->values = ONS_NEW(double, here);
            return found->values ? ONS_OK : ONS_MEMORY;
        }
        below += here;
    }
    return ons_fail(ONS_INVALID, "all pairs of points lie at distance 0");
}

/* Half the sum of the logarithms of what lies between the bins, which receive what belongs to them. */
static double collect(const counting *all, rank_bin *low, rank_bin *high) {
    double sum = 0;
    const double first = dynamics_cloud_edge(low->bin + 1);
    for (size_t i = 0; i < all->cloud.count; i++) {
        const size_t from = i + all->theiler;
        if (from >= all->cloud.count) { break; }
        dynamics_cloud_squares(&all->cloud, i, from, all->cloud.count, all->squares);
        double part = 0;
        for (size_t j = 0; j < all->cloud.count - from; j++) {
            const double square = all->squares[j];
            const size_t bin = dynamics_cloud_bin(square);
            if (bin > low->bin && bin < high->bin) {
                part += log(square / first);
            } else if (square > 0 && bin == low->bin) {
                low->values[low->count++] = square;
            } else if (bin == high->bin) {
                high->values[high->count++] = square;
            }
        }
        sum += part;
    }
    return sum / 2;
}

/* The distances of ranks ceil(0.05 (n - 1)) to floor(0.5 (n - 1)) are those between the percentiles. */
static ons_status find_percentile(const counting *all, ons_correlation *result) {
    const double pairs = sum_of(all->total) - (double)all->zeros;
    const uint64_t from = pairs < 1 ? 0 : (uint64_t)ceil(0.05 * (pairs - 1)),
                   to = pairs < 1 ? 0 : (uint64_t)floor(0.5 * (pairs - 1));
    rank_bin low = {0}, high = {0};
    ons_status status = find_rank(all, from, &low);
    if (status == ONS_OK) { status = find_rank(all, to, &high); }
    if (status == ONS_OK) {
        double sum = collect(all, &low, &high);
        const double first = dynamics_cloud_edge(low.bin + 1);
        qsort(low.values, low.count, sizeof *low.values, ascending);
        qsort(high.values, high.count, sizeof *high.values, ascending);
        const double smallest = low.values[low.inside];
        if (low.bin == high.bin) { high.count = low.count; }
        const double *upper = low.bin == high.bin ? low.values : high.values;
        const size_t end = low.bin == high.bin ? high.inside + 1 : low.count;
        for (size_t k = low.inside; k < end; k++) { sum += log(low.values[k] / first) / 2; }
        for (size_t k = 0; low.bin != high.bin && k <= high.inside; k++) { sum += log(upper[k] / first) / 2; }
        const double kept = (double)(to - from + 1);
        result->percentile = 1 + kept / (sum - kept * log(smallest / first) / 2);
    }
    free(low.values);
    free(high.values);
    return status;
}

/* ---- both -----------------------------------------------------------------------------------------------------------
 */

ons_status ons_correlation_dimension(const double *points, size_t count, size_t dimension,
                                     const ons_correlation_options *options, ons_correlation *result) {
    static const ons_correlation_options standard = {0};
    const ons_correlation_options *how = options ? options : &standard;
    memset(result, 0, sizeof *result);
    if (!(how->low >= 0) || !(how->high >= 0) || ((how->low > 0 || how->high > 0) && !(how->low < how->high))) {
        return ons_fail(ONS_INVALID, "a window of radii ascends from a positive one, not from %g to %g", how->low,
                        how->high);
    }
    const size_t most = how->most ? how->most : 10000, stride = count > most ? (count + most - 1) / most : 1;
    counting *all = ONS_NEW(counting, 1);
    if (!all) { return ONS_MEMORY; }
    all->theiler = how->theiler / stride > 1 ? (how->theiler + stride - 1) / stride : 1;
    ons_status status = dynamics_cloud_open(&all->cloud, points, count, dimension, how->periods, stride, LEAST_POINTS);
    if (status == ONS_OK && all->theiler >= all->cloud.count / 2) {
        status = ons_fail(ONS_INVALID, "pairs %zu samples apart leave too few pairs of %zu", how->theiler, count);
    }
    if (status == ONS_OK) {
        all->bins = ONS_NEW(uint64_t, (size_t)BLOCKS * BLOCKS * CLOUD_BINS);
        all->squares = ONS_NEW(double, all->cloud.count);
        status = all->bins && all->squares ? ONS_OK : ONS_MEMORY;
    }
    for (size_t a = 0; status == ONS_OK && a < BLOCKS; a++) {
        for (size_t b = a; b < BLOCKS; b++) { count_tile(all, a, b); }
    }
    if (status == ONS_OK) {
        result->points = (double)all->cloud.count;
        result->pairs = sum_of(all->total);
        status = find_slope(all, how, result);
    }
    if (status == ONS_OK) { status = find_percentile(all, result); }
    dynamics_cloud_close(&all->cloud);
    free(all->bins);
    free(all->squares);
    free(all);
    return status;
}
