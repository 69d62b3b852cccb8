/*
 * onsager plot: one quantity with its error bars, as SVG, PNG or PDF.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

ons_status cli_figure_format(const char *path, const char **format) {
    static const char *const formats[] = {"svg", "png", "pdf"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < 3; i++) {
        if (strcmp(dot + 1, formats[i]) == 0) {
            *format = formats[i];
            return ONS_OK;
        }
    }
    return ons_fail(ONS_INVALID, "'%s' must end with .svg, .png or .pdf", path);
}

static bool is_axes(const char *log) {
    return strcmp(log, "x") == 0 || strcmp(log, "y") == 0 || strcmp(log, "xy") == 0;
}

/* "2.2:2.4", an end may be left open: from == to stays where both are. */
static const char *read_interval(const char *text, double *from, double *to, bool *good) {
    const size_t length = strcspn(text, ","), colon = strcspn(text, ":");
    char *first = colon < length ? ons_copy_part(text, colon) : NULL;
    char *second = colon < length ? ons_copy_part(text + colon + 1, length - colon - 1) : NULL;
    *good = first && second && (!*first) == (!*second);
    if (*good && *first) {
        *good = ons_parse_real(first, from) == ONS_OK && ons_parse_real(second, to) == ONS_OK && *from < *to;
    }
    free(first);
    free(second);
    return text + length + (text[length] == ',');
}

/* "X", "X,Y" or ":,Y", each FROM:TO. */
static ons_status read_range(const char *text, double range[4]) {
    bool good = true, good_y = true;
    const char *rest = text ? read_interval(text, &range[0], &range[1], &good) : "";
    if (*rest) { rest = read_interval(rest, &range[2], &range[3], &good_y); }
    if (good && good_y && !*rest) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--range takes FROM:TO of x, or of x and y: '2.2:2.4,0:1', ':,0:1', not '%s'", text);
}

/* "column", "page" or centimetres. */
static ons_status read_width(const char *text, double *width) {
    *width = CLI_COLUMN;
    if (!text || strcmp(text, "column") == 0) { return ONS_OK; }
    if (strcmp(text, "page") == 0) {
        *width = CLI_PAGE;
        return ONS_OK;
    }
    if (ons_parse_real(text, width) == ONS_OK && *width >= 4 && *width <= 100) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--width takes column (8.6 cm), page (17.8 cm) or centimetres from 4 to 100, not '%s'",
                    text);
}

/* "NAME", "NAME,SIZE" or "SIZE"; *name is allocated (NULL: the usual one). */
static ons_status read_font(const char *text, char **name, double *size) {
    *name = NULL;
    *size = 8;
    if (!text || (ons_parse_real(text, size) == ONS_OK && *size >= 4 && *size <= 72)) { return ONS_OK; }
    const size_t length = strcspn(text, ",");
    bool good = length > 0 && (!text[length] || ons_parse_real(text + length + 1, size) == ONS_OK);
    for (size_t i = 0; i < length; i++) { good = good && (isalnum((unsigned char)text[i]) || strchr(" -_", text[i])); }
    if (!good || !(*size >= 4 && *size <= 72)) {
        return ons_fail(ONS_INVALID, "--font takes NAME, NAME,SIZE or SIZE (points, 4 to 72), not '%s'", text);
    }
    *name = ons_copy_part(text, length);
    return *name ? ONS_OK : ONS_MEMORY;
}

/* All that the options say of the look of a figure. */
typedef struct look {
    const char *format, *log;
    double range[4];
    char *font;
    cli_canvas canvas;
} look;

static ons_status read_look(const cli_arguments *arguments, look *wanted) {
    const char *output = cli_option_value(arguments, "output");
    *wanted = (look){.format = "svg", .log = cli_option_value(arguments, "log")};
    ons_status status = output ? cli_figure_format(output, &wanted->format) : ONS_OK;
    if (status == ONS_OK && wanted->log && !is_axes(wanted->log)) {
        status = ons_fail(ONS_INVALID, "--log takes x, y or xy, not '%s'", wanted->log);
    }
    if (status == ONS_OK) { status = read_range(cli_option_value(arguments, "range"), wanted->range); }
    if (status == ONS_OK) { status = read_width(cli_option_value(arguments, "width"), &wanted->canvas.width); }
    if (status == ONS_OK) {
        status = read_font(cli_option_value(arguments, "font"), &wanted->font, &wanted->canvas.size);
    }
    wanted->canvas.format = wanted->format;
    wanted->canvas.font = wanted->font;
    wanted->canvas.titles = cli_option_value(arguments, "title");
    return status;
}

