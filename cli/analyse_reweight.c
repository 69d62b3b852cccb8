/*
 * onsager analyse FILE.h5 reweight: a quantity between and beyond the simulated points, from all histograms together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 20 /* of the grid without --at */

typedef struct asked {
    const char *quantity, *x;
    double *at;
    size_t count;
    cli_labels labels;
} asked;

typedef struct found {
    ons_reweighting *curves;
    size_t count;
} found;

/* ---- text ---- */

static const char *verdict(const ons_estimate *estimate) {
    if (!isfinite(estimate->mean) && !(estimate->effective >= 8)) { return "outside the histograms"; }
    if (!isfinite(estimate->mean)) { return "not finite"; }
    return estimate->flags & ONS_TOO_FEW_SAMPLES ? "at their edge: do not trust the error" : "";
}

static double exact_at(const ons_reweighting *curve, size_t target, size_t i) {
    return curve->exact ? curve->exact[target * curve->size + i] : NAN;
}

static void add_exact(const ons_estimate *estimate, double exact, cli_table *table) {
    const double deviation = cli_deviation(estimate->mean, exact, estimate->error);
    char number[CLI_NUMBER];
    cli_table_cell(table, "%s", isfinite(exact) ? cli_as_precise(number, exact, estimate->error) : "");
    if (isfinite(deviation)) {
        cli_table_cell(table, "%+.1f", deviation);
    } else {
        cli_table_cell(table, "%s", "");
    }
}

static void add_rows(const cli_view *view, const asked *a, const ons_reweighting *curve, cli_table *table) {
    const ons_task_result *task = ons_results_task(view->results, curve->task);
    for (size_t t = 0; t < curve->targets; t++) {
        for (size_t i = 0; i < curve->size; i++) {
            const ons_estimate *estimate = &curve->estimates[t * curve->size + i];
            char number[CLI_NUMBER], shortest[ONS_REAL_TEXT];
            cli_labels_cells(&a->labels, task, table);
            cli_table_cell(table, "%s", ons_real_text(curve->x[t], shortest));
            cli_component_cell(table, i, curve->size);
            cli_table_cell(table, "%s",
                           isfinite(estimate->mean) ? cli_number(number, estimate->mean, estimate->error) : "-");
            add_exact(estimate, exact_at(curve, t, i), table);
            cli_table_cell(table, "%.0f", estimate->effective);
            cli_table_cell(table, "%s", verdict(estimate));
        }
    }
}

static void add_sentence(const cli_view *view, const asked *a, const ons_reweighting *curve, ons_text *text) {
    char low[ONS_REAL_TEXT], high[ONS_REAL_TEXT];
    ons_text label = {0};
    cli_labels_text(&a->labels, ons_results_task(view->results, curve->task), &label);
    ons_text_add(text, "%s%s%zu samples of %zu value%s of %s, %s", label.length ? label.data : "",
                 label.length ? ": " : "", curve->rows, curve->states, curve->states == 1 ? "" : "s", a->x,
                 ons_real_text(curve->state_x[0], low));
    if (curve->states > 1) { ons_text_add(text, " to %s", ons_real_text(curve->state_x[curve->states - 1], high)); }
    if (isfinite(curve->overlap)) { ons_text_add(text, "; least overlap of neighbours %.2g", curve->overlap); }
    if (curve->exact) { ons_text_add(text, "; exact: %s", curve->exact_source); }
    ons_text_add(text, "%s\n", curve->overlap < 0.01 ? ", which is too little: simulate values in between" : "");
    ons_text_free(&label);
}

static ons_status text_of(const cli_view *view, const asked *a, const found *f, ons_text *text) {
    const char *const headers[] = {a->x, "component", a->quantity, "exact", "(ours-exact)/error", "effective", ""};
    cli_labelled labelled;
    cli_labelled_begin(&labelled, &a->labels, headers, 7);
    cli_table *const table = &labelled.table;
    for (size_t i = 0; i < 7; i++) { labelled.right[a->labels.count + i] = i == 1 || i == 4 || i == 5; }
    for (size_t c = 0; c < f->count; c++) { add_rows(view, a, &f->curves[c], table); }
    cli_table_text(table, text, 0);
    ons_text_add(text, "\n");
    for (size_t c = 0; c < f->count; c++) { add_sentence(view, a, &f->curves[c], text); }
    cli_table_free(table);
    return cli_text_status(text);
}

/* ---- JSON ---- */

/* A number a target, or an array of them where the quantity has several. */
static json_t *field(const ons_reweighting *curve, double (*of)(const ons_reweighting *curve, size_t place)) {
    json_t *array = json_array();
    for (size_t t = 0; t < curve->targets; t++) {
        json_t *inner = json_array();
        for (size_t i = 0; i < curve->size; i++) {
            json_array_append_new(inner, cli_json_real(of(curve, t * curve->size + i)));
        }
        if (curve->size == 1) {
            json_array_append(array, json_array_get(inner, 0));
            json_decref(inner);
        } else {
            json_array_append_new(array, inner);
        }
    }
    return array;
}

