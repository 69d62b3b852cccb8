/*
 * The fixed point of the monotone machine by damped forward-backward splitting and Anderson's method (Walker and Ni
 * 2011), and its adjoint by conjugate gradients.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "monotone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = MONOTONE_LANES, MEMORY = 8, FIELDS = 13 };

double ons_monotone_work_bytes(const ons_monotone_shape *shape, unsigned memory) {
    double elements = 0;
    for (size_t i = 0; i < shape->tiers && i < ONS_TIERS; i++) {
        elements += (double)(shape->tier[i].side * shape->tier[i].side * shape->tier[i].channels);
    }
    return elements * LANES * sizeof(double) * (FIELDS + 2 + 2 * (double)memory);
}

ons_status ons_monotone_work_create(ons_monotone_work **work, const ons_monotone *machine, unsigned memory) {
    *work = NULL;
    if (memory > MEMORY) {
        return ons_fail(ONS_INVALID, "Anderson's method keeps 0 to %d differences, not %u", MEMORY, memory);
    }
    ons_monotone_work *made = ONS_NEW(ons_monotone_work, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t block = machine->elements * LANES;
    made->elements = machine->elements;
    made->memory = memory;
    made->space = ONS_NEW(double, block *(FIELDS + 2 + 2 * memory));
    if (!made->space) {
        free(made);
        return ONS_MEMORY;
    }
    double **const field[] = {&made->scaled, &made->image, &made->back, &made->field,    &made->soft,
                              &made->next,   &made->r,     &made->Jr,   &made->p,        &made->Jp,
                              &made->q,      &made->e,     &made->u,    &made->residual, &made->last};
    for (size_t k = 0; k < FIELDS + 2; k++) { *field[k] = made->space + k * block; }
    made->steps = made->space + (FIELDS + 2) * block;
    made->images = made->steps + memory * block;
    *work = made;
    return ONS_OK;
}

void ons_monotone_work_free(ons_monotone_work *work) {
    if (!work) { return; }
    free(work->space);
    free(work);
}

/* out[lane] += sum over elements of a b */
static void dot(size_t elements, const double *a, const double *b, double *out) {
    for (size_t k = 0; k < elements; k++) {
        for (size_t lane = 0; lane < LANES; lane++) { out[lane] += a[k * LANES + lane] * b[k * LANES + lane]; }
    }
}

/* ---- Anderson's method ---------------------------------------------------------------------------------------- */

typedef struct anderson {
    unsigned memory, held, next;           /* differences kept, and where the next one goes */
    double product[MEMORY][MEMORY][LANES]; /* of the differences of residuals */
    double best[LANES], pause[LANES];      /* smallest |residual|^2; plain steps to be made before the next try */
} anderson;

static void forget(anderson *a, unsigned memory) {
    memset(a, 0, sizeof *a);
    a->memory = memory;
    for (size_t lane = 0; lane < LANES; lane++) { a->best[lane] = INFINITY; }
}

/* Keeps the differences of this residual and image to the last ones. */
static void remember(anderson *a, ons_monotone_work *w, const double *residual, const double *image) {
    const size_t block = w->elements * LANES;
    double *step = w->steps + a->next * block, *moved = w->images + a->next * block;
    for (size_t k = 0; k < block; k++) {
        step[k] = residual[k] - w->residual[k];
        moved[k] = image[k] - w->last[k];
    }
    if (a->held < a->memory) { a->held++; }
    for (unsigned j = 0; j < a->held; j++) {
        double *to = a->product[a->next][j];
        memset(to, 0, LANES * sizeof *to);
        dot(w->elements, step, w->steps + j * block, to);
        memcpy(a->product[j][a->next], to, LANES * sizeof *to);
    }
    a->next = a->next + 1 < a->memory ? a->next + 1 : 0;
}

