/*
 * Goals that a task cannot have: on a quantity that it lacks, or a relative error of what is exactly zero. Whether a
 * goal is met while the task runs is decided in judge.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"
#include "replica.h"

#include <stdlib.h>
#include <string.h>

/* Whether the exact value of a quantity is known and a component of it is 0. */
static ons_status exactly_zero(const lab_task *task, const char *name, size_t size, bool *zero) {
    double *values;
    const char *source;
    const ons_status status = lab_known_value(task, name, size, &values, &source);
    *zero = false;
    for (size_t i = 0; status == ONS_OK && i < size; i++) { *zero = *zero || values[i] == 0; }
    free(values);
    return status < 0 ? status : ONS_OK;
}

static ons_status check_goal(const lab_task *task, const lab_descriptor *descriptor, const lab_goal *goal,
                             const lab_place *place) {
    const size_t index = lab_quantity_find(descriptor, goal->name);
    const bool derived = index >= descriptor->observables;
    const lab_shape *shape =
        derived ? &task->plan.derived_shapes[index - descriptor->observables] : &task->plan.shapes[index];
    if (shape->omitted || (derived && task->plan.derived_omitted[index - descriptor->observables])) {
        return lab_fail_at(place, "`until` cannot watch `%s`, which does not exist with these parameters", goal->name);
    }
    bool zero = false;
    const ons_status status = goal->relative ? exactly_zero(task, goal->name, shape->size, &zero) : ONS_OK;
    if (!zero) { return status; }
    return lab_fail_at(place,
                       "a relative error of `%s` has no meaning, its exact value is 0; give an absolute one, such as "
                       "until.%s=0.001",
                       goal->name, goal->name);
}

ons_status lab_goals_check(const lab_task *task, const lab_descriptor *descriptor, const lab_sections *sections) {
    for (size_t i = 0; i < task->controls->goal_count; i++) {
        const lab_goal *goal = &task->controls->goals[i];
        char *key = ons_format("until.%s", goal->name);
        if (key == NULL) { return ONS_MEMORY; }
        const lab_entry *entry = lab_sections_find(sections, key);
        free(key);
        const ons_status status = check_goal(task, descriptor, goal, &entry->place);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}
