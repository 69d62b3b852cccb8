/*
 * Figures drawn by gnuplot: a script and data files in a directory, which the user may keep and edit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the script -----------------------------------------------------------------------------------------------------
 */

double cli_type_scale(const cli_canvas *canvas) { return strcmp(canvas->format, "svg") == 0 ? 4.0 / 3 : 1; }

/* Lengths of the picture in the terminal's own units: SVG has 96 to the inch, PNG 300, PDF points. */
static void add_terminal(const picture *of, ons_text *script) {
    const cli_canvas *canvas = of->canvas;
    const char *font = canvas->font ? canvas->font : "Helvetica";
    const double inches[2] = {of->width / 72, of->height / 72};
    char type[ONS_REAL_TEXT];
    const char *size = ons_real_text(round(of->size * cli_type_scale(canvas) * 100) / 100, type);
    if (strcmp(canvas->format, "svg") == 0) {
        ons_text_add(script,
                     "set terminal svg size %.0f,%.0f %s enhanced font '%s,%s' linewidth 1.2 background '#ffffff'\n",
                     96 * inches[0], 96 * inches[1], canvas->scalable ? "dynamic" : "fixed", font, size);
    } else if (strcmp(canvas->format, "png") == 0) {
        ons_text_add(script,
                     "set terminal pngcairo size %.0f,%.0f enhanced font '%s,%s' fontscale 3.125 linewidth 3 "
                     "pointscale 3 background '#ffffff'\n",
                     300 * inches[0], 300 * inches[1], font, size);
    } else {
        ons_text_add(script, "set terminal pdfcairo size %.2fcm,%.2fcm enhanced font '%s,%s' fontscale 0.75\n",
                     2.54 * inches[0], 2.54 * inches[1], font, size);
    }
}

static ons_status write_script(const picture *pictures, size_t count, const char *directory) {
    ons_text script = {0};
    ons_text_add(&script, "# Draws the figures of this folder again: gnuplot figure.gp\n"
                          "if (strlen(ARG0) > 9) cd ARG0[1:strlen(ARG0)-9]\n"
                          "set encoding utf8\n");
    for (size_t i = 0; i < count; i++) {
        add_terminal(&pictures[i], &script);
        if (i == 0) {
            ons_text_add(&script,
                         "set datafile missing '?'\nset border lw 0.8 lc rgb '#000000'\n"
                         "set tics front scale %s\nset samples 2\n",
                         strcmp(pictures[i].canvas->format, "png") == 0 ? "0.8,0.4" : "0.5,0.25");
        }
        cli_script(&pictures[i], &script);
    }
    char *path = ons_format("%s/figure.gp", directory);
    const ons_status status = path ? cli_write(path, &script) : ONS_MEMORY;
    free(path);
    ons_text_free(&script);
    return status;
}

/* ---- the data -------------------------------------------------------------------------------------------------------
 */

static void add_numbers(ons_text *text, const double *values, size_t count) {
    for (size_t k = 0; k < count; k++) {
        char buffer[ONS_REAL_TEXT];
        ons_text_add(text, "%s%s", isfinite(values[k]) ? ons_real_text(values[k], buffer) : "?",
                     k + 1 < count ? " " : "\n");
    }
}

static ons_status write_data(const char *directory, const char *name, const ons_text *text) {
    char *path = ons_format("%s/%s", directory, name);
    const ons_status status = path ? cli_write(path, text) : ONS_MEMORY;
    free(path);
    return status;
}

static ons_status write_curve(const picture *of, size_t p, size_t curve, const char *directory) {
    const cli_curve *from = &of->panels[p].figure->curves[curve];
    ons_text text = {0}, name = {0};
    ons_text_add(&text, "# x y error exact; ? is not known\n");
    for (size_t i = 0; i < from->count; i++) { add_numbers(&text, from->points + 4 * i, 4); }
    cli_data_name(of, p, &name);
    ons_text_add(&name, "curve-%zu.dat", curve + 1);
    const ons_status status = name.failed ? ONS_MEMORY : write_data(directory, name.data, &text);
    ons_text_free(&text);
    ons_text_free(&name);
    return status;
}

/* The border between cells: half way between their centres. */
static double border(const double *centre, size_t count, size_t i) {
    if (count == 1) { return centre[0] + (i ? 0.5 : -0.5); }
    const size_t at = i == 0 ? 1 : i == count ? count - 1 : i;
    const double half = (centre[at] - centre[at - 1]) / 2;
    return i == 0 ? centre[0] - half : i == count ? centre[count - 1] + half : centre[at - 1] + half;
}

