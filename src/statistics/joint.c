/*
 * Joint analysis of the replicas of one task: means, errors, autocorrelation times and R-hat of each component.
 *
 * The error of a mean over all samples is the windowed sum of the covariances of bins, whatever the bins' length.
 * Replicas whose bins differ in length are merged to the coarsest; bins that stay incomplete count for the means alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sum of all samples, minus shift. */
static double sum_of_all(const ons_bins *bins, size_t component) {
    double sum = 0;
    for (size_t i = 0; i < bins->count; i++) { sum += bins->bins[i * bins->components + component]; }
    return sum * (double)bins->length + bins->partial[component];
}

static double squares_of_all(const ons_bins *bins, size_t component) {
    return bins->squares[component] + bins->squares[bins->components + component];
}

static void find_means(ons_joint *joint) {
    const bool equal = joint->flags & ONS_INDEPENDENT;
    for (size_t c = 0; c < joint->components; c++) {
        joint->reference[c] = joint->bins[0]->shift[c];
        double sum = 0, weights = 0;
        for (size_t r = 0; r < joint->replicas; r++) {
            const ons_bins *bins = joint->bins[r];
            const double samples = (double)bins->samples, weight = equal ? 1 : samples;
            const double mean = sum_of_all(bins, c) / samples + (bins->shift[c] - joint->reference[c]);
            joint->replica_means[r * joint->components + c] = mean;
            sum += weight * mean;
            weights += weight;
        }
        joint->offsets[c] = sum / weights;
        joint->means[c] = joint->reference[c] + joint->offsets[c];
    }
}

/* Takes the replicas that have samples, and the coarsest length of bins. */
static ons_status choose_replicas(ons_joint *joint, const ons_bins *const *replicas, size_t count) {
    joint->length = 1;
    for (size_t r = 0; r < count; r++) {
        if (replicas[r]->samples == 0) { continue; }
        if (joint->replicas > 0 && replicas[r]->components != joint->components) {
            return ons_fail(ONS_INVALID, "replica %zu has %zu components where the others have %zu", r,
                            replicas[r]->components, joint->components);
        }
        joint->components = replicas[r]->components;
        joint->bins[joint->replicas++] = replicas[r];
        joint->samples += (double)replicas[r]->samples;
        if (replicas[r]->count > 0 && replicas[r]->length > joint->length) { joint->length = replicas[r]->length; }
    }
    for (size_t r = 0; r < joint->replicas; r++) {
        const ons_bins *bins = joint->bins[r];
        joint->counts[r] = bins->count / (size_t)(joint->length / bins->length);
        joint->count += joint->counts[r];
    }
    return joint->replicas > 0 ? ONS_OK : ons_fail(ONS_INVALID, "none of the %zu replicas has a sample", count);
}

ons_status ons_joint_create(ons_joint **joint, const ons_bins *const *replicas, size_t count, unsigned flags) {
    *joint = NULL;
    ons_joint *made = ONS_NEW(ons_joint, 1);
    if (!made) { return ONS_MEMORY; }
    made->flags = flags;
    made->bins = ONS_NEW(const ons_bins *, count);
    made->counts = ONS_NEW(size_t, count);
    ons_status status = made->bins && made->counts ? choose_replicas(made, replicas, count) : ONS_MEMORY;
    if (status < 0) { goto cleanup; }
    made->reference = ONS_NEW(double, made->components);
    made->replica_means = ONS_NEW(double, made->components * made->replicas);
    made->offsets = ONS_NEW(double, made->components);
    made->means = ONS_NEW(double, made->components);
    if (!made->reference || !made->replica_means || !made->offsets || !made->means) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    find_means(made);
    *joint = made;
    made = NULL;
cleanup:
    ons_joint_free(made);
    return status;
}

void ons_joint_free(ons_joint *joint) {
    if (!joint) { return; }
    free(joint->bins);
    free(joint->counts);
    free(joint->reference);
    free(joint->replica_means);
    free(joint->offsets);
    free(joint->means);
    free(joint);
}

