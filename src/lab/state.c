/*
 * One state: made, continued from its part, advanced, measured, stored. What it does depends on its task alone; where
 * it is interrupted makes no difference.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"
#include "lane.h"
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_JUDGEMENT 64 /* steps */
#define SYNC_SECONDS 1.0   /* between syncs of the directory */

size_t lab_useful_lanes(const lab_task *task, uint64_t state_index) {
    const uint64_t lanes = task->plan.lanes, first = state_index * lanes, replicas = (uint64_t)task->controls->replicas;
    return first >= replicas ? 0 : (size_t)(replicas - first < lanes ? replicas - first : lanes);
}

/* The present message with the place where it happened before it; files by their paths. */
static ons_status fail_at(const lab_state *state, ons_status status) {
    char *why = ons_copy(ons_message());
    ons_text where = {0};
    lab_task_text(state->task, &where);
    ons_fail(status, "%s%s%s, replica %llu, step %llu: %s", state->task->plan.system->name, where.length ? " " : "",
             where.data && !where.failed ? where.data : "", (unsigned long long)state->replica.lanes[0].replica,
             (unsigned long long)state->replica.steps, why ? why : "");
    ons_text_free(&where);
    free(why);
    return status;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

/* When the time of the replica is zero. */
static double beginning(const lab_replica *replica) {
    return replica->warmup_over ? (double)replica->warmup_steps : 0.0;
}

static void set_context_time(lab_state *state) {
    const lab_replica *replica = &state->replica;
    state->context.steps = replica->steps;
    state->context.time = beginning(replica) + replica->time;
    state->context.target = state->context.time;
    state->context.dropping = !replica->warmup_over;
}

static void tell_run(lab_state *state) {
    const lab_replica *replica = &state->replica;
    const size_t lanes = lab_useful_lanes(state->task, replica->state_index);
    const uint64_t steps = (uint64_t)state->task->controls->steps;
    const uint64_t measured = replica->finished || replica->measured > steps ? steps : replica->measured;
    atomic_fetch_add_explicit(&state->run->made, state->made * lanes, memory_order_relaxed);
    atomic_fetch_add_explicit(&state->run->measured, (measured - state->told) * lanes, memory_order_relaxed);
    state->made = 0;
    state->told = measured;
}

/* Some 50 times a second: progress, computing time, and whether the part is due. */
static void look_at_clock(lab_state *state) {
    const double now = ons_seconds();
    state->tick = atomic_load_explicit(&state->run->tick, memory_order_relaxed);
    state->replica.seconds += now - state->clock;
    state->clock = now;
    state->checkpoint = now - state->stored >= state->run->job->checkpoint;
    tell_run(state);
}

static bool poll_run(void *data, double done, double total) {
    lab_state *state = data;
    (void)done;
    (void)total;
    if (state->tick != atomic_load_explicit(&state->run->tick, memory_order_relaxed)) { look_at_clock(state); }
    return state->checkpoint || lab_run_halted(state->run);
}

static bool is_halted(void *data, double done, double total) {
    lab_state *state = data;
    (void)poll_run(data, done, total);
    return lab_run_halted(state->run);
}

/* ---- opened and closed
 * ----------------------------------------------------------------------------------------------- */

static ons_status open_trails(lab_state *state) {
    const lab_replica *replica = &state->replica;
    const lab_run *run = state->run;
    ons_status status = ONS_OK;
    if (run->job->series && replica->layout.means > 0) {
        const uint64_t row = (uint64_t)state->task->plan.lanes * replica->layout.means * sizeof(double);
        char *path = lab_part_path(run->directory, state->task, replica->state_index, "series");
        status = lab_trail_open(&state->series, path, replica->series_rows * row);
    }
    if (status == ONS_OK && run->job->snapshots > 0) {
        char *path = lab_part_path(run->directory, state->task, replica->state_index, "snapshots");
        status = lab_trail_open(&state->snapshots, path, replica->snapshots * replica->snapshot_bytes);
    }
    return status;
}

static ons_status continue_from(lab_state *state, const char *bytes, size_t count) {
    ons_part part;
    ons_status status = lab_part_read(&part, bytes, count);
    if (status != ONS_OK) { return status; }
    part.prefix = "state/";
    status = state->task->plan.system->persist(state->memory, &part);
    lab_part_close(&part);
    return status;
}

static ons_status make(lab_state *state, const lab_stored *stored, unsigned threads) {
    const ons_system *system = state->task->plan.system;
    ons_status status = lab_context_init(&state->context, &state->replica, state->run->job->seed);
    if (status != ONS_OK) { return status; }
    state->context.poll = poll_run;
    state->context.halted = is_halted;
    state->context.data = state;
    state->context.threads = threads;
    state->memory = ons_allocate(1, system->state_size ? system->state_size : 1);
    if (!state->memory) { return ONS_MEMORY; }
    status = system->create(state->memory, &state->context);
    if (status == ONS_STOPPED) { return ONS_STOPPED; }
    if (status == ONS_OK) { status = lab_context_status(&state->context); }
    if (status == ONS_OK && stored->bytes) {
        status = continue_from(state, stored->bytes, stored->count);
    } else if (status == ONS_OK && state->task->start_file) {
        status = lab_start_from_archive(state->task, state->replica.state_index, state->memory);
    }
    return status < 0 ? fail_at(state, status) : ONS_OK;
}

static void prepare_measuring(lab_state *state) {
    lab_replica *replica = &state->replica;
    lab_grid_seek(&state->grid, state->task, replica->points, replica->time);
    state->automatic = lab_warmup_is_automatic(state->task, &replica->layout);
    for (size_t k = 0; k < replica->lane_count && state->automatic && replica->steps == 0; k++) {
        /* Until it is judged, nothing is known to have passed. */
        for (size_t c = 0; c < replica->layout.means; c++) {
            replica->lanes[k].warmup_failed[c] = !replica->layout.ignore[c];
        }
    }
    set_context_time(state);
}

ons_status lab_state_open(lab_state **opened, lab_run *run, const lab_task *task, uint64_t state_index,
                          unsigned threads) {
    static const char *const kinds[] = {"part", "previous", "round", NULL};
    ons_text warnings = {0};
    lab_stored stored;
    lab_state *state = ONS_NEW(lab_state, 1);
    if (!state) { return ONS_MEMORY; }
    state->run = run;
    state->task = task;
    ons_status status = lab_stored_read(&stored, task, state_index, run->directory, kinds, &warnings);
    lab_run_warn(run, &warnings);
    if (status == ONS_DONE) {
        state->unstored = true;
        status = lab_replica_init(&state->replica, task, state_index);
    } else if (status == ONS_OK) {
        state->replica = stored.replica;
        stored.replica = (lab_replica){0};
    }
    if (status == ONS_OK) { status = make(state, &stored, threads); }
    if (status == ONS_OK) { status = open_trails(state); }
    free(stored.bytes);
    if (status != ONS_OK) {
        lab_state_close(state);
        return status;
    }
    const uint64_t steps = (uint64_t)task->controls->steps;
    state->told = state->replica.finished || state->replica.measured > steps ? steps : state->replica.measured;
    state->stored = ons_seconds();
    prepare_measuring(state);
    *opened = state;
    return ONS_OK;
}

void lab_state_close(lab_state *state) {
    if (!state) { return; }
    if (state->memory && state->task->plan.system->destroy) { state->task->plan.system->destroy(state->memory); }
    free(state->memory);
    lab_context_free(&state->context);
    lab_replica_free(&state->replica);
    lab_trail_close(&state->series);
    lab_trail_close(&state->snapshots);
    free(state);
}

/* ---- stored
 * ---------------------------------------------------------------------------------------------------------- */

/* Syncs the directory, but not for every one of many short states. */
static ons_status sync_names(lab_run *run) {
    const double now = ons_seconds();
    if (now - atomic_load(&run->synced) < SYNC_SECONDS) { return ONS_OK; }
    atomic_store(&run->synced, now);
    return lab_sync_directory(run->directory);
}

ons_status lab_state_store(lab_state *state) {
    lab_run *run = state->run;
    ons_status status = ONS_OK;
    if (state->unstored) {
        /* The part counts what the trails hold, so that they reach the disk before it. */
        status = lab_trail_sync(&state->series);
        if (status == ONS_OK) { status = lab_trail_sync(&state->snapshots); }
        if (status == ONS_OK) { status = lab_replica_write(&state->replica, state->memory, run->directory); }
        if (status == ONS_OK) { status = sync_names(run); }
    }
    if (status == ONS_OK) {
        state->unstored = state->checkpoint = false;
        state->stored = ons_seconds();
    } else if (status == ONS_FAILED) {
        char *why = ons_copy(ons_message());
        ons_fail(ONS_FAILED, "%s; what was stored before is intact: '%s' continues from there", why ? why : "",
                 run->job->resume_hint ? run->job->resume_hint : "the same command");
        free(why);
    }
    return status;
}

static ons_status take_snapshot(lab_state *state) {
    lab_replica *replica = &state->replica;
    ons_part part;
    ons_status status = lab_part_write(&part, -1, state->snapshots.path);
    if (status == ONS_OK) { status = ons_persist(&part, "lab/measured", ONS_U64, &replica->measured, 1); }
    if (status == ONS_OK) { status = ons_persist(&part, "lab/time", ONS_F64, &state->context.time, 1); }
    part.configuration_only = true;
    part.prefix = "state/";
    if (status == ONS_OK) { status = state->task->plan.system->persist(state->memory, &part); }
    if (status == ONS_OK) { status = lab_part_end(&part); }
    if (status == ONS_OK && replica->snapshots > 0 && replica->snapshot_bytes != part.bytes.length) {
        status =
            ons_fail(ONS_FAILED, "the configuration arrays of '%s' changed their shape, and snapshots need one shape",
                     state->task->plan.system->name);
    }
    if (status == ONS_OK) { status = lab_trail_add(&state->snapshots, part.bytes.data, part.bytes.length); }
    if (status == ONS_OK) {
        replica->snapshot_bytes = part.bytes.length;
        replica->snapshots++;
    }
    lab_part_close(&part);
    return status;
}

/* ---- measured -------------------------------------------------------------------------------------------------------
 */

static ons_status add_series(lab_lane *lane, size_t components, const double *row) {
    const size_t start = lane->times * components;
    const ons_status status = ons_grow((void **)&lane->series, &lane->times_capacity, start + components, sizeof *row);
    if (status != ONS_OK) { return status; }
    memcpy(lane->series + start, row, components * sizeof *row);
    lane->times++;
    return ONS_OK;
}

/* Measures at a point of the time grid and adds the samples of all lanes. */
static ons_status measure_point(lab_state *state) {
    lab_replica *replica = &state->replica;
    const lab_layout *layout = &replica->layout;
    ons_status status = lab_context_measure(&state->context, state->memory);
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < replica->lane_count; k++) {
        lab_lane *lane = &replica->lanes[k];
        if (layout->means > 0) {
            ons_bins_add(&lane->bins, state->context.sample + k * layout->means);
            ons_record_add(&lane->record, state->context.sample + k * layout->means);
        }
        if (layout->series > 0 && status == ONS_OK) {
            status = add_series(lane, layout->series, state->context.series + k * layout->series);
        }
        if (layout->histograms > 0) { lab_lane_close_sample(lane, layout); }
    }
    if (status == ONS_OK && state->series.open) {
        status = lab_trail_add(&state->series, state->context.sample,
                               replica->lane_count * layout->means * sizeof *state->context.sample);
        replica->series_rows++;
    }
    replica->points++;
    lab_grid_next(&state->grid);
    return status;
}

