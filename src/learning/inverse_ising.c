/*
 * The inverse Ising problem: what was seen is checked, a method is called, errors of closed forms by jackknife.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { JACKKNIFE = 20 };

ons_status ons_spin_samples_moments(const ons_spin_samples *samples, double *mean, double *product) {
    const size_t n = samples->spins;
    if (n == 0 || samples->samples == 0) { return ons_fail(ONS_INVALID, "there is no sample of spins"); }
    int64_t *sums = ONS_NEW(int64_t, n * n + n);
    if (!sums) { return ONS_MEMORY; }
    for (size_t b = 0; b < samples->samples; b++) {
        const int8_t *s = samples->values + b * n;
        for (size_t i = 0; i < n; i++) {
            sums[n * n + i] += s[i];
            for (size_t j = 0; j < i; j++) { sums[i * n + j] += s[i] * s[j]; }
        }
    }
    for (size_t i = 0; i < n; i++) {
        mean[i] = (double)sums[n * n + i] / (double)samples->samples;
        product[i * n + i] = 1;
        for (size_t j = 0; j < i; j++) {
            product[i * n + j] = product[j * n + i] = (double)sums[i * n + j] / (double)samples->samples;
        }
    }
    free(sums);
    return ONS_OK;
}

/* ---- checks --------------------------------------------------------------------------------------------------- */

static ons_status check_pair(double a, double b, double ab, size_t i, size_t j, bool strict) {
    static const char *const states[] = {"+ +", "- -", "+ -", "- +"};
    const double p[] = {(1 + a + b + ab) / 4, (1 - a - b + ab) / 4, (1 + a - b - ab) / 4, (1 - a + b - ab) / 4};
    for (size_t k = 0; k < 4; k++) {
        if (!(p[k] >= -1e-12)) {
            return ons_fail(ONS_INVALID,
                            "means %g and %g with <s_%zu s_%zu> = %g cannot be: the pair would be in state %s with "
                            "probability %.3g",
                            a, b, i + 1, j + 1, ab, states[k], p[k]);
        }
        if (strict && p[k] <= 1e-12) {
            return ons_fail(ONS_INVALID,
                            "spins %zu and %zu are never in state %s, so that their coupling is infinite: more samples "
                            "are needed, or a ridge, l2=0.01",
                            i + 1, j + 1, states[k]);
        }
    }
    return ONS_OK;
}

ons_status inverse_ising_check(size_t spins, const double *mean, const double *product, bool strict) {
    if (spins < 2) { return ons_fail(ONS_INVALID, "couplings need two spins at least, not %zu", spins); }
    for (size_t i = 0; i < spins; i++) {
        if (!(fabs(mean[i]) <= 1)) {
            return ons_fail(ONS_INVALID, "the mean %g of spin %zu is not between -1 and 1", mean[i], i + 1);
        }
        if (fabs(mean[i]) == 1) {
            return ons_fail(ONS_INVALID,
                            "spin %zu is always %s, so that its field is infinite: leave it out, or take more samples",
                            i + 1, mean[i] > 0 ? "+1" : "-1");
        }
    }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < spins && !status; i++) {
        for (size_t j = 0; j < i && !status; j++) {
            status = check_pair(mean[j], mean[i], product[i * spins + j], j, i, strict);
        }
    }
    return status;
}

static ons_status check_options(const ons_inverse_options *options) {
    const ons_inverse_method method = options->method;
    if (method > ONS_INVERSE_SMALL) { return ons_fail(ONS_INVALID, "there is no inverse method %d", (int)method); }
    if (!(options->ridge >= 0 && options->lasso >= 0 && isfinite(options->ridge + options->lasso))) {
        return ons_fail(ONS_INVALID, "ridge and lasso are finite and not negative, not %g and %g", options->ridge,
                        options->lasso);
    }
    if (options->lasso > 0 && method != ONS_INVERSE_PSEUDO) {
        return ons_fail(ONS_INVALID, "a lasso is for pseudo-likelihood only");
    }
    if (options->ridge > 0 && method != ONS_INVERSE_PSEUDO && method != ONS_INVERSE_EXACT) {
        return ons_fail(ONS_INVALID, "a ridge is for maximum likelihood and pseudo-likelihood only");
    }
    return ONS_OK;
}

ons_status inverse_ising_prepare(size_t spins, ons_inverse_ising *s) {
    ons_inverse_ising_free(s);
    s->spins = spins;
    s->field = ONS_NEW(double, spins);
    s->field_error = ONS_NEW(double, spins);
    s->coupling = ONS_NEW(double, spins *spins);
    s->coupling_error = ONS_NEW(double, spins *spins);
    s->log_likelihood = NAN;
    if (!s->field || !s->field_error || !s->coupling || !s->coupling_error) { return ONS_MEMORY; }
    for (size_t i = 0; i < spins; i++) {
        s->field_error[i] = NAN;
        for (size_t j = 0; j < spins; j++) { s->coupling_error[i * spins + j] = i == j ? 0 : NAN; }
    }
    return ONS_OK;
}

/* ---- errors of closed forms ------------------------------------------------------------------------------------ */

