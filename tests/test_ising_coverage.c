/*
 * Honest errors and flags on the Ising model: how often mean +- 1 and +- 2 reported errors hold the exact value,
 * whether runs that are too short say so, and whether a goal that ends a run spoils its error.
 *
 * Exact: Kaufman's torus for energy and specific heat, the transfer matrix below for the magnetization, enumeration of
 * all couplings and spins for disorder. Lengths are in autocorrelation times of the quantity (of the slowest mean in a
 * derived one), known to 1 % from a long run; the shorter lengths are the beginnings of the longest.
 *
 * By default 150 runs a case; a count is refused when a binomial law gives it, or a rarer one on its side, less than
 * 1e-9 (some 300 checks: false-alarm rate below 1e-6). ONSAGER_EFFORT=full: 4,000 runs, bands of 3 binomial sigma.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#include <onsager/lab.h>
#include <onsager/registry.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CRITICAL 2.269185314213022
#define WITHIN1 0.682689492137086
#define WITHIN2 0.954499736103642

static bool full_effort(void) {
    const char *effort = getenv("ONSAGER_EFFORT");
    return effort && strcmp(effort, "full") == 0;
}
static int runs_of_case(void) { return full_effort() ? 4000 : 150; }

/* ---- exact values ---------------------------------------------------------------------------------------------- */

/* <|m|>, <m^2>, <m^4> of the L x L torus, L <= 8, site by site: weight[row of spins above][spins up so far]. The first
 * row is fixed in turn, and its first spin down by symmetry. */
