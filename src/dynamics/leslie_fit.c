/*
 * Leslie populations fitted to observed totals: the recurrence is differentiated forwards, the sum of squared
 * logarithms minimised by Levenberg and Marquardt's method from several starts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/leslie.h>
#include <onsager/dynamics/matrix.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { most_iterations = 400, longest_series = 100000, most_fitted = 8 };

/* A number and its derivative in one direction. */
typedef struct dual {
    double value, slope;
} dual;

static dual add(dual a, dual b) { return (dual){a.value + b.value, a.slope + b.slope}; }
static dual times(dual a, dual b) { return (dual){a.value * b.value, a.slope * b.value + a.value * b.slope}; }
static dual over(dual a, dual b) {
    const double quotient = a.value / b.value;
    return (dual){quotient, (a.slope - quotient * b.slope) / b.value};
}

/* ---- parameters -----------------------------------------------------------------------------------------------------
 *
 * theta: for both populations fecundities and survivals, then four couplings (saturating: crowding; linear: two, common
 * to all elements of B and of C, and two unused), then the first classes of every experiment: all exponentials, but
 * survivals, which are logistic.
 */
typedef struct problem {
    const ons_leslie_series *series;
    size_t count, classes, parameters, residuals;
    ons_leslie_form form;
    double last;
} problem;

static size_t matrix_parameters(const problem *of) { return 2 * (2 * of->classes - 1); }

static dual value_of(const double *theta, size_t index, size_t direction, bool logistic) {
    const double value = logistic ? 1 / (1 + exp(-theta[index])) : exp(theta[index]);
    return (dual){value, index != direction ? 0 : logistic ? value * (1 - value) : value};
}

/* The Leslie matrix of a population times z. */
static void project(const problem *of, const double *theta, size_t population, size_t direction, const dual *z,
                    dual *next) {
    const size_t m = of->classes, base = population * (2 * m - 1);
    next[0] = (dual){0, 0};
    for (size_t k = 0; k < m; k++) {
        next[0] = add(next[0], times(value_of(theta, base + k, direction, false), z[k]));
        if (k + 1 < m) { next[k + 1] = times(value_of(theta, base + m + k, direction, true), z[k]); }
    }
}

static dual sum(const dual *z, size_t count) {
    dual total = {0, 0};
    for (size_t i = 0; i < count; i++) { total = add(total, z[i]); }
    return total;
}

static void step(const problem *of, const double *theta, size_t direction, dual *z) {
    const size_t m = of->classes, couplings = matrix_parameters(of);
    dual next[2 * most_fitted], totals[2] = {sum(z, m), sum(z + m, m)};
    for (size_t s = 0; s < 2; s++) {
        project(of, theta, s, direction, z + s * m, next + s * m);
        if (of->form == ONS_LESLIE_SATURATING) {
            const dual own = times(value_of(theta, couplings + 2 * s, direction, false), totals[0]);
            const dual other = times(value_of(theta, couplings + 2 * s + 1, direction, false), totals[1]);
            const dual crowd = add((dual){1, 0}, add(own, other));
            for (size_t k = 0; k < m; k++) { next[s * m + k] = over(next[s * m + k], crowd); }
        } else {
            const dual loss = times(value_of(theta, couplings + s, direction, false), totals[1 - s]);
            const dual taken = {-loss.value, -loss.slope};
            for (size_t k = 0; k < m; k++) { next[s * m + k] = add(next[s * m + k], taken); }
        }
    }
    memcpy(z, next, 2 * m * sizeof *z);
}

static const double *observed(const ons_leslie_series *series, size_t population) {
    return population ? series->second : series->first;
}

static void begin(const problem *of, const double *theta, size_t index, size_t direction, dual *z) {
    const size_t m = of->classes, base = matrix_parameters(of) + 4 + index * 2 * m;
    for (size_t k = 0; k < 2 * m; k++) {
        z[k] = observed(&of->series[index], k / m) ? value_of(theta, base + k, direction, false) : (dual){0, 0};
    }
}

