/*
 * monotone-dbm: monotone deep Boltzmann machines (Feng, Winston and Kolter 2023): the unique fixed point, its rate,
 * gradients, and images completed and classified beside simple rivals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "monotone_dbm_claims.h"

#include <onsager/learning.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "rate=0.01 batch=32"

enum { LANES = ONS_MONOTONE_LANES, STARTS = 20, KEY = 230704990 };

/* ---- machines of the theory ----------------------------------------------------------------------------------- */

typedef struct bench {
    ons_monotone *machine;
    ons_monotone_work *work;
    double *z, *other;
    size_t elements, states;
} bench;

static void clear(bench *b) {
    ons_monotone_free(b->machine);
    ons_monotone_work_free(b->work);
    free(b->z);
    free(b->other);
}

/* A full machine: normal A, columns of norm about `size`, normal biases. */
static ons_status draw_machine(bench *b, size_t variables, size_t states, double margin, double size, uint32_t number) {
    const ons_monotone_shape shape = {
        .tiers = 1, .tier = {{1, variables * states, states}}, .kernel = {{ONS_KERNEL_FULL}}, .margin = margin};
    ons_random random = ons_random_stream(KEY, number, 0);
    *b = (bench){.elements = variables * states, .states = states};
    ons_status status = ons_monotone_create(&b->machine, &shape);
    if (!status) { status = ons_monotone_work_create(&b->work, b->machine, 5); }
    b->z = ONS_NEW(double, b->elements *LANES);
    b->other = ONS_NEW(double, b->elements *LANES);
    if (status || !b->z || !b->other) { return status ? status : ONS_MEMORY; }
    ons_monotone_draw(b->machine, size, &random);
    double *bias = ons_monotone_values(b->machine) + ons_monotone_weights(b->machine);
    for (size_t k = 0; k < b->elements; k++) { bias[k] = ons_random_normal(&random); }
    return ons_monotone_refresh(b->machine);
}

/* softmax of normal numbers of width 3: some starts lie near corners. */
static void draw_starts(const bench *b, uint32_t purpose, double *z) {
    ons_random random = ons_random_stream(KEY, purpose, 1);
    for (size_t at = 0; at < b->elements * LANES; at += b->states * LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            double sum = 0;
            for (size_t a = 0; a < b->states; a++) {
                z[at + a * LANES + lane] = exp(3 * ons_random_normal(&random));
                sum += z[at + a * LANES + lane];
            }
            for (size_t a = 0; a < b->states; a++) { z[at + a * LANES + lane] /= sum; }
        }
    }
}

static void soften(size_t states, const double *h, double *z) {
    double high = h[0], sum = 0;
    for (size_t a = 1; a < states; a++) { high = fmax(high, h[a * LANES]); }
    for (size_t a = 0; a < states; a++) {
        z[a * LANES] = exp(h[a * LANES] - high);
        sum += z[a * LANES];
    }
    for (size_t a = 0; a < states; a++) { z[a * LANES] /= sum; }
}

/* Largest distance of the first lanes from lane 0, and of z from softmax(Phi z + b). */
static double spread_of(const bench *b) {
    double worst = 0;
    for (size_t k = 0; k < b->elements * LANES; k++) {
        if (k % LANES < STARTS) { worst = fmax(worst, fabs(b->z[k] - b->z[k / LANES * LANES])); }
    }
    return worst;
}

static double residual_of(const bench *b) {
    double worst = 0;
    ons_monotone_fields(b->machine, b->work, b->z, true, b->other);
    for (size_t at = 0; at < b->elements * LANES; at += b->states * LANES) {
        for (size_t lane = 0; lane < LANES; lane++) { soften(b->states, b->other + at + lane, b->other + at + lane); }
    }
    for (size_t k = 0; k < b->elements * LANES; k++) { worst = fmax(worst, fabs(b->other[k] - b->z[k])); }
    return worst;
}

typedef struct uniqueness {
    double spread, residual, least; /* the worst; the smallest eigenvalue */
    unsigned iterations;
} uniqueness;

