/*
 * maxent-statmech: information theory and statistical mechanics revisited (Rogers, Beck and Rempe 2011): maximum
 * entropy over states and over paths, an ion channel, and what fluctuations and responses have to do with each other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maxent_statmech_claims.h"
#include "maxent_statmech_paths.h"

#include <onsager/learning.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const systems[] = {"maximum-entropy", "ion-channel", "driven-trap", "inverse-ising", NULL};

/* ---- results of jobs ------------------------------------------------------------------------------------------- */

static const ons_result *row_of(const ons_results *results, size_t task, const char *name) {
    return ons_task_find(ons_results_task(results, task), name);
}

static double number_of(const ons_results *results, size_t task, const char *name, size_t component) {
    const ons_result *row = row_of(results, task, name);
    return row && component < row->size ? row->mean[component] : NAN;
}

static double error_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *row = row_of(results, task, name);
    return row ? row->error[0] : NAN;
}

/* Column of a table as fresh memory of `rows` numbers. */
static double *column_of(const ons_result *table, size_t column) {
    double *numbers = ONS_NEW(double, table->rows);
    for (size_t k = 0; numbers && k < table->rows; k++) { numbers[k] = table->numbers[k * table->columns + column]; }
    return numbers;
}

static void draw_columns(ons_reproduction *r, const ons_result *table, const char *label, size_t x, size_t y,
                         size_t e) {
    double *a = column_of(table, x), *b = column_of(table, y), *c = e ? column_of(table, e) : NULL;
    if (a && b) { ons_figure_curve(r, label, table->rows, a, b, c); }
    free(a);
    free(b);
    free(c);
}

/* ---- M6, M7: static averages ----------------------------------------------------------------------------------- */

static ons_status die(ons_reproduction *r) {
    static const char *const ids[] = {"M6-p1", "M6-p2", "M6-p3", "M6-p4", "M6-p5", "M6-p6"};
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "die", "maximum-entropy values=[1,2,3,4,5,6] features=x averages=4.5");
    if (status) { return status; }
    for (size_t k = 0; k < 6; k++) {
        ons_claim_number(r, ids[k], number_of(results, 0, "probability", k), 0, "p ~ exp(+ lambda x)");
    }
    ons_claim_number(r, "M6-lambda", number_of(results, 0, "multiplier", 0), 0, "p ~ exp(+ lambda x)");
    ons_claim_number(r, "M6-entropy", number_of(results, 0, "entropy", 0), 0, "nats");
    return ONS_OK;
}

static ons_status occupancies(ons_reproduction *r) {
    static const char *const ids[3][3] = {
        {"M7-a-lnZ", "M7-a-N", "M7-a-var"}, {"M7-b-lnZ", "M7-b-N", "M7-b-var"}, {"M7-c-lnZ", "M7-c-N", "M7-c-var"}};
    static const char *const names[] = {"a", "b", "c"};
    static const double potential[] = {1, 2, 0}, interaction[] = {2, 2, 0};
    for (size_t k = 0; k < 3; k++) {
        const ons_results *results;
        char name[32];
        snprintf(name, sizeof name, "channel-%s", names[k]);
        const ons_status status = ons_reproduction_run(
            r, &results, name, "ion-channel potential=%g interaction=%g kinetics=no", potential[k], interaction[k]);
        if (status) { return status; }
        ons_claim_number(r, ids[k][0], number_of(results, 0, "log_partition", 0), 0, "transfer matrix");
        ons_claim_number(r, ids[k][1], number_of(results, 0, "ions", 0), 0, "transfer matrix");
        ons_claim_number(r, ids[k][2], number_of(results, 0, "ions_variance", 0), 0, "transfer matrix");
    }
    return ONS_OK;
}

/* ---- M5: levels ------------------------------------------------------------------------------------------------ */

