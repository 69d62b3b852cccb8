/*
 * The task of a live state: the job's own one, with the values that were given since.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

/* ---- one value ----------------------------------------------------------------------------------------------------
 */

void lab_override_free(lab_override *override) {
    lab_axis_free(&override->axis);
    free(override->entry.key);
    free(override->entry.text);
    free(override->entry.word);
    *override = (lab_override){0};
}

ons_status lab_override_read(lab_override *override, const ons_parameter *parameter, const char *text) {
    lab_list list = {0};
    lab_entry *entry = &override->entry;
    *override = (lab_override){0};
    entry->key = ons_copy(parameter->name);
    entry->text = ons_copy(text);
    entry->word = ons_format("%s=%s", parameter->name, text);
    ons_status status = entry->key && entry->text && entry->word ? ONS_OK : ONS_MEMORY;
    entry->place = entry->key_place = (lab_place){.word = entry->word};
    if (status == ONS_OK) { status = lab_list_read(&list, parameter, entry); }
    if (status == ONS_OK) { status = lab_axis_read(&override->axis, parameter, &list, ""); }
    lab_list_free(&list);
    if (status == ONS_OK && override->axis.count != 1) {
        status = lab_fail_at(&entry->place, "one value is needed here, not %zu", override->axis.count);
    }
    if (status != ONS_OK) { lab_override_free(override); }
    return status;
}

/* ---- the task -----------------------------------------------------------------------------------------------------
 */

static ons_status copy_start(const lab_task *from, lab_task *task) {
    if (from->start_file && !(task->start_file = ons_copy(from->start_file))) { return ONS_MEMORY; }
    if (from->start_task && !(task->start_task = ons_copy(from->start_task))) { return ONS_MEMORY; }
    return ONS_OK;
}

ons_status lab_task_override(const ons_job *job, const lab_override *const *overrides, lab_task *task) {
    const lab_task *own = &job->tasks[0];
    const lab_descriptor *descriptor = &job->source->descriptor;
    const size_t count = descriptor->count, grid = (size_t)(own->controls - job->controls);
    const lab_place place = {0};
    const lab_value **chosen = ONS_NEW(const lab_value *, count);
    const lab_entry **entries = ONS_NEW(const lab_entry *, count);
    ons_status status = chosen && entries ? ONS_OK : ONS_MEMORY;
    *task = (lab_task){.controls = own->controls, .quenched = own->quenched, .key = own->key};
    memcpy(task->key_text, own->key_text, sizeof task->key_text);
    for (size_t i = 0; status == ONS_OK && i < count; i++) {
        const lab_axis *axis = &job->source->axes[grid * count + i];
        const bool replaced = overrides[i] && overrides[i]->axis.count > 0;
        if (replaced) { axis = &overrides[i]->axis; }
        chosen[i] = axis->count > 0 ? &axis->values[0] : NULL;
        entries[i] = replaced ? &overrides[i]->entry : axis->entry;
    }
    if (status == ONS_OK) { status = lab_parameters_resolve(&task->parameters, descriptor, chosen, entries, &place); }
    if (status == ONS_OK) { status = lab_plan_make(task); }
    if (status == ONS_OK) { status = copy_start(own, task); }
    free(chosen);
    free(entries);
    if (status != ONS_OK) { lab_task_release(task); }
    return status;
}

void lab_task_release(lab_task *task) {
    lab_parameters_free(&task->parameters);
    lab_plan_free(&task->plan);
    free(task->start_file);
    free(task->start_task);
    *task = (lab_task){0};
}
