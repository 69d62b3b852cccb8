/*
 * Bins of a histogram, and its peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "distribution.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define MOST_BINS 512
#define FEWEST_BINS 8

/* The spacing of numbers that lie on a grid (energies of discrete spins); 0: there is none. */
static double spacing_of(const double *sorted, size_t count) {
    const double range = sorted[count - 1] - sorted[0];
    double least = range;
    size_t distinct = 1;
    for (size_t i = 1; i < count; ++i) {
        const double gap = sorted[i] - sorted[i - 1];
        if (gap <= 1e-9 * range) { continue; }
        least = fmin(least, gap);
        ++distinct;
    }
    return distinct * 4 < count || distinct < 64 ? least : 0;
}

/* 2 (interquartile range) / cube root of count (Freedman and Diaconis 1981). */
static double width_of(const double *sorted, size_t count) {
    const double range = sorted[count - 1] - sorted[0];
    const double quartiles = sorted[count - 1 - count / 4] - sorted[count / 4];
    return fmin(fmax(2 * quartiles / cbrt((double)count), range / MOST_BINS), range / FEWEST_BINS);
}

/* How many of `values` neighbouring grid points share a bin: about `wanted`, chosen so that bins of equal width
 * overhang the points by as little as possible, and by as much on the left as on the right. */
static size_t points_of_bin(size_t values, double wanted) {
    const size_t about = (size_t)fmax(1, round(wanted)), room = about > 2 ? 1 + about / 16 : 0;
    size_t best = about, least = SIZE_MAX;
    for (size_t k = about - room; k <= about + room; ++k) {
        const size_t over = (values + k - 1) / k * k - values, cost = over % 2 ? values + over : over;
        if (cost < least) {
            least = cost;
            best = k;
        }
    }
    return best;
}

ons_status lab_histogram_edges(const double *sorted, size_t count, size_t *bins, double **edges) {
    const double low = sorted[0], range = sorted[count - 1] - low;
    *edges = NULL;
    if (!(range > 0) || !isfinite(range)) { return ons_fail(ONS_INVALID, "all samples are the same: %g", low); }
    const double spacing = spacing_of(sorted, count);
    double width = *bins > 0 ? range / (double)*bins : width_of(sorted, count), first = low;
    if (spacing > 0) {
        const size_t values = (size_t)round(range / spacing) + 1, points = points_of_bin(values, width / spacing);
        *bins = (values + points - 1) / points;
        width = (double)points * spacing;
        const size_t before = (*bins * points - values) / 2;
        first = low - spacing / 2 - (double)before * spacing;
    } else {
        *bins = *bins > 0 ? *bins : (size_t)ceil(range / width);
        width = range / (double)*bins;
    }
    *edges = ONS_NEW(double, *bins + 1);
    if (*edges == NULL) { return ONS_MEMORY; }
    double middle = first + width * (double)*bins / 2; /* edges on both sides of 0 mirror each other to the last bit */
    if (fabs(middle) < 1e-9 * width) { middle = 0; }
    for (size_t i = 0; i <= *bins; ++i) { (*edges)[i] = middle + width * ((double)i - (double)*bins / 2); }
    return ONS_OK;
}

/* Mean of a bin and its neighbours. */
static double height(const double *density, size_t bins, size_t i) {
    const size_t low = i > 0 ? i - 1 : 0, high = i + 1 < bins ? i + 1 : bins - 1;
    double sum = 0;
    for (size_t k = low; k <= high; ++k) { sum += density[k]; }
    return sum / (double)(high - low + 1);
}

static size_t highest(const double *density, size_t bins, size_t first, size_t end) {
    size_t best = first;
    for (size_t i = first; i < end; ++i) {
        if (height(density, bins, i) > height(density, bins, best)) { best = i; }
    }
    return best;
}

lab_peaks lab_peaks_find(const double *density, size_t bins) {
    lab_peaks best = {0};
    double deepest = 0;
    for (size_t i = 1; i + 1 < bins; ++i) {
        const size_t left = highest(density, bins, 0, i), right = highest(density, bins, i + 1, bins);
        const double of_left = height(density, bins, left), of_right = height(density, bins, right);
        const double here = height(density, bins, i), lower = fmin(of_left, of_right);
        if (!(lower > here)) { continue; }
        const double depth = log(lower) - log(here);
        if (depth <= deepest) { continue; }
        deepest = depth;
        best = (lab_peaks){true, left, i, right, {of_left, here, of_right}, 0};
        best.barrier = (log(of_left) + log(of_right)) / 2 - log(here);
    }
    return best;
}

double lab_peaks_ratio(const double *density, size_t bins, size_t split) {
    const size_t left = highest(density, bins, 0, split), right = highest(density, bins, split, bins);
    return log(height(density, bins, left)) - log(height(density, bins, right));
}
