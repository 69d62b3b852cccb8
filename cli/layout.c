/*
 * Where the parts of a figure lie: ranges, ticks, margins. All lengths are computed here, so that no label meets
 * another one whatever gnuplot's terminal thinks of fonts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gnuplot.h"

#include <math.h>
#include <string.h>

#define POINT_PER_CM (72 / 2.54)
#define LINE 1.3 /* height of a line of text, in units of the size of the type */

/* ---- ranges ---------------------------------------------------------------------------------------------------------
 */

typedef struct extent {
    double low, high;
    bool logarithmic;
} extent;

static void include(extent *of, double value) {
    if (!isfinite(value) || (of->logarithmic && value <= 0)) { return; }
    of->low = fmin(of->low, value);
    of->high = fmax(of->high, value);
}

/* Half the width of the first bin. */
static double half_bin(const cli_curve *curve) {
    return curve->count > 1 ? (curve->points[4] - curve->points[0]) / 2 : 0.5;
}

static void include_curve(const cli_figure *figure, const cli_curve *curve, extent *x, extent *y) {
    const double half = curve->style == CLI_STEPS ? half_bin(curve) : 0;
    const bool cut = figure->range[0] < figure->range[1];
    for (size_t i = 0; i < curve->count; i++) {
        const double *point = curve->points + 4 * i;
        if (cut && (point[0] < figure->range[0] || point[0] > figure->range[1])) { continue; }
        include(x, point[0] - half);
        include(x, point[0] + half);
        include(y, point[1]);
        include(y, point[3]);
        if (isfinite(point[2])) {
            include(y, point[1] - point[2]);
            include(y, point[1] + point[2]);
        }
    }
    if (curve->style == CLI_STEPS && curve->count) { include(y, 0); }
}

/* The border of cell i of an axis of a map: between its neighbours' centres. */
static double cell_edge(const double *centre, size_t count, size_t i) {
    if (count == 1) { return centre[0] + (i ? 0.5 : -0.5); }
    if (i == 0) { return centre[0] - (centre[1] - centre[0]) / 2; }
    if (i == count) { return centre[count - 1] + (centre[count - 1] - centre[count - 2]) / 2; }
    return (centre[i - 1] + centre[i]) / 2;
}

static void map_range(panel *of) {
    const cli_map *map = &of->figure->map;
    extent z = {INFINITY, -INFINITY, false};
    for (size_t i = 0; i < map->columns * map->rows; i++) { include(&z, map->value[i]); }
    if (z.low > z.high) { z = (extent){0, 1, false}; }
    if (map->diverging) {
        z.high = fmax(-z.low, z.high);
        z.low = -z.high;
    }
    if (!(z.high > z.low)) {
        z.low -= fmax(fabs(z.low) * 0.01, 1e-12);
        z.high += fmax(fabs(z.high) * 0.01, 1e-12);
    }
    of->z_low = z.low;
    of->z_high = z.high;
}

/* A range that was asked for, else what the data need with a little air. */
static void settle(const extent *data, double from, double to, double air, double *low, double *high) {
    *low = data->low;
    *high = data->high;
    const bool given = from < to && (!data->logarithmic || from > 0);
    if (!given && *low > *high) {
        *low = data->logarithmic ? 1 : 0;
        *high = data->logarithmic ? 10 : 1;
    }
    if (given) {
        *low = from;
        *high = to;
    } else if (data->logarithmic) {
        const double factor = *high > *low ? pow(*high / *low, air) : 1.5;
        *low /= factor;
        *high *= factor;
    } else {
        const double more = *high > *low * (1 + 1e-12) || *high > *low ? air * (*high - *low) : 0;
        const double widen = more > 0 ? more : fmax(fabs(*low) * 0.05, 1e-12 + (*low == 0));
        *low -= widen;
        *high += widen;
    }
}

static void panel_range(panel *of) {
    const cli_figure *figure = of->figure;
    extent x = {INFINITY, -INFINITY, figure->log_x}, y = {INFINITY, -INFINITY, figure->log_y};
    bool steps = false, exact = false;
    for (size_t i = 0; i < figure->count; i++) {
        include_curve(figure, &figure->curves[i], &x, &y);
        steps = steps || figure->curves[i].style == CLI_STEPS;
        exact = exact || figure->curves[i].has_exact;
    }
    for (size_t i = 0; i < figure->mark_count; i++) {
        include(figure->marks[i].horizontal ? &y : &x, figure->marks[i].at);
    }
    const cli_map *map = &figure->map;
    if (map->columns) {
        include(&x, cell_edge(map->x, map->columns, 0));
        include(&x, cell_edge(map->x, map->columns, map->columns));
        include(&y, cell_edge(map->y, map->rows, 0));
        include(&y, cell_edge(map->y, map->rows, map->rows));
        map_range(of);
    }
    const double *range = figure->range, air = map->columns ? 1e-9 : 0.05;
    settle(&x, range[0], range[1], steps || map->columns ? 1e-9 : 0.04, &of->low[0], &of->high[0]);
    const double lowest = y.low;
    settle(&y, range[2], range[3], air, &of->low[1], &of->high[1]);
    if (steps && lowest == 0 && !(range[2] < range[3])) { of->low[1] = 0; }
    of->exact = exact;
}

