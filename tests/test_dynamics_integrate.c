/*
 * Trajectories against closed forms and against the reference points of the Lorenz flow, the order of dense outputs,
 * members that do not know each other, going on with the same bits, and flows that cannot go on.
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

static problem pose(const char *equations, const double *parameters, size_t members, ons_method method,
                    double tolerance) {
    problem made = {0};
    const ons_integration how = {.method = method, .relative = tolerance, .absolute = tolerance};
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (status == ONS_OK) { status = ons_flow_field(&made.field, made.flow, parameters, 1); }
    if (status == ONS_OK) { status = ons_trajectories_create(&made.ensemble, &made.field, members, &how); }
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
    return made;
}

static void release(problem *old) {
    ons_trajectories_free(old->ensemble);
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

static const char lorenz[] = "x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z";
static const double lorenz_parameters[] = {10, 28, 8.0 / 3};

/* Forwards and back: x'' = -x, and a forced linear equation with its time. */
static void closed_forms(void **state) {
    for (int method = 0; method < 2; method++) {
        problem one = pose("x' = v; v' = -x; z' = -z + cos(t)", NULL, 3, method, 1e-11);
        for (size_t m = 0; m < 3; m++) {
            const double t = 0.1 * (double)m, x[] = {cos(t), -sin(t), (cos(t) + sin(t)) / 2};
            ons_trajectories_set(one.ensemble, m, t, x, 0);
        }
        const double targets[] = {7.25, 100.5, -3};
        for (int i = 0; i < 3; i++) {
            assert_int_equal(ons_trajectories_advance(one.ensemble, targets[i]), ONS_OK);
            for (size_t m = 0; m < 3; m++) {
                double t, x[3];
                ons_trajectories_get(one.ensemble, m, &t, x, NULL);
                assert_true(t == targets[i]);
                assert_true(fabs(x[0] - cos(t)) < 3e-8 && fabs(x[1] + sin(t)) < 3e-8);
                /* Backwards the third one grows by e^100: what it knows is gone. */
                if (i < 2) { assert_true(fabs(x[2] - (cos(t) + sin(t)) / 2) < 1e-9); }
            }
        }
        release(&one);
    }
}

/* Steps converged in extended precision: specification of the paper arXiv:2203.07404, P11. */
static void lorenz_reference_points(void **state) {
    static const double points[4][3] = {{-6.51211370, -6.97404279, 23.92412957},
                                        {-4.90268754, -3.74387292, 24.69085810},
                                        {-4.39310922, -2.06912719, 25.91452997},
                                        {13.79319960, 12.95180394, 34.90160868}};
    problem one = pose(lorenz, lorenz_parameters, 1, ONS_DOP853, 1e-14);
    ons_trajectories_set(one.ensemble, 0, 0, (const double[]){1, 1, 1}, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ons_trajectories_advance(one.ensemble, 5.0 * (i + 1)), ONS_OK);
        double x[3];
        ons_trajectories_get(one.ensemble, 0, NULL, x, NULL);
        print_message("t = %d: %.9f %.9f %.9f\n", 5 * (i + 1), x[0], x[1], x[2]);
        for (int k = 0; k < 3; k++) { assert_true(fabs(x[k] - points[i][k]) < 1e-8); }
    }
    release(&one);
}

