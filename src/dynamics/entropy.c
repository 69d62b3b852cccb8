/*
 * Entropies of series: of the order of values, and of their repetitions on several scales.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <onsager/dynamics/invariants.h>

#include <math.h>
#include <stdlib.h>

/* ---- permutations ---------------------------------------------------------------------------------------------------
 */

/* The number of the order in which the values stand (Lehmer's code): 0 for ascending ones. */
static size_t order_number(const double *values, size_t order, size_t lag) {
    size_t number = 0;
    for (size_t i = 0; i < order; i++) {
        size_t smaller = 0;
        for (size_t j = i + 1; j < order; j++) { smaller += values[j * lag] < values[i * lag]; }
        number = number * (order - i) + smaller;
    }
    return number;
}

ons_status ons_permutation_entropy(const double *series, size_t count, size_t order, size_t lag, double *entropy) {
    *entropy = 0;
    if (order < 2 || order > 8 || lag == 0 || lag > count || (order - 1) * lag >= count) {
        return ons_fail(ONS_INVALID,
                        "orders of 2 to 8 values a positive lag apart are expected, not %zu with lag %zu of %zu "
                        "samples",
                        order, lag, count);
    }
    ons_status status = dynamics_all_finite(series, count, "the series");
    if (status != ONS_OK) { return status; }
    size_t orders = 1;
    for (size_t k = 2; k <= order; k++) { orders *= k; }
    double *counts = ONS_NEW(double, orders);
    if (!counts) { return ONS_MEMORY; }
    const size_t words = count - (order - 1) * lag;
    for (size_t k = 0; k < words; k++) { counts[order_number(series + k, order, lag)]++; }
    double sum = 0;
    for (size_t k = 0; k < orders; k++) {
        const double part = counts[k] / (double)words;
        sum -= part > 0 ? part * log(part) : 0;
    }
    *entropy = sum / log((double)orders);
    free(counts);
    return ONS_OK;
}

/* ---- repetitions ----------------------------------------------------------------------------------------------------
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

static bool alike(const double *one, const double *other, size_t length, double radius) {
    for (size_t k = 1; k < length; k++) { /* the first values are near: the search saw to that */
        if (!(fabs(one[k] - other[k]) <= radius)) { return false; }
    }
    return true;
}

ons_status ons_sample_entropy(const double *series, size_t count, size_t length, double radius, double *entropy) {
    *entropy = INFINITY;
    if (length == 0 || count < length + 2 || !(radius >= 0)) {
        return ons_fail(ONS_INVALID, "%zu samples are too few for stretches of %zu and one, or the radius %g is wrong",
                        count, length, radius);
    }
    const ons_status status = dynamics_all_finite(series, count, "the series");
    if (status != ONS_OK) { return status; }
    const size_t stretches = count - length;
    keyed *sorted = ONS_NEW(keyed, stretches);
    if (!sorted) { return ONS_MEMORY; }
    for (size_t i = 0; i < stretches; i++) { sorted[i] = (keyed){series[i], i}; }
    qsort(sorted, stretches, sizeof *sorted, by_key);
    uint64_t same = 0, longer = 0;
    for (size_t a = 0; a < stretches; a++) {
        const double *one = series + sorted[a].index;
        for (size_t b = a + 1; b < stretches && sorted[b].key - sorted[a].key <= radius; b++) {
            const double *other = series + sorted[b].index;
            if (!alike(one, other, length, radius)) { continue; }
            same++;
            longer += fabs(one[length] - other[length]) <= radius;
        }
    }
    free(sorted);
    if (longer > 0) { *entropy = log((double)same / (double)longer); }
    return ONS_OK;
}

ons_status ons_multiscale_entropy(const double *series, size_t count, size_t length, double radius, size_t scales,
                                  double *entropy) {
    if (scales == 0 || count / scales < length + 2) {
        return ons_fail(ONS_INVALID, "%zu samples are too few for stretches of %zu on a scale of %zu", count, length,
                        scales);
    }
    ons_status status = dynamics_all_finite(series, count, "the series");
    if (status != ONS_OK) { return status; }
    double mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) { mean += series[i] / (double)count; }
    for (size_t i = 0; i < count; i++) { square += (series[i] - mean) * (series[i] - mean); }
    const double within = radius * sqrt(square / (double)count);
    double *coarse = ONS_NEW(double, count);
    if (!coarse) { return ONS_MEMORY; }
    for (size_t scale = 1; status == ONS_OK && scale <= scales; scale++) {
        for (size_t i = 0; i < count / scale; i++) {
            coarse[i] = 0;
            for (size_t k = 0; k < scale; k++) { coarse[i] += series[i * scale + k] / (double)scale; }
        }
        status = ons_sample_entropy(coarse, count / scale, length, within, &entropy[scale - 1]);
    }
    free(coarse);
    return status;
}
