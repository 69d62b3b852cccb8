/*
 * Results as CSV (RFC 4180): one header, one row for each point.
 *
 * Means and values: a row for each task, and for each index where an array runs over a parameter; other arrays take a
 * column for each component. Series, histograms and tables: a row for each time, bin and row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct csv {
    const ons_results *results;
    const char *quantity;
    cli_names parameters;
    const char **names; /* of the results that make columns */
    size_t count;
    ons_kind kind; /* of the rows: ONS_MEAN stands for values too */
    ons_text *text;
    bool begun; /* the present line has a field */
} csv;

static void field(csv *out, const char *string) {
    if (out->begun) { ons_text_add(out->text, ","); }
    out->begun = true;
    if (!strpbrk(string, ",\"\r\n")) {
        ons_text_add(out->text, "%s", string);
        return;
    }
    ons_text_add(out->text, "\"");
    for (const char *c = string; *c; c++) {
        if (*c == '"') { ons_text_add(out->text, "\""); }
        ons_text_add_bytes(out->text, c, 1);
    }
    ons_text_add(out->text, "\"");
}

static void number(csv *out, double value) {
    char buffer[ONS_REAL_TEXT];
    field(out, isfinite(value) ? ons_real_text(value, buffer) : "");
}

static void end_line(csv *out) {
    ons_text_add(out->text, "\r\n");
    out->begun = false;
}

static void parameter_fields(csv *out, const ons_task_result *task, const char *axis, size_t index) {
    for (size_t p = 0; p < out->parameters.count; p++) {
        const char *name = out->parameters.names[p];
        ons_text value = {0};
        cli_place_text(task, name, axis, index, &value);
        field(out, value.data ? value.data : "");
        ons_text_free(&value);
    }
}

static ons_kind row_kind(ons_kind kind) { return kind == ONS_VALUE ? ONS_MEAN : kind; }

/* The most components that a result takes in a row of any task, the axis left out. */
static size_t width_of(const csv *out, const char *name) {
    size_t width = 0;
    for (size_t t = 0; t < ons_results_count(out->results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(out->results, t), name);
        if (!result || row_kind(result->kind) != out->kind) { continue; }
        const bool along = result->axis && result->rank && result->shape[0];
        const size_t size = along ? result->size / result->shape[0] : result->size;
        width = size > width ? size : width;
    }
    return width;
}

static void result_header(csv *out, const char *name) {
    const size_t width = width_of(out, name);
    for (size_t i = 0; i < width; i++) {
        char *column = width == 1 ? ons_copy(name) : ons_format("%s_%zu", name, i);
        char *error = ons_format("%s_error", column ? column : "");
        if (!column || !error) {
            out->text->failed = true;
        } else {
            field(out, column);
            field(out, error);
        }
        free(column);
        free(error);
    }
}

/* `first`: the component to begin with; fewer than `width` components leave fields empty. */
static void result_fields(csv *out, const ons_result *result, size_t first, size_t here, size_t width) {
    for (size_t i = 0; i < width; i++) {
        const bool there = result && i < here;
        number(out, there ? result->mean[first + i] : NAN);
        number(out, there && result->error ? result->error[first + i] : NAN);
    }
}

/* ---- rows of means, values and series -------------------------------------------------------------------------------
 */

/* The axis that the results of a task run over, and its length: the longest of them. */
static const char *task_axis(const csv *out, const ons_task_result *task, size_t *length) {
    const char *axis = NULL;
    *length = 1;
    for (size_t n = 0; n < out->count; n++) {
        const ons_result *result = ons_task_find(task, out->names[n]);
        if (!result || row_kind(result->kind) != out->kind || !result->axis || !result->rank ||
            result->shape[0] < *length) {
            continue;
        }
        axis = result->axis;
        *length = result->shape[0];
    }
    return axis;
}

/* All columns at one index along the axis; `time`: the index of a series' time, 0 for the others. */
static void row_fields(csv *out, const ons_task_result *task, size_t index, size_t time) {
    for (size_t n = 0; n < out->count; n++) {
        const ons_result *result = ons_task_find(task, out->names[n]);
        const bool along = result && result->axis && result->rank && result->shape[0];
        const size_t here = result ? along ? result->size / result->shape[0] : result->size : 0;
        const bool inside =
            result && (!along || index < result->shape[0]) && (result->kind != ONS_SERIES || time < result->times);
        const size_t first = inside ? time * result->size + (along ? index * here : 0) : 0;
        result_fields(out, inside ? result : NULL, first, here, width_of(out, out->names[n]));
    }
}

static void mean_rows(csv *out) {
    for (size_t t = 0; t < ons_results_count(out->results); t++) {
        const ons_task_result *task = ons_results_task(out->results, t);
        size_t length;
        const char *axis = task_axis(out, task, &length);
        for (size_t index = 0; index < length; index++) {
            parameter_fields(out, task, axis, index);
            row_fields(out, task, index, 0);
            end_line(out);
        }
    }
}