/* The first quantity that can be drawn. */
static const char *default_quantity(const ons_results *results) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t r = 0; r < task->results; r++) {
            if (task->result[r].kind != ONS_TABLE) { return task->result[r].name; }
        }
    }
    return NULL;
}

/* Draws into `keep`, or into a directory that is removed afterwards, and puts the picture where it belongs. */
static ons_status draw(const cli_figure *figures, size_t number, const cli_canvas *canvas, const char *keep,
                       const char *output) {
    char *directory = NULL, *picture = NULL, *bytes = NULL;
    size_t length = 0;
    ons_status status = ONS_OK;
    if (keep) {
        struct stat found;
        if (mkdir(keep, 0777) != 0 && (errno != EEXIST || stat(keep, &found) != 0 || !S_ISDIR(found.st_mode))) {
            return ons_fail(ONS_INVALID, "--keep %s: the folder cannot be made: %s", keep, strerror(errno));
        }
    } else {
        status = cli_temporary_directory(&directory);
    }
    const char *where = keep ? keep : directory;
    if (status == ONS_OK) { status = cli_gnuplot(figures, number, canvas, where); }
    if (status == ONS_OK) {
        picture = ons_format("%s/figure-1.%s", where, canvas->format);
        status = picture ? ons_file_read(picture, (size_t)1 << 30, &bytes, &length) : ONS_MEMORY;
    }
    if (status == ONS_OK) { status = cli_replace(output, bytes, length); }
    if (directory) { cli_remove_directory(directory); }
    free(bytes);
    free(picture);
    free(directory);
    return status;
}

ons_status cli_figure_draw(const cli_figure *figures, size_t count, const char *keep, const char *format,
                           const char *output) {
    return draw(figures, count, &(cli_canvas){.format = format, .width = CLI_COLUMN}, keep, output);
}

/* Without -o: the archive's name and the quantities. */
static char *default_output(const char *archive, const char *quantities) {
    const char *dot = strrchr(archive, '.');
    const size_t length = dot && strcmp(dot, ".h5") == 0 ? (size_t)(dot - archive) : strlen(archive);
    char *name = ons_format("%.*s-%s.svg", (int)length, archive, quantities);
    for (char *c = name ? name + length : NULL; c && *c; c++) {
        if (*c == ',' || *c == '/') { *c = '-'; }
    }
    return name;
}

#define PANELS 8

/* A figure for each quantity of the list, one below the other. */
static ons_status collect(const cli_arguments *arguments, const ons_results *results, const char *quantities,
                          const look *wanted, cli_figure *figures, size_t *count) {
    cli_wish wish = {.x = cli_option_value(arguments, "x"),
                     .by = cli_option_value(arguments, "by"),
                     .where = cli_option_value(arguments, "where"),
                     .lines = cli_option_value(arguments, "lines"),
                     .map = cli_option_value(arguments, "map")};
    ons_status status = ONS_OK;
    for (const char *item = quantities; item && status == ONS_OK; item = strchr(item, ',')) {
        item += *item == ',';
        if (*count == PANELS) { return ons_fail(ONS_INVALID, "at most %d quantities fit into one figure", PANELS); }
        char *name = ons_copy_part(item, strcspn(item, ","));
        cli_figure *figure = &figures[*count];
        wish.y = name;
        status = name ? cli_figure_wish(results, &wish, figure) : ONS_MEMORY;
        figure->joined = *count > 0;
        figure->log_x = wanted->log && strchr(wanted->log, 'x');
        figure->log_y = wanted->log && strchr(wanted->log, 'y');
        memcpy(figure->range, wanted->range, sizeof figure->range);
        ++*count;
        free(name);
    }
    for (size_t i = 1; i < *count && status == ONS_OK; i++) {
        if (strcmp(figures[i].x_label, figures[0].x_label) == 0 && !figures[i].map.columns && !figures[0].map.columns) {
            continue;
        }
        status = ons_fail(ONS_INVALID, "'%s' and '%s' have no common axis: draw them one by one", figures[0].title,
                          figures[i].title);
    }
    return status;
}

static ons_status set_title(cli_figure *figure, const char *title) {
    if (!title) { return ONS_OK; }
    free(figure->title);
    figure->title = ons_copy(title);
    return figure->title ? ONS_OK : ONS_MEMORY;
}

