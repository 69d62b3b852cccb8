/*
 * What a report says of an archive in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define LISTED 8 /* values of a parameter that are named one by one */

static void escaped(ons_text *page, const char *text, size_t length) {
    char *one = ons_copy_part(text, length);
    cli_html(page, one ? one : "");
    page->failed = page->failed || !one;
    free(one);
}

/* ---- warnings -------------------------------------------------------------------------------------------------------
 */

/* What to do about a warning, by how it begins. */
static const char *advice(const char *line) {
    static const char *const known[][2] = {
        {"warning: not-equilibrated", "What to do: more steps (the same command with a larger steps= goes on), another "
                                      "start= or update=. Until then the "
                                      "error is too small and the mean may be off."},
        {"warning: too-few-samples", "What to do: more steps or replicas. Fewer than some hundred independent samples "
                                     "tell the error only roughly."},
        {"warning: not-finite",
         "What to do: look at the parameters of these points; the numbers are left out of figures."},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(line, known[i][0], strlen(known[i][0])) == 0) { return known[i][1]; }
    }
    return NULL;
}

void cli_report_warnings(const ons_results *results, ons_text *page) {
    ons_text lines = {0};
    cli_warnings(results, NULL, &lines);
    const char *said = NULL;
    ons_text_add(page, "<h2>Warnings</h2>\n%s",
                 lines.length ? "" : "<p>None: no flag is set, and all tasks are finished.</p>\n");
    for (const char *line = lines.data ? lines.data : ""; *line;) {
        const size_t length = strcspn(line, "\n");
        const char *what = advice(line);
        ons_text_add(page, "<p class=\"%s\">", strncmp(line, "warning", 7) == 0 ? "warning" : "note");
        escaped(page, line, length);
        if (what && what != said) { ons_text_add(page, "<br><em>%s</em>", what); }
        ons_text_add(page, "</p>\n");
        said = what;
        line += length + (line[length] == '\n');
    }
    page->failed = page->failed || lines.failed;
    ons_text_free(&lines);
}

/* ---- the job --------------------------------------------------------------------------------------------------------
 */

/* Distinct texts of a parameter over all tasks, in order. */
typedef struct value_list {
    char **values;
    size_t count, capacity;
} value_list;

static void add_value(value_list *list, const char *value) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->values[i], value) == 0) { return; }
    }
    if (ons_grow((void **)&list->values, &list->capacity, list->count + 1, sizeof *list->values) != ONS_OK) { return; }
    list->values[list->count] = ons_copy(value);
    list->count += list->values[list->count] != NULL;
}

static void find_values(const ons_results *results, const char *name, value_list *list) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        ons_text text = {0};
        (void)cli_parameter_text(ons_results_task(results, t), name, CLI_NO_INDEX, &text);
        if (text.length) { add_value(list, text.data); }
        ons_text_free(&text);
    }
}

/* "16, 32, 64", or "15 values, 2.255 .. 2.283" where they are many. */
static void add_values(const value_list *list, ons_text *text) {
    if (list->count > LISTED) {
        ons_text_add(text, "%zu values, %s to %s", list->count, list->values[0], list->values[list->count - 1]);
        return;
    }
    for (size_t i = 0; i < list->count; i++) { ons_text_add(text, "%s%s", i ? ", " : "", list->values[i]); }
}

/* Every parameter that some task has: its values, its unit. */
static void add_parameters(const ons_results *results, ons_text *page) {
    static const char *const headers[] = {"parameter", "unit", "values"};
    cli_table table = {.columns = 3, .headers = headers};
    for (size_t t = 0; t < ons_results_count(results); t++) {
        const ons_task_result *task = ons_results_task(results, t);
        for (size_t p = 0; p < task->parameters; p++) {
            const char *name = task->parameter[p], *unit = cli_parameter_unit(results, name);
            bool known = false;
            for (size_t i = 0; i < table.count; i += 3) { known = known || strcmp(table.cells[i], name) == 0; }
            if (known) { continue; }
            value_list list = {0};
            ons_text values = {0};
            find_values(results, name, &list);
            add_values(&list, &values);
            cli_table_cell(&table, "%s", name);
            cli_table_cell(&table, "%s", unit ? unit : "");
            cli_table_cell(&table, "%s", values.data ? values.data : "");
            ons_text_free(&values);
            for (size_t i = 0; i < list.count; i++) { free(list.values[i]); }
            free(list.values);
        }
    }
    cli_table_html(&table, page);
    cli_table_free(&table);
}

