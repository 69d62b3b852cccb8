/*
 * dipolar-clock: mazes, stripes and two BKT transitions of the six-state clock model with dipoles (Simmons, Lin and
 * Chern 2024), on the triangular lattice, and what is exact about it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/paper.h>
#include <onsager/spins.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dipolar_clock_claims.h"
#include "dipolar_clock_reading.h"

#define SYSTEM "dipolar-clock seed=2412 "

static const char *const systems[] = {"dipolar-clock", NULL};

/* ---- stripes --------------------------------------------------------------------------------------------------------
 */

#define WIDEST 10

static ons_status stripe_energies(ons_reproduction *r) {
    static const struct {
        const char *id;
        unsigned width;
    } rows[] = {{"D8-h1", 1}, {"D8-h2", 2}, {"D8-h3", 3}, {"D8-h4", 4},
                {"D8-h5", 5}, {"D8-h6", 6}, {"D8-h8", 8}, {"D8-h10", 10}};
    static const char *const thresholds[] = {"D8-t12", "D8-t23", "D8-t34", "D8-t45",
                                             "D8-t56", "D8-t67", "D8-t78", "D8-t89"};
    ons_lattice *lattice;
    double energy[WIDEST + 1], x[WIDEST], y[WIDEST];
    ons_status status = ons_lattice_create(&lattice, "triangular", 0);
    if (status) { return status; }
    for (unsigned h = 0; !status && h <= WIDEST; h++) {
        status = ons_dipolar_stripe_energy(lattice->basis, h, &energy[h]);
    }
    ons_lattice_free(lattice);
    if (status) { return status; }
    ons_claim_number(r, "D8-uniform", energy[0], 0, "half of the lattice sum");
    ons_claim_number(r, "D8-sum", 2 * energy[0], 0, "Ewald");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        ons_claim_number(r, rows[k].id, energy[rows[k].width], 0, "Ewald over one period of the stripes");
    }
    /* Equal energies J/h + D e_h of h and h + 1 rows. */
    for (unsigned h = 1; h <= sizeof thresholds / sizeof *thresholds; h++) {
        const double ratio = (1.0 / h - 1.0 / (h + 1)) / (energy[h + 1] - energy[h]);
        ons_claim_number(r, thresholds[h - 1], ratio, 0, "J/h + D e_h of %u and %u rows", h, h + 1);
    }
    ons_figure_begin(r, "ground-states", "Energy of stripes beside -3 J", "D/J", "energy per site / J", 0);
    for (unsigned h = 1; h <= 6; h++) {
        char label[32];
        for (size_t k = 0; k < WIDEST; k++) {
            x[k] = 0.05 + 0.035 * (double)k;
            y[k] = 1.0 / h + x[k] * energy[h];
        }
        snprintf(label, sizeof label, "%u row%s", h, h > 1 ? "s" : "");
        ons_figure_curve(r, label, WIDEST, x, y, NULL);
    }
    return ONS_OK;
}

/* ---- the simulated model --------------------------------------------------------------------------------------------
 */

typedef struct laboratory {
    ons_graph *graph;
    ons_dipolar_model *model;
    ons_dipolar *walker;
} laboratory;

static void close_laboratory(laboratory *here) {
    ons_dipolar_free(here->walker);
    ons_dipolar_model_free(here->model);
    ons_graph_free(here->graph);
}

static ons_status open_laboratory(laboratory *here, int64_t size) {
    const ons_dipolar_options options = {.states = 6, .coupling = 1, .dipole = 0.15};
    ons_lattice *lattice;
    *here = (laboratory){0};
    ons_status status = ons_lattice_create(&lattice, "triangular", 0);
    if (status) { return status; }
    status = ons_graph_create(&here->graph, lattice, &size, 1, ONS_PERIODIC);
    ons_lattice_free(lattice);
    if (!status) { status = ons_dipolar_model_create(&here->model, here->graph, &options); }
    if (!status) { status = ons_dipolar_create(&here->walker, here->model, ons_random_stream(2412, 0, 0)); }
    return status;
}

