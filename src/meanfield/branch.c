/*
 * Branches of solutions by pseudo-arclength continuation, their folds, and transitions between two of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "solve.h"

#include <onsager/meanfield/branch.h>

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 10 };
#define SHORTEST 1e-9

/* A point (x, control) of n + 1 numbers with the unit tangent of the branch there. */
typedef struct place {
    double at[ONS_ORDERS + 1], tangent[ONS_ORDERS + 1];
    ons_meanfield_solution solution;
} place;

typedef struct tracer {
    const ons_meanfield *model;
    double tolerance;
    place here, there; /* the point the step starts from, and the one it leads to */
} tracer;

/* (1 - F', -dF/dcontrol) of the place, row by row, with `border` as the last row. */
static void fill_matrix(const tracer *t, const place *p, const double *border, double *matrix) {
    const size_t n = t->model->count, m = n + 1;
    for (size_t k = 0; k < n; k++) {
        for (size_t j = 0; j < n; j++) { matrix[k * m + j] = (k == j) - p->solution.jacobian[k * n + j]; }
        matrix[k * m + n] = -p->solution.by_control[k];
    }
    memcpy(matrix + n * m, border, m * sizeof(double));
}

static void evaluate(const tracer *t, place *p) {
    meanfield_equations(t->model, p->at[t->model->count], p->at, &p->solution);
}

/* The tangent at p that goes on in the direction of `before`; false where it is not unique. */
static bool find_tangent(const tracer *t, place *p, const double *before) {
    const size_t m = t->model->count + 1;
    double matrix[(ONS_ORDERS + 1) * (ONS_ORDERS + 1)], right[ONS_ORDERS + 1] = {0}, norm = 0;
    fill_matrix(t, p, before, matrix);
    right[m - 1] = 1;
    if (!meanfield_linear(m, matrix, right)) { return false; }
    for (size_t k = 0; k < m; k++) { norm += right[k] * right[k]; }
    for (size_t k = 0; k < m; k++) { p->tangent[k] = right[k] / sqrt(norm); }
    return true;
}

/* From here + step * tangent back to the branch, perpendicular to the tangent. */
static bool correct(tracer *t, double step) {
    const size_t n = t->model->count, m = n + 1;
    const double *along = t->here.tangent;
    place *p = &t->there;
    for (size_t k = 0; k < m; k++) { p->at[k] = t->here.at[k] + step * along[k]; }
    for (unsigned round = 0; round < ROUNDS; round++) {
        double matrix[(ONS_ORDERS + 1) * (ONS_ORDERS + 1)], right[ONS_ORDERS + 1], off = 0;
        evaluate(t, p);
        if (!isfinite(p->solution.residual)) { return false; }
        for (size_t k = 0; k < n; k++) { right[k] = p->solution.x[k] - p->at[k]; }
        right[n] = step;
        for (size_t k = 0; k < m; k++) { right[n] -= along[k] * (p->at[k] - t->here.at[k]); }
        off = fmax(p->solution.residual, fabs(right[n]));
        if (off <= t->tolerance) { return find_tangent(t, p, along); }
        fill_matrix(t, p, along, matrix);
        if (!meanfield_linear(m, matrix, right)) { return false; }
        for (size_t k = 0; k < m; k++) { p->at[k] += right[k]; }
    }
    return false;
}

static ons_status append(ons_branch *branch, const tracer *t, const place *p, bool fold) {
    const size_t n = t->model->count;
    ons_status status = ons_grow((void **)&branch->point, &branch->capacity, branch->count + 1, sizeof *branch->point);
    if (status) { return status; }
    ons_meanfield_solution solution;
    status = ons_meanfield_evaluate(t->model, p->at[n], p->at, &solution);
    if (status) { return status; }
    ons_branch_point *point = &branch->point[branch->count++];
    *point =
        (ons_branch_point){.control = p->at[n], .pressure = solution.pressure, .growth = solution.growth, .fold = fold};
    memcpy(point->x, p->at, n * sizeof(double));
    branch->folds += fold;
    return ONS_OK;
}

/* The component of the tangent along the control at a step from here: zero at a fold. */
static ons_status turning(void *data, double step, double *value) {
    tracer *t = data;
    if (!correct(t, step)) { return ons_fail(ONS_FAILED, "%s: the branch is lost at a fold", t->model->name); }
    *value = t->there.tangent[t->model->count];
    return ONS_OK;
}

static ons_status begin(tracer *t, double control, const double *start, double direction) {
    const size_t n = t->model->count;
    const double border[ONS_ORDERS + 1] = {0};
    double along[ONS_ORDERS + 1];
    ons_meanfield_solution first;
    const ons_meanfield_options options = {.unstable = true, .tolerance = t->tolerance};
    const ons_status status = ons_meanfield_solve(t->model, control, start, &options, &first);
    if (status) { return status; }
    memcpy(t->here.at, first.x, n * sizeof(double));
    memcpy(along, border, sizeof along);
    t->here.at[n] = control;
    along[n] = copysign(1, direction);
    evaluate(t, &t->here);
    if (find_tangent(t, &t->here, along)) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "%s: the branch begins at a fold, %s = %.10g; begin on one side of it", t->model->name,
                    t->model->control, control);
}

