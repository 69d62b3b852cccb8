/*
 * The archive that a job finds under its own output: may it be gone on with?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive_old.h"

#include <stdlib.h>
#include <string.h>

/* The first line in which two identities differ. */
static ons_status refuse_identity(const char *path, const char *remedy, const char *theirs, const char *ours) {
    size_t a = 0, b = 0;
    for (;;) {
        a = strcspn(theirs, "\n");
        b = strcspn(ours, "\n");
        if (a != b || strncmp(theirs, ours, a) != 0 || theirs[a] == '\0' || ours[b] == '\0') { break; }
        theirs += a + 1;
        ours += b + 1;
    }
    const int shown_a = (int)(a < 200 ? a : 200), shown_b = (int)(b < 200 ? b : 200);
    return ons_fail(ONS_INVALID, "%s: it was made with %.*s, this job has %.*s; %s", path, a ? shown_a : 7,
                    a ? theirs : "nothing", b ? shown_b : 7, b ? ours : "nothing", remedy);
}

static ons_status check_code(const ons_job *job, const char *path, const char *remedy, const lab_archive_head *head) {
    char code[ONS_DIGEST_TEXT] = "";
    if (job->has_code) { ons_digest_text(job->code, code); }
    if (strcmp(head->code, code) != 0) {
        return ons_fail(ONS_INVALID,
                        "%s: it was made with another version of the system '%s' (its source has changed); %s", path,
                        head->system, remedy);
    }
    if (head->system_version != job->system->version) {
        return ons_fail(ONS_INVALID, "%s: it was made with version %llu of the system '%s', this is version %u; %s",
                        path, (unsigned long long)head->system_version, head->system, job->system->version, remedy);
    }
    return ONS_OK;
}

/* Tasks under the same key must hold the same stream of samples. */
static ons_status check_tasks(const ons_job *job, const char *remedy, lab_h5 *h5, const lab_archive_head *head) {
    ons_status status = ONS_OK;
    for (size_t t = 0; t < job->task_count && status == ONS_OK; ++t) {
        const size_t index = lab_archive_find(head, job->tasks[t].key_text);
        char *identity;
        hid_t group;
        if (index == head->tasks) { continue; }
        status = lab_archive_enter_task(h5, index, &group);
        if (status == ONS_OK) { status = lab_h5_get_text(h5, group, "identity", &identity); }
        lab_archive_leave_task(h5, group);
        if (status != ONS_OK) { break; }
        if (strcmp(identity, job->tasks[t].identity) != 0) {
            status = refuse_identity(h5->name, remedy, identity, job->tasks[t].identity);
        }
        free(identity);
    }
    return status;
}

ons_status lab_archive_old(const ons_job *job, lab_h5 *h5, lab_archive_head *head, bool *damaged) {
    *damaged = false;
    *head = (lab_archive_head){0};
    if (!ons_file_exists(job->output)) { return ONS_DONE; }
    return lab_archive_fits(job, job->output, "give another output= or move it away", h5, head, damaged);
}

ons_status lab_archive_fits(const ons_job *job, const char *path, const char *remedy, lab_h5 *h5,
                            lab_archive_head *head, bool *damaged) {
    *damaged = false;
    *head = (lab_archive_head){0};
    ons_status status = lab_archive_open(h5, path, head, damaged);
    if (status != ONS_OK) { return status; }
    if (strcmp(head->system, job->system->name) != 0) {
        status = ons_fail(ONS_INVALID, "%s: it holds the system '%s', this job has '%s'; %s", path, head->system,
                          job->system->name, remedy);
    }
    if (status == ONS_OK && head->seed != job->seed) {
        status = ons_fail(ONS_INVALID, "%s: it was made with seed %llu, this job has seed %llu; %s", path,
                          (unsigned long long)head->seed, (unsigned long long)job->seed, remedy);
    }
    if (status == ONS_OK) { status = check_code(job, path, remedy, head); }
    if (status == ONS_OK) {
        status = check_tasks(job, remedy, h5, head);
        *damaged = h5->status == ONS_INVALID; /* only reading sets it, a refusal does not */
    }
    if (status != ONS_OK) {
        lab_archive_head_free(head);
        lab_h5_close(h5);
    }
    return status;
}