static ons_status settle_ground_states(ons_reproduction *r, laboratory *here) {
    double energy[3], amplitude[3];
    const double sites = here->graph->sites;
    ons_status status = ONS_OK;
    for (unsigned k = 0; k < 3; k++) {
        status = ons_dipolar_start_stripes(here->walker, 3, k);
        if (status) { return status; }
        energy[k] = ons_dipolar_energy(here->walker) / sites;
    }
    ons_dipolar_stripes(here->walker, 3, 3, amplitude);
    ons_claim_number(r, "D3-energy", energy[0], 0, "L = 48, exchange and field of the simulation");
    ons_claim_number(r, "D3-amplitude", amplitude[2], 0, "L = 48");
    ons_claim_holds(r, "D3-orientations", fabs(energy[1] - energy[0]) < 1e-12 && fabs(energy[2] - energy[0]) < 1e-12,
                    "%.12f, %.12f and %.12f J per site", energy[0], energy[1], energy[2]);
    int8_t *states = ons_dipolar_states(here->walker);
    for (uint32_t i = 0; i < here->graph->sites; i++) {
        static const int8_t other[] = {0, 1, 2, 1};
        states[i] = other[i / 48 / 3 % 4];
    }
    status = ons_dipolar_refresh(here->walker);
    if (status) { return status; }
    ons_dipolar_order order;
    ons_dipolar_look(here->walker, &order);
    const double walk = ons_dipolar_energy(here->walker) / sites;
    ons_claim_holds(
        r, "D3-count", walk > energy[0] + 1e-12,
        "stripes 0, 1, 2, 1 have %.12f J per site, stripes 0, 1, 0, 1 %.12f: every stripe may differ from the "
        "one before by +1 or -1, 2^(number of stripes) ground states of one orientation; |M| = %.3f there",
        walk, energy[0], hypot(order.magnetization[0], order.magnetization[1]));
    return ONS_OK;
}

/* The field that was kept up to date against the direct sum of the table and the Fourier transform. */
static ons_status settle_field(ons_reproduction *r, laboratory *here) {
    const size_t sites = here->graph->sites, size = 48;
    const ons_longrange *longrange = ons_dipolar_longrange(here->model);
    const double unit = ons_longrange_unit(longrange);
    ons_longrange_cell cell = {.dimension = 2, .lengths = {48, 48}};
    memcpy(cell.basis, here->graph->lattice->basis, 4 * sizeof(double));
    double *table = ONS_NEW(double, sites), worst = 0;
    int8_t *charge = ONS_NEW(int8_t, sites);
    int64_t *field = ONS_NEW(int64_t, sites);
    ons_random random = ons_random_stream(2412, 0, 1);
    ons_status status = table && charge && field ? ons_longrange_sum(&cell, 3, 0, table) : ONS_MEMORY;
    if (!status) { status = ons_dipolar_start_random(here->walker, &random); }
    if (status) { goto cleanup; }
    for (int sweep = 0; sweep < 44; sweep++) { ons_dipolar_metropolis(here->walker, 0.5); }
    for (size_t i = 0; i < sites; i++) { charge[i] = ons_dipolar_states(here->walker)[i] % 2 ? -1 : 1; }
    status = ons_longrange_field(longrange, charge, field);
    if (status) { goto cleanup; }
    for (size_t i = 0; i < sites; i++) {
        double sum = 0;
        for (size_t j = 0; j < sites; j++) {
            const size_t row = (i / size + size - j / size) % size, column = (i % size + size - j % size) % size;
            sum += table[row * size + column] * charge[j];
        }
        const double kept = (double)ons_dipolar_field(here->walker)[i] * unit;
        worst = fmax(worst, fmax(fabs(kept - sum), fabs(kept - (double)field[i] * unit)));
    }
    ons_claim_number(r, "D9-field", worst, 0, "L = 48, 101376 attempts at T = 0.5");
cleanup:
    free(table);
    free(charge);
    free(field);
    return status;
}

