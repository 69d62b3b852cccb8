/*
 * onsager analyse FILE.h5 autocorrelation: the integrated autocorrelation time against the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>
#include <stdlib.h>

typedef struct output {
    cli_labels labels;
    cli_labelled rows;
    json_t *tasks;
    cli_figure figures[2]; /* tau against the window; the function against the lag */
} output;

static void add_row(const ons_task_result *task, const ons_autocorrelation_times *times, output *out) {
    cli_table *table = &out->rows.table;
    const size_t window = times->window;
    char number[CLI_NUMBER];
    const bool resolved = times->stride <= 1 || times->tau[window] > times->stride;
    cli_labels_cells(&out->labels, task, table);
    cli_table_cell(table, "%s", cli_number(number, times->tau[window], times->tau_error[window]));
    cli_table_cell(table, "%g", times->lag[window]);
    cli_table_cell(table, "%zu", times->rows);
    cli_table_cell(table, "%g", times->stride);
    cli_table_cell(table, "%s", resolved ? "" : "not resolved: rows are further apart");
}

static json_t *numbers(const double *values, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) { json_array_append_new(array, cli_json_real(values[i])); }
    return array;
}

static void add_json(const ons_task_result *task, const ons_autocorrelation_times *times, json_t *tasks) {
    json_t *object = json_object();
    json_object_set_new(object, "parameters", cli_labels_json(task));
    json_object_set_new(object, "tau", cli_json_real(times->tau[times->window]));
    json_object_set_new(object, "tau_error", cli_json_real(times->tau_error[times->window]));
    json_object_set_new(object, "window", cli_json_real(times->lag[times->window]));
    json_object_set_new(object, "rows", json_integer((json_int_t)times->rows));
    json_object_set_new(object, "stride", cli_json_real(times->stride));
    json_object_set_new(object, "lag", numbers(times->lag, times->lags));
    json_object_set_new(object, "function", numbers(times->function, times->lags));
    json_object_set_new(object, "tau_of_window", numbers(times->tau, times->lags));
    json_object_set_new(object, "tau_of_window_error", numbers(times->tau_error, times->lags));
    json_array_append_new(tasks, object);
}

static bool add_curves(const ons_task_result *task, const char *name, const ons_autocorrelation_times *times,
                       output *out) {
    ons_text label = {0};
    cli_labels_text(&out->labels, task, &label);
    bool good = true;
    for (int f = 0; f < 2 && good; f++) {
        cli_curve *curve = cli_view_curve(&out->figures[f], label.length ? label.data : name);
        good = curve != NULL;
        for (size_t i = 0; i < times->lags && good; i++) {
            good = f == 0 ? cli_curve_point(curve, times->lag[i], times->tau[i], times->tau_error[i])
                          : cli_curve_point(curve, times->lag[i], times->function[i], (double)NAN);
        }
    }
    ons_text_free(&label);
    return good;
}

static ons_status each_task(const cli_view *view, const char *name, size_t first, size_t end, output *out) {
    ons_status status = ONS_OK;
    for (size_t t = first; t < end && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        ons_autocorrelation_times times;
        status = ons_results_autocorrelation(&view->archive, t, name, &times);
        if (status != ONS_OK) { break; }
        add_row(task, &times, out);
        add_json(task, &times, out->tasks);
        if (!add_curves(task, name, &times, out)) { status = ONS_MEMORY; }
        ons_autocorrelation_free(&times);
    }
    return status;
}

static ons_status analyse_autocorrelation(cli_arguments *arguments) {
    static const char *const headers[] = {"tau", "window", "rows", "stride", ""};
    const char *name = cli_option_value(arguments, "y") ? cli_option_value(arguments, "y") : "energy";
    cli_view view;
    output out = {.tasks = json_array()};
    cli_findings findings = {.figures = out.figures, .figure_count = 1};
    size_t first = 0, end = 0;
    ons_status status = cli_view_open(arguments, &view);
    if (status == ONS_OK) { status = cli_tasks_option(arguments, view.results, &first, &end); }
    if (status == ONS_OK) { status = cli_labels_find(view.results, NULL, NULL, &out.labels); }
    cli_labelled_begin(&out.rows, &out.labels, headers, 5);
    out.figures[0] = (cli_figure){.title = ons_format("autocorrelation time of %s", name),
                                  .x_label = ons_copy("window (samples)"),
                                  .y_label = ons_copy("tau (samples)")};
    out.figures[1] = (cli_figure){0};
    if (status == ONS_OK) { status = each_task(&view, name, first, end, &out); }
    if (status == ONS_OK) {
        cli_table_text(&out.rows.table, &findings.text, 0);
        ons_text_add(
            &findings.text,
            "\nThe window is the first that is at least 5 tau; errors as Madras and Sokal (1988) give them.\n");
        findings.document = cli_findings_document(arguments, view.results);
        json_object_set_new(findings.document, "quantity", json_string(name));
        json_object_set(findings.document, "tasks", out.tasks);
        status = cli_findings_deliver(arguments, &findings);
    }
    json_decref(out.tasks);
    cli_table_free(&out.rows.table);
    cli_findings_free(&findings);
    cli_figure_free(&out.figures[1]);
    cli_view_close(&view);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a measured mean, or a component of one: energy, correlation[3]; default: energy"},
    ANALYSE_TASK,
    ANALYSE_FIGURE,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_autocorrelation = {
    CLI_ANALYSIS_NAME("autocorrelation"),
    "[-y NAME] [--task N]",
    "autocorrelation times against the window, from stored series or records",
    "Run with series=yes to keep every sample; without, the record holds every 2^k-th, and times below that are not "
    "resolved. JSON has the function too.",
    options,
    analyse_autocorrelation};
