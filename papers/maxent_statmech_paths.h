/*
 * maxent-statmech: what runs without jobs: labels and counts, the ring, slices of time, information of a step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_MAXENT_STATMECH_PATHS_H
#define ONSAGER_PAPERS_MAXENT_STATMECH_PATHS_H

#include <onsager/learning.h>
#include <onsager/paper.h>

#include <math.h>
#include <string.h>

/* ---- M3: labels and counts ------------------------------------------------------------------------------------- */

static void labels(ons_reproduction *r) {
    double worst = 0, reservoir = 0;
    for (size_t n = 1; n <= 8; n++) {
        for (size_t m = 1; m <= 4; m++) {
            double weight[6561] = {0}; /* by the counts, base 9 */
            const size_t all = (size_t)lrint(pow((double)m, (double)n));
            for (size_t x = 0; x < all; x++) {
                static const size_t place[] = {1, 9, 81, 729};
                size_t key = 0, rest = x;
                for (size_t k = 0; k < n; k++, rest /= m) { key += place[rest % m]; }
                weight[key] += 1 / (double)all;
            }
            for (size_t key = 0; key < 6561; key++) {
                if (weight[key] == 0) { continue; }
                double exact = lgamma((double)n + 1) - (double)n * log((double)m);
                for (size_t k = 0, rest = key; k < 4; k++, rest /= 9) { exact -= lgamma((double)(rest % 9) + 1); }
                worst = fmax(worst, fabs(weight[key] - exp(exact)));
            }
        }
    }
    for (int twice = 1; twice <= 6; twice++) {
        for (int m = 1; m <= 4; m++) {
            const double z = 0.5 * twice;
            double term = 1, sum = 1;
            for (int n = 1; n < 200; n++) { sum += term *= z * m / n; }
            reservoir = fmax(reservoir, fabs(log(sum) - z * m));
        }
    }
    ons_claim_number(r, "M3-labels", worst, 0, "every labelled assignment counted, up to 4^8 of them");
    ons_claim_number(r, "M3-reservoir", reservoir, 0, "200 terms of the sum");
}

/* ---- M8: the ring ---------------------------------------------------------------------------------------------- */

typedef struct ring {
    ons_path_event event[6];
    double weight[6];
    ons_path_process process;
} ring;

static void make_ring(ring *w, double force) {
    for (size_t x = 0; x < 3; x++) {
        w->event[x] = (ons_path_event){x, (x + 1) % 3, exp(force / 6), x + 3};
        w->event[x + 3] = (ons_path_event){(x + 1) % 3, x, exp(-force / 6), x};
        w->weight[x] = 1;
        w->weight[x + 3] = -1;
    }
    w->process = (ons_path_process){3, 6, 1, w->event, w->weight};
}

/* Largest |(<A>(gamma + h) - <A>(gamma - h))/2h - covariance| over tilts; fourth order by two steps. */
static ons_status response_distance(const ons_path_process *process, double *worst) {
    ons_path_solution s = {0};
    ons_status status = ONS_OK;
    *worst = 0;
    for (int tilt = -4; tilt <= 4 && !status; tilt++) {
        const double gamma = 0.5 * tilt;
        double rate[4], covariance = 0;
        const double at[] = {gamma - 2e-4, gamma - 1e-4, gamma + 1e-4, gamma + 2e-4};
        for (size_t k = 0; k < 4 && !status; k++) {
            status = ons_path_solve(process, &at[k], &s);
            if (!status) { rate[k] = s.rate[0]; }
        }
        if (!status) { status = ons_path_solve(process, &gamma, &s); }
        if (!status) { covariance = s.covariance[0]; }
        if (!status) {
            *worst = fmax(*worst, fabs((8 * (rate[2] - rate[1]) - (rate[3] - rate[0])) / 12e-4 - covariance));
        }
    }
    ons_path_solution_free(&s);
    return status;
}

