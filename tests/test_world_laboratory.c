/*
 * The systems of step evolution, cellular automata, permutations and qubits through the laboratory: rows against closed
 * forms and against each other, runs that were broken off against whole ones bit for bit, refusals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "laboratory_runs.h"

#include <math.h>

static double at(const ons_result *series, size_t time, size_t component) {
    assert_true(time < (series->times ? series->times : 1) && component < series->size);
    return series->mean[time * series->size + component];
}

static int set_up(void **state) { return open_directory(); }

/* ---- step-evolution ------------------------------------------------------------------------------------------ */

static void test_chains_lose_the_boundary_and_meet_the_future_one(void **state) {
    ons_results *results = run("step-evolution model=ising-chain kappa=0.4 slices=20 initial=0.5 final=-0.3");
    const double k = tanh(0.4), total = 1 + 0.5 * -0.3 * pow(k, 20);
    const ons_result *spin = row(results, "spin"), *gap = row(results, "gap"), *z = row(results, "log_partition");
    assert_int_equal(spin->times, 21);
    for (unsigned t = 0; t <= 20; t++) { /* both boundaries decay; Z = (2 cosh kappa)^N (1 + i f tanh^N kappa) */
        const double exact = (0.5 * pow(k, t) - 0.3 * pow(k, 20 - t)) / total;
        assert_true(fabs(at(spin, t, 0) - exact) < 1e-13);
    }
    assert_true(fabs(z->mean[0] - 20 * log(2 * cosh(0.4)) - log(total)) < 1e-12);
    assert_true(fabs(gap->mean[0] + log(k)) < 1e-10 && fabs(gap->exact[0] + log(k)) < 1e-14);
    ons_results_free(results);
}

static void test_drawn_histories_have_the_exact_means(void **state) {
    ons_results *results =
        run("step-evolution model=random spins=3 strength=0.4 slices=5 initial=[0.5,0,-0.3] final=0.2 "
            "histories=2000 replicas=1 seed=4");
    const ons_result *exact = row(results, "spin"), *drawn = row(results, "sampled_spin");
    for (unsigned t = 0; t <= 5; t++) {
        for (unsigned k = 0; k < 3; k++) { /* 18 numbers at 6 sigma: 4e-8 */
            const double mean = at(exact, t, k), limit = 6 * sqrt((1 - mean * mean) / 2000);
            assert_true(fabs(at(drawn, t, k) - mean) < limit);
        }
    }
    ons_results_free(results);
}

static void test_jumps_keep_norm_and_entropy(void **state) {
    ons_results *results = run("step-evolution model=thirring cells=3 slices=30 initial=0.4");
    const ons_result *norm = row(results, "norm"), *entropy = row(results, "entropy");
    const double p = 0.7, bit = -p * log(p) - (1 - p) * log(1 - p);
    for (unsigned t = 0; t <= 30; t++) {
        assert_true(fabs(at(norm, t, 0)) < 1e-13);
        assert_true(fabs(at(entropy, t, 0) - 12 * bit) < 1e-11);
    }
    ons_results_free(results);
}

/* ---- cellular-automaton -------------------------------------------------------------------------------------- */

static void test_free_movers_carry_their_profile_along(void **state) {
    ons_results *results = run("cellular-automaton model=movers colours=3 cells=20 start=packet steps=33 replicas=2");
    const ons_result *right = row(results, "right"), *left = row(results, "left");
    for (unsigned t = 0; t <= 33; t++) {
        for (unsigned x = 0; x < 20; x++) {
            assert_true(fabs(at(right, t, (x + t) % 20) - at(right, 0, x)) < 1e-12);
            assert_true(fabs(at(left, t, (x + 80 - t) % 20) - at(left, 0, x)) < 1e-12);
        }
    }
    ons_results_free(results);
}

/* The ensemble of `beams` on 3 cells against the sum over all states of the system step-evolution. */
static void test_ensembles_match_the_exact_step_evolution(void **state) {
    ons_results *ensemble = run("cellular-automaton model=thirring cells=3 start=packet width=1 density=0.7 steps=9 "
                                "members=65536 replicas=8 seed=3");
    double weight[3];
    char words[500];
    for (unsigned x = 0; x < 3; x++) { weight[x] = 2 * 0.7 * exp(-(x == 1 ? 0 : 1) / 2.0) - 1; }
    snprintf(words, sizeof words,
             "step-evolution model=thirring cells=3 slices=9 initial=[%.17g,%.17g,%.17g,%.17g,%.17g,"
             "%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g]",
             weight[0], weight[1], weight[2], weight[0], weight[1], weight[2], weight[0], weight[1], weight[2],
             weight[0], weight[1], weight[2]);
    ons_results *exact = run_on("exact.h5", words);
    const ons_result *right = row(ensemble, "right"), *spin = row(exact, "spin");
    for (unsigned t = 0; t <= 9; t++) {
        for (unsigned x = 0; x < 3; x++) { /* 30 numbers; variance of two bits at most 1/2 + |covariance|: 6 sigma */
            const double expected = (at(spin, t, x) + at(spin, t, 3 + x)) / 2 + 1;
            assert_true(fabs(at(right, t, x) - expected) < 6 * sqrt(1.0 / (8 * 65536)));
        }
    }
    ons_results_free(ensemble);
    ons_results_free(exact);
}

