/*
 * Quantities of the user's own: read, put in order, appended to the descriptor. The order does not depend on the order
 * in which they were written, since parts hold their samples in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "measure."
#define MOST 1000

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

static ons_status check_name(const ons_job *job, const lab_entry *entry, const char *name) {
    const lab_descriptor *descriptor = &job->source->descriptor;
    const ons_system *system = descriptor->system;
    char shown[LAB_SHOWN];
    bool taken = lab_parameter_find(descriptor->table, descriptor->count, name) != SIZE_MAX;
    if (!lab_formula_is_name(name)) {
        return lab_fail_at(
            &entry->key_place,
            "`%s` cannot name a quantity: letters, digits and '_' can, a letter first, and not the words "
            "of formulas",
            lab_shown(name, shown));
    }
    for (size_t i = 0; i < descriptor->observables; i++) { taken |= strcmp(system->observables[i].name, name) == 0; }
    for (size_t i = 0; i < descriptor->deriveds; i++) { taken |= strcmp(system->derived[i].name, name) == 0; }
    if (!taken) { return ONS_OK; }
    return lab_fail_at(&entry->key_place, "%s has a parameter or quantity `%s` already; give yours another name",
                       system->name, name);
}

static ons_status read_measure(const ons_job *job, const lab_entry *entry, lab_measure *measure) {
    const char *text;
    *measure = (lab_measure){.entry = entry, .name = ons_copy(entry->key + strlen(PREFIX))};
    if (measure->name == NULL) { return ONS_MEMORY; }
    ons_status status = check_name(job, entry, measure->name);
    if (status == ONS_OK) { status = lab_control_text(entry, &text); }
    if (status != ONS_OK) { return status; }
    status = lab_formula_parse(&measure->formula, text);
    if (status != ONS_INVALID) { return status; }
    char *why = ons_copy(ons_message());
    lab_fail_at(&entry->place, "%s", why == NULL ? "" : why);
    free(why);
    return ONS_INVALID;
}

/* Of means after those of samples, then by name. */
static int compare(const void *a, const void *b) {
    const lab_measure *first = a, *second = b;
    if (first->formula.of_means != second->formula.of_means) { return first->formula.of_means ? 1 : -1; }
    return strcmp(first->name, second->name);
}

static ons_status read_all(const ons_job *job, struct lab_measures *measures) {
    const lab_sections sections = {&job->source->words, NULL, &job->source->top};
    const lab_section *all[] = {sections.words, sections.top};
    const size_t most = sections.words->count + sections.top->count;
    measures->list = ONS_NEW(lab_measure, most);
    if (measures->list == NULL) { return ONS_MEMORY; }
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < all[s]->count; i++) {
            const lab_entry *entry = &all[s]->entries[i];
            const bool ours = strncmp(entry->key, PREFIX, strlen(PREFIX)) == 0 && entry->key[strlen(PREFIX)] != '\0';
            if (!ours || lab_sections_find(&sections, entry->key) != entry) { continue; }
            if (measures->count == MOST) { return lab_fail_at(&entry->place, "a job has at most 1000 own quantities"); }
            const ons_status status = read_measure(job, entry, &measures->list[measures->count++]);
            if (status != ONS_OK) { return status; }
        }
    }
    if (measures->count > 1) { qsort(measures->list, measures->count, sizeof *measures->list, compare); }
    return ONS_OK;
}

/* ---- names in formulas
 * ----------------------------------------------------------------------------------------------- */

static size_t find_observable(const struct lab_measures *measures, const char *name) {
    const ons_observable *rows = measures->observable_rows;
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (strcmp(rows[i].name, name) == 0) { return i; }
    }
    return SIZE_MAX;
}

static bool is_number(const ons_parameter *parameter) {
    return parameter->type == ONS_INTEGER || parameter->type == ONS_REAL;
}

