/*
 * The inverse Ising problem by maximum likelihood, all states summed. The Hessian of the dual is the covariance of the
 * features s_i and s_i s_j, whose products are products of spins again: one transform of the probabilities has them
 * all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising.h"

#include "dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS 200

typedef struct exact_work {
    size_t spins, features;
    double ridge;
    const double *target;                         /* [features] */
    size_t *set;                                  /* [features]: the spins of a feature, as bits */
    double *multiplier, *step, *trial, *gradient; /* [features] */
    double *hessian;                              /* [features][features] */
    double *field, *coupling;                     /* scratch */
    double *weight;                               /* [2^spins] */
} exact_work;

static double dual(exact_work *w, const double *multiplier) {
    size_t k = 0;
    double value = 0, squares = 0;
    for (size_t i = 0; i < w->spins; i++) { w->field[i] = multiplier[k++]; }
    for (size_t i = 0; i < w->spins; i++) {
        for (size_t j = 0; j < i; j++) {
            w->coupling[i * w->spins + j] = multiplier[k];
            squares += multiplier[k] * multiplier[k];
            k++;
        }
    }
    for (k = 0; k < w->features; k++) { value -= multiplier[k] * w->target[k]; }
    return value + w->ridge / 2 * squares + pairwise_distribution(w->spins, w->field, w->coupling, w->weight);
}

/* From the probabilities at the present multipliers; the ridge is added where asked for. */
static void differentiate(exact_work *w, bool ridge) {
    pairwise_transform(w->spins, w->weight);
    for (size_t k = 0; k < w->features; k++) {
        const double mean = w->weight[w->set[k]];
        const double stiff = ridge && k >= w->spins ? w->ridge : 0;
        w->gradient[k] = mean - w->target[k] + stiff * w->multiplier[k];
        for (size_t l = 0; l <= k; l++) {
            const double value = w->weight[w->set[k] ^ w->set[l]] - mean * w->weight[w->set[l]] + (k == l ? stiff : 0);
            w->hessian[k * w->features + l] = w->hessian[l * w->features + k] = value;
        }
    }
}

static double largest(size_t count, const double *x) {
    double most = 0;
    for (size_t i = 0; i < count; i++) { most = fmax(most, fabs(x[i])); }
    return most;
}

static bool search(exact_work *w, double *value) {
    double slope = 0, length = 1;
    for (size_t k = 0; k < w->features; k++) { slope += w->gradient[k] * w->step[k]; }
    for (unsigned turn = 0; turn < 50; turn++, length /= 2) {
        for (size_t k = 0; k < w->features; k++) { w->trial[k] = w->multiplier[k] + length * w->step[k]; }
        const double there = dual(w, w->trial);
        if (there <= *value + 1e-4 * length * slope + 1e-14 * (1 + fabs(*value))) {
            memcpy(w->multiplier, w->trial, w->features * sizeof *w->trial);
            *value = there;
            return true;
        }
    }
    return false;
}

static ons_status refuse(const exact_work *w, size_t steps) {
    if (w->ridge == 0 && largest(w->features, w->gradient) < 1e-3) {
        return ons_fail(ONS_INVALID,
                        "the means and correlations of these samples lie on the boundary of what spins can have, where "
                        "couplings are infinite (the largest has reached %.3g): more samples are needed, or a ridge, "
                        "l2=0.01",
                        largest(w->features, w->multiplier));
    }
    return ons_fail(ONS_FAILED, "the couplings did not converge in %zu steps: correlations are met to %.3g only", steps,
                    largest(w->features, w->gradient));
}

/* A variance below what a state seen once in 10^12 samples leaves. */
static bool is_singular(const exact_work *w) {
    for (size_t k = 0; k < w->features; k++) {
        const double root = w->hessian[k * w->features + k];
        if (!(root * root > 1e-12)) { return true; }
    }
    return false;
}

/* On the boundary the gradient vanishes while Newton's steps do not; so it is the steps that must be small. */
static ons_status minimise(exact_work *w, double *value, size_t *steps) {
    *value = dual(w, w->multiplier);
    for (*steps = 1; *steps <= MOST_STEPS; (*steps)++) {
        differentiate(w, true);
        for (size_t k = 0; k < w->features; k++) { w->step[k] = -w->gradient[k]; }
        if (dense_cholesky(w->features, w->hessian) || is_singular(w)) { break; }
        dense_cholesky_solve(w->features, w->hessian, w->step);
        const double length = largest(w->features, w->step);
        if (!isfinite(length) || largest(w->features, w->multiplier) > 200 || !search(w, value)) { break; }
        if (length <= 1e-8 * (1 + largest(w->features, w->multiplier))) { return ONS_OK; }
    }
    return refuse(w, *steps);
}

