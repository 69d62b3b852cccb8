/*
 * run: a job that runs, and one state of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_RUN_H
#define ONS_LAB_RUN_H

#include "context.h"
#include "grid.h"
#include "ranks.h"
#include "stored.h"
#include "trail.h"

#include <pthread.h>
#include <stdatomic.h>

/* Why all workers should leave at the next step. The larger one counts. */
typedef enum lab_halt {
    LAB_GO,
    LAB_TIME_OVER,
    LAB_INTERRUPTED,
    LAB_BROKEN /* a failure here or on another rank */
} lab_halt;

/* What all threads of a running job share. */
typedef struct lab_run {
    const ons_job *job;
    const ons_run_options *options;
    const lab_ranks *ranks;
    const char *directory; /* of the parts */
    double begin;          /* ons_seconds() */
    atomic_int halt;       /* lab_halt */
    atomic_uint tick;      /* grows some 50 times a second: saves the workers from asking the clock */
    atomic_uint_fast64_t made,
        measured;       /* steps of all replicas: in this run, warm-up included; and all measured ones */
    double total;       /* measured steps that are asked for */
    atomic_int warming; /* states in their warm-up */
    _Atomic double worst_error;
    atomic_bool writing;
    _Atomic double synced; /* when the directory was last synced */
    pthread_mutex_t warning;
} lab_run;

static inline bool lab_run_halted(const lab_run *run) {
    return atomic_load_explicit(&run->halt, memory_order_relaxed) != LAB_GO ||
           (run->options->stop && *run->options->stop != 0);
}
/* Makes all leave. The gravest reason stands. */
void lab_run_halt(lab_run *run, lab_halt why);
/* Hands the lines of `warnings` to the caller of the job, and clears them. */
void lab_run_warn(lab_run *run, ons_text *warnings);

/* ---- monitor.c: the clock of a run, the time limit and the progress ---- */

typedef struct lab_monitor {
    lab_run *run;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool running, over;
    double shown, rate;            /* when progress was last told; steps a second, lately */
    uint64_t made;                 /* then */
    uint64_t told[LAB_RANKS_SUMS]; /* to the other ranks */
} lab_monitor;
ons_status lab_monitor_start(lab_monitor *monitor, lab_run *run);
void lab_monitor_stop(lab_monitor *monitor);

/* ---- state.c: one state in memory ---- */

typedef struct lab_state {
    lab_run *run;
    const lab_task *task;
    lab_replica replica;
    ons_context context;
    lab_grid grid;  /* its point is the next to be measured */
    void *memory;   /* the system's own */
    bool automatic; /* looks for the end of its warm-up itself */
    lab_trail series, snapshots;
    unsigned tick;   /* of the run, when the clock was last asked */
    double clock;    /* then */
    double stored;   /* when the part was written */
    bool unstored;   /* there is something that the part does not hold */
    bool checkpoint; /* the part should be written */
    uint64_t made;   /* steps not yet told to the run */
    uint64_t told;   /* measured steps told to the run */
} lab_state;

/* Makes the state and continues from its part, if there is one. `threads`: those that it may use. */
ons_status lab_state_open(lab_state **state, lab_run *run, const lab_task *task, uint64_t state_index,
                          unsigned threads);
/* Goes on to `target` measured steps. ONS_STOPPED: asked to leave before. */
ons_status lab_state_run(lab_state *state, uint64_t target);
/* Writes its part if there is something new. */
ons_status lab_state_store(lab_state *state);
void lab_state_close(lab_state *state);

/* Lanes of a state whose replicas were asked for, not surplus. */
size_t lab_useful_lanes(const lab_task *task, uint64_t state_index);

/* ---- start.c ---- */

/* Puts the configuration that the job's `start` names into a fresh state. */
ons_status lab_start_from_archive(const lab_task *task, uint64_t state_index, void *memory);

/* ---- judge.c: whether a task is good enough ---- */

typedef enum lab_verdict { LAB_GOALS_OPEN, LAB_GOALS_MET } lab_verdict;

/* Looks at the goals of a task at the end of the round `measured`. *past, the looks at the round before, becomes those
 * of this round. A relative goal on what is compatible with zero, twice in a row, is ONS_INVALID. */
ons_status lab_judge_goals(const lab_task *task, const lab_replica *replicas, size_t count, uint64_t measured,
                           lab_past_looks *past, lab_verdict *verdict, double *worst);

/* ---- schedule.c: all states of all tasks ---- */

/* Runs what is to do. complete[t]: the task has made its steps or met its goals. *halt: why it was left before, if it
 * was. */
ons_status lab_schedule_run(lab_run *run, bool *complete, lab_halt *halt);

#endif
