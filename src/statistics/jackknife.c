/*
 * Derived quantities: functions of the means, by jackknife over blocks of bins.
 *
 * Leaving out one block of B gives f_j; the pseudo-values B f - (B - 1) f_j (Quenouille 1956, Tukey 1958) are a series
 * to first order that of the linearised function, and its windowed error is the function's. The bias, (B - 1)(mean f_j
 * - f), needs blocks that are independent: where the pseudo-values are correlated it is taken from a second pass with
 * longer ones. Independent replicas, and very many replicas, are left out one by one or in groups of unequal weight
 * (Busing, Meijer and van der Leeden, Stat. Comput. 9 (1999) 3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PASS 640 /* blocks: with those of the second pass and three more calls at most 1024 */
#define SECOND_PASS 320
#define SECOND_LEAST 20 /* blocks that the bias needs */
#define MANY_REPLICAS 320
#define MOST_BIAS 3.0 /* in errors; of a smooth function it is below one */

typedef struct jackknife {
    const ons_joint *joint;
    size_t outputs;
    ons_joint_function function;
    void *data;
    double *blocks; /* [rows][components] relative to the reference */
    size_t rows;
    size_t *lengths; /* [replicas] blocks of each replica */
    double *means;   /* [components] argument of the function */
    double *center;  /* [outputs] at the mean of the blocks */
    double *without; /* [rows][outputs] */
} jackknife;

static void jackknife_free(jackknife *work) {
    free(work->blocks);
    free(work->lengths);
    free(work->means);
    free(work->center);
    free(work->without);
}

static ons_status jackknife_init(jackknife *work, const ons_joint *joint, size_t outputs, ons_joint_function function,
                                 void *data, size_t room) {
    *work = (jackknife){.joint = joint, .outputs = outputs, .function = function, .data = data};
    work->blocks = ONS_NEW(double, room * joint->components);
    work->lengths = ONS_NEW(size_t, joint->replicas);
    work->means = ONS_NEW(double, joint->components);
    work->center = ONS_NEW(double, outputs);
    work->without = ONS_NEW(double, room *outputs);
    if (work->blocks && work->lengths && work->means && work->center && work->without) { return ONS_OK; }
    jackknife_free(work);
    return ONS_MEMORY;
}

/* The function at means = reference + offsets. */
static void evaluate(jackknife *work, const double *offsets, double *outputs) {
    const ons_joint *joint = work->joint;
    for (size_t c = 0; c < joint->components; c++) { work->means[c] = joint->reference[c] + offsets[c]; }
    work->function(work->data, work->means, outputs);
}

static ons_status fill_blocks(jackknife *work, size_t merge) {
    const ons_joint *joint = work->joint;
    double *column = ONS_NEW(double, joint->count);
    if (!column) { return ONS_MEMORY; }
    for (size_t c = 0; c < joint->components; c++) {
        work->rows = statistics_joint_blocks(joint, c, merge, column, work->lengths);
        for (size_t b = 0; b < work->rows; b++) { work->blocks[b * joint->components + c] = column[b]; }
    }
    free(column);
    return ONS_OK;
}

/* f at the mean of the blocks, and with each of them left out in turn. */
static ons_status leave_out_each(jackknife *work) {
    const size_t n = work->joint->components;
    const double rows = (double)work->rows;
    double *mean = ONS_NEW(double, n), *rest = ONS_NEW(double, n);
    const bool memory = mean && rest;
    for (size_t b = 0; memory && b < work->rows; b++) {
        for (size_t c = 0; c < n; c++) { mean[c] += work->blocks[b * n + c]; }
    }
    for (size_t c = 0; memory && c < n; c++) { mean[c] /= rows; }
    if (memory) { evaluate(work, mean, work->center); }
    for (size_t b = 0; memory && b < work->rows; b++) {
        for (size_t c = 0; c < n; c++) { rest[c] = mean[c] + (mean[c] - work->blocks[b * n + c]) / (rows - 1); }
        evaluate(work, rest, work->without + b * work->outputs);
    }
    free(mean);
    free(rest);
    return memory ? ONS_OK : ONS_MEMORY;
}