static void add_range(uint64_t low, uint64_t high, ons_text *text) {
    ons_text_add(text, "%llu", (unsigned long long)low);
    if (high != low) { ons_text_add(text, " to %llu", (unsigned long long)high); }
}

/* "1 h 12 min", "3.4 s". */
static void add_time(double seconds, ons_text *text) {
    if (seconds < 120) {
        ons_text_add(text, "%.3g s", seconds);
    } else if (seconds < 7200) {
        ons_text_add(text, "%.0f min", seconds / 60);
    } else {
        ons_text_add(text, "%.1f h", seconds / 3600);
    }
}

void cli_report_job(const ons_results *results, ons_text *page) {
    const size_t count = ons_results_count(results);
    uint64_t steps[2] = {UINT64_MAX, 0}, replicas[2] = {UINT64_MAX, 0}, warmup = 0;
    double seconds = 0;
    for (size_t t = 0; t < count; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        steps[0] = task->steps < steps[0] ? task->steps : steps[0];
        steps[1] = task->steps > steps[1] ? task->steps : steps[1];
        replicas[0] = task->replicas < replicas[0] ? task->replicas : replicas[0];
        replicas[1] = task->replicas > replicas[1] ? task->replicas : replicas[1];
        warmup = task->warmup > warmup ? task->warmup : warmup;
        seconds += task->seconds;
    }
    ons_text words = {0};
    ons_text_add(&words, "%zu task%s of the system '%s', each with ", count, count == 1 ? "" : "s",
                 ons_results_system(results));
    if (count) { add_range(replicas[0], replicas[1], &words); }
    ons_text_add(&words, " independent replica%s of ", replicas[1] == 1 ? "" : "s");
    if (count) { add_range(steps[0], steps[1], &words); }
    ons_text_add(&words, " measured steps (one step: %.*s)", cli_step_length(ons_results_step(results)),
                 ons_results_step(results));
    if (warmup) { ons_text_add(&words, ", after at most %llu steps of warm-up", (unsigned long long)warmup); }
    ons_text_add(&words, "; seed %llu; together ", (unsigned long long)ons_results_seed(results));
    add_time(seconds, &words);
    ons_text_add(&words, " of one core.");
    ons_text_add(page, "<h2>The job</h2>\n<p>");
    cli_html(page, words.data ? words.data : "");
    ons_text_add(page, "</p>\n");
    page->failed = page->failed || words.failed;
    ons_text_free(&words);
    add_parameters(results, page);
}

/* ---- provenance -----------------------------------------------------------------------------------------------------
 */

/* The value of "key: VALUE" within one entry of the provenance, without its quotes. Allocated, "" where it lacks. */
static char *find_entry(const char *begin, const char *end, const char *key) {
    const size_t length = strlen(key);
    for (const char *line = begin; line < end; line += strcspn(line, "\n") + 1) {
        const char *word = line + strspn(line, " -");
        if (strncmp(word, key, length) != 0 || word[length] != ':') { continue; }
        const char *value = word + length + 1 + strspn(word + length + 1, " ");
        ons_text text = {0};
        const bool quotes = *value == '"';
        ons_text_add(&text, "%s", "");
        for (const char *c = value + quotes; *c && *c != '\n' && !(quotes && *c == '"'); c++) {
            if (quotes && *c == '\\' && c[1] && c[1] != '\n') { c++; }
            ons_text_add_bytes(&text, c, 1);
        }
        if (!text.failed) { return text.data; }
        ons_text_free(&text);
        return NULL;
    }
    return ons_copy("");
}

static const char *next_session(const char *from) {
    const char *next = strstr(from, "\n- ");
    return next ? next + 1 : from + strlen(from);
}

#define SESSIONS 3 /* the last ones are shown as a table */

