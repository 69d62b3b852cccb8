/*
 * Evaluation: what the replicas of a task measured becomes its results, in the order of the descriptor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the lanes that count ---- */

/* Lanes of all states in order, those beyond the number of replicas left out; the joint analysis of their means. */
ons_status lab_evaluation_begin(lab_evaluation *evaluation, const lab_task *task, const lab_replica *replicas,
                                size_t count) {
    size_t lanes = 0;
    *evaluation = (lab_evaluation){.task = task, .system = task->parameters.system};
    for (size_t s = 0; s < count; ++s) { lanes += replicas[s].lane_count; }
    if (lanes == 0) { return ons_fail(ONS_FAILED, "task %s has no replica to evaluate", task->key_text); }
    const ons_bins **bins = ONS_NEW(const ons_bins *, lanes);
    evaluation->layout = &replicas[0].layout;
    evaluation->lanes = ONS_NEW(const lab_lane *, lanes);
    evaluation->stationary = (evaluation->system->traits & ONS_STATIONARY) != 0 && !task->quenched;
    ons_status status = bins == NULL || evaluation->lanes == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t s = 0; s < count && status == ONS_OK; ++s) {
        for (size_t k = 0; k < replicas[s].lane_count; ++k) {
            const lab_lane *lane = &replicas[s].lanes[k];
            if (lane->replica >= (uint64_t)task->controls->replicas) { continue; }
            if (lane->bins.samples > 0) { bins[evaluation->sampled++] = &lane->bins; }
            evaluation->lanes[evaluation->count++] = lane;
        }
    }
    if (status == ONS_OK && evaluation->layout->means > 0 && evaluation->sampled > 0) {
        const unsigned flags = evaluation->stationary ? 0 : ONS_INDEPENDENT;
        status = ons_joint_create(&evaluation->joint, bins, evaluation->sampled, flags);
    }
    free(bins);
    if (status != ONS_OK) { lab_evaluation_end(evaluation); }
    return status;
}

void lab_evaluation_end(lab_evaluation *evaluation) {
    ons_joint_free(evaluation->joint);
    free(evaluation->lanes);
    *evaluation = (lab_evaluation){0};
}

/* ---- single results ---- */

static ons_status keep_estimates(ons_result *result, const ons_estimate *estimates) {
    const ons_status status = lab_result_reserve(result, 1, true);
    for (size_t i = 0; i < result->size && status == ONS_OK; ++i) { lab_result_set(result, i, &estimates[i]); }
    return status;
}

/* Names, texts and shape. */
static ons_status describe(const char *name, const char *unit, const char *meaning, const char *axis,
                           const lab_shape *shape, ons_result *result) {
    result->name = ons_copy(name);
    result->unit = ons_copy(unit == NULL ? "" : unit);
    result->meaning = ons_copy(meaning == NULL ? "" : meaning);
    result->axis = axis == NULL ? NULL : ons_copy(axis);
    result->exact_source = NULL;
    result->rank = shape->rank;
    memcpy(result->shape, shape->dimensions, sizeof result->shape);
    result->size = shape->size;
    const bool failed = !result->name || !result->unit || !result->meaning || (axis != NULL && !result->axis);
    return failed ? ONS_MEMORY : ONS_OK;
}

static ons_status evaluate_mean(const lab_evaluation *evaluation, size_t index, bool derived, ons_result *result) {
    ons_estimate *estimates = ONS_NEW(ons_estimate, result->size);
    if (estimates == NULL) { return ONS_MEMORY; }
    ons_status status = derived ? lab_estimate_derived(evaluation, index, estimates)
                                : lab_estimate_observable(evaluation, index, estimates);
    if (status == ONS_OK) { status = keep_estimates(result, estimates); }
    free(estimates);
    return status;
}

static ons_status evaluate_observable(const lab_evaluation *evaluation, size_t index, ons_result *result) {
    const ons_observable *observable = &evaluation->system->observables[index];
    result->kind = observable->kind;
    const lab_shape *shape = &evaluation->task->plan.shapes[index];
    const char *axis = shape->rank > 0 ? observable->axis : NULL;
    const ons_status status = describe(observable->name, observable->unit, observable->meaning, axis, shape, result);
    if (status != ONS_OK) { return status; }
    switch (observable->kind) {
    case ONS_MEAN: return evaluate_mean(evaluation, index, false, result);
    case ONS_SERIES: return lab_evaluate_series(evaluation, index, result);
    case ONS_VALUE: return lab_evaluate_value(evaluation, index, result);
    case ONS_HISTOGRAM:
        result->rank = 1;
        result->shape[0] = result->size;
        return lab_evaluate_histogram(evaluation, index, result);
    case ONS_TABLE:
        result->rank = 0;
        result->size = 0;
        return lab_evaluate_table(evaluation, index, result);
    }
    return ons_fail(ONS_FAILED, "system %s: observable '%s' is of no known kind", evaluation->system->name,
                    observable->name);
}

static ons_status evaluate_derived(const lab_evaluation *evaluation, size_t index, ons_result *result) {
    const ons_derived *derived = &evaluation->system->derived[index];
    const ons_observable *like = &evaluation->system->observables[derived->like];
    result->kind = ONS_MEAN;
    result->derived = true;
    const lab_shape *shape = &evaluation->task->plan.derived_shapes[index];
    const char *axis = shape->rank > 0 ? like->axis : NULL;
    const ons_status status = describe(derived->name, derived->unit, derived->meaning, axis, shape, result);
    return status != ONS_OK ? status : evaluate_mean(evaluation, index, true, result);
}

/* ---- the task ---- */

