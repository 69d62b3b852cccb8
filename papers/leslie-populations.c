/*
 * leslie-populations: predators and prey, competitors, with age classes (Gilman, Miller, Son, Waheed and Wang 2024):
 * exponential growth, exact evolution, the last species standing, Gause's Paramecium.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## System\n"
    "`leslie`: x(t+1) = A x - B y with y(t+1) = D y + C x (predation) or D y - C x (competition), A and D Leslie "
    "matrices,\n"
    "B and C not negative. Abstract and front matter of the paper were at hand, no equation or number: the equations "
    "are\n"
    "read off the abstract. No number below was printed by the authors: exact rows hold for these equations, "
    "statements\n"
    "are those of the abstract.\n"
    "\n"
    "## Method\n"
    "A population whose total is no longer positive is extinct for ever; single classes may be negative. Random "
    "models\n"
    "have 2 to 4 classes, fecundities uniform in 0 .. 2, survivals in 0 .. 1, couplings in 0.01 .. 0.3, first numbers "
    "in\n"
    "0 .. 1. The rule of the last species standing is ours: the sign of w z(0), w the left eigenvector of the "
    "dominant\n"
    "eigenvalue; models with |w z(0)| below 0.01 |w||z(0)| are close to the threshold and left out.\n"
    "The fit minimises squared logarithms of the totals of three experiments at once, with two age classes and\n"
    "saturation, by Levenberg and Marquardt's method through the recurrence from several starts, on days up to 19; "
    "the\n"
    "last five days are held out. It is a scheme of ours, not the paper's, which could not be read; the linear form "
    "cannot\n"
    "follow populations that saturate.\n"
    "\n"
    "## Data\n"
    "Paramecium caudatum and P. aurelia, volume index, days 2 to 24: G. F. Gause, Science 79, 16 (1934), figures 2 and "
    "3,\n"
    "as digitised in the R package gauseR (data set gause_1934_science_f02_03).\n"
    "\n"
    "## References\n"
    "Gilman, Miller, Son, Waheed and Wang, arXiv:2412.19831 (2024). P. H. Leslie, Biometrika 33, 183 (1945). L. Euler\n"
    "(1760) and A. J. Lotka (1907) for the equation of growth.\n";

#define DERIVED "derived for these equations"
#define NUMBER(id, effort, quantity, published, tolerance, why)                                                        \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, effort, quantity, published, 0, tolerance, 0, DERIVED, why }
#define WORDS(id, kind, quantity, place, why)                                                                          \
    { id, kind, 0, ONS_QUICK, quantity, 0, 0, 0, 0, place, why }

static const ons_claim claims[] = {
    WORDS("le1", ONS_CLAIM_STATEMENT, "populations grow or decay exponentially instead of oscillating or settling",
          "abstract",
          "random linear predator-prey models: |slope of ln |z| - ln (spectral radius)| at most 1e-6 for all"),
    NUMBER("le1-slope", ONS_QUICK, "largest distance of the slope of ln |z(t)| from ln of the spectral radius", 0, 1e-6,
           "bounded oscillations over 10^9 steps"),
    NUMBER("le2", ONS_QUICK, "exact evolution: M^t by squaring against t steps, largest relative distance, t = 1 .. 64",
           0, 1e-12, "rounding"),
    {"le3", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD,
     "last species standing: the sign of w z(0) names the survivor of every random pair of competitors", 0, 0, 0, 0,
     "abstract: a theorem, the rule is ours", "10^5 models with 2 to 4 classes, all of those away from the threshold"},
    NUMBER("le3-one-class", ONS_QUICK,
           "the same with one class: part of the models with exactly one survivor in which the rule names it", 1, 0,
           "p x - q y > 0 keeps its sign, so that x > 0 as long as y > 0: a theorem"),
    NUMBER("le4", ONS_QUICK, "growth of f = (0, 1.2, 1.8), s = (0.5, 0.8)", 1.1158951230, 1e-9, "digits"),
    NUMBER("le4-age1", ONS_QUICK, "its stable part of the first class", 0.56520, 1e-5, "digits"),
    NUMBER("le4-age2", ONS_QUICK, "of the second", 0.25325, 1e-5, "digits"),
    NUMBER("le4-age3", ONS_QUICK, "of the third", 0.18156, 1e-5, "digits"),
    NUMBER("le5-real", ONS_QUICK, "predation of two classes: leading eigenvalue, real part", 1.104603, 1e-5, "digits"),
    NUMBER("le5-imaginary", ONS_QUICK, "its imaginary part", 0.113935, 1e-5, "digits"),
    NUMBER("le5-modulus", ONS_QUICK, "its modulus, the growth per step", 1.11046, 1e-5, "digits"),
    NUMBER("le5-third", ONS_QUICK, "third eigenvalue", -0.36824, 1e-5, "digits"),
    NUMBER("le5-fourth", ONS_QUICK, "fourth eigenvalue", -0.240967, 1e-5, "digits"),
    NUMBER("le6-first", ONS_QUICK, "competition of the same two: first eigenvalue", 1.249308, 1e-4, "digits"),
    NUMBER("le6-second", ONS_QUICK, "second eigenvalue", 0.958324, 1e-4, "digits"),
    NUMBER("le6-third", ONS_QUICK, "third eigenvalue", -0.367988, 1e-4, "digits"),
    NUMBER("le6-fourth", ONS_QUICK, "fourth eigenvalue", -0.239643, 1e-4, "digits"),
    NUMBER("le6-direction", ONS_QUICK, "direction of z: largest distance from (.3627, .1940, -.2789, -.1644)", 0, 1e-4,
           "digits"),
    NUMBER("le6-survivor", ONS_QUICK, "the survivor from z = (1, 1, 1, 1)", 1, 0, "a whole number"),
    NUMBER("le7", ONS_QUICK, "root of Euler and Lotka against the spectral radius, 10^3 random matrices", 0, 1e-10,
           "condition of the eigenvalues"),
    WORDS(
        "le8", ONS_CLAIM_STATEMENT,
        "a fit of the time series of P. aurelia and P. caudatum by age classes is admissible (the paper's own scheme "
        "is not "
        "known)",
        "abstract",
        "our fit: R^2 at least 0.9 for each of the four series on the training days, and on the held-out days together "
        "better than the means of the training days"),
    WORDS("le9-capacity", ONS_CLAIM_ORDERING, "logistic capacities of both species alone: 195 to 230 volume units",
          "Gause 1934, from the data", "within 15 % of this range"),
    WORDS("le9-winner", ONS_CLAIM_ORDERING, "P. aurelia displaces P. caudatum in the mixture", "Gause 1934",
          "fitted Lotka-Volterra: more aurelia than caudatum on day 24 and after 1000 days"),
    {.id = NULL}};

static const char *const systems[] = {"leslie", NULL};

/* ---- random models --------------------------------------------------------------------------------------------------
 */