static ons_status ring_theory(ons_reproduction *r, const ring *w, double force) {
    const double up = exp(force / 6), down = exp(-force / 6);
    ons_path_solution s = {0};
    double far = 0, mirror = 0, x[61], y[61];
    ons_status status = ONS_OK;
    for (int k = 0; k <= 60 && !status; k++) {
        const double gamma = -3 + 0.1 * k, other = -force / 3 - gamma;
        status = ons_path_solve(&w->process, &gamma, &s);
        if (status) { break; }
        x[k] = gamma;
        y[k] = s.theta;
        far = fmax(far, fabs(s.theta - up * expm1(gamma) - down * expm1(-gamma)));
        status = ons_path_solve(&w->process, &other, &s);
        if (!status) { mirror = fmax(mirror, fabs(s.theta - y[k])); }
    }
    if (!status) { status = ons_path_solve(&w->process, NULL, &s); }
    if (!status) {
        ons_claim_number(r, "M8-theta", far, 0, "61 values");
        ons_claim_number(r, "M8-symmetry", mirror, 0, "61 values");
        ons_claim_number(r, "M8-hops", s.rate[0], 0, "theta'(0)");
        ons_claim_number(r, "M8-variance", s.covariance[0], 0, "theta''(0)");
        ons_claim_number(r, "M8-production", ons_path_entropy_production(&w->process, NULL, s.probability), 0,
                         "pairs of events");
        ons_figure_begin(r, "ring", "Three states with a bias F = 2: cumulants of the hops", "tilt s", "theta(s)", 0);
        ons_figure_curve(r, "theta(s)", 61, x, y, NULL);
    }
    ons_path_solution_free(&s);
    return status;
}

static ons_status ring_paths(ons_reproduction *r, const ring *w) {
    const size_t paths = ons_reproduction_effort(r) >= ONS_STANDARD ? 200000 : 20000;
    const double time = 20;
    ons_path_sampler *sampler;
    ons_status status = ons_path_sampler_create(&sampler, &w->process, NULL);
    if (status) { return status; }
    ons_random random = ons_random_stream(1105, 0, 0);
    double first = 0, second = 0, fourth = 0;
    const double center = 2 * sinh(1.0 / 3) * time;
    for (size_t k = 0; k < paths; k++) { /* by symmetry every state is a stationary start */
        double total = 0;
        (void)ons_path_sample(sampler, 0, time, &random, &total);
        total -= center;
        first += total;
        second += total * total;
        fourth += total * total * total * total;
    }
    ons_path_sampler_free(sampler);
    const double n = (double)paths, mean = first / n, variance = second / n - mean * mean;
    ons_claim_number(r, "M8-paths-hops", (center + mean) / time, sqrt(variance / n) / time, "%zu paths of length 20",
                     paths);
    ons_claim_number(r, "M8-paths-variance", variance / time, sqrt((fourth / n - variance * variance) / n) / time,
                     "%zu paths of length 20", paths);
    return ONS_OK;
}

/* The loss of one step exp(dt L), by differences of the order of dt: extrapolated from dt and dt/2. */
static ons_status ring_loss(const ring *w, double step, double *rate) {
    double kernel[9] = {0}, p[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3}, loss;
    for (size_t x = 0; x < 3; x++) {
        kernel[x * 3 + (x + 1) % 3] = step * w->event[x].rate;
        kernel[x * 3 + (x + 2) % 3] = step * w->event[(x + 2) % 3 + 3].rate;
        kernel[x * 3 + x] = 1 - kernel[x * 3 + (x + 1) % 3] - kernel[x * 3 + (x + 2) % 3];
    }
    const ons_status status = ons_path_information_loss(3, kernel, NULL, p, &loss, NULL);
    *rate = loss / step;
    return status;
}

static ons_status ring_all(ons_reproduction *r) {
    ring w;
    make_ring(&w, 2);
    double worst = 0, coarse = 0, fine = 0;
    ons_status status = ring_theory(r, &w, 2);
    if (!status) { status = ring_paths(r, &w); }
    if (!status) { status = response_distance(&w.process, &worst); }
    if (!status) { status = ring_loss(&w, 1e-3, &coarse); }
    if (!status) { status = ring_loss(&w, 5e-4, &fine); }
    if (status) { return status; }
    ons_claim_number(r, "M1-ring", worst, 0, "nine tilts");
    ons_claim_number(r, "M4-rate", 2 * fine - coarse, 0, "steps 1e-3 and 5e-4");
    return ONS_OK;
}

/* ---- M2: slices ------------------------------------------------------------------------------------------------ */

enum { SLICES = 50 };

static ons_status slice_means(const double *gamma, double *mean, double *covariance) {
    static const double kernel[4] = {0.9, 0.1, 0.25, 0.75}, flux[4] = {0, 1, -1, 0}, p0[2] = {0.3, 0.7};
    return ons_path_slices(2, kernel, flux, p0, SLICES, gamma, NULL, mean, covariance);
}

