/*
 * Finite-size collapse: gradients of the likelihood against differences, exponents of curves that were made to scale,
 * and how often the errors hold them.
 *
 * Coverage: 80 repetitions (ONSAGER_EFFORT=full: 2,000) with a fixed stream; refused below 68.27 % by 5.2 binomial
 * sigma. Five counts and two means: false-alarm rate below 1e-6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "coverage.h"
#include "statistics/collapse.h"

#include <math.h>
#include <string.h>

#define SIZES 4
#define EACH 9
#define ALL (SIZES * EACH)

typedef struct made_curves {
    double x[ALL], y[ALL], errors[ALL], size[ALL];
} made_curves;

/* y = L^(-kappa/nu) (1 + tanh X)(1 + c/L^omega)/2 with X in -1.2 .. 1.2 at every size. */
static void make(made_curves *made, double nu, double kappa, double c, double omega, double error, ons_random *random) {
    for (size_t i = 0; i < ALL; i++) {
        const double size = 8 * pow(2, (double)(i / EACH)), scaled = -1.2 + 0.3 * (double)(i % EACH);
        const double scale = pow(size, -kappa / nu);
        made->size[i] = size;
        made->x[i] = 2.5 + scaled / pow(size, 1 / nu);
        made->errors[i] = error * scale;
        made->y[i] = scale * (1 + tanh(scaled)) / 2 * (1 + c * pow(size, -omega));
        if (random) { made->y[i] += made->errors[i] * ons_random_normal(random); }
    }
}

static ons_points points_of(const made_curves *made) {
    return (ons_points){ALL, made->x, made->y, made->errors, NULL, 0};
}

static ons_collapse_options free_options(void) {
    return (ons_collapse_options){.start = {NAN, NAN, NAN, NAN}, .resamples = 40};
}

/* ---- the likelihood ---- */

static void test_gradients_are_those_of_differences(void **state) {
    made_curves made;
    ons_random random = ons_random_stream(4201, 0, 1);
    make(&made, 0.8, 0.3, 0.5, 1.2, 0.05, &random);
    double large[ALL], small[ALL], noise[ALL * ALL] = {0}, memory[3 * ALL * ALL + 6 * ALL];
    for (size_t i = 0; i < ALL; i++) {
        large[i] = log(made.size[i] / 64);
        small[i] = log(made.size[i] / 8);
        noise[i * (ALL + 1)] = made.errors[i] * made.errors[i];
    }
    statistics_scaling data = {.count = ALL,
                               .x = made.x,
                               .y = made.y,
                               .large = large,
                               .small = small,
                               .noise = noise,
                               .center = 2.5,
                               .range = 0.3,
                               .constant = 2,
                               .spread = 0.4,
                               .kappa = NAN,
                               .corrections = true,
                               .memory = memory};
    const double at[COLLAPSE_COORDINATES] = {0.02, 0.3, 0.4, -0.8, -2, -2.5, 0.2};
    for (int tied = 0; tied < 2; tied++) {
        double gradient[COLLAPSE_COORDINATES], unused[COLLAPSE_COORDINATES];
        data.kappa = tied ? 0.4 : NAN;
        statistics_scaling_cost(&data, made.y, at, gradient);
        for (size_t k = 0; k < COLLAPSE_COORDINATES; k++) {
            double moved[COLLAPSE_COORDINATES];
            memcpy(moved, at, sizeof moved);
            moved[k] = at[k] + 1e-4;
            const double above = statistics_scaling_cost(&data, made.y, moved, unused);
            moved[k] = at[k] - 1e-4;
            const double slope = (above - statistics_scaling_cost(&data, made.y, moved, unused)) / 2e-4;
            if (!(fabs(slope - gradient[k]) <= 1e-4 * (1 + fabs(slope)))) {
                fail_msg("coordinate %zu: %.10g, by differences %.10g", k, gradient[k], slope);
            }
        }
    }
}

/* ---- exponents ---- */

static void found(const ons_collapse *collapse, ons_collapse_parameter which, double wanted, double tolerance) {
    const double value = collapse->value[which];
    if (!(fabs(value - wanted) <= tolerance)) { fail_msg("parameter %d is %.8g, not %.8g", (int)which, value, wanted); }
}