/* One species with a coupling of 1.7 kT: averages of level 2, and what they give back. */
static ons_status hidden_coupling(ons_reproduction *r) {
    static const double energy[4] = {-0.5, 0.3, 0.1, -0.8}, coupling = 1.7, one = 1;
    const ons_ion_channel channel = {4, 1, energy, &coupling, &one, &one, &one, 0, 1};
    ons_ion_equilibrium e = {0};
    ons_maximum_entropy s = {0};
    double feature[7 * 16], average[7], worst = 0;
    ons_status status = ons_ion_equilibrium_solve(&channel, &e);
    if (status) { return status; }
    for (size_t k = 0; k < 7; k++) { average[k] = k < 4 ? e.occupancy[k] : e.pair[k - 4]; }
    for (size_t x = 0; x < 16; x++) {
        for (size_t k = 0; k < 4; k++) { feature[k * 16 + x] = (double)(x >> k & 1); }
        for (size_t k = 0; k < 3; k++) { feature[(4 + k) * 16 + x] = (x >> k & 1) && (x >> (k + 1) & 1); }
    }
    status = ons_maximum_entropy_solve(
        &(ons_maximum_entropy_problem){.states = 16, .features = 7, .feature = feature, .average = average}, &s);
    if (!status) {
        double off = 0;
        for (size_t k = 0; k < 7; k++) { worst = fmax(worst, fabs(s.mean[k] - average[k])); }
        for (size_t k = 4; k < 7; k++) {
            if (fabs(-s.multiplier[k] - coupling) >= fabs(off)) { off = -s.multiplier[k] - coupling; }
        }
        ons_claim_number(r, "M5-coupling", coupling + off, 0, "the worst of three bonds");
        ons_claim_number(r, "M5-averages", worst, 0, "occupancies and pairs of four sites");
    }
    ons_ion_equilibrium_free(&e);
    ons_maximum_entropy_free(&s);
    return status;
}

static ons_status levels(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "levels",
                             "ion-channel potential=[1,0.3] energy=[-0.5,0.2,-1,0.4,0.3,-0.2,0.1,0.6] "
                             "interaction=[1.5,0.7,0.7,2] kinetics=no");
    if (status) { return status; }
    const ons_result *table = row_of(results, 0, "levels");
    bool falls = table && table->rows == 5;
    double entropy[5] = {0};
    for (size_t k = 0; falls && k < 5; k++) {
        entropy[k] = table->numbers[k * table->columns + 2];
        falls = k == 0 || entropy[k] < entropy[k - 1];
    }
    ons_claim_holds(r, "M5-entropy", falls, "%.6f, then %.6f, %.6f, %.6f, %.6f nats; the channel itself has %.6f",
                    entropy[0], entropy[1], entropy[2], entropy[3], entropy[4], number_of(results, 0, "entropy", 0));
    if (table) {
        ons_figure_begin(r, "levels", "A channel of two species: entropy under ever more averages",
                         "level: -1 nothing, 0 mean, 1 sites, 2 pairs, 3 species", "entropy (nats)", 0);
        draw_columns(r, table, "entropy", 0, 2, 0);
    }
    return hidden_coupling(r);
}

/* ---- M1, M10: the channel -------------------------------------------------------------------------------------- */

static ons_status driven_channel(ons_reproduction *r) {
    const int paths = ons_reproduction_effort(r) >= ONS_STANDARD ? 100000 : 4000;
    const ons_results *results;
    ons_status status = ons_reproduction_run(
        r, &results, "driven",
        "ion-channel potential=1 voltage=6 gamma=0.5 points=61 reach=3 duration=200 trajectories=%d", paths);
    if (status) { return status; }
    const double noise = number_of(results, 0, "noise", 0);
    ons_claim_number(r, "M1-paths", number_of(results, 0, "sampled_noise", 0) / noise,
                     error_of(results, 0, "sampled_noise") / noise, "%d paths of the driven process, theta'' = %.6f",
                     paths, noise);
    const ons_result *table = row_of(results, 0, "generating");
    if (table) {
        ons_figure_begin(r, "price", "A channel at V = 6: what a current costs", "current (e/time)",
                         "gamma current - theta (nats/time)", 0);
        draw_columns(r, table, "rate function", 2, 4, 0);
        ons_figure_begin(r, "generating", "A channel at V = 6: cumulants of the charge", "tilt gamma", "1/time", 0);
        draw_columns(r, table, "theta", 0, 1, 0);
        draw_columns(r, table, "current, the first derivative", 0, 2, 0);
        draw_columns(r, table, "noise, the second derivative", 0, 3, 0);
    }
    static const double energy[4] = {0}, coupling = 2, one = 1;
    const double c = exp(1);
    const ons_ion_channel channel = {4, 1, energy, &coupling, &c, &c, &one, 6, 1};
    ons_path_process process = {0};
    double worst = 0;
    status = ons_ion_process(&channel, &process, NULL);
    if (!status) { status = response_distance(&process, &worst); }
    if (!status) { ons_claim_number(r, "M1-channel", worst, 0, "nine tilts, 16 states"); }
    ons_path_process_free(&process);
    return status;
}

