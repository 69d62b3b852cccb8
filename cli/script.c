/*
 * The gnuplot script of a figure, made to be read and edited: gnuplot FOLDER/figure.gp draws it again.
 *
 * All texts stand in single quotes with gnuplot's own marks escaped, and no path is ever part of the script: it goes to
 * its own folder first and knows only the plain names that are made here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gnuplot.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* After Okabe and Ito (2008), for all kinds of colour vision, ordered and shifted in lightness so that they differ in
 * grey as well; every curve has its own sign and dashes too. */
static const char *const colours[] = {"#000000", "#00457a", "#b04a00", "#00906a", "#c573a0", "#56b4e9", "#efb030"};
static const int signs[] = {7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10, 14};
static const char *const dashes[] = {"1", "(8,3)", "(3,2)", "(8,2,2,2)", "(14,3)", "(2,3)", "(5,2,5,2,2,2)"};
#define COLOURS (sizeof colours / sizeof *colours)
#define SIGNS (sizeof signs / sizeof *signs)
#define DASHES (sizeof dashes / sizeof *dashes)
#define MARK "#666666"

/* Numbers with a point whatever the locale, 12 digits. */
static void add_real(ons_text *script, double value) {
    char buffer[ONS_REAL_TEXT];
    const double unit = value == 0 || !isfinite(value) ? 1 : pow(10, 11 - floor(log10(fabs(value))));
    const double rounded = round(value * unit) / unit;
    ons_text_add(script, "%s", ons_real_text(isfinite(rounded) ? rounded : value, buffer));
}

static void quoted(ons_text *script, const char *string) {
    ons_text_add(script, "'");
    for (const char *c = string; *c; c++) {
        if (*c == '\'') { ons_text_add(script, "'"); }
        ons_text_add_bytes(script, c, 1);
    }
    ons_text_add(script, "'");
}

static void typeset(ons_text *script, const char *plain) {
    ons_text enhanced = {0};
    cli_typeset(plain, &enhanced);
    quoted(script, enhanced.data ? enhanced.data : "");
    script->failed = script->failed || enhanced.failed;
    ons_text_free(&enhanced);
}

void cli_data_name(const picture *of, size_t p, ons_text *name) {
    ons_text_add(name, "figure-%zu", of->number);
    if (p) { ons_text_add(name, "%c", (char)('a' + (int)(p % 26))); }
    ons_text_add(name, "-");
}

/* ---- curves ---------------------------------------------------------------------------------------------------------
 */

typedef struct writer {
    const picture *picture;
    const panel *panel;
    size_t p;
    bool begun; /* something is plotted already */
    ons_text *script;
} writer;

/* The curve whose colour curve i has, as its place among those that have their own; *of: how many there are. */
static size_t own_place(const cli_figure *figure, size_t i, size_t *of) {
    const size_t like = figure->curves[i].like;
    const size_t leader = like && like <= figure->count ? like - 1 : i;
    size_t place = 0, count = 0;
    for (size_t k = 0; k < figure->count; k++) {
        if (k == leader) { place = count; }
        count += !figure->curves[k].like && figure->curves[k].count;
    }
    *of = count;
    return place;
}

/* Few curves take colours far apart, one takes the blue. */
static const char *colour_of(const cli_figure *figure, size_t i) {
    static const unsigned char few[4][4] = {{1}, {1, 2}, {0, 2, 5}, {0, 1, 3, 6}};
    size_t count;
    const size_t place = own_place(figure, i, &count);
    if (count >= 1 && count <= 4) { return colours[few[count - 1][place % 4]]; }
    return colours[place % COLOURS];
}

static bool has_fit(const cli_figure *figure, size_t i) {
    for (size_t k = 0; k < figure->count; k++) {
        if (figure->curves[k].like == i + 1) { return true; }
    }
    return false;
}