static bool counts(const problem *of, const ons_leslie_series *series, size_t population, size_t row) {
    const double *numbers = observed(series, population);
    return numbers && series->time[row] <= of->last && isfinite(numbers[row]) && numbers[row] > 0;
}

/* Residuals ln total - ln observed, and their derivatives in `direction` with the given stride. */
static void play(const problem *of, const double *theta, size_t direction, double *residuals, double *slopes,
                 size_t stride) {
    const double least = 1e-6; /* of a total: linear populations may become negative */
    size_t r = 0;
    for (size_t e = 0; e < of->count; e++) {
        const ons_leslie_series *series = &of->series[e];
        dual z[2 * most_fitted];
        double time = series->time[0];
        begin(of, theta, e, direction, z);
        for (size_t row = 0; row < series->count; row++) {
            while (time < series->time[row]) {
                step(of, theta, direction, z);
                time += 1;
            }
            for (size_t s = 0; s < 2; s++) {
                if (!counts(of, series, s, row)) { continue; }
                const dual total = sum(z + s * of->classes, of->classes);
                const bool positive = total.value > least;
                residuals[r] = log(positive ? total.value : least) - log(observed(series, s)[row]);
                if (slopes) { slopes[r * stride] = positive ? total.slope / total.value : 0; }
                r++;
            }
        }
    }
}

/* ---- Levenberg and Marquardt ----------------------------------------------------------------------------------------
 */

typedef struct descent {
    double *theta, *trial, *residuals, *slopes, *normal, *matrix, *gradient, *block;
} descent;

static ons_status descent_open(descent *d, const problem *of) {
    const size_t p = of->parameters, r = of->residuals;
    d->block = ONS_NEW(double, 3 * p + r + r * p + 2 * p * p);
    if (!d->block) { return ONS_MEMORY; }
    d->theta = d->block;
    d->trial = d->theta + p;
    d->gradient = d->trial + p;
    d->residuals = d->gradient + p;
    d->slopes = d->residuals + r;
    d->normal = d->slopes + r * p;
    d->matrix = d->normal + p * p;
    return ONS_OK;
}

static double squares_of(const double *residuals, size_t count) {
    double squares = 0;
    for (size_t i = 0; i < count; i++) { squares += residuals[i] * residuals[i]; }
    return isfinite(squares) ? squares : INFINITY;
}

/* J^T J and J^T r at theta. */
static void linearise(const problem *of, descent *d) {
    const size_t p = of->parameters, r = of->residuals;
    for (size_t i = 0; i < p; i++) { play(of, d->theta, i, d->residuals, d->slopes + i, p); }
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j <= i; j++) {
            double product = 0;
            for (size_t k = 0; k < r; k++) { product += d->slopes[k * p + i] * d->slopes[k * p + j]; }
            d->normal[i * p + j] = d->normal[j * p + i] = product;
        }
        d->gradient[i] = 0;
        for (size_t k = 0; k < r; k++) { d->gradient[i] += d->slopes[k * p + i] * d->residuals[k]; }
    }
}

/* One trial step with damping; its sum of squares, infinite where none can be made. */
static double attempt(const problem *of, descent *d, double damping) {
    const size_t p = of->parameters;
    memcpy(d->matrix, d->normal, p * p * sizeof *d->matrix);
    for (size_t i = 0; i < p; i++) {
        d->matrix[i * p + i] += damping * (d->normal[i * p + i] + 1e-6);
        d->trial[i] = -d->gradient[i];
    }
    if (ons_solve(p, d->matrix, 1, d->trial) != ONS_OK) { return INFINITY; }
    for (size_t i = 0; i < p; i++) { d->trial[i] = d->theta[i] + fmax(-3, fmin(3, d->trial[i])); }
    for (size_t i = 0; i < p; i++) { d->trial[i] = fmax(-40, fmin(40, d->trial[i])); }
    play(of, d->trial, SIZE_MAX, d->residuals, NULL, 0);
    return squares_of(d->residuals, of->residuals);
}

