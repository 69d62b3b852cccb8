/*
 * CVODE and ARKODE behind the interface of the other methods: Robertson's kinetics and a linear problem against known
 * answers, going on with the same bits, exponents of a stiff flow, blow-up.
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
#include <string.h>

typedef struct problem {
    ons_flow *flow;
    ons_field field;
    ons_trajectories *ensemble;
} problem;

static ons_method method = ONS_CVODE;

static problem pose(const char *equations, size_t members, double relative, double absolute) {
    problem made = {0};
    const ons_integration how = {.method = method, .relative = relative, .absolute = absolute};
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (status == ONS_OK) { status = ons_flow_field(&made.field, made.flow, NULL, 1); }
    if (status == ONS_OK) { status = ons_trajectories_create(&made.ensemble, &made.field, members, &how); }
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
    return made;
}

static void release(problem *old) {
    ons_trajectories_free(old->ensemble);
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

static const char robertson[] = "a' = -0.04*a + 1e4*b*c; b' = 0.04*a - 1e4*b*c - 3e7*b^2; c' = 3e7*b^2";

/* At t = 40, by Radau IIA of order 5 at a tolerance of 1e-13; the sum is conserved. Explicit steps would have to be
 * below 1e-3 of a unit of time. */
static void robertson_kinetics(void **state) {
    problem one = pose(robertson, 9, 1e-9, 1e-13);
    for (size_t m = 0; m < 9; m++) { ons_trajectories_set(one.ensemble, m, 0, (const double[]){1, 0, 0}, 0); }
    assert_int_equal(ons_trajectories_advance(one.ensemble, 40), ONS_OK);
    double first[3], x[3], t;
    ons_trajectories_get(one.ensemble, 0, &t, first, NULL);
    assert_true(t == 40);
    assert_true(fabs(first[0] - 0.7158270687) < 1e-7 && fabs(first[1] - 9.185534764e-6) < 1e-11);
    assert_true(fabs(first[0] + first[1] + first[2] - 1) < 1e-8);
    for (size_t m = 1; m < 9; m++) {
        ons_trajectories_get(one.ensemble, m, NULL, x, NULL);
        assert_memory_equal(x, first, sizeof x);
    }
    uint64_t accepted, rejected, evaluations;
    ons_trajectories_counts(one.ensemble, &accepted, &rejected, &evaluations);
    print_message("Robertson to 40: %.0f steps a member\n", (double)accepted / 9);
    assert_true(accepted / 9 < 2000);
    release(&one);
}

/* y' = -1000 (y - cos t): y follows (10^6 cos t + 1000 sin t)/(10^6 + 1); the error follows the tolerance. */
static void prothero_robinson(void **state) {
    double before = 1;
    for (int digits = 5; digits <= 11; digits += 3) {
        problem one = pose("y' = -1000*(y - cos(t))", 1, pow(10, -digits), pow(10, -digits));
        double times[50], out[50], worst = 0;
        for (int i = 0; i < 50; i++) { times[i] = 0.2 * (i + 1); }
        ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1e6 / (1e6 + 1)}, 0);
        assert_int_equal(ons_trajectories_sample(one.ensemble, times, 50, out), ONS_OK);
        for (int i = 0; i < 50; i++) {
            worst = fmax(worst, fabs(out[i] - (1e6 * cos(times[i]) + 1000 * sin(times[i])) / (1e6 + 1)));
        }
        print_message("tolerance 1e-%d: error %.2g\n", digits, worst);
        assert_true(worst < 100 * pow(10, -digits) && worst < before);
        before = worst;
        release(&one);
    }
}

static void going_on(void **state) {
    problem whole = pose(robertson, 2, 1e-7, 1e-12), first = pose(robertson, 2, 1e-7, 1e-12);
    problem second = pose(robertson, 2, 1e-7, 1e-12);
    double x[3], y[3], t, h;
    for (size_t m = 0; m < 2; m++) {
        ons_trajectories_set(whole.ensemble, m, 0, (const double[]){1, 0, 0.1 * (double)m}, 0);
        ons_trajectories_set(first.ensemble, m, 0, (const double[]){1, 0, 0.1 * (double)m}, 0);
    }
    for (int k = 1; k <= 6; k++) { assert_int_equal(ons_trajectories_advance(whole.ensemble, k), ONS_OK); }
    for (int k = 1; k <= 3; k++) { assert_int_equal(ons_trajectories_advance(first.ensemble, k), ONS_OK); }
    for (size_t m = 0; m < 2; m++) {
        ons_trajectories_get(first.ensemble, m, &t, x, &h);
        ons_trajectories_set(second.ensemble, m, t, x, h);
    }
    for (int k = 4; k <= 6; k++) { assert_int_equal(ons_trajectories_advance(second.ensemble, k), ONS_OK); }
    for (size_t m = 0; m < 2; m++) {
        ons_trajectories_get(whole.ensemble, m, NULL, x, NULL);
        ons_trajectories_get(second.ensemble, m, NULL, y, NULL);
        assert_memory_equal(x, y, sizeof x);
    }
    release(&whole);
    release(&first);
    release(&second);
}

