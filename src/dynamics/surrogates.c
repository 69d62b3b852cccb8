/*
 * Power spectra of series, surrogates of them, and the period that stands out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <onsager/dynamics/invariants.h>

#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double turn = 6.283185307179586476925286766559;

/* ---- real transforms ------------------------------------------------------------------------------------------------
 */

typedef struct transform {
    size_t count;
    double *reals;       /* [count] */
    fftw_complex *waves; /* [count / 2 + 1] */
    fftw_plan forward, backward;
} transform;

static void transform_close(transform *old) {
    ons_planner_lock();
    if (old->forward) { fftw_destroy_plan(old->forward); }
    if (old->backward) { fftw_destroy_plan(old->backward); }
    ons_planner_unlock();
    fftw_free(old->reals);
    fftw_free(old->waves);
    *old = (transform){0};
}

/* Plans are estimated, so that the bits do not depend on a measurement. */
static ons_status transform_open(transform *made, size_t count) {
    *made = (transform){.count = count};
    if (count == 0 || count > INT_MAX) { return ons_fail(ONS_INVALID, "a Fourier transform of %zu samples", count); }
    made->reals = fftw_malloc(count * sizeof *made->reals);
    made->waves = fftw_malloc((count / 2 + 1) * sizeof *made->waves);
    if (!made->reals || !made->waves) {
        transform_close(made);
        ons_fail(ONS_MEMORY, "no memory for a Fourier transform of %zu samples", count);
        return ONS_MEMORY;
    }
    ons_planner_lock();
    made->forward = fftw_plan_dft_r2c_1d((int)count, made->reals, made->waves, FFTW_ESTIMATE);
    made->backward = fftw_plan_dft_c2r_1d((int)count, made->waves, made->reals, FFTW_ESTIMATE);
    ons_planner_unlock();
    if (made->forward && made->backward) { return ONS_OK; }
    transform_close(made);
    ons_fail(ONS_FAILED, "FFTW found no plan for a transform of %zu samples", count);
    return ONS_FAILED;
}

/* ---- spectra --------------------------------------------------------------------------------------------------------
 */

/* Adds the spectrum of one segment. */
static void add_segment(transform *fourier, const double *series, double *power) {
    const size_t n = fourier->count;
    double mean = 0, norm = 0;
    for (size_t i = 0; i < n; i++) { mean += series[i] / (double)n; }
    for (size_t i = 0; i < n; i++) {
        const double weight = (1 - cos(turn * ((double)i + 0.5) / (double)n)) / 2;
        fourier->reals[i] = weight * (series[i] - mean);
        norm += weight * weight;
    }
    fftw_execute(fourier->forward);
    for (size_t k = 0; k <= n / 2; k++) {
        const double both = k == 0 || 2 * k == n ? 1 : 2;
        const double real = fourier->waves[k][0], imaginary = fourier->waves[k][1];
        power[k] += both * (real * real + imaginary * imaginary) / (norm * (double)n);
    }
}

static void welch(transform *fourier, const double *series, size_t count, double *power) {
    const size_t segment = fourier->count, hop = segment / 2;
    size_t segments = 0;
    memset(power, 0, (segment / 2 + 1) * sizeof *power);
    for (size_t from = 0; from + segment <= count; from += hop) {
        add_segment(fourier, series + from, power);
        segments++;
    }
    for (size_t k = 0; k <= segment / 2; k++) { power[k] /= (double)segments; }
}

static ons_status check_segment(const double *series, size_t count, size_t segment) {
    if (segment < 8 || segment > count) {
        return ons_fail(ONS_INVALID, "segments of 8 to %zu samples are expected, not %zu", count, segment);
    }
    return dynamics_all_finite(series, count, "the series");
}

ons_status ons_periodogram(const double *series, size_t count, size_t segment, double *power) {
    ons_status status = check_segment(series, count, segment);
    if (status != ONS_OK) { return status; }
    transform fourier;
    status = transform_open(&fourier, segment);
    if (status != ONS_OK) { return status; }
    welch(&fourier, series, count, power);
    transform_close(&fourier);
    return ONS_OK;
}

