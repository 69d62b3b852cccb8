/*
 * What a derived quantity may ask of the means.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "means.h"

#include <assert.h>
#include <math.h>

/* Stands for an observable that this task does not have. */
static const double absent = (double)NAN;

const double *ons_mean_array(const ons_means *means, size_t observable, size_t *count) {
    const struct ons_plan *plan = &means->task->plan;
    assert(observable < plan->observables);
    assert(means->task->parameters.system->observables[observable].kind == ONS_MEAN);
    if (means->used != NULL) { means->used[observable] = true; }
    const lab_shape *shape = &plan->shapes[observable];
    if (count != NULL) { *count = shape->omitted ? 0 : shape->size; }
    return shape->omitted ? &absent : means->values + means->layout->offsets[observable];
}

double ons_mean(const ons_means *means, size_t observable) { return *ons_mean_array(means, observable, NULL); }
