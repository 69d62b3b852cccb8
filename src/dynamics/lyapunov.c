/*
 * Perturbations that go with trajectories, and their growth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_series.h"
#include "perturbations.h"
#include "stiff.h"

#include <onsager/dynamics/lyapunov.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Variables of a member: x, then the perturbations [exponents][dimension], then the integral of the divergence. */
struct ons_tangent {
    ons_field field, whole;
    size_t members, exponents, width;
    bool map;
    ons_trajectories *trajectories; /* of a flow */
    double *points;                 /* of a map: [blocks][width][lanes] */
    double *times;                  /* of a map: [blocks][lanes] */
    double *jacobian;               /* [dimension][dimension][lanes] */
    double *next;                   /* [width][lanes] */
    double *member;                 /* [width] */
    double *before;                 /* [members][width + 2] at the last decomposition */
    double *largest;                /* [dimension] of what is still followed; NULL: everything is */
    dynamics_flow_series series;    /* of the whole, under ONS_TAYLOR */
    double part;                    /* the time to the next decomposition that served last; 0: none yet */
};

/* A perturbation may shrink by e^-6 between two decompositions: what the tolerance of a step leaves of it is then still
 * 1e-6 of its length at a tolerance of 1e-9, and its logarithm averages that out. */
static const double deepest = -6;

/* ---- the variational equation ---------------------------------------------------------------------------------------
 */

/* dV_k = J V_k, and the divergence. The loops over lanes are what the compiler makes vectors of. */
static void multiply(const ons_tangent *tangent, const double *v, double *dv) {
    const size_t n = tangent->field.dimension;
    for (size_t k = 0; k < tangent->exponents; k++) {
        const double *from = v + k * n * ONS_LANES;
        double *to = dv + k * n * ONS_LANES;
        for (size_t i = 0; i < n; i++) {
            double sum[ONS_LANES] = {0};
            for (size_t j = 0; j < n; j++) {
                const double *slope = tangent->jacobian + (i * n + j) * ONS_LANES, *part = from + j * ONS_LANES;
                for (size_t l = 0; l < ONS_LANES; l++) { sum[l] += slope[l] * part[l]; }
            }
            memcpy(to + i * ONS_LANES, sum, sizeof sum);
        }
    }
}

static void variational(const void *data, size_t block, const double *t, const double *x, double *dx) {
    const ons_tangent *tangent = data;
    const size_t n = tangent->field.dimension;
    tangent->field.jacobian(tangent->field.data, block, t, x, dx, tangent->jacobian);
    multiply(tangent, x + n * ONS_LANES, dx + n * ONS_LANES);
    double *divergence = dx + (tangent->width - 1) * ONS_LANES;
    memset(divergence, 0, ONS_LANES * sizeof *divergence);
    for (size_t i = 0; i < n; i++) {
        const double *slope = tangent->jacobian + (i * n + i) * ONS_LANES;
        for (size_t l = 0; l < ONS_LANES; l++) { divergence[l] += slope[l]; }
    }
}

static void whole_series(const void *data, size_t block, size_t order, const double *t, double *x) {
    const ons_tangent *tangent = data;
    dynamics_flow_series_run(&tangent->series, order, t, x, dynamics_field_parameters(&tangent->field, block));
}

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

