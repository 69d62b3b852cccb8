/*
 * Solutions of x = F(x): iteration, Anderson acceleration, and Newton's method with exact derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "solve.h"

#include <onsager/dynamics/matrix.h>

#include <assert.h>
#include <string.h>

enum { STAGE = 12, NEWTON = 14, MEMORY = 5 };
#define NEAR 0.1

static double bounded(const ons_meanfield *model, size_t k, double x) {
    if (model->low && x < model->low[k]) { return model->low[k]; }
    if (model->high && x > model->high[k]) { return model->high[k]; }
    return x;
}

void meanfield_equations(const ons_meanfield *model, double control, const double *x, ons_meanfield_solution *at) {
    const size_t n = model->count;
    ons_dual variable[ONS_ORDERS], next[ONS_ORDERS];
    assert(n >= 1 && n <= ONS_ORDERS);
    for (size_t k = 0; k < n; k++) {
        variable[k] = ons_dual_variable(x[k], k);
        next[k] = ons_dual_constant(NAN);
    }
    model->equations(model->data, variable, ons_dual_variable(control, n), next);
    at->control = control;
    at->residual = 0;
    for (size_t k = 0; k < n; k++) {
        const double off = fabs(next[k].value - x[k]) / fmax(1, fabs(x[k]));
        at->x[k] = next[k].value; /* F for the moment; the callers put x back */
        at->by_control[k] = next[k].slope[n];
        if (!(off <= at->residual)) { at->residual = isfinite(off) ? off : INFINITY; }
        memcpy(at->jacobian + k * n, next[k].slope, n * sizeof(double));
    }
}

/* The equation that is furthest from being solved. */
size_t meanfield_worst(const ons_meanfield *model, double control, const double *x, double *off) {
    ons_meanfield_solution at;
    size_t worst = 0;
    meanfield_equations(model, control, x, &at);
    *off = -1;
    for (size_t k = 0; k < model->count; k++) {
        const double distance = fabs(at.x[k] - x[k]);
        if (!isfinite(distance)) {
            *off = INFINITY;
            return k;
        }
        if (distance > *off) {
            *off = distance;
            worst = k;
        }
    }
    return worst;
}

/* Largest real part of the eigenvalues of dF/dx; infinite where it is not a matrix of numbers. */
static ons_status find_growth(size_t n, const double *jacobian, double *growth) {
    double real[ONS_ORDERS], imaginary[ONS_ORDERS];
    *growth = -INFINITY;
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(jacobian[k])) {
            *growth = INFINITY;
            return ONS_OK;
        }
    }
    if (n == 1) {
        *growth = jacobian[0];
        return ONS_OK;
    }
    const ons_status status = ons_eigenvalues(n, jacobian, real, imaginary);
    for (size_t k = 0; k < n && !status; k++) { *growth = fmax(*growth, real[k]); }
    return status;
}

ons_status ons_meanfield_evaluate(const ons_meanfield *model, double control, const double *x,
                                  ons_meanfield_solution *solution) {
    const size_t n = model->count;
    meanfield_equations(model, control, x, solution);
    memcpy(solution->x, x, n * sizeof(double));
    solution->pressure = solution->pressure_slope = NAN;
    if (model->pressure) {
        ons_dual variable[ONS_ORDERS];
        for (size_t k = 0; k < n; k++) { variable[k] = ons_dual_variable(x[k], k); }
        const ons_dual pressure = model->pressure(model->data, variable, ons_dual_variable(control, n));
        solution->pressure = pressure.value;
        solution->pressure_slope = pressure.slope[n];
    }
    return find_growth(n, solution->jacobian, &solution->growth);
}

/* (1 - F') step = F - x at x; false where that is singular. */
static bool newton_step(const ons_meanfield *model, const double *x, const ons_meanfield_solution *at, double *step) {
    const size_t n = model->count;
    double matrix[ONS_ORDERS * ONS_ORDERS];
    for (size_t k = 0; k < n; k++) {
        step[k] = at->x[k] - x[k];
        for (size_t j = 0; j < n; j++) { matrix[k * n + j] = (k == j) - at->jacobian[k * n + j]; }
    }
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(matrix[k])) { return false; }
    }
    return meanfield_linear(n, matrix, step);
}

/* Newton's method with halved steps while the residual grows; true: solved, x holds it. */
static bool newton(const ons_meanfield *model, double control, double tolerance, double *x, unsigned *evaluations) {
    const size_t n = model->count;
    ons_meanfield_solution at, trial;
    double step[ONS_ORDERS], moved[ONS_ORDERS];
    meanfield_equations(model, control, x, &at);
    for (unsigned round = 0; round < NEWTON; round++) {
        if (at.residual <= 0.01 * tolerance) { return true; }
        if (!isfinite(at.residual) || !newton_step(model, x, &at, step)) { return false; }
        double part = 1;
        for (;; part *= 0.5) {
            if (part < 0.05) { return at.residual <= tolerance; }
            for (size_t k = 0; k < n; k++) { moved[k] = bounded(model, k, x[k] + part * step[k]); }
            meanfield_equations(model, control, moved, &trial);
            ++*evaluations;
            if (trial.residual < at.residual) { break; }
        }
        memcpy(x, moved, n * sizeof(double));
        at = trial;
    }
    return at.residual <= tolerance;
}

