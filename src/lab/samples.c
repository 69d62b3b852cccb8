/*
 * Samples of an archive: the open file, and what is read from it in pieces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples.h"

#include <stdlib.h>
#include <string.h>

/* ---- the archive ---- */

ons_status ons_samples_open(ons_samples **samples, const char *path) {
    *samples = NULL;
    if (!ons_file_exists(path)) { return lab_refuse_missing(path); }
    ons_samples *made = ONS_NEW(ons_samples, 1);
    if (made == NULL) { return ONS_MEMORY; }
    made->path = ons_copy(path);
    ons_status status = made->path == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK) {
        lab_h5_enter();
        status = lab_archive_open(&made->h5, made->path, &made->head, NULL);
        lab_h5_leave();
    }
    if (status != ONS_OK) {
        free(made->path);
        free(made);
        return status;
    }
    *samples = made;
    return ONS_OK;
}

void ons_samples_close(ons_samples *samples) {
    if (samples == NULL) { return; }
    lab_h5_enter();
    lab_h5_close(&samples->h5);
    lab_h5_leave();
    lab_archive_head_free(&samples->head);
    free(samples->path);
    free(samples);
}

const char *ons_samples_path(const ons_samples *samples) { return samples->path; }
size_t ons_samples_count(const ons_samples *samples) { return samples->head.tasks; }

size_t ons_samples_find(const ons_samples *samples, const char *key) { return lab_archive_find(&samples->head, key); }

static ons_status check_index(const ons_samples *samples, size_t index) {
    if (index < samples->head.tasks) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "%s has %zu tasks; there is no task %zu", samples->path, samples->head.tasks, index);
}

/* ---- a task ---- */

ons_status ons_samples_task(ons_samples *samples, size_t index, ons_task_samples **task) {
    *task = NULL;
    ons_status status = check_index(samples, index);
    if (status != ONS_OK) { return status; }
    ons_task_samples *read = ONS_NEW(ons_task_samples, 1);
    if (read == NULL) { return ONS_MEMORY; }
    lab_h5_enter();
    samples->h5.status = ONS_OK;
    status = lab_samples_read(&samples->h5, index, read);
    lab_h5_leave();
    if (status != ONS_OK) {
        ons_task_samples_free(read);
        return status;
    }
    *task = read;
    return ONS_OK;
}

static void free_replica(ons_replica_samples *replica) {
    if (replica->bins != NULL) { ons_bins_free((ons_bins *)replica->bins); }
    if (replica->record != NULL) { ons_record_free((ons_record *)replica->record); }
    for (size_t i = 0; i < replica->arrays; ++i) { free((char *)replica->array[i].name); }
    free((void *)replica->bins);
    free((void *)replica->record);
    free((void *)replica->array);
    free((void *)replica->snapshot_steps);
    free((void *)replica->snapshot_times);
}

void ons_task_samples_free(ons_task_samples *task) {
    if (task == NULL) { return; }
    for (size_t r = 0; r < task->replicas; ++r) { free_replica((ons_replica_samples *)&task->replica[r]); }
    for (size_t i = 0; i < task->terms; ++i) {
        free((char *)task->term[i].coefficient);
        free((char *)task->term[i].feature);
    }
    lab_texts_free((char **)task->component, task->components);
    lab_texts_free((char **)task->explicit_name, task->explicits);
    free((void *)task->replica);
    free((void *)task->term);
    free((char *)task->key);
    free(task);
}

/* Whether a component is the observable `name` or an element of it. */
static bool belongs(const char *component, const char *name) {
    const size_t length = strlen(name);
    return strncmp(component, name, length) == 0 && (component[length] == '\0' || component[length] == '[');
}

ons_status ons_task_samples_find(const ons_task_samples *task, const char *name, size_t *first, size_t *count) {
    size_t at = 0;
    *first = *count = 0;
    while (at < task->components && !belongs(task->component[at], name)) { ++at; }
    for (*first = at; at < task->components && belongs(task->component[at], name); ++at) { ++*count; }
    if (*count > 0) { return ONS_OK; }
    const char *near = ons_nearest(name, task->component, task->components);
    if (near != NULL) { return ons_fail(ONS_INVALID, "no samples of '%s' are stored; did you mean '%s'?", name, near); }
    return ons_fail(ONS_INVALID, "no samples of '%s' are stored, only those of measured means%s%s", name,
                    task->components > 0 ? " such as " : "", task->components > 0 ? task->component[0] : "");
}