static ons_status exact_part(ons_reproduction *r) {
    laboratory here;
    ons_status status = open_laboratory(&here, 48);
    if (!status) { status = settle_ground_states(r, &here); }
    if (!status) { status = settle_field(r, &here); }
    close_laboratory(&here);
    return status;
}

/* ---- the Ising sector -----------------------------------------------------------------------------------------------
 */

static ons_status ising_sector(ons_reproduction *r) {
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    const ons_results *results;
    ons_crossing_row *rows = NULL;
    size_t count = 0;
    ons_status status = ons_reproduction_run(
        r, &results, "ising-sector",
        SYSTEM
        "states=pair dipole=0 update=wolff clusters=4 start=uniform momenta=none every=1 warmup=200 replicas=2 L=16,32 "
        "temperature=[0.88,0.89,0.9,0.91,0.92,0.93,0.94] steps=%d",
        more ? 30000 : 4000);
    if (status) { return status; }
    status = ons_results_crossings(results, "dipole_binder", "temperature", "L", &rows, &count);
    if (status == ONS_MEMORY) { return status; }
    if (status || count == 0) {
        ons_claim_skip(r, "D7-critical", "%s", status ? ons_message() : "no pair of sizes");
    } else {
        ons_claim_number(r, "D7-critical", rows[0].crossing.x, rows[0].crossing.x_error,
                         "crossing of the Binder cumulants of L = 16 and 32, height %.4f", rows[0].crossing.y);
    }
    free(rows);
    return ONS_OK;
}

/* ---- the maze from molten stripes -----------------------------------------------------------------------------------
 */

static ons_status molten_maze(ons_reproduction *r) {
    const int steps = ons_reproduction_effort(r) >= ONS_STANDARD ? 40000 : 8000;
    const ons_results *maze, *clock;
    ons_status status = ons_reproduction_run(
        r, &maze, "maze",
        SYSTEM "L=24 temperature=0.12 start=stripes momenta=map warmup=4000 every=4 replicas=2 steps=%d", steps);
    if (!status) {
        status = ons_reproduction_run(r, &clock, "clock",
                                      SYSTEM "L=24 dipole=0 temperature=0.12 start=uniform stripe_width=3 momenta=none "
                                             "warmup=200 every=4 replicas=2 steps=2000");
    }
    if (status) { return status; }
    const ons_result *m = first(maze, "magnetization_abs"), *states = first(maze, "adjacent_fraction");
    const ons_result *with = first(maze, "anisotropy"), *without = first(clock, "anisotropy");
    const ons_result *bragg = first(maze, "stripe_order");
    ons_claim_number(r, "D2-magnetization", m->mean[0], m->error[0],
                     "stripes molten at T = 0.12, 2 replicas of %d sweeps", steps);
    ons_claim_number(r, "D2-states", states->mean[0], states->error[0], "the same run");
    ons_claim_holds(r, "D2-sign",
                    with->mean[0] < -3 * with->error[0] && without->mean[0] > 3 * without->error[0] &&
                        bragg->mean[0] < 1.0 / 3,
                    "%.4f +- %.1g with dipoles, %.6f without; Bragg amplitude %.3f of 0.667", with->mean[0],
                    with->error[0], without->mean[0], bragg->mean[0]);
    status = ons_reproduction_state(r, "maze", 0, 0, "maze",
                                    "The maze at T = 0.12: two adjacent clock states, dipoles up "
                                    "and down, no direction preferred");
    const ons_result *map = first(maze, "structure_factor");
    ons_picture picture = {0};
    if (!status && map) { status = ons_picture_size(&picture, 384, 384); }
    for (size_t pixel = 0; !status && map && pixel < (size_t)384 * 384; pixel++) { /* zero momentum in the middle */
        const size_t row = (pixel / 384 / 16 + 12) % 24, column = (pixel % 384 / 16 + 12) % 24;
        ons_colour_scale(log(1e-3 + map->mean[row * 24 + column]), log(0.05), log(60.0), picture.pixels + 3 * pixel);
    }
    if (!status && map) {
        ons_reproduction_picture(
            r, "maze-structure",
            "Structure factor of its dipoles (logarithmic, momenta along b_1 down and b_2 right): a "
            "ring, sheared by the lattice, instead of three pairs of peaks",
            &picture);
    }
    ons_picture_free(&picture);
    return status;
}

