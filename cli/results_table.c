/*
 * Results as a table for reading: a row for every number, with its error, autocorrelation time, exact value and flags.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTITY, VALUE, TAU, EXACT, DEVIATION, FLAGS, OWN_COLUMNS };
#define PLACES 2 /* columns for a time or the edges of a bin */

typedef struct table_view {
    const ons_results *results;
    cli_names parameters;
    cli_table table;
    const char **headers;
    bool *right;
} table_view;

static ons_status view_open(table_view *view, const ons_results *results, const char *const places[PLACES]) {
    view->results = results;
    const ons_status status = cli_varying(results, &view->parameters);
    if (status != ONS_OK) { return status; }
    static const char *const own[OWN_COLUMNS] = {"quantity", "value", "tau", "exact", "(ours-exact)/error", "flags"};
    const size_t count = view->parameters.count;
    view->table.columns = count + PLACES + OWN_COLUMNS;
    view->headers = ONS_NEW(const char *, view->table.columns);
    view->right = ONS_NEW(bool, view->table.columns);
    if (!view->headers || !view->right) { return ONS_MEMORY; }
    for (size_t p = 0; p < count; p++) {
        view->headers[p] = view->parameters.names[p];
        view->right[p] = cli_parameter_is_number(results, view->parameters.names[p]);
    }
    for (size_t p = 0; p < PLACES; p++) {
        view->headers[count + p] = places[p];
        view->right[count + p] = true;
    }
    for (size_t c = 0; c < OWN_COLUMNS; c++) {
        view->headers[count + PLACES + c] = own[c];
        view->right[count + PLACES + c] = c == TAU || c == DEVIATION;
    }
    view->table.headers = view->headers;
    view->table.right = view->right;
    return ONS_OK;
}

static void view_close(table_view *view) {
    cli_table_free(&view->table);
    cli_names_free(&view->parameters);
    free(view->headers);
    free(view->right);
}

static void parameter_cells(table_view *view, const ons_task_result *task, const ons_result *result, size_t component) {
    const size_t index = cli_axis_index(result, component);
    for (size_t p = 0; p < view->parameters.count; p++) {
        const char *name = view->parameters.names[p];
        ons_text value = {0};
        cli_place_text(task, name, result->axis, index, &value);
        cli_table_cell(&view->table, "%s", value.data ? value.data : "");
        ons_text_free(&value);
    }
}

static void place_cells(table_view *view, const char *first, const char *second) {
    cli_table_cell(&view->table, "%s", first);
    cli_table_cell(&view->table, "%s", second);
}

static void name_cell(table_view *view, const ons_result *result, size_t component, const char *suffix) {
    ons_text name = {0};
    cli_component_name(result, component, &name);
    if (result->unit && *result->unit) { ons_text_add(&name, " [%s]", result->unit); }
    cli_table_cell(&view->table, "%s%s", name.data ? name.data : "", suffix);
    ons_text_free(&name);
}

static void tau_cell(table_view *view, const ons_result *result, size_t component) {
    const bool known = result->kind == ONS_MEAN && result->tau && isfinite(result->tau[component]);
    if (known) {
        cli_table_cell(&view->table, "%.3g", result->tau[component]);
    } else {
        cli_table_cell(&view->table, "%s", "");
    }
}

static void exact_cells(table_view *view, const ons_result *result, size_t component) {
    char number[CLI_NUMBER];
    const bool known = result->exact && result->kind != ONS_SERIES && isfinite(result->exact[component]);
    if (!known) {
        cli_table_cell(&view->table, "%s", "");
        cli_table_cell(&view->table, "%s", "");
        return;
    }
    const double exact = result->exact[component];
    const double error = result->error ? result->error[component] : NAN;
    const double deviation = cli_deviation(result->mean[component], exact, error);
    snprintf(number, sizeof number, "%.9g", exact);
    cli_table_cell(&view->table, "%s", number);
    if (isnan(deviation)) {
        cli_table_cell(&view->table, "%s", "");
    } else {
        cli_table_cell(&view->table, "%+.1f", deviation);
    }
}

static void flags_cell(table_view *view, unsigned flags) {
    ons_text text = {0};
    cli_flags_text(flags, &text);
    cli_table_cell(&view->table, "%s", text.data ? text.data : "");
    ons_text_free(&text);
}

static void empty_cells(table_view *view, size_t count) {
    for (size_t i = 0; i < count; i++) { cli_table_cell(&view->table, "%s", ""); }
}

/* One number of a mean or value. */
static void number_row(table_view *view, const ons_task_result *task, const ons_result *result, size_t component) {
    char number[CLI_NUMBER];
    parameter_cells(view, task, result, component);
    place_cells(view, "", "");
    name_cell(view, result, component, "");
    cli_table_cell(&view->table, "%s",
                   cli_number(number, result->mean[component], result->error ? result->error[component] : NAN));
    tau_cell(view, result, component);
    exact_cells(view, result, component);
    flags_cell(view, result->flags ? result->flags[component] : 0);
}

/* One number of a series; `place`: the time has a column of its own. */
static void series_row(table_view *view, const ons_task_result *task, const ons_result *result, size_t time,
                       size_t component, bool place) {
    char number[CLI_NUMBER], at[CLI_NUMBER], suffix[CLI_NUMBER + 8];
    const size_t i = time * result->size + component;
    cli_short(at, result->time[time]);
    snprintf(suffix, sizeof suffix, " (t = %s)", at);
    parameter_cells(view, task, result, component);
    place_cells(view, place ? at : "", "");
    name_cell(view, result, component, place ? "" : suffix);
    cli_table_cell(&view->table, "%s", cli_number(number, result->mean[i], result->error ? result->error[i] : NAN));
    empty_cells(view, 3);
    flags_cell(view, result->flags ? result->flags[component] : 0);
}

