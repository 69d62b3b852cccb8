/*
 * Reweighting of an archive: which tasks belong to one curve, and the curve.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reweight.h"

#include "curves.h"
#include "job.h"
#include "replica.h"
#include "results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the quantity at a target ---- */

typedef struct target_call {
    lab_question *question;
    const lab_states *states;
    const double *at;
    double *means; /* [all components that the quantity may ask for] */
} target_call;

static void at_target(void *data, size_t target, const double *means, double *outputs) {
    const target_call *call = data;
    for (size_t q = 0; q < call->states->quantities; ++q) { call->means[call->states->quantity[q]] = means[q]; }
    ons_quantity_set(call->question->quantity, call->question->x, call->at[target]);
    ons_quantity_function(call->question->quantity, call->means, outputs);
}

static void free_curve(ons_reweighting *curve) {
    free(curve->state_x);
    free(curve->x);
    free(curve->estimates);
    free(curve->free_energy);
    free(curve->free_energy_error);
    free(curve->state_free_energy);
    free(curve->state_free_energy_error);
    free(curve->exact);
    free(curve->exact_source);
    *curve = (ons_reweighting){0};
}

void ons_reweightings_free(ons_reweighting *curves, size_t count) {
    for (size_t i = 0; curves != NULL && i < count; ++i) { free_curve(&curves[i]); }
    free(curves);
}

static ons_status make_curve(ons_reweighting *curve, const lab_states *states, const lab_question *question,
                             const double *at, size_t targets) {
    *curve = (ons_reweighting){.states = states->states,
                               .rows = states->rows,
                               .overlap = (double)NAN,
                               .targets = targets,
                               .size = ons_quantity_size(question->quantity)};
    curve->state_x = ONS_NEW(double, states->states);
    curve->x = ONS_NEW(double, targets);
    curve->estimates = ONS_NEW(ons_estimate, targets * curve->size);
    curve->free_energy = ONS_NEW(double, targets);
    curve->free_energy_error = ONS_NEW(double, targets);
    curve->state_free_energy = ONS_NEW(double, states->states);
    curve->state_free_energy_error = ONS_NEW(double, states->states);
    if (!curve->state_x || !curve->x || !curve->estimates || !curve->free_energy || !curve->free_energy_error ||
        !curve->state_free_energy || !curve->state_free_energy_error) {
        return ONS_MEMORY;
    }
    memcpy(curve->state_x, states->x, states->states * sizeof *states->x);
    memcpy(curve->x, at, targets * sizeof *at);
    return ONS_OK;
}

/* ---- chains of one law ---- */

/* 1: the samples of both states are the same to either of them. */
static ons_status find_overlap(const ons_mbar *mbar, const size_t *states_of, ons_reweighting *curve) {
    const size_t states = curve->states;
    double *overlap = ONS_NEW(double, states *states);
    if (overlap == NULL) { return ONS_MEMORY; }
    ons_mbar_overlap(mbar, overlap);
    for (size_t k = 0; k + 1 < states; ++k) {
        const double *row = overlap + k * states, *next = row + states, size = (double)states_of[k];
        const double ratio = (double)states_of[k + 1] / size;
        const double both = fmin(row[k + 1] / (row[k] * ratio), next[k] * ratio / next[k + 1]);
        curve->overlap = isnan(curve->overlap) ? both : fmin(curve->overlap, both);
    }
    free(overlap);
    return ONS_OK;
}

static ons_mbar_samples samples_of(const lab_states *states) {
    return (ons_mbar_samples){.states = states->states,
                              .features = states->terms,
                              .coefficients = states->coefficients,
                              .counts = states->counts,
                              .values = states->features,
                              .inefficiency = states->inefficiency,
                              .blocks = states->blocks,
                              .strata = states->strata,
                              .block = states->block,
                              .stratum = states->stratum};
}

static ons_status estimate_chains(const lab_states *states, const ons_mbar_request *request, ons_reweighting *curve) {
    const ons_mbar_samples samples = samples_of(states);
    ons_mbar *mbar;
    ons_status status = ons_mbar_create(&mbar, &samples);
    if (status != ONS_OK) { return status; }
    status = find_overlap(mbar, states->counts, curve);
    if (status == ONS_OK) {
        status = ons_mbar_free_energies(mbar, curve->state_free_energy, curve->state_free_energy_error);
    }
    if (status == ONS_OK) {
        status = ons_mbar_estimate(mbar, request, curve->estimates, curve->free_energy, curve->free_energy_error);
    }
    ons_mbar_free(mbar);
    return status;
}

/* ---- samples of a disorder: each for itself ---- */

