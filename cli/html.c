/*
 * Pages of HTML: what a report of an archive and that of a reproduction share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--page:#fff;--line:#ccc;--faint:#eee;--code:#f6f6f6;--bad:#fff3cd;"
    "--say:#eef3f8}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--page:#16181b;--line:#555;--faint:#2c2f33;--code:#22252a;"
    "--bad:#4a3a10;--say:#1c2c3c}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:60rem;margin:0 auto;"
    "padding:1rem;overflow-wrap:break-word}"
    "h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}"
    "h3{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0}.warning{background:var(--bad);border-left:4px solid "
    "#b35c00;padding:.4rem .8rem;margin:.3rem 0}"
    ".note{background:var(--say);border-left:4px solid #0072b2;padding:.4rem .8rem;margin:.3rem 0}"
    ".answer{font-size:1.1rem;font-weight:600}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
    "th,td{text-align:left;padding:.15rem .7rem .15rem 0;white-space:nowrap;border-bottom:1px solid var(--faint)}"
    "td:last-child{white-space:normal;min-width:8rem;overflow-wrap:anywhere}"
    "td{font-variant-numeric:tabular-nums}th.n,td.n{text-align:right}th[data-sort]{cursor:pointer}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem}"
    "figure{margin:0;max-width:36rem;break-inside:avoid}.figures svg{width:100%;height:auto;background:#fff}"
    "figcaption{font-size:.9rem}"
    ".pictures{display:flex;flex-wrap:wrap;gap:1rem}.pictures img{width:100%;image-rendering:pixelated}"
    ".pictures figure{width:min(100%,13rem)}"
    "pre{background:var(--code);padding:.7rem;overflow-x:auto;font-size:.85rem}"
    "summary{cursor:pointer;margin:.5rem 0}"
    "@media print{:root{--ink:#000;--page:#fff;--line:#999;--faint:#ddd;--code:#f6f6f6;--bad:#fff;--say:#fff}"
    "body{max-width:none;font-size:10pt;padding:0}tr{break-inside:avoid}h2{break-after:avoid}"
    "pre,.wide{overflow:visible}pre{white-space:pre-wrap}th,td{white-space:normal}"
    ".figures{display:block}.figures figure{display:inline-block;width:48%;margin:0 1% 1rem 0}}";

/* A click on the head of a column sorts a table by it; without scripts the page loses nothing else. */
static const char script[] =
    "document.querySelectorAll('table').forEach(function(t){var b=t.tBodies[0];if(!b||b.rows.length<6)return;"
    "t.querySelectorAll('th').forEach(function(h,i){h.dataset.sort='';h.title='sort';h.onclick=function(){"
    "var d=h.dataset.sort=h.dataset.sort=='1'?'-1':'1';[].slice.call(b.rows).sort(function(p,q){"
    "var x=p.cells[i].textContent,y=q.cells[i].textContent,u=parseFloat(x),v=parseFloat(y);"
    "return d*(isNaN(u)||isNaN(v)?x.localeCompare(y):u-v)}).forEach(function(r){b.appendChild(r)})}})});";

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

void cli_html_end(ons_text *page) { ons_text_add(page, "<script>%s</script>\n</body>\n</html>\n", script); }

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

/* Gnuplot's SVG without its prologue and its own title; its ids become this figure's own, for all figures share one
 * page. */
static void add_svg(const char *svg, size_t number, ons_text *page) {
    const char *rest = strstr(svg, "<svg"), *next, *title = strstr(svg, "<title>"), *desc = strstr(svg, "</desc>");
    size_t keep = 0;
    if (rest && title && desc && rest < title && title < desc) {
        ons_text_add_bytes(page, rest, (size_t)(title - rest));
        rest = desc + strlen("</desc>");
    }
    for (; rest && (next = next_id(rest, &keep)); rest = next + keep) {
        ons_text_add_bytes(page, rest, (size_t)(next - rest) + keep);
        ons_text_add(page, "f%zu-", number);
    }
    if (rest) { ons_text_add(page, "%s", rest); }
}

static ons_status embed_figure(const cli_figure *figure, size_t number, const char *directory, ons_text *page) {
    char *path = ons_format("%s/figure-%zu.svg", directory, number), *svg = NULL;
    size_t length;
    const ons_status status = path ? ons_file_read(path, (size_t)1 << 28, &svg, &length) : ONS_MEMORY;
    if (status == ONS_OK) {
        ons_text_add(page, "<figure>");
        add_svg(svg, page->length, page);
        ons_text_add(page, "<figcaption>");
        cli_html(page, figure->caption ? figure->caption : figure->title);
        ons_text_add(page, "</figcaption></figure>\n");
    }
    free(svg);
    free(path);
    return status;
}

static ons_status embed_figures(const cli_figure *figures, size_t count, const char *directory, ons_text *page) {
    ons_status status = ONS_OK;
    size_t number = 0;
    ons_text_add(page, "<div class=\"figures\">\n");
    for (size_t i = 0; i < count && status == ONS_OK; i++) {
        if (i == 0 || !figures[i].joined) { status = embed_figure(&figures[i], ++number, directory, page); }
    }
    ons_text_add(page, "</div>\n");
    return status;
}

ons_status cli_html_figures(const cli_figure *figures, size_t count, const char *keep, ons_text *page) {
    char *directory = NULL;
    if (count == 0) { return ONS_OK; }
    ons_status status = keep ? ONS_OK : cli_temporary_directory(&directory);
    const char *where = keep ? keep : directory;
    if (status == ONS_OK) {
        const cli_canvas canvas = {.format = "svg", .width = 10.5, .size = 9.5, .scalable = true};
        if (cli_gnuplot(figures, count, &canvas, where) == ONS_OK) {
            status = embed_figures(figures, count, where, page);
        } else {
            ons_text_add(page, "<p class=\"warning\">There are no figures: ");
            cli_html(page, ons_message());
            ons_text_add(page, "</p>\n");
            fprintf(stderr, "onsager: the report has no figures: %s\n", ons_message());
            status = ONS_DONE;
        }
    }
    if (directory) { cli_remove_directory(directory); }
    free(directory);
    return status;
}

/* ---- pictures -------------------------------------------------------------------------------------------------------
 */

static void add_base64(ons_text *page, const unsigned char *bytes, size_t count) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const size_t left = count - i;
        const uint32_t word =
            (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0u);
        const char four[4] = {digits[word >> 18], digits[word >> 12 & 63], left > 1 ? digits[word >> 6 & 63] : '=',
                              left > 2 ? digits[word & 63] : '='};
        ons_text_add_bytes(page, four, 4);
    }
}

ons_status cli_html_picture(const ons_picture *picture, const char *caption, const char *path, ons_text *page) {
    char *bytes = NULL;
    size_t count = 0;
    ons_status status = ons_picture_write(picture, path);
    if (status == ONS_OK) { status = ons_file_read(path, (size_t)1 << 30, &bytes, &count); }
    if (status == ONS_OK) {
        ons_text_add(page, "<figure><img alt=\"");
        cli_html(page, caption);
        ons_text_add(page, "\" src=\"data:image/png;base64,");
        add_base64(page, (const unsigned char *)bytes, count);
        ons_text_add(page, "\"><figcaption>");
        cli_html(page, caption);
        ons_text_add(page, "</figcaption></figure>\n");
    }
    free(bytes);
    return status;
}
