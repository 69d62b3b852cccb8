/*
 * A job runs: what is stored is taken up, the schedule does what is left, the archive is built, the parts go away.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "archive.h"
#include "measures.h"
#include "run.h"
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

/* ---- the directory of the parts
 * ---------------------------------------------------------------------------------------- */

ons_status lab_parts_make(const char *directory) {
    if (mkdir(directory, 0777) == 0 || errno == EEXIST) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "cannot make the directory '%s' for what is stored while the job runs: %s", directory,
                    strerror(errno));
}

/* Who only asks whether a job runs holds the lock for a moment. */
static bool taken(int lock) {
    const struct timespec moment = {.tv_nsec = 20000000};
    for (int i = 0; i < 10; i++) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0) { return true; }
        if (errno != EWOULDBLOCK && errno != EINTR) { return false; }
        nanosleep(&moment, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

/* Two runs of one output would write over each other's parts. */
ons_status lab_parts_lock(const char *directory, int *lock) {
    char *path = ons_format("%s/lock", directory);
    if (!path) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0) {
        status = ons_fail(ONS_INVALID, "cannot write into '%s': %s", directory, strerror(errno));
    } else if (!taken(*lock)) {
        status = errno != EWOULDBLOCK
                     ? ONS_OK /* a file system without locks */
                     : ons_fail(ONS_FAILED,
                                "another process runs this job now: '%s' is locked; wait for it, or give another "
                                "output",
                                directory);
    }
    if (status != ONS_OK && *lock >= 0) { /* it is another's: nothing in there is ours to touch */
        close(*lock);
        *lock = -1;
    }
    free(path);
    return status;
}

static bool belongs_to_job(const ons_job *job, const char *name) {
    for (size_t t = 0; t < job->task_count; t++) {
        const char *key = job->tasks[t].key_text;
        const size_t length = strlen(key);
        if (strncmp(name, key, length) == 0 && name[length] == '-') { return true; }
    }
    return false;
}

void lab_parts_clear(const ons_job *job, const char *directory) {
    DIR *listing = opendir(directory);
    if (!listing) { return; }
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        if (belongs_to_job(job, entry->d_name)) { unlinkat(dirfd(listing), entry->d_name, 0); }
    }
    closedir(listing);
}

/* Parts of tasks that this job does not have stay, and the directory with them. */
void lab_parts_remove(const ons_job *job, const char *directory) {
    lab_parts_clear(job, directory);
    DIR *listing = opendir(directory);
    if (!listing) { return; }
    unlinkat(dirfd(listing), "job.yaml", 0);
    unlinkat(dirfd(listing), "merge", 0); /* the mark of a merge (merge.c) */
    unlinkat(dirfd(listing), "lock", 0);
    closedir(listing);
    rmdir(directory);
}

bool lab_parts_any(const char *directory) {
    DIR *listing = opendir(directory);
    if (!listing) { return false; }
    bool parts = false;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        const char *name = entry->d_name;
        parts = parts || (name[0] != '.' && strcmp(name, "lock") != 0 && strcmp(name, "job.yaml") != 0);
    }
    closedir(listing);
    return parts;
}

/* A job that was refused while it began (a start that does not fit) leaves nothing behind. */
static void remove_if_empty(const ons_job *job, const char *directory) {
    if (!lab_parts_any(directory)) { lab_parts_remove(job, directory); }
}

/* The job beside its parts, from which `onsager show` builds an archive when this run does not come to it. */
static ons_status write_job(const ons_job *job, const char *directory) {
    char *path = ons_format("%s/job.yaml", directory);
    if (!path || !job->canonical) {
        free(path);
        return ONS_MEMORY;
    }
    const ons_status status = ons_file_replace(path, job->canonical, strlen(job->canonical));
    free(path);
    return status;
}

/* ---- before and after the schedule
 * -------------------------------------------------------------------------------------- */

static const ons_task_result *find_task(const ons_results *results, const char *key) {
    for (size_t k = 0; k < ons_results_count(results); k++) {
        const ons_task_result *task = ons_results_task(results, k);
        if (strcmp(task->key, key) == 0) { return task; }
    }
    return NULL;
}

/* Formulas of means may have come since: they are evaluated from what is stored. */
static bool has_own_results(const lab_task *task, const ons_task_result *stored) {
    for (size_t i = 0; task->measures != NULL && i < task->measures->count; i++) {
        const lab_measure *measure = &task->measures->list[i];
        const ons_result *result = ons_task_find(stored, measure->name);
        if (!result || strcmp(result->meaning, measure->formula.text) != 0) { return false; }
    }
    return true;
}

