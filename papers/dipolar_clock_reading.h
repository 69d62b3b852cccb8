/*
 * Reading results of the paper `dipolar-clock`: curves over a ladder, exponents, the universal jump, two peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_DIPOLAR_CLOCK_READING_H
#define ONSAGER_PAPERS_DIPOLAR_CLOCK_READING_H

#include <onsager/paper.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading results ------------------------------------------------------------------------------------------------
 */

#define MOST 64

/* One quantity of one task against the temperature. */
typedef struct curve {
    size_t count;
    double x[MOST], y[MOST], error[MOST];
} curve;

static double parameter_of(const ons_task_result *task, const char *name) {
    double value = NAN;
    for (size_t p = 0; p < task->parameters; p++) {
        if (strcmp(task->parameter[p], name) == 0 && ons_parse_real(task->value[p], &value) != ONS_OK) { value = NAN; }
    }
    return value;
}

static void read_curve(const ons_task_result *task, const char *name, const double *temperature, size_t count,
                       curve *read) {
    const ons_result *result = ons_task_find(task, name);
    read->count = 0;
    for (size_t k = 0; result && k < count && k < MOST && k < result->size; k++) {
        read->x[k] = temperature[k];
        read->y[k] = result->mean[k];
        read->error[k] = result->error[k];
        read->count++;
    }
}

static const ons_result *first(const ons_results *results, const char *name) {
    return ons_task_find(ons_results_task(results, 0), name);
}

/* "[a,b,..]" of an array. */
static void write_ladder(const double *temperature, size_t count, char *text, size_t size) {
    size_t length = 0;
    for (size_t k = 0; k < count && length < size; k++) {
        length += (size_t)snprintf(text + length, size - length, "%s%g", k ? "," : "[", temperature[k]);
    }
    if (length < size) { snprintf(text + length, size - length, "]"); }
}

static void fill_ladder(double low, double high, size_t count, double *temperature) {
    for (size_t k = 0; k < count; k++) { /* four decimals */
        temperature[k] = round(1e4 * (low + (high - low) * (double)k / (double)(count - 1))) / 1e4;
    }
}

/* Two peaks of a histogram with a minimum between: ln(lower peak / minimum), and whether it is below half by 3 errors.
 * Bins are joined three at a time. */
typedef struct valley {
    double lower, higher, minimum, depth, balance;
    bool clear;
} valley;

#define JOINED 3

static void find_valley(const ons_result *histogram, valley *found) {
    const size_t bins = histogram->size / JOINED;
    double counts[512] = {0}, error[512] = {0};
    *found = (valley){0};
    for (size_t k = 0; k < bins * JOINED && k / JOINED < 512; k++) {
        counts[k / JOINED] += histogram->mean[k];
        error[k / JOINED] = hypot(error[k / JOINED], histogram->error[k]);
    }
    for (size_t middle = 1; middle + 1 < bins && middle < 511; middle++) {
        double left = 0, right = 0;
        for (size_t k = 0; k < middle; k++) { left = fmax(left, counts[k]); }
        for (size_t k = middle + 1; k < bins && k < 512; k++) { right = fmax(right, counts[k]); }
        const double lower = fmin(left, right), depth = lower > 0 ? log(lower / fmax(counts[middle], 1)) : 0;
        if (depth > found->depth) {
            *found = (valley){.lower = lower,
                              .higher = fmax(left, right),
                              .minimum = counts[middle],
                              .depth = depth,
                              .balance = lower / fmax(left, right),
                              .clear = counts[middle] + 3 * error[middle] < 0.5 * lower};
        }
    }
}

/* eta = -d ln<M^2>/d ln L between two sizes at a temperature, by cubic fits of ln<M^2>. */
typedef struct decay {
    ons_fit fit[2];
    double logarithm; /* ln(L_2/L_1) */
} decay;

static ons_status fit_decay(const curve *small, const curve *large, double ratio, decay *made) {
    const curve *const both[] = {small, large};
    made->logarithm = log(ratio);
    for (size_t s = 0; s < 2; s++) {
        double y[MOST], error[MOST];
        for (size_t k = 0; k < both[s]->count; k++) {
            y[k] = log(both[s]->y[k]);
            error[k] = both[s]->error[k] / both[s]->y[k];
        }
        const ons_status status = ons_fit_polynomial(both[s]->x, y, error, both[s]->count, 3, &made->fit[s]);
        if (status) { return status; }
    }
    return ONS_OK;
}

static double eta_at(const decay *made, double temperature, double *error) {
    double e[2];
    const double y0 = ons_fit_value(&made->fit[0], temperature, &e[0]);
    const double y1 = ons_fit_value(&made->fit[1], temperature, &e[1]);
    *error = hypot(e[0], e[1]) / made->logarithm;
    return (y0 - y1) / made->logarithm;
}

/* Where x = (pi Y/2T - 1)^-1 grows by 2 ln(L_2/L_1): the universal jump with its logarithmic correction. NaN: nowhere.
 */
static double universal_jump(const curve *small, const curve *large, double ratio, double *error) {
    ons_fit fit[2];
    double last = NAN, last_t = NAN, root = NAN;
    *error = NAN;
    if (ons_fit_polynomial(small->x, small->y, small->error, small->count, 3, &fit[0]) ||
        ons_fit_polynomial(large->x, large->y, large->error, large->count, 3, &fit[1])) {
        return NAN;
    }
    const double low = small->x[0], high = small->x[small->count - 1];
    for (int k = 0; k <= 2000; k++) {
        const double t = low + (high - low) * k / 2000, unit = 3.14159265358979323846 / (2 * t);
        double e[2];
        const double f0 = unit * ons_fit_value(&fit[0], t, &e[0]) - 1, f1 = unit * ons_fit_value(&fit[1], t, &e[1]) - 1;
        /* 1/f1 - 1/f0 = 2 ln(ratio), without the poles */
        const double deviation = f0 - f1 - 2 * log(ratio) * f0 * f1;
        if (f0 > 0 && f1 > 0 && last <= 0 && deviation > 0) {
            const double slope = (deviation - last) / (t - last_t);
            root = t - deviation / slope;
            *error = hypot(e[0] * unit * (1 - 2 * log(ratio) * f1), e[1] * unit * (1 + 2 * log(ratio) * f0)) / slope;
            break;
        }
        last = f0 > 0 && f1 > 0 ? deviation : NAN;
        last_t = t;
    }
    return root;
}

/* Where two curves that meet at a small angle cross: cubic fits, as above; NaN when they do not, or more than once. */
static double cubic_crossing(const curve *small, const curve *large, double *error) {
    ons_fit fit[2];
    double root = NAN, last = NAN;
    *error = NAN;
    if (ons_fit_polynomial(small->x, small->y, small->error, small->count, 3, &fit[0]) ||
        ons_fit_polynomial(large->x, large->y, large->error, large->count, 3, &fit[1])) {
        return NAN;
    }
    const double low = small->x[0], step = (small->x[small->count - 1] - low) / 2000;
    for (int k = 0; k <= 2000; k++) {
        const double t = low + step * k;
        double e[2];
        const double difference = ons_fit_value(&fit[1], t, &e[1]) - ons_fit_value(&fit[0], t, &e[0]);
        if (last * difference < 0) {
            if (isfinite(root)) { return NAN; }
            const double slope = (difference - last) / step;
            root = t - difference / slope;
            *error = hypot(e[0], e[1]) / fabs(slope);
        }
        last = difference;
    }
    return root;
}

#endif