/* "'figure-1-curve-2.dat' using ": another thing to plot. */
static void next_data(writer *to, size_t curve) {
    ons_text_add(to->script, "%s'", to->begun ? ", \\\n     " : "");
    cli_data_name(to->picture, to->p, to->script);
    ons_text_add(to->script, "curve-%zu.dat' using ", curve + 1);
    to->begun = true;
}

static void title(writer *to, const char *label) {
    if (label[0]) {
        ons_text_add(to->script, " title ");
        typeset(to->script, label);
    } else {
        ons_text_add(to->script, " notitle");
    }
}

/* The lower end of an error; what lies below a logarithmic axis ends below the frame. */
static void lower_end(writer *to) {
    if (to->panel->figure->log_y) {
        ons_text_add(to->script, "($2-$3 > ");
        add_real(to->script, to->panel->low[1] / 10);
        ons_text_add(to->script, " ? $2-$3 : ");
        add_real(to->script, to->panel->low[1] / 10);
        ons_text_add(to->script, ")");
    } else {
        ons_text_add(to->script, "($2-$3)");
    }
}

static void band(writer *to, size_t i, const char *colour) {
    if (!to->panel->figure->curves[i].has_error) { return; }
    next_data(to, i);
    ons_text_add(to->script, "1:");
    lower_end(to);
    ons_text_add(to->script, ":($2+$3) with filledcurves fs transparent solid 0.25 noborder lc rgb '%s' notitle",
                 colour);
}

/* Drawn as vectors with two flat heads, that stand out of the sign however small the error is: gnuplot's own error bars
 * clear a hole around the point. */
static void bars(writer *to, size_t i, const char *colour) {
    if (!to->panel->figure->curves[i].has_error) { return; }
    next_data(to, i);
    ons_text_add(to->script, "1:");
    lower_end(to);
    ons_text_add(to->script, ":(0):($2+$3-");
    lower_end(to);
    ons_text_add(to->script, ") with vectors %s lw 0.8 dt 1 lc rgb '%s' notitle",
                 !cli_dense(&to->panel->figure->curves[i], to->panel, to->picture->size)
                     ? "heads fixed size screen cap,90"
                     : "nohead",
                 colour);
}

static void line(writer *to, size_t i, const char *colour, const char *dash, double width, const char *label) {
    next_data(to, i);
    ons_text_add(to->script, "1:2 with lines lw ");
    add_real(to->script, width);
    ons_text_add(to->script, " dt %s lc rgb '%s'", dash, colour);
    title(to, label);
}

static void points(writer *to, size_t i, const char *colour, size_t place, bool joined) {
    const cli_curve *curve = &to->panel->figure->curves[i];
    next_data(to, i);
    ons_text_add(to->script, "1:2 with %s ", joined ? "linespoints" : "points");
    if (joined) { ons_text_add(to->script, "lw 0.6 dt %s ", dashes[place % DASHES]); }
    ons_text_add(to->script, "pt %d ps sign lc rgb '%s'", signs[place % SIGNS], colour);
    title(to, curve->label);
    bars(to, i, colour);
}

static void steps(writer *to, size_t i, const char *colour, const char *dash) {
    next_data(to, i);
    ons_text_add(to->script, "1:2 with histeps lw 1 dt %s lc rgb '%s'", dash, colour);
    title(to, to->panel->figure->curves[i].label);
    bars(to, i, colour);
}

static void add_curve(writer *to, size_t i) {
    const cli_figure *figure = to->panel->figure;
    const cli_curve *curve = &figure->curves[i];
    size_t count;
    const size_t place = own_place(figure, i, &count);
    const char *colour = colour_of(figure, i), *dash = dashes[place % DASHES];
    if (curve->style == CLI_STEPS) {
        steps(to, i, colour, dash);
    } else if (curve->style == CLI_LINE || curve->style == CLI_BAND) {
        line(to, i, colour, curve->like ? "1" : dash, 1, curve->label);
    } else if (curve->style == CLI_POINTS && cli_dense(curve, to->panel, to->picture->size)) {
        line(to, i, colour, dash, 1, curve->label);
    } else {
        points(to, i, colour, place, curve->style == CLI_POINTS && !curve->has_exact && !has_fit(figure, i));
    }
    if (!curve->has_exact) { return; }
    next_data(to, i);
    ons_text_add(to->script, "1:4 with lines lw 0.6 dt 1 lc rgb '%s' notitle", colour);
}

