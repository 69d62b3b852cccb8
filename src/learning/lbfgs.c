/*
 * L-BFGS with a line search to the strong Wolfe conditions: Nocedal and Wright, Numerical Optimization (2006),
 * algorithms 7.4, 7.5, 3.5 and 3.6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/optimiser.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_lbfgs {
    ons_lbfgs_settings settings;
    size_t count;
    double *s, *y;      /* [memory][count]: steps and changes of the gradient, pair k in row k % memory */
    double *rho, *part; /* [memory]: 1/(s y); work */
    double *gradient, *direction, *trial, *trial_gradient;
    double loss, norm;
    uint64_t pairs, used; /* made so far; valid ones of them, at most memory */
    uint64_t evaluations, fresh;
};

/* A point of the line: how far, the loss there, its slope along the direction. */
typedef struct line_point {
    double a, f, slope;
} line_point;

typedef struct line_search {
    ons_lbfgs *l;
    ons_objective objective;
    void *data;
    const double *w;
    line_point start;
    unsigned left;
} line_search;

ons_status ons_lbfgs_create(ons_lbfgs **lbfgs, const ons_lbfgs_settings *settings, size_t count) {
    ons_lbfgs_settings s = *settings;
    *lbfgs = NULL;
    if (s.memory == 0) { s.memory = 10; }
    if (s.sufficient == 0) { s.sufficient = 1e-4; }
    if (s.curvature == 0) { s.curvature = 0.9; }
    if (s.evaluations == 0) { s.evaluations = 25; }
    if (s.memory > 1000) { return ons_fail(ONS_INVALID, "L-BFGS keeps 1 to 1000 pairs, not %zu", s.memory); }
    if (!(s.sufficient > 0 && s.sufficient < s.curvature && s.curvature < 1)) {
        return ons_fail(ONS_INVALID, "the line search has c1 = %g and c2 = %g; expected 0 < c1 < c2 < 1", s.sufficient,
                        s.curvature);
    }
    if (!(s.first >= 0 && isfinite(s.first))) {
        return ons_fail(ONS_INVALID, "the first step of L-BFGS is %g; expected 0 or more", s.first);
    }
    ons_lbfgs *l = ONS_NEW(ons_lbfgs, 1);
    if (!l) { return ONS_MEMORY; }
    l->settings = s;
    l->count = count;
    double **const arrays[] = {&l->s,        &l->y,         &l->rho,   &l->part,
                               &l->gradient, &l->direction, &l->trial, &l->trial_gradient};
    const size_t sizes[] = {s.memory * count, s.memory * count, s.memory, s.memory, count, count, count, count};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        *arrays[k] = ONS_NEW(double, sizes[k]);
        if (*arrays[k]) { continue; }
        ons_lbfgs_free(l);
        return ONS_MEMORY;
    }
    *lbfgs = l;
    return ONS_OK;
}

void ons_lbfgs_free(ons_lbfgs *l) {
    if (!l) { return; }
    free(l->s);
    free(l->y);
    free(l->rho);
    free(l->part);
    free(l->gradient);
    free(l->direction);
    free(l->trial);
    free(l->trial_gradient);
    free(l);
}

static double product(size_t count, const double *a, const double *b) {
    double strand[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t k = 0; k < 4; k++) { strand[k] += a[i + k] * b[i + k]; }
    }
    for (; i < count; i++) { strand[0] += a[i] * b[i]; }
    return (strand[0] + strand[2]) + (strand[1] + strand[3]);
}

/* ---- the line search ------------------------------------------------------------------------------------------------
 */

/* The loss and slope at w + a direction; what is not finite lies infinitely high. Leaves the point in trial. */
static ons_status look(line_search *search, double a, line_point *point) {
    ons_lbfgs *l = search->l;
    for (size_t i = 0; i < l->count; i++) { l->trial[i] = search->w[i] + a * l->direction[i]; }
    *point = (line_point){.a = a};
    const ons_status status = search->objective(search->data, l->trial, &point->f, l->trial_gradient);
    l->evaluations++;
    if (search->left) { search->left--; }
    point->slope = product(l->count, l->trial_gradient, l->direction);
    if (!isfinite(point->f) || !isfinite(point->slope)) { point->f = INFINITY; }
    return status;
}

static bool falls_enough(const line_search *search, const line_point *p) {
    return p->f <= search->start.f + search->l->settings.sufficient * p->a * search->start.slope;
}

