/*
 * Replicas: the lanes of one state as they are kept in the file of a part, and those files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "grid.h"
#include "lane.h"
#include "stored.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A part of a terabyte would be a mistake of ours or an attack, not a state. */
#define PART_LIMIT ((size_t)1 << 40)
#define GOALS_LIMIT 1024

size_t lab_state_count(const lab_task *task) {
    const uint64_t lanes = task->plan.lanes, replicas = (uint64_t)task->controls->replicas;
    return (size_t)(replicas / lanes + (replicas % lanes != 0));
}

char *lab_part_path(const char *directory, const lab_task *task, uint64_t state_index, const char *kind) {
    return ons_format("%s/%s-%llu.%s", directory, task->key_text, (unsigned long long)state_index, kind);
}

/* ---- made and released ----------------------------------------------------------------------------------------------
 */

ons_status lab_replica_init(lab_replica *replica, const lab_task *task, uint64_t state_index) {
    *replica = (lab_replica){.task = task, .state_index = state_index};
    ons_status status = lab_layout_init(&replica->layout, task);
    if (status != ONS_OK) { return status; }
    const size_t lanes = task->plan.lanes;
    replica->warmup_over = !lab_warmup_is_automatic(task, &replica->layout) &&
                           (task->controls->warmup_automatic || task->controls->warmup == 0);
    replica->lanes = ONS_NEW(lab_lane, lanes);
    if (!replica->lanes) { status = ONS_MEMORY; }
    for (size_t k = 0; k < lanes && status == ONS_OK; k++) {
        status = lab_lane_init(&replica->lanes[k], task, &replica->layout, state_index * lanes + k);
        if (status == ONS_OK) { replica->lane_count = k + 1; }
    }
    if (status != ONS_OK) { lab_replica_free(replica); }
    return status;
}

void lab_past_free(lab_past_looks *past) {
    free(past->names);
    free(past->looks);
    *past = (lab_past_looks){0};
}

ons_status lab_past_copy(lab_past_looks *to, const lab_past_looks *from) {
    lab_past_looks copy = {.measured = from->measured,
                           .count = from->count,
                           .names = ons_allocate(from->count, sizeof *copy.names),
                           .looks = ONS_NEW(lab_goal_look, from->count)};
    if (!copy.names || !copy.looks) {
        lab_past_free(&copy);
        return ONS_MEMORY;
    }
    if (from->count > 0) {
        memcpy(copy.names, from->names, from->count * sizeof *copy.names);
        memcpy(copy.looks, from->looks, from->count * sizeof *copy.looks);
    }
    lab_past_free(to);
    *to = copy;
    return ONS_OK;
}

void lab_replica_free(lab_replica *replica) {
    for (size_t k = 0; k < replica->lane_count; k++) { lab_lane_free(&replica->lanes[k], &replica->layout); }
    free(replica->lanes);
    lab_past_free(&replica->past);
    lab_layout_free(&replica->layout);
    *replica = (lab_replica){0};
}

/* ---- the arrays of a part
 * -------------------------------------------------------------------------------------------- */

/* The first line in which two identities differ, as "'that' in the part, 'this' in the job". */
static ons_status refuse_identity(const char *found, size_t count, const char *expected) {
    const char *end = found + count;
    while (*expected) {
        const char *line = memchr(found, '\n', (size_t)(end - found));
        const size_t there = (size_t)((line ? line : end) - found), here = strcspn(expected, "\n");
        if (there != here || memcmp(found, expected, here) != 0) {
            return ons_fail(
                ONS_INVALID,
                "what is stored was made with '%.*s', this job asks for '%.*s': give another output, or the "
                "same value",
                (int)(there < 200 ? there : 200), found, (int)(here < 200 ? here : 200), expected);
        }
        found = line ? line + 1 : end;
        expected += here + (expected[here] == '\n');
    }
    return ons_fail(ONS_INVALID,
                    "what is stored was made with '%.*s', which this job does not set: give another output",
                    (int)((end - found) < 200 ? end - found : 200), found);
}