static ons_status study_uniqueness(ons_reproduction *r, size_t machines, size_t variables, size_t states, bool spectra,
                                   uniqueness *u) {
    *u = (uniqueness){.least = INFINITY};
    ons_status status = ONS_OK;
    for (size_t k = 0; k < machines && !status; k++) {
        if (ons_reproduction_stopped(r)) { return ONS_STOPPED; }
        bench b;
        ons_fixed_point_report report = {0};
        status = draw_machine(&b, variables, states, 0.01, 1 + 7 * (double)k / (double)machines, (uint32_t)k);
        if (!status) {
            draw_starts(&b, (uint32_t)k, b.z);
            status = ons_monotone_solve(b.machine, b.work, &(ons_fixed_point){0.125, 1e-11, 2000, 5, false}, NULL,
                                        LANES, b.z, NULL, &report);
        }
        double *eigenvalue = spectra && !status ? ONS_NEW(double, b.elements) : NULL;
        if (eigenvalue) {
            status = ons_monotone_spectrum(b.machine, eigenvalue);
            u->least = fmin(u->least, eigenvalue[0]);
        }
        if (!status) {
            u->spread = fmax(u->spread, spread_of(&b));
            u->residual = fmax(u->residual, residual_of(&b));
            u->iterations = report.iterations > u->iterations ? report.iterations : u->iterations;
        }
        free(eigenvalue);
        clear(&b);
    }
    return status;
}

static ons_status uniqueness_claims(ons_reproduction *r) {
    uniqueness u;
    ons_status status = study_uniqueness(r, 10, 60, 3, true, &u);
    if (status) { return status; }
    ons_claim_number(r, "M1", u.spread, 0, "at most %u iterations, residuals below %.1g", u.iterations, u.residual);
    ons_claim_number(r, "E1", 0.01 - u.least, 0, "LAPACK; the smallest eigenvalue is %.4f", u.least);
    if (ons_reproduction_effort(r) < ONS_STANDARD) {
        ons_claim_skip(r, "M1-large", "at standard effort");
        return ONS_OK;
    }
    status = study_uniqueness(r, 100, 200, 4, false, &u);
    if (status) { return status; }
    ons_claim_number(r, "M1-large", u.spread, 0, "at most %u iterations, residuals below %.1g", u.iterations,
                     u.residual);
    return ONS_OK;
}

/* ---- generic couplings ---------------------------------------------------------------------------------------- */

static void draw_couplings(size_t variables, size_t states, double s, ons_random *random, double *couplings) {
    const size_t n = variables * states;
    const double width = s / sqrt((double)n);
    memset(couplings, 0, n * n * sizeof *couplings);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (i / states == j / states) { continue; }
            couplings[i * n + j] = couplings[j * n + i] = width * ons_random_normal(random);
        }
    }
}

typedef struct multiplicity {
    size_t most, least, failed, unsettled; /* distinct points of a machine; undamped, damped starts without answer */
    double mean;
} multiplicity;

static bool is_new(const double *points, size_t count, size_t n, const double *z) {
    for (size_t k = 0; k < count; k++) {
        double away = 0;
        for (size_t i = 0; i < n; i++) { away = fmax(away, fabs(points[k * n + i] - z[i])); }
        if (away < 1e-6) { return false; }
    }
    return true;
}

static void random_point(size_t variables, size_t states, ons_random *random, double *z) {
    for (size_t v = 0; v < variables; v++) {
        double sum = 0;
        for (size_t a = 0; a < states; a++) {
            z[v * states + a] = exp(3 * ons_random_normal(random));
            sum += z[v * states + a];
        }
        for (size_t a = 0; a < states; a++) { z[v * states + a] /= sum; }
    }
}

