/*
 * Free energies from work: Jarzynski's equality and Bennett's acceptance ratio.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/work.h>

#include <math.h>

static ons_status check(const double *work, size_t count, double temperature) {
    if (count < 2) { return ons_fail(ONS_INVALID, "two works at least are needed, not %zu", count); }
    if (!(temperature > 0 && isfinite(temperature))) {
        return ons_fail(ONS_INVALID, "the temperature %g is not positive", temperature);
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(work[i])) { return ons_fail(ONS_INVALID, "work %zu is not finite", i + 1); }
    }
    return ONS_OK;
}

/* Leaving work i out multiplies the mean by (1 - w_i/sum) n/(n - 1). */
ons_status ons_work_jarzynski(const double *work, size_t count, double temperature, ons_work_estimate *estimate) {
    const ons_status status = check(work, count, temperature);
    if (status) { return status; }
    double least = INFINITY, sum = 0, squares = 0, mean = 0, spread = 0;
    for (size_t i = 0; i < count; i++) { least = fmin(least, work[i]); }
    for (size_t i = 0; i < count; i++) {
        const double w = exp(-(work[i] - least) / temperature);
        sum += w;
        squares += w * w;
    }
    const double n = (double)count, plain = least - temperature * log(sum / n);
    for (size_t i = 0; i < count; i++) {
        const double part = exp(-(work[i] - least) / temperature) / sum;
        mean -= temperature * (log1p(-fmin(part, 1 - 1e-16)) + log(n / (n - 1))) / n;
    }
    for (size_t i = 0; i < count; i++) {
        const double part = exp(-(work[i] - least) / temperature) / sum;
        const double off = -temperature * (log1p(-fmin(part, 1 - 1e-16)) + log(n / (n - 1))) - mean;
        spread += off * off;
    }
    estimate->bias = (n - 1) * mean;
    estimate->value = plain - estimate->bias;
    estimate->error = sqrt((n - 1) / n * spread);
    estimate->effective = sum * sum / squares;
    estimate->steps = 0;
    return ONS_OK;
}

static double fermi(double x) { return x > 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x)); }

/* Sum of Fermi functions, of their squares, and of their slopes. */
static void sums(const double *work, size_t count, double shift, double temperature, double sum[3]) {
    sum[0] = sum[1] = sum[2] = 0;
    for (size_t i = 0; i < count; i++) {
        const double f = fermi(shift + work[i] / temperature);
        sum[0] += f;
        sum[1] += f * f;
        sum[2] += f * (1 - f);
    }
}

/* The difference of both sides grows with dF: bisection guards Newton's steps. */
ons_status ons_work_bennett(const double *forward, size_t forwards, const double *reverse, size_t reverses,
                            double temperature, ons_work_estimate *estimate) {
    ons_status status = check(forward, forwards, temperature);
    if (!status) { status = check(reverse, reverses, temperature); }
    if (status) { return status; }
    const double ratio = log((double)forwards / (double)reverses);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < forwards; i++) {
        low = fmin(low, forward[i] / temperature);
        high = fmax(high, forward[i] / temperature);
    }
    for (size_t i = 0; i < reverses; i++) {
        low = fmin(low, -reverse[i] / temperature);
        high = fmax(high, -reverse[i] / temperature);
    }
    low -= fabs(ratio) + 50;
    high += fabs(ratio) + 50;
    double at = low / 2 + high / 2, up[3], down[3];
    for (estimate->steps = 1; estimate->steps < 200; estimate->steps++) {
        sums(forward, forwards, ratio - at, temperature, up);
        sums(reverse, reverses, at - ratio, temperature, down);
        const double off = up[0] - down[0], slope = up[2] + down[2];
        *(off > 0 ? &high : &low) = at;
        double next = at - off / slope;
        if (!(next > low && next < high)) { next = low / 2 + high / 2; }
        if (fabs(next - at) <= 1e-13 * (1 + fabs(at))) { break; }
        at = next;
    }
    const double n = (double)forwards, m = (double)reverses;
    if (!(up[0] > 1e-8 && down[0] > 1e-8)) {
        return ons_fail(ONS_FAILED, "the works of both protocols do not overlap: no free energy follows from them");
    }
    /* Bennett 1976, eq. (10a). */
    const double variance = up[1] / (up[0] * up[0]) - 1 / n + down[1] / (down[0] * down[0]) - 1 / m;
    estimate->value = at * temperature;
    estimate->error = temperature * sqrt(fmax(0, variance));
    estimate->bias = 0;
    estimate->effective = up[0] * up[0] / up[1] + down[0] * down[0] / down[1];
    return ONS_OK;
}
