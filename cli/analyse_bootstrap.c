/*
 * onsager analyse FILE.h5 bootstrap: errors and percentile intervals of any quantity by drawing blocks again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <math.h>

/* 68.27 % and 95.45 % of a normal law, as +- 1 and +- 2 errors. */
static const double probabilities[] = {0.022750131948179, 0.158655253931457, 0.5, 0.841344746068543, 0.977249868051821};
enum { QUANTILES = 5 };

static void add_interval(cli_table *table, double low, double high, double error) {
    char from[CLI_NUMBER], to[CLI_NUMBER];
    cli_table_cell(table, "%s .. %s", cli_as_precise(from, low, error), cli_as_precise(to, high, error));
}

static void add_rows(cli_by_task *all, const ons_task_result *task, const ons_bootstrap *b) {
    cli_table *table = &all->rows.table;
    for (size_t i = 0; i < b->size; i++) {
        const double *q = b->quantiles + i * QUANTILES;
        char number[CLI_NUMBER];
        cli_labels_cells(&all->labels, task, table);
        cli_component_cell(table, i, b->size);
        cli_table_cell(table, "%s", cli_number(number, b->value[i], b->error[i]));
        add_interval(table, q[1], q[3], b->error[i]);
        add_interval(table, q[0], q[4], b->error[i]);
    }
}

static void add_json(const ons_bootstrap *b, json_t *object) {
    json_t *quantiles = json_array();
    for (size_t i = 0; i < b->size; i++) {
        json_array_append_new(quantiles, cli_json_reals(b->quantiles + i * QUANTILES, QUANTILES));
    }
    json_object_set_new(object, "value", cli_json_reals(b->value, b->size));
    json_object_set_new(object, "error", cli_json_reals(b->error, b->size));
    json_object_set_new(object, "quantiles", quantiles);
}

/* The curve: the resamples of one number, cumulative. */
static ons_status add_task(const void *own, cli_by_task *all, size_t place, json_t *object, cli_curve *curve) {
    const int64_t *resamples = own;
    ons_bootstrap b;
    const ons_status status =
        ons_results_bootstrap(&all->view.archive, place, all->name, (size_t)*resamples, probabilities, QUANTILES, &b);
    if (status != ONS_OK) { return status; }
    add_rows(all, ons_results_task(all->view.results, place), &b);
    add_json(&b, object);
    ons_status drawn = ONS_OK;
    for (size_t p = 0; p < QUANTILES && drawn == ONS_OK; p++) {
        drawn = cli_curve_add(curve, b.quantiles[p], probabilities[p], NAN, NAN);
    }
    ons_bootstrap_free(&b);
    return drawn;
}

static void finish(const void *own, cli_by_task *all) {
    const int64_t *resamples = own;
    ons_text_add(&all->note,
                 "%lld resamples of blocks longer than the correlations, all means together; intervals are "
                 "percentiles.\n",
                 (long long)*resamples);
    json_object_set_new(all->document, "resamples", json_integer(*resamples));
    json_object_set_new(all->document, "probabilities", cli_json_reals(probabilities, QUANTILES));
}

static ons_status analyse_bootstrap(cli_arguments *arguments) {
    int64_t resamples = 0;
    const cli_by_task_kind kind = {.headers = {"component", CLI_QUANTITY, "68.27 %", "95.45 %"},
                                   .header_count = 4,
                                   .own = &resamples,
                                   .task = add_task,
                                   .finish = finish};
    const ons_status status = cli_integer_option(arguments, "resamples", 2, 1000, &resamples);
    if (status != ONS_OK) { return status; }
    const char *name = cli_quantity(arguments);
    return cli_by_task_analyse(arguments, &kind,
                               (cli_figure){.title = ons_format("bootstrap of %s", name),
                                            .x_label = ons_copy(name),
                                            .y_label = ons_copy("share of resamples below")});
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a mean, a derived quantity, or an expression of means; default: energy"},
    {0, "resamples", "N", "default: 1000"},
    ANALYSE_TASK,
    ANALYSE_SYSTEM,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_bootstrap = {CLI_ANALYSIS_NAME("bootstrap"),
                                         "[-y NAME] [--resamples N] [--task N]",
                                         "errors and percentile intervals of any quantity by joint block bootstrap",
                                         NULL,
                                         options,
                                         analyse_bootstrap};
