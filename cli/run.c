/*
 * onsager run: runs a job, and shows what came out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what came out --------------------------------------------------------------------------------------------------
 */

static ons_status print_table(const ons_results *results) {
    ons_text text = {0};
    cli_warnings(results, NULL, &text);
    if (text.length) { ons_text_add(&text, "\n"); }
    ons_status status = cli_results_text(results, NULL, &text);
    ons_text_add(&text, "\n%s\n", ons_results_path(results));
    if (status == ONS_OK) { status = cli_print(&text); }
    ons_text_free(&text);
    return status;
}

static ons_status print_json(const ons_results *results, const char *path) {
    ons_text text = {0};
    ons_status status = cli_results_json(results, NULL, &text);
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

static ons_status show_results(const cli_arguments *arguments, const ons_job *job) {
    const char *json = cli_option_value(arguments, "json");
    const bool quiet = cli_option_value(arguments, "quiet");
    if (quiet && !json) { return ONS_OK; }
    ons_results *results;
    ons_status status = ons_results_read(&results, ons_job_output(job));
    if (status != ONS_OK) { return status; }
    status = ons_results_select(results, job);
    if (status == ONS_OK && json) { status = print_json(results, json); }
    if (status == ONS_OK && !quiet && !(json && strcmp(json, "-") == 0)) { status = print_table(results); }
    ons_results_free(results);
    return status;
}

static void show_warning(void *data, const char *line) {
    (void)data;
    fprintf(stderr, "%sonsager: warning: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", line);
}

static ons_status run_job(cli_arguments *arguments, ons_job *job, const cli_system *system) {
    const volatile sig_atomic_t *stop = cli_signals_catch();
    if (system->plugin) { cli_signals_guard(ons_job_system_name(job), ons_job_output(job)); }
    cli_progress progress;
    cli_progress_begin(&progress, system->system->step, cli_option_value(arguments, "quiet") || !ons_leading());
    const ons_run_options options = {.progress = cli_progress_show,
                                     .data = &progress,
                                     .stop = stop,
                                     .command = arguments->command,
                                     .warning = show_warning};
    ons_status status = ons_job_run(job, &options);
    cli_progress_end(&progress);
    if (status < 0 || !ons_leading()) { return status; }
    if (status != ONS_STOPPED) { return show_results(arguments, job); }

    arguments->exit_code = 128 + (*stop ? *stop : SIGINT);
    if (ons_file_exists(ons_job_output(job))) { status = show_results(arguments, job); }
    fprintf(stderr, "interrupted: parts written to %s.parts; continue with: %s\n", ons_job_output(job),
            arguments->command);
    return status;
}

ons_status cli_run(cli_arguments *arguments) {
    cli_job opened;
    ons_status status = cli_job_open(arguments, cli_option_value(arguments, "output"), &opened);
    if (status == ONS_OK && cli_option_value(arguments, "dry-run")) {
        status = cli_dry_run(arguments, opened.job, opened.system.system->step);
    } else if (status == ONS_OK) {
        status = run_job(arguments, opened.job, &opened.system);
    }
    cli_job_close(&opened);
    return status;
}
