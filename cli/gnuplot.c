/*
 * Figures drawn by gnuplot: a script and data files in a directory, which the user may keep and edit.
 *
 * All texts stand in single quotes, where gnuplot substitutes nothing, and no path is ever part of the script: gnuplot
 * runs in the directory and knows only the plain names that this file makes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Colours of Okabe and Ito (2008), ordered so that neighbours differ in grey too; every curve has its own kind of
 * point. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#56b4e9", "#e69f00"};
static const int points[] = {7, 4, 9, 6, 5, 8, 11, 10, 13, 12, 2, 1};
#define COLOURS (sizeof colours / sizeof *colours)
#define POINTS (sizeof points / sizeof *points)

static void quoted(ons_text *script, const char *string) {
    ons_text_add(script, "'");
    for (const char *c = string; *c; c++) {
        if (*c == '\'') { ons_text_add(script, "'"); }
        ons_text_add_bytes(script, (unsigned char)*c < 32 ? " " : c, 1);
    }
    ons_text_add(script, "'");
}

static void curve_lines(ons_text *script, const cli_figure *figure, size_t number, size_t curve,
                        const char *separator) {
    const cli_curve *c = &figure->curves[curve];
    const char *colour = colours[curve % COLOURS];
    const bool joined = !figure->steps && !c->has_exact && !c->loose; /* where the truth is known, the line is its own */
    if (c->plain) {
        ons_text_add(script, "%s 'figure-%zu-curve-%zu.dat' using 1:2 with lines lt 1 lc rgb '%s' lw 1.2 title ",
                     separator, number, curve + 1, colour);
        quoted(script, c->label);
        return;
    }
    const char *style = joined ? c->has_error ? "yerrorlines" : "linespoints" : c->has_error ? "yerrorbars" : "points";
    ons_text_add(script, "%s 'figure-%zu-curve-%zu.dat' using 1:2%s with %s lt 1 lc rgb '%s' pt %d ps 0.7 lw 1 title ",
                 separator, number, curve + 1, c->has_error ? ":3" : "", style, colour, points[curve % POINTS]);
    quoted(script, c->label);
    if (figure->steps) {
        ons_text_add(script, ", \\\n 'figure-%zu-curve-%zu.dat' using 1:2 with histeps lt 1 lc rgb '%s' notitle",
                     number, curve + 1, colour);
    }
    if (c->has_exact) {
        ons_text_add(script, ", \\\n 'figure-%zu-curve-%zu.dat' using 1:4 with lines dt 2 lw 0.8 lc rgb '%s' notitle",
                     number, curve + 1, colour);
    }
}

static void figure_lines(ons_text *script, const cli_figure *figure, size_t number, const char *format) {
    ons_text_add(script, "\nset output 'figure-%zu.%s'\n", number, format);
    ons_text_add(script, "set title "), quoted(script, figure->title);
    ons_text_add(script, "\nset xlabel "), quoted(script, figure->x_label);
    ons_text_add(script, "\nset ylabel "), quoted(script, figure->y_label);
    ons_text_add(script, "\nunset logscale\n%s\n%s",
                 figure->log_x ? "unset offsets\nset logscale x" : "set offsets graph 0.02, graph 0.02, 0, 0",
                 figure->log_y ? "set logscale y\n" : "");
    bool exact = false;
    ons_text_add(script, "plot");
    for (size_t i = 0; i < figure->count; i++) {
        curve_lines(script, figure, number, i, i ? ", \\\n" : "");
        exact = exact || figure->curves[i].has_exact;
    }
    if (exact) { ons_text_add(script, ", \\\n NaN with lines dt 2 lw 0.8 lc rgb '#000000' title 'exact'"); }
    ons_text_add(script, "\nunset output\n");
}

static const char *terminal(const char *format) {
    if (strcmp(format, "png") == 0) { return "pngcairo size 1000,700 noenhanced font 'Sans,12' background '#ffffff'"; }
    if (strcmp(format, "pdf") == 0) { return "pdfcairo size 16cm,11cm noenhanced font 'Sans,10'"; }
    return "svg size 760,520 dynamic noenhanced font 'Helvetica,Arial,sans-serif,14' background '#ffffff'";
}

static ons_status write_script(const cli_figure *figures, size_t count, const char *format, const char *directory) {
    ons_text script = {0};
    ons_text_add(&script, "# gnuplot plot.gp\nset encoding utf8\nset terminal %s\nset key outside right top\n",
                 terminal(format));
    ons_text_add(&script,
                 "set datafile missing '?'\nset grid lc rgb '#dddddd'\nset bars 0.6\nset border lc rgb '#444444'\n");
    for (size_t i = 0; i < count; i++) { figure_lines(&script, &figures[i], i + 1, format); }
    char *path = ons_format("%s/plot.gp", directory);
    const ons_status status = path ? cli_write(path, &script) : ONS_MEMORY;
    free(path);
    ons_text_free(&script);
    return status;
}

static ons_status write_curve(const cli_curve *curve, const char *path) {
    ons_text text = {0};
    ons_text_add(&text, "# x y error exact\n");
    for (size_t i = 0; i < curve->count; i++) {
        for (size_t k = 0; k < 4; k++) {
            char buffer[ONS_REAL_TEXT];
            const double value = curve->points[4 * i + k];
            /* An error that is not known draws no bar. */
            const char *missing = k == 2 ? "0" : "?";
            ons_text_add(&text, "%s%s", isfinite(value) ? ons_real_text(value, buffer) : missing, k < 3 ? " " : "\n");
        }
    }
    const ons_status status = cli_write(path, &text);
    ons_text_free(&text);
    return status;
}

static ons_status write_data(const cli_figure *figures, size_t count, const char *directory) {
    ons_status status = ONS_OK;
    for (size_t f = 0; f < count; f++) {
        for (size_t c = 0; c < figures[f].count && status == ONS_OK; c++) {
            char *path = ons_format("%s/figure-%zu-curve-%zu.dat", directory, f + 1, c + 1);
            status = path ? write_curve(&figures[f].curves[c], path) : ONS_MEMORY;
            free(path);
        }
    }
    return status;
}

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
            if (strstr(words, "line ") == words || strncmp(words, "\"plot.gp\"", 9) == 0) { break; }
        }
    }
    const ons_status status = ons_fail(ONS_FAILED, "gnuplot could not draw: %.*s", length, line);
    free(log);
    free(path);
    return status;
}

static ons_status run_gnuplot(const char *directory) {
    static char name[] = "gnuplot", plain[] = "-d", script[] = "plot.gp"; /* -d: without the user's own settings */
    char *const words[] = {name, plain, script, NULL};
    const ons_process process = {.words = words, .directory = directory, .output = "gnuplot.log"};
    int code = 0;
    const ons_status status = ons_process_run(&process, &code);
    if (status == ONS_DONE) {
        return ons_fail(ONS_FAILED, "gnuplot was not found: install it (apt-get install gnuplot-nox)");
    }
    return status == ONS_OK && code != 0 ? gnuplot_failed(directory) : status;
}

ons_status cli_gnuplot(const cli_figure *figures, size_t count, const char *format, const char *directory) {
    ons_status status = write_data(figures, count, directory);
    if (status == ONS_OK) { status = write_script(figures, count, format, directory); }
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