/* The flux of ions that come from the left bath and leave to the right, labels that may not pass each other. */
static ons_status one_way_flux(size_t sites, double *flux) {
    const double energy[8] = {0}, coupling[4] = {2, 2, 2, 2}, left[2] = {exp(1), 0}, right[2] = {0, exp(1)},
                 charge[2] = {1, 1};
    const ons_ion_channel channel = {sites, 2, energy, coupling, left, right, charge, 0, 1};
    ons_path_process process = {0};
    ons_path_solution s = {0};
    ons_status status = ons_ion_process(&channel, &process, NULL);
    if (!status) { status = ons_path_solve(&process, NULL, &s); }
    if (!status) { *flux = s.rate[0]; }
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
    return status;
}

static ons_status largest_imbalance(double *worst) {
    static const double energy[4] = {0}, coupling = 2, one = 1;
    const double c = exp(1);
    const ons_ion_channel channel = {4, 1, energy, &coupling, &c, &c, &one, 0, 1};
    ons_path_process process = {0};
    ons_path_solution s = {0};
    ons_status status = ons_ion_process(&channel, &process, NULL);
    if (!status) { status = ons_path_solve(&process, NULL, &s); }
    *worst = 0;
    for (size_t e = 0; !status && e < process.events; e++) {
        const ons_path_event *event = &process.event[e], *back = &process.event[event->reverse];
        *worst = fmax(*worst, fabs(s.probability[event->from] * event->rate - s.probability[event->to] * back->rate));
    }
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
    return status;
}

static void draw_current(ons_reproduction *r, const ons_results *results, double slope) {
    enum { VOLTAGES = 25 };
    double x[VOLTAGES], y[VOLTAGES], line[VOLTAGES], noise[VOLTAGES];
    for (size_t k = 0; k < VOLTAGES; k++) {
        x[k] = -6 + 0.5 * (double)k;
        y[k] = number_of(results, k, "current", 0);
        noise[k] = number_of(results, k, "noise", 0) / 2;
        line[k] = slope * x[k];
    }
    ons_figure_begin(r, "current-voltage", "Four sites, mu = 1, U = 2", "voltage (kT/e)", "e/time", 0);
    ons_figure_curve(r, "current", VOLTAGES, x, y, NULL);
    ons_figure_curve(r, "noise/2 at equilibrium x V", VOLTAGES, x, line, NULL);
    ons_figure_curve(r, "noise/2", VOLTAGES, x, noise, NULL);
}

static ons_status equilibrium_channel(ons_reproduction *r) {
    const ons_results *near, *far, *alone;
    double worst = 0, one = 0, four = 0;
    ons_status status =
        ons_reproduction_run(r, &near, "near", "ion-channel potential=1 points=2 voltage=0,-0.002,-0.001,0.001,0.002");
    if (!status) {
        status = ons_reproduction_run(r, &far, "voltages", "ion-channel potential=1 points=2 voltage=-6:6:0.5");
    }
    if (!status) { status = ons_reproduction_run(r, &alone, "one-site", "ion-channel sites=1 potential=1 points=2"); }
    if (!status) { status = one_way_flux(1, &one); }
    if (!status) { status = one_way_flux(4, &four); }
    if (!status) { status = largest_imbalance(&worst); }
    if (status) { return status; }
    const double noise = number_of(near, 0, "noise", 0);
    const double slope = (8 * (number_of(near, 3, "current", 0) - number_of(near, 2, "current", 0)) -
                          (number_of(near, 4, "current", 0) - number_of(near, 1, "current", 0))) /
                         0.012;
    ons_claim_number(r, "M10-current", number_of(near, 0, "current", 0), 0, "theta'(0)");
    ons_claim_number(r, "M10-slope", slope / (noise / 2), 0, "noise %.9f", noise);
    ons_claim_number(r, "M10-balance", worst, 0, "all events of 16 states");
    ons_claim_number(r, "M10-one-way-1", number_of(alone, 0, "noise", 0) / (2 * one), 0, "flux %.9f", one);
    ons_claim_number(r, "M10-one-way-4", noise / (2 * four), 0,
                     "flux of labelled ions %.6f, half the noise %.6f: ions that cannot pass each other move in files",
                     four, noise / 2);
    draw_current(r, far, noise / 2);
    return ONS_OK;
}