/* ---- warm-up
 * --------------------------------------------------------------------------------------------------------- */

static void begin_measuring(lab_state *state) {
    lab_replica *replica = &state->replica;
    replica->warmup_over = true;
    replica->warmup_steps = replica->steps;
    replica->measured = 0;
    replica->time = 0.0;
    state->grid = lab_grid_start(state->task);
    set_context_time(state);
}

/* Adds the mean over the lanes to the bins of the warm-up. One judgement of the mean sees a drift that the lanes have
 * in common better than one of each, and does not fail the more often the more lanes there are. */
static void add_warmup(lab_state *state) {
    const lab_replica *replica = &state->replica;
    const size_t means = replica->layout.means;
    double *sample = state->context.sample;
    for (size_t k = 1; k < replica->lane_count; k++) {
        for (size_t c = 0; c < means; c++) { sample[c] += sample[k * means + c]; }
    }
    for (size_t c = 0; c < means && replica->lane_count > 1; c++) { sample[c] /= (double)replica->lane_count; }
    ons_bins_add(&replica->lanes[0].warmup, sample);
}

/* Judges the warm-up of all lanes together. */
static ons_status judge_warmup(lab_state *state, bool *over) {
    lab_replica *replica = &state->replica;
    const lab_layout *layout = &replica->layout;
    bool *passed = ONS_NEW(bool, layout->means);
    const ons_status status =
        passed ? ons_warmup_over(&replica->lanes[0].warmup, layout->ignore, over, passed) : ONS_MEMORY;
    for (size_t k = 0; k < replica->lane_count && status == ONS_OK; k++) {
        for (size_t c = 0; c < layout->means; c++) {
            replica->lanes[k].warmup_failed[c] = !*over && !passed[c] && !layout->ignore[c];
        }
    }
    free(passed);
    return status;
}

