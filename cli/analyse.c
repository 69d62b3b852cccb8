/*
 * onsager analyse: what follows from an archive. The table of analyses, and what they share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One line each. */
/* clang-format off */
static const cli_verb *const analyses[] = {
    &cli_analysis_autocorrelation,
    &cli_analysis_binning,
    &cli_analysis_bootstrap,
    &cli_analysis_collapse,
    &cli_analysis_crossing,
    &cli_analysis_derivative,
    &cli_analysis_extremum,
    &cli_analysis_fit,
    &cli_analysis_histogram,
    &cli_analysis_reweight,
    &cli_analysis_structure,
    NULL,
};
/* clang-format on */
#define MOST_ANALYSES 64

/* ---- the table ------------------------------------------------------------------------------------------------------
 */

const char *cli_analysis_word(const cli_verb *analysis) { return strrchr(analysis->name, ' ') + 1; }

static const cli_verb *find_analysis(const char *word) {
    for (size_t i = 0; analyses[i]; i++) {
        if (strcmp(cli_analysis_word(analyses[i]), word) == 0) { return analyses[i]; }
    }
    return NULL;
}

static ons_status unknown_analysis(const char *word) {
    const char *names[MOST_ANALYSES];
    size_t count = 0;
    for (size_t i = 0; analyses[i] && count < MOST_ANALYSES; i++) { names[count++] = cli_analysis_word(analyses[i]); }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "there is no analysis '%s'%s ('onsager analyse --help' lists them)", word,
                    cli_hint(hint, word, names, count));
}

/* The analysis is the first word behind the archive that names one; in front of it only where none follows, so that
 * `onsager analyse fit --help` works and an archive may be called like an analysis. */
ons_status cli_analysis_choose(const cli_verb **verb, int *count, char **words) {
    int place = -1, plain = 0;
    const char *second = NULL;
    for (int i = 0; i < *count; i++) {
        const bool value = i > 0 && words[i - 1][0] == '-' && !strchr(words[i - 1], '=');
        const bool name = find_analysis(words[i]) != NULL;
        if (words[i][0] == '-' || (value && !name)) { continue; }
        plain++;
        if (plain == 2) { second = words[i]; }
        if (name && (place < 0 || plain == 2)) { place = i; }
    }
    if (place < 0) { return second ? unknown_analysis(second) : ONS_OK; }
    *verb = find_analysis(words[place]);
    --*count;
    memmove(words + place, words + place + 1, (size_t)(*count - place) * sizeof *words);
    return ONS_OK;
}

const cli_verb *cli_analysis_at(size_t index) {
    return index < sizeof analyses / sizeof analyses[0] ? analyses[index] : NULL;
}

void cli_analyses_text(ons_text *text) {
    ons_text_add(text, "\n");
    for (size_t i = 0; analyses[i]; i++) {
        ons_text_add(text, "  %-16s ", cli_analysis_word(analyses[i]));
        cli_wrap(text, analyses[i]->summary, strlen(analyses[i]->summary), cli_width(), 19, 19);
    }
    ons_text_add(text, "\n'onsager analyse FILE.h5 NAME --help' tells the options of one.\n");
}

/* Reached where no analysis was named. */
ons_status cli_analyse(cli_arguments *arguments) {
    if (arguments->word_count > 1) { return unknown_analysis(arguments->words[1]); }
    return ons_fail(ONS_INVALID,
                    "'onsager analyse' needs an archive and an analysis: onsager analyse %s ('onsager analyse --help' "
                    "lists them)",
                    arguments->verb->usage);
}

/* ---- what they share ------------------------------------------------------------------------------------------------
 */

ons_status cli_analysis_open(const cli_arguments *arguments, ons_results **results) {
    const char *output = cli_option_value(arguments, "output"), *format, *path;
    ons_status status = output ? cli_figure_format(output, &format) : ONS_OK;
    if (status == ONS_OK && !output && cli_option_value(arguments, "keep")) {
        status = ons_fail(ONS_INVALID, "--keep goes with -o FILE, which names the figure");
    }
    return status == ONS_OK ? cli_results_open_words(arguments, results, &path) : status;
}

json_t *cli_findings_document(const cli_arguments *arguments, const ons_results *results) {
    json_t *document = json_object();
    json_object_set_new(document, "onsager", json_string(ONS_VERSION));
    json_object_set_new(document, "archive", json_string(ons_results_path(results)));
    json_object_set_new(document, "analysis", json_string(cli_analysis_word(arguments->verb)));
    if (cli_option_value(arguments, "where")) {
        json_object_set_new(document, "where", json_string(cli_option_value(arguments, "where")));
    }
    return document;
}

static ons_status deliver_figures(const cli_arguments *arguments, const cli_findings *findings) {
    const char *output = cli_option_value(arguments, "output"), *format;
    if (!output) { return ONS_OK; }
    ons_status status = cli_figure_format(output, &format);
    if (status == ONS_OK && findings->figure_count == 0) {
        status = ons_fail(ONS_INVALID, "there is nothing to draw in %s", output);
    }
    return status == ONS_OK ? cli_figure_draw(findings->figures, findings->figure_count,
                                              cli_option_value(arguments, "keep"), format, output)
                            : status;
}

ons_status cli_findings_deliver(const cli_arguments *arguments, cli_findings *findings) {
    if (arguments->take) { return arguments->take(arguments->taker, findings); }
    const char *json = cli_option_value(arguments, "json");
    ons_status status = deliver_figures(arguments, findings);
    if (status == ONS_OK && json && findings->document) {
        ons_text text = {0};
        status = cli_json_text(findings->document, &text);
        findings->document = NULL;
        if (status == ONS_OK) { status = cli_write(json, &text); }
        ons_text_free(&text);
    }
    if (status == ONS_OK && !(json && strcmp(json, "-") == 0)) { status = cli_print(&findings->text); }
    return status;
}

void cli_findings_free(cli_findings *findings) {
    json_decref(findings->document);
    ons_text_free(&findings->text);
    for (size_t i = 0; i < findings->figure_count; i++) { cli_figure_free(&findings->figures[i]); }
    *findings = (cli_findings){0};
}

ons_status cli_integer_option(const cli_arguments *arguments, const char *name, int64_t least, int64_t fallback,
                              int64_t *value) {
    const char *given = cli_option_value(arguments, name);
    *value = fallback;
    if (!given || (ons_parse_integer(given, value) == ONS_OK && *value >= least)) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--%s takes a whole number of at least %lld, not '%s'", name, (long long)least, given);
}

ons_status cli_real_option(const cli_arguments *arguments, const char *name, double fallback, double *value) {
    const char *given = cli_option_value(arguments, name);
    *value = fallback;
    if (!given || (ons_parse_real(given, value) == ONS_OK && isfinite(*value))) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "--%s takes a number, not '%s'", name, given);
}
