/*
 * The schedule: which state runs how far, on which thread of which rank, and when a task is over.
 *
 * Work comes in waves. A unit of a wave is one state that goes on to a number of measured steps common to its task:
 * `steps` itself, or the end of a round when there are goals or a time limit. Between waves all ranks know the same, so
 * that all decide the same. States live in memory while their unit runs, and between rounds where one process has the
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lane.h"
#include "schedule.h"
#include "share.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_SECONDS 1.0 /* between parts that are written for the sake of a time limit alone */

/* ---- what is known of a task
 * ------------------------------------------------------------------------------------------ */

static bool state_is_there(const lab_progress *task, size_t state, uint64_t target) {
    return task->elsewhere[state] || task->finished[state] || task->measured[state] >= target;
}

static bool task_is_there(const lab_progress *task, uint64_t target) {
    for (size_t s = 0; s < task->states; s++) {
        if (!state_is_there(task, s, target)) { return false; }
    }
    return true;
}

/* What the parts say, without keeping them. */
static ons_status scan_task(lab_run *run, lab_progress *progress, ons_text *warnings) {
    const lab_task *task = progress->task;
    for (size_t s = 0; s < progress->states; s++) {
        lab_replica replica;
        const ons_status status = lab_replica_read(&replica, task, s, run->directory, false, warnings);
        if (status == ONS_DONE) { continue; }
        if (status != ONS_OK) { return status; }
        progress->measured[s] = replica.measured;
        progress->finished[s] = replica.finished;
        ons_status copied = ONS_OK;
        if (replica.past.measured > progress->past.measured) { copied = lab_past_copy(&progress->past, &replica.past); }
        lab_replica_free(&replica);
        if (copied != ONS_OK) { return copied; }
    }
    return ONS_OK;
}

/* The first number of measured steps that all states must have in common: where the farthest one is when that is the
 * end of a round, otherwise the round after it. */
static uint64_t first_target(const lab_schedule *schedule, const lab_progress *progress) {
    const lab_controls *controls = progress->task->controls;
    const uint64_t steps = (uint64_t)controls->steps;
    uint64_t farthest = 0;
    if (!schedule->timed && controls->goal_count == 0) { return steps; }
    for (size_t s = 0; s < progress->states; s++) {
        if (!progress->finished[s] && progress->measured[s] > farthest) { farthest = progress->measured[s]; }
    }
    const uint64_t round = lab_is_round(controls, farthest) ? farthest : lab_round_after(controls, farthest);
    return round < steps ? round : steps;
}

static void add_totals(lab_run *run, const lab_progress *progress) {
    const uint64_t steps = (uint64_t)progress->task->controls->steps;
    for (size_t s = 0; s < progress->states; s++) {
        if (progress->elsewhere[s]) { continue; }
        const size_t lanes = lab_useful_lanes(progress->task, s);
        const uint64_t measured = state_is_there(progress, s, steps) ? steps : progress->measured[s];
        run->total += (double)lanes * (double)steps;
        atomic_fetch_add(&run->measured, measured * lanes);
    }
}

static ons_status begin_task(lab_schedule *schedule, lab_progress *progress, const lab_task *task) {
    *progress = (lab_progress){.task = task, .states = lab_state_count(task), .marked = -INFINITY};
    progress->measured = ONS_NEW(uint64_t, progress->states);
    progress->finished = ONS_NEW(bool, progress->states);
    progress->elsewhere = ONS_NEW(bool, progress->states);
    progress->live = ONS_NEW(lab_state *, progress->states);
    if (!progress->measured || !progress->finished || !progress->elsewhere || !progress->live) { return ONS_MEMORY; }
    progress->over = true; /* until a state of it is found here */
    for (size_t s = 0; s < progress->states; s++) {
        progress->elsewhere[s] = !lab_share_has(schedule->run->job, task, s);
        progress->over = progress->over && progress->elsewhere[s];
    }
    ons_text warnings = {0};
    ons_status status = ONS_OK;
    if (schedule->run->ranks->rank == 0) {
        status = scan_task(schedule->run, progress, &warnings);
        lab_run_warn(schedule->run, &warnings);
    }
    return status;
}

