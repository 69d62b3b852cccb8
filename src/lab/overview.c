/*
 * How far a job is, from what lies on the disk: the parts of a job that runs or was broken off, its archive, and the
 * archives and parts of its shares (part=K/N) beside it. Nothing is written, so that it may be asked at any time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "share.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct seen_state {
    uint64_t measured;
    bool begun, done;
} seen_state;

typedef struct survey {
    const ons_job *job;
    ons_overview *overview;
    seen_state **states; /* [tasks][states] */
} survey;

/* ---- one output -----------------------------------------------------------------------------------------------------
 */

static void see(survey *s, size_t task, size_t state, uint64_t measured, bool done) {
    seen_state *seen = &s->states[task][state];
    seen->begun = true;
    seen->done = seen->done || done || measured >= (uint64_t)s->job->tasks[task].controls->steps;
    if (measured > seen->measured) { seen->measured = measured; }
}

/* Whether a process holds the lock of the parts. */
static bool is_locked(const char *directory) {
    char *path = ons_format("%s/lock", directory);
    const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    const bool locked = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (file >= 0) { close(file); }
    free(path);
    return locked;
}

static void see_part_file(survey *s, const char *directory, const lab_task *task, size_t state) {
    struct stat facts;
    struct timespec now;
    char *path = lab_part_path(directory, task, state, "part");
    if (path != NULL && stat(path, &facts) == 0 && clock_gettime(CLOCK_REALTIME, &now) == 0) {
        const double age =
            (double)(now.tv_sec - facts.st_mtim.tv_sec) + 1e-9 * (double)(now.tv_nsec - facts.st_mtim.tv_nsec);
        if (!(s->overview->stored >= 0) || age < s->overview->stored) { s->overview->stored = age > 0 ? age : 0; }
    }
    free(path);
}

/* Parts of another identity are of another job: passed over. */
static ons_status see_parts(survey *s, const char *directory) {
    for (size_t t = 0; t < s->job->task_count; ++t) {
        for (size_t k = 0; k < lab_state_count(&s->job->tasks[t]); ++k) {
            lab_replica replica;
            const ons_status status = lab_replica_read(&replica, &s->job->tasks[t], k, directory, false, NULL);
            if (status == ONS_MEMORY) { return status; }
            if (status != ONS_OK) { continue; }
            see(s, t, k, replica.measured, replica.finished);
            see_part_file(s, directory, &s->job->tasks[t], k);
            lab_replica_free(&replica);
        }
    }
    return ONS_OK;
}

static ons_status see_archived_task(survey *s, lab_h5 *h5, size_t index, size_t task) {
    hid_t group;
    ons_task_result result = {0};
    ons_status status = lab_archive_enter_task(h5, index, &group);
    if (status == ONS_OK) { status = lab_archive_get_result(h5, group, &result); }
    for (size_t k = 0; status == ONS_OK && k < lab_state_count(&s->job->tasks[task]); ++k) {
        if (lab_archive_has_part(group, k)) { see(s, task, k, result.steps, result.complete); }
    }
    lab_archive_leave_task(h5, group);
    lab_task_result_free(&result);
    return status;
}

static ons_status see_archive(survey *s, const char *path) {
    lab_h5 h5;
    lab_archive_head head;
    lab_h5_enter();
    ons_status status = lab_archive_open(&h5, path, &head, NULL);
    if (status == ONS_OK) {
        const bool ours = strcmp(head.system, s->job->system->name) == 0 && head.seed == s->job->seed;
        for (size_t t = 0; ours && t < s->job->task_count && status == ONS_OK; ++t) {
            const size_t index = lab_archive_find(&head, s->job->tasks[t].key_text);
            if (index < head.tasks) { status = see_archived_task(s, &h5, index, t); }
        }
        lab_archive_head_free(&head);
        lab_h5_close(&h5);
    }
    lab_h5_leave();
    return status;
}

static ons_status see_output(survey *s, const char *path) {
    char *directory = ons_format("%s.parts", path);
    if (directory == NULL) { return ONS_MEMORY; }
    const bool archive = ons_file_exists(path), parts = ons_file_exists(directory);
    ons_status status = archive ? see_archive(s, path) : ONS_OK;
    if (status == ONS_OK && parts) { status = see_parts(s, directory); }
    if (parts && is_locked(directory)) { ++s->overview->running; }
    if (archive || parts) { ++s->overview->outputs; }
    free(directory);
    return status;
}

/* ---- the shares beside it
 * --------------------------------------------------------------------------------------------- */