static ons_status write_map(const picture *of, size_t p, const char *directory) {
    const cli_map *map = &of->panels[p].figure->map;
    ons_text text = {0}, name = {0};
    ons_text_add(&text, "# x, from, to, y, from, to, value; ? is not known\n");
    for (size_t i = 0; i < map->rows * map->columns; i++) {
        const size_t row = i / map->columns, column = i % map->columns;
        const double cell[7] = {
            map->x[column], border(map->x, map->columns, column), border(map->x, map->columns, column + 1),
            map->y[row],    border(map->y, map->rows, row),       border(map->y, map->rows, row + 1),
            map->value[i]};
        add_numbers(&text, cell, 7);
    }
    cli_data_name(of, p, &name);
    ons_text_add(&name, "map.dat");
    const ons_status status = name.failed ? ONS_MEMORY : write_data(directory, name.data, &text);
    ons_text_free(&text);
    ons_text_free(&name);
    return status;
}

static ons_status write_picture(const picture *of, const char *directory) {
    ons_status status = ONS_OK;
    for (size_t p = 0; p < of->count && status == ONS_OK; p++) {
        const cli_figure *figure = of->panels[p].figure;
        for (size_t c = 0; c < figure->count && status == ONS_OK; c++) {
            if (figure->curves[c].count) { status = write_curve(of, p, c, directory); }
        }
        if (status == ONS_OK && figure->map.columns) { status = write_map(of, p, directory); }
    }
    return status;
}

/* ---- gnuplot --------------------------------------------------------------------------------------------------------
 */

/* The first line of what gnuplot said that is not empty and not its own prompt. */
static ons_status gnuplot_failed(const char *directory) {
    char *path = ons_format("%s/gnuplot.log", directory), *log = NULL;
    size_t count = 0;
    if (!path) { return ONS_MEMORY; }
    const char *line = "";
    int length = 0;
    if (ons_file_read(path, 1 << 20, &log, &count) == ONS_OK) {
        for (const char *c = log; *c; c += strcspn(c, "\n"), c += *c == '\n') {
            const char *words = c + strspn(c, " \t^");
            if (*words == '\n' || *words == '\0') { continue; }
            line = words;
            length = (int)strcspn(words, "\n");
            if (strstr(words, "line ") == words || strncmp(words, "\"figure.gp\"", 11) == 0) { break; }
        }
    }
    const ons_status status = ons_fail(ONS_FAILED, "gnuplot could not draw: %.*s", length, line);
    free(log);
    free(path);
    return status;
}

static ons_status run_gnuplot(const char *directory) {
    static char name[] = "gnuplot", plain[] = "-d", script[] = "figure.gp"; /* -d: without the user's own settings */
    char *const words[] = {name, plain, script, NULL};
    const ons_process process = {.words = words, .directory = directory, .output = "gnuplot.log"};
    int code = 0;
    const ons_status status = ons_process_run(&process, &code);
    if (status == ONS_DONE) {
        return ons_fail(ONS_FAILED, "gnuplot was not found: install it (apt-get install gnuplot-nox)");
    }
    return status == ONS_OK && code != 0 ? gnuplot_failed(directory) : status;
}

size_t cli_pictures(const cli_figure *figures, size_t count) {
    size_t pictures = count ? 1 : 0;
    for (size_t i = 1; i < count; i++) { pictures += !figures[i].joined; }
    return pictures;
}

/* Groups figures that are joined, and lays each group out. */
static void arrange(const cli_figure *figures, size_t count, const cli_canvas *canvas, picture *pictures,
                    panel *panels) {
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        panels[i].figure = &figures[i];
        if (i == 0 || !figures[i].joined) {
            pictures[made] = (picture){.canvas = canvas, .panels = &panels[i], .number = made + 1};
            made++;
        }
        pictures[made - 1].count++;
    }
    for (size_t i = 0; i < made; i++) { cli_layout(&pictures[i]); }
}

ons_status cli_gnuplot(const cli_figure *figures, size_t count, const cli_canvas *canvas, const char *directory) {
    const size_t made = cli_pictures(figures, count);
    picture *pictures = ONS_NEW(picture, made);
    panel *panels = ONS_NEW(panel, count);
    ons_status status = pictures && panels ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { arrange(figures, count, canvas, pictures, panels); }
    for (size_t i = 0; i < made && status == ONS_OK; i++) { status = write_picture(&pictures[i], directory); }
    if (status == ONS_OK) { status = write_script(pictures, made, directory); }
    free(pictures);
    free(panels);
    return status == ONS_OK ? run_gnuplot(directory) : status;
}

ons_status cli_temporary_directory(char **path) {
    const char *base = getenv("TMPDIR");
    *path = ons_format("%s/onsager-XXXXXX", base && *base ? base : "/tmp");
    if (!*path) { return ONS_MEMORY; }
    if (mkdtemp(*path)) { return ONS_OK; }
    const ons_status status = ons_fail(ONS_FAILED, "no temporary directory can be made in %s: %s",
                                       base && *base ? base : "/tmp", strerror(errno));
    free(*path);
    *path = NULL;
    return status;
}

void cli_remove_directory(const char *path) {
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        unlinkat(dirfd(directory), entry->d_name, 0);
    }
    if (directory) { closedir(directory); }
    rmdir(path);
}
