/*
 * The system `ising` with random fields and dilution through the laboratory: averages over samples against the sum over
 * all samples of a tiny lattice, each enumerated; the closed forms of diluted open chains; fallbacks, notes, refusals,
 * and that an interrupted job has the same samples.
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

#include <math.h>

#define LABORATORY_SYSTEM "ising "
#include "laboratory_runs.h"

static void assert_row(const ons_results *results, const char *words, const char *name, double expected) {
    const ons_result *result = row(results, name);
    if (!(fabs(result->mean[0] - expected) <= 6.5 * result->error[0] + 1e-12)) {
        fail_msg("%s: %s = %.10g +- %g, exact %.10g", words, name, result->mean[0], result->error[0], expected);
    }
}

static int set_up(void **state) { return open_directory(); }

/* ---- sums over all samples ------------------------------------------------------------------------------------ */

/* An open lattice of 2 x 3 sites, spins 0 where the mask has none, h_i = +-width by the bits of `signs`. */
enum { SITES = 6, BONDS = 7 };
static const unsigned bond[BONDS][2] = {{0, 1}, {1, 2}, {3, 4}, {4, 5}, {0, 3}, {1, 4}, {2, 5}};

typedef struct sums {
    double e, e2, m2, m4, e_product, m_product, q2, energy_variance;
} sums;

/* Canonical means of one sample, added with `weight`. */
static void add_sample(sums *all, double weight, unsigned mask, unsigned bonds, unsigned signs, double width,
                       double temperature) {
    double z = 0, e = 0, e2 = 0, m = 0, m2 = 0, m4 = 0, pair[SITES][SITES] = {{0}};
    for (unsigned state = 0; state < 1u << SITES; state++) {
        if (state & ~mask) { continue; }
        int spin[SITES];
        double energy = 0, magnetization = 0;
        for (unsigned i = 0; i < SITES; i++) {
            spin[i] = mask >> i & 1 ? (state >> i & 1 ? 1 : -1) : 0;
            energy -= (signs >> i & 1 ? width : -width) * spin[i];
            magnetization += spin[i];
        }
        for (unsigned b = 0; b < BONDS; b++) { energy -= bonds >> b & 1 ? spin[bond[b][0]] * spin[bond[b][1]] : 0; }
        const double p = exp(-energy / temperature);
        energy /= SITES;
        magnetization /= SITES;
        z += p;
        e += p * energy;
        e2 += p * energy * energy;
        m += p * magnetization;
        m2 += p * magnetization * magnetization;
        m4 += p * pow(magnetization, 4);
        for (unsigned i = 0; i < SITES; i++) {
            for (unsigned j = 0; j < SITES; j++) { pair[i][j] += p * spin[i] * spin[j]; }
        }
    }
    double q2 = 0; /* <q^2> = (1/N^2) sum <s_i s_j>^2 */
    for (unsigned i = 0; i < SITES; i++) {
        for (unsigned j = 0; j < SITES; j++) { q2 += pow(pair[i][j] / z, 2) / (SITES * SITES); }
    }
    all->e += weight * e / z;
    all->e2 += weight * e2 / z;
    all->m2 += weight * m2 / z;
    all->m4 += weight * m4 / z;
    all->e_product += weight * pow(e / z, 2);
    all->m_product += weight * pow(m / z, 2);
    all->q2 += weight * q2;
}

static void assert_rows(const ons_results *results, const char *words, const sums *exact, double temperature) {
    assert_row(results, words, "energy", exact->e);
    assert_row(results, words, "energy_squared", exact->e2);
    assert_row(results, words, "magnetization_squared", exact->m2);
    assert_row(results, words, "magnetization_fourth", exact->m4);
    assert_row(results, words, "energy_product", exact->e_product);
    assert_row(results, words, "overlap_squared", exact->q2);
    assert_row(results, words, "specific_heat", SITES * (exact->e2 - exact->e_product) / pow(temperature, 2));
    assert_row(results, words, "binder", 1 - exact->m4 / (3 * pow(exact->m2, 2)));
}

#define EVERYWHERE ((1u << SITES) - 1)
#define TINY " L=[2,3] boundary=open temperature=1.5 warmup=20 steps=200 replicas=250"