/* ---- surrogates -----------------------------------------------------------------------------------------------------
 */

static void shuffle(const double *series, size_t count, ons_random *random, double *out) {
    memcpy(out, series, count * sizeof *out);
    for (size_t i = count; i > 1; i--) {
        const size_t j = ons_random_below(random, (uint32_t)i);
        const double kept = out[i - 1];
        out[i - 1] = out[j];
        out[j] = kept;
    }
}

static ons_status turn_phases(const double *series, size_t count, ons_random *random, double *out) {
    transform fourier;
    const ons_status status = transform_open(&fourier, count);
    if (status != ONS_OK) { return status; }
    memcpy(fourier.reals, series, count * sizeof *series);
    fftw_execute(fourier.forward);
    for (size_t k = 1; 2 * k < count; k++) { /* the mean and the alternating wave are real */
        const double phase = turn * ons_random_uniform(random);
        const double amplitude = hypot(fourier.waves[k][0], fourier.waves[k][1]);
        fourier.waves[k][0] = amplitude * cos(phase);
        fourier.waves[k][1] = amplitude * sin(phase);
    }
    fftw_execute(fourier.backward);
    for (size_t i = 0; i < count; i++) { out[i] = fourier.reals[i] / (double)count; }
    transform_close(&fourier);
    return ONS_OK;
}

typedef struct ranked {
    double value;
    size_t index;
} ranked;

static int by_value(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->value != y->value) { return x->value < y->value ? -1 : 1; }
    return (x->index > y->index) - (x->index < y->index);
}

/* out = inverse transform with the wanted amplitudes, then the wanted values in its order; whether anything changed. */
static bool adjust(transform *fourier, const double *amplitudes, const double *values, ranked *order, double *out) {
    const size_t count = fourier->count;
    memcpy(fourier->reals, out, count * sizeof *out);
    fftw_execute(fourier->forward);
    for (size_t k = 0; k <= count / 2; k++) {
        const double now = hypot(fourier->waves[k][0], fourier->waves[k][1]);
        const double factor = now > 0 ? amplitudes[k] / now : 0;
        fourier->waves[k][0] *= factor;
        fourier->waves[k][1] *= factor;
    }
    fftw_execute(fourier->backward);
    for (size_t i = 0; i < count; i++) { order[i] = (ranked){fourier->reals[i], i}; }
    qsort(order, count, sizeof *order, by_value);
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        changed = changed || out[order[i].index] != values[i];
        out[order[i].index] = values[i];
    }
    return changed;
}

static ons_status make_adjusted(const double *series, size_t count, ons_random *random, double *out) {
    transform fourier;
    ons_status status = transform_open(&fourier, count);
    if (status != ONS_OK) { return status; }
    double *amplitudes = ONS_NEW(double, count / 2 + 1), *values = ONS_NEW(double, count);
    ranked *order = ONS_NEW(ranked, count);
    status = amplitudes && values && order ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        memcpy(fourier.reals, series, count * sizeof *series);
        fftw_execute(fourier.forward);
        for (size_t k = 0; k <= count / 2; k++) { amplitudes[k] = hypot(fourier.waves[k][0], fourier.waves[k][1]); }
        for (size_t i = 0; i < count; i++) { order[i] = (ranked){series[i], i}; }
        qsort(order, count, sizeof *order, by_value);
        for (size_t i = 0; i < count; i++) { values[i] = order[i].value; }
        shuffle(series, count, random, out);
        for (int turns = 0; turns < 100 && adjust(&fourier, amplitudes, values, order, out); turns++) {}
    }
    free(amplitudes);
    free(values);
    free(order);
    transform_close(&fourier);
    return status;
}