/* ---- the transition to stripes --------------------------------------------------------------------------------------
 */

static ons_status hysteresis(ons_reproduction *r) {
    const char *const job =
        SYSTEM "L=24 temperature=0.08 momenta=none warmup=2000 every=4 replicas=2 steps=6000 start=%s";
    const ons_results *stripes, *cooled;
    ons_status status = ons_reproduction_run(r, &stripes, "stripes", job, "stripes");
    if (!status) { status = ons_reproduction_run(r, &cooled, "cooled", job, "random"); }
    if (status) { return status; }
    const ons_result *a = first(stripes, "energy"), *b = first(cooled, "energy");
    const ons_result *p = first(stripes, "stripe_order"), *q = first(cooled, "stripe_order");
    const double gap = b->mean[0] - a->mean[0], error = hypot(a->error[0], b->error[0]);
    ons_claim_holds(r, "D4-hysteresis", gap > 5 * error && gap > 0.005,
                    "at T = 0.08 %.5f J from stripes (order %.3f), %.5f J from disorder (order %.3f): %.4f +- %.1g",
                    a->mean[0], p->mean[0], b->mean[0], q->mean[0], gap, error);
    return ons_reproduction_state(r, "stripes", 0, 0, "stripes", "Stripes of three rows at T = 0.08");
}

/* Of the tasks of one size the valley with the most equal peaks. */
static size_t best_valley(const ons_results *results, double size, valley *best) {
    size_t place = SIZE_MAX;
    *best = (valley){0};
    for (size_t i = 0; i < ons_results_count(results); i++) {
        const ons_task_result *task = ons_results_task(results, i);
        const ons_result *histogram = ons_task_find(task, "energy_histogram");
        valley here;
        if (parameter_of(task, "L") != size || !histogram) { continue; }
        find_valley(histogram, &here);
        if (here.balance > best->balance || place == SIZE_MAX) {
            *best = here;
            place = i;
        }
    }
    return place;
}

static void draw_histogram(ons_reproduction *r, const ons_task_result *task) {
    const ons_result *histogram = ons_task_find(task, "energy_histogram");
    double x[512], y[512];
    char label[64];
    size_t count = 0;
    for (; histogram && count < histogram->size && count < 512; count++) {
        x[count] = 0.5 * (histogram->edges[count] + histogram->edges[count + 1]);
        y[count] = histogram->mean[count];
    }
    snprintf(label, sizeof label, "L = %.0f, T = %g", parameter_of(task, "L"), parameter_of(task, "temperature"));
    ons_figure_curve(r, label, count, x, y, NULL);
}