/* ---- ranks know the same
 * --------------------------------------------------------------------------------------------- */

static void pack(ons_text *text, const lab_progress *progress) {
    ons_text_add_bytes(text, progress->measured, progress->states * sizeof *progress->measured);
    ons_text_add_bytes(text, progress->finished, progress->states * sizeof *progress->finished);
    ons_text_add_bytes(text, &progress->target, sizeof progress->target);
    ons_text_add_bytes(text, &progress->over, sizeof progress->over);
    ons_text_add_bytes(text, &progress->past.measured, sizeof progress->past.measured);
    ons_text_add_bytes(text, &progress->past.count, sizeof progress->past.count);
    ons_text_add_bytes(text, progress->past.names, progress->past.count * sizeof *progress->past.names);
    ons_text_add_bytes(text, progress->past.looks, progress->past.count * sizeof *progress->past.looks);
}

static void take(const char **place, void *to, size_t count) {
    if (count > 0) { memcpy(to, *place, count); }
    *place += count;
}

static ons_status unpack(const char **place, lab_progress *progress) {
    lab_past_looks past = {0};
    take(place, progress->measured, progress->states * sizeof *progress->measured);
    take(place, progress->finished, progress->states * sizeof *progress->finished);
    take(place, &progress->target, sizeof progress->target);
    take(place, &progress->over, sizeof progress->over);
    take(place, &past.measured, sizeof past.measured);
    take(place, &past.count, sizeof past.count);
    past.names = ons_allocate(past.count, sizeof *past.names);
    past.looks = ONS_NEW(lab_goal_look, past.count);
    if (!past.names || !past.looks) {
        lab_past_free(&past);
        return ONS_MEMORY;
    }
    take(place, past.names, past.count * sizeof *past.names);
    take(place, past.looks, past.count * sizeof *past.looks);
    lab_past_free(&progress->past);
    progress->past = past;
    return ONS_OK;
}

/* Gives what rank 0 knows to all. */
static ons_status share(lab_schedule *schedule) {
    const lab_ranks *ranks = schedule->run->ranks;
    if (ranks->size == 1) { return ONS_OK; }
    ons_text text = {0};
    for (size_t t = 0; t < schedule->count && ranks->rank == 0; t++) { pack(&text, &schedule->tasks[t]); }
    ons_status status = lab_ranks_agree(ranks, text.failed ? ons_fail(ONS_MEMORY, "out of memory") : ONS_OK, NULL);
    uint64_t length = text.length;
    if (status == ONS_OK) { ranks->broadcast(&length, sizeof length); }
    char *bytes = status == ONS_OK ? ons_allocate(length, 1) : NULL;
    status = lab_ranks_agree(ranks, status == ONS_OK && !bytes ? ONS_MEMORY : status, NULL);
    if (status == ONS_OK && bytes) { /* on all ranks or on none */
        if (ranks->rank == 0 && text.data) { memcpy(bytes, text.data, length); }
        ranks->broadcast(bytes, length);
        const char *place = bytes;
        for (size_t t = 0; t < schedule->count && status == ONS_OK && ranks->rank > 0; t++) {
            status = unpack(&place, &schedule->tasks[t]);
        }
        status = lab_ranks_agree(ranks, status, NULL);
    }
    free(bytes);
    ons_text_free(&text);
    return status;
}

/* ---- units
 * ------------------------------------------------------------------------------------------------------------ */

/* Longest first: a guess from the memory of a state, which most steps walk through. */
static int compare_units(const void *a, const void *b) {
    const lab_unit *first = a, *second = b;
    if (first->cost != second->cost) { return first->cost > second->cost ? -1 : 1; }
    if (first->task != second->task) { return first->task < second->task ? -1 : 1; }
    return first->state < second->state ? -1 : first->state > second->state;
}

