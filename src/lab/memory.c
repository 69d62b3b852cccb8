/*
 * Memory is estimated before it is taken: the states that run at once with their statistics, and the statistics of all
 * replicas of a task when it is evaluated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"
#include "lane.h"

#include <math.h>
#include <stdlib.h>

/* Points of the time grid; a logarithmic one has 20 decades at most. */
static double times_of(const lab_controls *controls) {
    return controls->logarithmic ? 20 * controls->every : (double)controls->steps / controls->every + 1;
}

/* What one replica leaves of its measurement, in bytes. */
static double statistics_bytes(const lab_task *task) {
    const ons_system *system = task->plan.system;
    const double times = times_of(task->controls);
    double means = 0, series = 0, numbers = 0;
    for (size_t i = 0; i < task->plan.observables; i++) {
        const double size = (double)task->plan.shapes[i].size;
        if (task->plan.shapes[i].omitted) { continue; }
        switch (system->observables[i].kind) {
        case ONS_MEAN: means += size; break;
        case ONS_SERIES: series += size; break;
        case ONS_VALUE: numbers += 2 * size; break;
        case ONS_HISTOGRAM: numbers += (LAB_BLOCKS + 1) * size; break;
        default: break;
        }
    }
    const unsigned lanes = task->plan.lanes;
    numbers += fmin((double)lab_lane_rows(LAB_BINS, (size_t)means, lanes), times) * means;
    numbers += fmin((double)lab_lane_rows(LAB_RECORD, (size_t)means, lanes), times) * means;
    const unsigned rest = LAB_WARMUP_BINS / lanes + 3 * ONS_LEVELS + 4;
    numbers += rest * means + series * times;
    return 8 * numbers;
}

typedef struct need {
    double bytes; /* of one state with its statistics */
    double states;
} need;

static int larger_first(const void *a, const void *b) {
    const double first = ((const need *)a)->bytes, second = ((const need *)b)->bytes;
    return (first < second) - (first > second);
}

static ons_status refuse(const ons_job *job, const lab_task *task, double bytes, double memory, const char *what) {
    const lab_place place = lab_job_place(job, (size_t)(task->controls - job->controls));
    ons_text given = {0};
    char needed[ONS_REAL_TEXT], there[ONS_REAL_TEXT];
    lab_task_text(task, &given);
    const double tenths = bytes < 1e17 ? ceil(bytes / 1e8) / 10 : bytes / 1e9;
    lab_fail_at(&place, "%s needs %s GB of memory, and this machine has %s GB (%s)", what,
                ons_real_text(tenths, needed), ons_real_text(floor(memory / 1e8) / 10, there),
                given.data == NULL || given.length == 0 ? "with the default parameters" : given.data);
    ons_text_free(&given);
    return ONS_INVALID;
}

ons_status lab_memory_check(const ons_job *job) {
    const double memory = (double)ons_memory_total();
    if (memory == 0 || job->task_count == 0) { return ONS_OK; }
    need *needs = ONS_NEW(need, job->task_count);
    if (needs == NULL) { return ONS_MEMORY; }
    const lab_task *largest = &job->tasks[0];
    ons_status status = ONS_OK;
    double most = 0;
    for (size_t i = 0; status >= 0 && i < job->task_count; i++) {
        const lab_task *task = &job->tasks[i];
        const double statistics = statistics_bytes(task), replicas = (double)task->controls->replicas;
        needs[i].bytes = task->plan.bytes + statistics * task->plan.lanes;
        needs[i].states = ceil(replicas / task->plan.lanes);
        if (needs[i].bytes > memory) {
            status = refuse(job, task, needs[i].bytes, memory, "one state of this task");
        } else if (statistics * replicas > memory) {
            status = refuse(job, task, statistics * replicas, memory, "the evaluation of all replicas of this task");
        }
        if (needs[i].bytes > most) {
            most = needs[i].bytes;
            largest = task;
        }
    }
    qsort(needs, job->task_count, sizeof *needs, larger_first);
    double free_threads = job->threads, sum = 0;
    for (size_t i = 0; i < job->task_count && free_threads > 0; i++) {
        const double states = fmin(free_threads, needs[i].states);
        sum += states * needs[i].bytes;
        free_threads -= states;
    }
    if (status >= 0 && sum > memory) {
        status = refuse(job, largest, sum, memory, "what runs at once (give fewer `threads`)");
    }
    free(needs);
    return status;
}