static ons_status two_peaks(ons_reproduction *r) {
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    const ons_results *results;
    ons_status status = ons_reproduction_run(
        r, &results, "histograms",
        SYSTEM "L=%s temperature=0.084:0.098:0.002 start=stripes momenta=none warmup=20000 every=8 replicas=2 "
               "histogram_bins=120 histogram_low=-2.435 histogram_high=-2.395 steps=%d",
        full ? "12,24,36" : "12,24", full ? 5000000 : 500000);
    if (status) { return status; }
    valley small, large;
    const size_t at_small = best_valley(results, 12, &small), at = best_valley(results, 24, &large);
    const double temperature = at == SIZE_MAX ? NAN : parameter_of(ons_results_task(results, at), "temperature");
    ons_claim_holds(r, "D4-bimodal", large.clear,
                    "L = 24, T = %g: peaks of %.0f and %.0f samples, %.0f between them (bins of 0.001 J)", temperature,
                    large.higher, large.lower, large.minimum);
    ons_claim_holds(r, "D4-barrier", large.depth > small.depth,
                    "ln(lower peak / minimum) = %.2f at L = 12, %.2f at L = 24", small.depth, large.depth);
    ons_figure_begin(r, "histogram", "Energy at the transition to stripes", "energy per site / J", "samples", 0);
    if (at_small != SIZE_MAX) { draw_histogram(r, ons_results_task(results, at_small)); }
    if (at != SIZE_MAX) { draw_histogram(r, ons_results_task(results, at)); }
    return ONS_OK;
}

/* ---- exponents ------------------------------------------------------------------------------------------------------
 */

/* The clock model near one of its transitions: two sizes on a ladder of temperatures. */
typedef struct transition {
    const ons_results *results;
    size_t count;
    double temperature[MOST], sizes[2];
} transition;

static ons_status run_transition(ons_reproduction *r, const char *name, const char *lattice, double low, double high,
                                 transition *made) {
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    char ladder[1024];
    made->count = 9;
    made->sizes[0] = full ? 128 : 64;
    made->sizes[1] = full ? 256 : 128;
    fill_ladder(low, high, made->count, made->temperature);
    write_ladder(made->temperature, made->count, ladder, sizeof ladder);
    return ons_reproduction_run(r, &made->results, name,
                                SYSTEM
                                "lattice=%s dipole=0 update=wolff clusters=3 start=uniform momenta=none warmup=400 "
                                "every=1 replicas=2 L=%.0f,%.0f temperature=%s steps=%d",
                                lattice, made->sizes[0], made->sizes[1], ladder, full ? 60000 : 5000);
}

static void read_pair(const transition *made, const char *name, curve *pair) {
    for (size_t s = 0; s < 2; s++) {
        read_curve(ons_results_task(made->results, s), name, made->temperature, made->count, &pair[s]);
    }
}

/* eta at a temperature that carries an error itself. */
static void settle_eta(ons_reproduction *r, const char *id, const transition *made, double temperature, double error,
                       const char *how) {
    curve squared[2];
    decay falls;
    double own, shifted;
    read_pair(made, "magnetization_squared", squared);
    if (!isfinite(temperature) || fit_decay(&squared[0], &squared[1], made->sizes[1] / made->sizes[0], &falls)) {
        ons_claim_skip(r, id, "%s: not found between T = %g and %g", how, made->temperature[0],
                       made->temperature[made->count - 1]);
        return;
    }
    const double eta = eta_at(&falls, temperature, &own);
    const double slope = (eta_at(&falls, temperature + 0.001, &shifted) - eta) / 0.001;
    ons_claim_number(r, id, eta, hypot(own, slope * error), "%s: T = %.4f +- %.1g; <M^2> of L = %.0f and %.0f", how,
                     temperature, error, made->sizes[0], made->sizes[1]);
}

static ons_status one_upper(ons_reproduction *r, const char *name, const char *lattice, double low, double high,
                            const char *eta_id, const char *t_id) {
    transition made;
    curve stiffness[2];
    double error;
    const ons_status status = run_transition(r, name, lattice, low, high, &made);
    if (status) { return status; }
    read_pair(&made, "helicity_modulus", stiffness);
    const double t = universal_jump(&stiffness[0], &stiffness[1], made.sizes[1] / made.sizes[0], &error);
    if (eta_id) { settle_eta(r, eta_id, &made, t, error, "universal jump of the helicity modulus"); }
    if (t_id && isfinite(t)) {
        ons_claim_number(r, t_id, t, error, "universal jump of the helicity modulus with its logarithm");
    } else if (t_id) {
        ons_claim_skip(r, t_id, "no universal jump between T = %g and %g", low, high);
    }
    ons_figure_begin(r, name, "Helicity modulus of the clock model", "temperature / J", "helicity modulus / J", 0);
    ons_figure_curve(r, "smaller L", stiffness[0].count, stiffness[0].x, stiffness[0].y, stiffness[0].error);
    ons_figure_curve(r, "larger L", stiffness[1].count, stiffness[1].x, stiffness[1].y, stiffness[1].error);
    double line[MOST];
    for (size_t k = 0; k < made.count; k++) { line[k] = 2 * made.temperature[k] / 3.14159265358979323846; }
    ons_figure_curve(r, "2T/pi", made.count, made.temperature, line, NULL);
    return ONS_OK;
}

