/*
 * The systems `plaquette-ising` and `p-spin` through the laboratory: rows against enumeration of tiny systems (of all
 * samples, where they are random), exact plaquettes, the identity of normal couplings, the annealed energy, and that a
 * longer run continues a shorter one.
 *
 * Deviations count in the reported errors; limit 6.5 (the errors are those of some hundred samples: below 1e-8 each by
 * Student's t), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include "laboratory_runs.h"

#include <math.h>

static void assert_component(const ons_results *results, const char *words, const char *name, size_t k,
                             double expected) {
    const ons_result *result = row(results, name);
    if (!(fabs(result->mean[k] - expected) <= 6.5 * result->error[k] + 1e-12)) {
        fail_msg("%s: %s[%zu] = %.10g +- %g, exact %.10g", words, name, k, result->mean[k], result->error[k], expected);
    }
}

static void assert_row(const ons_results *results, const char *words, const char *name, double expected) {
    assert_component(results, words, name, 0, expected);
}

static int set_up(void **state) { return open_directory(); }

/* ---- plaquettes ----------------------------------------------------------------------------------------------- */

static int spin_of(unsigned state, unsigned site) { return state >> site & 1 ? 1 : -1; }

static double energy_of(const ons_terms *terms, double field, unsigned state) {
    double energy = -terms->constant;
    for (uint64_t t = 0; t < terms->count; t++) {
        int product = 1;
        for (uint64_t k = terms->first[t]; k < terms->first[t + 1]; k++) {
            product *= spin_of(state, terms->member[k]);
        }
        energy -= terms->coupling[t] * product;
    }
    return energy - field * (2.0 * __builtin_popcount(state) - terms->sites);
}

static void test_square_plaquettes_have_their_exact_energy(void **state) {
    static const char *const shapes[] = {"L=[6,9] boundary=open temperature=1.4", "L=8 temperature=1.4",
                                         "L=[3,5] coupling=-1.5 temperature=1.8"};
    static const char *const updates[] = {"metropolis", "heat-bath"};
    for (unsigned k = 0; k < 6; k++) {
        char words[300];
        snprintf(words, sizeof words, "plaquette-ising lattice=square %s update=%s steps=6000", shapes[k % 3],
                 updates[k / 3]);
        ons_results *results = run(words);
        const ons_result *energy = row(results, "energy"), *heat = row(results, "specific_heat");
        assert_true(energy->exact && heat->exact && row(results, "magnetization_squared")->exact);
        assert_row(results, words, "energy", energy->exact[0]);
        assert_row(results, words, "specific_heat", heat->exact[0]);
        assert_row(results, words, "magnetization_squared", row(results, "magnetization_squared")->exact[0]);
        if (k % 3 == 0) { assert_true(fabs(energy->exact[0] + 40.0 / 54 * tanh(1 / 1.4)) < 1e-14); }
        ons_results_free(results);
    }
}

/* Q of a periodic square of 3 x 3. */
static double layer_order_of(unsigned state) {
    double total = 0;
    for (unsigned layer = 0; layer < 3; layer++) {
        int rows = 0, columns = 0;
        for (unsigned k = 0; k < 3; k++) {
            rows += spin_of(state, 3 * layer + k) * spin_of(state, 3 * ((layer + 1) % 3) + k);
            columns += spin_of(state, 3 * k + layer) * spin_of(state, 3 * k + (layer + 1) % 3);
        }
        total += abs(rows) + abs(columns);
    }
    return total / 18;
}

static void assert_plaquettes(const char *words, unsigned dimension, const int64_t *lengths, bool open, double pair,
                              double field, double temperature) {
    ons_terms *terms;
    assert_int_equal(ons_terms_plaquettes(&terms, dimension, lengths, open, 1, pair), ONS_OK);
    const double sites = terms->sites;
    double z = 0, e = 0, e2 = 0, m = 0, m2 = 0, m4 = 0, q = 0;
    for (unsigned a = 0; a < 1u << terms->sites; a++) {
        const double energy = energy_of(terms, field, a) / sites, p = exp(-energy * sites / temperature);
        const double order = (2.0 * __builtin_popcount(a) - sites) / sites;
        z += p;
        e += p * energy;
        e2 += p * energy * energy;
        m += p * order;
        m2 += p * order * order;
        m4 += p * pow(order, 4);
        if (terms->sites == 9) { q += p * layer_order_of(a); }
    }
    ons_results *results = run(words);
    assert_row(results, words, "energy", e / z);
    assert_row(results, words, "energy_squared", e2 / z);
    assert_row(results, words, "magnetization", m / z);
    assert_row(results, words, "magnetization_squared", m2 / z);
    assert_row(results, words, "magnetization_fourth", m4 / z);
    assert_row(results, words, "specific_heat", sites * (e2 / z - e * e / (z * z)) / (temperature * temperature));
    if (terms->sites == 9) { assert_row(results, words, "layer_order", q / z); }
    ons_results_free(results);
    ons_terms_free(terms);
}

