/*
 * onsager run --dry-run: what a job will take, before it does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <jansson.h>
#include <math.h>

#define TRIAL_SECONDS 1.5

/* "1.2 GB" */
static const char *bytes_text(char buffer[CLI_NUMBER], double bytes) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;
    while (bytes >= 1000 && unit < 5) {
        bytes /= 1000;
        unit++;
    }
    snprintf(buffer, CLI_NUMBER, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return buffer;
}

/* "40 s", "12 min", "3.5 h", "12 days" */
static const char *time_text(char buffer[CLI_NUMBER], double seconds) {
    if (seconds < 1) {
        snprintf(buffer, CLI_NUMBER, "%.2g s", seconds);
    } else if (seconds < 100) {
        snprintf(buffer, CLI_NUMBER, "%.0f s", seconds);
    } else if (seconds < 6000) {
        snprintf(buffer, CLI_NUMBER, "%.0f min", seconds / 60);
    } else if (seconds < 360000) {
        snprintf(buffer, CLI_NUMBER, "%.1f h", seconds / 3600);
    } else {
        snprintf(buffer, CLI_NUMBER, "%.0f days", seconds / 86400);
    }
    return buffer;
}

static ons_status print_text(const ons_job *job, const char *step, const ons_foresight *f) {
    char one[CLI_NUMBER], two[CLI_NUMBER];
    ons_text text = {0};
    ons_text_add(&text, "%s\n", ons_job_output(job));
    ons_text_add(&text, "  tasks    %zu, of %.0f replicas together\n", f->tasks, f->replicas);
    ons_text_add(&text, "  steps    %.4g of all replicas; a step (%.*s) of the largest task takes %s\n", f->steps,
                 cli_step_length(step), step, time_text(one, f->step_seconds));
    ons_text_add(&text, "  memory   %s\n", bytes_text(one, f->memory));
    ons_text_add(&text, "  archive  %s\n", bytes_text(one, f->archive));
    ons_text_add(&text, "  time     %s with %u thread%s (%s of one core)%s\n", time_text(one, f->seconds),
                 ons_job_threads(job), ons_job_threads(job) == 1 ? "" : "s", time_text(two, f->core_seconds),
                 f->goals ? " at most: goals may end it before" : "");
    ons_text_add(&text, "Estimates; the warm-up comes on top.\n");
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    return status;
}

static ons_status print_json(const ons_job *job, const ons_foresight *f, const char *path) {
    ons_text text = {0};
    json_t *document = json_pack(
        "{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:b}", "onsager", ONS_VERSION, "output",
        ons_job_output(job), "tasks", (json_int_t)f->tasks, "replicas", cli_json_real(f->replicas), "steps",
        cli_json_real(f->steps), "memory_bytes", cli_json_real(f->memory), "archive_bytes", cli_json_real(f->archive),
        "step_seconds", cli_json_real(f->step_seconds), "core_hours", cli_json_real(f->core_seconds / 3600), "hours",
        cli_json_real(f->seconds / 3600), "threads", (json_int_t)ons_job_threads(job), "goals", f->goals);
    ons_status status = cli_json_text(document, &text);
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

ons_status cli_dry_run(const cli_arguments *arguments, const ons_job *job, const char *step) {
    const char *json = cli_option_value(arguments, "json");
    ons_foresight foresight;
    const ons_status status = ons_job_foresight(job, TRIAL_SECONDS, &foresight);
    if (status != ONS_OK) { return status; }
    return json != NULL ? print_json(job, &foresight, json) : print_text(job, step, &foresight);
}
