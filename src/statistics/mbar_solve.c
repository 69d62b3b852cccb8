/*
 * The equations of multiple histograms (Shirts and Chodera, J. Chem. Phys. 129 (2008) 124105, eq. 11), solved by
 * Newton's method. Their solution is the minimum of the convex function
 *
 *   A(f) = sum over samples n of ln sum over k of N_k exp(f_k - u_kn)  -  sum over k of N_k f_k,
 *
 * whose gradient is sum_n p_nk - N_k and whose second derivatives are sum_n (p_nk delta_kj - p_nk p_nj), p the shares
 * of the states in the denominator of a sample.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mbar.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-12 /* of the relative gradient; free energies are then better than 1e-10 */
#define MOST_STEPS 200
#define SELF_CONSISTENT 3 /* steps of eq. 11 itself before Newton's */
#define CHORDS 60         /* steps with the old matrix when a block is left out */

/* ---- one evaluation ---- */

/* Shares and denominators at the free energies f; returns A. */
static double evaluate(const ons_mbar *mbar, const double *f, double *shares, double *log_denominator) {
    const ons_mbar_samples *s = &mbar->samples;
    const size_t states = s->states, features = s->features;
    double objective = 0;
    for (size_t n = 0; n < mbar->count; n++) {
        const double *x = mbar->features + n * features;
        double *row = shares + n * states, largest = -INFINITY, sum = 0;
        for (size_t k = 0; k < states; k++) {
            double u = 0;
            for (size_t c = 0; c < features; c++) { u += mbar->coefficients[k * features + c] * x[c]; }
            row[k] = f[k] - u;
            largest = fmax(largest, row[k]);
        }
        for (size_t k = 0; k < states; k++) {
            const double below = row[k] - largest;
            row[k] = below < -745 ? 0 : (double)s->counts[k] * ons_exp(below);
            sum += row[k];
        }
        for (size_t k = 0; k < states; k++) { row[k] /= sum; }
        log_denominator[n] = largest + ons_log(sum);
        objective += log_denominator[n];
    }
    for (size_t k = 0; k < states; k++) { objective -= (double)s->counts[k] * f[k]; }
    return objective;
}

static void gradient_of(const ons_mbar *mbar, const double *shares, double *gradient) {
    const size_t states = mbar->samples.states;
    for (size_t k = 0; k < states; k++) { gradient[k] = 0; }
    for (size_t n = 0; n < mbar->count; n++) {
        const double *restrict row = shares + n * states;
        for (size_t k = 0; k < states; k++) { gradient[k] += row[k]; }
    }
    for (size_t k = 0; k < states; k++) { gradient[k] -= (double)mbar->samples.counts[k]; }
}

static double worst(const ons_mbar *mbar, const double *gradient) {
    double largest = 0;
    for (size_t k = 0; k < mbar->samples.states; k++) {
        largest = fmax(largest, fabs(gradient[k]) / (double)mbar->samples.counts[k]);
    }
    return largest;
}

/* ---- the matrix of second derivatives, without the row and column of state 0 ---- */

static void second_derivatives(const ons_mbar *mbar, const double *shares, double *matrix) {
    const size_t states = mbar->samples.states, size = states - 1;
    for (size_t i = 0; i < size * size; i++) { matrix[i] = 0; }
    for (size_t n = 0; n < mbar->count; n++) {
        const double *restrict p = shares + n * states + 1;
        for (size_t i = 0; i < size; i++) {
            const double share = p[i];
            double *restrict row = matrix + i * size;
            if (share <= 0) { continue; }
            for (size_t j = 0; j <= i; j++) { row[j] -= share * p[j]; }
            row[i] += share;
        }
    }
}

/* Cholesky's factor in place of the lower triangle. A direction that the matrix does not know (pivots of rounding) is
 * left alone: its pivot becomes infinite. */
static void factorise(double *matrix, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const double whole = matrix[i * size + i];
        for (size_t j = 0; j <= i; j++) {
            double sum = matrix[i * size + j];
            for (size_t k = 0; k < j; k++) { sum -= matrix[i * size + k] * matrix[j * size + k]; }
            if (j < i) {
                matrix[i * size + j] = sum / matrix[j * size + j];
            } else {
                matrix[i * size + i] = sum > 1e-13 * whole ? sqrt(sum) : INFINITY;
            }
        }
    }
}

