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
enum { POINTS = 4096, A_PERIOD = 16, STRIDE = 4 };

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
        status = ons_attractor_dimensions(few, POINTS / STRIDE, n, periods, entry->map ? 1 : A_PERIOD / STRIDE,
                                          &found[l].dimensions);
        if (status == ONS_OK) { status = ons_attractor_period(own, POINTS, n, periods, spacing, &found[l].period); }
    }
    free(all);
    free(own);
    free(few);
    return status;
}
