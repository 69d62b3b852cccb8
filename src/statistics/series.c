/*
 * What can be said of the mean of correlated numbers: its error, and whether the numbers look like one stationary
 * process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static bool all_finite(const statistics_runs *runs) {
    for (size_t i = 0; i < runs->count; i++) {
        if (!isfinite(runs->values[i])) { return false; }
    }
    return true;
}

static bool all_zero(const statistics_runs *runs) {
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->values[i] != 0) { return false; }
    }
    return true;
}

/* First against second halves of all replicas, in errors of the difference. */
static bool halves_disagree(const statistics_runs *runs, const statistics_window *window) {
    double first = 0, second = 0, in_first = 0, in_second = 0;
    size_t start = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        const size_t length = runs->lengths[r], half = length / 2;
        for (size_t i = 0; i < half; i++) {
            first += runs->values[start + i];
            second += runs->values[start + length - 1 - i];
        }
        in_first += (double)half;
        in_second += (double)half;
        start += length;
    }
    if (in_first < 2 || !(window->freedom > 0)) { return false; }
    const double difference = first / in_first - second / in_second;
    const double error = sqrt(window->integral * (1 / in_first + 1 / in_second));
    return statistics_student_tail(difference / error, window->freedom) < STATISTICS_CONDEMNED;
}

/* F test of the scatter of replica means against the error that the correlations within replicas give them. */
static ons_status replicas_disagree(const statistics_runs *runs, bool *disagree) {
    *disagree = false;
    if (runs->replicas < 2) { return ONS_OK; }
    statistics_runs within = *runs;
    within.values = ONS_NEW(double, runs->count);
    if (!within.values) { return ONS_MEMORY; }
    double between = 0;
    size_t start = 0, used = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        const size_t length = runs->lengths[r];
        double mean = 0;
        for (size_t i = 0; i < length; i++) { mean += runs->values[start + i] - runs->values[start]; }
        mean = length > 0 ? runs->values[start] + mean / (double)length : 0;
        for (size_t i = 0; i < length; i++) { within.values[start + i] = runs->values[start + i] - mean; }
        between += (double)length * mean * mean;
        used += length > 0;
        start += length;
    }
    if (used >= 2 && runs->count > used) {
        const statistics_window window = statistics_window_find(&within, used);
        const double scatter = between / ((double)used - 1);
        if (window.integral <= scatter * DBL_EPSILON) {
            *disagree = scatter > 0;
        } else if (window.freedom >= 1) {
            *disagree = statistics_fisher_tail(scatter / window.integral, (double)used - 1, window.freedom) <
                        STATISTICS_CONDEMNED;
        }
    }
    free(within.values);
    return ONS_OK;
}

/* The length of a replica in which the average number lies. */
static double typical_length(const statistics_runs *runs) {
    double sum = 0;
    for (size_t r = 0; r < runs->replicas; r++) { sum += (double)runs->lengths[r] * (double)runs->lengths[r]; }
    return runs->count > 0 ? sum / (double)runs->count : 0;
}

static void judge_constant(double samples, ons_estimate *estimate) {
    estimate->error = 0;
    estimate->tau = 0.5;
    estimate->effective = samples;
    estimate->freedom = INFINITY;
    estimate->flags |= samples < STATISTICS_FEW ? ONS_TOO_FEW_SAMPLES : 0;
    estimate->flags |= samples < STATISTICS_STATIONARY ? ONS_NOT_EQUILIBRATED : 0;
}