/* Fixed steps (tolerances that always agree): the error shrinks by 2^order when steps are halved. */
static double error_of_steps(ons_method method, double step, bool dense) {
    ons_flow *flow = NULL;
    ons_field field;
    ons_trajectories *ensemble = NULL;
    const ons_integration how = {.method = method, .relative = 0.5, .absolute = 1e9, .first = step, .largest = step};
    assert_int_equal(ons_flow_parse(&flow, "x' = y; y' = -sin(x)", NULL, 0), ONS_OK);
    assert_int_equal(ons_flow_field(&field, flow, NULL, 1), ONS_OK);
    assert_int_equal(ons_trajectories_create(&ensemble, &field, 1, &how), ONS_OK);
    /* The separatrix of the pendulum: x = 4 atan(e^t) - pi. */
    ons_trajectories_set(ensemble, 0, 0, (const double[]){0, 2}, step);
    double worst = 0;
    if (dense) {
        double times[160], out[320];
        for (int i = 0; i < 160; i++) { times[i] = 0.0125 * (i + 1); }
        assert_int_equal(ons_trajectories_sample(ensemble, times, 160, out), ONS_OK);
        for (int i = 0; i < 160; i++) { worst = fmax(worst, fabs(out[2 * i] - (4 * atan(exp(times[i])) - M_PI))); }
    } else {
        double x[2];
        assert_int_equal(ons_trajectories_advance(ensemble, 2), ONS_OK);
        ons_trajectories_get(ensemble, 0, NULL, x, NULL);
        worst = fabs(x[0] - (4 * atan(exp(2)) - M_PI));
    }
    ons_trajectories_free(ensemble);
    ons_flow_field_free(&field);
    ons_flow_free(flow);
    return worst;
}

static void orders_of_convergence(void **state) {
    static const struct {
        ons_method method;
        bool dense;
        double step, order;
    } cases[] = {{ONS_DORMAND_PRINCE, false, 0.1, 5},
                 {ONS_DORMAND_PRINCE, true, 0.1, 5}, /* a dense output of order 4 has local errors of order 5 */
                 {ONS_DOP853, false, 0.4, 8},
                 {ONS_DOP853, true, 0.5, 8}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const double coarse = error_of_steps(cases[c].method, cases[c].step, cases[c].dense);
        const double fine = error_of_steps(cases[c].method, cases[c].step / 2, cases[c].dense);
        const double order = log2(coarse / fine);
        print_message("method %d, %s: order %.2f (%.2g, %.2g)\n", cases[c].method, cases[c].dense ? "dense" : "ends",
                      order, coarse, fine);
        assert_true(order > cases[c].order - 0.8 && order < cases[c].order + 1.5);
    }
}

static void start_of_member(size_t m, double *x) {
    x[0] = 1 + 0.37 * (double)m;
    x[1] = -3 + 0.2 * (double)m;
    x[2] = 20 + 0.11 * (double)m;
}

static void members_do_not_know_each_other(void **state) {
    enum { members = 21 };
    problem many = pose(lorenz, lorenz_parameters, members, ONS_DOP853, 1e-8);
    for (size_t m = 0; m < members; m++) {
        double x[3];
        start_of_member(m, x);
        ons_trajectories_set(many.ensemble, m, 0, x, 0);
    }
    double times[40], out[40 * members * 3];
    for (int i = 0; i < 40; i++) { times[i] = 0.25 * (i + 1); }
    assert_int_equal(ons_trajectories_sample(many.ensemble, times, 40, out), ONS_OK);
    for (size_t m = 0; m < members; m += 4) {
        problem alone = pose(lorenz, lorenz_parameters, 1, ONS_DOP853, 1e-8);
        double x[3], single[40 * 3];
        start_of_member(m, x);
        ons_trajectories_set(alone.ensemble, 0, 0, x, 0);
        assert_int_equal(ons_trajectories_sample(alone.ensemble, times, 40, single), ONS_OK);
        for (int i = 0; i < 40; i++) {
            assert_memory_equal(single + 3 * i, out + ((size_t)i * members + m) * 3, 3 * sizeof(double));
        }
        release(&alone);
    }
    release(&many);
}

