/*
 * onsager report: one self-contained HTML page of an archive, for a telephone and for paper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIGURES 16 /* at most this many in a page */

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

/* Whether a result is worth a figure of its own without being asked for. */
static bool drawable(const ons_results *results, const char *name, bool varies) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (!result) { continue; }
        if (result->kind == ONS_TABLE) { return false; }
        if (result->kind == ONS_SERIES || result->kind == ONS_HISTOGRAM) { return true; }
        if (result->rank == 2 && !result->axis) { return ons_results_count(results) == 1; } /* a map */
        return varies ? result->rank == 0 || (result->rank == 1 && result->axis) : result->size > 1;
    }
    return false;
}

/* "binder: 1 - <m^4>/(3 <m^2>^2)". */
static ons_status set_caption(const ons_results *results, const char *name, cli_figure *figure) {
    const char *meaning = "";
    for (size_t t = 0; t < ons_results_count(results) && !*meaning; t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        meaning = result && result->meaning ? result->meaning : "";
    }
    figure->caption = ons_format("%s%s%s", name, *meaning ? ": " : "", meaning);
    return figure->caption ? ONS_OK : ONS_MEMORY;
}

/* What is the same everywhere needs no figure. */
static bool is_flat(const cli_figure *figure) {
    for (size_t i = 0; i < figure->count; i++) {
        const cli_curve *curve = &figure->curves[i];
        for (size_t k = 0; k < curve->count; k++) {
            if (curve->points[4 * k + 1] != curve->points[1] || curve->points[4 * k + 2] > 0) { return false; }
        }
    }
    return figure->map.columns == 0;
}

/* Times that grow by factors are seen on a logarithmic axis only. */
static bool has_geometric_times(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (!result || result->kind != ONS_SERIES || result->times < 5) { continue; }
        return result->time[result->times - 1] > 5 * result->time[result->times / 2];
    }
    return false;
}

static ons_status collect_figures(const ons_results *results, cli_figure *figures, size_t *count) {
    const char *const *names;
    const size_t all = ons_results_names(results, &names);
    cli_axes axes;
    ons_status status = cli_default_axes(results, NULL, &axes);
    for (size_t n = 0; n < all && *count < FIGURES && status == ONS_OK; n++) {
        if (!drawable(results, names[n], axes.x != NULL)) { continue; }
        status = cli_figure_collect(results, names[n], NULL, NULL, &figures[*count]);
        if (status == ONS_OK && is_flat(&figures[*count])) {
            cli_figure_free(&figures[*count]);
        } else if (status == ONS_OK) {
            figures[*count].log_x = has_geometric_times(results, names[n]);
            status = set_caption(results, names[n], &figures[*count]);
            ++*count;
        } else {
            cli_figure_free(&figures[*count]);
            if (status == ONS_INVALID) { status = ONS_OK; } /* nothing finite to draw */
        }
    }
    return status;
}

ons_status cli_report_figures(cli_report_request *asked, const cli_figure *figures, size_t count, ons_text *page) {
    const ons_status status = asked->plain ? ONS_OK : cli_html_figures(figures, count, NULL, page);
    asked->plain = asked->plain || status == ONS_DONE;
    return status < 0 ? status : ONS_OK;
}

static ons_status add_figures(cli_report_request *asked, const ons_results *results, ons_text *page) {
    cli_figure figures[FIGURES] = {0};
    size_t count = 0;
    ons_status status = collect_figures(results, figures, &count);
    if (status == ONS_OK && count && !asked->plain) { ons_text_add(page, "<h2>Figures</h2>\n"); }
    if (status == ONS_OK) { status = cli_report_figures(asked, figures, count, page); }
    for (size_t i = 0; i < count; i++) { cli_figure_free(&figures[i]); }
    return status;
}

/* ---- comparison with exact values -----------------------------------------------------------------------------------
 */

static void add_comparison(const ons_results *results, ons_text *page) {
    cli_table table = {0};
    cli_comparison_table(results, NULL, &table);
    if (table.count) {
        ons_text_add(
            page,
            "<h2>Comparison with exact values</h2>\n<p>Deviations in units of the reported error; of honest errors "
            "68.3 %% lie within one and 95.4 %% within two.</p>\n");
        cli_table_html(&table, page);
    }
    cli_table_free(&table);
}

/* ---- tables ---------------------------------------------------------------------------------------------------------
 */

#define FOLDED 40 /* rows of a table that are shown without being asked for */

static size_t rows_of(const ons_results *results) {
    size_t rows = 0;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t r = 0; r < task->results; r++) {
            rows += task->result[r].kind == ONS_MEAN || task->result[r].kind == ONS_VALUE ? task->result[r].size : 1;
        }
    }
    return rows;
}