static ons_status one_lower(ons_reproduction *r, const char *name, const char *lattice, double low, double high,
                            const char *eta_id, const char *t_id) {
    transition made;
    curve order[2];
    double error;
    const ons_status status = run_transition(r, name, lattice, low, high, &made);
    if (status) { return status; }
    read_pair(&made, "anisotropy", order);
    const double t = cubic_crossing(&order[0], &order[1], &error);
    if (eta_id) { settle_eta(r, eta_id, &made, t, error, "crossing of <cos 6 arg M>"); }
    if (t_id && isfinite(t)) {
        ons_claim_number(r, t_id, t, error, "crossing of <cos 6 arg M> of L = %.0f and %.0f", made.sizes[0],
                         made.sizes[1]);
    } else if (t_id) {
        ons_claim_skip(r, t_id, "no single crossing of <cos 6 arg M> between T = %g and %g", low, high);
    }
    ons_figure_begin(r, name, "Six-fold order of the clock model", "temperature / J", "<cos 6 arg M>", 0);
    ons_figure_curve(r, "smaller L", order[0].count, order[0].x, order[0].y, order[0].error);
    ons_figure_curve(r, "larger L", order[1].count, order[1].x, order[1].y, order[1].error);
    return ONS_OK;
}

static ons_status transitions(ons_reproduction *r) {
    ons_status status = one_upper(r, "triangular-upper", "triangular", 1.36, 1.56, "D5-upper", NULL);
    if (!status) { status = one_lower(r, "triangular-lower", "triangular", 1.0, 1.2, "D5-lower", NULL); }
    if (!status) { status = one_upper(r, "square-upper", "square", 0.84, 0.96, NULL, "D6-upper"); }
    if (!status) { status = one_lower(r, "square-lower", "square", 0.62, 0.78, NULL, "D6-lower"); }
    return status;
}

/* ---- the sequence of phases -----------------------------------------------------------------------------------------
 */

/* From the stripes (0.075) to disorder (1.7), neighbours at 6 % to 9 %. */
static const double phases[] = {0.075, 0.08,  0.085, 0.09, 0.095, 0.1,  0.107, 0.115, 0.125, 0.14, 0.155,
                                0.17,  0.185, 0.2,   0.22, 0.24,  0.26, 0.285, 0.31,  0.34,  0.37, 0.4,
                                0.44,  0.48,  0.52,  0.57, 0.62,  0.67, 0.73,  0.79,  0.85,  0.92, 0.99,
                                1.06,  1.13,  1.2,   1.27, 1.34,  1.4,  1.46,  1.52,  1.58,  1.64, 1.7};
enum { PHASES = sizeof phases / sizeof *phases, MAZE = 9 };

/* What is read of one ladder for a size: 0 <M^2>, 1 <cos 6 arg M>, 2 stripe order, 3 <|M|>, 4 two-state fraction. */
enum { SQUARED, SIX_FOLD, STRIPES, LENGTH, STATES, QUANTITIES };

/* The mean at a rung, NaN when it is not in equilibrium. */
static double sound(const ons_task_result *task, const char *name, size_t rung, double value) {
    const ons_result *result = ons_task_find(task, name);
    return result && result->flags && result->flags[rung] & ONS_NOT_EQUILIBRATED ? NAN : value;
}

