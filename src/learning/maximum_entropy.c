/*
 * Maximum entropy under averages: the convex dual by Newton's method, with certificates where there is no solution.
 *
 * Features are centred under the prior and made orthonormal in the order in which they were given (modified
 * Gram-Schmidt, twice), so that a feature that says nothing new is found and Newton's equations are well conditioned;
 * the multipliers are carried back at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/maximum_entropy.h>

#include "dense.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING_NEW 1e-10 /* a standardised feature whose rest is smaller is redundant */
#define CONTRADICTION 1e-8
#define SINGULAR 1e-12 /* a variance of the solution so much below that of the prior is that of a boundary */
#define MOST_STEPS 500

typedef struct work {
    const ons_maximum_entropy_problem *problem;
    size_t states, rank;
    double *log_prior;                    /* [states], normalised; -inf */
    double *prior;                        /* [states] */
    double *basis;                        /* [rank][states]: g_j(x) = orthonormal feature minus its target */
    double *back;                         /* [rank][features]: the basis in terms of the features */
    double *nu, *step, *trial, *gradient; /* [rank] */
    double *hessian, *factor;             /* [rank][rank] */
    double *p, *log_weight;               /* [states] */
} work;

static const char *name_of(const ons_maximum_entropy_problem *problem, size_t k, char buffer[64]) {
    if (problem->names && problem->names[k]) { return problem->names[k]; }
    snprintf(buffer, 64, "feature %zu", k + 1);
    return buffer;
}

static double log_sum(size_t count, const double *x) {
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, x[i]); }
    if (!isfinite(most)) { return most; }
    for (size_t i = 0; i < count; i++) { sum += exp(x[i] - most); }
    return most + log(sum);
}

static ons_status take_prior(work *w) {
    const ons_maximum_entropy_problem *problem = w->problem;
    for (size_t x = 0; x < w->states; x++) {
        const double value = problem->log_prior ? problem->log_prior[x] : 0;
        if (isnan(value) || value == INFINITY) {
            return ons_fail(ONS_INVALID, "the prior of state %zu is no finite number", x + 1);
        }
        w->log_prior[x] = value;
    }
    const double normal = log_sum(w->states, w->log_prior);
    if (!isfinite(normal)) { return ons_fail(ONS_INVALID, "the prior excludes every state"); }
    for (size_t x = 0; x < w->states; x++) {
        w->log_prior[x] -= normal;
        w->prior[x] = exp(w->log_prior[x]);
    }
    return ONS_OK;
}

/* The average of one feature against the values that it takes. */
static ons_status check_range(const work *w, size_t k) {
    const double *f = w->problem->feature + k * w->states, average = w->problem->average[k];
    double low = INFINITY, high = -INFINITY;
    char buffer[64];
    for (size_t x = 0; x < w->states; x++) {
        if (w->prior[x] == 0) { continue; }
        if (!isfinite(f[x])) {
            return ons_fail(ONS_INVALID, "%s is not finite in state %zu", name_of(w->problem, k, buffer), x + 1);
        }
        low = fmin(low, f[x]);
        high = fmax(high, f[x]);
    }
    const bool constant = low == high;
    if (isfinite(average) &&
        (constant ? fabs(average - low) <= CONTRADICTION * fmax(1, fabs(low)) : average > low && average < high)) {
        return ONS_OK;
    }
    if (isfinite(average) && (average == low || average == high) && !constant) {
        return ons_fail(ONS_INVALID,
                        "the average %g of %s is the end of its values %g to %g: only states that have it would be "
                        "left, with an infinite multiplier",
                        average, name_of(w->problem, k, buffer), low, high);
    }
    return ons_fail(ONS_INVALID, "the average %g of %s cannot be: its values lie between %g and %g", average,
                    name_of(w->problem, k, buffer), low, high);
}

static double product(const work *w, const double *a, const double *b) {
    double sum = 0;
    for (size_t x = 0; x < w->states; x++) { sum += w->prior[x] * a[x] * b[x]; }
    return sum;
}

/* Mean 0 and variance 1 under the prior, into row; the target and the way back likewise. False: constant. */
static bool standardise(const work *w, size_t k, double *row, double *target, double *back) {
    const double *f = w->problem->feature + k * w->states;
    double mean = 0, square = 0, size = 0;
    for (size_t x = 0; x < w->states; x++) {
        row[x] = w->prior[x] == 0 ? 0 : f[x];
        mean += w->prior[x] * row[x];
        size = fmax(size, fabs(row[x]));
    }
    for (size_t x = 0; x < w->states; x++) {
        row[x] = w->prior[x] == 0 ? 0 : row[x] - mean;
        square += w->prior[x] * row[x] * row[x];
    }
    const double spread = sqrt(square);
    if (spread <= 1e-14 * size || spread == 0) { return false; }
    for (size_t x = 0; x < w->states; x++) { row[x] /= spread; }
    *target = (w->problem->average[k] - mean) / spread;
    memset(back, 0, w->problem->features * sizeof *back);
    back[k] = 1 / spread;
    return true;
}

