/*
 * Lyapunov exponents: linear flows and maps with exact ones, the sum against the divergence, textbook values within
 * their statistical errors, going on with the same bits.
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

enum { MEMBERS = 8 };

typedef struct system_of {
    ons_flow *flow;
    ons_field field;
    ons_tangent *tangent;
    size_t n;
} system_of;

static system_of pose(const char *equations, const double *parameters, bool map) {
    system_of made = {0};
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-9, .absolute = 1e-9};
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (status == ONS_OK) { status = ons_flow_field(&made.field, made.flow, parameters, 1); }
    if (status == ONS_OK) {
        made.n = made.field.dimension;
        status = map ? ons_tangent_create_map(&made.tangent, &made.field, MEMBERS, made.n)
                     : ons_tangent_create(&made.tangent, &made.field, MEMBERS, made.n, &how);
    }
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
    return made;
}

static void release(system_of *old) {
    ons_tangent_free(old->tangent);
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

static void start(system_of *one, const double *x) {
    for (size_t m = 0; m < MEMBERS; m++) {
        double moved[8];
        for (size_t i = 0; i < one->n; i++) { moved[i] = x[i] + 0.01 * (double)m * (1 + 0.3 * (double)i); }
        ons_tangent_set(one->tangent, m, 0, moved);
    }
}

/* Means over time and members and their errors from the spread of members, of `time` units after `warmup`. */
static void spectrum(system_of *one, double warmup, double time, double interval, double *mean, double *error,
                     double *divergence) {
    double growth[MEMBERS * 8] = {0}, volume[MEMBERS] = {0};
    if (ons_tangent_advance(one->tangent, warmup, interval, growth, volume) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    memset(growth, 0, sizeof growth);
    memset(volume, 0, sizeof volume);
    if (ons_tangent_advance(one->tangent, warmup + time, interval, growth, volume) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    double total = 0;
    for (size_t k = 0; k < one->n; k++) {
        double values[MEMBERS];
        for (size_t m = 0; m < MEMBERS; m++) { values[m] = growth[m * one->n + k] / time; }
        double sum = 0, square = 0;
        for (size_t m = 0; m < MEMBERS; m++) { sum += values[m] / MEMBERS; }
        for (size_t m = 0; m < MEMBERS; m++) { square += (values[m] - sum) * (values[m] - sum); }
        mean[k] = sum;
        error[k] = sqrt(square / MEMBERS / (MEMBERS - 1));
        total += sum;
    }
    double sum = 0;
    for (size_t m = 0; m < MEMBERS; m++) { sum += volume[m] / time / MEMBERS; }
    *divergence = sum;
    /* The volume shrinks as the trace says, whatever the trajectory: an identity, up to the tolerance. */
    assert_true(fabs(total - sum) < 1e-6 * (1 + fabs(sum)));
}

static void linear_flow(void **state) {
    /* Eigenvalues 0.3, -0.2 +- 2i, -1 of a matrix that is not normal. */
    system_of one = pose("x' = 0.3*x + 5*y; y' = -0.2*y - 2*z; z' = 2*y - 0.2*z + u; u' = -u", NULL, false);
    const double x[] = {0.1, 0.2, -0.3, 0.5};
    double mean[4], error[4], divergence;
    start(&one, x);
    spectrum(&one, 60, 40, 1, mean, error, &divergence);
    const double expected[] = {0.3, -0.2, -0.2, -1};
    /* After 60 units the frame has turned into the eigenvectors; the pair turns on, so that means over 40 units keep a
     * bounded term of some ln(2) / 40. */
    for (int k = 0; k < 4; k++) { assert_true(fabs(mean[k] - expected[k]) < (k == 1 || k == 2 ? 0.02 : 1e-6)); }
    assert_true(fabs(divergence + 1.1) < 1e-12);
    release(&one);
}

/* Axes that are invariant, the slowest last: perturbations along them would stay there. */
static void invariant_axes(void **state) {
    system_of flow = pose("x' = -3*x; y' = -2*y + x; z' = -z", NULL, false);
    system_of map = pose("x' = x/8; y' = y/2; z' = 3*z", NULL, true);
    const double slow[] = {-1, -2, -3}, factors[] = {3, 0.5, 0.125};
    double mean[3], error[3], divergence;
    start(&flow, (const double[]){1, 1, 1});
    spectrum(&flow, 60, 40, 1, mean, error, &divergence);
    for (int k = 0; k < 3; k++) { assert_true(fabs(mean[k] - slow[k]) < 1e-6); }
    start(&map, (const double[]){1e-9, 1e-9, 1e-99});
    spectrum(&map, 60, 40, 1, mean, error, &divergence);
    for (int k = 0; k < 3; k++) { assert_true(fabs(mean[k] - log(factors[k])) < 1e-9); }
    release(&flow);
    release(&map);
}

/* A perturbation that a map sends to 0 has the exponent minus infinity, and the others have theirs. */
static void what_comes_to_nothing(void **state) {
    system_of map = pose("x' = 0.5*x + y; y' = 0; z' = 2*z", NULL, true);
    double growth[MEMBERS * 3] = {0}, volume[MEMBERS] = {0};
    start(&map, (const double[]){1, 1, 1e-99});
    assert_int_equal(ons_tangent_advance(map.tangent, 60, 1, growth, volume), ONS_OK);
    memset(growth, 0, sizeof growth);
    assert_int_equal(ons_tangent_advance(map.tangent, 100, 1, growth, volume), ONS_OK);
    for (size_t m = 0; m < MEMBERS; m++) {
        assert_true(fabs(growth[3 * m] - 40 * log(2)) < 1e-9 && fabs(growth[3 * m + 1] + 40 * log(2)) < 1e-9);
        assert_true(growth[3 * m + 2] == -INFINITY && volume[m] == -INFINITY);
    }
    release(&map);
    assert_true(ons_kaplan_yorke((const double[]){0.5, NAN}, 2) == 1 &&
                ons_kaplan_yorke((const double[]){NAN}, 1) == 0);
}

/* A start that has no derivative, and a map that leaves the doubles, are no trajectories. */
static void starts_without_a_way(void **state) {
    static const struct {
        const char *equations;
        double x;
    } cases[] = {{"x' = log(x)", -9}, {"x' = 1/x", 0}, {"x' = sqrt(x)", -9}};
    for (size_t i = 0; i < 3; i++) {
        double growth[MEMBERS] = {0};
        system_of flow = pose(cases[i].equations, NULL, false);
        start(&flow, &cases[i].x);
        assert_int_equal(ons_tangent_advance(flow.tangent, 1, 1, growth, NULL), ONS_FAILED);
        assert_int_equal(ons_tangent_state(flow.tangent, 0), ONS_MEMBER_NOT_FINITE);
        release(&flow);
    }
    double growth[MEMBERS] = {0};
    system_of map = pose("x' = 2*x", NULL, true);
    start(&map, (const double[]){1});
    assert_int_equal(ons_tangent_advance(map.tangent, 1000, 1, growth, NULL), ONS_OK);
    assert_int_equal(ons_tangent_advance(map.tangent, 1030, 1, growth, NULL), ONS_FAILED);
    release(&map);
}

static void lorenz(void **state) {
    const double parameters[] = {10, 28, 8.0 / 3}, x[] = {1, 1, 20};
    system_of one = pose("x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z", parameters, false);
    double mean[3], error[3], divergence;
    start(&one, x);
    spectrum(&one, 50, 400, 0.5, mean, error, &divergence);
    print_message("Lorenz: %.4f(%.4f) %.4f(%.4f) %.4f(%.4f)\n", mean[0], error[0], mean[1], error[1], mean[2],
                  error[2]);
    /* 0.9056, 0, -14.5723 (Sprott 2003): 8 members, errors of 7 degrees of freedom; 12 errors fail once in 1e6. */
    const double expected[] = {0.90566, 0, -14.57233};
    for (int k = 0; k < 3; k++) { assert_true(fabs(mean[k] - expected[k]) < 12 * error[k] + 5e-5); }
    assert_true(error[0] < 0.01);
    assert_true(fabs(divergence + 41.0 / 3) < 1e-9);
    assert_true(fabs(ons_kaplan_yorke(mean, 3) - 2.0622) < 2e-3);
    release(&one);
}

static void maps(void **state) {
    /* Henon: the determinant is -b everywhere. */
    system_of henon = pose("x' = 1 - a*x^2 + y; y' = b*x", (const double[]){1.4, 0.3}, true);
    double mean[2], error[2], divergence;
    start(&henon, (const double[]){0.1, 0.1});
    spectrum(&henon, 500, 20000, 1, mean, error, &divergence);
    print_message("Henon: %.5f(%.5f) %.5f(%.5f)\n", mean[0], error[0], mean[1], error[1]);
    assert_true(fabs(divergence - log(0.3)) < 1e-12);
    assert_true(fabs(mean[0] - 0.41922) < 12 * error[0] + 1e-4); /* Sprott 2003 */
    release(&henon);
    /* The logistic map at 4: ln 2 exactly. */
    system_of logistic = pose("x' = 4*x*(1 - x)", NULL, true);
    start(&logistic, (const double[]){0.3141});
    spectrum(&logistic, 100, 20000, 10, mean, error, &divergence);
    print_message("logistic: %.5f(%.5f)\n", mean[0], error[0]);
    assert_true(fabs(mean[0] - log(2)) < 12 * error[0] + 1e-4);
    release(&logistic);
}

static void going_on(void **state) {
    const char *equations = "x' = -y - z; y' = x + a*y; z' = b + z*(x - c)";
    const double parameters[] = {0.2, 0.2, 5.7}, x[] = {1, 1, 1};
    system_of whole = pose(equations, parameters, false), second = pose(equations, parameters, false);
    double growth[MEMBERS * 3] = {0}, other[MEMBERS * 3] = {0};
    start(&whole, x);
    for (int i = 1; i <= 6; i++) {
        if (i == 4) {
            double *numbers = malloc(ons_tangent_size(whole.tangent) * sizeof *numbers);
            for (size_t m = 0; m < MEMBERS; m++) {
                ons_tangent_store(whole.tangent, m, numbers);
                ons_tangent_load(second.tangent, m, numbers);
            }
            ons_tangent_set_interval(second.tangent, ons_tangent_interval(whole.tangent));
            free(numbers);
            memcpy(other, growth, sizeof other);
        }
        assert_int_equal(ons_tangent_advance(whole.tangent, 2.0 * i, 1, growth, NULL), ONS_OK);
        if (i >= 4) { assert_int_equal(ons_tangent_advance(second.tangent, 2.0 * i, 1, other, NULL), ONS_OK); }
    }
    assert_memory_equal(growth, other, sizeof growth);
    release(&whole);
    release(&second);
}

static void a_flow_that_ends(void **state) {
    system_of one = pose("x' = x^2", NULL, false);
    start(&one, (const double[]){1});
    double growth[MEMBERS] = {0};
    assert_int_equal(ons_tangent_advance(one.tangent, 3, 0.5, growth, NULL), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "cannot go on at time"));
    release(&one);
}

static void dimensions_of_kaplan_and_yorke(void **state) {
    assert_true(ons_kaplan_yorke((const double[]){0.5, 0, -1}, 3) == 2.5);
    assert_true(ons_kaplan_yorke((const double[]){-0.5, -1}, 2) == 0);
    assert_true(ons_kaplan_yorke((const double[]){0.5, -0.5}, 2) == 2);
    assert_true(ons_kaplan_yorke((const double[]){0.1, -0.4}, 2) == 1.25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_flow),
        cmocka_unit_test(invariant_axes),
        cmocka_unit_test(what_comes_to_nothing),
        cmocka_unit_test(starts_without_a_way),
        cmocka_unit_test(lorenz),
        cmocka_unit_test(maps),
        cmocka_unit_test(going_on),
        cmocka_unit_test(a_flow_that_ends),
        cmocka_unit_test(dimensions_of_kaplan_and_yorke),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