static ons_status unknown_name(const lab_descriptor *descriptor, const struct lab_measures *measures,
                               const lab_measure *measure, const char *name, bool in_mean) {
    const ons_observable *rows = measures->observable_rows;
    size_t count = 0;
    const char **known =
        ONS_NEW(const char *, descriptor->observables + measures->count + descriptor->deriveds + descriptor->count);
    if (known == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (rows[i].kind == ONS_MEAN || rows[i].kind == ONS_SERIES) { known[count++] = rows[i].name; }
    }
    for (size_t i = 0; i < measures->count; i++) { known[count++] = measures->list[i].name; }
    for (size_t i = 0; i < descriptor->count && !in_mean; i++) {
        if (is_number(&descriptor->table[i])) { known[count++] = descriptor->table[i].name; }
    }
    const char *nearest = ons_nearest(name, known, count);
    const lab_place *place = &measure->entry->place;
    const ons_status status =
        nearest != NULL
            ? lab_fail_at(place, "%s measures nothing called `%s`; did you mean `%s`?", descriptor->system->name, name,
                          nearest)
            : lab_fail_at(place, "%s measures nothing called `%s`; `onsager describe %s` lists its observables",
                          descriptor->system->name, name, descriptor->system->name);
    free(known);
    return status;
}

static ons_status refuse_derived(const lab_measure *measure, const char *name) {
    return lab_fail_at(&measure->entry->place,
                       "`%s` is made of means already; a formula takes what is measured, such as energy, and "
                       "mean(energy) for its mean",
                       name);
}

/* Looks at one name. ONS_DONE: it is another own quantity, which has no row yet. */
static ons_status check_reference(const lab_descriptor *descriptor, const struct lab_measures *measures,
                                  const lab_measure *measure, const lab_reference *reference, ons_kind *kind) {
    const lab_place *place = &measure->entry->place;
    const size_t row = find_observable(measures, reference->name);
    const bool of_means = measure->formula.of_means;
    if (row == SIZE_MAX) {
        for (size_t i = 0; i < descriptor->deriveds; i++) {
            if (strcmp(descriptor->system->derived[i].name, reference->name) == 0) {
                return refuse_derived(measure, reference->name);
            }
        }
        for (size_t i = 0; i < measures->count; i++) {
            const lab_measure *other = &measures->list[i];
            if (strcmp(other->name, reference->name) != 0) { continue; }
            return other->formula.of_means ? refuse_derived(measure, reference->name) : ONS_DONE;
        }
        const size_t parameter = lab_parameter_find(descriptor->table, descriptor->count, reference->name);
        const bool usable = parameter != SIZE_MAX && is_number(&descriptor->table[parameter]) && !reference->in_mean;
        return usable ? ONS_OK : unknown_name(descriptor, measures, measure, reference->name, reference->in_mean);
    }
    const ons_kind found = measures->observable_rows[row].kind;
    if (of_means && reference->plain) {
        return lab_fail_at(place, "`%s` stands outside mean(...) in a formula of means; write mean(%s)",
                           reference->name, reference->name);
    }
    if (found != ONS_MEAN && (found != ONS_SERIES || of_means)) {
        return lab_fail_at(place, "`%s` is no %s of the system; formulas take %s", reference->name,
                           of_means ? "mean" : "mean or series", of_means ? "means" : "means or series");
    }
    if (*kind != ONS_TABLE && *kind != found) {
        return lab_fail_at(place, "`%s` mixes means and series; a formula takes one of them", measure->formula.text);
    }
    *kind = found;
    return ONS_OK;
}

/* The array parameter that the result runs over. */
static ons_status find_axis(const struct lab_measures *measures, const lab_measure *measure, const char **axis,
                            size_t *like) {
    *axis = NULL;
    *like = SIZE_MAX;
    for (size_t i = 0; i < measure->formula.count; i++) {
        const lab_reference *reference = &measure->formula.references[i];
        const size_t row = find_observable(measures, reference->name);
        if (row == SIZE_MAX) { continue; }
        const char *found = measures->observable_rows[row].axis;
        if (*like == SIZE_MAX) { *like = row; }
        if (reference->indexed || found == NULL) { continue; }
        if (*axis != NULL && strcmp(*axis, found) != 0) {
            return lab_fail_at(&measure->entry->place, "`%s` mixes arrays over `%s` and over `%s`",
                               measure->formula.text, *axis, found);
        }
        if (*axis == NULL) { *like = row; }
        *axis = found;
    }
    return ONS_OK;
}

/* ---- rows -----------------------------------------------------------------------------------------------------------
 */

/* Stands in a derived row of ours; such rows are evaluated by their formula (evaluate_means.c). */
static void by_formula(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)means;
    (void)parameters;
    (void)value;
}

