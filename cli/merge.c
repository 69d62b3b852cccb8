/*
 * onsager merge: archives of the parts of a job become one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <string.h>

/* What the merged archive holds of its job. */
static ons_status print_summary(const ons_job *job, size_t archives) {
    ons_overview *overview;
    ons_status status = ons_job_overview(job, &overview);
    if (status != ONS_OK) { return status; }
    uint64_t held = 0, wanted = 0;
    for (size_t t = 0; t < overview->tasks; t++) {
        held += overview->task[t].begun;
        wanted += overview->task[t].replicas;
    }
    ons_text text = {0};
    ons_text_add(&text, "%s: %llu of %llu replicas of %zu task%s, from %zu archive%s\n", ons_job_output(job),
                 (unsigned long long)held, (unsigned long long)wanted, overview->tasks, overview->tasks == 1 ? "" : "s",
                 archives, archives == 1 ? "" : "s");
    if (held < wanted) { ons_text_add(&text, "'onsager status %s' shows what is missing\n", ons_job_output(job)); }
    status = cli_print(&text);
    ons_text_free(&text);
    ons_overview_free(overview);
    return status;
}

ons_status cli_merge(cli_arguments *arguments) {
    const char *output = cli_option_value(arguments, "output");
    if (arguments->word_count < 1) {
        return ons_fail(ONS_INVALID, "merge needs archives: onsager merge %s", arguments->verb->usage);
    }
    if (output == NULL) { return ons_fail(ONS_INVALID, "merge needs an output: -o FILE.h5"); }
    ons_results *first;
    cli_job opened;
    ons_status status = ons_results_read(&first, arguments->words[0]);
    if (status != ONS_OK) { return status; }
    status = cli_job_reopen(output, ons_results_job(first), cli_option_value(arguments, "system"), &opened);
    ons_results_free(first);
    if (status == ONS_OK) {
        status = ons_job_merge(opened.job, arguments->words, arguments->word_count, arguments->command);
    }
    if (status == ONS_OK && !cli_option_value(arguments, "quiet")) {
        status = print_summary(opened.job, arguments->word_count);
    }
    cli_job_close(&opened);
    return status;
}
