/*
 * Tilted Markov jump processes: the leading eigenvalue of the tilted generator, its derivatives, what drives a process
 * to given rates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/paths.h>

#include "dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ons_path_process_free(ons_path_process *process) {
    free(process->event);
    free(process->weight);
    *process = (ons_path_process){0};
}

void ons_path_solution_free(ons_path_solution *solution) {
    free(solution->rate);
    free(solution->covariance);
    free(solution->right);
    free(solution->probability);
    *solution = (ons_path_solution){0};
}

/* ---- what can be solved ---------------------------------------------------------------------------------------- */

/* States that are reached from 0 along the events, or against them; the first that is not, or `states`. */
static ons_status find_unreached(const ons_path_process *process, bool backwards, size_t *state) {
    bool *reached = ONS_NEW(bool, process->states);
    if (!reached) { return ONS_MEMORY; }
    reached[0] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t e = 0; e < process->events; e++) {
            const ons_path_event *event = &process->event[e];
            const size_t from = backwards ? event->to : event->from, to = backwards ? event->from : event->to;
            if (reached[from] && !reached[to]) { more = reached[to] = true; }
        }
    }
    for (*state = 0; *state < process->states && reached[*state]; (*state)++) {}
    free(reached);
    return ONS_OK;
}

static ons_status check_process(const ons_path_process *process, const double *gamma) {
    if (process->states < 2 || process->states > ONS_PATH_STATES) {
        return ons_fail(ONS_INVALID, "a jump process has 2 to %d states here, not %zu", ONS_PATH_STATES,
                        process->states);
    }
    for (size_t e = 0; e < process->events; e++) {
        const ons_path_event *event = &process->event[e];
        if (event->from >= process->states || event->to >= process->states || event->from == event->to) {
            return ons_fail(ONS_INVALID, "event %zu leads from state %zu to state %zu of %zu", e + 1, event->from,
                            event->to, process->states);
        }
        if (!(event->rate > 0 && isfinite(event->rate))) {
            return ons_fail(ONS_INVALID, "the rate %g of event %zu is not positive", event->rate, e + 1);
        }
    }
    for (size_t k = 0; gamma && k < process->functionals; k++) {
        if (!isfinite(gamma[k])) { return ons_fail(ONS_INVALID, "gamma of functional %zu is not finite", k + 1); }
    }
    return ONS_OK;
}

static ons_status check_connected(const ons_path_process *process) {
    for (int backwards = 0; backwards < 2; backwards++) {
        size_t state;
        const ons_status status = find_unreached(process, backwards, &state);
        if (status) { return status; }
        if (state < process->states) {
            return ons_fail(ONS_INVALID,
                            "state %zu cannot be reached %s state 0: without a way between all states there is no one "
                            "stationary solution; at a finite time there is ln Z",
                            state, backwards ? "on the way back to" : "from");
        }
    }
    return ONS_OK;
}

/* ---- the leading eigenvalue ------------------------------------------------------------------------------------ */

typedef struct eigenproblem {
    const ons_path_process *process;
    size_t size;
    double *tilted; /* [events]: k exp(gamma . weight) */
    double *escape; /* [states] */
    double *matrix; /* [size + 1][size + 1] scratch */
    double *left;   /* [size] */
    double *solved; /* [size + 1][functionals]: derivatives of the right vector */
} eigenproblem;

static double exponent(const ons_path_process *process, const double *gamma, size_t e) {
    double sum = 0;
    for (size_t k = 0; gamma && k < process->functionals; k++) {
        sum += gamma[k] * process->weight[k * process->events + e];
    }
    return sum;
}

/* y = L x, or L^T x. */
static void apply(const eigenproblem *w, bool transposed, const double *x, double *y) {
    for (size_t i = 0; i < w->size; i++) { y[i] = -w->escape[i] * x[i]; }
    for (size_t e = 0; e < w->process->events; e++) {
        const ons_path_event *event = &w->process->event[e];
        if (transposed) {
            y[event->to] += w->tilted[e] * x[event->from];
        } else {
            y[event->from] += w->tilted[e] * x[event->to];
        }
    }
}

