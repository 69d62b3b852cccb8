/*
 * Terms of several spins: hypergraphs and what they must be; every update from the full transition matrix of tiny
 * systems (detailed balance, stationarity, one eigenvalue on the unit circle, kernels against rows); energies against
 * the list of terms; the square plaquette model against enumeration.
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

enum { MOST_STATES = 256, SAMPLES = 30000 };

static double energy_of(const ons_terms *terms, double field, unsigned state) {
    double energy = -terms->constant;
    for (uint64_t t = 0; t < terms->count; t++) {
        int product = 1;
        for (uint64_t k = terms->first[t]; k < terms->first[t + 1]; k++) {
            product *= state >> terms->member[k] & 1 ? 1 : -1;
        }
        energy -= terms->coupling[t] * product;
    }
    return energy - field * (2.0 * __builtin_popcount(state) - terms->sites);
}

/* ---- transition matrices -------------------------------------------------------------------------------------- */

static void metropolis_move(const double *energy, double temperature, unsigned sites, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << sites; a++) {
        for (unsigned i = 0; i < sites; i++) {
            const double difference = energy[a ^ 1u << i] - energy[a];
            const double flip = fabs(difference) < 1e-9 ? 0.5 : fmin(1, exp(-difference / temperature));
            move[a][a ^ 1u << i] += flip / sites;
            move[a][a] += (1 - flip) / sites;
        }
    }
}

static void heat_bath_move(const double *energy, double temperature, unsigned sites, unsigned i, chain_matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < 1u << sites; a++) {
        const unsigned up = a | 1u << i, down = a & ~(1u << i);
        const double probability = 1 / (1 + exp((energy[up] - energy[down]) / temperature));
        move[a][up] += probability;
        move[a][down] += 1 - probability;
    }
}

static void assert_kernel(const char *name, const ons_multispin_model *model, ons_multispin_update update,
                          double temperature, unsigned sites, const double *energy, unsigned from, chain_matrix step) {
    ons_multispin *state;
    unsigned counts[MOST_STATES] = {0};
    assert_int_equal(ons_multispin_create(&state, model, ons_random_stream(20261121, 40 + update, from)), ONS_OK);
    for (unsigned k = 0; k < SAMPLES; k++) {
        for (unsigned i = 0; i < sites; i++) { ons_multispin_spins(state)[i] = from >> i & 1 ? 1 : -1; }
        assert_int_equal(ons_multispin_refresh(state), ONS_OK);
        ons_multispin_step(state, update, temperature);
        unsigned to = 0;
        for (unsigned i = 0; i < sites; i++) { to |= (ons_multispin_spins(state)[i] > 0 ? 1u : 0u) << i; }
        counts[to]++;
        if (!(fabs(ons_multispin_energy(state) - energy[to]) < 1e-10)) {
            fail_msg("%s: energy %.17g, expected %.17g", name, ons_multispin_energy(state), energy[to]);
        }
        assert_true(fabs(ons_multispin_magnetization(state) - (2.0 * __builtin_popcount(to) - sites) / sites) < 1e-15);
    }
    const double z = chain_deviate(name, 1u << sites, step[from], counts, SAMPLES);
    if (!(z < 5.5)) { fail_msg("%s from state %u: chi squared is %.1f standard deviations off", name, from, z); }
    ons_multispin_free(state);
}

