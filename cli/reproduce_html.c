/*
 * The report of a reproduction: one page with the verdicts first, then figures, pictures, notes, archives and how to
 * run it again. Scripts and data of the figures and the pictures stay in its folder too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduce.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- verdicts -------------------------------------------------------------------------------------------------------
 */

static const char verdict_style[] =
    "<style>tr.agrees td:first-child{border-left:4px solid #009e73;padding-left:.5rem}tr.differs "
    "td:first-child{border-left:4px solid #d55e00;padding-left:.5rem}tr.not-checked td:first-child{border-left:4px "
    "solid "
    "#999;padding-left:.5rem}tr.differs td.v{color:#a04000;font-weight:700}td{white-space:normal;vertical-"
    "align:top}table.claims td.q{min-width:16rem}.pictures "
    "figure{width:min(100%,26rem)}</style>\n";

static void add_cell(ons_text *page, const char *class, const char *text) {
    ons_text_add(page, "<td%s%s%s>", *class ? " class=\"" : "", class, *class ? "\"" : "");
    cli_html(page, text ? text : "");
    ons_text_add(page, "</td>");
}

static void add_claim(const ons_settled *settled, ons_text *page) {
    const ons_claim *claim = settled->claim;
    ons_text published = {0}, ours = {0};
    char sigma[CLI_NUMBER] = "";
    cli_claim_published(claim, &published);
    cli_claim_ours(settled, &ours);
    if (isfinite(settled->sigma)) { snprintf(sigma, sizeof sigma, "%+.1f", settled->sigma); }
    ons_text_add(page, "<tr class=\"%s\">", ons_verdict_name(settled->verdict));
    add_cell(page, "", claim->id);
    add_cell(page, "", ons_claim_kind_name(claim->kind));
    add_cell(page, "q", claim->quantity);
    add_cell(page, "", claim->place);
    add_cell(page, "", published.data);
    add_cell(page, "", ours.data);
    add_cell(page, "n", sigma);
    add_cell(page, "v", ons_verdict_name(settled->verdict));
    add_cell(page, "q", settled->why);
    ons_text_add(page, "</tr>\n");
    page->failed = page->failed || published.failed || ours.failed;
    ons_text_free(&published);
    ons_text_free(&ours);
}

