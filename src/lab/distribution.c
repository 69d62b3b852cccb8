/*
 * The distribution of a recorded number with errors, its barrier, and the parameter at which two peaks are equally high
 * (J. Lee and J. M. Kosterlitz, Phys. Rev. Lett. 65 (1990) 137), by reweighting the histogram itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "distribution.h"

#include "curves.h"
#include "results.h"
#include "weight.h"

#include <onsager/sample_analyses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 32
#define MOST_ROWS 65536 /* of a replica */
#define BISECTIONS 50
#define REACH 0.1 /* how far from the simulated value equal heights are sought, relative */

/* Rows of a task: the number of each, its bin, its block, and its features. */
typedef struct table {
    double *values, *features, *weights;
    size_t *bin, *block;
    size_t rows, blocks, bins;
    size_t terms;
    double *coefficients; /* [2][terms]: where it was sampled, and the target */
    double *density;      /* [bins] scratch */
} table;

static void free_table(table *t) {
    free(t->values);
    free(t->features);
    free(t->weights);
    free(t->bin);
    free(t->block);
    free(t->coefficients);
    free(t->density);
}

void ons_distribution_free(ons_distribution *distribution) {
    free(distribution->edges);
    free(distribution->density);
    free(distribution->error);
    free(distribution->free_energy);
    *distribution = (ons_distribution){0};
}

/* ---- rows ---- */

static ons_status make_table(size_t rows, size_t terms, table *t) {
    t->terms = terms;
    t->values = ONS_NEW(double, rows + 1);
    t->features = ONS_NEW(double, rows *terms + 1);
    t->weights = ONS_NEW(double, rows + 1);
    t->bin = ONS_NEW(size_t, rows + 1);
    t->block = ONS_NEW(size_t, rows + 1);
    t->coefficients = ONS_NEW(double, 2 * terms + 1);
    return t->values && t->features && t->weights && t->bin && t->block && t->coefficients ? ONS_OK : ONS_MEMORY;
}

static ons_status read_rows(const ons_archive_view *view, size_t index, const ons_task_samples *task, size_t component,
                            lab_weight *weight, double x, table *t) {
    const size_t replicas = task->replicas > 0 ? task->replicas : 1, each = replicas < BLOCKS ? BLOCKS / replicas : 1;
    ons_status status = ONS_OK;
    t->blocks = replicas < BLOCKS ? each * replicas : BLOCKS;
    for (size_t r = 0; r < replicas && status == ONS_OK; ++r) {
        double *rows;
        size_t count;
        uint64_t stride;
        status = ons_samples_rows(view->samples, index, task, r, MOST_ROWS, &rows, &count, &stride);
        for (size_t i = 0; i < count && status == ONS_OK; ++i) {
            const double *row = rows + i * task->components;
            t->values[t->rows] = row[component];
            t->block[t->rows] = replicas < BLOCKS ? r * each + i * each / count : r * BLOCKS / replicas;
            if (weight->terms > 0) { lab_weight_features(weight, x, row, t->features + t->rows * t->terms); }
            t->weights[t->rows++] = 1;
        }
        free(rows);
    }
    /* about their means, so that weights neither overflow nor vanish */
    for (size_t f = 0; f < t->terms && status == ONS_OK; ++f) {
        double mean = 0;
        for (size_t i = 0; i < t->rows; ++i) { mean += t->features[i * t->terms + f] / (double)t->rows; }
        for (size_t i = 0; i < t->rows; ++i) { t->features[i * t->terms + f] -= mean; }
    }
    if (status == ONS_OK && t->rows < 2 * BLOCKS) {
        status = ons_fail(ONS_INVALID, "task %s has %zu recorded samples; a distribution needs at least %d", task->key,
                          t->rows, 2 * BLOCKS);
    }
    return status;
}

