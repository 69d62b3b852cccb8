/*
 * An archive with its samples and, where the system can be found, its job: what analyses of samples begin with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_SAMPLES_VIEW_H
#define ONSAGER_CLI_SAMPLES_VIEW_H

#include "analyse.h"

#include <onsager/sample_analyses.h>

typedef struct cli_view {
    ons_results *results;
    ons_samples *samples;
    cli_job job; /* job.job NULL: the system is not at hand */
    ons_archive_view archive;
} cli_view;

/* Opens the archive that the words name. A user's own system is compiled from the file that --system names. */
ons_status cli_view_open(const cli_arguments *arguments, cli_view *view);
void cli_view_close(cli_view *view);

#define ANALYSE_SYSTEM                                                                                                 \
    { 0, "system", "FILE.c", "the C file of your own system, for its derived quantities" }

/* Numbers of an option: "2.26,2.27", "2.26:2.28:0.01", or both; *values is allocated, NULL when it was not given. */
ons_status cli_numbers_option(const cli_arguments *arguments, const char *name, double **values, size_t *count);

/* The texts of the parameters that tell tasks apart, `except` (NULL: none) left out; `by` first (NULL: as they come).
 * As cells of a table, as "L = 16, q = 3", and as an object. */
typedef struct cli_labels {
    const char *names[64];
    size_t count;
} cli_labels;
ons_status cli_labels_find(const ons_results *results, const char *except, const char *by, cli_labels *labels);
void cli_labels_cells(const cli_labels *labels, const ons_task_result *task, cli_table *table);
void cli_labels_text(const cli_labels *labels, const ons_task_result *task, ons_text *text);
json_t *cli_labels_json(const ons_task_result *task);

/* The tasks that --task names, else all: from *first up to *end. */
ons_status cli_tasks_option(const cli_arguments *arguments, const ons_results *results, size_t *first, size_t *end);
#define ANALYSE_TASK                                                                                                   \
    {                                                                                                                  \
        0, "task", "N",                                                                                                \
            "only this one, counted from 0 in the order of `onsager show` with the same --where; default: all"         \
    }

/* A table whose first columns are labels: headers[labels + count]. Cells are added task by task. */
#define CLI_LABELLED 80
typedef struct cli_labelled {
    cli_table table;
    const char *headers[CLI_LABELLED];
    bool right[CLI_LABELLED];
} cli_labelled;
void cli_labelled_begin(cli_labelled *labelled, const cli_labels *labels, const char *const *headers, size_t count);

#endif