static void test_random_fields_match_the_sum_over_all_samples(void **state) {
    static const char *const updates[] = {"order=random", "update=heat-bath", "update=wolff clusters=3",
                                          "update=swendsen-wang"};
    sums exact = {0};
    for (unsigned signs = 0; signs < 1u << SITES; signs++) {
        add_sample(&exact, 1.0 / (1 << SITES), EVERYWHERE, (1u << BONDS) - 1, signs, 0.8, 1.5);
    }
    for (unsigned k = 0; k < 4; k++) {
        char words[300];
        snprintf(words, sizeof words, "%s field_disorder=bimodal field_width=0.8" TINY, updates[k]);
        ons_results *results = run(words);
        assert_rows(results, words, &exact, 1.5);
        assert_row(results, words, "magnetization_product", exact.m_product);
        assert_row(results, words, "susceptibility_connected", SITES * (exact.m2 - exact.m_product) / 1.5);
        assert_row(results, words, "susceptibility_disconnected", SITES * exact.m_product);
        assert_row(results, words, "magnetization", 0);
        assert_null(find_row(results, "occupation"));
        assert_null(row(results, "overlap")->exact);
        ons_results_free(results);
    }
}

static void test_dilution_matches_the_sum_over_all_samples(void **state) {
    static const char *const updates[] = {"order=random", "update=heat-bath", "update=wolff clusters=3",
                                          "update=swendsen-wang"};
    sums of_sites = {0}, of_bonds = {0};
    for (unsigned mask = 0; mask < 1u << SITES; mask++) {
        const int there = __builtin_popcount(mask);
        add_sample(&of_sites, pow(0.7, there) * pow(0.3, SITES - there), mask, (1u << BONDS) - 1, 0, 0, 1.5);
    }
    for (unsigned bonds = 0; bonds < 1u << BONDS; bonds++) {
        const int there = __builtin_popcount(bonds);
        add_sample(&of_bonds, pow(0.7, there) * pow(0.3, BONDS - there), EVERYWHERE, bonds, 0, 0, 1.5);
    }
    for (unsigned k = 0; k < 8; k++) {
        char words[300];
        snprintf(words, sizeof words, "%s dilution=%s concentration=0.7" TINY, updates[k % 4], k < 4 ? "site" : "bond");
        ons_results *results = run(words);
        assert_rows(results, words, k < 4 ? &of_sites : &of_bonds, 1.5);
        assert_row(results, words, "occupation", 0.7);
        assert_null(find_row(results, "magnetization_product"));
        ons_results_free(results);
    }
}

/* All three kinds of disorder at once: +-J with missing sites in random fields. On a bipartite open lattice without
 * disorder of fields a gauge would make the bonds equal; with fields of both signs it maps samples onto samples. */
static void test_all_disorder_at_once(void **state) {
    sums exact = {0};
    for (unsigned mask = 0; mask < 1u << SITES; mask++) {
        const int there = __builtin_popcount(mask);
        const double weight = pow(0.8, there) * pow(0.2, SITES - there) / (1 << SITES);
        for (unsigned signs = 0; signs < 1u << SITES; signs++) {
            add_sample(&exact, weight, mask, (1u << BONDS) - 1, signs, 0.5, 1.5);
        }
    }
    const char *words = "disorder=bimodal disorder_probability=1 field_disorder=bimodal field_width=0.5 dilution=site "
                        "concentration=0.8 update=heat-bath" TINY;
    ons_results *results = run(words);
    assert_rows(results, words, &exact, 1.5);
    ons_results_free(results);
}

/* ---- chains --------------------------------------------------------------------------------------------------- */