/* H^-1 I H^-1 / B with H = I + ridge: without a ridge the inverse Fisher information. */
static ons_status estimate_errors(exact_work *w, double samples, double *variance) {
    const size_t n = w->features;
    for (size_t k = 0; k < n; k++) { variance[k] = 0; }
    (void)dual(w, w->multiplier);
    differentiate(w, false);
    if (!isfinite(samples) || samples == 0) { return ONS_OK; }
    double *information = ONS_NEW(double, 2 * n * n);
    if (!information) { return ONS_MEMORY; }
    double *rows = information + n * n;
    memcpy(information, w->hessian, n * n * sizeof *information);
    for (size_t k = w->spins; k < n; k++) { w->hessian[k * n + k] += w->ridge; }
    if (dense_cholesky(n, w->hessian)) {
        free(information);
        return ons_fail(ONS_FAILED, "the Fisher information of the couplings is singular");
    }
    dense_cholesky_inverse(n, w->hessian);
    for (size_t k = 0; k < n; k++) {
        const double *row = w->hessian + k * n;
        variance[k] = row[k] / samples;
        if (w->ridge == 0) { continue; }
        double sum = 0;
        for (size_t l = 0; l < n; l++) {
            rows[l] = 0;
            for (size_t m = 0; m < n; m++) { rows[l] += information[l * n + m] * row[m]; }
            sum += row[l] * rows[l];
        }
        variance[k] = sum / samples;
    }
    free(information);
    return ONS_OK;
}

static void carry_over(const exact_work *w, const double *variance, ons_inverse_ising *s) {
    const size_t n = w->spins;
    for (size_t i = 0, k = n; i < n; i++) {
        s->field[i] = w->multiplier[i];
        s->field_error[i] = sqrt(variance[i]);
        for (size_t j = 0; j < i; j++, k++) {
            s->coupling[i * n + j] = s->coupling[j * n + i] = w->multiplier[k];
            s->coupling_error[i * n + j] = s->coupling_error[j * n + i] = sqrt(variance[k]);
        }
    }
}

static bool take_memory(exact_work *w, double **target) {
    const size_t n = w->spins, k = w->features;
    *target = ONS_NEW(double, k);
    w->target = *target;
    w->set = ONS_NEW(size_t, k);
    w->multiplier = ONS_NEW(double, 4 * k + n + n * n);
    w->hessian = ONS_NEW(double, k *k);
    w->weight = ONS_NEW(double, (size_t)1 << n);
    if (!*target || !w->set || !w->multiplier || !w->hessian || !w->weight) { return false; }
    w->step = w->multiplier + k;
    w->trial = w->step + k;
    w->gradient = w->trial + k;
    w->field = w->gradient + k;
    w->coupling = w->field + n;
    return true;
}

ons_status inverse_ising_exact(size_t spins, const double *mean, const double *product, double samples, double ridge,
                               ons_inverse_ising *solution) {
    if (spins > ONS_PAIRWISE_SPINS) {
        return ons_fail(ONS_INVALID,
                        "method=exact sums all states of at most %d spins, not of %zu; pseudo-likelihood has no such "
                        "limit",
                        ONS_PAIRWISE_SPINS, spins);
    }
    exact_work w = {.spins = spins, .features = spins + spins * (spins - 1) / 2, .ridge = ridge};
    double *target = NULL, value = 0;
    ons_status status = take_memory(&w, &target) ? ONS_OK : ONS_MEMORY;
    if (!status) {
        size_t k = spins;
        for (size_t i = 0; i < spins; i++) {
            target[i] = mean[i];
            w.set[i] = (size_t)1 << i;
            w.multiplier[i] = fabs(mean[i]) < 1 ? atanh(mean[i]) : 0;
            for (size_t j = 0; j < i; j++, k++) {
                target[k] = product[i * spins + j];
                w.set[k] = (size_t)1 << i | (size_t)1 << j;
            }
        }
        status = minimise(&w, &value, &solution->steps);
    }
    if (!status) { status = estimate_errors(&w, samples, w.step); }
    if (!status) {
        carry_over(&w, w.step, solution);
        double squares = 0;
        for (size_t k = spins; k < w.features; k++) { squares += w.multiplier[k] * w.multiplier[k]; }
        solution->log_likelihood = ridge / 2 * squares - value;
    }
    free(target);
    free(w.set);
    free(w.multiplier);
    free(w.hessian);
    free(w.weight);
    return status;
}