/* Panels of one picture share their x axis. */
static void share_x(picture *of) {
    double low = of->panels[0].low[0], high = of->panels[0].high[0];
    for (size_t p = 1; p < of->count; p++) {
        low = fmin(low, of->panels[p].low[0]);
        high = fmax(high, of->panels[p].high[0]);
    }
    for (size_t p = 0; p < of->count; p++) {
        of->panels[p].low[0] = low;
        of->panels[p].high[0] = high;
    }
}

/* ---- margins --------------------------------------------------------------------------------------------------------
 */

/* The scale of colours beside a map with its numbers and label. */
static double scale_width(const panel *of, double size) {
    return of->figure->map.columns ? size * (1 + 1 + 0.7 + of->z.width + 0.3 + LINE) : 0;
}

/* A map of two like axes keeps their proportions. */
static double frame_height(const picture *of, double width) {
    const panel *first = &of->panels[0];
    double height = width * (of->width > 12.5 * POINT_PER_CM ? 0.5 : of->count > 1 ? 0.55 : 0.7);
    if (first->figure->map.columns && !first->figure->log_x && !first->figure->log_y) {
        const double ratio = (first->high[1] - first->low[1]) / (first->high[0] - first->low[0]);
        if (ratio > 0.25 && ratio < 1.2) { height = width * ratio; }
    }
    return height;
}

static void choose_y_ticks(picture *of, double height) {
    for (size_t p = 0; p < of->count; p++) {
        panel *one = &of->panels[p];
        cli_ticks_choose(one->low[1], one->high[1], one->figure->log_y, true, height, of->size, &one->y);
        if (one->figure->map.columns) {
            cli_ticks_choose(one->z_low, one->z_high, false, true, height, of->size, &one->z);
        }
    }
}

static void set_margins(picture *of, double *width) {
    double numbers = 0, scale = 0, last = 0.8;
    for (size_t p = 0; p < of->count; p++) {
        numbers = fmax(numbers, of->panels[p].y.width);
        scale = fmax(scale, scale_width(&of->panels[p], of->size));
    }
    of->left = of->size * (0.5 + LINE + 0.6 + numbers + 0.5);
    const double right = fmax(of->size * (last + 1), scale + 0.5 * of->size);
    *width = of->width - of->left - right;
}

/* Panels with the same curves need one legend. */
static bool same_legend(const cli_figure *one, const cli_figure *other) {
    bool same = one->count == other->count && one->mark_count == other->mark_count;
    for (size_t i = 0; same && i < one->count; i++) {
        same = strcmp(one->curves[i].label, other->curves[i].label) == 0;
    }
    for (size_t i = 0; same && i < one->mark_count; i++) {
        same = strcmp(one->marks[i].label, other->marks[i].label) == 0;
    }
    return same;
}

void cli_layout(picture *of) {
    const cli_canvas *canvas = of->canvas;
    of->size = canvas->size > 0 ? canvas->size : 8;
    of->width = (canvas->width > 0 ? canvas->width : 12) * POINT_PER_CM;
    for (size_t p = 0; p < of->count; p++) { panel_range(&of->panels[p]); }
    share_x(of);
    double width = 0.8 * of->width, height = frame_height(of, width);
    choose_y_ticks(of, height);
    set_margins(of, &width);
    height = frame_height(of, width);
    choose_y_ticks(of, height);
    set_margins(of, &width);
    double bottom = of->size * (0.5 + LINE + 0.1 + LINE + 0.1);
    const bool title = canvas->titles && of->panels[0].figure->title[0];
    of->above = of->size * (title ? 0.6 + 1.2 * LINE : 0.8);
    for (size_t p = of->count; p-- > 0;) {
        panel *one = &of->panels[p];
        one->width = width;
        one->height = height;
        one->bottom = bottom;
        one->labelled = p + 1 == of->count;
        cli_ticks_choose(one->low[0], one->high[0], one->figure->log_x, false, width, of->size, &one->x);
        one->key = KEY_NONE;
        if (p == 0 || !same_legend(one->figure, one[-1].figure)) { cli_legend(one, of->size); }
        const double legend = one->key == KEY_ABOVE ? of->size * ((double)one->key_rows * LINE + 0.3) : 0;
        bottom += height + (p ? fmax(0.8 * of->size, legend) : legend);
    }
    of->height = bottom + of->above;
}