/* From d->theta to a minimum; its sum of squares. */
static double descend(const problem *of, descent *d) {
    play(of, d->theta, SIZE_MAX, d->residuals, NULL, 0);
    double best = squares_of(d->residuals, of->residuals), damping = 1e-2;
    unsigned still = 0;
    for (unsigned k = 0; k < most_iterations && still < 5 && damping < 1e12; k++) {
        linearise(of, d);
        double squares = attempt(of, d, damping);
        while (!(squares < best) && damping < 1e12) {
            damping *= 4;
            squares = attempt(of, d, damping);
        }
        if (!(squares < best)) { break; }
        still = best - squares < 1e-9 * best ? still + 1 : 0;
        best = squares;
        memcpy(d->theta, d->trial, of->parameters * sizeof *d->theta);
        damping = fmax(damping / 5, 1e-12);
    }
    return best;
}

/* Around a growth of twice a step, a capacity of twice the largest number seen, first numbers as observed. */
static void draw(const problem *of, ons_random *random, double *theta) {
    const size_t m = of->classes, couplings = matrix_parameters(of);
    double largest = 0;
    for (size_t e = 0; e < of->count; e++) {
        for (size_t s = 0; s < 2; s++) {
            for (size_t row = 0; row < of->series[e].count; row++) {
                if (counts(of, &of->series[e], s, row)) { largest = fmax(largest, observed(&of->series[e], s)[row]); }
            }
        }
    }
    for (size_t i = 0; i < of->parameters; i++) {
        const double noise = ons_random_normal(random);
        if (i < couplings) {
            theta[i] = i % (2 * m - 1) < m ? 0.4 + 0.5 * noise : noise;
        } else if (i < couplings + 4) {
            theta[i] = -log(largest) + 0.5 * noise - (of->form == ONS_LESLIE_LINEAR ? 1 : 0);
        } else {
            const size_t place = i - couplings - 4, e = place / (2 * m), s = place % (2 * m) / m;
            const double *numbers = observed(&of->series[e], s);
            theta[i] = (numbers && numbers[0] > 0 ? log(numbers[0] / (double)m) : 0) + 0.3 * noise;
        }
    }
}

/* ---- fits -----------------------------------------------------------------------------------------------------------
 */

static ons_status check_problem(problem *of) {
    if (of->classes == 0 || of->classes > most_fitted) {
        return ons_fail(ONS_INVALID, "1 to %d age classes can be fitted, not %zu", most_fitted, of->classes);
    }
    for (size_t e = 0; e < of->count; e++) {
        const ons_leslie_series *series = &of->series[e];
        if (series->count == 0 || (!series->first && !series->second)) {
            return ons_fail(ONS_INVALID, "experiment %zu has no numbers", e + 1);
        }
        for (size_t row = 0; row < series->count; row++) {
            const double time = series->time[row] - series->time[0];
            if (!(time >= 0 && time < longest_series) || time != floor(time) ||
                (row && !(series->time[row] > series->time[row - 1]))) {
                return ons_fail(ONS_INVALID, "experiment %zu: the times must ascend by whole steps", e + 1);
            }
            for (size_t s = 0; s < 2; s++) { of->residuals += counts(of, series, s, row); }
        }
    }
    of->parameters = matrix_parameters(of) + 4 + of->count * 2 * of->classes;
    return of->residuals ? ONS_OK : ons_fail(ONS_INVALID, "there are no numbers to fit");
}

