/*
 * Goals: looked at at the end of every round, met when two looks in a row say so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Runs whose error comes out small by chance stop first, and where the error depends on the mean so does the mean: of a
 * Binder cumulant at T_c it is then off by 0.4 of its error at 100 effective samples, by 0.1 at 200. The samples of a
 * disorder are of a fixed number. */
#define EFFECTIVE_SAMPLES 200.0
#define EFFECTIVE_REPLICAS 100.0

static bool says_something(const lab_task *task, const lab_goal_look *look) {
    return look->finite && look->effective >= (task->quenched ? EFFECTIVE_REPLICAS : EFFECTIVE_SAMPLES);
}

static bool is_met(const lab_task *task, const lab_goal *goal, const lab_goal_look *look) {
    return says_something(task, look) && (goal->relative ? look->relative : look->absolute) <= goal->value;
}

static bool cannot_be_met(const lab_task *task, const lab_goal *goal, const lab_goal_look *look) {
    return goal->relative && says_something(task, look) && look->compatible_with_zero && !is_met(task, goal, look);
}

/* The look at this goal in the round just before `measured`; NULL when there was none. */
static const lab_goal_look *look_before(const lab_task *task, const lab_past_looks *past, const char *name,
                                        uint64_t measured) {
    if (past->measured == 0 || lab_round_after(task->controls, past->measured) != measured) { return NULL; }
    for (size_t k = 0; k < past->count; k++) {
        if (strcmp(past->names[k], name) == 0) { return &past->looks[k]; }
    }
    return NULL;
}

static ons_status look_at_all(const lab_task *task, const lab_replica *replicas, size_t count, uint64_t measured,
                              lab_past_looks *present) {
    const lab_controls *controls = task->controls;
    *present = (lab_past_looks){.measured = measured,
                                .count = controls->goal_count,
                                .names = ons_allocate(controls->goal_count, sizeof *present->names),
                                .looks = ONS_NEW(lab_goal_look, controls->goal_count)};
    ons_status status = present->names && present->looks ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < controls->goal_count && status == ONS_OK; k++) {
        const char *name = controls->goals[k].name;
        strncpy(present->names[k], name, sizeof present->names[k] - 1);
        status = lab_look(task, replicas, count, name, &present->looks[k]);
    }
    if (status != ONS_OK) { lab_past_free(present); }
    return status;
}

static ons_status refuse(const lab_task *task, const lab_goal *goal, const lab_goal_look *look) {
    char value[ONS_REAL_TEXT];
    return ons_fail(
        ONS_INVALID,
        "until.%s: the goal is relative, but the mean is compatible with zero (its error is %s after %.0f "
        "effective samples, task %s), so that it is never met: give an absolute one, such as until.%s=0.001",
        goal->name, ons_real_text(look->absolute, value), look->effective, task->key_text, goal->name);
}

ons_status lab_judge_goals(const lab_task *task, const lab_replica *replicas, size_t count, uint64_t measured,
                           lab_past_looks *past, lab_verdict *verdict, double *worst) {
    const lab_controls *controls = task->controls;
    lab_past_looks present;
    ons_status status = look_at_all(task, replicas, count, measured, &present);
    if (status != ONS_OK) { return status; }
    *verdict = LAB_GOALS_MET;
    *worst = 0.0;
    for (size_t k = 0; k < controls->goal_count && status == ONS_OK; k++) {
        const lab_goal *goal = &controls->goals[k];
        const lab_goal_look *look = &present.looks[k];
        const lab_goal_look *before = look_before(task, past, present.names[k], measured);
        if (!is_met(task, goal, look) || !before || !is_met(task, goal, before)) { *verdict = LAB_GOALS_OPEN; }
        if (!(look->relative <= *worst)) { *worst = look->relative; }
        if (before && cannot_be_met(task, goal, look) && cannot_be_met(task, goal, before)) {
            status = refuse(task, goal, look);
        }
    }
    lab_past_free(past);
    *past = present;
    return status;
}
