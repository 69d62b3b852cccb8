/*
 * Where the legend of a figure may stand: in a corner where it covers nothing, else above the frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gnuplot.h"

#include <math.h>
#include <string.h>

#define SAMPLE 3.2 /* the sign before a label and the gaps around, in units of the size of the type */
#define TYPE 0.95  /* of the legend, in units of the figure's */
#define STEPS 16   /* points looked at between two that a line joins */

bool cli_has_legend(const panel *of) {
    size_t labels = 0;
    for (size_t i = 0; i < of->figure->count; i++) {
        labels += of->figure->curves[i].count && of->figure->curves[i].label[0];
    }
    for (size_t i = 0; i < of->figure->mark_count; i++) { labels += of->figure->marks[i].label[0] != '\0'; }
    return labels > 0;
}

bool cli_dense(const cli_curve *curve, const panel *of, double size) {
    size_t inside = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const double x = curve->points[4 * i];
        inside += x >= of->low[0] && x <= of->high[0];
    }
    return (double)inside * 0.6 * size > of->width;
}

/* What there is to write: entries and the widest of them, in points. */
static size_t entries(const panel *of, double size, double *widest) {
    size_t count = 0;
    *widest = 0;
    for (size_t i = 0; i < of->figure->count; i++) {
        const cli_curve *curve = &of->figure->curves[i];
        if (!curve->count || !curve->label[0]) { continue; }
        count++;
        *widest = fmax(*widest, cli_typeset_width(curve->label));
    }
    for (size_t i = 0; i < of->figure->mark_count; i++) {
        if (!of->figure->marks[i].label[0]) { continue; }
        count++;
        *widest = fmax(*widest, cli_typeset_width(of->figure->marks[i].label));
    }
    if (of->exact) {
        count++;
        *widest = fmax(*widest, cli_typeset_width("exact"));
    }
    *widest = size * (TYPE * *widest + SAMPLE);
    return count;
}

/* ---- what is covered ------------------------------------------------------------------------------------------------
 */

typedef struct box {
    double x0, x1, y0, y1; /* in parts of the frame */
} box;

static double place(double value, double low, double high, bool logarithmic) {
    if (!logarithmic) { return (value - low) / (high - low); }
    return value > 0 ? log(value / low) / log(high / low) : -1;
}

static bool crosses(const box *around, double x, double from, double to) {
    return x >= around->x0 && x <= around->x1 && fmax(from, to) >= around->y0 && fmin(from, to) <= around->y1;
}

typedef struct stand {
    double x, low, y, high;
} stand;

static stand stand_of(const panel *of, const cli_curve *curve, size_t i) {
    const double *point = curve->points + 4 * i, error = isfinite(point[2]) ? point[2] : 0;
    const cli_figure *figure = of->figure;
    return (stand){place(point[0], of->low[0], of->high[0], figure->log_x),
                   place(point[1] - error, of->low[1], of->high[1], figure->log_y),
                   place(point[1], of->low[1], of->high[1], figure->log_y),
                   place(point[1] + error, of->low[1], of->high[1], figure->log_y)};
}

static bool curve_crosses(const panel *of, const cli_curve *curve, const box *around) {
    stand before = {0};
    for (size_t i = 0; i < curve->count; i++) {
        const stand now = stand_of(of, curve, i);
        if (curve->style == CLI_STEPS ? crosses(around, now.x, 0, now.high)
                                      : crosses(around, now.x, now.low, now.high)) {
            return true;
        }
        for (int k = 1; i && curve->style != CLI_SCATTER && k < STEPS; k++) {
            const double part = (double)k / STEPS, y = before.y + part * (now.y - before.y);
            if (crosses(around, before.x + part * (now.x - before.x), curve->style == CLI_STEPS ? 0 : y, y)) {
                return true;
            }
        }
        before = now;
    }
    return false;
}

static bool mark_crosses(const panel *of, const cli_mark *mark, const box *around) {
    const int axis = mark->horizontal;
    const double error = isfinite(mark->error) ? mark->error : 0;
    const bool logarithmic = axis ? of->figure->log_y : of->figure->log_x;
    const double from = place(mark->at - error, of->low[axis], of->high[axis], logarithmic),
                 to = place(mark->at + error, of->low[axis], of->high[axis], logarithmic);
    return axis ? to >= around->y0 && from <= around->y1 : to >= around->x0 && from <= around->x1;
}

static bool is_free(const panel *of, const box *around) {
    for (size_t i = 0; i < of->figure->count; i++) {
        if (curve_crosses(of, &of->figure->curves[i], around)) { return false; }
    }
    for (size_t i = 0; i < of->figure->mark_count; i++) {
        if (mark_crosses(of, &of->figure->marks[i], around)) { return false; }
    }
    return true;
}

/* ---- the place ------------------------------------------------------------------------------------------------------
 */

void cli_legend(panel *of, double size) {
    double widest;
    const size_t count = entries(of, size, &widest);
    of->key = KEY_NONE;
    if (!cli_has_legend(of)) { return; }
    static const key_place corners[] = {KEY_TOP_RIGHT, KEY_TOP_LEFT, KEY_BOTTOM_RIGHT, KEY_BOTTOM_LEFT};
    const double air = 0.9 * size, line = 1.25 * TYPE * size;
    const double width = (widest + air) / of->width, height = ((double)count * line + air) / of->height;
    for (size_t i = 0; i < 4 && width < 0.7 && height < 0.7 && !of->figure->map.columns; i++) {
        const bool right = i % 2 == 0, top = i < 2;
        const box around = {right ? 1 - width : 0, right ? 1 : width, top ? 1 - height : 0, top ? 1 : height};
        if (!is_free(of, &around)) { continue; }
        of->key = corners[i];
        of->key_columns = 1;
        of->key_rows = count;
        return;
    }
    const double columns = floor(of->width / (widest + size));
    of->key = KEY_ABOVE;
    of->key_columns = columns < 1 ? 1 : columns > (double)count ? count : (size_t)columns;
    of->key_rows = (count + of->key_columns - 1) / of->key_columns;
}
