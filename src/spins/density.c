/*
 * Canonical means from a density of states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/density.h>

#include <math.h>
#include <stdlib.h>

void ons_density_free(ons_density *density) {
    for (size_t k = 0; density->text && k < density->count; k++) { free(density->text[k]); }
    free(density->text);
    free(density->level);
    free(density->log_g);
    *density = (ons_density){0};
}

double ons_density_log_weight(const ons_density *density, double unit, double temperature, size_t level) {
    return density->log_g[level] - unit * (double)density->level[level] / temperature;
}

/* Sums relative to the largest term, energies relative to its energy, the variance about the mean. */
void ons_density_canonical(const ons_density *density, double unit, double temperature, ons_density_means *means) {
    const double beta = 1 / temperature;
    size_t largest = 0;
    double highest = -INFINITY;
    for (size_t k = 0; k < density->count; k++) {
        const double exponent = ons_density_log_weight(density, unit, temperature, k);
        if (exponent > highest) {
            highest = exponent;
            largest = k;
        }
    }
    const double reference = (double)density->level[largest];
    double z = 0, first = 0, second = 0;
    for (size_t k = 0; k < density->count; k++) {
        const double weight = ons_exp(ons_density_log_weight(density, unit, temperature, k) - highest);
        const double excess = unit * ((double)density->level[k] - reference);
        z += weight;
        first += weight * excess;
        second += weight * excess * excess;
    }
    const double n = density->sites, mean = first / z, variance = second / z - mean * mean;
    means->free_energy = -temperature * (highest + ons_log(z)) / n;
    means->energy = (unit * reference + mean) / n;
    means->specific_heat = variance * beta * beta / n;
    means->entropy = beta * (means->energy - means->free_energy);
}
