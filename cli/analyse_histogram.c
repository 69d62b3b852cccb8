/*
 * onsager analyse FILE.h5 histogram: the distribution of a recorded number, with errors, and the barrier between two
 * peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "by_task.h"

#include <math.h>

typedef struct question {
    const char *x; /* reweighted along this one until two peaks are equally high; NULL: not */
    int64_t bins;
} question;

static void add_rows(cli_by_task *all, const ons_task_result *task, const ons_distribution *d) {
    cli_table *table = &all->rows.table;
    for (size_t i = 0; i < d->bins; i++) {
        char number[CLI_NUMBER], low[CLI_NUMBER];
        cli_labels_cells(&all->labels, task, table);
        cli_table_cell(table, "%s", cli_short(low, (d->edges[i] + d->edges[i + 1]) / 2));
        cli_table_cell(table, "%s", d->density[i] > 0 ? cli_number(number, d->density[i], d->error[i]) : "0");
        if (isfinite(d->free_energy[i])) {
            cli_table_cell(table, "%s", cli_number(number, d->free_energy[i], d->error[i] / d->density[i]));
        } else {
            cli_table_cell(table, "%s", "-");
        }
    }
}

static void add_sentence(cli_by_task *all, const ons_task_result *task, const question *asked,
                         const ons_distribution *d) {
    ons_text label = {0}, *text = &all->note;
    char first[CLI_NUMBER], second[CLI_NUMBER], third[CLI_NUMBER];
    cli_labels_text(&all->labels, task, &label);
    ons_text_add(text, "%s%s%zu samples in %zu bins", label.length ? label.data : "", label.length ? ": " : "", d->rows,
                 d->bins);
    if (isfinite(d->x)) {
        ons_text_add(text, "; equal heights at %s = %s", asked->x, cli_number(first, d->x, d->x_error));
    }
    if (d->two_peaks) {
        ons_text_add(text, "; peaks at %s and %s, dip at %s", cli_short(first, d->peak[0]),
                     cli_short(second, d->peak[1]), cli_short(third, d->dip));
        if (isfinite(d->barrier) && isfinite(d->barrier_error)) {
            ons_text_add(text, ", barrier ln(P_max/P_min) = %s\n", cli_number(first, d->barrier, d->barrier_error));
        } else {
            ons_text_add(text, ", where no sample lies: the barrier is higher than can be told\n");
        }
    } else {
        ons_text_add(text, "; one peak\n");
    }
    ons_text_free(&label);
}

static void add_json(const ons_distribution *d, json_t *object) {
    json_object_set_new(object, "samples", json_integer((json_int_t)d->rows));
    json_object_set_new(object, "edges", cli_json_reals(d->edges, d->bins + 1));
    json_object_set_new(object, "density", cli_json_reals(d->density, d->bins));
    json_object_set_new(object, "error", cli_json_reals(d->error, d->bins));
    json_object_set_new(object, "free_energy", cli_json_reals(d->free_energy, d->bins));
    json_object_set_new(object, "two_peaks", json_boolean(d->two_peaks));
    if (d->two_peaks) {
        json_object_set_new(object, "peaks", cli_json_reals(d->peak, 2));
        json_object_set_new(object, "dip", cli_json_real(d->dip));
        json_object_set_new(object, "barrier", cli_json_real(d->barrier));
        json_object_set_new(object, "barrier_error", cli_json_real(d->barrier_error));
    }
    if (isfinite(d->x)) {
        json_object_set_new(object, "x", cli_json_real(d->x));
        json_object_set_new(object, "x_error", cli_json_real(d->x_error));
    }
}

static ons_status add_task(const void *own, cli_by_task *all, size_t place, json_t *object, cli_curve *curve) {
    const question *asked = own;
    ons_distribution d;
    const ons_status status =
        ons_results_distribution(&all->view.archive, place, all->name, (size_t)asked->bins, asked->x, &d);
    if (status != ONS_OK) { return status; }
    const ons_task_result *task = ons_results_task(all->view.results, place);
    if (all->end - all->first == 1) { add_rows(all, task, &d); }
    add_sentence(all, task, asked, &d);
    add_json(&d, object);
    curve->style = CLI_STEPS;
    ons_status drawn = ONS_OK;
    for (size_t i = 0; i < d.bins && drawn == ONS_OK; i++) {
        drawn = cli_curve_add(curve, (d.edges[i] + d.edges[i + 1]) / 2, d.density[i], d.error[i], NAN);
    }
    ons_distribution_free(&d);
    return drawn;
}

static ons_status analyse_histogram(cli_arguments *arguments) {
    question asked = {.x = cli_option_value(arguments, "equal")};
    const cli_by_task_kind kind = {
        .headers = {CLI_QUANTITY, "density", "-ln(P/P_max)"}, .header_count = 3, .own = &asked, .task = add_task};
    const ons_status status = cli_integer_option(arguments, "bins", 2, 0, &asked.bins);
    if (status != ONS_OK) { return status; }
    const char *name = cli_quantity(arguments);
    return cli_by_task_analyse(arguments, &kind,
                               (cli_figure){.title = ons_format("distribution of %s", name),
                                            .x_label = ons_copy(name),
                                            .y_label = ons_copy("probability density"),
                                            .log_y = cli_option_value(arguments, "log") != NULL});
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "a measured mean, or a component of one; default: energy"},
    {0, "bins", "N", "default: by the rule of Freedman and Diaconis; discrete numbers keep their spacing"},
    {0, "equal", "NAME", "reweight along this parameter (temperature, field) until two peaks are equally high"},
    ANALYSE_TASK,
    {0, "log", NULL, "with -o: logarithmic axis"},
    ANALYSE_SYSTEM,
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_histogram = {
    CLI_ANALYSIS_NAME("histogram"),
    "[-y NAME] [--equal NAME] [--task N]",
    "the distribution of a recorded number, and the free-energy barrier between two peaks",
    "One task gives a row a bin, several a sentence each. Errors by jackknife over blocks of time.",
    options,
    analyse_histogram};