static ons_status make(ons_tangent **tangent, const ons_field *field, size_t members, size_t exponents, bool map) {
    *tangent = NULL;
    if (!field->jacobian) { return ons_fail(ONS_INVALID, "exponents need a field that knows its Jacobian"); }
    if (members == 0 || exponents == 0 || exponents > field->dimension) {
        return ons_fail(ONS_INVALID, "a flow of %zu variables has 1 to %zu exponents, not %zu (of %zu members)",
                        field->dimension, field->dimension, exponents, members);
    }
    ons_tangent *made = ONS_NEW(ons_tangent, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t n = field->dimension, row = sizeof(double) * ONS_LANES;
    const size_t blocks = (members + ONS_LANES - 1) / ONS_LANES;
    made->field = *field;
    made->members = members;
    made->exponents = exponents;
    made->width = n + n * exponents + 1;
    made->map = map;
    made->whole = (ons_field){.dimension = made->width, .data = made, .value = variational};
    made->jacobian = aligned_alloc(64, n * n * row);
    made->next = aligned_alloc(64, made->width * row);
    made->member = ONS_NEW(double, made->width);
    made->before = ONS_NEW(double, members *(made->width + 2));
    made->points = map ? aligned_alloc(64, blocks * made->width * row) : NULL;
    made->times = map ? aligned_alloc(64, blocks * row) : NULL;
    *tangent = made;
    if (!made->jacobian || !made->next || !made->member || !made->before || (map && (!made->points || !made->times))) {
        ons_tangent_free(made);
        *tangent = NULL;
        return ONS_MEMORY;
    }
    if (map) {
        memset(made->points, 0, blocks * made->width * row);
        memset(made->times, 0, blocks * row);
    }
    return ONS_OK;
}

ons_status ons_tangent_create(ons_tangent **tangent, const ons_field *field, size_t members, size_t exponents,
                              const ons_integration *how) {
    ons_status status = make(tangent, field, members, exponents, false);
    if (status != ONS_OK || !*tangent) { return status; }
    if (how->method == ONS_TAYLOR) {
        (*tangent)->whole.series = whole_series;
        status = dynamics_field_tangent(&(*tangent)->series, field, exponents);
    }
    if (status == ONS_OK) {
        status = ons_trajectories_create(&(*tangent)->trajectories, &(*tangent)->whole, members, how);
    }
    if (status == ONS_OK && how->method >= ONS_CVODE) { /* Newton's method for x and every perturbation alone */
        status = dynamics_trajectories_repeat((*tangent)->trajectories, field, 1 + exponents);
    }
    if (status != ONS_OK) {
        ons_tangent_free(*tangent);
        *tangent = NULL;
    }
    return status;
}

ons_status ons_tangent_create_map(ons_tangent **tangent, const ons_field *field, size_t members, size_t exponents) {
    return make(tangent, field, members, exponents, true);
}

void ons_tangent_free(ons_tangent *tangent) {
    if (!tangent) { return; }
    ons_trajectories_free(tangent->trajectories);
    dynamics_flow_series_free(&tangent->series);
    free(tangent->points);
    free(tangent->times);
    free(tangent->jacobian);
    free(tangent->next);
    free(tangent->member);
    free(tangent->before);
    free(tangent->largest);
    free(tangent);
}

/* ---- members --------------------------------------------------------------------------------------------------------
 */

static void put_member(ons_tangent *tangent, size_t member, double t, double h, const double *numbers) {
    if (!tangent->map) {
        ons_trajectories_set(tangent->trajectories, member, t, numbers, h);
        return;
    }
    /* Lanes behind the last member are copies of it. */
    const size_t end = member + 1 == tangent->members ? (member / ONS_LANES + 1) * ONS_LANES : member + 1;
    for (size_t m = member; m < end; m++) {
        const size_t block = m / ONS_LANES, lane = m % ONS_LANES;
        double *point = tangent->points + block * tangent->width * ONS_LANES;
        for (size_t i = 0; i < tangent->width; i++) { point[i * ONS_LANES + lane] = numbers[i]; }
        tangent->times[block * ONS_LANES + lane] = t;
    }
}

static void take_member(const ons_tangent *tangent, size_t member, double *t, double *h, double *numbers) {
    if (!tangent->map) {
        ons_trajectories_get(tangent->trajectories, member, t, numbers, h);
        return;
    }
    const size_t block = member / ONS_LANES, lane = member % ONS_LANES;
    const double *point = tangent->points + block * tangent->width * ONS_LANES;
    for (size_t i = 0; i < tangent->width; i++) { numbers[i] = point[i * ONS_LANES + lane]; }
    *t = tangent->times[block * ONS_LANES + lane];
    *h = 1;
}

void ons_tangent_set(ons_tangent *tangent, size_t member, double t, const double *x) {
    const size_t n = tangent->field.dimension;
    double *numbers = tangent->member;
    memset(numbers, 0, tangent->width * sizeof *numbers);
    memcpy(numbers, x, n * sizeof *x);
    dynamics_perturbations_start(numbers + n, tangent->exponents, n);
    put_member(tangent, member, t, 0, numbers);
}

size_t ons_tangent_size(const ons_tangent *tangent) { return tangent->width + 2; }

void ons_tangent_store(const ons_tangent *tangent, size_t member, double *numbers) {
    take_member(tangent, member, &numbers[0], &numbers[1], numbers + 2);
}

void ons_tangent_load(ons_tangent *tangent, size_t member, const double *numbers) {
    put_member(tangent, member, numbers[0], numbers[1], numbers + 2);
}

void ons_tangent_point(const ons_tangent *tangent, size_t member, double *t, double *x) {
    double h;
    take_member(tangent, member, t, &h, tangent->member);
    memcpy(x, tangent->member, tangent->field.dimension * sizeof *x);
}

ons_member_state ons_tangent_state(const ons_tangent *tangent, size_t member) {
    if (!tangent->map) { return ons_trajectories_state(tangent->trajectories, member); }
    const double *point = tangent->points + member / ONS_LANES * tangent->width * ONS_LANES + member % ONS_LANES;
    for (size_t i = 0; i < tangent->field.dimension; i++) {
        if (!isfinite(point[i * ONS_LANES])) { return ONS_MEMBER_NOT_FINITE; }
    }
    return ONS_MEMBER_RUNNING;
}

/* ---- growth ---------------------------------------------------------------------------------------------------------
 */

static ons_status failed(const ons_tangent *tangent, size_t member, double t) {
    static const char *const reasons[] = {"its perturbations are not finite",
                                          "its step became too small: a singularity, or a stiff flow", "it blew up",
                                          "it takes too many steps"};
    ons_member_state state = tangent->map ? ONS_MEMBER_RUNNING : ons_trajectories_state(tangent->trajectories, member);
    for (size_t i = 0; i < tangent->field.dimension; i++) { /* harvest left its point here */
        state = isfinite(tangent->member[i]) ? state : ONS_MEMBER_NOT_FINITE;
    }
    return ons_fail(ONS_FAILED, "member %zu cannot go on at time %g: %s", member, t, reasons[state]);
}

/* Decomposes the perturbations of all members; *least: the logarithm of the smallest length. */
static ons_status harvest(ons_tangent *tangent, double *growth, double *divergence, double *least) {
    const size_t n = tangent->field.dimension;
    double *numbers = tangent->member;
    *least = INFINITY;
    for (size_t m = 0; m < tangent->members; m++) {
        double t, h;
        take_member(tangent, m, &t, &h, numbers);
        const bool runs = ons_tangent_state(tangent, m) == ONS_MEMBER_RUNNING;
        if (!runs || !dynamics_perturbations_orthonormalise(numbers + n, tangent->exponents, n, tangent->map,
                                                            growth + m * tangent->exponents, least)) {
            return failed(tangent, m, t);
        }
        if (divergence) { divergence[m] += numbers[tangent->width - 1]; }
        numbers[tangent->width - 1] = 0;
        put_member(tangent, m, t, h, numbers);
    }
    return ONS_OK;
}

/* ln |det| by elimination with pivots; the matrix is used up. */
static double log_determinant(double *a, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++) { pivot = fabs(a[i * n + k]) > fabs(a[pivot * n + k]) ? i : pivot; }
        for (size_t j = 0; j < n && pivot != k; j++) {
            const double swap = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = swap;
        }
        sum += log(fabs(a[k * n + k]));
        if (a[k * n + k] == 0) { return sum; }
        for (size_t i = k + 1; i < n; i++) {
            const double ratio = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++) { a[i * n + j] -= ratio * a[k * n + j]; }
        }
    }
    return sum;
}

