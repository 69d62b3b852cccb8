/*
 * The page of a paper, from its descriptor: what it is, how it is reproduced, its claims.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduce.h"

#include <stdlib.h>
#include <string.h>

/* Cells of a table that are made here. */
typedef struct cells {
    char **cells;
    size_t count, capacity;
    bool failed;
} cells;

/* Takes the text. */
static void add_cell(cells *list, char *text) {
    if (!text || ons_grow((void **)&list->cells, &list->capacity, list->count + 1, sizeof *list->cells) != ONS_OK) {
        list->failed = true;
        free(text);
        return;
    }
    list->cells[list->count++] = text;
}

static char *published(const ons_claim *claim) {
    ons_text text = {0};
    cli_claim_published(claim, &text);
    char *copy = ons_copy(text.data && !text.failed ? text.data : "");
    ons_text_free(&text);
    return copy;
}

static char *tolerance(const ons_claim *claim) {
    char buffer[CLI_NUMBER];
    if (claim->kind != ONS_CLAIM_EXACT && claim->kind != ONS_CLAIM_PUBLISHED) { return ons_copy(""); }
    return ons_copy(cli_short(buffer, claim->tolerance));
}

static void claims_section(cli_page *page, const ons_paper *paper) {
    static const char *const headers[] = {
        "claim", "kind", "published", "tolerance", "place", "effort", "what, and why this tolerance"};
    cells list = {0};
    for (const ons_claim *claim = paper->claims; claim->id; claim++) {
        add_cell(&list, ons_copy(claim->id));
        add_cell(&list, ons_copy(ons_claim_kind_name(claim->kind)));
        add_cell(&list, published(claim));
        add_cell(&list, tolerance(claim));
        add_cell(&list, ons_copy(claim->place));
        add_cell(&list, ons_copy(ons_effort_name(claim->effort)));
        add_cell(&list, ons_format("%s (%s)", claim->quantity, claim->why));
    }
    cli_page_heading(page, "Claims");
    if (list.failed) {
        page->text->failed = true;
    } else {
        cli_page_table(page, headers, 7, (const char *const *)list.cells, list.count / 7);
    }
    for (size_t i = 0; i < list.count; i++) { free(list.cells[i]); }
    free(list.cells);
}

static void origin_section(cli_page *page, const ons_paper *paper) {
    ons_text text = {0};
    ons_text_add(&text, "%s. *%s*. %s.\n\n", paper->authors, paper->title, paper->reference);
    ons_text_add(&text, "Systems:");
    for (const char *const *system = paper->systems; system && *system; system++) {
        ons_text_add(&text, page->markdown ? "%s [%s](../systems/%s.md)" : "%s %s", system == paper->systems ? "" : ",",
                     *system, *system);
    }
    ons_text_add(&text, ".");
    if (text.failed) {
        page->text->failed = true;
    } else {
        cli_page_markdown(page, text.data);
    }
    ons_text_free(&text);
}

ons_status cli_page_paper(cli_page *page, const ons_paper *paper) {
    cli_page_title(page, paper->name, paper->summary);
    origin_section(page, paper);
    cli_page_markdown(page, paper->details);
    claims_section(page, paper);
    char *code = ons_format("onsager reproduce %s --effort quick\n", paper->name);
    cli_page_heading(page, "To reproduce it");
    if (code) {
        cli_page_code(page, code);
    } else {
        page->text->failed = true;
    }
    free(code);
    return cli_text_status(page->text);
}
