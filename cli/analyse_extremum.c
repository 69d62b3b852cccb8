/*
 * onsager analyse FILE.h5 extremum: where each curve is highest (or lowest), and how high.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <onsager/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct extremum_work {
    ons_curves_request request;
    ons_curves *curves;
    ons_extremum *found;
    char **why;
    int sign;
} extremum_work;

static ons_status find_extrema(extremum_work *work) {
    const size_t n = work->curves->count;
    size_t good = 0;
    work->found = ONS_NEW(ons_extremum, n);
    work->why = ONS_NEW(char *, n);
    if (!work->found || !work->why) { return ONS_MEMORY; }
    for (size_t i = 0; i < n; i++) {
        const ons_status status = ons_curve_extremum(&work->curves->curve[i].points, work->sign, &work->found[i]);
        if (status == ONS_MEMORY) { return status; }
        good += status == ONS_OK;
        work->why[i] = status == ONS_OK ? NULL : ons_copy(ons_message());
    }
    return good ? ONS_OK
                : ons_fail(ONS_INVALID, "%s of %s: %s", work->sign > 0 ? "a maximum" : "a minimum",
                           work->request.quantity, work->why[0]);
}

static void extrema_text(const extremum_work *work, ons_text *text) {
    const char *const headers[] = {"", work->curves->x, work->request.quantity, "degree", "goodness"};
    static const bool right[] = {false, false, false, true, true};
    cli_table table = {.columns = 5, .headers = headers, .right = right};
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_extremum *found = &work->found[i];
        char number[CLI_NUMBER];
        cli_table_cell(&table, "%s", work->curves->curve[i].label);
        if (work->why[i]) {
            cli_table_cell(&table, "none inside its range");
            for (int empty = 0; empty < 3; empty++) { cli_table_cell(&table, "%s", ""); }
            continue;
        }
        cli_table_cell(&table, "%s", cli_number(number, found->x, found->x_error));
        cli_table_cell(&table, "%s", cli_number(number, found->y, found->y_error));
        cli_table_cell(&table, "%u", found->degree);
        cli_table_cell(&table, "%.2g", found->goodness);
    }
    ons_text_add(text, "%s of %s against %s\n\n", work->sign > 0 ? "Maxima" : "Minima", work->request.quantity,
                 work->curves->x);
    cli_table_text(&table, text, 0);
    cli_table_free(&table);
}

static void extrema_json(const extremum_work *work, json_t *document) {
    json_t *rows = json_array();
    json_object_set_new(document, "quantity", json_string(work->request.quantity));
    json_object_set_new(document, "x", json_string(work->curves->x));
    json_object_set_new(document, "kind", json_string(work->sign > 0 ? "maximum" : "minimum"));
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        const ons_extremum *found = &work->found[i];
        json_t *row = json_object();
        json_object_set_new(row, "curve", json_string(curve->label));
        if (isfinite(curve->by)) { json_object_set_new(row, "by", cli_json_real(curve->by)); }
        json_object_set_new(row, "x", cli_json_real(found->x));
        json_object_set_new(row, "x_error", cli_json_real(found->x_error));
        json_object_set_new(row, "y", cli_json_real(found->y));
        json_object_set_new(row, "y_error", cli_json_real(found->y_error));
        if (work->why[i]) { json_object_set_new(row, "why", json_string(work->why[i])); }
        json_array_append_new(rows, row);
    }
    json_object_set_new(document, "extrema", rows);
}

static ons_status extrema_figure(const extremum_work *work, const ons_results *results, cli_figure *figure) {
    ons_status status = cli_curves_figure(results, work->curves, work->request.quantity, figure);
    cli_curve *drawn;
    if (status == ONS_OK) {
        status = cli_figure_curve(figure, work->sign > 0 ? "maximum" : "minimum", CLI_SCATTER, &drawn);
    }
    for (size_t i = 0; i < work->curves->count && status == ONS_OK; i++) {
        status = cli_curve_add(drawn, work->found[i].x, work->found[i].y, work->found[i].y_error, NAN);
    }
    return status;
}

static ons_status analyse_extremum(cli_arguments *arguments) {
    extremum_work work = {.sign = cli_option_value(arguments, "minimum") ? -1 : 1};
    cli_findings findings = {0};
    cli_figure figure = {0};
    ons_results *results = NULL;
    ons_status status = cli_curves_request(arguments, &work.request);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = ons_results_curves(results, &work.request, &work.curves); }
    if (status == ONS_OK) { status = find_extrema(&work); }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = extrema_figure(&work, results, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        extrema_text(&work, &findings.text);
        cli_curves_notes(work.curves, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        extrema_json(&work, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    for (size_t i = 0; work.why && i < work.curves->count; i++) { free(work.why[i]); }
    free(work.why);
    free(work.found);
    ons_curves_free(work.curves);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "the quantity"},
    ANALYSE_X,
    ANALYSE_BY,
    {0, "minimum", NULL, "the lowest place instead of the highest"},
    {0, "from", "X", "points with x of at least this"},
    {0, "to", "X", "points with x of at most this"},
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_extremum = {CLI_ANALYSIS_NAME("extremum"),
                                        "-y NAME [-x NAME] [--minimum]",
                                        "where each curve is highest (or lowest), and how high, with errors",
                                        "Polynomials through the points near it, averaged with Akaike's weights.",
                                        options,
                                        analyse_extremum};
