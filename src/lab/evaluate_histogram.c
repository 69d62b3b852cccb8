/*
 * Histograms: counts of all replicas together. The error of a bin comes from the scatter of the counts in blocks of
 * equal length (their autocorrelation counted), or of whole replicas where only these are independent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"

#include <math.h>
#include <stdlib.h>

/* Blocks of all replicas brought to one length: counts a sample, one row a block for each bin. */
typedef struct block_table {
    uint64_t length;
    size_t *blocks;        /* [replicas] */
    double **rates;        /* [replicas]: [bins][blocks] */
    const double **series; /* [replicas]: into rates, for one bin */
} block_table;

static uint64_t samples_of(const lab_histogram *histogram) {
    return histogram->blocks * histogram->block_length + histogram->in_block;
}

static void release(block_table *table, size_t replicas) {
    for (size_t r = 0; table->rates != NULL && r < replicas; ++r) { free(table->rates[r]); }
    free(table->rates);
    free(table->blocks);
    free(table->series);
}

/* Joins `merge` blocks of a replica to one. */
static ons_status join_blocks(const lab_histogram *histogram, block_table *table, size_t replica) {
    const size_t merge = (size_t)(table->length / histogram->block_length), blocks = histogram->blocks / merge;
    double *rates = ONS_NEW(double, histogram->bins *blocks);
    if (rates == NULL) { return ONS_MEMORY; }
    table->rates[replica] = rates;
    table->blocks[replica] = blocks;
    for (size_t bin = 0; bin < histogram->bins; ++bin) {
        for (size_t b = 0; b < blocks; ++b) {
            double counts = 0;
            for (size_t m = 0; m < merge; ++m) { counts += histogram->counts[(b * merge + m) * histogram->bins + bin]; }
            rates[bin * blocks + b] = counts / (double)table->length;
        }
    }
    return ONS_OK;
}

/* Replicas with no complete block of the common length have no say in the error. */
static ons_status fill_blocks(const lab_evaluation *evaluation, size_t index, block_table *table, size_t *used) {
    for (size_t r = 0; r < evaluation->count; ++r) {
        const lab_histogram *histogram = &evaluation->lanes[r]->histograms[index];
        if (histogram->blocks > 0 && histogram->block_length > table->length) {
            table->length = histogram->block_length;
        }
    }
    *used = 0;
    for (size_t r = 0; r < evaluation->count && table->length > 0; ++r) {
        const lab_histogram *histogram = &evaluation->lanes[r]->histograms[index];
        if (histogram->block_length == 0 || histogram->blocks * histogram->block_length < table->length) { continue; }
        if (join_blocks(histogram, table, *used) != ONS_OK) { return ONS_MEMORY; }
        ++*used;
    }
    return ONS_OK;
}

static bool constant(const block_table *table, size_t used, size_t bin) {
    for (size_t r = 0; r < used; ++r) {
        for (size_t b = 0; b < table->blocks[r]; ++b) {
            if (table->rates[r][bin * table->blocks[r] + b] != table->rates[0][bin * table->blocks[0]]) {
                return false;
            }
        }
    }
    return true;
}

/* Errors of the counts a sample from blocks. */
static ons_status errors_from_blocks(const lab_evaluation *evaluation, size_t index, const ons_result *result,
                                     ons_estimate *estimates) {
    block_table table = {.blocks = ONS_NEW(size_t, evaluation->count),
                         .rates = ONS_NEW(double *, evaluation->count),
                         .series = ONS_NEW(const double *, evaluation->count)};
    size_t used = 0;
    ons_status status = table.blocks == NULL || table.rates == NULL || table.series == NULL
                            ? ONS_MEMORY
                            : fill_blocks(evaluation, index, &table, &used);
    for (size_t bin = 0; bin < result->size && status == ONS_OK; ++bin) {
        if (used == 0) { continue; }
        size_t total = 0;
        for (size_t r = 0; r < used; ++r) {
            table.series[r] = table.rates[r] + bin * table.blocks[r];
            total += table.blocks[r];
        }
        if (constant(&table, used, bin)) { /* never or always hit: no scatter to take an error from */
            estimates[bin].error = 0;
            estimates[bin].flags = total < 2 ? ONS_TOO_FEW_SAMPLES : 0;
        } else {
            status = ons_series_estimate(table.series, table.blocks, used, (double)table.length, NAN, &estimates[bin]);
        }
    }
    release(&table, evaluation->count);
    return status;
}