/* A run that is stored in the middle (t, x, h) and taken up by another ensemble has the same bits. */
static void going_on(void **state) {
    problem whole = pose(lorenz, lorenz_parameters, 5, ONS_DORMAND_PRINCE, 1e-9);
    problem first = pose(lorenz, lorenz_parameters, 5, ONS_DORMAND_PRINCE, 1e-9);
    problem second = pose(lorenz, lorenz_parameters, 5, ONS_DORMAND_PRINCE, 1e-9);
    for (size_t m = 0; m < 5; m++) {
        double x[3];
        start_of_member(m, x);
        ons_trajectories_set(whole.ensemble, m, 0, x, 0);
        ons_trajectories_set(first.ensemble, m, 0, x, 0);
    }
    for (int i = 1; i <= 6; i++) {
        assert_int_equal(ons_trajectories_advance(whole.ensemble, i), ONS_OK);
        if (i <= 3) { assert_int_equal(ons_trajectories_advance(first.ensemble, i), ONS_OK); }
    }
    for (size_t m = 0; m < 5; m++) {
        double t, x[3], h;
        ons_trajectories_get(first.ensemble, m, &t, x, &h);
        ons_trajectories_set(second.ensemble, m, t, x, h);
    }
    for (int i = 4; i <= 6; i++) { assert_int_equal(ons_trajectories_advance(second.ensemble, i), ONS_OK); }
    for (size_t m = 0; m < 5; m++) {
        double x[3], y[3];
        ons_trajectories_get(whole.ensemble, m, NULL, x, NULL);
        ons_trajectories_get(second.ensemble, m, NULL, y, NULL);
        assert_memory_equal(x, y, sizeof x);
    }
    release(&whole);
    release(&first);
    release(&second);
}

/* x' = x^2 ends at t = 1/x(0); members that end later arrive, and the others say why they stopped. */
static void blow_up(void **state) {
    for (int method = 0; method < 2; method++) {
        problem one = pose("x' = x^2", NULL, 4, method, 1e-9);
        static const double starts[] = {1, 0.25, 2, -1};
        for (size_t m = 0; m < 4; m++) { ons_trajectories_set(one.ensemble, m, 0, &starts[m], 0); }
        assert_int_equal(ons_trajectories_advance(one.ensemble, 2), ONS_OK);
        for (size_t m = 0; m < 4; m++) {
            double t, x;
            ons_trajectories_get(one.ensemble, m, &t, &x, NULL);
            if (starts[m] >= 0.5) {
                assert_int_not_equal(ons_trajectories_state(one.ensemble, m), ONS_MEMBER_RUNNING);
                assert_true(fabs(t - 1 / starts[m]) < 1e-6);
            } else {
                assert_int_equal(ons_trajectories_state(one.ensemble, m), ONS_MEMBER_RUNNING);
                assert_true(t == 2 && fabs(x - starts[m] / (1 - 2 * starts[m])) < 1e-7);
            }
        }
        release(&one);
    }
}

static void refusals(void **state) {
    problem one = pose("x' = -x", NULL, 2, ONS_DOP853, 1e-6);
    ons_trajectories *other = NULL;
    const ons_integration wrong[] = {
        {.relative = 0}, {.relative = NAN}, {.relative = 1e-6, .absolute = -1}, {.relative = 1e-6, .first = -1}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ons_trajectories_create(&other, &one.field, 1, &wrong[i]), ONS_INVALID);
    }
    assert_int_equal(ons_trajectories_create(&other, &one.field, 0, &(ons_integration){.relative = 1e-6}), ONS_INVALID);
    const double x = 1;
    ons_trajectories_set(one.ensemble, 0, 0, &x, 0);
    ons_trajectories_set(one.ensemble, 1, 0, &x, 0);
    assert_int_equal(ons_trajectories_advance(one.ensemble, INFINITY), ONS_INVALID);
    double out[4];
    assert_int_equal(ons_trajectories_sample(one.ensemble, (const double[]){1, 0.5}, 2, out), ONS_INVALID);
    assert_int_equal(ons_trajectories_sample(one.ensemble, (const double[]){-1, 0.5}, 2, out), ONS_INVALID);
    release(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(lorenz_reference_points),
        cmocka_unit_test(orders_of_convergence),
        cmocka_unit_test(members_do_not_know_each_other),
        cmocka_unit_test(going_on),
        cmocka_unit_test(blow_up),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