static bool has_band(const writer *to, const cli_curve *curve) {
    return curve->style == CLI_BAND || (curve->style == CLI_POINTS && cli_dense(curve, to->panel, to->picture->size));
}

/* ---- marks ----------------------------------------------------------------------------------------------------------
 */

static void mark_line(writer *to, const cli_mark *mark) {
    const int axis = mark->horizontal;
    const double low = to->panel->low[axis], high = to->panel->high[axis];
    ons_text *script = to->script;
    if (isfinite(mark->error) && mark->error > 0) {
        const double from = fmax(low, mark->at - mark->error), to_value = fmin(high, mark->at + mark->error);
        ons_text_add(script, "set object rectangle from %s", axis ? "graph 0, first " : "first ");
        add_real(script, from);
        ons_text_add(script, "%s to %s", axis ? "" : ", graph 0", axis ? "graph 1, first " : "first ");
        add_real(script, to_value);
        ons_text_add(script, "%s fs transparent solid 0.2 noborder fc rgb '" MARK "' behind\n",
                     axis ? "" : ", graph 1");
    }
    if (mark->at < low || mark->at > high) { return; }
    ons_text_add(script, "set arrow from %s", axis ? "graph 0, first " : "first ");
    add_real(script, mark->at);
    ons_text_add(script, "%s to %s", axis ? "" : ", graph 0", axis ? "graph 1, first " : "first ");
    add_real(script, mark->at);
    ons_text_add(script, "%s nohead lw 0.8 dt (4,3) lc rgb '" MARK "' back\n", axis ? "" : ", graph 1");
}

static void add_entry(writer *to, const char *style, const char *label) {
    ons_text_add(to->script, "%sNaN with lines %s", to->begun ? ", \\\n     " : "", style);
    title(to, label);
    to->begun = true;
}

/* ---- axes -----------------------------------------------------------------------------------------------------------
 */

static void ticks(ons_text *script, const char *axis, const cli_ticks *of, bool numbers, bool outside) {
    ons_text_add(script, "set %stics %s %s(", axis, outside ? "nomirror out" : "mirror in",
                 axis[0] == 'x'   ? "offset 0,0.35 "
                 : axis[0] == 'y' ? "offset 0.3,0 "
                                  : "");
    for (size_t i = 0; i < of->count; i++) {
        const struct cli_tick *tick = &of->tick[i];
        ons_text_add(script, "%s'%s' ", i ? ", " : "", numbers ? tick->label : "");
        add_real(script, tick->at);
        if (!tick->label[0]) { ons_text_add(script, " 1"); }
    }
    ons_text_add(script, ")\n");
}

static void range(ons_text *script, const char *axis, double low, double high) {
    ons_text_add(script, "set %srange [", axis);
    add_real(script, low);
    ons_text_add(script, ":");
    add_real(script, high);
    ons_text_add(script, "]\n");
}

/* "set lmargin at screen 0.12", four decimals. */
static void margin(ons_text *script, const char *side, double length, double whole) {
    ons_text_add(script, "set %smargin at screen ", side);
    add_real(script, round(length / whole * 1e4) / 1e4);
    ons_text_add(script, "\n");
}

