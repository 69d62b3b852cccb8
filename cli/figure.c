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
    const char *x, *by; /* x: "time", "index" or a parameter */
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

/* What tells the curve of a component apart: `by`, the other varying parameters, the index of an array. */
static cli_curve *curve_of(const collector *all, const ons_task_result *task, const ons_result *result,
                           size_t component, bool with_index) {
    ons_text label = {0};
    if (all->by) { label_part(task, result, component, all->by, &label); }
    for (size_t i = 0; i < all->varying.count; i++) {
        const char *name = all->varying.names[i];
        const bool is_by = all->by && strcmp(name, all->by) == 0, is_x = strcmp(name, all->x) == 0;
        if (!is_by && !is_x) { label_part(task, result, component, name, &label); }
    }
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

static ons_status mean_points(const collector *all, const ons_task_result *task, const ons_result *result) {
    const bool over_index = strcmp(all->x, "index") == 0;
    for (size_t i = 0; i < result->size; i++) {
        const size_t index = cli_axis_index(result, i);
        const bool along = index != CLI_NO_INDEX && strcmp(result->axis, all->x) == 0;
        double x = (double)i;
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
        return ons_fail(ONS_INVALID, "'%s' is a table and cannot be drawn; 'onsager show %s --quantity %s' prints it",
                        result->name, ons_results_path(all->results), result->name);
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

ons_status cli_figure_collect(const ons_results *results, const char *y, const char *x, const char *by,
                              cli_figure *figure) {
    *figure = (cli_figure){0};
    collector all = {.results = results, .by = by, .figure = figure};
    ons_status status = cli_check_quantity(results, y);
    if (status == ONS_OK && by) { status = cli_check_parameter(results, by); }
    const ons_result *first = status == ONS_OK ? first_result(results, y) : NULL;
    if (first) { status = choose_x(&all, first, x); }
    if (status == ONS_OK) { status = label_axes(&all, first); }
    if (status == ONS_OK) { status = cli_varying(results, &all.varying); }
    for (size_t t = 0; t < ons_results_count(results) && status == ONS_OK; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *result = ons_task_find(task, y);
        if (!result || result->kind != first->kind) { continue; }
        status = result->kind == ONS_SERIES      ? series_points(&all, task, result)
                 : result->kind == ONS_HISTOGRAM ? histogram_points(&all, task, result)
                                                 : mean_points(&all, task, result);
    }
    size_t points = 0;
    for (size_t i = 0; i < figure->count; i++) {
        cli_curve *curve = &figure->curves[i];
        points += curve->count;
        if (first && first->kind == ONS_HISTOGRAM) { curve->style = CLI_STEPS; }
        if (curve->count) { qsort(curve->points, curve->count, 4 * sizeof *curve->points, by_x); }
    }
    if (status == ONS_OK && points == 0) {
        status = ons_fail(ONS_INVALID, "%s: '%s' has no finite number to draw against '%s'", ons_results_path(results),
                          y, all.x);
    }
    cli_names_free(&all.varying);
    return status;
}