enum { MOST = 4 };

typedef struct random_pair {
    ons_leslie model;
    double blocks[4][MOST * MOST], z[2 * MOST];
} random_pair;

static ons_status draw_matrix(ons_random *random, size_t m, double *matrix) {
    double f[MOST], s[MOST];
    for (size_t k = 0; k < m; k++) {
        f[k] = 2 * ons_random_uniform(random);
        s[k] = ons_random_uniform(random);
    }
    return ons_leslie_matrix(m, f, s, 0, matrix);
}

static ons_status draw_pair(ons_random *random, ons_leslie_relation relation, size_t m, random_pair *pair) {
    ons_status status = draw_matrix(random, m, pair->blocks[0]);
    if (status == ONS_OK) { status = draw_matrix(random, m, pair->blocks[1]); }
    for (size_t k = 0; k < 2 * m * m; k++) {
        pair->blocks[2 + k / (m * m)][k % (m * m)] = 0.01 + 0.29 * ons_random_uniform(random);
    }
    for (size_t k = 0; k < 2 * m; k++) { pair->z[k] = ons_random_uniform(random); }
    pair->model = (ons_leslie){.relation = relation,
                               .classes = m,
                               .first = pair->blocks[0],
                               .second = pair->blocks[1],
                               .on_first = pair->blocks[2],
                               .on_second = pair->blocks[3]};
    return status;
}

