/*
 * onsager analyse FILE.h5 collapse: finite-size scaling, with the figure of the collapsed curves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <onsager/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct collapse_work {
    const cli_arguments *arguments;
    ons_curves_request request;
    ons_collapse_options options;
    ons_collapse collapse;
    double exact;
    const char *source;
} collapse_work;

static const char *const names[ONS_COLLAPSE_PARAMETERS] = {"xc", "nu", "kappa", "omega"};

/* ---- what is asked for ----------------------------------------------------------------------------------------------
 */

/* --kappa and the others: a number keeps it there, "free" frees it. */
static ons_status read_exponent(collapse_work *work, ons_collapse_parameter which, double fallback) {
    const char *given = cli_option_value(work->arguments, names[which]);
    work->options.start[which] = fallback;
    work->options.fixed[which] = isfinite(fallback);
    if (!given) { return ONS_OK; }
    if (strcmp(given, "free") == 0) {
        work->options.start[which] = NAN;
        work->options.fixed[which] = false;
        return ONS_OK;
    }
    work->options.fixed[which] = true;
    if (ons_parse_real(given, &work->options.start[which]) == ONS_OK && isfinite(work->options.start[which])) {
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "--%s takes a number or 'free', not '%s'", names[which], given);
}

static ons_status read_options(collapse_work *work) {
    const cli_arguments *arguments = work->arguments;
    int64_t resamples = 0;
    const char *quantity = cli_option_value(arguments, "y");
    work->request.quantity = quantity ? quantity : "binder";
    ons_status status = read_exponent(work, ONS_COLLAPSE_XC, NAN);
    if (status == ONS_OK) { status = read_exponent(work, ONS_COLLAPSE_NU, NAN); }
    if (status == ONS_OK) { status = read_exponent(work, ONS_COLLAPSE_KAPPA, 0); }
    if (status == ONS_OK) { status = read_exponent(work, ONS_COLLAPSE_OMEGA, NAN); }
    if (status == ONS_OK) { status = cli_real_option(arguments, "from", -INFINITY, &work->request.from); }
    if (status == ONS_OK) { status = cli_real_option(arguments, "to", INFINITY, &work->request.to); }
    if (status == ONS_OK) { status = cli_integer_option(arguments, "resamples", 10, 100, &resamples); }
    if (status == ONS_OK) { status = cli_exact_option(arguments, &work->exact, &work->source); }
    work->options.resamples = (size_t)resamples;
    work->options.corrections = cli_option_value(arguments, "corrections") || cli_option_value(arguments, "omega");
    work->options.whole = cli_option_value(arguments, "whole") != NULL;
    return status;
}

/* ---- text -----------------------------------------------------------------------------------------------------------
 */

static const char *shown_name(const collapse_work *work, size_t k, char buffer[64]) {
    if (k != ONS_COLLAPSE_XC) { return names[k]; }
    snprintf(buffer, 64, "%s_c", work->request.x);
    return buffer;
}

static void result_text(const collapse_work *work, ons_text *text) {
    const ons_collapse *found = &work->collapse;
    for (size_t k = 0; k < ONS_COLLAPSE_PARAMETERS; k++) {
        char number[CLI_NUMBER], name[64];
        if (k == ONS_COLLAPSE_OMEGA && !work->options.corrections) { continue; }
        ons_text_add(text, "%-14s ", shown_name(work, k, name));
        if (work->options.fixed[k]) {
            ons_text_add(text, "%s fixed\n", cli_short(number, found->value[k]));
            continue;
        }
        ons_text_add(text, "%s", cli_number(number, found->value[k], found->error[k]));
        if (k == ONS_COLLAPSE_XC && isfinite(work->exact)) {
            char shortest[ONS_REAL_TEXT];
            ons_text_add(text, "; exact %s%s%s%s: (ours-exact)/error = %+.1f", ons_real_text(work->exact, shortest),
                         work->source ? " (" : "", work->source ? work->source : "", work->source ? ")" : "",
                         cli_deviation(found->value[k], work->exact, found->error[k]));
        }
        ons_text_add(text, "\n");
    }
    if (!work->options.fixed[ONS_COLLAPSE_KAPPA]) {
        char number[CLI_NUMBER];
        ons_text_add(text, "%-14s %s\n", "kappa/nu", cli_number(number, found->exponent, found->exponent_error));
    }
}

