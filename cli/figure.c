/*
 * The curves of a figure, collected from results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct collector {
    const ons_results *results;
    const char *x, *by, *where; /* x: "time", "index" or a parameter */
    cli_names varying;
    cli_figure *figure;
} collector;

/* ---- curves ---------------------------------------------------------------------------------------------------------
 */

static cli_curve *find_curve(cli_figure *figure, const char *label) {
    for (size_t i = 0; i < figure->count; i++) {
        if (strcmp(figure->curves[i].label, label) == 0) { return &figure->curves[i]; }
    }
    cli_curve *curve;
    return cli_figure_curve(figure, label, CLI_POINTS, &curve) == ONS_OK ? curve : NULL;
}

/* "L = 16": one varying parameter at one point of a result. */
static void label_part(const ons_task_result *task, const ons_result *result, size_t component, const char *name,
                       ons_text *label) {
    ons_text value = {0};
    cli_place_text(task, name, result->axis, cli_axis_index(result, component), &value);
    if (value.length) { ons_text_add(label, "%s%s = %s", label->length ? ", " : "", name, value.data); }
    ons_text_free(&value);
}

static void label_of(const ons_task_result *task, const ons_result *result, size_t component, const cli_names *varying,
                     const char *x, const char *by, ons_text *label) {
    if (by) { label_part(task, result, component, by, label); }
    for (size_t i = 0; i < varying->count; i++) {
        const char *name = varying->names[i];
        const bool is_by = by && strcmp(name, by) == 0, is_x = x && strcmp(name, x) == 0;
        if (!is_by && !is_x) { label_part(task, result, component, name, label); }
    }
}

void cli_curve_label(const ons_results *results, const ons_task_result *task, const ons_result *result,
                     size_t component, const char *x, const char *by, ons_text *label) {
    cli_names varying = {0};
    if (cli_varying(results, &varying) == ONS_OK) { label_of(task, result, component, &varying, x, by, label); }
    cli_names_free(&varying);
}

/* What tells the curve of a component apart: `by`, the other varying parameters, the index of an array. */
static cli_curve *curve_of(const collector *all, const ons_task_result *task, const ons_result *result,
                           size_t component, bool with_index) {
    ons_text label = {0};
    label_of(task, result, component, &all->varying, all->x, all->by, &label);
    const size_t inner = result->axis && result->rank ? result->rank - 1 : result->rank;
    if (with_index && inner) {
        ons_text_add(&label, "%s", label.length ? ", " : "");
        cli_component_name(result, component, &label);
    }
    if (!label.length) { ons_text_add(&label, "%s", result->name); }
    cli_curve *curve = label.failed ? NULL : find_curve(all->figure, label.data);
    ons_text_free(&label);
    return curve;
}

/* ---- points ---------------------------------------------------------------------------------------------------------
 */

/* How many components share a place along the axis of a result. */
static size_t inner_size(const ons_result *result) {
    return result->axis && result->rank && result->shape[0] ? result->size / result->shape[0] : result->size;
}

static ons_status mean_points(const collector *all, const ons_task_result *task, const ons_result *result) {
    const bool over_index = strcmp(all->x, "index") == 0;
    for (size_t i = 0; i < result->size; i++) {
        const size_t index = cli_axis_index(result, i);
        const bool along = index != CLI_NO_INDEX && strcmp(result->axis, all->x) == 0;
        double x = (double)(i % inner_size(result));
        if (!cli_where(task, result->axis, index, all->where)) { continue; }
        if (!over_index && !cli_parameter_number(task, all->x, along ? index : CLI_NO_INDEX, &x)) { continue; }
        cli_curve *curve = curve_of(all, task, result, i, !over_index);
        if (!curve) { return ONS_MEMORY; }
        const ons_status status = cli_curve_add(curve, x, result->mean[i], result->error ? result->error[i] : NAN,
                                                result->exact ? result->exact[i] : NAN);
        if (status != ONS_OK) { return status; }
    }
    return ONS_OK;
}

