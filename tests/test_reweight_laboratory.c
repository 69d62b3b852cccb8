/*
 * What is made of the samples of archives: reweighting against enumeration, Kaufman's energies and exact chains at
 * parameters that were not simulated; binning, bootstrap, autocorrelation and histograms against formulas.
 *
 * Deviations count in reported errors; limit 6 (with Student's factor below 1e-7 each), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/sample_analyses.h>

#include "spins_enumeration.h"

#include "laboratory_runs.h"

typedef struct view {
    ons_results *results;
    ons_samples *samples;
    ons_job *job;
    ons_archive_view archive;
} view;

static view open_run(const char *words) {
    char all[800];
    view v;
    v.results = run(words);
    snprintf(all, sizeof all, "%s output=%s", words, path_of("run.h5"));
    assert_int_equal(bind(&v.job, all), ONS_OK);
    assert_int_equal(ons_samples_open(&v.samples, path_of("run.h5")), ONS_OK);
    v.archive = (ons_archive_view){v.results, v.samples, v.job};
    return v;
}

static void close_run(view *v) {
    ons_samples_close(v->samples);
    ons_results_free(v->results);
    ons_job_free(v->job);
}

static ons_estimate reweighted(const view *v, const char *quantity, const char *x, double at) {
    ons_reweighting *curves;
    size_t count;
    if (ons_results_reweight(&v->archive, quantity, x, &at, 1, &curves, &count) != ONS_OK) {
        fail_msg("%s: %s", quantity, ons_message());
    }
    assert_int_equal(count, 1);
    const ons_estimate estimate = curves[0].estimates[0];
    ons_reweightings_free(curves, count);
    return estimate;
}

static void assert_close(const char *what, ons_estimate estimate, double exact) {
    if (!(fabs(estimate.mean - exact) <= 6 * estimate.error) || !(estimate.error > 0)) {
        fail_msg("%s = %.10g +- %g, exact %.10g", what, estimate.mean, estimate.error, exact);
    }
}

/* ---- reweighting ---- */

static small_system small_ising(double temperature, double field) {
    ons_graph *graph;
    ons_lattice *lattice;
    const int64_t lengths[] = {4, 4};
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    const ons_ising_options options = {.temperature = temperature, .coupling = 1, .field = field};
    const small_system small = small_from_graph(graph, &options);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
    return small;
}

static void test_quantities_between_temperatures_match_enumeration(void **state) {
    view v = open_run("ising L=4 temperature=2.0,2.5,3.2 steps=20000 update=swendsen-wang");
    static const double at[] = {1.9, 2.2, 2.8, 3.4};
    for (size_t t = 0; t < 4; t++) {
        const small_system small = small_ising(at[t], 0);
        const small_means means = small_enumerate(&small);
        assert_close("energy", reweighted(&v, "energy", "temperature", at[t]), means.e);
        assert_close("binder", reweighted(&v, "binder", "temperature", at[t]),
                     1 - means.m4 / (3 * means.m2 * means.m2));
        assert_close("specific_heat", reweighted(&v, "specific_heat", "temperature", at[t]),
                     small_specific_heat(&small, &means));
        assert_close("an expression",
                     reweighted(&v, "magnetization_fourth/magnetization_squared", "temperature", at[t]),
                     means.m4 / means.m2);
    }
    close_run(&v);
}

static void test_fields_and_couplings_match_enumeration(void **state) {
    view v = open_run("ising L=4 temperature=3 field=0.1,0.3 steps=20000");
    static const double at[] = {0.05, 0.2, 0.35};
    for (size_t t = 0; t < 3; t++) {
        const small_system small = small_ising(3, at[t]);
        const small_means means = small_enumerate(&small);
        assert_close("magnetization", reweighted(&v, "magnetization", "field", at[t]), means.m);
        assert_close("magnetization_squared", reweighted(&v, "magnetization_squared", "field", at[t]), means.m2);
    }
    close_run(&v);
    v = open_run("ising L=4 temperature=2.5 coupling=0.9,1.1 steps=20000 update=wolff");
    const small_system small = small_ising(2.5, 0);
    const small_means means = small_enumerate(&small);
    assert_close("m^2 at coupling 1", reweighted(&v, "magnetization_squared", "coupling", 1), means.m2);
    close_run(&v);
}