static void add_verdicts(const ons_reproduction *reproduction, ons_text *page) {
    const ons_settled *settled;
    const size_t count = ons_reproduction_claims(reproduction, &settled);
    size_t counts[3];
    cli_verdict_counts(reproduction, counts);
    ons_text_add(page, "<h2>Claims</h2>\n<p class=\"answer\">");
    cli_verdict_sentence(counts, page);
    ons_text_add(page,
                 "</p>\n<p>In parentheses: one standard error in units of the last digits. A number agrees when it "
                 "deviates by no more than its tolerance and three combined errors; sigma is the deviation in "
                 "combined errors. Tolerances were fixed before the run.</p>\n"
                 "<div class=\"wide\"><table class=\"claims\">\n<thead><tr><th>claim</th><th>kind</th>"
                 "<th>quantity</th><th>place</th><th>published</th><th>ours</th><th class=\"n\">sigma</th>"
                 "<th>verdict</th><th>why</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++) { add_claim(&settled[i], page); }
    ons_text_add(page, "</tbody></table></div>\n");
}

static void add_tolerances(const ons_paper *paper, ons_text *page) {
    static const char *const headers[] = {"claim", "tolerance", "precision asked for", "why"};
    cli_table table = {.columns = 4, .headers = headers};
    for (const ons_claim *claim = paper->claims; claim->id; claim++) {
        const bool number = claim->kind == ONS_CLAIM_EXACT || claim->kind == ONS_CLAIM_PUBLISHED;
        char tolerance[CLI_NUMBER] = "", precision[CLI_NUMBER] = "";
        if (number) { cli_short(tolerance, claim->tolerance); }
        if (number && claim->precision > 0) { cli_short(precision, claim->precision); }
        cli_table_cell(&table, "%s", claim->id);
        cli_table_cell(&table, "%s", tolerance);
        cli_table_cell(&table, "%s", precision);
        cli_table_cell(&table, "%s", claim->why);
    }
    ons_text_add(page, "<h2>Tolerances, and what is looked at</h2>\n");
    cli_table_html(&table, page);
    cli_table_free(&table);
}

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

static ons_status draw_curve(const ons_figure_line *from, cli_curve *curve) {
    *curve = (cli_curve){.label = ons_copy(from->label), .points = ONS_NEW(double, 4 * from->count)};
    if (!curve->label || !curve->points) { return ONS_MEMORY; }
    curve->style = from->error ? CLI_POINTS : CLI_LINE;
    for (size_t i = 0; i < from->count; i++) {
        if (!isfinite(from->x[i]) || !isfinite(from->y[i])) { continue; }
        double *point = curve->points + 4 * curve->count++;
        point[0] = from->x[i];
        point[1] = from->y[i];
        point[2] = from->error ? from->error[i] : NAN;
        point[3] = NAN;
        curve->has_error = curve->has_error || isfinite(point[2]);
    }
    return ONS_OK;
}

static ons_status draw_figure(const ons_figure *from, cli_figure *figure) {
    figure->title = ons_copy(from->title);
    figure->x_label = ons_copy(from->x_label);
    figure->y_label = ons_copy(from->y_label);
    figure->log_x = from->flags & ONS_FIGURE_LOG_X;
    figure->log_y = from->flags & ONS_FIGURE_LOG_Y;
    figure->curves = ONS_NEW(cli_curve, from->count);
    if (!figure->title || !figure->x_label || !figure->y_label || !figure->curves) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < from->count && status == ONS_OK; i++) {
        status = draw_curve(&from->curves[i], &figure->curves[figure->count]);
        const bool empty = figure->curves[figure->count].count == 0;
        if (status == ONS_OK && empty) { /* gnuplot refuses a curve without points */
            free(figure->curves[figure->count].label);
            free(figure->curves[figure->count].points);
        } else {
            figure->count++;
        }
    }
    return status;
}

static ons_status add_figures(const ons_reproduction *reproduction, const char *folder, ons_text *page) {
    const ons_figure *from;
    const size_t count = ons_reproduction_figures(reproduction, &from);
    cli_figure *figures = ONS_NEW(cli_figure, count);
    size_t drawn = 0, used = 0;
    ons_status status = figures ? ONS_OK : ONS_MEMORY;
    for (; used < count && status == ONS_OK; used++) {
        status = draw_figure(&from[used], &figures[drawn]);
        if (status == ONS_OK && figures[drawn].count == 0) {
            cli_figure_free(&figures[drawn]);
        } else {
            drawn++;
        }
    }
    char *keep = status == ONS_OK && drawn ? ons_format("%s/figures", folder) : NULL;
    if (status == ONS_OK && drawn && !keep) { status = ONS_MEMORY; }
    if (keep && mkdir(keep, 0777) != 0 && errno != EEXIST) {
        status = ons_fail(ONS_FAILED, "the folder %s cannot be made: %s", keep, strerror(errno));
    }
    if (status == ONS_OK && drawn) { ons_text_add(page, "<h2>Figures</h2>\n"); }
    if (status == ONS_OK) { status = cli_html_figures(figures, drawn, keep, page); }
    free(keep);
    for (size_t i = 0; figures && i < drawn; i++) { cli_figure_free(&figures[i]); }
    free(figures);
    return status < 0 ? status : ONS_OK;
}

/* ---- pictures -------------------------------------------------------------------------------------------------------
 */

static ons_status add_picture(const ons_image *image, const char *folder, ons_text *page) {
    char *path = ons_format("%s/%s.png", folder, image->name);
    const ons_status status = path ? cli_html_picture(&image->picture, image->caption, path, page) : ONS_MEMORY;
    free(path);
    return status;
}

static ons_status add_pictures(const ons_reproduction *reproduction, const char *folder, ons_text *page) {
    const ons_image *images;
    const size_t count = ons_reproduction_images(reproduction, &images);
    if (count) { ons_text_add(page, "<h2>Pictures</h2>\n<div class=\"pictures\">\n"); }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < count && status == ONS_OK; i++) { status = add_picture(&images[i], folder, page); }
    if (count) { ons_text_add(page, "</div>\n"); }
    return status;
}

