/*
 * Networks that store patterns: energies and costs of flips against sums over all sets of P spins; every update from
 * the full transition matrix of tiny systems; all instruction sets give the same bits; nothing drifts.
 *
 * Seeds are fixed. Deviations beyond 5.5 standard deviations fail: 4e-8 each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include "spins_chains.h"

enum { MOST_STATES = 256, SAMPLES = 20000, MOST_SITES = 16 };

/* ---- references ----------------------------------------------------------------------------------------------- */

/* The sum over all sets of `order` of the products of x. */
static double sum_over_sets(const double *x, unsigned sites, unsigned order) {
    double sum = 0;
    for (unsigned set = 0; set < 1u << sites; set++) {
        if ((unsigned)__builtin_popcount(set) != order) { continue; }
        double product = 1;
        for (unsigned i = 0; i < sites; i++) { product *= set >> i & 1 ? x[i] : 1; }
        sum += product;
    }
    return sum;
}

static double energy_of(const ons_patterns *patterns, unsigned order, double scale, const int8_t *spins) {
    int8_t entry[MOST_SITES];
    double x[MOST_SITES], energy = 0;
    const unsigned sites = ons_patterns_sites(patterns);
    for (uint64_t k = 0; k < ons_patterns_count(patterns); k++) {
        ons_patterns_get(patterns, k, entry);
        for (unsigned i = 0; i < sites; i++) { x[i] = entry[i] * spins[i]; }
        energy -= scale * sum_over_sets(x, sites, order);
    }
    return energy;
}

static ons_patterns *draw_patterns(uint32_t sites, uint64_t count, double dilution, ons_random *random) {
    ons_patterns *patterns;
    int8_t *entry = malloc(sites);
    assert_int_equal(ons_patterns_create(&patterns, sites, count, dilution > 0), ONS_OK);
    for (uint64_t k = 0; k < count; k++) {
        ons_pattern_draw(sites, dilution, random, entry);
        assert_int_equal(ons_patterns_set(patterns, k, entry), ONS_OK);
    }
    free(entry);
    return patterns;
}

static void draw_spins(int8_t *spins, uint32_t sites, ons_random *random) {
    for (uint32_t i = 0; i < sites; i++) { spins[i] = ons_random_32(random) >> 31 ? 1 : -1; }
}

/* ---- energies ------------------------------------------------------------------------------------------------- */

static void check_energies(uint32_t sites, uint64_t count, double dilution, unsigned order) {
    ons_random random = ons_random_stream(20261121, 300 + order, (uint32_t)count);
    ons_patterns *patterns = draw_patterns(sites, count, dilution, &random);
    const double scale = 0.37;
    ons_recall_model *model;
    ons_recall *recall;
    assert_int_equal(ons_recall_model_patterns(&model, patterns, order, scale), ONS_OK);
    assert_int_equal(ons_recall_create(&recall, model, random), ONS_OK);
    int8_t *spins = ons_recall_spins(recall);
    draw_spins(spins, sites, &random);
    assert_int_equal(ons_recall_refresh(recall), ONS_OK);
    double energy = energy_of(patterns, order, scale, spins);
    for (unsigned k = 0; k < 12; k++) {
        const uint32_t site = ons_random_below(&random, sites);
        assert_true(fabs(ons_recall_energy(recall) - energy) <= 1e-11 * (1 + fabs(energy)));
        const double cost = ons_recall_cost(recall, site);
        ons_recall_flip(recall, site);
        const double after = energy_of(patterns, order, scale, spins);
        if (!(fabs(energy + cost - after) <= 1e-11 * (1 + fabs(after)))) {
            fail_msg("N %u, K %u, d %g, P %u: a flip from %.12g costs %.12g and leads to %.12g", sites, (unsigned)count,
                     dilution, order, energy, cost, after);
        }
        energy = after;
    }
    ons_recall_free(recall);
    ons_recall_model_free(model);
    ons_patterns_free(patterns);
}

static void test_energies_are_sums_over_all_sets_of_spins(void **state) {
    (void)state;
    for (unsigned order = 2; order <= 6; order++) {
        for (uint32_t sites = order; sites <= 9; sites++) {
            check_energies(sites, 1, 0, order);
            check_energies(sites, 7, 0, order);
            check_energies(sites, 7, 0.4, order);
        }
        check_energies(10, 530, 0, order); /* more than a block */
        check_energies(10, 530, 0.3, order);
    }
    check_energies(12, 5, 0, 12);
    check_energies(11, 5, 0.2, 9);
}

