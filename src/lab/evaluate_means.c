/*
 * Means and derived quantities: within and over replicas where the system is stationary, over replicas alone where they
 * are samples of a disorder or histories in time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"
#include "means.h"
#include "measures.h"

#include <math.h>
#include <stdlib.h>

ons_estimate lab_estimate_nothing(void) {
    return (ons_estimate){.mean = NAN,
                          .error = NAN,
                          .tau = NAN,
                          .binning_tau = NAN,
                          .samples = 0,
                          .effective = 0,
                          .freedom = 0,
                          .rhat = NAN,
                          .flags = ONS_TOO_FEW_SAMPLES};
}

/* What no estimator needs to say of itself: numbers that are none, and a mean whose scatter nobody knows. */
static void judge(const lab_evaluation *evaluation, ons_estimate *estimate) {
    if (!isfinite(estimate->mean) && estimate->samples > 0) {
        estimate->flags = (estimate->flags & ~(unsigned)ONS_TOO_FEW_SAMPLES) | ONS_NOT_FINITE;
    }
    const bool scatter_expected = evaluation->stationary || evaluation->task->quenched;
    if (scatter_expected && isfinite(estimate->mean) && !isfinite(estimate->error)) {
        estimate->flags |= ONS_TOO_FEW_SAMPLES;
    }
}

/* A replica alone, of a system without a stationary state: the number, and nobody knows its error. */
static ons_estimate alone(double mean) {
    ons_estimate estimate = lab_estimate_nothing();
    estimate.mean = mean;
    estimate.samples = estimate.effective = 1;
    estimate.flags = isfinite(mean) ? 0 : ONS_NOT_FINITE;
    return estimate;
}

/* The spread over replicas of each one's mean over time. */
static ons_estimate spread_of_means(const lab_evaluation *evaluation, size_t component, double *means) {
    size_t count = 0;
    for (size_t r = 0; r < evaluation->count; ++r) {
        const ons_bins *bins = &evaluation->lanes[r]->bins;
        if (bins->samples > 0) { means[count++] = ons_bins_mean(bins, component); }
    }
    if (count == 1) { return alone(means[0]); }
    ons_estimate estimate;
    ons_spread(means, count, &estimate);
    return estimate;
}

static bool warmup_failed(const lab_evaluation *evaluation, size_t component) {
    for (size_t r = 0; r < evaluation->count; ++r) {
        const bool *failed = evaluation->lanes[r]->warmup_failed;
        if (failed != NULL && failed[component]) { return true; }
    }
    return false;
}

/* A quantity of the user's own has no say in the end of the warm-up; what it is made of has. */
static bool own_warmup_failed(const lab_evaluation *evaluation, size_t observable) {
    const struct lab_own *own = lab_own_observable(evaluation->task, observable);
    if (own == NULL) { return false; }
    for (size_t i = 0; i < own->measure->formula.count; ++i) {
        const lab_term *term = &own->terms[i];
        if (term->constant != NULL) { continue; }
        if (own_warmup_failed(evaluation, term->observable)) { return true; }
        for (size_t k = 0; k < term->size; ++k) {
            if (warmup_failed(evaluation, evaluation->layout->offsets[term->observable] + term->offset + k)) {
                return true;
            }
        }
    }
    return false;
}

ons_status lab_estimate_observable(const lab_evaluation *evaluation, size_t observable, ons_estimate *estimates) {
    const size_t size = evaluation->task->plan.shapes[observable].size;
    const size_t offset = evaluation->layout->offsets[observable];
    const bool over_time = (evaluation->system->traits & ONS_STATIONARY) == 0 && !evaluation->task->quenched;
    ons_status status = ONS_OK;
    double *means = ONS_NEW(double, evaluation->count);
    if (means == NULL) { return ONS_MEMORY; }
    const bool failed = own_warmup_failed(evaluation, observable);
    for (size_t i = 0; i < size && status == ONS_OK; ++i) {
        if (evaluation->joint == NULL) {
            estimates[i] = lab_estimate_nothing();
            continue;
        }
        if (over_time) {
            estimates[i] = spread_of_means(evaluation, offset + i, means);
        } else {
            status = ons_joint_estimate(evaluation->joint, offset + i, &estimates[i]);
        }
        if (status == ONS_OK) {
            if (failed || warmup_failed(evaluation, offset + i)) { estimates[i].flags |= ONS_NOT_EQUILIBRATED; }
            judge(evaluation, &estimates[i]);
        }
    }
    free(means);
    return status;
}

/* ---- derived quantities ---- */

typedef struct call {
    const lab_evaluation *evaluation;
    const ons_derived *derived;
    const struct lab_own *own; /* a formula of the user's; NULL: the system's function */
    bool *used;
} call;

static void use_terms(const struct lab_own *own, bool *used) {
    for (size_t i = 0; i < own->measure->formula.count; ++i) {
        if (own->terms[i].constant == NULL) { used[own->terms[i].observable] = true; }
    }
}

