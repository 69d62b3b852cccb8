/*
 * lagrangian-pinn: physics-informed networks on characteristics (Mojgani, Balajewicz and Hassanzadeh 2023).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

static const char details[] =
    "## System\n"
    "`lagrangian-pinn`: u_t + f u_x = viscosity u_xx solved by a network of (x, t), or by two of (label, t), one for "
    "the\n"
    "field and one for the position X of the label. Tables of errors of the paper were not at hand, only its abstract "
    "and the\n"
    "authors' program: orderings are those of the abstract, numbers are checks of ours and are not shown as "
    "published.\n"
    "\n"
    "## What differs\n"
    "Initial conditions and periodicity are exact in both frames, residuals enter by their mean squares, branches "
    "share no\n"
    "weights. For convection the viscous term is that of the authors' program (u_aa of labels), exact there, and the "
    "speed of\n"
    "labels is left to the network (in units of 1 + |speed|). For Burgers' equation it is the metric one, with "
    "positions that\n"
    "start at the speed of the initial field; the authors' term is shown beside it. Networks of 3 x 30 units "
    "(positions 2 x "
    "30),\n"
    "32 x 64 points, Adam and then L-BFGS in double precision.\n"
    "\n"
    "## References\n"
    "Mojgani, Balajewicz and Hassanzadeh, Comput. Methods Appl. Mech. Eng. 404, 115810 (2023), arXiv:2205.02902. E. "
    "Hopf\n"
    "(1950) and J. D. Cole (1951) for Burgers' equation.\n";

#define EXACT(id, effort, bound, quantity, value, tolerance, place, why)                                               \
    { id, ONS_CLAIM_EXACT, bound, effort, quantity, value, 0, tolerance, 0, place, why }
#define ORDER(id, quantity, place, why)                                                                                \
    { id, ONS_CLAIM_ORDERING, 0, ONS_STANDARD, quantity, 0, 0, 0, 0, place, why }
#define EQUAL ONS_CLAIM_EQUAL
#define MOST ONS_CLAIM_AT_MOST
#define LEAST ONS_CLAIM_AT_LEAST

static const ons_claim claims[] = {
    ORDER("L1",
          "convection: the error of the resting network grows to failure with the speed, on characteristics it "
          "does not",
          "abstract", "speeds 0, 10, 30, 50: at rest at least 10 times as large as on characteristics at 50"),
    EXACT("L1-moving", ONS_STANDARD, MOST, "largest relative error on characteristics for these speeds", 2e-2, 0,
          "bound of ours", "fixed before the run"),
    EXACT("L2", ONS_STANDARD, LEAST, "error of the resting network at speed 50, periodicity exact", 0.3, 0,
          "bound of ours", "the abstract: failure persists with exactly periodic networks"),
    {"L3", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD, "a resting network without exact periodicity fails at speed 30", 0, 0,
     0, 0, "general knowledge", "not of this paper"},
    ORDER("L4", "Burgers, u(x, 0) = sin(x) + C: the error on characteristics does not depend on C", "abstract",
          "C = 0, 10, 50 to t = 0.8, errors relative to u - C: largest over smallest at most 3"),
    ORDER("L4-published", "the viscous term without the metric is wrong where X_a is not 1", "derived",
          "Burgers, C = 0: its error is larger than with the metric"),
    ORDER("L5", "the loss landscape on characteristics is less sensitive to the speed", "abstract",
          "top Hessian eigenvalue at speed 50 over that at 0: at rest at least 10 times that on characteristics"),
    EXACT("L6-rank", ONS_QUICK, EQUAL, "snapshots of exp(-nu t) sin(x - c t) at rest: singular values above 1e-12", 2,
          0, "textbook", "an integer"),
    EXACT("L6-moving", ONS_QUICK, EQUAL, "and on characteristics", 1, 0, "textbook", "an integer"),
    EXACT("L6-solution", ONS_QUICK, EQUAL, "residual of exp(-nu t) sin(x - c t): largest over c, by its derivatives", 0,
          1e-12, "textbook", "rounding"),
    EXACT("L7", ONS_QUICK, EQUAL, "Burgers by 2048 waves against the integral of Hopf and Cole, t = 0.8, 1.5", 0, 1e-8,
          "textbook", "viscosity 0.01"),
    EXACT("L7-series", ONS_QUICK, EQUAL, "the integral against the series of Bessel functions, viscosity 0.05", 0, 1e-8,
          "textbook", "the series cancels: some 10 digits are left"),
    EXACT("L7-galilean", ONS_QUICK, EQUAL, "u(x, t; C) by 256 waves against C + u(x - C t, t; 0), C = 10", 0, 1e-8,
          "textbook", "viscosity 0.05"),
    EXACT("L8", ONS_QUICK, EQUAL, "time at which characteristics of sin(x) + C cross first, C = 0, 10, 50", 1, 1e-3,
          "textbook", "least X_a = 1 + t cos(a) on 4096 labels, by bisection"),
    EXACT("L9", ONS_QUICK, LEAST, "travelling Gaussian of width 0.1: modes that leave 1e-3 of the energy, at rest", 5,
          0, "derived", "one mode on characteristics; a travelling bump needs more than a few"),
    EXACT("L9-moving", ONS_QUICK, EQUAL, "and on characteristics", 1, 0, "derived", "an integer"),
    {.id = NULL}};

/* ---- without networks ---------------------------------------------------------------------------------------------
 */