static int ascending(const void *first, const void *second) {
    const double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

static ons_status make_bins(table *t, size_t bins, ons_distribution *d) {
    double *sorted = ONS_NEW(double, t->rows);
    if (sorted == NULL) { return ONS_MEMORY; }
    memcpy(sorted, t->values, t->rows * sizeof *sorted);
    qsort(sorted, t->rows, sizeof *sorted, ascending);
    d->bins = bins;
    ons_status status = isfinite(sorted[0]) && isfinite(sorted[t->rows - 1])
                            ? lab_histogram_edges(sorted, t->rows, &d->bins, &d->edges)
                            : ons_fail(ONS_INVALID, "some samples are not finite");
    free(sorted);
    if (status != ONS_OK) { return status; }
    const double width = d->edges[1] - d->edges[0];
    for (size_t i = 0; i < t->rows; ++i) {
        const double place = floor((t->values[i] - d->edges[0]) / width);
        t->bin[i] = place <= 0 ? 0 : place >= (double)d->bins ? d->bins - 1 : (size_t)place;
    }
    t->bins = d->bins;
    t->density = ONS_NEW(double, d->bins + 1);
    d->rows = t->rows;
    d->density = ONS_NEW(double, d->bins);
    d->error = ONS_NEW(double, d->bins);
    d->free_energy = ONS_NEW(double, d->bins);
    return t->density && d->density && d->error && d->free_energy ? ONS_OK : ONS_MEMORY;
}

/* ---- histograms ---- */

/* Without one block (`left_out` = blocks: with all). */
static void fill(const table *t, size_t left_out, double width, double *density) {
    double sum = 0;
    memset(density, 0, t->bins * sizeof *density);
    for (size_t i = 0; i < t->rows; ++i) {
        if (t->block[i] == left_out) { continue; }
        density[t->bin[i]] += t->weights[i];
        sum += t->weights[i];
    }
    for (size_t i = 0; i < t->bins; ++i) { density[i] /= sum * width; }
}

static void weigh(table *t, lab_weight *weight, double x) {
    const double *now = t->coefficients;
    double *target = t->coefficients + t->terms;
    lab_weight_coefficients(weight, x, target);
    for (size_t i = 0; i < t->rows; ++i) {
        double u = 0;
        for (size_t f = 0; f < t->terms; ++f) { u += (target[f] - now[f]) * t->features[i * t->terms + f]; }
        t->weights[i] = ons_exp(-u);
    }
}

/* The x of equal heights left and right of the bin `split`, between low and high; NaN: none there. */
static double balance(table *t, lab_weight *weight, size_t left_out, size_t split, double width, double low,
                      double high) {
    double at_low = NAN;
    for (int k = 0; k <= 1; ++k) {
        weigh(t, weight, k == 0 ? low : high);
        fill(t, left_out, width, t->density);
        const double ratio = lab_peaks_ratio(t->density, t->bins, split);
        if (k == 0) {
            at_low = ratio;
        } else if (!(at_low * ratio < 0)) {
            return (double)NAN;
        }
    }
    for (int step = 0; step < BISECTIONS; ++step) {
        const double middle = (low + high) / 2;
        weigh(t, weight, middle);
        fill(t, left_out, width, t->density);
        if (lab_peaks_ratio(t->density, t->bins, split) * at_low > 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* ---- errors ---- */

typedef struct spread {
    double sum, squares;
} spread;

static void add(spread *s, double away) {
    s->sum += away;
    s->squares += away * away;
}

static double error_of(const spread *s, double blocks) {
    const double rest = s->squares - s->sum * s->sum / blocks;
    return sqrt(fmax(rest, 0) * (blocks - 1) / blocks) * ons_student(blocks - 1);
}

static double barrier_of(const double *density, size_t bins) {
    const lab_peaks peaks = lab_peaks_find(density, bins);
    return peaks.found ? peaks.barrier : 0;
}

static ons_status judge(table *t, lab_weight *weight, double x0, size_t split, ons_distribution *d) {
    const double width = d->edges[1] - d->edges[0], blocks = (double)t->blocks;
    const bool balanced = isfinite(d->x);
    spread *bins = ONS_NEW(spread, t->bins + 1), of_barrier = {0}, of_x = {0};
    if (bins == NULL) { return ONS_MEMORY; }
    fill(t, t->blocks, width, d->density);
    const lab_peaks peaks = lab_peaks_find(d->density, t->bins);
    const double barrier = barrier_of(d->density, t->bins);
    for (size_t b = 0; b < t->blocks; ++b) {
        if (balanced) {
            const double own = balance(t, weight, b, split, width, x0 - REACH * fabs(x0), x0 + REACH * fabs(x0));
            add(&of_x, own - d->x);
            weigh(t, weight, own);
        }
        fill(t, b, width, t->density);
        for (size_t i = 0; i < t->bins; ++i) { add(&bins[i], t->density[i] - d->density[i]); }
        add(&of_barrier, barrier_of(t->density, t->bins) - barrier);
    }
    double highest = 0;
    for (size_t i = 0; i < t->bins; ++i) {
        d->error[i] = error_of(&bins[i], blocks);
        highest = fmax(highest, d->density[i]);
    }
    for (size_t i = 0; i < t->bins; ++i) {
        d->free_energy[i] = d->density[i] > 0 ? log(highest) - log(d->density[i]) : (double)NAN;
    }
    d->barrier = barrier;
    d->barrier_error = error_of(&of_barrier, blocks);
    d->two_peaks = peaks.found && !(barrier <= 3 * d->barrier_error);
    d->peak[0] = (d->edges[peaks.left] + d->edges[peaks.left + 1]) / 2;
    d->peak[1] = (d->edges[peaks.right] + d->edges[peaks.right + 1]) / 2;
    d->dip = (d->edges[peaks.dip] + d->edges[peaks.dip + 1]) / 2;
    d->x_error = balanced ? error_of(&of_x, blocks) : (double)NAN;
    free(bins);
    return ONS_OK;
}

/* ---- the whole ---- */

static ons_status find_balance(table *t, lab_weight *weight, const char *x, double x0, size_t *split,
                               ons_distribution *d) {
    const double width = d->edges[1] - d->edges[0];
    fill(t, t->blocks, width, t->density);
    const lab_peaks peaks = lab_peaks_find(t->density, t->bins);
    if (!peaks.found) { return ons_fail(ONS_INVALID, "the distribution has one peak: there is nothing to balance"); }
    *split = peaks.dip;
    d->x = balance(t, weight, t->blocks, peaks.dip, width, x0 - REACH * fabs(x0), x0 + REACH * fabs(x0));
    if (isfinite(d->x)) {
        weigh(t, weight, d->x);
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "no %s within %g%% of %g makes both peaks equally high", x, 100 * REACH, x0);
}

static ons_status open_weight(const ons_archive_view *view, const ons_task_samples *task, const ons_task_result *result,
                              const char *x, lab_weight *weight, double *x0) {
    const char *text = lab_value_of(result, x);
    double *values;
    size_t count;
    if (text == NULL) { return lab_check_parameter(view->results, x); }
    ons_status status = lab_numbers_of("reweighting", x, text, &values, &count);
    if (status != ONS_OK) { return status; }
    if (count != 1) { status = ons_fail(ONS_INVALID, "'%s' is a ladder; heights are balanced for single values", x); }
    *x0 = values[0];
    free(values);
    return status == ONS_OK ? lab_weight_open(weight, task, result, view->job, x, task->component, task->components)
                            : status;
}

static ons_status distribute(const ons_archive_view *view, const ons_task_result *result, const char *component,
                             size_t bins, const char *x, const ons_task_samples *task, lab_weight *weight, table *t,
                             ons_distribution *d) {
    const size_t index = ons_samples_find(view->samples, result->key);
    size_t first, count, split = 0, room = 0;
    double x0 = NAN;
    d->x = d->x_error = (double)NAN;
    ons_status status = ons_task_samples_find(task, component, &first, &count);
    if (status == ONS_OK && count != 1) {
        status =
            ons_fail(ONS_INVALID, "'%s' has %zu components; name one: '%s'", component, count, task->component[first]);
    }
    if (status == ONS_OK && x != NULL) { status = open_weight(view, task, result, x, weight, &x0); }
    for (size_t r = 0; r < task->replicas; ++r) {
        const uint64_t series = task->replica[r].series;
        room += series > MOST_ROWS ? MOST_ROWS : series > 0 ? (size_t)series : task->replica[r].record->count;
    }
    if (status == ONS_OK) { status = make_table(room, weight->terms, t); }
    if (status == ONS_OK && x != NULL) { lab_weight_coefficients(weight, x0, t->coefficients); }
    if (status == ONS_OK) { status = read_rows(view, index, task, first, weight, x0, t); }
    if (status == ONS_OK) { status = make_bins(t, bins, d); }
    if (status == ONS_OK && x != NULL) { status = find_balance(t, weight, x, x0, &split, d); }
    return status == ONS_OK ? judge(t, weight, x0, split, d) : status;
}

ons_status ons_results_distribution(const ons_archive_view *view, size_t place, const char *component, size_t bins,
                                    const char *x, ons_distribution *distribution) {
    const ons_task_result *result = ons_results_task(view->results, place);
    ons_task_samples *task = NULL;
    lab_weight weight = {0};
    table t = {0};
    *distribution = (ons_distribution){0};
    if (result == NULL) { return ons_fail(ONS_INVALID, "there is no task %zu", place); }
    ons_status status = ons_samples_task(view->samples, ons_samples_find(view->samples, result->key), &task);
    if (status == ONS_OK && (task->components == 0 || task->replicas == 0)) {
        status = ons_fail(ONS_INVALID, "%s: task %s keeps no samples; means of stationary systems have some",
                          view->results->path, result->key);
    }
    if (status == ONS_OK) { status = distribute(view, result, component, bins, x, task, &weight, &t, distribution); }
    lab_weight_close(&weight);
    free_table(&t);
    ons_task_samples_free(task);
    if (status != ONS_OK) { ons_distribution_free(distribution); }
    return status;
}
