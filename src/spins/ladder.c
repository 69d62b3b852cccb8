/*
 * Better ladders of temperatures from exchange rates and from the flow of walkers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/ladder.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* x at equal shares of the length, linear within each step of length[count - 1]. */
static void divide(const double *x, const double *length, size_t count, double *better) {
    double total = 0, before = 0;
    for (size_t k = 0; k + 1 < count; k++) { total += length[k]; }
    size_t step = 0;
    for (size_t k = 0; k < count; k++) {
        const double wanted = total * (double)k / (double)(count - 1);
        while (step + 2 < count && before + length[step] < wanted) { before += length[step++]; }
        better[k] = x[step] + (x[step + 1] - x[step]) * fmin(1, (wanted - before) / length[step]);
    }
    better[0] = x[0];
    better[count - 1] = x[count - 1];
}

ons_status ons_ladder_by_rates(const double *temperature, const double *rate, size_t count, double *better) {
    double *inverse = ONS_NEW(double, 2 * count), *length = inverse + count;
    if (!inverse) { return ONS_MEMORY; }
    bool known = true;
    for (size_t k = 0; k < count; k++) {
        inverse[k] = 1 / temperature[k];
        known = known && (k + 1 == count || !isnan(rate[k]));
        if (k + 1 == count || isnan(rate[k])) { continue; }
        length[k] = gsl_cdf_ugaussian_Qinv(fmin(fmax(rate[k], 1e-6), 1 - 1e-6) / 2); /* sqrt 2 of erfc^-1 */
    }
    if (count < 2) {
        better[0] = temperature[0];
    } else if (known) {
        divide(inverse, length, count, better);
        for (size_t k = 1; k + 1 < count; k++) { better[k] = 1 / better[k]; }
        better[0] = temperature[0];
        better[count - 1] = temperature[count - 1];
    } else {
        for (size_t k = 0; k < count; k++) { better[k] = NAN; }
    }
    free(inverse);
    return ONS_OK;
}

ons_status ons_ladder_by_flow(const double *temperature, const double *flow, size_t count, double *better) {
    double *length = ONS_NEW(double, count);
    if (!length) { return ONS_MEMORY; }
    bool known = true;
    const double sign = temperature[count - 1] > temperature[0] ? 1 : -1;
    for (size_t k = 0; k < count; k++) {
        known = known && !isnan(flow[k]);
        if (k + 1 == count) { continue; }
        length[k] = sqrt(fmax(sign * (flow[k + 1] - flow[k]), 1e-3 / (double)(count - 1)));
    }
    if (count < 2) {
        better[0] = temperature[0];
    } else if (known) {
        divide(temperature, length, count, better);
    } else {
        for (size_t k = 0; k < count; k++) { better[k] = NAN; }
    }
    free(length);
    return ONS_OK;
}
