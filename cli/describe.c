/*
 * onsager describe: all about a system or a paper, from its descriptor alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduce.h"

#include <onsager/registry.h>

#include <string.h>

static bool system_exists(const char *word) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, word) == 0) { return true; }
    }
    return cli_is_source(word);
}

/* The word names neither a system nor a paper: the nearest of both. */
static ons_status unknown(const char *word) {
    const char *names[1024];
    size_t count = 0;
    for (const ons_paper *const *paper = ons_papers(); *paper && count < 512; paper++) {
        names[count++] = (*paper)->name;
    }
    const char *paper = ons_nearest(word, names, count);
    for (const ons_system *const *system = ons_registry(); *system && count < 1024; system++) {
        names[count++] = (*system)->name;
    }
    const char *nearest = ons_nearest(word, names, count);
    if (!paper || paper != nearest) { /* a file of that name, or a system that is near: this message knows them */
        cli_system none;
        return cli_system_open(&none, word, "");
    }
    return ons_fail(ONS_INVALID, "there is no system and no paper '%s', did you mean '%s'? ('onsager list' shows all)",
                    word, nearest);
}

static ons_status add_system(cli_page *page, const char *word) {
    cli_system system;
    ons_status status = cli_system_open(&system, word, "");
    if (status != ONS_OK) { return status; }
    status = cli_page_system(page, system.system, word);
    cli_system_close(&system);
    return status;
}

ons_status cli_describe(cli_arguments *arguments) {
    const char *word;
    ons_status status = cli_only_word(arguments, "a system or a paper", &word);
    if (status != ONS_OK) { return status; }
    const bool only_system = cli_option_value(arguments, "system"), only_paper = cli_option_value(arguments, "paper");
    const ons_paper *paper = cli_paper_find(word);
    const bool show_system = (!only_paper || only_system) && system_exists(word),
               show_paper = paper && (!only_system || only_paper);
    if (!show_system && only_paper) { status = paper ? ONS_OK : cli_paper_unknown(word); }
    if (!show_system && !show_paper && status == ONS_OK) {
        status = only_system ? add_system(NULL, word) : unknown(word);
    }
    ons_text text = {0};
    cli_page page = {.text = &text, .markdown = cli_option_value(arguments, "markdown"), .width = cli_width()};
    if (status == ONS_OK && show_system) { status = add_system(&page, word); }
    if (status == ONS_OK && show_system && show_paper) { ons_text_add(&text, "\n"); }
    if (status == ONS_OK && show_paper) { status = cli_page_paper(&page, paper); }
    if (status == ONS_OK) { status = cli_print(&text); }
    ons_text_free(&text);
    return status;
}
