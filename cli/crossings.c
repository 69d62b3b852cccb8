/*
 * Where the curves of neighbouring sizes cross, as a table and a sentence.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void cli_crossings_choose(cli_crossings *crossings) {
    double largest = -INFINITY;
    size_t equals = 0;
    crossings->best = NULL;
    for (size_t i = 0; i < crossings->count; i++) {
        const ons_crossing_row *row = &crossings->rows[i];
        const double size = row->by1 + row->by2;
        equals = size > largest ? 1 : equals + (size == largest);
        if (size > largest) { crossings->best = row; }
        largest = size > largest ? size : largest;
    }
    if (equals > 1) { crossings->best = NULL; } /* several groups of tasks */
}

ons_status cli_crossings_find(const ons_results *results, cli_crossings *crossings) {
    const ons_status status = ons_results_crossings(results, crossings->quantity, crossings->x, crossings->by,
                                                    &crossings->rows, &crossings->count);
    if (status == ONS_OK) { cli_crossings_choose(crossings); }
    return status;
}

void cli_crossings_free(cli_crossings *crossings) {
    free(crossings->rows);
    crossings->rows = NULL;
    crossings->count = 0;
}

void cli_crossings_table(const cli_crossings *crossings, cli_table *table) {
    for (size_t i = 0; i < crossings->count; i++) {
        const ons_crossing_row *row = &crossings->rows[i];
        char number[CLI_NUMBER];
        cli_table_cell(table, "%g", row->by1);
        cli_table_cell(table, "%g", row->by2);
        if (!isfinite(row->crossing.x)) {
            cli_table_cell(table, "%s", "not once in this range");
            for (int empty = 0; empty < 3; empty++) { cli_table_cell(table, "%s", ""); }
            continue;
        }
        cli_table_cell(table, "%s", cli_number(number, row->crossing.x, row->crossing.x_error));
        cli_table_cell(table, "%s", cli_number(number, row->crossing.y, row->crossing.y_error));
        cli_table_cell(table, "%u", row->crossing.degree);
        cli_table_cell(table, "%.2g", row->crossing.goodness);
    }
}

void cli_crossings_sentence(const cli_crossings *crossings, double exact, const char *source, ons_text *text) {
    char number[CLI_NUMBER];
    const ons_crossing_row *best = crossings->best;
    if (!best) {
        ons_text_add(text, "Several groups of tasks have crossings of the largest sizes; no single estimate.\n");
        return;
    }
    if (!isfinite(best->crossing.x)) {
        ons_text_add(
            text,
            "No estimate: the curves of the two largest sizes, %s = %g and %g, do not cross once in this range.\n",
            crossings->by, best->by1, best->by2);
        return;
    }
    ons_text_add(text, "Estimate from the two largest sizes, %s = %g and %g: %s = %s", crossings->by, best->by1,
                 best->by2, crossings->x, cli_number(number, best->crossing.x, best->crossing.x_error));
    if (isfinite(exact)) {
        char shortest[ONS_REAL_TEXT];
        ons_text_add(text, "; exact %s%s%s%s: (ours-exact)/error = %+.1f", ons_real_text(exact, shortest),
                     source ? " (" : "", source ? source : "", source ? ")" : "",
                     cli_deviation(best->crossing.x, exact, best->crossing.x_error));
    }
    ons_text_add(text, "\n");
}

ons_status cli_exact_option(const cli_arguments *arguments, double *exact, const char **source) {
    const char *given = cli_option_value(arguments, "exact");
    *exact = NAN;
    *source = cli_option_value(arguments, "source");
    if (!given) { return ONS_OK; }
    if (ons_parse_real(given, exact) == ONS_OK && isfinite(*exact)) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--exact takes a number, not '%s'", given);
}