/* What is left of feature k beyond the basis; its target in targets[rank]. */
static ons_status add_feature(work *w, size_t k, double *targets, bool *redundant) {
    const size_t features = w->problem->features;
    double *row = w->basis + w->rank * w->states, *back = w->back + w->rank * features, target = 0;
    char buffer[64];
    *redundant = !standardise(w, k, row, &target, back);
    if (*redundant) { return ONS_OK; }
    for (size_t turn = 0; turn < 2; turn++) {
        for (size_t j = 0; j < w->rank; j++) {
            const double *other = w->basis + j * w->states, part = product(w, row, other);
            for (size_t x = 0; x < w->states; x++) { row[x] -= part * other[x]; }
            for (size_t l = 0; l < features; l++) { back[l] -= part * w->back[j * features + l]; }
            target -= part * targets[j];
        }
    }
    const double rest = sqrt(product(w, row, row));
    if (rest < NOTHING_NEW) {
        *redundant = true;
        if (fabs(target) <= CONTRADICTION) { return ONS_OK; }
        return ons_fail(ONS_INVALID,
                        "the average %g of %s contradicts the others: the feature is a linear combination of those "
                        "before it, and their averages give %g",
                        w->problem->average[k], name_of(w->problem, k, buffer),
                        w->problem->average[k] - target / back[k]);
    }
    for (size_t x = 0; x < w->states; x++) { row[x] /= rest; }
    for (size_t l = 0; l < features; l++) { back[l] /= rest; }
    targets[w->rank++] = target / rest;
    return ONS_OK;
}

static ons_status make_basis(work *w, bool *redundant) {
    double *targets = ONS_NEW(double, w->problem->features + 1);
    if (!targets) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t k = 0; k < w->problem->features && !status; k++) {
        status = check_range(w, k);
        if (!status) { status = add_feature(w, k, targets, &redundant[k]); }
    }
    for (size_t j = 0; j < w->rank; j++) {
        for (size_t x = 0; x < w->states; x++) { w->basis[j * w->states + x] -= targets[j]; }
    }
    free(targets);
    return status;
}

/* ---- Newton's method ------------------------------------------------------------------------------------------ */

/* ln sum q exp(nu g), which is the dual; p too where wanted. */
static double dual(work *w, const double *nu, bool wanted) {
    memcpy(w->log_weight, w->log_prior, w->states * sizeof *w->log_weight);
    for (size_t j = 0; j < w->rank; j++) {
        const double *g = w->basis + j * w->states;
        for (size_t x = 0; x < w->states; x++) { w->log_weight[x] += nu[j] * g[x]; }
    }
    const double value = log_sum(w->states, w->log_weight);
    for (size_t x = 0; wanted && x < w->states; x++) { w->p[x] = exp(w->log_weight[x] - value); }
    return value;
}

static void differentiate(work *w) {
    for (size_t j = 0; j < w->rank; j++) {
        const double *g = w->basis + j * w->states;
        w->gradient[j] = 0;
        for (size_t x = 0; x < w->states; x++) { w->gradient[j] += w->p[x] * g[x]; }
    }
    for (size_t j = 0; j < w->rank; j++) {
        const double *g = w->basis + j * w->states;
        for (size_t l = 0; l <= j; l++) {
            const double *h = w->basis + l * w->states;
            double sum = 0;
            for (size_t x = 0; x < w->states; x++) {
                sum += w->p[x] * (g[x] - w->gradient[j]) * (h[x] - w->gradient[l]);
            }
            w->hessian[j * w->rank + l] = w->hessian[l * w->rank + j] = sum;
        }
    }
}

/* The largest and smallest of direction . g over the states that the prior allows. */
static void extent(const work *w, const double *direction, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t x = 0; x < w->states; x++) {
        if (w->prior[x] == 0) { continue; }
        double sum = 0;
        for (size_t j = 0; j < w->rank; j++) { sum += direction[j] * w->basis[j * w->states + x]; }
        *low = fmin(*low, sum);
        *high = fmax(*high, sum);
    }
}

