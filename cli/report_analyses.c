/*
 * The analyses in a report: those that the user names, or what the archive allows without being asked. Each is run as
 * `onsager analyse` runs it; its text and its figures go into the page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TASKS 6      /* that may share a figure of histograms */
#define MOST_HISTOGRAMS 2 /* quantities that get one without being asked for */
#define MOST_WORDS 128    /* of the line of an analysis */
#define CUTS " \t\n"      /* between words */

/* ---- what an analysis has found, as HTML ----------------------------------------------------------------------------
 */

/* Columns of a table stand apart; a sentence has single spaces. */
static bool is_table(const char *block, size_t length) { return memmem(block, length, "  ", 2) != NULL; }

static void add_escaped(ons_text *page, const char *text, size_t length) {
    char *copy = ons_copy_part(text, length);
    cli_html(page, copy ? copy : "");
    page->failed = page->failed || !copy;
    free(copy);
}

/* Blocks between empty lines: a table keeps its columns, of sentences each line is a paragraph. */
static void add_text(const char *text, ons_text *page) {
    for (const char *block = text; *block;) {
        const char *end = strstr(block, "\n\n");
        const size_t length = end ? (size_t)(end - block) : strlen(block);
        const bool table = is_table(block, length);
        if (table) {
            ons_text_add(page, "<pre>");
            add_escaped(page, block, length);
            ons_text_add(page, "</pre>\n");
        }
        for (const char *line = block; !table && line < block + length;) {
            const size_t width = strcspn(line, "\n");
            ons_text_add(page, "<p>");
            add_escaped(page, line, width);
            ons_text_add(page, "</p>\n");
            line += width + (line[width] == '\n');
        }
        block += length;
        block += strspn(block, "\n");
    }
}

typedef struct taker {
    cli_report_request *asked;
    const cli_verb *analysis;
    const char *line; /* the words behind the archive */
    ons_text *page;
} taker;

static ons_status take(void *data, const cli_findings *findings) {
    taker *to = data;
    ons_text_add(to->page, "<h3>%s: ", cli_analysis_word(to->analysis));
    cli_html(to->page, to->analysis->summary);
    ons_text_add(to->page, "</h3>\n<p><code>onsager analyse ");
    cli_html(to->page, to->asked->archive);
    ons_text_add(to->page, " ");
    cli_html(to->page, to->line);
    ons_text_add(to->page, "</code></p>\n");
    add_text(findings->text.data ? findings->text.data : "", to->page);
    return cli_report_figures(to->asked, findings->figures, findings->figure_count, to->page);
}

/* ---- one line -------------------------------------------------------------------------------------------------------
 */

/* Cuts the words of a line in place; quotes hold spaces together. */
static ons_status cut_words(char *line, char **words, size_t *count) {
    for (char *c = line + strspn(line, CUTS); *c; c += strspn(c, CUTS)) {
        if (*count == MOST_WORDS) { return ons_fail(ONS_INVALID, "--analyse: '%.40s...' has too many words", line); }
        char *out = words[(*count)++] = c, quote = '\0';
        while (*c && (quote || !strchr(CUTS, *c))) {
            if (!quote && (*c == '"' || *c == '\'')) {
                quote = *c++;
            } else if (*c == quote) {
                quote = '\0';
                c++;
            } else {
                *out++ = *c++;
            }
        }
        if (quote) { return ons_fail(ONS_INVALID, "--analyse: a quote %c is not closed", quote); }
        c += *c != '\0';
        *out = '\0';
    }
    return ONS_OK;
}

static const char **value_place(cli_arguments *arguments, const char *name) {
    const cli_option *options = arguments->verb->options;
    for (size_t i = 0; options[i].meaning; i++) {
        if (options[i].name && strcmp(options[i].name, name) == 0) { return &arguments->values[i]; }
    }
    return NULL;
}

