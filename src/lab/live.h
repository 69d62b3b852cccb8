/*
 * Inside the laboratory: a live state and what it is made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_LIVE_H
#define ONS_LAB_LIVE_H

#include "context.h"
#include "job.h"

#include <onsager/live.h>

/* A value that was given while the state lives; it stands in for what the job says. */
typedef struct lab_override {
    lab_axis axis; /* one value; count 0: none was given */
    lab_entry entry;
} lab_override;

/* One state with its parameters. Its members point to each other: it stays where it is. */
typedef struct lab_instance {
    lab_task task;
    lab_replica replica;
    ons_context context;
    void *memory; /* the system's own; NULL: create() was never called */
} lab_instance;

/* ---- live_task.c ---- */

/* Reads the value of a live parameter. */
ons_status lab_override_read(lab_override *override, const ons_parameter *parameter, const char *text);
void lab_override_free(lab_override *override);
/* The task of a job with some values replaced: overrides[k], where it has a value, for parameter k. The key of the task
 * is that of the job's own one: the streams stay. Values are borrowed from the job and from the overrides. */
ons_status lab_task_override(const ons_job *job, const lab_override *const *overrides, lab_task *task);
void lab_task_release(lab_task *task);

#endif