static void axes(writer *to) {
    const picture *of = to->picture;
    const panel *one = to->panel;
    ons_text *script = to->script;
    margin(script, "l", of->left, of->width);
    margin(script, "r", of->left + one->width, of->width);
    margin(script, "b", one->bottom, of->height);
    margin(script, "t", one->bottom + one->height, of->height);
    ons_text_add(script, "unset logscale\n");
    if (one->figure->log_x) { ons_text_add(script, "set logscale x\n"); }
    if (one->figure->log_y) { ons_text_add(script, "set logscale y\n"); }
    range(script, "x", one->low[0], one->high[0]);
    range(script, "y", one->low[1], one->high[1]);
    ticks(script, "x", &one->x, one->labelled, one->figure->map.columns);
    ticks(script, "y", &one->y, true, one->figure->map.columns);
    /* The labels stand at the borders, wherever the numbers end. */
    if (one->labelled) {
        ons_text_add(script, "set label 3 ");
        typeset(script, one->figure->x_label);
        ons_text_add(script, " at graph 0.5, screen ");
        add_real(script, round(of->size * 1.1 / of->height * 1e4) / 1e4);
        ons_text_add(script, " center\n");
    }
    ons_text_add(script, "set label 1 ");
    typeset(script, one->figure->y_label);
    ons_text_add(script, " at screen ");
    add_real(script, round(of->size * 1.1 / of->width * 1e4) / 1e4);
    ons_text_add(script, ", graph 0.5 center rotate\n");
}

static void legend(writer *to) {
    static const char *const corner[] = {[KEY_TOP_LEFT] = "top left",
                                         [KEY_TOP_RIGHT] = "top right",
                                         [KEY_BOTTOM_LEFT] = "bottom left",
                                         [KEY_BOTTOM_RIGHT] = "bottom right"};
    ons_text *script = to->script;
    if (to->panel->key == KEY_NONE) {
        ons_text_add(script, "unset key\n");
        return;
    }
    if (to->panel->key == KEY_ABOVE) {
        const panel *one = to->panel;
        ons_text_add(script, "set key at screen ");
        add_real(script, round((to->picture->left + one->width / 2) / to->picture->width * 1e4) / 1e4);
        ons_text_add(script, ", screen ");
        add_real(script,
                 round((one->bottom + one->height + 0.3 * to->picture->size) / to->picture->height * 1e4) / 1e4);
        ons_text_add(script, " center bottom horizontal maxcols %zu", one->key_columns);
    } else {
        ons_text_add(script, "set key inside %s vertical", corner[to->panel->key]);
    }
    ons_text_add(script, " Left reverse samplen 1.6 spacing %s font ',",
                 strcmp(to->picture->canvas->format, "svg") == 0 ? "0.78" : "1.05");
    add_real(script, round(to->picture->size * cli_type_scale(to->picture->canvas) * 95) / 100);
    ons_text_add(script, "'\n");
}

/* ---- maps -----------------------------------------------------------------------------------------------------------
 */

/* The scale of the pictures of states, from dark to bright; both signs: blue, white, red. */
static void palette(ons_text *script, bool diverging) {
    if (diverging) {
        ons_text_add(script, "set palette defined (-3 '#0a2f5c', -2 '#2f74b5', -1 '#9cc4e4', 0 '#f7f7f7', 1 '#f0ab8a', "
                             "2 '#c8492f', 3 '#6b0d1e')\n");
        return;
    }
    ons_text_add(script, "set palette defined (");
    for (int i = 0; i <= 32; i++) {
        uint8_t rgb[3];
        ons_colour_scale(i, 0, 32, rgb);
        ons_text_add(script, "%s%d '#%02x%02x%02x'", i ? ", " : "", i, rgb[0], rgb[1], rgb[2]);
    }
    ons_text_add(script, ")\n");
}

static void add_map(writer *to) {
    const panel *one = to->panel;
    const picture *of = to->picture;
    ons_text *script = to->script;
    palette(script, one->figure->map.diverging);
    range(script, "cb", one->z_low, one->z_high);
    ticks(script, "cb", &one->z, true, true);
    ons_text_add(script, "set colorbox user origin screen ");
    const double x = of->left + one->width + of->size;
    add_real(script, round(x / of->width * 1e4) / 1e4);
    ons_text_add(script, ", screen ");
    add_real(script, round(one->bottom / of->height * 1e4) / 1e4);
    ons_text_add(script, " size screen ");
    add_real(script, round(of->size / of->width * 1e4) / 1e4);
    ons_text_add(script, ", screen ");
    add_real(script, round(one->height / of->height * 1e4) / 1e4);
    ons_text_add(script, "\nset label 2 ");
    typeset(script, one->figure->map.label);
    ons_text_add(script, " at screen ");
    add_real(script, round((x + of->size * (1 + 0.7 + one->z.width + 0.3 + 0.6)) / of->width * 1e4) / 1e4);
    ons_text_add(script, ", graph 0.5 center rotate\n");
}