/* What the report decides, and what it hands on where the line does not say it. */
static ons_status set_options(const cli_arguments *report, cli_arguments *inner) {
    static const char *const ours[] = {"output", "keep", "json"}, *const shared[] = {"where", "system", "exact",
                                                                                     "source"};
    for (size_t i = 0; i < 3; i++) {
        if (!cli_option_value(inner, ours[i])) { continue; }
        return ons_fail(ONS_INVALID, "--analyse: '%s' takes no --%s in a report, which shows what it finds",
                        cli_analysis_word(inner->verb), ours[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        const char **value = value_place(inner, shared[i]);
        if (value && !*value) { *value = cli_option_value(report, shared[i]); }
    }
    const char **output = value_place(inner, "output");
    if (output) { *output = "figure.png"; } /* so that it is drawn; the file is never made */
    return ONS_OK;
}

/* Runs an analysis of the archive, `words` of which are its own; what it finds goes into the page. */
static ons_status run_line(cli_report_request *asked, const char *line, ons_text *page) {
    const cli_arguments *report = asked->arguments;
    const size_t formulas = cli_words_are_archive(report) ? report->word_count - 1 : 0;
    char *copy = ons_copy(line), **words = ONS_NEW(char *, MOST_WORDS + formulas + 1);
    size_t own = 0;
    taker to = {asked, NULL, line, page};
    cli_arguments inner = {.command = report->command, .take = take, .taker = &to};
    const cli_verb *verb = report->verb;
    ons_status status = copy && words ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = cut_words(copy, words + 1, &own); }
    int count = (int)(own + 1);
    if (status == ONS_OK) {
        words[0] = (char *)asked->archive;
        for (size_t i = 0; i < formulas; i++) { words[count++] = (char *)report->words[i + 1]; }
        status = cli_analysis_choose(&verb, &count, words);
    }
    if (status == ONS_OK && (verb == report->verb || own == 0)) {
        status =
            ons_fail(ONS_INVALID, "--analyse takes analyses, as 'onsager analyse --help' lists them, not '%s'", line);
    }
    if (status == ONS_OK) { status = cli_arguments_read(&inner, verb, count, words); }
    if (status == ONS_DONE) { status = ons_fail(ONS_INVALID, "--analyse: there is no help in a report"); }
    if (status == ONS_OK) { status = set_options(report, &inner); }
    to.analysis = verb;
    if (status == ONS_OK) { status = verb->run(&inner); }
    cli_arguments_free(&inner);
    free(words);
    free(copy);
    return status;
}

/* ---- what is shown without being asked for --------------------------------------------------------------------------
 */

/* An analysis that may have nothing to say of this archive. Releases the line. */
static ons_status try_line(cli_report_request *asked, char *line, ons_text *page) {
    ons_text found = {0};
    const ons_status status = line ? run_line(asked, line, &found) : ONS_MEMORY;
    if (status == ONS_OK) { ons_text_add_bytes(page, found.data ? found.data : "", found.length); }
    ons_text_free(&found);
    free(line);
    return status == ONS_MEMORY ? status : ONS_OK;
}

/* The Binder cumulant of several sizes. */
static ons_status show_crossings(cli_report_request *asked, const ons_results *results, ons_text *page) {
    cli_axes axes;
    const ons_status status = cli_default_axes(results, cli_quantity_axis(results, "binder"), &axes);
    if (status != ONS_OK || !axes.x || !axes.by || !cli_parameter_is_number(results, axes.by)) { return status; }
    return try_line(asked, ons_copy("crossing"), page);
}

typedef struct flagged {
    const char *name;
    size_t task;
    double tau;
} flagged;

/* The measured number that is flagged and has the longest autocorrelation time. */
static flagged find_flagged(const ons_results *results) {
    flagged worst = {.tau = -1};
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t r = 0; r < task->results; r++) {
            const ons_result *one = &task->result[r];
            if (one->kind != ONS_MEAN || one->size != 1 || !one->flags || !one->tau) { continue; }
            if (!(one->flags[0] & (ONS_NOT_EQUILIBRATED | ONS_TOO_FEW_SAMPLES)) || !(one->tau[0] > worst.tau)) {
                continue;
            }
            worst = (flagged){one->name, t, one->tau[0]};
        }
    }
    return worst;
}

static ons_status show_flagged(cli_report_request *asked, const ons_results *results, ons_text *page) {
    const flagged worst = find_flagged(results);
    if (!worst.name) { return ONS_OK; }
    static const char *const names[] = {"autocorrelation", "binning"};
    ons_status status = ONS_OK;
    for (size_t i = 0; i < 2 && status == ONS_OK; i++) {
        status = try_line(asked, ons_format("%s -y %s --task %zu", names[i], worst.name, worst.task), page);
    }
    return status;
}

/* Of the first measured numbers; energy_squared says nothing that energy did not. */
static ons_status show_histograms(cli_report_request *asked, const ons_results *results, ons_text *page) {
    const ons_task_result *task = ons_results_task(results, 0);
    const char *shown[MOST_HISTOGRAMS];
    size_t count = 0;
    ons_status status = ONS_OK;
    for (size_t r = 0; r < task->results && count < MOST_HISTOGRAMS && status == ONS_OK; r++) {
        const ons_result *one = &task->result[r];
        bool wanted = one->kind == ONS_MEAN && one->rank == 0 && one->tau;
        for (size_t i = 0; i < count; i++) { wanted = wanted && strncmp(one->name, shown[i], strlen(shown[i])) != 0; }
        if (!wanted) { continue; }
        shown[count++] = one->name;
        status = try_line(asked, ons_format("histogram -y %s", one->name), page);
    }
    return status;
}

/* ---- the section ----------------------------------------------------------------------------------------------------
 */

static ons_status show_asked(cli_report_request *asked, const char *lines, ons_text *page) {
    ons_status status = ONS_OK;
    bool any = false;
    for (const char *rest = lines; *rest && status == ONS_OK;) {
        char quote = '\0';
        size_t length = 0;
        for (; rest[length] && (quote || rest[length] != ';'); length++) {
            const char c = rest[length];
            quote = quote == c ? '\0' : !quote && (c == '"' || c == '\'') ? c : quote;
        }
        const size_t blank = strspn(rest, CUTS);
        char *line = blank < length ? ons_copy_part(rest + blank, length - blank) : NULL;
        any = any || blank < length;
        if (blank < length) { status = line ? run_line(asked, line, page) : ONS_MEMORY; }
        free(line);
        rest += length + (rest[length] == ';');
    }
    return any ? status : ons_fail(ONS_INVALID, "--analyse '%s' names no analysis", lines);
}

ons_status cli_report_analyses(cli_report_request *asked, const ons_results *results, ons_text *page) {
    const char *lines = cli_option_value(asked->arguments, "analyse");
    ons_text section = {0};
    ons_status status = ONS_OK;
    if (lines) {
        status = show_asked(asked, lines, &section);
    } else if (ons_results_count(results) > 0) {
        status = show_crossings(asked, results, &section);
        if (status == ONS_OK) { status = show_flagged(asked, results, &section); }
        if (status == ONS_OK && ons_results_count(results) <= MOST_TASKS) {
            status = show_histograms(asked, results, &section);
        }
    }
    if (section.length) {
        ons_text_add(page, "<h2>Analyses</h2>\n");
        ons_text_add_bytes(page, section.data, section.length);
    }
    page->failed = page->failed || section.failed;
    ons_text_free(&section);
    return status;
}
