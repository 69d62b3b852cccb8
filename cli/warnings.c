/*
 * What the reader of results must know before the numbers: flags, unfinished tasks, notes of the system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 4 /* places named in one warning */

static unsigned all_flags(const ons_result *result) {
    unsigned flags = 0;
    for (size_t i = 0; result->flags && i < result->size; i++) { flags |= result->flags[i]; }
    return flags;
}

/* "L = 16, temperature = 2.3"; `axis`, of which there is element `index`, where the result runs over one. */
static void place(const ons_task_result *task, const char *axis, size_t index, ons_text *text) {
    bool first = true;
    for (size_t p = 0; p < task->parameters; p++) {
        const char *name = task->parameter[p];
        const bool along = axis && strcmp(axis, name) == 0;
        if (!task->varies[p] && !along) { continue; }
        ons_text_add(text, "%s%s = ", first ? "" : ", ", name);
        (void)cli_parameter_text(task, name, along ? index : CLI_NO_INDEX, text);
        first = false;
    }
}

/* The places of one task: one, or one for every flagged element along an axis. */
static void add_task_places(const ons_task_result *task, const ons_result *result, unsigned flag, size_t *found,
                            ons_text *text) {
    size_t last = CLI_NO_INDEX;
    bool any = false;
    for (size_t i = 0; i < result->size; i++) {
        const size_t index = cli_axis_index(result, i);
        if (!(result->flags[i] & flag) || (any && index == last)) { continue; }
        any = true;
        last = index;
        if (++*found > SHOWN) { continue; }
        ons_text where = {0};
        place(task, index == CLI_NO_INDEX ? NULL : result->axis, index, &where);
        if (where.length) { ons_text_add(text, "%s%s", *found == 1 ? " at " : "; ", where.data); }
        ons_text_free(&where);
    }
}

/* Where a quantity carries the flag, " at L = 16; L = 32"; whether it does anywhere. */
static bool add_places(const ons_results *results, unsigned flag, const char *name, ons_text *text) {
    size_t found = 0;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        const ons_result *result = ons_task_find(task, name);
        if (result && (all_flags(result) & flag)) { add_task_places(task, result, flag, &found, text); }
    }
    if (found > SHOWN) { ons_text_add(text, "; and %zu more", found - SHOWN); }
    return found > 0;
}

/* One line for all quantities that carry the flag at the same places. */
static void flag_warnings(const ons_results *results, const char *quantity, unsigned flag, const char *meaning,
                          ons_text *text) {
    const char *const *names;
    const size_t count = ons_results_names(results, &names);
    ons_text *places = ONS_NEW(ons_text, count);
    bool *flagged = ONS_NEW(bool, count);
    for (size_t n = 0; places && flagged && n < count; n++) {
        if (quantity && !cli_quantity_listed(quantity, names[n])) { continue; }
        flagged[n] = add_places(results, flag, names[n], &places[n]);
        if (!places[n].data) { ons_text_add(&places[n], "%s", ""); }
    }
    for (size_t n = 0; places && flagged && n < count; n++) {
        if (!flagged[n] || places[n].failed) { continue; }
        ons_text_add(text, "warning: %s: %s", ons_flag_name(flag), names[n]);
        for (size_t m = n + 1; m < count; m++) {
            if (!flagged[m] || places[m].failed || strcmp(places[n].data, places[m].data) != 0) { continue; }
            ons_text_add(text, ", %s", names[m]);
            flagged[m] = false;
        }
        ons_text_add(text, "%s (%s)\n", places[n].data, meaning);
    }
    for (size_t n = 0; places && n < count; n++) { ons_text_free(&places[n]); }
    free(places);
    free(flagged);
}

/* Each line of every task's notes once, in order. */
static void notes(const ons_results *results, ons_text *text) {
    const size_t begin = text->length;
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const char *line = ons_results_task(results, t)->notes;
        while (line && *line) {
            const size_t length = strcspn(line, "\n");
            ons_text one = {0};
            ons_text_add(&one, "note: %.*s\n", (int)length, line);
            if (length && !one.failed && !(text->length > begin && strstr(text->data + begin, one.data))) {
                ons_text_add(text, "%s", one.data);
            }
            ons_text_free(&one);
            line += length + (line[length] == '\n');
        }
    }
}

void cli_warnings(const ons_results *results, const char *quantity, ons_text *text) {
    flag_warnings(results, quantity, ONS_NOT_EQUILIBRATED, "too short, drifting, or replicas disagree", text);
    flag_warnings(results, quantity, ONS_TOO_FEW_SAMPLES, "the error itself is uncertain", text);
    flag_warnings(results, quantity, ONS_NOT_FINITE, "no number came out", text);
    size_t incomplete = 0;
    const size_t count = ons_results_count(results);
    for (size_t t = 0; t < count; t++) { incomplete += !ons_results_task(results, t)->complete; }
    if (incomplete) {
        ons_text_add(text, "warning: %zu of %zu tasks have not made all their steps; the same command continues them\n",
                     incomplete, count);
    }
    notes(results, text);
}
