/*
 * The chain of O(n) spins without field: M. E. Fisher, Am. J. Phys. 32, 343 (1964); H. E. Stanley, Phys. Rev. 179, 570
 * (1969). The transfer matrix exp(K S . S') has the eigenvalues I_{n/2-1+l}(K) / K^{n/2-1} up to a factor, as often as
 * there are spherical harmonics of degree l in n dimensions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <math.h>
#include <stdlib.h>

#define LARGEST_K 1e8

/* ratio[l] = I_{nu+l+1}(K) / I_{nu+l}(K) for l < count, from I_{m-1} - I_{m+1} = (2m/K) I_m downwards, which is stable.
 */
static void bessel_ratios(double nu, double k, size_t count, double *ratio) {
    const size_t start = 2 * count + 64;
    double r = 0; /* beyond all that matters */
    for (size_t l = start; l-- > 0;) {
        r = 1 / (2 * (nu + (double)l + 1) / k + r);
        if (l < count) { ratio[l] = r; }
    }
}

/* Of spherical harmonics of degree l in n dimensions: (2l + n - 2)/l times the binomial of l + n - 3 over n - 2. */
static double degeneracy(uint32_t n, size_t l) {
    if (l == 0) { return 1; }
    double count = (2 * (double)l + n - 2) / (double)l;
    for (uint32_t k = 1; k + 2 <= n; k++) { count *= ((double)l - 1 + k) / k; }
    return count;
}

/* <m^2> of the open chain: <S_0 . S_r> = u^r. */
static double open_magnetization(double u, int64_t sites) {
    double sum = 0, power = 1;
    const double n = (double)sites;
    for (int64_t r = 1; r < sites; r++) {
        power *= u;
        sum += (n - (double)r) * power;
        if (fabs(power) < 1e-20) { break; }
    }
    return (n + 2 * sum) / (n * n);
}

/* Sums over l of the weights d_l (lambda_l / lambda_0)^N with the derivatives of N ln lambda_l. */
static void periodic_moments(uint32_t n, double k, bool negative, double sites, size_t count, const double *ratio,
                             double *first, double *variance) {
    const double nu = n / 2.0 - 1;
    double log = 0, z = 0, one = 0, two = 0; /* about the largest eigenvalue, so that little cancels */
    for (size_t l = 0; l < count; l++) {
        const double r = ratio[l], g = r + (double)l / k - ratio[0];
        const double slope = 1 - r * r - (2 * (nu + (double)l) + 1) / k * r - (double)l / (k * k);
        const double sign = negative && l % 2 && fmod(sites, 2) != 0 ? -1 : 1;
        const double weight = sign * degeneracy(n, l) * ons_exp(sites * log);
        z += weight;
        one += weight * sites * g;
        two += weight * (sites * slope + sites * g * (sites * g));
        log += ons_log(r);
    }
    *first = sites * ratio[0] + one / z;
    *variance = two / z - one / z * (one / z);
}

ons_status ons_vectors_exact_chain(uint32_t components, double coupling, double temperature, int64_t sites, bool open,
                                   ons_vectors_exact *exact) {
    const double k = fabs(coupling) / temperature, size = (double)sites, nu = components / 2.0 - 1;
    if (components < 2 || components > ONS_VECTOR_COMPONENTS || sites < 1 || !(k <= LARGEST_K)) { return ONS_DONE; }
    *exact = (ons_vectors_exact){0, 0, NAN};
    if (k == 0) {
        exact->magnetization_squared = 1 / size;
        return ONS_OK;
    }
    const size_t count = 64 + (size_t)(12 * sqrt(k)) + 2 * components;
    double *ratio = ONS_NEW(double, count);
    if (!ratio) { return ONS_MEMORY; }
    bessel_ratios(nu, k, count, ratio);
    const double r = ratio[0], slope = 1 - r * r - (2 * nu + 1) / k * r;
    double first = (size - 1) * r, variance = (size - 1) * slope;
    if (open) {
        exact->magnetization_squared = open_magnetization(coupling < 0 ? -r : r, sites);
    } else {
        periodic_moments(components, k, coupling < 0, size, count, ratio, &first, &variance);
    }
    exact->energy = -fabs(coupling) * first / size;
    exact->specific_heat = k * k * variance / size;
    free(ratio);
    return ONS_OK;
}
