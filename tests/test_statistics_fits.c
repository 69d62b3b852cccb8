/*
 * Student, Fisher and chi^2 against tables; polynomial fits and crossings against what they are made of.
 *
 * Tables: Abramowitz and Stegun, tables 26.7, 26.8 and 26.9. The pulls of crossings: 400 of them, their mean square
 * within 5.5 sigma of its scatter (sqrt(2/400)) around 1 beside the 15 % that polynomials leave open: false-alarm rate
 * below 1e-6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/inside.h"

#define NEAR(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static void test_probabilities_match_tables(void **state) {
    NEAR(statistics_student_tail(12.706, 1), 0.05, 1e-5);
    NEAR(statistics_student_tail(2.228, 10), 0.05, 1e-4);
    NEAR(statistics_student_tail(2.0, 1e300), 0.0455003, 1e-6);
    NEAR(statistics_fisher_tail(3.48, 4, 10), 0.05, 1e-4);
    NEAR(statistics_fisher_tail(4.96, 1, 10), 0.05, 1e-4);
    NEAR(statistics_chi_tail(18.307, 10), 0.05, 1e-5);
    /* where GSL would end the process */
    assert_true(statistics_chi_tail(1e6, 3) == 0);
    assert_true(statistics_chi_tail(INFINITY, 3) == 0);
    assert_true(statistics_chi_tail(1, 1e6) == 1);
    assert_true(statistics_fisher_tail(INFINITY, 3, 10) == 0);
    assert_true(statistics_fisher_tail(1e300, 3, 10) < 1e-20);
    assert_true(statistics_student_tail(1e300, 50) < 1e-30);
    assert_true(isnan(statistics_student_tail(NAN, 3)));
    assert_true(isnan(statistics_fisher_tail(1, 0, 3)));
}

static void test_student_factor_covers_one_sigma(void **state) {
    /* one degree: Cauchy's law, tan(pi/2 0.6827); two: closed form q sqrt(2/(1 - q^2)) */
    const double q = 0.68268949213708585;
    NEAR(ons_student(1), tan(1.5707963267948966 * q), 1e-9);
    NEAR(ons_student(2), q * sqrt(2 / (1 - q * q)), 1e-9);
    NEAR(ons_student(INFINITY), 1, 1e-15);
    assert_true(isinf(ons_student(0)));
    /* roots of the incomplete beta function with 120 digits, on both sides of where the expansion takes over */
    const double known[][2] = {
        {1, 1.8373372014715831391},       {1.5, 1.4668105011723217413},  {2.5, 1.2443154409106856605},
        {7.3, 1.0733454829433895331},     {10, 1.05256241525733621},     {12, 1.04343886527198508},
        {13.7, 1.037852577490878343},     {19.9, 1.0257648348906919687}, {100, 1.0050250624472902888},
        {12345.6, 1.0000405018995058697}, {1e7, 1.0000000500000025}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) { NEAR(ons_student(known[i][0]), known[i][1], 2e-11); }
    double before = INFINITY; /* falls with every degree, as far down as any stretch of a run can lead */
    for (double freedom = 0.01; freedom < 1e6; freedom *= 1.05) {
        assert_true(ons_student(freedom) <= before);
        before = ons_student(freedom);
    }
}

static void test_fits_of_polynomials_are_exact(void **state) {
    const double c[5] = {2, -1, 0.5, 3, -0.25};
    double x[9], y[9], e[9];
    for (int i = 0; i < 9; i++) {
        x[i] = 2.2 + 0.03 * i;
        e[i] = 0.1 + 0.02 * i;
        y[i] = 0;
        for (int k = 5; k-- > 0;) { y[i] = y[i] * x[i] + c[k]; }
    }
    for (unsigned degree = 4; degree < 8; degree++) {
        ons_fit fit;
        assert_int_equal(ons_fit_polynomial(x, y, e, 9, degree, &fit), ONS_OK);
        NEAR(ons_fit_value(&fit, 2.3, NULL), 2 - 2.3 + 0.5 * 5.29 + 3 * 12.167 - 0.25 * 27.9841, 1e-9);
        NEAR(ons_fit_slope(&fit, 2.3), -1 + 2.3 + 9 * 5.29 - 12.167, 1e-7);
        NEAR(fit.chi_squared, 0, 1e-15);
        NEAR(fit.goodness, 1, 1e-12);
    }
}

static void test_weighted_line_by_hand(void **state) {
    /* x = -1, 0, 1, errors 1, 2, 1, y = 0, 3, 2: weights 1, 1/4, 1; mean = (0 + 3/4 + 2)/(9/4) = 11/9, slope = 2/2 = 1
     */
    const double x[] = {-1, 0, 1}, y[] = {0, 3, 2}, e[] = {1, 2, 1};
    ons_fit fit;
    double error;
    assert_int_equal(ons_fit_polynomial(x, y, e, 3, 1, &fit), ONS_OK);
    NEAR(ons_fit_value(&fit, 0, &error), 11.0 / 9, 1e-14);
    NEAR(error, 2.0 / 3, 1e-14);
    NEAR(ons_fit_slope(&fit, 0), 1, 1e-14);
    ons_fit_value(&fit, 1, &error);
    NEAR(error, sqrt(4.0 / 9 + 1.0 / 2), 1e-14);
    const double d0 = 0 - (11.0 / 9 - 1), d1 = 3 - 11.0 / 9, d2 = 2 - (11.0 / 9 + 1);
    NEAR(fit.chi_squared, d0 * d0 + d1 * d1 / 4 + d2 * d2, 1e-14);
    NEAR(fit.goodness, erfc(sqrt(fit.chi_squared / 2)), 1e-12); /* one degree of freedom */
}

