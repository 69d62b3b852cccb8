/*
 * The system `annealing` through the laboratory: rows beside exact values, samples beside their enumeration, an
 * interrupted run with the same bits, ground states, notes and refusals.
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

#include <onsager/lab.h>
#include <onsager/registry.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/onsager-annealing-XXXXXX";

static const ons_system *find_annealing(void) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (!strcmp((*system)->name, "annealing")) { return *system; }
    }
    fail_msg("the registry has no system 'annealing'");
    return NULL;
}

static const char *path_of(const char *name) {
    static char path[2][200];
    static unsigned next;
    next = !next;
    snprintf(path[next], sizeof path[next], "%s/%s", directory, name);
    return path[next];
}

static ons_status bind(ons_job **job, const char *words) {
    char buffer[600], *rest = buffer;
    snprintf(buffer, sizeof buffer, "%s", words);
    assert_int_equal(ons_job_create(job), ONS_OK);
    for (char *word = strtok_r(buffer, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        const ons_status status = ons_job_word(*job, word);
        if (status) { return status; }
    }
    return ons_job_bind(*job, find_annealing(), NULL);
}

static ons_results *run_into(const char *name, const char *words) {
    char all[700];
    ons_job *job;
    ons_results *results;
    snprintf(all, sizeof all, "%s threads=1 output=%s", words, path_of(name));
    if (bind(&job, all) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { fail_msg("%s: %s", words, ons_message()); }
    assert_int_equal(ons_results_read(&results, path_of(name)), ONS_OK);
    ons_job_free(job);
    return results;
}

static ons_results *run(const char *words) {
    unlink(path_of("run.h5"));
    return run_into("run.h5", words);
}

static const ons_result *row(const ons_results *results, const char *name) {
    const ons_result *result = ons_task_find(ons_results_task(results, 0), name);
    if (!result) { fail_msg("there is no row '%s'", name); }
    return result;
}

static void assert_row(const ons_results *results, const char *name, size_t k, double expected) {
    const ons_result *result = row(results, name);
    if (!(fabs(result->mean[k] - expected) <= 5.5 * result->error[k] + 1e-12)) {
        fail_msg("%s[%zu] = %.10g +- %g, exact %.10g", name, k, result->mean[k], result->error[k], expected);
    }
}

static int set_up(void **state) { return mkdtemp(directory) ? 0 : -1; }

static int tear_down(void **state) {
    unlink(path_of("run.h5"));
    unlink(path_of("parts.h5"));
    return rmdir(directory);
}

/* ---- exact values ---- */

static void test_exact_values_stand_beside_ours(void **state) {
    static const char *const names[] = {"free_energy", "energy", "specific_heat"};
    static const char *const jobs[] = {
        "lattice=square L=8 disorder=none temperature=[4,3,2.269] step=ladder runs=30 replicas=1",
        "lattice=chain L=12 disorder=none temperature=[3,1,0.6] field=0.4 runs=30 replicas=1",
        "lattice=honeycomb L=3 disorder=none temperature=[3,1.5] runs=30 replicas=1"};
    for (size_t job = 0; job < 3; job++) {
        ons_results *results = run(jobs[job]);
        for (size_t n = 0; n < 3; n++) {
            const ons_result *result = row(results, names[n]);
            assert_string_equal(result->axis, "temperature");
            assert_non_null(result->exact);
            for (size_t k = 0; k < result->size; k++) { assert_row(results, names[n], k, result->exact[k]); }
        }
        ons_results_free(results);
    }
}

static void test_samples_match_their_enumeration(void **state) {
    static const char *const jobs[] = {
        "L=[3,3,2] temperature=[3,1.5,1] runs=30 replicas=1",
        "L=[3,3,2] temperature=[3,1.5,1] runs=30 replicas=1 disorder=gaussian field=0.2"};
    for (size_t job = 0; job < 2; job++) {
        ons_results *results = run(jobs[job]);
        for (size_t k = 0; k < 3; k++) {
            assert_row(results, "free_energy", k, row(results, "free_energy_exact")->mean[k]);
            assert_row(results, "energy", k, row(results, "energy_exact")->mean[k]);
        }
        ons_results_free(results);
    }
}

/* The triangular antiferromagnet: one unsatisfied bond in every triangle, -1 a site (Wannier 1950). */
static void test_both_methods_reach_the_lowest_energy(void **state) {
    static const char *const methods[] = {"population", "simulated"};
    for (size_t m = 0; m < 2; m++) {
        char words[200];
        snprintf(words, sizeof words,
                 "lattice=triangular L=6 disorder=none coupling=-1 method=%s replicas=2 runs=2 population=512",
                 methods[m]);
        ons_results *results = run(words);
        assert_true(fabs(row(results, "lowest_energy")->mean[0] + 1) < 1e-12);
        assert_true(row(results, "success")->mean[0] > 0);
        assert_int_equal(row(results, "configuration")->rows, 2 * 36);
        assert_int_equal(ons_task_find(ons_results_task(results, 0), "free_energy") != NULL, m == 0);
        ons_results_free(results);
    }
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
    snprintf(all, sizeof all, "%s steps=1000", words);
    ons_results *whole = run(all);
    unlink(path_of("parts.h5"));
    snprintf(all, sizeof all, "%s steps=20", words);
    ons_results_free(run_into("parts.h5", all));
    snprintf(all, sizeof all, "%s steps=1000", words);
    ons_results *extended = run_into("parts.h5", all); /* reads the state back */
    assert_same(whole, extended);
    ons_results_free(whole);
    ons_results_free(extended);
}

static void test_an_interrupted_run_has_the_bits_of_a_whole_one(void **state) {
    check_bits("L=3 temperature=[3,1.5,1] runs=3 replicas=2 population=512");
    check_bits("L=3 temperature=[3,1.5,1] runs=3 replicas=2 population=512 disorder=gaussian field=0.2");
    check_bits("L=3 temperature=[3,2.5,2,1.5,1] runs=5 replicas=2 population=512 method=simulated");
}

/* ---- notes and refusals ---- */

static void test_what_cannot_be_is_refused(void **state) {
    static const struct {
        const char *words, *message;
    } cases[] = {
        {"temperature=[1,2]", "descend"},
        {"temperature=[1,1]", "descend"},
        {"population=1000", "multiple of 512"},
        {"culling=0", "culling"},
        {"culling=1.5", "culling"},
        {"step=ladder culling=0.2", "culling"},
        {"method=simulated step=ladder", "step"},
        {"coupling_mean=0.5", "coupling_mean"},
        {"disorder=none disorder_probability=0.3", "disorder_probability"},
        {"L=100000", "sites"},
        {"L=1000 population=51200000", "GB"},
        {"method=quantum", "method"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ons_job *job;
        assert_int_equal(bind(&job, cases[k].words), ONS_INVALID);
        if (!strstr(ons_message(), cases[k].message)) { fail_msg("'%s': %s", cases[k].words, ons_message()); }
        ons_job_free(job);
    }
    ons_results *results = run("L=3 runs=1 replicas=1 population=512 temperature=[2,1]");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "no errors"));
    assert_null(ons_task_find(ons_results_task(results, 0), "rho_f"));
    ons_results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_values_stand_beside_ours),
        cmocka_unit_test(test_samples_match_their_enumeration),
        cmocka_unit_test(test_both_methods_reach_the_lowest_energy),
        cmocka_unit_test(test_an_interrupted_run_has_the_bits_of_a_whole_one),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
