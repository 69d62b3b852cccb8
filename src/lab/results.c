/*
 * Results: an archive read as a whole, without its system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "results.h"
#include "archive_old.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- what concerns all tasks together ---- */

const char *lab_value_of(const ons_task_result *task, const char *name) {
    for (size_t p = 0; p < task->parameters; ++p) {
        if (strcmp(task->parameter[p], name) == 0) { return task->value[p]; }
    }
    return NULL;
}

/* A parameter of the archive: its first value, and whether there is another one. */
typedef struct first_value {
    const char *name, *value;
    bool varies;
} first_value;

/* The entry of a name, made with `value` where there is none; tasks have their parameters in nearly the same order. */
static first_value *entry_of(first_value **entries, size_t *count, size_t *capacity, size_t guess, const char *name,
                             const char *value) {
    if (guess < *count && strcmp((*entries)[guess].name, name) == 0) { return &(*entries)[guess]; }
    for (size_t i = 0; i < *count; ++i) {
        if (strcmp((*entries)[i].name, name) == 0) { return &(*entries)[i]; }
    }
    if (ons_grow((void **)entries, capacity, *count + 1, sizeof **entries) != ONS_OK) { return NULL; }
    (*entries)[*count] = (first_value){name, value, false};
    return &(*entries)[(*count)++];
}

/* Fills `varies` of all tasks. */
static ons_status compare_values(ons_results *results) {
    first_value *entries = NULL;
    size_t count = 0, capacity = 0;
    for (int pass = 0; pass < 2; ++pass) {
        for (size_t t = 0; t < results->count; ++t) {
            const ons_task_result *task = &results->tasks[t];
            for (size_t p = 0; p < task->parameters; ++p) {
                first_value *entry = entry_of(&entries, &count, &capacity, p, task->parameter[p], task->value[p]);
                if (entry == NULL) {
                    free(entries);
                    return ONS_MEMORY;
                }
                if (strcmp(entry->value, task->value[p]) != 0) { entry->varies = true; }
                ((bool *)task->varies)[p] = entry->varies;
            }
        }
    }
    free(entries);
    return ONS_OK;
}

ons_status lab_results_names(ons_results *results) {
    size_t capacity = 0;
    results->name_count = 0;
    free(results->names);
    results->names = NULL;
    for (size_t t = 0; t < results->count; ++t) {
        for (size_t i = 0; i < results->tasks[t].results; ++i) {
            const char *name = results->tasks[t].result[i].name;
            size_t known = 0;
            while (known < results->name_count && strcmp(results->names[known], name) != 0) { ++known; }
            if (known < results->name_count) { continue; }
            const ons_status status =
                ons_grow((void **)&results->names, &capacity, results->name_count + 1, sizeof *results->names);
            if (status != ONS_OK) { return status; }
            results->names[results->name_count++] = name;
        }
    }
    return ONS_OK;
}

/* ---- reading ---- */

/* The archives in the folder of a path; the nearest by name. Allocated, NULL: none is near. */
static char *nearest_archive(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? ons_copy(".") : ons_copy_part(path, (size_t)(slash - path) + 1);
    DIR *directory = folder == NULL ? NULL : opendir(folder);
    char **names = NULL;
    size_t count = 0, capacity = 0;
    for (const struct dirent *entry; directory != NULL && count < 10000 && (entry = readdir(directory)) != NULL;) {
        const size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 3, ".h5") != 0) { continue; }
        if (strcmp(entry->d_name, slash == NULL ? path : slash + 1) == 0) { continue; } /* a link to nowhere */
        if (ons_grow((void **)&names, &capacity, count + 1, sizeof *names) != ONS_OK) { break; }
        names[count] = ons_copy(entry->d_name);
        if (names[count++] == NULL) { --count; }
    }
    if (directory != NULL) { closedir(directory); }
    const char *near = ons_nearest(slash == NULL ? path : slash + 1, (const char *const *)names, count);
    char *full = near == NULL ? NULL : ons_format("%s%s", slash == NULL ? "" : folder, near);
    lab_texts_free(names, count);
    free(folder);
    return full;
}

ons_status lab_refuse_missing(const char *path) {
    ons_status status;
    char *parts = ons_format("%s.parts", path);
    if (parts == NULL) { return ONS_MEMORY; }
    if (ons_file_exists(parts)) {
        status =
            ons_fail(ONS_INVALID,
                     "%s: the job has left parts but no archive yet; run it again (or `onsager show` with the job) to "
                     "build it from %s",
                     path, parts);
    } else {
        char *near = nearest_archive(path);
        status = near == NULL ? ons_fail(ONS_INVALID, "%s: there is no such file", path)
                              : ons_fail(ONS_INVALID, "%s: there is no such file; did you mean %s?", path, near);
        free(near);
    }
    free(parts);
    return status;
}

static ons_status read_task(lab_h5 *h5, ons_results *results, size_t index) {
    hid_t group;
    ons_status status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) { status = lab_archive_get_result(h5, group, &results->tasks[index]); }
    if (status == ONS_OK) {
        results->count = index + 1;
        status = lab_h5_get_text(h5, group, "canonical", &results->canonical[index]);
    }
    if (status == ONS_OK && strcmp(results->tasks[index].key, results->head.keys[index]) != 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: it is not the one that the head names");
    }
    lab_archive_leave_task(h5, group);
    return status;
}

