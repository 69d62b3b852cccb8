/*
 * What came out of a reproduction: the table of verdicts on the terminal, and as JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reproduce.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers of claims ----------------------------------------------------------------------------------------------
 */

static bool is_number(const ons_claim *claim) {
    return claim->kind == ONS_CLAIM_EXACT || claim->kind == ONS_CLAIM_PUBLISHED;
}

static const char *const bounds[] = {"", "at least ", "at most "};

/* A number without an error keeps all digits that it was given with. */
static void add_number(ons_text *text, double value, double error) {
    char buffer[CLI_NUMBER], digits[ONS_REAL_TEXT];
    if (error > 0 || !isfinite(value)) {
        ons_text_add(text, "%s", cli_number(buffer, value, error));
    } else {
        snprintf(buffer, sizeof buffer, "%.10g", value);
        const char *exact = ons_real_text(value, digits);
        ons_text_add(text, "%s", strlen(exact) < strlen(buffer) ? exact : buffer);
    }
}

void cli_claim_published(const ons_claim *claim, ons_text *text) {
    if (!is_number(claim)) { return; }
    ons_text_add(text, "%s", bounds[claim->bound <= ONS_CLAIM_AT_MOST ? claim->bound : 0]);
    add_number(text, claim->published, claim->published_error);
}

void cli_claim_ours(const ons_settled *settled, ons_text *text) {
    if (isnan(settled->ours)) { return; }
    add_number(text, settled->ours, settled->error);
}

void cli_verdict_counts(const ons_reproduction *reproduction, size_t counts[3]) {
    const ons_settled *settled;
    const size_t count = ons_reproduction_claims(reproduction, &settled);
    counts[ONS_NOT_CHECKED] = counts[ONS_AGREES] = counts[ONS_DIFFERS] = 0;
    for (size_t i = 0; i < count; i++) { counts[settled[i].verdict]++; }
}

void cli_verdict_sentence(const size_t counts[3], ons_text *text) {
    ons_text_add(text, "%zu agree%s, %zu differ%s, %zu not checked", counts[ONS_AGREES],
                 counts[ONS_AGREES] == 1 ? "s" : "", counts[ONS_DIFFERS], counts[ONS_DIFFERS] == 1 ? "s" : "",
                 counts[ONS_NOT_CHECKED]);
}

/* ---- the terminal ---------------------------------------------------------------------------------------------------
 */

/* Text that is made here and in no need of its own table cell. */
static void cell(cli_table *table, void (*write)(const ons_settled *settled, ons_text *text),
                 const ons_settled *settled) {
    ons_text text = {0};
    write(settled, &text);
    table->failed = table->failed || text.failed;
    cli_table_cell(table, "%s", text.data ? text.data : "");
    ons_text_free(&text);
}

static void published(const ons_settled *settled, ons_text *text) { cli_claim_published(settled->claim, text); }

static void add_row(cli_table *table, const ons_settled *settled) {
    cli_table_cell(table, "%s", settled->claim->id);
    cli_table_cell(table, "%s", ons_claim_kind_name(settled->claim->kind));
    cell(table, published, settled);
    cell(table, cli_claim_ours, settled);
    cli_table_cell(table, isfinite(settled->sigma) ? "%+.1f" : "", settled->sigma);
    cli_table_cell(table, "%s", ons_verdict_name(settled->verdict));
}

