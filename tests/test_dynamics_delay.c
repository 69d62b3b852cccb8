/*
 * Delay equations: order against an exact solution, exponents against characteristic roots, kinks, refusals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/dynamics.h>

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void assert_near(double ours, double known, double allowed) { assert_true(fabs(ours - known) <= allowed); }

/* x' = -a x + b x(t - tau) */
static const double a = 0.7, b = -1.1;

static void linear(const void *data, const double *t, const double *x, const double *delayed, double *dx) {
    (void)data;
    (void)t;
    for (size_t l = 0; l < ONS_LANES; l++) { dx[l] = -a * x[l] + b * delayed[l]; }
}
static void linear_jacobian(const void *data, const double *t, const double *x, const double *delayed, double *dx,
                            double *jacobian) {
    linear(data, t, x, delayed, dx);
    for (size_t l = 0; l < ONS_LANES; l++) { jacobian[l] = -a; }
}
static void linear_slopes(const void *data, const double *t, const double *x, const double *delayed, double *slopes) {
    (void)data;
    (void)t;
    (void)x;
    (void)delayed;
    for (size_t l = 0; l < ONS_LANES; l++) { slopes[l] = b; }
}
static const ons_delay_field linear_field = {
    .dimension = 1, .delayed = 0, .delay = 1, .value = linear, .jacobian = linear_jacobian, .slopes = linear_slopes};

