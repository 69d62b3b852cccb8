/*
 * The system `dipolar-clock` through the laboratory: rows against enumeration on ladders and alone, with both dynamics;
 * exact values, interrupted runs, starts, refusals, notes, pictures.
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

#include "spins_dipolar.h"

#define LABORATORY_SYSTEM "dipolar-clock "
#include "laboratory_runs.h"

static int set_up(void **state) { return open_directory(); }

/* ---- rows against enumeration ---------------------------------------------------------------------------------------
 */

typedef struct means {
    double e, e2, m, m2, m4, p, p2, p4, adjacent, anisotropy;
} means;

static means enumerate(const tiny *small, double temperature) {
    double *weight = calloc(small->states, sizeof *weight);
    const double q = small->options.states, sites = small->sites;
    means sum = {0};
    assert_non_null(weight);
    tiny_weights(small, temperature, weight);
    for (unsigned s = 0; s < small->states; s++) {
        int n[16], counts[64] = {0}, most = 0;
        double x = 0, y = 0, p = 0;
        tiny_spins(small, s, n);
        for (unsigned i = 0; i < small->sites; i++) {
            x += cos(6.28318530717958647693 * n[i] / q) / sites;
            y += sin(6.28318530717958647693 * n[i] / q) / sites;
            p += (n[i] % 2 ? -1 : 1) / sites;
            counts[n[i]]++;
        }
        for (int k = 0; k < (int)q; k++) {
            const int both = counts[k] + counts[(k + 1) % (int)q];
            most = both > most ? both : most;
        }
        const double w = weight[s], e = small->energy[s] / sites, m2 = x * x + y * y;
        sum.e += w * e;
        sum.e2 += w * e * e;
        sum.m += w * sqrt(m2);
        sum.m2 += w * m2;
        sum.m4 += w * m2 * m2;
        sum.p += w * fabs(p);
        sum.p2 += w * p * p;
        sum.p4 += w * p * p * p * p;
        sum.adjacent += w * most / sites;
        sum.anisotropy += m2 > 1e-20 ? w * cos(q * atan2(y, x)) : 0;
    }
    free(weight);
    return sum;
}

static void assert_row(const ons_results *results, const char *words, const char *name, size_t k, double expected) {
    const ons_result *result = row(results, name);
    if (!result) {
        fail_msg("%s: no row '%s'", words, name);
        return;
    }
    if (!(fabs(result->mean[k] - expected) <= 5.5 * result->error[k] + 1e-12)) {
        fail_msg("%s: %s[%zu] = %.10g +- %g, exact %.10g", words, name, k, result->mean[k], result->error[k], expected);
    }
}

static void assert_rows(const char *lattice, int64_t rows, int64_t columns, ons_dipolar_options options,
                        const double *temperature, size_t count, const char *more) {
    char words[500];
    tiny small;
    size_t length = (size_t)snprintf(words, sizeof words,
                                     "lattice=%s L=[%d,%d] q=%u states=%s coupling=%g dipole=%g momenta=none every=1 "
                                     "warmup=100 replicas=2 %s temperature=",
                                     lattice, (int)rows, (int)columns, options.states, options.pair ? "pair" : "all",
                                     options.coupling, options.dipole, more);
    for (size_t k = 0; k < count; k++) {
        length += (size_t)snprintf(words + length, sizeof words - length, "%s%g", k ? "," : "[", temperature[k]);
    }
    snprintf(words + length, sizeof words - length, "]");
    tiny_open(&small, lattice, rows, columns, options);
    ons_results *results = run(words);
    for (size_t k = 0; k < count; k++) {
        const means exact = enumerate(&small, temperature[k]);
        const double sites = small.sites, t = temperature[k];
        assert_row(results, words, "energy", k, exact.e);
        assert_row(results, words, "energy_squared", k, exact.e2);
        assert_row(results, words, "magnetization_abs", k, exact.m);
        assert_row(results, words, "magnetization_squared", k, exact.m2);
        assert_row(results, words, "magnetization_fourth", k, exact.m4);
        assert_row(results, words, "adjacent_fraction", k, options.states == 2 ? 1 : exact.adjacent);
        assert_row(results, words, "anisotropy", k, exact.anisotropy);
        assert_row(results, words, "specific_heat", k, sites * (exact.e2 - exact.e * exact.e) / (t * t));
        assert_row(results, words, "susceptibility", k, sites * (exact.m2 - exact.m * exact.m) / t);
        assert_row(results, words, "binder", k, 1 - exact.m4 / (3 * exact.m2 * exact.m2));
        if (options.states % 2) {
            assert_null(find_row(results, "dipole_abs"));
            continue;
        }
        assert_row(results, words, "dipole_abs", k, exact.p);
        assert_row(results, words, "dipole_squared", k, exact.p2);
        assert_row(results, words, "dipole_fourth", k, exact.p4);
        assert_row(results, words, "dipole_binder", k, 1 - exact.p4 / (3 * exact.p2 * exact.p2));
        assert_row(results, words, "dipole_susceptibility", k, sites * (exact.p2 - exact.p * exact.p) / t);
    }
    const ons_result *energy = row(results, "energy");
    for (size_t k = 0; energy->exact && k < count; k++) {
        assert_true(fabs(energy->exact[k] - enumerate(&small, temperature[k]).e) < 1e-11);
    }
    ons_results_free(results);
    tiny_close(&small);
}

