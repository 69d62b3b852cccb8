/*
 * The mean-field engine: slopes against differences, averages against fine sums, solutions against closed forms, folds
 * against a direct scan, and what it says where there is nothing to find.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/meanfield.h>
#include <string.h>

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))
#define assert_done(call)                                                                                              \
    do {                                                                                                               \
        if (call) { fail_msg("%s", ons_message()); }                                                                   \
    } while (0)

/* ---- dual numbers ---------------------------------------------------------------------------------------------------
 */

static ons_dual formula(ons_dual x, ons_dual y) {
    const ons_dual a = ons_dual_divide(ons_dual_exp(x), ons_dual_sqrt(ons_dual_shift(ons_dual_multiply(y, y), 1)));
    return ons_dual_subtract(ons_dual_multiply(a, ons_dual_log(y)), ons_dual_scale(3, ons_dual_power(x, 2.5)));
}

static void test_dual_numbers_have_the_slopes_of_differences(void **unused) {
    const double x = 0.7, y = 1.9, h = 1e-5;
    const ons_dual f = formula(ons_dual_variable(x, 0), ons_dual_variable(y, 3));
    const double by_x = formula(ons_dual_constant(x + h), ons_dual_constant(y)).value -
                        formula(ons_dual_constant(x - h), ons_dual_constant(y)).value;
    const double by_y = formula(ons_dual_constant(x), ons_dual_constant(y + h)).value -
                        formula(ons_dual_constant(x), ons_dual_constant(y - h)).value;
    assert_near(f.value, exp(x) / sqrt(1 + y * y) * log(y) - 3 * pow(x, 2.5), 1e-14);
    assert_near(f.slope[0], by_x / (2 * h), 1e-8);
    assert_near(f.slope[3], by_y / (2 * h), 1e-8);
    assert_near(f.slope[1], 0, 0);
}

/* ---- averages -------------------------------------------------------------------------------------------------------
 */

/* Trapezoid of E tanh, E tanh^2, E ln 2cosh with a step far below both widths: exact to rounding. */
static void fine_sums(double a, double v, double sum[3]) {
    const double deviation = sqrt(v), step = fmin(0.02, 0.1 / fmax(deviation, 1e-3));
    const long reach = lround(9 / step);
    sum[0] = sum[1] = sum[2] = 0;
    for (long k = -reach; k <= reach; k++) {
        const double z = step * (double)k, h = a + deviation * z, weight = step * exp(-z * z / 2) / sqrt(2 * M_PI);
        sum[0] += weight * tanh(h);
        sum[1] += weight * tanh(h) * tanh(h);
        sum[2] += weight * (fabs(h) + log1p(exp(-2 * fabs(h))));
    }
}

static void test_averages_meet_fine_sums_at_any_width(void **unused) {
    for (double v = 1e-6; v < 1e7; v *= 30) {
        for (double a = 0; a < 1e3; a = 3 * a + 0.4) {
            double sum[3];
            fine_sums(a, v, sum);
            const ons_gauss_spin at = ons_gauss_spins(ons_dual_constant(a), ons_dual_constant(v));
            assert_near(at.magnetization.value, sum[0], 1e-11);
            assert_near(at.overlap.value, sum[1], 1e-11);
            assert_near(at.pressure.value, sum[2], 1e-11 * (1 + sum[2]));
        }
    }
}

static void square(const void *data, double h, double f[3]) {
    (void)data;
    f[0] = h * h;
    f[1] = 2 * h;
    f[2] = 2;
}

static void test_an_average_of_ones_own(void **unused) {
    const ons_dual at = ons_gauss_average(ons_dual_variable(1.3, 0), ons_dual_variable(2.5, 1), square, NULL);
    assert_near(at.value, 1.3 * 1.3 + 2.5, 1e-12);
    assert_near(at.slope[0], 2.6, 1e-12);
    assert_near(at.slope[1], 1, 1e-12);
}

static double broken_value(const double *x, bool ground, int which) {
    const ons_gauss_broken at = ons_gauss_breaks(ons_dual_constant(x[0]), ons_dual_constant(x[1]),
                                                 ons_dual_constant(x[2]), ons_dual_constant(x[3]), ground);
    const double values[] = {at.magnetization.value, at.outer.value,    at.inner.value,
                             at.response.value,      at.pressure.value, at.breaking.value};
    return values[which];
}