static ons_status study_generic(double s, size_t machines, multiplicity *m) {
    enum { VARIABLES = 60, STATES = 3, N = VARIABLES * STATES };
    double *couplings = ONS_NEW(double, N *N), *points = ONS_NEW(double, STARTS *N), bias[N] = {0}, z[N], residual;
    ons_status status = couplings && points ? ONS_OK : ONS_MEMORY;
    *m = (multiplicity){.least = STARTS};
    for (size_t k = 0; k < machines && !status; k++) {
        ons_random random = ons_random_stream(KEY, (uint32_t)k, 2);
        draw_couplings(VARIABLES, STATES, s, &random, couplings);
        const ons_potts machine = {VARIABLES, STATES, couplings, bias};
        size_t found = 0;
        for (size_t start = 0; start < STARTS && status >= 0; start++) {
            random_point(VARIABLES, STATES, &random, z);
            memcpy(points + found * N, z, sizeof z);
            m->failed += ons_potts_mean_field(&machine, 1, 1e-9, 2000, z, &residual) == ONS_DONE;
            memcpy(z, points + found * N, sizeof z);
            status = ons_potts_mean_field(&machine, 0.25, 1e-9, 5000, z, &residual);
            m->unsettled += status == ONS_DONE;
            memcpy(points + found * N, z, sizeof z);
            found += status == ONS_OK && is_new(points, found, N, z);
        }
        status = status < 0 ? status : ONS_OK;
        m->most = found > m->most ? found : m->most;
        m->least = found < m->least ? found : m->least;
        m->mean += (double)found / (double)machines;
    }
    free(couplings);
    free(points);
    return status;
}

static ons_status generic_claims(ons_reproduction *r) {
    static const double widths[] = {1, 2, 4, 8};
    const size_t machines = ons_reproduction_effort(r) >= ONS_STANDARD ? 10 : 2;
    multiplicity m[4];
    double mean[4];
    for (size_t k = 0; k < 4; k++) {
        if (ons_reproduction_stopped(r)) { return ONS_STOPPED; }
        const ons_status status = study_generic(widths[k], machines, &m[k]);
        if (status) { return status; }
        mean[k] = m[k].mean;
    }
    ons_claim_holds(r, "M2", m[0].most == 1 && m[1].most == 1 && m[2].most > 1 && m[3].least > 1,
                    "fixed points from 20 starts, mean over %zu machines: %.1f, %.1f, %.1f, %.1f at s = 1, 2, 4, 8",
                    machines, mean[0], mean[1], mean[2], mean[3]);
    ons_claim_holds(
        r, "M2-parallel", 2 * m[3].failed > machines * STARTS,
        "of %zu starts %zu, %zu, %zu, %zu have not converged at s = 1, 2, 4, 8; with steps damped to 1/4 %zu at "
        "s = 8",
        machines * STARTS, m[0].failed, m[1].failed, m[2].failed, m[3].failed, m[3].unsettled);
    ons_figure_begin(r, "points", "Fixed points of generic couplings, of 20 starts", "s", "distinct fixed points", 0);
    ons_figure_curve(r, "mean", 4, widths, mean, NULL);
    return ONS_OK;
}

/* ---- rates ---------------------------------------------------------------------------------------------------- */

/* Squared correlation of ln y with its index where 1e-11 < y < 1e-3. */
static double straightness(const double *y, size_t count, double *slope) {
    double n = 0, x1 = 0, y1 = 0, xx = 0, xy = 0, yy = 0;
    for (size_t k = 0; k < count; k++) {
        if (!(y[k] > 1e-11 && y[k] < 1e-3)) { continue; }
        const double x = (double)k, v = log(y[k]);
        n += 1;
        x1 += x;
        y1 += v;
        xx += x * x;
        xy += x * v;
        yy += v * v;
    }
    const double sxx = xx - x1 * x1 / n, sxy = xy - x1 * y1 / n, syy = yy - y1 * y1 / n;
    *slope = sxy / sxx;
    return sxy * sxy / (sxx * syy);
}

static ons_status rate_claim(ons_reproduction *r) {
    enum { LIMIT = 4000 };
    bench b;
    static double trace[LIMIT], fast[LIMIT], step[LIMIT];
    ons_fixed_point_report report = {0}, quick = {0};
    double slope = 0;
    ons_status status = draw_machine(&b, 60, 3, 0.01, 8, 1000);
    if (!status) {
        draw_starts(&b, 1000, b.z);
        memcpy(b.other, b.z, b.elements * LANES * sizeof *b.z);
        status = ons_monotone_solve(b.machine, b.work, &(ons_fixed_point){0.125, 1e-12, LIMIT, 0, false}, NULL, 1, b.z,
                                    trace, &report);
    }
    if (!status) {
        status = ons_monotone_solve(b.machine, b.work, &(ons_fixed_point){0.125, 1e-12, LIMIT, 5, false}, NULL, 1,
                                    b.other, fast, &quick);
    }
    if (!status) {
        const double square = straightness(trace, report.iterations, &slope);
        for (size_t k = 0; k < LIMIT; k++) { step[k] = (double)k; }
        ons_claim_number(r, "M3", square, 0, "rate %.4f a step; %u steps to 1e-12, %u with Anderson's method",
                         exp(slope), report.iterations, quick.iterations);
        ons_figure_begin(r, "convergence", "Residual of the mean field, n = 60, k = 3, alpha = 1/8", "iteration",
                         "|z - softmax(Phi z + b)|", ONS_FIGURE_LOG_Y);
        ons_figure_curve(r, "damped steps", report.iterations, step, trace, NULL);
        ons_figure_curve(r, "Anderson, memory 5", quick.iterations, step, fast, NULL);
    }
    clear(&b);
    return status;
}