static void series_rows(csv *out) {
    for (size_t t = 0; t < ons_results_count(out->results); t++) {
        const ons_task_result *task = ons_results_task(out->results, t);
        const ons_result *longest = NULL; /* all series of a task share the grid of times */
        for (size_t n = 0; n < out->count; n++) {
            const ons_result *result = ons_task_find(task, out->names[n]);
            if (result && (!longest || result->times > longest->times)) { longest = result; }
        }
        size_t length;
        const char *axis = task_axis(out, task, &length);
        for (size_t i = 0; longest && i < longest->times * length; i++) {
            parameter_fields(out, task, axis, i % length);
            number(out, longest->time[i / length]);
            row_fields(out, task, i % length, i / length);
            end_line(out);
        }
    }
}

/* ---- histograms and tables ------------------------------------------------------------------------------------------
 */

static void histogram_rows(csv *out) {
    for (size_t t = 0; t < ons_results_count(out->results); t++) {
        const ons_task_result *task = ons_results_task(out->results, t);
        const ons_result *result = ons_task_find(task, out->names[0]);
        for (size_t i = 0; result && i < result->size; i++) {
            parameter_fields(out, task, NULL, 0);
            number(out, result->edges[i]);
            number(out, result->edges[i + 1]);
            number(out, result->mean[i]);
            number(out, result->error ? result->error[i] : NAN);
            end_line(out);
        }
    }
}

static void table_rows(csv *out) {
    for (size_t t = 0; t < ons_results_count(out->results); t++) {
        const ons_task_result *task = ons_results_task(out->results, t);
        const ons_result *result = ons_task_find(task, out->names[0]);
        for (size_t r = 0; result && r < result->rows; r++) {
            parameter_fields(out, task, NULL, 0);
            for (size_t c = 0; c < result->columns; c++) {
                const size_t cell = r * result->columns + c;
                if (result->column_is_text[c]) {
                    field(out, result->texts[cell] ? result->texts[cell] : "");
                } else {
                    number(out, result->numbers[cell]);
                }
            }
            end_line(out);
        }
    }
}

/* ---- the choice of columns ------------------------------------------------------------------------------------------
 */

static const ons_result *any_result(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (result) { return result; }
    }
    return NULL;
}

/* The quantities of one kind, of those asked for. */
static void choose_kind(csv *out, ons_kind kind, const char *const *names, size_t count) {
    out->kind = kind;
    for (size_t n = 0; n < count; n++) {
        const bool wanted = !out->quantity || cli_quantity_listed(out->quantity, names[n]);
        if (wanted && row_kind(any_result(out->results, names[n])->kind) == kind) {
            out->names[out->count++] = names[n];
        }
    }
}

/* All means and values; where there are none, all series; and what makes rows of its own only when asked for, one at a
 * time. */
static ons_status choose_columns(csv *out) {
    const char *const *names;
    const size_t count = ons_results_names(out->results, &names);
    out->names = ONS_NEW(const char *, count);
    if (!out->names) { return ONS_MEMORY; }
    if (out->quantity) {
        const ons_status status = cli_check_quantity(out->results, out->quantity);
        if (status != ONS_OK) { return status; }
    }
    static const ons_kind order[] = {ONS_MEAN, ONS_SERIES, ONS_HISTOGRAM, ONS_TABLE};
    for (size_t k = 0; k < (out->quantity ? 4 : 2) && !out->count; k++) { choose_kind(out, order[k], names, count); }
    return ONS_OK;
}

static void header(csv *out) {
    for (size_t p = 0; p < out->parameters.count; p++) { field(out, out->parameters.names[p]); }
    if (out->kind == ONS_SERIES) { field(out, "time"); }
    if (out->kind == ONS_HISTOGRAM) {
        field(out, "from");
        field(out, "to");
        field(out, "counts");
        field(out, "counts_error");
    } else if (out->kind == ONS_TABLE) {
        const ons_result *result = any_result(out->results, out->names[0]);
        for (size_t c = 0; c < result->columns; c++) { field(out, result->column[c]); }
    } else {
        for (size_t n = 0; n < out->count; n++) { result_header(out, out->names[n]); }
    }
    end_line(out);
}

ons_status cli_results_csv(const ons_results *results, const char *quantity, ons_text *text) {
    csv out = {.results = results, .quantity = quantity, .text = text};
    ons_status status = cli_varying(results, &out.parameters);
    if (status == ONS_OK) { status = choose_columns(&out); }
    if (status == ONS_OK) {
        header(&out);
        switch (out.kind) {
        case ONS_SERIES: series_rows(&out); break;
        case ONS_HISTOGRAM: histogram_rows(&out); break;
        case ONS_TABLE: table_rows(&out); break;
        default: mean_rows(&out); break;
        }
        status = cli_text_status(text);
    }
    free(out.names);
    cli_names_free(&out.parameters);
    return status;
}