static ons_status add_table(const ons_results *results, ons_text *page) {
    const size_t rows = rows_of(results);
    ons_text_add(page,
                 "<h2>Results</h2>\n<p>In parentheses: one standard error in units of the last digits. tau: integrated "
                 "autocorrelation time in samples, 1/2 where they are independent.</p>\n<details%s><summary>All %zu "
                 "numbers</summary>\n",
                 rows <= FOLDED ? " open" : "", rows);
    const ons_status status = cli_results_table_html(results, page);
    ons_text_add(page, "</details>\n");
    return status;
}

/* ---- the page -------------------------------------------------------------------------------------------------------
 */

static ons_status add_archive(const ons_results *results, cli_report_request *asked, ons_text *page) {
    cli_report_warnings(results, page);
    cli_report_job(results, page);
    ons_status status = cli_report_analyses(asked, results, page);
    if (status == ONS_OK) { status = add_figures(asked, results, page); }
    if (status == ONS_OK) { status = cli_report_pictures(results, asked->system, page); }
    if (status != ONS_OK) { return status; }
    add_comparison(results, page);
    status = add_table(results, page);
    cli_report_again(results, page);
    cli_report_provenance(results, page);
    return status;
}

/* One archive after the other; the page bears the name of the first one's system. */
static ons_status make_page(const cli_arguments *arguments, ons_text *page) {
    cli_report_request asked = {.arguments = arguments, .system = cli_option_value(arguments, "system")};
    ons_status status = ONS_OK;
    const size_t archives =
        cli_words_are_archive(arguments) ? 1 : arguments->word_count; /* formulas stand behind one */
    for (size_t i = 0; i < archives && status == ONS_OK; i++) {
        ons_results *results = NULL;
        const char *path;
        status = archives == 1 ? cli_results_open_words(arguments, &results, &path)
                               : cli_results_open(&results, arguments->words[i]);
        if (status == ONS_OK && archives > 1) { status = cli_where_keep(arguments, results); }
        if (status != ONS_OK) {
            ons_results_free(results);
            break;
        }
        asked.archive = arguments->words[i];
        if (i == 0) {
            cli_html_begin(page, ons_results_system(results), ons_results_summary(results));
        } else {
            ons_text_add(page, "<h1>");
            cli_html(page, ons_results_system(results));
            ons_text_add(page, "</h1>\n<p>");
            cli_html(page, ons_results_summary(results));
            ons_text_add(page, "</p>\n");
        }
        if (archives > 1) {
            ons_text_add(page, "<p>Archive: <code>");
            cli_html(page, arguments->words[i]);
            ons_text_add(page, "</code></p>\n");
        }
        status = add_archive(results, &asked, page);
        ons_results_free(results);
    }
    cli_html_end(page);
    return status == ONS_OK ? cli_text_status(page) : status;
}

static char *default_output(const char *archive) {
    const char *dot = strrchr(archive, '.');
    const size_t length = dot && strcmp(dot, ".h5") == 0 ? (size_t)(dot - archive) : strlen(archive);
    return ons_format("%.*s.html", (int)length, archive);
}

static ons_status check_output(const char *output) {
    const char *dot = strrchr(output, '.');
    const bool page = dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0);
    if (page || strcmp(output, "-") == 0) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "'%s' must end with .html, the only form of a report; - is standard output", output);
}

/* Pictures are no must, but a system that is named must be there. */
static ons_status check_system(const char *system) {
    cli_system opened = {0};
    const ons_status status = system ? cli_system_open(&opened, system, "") : ONS_OK;
    cli_system_close(&opened);
    return status;
}

ons_status cli_report(cli_arguments *arguments) {
    const char *path, *given = cli_option_value(arguments, "output");
    double exact;
    const char *source;
    ons_status status = arguments->word_count ? ONS_OK : cli_only_word(arguments, "an archive", &path);
    if (status == ONS_OK) { status = cli_exact_option(arguments, &exact, &source); }
    if (status == ONS_OK && given) { status = check_output(given); }
    if (status == ONS_OK) { status = check_system(cli_option_value(arguments, "system")); }
    if (status != ONS_OK) { return status; }
    char *output = given ? ons_copy(given) : default_output(arguments->words[0]);
    ons_text page = {0};
    status = output ? make_page(arguments, &page) : ONS_MEMORY;
    if (status == ONS_OK) { status = cli_write(output, &page); }
    if (status == ONS_OK && strcmp(output, "-") != 0) {
        ons_text_clear(&page);
        ons_text_add(&page, "%s\n", output);
        status = cli_print(&page);
    }
    ons_text_free(&page);
    free(output);
    return status;
}