static ons_status series_points(const collector *all, const ons_task_result *task, const ons_result *result) {
    for (size_t i = 0; i < result->size; i++) {
        cli_curve *curve = curve_of(all, task, result, i, true);
        if (!curve) { return ONS_MEMORY; }
        for (size_t t = 0; t < result->times; t++) {
            const size_t k = t * result->size + i;
            const ons_status status =
                cli_curve_add(curve, result->time[t], result->mean[k], result->error ? result->error[k] : NAN, NAN);
            if (status != ONS_OK) { return status; }
        }
    }
    return ONS_OK;
}

static ons_status histogram_points(const collector *all, const ons_task_result *task, const ons_result *result) {
    cli_curve *curve = curve_of(all, task, result, 0, false);
    if (!curve) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < result->size && status == ONS_OK; i++) {
        status = cli_curve_add(curve, (result->edges[i] + result->edges[i + 1]) / 2, result->mean[i],
                               result->error ? result->error[i] : NAN, NAN);
    }
    return status;
}

static int by_x(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- axes -----------------------------------------------------------------------------------------------------------
 */

static const ons_result *first_result(const ons_results *results, const char *name) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_result *result = ons_task_find(ons_results_task(results, t), name);
        if (result) { return result; }
    }
    return NULL;
}

static ons_status choose_x(collector *all, const ons_result *result, const char *x) {
    if (result->kind == ONS_TABLE) {
        return ons_fail(ONS_INVALID, "'%s' is a table: name two of its columns, -x COLUMN -y COLUMN", result->name);
    }
    if (result->kind == ONS_SERIES || result->kind == ONS_HISTOGRAM) {
        all->x = result->kind == ONS_SERIES ? "time" : result->name;
        if (!x || strcmp(x, all->x) == 0) { return ONS_OK; }
        return ons_fail(ONS_INVALID, "'%s' is a %s: it is drawn against %s, not '%s'", result->name,
                        cli_kind_name(result->kind), result->kind == ONS_SERIES ? "time" : "its bins", x);
    }
    cli_axes axes;
    ons_status status = cli_default_axes(all->results, result->axis, &axes);
    if (status != ONS_OK) { return status; }
    if (!x && !axes.x && result->size == 1) {
        return ons_fail(ONS_INVALID, "%s: no parameter varies, there is nothing to draw '%s' against",
                        ons_results_path(all->results), result->name);
    }
    all->x = x ? x : axes.x ? axes.x : "index";
    if (!all->by && axes.x && strcmp(all->x, axes.x) != 0) {
        all->by = axes.x;
    } else if (!all->by) {
        all->by = axes.by;
    }
    if (all->by && strcmp(all->x, all->by) == 0) {
        return ons_fail(ONS_INVALID, "-x and --by need two different parameters, not '%s' twice", all->x);
    }
    if (strcmp(all->x, "index") == 0) { return ONS_OK; }
    if (strcmp(all->x, "time") == 0) {
        return ons_fail(ONS_INVALID, "'%s' is no series: it has no time", result->name);
    }
    status = cli_check_parameter(all->results, all->x);
    if (status == ONS_OK && !cli_parameter_is_number(all->results, all->x)) {
        status = ons_fail(ONS_INVALID, "'%s' holds no numbers and cannot be an axis", all->x);
    }
    return status;
}

static ons_status label_axes(const collector *all, const ons_result *result) {
    cli_figure *figure = all->figure;
    const bool counts = result->kind == ONS_HISTOGRAM, time = result->kind == ONS_SERIES;
    const char *x_unit = counts ? result->unit : time ? NULL : cli_parameter_unit(all->results, all->x);
    figure->title = ons_format("%s: %s", ons_results_system(all->results), result->name);
    figure->x_label = cli_axis_label(all->x, x_unit);
    figure->y_label = counts ? ons_copy("counts") : cli_axis_label(result->name, result->unit);
    return figure->title && figure->x_label && figure->y_label ? ONS_OK : ONS_MEMORY;
}

/* ---- maps -----------------------------------------------------------------------------------------------------------
 */

/* Two dimensions of which none runs over a parameter, and nothing else is asked for. */
static bool is_map(const ons_result *result, const cli_wish *wish) {
    return (result->kind == ONS_MEAN || result->kind == ONS_VALUE) && result->rank == 2 && result->shape[0] > 1 &&
           result->shape[1] > 1 && !result->axis && (!wish->x || strcmp(wish->x, "index") == 0);
}