/* Appends the row of one quantity. ONS_DONE: not yet. */
static ons_status add_row(const lab_descriptor *descriptor, struct lab_measures *measures, lab_measure *measure,
                          size_t *observables, size_t *deriveds) {
    ons_kind kind = ONS_TABLE; /* none so far */
    const char *axis;
    size_t like;
    for (size_t i = 0; i < measure->formula.count; i++) {
        const ons_status status =
            check_reference(descriptor, measures, measure, &measure->formula.references[i], &kind);
        if (status != ONS_OK) { return status; }
    }
    if (kind == ONS_TABLE) {
        return lab_fail_at(&measure->entry->place, "`%s` holds nothing that is measured; such a number is no quantity",
                           measure->formula.text);
    }
    const ons_status status = find_axis(measures, measure, &axis, &like);
    if (status != ONS_OK) { return status; }
    if (measure->formula.of_means) {
        measure->index = *deriveds;
        measures->derived_rows[(*deriveds)++] = (ons_derived){
            .name = measure->name, .like = like, .function = by_formula, .meaning = measure->formula.text};
        return ONS_OK;
    }
    measure->index = *observables;
    /* ONS_SLOW: what is measured in addition must not change when the measurement begins. */
    measures->observable_rows[(*observables)++] = (ons_observable){
        .name = measure->name, .kind = kind, .flags = ONS_SLOW, .axis = axis, .meaning = measure->formula.text};
    return ONS_OK;
}

/* Moves the quantity `from` forward to place `to`. */
static void bring_forward(struct lab_measures *measures, size_t from, size_t to) {
    const lab_measure moved = measures->list[from];
    memmove(&measures->list[to + 1], &measures->list[to], (from - to) * sizeof moved);
    measures->list[to] = moved;
}

/* Again and again the first one whose names all have rows. */
static ons_status add_rows(const lab_descriptor *descriptor, struct lab_measures *measures) {
    size_t observables = measures->observables, deriveds = measures->deriveds;
    for (size_t done = 0; done < measures->count;) {
        size_t next = done;
        ons_status status = ONS_DONE;
        for (; next < measures->count && status == ONS_DONE; next += status == ONS_DONE) {
            status = add_row(descriptor, measures, &measures->list[next], &observables, &deriveds);
        }
        if (status == ONS_DONE) {
            const lab_measure *stuck = &measures->list[done];
            return lab_fail_at(&stuck->entry->place, "`%s` is made of itself", stuck->name);
        }
        if (status != ONS_OK) { return status; }
        bring_forward(measures, next, done++);
    }
    return ONS_OK;
}

static ons_status extend(const ons_job *job, struct lab_measures *measures) {
    const lab_descriptor *descriptor = &job->source->descriptor;
    const ons_system *system = descriptor->system;
    measures->observables = descriptor->observables;
    measures->deriveds = descriptor->deriveds;
    measures->observable_rows = ONS_NEW(ons_observable, measures->observables + measures->count + 1);
    measures->derived_rows = ONS_NEW(ons_derived, measures->deriveds + measures->count + 1);
    if (measures->observable_rows == NULL || measures->derived_rows == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < measures->observables; i++) { measures->observable_rows[i] = system->observables[i]; }
    for (size_t i = 0; i < measures->deriveds; i++) { measures->derived_rows[i] = system->derived[i]; }
    measures->system = *system;
    measures->system.observables = measures->observable_rows;
    measures->system.derived = measures->derived_rows;
    return add_rows(descriptor, measures);
}

ons_status lab_measures_read(const ons_job *job, struct lab_measures **measures) {
    *measures = ONS_NEW(struct lab_measures, 1);
    if (*measures == NULL) { return ONS_MEMORY; }
    ons_status status = read_all(job, *measures);
    if (status == ONS_OK && (*measures)->count > 0) { status = extend(job, *measures); }
    if (status == ONS_OK && (*measures)->count > 0) { return ONS_OK; }
    lab_measures_free(*measures);
    *measures = NULL;
    return status;
}

void lab_measures_free(struct lab_measures *measures) {
    if (measures == NULL) { return; }
    for (size_t i = 0; measures->list != NULL && i < measures->count; i++) {
        free(measures->list[i].name);
        lab_formula_free(&measures->list[i].formula);
    }
    free(measures->list);
    free(measures->observable_rows);
    free(measures->derived_rows);
    free(measures);
}

void lab_measures_identity(const struct lab_measures *measures, ons_text *text) {
    for (size_t i = 0; measures != NULL && i < measures->count; i++) {
        const lab_measure *measure = &measures->list[i];
        if (!measure->formula.of_means) { ons_text_add(text, PREFIX "%s=%s\n", measure->name, measure->formula.text); }
    }
}