/* Whether a text may stand in JSON without quotes: a finite number, or an array of such. */
static bool is_number(const ons_parameter *parameter, const lab_value *value) {
    if (parameter->type == ONS_INTEGER) { return true; }
    if (parameter->type != ONS_REAL) { return false; }
    for (size_t i = 0; i < value->count; ++i) {
        if (!isfinite(value->reals[i])) { return false; }
    }
    return true;
}

static ons_status keep_parameters(const lab_task *task, ons_task_result *result) {
    const struct ons_parameters *parameters = &task->parameters;
    char **names = ONS_NEW(char *, parameters->count), **values = ONS_NEW(char *, parameters->count);
    bool *number = ONS_NEW(bool, parameters->count), *varies = ONS_NEW(bool, parameters->count);
    result->parameter = (const char *const *)names;
    result->value = (const char *const *)values;
    result->value_is_number = number;
    result->varies = varies;
    if (!names || !values || !number || !varies) { return ONS_MEMORY; }
    for (size_t p = 0; p < parameters->count; ++p) {
        if (!parameters->values[p].present) { continue; }
        ons_text text = {0};
        lab_value_text(&parameters->table[p], &parameters->values[p], &text);
        const size_t to = result->parameters++;
        names[to] = ons_copy(parameters->table[p].name);
        values[to] = text.failed ? NULL : ons_copy(text.data == NULL ? "" : text.data);
        number[to] = is_number(&parameters->table[p], &parameters->values[p]);
        ons_text_free(&text);
        if (names[to] == NULL || values[to] == NULL) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

/* How far the replicas are. A goal can end a task before `steps`: who knows that says so afterwards. */
static void keep_progress(const lab_evaluation *evaluation, const lab_replica *replicas, size_t count,
                          ons_task_result *result) {
    const uint64_t wanted = (uint64_t)evaluation->task->controls->steps;
    result->replicas = evaluation->count;
    result->steps = UINT64_MAX;
    result->complete = evaluation->count == (uint64_t)evaluation->task->controls->replicas;
    for (size_t s = 0; s < count; ++s) {
        if (replicas[s].measured < result->steps) { result->steps = replicas[s].measured; }
        if (replicas[s].warmup_steps > result->warmup) { result->warmup = replicas[s].warmup_steps; }
        result->seconds += replicas[s].seconds;
        if (!replicas[s].finished && replicas[s].measured < wanted) { result->complete = false; }
    }
}

/* What check() had to say, what is not measured yet, and goals that the last step did not reach. */
static ons_status keep_notes(const lab_evaluation *evaluation, const lab_replica *replicas, size_t count,
                             ons_task_result *result) {
    const lab_task *task = evaluation->task;
    ons_text notes = {0};
    ons_text_add(&notes, "%s", task->plan.notes.data == NULL ? "" : task->plan.notes.data);
    size_t warming = 0;
    for (size_t s = 0; s < count; ++s) { warming += !replicas[s].warmup_over && !replicas[s].finished; }
    if (warming > 0) { ons_text_add(&notes, "%zu of %zu states were still warming up\n", warming, count); }
    for (size_t g = 0; g < task->controls->goal_count && result->steps >= (uint64_t)task->controls->steps; ++g) {
        const lab_goal *goal = &task->controls->goals[g];
        lab_goal_look look;
        char reached[ONS_REAL_TEXT], wanted[ONS_REAL_TEXT];
        if (lab_look(task, replicas, count, goal->name, &look) != ONS_OK) { continue; }
        const double error = goal->relative ? look.relative : look.absolute;
        if (look.finite && error <= goal->value) { continue; }
        ons_text_add(&notes, "until.%s: the %s error is %s after all steps, the goal was %s: give more steps\n",
                     goal->name, goal->relative ? "relative" : "absolute", ons_real_text(error, reached),
                     ons_real_text(goal->value, wanted));
    }
    result->notes = notes.failed ? NULL : ons_copy(notes.data == NULL ? "" : notes.data);
    ons_text_free(&notes);
    return result->notes == NULL ? ONS_MEMORY : ONS_OK;
}

static ons_status evaluate_all(const lab_evaluation *evaluation, ons_task_result *result) {
    const struct ons_plan *plan = &evaluation->task->plan;
    ons_result *results = ONS_NEW(ons_result, plan->observables + plan->deriveds);
    result->result = results;
    if (results == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < plan->observables + plan->deriveds && status == ONS_OK; ++i) {
        const bool derived = i >= plan->observables;
        const size_t index = derived ? i - plan->observables : i;
        if (derived ? plan->derived_omitted[index] : plan->shapes[index].omitted) { continue; }
        ons_result *one = &results[result->results++];
        status = derived ? evaluate_derived(evaluation, index, one) : evaluate_observable(evaluation, index, one);
        if (status == ONS_OK) { status = lab_evaluate_exact(evaluation, one); }
        for (size_t k = 0; status == ONS_OK && one->flags != NULL && k < one->size; ++k) {
            result->flags |= one->flags[k];
        }
    }
    return status;
}

ons_status lab_evaluate(const lab_task *task, const lab_replica *replicas, size_t count, ons_task_result *result) {
    lab_evaluation evaluation;
    *result = (ons_task_result){0};
    ons_status status = lab_evaluation_begin(&evaluation, task, replicas, count);
    if (status != ONS_OK) { return status; }
    keep_progress(&evaluation, replicas, count, result);
    result->key = ons_copy(task->key_text);
    status = result->key == NULL ? ONS_MEMORY : keep_notes(&evaluation, replicas, count, result);
    if (status == ONS_OK) { status = keep_parameters(task, result); }
    if (status == ONS_OK) { status = evaluate_all(&evaluation, result); }
    lab_evaluation_end(&evaluation);
    if (status != ONS_OK) { lab_task_result_free(result); }
    return status;
}
