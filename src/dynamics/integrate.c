/*
 * Ensembles of trajectories: blocks of lanes, first steps, targets, sampling.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "runge_kutta.h"
#include "stiff.h"
#include "tape.h"

#include <onsager/dynamics/sections.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct member {
    ons_member_state state;
    uint64_t accepted, rejected;
    uint64_t since; /* steps since the last target was set */
    double h;       /* planned; 0: to be found */
    bool started;   /* the first derivative of its block belongs to where it is */
} member;

struct ons_trajectories {
    ons_field field;
    ons_integration how;
    size_t count, block_count;
    member *members; /* [block_count * ONS_LANES] */
    dynamics_block *blocks;
    double *numbers; /* what the blocks point to */
    const dynamics_kernels *kernels;
    dynamics_stiff *stiff; /* under ONS_CVODE and ONS_ARKODE */
    double *one;           /* [dimension] of a member there */
    uint64_t evaluations;  /* for single members */
};

const dynamics_kernels *dynamics_kernels_here(void) {
    switch (dynamics_instructions_here()) {
#if defined(__x86_64__)
    case DYNAMICS_V4: return &dynamics_kernels_v4;
    case DYNAMICS_V3: return &dynamics_kernels_v3;
#endif
    default: return &dynamics_kernels_plain;
    }
}

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

enum { arrays = 3 + 16 + 8 }; /* x, x_old, trial; k; dense */

static ons_status check(const ons_field *field, size_t count, const ons_integration *how) {
    if (count == 0 || field->dimension == 0) {
        return ons_fail(ONS_INVALID, "an ensemble needs members and variables, not %zu and %zu", count,
                        field->dimension);
    }
    if (!(how->relative >= 1e-15 && how->relative < 1) || !(how->absolute >= 0 && how->absolute < INFINITY) ||
        (how->absolute == 0 && how->relative == 0)) {
        return ons_fail(ONS_INVALID, "tolerances of %g (relative, in [1e-15, 1)) and %g (absolute, not negative)",
                        how->relative, how->absolute);
    }
    if (!(how->first >= 0) || !(how->largest >= 0)) {
        return ons_fail(ONS_INVALID, "the first and the largest step must not be negative: %g, %g", how->first,
                        how->largest);
    }
    return ONS_OK;
}

static void place_arrays(ons_trajectories *made) {
    const size_t row = made->field.dimension * ONS_LANES;
    double *at = made->numbers;
    for (size_t b = 0; b < made->block_count; b++) {
        dynamics_block *block = &made->blocks[b];
        memset(block, 0, sizeof *block);
        block->x = at;
        block->x_old = at + row;
        block->trial = at + 2 * row;
        block->k = at + 3 * row;
        block->dense = at + 19 * row;
        at += arrays * row;
    }
}

ons_status ons_trajectories_create(ons_trajectories **ensemble, const ons_field *field, size_t count,
                                   const ons_integration *how) {
    *ensemble = NULL;
    const ons_status status = check(field, count, how);
    if (status != ONS_OK) { return status; }
    if (how->method == ONS_TAYLOR && !field->series) {
        return ons_fail(ONS_INVALID, "the method taylor needs a field with a series, and this one has none");
    }
    ons_trajectories *made = ONS_NEW(ons_trajectories, 1);
    if (!made) { return ONS_MEMORY; }
    made->field = *field;
    made->how = *how;
    if (made->how.most == 0) { made->how.most = 10000000; }
    made->count = count;
    made->block_count = (count + ONS_LANES - 1) / ONS_LANES;
    made->kernels = dynamics_kernels_here();
    const size_t row = field->dimension * ONS_LANES, bytes = sizeof(double) * row * arrays;
    const bool fits = made->block_count && field->dimension < SIZE_MAX / 8 / ONS_LANES / arrays / made->block_count;
    made->members = ONS_NEW(member, made->block_count * ONS_LANES);
    made->blocks = fits ? aligned_alloc(64, made->block_count * sizeof *made->blocks) : NULL;
    made->numbers = fits ? aligned_alloc(64, made->block_count * bytes) : NULL;
    if (!made->members || !made->blocks || !made->numbers) {
        ons_trajectories_free(made);
        return ONS_MEMORY;
    }
    memset(made->numbers, 0, made->block_count * bytes);
    place_arrays(made);
    const ons_status stiff = how->method >= ONS_CVODE ? dynamics_trajectories_repeat(made, field, 1) : ONS_OK;
    if (stiff != ONS_OK) {
        ons_trajectories_free(made);
        return stiff;
    }
    *ensemble = made;
    return ONS_OK;
}

