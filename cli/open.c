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
 * own), ONS_INVALID; the archive is as it was. */
static ons_status gather(const char *path, const char *yaml) {
    cli_job opened;
    ons_status status = cli_job_reopen(path, yaml, NULL, &opened);
    if (status == ONS_OK) { status = ons_results_collect(opened.job); }
    cli_job_close(&opened);
    return status;
}

/* There are parts, and no archive yet: the job is written beside them. */
static ons_status gather_first(const char *path, const char *parts) {
    char *file = ons_format("%s/job.yaml", parts), *yaml = NULL;
    size_t count;
    ons_status status = file ? ONS_OK : ONS_MEMORY;
    if (file && ons_file_exists(file)) {
        status = ons_file_read(file, JOB_LIMIT, &yaml, &count);
        if (status == ONS_OK) { status = gather(path, yaml); }
    }
    free(yaml);
    free(file);
    return status;
}

ons_status cli_results_open(ons_results **results, const char *path) {
    char *parts = ons_format("%s.parts", path);
    if (!parts) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    const bool left = ons_file_exists(parts);
    if (left && !ons_file_exists(path)) { status = gather_first(path, parts); }
    free(parts);
    if (status != ONS_OK) { return status; }
    status = ons_results_read(results, path);
    if (status != ONS_OK || !left) { return status; }
    char *yaml = ons_copy(ons_results_job(*results));
    if (yaml && gather(path, yaml) == ONS_OK) {
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