static bool flat_enough(const line_search *search, const line_point *p) {
    return fabs(p->slope) <= -search->l->settings.curvature * search->start.slope;
}

/* The minimum of the cubic through both ends, kept away from them; the middle where there is none. */
static double between(const line_point *low, const line_point *high) {
    const double width = high->a - low->a, middle = low->a + width / 2;
    if (!isfinite(high->f)) { return low->a + width / 10; }
    const double d1 = low->slope + high->slope - 3 * (high->f - low->f) / width;
    const double under = d1 * d1 - low->slope * high->slope;
    if (!(under >= 0)) { return middle; }
    const double d2 = copysign(sqrt(under), width);
    const double a = high->a - width * (high->slope + d2 - d1) / (high->slope - low->slope + 2 * d2);
    const double part = (a - low->a) / width;
    if (!isfinite(part)) { return middle; }
    return low->a + width * fmin(0.9, fmax(0.1, part));
}

/* Algorithm 3.6: low has the smallest loss so far and falls enough, the minimum lies towards high. */
static ons_status zoom(line_search *search, line_point low, line_point high, line_point *at, bool *found) {
    line_point p = low;
    bool here = false; /* whether trial is low */
    while (search->left > 0 && fabs(high.a - low.a) > 4 * DBL_EPSILON * fmax(fabs(high.a), fabs(low.a))) {
        const ons_status status = look(search, between(&low, &high), &p);
        if (status) { return status; }
        here = falls_enough(search, &p) && p.f < low.f;
        if (!here) {
            high = p;
            continue;
        }
        if (!flat_enough(search, &p) && p.slope * (high.a - low.a) >= 0) { high = low; }
        low = p;
        if (flat_enough(search, &p)) { break; }
    }
    *found = low.a > 0 && low.f < search->start.f; /* lower at least */
    *at = low;
    return *found && !here ? look(search, low.a, at) : ONS_OK;
}

/* Algorithm 3.5. When found, the point is in trial. */
static ons_status search_line(line_search *search, double a, line_point *at, bool *found) {
    line_point last = search->start;
    *found = false;
    while (search->left > 0) {
        const ons_status status = look(search, a, at);
        if (status) { return status; }
        if (!falls_enough(search, at) || (last.a > 0 && at->f >= last.f)) { return zoom(search, last, *at, at, found); }
        *found = at->f < search->start.f;
        if (flat_enough(search, at)) { break; }
        if (at->slope >= 0) { return zoom(search, *at, last, at, found); }
        last = *at;
        a *= 2;
    }
    return ONS_OK;
}

/* ---- iterations -----------------------------------------------------------------------------------------------------
 */

/* Algorithm 7.4: direction = -H gradient. */
static void find_direction(ons_lbfgs *l) {
    const size_t n = l->count, memory = l->settings.memory;
    double *q = l->direction;
    memcpy(q, l->gradient, n * sizeof *q);
    for (uint64_t k = 0; k < l->used; k++) {
        const size_t row = (size_t)((l->pairs - 1 - k) % memory);
        const double *s = l->s + row * n, *y = l->y + row * n;
        l->part[row] = l->rho[row] * product(n, s, q);
        for (size_t i = 0; i < n; i++) { q[i] -= l->part[row] * y[i]; }
    }
    double scale = -1;
    if (l->used) {
        const size_t row = (size_t)((l->pairs - 1) % memory);
        scale = -1 / (l->rho[row] * product(n, l->y + row * n, l->y + row * n));
    }
    for (size_t i = 0; i < n; i++) { q[i] *= scale; }
    for (uint64_t k = l->used; k-- > 0;) {
        const size_t row = (size_t)((l->pairs - 1 - k) % memory);
        const double *s = l->s + row * n, *y = l->y + row * n;
        const double back = -l->part[row] - l->rho[row] * product(n, y, q);
        for (size_t i = 0; i < n; i++) { q[i] += back * s[i]; }
    }
}

/* The pair of this step, unless the curvature along it is not positive. */
static void keep_pair(ons_lbfgs *l, const double *w) {
    const size_t n = l->count, row = (size_t)(l->pairs % l->settings.memory);
    double *s = l->s + row * n, *y = l->y + row * n;
    for (size_t i = 0; i < n; i++) {
        s[i] = l->trial[i] - w[i];
        y[i] = l->trial_gradient[i] - l->gradient[i];
    }
    const double sy = product(n, s, y);
    if (!(sy > DBL_EPSILON * product(n, y, y) * 1e-8) || !isfinite(1 / sy)) {
        l->used = 0; /* the row of the oldest pair is overwritten */
        return;
    }
    l->rho[row] = 1 / sy;
    l->pairs++;
    if (l->used < l->settings.memory) { l->used++; }
}

