/*
 * The picture of a stored state: it is made anew, restored from its part in the archive, and drawn by its system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "context.h"

#include <stdlib.h>
#include <string.h>

static const lab_task *find_task(const ons_job *job, const char *key) {
    for (size_t t = 0; t < job->task_count; t++) {
        if (strcmp(job->tasks[t].key_text, key) == 0) { return &job->tasks[t]; }
    }
    return NULL;
}

static ons_status check_replica(const ons_job *job, const lab_task *task, const char *key, uint64_t replica) {
    if (!task) {
        return ons_fail(ONS_INVALID, "%s: task %s is none of the job that was run last; run one that has it",
                        job->output, key);
    }
    if (!job->system->picture) {
        return ons_fail(ONS_INVALID, "the system '%s' draws no pictures of its states", job->system->name);
    }
    const uint64_t replicas = (uint64_t)task->controls->replicas;
    if (replica < replicas) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "there is no replica %llu: the task has %llu, counted from 0",
                    (unsigned long long)replica, (unsigned long long)replicas);
}

/* Makes the state that the bytes of a part describe, and draws a lane of it. */
static ons_status draw(const ons_job *job, lab_replica *replica, const char *bytes, size_t count, unsigned lane,
                       ons_picture *picture) {
    const ons_system *system = job->system;
    ons_context context;
    ons_part part = {.file = -1};
    ons_status status = lab_context_init(&context, replica, job->seed);
    if (status != ONS_OK) { return status; }
    void *memory = ons_allocate(1, system->state_size ? system->state_size : 1);
    status = memory ? system->create(memory, &context) : ONS_MEMORY;
    if (status == ONS_OK) { status = lab_context_status(&context); }
    if (status == ONS_OK) { status = lab_part_read(&part, bytes, count); }
    part.prefix = "state/";
    if (status == ONS_OK) { status = system->persist(memory, &part); }
    if (status == ONS_OK) { status = system->picture(memory, lane, picture); }
    if (memory && system->destroy) { system->destroy(memory); }
    free(memory);
    lab_part_close(&part);
    lab_context_free(&context);
    return status < 0 ? status : ONS_OK;
}

ons_status ons_job_picture(const ons_job *job, const char *key, uint64_t replica, ons_picture *picture) {
    const lab_task *task = find_task(job, key);
    ons_status status = check_replica(job, task, key, replica);
    if (status != ONS_OK) { return status; }
    const uint64_t lanes = task->plan.lanes, state_index = replica / lanes;
    char *bytes;
    size_t count;
    status = lab_archive_state(job, task, state_index, &bytes, &count);
    if (status != ONS_OK) { return status; }
    lab_replica stored;
    status = lab_replica_parse(&stored, task, state_index, bytes, count);
    if (status == ONS_OK) {
        status = draw(job, &stored, bytes, count, (unsigned)(replica % lanes), picture);
        lab_replica_free(&stored);
    }
    free(bytes);
    return status;
}
