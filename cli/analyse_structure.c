/*
 * onsager analyse FILE.h5 structure: maps of the structure factor of stored snapshots.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>
#include <string.h>

/* The map as a picture: logarithmic scale from the smallest to the largest value; k = 0 in the middle. */
static ons_status draw(const ons_structure *s, ons_picture *picture) {
    double low = INFINITY, high = 0;
    const size_t scale = s->columns >= 256 ? 1 : 512 / s->columns + 1;
    for (size_t i = 0; i < s->rows * s->columns; i++) {
        if (s->value[i] > 0) { low = fmin(low, s->value[i]); }
        high = fmax(high, s->value[i]);
    }
    ons_status status = ons_picture_size(picture, s->columns * scale, s->rows * scale);
    for (size_t y = 0; status == ONS_OK && y < picture->height; y++) {
        for (size_t x = 0; x < picture->width; x++) {
            /* the first direction upwards */
            const double value = s->value[(s->rows - 1 - y / scale) * s->columns + x / scale];
            ons_colour_scale(log(fmax(value, low)), log(low), log(high),
                             picture->pixels + 3 * (y * picture->width + x));
        }
    }
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
    const size_t half = count / 2;
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(array, cli_json_real(((double)i - (double)half) / (double)count));
    }
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

/* One task at a time: a map is an image. */
static ons_status choose_task(const cli_arguments *arguments, const ons_results *results, size_t *task) {
    size_t end;
    const ons_status status = cli_tasks_option(arguments, results, task, &end);
    if (status != ONS_OK || end - *task == 1) { return status; }
    return ons_fail(ONS_INVALID, "%s has %zu tasks: choose one with --task N", ons_results_path(results), end);
}

static ons_status check_output(const char *path) {
    const char *format;
    if (!path) { return ONS_OK; }
    const ons_status status = cli_figure_format(path, &format);
    if (status != ONS_OK) { return status; }
    return strcmp(format, "png") == 0 ? ONS_OK
                                      : ons_fail(ONS_INVALID, "the map is a picture: -o FILE.png, not %s", path);
}

static ons_status analyse_structure(cli_arguments *arguments) {
    const char *output = cli_option_value(arguments, "output");
    cli_view view = {0};
    ons_structure s = {0};
    cli_findings findings = {0};
    int64_t components = 1, states = 1;
    size_t task = 0;
    ons_status status = check_output(output);
    if (status == ONS_OK) { status = cli_integer_option(arguments, "components", 1, 1, &components); }
    if (status == ONS_OK) { status = cli_integer_option(arguments, "states", 1, 1, &states); }
    if (status == ONS_OK) { status = cli_view_open(arguments, &view); }
    if (status == ONS_OK) { status = choose_task(arguments, view.results, &task); }
    if (status == ONS_OK) {
        status = ons_results_structure(&view.archive, task, cli_option_value(arguments, "array"), (size_t)components,
                                       (size_t)states, &s);
    }
    if (status == ONS_OK && output) { status = draw(&s, &findings.picture); }
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
    {0, "components", "N", "its last index counts the components of vectors"},
    {0, "states", "Q", "its numbers are Potts or clock states 0 .. Q - 1"},
    {'o', "output", "FILE", "the map as a picture: FILE.png, k = 0 in the middle, colours logarithmic"},
    CLI_WHERE_OPTION,
    ANALYSE_JSON,
    ANALYSE_END,
};

const cli_verb cli_analysis_structure = {CLI_ANALYSIS_NAME("structure"),
                                         "[--task N] [-o FILE.png]",
                                         "a map of the structure factor of stored snapshots",
                                         "Needs a run with snapshots=N and one site a cell.",
                                         options,
                                         analyse_structure};