ons_status ons_surrogate(const double *series, size_t count, ons_surrogate_kind kind, ons_random *random,
                         double *surrogate) {
    if (count < 2 || count > INT_MAX) { return ons_fail(ONS_INVALID, "a surrogate of %zu samples", count); }
    const ons_status status = dynamics_all_finite(series, count, "the series");
    if (status != ONS_OK) { return status; }
    if (kind == ONS_RANDOM_PHASES) { return turn_phases(series, count, random, surrogate); }
    if (kind == ONS_ADJUSTED) { return make_adjusted(series, count, random, surrogate); }
    shuffle(series, count, random, surrogate);
    return ONS_OK;
}

/* ---- asymmetry in time ----------------------------------------------------------------------------------------------
 */

double ons_time_asymmetry(const double *series, size_t count, size_t lag) {
    double square = 0, cube = 0;
    if (lag >= count) { return 0; }
    const double number = (double)(count - lag);
    for (size_t i = 0; i + lag < count; i++) {
        const double step = series[i + lag] - series[i];
        square += step * step / number;
        cube += step * step * step / number;
    }
    return square > 0 ? cube / (square * sqrt(square)) : 0;
}

ons_status ons_test_asymmetry(const double *series, size_t count, size_t lag, ons_surrogate_kind kind,
                              size_t surrogates, uint64_t seed, ons_surrogate_test *result) {
    *result = (ons_surrogate_test){0};
    if (surrogates < 2 || lag == 0 || lag >= count) {
        return ons_fail(ONS_INVALID,
                        "a lag within the %zu samples and two surrogates or more are needed, not %zu and "
                        "%zu",
                        count, lag, surrogates);
    }
    double *copy = ONS_NEW(double, count), *values = ONS_NEW(double, surrogates);
    ons_status status = copy && values ? ONS_OK : ONS_MEMORY;
    const double number = (double)surrogates;
    for (size_t s = 0; status == ONS_OK && s < surrogates; s++) {
        ons_random random = ons_random_stream(seed, (uint32_t)s, 0);
        status = ons_surrogate(series, count, kind, &random, copy);
        if (status == ONS_OK) { values[s] = ons_time_asymmetry(copy, count, lag); }
        result->mean += values[s] / number;
    }
    if (status == ONS_OK) {
        double square = 0, beyond = 0;
        result->value = ons_time_asymmetry(series, count, lag);
        for (size_t s = 0; s < surrogates; s++) {
            square += (values[s] - result->mean) * (values[s] - result->mean);
            beyond += fabs(values[s] - result->mean) >= fabs(result->value - result->mean);
        }
        result->deviation = sqrt(square / (number - 1));
        result->probability = (1 + beyond) / (1 + number);
    }
    free(copy);
    free(values);
    return status;
}

/* ---- the period -----------------------------------------------------------------------------------------------------
 */

/* The first frequency that a constant or a slow drift does not reach under the window. */
enum { FIRST_FREQUENCY = 2 };

static size_t highest_peak(const double *power, size_t half) {
    size_t peak = FIRST_FREQUENCY;
    for (size_t k = FIRST_FREQUENCY; k < half; k++) { peak = power[k] > power[peak] ? k : peak; }
    return peak;
}

/* The frequency of a single line near k, from the amplitudes of k and its larger neighbour. */
static double refine(const double *power, size_t k) {
    const bool up = power[k + 1] >= power[k - 1];
    const double ratio = sqrt((up ? power[k + 1] : power[k - 1]) / power[k]);
    const double shift = (2 * ratio - 1) / (ratio + 1);
    return (double)k + (up ? shift : -shift);
}

/* Columns of points that move, without their mean and in units of their deviation: columns[*moving][count]. */
static void standardise(const double *points, size_t count, size_t dimension, const double *periods, double *columns,
                        size_t *moving) {
    bool angles = true;
    for (size_t d = 0; d < dimension; d++) { angles = angles && periods && periods[d] > 0; }
    *moving = 0;
    for (size_t d = 0; d < dimension; d++) {
        const double period = periods ? periods[d] : 0;
        double *column = columns + *moving * count, mean = 0, square = 0;
        if (period > 0 && !angles) { continue; }
        for (size_t i = 0; i < count; i++) {
            const double x = points[i * dimension + d];
            column[i] = period > 0 ? sin(turn * x / period) : x;
            mean += column[i] / (double)count;
        }
        for (size_t i = 0; i < count; i++) { square += (column[i] - mean) * (column[i] - mean) / (double)count; }
        if (!(square > 1e-24 * mean * mean)) { continue; }
        for (size_t i = 0; i < count; i++) { column[i] = (column[i] - mean) / sqrt(square); }
        ++*moving;
    }
}

