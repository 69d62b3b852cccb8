/*
 * start=FILE.h5: a fresh state takes over the configuration that another run has left.
 *
 * The fresh state is written to memory, its configuration arrays are replaced by the stored ones of the same name, and
 * it is read back: persist() needs no special case, and all else (streams, counters) stays as create() made it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

static void shape_text(ons_text *text, const lab_array *array) {
    for (unsigned k = 0; k < array->rank; k++) { ons_text_add(text, k ? " x %zu" : "%zu", array->dimensions[k]); }
    if (array->rank == 0) { ons_text_add(text, "%zu", array->count); }
}

static ons_status refuse_shape(const lab_task *task, const lab_array *stored, const lab_array *fresh) {
    ons_text there = {0}, here = {0};
    shape_text(&there, stored);
    shape_text(&here, fresh);
    ons_status status = ONS_MEMORY;
    if (!there.failed && !here.failed) {
        status = ons_fail(ONS_INVALID, "start: '%s' in %s is %s%s, but this task needs %s",
                          fresh->name + strlen("state/"), task->start_file, there.data,
                          stored->element == fresh->element ? "" : " of another type", here.data);
    }
    ons_text_free(&there);
    ons_text_free(&here);
    return status;
}

static bool same_shape(const lab_array *a, const lab_array *b) {
    bool same = a->element == b->element && a->rank == b->rank && a->count == b->count;
    for (unsigned k = 0; k < a->rank && same; k++) { same = a->dimensions[k] == b->dimensions[k]; }
    return same;
}

/* Lets the configuration arrays of `fresh` lie where those of `stored` do. */
static ons_status take_over(const lab_task *task, ons_part *fresh, ons_part *stored) {
    size_t taken = 0;
    for (size_t k = 0; k < fresh->count; k++) {
        lab_array *array = &fresh->arrays[k];
        if (!array->configuration) { continue; }
        const lab_array *found = lab_part_find(stored, array->name);
        if (!found || !found->configuration) {
            return ons_fail(ONS_INVALID, "start: %s holds no configuration '%s', which '%s' needs", task->start_file,
                            array->name + strlen("state/"), task->plan.system->name);
        }
        if (!same_shape(found, array)) { return refuse_shape(task, found, array); }
        array->data = found->data;
        taken++;
    }
    return taken > 0 ? ONS_OK
                     : ons_fail(ONS_INVALID, "start: '%s' stores no configuration from which it could begin",
                                task->plan.system->name);
}

ons_status lab_start_from_archive(const lab_task *task, uint64_t state_index, void *memory) {
    const ons_system *system = task->plan.system;
    char *bytes = NULL;
    size_t count = 0;
    ons_part out = {.file = -1}, fresh = {.file = -1}, stored = {.file = -1};
    ons_status status = lab_archive_start(task, state_index, &bytes, &count);
    if (status == ONS_OK) { status = lab_part_write(&out, -1, "memory"); }
    out.prefix = "state/";
    if (status == ONS_OK) { status = system->persist(memory, &out); }
    if (status == ONS_OK) { status = lab_part_end(&out); }
    if (status == ONS_OK) { status = lab_part_read(&fresh, out.bytes.data, out.bytes.length); }
    if (status == ONS_OK) { status = lab_part_read(&stored, bytes, count); }
    if (status == ONS_OK) { status = take_over(task, &fresh, &stored); }
    fresh.prefix = "state/";
    if (status == ONS_OK) { status = system->persist(memory, &fresh); }
    lab_part_close(&out);
    lab_part_close(&fresh);
    lab_part_close(&stored);
    free(bytes);
    return status;
}
