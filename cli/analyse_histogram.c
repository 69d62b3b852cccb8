/*
 * onsager analyse FILE.h5 histogram: the distribution of a recorded number, with errors, and the barrier between two
 * peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>

typedef struct question {
    const char *name, *x;
    int64_t bins;
    size_t first, end;
    bool whole; /* a row for every bin */
} question;

typedef struct output {
    cli_labels labels;
    cli_labelled rows;
    json_t *tasks;
    cli_figure figure;
    ons_text sentences;
} output;

static void add_rows(const ons_task_result *task, const ons_distribution *d, output *out) {
    cli_table *table = &out->rows.table;
    for (size_t i = 0; i < d->bins; i++) {
        char number[CLI_NUMBER], low[CLI_NUMBER];
        cli_labels_cells(&out->labels, task, table);
        cli_table_cell(table, "%s", cli_short(low, (d->edges[i] + d->edges[i + 1]) / 2));
        cli_table_cell(table, "%s", d->density[i] > 0 ? cli_number(number, d->density[i], d->error[i]) : "0");
        if (isfinite(d->free_energy[i])) {
            cli_table_cell(table, "%s", cli_number(number, d->free_energy[i], d->error[i] / d->density[i]));
        } else {
            cli_table_cell(table, "%s", "-");
        }
    }
}

static void add_sentence(const ons_task_result *task, const question *asked, const ons_distribution *d, output *out) {
    ons_text label = {0}, *text = &out->sentences;
    char first[CLI_NUMBER], second[CLI_NUMBER], third[CLI_NUMBER];
    cli_labels_text(&out->labels, task, &label);
    ons_text_add(text, "%s%s%zu samples in %zu bins", label.length ? label.data : "", label.length ? ": " : "", d->rows,
                 d->bins);
    if (isfinite(d->x)) {
        ons_text_add(text, "; equal heights at %s = %s", asked->x, cli_number(first, d->x, d->x_error));
    }
    if (d->two_peaks) {
        ons_text_add(text, "; peaks at %s and %s, dip at %s", cli_short(first, d->peak[0]),
                     cli_short(second, d->peak[1]), cli_short(third, d->dip));
        if (isfinite(d->barrier) && isfinite(d->barrier_error)) {
            ons_text_add(text, ", barrier ln(P_max/P_min) = %s\n", cli_number(first, d->barrier, d->barrier_error));
        } else {
            ons_text_add(text, ", where no sample lies: the barrier is higher than can be told\n");
        }
    } else {
        ons_text_add(text, "; one peak\n");
    }
    ons_text_free(&label);
}

static json_t *numbers(const double *values, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) { json_array_append_new(array, cli_json_real(values[i])); }
    return array;
}

static void add_json(const ons_task_result *task, const ons_distribution *d, json_t *tasks) {
    json_t *object = json_object();
    json_object_set_new(object, "parameters", cli_labels_json(task));
    json_object_set_new(object, "samples", json_integer((json_int_t)d->rows));
    json_object_set_new(object, "edges", numbers(d->edges, d->bins + 1));
    json_object_set_new(object, "density", numbers(d->density, d->bins));
    json_object_set_new(object, "error", numbers(d->error, d->bins));
    json_object_set_new(object, "free_energy", numbers(d->free_energy, d->bins));
    json_object_set_new(object, "two_peaks", json_boolean(d->two_peaks));
    if (d->two_peaks) {
        json_object_set_new(object, "peaks", numbers(d->peak, 2));
        json_object_set_new(object, "dip", cli_json_real(d->dip));
        json_object_set_new(object, "barrier", cli_json_real(d->barrier));
        json_object_set_new(object, "barrier_error", cli_json_real(d->barrier_error));
    }
    if (isfinite(d->x)) {
        json_object_set_new(object, "x", cli_json_real(d->x));
        json_object_set_new(object, "x_error", cli_json_real(d->x_error));
    }
    json_array_append_new(tasks, object);
}

