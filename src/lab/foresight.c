/*
 * What a job will take, before it runs: bytes from the plans of its tasks, time from some steps of its largest and of
 * its smallest task, made here and thrown away.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "context.h"
#include "foresight.h"
#include "grid.h"
#include "part.h"
#include "share.h"

#include <math.h>
#include <stdlib.h>

/* ---- some steps of one task
 * ------------------------------------------------------------------------------------------- */

typedef struct trial {
    double begin, limit;  /* seconds: when it began, how long it may take */
    double done, total;   /* what a long step said last */
    double steps, stored; /* made, fractions of a long one included; bytes of the state in a part */
    double seconds;
    bool ended; /* advance() said ONS_DONE: it takes so many steps and no more */
} trial;

static bool is_enough(void *data, double done, double total) {
    trial *t = data;
    t->done = done;
    t->total = total;
    return ons_seconds() - t->begin > t->limit;
}

/* Measures as a run does, into lanes that nobody will read. */
static ons_status measure(lab_replica *replica, ons_context *context, const void *memory) {
    const size_t means = replica->layout.means;
    const ons_status status = lab_context_measure(context, memory);
    for (size_t k = 0; status == ONS_OK && means > 0 && k < replica->lane_count; k++) {
        ons_bins_add(&replica->lanes[k].bins, context->sample + k * means);
        ons_record_add(&replica->lanes[k].record, context->sample + k * means);
    }
    return status;
}

static ons_status advance(const lab_task *task, lab_replica *replica, ons_context *context, void *memory, trial *t) {
    const ons_system *system = task->plan.system;
    const bool stationary = (system->traits & ONS_STATIONARY) != 0; /* may go on beyond its steps */
    const double every = task->controls->logarithmic ? 1 : fmax(1, task->controls->every);
    ons_status status = ONS_OK;
    double next_measure = every;
    bool settled = false;
    while (status == ONS_OK && (stationary || t->steps < (double)task->controls->steps)) {
        const double passed = ons_seconds() - t->begin;
        if (t->steps > 0 && passed > t->limit) { break; }
        if (stationary && !settled && passed > t->limit / 3) { /* the way from the start is of another speed */
            settled = true;
            t->steps = next_measure = 0;
            t->begin += passed;
            t->limit -= passed;
        }
        context->target = context->time + 1;
        status = system->advance(memory, context);
        if (status < 0 || context->status != ONS_OK) { break; }
        if (status == ONS_STOPPED) {
            t->steps += t->total > 0 ? fmax(t->done, 1) / t->total : 0.5;
            return ONS_OK;
        }
        context->time = context->target;
        context->steps = ++replica->steps;
        t->steps++;
        if (t->steps >= next_measure && status == ONS_OK) {
            status = measure(replica, context, memory);
            next_measure += every;
        }
    }
    if (status == ONS_DONE) {
        t->ended = true;
        status = ONS_OK;
    }
    return status < 0 ? status : lab_context_status(context);
}

/* How many bytes the state itself is in a part. */
static ons_status weigh(const lab_task *task, void *memory, trial *t) {
    ons_part part = {.file = -1};
    ons_status status = lab_part_write(&part, -1, "a part in memory");
    part.prefix = "state/";
    if (status == ONS_OK) { status = task->plan.system->persist(memory, &part); }
    t->stored = (double)part.bytes.length;
    lab_part_close(&part);
    return status;
}