/* shift - L, or its transpose, with rows of `stride` numbers. */
static void fill_shifted(const eigenproblem *w, bool transposed, double shift, size_t stride) {
    memset(w->matrix, 0, stride * stride * sizeof *w->matrix);
    for (size_t i = 0; i < w->size; i++) { w->matrix[i * stride + i] = shift + w->escape[i]; }
    for (size_t e = 0; e < w->process->events; e++) {
        const ons_path_event *event = &w->process->event[e];
        const size_t row = transposed ? event->to : event->from, column = transposed ? event->from : event->to;
        w->matrix[row * stride + column] -= w->tilted[e];
    }
}

/* T. Noda, Numer. Math. 17, 382 (1971): the shift max (L x)_i / x_i stays above theta, so that shift - L is an M-matrix
 * and the next x is positive again. `x` holds the start. */
static ons_status iterate(const eigenproblem *w, bool transposed, double *x, double *theta) {
    double *image = w->solved, gap = INFINITY;
    for (unsigned turn = 0; turn < 200; turn++) {
        double high = -INFINITY, low = INFINITY, size = 0;
        apply(w, transposed, x, image);
        for (size_t i = 0; i < w->size; i++) {
            high = fmax(high, image[i] / x[i]);
            low = fmin(low, image[i] / x[i]);
            size = fmax(size, w->escape[i]);
        }
        *theta = high / 2 + low / 2;
        const double now = (high - low) / size;
        if (now < 1e-14 || (now < 1e-9 && now > 0.5 * gap)) { return ONS_OK; }
        gap = now;
        fill_shifted(w, transposed, high + 1e-15 * size, w->size);
        if (dense_solve(w->size, w->matrix, 1, x)) { return now < 1e-9 ? ONS_OK : ONS_FAILED; }
        double most = 0;
        for (size_t i = 0; i < w->size; i++) { most = fmax(most, fabs(x[i])); }
        for (size_t i = 0; i < w->size; i++) {
            x[i] = fabs(x[i]) / most;
            if (!(x[i] > 0)) { return ONS_FAILED; }
        }
    }
    return ONS_FAILED;
}

/* y = (d L / d gamma_k) x; two functionals: the second derivative. */
static double weighted(const eigenproblem *w, size_t k, size_t l, size_t e) {
    const size_t events = w->process->events;
    return w->tilted[e] * w->process->weight[k * events + e] * (l == SIZE_MAX ? 1 : w->process->weight[l * events + e]);
}

/* theta_k = l L_k r;  (L - theta) r_k = - (L_k - theta_k) r with l r_k = 0;  theta_kl = l L_kl r + l L_k r_l + l L_l
 * r_k. */
static ons_status differentiate(eigenproblem *w, ons_path_solution *s) {
    const ons_path_process *process = w->process;
    const size_t n = w->size, f = s->functionals, stride = n + 1;
    const double *l = w->left, *r = s->right;
    for (size_t k = 0; k < f; k++) {
        s->rate[k] = 0;
        for (size_t e = 0; e < process->events; e++) {
            s->rate[k] += l[process->event[e].from] * weighted(w, k, SIZE_MAX, e) * r[process->event[e].to];
        }
        for (size_t i = 0; i < n; i++) { w->solved[i * f + k] = -s->rate[k] * r[i]; }
        w->solved[n * f + k] = 0;
        for (size_t e = 0; e < process->events; e++) {
            w->solved[process->event[e].from * f + k] += weighted(w, k, SIZE_MAX, e) * r[process->event[e].to];
        }
    }
    fill_shifted(w, false, s->theta, stride);
    for (size_t i = 0; i < n; i++) {
        w->matrix[i * stride + n] = r[i];
        w->matrix[n * stride + i] = l[i];
    }
    if (f == 0) { return ONS_OK; }
    const ons_status status = dense_solve(stride, w->matrix, f, w->solved);
    if (status) { return status < 0 ? status : ons_fail(ONS_FAILED, "the leading eigenvalue is not simple"); }
    for (size_t k = 0; k < f; k++) {
        for (size_t m = 0; m < f; m++) {
            double sum = 0;
            for (size_t e = 0; e < process->events; e++) {
                const double from = l[process->event[e].from];
                const size_t to = process->event[e].to;
                sum += from * (weighted(w, k, m, e) * r[to] + weighted(w, k, SIZE_MAX, e) * w->solved[to * f + m] +
                               weighted(w, m, SIZE_MAX, e) * w->solved[to * f + k]);
            }
            s->covariance[k * f + m] = sum;
        }
    }
    return ONS_OK;
}