/* |slope - ln rho| over 10^9 steps, and the distance of powers from steps. */
static ons_status study_growth(const random_pair *pair, double *slope, double *steps, bool *turns) {
    const size_t n = ons_leslie_size(&pair->model);
    double matrix[4 * MOST * MOST], real[2 * MOST], imaginary[2 * MOST], result[2 * MOST], logarithm[2];
    ons_leslie_whole(&pair->model, matrix);
    ons_status status = ons_eigenvalues(n, matrix, real, imaginary);
    for (size_t k = 0; status == ONS_OK && k < 2; k++) {
        status = ons_leslie_power(n, matrix, (k + 1) * UINT64_C(1000000000), pair->z, result, &logarithm[k]);
    }
    if (status != ONS_OK) { return status; }
    *turns = imaginary[0] != 0;
    *slope = fmax(*slope, fabs((logarithm[1] - logarithm[0]) * 1e-9 - log(hypot(real[0], imaginary[0]))));
    double z[2 * MOST], next[2 * MOST];
    memcpy(z, pair->z, sizeof z);
    for (uint64_t t = 1; t <= 64 && status == ONS_OK; t++) {
        double size = 0, away = 0;
        for (size_t i = 0; i < n; i++) {
            next[i] = 0;
            for (size_t k = 0; k < n; k++) { next[i] += matrix[i * n + k] * z[k]; }
        }
        memcpy(z, next, sizeof z);
        status = ons_leslie_power(n, matrix, t, pair->z, result, &logarithm[0]);
        for (size_t i = 0; i < n; i++) {
            size = fmax(size, fabs(z[i]));
            away = fmax(away, fabs(result[i] * exp(logarithm[0]) - z[i]));
        }
        *steps = fmax(*steps, away / size);
    }
    return status;
}

static ons_status growth(ons_reproduction *r) {
    ons_random random = ons_random_stream(2412, 0, 0);
    double slope = 0, steps = 0;
    size_t turning = 0;
    for (size_t k = 0; k < 1000; k++) {
        random_pair pair;
        bool turns = false;
        ons_status status = draw_pair(&random, ONS_LESLIE_PREDATION, 2 + k % 3, &pair);
        if (status == ONS_OK) { status = study_growth(&pair, &slope, &steps, &turns); }
        if (status != ONS_OK) { return status; }
        turning += turns;
    }
    ons_claim_holds(
        r, "le1", slope <= 1e-6,
        "in 1000 random models; in %zu of them the leading pair is complex, so that oscillations ride on the "
        "exponential and a total changes its sign",
        turning);
    ons_claim_number(r, "le1-slope", slope, 0, "between 10^9 and 2 10^9 steps, 1000 random models");
    ons_claim_number(r, "le2", steps, 0, "1000 random models");
    return ONS_OK;
}

typedef struct survivors {
    size_t away, right, wrong, none, both;
} survivors;

/* Of random competitors away from the threshold; one class: stream 3, else 1. */
static ons_status count_survivors(size_t models, bool one_class, survivors *count) {
    ons_random random = ons_random_stream(2412, one_class ? 3 : 1, 0);
    *count = (survivors){0};
    for (size_t k = 0; k < models; k++) {
        random_pair pair;
        ons_leslie_fate fate;
        ons_status status = draw_pair(&random, ONS_LESLIE_COMPETITION, one_class ? 1 : 2 + k % 3, &pair);
        if (status == ONS_OK) { status = ons_leslie_judge(&pair.model, pair.z, 100000, &fate); }
        if (status != ONS_OK) { return status; }
        if (fabs(fate.threshold) < 0.01) { continue; }
        count->away++;
        count->right += fate.survivor == fate.predicted;
        count->wrong += fate.survivor >= 0 && fate.survivor != fate.predicted;
        count->none += fate.survivor == -2;
        count->both += fate.survivor == -1;
    }
    return ONS_OK;
}

static ons_status last_standing(ons_reproduction *r) {
    const size_t models = ons_reproduction_effort(r) >= ONS_STANDARD ? 100000 : 10000;
    survivors count;
    ons_status status = count_survivors(models, false, &count);
    if (status != ONS_OK) { return status; }
    ons_claim_holds(r, "le3", count.right == count.away,
                    "the rule names the survivor in %zu of %zu models away from the threshold; in %zu the other one is "
                    "left, since a total may cease to be positive on the way while w z(0) says otherwise, in %zu both "
                    "die in one step, in %zu both are there after 10^5 steps",
                    count.right, count.away, count.wrong, count.none, count.both);
    status = count_survivors(models, true, &count);
    if (status != ONS_OK) { return status; }
    ons_claim_number(r, "le3-one-class", (double)count.right / (double)(count.right + count.wrong), 0,
                     "%zu models; in %zu more both die in one step, in %zu both are there after 10^5 steps",
                     count.right + count.wrong, count.none, count.both);
    return ONS_OK;
}