/* (B - 1)(mean f_j - f) in every output. */
static double bias_of(const jackknife *work, size_t output) {
    double sum = 0;
    for (size_t b = 0; b < work->rows; b++) { sum += work->without[b * work->outputs + output] - work->center[output]; }
    return sum * ((double)work->rows - 1) / (double)work->rows;
}

/* Takes the bias off. One of many errors is no correction: the function bends within the error (or has a corner there,
 * as a Kaplan-Yorke dimension at a sum of 0), so that its value at the means stands, with an error that owns up. */
static void correct(ons_estimate *estimate, double bias) {
    if (!isfinite(bias)) { return; }
    if (fabs(bias) <= fmax(MOST_BIAS * estimate->error, 1e-9 * fabs(estimate->mean)) || !isfinite(estimate->error)) {
        estimate->mean -= bias;
        return;
    }
    estimate->error = fabs(bias);
    estimate->flags |= ONS_TOO_FEW_SAMPLES;
}

/* Blocks of k bins such that at most `limit` come out of all replicas. */
static size_t merge_for(const ons_joint *joint, size_t limit) {
    size_t merge = joint->count / limit > 0 ? joint->count / limit : 1;
    for (;; merge++) {
        size_t blocks = 0;
        for (size_t r = 0; r < joint->replicas; r++) { blocks += joint->counts[r] / merge; }
        if (blocks <= limit) { return merge; }
    }
}

/* tau of single samples from that of blocks of `length`, as for one exponential: with x = length/decay time, 2 tau of
 * blocks is x/(x - 1 + exp(-x)). NaN where the blocks are too long to show it. */
static double resolve_tau(double tau_of_blocks, double length) {
    if (length <= 1) { return tau_of_blocks; }
    if (2 * tau_of_blocks < 1.3) { return NAN; }
    double low = 1e-9, high = 100;
    for (int i = 0; i < 60; i++) {
        const double x = sqrt(low * high);
        if (x / (x + expm1(-x)) > 2 * tau_of_blocks) {
            low = x;
        } else {
            high = x;
        }
    }
    return fmax(length / sqrt(low * high), 0.5);
}

static ons_status judge_output(const jackknife *work, size_t output, double length, double *values,
                               ons_estimate *estimate) {
    const ons_joint *joint = work->joint;
    const double rows = (double)work->rows;
    double sum = 0;
    for (size_t b = 0; b < work->rows; b++) {
        values[b] = -(rows - 1) * (work->without[b * work->outputs + output] - work->center[output]);
        sum += values[b];
    }
    for (size_t b = 0; b < work->rows; b++) { values[b] -= sum / rows; }
    const statistics_runs runs = {values, work->lengths, joint->replicas, work->rows};
    statistics_window window;
    /* judged as numbers of their own, then expressed in samples */
    const ons_status status = statistics_judge(&runs, 1, rows, NAN, estimate, &window);
    if (status < 0 || !(window.variance > 0)) {
        estimate->samples = joint->samples;
        if (estimate->error == 0) { estimate->effective = joint->samples; }
        return status;
    }
    const double covered = rows * length / joint->samples; /* the tails are left out of the blocks, not of the mean */
    const double tau = resolve_tau(estimate->tau, length);
    estimate->error *= sqrt(covered);
    estimate->effective = (isnan(tau) ? estimate->effective : rows * length / (2 * tau)) / covered;
    estimate->effective = fmin(estimate->effective, joint->samples / fmin(2 * (isnan(tau) ? 0.5 : tau), 1));
    estimate->tau = tau;
    estimate->samples = joint->samples;
    return ONS_OK;
}

/* Whether some output wants longer blocks for its bias, and of how many bins: 16 correlation times, but enough of them.
 */
