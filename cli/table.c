/*
 * Tables of text in aligned columns, and numbers as they stand in them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void cli_table_cell(cli_table *table, const char *format, ...) {
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    char *cell = NULL;
    if (length >= (int)sizeof buffer) {
        va_start(arguments, format);
        if (vasprintf(&cell, format, arguments) < 0) { cell = NULL; }
        va_end(arguments);
    } else if (length >= 0) {
        cell = ons_copy(buffer);
    }
    if (!cell || ons_grow((void **)&table->cells, &table->capacity, table->count + 1, sizeof *table->cells) != ONS_OK) {
        free(cell);
        table->failed = true;
        return;
    }
    table->cells[table->count++] = cell;
}

void cli_table_free(cli_table *table) {
    for (size_t i = 0; i < table->count; i++) { free(table->cells[i]); }
    free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
}

bool cli_table_column_used(const cli_table *table, size_t column) {
    for (size_t i = column; i < table->count; i += table->columns) {
        if (table->cells[i][0]) { return true; }
    }
    return false;
}

static size_t column_width(const cli_table *table, size_t column) {
    size_t width = cli_columns(table->headers[column]);
    for (size_t i = column; i < table->count; i += table->columns) {
        const size_t columns = cli_columns(table->cells[i]);
        width = columns > width ? columns : width;
    }
    return width;
}

static void add_line(const cli_table *table, const char *const *cells, const size_t *widths, ons_text *text,
                     size_t indent) {
    ons_text line = {0};
    ons_text_add(&line, "%*s", (int)indent, "");
    bool first = true;
    for (size_t c = 0; c < table->columns; c++) {
        if (widths[c] == 0) { continue; }
        const int padding = (int)(widths[c] - cli_columns(cells[c]));
        const bool right = table->right && table->right[c];
        ons_text_add(&line, "%s%*s%s%*s", first ? "" : "  ", right ? padding : 0, "", cells[c], right ? 0 : padding,
                     "");
        first = false;
    }
    while (line.length && line.data[line.length - 1] == ' ') { line.length--; }
    ons_text_add_bytes(text, line.data ? line.data : "", line.length);
    ons_text_add(text, "\n");
    text->failed = text->failed || line.failed;
    ons_text_free(&line);
}

void cli_table_text(const cli_table *table, ons_text *text, size_t indent) {
    size_t *widths = ONS_NEW(size_t, table->columns);
    if (!widths || table->failed) {
        text->failed = true;
        free(widths);
        return;
    }
    bool headed = false;
    for (size_t c = 0; c < table->columns; c++) {
        widths[c] = cli_table_column_used(table, c) ? column_width(table, c) : 0;
        headed = headed || table->headers[c][0];
    }
    if (headed) { add_line(table, table->headers, widths, text, indent); }
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns) {
        add_line(table, (const char *const *)table->cells + i, widths, text, indent);
    }
    free(widths);
}

void cli_html(ons_text *text, const char *string) {
    for (const char *c = string; *c; c++) {
        switch (*c) {
        case '&': ons_text_add(text, "&amp;"); break;
        case '<': ons_text_add(text, "&lt;"); break;
        case '>': ons_text_add(text, "&gt;"); break;
        case '"': ons_text_add(text, "&quot;"); break;
        case '\'': ons_text_add(text, "&#39;"); break;
        default: ons_text_add_bytes(text, c, 1);
        }
    }
}

void cli_table_html(const cli_table *table, ons_text *text) {
    text->failed = text->failed || table->failed;
    if (text->failed) { return; }
    ons_text_add(text, "<div class=\"wide\"><table>\n<thead><tr>");
    for (size_t c = 0; c < table->columns; c++) {
        if (!cli_table_column_used(table, c)) { continue; }
        ons_text_add(text, "<th%s>", table->right && table->right[c] ? " class=\"n\"" : "");
        cli_html(text, table->headers[c]);
        ons_text_add(text, "</th>");
    }
    ons_text_add(text, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns) {
        ons_text_add(text, "<tr>");
        for (size_t c = 0; c < table->columns; c++) {
            if (!cli_table_column_used(table, c)) { continue; }
            ons_text_add(text, "<td%s>", table->right && table->right[c] ? " class=\"n\"" : "");
            cli_html(text, table->cells[i + c]);
            ons_text_add(text, "</td>");
        }
        ons_text_add(text, "</tr>\n");
    }
    ons_text_add(text, "</tbody></table></div>\n");
}

/* ---- numbers --------------------------------------------------------------------------------------------------------
 */