size_t ons_joint_components(const ons_joint *joint) { return joint->components; }
const double *ons_joint_means(const ons_joint *joint) { return joint->means; }

size_t statistics_joint_blocks(const ons_joint *joint, size_t component, size_t merge, double *blocks,
                               size_t *lengths) {
    size_t number = 0;
    for (size_t r = 0; r < joint->replicas; r++) {
        const ons_bins *bins = joint->bins[r];
        const double shift = bins->shift[component] - joint->reference[component];
        const size_t each = merge * (size_t)(joint->length / bins->length);
        lengths[r] = joint->counts[r] / merge;
        for (size_t i = 0; i < lengths[r]; i++) {
            double sum = 0;
            for (size_t k = i * each; k < (i + 1) * each; k++) { sum += bins->bins[k * bins->components + component]; }
            blocks[number++] = shift + sum / (double)each;
        }
    }
    return number;
}

/* Of all samples, whatever the weights of the replicas; minus reference. */
static double mean_of_all(const ons_joint *joint, size_t component) {
    double sum = 0;
    for (size_t r = 0; r < joint->replicas; r++) {
        sum += (double)joint->bins[r]->samples * joint->replica_means[r * joint->components + component];
    }
    return sum / joint->samples;
}

/* Variance of single samples about the common mean, from the exact second moments. */
static double single_variance(const ons_joint *joint, size_t component) {
    double sum = 0;
    for (size_t r = 0; r < joint->replicas; r++) {
        const ons_bins *bins = joint->bins[r];
        const double n = (double)bins->samples, total = sum_of_all(bins, component);
        const double away = joint->replica_means[r * joint->components + component] - joint->offsets[component];
        const double rest = squares_of_all(bins, component) - total * total / n;
        sum += (rest > 0 || isnan(rest) ? rest : 0) + n * away * away;
    }
    return sum / joint->samples;
}

/* Blocks of 2^level samples of all replicas: the autocorrelation time that their scatter about the common mean gives.
 */
static double binning_tau_at(const ons_joint *joint, size_t component, unsigned level, double variance,
                             double *blocks) {
    double sum = 0;
    *blocks = 0;
    for (size_t r = 0; r < joint->replicas; r++) {
        const ons_bins *bins = joint->bins[r];
        const size_t at = level * bins->components + component;
        const double n = (double)(bins->samples >> level);
        const double away = joint->reference[component] - bins->shift[component] + joint->offsets[component];
        sum += bins->level_squares[at] - 2 * away * bins->level_sums[at] + n * away * away;
        *blocks += n;
    }
    return ldexp(sum / (*blocks - 1), (int)level) / (2 * variance);
}

/* The plateau: the first block length B with B^3 > 2 N (2 tau)^2 (Lee et al., Phys. Rev. E 83 (2011) 066706), as long
 * as 16 blocks are left; without one the largest value. */
static double binning_tau(const ons_joint *joint, size_t component, double variance) {
    double largest = 0.5, blocks = 0;
    if (!(variance > 0)) { return 0.5; }
    double tau = 0.5;
    for (unsigned level = 0; level < ONS_LEVELS; level++) {
        if (level > 0) { tau = binning_tau_at(joint, component, level, variance, &blocks); }
        if (level > 0 && blocks < 16) { break; }
        largest = fmax(largest, tau);
        if (ldexp(1, 3 * (int)level) > 2 * joint->samples * 4 * tau * tau) { return tau; }
    }
    return largest;
}

/* Sum of the second half of a replica's bins with what follows them, and its samples. */
static double second_half(const ons_bins *bins, size_t component, double *samples) {
    double sum = bins->partial[component];
    const size_t half = bins->count / 2;
    for (size_t i = half; i < bins->count; i++) {
        sum += (double)bins->length * bins->bins[i * bins->components + component];
    }
    *samples = (double)(bins->count - half) * (double)bins->length + (double)bins->partial_samples;
    return sum;
}

/* Gelman and Rubin's R with every replica split in two (Gelman et al., Bayesian Data Analysis, 3rd ed., section 11.4);
 * halves of unequal length count by their length. NaN where all is constant or a replica has fewer than 4 samples. */
