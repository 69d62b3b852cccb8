/*
 * Where a job writes, and the words that continue it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the path of the archive ----------------------------------------------------------------------------------------
 */

static ons_status check_output(const ons_job *job, const lab_place *place) {
    const char *path = job->output, *slash = strrchr(path, '/');
    char shown[LAB_SHOWN];
    struct stat about;
    char *folder = slash == NULL ? ons_copy(".") : ons_copy_part(path, slash == path ? 1 : (size_t)(slash - path));
    ons_status status = ONS_OK;
    if (folder == NULL) { return ONS_MEMORY; }
    if (stat(folder, &about) != 0) {
        status = lab_fail_at(
            place, "`output`: the directory `%s` cannot be used: %s; make it, or give output=FILE.h5 elsewhere",
            lab_shown(folder, shown), strerror(errno));
    } else if (!S_ISDIR(about.st_mode)) {
        status = lab_fail_at(place, "`output`: `%s` is no directory; give output=FILE.h5 elsewhere",
                             lab_shown(folder, shown));
    } else if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0) {
        status = lab_fail_at(place, "`output`: the directory `%s` cannot be written: %s; give output=FILE.h5 elsewhere",
                             lab_shown(folder, shown), strerror(errno));
    } else if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        status = lab_fail_at(place, "`output`: `%s` is %s, not a file; give another name", lab_shown(path, shown),
                             S_ISDIR(about.st_mode) ? "a directory" : "a device or a pipe");
    }
    free(folder);
    return status;
}

/* The archive that a job starts from is never the one that it writes. */
static ons_status check_starts(const ons_job *job, const lab_place *place) {
    struct stat output, start;
    if (stat(job->output, &output) != 0) { return ONS_OK; }
    for (size_t i = 0; i < job->task_count; i++) {
        const char *file = job->tasks[i].start_file;
        if (file != NULL && stat(file, &start) == 0 && start.st_dev == output.st_dev && start.st_ino == output.st_ino) {
            return lab_fail_at(place, "`start` and `output` name the same archive %s; give another output=FILE.h5",
                               job->output);
        }
    }
    return ONS_OK;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* SYSTEM-HASH.h5 from the identities of all tasks, whatever their order. */
static char *hashed_name(const ons_job *job) {
    const char **identities = ONS_NEW(const char *, job->task_count);
    ons_text all = {0};
    char digest[ONS_DIGEST_TEXT], *name = NULL;
    if (identities == NULL) { return NULL; }
    for (size_t i = 0; i < job->task_count; i++) { identities[i] = job->tasks[i].identity; }
    qsort(identities, job->task_count, sizeof *identities, by_text);
    for (size_t i = 0; i < job->task_count; i++) { ons_text_add_bytes(&all, identities[i], strlen(identities[i]) + 1); }
    if (!all.failed) {
        ons_digest_text(ons_digest_bytes(all.data, all.length), digest);
        name = ons_format("%s-%.12s.h5", job->system->name, digest);
    } else {
        ons_fail(ONS_MEMORY, "out of memory for the name of the archive");
    }
    ons_text_free(&all);
    free(identities);
    return name;
}

static char *standard_name(const ons_job *job) {
    const char *path = job->source->path;
    if (path == NULL) { return hashed_name(job); }
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    const bool extension = dot != NULL && dot != path && (slash == NULL || dot > slash + 1);
    return ons_format("%.*s.h5", (int)(extension ? (size_t)(dot - path) : strlen(path)), path);
}

/* STEM.3of16.h5 for a part, unless the command line names its output. */
static void name_part(ons_job *job) {
    char *whole = job->output;
    if (whole == NULL) { return; }
    job->output =
        ons_format("%.*s.%" PRIu64 "of%" PRIu64 ".h5", (int)(strlen(whole) - 3), whole, job->part, job->parts);
    free(whole);
}

ons_status lab_output_choose(ons_job *job) {
    const lab_sections sections = {&job->source->words, NULL, &job->source->top};
    const lab_entry *entry = lab_sections_find(&sections, "output");
    lab_place place = lab_job_place(job, 0);
    const char *text = NULL;
    char shown[LAB_SHOWN];
    if (entry != NULL) {
        const ons_status status = lab_control_text(entry, &text);
        if (status < 0) { return status; }
        place = entry->place;
        if (!ons_ends_with(text, ".h5") || ons_ends_with(text, "/.h5")) {
            return lab_fail_at(&place, "`output` takes a path that ends in .h5, not `%s`", lab_shown(text, shown));
        }
    }
    if (text == NULL) {
        job->output = standard_name(job);
    } else {
        const bool relative = entry->node != NULL && text[0] != '/';
        job->output = ons_format("%s%s", relative ? job->source->folder : "", text);
    }
    if (job->parts > 0 && (entry == NULL || entry->node != NULL)) { name_part(job); }
    if (job->output == NULL) { return ONS_MEMORY; }
    const ons_status status = check_output(job, &place);
    return status < 0 ? status : check_starts(job, &place);
}

/* ---- how to go on ---------------------------------------------------------------------------------------------------
 */

/* As a shell reads it back. */
static void add_shell_word(const char *word, ons_text *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@";
    ons_text_add(text, " ");
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        ons_text_add_bytes(text, word, strlen(word));
        return;
    }
    ons_text_add(text, "'");
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '\'') {
            ons_text_add(text, "'\\''");
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
    ons_text_add(text, "'");
}

ons_status lab_resume_hint(ons_job *job) {
    const struct job_source *source = job->source;
    ons_text text = {0};
    /* The command cannot find a system of another program: what continues is the call that made this job. */
    if (job->has_code && source->path == NULL && source->system == NULL) { return ONS_OK; }
    ons_text_add(&text, "onsager run");
    if (source->path != NULL) {
        add_shell_word(source->path, &text);
    } else {
        add_shell_word(source->system == NULL ? job->system->name : source->system, &text);
    }
    for (size_t i = 0; i < source->words.count; i++) { add_shell_word(source->words.entries[i].word, &text); }
    if (text.failed) {
        ons_text_free(&text);
        return ons_fail(ONS_MEMORY, "out of memory for the words that continue a job");
    }
    job->resume_hint = text.data;
    return ONS_OK;
}
