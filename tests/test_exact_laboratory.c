/*
 * The systems `ising-exact` and `density-of-states` through the laboratory: methods against each other and against
 * enumeration, tables, refusals, runs that are continued.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"
#include "laboratory_runs.h"

/* Keeps what was there: a run of the same name goes on. */
static ons_results *go_on(const char *system, const char *words, const char *file) {
    char all[600];
    snprintf(all, sizeof all, "%s %s threads=2", system, words);
    return run_on(file, all);
}

static ons_results *solve(const char *system, const char *words) {
    unlink(path_of("run.h5"));
    return go_on(system, words, "run.h5");
}

static int set_up(void **state) {
    if (open_directory()) { return -1; }
    write_file("glass.txt", "0 1 0.8123\n1 2 -0.7\n2 3 1.1\n3 0 0.43\n3 4 1\n0 2 0.25\n");
    write_file("signs.txt", "0 1 1\n1 2 -1\n2 0 1\n2 3 -1\n3 4 1\n4 0 1\n");
    return 0;
}

static void assert_near(double ours, double expected, double tolerance, const char *what) {
    if (!(fabs(ours - expected) <= tolerance)) { fail_msg("%s: %.17g, expected %.17g", what, ours, expected); }
}

/* ---- ising-exact -------------------------------------------------------------------------------------------- */

static void assert_rows(const char *lattice, const ons_graph *graph, double field, const char *method) {
    char words[400];
    snprintf(words, sizeof words, "%s temperature=[0.9,3] field=%g method=%s", lattice, field, method);
    ons_results *results = solve("ising-exact", words);
    for (size_t t = 0; t < 2; t++) {
        const ons_ising_options options = {.temperature = t ? 3 : 0.9, .coupling = 1, .field = field};
        const small_system small = small_from_graph(graph, &options);
        const small_means means = small_enumerate(&small);
        assert_near(row(results, "energy")->mean[t], means.e, 1e-11, "energy");
        assert_near(row(results, "free_energy")->mean[t], means.free_energy, 1e-11, "free energy");
        assert_near(row(results, "specific_heat")->mean[t], small_specific_heat(&small, &means), 1e-10,
                    "specific heat");
        assert_near(row(results, "entropy")->mean[t], (means.e - means.free_energy) / options.temperature, 1e-10,
                    "entropy");
        assert_near(row(results, "binder")->mean[t], 1 - means.m4 / (3 * means.m2 * means.m2), 1e-10, "binder");
        assert_near(row(results, "magnetization")->mean[t], means.m, 1e-11, "magnetization");
        assert_true(row(results, "energy")->error[t] == 0);
        if (!strcmp(method, "enumeration")) {
            assert_near(row(results, "magnetization_abs")->mean[t], means.mabs, 1e-11, "|m|");
            assert_near(row(results, "susceptibility")->mean[t],
                        small.sites * (means.m2 - means.mabs * means.mabs) / options.temperature, 1e-10,
                        "susceptibility");
        }
    }
    ons_results_free(results);
}

static void test_rows_match_a_direct_sum(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {4, 3};
    static const char *const names[] = {"square", "triangular"};
    for (int k = 0; k < 2; k++) {
        for (int boundary = ONS_PERIODIC; boundary <= ONS_OPEN; boundary++) {
            char words[100];
            assert_int_equal(ons_lattice_create(&lattice, names[k], 0), ONS_OK);
            assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, (ons_boundary)boundary), ONS_OK);
            snprintf(words, sizeof words, "lattice=%s L=[4,3] boundary=%s", names[k], boundary ? "open" : "periodic");
            assert_rows(words, graph, 0.25, "enumeration");
            assert_rows(words, graph, 0.25, "transfer-matrix");
            assert_rows(words, graph, 0, "auto");
            ons_graph_free(graph);
            ons_lattice_free(lattice);
        }
    }
    static const char *const files[] = {"glass.txt", "signs.txt"};
    for (int k = 0; k < 2; k++) {
        char words[300];
        snprintf(words, sizeof words, "lattice=%s", path_of(files[k]));
        assert_int_equal(ons_graph_read(&graph, path_of(files[k])), ONS_OK);
        assert_rows(words, graph, 0.1, "enumeration");
        ons_graph_free(graph);
    }
}