static void test_plaquettes_with_pairs_and_fields_match_enumeration(void **state) {
    assert_plaquettes("plaquette-ising L=2 boundary=open temperature=3 field=0.2 steps=6000", 3, (int64_t[]){2, 2, 2},
                      true, 0, 0.2, 3);
    assert_plaquettes("plaquette-ising L=2 temperature=6 pair_coupling=-0.3 update=heat-bath steps=6000", 3,
                      (int64_t[]){2, 2, 2}, false, -0.3, 0, 6);
    assert_plaquettes("plaquette-ising lattice=square L=3 temperature=1.5 pair_coupling=0.4 steps=6000", 2,
                      (int64_t[]){3, 3}, false, 0.4, 0, 1.5);
}

/* ---- p-spin --------------------------------------------------------------------------------------------------- */

enum { SPINS = 4, TERMS = 4 };

typedef struct sums {
    double e, e2, e_product, m2, q2, q4, term_overlap;
    double pressure; /* [ln Z]/N */
} sums;

/* The four triples of four spins, each with +-J: all 16 samples. */
static sums all_samples(double coupling, double field, double temperature) {
    sums all = {0};
    for (unsigned signs = 0; signs < 1u << TERMS; signs++) {
        double weight[1 << SPINS], energy[1 << SPINS], z = 0;
        for (unsigned a = 0; a < 1u << SPINS; a++) {
            energy[a] = -field * (2 * __builtin_popcount(a) - SPINS);
            for (unsigned t = 0; t < TERMS; t++) { /* all but spin t */
                int product = signs >> t & 1 ? 1 : -1;
                for (unsigned i = 0; i < SPINS; i++) { product *= i == t ? 1 : spin_of(a, i); }
                energy[a] -= coupling * product;
            }
            weight[a] = exp(-energy[a] / temperature);
            z += weight[a];
        }
        double e = 0;
        all.pressure += log(z) / SPINS / 16;
        for (unsigned a = 0; a < 1u << SPINS; a++) {
            const double m = (2.0 * __builtin_popcount(a) - SPINS) / SPINS, p = weight[a] / z / 16;
            e += weight[a] / z * energy[a] / SPINS;
            all.e2 += p * pow(energy[a] / SPINS, 2);
            all.m2 += p * m * m;
            for (unsigned b = 0; b < 1u << SPINS; b++) {
                const unsigned different = (unsigned)__builtin_popcount(a ^ b);
                const double q = 1 - 2.0 * different / SPINS, both = p * weight[b] / z;
                all.q2 += both * q * q;
                all.q4 += both * pow(q, 4);
                for (unsigned t = 0; t < TERMS; t++) {
                    const unsigned in_term = (unsigned)__builtin_popcount((a ^ b) & ~(1u << t));
                    all.term_overlap += both * (in_term % 2 ? -1 : 1) / TERMS;
                }
            }
        }
        all.e += e / 16;
        all.e_product += e * e / 16;
    }
    return all;
}

static void test_p_spin_ladders_match_the_sum_over_all_samples(void **state) {
    static const char *const cases[] = {"", "update=heat-bath field=0.3",
                                        "hypergraph=regular connectivity=3 coupling=0.4"};
    static const double temperatures[] = {0.3, 0.5, 0.9};
    for (unsigned k = 0; k < 3; k++) {
        char words[300];
        snprintf(words, sizeof words,
                 "p-spin N=4 p=3 disorder=bimodal temperature=[0.3,0.5,0.9] steps=200 warmup=20 replicas=250 %s",
                 cases[k]);
        const double coupling = k == 2 ? 0.4 : sqrt(6 / (2 * 16.0)), field = k == 1 ? 0.3 : 0;
        ons_results *results = run(words);
        for (size_t t = 0; t < 3; t++) {
            const sums exact = all_samples(coupling, field, temperatures[t]);
            assert_component(results, words, "energy", t, exact.e);
            assert_component(results, words, "energy_squared", t, exact.e2);
            assert_component(results, words, "energy_product", t, exact.e_product);
            assert_component(results, words, "magnetization_squared", t, exact.m2);
            assert_component(results, words, "overlap_squared", t, exact.q2);
            assert_component(results, words, "overlap_fourth", t, exact.q4);
            assert_component(results, words, "term_overlap", t, exact.term_overlap);
            assert_component(results, words, "specific_heat", t,
                             SPINS * (exact.e2 - exact.e_product) / pow(temperatures[t], 2));
        }
        assert_null(find_row(results, "equilibration_gap"));
        if (field == 0) { assert_true(row(results, "magnetization_squared")->exact[1] == 0.25); }
        ons_results_free(results);
    }
}

