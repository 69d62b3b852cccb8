/*
 * Analyses of samples that go through an archive task by task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <string.h>

const char *cli_quantity(const cli_arguments *arguments) {
    const char *name = cli_option_value(arguments, "y");
    return name ? name : "energy";
}

void cli_component_cell(cli_table *table, size_t component, size_t size) {
    if (size > 1) {
        cli_table_cell(table, "%zu", component);
    } else {
        cli_table_cell(table, "%s", "");
    }
}

static cli_curve *labelled_curve(cli_by_task *all, const ons_task_result *task) {
    ons_text label = {0};
    cli_labels_text(&all->labels, task, &label);
    cli_curve *curve;
    cli_figure_curve(&all->figure, label.length ? label.data : all->name, CLI_POINTS, &curve);
    ons_text_free(&label);
    return curve;
}

static ons_status each_task(const cli_by_task_kind *kind, cli_by_task *all, json_t *tasks) {
    ons_status status = ONS_OK;
    for (size_t place = all->first; place < all->end && status == ONS_OK; place++) {
        const ons_task_result *task = ons_results_task(all->view.results, place);
        cli_curve *curve = labelled_curve(all, task);
        json_t *object = json_object();
        json_object_set_new(object, "parameters", cli_labels_json(task));
        status = curve ? kind->task(kind->own, all, place, object, curve) : ONS_MEMORY;
        json_array_append_new(tasks, object);
    }
    return status;
}

static void begin_rows(const cli_by_task_kind *kind, cli_by_task *all) {
    const char *headers[5];
    for (size_t i = 0; i < kind->header_count; i++) {
        const bool quantity = strcmp(kind->headers[i], CLI_QUANTITY) == 0;
        headers[i] = quantity ? all->name : kind->headers[i];
    }
    cli_labelled_begin(&all->rows, &all->labels, headers, kind->header_count);
}

static ons_status deliver(const cli_arguments *arguments, const cli_by_task_kind *kind, cli_by_task *all,
                          json_t *tasks) {
    cli_findings findings = {.figures = &all->figure, .figure_count = 1};
    findings.document = all->document = cli_findings_document(arguments, all->view.results);
    json_object_set_new(all->document, "quantity", json_string(all->name));
    if (kind->finish) { kind->finish(kind->own, all); }
    json_object_set(all->document, "tasks", tasks);
    if (all->rows.table.count > 0) { cli_table_text(&all->rows.table, &findings.text, 0); }
    if (all->note.length) {
        ons_text_add(&findings.text, "%s%s", all->rows.table.count > 0 ? "\n" : "", all->note.data);
    }
    const ons_status status = cli_findings_deliver(arguments, &findings);
    cli_findings_free(&findings); /* and the figure */
    all->figure = (cli_figure){0};
    return status;
}

ons_status cli_by_task_analyse(const cli_arguments *arguments, const cli_by_task_kind *kind, cli_figure figure) {
    cli_by_task all = {.name = cli_quantity(arguments), .figure = figure};
    json_t *tasks = json_array();
    ons_status status = cli_view_open(arguments, &all.view);
    if (status == ONS_OK) { status = cli_tasks_option(arguments, all.view.results, &all.first, &all.end); }
    if (status == ONS_OK) { status = cli_labels_find(all.view.results, NULL, NULL, &all.labels); }
    begin_rows(kind, &all);
    if (status == ONS_OK) { status = each_task(kind, &all, tasks); }
    if (status == ONS_OK) { status = deliver(arguments, kind, &all, tasks); }
    json_decref(tasks);
    cli_table_free(&all.rows.table);
    ons_text_free(&all.note);
    cli_figure_free(&all.figure);
    cli_view_close(&all.view);
    return status;
}
