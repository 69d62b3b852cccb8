/*
 * Delay equations by the method of steps, and perturbations of their histories.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/delay.h>

#include "perturbations.h"
#include "runge_kutta_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STAGES = DORMAND_PRINCE_STAGES };

/* What goes on, one array `numbers`: the count of steps and the first time; x and the perturbations as
 * [1 + exponents][dimension][8]; the past as [resolution][STAGES][1 + exponents][8]: the delayed variable (and its
 * perturbations) at the abscissae of the stages of the last N steps. */
struct ons_delayed {
    ons_delay_field field;
    size_t resolution, vectors; /* 1 + exponents */
    double h;
    double *numbers, *x, *past;
    size_t count;
    double *k;                 /* [7][vectors][dimension][8] */
    double *trial;             /* [vectors][dimension][8] */
    double *jacobian, *slopes; /* [dimension][dimension][8], [dimension][8] */
    double *row;               /* a perturbation of a lane: [dimension + resolution * STAGES] of all */
    double weights[STAGES][7]; /* dense output at the abscissae of the stages */
};

static const size_t lane_bytes = sizeof(double) * ONS_LANES;

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

static void dense_weights(ons_delayed *made) {
    for (int s = 0; s < STAGES; s++) {
        const double u = dormand_prince_c[s];
        for (int j = 0; j < 7; j++) {
            double sum = 0;
            for (int p = 4; p-- > 0;) { sum = (sum + dormand_prince_p[j][p]) * u; }
            made->weights[s][j] = sum;
        }
    }
}

static ons_status check(const ons_delay_field *field, size_t resolution, size_t exponents) {
    if (!(field->delay > 0) || !isfinite(field->delay)) {
        return ons_fail(ONS_INVALID, "a positive delay is expected, not %g", field->delay);
    }
    if (resolution == 0 || field->dimension == 0 || field->delayed >= field->dimension) {
        return ons_fail(ONS_INVALID, "a delay equation needs variables, of which one has a past, and a step of at most "
                                     "its delay");
    }
    if (exponents > resolution + field->dimension) {
        return ons_fail(ONS_INVALID, "%zu exponents need more than %zu steps of a delay", exponents, resolution);
    }
    return ONS_OK;
}

