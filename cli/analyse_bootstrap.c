/*
 * onsager analyse FILE.h5 bootstrap: errors and percentile intervals of any quantity by drawing blocks again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>

/* 68.27 % and 95.45 % of a normal law, as +- 1 and +- 2 errors. */
static const double probabilities[] = {0.022750131948179, 0.158655253931457, 0.5, 0.841344746068543, 0.977249868051821};
enum { QUANTILES = 5 };

typedef struct output {
    cli_labels labels;
    cli_labelled rows;
    json_t *tasks;
    cli_figure figure;
} output;

static void add_rows(const ons_task_result *task, const ons_bootstrap *b, output *out) {
    cli_table *table = &out->rows.table;
    for (size_t i = 0; i < b->size; i++) {
        const double *q = b->quantiles + i * QUANTILES;
        char number[CLI_NUMBER], low[CLI_NUMBER], high[CLI_NUMBER];
        cli_labels_cells(&out->labels, task, table);
        if (b->size > 1) {
            cli_table_cell(table, "%zu", i);
        } else {
            cli_table_cell(table, "%s", "");
        }
        cli_table_cell(table, "%s", cli_number(number, b->value[i], b->error[i]));
        cli_table_cell(table, "%s .. %s", cli_short(low, q[1]), cli_short(high, q[3]));
        cli_table_cell(table, "%s .. %s", cli_short(low, q[0]), cli_short(high, q[4]));
    }
}

static void add_json(const ons_task_result *task, const ons_bootstrap *b, json_t *tasks) {
    json_t *object = json_object(), *values = json_array(), *errors = json_array(), *quantiles = json_array();
    for (size_t i = 0; i < b->size; i++) {
        json_t *own = json_array();
        json_array_append_new(values, cli_json_real(b->value[i]));
        json_array_append_new(errors, cli_json_real(b->error[i]));
        for (size_t p = 0; p < QUANTILES; p++) {
            json_array_append_new(own, cli_json_real(b->quantiles[i * QUANTILES + p]));
        }
        json_array_append_new(quantiles, own);
    }
    json_object_set_new(object, "parameters", cli_labels_json(task));
    json_object_set_new(object, "value", values);
    json_object_set_new(object, "error", errors);
    json_object_set_new(object, "quantiles", quantiles);
    json_array_append_new(tasks, object);
}

/* The resamples of one number, as a cumulative curve. */
static bool add_curve(const ons_task_result *task, const char *name, const ons_bootstrap *b, output *out) {
    ons_text label = {0};
    cli_labels_text(&out->labels, task, &label);
    cli_curve *curve = cli_view_curve(&out->figure, label.length ? label.data : name);
    bool good = curve != NULL;
    for (size_t p = 0; p < QUANTILES && good; p++) {
        good = cli_curve_point(curve, b->quantiles[p], probabilities[p], (double)NAN);
    }
    ons_text_free(&label);
    return good;
}

static ons_status each_task(const cli_view *view, const char *name, size_t resamples, size_t first, size_t end,
                            output *out) {
    ons_status status = ONS_OK;
    for (size_t t = first; t < end && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        ons_bootstrap b;
        status = ons_results_bootstrap(&view->archive, t, name, resamples, probabilities, QUANTILES, &b);
        if (status != ONS_OK) { break; }
        add_rows(task, &b, out);
        add_json(task, &b, out->tasks);
        if (!add_curve(task, name, &b, out)) { status = ONS_MEMORY; }
        ons_bootstrap_free(&b);
    }
    return status;
}

static ons_status analyse_bootstrap(cli_arguments *arguments) {
    const char *name = cli_option_value(arguments, "y") ? cli_option_value(arguments, "y") : "energy";
    const char *const headers[] = {"component", name, "68.27 %", "95.45 %"};
    cli_view view = {0};
    output out = {.tasks = json_array()};
    cli_findings findings = {.figures = &out.figure, .figure_count = 1};
    size_t first = 0, end = 0;
    int64_t resamples = 0;
    ons_status status = cli_integer_option(arguments, "resamples", 2, 1000, &resamples);
    if (status == ONS_OK) { status = cli_view_open(arguments, &view); }
    if (status == ONS_OK) { status = cli_tasks_option(arguments, view.results, &first, &end); }
    if (status == ONS_OK) { status = cli_labels_find(view.results, NULL, NULL, &out.labels); }
    cli_labelled_begin(&out.rows, &out.labels, headers, 4);
    out.figure = (cli_figure){.title = ons_format("bootstrap of %s", name),
                              .x_label = ons_copy(name),
                              .y_label = ons_copy("share of resamples below")};
    if (status == ONS_OK) { status = each_task(&view, name, (size_t)resamples, first, end, &out); }
    if (status == ONS_OK) {
        cli_table_text(&out.rows.table, &findings.text, 0);
        ons_text_add(&findings.text,
                     "\n%lld resamples of blocks longer than the correlations, all means together; "
                     "intervals are percentiles.\n",
                     (long long)resamples);
        findings.document = cli_findings_document(arguments, view.results);
        json_object_set_new(findings.document, "quantity", json_string(name));
        json_object_set_new(findings.document, "resamples", json_integer(resamples));
        json_t *array = json_array();
        for (size_t p = 0; p < QUANTILES; p++) { json_array_append_new(array, cli_json_real(probabilities[p])); }
        json_object_set_new(findings.document, "probabilities", array);
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
    {0, "resamples", "N", "default: 1000"},
    ANALYSE_TASK,
    ANALYSE_SYSTEM,
    ANALYSE_FIGURE,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_bootstrap = {CLI_ANALYSIS_NAME("bootstrap"),
                                         "[-y NAME] [--resamples N] [--task N]",
                                         "errors and percentile intervals of any quantity by joint block bootstrap",
                                         NULL,
                                         options,
                                         analyse_bootstrap};
