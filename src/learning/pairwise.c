/*
 * Pairs of Ising spins with fields, all states summed. Bit i of a state is set where s_i = -1; the product of the spins
 * in a set A is then (-1)^|A and state|, so that a Walsh-Hadamard transform of the probabilities gives the expectations
 * of all products at once, and that of the couplings the energies of all states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

void pairwise_transform(size_t spins, double *x) {
    const size_t states = (size_t)1 << spins;
    for (size_t half = 1; half < states; half *= 2) {
        for (size_t block = 0; block < states; block += 2 * half) {
            for (size_t k = block; k < block + half; k++) {
                const double a = x[k], b = x[k + half];
                x[k] = a + b;
                x[k + half] = a - b;
            }
        }
    }
}

double pairwise_distribution(size_t spins, const double *field, const double *coupling, double *weight) {
    const size_t states = (size_t)1 << spins;
    for (size_t x = 0; x < states; x++) { weight[x] = 0; }
    for (size_t i = 0; i < spins; i++) {
        weight[(size_t)1 << i] = field[i];
        for (size_t j = 0; j < i; j++) { weight[(size_t)1 << i | (size_t)1 << j] = coupling[i * spins + j]; }
    }
    pairwise_transform(spins, weight);
    double most = -INFINITY, sum = 0;
    for (size_t x = 0; x < states; x++) { most = fmax(most, weight[x]); }
    for (size_t x = 0; x < states; x++) {
        weight[x] = exp(weight[x] - most);
        sum += weight[x];
    }
    for (size_t x = 0; x < states; x++) { weight[x] /= sum; }
    return most + log(sum);
}

static ons_status weigh(size_t spins, const double *field, const double *coupling, double **weight, double *logarithm) {
    if (spins == 0 || spins > ONS_PAIRWISE_SPINS) {
        return ons_fail(ONS_INVALID, "all states are summed for 1 to %d spins, not for %zu", ONS_PAIRWISE_SPINS, spins);
    }
    for (size_t i = 0; i < spins; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!isfinite(coupling[i * spins + j])) {
                return ons_fail(ONS_INVALID, "the coupling of spins %zu and %zu is not finite", j + 1, i + 1);
            }
        }
        if (!isfinite(field[i])) { return ons_fail(ONS_INVALID, "the field of spin %zu is not finite", i + 1); }
    }
    *weight = ONS_NEW(double, (size_t)1 << spins);
    if (!*weight) { return ONS_MEMORY; }
    *logarithm = pairwise_distribution(spins, field, coupling, *weight);
    return ONS_OK;
}

ons_status ons_pairwise_moments(size_t spins, const double *field, const double *coupling, double *log_partition,
                                double *mean, double *product) {
    double *weight = NULL, logarithm = 0;
    const ons_status status = weigh(spins, field, coupling, &weight, &logarithm);
    if (status) { return status; }
    assert(weight);
    pairwise_transform(spins, weight);
    if (log_partition) { *log_partition = logarithm; }
    for (size_t i = 0; i < spins; i++) {
        if (mean) { mean[i] = weight[(size_t)1 << i]; }
        for (size_t j = 0; product && j < spins; j++) {
            product[i * spins + j] = i == j ? 1 : weight[(size_t)1 << i | (size_t)1 << j];
        }
    }
    free(weight);
    return ONS_OK;
}

ons_status ons_pairwise_draw(size_t spins, const double *field, const double *coupling, size_t samples,
                             ons_random *random, int8_t *values) {
    double *weight = NULL, logarithm, sum = 0;
    const ons_status status = weigh(spins, field, coupling, &weight, &logarithm);
    if (status) { return status; }
    assert(weight);
    const size_t states = (size_t)1 << spins;
    for (size_t x = 0; x < states; x++) { sum = weight[x] += sum; }
    for (size_t b = 0; b < samples; b++) {
        const double at = ons_random_uniform(random) * sum;
        size_t low = 0, high = states - 1;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (weight[middle] > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        for (size_t i = 0; i < spins; i++) { values[b * spins + i] = low >> i & 1 ? -1 : 1; }
    }
    free(weight);
    return ONS_OK;
}