/* Most often the rates are too far apart for the digits of a double. */
static ons_status not_found(const eigenproblem *w) {
    double least = INFINITY, most = 0;
    for (size_t e = 0; e < w->process->events; e++) {
        least = fmin(least, w->tilted[e]);
        most = fmax(most, w->tilted[e]);
    }
    return ons_fail(ONS_FAILED,
                    "the leading eigenvalue of the jumps was not found: with the fields on their functionals the rates "
                    "go from %.3g to %.3g, and eigenvectors are resolved where these are within some 1e15 of each "
                    "other and of 1: energies, potentials and voltages that differ less are expected",
                    least, most);
}

static ons_status solve_eigenproblem(eigenproblem *w, const double *gamma, ons_path_solution *s) {
    const ons_path_process *process = w->process;
    for (size_t e = 0; e < process->events; e++) {
        w->tilted[e] = process->event[e].rate * exp(exponent(process, gamma, e));
        w->escape[process->event[e].from] += process->event[e].rate;
    }
    for (size_t i = 0; i < w->size; i++) { s->right[i] = w->left[i] = 1; }
    double again;
    ons_status status = iterate(w, false, s->right, &s->theta);
    if (!status) { status = iterate(w, true, w->left, &again); }
    if (status) { return status == ONS_MEMORY ? status : not_found(w); }
    bool tilted = false;
    for (size_t k = 0; gamma && k < process->functionals; k++) { tilted |= gamma[k] != 0; }
    if (!tilted) { s->theta = 0; }
    double product = 0;
    for (size_t i = 0; i < w->size; i++) { product += w->left[i] * s->right[i]; }
    for (size_t i = 0; i < w->size; i++) {
        w->left[i] /= product;
        s->probability[i] = w->left[i] * s->right[i];
    }
    return differentiate(w, s);
}

ons_status ons_path_solve(const ons_path_process *process, const double *gamma, ons_path_solution *solution) {
    ons_path_solution_free(solution);
    ons_status status = check_process(process, gamma);
    if (!status) { status = check_connected(process); }
    if (status) { return status; }
    const size_t n = process->states, f = process->functionals;
    eigenproblem w = {.process = process, .size = n};
    solution->states = n;
    solution->functionals = f;
    solution->rate = ONS_NEW(double, f);
    solution->covariance = ONS_NEW(double, f *f);
    solution->right = ONS_NEW(double, n);
    solution->probability = ONS_NEW(double, n);
    w.tilted = ONS_NEW(double, process->events);
    w.escape = ONS_NEW(double, 2 * n);
    w.left = w.escape ? w.escape + n : NULL;
    w.matrix = ONS_NEW(double, (n + 1) * (n + 1));
    w.solved = ONS_NEW(double, (n + 1) * (f + 1));
    status = solution->rate && solution->covariance && solution->right && solution->probability && w.tilted &&
                     w.escape && w.matrix && w.solved
                 ? solve_eigenproblem(&w, gamma, solution)
                 : ONS_MEMORY;
    free(w.tilted);
    free(w.escape);
    free(w.matrix);
    free(w.solved);
    if (status) { ons_path_solution_free(solution); }
    return status;
}

void ons_path_driven(const ons_path_process *process, const double *gamma, const ons_path_solution *solution,
                     double *rates) {
    for (size_t e = 0; e < process->events; e++) {
        const ons_path_event *event = &process->event[e];
        rates[e] =
            event->rate * exp(exponent(process, gamma, e)) * solution->right[event->to] / solution->right[event->from];
    }
}