static void windows_text(const collapse_work *work, ons_text *text) {
    const char *const headers[] = {"from size", "|X| up to", "points",        "weight",  "x_c",
                                   "nu",        "kappa",     "chi^2/freedom", "goodness"};
    static const bool right[] = {true, true, true, true, false, false, false, true, true};
    cli_table table = {.columns = 9, .headers = headers, .right = right};
    for (size_t i = 0; i < work->collapse.windows; i++) {
        const ons_collapse_window *window = &work->collapse.window[i];
        cli_table_cell(&table, "%g", window->smallest);
        cli_table_cell(&table, "%.3g", window->width);
        cli_table_cell(&table, "%zu", window->points);
        cli_table_cell(&table, "%.2f", window->weight);
        for (size_t k = 0; k <= ONS_COLLAPSE_KAPPA; k++) {
            char number[CLI_NUMBER];
            const bool error = window->weight > 0 && window->error[k] > 0;
            cli_table_cell(&table, "%s",
                           work->options.fixed[k] ? ""
                           : error                ? cli_number(number, window->value[k], window->error[k])
                                                  : cli_short(number, window->value[k]));
        }
        cli_table_cell(&table, "%.3g/%.3g", window->chi_squared, window->freedom);
        cli_table_cell(&table, "%.2g", window->goodness);
    }
    cli_table_text(&table, text, 0);
    cli_table_free(&table);
}

static void collapse_text(const collapse_work *work, const ons_curves *curves, ons_text *text) {
    const ons_curves_request *request = &work->request;
    ons_text_add(text, "%s = %s^(-kappa/nu) f((%s - %s_c) %s^(1/nu))%s\n\n", request->quantity, request->by, request->x,
                 request->x, request->by, work->options.corrections ? ", with corrections L^(-omega)" : "");
    result_text(work, text);
    ons_text_add(text, "\n");
    windows_text(work, text);
    for (size_t c = 0; c < curves->count; c++) {
        if (!curves->curve[c].note[0]) { continue; }
        ons_text_add(text, "Note: %s.\n", curves->curve[c].note);
        break;
    }
    const double goodness = work->collapse.window[work->collapse.heaviest].goodness;
    if (goodness < 1e-3) {
        ons_text_add(text,
                     "The curves do not collapse within their errors (goodness %.1g): smaller sizes need "
                     "--corrections, or points too far away --from and --to.\n",
                     goodness);
    }
}

/* ---- JSON -----------------------------------------------------------------------------------------------------------
 */

static json_t *parameter_json(double value, double error, bool fixed) {
    json_t *object = json_object();
    json_object_set_new(object, "value", cli_json_real(value));
    json_object_set_new(object, "error", cli_json_real(error));
    if (fixed) { json_object_set_new(object, "fixed", json_true()); }
    return object;
}

static void collapse_json(const collapse_work *work, json_t *document) {
    const ons_collapse *found = &work->collapse;
    json_t *windows = json_array();
    json_object_set_new(document, "quantity", json_string(work->request.quantity));
    json_object_set_new(document, "x", json_string(work->request.x));
    json_object_set_new(document, "by", json_string(work->request.by));
    for (size_t k = 0; k < ONS_COLLAPSE_PARAMETERS; k++) {
        if (k == ONS_COLLAPSE_OMEGA && !work->options.corrections) { continue; }
        json_object_set_new(document, names[k],
                            parameter_json(found->value[k], found->error[k], work->options.fixed[k]));
    }
    json_object_set_new(document, "kappa_over_nu", parameter_json(found->exponent, found->exponent_error, false));
    for (size_t i = 0; i < found->windows; i++) {
        const ons_collapse_window *window = &found->window[i];
        json_t *object = json_object();
        json_object_set_new(object, "from_size", cli_json_real(window->smallest));
        json_object_set_new(object, "width", cli_json_real(window->width));
        json_object_set_new(object, "points", json_integer((json_int_t)window->points));
        json_object_set_new(object, "weight", cli_json_real(window->weight));
        for (size_t k = 0; k <= ONS_COLLAPSE_KAPPA; k++) {
            json_object_set_new(object, names[k],
                                parameter_json(window->value[k], window->error[k], work->options.fixed[k]));
        }
        json_object_set_new(object, "chi_squared", cli_json_real(window->chi_squared));
        json_object_set_new(object, "freedom", cli_json_real(window->freedom));
        json_object_set_new(object, "goodness", cli_json_real(window->goodness));
        json_array_append_new(windows, object);
    }
    json_object_set_new(document, "windows", windows);
    if (isfinite(work->exact)) { json_object_set_new(document, "exact", json_real(work->exact)); }
    if (work->source) { json_object_set_new(document, "exact_source", json_string(work->source)); }
}