/* The mean of the spectra of the columns: power[segment/2 + 1], with room for one more behind it. */
static void add_spectra(transform *fourier, const double *columns, size_t moving, size_t count, double *power) {
    const size_t lines = fourier->count / 2 + 1;
    memset(power, 0, lines * sizeof *power);
    for (size_t c = 0; c < moving; c++) {
        welch(fourier, columns + c * count, count, power + lines);
        for (size_t k = 0; k < lines; k++) { power[k] += power[lines + k] / (double)moving; }
    }
}

/* The highest power anywhere of points in random order, the same order for all coordinates. */
static ons_status find_threshold(transform *fourier, const double *columns, size_t moving, size_t count,
                                 size_t surrogates, uint64_t seed, double *power, double *threshold) {
    double *copy = ONS_NEW(double, count *moving);
    if (!copy) { return ONS_MEMORY; }
    for (size_t s = 0; s < surrogates; s++) {
        for (size_t c = 0; c < moving; c++) {
            ons_random random = ons_random_stream(seed, (uint32_t)s, 0);
            shuffle(columns + c * count, count, &random, copy + c * count);
        }
        add_spectra(fourier, copy, moving, count, power);
        *threshold = fmax(*threshold, power[highest_peak(power, fourier->count / 2)]);
    }
    free(copy);
    return ONS_OK;
}

static void judge_peak(const double *power, size_t length, ons_period *result) {
    const size_t peak = highest_peak(power, length / 2);
    double variance = 0;
    for (size_t k = 0; k <= length / 2; k++) { variance += power[k]; }
    for (size_t k = peak; k < length / 2; k++) {
        if (power[k] > result->threshold) { result->shortest = (double)length / (double)k; }
    }
    if (power[peak] > result->threshold && variance > 0) { result->period = (double)length / refine(power, peak); }
    result->power = variance > 0 ? power[peak] / variance : 0;
    result->threshold = variance > 0 ? result->threshold / variance : 0;
}

ons_status ons_common_period(const double *points, size_t count, size_t dimension, const double *periods,
                             size_t segment, size_t surrogates, uint64_t seed, ons_period *result) {
    const size_t length = segment ? segment : count / 8 * 2;
    *result = (ons_period){.period = NAN, .shortest = NAN};
    if (dimension == 0 || count > INT_MAX) {
        return ons_fail(ONS_INVALID, "a period of %zu samples of %zu variables", count, dimension);
    }
    ons_status status = check_segment(points, count, length);
    if (status == ONS_OK) { status = dynamics_all_finite(points, count * dimension, "the points"); }
    transform fourier = {0};
    if (status == ONS_OK) { status = transform_open(&fourier, length); }
    if (status != ONS_OK) { return status; }
    size_t moving = 0;
    double *power = ONS_NEW(double, 2 * (length / 2 + 1)), *columns = ONS_NEW(double, count *dimension);
    status = power && columns ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { standardise(points, count, dimension, periods, columns, &moving); }
    if (status == ONS_OK && moving > 0) {
        status = find_threshold(&fourier, columns, moving, count, surrogates ? surrogates : 99, seed, power,
                                &result->threshold);
        add_spectra(&fourier, columns, moving, count, power);
        if (status == ONS_OK) { judge_peak(power, length, result); }
    }
    free(power);
    free(columns);
    transform_close(&fourier);
    return status;
}

ons_status ons_dominant_period(const double *series, size_t count, size_t segment, size_t surrogates, uint64_t seed,
                               ons_period *result) {
    return ons_common_period(series, count, 1, NULL, segment, surrogates, seed, result);
}
