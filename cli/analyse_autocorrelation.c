/*
 * onsager analyse FILE.h5 autocorrelation: the integrated autocorrelation time against the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <math.h>

static void add_row(cli_by_task *all, const ons_task_result *task, const ons_autocorrelation_times *times) {
    cli_table *table = &all->rows.table;
    const size_t window = times->window;
    char number[CLI_NUMBER];
    const bool resolved = times->stride <= 1 || times->tau[window] > times->stride;
    cli_labels_cells(&all->labels, task, table);
    cli_table_cell(table, "%s", cli_number(number, times->tau[window], times->tau_error[window]));
    cli_table_cell(table, "%g", times->lag[window]);
    cli_table_cell(table, "%zu", times->rows);
    cli_table_cell(table, "%g", times->stride);
    cli_table_cell(table, "%s", resolved ? "" : "not resolved: rows are further apart");
}

static void add_json(const ons_autocorrelation_times *times, json_t *object) {
    json_object_set_new(object, "tau", cli_json_real(times->tau[times->window]));
    json_object_set_new(object, "tau_error", cli_json_real(times->tau_error[times->window]));
    json_object_set_new(object, "window", cli_json_real(times->lag[times->window]));
    json_object_set_new(object, "rows", json_integer((json_int_t)times->rows));
    json_object_set_new(object, "stride", cli_json_real(times->stride));
    json_object_set_new(object, "lag", cli_json_reals(times->lag, times->lags));
    json_object_set_new(object, "function", cli_json_reals(times->function, times->lags));
    json_object_set_new(object, "tau_of_window", cli_json_reals(times->tau, times->lags));
    json_object_set_new(object, "tau_of_window_error", cli_json_reals(times->tau_error, times->lags));
}

static ons_status add_task(const void *own, cli_by_task *all, size_t place, json_t *object, cli_curve *curve) {
    (void)own;
    ons_autocorrelation_times times;
    const ons_status status = ons_results_autocorrelation(&all->view.archive, place, all->name, &times);
    if (status != ONS_OK) { return status; }
    add_row(all, ons_results_task(all->view.results, place), &times);
    add_json(&times, object);
    ons_status drawn = ONS_OK;
    for (size_t i = 0; i < times.lags && drawn == ONS_OK; i++) {
        drawn = cli_curve_add(curve, times.lag[i], times.tau[i], times.tau_error[i], NAN);
    }
    ons_autocorrelation_free(&times);
    return drawn;
}

static void finish(const void *own, cli_by_task *all) {
    (void)own;
    ons_text_add(&all->note, "The window is the first that is at least 5 tau; errors as Madras and Sokal (1988) give "
                             "them.\n");
}

static ons_status analyse_autocorrelation(cli_arguments *arguments) {
    const cli_by_task_kind kind = {
        .headers = {"tau", "window", "rows", "stride", ""}, .header_count = 5, .task = add_task, .finish = finish};
    return cli_by_task_analyse(arguments, &kind,
                               (cli_figure){.title = ons_format("autocorrelation time of %s", cli_quantity(arguments)),
                                            .x_label = ons_copy("window (samples)"),
                                            .y_label = ons_copy("tau (samples)")});
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a measured mean, or a component of one: energy, correlation[3]; default: energy"},
    ANALYSE_TASK,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_autocorrelation = {
    CLI_ANALYSIS_NAME("autocorrelation"),
    "[-y NAME] [--task N]",
    "autocorrelation times against the window, from stored series or records",
    "Run with series=yes to keep every sample; without, the record holds every 2^k-th, and times below that are not "
    "resolved. JSON has the function too.",
    options,
    analyse_autocorrelation};