/* ---- figure ---------------------------------------------------------------------------------------------------------
 */

static ons_status collapse_figure(const collapse_work *work, const ons_results *results, const ons_curves *curves,
                                  cli_figure *figure) {
    const ons_collapse *found = &work->collapse;
    const ons_curves_request *request = &work->request;
    const bool scaled = found->exponent != 0;
    char *title = ons_format("%s: collapse of %s", ons_results_system(results), request->quantity);
    char *x_label = ons_format("(%s - %s) %s^%.3f", request->x, "x_c", request->by, 1 / found->value[ONS_COLLAPSE_NU]);
    char *y_label = scaled ? ons_format("%s %s^%.3f", request->quantity, request->by, found->exponent)
                           : ons_copy(request->quantity);
    ons_status status = title && x_label && y_label ? cli_figure_begin(figure, title, x_label, y_label) : ONS_MEMORY;
    for (size_t c = 0; c < curves->count && status == ONS_OK; c++) {
        const ons_curve *curve = &curves->curve[c];
        cli_curve *drawn;
        const double wide = pow(curve->by, 1 / found->value[ONS_COLLAPSE_NU]), high = pow(curve->by, found->exponent);
        status = cli_figure_curve(figure, curve->label, CLI_SCATTER, &drawn);
        for (size_t i = 0; i < curve->points.count && status == ONS_OK; i++) {
            status = cli_curve_add(drawn, (curve->points.x[i] - found->value[ONS_COLLAPSE_XC]) * wide,
                                   curve->points.y[i] * high, curve->points.errors[i] * high, NAN);
        }
    }
    free(title);
    free(x_label);
    free(y_label);
    return status;
}

/* ---- the verb -------------------------------------------------------------------------------------------------------
 */

static ons_status analyse_collapse(cli_arguments *arguments) {
    collapse_work work = {.arguments = arguments};
    cli_findings findings = {0};
    cli_figure figure = {0};
    ons_results *results = NULL;
    ons_curves *curves = NULL;
    ons_status status = read_options(&work);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = cli_check_quantity(results, work.request.quantity); }
    if (status == ONS_OK) {
        status = cli_size_axes(arguments, results, work.request.quantity, &work.request.x, &work.request.by);
    }
    if (status == ONS_OK) { status = ons_results_curves(results, &work.request, &curves); }
    if (status == ONS_OK) { status = ons_results_collapse(results, &work.request, &work.options, &work.collapse); }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = collapse_figure(&work, results, curves, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        collapse_text(&work, curves, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        collapse_json(&work, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    ons_curves_free(curves);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "the quantity; default: binder"},
    ANALYSE_X,
    {0, "by", "NAME", "the size; default: the next varying number"},
    {0, "kappa", "VALUE|free",
     "y scales as L^(-kappa/nu): beta of a magnetization, -gamma of a susceptibility; default: 0, as for a ratio"},
    {0, "nu", "VALUE|free", "default: free"},
    {0, "xc", "VALUE|free", "the critical point; default: free"},
    {0, "corrections", NULL, "with corrections L^(-omega) g(X)"},
    {0, "omega", "VALUE|free", "their exponent; default: free"},
    {0, "from", "X", "the window: points with x of at least this"},
    {0, "to", "X", "the window: points with x of at most this"},
    {0, "whole", NULL, "all points alone: no average over smaller windows"},
    {0, "resamples", "N", "of the bootstrap; default: 100"},
    ANALYSE_EXACT,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_collapse = {
    CLI_ANALYSIS_NAME("collapse"),
    "[-y NAME] [-x NAME] [--by NAME] [--kappa VALUE|free]",
    "finite-size scaling: the critical point and exponents that make one curve of all sizes",
    "y = L^(-kappa/nu) f((x - x_c) L^(1/nu)). f is a Gaussian process, the exponents maximise its marginal likelihood "
    "(Harada 2011); errors by bootstrap. Windows without the smallest sizes and without what lies far from x_c are "
    "fitted too and averaged with Akaike's weights; their spread is a part of the error.",
    options,
    analyse_collapse};
