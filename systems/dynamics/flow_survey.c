/*
 * What is found from a stretch of trajectory as it is seen from outside: dimensions and the strongest period.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 4,096 points, sixteen a period of the catalogue; dimensions from every fourth. */
enum { POINTS = 4096, A_PERIOD = 16, STRIDE = 4, SURROGATES = 19 };

static ons_status follow_flow(const ons_field *field, const double *x, double spacing, double *out) {
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-8, .absolute = 1e-8, .most = 1000000};
    ons_trajectories *ensemble = NULL;
    double *times = ONS_NEW(double, POINTS);
    ons_status status = times ? ons_trajectories_create(&ensemble, field, ONS_LANES, &how) : ONS_MEMORY;
    for (size_t i = 0; times && i < POINTS; i++) { times[i] = spacing * (double)i; }
    for (size_t l = 0; status == ONS_OK && l < ONS_LANES; l++) {
        ons_trajectories_set(ensemble, l, 0, x + l * field->dimension, 0);
    }
    if (status == ONS_OK) { status = ons_trajectories_sample(ensemble, times, POINTS, out); }
    ons_trajectories_free(ensemble);
    free(times);
    return status;
}

static ons_status follow_map(const ons_field *field, const double *x, double *out) {
    const size_t n = field->dimension;
    double *now = aligned_alloc(64, sizeof(double) * ONS_LANES * n),
           *next = aligned_alloc(64, sizeof(double) * ONS_LANES * n);
    _Alignas(64) double t[ONS_LANES] = {0};
    if (!now || !next) {
        free(now);
        free(next);
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < n * ONS_LANES; i++) { now[i] = x[i % ONS_LANES * n + i / ONS_LANES]; }
    for (size_t k = 0; k < POINTS; k++) {
        for (size_t i = 0; i < n * ONS_LANES; i++) {
            out[(k * ONS_LANES + i % ONS_LANES) * n + i / ONS_LANES] = now[i];
        }
        field->value(field->data, 0, t, now, next);
        memcpy(now, next, sizeof(double) * ONS_LANES * n);
    }
    free(now);
    free(next);
    return ONS_OK;
}

/* What has no answer, such as a point at rest, has NaN and no error. */
static ons_status answer_or_none(ons_status status) { return status == ONS_INVALID ? ONS_OK : status; }

static ons_status find_dimensions(const flow_entry *entry, const double *points, const double *periods,
                                  flow_findings *found) {
    const ons_correlation_options how = {
        .theiler = entry->map ? 1 : A_PERIOD / STRIDE, .least = 1e-3, .largest = 3e-2, .periods = periods};
    ons_correlation result;
    found->slope = found->percentile = NAN;
    const ons_status status = ons_correlation_dimension(points, POINTS / STRIDE, entry->dimension, &how, &result);
    if (status == ONS_OK) {
        found->slope = result.slope;
        found->percentile = result.percentile;
    }
    return answer_or_none(status);
}

static ons_status find_period(const double *points, size_t dimension, const double *periods, double spacing,
                              flow_findings *found) {
    ons_period result;
    found->period = NAN;
    const ons_status status = ons_common_period(points, POINTS, dimension, periods, POINTS / 4, SURROGATES, 1, &result);
    if (status == ONS_OK) { found->period = spacing * result.period; }
    return answer_or_none(status);
}

ons_status flow_survey(const flow_entry *entry, const ons_field *field, const double *x, const double *periods,
                       flow_findings *found) {
    const size_t n = entry->dimension;
    const double spacing = entry->map ? 1 : (entry->period > 0 ? entry->period : 1) / A_PERIOD;
    double *all = ONS_NEW(double, POINTS *ONS_LANES *n), *own = ONS_NEW(double, POINTS *n);
    double *few = ONS_NEW(double, POINTS / STRIDE * n);
    ons_status status = all && own && few ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = entry->map ? follow_map(field, x, all) : follow_flow(field, x, spacing, all); }
    for (size_t l = 0; status == ONS_OK && l < ONS_LANES; l++) {
        for (size_t k = 0; k < POINTS; k++) {
            const double *from = all + (k * ONS_LANES + l) * n;
            memcpy(own + k * n, from, n * sizeof *own);
            if (k % STRIDE == 0) { memcpy(few + k / STRIDE * n, from, n * sizeof *few); }
        }
        status = find_dimensions(entry, few, periods, &found[l]);
        if (status == ONS_OK && !entry->map) { status = find_period(own, n, periods, spacing, &found[l]); }
    }
    free(all);
    free(own);
    free(few);
    return status;
}