const char *cli_short(char buffer[CLI_NUMBER], double value) {
    if (isnan(value)) {
        snprintf(buffer, CLI_NUMBER, "nan");
    } else {
        snprintf(buffer, CLI_NUMBER, "%.7g", value);
    }
    return buffer;
}

/* The two leading digits of an error after rounding, and the decimal place of the second: 0.0996 -> 10, -2. */
static int leading_digits(double error, int *place) {
    char text[32];
    snprintf(text, sizeof text, "%.1e", error);
    *place = atoi(strchr(text, 'e') + 1) - 1;
    return (text[0] - '0') * 10 + (text[2] - '0');
}

const char *cli_as_precise(char buffer[CLI_NUMBER], double value, double error) {
    if (!isfinite(value) || !(error > 0) || !isfinite(error)) { return cli_short(buffer, value); }
    int place;
    leading_digits(error, &place);
    if (place < 0 && place > -17 && fabs(value) < 1e9 && fabs(value) + error > 1e-4) {
        snprintf(buffer, CLI_NUMBER, "%.*f", -place, value);
    } else {
        const int digits = (int)floor(log10(fmax(fabs(value), error))) - place + 1;
        snprintf(buffer, CLI_NUMBER, "%.*g", digits < 1 ? 1 : digits > 17 ? 17 : digits, value);
    }
    return buffer;
}

const char *cli_number(char buffer[CLI_NUMBER], double mean, double error) {
    if (!isfinite(mean) || isnan(error)) { return cli_short(buffer, mean); }
    if (!isfinite(error)) {
        snprintf(buffer, CLI_NUMBER, "%.7g(inf)", mean);
        return buffer;
    }
    if (!(error > 0)) { return cli_short(buffer, mean); }
    int place;
    const int digits = leading_digits(error, &place);
    const double largest = fabs(mean) > error ? fabs(mean) : error;
    const int exponent = (int)floor(log10(largest));
    if (exponent < -4 || exponent > 8) { /* 1.234(12)e-07 */
        const int decimals = exponent - place;
        if (decimals > 17) {
            snprintf(buffer, CLI_NUMBER, "%.17g(%.1e)", mean, error);
        } else {
            char scaled[40];
            snprintf(scaled, sizeof scaled, "%.*f", decimals < 0 ? 0 : decimals, mean / pow(10, exponent));
            snprintf(buffer, CLI_NUMBER, "%s(%d)e%+03d", scaled, digits, exponent);
        }
    } else if (place >= 0) { /* 12350(230) */
        const double unit = pow(10, place);
        snprintf(buffer, CLI_NUMBER, "%.0f(%.0f)", round(mean / unit) * unit, digits * unit);
    } else if (place < -17) {
        snprintf(buffer, CLI_NUMBER, "%.17g(%.1e)", mean, error);
    } else {
        snprintf(buffer, CLI_NUMBER, "%.*f(%d)", -place, mean, digits);
    }
    return buffer;
}

double cli_deviation(double ours, double exact, double error) {
    if (!isfinite(ours) || !isfinite(exact) || !isfinite(error)) { return NAN; }
    if (error > 0) { return (ours - exact) / error; }
    return fabs(ours - exact) <= 1e-12 * fabs(exact) ? 0 : ours > exact ? INFINITY : -INFINITY;
}