typedef struct one_sample {
    size_t *counts; /* [states] */
    double *features, *values;
} one_sample;

/* The rows of one replica, state after state. */
static void pick(const lab_states *states, size_t replica, one_sample *one) {
    size_t row = 0, to = 0;
    for (size_t k = 0; k < states->states; ++k) {
        for (size_t r = 0; r < states->replicas; ++r) {
            const size_t count = states->of[k * states->replicas + r];
            if (r == replica) {
                one->counts[k] = count;
                memcpy(one->features + to * states->terms, states->features + row * states->terms,
                       count * states->terms * sizeof(double));
                memcpy(one->values + to * states->quantities, states->values + row * states->quantities,
                       count * states->quantities * sizeof(double));
                to += count;
            }
            row += count;
        }
    }
}

/* Means of one replica at the targets, added as a sample to one set of bins a target. */
static ons_status add_replica(const lab_states *states, const ons_mbar_request *request, const one_sample *one,
                              ons_estimate *estimates, double *row, ons_bins *bins, double *effective) {
    ons_mbar_samples samples = samples_of(states);
    samples.counts = one->counts;
    samples.values = one->features;
    samples.blocks = 0;
    ons_mbar_request means = *request;
    means.values = one->values;
    means.function = NULL;
    ons_mbar *mbar;
    ons_status status = ons_mbar_create(&mbar, &samples);
    if (status == ONS_OK) { status = ons_mbar_estimate(mbar, &means, estimates, NULL, NULL); }
    ons_mbar_free(mbar);
    for (size_t t = 0; t < request->targets && status == ONS_OK; ++t) {
        for (size_t q = 0; q < states->quantities; ++q) { row[q] = estimates[t * states->quantities + q].mean; }
        effective[t] += states->quantities > 0 ? estimates[t * states->quantities].effective : 0;
        ons_bins_add(&bins[t], row);
    }
    return status;
}

typedef struct joint_call {
    const ons_mbar_request *request;
    size_t target;
} joint_call;

static void in_joint(void *data, const double *means, double *outputs) {
    const joint_call *call = data;
    call->request->function(call->request->data, call->target, means, outputs);
}

/* One target: bins[replica][target] of one sample each. */
static ons_status judge_target(const ons_mbar_request *request, ons_bins *bins, size_t replicas, size_t target,
                               double effective, const ons_bins **list, ons_reweighting *curve) {
    ons_joint *joint;
    ons_estimate *own = curve->estimates + target * curve->size;
    joint_call call = {request, target};
    for (size_t r = 0; r < replicas; ++r) { list[r] = &bins[r * request->targets + target]; }
    ons_status status = ons_joint_create(&joint, list, replicas, ONS_INDEPENDENT);
    if (status != ONS_OK) { return status; }
    status = ons_joint_derived(joint, curve->size, in_joint, &call, own);
    for (size_t i = 0; i < curve->size; ++i) {
        own[i].effective = effective;
        own[i].samples = (double)replicas;
        if (effective < 50) { own[i].flags |= ONS_TOO_FEW_SAMPLES; }
        if (!isfinite(own[i].mean)) { own[i].flags &= ~(unsigned)ONS_NOT_FINITE; }
    }
    ons_joint_free(joint);
    return status;
}

static ons_status make_bins(ons_bins *bins, size_t count, size_t components) {
    ons_status status = ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; ++i) { status = ons_bins_init(&bins[i], components, 2); }
    return status;
}

static ons_status estimate_disorder(const lab_states *states, const ons_mbar_request *request, ons_reweighting *curve) {
    const size_t targets = request->targets, replicas = states->replicas;
    one_sample one = {.counts = ONS_NEW(size_t, states->states),
                      .features = ONS_NEW(double, states->rows * states->terms),
                      .values = ONS_NEW(double, states->rows * states->quantities + 1)};
    ons_bins *bins = ONS_NEW(ons_bins, replicas * targets + 1);
    const ons_bins **list = ONS_NEW(const ons_bins *, replicas + 1);
    ons_estimate *estimates = ONS_NEW(ons_estimate, targets * states->quantities + 1);
    double *row = ONS_NEW(double, states->quantities + 1), *effective = ONS_NEW(double, targets + 1);
    const bool had = one.counts && one.features && one.values && bins && list && estimates && row && effective;
    ons_status status = had ? make_bins(bins, replicas * targets, states->quantities) : ONS_MEMORY;
    for (size_t r = 0; r < replicas && status == ONS_OK; ++r) {
        pick(states, r, &one);
        status = add_replica(states, request, &one, estimates, row, bins + r * targets, effective);
    }
    for (size_t t = 0; t < targets && status == ONS_OK; ++t) {
        status = judge_target(request, bins, replicas, t, effective[t] / (double)replicas, list, curve);
        curve->free_energy[t] = curve->free_energy_error[t] = (double)NAN;
    }
    for (size_t k = 0; k < states->states; ++k) {
        curve->state_free_energy[k] = curve->state_free_energy_error[k] = (double)NAN;
    }
    for (size_t i = 0; bins != NULL && i < replicas * targets; ++i) { ons_bins_free(&bins[i]); }
    free(one.counts);
    free(one.features);
    free(one.values);
    free(bins);
    free(list);
    free(estimates);
    free(row);
    free(effective);
    return status;
}