/* ---- M9: Langevin's equation ----------------------------------------------------------------------------------- */

/* A step with mean D beta F dt and variance 2 D dt, from free diffusion as the prior: D dt = 1/2, beta F = 0.8. */
static ons_status one_step(ons_reproduction *r) {
    enum { POINTS = 1201 };
    static double feature[2 * POINTS], prior[POINTS];
    const double force = 0.8, mean = force / 2, average[2] = {mean, 1 + mean * mean};
    double worst = 0, normal = 0;
    ons_maximum_entropy s = {0};
    for (size_t k = 0; k < POINTS; k++) {
        const double x = ((double)k - 600) / 50;
        feature[k] = x;
        feature[POINTS + k] = x * x;
        prior[k] = -x * x / 2;
        normal += exp(-(x - mean) * (x - mean) / 2);
    }
    ons_status status = ons_maximum_entropy_solve(
        &(ons_maximum_entropy_problem){.states = POINTS, .features = 2, .feature = feature, .average = average}, &s);
    if (!status) {
        for (size_t k = 0; k < POINTS; k++) {
            const double x = feature[k] - mean;
            worst = fmax(worst, fabs(s.probability[k] - exp(-x * x / 2) / normal));
        }
        ons_claim_number(r, "M9-gauss", worst, 0, "1201 points, uniform prior");
        status = ons_maximum_entropy_solve(
            &(ons_maximum_entropy_problem){
                .states = POINTS, .features = 1, .log_prior = prior, .feature = feature, .average = average},
            &s);
    }
    if (!status) { ons_claim_number(r, "M9-conjugate", s.multiplier[0] / (force / 2), 0, "beta F = 0.8"); }
    ons_maximum_entropy_free(&s);
    return status;
}

static void langevin(ons_reproduction *r) {
    const double kept = exp(-0.3); /* the exact step of length mu kappa dt = 0.3: its fixed point */
    double variance = 0, square = 0, errors = 0;
    for (size_t k = 0; k < 200; k++) { variance = kept * kept * variance - expm1(-0.6); }
    ons_claim_number(r, "M9-trap", variance, 0, "x' = x exp(-a) + sqrt(1 - exp(-2a)) N, kT/kappa = 1, a = 0.3");
    const size_t walkers = ons_reproduction_effort(r) >= ONS_STANDARD ? 400000 : 100000;
    ons_random random = ons_random_stream(1105, 2, 0);
    for (size_t k = 0; k < walkers; k++) {
        double x = ons_random_normal(&random);
        for (size_t step = 0; step < 100; step++) { x += -0.01 * x + sqrt(0.02) * ons_random_normal(&random); }
        square += x * x;
        errors += x * x * x * x;
    }
    const double n = (double)walkers, mean = square / n;
    ons_claim_number(r, "M9-steps", mean, sqrt((errors / n - mean * mean) / n), "%zu walkers after 100 steps", walkers);
}

static ons_status work(ons_reproduction *r) {
    const int paths = ons_reproduction_effort(r) >= ONS_STANDARD ? 400000 : 20000;
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "work", "driven-trap stiffness_end=4 trajectories=%d", paths);
    if (status) { return status; }
    ons_claim_number(r, "M9-jarzynski", number_of(results, 0, "jarzynski", 0), error_of(results, 0, "jarzynski"),
                     "%d trajectories, mean work %.4f", paths, number_of(results, 0, "work", 0));
    ons_claim_number(r, "M9-bennett", number_of(results, 0, "bennett", 0), error_of(results, 0, "bennett"),
                     "%d trajectories in each direction", paths);
    const ons_result *table = row_of(results, 0, "works");
    if (table) {
        const double ends[2] = {-1, 3}, line[2] = {-1 - 0.6931471805599453, 3 - 0.6931471805599453};
        ons_figure_begin(r, "crooks", "A trap made four times stiffer: Crooks' relation", "work W (kT)",
                         "ln P_F(W)/P_R(-W)", 0);
        draw_columns(r, table, "measured", 0, 3, 4);
        ons_figure_curve(r, "(W - dF)/kT", 2, ends, line, NULL);
    }
    return ONS_OK;
}

