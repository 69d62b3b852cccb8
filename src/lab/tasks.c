/*
 * From grids to tasks: each grid is a product over the values of its parameters, later parameters of the descriptor
 * vary fastest, and a task that stands in several grids is kept once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys that nobody knows -----------------------------------------------------------------------------------------
 */

static ons_status refuse_key(const lab_descriptor *descriptor, const lab_entry *entry) {
    size_t controls, count = 0;
    const char *const *control = lab_control_names(&controls);
    const char **known = ONS_NEW(const char *, descriptor->count + controls);
    char shown[LAB_SHOWN];
    if (known == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < descriptor->count; i++) { known[count++] = descriptor->table[i].name; }
    for (size_t i = 0; i < controls; i++) { known[count++] = control[i]; }
    const char *nearest = ons_nearest(entry->key, known, count);
    free(known);
    lab_shown(entry->key, shown);
    if (nearest != NULL) {
        return lab_fail_at(&entry->key_place, "unknown key `%s`; did you mean `%s`?", shown, nearest);
    }
    return lab_fail_at(&entry->key_place, "unknown key `%s`; `onsager describe %s` lists the parameters and controls",
                       shown, descriptor->system->name);
}

static ons_status check_keys(const lab_descriptor *descriptor, const lab_section *section, bool is_grid) {
    for (size_t i = 0; i < section->count; i++) {
        const lab_entry *entry = &section->entries[i];
        bool in_grids;
        if (lab_parameter_find(descriptor->table, descriptor->count, entry->key) != SIZE_MAX) { continue; }
        if (strncmp(entry->key, "until", 5) == 0 && (entry->key[5] == '\0' || strcmp(entry->key + 5, ".") == 0)) {
            return lab_fail_at(&entry->key_place, "`until` needs the name of a quantity: until.NAME=0.1%%");
        }
        if (strcmp(entry->key, "measure") == 0 || strcmp(entry->key, "measure.") == 0) {
            return lab_fail_at(&entry->key_place, "`measure` needs a name for the quantity: measure.NAME=FORMULA");
        }
        if (entry->node == NULL && strcmp(entry->key, "grids") == 0) {
            return lab_fail_at(&entry->key_place, "`grids` stands in job files only");
        }
        if (!lab_control_known(entry->key, &in_grids)) { return refuse_key(descriptor, entry); }
        if (is_grid && !in_grids) {
            return lab_fail_at(&entry->key_place, "`%s` is the same for all grids; give it at the top of the job file",
                               entry->key);
        }
    }
    return ONS_OK;
}

static ons_status check_all_keys(const ons_job *job) {
    const struct job_source *source = job->source;
    ons_status status = check_keys(&source->descriptor, &source->top, false);
    for (size_t g = 0; status >= 0 && g < source->grid_count; g++) {
        status = check_keys(&source->descriptor, &source->grids[g], true);
    }
    return status < 0 ? status : check_keys(&source->descriptor, &source->words, false);
}

/* ---- axes -----------------------------------------------------------------------------------------------------------
 */

static ons_status read_axis(const struct job_source *source, lab_axis *axis, const ons_parameter *parameter) {
    lab_list list = {0};
    ons_status status = lab_list_read(&list, parameter, axis->entry);
    if (status >= 0) {
        status = lab_axis_read(axis, parameter, &list, axis->entry->node == NULL ? "" : source->folder);
    }
    lab_list_free(&list);
    return status;
}

/* Reads the values of one grid; *product becomes the number of its points. */
static ons_status read_axes(ons_job *job, size_t grid, size_t *product) {
    struct job_source *source = job->source;
    const lab_sections sections = lab_job_sections(job, grid);
    const size_t count = source->descriptor.count;
    *product = 1;
    for (size_t i = 0; i < count; i++) {
        lab_axis *axis = &source->axes[grid * count + i];
        axis->entry = lab_sections_find(&sections, source->descriptor.table[i].name);
        if (axis->entry == NULL) { continue; }
        const ons_status status = read_axis(source, axis, &source->descriptor.table[i]);
        if (status < 0) { return status; }
        if (axis->count > LAB_LARGEST / *product) {
            return lab_fail_at(&axis->entry->place, "the grid has more than 10^6 tasks; give fewer values of `%s`",
                               source->descriptor.table[i].name);
        }
        *product *= axis->count;
    }
    return ONS_OK;
}

