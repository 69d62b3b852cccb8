/*
 * Covariances of a network of rates, summed as it goes: samples of all units are collected as rows of a matrix R and
 * added by R^T R when 64 of them are there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "blas.h"
#include "rate_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };

struct ons_rate_record {
    unsigned signals;
    size_t units, copies, lags;
    double slope;
    double *numbers; /* all of the following */
    size_t size;
    /* pointers into numbers */
    double *head;                       /* [0] samples so far; [1 + half] rows so far, [3 + half] rows that wait */
    double *lagged;                     /* [2][lags + 1] sums over units and copies, [lags + 1] how many samples */
    double *ring;                       /* [2][lags + 1][units][copies] the latest samples of phi and x */
    double *sums[ONS_RATE_SIGNALS][2];  /* [units][units], upper triangle */
    double *means[ONS_RATE_SIGNALS][2]; /* [units] */
    double *rows[ONS_RATE_SIGNALS][2];  /* [BLOCK][units] */
};

enum { HEAD = 8 };

static double *take(double *numbers, size_t *taken, size_t count) {
    const size_t place = *taken;
    *taken += count;
    return numbers ? numbers + place : NULL;
}

/* Lays the arrays out in `numbers` (NULL: only counts) and returns how many they are. */
static size_t lay_out(ons_rate_record *record, double *numbers) {
    size_t taken = 0;
    const size_t n = record->units, times = record->lags + 1;
    record->head = take(numbers, &taken, HEAD);
    record->lagged = take(numbers, &taken, 3 * times);
    record->ring = take(numbers, &taken, 2 * times * n * record->copies);
    for (int s = 0; s < ONS_RATE_SIGNALS; s++) {
        for (int half = 0; half < 2 && record->signals >> s & 1; half++) {
            record->sums[s][half] = take(numbers, &taken, n * n);
            record->means[s][half] = take(numbers, &taken, n);
            record->rows[s][half] = take(numbers, &taken, BLOCK * n);
        }
    }
    return taken;
}

ons_status ons_rate_record_create(ons_rate_record **record, const ons_rate_network *network, unsigned signals,
                                  double slope, size_t lags) {
    ons_rate_record *made = ONS_NEW(ons_rate_record, 1);
    *record = made;
    if (!made) { return ONS_MEMORY; }
    dynamics_blas_alone();
    made->signals = signals;
    made->units = network->options.units;
    made->copies = network->options.copies;
    made->lags = lags;
    made->slope = slope;
    made->size = lay_out(made, NULL);
    made->numbers = ONS_NEW(double, made->size);
    if (!made->numbers) {
        free(made);
        *record = NULL;
        return ONS_MEMORY;
    }
    lay_out(made, made->numbers);
    return ONS_OK;
}

void ons_rate_record_free(ons_rate_record *record) {
    if (!record) { return; }
    free(record->numbers);
    free(record);
}

double *ons_rate_record_numbers(ons_rate_record *record, size_t *count) {
    *count = record->size;
    return record->numbers;
}

/* ---- samples --------------------------------------------------------------------------------------------------------
 */

static void add_block(ons_rate_record *record, int half, size_t rows) {
    const int n = (int)record->units;
    for (int s = 0; s < ONS_RATE_SIGNALS; s++) {
        if (!(record->signals >> s & 1)) { continue; }
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, (int)rows, 1, record->rows[s][half], n, 1,
                    record->sums[s][half], n);
    }
    record->head[3 + half] = 0;
}

static void add_row(ons_rate_record *record, const ons_rate_network *network, size_t copy) {
    const int half = (int)(copy % 2);
    const size_t waiting = (size_t)record->head[3 + half];
    for (size_t i = 0; i < record->units; i++) {
        const size_t place = i * network->copies + copy;
        const double phi = rate_number(network, network->phi, place), x = rate_number(network, network->x, place);
        const double values[ONS_RATE_SIGNALS] = {phi, x, phi - record->slope * x, phi * phi};
        for (int s = 0; s < ONS_RATE_SIGNALS; s++) {
            if (!(record->signals >> s & 1)) { continue; }
            record->rows[s][half][waiting * record->units + i] = values[s];
            record->means[s][half][i] += values[s];
        }
    }
    record->head[1 + half] += 1;
    record->head[3 + half] += 1;
    if (waiting + 1 == BLOCK) { add_block(record, half, BLOCK); }
}