static bool is_power_of_two(uint64_t number) { return (number & (number - 1)) == 0; }

static ons_status warm_up(lab_state *state) {
    lab_replica *replica = &state->replica;
    const lab_controls *controls = state->task->controls;
    if (!state->automatic) {
        if (replica->steps >= (uint64_t)controls->warmup) { begin_measuring(state); }
        return ONS_OK;
    }
    ons_status status = lab_context_measure(&state->context, state->memory);
    if (status != ONS_OK) { return status; }
    add_warmup(state);
    bool over = false;
    if (replica->steps >= FIRST_JUDGEMENT && is_power_of_two(replica->steps)) { status = judge_warmup(state, &over); }
    if (status == ONS_OK && (over || replica->steps >= (uint64_t)controls->warmup_max)) { begin_measuring(state); }
    return status;
}

/* ---- advanced -------------------------------------------------------------------------------------------------------
 */

/* One call of advance(). ONS_STOPPED: the step is not over, and the state can be stored. */
static ons_status step(lab_state *state) {
    lab_replica *replica = &state->replica;
    const ons_system *system = state->task->plan.system;
    double next = floor(replica->time) + 1.0;
    if ((system->traits & ONS_CONTINUOUS) && replica->warmup_over && state->grid.time < next) {
        next = state->grid.time;
    }
    state->context.target = beginning(replica) + next;
    state->unstored = true;
    ons_status status = system->advance(state->memory, &state->context);
    if (status < 0) { return status; }
    if (state->context.status != ONS_OK) { return lab_context_status(&state->context); }
    if (status == ONS_STOPPED) { return ONS_STOPPED; }
    replica->finished = status == ONS_DONE;
    replica->time = next;
    if (next == floor(next)) {
        replica->steps++;
        replica->measured += replica->warmup_over;
        state->made++;
    }
    set_context_time(state);
    if (!replica->warmup_over) { return warm_up(state); }
    if (state->snapshots.open && next == floor(next) && replica->measured % (uint64_t)state->run->job->snapshots == 0) {
        return take_snapshot(state);
    }
    return ONS_OK;
}