/* The cubics between these rungs leave less than 1e-5 (the same sum with exact energies). */
static void test_pressure_and_entropy_match_the_sum_over_all_samples(void **state) {
    static const double temperatures[] = {0.3, 0.33, 0.37, 0.42, 0.48, 0.56, 0.67, 0.83, 1.1, 1.6, 3.2};
    static const char *const words = "p-spin N=4 p=3 disorder=bimodal replicas=250 steps=200 warmup=20 "
                                     "temperature=[0.3,0.33,0.37,0.42,0.48,0.56,0.67,0.83,1.1,1.6,3.2]";
    ons_results *results = run(words);
    const ons_result *pressure = row(results, "pressure"), *entropy = row(results, "entropy");
    for (size_t t = 0; t < 11; t++) {
        const sums exact = all_samples(sqrt(6 / (2 * 16.0)), 0, temperatures[t]);
        const double s = exact.pressure + exact.e / temperatures[t];
        assert_true(pressure->error[t] < 0.01 && entropy->error[t] < 0.01);
        if (!(fabs(pressure->mean[t] - exact.pressure) <= 6.5 * pressure->error[t] + 1e-5) ||
            !(fabs(entropy->mean[t] - s) <= 6.5 * entropy->error[t] + 1e-5)) {
            fail_msg("T = %g: pressure %.6f +- %.6f, exact %.6f; entropy %.6f +- %.6f, exact %.6f", temperatures[t],
                     pressure->mean[t], pressure->error[t], exact.pressure, entropy->mean[t], entropy->error[t], s);
        }
    }
    ons_results_free(results);
}

/* What the parabola from 1/T = 0 misses at the first rung, by exact energies and slopes. */
static double first_stretch_error(double coupling, double temperature) {
    const sums exact = all_samples(coupling, 0, temperature);
    const double beta = 1 / temperature, slope = SPINS * (exact.e_product - exact.e2);
    return fabs(M_LN2 - beta * exact.e * 2 / 3 + beta * beta * slope / 6 - exact.pressure);
}

/* A number where that is below 0.0005, none where it is above 0.002. */
static void test_a_ladder_that_begins_cold_gives_no_pressure(void **state) {
    static const double first[] = {3.2, 1.6, 0.7, 0.5, 0.35};
    unsigned given = 0;
    for (unsigned k = 0; k < 5; k++) {
        char words[200];
        snprintf(words, sizeof words,
                 "p-spin N=4 p=3 disorder=bimodal temperature=[%g,%g] replicas=250 steps=200 warmup=20", first[k],
                 0.9 * first[k]);
        ons_results *results = run(words);
        const ons_result *pressure = row(results, "pressure"), *entropy = row(results, "entropy");
        const double missed = first_stretch_error(sqrt(6 / (2 * 16.0)), first[k]);
        given += !isnan(pressure->mean[0]);
        assert_true(missed > 5e-4 || !isnan(pressure->mean[0]));
        assert_true(missed < 2e-3 || isnan(pressure->mean[0]));
        assert_true(isnan(pressure->mean[0]) == isnan(entropy->mean[1]));
        ons_results_free(results);
    }
    assert_true(given > 0 && given < 5);
}