static ons_status lost(const tracer *t) {
    const size_t n = t->model->count;
    double off, x[ONS_ORDERS + 1];
    for (size_t k = 0; k <= n; k++) { x[k] = t->here.at[k] + 1e-6 * t->here.tangent[k]; }
    const size_t worst = meanfield_worst(t->model, x[n], x, &off);
    return ons_fail(ONS_FAILED,
                    "%s: the branch is lost at the equation of %s; the last point that converged is %s = "
                    "%.10g",
                    t->model->name, t->model->names[worst], t->model->control, t->here.at[n]);
}

/* The fold between here and there, which are `step` apart; there is as before afterwards. */
static ons_status add_fold(ons_branch *branch, tracer *t, double step) {
    const place end = t->there;
    double root;
    ons_status status = ons_meanfield_root(turning, t, "the direction of the branch", 0, step, 1e-10 * step, &root);
    if (status == ONS_OK && correct(t, root)) { status = append(branch, t, &t->there, true); }
    t->there = end;
    return status;
}

/* Half of the cosine between directions below this: the step was too long. */
static bool too_sharp(const tracer *t) {
    double cosine = 0;
    for (size_t k = 0; k <= t->model->count; k++) { cosine += t->here.tangent[k] * t->there.tangent[k]; }
    return cosine < 0.9;
}

ons_status ons_branch_follow(ons_branch *branch, const ons_meanfield *model, double control, const double *start,
                             const ons_branch_options *o) {
    const size_t n = model->count;
    const double longest = o->longest > 0 ? o->longest : 0.05;
    tracer t = {.model = model, .tolerance = o->tolerance > 0 ? o->tolerance : 1e-10};
    double step = o->first != 0 ? fabs(o->first) : 1e-2;
    *branch = (ons_branch){0};
    ons_status status = begin(&t, control, start, o->first < 0 ? -1 : 1);
    if (!status) { status = append(branch, &t, &t.here, false); }
    while (!status && branch->count < (o->points ? o->points : 10000)) {
        if (step < SHORTEST) { return lost(&t); }
        if (!correct(&t, step) || too_sharp(&t)) {
            step *= 0.5;
            continue;
        }
        if (t.here.tangent[n] * t.there.tangent[n] < 0) { status = add_fold(branch, &t, step); }
        if (status || (o->folds && branch->folds >= o->folds)) { break; }
        if (t.there.at[n] < o->low || t.there.at[n] > o->high) { break; }
        t.here = t.there;
        status = append(branch, &t, &t.here, false);
        step = fmin(longest, 1.4 * step);
    }
    return status;
}

void ons_branch_free(ons_branch *branch) {
    free(branch->point);
    *branch = (ons_branch){0};
}

/* ---- transitions ----------------------------------------------------------------------------------------------------
 */

typedef struct pair {
    const ons_meanfield *model;
    double first[ONS_ORDERS], second[ONS_ORDERS];
} pair;

static ons_status solve_pair(const pair *p, double control, ons_meanfield_solution *a, ons_meanfield_solution *b) {
    ons_status status = ons_meanfield_solve(p->model, control, p->first, NULL, a);
    if (!status) { status = ons_meanfield_solve(p->model, control, p->second, NULL, b); }
    return status;
}

static ons_status difference(void *data, double control, double *value) {
    ons_meanfield_solution a, b;
    const ons_status status = solve_pair(data, control, &a, &b);
    *value = status ? NAN : a.pressure - b.pressure;
    return status;
}

static double distance(size_t n, const double *x, const double *y) {
    double most = 0;
    for (size_t k = 0; k < n; k++) { most = fmax(most, fabs(x[k] - y[k])); }
    return most;
}

ons_status ons_branch_crossing(const ons_meanfield *model, double control, double end, const double *first,
                               const double *second, size_t steps, double tolerance, double *transition) {
    pair p = {.model = model};
    ons_meanfield_solution a, b;
    const size_t n = model->count, parts = steps ? steps : 20;
    memcpy(p.first, first, n * sizeof(double));
    memcpy(p.second, second, n * sizeof(double));
    ons_status status = solve_pair(&p, control, &a, &b);
    if (status) { return status; }
    double before = a.pressure - b.pressure, low = control;
    for (size_t k = 1; k <= parts; k++) {
        const double at = control + (end - control) * (double)k / (double)parts;
        *transition = low;
        status = solve_pair(&p, at, &a, &b);
        if (status < 0 && status != ONS_FAILED) { return status; }
        if (status || distance(n, a.x, b.x) < 1e-6) { return ONS_DONE; }
        const double now = a.pressure - b.pressure;
        if (now * before <= 0) {
            return ons_meanfield_root(difference, &p, "the difference of pressures", low, at,
                                      tolerance > 0 ? tolerance : 1e-9, transition);
        }
        low = at;
        before = now;
        memcpy(p.first, a.x, n * sizeof(double));
        memcpy(p.second, b.x, n * sizeof(double));
    }
    *transition = end;
    return ONS_DONE;
}