enum { PLACES = 256, TIMES = 100 };

/* Singular values of snapshots[PLACES][TIMES], which are overwritten. */
static ons_status singular_values(double *snapshots, double *values) {
    if (LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'N', TIMES, PLACES, snapshots, TIMES, values, NULL, 1, NULL, 1)) {
        return ons_fail(ONS_FAILED, "singular values of %d x %d snapshots did not converge", PLACES, TIMES);
    }
    return ONS_OK;
}

typedef double (*profile)(double x, double t, double speed);

static double wave(double x, double t, double speed) { return exp(-0.01 * t) * sin(x - speed * t); }

static double bump(double x, double t, double speed) {
    const double away = remainder(x - PI - speed * t, 2 * PI);
    return exp(-away * away / (2 * 0.1 * 0.1));
}

/* Singular values at a speed, places fixed (`moving`: labels that go with it). */
static ons_status values_of(profile u, double speed, bool moving, double *values) {
    double *snapshots = ONS_NEW(double, PLACES *TIMES);
    if (!snapshots) { return ONS_MEMORY; }
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t k = 0; k < TIMES; k++) {
            const double t = (double)k / (TIMES - 1), a = 2 * PI * (double)i / PLACES;
            snapshots[i * TIMES + k] = u(a + (moving ? speed * t : 0), t, speed);
        }
    }
    const ons_status status = singular_values(snapshots, values);
    free(snapshots);
    return status;
}

static size_t rank_of(const double *values) {
    size_t rank = 0;
    while (rank < TIMES && values[rank] > 1e-12 * values[0]) { rank++; }
    return rank;
}

/* The fewest modes that leave less than 1e-3 of the energy. */
static size_t modes_of(const double *values) {
    double all = 0, kept = 0;
    size_t modes = 0;
    for (size_t k = 0; k < TIMES; k++) { all += values[k] * values[k]; }
    while (modes < TIMES && all - kept > 1e-3 * all) {
        kept += values[modes] * values[modes];
        modes++;
    }
    return modes;
}

static ons_status ranks(ons_reproduction *r) {
    double rest[TIMES] = {0}, moving[TIMES] = {0}, number[TIMES];
    size_t largest = 0, least = TIMES, along = 0;
    ons_status status = ONS_OK;
    for (size_t k = 0; !status && k < 3; k++) {
        const double speed = (const double[]){2, 10, 50}[k];
        status = values_of(wave, speed, false, rest);
        if (!status) { status = values_of(wave, speed, true, moving); }
        largest = rank_of(rest) > largest ? rank_of(rest) : largest;
        least = rank_of(rest) < least ? rank_of(rest) : least;
        along = rank_of(moving) > along ? rank_of(moving) : along;
    }
    if (status) { return status; }
    ons_claim_number(r, "L6-rank", largest == least ? (double)largest : NAN, 0,
                     "speeds 2, 10, 50; 256 x 100 snapshots");
    ons_claim_number(r, "L6-moving", (double)along, 0, "the same");
    status = values_of(bump, 2 * PI, false, rest);
    if (!status) { status = values_of(bump, 2 * PI, true, moving); }
    if (status) { return status; }
    ons_claim_number(r, "L9", (double)modes_of(rest), 0, "once round the period; 256 x 100 snapshots");
    ons_claim_number(r, "L9-moving", (double)modes_of(moving), 0, "the same");
    for (size_t k = 0; k < TIMES; k++) {
        number[k] = (double)(k + 1);
        moving[k] = fmax(moving[k] / moving[0], 1e-17);
        rest[k] = rest[k] / (k ? rest[0] : 1);
    }
    rest[0] = 1;
    ons_figure_begin(r, "modes", "Singular values of snapshots of a travelling Gaussian", "mode", "over the first",
                     ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "at rest", 60, number, rest, NULL);
    ons_figure_curve(r, "on characteristics", 60, number, moving, NULL);
    return ONS_OK;
}