static ons_status slices(ons_reproduction *r) {
    static double covariance[SLICES * SLICES];
    double gamma[SLICES], shifted[4][SLICES], worst = 0;
    for (size_t t = 0; t < SLICES; t++) { gamma[t] = 2 * sin(0.3 * (double)t) + (t > 30); }
    ons_status status = slice_means(gamma, NULL, covariance);
    for (size_t t = 0; t < SLICES && !status; t++) {
        static const double steps[] = {-2e-3, -1e-3, 1e-3, 2e-3};
        const double there = gamma[t];
        for (size_t k = 0; k < 4 && !status; k++) {
            gamma[t] = there + steps[k];
            status = slice_means(gamma, shifted[k], NULL);
        }
        gamma[t] = there;
        for (size_t u = 0; u < SLICES; u++) {
            const double slope = (8 * (shifted[2][u] - shifted[1][u]) - (shifted[3][u] - shifted[0][u])) / 12e-3;
            worst = fmax(worst, fabs(slope - covariance[t * SLICES + u]));
        }
    }
    if (!status) { ons_claim_number(r, "M2", worst, 0, "2500 pairs of times under a transient drive"); }
    return status;
}

/* ---- M4: information loss -------------------------------------------------------------------------------------- */

enum { CHAIN = 4 };

/* Rows that add up to 1; with detailed balance under p: symmetric fluxes. */
static void draw_chain(ons_random *random, bool balanced, double *kernel, double *p) {
    double sum = 0, flux[CHAIN * CHAIN];
    for (size_t x = 0; x < CHAIN * CHAIN; x++) { flux[x] = -log(ons_random_uniform(random)); }
    for (size_t x = 0; x < CHAIN; x++) {
        p[x] = 0;
        for (size_t y = 0; y < CHAIN; y++) {
            kernel[x * CHAIN + y] = balanced ? flux[x * CHAIN + y] + flux[y * CHAIN + x] : flux[x * CHAIN + y];
            p[x] += kernel[x * CHAIN + y];
        }
        for (size_t y = 0; y < CHAIN; y++) { kernel[x * CHAIN + y] /= p[x]; }
        sum += p[x];
    }
    for (size_t x = 0; x < CHAIN; x++) { p[x] = balanced ? p[x] / sum : -log(ons_random_uniform(random)); }
    sum = 0;
    for (size_t x = 0; x < CHAIN; x++) { sum += p[x]; }
    for (size_t x = 0; x < CHAIN; x++) { p[x] /= sum; }
}

static ons_status information(ons_reproduction *r) {
    ons_random random = ons_random_stream(1105, 1, 0);
    double least = INFINITY, balanced = 0, stationary = INFINITY, kernel[CHAIN * CHAIN], p[CHAIN], loss;
    ons_status status = ONS_OK;
    for (size_t k = 0; k < 10000 && !status; k++) {
        draw_chain(&random, false, kernel, p);
        status = ons_path_information_loss(CHAIN, kernel, NULL, p, &loss, NULL);
        least = fmin(least, loss);
        for (size_t turn = 0; turn < 2000; turn++) { /* to the stationary state of this chain */
            double next[CHAIN] = {0};
            for (size_t x = 0; x < CHAIN; x++) {
                for (size_t y = 0; y < CHAIN; y++) { next[y] += p[x] * kernel[x * CHAIN + y]; }
            }
            if (memcmp(next, p, sizeof p) == 0) { break; }
            memcpy(p, next, sizeof p);
        }
        if (!status) { status = ons_path_information_loss(CHAIN, kernel, NULL, p, &loss, NULL); }
        least = fmin(least, loss);
        stationary = fmin(stationary, loss);
        draw_chain(&random, true, kernel, p);
        if (!status) { status = ons_path_information_loss(CHAIN, kernel, NULL, p, &loss, NULL); }
        least = fmin(least, loss);
        balanced = fmax(balanced, fabs(loss));
    }
    if (status) { return status; }
    ons_claim_number(r, "M4", least, 0, "10^4 chains of 4 states from random and stationary starts, and with balance");
    ons_claim_number(r, "M4-balance", balanced, 0, "10^4 chains with detailed balance, stationary");
    ons_claim_holds(
        r, "M4-equality", stationary > 1e4 * fmax(balanced, 1e-16),
        "the smallest loss of 10^4 stationary chains without detailed balance is %.3g, the largest with it %.3g",
        stationary, balanced);
    return ONS_OK;
}

#endif
