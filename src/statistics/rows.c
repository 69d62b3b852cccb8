/*
 * Blocks that may be taken as independent, and what is made of them: joint covariance and bootstrap.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST_ROWS 16

static size_t component_at(const size_t *components, size_t index) { return components ? components[index] : index; }

static ons_status rows_of_replicas(const ons_joint *joint, const size_t *components, size_t count, double **blocks,
                                   size_t *rows) {
    *rows = joint->replicas;
    *blocks = ONS_NEW(double, joint->replicas *count);
    if (!*blocks) { return ONS_MEMORY; }
    for (size_t r = 0; r < joint->replicas; r++) {
        for (size_t i = 0; i < count; i++) {
            (*blocks)[r * count + i] = joint->replica_means[r * joint->components + component_at(components, i)];
        }
    }
    return ONS_OK;
}

/* How many bins make a block: at least the widest window, but leave some blocks, and every replica one where possible.
 */
static size_t bins_of_block(const ons_joint *joint, size_t lag) {
    size_t merge = 2 * lag + 1, longest = 1;
    if (merge > joint->count / FEWEST_ROWS) { merge = joint->count / FEWEST_ROWS; }
    for (size_t r = 0; r < joint->replicas; r++) {
        if (joint->counts[r] > longest) { longest = joint->counts[r]; }
    }
    if (merge > longest) { merge = longest; }
    return merge > 0 ? merge : 1;
}

ons_status statistics_joint_rows(const ons_joint *joint, const size_t *components, size_t count, double **blocks,
                                 size_t *rows, ons_estimate *estimates) {
    *blocks = NULL;
    *rows = 0;
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t lag;
        const ons_status status = statistics_joint_judge(joint, component_at(components, i), estimates + i, &lag);
        if (status < 0) { return status; }
        if (lag > widest) { widest = lag; }
    }
    if (joint->flags & ONS_INDEPENDENT) { return rows_of_replicas(joint, components, count, blocks, rows); }
    const size_t merge = bins_of_block(joint, widest);
    size_t *lengths = ONS_NEW(size_t, joint->replicas);
    double *column = ONS_NEW(double, joint->count);
    *blocks = ONS_NEW(double, (joint->count / merge + 1) * count);
    const bool memory = lengths && column && *blocks;
    for (size_t i = 0; memory && i < count; i++) {
        *rows = statistics_joint_blocks(joint, component_at(components, i), merge, column, lengths);
        for (size_t b = 0; b < *rows; b++) { (*blocks)[b * count + i] = column[b]; }
    }
    free(lengths);
    free(column);
    if (memory) { return ONS_OK; }
    free(*blocks);
    *blocks = NULL;
    return ONS_MEMORY;
}

static void center_columns(double *blocks, size_t rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t b = 0; b < rows; b++) { sum += blocks[b * count + i]; }
        for (size_t b = 0; b < rows; b++) { blocks[b * count + i] -= sum / (double)rows; }
    }
}

/* The correlations are those of block means, which no rounding makes anything but positive semi-definite; they are
 * scaled from both sides to the errors. */
static void scale_to_errors(const double *blocks, size_t rows, size_t count, const ons_estimate *estimates,
                            double *norms, double *matrix) {
    for (size_t i = 0; i < count; i++) {
        norms[i] = 0;
        for (size_t b = 0; b < rows; b++) { norms[i] += blocks[b * count + i] * blocks[b * count + i]; }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t b = 0; b < rows; b++) { sum += blocks[b * count + i] * blocks[b * count + j]; }
            const double norm = sqrt(norms[i]) * sqrt(norms[j]);
            const double correlation = i == j ? 1 : norm > 0 || isnan(norm) ? fmin(fmax(sum / norm, -1), 1) : 0;
            matrix[i * count + j] = correlation * estimates[i].error * estimates[j].error;
            matrix[j * count + i] = matrix[i * count + j];
        }
    }
}

ons_status ons_joint_covariance(const ons_joint *joint, const size_t *components, size_t count, double *matrix) {
    ons_estimate *estimates = ONS_NEW(ons_estimate, count);
    double *norms = ONS_NEW(double, count), *blocks = NULL;
    size_t rows = 0;
    ons_status status = estimates && norms ? ONS_OK : ONS_MEMORY;
    if (status < 0) { goto cleanup; }
    status = statistics_joint_rows(joint, components, count, &blocks, &rows, estimates);
    if (status < 0) { goto cleanup; }
    center_columns(blocks, rows, count);
    scale_to_errors(blocks, rows, count, estimates, norms, matrix);
cleanup:
    free(estimates);
    free(norms);
    free(blocks);
    return status;
}

ons_status ons_joint_bootstrap(const ons_joint *joint, size_t resamples, ons_random *random, double *means) {
    const size_t n = joint->components;
    ons_estimate *estimates = ONS_NEW(ons_estimate, n);
    double *blocks = NULL;
    size_t rows = 0;
    ons_status status = estimates ? statistics_joint_rows(joint, NULL, n, &blocks, &rows, estimates) : ONS_MEMORY;
    if (status < 0) { goto cleanup; }
    if (rows < 2) {
        status = ons_fail(ONS_INVALID, "a bootstrap needs at least 2 blocks of samples, not %zu", rows);
        goto cleanup;
    }
    if (rows > UINT32_MAX) {
        status = ons_fail(ONS_INVALID, "a bootstrap takes at most %u blocks, not %zu", UINT32_MAX, rows);
        goto cleanup;
    }
    center_columns(blocks, rows, n);
    /* the mean of rows drawn with replacement scatters by (rows - 1)/rows too little in the square */
    const double scale = 1 / sqrt((double)rows * (double)(rows - 1));
    for (size_t k = 0; k < resamples; k++) {
        double *restrict mean = means + k * n;
        memset(mean, 0, n * sizeof *mean);
        for (size_t b = 0; b < rows; b++) {
            const double *restrict row = blocks + (size_t)ons_random_below(random, (uint32_t)rows) * n;
            for (size_t c = 0; c < n; c++) { mean[c] += row[c]; }
        }
        for (size_t c = 0; c < n; c++) { mean[c] = joint->means[c] + mean[c] * scale; }
    }
cleanup:
    free(estimates);
    free(blocks);
    return status;
}
