/*
 * onsager analyse: what follows from several tasks together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static ons_status crossings_text(const cli_crossings *crossings, double exact, const char *source) {
    const char *const headers[] = {crossings->by, "", crossings->x, crossings->quantity, "degree", "goodness"};
    static const bool right[] = {true, true, false, false, true, true};
    cli_table table = {.columns = 6, .headers = headers, .right = right};
    ons_text text = {0};
    cli_crossings_table(crossings, &table);
    cli_table_text(&table, &text, 0);
    ons_text_add(&text, "\n");
    cli_crossings_sentence(crossings, exact, source, &text);
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    cli_table_free(&table);
    return status;
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

static ons_status crossings_json(const ons_results *results, const cli_crossings *crossings, double exact,
                                 const char *source, const char *path) {
    json_t *document = json_object(), *rows = json_array();
    json_object_set_new(document, "onsager", json_string(ONS_VERSION));
    json_object_set_new(document, "archive", json_string(ons_results_path(results)));
    json_object_set_new(document, "analysis", json_string("crossing"));
    json_object_set_new(document, "quantity", json_string(crossings->quantity));
    json_object_set_new(document, "x", json_string(crossings->x));
    json_object_set_new(document, "by", json_string(crossings->by));
    for (size_t i = 0; i < crossings->count; i++) { json_array_append_new(rows, crossing_json(&crossings->rows[i])); }
    json_object_set_new(document, "crossings", rows);
    if (crossings->best) { json_object_set_new(document, "estimate", crossing_json(crossings->best)); }
    if (isfinite(exact)) { json_object_set_new(document, "exact", json_real(exact)); }
    if (source) { json_object_set_new(document, "exact_source", json_string(source)); }
    ons_text text = {0};
    ons_status status = cli_json_text(document, &text);
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

/* The axes from the options, else the defaults; both must be numbers that this archive has. */
static ons_status crossing_axes(const cli_arguments *arguments, const ons_results *results, cli_crossings *crossings) {
    const char *x = cli_option_value(arguments, "x"), *by = cli_option_value(arguments, "by");
    cli_axes axes;
    ons_status status = cli_default_axes(results, cli_quantity_axis(results, crossings->quantity), &axes);
    if (status != ONS_OK) { return status; }
    crossings->x = x ? x : axes.x && by && strcmp(axes.x, by) == 0 ? axes.by : axes.x;
    crossings->by = by ? by : axes.x && crossings->x && strcmp(axes.x, crossings->x) != 0 ? axes.x : axes.by;
    if (!crossings->x || !crossings->by) {
        return ons_fail(ONS_INVALID,
                        "%s: a crossing needs two parameters that vary: one on the axis (-x) and the size (--by)",
                        ons_results_path(results));
    }
    status = cli_check_parameter(results, crossings->x);
    if (status == ONS_OK) { status = cli_check_parameter(results, crossings->by); }
    return status;
}

static ons_status analyse_crossing(const cli_arguments *arguments, const ons_results *results) {
    const char *quantity = cli_option_value(arguments, "quantity"), *json = cli_option_value(arguments, "json"),
               *source;
    cli_crossings crossings = {.quantity = quantity ? quantity : "binder"};
    double exact;
    ons_status status = cli_exact_option(arguments, &exact, &source);
    if (status == ONS_OK) { status = cli_check_quantity(results, crossings.quantity); }
    if (status == ONS_OK) { status = crossing_axes(arguments, results, &crossings); }
    if (status == ONS_OK) { status = cli_crossings_find(results, &crossings); }
    if (status == ONS_OK && crossings.count == 0) {
        status =
            ons_fail(ONS_INVALID, "%s: the curves of %s against %s do not cross for any two neighbouring values of %s",
                     ons_results_path(results), crossings.quantity, crossings.x, crossings.by);
    }
    if (status == ONS_OK && json) { status = crossings_json(results, &crossings, exact, source, json); }
    if (status == ONS_OK && !(json && strcmp(json, "-") == 0)) { status = crossings_text(&crossings, exact, source); }
    cli_crossings_free(&crossings);
    return status;
}

ons_status cli_analyse(cli_arguments *arguments) {
    static const char *const analyses[] = {"crossing"};
    if (arguments->word_count != 2) {
        return ons_fail(ONS_INVALID, "'onsager analyse' needs an archive and an analysis: onsager analyse %s",
                        arguments->verb->usage);
    }
    if (strcmp(arguments->words[1], "crossing") != 0) {
        char hint[CLI_HINT];
        return ons_fail(ONS_INVALID, "there is no analysis '%s'%s (there is: crossing)", arguments->words[1],
                        cli_hint(hint, arguments->words[1], analyses, 1));
    }
    ons_results *results;
    ons_status status = cli_results_open(&results, arguments->words[0]);
    if (status != ONS_OK) { return status; }
    status = analyse_crossing(arguments, results);
    ons_results_free(results);
    return status;
}
