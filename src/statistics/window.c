/*
 * The automatic window of U. Wolff, "Monte Carlo errors with less errors", Comput. Phys. Commun. 156 (2004) 143
 * (hep-lat/0306017), for numbers of several replicas together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

#define STRETCH 1.5 /* Wolff's S: the slowest decay is taken as S times the integrated time */

/* Autocovariance at one lag, over all pairs within the replicas (eq. 31). */
static double autocovariance(const statistics_runs *runs, size_t lag) {
    double sum = 0;
    size_t pairs = 0, start = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        const double *restrict x = runs->values + start;
        const size_t length = runs->lengths[r];
        start += length;
        if (length <= lag) { continue; }
        const size_t count = length - lag;
        double part[4] = {0}; /* four sums: the additions do not wait for each other */
        size_t i = 0;
        for (; i + 4 <= count; i += 4) {
            for (size_t k = 0; k < 4; k++) { part[k] += x[i + k] * x[i + k + lag]; }
        }
        for (; i < count; i++) { part[0] += x[i] * x[i + lag]; }
        sum += (part[0] + part[1]) + (part[2] + part[3]);
        pairs += count;
    }
    return pairs > 0 ? sum / (double)pairs : 0;
}

/* Squared skewness of the mean: that of sums over all stretches as long as the window spans, over the number of
 * stretches that are independent; what a normal law would show by chance (6 over that number) is taken off. */
static double skewness_of_mean(const statistics_runs *runs, size_t stretch) {
    double second = 0, third = 0;
    size_t sums = 0, start = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        const double *x = runs->values + start;
        double sum = 0;
        for (size_t i = 0; i < runs->lengths[r]; i++) {
            sum += x[i] - (i >= stretch ? x[i - stretch] : 0);
            if (i + 1 < stretch) { continue; }
            second += sum * sum;
            third += sum * sum * sum;
            sums++;
        }
        start += runs->lengths[r];
    }
    const double independent = (double)runs->count / (double)stretch;
    if (sums < 3 || !(second > 0)) { return 0; }
    second /= (double)sums;
    third /= (double)sums;
    const double skewness = third * third / (second * second * second) - 6 / independent;
    return skewness > 0 ? skewness / independent : 0;
}

/* Wolff's condition (eq. 52): with the decay time S tau, does one more lag add more noise than it takes away bias? */
static bool window_is_wide_enough(double tau_less_half, size_t lag, double count) {
    const double decay = tau_less_half > 0 ? STRETCH / log1p(1 / tau_less_half) : 0;
    const double remaining = decay > 0 ? exp(-(double)lag / decay) : 0;
    return remaining <= decay / sqrt((double)lag * count);
}

static statistics_window window_of(const statistics_runs *runs, size_t means) {
    statistics_window window = {0};
    const double count = (double)runs->count;
    if (runs->count < 2) { return window; }
    size_t longest = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        if (runs->lengths[r] > longest) { longest = runs->lengths[r]; }
    }
    /* at least two stretches must be left, and more than means are subtracted */
    size_t limit = runs->count / 2 > 2 * means ? (runs->count / (means + 1) - 1) / 2 : 0;
    if (longest > 0 && limit > longest - 1) { limit = longest - 1; }
    const double variance = autocovariance(runs, 0);
    double integral = variance;
    for (size_t lag = 1; lag <= limit && variance > 0; lag++) {
        integral += 2 * autocovariance(runs, lag);
        window.lag = lag;
        if (window_is_wide_enough((integral / variance - 1) / 2, lag, count)) { break; }
    }
    /* Each autocovariance comes out too small by integral/count times the means subtracted (eq. 49): 2 W + 1 of them.
     */
    const size_t stretch = 2 * window.lag + 1;
    const double stretches = count / (double)stretch;
    window.freedom = stretches - (double)means;
    /* a sum that fluctuated to nothing: an error below 1/count standard deviations cannot be told from it */
    integral = fmax(integral, variance / count);
    window.integral = integral * stretches / fmax(window.freedom, 0.5);
    window.variance = variance + window.integral * (double)means / count;
    if (window.lag == 0) { window.integral = window.variance = variance * count / fmax(count - (double)means, 0.5); }
    window.skewness = skewness_of_mean(runs, stretch);
    return window;
}

/* Whether neighbours are anticorrelated beyond chance. The sum of an autocovariance that alternates cannot be cut off
 * at a window: a cut after an odd lag leaves almost nothing of it. */
static bool alternates(const statistics_runs *runs) {
    const double variance = autocovariance(runs, 0);
    return variance > 0 && autocovariance(runs, 1) / variance < -4 / sqrt((double)runs->count);
}

/* The same numbers in means of neighbouring pairs; an odd last one of a replica is left out. */
static bool pair_up(const statistics_runs *runs, statistics_runs *pairs) {
    size_t *lengths = ONS_NEW(size_t, runs->replicas);
    *pairs =
        (statistics_runs){.values = ONS_NEW(double, runs->count / 2), .lengths = lengths, .replicas = runs->replicas};
    if (!pairs->values || !lengths) { return false; }
    size_t start = 0;
    for (size_t r = 0; r < runs->replicas; r++) {
        lengths[r] = runs->lengths[r] / 2;
        for (size_t i = 0; i < lengths[r]; i++) {
            pairs->values[pairs->count++] = (runs->values[start + 2 * i] + runs->values[start + 2 * i + 1]) / 2;
        }
        start += runs->lengths[r];
    }
    return true;
}

statistics_window statistics_window_find(const statistics_runs *runs, size_t means) {
    statistics_window window = window_of(runs, means);
    if (runs->count < 64 * (means + 1) || !alternates(runs)) { return window; }
    statistics_runs pairs;
    if (pair_up(runs, &pairs) && pairs.count > 0) {
        const statistics_window wide = statistics_window_find(&pairs, means);
        window.lag = 2 * wide.lag + 1;
        window.integral = wide.integral * (double)runs->count / (double)pairs.count;
        window.freedom = wide.freedom;
        window.skewness = wide.skewness;
    }
    free(pairs.values);
    free((void *)pairs.lengths);
    return window;
}

void ons_autocorrelation(const double *series, size_t length, size_t count, double *function) {
    double mean = 0, variance = 0;
    for (size_t i = 0; i < length; i++) { mean += series[i] / (double)length; }
    for (size_t i = 0; i < length; i++) { variance += (series[i] - mean) * (series[i] - mean) / (double)length; }
    for (size_t lag = 0; lag < count; lag++) {
        double sum = 0;
        for (size_t i = 0; i + lag < length; i++) { sum += (series[i] - mean) * (series[i + lag] - mean); }
        const bool known = lag < length && variance > 0;
        function[lag] = known ? sum / (double)(length - lag) / variance : lag == 0 && length > 0 ? 1 : 0;
    }
}
