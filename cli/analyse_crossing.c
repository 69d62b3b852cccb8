/*
 * onsager analyse FILE.h5 crossing: where the curves of two sizes cross.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <onsager/analysis.h>

#include <math.h>
#include <stdlib.h>
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

/* ---- the limit of infinite sizes ------------------------------------------------------------------------------------
 */

static void limit_text(const ons_crossings *limit, const cli_crossings *crossings, double exact, ons_text *text) {
    char number[CLI_NUMBER], other[CLI_NUMBER];
    if (limit->has_constant) {
        const ons_model_fit *fit = &limit->constant;
        ons_text_add(text, "Constant through %zu crossings: %s = %s, chi^2 %.3g/%g, goodness %.2g\n", fit->points,
                     crossings->x, cli_number(number, fit->value[0], fit->error[0]), fit->chi_squared, fit->freedom,
                     fit->goodness);
    }
    if (!limit->has_limit) {
        ons_text_add(text, "No limit with corrections: %s.\n", limit->why);
        return;
    }
    const ons_model_fit *fit = &limit->limit;
    ons_text_add(text,
                 "Limit of %s*(L) = %s_c + a L^-w, L = sqrt(L1 L2): %s_c = %s, w = %s%s, chi^2 %.3g/%g, goodness %.2g",
                 crossings->x, crossings->x, crossings->x, cli_number(number, fit->value[0], fit->error[0]),
                 fit->error[2] > 0 ? cli_number(other, fit->value[2], fit->error[2]) : cli_short(other, fit->value[2]),
                 fit->error[2] > 0 ? "" : " fixed", fit->chi_squared, fit->freedom, fit->goodness);
    if (isfinite(exact)) {
        ons_text_add(text, "; (ours-exact)/error = %+.1f", cli_deviation(fit->value[0], exact, fit->error[0]));
    }
    ons_text_add(text, "\n");
}

static json_t *fit_json(const ons_model_fit *fit, const char *const *names) {
    json_t *object = json_object();
    for (size_t k = 0; k < fit->parameters && names[k]; k++) {
        char error[32];
        snprintf(error, sizeof error, "%s_error", names[k]);
        json_object_set_new(object, names[k], cli_json_real(fit->value[k]));
        json_object_set_new(object, error, cli_json_real(fit->error[k]));
    }
    json_object_set_new(object, "points", json_integer((json_int_t)fit->points));
    json_object_set_new(object, "chi_squared", cli_json_real(fit->chi_squared));
    json_object_set_new(object, "freedom", cli_json_real(fit->freedom));
    json_object_set_new(object, "goodness", cli_json_real(fit->goodness));
    return object;
}

static void limit_json(const ons_crossings *limit, json_t *document) {
    static const char *const constant[] = {"x", NULL}, *const names[] = {"x", "a", "w", NULL};
    json_t *rows = json_array();
    for (size_t i = 0; i < limit->count; i++) {
        json_t *row = json_array();
        for (size_t k = 0; k < limit->count; k++) {
            json_array_append_new(row, cli_json_real(limit->covariance[i * limit->count + k]));
        }
        json_array_append_new(rows, row);
    }
    json_object_set_new(document, "covariance", rows);
    if (limit->has_constant) { json_object_set_new(document, "constant", fit_json(&limit->constant, constant)); }
    json_object_set_new(document, "limit", limit->has_limit ? fit_json(&limit->limit, names) : json_null());
    if (!limit->has_limit) { json_object_set_new(document, "why", json_string(limit->why)); }
}

/* ---- the verb -------------------------------------------------------------------------------------------------------
 */

