/*
 * A quantity over two parameters of a grid, as a map: a phase diagram.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct grid {
    const char *x, *y;
    size_t count;      /* tasks that are meant */
    double *at, *over; /* [count] values of both parameters */
    double *value;     /* [count] */
} grid;

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct values, ascending; their number. */
static size_t distinct(const double *values, size_t count, double *sorted) {
    size_t kept = 0;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || sorted[i] != sorted[kept - 1]) { sorted[kept++] = sorted[i]; }
    }
    return kept;
}

static size_t place_of(const double *sorted, size_t count, double value) {
    const double *found = bsearch(&value, sorted, count, sizeof *sorted, ascending);
    return found ? (size_t)(found - sorted) : 0;
}

static ons_status choose_axes(const ons_results *results, const cli_wish *wish, grid *g) {
    cli_axes axes;
    ons_status status = cli_default_axes(results, NULL, &axes);
    g->x = wish->x ? wish->x : axes.x;
    g->y = wish->by ? wish->by : axes.x && g->x && strcmp(g->x, axes.x) == 0 ? axes.by : axes.x;
    if (status == ONS_OK && (!g->x || !g->y || strcmp(g->x, g->y) == 0)) {
        return ons_fail(ONS_INVALID, "%s: --map needs two parameters that vary, -x NAME --by NAME",
                        ons_results_path(results));
    }
    const char *const both[] = {g->x, g->y};
    for (size_t i = 0; i < 2 && status == ONS_OK; i++) {
        status = cli_check_parameter(results, both[i]);
        if (status == ONS_OK && !cli_parameter_is_number(results, both[i])) {
            status = ons_fail(ONS_INVALID, "'%s' holds no numbers and cannot be an axis", both[i]);
        }
    }
    return status;
}

static ons_status collect(const ons_results *results, const cli_wish *wish, grid *g) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *result = ons_task_find(task, wish->y);
        if (!result) { continue; }
        if (result->size != 1 || (result->kind != ONS_MEAN && result->kind != ONS_VALUE)) {
            return ons_fail(ONS_INVALID, "--map draws single numbers; '%s' is none", wish->y);
        }
        if (!cli_parameter_number(task, g->x, CLI_NO_INDEX, &g->at[g->count]) ||
            !cli_parameter_number(task, g->y, CLI_NO_INDEX, &g->over[g->count])) {
            continue;
        }
        g->value[g->count++] = result->mean[0];
    }
    return ONS_OK;
}

/* Every place of the map has at most one task. */
static ons_status fill(const grid *g, const double *x, size_t columns, const double *y, size_t rows, double *map) {
    bool *taken = ONS_NEW(bool, rows *columns);
    if (!taken) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < rows * columns; i++) { map[i] = NAN; }
    for (size_t i = 0; i < g->count && status == ONS_OK; i++) {
        const size_t place = place_of(y, rows, g->over[i]) * columns + place_of(x, columns, g->at[i]);
        if (taken[place]) {
            status = ons_fail(ONS_INVALID,
                              "--map: several tasks have %s = %g and %s = %g: choose with --where PARAMETER=VALUE",
                              g->x, g->at[i], g->y, g->over[i]);
        }
        taken[place] = true;
        map[place] = g->value[i];
    }
    free(taken);
    return status;
}

static ons_status add_map(const ons_results *results, const cli_wish *wish, const grid *g, cli_figure *figure) {
    double *x = ONS_NEW(double, g->count), *y = ONS_NEW(double, g->count), *map = NULL;
    char *across = cli_axis_label(g->x, cli_parameter_unit(results, g->x));
    char *upwards = cli_axis_label(g->y, cli_parameter_unit(results, g->y));
    ons_status status = x && y && across && upwards ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        const size_t columns = distinct(g->at, g->count, x), rows = distinct(g->over, g->count, y);
        if (columns < 2 || rows < 2) {
            status = ons_fail(ONS_INVALID, "%s: a map needs two values of %s and of %s at least",
                              ons_results_path(results), g->x, g->y);
        }
        map = ONS_NEW(double, rows *columns);
        if (status == ONS_OK && !map) { status = ONS_MEMORY; }
        if (status == ONS_OK) { status = fill(g, x, columns, y, rows, map); }
        if (status == ONS_OK) { status = cli_figure_begin(figure, wish->y, across, upwards); }
        if (status == ONS_OK) { status = cli_figure_map(figure, wish->y, columns, x, rows, y, map); }
    }
    free(x);
    free(y);
    free(map);
    free(across);
    free(upwards);
    return status;
}

ons_status cli_figure_grid(const ons_results *results, const cli_wish *wish, cli_figure *figure) {
    const size_t tasks = ons_results_count(results);
    grid g = {.at = ONS_NEW(double, tasks), .over = ONS_NEW(double, tasks), .value = ONS_NEW(double, tasks)};
    ons_status status = g.at && g.over && g.value ? choose_axes(results, wish, &g) : ONS_MEMORY;
    if (status == ONS_OK) { status = collect(results, wish, &g); }
    if (status == ONS_OK) { status = add_map(results, wish, &g, figure); }
    free(g.at);
    free(g.over);
    free(g.value);
    return status;
}
