/*
 * Known values beside ours, and what a stationary row far from them says about itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 8 }; /* numbers behind the end that must stay as they are */

/* The bits of a NaN that no calculation gives, to see which numbers were written. */
static const uint64_t mark_bits = 0x7ff8c0ffee15600dULL;

static double mark(void) {
    double value;
    memcpy(&value, &mark_bits, sizeof value);
    return value;
}

static bool marked(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == mark_bits;
}

/* Exactly `size` numbers must have been written. */
static ons_status check_shape(const char *system, const ons_exact *known, const double *values, size_t size) {
    size_t written = 0;
    while (written < size + GUARD && !marked(values[written])) { ++written; }
    if (written == size) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "system %s: the exact value of '%s' has %zu numbers, expected %zu", system, known->name,
                    written, size);
}

/* Beyond 6 errors, and what rounding can do to a mean. A row that never moved knows nothing of what happens less than
 * once in its samples: five times their inverse, relative to the value, is left to that. */
static void compare(ons_result *result) {
    for (size_t i = 0; i < result->size; ++i) {
        const double scale = fmax(1, fabs(result->exact[i])), error = result->error[i];
        const double deviation = fabs(result->mean[i] - result->exact[i]);
        const double unseen = error == 0 ? 5 * scale / fmax(1, result->samples[i]) : 0;
        if (isfinite(error) && deviation > 6 * error + unseen + 1e-11 * scale) {
            ((unsigned *)result->flags)[i] |= ONS_NOT_EQUILIBRATED;
        }
    }
}

ons_status lab_known_value(const lab_task *task, const char *name, size_t size, double **values, const char **source) {
    const ons_system *system = task->plan.system;
    *values = NULL;
    for (const ons_exact *known = system->exact; known != NULL && known->name != NULL; ++known) {
        if (strcmp(known->name, name) != 0) { continue; }
        if (*values == NULL) { *values = ONS_NEW(double, size + GUARD); }
        if (*values == NULL) { return ONS_MEMORY; }
        for (size_t i = 0; i < size + GUARD; ++i) { (*values)[i] = mark(); }
        ons_status status = known->function(&task->parameters, *values);
        if (status == ONS_DONE) { continue; }
        *source = known->source == NULL ? "" : known->source;
        if (status == ONS_OK) { status = check_shape(system->name, known, *values, size); }
        if (status == ONS_OK) { return ONS_OK; }
        free(*values);
        *values = NULL;
        return status;
    }
    free(*values);
    *values = NULL;
    return ONS_DONE;
}

ons_status lab_evaluate_exact(const lab_evaluation *evaluation, ons_result *result) {
    const bool has_numbers = result->kind == ONS_MEAN || result->kind == ONS_VALUE || result->kind == ONS_SERIES;
    if (!has_numbers) { return ONS_OK; }
    double *values;
    const char *source = NULL;
    const ons_status status = lab_known_value(evaluation->task, result->name, result->size, &values, &source);
    if (status != ONS_OK) { return status == ONS_DONE ? ONS_OK : status; }
    result->exact = values;
    result->exact_source = ons_copy(source);
    if (result->exact_source == NULL) { return ONS_MEMORY; }
    if (evaluation->stationary && result->kind == ONS_MEAN) { compare(result); }
    return ONS_OK;
}