static void bin_row(table_view *view, const ons_task_result *task, const ons_result *result, size_t bin) {
    char number[CLI_NUMBER], from[CLI_NUMBER], to[CLI_NUMBER];
    parameter_cells(view, task, result, 0);
    place_cells(view, cli_short(from, result->edges[bin]), cli_short(to, result->edges[bin + 1]));
    cli_table_cell(&view->table, "%s", result->name);
    cli_table_cell(&view->table, "%s", cli_number(number, result->mean[bin], result->error ? result->error[bin] : NAN));
    empty_cells(view, 3);
    flags_cell(view, result->flags ? result->flags[bin] : 0);
}

/* A histogram or a table in one line. */
static void summary_row(table_view *view, const ons_task_result *task, const ons_result *result) {
    parameter_cells(view, task, result, 0);
    place_cells(view, "", "");
    cli_table_cell(&view->table, "%s", result->name);
    if (result->kind == ONS_HISTOGRAM) {
        double counts = result->below + result->above;
        for (size_t i = 0; i < result->size; i++) { counts += result->mean[i]; }
        cli_table_cell(&view->table, "%zu bins, %.7g counts", result->size, counts);
    } else {
        cli_table_cell(&view->table, "%zu row%s", result->rows, result->rows == 1 ? "" : "s");
    }
    empty_cells(view, 4);
}

static void task_rows(table_view *view, const ons_task_result *task, const ons_result *result, bool unfold) {
    switch (result->kind) {
    case ONS_MEAN:
    case ONS_VALUE:
        for (size_t i = 0; i < result->size; i++) { number_row(view, task, result, i); }
        break;
    case ONS_SERIES:
        for (size_t t = unfold || !result->times ? 0 : result->times - 1; t < result->times; t++) {
            for (size_t i = 0; i < result->size; i++) { series_row(view, task, result, t, i, unfold); }
        }
        break;
    case ONS_HISTOGRAM:
        for (size_t i = 0; unfold && i < result->size; i++) { bin_row(view, task, result, i); }
        if (!unfold) { summary_row(view, task, result); }
        break;
    case ONS_TABLE: summary_row(view, task, result); break;
    }
}

/* The rows of a TABLE result of one task, below a line that names the task. */
static void own_table(const ons_task_result *task, const ons_result *result, ons_text *text) {
    for (size_t p = 0; p < task->parameters; p++) {
        if (task->varies[p]) { ons_text_add(text, "%s = %s\n", task->parameter[p], task->value[p]); }
    }
    bool *right = ONS_NEW(bool, result->columns);
    cli_table table = {.columns = result->columns, .headers = result->column, .right = right};
    for (size_t c = 0; right && c < result->columns; c++) { right[c] = !result->column_is_text[c]; }
    for (size_t i = 0; i < result->rows * result->columns; i++) {
        char number[CLI_NUMBER];
        const bool is_text = result->column_is_text[i % result->columns];
        cli_table_cell(&table, "%s",
                       is_text ? result->texts[i] ? result->texts[i] : "" : cli_short(number, result->numbers[i]));
    }
    cli_table_text(&table, text, 0);
    ons_text_add(text, "\n");
    cli_table_free(&table);
    free(right);
}

static void fill(table_view *view, const char *quantity) {
    for (size_t t = 0; t < ons_results_count(view->results); t++) {
        const ons_task_result *task = ons_results_task(view->results, t);
        for (size_t r = 0; r < task->results; r++) {
            if (quantity && !cli_quantity_listed(quantity, task->result[r].name)) { continue; }
            task_rows(view, task, &task->result[r], quantity && !strchr(quantity, ','));
        }
    }
}

/* The kind of a quantity where it first appears. */
static ons_kind kind_of(const ons_results *results, const char *quantity) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), quantity);
        if (result) { return result->kind; }
    }
    return ONS_MEAN;
}

ons_status cli_results_table(const ons_results *results, const char *quantity, ons_text *text) {
    if (quantity) {
        const ons_status status = cli_check_quantity(results, quantity);
        if (status != ONS_OK) { return status; }
    }
    const ons_kind kind = quantity ? kind_of(results, quantity) : ONS_MEAN;
    if (kind == ONS_TABLE) {
        for (size_t t = 0; t < ons_results_count(results); t++) {
            const ons_task_result *task = ons_results_task(results, t);
            const ons_result *result = ons_task_find(task, quantity);
            if (result) { own_table(task, result, text); }
        }
        return cli_text_status(text);
    }
    const char *const places[PLACES] = {kind == ONS_SERIES ? "time" : "from", "to"};
    table_view view = {0};
    ons_status status = view_open(&view, results, places);
    if (status == ONS_OK) {
        fill(&view, quantity);
        cli_table_text(&view.table, text, 0);
        status = cli_text_status(text);
    }
    view_close(&view);
    return status;
}

ons_status cli_results_text(const ons_results *results, const char *quantity, ons_text *text) {
    const ons_status status = cli_results_table(results, quantity, text);
    if (status != ONS_OK || ons_results_count(results) < 2) { return status; }
    cli_table table;
    cli_comparison_table(results, quantity, &table);
    if (table.count) {
        ons_text_add(text, "\nAgainst the exact values, in errors:\n");
        cli_table_text(&table, text, 0);
    }
    cli_table_free(&table);
    return cli_text_status(text);
}

ons_status cli_results_table_html(const ons_results *results, ons_text *text) {
    static const char *const places[PLACES] = {"", ""};
    table_view view = {0};
    ons_status status = view_open(&view, results, places);
    if (status == ONS_OK) {
        fill(&view, NULL);
        cli_table_html(&view.table, text);
        status = cli_text_status(text);
    }
    view_close(&view);
    return status;
}