/* Scanning from above through the rungs in equilibrium, the first temperature at which eta between two sizes falls
 * below `value`; NaN: nowhere. */
static double eta_falls_below(const curve *small, const curve *large, double value) {
    double above = NAN, t_above = NAN;
    for (size_t k = PHASES; k-- > 0;) {
        const double eta = log(small->y[k] / large->y[k]) / log(1.5);
        if (!isfinite(eta)) { continue; }
        if (eta < value && above >= value) { return phases[k] + (t_above - phases[k]) * (value - eta) / (above - eta); }
        above = eta;
        t_above = phases[k];
    }
    return NAN;
}

/* Two adjacent states preferred, by 3 errors. */
static bool prefers_pairs(const curve *six_fold, size_t rung) { return six_fold->y[rung] < -3 * six_fold->error[rung]; }

static void settle_sequence(ons_reproduction *r, const char *id, curve (*read)[3]) {
    const double upper = eta_falls_below(&read[SQUARED][0], &read[SQUARED][1], 0.25);
    const double lower = eta_falls_below(&read[SQUARED][0], &read[SQUARED][1], 1.0 / 9);
    double stripes = 0, deepest = 0, at = NAN;
    for (size_t k = 0; k < PHASES; k++) {
        if (read[STRIPES][0].y[k] > 1.0 / 3) { stripes = phases[k]; }
    }
    for (size_t k = 0; k < PHASES; k++) {
        const bool between = phases[k] > stripes && phases[k] < lower && read[STRIPES][1].y[k] < 0.2;
        if (between && prefers_pairs(&read[SIX_FOLD][0], k) && prefers_pairs(&read[SIX_FOLD][1], k) &&
            read[SIX_FOLD][1].y[k] < deepest) {
            deepest = read[SIX_FOLD][1].y[k];
            at = phases[k];
        }
    }
    const double eta = log(read[SQUARED][0].y[MAZE] / read[SQUARED][1].y[MAZE]) / log(1.5);
    ons_claim_holds(r, id, upper > lower && lower > stripes && stripes > 0 && deepest < 0,
                    "eta = 1/4 at T = %.3f, 1/9 at %.3f (nan: nowhere), from <M^2> of L = 24 and 36; stripes up to T = "
                    "%.3f (L = 24); lowest <cos 6 arg M> between them %.2f at T = %.3f; eta = %.3f at T = %.2f",
                    upper, lower, stripes, deepest, at, eta, phases[MAZE]);
}

static void settle_equilibrium(ons_reproduction *r, curve (*read)[3]) {
    const curve *const six = read[SIX_FOLD], *const squared = read[SQUARED], *const length = read[LENGTH];
    if (!isfinite(squared[0].y[MAZE] + squared[1].y[MAZE] + six[0].y[MAZE] + six[1].y[MAZE] + length[1].y[MAZE])) {
        ons_claim_skip(r, "D2-equilibrium", "the ladder was not in equilibrium at T = %g", phases[MAZE]);
        ons_claim_skip(r, "D2-saturation", "the ladder was not in equilibrium at T = %g", phases[MAZE]);
        return;
    }
    const double eta = log(squared[0].y[MAZE] / squared[1].y[MAZE]) / log(1.5);
    ons_claim_holds(r, "D2-equilibrium", prefers_pairs(&six[0], MAZE) && prefers_pairs(&six[1], MAZE) && eta < 1.0 / 9,
                    "<cos 6 arg M> = %.3f +- %.3f (L = 24), %.3f +- %.3f (L = 36); <M^2> = %.4f and %.4f, eta = %.3f",
                    six[0].y[MAZE], six[0].error[MAZE], six[1].y[MAZE], six[1].error[MAZE], squared[0].y[MAZE],
                    squared[1].y[MAZE], eta);
    ons_claim_number(r, "D2-saturation", length[1].y[MAZE], length[1].error[MAZE],
                     "exchanged temperatures; two-state fraction %.3f", read[STATES][1].y[MAZE]);
}

