/*
 * The head of an archive: what it is, of which system, job and seed, and which tasks it has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"

#include <stdlib.h>
#include <string.h>

void lab_archive_head_free(lab_archive_head *head) {
    char *const texts[] = {head->system, head->summary, head->step, head->code, head->job, head->provenance};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i) { free(texts[i]); }
    lab_texts_free(head->keys, head->tasks);
    *head = (lab_archive_head){0};
}

/* Over all but the provenance, so that equal jobs give equal digests. */
ons_status lab_archive_head_digest(const lab_archive_head *head, ons_digest *digest) {
    ons_text all = {0};
    const char *const texts[] = {head->system, head->summary, head->step, head->code, head->job};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i) {
        ons_text_add_bytes(&all, texts[i], strlen(texts[i]) + 1);
    }
    const uint64_t numbers[] = {LAB_ARCHIVE_FORMAT, head->system_version, head->seed, head->tasks};
    ons_text_add_bytes(&all, numbers, sizeof numbers);
    for (size_t t = 0; t < head->tasks; ++t) { ons_text_add_bytes(&all, head->keys[t], strlen(head->keys[t]) + 1); }
    const bool failed = all.failed;
    if (!failed) { *digest = ons_digest_bytes(all.data, all.length); }
    ons_text_free(&all);
    return failed ? ons_fail(ONS_MEMORY, "out of memory for the digest of an archive") : ONS_OK;
}

size_t lab_archive_find(const lab_archive_head *head, const char *key) {
    size_t index = 0;
    while (index < head->tasks && strcmp(head->keys[index], key) != 0) { ++index; }
    return index;
}

/* Compares what was computed with the 32 digits stored as attribute `digest`. */
static ons_status check_digest(lab_h5 *h5, hid_t object, ons_digest computed, const char *what) {
    char *stored, text[ONS_DIGEST_TEXT];
    ons_status status = lab_h5_get_text(h5, object, "digest", &stored);
    if (status != ONS_OK) { return status; }
    if (strcmp(stored, ons_digest_text(computed, text)) != 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is damaged: %s does not fit its digest", what);
    }
    free(stored);
    return status;
}

static ons_status check_provenance(lab_h5 *h5, const char *provenance) {
    const hid_t dataset = H5Dopen2(h5->file, "provenance", H5P_DEFAULT);
    const ons_status status =
        check_digest(h5, dataset, ons_digest_bytes(provenance, strlen(provenance)), "its provenance");
    if (dataset >= 0) { H5Dclose(dataset); }
    return status;
}

static ons_status read_head(lab_h5 *h5, lab_archive_head *head) {
    const hid_t root = h5->file;
    ons_digest digest;
    if (lab_h5_get_text(h5, root, "system", &head->system) == ONS_OK &&
        lab_h5_get_whole(h5, root, "system_version", &head->system_version) == ONS_OK &&
        lab_h5_get_text(h5, root, "summary", &head->summary) == ONS_OK &&
        lab_h5_get_text(h5, root, "step", &head->step) == ONS_OK &&
        lab_h5_get_text(h5, root, "code", &head->code) == ONS_OK &&
        lab_h5_get_whole(h5, root, "seed", &head->seed) == ONS_OK &&
        lab_h5_get_texts(h5, root, "task_keys", &head->keys, &head->tasks) == ONS_OK &&
        lab_h5_get_document(h5, root, "job", &head->job) == ONS_OK &&
        lab_h5_get_document(h5, root, "provenance", &head->provenance) == ONS_OK &&
        check_provenance(h5, head->provenance) == ONS_OK) {
        const ons_status status = lab_archive_head_digest(head, &digest);
        return status == ONS_OK ? check_digest(h5, root, digest, "its head") : status;
    }
    return h5->status;
}

ons_status lab_archive_open(lab_h5 *h5, const char *path, lab_archive_head *head, bool *damaged) {
    *head = (lab_archive_head){0};
    uint64_t format = 0;
    bool ours = false;
    ons_status status = lab_h5_open(h5, path);
    if (damaged != NULL) { *damaged = false; }
    const htri_t named = status == ONS_OK ? H5Aexists(h5->file, "onsager") : 0;
    if (named < 0) { status = lab_h5_fail(h5, ONS_INVALID, "is damaged"); }
    if (status == ONS_OK && named == 0) {
        status = lab_h5_fail(h5, ONS_INVALID, "is an HDF5 file, but no archive written by onsager");
    } else {
        ours = status == ONS_OK || h5->bytes > 0; /* the look of our own found our kind of file */
    }
    if (status == ONS_OK) { status = lab_h5_get_whole(h5, h5->file, "format", &format); }
    if (status == ONS_OK && format != LAB_ARCHIVE_FORMAT) {
        ours = false;
        status = lab_h5_fail(h5, ONS_INVALID, "has archive format %llu; this onsager reads format %u",
                             (unsigned long long)format, LAB_ARCHIVE_FORMAT);
    }
    if (status == ONS_OK) { status = read_head(h5, head); }
    if (status != ONS_OK) {
        if (damaged != NULL) { *damaged = ours && status == ONS_INVALID; }
        lab_archive_head_free(head);
        lab_h5_close(h5);
    }
    return status;
}

void lab_archive_task_name(size_t index, char name[32]) { snprintf(name, 32, "tasks/%04zu", index); }

ons_status lab_archive_enter_task(lab_h5 *h5, size_t index, hid_t *group) {
    char name[32];
    lab_archive_task_name(index, name);
    snprintf(h5->where, sizeof h5->where, "task %zu ", index);
    return lab_h5_open_group(h5, h5->file, name, group);
}

void lab_archive_leave_task(lab_h5 *h5, hid_t group) {
    lab_h5_group_close(group);
    h5->where[0] = '\0';
}