static void test_waves_conserve_particles_norm_and_total_momentum(void **state) {
    ons_results *results =
        run("cellular-automaton model=thirring method=wave cells=6 particles=3 start=uniform steps=40 "
            "replicas=1");
    static const char *const conserved[] = {"norm", "momentum_distribution", "momentum_mean"};
    for (unsigned k = 0; k < 3; k++) {
        const ons_result *series = row(results, conserved[k]);
        for (size_t t = 0; t <= 40; t++) {
            for (size_t c = 0; c < series->size; c++) {
                assert_true(fabs(at(series, t, c) - at(series, 0, c)) < 1e-12);
            }
        }
    }
    for (size_t t = 0; t <= 40; t++) {
        const double particles = at(row(results, "particles_right"), t, 0) + at(row(results, "particles_left"), t, 0);
        assert_true(fabs(particles - 3) < 1e-12);
    }
    ons_results_free(results);
}

/* ---- permutation-spectrum ------------------------------------------------------------------------------------ */

static void test_cycles_of_the_sectors_add_up_to_those_of_all_states(void **state) {
    ons_results *whole = run("permutation-spectrum model=thirring cells=3");
    double cycles = 0, states = 0, rows = 0;
    for (unsigned k = 0; k <= 12; k++) {
        char words[100];
        snprintf(words, sizeof words, "permutation-spectrum model=thirring cells=3 particles=%u", k);
        ons_results *sector = run_on("sector.h5", words);
        cycles += row(sector, "cycles")->mean[0];
        states += row(sector, "states")->mean[0];
        ons_results_free(sector);
    }
    const ons_result *table = row(whole, "spectrum");
    for (size_t k = 0; k < table->rows; k++) { rows += table->numbers[k * table->columns + 2]; }
    assert_true(cycles == row(whole, "cycles")->mean[0]);
    assert_true(states == 4096 && rows == 4096);
    ons_results_free(whole);
    whole = run("permutation-spectrum model=movers colours=2 cells=4"); /* necklaces of 16 colours and length 4 */
    assert_true(row(whole, "cycles")->mean[0] == (65536.0 + 256 + 2 * 16) / 4);
    assert_true(row(whole, "cycles")->exact[0] == row(whole, "cycles")->mean[0]);
    assert_true(row(whole, "energies")->mean[0] == 4 && row(whole, "longest")->mean[0] == 4);
    assert_true(fabs(row(whole, "log_order")->mean[0] - log(4)) < 1e-14);
    ons_results_free(whole);
}

/* ---- qubit-automaton ----------------------------------------------------------------------------------------- */

static void assert_rules_agree(const char *words) {
    ons_results *results = run(words);
    const ons_result *mean = row(results, "expectation"), *quantum = row(results, "quantum"),
                     *sampled = row(results, "sampled");
    for (size_t t = 0; t < mean->times; t++) {
        for (size_t k = 0; k < mean->size; k++) {
            const double exact = at(quantum, t, k);
            assert_true(fabs(at(mean, t, k) - exact) < 1e-12);
            assert_true(fabs(at(sampled, t, k) - exact) < 6 * sqrt((1.0001 - exact * exact) / 80000) + 1e-12);
        }
    }
    ons_results_free(results);
}

static void test_sums_over_configurations_follow_the_quantum_rule(void **state) {
    assert_rules_agree("qubit-automaton bloch1=[0.6,0,0.8] bloch2=[0.1,0.2,-0.3] samples=20000 replicas=4 "
                       "gates=H1-CNOT12-S2-SX1-CZ-SYDG2-SWAP-CNOT21-Y1-SDG1");
    assert_rules_agree(
        "qubit-automaton map=correlation state=singlet gates=H1-S2-SX1-SWAP-SY2 samples=20000 replicas=4");
    assert_rules_agree(
        "qubit-automaton map=one-qubit bloch1=[0.36,0.48,0.8] gates=H1-S1-SX1-SYDG1 samples=20000 replicas=4");
}

static void test_bell_states_and_their_limits(void **state) {
    ons_results *results = run("qubit-automaton samples=0");
    assert_true(fabs(at(row(results, "purity"), 2, 0) - 1) < 1e-12);
    assert_true(at(row(results, "distance"), 2, 0) < 1e-12); /* plain Bell states are correlation maps */
    ons_results_free(results);
    results = run("qubit-automaton state=rotated-singlet gates=I samples=0");
    assert_true(fabs(at(row(results, "chsh"), 0, 0) - 2 * sqrt(2)) < 1e-12);
    assert_true(at(row(results, "distance"), 0, 0) > 0.8284271);
    ons_results_free(results);
}