/* Sum of a b in sixteen parts. */
static double product(size_t count, const double *a, const double *b) {
    double parts[16] = {0}, total = 0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        for (size_t k = 0; k < 16; k++) { parts[k] += a[i + k] * b[i + k]; }
    }
    for (; i < count; i++) { total += a[i] * b[i]; }
    for (size_t k = 0; k < 16; k++) { total += parts[k]; }
    return total;
}

static void add_lags(ons_rate_record *record, const ons_rate_network *network) {
    const size_t times = record->lags + 1, count = record->units * record->copies;
    const size_t sample = (size_t)record->head[0], place = sample % times;
    double *phi = record->ring + place * count, *x = record->ring + (times + place) * count;
    for (size_t i = 0; i < count; i++) {
        const size_t at = i / record->copies * network->copies + i % record->copies;
        phi[i] = rate_number(network, network->phi, at);
        x[i] = rate_number(network, network->x, at);
    }
    for (size_t k = 0; k < times && k <= sample; k++) {
        const size_t before = (sample - k) % times;
        record->lagged[k] += product(count, phi, record->ring + before * count);
        record->lagged[times + k] += product(count, x, record->ring + (times + before) * count);
        record->lagged[2 * times + k] += (double)count;
    }
}

void ons_rate_record_add(ons_rate_record *record, const ons_rate_network *network) {
    add_lags(record, network);
    for (size_t copy = 0; copy < record->copies && record->signals; copy++) { add_row(record, network, copy); }
    record->head[0] += 1;
}

/* ---- results --------------------------------------------------------------------------------------------------------
 */

/* Adds a half's sums, with the rows that wait, to `covariance` (upper triangle), and its means. */
static void add_half(const ons_rate_record *record, int s, int half, double *covariance, double *means) {
    const size_t n = record->units, waiting = (size_t)record->head[3 + half];
    for (size_t i = 0; i < n * n; i++) { covariance[i] += record->sums[s][half][i]; }
    for (size_t i = 0; i < n; i++) { means[i] += record->means[s][half][i]; }
    if (waiting) {
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)waiting, 1, record->rows[s][half], (int)n, 1,
                    covariance, (int)n);
    }
}

ons_status ons_rate_record_covariance(const ons_rate_record *record, ons_rate_signal signal, unsigned half,
                                      double *covariance) {
    const size_t n = record->units;
    const double rows = half < 2 ? record->head[1 + half] : record->head[1] + record->head[2];
    if (signal >= ONS_RATE_SIGNALS || half > 2 || !(record->signals >> signal & 1)) {
        return ons_fail(ONS_INVALID, "covariances of this signal were not recorded");
    }
    if (!(rows > 0)) { return ons_fail(ONS_INVALID, "there are no samples for covariances"); }
    double *means = ONS_NEW(double, n);
    if (!means) { return ONS_MEMORY; }
    dynamics_blas_alone();
    memset(covariance, 0, n * n * sizeof *covariance);
    for (unsigned h = 0; h < 2; h++) {
        if (half == h || half == 2) { add_half(record, (int)signal, (int)h, covariance, means); }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i; k < n; k++) {
            const double shift = signal == ONS_RATE_SQUARE ? means[i] / rows * (means[k] / rows) : 0;
            covariance[i * n + k] = covariance[k * n + i] = covariance[i * n + k] / rows - shift;
        }
    }
    free(means);
    return ONS_OK;
}

void ons_rate_record_lag(const ons_rate_record *record, size_t k, double *phi, double *x) {
    const size_t times = record->lags + 1;
    const double count = k < times ? record->lagged[2 * times + k] : 0;
    *phi = count > 0 ? record->lagged[k] / count : NAN;
    *x = count > 0 ? record->lagged[times + k] / count : NAN;
}
