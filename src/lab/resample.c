/*
 * Re-binning and bootstrap of one task after the run, from its joint bins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "results.h"

#include <onsager/sample_analyses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST_BLOCKS 8
#define MOST_RESAMPLES 1000000
#define PURPOSE 0x626f6f74u /* of the random stream: "boot" */

/* A task with its samples, their joint analysis and a quantity of their means. */
typedef struct opened {
    ons_task_samples *samples;
    ons_joint *joint;
    ons_quantity *quantity;
    size_t size;
} opened;

static void close_task(opened *task) {
    ons_quantity_free(task->quantity);
    ons_joint_free(task->joint);
    ons_task_samples_free(task->samples);
    *task = (opened){0};
}

static ons_status open_task(const ons_archive_view *view, size_t place, const char *quantity, opened *task) {
    const ons_task_result *result = ons_results_task(view->results, place);
    *task = (opened){0};
    if (result == NULL) { return ons_fail(ONS_INVALID, "there is no task %zu", place); }
    ons_status status = ons_samples_task(view->samples, ons_samples_find(view->samples, result->key), &task->samples);
    if (status == ONS_OK) { status = ons_quantity_create(&task->quantity, task->samples, view->job, quantity); }
    if (status == ONS_OK) { status = ons_task_samples_joint(task->samples, &task->joint); }
    if (status == ONS_OK) { task->size = ons_quantity_size(task->quantity); }
    if (status != ONS_OK) { close_task(task); }
    return status;
}

/* ---- binning ---- */

void ons_binning_free(ons_binning *binning) {
    free(binning->length);
    free(binning->blocks);
    free(binning->error);
    free(binning->error_error);
    free(binning->result);
    *binning = (ons_binning){0};
}

/* Means of all blocks of `length` samples, of all replicas, [*count][components]. */
static ons_status block_means(const ons_task_samples *samples, uint64_t length, double **blocks, size_t *count) {
    const size_t n = samples->components;
    *count = 0;
    for (size_t r = 0; r < samples->replicas; ++r) {
        const ons_bins *bins = samples->replica[r].bins;
        *count += bins->count / (size_t)(length / bins->length);
    }
    *blocks = ONS_NEW(double, *count *n + 1);
    if (*blocks == NULL) { return ONS_MEMORY; }
    double *row = *blocks;
    for (size_t r = 0; r < samples->replicas; ++r) {
        const ons_bins *bins = samples->replica[r].bins;
        const size_t each = (size_t)(length / bins->length);
        for (size_t b = 0; b + each <= bins->count; b += each, row += n) {
            for (size_t i = b; i < b + each; ++i) {
                for (size_t c = 0; c < n; ++c) { row[c] += bins->bins[i * n + c] / (double)each; }
            }
            for (size_t c = 0; c < n; ++c) { row[c] += bins->shift[c]; }
        }
    }
    return ONS_OK;
}

/* The plain jackknife over these blocks: variance (B - 1)/B sum (f_b - mean)^2 (Quenouille, Tukey). */
static ons_status jackknife(const opened *task, const double *blocks, size_t count, double *errors) {
    const size_t n = task->samples->components, size = task->size;
    double *mean = ONS_NEW(double, n + 1), *rest = ONS_NEW(double, n + 1), *values = ONS_NEW(double, count *size + 1);
    ons_status status = mean == NULL || rest == NULL || values == NULL ? ONS_MEMORY : ONS_OK;
    for (size_t i = 0; i < count * n && status == ONS_OK; ++i) { mean[i % n] += blocks[i] / (double)count; }
    for (size_t b = 0; b < count && status == ONS_OK; ++b) {
        for (size_t c = 0; c < n; ++c) { rest[c] = mean[c] + (mean[c] - blocks[b * n + c]) / ((double)count - 1); }
        ons_quantity_function(task->quantity, rest, values + b * size);
    }
    for (size_t i = 0; i < size && status == ONS_OK; ++i) {
        double center = 0, squares = 0;
        for (size_t b = 0; b < count; ++b) { center += (values[b * size + i] - values[i]) / (double)count; }
        for (size_t b = 0; b < count; ++b) {
            const double away = values[b * size + i] - values[i] - center;
            squares += away * away;
        }
        errors[i] = sqrt(squares * ((double)count - 1) / (double)count);
    }
    free(mean);
    free(rest);
    free(values);
    return status;
}

static ons_status fill_levels(const opened *task, uint64_t length, ons_binning *binning) {
    ons_status status = ONS_OK;
    for (size_t level = 0; level < ONS_LEVELS && status == ONS_OK; ++level, length *= 2) {
        double *blocks;
        size_t count;
        status = block_means(task->samples, length, &blocks, &count);
        if (status == ONS_OK && count < FEWEST_BLOCKS) {
            free(blocks);
            break;
        }
        double *errors = binning->error + level * task->size;
        if (status == ONS_OK) { status = jackknife(task, blocks, count, errors); }
        free(blocks);
        binning->length[level] = (double)length;
        binning->blocks[level] = (double)count;
        for (size_t i = 0; i < task->size; ++i) {
            binning->error_error[level * task->size + i] = errors[i] / sqrt(2 * ((double)count - 1));
        }
        ++binning->levels;
    }
    return status;
}

