/*
 * The Ising model on the complete graph, H = -(J/N) sum over pairs s_i s_j - h M = -(J/2N) (M^2 - N) - h M: a sum over
 * the number of up spins with binomial weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>

static double energy_per_site(double m, double n, double coupling, double field) {
    return -0.5 * coupling * (m * m - 1 / n) - field * m;
}

/* Logarithms of the weights of k = 0 .. sites up spins; returns the largest. */
static double weigh(double *weight, int64_t sites, double coupling, double field, double beta) {
    const double n = (double)sites;
    double binomial = 0, largest = -INFINITY;
    for (int64_t k = 0; k <= sites; k++) {
        const double m = (2 * (double)k - n) / n;
        weight[k] = binomial - beta * n * energy_per_site(m, n, coupling, field);
        largest = fmax(largest, weight[k]);
        if (k < sites) { binomial += ons_log((n - (double)k) / ((double)k + 1)); }
    }
    return largest;
}

ons_status ons_ising_exact_complete(int64_t sites, double coupling, double field, double temperature,
                                    ons_ising_exact *exact) {
    *exact = (ons_ising_exact){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (sites < 1 || !(temperature > 0)) {
        return ons_fail(ONS_INVALID, "a complete graph has at least 1 site and a positive temperature");
    }
    double *weight = ONS_NEW(double, sites + 1);
    if (!weight) { return ONS_MEMORY; }
    const double n = (double)sites, largest = weigh(weight, sites, coupling, field, 1 / temperature);
    double z = 0, e = 0, m1 = 0, mabs = 0, m2 = 0, m4 = 0, variance = 0;
    for (int64_t k = 0; k <= sites; k++) {
        const double m = (2 * (double)k - n) / n, p = weight[k] = ons_exp(weight[k] - largest);
        z += p;
        e += p * energy_per_site(m, n, coupling, field);
        m1 += p * m;
        mabs += p * fabs(m);
        m2 += p * m * m;
        m4 += p * m * m * m * m;
    }
    for (int64_t k = 0; k <= sites; k++) {
        const double m = (2 * (double)k - n) / n, deviation = energy_per_site(m, n, coupling, field) - e / z;
        variance += weight[k] * deviation * deviation;
    }
    free(weight);
    exact->free_energy = -temperature * (largest + ons_log(z)) / n;
    exact->energy = e / z;
    exact->specific_heat = n * variance / z / (temperature * temperature);
    exact->magnetization = field == 0 ? 0 : m1 / z;
    exact->magnetization_abs = mabs / z;
    exact->magnetization_squared = m2 / z;
    exact->magnetization_fourth = m4 / z;
    return ONS_OK;
}
