/*
 * The system `spin-glass` through the laboratory: rows against enumeration, the identities of Nishimori and of
 * Katzgraber and Young, one temperature, an interrupted and an extended run with the same bits, notes and refusals.
 *
 * Deviations count in the reported errors; limit 5.5 (4e-8 each), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#define LABORATORY_SYSTEM "spin-glass "
#include "laboratory_runs.h"

static void assert_row(const ons_results *results, const char *name, size_t k, double expected) {
    const ons_result *result = row(results, name);
    if (!(fabs(result->mean[k] - expected) <= 5.5 * result->error[k] + 1e-12)) {
        fail_msg("%s[%zu] = %.10g +- %g, exact %.10g", name, k, result->mean[k], result->error[k], expected);
    }
}

static int set_up(void **state) {
    if (open_directory()) { return -1; }
    write_file("signs.txt", "0 1 1\n1 2 -1\n2 3 1\n3 0 1\n3 4 -1\n0 2 1\n2 4 1\n");
    write_file("glass.txt", "0 1 0.8\n1 2 -0.7\n2 3 1.1\n3 0 0.4\n3 4 1\n0 2 0.25\n");
    return 0;
}

/* ---- enumeration ---- */

static void check_file(const char *file, const char *words, double field) {
    static const double ladder[] = {0.8, 1.2, 2};
    ons_graph *graph;
    char all[400];
    assert_int_equal(ons_graph_read(&graph, path_of(file)), ONS_OK);
    snprintf(all, sizeof all, "lattice=%s disorder=none temperature=[0.8,1.2,2] %s", path_of(file), words);
    ons_results *results = run(all);
    assert_int_equal(row(results, "energy")->size, 3);
    assert_string_equal(row(results, "energy")->axis, "temperature");
    for (size_t k = 0; k < 3; k++) {
        const ons_ising_options options = {.temperature = ladder[k], .coupling = 1, .field = field};
        const small_system small = small_from_graph(graph, &options);
        const small_means means = small_enumerate(&small);
        double pair[8][8] = {{0}}, z = 0, q2 = 0, link = 0;
        for (unsigned s = 0; s < 1u << small.sites; s++) {
            const double weight = exp(-small_energy(&small, s) / ladder[k]);
            z += weight;
            for (unsigned i = 0; i < small.sites; i++) {
                for (unsigned j = 0; j < small.sites; j++) {
                    pair[i][j] += weight * small_spin(s, i) * small_spin(s, j);
                }
            }
        }
        for (unsigned i = 0; i < small.sites; i++) {
            for (unsigned j = 0; j < small.sites; j++) {
                q2 += pair[i][j] * pair[i][j] / (z * z) / (small.sites * small.sites);
            }
        }
        for (unsigned b = 0; b < small.bonds; b++) {
            const double p = pair[small.source[b]][small.target[b]] / z;
            link += p * p / small.bonds;
        }
        assert_row(results, "energy", k, means.e);
        assert_row(results, "energy_squared", k, means.variance + means.e * means.e);
        assert_row(results, "energy_product", k, means.e * means.e);
        assert_row(results, "specific_heat", k, small_specific_heat(&small, &means));
        assert_row(results, "magnetization", k, means.m);
        assert_row(results, "magnetization_squared", k, means.m2);
        assert_row(results, "magnetization_fourth", k, means.m4);
        assert_row(results, "overlap_squared", k, q2);
        assert_row(results, "spin_glass_susceptibility", k, q2 * small.sites);
        assert_row(results, "link_overlap", k, link);
    }
    ons_results_free(results);
    ons_graph_free(graph);
}

static void test_rows_match_enumeration(void **state) {
    check_file("signs.txt", "steps=2000 every=10 replicas=512 warmup=50", 0);
    check_file("signs.txt", "steps=2000 every=10 replicas=512 warmup=50 field=0.3", 0.3);
    check_file("signs.txt", "lanes=no steps=20000 replicas=4 houdayer=yes", 0);
    check_file("glass.txt", "lanes=no steps=20000 replicas=4", 0);
    check_file("glass.txt", "lanes=no steps=20000 replicas=4 houdayer=yes field=0.3", 0.3);
}

/* ---- identities ---- */

static void test_nishimori_energy_stands_beside_ours(void **state) {
    /* exp(2/T) = p/(1 - p) at T = 1.5 */
    const double temperature = 1.5, p = 1 / (1 + exp(-2 / temperature));
    char words[300];
    snprintf(words, sizeof words,
             "L=4 temperature=[1.2,1.5,2] disorder_probability=%.17g replicas=1024 steps=1000 warmup=300", p);
    ons_results *results = run(words);
    const ons_result *energy = row(results, "energy");
    assert_non_null(energy->exact);
    assert_true(isnan(energy->exact[0]) && isnan(energy->exact[2]));
    assert_true(fabs(energy->exact[1] + 3 * tanh(1 / temperature)) < 1e-12);
    assert_row(results, "energy", 1, -3 * tanh(1 / temperature));
    ons_results_free(results);
}

