/*
 * onsager reproduce: a paper's results anew, and a verdict on every claim.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduce.h"

#include <onsager/registry.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const ons_paper *cli_paper_find(const char *name) {
    for (const ons_paper *const *paper = ons_papers(); *paper; paper++) {
        if (strcmp((*paper)->name, name) == 0) { return *paper; }
    }
    return NULL;
}

ons_status cli_paper_unknown(const char *word) {
    const char *names[512];
    size_t count = 0;
    for (const ons_paper *const *paper = ons_papers(); *paper && count < 512; paper++) {
        names[count++] = (*paper)->name;
    }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "there is no paper '%s'%s ('onsager list papers' shows all)", word,
                    cli_hint(hint, word, names, count));
}

static const ons_system *find_system(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, name) == 0) { return *system; }
    }
    return NULL;
}

static ons_status read_effort(const char *word, ons_effort *effort) {
    static const char *const names[] = {"quick", "standard", "full"};
    *effort = ONS_STANDARD;
    if (!word) { return ONS_OK; }
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(word, names[i]) == 0) {
            *effort = (ons_effort)i;
            return ONS_OK;
        }
    }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "--effort takes quick, standard or full, not '%s'%s", word,
                    cli_hint(hint, word, names, 3));
}

static ons_status read_threads(const char *word, unsigned *threads) {
    int64_t number = 0;
    if (word && (ons_parse_integer(word, &number) != ONS_OK || number < 1 || number > 65536)) {
        return ons_fail(ONS_INVALID, "--threads takes a whole number from 1 to 65536, not '%s'", word);
    }
    *threads = (unsigned)number;
    return ONS_OK;
}

static void show_warning(void *data, const char *line) {
    (void)data;
    fprintf(stderr, "%sonsager: warning: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", line);
}

/* ---- what came out --------------------------------------------------------------------------------------------------
 */

static ons_status write_json(const cli_reproduced *reproduced, const char *path) {
    ons_text text = {0};
    ons_status status = cli_reproduction_json(reproduced, &text);
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

static ons_status print_table(const cli_reproduced *reproduced, const char *claim, const char *report) {
    ons_text text = {0};
    cli_reproduction_text(reproduced, claim, &text);
    if (report) { ons_text_add(&text, "\n%s\n", report); }
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    return status;
}

static ons_status write_report(const cli_reproduced *reproduced, const char *path) {
    ons_text page = {0};
    ons_status status = cli_reproduction_html(reproduced, &page);
    if (status == ONS_OK) { status = cli_write(path, &page); }
    ons_text_free(&page);
    return status;
}

static ons_status show_results(const cli_arguments *arguments, const cli_reproduced *reproduced) {
    const char *json = cli_option_value(arguments, "json");
    char *report = ons_format("%s/report.html", reproduced->folder);
    ons_status status = report ? write_report(reproduced, report) : ONS_MEMORY;
    if (status == ONS_OK && json) { status = write_json(reproduced, json); }
    if (status == ONS_OK && !cli_option_value(arguments, "quiet") && !(json && strcmp(json, "-") == 0)) {
        status = print_table(reproduced, cli_option_value(arguments, "claim"), report);
    }
    free(report);
    return status;
}

/* ---- the verb -------------------------------------------------------------------------------------------------------
 */

static ons_status reproduce(cli_arguments *arguments, cli_reproduced *reproduced, unsigned threads) {
    const volatile sig_atomic_t *stop = cli_signals_catch();
    cli_progress progress;
    cli_progress_begin(&progress, NULL, cli_option_value(arguments, "quiet") || !ons_leading());
    const ons_reproduce_options options = {.effort = reproduced->effort,
                                           .folder = reproduced->folder,
                                           .threads = threads,
                                           .find = find_system,
                                           .data = getenv("ONSAGER_DATA"),
                                           .run = {.progress = cli_progress_show,
                                                   .data = &progress,
                                                   .stop = stop,
                                                   .command = arguments->command,
                                                   .warning = show_warning}};
    const double begin = ons_seconds();
    ons_status status = ons_reproduce(&reproduced->reproduction, reproduced->paper, &options);
    reproduced->seconds = ons_seconds() - begin;
    cli_progress_end(&progress);
    if (status < 0 || !ons_leading()) { return status; }
    if (status != ONS_STOPPED) { return show_results(arguments, reproduced); }
    reproduced->interrupted = true;
    arguments->exit_code = 128 + (*stop ? *stop : SIGINT);
    status = show_results(arguments, reproduced);
    fprintf(stderr, "interrupted: what was done is stored in %s; continue with: %s\n", reproduced->folder,
            arguments->command);
    return status;
}

static ons_status check_claim(const ons_paper *paper, const char *id) {
    const char *names[512];
    size_t count = 0;
    if (!id) { return ONS_OK; }
    for (const ons_claim *claim = paper->claims; claim->id; claim++) {
        if (strcmp(claim->id, id) == 0) { return ONS_OK; }
        if (count < 512) { names[count++] = claim->id; }
    }
    char hint[CLI_HINT];
    return ons_fail(ONS_INVALID, "%s has no claim '%s'%s ('onsager describe %s' shows all)", paper->name, id,
                    cli_hint(hint, id, names, count), paper->name);
}

ons_status cli_reproduce(cli_arguments *arguments) {
    const char *word, *given = cli_option_value(arguments, "output");
    cli_reproduced reproduced = {.command = arguments->command};
    unsigned threads = 0;
    ons_status status = cli_only_word(arguments, "a paper", &word);
    if (status != ONS_OK) { return status; }
    reproduced.paper = cli_paper_find(word);
    if (!reproduced.paper) { return cli_paper_unknown(word); }
    status = read_effort(cli_option_value(arguments, "effort"), &reproduced.effort);
    if (status == ONS_OK) { status = read_threads(cli_option_value(arguments, "threads"), &threads); }
    if (status == ONS_OK) { status = check_claim(reproduced.paper, cli_option_value(arguments, "claim")); }
    if (status == ONS_OK && given && !*given) { status = ons_fail(ONS_INVALID, "-o needs the name of a folder"); }
    if (status != ONS_OK) { return status; }
    reproduced.folder =
        given ? ons_copy(given) : ons_format("%s-%s", reproduced.paper->name, ons_effort_name(reproduced.effort));
    status = reproduced.folder ? reproduce(arguments, &reproduced, threads) : ONS_MEMORY;
    ons_reproduction_free(reproduced.reproduction);
    free(reproduced.folder);
    return status;
}