ons_status dynamics_trajectories_repeat(ons_trajectories *ensemble, const ons_field *base, size_t copies) {
    dynamics_stiff_free(ensemble->stiff);
    if (!ensemble->one) { ensemble->one = ONS_NEW(double, ensemble->field.dimension); }
    return ensemble->one ? dynamics_stiff_create(&ensemble->stiff, &ensemble->field, base, copies, &ensemble->how)
                         : ONS_MEMORY;
}

void ons_trajectories_free(ons_trajectories *ensemble) {
    if (!ensemble) { return; }
    free(ensemble->members);
    free(ensemble->blocks);
    free(ensemble->numbers);
    free(ensemble->one);
    dynamics_stiff_free(ensemble->stiff);
    free(ensemble);
}

/* ---- members --------------------------------------------------------------------------------------------------------
 */

static void set_lane(ons_trajectories *ensemble, size_t index, double t, const double *x, double h) {
    dynamics_block *block = &ensemble->blocks[index / ONS_LANES];
    const size_t lane = index % ONS_LANES;
    block->t[lane] = t;
    block->h[lane] = h;
    block->rejected[lane] = 0;
    for (size_t i = 0; i < ensemble->field.dimension; i++) { block->x[i * ONS_LANES + lane] = x[i]; }
    ensemble->members[index].state = ONS_MEMBER_RUNNING;
    ensemble->members[index].h = h;
    ensemble->members[index].started = false;
}

void ons_trajectories_set(ons_trajectories *ensemble, size_t index, double t, const double *x, double h) {
    set_lane(ensemble, index, t, x, h);
    /* Lanes without a member are copies of the last one. */
    for (size_t copy = ensemble->count; index + 1 == ensemble->count && copy < ensemble->block_count * ONS_LANES;
         copy++) {
        set_lane(ensemble, copy, t, x, h);
    }
}

void ons_trajectories_get(const ons_trajectories *ensemble, size_t index, double *t, double *x, double *h) {
    const dynamics_block *block = &ensemble->blocks[index / ONS_LANES];
    const size_t lane = index % ONS_LANES;
    if (t) { *t = block->t[lane]; }
    for (size_t i = 0; x && i < ensemble->field.dimension; i++) { x[i] = block->x[i * ONS_LANES + lane]; }
    if (h) { *h = block->h[lane]; }
}

ons_member_state ons_trajectories_state(const ons_trajectories *ensemble, size_t index) {
    return ensemble->members[index].state;
}

void ons_trajectories_counts(const ons_trajectories *ensemble, uint64_t *accepted, uint64_t *rejected,
                             uint64_t *evaluations) {
    *accepted = *rejected = *evaluations = 0;
    for (size_t i = 0; i < ensemble->count; i++) {
        *accepted += ensemble->members[i].accepted;
        *rejected += ensemble->members[i].rejected;
    }
    *evaluations = ensemble->evaluations;
    for (size_t b = 0; b < ensemble->block_count; b++) { *evaluations += ensemble->blocks[b].evaluations; }
}

/* ---- first steps ----------------------------------------------------------------------------------------------------
 */

static double scaled_norm(const ons_trajectories *ensemble, const double *values, const double *x, size_t lane) {
    const size_t n = ensemble->field.dimension;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double scale = ensemble->how.absolute + ensemble->how.relative * fabs(x[i * ONS_LANES + lane]);
        const double ratio = values[i * ONS_LANES + lane] / scale;
        sum += ratio * ratio;
    }
    return sqrt(sum / (double)n);
}

/* A step of Euler in every lane, short against the size over the speed of the state: the length first[lane], the time
 * it ends at, and the speed; the state it ends in goes to block->trial. */
