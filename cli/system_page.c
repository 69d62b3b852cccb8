/*
 * All that a descriptor says of its system, as a page of help.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const char *or_empty(const char *text) { return text ? text : ""; }

/* Cells of a table that grows; copied. */
typedef struct cells {
    char **items;
    size_t count, capacity;
    bool failed;
} cells;

static void add_cell(cells *list, const char *text) {
    char *copy = ons_copy(text);
    if (!copy || ons_grow((void **)&list->items, &list->capacity, list->count + 1, sizeof *list->items) != ONS_OK) {
        list->failed = true;
        free(copy);
        return;
    }
    list->items[list->count++] = copy;
}

static void finish_table(cli_page *page, const char *const *headers, size_t columns, cells *list) {
    if (list->failed) {
        page->text->failed = true;
    } else if (list->count) {
        cli_page_table(page, headers, columns, (const char *const *)list->items, list->count / columns);
    }
    for (size_t i = 0; i < list->count; i++) { free(list->items[i]); }
    free(list->items);
    *list = (cells){0};
}

/* ---- parameters -----------------------------------------------------------------------------------------------------
 */

static void type_text(const ons_parameter *parameter, ons_text *text) {
    static const char *const names[] = {"integer", "real", "complex", "boolean", "choice", "text", "file", "formula"};
    ons_text_add(text, "%s%s", names[parameter->type], parameter->flags & ONS_ARRAY ? " or array" : "");
    if (parameter->flags & ONS_OR_FILE) { ons_text_add(text, " or a file"); }
    if (parameter->flags & ONS_OR_ARCHIVE) { ons_text_add(text, " or an archive"); }
}