static double at_three(size_t resolution) {
    ons_delayed *delayed = NULL;
    assert_int_equal(ons_delayed_create(&delayed, &linear_field, resolution, 0), ONS_OK);
    double x[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { x[l] = 1; }
    ons_delayed_set(delayed, 0, x, NULL, NULL);
    assert_int_equal(ons_delayed_advance(delayed, 3, NULL), ONS_OK);
    const double end = ons_delayed_point(delayed)[5];
    assert_near(ons_delayed_time(delayed), 3, 1e-12);
    ons_delayed_free(delayed);
    return end;
}

/* With x = 1 before 0 the method of steps by hand: on [k, k + 1] x = c_k + e^(-a s) q_k(s), s = t - k, a polynomial q
 * of degree k; three integrals lead to t = 3. Here by Taylor's series of each piece, to 40 terms. */
static double exact_at_three(void) {
    enum { TERMS = 60 };
    double before[TERMS] = {1}, now[TERMS] = {0}, value = 1;
    for (int piece = 0; piece < 3; piece++) {
        now[0] = value;
        for (int k = 0; k + 1 < TERMS; k++) { now[k + 1] = (-a * now[k] + b * before[k]) / (k + 1); }
        value = 0;
        for (int k = 0; k < TERMS; k++) {
            value += now[k];
            before[k] = now[k];
        }
    }
    return value;
}

static void test_the_method_of_steps_has_order_five(void **state) {
    (void)state;
    const double exact = exact_at_three();
    double error[4];
    for (size_t k = 0; k < 4; k++) { error[k] = fabs(at_three((size_t)4 << k) - exact); }
    for (size_t k = 0; k < 3; k++) {
        const double order = log2(error[k] / error[k + 1]);
        assert_true(order > 4.6 && order < 6.5);
    }
    assert_true(fabs(at_three(200) - exact) < 1e-12);
    /* One step a delay is the coarsest there is. */
    assert_true(fabs(at_three(1) - exact) < 0.05);
}

/* The characteristic roots of l = -a + b e^(-l tau), by Newton from the branches of the logarithm. */
static double root(int branch) {
    double complex l = branch == 0 ? -0.4 + 1.7 * I : -2.0 + 7.7 * I;
    for (int i = 0; i < 200; i++) {
        const double complex f = l + a - b * cexp(-l), slope = 1 + b * cexp(-l);
        l -= f / slope;
    }
    assert_true(cabs(l + a - b * cexp(-l)) < 1e-12);
    return creal(l);
}

/* Between two steps: x = b/a + (1 - b/a) exp(-a t) as long as the past is 1. Who looks leaves no trace. */
static void test_what_lies_between_two_steps(void **state) {
    ons_delayed *delayed = NULL;
    assert_int_equal(ons_delayed_create(&delayed, &linear_field, 16, 0), ONS_OK);
    double x[ONS_LANES], seen[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { x[l] = 1; }
    ons_delayed_set(delayed, 0, x, NULL, NULL);
    for (int k = 1; k <= 9; k++) {
        const double t = 0.11 * k;
        assert_int_equal(ons_delayed_advance(delayed, t, NULL), ONS_OK);
        assert_true(ons_delayed_time(delayed) <= t && ons_delayed_time(delayed) > t - 1.0 / 16);
        assert_int_equal(ons_delayed_look(delayed, t, seen), ONS_OK);
        assert_near(seen[3], b / a + (1 - b / a) * exp(-a * t), 1e-8);
    }
    assert_int_equal(ons_delayed_look(delayed, 2, seen), ONS_INVALID);
    assert_int_equal(ons_delayed_look(delayed, NAN, seen), ONS_INVALID);
    assert_int_equal(ons_delayed_advance(delayed, 3, NULL), ONS_OK);
    assert_true(ons_delayed_point(delayed)[5] == at_three(16));
    /* In the third delay the past is not constant: many steps a delay, which end at 2.7, say what is there. */
    ons_delayed *fine = NULL;
    assert_int_equal(ons_delayed_create(&fine, &linear_field, 200, 0), ONS_OK);
    ons_delayed_set(fine, 0, x, NULL, NULL);
    ons_delayed_set(delayed, 0, x, NULL, NULL);
    assert_int_equal(ons_delayed_advance(fine, 2.7, NULL), ONS_OK);
    assert_int_equal(ons_delayed_advance(delayed, 2.7, NULL), ONS_OK);
    assert_int_equal(ons_delayed_look(delayed, 2.7, seen), ONS_OK);
    assert_near(seen[0], ons_delayed_point(fine)[0], 1e-7);
    ons_delayed_free(fine);
    ons_delayed_free(delayed);
}

static void test_exponents_are_the_real_parts_of_the_characteristic_roots(void **state) {
    (void)state;
    enum { COUNT = 4 };
    ons_delayed *delayed = NULL;
    assert_int_equal(ons_delayed_create(&delayed, &linear_field, 40, COUNT), ONS_OK);
    double x[ONS_LANES], growth[ONS_LANES * COUNT] = {0};
    for (size_t l = 0; l < ONS_LANES; l++) { x[l] = 1; }
    ons_delayed_set(delayed, 0, x, NULL, NULL);
    for (int t = 1; t <= 100; t++) { assert_int_equal(ons_delayed_advance(delayed, t, growth), ONS_OK); }
    for (size_t i = 0; i < ONS_LANES * COUNT; i++) { growth[i] = 0; }
    for (int t = 101; t <= 1100; t++) { assert_int_equal(ons_delayed_advance(delayed, t, growth), ONS_OK); }
    /* Two complex pairs; the directions turn, so that a finite time leaves about 1/1000 of a logarithm of order 2. */
    const double first = root(0), second = root(1);
    assert_true(first > second);
    for (size_t k = 0; k < COUNT; k++) { assert_near(growth[k] / 1000, k < 2 ? first : second, 4e-3); }
    ons_delayed_free(delayed);
}

static void test_what_cannot_be_is_refused(void **state) {
    (void)state;
    ons_delayed *delayed = NULL;
    ons_delay_field field = linear_field;
    field.delay = 0;
    assert_int_equal(ons_delayed_create(&delayed, &field, 10, 0), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "positive delay"));
    assert_int_equal(ons_delayed_create(&delayed, &linear_field, 0, 0), ONS_INVALID);
    assert_int_equal(ons_delayed_create(&delayed, &linear_field, 3, 5), ONS_INVALID);
    assert_null(delayed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_method_of_steps_has_order_five),
        cmocka_unit_test(test_what_lies_between_two_steps),
        cmocka_unit_test(test_exponents_are_the_real_parts_of_the_characteristic_roots),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