static double distance(const bench *b, const double *z, const double *goal) {
    double sum = 0;
    for (size_t e = 0; e < b->elements; e++) { sum += (z[e * LANES] - goal[e]) * (z[e * LANES] - goal[e]); }
    return sqrt(sum);
}

/* One step at a time from a start, against the fixed point found before. */
static ons_status contraction_claim(ons_reproduction *r) {
    bench b;
    double *eigenvalue = NULL, *goal = NULL, worst = 0, alpha = 0;
    ons_status status = draw_machine(&b, 20, 3, 0.3, 8, 1001);
    if (!status) {
        eigenvalue = ONS_NEW(double, 2 * b.elements);
        status = eigenvalue ? ons_monotone_spectrum(b.machine, eigenvalue) : ONS_MEMORY;
    }
    if (!status) {
        const double L = fmax(fabs(eigenvalue[0]), fabs(eigenvalue[b.elements - 1]));
        alpha = 1.9 * 0.3 / (L * L);
        goal = eigenvalue + b.elements;
        draw_starts(&b, 1001, b.z);
        status = ons_monotone_solve(b.machine, b.work, &(ons_fixed_point){0.125, 1e-13, 4000, 5, false}, NULL, 1, b.z,
                                    NULL, NULL);
        for (size_t e = 0; e < b.elements; e++) { goal[e] = b.z[e * LANES]; }
        draw_starts(&b, 1002, b.z);
    }
    for (int k = 0; k < 60 && !status; k++) {
        const double before = distance(&b, b.z, goal);
        if (before < 1e-9) { break; }
        status = ons_monotone_step(b.machine, b.work, alpha, b.z);
        worst = fmax(worst, distance(&b, b.z, goal) / before);
    }
    if (!status) { ons_claim_number(r, "M3-theorem", worst, 0, "alpha = %.4f, 60 steps at most", alpha); }
    free(eigenvalue);
    clear(&b);
    return status;
}

/* ---- exact rows ----------------------------------------------------------------------------------------------- */

static ons_status damping_claim(ons_reproduction *r) {
    static const double alphas[] = {0.05, 0.125, 0.5};
    double worst = 0;
    ons_status status = ONS_OK;
    for (size_t k = 0; k < 3 && !status; k++) {
        bench b;
        status = draw_machine(&b, 60, 3, 0.01, 8, 1003);
        if (!status) {
            draw_starts(&b, (uint32_t)(1003 + k), b.z);
            status = ons_monotone_solve(b.machine, b.work, &(ons_fixed_point){alphas[k], 1e-11, 4000, 5, false}, NULL,
                                        LANES, b.z, NULL, NULL);
        }
        if (!status) { worst = fmax(worst, residual_of(&b)); }
        clear(&b);
    }
    if (!status) { ons_claim_number(r, "E2", worst, 0, "one machine, 32 starts each"); }
    return status;
}

typedef struct sample {
    uint8_t pixel[16 * LANES], seen[16 * LANES], label[LANES];
    ons_completion examples;
} sample;

static ons_status loss_at(ons_monotone *machine, ons_monotone_work *work, const sample *s, double *z, double *gradient,
                          double *loss) {
    ons_completion_loss sums = {0};
    ons_status status = ons_monotone_refresh(machine);
    if (!status) {
        status = ons_monotone_complete(machine, work, &(ons_fixed_point){0.125, 1e-13, 4000, 5, false}, &s->examples, z,
                                       &sums, gradient);
    }
    *loss = 0.5 * (sums.reconstruction + sums.classification);
    return status;
}

