/*
 * Inside the laboratory: quantities as functions of means, and at a single element of a ladder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_QUANTITY_H
#define ONSAGER_LAB_QUANTITY_H

#include "task.h"

#include <onsager/samples.h>

/* The task of a bound job with this key; NULL: there is none. */
const lab_task *lab_job_task(const ons_job *job, const char *key);

/* As ons_quantity_create, but for the means at one element of the array parameter `axis`: the first index of the
 * observables that run over it is gone, and the parameter has one element. `axes`: for each component of the task the
 * element that it belongs to, -1: to all. Means are then those of the components with axes[c] = -1 or 0, in order. */
ons_status lab_quantity_create(ons_quantity **quantity, const ons_task_samples *task, const ons_job *job,
                               const char *name, const char *axis, const int64_t *axes);

/* The names of those means, [*components]; they belong to the quantity. */
const char *const *lab_quantity_names(const ons_quantity *quantity, size_t *components);
/* Which of them the quantity is made of, used[components]; asked at these means. */
void lab_quantity_used(ons_quantity *quantity, const double *means, bool *used);

#endif