static ons_status persist_identity(lab_replica *replica, ons_part *part) {
    const char *identity = replica->task->identity;
    const size_t length = strlen(identity);
    if (!ons_part_reading(part)) { return ons_persist(part, "lab/identity", ONS_U8, (void *)identity, length); }
    const lab_array *array = lab_part_find(part, "lab/identity");
    if (!array || array->element != ONS_U8) { return ons_fail(ONS_FAILED, "this part says nothing of its identity"); }
    if (array->count == length && memcmp(array->data, identity, length) == 0) { return ONS_OK; }
    return refuse_identity(array->data, array->count, identity);
}

/* Whether the counters of a part agree with each other and with the task. */
static bool consistent(const lab_replica *replica, const uint64_t *counters) {
    lab_grid grid;
    const uint64_t since = replica->warmup_over ? replica->steps - replica->warmup_steps : replica->steps;
    return counters[0] == replica->state_index && counters[1] == replica->task->plan.lanes &&
           replica->warmup_steps <= replica->steps && replica->measured == (replica->warmup_over ? since : 0) &&
           since <= (uint64_t)1 << 52 && replica->time >= (double)since && replica->time < (double)since + 1.0 &&
           (replica->warmup_over || replica->points == 0) && replica->series_rows <= replica->points &&
           replica->snapshots <= replica->measured &&
           lab_grid_seek(&grid, replica->task, replica->points, replica->time);
}

static ons_status persist_counters(lab_replica *replica, ons_part *part) {
    uint64_t counters[] = {replica->state_index,  replica->task->plan.lanes, replica->steps,
                           replica->warmup_steps, replica->warmup_over,      replica->measured,
                           replica->finished,     replica->points,           replica->series_rows,
                           replica->snapshots,    replica->snapshot_bytes};
    double times[2] = {replica->time, replica->seconds};
    ons_status status = ons_persist(part, "lab/counters", ONS_U64, counters, sizeof counters / sizeof counters[0]);
    if (status == ONS_OK) { status = ons_persist(part, "lab/times", ONS_F64, times, 2); }
    if (status != ONS_OK || !ons_part_reading(part)) { return status; }
    replica->steps = counters[2];
    replica->warmup_steps = counters[3];
    replica->warmup_over = counters[4] != 0;
    replica->measured = counters[5];
    replica->finished = counters[6] != 0;
    replica->points = counters[7];
    replica->series_rows = counters[8];
    replica->snapshots = counters[9];
    replica->snapshot_bytes = counters[10];
    replica->time = times[0];
    replica->seconds = times[1];
    return consistent(replica, counters) ? ONS_OK
                                         : ons_fail(ONS_FAILED, "the counters of this part contradict each other");
}

#define LOOK_NUMBERS 5

static ons_status persist_looks(lab_past_looks *past, ons_part *part) {
    double *numbers = ONS_NEW(double, past->count *LOOK_NUMBERS);
    if (!numbers) { return ONS_MEMORY; }
    for (size_t k = 0; k < past->count; k++) {
        const lab_goal_look *look = &past->looks[k];
        const double row[LOOK_NUMBERS] = {look->relative, look->absolute, look->effective, look->compatible_with_zero,
                                          look->finite};
        memcpy(numbers + k * LOOK_NUMBERS, row, sizeof row);
    }
    ons_status status = ons_persist(part, "lab/looks/names", ONS_U8, past->names, past->count * sizeof *past->names);
    if (status == ONS_OK) {
        status = ons_persist(part, "lab/looks/numbers", ONS_F64, numbers, past->count * LOOK_NUMBERS);
    }
    if (status == ONS_OK && ons_part_reading(part)) {
        for (size_t k = 0; k < past->count; k++) {
            const double *row = numbers + k * LOOK_NUMBERS;
            past->names[k][sizeof past->names[k] - 1] = '\0';
            past->looks[k] = (lab_goal_look){row[0], row[1], row[2], row[3] != 0.0, row[4] != 0.0};
        }
    }
    free(numbers);
    return status;
}

