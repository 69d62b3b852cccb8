/*
 * onsager list: the systems and the papers, a line each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <jansson.h>
#include <onsager/paper.h>
#include <onsager/registry.h>
#include <string.h>

static ons_status list_json(const char *path, bool systems, bool papers) {
    json_t *document = json_object();
    json_object_set_new(document, "onsager", json_string(ONS_VERSION));
    if (systems) {
        json_t *array = json_array();
        for (const ons_system *const *system = ons_registry(); *system; system++) {
            json_array_append_new(array,
                                  json_pack("{s:s, s:s}", "name", (*system)->name, "summary", (*system)->summary));
        }
        json_object_set_new(document, "systems", array);
    }
    if (papers) {
        json_t *array = json_array();
        for (const ons_paper *const *paper = ons_papers(); *paper; paper++) {
            json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", (*paper)->name, "title",
                                                   (*paper)->title, "authors", (*paper)->authors, "reference",
                                                   (*paper)->reference, "summary", (*paper)->summary));
        }
        json_object_set_new(document, "papers", array);
    }
    ons_text text = {0};
    ons_status status = cli_json_text(document, &text);
    if (status == ONS_OK) { status = cli_write(path, &text); }
    ons_text_free(&text);
    return status;
}

static void list_systems(ons_text *text) {
    static const char *const headers[] = {"", ""};
    cli_table table = {.columns = 2, .headers = headers};
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        cli_table_cell(&table, "%s", (*system)->name);
        cli_table_cell(&table, "%s", (*system)->summary);
    }
    ons_text_add(text, "systems ('onsager describe NAME' says all about one)\n");
    cli_table_text(&table, text, 2);
    cli_table_free(&table);
}

static void list_papers(ons_text *text) {
    static const char *const headers[] = {"", ""};
    cli_table table = {.columns = 2, .headers = headers};
    for (const ons_paper *const *paper = ons_papers(); *paper; paper++) {
        cli_table_cell(&table, "%s", (*paper)->name);
        cli_table_cell(&table, "%s", (*paper)->summary);
    }
    ons_text_add(text, "papers ('onsager reproduce NAME' holds one against its claims)\n");
    cli_table_text(&table, text, 2);
    cli_table_free(&table);
}

ons_status cli_list(cli_arguments *arguments) {
    static const char *const kinds[] = {"systems", "papers"};
    const char *kind = arguments->word_count ? arguments->words[0] : NULL;
    const bool systems = !kind || strcmp(kind, "systems") == 0, papers = !kind || strcmp(kind, "papers") == 0;
    if (arguments->word_count > 1) { return cli_only_word(arguments, "systems or papers", &kind); }
    if (!systems && !papers) {
        const char *word = kind;
        char hint[CLI_HINT];
        return ons_fail(ONS_INVALID, "'onsager list' knows systems and papers, not '%s'%s", word,
                        cli_hint(hint, word, kinds, 2));
    }
    const char *json = cli_option_value(arguments, "json");
    if (json) { return list_json(json, systems, papers); }
    const bool names = cli_option_value(arguments, "names");
    ons_text text = {0};
    for (const ons_system *const *system = ons_registry(); names && systems && *system; system++) {
        ons_text_add(&text, "%s\n", (*system)->name);
    }
    for (const ons_paper *const *paper = ons_papers(); names && papers && *paper; paper++) {
        ons_text_add(&text, "%s\n", (*paper)->name);
    }
    if (systems && !names) { list_systems(&text); }
    if (systems && papers && !names) { ons_text_add(&text, "\n"); }
    if (papers && !names) { list_papers(&text); }
    const ons_status status = cli_print(&text);
    ons_text_free(&text);
    return status;
}