static ons_status fill_binning(const opened *task, ons_binning *binning) {
    uint64_t length = 1;
    for (size_t r = 0; r < task->samples->replicas; ++r) {
        const ons_bins *bins = task->samples->replica[r].bins;
        length = bins->length > length ? bins->length : length;
    }
    const size_t size = task->size;
    *binning = (ons_binning){.size = size,
                             .length = ONS_NEW(double, ONS_LEVELS),
                             .blocks = ONS_NEW(double, ONS_LEVELS),
                             .error = ONS_NEW(double, ONS_LEVELS *size),
                             .error_error = ONS_NEW(double, ONS_LEVELS *size),
                             .result = ONS_NEW(ons_estimate, size + 1)};
    if (!binning->length || !binning->blocks || !binning->error || !binning->error_error || !binning->result) {
        return ONS_MEMORY;
    }
    const ons_status status =
        ons_joint_derived(task->joint, size, ons_quantity_function, task->quantity, binning->result);
    return status == ONS_OK ? fill_levels(task, length, binning) : status;
}

ons_status ons_results_binning(const ons_archive_view *view, size_t place, const char *quantity, ons_binning *binning) {
    opened task;
    *binning = (ons_binning){0};
    ons_status status = open_task(view, place, quantity, &task);
    if (status != ONS_OK) { return status; }
    if (task.samples->independent) {
        status = ons_fail(ONS_INVALID, "replicas are independent samples: bins within one say nothing of errors");
    }
    if (status == ONS_OK) { status = fill_binning(&task, binning); }
    close_task(&task);
    if (status != ONS_OK) { ons_binning_free(binning); }
    return status;
}

/* ---- bootstrap ---- */

void ons_bootstrap_free(ons_bootstrap *bootstrap) {
    free(bootstrap->value);
    free(bootstrap->error);
    free(bootstrap->quantiles);
    free(bootstrap->resample);
    *bootstrap = (ons_bootstrap){0};
}

static int ascending(const void *first, const void *second) {
    const double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

/* The quantile between order statistics (Hyndman and Fan 1996, definition 7). */
static double quantile(const double *sorted, size_t count, double probability) {
    const double place = probability * ((double)count - 1);
    const size_t below = (size_t)place;
    if (below + 1 >= count) { return sorted[count - 1]; }
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

static ons_status summarise(const double *probabilities, size_t count, ons_bootstrap *bootstrap) {
    const size_t n = bootstrap->resamples, size = bootstrap->size;
    double *sorted = ONS_NEW(double, n);
    if (sorted == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < size; ++i) {
        double mean = 0, squares = 0;
        for (size_t k = 0; k < n; ++k) {
            sorted[k] = bootstrap->resample[k * size + i];
            mean += (sorted[k] - sorted[0]) / (double)n;
        }
        for (size_t k = 0; k < n; ++k) { squares += (sorted[k] - sorted[0] - mean) * (sorted[k] - sorted[0] - mean); }
        bootstrap->error[i] = sqrt(squares / ((double)n - 1));
        qsort(sorted, n, sizeof *sorted, ascending);
        for (size_t p = 0; p < count; ++p) {
            bootstrap->quantiles[i * count + p] = quantile(sorted, n, probabilities[p]);
        }
    }
    free(sorted);
    return ONS_OK;
}

static ons_random stream_of(const ons_archive_view *view, const char *key) {
    const uint64_t task = strtoull(key, NULL, 16);
    return ons_random_stream(ons_random_key(ons_results_seed(view->results), task), 0, PURPOSE);
}

static ons_status resample(const opened *task, ons_random *random, ons_bootstrap *bootstrap) {
    const size_t n = task->samples->components;
    double *means = ONS_NEW(double, bootstrap->resamples *n + 1);
    if (means == NULL) { return ONS_MEMORY; }
    const ons_status status = ons_joint_bootstrap(task->joint, bootstrap->resamples, random, means);
    for (size_t k = 0; k < bootstrap->resamples && status == ONS_OK; ++k) {
        ons_quantity_function(task->quantity, means + k * n, bootstrap->resample + k * bootstrap->size);
    }
    free(means);
    return status;
}

ons_status ons_results_bootstrap(const ons_archive_view *view, size_t place, const char *quantity, size_t resamples,
                                 const double *probabilities, size_t probability_count, ons_bootstrap *bootstrap) {
    opened task;
    *bootstrap = (ons_bootstrap){0};
    if (resamples < 2 || resamples > MOST_RESAMPLES) {
        return ons_fail(ONS_INVALID, "a bootstrap takes 2 to %d resamples, not %zu", MOST_RESAMPLES, resamples);
    }
    for (size_t p = 0; p < probability_count; ++p) {
        if (!(probabilities[p] > 0 && probabilities[p] < 1)) {
            return ons_fail(ONS_INVALID, "a quantile belongs to a probability between 0 and 1, not %g",
                            probabilities[p]);
        }
    }
    ons_status status = open_task(view, place, quantity, &task);
    if (status != ONS_OK) { return status; }
    *bootstrap = (ons_bootstrap){.size = task.size,
                                 .resamples = resamples,
                                 .value = ONS_NEW(double, task.size + 1),
                                 .error = ONS_NEW(double, task.size + 1),
                                 .quantiles = ONS_NEW(double, task.size *probability_count + 1),
                                 .resample = ONS_NEW(double, resamples *task.size + 1)};
    if (!bootstrap->value || !bootstrap->error || !bootstrap->quantiles || !bootstrap->resample) {
        status = ONS_MEMORY;
    }
    ons_random random = stream_of(view, task.samples->key);
    if (status == ONS_OK) {
        ons_quantity_function(task.quantity, ons_joint_means(task.joint), bootstrap->value);
        status = resample(&task, &random, bootstrap);
    }
    if (status == ONS_OK) { status = summarise(probabilities, probability_count, bootstrap); }
    close_task(&task);
    if (status != ONS_OK) { ons_bootstrap_free(bootstrap); }
    return status;
}