static ons_status map_block(ons_tangent *tangent, size_t block) {
    const size_t n = tangent->field.dimension, row = tangent->width * ONS_LANES;
    double *point = tangent->points + block * row, *t = tangent->times + block * ONS_LANES, *next = tangent->next;
    double *matrix = ONS_NEW(double, n *n);
    if (!matrix) { return ONS_MEMORY; }
    tangent->field.jacobian(tangent->field.data, block, t, point, next, tangent->jacobian);
    multiply(tangent, point + n * ONS_LANES, next + n * ONS_LANES);
    double *last = next + (tangent->width - 1) * ONS_LANES, *before = point + (tangent->width - 1) * ONS_LANES;
    for (size_t l = 0; l < ONS_LANES; l++) {
        for (size_t i = 0; i < n * n; i++) { matrix[i] = tangent->jacobian[i * ONS_LANES + l]; }
        last[l] = before[l] + log_determinant(matrix, n);
        t[l] += 1;
    }
    memcpy(point, next, row * sizeof *point);
    free(matrix);
    return ONS_OK;
}

static ons_status go_on(ons_tangent *tangent, double target) {
    if (!tangent->map) { return ons_trajectories_advance(tangent->trajectories, target); }
    ons_status status = ONS_OK;
    for (size_t b = 0; status == ONS_OK && b < (tangent->members + ONS_LANES - 1) / ONS_LANES; b++) {
        while (status == ONS_OK && tangent->times[b * ONS_LANES] < target) { status = map_block(tangent, b); }
    }
    return status;
}

