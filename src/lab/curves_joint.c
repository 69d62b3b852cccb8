/*
 * The joint covariance of points that come from the same replicas.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lab_joint_source_close(lab_joint_source *source) {
    ons_samples_close(source->samples);
    source->samples = NULL;
}

/* Why the points of this result have no joint covariance; NULL: they have one. */
static const char *why_not(const ons_result *result) {
    if (result->kind == ONS_SERIES) {
        return "the points of a series come from the same replicas and go together, which these errors leave out";
    }
    if (result->derived) {
        return "the components of a derived array come from the same replicas and go together, which these errors "
               "leave "
               "out";
    }
    return result->kind == ONS_MEAN
               ? NULL
               : "the components come from the same replicas; their errors are taken as independent";
}

/* Fills the block of one task: members [m] are its points. */
static ons_status fill_block(const ons_task_samples *task, const char *quantity, const size_t *components,
                             const size_t *members, size_t m, size_t count, const double *errors, double *covariance,
                             double *freedom) {
    ons_joint *joint = NULL;
    size_t first, number;
    size_t *chosen = ONS_NEW(size_t, m);
    double *block = ONS_NEW(double, m *m);
    ons_status status =
        chosen != NULL && block != NULL ? ons_task_samples_find(task, quantity, &first, &number) : ONS_MEMORY;
    for (size_t i = 0; status == ONS_OK && i < m; ++i) { chosen[i] = first + components[members[i]]; }
    if (status == ONS_OK) { status = ons_task_samples_joint(task, &joint); }
    if (status == ONS_OK) { status = ons_joint_covariance(joint, chosen, m, block); }
    for (size_t i = 0; status == ONS_OK && i < m; ++i) {
        ons_estimate estimate;
        status = ons_joint_estimate(joint, chosen[i], &estimate);
        if (status == ONS_OK && estimate.freedom > 0) { *freedom = fmin(*freedom, estimate.freedom); }
        for (size_t j = 0; j < m; ++j) {
            /* correlations of the bins with the errors of the results */
            const double scale = sqrt(block[i * m + i] * block[j * m + j]);
            const double correlation = i == j ? 1 : scale > 0 ? block[i * m + j] / scale : 0;
            covariance[members[i] * count + members[j]] = correlation * errors[members[i]] * errors[members[j]];
        }
    }
    ons_joint_free(joint);
    free(chosen);
    free(block);
    return status;
}

static ons_status fill_task(lab_joint_source *source, const ons_results *results, const char *quantity, size_t count,
                            const size_t *places, const size_t *members, size_t m, const double *errors,
                            double *covariance, double *freedom) {
    ons_task_samples *task = NULL;
    ons_status status = source->samples == NULL ? ons_samples_open(&source->samples, source->path) : ONS_OK;
    if (status != ONS_OK) { return status; }
    const size_t index = ons_samples_find(source->samples, results->tasks[places[members[0]]].key);
    status = ons_samples_task(source->samples, index, &task);
    if (status == ONS_OK) {
        status = fill_block(task, quantity, places + count, members, m, count, errors, covariance, freedom);
    }
    ons_task_samples_free(task);
    return status;
}

ons_status lab_joint_errors(lab_joint_source *source, const ons_results *results, const char *quantity, size_t count,
                            const size_t *places, const double *errors, double **covariance, double *freedom,
                            char **note) {
    double *matrix = NULL;
    size_t *members = ONS_NEW(size_t, count + 1);
    bool *done = ONS_NEW(bool, count + 1);
    ons_status status = members != NULL && done != NULL ? ONS_OK : ONS_MEMORY;
    *freedom = INFINITY;
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        size_t m = 0;
        for (size_t j = i; !done[i] && j < count; ++j) {
            if (places[j] == places[i]) { members[m++] = j; }
        }
        if (m < 2) { continue; }
        for (size_t k = 0; k < m; ++k) { done[members[k]] = true; }
        const char *why = why_not(ons_task_find(&results->tasks[places[i]], quantity));
        if (why != NULL) {
            *note = ons_copy(why);
            status = *note == NULL ? ONS_MEMORY : ONS_DONE;
            break;
        }
        if (matrix == NULL) {
            matrix = ONS_NEW(double, count *count);
            for (size_t k = 0; matrix != NULL && k < count; ++k) { matrix[k * (count + 1)] = errors[k] * errors[k]; }
        }
        status = matrix == NULL
                     ? ONS_MEMORY
                     : fill_task(source, results, quantity, count, places, members, m, errors, matrix, freedom);
    }
    free(members);
    free(done);
    if (status == ONS_OK) {
        *covariance = matrix;
    } else {
        free(matrix);
    }
    return status == ONS_DONE ? ONS_OK : status;
}