/* Normal couplings: partial integration holds in every sample's average, at every temperature, size and field. */
static void test_normal_couplings_have_their_identity(void **state) {
    static const char *const cases[] = {"p-spin N=9 temperature=[0.5,0.8] field=0.2",
                                        "p-spin N=12 p=4 hypergraph=random connectivity=3 temperature=[1,2]",
                                        "p-spin N=8 p=2 temperature=0.7",
                                        "p-spin N=12 hypergraph=regular connectivity=4 temperature=[1.5,2.5]"};
    for (unsigned k = 0; k < 4; k++) {
        char words[300];
        snprintf(words, sizeof words, "%s steps=200 warmup=50 replicas=150", cases[k]);
        ons_results *results = run(words);
        const ons_result *gap = row(results, "equilibration_gap");
        for (size_t t = 0; t < gap->size; t++) {
            assert_component(results, words, "equilibration_gap", t, 0);
            assert_true(gap->error[t] < 0.2);
        }
        ons_results_free(results);
    }
}

/* Far above the transition [<e>] = -(1/2T) C(N, p) p!/N^p within 1/T^3 / N^(p - 1): the annealed energy, -1/(2T) of the
 * random energy model (Derrida 1980) for large N. */
static void test_the_annealed_energy_at_high_temperature(void **state) {
    const double n = 30;
    const char *words = "p-spin N=30 temperature=[4,6] steps=20 warmup=10 replicas=40";
    ons_results *results = run(words);
    for (size_t t = 0; t < 2; t++) {
        const double annealed = -(n - 1) * (n - 2) / (n * n) / (2 * (t ? 6 : 4));
        const double variance = 3 / (n * n), temperature = t ? 6 : 4; /* [<prod s>^2] = variance/T^2 + .. */
        assert_component(results, words, "energy", t, annealed * (1 - variance / (temperature * temperature)));
        assert_true(fabs(row(results, "energy")->mean[t] / annealed - 1) < 0.1);
    }
    ons_results_free(results);
}

/* ---- the same bits, refusals ---------------------------------------------------------------------------------- */

static void test_longer_runs_continue_shorter_ones(void **state) {
    static const char *const cases[] = {
        "plaquette-ising L=[3,4,2] warmup=10 replicas=2 measure=correlation",
        "p-spin N=10 hypergraph=random connectivity=3 temperature=[0.5,0.7,1] warmup=10 replicas=3 every=3"};
    for (unsigned k = 0; k < 2; k++) {
        char some[300], more[300];
        snprintf(some, sizeof some, "%s steps=40", cases[k]);
        snprintf(more, sizeof more, "%s steps=91", cases[k]);
        unlink(path_of("twice.h5"));
        ons_results_free(run_on("twice.h5", some));
        ons_results *twice = run_on("twice.h5", more), *once = run(more);
        const ons_task_result *a = ons_results_task(twice, 0), *b = ons_results_task(once, 0);
        assert_int_equal(a->results, b->results);
        for (size_t r = 0; r < a->results; r++) {
            assert_memory_equal(a->result[r].mean, b->result[r].mean, a->result[r].size * sizeof(double));
        }
        ons_results_free(twice);
        ons_results_free(once);
    }
}

static void test_bad_combinations_are_refused_in_one_sentence(void **state) {
    static const char *const cases[][2] = {
        {"plaquette-ising L=[4,4]", "3 dimensions"},
        {"plaquette-ising L=0", "L"},
        {"plaquette-ising lattice=triangular", "square"},
        {"plaquette-ising L=5000", "sites"},
        {"plaquette-ising update=wolff", "metropolis"},
        {"p-spin N=2", "N = 2"},
        {"p-spin p=1", "p"},
        {"p-spin N=20000 p=4", "terms"},
        {"p-spin connectivity=4", "hypergraph"},
        {"p-spin N=10 hypergraph=regular connectivity=4", "multiple of p"},
        {"p-spin N=5 hypergraph=random connectivity=7", "different terms"},
        {"p-spin temperature=[1,1]", "1 follows 1"},
        {"p-spin temperature=[1,0]", "temperature"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k][0], cases[k][1]); }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_square_plaquettes_have_their_exact_energy),
        cmocka_unit_test(test_plaquettes_with_pairs_and_fields_match_enumeration),
        cmocka_unit_test(test_p_spin_ladders_match_the_sum_over_all_samples),
        cmocka_unit_test(test_pressure_and_entropy_match_the_sum_over_all_samples),
        cmocka_unit_test(test_a_ladder_that_begins_cold_gives_no_pressure),
        cmocka_unit_test(test_normal_couplings_have_their_identity),
        cmocka_unit_test(test_the_annealed_energy_at_high_temperature),
        cmocka_unit_test(test_longer_runs_continue_shorter_ones),
        cmocka_unit_test(test_bad_combinations_are_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
