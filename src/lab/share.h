/*
 * Inside the laboratory: the share of a job that is run here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_SHARE_H
#define ONSAGER_LAB_SHARE_H

#include "job.h"

/* Reads part=K/N of a job whose tasks are made. */
ons_status lab_share_read(ons_job *job);
/* Whether a state of a task is ours; all are without part=. */
bool lab_share_has(const ons_job *job, const lab_task *task, uint64_t state);
/* Replicas of a task that are ours. */
uint64_t lab_share_replicas(const ons_job *job, const lab_task *task);

#endif
