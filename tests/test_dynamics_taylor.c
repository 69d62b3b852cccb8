/*
 * Taylor series: the recurrence of every function against Runge-Kutta, Lorenz against reference points, dense output.
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

typedef struct problem {
    ons_flow *flow;
    ons_field field;
    ons_trajectories *ensemble;
} problem;

static problem pose(const char *equations, ons_method method, double tolerance, size_t members) {
    static const double parameters[] = {1.3, 0.4};
    problem made = {0};
    const ons_integration how = {.method = method, .relative = tolerance, .absolute = tolerance};
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (!status) { status = ons_flow_field(&made.field, made.flow, parameters, 1); }
    if (!status && method == ONS_TAYLOR) { status = ons_flow_field_series(&made.field); }
    if (!status) { status = ons_trajectories_create(&made.ensemble, &made.field, members, &how); }
    if (status) { fail_msg("%s: %s", equations, ons_message()); }
    return made;
}

static void release(problem *old) {
    ons_trajectories_free(old->ensemble);
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

/* Both methods at 1e-12, forwards and back again. */
static void every_recurrence(void **state) {
    static const char *const formulas[] = {
        "sin(x) + cos(2*t)",
        "cos(x*x)",
        "exp(-x) - 1",
        "log(2 + x^2)",
        "log10(3 + x)",
        "sqrt(1 + x^2) - t",
        "(1 + x^2)^1.7/4",
        "(2 + x)^a - b*t",
        "tan(x/4) + 0.3",
        "tanh(x) - t",
        "sinh(x/3)",
        "cosh(x/3) - 2",
        "atan(3*x) + 0.2",
        "asin(x/5) + a",
        "acos(x/5) - 1",
        "1/(1 + x^2)",
        "x/(2 + sin(t))",
        "-x^3 + 3/(x^2 + b)",
        "exp(sin(x))*cos(exp(-t))",
    };
    for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
        char equations[100];
        snprintf(equations, sizeof equations, "x' = %s", formulas[f]);
        double x[2], back, t;
        for (int k = 0; k < 2; k++) {
            problem one = pose(equations, k ? ONS_TAYLOR : ONS_DOP853, 1e-12, 1);
            ons_trajectories_set(one.ensemble, 0, 0.1, (const double[]){0.5}, 0);
            assert_int_equal(ons_trajectories_advance(one.ensemble, 1.3), ONS_OK);
            ons_trajectories_get(one.ensemble, 0, &t, &x[k], NULL);
            assert_true(t == 1.3);
            assert_int_equal(ons_trajectories_advance(one.ensemble, 0.1), ONS_OK);
            ons_trajectories_get(one.ensemble, 0, NULL, &back, NULL);
            assert_true(fabs(back - 0.5) < 1e-10);
            release(&one);
        }
        if (!(fabs(x[1] - x[0]) < 1e-10 * fmax(1, fabs(x[0])))) {
            fail_msg("%s: %.15g by Taylor, %.15g by DOP853", formulas[f], x[1], x[0]);
        }
    }
}

static const char lorenz[] = "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z";

/* Causal PINN, P11: by Runge-Kutta of order 4 in long double, converged. A tolerance of 1e-15 grows by exp(0.906 t). */
static void lorenz_reference_points(void **state) {
    static const double reference[4][3] = {{-6.51211370, -6.97404279, 23.92412957},
                                           {-4.90268754, -3.74387292, 24.69085810},
                                           {-4.39310922, -2.06912719, 25.91452997},
                                           {13.79319960, 12.95180394, 34.90160868}};
    static const double allowed[] = {1e-8, 1e-8, 1e-8, 5e-7};
    problem one = pose(lorenz, ONS_TAYLOR, 1e-15, 1);
    double times[4] = {5, 10, 15, 20}, out[12];
    ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1, 1, 1}, 0);
    assert_int_equal(ons_trajectories_sample(one.ensemble, times, 4, out), ONS_OK);
    for (int k = 0; k < 4; k++) {
        double worst = 0;
        for (int i = 0; i < 3; i++) { worst = fmax(worst, fabs(out[3 * k + i] - reference[k][i])); }
        print_message("t = %g: %.2g from the reference\n", times[k], worst);
        assert_true(worst < allowed[k]);
    }
    release(&one);
}

/* The error of a tolerance, for every order; the dense output is as exact as the ends. */
static void error_follows_the_tolerance(void **state) {
    const double tolerances[] = {1e-4, 1e-7, 1e-10, 1e-13};
    double before = 1;
    for (int k = 0; k < 4; k++) {
        problem one = pose("x' = v; v' = -x", ONS_TAYLOR, tolerances[k], 1);
        double times[200], out[400], worst = 0;
        for (int i = 0; i < 200; i++) { times[i] = 0.1 * i; }
        ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1, 0}, 0);
        assert_int_equal(ons_trajectories_sample(one.ensemble, times, 200, out), ONS_OK);
        for (int i = 0; i < 200; i++) { worst = fmax(worst, fabs(out[2 * i] - cos(times[i]))); }
        print_message("tolerance %g: %.2g\n", tolerances[k], worst);
        assert_true(worst < 30 * tolerances[k] && worst < before);
        before = worst;
        release(&one);
    }
}