/* A row for each key, a column for each of the last sessions. */
static void add_sessions(const char *all, ons_text *page) {
    static const char *const keys[] = {"started",    "finished", "interrupted", "onsager",  "cpu",
                                       "processors", "threads",  "random",      "compiler", "command"};
    static const char *const names[] = {"started (UTC)", "finished", "interrupted", "version of onsager",
                                        "processor",     "cores",    "threads",     "random numbers for",
                                        "compiler",      "command"};
    static const char *const headers[] = {"", "last session", "the one before", "and before"};
    const char *session[SESSIONS] = {NULL};
    size_t count = 0;
    for (const char *begin = all; begin && *begin; begin = next_session(begin)) {
        memmove(session + 1, session, (SESSIONS - 1) * sizeof *session);
        session[0] = begin;
        count++;
    }
    const size_t shown = count < SESSIONS ? count : SESSIONS;
    cli_table table = {.columns = shown + 1, .headers = headers};
    for (size_t k = 0; shown && k < sizeof keys / sizeof *keys; k++) {
        cli_table_cell(&table, "%s", names[k]);
        for (size_t i = 0; i < shown; i++) {
            char *value = find_entry(session[i], next_session(session[i]), keys[k]);
            cli_table_cell(&table, "%s", value ? value : "");
            free(value);
        }
    }
    cli_table_html(&table, page);
    cli_table_free(&table);
}

void cli_report_provenance(const ons_results *results, ons_text *page) {
    const char *all = ons_results_provenance(results);
    if (!all || !*all) { return; }
    ons_text_add(page, "<h2>Provenance</h2>\n");
    add_sessions(all, page);
    ons_text_add(page, "<details><summary>All sessions, as the archive has them</summary>\n<pre>");
    cli_html(page, all);
    ons_text_add(page, "</pre></details>\n");
}

/* ---- again ----------------------------------------------------------------------------------------------------------
 */

static void add_code(ons_text *page, const char *code) {
    ons_text_add(page, "<pre>");
    cli_html(page, code);
    ons_text_add(page, "</pre>\n");
}

static bool all_complete(const ons_results *results) {
    for (size_t t = 0; t < ons_results_count(results); t++) {
        if (!ons_results_task(results, t)->complete) { return false; }
    }
    return true;
}

/* The command of the last session. */
static char *last_command(const ons_results *results) {
    const char *all = ons_results_provenance(results), *last = all;
    for (const char *begin = all; begin && *begin; begin = next_session(begin)) { last = begin; }
    return last ? find_entry(last, last + strlen(last), "command") : ons_copy("");
}

static void add_citation(const ons_results *results, ons_text *page) {
    char *version =
        find_entry(ons_results_provenance(results), strchr(ons_results_provenance(results), '\0'), "onsager");
    ons_text cite = {0};
    ons_text_add(&cite,
                 "@software{onsager,\n  title   = {onsager: a laboratory for statistical physics},\n  version = {%s},\n"
                 "  note    = {system %s, seed %llu}\n}",
                 version && *version ? version : ONS_VERSION, ons_results_system(results),
                 (unsigned long long)ons_results_seed(results));
    ons_text_add(page, "<h2>How to cite</h2>\n<p>Name the program with its version, the system and the seed, and the "
                       "papers that <code>onsager describe ");
    cli_html(page, ons_results_system(results));
    ons_text_add(page, "</code> names as sources of model and method.</p>\n");
    add_code(page, cite.data ? cite.data : "");
    page->failed = page->failed || cite.failed;
    ons_text_free(&cite);
    free(version);
}

void cli_report_again(const ons_results *results, ons_text *page) {
    char *command = last_command(results);
    ons_text_add(page, "<h2>To run it again</h2>\n");
    if (command && *command) {
        ons_text_add(page, "<p>%s</p>\n",
                     all_complete(results) ? "The last job was this command; run again it finds its archive complete. "
                                             "More steps, replicas or grid points extend what is there."
                                           : "The last job is not finished; this command goes on with it.");
        add_code(page, command);
    }
    ons_text_add(page,
                 "<p>The job as a file: save it as <code>job.yaml</code>, then <code>onsager run job.yaml</code>. "
                 "The numbers come out the same, on any number of threads.</p>\n");
    add_code(page, ons_results_job(results));
    add_citation(results, page);
    free(command);
}