ons_status ons_task_samples_joint(const ons_task_samples *task, ons_joint **joint) {
    *joint = NULL;
    const ons_bins **bins = ONS_NEW(const ons_bins *, task->replicas + 1);
    if (bins == NULL) { return ONS_MEMORY; }
    size_t sampled = 0;
    for (size_t r = 0; r < task->replicas; ++r) {
        const ons_bins *own = task->replica[r].bins;
        if (own != NULL && own->samples > 0) { bins[sampled++] = own; }
    }
    const ons_status status = sampled == 0
                                  ? ons_fail(ONS_INVALID, "task %s keeps no samples", task->key)
                                  : ons_joint_create(joint, bins, sampled, task->independent ? ONS_INDEPENDENT : 0);
    free(bins);
    return status;
}

/* ---- in pieces ---- */

static ons_status open_in_replica(lab_h5 *h5, hid_t group, uint64_t replica, const char *name, hid_t *stream,
                                  hsize_t *dimensions, int *rank) {
    char path[48];
    hid_t lane = -1;
    snprintf(path, sizeof path, "replicas/%04llu", (unsigned long long)replica);
    *stream = -1;
    ons_status status = lab_h5_open_group(h5, group, path, &lane);
    if (status == ONS_OK) { status = lab_h5_open_stream(h5, lane, name, stream, rank, dimensions); }
    lab_h5_group_close(lane);
    return status;
}

ons_status ons_samples_series(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                              uint64_t first, size_t rows, double *values) {
    ons_status status = check_index(samples, index);
    if (status != ONS_OK) { return status; }
    if (replica >= task->replicas || first > task->replica[replica].series ||
        rows > task->replica[replica].series - first) {
        const uint64_t stored = replica < task->replicas ? task->replica[replica].series : 0;
        return ons_fail(ONS_INVALID, "%s: %llu rows of the series of replica %zu of task %zu are stored, not %llu%s",
                        samples->path, (unsigned long long)stored, replica, index, (unsigned long long)first + rows,
                        stored == 0 ? "; run with series=yes to keep them" : "");
    }
    hsize_t dimensions[8];
    hid_t group = -1, stream = -1;
    int rank;
    lab_h5 *h5 = &samples->h5;
    lab_h5_enter();
    h5->status = ONS_OK;
    status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) {
        status = open_in_replica(h5, group, task->replica[replica].replica, "series", &stream, dimensions, &rank);
    }
    if (status == ONS_OK && (rank != 2 || dimensions[1] != task->components)) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: a series has other components than its task");
    }
    if (status == ONS_OK) { status = lab_h5_get_rows(h5, stream, H5T_NATIVE_DOUBLE, first, rows, values); }
    lab_h5_stream_close(stream);
    lab_archive_leave_task(h5, group);
    lab_h5_leave();
    return status;
}

static const ons_snapshot_array *find_array(const ons_replica_samples *replica, const char *name) {
    for (size_t i = 0; i < replica->arrays; ++i) {
        if (strcmp(replica->array[i].name, name) == 0) { return &replica->array[i]; }
    }
    return NULL;
}

/* The link of an array in the archive: HDF5 reads a slash as a path. */
static char *link_of(const char *name) {
    char *link = ons_format("snapshots/%s", name);
    for (char *c = link == NULL ? NULL : link + 10; c != NULL && *c != '\0'; ++c) { *c = *c == '/' ? ':' : *c; }
    return link;
}

ons_status ons_samples_snapshot(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                                const char *array, size_t snapshot, double *values) {
    ons_status status = check_index(samples, index);
    if (status != ONS_OK) { return status; }
    const ons_snapshot_array *found = replica < task->replicas ? find_array(&task->replica[replica], array) : NULL;
    if (found == NULL || snapshot >= task->replica[replica].snapshots) {
        return ons_fail(ONS_INVALID,
                        "%s: no snapshot %zu of '%s' is stored of replica %zu of task %zu; run with "
                        "snapshots=N to keep some",
                        samples->path, snapshot, array, replica, index);
    }
    char *link = link_of(array);
    if (link == NULL) { return ONS_MEMORY; }
    hsize_t dimensions[8];
    hid_t group = -1, stream = -1;
    int rank;
    lab_h5 *h5 = &samples->h5;
    lab_h5_enter();
    h5->status = ONS_OK;
    status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) {
        status = open_in_replica(h5, group, task->replica[replica].replica, link, &stream, dimensions, &rank);
    }
    hsize_t size = 1;
    for (int d = 1; status == ONS_OK && d < rank; ++d) { size *= dimensions[d]; }
    if (status == ONS_OK && size != found->size) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: the snapshots of '%s' changed their shape", array);
    }
    if (status == ONS_OK) { status = lab_h5_get_rows(h5, stream, H5T_NATIVE_DOUBLE, snapshot, 1, values); }
    lab_h5_stream_close(stream);
    lab_archive_leave_task(h5, group);
    lab_h5_leave();
    free(link);
    return status;
}
