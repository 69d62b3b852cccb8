/*
 * Leslie matrices against the roots of their equations and worked examples, powers against steps, the fate of pairs
 * against the sign rule, fits of populations that are known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>
#include <string.h>

static const double prey[4] = {0.6, 1.1, 0.5, 0.2}, predator[4] = {0.5, 1, 0.4, 0.3};
static const double on_prey[4] = {0.05, 0.05, 0.05, 0.05}, on_predator[4] = {0.08, 0.08, 0.08, 0.08};

static ons_leslie pair_of(ons_leslie_relation relation) {
    return (ons_leslie){.relation = relation,
                        .classes = 2,
                        .first = prey,
                        .second = predator,
                        .on_first = on_prey,
                        .on_second = on_predator};
}

static void test_growth_and_stable_ages(void **state) {
    const double f[3] = {0, 1.2, 1.8}, s[2] = {0.5, 0.8}, ages[3] = {0.56520, 0.25325, 0.18156};
    double matrix[9], root;
    assert_int_equal(ons_leslie_matrix(3, f, s, 0, matrix), ONS_OK);
    assert_int_equal(ons_leslie_root(3, f, s, 0, &root), ONS_OK);
    ons_eigenpair pair = {0};
    assert_int_equal(ons_dominant(3, matrix, ONS_DOMINANT_MODULUS, &pair), ONS_OK);
    assert_true(fabs(root - 1.1158951230) < 1e-9 && fabs(pair.value[0] - root) < 1e-14 && pair.value[1] == 0);
    double sum = 0;
    for (size_t k = 0; k < 3; k++) { sum += pair.right[2 * k]; }
    for (size_t k = 0; k < 3; k++) { assert_true(fabs(pair.right[2 * k] / sum - ages[k]) < 6e-6); }
    ons_eigenpair_free(&pair);
}

static void test_the_root_of_euler_and_lotka_is_the_spectral_radius(void **state) {
    ons_random random = ons_random_stream(7, 0, 0);
    for (size_t model = 0; model < 1000; model++) {
        const size_t m = 1 + ons_random_below(&random, 12);
        double f[12], s[12], matrix[144], root;
        for (size_t k = 0; k < m; k++) {
            f[k] = ons_random_below(&random, 3) ? 3 * ons_random_uniform(&random) : 0;
            s[k] = ons_random_uniform(&random);
        }
        const double staying = model % 2 ? ons_random_uniform(&random) : 0;
        f[m - 1] += 0.1;
        assert_int_equal(ons_leslie_matrix(m, f, s, staying, matrix), ONS_OK);
        assert_int_equal(ons_leslie_root(m, f, s, staying, &root), ONS_OK);
        ons_eigenpair pair = {0};
        assert_int_equal(ons_dominant(m, matrix, ONS_DOMINANT_REAL, &pair), ONS_OK);
        assert_true(fabs(pair.value[0] - root) < 1e-10 * root);
        ons_eigenpair_free(&pair);
    }
}

static void test_pairs_have_the_worked_eigenvalues(void **state) {
    const double eaten[4][2] = {{1.104603, 0.113935}, {1.104603, -0.113935}, {-0.36824, 0}, {-0.240967, 0}};
    const double competing[4] = {1.249308, 0.958324, -0.367988, -0.239643};
    const double direction[4] = {0.3627, 0.1940, -0.2789, -0.1644};
    double matrix[16], real[4], imaginary[4], z[4], logarithm;
    ons_leslie model = pair_of(ONS_LESLIE_PREDATION);
    ons_leslie_whole(&model, matrix);
    assert_int_equal(ons_eigenvalues(4, matrix, real, imaginary), ONS_OK);
    for (size_t k = 0; k < 4; k++) {
        assert_true(fabs(real[k] - eaten[k][0]) < 1e-6 && fabs(imaginary[k] - eaten[k][1]) < 1e-6);
    }
    model = pair_of(ONS_LESLIE_COMPETITION);
    ons_leslie_whole(&model, matrix);
    assert_int_equal(ons_eigenvalues(4, matrix, real, imaginary), ONS_OK);
    for (size_t k = 0; k < 4; k++) { assert_true(fabs(real[k] - competing[k]) < 1e-6 && imaginary[k] == 0); }
    assert_int_equal(ons_leslie_power(4, matrix, 500, (const double[]){1, 1, 1, 1}, z, &logarithm), ONS_OK);
    double sum = 0;
    for (size_t k = 0; k < 4; k++) { sum += fabs(z[k]); }
    for (size_t k = 0; k < 4; k++) { assert_true(fabs(z[k] / sum - direction[k]) < 1e-4); }
    ons_leslie_fate fate;
    assert_int_equal(ons_leslie_judge(&model, (const double[]){1, 1, 1, 1}, 1000, &fate), ONS_OK);
    assert_true(fate.predicted == 0 && fate.survivor == 0 && fate.time > 0 && fate.threshold > 0);
    assert_true(fabs(fate.growth - 1.249308) < 1e-6 && fate.imaginary == 0);
}

static void test_powers_are_many_steps(void **state) {
    ons_leslie model = pair_of(ONS_LESLIE_PREDATION);
    double matrix[16], z[4] = {1, 2, 0.5, 0.3}, start[4], scratch[4], result[4], logarithm;
    ons_leslie_whole(&model, matrix);
    memcpy(start, z, sizeof z);
    for (uint64_t t = 0; t <= 40; t++) {
        assert_int_equal(ons_leslie_power(4, matrix, t, start, result, &logarithm), ONS_OK);
        double size = 0;
        for (size_t k = 0; k < 4; k++) { size = fmax(size, fabs(z[k])); }
        for (size_t k = 0; k < 4; k++) { assert_true(fabs(result[k] * exp(logarithm) - z[k]) < 1e-12 * size); }
        double next[4] = {0};
        for (size_t i = 0; i < 16; i++) { next[i / 4] += matrix[i] * z[i % 4]; }
        memcpy(z, next, sizeof z);
    }
    /* far beyond the range of doubles: the growth per step is the modulus of the leading pair */
    assert_int_equal(ons_leslie_power(4, matrix, 1000000, start, result, &logarithm), ONS_OK);
    assert_true(fabs(logarithm / 1e6 - log(hypot(1.1046033, 0.1139353))) < 1e-5);
    /* the complex form turns: |v| grows by |a + ib| */
    const double a = 0.9, b = 0.3;
    const ons_leslie turning = {.relation = ONS_LESLIE_COMPLEX, .classes = 1, .first = &a, .on_first = &b};
    double v[2] = {1, 0};
    unsigned extinct = 0;
    for (unsigned t = 0; t < 10; t++) { ons_leslie_step(&turning, v, &extinct, scratch); }
    assert_true(fabs(hypot(v[0], v[1]) - pow(0.9, 5)) < 1e-14 && extinct == 0);
    assert_true(fabs(atan2(v[1], v[0]) - (10 * atan2(b, a) - 2 * acos(-1))) < 1e-12 ||
                fabs(atan2(v[1], v[0]) - 10 * atan2(b, a)) < 1e-12);
}

