/*
 * The system phase-oscillators through the laboratory: widths against linear theories, random deposition at times
 * between steps, ballistic growth, locked rings against their currents, runs that are continued bit for bit, refusals.
 *
 * Deviations count in the reported errors of 128 replicas; limit 6.5 (2e-9 each by Student's law), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define LABORATORY_SYSTEM "phase-oscillators "
#include "laboratory_runs.h"

#include <onsager/dynamics.h>

#include <math.h>

static double at(const ons_result *series, size_t time, size_t component) {
    assert_true(time < series->times && component < series->size);
    return series->mean[time * series->size + component];
}

static void assert_near(const ons_result *series, size_t time, size_t component, double expected) {
    const double mean = at(series, time, component), error = series->error[time * series->size + component];
    if (!(fabs(mean - expected) <= 6.5 * error + 1e-12 * fabs(expected))) {
        fail_msg("%s at t = %g: %.10g +- %g, exact %.10g", series->name, series->time[time], mean, error, expected);
    }
}

/* ---- exact answers ----------------------------------------------------------------------------------------------- */

static void test_linear_rings_have_their_exact_widths(void **state) {
    static const char *const jobs[] = {
        "L=60 bonds=expanded scheme=heun noise=0.3 steps=40 every=8 replicas=128 dt=0.02",
        "L=61 bonds=expanded noise=0 disorder=0.7 steps=40 every=8 replicas=128",
        "L=60 bonds=expanded noise=0 disorder=0.7 disorder_kind=uniform coupling=0.5 steps=40 every=8 replicas=128"};
    for (size_t k = 0; k < 3; k++) {
        ons_results *results = run(jobs[k]);
        const ons_result *width = row(results, "width_squared"), *linear = row(results, "linear_width_squared");
        for (size_t t = 1; t < width->times; t++) { assert_near(width, t, 0, at(linear, t, 0)); }
        ons_results_free(results);
    }
}

/* Without coupling W^2 = 2 D t (1 - 1/L) at every time, also between two steps, S is flat, G twice the variance. */
static void test_random_deposition_at_times_between_steps(void **state) {
    ons_results *results = run("L=64 coupling=0 noise=0.5 dt=0.3 steps=2 every=0.25 replicas=128");
    const ons_result *width = row(results, "width_squared"), *factor = row(results, "structure_factor"),
                     *differences = row(results, "height_differences"), *velocity = row(results, "velocity");
    assert_int_equal(width->times, 9);
    assert_int_equal(factor->size, 6); /* 1, 2, 4, .. 32 */
    for (size_t t = 1; t < 9; t++) {
        const double variance = 0.25 * (double)t;
        assert_near(width, t, 0, variance * (1 - 1 / 64.0));
        for (size_t k = 0; k < 6; k++) {
            assert_near(factor, t, k, variance);
            assert_near(differences, t, k, 2 * variance);
        }
        assert_true(at(velocity, t, 0) == 0);
    }
    ons_results_free(results);
}

/* Without coupling each phase is omega_i t: W and the spread of frequencies are known, the exponent is 1. */
static void test_ballistic_growth(void **state) {
    ons_results *results = run("L=64 coupling=0 noise=0 disorder=2 frequency=1.5 steps=16 every=4 replicas=16");
    const ons_result *width = row(results, "width_squared"), *spread = row(results, "frequency_spread"),
                     *exponent = row(results, "growth_exponent"), *velocity = row(results, "velocity");
    for (size_t t = 1; t < width->times; t++) {
        assert_true(fabs(at(width, t, 0) / (at(width, 1, 0) * (double)(t * t)) - 1) < 1e-12);
        assert_true(fabs(at(exponent, t, 0) - 1) < 1e-12);
        assert_true(fabs(at(spread, t, 0) / at(spread, 1, 0) - 1) < 1e-12);
        assert_true(fabs(at(velocity, t, 0) - 1.5) < 6.5 * 2 / sqrt(64 * 16));
    }
    ons_results_free(results);
}

