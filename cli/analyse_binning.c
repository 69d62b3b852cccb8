/*
 * onsager analyse FILE.h5 binning: the error of a quantity against the length of its blocks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>

typedef struct output {
    cli_labels labels;
    cli_labelled rows;
    json_t *tasks;
    cli_figure figure;
} output;

static void add_rows(const ons_task_result *task, const ons_binning *binning, output *out) {
    cli_table *table = &out->rows.table;
    for (size_t k = 0; k < binning->levels; k++) {
        for (size_t i = 0; i < binning->size; i++) {
            char number[CLI_NUMBER];
            const size_t at = k * binning->size + i;
            cli_labels_cells(&out->labels, task, table);
            if (binning->size > 1) {
                cli_table_cell(table, "%zu", i);
            } else {
                cli_table_cell(table, "%s", "");
            }
            cli_table_cell(table, "%.0f", binning->length[k]);
            cli_table_cell(table, "%.0f", binning->blocks[k]);
            cli_table_cell(table, "%s", cli_number(number, binning->error[at], binning->error_error[at]));
            cli_table_cell(table, "%s",
                           k == 0 ? cli_number(number, binning->result[i].mean, binning->result[i].error) : "");
        }
    }
}

static json_t *numbers(const double *values, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) { json_array_append_new(array, cli_json_real(values[i])); }
    return array;
}

static json_t *grid(const double *values, size_t rows, size_t size) {
    json_t *array = json_array();
    for (size_t k = 0; size > 1 && k < rows; k++) { json_array_append_new(array, numbers(values + k * size, size)); }
    if (size > 1) { return array; }
    json_decref(array);
    return numbers(values, rows);
}

static void add_json(const ons_task_result *task, const ons_binning *binning, json_t *tasks) {
    json_t *object = json_object(), *mean = json_array(), *error = json_array();
    for (size_t i = 0; i < binning->size; i++) {
        json_array_append_new(mean, cli_json_real(binning->result[i].mean));
        json_array_append_new(error, cli_json_real(binning->result[i].error));
    }
    json_object_set_new(object, "parameters", cli_labels_json(task));
    json_object_set_new(object, "mean", mean);
    json_object_set_new(object, "result_error", error);
    json_object_set_new(object, "length", numbers(binning->length, binning->levels));
    json_object_set_new(object, "blocks", numbers(binning->blocks, binning->levels));
    json_object_set_new(object, "error", grid(binning->error, binning->levels, binning->size));
    json_object_set_new(object, "error_error", grid(binning->error_error, binning->levels, binning->size));
    json_array_append_new(tasks, object);
}

static bool add_curve(const ons_task_result *task, const char *name, const ons_binning *binning, output *out) {
    ons_text label = {0};
    cli_labels_text(&out->labels, task, &label);
    cli_curve *curve = cli_view_curve(&out->figure, label.length ? label.data : name);
    bool good = curve != NULL;
    for (size_t k = 0; k < binning->levels && good; k++) {
        good = cli_curve_point(curve, binning->length[k], binning->error[k * binning->size],
                               binning->error_error[k * binning->size]);
    }
    ons_text_free(&label);
    return good;
}

static ons_status each_task(const cli_view *view, const char *name, size_t first, size_t end, output *out) {
    ons_status status = ONS_OK;
    for (size_t t = first; t < end && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        ons_binning binning;
        status = ons_results_binning(&view->archive, t, name, &binning);
        if (status != ONS_OK) { break; }
        add_rows(task, &binning, out);
        add_json(task, &binning, out->tasks);
        if (!add_curve(task, name, &binning, out)) { status = ONS_MEMORY; }
        ons_binning_free(&binning);
    }
    return status;
}

static ons_status analyse_binning(cli_arguments *arguments) {
    const char *name = cli_option_value(arguments, "y") ? cli_option_value(arguments, "y") : "energy";
    const char *const headers[] = {"component", "block", "blocks", "error", name};
    cli_view view;
    output out = {.tasks = json_array()};
    cli_findings findings = {.figures = &out.figure, .figure_count = 1};
    size_t first = 0, end = 0;
    ons_status status = cli_view_open(arguments, &view);
    if (status == ONS_OK) { status = cli_tasks_option(arguments, view.results, &first, &end); }
    if (status == ONS_OK) { status = cli_labels_find(view.results, NULL, NULL, &out.labels); }
    cli_labelled_begin(&out.rows, &out.labels, headers, 5);
    out.figure = (cli_figure){.title = ons_format("error of %s against the length of blocks", name),
                              .x_label = ons_copy("samples of a block"),
                              .y_label = ons_format("error of %s", name),
                              .log_x = true};
    if (status == ONS_OK) { status = each_task(&view, name, first, end, &out); }
    if (status == ONS_OK) {
        cli_table_text(&out.rows.table, &findings.text, 0);
        ons_text_add(&findings.text, "\nThe error is where it no longer grows with the block; where it still grows at "
                                     "the end the run is too short.\n");
        findings.document = cli_findings_document(arguments, view.results);
        json_object_set_new(findings.document, "quantity", json_string(name));
        json_object_set(findings.document, "tasks", out.tasks);
        status = cli_findings_deliver(arguments, &findings);
    }
    json_decref(out.tasks);
    cli_table_free(&out.rows.table);
    cli_findings_free(&findings);
    cli_view_close(&view);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a mean, a derived quantity, or an expression of means; default: energy"},
    ANALYSE_TASK,
    ANALYSE_SYSTEM,
    ANALYSE_FIGURE,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_binning = {CLI_ANALYSIS_NAME("binning"),
                                       "[-y NAME] [--task N]",
                                       "the jackknife error of a quantity against the length of blocks",
                                       NULL,
                                       options,
                                       analyse_binning};