/* A range of x with all points on one side of it would show an empty frame. */
static ons_status check_range(const cli_figure *figure) {
    const double from = figure->range[0], to = figure->range[1];
    bool points = false, below = from < to, above = from < to;
    for (size_t i = 0; i < figure->count; i++) {
        for (size_t k = 0; k < figure->curves[i].count; k++) {
            const double x = figure->curves[i].points[4 * k];
            below = below && x < from;
            above = above && x > to;
            points = true;
        }
    }
    if (!points || !(below || above)) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--range: no point of '%s' lies there", figure->y_label);
}

/* A logarithmic axis shows nothing of what is not positive: refused where that is all, else said. */
static ons_status check_logarithms(const cli_figure *figure, const char *log) {
    size_t x = 0, y = 0, shown = 0, points = 0;
    for (size_t i = 0; i < figure->count; i++) {
        for (size_t k = 0; k < figure->curves[i].count; k++, points++) {
            const double *point = &figure->curves[i].points[4 * k];
            const bool left = !figure->log_x || point[0] > 0, up = !figure->log_y || point[1] > 0;
            x += left;
            y += up;
            shown += left && up;
        }
    }
    if (shown == points || figure->map.columns) { return ONS_OK; }
    if (shown == 0) {
        return ons_fail(ONS_INVALID, "--log %s: no number of '%s' is positive", x ? "y" : "x",
                        x ? figure->y_label : figure->x_label);
    }
    fprintf(stderr, "note: %zu of %zu points of '%s' are not positive and left out (--log %s)\n", points - shown,
            points, y < points ? figure->y_label : figure->x_label, log);
    return ONS_OK;
}

static ons_status draw_quantities(const cli_arguments *arguments, const ons_results *results, const char *path,
                                  const look *wanted) {
    const char *given = cli_option_value(arguments, "output"), *y = cli_option_value(arguments, "y");
    cli_figure figures[PANELS] = {0};
    size_t count = 0;
    y = y ? y : default_quantity(results);
    if (!y) { return ons_fail(ONS_INVALID, "%s holds nothing that can be drawn", path); }
    ons_status status = collect(arguments, results, y, wanted, figures, &count);
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        status = check_logarithms(&figures[i], wanted->log);
        if (status == ONS_OK) { status = check_range(&figures[i]); }
    }
    if (status == ONS_OK) { status = set_title(&figures[0], cli_option_value(arguments, "title")); }
    char *output = given ? ons_copy(given) : default_output(path, y);
    if (status == ONS_OK && !output) { status = ONS_MEMORY; }
    if (status == ONS_OK) {
        status = draw(figures, count, &wanted->canvas, cli_option_value(arguments, "keep"), output);
    }
    if (status == ONS_OK) {
        ons_text text = {0};
        ons_text_add(&text, "%s\n", output);
        status = cli_print(&text);
        ons_text_free(&text);
    }
    free(output);
    for (size_t i = 0; i < count; i++) { cli_figure_free(&figures[i]); }
    return status;
}

/* What concerns a picture has no meaning for a figure, and the other way round. */
static ons_status check_options(const cli_arguments *arguments, bool picture) {
    static const char *const of_figures[] = {"x",     "y",   "by",    "log",   "keep", "range",
                                             "lines", "map", "title", "width", "font", NULL};
    static const char *const of_pictures[] = {"task", "replica", "system", NULL};
    for (const char *const *name = picture ? of_figures : of_pictures; *name; name++) {
        if (!cli_option_value(arguments, *name)) { continue; }
        return picture
                   ? ons_fail(ONS_INVALID, "%s%s has no meaning with --picture", strlen(*name) > 1 ? "--" : "-", *name)
                   : ons_fail(ONS_INVALID, "--%s needs --picture", *name);
    }
    return ONS_OK;
}

/* What the options say is looked at before the archive is opened. */
ons_status cli_plot(cli_arguments *arguments) {
    const char *path;
    const bool picture = cli_option_value(arguments, "picture");
    ons_results *results = NULL;
    look wanted = {0};
    ons_status status = check_options(arguments, picture);
    if (status == ONS_OK && !picture) { status = read_look(arguments, &wanted); }
    if (status == ONS_OK) { status = cli_results_open_words(arguments, &results, &path); }
    if (status == ONS_OK) {
        status =
            picture ? cli_plot_picture(arguments, results, path) : draw_quantities(arguments, results, path, &wanted);
        ons_results_free(results);
    }
    free(wanted.font);
    return status;
}