static ons_status add_map(const ons_result *result, cli_figure *figure) {
    const size_t rows = result->shape[0], columns = result->shape[1];
    double *x = ONS_NEW(double, columns), *y = ONS_NEW(double, rows);
    for (size_t i = 0; x && i < columns; i++) { x[i] = (double)i; }
    for (size_t i = 0; y && i < rows; i++) { y[i] = (double)i; }
    char *label = cli_axis_label(result->name, result->unit);
    ons_status status =
        x && y && label ? cli_figure_begin(figure, result->name, "second index", "first index") : ONS_MEMORY;
    if (status == ONS_OK) { status = cli_figure_map(figure, label, columns, x, rows, y, result->mean); }
    free(x);
    free(y);
    free(label);
    return status;
}

static ons_status collect_map(const ons_results *results, const cli_wish *wish, cli_figure *figure) {
    const ons_result *only = NULL;
    size_t found = 0;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *result = ons_task_find(task, wish->y);
        if (!result) { continue; }
        only = result;
        found++;
    }
    if (found != 1) {
        return ons_fail(ONS_INVALID, "'%s' is a map, and %zu tasks have one: choose one with --where PARAMETER=VALUE",
                        wish->y, found);
    }
    return add_map(only, figure);
}

/* ---- the figure -----------------------------------------------------------------------------------------------------
 */

static ons_status add_points(const collector *all, const ons_result *first, const char *y) {
    ons_status status = ONS_OK;
    for (size_t t = 0; t < ons_results_count(all->results) && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(all->results, t);
        const ons_result *result = ons_task_find(task, y);
        if (!result || result->kind != first->kind) { continue; }
        status = result->kind == ONS_SERIES      ? series_points(all, task, result)
                 : result->kind == ONS_HISTOGRAM ? histogram_points(all, task, result)
                                                 : mean_points(all, task, result);
    }
    return status;
}

/* Sorts the points, sets the styles; how many points there are. */
static size_t finish(const cli_wish *wish, const ons_result *first, cli_figure *figure) {
    size_t points = 0;
    for (size_t i = 0; i < figure->count; i++) {
        cli_curve *curve = &figure->curves[i];
        points += curve->count;
        if (first->kind == ONS_HISTOGRAM) {
            curve->style = CLI_STEPS;
        } else if (wish->lines) {
            curve->style = CLI_BAND;
        }
        if (curve->count) { qsort(curve->points, curve->count, 4 * sizeof *curve->points, by_x); }
    }
    if (figure->count == 1 && strcmp(figure->curves[0].label, first->name) == 0) { figure->curves[0].label[0] = '\0'; }
    return points;
}

ons_status cli_figure_wish(const ons_results *results, const cli_wish *wish, cli_figure *figure) {
    *figure = (cli_figure){0};
    collector all = {.results = results, .by = wish->by, .where = wish->where, .figure = figure};
    if (cli_is_column(results, wish->y)) { return cli_figure_table(results, wish, figure); }
    ons_status status = cli_check_quantity(results, wish->y);
    if (status == ONS_OK && wish->by) { status = cli_check_parameter(results, wish->by); }
    const ons_result *first = status == ONS_OK ? first_result(results, wish->y) : NULL;
    if (status != ONS_OK || !first) { return status; }
    if (wish->map) { return cli_figure_grid(results, wish, figure); }
    if (is_map(first, wish)) { return collect_map(results, wish, figure); }
    status = choose_x(&all, first, wish->x);
    if (status == ONS_OK) { status = label_axes(&all, first); }
    if (status == ONS_OK) { status = cli_varying(results, &all.varying); }
    if (status == ONS_OK) { status = add_points(&all, first, wish->y); }
    if (finish(wish, first, figure) == 0 && status == ONS_OK) {
        status = ons_fail(ONS_INVALID, "%s: '%s' has no finite number to draw against '%s'", ons_results_path(results),
                          wish->y, all.x);
    }
    cli_names_free(&all.varying);
    return status;
}

ons_status cli_figure_collect(const ons_results *results, const char *y, const char *x, const char *by,
                              cli_figure *figure) {
    const cli_wish wish = {.y = y, .x = x, .by = by};
    return cli_figure_wish(results, &wish, figure);
}