static void test_methods_agree(void **state) {
    static const char *const methods[] = {"enumeration", "transfer-matrix", "beale", "kaufman"};
    double energy[4], heat[4];
    for (int k = 0; k < 4; k++) {
        char words[100];
        snprintf(words, sizeof words, "L=6 temperature=2.5 coupling=-1.25 method=%s", methods[k]);
        ons_results *results = solve("ising-exact", words);
        energy[k] = row(results, "energy")->mean[0];
        heat[k] = row(results, "specific_heat")->mean[0];
        ons_results_free(results);
    }
    for (int k = 1; k < 4; k++) {
        assert_near(energy[k], energy[0], 1e-12, methods[k]);
        assert_near(heat[k], heat[0], 1e-11, methods[k]);
    }
}

static void test_states_are_counted_as_integers(void **state) {
    static const char *const words[] = {"L=4 method=beale", "L=4 method=enumeration"};
    for (int k = 0; k < 2; k++) {
        ons_results *results = solve("ising-exact", words[k]);
        const ons_result *states = row(results, "states");
        assert_int_equal(states->rows, 15);
        static const char *const degeneracy[] = {"2", "32", "64", "424", "1728", "6688", "13568", "20524"};
        for (size_t i = 0; i < 8; i++) {
            assert_near(states->numbers[i * 3], i ? -28 + 4 * (double)i : -32, 0, "energy");
            assert_string_equal(states->texts[i * 3 + 1], degeneracy[i]);
        }
        ons_results_free(results);
    }
}

/* Broken off after a few steps and taken up again: the same numbers as in one go. */
static void assert_same(const char *system, const char *words, const char *first, const char *all) {
    char part[400], whole[400];
    snprintf(part, sizeof part, "%s %s", words, first);
    snprintf(whole, sizeof whole, "%s %s", words, all);
    unlink(path_of("parts.h5"));
    unlink(path_of("whole.h5"));
    ons_results *a = go_on(system, whole, "whole.h5");
    ons_results_free(go_on(system, part, "parts.h5"));
    ons_results *b = go_on(system, whole, "parts.h5");
    const ons_task_result *x = ons_results_task(a, 0), *y = ons_results_task(b, 0);
    assert_int_equal(x->results, y->results);
    for (size_t k = 0; k < x->results; k++) {
        assert_string_equal(x->result[k].name, y->result[k].name);
        if (x->result[k].kind == ONS_TABLE) {
            assert_int_equal(x->result[k].rows, y->result[k].rows);
            continue;
        }
        assert_memory_equal(x->result[k].mean, y->result[k].mean, x->result[k].size * sizeof(double));
    }
    ons_results_free(a);
    ons_results_free(b);
}

static void test_continued_runs_have_the_same_bits(void **state) {
    assert_same("ising-exact", "L=16 method=beale", "steps=3", "steps=100");
    assert_same("ising-exact", "lattice=triangular L=5 method=transfer-matrix field=0.1 temperature=[2,3]", "steps=7",
                "steps=1000");
    assert_same("ising-exact", "lattice=triangular L=[5,6] method=enumeration", "steps=1", "steps=100");
    assert_same("density-of-states", "L=6 replicas=3 sweeps=100", "steps=7", "steps=20");
    assert_same("density-of-states", "model=potts q=3 L=4 replicas=2 sweeps=100", "steps=10", "steps=20");
}

/* ---- density-of-states -------------------------------------------------------------------------------------- */

/* 32 replicas: 7.2 errors of 31 degrees of freedom are below 1e-7 each. */
static void test_density_of_states_has_the_exact_values_beside_it(void **state) {
    ons_results *results = solve("density-of-states", "L=6 replicas=32 steps=20 temperature=[1.5,2.3,4]");
    static const char *const names[] = {"ln_g", "energy", "specific_heat", "free_energy", "entropy"};
    for (size_t k = 0; k < 5; k++) {
        const ons_result *result = row(results, names[k]);
        assert_non_null(result->exact);
        for (size_t i = 0; i < result->size; i++) {
            assert_true(result->error[i] > 0);
            assert_near(result->mean[i], result->exact[i], 7.2 * result->error[i], names[k]);
        }
    }
    const ons_result *level = row(results, "level_energy");
    assert_int_equal(level->size, 35); /* 37 levels but for the two that no configuration has */
    assert_near(level->mean[0], -72, 0, "lowest energy");
    assert_near(level->mean[1], -64, 0, "second energy");
    ons_results_free(results);
}