static void check_terms(const char *name, const ons_terms *terms, double field) {
    static chain_matrix move, step;
    const unsigned sites = terms->sites, states = 1u << sites;
    assert_true(states <= MOST_STATES);
    ons_multispin_model *model;
    assert_int_equal(ons_multispin_model_create(&model, terms, field), ONS_OK);
    for (unsigned variant = 0; variant < 4; variant++) {
        const ons_multispin_update update = variant / 2 ? ONS_MULTISPIN_HEAT_BATH : ONS_MULTISPIN_METROPOLIS;
        const double temperature = variant % 2 ? 2.5 : 0.9;
        double energy[MOST_STATES], weight[MOST_STATES], z = 0;
        for (unsigned a = 0; a < states; a++) {
            energy[a] = energy_of(terms, field, a);
            weight[a] = exp(-energy[a] / temperature);
            z += weight[a];
        }
        for (unsigned a = 0; a < states; a++) { weight[a] /= z; }
        chain_identity(states, step);
        for (unsigned i = 0; i < sites; i++) {
            if (update == ONS_MULTISPIN_METROPOLIS) {
                metropolis_move(energy, temperature, sites, move);
            } else {
                heat_bath_move(energy, temperature, sites, i, move);
            }
            chain_assert_balance(name, states, weight, move);
            chain_multiply(states, step, move, step);
        }
        chain_assert_stationary(name, states, weight, step);
        chain_assert_primitive(name, states, step);
        assert_kernel(name, model, update, temperature, sites, energy, 0, step);
        assert_kernel(name, model, update, temperature, sites, energy, (states - 1) / 3, step);
    }
    ons_multispin_model_free(model);
}

static ons_terms *plaquettes(unsigned dimension, const int64_t *lengths, bool open, double plaquette, double pair) {
    ons_terms *terms;
    assert_int_equal(ons_terms_plaquettes(&terms, dimension, lengths, open, plaquette, pair), ONS_OK);
    return terms;
}