/* Sums over the leave-one-out solutions; a solution that fails leaves the errors unknown (NaN). */
static ons_status jackknife(const ons_spin_samples *samples, ons_inverse_method method, ons_inverse_ising *s) {
    const size_t n = samples->spins, blocks = JACKKNIFE, rest = n + n * n;
    if (samples->samples < 2 * blocks) { return ONS_OK; }
    double *memory = ONS_NEW(double, (blocks + 4) * rest);
    if (!memory) { return ONS_MEMORY; }
    double *whole = memory + blocks * rest, *less = whole + rest, *sum = less + rest, *square = sum + rest;
    ons_status status = ONS_OK;
    for (size_t k = 0; k < blocks && !status; k++) {
        const size_t first = samples->samples * k / blocks, last = samples->samples * (k + 1) / blocks;
        const ons_spin_samples part = {n, last - first, samples->values + first * n};
        double *m = memory + k * rest;
        status = ons_spin_samples_moments(&part, m, m + n);
        for (size_t i = 0; i < rest; i++) { whole[i] += m[i] * (double)part.samples; }
    }
    bool known = true;
    double *solution = NULL;
    if (!status) {
        solution = ONS_NEW(double, rest);
        status = solution ? ONS_OK : ONS_MEMORY;
    }
    for (size_t k = 0; k < blocks && known && !status; k++) {
        const size_t first = samples->samples * k / blocks, last = samples->samples * (k + 1) / blocks;
        const double size = (double)(last - first), left = (double)samples->samples - size;
        for (size_t i = 0; i < rest; i++) { less[i] = (whole[i] - size * memory[k * rest + i]) / left; }
        known = inverse_ising_check(n, less, less + n, method == ONS_INVERSE_PAIR) == ONS_OK &&
                inverse_ising_closed(n, less, less + n, method, solution, solution + n) == ONS_OK;
        for (size_t i = 0; i < rest && known; i++) { /* relative to the full solution, against cancellation */
            const double off = solution[i] - (i < n ? s->field[i] : s->coupling[i - n]);
            sum[i] += off;
            square[i] += off * off;
        }
    }
    const double b = (double)blocks;
    for (size_t i = 0; i < rest && known && !status; i++) {
        const double error = sqrt(fmax(0, (b - 1) / b * (square[i] - sum[i] * sum[i] / b)));
        *(i < n ? &s->field_error[i] : &s->coupling_error[i - n]) = error;
    }
    free(solution);
    free(memory);
    return status;
}

/* ---- the doors ------------------------------------------------------------------------------------------------- */

static bool is_closed(ons_inverse_method method) { return method != ONS_INVERSE_EXACT && method != ONS_INVERSE_PSEUDO; }

static ons_status solve_moments(size_t spins, const double *mean, const double *product, double samples,
                                const ons_inverse_options *options, ons_inverse_ising *s) {
    const bool strict = (options->method == ONS_INVERSE_EXACT && options->ridge == 0) ||
                        options->method == ONS_INVERSE_PAIR || options->method == ONS_INVERSE_SMALL;
    ons_status status = inverse_ising_check(spins, mean, product, strict);
    if (status) { return status; }
    if (is_closed(options->method)) {
        return inverse_ising_closed(spins, mean, product, options->method, s->field, s->coupling);
    }
    return inverse_ising_exact(spins, mean, product, samples, options->ridge, s);
}

ons_status ons_inverse_ising_moments(size_t spins, const double *mean, const double *product, double samples,
                                     const ons_inverse_options *options, ons_inverse_ising *solution) {
    ons_status status = check_options(options);
    if (!status && options->method == ONS_INVERSE_PSEUDO) {
        status = ons_fail(ONS_INVALID, "pseudo-likelihood needs samples, not means and correlations alone");
    }
    if (!status) { status = inverse_ising_prepare(spins, solution); }
    if (!status) { status = solve_moments(spins, mean, product, samples, options, solution); }
    if (status) { ons_inverse_ising_free(solution); }
    return status;
}

ons_status ons_inverse_ising_samples(const ons_spin_samples *samples, const ons_inverse_options *options,
                                     ons_inverse_ising *solution) {
    const size_t n = samples->spins;
    ons_status status = check_options(options);
    double *moments = ONS_NEW(double, n *n + n);
    if (!moments) { return ONS_MEMORY; }
    if (!status) { status = ons_spin_samples_moments(samples, moments, moments + n); }
    if (!status) { status = inverse_ising_prepare(n, solution); }
    if (!status && options->method == ONS_INVERSE_PSEUDO) {
        status = inverse_ising_check(n, moments, moments + n, false);
        if (!status) { status = inverse_ising_pseudo(samples, options, solution); }
    } else if (!status) {
        status = solve_moments(n, moments, moments + n, (double)samples->samples, options, solution);
        if (!status && is_closed(options->method)) { status = jackknife(samples, options->method, solution); }
    }
    free(moments);
    if (status) { ons_inverse_ising_free(solution); }
    return status;
}

void ons_inverse_ising_free(ons_inverse_ising *solution) {
    free(solution->field);
    free(solution->field_error);
    free(solution->coupling);
    free(solution->coupling_error);
    *solution = (ons_inverse_ising){0};
}
