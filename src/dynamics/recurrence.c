/*
 * Recurrence plots by their lines; the plot itself is never stored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <onsager/dynamics/invariants.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lengths of lines of one direction. */
typedef struct lines {
    double *counts; /* [length] */
    size_t longest, running;
} lines;

static void end_line(lines *all) {
    if (all->running) {
        all->counts[all->running]++;
        if (all->running > all->longest) { all->longest = all->running; }
    }
    all->running = 0;
}

/* Points of lines at least `shortest` long, and how many such lines. */
static double on_lines(const lines *all, size_t shortest, double *count) {
    double points = 0;
    *count = 0;
    for (size_t k = shortest; k <= all->longest; k++) {
        points += (double)k * all->counts[k];
        *count += all->counts[k];
    }
    return points;
}

/* The squared radius within which a fraction of the pairs is: within a bin the count grows evenly. */
static double radius_of(const dynamics_cloud *cloud, double wanted, size_t theiler, double *squares) {
    uint64_t bins[CLOUD_BINS] = {0};
    double pairs = 0, below = 0;
    for (size_t i = 0; i + theiler < cloud->count; i++) {
        const size_t from = i + theiler;
        dynamics_cloud_squares(cloud, i, from, cloud->count, squares);
        for (size_t j = 0; j < cloud->count - from; j++) { bins[dynamics_cloud_bin(squares[j])]++; }
        pairs += (double)(cloud->count - from);
    }
    for (size_t k = 0; k < CLOUD_BINS; k++) {
        const double here = (double)bins[k], edge = dynamics_cloud_edge(k);
        if (below + here >= wanted * pairs) {
            return edge + (dynamics_cloud_edge(k + 1) - edge) * (wanted * pairs - below) / here;
        }
        below += here;
    }
    return 1;
}

/* Lines along the diagonals i, i + offset of the upper half. */
static void scan_diagonals(const dynamics_cloud *cloud, double square, size_t theiler, double *part, lines *all) {
    const size_t n = cloud->count;
    for (size_t offset = theiler; offset < n; offset++) {
        memset(part, 0, (n - offset) * sizeof *part);
        for (size_t d = 0; d < cloud->dimension; d++) {
            const double *column = cloud->column + d * n;
            for (size_t i = 0; i < n - offset; i++) {
                part[i] += (column[i + offset] - column[i]) * (column[i + offset] - column[i]);
            }
        }
        for (size_t i = 0; i < n - offset; i++) {
            if (part[i] < square) {
                all->running++;
            } else {
                end_line(all);
            }
        }
        end_line(all);
    }
}

/* Lines along the columns, both halves. */
static void scan_columns(const dynamics_cloud *cloud, double square, size_t theiler, double *part, lines *all) {
    const size_t n = cloud->count;
    for (size_t i = 0; i < n; i++) {
        dynamics_cloud_squares(cloud, i, 0, n, part);
        for (size_t j = 0; j < n; j++) {
            const size_t apart = i > j ? i - j : j - i;
            if (apart >= theiler && part[j] < square) {
                all->running++;
            } else {
                end_line(all);
            }
        }
        end_line(all);
    }
}

static void describe(const lines *diagonal, const lines *vertical, size_t shortest, ons_recurrence *result) {
    double count, all_count;
    const double on_diagonals = on_lines(diagonal, shortest, &count), all = on_lines(diagonal, 1, &all_count);
    result->longest = (double)diagonal->longest;
    result->determinism = all > 0 ? on_diagonals / all : 0;
    result->mean_length = count > 0 ? on_diagonals / count : 0;
    for (size_t k = shortest; k <= diagonal->longest; k++) {
        const double part = diagonal->counts[k] / count;
        result->entropy -= part > 0 ? part * log(part) : 0;
    }
    const double on_columns = on_lines(vertical, shortest, &count), all_columns = on_lines(vertical, 1, &all_count);
    result->laminarity = all_columns > 0 ? on_columns / all_columns : 0;
    result->trapping = count > 0 ? on_columns / count : 0;
}

static ons_status check(const ons_recurrence_options *options, size_t theiler, size_t count) {
    if (!(options->radius >= 0) || !(options->wanted >= 0 && options->wanted < 1)) {
        return ons_fail(ONS_INVALID, "a radius that is not negative and a rate in [0, 1) are expected, not %g and %g",
                        options->radius, options->wanted);
    }
    return theiler < count / 2
               ? ONS_OK
               : ons_fail(ONS_INVALID, "pairs at least %zu samples apart are too few among %zu points", theiler, count);
}

ons_status ons_recurrence_lines(const double *points, size_t count, size_t dimension,
                                const ons_recurrence_options *options, ons_recurrence *result) {
    static const ons_recurrence_options standard = {0};
    const ons_recurrence_options *how = options ? options : &standard;
    const size_t theiler = how->theiler ? how->theiler : 1, shortest = how->shortest ? how->shortest : 2;
    memset(result, 0, sizeof *result);
    dynamics_cloud cloud;
    ons_status status = check(how, theiler, count);
    if (status == ONS_OK) { status = dynamics_cloud_open(&cloud, points, count, dimension, NULL, 1, 10); }
    if (status != ONS_OK) { return status; }
    lines diagonal = {.counts = ONS_NEW(double, count + 1)}, vertical = {.counts = ONS_NEW(double, count + 1)};
    double *part = ONS_NEW(double, count);
    status = diagonal.counts && vertical.counts && part ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        const double radius = how->radius / cloud.scale;
        const double square =
            how->radius > 0 ? radius * radius : radius_of(&cloud, how->wanted > 0 ? how->wanted : 0.01, theiler, part);
        scan_diagonals(&cloud, square, theiler, part, &diagonal);
        scan_columns(&cloud, square, theiler, part, &vertical);
        double lines_found;
        const double apart = (double)(count - theiler);
        result->radius = sqrt(square) * cloud.scale;
        result->rate = on_lines(&diagonal, 1, &lines_found) / (apart * (apart + 1) / 2);
        describe(&diagonal, &vertical, shortest, result);
    }
    free(part);
    free(diagonal.counts);
    free(vertical.counts);
    dynamics_cloud_close(&cloud);
    return status;
}