/* The least squares of one lane by Cholesky's method with a small ridge; false: no positive matrix. */
static bool combine(const anderson *a, size_t lane, const double right[MEMORY][LANES], double *weight) {
    double L[MEMORY][MEMORY], trace = 0;
    const unsigned n = a->held;
    for (unsigned i = 0; i < n; i++) { trace += a->product[i][i][lane]; }
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j <= i; j++) {
            double sum = a->product[i][j][lane] + (i == j ? 1e-10 * trace : 0);
            for (unsigned k = 0; k < j; k++) { sum -= L[i][k] * L[j][k]; }
            if (i == j && !(sum > 0)) { return false; }
            L[i][j] = i == j ? sqrt(sum) : sum / L[j][j];
        }
    }
    for (unsigned i = 0; i < n; i++) {
        weight[i] = right[i][lane];
        for (unsigned k = 0; k < i; k++) { weight[i] -= L[i][k] * weight[k]; }
        weight[i] /= L[i][i];
    }
    for (unsigned i = n; i-- > 0;) {
        for (unsigned k = i + 1; k < n; k++) { weight[i] -= L[k][i] * weight[k]; }
        weight[i] /= L[i][i];
    }
    return true;
}

/* z = image - sum weight (differences of images), each lane with its own weights. A lane whose residual has grown makes
 * plain steps for a while, which are a contraction. */
static void accelerate(anderson *a, ons_monotone_work *w, const double *residual, const double *image, double *z) {
    const size_t block = w->elements * LANES;
    double right[MEMORY][LANES] = {{0}}, weight[MEMORY][LANES] = {{0}}, size[LANES] = {0};
    dot(w->elements, residual, residual, size);
    for (unsigned j = 0; j < a->held; j++) { dot(w->elements, w->steps + j * block, residual, right[j]); }
    for (size_t lane = 0; lane < LANES; lane++) {
        double mine[MEMORY] = {0};
        if (size[lane] > 4 * a->best[lane]) { a->pause[lane] = a->memory + 1; }
        a->best[lane] = fmin(a->best[lane], size[lane]);
        if (a->pause[lane] > 0) {
            a->pause[lane] -= 1;
            continue;
        }
        if (!combine(a, lane, (const double(*)[LANES])right, mine)) { continue; }
        for (unsigned j = 0; j < a->held; j++) { weight[j][lane] = mine[j]; }
    }
    memcpy(z, image, block * sizeof *z);
    for (unsigned j = 0; j < a->held; j++) {
        const double *moved = w->images + j * block;
        for (size_t k = 0; k < block; k++) { z[k] -= weight[j][k % LANES] * moved[k]; }
    }
}

/* ---- the fixed point ------------------------------------------------------------------------------------------ */

static bool is_clamped(const uint8_t *clamped, size_t variable, size_t lane) {
    return clamped && clamped[variable * LANES + lane];
}

/* to = softmax(h), but z at clamped variables; the largest distance from z over the first lanes. */
static double soften(const ons_monotone *m, const uint8_t *clamped, size_t lanes, const double *h, const double *z,
                     double *to) {
    double worst = 0;
    for (size_t v = 0; v < m->variables; v++) {
        const monotone_variable at = monotone_variable_at(m, v);
        m->kernels->softmax(at.states, h + at.first * LANES, to + at.first * LANES);
        for (size_t k = at.first * LANES; k < (at.first + at.states) * LANES; k++) {
            if (is_clamped(clamped, v, k % LANES)) { to[k] = z[k]; }
            if (k % LANES >= lanes) { continue; }
            const double away = fabs(to[k] - z[k]);
            if (!(away <= worst)) { worst = away; }
        }
    }
    return worst;
}