/* ---- what is known exactly ---- */

/* Keeps the known values at one target; the array is made with the first of them. */
static ons_status keep_exact(ons_reweighting *curve, size_t target, const double *values, const char *source) {
    if (curve->exact == NULL) {
        const size_t count = curve->targets * curve->size;
        curve->exact = ONS_NEW(double, count);
        curve->exact_source = ons_copy(source);
        if (curve->exact == NULL || curve->exact_source == NULL) { return ONS_MEMORY; }
        for (size_t i = 0; i < count; ++i) { curve->exact[i] = (double)NAN; }
    }
    memcpy(curve->exact + target * curve->size, values, curve->size * sizeof *values);
    return ONS_OK;
}

/* Asks the system, with x at each target and the other parameters as they were simulated. */
static ons_status add_exact(const lab_question *question, const ons_task_result *result, ons_reweighting *curve) {
    const lab_task *own = lab_job_task(question->view->job, result->key);
    if (own == NULL) { return ONS_OK; }
    lab_task task = *own;
    struct ons_parameters *parameters = &task.parameters;
    const size_t x = lab_parameter_find(parameters->table, parameters->count, question->x);
    if (x >= parameters->count || parameters->table[x].type != ONS_REAL || parameters->values[x].count != 1) {
        return ONS_OK;
    }
    parameters->values = ONS_NEW(lab_value, parameters->count);
    if (parameters->values == NULL) { return ONS_MEMORY; }
    memcpy(parameters->values, own->parameters.values, parameters->count * sizeof *parameters->values);
    ons_status status = ONS_OK;
    for (size_t t = 0; t < curve->targets && status >= 0; ++t) {
        double *values;
        const char *source;
        parameters->values[x].reals = &curve->x[t];
        status = lab_known_value(&task, question->name, curve->size, &values, &source);
        if (status == ONS_OK) { status = keep_exact(curve, t, values, source); }
        free(values);
    }
    free(parameters->values);
    return status == ONS_MEMORY ? status : ONS_OK; /* what it refuses it does not know */
}

/* ---- one curve ---- */

static ons_status reweight(lab_question *question, const size_t *tasks, size_t count, const double *at, size_t targets,
                           ons_reweighting *curve) {
    lab_states states = {0};
    size_t components = 0;
    ons_status status = lab_states_read(&states, question, tasks, count);
    if (status == ONS_OK && states.independent && !states.ladder) {
        status = ons_fail(ONS_INVALID,
                          "replicas are samples of a disorder, and each task has its own: only a ladder "
                          "of values of '%s' within a task can be reweighted",
                          question->x);
    }
    if (status == ONS_OK) { status = make_curve(curve, &states, question, at, targets); }
    double *coefficients = ONS_NEW(double, targets *(states.terms + 1));
    if (status == ONS_OK) { lab_quantity_names(question->quantity, &components); }
    double *means = ONS_NEW(double, components + 1);
    if (status == ONS_OK && (coefficients == NULL || means == NULL)) { status = ONS_MEMORY; }
    for (size_t t = 0; t < targets && status == ONS_OK; ++t) {
        lab_weight_coefficients(&question->weight, at[t], coefficients + t * states.terms);
    }
    target_call call = {question, &states, at, means};
    const ons_mbar_request request = {.targets = targets,
                                      .coefficients = coefficients,
                                      .quantities = states.quantities,
                                      .values = states.values,
                                      .outputs = curve->size,
                                      .function = at_target,
                                      .data = &call};
    if (status == ONS_OK) {
        status = states.independent ? estimate_disorder(&states, &request, curve)
                                    : estimate_chains(&states, &request, curve);
    }
    if (status == ONS_OK && !states.ladder) {
        status = add_exact(question, ons_results_task(question->view->results, tasks[0]), curve);
    }
    free(coefficients);
    free(means);
    lab_states_free(&states);
    return status;
}

/* ---- which tasks belong together ---- */