static void probe(const ons_trajectories *ensemble, dynamics_block *block, double *first, double *times,
                  double *slope) {
    for (size_t l = 0; l < ONS_LANES; l++) {
        const double size = scaled_norm(ensemble, block->x, block->x, l),
                     speed = scaled_norm(ensemble, block->k, block->x, l);
        const double span = fabs(block->target[l] - block->t[l]);
        first[l] = size < 1e-5 || speed < 1e-5 ? 1e-6 : 0.01 * size / speed;
        first[l] = first[l] > span ? span : first[l];
        slope[l] = speed;
        times[l] = block->t[l] + (block->target[l] < block->t[l] ? -first[l] : first[l]);
        for (size_t i = 0; i < ensemble->field.dimension; i++) {
            const size_t at = i * ONS_LANES + l;
            block->trial[at] = block->x[at] + (times[l] - block->t[l]) * block->k[at];
        }
    }
}

/* A step for the lanes without one, from how the derivative changes over the probe. */
static void plan_steps(ons_trajectories *ensemble, size_t index) {
    const size_t n = ensemble->field.dimension;
    dynamics_block *block = &ensemble->blocks[index];
    _Alignas(64) double first[ONS_LANES], times[ONS_LANES], slope[ONS_LANES];
    probe(ensemble, block, first, times, slope);
    double *derivative = block->k + n * ONS_LANES, *change = block->k + 2 * n * ONS_LANES;
    ensemble->field.value(ensemble->field.data, index, times, block->trial, derivative);
    block->evaluations++;
    for (size_t i = 0; i < n * ONS_LANES; i++) { change[i] = derivative[i] - block->k[i]; }
    for (size_t l = 0; l < ONS_LANES; l++) {
        if (block->h[l] != 0) { continue; }
        const double curvature = scaled_norm(ensemble, change, block->x, l) / (first[l] > 0 ? first[l] : 1);
        const double worst = slope[l] > curvature ? slope[l] : curvature;
        const double order = ensemble->how.method == ONS_DOP853 ? 8 : 5;
        double h = worst <= 1e-15 ? fmax(1e-6, 1e-3 * first[l]) : pow(0.01 / worst, 1 / order);
        h = fmin(100 * first[l], h);
        if (ensemble->how.first > 0) { h = ensemble->how.first; }
        if (ensemble->how.largest > 0) { h = fmin(h, ensemble->how.largest); }
        block->h[l] = block->target[l] < block->t[l] ? -h : h;
    }
}

/* Evaluates the first derivatives of the block (the same bits for lanes that have theirs already), and for lanes
 * without a planned step finds one (Hairer, Norsett and Wanner 1993, II.4). */
static void start_block(ons_trajectories *ensemble, size_t index) {
    dynamics_block *block = &ensemble->blocks[index];
    member *members = ensemble->members + index * ONS_LANES;
    if (ensemble->how.method == ONS_TAYLOR) { /* whose steps only need their direction */
        for (size_t l = 0; l < ONS_LANES; l++) {
            if (block->h[l] == 0) { block->h[l] = block->target[l] < block->t[l] ? -1 : 1; }
        }
        return;
    }
    bool all_started = true, all_planned = true;
    for (size_t l = 0; l < ONS_LANES; l++) {
        all_started = all_started && members[l].started;
        all_planned = all_planned && block->h[l] != 0;
    }
    if (all_started) { return; }
    ensemble->field.value(ensemble->field.data, index, block->t, block->x, block->k);
    block->evaluations++;
    if (!all_planned) { plan_steps(ensemble, index); }
    for (size_t l = 0; l < ONS_LANES; l++) { members[l].started = true; }
}

/* ---- going on -------------------------------------------------------------------------------------------------------
 */

static bool finite_lane(const dynamics_block *block, size_t n, size_t lane) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(block->k[i * ONS_LANES + lane]) || !isfinite(block->x[i * ONS_LANES + lane])) { return false; }
    }
    return true;
}