static void test_updates_of_plaquettes(void **state) {
    const struct {
        const char *name;
        unsigned dimension;
        int64_t lengths[3];
        bool open;
        double plaquette, pair, field;
    } cases[] = {
        {"one plaquette", 2, {2, 2, 0}, true, 1, 0, 0},           {"two plaquettes", 2, {2, 3, 0}, true, -1, 0, 0.3},
        {"a small torus", 2, {2, 2, 0}, false, 0.7, 0, 0},        {"a torus of one row", 2, {1, 3, 0}, false, 1, 1, 0},
        {"a torus with pairs", 2, {2, 3, 0}, false, 1, -0.35, 0}, {"a cube", 3, {2, 2, 2}, true, 1, 0, 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ons_terms *terms =
            plaquettes(cases[k].dimension, cases[k].lengths, cases[k].open, cases[k].plaquette, cases[k].pair);
        check_terms(cases[k].name, terms, cases[k].field);
        ons_terms_free(terms);
    }
}

static void test_updates_of_random_terms(void **state) {
    ons_random random = ons_random_stream(20261121, 50, 1);
    ons_terms *terms;
    assert_int_equal(ons_terms_complete(&terms, 5, 3), ONS_OK);
    assert_int_equal(terms->count, 10);
    ons_terms_gaussian(terms, 0.8, &random);
    check_terms("all triples, normal couplings", terms, 0);
    ons_terms_bimodal(terms, 0.6, &random);
    check_terms("all triples, two values, in a field", terms, -0.2);
    ons_terms_free(terms);
    assert_int_equal(ons_terms_regular(&terms, 6, 4, 2, &random), ONS_OK);
    ons_terms_bimodal(terms, 1, &random);
    check_terms("a regular hypergraph", terms, 0);
    ons_terms_free(terms);
    /* a list with spins that cancel, a pair, a single spin, terms of five spins and of none */
    const uint64_t first[] = {0, 5, 9, 10, 12, 14};
    const uint32_t member[] = {0, 1, 2, 3, 4, 2, 1, 2, 3, 4, 4, 0, 5, 5};
    assert_int_equal(ons_terms_create(&terms, 6, 5, first, member, (double[]){1, -0.5, 0.25, 0.77, 3}), ONS_OK);
    assert_int_equal(terms->count, 4);
    assert_true(terms->constant == 3);
    assert_int_equal(terms->first[2] - terms->first[1], 2);
    assert_true(terms->member[terms->first[1]] == 1 && terms->member[terms->first[1] + 1] == 3);
    check_terms("a list", terms, 0);
    ons_terms_free(terms);
}

/* ---- hypergraphs ---------------------------------------------------------------------------------------------- */

static void assert_sets(const ons_terms *terms, unsigned size) {
    for (uint64_t t = 0; t < terms->count; t++) {
        const uint32_t *set = terms->member + terms->first[t];
        assert_int_equal(terms->first[t + 1] - terms->first[t], size);
        for (unsigned k = 1; k < size; k++) { assert_true(set[k] > set[k - 1]); }
        assert_true(set[size - 1] < terms->sites);
        for (uint64_t other = 0; other < t; other++) {
            assert_memory_not_equal(set, terms->member + terms->first[other], size * sizeof *set);
        }
    }
}

static void test_hypergraphs_are_what_they_promise(void **state) {
    ons_random random = ons_random_stream(20261121, 51, 1);
    ons_terms *terms;
    assert_int_equal(ons_terms_complete(&terms, 9, 4), ONS_OK);
    assert_int_equal(terms->count, 126);
    assert_sets(terms, 4);
    ons_terms_free(terms);
    for (unsigned k = 0; k < 20; k++) { /* small and dense, so that much must be mended */
        unsigned degree[8] = {0};
        assert_int_equal(ons_terms_regular(&terms, 8, 3, 9, &random), ONS_OK);
        assert_int_equal(terms->count, 24);
        assert_sets(terms, 3);
        for (uint64_t m = 0; m < 72; m++) { degree[terms->member[m]]++; }
        for (unsigned i = 0; i < 8; i++) { assert_int_equal(degree[i], 9); }
        ons_terms_free(terms);
    }
    assert_int_equal(ons_terms_random(&terms, 7, 3, 35, &random), ONS_OK); /* all of them */
    assert_sets(terms, 3);
    ons_terms_free(terms);
    unsigned counts[10] = {0};
    for (unsigned k = 0; k < 20000; k++) { /* 1 of 10 pairs of 5, each with 1/10 */
        assert_int_equal(ons_terms_random(&terms, 5, 2, 1, &random), ONS_OK);
        const unsigned i = terms->member[0], j = terms->member[1];
        counts[j * (j - 1) / 2 + i]++;
        ons_terms_free(terms);
    }
    const double even[10] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    assert_true(chain_deviate("pairs", 10, even, counts, 20000) < 5.5);
}

static void test_bad_terms_are_refused(void **state) {
    ons_random random = ons_random_stream(20261121, 52, 1);
    ons_terms *terms;
    const uint64_t first[] = {0, 2};
    assert_int_equal(ons_terms_create(&terms, 2, 1, first, (uint32_t[]){0, 2}, (double[]){1}), ONS_INVALID);
    assert_int_equal(ons_terms_create(&terms, 3, 1, first, (uint32_t[]){0, 2}, (double[]){NAN}), ONS_INVALID);
    assert_int_equal(ons_terms_random(&terms, 5, 3, 11, &random), ONS_INVALID);
    assert_int_equal(ons_terms_regular(&terms, 5, 3, 2, &random), ONS_INVALID);
    assert_int_equal(ons_terms_regular(&terms, 4, 3, 6, &random), ONS_INVALID);
    assert_int_equal(ons_terms_complete(&terms, 2, 3), ONS_INVALID);
    assert_int_equal(ons_terms_complete(&terms, 1000000, 4), ONS_INVALID);
    assert_int_equal(ons_terms_plaquettes(&terms, 1, (int64_t[]){4}, false, 1, 0), ONS_INVALID);
    assert_int_equal(ons_terms_plaquettes(&terms, 2, (int64_t[]){4, 0}, false, 1, 0), ONS_INVALID);
    assert_null(terms);
}

/* ---- a long run, and exact plaquettes ------------------------------------------------------------------------- */

/* What is held equals what is summed up anew, after a thousand sweeps, to the last bit. */
static void test_fields_and_energies_do_not_drift(void **state) {
    ons_random random = ons_random_stream(20261121, 53, 1);
    ons_terms *terms;
    ons_multispin_model *model;
    ons_multispin *spins, *twin;
    assert_int_equal(ons_terms_complete(&terms, 24, 3), ONS_OK);
    ons_terms_gaussian(terms, 0.3, &random);
    assert_int_equal(ons_multispin_model_create(&model, terms, 0.1), ONS_OK);
    for (uint64_t t = 0; t < terms->count; t++) {
        assert_true(fabs(ons_multispin_coupling(model, t) - terms->coupling[t]) < 1e-11);
    }
    assert_int_equal(ons_multispin_create(&spins, model, random), ONS_OK);
    assert_int_equal(ons_multispin_create(&twin, model, random), ONS_OK);
    for (unsigned k = 0; k < 1000; k++) {
        ons_multispin_step(spins, k % 2 ? ONS_MULTISPIN_HEAT_BATH : ONS_MULTISPIN_METROPOLIS, 1.5);
    }
    memcpy(ons_multispin_spins(twin), ons_multispin_spins(spins), 24);
    assert_int_equal(ons_multispin_refresh(twin), ONS_OK);
    *ons_multispin_random(twin) = *ons_multispin_random(spins);
    for (unsigned k = 0; k < 50; k++) {
        assert_true(ons_multispin_energy(spins) == ons_multispin_energy(twin));
        assert_true(ons_multispin_overlap(spins, twin) == 1 && ons_multispin_term_overlap(spins, twin) == 1);
        ons_multispin_step(spins, ONS_MULTISPIN_METROPOLIS, 1);
        ons_multispin_step(twin, ONS_MULTISPIN_METROPOLIS, 1);
    }
    ons_multispin_spins(twin)[3] = 0;
    assert_int_equal(ons_multispin_refresh(twin), ONS_INVALID);
    ons_multispin_free(spins);
    ons_multispin_free(twin);
    ons_multispin_model_free(model);
    ons_terms_free(terms);
}

static void test_exact_plaquettes_match_enumeration(void **state) {
    static const int64_t shapes[][2] = {{2, 2}, {3, 3}, {3, 4}, {1, 4}, {2, 5}, {4, 4}};
    for (unsigned k = 0; k < 24; k++) {
        const int64_t *shape = shapes[k % 6];
        const bool open = k / 6 % 2;
        const double coupling = k >= 12 ? -0.8 : 1.1, temperature = 0.9;
        ons_terms *terms = plaquettes(2, shape, open, coupling, 0);
        const double sites = terms->sites;
        long double z = 0, e = 0, e2 = 0;
        for (unsigned a = 0; a < 1u << terms->sites; a++) {
            const long double energy = energy_of(terms, 0, a), weight = expl(-energy / temperature);
            z += weight;
            e += weight * energy;
            e2 += weight * energy * energy;
        }
        double energy, heat;
        assert_int_equal(ons_plaquette_exact(shape[0], shape[1], open, coupling, temperature, &energy, &heat), ONS_OK);
        e /= z;
        const double expected = (double)e / sites, variance = (double)(e2 / z - e * e);
        if (!(fabs(energy - expected) < 1e-12 && fabs(heat - variance / (sites * temperature * temperature)) < 1e-11)) {
            fail_msg("%lld x %lld %s: energy %.15g, enumerated %.15g; specific heat %.15g, enumerated %.15g",
                     (long long)shape[0], (long long)shape[1], open ? "open" : "periodic", energy, expected, heat,
                     variance / (sites * temperature * temperature));
        }
        ons_terms_free(terms);
    }
    double energy, heat;
    assert_int_equal(ons_plaquette_exact(200, 200, false, 1, 2, &energy, &heat), ONS_OK);
    assert_true(fabs(energy + tanh(0.5)) < 1e-12); /* the infinite lattice */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates_of_plaquettes),
        cmocka_unit_test(test_updates_of_random_terms),
        cmocka_unit_test(test_hypergraphs_are_what_they_promise),
        cmocka_unit_test(test_bad_terms_are_refused),
        cmocka_unit_test(test_fields_and_energies_do_not_drift),
        cmocka_unit_test(test_exact_plaquettes_match_enumeration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
