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

/* ---- warnings -------------------------------------------------------------------------------------------------------
 */

static void add_warnings(const ons_results *results, ons_text *page) {
    ons_text lines = {0};
    cli_warnings(results, NULL, &lines);
    for (const char *line = lines.data ? lines.data : ""; *line;) {
        const size_t length = strcspn(line, "\n");
        char *one = ons_copy_part(line, length);
        ons_text_add(page, "<p class=\"%s\">", strncmp(line, "warning", 7) == 0 ? "warning" : "note");
        cli_html(page, one ? one : "");
        ons_text_add(page, "</p>\n");
        free(one);
        line += length + (line[length] == '\n');
    }
    page->failed = page->failed || lines.failed;
    ons_text_free(&lines);
}

/* ---- crossings ------------------------------------------------------------------------------------------------------
 */

static bool has_quantity(const ons_results *results, const char *name) {
    const char *const *names;
    const size_t count = ons_results_names(results, &names);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) { return true; }
    }
    return false;
}

/* The Binder cumulant of several sizes: their crossings, where two numbers vary. */
static ons_status add_crossings(const ons_results *results, double exact, const char *source, ons_text *page) {
    cli_axes axes;
    const ons_status status = cli_default_axes(results, cli_quantity_axis(results, "binder"), &axes);
    if (status != ONS_OK || !axes.x || !axes.by || !has_quantity(results, "binder")) { return status; }
    if (!cli_parameter_is_number(results, axes.by)) { return ONS_OK; }
    cli_crossings crossings = {.quantity = "binder", .x = axes.x, .by = axes.by};
    const ons_status found = cli_crossings_find(results, &crossings);
    if (found == ONS_MEMORY) { return found; }
    ons_text_add(page, "<h2>Crossings of the Binder cumulant</h2>\n");
    if (found < 0 || crossings.count == 0) {
        ons_text_add(page, "<p class=\"note\">");
        cli_html(page, found < 0 ? ons_message() : "no two neighbouring sizes cross in this range");
        ons_text_add(page, "</p>\n");
    } else {
        const char *const headers[] = {crossings.by,       "and",           crossings.x,
                                       crossings.quantity, "degree of fit", "goodness"};
        static const bool right[] = {true, true, false, false, true, true};
        cli_table table = {.columns = 6, .headers = headers, .right = right};
        ons_text sentence = {0};
        cli_crossings_sentence(&crossings, exact, source, &sentence);
        ons_text_add(page, "<p class=\"answer\">");
        cli_html(page, sentence.data ? sentence.data : "");
        ons_text_add(page, "</p>\n");
        cli_crossings_table(&crossings, &table);
        cli_table_html(&table, page);
        cli_table_free(&table);
        ons_text_free(&sentence);
    }
    cli_crossings_free(&crossings);
    return ONS_OK;
}

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

/* Whether a result is worth a figure of its own without being asked for. */
static bool drawable(const ons_results *results, const char *name, bool varies) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (!result) { continue; }
        if (result->kind == ONS_TABLE) { return false; }
        if (result->kind == ONS_SERIES || result->kind == ONS_HISTOGRAM) { return true; }
        return varies ? result->rank == 0 || (result->rank == 1 && result->axis) : result->size > 1;
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
        if (status == ONS_OK) {
            ++*count;
        } else {
            cli_figure_free(&figures[*count]);
            if (status == ONS_INVALID) { status = ONS_OK; } /* nothing finite to draw */
        }
    }
    return status;
}

static ons_status add_figures(const ons_results *results, ons_text *page) {
    cli_figure figures[FIGURES] = {0};
    size_t count = 0;
    ons_status status = collect_figures(results, figures, &count);
    if (status == ONS_OK) { status = cli_html_figures(figures, count, NULL, page); }
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

/* ---- the page -------------------------------------------------------------------------------------------------------
 */

static ons_status make_page(const ons_results *results, double exact, const char *source, ons_text *page) {
    cli_html_begin(page, ons_results_system(results), ons_results_summary(results));
    add_warnings(results, page);
    ons_status status = add_crossings(results, exact, source, page);
    if (status == ONS_OK) { status = add_figures(results, page); }
    if (status != ONS_OK) { return status; }
    add_comparison(results, page);
    ons_text_add(page,
                 "<h2>Results</h2>\n<p>In parentheses: one standard error in units of the last digits. tau: integrated "
                 "autocorrelation time in samples, 1/2 where they are independent.</p>\n");
    status = cli_results_table_html(results, page);
    cli_html_block(page, "To run it again",
                   "Save as <code>job.yaml</code>, then <code>onsager run job.yaml</code>. The numbers come out "
                   "the same, on any number of threads.",
                   ons_results_job(results));
    cli_html_block(page, "Provenance", NULL, ons_results_provenance(results));
    cli_html_end(page);
    return status == ONS_OK ? cli_text_status(page) : status;
}

static char *default_output(const char *archive) {
    const char *dot = strrchr(archive, '.');
    const size_t length = dot && strcmp(dot, ".h5") == 0 ? (size_t)(dot - archive) : strlen(archive);
    return ons_format("%.*s.html", (int)length, archive);
}

ons_status cli_report(cli_arguments *arguments) {
    const char *path, *source, *given = cli_option_value(arguments, "output");
    double exact;
    ons_status status = cli_exact_option(arguments, &exact, &source);
    ons_results *results = NULL;
    if (status == ONS_OK) { status = cli_results_open_words(arguments, &results, &path); }
    if (status != ONS_OK) { return status; }
    char *output = given ? ons_copy(given) : default_output(path);
    ons_text page = {0};
    status = output ? make_page(results, exact, source, &page) : ONS_MEMORY;
    if (status == ONS_OK) { status = cli_write(output, &page); }
    if (status == ONS_OK && strcmp(output, "-") != 0) {
        ons_text_clear(&page);
        ons_text_add(&page, "%s\n", output);
        status = cli_print(&page);
    }
    ons_text_free(&page);
    free(output);
    ons_results_free(results);
    return status;
}