static ons_status euler_lotka(ons_reproduction *r) {
    ons_random random = ons_random_stream(2412, 2, 0);
    double worst = 0;
    for (size_t k = 0; k < 1000; k++) {
        const size_t m = 1 + ons_random_below(&random, 10);
        double f[10], s[10], matrix[100], root, real[10], imaginary[10];
        for (size_t i = 0; i < m; i++) {
            f[i] = 2 * ons_random_uniform(&random);
            s[i] = ons_random_uniform(&random);
        }
        ons_status status = ons_leslie_matrix(m, f, s, 0, matrix);
        if (status == ONS_OK) { status = ons_leslie_root(m, f, s, 0, &root); }
        if (status == ONS_OK) { status = ons_eigenvalues(m, matrix, real, imaginary); }
        if (status != ONS_OK) { return status; }
        worst = fmax(worst, fabs(hypot(real[0], imaginary[0]) - root) / root);
    }
    ons_claim_number(r, "le7", worst, 0, "1 to 10 classes");
    return ONS_OK;
}

/* ---- worked examples ------------------------------------------------------------------------------------------------
 */

static const ons_result *row_of(const ons_results *results, const char *name) {
    return ons_task_find(ons_results_task(results, 0), name);
}

static double number_of(const ons_results *results, const char *name, size_t component) {
    const ons_result *row = row_of(results, name);
    return row && component < row->size ? row->mean[component] : NAN;
}

static void draw_pair_series(ons_reproduction *r, const ons_results *results, const char *name, const char *title) {
    const ons_result *first = row_of(results, "total"), *second = row_of(results, "total_second");
    if (!first || !second) { return; }
    ons_figure_begin(r, name, title, "steps", "total", ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "first", first->times, first->time, first->mean, NULL);
    ons_figure_curve(r, "second", second->times, second->time, second->mean, NULL);
}

/* Eigenvalues beyond the leading ones, of the pair that the system has by default. */
static ons_status other_eigenvalues(ons_reproduction *r) {
    static const double first[] = {0.6, 1.1, 0.5, 0.2}, second[] = {0.5, 1, 0.4, 0.3};
    static const double on_first[] = {0.05, 0.05, 0.05, 0.05}, on_second[] = {0.08, 0.08, 0.08, 0.08};
    static const char *const ids[2][4] = {{NULL, NULL, "le5-third", "le5-fourth"},
                                          {"le6-first", "le6-second", "le6-third", "le6-fourth"}};
    for (size_t c = 0; c < 2; c++) {
        const ons_leslie model = {.relation = c ? ONS_LESLIE_COMPETITION : ONS_LESLIE_PREDATION,
                                  .classes = 2,
                                  .first = first,
                                  .second = second,
                                  .on_first = on_first,
                                  .on_second = on_second};
        double matrix[16], real[4], imaginary[4];
        ons_leslie_whole(&model, matrix);
        const ons_status status = ons_eigenvalues(4, matrix, real, imaginary);
        if (status != ONS_OK) { return status; }
        for (size_t k = 0; k < 4; k++) {
            if (ids[c][k]) { ons_claim_number(r, ids[c][k], real[k], 0, "all eigenvalues of M"); }
        }
    }
    return ONS_OK;
}

static ons_status examples(ons_reproduction *r) {
    static const double direction[] = {0.3627, 0.1940, -0.2789, -0.1644};
    static const char *const ages[] = {"le4-age1", "le4-age2", "le4-age3"};
    const ons_results *alone, *predation, *competition;
    ons_status status = ons_reproduction_run(
        r, &alone, "alone", "leslie relation=alone fecundity=[0,1.2,1.8] survival=[0.5,0.8] staying=0 steps=50");
    if (status == ONS_OK) {
        status = ons_reproduction_run(r, &predation, "predation", "leslie relation=predation steps=50");
    }
    if (status == ONS_OK) {
        status = ons_reproduction_run(r, &competition, "competition", "leslie relation=competition steps=50");
    }
    if (status != ONS_OK) { return status; }
    ons_claim_number(r, "le4", number_of(alone, "growth", 0), 0, "eigenvalue");
    for (size_t k = 0; k < 3; k++) {
        ons_claim_number(r, ages[k], number_of(alone, "stable_ages", k), 0, "eigenvector");
    }
    const double re = number_of(predation, "growth", 0), im = number_of(predation, "growth_imaginary", 0);
    ons_claim_number(r, "le5-real", re, 0, "eigenvalue of M");
    ons_claim_number(r, "le5-imaginary", im, 0, "eigenvalue of M");
    ons_claim_number(r, "le5-modulus", hypot(re, im), 0, "eigenvalue of M");
    double away = 0;
    for (size_t k = 0; k < 4; k++) { away = fmax(away, fabs(number_of(competition, "stable_ages", k) - direction[k])); }
    ons_claim_number(r, "le6-direction", away, 0, "eigenvector of M");
    ons_claim_number(r, "le6-survivor", number_of(competition, "survivor", 0), 0, "the other one dies at step %.0f",
                     number_of(competition, "extinction_time", 0));
    draw_pair_series(r, predation, "predation", "Predator and prey grow exponentially, until one is gone");
    draw_pair_series(r, competition, "competition", "The last species standing");
    return other_eigenvalues(r);
}

