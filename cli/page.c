/*
 * Pages of help: the same content for a terminal and as Markdown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <string.h>

void cli_page_title(cli_page *page, const char *title, const char *summary) {
    if (page->markdown) {
        ons_text_add(page->text, "# %s\n\n%s\n", title, summary);
    } else {
        ons_text *text = page->text;
        ons_text_add(text, "%s: ", title);
        cli_wrap(text, summary, strlen(summary), page->width, 2, cli_columns(title) + 2);
    }
}

void cli_page_heading(cli_page *page, const char *heading) {
    ons_text_add(page->text, page->markdown ? "\n## %s\n" : "\n%s\n", heading);
}

void cli_page_code(cli_page *page, const char *code) {
    ons_text_add(page->text, page->markdown ? "\n```sh\n" : "\n");
    for (const char *line = code; *line;) {
        const size_t length = strcspn(line, "\n");
        ons_text_add(page->text, "%s%.*s\n", page->markdown ? "" : "  ", (int)length, line);
        line += length + (line[length] == '\n');
    }
    if (page->markdown) { ons_text_add(page->text, "```\n"); }
}

/* ---- Markdown on a terminal -----------------------------------------------------------------------------------------
 */

static bool blank(const char *line, size_t length) { return strspn(line, " \t") >= length; }

/* Length of "- ", "* " or "1. " with the spaces before it; 0: no item. */
static size_t item_mark(const char *line) {
    const size_t spaces = strspn(line, " ");
    const char *mark = line + spaces;
    if ((*mark == '-' || *mark == '*') && mark[1] == ' ') { return spaces + 2; }
    const size_t digits = strspn(mark, "0123456789");
    return digits && mark[digits] == '.' && mark[digits + 1] == ' ' ? spaces + digits + 2 : 0;
}

static bool verbatim(const char *line) { return strncmp(line, "    ", 4) == 0 || line[0] == '|' || line[0] == '\t'; }

/* One paragraph or item: this line and those that continue it. Returns what follows. */
static const char *wrap_block(cli_page *page, const char *line) {
    const size_t mark = item_mark(line);
    const char *end = line;
    for (;;) {
        end += strcspn(end, "\n");
        if (*end == '\0') { break; }
        const char *next = end + 1;
        if (blank(next, strcspn(next, "\n")) || item_mark(next) || strncmp(next, "```", 3) == 0 || *next == '#') {
            break;
        }
        if (!mark && verbatim(next)) { break; }
        end++;
    }
    ons_text_add(page->text, "  %.*s", (int)mark, line);
    cli_wrap(page->text, line + mark, (size_t)(end - line) - mark, page->width, 2 + mark, 2 + mark);
    return *end ? end + 1 : end;
}

static void terminal_markdown(cli_page *page, const char *markdown) {
    bool fenced = false;
    for (const char *line = markdown; *line;) {
        const size_t length = strcspn(line, "\n");
        const char *next = line + length + (line[length] == '\n');
        if (strncmp(line, "```", 3) == 0) {
            fenced = !fenced;
        } else if (fenced) {
            ons_text_add(page->text, "      %.*s\n", (int)length, line);
        } else if (blank(line, length)) {
            ons_text_add(page->text, "\n");
        } else if (line[0] == '#') {
            const size_t marks = strspn(line, "# ");
            ons_text_add(page->text, "%.*s\n", (int)(length - marks), line + marks);
        } else if (verbatim(line)) {
            ons_text_add(page->text, "  %.*s\n", (int)length, line);
        } else {
            next = wrap_block(page, line);
        }
        line = next;
    }
}

/* A line of Markdown for a page that becomes HTML: "<ij>" outside of code is no tag. */
static void markdown_line(ons_text *text, const char *line, size_t length) {
    bool code = strncmp(line, "    ", 4) == 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '`') { code = !code; }
        if (line[i] == '<' && !code) {
            ons_text_add(text, "&lt;");
        } else {
            ons_text_add_bytes(text, line + i, 1);
        }
    }
}

