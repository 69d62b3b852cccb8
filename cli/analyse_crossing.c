/*
 * onsager analyse FILE.h5 crossing: where the curves of two sizes cross.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <math.h>
#include <string.h>

static void crossings_text(const cli_crossings *crossings, double exact, const char *source, ons_text *text) {
    const char *const headers[] = {crossings->by, "", crossings->x, crossings->quantity, "degree", "goodness"};
    static const bool right[] = {true, true, false, false, true, true};
    cli_table table = {.columns = 6, .headers = headers, .right = right};
    cli_crossings_table(crossings, &table);
    cli_table_text(&table, text, 0);
    ons_text_add(text, "\n");
    cli_crossings_sentence(crossings, exact, source, text);
    cli_table_free(&table);
}

static json_t *crossing_json(const ons_crossing_row *row) {
    const ons_crossing *crossing = &row->crossing;
    json_t *object = json_object(), *by = json_array();
    json_array_append_new(by, cli_json_real(row->by1));
    json_array_append_new(by, cli_json_real(row->by2));
    json_object_set_new(object, "by", by);
    json_object_set_new(object, "x", cli_json_real(crossing->x));
    json_object_set_new(object, "x_error", cli_json_real(crossing->x_error));
    json_object_set_new(object, "y", cli_json_real(crossing->y));
    json_object_set_new(object, "y_error", cli_json_real(crossing->y_error));
    if (!isfinite(crossing->x)) {
        json_object_set_new(object, "why", json_string("the curves do not cross once within their common range"));
        return object;
    }
    json_object_set_new(object, "degree", json_integer(crossing->degree));
    json_object_set_new(object, "goodness", cli_json_real(crossing->goodness));
    return object;
}

static void crossings_json(const cli_crossings *crossings, double exact, const char *source, json_t *document) {
    json_t *rows = json_array();
    json_object_set_new(document, "quantity", json_string(crossings->quantity));
    json_object_set_new(document, "x", json_string(crossings->x));
    json_object_set_new(document, "by", json_string(crossings->by));
    for (size_t i = 0; i < crossings->count; i++) { json_array_append_new(rows, crossing_json(&crossings->rows[i])); }
    json_object_set_new(document, "crossings", rows);
    if (crossings->best) { json_object_set_new(document, "estimate", crossing_json(crossings->best)); }
    if (isfinite(exact)) { json_object_set_new(document, "exact", json_real(exact)); }
    if (source) { json_object_set_new(document, "exact_source", json_string(source)); }
}

static ons_status analyse_crossing(cli_arguments *arguments) {
    const char *quantity = cli_option_value(arguments, "quantity"), *source;
    cli_crossings crossings = {.quantity = quantity ? quantity : "binder"};
    cli_findings findings = {0};
    ons_results *results = NULL;
    double exact;
    ons_status status = cli_exact_option(arguments, &exact, &source);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = cli_check_quantity(results, crossings.quantity); }
    if (status == ONS_OK) {
        status = cli_size_axes(arguments, results, crossings.quantity, &crossings.x, &crossings.by);
    }
    if (status == ONS_OK) { status = cli_crossings_find(results, &crossings); }
    if (status == ONS_OK && crossings.count == 0) {
        status =
            ons_fail(ONS_INVALID, "%s: the curves of %s against %s do not cross for any two neighbouring values of %s",
                     ons_results_path(results), crossings.quantity, crossings.x, crossings.by);
    }
    if (status == ONS_OK) {
        crossings_text(&crossings, exact, source, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        crossings_json(&crossings, exact, source, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    cli_crossings_free(&crossings);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {0, "quantity", "NAME", "default: binder"},
    ANALYSE_X,
    {0, "by", "NAME", "the size; default: the next varying number"},
    ANALYSE_EXACT,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_crossing = {CLI_ANALYSIS_NAME("crossing"),
                                        "[--quantity NAME] [-x NAME] [--by NAME]",
                                        "where the curves of neighbouring sizes cross, with errors",
                                        NULL,
                                        options,
                                        analyse_crossing};