static void torus_magnetization(unsigned size, double temperature, double moments[3]) {
    const unsigned rows = 1u << size, sites = size * size;
    const double up = exp(1 / temperature);
    double *old = calloc(rows * (sites + 1), sizeof *old), *new = calloc(rows * (sites + 1), sizeof *new), sum = 0;
    assert_true(old && new);
    memset(moments, 0, 3 * sizeof *moments);
    for (unsigned first = 0; first < rows; first += 2) {
        memset(old, 0, rows * (sites + 1) * sizeof *old);
        const unsigned turned = (first >> 1 | first << (size - 1)) & (rows - 1);
        const int unlike = __builtin_popcount(first ^ turned);
        old[first * (sites + 1) + (unsigned)__builtin_popcount(first)] = pow(up, (int)size - 2 * unlike);
        for (unsigned site = size; site < sites; site++) {
            const unsigned column = site % size;
            memset(new, 0, rows * (sites + 1) * sizeof *new);
            for (unsigned row = 0; row < 2 * rows; row++) {
                const unsigned spin = row & 1, above = row >> 1;
                const unsigned state = (above & ~(1u << column)) | spin << column;
                int bonds = 2 * ((above >> column & 1) == spin) - 1;
                if (column > 0) { bonds += 2 * ((above >> (column - 1) & 1) == spin) - 1; }
                if (column == size - 1) { bonds += 2 * ((above & 1) == spin) - 1; }
                const double weight = pow(up, bonds), *from = old + above * (sites + 1);
                double *to = new + state *(sites + 1) + spin;
                for (unsigned n = 0; n <= site; n++) { to[n] += weight * from[n]; }
            }
            double *swap = old;
            old = new;
            new = swap;
        }
        for (unsigned row = 0; row < rows; row++) {
            const double weight = pow(up, (int)size - 2 * __builtin_popcount(row ^ first));
            for (unsigned n = 0; n <= sites; n++) {
                const double w = weight * old[row * (sites + 1) + n], m = fabs(2.0 * n / sites - 1);
                sum += w;
                moments[0] += w * m;
                moments[1] += w * m * m;
                moments[2] += w * m * m * m * m;
            }
        }
    }
    for (int k = 0; k < 3; k++) { moments[k] /= sum; }
    free(old);
    free(new);
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

typedef struct tally {
    int runs, within1, within2, not_equilibrated, flagged, missed; /* missed: by 2 errors without a flag */
    double deviation, square, error, exact_square; /* sums over the runs: of (mean - exact), of its square, of errors */
} tally;

static void count_run(tally *t, double mean, double error, unsigned flags, double exact) {
    const double distance = fabs(mean - exact);
    t->runs++;
    t->within1 += distance <= error;
    t->within2 += distance <= 2 * error;
    t->not_equilibrated += (flags & ONS_NOT_EQUILIBRATED) != 0;
    t->flagged += flags != 0;
    t->missed += flags == 0 && !(distance <= 2 * error);
    t->deviation += mean - exact;
    t->square += (mean - exact) * (mean - exact);
    t->error += isfinite(error) ? error : 0;
}

static double bias(const tally *t) { return t->error > 0 ? t->deviation / t->error : 0; } /* in errors of one run */
/* The same in errors of the mean over the runs. */
static double bias_of_all(const tally *t) { return t->square > 0 ? t->deviation / sqrt(t->square) : 0; }

static void print_tally(const char *name, const char *quantity, double tau, double length, const tally *t) {
    const double percent = 100.0 / t->runs;
    print_message("%-12s %-18s tau %6.2f x %5.0f: %5.1f %5.1f  not equilibrated %5.1f  flagged %5.1f  missed unflagged "
                  "%5.2f  bias %+.3f (%+.1f)\n",
                  name, quantity, tau, length, t->within1 * percent, t->within2 * percent,
                  t->not_equilibrated * percent, t->flagged * percent, t->missed * percent, bias(t), bias_of_all(t));
}

/* Probability of `count` or fewer of `runs`. */
static double binomial_tail(int count, int runs, double p) {
    double sum = 0;
    for (int k = 0; k <= count; k++) {
        sum += exp(lgamma(runs + 1.0) - lgamma(k + 1.0) - lgamma(runs - k + 1.0) + k * log(p) + (runs - k) * log1p(-p));
    }
    return sum;
}
static bool at_most(int count, int runs, double p) { return binomial_tail(runs - count, runs, 1 - p) > 1e-9; }
static bool at_least(int count, int runs, double p) { return binomial_tail(count, runs, p) > 1e-9; }

static void assert_share(int count, int runs, double p, double open, const char *what) {
    const double share = (double)count / runs;
    const bool good = full_effort()
                          ? fabs(share - p) <= 3 * sqrt(p * (1 - p) / runs) + open
                          : at_most(count, runs, p + open * (p + open < 1)) && at_least(count, runs, p - open);
    if (!good) { fail_msg("%s: %.2f %% of %d runs, expected %.2f %%", what, 100 * share, runs, 100 * p); }
}

/* `skew`: a symmetric error of a short run of a skew quantity, widened for 2 errors, covers up to 4 % too much with 1
 * and 2 % too little with 2; binomial scatter included at full effort. */
static void assert_covered(const tally *t, bool skew, const char *what) {
    assert_share(t->within1, t->runs, WITHIN1, skew ? 0.02 : 0, what);
    assert_share(t->within2, t->runs, WITHIN2, skew ? 0.01 : 0, what);
}

/* ---- chains of the engine -------------------------------------------------------------------------------------- */

enum { E, E2, MABS, M2, M4, MEANS, SPECIFIC_HEAT = MEANS, SUSCEPTIBILITY, BINDER, QUANTITIES };
static const char *const names[] = {"energy", "energy^2", "|m|", "m^2", "m^4", "specific heat", "chi", "binder"};

typedef struct torus {
    const char *name;
    unsigned size, every; /* every: steps between samples */
    size_t replicas;
    double temperature;
    ons_ising_update update;
} torus;

static void derive(void *data, const double *means, double *outputs) {
    const torus *t = data;
    const double n = t->size * t->size;
    outputs[0] = n * (means[E2] - means[E] * means[E]) / (t->temperature * t->temperature);
    outputs[1] = n * (means[M2] - means[MABS] * means[MABS]) / t->temperature;
    outputs[2] = 1 - means[M4] / (3 * means[M2] * means[M2]);
}

/* What each is made of. */
static const bool inputs[QUANTITIES - MEANS][MEANS] = {
    {[E] = true, [E2] = true}, {[M2] = true, [MABS] = true}, {[M2] = true, [M4] = true}};

static void exact_of(const torus *t, double exact[QUANTITIES]) {
    ons_ising_exact kaufman;
    const double n = t->size * t->size;
    assert_int_equal(ons_ising_exact_torus(t->size, t->size, 1, t->temperature, &kaufman), ONS_OK);
    torus_magnetization(t->size, t->temperature, exact + MABS);
    exact[E] = kaufman.energy;
    exact[E2] = kaufman.energy * kaufman.energy + kaufman.specific_heat * t->temperature * t->temperature / n;
    derive((void *)(uintptr_t)t, exact, exact + MEANS);
}

#define MOST_REPLICAS 4
#define BINS 4096 /* as the laboratory has them */

typedef struct chains {
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising *ising[MOST_REPLICAS];
    ons_bins bins[MOST_REPLICAS];
} chains;

static void chains_init(chains *c, const torus *t) {
    ons_lattice *lattice;
    const int64_t length = t->size;
    const ons_ising_options options = {
        .temperature = t->temperature, .coupling = 1, .update = t->update, .clusters = 1};
    *c = (chains){0};
    assert_int_equal(ons_lattice_create(&lattice, "square", 2), ONS_OK);
    assert_int_equal(ons_graph_create(&c->graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    assert_int_equal(ons_ising_model_create(&c->model, c->graph, &options), ONS_OK);
    ons_lattice_free(lattice);
}

static void chains_start(chains *c, const torus *t, uint64_t run, size_t warmup) {
    for (size_t r = 0; r < t->replicas; r++) {
        ons_random start = ons_random_stream(ons_random_key(run, t->size), (uint32_t)r, 1);
        assert_int_equal(
            ons_ising_create(c->ising + r, c->model, ons_random_stream(ons_random_key(run, t->size), (uint32_t)r, 0)),
            ONS_OK);
        assert_int_equal(ons_bins_init(c->bins + r, MEANS, BINS), ONS_OK);
        ons_ising_start_random(c->ising[r], &start);
        for (size_t i = 0; i < warmup; i++) { ons_ising_step(c->ising[r]); }
    }
}

static void chains_end(chains *c) {
    for (size_t r = 0; r < MOST_REPLICAS; r++) {
        ons_ising_free(c->ising[r]);
        ons_bins_free(c->bins + r);
        c->ising[r] = NULL;
    }
}

static void chains_free(chains *c) {
    ons_ising_model_free(c->model);
    ons_graph_free(c->graph);
}

/* Until each replica has so many samples. */
static void chains_run(chains *c, const torus *t, uint64_t samples) {
    for (size_t r = 0; r < t->replicas; r++) {
        while (c->bins[r].samples < samples) {
            for (unsigned i = 0; i < t->every; i++) { ons_ising_step(c->ising[r]); }
            const double e = ons_ising_energy(c->ising[r]), m = fabs(ons_ising_magnetization(c->ising[r]));
            ons_bins_add(c->bins + r, (const double[MEANS]){e, e * e, m, m * m, m * m * m * m});
        }
    }
}

static ons_estimate chains_estimate(const chains *c, const torus *t, size_t quantity) {
    const ons_bins *bins[MOST_REPLICAS];
    ons_estimate estimates[QUANTITIES - MEANS];
    ons_joint *joint;
    for (size_t r = 0; r < t->replicas; r++) { bins[r] = c->bins + r; }
    assert_int_equal(ons_joint_create(&joint, bins, t->replicas, 0), ONS_OK);
    if (quantity < MEANS) {
        assert_int_equal(ons_joint_estimate(joint, quantity, estimates), ONS_OK);
    } else {
        assert_int_equal(ons_joint_derived(joint, QUANTITIES - MEANS, derive, (void *)(uintptr_t)t, estimates), ONS_OK);
        assert_int_equal(ons_joint_inputs(joint, inputs[quantity - MEANS], 1, estimates + quantity - MEANS), ONS_OK);
    }
    ons_joint_free(joint);
    return estimates[quantity < MEANS ? 0 : quantity - MEANS];
}

static void find_taus(const torus *t, double taus[QUANTITIES]) {
    chains c;
    torus alone = *t;
    alone.replicas = 1;
    chains_init(&c, t);
    chains_start(&c, &alone, 1u << 20, 1000);
    chains_run(&c, &alone, 200000);
    for (size_t q = 0; q < MEANS; q++) { taus[q] = chains_estimate(&c, &alone, q).tau; }
    taus[SPECIFIC_HEAT] = fmax(taus[E], taus[E2]);
    taus[SUSCEPTIBILITY] = fmax(taus[M2], taus[MABS]);
    taus[BINDER] = fmax(taus[M2], taus[M4]);
    chains_end(&c);
    chains_free(&c);
}

/* ---- coverage -------------------------------------------------------------------------------------------------- */

static const double lengths[] = {5, 20, 50, 100, 300, 1000, 3000};
enum { LENGTHS = 7, HONEST = 4, THOUSAND = 5 };

typedef struct look {
    uint64_t samples; /* of each replica */
    size_t quantity, length;
} look;

static int by_samples(const void *a, const void *b) {
    const look *first = a, *second = b;
    return (first->samples > second->samples) - (first->samples < second->samples);
}

static void cover(const torus *t, const double *taus, tally tallies[QUANTITIES][LENGTHS]) {
    double exact[QUANTITIES], slowest = 0;
    look looks[QUANTITIES * LENGTHS];
    chains c;
    exact_of(t, exact);
    for (size_t q = 0; q < QUANTITIES; q++) {
        slowest = fmax(slowest, taus[q]);
        for (size_t l = 0; l < LENGTHS; l++) {
            const double samples = ceil(lengths[l] * taus[q] / (double)t->replicas);
            looks[q * LENGTHS + l] = (look){(uint64_t)samples, q, l};
        }
    }
    qsort(looks, QUANTITIES * LENGTHS, sizeof *looks, by_samples);
    memset(tallies, 0, QUANTITIES * LENGTHS * sizeof tallies[0][0]);
    chains_init(&c, t);
    for (int run = 1; run <= runs_of_case(); run++) {
        chains_start(&c, t, (uint64_t)run, (size_t)ceil(30 * slowest * t->every));
        for (size_t k = 0; k < QUANTITIES * LENGTHS; k++) {
            const size_t q = looks[k].quantity;
            chains_run(&c, t, looks[k].samples);
            const ons_estimate estimate = chains_estimate(&c, t, q);
            count_run(&tallies[q][looks[k].length], estimate.mean, estimate.error, estimate.flags, exact[q]);
        }
        chains_end(&c);
    }
    chains_free(&c);
}

static void check_torus(const torus *t) {
    double taus[QUANTITIES];
    tally tallies[QUANTITIES][LENGTHS];
    find_taus(t, taus);
    cover(t, taus, tallies);
    for (size_t q = 0; q < QUANTITIES; q++) {
        for (size_t l = 0; l < LENGTHS; l++) { print_tally(t->name, names[q], taus[q], lengths[l], &tallies[q][l]); }
    }
    for (size_t q = 0; q < QUANTITIES; q++) {
        for (size_t l = 0; l < LENGTHS; l++) {
            const tally *c = &tallies[q][l];
            assert_true(at_most(c->missed, c->runs, 0.08));
            if (lengths[l] == 5) { assert_true(at_least(c->not_equilibrated, c->runs, 0.95)); }
            if (l >= THOUSAND) { assert_true(at_most(c->not_equilibrated, c->runs, 0.01)); }
            if (l < HONEST) { continue; }
            assert_covered(c, lengths[l] < 1000, names[q]);
        }
    }
}

static void test_transfer_matrix_matches_enumeration(void **state) {
    const torus small = {.size = 4, .temperature = 2.5};
    const ons_ising_options options = {.temperature = 2.5, .coupling = 1};
    double exact[QUANTITIES];
    chains c;
    chains_init(&c, &small);
    const small_system system = small_from_graph(c.graph, &options);
    const small_means means = small_enumerate(&system);
    exact_of(&small, exact);
    assert_true(fabs(exact[E] - means.e) < 1e-12 && fabs(exact[E2] - means.e * means.e - means.variance) < 1e-12);
    assert_true(fabs(exact[MABS] - means.mabs) < 1e-12 && fabs(exact[M2] - means.m2) < 1e-12);
    assert_true(fabs(exact[M4] - means.m4) < 1e-12);
    chains_free(&c);
}

static void test_errors_of_uncorrelated_samples(void **state) {
    check_torus(&(torus){"T = 6", 4, 4, 1, 6, ONS_HEAT_BATH});
}
static void test_errors_of_metropolis_at_the_critical_point(void **state) {
    check_torus(&(torus){"Metropolis", 6, 1, 1, CRITICAL, ONS_METROPOLIS});
}
static void test_errors_of_wolff_at_the_critical_point(void **state) {
    check_torus(&(torus){"Wolff", 8, 1, 3, CRITICAL, ONS_WOLFF});
}

/* ---- disorder -------------------------------------------------------------------------------------------------- */

/* +-J on the open 3 x 3 lattice, on the Nishimori line: 12 bonds, all 4096 samples have their model and exact means. */
enum { D_E, D_E2, D_EE, D_M2, D_M4, D_Q2, D_MEANS, D_SPECIFIC_HEAT = D_MEANS, D_BINDER, D_QUANTITIES, BONDS = 12 };
static const char *const disorder_names[] = {"[energy]", "[energy^2]", "[e_a e_b]",       "[m^2]",
                                             "[m^4]",    "[q^2]",      "[specific heat]", "[binder]"};
#define PROBABILITY 0.8

static void derive_of_disorder(void *data, const double *means, double *outputs) {
    const double temperature = *(const double *)data;
    outputs[0] = 9 * (means[D_E2] - means[D_EE]) / (temperature * temperature);
    outputs[1] = 1 - means[D_M4] / (3 * means[D_M2] * means[D_M2]);
}

static ons_graph *open_square(void) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t length = 3;
    assert_int_equal(ons_lattice_create(&lattice, "square", 2), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_OPEN), ONS_OK);
    assert_true(graph->sites == 9 && graph->bonds == BONDS);
    ons_lattice_free(lattice);
    return graph;
}

static unsigned sample_of(const double couplings[BONDS]) {
    unsigned sample = 0;
    for (unsigned b = 0; b < BONDS; b++) { sample |= (unsigned)(couplings[b] > 0) << b; }
    return sample;
}

/* Thermal means of one sample added with its weight; by symmetry the last spin is up. */
static void add_sample(const ons_graph *graph, const double couplings[BONDS], double temperature, double weight,
                       double sums[D_MEANS]) {
    double z = 0, e1 = 0, e2 = 0, m2 = 0, m4 = 0, pairs[9][9] = {{0}}, q2 = 0;
    for (unsigned state = 256; state < 512; state++) {
        double energy = 0, m = 0;
        for (unsigned b = 0; b < BONDS; b++) {
            energy -= couplings[b] * small_spin(state, graph->source[b]) * small_spin(state, graph->target[b]);
        }
        const double w = exp(-energy / temperature);
        for (unsigned i = 0; i < 9; i++) {
            m += small_spin(state, i) / 9.0;
            for (unsigned j = 0; j < i; j++) { pairs[i][j] += small_spin(state, i) == small_spin(state, j) ? w : -w; }
        }
        z += w;
        e1 += w * energy / 9;
        e2 += w * energy * energy / 81;
        m2 += w * m * m;
        m4 += w * m * m * m * m;
    }
    for (unsigned i = 0; i < 9; i++) {
        for (unsigned j = 0; j < i; j++) { q2 += pairs[i][j] * pairs[i][j] / (z * z); }
    }
    const double means[D_MEANS] = {e1 / z, e2 / z, e1 * e1 / (z * z), m2 / z, m4 / z, (9 + 2 * q2) / 81};
    for (size_t k = 0; k < D_MEANS; k++) { sums[k] += weight * means[k]; }
}

/* 5 sweeps of two copies after 20 from random spins, where heat bath remembers them for 1 or 2. */
static void measure_sample(const ons_ising_model *model, uint64_t key, uint32_t replica, ons_bins *bins) {
    ons_ising *copy[2];
    for (uint32_t k = 0; k < 2; k++) {
        ons_random start = ons_random_stream(key, replica, 1 + 2 * k);
        assert_int_equal(ons_ising_create(copy + k, model, ons_random_stream(key, replica, 2 + 2 * k)), ONS_OK);
        ons_ising_start_random(copy[k], &start);
        for (int i = 0; i < 20; i++) { ons_ising_step(copy[k]); }
    }
    for (int i = 0; i < 5; i++) {
        double e[2], m[2];
        for (int k = 0; k < 2; k++) {
            ons_ising_step(copy[k]);
            e[k] = ons_ising_energy(copy[k]);
            m[k] = pow(ons_ising_magnetization(copy[k]), 2);
        }
        const double q = ons_ising_overlap(copy[0], copy[1]);
        ons_bins_add(bins, (const double[D_MEANS]){(e[0] + e[1]) / 2, (e[0] * e[0] + e[1] * e[1]) / 2, e[0] * e[1],
                                                   (m[0] + m[1]) / 2, (m[0] * m[0] + m[1] * m[1]) / 2, q * q});
    }
    ons_ising_free(copy[0]);
    ons_ising_free(copy[1]);
}

static void estimate_disorder(const ons_bins *bins, size_t samples, double temperature, ons_estimate *estimates) {
    const ons_bins **pointers = calloc(samples, sizeof *pointers);
    ons_joint *joint;
    for (size_t r = 0; r < samples; r++) { pointers[r] = bins + r; }
    assert_int_equal(ons_joint_create(&joint, pointers, samples, ONS_INDEPENDENT), ONS_OK);
    for (size_t q = 0; q < D_MEANS; q++) { assert_int_equal(ons_joint_estimate(joint, q, estimates + q), ONS_OK); }
    assert_int_equal(ons_joint_derived(joint, 2, derive_of_disorder, &temperature, estimates + D_MEANS), ONS_OK);
    ons_joint_free(joint);
    free(pointers);
}

static void test_errors_of_averages_over_disorder(void **state) {
    enum { SAMPLES = 3000, STAGES = 3 };
    static const size_t stages[STAGES] = {300, 1000, 3000};
    static ons_bins bins[SAMPLES];
    static ons_ising_model *models[1u << BONDS];
    tally tallies[D_QUANTITIES][STAGES] = {{{0}}};
    double temperature = 2 / log(PROBABILITY / (1 - PROBABILITY)), exact[D_QUANTITIES] = {0}, couplings[BONDS], line;
    ons_graph *graph = open_square();
    for (unsigned sample = 0; sample < 1u << BONDS; sample++) {
        for (unsigned b = 0; b < BONDS; b++) { couplings[b] = sample >> b & 1 ? 1 : -1; }
        const int plus = __builtin_popcount(sample);
        const ons_ising_options options = {
            .temperature = temperature, .couplings = couplings, .update = ONS_HEAT_BATH, .clusters = 1};
        add_sample(graph, couplings, temperature, pow(PROBABILITY, plus) * pow(1 - PROBABILITY, BONDS - plus), exact);
        assert_int_equal(ons_ising_model_create(models + sample, graph, &options), ONS_OK);
    }
    derive_of_disorder(&temperature, exact, exact + D_MEANS);
    assert_int_equal(ons_ising_nishimori_bimodal(graph, 1, PROBABILITY, temperature, &line), ONS_OK);
    assert_true(fabs(exact[D_E] - line) < 1e-12);
    for (int run = 1; run <= runs_of_case() / (full_effort() ? 1 : 3); run++) {
        ons_estimate estimates[D_QUANTITIES];
        const uint64_t key = ons_random_key((uint64_t)run, 9);
        for (size_t r = 0, stage = 0; r < SAMPLES && stage < (full_effort() ? 3 : 2); r++) {
            ons_random random = ons_random_stream(key, (uint32_t)r, 0);
            ons_ising_bimodal(graph, 1, PROBABILITY, &random, couplings);
            assert_int_equal(ons_bins_init(bins + r, D_MEANS, 2), ONS_OK);
            measure_sample(models[sample_of(couplings)], key, (uint32_t)r, bins + r);
            if (r + 1 < stages[stage]) { continue; }
            estimate_disorder(bins, r + 1, temperature, estimates);
            for (size_t q = 0; q < D_QUANTITIES; q++) {
                const ons_estimate *e = estimates + q;
                count_run(&tallies[q][stage], e->mean, e->error, e->flags, exact[q]);
            }
            stage++;
        }
        for (size_t r = 0; r < SAMPLES; r++) { ons_bins_free(bins + r); }
    }
    for (size_t sample = 0; sample < 1u << BONDS; sample++) { ons_ising_model_free(models[sample]); }
    ons_graph_free(graph);
    for (size_t q = 0; q < D_QUANTITIES; q++) {
        for (size_t s = 0; s < STAGES && tallies[q][s].runs > 0; s++) {
            print_tally("disorder", disorder_names[q], 0.5, (double)stages[s], &tallies[q][s]);
        }
    }
    for (size_t q = 0; q < D_QUANTITIES; q++) {
        for (size_t s = 0; s < STAGES && tallies[q][s].runs > 0; s++) {
            assert_covered(&tallies[q][s], stages[s] < 1000, disorder_names[q]);
            assert_true(tallies[q][s].not_equilibrated == 0);
        }
    }
}

/* ---- through the laboratory ------------------------------------------------------------------------------------ */

static char directory[64];

static int set_up(void **state) {
    snprintf(directory, sizeof directory, "%s/onsager-coverage-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    return mkdtemp(directory) ? 0 : -1;
}
static int tear_down(void **state) { return rmdir(directory); }

static const ons_system *find_ising(void) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (!strcmp((*system)->name, "ising")) { return *system; }
    }
    fail_msg("the registry has no system 'ising'");
    return NULL;
}

