/*
 * Basins of attraction: which end state belongs to which start.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/sections.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * ONS_LANES, FEATURES = 3 }; /* of a variable: its mean, minimum and maximum */

typedef struct end_states {
    const ons_field *field;
    const ons_basins_options *how;
    size_t samples;
    double *points;   /* [samples][CHUNK][dimension] */
    double *features; /* [CHUNK][FEATURES][dimension]; the first is NaN for those that did not stay finite */
    double *classes;  /* [most][FEATURES][dimension] */
    size_t most, found;
} end_states;

/* ---- going to the end -----------------------------------------------------------------------------------------------
 */

static ons_status follow_flow(end_states *all, const double *starts, size_t count) {
    const size_t n = all->field->dimension;
    ons_trajectories *ensemble = NULL;
    ons_status status = ons_trajectories_create(&ensemble, all->field, count, &all->how->how);
    double *times = ONS_NEW(double, all->samples);
    if (status == ONS_OK && !times) { status = ONS_MEMORY; }
    for (size_t k = 0; status == ONS_OK && k < all->samples; k++) {
        times[k] = all->how->warmup + all->how->time * (double)k / (double)all->samples;
    }
    for (size_t m = 0; status == ONS_OK && m < count; m++) { ons_trajectories_set(ensemble, m, 0, starts + m * n, 0); }
    if (status == ONS_OK) { status = ons_trajectories_sample(ensemble, times, all->samples, all->points); }
    free(times);
    ons_trajectories_free(ensemble);
    return status;
}

/* Eight points of a map side by side; of fewer the first fills up. */
static void follow_lanes(end_states *all, const double *starts, size_t from, size_t count, double *numbers) {
    const size_t n = all->field->dimension, row = n * ONS_LANES;
    double *t = numbers, *x = t + ONS_LANES, *next = x + row;
    const uint64_t warmup = (uint64_t)all->how->warmup;
    for (size_t k = 0; k < row; k++) {
        const size_t member = from + k % ONS_LANES;
        x[k] = starts[(member < count ? member : from) * n + k / ONS_LANES];
    }
    for (uint64_t step = 0; step < warmup + all->samples; step++) {
        for (size_t l = 0; l < ONS_LANES; l++) { t[l] = (double)step; }
        all->field->value(all->field->data, 0, t, x, next);
        memcpy(x, next, row * sizeof *x);
        for (size_t l = 0; l < ONS_LANES && from + l < count && step >= warmup; l++) {
            double *point = all->points + ((step - warmup) * count + from + l) * n;
            for (size_t i = 0; i < n; i++) { point[i] = x[i * ONS_LANES + l]; }
        }
    }
}

static ons_status follow_map(end_states *all, const double *starts, size_t count) {
    double *numbers = aligned_alloc(64, (1 + 2 * all->field->dimension) * ONS_LANES * sizeof(double));
    if (!numbers) { return ons_fail(ONS_MEMORY, "no memory for %zu variables", all->field->dimension); }
    for (size_t m = 0; m < count; m += ONS_LANES) { follow_lanes(all, starts, m, count, numbers); }
    free(numbers);
    return ONS_OK;
}

/* ---- classes --------------------------------------------------------------------------------------------------------
 */

static void describe(const end_states *all, size_t member, size_t count, double *features) {
    const size_t n = all->field->dimension;
    for (size_t i = 0; i < n; i++) {
        double mean = 0, low = INFINITY, high = -INFINITY;
        for (size_t k = 0; k < all->samples; k++) {
            const double x = all->points[(k * count + member) * n + i];
            mean += x / (double)all->samples;
            low = fmin(low, x);
            high = fmax(high, x);
        }
        features[i] = mean;
        features[n + i] = low;
        features[2 * n + i] = high;
    }
}

/* The class of an end state, a new one if it is like none; 0: not finite; most + 1: no room. */
static size_t classify(end_states *all, const double *features) {
    const size_t width = FEATURES * all->field->dimension;
    for (size_t k = 0; k < width; k++) {
        if (!isfinite(features[k])) { return 0; }
    }
    for (size_t c = 0; c < all->found; c++) {
        size_t near = 0;
        while (near < width && fabs(features[near] - all->classes[c * width + near]) < all->how->distance) { near++; }
        if (near == width) { return c + 1; }
    }
    if (all->found == all->most) { return all->most + 1; }
    memcpy(all->classes + all->found * width, features, width * sizeof *features);
    return ++all->found;
}

static ons_status classify_chunk(end_states *all, const double *starts, size_t count, uint32_t *classes) {
    const ons_status status = all->how->map ? follow_map(all, starts, count) : follow_flow(all, starts, count);
    if (status != ONS_OK) { return status; }
    for (size_t m = 0; m < count; m++) {
        describe(all, m, count, all->features);
        const size_t found = classify(all, all->features);
        if (found > all->most) {
            return ons_fail(ONS_FAILED,
                            "there are more than %zu end states that differ by %g: a longer warm-up, a longer time to "
                            "look at them, or a larger distance may make them fewer",
                            all->most, all->how->distance);
        }
        classes[m] = (uint32_t)found;
    }
    return ONS_OK;
}

static ons_status check(const ons_basins_options *how, size_t most) {
    if (!(how->warmup >= 0 && how->warmup < 1e15) || !(how->map || (how->time > 0 && how->time < INFINITY)) ||
        !(how->distance > 0)) {
        return ons_fail(ONS_INVALID,
                        "a warm-up that is not negative, a positive time and a positive distance are expected, not "
                        "%g, %g and %g",
                        how->warmup, how->time, how->distance);
    }
    return most > 0 && most < UINT32_MAX ? ONS_OK : ons_fail(ONS_INVALID, "room for %zu classes", most);
}

ons_status ons_basins(const ons_field *field, const double *starts, size_t count, const ons_basins_options *options,
                      size_t most, uint32_t *classes, size_t *found, double *centres) {
    *found = 0;
    ons_status status = check(options, most);
    if (status != ONS_OK) { return status; }
    const size_t n = field->dimension;
    end_states all = {
        .field = field, .how = options, .samples = options->samples ? options->samples : 64, .most = most};
    all.points = ONS_NEW(double, all.samples *CHUNK *n);
    all.features = ONS_NEW(double, FEATURES *n);
    all.classes = ONS_NEW(double, most *FEATURES *n);
    status = all.points && all.features && all.classes ? ONS_OK : ONS_MEMORY;
    for (size_t from = 0; status == ONS_OK && from < count; from += CHUNK) {
        const size_t here = count - from < CHUNK ? count - from : CHUNK;
        status = classify_chunk(&all, starts + from * n, here, classes + from);
    }
    *found = all.found;
    for (size_t c = 0; status == ONS_OK && centres && c < all.found; c++) {
        memcpy(centres + c * n, all.classes + c * FEATURES * n, n * sizeof *centres);
    }
    free(all.points);
    free(all.features);
    free(all.classes);
    return status;
}