static ons_status collect_units(lab_schedule *schedule) {
    schedule->unit_count = 0;
    for (size_t t = 0; t < schedule->count; t++) {
        const lab_progress *progress = &schedule->tasks[t];
        for (size_t s = 0; s < progress->states && !progress->over; s++) {
            if (state_is_there(progress, s, progress->target)) { continue; }
            const ons_status status = ons_grow((void **)&schedule->units, &schedule->unit_capacity,
                                               schedule->unit_count + 1, sizeof *schedule->units);
            if (status != ONS_OK) { return status; }
            const double cost = (progress->task->plan.bytes + 1.0) * (double)(progress->target - progress->measured[s]);
            schedule->units[schedule->unit_count++] = (lab_unit){t, s, cost};
        }
    }
    if (schedule->unit_count > 0) {
        qsort(schedule->units, schedule->unit_count, sizeof *schedule->units, compare_units);
    }
    return ONS_OK;
}

/* Threads for each of the states that run at once. */
static unsigned threads_of_unit(const lab_schedule *schedule, const lab_task *task) {
    const size_t together = schedule->unit_count < schedule->threads ? schedule->unit_count : schedule->threads;
    const unsigned share_of_each = (unsigned)(schedule->threads / (together ? together : 1));
    return share_of_each < task->plan.threads ? (share_of_each ? share_of_each : 1) : task->plan.threads;
}

static ons_status run_unit(lab_schedule *schedule, const lab_unit *unit) {
    lab_progress *progress = &schedule->tasks[unit->task];
    lab_state *state = progress->live[unit->state];
    const unsigned threads = threads_of_unit(schedule, progress->task);
    progress->live[unit->state] = NULL;
    ons_status status = state ? ONS_OK : lab_state_open(&state, schedule->run, progress->task, unit->state, threads);
    if (status == ONS_OK) { status = lab_past_copy(&state->replica.past, &progress->past); }
    if (status != ONS_OK) {
        lab_state_close(state);
        return status;
    }
    state->context.threads = threads;
    status = lab_state_run(state, progress->target);
    const bool again = status == ONS_OK && progress->target < (uint64_t)progress->task->controls->steps;
    if (status >= 0 && !(again && schedule->keep)) {
        const ons_status stored = lab_state_store(state);
        if (stored != ONS_OK) { status = stored; }
    }
    if (status >= 0) {
        progress->measured[unit->state] = state->replica.measured;
        progress->finished[unit->state] = state->replica.finished;
    }
    if (status >= 0 && again && schedule->keep) {
        progress->live[unit->state] = state;
        return ONS_OK;
    }
    lab_state_close(state);
    return status;
}

static ons_status work(void *data, size_t worker) {
    lab_schedule *schedule = data;
    const lab_ranks *ranks = schedule->run->ranks;
    (void)worker;
    while (!lab_run_halted(schedule->run)) {
        const uint64_t index = ranks->size > 1 ? ranks->next() : atomic_fetch_add(&schedule->next, 1);
        if (index >= schedule->unit_count) { break; }
        const ons_status status = run_unit(schedule, &schedule->units[index]);
        if (status < 0) {
            lab_run_halt(schedule->run, LAB_BROKEN);
            return status;
        }
    }
    return ONS_OK;
}

/* Runs all units; afterwards all ranks know whether to go on (*halt). */
static ons_status run_wave(lab_schedule *schedule, int *halt) {
    lab_run *run = schedule->run;
    atomic_store(&schedule->next, 0);
    run->ranks->restart(false);
    ons_status status = ons_parallel(schedule->threads, schedule->threads, work, schedule);
    if (run->options->stop && *run->options->stop) { lab_run_halt(run, LAB_INTERRUPTED); }
    *halt = atomic_load(&run->halt);
    status = lab_ranks_agree(run->ranks, status, halt);
    for (size_t k = 0; k < schedule->unit_count && run->ranks->size > 1 && *halt == LAB_GO; k++) {
        lab_progress *progress = &schedule->tasks[schedule->units[k].task]; /* other ranks have stored theirs there */
        uint64_t *measured = &progress->measured[schedule->units[k].state];
        if (*measured < progress->target) { *measured = progress->target; }
    }
    return status;
}

/* ---- the end of a round
 * ----------------------------------------------------------------------------------------------- */

static ons_status store_live(lab_progress *progress, bool close) {
    ons_status status = ONS_OK;
    for (size_t s = 0; s < progress->states; s++) {
        lab_state *state = progress->live[s];
        if (!state) { continue; }
        const ons_status stored = status == ONS_OK ? lab_state_store(state) : ONS_OK;
        if (stored != ONS_OK) { status = stored; }
        if (close) {
            lab_state_close(state);
            progress->live[s] = NULL;
        }
    }
    return status;
}