static ons_status compare_gradient(ons_monotone *machine, ons_monotone_work *work, const sample *s, double *z,
                                   double *gradient, double *worst) {
    double loss, largest = 0, *values = ons_monotone_values(machine);
    const size_t count = ons_monotone_count(machine);
    ons_status status = loss_at(machine, work, s, z, gradient, &loss);
    for (size_t k = 0; k < count; k++) { largest = fmax(largest, fabs(gradient[k])); }
    for (size_t k = 0; k < count && !status; k += 3) {
        static const double at[] = {-2, -1, 1, 2}, factor[] = {1, -8, 8, -1};
        const double kept = values[k], h = 1e-3;
        double sum = 0;
        for (size_t j = 0; j < 4 && !status; j++) {
            values[k] = kept + at[j] * h;
            status = loss_at(machine, work, s, z, NULL, &loss);
            sum += factor[j] * loss / (12 * h);
        }
        values[k] = kept;
        *worst = fmax(*worst, fabs(sum - gradient[k]) / largest);
    }
    return status;
}

/* Three tiers of 16 pixels, 4 hidden variables, a class: 21 variables. */
static ons_status gradient_claim(ons_reproduction *r) {
    const ons_monotone_shape shape = {.tiers = 3,
                                      .tier = {{4, 3, 3}, {2, 3, 3}, {1, 5, 5}},
                                      .kernel = {{3}, {3, 3}, {0, ONS_KERNEL_FULL, ONS_KERNEL_FULL}},
                                      .margin = 0.01};
    ons_random random = ons_random_stream(KEY, 1004, 0);
    ons_monotone *machine = NULL;
    ons_monotone_work *work = NULL;
    sample *s = ONS_NEW(sample, 1);
    ons_status status = s ? ons_monotone_create(&machine, &shape) : ONS_MEMORY;
    if (!status) { status = ons_monotone_work_create(&work, machine, 5); }
    double *space =
        status ? NULL : ONS_NEW(double, ons_monotone_elements(machine) * LANES + ons_monotone_count(machine));
    if (!status && !space) { status = ONS_MEMORY; }
    if (!status) {
        double worst = 0;
        ons_monotone_draw(machine, 3, &random);
        for (size_t k = 0; k < 16 * LANES; k++) {
            s->pixel[k] = (uint8_t)ons_random_below(&random, 3);
            s->seen[k] = ons_random_below(&random, 5) < 2;
            s->label[k % LANES] = (uint8_t)ons_random_below(&random, 5);
        }
        s->examples = (ons_completion){.pixel = s->pixel, .seen = s->seen, .label = s->label, .lanes = 8, .share = 0.5};
        status = compare_gradient(machine, work, s, space, space + ons_monotone_elements(machine) * LANES, &worst);
        if (!status) { ons_claim_number(r, "E3", worst, 0, "21 variables, every third parameter, 8 examples"); }
    }
    free(space);
    free(s);
    ons_monotone_work_free(work);
    ons_monotone_free(machine);
    return status;
}

static ons_status small_claims(ons_reproduction *r) {
    enum { VARIABLES = 8, STATES = 3, N = VARIABLES * STATES };
    static const double couplings[N * N];
    double bias[N], exact[N], z[N], log_partition, residual, worst = 0;
    ons_random random = ons_random_stream(KEY, 1005, 0);
    for (size_t k = 0; k < N; k++) { bias[k] = 2 * ons_random_normal(&random); }
    const ons_potts machine = {VARIABLES, STATES, couplings, bias};
    random_point(VARIABLES, STATES, &random, z);
    ons_status status = ons_potts_exact(&machine, &log_partition, exact);
    if (!status) { status = ons_potts_mean_field(&machine, 1, 1e-14, 10, z, &residual); }
    if (status) {
        return status < 0 ? status : ons_fail(ONS_FAILED, "free variables did not come to rest in 10 steps");
    }
    for (size_t k = 0; k < N; k++) { worst = fmax(worst, fabs(z[k] - exact[k])); }
    ons_claim_number(r, "E4", worst, 0, "8 variables of 3 states, 6561 states summed");
    worst = 0;
    for (size_t round = 0; round < 300 && !status; round++) {
        static const double alphas[] = {1e-6, 0.05, 0.125, 0.5, 1 - 1e-12};
        double y[20 * LANES], p[20 * LANES], soft[20 * LANES];
        const size_t states = 2 + round % 19;
        for (size_t k = 0; k < states * LANES; k++) { y[k] = 3 * ons_random_normal(&random); }
        status = ons_monotone_prox(states, alphas[round % 5], y, p);
        for (size_t lane = 0; lane < LANES; lane++) {
            double sum = 0;
            for (size_t a = 0; a < states; a++) { sum += p[a * LANES + lane]; }
            worst = fmax(worst, fabs(sum - 1));
            soften(states, y + lane, soft + lane);
        }
        for (size_t k = 0; round % 5 == 4 && k < states * LANES; k++) { worst = fmax(worst, fabs(soft[k] - p[k])); }
    }
    if (!status) { ons_claim_number(r, "E5", worst, 0, "9600 points of 2 to 20 states, alpha from 1e-6 to 1 - 1e-12"); }
    return status;
}