/* Central differences of five points err by h^4, here below 1e-9 of the scale of the value. */
static void check_slopes(const double *x, bool ground) {
    const ons_gauss_broken at = ons_gauss_breaks(ons_dual_variable(x[0], 0), ons_dual_variable(x[1], 1),
                                                 ons_dual_variable(x[2], 2), ons_dual_variable(x[3], 3), ground);
    const ons_dual all[] = {at.magnetization, at.outer, at.inner, at.response, at.pressure, at.breaking};
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 4; k++) {
            static const double weight[] = {1, -8, 8, -1};
            static const double place[] = {-2, -1, 1, 2};
            double slope = 0;
            const double h = 2e-3 * x[k];
            for (int j = 0; j < 4; j++) {
                double moved[4];
                memcpy(moved, x, sizeof moved);
                moved[k] += place[j] * h;
                slope += weight[j] * broken_value(moved, ground, i) / (12 * h);
            }
            assert_near(all[i].slope[k], slope, 1e-7 * (fabs(all[i].value) / x[k] + fabs(slope)) + 1e-9);
        }
    }
}

static void test_nested_averages_have_exact_slopes(void **unused) {
    const double points[][4] = {{0.7, 1.3, 2.1, 0.4}, {0.1, 0.01, 0.5, 0.9}, {5, 30, 60, 0.2}};
    for (int c = 0; c < 3; c++) {
        check_slopes(points[c], false);
        check_slopes(points[c], true);
    }
}

/* theta = 1: E_y cosh(u + sqrt(w) y) = cosh(u) exp(w/2), so that the average over y is known. */
static void test_nested_averages_at_theta_one(void **unused) {
    const double a = 0.6, v = 1.7, w = 2.2;
    const ons_gauss_broken at =
        ons_gauss_breaks(ons_dual_constant(a), ons_dual_constant(v), ons_dual_constant(w), ons_dual_constant(1), false);
    const ons_gauss_spin plain = ons_gauss_spins(ons_dual_constant(a), ons_dual_constant(v));
    assert_near(at.magnetization.value, plain.magnetization.value, 1e-11);
    assert_near(at.outer.value, plain.overlap.value, 1e-11);
    assert_near(at.pressure.value, plain.pressure.value + w / 2, 1e-11);
}

/* Temperature 0 is the limit of small ones: fields grow as 1/T, theta falls as T; corrections of order T^2. */
static void test_zero_temperature_is_the_limit(void **unused) {
    const double x[] = {0.7, 1.3, 2.1, 0.4}, t = 1e-4;
    const double warm[] = {x[0] / t, x[1] / (t * t), x[2] / (t * t), x[3] * t};
    for (int i = 0; i < 2; i++) { assert_near(broken_value(warm, false, i), broken_value(x, true, i), 1e-6); }
    assert_near(broken_value(warm, false, 3) / t, broken_value(x, true, 3), 1e-4);
    assert_near(broken_value(warm, false, 4) * t, broken_value(x, true, 4), 1e-6);
}

/* ---- solver ---------------------------------------------------------------------------------------------------------
 */

/* Curie and Weiss: m = tanh((m + h)/T), the control is h. */
static void curie(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    const double temperature = *(const double *)data;
    const ons_dual field = ons_dual_scale(1 / temperature, ons_dual_add(x[0], control));
    const double t = tanh(field.value);
    next[0] = ons_dual_chain(field, t, 1 - t * t);
}

static ons_dual curie_pressure(const void *data, const ons_dual *x, ons_dual control) {
    const double temperature = *(const double *)data;
    const ons_dual field = ons_dual_scale(1 / temperature, ons_dual_add(x[0], control));
    const ons_dual square_of = ons_dual_scale(-0.5 / temperature, ons_dual_multiply(x[0], x[0]));
    return ons_dual_add(ons_dual_chain(field, log(2 * cosh(field.value)), tanh(field.value)), square_of);
}

static const char *const magnetization[] = {"magnetization"};

static ons_meanfield curie_model(const double *temperature) {
    return (ons_meanfield){.name = "Curie and Weiss",
                           .count = 1,
                           .names = magnetization,
                           .control = "field",
                           .equations = curie,
                           .pressure = curie_pressure,
                           .data = temperature};
}

static void test_solver_reaches_round_off_with_and_without_acceleration(void **unused) {
    const double temperature = 0.97;
    const ons_meanfield model = curie_model(&temperature);
    const ons_meanfield_options ways[] = {{.damping = 0}, {.damping = 0.5}, {.memory = 3}, {.unstable = true}};
    for (int k = 0; k < 4; k++) {
        ons_meanfield_solution at;
        assert_done(ons_meanfield_solve(&model, 0.1, (double[]){0.9}, &ways[k], &at));
        assert_near(at.x[0], tanh((at.x[0] + 0.1) / temperature), 1e-14);
        assert_true(at.growth < 1);
        assert_near(at.growth, (1 - at.x[0] * at.x[0]) / temperature, 1e-12);
        /* dA/dh = m/T at a solution */
        assert_near(at.pressure_slope, at.x[0] / temperature, 1e-12);
    }
}