ons_status statistics_judge(const statistics_runs *runs, double length, double samples, double variance,
                            ons_estimate *estimate, statistics_window *window) {
    *window = (statistics_window){0};
    estimate->samples = samples;
    estimate->error = estimate->tau = NAN;
    estimate->effective = estimate->freedom = 0;
    if (!all_finite(runs) || isinf(variance)) {
        estimate->flags |= ONS_NOT_FINITE;
        return ONS_OK;
    }
    if (runs->count > 0 && all_zero(runs) && !(variance > 0) && (runs->count > 1 || samples > 1)) {
        judge_constant(samples, estimate);
        return ONS_OK;
    }
    if (runs->count < 2) {
        estimate->flags |= ONS_TOO_FEW_SAMPLES | ONS_NOT_EQUILIBRATED;
        return ONS_OK;
    }
    *window = statistics_window_find(runs, 1);
    if (all_zero(runs)) { /* a cycle that fits the bins: all that is left is the end of the last one */
        window->integral = window->variance = variance / (samples * length);
    }
    const double single = isnan(variance) ? window->variance : variance + window->integral * length / samples;
    const double squared_error = window->integral * length / samples;
    estimate->freedom = window->freedom;
    estimate->error = sqrt(squared_error) * statistics_factor(window->freedom, window->skewness);
    estimate->tau = samples * squared_error / (2 * single);
    estimate->effective = samples / (2 * estimate->tau);
    const double correlated = fmax(estimate->tau, 0.5) * 2;
    const double each = typical_length(runs) * length / correlated;
    if (samples / correlated < STATISTICS_FEW || window->skewness > STATISTICS_SKEW) {
        estimate->flags |= ONS_TOO_FEW_SAMPLES;
    }
    bool disagree = false;
    const ons_status status = replicas_disagree(runs, &disagree);
    if (status < 0) { return status; }
    if (samples / correlated < STATISTICS_STATIONARY || each < STATISTICS_STATIONARY_EACH || disagree ||
        halves_disagree(runs, window)) {
        estimate->flags |= ONS_NOT_EQUILIBRATED;
    }
    return ONS_OK;
}

/* Variance of the numbers in pairs, fours, ...: the plateau at the first length B with B^3 > 2 N (2 tau)^2 (Lee et al.,
 * Phys. Rev. E 83 (2011) 066706), as long as 16 blocks are left; without one the largest. Destroys the values. */
static double binning_of_series(const statistics_runs *runs, double variance) {
    double tau = 0.5, length = 1, largest = 0.5;
    size_t *lengths = ONS_NEW(size_t, runs->replicas);
    if (!lengths) { return NAN; }
    for (size_t r = 0; r < runs->replicas; r++) { lengths[r] = runs->lengths[r]; }
    for (bool plateau = false; !plateau; length *= 2) {
        double sum = 0, blocks = 0;
        size_t start = 0;
        for (size_t r = 0; r < runs->replicas; r++) {
            double *x = runs->values + start;
            for (size_t i = 0; i < lengths[r]; i++) { sum += x[i] * x[i]; }
            blocks += (double)lengths[r];
            lengths[r] /= 2;
            for (size_t i = 0; i < lengths[r]; i++) { x[i] = (x[2 * i] + x[2 * i + 1]) / 2; }
            start += runs->lengths[r];
        }
        if (blocks < 16) { break; }
        tau = length * sum / (blocks - 1) / (2 * variance);
        largest = fmax(largest, tau);
        plateau = length * length * length > 2 * (double)runs->count * 4 * tau * tau;
        if (plateau) { largest = tau; }
    }
    free(lengths);
    return largest;
}

ons_status ons_series_estimate(const double *const *series, const size_t *lengths, size_t replicas, double length,
                               double variance, ons_estimate *estimate) {
    *estimate = (ons_estimate){.mean = NAN, .error = NAN, .tau = NAN, .binning_tau = NAN, .rhat = NAN};
    statistics_runs runs = {.lengths = lengths, .replicas = replicas};
    size_t first = 0; /* the first replica with a number */
    while (first < replicas && lengths[first] == 0) { first++; }
    for (size_t r = 0; r < replicas; r++) { runs.count += lengths[r]; }
    if (!(length >= 1) || first == replicas) {
        return ons_fail(ONS_INVALID, "a series needs at least one number, each the mean of at least one sample");
    }
    runs.values = ONS_NEW(double, runs.count);
    if (!runs.values) { return ONS_MEMORY; }
    const double reference = series[first][0];
    double sum = 0;
    size_t at = 0;
    for (size_t r = 0; r < replicas; r++) {
        for (size_t i = 0; i < lengths[r]; i++) { sum += runs.values[at++] = series[r][i] - reference; }
    }
    const double offset = sum / (double)runs.count;
    for (size_t i = 0; i < runs.count; i++) { runs.values[i] -= offset; }
    estimate->mean = reference + offset;
    statistics_window window;
    if (isnan(variance)) { length = 1; }
    const ons_status status = statistics_judge(&runs, length, (double)runs.count * length, variance, estimate, &window);
    if (window.variance > 0) {
        estimate->binning_tau = binning_of_series(&runs, isnan(variance) ? window.variance : variance / length);
    } else {
        estimate->binning_tau = estimate->tau;
    }
    free(runs.values);
    return status;
}