static void choices_text(const char *choices, ons_text *text) {
    for (const char *c = choices; *c; c++) {
        if (*c == '|') {
            ons_text_add(text, ", ");
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
}

/* "lattice=square|cubic" -> "lattice = square or cubic". */
static void when_text(const char *when, ons_text *text) {
    for (const char *c = when; *c; c++) {
        if (*c == '|') {
            ons_text_add(text, " or ");
        } else if (strncmp(c, "!=", 2) == 0) {
            ons_text_add(text, " != ");
            c++;
        } else if (*c == '=') {
            ons_text_add(text, " = ");
        } else {
            ons_text_add_bytes(text, c, 1);
        }
    }
}

static void parameter_cells(cells *list, const ons_parameter *parameter) {
    ons_text type = {0}, values = {0}, when = {0};
    type_text(parameter, &type);
    if (parameter->choices) { choices_text(parameter->choices, &values); }
    if (parameter->range) { ons_text_add(&values, "%s%s", values.length ? "; " : "", parameter->range); }
    if (parameter->when) { when_text(parameter->when, &when); }
    add_cell(list, parameter->name);
    add_cell(list, or_empty(type.data));
    add_cell(list, parameter->standard ? parameter->standard : "(required)");
    add_cell(list, or_empty(values.data));
    add_cell(list, or_empty(when.data));
    add_cell(list, or_empty(parameter->unit));
    add_cell(list, parameter->flags & ONS_LIVE ? "yes" : "");
    add_cell(list, or_empty(parameter->meaning));
    list->failed = list->failed || type.failed || values.failed || when.failed;
    ons_text_free(&type);
    ons_text_free(&values);
    ons_text_free(&when);
}

static void parameters_section(cli_page *page, const ons_system *system) {
    static const char *const headers[] = {"name", "type", "default", "values", "only when", "unit", "live", "meaning"};
    cells list = {0};
    for (const ons_parameter *p = system->parameters; p && p->name; p++) { parameter_cells(&list, p); }
    if (!list.count) { return; }
    cli_page_heading(page, "Parameters");
    finish_table(page, headers, 8, &list);
}

/* ---- what is measured -----------------------------------------------------------------------------------------------
 */

static void observables_section(cli_page *page, const ons_system *system) {
    static const char *const headers[] = {"name", "kind", "runs over", "columns", "unit", "meaning"};
    cells list = {0};
    for (const ons_observable *o = system->observables; o && o->name; o++) {
        add_cell(&list, o->name);
        add_cell(&list, cli_kind_name(o->kind));
        add_cell(&list, or_empty(o->axis));
        add_cell(&list, or_empty(o->columns));
        add_cell(&list, or_empty(o->unit));
        ons_text meaning = {0};
        ons_text_add(&meaning, "%s", or_empty(o->meaning));
        if (o->flags & ONS_SLOW) {
            ons_text_add(&meaning, "%s(has no say in the end of the warm-up)", meaning.length ? " " : "");
        }
        add_cell(&list, or_empty(meaning.data));
        ons_text_free(&meaning);
    }
    if (!list.count) { return; }
    cli_page_heading(page, "Observables");
    finish_table(page, headers, 6, &list);
}

static void derived_section(cli_page *page, const ons_system *system) {
    static const char *const headers[] = {"name", "shape of", "unit", "meaning"};
    cells list = {0};
    for (const ons_derived *d = system->derived; d && d->name; d++) {
        add_cell(&list, d->name);
        const ons_observable *like = system->observables ? &system->observables[d->like] : NULL;
        add_cell(&list, like && like->axis ? like->name : "");
        add_cell(&list, or_empty(d->unit));
        add_cell(&list, or_empty(d->meaning));
    }
    if (!list.count) { return; }
    cli_page_heading(page, "Derived quantities (errors by jackknife)");
    if (system->traits & ONS_QUENCHED || system->quenched) {
        cli_page_markdown(page, "With quenched disorder each one is taken after the average over the samples.");
    }
    finish_table(page, headers, 4, &list);
}

static void exact_section(cli_page *page, const ons_system *system) {
    static const char *const headers[] = {"name", "known from"};
    cells list = {0};
    for (const ons_exact *e = system->exact; e && e->name; e++) {
        add_cell(&list, e->name);
        add_cell(&list, or_empty(e->source));
    }
    if (!list.count) { return; }
    cli_page_heading(page, "Exact references");
    cli_page_markdown(
        page, "Where the parameters allow it, results stand beside the exact value with their deviation in errors.");
    finish_table(page, headers, 2, &list);
}

/* ---- run controls and an example ------------------------------------------------------------------------------------
 */

static void controls_section(cli_page *page, const ons_system *system) {
    static const char *const headers[] = {"name", "default", "meaning"};
    static const char *const others[] = {
        "seed",       "1",  "of all random streams; part of the identity of a result",
        "threads",    "",   "processors to use; never changes a result",
        "until.NAME", "",   "stop when the error is this small: 0.1% relative, 0.001 absolute; steps stays the cap",
        "time",       "",   "stop after this time: 90s, 10m, 2h",
        "checkpoint", "",   "time between two parts of a replica on disk",
        "output",     "",   "the archive, FILE.h5; parts lie in FILE.h5.parts while the job runs",
        "series",     "no", "yes: store every measured scalar",
        "snapshots",  "",   "store the configuration at this interval of steps",
        "start",      "",   "FILE.h5 or FILE.h5#TASK: begin from a stored state",
    };
    const bool stationary = system->traits & ONS_STATIONARY;
    const ons_controls *controls = &system->controls;
    const char *unit = system->step ? system->step : "step";
    cells list = {0};
    ons_text text = {0};
    ons_text_add(&text, "%lld", (long long)controls->steps);
    add_cell(&list, "steps"), add_cell(&list, or_empty(text.data));
    ons_text_clear(&text), ons_text_add(&text, "measured steps of one replica; one step is one %s", unit);
    add_cell(&list, or_empty(text.data));
    add_cell(&list, "warmup"), add_cell(&list, controls->warmup ? controls->warmup : stationary ? "auto" : "0");
    add_cell(&list, stationary ? "steps before the measurement; auto: its end is read from the data, within warmup.max"
                               : "steps before the measurement");
    add_cell(&list, "every"), add_cell(&list, controls->every ? controls->every : "1");
    add_cell(&list, "measure at every so many steps; log:20 is 20 times a decade");
    ons_text_clear(&text), ons_text_add(&text, "%lld", (long long)controls->replicas);
    add_cell(&list, "replicas"), add_cell(&list, or_empty(text.data));
    add_cell(&list, system->traits & ONS_QUENCHED ? "samples of the disorder" : "independent copies of every task");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool own = false; /* a system may bring a parameter of its own by this name */
        for (const ons_parameter *p = system->parameters; p && p->name; p++) {
            own = own || strcmp(p->name, others[i / 3 * 3]) == 0;
        }
        if (!own) { add_cell(&list, others[i]); }
    }
    list.failed = list.failed || text.failed;
    ons_text_free(&text);
    cli_page_heading(page, "Run controls");
    finish_table(page, headers, 3, &list);
}

/* Up to two numbers with constant defaults. */
static void example_section(cli_page *page, const ons_system *system, const char *word) {
    ons_text code = {0};
    ons_text_add(&code, "onsager run %s", word);
    int given = 0;
    for (const ons_parameter *p = system->parameters; p && p->name && given < 2; p++) {
        double value;
        if ((p->type != ONS_INTEGER && p->type != ONS_REAL) || p->when || !p->standard) { continue; }
        if (ons_parse_real(p->standard, &value) != ONS_OK) { continue; }
        ons_text_add(&code, " %s=%s", p->name, p->standard);
        given++;
    }
    ons_text_add(&code, " -o %s.h5\nonsager report %s.h5 -o %s.html\n", system->name, system->name, system->name);
    cli_page_heading(page, "Example");
    if (code.failed) {
        page->text->failed = true;
    } else {
        cli_page_code(page, code.data);
    }
    ons_text_free(&code);
}

static void traits_section(cli_page *page, const ons_system *system) {
    ons_text text = {0};
    ons_text_add(&text, "One step is one %s. ", system->step ? system->step : "step");
    ons_text_add(&text, system->traits & ONS_STATIONARY
                            ? "Stationary: the warm-up ends where the data say so, errors know the autocorrelations."
                            : "Not stationary: there is no warm-up, errors come from the spread of replicas.");
    if (system->traits & ONS_QUENCHED) { ons_text_add(&text, " Replicas are samples of a quenched disorder."); }
    if (!(system->traits & ONS_QUENCHED) && system->quenched) {
        ons_text_add(&text, " With quenched disorder replicas are its samples, and errors come from their spread.");
    }
    if (system->traits & ONS_CONTINUOUS) { ons_text_add(&text, " Time is continuous."); }
    if (text.failed) {
        page->text->failed = true;
    } else {
        cli_page_markdown(page, text.data);
    }
    ons_text_free(&text);
}

ons_status cli_page_system(cli_page *page, const ons_system *system, const char *word) {
    cli_page_title(page, system->name, or_empty(system->summary));
    cli_page_markdown(page, system->details);
    traits_section(page, system);
    parameters_section(page, system);
    observables_section(page, system);
    derived_section(page, system);
    exact_section(page, system);
    controls_section(page, system);
    example_section(page, system, word);
    return cli_text_status(page->text);
}