static void derive(void *data, const double *means, double *outputs) {
    const call *c = data;
    if (c->own != NULL) {
        if (c->used != NULL) { use_terms(c->own, c->used); }
        lab_own_values(c->own, c->evaluation->layout, means, outputs);
        return;
    }
    const ons_means seen = {
        .task = c->evaluation->task, .layout = c->evaluation->layout, .values = means, .used = c->used};
    c->derived->function(&seen, &c->evaluation->task->parameters, outputs);
}

/* What is wrong with the means that the quantity is made of: a warm-up without an end, or whatever they show. */
static ons_status judge_inputs(const lab_evaluation *evaluation, const bool *used, size_t size,
                               ons_estimate *estimates) {
    const struct ons_plan *plan = &evaluation->task->plan;
    bool *components = ONS_NEW(bool, evaluation->layout->means), failed = false;
    if (components == NULL) { return ONS_MEMORY; }
    for (size_t o = 0; o < plan->observables; ++o) {
        for (size_t i = 0; used[o] && !plan->shapes[o].omitted && i < plan->shapes[o].size; ++i) {
            const size_t component = evaluation->layout->offsets[o] + i;
            components[component] = true;
            failed = failed || warmup_failed(evaluation, component);
        }
    }
    ons_status status = ONS_OK;
    if (evaluation->stationary) { status = ons_joint_inputs(evaluation->joint, components, size, estimates); }
    for (size_t i = 0; i < size; ++i) {
        if (failed) { estimates[i].flags |= ONS_NOT_EQUILIBRATED; }
        judge(evaluation, &estimates[i]);
    }
    free(components);
    return status;
}

ons_status lab_estimate_derived(const lab_evaluation *evaluation, size_t derived, ons_estimate *estimates) {
    const lab_task *task = evaluation->task;
    const ons_derived *quantity = &evaluation->system->derived[derived];
    const size_t size = task->plan.derived_shapes[derived].size;
    for (size_t i = 0; i < size; ++i) { estimates[i] = lab_estimate_nothing(); }
    if (evaluation->joint == NULL) { return ONS_OK; }

    bool *used = ONS_NEW(bool, task->plan.observables);
    double *values = ONS_NEW(double, size);
    ons_status status = used == NULL || values == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK) {
        call look = {evaluation, quantity, lab_own_derived(task, derived), used};
        derive(&look, ons_joint_means(evaluation->joint), values);
        if (evaluation->sampled == 1 && !evaluation->stationary) {
            for (size_t i = 0; i < size; ++i) { estimates[i] = alone(values[i]); }
        } else {
            look.used = NULL;
            status = ons_joint_derived(evaluation->joint, size, derive, &look, estimates);
            /* that of its jackknife blocks says little of the samples */
            for (size_t i = 0; i < size; ++i) { estimates[i].tau = estimates[i].binning_tau = NAN; }
        }
    }
    if (status == ONS_OK) { status = judge_inputs(evaluation, used, size, estimates); }
    free(values);
    free(used);
    return status;
}

/* ---- keeping estimates ---- */

ons_status lab_result_reserve(ons_result *result, size_t rows, bool all) {
    const size_t count = rows * result->size;
    double *tau = NULL, *binning_tau = NULL, *samples = NULL, *effective = NULL, *rhat = NULL;
    double *mean = ONS_NEW(double, count);
    double *error = ONS_NEW(double, count);
    unsigned *flags = ONS_NEW(unsigned, result->size);
    bool failed = mean == NULL || error == NULL || flags == NULL;
    if (all) {
        tau = ONS_NEW(double, count);
        binning_tau = ONS_NEW(double, count);
        samples = ONS_NEW(double, count);
        effective = ONS_NEW(double, count);
        rhat = ONS_NEW(double, count);
        failed = failed || !tau || !binning_tau || !samples || !effective || !rhat;
    }
    result->mean = mean;
    result->error = error;
    result->flags = flags;
    result->tau = tau;
    result->binning_tau = binning_tau;
    result->samples = samples;
    result->effective = effective;
    result->rhat = rhat;
    return failed ? ONS_MEMORY : ONS_OK; /* what was had is released with the result */
}

void lab_result_set(ons_result *result, size_t index, const ons_estimate *estimate) {
    ((double *)result->mean)[index] = estimate->mean;
    ((double *)result->error)[index] = estimate->error;
    ((unsigned *)result->flags)[index % result->size] |= estimate->flags;
    if (result->tau == NULL) { return; }
    ((double *)result->tau)[index] = estimate->tau;
    ((double *)result->binning_tau)[index] = estimate->binning_tau;
    ((double *)result->samples)[index] = estimate->samples;
    ((double *)result->effective)[index] = estimate->effective;
    ((double *)result->rhat)[index] = estimate->rhat;
}