/* Curves without noise to speak of: exponents from -1.75 (a susceptibility) to 0.33. */
static void test_exponents_of_exact_curves_are_found(void **state) {
    static const double cases[][2] = {{1, 0}, {1, 0.125}, {0.63, 0.3265}, {1, -1.75}, {2.5, 0}, {0.5, -1}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        made_curves made;
        ons_random random = ons_random_stream(4202, (uint32_t)c, 1);
        make(&made, cases[c][0], cases[c][1], 0, 1, 1e-4, &random);
        const ons_points points = points_of(&made);
        ons_collapse_options options = free_options();
        options.whole = true;
        ons_collapse collapse;
        if (ons_collapse_fit(made.size, &points, &options, &collapse) != ONS_OK) { fail_msg("%s", ons_message()); }
        for (int k = 0; k < 3; k++) {
            const double wanted[] = {2.5, cases[c][0], cases[c][1]};
            found(&collapse, (ons_collapse_parameter)k, wanted[k], 7 * collapse.error[k]);
            assert_true(collapse.error[k] < 2e-3);
        }
    }
}

/* Corrections of 20 % at the smallest size: with g the curves collapse, at the right nu and with far more
 * evidence than without. */
static void test_corrections_are_seen(void **state) {
    made_curves made;
    ons_random random = ons_random_stream(4203, 0, 1);
    make(&made, 0.8, 0, 1.6, 1, 1e-3, &random);
    const ons_points points = points_of(&made);
    ons_collapse_options options = free_options();
    options.whole = true;
    options.start[ONS_COLLAPSE_KAPPA] = 0;
    options.fixed[ONS_COLLAPSE_KAPPA] = true;
    ons_collapse plain, corrected;
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &plain), ONS_OK);
    print_message("without corrections: chi^2 %.3g/%.3g, evidence %.4g\n", plain.window[0].chi_squared,
                  plain.window[0].freedom, plain.window[0].evidence);
    options.corrections = true;
    if (ons_collapse_fit(made.size, &points, &options, &corrected) != ONS_OK) { fail_msg("%s", ons_message()); }
    print_message("with corrections: chi^2 %.3g/%.3g, evidence %.4g\n", corrected.window[0].chi_squared,
                  corrected.window[0].freedom, corrected.window[0].evidence);
    assert_true(corrected.window[0].goodness > 1e-6);
    found(&corrected, ONS_COLLAPSE_NU, 0.8, 6 * corrected.error[ONS_COLLAPSE_NU]);
    found(&corrected, ONS_COLLAPSE_XC, 2.5, 6 * corrected.error[ONS_COLLAPSE_XC]);
    assert_true(corrected.window[0].evidence > plain.window[0].evidence + 10);
}

static void test_the_same_bits_again(void **state) {
    made_curves made;
    ons_random random = ons_random_stream(4204, 0, 1);
    make(&made, 1, 0, 0, 1, 0.005, &random);
    const ons_points points = points_of(&made);
    ons_collapse_options options = free_options();
    ons_collapse first, second;
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &first), ONS_OK);
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &second), ONS_OK);
    assert_memory_equal(first.value, second.value, sizeof first.value);
    assert_memory_equal(first.error, second.error, sizeof first.error);
    double weight = 0;
    for (size_t k = 0; k < first.windows; k++) { weight += first.window[k].weight; }
    assert_true(first.windows > 1 && fabs(weight - 1) < 1e-12);
}

static void test_errors_cover(void **state) {
    const int runs = full_effort() ? 2000 : 80;
    ons_random random = ons_random_stream(4205, 0, 1);
    const double truth[] = {2.5, 0.8, 0.3};
    int within[3] = {0};
    for (int run = 0; run < runs; run++) {
        made_curves made;
        make(&made, truth[1], truth[2], 0, 1, 0.01, &random);
        const ons_points points = points_of(&made);
        ons_collapse_options options = free_options();
        options.whole = true;
        memcpy(options.start, truth, sizeof truth);
        ons_collapse collapse;
        if (ons_collapse_fit(made.size, &points, &options, &collapse) != ONS_OK) { fail_msg("%s", ons_message()); }
        for (int k = 0; k < 3; k++) { within[k] += fabs(collapse.value[k] - truth[k]) <= collapse.error[k]; }
    }
    for (int k = 0; k < 3; k++) {
        const double spread = sqrt(runs * WITHIN1 * (1 - WITHIN1));
        print_message("parameter %d within an error: %.1f %%\n", k, 100.0 * within[k] / runs);
        assert_true(within[k] > runs * WITHIN1 - 5.2 * spread);
    }
}