#define OPTIONS(q, pair, coupling, dipole) ((ons_dipolar_options){q, pair, coupling, dipole})

static void test_ladders_match_enumeration(void **state) {
    assert_rows("triangular", 2, 2, OPTIONS(6, false, 1, 0.5), (double[]){0.6, 0.9, 1.3, 2}, 4, "steps=30000");
    assert_rows("triangular", 2, 3, OPTIONS(4, false, 1, 0.3), (double[]){2.5, 1.6, 1}, 3, "steps=30000");
    assert_rows("triangular", 3, 3, OPTIONS(6, true, 1, 0.25), (double[]){0.4, 0.6, 0.9}, 3, "steps=30000");
}

static void test_single_temperatures_match_enumeration(void **state) {
    assert_rows("square", 2, 2, OPTIONS(6, false, 1, 0.3), (double[]){0.8}, 1, "steps=30000");
    assert_rows("square", 3, 3, OPTIONS(2, false, -1, 0.2), (double[]){1.7}, 1, "steps=30000");
    assert_rows("square", 2, 2, OPTIONS(5, false, 1, 0), (double[]){0.9}, 1, "steps=30000");
}

static void test_clusters_match_enumeration(void **state) {
    assert_rows("triangular", 2, 2, OPTIONS(6, false, 1, 0), (double[]){0.9, 1.7}, 2, "update=wolff steps=30000");
    assert_rows("square", 3, 3, OPTIONS(3, false, -1, 0), (double[]){0.6}, 1, "update=wolff clusters=2 steps=30000");
    assert_rows("square", 3, 4, OPTIONS(6, true, 1, 0), (double[]){0.5, 0.7}, 2, "update=wolff steps=30000");
    assert_rows("square", 2, 3, OPTIONS(4, false, 1, 0), (double[]){1.1}, 1, "update=wolff steps=30000");
    assert_rows("square", 3, 4, OPTIONS(2, false, 1, 0), (double[]){2.3}, 1, "update=wolff steps=30000");
}

/* ---- runs -----------------------------------------------------------------------------------------------------------
 */

#define RUN                                                                                                            \
    "L=12 temperature=[0.1,0.2,0.4,0.8] stripe_width=3 momenta=map warmup=20 every=2 replicas=2 histogram_bins=20 "    \
    "histogram_rung=1"

static void test_a_run_that_was_continued_has_the_same_bits(void **state) {
    ons_results *whole = run_on("whole.h5", RUN " steps=120");
    ons_results_free(run_on("parts.h5", RUN " steps=40"));
    ons_results *parts = run_on("parts.h5", RUN " steps=120");
    const ons_task_result *a = ons_results_task(whole, 0), *b = ons_results_task(parts, 0);
    assert_int_equal(a->results, b->results);
    for (size_t k = 0; k < a->results; k++) {
        assert_string_equal(a->result[k].name, b->result[k].name);
        assert_int_equal(a->result[k].size, b->result[k].size);
        assert_memory_equal(a->result[k].mean, b->result[k].mean, a->result[k].size * sizeof(double));
        assert_memory_equal(a->result[k].error, b->result[k].error, a->result[k].size * sizeof(double));
    }
    const ons_result *structure = ons_task_find(a, "structure_factor"), *rings = ons_task_find(a, "ring_structure");
    assert_int_equal(structure->rank, 2);
    double sum = 0;
    for (size_t i = 0; i < structure->size; i++) { sum += structure->mean[i]; }
    assert_true(fabs(sum - 144) < 1e-9); /* Parseval */
    assert_true(fabs(rings->mean[0] - structure->mean[0]) < 1e-12);
    const ons_result *histogram = ons_task_find(a, "energy_histogram");
    double counted = histogram->below + histogram->above;
    for (size_t i = 0; i < histogram->size; i++) { counted += histogram->mean[i]; }
    assert_true(counted == 120);
    ons_results_free(whole);
    ons_results_free(parts);
}