/* to = prox((1 - alpha) z + alpha h) at free variables. */
static ons_status step_back(const ons_monotone *m, const uint8_t *clamped, double alpha, const double *h,
                            const double *z, double *y, double *to) {
    for (size_t k = 0; k < m->elements * LANES; k++) { y[k] = (1 - alpha) * z[k] + alpha * h[k]; }
    for (size_t v = 0; v < m->variables; v++) {
        const monotone_variable at = monotone_variable_at(m, v);
        if (!m->kernels->prox(at.states, alpha, y + at.first * LANES, to + at.first * LANES)) {
            return ons_fail(ONS_FAILED, "the proximal step of variable %zu did not converge at damping %g", v, alpha);
        }
        for (size_t k = at.first * LANES; clamped && k < (at.first + at.states) * LANES; k++) {
            if (is_clamped(clamped, v, k % LANES)) { to[k] = z[k]; }
        }
    }
    return ONS_OK;
}

ons_status ons_monotone_prox(size_t states, double damping, const double *y, double *z) {
    if (states < 1 || states > MONOTONE_STATES || !(damping > 0 && damping < 1)) {
        return ons_fail(ONS_INVALID, "a proximal step has 1 to %d states and a damping between 0 and 1, not %zu and %g",
                        MONOTONE_STATES, states, damping);
    }
    if (boltzmann_kernels_here()->prox(states, damping, y, z)) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "the proximal step did not converge at damping %g", damping);
}

ons_status ons_monotone_step(const ons_monotone *machine, ons_monotone_work *work, double damping, double *z) {
    if (!(damping > 0 && damping < 1)) {
        return ons_fail(ONS_INVALID, "a damped step has a damping between 0 and 1, not %g", damping);
    }
    ons_monotone_fields(machine, work, z, true, work->field);
    const ons_status status = step_back(machine, NULL, damping, work->field, z, work->back, work->next);
    memcpy(z, work->next, machine->elements * LANES * sizeof *z);
    return status;
}

typedef struct search {
    const ons_monotone *machine;
    ons_monotone_work *work;
    const uint8_t *clamped;
    size_t lanes;
    double *z, alpha, residual;
    anderson *history;
} search;

/* One iteration: ONS_DONE when z, replaced by softmax of its fields, is the answer. */
static ons_status iterate(search *s, bool first, double tolerance) {
    ons_monotone_work *w = s->work;
    const size_t block = w->elements * LANES;
    ons_monotone_fields(s->machine, w, s->z, true, w->field);
    s->residual = soften(s->machine, s->clamped, s->lanes, w->field, s->z, w->soft);
    if (s->residual <= tolerance) {
        memcpy(s->z, w->soft, block * sizeof *s->z);
        return ONS_DONE;
    }
    if (!isfinite(s->residual)) { return ons_fail(ONS_FAILED, "the mean field is no longer finite"); }
    double *image = w->soft; /* with alpha = 1 the image is softmax */
    if (s->alpha < 1) {
        image = w->next;
        const ons_status status = step_back(s->machine, s->clamped, s->alpha, w->field, s->z, w->back, image);
        if (status) { return status; }
    }
    if (s->history->memory == 0) {
        memcpy(s->z, image, block * sizeof *s->z);
        return ONS_OK;
    }
    double *residual = w->scaled;
    for (size_t k = 0; k < block; k++) { residual[k] = image[k] - s->z[k]; }
    if (!first) { remember(s->history, w, residual, image); }
    memcpy(w->residual, residual, block * sizeof *residual);
    memcpy(w->last, image, block * sizeof *image);
    accelerate(s->history, w, residual, image, s->z);
    return ONS_OK;
}

static ons_status refuse(const ons_fixed_point *how, unsigned memory) {
    if (!(how->damping > 0 && how->damping <= 1) || !(how->tolerance > 0) || how->limit < 1 || how->memory > memory) {
        return ons_fail(ONS_INVALID,
                        "a fixed point is sought with damping in (0, 1], a tolerance above 0, a limit of 1 step or "
                        "more and a memory of at most %u, not %g, %g, %u, %u",
                        memory, how->damping, how->tolerance, how->limit, how->memory);
    }
    return ONS_OK;
}