/* Each pattern in turn, entry by entry. */
static void test_overlaps_are_sums_over_sites(void **state) {
    (void)state;
    ons_random random = ons_random_stream(20261121, 310, 0);
    for (unsigned variant = 0; variant < 4; variant++) {
        const uint32_t sites = variant < 2 ? 13 : 700;
        ons_patterns *patterns = draw_patterns(sites, 601, variant % 2 ? 0.35 : 0, &random);
        int8_t spins[700], entry[700];
        int32_t overlap[601];
        draw_spins(spins, sites, &random);
        assert_int_equal(ons_patterns_overlaps(patterns, spins, overlap), ONS_OK);
        for (uint64_t k = 0; k < 601; k++) {
            int32_t sum = 0;
            ons_patterns_get(patterns, k, entry);
            for (uint32_t i = 0; i < sites; i++) { sum += entry[i] * spins[i]; }
            assert_int_equal(overlap[k], sum);
        }
        ons_patterns_free(patterns);
    }
}

/* ---- dynamics ------------------------------------------------------------------------------------------------- */

static double acceptance(double difference, double temperature) {
    if (fabs(difference) < 1e-9) { return 0.5; }
    return difference < 0 ? 1 : exp(-difference / temperature);
}

static double up_probability(double gap, double temperature) {
    return fabs(gap) < 1e-9 ? 0.5 : 1 / (1 + exp(gap / temperature));
}

static void metropolis_move(const double *energy, double temperature, unsigned sites, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << sites; a++) {
        for (unsigned i = 0; i < sites; i++) {
            const double flip = acceptance(energy[a ^ 1u << i] - energy[a], temperature);
            move[a][a ^ 1u << i] += flip / sites;
            move[a][a] += (1 - flip) / sites;
        }
    }
}

static void heat_bath_move(const double *energy, double temperature, unsigned sites, unsigned i, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << sites; a++) {
        const unsigned up = a | 1u << i, down = a & ~(1u << i);
        const double probability = up_probability(energy[up] - energy[down], temperature);
        move[a][up] += probability;
        move[a][down] += 1 - probability;
    }
}

static void put_state(int8_t *spins, unsigned sites, unsigned bits) {
    for (unsigned i = 0; i < sites; i++) { spins[i] = bits >> i & 1 ? 1 : -1; }
}

static unsigned bits_of(const int8_t *spins, unsigned sites) {
    unsigned bits = 0;
    for (unsigned i = 0; i < sites; i++) { bits |= (spins[i] > 0 ? 1u : 0u) << i; }
    return bits;
}

static void assert_kernel(const char *name, const ons_recall_model *model, ons_recall_update update, double temperature,
                          unsigned sites, const double *energy, unsigned from, chain_matrix step) {
    ons_recall *recall;
    unsigned counts[MOST_STATES] = {0};
    assert_int_equal(ons_recall_create(&recall, model, ons_random_stream(20261121, 320 + update, from)), ONS_OK);
    for (unsigned k = 0; k < SAMPLES; k++) {
        put_state(ons_recall_spins(recall), sites, from);
        assert_int_equal(ons_recall_refresh(recall), ONS_OK);
        uint32_t accepted;
        assert_int_equal(ons_recall_step(recall, update, temperature, &accepted), ONS_OK);
        const unsigned to = bits_of(ons_recall_spins(recall), sites);
        counts[to]++;
        if (!(fabs(ons_recall_energy(recall) - energy[to]) < 1e-10)) {
            fail_msg("%s: energy %.17g, expected %.17g", name, ons_recall_energy(recall), energy[to]);
        }
    }
    const double z = chain_deviate(name, 1u << sites, step[from], counts, SAMPLES);
    if (!(z < 5.5)) { fail_msg("%s from state %u: chi squared is %.1f standard deviations off", name, from, z); }
    ons_recall_free(recall);
}

