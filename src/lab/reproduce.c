/*
 * A paper is reproduced: its jobs run one after the other through the laboratory, their archives stay in one folder, so
 * that the same call goes on where an earlier one was broken off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduction.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- a job ----------------------------------------------------------------------------------------------------------
 */

/* What a job is made of while it runs. */
typedef struct running {
    ons_reproduction *reproduction;
    ons_reproduction_job *entry;
    const char *name;
} running;

static void show_progress(void *data, const ons_progress *progress) {
    const running *now = data;
    const ons_run_options *run = &now->reproduction->options.run;
    char phase[96];
    ons_progress named = *progress;
    snprintf(phase, sizeof phase, "%.60s: %.30s", now->name, progress->phase ? progress->phase : "running");
    named.phase = phase;
    run->progress(run->data, &named);
}

static void pass_warning(void *data, const char *line) {
    const running *now = data;
    const ons_run_options *run = &now->reproduction->options.run;
    run->warning(run->data, line);
}

/* The words separated by blanks: the first names the system, the others are key=value. */
static ons_status read_words(ons_job *job, const char *words, const ons_reproduction_job *entry, unsigned threads) {
    ons_status status = ONS_OK;
    bool first = true;
    for (const char *word = words; status == ONS_OK && *(word += strspn(word, " \n\t"));) {
        const size_t length = strcspn(word, " \n\t");
        char *one = ons_copy_part(word, length);
        if (!one) { return ONS_MEMORY; }
        status = first ? ons_job_set(job, "system", one) : ons_job_word(job, one);
        free(one);
        first = false;
        word += length;
    }
    if (status == ONS_OK) { status = ons_job_set(job, "output", entry->path); }
    if (status == ONS_OK && threads) {
        char number[16];
        snprintf(number, sizeof number, "%u", threads);
        status = ons_job_set(job, "threads", number);
    }
    return status;
}

static ons_status bind_system(const ons_reproduction *reproduction, ons_job *job) {
    const char *name = ons_job_system_name(job);
    const ons_system *system = NULL;
    if (name && reproduction->options.find) { system = reproduction->options.find(name); }
    if (!system) { return ons_fail(ONS_INVALID, "there is no system '%s'", name ? name : ""); }
    return ons_job_bind(job, system, NULL);
}

static ons_status run_bound(running *now, ons_job *job) {
    ons_run_options options = now->reproduction->options.run;
    options.data = now;
    if (options.progress) { options.progress = show_progress; }
    if (options.warning) { options.warning = pass_warning; }
    ons_status status = ons_job_run(job, &options);
    ons_results *results = NULL;
    if (status == ONS_OK) { status = ons_results_read(&results, now->entry->path); }
    if (status == ONS_OK) { status = ons_results_select(results, job); }
    if (status == ONS_OK) {
        now->entry->results = results;
    } else {
        ons_results_free(results);
    }
    return status;
}

/* A failure tells which job it was. */
static ons_status named_failure(ons_status status, const char *name) {
    if (status >= 0 || status == ONS_MEMORY) { return status; }
    char *message = ons_copy(ons_message());
    if (!message) { return ONS_MEMORY; }
    ons_fail(ONS_FAILED, "job '%s': %s", name, message);
    free(message);
    return ONS_FAILED;
}

static ons_status run_job(running *now) {
    ons_job *job = NULL;
    ons_status status = ons_job_create(&job);
    if (status == ONS_OK) {
        status = read_words(job, now->entry->words, now->entry, now->reproduction->options.threads);
    }
    if (status == ONS_OK) { status = bind_system(now->reproduction, job); }
    if (status == ONS_OK) { status = run_bound(now, job); }
    ons_job_free(job);
    return named_failure(status, now->name);
}

/* Takes `words`. */
static ons_status add_job(ons_reproduction *reproduction, const char *name, char *words, ons_reproduction_job **entry) {
    ons_reproduction_job job = {
        .words = words, .name = ons_copy(name), .path = ons_format("%s/%s.h5", reproduction->folder, name)};
    if (!words || !job.name || !job.path ||
        ons_grow((void **)&reproduction->job, &reproduction->job_capacity, reproduction->jobs + 1, sizeof job) !=
            ONS_OK) {
        free(words);
        free((char *)job.name);
        free((char *)job.path);
        return ONS_MEMORY;
    }
    *entry = &reproduction->job[reproduction->jobs++];
    **entry = job;
    return ONS_OK;
}

static ons_status check_name(ons_reproduction *reproduction, const char *name) {
    if (!lab_plain_name(name)) {
        lab_reproduction_fault(reproduction, "'%s' is no name for a job: letters, digits and -_. only", name);
    }
    for (size_t i = 0; i < reproduction->jobs; i++) {
        if (strcmp(reproduction->job[i].name, name) == 0) {
            lab_reproduction_fault(reproduction, "two jobs have the name '%s'", name);
        }
    }
    if (!reproduction->fault) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "paper %s: %s", reproduction->paper->name, reproduction->fault);
}