static ons_results *run_job(const char *words) {
    char path[100], all[400], *rest = all;
    ons_job *job;
    ons_results *results;
    snprintf(path, sizeof path, "%s/run.h5", directory);
    snprintf(all, sizeof all, "%s threads=1 output=%s", words, path);
    assert_int_equal(ons_job_create(&job), ONS_OK);
    for (char *word = strtok_r(all, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (ons_job_word(job, word)) { fail_msg("%s: %s", words, ons_message()); }
    }
    if (ons_job_bind(job, find_ising(), NULL) || ons_job_run(job, NULL)) { fail_msg("%s: %s", words, ons_message()); }
    if (ons_results_read(&results, path)) { fail_msg("%s: %s", words, ons_message()); }
    ons_job_free(job);
    unlink(path);
    return results;
}

static const ons_result *row_of(const ons_results *results, const char *name) {
    const ons_result *row = ons_task_find(ons_results_task(results, 0), name);
    if (!row) { fail_msg("there is no row '%s'", name); }
    return row;
}
static bool condemned(const ons_results *results, const char *name) {
    return row_of(results, name)->flags[0] & ONS_NOT_EQUILIBRATED;
}

/* A goal that ends a run prefers runs whose error came out small: what it costs in coverage at some 100 effective
 * samples and more is held here. */
static void test_errors_of_runs_that_a_goal_ends(void **state) {
    static const struct {
        const char *row, *goal;
        size_t quantity;
    } goals[] = {{"energy", "until.energy=0.7%", E},
                 {"magnetization_squared", "until.magnetization_squared=2%", M2},
                 {"specific_heat", "until.specific_heat=5%", SPECIFIC_HEAT},
                 {"binder", "until.binder=0.01", BINDER}};
    const torus small = {.size = 6, .temperature = CRITICAL};
    double exact[QUANTITIES];
    exact_of(&small, exact);
    for (size_t g = 0; g < sizeof goals / sizeof *goals; g++) {
        tally t = {0};
        double steps = 0;
        for (int run = 1; run <= (full_effort() ? 1000 : 40); run++) {
            char words[200];
            snprintf(words, sizeof words, "L=6 replicas=1 steps=1000000 seed=%d %s", run, goals[g].goal);
            ons_results *results = run_job(words);
            const ons_result *row = row_of(results, goals[g].row);
            count_run(&t, row->mean[0], row->error[0], row->flags[0], exact[goals[g].quantity]);
            steps += (double)ons_results_task(results, 0)->steps;
            ons_results_free(results);
        }
        print_tally("until", goals[g].row, steps / t.runs, 1, &t);
        assert_covered(&t, true, goals[g].goal);
    }
}

/* ---- flags ----------------------------------------------------------------------------------------------------- */

/* Autocorrelation times at L = 6, T_c with Metropolis: 5.5 for the energy, 7.5 for |m|; the slower one is asked of all.
 */
static void test_only_short_runs_are_condemned(void **state) {
    static const char *const rows[] = {"energy", "magnetization_abs", "magnetization_squared", "specific_heat",
                                       "binder"};
    enum { ROWS = sizeof rows / sizeof *rows };
    const int runs = full_effort() ? 200 : 60;
    static const struct {
        const char *words;
        bool is_short;
    } cases[] = {{"steps=28 replicas=1", true},
                 {"steps=28 replicas=4", true},
                 {"steps=7500 replicas=1", false},
                 {"steps=1900 replicas=4", false}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int count[ROWS] = {0};
        for (int run = 1; run <= runs; run++) {
            char words[200];
            snprintf(words, sizeof words, "L=6 seed=%d %s", run, cases[k].words);
            ons_results *results = run_job(words);
            for (size_t r = 0; r < ROWS; r++) { count[r] += condemned(results, rows[r]); }
            ons_results_free(results);
        }
        for (size_t r = 0; r < ROWS; r++) {
            print_message("%-20s %-22s condemned in %5.1f %%\n", cases[k].words, rows[r], 100.0 * count[r] / runs);
            assert_true(cases[k].is_short ? at_least(count[r], runs, 0.95) : at_most(count[r], runs, 0.01));
        }
    }
}

/* At L = 16 and T = 1.5 a state of one sign turns over once in far more than 10^10 sweeps. */
static void test_signed_magnetization_below_the_critical_point_is_condemned_alone(void **state) {
    for (int seed = 1; seed <= (full_effort() ? 40 : 4); seed++) {
        for (int replicas = 1; replicas <= 4; replicas += 3) {
            char words[200];
            snprintf(words, sizeof words, "L=16 temperature=1.5 steps=2000 replicas=%d seed=%d", replicas, seed);
            ons_results *results = run_job(words);
            assert_true(condemned(results, "magnetization"));
            if (condemned(results, "energy") || condemned(results, "magnetization_abs")) {
                print_message("%s: energy %d |m| %d (%g %g)\n", words, condemned(results, "energy"),
                              condemned(results, "magnetization_abs"), row_of(results, "energy")->mean[0],
                              row_of(results, "magnetization_abs")->mean[0]);
            }
            ons_results_free(results);
        }
    }
}

/* A quench from random spins at L = 64 freezes one time in three into two stripes, whose walls cost 4/64 a site. */
static void test_frozen_stripes_are_condemned(void **state) {
    int stripes = 0;
    for (int seed = 1; seed <= (full_effort() ? 40 : 6); seed++) {
        char words[200];
        snprintf(words, sizeof words, "L=64 temperature=1.5 start=random steps=2000 warmup.max=8192 replicas=1 seed=%d",
                 seed);
        ons_results *results = run_job(words);
        const ons_result *energy = row_of(results, "energy");
        const bool striped = energy->mean[0] > energy->exact[0] + 0.04;
        stripes += striped;
        print_message("seed %d: energy %g exact %g |m| %g condemned: energy %d |m| %d warmup %g striped %d\n", seed,
                      energy->mean[0], energy->exact[0], row_of(results, "magnetization_abs")->mean[0],
                      condemned(results, "energy"), condemned(results, "magnetization_abs"),
                      (double)ons_results_task(results, 0)->warmup, striped);
        if (striped) { assert_true(condemned(results, "energy") && condemned(results, "magnetization_abs")); }
        ons_results_free(results);
    }
    assert_true(stripes > 0);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_matrix_matches_enumeration),
        cmocka_unit_test(test_errors_of_uncorrelated_samples),
        cmocka_unit_test(test_errors_of_metropolis_at_the_critical_point),
        cmocka_unit_test(test_errors_of_wolff_at_the_critical_point),
        cmocka_unit_test(test_errors_of_averages_over_disorder),
        cmocka_unit_test(test_errors_of_runs_that_a_goal_ends),
        cmocka_unit_test(test_only_short_runs_are_condemned),
        cmocka_unit_test(test_signed_magnetization_below_the_critical_point_is_condemned_alone),
        cmocka_unit_test(test_frozen_stripes_are_condemned),
    };
    if (count > 1) { cmocka_set_test_filter(arguments[1]); }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