static void take_model(const problem *of, const double *theta, double *numbers, ons_leslie_fit *made) {
    const size_t m = of->classes, square = m * m, couplings = matrix_parameters(of);
    for (size_t s = 0; s < 2; s++) {
        double *matrix = numbers + s * square, *loss = numbers + (2 + s) * square;
        const size_t base = s * (2 * m - 1);
        for (size_t k = 0; k < m; k++) {
            matrix[k] = value_of(theta, base + k, SIZE_MAX, false).value;
            if (k + 1 < m) { matrix[(k + 1) * m + k] = value_of(theta, base + m + k, SIZE_MAX, true).value; }
        }
        for (size_t k = 0; k < square && of->form == ONS_LESLIE_LINEAR; k++) { loss[k] = exp(theta[couplings + s]); }
    }
    made->model = (ons_leslie){.relation = ONS_LESLIE_COMPETITION,
                               .form = of->form,
                               .classes = m,
                               .first = numbers,
                               .second = numbers + square,
                               .on_first = numbers + 2 * square,
                               .on_second = numbers + 3 * square};
    made->start = numbers + 4 * square;
    for (size_t k = 0; k < 4; k++) {
        made->model.crowding[k] = of->form == ONS_LESLIE_SATURATING ? exp(theta[couplings + k]) : 0;
    }
    for (size_t e = 0; e < of->count; e++) {
        dual z[2 * most_fitted];
        begin(of, theta, e, SIZE_MAX, z);
        for (size_t k = 0; k < 2 * m; k++) { made->start[e * 2 * m + k] = z[k].value; }
    }
}

ons_status ons_leslie_fit_create(ons_leslie_fit **fit, const ons_leslie_series *series, size_t count, size_t classes,
                                 ons_leslie_form form, double last, unsigned starts, ons_random *random) {
    problem of = {.series = series, .count = count, .classes = classes, .form = form, .last = last};
    descent d = {0};
    *fit = NULL;
    ons_status status = check_problem(&of);
    if (status == ONS_OK) { status = descent_open(&d, &of); }
    if (status != ONS_OK) { return status; }
    ons_leslie_fit *made = ONS_NEW(ons_leslie_fit, 1);
    double *numbers = ONS_NEW(double, 4 * classes * classes + count * 2 * classes), least = INFINITY;
    if (!made || !numbers) { status = ONS_MEMORY; }
    for (unsigned k = 0; status == ONS_OK && k < (starts ? starts : 1); k++) {
        draw(&of, random, d.theta);
        const double squares = descend(&of, &d);
        if (k == 0 || squares < least) {
            least = squares;
            memset(numbers, 0, (4 * classes * classes + count * 2 * classes) * sizeof *numbers);
            take_model(&of, d.theta, numbers, made);
        }
    }
    free(d.block);
    if (status != ONS_OK) {
        free(numbers);
        free(made);
        return status;
    }
    made->squares = least;
    made->residuals = of.residuals;
    made->parameters = of.parameters;
    *fit = made;
    return ONS_OK;
}

void ons_leslie_fit_free(ons_leslie_fit *fit) {
    if (!fit) { return; }
    free(fit->start - 4 * fit->model.classes * fit->model.classes); /* all its numbers */
    free(fit);
}

ons_status ons_leslie_fit_totals(const ons_leslie_fit *fit, const ons_leslie_series *series, size_t index,
                                 double *first, double *second) {
    const size_t m = fit->model.classes;
    double z[2 * most_fitted], scratch[2 * most_fitted], time = series->time[0];
    unsigned extinct = (series->first ? 0 : 1U) | (series->second ? 0 : 2U);
    memcpy(z, fit->start + index * 2 * m, 2 * m * sizeof *z);
    for (size_t row = 0; row < series->count; row++) {
        while (time < series->time[row]) {
            ons_leslie_step(&fit->model, z, &extinct, scratch);
            time += 1;
        }
        double totals[2] = {0, 0};
        for (size_t k = 0; k < 2 * m; k++) { totals[k / m] += z[k]; }
        if (first) { first[row] = totals[0]; }
        if (second) { second[row] = totals[1]; }
    }
    return ONS_OK;
}