static size_t merge_for_bias(const ons_joint *joint, const ons_estimate *estimates, size_t outputs, size_t merge) {
    double tau = 0;
    for (size_t i = 0; i < outputs; i++) {
        if (estimates[i].tau > tau) { tau = estimates[i].tau; }
    }
    const double wanted = ceil(16 * tau / (double)joint->length);
    const size_t most = joint->count / SECOND_LEAST;
    size_t longer = wanted < (double)most ? (size_t)wanted : most;
    for (size_t r = 0; r < joint->replicas && joint->replicas > 1; r++) {
        if (joint->counts[r] > 0 && longer > joint->counts[r]) { longer = joint->counts[r]; }
    }
    if (longer > merge) {
        const size_t least = merge_for(joint, SECOND_PASS);
        return longer > least ? longer : least;
    }
    return merge;
}

static bool outputs_finite(const jackknife *work, size_t output) {
    bool finite = isfinite(work->center[output]);
    for (size_t b = 0; b < work->rows; b++) { finite = finite && isfinite(work->without[b * work->outputs + output]); }
    return finite;
}

static void not_finite(const ons_joint *joint, ons_estimate *estimate) {
    estimate->flags |= ONS_NOT_FINITE;
    estimate->samples = joint->samples;
    estimate->error = estimate->tau = NAN;
    estimate->effective = estimate->freedom = 0;
}

/* Correlated bins: the estimates hold f at the means of all samples when this is called. */
static ons_status by_blocks(const ons_joint *joint, size_t outputs, ons_joint_function function, void *data,
                            ons_estimate *estimates) {
    jackknife work;
    size_t merge = merge_for(joint, FIRST_PASS);
    ons_status status = jackknife_init(&work, joint, outputs, function, data, FIRST_PASS);
    if (status < 0) { return status; }
    double *values = ONS_NEW(double, FIRST_PASS);
    status = values ? fill_blocks(&work, merge) : ONS_MEMORY;
    if (status < 0) { goto cleanup; }
    if (work.rows < 2) {
        for (size_t i = 0; i < outputs; i++) {
            estimates[i].flags |= ONS_TOO_FEW_SAMPLES | ONS_NOT_EQUILIBRATED;
            estimates[i].samples = joint->samples;
        }
        goto cleanup;
    }
    status = leave_out_each(&work);
    for (size_t i = 0; status >= 0 && i < outputs; i++) {
        if (!isfinite(estimates[i].mean) || !outputs_finite(&work, i)) {
            not_finite(joint, estimates + i);
        } else {
            status = judge_output(&work, i, (double)merge * (double)joint->length, values, estimates + i);
        }
    }
    const size_t longer = status < 0 ? merge : merge_for_bias(joint, estimates, outputs, merge);
    if (status >= 0 && longer > merge) {
        merge = longer;
        status = fill_blocks(&work, merge);
        if (status >= 0) { status = leave_out_each(&work); }
    }
    for (size_t i = 0; status >= 0 && i < outputs; i++) {
        const double bias =
            bias_of(&work, i) * (double)work.rows * (double)merge * (double)joint->length / joint->samples;
        correct(estimates + i, bias);
    }
cleanup:
    free(values);
    jackknife_free(&work);
    return status;
}

/* What each group of replicas weighs, and f with it left out. */
static void leave_out_groups(jackknife *work, bool equal, double total, double *weights, double *rest) {
    const ons_joint *joint = work->joint;
    const size_t n = joint->components, groups = work->rows;
    for (size_t g = 0; g < groups; g++) {
        memset(rest, 0, n * sizeof *rest);
        for (size_t r = g * joint->replicas / groups; r < (g + 1) * joint->replicas / groups; r++) {
            const double weight = equal ? 1 : (double)joint->bins[r]->samples;
            weights[g] += weight;
            for (size_t c = 0; c < n; c++) {
                rest[c] += weight * (joint->replica_means[r * n + c] - joint->offsets[c]);
            }
        }
        if (groups < 2) { return; }
        for (size_t c = 0; c < n; c++) { rest[c] = joint->offsets[c] - rest[c] / (total - weights[g]); }
        evaluate(work, rest, work->without + g * work->outputs);
    }
}

