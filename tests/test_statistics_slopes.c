/*
 * Slopes, maxima and crossings of noisy curves: 2,000 repetitions each with a fixed stream.
 *
 * Averages over fits hold the spread of the fits, so that they may cover more than 68.27 %, never less: refused are
 * counts that lie 5 binomial sigma below it, or above 85 % (errors that say little). Six counts: false-alarm rate below
 * 2e-6/2 (one-sided 5 sigma: 2.9e-7 each below; above, the counts would have to be 16 sigma away).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/fit.h>

#include <math.h>
#include <string.h>

#define RUNS 2000

static void covered(const char *what, int count, int runs) {
    const double share = 0.6827, spread = sqrt(runs * share * (1 - share));
    print_message("%-40s %5.1f %% of %d\n", what, 100.0 * count / runs, runs);
    if (count < runs * share - 5.2 * spread || count > 0.85 * runs) { fail_msg("%s: %d of %d", what, count, runs); }
}

/* tanh((x - 0.3)/0.5): its slope at 0.1 is sech^2(-0.4)/0.5. */
static void test_slopes_cover(void **state) {
    ons_random random = ons_random_stream(4101, 0, 1);
    double x[13], y[13], e[13];
    int within = 0, value = 0;
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 13; i++) {
            x[i] = -0.6 + 0.1 * i;
            e[i] = 0.01;
            y[i] = tanh((x[i] - 0.3) / 0.5) + e[i] * ons_random_normal(&random);
        }
        const ons_points points = {13, x, y, e, NULL, 0};
        ons_slope slope;
        assert_int_equal(ons_curve_slope(&points, 0.1, &slope), ONS_OK);
        within += fabs(slope.slope - 1 / (0.5 * cosh(0.4) * cosh(0.4))) <= slope.slope_error;
        value += fabs(slope.value - tanh(-0.4)) <= slope.value_error;
    }
    covered("slope within an error", within, RUNS);
    covered("value within an error", value, RUNS);
}

/* The maximum 1 at 0.23 of a peak that is not symmetric: 1/cosh of a bent axis. */
static double peak(double x) { return 1 / cosh((x - 0.23) * (1 + 0.3 * (x - 0.23)) / 0.4); }

static void test_maxima_cover(void **state) {
    ons_random random = ons_random_stream(4102, 0, 1);
    double x[15], y[15], e[15];
    int place = 0, height = 0, found = 0;
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 15; i++) {
            x[i] = -0.4 + 0.09 * i;
            e[i] = 0.01;
            y[i] = peak(x[i]) + e[i] * ons_random_normal(&random);
        }
        const ons_points points = {15, x, y, e, NULL, 0};
        ons_extremum extremum;
        if (ons_curve_extremum(&points, 1, &extremum) != ONS_OK) { continue; }
        found++;
        place += fabs(extremum.x - 0.23) <= extremum.x_error;
        height += fabs(extremum.y - 1) <= extremum.y_error;
    }
    assert_true(found > 0.99 * RUNS);
    covered("place of a maximum within an error", place, found);
    covered("height of a maximum within an error", height, found);
}

/* Saturating curves of two sizes that cross at 0 where both are 0.33. */
static void test_crossings_cover(void **state) {
    ons_random random = ons_random_stream(4103, 0, 1);
    double x[13], y1[13], y2[13], e[13];
    int place = 0, height = 0, found = 0;
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 13; i++) {
            x[i] = -0.12 + 0.02 * i;
            e[i] = 0.003;
            y1[i] = 0.33 - 0.33 * tanh(5 * x[i]) + e[i] * ons_random_normal(&random);
            y2[i] = 0.33 - 0.33 * tanh(10 * x[i]) + e[i] * ons_random_normal(&random);
        }
        ons_crossing crossing;
        if (ons_cross(x, y1, e, 13, x, y2, e, 13, &crossing) != ONS_OK) { continue; }
        found++;
        place += fabs(crossing.x) <= crossing.x_error;
        height += fabs(crossing.y - 0.33) <= crossing.y_error;
    }
    assert_true(found > 0.99 * RUNS);
    covered("place of a crossing within an error", place, found);
    covered("height of a crossing within an error", height, found);
}

/* Points that all move together: a slope that does not feel it, a value that does. */
static void test_points_that_move_together_keep_their_slope(void **state) {
    double x[8], y[8], e[8], covariance[64];
    for (int i = 0; i < 8; i++) {
        x[i] = i;
        y[i] = 2 * i;
        e[i] = sqrt(1 + 1e-4);
        for (int j = 0; j < 8; j++) { covariance[i * 8 + j] = 1 + (i == j ? 1e-4 : 0); }
    }
    const ons_points points = {8, x, y, e, covariance, INFINITY};
    ons_slope slope;
    assert_int_equal(ons_curve_slope(&points, 3.5, &slope), ONS_OK);
    assert_true(fabs(slope.slope - 2) < 1e-9);
    assert_true(slope.slope_error < 0.02);
    assert_true(slope.value_error > 0.99 && slope.value_error < 1.02);
}

/* A curve that only rises has no maximum, whatever wiggle a high degree sees in its noise: in 2,000 runs at most 2 %.
 */
static void test_a_rising_curve_has_no_maximum(void **state) {
    ons_random random = ons_random_stream(4104, 0, 1);
    double x[15], y[15], e[15];
    int found = 0;
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 15; i++) {
            x[i] = 0.1 * i;
            e[i] = 0.05;
            y[i] = x[i] + e[i] * ons_random_normal(&random);
        }
        const ons_points points = {15, x, y, e, NULL, 0};
        ons_extremum extremum;
        found += ons_curve_extremum(&points, 1, &extremum) == ONS_OK;
    }
    print_message("%-40s %5.1f %%\n", "maxima of a rising curve", 100.0 * found / RUNS);
    assert_true(found <= 0.02 * RUNS);
    const ons_points three = {3, x, y, e, NULL, 0};
    ons_slope slope;
    assert_int_equal(ons_curve_slope(&three, 0.1, &slope), ONS_INVALID);
    const ons_points all = {15, x, y, e, NULL, 0};
    assert_int_equal(ons_curve_slope(&all, 5, &slope), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "outside the curve"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_cover),
        cmocka_unit_test(test_maxima_cover),
        cmocka_unit_test(test_crossings_cover),
        cmocka_unit_test(test_points_that_move_together_keep_their_slope),
        cmocka_unit_test(test_a_rising_curve_has_no_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