static ons_status seek(search *s, const ons_fixed_point *how, double *trace, ons_fixed_point_report *report) {
    double smallest = INFINITY;
    for (unsigned halving = 0; halving <= 8; halving++, s->alpha /= 2) {
        forget(s->history, how->memory);
        for (unsigned k = 0; k < how->limit; k++) {
            const ons_status status = iterate(s, k == 0, how->tolerance);
            if (status < 0) { return status; }
            if (trace && report->iterations < how->limit) { trace[report->iterations] = s->residual; }
            smallest = fmin(smallest, s->residual);
            report->residual = s->residual;
            report->damping = s->alpha;
            if (status == ONS_DONE) { return ONS_OK; }
            report->iterations++;
        }
    }
    return ons_fail(ONS_FAILED,
                    "the mean-field equations z = softmax(Phi z + b) did not converge to %g in %u steps with dampings "
                    "from %g to %g: the smallest residual was %.3g",
                    how->tolerance, report->iterations, how->damping, 2 * s->alpha, smallest);
}

/* ---- the adjoint ---------------------------------------------------------------------------------------------- */

void monotone_jacobian(const ons_monotone *machine, const uint8_t *clamped, const double *z, const double *x,
                       double *out) {
    for (size_t v = 0; v < machine->variables; v++) {
        const monotone_variable at = monotone_variable_at(machine, v);
        double mean[LANES] = {0}, free_one[LANES];
        for (size_t lane = 0; lane < LANES; lane++) { free_one[lane] = is_clamped(clamped, v, lane) ? 0 : 1; }
        dot(at.states, z + at.first * LANES, x + at.first * LANES, mean);
        for (size_t a = at.first; a < at.first + at.states; a++) {
            for (size_t lane = 0; lane < LANES; lane++) {
                const size_t k = a * LANES + lane;
                out[k] = free_one[lane] * z[k] * (x[k] - mean[lane]);
            }
        }
    }
}

static bool is_small(size_t lanes, const double *rr, const double *bound, const double *start) {
    bool small = true;
    for (size_t lane = 0; lane < lanes; lane++) { small &= rr[lane] <= bound[lane] * bound[lane] * start[lane]; }
    return small;
}

/* p = r + keep p, and the same of their products with J. */
static void turn_direction(ons_monotone_work *work, size_t n, const double *keep) {
    for (size_t k = 0; k < n; k++) {
        for (size_t lane = 0, at = k * LANES; lane < LANES; lane++, at++) {
            work->p[at] = work->r[at] + keep[lane] * work->p[at];
            work->Jp[at] = work->Jr[at] + keep[lane] * work->Jp[at];
        }
    }
}

/* Conjugate gradients for (I - Phi J) w = r, r in work->r, in the scalar product of J. sum += w, or J w (`tangent`).
 * bound[lane]: the relative |r| that is asked for. */
static ons_status conjugate(const ons_monotone *machine, ons_monotone_work *work, const uint8_t *clamped, size_t lanes,
                            const double *z, const double *bound, bool tangent, double *sum) {
    const size_t n = machine->elements, block = n * LANES;
    double rr[LANES] = {0}, start[LANES];
    monotone_jacobian(machine, clamped, z, work->r, work->Jr);
    dot(n, work->r, work->Jr, rr);
    memcpy(start, rr, sizeof start);
    memcpy(work->p, work->r, block * sizeof *work->p);
    memcpy(work->Jp, work->Jr, block * sizeof *work->p);
    const double *direction = tangent ? work->Jp : work->p;
    for (unsigned step = 0; step < 1000; step++) {
        if (is_small(lanes, rr, bound, start)) { return ONS_OK; }
        double pq[LANES] = {0}, along[LANES], next[LANES] = {0}, keep[LANES];
        ons_monotone_fields(machine, work, work->Jp, false, work->q);
        for (size_t k = 0; k < block; k++) { work->q[k] = work->p[k] - work->q[k]; }
        dot(n, work->Jp, work->q, pq);
        for (size_t lane = 0; lane < LANES; lane++) { along[lane] = pq[lane] > 0 ? rr[lane] / pq[lane] : 0; }
        for (size_t k = 0; k < n; k++) {
            for (size_t lane = 0, at = k * LANES; lane < LANES; lane++, at++) {
                sum[at] += along[lane] * direction[at];
                work->r[at] -= along[lane] * work->q[at];
            }
        }
        monotone_jacobian(machine, clamped, z, work->r, work->Jr);
        dot(n, work->r, work->Jr, next);
        for (size_t lane = 0; lane < LANES; lane++) {
            keep[lane] = rr[lane] > 0 ? next[lane] / rr[lane] : 0;
            rr[lane] = next[lane];
        }
        turn_direction(work, n, keep);
    }
    return ons_fail(ONS_FAILED, "(I - Phi J) w = r was not solved to %g in 1000 steps of conjugate gradients",
                    bound[0]);
}