/* After a try: who has arrived, who cannot go on. */
static void judge(ons_trajectories *ensemble, size_t index) {
    dynamics_block *block = &ensemble->blocks[index];
    for (size_t l = 0; l < ONS_LANES; l++) {
        member *one = &ensemble->members[index * ONS_LANES + l];
        if (!block->running[l]) { continue; }
        one->accepted += block->accepted[l] != 0;
        one->rejected += block->accepted[l] == 0;
        one->since++;
        const double t = block->t[l], left = block->target[l] - t;
        const bool arrived = block->h[l] > 0 ? left <= 0 : left >= 0;
        if (!isfinite(block->h[l]) || block->h[l] == 0) { /* planned from a derivative that is not finite */
            one->state = ONS_MEMBER_NOT_FINITE;
        } else if (arrived) {
            block->running[l] = 0;
        } else if (!(fabs(block->h[l]) > 16 * DBL_EPSILON * fabs(t)) || fabs(block->h[l]) < 1e-300) {
            one->state = finite_lane(block, ensemble->field.dimension, l) ? ONS_MEMBER_STUCK : ONS_MEMBER_NOT_FINITE;
        } else if (one->since >= ensemble->how.most) {
            one->state = ONS_MEMBER_TOO_LONG;
        }
        if (one->state != ONS_MEMBER_RUNNING) { block->running[l] = 0; }
    }
}

/* Who still has a way to go. */
static bool prepare(ons_trajectories *ensemble, size_t index, double target, bool clipped) {
    dynamics_block *block = &ensemble->blocks[index];
    bool any = false;
    block->clipped = clipped;
    for (size_t l = 0; l < ONS_LANES; l++) {
        member *one = &ensemble->members[index * ONS_LANES + l];
        const bool real = index * ONS_LANES + l < ensemble->count;
        const double left = target - block->t[l];
        block->target[l] = target;
        one->since = 0;
        if (left != 0 && block->h[l] != 0 && (left > 0) != (block->h[l] > 0)) { block->h[l] = -block->h[l]; }
        const bool running = real && one->state == ONS_MEMBER_RUNNING && (clipped ? left != 0 : left > 0);
        block->running[l] = running ? -1 : 0;
        any = any || running;
    }
    if (any) { start_block(ensemble, index); }
    return any;
}

static bool any_running(const dynamics_block *block) {
    int64_t any = 0;
    for (size_t l = 0; l < ONS_LANES; l++) { any |= block->running[l]; }
    return any != 0;
}

/* All members to the last of the times, one after the other, by SUNDIALS. */
static ons_status follow_all(ons_trajectories *ensemble, const double *times, size_t count, double *out) {
    const size_t n = ensemble->field.dimension;
    const ons_status status = dynamics_stiff_check(ensemble->stiff);
    for (size_t m = 0; !status && m < ensemble->count; m++) {
        dynamics_block *block = &ensemble->blocks[m / ONS_LANES];
        member *one = &ensemble->members[m];
        const size_t lane = m % ONS_LANES;
        double t, h;
        uint64_t accepted, rejected, evaluations;
        ons_trajectories_get(ensemble, m, &t, ensemble->one, &h);
        if (one->state != ONS_MEMBER_RUNNING || (t == times[count - 1] && !out)) { continue; }
        const ons_member_state state =
            dynamics_stiff_follow(ensemble->stiff, m / ONS_LANES, lane, &t, ensemble->one, times, count,
                                  out ? out + m * n : NULL, ensemble->count * n);
        ons_trajectories_set(ensemble, m, t, ensemble->one, 0);
        one->state = state;
        block->running[lane] = 0;
        dynamics_stiff_counts(ensemble->stiff, &accepted, &rejected, &evaluations);
        one->accepted += accepted;
        one->rejected += rejected;
        ensemble->evaluations += evaluations;
    }
    return status;
}

static void advance_block(ons_trajectories *ensemble, size_t b) {
    dynamics_block *block = &ensemble->blocks[b];
    while (any_running(block)) {
        ensemble->kernels->attempt[ensemble->how.method](&ensemble->field, b, block, &ensemble->how);
        judge(ensemble, b);
    }
}

/* Two blocks as long as both have a way to go: a lane's steps are what they are alone. */
static void advance_pair(ons_trajectories *ensemble, size_t b) {
    dynamics_block *block = &ensemble->blocks[b];
    while (any_running(block) && any_running(block + 1)) {
        ensemble->kernels->pair[ensemble->how.method](&ensemble->field, b, block, &ensemble->how);
        judge(ensemble, b);
        judge(ensemble, b + 1);
    }
}