static void test_katzgraber_young_identity(void **state) {
    ons_results *results =
        run("L=4 disorder=gaussian temperature=[1.0:2.0:0.2] replicas=100 steps=600 warmup=600 every=2");
    const ons_result *gap = row(results, "equilibration_gap");
    assert_non_null(gap->exact);
    for (size_t k = 0; k < gap->size; k++) { assert_row(results, "equilibration_gap", k, 0); }
    ons_results_free(results);
}

/* ---- the same bits ---- */

static void assert_same(const ons_results *one, const ons_results *other) {
    const ons_task_result *first = ons_results_task(one, 0), *second = ons_results_task(other, 0);
    assert_int_equal(first->results, second->results);
    for (size_t r = 0; r < first->results; r++) {
        assert_int_equal(first->result[r].size, second->result[r].size);
        assert_memory_equal(first->result[r].mean, second->result[r].mean, first->result[r].size * sizeof(double));
        assert_memory_equal(first->result[r].error, second->result[r].error, first->result[r].size * sizeof(double));
    }
}

static void check_bits(const char *words) {
    char all[300];
    snprintf(all, sizeof all, "%s steps=60", words);
    ons_results *whole = run(all);
    unlink(path_of("parts.h5"));
    snprintf(all, sizeof all, "%s steps=20", words);
    ons_results_free(run_on("parts.h5", all));
    snprintf(all, sizeof all, "%s steps=60", words);
    ons_results *extended = run_on("parts.h5", all); /* reads the state back */
    assert_same(whole, extended);
    ons_results_free(whole);
    ons_results_free(extended);
}

static void test_an_extended_run_has_the_bits_of_a_long_one(void **state) {
    check_bits("L=3 temperature=[1,1.3,1.7] warmup=10 every=4 replicas=512");
    check_bits("L=3 temperature=[1,1.3,1.7] warmup=10 every=4 replicas=512 field=0.2");
    check_bits("L=3 temperature=[1,1.3,1.7] warmup=10 every=4 replicas=3 disorder=gaussian houdayer=yes");
}

/* ---- crossings ---- */

/* All temperatures see the same samples: the crossing is known no better than both curves where it lies. */
static void test_crossings_of_ladders_have_the_error_of_one_point(void **state) {
    ons_results *results = run("L=3,6 temperature=[0.8,1.1,1.4,1.7,2.0] replicas=512 warmup=400 steps=400");
    const ons_result *curves[2];
    ons_crossing_row *rows;
    size_t count, k = 0;
    const double ladder[] = {0.8, 1.1, 1.4, 1.7, 2.0};
    if (ons_results_crossings(results, "correlation_length_ratio", "temperature", "L", &rows, &count) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    assert_int_equal(count, 1);
    for (size_t t = 0; t < 2; t++) {
        curves[t] = ons_task_find(ons_results_task(results, t), "correlation_length_ratio");
    }
    while (k < 3 && ladder[k + 1] < rows[0].crossing.x) { k++; }
    double slopes[2], error = INFINITY;
    for (size_t t = 0; t < 2; t++) { slopes[t] = (curves[t]->mean[k + 1] - curves[t]->mean[k]) / 0.3; }
    for (size_t i = k; i < k + 2; i++) {
        error = fmin(error, hypot(curves[0]->error[i], curves[1]->error[i]) / fabs(slopes[0] - slopes[1]));
    }
    assert_true(rows[0].crossing.x_error > 0.99 * error);
    assert_true(rows[0].crossing.x > 0.8 && rows[0].crossing.x < 2);
    free(rows);
    ons_results_free(results);
}

/* ---- notes and refusals ---- */

static void test_notes(void **state) {
    ons_results *results = run("L=3 temperature=1.2 replicas=2 steps=20 warmup=0 lanes=no houdayer=yes");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "one temperature"));
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "percolate"));
    assert_null(ons_task_find(ons_results_task(results, 0), "exchange_rate"));
    assert_null(ons_task_find(ons_results_task(results, 0), "ladder_by_rates"));
    assert_int_equal(row(results, "energy")->size, 1);
    ons_results_free(results);
}

static void test_what_cannot_be_is_refused(void **state) {
    static const struct {
        const char *words, *message;
    } cases[] = {
        {"temperature=[1,2,1.5]", "ascend or descend"},
        {"temperature=[1,1]", "ascend or descend"},
        {"temperature=[0,1]", "temperature"},
        {"disorder=gaussian lanes=yes", "lanes"},
        {"houdayer=yes", "lanes=no"},
        {"lattice=complete", "complete"},
        {"coupling_mean=0.5", "coupling_mean"},
        {"lattice=hypercubic dimension=8 L=3 temperature=[1,2] boundary=sticky", "boundary"},
        {"L=100000", "GB"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k].words, cases[k].message); }
    char words[300];
    ons_job *job;
    snprintf(words, sizeof words, "lattice=%s disorder=none", path_of("glass.txt"));
    assert_int_equal(bind(&job, words), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "one size"));
    ons_job_free(job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_match_enumeration),
        cmocka_unit_test(test_nishimori_energy_stands_beside_ours),
        cmocka_unit_test(test_katzgraber_young_identity),
        cmocka_unit_test(test_an_extended_run_has_the_bits_of_a_long_one),
        cmocka_unit_test(test_crossings_of_ladders_have_the_error_of_one_point),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
