/*
 * Runs of built-in systems for tests: a folder of their own, jobs from words, rows of results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_LABORATORY_RUNS_H
#define ONSAGER_TESTS_LABORATORY_RUNS_H

#include <onsager/lab.h>
#include <onsager/registry.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/onsager-test-XXXXXX";

static inline int open_directory(void) { return mkdtemp(directory) ? 0 : -1; }
static inline int close_directory(void **state) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

/* Four names are kept at a time. */
static inline const char *path_of(const char *name) {
    static char path[4][200];
    static unsigned next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", directory, name);
    return path[next];
}

static inline void write_file(const char *name, const char *text) {
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline const ons_system *find_system(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (!strcmp((*system)->name, name)) { return *system; }
    }
    fail_msg("the registry has no system '%s'", name);
    return NULL;
}

/* The system of tests that have one, and a blank; else the words begin with theirs. */
#ifndef LABORATORY_SYSTEM
#define LABORATORY_SYSTEM ""
#endif

/* A job from words that are parted by blanks; the first one is the system. Returns the status of binding it. */
static inline ons_status bind(ons_job **job, const char *words) {
    char buffer[900], *rest = buffer;
    snprintf(buffer, sizeof buffer, LABORATORY_SYSTEM "%s", words);
    const ons_system *system = find_system(strtok_r(buffer, " ", &rest));
    assert_int_equal(ons_job_create(job), ONS_OK);
    for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        const ons_status status = ons_job_word(*job, word);
        if (status) { return status; }
    }
    return ons_job_bind(*job, system, NULL);
}

/* Continues the archive `file` when it is there. */
static inline ons_results *run_on(const char *file, const char *words) {
    char all[800];
    ons_job *job;
    ons_results *results;
    snprintf(all, sizeof all, "%s output=%s%s", words, path_of(file), strstr(words, "threads=") ? "" : " threads=1");
    if (bind(&job, all) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { fail_msg("%s: %s", words, ons_message()); }
    assert_int_equal(ons_results_read(&results, path_of(file)), ONS_OK);
    ons_job_free(job);
    return results;
}

static inline ons_results *run(const char *words) {
    unlink(path_of("run.h5"));
    return run_on("run.h5", words);
}

/* NULL: there is no such row. */
static inline const ons_result *find_row(const ons_results *results, const char *name) {
    return ons_task_find(ons_results_task(results, 0), name);
}

static inline const ons_result *row(const ons_results *results, const char *name) {
    const ons_result *result = find_row(results, name);
    if (!result) { fail_msg("there is no row '%s'", name); }
    return result;
}

/* The words are refused in one sentence that has `part`. */
static inline void assert_refused(const char *words, const char *part) {
    ons_job *job;
    char all[800];
    snprintf(all, sizeof all, "%s output=%s", words, path_of("none.h5"));
    const ons_status status = bind(&job, all);
    if (status != ONS_INVALID) { fail_msg("%s was not refused (%d)", words, (int)status); }
    if (!strstr(ons_message(), part)) { fail_msg("%s: '%s' does not speak of '%s'", words, ons_message(), part); }
    assert_null(strchr(ons_message(), '\n'));
    ons_job_free(job);
}

#endif