static bool same_curve(const ons_results *results, size_t first, size_t second, const char *x) {
    const ons_task_result *a = &results->tasks[first], *b = &results->tasks[second];
    for (size_t p = 0; p < a->parameters; ++p) {
        const char *name = a->parameter[p], *other = lab_value_of(b, name);
        const bool same = other != NULL && strcmp(a->value[p], other) == 0;
        if (!same && strcmp(name, x) != 0 && lab_is_given(results, name)) { return false; }
    }
    return true;
}

typedef struct member {
    size_t task;
    double x;
} member;

static int by_x(const void *first, const void *second) {
    const member *a = first, *b = second;
    return (a->x > b->x) - (a->x < b->x);
}

/* The tasks that differ from `first` in x alone, in ascending order of x; a ladder stands alone. */
static ons_status collect(const ons_results *results, size_t first, const char *x, bool *taken, member *members,
                          size_t *count) {
    ons_status status = ONS_OK;
    *count = 0;
    for (size_t t = first; t < results->count && status == ONS_OK; ++t) {
        const char *text = lab_value_of(&results->tasks[t], x);
        double *values;
        size_t elements;
        if (taken[t] || text == NULL || (t > first && !same_curve(results, first, t, x))) { continue; }
        status = lab_numbers_of("reweighting", x, text, &values, &elements);
        if (status != ONS_OK) { break; }
        const bool ladder = elements > 1;
        if (elements > 0 && (!ladder || t == first)) {
            members[*count] = (member){t, values[0]};
            ++*count;
            taken[t] = true;
        }
        free(values);
        if (ladder && t == first) { break; }
    }
    qsort(members, *count, sizeof *members, by_x);
    return status;
}

static ons_status all_curves(const ons_archive_view *view, const char *quantity, const char *x, const double *at,
                             size_t count, ons_reweighting *curves, size_t *curve_count) {
    const ons_results *results = view->results;
    bool *taken = ONS_NEW(bool, results->count + 1);
    member *members = ONS_NEW(member, results->count + 1);
    size_t *tasks = ONS_NEW(size_t, results->count + 1);
    ons_status status = taken == NULL || members == NULL || tasks == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t t = 0; t < results->count && status == ONS_OK; ++t) {
        size_t together;
        if (taken[t] || lab_value_of(&results->tasks[t], x) == NULL) { continue; }
        status = collect(results, t, x, taken, members, &together);
        for (size_t i = 0; i < together; ++i) { tasks[i] = members[i].task; }
        lab_question question = {.view = view, .name = quantity, .x = x};
        if (status == ONS_OK) {
            ons_reweighting *curve = &curves[(*curve_count)++];
            status = reweight(&question, tasks, together, at, count, curve);
            curve->task = t;
        }
        lab_question_close(&question);
    }
    free(taken);
    free(members);
    free(tasks);
    return status;
}

/* Where nothing could have been simulated nothing is asked. */
static ons_status check_range(const ons_job *job, const char *x, const double *at, size_t count) {
    if (job == NULL || job->task_count == 0) { return ONS_OK; }
    const struct ons_parameters *parameters = &job->tasks[0].parameters;
    const size_t place = lab_parameter_find(parameters->table, parameters->count, x);
    lab_interval interval;
    if (place >= parameters->count || !lab_interval_read(&interval, parameters->table[place].range)) { return ONS_OK; }
    for (size_t t = 0; t < count; ++t) {
        char shortest[ONS_REAL_TEXT];
        if (lab_interval_holds(&interval, at[t])) { continue; }
        return ons_fail(ONS_INVALID, "'%s' takes a number in %s, not %s", x,
                        parameters->table[place].range == NULL ? "(-inf, inf)" : parameters->table[place].range,
                        ons_real_text(at[t], shortest));
    }
    return ONS_OK;
}

ons_status ons_results_reweight(const ons_archive_view *view, const char *quantity, const char *x, const double *at,
                                size_t count, ons_reweighting **curves, size_t *curve_count) {
    *curves = NULL;
    *curve_count = 0;
    ons_status status = lab_check_parameter(view->results, x);
    if (status == ONS_OK) { status = check_range(view->job, x, at, count); }
    if (status != ONS_OK) { return status; }
    *curves = ONS_NEW(ons_reweighting, view->results->count + 1);
    if (*curves == NULL) { return ONS_MEMORY; }
    status = all_curves(view, quantity, x, at, count, *curves, curve_count);
    if (status != ONS_OK) {
        ons_reweightings_free(*curves, *curve_count);
        *curves = NULL;
        *curve_count = 0;
    }
    return status;
}