static void test_a_population_that_is_gone_stays_away(void **state) {
    const double a = 1.2, d = 1.1, much = 0.9, little = 0.1;
    ons_leslie model = {.relation = ONS_LESLIE_COMPETITION,
                        .classes = 1,
                        .first = &a,
                        .second = &d,
                        .on_first = &little,
                        .on_second = &much};
    double z[2] = {1, 1}, scratch[2];
    unsigned extinct = 0;
    for (unsigned t = 0; t < 5; t++) { ons_leslie_step(&model, z, &extinct, scratch); }
    assert_int_equal(extinct, 2);
    assert_true(z[1] == 0 && fabs(z[0] - (1.1 * 1.2 - 0.02) * pow(1.2, 3)) < 1e-12);
}

/* One class with saturation is the map of Leslie, Gower, Beverton and Holt: x -> (f - 1)/a. */
static void test_saturation_has_its_capacity(void **state) {
    const double f = 1.5;
    const ons_leslie model = {
        .relation = ONS_LESLIE_ALONE, .form = ONS_LESLIE_SATURATING, .classes = 1, .first = &f, .crowding = {0.01}};
    double z = 1, scratch;
    unsigned extinct = 0;
    for (unsigned t = 0; t < 300; t++) { ons_leslie_step(&model, &z, &extinct, &scratch); }
    assert_true(fabs(z - 50) < 1e-9);
}