/* ---- the page -------------------------------------------------------------------------------------------------------
 */

static void add_notes(const cli_reproduced *reproduced, ons_text *page) {
    const char *const *notes;
    const size_t count = ons_reproduction_notes(reproduced->reproduction, &notes);
    if (count) { ons_text_add(page, "<h2>Notes</h2>\n"); }
    for (size_t i = 0; i < count; i++) {
        ons_text_add(page, "<p>");
        cli_html(page, notes[i]);
        ons_text_add(page, "</p>\n");
    }
}

/* The worst that the flags of a job's tasks say. */
static void job_flags(const ons_results *results, ons_text *text) {
    unsigned flags = 0;
    for (size_t i = 0; results && i < ons_results_count(results); i++) { flags |= ons_results_task(results, i)->flags; }
    cli_flags_text(flags, text);
}

static void add_jobs(const cli_reproduced *reproduced, ons_text *page) {
    static const char *const headers[] = {"archive", "job", "tasks", "core seconds", "flags"};
    static const bool right[] = {false, false, true, true, false};
    const ons_reproduction_job *jobs;
    const size_t count = ons_reproduction_jobs(reproduced->reproduction, &jobs);
    cli_table table = {.columns = 5, .headers = headers, .right = right};
    for (size_t i = 0; i < count; i++) {
        const ons_results *results = jobs[i].results;
        const size_t tasks = results ? ons_results_count(results) : 0;
        double seconds = 0;
        ons_text flags = {0};
        job_flags(results, &flags);
        for (size_t t = 0; t < tasks; t++) { seconds += ons_results_task(results, t)->seconds; }
        cli_table_cell(&table, "%s.h5", jobs[i].name);
        cli_table_cell(&table, "onsager run %s", jobs[i].words);
        cli_table_cell(&table, "%zu", tasks);
        cli_table_cell(&table, "%.1f", seconds);
        cli_table_cell(&table, "%s", results ? flags.data ? flags.data : "" : "not finished");
        ons_text_free(&flags);
    }
    if (count) {
        ons_text_add(page, "<h2>Archives</h2>\n<p>In the folder of this page. <code>onsager show</code>, "
                           "<code>plot</code> and <code>report</code> read them.</p>\n");
        cli_table_html(&table, page);
    }
    cli_table_free(&table);
}

static void add_head(const cli_reproduced *reproduced, ons_text *page) {
    const ons_paper *paper = reproduced->paper;
    ons_text head = {0};
    ons_text_add(&head, "%s, %s. Reproduced: %s. Effort: %s; this call took %.0f s.", paper->authors, paper->reference,
                 paper->summary, ons_effort_name(reproduced->effort), reproduced->seconds);
    cli_html_begin(page, paper->title, head.data);
    ons_text_add(page, "%s", verdict_style);
    if (reproduced->interrupted) {
        ons_text_add(page, "<p class=\"warning\">This reproduction was interrupted; the same command goes on.</p>\n");
    }
    page->failed = page->failed || head.failed;
    ons_text_free(&head);
}

ons_status cli_reproduction_html(const cli_reproduced *reproduced, ons_text *page) {
    add_head(reproduced, page);
    add_verdicts(reproduced->reproduction, page);
    ons_status status = add_figures(reproduced->reproduction, reproduced->folder, page);
    if (status == ONS_OK) { status = add_pictures(reproduced->reproduction, reproduced->folder, page); }
    if (status != ONS_OK) { return status; }
    add_notes(reproduced, page);
    add_tolerances(reproduced->paper, page);
    add_jobs(reproduced, page);
    cli_html_block(page, "What is reproduced, and how", NULL, reproduced->paper->details);
    cli_html_block(page, "To run it again",
                   "The same command goes on where it was interrupted; what is finished is not run again. The numbers "
                   "come out the same, on any number of threads.",
                   reproduced->command);
    cli_html_end(page);
    return cli_text_status(page);
}