/* ---- Gause's Paramecium ---------------------------------------------------------------------------------------------
 */

enum { DAYS = 23, AURELIA_DAYS = 17, EXPERIMENTS = 3 };
static const double days[DAYS] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
static const double aurelia_days[AURELIA_DAYS] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 21};
static const double caudatum_alone[DAYS] = {8.5,   9.5,   7.6,   18.0,  51.6,  103.1, 135.8, 164.8,
                                            196.7, 217.3, 200.5, 202.4, 183.7, 192.2, 181.0, 192.3,
                                            208.2, 211.0, 195.2, 197.1, 222.3, 210.2, 214.0};
static const double aurelia_alone[AURELIA_DAYS] = {3.8,   12.3,  20.8,  34.9,  74.5,  105.7, 129.2, 161.3, 202.8,
                                                   223.6, 238.7, 201.9, 231.1, 217.0, 199.1, 220.8, 229.2};
static const double caudatum_mixed[DAYS] = {4.8,  8.5,  7.6,  48.8, 92.8, 105.9, 123.7, 95.7, 79.8, 64.0, 84.6, 54.7,
                                            67.8, 50.1, 53.9, 40.9, 45.6, 44.7,  51.2,  40.1, 21.4, 19.6, 34.6};
static const double aurelia_mixed[DAYS] = {3.8,   6.6,   19.8,  34.0,  73.6,  63.2,  84.9,  113.2,
                                           90.6,  119.8, 124.5, 127.4, 150.9, 134.0, 143.4, 124.5,
                                           142.5, 118.9, 142.5, 129.2, 142.5, 135.8, 139.6};
static const ons_leslie_series experiments[EXPERIMENTS] = {{DAYS, days, caudatum_alone, NULL},
                                                           {AURELIA_DAYS, aurelia_days, NULL, aurelia_alone},
                                                           {DAYS, days, caudatum_mixed, aurelia_mixed}};
#define LAST_TRAINED 19.0

typedef struct quality {
    double r_squared[4], held, constant; /* held-out squares of the fit, and of the means of the training days */
    size_t series;
} quality;

static void add_series(quality *q, size_t count, const double *time, const double *seen, const double *fitted) {
    double mean = 0, squares = 0, spread = 0, number = 0;
    for (size_t k = 0; k < count; k++) {
        if (time[k] > LAST_TRAINED) { continue; }
        mean += seen[k];
        number += 1;
    }
    mean /= number;
    for (size_t k = 0; k < count; k++) {
        const double off = (fitted[k] - seen[k]) * (fitted[k] - seen[k]), flat = (mean - seen[k]) * (mean - seen[k]);
        if (time[k] > LAST_TRAINED) {
            q->held += off;
            q->constant += flat;
        } else {
            squares += off;
            spread += flat;
        }
    }
    q->r_squared[q->series++] = 1 - squares / spread;
}

static ons_status fit_all(ons_reproduction *r, ons_leslie_form form, quality *q) {
    ons_random random = ons_random_stream(1934, form, 0);
    ons_leslie_fit *fit;
    const unsigned starts = ons_reproduction_effort(r) >= ONS_STANDARD ? 40 : 8;
    *q = (quality){.series = 0};
    ons_status status = ons_leslie_fit_create(&fit, experiments, EXPERIMENTS, 2, form, LAST_TRAINED, starts, &random);
    if (status != ONS_OK) { return status; }
    const bool drawn = form == ONS_LESLIE_SATURATING;
    if (drawn) {
        ons_figure_begin(r, "paramecium", "Paramecium of Gause and two age classes; days after 19 are not fitted",
                         "day", "volume", 0);
    }
    for (size_t e = 0; e < EXPERIMENTS && status == ONS_OK; e++) {
        const ons_leslie_series *one = &experiments[e];
        double first[DAYS], second[DAYS], none[DAYS] = {0};
        status = ons_leslie_fit_totals(fit, one, e, first, second);
        for (size_t s = 0; s < 2; s++) {
            const double *seen = s ? one->second : one->first, *fitted = s ? second : first;
            if (!seen) { continue; }
            add_series(q, one->count, one->time, seen, fitted);
            if (!drawn) { continue; }
            static const char *const labels[2][2] = {{"caudatum alone", "aurelia alone"},
                                                     {"caudatum mixed", "aurelia mixed"}};
            ons_figure_curve(r, labels[e == 2][s], one->count, one->time, seen, none);
            ons_figure_curve(r, e == 2 ? "fit, mixed" : "fit, alone", one->count, one->time, fitted, NULL);
        }
    }
    ons_leslie_fit_free(fit);
    return status;
}