static ons_status begin(ons_lbfgs *l, ons_objective objective, void *data, const double *w) {
    const ons_status status = objective(data, w, &l->loss, l->gradient);
    if (status) { return status; }
    l->evaluations++;
    size_t element;
    if (!isfinite(l->loss)) { return ons_fail(ONS_FAILED, "the loss is not finite where L-BFGS begins"); }
    if (ons_not_finite(l->gradient, false, l->count, &element)) {
        return ons_fail(ONS_FAILED, "the gradient is not finite where L-BFGS begins, first in element %zu", element);
    }
    l->norm = sqrt(product(l->count, l->gradient, l->gradient));
    l->fresh = 1;
    return ONS_OK;
}

/* Along the direction of the pairs, or of steepest descent where there are none. */
static ons_status try_direction(ons_lbfgs *l, ons_objective objective, void *data, const double *w, line_point *at,
                                bool *found) {
    find_direction(l);
    line_search search = {.l = l,
                          .objective = objective,
                          .data = data,
                          .w = w,
                          .start = {0, l->loss, product(l->count, l->gradient, l->direction)},
                          .left = l->settings.evaluations};
    *found = false;
    if (!(search.start.slope < 0)) { return ONS_OK; }
    double a = 1;
    if (!l->used) { a = (l->settings.first > 0 ? l->settings.first : fmin(l->norm, 1)) / l->norm; }
    return search_line(&search, a, at, found);
}

ons_status ons_lbfgs_step(ons_lbfgs *l, ons_objective objective, void *data, double *w) {
    ons_status status = l->fresh ? ONS_OK : begin(l, objective, data, w);
    if (status) { return status; }
    if (l->norm == 0) { return ONS_DONE; }
    bool found;
    line_point at = {0};
    status = try_direction(l, objective, data, w, &at, &found);
    if (!status && !found && l->used) {
        l->used = 0;
        status = try_direction(l, objective, data, w, &at, &found);
    }
    if (status) { return status; }
    if (!found) { return ONS_DONE; }
    keep_pair(l, w);
    memcpy(w, l->trial, l->count * sizeof *w);
    memcpy(l->gradient, l->trial_gradient, l->count * sizeof *w);
    l->loss = at.f;
    l->norm = sqrt(product(l->count, l->gradient, l->gradient));
    return ONS_OK;
}

/* ---- what it knows --------------------------------------------------------------------------------------------------
 */

void ons_lbfgs_restart(ons_lbfgs *l) {
    l->fresh = 0;
    l->used = 0;
}

double ons_lbfgs_loss(const ons_lbfgs *l) { return l->loss; }
double ons_lbfgs_norm(const ons_lbfgs *l) { return l->norm; }
uint64_t ons_lbfgs_evaluations(const ons_lbfgs *l) { return l->evaluations; }

bool ons_lbfgs_state(ons_lbfgs *l, size_t index, ons_optimiser_array *array) {
    const size_t pairs = l->settings.memory;
    const ons_optimiser_array arrays[] = {
        {"steps", ONS_OPTIMISER_DOUBLE, l->s, pairs * l->count},
        {"changes", ONS_OPTIMISER_DOUBLE, l->y, pairs * l->count},
        {"inverses", ONS_OPTIMISER_DOUBLE, l->rho, pairs},
        {"gradient", ONS_OPTIMISER_DOUBLE, l->gradient, l->count},
        {"loss", ONS_OPTIMISER_DOUBLE, &l->loss, 1},
        {"norm", ONS_OPTIMISER_DOUBLE, &l->norm, 1},
        {"pairs", ONS_OPTIMISER_COUNT, &l->pairs, 1},
        {"used", ONS_OPTIMISER_COUNT, &l->used, 1},
        {"evaluations", ONS_OPTIMISER_COUNT, &l->evaluations, 1},
        {"fresh", ONS_OPTIMISER_COUNT, &l->fresh, 1},
    };
    if (index >= sizeof arrays / sizeof *arrays) { return false; }
    *array = arrays[index];
    return true;
}
