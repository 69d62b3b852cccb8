/*
 * Pages of HTML: what a report of an archive and that of a reproduction share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:60rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #ccc}"
    "p{margin:.5rem 0}.warning{background:#fff3cd;border-left:4px solid #b35c00;padding:.4rem .8rem;margin:.3rem 0}"
    ".note{background:#eef3f8;border-left:4px solid #0072b2;padding:.4rem .8rem;margin:.3rem 0}"
    ".answer{font-size:1.1rem;font-weight:600}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
    "th,td{text-align:left;padding:.15rem .7rem .15rem 0;white-space:nowrap;border-bottom:1px solid #eee}"
    "td{font-variant-numeric:tabular-nums}th.n,td.n{text-align:right}figure{margin:1rem 0}figure "
    "svg{max-width:100%;height:auto}"
    "pre{background:#f6f6f6;padding:.7rem;overflow-x:auto;font-size:.85rem}"
    "@media "
    "print{body{max-width:none;font-size:10pt}figure,tr{break-inside:avoid}pre,.wide{overflow:visible}pre{white-space:"
    "pre-wrap}}";

void cli_html_begin(ons_text *page, const char *title, const char *summary) {
    ons_text_add(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    cli_html(page, title);
    ons_text_add(page, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    cli_html(page, title);
    ons_text_add(page, "</h1>\n<p>");
    cli_html(page, summary ? summary : "");
    ons_text_add(page, "</p>\n");
}

void cli_html_end(ons_text *page) { ons_text_add(page, "</body>\n</html>\n"); }

void cli_html_block(ons_text *page, const char *heading, const char *sentence, const char *block) {
    if (!block || !*block) { return; }
    ons_text_add(page, "<h2>%s</h2>\n", heading);
    if (sentence) { ons_text_add(page, "<p>%s</p>\n", sentence); }
    ons_text_add(page, "<pre>");
    cli_html(page, block);
    ons_text_add(page, "</pre>\n");
}

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

/* The first of gnuplot's ids and links in `svg`; *keep: its length up to the name. NULL: none is left. */
static const char *next_id(const char *svg, size_t *keep) {
    static const char *const marks[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    const char *next = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *found = strstr(svg, marks[i]);
        if (!found || (next && next < found)) { continue; }
        next = found;
        *keep = strlen(marks[i]);
    }
    return next;
}

/* Gnuplot's SVG without its prologue; its ids become this figure's own, for all figures share one page. */
static void add_svg(const char *svg, size_t number, ons_text *page) {
    const char *rest = strstr(svg, "<svg"), *next;
    size_t keep = 0;
    for (; rest && (next = next_id(rest, &keep)); rest = next + keep) {
        ons_text_add_bytes(page, rest, (size_t)(next - rest) + keep);
        ons_text_add(page, "f%zu-", number);
    }
    if (rest) { ons_text_add(page, "%s", rest); }
}

static ons_status embed_figures(size_t count, const char *directory, ons_text *page) {
    ons_status status = ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        char *path = ons_format("%s/figure-%zu.svg", directory, i + 1), *svg = NULL;
        size_t length;
        status = path ? ons_file_read(path, (size_t)1 << 28, &svg, &length) : ONS_MEMORY;
        if (status == ONS_OK) {
            ons_text_add(page, "<figure>");
            add_svg(svg, i + 1, page);
            ons_text_add(page, "</figure>\n");
        }
        free(svg);
        free(path);
    }
    return status;
}

ons_status cli_html_figures(const cli_figure *figures, size_t count, const char *keep, ons_text *page) {
    char *directory = NULL;
    if (count == 0) { return ONS_OK; }
    ons_status status = keep ? ONS_OK : cli_temporary_directory(&directory);
    const char *where = keep ? keep : directory;
    if (status == ONS_OK) {
        ons_text_add(page, "<h2>Figures</h2>\n");
        const cli_canvas canvas = {.format = "svg", .width = 11, .size = 8.5, .titles = true, .scalable = true};
        if (cli_gnuplot(figures, count, &canvas, where) == ONS_OK) {
            status = embed_figures(cli_pictures(figures, count), where, page);
        } else {
            ons_text_add(page, "<p class=\"warning\">There are no figures: ");
            cli_html(page, ons_message());
            ons_text_add(page, "</p>\n");
            fprintf(stderr, "onsager: the report has no figures: %s\n", ons_message());
        }
    }
    if (directory) { cli_remove_directory(directory); }
    free(directory);
    return status;
}