/* ---- rates that are given -------------------------------------------------------------------------------------- */

static double conjugate(const ons_path_solution *s, const double *gamma, const double *rates) {
    double sum = s->theta;
    for (size_t k = 0; k < s->functionals; k++) { sum -= gamma[k] * rates[k]; }
    return sum;
}

/* A step along Newton's direction, at most 2 in any gamma, halved until the dual falls. */
static ons_status descend(const ons_path_process *process, const double *rates, const double *step, double *gamma,
                          double *trial, ons_path_solution *s, double *value) {
    const size_t f = process->functionals;
    double longest = 0, length = 1;
    for (size_t k = 0; k < f; k++) { longest = fmax(longest, fabs(step[k])); }
    if (longest > 2) { length = 2 / longest; }
    for (unsigned turn = 0; turn < 40; turn++, length /= 2) {
        for (size_t k = 0; k < f; k++) { trial[k] = gamma[k] + length * step[k]; }
        const ons_status status = ons_path_solve(process, trial, s);
        if (status) { return status; }
        const double there = conjugate(s, trial, rates);
        if (there <= *value + 1e-12 * (fabs(*value) + fabs(s->theta))) {
            *value = there;
            memcpy(gamma, trial, f * sizeof *gamma);
            return ONS_OK;
        }
    }
    return ons_fail(ONS_FAILED, "no step lowers theta(gamma) - gamma . rates any more");
}

ons_status ons_path_fit(const ons_path_process *process, const double *rates, double *gamma, double *rate_function) {
    const size_t f = process->functionals;
    ons_path_solution s = {0};
    double *step = ONS_NEW(double, 2 * f + f * f + 1), *trial = NULL, *factor = NULL;
    ons_status status = step ? ONS_OK : ONS_MEMORY;
    if (!status) {
        trial = step + f;
        factor = trial + f;
        memset(gamma, 0, f * sizeof *gamma);
        status = ons_path_solve(process, gamma, &s);
    }
    double value = s.theta;
    for (unsigned turn = 0; !status; turn++) {
        double off = 0, size = 0, far = 0;
        for (size_t k = 0; k < f; k++) {
            step[k] = rates[k] - s.rate[k];
            off = fmax(off, fabs(step[k]) / (fabs(rates[k]) + sqrt(s.covariance[k * f + k])));
            size = fmax(size, fabs(gamma[k]));
        }
        memcpy(factor, s.covariance, f * f * sizeof *factor);
        if (!isfinite(off) || size > 100 || turn == 200 || dense_cholesky(f, factor)) {
            status = ons_fail(ONS_INVALID,
                              "no drive gives these rates: a functional that vanishes on every loop of states, or "
                              "rates out of reach (gamma has reached %.3g)",
                              size);
            break;
        }
        dense_cholesky_solve(f, factor, step);
        for (size_t k = 0; k < f; k++) { far = fmax(far, fabs(step[k])); }
        if (off < 1e-12 || far <= 1e-12 * (1 + size)) { break; }
        status = descend(process, rates, step, gamma, trial, &s, &value);
        if (status == ONS_FAILED && off < 1e-9) {
            status = ONS_OK;
            break;
        }
    }
    if (!status && rate_function) { *rate_function = -conjugate(&s, gamma, rates); }
    free(step);
    ons_path_solution_free(&s);
    return status;
}

double ons_path_entropy_production(const ons_path_process *process, const double *rates, const double *p) {
    double sum = 0;
    for (size_t e = 0; e < process->events; e++) {
        const ons_path_event *event = &process->event[e];
        const double forward = p[event->from] * (rates ? rates[e] : event->rate);
        if (event->reverse == ONS_PATH_NO_REVERSE) {
            if (forward > 0) { return INFINITY; }
            continue;
        }
        const double back = p[event->to] * (rates ? rates[event->reverse] : process->event[event->reverse].rate);
        if (forward == back) { continue; }
        sum += (forward - back) * (log(forward) - log(back)) / 2; /* every pair stands twice in the list */
    }
    return sum;
}