/* u_t + c u_x - nu u_xx of the closed form: every derivative by itself. */
static void closed_form(ons_reproduction *r) {
    double worst = 0;
    for (int k = 0; k < 400; k++) {
        const double c = (const double[]){0, 2, 10, 50}[k % 4], nu = 0.01, t = 0.0025 * k, x = 0.7 * k;
        const double size = exp(-nu * t), s = sin(x - c * t), o = cos(x - c * t);
        worst = fmax(worst, fabs(size * (-nu * s - c * o) + c * size * o + nu * size * s));
    }
    ons_claim_number(r, "L6-solution", worst, 0, "400 points, speeds 0, 2, 10, 50");
}

typedef struct burgers_check {
    size_t points;
    double viscosity, mean, step;
} burgers_check;

/* The largest distance of the spectral solution from the closed form that moves with the mean, at two times. */
static ons_status spectral_distance(const burgers_check *check, double *worst) {
    const ons_burgers constants = {.viscosity = check->viscosity, .mean = check->mean};
    const ons_spectral_equation equation = ons_burgers_equation(&constants);
    const ons_spectral_options options = {.points = {check->points}, .lengths = {2 * PI}, .step = check->step};
    double *u = ONS_NEW(double, check->points), t = 0;
    ons_spectral *field = NULL;
    ons_status status = u ? ons_spectral_create(&field, &equation, &options) : ONS_MEMORY;
    for (size_t j = 0; !status && j < check->points; j++) {
        u[j] = check->mean + sin(2 * PI * (double)j / (double)check->points);
    }
    if (!status) { ons_spectral_set(field, u); }
    for (size_t k = 0; !status && k < 2; k++) {
        const double interval = k ? 0.7 : 0.8;
        t += interval;
        status = ons_spectral_advance(field, interval);
        ons_spectral_get(field, u);
        for (size_t j = 0; j < check->points; j++) {
            const double x = 2 * PI * (double)j / (double)check->points;
            const double still = ons_burgers_sine(check->viscosity, 0, 1, x - check->mean * t, t);
            *worst = fmax(*worst, fabs(u[j] - check->mean - still));
        }
    }
    ons_spectral_free(field);
    free(u);
    return status;
}

/* 4 nu sum n I_n e^(-n^2 nu t) sin(n x)/(I_0 + 2 sum I_n e^(-n^2 nu t) cos(n x)), I_n(z) by Miller's backward
 * recurrence, z = 1/(2 nu). Its denominator falls to exp(-2 z) of its terms: 9 of the 19 digits of long double here,
 * and all of them at viscosity 0.01. */
static double series(double nu, double x, double t) {
    enum { TERMS = 120 };
    long double bessel[TERMS + 2], above = 0, below;
    const long double z = 1 / (2 * (long double)nu);
    bessel[TERMS + 1] = 0;
    bessel[TERMS] = 1e-280L;
    for (int n = TERMS; n > 0; n--) { bessel[n - 1] = bessel[n + 1] + 2 * n / z * bessel[n]; }
    below = bessel[0];
    for (int n = 1; n <= TERMS; n++) {
        const long double part = bessel[n] * expl(-n * n * (long double)nu * t);
        above += 4 * nu * n * part * sinl(n * (long double)x);
        below += 2 * part * cosl(n * (long double)x);
    }
    return (double)(above / below);
}

