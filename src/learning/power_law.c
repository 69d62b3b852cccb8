/*
 * Power laws of tails: the continuous maximum-likelihood fit of Clauset, Shalizi and Newman (2009) and its goodness.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/spectra.h>

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Positive values in ascending order, their logarithms, and sums of the logarithms from each to the last. */
typedef struct sample {
    size_t count;
    double *values, *logs, *sums;
} sample;

static void release(sample *s) { free(s->values); }

static void prepare(sample *s) {
    qsort(s->values, s->count, sizeof *s->values, ascending);
    for (size_t k = s->count; k-- > 0;) {
        s->logs[k] = log(s->values[k]);
        s->sums[k] = s->logs[k] + (k + 1 < s->count ? s->sums[k + 1] : 0);
    }
}

static ons_status take(sample *s, const double *values, size_t count) {
    s->count = 0;
    s->values = ONS_NEW(double, 3 * count);
    if (!s->values) { return ONS_MEMORY; }
    s->logs = s->values + count;
    s->sums = s->logs + count;
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(values[k])) { return ons_fail(ONS_INVALID, "value %zu of %zu is not finite", k + 1, count); }
        if (values[k] > 0) { s->values[s->count++] = values[k]; }
    }
    prepare(s);
    if (s->count < 2 || !(s->values[0] < s->values[s->count - 1])) {
        return ons_fail(ONS_INVALID, "a power law needs two different positive values; %zu of %zu are positive",
                        s->count, count);
    }
    return ONS_OK;
}

/* With x_min = values[first]; the sum of ln(x/x_min) is corrected for cancellation by being made of differences only
 * where it is small. Equal values count once, with the part of the tail below them. `best`: a distance beyond which
 * nobody looks. */
static ons_power_law fit_from(const sample *s, size_t first, double best) {
    const size_t tail = s->count - first;
    const double n = (double)tail, x = s->logs[first];
    double sum = s->sums[first] - n * x;
    if (sum < 1e-6 * n * fabs(x)) {
        sum = 0;
        for (size_t k = first; k < s->count; k++) { sum += log(s->values[k] / s->values[first]); }
    }
    ons_power_law fit = {.alpha = 1 + n / sum, .minimum = s->values[first], .tail = tail, .count = s->count};
    fit.sigma = (fit.alpha - 1) / sqrt(n);
    for (size_t k = first; k < s->count && fit.distance <= best; k++) {
        if (k > first && s->values[k] == s->values[k - 1]) { continue; }
        const double theory = 1 - exp((1 - fit.alpha) * (s->logs[k] - x));
        fit.distance = fmax(fit.distance, fabs(theory - (double)(k - first) / n));
    }
    return fit;
}

static ons_power_law best_fit(const sample *s) {
    ons_power_law best = {.distance = INFINITY};
    for (size_t first = 0; first < s->count && s->values[first] < s->values[s->count - 1]; first++) {
        if (first > 0 && s->values[first] == s->values[first - 1]) { continue; }
        const ons_power_law fit = fit_from(s, first, best.distance);
        if (fit.distance < best.distance) { best = fit; }
    }
    return best;
}

ons_status ons_power_law_fit(const double *values, size_t count, ons_power_law *fit) {
    sample s;
    const ons_status status = take(&s, values, count);
    if (!status) { *fit = best_fit(&s); }
    release(&s);
    return status;
}

ons_status ons_power_law_fit_above(const double *values, size_t count, double minimum, ons_power_law *fit) {
    sample s;
    ons_status status = take(&s, values, count);
    size_t first = 0;
    while (!status && first < s.count && s.values[first] < minimum) { first++; }
    if (!status && (!(minimum > 0) || first + 1 >= s.count || !(s.values[first] < s.values[s.count - 1]))) {
        status = ons_fail(ONS_INVALID, "less than two different values lie above x_min = %g", minimum);
    }
    if (!status) { *fit = fit_from(&s, first, INFINITY); }
    release(&s);
    return status;
}

double ons_power_law_draw(double alpha, double minimum, ons_random *random) {
    return minimum * ons_exp(-ons_log(ons_random_uniform(random)) / (alpha - 1));
}

ons_status ons_power_law_goodness(const double *values, size_t count, const ons_power_law *fit, size_t samples,
                                  ons_random *random, double *p) {
    sample s, synthetic;
    if (samples == 0) { return ons_fail(ONS_INVALID, "the goodness of a fit needs at least one synthetic sample"); }
    ons_status status = take(&s, values, count);
    if (status) {
        release(&s);
        return status;
    }
    const size_t below = s.count - (fit->tail < s.count ? fit->tail : s.count);
    status = take(&synthetic, values, count);
    size_t worse = 0;
    for (size_t k = 0; k < samples && !status; k++) {
        for (size_t i = 0; i < s.count; i++) {
            const bool low = below > 0 && ons_random_below(random, (uint32_t)s.count) < below;
            synthetic.values[i] = low ? s.values[ons_random_below(random, (uint32_t)below)]
                                      : ons_power_law_draw(fit->alpha, fit->minimum, random);
        }
        prepare(&synthetic);
        worse += best_fit(&synthetic).distance > fit->distance;
    }
    *p = (double)worse / (double)samples;
    release(&synthetic);
    release(&s);
    return status;
}