/* Whether the archive alone shows that nothing is left to do. When in doubt: no, and the parts decide. */
static bool archive_is_complete(const ons_job *job) {
    ons_results *results = NULL;
    if (ons_results_read(&results, job->output) != ONS_OK) { return false; }
    const char *earlier = ons_results_job(results);
    const bool same_job = earlier && job->canonical && strcmp(earlier, job->canonical) == 0;
    bool complete = true;
    for (size_t t = 0; t < job->task_count && complete; t++) {
        const lab_controls *controls = job->tasks[t].controls;
        const uint64_t replicas = lab_share_replicas(job, &job->tasks[t]);
        if (replicas == 0) { continue; }
        const ons_task_result *task = find_task(results, job->tasks[t].key_text);
        complete = task && has_own_results(&job->tasks[t], task) && task->complete && task->replicas >= replicas &&
                   (same_job || (controls->goal_count == 0 && task->steps >= (uint64_t)controls->steps));
    }
    ons_results_free(results);
    return complete;
}

/* Refuses what cannot be continued, before anything is written, and lays out what is stored. *nothing: nothing is to
 * do. */
static ons_status prepare(const ons_job *job, const char *directory, int *lock, bool *nothing) {
    ons_status status = lab_archive_check(job);
    if (status < 0) { return status; }
    if (status == ONS_OK && !ons_file_exists(directory) && archive_is_complete(job)) {
        *nothing = true;
        return ONS_OK;
    }
    status = lab_parts_make(directory);
    if (status == ONS_OK) { status = lab_parts_lock(directory, lock); }
    if (status == ONS_OK) { status = write_job(job, directory); }
    return status == ONS_OK ? lab_archive_unpack(job, directory) : status;
}

static ons_status write_archive(lab_run *run, bool *complete, lab_halt halt) {
    const lab_archive_options options = {.command = run->options->command,
                                         .round = halt == LAB_TIME_OVER,
                                         .interrupted = halt == LAB_INTERRUPTED,
                                         .complete = complete,
                                         .seconds = ons_seconds() - run->begin};
    atomic_store(&run->writing, true);
    return lab_archive_write(run->job, run->directory, &options);
}

static bool all(const bool *complete, size_t count) {
    for (size_t t = 0; t < count; t++) {
        if (!complete[t]) { return false; }
    }
    return true;
}

/* From the lock to the archive. */
static ons_status run_prepared(lab_run *run) {
    const ons_job *job = run->job;
    const bool leading = run->ranks->rank == 0;
    lab_monitor monitor = {0};
    lab_halt halt = LAB_GO;
    bool *complete = ONS_NEW(bool, job->task_count);
    run->ranks->restart(true);
    ons_status status = lab_ranks_agree(run->ranks, complete ? lab_monitor_start(&monitor, run) : ONS_MEMORY, NULL);
    if (status == ONS_OK) { status = lab_schedule_run(run, complete, &halt); }
    if (status == ONS_OK && leading) { status = write_archive(run, complete, halt); }
    status = lab_ranks_agree(run->ranks, status, NULL);
    lab_monitor_stop(&monitor);
    if (status == ONS_OK && leading && all(complete, job->task_count)) { lab_parts_remove(job, run->directory); }
    if (status == ONS_OK && halt == LAB_INTERRUPTED) {
        status = ons_fail(ONS_STOPPED, "interrupted; all is stored, and '%s' continues",
                          job->resume_hint ? job->resume_hint : "the same command");
    }
    free(complete);
    return status;
}

ons_status ons_job_run(ons_job *job, const ons_run_options *options) {
    static const ons_run_options none = {0};
    const lab_ranks *ranks = NULL;
    ons_status status = lab_ranks_find(&ranks);
    if (status != ONS_OK) { return status; }
    char *directory = ons_format("%s.parts", job->output);
    if (!directory) { return ONS_MEMORY; }
    lab_run run = {.job = job,
                   .options = options ? options : &none,
                   .ranks = ranks,
                   .directory = directory,
                   .begin = ons_seconds(),
                   .worst_error = NAN};
    pthread_mutex_init(&run.warning, NULL);
    int lock = -1;
    bool nothing = false;
    status = ranks->rank == 0 ? prepare(job, directory, &lock, &nothing) : ONS_OK;
    status = lab_ranks_agree(ranks, status < 0 ? status : ONS_OK, NULL);
    if (status == ONS_OK) { ranks->broadcast(&nothing, sizeof nothing); }
    if (status == ONS_OK && !nothing) { status = run_prepared(&run); }
    if (lock >= 0) {
        if (status < 0) { remove_if_empty(job, directory); }
        close(lock);
    }
    pthread_mutex_destroy(&run.warning);
    free(directory);
    return status;
}
