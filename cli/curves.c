/*
 * Figures made by hand: curves, marks and maps are added one by one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status cli_figure_begin(cli_figure *figure, const char *title, const char *x_label, const char *y_label) {
    *figure = (cli_figure){.title = ons_copy(title), .x_label = ons_copy(x_label), .y_label = ons_copy(y_label)};
    return figure->title && figure->x_label && figure->y_label ? ONS_OK : ONS_MEMORY;
}

ons_status cli_figure_curve(cli_figure *figure, const char *label, cli_style style, cli_curve **curve) {
    *curve = NULL;
    const ons_status status =
        ons_grow((void **)&figure->curves, &figure->capacity, figure->count + 1, sizeof *figure->curves);
    if (status != ONS_OK) { return status; }
    cli_curve *made = &figure->curves[figure->count];
    *made = (cli_curve){.label = ons_copy(label), .style = style};
    if (!made->label) { return ONS_MEMORY; }
    figure->count++;
    *curve = made;
    return ONS_OK;
}

ons_status cli_curve_add(cli_curve *curve, double x, double y, double error, double exact) {
    if (!isfinite(x) || !isfinite(y)) { return ONS_OK; }
    const ons_status status =
        ons_grow((void **)&curve->points, &curve->capacity, 4 * (curve->count + 1), sizeof *curve->points);
    if (status != ONS_OK) { return status; }
    double *point = curve->points + 4 * curve->count++;
    point[0] = x;
    point[1] = y;
    point[2] = error;
    point[3] = exact;
    curve->has_error = curve->has_error || isfinite(error);
    curve->has_exact = curve->has_exact || isfinite(exact);
    return ONS_OK;
}

ons_status cli_figure_mark(cli_figure *figure, bool horizontal, double at, double error, const char *label) {
    const ons_status status =
        ons_grow((void **)&figure->marks, &figure->mark_capacity, figure->mark_count + 1, sizeof *figure->marks);
    if (status != ONS_OK) { return status; }
    cli_mark *mark = &figure->marks[figure->mark_count];
    *mark = (cli_mark){.at = at, .error = error, .horizontal = horizontal, .label = ons_copy(label)};
    if (!mark->label) { return ONS_MEMORY; }
    figure->mark_count++;
    return ONS_OK;
}

static double *copy_numbers(const double *numbers, size_t count) {
    double *copy = ONS_NEW(double, count);
    if (copy) { memcpy(copy, numbers, count * sizeof *copy); }
    return copy;
}

ons_status cli_figure_map(cli_figure *figure, const char *label, size_t columns, const double *x, size_t rows,
                          const double *y, const double *value) {
    figure->map = (cli_map){.columns = columns,
                            .rows = rows,
                            .x = copy_numbers(x, columns),
                            .y = copy_numbers(y, rows),
                            .value = copy_numbers(value, rows * columns),
                            .label = ons_copy(label)};
    const cli_map *map = &figure->map;
    if (!map->x || !map->y || !map->value || !map->label) { return ONS_MEMORY; }
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < rows * columns; i++) {
        if (!isfinite(value[i])) { continue; }
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
    }
    figure->map.diverging = low < 0 && high > 0 && fmin(-low, high) > 0.2 * fmax(-low, high);
    return ONS_OK;
}

void cli_figure_free(cli_figure *figure) {
    for (size_t i = 0; i < figure->count; i++) {
        free(figure->curves[i].label);
        free(figure->curves[i].points);
    }
    for (size_t i = 0; i < figure->mark_count; i++) { free(figure->marks[i].label); }
    free(figure->curves);
    free(figure->marks);
    free(figure->map.x);
    free(figure->map.y);
    free(figure->map.value);
    free(figure->map.label);
    free(figure->title);
    free(figure->x_label);
    free(figure->y_label);
    *figure = (cli_figure){0};
}