static void test_several_starts_find_all_stable_solutions(void **unused) {
    const double temperature = 0.6, starts[] = {1, 0.9, -1, 0.1, -0.3};
    const ons_meanfield model = curie_model(&temperature);
    ons_meanfield_solution found[4];
    size_t count;
    assert_done(ons_meanfield_solve_all(&model, 0.02, 5, starts, NULL, found, 4, &count));
    assert_int_equal(count, 2);
    assert_true(found[0].x[0] > 0 && found[1].x[0] < 0 && found[0].pressure > found[1].pressure);
}

/* Spinodals of Curie and Weiss: m^2 = 1 - T, h = T artanh m - m. */
static void test_branch_turns_at_the_spinodals(void **unused) {
    const double temperature = 0.6, m = sqrt(1 - temperature), h = temperature * atanh(m) - m;
    const ons_meanfield model = curie_model(&temperature);
    const ons_branch_options options = {.low = -1, .high = 1, .first = -0.01};
    ons_branch branch;
    double folds[2];
    size_t count = 0;
    assert_done(ons_branch_follow(&branch, &model, 0.5, (double[]){0.99}, &options));
    for (size_t k = 0; k < branch.count; k++) {
        const ons_branch_point *p = &branch.point[k];
        assert_near(p->x[0], tanh((p->x[0] + p->control) / temperature), 1e-9);
        if (p->fold && count < 2) { folds[count++] = p->control; }
    }
    assert_int_equal(branch.folds, 2);
    assert_near(folds[0], h, 1e-9);
    assert_near(folds[1], -h, 1e-9);
    assert_true(branch.point[branch.count - 1].x[0] < -0.9);
    ons_branch_free(&branch);
}

static void test_equal_pressures_are_at_no_field(void **unused) {
    const double temperature = 0.6;
    const ons_meanfield model = curie_model(&temperature);
    double transition;
    assert_done(ons_branch_crossing(&model, -0.05, 0.07, (double[]){0.9}, (double[]){-0.95}, 0, 0, &transition));
    assert_near(transition, 0, 1e-9);
}

/* x = exp(x) + control has no real solution for control > -1. */
static void exponential(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    (void)data;
    next[0] = ons_dual_add(ons_dual_exp(x[0]), control);
    next[1] = ons_dual_scale(0.5, x[1]);
}

static void test_no_solution_is_said_with_equation_and_nearest_point(void **unused) {
    static const char *const names[] = {"activity", "rest"};
    const ons_meanfield model = {
        .name = "a runaway", .count = 2, .names = names, .control = "drive", .equations = exponential};
    const ons_meanfield_options options = {.anchored = true, .anchor = -3};
    ons_meanfield_solution at;
    assert_int_equal(ons_meanfield_solve(&model, -0.5, (double[]){-2, 1}, &options, &at), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "activity"));
    assert_non_null(strstr(ons_message(), "drive = -0.5"));
    assert_non_null(strstr(ons_message(), "nearest point that converged is drive = -1.0"));
    assert_true(isnan(at.x[0]) && isnan(at.x[1]));
    assert_done(ons_meanfield_solve(&model, -1.5, (double[]){-2, 1}, &options, &at));
    assert_near(at.x[0], exp(at.x[0]) - 1.5, 1e-12);
}

static ons_status cubic(void *data, double x, double *value) {
    (void)data;
    *value = x * x * x - 2;
    return ONS_OK;
}

static void test_zeros_of_functions(void **unused) {
    double root;
    assert_done(ons_meanfield_root(cubic, NULL, "a cubic", -1, 9, 1e-13, &root));
    assert_near(root, cbrt(2), 1e-12);
    assert_int_equal(ons_meanfield_root(cubic, NULL, "a cubic", 2, 9, 1e-13, &root), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "a cubic does not change its sign"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dual_numbers_have_the_slopes_of_differences),
        cmocka_unit_test(test_averages_meet_fine_sums_at_any_width),
        cmocka_unit_test(test_an_average_of_ones_own),
        cmocka_unit_test(test_nested_averages_have_exact_slopes),
        cmocka_unit_test(test_nested_averages_at_theta_one),
        cmocka_unit_test(test_zero_temperature_is_the_limit),
        cmocka_unit_test(test_solver_reaches_round_off_with_and_without_acceleration),
        cmocka_unit_test(test_several_starts_find_all_stable_solutions),
        cmocka_unit_test(test_branch_turns_at_the_spinodals),
        cmocka_unit_test(test_equal_pressures_are_at_no_field),
        cmocka_unit_test(test_no_solution_is_said_with_equation_and_nearest_point),
        cmocka_unit_test(test_zeros_of_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