static double split_rhat(const ons_joint *joint, size_t component) {
    double within = 0, between = 0;
    const double halves = 2 * (double)joint->replicas, length = joint->samples / halves;
    const double mean = mean_of_all(joint, component);
    for (size_t r = 0; r < joint->replicas; r++) {
        const ons_bins *bins = joint->bins[r];
        if (bins->samples < 4 || bins->count < 2) { return NAN; }
        const double shift = bins->shift[component] - joint->reference[component] - mean;
        double n2;
        const double total = sum_of_all(bins, component), sum2 = second_half(bins, component, &n2);
        const double n1 = (double)bins->samples - n2, sum1 = total - sum2;
        const double mean1 = shift + sum1 / n1, mean2 = shift + sum2 / n2;
        const double rest = squares_of_all(bins, component) - sum1 * sum1 / n1 - sum2 * sum2 / n2;
        within += rest > 0 || isnan(rest) ? rest : 0;
        between += n1 * mean1 * mean1 + n2 * mean2 * mean2;
    }
    within /= joint->samples - halves;
    between /= (halves - 1) * length;
    if (!(within > 0)) { return between > 0 ? INFINITY : NAN; }
    return sqrt((length - 1) / length + between / within);
}

static void judge_spread(const ons_joint *joint, size_t component, double *values, ons_estimate *estimate) {
    for (size_t r = 0; r < joint->replicas; r++) {
        values[r] = joint->replica_means[r * joint->components + component];
    }
    ons_spread(values, joint->replicas, estimate);
    estimate->samples = joint->samples;
    estimate->mean = joint->means[component];
}

ons_status statistics_joint_judge(const ons_joint *joint, size_t component, ons_estimate *estimate, size_t *lag) {
    *estimate = (ons_estimate){.mean = NAN, .error = NAN, .tau = NAN, .binning_tau = NAN, .rhat = NAN};
    *lag = 0;
    if (component >= joint->components) {
        return ons_fail(ONS_INVALID, "component %zu does not exist: there are %zu", component, joint->components);
    }
    const size_t room = joint->count > joint->replicas ? joint->count : joint->replicas;
    double *values = ONS_NEW(double, room);
    size_t *lengths = ONS_NEW(size_t, joint->replicas);
    ons_status status = values && lengths ? ONS_OK : ONS_MEMORY;
    if (status < 0) { goto cleanup; }
    estimate->mean = joint->means[component];
    if (joint->flags & ONS_INDEPENDENT) {
        judge_spread(joint, component, values, estimate);
        goto cleanup;
    }
    statistics_runs runs = {.values = values, .lengths = lengths, .replicas = joint->replicas};
    runs.count = statistics_joint_blocks(joint, component, 1, values, lengths);
    double sum = 0;
    for (size_t i = 0; i < runs.count; i++) { sum += values[i]; }
    for (size_t i = 0; i < runs.count; i++) { values[i] -= sum / (double)runs.count; }
    const double variance = single_variance(joint, component);
    if (isnan(variance)) { estimate->flags |= ONS_NOT_FINITE; }
    statistics_window window;
    status = statistics_judge(&runs, (double)joint->length, joint->samples, isnan(variance) ? INFINITY : variance,
                              estimate, &window);
    if (status < 0 || estimate->flags & ONS_NOT_FINITE) { goto cleanup; }
    *lag = window.lag;
    estimate->binning_tau = binning_tau(joint, component, variance + window.variance / (double)runs.count);
    estimate->rhat = split_rhat(joint, component);
    const double each = joint->samples / (double)joint->replicas;
    if (estimate->rhat > 1.1 && each >= 8) { estimate->flags |= ONS_NOT_EQUILIBRATED; }
cleanup:
    free(values);
    free(lengths);
    return status;
}

ons_status ons_joint_estimate(const ons_joint *joint, size_t component, ons_estimate *estimate) {
    size_t lag;
    return statistics_joint_judge(joint, component, estimate, &lag);
}