/* ---- iteration ------------------------------------------------------------------------------------------------------
 */

typedef struct history {
    unsigned count, next;
    double x[MEMORY][ONS_ORDERS], f[MEMORY][ONS_ORDERS]; /* differences of iterates and of residuals */
    double last_x[ONS_ORDERS], last_f[ONS_ORDERS];
    bool begun;
} history;

/* x <- x + f - sum_j c_j (dx_j + df_j), the c_j minimise |f - sum_j c_j df_j| (type II). */
static void accelerate(history *h, size_t n, unsigned memory, const double *x, const double *f, double *next) {
    double normal[MEMORY * MEMORY], c[MEMORY] = {0};
    if (h->begun) {
        for (size_t k = 0; k < n; k++) {
            h->x[h->next][k] = x[k] - h->last_x[k];
            h->f[h->next][k] = f[k] - h->last_f[k];
        }
        h->next = (h->next + 1) % memory;
        h->count += h->count < memory;
    }
    h->begun = true;
    memcpy(h->last_x, x, n * sizeof(double));
    memcpy(h->last_f, f, n * sizeof(double));
    const size_t m = h->count;
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < n; k++) { c[i] += h->f[i][k] * f[k]; }
        for (size_t j = 0; j < m; j++) {
            normal[i * m + j] = 0;
            for (size_t k = 0; k < n; k++) { normal[i * m + j] += h->f[i][k] * h->f[j][k]; }
            if (i == j) { normal[i * m + j] *= 1 + 1e-10; }
        }
    }
    const bool usable = m > 0 && meanfield_linear(m, normal, c);
    for (size_t k = 0; k < n; k++) {
        next[k] = x[k] + f[k];
        for (size_t i = 0; i < m && usable; i++) { next[k] -= c[i] * (h->x[i][k] + h->f[i][k]); }
    }
}

/* One step of the map from x; the residual at x. */
static double iterate(const ons_meanfield *model, double control, const ons_meanfield_options *o, history *h,
                      double *x) {
    const size_t n = model->count;
    ons_meanfield_solution at;
    double f[ONS_ORDERS], next[ONS_ORDERS];
    meanfield_equations(model, control, x, &at);
    if (!isfinite(at.residual)) { return INFINITY; }
    for (size_t k = 0; k < n; k++) { f[k] = (1 - o->damping) * (at.x[k] - x[k]); }
    if (o->memory > 0) {
        accelerate(h, n, o->memory, x, f, next);
    } else {
        for (size_t k = 0; k < n; k++) { next[k] = x[k] + f[k]; }
    }
    for (size_t k = 0; k < n; k++) { x[k] = bounded(model, k, next[k]); }
    return at.residual;
}

static bool is_near(size_t n, const double *x, const double *y) {
    for (size_t k = 0; k < n; k++) {
        if (!(fabs(x[k] - y[k]) <= NEAR * fmax(1, fabs(x[k])))) { return false; }
    }
    return true;
}

/* ONS_DONE: no solution found; x is the last iterate. */
static ons_status search(const ons_meanfield *model, double control, const ons_meanfield_options *o, double *x,
                         ons_meanfield_solution *solution) {
    const size_t n = model->count;
    history h = {.count = 0};
    unsigned newton_count = 0, count = 0;
    double trial[ONS_ORDERS];
    for (unsigned stage = STAGE; count < o->iterations; stage += stage / 2) {
        for (unsigned k = 0; k < stage && !o->unstable && count < o->iterations; k++, count++) {
            const double residual = iterate(model, control, o, &h, x);
            if (!isfinite(residual)) { return ONS_DONE; }
            if (residual < 1e-3 * o->tolerance) { break; }
        }
        memcpy(trial, x, n * sizeof(double));
        if (newton(model, control, o->tolerance, trial, &newton_count)) {
            const ons_status status = ons_meanfield_evaluate(model, control, trial, solution);
            if (status) { return status; }
            solution->iterations = count;
            solution->newton = newton_count;
            const bool stable = solution->growth < 1 + 1e-7 && is_near(n, x, trial);
            if (o->unstable || stable) { return ONS_OK; }
        }
        if (o->unstable) { return ONS_DONE; }
    }
    return ONS_DONE;
}