static bool is_measured_now(const lab_state *state) {
    return state->replica.warmup_over && state->grid.time == state->replica.time;
}

static ons_status run_until(lab_state *state, uint64_t target) {
    const lab_replica *replica = &state->replica;
    for (;;) {
        ons_status status = is_measured_now(state) ? measure_point(state) : ONS_OK;
        if (status != ONS_OK) { return fail_at(state, status); }
        if (replica->finished || (replica->warmup_over && replica->measured >= target)) { return ONS_OK; }
        if (lab_run_halted(state->run)) { return ONS_STOPPED; }
        if (state->tick != atomic_load_explicit(&state->run->tick, memory_order_relaxed)) { look_at_clock(state); }
        if (state->checkpoint) {
            status = lab_state_store(state);
            if (status != ONS_OK) { return status; }
        }
        status = step(state);
        if (status < 0) { return fail_at(state, status); }
    }
}

ons_status lab_state_run(lab_state *state, uint64_t target) {
    const bool warming = !state->replica.warmup_over;
    state->clock = ons_seconds();
    if (warming) { atomic_fetch_add(&state->run->warming, 1); }
    const ons_status status = run_until(state, target);
    if (warming) { atomic_fetch_sub(&state->run->warming, 1); }
    look_at_clock(state);
    return status;
}
