/*
 * onsager show: the results of an archive, or of a job that runs or was broken off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <string.h>

static ons_status show_table(const ons_results *results, const char *quantity, ons_text *text) {
    cli_warnings(results, quantity, text);
    if (text->length) { ons_text_add(text, "\n"); }
    return cli_results_text(results, quantity, text);
}

static ons_status show_json(const ons_results *results, const char *quantity, const char *path) {
    ons_text text = {0};
    ons_status status = quantity ? cli_check_quantity(results, quantity) : ONS_OK;
    if (status == ONS_OK) { status = cli_results_json(results, quantity, &text); }
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

static ons_status show(const ons_results *results, const char *format, const char *quantity) {
    ons_text text = {0};
    ons_status status =
        strcmp(format, "csv") == 0 ? cli_results_csv(results, quantity, &text) : show_table(results, quantity, &text);
    if (status == ONS_OK) { status = cli_print(&text); }
    ons_text_free(&text);
    return status;
}

/* A word that ends with .h5 (formulas may follow), or is no job: an archive. Otherwise the words of `run`, whose parts
 * are gathered first.
 */
static ons_status open_results(const cli_arguments *arguments, ons_results **results) {
    const char *first = arguments->word_count ? arguments->words[0] : "";
    const char *dot = strrchr(first, '.');
    const bool job = arguments->word_count > 1 || (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0));
    const bool archive = dot && strcmp(dot, ".h5") == 0;
    const char *path;
    if (!job || archive) { return cli_results_open_words(arguments, results, &path); }
    cli_job opened;
    ons_status status = cli_job_open(arguments, NULL, &opened);
    if (status == ONS_OK) { status = ons_results_collect(opened.job); }
    if (status == ONS_OK) { status = ons_results_read(results, ons_job_output(opened.job)); }
    if (status == ONS_OK) { status = ons_results_select(*results, opened.job); }
    if (status == ONS_OK) { status = cli_where_keep(arguments, *results); }
    cli_job_close(&opened);
    return status;
}

ons_status cli_show(cli_arguments *arguments) {
    static const char *const formats[] = {"table", "csv", "json"};
    const char *format = cli_option_value(arguments, "output"), *json = cli_option_value(arguments, "json");
    const char *quantity = cli_option_value(arguments, "quantity");
    bool known = !format;
    for (size_t i = 0; format && i < 3; i++) { known = known || strcmp(format, formats[i]) == 0; }
    if (!known) {
        char hint[CLI_HINT];
        return ons_fail(ONS_INVALID, "there is no format '%s'%s (table, csv, json)", format,
                        cli_hint(hint, format, formats, 3));
    }
    if (!json && format && strcmp(format, "json") == 0) { json = "-"; }
    ons_results *results = NULL;
    ons_status status = open_results(arguments, &results);
    if (status == ONS_OK) {
        status = json ? show_json(results, quantity, json) : show(results, format ? format : "table", quantity);
    }
    ons_results_free(results);
    return status;
}