/* [<s_i s_j>] = p^(r + 1) tanh^r with sites, p^r tanh^r with bonds that may be missing. */
static void test_diluted_open_chains_have_their_closed_forms(void **state) {
    enum { LENGTH = 12 };
    const double t = tanh(1 / 0.9), p = 0.75;
    for (unsigned bonds = 0; bonds < 2; bonds++) {
        char words[300];
        double squared = 0;
        for (int i = 0; i < LENGTH; i++) {
            for (int j = 0; j < LENGTH; j++) {
                const int r = abs(i - j);
                squared += pow(p, bonds ? r : r + 1) * pow(t, r) / (LENGTH * LENGTH);
            }
        }
        const double energy = -(LENGTH - 1.0) / LENGTH * (bonds ? p : p * p) * t;
        snprintf(words, sizeof words,
                 "lattice=chain boundary=open L=%d temperature=0.9 dilution=%s concentration=0.75 update=swendsen-wang "
                 "steps=200 warmup=20 replicas=400",
                 LENGTH, bonds ? "bond" : "site");
        ons_results *results = run(words);
        assert_row(results, words, "energy", energy);
        assert_row(results, words, "magnetization_squared", squared);
        assert_true(fabs(row(results, "energy")->exact[0] - energy) < 1e-14);
        assert_true(fabs(row(results, "magnetization_squared")->exact[0] - squared) < 1e-14);
        assert_true(fabs(row(results, "susceptibility_disordered")->exact[0] - LENGTH * squared / 0.9) < 1e-12);
        assert_true(row(results, "overlap")->exact[0] == 0);
        ons_results_free(results);
    }
}

/* Fields stronger than all bonds: every spin follows its own, e = -(1/N) sum |h_i| = -width but for the bonds, whose
 * mean is 0. */
static void test_strong_fields_align_every_spin(void **state) {
    ons_results *results = run("L=16 field_disorder=bimodal field_width=50 temperature=1 update=heat-bath steps=20 "
                               "warmup=5 replicas=200");
    assert_row(results, "strong fields", "overlap_squared", 1);
    assert_row(results, "strong fields", "energy", -50);
    ons_results_free(results);
}

/* ---- notes, the same samples, refusals ------------------------------------------------------------------------- */

static void test_the_checkerboard_falls_back_with_a_note(void **state) {
    ons_results *results = run("L=8 dilution=site steps=50 replicas=4 warmup=5");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "checkerboard"));
    ons_results_free(results);
    results = run("L=7 field_disorder=gaussian steps=50 replicas=4 warmup=5"); /* no checkerboard in any case */
    assert_string_equal(ons_results_task(results, 0)->notes, "");
    ons_results_free(results);
    results = run("L=8 dilution=site concentration=0 steps=50 replicas=2 warmup=5");
    assert_true(row(results, "energy")->mean[0] == 0 && row(results, "magnetization_abs")->mean[0] == 0);
    ons_results_free(results);
}

static void test_longer_runs_continue_the_same_samples(void **state) {
    const char *words = "L=6 dilution=site field_disorder=gaussian disorder=gaussian update=metropolis warmup=10 "
                        "replicas=3 measure=correlation";
    char some[300], more[300];
    snprintf(some, sizeof some, "%s steps=40", words);
    snprintf(more, sizeof more, "%s steps=90", words);
    ons_results_free(run_on("twice.h5", some));
    ons_results *twice = run_on("twice.h5", more), *once = run(more);
    const ons_task_result *a = ons_results_task(twice, 0), *b = ons_results_task(once, 0);
    assert_int_equal(a->results, b->results);
    for (size_t k = 0; k < a->results; k++) {
        assert_memory_equal(a->result[k].mean, b->result[k].mean, a->result[k].size * sizeof(double));
    }
    ons_results_free(twice);
    ons_results_free(once);
}

static void test_bad_combinations_are_refused_in_one_sentence(void **state) {
    static const char *const cases[][2] = {
        {"lattice=complete dilution=site", "smaller L"},
        {"lattice=complete dilution=bond", "list of bonds"},
        {"dilution=site order=checkerboard", "dilution=site"},
        {"field_disorder=bimodal order=checkerboard", "field_disorder=bimodal"},
        {"concentration=0.5", "dilution"},
        {"dilution=bond concentration=1.5", "concentration"},
        {"field_width=1", "field_disorder"},
        {"field_disorder=gaussian field_width=-1", "field_width"},
        {"dilution=sites", "site"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k][0], cases[k][1]); }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_fields_match_the_sum_over_all_samples),
        cmocka_unit_test(test_dilution_matches_the_sum_over_all_samples),
        cmocka_unit_test(test_all_disorder_at_once),
        cmocka_unit_test(test_diluted_open_chains_have_their_closed_forms),
        cmocka_unit_test(test_strong_fields_align_every_spin),
        cmocka_unit_test(test_the_checkerboard_falls_back_with_a_note),
        cmocka_unit_test(test_longer_runs_continue_the_same_samples),
        cmocka_unit_test(test_bad_combinations_are_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