/* Corrections of 8 % at the smallest size, of another shape than f, with a given exponent as one has it from the
 * literature. Without them exponents are off on the average of all repetitions, by more than 5.2 errors of it. With
 * them they are not, but for a part of an error that f and g, being free, may take (0.3), and the errors cover as
 * always. */
static void test_errors_cover_with_corrections(void **state) {
    const int runs = full_effort() ? 2000 : 60;
    ons_random random = ons_random_stream(4206, 0, 1);
    const double truth[] = {2.5, 0.63};
    double away[2][2] = {{0}}, square[2][2] = {{0}};
    int within[2] = {0};
    for (int run = 0; run < runs; run++) {
        made_curves made;
        make(&made, truth[1], 0, 0, 1, 0.004, &random);
        for (size_t i = 0; i < ALL; i++) {
            const double scaled = (made.x[i] - truth[0]) * pow(made.size[i], 1 / truth[1]);
            made.y[i] += 0.2 * (1 + 0.5 * scaled) * pow(made.size[i], -0.83);
        }
        const ons_points points = points_of(&made);
        for (int with = 0; with < 2; with++) {
            const double omega = with ? 0.83 : NAN;
            ons_collapse_options options = {.start = {truth[0], truth[1], 0, omega},
                                            .fixed = {[ONS_COLLAPSE_KAPPA] = true, [ONS_COLLAPSE_OMEGA] = with},
                                            .corrections = with,
                                            .whole = true,
                                            .resamples = with ? 40 : 2};
            ons_collapse collapse;
            if (ons_collapse_fit(made.size, &points, &options, &collapse) != ONS_OK) { fail_msg("%s", ons_message()); }
            for (int k = 0; k < 2; k++) {
                const double off = collapse.value[k] - truth[k];
                away[with][k] += off / runs;
                square[with][k] += off * off / runs;
                if (with) { within[k] += fabs(off) <= collapse.error[k]; }
            }
        }
    }
    for (int k = 0; k < 2; k++) {
        const double spread = sqrt(square[1][k] - away[1][k] * away[1][k]);
        print_message(
            "parameter %d: off by %+.5f without corrections, %+.5f with, spread %.5f; within an error: %.1f %%\n", k,
            away[0][k], away[1][k], spread, 100.0 * within[k] / runs);
        assert_true(fabs(away[0][k]) > 5.2 * spread / sqrt(runs));
        assert_true(fabs(away[1][k]) < (0.3 + 5.2 / sqrt(runs)) * spread);
        assert_true(within[k] > runs * WITHIN1 - 5.2 * sqrt(runs * WITHIN1 * (1 - WITHIN1)));
    }
}

static void test_what_cannot_collapse_is_refused(void **state) {
    made_curves made;
    make(&made, 1, 0, 0, 1, 0.01, NULL);
    ons_points points = points_of(&made);
    ons_collapse_options options = free_options();
    ons_collapse collapse;
    points.count = EACH; /* one size */
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &collapse), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "two sizes"));
    points.count = ALL;
    made.errors[3] = 0;
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &collapse), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "positive error"));
    made.errors[3] = 0.01;
    made.size[5] = -1;
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &collapse), ONS_INVALID);
    made.size[5] = 8;
    options.fixed[ONS_COLLAPSE_NU] = true;
    assert_int_equal(ons_collapse_fit(made.size, &points, &options, &collapse), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "'nu' is fixed without a value"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_are_those_of_differences),
        cmocka_unit_test(test_exponents_of_exact_curves_are_found),
        cmocka_unit_test(test_corrections_are_seen),
        cmocka_unit_test(test_the_same_bits_again),
        cmocka_unit_test(test_errors_cover),
        cmocka_unit_test(test_errors_cover_with_corrections),
        cmocka_unit_test(test_what_cannot_collapse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
