/*
 * Honest errors on the Ising model: how often mean +- 1 and +- 2 reported errors hold the exact value, and whether runs
 * that are too short say so.
 *
 * Exact: Kaufman's torus for energy and specific heat, a transfer matrix for the magnetization, enumeration of all
 * couplings and spins for disorder. Lengths are in autocorrelation times of the quantity (of the slowest mean in a
 * derived one), known to 1 % from a long run; the shorter lengths are the beginnings of the longest.
 *
 * Reached with 4,000 runs, within 1 and 2 errors: means 66.1 .. 69.8 and 94.4 .. 96.4 % from 300 autocorrelation times
 * on (the very skew e^2 and m^4 at high temperature 71.3 and 72.3 % within 1 error at 300); derived quantities 69.3 ..
 * 71.7 and 93.4 .. 95.4 % at 300, 67.5 .. 70.4 and 94.8 .. 95.9 % from 1,000 on; averages over disorder 67.5 .. 69.7
 * and 94.7 .. 96.6 %.
 *
 * What bounds a symmetric error at 300: with the variance of the mean known exactly all shares are as expected; with
 * the autocorrelation time known, but the variance of a sample taken from the run, m^4 at T = 6 has 70.4 and 94.4 % at
 * the best constant factor. Windows as here, autoregressive models with the order of Akaike or Schwarz, and windows of
 * S = 1 leave m^4 at T = 6, specific heat and chi of Wolff and the Binder cumulant of Metropolis outside by some tenths
 * of a percent, whatever the constant factor.
 *
 * By default 150 runs a case (50 with disorder); see coverage.h for the bands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/statistics.h>

#include "coverage.h"
#include "spins_enumeration.h"
#include "spins_torus.h"

#define CRITICAL 2.269185314213022

static int runs_of_case(void) { return full_effort() ? 4000 : 150; }

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_matrix_matches_enumeration),
        cmocka_unit_test(test_errors_of_uncorrelated_samples),
        cmocka_unit_test(test_errors_of_metropolis_at_the_critical_point),
        cmocka_unit_test(test_errors_of_wolff_at_the_critical_point),
        cmocka_unit_test(test_errors_of_averages_over_disorder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