/* ---- images --------------------------------------------------------------------------------------------------- */

static double last_of(const ons_results *results, const char *name, size_t component) {
    const ons_result *row = ons_task_find(ons_results_task(results, 0), name);
    return row && row->times && component < row->size ? row->mean[(row->times - 1) * row->size + component] : NAN;
}

static ons_status starts_claim(ons_reproduction *r) {
    const ons_results *rbm, *monotone;
    ons_status status = ons_reproduction_run(r, &rbm, "rbm-bars",
                                             "rbm data=bars hidden=16 observed=[0.5] steps=200 every=200 replicas=1");
    if (!status) {
        status =
            ons_reproduction_run(r, &monotone, "monotone-bars",
                                 "monotone-dbm data=bars side=4 bins=2 channels=[8] states=2 examples=128 held=100 "
                                 "observed=0.5 rate=0.01 starts=10 steps=10 every=10");
    }
    if (status) { return status; }
    const double theirs = last_of(rbm, "start_spread", 0), ours = last_of(monotone, "start_spread", 0);
    ons_claim_holds(
        r, "M5", theirs > 0.01 && ours < 1e-8,
        "mean over 20 images of the largest range of a marginal over 10 starts: RBM %.3f; the largest of all, "
        "monotone machine: %.1g",
        theirs, ours);
    return ONS_OK;
}

enum { SHARES = 4 };
static const double shares[SHARES] = {0.2, 0.4, 0.6, 0.8};

/* Each error below the one before, within two standard errors of their difference. */
static bool falls(const double *error, double held) {
    for (size_t k = 0; k + 1 < SHARES; k++) {
        const double variance = (error[k] * (1 - error[k]) + error[k + 1] * (1 - error[k + 1])) / held;
        if (!(error[k + 1] < error[k] + 2 * sqrt(variance))) { return false; }
    }
    return error[SHARES - 1] < error[0];
}

typedef struct task_words {
    const char *name, *data, *claim, *order; /* of the jobs; of the claims */
    int examples, held, epochs;
} task_words;