/* STEM.3of16.h5 or STEM.3of16.h5.parts: the path without ".parts", allocated; NULL: not of this form. */
static char *share_path(const char *folder, const char *stem, const char *name) {
    const size_t length = strlen(stem);
    if (strncmp(name, stem, length) != 0 || name[length] != '.') { return NULL; }
    const char *at = name + length + 1;
    const size_t first = strspn(at, "0123456789");
    if (first == 0 || strncmp(at + first, "of", 2) != 0) { return NULL; }
    at += first + 2;
    const size_t second = strspn(at, "0123456789");
    if (second == 0 || strncmp(at + second, ".h5", 3) != 0) { return NULL; }
    at += second + 3;
    if (*at != '\0' && strcmp(at, ".parts") != 0) { return NULL; }
    return ons_format("%s%.*s", folder, (int)(at - name), name);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Each path once, in order. */
static ons_status list_shares(const char *output, char ***paths, size_t *count) {
    const char *slash = strrchr(output, '/');
    const size_t folder_length = slash == NULL ? 0 : (size_t)(slash + 1 - output);
    char *folder = ons_copy_part(output, folder_length), *stem = ons_copy(output + folder_length);
    size_t capacity = 0;
    *paths = NULL;
    *count = 0;
    if (stem != NULL && strlen(stem) > 3) { stem[strlen(stem) - 3] = '\0'; }
    DIR *listing = folder == NULL || stem == NULL ? NULL : opendir(folder_length == 0 ? "." : folder);
    ons_status status = folder == NULL || stem == NULL ? ONS_MEMORY : ONS_OK;
    for (const struct dirent *entry; listing != NULL && status == ONS_OK && (entry = readdir(listing)) != NULL;) {
        char *path = share_path(folder, stem, entry->d_name);
        if (path == NULL) { continue; }
        status = ons_grow((void **)paths, &capacity, *count + 1, sizeof **paths);
        if (status == ONS_OK) {
            (*paths)[(*count)++] = path;
        } else {
            free(path);
        }
    }
    if (listing != NULL) { closedir(listing); }
    free(folder);
    free(stem);
    if (*count > 1) { qsort(*paths, *count, sizeof **paths, by_text); }
    return status;
}

static ons_status see_shares(survey *s) {
    char **paths;
    size_t count;
    ons_status status = list_shares(s->job->output, &paths, &count);
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        if (i == 0 || strcmp(paths[i], paths[i - 1]) != 0) { status = see_output(s, paths[i]); }
    }
    lab_texts_free(paths, count);
    return status;
}

/* ---- the sum --------------------------------------------------------------------------------------------------------
 */

static ons_status sum_task(const survey *s, size_t index, ons_task_overview *sum) {
    const lab_task *task = &s->job->tasks[index];
    const uint64_t lanes = task->plan.lanes, replicas = (uint64_t)task->controls->replicas;
    const double steps = (double)task->controls->steps;
    ons_text given = {0};
    lab_task_text(task, &given);
    sum->key = task->key_text;
    sum->parameters = ons_copy(given.data == NULL ? "" : given.data);
    ons_text_free(&given);
    if (sum->parameters == NULL) { return ONS_MEMORY; }
    for (size_t k = 0; k < lab_state_count(task); ++k) {
        const uint64_t first = k * lanes, useful = replicas - first < lanes ? replicas - first : lanes;
        const seen_state *seen = &s->states[index][k];
        if (!lab_share_has(s->job, task, k)) { continue; }
        sum->replicas += useful;
        sum->begun += seen->begun ? useful : 0;
        sum->done += seen->done ? useful : 0;
        sum->steps_wanted += steps * (double)useful;
        sum->steps_made += (seen->done ? steps : (double)seen->measured) * (double)useful;
    }
    return ONS_OK;
}

static ons_status sum_all(const survey *s) {
    ons_overview *overview = s->overview;
    ons_task_overview *tasks = ONS_NEW(ons_task_overview, s->job->task_count);
    overview->task = tasks;
    if (tasks == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t t = 0; t < s->job->task_count && status == ONS_OK; ++t) {
        ons_task_overview *sum = &tasks[overview->tasks++];
        status = sum_task(s, t, sum);
        if (status == ONS_OK && sum->replicas == 0) { /* of another share */
            free((char *)sum->parameters);
            *sum = (ons_task_overview){0};
            --overview->tasks;
        }
    }
    return status;
}

ons_status ons_job_overview(const ons_job *job, ons_overview **overview) {
    *overview = ONS_NEW(ons_overview, 1);
    survey s = {.job = job, .overview = *overview, .states = ONS_NEW(seen_state *, job->task_count)};
    ons_status status = *overview == NULL || s.states == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t t = 0; t < job->task_count && status == ONS_OK; ++t) {
        s.states[t] = ONS_NEW(seen_state, lab_state_count(&job->tasks[t]));
        if (s.states[t] == NULL) { status = ONS_MEMORY; }
    }
    if (status == ONS_OK) {
        s.overview->stored = NAN;
        status = see_output(&s, job->output);
    }
    if (status == ONS_OK && job->parts == 0) { status = see_shares(&s); }
    if (status == ONS_OK) { status = sum_all(&s); }
    for (size_t t = 0; s.states != NULL && t < job->task_count; ++t) { free(s.states[t]); }
    free(s.states);
    if (status != ONS_OK) {
        ons_overview_free(*overview);
        *overview = NULL;
    }
    return status;
}

void ons_overview_free(ons_overview *overview) {
    if (overview == NULL) { return; }
    for (size_t t = 0; t < overview->tasks; ++t) { free((char *)overview->task[t].parameters); }
    free((void *)overview->task);
    free(overview);
}
