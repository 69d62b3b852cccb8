/*
 * Correlation dimensions of points, and the strongest period of signals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/attractor.h>

#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double two_pi = 6.283185307179586;

/* ---- dimensions -----------------------------------------------------------------------------------------------------
 */

/* Squared. */
static double distance(const double *a, const double *b, size_t dimension, const double *periods) {
    double sum = 0;
    for (size_t i = 0; i < dimension; i++) {
        double difference = a[i] - b[i];
        if (periods && periods[i] > 0) { difference -= periods[i] * round(difference / periods[i]); }
        sum += difference * difference;
    }
    return sum;
}

/* Counts of squared distances by the leading 20 bits of their doubles: bins of a width of 2^-8 in r^2, sorted. */
enum { SHIFT = 44, BINS = 1 << 20 };

static size_t bin_of(double square) {
    uint64_t bits;
    memcpy(&bits, &square, sizeof bits);
    return (size_t)(bits >> SHIFT);
}

/* ln r in the middle of a bin. */
static double logarithm_of(size_t bin) {
    const uint64_t bits = ((uint64_t)bin << SHIFT) + (UINT64_C(1) << (SHIFT - 1));
    double square;
    memcpy(&square, &bits, sizeof square);
    return 0.5 * log(square);
}

static size_t quantile(const uint32_t *counts, size_t pairs, double fraction) {
    size_t seen = 0, bin = 0;
    for (; bin < BINS - 1; bin++) {
        seen += counts[bin];
        if ((double)seen > fraction * (double)(pairs - 1)) { break; }
    }
    return bin;
}

/* The slope through ln C and ln r at 20 fractions, evenly spaced in ln C. */
static double slope_of(const uint32_t *counts, size_t pairs) {
    enum { PLACES = 20 };
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    size_t seen = 0, bin = 0;
    for (int k = 0; k < PLACES; k++) {
        const double y = log(1e-3) + (log(3e-2) - log(1e-3)) * k / (PLACES - 1);
        while (bin < BINS - 1 && (double)(seen + counts[bin]) <= exp(y) * (double)(pairs - 1)) {
            seen += counts[bin++];
        }
        const double x = logarithm_of(bin);
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return (PLACES * sxy - sx * sy) / (PLACES * sxx - sx * sx);
}

static double tail_of(const uint32_t *counts, size_t pairs) {
    const size_t low = quantile(counts, pairs, 0.05), high = quantile(counts, pairs, 0.5);
    const double least = logarithm_of(low);
    double sum = 0, n = 0;
    for (size_t bin = low; bin < high; bin++) {
        if (counts[bin] == 0) { continue; }
        sum += counts[bin] * (logarithm_of(bin) - least);
        n += counts[bin];
    }
    return 1 + n / sum;
}

ons_status ons_attractor_dimensions(const double *points, size_t count, size_t dimension, const double *periods,
                                    size_t apart, ons_dimensions *dimensions) {
    *dimensions = (ons_dimensions){NAN, NAN};
    if (count < 100 || apart > count / 2) {
        return ons_fail(ONS_INVALID,
                        "a correlation dimension needs 100 points at least, not %zu, and pairs less than "
                        "half of them apart",
                        count);
    }
    uint32_t *counts = ONS_NEW(uint32_t, BINS);
    if (!counts) { return ONS_MEMORY; }
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + (apart ? apart : 1); j < count; j++) {
            const double square = distance(points + i * dimension, points + j * dimension, dimension, periods);
            counts[isfinite(square) ? bin_of(square) : BINS - 1]++;
            pairs++;
        }
    }
    if (counts[BINS - 1] == 0 && quantile(counts, pairs, 1e-3) > bin_of(1e-300)) {
        *dimensions = (ons_dimensions){slope_of(counts, pairs), tail_of(counts, pairs)};
    }
    free(counts);
    return ONS_OK;
}

/* ---- periods --------------------------------------------------------------------------------------------------------
 */

/* One coordinate of a segment, standardised and under a Hann window; false when it does not move. */
static bool prepare(const double *signals, size_t length, size_t dimension, double period, double *segment) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < length; i++) {
        const double x = signals[i * dimension];
        segment[i] = period > 0 ? sin(two_pi * x / period) : x;
        mean += segment[i] / (double)length;
    }
    for (size_t i = 0; i < length; i++) { square += (segment[i] - mean) * (segment[i] - mean) / (double)length; }
    if (!(square > 1e-24 * mean * mean) || !isfinite(square)) { return false; }
    for (size_t i = 0; i < length; i++) {
        segment[i] = (segment[i] - mean) / sqrt(square) * (1 - cos(two_pi * (double)i / (double)length));
    }
    return true;
}

static void add_spectrum(double *segment, size_t length, double *power) {
    gsl_fft_real_radix2_transform(segment, 1, length);
    for (size_t k = 1; k < length / 2; k++) {
        power[k] += segment[k] * segment[k] + segment[length - k] * segment[length - k];
    }
}

static double peak_of(const double *power, size_t length) {
    size_t best = 4;
    for (size_t k = 4; k + 1 < length / 2; k++) { best = power[k] > power[best] ? k : best; }
    if (!(power[best] > 0)) { return NAN; }
    const double before = log(power[best - 1]), here = log(power[best]), after = log(power[best + 1]);
    const double bend = before - 2 * here + after;
    const double shift = bend < 0 ? 0.5 * (before - after) / bend : 0;
    return (double)best + (fabs(shift) <= 0.5 ? shift : 0);
}

ons_status ons_attractor_period(const double *signals, size_t count, size_t dimension, const double *periods,
                                double spacing, double *period) {
    *period = NAN;
    if (count < 64) { return ons_fail(ONS_INVALID, "a period needs 64 numbers at least, not %zu", count); }
    size_t length = 16;
    while (2 * length <= count / 4) { length *= 2; }
    double *segment = ONS_NEW(double, length), *power = ONS_NEW(double, length);
    if (!segment || !power) {
        free(segment);
        free(power);
        return ONS_MEMORY;
    }
    bool only_angles = true;
    for (size_t i = 0; i < dimension; i++) { only_angles = only_angles && periods && periods[i] > 0; }
    for (size_t i = 0; i < dimension; i++) {
        const double turn = periods ? periods[i] : 0;
        if (turn > 0 && !only_angles) { continue; }
        for (size_t from = 0; from + length <= count; from += length / 2) {
            if (prepare(signals + from * dimension + i, length, dimension, turn, segment)) {
                add_spectrum(segment, length, power);
            }
        }
    }
    *period = (double)length * spacing / peak_of(power, length);
    free(segment);
    free(power);
    return ONS_OK;
}