static ons_status read_tasks(lab_h5 *h5, ons_results *results) {
    const size_t count = results->head.tasks;
    if (count > h5->bytes / 64) { return lab_h5_fail(h5, ONS_INVALID, "is damaged: the list of its tasks"); }
    results->tasks = ONS_NEW(ons_task_result, count);
    results->canonical = ONS_NEW(char *, count);
    if (results->tasks == NULL || results->canonical == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t t = 0; t < count && status == ONS_OK; ++t) { status = read_task(h5, results, t); }
    return status;
}

ons_status ons_results_read(ons_results **results, const char *path) {
    lab_h5 h5;
    *results = NULL;
    if (!ons_file_exists(path)) { return lab_refuse_missing(path); }
    ons_results *read = ONS_NEW(ons_results, 1);
    if (read == NULL) { return ONS_MEMORY; }
    lab_h5_enter();
    ons_status status = lab_archive_open(&h5, path, &read->head, NULL);
    if (status == ONS_OK) {
        status = read_tasks(&h5, read);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    read->path = ons_copy(path);
    if (status == ONS_OK && read->path == NULL) { status = ONS_MEMORY; }
    if (status == ONS_OK) { status = lab_results_names(read); }
    if (status == ONS_OK) { status = compare_values(read); }
    if (status != ONS_OK) {
        ons_results_free(read);
        return status;
    }
    *results = read;
    return ONS_OK;
}

void ons_results_free(ons_results *results) {
    if (results == NULL) { return; }
    for (size_t t = 0; t < results->count; ++t) { lab_task_result_free(&results->tasks[t]); }
    lab_texts_free(results->canonical, results->count);
    free(results->tasks);
    free(results->names);
    free(results->path);
    lab_archive_head_free(&results->head);
    free(results);
}

/* Lets the tasks from `kept` on go. */
static ons_status shorten(ons_results *results, size_t kept) {
    for (size_t t = kept; t < results->count; ++t) {
        lab_task_result_free(&results->tasks[t]);
        free(results->canonical[t]);
    }
    results->count = kept;
    const ons_status status = compare_values(results);
    return status == ONS_OK ? lab_results_names(results) : status;
}

static void exchange(ons_results *results, size_t a, size_t b) {
    const ons_task_result task = results->tasks[a];
    char *const canonical = results->canonical[a];
    results->tasks[a] = results->tasks[b];
    results->canonical[a] = results->canonical[b];
    results->tasks[b] = task;
    results->canonical[b] = canonical;
}

ons_status ons_results_select(ons_results *results, const ons_job *job) {
    size_t kept = 0;
    for (size_t t = 0; t < job->task_count; ++t) {
        size_t found = kept;
        while (found < results->count && strcmp(results->tasks[found].key, job->tasks[t].key_text) != 0) { ++found; }
        if (found < results->count) { exchange(results, kept++, found); }
    }
    return shorten(results, kept);
}

ons_status ons_results_keep(ons_results *results, const bool *keep) {
    size_t kept = 0;
    for (size_t t = 0; t < results->count; ++t) {
        if (keep[t]) { exchange(results, kept++, t); }
    }
    return shorten(results, kept);
}

/* ---- a job that runs or was broken off ---- */

ons_status ons_results_collect(const ons_job *job) {
    char *directory = ons_format("%s.parts", job->output);
    if (directory == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    const bool left = ons_file_exists(directory);
    if (left && !ons_file_exists(job->output) && !lab_parts_exist(job)) {
        status =
            ons_fail(ONS_INVALID,
                     "%s: this job has begun but stored nothing yet; it writes its first parts after `checkpoint`, or "
                     "when it is interrupted",
                     job->output);
    } else if (left) {
        const lab_archive_options options = {.interrupted = true};
        status = lab_archive_build(job, directory, &options, false);
    } else if (!ons_file_exists(job->output)) {
        status = ons_fail(ONS_INVALID, "%s: this job has left nothing yet; run it first", job->output);
    }
    free(directory);
    return status;
}

/* ---- questions ---- */

const char *ons_results_path(const ons_results *results) { return results->path; }
const char *ons_results_system(const ons_results *results) { return results->head.system; }
const char *ons_results_summary(const ons_results *results) { return results->head.summary; }
const char *ons_results_step(const ons_results *results) { return results->head.step; }
uint64_t ons_results_seed(const ons_results *results) { return results->head.seed; }
const char *ons_results_job(const ons_results *results) { return results->head.job; }
const char *ons_results_provenance(const ons_results *results) { return results->head.provenance; }
size_t ons_results_count(const ons_results *results) { return results->count; }

const ons_task_result *ons_results_task(const ons_results *results, size_t index) {
    return index < results->count ? &results->tasks[index] : NULL;
}

size_t ons_results_names(const ons_results *results, const char *const **names) {
    if (names != NULL) { *names = results->names; }
    return results->name_count;
}
