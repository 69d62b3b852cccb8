/*
 * What analyses of samples share: the archive with its samples and its job, labels of tasks, lists of numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "samples_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the archive ---- */

/* The job is a help, not a need: a system that is gone leaves plain means to be analysed. */
static void open_job(cli_view *view, const char *path, const char *system) {
    if (cli_job_reopen(path, ons_results_job(view->results), system, &view->job) != ONS_OK) {
        cli_job_close(&view->job);
    }
}

/* What is measured after the run has results, but no samples of its own. */
static ons_status refuse_measured(const cli_arguments *arguments) {
    const char *name = cli_option_value(arguments, "y");
    const size_t length = name ? strlen(name) : 0;
    for (size_t i = 1; name && i < arguments->word_count; i++) {
        const char *word = arguments->words[i];
        if (strncmp(word, "measure.", 8) != 0 || strncmp(word + 8, name, length) != 0 || word[8 + length] != '=') {
            continue;
        }
        return ons_fail(
            ONS_INVALID,
            "'%s' is measured after the run and has no samples, which '%s' needs: measure it in the run, or "
            "give -y an expression of means",
            name, cli_analysis_word(arguments->verb));
    }
    return ONS_OK;
}

ons_status cli_view_open(const cli_arguments *arguments, cli_view *view) {
    *view = (cli_view){0};
    ons_status status = refuse_measured(arguments);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &view->results); }
    if (status != ONS_OK) { return status; }
    const char *path = ons_results_path(view->results), *system = cli_option_value(arguments, "system");
    status = ons_samples_open(&view->samples, path);
    if (status == ONS_OK && system) {
        status = cli_job_reopen(path, ons_results_job(view->results), system, &view->job);
    } else if (status == ONS_OK) {
        open_job(view, path, NULL);
    }
    view->archive = (ons_archive_view){view->results, view->samples, view->job.job};
    return status;
}

void cli_view_close(cli_view *view) {
    cli_job_close(&view->job);
    ons_samples_close(view->samples);
    ons_results_free(view->results);
    *view = (cli_view){0};
}

/* ---- numbers ---- */

static ons_status add_numbers(const char *word, double **values, size_t *count, size_t *capacity) {
    double *range = NULL, one = 0;
    size_t more = 1;
    ons_status status = strchr(word, ':') ? ons_parse_range(word, &range, &more) : ons_parse_real(word, &one);
    if (status == ONS_OK) { status = ons_grow((void **)values, capacity, *count + more, sizeof **values); }
    for (size_t i = 0; i < more && status == ONS_OK; i++) { (*values)[(*count)++] = range ? range[i] : one; }
    free(range);
    return status;
}

ons_status cli_numbers_option(const cli_arguments *arguments, const char *name, double **values, size_t *count) {
    const char *given = cli_option_value(arguments, name);
    size_t capacity = 0;
    *values = NULL;
    *count = 0;
    if (!given) { return ONS_OK; }
    char *copy = ons_copy(given), *rest = copy;
    ons_status status = copy ? ONS_OK : ONS_MEMORY;
    for (char *word; status == ONS_OK && (word = strsep(&rest, ",")) != NULL;) {
        status = add_numbers(word, values, count, &capacity);
        if (status == ONS_INVALID || (status == ONS_OK && !isfinite((*values)[*count - 1]))) {
            status =
                ons_fail(ONS_INVALID, "--%s takes numbers like 2.26,2.27 or 2.26:2.28:0.01, not '%s'", name, given);
        }
    }
    free(copy);
    if (status != ONS_OK) {
        free(*values);
        *values = NULL;
        *count = 0;
    }
    return status;
}

/* ---- labels ---- */

ons_status cli_labels_find(const ons_results *results, const char *except, const char *by, cli_labels *labels) {
    cli_names names;
    *labels = (cli_labels){0};
    if (by) {
        const ons_status status = cli_check_parameter(results, by);
        if (status != ONS_OK) { return status; }
        labels->names[labels->count++] = by;
    }
    const ons_status status = cli_varying(results, &names);
    if (status != ONS_OK) { return status; }
    for (size_t i = 0; i < names.count && labels->count < 64; i++) {
        const bool is_x = except && strcmp(names.names[i], except) == 0;
        if (!is_x && !(by && strcmp(names.names[i], by) == 0)) { labels->names[labels->count++] = names.names[i]; }
    }
    cli_names_free(&names);
    return ONS_OK;
}

void cli_labels_cells(const cli_labels *labels, const ons_task_result *task, cli_table *table) {
    for (size_t i = 0; i < labels->count; i++) {
        ons_text text = {0};
        cli_place_text(task, labels->names[i], NULL, CLI_NO_INDEX, &text);
        cli_table_cell(table, "%s", text.data ? text.data : "");
        ons_text_free(&text);
    }
}

void cli_labels_text(const cli_labels *labels, const ons_task_result *task, ons_text *text) {
    for (size_t i = 0; i < labels->count; i++) {
        ons_text value = {0};
        cli_place_text(task, labels->names[i], NULL, CLI_NO_INDEX, &value);
        if (value.length) { ons_text_add(text, "%s%s = %s", text->length ? ", " : "", labels->names[i], value.data); }
        ons_text_free(&value);
    }
}

json_t *cli_labels_json(const ons_task_result *task) {
    json_t *object = json_object();
    for (size_t p = 0; p < task->parameters; p++) {
        double number;
        const bool plain = task->value_is_number[p] && ons_parse_real(task->value[p], &number) == ONS_OK;
        json_t *array = !plain && task->value_is_number[p] ? json_loads(task->value[p], 0, NULL) : NULL;
        json_object_set_new(object, task->parameter[p],
                            plain   ? cli_json_real(number)
                            : array ? array
                                    : json_string(task->value[p]));
    }
    return object;
}

/* ---- tasks ---- */

ons_status cli_tasks_option(const cli_arguments *arguments, const ons_results *results, size_t *first, size_t *end) {
    int64_t task;
    *first = 0;
    *end = ons_results_count(results);
    if (!cli_option_value(arguments, "task")) { return ONS_OK; }
    const ons_status status = cli_integer_option(arguments, "task", 0, 0, &task);
    if (status != ONS_OK) { return status; }
    if ((uint64_t)task >= *end) {
        return ons_fail(ONS_INVALID, "--task %lld: %s has %zu tasks, 0 to %zu", (long long)task,
                        ons_results_path(results), *end, *end - 1);
    }
    *first = (size_t)task;
    *end = *first + 1;
    return ONS_OK;
}

void cli_labelled_begin(cli_labelled *labelled, const cli_labels *labels, const char *const *headers, size_t count) {
    *labelled = (cli_labelled){0};
    size_t n = 0;
    for (; n < labels->count; n++) {
        labelled->headers[n] = labels->names[n];
        labelled->right[n] = true;
    }
    for (size_t i = 0; i < count; i++) { labelled->headers[n++] = headers[i]; }
    labelled->table = (cli_table){.columns = n, .headers = labelled->headers, .right = labelled->right};
}