/* Other models: a chain whose energy the system knows exactly, reweighted to a value between. */
static void test_other_models_match_their_exact_chains(void **state) {
    static const struct {
        const char *words, *x, *at;
        double value;
        const char *quantity; /* NULL: energy */
    } cases[] = {{"potts lattice=chain q=3 L=12", "temperature", "0.8,1.1", 0.95, NULL},
                 {"clock lattice=chain q=5 L=12", "temperature", "0.8,1.1", 0.95, NULL},
                 {"xy lattice=chain L=12", "temperature", "0.8,1.1", 0.95, NULL},
                 {"heisenberg lattice=chain L=12", "temperature", "0.8,1.1", 0.95, NULL},
                 {"blume-capel lattice=chain L=12 field=0.2", "temperature", "0.8,1.1", 0.95, NULL},
                 {"blume-capel lattice=chain L=12 temperature=1", "crystal_field", "0.4,0.8", 0.6, "density"},
                 {"blume-capel lattice=chain L=12 temperature=1", "field", "0.1,0.4", 0.25, "magnetization"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char words[300];
        snprintf(words, sizeof words, "%s %s=%.17g steps=200", cases[k].words, cases[k].x, cases[k].value);
        const char *quantity = cases[k].quantity ? cases[k].quantity : "energy";
        ons_results *exact = run(words);
        assert_non_null(row(exact, quantity)->exact);
        const double known = row(exact, quantity)->exact[0];
        ons_results_free(exact);
        snprintf(words, sizeof words, "%s %s=%s steps=8000", cases[k].words, cases[k].x, cases[k].at);
        view v = open_run(words);
        assert_close(cases[k].words, reweighted(&v, quantity, cases[k].x, cases[k].value), known);
        close_run(&v);
    }
}

/* A ladder of a stationary system within one task, and one of disorder samples, each reweighted for itself; on a
 * ladder point the reweighted number agrees with the plain mean. */
static void test_ladders_are_reweighted_within_their_task(void **state) {
    view v = open_run("spin-glass L=4 temperature=[1.4,1.7,2.0] steps=512 warmup=256 replicas=24 lanes=no");
    const ons_result *energy = row(v.results, "energy");
    const ons_estimate at = reweighted(&v, "energy", "temperature", 1.7);
    assert_true(fabs(at.mean - energy->mean[1]) < 6 * hypot(at.error, energy->error[1]));
    assert_true(at.error < 2 * energy->error[1]);
    const ons_estimate between = reweighted(&v, "energy", "temperature", 1.55);
    assert_true(between.mean > energy->mean[0] && between.mean < energy->mean[1]);
    close_run(&v);
}

/* Kaufman's energy of the 8 x 8 torus, ten independent archives and ten temperatures: chi^2 of 10 numbers stays below
 * 60 (normal law: 4e-9; Student's with some 30 degrees of freedom: below 1e-6). */
static void test_energies_match_kaufman_with_the_right_scatter(void **state) {
    double chi = 0;
    for (int k = 0; k < 10; k++) {
        char words[200];
        const double at = 2.15 + 0.03 * k;
        snprintf(words, sizeof words, "ising L=8 temperature=%.17g steps=100 update=wolff", at);
        ons_results *exact = run(words);
        const double known = row(exact, "energy")->exact[0];
        ons_results_free(exact);
        snprintf(words, sizeof words, "ising L=8 temperature=2.1,2.25,2.4,2.5 steps=3000 update=swendsen-wang seed=%d",
                 k + 1);
        view v = open_run(words);
        const ons_estimate ours = reweighted(&v, "energy", "temperature", at);
        chi += (ours.mean - known) * (ours.mean - known) / (ours.error * ours.error);
        close_run(&v);
    }
    print_message("chi^2 of ten energies: %.1f\n", chi);
    assert_true(chi < 60 && chi > 0.3);
}

static void test_what_cannot_be_reweighted_is_refused(void **state) {
    view v = open_run("ising L=4,16 temperature=2.5 steps=2000");
    const double at = 2.5, far = 0.5, size = 5;
    ons_reweighting *curves;
    size_t count;
    assert_int_equal(ons_results_reweight(&v.archive, "energy", "L", &size, 1, &curves, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "temperature"));
    assert_int_equal(ons_results_reweight(&v.archive, "energi", "temperature", &at, 1, &curves, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "'energy'"));
    assert_int_equal(ons_results_reweight(&v.archive, "energy", "temperture", &at, 1, &curves, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "'temperature'"));
    assert_int_equal(ons_results_reweight(&v.archive, "energy", "temperature", &far, 1, &curves, &count), ONS_OK);
    assert_int_equal(count, 2);
    assert_true(isnan(curves[1].estimates[0].mean) || curves[1].estimates[0].flags & ONS_TOO_FEW_SAMPLES);
    ons_reweightings_free(curves, count);
    close_run(&v);
    v = open_run("ising L=4 temperature=2.5 field=0.1,0.2 steps=500");
    assert_int_equal(ons_results_reweight(&v.archive, "energy", "field", &size, 1, &curves, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "by itself"));
    close_run(&v);
    v = open_run("ising L=4 temperature=2.5,2.6 disorder=bimodal replicas=8 steps=500");
    assert_int_equal(ons_results_reweight(&v.archive, "energy", "temperature", &at, 1, &curves, &count), ONS_INVALID);
    close_run(&v);
}

/* ---- binning and bootstrap ---- */

/* The error of a mean from blocks of B samples is the standard deviation of block means over the root of their number:
 * computed from the stored series. */
static void test_binning_matches_blocks_of_the_series(void **state) {
    view v = open_run("ising L=4 temperature=2.5 steps=4096 replicas=2 series=yes");
    ons_task_samples *task;
    ons_binning binning;
    assert_int_equal(ons_samples_task(v.samples, 0, &task), ONS_OK);
    assert_int_equal(ons_results_binning(&v.archive, 0, "energy", &binning), ONS_OK);
    const size_t n = task->components;
    double *series = malloc(2 * 4096 * n * sizeof *series);
    for (size_t r = 0; r < 2; r++) {
        assert_int_equal(ons_samples_series(v.samples, 0, task, r, 0, 4096, series + r * 4096 * n), ONS_OK);
    }
    assert_true(binning.levels >= 8);
    for (size_t k = 0; k < binning.levels; k++) {
        const size_t length = (size_t)binning.length[k], blocks = 2 * 4096 / length;
        double sum = 0, squares = 0;
        assert_int_equal((size_t)binning.blocks[k], blocks);
        for (size_t b = 0; b < blocks; b++) {
            double mean = 0;
            for (size_t i = b * length; i < (b + 1) * length; i++) { mean += series[i * n] / (double)length; }
            sum += mean;
            squares += mean * mean;
        }
        const double mean = sum / (double)blocks, variance = squares / (double)blocks - mean * mean;
        assert_true(fabs(binning.error[k] / sqrt(variance / (double)(blocks - 1)) - 1) < 1e-7);
    }
    free(series);
    ons_binning_free(&binning);
    ons_task_samples_free(task);
    close_run(&v);
}

static void test_bootstrap_gives_the_errors_of_the_run(void **state) {
    view v = open_run("ising L=4 temperature=2.5 steps=20000 update=wolff");
    static const double probabilities[] = {0.158655253931457, 0.5, 0.841344746068543};
    ons_bootstrap first, second;
    assert_int_equal(ons_results_bootstrap(&v.archive, 0, "binder", 2000, probabilities, 3, &first), ONS_OK);
    assert_int_equal(ons_results_bootstrap(&v.archive, 0, "binder", 2000, probabilities, 3, &second), ONS_OK);
    const ons_result *binder = row(v.results, "binder");
    assert_true(fabs(first.value[0] - binder->mean[0]) < 0.1 * binder->error[0]);
    /* 2,000 resamples of at least 16 blocks: both errors scatter by less than 20 % */
    assert_true(fabs(first.error[0] / binder->error[0] - 1) < 0.5);
    assert_true(first.quantiles[0] < first.quantiles[1] && first.quantiles[1] < first.quantiles[2]);
    assert_memory_equal(first.resample, second.resample, 2000 * sizeof(double));
    ons_bootstrap_free(&first);
    ons_bootstrap_free(&second);
    close_run(&v);
}

/* ---- autocorrelation and histograms ---- */

static void test_autocorrelation_times_agree_with_the_results(void **state) {
    view v = open_run("ising L=8 temperature=2.4 steps=20000 series=yes");
    ons_autocorrelation_times times;
    assert_int_equal(ons_results_autocorrelation(&v.archive, 0, "energy", &times), ONS_OK);
    const ons_result *energy = row(v.results, "energy");
    const double tau = times.tau[times.window];
    assert_true(times.stride == 1 && times.rows == 80000);
    assert_true(times.function[0] == 1 && times.tau[0] == 0.5);
    assert_true(fabs(tau / energy->tau[0] - 1) < 0.2);
    assert_true((double)times.window >= 5 * tau && (double)times.window < 5 * tau + 2);
    ons_autocorrelation_free(&times);
    close_run(&v);
}

/* The magnetization of two spins is -1, 0, 1 with weights exp(J/T), 2 exp(-J/T), exp(J/T). */
static void test_histograms_match_the_exact_distribution(void **state) {
    view v = open_run("ising lattice=chain boundary=open L=2 temperature=1 steps=40000 series=yes");
    ons_distribution d;
    assert_int_equal(ons_results_distribution(&v.archive, 0, "magnetization", 0, NULL, &d), ONS_OK);
    const double z = 2 * exp(1) + 2 * exp(-1), exact[] = {exp(1) / z, 2 * exp(-1) / z, exp(1) / z};
    assert_int_equal(d.bins, 3);
    for (int i = 0; i < 3; i++) {
        const double width = d.edges[i + 1] - d.edges[i];
        assert_true(fabs((d.edges[i] + d.edges[i + 1]) / 2 - (i - 1)) < 1e-9);
        assert_true(fabs(d.density[i] * width - exact[i]) < 6 * d.error[i] * width);
    }
    ons_distribution_free(&d);
    close_run(&v);
}

/* Two phases of a Potts model of many states on a small lattice: two peaks of the energy; reweighted to equal heights
 * from both sides the same temperature comes out. */
static void test_equal_heights_are_the_same_from_both_sides(void **state) {
    double x[2], error[2];
    static const char *const at[] = {"0.704", "0.709"};
    for (int k = 0; k < 2; k++) {
        char words[200];
        ons_distribution d;
        snprintf(words, sizeof words, "potts q=10 L=12 temperature=%s update=swendsen-wang steps=12000 series=yes",
                 at[k]);
        view v = open_run(words);
        if (ons_results_distribution(&v.archive, 0, "energy", 0, "temperature", &d) != ONS_OK) {
            fail_msg("%s", ons_message());
        }
        assert_true(d.two_peaks && d.barrier > 0 && d.peak[0] < d.dip && d.dip < d.peak[1]);
        x[k] = d.x;
        error[k] = d.x_error;
        ons_distribution_free(&d);
        close_run(&v);
    }
    print_message("equal heights at T = %.5f +- %.5f and %.5f +- %.5f\n", x[0], error[0], x[1], error[1]);
    assert_true(fabs(x[0] - x[1]) < 6 * hypot(error[0], error[1]));
}

/* The structure factor at k = 0 is N <m^2>, and the sum over all k is N for spins of +-1. */
static void test_structure_factors_of_snapshots(void **state) {
    view v = open_run("ising L=[4,6] temperature=2.5 steps=1000 replicas=3 snapshots=50 series=yes");
    ons_task_samples *task;
    ons_structure s;
    size_t component, count;
    double m2 = 0, sum = 0;
    assert_int_equal(ons_samples_task(v.samples, 0, &task), ONS_OK);
    assert_int_equal(ons_task_samples_find(task, "magnetization_squared", &component, &count), ONS_OK);
    assert_int_equal(ons_results_structure(&v.archive, 0, NULL, 1, 1, &s), ONS_OK);
    assert_int_equal(s.rows, 4);
    assert_int_equal(s.columns, 6);
    assert_int_equal(s.snapshots, 60);
    for (size_t r = 0; r < 3; r++) {
        double of_stretch[8] = {0};
        for (size_t k = 0; k < 20; k++) {
            double row_of[64];
            assert_int_equal(ons_samples_series(v.samples, 0, task, r, 50 * (k + 1) - 1, 1, row_of), ONS_OK);
            for (size_t b = 0; b < 8; b++) {
                if (k >= b * 20 / 8 && k < (b + 1) * 20 / 8) {
                    of_stretch[b] += row_of[component] / (double)((b + 1) * 20 / 8 - b * 20 / 8);
                }
            }
        }
        for (size_t b = 0; b < 8; b++) { m2 += of_stretch[b] / 24; }
    }
    assert_true(fabs(s.value[2 * 6 + 3] / (24 * m2) - 1) < 1e-12);
    for (size_t i = 0; i < 24; i++) { sum += s.value[i]; }
    assert_true(fabs(sum - 24) < 1e-9);
    for (size_t i = 1; i < 4; i++) { /* S(k) = S(-k) */
        for (size_t j = 1; j < 6; j++) { assert_true(fabs(s.value[i * 6 + j] - s.value[(4 - i) * 6 + 6 - j]) < 1e-9); }
    }
    ons_structure_free(&s);
    ons_task_samples_free(task);
    close_run(&v);
}

static int set_up(void **state) { return open_directory(); }

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_quantities_between_temperatures_match_enumeration),
                                       cmocka_unit_test(test_fields_and_couplings_match_enumeration),
                                       cmocka_unit_test(test_other_models_match_their_exact_chains),
                                       cmocka_unit_test(test_ladders_are_reweighted_within_their_task),
                                       cmocka_unit_test(test_energies_match_kaufman_with_the_right_scatter),
                                       cmocka_unit_test(test_what_cannot_be_reweighted_is_refused),
                                       cmocka_unit_test(test_binning_matches_blocks_of_the_series),
                                       cmocka_unit_test(test_bootstrap_gives_the_errors_of_the_run),
                                       cmocka_unit_test(test_autocorrelation_times_agree_with_the_results),
                                       cmocka_unit_test(test_histograms_match_the_exact_distribution),
                                       cmocka_unit_test(test_equal_heights_are_the_same_from_both_sides),
                                       cmocka_unit_test(test_structure_factors_of_snapshots)};
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