/* A direction in which every state is below the averages proves that no distribution has them. */
static ons_status certify(const work *w, const double *direction) {
    double low, high;
    extent(w, direction, &low, &high);
    if (!(high < -1e-9 * (high - low))) { return ONS_OK; }
    return ons_fail(ONS_INVALID,
                    "no distribution over these %zu states has the averages: there is a combination of the features "
                    "that is below its average in every state (by %.3g of its range at least)",
                    w->states, -high / (high - low));
}

static ons_status refuse_boundary(const work *w) {
    double most = -INFINITY;
    size_t left = 0, allowed = 0;
    for (size_t x = 0; x < w->states; x++) { most = fmax(most, w->p[x]); }
    for (size_t x = 0; x < w->states; x++) {
        allowed += w->prior[x] > 0;
        left += w->p[x] > 1e-9 * most * w->prior[x];
    }
    return ons_fail(ONS_INVALID,
                    "the averages lie on the boundary of what distributions over these states can have: %zu of %zu "
                    "states would get probability 0 and multipliers are infinite; move the averages inwards, or leave "
                    "those states out of the prior",
                    allowed - left, allowed);
}

static double largest(size_t count, const double *x) {
    double most = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, fabs(x[i])); }
    return most;
}

/* Half steps until the dual falls as its slope promises. *value: that at nu, replaced. False: none was found. */
static bool search(work *w, double *value) {
    double slope = 0, length = 1;
    for (size_t j = 0; j < w->rank; j++) { slope += w->gradient[j] * w->step[j]; }
    for (unsigned turn = 0; turn < 60; turn++, length /= 2) {
        for (size_t j = 0; j < w->rank; j++) { w->trial[j] = w->nu[j] + length * w->step[j]; }
        const double there = dual(w, w->trial, false);
        if (there <= *value + 1e-4 * length * slope + 1e-15 * (1 + fabs(*value))) {
            memcpy(w->nu, w->trial, w->rank * sizeof *w->nu);
            *value = there;
            return true;
        }
    }
    return false;
}

static bool is_singular(const work *w) {
    for (size_t j = 0; j < w->rank; j++) {
        const double root = w->factor[j * w->rank + j];
        if (!(root * root > SINGULAR)) { return true; }
    }
    return false;
}

/* The multipliers have converged when Newton's step is small against them: at the boundary of the hull the gradient
 * vanishes too, but steps stay as long as they are. */
static ons_status minimise(work *w, size_t *steps) {
    double value = dual(w, w->nu, true);
    for (*steps = 0; *steps < MOST_STEPS; (*steps)++) {
        differentiate(w);
        memcpy(w->factor, w->hessian, w->rank * w->rank * sizeof *w->factor);
        if (dense_cholesky(w->rank, w->factor) || is_singular(w)) { break; }
        for (size_t j = 0; j < w->rank; j++) { w->step[j] = -w->gradient[j]; }
        dense_cholesky_solve(w->rank, w->factor, w->step);
        const double length = largest(w->rank, w->step);
        if (!isfinite(length)) { break; }
        const bool near = length <= 1e-7 * (1 + largest(w->rank, w->nu));
        if (!search(w, &value)) { break; }
        (void)dual(w, w->nu, true);
        if (near) {
            differentiate(w);
            return ONS_OK;
        }
        const ons_status status = certify(w, w->nu);
        if (status) { return status; }
    }
    if (largest(w->rank, w->gradient) < 1e-4 || largest(w->rank, w->nu) > 1e3) { return refuse_boundary(w); }
    return ons_fail(ONS_FAILED,
                    "the multipliers did not converge in %zu steps: the averages are met to %.3g standard deviations "
                    "of the prior only",
                    *steps, largest(w->rank, w->gradient));
}

/* ---- results -------------------------------------------------------------------------------------------------- */

static void carry_back(work *w, ons_maximum_entropy *s) {
    const ons_maximum_entropy_problem *problem = w->problem;
    memcpy(s->probability, w->p, w->states * sizeof *w->p);
    for (size_t k = 0; k < s->features; k++) {
        const double *f = problem->feature + k * w->states;
        for (size_t j = 0; j < w->rank; j++) { s->multiplier[k] += w->nu[j] * w->back[j * s->features + k]; }
        for (size_t x = 0; x < w->states; x++) { s->mean[k] += w->p[x] > 0 ? w->p[x] * f[x] : 0; }
    }
    for (size_t k = 0; k < s->features; k++) {
        const double *f = problem->feature + k * w->states;
        for (size_t l = 0; l <= k; l++) {
            const double *g = problem->feature + l * w->states;
            double sum = 0;
            for (size_t x = 0; x < w->states; x++) {
                sum += w->p[x] > 0 ? w->p[x] * (f[x] - s->mean[k]) * (g[x] - s->mean[l]) : 0;
            }
            s->covariance[k * s->features + l] = s->covariance[l * s->features + k] = sum;
        }
    }
    double exponent = 0;
    for (size_t k = 0; k < s->features; k++) { exponent += s->multiplier[k] * problem->average[k]; }
    s->log_partition = dual(w, w->nu, false) + exponent;
    for (size_t x = 0; x < w->states; x++) {
        if (w->p[x] == 0) { continue; }
        s->entropy -= w->p[x] * log(w->p[x]);
        s->divergence += w->p[x] * (log(w->p[x]) - w->log_prior[x]);
    }
    s->residual = largest(w->rank, w->gradient);
}