static void test_stripes_stay_at_low_temperature(void **state) {
    ons_results *results = run("L=12 start=stripes orientation=3 temperature=0.001 dipole=0.15 warmup=0 steps=20");
    assert_true(fabs(row(results, "energy")->mean[0] + 2.42902) < 1e-5);
    assert_true(fabs(row(results, "stripe_order")->mean[0] - 2.0 / 3) < 1e-12);
    assert_true(fabs(row(results, "stripe_orientation")->mean[0] - 1) < 1e-12);
    assert_true(fabs(row(results, "stripe_amplitudes")->mean[2] - 2.0 / 3) < 1e-12);
    assert_null(find_row(results, "exchange_rate"));
    ons_results_free(results);
    char words[400];
    snprintf(words, sizeof words, "L=12 start=%s temperature=0.001 warmup=0 steps=2 output=%s", path_of("run.h5"),
             path_of("whole.h5"));
    unlink(path_of("whole.h5"));
    ons_job *job;
    if (bind(&job, words) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { fail_msg("%s", ons_message()); }
    ons_job_free(job);
    assert_int_equal(ons_results_read(&results, path_of("whole.h5")), ONS_OK);
    assert_true(fabs(row(results, "stripe_amplitudes")->mean[2] - 2.0 / 3) < 1e-12);
    ons_results_free(results);
}

static void test_pictures_show_the_lattice(void **state) {
    ons_job *job;
    ons_picture picture = {0};
    char words[300];
    unlink(path_of("run.h5"));
    snprintf(words, sizeof words,
             "L=[6,12] temperature=[0.2,0.1] stripe_width=3 start=stripes warmup=0 steps=2 output=%s",
             path_of("run.h5"));
    if (bind(&job, words) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { fail_msg("%s", ons_message()); }
    ons_results *results;
    assert_int_equal(ons_results_read(&results, path_of("run.h5")), ONS_OK);
    assert_int_equal(ons_job_picture(job, ons_results_task(results, 0)->key, 0, &picture), ONS_OK);
    assert_int_equal(picture.width, 6 * 41);
    assert_true(fabs((double)picture.height - 12 * 41 * 0.8660254) < 1.5);
    ons_picture_free(&picture);
    ons_results_free(results);
    ons_job_free(job);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------
 */

static void test_bad_combinations_are_refused(void **state) {
    static const struct {
        const char *words, *part;
    } cases[] = {{"L=20 stripe_width=3", "multiple of 6, which 20 is not; the next one is 24"},
                 {"L=20 start=stripes", "multiple of 6"},
                 {"L=[12,20] start=stripes", "which 20 is not"},
                 {"L=[6,6,6]", "one or two lengths"},
                 {"q=5", "q = 6"},
                 {"q=1", "`q`"},
                 {"update=wolff", "dipole = 0"},
                 {"dipole=0 start=stripes", "set stripe_width"},
                 {"temperature=[1,0.5,0.7]", "ascend or descend"},
                 {"temperature=0", "`temperature`"},
                 {"lattice=square start=stripes stripe_width=3 orientation=3", "triangular"},
                 {"histogram_bins=10 histogram_rung=40", "numbered from 0"},
                 {"histogram_bins=10 histogram_low=0 histogram_high=-1", "above"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k].words, cases[k].part); }
}

static void test_stripes_of_the_ground_state_that_do_not_fit_are_noted(void **state) {
    ons_results *results = run("L=10 temperature=1 warmup=0 steps=10");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "3 rows"));
    assert_null(find_row(results, "stripe_order"));
    ons_results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladders_match_enumeration),
        cmocka_unit_test(test_single_temperatures_match_enumeration),
        cmocka_unit_test(test_clusters_match_enumeration),
        cmocka_unit_test(test_a_run_that_was_continued_has_the_same_bits),
        cmocka_unit_test(test_stripes_stay_at_low_temperature),
        cmocka_unit_test(test_pictures_show_the_lattice),
        cmocka_unit_test(test_bad_combinations_are_refused),
        cmocka_unit_test(test_stripes_of_the_ground_state_that_do_not_fit_are_noted),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
