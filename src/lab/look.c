/*
 * A look at one quantity while a task runs, for the goals that end it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The worst component decides each number of the look by itself. */
static void summarize(const ons_estimate *estimates, size_t count, lab_goal_look *look) {
    *look = (lab_goal_look){.effective = INFINITY, .finite = true};
    for (size_t i = 0; i < count; ++i) {
        const double mean = fabs(estimates[i].mean), error = estimates[i].error;
        if (!isfinite(mean) || !isfinite(error)) {
            look->finite = false;
            continue;
        }
        look->absolute = fmax(look->absolute, error);
        look->relative = fmax(look->relative, error > 0 ? error / mean : 0);
        /* an error that cannot be trusted (too few samples for so skew a mean) meets no goal */
        look->effective = fmin(look->effective, estimates[i].flags & ONS_TOO_FEW_SAMPLES ? 0 : estimates[i].effective);
        if (mean <= 3 * error) { look->compatible_with_zero = true; }
    }
    if (!look->finite) { look->relative = look->absolute = INFINITY; }
    if (!isfinite(look->effective) && !look->finite) { look->effective = 0; }
}

ons_status lab_look(const lab_task *task, const lab_replica *replicas, size_t count, const char *name,
                    lab_goal_look *look) {
    const ons_system *system = task->parameters.system;
    size_t index = 0, size = 0;
    bool derived = false;
    for (size_t o = 0; o < task->plan.observables; ++o) {
        const bool mean = system->observables[o].kind == ONS_MEAN && !task->plan.shapes[o].omitted;
        if (mean && strcmp(system->observables[o].name, name) == 0) {
            index = o;
            size = task->plan.shapes[o].size;
        }
    }
    for (size_t d = 0; d < task->plan.deriveds && size == 0; ++d) {
        if (strcmp(system->derived[d].name, name) == 0 && !task->plan.derived_omitted[d]) {
            index = d;
            size = task->plan.derived_shapes[d].size;
            derived = true;
        }
    }
    if (size == 0) { return ons_fail(ONS_INVALID, "this task has no mean or derived quantity '%s' for a goal", name); }

    lab_evaluation evaluation;
    ons_status status = lab_evaluation_begin(&evaluation, task, replicas, count);
    if (status != ONS_OK) { return status; }
    ons_estimate *estimates = ONS_NEW(ons_estimate, size);
    if (estimates == NULL) {
        status = ONS_MEMORY;
    } else {
        status = derived ? lab_estimate_derived(&evaluation, index, estimates)
                         : lab_estimate_observable(&evaluation, index, estimates);
    }
    if (status == ONS_OK) { summarize(estimates, size, look); }
    free(estimates);
    lab_evaluation_end(&evaluation);
    return status;
}