static ons_status read_grids(ons_job *job, size_t *total) {
    struct job_source *source = job->source;
    const size_t grids = source->grid_count == 0 ? 1 : source->grid_count;
    source->axes = ONS_NEW(lab_axis, grids * source->descriptor.count);
    job->controls = ONS_NEW(lab_controls, grids);
    if (source->axes == NULL || job->controls == NULL) { return ONS_MEMORY; }
    source->axis_count = grids * source->descriptor.count;
    job->controls_count = grids;
    *total = 0;
    for (size_t g = 0; g < grids; g++) {
        const lab_sections sections = lab_job_sections(job, g);
        size_t product;
        ons_status status = lab_controls_read(&job->controls[g], &source->descriptor, &sections);
        if (status >= 0) { status = read_axes(job, g, &product); }
        if (status < 0) { return status; }
        *total += product;
        if (*total > LAB_LARGEST) {
            const lab_place place = lab_job_place(job, g);
            return lab_fail_at(&place, "the job has more than 10^6 tasks; give fewer values");
        }
    }
    return ONS_OK;
}

/* ---- one task -------------------------------------------------------------------------------------------------------
 */

static void free_task(lab_task *task) {
    lab_parameters_free(&task->parameters);
    lab_plan_free(&task->plan);
    free(task->own);
    free(task->canonical);
    free(task->identity);
    free(task->start_file);
    free(task->start_task);
    *task = (lab_task){0};
}

void lab_tasks_free(ons_job *job) {
    for (size_t i = 0; i < job->task_count; i++) { free_task(&job->tasks[i]); }
    free(job->tasks);
    job->tasks = NULL;
    job->task_count = 0;
}

static ons_status find_start(lab_task *task) {
    const struct ons_parameters *parameters = &task->parameters;
    const size_t index = lab_parameter_find(parameters->table, parameters->count, "start");
    const lab_value *start = &parameters->values[index];
    if (parameters->table[index].type != ONS_CHOICE || start->integers[0] >= 0) { return ONS_OK; }
    const char *text = start->texts[0], *suffix = lab_archive_suffix(text);
    if (suffix == NULL || !(parameters->table[index].flags & ONS_OR_ARCHIVE)) { return ONS_OK; }
    task->start_file = ons_copy_part(text, (size_t)(suffix - text));
    if (task->start_file == NULL) { return ONS_MEMORY; }
    if (*suffix == '#') {
        task->start_task = ons_copy(suffix + 1);
        if (task->start_task == NULL) { return ONS_MEMORY; }
    }
    return ONS_OK;
}

static bool is_part_of_name(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where in a message a name stands as a word of its own; NULL when it does not. */
static const char *find_word(const char *message, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = strstr(message, name); at != NULL; at = strstr(at + 1, name)) {
        if ((at == message || !is_part_of_name(at[-1])) && !is_part_of_name(at[length])) { return at; }
    }
    return NULL;
}

/* Gives the message of a system's check() the place of the parameter that it names first, and says of which task it is.
 */
static ons_status refuse_task(const ons_job *job, const lab_task *task, size_t grid, const lab_axis *axes,
                              size_t total) {
    const lab_descriptor *descriptor = &job->source->descriptor;
    lab_place place = lab_job_place(job, grid);
    const char *message = ons_message(), *first = NULL;
    for (size_t i = 0; i < descriptor->count; i++) {
        const char *at = axes[i].entry == NULL ? NULL : find_word(message, descriptor->table[i].name);
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            place = axes[i].entry->place;
        }
    }
    ons_text given = {0};
    if (total > 1) { lab_task_text(task, &given); }
    const bool said = given.data != NULL && given.length > 0;
    lab_fail_at(&place, "%s%s%s%s", message, said ? " (for " : "", said ? given.data : "", said ? ")" : "");
    ons_text_free(&given);
    return ONS_INVALID;
}

/* The point `index` of a grid: later parameters vary fastest. */
static void choose(const lab_axis *axes, size_t count, size_t index, const lab_value **chosen,
                   const lab_entry **entries) {
    for (size_t i = count; i-- > 0;) {
        chosen[i] = NULL;
        entries[i] = axes[i].entry;
        if (axes[i].count == 0) { continue; }
        chosen[i] = &axes[i].values[index % axes[i].count];
        index /= axes[i].count;
    }
}