static void check_update(const char *name, const ons_recall_model *model, ons_recall_update update, double temperature,
                         unsigned sites, const double *energy) {
    static chain_matrix move, step;
    const unsigned states = 1u << sites;
    double weight[MOST_STATES], z = 0;
    for (unsigned a = 0; a < states; a++) { z += weight[a] = temperature > 0 ? exp(-energy[a] / temperature) : 0; }
    for (unsigned a = 0; a < states; a++) { weight[a] /= z; }
    chain_identity(states, step);
    for (unsigned i = 0; i < sites; i++) {
        if (update == ONS_RECALL_METROPOLIS) {
            metropolis_move(energy, temperature, sites, move);
        } else {
            heat_bath_move(energy, temperature, sites, i, move);
        }
        if (temperature > 0) { chain_assert_balance(name, states, weight, move); }
        chain_multiply(states, step, move, step);
    }
    if (temperature > 0) {
        chain_assert_stationary(name, states, weight, step);
        chain_assert_primitive(name, states, step);
    }
    assert_kernel(name, model, update, temperature, sites, energy, 0, step);
    assert_kernel(name, model, update, temperature, sites, energy, (states - 1) / 3, step);
}

static void check_dynamics(const char *name, unsigned sites, uint64_t count, double dilution, unsigned order) {
    ons_random random = ons_random_stream(20261121, 330 + order, (uint32_t)count);
    ons_patterns *patterns = draw_patterns(sites, count, dilution, &random);
    ons_recall_model *model;
    assert_int_equal(ons_recall_model_patterns(&model, patterns, order, 0.25), ONS_OK);
    double energy[MOST_STATES];
    int8_t spins[MOST_SITES];
    for (unsigned a = 0; a < 1u << sites; a++) {
        put_state(spins, sites, a);
        energy[a] = energy_of(patterns, order, 0.25, spins);
    }
    for (unsigned variant = 0; variant < 4; variant++) {
        check_update(name, model, variant / 2 ? ONS_RECALL_HEAT_BATH : ONS_RECALL_METROPOLIS, variant % 2 ? 0 : 1.3,
                     sites, energy);
    }
    ons_recall_model_free(model);
    ons_patterns_free(patterns);
}

static void test_updates_sample_the_boltzmann_weight(void **state) {
    (void)state;
    check_dynamics("pairs", 6, 3, 0, 2);
    check_dynamics("triples", 5, 4, 0, 3);
    check_dynamics("quadruples", 6, 4, 0, 4);
    check_dynamics("diluted pairs", 6, 3, 0.4, 2);
    check_dynamics("diluted quadruples", 6, 5, 0.3, 4);
}

/* ---- instruction sets, drift ---------------------------------------------------------------------------------- */

static uint64_t trace(const ons_recall_model *model, uint32_t sites, int8_t *last) {
    ons_recall *recall;
    ons_random random = ons_random_stream(20261121, 340, 0);
    assert_int_equal(ons_recall_create(&recall, model, random), ONS_OK);
    draw_spins(ons_recall_spins(recall), sites, &random);
    assert_int_equal(ons_recall_refresh(recall), ONS_OK);
    uint64_t digest = 0;
    for (unsigned k = 0; k < 12; k++) {
        const double energy = ons_recall_energy(recall);
        uint64_t bits;
        memcpy(&bits, &energy, sizeof bits);
        digest = digest * 0x9E3779B97F4A7C15U + bits;
        uint32_t accepted;
        const ons_recall_update update = k % 2 ? ONS_RECALL_HEAT_BATH : ONS_RECALL_METROPOLIS;
        assert_int_equal(ons_recall_step(recall, update, k < 6 ? 0.8 : 0.2, &accepted), ONS_OK);
        digest += accepted;
    }
    memcpy(last, ons_recall_spins(recall), sites);
    const double held = ons_recall_energy(recall);
    assert_int_equal(ons_recall_refresh(recall), ONS_OK);
    assert_true(ons_recall_energy(recall) == held);
    for (uint32_t i = 0; i < sites; i += 7) {
        const double cost = ons_recall_cost(recall, i);
        ons_recall_flip(recall, i);
        assert_true(ons_recall_cost(recall, i) == -cost);
    }
    ons_recall_free(recall);
    return digest;
}