/* Neighbours as ever; with --all, a window or an extrapolation pairs with their joint errors. */
static ons_status find_crossings(const cli_arguments *arguments, const ons_results *results, cli_crossings *crossings,
                                 ons_crossings *limit) {
    ons_crossings_request request = {.quantity = crossings->quantity, .x = crossings->x, .by = crossings->by};
    request.all = cli_option_value(arguments, "all") != NULL;
    ons_status status = cli_real_option(arguments, "from", -INFINITY, &request.from);
    if (status == ONS_OK) { status = cli_real_option(arguments, "to", INFINITY, &request.to); }
    if (status == ONS_OK) { status = cli_real_option(arguments, "omega", NAN, &request.omega); }
    if (status != ONS_OK) { return status; }
    const bool plain = !request.all && isinf(request.from) && isinf(request.to) && isnan(request.omega) &&
                       !cli_option_value(arguments, "extrapolate");
    if (plain) { return cli_crossings_find(results, crossings); }
    status = ons_results_crossings_limit(results, &request, limit);
    if (status != ONS_OK) { return status; }
    crossings->rows = ONS_NEW(ons_crossing_row, limit->count);
    if (!crossings->rows) { return ONS_MEMORY; }
    memcpy(crossings->rows, limit->row, limit->count * sizeof *limit->row);
    crossings->count = limit->count;
    cli_crossings_choose(crossings);
    return ONS_OK;
}

/* The curves and a mark at the best crossing. */
static ons_status crossing_figure(const ons_results *results, const cli_crossings *crossings,
                                  const ons_crossings *limit, cli_figure *figure) {
    const ons_curves_request request = {crossings->quantity, crossings->x, crossings->by, -INFINITY, INFINITY};
    ons_curves *curves = NULL;
    ons_status status = ons_results_curves(results, &request, &curves);
    if (status == ONS_OK) { status = cli_curves_figure(results, curves, crossings->quantity, figure); }
    const double x = limit->has_limit ? limit->limit.value[0] : crossings->best ? crossings->best->crossing.x : NAN;
    const double error = limit->has_limit  ? limit->limit.error[0]
                         : crossings->best ? crossings->best->crossing.x_error
                                           : NAN;
    if (status == ONS_OK && isfinite(x)) {
        char label[CLI_NUMBER + 32], number[CLI_NUMBER];
        snprintf(label, sizeof label, "%.28s = %s", crossings->x, cli_number(number, x, error));
        status = cli_figure_mark(figure, false, x, error, label);
    }
    ons_curves_free(curves);
    return status;
}

static ons_status analyse_crossing(cli_arguments *arguments) {
    const char *quantity = cli_option_value(arguments, "quantity"), *source;
    cli_crossings crossings = {.quantity = quantity ? quantity : "binder"};
    ons_crossings limit = {0};
    cli_findings findings = {0};
    cli_figure figure = {0};
    ons_results *results = NULL;
    double exact;
    ons_status status = cli_exact_option(arguments, &exact, &source);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = cli_check_quantity(results, crossings.quantity); }
    if (status == ONS_OK) {
        status = cli_size_axes(arguments, results, crossings.quantity, &crossings.x, &crossings.by);
    }
    if (status == ONS_OK) { status = find_crossings(arguments, results, &crossings, &limit); }
    if (status == ONS_OK && crossings.count == 0) {
        status =
            ons_fail(ONS_INVALID, "%s: the curves of %s against %s do not cross for any two neighbouring values of %s",
                     ons_results_path(results), crossings.quantity, crossings.x, crossings.by);
    }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = crossing_figure(results, &crossings, &limit, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        crossings_text(&crossings, exact, source, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        crossings_json(&crossings, exact, source, findings.document);
        if (limit.count) {
            limit_text(&limit, &crossings, exact, &findings.text);
            limit_json(&limit, findings.document);
        }
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    ons_crossings_free(&limit);
    cli_crossings_free(&crossings);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {'y', "quantity", "NAME", "default: binder"},
    ANALYSE_X,
    {0, "by", "NAME", "the size; default: the next varying number"},
    {0, "all", NULL, "all pairs of sizes, not neighbours alone"},
    {0, "from", "X", "points with x of at least this"},
    {0, "to", "X", "points with x of at most this"},
    {0, "extrapolate", NULL, "where the crossings go for infinite sizes, x_c + a L^-w"},
    {0, "omega", "W", "the same with this w"},
    ANALYSE_EXACT,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_crossing = {
    CLI_ANALYSIS_NAME("crossing"),
    "[--quantity NAME] [-x NAME] [--by NAME] [--extrapolate]",
    "where the curves of pairs of sizes cross, and where the crossings go",
    "Polynomials near the crossing, averaged with Akaike's weights. The extrapolation fits all crossings with their "
    "joint errors, since pairs share curves.",
    options,
    analyse_crossing};