static double mean_of(const ons_reweighting *curve, size_t place) { return curve->estimates[place].mean; }
static double error_of(const ons_reweighting *curve, size_t place) { return curve->estimates[place].error; }
static double exact_of(const ons_reweighting *curve, size_t place) { return curve->exact[place]; }

static json_t *effective_of(const ons_reweighting *curve) {
    json_t *array = json_array();
    for (size_t t = 0; t < curve->targets; t++) {
        json_array_append_new(array, cli_json_real(curve->estimates[t * curve->size].effective));
    }
    return array;
}

static json_t *flags_of(const ons_reweighting *curve) {
    json_t *array = json_array();
    for (size_t t = 0; t < curve->targets; t++) {
        ons_text text = {0};
        cli_flags_text(curve->estimates[t * curve->size].flags, &text);
        json_array_append_new(array, json_string(text.data ? text.data : ""));
        ons_text_free(&text);
    }
    return array;
}

static json_t *curve_json(const cli_view *view, const ons_reweighting *curve) {
    json_t *object = json_object();
    json_object_set_new(object, "parameters", cli_labels_json(ons_results_task(view->results, curve->task)));
    json_object_set_new(object, "samples", json_integer((json_int_t)curve->rows));
    json_object_set_new(object, "overlap", cli_json_real(curve->overlap));
    json_object_set_new(object, "states", cli_json_reals(curve->state_x, curve->states));
    json_object_set_new(object, "state_free_energy", cli_json_reals(curve->state_free_energy, curve->states));
    json_object_set_new(object, "state_free_energy_error",
                        cli_json_reals(curve->state_free_energy_error, curve->states));
    json_object_set_new(object, "x", cli_json_reals(curve->x, curve->targets));
    json_object_set_new(object, "mean", field(curve, mean_of));
    json_object_set_new(object, "error", field(curve, error_of));
    if (curve->exact) {
        json_object_set_new(object, "exact", field(curve, exact_of));
        json_object_set_new(object, "exact_source", json_string(curve->exact_source));
    }
    json_object_set_new(object, "effective", effective_of(curve));
    json_object_set_new(object, "flags", flags_of(curve));
    json_object_set_new(object, "free_energy", cli_json_reals(curve->free_energy, curve->targets));
    json_object_set_new(object, "free_energy_error", cli_json_reals(curve->free_energy_error, curve->targets));
    return object;
}

static void document_of(const cli_view *view, const asked *a, const found *f, json_t *document) {
    json_t *curves = json_array();
    json_object_set_new(document, "quantity", json_string(a->quantity));
    json_object_set_new(document, "x", json_string(a->x));
    for (size_t c = 0; c < f->count; c++) { json_array_append_new(curves, curve_json(view, &f->curves[c])); }
    json_object_set_new(document, "curves", curves);
}

/* ---- the figure ---- */

static bool is_labelled(const cli_labels *labels, const ons_task_result *task, const char *label) {
    ons_text own = {0};
    cli_labels_text(labels, task, &own);
    const bool same = strcmp(own.data ? own.data : "", label) == 0;
    ons_text_free(&own);
    return same;
}

static bool add_means(const ons_task_result *task, const asked *a, cli_curve *points) {
    const ons_result *result = ons_task_find(task, a->quantity);
    if (!result || result->kind != ONS_MEAN) { return true; }
    const bool ladder = result->axis && strcmp(result->axis, a->x) == 0 && result->rank == 1;
    const size_t count = ladder ? result->size : result->size == 1 ? 1 : 0;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        double x;
        if (!cli_parameter_number(task, a->x, ladder ? i : 0, &x)) { continue; }
        good = cli_curve_add(points, x, result->mean[i], result->error[i], NAN) == ONS_OK;
    }
    return good;
}

/* What was simulated, as points, where the quantity is among the results. */
static bool add_simulated(const cli_view *view, const asked *a, const char *label, cli_figure *figure) {
    ons_text text = {0};
    ons_text_add(&text, "%s%ssimulated", label, label[0] ? ", " : "");
    cli_curve *points = NULL;
    bool good = text.data && cli_figure_curve(figure, text.data, CLI_SCATTER, &points) == ONS_OK && points;
    if (good) { points->like = figure->count - 1; }
    for (size_t t = 0; good && t < ons_results_count(view->results); t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        if (is_labelled(&a->labels, task, label)) { good = add_means(task, a, points); }
    }
    if (good && points->count == 0) {
        free(points->label);
        free(points->points);
        figure->count--;
    }
    ons_text_free(&text);
    return good;
}