static ons_status try_task(const ons_job *job, const lab_task *task, double limit, trial *t) {
    const ons_system *system = task->plan.system;
    lab_replica replica;
    ons_context context;
    *t = (trial){.limit = limit};
    ons_status status = lab_replica_init(&replica, task, 0);
    if (status != ONS_OK) { return status; }
    status = lab_context_init(&context, &replica, job->seed);
    if (status != ONS_OK) {
        lab_replica_free(&replica);
        return status;
    }
    context.dropping = true;
    context.poll = is_enough;
    context.data = t;
    void *memory = ons_allocate(1, system->state_size ? system->state_size : 1);
    status = memory ? system->create(memory, &context) : ONS_MEMORY;
    if (status == ONS_OK) { status = lab_context_status(&context); }
    context.halted = is_enough; /* not before: what create() takes is not part of a step */
    t->begin = ons_seconds();
    if (status == ONS_OK) { status = advance(task, &replica, &context, memory, t); }
    t->seconds = ons_seconds() - t->begin;
    if (status == ONS_OK) { status = weigh(task, memory, t); }
    if (memory && system->destroy) { system->destroy(memory); }
    free(memory);
    lab_context_free(&context);
    lab_replica_free(&replica);
    return status < 0 ? status : ONS_OK;
}

/* ---- the whole job --------------------------------------------------------------------------------------------------
 */

/* Seconds a step as a power of the bytes of the state, through two tasks; never decreasing. */
typedef struct cost {
    double bytes, seconds, exponent;
    double most; /* steps after which a state ends by itself; infinite: not seen */
} cost;

static double step_seconds(const cost *law, const lab_task *task) {
    return law->seconds * pow((task->plan.bytes + 1) / law->bytes, law->exponent);
}

static ons_status find_cost(const ons_job *job, double seconds, cost *law, double *density) {
    const lab_task *largest = NULL, *smallest = NULL;
    trial t;
    for (size_t i = 0; i < job->task_count; i++) {
        const lab_task *task = &job->tasks[i];
        if (lab_share_replicas(job, task) == 0) { continue; }
        if (largest == NULL || task->plan.bytes > largest->plan.bytes) { largest = task; }
        if (smallest == NULL || task->plan.bytes < smallest->plan.bytes) { smallest = task; }
    }
    if (largest == NULL) { return ons_fail(ONS_INVALID, "this part of the job has no task"); }
    ons_status status = try_task(job, largest, 0.75 * seconds, &t);
    if (status != ONS_OK) { return status; }
    *law =
        (cost){.bytes = largest->plan.bytes + 1, .seconds = t.seconds / t.steps, .most = t.ended ? t.steps : INFINITY};
    *density = t.stored / law->bytes;
    if (!(smallest->plan.bytes < largest->plan.bytes)) { return ONS_OK; }
    status = try_task(job, smallest, 0.25 * seconds, &t);
    if (status == ONS_OK && t.steps > 0 && t.seconds > 0) {
        const double slope = log(law->seconds / (t.seconds / t.steps)) / log(law->bytes / (smallest->plan.bytes + 1));
        law->exponent = fmax(0, slope);
    }
    return status;
}

ons_status ons_job_foresight(const ons_job *job, double seconds, ons_foresight *foresight) {
    cost law = {0};
    double density = 0, longest = 0;
    *foresight = (ons_foresight){.memory = lab_memory_needed(job)};
    const ons_status status = find_cost(job, seconds, &law, &density);
    if (status != ONS_OK) { return status; }
    for (size_t i = 0; i < job->task_count; i++) {
        const lab_task *task = &job->tasks[i];
        const double replicas = (double)lab_share_replicas(job, task);
        const double steps = fmin((double)task->controls->steps, law.most);
        const double states = ceil(replicas / task->plan.lanes), one = steps * step_seconds(&law, task);
        if (replicas == 0) { continue; }
        foresight->tasks++;
        foresight->replicas += replicas;
        foresight->steps += steps * replicas;
        foresight->goals = foresight->goals || task->controls->goal_count > 0;
        foresight->core_seconds += states * one;
        foresight->archive += states * (task->plan.bytes + 1) * density + replicas * lab_stored_bytes(job, task);
        foresight->states += states;
        longest = fmax(longest, one);
    }
    const double threads = fmin(job->threads, foresight->states);
    foresight->seconds = fmax(foresight->core_seconds / threads, longest);
    foresight->step_seconds = law.seconds;
    return ONS_OK;
}
