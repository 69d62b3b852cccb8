/*
 * Archives of one job, made on machines that know nothing of each other, become one: their states are laid out as the
 * parts of a job that ran here, and the archive is built from them as after any run. So it holds the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "archive_old.h"
#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char remedy[] = "only archives of one job are merged";

typedef struct merger {
    const ons_job *job;
    const char *const *archives;
    size_t count;
    size_t **owner;      /* [tasks][states]: which archive has it, counted from 1; 0: none so far */
    ons_text provenance; /* of all of them */
} merger;

/* ---- may they be merged? --------------------------------------------------------------------------------------------
 */

static ons_status refuse_other_job(const char *path, const char *first, const char *theirs, const char *ours) {
    size_t a = strcspn(theirs, "\n"), b = strcspn(ours, "\n");
    while (a == b && strncmp(theirs, ours, a) == 0 && theirs[a] != '\0' && ours[b] != '\0') {
        theirs += a + 1;
        ours += b + 1;
        a = strcspn(theirs, "\n");
        b = strcspn(ours, "\n");
    }
    return ons_fail(ONS_INVALID, "%s: its job has '%.*s', that of %s has '%.*s'; %s", path, (int)(a < 200 ? a : 200),
                    theirs, first, (int)(b < 200 ? b : 200), ours, remedy);
}

static ons_status refuse_twice(const merger *m, size_t task, size_t state, size_t archive) {
    const lab_task *twice = &m->job->tasks[task];
    ons_text given = {0};
    lab_task_text(twice, &given);
    const bool said = given.data != NULL && given.length > 0;
    ons_fail(ONS_INVALID,
             "%s and %s both hold replica %zu of the task %s%s%s%s with seed %llu: the same samples would count twice",
             m->archives[m->owner[task][state] - 1], m->archives[archive], state * twice->plan.lanes, twice->key_text,
             said ? " (" : "", said ? given.data : "", said ? ")" : "", (unsigned long long)m->job->seed);
    ons_text_free(&given);
    return ONS_INVALID;
}

/* Notes the states of one task that an archive holds. */
static ons_status claim_states(merger *m, lab_h5 *h5, size_t index, size_t task, size_t archive) {
    hid_t group;
    ons_status status = lab_archive_enter_task(h5, index, &group);
    for (size_t s = 0; s < lab_state_count(&m->job->tasks[task]) && status == ONS_OK; ++s) {
        if (!lab_archive_has_part(group, s)) { continue; }
        if (m->owner[task][s] != 0) {
            status = refuse_twice(m, task, s, archive);
        } else {
            m->owner[task][s] = archive + 1;
        }
    }
    lab_archive_leave_task(h5, group);
    return status;
}

static bool same_file(const char *first, const char *second) {
    struct stat a, b;
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static ons_status check_archive(merger *m, size_t archive) {
    const char *path = m->archives[archive];
    lab_h5 h5;
    lab_archive_head head;
    bool damaged;
    for (size_t i = 0; i < archive; ++i) {
        if (same_file(path, m->archives[i])) {
            const bool renamed = strcmp(path, m->archives[i]) != 0;
            return ons_fail(ONS_INVALID, "%s: is given twice%s%s%s", path, renamed ? " (as " : "",
                            renamed ? m->archives[i] : "", renamed ? " too)" : "");
        }
    }
    if (!ons_file_exists(path)) { return lab_refuse_missing(path); }
    ons_status status = lab_archive_fits(m->job, path, remedy, &h5, &head, &damaged);
    if (status != ONS_OK) { return status; }
    if (strcmp(head.job, m->job->canonical) != 0) {
        status = refuse_other_job(path, m->archives[0], head.job, m->job->canonical);
    }
    for (size_t t = 0; t < m->job->task_count && status == ONS_OK; ++t) {
        const size_t index = lab_archive_find(&head, m->job->tasks[t].key_text);
        if (index < head.tasks) { status = claim_states(m, &h5, index, t, archive); }
    }
    ons_text_add(&m->provenance, "%s", head.provenance == NULL ? "" : head.provenance);
    lab_archive_head_free(&head);
    lab_h5_close(&h5);
    return status;
}

static ons_status check_all(merger *m) {
    ons_status status = ONS_OK;
    m->owner = ONS_NEW(size_t *, m->job->task_count);
    if (m->owner == NULL) { return ONS_MEMORY; }
    for (size_t t = 0; t < m->job->task_count; ++t) {
        m->owner[t] = ONS_NEW(size_t, lab_state_count(&m->job->tasks[t]));
        if (m->owner[t] == NULL) { return ONS_MEMORY; }
    }
    lab_h5_enter();
    for (size_t i = 0; i < m->count && status == ONS_OK; ++i) { status = check_archive(m, i); }
    lab_h5_leave();
    return status == ONS_OK && m->provenance.failed ? ONS_MEMORY : status;
}

/* The merged archive is a new file. A directory that an earlier merge left, when it was broken off, is begun anew: it
 * bears a mark, or holds nothing yet or any more. */
static ons_status check_output(const merger *m, const char *directory, const char *mark) {
    const char *output = m->job->output;
    for (size_t i = 0; i < m->count; ++i) {
        if (same_file(output, m->archives[i])) {
            return ons_fail(ONS_INVALID, "%s: is one of the archives to be merged; give another output", output);
        }
    }
    if (ons_file_exists(output)) {
        return ons_fail(ONS_INVALID, "%s: is there already; a merge writes a new archive, give another output", output);
    }
    if (lab_parts_any(directory) && !ons_file_exists(mark)) {
        return ons_fail(ONS_INVALID, "%s: holds the parts of a job of that name; give another output", directory);
    }
    return ONS_OK;
}

/* ---- merging --------------------------------------------------------------------------------------------------------
 */

static ons_status unpack_all(const merger *m, const char *directory) {
    ons_status status = ONS_OK;
    for (size_t i = 0; i < m->count && status == ONS_OK; ++i) {
        ons_job one = *m->job; /* the same job under the name of that archive */
        one.output = (char *)m->archives[i];
        status = lab_archive_unpack(&one, directory);
    }
    return status;
}

static ons_status write_merged(const merger *m, const char *directory, const char *mark, const char *command) {
    const lab_archive_options options = {.command = command, .earlier = m->provenance.data};
    int lock = -1;
    ons_status status = lab_parts_make(directory);
    if (status == ONS_OK) { status = lab_parts_lock(directory, &lock); }
    if (status != ONS_OK) { return status; }
    lab_parts_clear(m->job, directory);
    status = ons_file_replace(mark, "", 0);
    if (status == ONS_OK) { status = unpack_all(m, directory); }
    if (status == ONS_OK) { status = lab_archive_write(m->job, directory, &options); }
    lab_parts_remove(m->job, directory);
    close(lock);
    return status;
}

ons_status ons_job_merge(const ons_job *job, const char *const *archives, size_t count, const char *command) {
    merger m = {.job = job, .archives = archives, .count = count};
    char *directory = ons_format("%s.parts", job->output), *mark = ons_format("%s.parts/merge", job->output);
    ons_status status = directory == NULL || mark == NULL ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK && count == 0) { status = ons_fail(ONS_INVALID, "there is no archive to merge"); }
    if (status == ONS_OK) { status = check_output(&m, directory, mark); }
    if (status == ONS_OK) { status = check_all(&m); }
    if (status == ONS_OK) { status = write_merged(&m, directory, mark, command); }
    for (size_t t = 0; m.owner != NULL && t < job->task_count; ++t) { free(m.owner[t]); }
    free(m.owner);
    ons_text_free(&m.provenance);
    free(directory);
    free(mark);
    return status;
}