static void test_bad_fits_are_refused(void **state) {
    const double x[] = {1, 1, 1}, y[] = {1, 2, 3}, e[] = {1, 1, 1}, zero[] = {1, 0, 1}, bad[] = {1, NAN, 3};
    ons_fit fit;
    assert_int_equal(ons_fit_polynomial(x, y, e, 3, 1, &fit), ONS_INVALID);
    assert_int_equal(ons_fit_polynomial(y, y, e, 3, 3, &fit), ONS_INVALID);
    assert_int_equal(ons_fit_polynomial(y, y, e, 3, 8, &fit), ONS_INVALID);
    assert_int_equal(ons_fit_polynomial(y, y, zero, 3, 1, &fit), ONS_INVALID);
    assert_int_equal(ons_fit_polynomial(y, bad, e, 3, 1, &fit), ONS_INVALID);
    assert_int_equal(ons_fit_polynomial(x, y, e, 3, 0, &fit), ONS_OK);
    NEAR(ons_fit_value(&fit, 5, NULL), 2, 1e-14);
}

static void test_lines_cross_where_they_cross(void **state) {
    const double x1[] = {0, 1}, y1[] = {0, 1}, x2[] = {-1, 2}, y2[] = {2, -1}, e[] = {0.01, 0.01};
    ons_crossing crossing;
    assert_int_equal(ons_cross(x1, y1, e, 2, x2, y2, e, 2, &crossing), ONS_OK); /* y = x and y = 1 - x */
    NEAR(crossing.x, 0.5, 1e-12);
    NEAR(crossing.y, 0.5, 1e-12);
    /* errors 0.01/sqrt 2 each at the middle of both lines; angle of slopes 2 */
    NEAR(crossing.x_error, 0.01 / 2, 1e-12);
    NEAR(crossing.y_error, 0.01 / 2, 1e-12);
}

/* Curves of the kind of a Binder cumulant: saturating on both sides, crossing at t = 0 where they are 0.33 + 0.33 tanh
 * 0.4. */
static double saturating(double t, double size) { return 0.33 + 0.33 * tanh(0.4 - 1.1 * t * size); }

static void test_pulls_of_crossings_of_saturating_curves(void **state) {
    const double sizes[][2] = {{16, 32}, {32, 64}, {64, 128}}, widths[] = {0.04, 0.025, 0.014};
    for (int s = 0; s < 3; s++) {
        double squares = 0, x[13], y[2][13], e[2][13];
        int found = 0;
        for (uint32_t run = 0; run < 400; run++) {
            ons_random random = ons_random_stream(11, run, (uint32_t)s);
            for (int k = 0; k < 2; k++) {
                for (int i = 0; i < 13; i++) {
                    x[i] = 2.27 + widths[s] * (i - 6.3) / 6;
                    e[k][i] = 0.001 * (1 + k);
                    y[k][i] = saturating(x[i] - 2.27, sizes[s][k]) + e[k][i] * ons_random_normal(&random);
                }
            }
            ons_crossing crossing;
            if (ons_cross(x, y[0], e[0], 13, x, y[1], e[1], 13, &crossing) != ONS_OK) { continue; }
            found++;
            squares += pow((crossing.x - 2.27) / crossing.x_error, 2);
        }
        print_message("sizes %g and %g: %d of 400 found, rms of pulls %.3f\n", sizes[s][0], sizes[s][1], found,
                      sqrt(squares / found));
        assert_true(found >= 360);
        NEAR(squares / found, 1, 0.15 + 5.5 * sqrt(2.0 / found));
    }
}

static void test_curves_that_do_not_cross_once_are_refused(void **state) {
    double x[12], y[12], below[12], wave[12], e[12];
    for (int i = 0; i < 12; i++) {
        x[i] = i;
        e[i] = 0.01;
        y[i] = 0;
        below[i] = -1;
        wave[i] = cos(i * 0.8);
    }
    ons_crossing crossing;
    assert_int_equal(ons_cross(x, y, e, 12, x, below, e, 12, &crossing), ONS_INVALID);
    assert_int_equal(ons_cross(x, y, e, 12, x, wave, e, 12, &crossing), ONS_INVALID);
    assert_int_equal(ons_cross(x, y, e, 1, x, wave, e, 12, &crossing), ONS_INVALID);
    assert_int_equal(ons_cross(x, y, e, 4, x + 8, wave, e, 4, &crossing), ONS_INVALID);
    assert_true(isnan(crossing.x));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probabilities_match_tables),
        cmocka_unit_test(test_student_factor_covers_one_sigma),
        cmocka_unit_test(test_fits_of_polynomials_are_exact),
        cmocka_unit_test(test_weighted_line_by_hand),
        cmocka_unit_test(test_bad_fits_are_refused),
        cmocka_unit_test(test_lines_cross_where_they_cross),
        cmocka_unit_test(test_pulls_of_crossings_of_saturating_curves),
        cmocka_unit_test(test_curves_that_do_not_cross_once_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