/* The monotone machine and its rivals on the same images: claims, a figure, completed digits. */
static ons_status compare(ons_reproduction *r, const task_words *t) {
    const ons_results *ours, *logistic, *rbm;
    double error[3][SHARES], bars[SHARES];
    char name[3][48];
    static const char *const kinds[] = {"monotone", "logistic", "rbm"};
    for (size_t k = 0; k < 3; k++) { snprintf(name[k], sizeof name[k], "%s-%s", t->name, kinds[k]); }
    ons_status status = ons_reproduction_run(
        r, &ours, name[0], "monotone-dbm data=%s side=14 examples=%d held=%d " MACHINE " steps=%d every=%d", t->data,
        t->examples, t->held, t->epochs, t->epochs);
    if (!status) {
        status = ons_reproduction_run(r, &logistic, name[1],
                                      "softmax-regression data=%s side=14 examples=%d held=%d steps=20 every=20",
                                      t->data, t->examples, t->held);
    }
    if (!status) {
        status = ons_reproduction_run(r, &rbm, name[2],
                                      "rbm data=%s side=14 examples=%d held=%d hidden=64 observed=[0.2,0.4,0.6,0.8,1] "
                                      "rate=0.002 batch=64 sweeps=1 steps=%d every=%d replicas=1",
                                      t->data, t->examples, t->held, 3 * t->epochs, 3 * t->epochs);
    }
    if (status) { return status; }
    const ons_results *const all[] = {ours, logistic, rbm};
    for (size_t k = 0; k < 3 * SHARES; k++) {
        error[k / SHARES][k % SHARES] = last_of(all[k / SHARES], "class_error", k % SHARES);
    }
    ons_claim_holds(
        r, t->claim, error[0][1] < 0.25,
        "class error at 40 %% seen: monotone %.3f, logistic regression %.3f, RBM by mean field %.3f (all pixels, "
        "exact: %.3f); %.1f %% of the hidden pixels get a wrong bin; %d images learnt for %d epochs, %d held out",
        error[0][1], error[1][1], error[2][1], last_of(rbm, "class_error", SHARES),
        100 * last_of(ours, "pixel_error", 1), t->examples, t->epochs, t->held);
    ons_claim_holds(r, t->order, falls(error[0], t->held), "class error %.3f, %.3f, %.3f, %.3f", error[0][0],
                    error[0][1], error[0][2], error[0][3]);
    ons_figure_begin(r, t->name, "Class error against the share of pixels seen", "share seen", "class error", 0);
    for (size_t k = 0; k < 3; k++) {
        for (size_t f = 0; f < SHARES; f++) { bars[f] = sqrt(error[k][f] * (1 - error[k][f]) / t->held); }
        ons_figure_curve(r, kinds[k], SHARES, shares, error[k], bars);
    }
    char caption[160];
    snprintf(caption, sizeof caption, "%s, held out: images, the 40 %% that is seen, and completed by the mean field",
             t->data);
    char picture[64];
    snprintf(picture, sizeof picture, "%s-completed", t->name);
    status = ons_reproduction_state(r, name[0], 0, 0, picture, caption);
    if (status) { return status; }
    snprintf(picture, sizeof picture, "%s-filters", t->name);
    return ons_reproduction_state(r, name[2], 0, 0, picture, "Weights of the hidden units of the RBM");
}

static ons_status image_claims(ons_reproduction *r) {
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    static const char *const ids[] = {"M4", "M4-order", "M4-mnist", "M4-mnist-order"};
    if (ons_reproduction_effort(r) < ONS_STANDARD) {
        for (size_t k = 0; k < 4; k++) { ons_claim_skip(r, ids[k], "at standard effort"); }
        return ONS_OK;
    }
    const task_words drawn = {"drawn", "drawn", "M4", "M4-order", full ? 8000 : 2000, full ? 2000 : 500, full ? 20 : 8};
    const task_words mnist = {"mnist", "mnist", "M4-mnist", "M4-mnist-order", 8000, full ? 2000 : 1000, full ? 20 : 3};
    const ons_status status = compare(r, &drawn);
    if (status) { return status; }
    if (ons_file_exists("mnist/t10k-images-idx3-ubyte.gz") || ons_file_exists("mnist/t10k-images-idx3-ubyte") ||
        ons_file_exists("mnist/train-images-idx3-ubyte.gz") || ons_file_exists("mnist/train-images-idx3-ubyte")) {
        return compare(r, &mnist);
    }
    for (size_t k = 2; k < 4; k++) {
        ons_claim_skip(r, ids[k], "needs a folder `mnist` with the idx files of MNIST in the working directory");
    }
    return ONS_OK;
}

static ons_status reproduce(ons_reproduction *r) {
    static ons_status (*const parts[])(ons_reproduction *) = {damping_claim,     gradient_claim, small_claims,
                                                              contraction_claim, rate_claim,     uniqueness_claims,
                                                              generic_claims,    starts_claim,   image_claims};
    ons_status status = ONS_OK;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0] && !status; k++) {
        if (ons_reproduction_stopped(r)) { return ONS_STOPPED; }
        status = parts[k](r);
    }
    return status;
}

extern const ons_paper ons_paper_monotone_dbm;
const ons_paper ons_paper_monotone_dbm = {
    .name = "monotone-dbm",
    .title = "Monotone deep Boltzmann machines",
    .authors = "Feng, Winston and Kolter",
    .reference = "arXiv:2307.04990 (2023), TMLR",
    .summary = "Boltzmann machines with one mean-field fixed point: uniqueness, rates, gradients, completed digits",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