/* Below each line of the table what the claim is about, and why the verdict is what it is. */
static void add_reasons(const ons_settled *const *rows, size_t count, const char *table, ons_text *text) {
    const size_t width = cli_width();
    const char *line = table;
    for (size_t i = 0; i <= count; i++) {
        const size_t length = strcspn(line, "\n");
        ons_text_add(text, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
        if (i == 0) { continue; }
        const ons_settled *settled = rows[i - 1];
        ons_text reason = {0};
        ons_text_add(&reason, "%s%s%s", settled->claim->quantity, *settled->why ? ": " : "", settled->why);
        ons_text_add(text, "    ");
        cli_wrap(text, reason.data ? reason.data : "", reason.length, width, 4, 4);
        text->failed = text->failed || reason.failed;
        ons_text_free(&reason);
    }
}

static void add_table(const ons_settled *const *rows, size_t count, ons_text *text) {
    static const char *const headers[] = {"claim", "kind", "published", "ours", "sigma", "verdict"};
    static const bool right[] = {false, false, false, false, true, false};
    cli_table table = {.columns = 6, .headers = headers, .right = right};
    ons_text lines = {0};
    for (size_t i = 0; i < count; i++) { add_row(&table, rows[i]); }
    cli_table_text(&table, &lines, 0);
    add_reasons(rows, count, lines.data ? lines.data : "", text);
    text->failed = text->failed || lines.failed;
    ons_text_free(&lines);
    cli_table_free(&table);
}

/* What differs is said once more, where nobody misses it. */
static void add_differences(const ons_settled *settled, size_t count, ons_text *text) {
    for (size_t i = 0; i < count; i++) {
        if (settled[i].verdict != ONS_DIFFERS) { continue; }
        ons_text_add(text, "differs: %s (%s)", settled[i].claim->id, settled[i].claim->place);
        if (!isnan(settled[i].ours)) {
            ons_text_add(text, ", published ");
            cli_claim_published(settled[i].claim, text);
            ons_text_add(text, ", ours ");
            cli_claim_ours(&settled[i], text);
        }
        ons_text_add(text, "\n");
    }
}

static void add_notes(const ons_reproduction *reproduction, ons_text *text) {
    const char *const *notes;
    const size_t count = ons_reproduction_notes(reproduction, &notes);
    for (size_t i = 0; i < count; i++) {
        ons_text_add(text, "note: ");
        cli_wrap(text, notes[i], strlen(notes[i]), cli_width(), 4, 6);
    }
}

void cli_reproduction_text(const cli_reproduced *reproduced, const char *claim, ons_text *text) {
    const ons_settled *settled;
    const size_t count = ons_reproduction_claims(reproduced->reproduction, &settled);
    const ons_settled **rows = ONS_NEW(const ons_settled *, count);
    if (!rows) {
        text->failed = true;
        return;
    }
    size_t shown = 0, counts[3];
    for (size_t i = 0; i < count; i++) {
        if (!claim || strcmp(claim, settled[i].claim->id) == 0) { rows[shown++] = &settled[i]; }
    }
    const ons_paper *paper = reproduced->paper;
    ons_text head = {0};
    ons_text_add(&head, "%s: %s. %s, %s. Effort: %s.", paper->name, paper->title, paper->authors, paper->reference,
                 ons_effort_name(reproduced->effort));
    cli_wrap(text, head.data ? head.data : "", head.length, cli_width(), 2, 0);
    text->failed = text->failed || head.failed;
    ons_text_free(&head);
    ons_text_add(text, "\n");
    add_table(rows, shown, text);
    cli_verdict_counts(reproduced->reproduction, counts);
    ons_text_add(text, "\n");
    cli_verdict_sentence(counts, text);
    ons_text_add(text, "\n");
    add_differences(settled, count, text);
    add_notes(reproduced->reproduction, text);
    free(rows);
}

/* ---- JSON -----------------------------------------------------------------------------------------------------------
 */

static json_t *json_text(const char *text) {
    json_t *value = json_string(text ? text : "");
    return value ? value : json_string("(not UTF-8)");
}

static json_t *claim_object(const ons_settled *settled) {
    static const char *const names[] = {"equal", "at-least", "at-most"};
    const ons_claim *claim = settled->claim;
    const bool number = is_number(claim);
    json_t *object = json_object();
    json_object_set_new(object, "id", json_text(claim->id));
    json_object_set_new(object, "kind", json_text(ons_claim_kind_name(claim->kind)));
    json_object_set_new(object, "quantity", json_text(claim->quantity));
    json_object_set_new(object, "place", json_text(claim->place));
    json_object_set_new(object, "effort", json_text(ons_effort_name(claim->effort)));
    json_object_set_new(object, "published", number ? cli_json_real(claim->published) : json_null());
    json_object_set_new(object, "published_error", number ? cli_json_real(claim->published_error) : json_null());
    if (number) {
        json_object_set_new(object, "bound", json_text(names[claim->bound <= ONS_CLAIM_AT_MOST ? claim->bound : 0]));
        json_object_set_new(object, "tolerance", cli_json_real(claim->tolerance));
        json_object_set_new(object, "precision", claim->precision > 0 ? cli_json_real(claim->precision) : json_null());
    }
    json_object_set_new(object, "tolerance_why", json_text(claim->why));
    json_object_set_new(object, "ours", cli_json_real(settled->ours));
    json_object_set_new(object, "our_error", cli_json_real(settled->error));
    json_object_set_new(object, "sigma", cli_json_real(settled->sigma));
    json_object_set_new(object, "verdict", json_text(ons_verdict_name(settled->verdict)));
    json_object_set_new(object, "why", json_text(settled->why));
    return object;
}

static json_t *job_list(const ons_reproduction *reproduction) {
    const ons_reproduction_job *jobs;
    const size_t count = ons_reproduction_jobs(reproduction, &jobs);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", json_text(jobs[i].name));
        json_object_set_new(object, "job", json_text(jobs[i].words));
        json_object_set_new(object, "complete", json_boolean(jobs[i].results != NULL));
        json_array_append_new(list, object);
    }
    return list;
}

ons_status cli_reproduction_json(const cli_reproduced *reproduced, ons_text *text) {
    const ons_paper *paper = reproduced->paper;
    json_t *document = json_object(), *claims = json_array(), *notes = json_array();
    json_object_set_new(document, "onsager", json_text(ONS_VERSION));
    json_object_set_new(document, "paper", json_text(paper->name));
    json_object_set_new(document, "title", json_text(paper->title));
    json_object_set_new(document, "authors", json_text(paper->authors));
    json_object_set_new(document, "reference", json_text(paper->reference));
    json_object_set_new(document, "effort", json_text(ons_effort_name(reproduced->effort)));
    json_object_set_new(document, "interrupted", json_boolean(reproduced->interrupted));
    json_object_set_new(document, "seconds", cli_json_real(reproduced->seconds));
    const ons_settled *settled;
    const size_t count = ons_reproduction_claims(reproduced->reproduction, &settled);
    for (size_t i = 0; i < count; i++) { json_array_append_new(claims, claim_object(&settled[i])); }
    json_object_set_new(document, "claims", claims);
    size_t counts[3];
    cli_verdict_counts(reproduced->reproduction, counts);
    json_object_set_new(document, "agree", json_integer((json_int_t)counts[ONS_AGREES]));
    json_object_set_new(document, "differ", json_integer((json_int_t)counts[ONS_DIFFERS]));
    json_object_set_new(document, "not_checked", json_integer((json_int_t)counts[ONS_NOT_CHECKED]));
    const char *const *lines;
    const size_t line_count = ons_reproduction_notes(reproduced->reproduction, &lines);
    for (size_t i = 0; i < line_count; i++) { json_array_append_new(notes, json_text(lines[i])); }
    json_object_set_new(document, "notes", notes);
    json_object_set_new(document, "jobs", job_list(reproduced->reproduction));
    return cli_json_text(document, text);
}