static void page_markdown(ons_text *text, const char *markdown) {
    bool fenced = false;
    for (const char *line = markdown; *line;) {
        const size_t length = strcspn(line, "\n");
        if (strncmp(line, "```", 3) == 0) {
            fenced = !fenced;
            ons_text_add_bytes(text, line, length);
        } else if (fenced) {
            ons_text_add_bytes(text, line, length);
        } else {
            markdown_line(text, line, length);
        }
        line += length;
        if (!line[strspn(line, "\n")]) { break; }
        ons_text_add(text, "\n");
        line++;
    }
    ons_text_add(text, "\n");
}

void cli_page_markdown(cli_page *page, const char *markdown) {
    if (!markdown || !*markdown) { return; }
    ons_text_add(page->text, "\n");
    if (page->markdown) {
        page_markdown(page->text, markdown);
    } else {
        terminal_markdown(page, markdown);
    }
}

/* ---- tables ---------------------------------------------------------------------------------------------------------
 */

static bool used(const char *const *cells, size_t columns, size_t rows, size_t column) {
    for (size_t r = 0; r < rows; r++) {
        if (cells[r * columns + column][0]) { return true; }
    }
    return false;
}

static void markdown_cell(ons_text *text, const char *cell, bool code) {
    ons_text_add(text, code && *cell ? " `" : " ");
    bool in_code = code;
    for (const char *c = cell; *c; c++) {
        if (*c == '`') { in_code = !in_code; }
        if (*c == '<' && !in_code) {
            ons_text_add(text, "&lt;");
            continue;
        }
        if (*c == '|') { ons_text_add(text, "\\"); }
        ons_text_add_bytes(text, *c == '\n' ? " " : c, 1);
    }
    ons_text_add(text, code && *cell ? "` |" : " |");
}

static void markdown_table(cli_page *page, const char *const *headers, size_t columns, const char *const *cells,
                           size_t rows) {
    ons_text_add(page->text, "\n|");
    for (size_t c = 0; c < columns; c++) {
        if (used(cells, columns, rows, c)) { markdown_cell(page->text, headers[c], false); }
    }
    ons_text_add(page->text, "\n|");
    for (size_t c = 0; c < columns; c++) {
        if (used(cells, columns, rows, c)) { ons_text_add(page->text, "---|"); }
    }
    ons_text_add(page->text, "\n");
    for (size_t r = 0; r < rows; r++) {
        ons_text_add(page->text, "|");
        for (size_t c = 0; c < columns; c++) {
            if (used(cells, columns, rows, c)) { markdown_cell(page->text, cells[r * columns + c], c == 0); }
        }
        ons_text_add(page->text, "\n");
    }
}

/* A name, then what is known of it in one line, then its meaning below. */
static void terminal_table(cli_page *page, const char *const *headers, size_t columns, const char *const *cells,
                           size_t rows) {
    size_t indent = 4;
    for (size_t r = 0; r < rows; r++) {
        const size_t width = cli_columns(cells[r * columns]) + 4;
        indent = width > indent && width <= 32 ? width : indent;
    }
    for (size_t r = 0; r < rows; r++) {
        const char *const *row = cells + r * columns;
        ons_text facts = {0};
        for (size_t c = 1; c + 1 < columns; c++) {
            if (!row[c][0]) { continue; }
            const bool plain = strcmp(headers[c], "type") == 0 || strcmp(headers[c], "kind") == 0;
            ons_text_add(&facts, "%s%s%s%s", facts.length ? "; " : "", plain ? "" : headers[c], plain ? "" : ": ",
                         row[c]);
        }
        const size_t name = cli_columns(row[0]) + 2;
        ons_text_add(page->text, "  %s%*s", row[0], name < indent ? (int)(indent - name) : 2, "");
        const size_t column = name < indent ? indent : name + 2;
        const char *meaning = row[columns - 1];
        if (facts.length) {
            cli_wrap(page->text, facts.data, facts.length, page->width, indent, column);
            if (*meaning) { ons_text_add(page->text, "%*s", (int)indent, ""); }
        }
        if (*meaning) {
            cli_wrap(page->text, meaning, strlen(meaning), page->width, indent, facts.length ? indent : column);
        }
        if (!facts.length && !*meaning) { ons_text_add(page->text, "\n"); }
        ons_text_free(&facts);
    }
}

void cli_page_table(cli_page *page, const char *const *headers, size_t columns, const char *const *cells, size_t rows) {
    if (page->markdown) {
        markdown_table(page, headers, columns, cells, rows);
    } else {
        terminal_table(page, headers, columns, cells, rows);
    }
}