static bool evenly(const double *centre, size_t count) {
    for (size_t i = 2; i < count; i++) {
        const double step = centre[1] - centre[0];
        if (!(fabs(centre[i] - centre[i - 1] - step) < 1e-6 * fabs(step))) { return false; }
    }
    return count > 1;
}

static bool is_even(const cli_figure *figure) {
    const cli_map *map = &figure->map;
    for (size_t i = 0; i < map->columns * map->rows; i++) {
        if (!isfinite(map->value[i])) { return false; }
    }
    return !figure->log_x && !figure->log_y && evenly(map->x, map->columns) && evenly(map->y, map->rows);
}

static void plot_map(writer *to) {
    ons_text_add(to->script, "'");
    cli_data_name(to->picture, to->p, to->script);
    /* Pixels where all cells are alike; SVG viewers would smooth them. */
    const bool pixels = is_even(to->panel->figure) && strcmp(to->picture->canvas->format, "svg") != 0;
    ons_text_add(to->script, "map.dat' using %s notitle",
                 pixels ? "1:4:7 with image" : "1:4:2:3:5:6:7 with boxxyerror fs solid 1 border lw 0.5 lc palette");
    to->begun = true;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------
 */

static void add_panel(const picture *of, size_t p, ons_text *script) {
    writer to = {.picture = of, .panel = &of->panels[p], .p = p, .script = script};
    const cli_figure *figure = to.panel->figure;
    ons_text_add(script, "unset arrow\nunset object\nunset label\n");
    axes(&to);
    legend(&to);
    ons_text_add(script, "sign = %s; cap = ", strcmp(of->canvas->format, "png") == 0 ? "0.45" : "0.36");
    add_real(script, round(0.24 * of->size / of->width * 1e4) / 1e4);
    ons_text_add(script, "\n");
    for (size_t i = 0; i < figure->mark_count; i++) { mark_line(&to, &figure->marks[i]); }
    if (figure->map.columns) { add_map(&to); }
    ons_text_add(script, "plot ");
    if (figure->map.columns) { plot_map(&to); }
    for (size_t i = 0; i < figure->count; i++) {
        if (figure->curves[i].count && has_band(&to, &figure->curves[i])) { band(&to, i, colour_of(figure, i)); }
    }
    for (size_t i = 0; i < figure->count; i++) {
        if (figure->curves[i].count) { add_curve(&to, i); }
    }
    for (size_t i = 0; i < figure->mark_count; i++) {
        const char *label = figure->marks[i].label;
        if (label[0]) { add_entry(&to, "lw 0.8 dt (4,3) lc rgb '" MARK "'", label); }
    }
    if (to.panel->exact) { add_entry(&to, "lw 0.6 dt 1 lc rgb '#000000'", "exact"); }
    if (!to.begun) { ons_text_add(script, "NaN notitle"); }
    ons_text_add(script, "\n");
}

void cli_script(const picture *of, ons_text *script) {
    const char *name = of->panels[0].figure->title;
    ons_text_add(script, "\nset output 'figure-%zu.%s'\n", of->number, of->canvas->format);
    if (of->count > 1) { ons_text_add(script, "set multiplot\n"); }
    for (size_t p = 0; p < of->count; p++) {
        ons_text_add(script, "set title ");
        typeset(script, of->canvas->titles && p == 0 ? name : "");
        ons_text_add(script, "\n");
        add_panel(of, p, script);
    }
    if (of->count > 1) { ons_text_add(script, "unset multiplot\n"); }
    ons_text_add(script, "unset output\n");
}