/* Weak disorder locks, with the frequency spread of no slips; strong disorder does not; current_range tells which. */
static void test_rings_lock_below_the_range_of_their_currents(void **state) {
    ons_results *weak = run("L=32 noise=0 disorder=0.05 steps=1024 every=1024 dt=0.2 replicas=32");
    assert_true(row(weak, "current_range")->mean[0] < 0.5);
    assert_true(at(row(weak, "locked"), 1, 0) == 1 && at(row(weak, "slips"), 1, 0) == 0);
    assert_true(at(row(weak, "frequency_spread"), 1, 0) < 1e-4);
    ons_results_free(weak);
    ons_results *strong = run("L=32 noise=0 disorder=1 steps=1024 every=1024 dt=0.2 replicas=32");
    assert_true(row(strong, "current_range")->mean[0] > 2);
    assert_true(at(row(strong, "locked"), 1, 0) == 0 && at(row(strong, "slips"), 1, 0) > 10);
    ons_results_free(strong);
}

/* Non-odd coupling: lambda < 0, so the front lags behind and its skewness is negative; and the drift of the mean is
 * that of the phases. */
static void test_the_nonlinearity_has_its_sign(void **state) {
    ons_results *results = run("L=1024 non_oddity=1.2 noise=0.02 steps=100 every=50 replicas=128");
    const ons_result *skewness = row(results, "skewness"), *velocity = row(results, "velocity");
    assert_true(at(skewness, 2, 0) < -6.5 * skewness->error[2] && at(skewness, 2, 0) > -1);
    assert_true(at(velocity, 2, 0) < 0);
    ons_results_free(results);
}

/* ---- the same bits ----------------------------------------------------------------------------------------------- */

static void assert_same(const ons_results *one, const ons_results *two) {
    static const char *const rows[] = {"width_squared",    "growth_exponent", "skewness", "slips",
                                       "frequency_spread", "locked",          "velocity", "structure_factor"};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const ons_result *x = row(one, rows[r]), *y = row(two, rows[r]);
        assert_int_equal(x->times, y->times);
        assert_memory_equal(x->mean, y->mean, x->times * x->size * sizeof *x->mean);
    }
}

static void test_a_continued_run_has_the_bits_of_a_whole_one(void **state) {
    static const char *const jobs[] = {"L=40 non_oddity=1 noise=0.4 every=2.5 replicas=16 dt=0.07",
                                       "L=41 non_oddity=0.5 noise=0 disorder=0.6 every=2.5 replicas=16"};
    for (size_t k = 0; k < 2; k++) {
        char words[200];
        unlink(path_of("part.h5"));
        unlink(path_of("whole.h5"));
        snprintf(words, sizeof words, "%s steps=10", jobs[k]);
        ons_results_free(run_on("part.h5", words));
        snprintf(words, sizeof words, "%s steps=40", jobs[k]);
        ons_results *continued = run_on("part.h5", words), *whole = run_on("whole.h5", words);
        assert_same(continued, whole);
        ons_results_free(continued);
        ons_results_free(whole);
    }
}

/* What is seen at t = 12 does not depend on where else one looks, nor a replica on how many there are. */
static void test_the_path_does_not_depend_on_the_grid(void **state) {
    ons_results *often = run("L=40 non_oddity=1 noise=0.4 steps=12 every=0.33 replicas=8");
    ons_results *once = run_on("once.h5", "L=40 non_oddity=1 noise=0.4 steps=12 every=11.88 replicas=8");
    const ons_result *x = row(often, "width_squared"), *y = row(once, "width_squared");
    assert_true(fabs(x->time[36] - 11.88) < 1e-9);
    assert_true(at(x, 36, 0) == at(y, 1, 0));
    ons_results_free(often);
    ons_results_free(once);
}

static void test_bad_input_is_refused(void **state) {
    assert_refused("noise=-0.1", "[0, inf)");
    assert_refused("dt=0.6", "at most 0.5");
    assert_refused("dt=0.1 coupling=20", "at most 0.025");
    assert_refused("noise=0 dt=0.7", "at most 0.6963");
    assert_refused("non_oddity=1.6", "non_oddity");
    assert_refused("L=3", "[4, 1e7]");
    assert_refused("noise=0.1 scheme=runge-kutta", "Euler-Maruyama");
    assert_refused("disorder=-1", "disorder");
}

static int set_up(void **state) { return open_directory(); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear_rings_have_their_exact_widths),
        cmocka_unit_test(test_random_deposition_at_times_between_steps),
        cmocka_unit_test(test_ballistic_growth),
        cmocka_unit_test(test_rings_lock_below_the_range_of_their_currents),
        cmocka_unit_test(test_the_nonlinearity_has_its_sign),
        cmocka_unit_test(test_a_continued_run_has_the_bits_of_a_whole_one),
        cmocka_unit_test(test_the_path_does_not_depend_on_the_grid),
        cmocka_unit_test(test_bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