static ons_status paramecium(ons_reproduction *r) {
    quality saturating, linear;
    ons_status status = fit_all(r, ONS_LESLIE_SATURATING, &saturating);
    if (status == ONS_OK) { status = fit_all(r, ONS_LESLIE_LINEAR, &linear); }
    if (status != ONS_OK) { return status; }
    const double *q = saturating.r_squared, *l = linear.r_squared;
    const bool good = q[0] >= 0.9 && q[1] >= 0.9 && q[2] >= 0.9 && q[3] >= 0.9;
    ons_claim_holds(r, "le8", good && saturating.held < saturating.constant,
                    "R^2 %.3f (caudatum alone), %.3f (aurelia alone), %.3f and %.3f (mixed); held-out squares %.4g, of "
                    "the means %.4g. Without saturation R^2 is %.2f, %.2f, %.2f, %.2f",
                    q[0], q[1], q[2], q[3], saturating.held, saturating.constant, l[0], l[1], l[2], l[3]);
    return ONS_OK;
}

/* One class with saturation is the discrete model of Lotka and Volterra. */
static ons_status lotka_volterra(ons_reproduction *r) {
    double capacity[2] = {0, 0};
    const unsigned starts = 8;
    ons_leslie_fit *fit;
    for (size_t s = 0; s < 2; s++) {
        ons_random random = ons_random_stream(1934, 8 + (uint32_t)s, 0);
        const ons_status status =
            ons_leslie_fit_create(&fit, &experiments[s], 1, 1, ONS_LESLIE_SATURATING, 1000, starts, &random);
        if (status != ONS_OK) { return status; }
        const double f = s ? fit->model.second[0] : fit->model.first[0];
        capacity[s] = (f - 1) / fit->model.crowding[s ? 3 : 0];
        ons_leslie_fit_free(fit);
    }
    const double low = 195 * 0.85, high = 230 * 1.15;
    ons_claim_holds(r, "le9-capacity",
                    capacity[0] > low && capacity[0] < high && capacity[1] > low && capacity[1] < high,
                    "caudatum %.1f, aurelia %.1f", capacity[0], capacity[1]);
    ons_random random = ons_random_stream(1934, 10, 0);
    ons_status status =
        ons_leslie_fit_create(&fit, experiments, EXPERIMENTS, 1, ONS_LESLIE_SATURATING, 1000, starts, &random);
    if (status != ONS_OK) { return status; }
    double z[2] = {fit->start[4], fit->start[5]}, scratch[2], at_24[2] = {0, 0};
    unsigned extinct = 0;
    for (unsigned day = 2; day < 1000; day++) {
        if (day == 24) { memcpy(at_24, z, sizeof z); }
        ons_leslie_step(&fit->model, z, &extinct, scratch);
    }
    ons_claim_holds(r, "le9-winner", at_24[1] > at_24[0] && z[1] > z[0],
                    "on day 24 aurelia %.1f, caudatum %.1f; after 1000 days %.1f and %.3g", at_24[1], at_24[0], z[1],
                    z[0]);
    ons_leslie_fit_free(fit);
    return status;
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = examples(r);
    if (status == ONS_OK) { status = growth(r); }
    if (status == ONS_OK) { status = euler_lotka(r); }
    if (status == ONS_OK) { status = last_standing(r); }
    if (status == ONS_OK) { status = lotka_volterra(r); }
    if (status == ONS_OK) { status = paramecium(r); }
    return status;
}

extern const ons_paper ons_paper_leslie_populations;
const ons_paper ons_paper_leslie_populations = {
    .name = "leslie-populations",
    .title =
        "Leslie Population Models in Predator-prey and Competitive populations: theory and applications by machine "
        "learning",
    .authors = "Gilman, Miller, Son, Waheed and Wang",
    .reference = "arXiv:2412.19831 (2024)",
    .summary = "populations with age classes: growth, exact evolution, the last species standing, Gause's Paramecium",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
