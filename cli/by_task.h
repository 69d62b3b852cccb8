/*
 * Analyses of samples that go through an archive task by task: a table, a JSON object and a curve for each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_BY_TASK_H
#define ONSAGER_CLI_BY_TASK_H

#include "samples_view.h"

/* What grows while the tasks are gone through. */
typedef struct cli_by_task {
    cli_view view;
    const char *name; /* the quantity, of option -y */
    size_t first, end;
    cli_labels labels;
    cli_labelled rows;
    json_t *document; /* only while `finish` is called */
    cli_figure figure;
    ons_text note; /* printed after the table */
} cli_by_task;

typedef struct cli_by_task_kind {
    const char *headers[5]; /* of the columns after the labels; CLI_QUANTITY stands for its name */
    size_t header_count;
    const void *own; /* handed to `task` */
    /* Finds what there is to find of a task: cells, members of `object`, points of `curve`. */
    ons_status (*task)(const void *own, cli_by_task *all, size_t place, json_t *object, cli_curve *curve);
    void (*finish)(const void *own, cli_by_task *all); /* adds to the note and to the document; may be NULL */
} cli_by_task_kind;
#define CLI_QUANTITY "-y"

/* The quantity that -y names; `energy` by default. */
const char *cli_quantity(const cli_arguments *arguments);

/* Opens the archive, goes through its tasks and delivers. Takes over `figure`. */
ons_status cli_by_task_analyse(const cli_arguments *arguments, const cli_by_task_kind *kind, cli_figure figure);

/* The number of a component as a cell; empty where there is only one. */
void cli_component_cell(cli_table *table, size_t component, size_t size);

#endif