static ons_meanfield_options complete(const ons_meanfield_options *options) {
    ons_meanfield_options o = options ? *options : (ons_meanfield_options){0};
    if (o.tolerance <= 0) { o.tolerance = 1e-11; }
    if (o.iterations == 0) { o.iterations = 20000; }
    if (o.memory > MEMORY) { o.memory = MEMORY; }
    return o;
}

/* From the anchor towards `control` by steps that are halved where the solver fails. */
static bool approach(const ons_meanfield *model, double control, const double *start, const ons_meanfield_options *o,
                     double *nearest) {
    ons_meanfield_solution at;
    double x[ONS_ORDERS], step = 0.25 * (control - o->anchor);
    memcpy(x, start, model->count * sizeof(double));
    *nearest = o->anchor;
    if (search(model, o->anchor, o, x, &at)) { return false; }
    while (fabs(step) > 1e-3 * fabs(control - o->anchor)) {
        double trial[ONS_ORDERS];
        memcpy(trial, at.x, sizeof trial);
        if (fabs(*nearest + step - o->anchor) > fabs(control - o->anchor)) { break; }
        if (search(model, *nearest + step, o, trial, &at) == ONS_OK) {
            *nearest += step;
        } else {
            step *= 0.5;
        }
    }
    return true;
}

static ons_status refuse(const ons_meanfield *model, double control, const double *start, const double *last,
                         const ons_meanfield_options *o) {
    double off, nearest;
    const size_t worst = meanfield_worst(model, control, last, &off);
    ons_meanfield_options few = *o;
    few.iterations = 2000;
    if (o->anchored && approach(model, control, start, &few, &nearest)) {
        return ons_fail(ONS_FAILED,
                        "%s: the equation of %s is not solved at %s = %.10g (off by %.2g); the nearest point that "
                        "converged is %s = %.10g",
                        model->name, model->names[worst], model->control, control, off, model->control, nearest);
    }
    return ons_fail(ONS_FAILED,
                    "%s: the equation of %s is not solved at %s = %.10g (off by %.2g); no converged point %s",
                    model->name, model->names[worst], model->control, control, off,
                    o->anchored ? "at the anchor either" : "is known near it");
}

ons_status ons_meanfield_solve(const ons_meanfield *model, double control, const double *start,
                               const ons_meanfield_options *options, ons_meanfield_solution *solution) {
    const ons_meanfield_options o = complete(options);
    double x[ONS_ORDERS];
    if (model->count < 1 || model->count > ONS_ORDERS) {
        return ons_fail(ONS_INVALID, "%s: %zu order parameters; expected 1 to %d", model->name, model->count,
                        ONS_ORDERS);
    }
    for (size_t k = 0; k < model->count; k++) { x[k] = bounded(model, k, start[k]); }
    const ons_status status = search(model, control, &o, x, solution);
    if (status == ONS_OK) { return ONS_OK; }
    *solution = (ons_meanfield_solution){.control = control, .residual = NAN, .pressure = NAN, .growth = NAN};
    for (size_t k = 0; k < ONS_ORDERS; k++) { solution->x[k] = NAN; }
    return status < 0 ? status : refuse(model, control, start, x, &o);
}

/* ---- several starts -------------------------------------------------------------------------------------------------
 */

static bool is_same(size_t n, const double *x, const double *y) {
    for (size_t k = 0; k < n; k++) {
        if (fabs(x[k] - y[k]) > 1e-6) { return false; }
    }
    return true;
}

static bool comes_first(const ons_meanfield *model, const ons_meanfield_solution *a, const ons_meanfield_solution *b) {
    return model->pressure ? a->pressure > b->pressure : a->x[0] > b->x[0];
}

ons_status ons_meanfield_solve_all(const ons_meanfield *model, double control, size_t starts, const double *start,
                                   const ons_meanfield_options *options, ons_meanfield_solution *solutions, size_t room,
                                   size_t *count) {
    ons_status last = ONS_OK;
    *count = 0;
    for (size_t s = 0; s < starts; s++) {
        ons_meanfield_solution one;
        const ons_status status = ons_meanfield_solve(model, control, start + s * model->count, options, &one);
        if (status == ONS_INVALID || status == ONS_MEMORY) { return status; }
        if (status) {
            last = status;
            continue;
        }
        size_t place = 0;
        bool known = false;
        for (size_t k = 0; k < *count; k++) {
            known = known || is_same(model->count, one.x, solutions[k].x);
            place += comes_first(model, &solutions[k], &one);
        }
        if (known || place >= room) { continue; }
        const size_t moved = (*count < room ? *count : room - 1) - place;
        memmove(solutions + place + 1, solutions + place, moved * sizeof *solutions);
        solutions[place] = one;
        *count += *count < room;
    }
    return *count > 0 ? ONS_OK : last;
}