/* x' = -x, y' = -500 y + x^2: the exponents are -1 and -500, by perturbations that go with the trajectory. */
static void exponents_of_a_stiff_flow(void **state) {
    ons_flow *flow = NULL;
    ons_field field;
    ons_tangent *tangent = NULL;
    const ons_integration how = {.method = method, .relative = 1e-8, .absolute = 1e-10};
    assert_int_equal(ons_flow_parse(&flow, "x' = -x; y' = -500*y + x^2", NULL, 0), ONS_OK);
    assert_int_equal(ons_flow_field(&field, flow, NULL, 1), ONS_OK);
    assert_int_equal(ons_tangent_create(&tangent, &field, 1, 2, &how), ONS_OK);
    ons_tangent_set(tangent, 0, 0, (const double[]){1, 0});
    double growth[2] = {0}, divergence = 0;
    assert_int_equal(ons_tangent_advance(tangent, 1, 0.01, growth, &divergence), ONS_OK); /* the frame turns */
    memset(growth, 0, sizeof growth);
    divergence = 0;
    assert_int_equal(ons_tangent_advance(tangent, 2, 0.01, growth, &divergence), ONS_OK);
    print_message("exponents %.6f, %.6f\n", growth[0], growth[1]);
    assert_true(fabs(growth[0] + 1) < 1e-4 && fabs(growth[1] + 500) < 0.05 && fabs(divergence + 501) < 1e-4);
    ons_tangent_free(tangent);
    ons_flow_field_free(&field);
    ons_flow_free(flow);
}

static void blow_up(void **state) {
    problem one = pose("x' = x^2", 2, 1e-8, 1e-8);
    ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1}, 0);
    ons_trajectories_set(one.ensemble, 1, 0, (const double[]){0.25}, 0);
    assert_int_equal(ons_trajectories_advance(one.ensemble, 2), ONS_OK);
    double t, x;
    ons_trajectories_get(one.ensemble, 0, &t, &x, NULL);
    assert_int_not_equal(ons_trajectories_state(one.ensemble, 0), ONS_MEMBER_RUNNING);
    print_message("blow-up at %.9g, x = %g, state %d\n", t, x, (int)ons_trajectories_state(one.ensemble, 0));
    assert_true(fabs(t - 1) < 1e-4);
    ons_trajectories_get(one.ensemble, 1, &t, &x, NULL);
    assert_true(t == 2 && fabs(x - 0.5) < 1e-5);
    release(&one);
}

/* What has constant fast rates, also by ARKODE. */
static void additive(void **state) {
    method = ONS_ARKODE;
    prothero_robinson(state);
    going_on(state);
    exponents_of_a_stiff_flow(state);
    blow_up(state);
    method = ONS_CVODE;
}

/* Lorenz, where nothing is stiff, against DOP853, and the error per tolerance. */
static void additive_lorenz(void **state) {
    ons_flow *flow = NULL;
    ons_field field;
    assert_int_equal(ons_flow_parse(&flow, "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z", NULL, 0), ONS_OK);
    assert_int_equal(ons_flow_field(&field, flow, NULL, 1), ONS_OK);
    double x[2][3];
    for (int k = 0; k < 2; k++) {
        const ons_integration how = {.method = k ? ONS_ARKODE : ONS_DOP853, .relative = 1e-10, .absolute = 1e-10};
        ons_trajectories *one = NULL;
        assert_int_equal(ons_trajectories_create(&one, &field, 1, &how), ONS_OK);
        ons_trajectories_set(one, 0, 0, (const double[]){1, 1, 1}, 0);
        assert_int_equal(ons_trajectories_advance(one, 2), ONS_OK);
        ons_trajectories_get(one, 0, NULL, x[k], NULL);
        ons_trajectories_free(one);
    }
    for (int i = 0; i < 3; i++) { assert_true(fabs(x[0][i] - x[1][i]) < 1e-6); }
    ons_flow_field_free(&field);
    field = (ons_field){0};
    ons_flow_free(flow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robertson_kinetics),        cmocka_unit_test(prothero_robinson), cmocka_unit_test(going_on),
        cmocka_unit_test(exponents_of_a_stiff_flow), cmocka_unit_test(blow_up),           cmocka_unit_test(additive),
        cmocka_unit_test(additive_lorenz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
