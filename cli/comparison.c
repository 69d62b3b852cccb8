/*
 * Results beside the values that are known exactly, a row per quantity over all tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <math.h>
#include <string.h>

typedef struct comparison {
    size_t count, within1, within2;
    double worst, squares;
    const char *source;
} comparison;

static void compare(const ons_result *result, comparison *with) {
    for (size_t i = 0; result->exact && result->kind != ONS_SERIES && result->error && i < result->size; i++) {
        const double deviation = cli_deviation(result->mean[i], result->exact[i], result->error[i]);
        if (isnan(deviation)) { continue; }
        const double size = fabs(deviation);
        with->count++;
        with->within1 += size <= 1;
        with->within2 += size <= 2;
        with->squares += size * size;
        with->worst = size > with->worst ? size : with->worst;
        with->source = result->exact_source ? result->exact_source : "";
    }
}

static void add_row(const char *name, const comparison *with, cli_table *table) {
    cli_table_cell(table, "%s", name);
    cli_table_cell(table, "%s", with->source);
    cli_table_cell(table, "%zu", with->count);
    cli_table_cell(table, "%zu", with->within1);
    cli_table_cell(table, "%zu", with->within2);
    cli_table_cell(table, "%.2f", sqrt(with->squares / (double)with->count));
    cli_table_cell(table, "%.1f", with->worst);
}

void cli_comparison_table(const ons_results *results, const char *quantity, cli_table *table) {
    static const char *const headers[] = {"quantity",        "exact",         "points", "within 1 error",
                                          "within 2 errors", "rms deviation", "worst"};
    static const bool right[] = {false, false, true, true, true, true, true};
    *table = (cli_table){.columns = 7, .headers = headers, .right = right};
    const char *const *names;
    const size_t all = ons_results_names(results, &names);
    for (size_t n = 0; n < all; n++) {
        if (quantity && !cli_quantity_listed(quantity, names[n])) { continue; }
        comparison with = {0};
        for (size_t t = 0; t < ons_results_count(results); t++) {
            const ons_result *result = ons_task_find(ons_results_task(results, t), names[n]);
            if (result) { compare(result, &with); }
        }
        if (with.count) { add_row(names[n], &with, table); }
    }
}