ons_status ons_trajectories_advance(ons_trajectories *ensemble, double target) {
    if (!isfinite(target)) { return ons_fail(ONS_INVALID, "a finite time is expected as target, not %g", target); }
    if (ensemble->stiff) { return follow_all(ensemble, &target, 1, NULL); }
    for (size_t b = 0; b < ensemble->block_count; b++) {
        const bool first = prepare(ensemble, b, target, true);
        const bool two = ensemble->kernels->pair[ensemble->how.method] && b + 1 < ensemble->block_count;
        if (two && prepare(ensemble, b + 1, target, true) && first) { advance_pair(ensemble, b); }
        if (first) { advance_block(ensemble, b); }
        if (two) { advance_block(ensemble, ++b); }
    }
    return ONS_OK;
}

/* ---- sampling -------------------------------------------------------------------------------------------------------
 */

static void make_dense(ons_trajectories *ensemble, size_t b) {
    dynamics_dense *dense = ensemble->kernels->dense[ensemble->how.method];
    if (dense) { dense(&ensemble->field, b, &ensemble->blocks[b]); }
}

static double series_value(const ons_trajectories *ensemble, const dynamics_block *block, size_t at, double h) {
    const size_t row = ensemble->field.dimension * ONS_LANES;
    double sum = 0;
    for (size_t k = dynamics_taylor_order(&ensemble->how) + 1; k-- > 0;) { sum = sum * h + block->k[k * row + at]; }
    return sum;
}

static double dense_value(const ons_trajectories *ensemble, const dynamics_block *block, size_t i, size_t lane,
                          double t) {
    const size_t n = ensemble->field.dimension, at = i * ONS_LANES + lane;
    const double u = (t - block->t_old[lane]) / block->h_old[lane];
    if (ensemble->how.method == ONS_TAYLOR) { return series_value(ensemble, block, at, t - block->t_old[lane]); }
    const double *dense = block->dense + n * ONS_LANES;
    const size_t row = n * ONS_LANES;
    double sum = 0;
    if (ensemble->how.method == ONS_DORMAND_PRINCE) {
        for (size_t p = 4; p-- > 0;) { sum = (sum + dense[p * row + at]) * u; }
    } else {
        for (size_t p = 7; p-- > 0;) { sum = (sum + dense[p * row + at]) * (p % 2 == 0 ? u : 1 - u); }
    }
    return block->x_old[at] + sum;
}

/* Writes the times that lie within the step just accepted. */
static void write_samples(const ons_trajectories *ensemble, size_t index, const double *times, size_t count,
                          size_t *next, double *out) {
    const dynamics_block *block = &ensemble->blocks[index];
    const size_t n = ensemble->field.dimension;
    for (size_t l = 0; l < ONS_LANES; l++) {
        const size_t who = index * ONS_LANES + l;
        if (!block->accepted[l] || who >= ensemble->count) { continue; }
        for (; next[l] < count && times[next[l]] <= block->t[l]; next[l]++) {
            double *x = out + (next[l] * ensemble->count + who) * n;
            for (size_t i = 0; i < n; i++) { x[i] = dense_value(ensemble, block, i, l, times[next[l]]); }
        }
    }
}

static bool any_due(const dynamics_block *block, const double *times, size_t count, const size_t *next) {
    for (size_t l = 0; l < ONS_LANES; l++) {
        if (block->accepted[l] && next[l] < count && times[next[l]] <= block->t[l]) { return true; }
    }
    return false;
}

static ons_status check_times(const ons_trajectories *ensemble, const double *times, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(times[i]) || (i > 0 && times[i] < times[i - 1])) {
            return ons_fail(ONS_INVALID, "times must ascend: %g stands at place %zu", times[i], i);
        }
    }
    for (size_t m = 0; count && m < ensemble->count; m++) {
        const double t = ensemble->blocks[m / ONS_LANES].t[m % ONS_LANES];
        if (times[0] < t && ensemble->members[m].state == ONS_MEMBER_RUNNING) {
            return ons_fail(ONS_INVALID, "time %g lies before member %zu, which is at %g", times[0], m, t);
        }
    }
    return ONS_OK;
}

