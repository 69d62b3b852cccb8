/*
 * The end of the warm-up, from the data alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_EFFECTIVE 40.0
#define AGREEMENT 0.0026997960632601866 /* probability beyond 3 sigma */

/* One component over the second half of the bins. What is constant, or not finite (it has its own flag), has nothing to
 * wait for. */
static bool component_is_over(const ons_bins *bins, size_t component, double *values) {
    const size_t first = bins->count / 2, count = bins->count - first;
    const double *at = bins->bins + component;
    double sum = 0, early = 0, late = 0;
    bool constant = true;
    for (size_t i = 0; i < count; i++) {
        values[i] = at[(first + i) * bins->components] - at[first * bins->components];
        sum += values[i];
        constant = constant && values[i] == 0;
    }
    if (!isfinite(sum)) { return true; }
    if (constant) { return bins->count >= (size_t)LEAST_EFFECTIVE; }
    for (size_t i = 0; i < count; i++) { values[i] -= sum / (double)count; }
    const statistics_runs runs = {values, &count, 1, count};
    const statistics_window window = statistics_window_find(&runs, 1);
    if ((double)count * window.variance < LEAST_EFFECTIVE * window.integral) { return false; }
    if ((double)count < LEAST_EFFECTIVE) { return false; }
    const size_t quarter = count / 2;
    for (size_t i = 0; i < quarter; i++) {
        early += values[i] / (double)quarter;
        late += values[count - 1 - i] / (double)quarter;
    }
    const double error = sqrt(window.integral * 2 / (double)quarter);
    return statistics_student_tail((late - early) / error, window.freedom) > AGREEMENT;
}

ons_status ons_warmup_over(const ons_bins *bins, const bool *ignore, bool *over, bool *passed) {
    double *values = ONS_NEW(double, bins->count);
    if (!values) { return ONS_MEMORY; }
    *over = bins->count > 0;
    for (size_t c = 0; c < bins->components && (*over || passed); c++) {
        const bool asked = !ignore || !ignore[c];
        if (!asked && !passed) { continue; }
        const bool good = bins->count > 0 && component_is_over(bins, c, values);
        if (passed) { passed[c] = good; }
        if (asked && !good) { *over = false; }
    }
    free(values);
    return ONS_OK;
}