static void remember(ons_tangent *tangent) {
    for (size_t m = 0; m < tangent->members; m++) {
        ons_tangent_store(tangent, m, tangent->before + m * (tangent->width + 2));
    }
}

static void recall(ons_tangent *tangent) {
    for (size_t m = 0; m < tangent->members; m++) {
        ons_tangent_load(tangent, m, tangent->before + m * (tangent->width + 2));
    }
}

/* The smallest lengths of the perturbations as they are, before a decomposition. */
static double shortest(const ons_tangent *tangent, double *growth) {
    const size_t n = tangent->field.dimension, count = tangent->exponents;
    double least = INFINITY;
    for (size_t m = 0; m < tangent->members; m++) {
        double t, h;
        take_member(tangent, m, &t, &h, tangent->member);
        memset(growth, 0, count * sizeof *growth);
        if (!dynamics_perturbations_orthonormalise(tangent->member + n, count, n, false, growth, &least)) {
            return -INFINITY;
        }
    }
    return least;
}

/* One stretch of time, made shorter until no perturbation is lost in it; *reached: how far it went. */
static ons_status stretch(ons_tangent *tangent, double from, double target, double longest, double *scratch,
                          double *reached) {
    double part = tangent->part > 0 && tangent->part < longest ? tangent->part : longest;
    remember(tangent);
    for (;;) {
        /* Parts of the way are whole fractions of it, so that no rest remains. */
        const double left = target - from, pieces = ceil(left / part - 1e-9);
        *reached = pieces <= 1 ? target : from + left / pieces;
        ons_status status = go_on(tangent, *reached);
        const double least = status == ONS_OK ? shortest(tangent, scratch) : 0;
        const bool lost = status == ONS_OK && !tangent->map && least < deepest && part > 1e-9 * longest;
        if (!lost) {
            tangent->part = least > deepest / 4 ? fmin(2 * part, longest) : part;
            return status;
        }
        recall(tangent);
        part /= 2;
    }
}

static bool escaped(const ons_tangent *tangent) {
    for (size_t m = 0; m < tangent->members; m++) {
        double t, h;
        take_member(tangent, m, &t, &h, tangent->member);
        for (size_t i = 0; i < tangent->field.dimension; i++) {
            if (fabs(tangent->member[i]) > tangent->largest[i]) { return true; }
        }
    }
    return false;
}

ons_status ons_tangent_advance(ons_tangent *tangent, double target, double interval, double *growth,
                               double *divergence) {
    double t, h, least;
    take_member(tangent, 0, &t, &h, tangent->member);
    if (!(interval > 0)) { return ons_fail(ONS_INVALID, "an interval between decompositions of %g", interval); }
    double *scratch = ONS_NEW(double, tangent->exponents);
    ons_status status = scratch ? ONS_OK : ONS_MEMORY;
    while (status == ONS_OK && t < target) {
        double reached = target;
        status = stretch(tangent, t, target, interval, scratch, &reached);
        if (status == ONS_OK) { status = harvest(tangent, growth, divergence, &least); }
        if (status == ONS_OK && tangent->largest && escaped(tangent)) { status = ONS_STOPPED; }
        t = reached;
    }
    free(scratch);
    return status;
}

ons_status ons_tangent_limit(ons_tangent *tangent, const double *largest) {
    if (!tangent->largest) { tangent->largest = ONS_NEW(double, tangent->field.dimension); }
    if (!tangent->largest) { return ONS_MEMORY; }
    memcpy(tangent->largest, largest, tangent->field.dimension * sizeof *largest);
    return ONS_OK;
}

double ons_tangent_interval(const ons_tangent *tangent) { return tangent->part; }
void ons_tangent_set_interval(ons_tangent *tangent, double interval) { tangent->part = interval; }

double ons_kaplan_yorke(const double *exponents, size_t count) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) {
        if (isnan(exponents[j])) { return (double)j; }
        if (sum + exponents[j] < 0) { return j ? (double)j + sum / -exponents[j] : 0; }
        sum += exponents[j];
    }
    return (double)count;
}