static void test_all_kernels_give_the_same_bits(void **state) {
    (void)state;
    static const char *const names[] = {"x86-64-v4", "x86-64-v3", "plain"};
    const struct {
        uint32_t sites;
        uint64_t count;
        double dilution;
        unsigned order;
    } cases[] = {{300, 90, 0, 2}, {60, 700, 0, 3},   {80, 3000, 0, 4},
                 {40, 900, 0, 6}, {70, 600, 0.3, 4}, {90, 12, 0.5, 2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ons_random random = ons_random_stream(20261121, 341, (uint32_t)c);
        ons_patterns *patterns = draw_patterns(cases[c].sites, cases[c].count, cases[c].dilution, &random);
        double factor = 1;
        for (unsigned k = 1; k < cases[c].order; k++) { factor *= (double)k / cases[c].sites; }
        uint64_t digest[3] = {0};
        int8_t last[3][300];
        unsigned runs = 0;
        for (unsigned k = 0; k < 3; k++) {
            if (!ons_spins_select(names[k])) { continue; }
            ons_recall_model *model;
            assert_int_equal(ons_recall_model_patterns(&model, patterns, cases[c].order, factor), ONS_OK);
            digest[runs] = trace(model, cases[c].sites, last[runs]);
            assert_true(digest[runs] == digest[0]);
            assert_memory_equal(last[runs], last[0], cases[c].sites);
            runs++;
            ons_recall_model_free(model);
        }
        ons_patterns_free(patterns);
    }
    (void)(ons_spins_select(names[0]) || ons_spins_select(names[1]));
}

/* ---- other couplings ------------------------------------------------------------------------------------------ */

static void test_weighted_patterns_are_sums_over_all_sets(void **state) {
    (void)state;
    enum { SITES = 9, ROWS = 140 };
    for (unsigned order = 2; order <= 6; order++) {
        ons_random random = ons_random_stream(20261121, 360, order);
        ons_recall_model *model;
        ons_recall *recall;
        double weight[ROWS][SITES];
        assert_int_equal(ons_recall_model_weights(&model, SITES, ROWS, order, 0.21), ONS_OK);
        for (unsigned k = 0; k < ROWS; k++) {
            for (unsigned i = 0; i < SITES; i++) { weight[k][i] = (float)ons_random_normal(&random); }
            assert_int_equal(ons_recall_model_weigh(model, k, weight[k]), ONS_OK);
        }
        assert_int_equal(ons_recall_create(&recall, model, random), ONS_OK);
        int8_t *spins = ons_recall_spins(recall);
        double before = NAN;
        for (unsigned step = 0; step < 20; step++) {
            double energy = 0, x[SITES];
            for (unsigned k = 0; k < ROWS; k++) {
                for (unsigned i = 0; i < SITES; i++) { x[i] = weight[k][i] * spins[i]; }
                energy -= 0.21 * sum_over_sets(x, SITES, order);
            }
            assert_true(fabs(ons_recall_energy(recall) - energy) < 1e-9);
            assert_true(step == 0 || fabs(before - energy) < 1e-9);
            const uint32_t site = ons_random_below(&random, SITES);
            before = energy + ons_recall_cost(recall, site);
            ons_recall_flip(recall, site);
        }
        ons_recall_free(recall);
        ons_recall_model_free(model);
    }
}

/* Weights that are the entries, and Hopfield's couplings of pairs, make the same network: the same spins. */
static void test_all_networks_of_the_same_patterns_agree(void **state) {
    (void)state;
    enum { SITES = 120, COUNT = 64 };
    ons_random random = ons_random_stream(20261121, 370, 0);
    ons_patterns *patterns = draw_patterns(SITES, COUNT, 0, &random),
                 *few = draw_patterns(SITES, COUNT - 1, 0, &random);
    ons_recall_model *models[3];
    double *coupling = malloc(SITES * SITES * sizeof *coupling), weight[SITES];
    int8_t entry[SITES];
    assert_non_null(coupling);
    /* 64 patterns: whole numbers for pairs; 63: bits */
    assert_int_equal(ons_recall_model_patterns(&models[0], patterns, 2, 1.0 / SITES), ONS_OK);
    assert_int_equal(ons_recall_model_weights(&models[1], SITES, COUNT, 2, 1.0 / SITES), ONS_OK);
    for (unsigned k = 0; k < COUNT; k++) {
        ons_patterns_get(patterns, k, entry);
        for (unsigned i = 0; i < SITES; i++) { weight[i] = entry[i]; }
        assert_int_equal(ons_recall_model_weigh(models[1], k, weight), ONS_OK);
        if (k + 1 < COUNT) { assert_int_equal(ons_patterns_set(few, k, entry), ONS_OK); }
    }
    assert_int_equal(ons_patterns_couplings(patterns, ONS_RULE_HEBBIAN, coupling), ONS_OK);
    assert_int_equal(ons_recall_model_pairs(&models[2], SITES, coupling), ONS_OK);
    ons_recall *recall[3];
    for (unsigned m = 0; m < 3; m++) {
        assert_int_equal(ons_recall_create(&recall[m], models[m], ons_random_stream(5, 6, 7)), ONS_OK);
    }
    ons_recall_model *by_bits;
    ons_recall *less;
    assert_int_equal(ons_recall_model_patterns(&by_bits, few, 2, 1.0 / SITES), ONS_OK);
    assert_int_equal(ons_recall_create(&less, by_bits, random), ONS_OK);
    for (unsigned step = 0; step < 30; step++) {
        for (unsigned m = 0; m < 3; m++) {
            uint32_t accepted;
            assert_int_equal(ons_recall_step(recall[m], (ons_recall_update)(step % 2), 0.5, &accepted), ONS_OK);
            assert_memory_equal(ons_recall_spins(recall[m]), ons_recall_spins(recall[0]), SITES);
            assert_true(fabs(ons_recall_energy(recall[m]) - ons_recall_energy(recall[0])) < 1e-7);
        }
        memcpy(ons_recall_spins(less), ons_recall_spins(recall[0]), SITES);
        assert_int_equal(ons_recall_refresh(less), ONS_OK);
        double own = 0; /* of the pattern that the other network lacks */
        for (unsigned i = 0; i < SITES; i++) { own += entry[i] * ons_recall_spins(less)[i]; }
        const double rest = -(own * own - SITES) / 2 / SITES;
        assert_true(fabs(ons_recall_energy(less) + rest - ons_recall_energy(recall[0])) < 1e-11);
    }
    for (unsigned m = 0; m < 3; m++) {
        ons_recall_free(recall[m]);
        ons_recall_model_free(models[m]);
    }
    ons_recall_free(less);
    ons_recall_model_free(by_bits);
    ons_patterns_free(patterns);
    ons_patterns_free(few);
    free(coupling);
}

/* The projector: J xi = xi for every stored pattern, its trace is their number. Storkey: two patterns by hand. */
static void test_rules_make_the_couplings_that_they_promise(void **state) {
    (void)state;
    enum { SITES = 40, COUNT = 12 };
    ons_random random = ons_random_stream(20261121, 380, 0);
    ons_patterns *patterns = draw_patterns(SITES, COUNT, 0, &random);
    double coupling[SITES * SITES], hebbian[SITES * SITES];
    int8_t entry[SITES], other[SITES];
    assert_int_equal(ons_patterns_couplings(patterns, ONS_RULE_PSEUDO_INVERSE, coupling), ONS_OK);
    double self[SITES] = {0}, trace = 0;
    for (unsigned k = 0; k < COUNT; k++) {
        ons_patterns_get(patterns, k, entry);
        for (unsigned i = 0; i < SITES; i++) {
            double field = 0;
            for (unsigned j = 0; j < SITES; j++) { field += coupling[i * SITES + j] * entry[j]; }
            /* xi_i = sum over j other than i of J_ij xi_j + J_ii xi_i: the same J_ii for every pattern */
            const double diagonal = 1 - field * entry[i];
            assert_true(k == 0 || fabs(diagonal - self[i]) < 1e-12);
            self[i] = diagonal;
        }
    }
    for (unsigned i = 0; i < SITES; i++) { trace += self[i]; }
    assert_true(fabs(trace - COUNT) < 1e-11);
    ons_patterns_get(patterns, 0, entry);
    assert_int_equal(ons_patterns_set(patterns, 1, entry), ONS_OK); /* twice the same */
    assert_int_equal(ons_patterns_couplings(patterns, ONS_RULE_PSEUDO_INVERSE, coupling), ONS_INVALID);
    ons_patterns_free(patterns);

    patterns = draw_patterns(SITES, 2, 0, &random);
    assert_int_equal(ons_patterns_couplings(patterns, ONS_RULE_STORKEY, coupling), ONS_OK);
    ons_patterns_get(patterns, 0, entry);
    ons_patterns_get(patterns, 1, other);
    for (unsigned i = 0; i < SITES; i++) {
        for (unsigned j = 0; j < SITES; j++) {
            hebbian[i * SITES + j] = i == j ? 0 : 1.0 / SITES * entry[i] * entry[j];
        }
    }
    for (unsigned i = 0; i < SITES; i++) {
        for (unsigned j = 0; j < i; j++) {
            double of_i = 0, of_j = 0;
            for (unsigned k = 0; k < SITES; k++) {
                if (k == i || k == j) { continue; }
                of_i += hebbian[i * SITES + k] * other[k];
                of_j += hebbian[j * SITES + k] * other[k];
            }
            const double expected =
                hebbian[i * SITES + j] + (other[i] * other[j] - other[i] * of_j - of_i * other[j]) / SITES;
            assert_true(fabs(coupling[i * SITES + j] - expected) < 1e-14);
            assert_true(coupling[j * SITES + i] == coupling[i * SITES + j]);
        }
    }
    ons_patterns_free(patterns);
}

static void test_minima_are_those_of_the_enumeration(void **state) {
    (void)state;
    enum { SITES = 8 };
    for (unsigned order = 2; order <= 4; order++) {
        ons_random random = ons_random_stream(20261121, 390, order);
        ons_patterns *patterns = draw_patterns(SITES, 3, 0, &random);
        ons_recall_model *model;
        ons_recall *recall;
        assert_int_equal(ons_recall_model_patterns(&model, patterns, order, 1), ONS_OK);
        assert_int_equal(ons_recall_create(&recall, model, random), ONS_OK);
        int8_t spins[SITES];
        double energy[1 << SITES];
        uint64_t minima = 0, flat = 0, found, found_flat;
        for (unsigned a = 0; a < 1u << SITES; a++) {
            put_state(spins, SITES, a);
            energy[a] = energy_of(patterns, order, 1, spins);
        }
        for (unsigned a = 0; a < 1u << SITES; a++) {
            double lowest = INFINITY;
            for (unsigned i = 0; i < SITES; i++) { lowest = fmin(lowest, energy[a ^ 1u << i] - energy[a]); }
            minima += lowest >= 0;
            flat += lowest == 0;
        }
        put_state(ons_recall_spins(recall), SITES, 77);
        assert_int_equal(ons_recall_refresh(recall), ONS_OK);
        assert_int_equal(ons_recall_minima(recall, &found, &found_flat), ONS_OK);
        assert_true(found == minima && found_flat == flat && minima > 0);
        assert_int_equal(bits_of(ons_recall_spins(recall), SITES), 77);
        ons_recall_free(recall);
        ons_recall_model_free(model);
        ons_patterns_free(patterns);
    }
}

/* ---- refusals ------------------------------------------------------------------------------------------------- */

static void test_what_cannot_be_is_refused(void **state) {
    (void)state;
    ons_random random = ons_random_stream(20261121, 350, 0);
    ons_patterns *patterns;
    ons_recall_model *model;
    assert_int_equal(ons_patterns_create(&patterns, 0, 3, false), ONS_INVALID);
    assert_int_equal(ons_patterns_create(&patterns, 5, 0, false), ONS_INVALID);
    patterns = draw_patterns(5, 3, 0, &random);
    assert_int_equal(ons_patterns_set(patterns, 0, (int8_t[]){1, 1, 0, 1, 1}), ONS_INVALID);
    assert_int_equal(ons_recall_model_patterns(&model, patterns, 1, 1), ONS_INVALID);
    assert_int_equal(ons_recall_model_patterns(&model, patterns, 6, 1), ONS_INVALID);
    assert_int_equal(ons_recall_model_patterns(&model, patterns, 2, 0), ONS_INVALID);
    assert_int_equal(ons_recall_model_patterns(&model, patterns, 2, NAN), ONS_INVALID);
    assert_null(model);
    ons_patterns_free(patterns);
    patterns = draw_patterns(3000, 2, 0, &random);
    assert_int_equal(ons_recall_model_patterns(&model, patterns, 12, 1), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "62 bits"));
    ons_patterns_free(patterns);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_energies_are_sums_over_all_sets_of_spins),
        cmocka_unit_test(test_overlaps_are_sums_over_sites),
        cmocka_unit_test(test_updates_sample_the_boltzmann_weight),
        cmocka_unit_test(test_all_kernels_give_the_same_bits),
        cmocka_unit_test(test_weighted_patterns_are_sums_over_all_sets),
        cmocka_unit_test(test_all_networks_of_the_same_patterns_agree),
        cmocka_unit_test(test_rules_make_the_couplings_that_they_promise),
        cmocka_unit_test(test_minima_are_those_of_the_enumeration),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