/* Errors from the spread over replicas: samples of a disorder, histories in time. */
static ons_status errors_from_replicas(const lab_evaluation *evaluation, size_t index, const ons_result *result,
                                       const double *replica_counts, ons_estimate *estimates) {
    double *rates = ONS_NEW(double, evaluation->count);
    if (rates == NULL) { return ONS_MEMORY; }
    for (size_t bin = 0; bin < result->size; ++bin) {
        size_t count = 0;
        for (size_t r = 0; r < evaluation->count; ++r) {
            const uint64_t samples = samples_of(&evaluation->lanes[r]->histograms[index]);
            if (samples > 0) { rates[count++] = replica_counts[r * result->size + bin] / (double)samples; }
        }
        if (count > 1) { ons_spread(rates, count, &estimates[bin]); }
        if (count == 1 && !evaluation->task->quenched) { estimates[bin].flags = 0; }
    }
    free(rates);
    return ONS_OK;
}

/* The counts of every replica, its open block included. */
static void sum_counts(const lab_evaluation *evaluation, size_t index, ons_result *result, double *replica_counts,
                       uint64_t *samples) {
    for (size_t r = 0; r < evaluation->count; ++r) {
        const lab_histogram *histogram = &evaluation->lanes[r]->histograms[index];
        result->below += (double)histogram->below;
        result->above += (double)histogram->above;
        *samples += samples_of(histogram);
        for (size_t b = 0; b <= histogram->blocks; ++b) {
            for (size_t bin = 0; bin < result->size; ++bin) {
                replica_counts[r * result->size + bin] += histogram->counts[b * result->size + bin];
            }
        }
    }
}

ons_status lab_evaluate_histogram(const lab_evaluation *evaluation, size_t observable, ons_result *result) {
    const lab_shape *shape = &evaluation->task->plan.shapes[observable];
    const size_t index = evaluation->layout->offsets[observable], bins = result->size;
    double *edges = ONS_NEW(double, bins + 1), *replica_counts = ONS_NEW(double, evaluation->count *bins);
    ons_estimate *estimates = ONS_NEW(ons_estimate, bins);
    result->edges = edges;
    ons_status status = lab_result_reserve(result, 1, false);
    if (edges == NULL || replica_counts == NULL || estimates == NULL) { status = ONS_MEMORY; }
    if (status != ONS_OK) { goto cleanup; }
    for (size_t b = 0; b <= bins; ++b) { /* both ends exactly as given */
        const double fraction = (double)b / (double)bins;
        edges[b] = b == bins ? shape->high : shape->low + fraction * (shape->high - shape->low);
    }
    uint64_t samples = 0;
    sum_counts(evaluation, index, result, replica_counts, &samples);
    for (size_t bin = 0; bin < bins; ++bin) { estimates[bin] = lab_estimate_nothing(); }
    status = evaluation->stationary ? errors_from_blocks(evaluation, index, result, estimates)
                                    : errors_from_replicas(evaluation, index, result, replica_counts, estimates);
    for (size_t bin = 0; bin < bins && status == ONS_OK; ++bin) {
        estimates[bin].mean = 0;
        for (size_t r = 0; r < evaluation->count; ++r) { estimates[bin].mean += replica_counts[r * bins + bin]; }
        estimates[bin].error *= (double)samples;
        lab_result_set(result, bin, &estimates[bin]);
    }
cleanup:
    free(estimates);
    free(replica_counts);
    return status;
}
