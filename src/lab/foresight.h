/*
 * Inside the laboratory: what memory.c knows of the needs of a job.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_FORESIGHT_H
#define ONSAGER_LAB_FORESIGHT_H

#include "job.h"
#include "stored.h"

/* Bytes of memory of all states that run at once, their statistics included. */
double lab_memory_needed(const ons_job *job);
/* Bytes that one replica takes in the archive beside the state: statistics in the part and once more as bins and
 * record, the series and the snapshots. */
double lab_stored_bytes(const ons_job *job, const lab_task *task);

#endif