static bool take_memory(work *w, ons_maximum_entropy *s) {
    const size_t n = w->states, k = w->problem->features;
    w->log_prior = ONS_NEW(double, 4 * n);
    w->basis = ONS_NEW(double, k *n + n);
    w->back = ONS_NEW(double, k *k + k);
    w->nu = ONS_NEW(double, 4 * k + 2 * k * k + 1);
    s->multiplier = ONS_NEW(double, k);
    s->mean = ONS_NEW(double, k);
    s->covariance = ONS_NEW(double, k *k);
    s->probability = ONS_NEW(double, n);
    s->redundant = ONS_NEW(bool, k);
    if (!w->log_prior || !w->basis || !w->back || !w->nu || !s->multiplier || !s->mean || !s->covariance ||
        !s->probability || !s->redundant) {
        return false;
    }
    w->prior = w->log_prior + n;
    w->p = w->prior + n;
    w->log_weight = w->p + n;
    w->step = w->nu + k;
    w->trial = w->step + k;
    w->gradient = w->trial + k;
    w->hessian = w->gradient + k;
    w->factor = w->hessian + k * k;
    return true;
}

ons_status ons_maximum_entropy_solve(const ons_maximum_entropy_problem *problem, ons_maximum_entropy *solution) {
    ons_maximum_entropy_free(solution);
    if (problem->states == 0) { return ons_fail(ONS_INVALID, "there is no state"); }
    work w = {.problem = problem, .states = problem->states};
    solution->states = problem->states;
    solution->features = problem->features;
    ons_status status = take_memory(&w, solution) ? take_prior(&w) : ONS_MEMORY;
    if (!status) { status = make_basis(&w, solution->redundant); }
    if (!status) { status = minimise(&w, &solution->steps); }
    if (!status) { carry_back(&w, solution); }
    free(w.log_prior);
    free(w.basis);
    free(w.back);
    free(w.nu);
    if (status) { ons_maximum_entropy_free(solution); }
    return status;
}

/* Scaled by the spreads of the features, so that the factors do not depend on their units. */
ons_status ons_maximum_entropy_errors(const ons_maximum_entropy *solution, const double *noise, double *error) {
    const size_t features = solution->features;
    size_t *kept = ONS_NEW(size_t, features), count = 0;
    double *inverse = ONS_NEW(double, features *features);
    ons_status status = kept && inverse ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < features && !status; k++) {
        error[k] = 0;
        if (!solution->redundant[k]) { kept[count++] = k; }
    }
    for (size_t i = 0; i < count && !status; i++) {
        for (size_t j = 0; j < count; j++) {
            const size_t k = kept[i], l = kept[j];
            const double spread = sqrt(solution->covariance[k * features + k] * solution->covariance[l * features + l]);
            inverse[i * count + j] = solution->covariance[k * features + l] / spread;
        }
    }
    if (!status && dense_cholesky(count, inverse)) {
        status = ons_fail(ONS_FAILED, "the covariance of the features is singular");
    }
    if (!status) { dense_cholesky_inverse(count, inverse); }
    for (size_t i = 0; i < count && !status; i++) {
        double sum = 0;
        for (size_t j = 0; j < count; j++) {
            for (size_t m = 0; m < count; m++) {
                const size_t k = kept[j], l = kept[m];
                const double spread =
                    sqrt(solution->covariance[k * features + k] * solution->covariance[l * features + l]);
                sum += inverse[i * count + j] * inverse[i * count + m] * noise[k * features + l] / spread;
            }
        }
        error[kept[i]] = sqrt(fmax(0, sum) / solution->covariance[kept[i] * features + kept[i]]);
    }
    free(kept);
    free(inverse);
    return status;
}

void ons_maximum_entropy_free(ons_maximum_entropy *solution) {
    free(solution->multiplier);
    free(solution->mean);
    free(solution->covariance);
    free(solution->probability);
    free(solution->redundant);
    *solution = (ons_maximum_entropy){0};
}