static ons_status burgers(ons_reproduction *r) {
    const burgers_check shock = {2048, 0.01, 0, 2e-4}, carried = {256, 0.05, 10, 2e-4};
    double worst = 0, moved = 0, off = 0;
    ons_status status = spectral_distance(&shock, &worst);
    if (!status) { status = spectral_distance(&carried, &moved); }
    if (status) { return status; }
    for (int k = 0; k < 200; k++) {
        const double x = 2 * PI * k / 200, t = 0.2 + 0.4 * (k % 5);
        off = fmax(off, fabs(series(0.05, x, t) - ons_burgers_sine(0.05, 0, 1, x, t)));
    }
    ons_claim_number(r, "L7", worst, 0, "step 2e-4");
    ons_claim_number(r, "L7-galilean", moved, 0, "step 2e-4; terms rotate by C k, which the step must resolve");
    ons_claim_number(r, "L7-series", off, 0, "120 terms in long double, 200 points");
    return ONS_OK;
}

/* The least X_a of labels that go with sin(a) + C, by differences of their positions. */
static double least_jacobian(double mean, double t) {
    enum { LABELS = 4096 };
    const double spacing = 2 * PI / LABELS;
    double least = INFINITY;
    for (int k = 0; k < LABELS; k++) {
        const double a = k * spacing, b = a + spacing;
        least = fmin(least, (b + t * (sin(b) + mean) - a - t * (sin(a) + mean)) / spacing);
    }
    return least;
}

static void breaking(ons_reproduction *r) {
    double furthest = 1;
    for (size_t k = 0; k < 3; k++) {
        double low = 0, high = 4;
        for (int step = 0; step < 60; step++) {
            const double middle = (low + high) / 2;
            *(least_jacobian((const double[]){0, 10, 50}[k], middle) > 0 ? &low : &high) = middle;
        }
        if (fabs(low - 1) >= fabs(furthest - 1)) { furthest = low; }
    }
    ons_claim_number(r, "L8", furthest, 0, "the furthest from 1 of three");
}

/* ---- networks -----------------------------------------------------------------------------------------------------
 */

static double last_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *row = ons_task_find(ons_results_task(results, task), name);
    if (!row || !row->size) { return NAN; }
    return row->kind == ONS_SERIES ? row->mean[(row->times - 1) * row->size] : row->mean[0];
}

#define NETWORKS "seed=2205 iterations=%d quasi_newton=%d steps=%d every=%d "

static ons_status convection(ons_reproduction *r) {
    static const double speeds[4] = {0, 10, 30, 50};
    const bool standard = ons_reproduction_effort(r) >= ONS_STANDARD;
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    const int adam = full ? 100000 : standard ? 400 : 20, quasi = standard ? 200 : 2, steps = (adam + quasi) / 100 + 1;
    static const char *const jobs[] = {"convection-resting", "convection-moving"};
    static const char *const frames[] = {"frame=eulerian", "frame=lagrangian mode=published path=free"};
    double error[2][4], top[2][4], worst = 0;
    for (size_t f = 0; f < 2; f++) {
        const ons_results *results;
        const ons_status status = ons_reproduction_run(
            r, &results, jobs[f], "lagrangian-pinn problem=convection %s speed=0,10,30,50 curvature=%s " NETWORKS "%s",
            frames[f], standard ? "yes" : "no", adam, quasi, steps, steps,
            standard ? "" : "width=4 points_t=4 points_x=8");
        if (status) { return status; }
        for (size_t k = 0; k < 4; k++) {
            error[f][k] = last_of(results, k, "error");
            top[f][k] = standard ? fabs(last_of(results, k, "curvature")) : NAN;
        }
    }
    if (!standard) { return ONS_OK; }
    for (size_t k = 0; k < 4; k++) { worst = fmax(worst, error[1][k]); }
    ons_claim_holds(r, "L1", error[0][3] >= 10 * error[1][3] && error[0][3] > error[0][0],
                    "at rest %.2g, %.2g, %.2g, %.2g, on characteristics %.2g, %.2g, %.2g, %.2g", error[0][0],
                    error[0][1], error[0][2], error[0][3], error[1][0], error[1][1], error[1][2], error[1][3]);
    ons_claim_number(r, "L1-moving", worst, 0, "%d iterations of Adam, %d of L-BFGS", adam, quasi);
    ons_claim_number(r, "L2", error[0][3], 0, "the same");
    const double resting = top[0][3] / top[0][0], moving = top[1][3] / top[1][0];
    ons_claim_holds(r, "L5", resting >= 10 * moving,
                    "%.3g at rest (%.3g and %.3g), %.3g on characteristics (%.3g and %.3g)", resting, top[0][3],
                    top[0][0], moving, top[1][3], top[1][0]);
    ons_figure_begin(r, "convection", "Convection: error of the trained networks", "speed", "relative error",
                     ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "at rest", 4, speeds, error[0], NULL);
    ons_figure_curve(r, "on characteristics", 4, speeds, error[1], NULL);
    ons_figure_begin(r, "curvature", "Top eigenvalue of the Hessian of the loss", "speed", "eigenvalue",
                     ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "at rest", 4, speeds, top[0], NULL);
    ons_figure_curve(r, "on characteristics", 4, speeds, top[1], NULL);
    const ons_status drawn =
        ons_reproduction_state(r, "convection-resting", 3, 0, "resting-50", "speed 50, at rest: u, t to the right");
    return drawn ? drawn
                 : ons_reproduction_state(r, "convection-moving", 3, 0, "moving-50", "speed 50, on characteristics");
}