/* One ladder at a ratio D/J, with its figures. */
static ons_status sequence(ons_reproduction *r, const char *name, double dipole, const char *id) {
    static const char *const names[] = {"magnetization_squared", "anisotropy", "stripe_order", "magnetization_abs",
                                        "adjacent_fraction"};
    static const char *const titles[] = {"<M^2>", "<cos 6 arg M>", "stripe order", "<|M|>", "two-state fraction"};
    const bool full = ons_reproduction_effort(r) >= ONS_FULL;
    char ladder[1024];
    const ons_results *results;
    curve read[QUANTITIES][3] = {0};
    write_ladder(phases, PHASES, ladder, sizeof ladder);
    ons_status status = ons_reproduction_run(
        r, &results, name,
        SYSTEM "L=%s dipole=%g temperature=%s start=random momenta=none warmup=%d every=4 replicas=2 steps=%d",
        full ? "24,36,48" : "24,36", dipole, ladder, full ? 50000 : 8000, full ? 200000 : 30000);
    if (status) { return status; }
    for (size_t n = 0; n < QUANTITIES; n++) {
        char figure[64], title[64];
        snprintf(figure, sizeof figure, "%s-%s", name, names[n]);
        snprintf(title, sizeof title, "%s at D/J = %g", titles[n], dipole);
        ons_figure_begin(r, figure, title, "temperature / J", titles[n], ONS_FIGURE_LOG_X);
        for (size_t s = 0; s < (full ? 3 : 2); s++) {
            char label[32];
            const ons_task_result *task = ons_results_task(results, s);
            read_curve(task, names[n], phases, PHASES, &read[n][s]);
            snprintf(label, sizeof label, "L = %zu", 24 + 12 * s);
            ons_figure_curve(r, label, PHASES, read[n][s].x, read[n][s].y, read[n][s].error);
            for (size_t k = 0; n != STRIPES && k < PHASES; k++) {
                read[n][s].y[k] = sound(task, names[n], k, read[n][s].y[k]);
            }
        }
    }
    settle_sequence(r, id, read);
    if (dipole == 0.15) { settle_equilibrium(r, read); }
    return ons_reproduction_state(r, name, 1, 0, name, "L = 36 at T = 0.075, after exchanges from disorder");
}

static ons_status sequences(ons_reproduction *r) {
    ons_status status = sequence(r, "ladder", 0.15, "D1-sequence");
    if (!status) { status = sequence(r, "ladder-six-rows", 0.1, "D1-weaker"); }
    ons_reproduction_note(
        r, "The publication's D/J is not known to us. Stripes and mazes leave every domain the choice of "
           "either neighbour of the state around it at no cost, so that narrow domains (large D/J) work "
           "against the order of two states, which molten stripes show only as long as a plain run "
           "remembers its start; wide ones (small D/J) favour it.");
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------
 */

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = stripe_energies(r);
    if (!status) { status = exact_part(r); }
    if (!status) { status = molten_maze(r); }
    if (!status) { status = hysteresis(r); }
    if (!status) { status = ising_sector(r); }
    if (status || ons_reproduction_effort(r) < ONS_STANDARD) { return status; }
    status = sequences(r);
    if (!status) { status = transitions(r); }
    return status ? status : two_peaks(r);
}

extern const ons_paper ons_paper_dipolar_clock;
const ons_paper ons_paper_dipolar_clock = {
    .name = "dipolar-clock",
    .title = "Ferromagnetic ordering in mazelike stripe liquid of a dipolar six-state clock model",
    .authors = "Q. Simmons, S.-Z. Lin, G.-W. Chern",
    .reference = "arXiv:2412.09550 (2024)",
    .summary = "stripes, mazes and two BKT transitions of clock spins with dipoles",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};
