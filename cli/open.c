/*
 * Opening an archive; what a running or broken-off job has left in parts comes into it first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define JOB_LIMIT ((size_t)64 << 20)

/* Builds the archive anew from the parts of the job that the YAML describes. Where the system cannot be found (a user's
 * own, and `system` is NULL), ONS_INVALID; the archive is as it was. */
static ons_status gather(const char *path, const char *yaml, const char *system) {
    cli_job opened;
    ons_status status = cli_job_reopen(path, yaml, system, &opened);
    if (status == ONS_OK) { status = ons_results_collect(opened.job); }
    cli_job_close(&opened);
    return status;
}

/* There are parts, and no archive yet: the job is written beside them. */
static ons_status gather_first(const char *path, const char *parts, const char *system) {
    char *file = ons_format("%s/job.yaml", parts), *yaml = NULL;
    size_t count;
    ons_status status = file ? ONS_OK : ONS_MEMORY;
    if (file && ons_file_exists(file)) {
        status = ons_file_read(file, JOB_LIMIT, &yaml, &count);
        if (status == ONS_OK) { status = gather(path, yaml, system); }
    }
    free(yaml);
    free(file);
    return status;
}

static ons_status open_results(ons_results **results, const char *path, const char *system) {
    if (!*path) { return ons_fail(ONS_INVALID, "'' names no archive (FILE.h5)"); }
    char *parts = ons_format("%s.parts", path);
    if (!parts) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    const bool left = ons_file_exists(parts);
    if (left && !ons_file_exists(path)) { status = gather_first(path, parts, system); }
    free(parts);
    if (status != ONS_OK) { return status; }
    status = ons_results_read(results, path);
    if (status != ONS_OK || !left) { return status; }
    char *yaml = ons_copy(ons_results_job(*results));
    if (yaml && gather(path, yaml, system) == ONS_OK) {
        ons_results *newer;
        if (ons_results_read(&newer, path) == ONS_OK) {
            ons_results_free(*results);
            *results = newer;
        }
    } else {
        fprintf(stderr, "onsager: %s: shown without its parts: %s\n", path, ons_message());
    }
    free(yaml);
    return ONS_OK;
}

ons_status cli_results_open(ons_results **results, const char *path) { return open_results(results, path, NULL); }

/* ---- quantities of the user's own -----------------------------------------------------------------------------------
 */

static bool is_measure(const char *word) { return strncmp(word, "measure.", 8) == 0 && strchr(word, '=') != NULL; }

bool cli_words_are_archive(const cli_arguments *arguments) {
    for (size_t i = 1; i < arguments->word_count; i++) {
        if (!is_measure(arguments->words[i])) { return false; }
    }
    const char *dot = arguments->word_count > 0 ? strrchr(arguments->words[0], '.') : NULL;
    return dot != NULL && strcmp(dot, ".h5") == 0;
}

/* measure.NAME=FORMULA: what stands before and behind the equals sign; the names are owned. */
static ons_status measure_words(const cli_arguments *arguments, ons_results *results) {
    const size_t count = arguments->word_count - 1;
    ons_own_quantity *measures = ONS_NEW(ons_own_quantity, count);
    ons_status status = measures == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        const char *word = arguments->words[i + 1] + 8, *equals = strchr(word, '=');
        measures[i] = (ons_own_quantity){ons_copy_part(word, (size_t)(equals - word)), equals + 1};
        if (measures[i].name == NULL) { status = ONS_MEMORY; }
    }
    if (status == ONS_OK) { status = ons_results_measure(results, measures, count); }
    for (size_t i = 0; measures != NULL && i < count; i++) { free((char *)measures[i].name); }
    free(measures);
    return status;
}

ons_status cli_results_open_words(const cli_arguments *arguments, ons_results **results, const char **path) {
    const bool measured = arguments->word_count > 1 && cli_words_are_archive(arguments);
    *results = NULL;
    ons_status status = ONS_OK;
    if (measured) {
        *path = arguments->words[0];
    } else {
        status = cli_only_word(arguments, "an archive", path);
    }
    if (status == ONS_OK) { status = open_results(results, *path, cli_option_value(arguments, "system")); }
    if (status == ONS_OK) { status = cli_where_keep(arguments, *results); }
    if (status == ONS_OK && measured) { status = measure_words(arguments, *results); }
    if (status != ONS_OK) {
        ons_results_free(*results);
        *results = NULL;
    }
    return status;
}
