/*
 * Autocorrelation times of a recorded number against the window, from the rows of all replicas.
 *
 * The window is the smallest W with W >= 5 tau(W) (A. Sokal, in Functional Integration, 1997, section 3); the error of
 * tau(W) is tau sqrt(2 (2 W + 1)/rows) (Madras and Sokal, J. Stat. Phys. 50 (1988) 109, eq. E.11).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "results.h"

#include <onsager/sample_analyses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTHS 5.0 /* window in autocorrelation times */
#define MOST_LAGS 4096

typedef struct columns {
    double **values; /* [replicas][lengths], minus the common mean */
    size_t *lengths, replicas, rows, longest;
    uint64_t stride;
} columns;

static void free_columns(columns *c) {
    for (size_t r = 0; c->values != NULL && r < c->replicas; ++r) { free(c->values[r]); }
    free(c->values);
    free(c->lengths);
    *c = (columns){0};
}

static ons_status read_columns(const ons_archive_view *view, size_t index, const ons_task_samples *task,
                               size_t component, columns *c) {
    const size_t width = task->components;
    *c = (columns){.values = ONS_NEW(double *, task->replicas + 1),
                   .lengths = ONS_NEW(size_t, task->replicas + 1),
                   .replicas = task->replicas};
    ons_status status = c->values == NULL || c->lengths == NULL ? ONS_MEMORY : ONS_OK;
    double mean = 0;
    for (size_t r = 0; r < task->replicas && status == ONS_OK; ++r) {
        double *rows;
        uint64_t stride;
        status = ons_samples_rows(view->samples, index, task, r, 0, &rows, &c->lengths[r], &stride);
        if (status != ONS_OK) { break; }
        if (r > 0 && stride != c->stride) {
            status = ons_fail(ONS_INVALID, "the replicas' records have different strides; run all to the same steps");
        }
        c->stride = stride;
        c->values[r] = rows; /* the column moves to the front of its rows */
        for (size_t i = 0; i < c->lengths[r]; ++i) {
            rows[i] = rows[i * width + component];
            mean += rows[i];
        }
        c->rows += c->lengths[r];
        c->longest = c->lengths[r] > c->longest ? c->lengths[r] : c->longest;
    }
    if (status == ONS_OK && c->rows < 4) { status = ons_fail(ONS_INVALID, "task %s has too few rows", task->key); }
    for (size_t r = 0; r < task->replicas && status == ONS_OK; ++r) {
        for (size_t i = 0; i < c->lengths[r]; ++i) { c->values[r][i] -= mean / (double)c->rows; }
    }
    return status;
}

/* Over all pairs within the replicas. */
static double covariance(const columns *c, size_t lag) {
    double sum = 0, pairs = 0;
    for (size_t r = 0; r < c->replicas; ++r) {
        const double *x = c->values[r];
        for (size_t i = 0; i + lag < c->lengths[r]; ++i) { sum += x[i] * x[i + lag]; }
        pairs += c->lengths[r] > lag ? (double)(c->lengths[r] - lag) : 0;
    }
    return pairs > 0 ? sum / pairs : 0;
}

void ons_autocorrelation_free(ons_autocorrelation_times *times) {
    free(times->lag);
    free(times->function);
    free(times->tau);
    free(times->tau_error);
    *times = (ons_autocorrelation_times){0};
}

/* Lags up to four windows, so that a plot shows what comes behind the one that is chosen. */
static void find_times(const columns *c, size_t limit, ons_autocorrelation_times *times) {
    const double variance = covariance(c, 0), stride = (double)c->stride;
    double tau = 0.5;
    bool found = false;
    for (size_t lag = 0; lag < limit && !(found && lag > 4 * times->window + 16); ++lag) {
        const double function = variance > 0 ? covariance(c, lag) / variance : lag == 0;
        tau += lag > 0 ? function : 0;
        times->lag[lag] = (double)lag * stride;
        times->function[lag] = function;
        times->tau[lag] = tau * stride;
        times->tau_error[lag] = fabs(tau) * stride * sqrt(2 * (2 * (double)lag + 1) / (double)c->rows);
        times->lags = lag + 1;
        if (!found && (double)lag >= WIDTHS * tau) {
            times->window = lag;
            found = true;
        }
    }
    if (!found) { times->window = times->lags - 1; }
}

ons_status ons_results_autocorrelation(const ons_archive_view *view, size_t place, const char *component,
                                       ons_autocorrelation_times *times) {
    const ons_task_result *result = ons_results_task(view->results, place);
    ons_task_samples *task = NULL;
    columns c = {0};
    size_t first, count;
    *times = (ons_autocorrelation_times){0};
    if (result == NULL) { return ons_fail(ONS_INVALID, "there is no task %zu", place); }
    const size_t index = ons_samples_find(view->samples, result->key);
    ons_status status = ons_samples_task(view->samples, index, &task);
    if (status == ONS_OK) { status = ons_task_samples_find(task, component, &first, &count); }
    if (status == ONS_OK && count != 1) {
        status =
            ons_fail(ONS_INVALID, "'%s' has %zu components; name one: '%s'", component, count, task->component[first]);
    }
    if (status == ONS_OK) { status = read_columns(view, index, task, first, &c); }
    const size_t limit = c.longest / 2 < MOST_LAGS ? c.longest / 2 + 1 : MOST_LAGS;
    if (status == ONS_OK) {
        *times = (ons_autocorrelation_times){.stride = (double)c.stride,
                                             .rows = c.rows,
                                             .lag = ONS_NEW(double, limit),
                                             .function = ONS_NEW(double, limit),
                                             .tau = ONS_NEW(double, limit),
                                             .tau_error = ONS_NEW(double, limit)};
        const bool had = times->lag && times->function && times->tau && times->tau_error;
        status = had ? ONS_OK : ONS_MEMORY;
    }
    if (status == ONS_OK) { find_times(&c, limit, times); }
    free_columns(&c);
    ons_task_samples_free(task);
    if (status != ONS_OK) { ons_autocorrelation_free(times); }
    return status;
}
