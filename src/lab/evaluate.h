/*
 * Inside the laboratory: one evaluation of a task, shared by the files that make its results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_EVALUATE_H
#define ONSAGER_LAB_EVALUATE_H

#include "replica.h"

typedef struct lab_evaluation {
    const lab_task *task;
    const ons_system *system;
    const lab_layout *layout;
    const lab_lane **lanes; /* those of the replicas that were asked for, in order */
    size_t count;
    bool stationary;  /* errors within a replica mean something: a stationary system without quenched disorder */
    ons_joint *joint; /* of all MEAN observables; NULL before the first sample */
    size_t sampled;   /* lanes with samples */
} lab_evaluation;

ons_status lab_evaluation_begin(lab_evaluation *evaluation, const lab_task *task, const lab_replica *replicas,
                                size_t count);
void lab_evaluation_end(lab_evaluation *evaluation);

/* evaluate_means.c: estimates[size] of a MEAN observable or of a derived quantity, flags included. */
ons_status lab_estimate_observable(const lab_evaluation *evaluation, size_t observable, ons_estimate *estimates);
ons_status lab_estimate_derived(const lab_evaluation *evaluation, size_t derived, ons_estimate *estimates);
/* Where each number of a result is kept, and an estimate that knows nothing. */
ons_status lab_result_reserve(ons_result *result, size_t rows, bool all);
void lab_result_set(ons_result *result, size_t index, const ons_estimate *estimate);
ons_estimate lab_estimate_nothing(void);

/* evaluate_kinds.c: what is not a mean. `result` has its name, shape and size. */
ons_status lab_evaluate_series(const lab_evaluation *evaluation, size_t observable, ons_result *result);
ons_status lab_evaluate_value(const lab_evaluation *evaluation, size_t observable, ons_result *result);
ons_status lab_evaluate_table(const lab_evaluation *evaluation, size_t observable, ons_result *result);
/* evaluate_histogram.c */
ons_status lab_evaluate_histogram(const lab_evaluation *evaluation, size_t observable, ons_result *result);
/* evaluate_exact.c: the known values beside a result, and the verdict over it. */
ons_status lab_evaluate_exact(const lab_evaluation *evaluation, ons_result *result);

/* The digest over everything in a task's results but `seconds` and `varies`. */
ons_status lab_task_result_digest(const ons_task_result *result, ons_digest *digest);

#endif
