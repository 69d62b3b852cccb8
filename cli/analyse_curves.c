/*
 * What analyses of curves share: the axes, the points as a figure, the notes on their errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status cli_curves_request(const cli_arguments *arguments, ons_curves_request *request) {
    *request = (ons_curves_request){cli_option_value(arguments, "y"), cli_option_value(arguments, "x"),
                                    cli_option_value(arguments, "by"), -INFINITY, INFINITY};
    if (!request->quantity) {
        return ons_fail(ONS_INVALID, "'%s' needs -y NAME, the quantity", cli_analysis_word(arguments->verb));
    }
    const ons_status status = cli_real_option(arguments, "from", -INFINITY, &request->from);
    return status == ONS_OK ? cli_real_option(arguments, "to", INFINITY, &request->to) : status;
}

ons_status cli_size_axes(const cli_arguments *arguments, const ons_results *results, const char *quantity,
                         const char **x_axis, const char **size) {
    const char *x = cli_option_value(arguments, "x"), *by = cli_option_value(arguments, "by");
    cli_axes axes;
    ons_status status = cli_default_axes(results, cli_quantity_axis(results, quantity), &axes);
    if (status != ONS_OK) { return status; }
    *x_axis = x ? x : axes.x && by && strcmp(axes.x, by) == 0 ? axes.by : axes.x;
    *size = by ? by : axes.x && *x_axis && strcmp(axes.x, *x_axis) != 0 ? axes.x : axes.by;
    if (!*x_axis || !*size) {
        return ons_fail(ONS_INVALID,
                        "%s: a %s needs two parameters that vary: one on the axis (-x) and the size (--by)",
                        ons_results_path(results), cli_analysis_word(arguments->verb));
    }
    const char *const both[] = {*x_axis, *size};
    for (size_t i = 0; i < 2 && status == ONS_OK; i++) {
        status = cli_check_parameter(results, both[i]);
        if (status == ONS_OK && !cli_parameter_is_number(results, both[i])) {
            status = ons_fail(ONS_INVALID, "'%s' holds no numbers: it can be neither axis nor size", both[i]);
        }
    }
    return status;
}

ons_status cli_analysis_figure(const ons_results *results, const char *what, const char *x, const char *y,
                               cli_figure *figure) {
    char *title = ons_format("%s: %s", ons_results_system(results), what);
    char *x_label = cli_axis_label(x, cli_parameter_unit(results, x));
    char *y_label = cli_axis_label(y, cli_quantity_unit(results, y));
    const ons_status status =
        title && x_label && y_label ? cli_figure_begin(figure, title, x_label, y_label) : ONS_MEMORY;
    free(title);
    free(x_label);
    free(y_label);
    return status;
}

ons_status cli_curves_figure(const ons_results *results, const ons_curves *curves, const char *quantity,
                             cli_figure *figure) {
    ons_status status = cli_analysis_figure(results, quantity, curves->x, quantity, figure);
    for (size_t c = 0; c < curves->count && status == ONS_OK; c++) {
        const ons_curve *curve = &curves->curve[c];
        cli_curve *drawn;
        status = cli_figure_curve(figure, curve->label[0] ? curve->label : quantity, CLI_POINTS, &drawn);
        for (size_t i = 0; i < curve->points.count && status == ONS_OK; i++) {
            status = cli_curve_add(drawn, curve->points.x[i], curve->points.y[i],
                                   curve->unweighted ? NAN : curve->points.errors[i], NAN);
        }
    }
    return status;
}

void cli_curves_notes(const ons_curves *curves, ons_text *text) {
    size_t left_out = 0;
    const char *note = "";
    for (size_t c = 0; c < curves->count; c++) {
        left_out += curves->curve[c].left_out;
        if (curves->curve[c].note[0]) { note = curves->curve[c].note; }
    }
    if (*note) { ons_text_add(text, "Note: %s.\n", note); }
    if (left_out) { ons_text_add(text, "%zu points without a finite value and error were left out.\n", left_out); }
}