/* ---- the inverse problem --------------------------------------------------------------------------------------- */

enum { METHODS = 6, SIZES = 4 };

/* Least squares through ln(error) against ln(samples) with the errors of the rows. */
static void fit_slope(const double *x, const double *y, const double *e, double *slope, double *error) {
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t k = 0; k < SIZES; k++) {
        const double weight = 1 / (e[k] * e[k]);
        s += weight;
        sx += weight * x[k];
        sy += weight * y[k];
        sxx += weight * x[k] * x[k];
        sxy += weight * x[k] * y[k];
    }
    *slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
    *error = sqrt(s / (s * sxx - sx * sx));
}

static ons_status inverse(ons_reproduction *r) {
    static const char *const methods[METHODS] = {"exact", "pseudo", "bethe", "small", "tap", "naive"};
    static const double sizes[SIZES] = {2000, 8000, 32000, 128000};
    const int replicas = ons_reproduction_effort(r) >= ONS_STANDARD ? 32 : 10;
    for (size_t m = 0; m < METHODS; m++) {
        const ons_results *results;
        char name[32];
        snprintf(name, sizeof name, "inverse-%s", methods[m]);
        const ons_status status = ons_reproduction_run(r, &results, name,
                                                       "inverse-ising lattice=square L=3 boundary=open temperature=2 "
                                                       "method=%s samples=2000,8000,32000,128000 replicas=%d",
                                                       methods[m], replicas);
        if (status) { return status; }
        double x[SIZES], y[SIZES], e[SIZES], plain[SIZES], bars[SIZES], slope, error;
        for (size_t k = 0; k < SIZES; k++) {
            plain[k] = number_of(results, k, "coupling_error", 0);
            bars[k] = error_of(results, k, "coupling_error");
            x[k] = log(sizes[k]);
            y[k] = log(plain[k]);
            e[k] = bars[k] / plain[k];
        }
        if (m == 0) {
            ons_figure_begin(r, "inverse", "Planted couplings of 9 spins: error against samples", "samples",
                             "rms error of J", ONS_FIGURE_LOG_X | ONS_FIGURE_LOG_Y);
        }
        ons_figure_curve(r, methods[m], SIZES, sizes, plain, bars);
        if (m > 1) { continue; }
        fit_slope(x, y, e, &slope, &error);
        ons_claim_number(r, m ? "inverse-pseudo" : "inverse-exact", slope, error,
                         "%d planted models of 3 x 3 spins each, 2000 to 128000 samples; errors %.5f to %.5f", replicas,
                         plain[0], plain[SIZES - 1]);
        ons_claim_number(r, m ? "inverse-chi-pseudo" : "inverse-chi", number_of(results, SIZES - 1, "chi_squared", 0),
                         error_of(results, SIZES - 1, "chi_squared"), "128000 samples");
    }
    return ONS_OK;
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = die(r);
    if (!status) { status = occupancies(r); }
    if (!status) { labels(r); }
    if (!status) { status = ring_all(r); }
    if (!status) { status = slices(r); }
    if (!status) { status = information(r); }
    if (!status) { status = levels(r); }
    if (!status) { status = one_step(r); }
    if (!status) { langevin(r); }
    if (!status) { status = ons_reproduction_stopped(r) ? ONS_STOPPED : equilibrium_channel(r); }
    if (!status) { status = driven_channel(r); }
    if (!status) { status = work(r); }
    if (!status) { status = inverse(r); }
    return status;
}

extern const ons_paper ons_paper_maxent_statmech;
const ons_paper ons_paper_maxent_statmech = {
    .name = "maxent-statmech",
    .title = "Information Theory and Statistical Mechanics Revisited",
    .authors = "Rogers, Beck and Rempe",
    .reference = "arXiv:1105.5662 (2011)",
    .summary =
        "maximum entropy over states and paths: dice, an ion channel, fluctuations and responses far from equilibrium",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
