/*
 * Memory is estimated before it is taken: the states that run at once with their statistics, and the statistics of all
 * replicas of a task when it is evaluated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "foresight.h"
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

/* The states that run at once, the largest first; sorts the needs. */
static double sum_of_largest(const ons_job *job, need *needs) {
    double free_threads = job->threads, sum = 0;
    if (job->task_count > 1) { qsort(needs, job->task_count, sizeof *needs, larger_first); }
    for (size_t i = 0; i < job->task_count && free_threads > 0; i++) {
        const double states = fmin(free_threads, needs[i].states);
        sum += states * needs[i].bytes;
        free_threads -= states;
    }
    return sum;
}

static need need_of(const lab_task *task) {
    const double statistics = statistics_bytes(task), replicas = (double)task->controls->replicas;
    return (need){task->plan.bytes + statistics * task->plan.lanes, ceil(replicas / task->plan.lanes)};
}

double lab_memory_needed(const ons_job *job) {
    need *needs = ONS_NEW(need, job->task_count);
    for (size_t i = 0; needs != NULL && i < job->task_count; i++) { needs[i] = need_of(&job->tasks[i]); }
    const double bytes = needs == NULL ? 0 : sum_of_largest(job, needs);
    free(needs);
    return bytes;
}

double lab_stored_bytes(const ons_job *job, const lab_task *task) {
    const double times = times_of(task->controls);
    double means = 0;
    for (size_t i = 0; i < task->plan.observables; i++) {
        const lab_shape *shape = &task->plan.shapes[i];
        if (task->plan.system->observables[i].kind == ONS_MEAN && !shape->omitted) { means += (double)shape->size; }
    }
    const double series = job->series ? 8 * times * means : 0;
    const double snapshots = job->snapshots > 0 ? floor((double)task->controls->steps / (double)job->snapshots) : 0;
    return 2 * statistics_bytes(task) + series + snapshots * task->plan.bytes / task->plan.lanes;
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
        needs[i] = need_of(task);
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
    const double sum = sum_of_largest(job, needs);
    if (status >= 0 && sum > memory) {
        status = refuse(job, largest, sum, memory, "what runs at once (give fewer `threads`)");
    }
    free(needs);
    return status;
}