ons_status ons_delayed_create(ons_delayed **delayed, const ons_delay_field *field, size_t resolution,
                              size_t exponents) {
    *delayed = NULL;
    const ons_status status = check(field, resolution, exponents);
    if (status != ONS_OK) { return status; }
    ons_delayed *made = ONS_NEW(ons_delayed, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t n = field->dimension, vectors = 1 + exponents;
    made->field = *field;
    made->resolution = resolution;
    made->vectors = vectors;
    made->h = field->delay / (double)resolution;
    made->count = ONS_LANES * (1 + vectors * (n + resolution * STAGES));
    made->numbers = aligned_alloc(64, made->count * sizeof(double));
    made->k = aligned_alloc(64, 7 * vectors * n * lane_bytes);
    made->trial = aligned_alloc(64, vectors * n * lane_bytes);
    made->jacobian = aligned_alloc(64, n * n * lane_bytes);
    made->slopes = aligned_alloc(64, n * lane_bytes);
    made->row = ONS_NEW(double, exponents *(n + resolution * STAGES) + 1);
    *delayed = made;
    if (!made->numbers || !made->k || !made->trial || !made->jacobian || !made->slopes || !made->row) {
        ons_delayed_free(made);
        *delayed = NULL;
        return ONS_MEMORY;
    }
    memset(made->numbers, 0, made->count * sizeof(double));
    made->x = made->numbers + ONS_LANES;
    made->past = made->x + vectors * n * ONS_LANES;
    dense_weights(made);
    return ONS_OK;
}

void ons_delayed_free(ons_delayed *delayed) {
    if (!delayed) { return; }
    free(delayed->numbers);
    free(delayed->k);
    free(delayed->trial);
    free(delayed->jacobian);
    free(delayed->slopes);
    free(delayed->row);
    free(delayed);
}

/* The past at a stage of a step of the ring: [vectors][8]. */
static double *past_at(const ons_delayed *delayed, size_t slot, size_t stage) {
    return delayed->past + (slot * STAGES + stage) * delayed->vectors * ONS_LANES;
}

void ons_delayed_set(ons_delayed *delayed, double t, const double *x,
                     double (*past)(const void *data, size_t lane, double u), const void *data) {
    const size_t n = delayed->field.dimension, steps = delayed->resolution;
    delayed->numbers[0] = 0;
    delayed->numbers[1] = t;
    memset(delayed->x, 0, delayed->vectors * n * lane_bytes);
    memcpy(delayed->x, x, n * lane_bytes);
    for (size_t v = 1; v < delayed->vectors; v++) { /* a wave of growing number in the past, and a variable */
        for (size_t l = 0; l < ONS_LANES; l++) { delayed->x[(v * n + v % n) * ONS_LANES + l] = 1; }
    }
    for (size_t slot = 0; slot < steps; slot++) {
        for (size_t s = 0; s < STAGES; s++) {
            const double u = ((double)slot + dormand_prince_c[s]) / (double)steps;
            double *values = past_at(delayed, slot, s);
            for (size_t l = 0; l < ONS_LANES; l++) {
                values[l] = past ? past(data, l, u) : x[delayed->field.delayed * ONS_LANES + l];
                for (size_t v = 1; v < delayed->vectors; v++) {
                    values[v * ONS_LANES + l] = cos(3.14159265358979323846 * (double)(v - 1) * (1 - u));
                }
            }
        }
    }
}

double ons_delayed_time(const ons_delayed *delayed) { return delayed->numbers[1] + delayed->numbers[0] * delayed->h; }

const double *ons_delayed_point(const ons_delayed *delayed) { return delayed->x; }

void ons_delayed_shift(ons_delayed *delayed, size_t lane, size_t variable, double by) {
    delayed->x[variable * ONS_LANES + lane] += by;
    if (variable != delayed->field.delayed) { return; }
    for (size_t slot = 0; slot < delayed->resolution; slot++) {
        for (size_t s = 0; s < STAGES; s++) { past_at(delayed, slot, s)[lane] += by; }
    }
}

double *ons_delayed_numbers(ons_delayed *delayed, size_t *count) {
    *count = delayed->count;
    return delayed->numbers;
}

/* ---- a step ---------------------------------------------------------------------------------------------------------
 */

/* Derivatives of the state and of its perturbations at (t, trial) with the past values `past` of the stage. */
static void evaluate(const ons_delayed *delayed, double t, const double *x, const double *past, double *k) {
    const size_t n = delayed->field.dimension;
    _Alignas(64) double times[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { times[l] = t; }
    if (delayed->vectors == 1) {
        delayed->field.value(delayed->field.data, times, x, past, k);
        return;
    }
    delayed->field.jacobian(delayed->field.data, times, x, past, k, delayed->jacobian);
    delayed->field.slopes(delayed->field.data, times, x, past, delayed->slopes);
    for (size_t v = 1; v < delayed->vectors; v++) {
        const double *from = x + v * n * ONS_LANES, *before = past + v * ONS_LANES;
        for (size_t i = 0; i < n; i++) {
            double *to = k + (v * n + i) * ONS_LANES;
            const double *slope = delayed->slopes + i * ONS_LANES;
            for (size_t l = 0; l < ONS_LANES; l++) { to[l] = slope[l] * before[l]; }
            for (size_t j = 0; j < n; j++) {
                const double *element = delayed->jacobian + (i * n + j) * ONS_LANES;
                for (size_t l = 0; l < ONS_LANES; l++) { to[l] += element[l] * from[j * ONS_LANES + l]; }
            }
        }
    }
}

/* to = x + h sum_j weights[j] k_j. */
static void combine(const ons_delayed *delayed, const double *weights, int count, double *to) {
    const size_t size = delayed->vectors * delayed->field.dimension * ONS_LANES;
    memcpy(to, delayed->x, size * sizeof *to);
    for (int j = 0; j < count; j++) {
        const double weight = delayed->h * weights[j], *k = delayed->k + (size_t)j * size;
        if (weight == 0) { continue; }
        for (size_t i = 0; i < size; i++) { to[i] += weight * k[i]; }
    }
}

/* The delayed variable of the step just made, at the abscissae of its stages, for N steps later. */
static void keep_past(ons_delayed *delayed, size_t slot) {
    const size_t n = delayed->field.dimension, size = delayed->vectors * n * ONS_LANES;
    for (size_t s = 0; s < STAGES; s++) {
        double *kept = past_at(delayed, slot, s);
        for (size_t v = 0; v < delayed->vectors; v++) {
            const size_t at = (v * n + delayed->field.delayed) * ONS_LANES;
            for (size_t l = 0; l < ONS_LANES; l++) {
                double sum = 0;
                for (size_t j = 0; j < 7; j++) { sum += delayed->weights[s][j] * delayed->k[j * size + at + l]; }
                kept[v * ONS_LANES + l] = delayed->x[at + l] + delayed->h * sum;
            }
        }
    }
}

static void step(ons_delayed *delayed) {
    const size_t size = delayed->vectors * delayed->field.dimension * ONS_LANES;
    const double t = ons_delayed_time(delayed), h = delayed->h;
    const size_t slot = (size_t)fmod(delayed->numbers[0], (double)delayed->resolution);
    evaluate(delayed, t, delayed->x, past_at(delayed, slot, 0), delayed->k);
    for (int s = 1; s < STAGES; s++) {
        combine(delayed, dormand_prince_a[s], s, delayed->trial);
        evaluate(delayed, t + dormand_prince_c[s] * h, delayed->trial, past_at(delayed, slot, (size_t)s),
                 delayed->k + (size_t)s * size);
    }
    combine(delayed, dormand_prince_b, STAGES, delayed->trial);
    evaluate(delayed, t + h, delayed->trial, past_at(delayed, slot, STAGES - 1), delayed->k + 6 * size);
    keep_past(delayed, slot);
    memcpy(delayed->x, delayed->trial, size * sizeof *delayed->x);
    delayed->numbers[0] += 1;
}

/* ---- between two steps ----------------------------------------------------------------------------------------------
 */

/* The past of all lanes at the fraction u of a step of the ring: the polynomial of degree 4 through five of the stored
 * values, which is the dense output that they are taken from. */
static void past_between(const ons_delayed *delayed, size_t slot, double u, double *values) {
    static const size_t nodes[] = {0, 1, 2, 3, STAGES - 1}; /* 0, 1/5, 3/10, 4/5, 1 */
    memset(values, 0, lane_bytes);
    for (size_t a = 0; a < 5; a++) {
        double weight = 1;
        for (size_t b = 0; b < 5; b++) {
            const double other = dormand_prince_c[nodes[b]];
            if (b != a) { weight *= (u - other) / (dormand_prince_c[nodes[a]] - other); }
        }
        const double *stored = past_at(delayed, slot, nodes[a]);
        for (size_t l = 0; l < ONS_LANES; l++) { values[l] += weight * stored[l]; }
    }
}

ons_status ons_delayed_look(const ons_delayed *delayed, double t, double *x) {
    const size_t size = delayed->field.dimension * ONS_LANES;
    const double now = ons_delayed_time(delayed), ahead = t - now;
    const size_t slot = (size_t)fmod(delayed->numbers[0], (double)delayed->resolution);
    if (!(fabs(ahead) <= (1 + 1e-6) * delayed->h)) {
        return ons_fail(ONS_INVALID, "time %g is not within a step of %g after the last one, at %g", t, delayed->h,
                        now);
    }
    double *k = aligned_alloc(64, (STAGES + 1) * size * sizeof *k);
    if (!k) { return ONS_MEMORY; }
    double *trial = k + STAGES * size;
    _Alignas(64) double times[ONS_LANES], past[ONS_LANES];
    memcpy(x, delayed->x, size * sizeof *x);
    for (size_t s = 0; s < STAGES; s++) {
        memcpy(trial, delayed->x, size * sizeof *trial);
        for (size_t i = 0; i < s * size; i++) { trial[i % size] += ahead * dormand_prince_a[s][i / size] * k[i]; }
        for (size_t l = 0; l < ONS_LANES; l++) { times[l] = now + dormand_prince_c[s] * ahead; }
        past_between(delayed, slot, dormand_prince_c[s] * ahead / delayed->h, past);
        delayed->field.value(delayed->field.data, times, trial, past, k + s * size);
        for (size_t i = 0; i < size; i++) { x[i] += ahead * dormand_prince_b[s] * k[s * size + i]; }
    }
    free(k);
    return ONS_OK;
}

/* ---- growth ---------------------------------------------------------------------------------------------------------
 */

/* A lane's perturbations as rows of everything that they are: present and past. */
static void take_rows(ons_delayed *delayed, size_t lane, bool back) {
    const size_t n = delayed->field.dimension, stored = delayed->resolution * STAGES, width = n + stored;
    for (size_t v = 1; v < delayed->vectors; v++) {
        double *row = delayed->row + (v - 1) * width;
        for (size_t i = 0; i < n; i++) {
            double *number = delayed->x + (v * n + i) * ONS_LANES + lane;
            *(back ? number : &row[i]) = *(back ? &row[i] : number);
        }
        for (size_t p = 0; p < stored; p++) {
            double *number = delayed->past + (p * delayed->vectors + v) * ONS_LANES + lane;
            *(back ? number : &row[n + p]) = *(back ? &row[n + p] : number);
        }
    }
}

static ons_status harvest(ons_delayed *delayed, double *growth) {
    const size_t count = delayed->vectors - 1, width = delayed->field.dimension + delayed->resolution * STAGES;
    for (size_t l = 0; count && l < ONS_LANES; l++) {
        take_rows(delayed, l, false);
        if (!dynamics_perturbations_orthonormalise(delayed->row, count, width, false, growth + l * count, NULL)) {
            return ons_fail(ONS_FAILED, "trajectory %zu of the delay equation: its perturbations are lost at time %g",
                            l, ons_delayed_time(delayed));
        }
        take_rows(delayed, l, true);
    }
    return ONS_OK;
}

ons_status ons_delayed_advance(ons_delayed *delayed, double target, double *growth) {
    const double whole = (1 - 1e-6) * delayed->h;
    bool moved = false;
    while (ons_delayed_time(delayed) + whole <= target) {
        step(delayed);
        moved = true;
    }
    for (size_t i = 0; i < delayed->field.dimension * ONS_LANES; i++) {
        if (!isfinite(delayed->x[i])) {
            return ons_fail(ONS_FAILED, "trajectory %zu of the delay equation blew up before time %g", i % ONS_LANES,
                            ons_delayed_time(delayed));
        }
    }
    return moved && growth ? harvest(delayed, growth) : ONS_OK;
}
