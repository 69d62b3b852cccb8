/*
 * Two phases of a finite system from its density of states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/density.h>

#include <math.h>

enum { GRID = 200, FINE_GRID = 20, BISECTIONS = 60 };

/* The largest weight of levels first .. last - 1. */
static size_t highest(const ons_density *density, double unit, double temperature, size_t first, size_t last) {
    size_t best = first;
    double most = -INFINITY;
    for (size_t k = first; k < last; k++) {
        const double weight = ons_density_log_weight(density, unit, temperature, k);
        if (weight > most) {
            most = weight;
            best = k;
        }
    }
    return best;
}

/* Where the mean energy rises most with ln T, and the energy in the middle of the rise. A jump is narrower than a step
 * of the grid: the step with the largest rise is divided once more. */
static double steepest(const ons_density *density, double unit, double *energy) {
    double low = 0.1 * fabs(unit), high = 10 * fabs(unit);
    for (int round = 0, parts = GRID; round < 2; round++, parts = FINE_GRID) {
        const double first = low, factor = ons_exp(ons_log(high / low) / parts);
        double temperature = first, before = 0, most = -1;
        for (int k = 0; k <= parts; k++, temperature *= factor) {
            ons_density_means means;
            ons_density_canonical(density, unit, temperature, &means);
            if (k > 0 && means.energy - before > most) {
                most = means.energy - before;
                low = temperature / factor;
                high = temperature;
                *energy = (means.energy + before) / 2;
            }
            before = means.energy;
        }
    }
    return (low + high) / 2;
}

/* By how much the peak above `divide` is higher than the one below; grows with the temperature. */
static double difference(const ons_density *density, double unit, double temperature, size_t divide, size_t *peak) {
    peak[0] = highest(density, unit, temperature, 0, divide);
    peak[1] = highest(density, unit, temperature, divide, density->count);
    return ons_density_log_weight(density, unit, temperature, peak[1]) -
           ons_density_log_weight(density, unit, temperature, peak[0]);
}

static double equal_height(const ons_density *density, double unit, double guess, size_t divide, size_t *peak) {
    double low = 0.8 * guess, high = 1.25 * guess;
    for (int k = 0; k < BISECTIONS; k++) {
        const double middle = 0.5 * (low + high);
        if (difference(density, unit, middle, divide, peak) > 0) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}

ons_status ons_density_coexistence(const ons_density *density, double unit, ons_coexistence *coexistence) {
    double energy = 0;
    if (density->count < 3) { return ONS_DONE; }
    const double guess = steepest(density, unit, &energy);
    size_t divide = 1, peak[2];
    while (divide + 1 < density->count && unit * (double)density->level[divide] < energy * density->sites) { divide++; }
    double temperature = guess;
    for (int k = 0; k < 3; k++) { /* the divide moves to the lowest level between the peaks */
        temperature = equal_height(density, unit, guess, divide, peak);
        if (peak[1] < peak[0] + 2) { return ONS_DONE; }
        size_t lowest = peak[0] + 1;
        for (size_t i = lowest; i < peak[1]; i++) {
            if (ons_density_log_weight(density, unit, temperature, i) <
                ons_density_log_weight(density, unit, temperature, lowest)) {
                lowest = i;
            }
        }
        divide = lowest;
    }
    if (divide <= peak[0] || divide >= peak[1]) { return ONS_DONE; }
    const double top = ons_density_log_weight(density, unit, temperature, peak[0]);
    coexistence->temperature = temperature;
    coexistence->divide = divide;
    coexistence->barrier = top - ons_density_log_weight(density, unit, temperature, divide);
    for (int i = 0; i < 2; i++) { coexistence->energy[i] = unit * (double)density->level[peak[i]] / density->sites; }
    return coexistence->barrier > 0 ? ONS_OK : ONS_DONE;
}

/* ln Z of levels first .. last - 1, and their mean energy per site. */
static double log_sum(const ons_density *density, double unit, double temperature, size_t first, size_t last,
                      double *energy) {
    ons_density part = *density;
    ons_density_means means;
    part.level += first;
    part.log_g += first;
    part.count = last - first;
    ons_density_canonical(&part, unit, temperature, &means);
    *energy = means.energy;
    return -means.free_energy * density->sites / temperature;
}

void ons_density_phases(const ons_density *density, double unit, size_t divide, double ratio, double guess,
                        double *temperature, double *energies) {
    double low = 0.8 * guess, high = 1.25 * guess;
    const double wanted = ons_log(ratio);
    for (int k = 0; k < BISECTIONS; k++) {
        const double middle = 0.5 * (low + high);
        const double below = log_sum(density, unit, middle, 0, divide, &energies[0]);
        const double above = log_sum(density, unit, middle, divide, density->count, &energies[1]);
        if (below - above < wanted) {
            high = middle;
        } else {
            low = middle;
        }
    }
    *temperature = low;
}
