/*
 * onsager analyse FILE.h5 derivative: the slope of each curve, at its points or at a place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <onsager/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct derivative_work {
    ons_curves_request request;
    ons_curves *curves;
    double at;         /* NaN: at the points */
    ons_slope *slopes; /* curve after curve */
    size_t count;
} derivative_work;

static size_t places(const derivative_work *work, const ons_curve *curve) {
    return isnan(work->at) ? curve->points.count : 1;
}

static ons_status find_slopes(derivative_work *work) {
    size_t n = 0, good = 0;
    for (size_t i = 0; i < work->curves->count; i++) { n += places(work, &work->curves->curve[i]); }
    work->slopes = ONS_NEW(ons_slope, n);
    if (!work->slopes) { return ONS_MEMORY; }
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        for (size_t k = 0; k < places(work, curve); k++) {
            const double at = isnan(work->at) ? curve->points.x[k] : work->at;
            const ons_status status = ons_curve_slope(&curve->points, at, &work->slopes[work->count++]);
            if (status == ONS_MEMORY) { return status; }
            good += status == ONS_OK;
        }
    }
    return good ? ONS_OK : ONS_INVALID; /* the message of the last one */
}

static void slopes_text(const derivative_work *work, ons_text *text) {
    char slope[160];
    snprintf(slope, sizeof slope, "d %s/d %s", work->request.quantity, work->curves->x);
    const char *const headers[] = {"", work->curves->x, work->request.quantity, slope, "degree", "goodness"};
    static const bool right[] = {false, true, false, false, true, true};
    cli_table table = {.columns = 6, .headers = headers, .right = right};
    const ons_slope *found = work->slopes;
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        for (size_t k = 0; k < places(work, curve); k++, found++) {
            char number[CLI_NUMBER];
            if (!isfinite(found->slope)) { continue; }
            cli_table_cell(&table, "%s", curve->label);
            cli_table_cell(&table, "%s", cli_short(number, found->x));
            cli_table_cell(&table, "%s", cli_number(number, found->value, found->value_error));
            cli_table_cell(&table, "%s", cli_number(number, found->slope, found->slope_error));
            cli_table_cell(&table, "%u", found->degree);
            cli_table_cell(&table, "%.2g", found->goodness);
        }
    }
    cli_table_text(&table, text, 0);
    cli_table_free(&table);
}

static void slopes_json(const derivative_work *work, json_t *document) {
    json_t *curves = json_array();
    const ons_slope *found = work->slopes;
    json_object_set_new(document, "quantity", json_string(work->request.quantity));
    json_object_set_new(document, "x", json_string(work->curves->x));
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        json_t *object = json_object(), *rows = json_array();
        json_object_set_new(object, "curve", json_string(curve->label));
        if (isfinite(curve->by)) { json_object_set_new(object, "by", cli_json_real(curve->by)); }
        for (size_t k = 0; k < places(work, curve); k++, found++) {
            json_t *row = json_object();
            json_object_set_new(row, "x", cli_json_real(found->x));
            json_object_set_new(row, "value", cli_json_real(found->value));
            json_object_set_new(row, "value_error", cli_json_real(found->value_error));
            json_object_set_new(row, "derivative", cli_json_real(found->slope));
            json_object_set_new(row, "derivative_error", cli_json_real(found->slope_error));
            if (!isfinite(found->slope)) {
                json_object_set_new(row, "why", json_string("too few points, or outside the curve"));
            }
            json_array_append_new(rows, row);
        }
        json_object_set_new(object, "points", rows);
        json_array_append_new(curves, object);
    }
    json_object_set_new(document, "curves", curves);
}

static ons_status slopes_figure(const derivative_work *work, const ons_results *results, cli_figure *figure) {
    char *what = ons_format("derivative of %s", work->request.quantity);
    char *label = ons_format("d %s/d %s", work->request.quantity, work->curves->x);
    ons_status status = what && label ? cli_analysis_figure(results, what, work->curves->x, label, figure) : ONS_MEMORY;
    const ons_slope *found = work->slopes;
    for (size_t i = 0; i < work->curves->count && status == ONS_OK; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        cli_curve *drawn;
        status = cli_figure_curve(figure, curve->label[0] ? curve->label : label, CLI_POINTS, &drawn);
        for (size_t k = 0; k < places(work, curve) && status == ONS_OK; k++, found++) {
            status = cli_curve_add(drawn, found->x, found->slope, found->slope_error, NAN);
        }
    }
    free(what);
    free(label);
    return status;
}

static ons_status analyse_derivative(cli_arguments *arguments) {
    derivative_work work = {0};
    cli_findings findings = {0};
    cli_figure figure = {0};
    ons_results *results = NULL;
    ons_status status = cli_curves_request(arguments, &work.request);
    if (status == ONS_OK) { status = cli_real_option(arguments, "at", NAN, &work.at); }
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = ons_results_curves(results, &work.request, &work.curves); }
    if (status == ONS_OK) { status = find_slopes(&work); }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = slopes_figure(&work, results, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        slopes_text(&work, &findings.text);
        cli_curves_notes(work.curves, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        slopes_json(&work, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    free(work.slopes);
    ons_curves_free(work.curves);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "the quantity"},
    ANALYSE_X,
    ANALYSE_BY,
    {0, "at", "X", "the derivative at one place; default: at every point"},
    {0, "from", "X", "points with x of at least this"},
    {0, "to", "X", "points with x of at most this"},
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_derivative = {
    CLI_ANALYSIS_NAME("derivative"),
    "-y NAME [-x NAME] [--at X]",
    "the slope of each curve, with errors",
    "Polynomials through the points nearest to each place, averaged with Akaike's "
    "weights.",
    options,
    analyse_derivative};