/* Looks at the goals: the lanes of states in memory as they are, of others from their parts. */
static ons_status look(lab_schedule *schedule, lab_progress *progress, lab_verdict *verdict) {
    const lab_run *run = schedule->run;
    lab_replica *replicas = ONS_NEW(lab_replica, progress->states);
    ons_text warnings = {0};
    ons_status status = replicas ? ONS_OK : ONS_MEMORY;
    for (size_t s = 0; s < progress->states && status == ONS_OK; s++) {
        if (progress->live[s]) {
            replicas[s] = progress->live[s]->replica;
        } else {
            status = lab_replica_read(&replicas[s], progress->task, s, run->directory, false, &warnings);
            if (status == ONS_DONE) {
                status = ons_fail(ONS_FAILED, "a part of task %s has vanished from %s", progress->task->key_text,
                                  run->directory);
            }
        }
    }
    double worst = NAN;
    if (status == ONS_OK) {
        status = lab_judge_goals(progress->task, replicas, progress->states, progress->target, &progress->past, verdict,
                                 &worst);
        progress->worst = worst;
    }
    for (size_t s = 0; replicas && s < progress->states; s++) {
        if (!progress->live[s]) { lab_replica_free(&replicas[s]); }
    }
    free(replicas);
    lab_run_warn(schedule->run, &warnings);
    return status;
}

/* Makes what the task has now the round that a time limit falls back to. */
static ons_status mark_round(lab_schedule *schedule, lab_progress *progress) {
    const double now = ons_seconds();
    if (!schedule->timed || (schedule->keep && !progress->over && now - progress->marked < ROUND_SECONDS)) {
        return ONS_OK;
    }
    ons_status status = store_live(progress, false);
    for (size_t s = 0; s < progress->states && status == ONS_OK; s++) {
        status = lab_round_mark(progress->task, s, schedule->run->directory);
    }
    progress->marked = now;
    return status;
}

static ons_status end_round(void *data, size_t index) {
    lab_schedule *schedule = data;
    lab_progress *progress = &schedule->tasks[index];
    const lab_controls *controls = progress->task->controls;
    ons_status status = ONS_OK;
    if (progress->over || !task_is_there(progress, progress->target)) { return ONS_OK; }
    if (controls->goal_count > 0 && lab_is_round(controls, progress->target)) {
        lab_verdict verdict = LAB_GOALS_OPEN;
        status = look(schedule, progress, &verdict);
        progress->over = verdict == LAB_GOALS_MET;
    }
    if (status != ONS_OK) { return status; }
    if (progress->target >= (uint64_t)controls->steps || task_is_there(progress, UINT64_MAX)) { progress->over = true; }
    status = mark_round(schedule, progress);
    if (status != ONS_OK || progress->over) {
        const ons_status stored = store_live(progress, true);
        return status == ONS_OK ? stored : status;
    }
    const uint64_t round = lab_round_after(controls, progress->target);
    progress->target = round < (uint64_t)controls->steps ? round : (uint64_t)controls->steps;
    return ONS_OK;
}

static ons_status end_rounds(lab_schedule *schedule) {
    lab_run *run = schedule->run;
    ons_status status = ONS_OK;
    if (run->ranks->rank == 0) { status = ons_parallel(schedule->threads, schedule->count, end_round, schedule); }
    double worst = NAN;
    for (size_t t = 0; t < schedule->count; t++) { worst = fmax(worst, schedule->tasks[t].worst); }
    atomic_store(&run->worst_error, worst);
    status = lab_ranks_agree(run->ranks, status, NULL);
    return status == ONS_OK ? share(schedule) : status;
}

/* ---- the whole
 * ---------------------------------------------------------------------------------------------------------- */

