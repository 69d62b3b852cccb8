/*
 * A column of a table against another one, as points.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <string.h>

/* "COLUMN" or "TABLE.COLUMN" within a table: its index; CLI_NO_INDEX where it is none of numbers. */
static size_t find_column(const ons_result *table, const char *name) {
    const size_t length = strlen(table->name);
    if (strncmp(name, table->name, length) == 0 && name[length] == '.') { name += length + 1; }
    for (size_t c = 0; c < table->columns; c++) {
        if (strcmp(table->column[c], name) == 0) { return table->column_is_text[c] ? CLI_NO_INDEX : c; }
    }
    return CLI_NO_INDEX;
}

/* The first table of a task that has the column. */
static const ons_result *find_table(const ons_task_result *task, const char *name) {
    for (size_t r = 0; r < task->results; r++) {
        const ons_result *result = &task->result[r];
        if (result->kind == ONS_TABLE && find_column(result, name) != CLI_NO_INDEX) { return result; }
    }
    return NULL;
}

bool cli_is_column(const ons_results *results, const char *name) {
    bool found = false;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        if (ons_task_find(task, name)) { return false; } /* a quantity of that name comes first */
        found = found || find_table(task, name);
    }
    return found;
}

/* The column asked for, else the first other one of numbers. */
static ons_status choose_x(const ons_results *results, const ons_result *table, const char *x, size_t y,
                           size_t *column) {
    *column = CLI_NO_INDEX;
    if (x) { *column = find_column(table, x); }
    for (size_t c = 0; !x && c < table->columns && *column == CLI_NO_INDEX; c++) {
        if (c != y && !table->column_is_text[c]) { *column = c; }
    }
    if (*column != CLI_NO_INDEX) { return ONS_OK; }
    if (!x) {
        return ons_fail(ONS_INVALID, "%s: the table '%s' has no second column of numbers", ons_results_path(results),
                        table->name);
    }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "the table '%s' has no column of numbers '%s'%s", table->name, x,
                    cli_hint(hint, x, table->column, table->columns));
}

static ons_status add_rows(const ons_results *results, const ons_task_result *task, const ons_result *table, size_t x,
                           size_t y, const cli_wish *wish, cli_figure *figure) {
    ons_text label = {0};
    cli_curve *curve = NULL;
    cli_curve_label(results, task, table, 0, NULL, wish->by, &label);
    ons_status status =
        cli_figure_curve(figure, label.data ? label.data : "", wish->lines ? CLI_LINE : CLI_SCATTER, &curve);
    for (size_t row = 0; row < table->rows && status == ONS_OK; row++) {
        const double *numbers = table->numbers + row * table->columns;
        status = cli_curve_add(curve, numbers[x], numbers[y], NAN, NAN);
    }
    ons_text_free(&label);
    return status;
}

ons_status cli_figure_table(const ons_results *results, const cli_wish *wish, cli_figure *figure) {
    ons_status status = ONS_OK;
    size_t points = 0;
    for (size_t t = 0; t < ons_results_count(results) && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *table = find_table(task, wish->y);
        if (!table || table->rows == 0) { continue; }
        const size_t y = find_column(table, wish->y);
        size_t x;
        status = choose_x(results, table, wish->x, y, &x);
        if (status == ONS_OK && !figure->title) {
            status = cli_figure_begin(figure, table->name, table->column[x], table->column[y]);
        }
        if (status == ONS_OK) { status = add_rows(results, task, table, x, y, wish, figure); }
        if (status == ONS_OK) { points += figure->curves[figure->count - 1].count; }
    }
    if (status == ONS_OK && points == 0) {
        status =
            ons_fail(ONS_INVALID, "%s: the column '%s' has no numbers to draw", ons_results_path(results), wish->y);
    }
    return status;
}