/* u = e + J w with (I - Phi J) w = Phi e. */
ons_status ons_monotone_adjoint(const ons_monotone *machine, ons_monotone_work *work, const uint8_t *clamped,
                                size_t lanes, const double *z, const double *e, double tolerance, double *u) {
    double bound[LANES];
    for (size_t lane = 0; lane < LANES; lane++) { bound[lane] = tolerance; }
    ons_monotone_fields(machine, work, e, false, work->r);
    memcpy(u, e, machine->elements * LANES * sizeof *u);
    return conjugate(machine, work, clamped, lanes, z, bound, true, u);
}

/* ---- Newton's method ------------------------------------------------------------------------------------------ */

/* The free energy is strictly convex in z. In logits t, z = softmax(t), its Newton step w solves (I - Phi J) w =
 * Phi z + b - t, and falls along w at the rate of the scalar product of J of the right side with w. */
typedef struct newton {
    const ons_monotone *machine;
    ons_monotone_work *work;
    const uint8_t *clamped;
    size_t lanes;
    double *z, *logit, *step; /* logits: work->last; w: work->residual */
    double energy[LANES], slope[LANES];
} newton;

/* sum z ln z - z' (field + b)/2, with field = Phi z + b: the free energy of free and clamped variables. */
static void energies(const ons_monotone *m, const double *z, const double *field, double *energy) {
    const double *b = m->values + m->weights;
    memset(energy, 0, LANES * sizeof *energy);
    for (size_t k = 0; k < m->elements * LANES; k++) {
        const double entropy = z[k] > 0 ? z[k] * log(z[k]) : 0;
        energy[k % LANES] += entropy - z[k] * (field[k] + b[k / LANES]) / 2;
    }
}

/* z of t + length w, from work->u; halves the length of a lane until its free energy falls. */
static ons_status search_line(newton *s) {
    ons_monotone_work *w = s->work;
    const size_t block = w->elements * LANES;
    double length[LANES], energy[LANES];
    for (size_t lane = 0; lane < LANES; lane++) { length[lane] = 1; }
    for (int halving = 0; halving < 60; halving++) {
        bool all = true;
        for (size_t k = 0; k < block; k++) { w->u[k] = s->logit[k] + length[k % LANES] * s->step[k]; }
        soften(s->machine, s->clamped, s->lanes, w->u, s->z, w->next);
        ons_monotone_fields(s->machine, w, w->next, true, w->e);
        energies(s->machine, w->next, w->e, energy);
        for (size_t lane = 0; lane < s->lanes; lane++) {
            const double rounding = 1e-13 * (fabs(s->energy[lane]) + (double)w->elements);
            if (energy[lane] <= s->energy[lane] - 1e-4 * length[lane] * s->slope[lane] + rounding) { continue; }
            length[lane] /= 2;
            all = false;
        }
        if (!all) { continue; }
        memcpy(s->logit, w->u, block * sizeof *w->u);
        memcpy(s->z, w->next, block * sizeof *w->u);
        memcpy(w->field, w->e, block * sizeof *w->u);
        memcpy(s->energy, energy, sizeof energy);
        return ONS_OK;
    }
    return ons_fail(ONS_FAILED, "the mean-field free energy does not fall along a Newton step");
}

