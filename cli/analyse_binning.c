/*
 * onsager analyse FILE.h5 binning: the error of a quantity against the length of its blocks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <math.h>

static void add_rows(cli_by_task *all, const ons_task_result *task, const ons_binning *binning) {
    cli_table *table = &all->rows.table;
    for (size_t k = 0; k < binning->levels; k++) {
        for (size_t i = 0; i < binning->size; i++) {
            char number[CLI_NUMBER];
            const size_t at = k * binning->size + i;
            cli_labels_cells(&all->labels, task, table);
            cli_component_cell(table, i, binning->size);
            cli_table_cell(table, "%.0f", binning->length[k]);
            cli_table_cell(table, "%.0f", binning->blocks[k]);
            cli_table_cell(table, "%s", cli_number(number, binning->error[at], binning->error_error[at]));
            cli_table_cell(table, "%s",
                           k == 0 ? cli_number(number, binning->result[i].mean, binning->result[i].error) : "");
        }
    }
}

static json_t *grid(const double *values, size_t rows, size_t size) {
    if (size == 1) { return cli_json_reals(values, rows); }
    json_t *array = json_array();
    for (size_t k = 0; k < rows; k++) { json_array_append_new(array, cli_json_reals(values + k * size, size)); }
    return array;
}

static void add_json(const ons_binning *binning, json_t *object) {
    json_t *mean = json_array(), *error = json_array();
    for (size_t i = 0; i < binning->size; i++) {
        json_array_append_new(mean, cli_json_real(binning->result[i].mean));
        json_array_append_new(error, cli_json_real(binning->result[i].error));
    }
    json_object_set_new(object, "mean", mean);
    json_object_set_new(object, "result_error", error);
    json_object_set_new(object, "length", cli_json_reals(binning->length, binning->levels));
    json_object_set_new(object, "blocks", cli_json_reals(binning->blocks, binning->levels));
    json_object_set_new(object, "error", grid(binning->error, binning->levels, binning->size));
    json_object_set_new(object, "error_error", grid(binning->error_error, binning->levels, binning->size));
}

static ons_status add_task(const void *own, cli_by_task *all, size_t place, json_t *object, cli_curve *curve) {
    (void)own;
    ons_binning binning;
    const ons_status status = ons_results_binning(&all->view.archive, place, all->name, &binning);
    if (status != ONS_OK) { return status; }
    add_rows(all, ons_results_task(all->view.results, place), &binning);
    add_json(&binning, object);
    ons_status drawn = ONS_OK;
    for (size_t k = 0; k < binning.levels && drawn == ONS_OK; k++) {
        drawn = cli_curve_add(curve, binning.length[k], binning.error[k * binning.size],
                              binning.error_error[k * binning.size], NAN);
    }
    ons_binning_free(&binning);
    return drawn;
}

static void finish(const void *own, cli_by_task *all) {
    (void)own;
    ons_text_add(&all->note, "The error is where it no longer grows with the block; where it still grows at the end "
                             "the run is too short.\n");
}

static ons_status analyse_binning(cli_arguments *arguments) {
    const cli_by_task_kind kind = {.headers = {"component", "block", "blocks", "error", CLI_QUANTITY},
                                   .header_count = 5,
                                   .task = add_task,
                                   .finish = finish};
    const char *name = cli_quantity(arguments);
    return cli_by_task_analyse(arguments, &kind,
                               (cli_figure){.title = ons_format("error of %s against the length of blocks", name),
                                            .x_label = ons_copy("samples of a block"),
                                            .y_label = ons_format("error of %s", name),
                                            .log_x = true});
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a mean, a derived quantity, or an expression of means; default: energy"},
    ANALYSE_TASK,
    ANALYSE_SYSTEM,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_binning = {CLI_ANALYSIS_NAME("binning"),
                                       "[-y NAME] [--task N]",
                                       "the jackknife error of a quantity against the length of blocks",
                                       NULL,
                                       options,
                                       analyse_binning};