/* Busing's variance, the mean over groups of (value - mean)^2/(h - 1) with h the total weight over the group's, is that
 * of the spread of values scaled by sqrt((groups - 1)/(h - 1)). */
static void judge_groups(const jackknife *work, size_t output, double total, const double *weights, double *values,
                         ons_estimate *estimate) {
    const size_t groups = work->rows;
    const double center = work->center[output];
    double bias = 0;
    for (size_t g = 0; g < groups && groups > 1; g++) {
        bias += (1 - weights[g] / total) * (work->without[g * work->outputs + output] - center);
    }
    for (size_t g = 0; g < groups && groups > 1; g++) {
        const double h = total / weights[g];
        const double value = -(h - 1) * (work->without[g * work->outputs + output] - center) + bias;
        values[g] = value * sqrt(((double)groups - 1) / (h - 1));
    }
    ons_spread(values, groups, estimate);
    estimate->mean = center;
    correct(estimate, bias);
    estimate->samples = work->joint->samples;
    if (!isfinite(estimate->mean)) { estimate->flags |= ONS_NOT_FINITE; }
}

/* Replicas that are independent, left out in at most FIRST_PASS groups; they weigh as their samples, or all the same
 * where they are samples of a disorder. The estimates hold f at the means when this is called. */
static ons_status by_groups(const ons_joint *joint, size_t outputs, ons_joint_function function, void *data,
                            ons_estimate *estimates) {
    const size_t groups = joint->replicas < FIRST_PASS ? joint->replicas : FIRST_PASS;
    const bool equal = joint->flags & ONS_INDEPENDENT;
    const double total = equal ? (double)joint->replicas : joint->samples;
    jackknife work;
    ons_status status = jackknife_init(&work, joint, outputs, function, data, groups);
    if (status < 0) { return status; }
    double *values = ONS_NEW(double, groups), *weights = ONS_NEW(double, groups);
    double *rest = ONS_NEW(double, joint->components);
    if (!values || !weights || !rest) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    work.rows = groups;
    leave_out_groups(&work, equal, total, weights, rest);
    for (size_t i = 0; i < outputs; i++) {
        work.center[i] = estimates[i].mean;
        if (!outputs_finite(&work, i)) {
            not_finite(joint, estimates + i);
        } else {
            judge_groups(&work, i, total, weights, values, estimates + i);
        }
    }
cleanup:
    free(values);
    free(weights);
    free(rest);
    jackknife_free(&work);
    return status;
}

ons_status ons_joint_derived(const ons_joint *joint, size_t outputs, ons_joint_function function, void *data,
                             ons_estimate *estimates) {
    double *at_means = ONS_NEW(double, outputs);
    if (!at_means) { return ONS_MEMORY; }
    function(data, joint->means, at_means);
    for (size_t i = 0; i < outputs; i++) {
        estimates[i] = (ons_estimate){.mean = at_means[i], .error = NAN, .tau = NAN, .binning_tau = NAN, .rhat = NAN};
    }
    free(at_means);
    const bool groups = joint->flags & ONS_INDEPENDENT || joint->replicas > MANY_REPLICAS;
    return (groups ? by_groups : by_blocks)(joint, outputs, function, data, estimates);
}

ons_status ons_joint_inputs(const ons_joint *joint, const bool *used, size_t outputs, ons_estimate *estimates) {
    unsigned flags = 0;
    for (size_t c = 0; c < joint->components; c++) {
        ons_estimate input;
        if (!used[c]) { continue; }
        const ons_status status = ons_joint_estimate(joint, c, &input);
        if (status < 0) { return status; }
        flags |= input.flags & ONS_NOT_EQUILIBRATED;
        if (!(joint->flags & ONS_INDEPENDENT) && input.effective < STATISTICS_FEW) { flags |= ONS_TOO_FEW_SAMPLES; }
    }
    for (size_t i = 0; i < outputs; i++) { estimates[i].flags |= flags; }
    return ONS_OK;
}