static ons_status newton_step(newton *s, double residual) {
    ons_monotone_work *w = s->work;
    const size_t block = w->elements * LANES;
    double bound[LANES];
    for (size_t lane = 0; lane < LANES; lane++) { bound[lane] = fmax(1e-8, fmin(0.1, residual)); }
    for (size_t k = 0; k < block; k++) { w->r[k] = w->field[k] - s->logit[k]; }
    memset(s->step, 0, block * sizeof *s->step);
    monotone_jacobian(s->machine, s->clamped, s->z, w->r, w->q);
    memcpy(w->soft, w->q, block * sizeof *w->q);
    const ons_status status = conjugate(s->machine, w, s->clamped, s->lanes, s->z, bound, false, s->step);
    memset(s->slope, 0, sizeof s->slope);
    dot(w->elements, w->soft, s->step, s->slope);
    return status ? status : search_line(s);
}

static ons_status seek_by_newton(newton *s, const ons_fixed_point *how, ons_fixed_point_report *report) {
    ons_monotone_work *w = s->work;
    const size_t block = w->elements * LANES;
    for (size_t k = 0; k < block; k++) { s->logit[k] = log(fmax(s->z[k], 1e-12)); }
    soften(s->machine, s->clamped, s->lanes, s->logit, s->z, w->next);
    memcpy(s->z, w->next, block * sizeof *s->z);
    ons_monotone_fields(s->machine, w, s->z, true, w->field);
    energies(s->machine, s->z, w->field, s->energy);
    report->damping = 1;
    for (;; report->iterations++) {
        report->residual = soften(s->machine, s->clamped, s->lanes, w->field, s->z, w->soft);
        if (report->residual <= how->tolerance) {
            memcpy(s->z, w->soft, block * sizeof *s->z);
            return ONS_OK;
        }
        if (!isfinite(report->residual)) { return ons_fail(ONS_FAILED, "the mean field is no longer finite"); }
        if (report->iterations == how->limit) { break; }
        const ons_status status = newton_step(s, report->residual);
        if (status) { return status; }
    }
    return ons_fail(ONS_FAILED,
                    "the mean-field equations z = softmax(Phi z + b) did not converge to %g in %u Newton steps: the "
                    "residual is %.3g",
                    how->tolerance, how->limit, report->residual);
}

void ons_monotone_free_energy(const ons_monotone *machine, ons_monotone_work *work, const double *z, double *energy) {
    const size_t n = machine->elements;
    const double *b = machine->values + machine->weights;
    memset(energy, 0, LANES * sizeof *energy);
    ons_monotone_fields(machine, work, z, false, work->field);
    for (size_t k = 0; k < n * LANES; k++) {
        const double entropy = z[k] > 0 ? z[k] * log(z[k]) : 0;
        energy[k % LANES] += entropy - z[k] * (work->field[k] / 2 + b[k / LANES]);
    }
}

/* ---- the public door --------------------------------------------------------------------------------------- */

ons_status ons_monotone_solve(const ons_monotone *machine, ons_monotone_work *work, const ons_fixed_point *how,
                              const uint8_t *clamped, size_t lanes, double *z, double *trace,
                              ons_fixed_point_report *report) {
    ons_fixed_point_report own = {0};
    ons_status status = refuse(how, work->memory);
    if (status) { return status; }
    anderson *history = ONS_NEW(anderson, 1);
    if (!history) { return ONS_MEMORY; }
    search s = {machine, work, clamped, lanes, z, how->damping, INFINITY, history};
    newton n = {.machine = machine, .work = work, .clamped = clamped, .lanes = lanes, .z = z};
    n.logit = work->last;
    n.step = work->residual;
    status = how->newton ? seek_by_newton(&n, how, &own) : seek(&s, how, trace, &own);
    if (status) {
        for (size_t k = 0; k < machine->elements * LANES; k++) { z[k] = NAN; }
    }
    if (report) { *report = own; }
    free(history);
    return status;
}
