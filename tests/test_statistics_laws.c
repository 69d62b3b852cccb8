/*
 * The laws of Tracy and Widom: against the cumulants of Bornemann 2010 (Table 9.1 and text) and Prahofer's tables, and
 * against the solution of Painleve II that defines them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/statistics.h>

#include <math.h>

static void assert_close(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) { fail_msg("%.15g instead of %.15g", value, expected); }
}

static void test_cumulants_are_those_of_the_literature(void **state) {
    static const double known[2][4] = {{-1.2065335745820, 1.6077810345810, 0.29346452408, 0.1652429384},
                                       {-1.7710868074116, 0.8131947928329, 0.224084203610, 0.0934480876}};
    for (unsigned beta = 1; beta <= 2; beta++) {
        double cumulants[4];
        assert_int_equal(ons_tracy_widom_cumulants(beta, cumulants), ONS_OK);
        for (int k = 0; k < 4; k++) { assert_close(cumulants[k], known[beta - 1][k], 2e-10); }
    }
}

static void test_the_density_is_the_slope_of_the_law(void **state) {
    for (unsigned beta = 1; beta <= 2; beta++) {
        for (int i = -4; i <= 2; i++) {
            const double s = 1.5 * i;
            double f[4], density;
            const double h = 1e-2;
            for (int k = 0; k < 4; k++) {
                static const int places[] = {-2, -1, 1, 2};
                assert_int_equal(ons_tracy_widom(beta, s + places[k] * h, &f[k], NULL), ONS_OK);
            }
            assert_int_equal(ons_tracy_widom(beta, s, NULL, &density), ONS_OK);
            assert_close((f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h), density, 1e-8);
        }
    }
}

/* From the derivatives of the logarithms, L_1' - L_2'/2 = q/2 and L_2'' = -q^2, and q'' = s q + 2 q^3 (Tracy and Widom
 * 1994, 1996), with differences of fourth order. */
static double q_at(double s) {
    double f1, d1, f2, d2;
    assert_int_equal(ons_tracy_widom(1, s, &f1, &d1), ONS_OK);
    assert_int_equal(ons_tracy_widom(2, s, &f2, &d2), ONS_OK);
    return 2 * (d1 / f1 - d2 / f2 / 2);
}
static double slope2_at(double s) {
    double f, d;
    assert_int_equal(ons_tracy_widom(2, s, &f, &d), ONS_OK);
    return d / f;
}

static void test_the_laws_solve_painleve_two(void **state) {
    const double h = 0.02;
    for (int i = -5; i <= 2; i++) {
        const double s = i;
        const double q = q_at(s);
        const double second =
            (-q_at(s - 2 * h) + 16 * q_at(s - h) - 30 * q + 16 * q_at(s + h) - q_at(s + 2 * h)) / (12 * h * h);
        assert_close(second, s * q + 2 * q * q * q, 2e-6);
        const double bend =
            (slope2_at(s - 2 * h) - 8 * slope2_at(s - h) + 8 * slope2_at(s + h) - slope2_at(s + 2 * h)) / (12 * h);
        assert_close(bend, -q * q, 2e-6);
    }
    assert_close(q_at(2) / 0.03492413042327437913, 1, 2e-3); /* Ai(2), to which q tends: q/Ai - 1 is of order Ai^2 */
}

static void test_bad_arguments_are_refused(void **state) {
    double cumulants[4];
    assert_int_equal(ons_tracy_widom(4, 0, NULL, NULL), ONS_INVALID);
    assert_int_equal(ons_tracy_widom(1, NAN, NULL, NULL), ONS_INVALID);
    assert_int_equal(ons_tracy_widom_cumulants(0, cumulants), ONS_INVALID);
    double far[2];
    assert_int_equal(ons_tracy_widom(1, -400, &far[0], &far[1]), ONS_OK);
    assert_true(far[0] == 0 && far[1] == 0);
    assert_int_equal(ons_tracy_widom(1, 1e6, &far[0], &far[1]), ONS_OK);
    assert_true(far[0] == 1 && far[1] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cumulants_are_those_of_the_literature),
        cmocka_unit_test(test_the_density_is_the_slope_of_the_law),
        cmocka_unit_test(test_the_laws_solve_painleve_two),
        cmocka_unit_test(test_bad_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