static ons_status make_task(const ons_job *job, lab_task *task, size_t grid, const lab_value *const *chosen,
                            const lab_entry *const *entries, size_t total) {
    const struct job_source *source = job->source;
    const lab_descriptor *descriptor = &source->descriptor;
    const lab_place place = lab_job_place(job, grid);
    const lab_sections sections = lab_job_sections(job, grid);
    const ons_system *system = job->system;
    task->controls = &job->controls[grid];
    task->measures = source->measures;
    ons_status status = lab_parameters_resolve(&task->parameters, descriptor, chosen, entries, &place);
    if (status < 0) { return status; }
    status = lab_plan_make(task);
    if (status == ONS_INVALID) { return refuse_task(job, task, grid, source->axes + grid * descriptor->count, total); }
    if (status >= 0) { status = lab_measures_plan(task); }
    if (status >= 0) { status = lab_goals_check(task, descriptor, &sections); }
    if (status < 0) { return status; }
    task->quenched =
        system->quenched == NULL ? (system->traits & ONS_QUENCHED) != 0 : system->quenched(&task->parameters);
    status = find_start(task);
    return status < 0 ? status : lab_task_identify(job, task);
}

static ons_status make_grid(ons_job *job, size_t grid, const lab_value **chosen, const lab_entry **entries,
                            size_t total) {
    const size_t count = job->source->descriptor.count;
    const lab_axis *axes = job->source->axes + grid * count;
    size_t product = 1;
    for (size_t i = 0; i < count; i++) { product *= axes[i].count == 0 ? 1 : axes[i].count; }
    for (size_t index = 0; index < product; index++) {
        choose(axes, count, index, chosen, entries);
        lab_task *task = &job->tasks[job->task_count++];
        const ons_status status = make_task(job, task, grid, chosen, entries, total);
        if (status < 0) { return status; }
    }
    return ONS_OK;
}

/* ---- the same task twice --------------------------------------------------------------------------------------------
 */

static int by_key(const void *a, const void *b, void *tasks) {
    const size_t first = *(const size_t *)a, second = *(const size_t *)b;
    const uint64_t key1 = ((const lab_task *)tasks)[first].key, key2 = ((const lab_task *)tasks)[second].key;
    if (key1 != key2) { return key1 < key2 ? -1 : 1; }
    return first < second ? -1 : first > second;
}

static ons_status compare_twins(const ons_job *job, const lab_task *first, const lab_task *second) {
    if (strcmp(first->canonical, second->canonical) != 0) {
        return ons_fail(ONS_FAILED,
                        "two tasks have the same key %s by chance; change a parameter of one of them a little",
                        first->key_text);
    }
    if (lab_controls_equal(first->controls, second->controls)) { return ONS_OK; }
    const lab_place place = lab_job_place(job, (size_t)(second->controls - job->controls));
    ons_text given = {0};
    lab_task_text(second, &given);
    lab_fail_at(&place, "the task (%s) stands in an earlier grid too, with other controls; leave it out of one of them",
                given.data == NULL || given.length == 0 ? "with the default parameters" : given.data);
    ons_text_free(&given);
    return ONS_INVALID;
}

static ons_status keep_one_of_each(ons_job *job) {
    const size_t count = job->task_count;
    size_t *order = ONS_NEW(size_t, count);
    bool *twin = ONS_NEW(bool, count);
    ons_status status = order == NULL || twin == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; status >= 0 && i < count; i++) { order[i] = i; }
    if (status >= 0) { qsort_r(order, count, sizeof *order, by_key, job->tasks); }
    for (size_t i = 1, head = 0; status >= 0 && i < count; i++) { /* head: first of the tasks with this key */
        if (job->tasks[order[i]].key != job->tasks[order[head]].key) {
            head = i;
            continue;
        }
        status = compare_twins(job, &job->tasks[order[head]], &job->tasks[order[i]]);
        twin[order[i]] = true;
    }
    size_t kept = 0;
    for (size_t i = 0; status >= 0 && i < count; i++) {
        if (twin[i]) {
            free_task(&job->tasks[i]);
        } else {
            job->tasks[kept++] = job->tasks[i];
        }
    }
    if (status >= 0) { job->task_count = kept; }
    free(order);
    free(twin);
    return status;
}

ons_status lab_tasks_make(ons_job *job) {
    const size_t count = job->source->descriptor.count;
    const lab_value **chosen = NULL;
    const lab_entry **entries = NULL;
    size_t total = 0;
    ons_status status = check_all_keys(job);
    if (status >= 0) { status = read_grids(job, &total); }
    if (status < 0) { return status; }
    chosen = ONS_NEW(const lab_value *, count);
    entries = ONS_NEW(const lab_entry *, count);
    job->tasks = ONS_NEW(lab_task, total);
    if (chosen == NULL || entries == NULL || job->tasks == NULL) {
        status = ONS_MEMORY;
        goto cleanup;
    }
    for (size_t g = 0; status >= 0 && g < job->controls_count; g++) {
        status = make_grid(job, g, chosen, entries, total);
    }
    if (status >= 0) { status = keep_one_of_each(job); }
cleanup:
    free(chosen);
    free(entries);
    return status;
}
