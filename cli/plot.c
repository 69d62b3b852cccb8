/*
 * onsager plot: one quantity with its error bars, as SVG, PNG or PDF.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

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

static ons_status read_log(const char *log, cli_figure *figure) {
    if (!log) { return ONS_OK; }
    if (strcmp(log, "x") != 0 && strcmp(log, "y") != 0 && strcmp(log, "xy") != 0) {
        return ons_fail(ONS_INVALID, "--log takes x, y or xy, not '%s'", log);
    }
    figure->log_x = strchr(log, 'x');
    figure->log_y = strchr(log, 'y');
    return ONS_OK;
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
ons_status cli_figure_draw(const cli_figure *figures, size_t count, const char *keep, const char *format,
                           const char *output) {
    char *directory = NULL, *picture = NULL, *bytes = NULL;
    size_t length = 0;
    ons_status status = ONS_OK;
    if (keep) {
        if (mkdir(keep, 0777) != 0 && errno != EEXIST) {
            return ons_fail(ONS_INVALID, "directory %s cannot be made: %s", keep, strerror(errno));
        }
    } else {
        status = cli_temporary_directory(&directory);
    }
    const char *where = keep ? keep : directory;
    if (status == ONS_OK) {
        const cli_canvas canvas = {.format = format, .width = CLI_COLUMN};
        status = cli_gnuplot(figures, count, &canvas, where);
    }
    if (status == ONS_OK) {
        picture = ons_format("%s/figure-1.%s", where, format);
        status = picture ? ons_file_read(picture, (size_t)1 << 30, &bytes, &length) : ONS_MEMORY;
    }
    if (status == ONS_OK) { status = cli_replace(output, bytes, length); }
    if (directory) { cli_remove_directory(directory); }
    free(bytes);
    free(picture);
    free(directory);
    return status;
}

/* Without -o: the archive's name and the quantity. */
static char *default_output(const char *archive, const char *quantity) {
    const char *dot = strrchr(archive, '.');
    const size_t length = dot && strcmp(dot, ".h5") == 0 ? (size_t)(dot - archive) : strlen(archive);
    return ons_format("%.*s-%s.svg", (int)length, archive, quantity);
}

static ons_status draw_quantity(const cli_arguments *arguments, const ons_results *results, const char *path) {
    const char *given = cli_option_value(arguments, "output"), *y = cli_option_value(arguments, "y"), *format = NULL;
    cli_figure figure = {0}, limits = {0};
    char *output = NULL;
    ons_status status = given ? cli_figure_format(given, &format) : ONS_OK;
    if (status == ONS_OK) { status = read_log(cli_option_value(arguments, "log"), &limits); }
    y = y ? y : default_quantity(results);
    if (status == ONS_OK && !y) { status = ons_fail(ONS_INVALID, "%s holds nothing that can be drawn", path); }
    if (status == ONS_OK) {
        status = cli_figure_collect(results, y, cli_option_value(arguments, "x"), cli_option_value(arguments, "by"),
                                    &figure);
    }
    if (status == ONS_OK) {
        figure.log_x = limits.log_x;
        figure.log_y = limits.log_y;
        output = given ? ons_copy(given) : default_output(path, y);
        status = output
                     ? cli_figure_draw(&figure, 1, cli_option_value(arguments, "keep"), format ? format : "svg", output)
                     : ONS_MEMORY;
    }
    if (status == ONS_OK) {
        ons_text text = {0};
        ons_text_add(&text, "%s\n", output);
        status = cli_print(&text);
        ons_text_free(&text);
    }
    free(output);
    cli_figure_free(&figure);
    return status;
}

/* The format of the output and the axes are looked at before the archive is opened.
 *
 * What concerns a picture has no meaning for a figure, and the other way round. */
static ons_status check_options(const cli_arguments *arguments, bool picture) {
    static const char *const of_figures[] = {"x", "y", "by", "log", "keep", NULL};
    static const char *const of_pictures[] = {"task", "replica", "system", NULL};
    for (const char *const *name = picture ? of_figures : of_pictures; *name; name++) {
        if (!cli_option_value(arguments, *name)) { continue; }
        return picture
                   ? ons_fail(ONS_INVALID, "%s%s has no meaning with --picture", strlen(*name) > 1 ? "--" : "-", *name)
                   : ons_fail(ONS_INVALID, "--%s needs --picture", *name);
    }
    const char *given = cli_option_value(arguments, "output"), *format;
    cli_figure limits = {0};
    const ons_status status = given && !picture ? cli_figure_format(given, &format) : ONS_OK;
    return status == ONS_OK ? read_log(cli_option_value(arguments, "log"), &limits) : status;
}

ons_status cli_plot(cli_arguments *arguments) {
    const char *path;
    const bool picture = cli_option_value(arguments, "picture");
    ons_results *results = NULL;
    ons_status status = check_options(arguments, picture);
    if (status == ONS_OK) { status = cli_results_open_words(arguments, &results, &path); }
    if (status != ONS_OK) { return status; }
    status = picture ? cli_plot_picture(arguments, results, path) : draw_quantity(arguments, results, path);
    ons_results_free(results);
    return status;
}