static void solve(const double *factor, size_t size, double *x) {
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < i; k++) { x[i] -= factor[i * size + k] * x[k]; }
        x[i] /= factor[i * size + i];
    }
    for (size_t i = size; i-- > 0;) {
        for (size_t k = i + 1; k < size; k++) { x[i] -= factor[k * size + i] * x[k]; }
        x[i] /= factor[i * size + i];
    }
}

/* ---- all samples ---- */

/* Where to begin: between neighbours the free energy changes by the difference of coefficients times the mean of the
 * features of both, the trapezium of thermodynamic integration. */
static void first_guess(const ons_mbar *mbar, double *means, double *f) {
    const ons_mbar_samples *s = &mbar->samples;
    const size_t features = s->features;
    memset(means, 0, s->states * features * sizeof *means);
    for (size_t n = 0; n < mbar->count; n++) {
        const size_t k = mbar->state[n];
        for (size_t c = 0; c < features; c++) {
            means[k * features + c] += mbar->features[n * features + c] / (double)s->counts[k];
        }
    }
    f[0] = 0;
    for (size_t k = 1; k < s->states; k++) {
        f[k] = f[k - 1];
        for (size_t c = 0; c < features; c++) {
            const size_t here = k * features + c, before = here - features;
            f[k] += (mbar->coefficients[here] - mbar->coefficients[before]) * (means[here] + means[before]) / 2;
        }
    }
}

/* Eq. 11: the new free energies that the present denominators give. */
static void self_consistent(const ons_mbar *mbar, const double *gradient, double *f) {
    for (size_t k = 0; k < mbar->samples.states; k++) {
        const double ratio = 1 + gradient[k] / (double)mbar->samples.counts[k];
        if (ratio > DBL_MIN) { f[k] -= ons_log(ratio); }
    }
    for (size_t k = mbar->samples.states; k-- > 0;) { f[k] -= f[0]; }
}

typedef struct newton {
    double *f, *trial, *gradient, *step, *matrix;
    double objective;
} newton;

/* Goes along Newton's direction as far as A falls as its slope promises (Armijo's rule). Where A cannot tell for
 * rounding, its slope must not have turned. */
static bool line_search(ons_mbar *mbar, newton *work) {
    const size_t states = mbar->samples.states;
    double slope = 0, length = 1;
    for (size_t k = 1; k < states; k++) { slope -= work->gradient[k] * work->step[k]; }
    for (int halvings = 0; halvings < 40; halvings++, length /= 2) {
        for (size_t k = 0; k < states; k++) { work->trial[k] = work->f[k] - (k > 0 ? length * work->step[k] : 0); }
        const double objective = evaluate(mbar, work->trial, mbar->shares, mbar->log_denominator);
        const double noise = 1e-10 * fabs(work->objective);
        double turned = 0;
        if (!(objective <= work->objective + 1e-4 * length * slope + noise)) { continue; }
        gradient_of(mbar, mbar->shares, work->gradient);
        for (size_t k = 1; k < states; k++) { turned -= work->gradient[k] * work->step[k]; }
        if (turned > 0.5 * fabs(slope)) { continue; }
        work->objective = objective;
        memcpy(work->f, work->trial, states * sizeof *work->f);
        return true;
    }
    return false;
}

static ons_status iterate(ons_mbar *mbar, newton *work) {
    const size_t states = mbar->samples.states;
    double before = INFINITY;
    for (int step = 0; step < MOST_STEPS; step++) {
        gradient_of(mbar, mbar->shares, work->gradient);
        const double now = worst(mbar, work->gradient);
        if (!isfinite(now)) { break; }
        /* at the limit of rounding the gradient does not fall any more */
        if (now < TOLERANCE || (now < 1e-9 && now > before / 2)) { return ONS_OK; }
        before = now;
        if (step < SELF_CONSISTENT) {
            self_consistent(mbar, work->gradient, work->f);
            work->objective = evaluate(mbar, work->f, mbar->shares, mbar->log_denominator);
            continue;
        }
        second_derivatives(mbar, mbar->shares, work->matrix);
        factorise(work->matrix, states - 1);
        memcpy(work->step, work->gradient, states * sizeof *work->step);
        solve(work->matrix, states - 1, work->step + 1);
        if (!line_search(mbar, work)) { break; }
    }
    return ons_fail(ONS_FAILED, "the histograms lie too far apart: their free energies cannot be found");
}