static void sample_block(ons_trajectories *ensemble, size_t b, const double *times, size_t count, double *out) {
    dynamics_block *block = &ensemble->blocks[b];
    const size_t n = ensemble->field.dimension;
    size_t next[ONS_LANES] = {0};
    for (size_t l = 0; l < ONS_LANES; l++) { /* times at which a member is already */
        const size_t who = b * ONS_LANES + l;
        for (; who < ensemble->count && next[l] < count && times[next[l]] == block->t[l]; next[l]++) {
            double *x = out + (next[l] * ensemble->count + who) * n;
            for (size_t i = 0; i < n; i++) { x[i] = block->x[i * ONS_LANES + l]; }
        }
    }
    if (!prepare(ensemble, b, times[count - 1], false)) { return; }
    while (any_running(block)) {
        ensemble->kernels->attempt[ensemble->how.method](&ensemble->field, b, block, &ensemble->how);
        if (any_due(block, times, count, next)) {
            make_dense(ensemble, b);
            write_samples(ensemble, b, times, count, next, out);
        }
        judge(ensemble, b);
    }
}

ons_status ons_trajectories_sample(ons_trajectories *ensemble, const double *times, size_t count, double *out) {
    const ons_status status = check_times(ensemble, times, count);
    if (status != ONS_OK || count == 0) { return status; }
    for (size_t i = 0; i < count * ensemble->count * ensemble->field.dimension; i++) { out[i] = NAN; }
    if (ensemble->stiff) { return follow_all(ensemble, times, count, out); }
    for (size_t b = 0; b < ensemble->block_count; b++) { sample_block(ensemble, b, times, count, out); }
    return ONS_OK;
}

/* ---- steps one sees -------------------------------------------------------------------------------------------------
 */

typedef struct step_inside {
    const ons_trajectories *ensemble;
    const dynamics_block *block;
    size_t lane;
} step_inside;

void ons_step_point(const ons_step_view *view, double t, double *x) {
    const step_inside *inside = view->inside;
    for (size_t i = 0; i < inside->ensemble->field.dimension; i++) {
        x[i] = dense_value(inside->ensemble, inside->block, i, inside->lane, t);
    }
}

static bool any_accepted(const dynamics_block *block) {
    int64_t any = 0;
    for (size_t l = 0; l < ONS_LANES; l++) { any |= block->accepted[l]; }
    return any != 0;
}

static void show_steps(const ons_trajectories *ensemble, size_t b, bool (*visit)(void *data, const ons_step_view *view),
                       void *data) {
    dynamics_block *block = &ensemble->blocks[b];
    for (size_t l = 0; l < ONS_LANES; l++) {
        const size_t who = b * ONS_LANES + l;
        const step_inside inside = {ensemble, block, l};
        const ons_step_view view = {who, block->t_old[l], block->t[l], &inside};
        if (block->accepted[l] && who < ensemble->count && !visit(data, &view)) { block->running[l] = 0; }
    }
}

ons_status ons_trajectories_visit(ons_trajectories *ensemble, double target,
                                  bool (*visit)(void *data, const ons_step_view *view), void *data) {
    if (!isfinite(target)) { return ons_fail(ONS_INVALID, "a finite time is expected as target, not %g", target); }
    if (ensemble->how.method > ONS_TAYLOR) {
        return ons_fail(ONS_INVALID,
                        "steps are seen under the methods with dense output: dormand-prince, dop853 and taylor");
    }
    for (size_t b = 0; b < ensemble->block_count; b++) {
        dynamics_block *block = &ensemble->blocks[b];
        if (!prepare(ensemble, b, target, false)) { continue; }
        while (any_running(block)) {
            ensemble->kernels->attempt[ensemble->how.method](&ensemble->field, b, block, &ensemble->how);
            if (any_accepted(block)) { make_dense(ensemble, b); }
            judge(ensemble, b);
            show_steps(ensemble, b, visit, data);
        }
    }
    return ONS_OK;
}

size_t ons_trajectories_members(const ons_trajectories *ensemble) { return ensemble->count; }
size_t ons_trajectories_dimension(const ons_trajectories *ensemble) { return ensemble->field.dimension; }