static ons_status persist_past(lab_past_looks *past, ons_part *part) {
    uint64_t measured = past->measured;
    size_t count = past->count;
    ons_status status = ons_persist(part, "lab/looks/measured", ONS_U64, &measured, 1);
    if (status == ONS_OK) { status = ons_persist_count(part, "lab/looks/count", &count, GOALS_LIMIT); }
    if (status != ONS_OK) { return status; }
    if (ons_part_reading(part)) {
        *past = (lab_past_looks){.measured = measured,
                                 .count = count,
                                 .names = ons_allocate(count, sizeof *past->names),
                                 .looks = ONS_NEW(lab_goal_look, count)};
        if (!past->names || !past->looks) { return ONS_MEMORY; }
    }
    return persist_looks(past, part);
}

/* Every lane was measured at every point. */
static bool lane_is_complete(const lab_replica *replica, const lab_lane *lane) {
    return (replica->layout.means == 0 || lane->bins.samples == replica->points) &&
           (replica->layout.series == 0 || lane->times == replica->points);
}

ons_status lab_replica_persist(lab_replica *replica, ons_part *part) {
    ons_status status = persist_identity(replica, part);
    if (status == ONS_OK) { status = persist_counters(replica, part); }
    if (status == ONS_OK) { status = persist_past(&replica->past, part); }
    for (size_t k = 0; k < replica->lane_count && status == ONS_OK; k++) {
        status = lab_lane_persist(&replica->lanes[k], &replica->layout, part, (unsigned)k);
        if (status == ONS_OK && ons_part_reading(part) && !lane_is_complete(replica, &replica->lanes[k])) {
            status = ons_fail(ONS_FAILED, "the lanes of this part contradict its counters");
        }
    }
    return status;
}

/* ---- reading -------------------------------------------------------------------------------------------------------
 */

ons_status lab_replica_parse(lab_replica *replica, const lab_task *task, uint64_t state_index, const char *bytes,
                             size_t count) {
    ons_part part;
    *replica = (lab_replica){0};
    ons_status status = lab_part_read(&part, bytes, count);
    if (status != ONS_OK) { return status; }
    status = lab_replica_init(replica, task, state_index);
    if (status == ONS_OK) {
        status = lab_replica_persist(replica, &part);
        if (status != ONS_OK) { lab_replica_free(replica); }
    }
    lab_part_close(&part);
    return status;
}

/* The series and snapshots that a part counts must be there. */
static ons_status check_trail(const lab_replica *replica, const char *directory, const char *kind, uint64_t count,
                              uint64_t size) {
    struct stat found;
    if (count == 0 || size == 0) { return ONS_OK; }
    char *path = lab_part_path(directory, replica->task, replica->state_index, kind);
    if (!path) { return ONS_MEMORY; }
    const bool there = stat(path, &found) == 0 && (uint64_t)found.st_size / size >= count;
    free(path);
    return there ? ONS_OK : ons_fail(ONS_FAILED, "the file of its %s was cut or removed", kind);
}

static ons_status check_trails(const lab_replica *replica, const char *directory) {
    const uint64_t row = (uint64_t)replica->lane_count * replica->layout.means * sizeof(double);
    const ons_status status = check_trail(replica, directory, "series", replica->series_rows, row);
    return status != ONS_OK ? status
                            : check_trail(replica, directory, "snapshots", replica->snapshots, replica->snapshot_bytes);
}

static ons_status read_file(lab_stored *stored, const lab_task *task, uint64_t state_index, const char *directory,
                            const char *path) {
    char *bytes = NULL;
    size_t count = 0;
    ons_status status = ons_file_read(path, PART_LIMIT, &bytes, &count);
    if (status != ONS_OK) { return status; }
    status = lab_replica_parse(&stored->replica, task, state_index, bytes, count);
    if (status == ONS_OK) {
        status = check_trails(&stored->replica, directory);
        if (status != ONS_OK) { lab_replica_free(&stored->replica); }
    }
    if (status != ONS_OK) {
        free(bytes);
        return status;
    }
    stored->bytes = bytes;
    stored->count = count;
    return ONS_OK;
}