ons_status statistics_mbar_solve(ons_mbar *mbar) {
    const size_t states = mbar->samples.states;
    newton work = {.f = ONS_NEW(double, states),
                   .trial = ONS_NEW(double, states),
                   .gradient = ONS_NEW(double, states),
                   .step = ONS_NEW(double, states),
                   .matrix = ONS_NEW(double, states *states)};
    double *means = ONS_NEW(double, states * mbar->samples.features);
    ons_status status = ONS_MEMORY;
    if (work.f && work.trial && work.gradient && work.step && work.matrix && means) {
        first_guess(mbar, means, work.f);
        work.objective = evaluate(mbar, work.f, mbar->shares, mbar->log_denominator);
        status = isfinite(work.objective) ? iterate(mbar, &work)
                                          : ons_fail(ONS_INVALID, "the samples hold numbers that are not finite");
    }
    if (status == ONS_OK) { memcpy(mbar->free_energies, work.f, states * sizeof *work.f); }
    free(work.f);
    free(work.trial);
    free(work.gradient);
    free(work.step);
    free(work.matrix);
    free(means);
    return status;
}

/* ---- without a block ---- */

/* The gradient with block b left out, for denominators that are multiplied by sum of factors x shares. */
static void gradient_without(const ons_mbar *mbar, size_t b, const double *factors, const double *counts,
                             double *gradient) {
    const size_t states = mbar->samples.states;
    for (size_t k = 0; k < states; k++) { gradient[k] = 0; }
    for (size_t n = 0; n < mbar->count; n++) {
        if (mbar->samples.block[n] == b) { continue; }
        const double *restrict row = mbar->shares + n * states;
        double sum = 0;
        for (size_t k = 0; k < states; k++) { sum += factors[k] * row[k]; }
        for (size_t k = 0; k < states; k++) { gradient[k] += row[k] / sum; }
    }
    for (size_t k = 0; k < states; k++) { gradient[k] = gradient[k] * factors[k] - counts[k]; }
}

/* Steps with the matrix of all samples: a block more or less changes it little, and what is left of the gradient falls
 * by that much with every step. */
static ons_status leave_out(ons_mbar *mbar, size_t b, const double *factor, double *counts, double *gradient) {
    const size_t states = mbar->samples.states;
    double *factors = mbar->factors + b * states, *moved = mbar->moved + b * states;
    for (size_t k = 0; k < states; k++) { counts[k] = (double)mbar->samples.counts[k]; }
    for (size_t n = 0; n < mbar->count; n++) { counts[mbar->state[n]] -= mbar->samples.block[n] == b; }
    for (size_t k = 0; k < states; k++) {
        if (counts[k] <= 0) { return ons_fail(ONS_INVALID, "a block holds all samples of state %zu", k); }
        moved[k] = 0;
    }
    for (int step = 0; step < CHORDS; step++) {
        for (size_t k = 0; k < states; k++) {
            factors[k] = counts[k] / (double)mbar->samples.counts[k] * ons_exp(moved[k]);
        }
        gradient_without(mbar, b, factors, counts, gradient);
        if (worst(mbar, gradient) < 1e-10) { return ONS_OK; }
        solve(factor, states - 1, gradient + 1);
        for (size_t k = 1; k < states; k++) { moved[k] -= gradient[k]; }
    }
    return ons_fail(ONS_FAILED, "the histograms hang together by one block of samples alone: there is no error");
}

ons_status statistics_mbar_leave_out(ons_mbar *mbar) {
    const size_t states = mbar->samples.states;
    double *matrix = ONS_NEW(double, states *states), *counts = ONS_NEW(double, states);
    double *gradient = ONS_NEW(double, states);
    ons_status status = matrix && counts && gradient ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        second_derivatives(mbar, mbar->shares, matrix);
        factorise(matrix, states - 1);
    }
    for (size_t b = 0; b < mbar->samples.blocks && status == ONS_OK; b++) {
        status = leave_out(mbar, b, matrix, counts, gradient);
    }
    free(matrix);
    free(counts);
    free(gradient);
    return status;
}
