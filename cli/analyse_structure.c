/*
 * onsager analyse FILE.h5 structure: maps of the structure factor of stored snapshots.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>
#include <stdlib.h>

/* k/(2 pi) of a row or column: 0 in the middle. */
static double frequency(size_t i, size_t count) {
    const size_t half = count / 2;
    return ((double)i - (double)half) / (double)count;
}

/* ln S as a map; where S = 0, by a symmetry, it is left open. */
static ons_status draw(const ons_structure *s, cli_figure *figure) {
    double *x = ONS_NEW(double, s->columns), *y = ONS_NEW(double, s->rows),
           *value = ONS_NEW(double, s->rows * s->columns);
    ons_status status = x && y && value ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        for (size_t j = 0; j < s->columns; j++) { x[j] = frequency(j, s->columns); }
        for (size_t i = 0; i < s->rows; i++) { y[i] = frequency(i, s->rows); }
        for (size_t i = 0; i < s->rows * s->columns; i++) { value[i] = s->value[i] > 0 ? log(s->value[i]) : NAN; }
        status = cli_figure_begin(figure, "structure factor of the snapshots", "k_2/(2 pi)", "k_1/(2 pi)");
    }
    if (status == ONS_OK) { status = cli_figure_map(figure, "ln S(k)", s->columns, x, s->rows, y, value); }
    free(x);
    free(y);
    free(value);
    return status;
}

/* The largest value, and the curve along the second direction through k = 0. */
static void text_of(const ons_structure *s, ons_text *text) {
    static const char *const headers[] = {"k/(2 pi)", "S(k)"};
    static const bool right[] = {true, false};
    cli_table table = {.columns = 2, .headers = headers, .right = right};
    size_t best = 0;
    for (size_t i = 0; i < s->rows * s->columns; i++) { best = s->value[i] > s->value[best] ? i : best; }
    char number[CLI_NUMBER];
    const size_t middle = s->rows / 2 * s->columns + s->columns / 2;
    for (size_t j = 0; middle + j < (s->rows / 2 + 1) * s->columns; j++) {
        cli_table_cell(&table, "%zu/%zu", j, s->columns);
        cli_table_cell(&table, "%s", cli_number(number, s->value[middle + j], s->error[middle + j]));
    }
    cli_table_text(&table, text, 0);
    ons_text_add(
        text, "\n%zu snapshots of %zu x %zu cells; the table goes along the last direction. Highest: %s at k/(2 pi) = ",
        s->snapshots, s->rows, s->columns, cli_number(number, s->value[best], s->error[best]));
    ons_text_add(text, "(%ld/%zu, %ld/%zu)\n", (long)(best / s->columns) - (long)(s->rows / 2), s->rows,
                 (long)(best % s->columns) - (long)(s->columns / 2), s->columns);
    cli_table_free(&table);
}

static json_t *map(const double *values, size_t rows, size_t columns) {
    json_t *array = json_array();
    for (size_t i = 0; i < rows; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < columns; j++) { json_array_append_new(row, cli_json_real(values[i * columns + j])); }
        json_array_append_new(array, row);
    }
    return array;
}

static json_t *frequencies(size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) { json_array_append_new(array, cli_json_real(frequency(i, count))); }
    return array;
}

static void document_of(const ons_structure *s, const ons_task_result *task, json_t *document) {
    json_object_set_new(document, "parameters", cli_labels_json(task));
    json_object_set_new(document, "snapshots", json_integer((json_int_t)s->snapshots));
    json_object_set_new(document, "k_rows", frequencies(s->rows));
    json_object_set_new(document, "k_columns", frequencies(s->columns));
    json_object_set_new(document, "structure_factor", map(s->value, s->rows, s->columns));
    json_object_set_new(document, "error", map(s->error, s->rows, s->columns));
}

/* One task at a time: a map is a figure. */
static ons_status choose_task(const cli_arguments *arguments, const ons_results *results, size_t *task) {
    size_t end;
    const ons_status status = cli_tasks_option(arguments, results, task, &end);
    if (status != ONS_OK || end - *task == 1) { return status; }
    return ons_fail(ONS_INVALID, "%s has %zu tasks: choose one with --task N", ons_results_path(results), end);
}

static ons_status analyse_structure(cli_arguments *arguments) {
    cli_view view = {0};
    ons_structure s = {0};
    cli_figure figure = {0};
    cli_findings findings = {.figures = &figure, .figure_count = 1};
    int64_t components = 0, states = 1;
    size_t task = 0;
    ons_status status = cli_integer_option(arguments, "components", 1, 0, &components);
    if (status == ONS_OK) { status = cli_integer_option(arguments, "states", 1, 1, &states); }
    if (status == ONS_OK) { status = cli_view_open(arguments, &view); }
    if (status == ONS_OK) { status = choose_task(arguments, view.results, &task); }
    if (status == ONS_OK) {
        status = ons_results_structure(&view.archive, task, cli_option_value(arguments, "array"), (size_t)components,
                                       (size_t)states, &s);
    }
    if (status == ONS_OK) { status = draw(&s, &figure); }
    if (status == ONS_OK) {
        text_of(&s, &findings.text);
        findings.document = cli_findings_document(arguments, view.results);
        document_of(&s, ons_results_task(view.results, task), findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    ons_structure_free(&s);
    cli_view_close(&view);
    return status;
}

static const cli_option options[] = {
    ANALYSE_TASK,
    {0, "array", "NAME", "of the snapshots; default: the first"},
    {0, "components", "N", "its last index counts the components of vectors; 1: cells of the lattice"},
    {0, "states", "Q", "its numbers are Potts or clock states 0 .. Q - 1"},
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_structure = {CLI_ANALYSIS_NAME("structure"),
                                         "[--task N] [-o FILE.svg]",
                                         "a map of the structure factor of stored snapshots",
                                         "Needs a run with snapshots=N and one site a cell.",
                                         options,
                                         analyse_structure};
