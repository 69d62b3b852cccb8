/*
 * Mean and error over independent numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>

void ons_spread(const double *values, size_t count, ons_estimate *estimate) {
    *estimate = (ons_estimate){.mean = NAN, .error = NAN, .tau = NAN, .binning_tau = NAN, .rhat = NAN};
    estimate->samples = estimate->effective = (double)count;
    estimate->freedom = count > 0 ? (double)count - 1 : 0;
    if (count < STATISTICS_FEW_REPLICAS) { estimate->flags |= ONS_TOO_FEW_SAMPLES; }
    if (count == 0) { return; }
    const double n = (double)count;
    double sum = 0, second = 0, third = 0;
    for (size_t i = 0; i < count; i++) { sum += values[i] - values[0]; }
    estimate->mean = values[0] + sum / n;
    if (!isfinite(estimate->mean)) {
        estimate->flags |= ONS_NOT_FINITE;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const double x = values[i] - values[0] - sum / n;
        second += x * x / n;
        third += x * x * x / n;
    }
    if (count < 2) { return; }
    const double skewness = second > 0 ? fmax(third * third / (second * second * second) - 6 / n, 0) / n : 0;
    estimate->error = second > 0 ? sqrt(second / (n - 1)) * statistics_factor(n - 1, skewness) : 0;
    if (skewness > STATISTICS_SKEW) { estimate->flags |= ONS_TOO_FEW_SAMPLES; }
}