/* Number i of the quantity along x, with its errors as a band. */
static bool add_band(const asked *a, const ons_reweighting *own, size_t i, const char *plain, cli_figure *figure) {
    char *whole = own->size > 1 ? ons_format("%s [%zu]", plain, i) : ons_copy(plain[0] ? plain : a->quantity);
    cli_curve *curve = NULL;
    bool good = whole && cli_figure_curve(figure, whole, own->targets > 1 ? CLI_BAND : CLI_SCATTER, &curve) == ONS_OK;
    for (size_t t = 0; good && t < own->targets; t++) {
        const ons_estimate *estimate = &own->estimates[t * own->size + i];
        good = cli_curve_add(curve, own->x[t], estimate->mean, estimate->error, exact_at(own, t, i)) == ONS_OK;
    }
    free(whole);
    return good;
}

static ons_status figure_of(const cli_view *view, const asked *a, const found *f, cli_figure *figure) {
    char *what = ons_format("%s, reweighted", a->quantity);
    bool good = what && cli_analysis_figure(view->results, what, a->x, a->quantity, figure) == ONS_OK;
    free(what);
    for (size_t c = 0; good && c < f->count; c++) {
        const ons_reweighting *own = &f->curves[c];
        ons_text label = {0};
        cli_labels_text(&a->labels, ons_results_task(view->results, own->task), &label);
        const char *plain = label.data ? label.data : "";
        for (size_t i = 0; good && i < own->size; i++) { good = add_band(a, own, i, plain, figure); }
        if (good && own->size == 1) { good = add_simulated(view, a, plain, figure); }
        ons_text_free(&label);
    }
    return good ? ONS_OK : ONS_MEMORY;
}

/* ---- what is asked ---- */

/* Without --at: a grid from the lowest to the highest simulated value. */
static ons_status default_grid(const ons_results *results, asked *a) {
    double low = INFINITY, high = -INFINITY;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        double value;
        for (size_t i = 0; cli_parameter_number(ons_results_task(results, t), a->x, i, &value) && i < 100000; i++) {
            low = fmin(low, value);
            high = fmax(high, value);
            if (i > 0 && low == high) { break; }
        }
    }
    if (!(low < high)) {
        return ons_fail(ONS_INVALID, "only one value of '%s' was simulated: say where to go with --at", a->x);
    }
    a->at = ONS_NEW(double, STEPS + 1);
    if (!a->at) { return ONS_MEMORY; }
    /* ten digits less than the range: numbers that can be read */
    const double digits = pow(10, 10 - ceil(log10(high - low)));
    for (size_t i = 0; i <= STEPS; i++) {
        a->at[a->count++] = round((low + (high - low) * (double)i / STEPS) * digits) / digits;
    }
    return ONS_OK;
}

static ons_status read_question(const cli_arguments *arguments, const cli_view *view, asked *a) {
    const char *x = cli_option_value(arguments, "x"), *y = cli_option_value(arguments, "y");
    cli_axes axes;
    a->quantity = y ? y : "energy";
    ons_status status = cli_numbers_option(arguments, "at", &a->at, &a->count);
    if (status == ONS_OK) {
        status = cli_default_axes(view->results, cli_quantity_axis(view->results, a->quantity), &axes);
    }
    if (status != ONS_OK) { return status; }
    a->x = x ? x : "temperature";
    status = cli_check_parameter(view->results, a->x);
    if (status == ONS_OK) {
        status = cli_labels_find(view->results, a->x, cli_option_value(arguments, "by"), &a->labels);
    }
    return status == ONS_OK && !a->at ? default_grid(view->results, a) : status;
}

static ons_status analyse_reweight(cli_arguments *arguments) {
    cli_view view;
    asked a = {0};
    found f = {0};
    cli_figure figure = {0};
    cli_findings findings = {0};
    ons_status status = cli_view_open(arguments, &view);
    if (status == ONS_OK) { status = read_question(arguments, &view, &a); }
    if (status == ONS_OK) {
        status = ons_results_reweight(&view.archive, a.quantity, a.x, a.at, a.count, &f.curves, &f.count);
    }
    if (status == ONS_OK) { status = text_of(&view, &a, &f, &findings.text); }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = figure_of(&view, &a, &f, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        findings.document = cli_findings_document(arguments, view.results);
        document_of(&view, &a, &f, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    ons_reweightings_free(f.curves, f.count);
    free(a.at);
    cli_view_close(&view);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a mean, a derived quantity, or an expression of means; default: energy"},
    {'x', NULL, "NAME", "the parameter to go along; default: temperature"},
    {0, "at", "LIST", "where: 2.26,2.27 or 2.26:2.28:0.001; default: 21 points over what was simulated"},
    ANALYSE_BY,
    ANALYSE_SYSTEM,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_reweight = {
    CLI_ANALYSIS_NAME("reweight"),
    "[-y NAME] [-x NAME] [--at LIST] [--by NAME]",
    "a quantity at parameters that were not simulated, from all histograms together (MBAR)",
    "All tasks that differ in x alone are put together; a ladder of values within one task too. Errors come from "
    "leaving "
    "out blocks of time, the equations solved again without each. Where fewer than 50 independent samples bear a point "
    "it is marked, where fewer than 8 do there is no number.",
    options,
    analyse_reweight};