/* All that is in memory goes to its parts, after a failure too (whose message stands). */
static ons_status close_all(lab_schedule *schedule, ons_status status) {
    char *why = status < 0 ? ons_copy(ons_message()) : NULL;
    for (size_t t = 0; t < schedule->count; t++) {
        const ons_status stored = schedule->tasks[t].live ? store_live(&schedule->tasks[t], true) : ONS_OK;
        if (stored != ONS_OK && status >= 0) { status = stored; }
    }
    const ons_status synced = schedule->run->ranks->rank == 0 ? lab_sync_directory(schedule->run->directory) : ONS_OK;
    if (synced != ONS_OK && status >= 0) { status = synced; }
    if (why) { ons_fail(status, "%s", why); }
    free(why);
    return status;
}

/* Whether all states fit into a quarter of the memory, so that they can stay there between rounds. */
static bool can_keep(const lab_schedule *schedule) {
    double bytes = 0.0;
    for (size_t t = 0; t < schedule->count; t++) {
        const lab_task *task = schedule->tasks[t].task;
        lab_layout layout;
        if (lab_layout_init(&layout, task) != ONS_OK) { return false; }
        const double rows = (double)lab_lane_rows(LAB_BINS, layout.means, task->plan.lanes) +
                            (double)lab_lane_rows(LAB_RECORD, layout.means, task->plan.lanes) + LAB_WARMUP_BINS;
        const double lane = 8.0 * rows * (double)layout.means;
        lab_layout_free(&layout);
        bytes += (double)schedule->tasks[t].states * (task->plan.bytes + task->plan.lanes * lane);
    }
    return schedule->run->ranks->size == 1 && bytes < 0.25 * (double)ons_memory_total();
}

/* Ranks of one machine share its processors. */
static unsigned threads_of_rank(const lab_run *run) {
    const unsigned asked = run->job->threads ? run->job->threads : 1, allowed = ons_processors();
    if (run->ranks->size == 1) { return asked; }
    const unsigned each = allowed / run->ranks->neighbours;
    return asked < each ? asked : (each ? each : 1);
}

static ons_status begin(lab_schedule *schedule) {
    const ons_job *job = schedule->run->job;
    ons_status status = ONS_OK;
    schedule->tasks = ONS_NEW(lab_progress, job->task_count);
    if (!schedule->tasks) { return ONS_MEMORY; }
    schedule->count = job->task_count;
    for (size_t t = 0; t < schedule->count && status == ONS_OK; t++) {
        status = begin_task(schedule, &schedule->tasks[t], &job->tasks[t]);
    }
    for (size_t t = 0; t < schedule->count && status == ONS_OK; t++) {
        schedule->tasks[t].target = first_target(schedule, &schedule->tasks[t]);
        schedule->tasks[t].worst = NAN;
        add_totals(schedule->run, &schedule->tasks[t]);
    }
    if (status == ONS_OK) { schedule->keep = can_keep(schedule); }
    return status;
}

static void release(lab_schedule *schedule) {
    for (size_t t = 0; t < schedule->count; t++) {
        free(schedule->tasks[t].measured);
        free(schedule->tasks[t].finished);
        free(schedule->tasks[t].elsewhere);
        free(schedule->tasks[t].live);
        lab_past_free(&schedule->tasks[t].past);
    }
    free(schedule->tasks);
    free(schedule->units);
}

/* Every decision in here is one that all ranks take alike. */
ons_status lab_schedule_run(lab_run *run, bool *complete, lab_halt *halt) {
    lab_schedule schedule = {.run = run, .threads = threads_of_rank(run), .timed = run->job->time > 0.0};
    ons_status status = lab_ranks_agree(run->ranks, begin(&schedule), NULL);
    if (status == ONS_OK) { status = share(&schedule); }
    int why = LAB_GO;
    while (status == ONS_OK && why == LAB_GO) {
        status = end_rounds(&schedule);
        if (status == ONS_OK) { status = lab_ranks_agree(run->ranks, collect_units(&schedule), NULL); }
        if (status != ONS_OK || schedule.unit_count == 0) { break; }
        status = run_wave(&schedule, &why);
    }
    status = lab_ranks_agree(run->ranks, close_all(&schedule, status), NULL);
    for (size_t t = 0; t < schedule.count; t++) { complete[t] = schedule.tasks[t].over; }
    *halt = (lab_halt)why;
    release(&schedule);
    return status;
}
