/*
 * schedule: how far every task is, and the units of work that are handed out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_SCHEDULE_H
#define ONS_LAB_SCHEDULE_H

#include "run.h"

typedef struct lab_progress {
    const lab_task *task;
    size_t states;
    uint64_t *measured; /* [states] */
    bool *finished;     /* [states]: advance() said ONS_DONE */
    bool *elsewhere;    /* [states]: runs in another part of the job */
    lab_state **live;   /* [states]: in memory between rounds, or NULL */
    uint64_t target;    /* measured steps to which all states go in this round */
    bool over;
    lab_past_looks past;
    double worst;  /* relative error of its goals */
    double marked; /* when the parts were last made a round */
} lab_progress;

typedef struct lab_unit {
    size_t task, state;
    double cost;
} lab_unit;

typedef struct lab_schedule {
    lab_run *run;
    unsigned threads;
    bool timed; /* there is a time limit */
    bool keep;  /* states stay in memory between rounds */
    lab_progress *tasks;
    size_t count;
    lab_unit *units;
    size_t unit_count, unit_capacity;
    atomic_uint_fast64_t next; /* unit that nobody has taken */
} lab_schedule;

#endif