ons_status lab_stored_read(lab_stored *stored, const lab_task *task, uint64_t state_index, const char *directory,
                           const char *const *kinds, ons_text *warnings) {
    for (*stored = (lab_stored){0}; *kinds; kinds++) {
        char *path = lab_part_path(directory, task, state_index, *kinds);
        if (!path) { return ONS_MEMORY; }
        if (!ons_file_exists(path)) {
            free(path);
            continue;
        }
        const ons_status status = read_file(stored, task, state_index, directory, path);
        if (status == ONS_INVALID) {
            char *why = ons_copy(ons_message());
            ons_fail(ONS_INVALID, "%s: %s", path, why ? why : "");
            free(why);
        } else if (status == ONS_FAILED && warnings) {
            ons_text_add(warnings, "%s was passed over: %s\n", path, ons_message());
        }
        free(path);
        if (status != ONS_FAILED) { return status; }
    }
    return ONS_DONE;
}

ons_status lab_replica_read(lab_replica *replica, const lab_task *task, uint64_t state_index, const char *directory,
                            bool round, ons_text *warnings) {
    static const char *const latest[] = {"part", "previous", NULL}, *const rounds[] = {"round", NULL};
    lab_stored stored;
    const ons_status status = lab_stored_read(&stored, task, state_index, directory, round ? rounds : latest, warnings);
    *replica = stored.replica;
    free(stored.bytes);
    return status;
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static ons_status broken(const char *what, const char *path) {
    return ons_fail(ONS_FAILED, "cannot %s '%s': %s", what, path, strerror(errno));
}

ons_status lab_sync_directory(const char *directory) {
    const int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) { return broken("open", directory); }
    /* Some file systems cannot sync a directory and say EINVAL: then there is nothing more to be done. */
    const bool failed = fsync(file) != 0 && errno != EINVAL;
    const ons_status status = failed ? broken("sync", directory) : ONS_OK;
    close(file);
    return status;
}

static ons_status write_new(const char *path, lab_replica *replica, void *state) {
    ons_part part = {.file = -1};
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) { return broken("write", path); }
    ons_status status = lab_part_write(&part, file, path);
    if (status == ONS_OK) { status = lab_replica_persist(replica, &part); }
    part.prefix = "state/";
    if (status == ONS_OK) { status = replica->task->plan.system->persist(state, &part); }
    if (status == ONS_OK) { status = lab_part_end(&part); }
    lab_part_close(&part);
    if (status == ONS_OK && fsync(file) != 0) { status = broken("write", path); }
    if (close(file) != 0 && status == ONS_OK) { status = broken("write", path); }
    if (status != ONS_OK) { unlink(path); }
    return status;
}

ons_status lab_replica_write(lab_replica *replica, void *state, const char *directory) {
    const lab_task *task = replica->task;
    char *new = lab_part_path(directory, task, replica->state_index, "new");
    char *part = lab_part_path(directory, task, replica->state_index, "part");
    char *previous = lab_part_path(directory, task, replica->state_index, "previous");
    ons_status status = new &&part &&previous ? write_new(new, replica, state) : ONS_MEMORY;
    if (status == ONS_OK && rename(part, previous) != 0 && errno != ENOENT) { status = broken("rename", part); }
    if (status == ONS_OK && rename(new, part) != 0) { status = broken("rename", new); }
    free(new);
    free(part);
    free(previous);
    return status;
}

ons_status lab_round_mark(const lab_task *task, uint64_t state_index, const char *directory) {
    char *part = lab_part_path(directory, task, state_index, "part");
    char *round = lab_part_path(directory, task, state_index, "round");
    char *new = lab_part_path(directory, task, state_index, "round-new");
    if (part && !ons_file_exists(part)) { /* killed between two renames */
        free(part);
        part = lab_part_path(directory, task, state_index, "previous");
    }
    ons_status status = part && round && new ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { unlink(new); }
    if (status == ONS_OK && link(part, new) != 0) { /* a file system without hard links */
        char *bytes = NULL;
        size_t count = 0;
        status = ons_file_read(part, PART_LIMIT, &bytes, &count);
        if (status == ONS_OK) { status = ons_file_replace(round, bytes, count); }
        free(bytes);
    } else if (status == ONS_OK && rename(new, round) != 0) {
        status = broken("rename", new);
    } else if (status == ONS_OK) {
        unlink(new); /* rename leaves it where both names were the same file already */
    }
    free(part);
    free(round);
    free(new);
    return status;
}