/* |v| over |v - C| on the grid of the system: errors are relative to the whole field, most of which is C. */
static double part_of_mean(double mean) {
    double square = 0;
    for (int k = 0; k < 33 * 128; k++) {
        const int place = k % 128, time = k / 128;
        const double v = ons_burgers_sine(0.01, 0, 1, 2 * PI * place / 128, 0.8 * time / 32);
        square += v * v / (33 * 128);
    }
    return sqrt((mean * mean + square) / square);
}

static ons_status shocks(ons_reproduction *r) {
    static const double means[3] = {0, 10, 50};
    if (ons_reproduction_effort(r) < ONS_STANDARD) { return ONS_OK; }
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    const int adam = full ? 100000 : 400, quasi = 300, steps = (adam + quasi) / 100;
    const ons_results *metric, *published;
    ons_status status = ons_reproduction_run(
        r, &metric, "burgers", "lagrangian-pinn problem=burgers mean=0,10,50 " NETWORKS, adam, quasi, steps, steps);
    if (!status) {
        status = ons_reproduction_run(r, &published, "burgers-published",
                                      "lagrangian-pinn problem=burgers mean=0 mode=published " NETWORKS, adam, quasi,
                                      steps, steps);
    }
    if (status) { return status; }
    double error[3], low = INFINITY, high = 0, jacobian = INFINITY;
    for (size_t k = 0; k < 3; k++) {
        error[k] = last_of(metric, k, "error") * part_of_mean(means[k]);
        low = fmin(low, error[k]);
        high = fmax(high, isnan(error[k]) ? INFINITY : error[k]);
        jacobian = fmin(jacobian, last_of(metric, k, "least_jacobian"));
    }
    const double flat = last_of(published, 0, "error");
    ons_claim_holds(r, "L4", high <= 3 * low, "errors %.2e, %.2e, %.2e; least X_a %.3g", error[0], error[1], error[2],
                    jacobian);
    ons_claim_holds(r, "L4-published", flat > error[0], "error %.2e without the metric (least X_a %.3g), %.2e with it",
                    flat, last_of(published, 0, "least_jacobian"), error[0]);
    ons_figure_begin(r, "burgers", "Burgers' equation on characteristics", "C", "error relative to u - C",
                     ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "metric", 3, means, error, NULL);
    return ons_reproduction_state(r, "burgers", 1, 0, "burgers-10", "C = 10, on characteristics: u, t to the right");
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = ranks(r);
    if (status) { return status; }
    closed_form(r);
    breaking(r);
    status = burgers(r);
    if (!status) { status = convection(r); }
    if (!status) { status = shocks(r); }
    ons_claim_skip(r, "L3", "of another paper (Krishnapriyan et al. 2021); networks here are exactly periodic");
    return status;
}

extern const ons_paper ons_paper_lagrangian_pinn;
const ons_paper ons_paper_lagrangian_pinn = {
    .name = "lagrangian-pinn",
    .title = "Kolmogorov n-width and Lagrangian physics-informed neural networks: a causality-conforming manifold for "
             "convection-dominated PDEs",
    .authors = "R. Mojgani, M. Balajewicz, P. Hassanzadeh",
    .reference = "Comput. Methods Appl. Mech. Eng. 404, 115810 (2023); arXiv:2205.02902",
    .summary = "networks that fail on fast convection at rest and do not on characteristics; Burgers' equation",
    .details = details,
    .systems = (const char *const[]){"lagrangian-pinn", NULL},
    .claims = claims,
    .reproduce = reproduce,
};