ons_status ons_reproduction_run(ons_reproduction *reproduction, const ons_results **results, const char *name,
                                const char *words, ...) {
    *results = NULL;
    ons_status status = check_name(reproduction, name);
    if (status != ONS_OK) { return status; }
    if (ons_reproduction_stopped(reproduction)) { return ONS_STOPPED; }
    char *text = NULL;
    va_list arguments;
    va_start(arguments, words);
    if (vasprintf(&text, words, arguments) < 0) { text = NULL; }
    va_end(arguments);
    running now = {.reproduction = reproduction, .name = name};
    status = add_job(reproduction, name, text, &now.entry);
    if (status == ONS_OK) { status = run_job(&now); }
    if (status == ONS_STOPPED) { reproduction->stopped = true; }
    if (status == ONS_OK) { *results = now.entry->results; }
    return status;
}

size_t ons_reproduction_jobs(const ons_reproduction *reproduction, const ons_reproduction_job **jobs) {
    *jobs = reproduction->job;
    return reproduction->jobs;
}

/* ---- the state that a job has left ----------------------------------------------------------------------------------
 */

static const ons_reproduction_job *find_job(const ons_reproduction *reproduction, const char *name) {
    for (size_t i = 0; i < reproduction->jobs; i++) {
        if (strcmp(reproduction->job[i].name, name) == 0) { return &reproduction->job[i]; }
    }
    return NULL;
}

ons_status ons_reproduction_state(ons_reproduction *reproduction, const char *job, size_t task, uint64_t replica,
                                  const char *name, const char *caption) {
    const ons_reproduction_job *entry = find_job(reproduction, job);
    if (!entry || !entry->results || task >= ons_results_count(entry->results)) {
        lab_reproduction_fault(reproduction, "picture '%s': task %zu of a job '%s' was not run", name, task, job);
        return ons_fail(ONS_FAILED, "paper %s: %s", reproduction->paper->name, reproduction->fault);
    }
    ons_job *bound = NULL;
    ons_picture picture = {0};
    ons_status status = ons_job_create(&bound);
    if (status == ONS_OK) { status = read_words(bound, entry->words, entry, 0); }
    if (status == ONS_OK) { status = bind_system(reproduction, bound); }
    if (status == ONS_OK) {
        status = ons_job_picture(bound, ons_results_task(entry->results, task)->key, replica, &picture);
    }
    if (status == ONS_OK) { ons_reproduction_picture(reproduction, name, caption, &picture); }
    ons_picture_free(&picture);
    ons_job_free(bound);
    return named_failure(status, job);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------
 */

char *ons_reproduction_data(const ons_reproduction *reproduction, const char *name) {
    static const char *const endings[] = {"", ".gz"};
    const char *folder = reproduction->options.data;
    for (size_t k = 0; folder && folder[0] && k < 2; k++) {
        char *path = ons_format("%s/%s%s", folder, name, endings[k]);
        if (path && ons_file_exists(path)) { return path; }
        free(path);
    }
    return NULL;
}

ons_effort ons_reproduction_effort(const ons_reproduction *reproduction) { return reproduction->options.effort; }

const ons_paper *ons_reproduction_paper(const ons_reproduction *reproduction) { return reproduction->paper; }

bool ons_reproduction_stopped(const ons_reproduction *reproduction) {
    const ons_run_options *run = &reproduction->options.run;
    return reproduction->stopped || (run->stop && *run->stop);
}

static ons_status make_folder(const char *folder) {
    struct stat about;
    if (mkdir(folder, 0777) == 0) { return ONS_OK; }
    if (errno != EEXIST) {
        return ons_fail(ONS_INVALID, "the folder %s for the reproduction cannot be made: %s", folder, strerror(errno));
    }
    if (stat(folder, &about) == 0 && S_ISDIR(about.st_mode)) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "%s is no folder: a reproduction needs one for its archives", folder);
}

/* What came out, in the light of mistakes that the paper itself could not see. */
static ons_status judge(ons_reproduction *reproduction, ons_status status) {
    if (reproduction->fault && status != ONS_MEMORY) {
        return ons_fail(ONS_FAILED, "paper %s: %s", reproduction->paper->name, reproduction->fault);
    }
    if (status < 0) { return status; }
    if (reproduction->memory) { return ons_fail(ONS_MEMORY, "not enough memory for the reproduction"); }
    if (status == ONS_STOPPED || ons_reproduction_stopped(reproduction)) {
        reproduction->stopped = true;
        return ONS_STOPPED;
    }
    return ONS_OK;
}

ons_status ons_reproduce(ons_reproduction **reproduction, const ons_paper *paper,
                         const ons_reproduce_options *options) {
    ons_reproduction *one = *reproduction = ONS_NEW(ons_reproduction, 1);
    if (!one) { return ONS_MEMORY; }
    one->paper = paper;
    one->options = *options;
    one->folder = ons_copy(options->folder);
    ons_status status = one->folder ? lab_claims_begin(one) : ONS_MEMORY;
    if (status == ONS_OK) { status = make_folder(one->folder); }
    if (status != ONS_OK) {
        ons_reproduction_free(one);
        *reproduction = NULL;
        return status;
    }
    status = judge(one, paper->reproduce(one));
    lab_claims_end(one);
    return status;
}

void ons_reproduction_free(ons_reproduction *reproduction) {
    if (!reproduction) { return; }
    for (size_t i = 0; i < reproduction->jobs; i++) {
        const ons_reproduction_job *job = &reproduction->job[i];
        free((char *)job->name);
        free((char *)job->words);
        free((char *)job->path);
        ons_results_free((ons_results *)job->results);
    }
    free(reproduction->job);
    lab_exhibits_free(reproduction);
    lab_claims_free(reproduction);
    free(reproduction->folder);
    free(reproduction);
}
