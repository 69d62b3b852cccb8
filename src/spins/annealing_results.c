/*
 * Means over the runs of an annealing, with their weights and jackknife errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annealing.h"

#include <math.h>

static const double *record_at(const ons_annealing *a, uint64_t run, size_t k) {
    return a->record + (run * a->options.temperatures + k) * SPINS_ANNEALING_RECORDS;
}

/* Z of a run relative to the largest. */
static double weight_of(const ons_annealing *a, uint64_t run, size_t k, double largest) {
    return a->options.method == ONS_ANNEALING_POPULATION ? ons_exp(record_at(a, run, k)[SPINS_LOG_Z] - largest) : 1;
}

static double largest_log_z(const ons_annealing *a, size_t k) {
    double largest = -INFINITY;
    for (uint64_t run = 0; run < a->cursor[0]; run++) { largest = fmax(largest, record_at(a, run, k)[SPINS_LOG_Z]); }
    return largest;
}

/* sum over runs but `left_out` of weight * record, by the weights or plainly. */
static double sum_of(const ons_annealing *a, size_t k, uint64_t left_out, double largest, int entry, bool weighted) {
    double sum = 0;
    for (uint64_t run = 0; run < a->cursor[0]; run++) {
        if (run == left_out) { continue; }
        const double value = entry < 0 ? 1 : record_at(a, run, k)[entry];
        sum += (weighted ? weight_of(a, run, k, largest) : 1) * value;
    }
    return sum;
}

static double variance_of_log_z(const ons_annealing *a, size_t k, uint64_t left_out) {
    const double count = sum_of(a, k, left_out, 0, -1, false);
    const double mean = sum_of(a, k, left_out, 0, SPINS_LOG_Z, false) / count;
    double squares = 0;
    for (uint64_t run = 0; run < a->cursor[0]; run++) {
        const double deviation = record_at(a, run, k)[SPINS_LOG_Z] - mean;
        squares += run == left_out ? 0 : deviation * deviation;
    }
    return count > 1 ? squares / (count - 1) : NAN;
}

/* The quantity from all runs but `left_out`. */
static double evaluate(const ons_annealing *a, ons_annealing_quantity quantity, size_t k, uint64_t left_out) {
    static const int entries[ONS_ANNEALING_QUANTITIES] = {
        [ONS_ANNEALING_ENERGY] = SPINS_ENERGY,
        [ONS_ANNEALING_MAGNETIZATION_ABS] = SPINS_MAGNETIZATION_ABS,
        [ONS_ANNEALING_MAGNETIZATION_SQUARED] = SPINS_MAGNETIZATION_SQUARED,
        [ONS_ANNEALING_MAGNETIZATION_FOURTH] = SPINS_MAGNETIZATION_FOURTH,
        [ONS_ANNEALING_OVERLAP_ABS] = SPINS_OVERLAP_ABS,
        [ONS_ANNEALING_OVERLAP_SQUARED] = SPINS_OVERLAP_SQUARED,
        [ONS_ANNEALING_OVERLAP_FOURTH] = SPINS_OVERLAP_FOURTH,
        [ONS_ANNEALING_RHO_T] = SPINS_RHO_T,
        [ONS_ANNEALING_RHO_S] = SPINS_RHO_S,
        [ONS_ANNEALING_FAMILIES] = SPINS_FAMILIES,
        [ONS_ANNEALING_STEPS] = SPINS_STEPS,
        [ONS_ANNEALING_CULLED] = SPINS_CULLED};
    const double largest = largest_log_z(a, k), sites = a->graph->sites, t = a->options.temperature[k];
    const double weights = sum_of(a, k, left_out, largest, -1, true), runs = sum_of(a, k, left_out, 0, -1, false);
    switch (quantity) {
    case ONS_ANNEALING_FREE_ENERGY: return -t / sites * (largest + ons_log(weights / runs));
    case ONS_ANNEALING_SPECIFIC_HEAT: {
        const double e = sum_of(a, k, left_out, largest, SPINS_ENERGY, true) / weights;
        double within = sum_of(a, k, left_out, largest, SPINS_ENERGY_VARIANCE, true);
        for (uint64_t run = 0; run < a->cursor[0]; run++) {
            const double between = record_at(a, run, k)[SPINS_ENERGY] - e;
            within += run == left_out ? 0 : weight_of(a, run, k, largest) * between * between;
        }
        return sites * within / weights / (t * t);
    }
    case ONS_ANNEALING_OVERLAP_ABS:
    case ONS_ANNEALING_OVERLAP_SQUARED:
    case ONS_ANNEALING_OVERLAP_FOURTH: {
        const double pairs = sum_of(a, k, left_out, largest, SPINS_OVERLAP_PAIRS, true);
        return pairs > 0 ? sum_of(a, k, left_out, largest, entries[quantity], true) / pairs : NAN;
    }
    case ONS_ANNEALING_RHO_T:
    case ONS_ANNEALING_RHO_S:
    case ONS_ANNEALING_FAMILIES:
    case ONS_ANNEALING_STEPS:
    case ONS_ANNEALING_CULLED: return sum_of(a, k, left_out, 0, entries[quantity], false) / runs;
    case ONS_ANNEALING_RHO_F: return a->options.population * variance_of_log_z(a, k, left_out);
    default: return sum_of(a, k, left_out, largest, entries[quantity], true) / weights;
    }
}

static bool of_populations(ons_annealing_quantity quantity) {
    return quantity == ONS_ANNEALING_FREE_ENERGY || quantity == ONS_ANNEALING_RHO_F ||
           (quantity >= ONS_ANNEALING_RHO_T && quantity <= ONS_ANNEALING_CULLED);
}

void ons_annealing_result(const ons_annealing *a, ons_annealing_quantity quantity, double *value, double *error) {
    const uint64_t runs = a->cursor[0];
    for (size_t k = 0; k < a->options.temperatures; k++) {
        value[k] = error[k] = NAN;
        if (runs == 0 || (a->options.method == ONS_ANNEALING_SIMULATED && of_populations(quantity))) { continue; }
        value[k] = evaluate(a, quantity, k, runs);
        double sum = 0, squares = 0;
        for (uint64_t run = 0; run < runs && runs > 1; run++) { sum += evaluate(a, quantity, k, run); }
        for (uint64_t run = 0; run < runs && runs > 1; run++) {
            const double deviation = evaluate(a, quantity, k, run) - sum / (double)runs;
            squares += deviation * deviation;
        }
        if (runs > 1) { error[k] = sqrt((double)(runs - 1) / (double)runs * squares); }
    }
}

double ons_annealing_log_z(const ons_annealing *a, uint32_t run, size_t temperature) {
    return record_at(a, run, temperature)[SPINS_LOG_Z];
}

double ons_annealing_success(const ons_annealing *a) {
    return a->cursor[0] ? a->reached / ((double)a->cursor[0] * a->options.population) : NAN;
}