/* Exact limits: sum of g, q equal ground states. */
static void test_potts_and_blume_capel_ground_states(void **state) {
    ons_results *results;
    const ons_result *ln_g;
    if (!getenv("ONSAGER_SANITIZED")) {
        results = solve("density-of-states", "model=potts q=10 L=4 replicas=16 steps=20 temperature=0.7");
        ln_g = row(results, "ln_g");
        assert_near(ln_g->mean[0], log(10), 8 * ln_g->error[0], "ln g of the ground states");
        ons_results_free(results);
    }
    results = solve("density-of-states", "model=blume-capel crystal_field=1 L=4 replicas=16 steps=20 temperature=0.7");
    ln_g = row(results, "ln_g");
    assert_near(ln_g->mean[0], log(2), 8 * ln_g->error[0], "ln g of the ground states");
    ons_results_free(results);
}

/* Limits beside the peaks: levels at -0.4 have too much of their weight for means, and little enough for peaks; at -1
 * the walk ends below the disordered phase, and what looks like its peak is the limit. */
static void test_what_a_limited_walk_can_tell(void **state) {
    static const char words[] = "model=potts q=10 L=8 replicas=3 steps=20 final_factor=1e-3 temperature=0.72 "
                                "range=between energies=[-2,%s]";
    for (int narrow = 0; narrow < 2; narrow++) {
        char filled[sizeof words + 8];
        snprintf(filled, sizeof filled, words, narrow ? "-1" : "-0.4");
        ons_results *results = solve("density-of-states", filled);
        assert_true(isnan(row(results, "energy")->mean[0]) && isnan(row(results, "specific_heat")->mean[0]));
        assert_int_equal(isnan(row(results, "barrier")->mean[0]), narrow);
        assert_int_equal(isnan(row(results, "peak_energy")->mean[1]), narrow);
        assert_int_equal(isnan(row(results, "equal_height_temperature")->mean[0]), narrow);
        ons_results_free(results);
    }
}

/* ---- refusals ----------------------------------------------------------------------------------------------- */

static void test_bad_combinations_are_refused_in_one_sentence(void **state) {
    static const char *const cases[][3] = {
        {"ising-exact", "L=100 method=enumeration", "too many to enumerate"},
        {"ising-exact", "lattice=cubic L=6", "no exact method"},
        {"ising-exact", "lattice=cubic L=4 method=enumeration boundary=open coupling=0.3", "too many"},
        {"ising-exact", "L=16 field=0.1 method=beale", "field=0"},
        {"ising-exact", "L=16 boundary=open method=kaufman", "periodic"},
        {"ising-exact", "L=65 method=beale", "4096"},
        {"ising-exact", "L=5 coupling=-1 method=kaufman", "even"},
        {"ising-exact", "L=15 method=transfer-matrix", "14"},
        {"ising-exact", "L=21 geometry=strip", "20"},
        {"ising-exact", "L=8 geometry=strip method=beale", "infinite"},
        {"ising-exact", "lattice=cubic L=8 geometry=strip", "triangular"},
        {"ising-exact", "lattice=honeycomb L=8 method=transfer-matrix", "triangular"},
        {"ising-exact", "temperature=[1,0]", "temperature"},
        {"ising-exact", "method=onsager", "method"},
        {"density-of-states", "model=potts q=1", "q"},
        {"density-of-states", "q=3", "model"},
        {"density-of-states", "L=2000", "out of reach"},
        {"density-of-states", "L=1", "itself"},
        {"density-of-states", "coupling=0", "0"},
        {"density-of-states", "model=blume-capel crystal_field=0.123456", "rational"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char words[400];
        snprintf(words, sizeof words, "%s %s", cases[k][0], cases[k][1]);
        assert_refused(words, cases[k][2]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_match_a_direct_sum),
        cmocka_unit_test(test_methods_agree),
        cmocka_unit_test(test_states_are_counted_as_integers),
        cmocka_unit_test(test_continued_runs_have_the_same_bits),
        cmocka_unit_test(test_density_of_states_has_the_exact_values_beside_it),
        cmocka_unit_test(test_potts_and_blume_capel_ground_states),
        cmocka_unit_test(test_what_a_limited_walk_can_tell),
        cmocka_unit_test(test_bad_combinations_are_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