static void members_do_not_know_their_neighbours(void **state) {
    problem many = pose(lorenz, ONS_TAYLOR, 1e-10, 19), alone = pose(lorenz, ONS_TAYLOR, 1e-10, 1);
    double x[3], y[3];
    for (size_t m = 0; m < 19; m++) {
        ons_trajectories_set(many.ensemble, m, 0, (const double[]){1 + 0.3 * (double)m, 1, 20}, 0);
    }
    assert_int_equal(ons_trajectories_advance(many.ensemble, 3), ONS_OK);
    for (size_t m = 0; m < 19; m++) {
        ons_trajectories_set(alone.ensemble, 0, 0, (const double[]){1 + 0.3 * (double)m, 1, 20}, 0);
        assert_int_equal(ons_trajectories_advance(alone.ensemble, 3), ONS_OK);
        ons_trajectories_get(many.ensemble, m, NULL, x, NULL);
        ons_trajectories_get(alone.ensemble, 0, NULL, y, NULL);
        assert_memory_equal(x, y, sizeof x);
    }
    release(&many);
    release(&alone);
}

/* Growth of all perturbations in a stretch of time, by the Taylor series of the variational equations and by DOP853. */
static double growth_of(const char *equations, ons_method method, double *growth, double *divergence) {
    static const double parameters[] = {1.3, 0.4}, x[] = {0.4, 1.1, 0.7};
    ons_flow *flow;
    ons_field field;
    ons_tangent *tangent;
    const ons_integration how = {.method = method, .relative = 1e-13, .absolute = 1e-13};
    assert_int_equal(ons_flow_parse(&flow, equations, NULL, 0), ONS_OK);
    assert_int_equal(ons_flow_field(&field, flow, parameters, 1), ONS_OK);
    const size_t n = field.dimension;
    if (ons_tangent_create(&tangent, &field, 3, n, &how) != ONS_OK) { fail_msg("%s: %s", equations, ons_message()); }
    memset(growth, 0, 9 * sizeof *growth);
    memset(divergence, 0, 3 * sizeof *divergence);
    for (size_t m = 0; m < 3; m++) { ons_tangent_set(tangent, m, 0, x); }
    assert_int_equal(ons_tangent_advance(tangent, 2, 0.5, growth, divergence), ONS_OK);
    /* A stored member goes on with the same bits. */
    double *numbers = calloc(ons_tangent_size(tangent), sizeof *numbers), first[9] = {0}, again[9] = {0};
    assert_non_null(numbers);
    ons_tangent_store(tangent, 0, numbers);
    assert_int_equal(ons_tangent_advance(tangent, 3, 0.5, first, NULL), ONS_OK);
    for (size_t m = 0; m < 3; m++) { ons_tangent_load(tangent, m, numbers); }
    assert_int_equal(ons_tangent_advance(tangent, 3, 0.5, again, NULL), ONS_OK);
    assert_memory_equal(first, again, n * sizeof *first);
    free(numbers);
    ons_tangent_free(tangent);
    ons_flow_field_free(&field);
    ons_flow_free(flow);
    return (double)n;
}

static void perturbations_grow_as_by_another_method(void **state) {
    static const char *const flows[] = {
        "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z",
        "x' = sin(y) - a*x; y' = cos(x*t) - b*y; z' = exp(-z)*x - z^3",
        "x' = (2 + y^2)^a - 3*x; y' = tanh(x) - y/(1 + x^2); z' = atan(x*z) - log(2 + y^2)",
    };
    for (size_t k = 0; k < 3; k++) {
        double ours[9], known[9], divergence[3], sum[3];
        const size_t n = (size_t)growth_of(flows[k], ONS_TAYLOR, ours, divergence);
        growth_of(flows[k], ONS_DOP853, known, sum);
        for (size_t i = 0; i < 3 * n; i++) { assert_true(fabs(ours[i] - known[i]) < 1e-9); }
        for (size_t m = 0; m < 3; m++) {
            double total = 0;
            for (size_t i = 0; i < n; i++) { total += ours[m * n + i]; }
            assert_true(fabs(divergence[m] - sum[m]) < 1e-9);
            assert_true(fabs(divergence[m] - total) < 1e-9); /* Liouville */
        }
    }
}

static void refusals_and_blow_up(void **state) {
    static const char *const without[] = {"x' = abs(x)", "x' = min(x, 1)", "x' = x^t", "x' = floor(x)"};
    for (size_t k = 0; k < 4; k++) {
        ons_flow *flow;
        ons_field field;
        assert_int_equal(ons_flow_parse(&flow, without[k], NULL, 0), ONS_OK);
        assert_int_equal(ons_flow_field(&field, flow, NULL, 1), ONS_OK);
        const ons_integration how = {.method = ONS_TAYLOR, .relative = 1e-9, .absolute = 1e-9};
        ons_trajectories *none;
        assert_int_equal(ons_trajectories_create(&none, &field, 1, &how), ONS_INVALID);
        assert_int_equal(ons_flow_field_series(&field), ONS_INVALID);
        ons_tangent *nothing;
        assert_int_equal(ons_tangent_create(&nothing, &field, 1, 1, &how), ONS_INVALID);
        assert_non_null(strstr(ons_message(), "Taylor"));
        ons_flow_field_free(&field);
        ons_flow_free(flow);
    }
    problem one = pose("x' = x^2", ONS_TAYLOR, 1e-10, 1);
    double t;
    ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1}, 0);
    assert_int_equal(ons_trajectories_advance(one.ensemble, 2), ONS_OK);
    ons_trajectories_get(one.ensemble, 0, &t, NULL, NULL);
    assert_int_not_equal(ons_trajectories_state(one.ensemble, 0), ONS_MEMBER_RUNNING);
    assert_true(fabs(t - 1) < 1e-6);
    release(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recurrence),
        cmocka_unit_test(lorenz_reference_points),
        cmocka_unit_test(error_follows_the_tolerance),
        cmocka_unit_test(members_do_not_know_their_neighbours),
        cmocka_unit_test(perturbations_grow_as_by_another_method),
        cmocka_unit_test(refusals_and_blow_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