/* ---- broken off and gone on ---------------------------------------------------------------------------------- */

static void assert_same(const ons_results *a, const ons_results *b, const char *words) {
    const ons_task_result *first = ons_results_task(a, 0), *second = ons_results_task(b, 0);
    assert_int_equal(first->results, second->results);
    for (size_t k = 0; k < first->results; k++) {
        const ons_result *x = &first->result[k], *y = ons_task_find(second, x->name);
        assert_non_null(y);
        if (x->kind == ONS_TABLE) {
            assert_int_equal(x->rows, y->rows);
            continue;
        }
        const size_t count = x->size * (x->times ? x->times : 1);
        assert_int_equal(x->times, y->times);
        if (memcmp(x->mean, y->mean, count * sizeof(double))) { fail_msg("%s: other bits in %s", words, x->name); }
    }
}

static void test_runs_that_were_broken_off_give_the_same_bits(void **state) {
    static const struct {
        const char *words;
        int first;
    } cases[] = {
        {"step-evolution spins=5 slices=23 kappa=0.4 initial=0.7 final=[0.1,0,0,0.5,-1] histories=50", 7},
        {"step-evolution model=random spins=4 slices=11 histories=20 replicas=3", 10},
        {"cellular-automaton cells=70 members=128 replicas=2", 17},
        {"cellular-automaton model=scatterers scatterer_density=0.3 cells=33 members=64 replicas=2", 40},
        {"cellular-automaton method=wave cells=9 particles=2 replicas=1", 11},
        {"permutation-spectrum model=thirring cells=6", 1},
        {"qubit-automaton gates=H1-CNOT12-S2-SX1-CZ-SYDG2 samples=1000 replicas=2", 2},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char words[300], file[20];
        snprintf(file, sizeof file, "broken-%zu.h5", k);
        ons_results *whole, *part;
        snprintf(words, sizeof words, "%s steps=%d", cases[k].words, cases[k].first);
        part = run_on(file, words);
        ons_results_free(part);
        snprintf(words, sizeof words, "%s steps=90", cases[k].words);
        part = run_on(file, words);
        whole = run(words);
        assert_same(whole, part, cases[k].words);
        ons_results_free(whole);
        ons_results_free(part);
    }
}

static void test_bad_combinations_are_refused(void **state) {
    static const struct {
        const char *words, *message;
    } cases[] = {
        {"step-evolution model=thirring cells=7", "at most 24"},
        {"step-evolution spins=4 initial=[1,0]", "4 spins"},
        {"step-evolution spins=4 mark=4", "mark"},
        {"step-evolution model=ising-chain spins=3", "ising-chain"},
        {"cellular-automaton members=100", "64"},
        {"cellular-automaton method=wave", "cells=15"},
        {"cellular-automaton method=wave cells=15 particles=8", "at most 4194304"},
        {"cellular-automaton method=wave cells=8 start=step", "start=step"},
        {"cellular-automaton colours=2", "colours"},
        {"permutation-spectrum cells=9", "2^30"},
        {"permutation-spectrum cells=16", "63"},
        {"permutation-spectrum cells=2 particles=9", "9 particles"},
        {"qubit-automaton gates=H1-CONT12", "CNOT12"},
        {"qubit-automaton gates=H1-", "gate"},
        {"qubit-automaton map=one-qubit", "one-qubit"},
        {"qubit-automaton map=correlation", "CNOT12"},
        {"qubit-automaton map=correlation gates=I state=rotated-singlet", "average-spin"},
        {"qubit-automaton bloch1=[1,1,0]", "length"},
        {"qubit-automaton bloch1=[1,0]", "components"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k].words, cases[k].message); }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains_lose_the_boundary_and_meet_the_future_one),
        cmocka_unit_test(test_drawn_histories_have_the_exact_means),
        cmocka_unit_test(test_jumps_keep_norm_and_entropy),
        cmocka_unit_test(test_free_movers_carry_their_profile_along),
        cmocka_unit_test(test_ensembles_match_the_exact_step_evolution),
        cmocka_unit_test(test_waves_conserve_particles_norm_and_total_momentum),
        cmocka_unit_test(test_cycles_of_the_sectors_add_up_to_those_of_all_states),
        cmocka_unit_test(test_sums_over_configurations_follow_the_quantum_rule),
        cmocka_unit_test(test_bell_states_and_their_limits),
        cmocka_unit_test(test_runs_that_were_broken_off_give_the_same_bits),
        cmocka_unit_test(test_bad_combinations_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