static bool add_curve(const ons_task_result *task, const char *name, const ons_distribution *d, output *out) {
    ons_text label = {0};
    cli_labels_text(&out->labels, task, &label);
    cli_curve *curve = cli_view_curve(&out->figure, label.length ? label.data : name);
    bool good = curve != NULL;
    for (size_t i = 0; i < d->bins && good; i++) {
        good = cli_curve_point(curve, (d->edges[i] + d->edges[i + 1]) / 2, d->density[i], d->error[i]);
    }
    ons_text_free(&label);
    return good;
}

static ons_status each_task(const cli_view *view, const question *asked, output *out) {
    ons_status status = ONS_OK;
    for (size_t t = asked->first; t < asked->end && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        ons_distribution d;
        status = ons_results_distribution(&view->archive, t, asked->name, (size_t)asked->bins, asked->x, &d);
        if (status != ONS_OK) { break; }
        if (asked->whole) { add_rows(task, &d, out); }
        add_sentence(task, asked, &d, out);
        add_json(task, &d, out->tasks);
        if (!add_curve(task, asked->name, &d, out)) { status = ONS_MEMORY; }
        ons_distribution_free(&d);
    }
    return status;
}

static ons_status analyse_histogram(cli_arguments *arguments) {
    question asked = {.name = cli_option_value(arguments, "y") ? cli_option_value(arguments, "y") : "energy",
                      .x = cli_option_value(arguments, "equal")};
    const char *const headers[] = {asked.name, "density", "-ln(P/P_max)"};
    cli_view view = {0};
    output out = {.tasks = json_array()};
    cli_findings findings = {.figures = &out.figure, .figure_count = 1};
    ons_status status = cli_integer_option(arguments, "bins", 2, 0, &asked.bins);
    if (status == ONS_OK) { status = cli_view_open(arguments, &view); }
    if (status == ONS_OK) { status = cli_tasks_option(arguments, view.results, &asked.first, &asked.end); }
    if (status == ONS_OK) { status = cli_labels_find(view.results, NULL, NULL, &out.labels); }
    asked.whole = asked.end - asked.first == 1;
    cli_labelled_begin(&out.rows, &out.labels, headers, 3);
    out.figure = (cli_figure){.title = ons_format("distribution of %s", asked.name),
                              .x_label = ons_copy(asked.name),
                              .y_label = ons_copy("probability density"),
                              .log_y = cli_option_value(arguments, "log") != NULL};
    if (status == ONS_OK) { status = each_task(&view, &asked, &out); }
    if (status == ONS_OK) {
        if (asked.whole) {
            cli_table_text(&out.rows.table, &findings.text, 0);
            ons_text_add(&findings.text, "\n");
        }
        ons_text_add(&findings.text, "%s", out.sentences.data ? out.sentences.data : "");
        findings.document = cli_findings_document(arguments, view.results);
        json_object_set_new(findings.document, "quantity", json_string(asked.name));
        json_object_set(findings.document, "tasks", out.tasks);
        status = cli_findings_deliver(arguments, &findings);
    }
    json_decref(out.tasks);
    ons_text_free(&out.sentences);
    cli_table_free(&out.rows.table);
    cli_findings_free(&findings);
    cli_view_close(&view);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a measured mean, or a component of one; default: energy"},
    {0, "bins", "N", "default: by the rule of Freedman and Diaconis; discrete numbers keep their spacing"},
    {0, "equal", "NAME", "reweight along this parameter (temperature, field) until two peaks are equally high"},
    ANALYSE_TASK,
    {0, "log", NULL, "with -o: logarithmic axis"},
    ANALYSE_SYSTEM,
    ANALYSE_FIGURE,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_histogram = {
    CLI_ANALYSIS_NAME("histogram"),
    "[-y NAME] [--equal NAME] [--task N]",
    "the distribution of a recorded number, and the free-energy barrier between two peaks",
    "One task gives a row a bin, several a sentence each. Errors by jackknife over blocks of time.",
    options,
    analyse_histogram};