/* Totals of a known pair are fitted to the last digits. */
static void test_known_populations_are_fitted(void **state) {
    enum { DAYS = 20 };
    const double f1 = 1.8, f2 = 1.6;
    ons_leslie truth = {.relation = ONS_LESLIE_COMPETITION,
                        .form = ONS_LESLIE_SATURATING,
                        .classes = 1,
                        .first = &f1,
                        .second = &f2,
                        .crowding = {0.01, 0.006, 0.004, 0.012}};
    double time[DAYS], first[DAYS], second[DAYS], z[2] = {3, 5}, scratch[2], again[DAYS], other[DAYS];
    unsigned extinct = 0;
    for (size_t t = 0; t < DAYS; t++) {
        time[t] = (double)t;
        first[t] = z[0];
        second[t] = z[1];
        ons_leslie_step(&truth, z, &extinct, scratch);
    }
    const ons_leslie_series series = {DAYS, time, first, second};
    ons_leslie_fit *fit;
    ons_random random = ons_random_stream(3, 0, 0);
    assert_int_equal(ons_leslie_fit_create(&fit, &series, 1, 1, ONS_LESLIE_SATURATING, 12, 5, &random), ONS_OK);
    assert_true(fit->squares < 1e-12 && fit->residuals == 26 && fit->parameters == 8);
    assert_true(fabs(fit->model.first[0] - f1) < 1e-4 && fabs(fit->model.crowding[3] - 0.012) < 1e-5);
    assert_int_equal(ons_leslie_fit_totals(fit, &series, 0, again, other), ONS_OK);
    for (size_t t = 0; t < DAYS; t++) { assert_true(fabs(again[t] / first[t] - 1) < 1e-4); }
    ons_leslie_fit_free(fit);
}

static void test_what_is_wrong_is_refused(void **state) {
    double matrix[4], root;
    const double f[2] = {1, -1}, fine[2] = {1, 1}, s = 1.5;
    assert_int_equal(ons_leslie_matrix(2, f, &s, 0, matrix), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "survival of class 1 is 1.5"));
    assert_int_equal(ons_leslie_root(2, f, &(const double){0.5}, 0, &root), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "fecundity 2 is -1"));
    assert_int_equal(ons_leslie_matrix(0, fine, &s, 0, matrix), ONS_INVALID);
    double nothing[4] = {NAN, 0, 0, 0}, real[2], imaginary[2];
    assert_int_equal(ons_eigenvalues(2, nothing, real, imaginary), ONS_INVALID);
    double singular[4] = {1, 2, 2, 4}, right[2] = {1, 1};
    assert_int_equal(ons_solve(2, singular, 1, right), ONS_FAILED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth_and_stable_ages),
        cmocka_unit_test(test_the_root_of_euler_and_lotka_is_the_spectral_radius),
        cmocka_unit_test(test_pairs_have_the_worked_eigenvalues),
        cmocka_unit_test(test_powers_are_many_steps),
        cmocka_unit_test(test_a_population_that_is_gone_stays_away),
        cmocka_unit_test(test_saturation_has_its_capacity),
        cmocka_unit_test(test_known_populations_are_fitted),
        cmocka_unit_test(test_what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
