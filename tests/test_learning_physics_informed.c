/*
 * Physics-informed networks: weights and gradients against their definition, exact solutions, states that go on with
 * the same bits, the top of the Hessian, and equations that are solved.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning.h>

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.15g; expected %.15g +- %.1e", value, expected, tolerance);
    }
}

/* ---- an equation: u_t + 3 u_x = 0.1 u_xx on a period of 2 pi -------------------------------------------------------
 */

static const ons_partial partials[] = {{{0, 0}}, {{1, 0}}, {{0, 1}}, {{0, 2}}};
static ons_tensor residual(const void *data, ons_tensor_graph *g, ons_tensor points, const ons_tensor *d) {
    (void)data, (void)points;
    return ons_tensor_subtract(g, ons_tensor_add(g, d[1], ons_tensor_scale(g, d[2], 3)),
                               ons_tensor_scale(g, d[3], 0.1));
}

/* exp(-0.1 t) sin(x - 3 t), whatever the network says (0 times it: it has parameters still). */
static ons_tensor exact_form(const void *data, ons_tensor_graph *g, ons_tensor points, ons_tensor start,
                             ons_tensor raw) {
    (void)data, (void)start;
    const ons_tensor t = ons_tensor_slice(g, points, 1, 0, 1, 1), x = ons_tensor_slice(g, points, 1, 1, 2, 1);
    const ons_tensor wave = ons_tensor_sin(g, ons_tensor_subtract(g, x, ons_tensor_scale(g, t, 3)));
    const ons_tensor u = ons_tensor_multiply(g, ons_tensor_exp(g, ons_tensor_scale(g, t, -0.1)), wave);
    return ons_tensor_add(g, u, ons_tensor_scale(g, raw, 0));
}

static const ons_informed_problem transport = {.coordinates = 2,
                                               .fields = 1,
                                               .equations = 1,
                                               .period = 2 * PI,
                                               .modes = 2,
                                               .partials = partials,
                                               .partials_count = 4,
                                               .residual = residual};

enum { SLICES = 8, PLACES = 10 };
static ons_informed_options small_options(void) {
    ons_informed_options o = {.branches = 1,
                              .branch = {{.name = "network", .depth = 2, .width = 6, .outputs = 1}},
                              .points_t = SLICES,
                              .points_x = PLACES,
                              .length = 1,
                              .initial_weight = 10,
                              .optimiser = ons_optimiser_defaults(ONS_ADAM)};
    return o;
}

static ons_informed *make(const ons_informed_problem *problem, const ons_informed_options *options) {
    ons_informed *informed;
    double start[PLACES];
    if (ons_informed_create(&informed, problem, options, 7, 0)) { fail_msg("%s", ons_message()); }
    for (size_t k = 0; k < PLACES; k++) { start[k] = sin(2 * PI * (double)k / PLACES); }
    ons_informed_start(informed, start);
    return informed;
}

static void test_weights_and_loss_are_what_the_definition_says(void **state) {
    (void)state;
    for (int counts = 0; counts < 2; counts++) {
        ons_informed_options o = small_options();
        o.initial_counts = counts;
        ons_informed *informed = make(&transport, &o);
        double loss, weights[SLICES], losses[SLICES], initial, sum = 0, points[2 * PLACES], r[PLACES], u[PLACES];
        ons_informed_set_epsilon(informed, 0.2);
        assert_int_equal(ons_informed_loss(informed, &loss, weights, losses, &initial), ONS_OK);
        double before = counts ? initial : 0, start = 0;
        for (size_t i = 0; i < SLICES; i++) {
            double square = 0;
            for (size_t j = 0; j < PLACES; j++) {
                points[2 * j] = (double)i / (SLICES - 1);
                points[2 * j + 1] = 2 * PI * (double)j / PLACES;
            }
            assert_int_equal(ons_informed_residuals(informed, points, PLACES, r), ONS_OK);
            for (size_t j = 0; j < PLACES; j++) { square += r[j] * r[j] / PLACES; }
            if (i == 0) {
                assert_int_equal(ons_informed_fields(informed, points, PLACES, -1, u), ONS_OK);
                for (size_t j = 0; j < PLACES; j++) { start += pow(u[j] - sin(points[2 * j + 1]), 2); }
            }
            assert_near(losses[i], square, 1e-12);
            assert_near(weights[i], exp(-0.2 * before), 1e-12);
            before += square;
            sum += weights[i] * square / SLICES;
        }
        assert_near(initial, 10 * start / PLACES, 1e-12);
        assert_near(loss, sum + initial, 1e-12);
        ons_informed_free(informed);
    }
}

/* The loss with weights as they were at another place. */
static double held(ons_informed *informed, const double *weights) {
    double loss, losses[SLICES], initial;
    assert_int_equal(ons_informed_loss(informed, &loss, NULL, losses, &initial), ONS_OK);
    for (size_t i = 0; i < SLICES; i++) { initial += weights[i] * losses[i] / SLICES; }
    return initial;
}

static void test_gradient_holds_the_weights(void **state) {
    (void)state;
    const ons_informed_options o = small_options();
    ons_informed *informed = make(&transport, &o);
    double weights[SLICES], loss, *w = ons_informed_parameters(informed);
    const size_t count = ons_informed_parameters_count(informed);
    double *gradient = calloc(count, sizeof *gradient);
    assert_non_null(gradient);
    ons_informed_set_epsilon(informed, 0.2);
    assert_int_equal(ons_informed_loss(informed, &loss, weights, NULL, NULL), ONS_OK);
    assert_int_equal(ons_informed_gradient(informed, &loss, gradient), ONS_OK);
    for (size_t k = 0; k < count; k += 3) {
        const double kept = w[k], h = 1e-5;
        w[k] = kept + h;
        const double above = held(informed, weights);
        w[k] = kept - h;
        const double below = held(informed, weights);
        w[k] = kept;
        assert_near(gradient[k], (above - below) / (2 * h), 1e-6 * (1 + fabs(gradient[k])));
    }
    free(gradient);
    ons_informed_free(informed);
}

static void test_an_exact_solution_has_no_residual(void **state) {
    (void)state;
    ons_informed_problem problem = transport;
    ons_informed_options o = small_options();
    problem.form = exact_form;
    ons_informed *informed = make(&problem, &o);
    double loss, weights[SLICES];
    ons_informed_set_epsilon(informed, 100);
    assert_int_equal(ons_informed_loss(informed, &loss, weights, NULL, NULL), ONS_OK);
    assert_near(loss, 0, 1e-26);
    for (size_t i = 0; i < SLICES; i++) { assert_near(weights[i], 1, 1e-12); }
    ons_informed_free(informed);
}

static void copy_state(ons_informed *from, ons_informed *to) {
    static const size_t sizes[] = {sizeof(uint64_t), sizeof(double), sizeof(float)};
    ons_optimiser_array a, b;
    size_t k = 0;
    for (; ons_informed_state(from, k, &a); k++) {
        const size_t bytes = a.count * sizes[a.element];
        assert_true(ons_informed_state(to, k, &b));
        assert_int_equal(a.count, b.count);
        memcpy(b.values, a.values, bytes);
    }
    assert_false(ons_informed_state(to, k, &b));
}

static void test_a_stored_state_goes_on_with_the_same_bits(void **state) {
    (void)state;
    for (int single = 0; single < 2; single++) {
        ons_informed_options o = small_options();
        o.single = single;
        o.sampling = single ? ONS_INFORMED_SORTED : ONS_INFORMED_SHIFTED;
        o.skip = true;
        o.memory = single ? 0 : 5;
        o.branch[0].gated = single;
        ons_informed *a = make(&transport, &o), *b = make(&transport, &o);
        ons_informed_set_epsilon(a, 5);
        for (int k = 0; k < 7; k++) { assert_int_equal(ons_informed_step(a), ONS_OK); }
        assert_int_equal(ons_informed_next_window(a), ONS_OK);
        for (int k = 0; k < 3; k++) { assert_int_equal(ons_informed_step(a), ONS_OK); }
        for (int k = 0; k < 3 && !single; k++) { assert_int_equal(ons_informed_quasi_newton(a), ONS_OK); }
        copy_state(a, b);
        for (int k = 0; k < 3 && !single; k++) {
            assert_int_equal(ons_informed_quasi_newton(a), ONS_OK);
            assert_int_equal(ons_informed_quasi_newton(b), ONS_OK);
        }
        for (int k = 0; k < 5; k++) {
            assert_int_equal(ons_informed_step(a), ONS_OK);
            assert_int_equal(ons_informed_step(b), ONS_OK);
        }
        const size_t bytes = ons_informed_parameters_count(a) * (single ? sizeof(float) : sizeof(double));
        assert_memory_equal(ons_informed_parameters(a), ons_informed_parameters(b), bytes);
        ons_informed_free(a);
        ons_informed_free(b);
    }
}

/* Slices without weight may be left out: first iterations from one start, with and without. */
static void test_slices_without_weight_do_not_matter(void **state) {
    (void)state;
    ons_informed_options o = small_options();
    ons_informed *all = make(&transport, &o);
    o.skip = true;
    ons_informed *few = make(&transport, &o);
    ons_informed_set_epsilon(all, 1e4);
    ons_informed_set_epsilon(few, 1e4);
    for (int k = 0; k < 20; k++) {
        assert_int_equal(ons_informed_step(all), ONS_OK);
        assert_int_equal(ons_informed_step(few), ONS_OK);
        assert_near(ons_informed_last_loss(few), ons_informed_last_loss(all), 1e-5);
    }
    assert_true(ons_informed_least_weight(few) < 1e-6);
    ons_informed_free(all);
    ons_informed_free(few);
}

static void test_lanczos_finds_the_top_of_the_hessian(void **state) {
    (void)state;
    ons_informed_options o = small_options();
    o.branch[0].width = 3;
    ons_informed *informed = make(&transport, &o);
    const size_t n = ons_informed_parameters_count(informed);
    double *w = ons_informed_parameters(informed), loss, top, off;
    double *hessian = calloc(n * n, sizeof *hessian), *above = calloc(3 * n, sizeof *above);
    assert_true(hessian && above);
    double *below = above + n, *values = below + n;
    for (size_t k = 0; k < n; k++) {
        const double kept = w[k], h = 1e-5;
        w[k] = kept + h;
        assert_int_equal(ons_informed_gradient(informed, &loss, above), ONS_OK);
        w[k] = kept - h;
        assert_int_equal(ons_informed_gradient(informed, &loss, below), ONS_OK);
        w[k] = kept;
        for (size_t i = 0; i < n; i++) { hessian[k * n + i] = (above[i] - below[i]) / (2 * h); }
    }
    assert_int_equal(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', (lapack_int)n, hessian, (lapack_int)n, values), 0);
    const double exact = fabs(values[0]) > values[n - 1] ? values[0] : values[n - 1];
    assert_int_equal(ons_informed_curvature(informed, 60, 1e-8, &top, &off), ONS_OK);
    assert_near(top, exact, 1e-5 * fabs(exact));
    assert_int_equal(ons_informed_curvature(informed, 2, 1e-12, &top, &off), ONS_FAILED);
    free(hessian);
    free(above);
    ons_informed_free(informed);
}

/* ---- equations in time ----------------------------------------------------------------------------------------------
 */

static ons_tensor decay(const void *data, ons_tensor_graph *g, ons_tensor points, const ons_tensor *d) {
    (void)data, (void)points;
    return ons_tensor_add(g, d[1], d[0]);
}
static ons_tensor from_start(const void *data, ons_tensor_graph *g, ons_tensor points, ons_tensor start,
                             ons_tensor raw) {
    (void)data;
    return ons_tensor_add(g, start, ons_tensor_multiply(g, points, raw));
}

/* u' = -u from 2 on, in two windows, is 2 exp(-t). */
static void test_windows_solve_an_equation(void **state) {
    (void)state;
    const ons_partial orders[] = {{{0}}, {{1}}};
    const ons_informed_problem problem = {.coordinates = 1,
                                          .fields = 1,
                                          .equations = 1,
                                          .partials = orders,
                                          .partials_count = 2,
                                          .form = from_start,
                                          .residual = decay};
    const ons_informed_options o = {.branches = 1,
                                    .branch = {{.name = "network", .depth = 2, .width = 8, .outputs = 1}},
                                    .points_t = 16,
                                    .points_x = 1,
                                    .length = 0.5,
                                    .beyond = 0.1,
                                    .memory = 20,
                                    .optimiser = ons_optimiser_defaults(ONS_ADAM)};
    ons_informed *informed;
    assert_int_equal(ons_informed_create(&informed, &problem, &o, 1, 0), ONS_OK);
    ons_informed_start(informed, (const double[]){2});
    for (int window = 0; window < 2; window++) {
        ons_status status = ONS_OK;
        for (int k = 0; k < 300 && !status; k++) { status = ons_informed_quasi_newton(informed); }
        assert_true(status == ONS_OK || status == ONS_DONE);
        double u[3];
        assert_int_equal(ons_informed_fields(informed, (const double[]){0, 0.25, 0.5}, 3, -1, u), ONS_OK);
        for (int k = 0; k < 3; k++) { assert_near(u[k], 2 * exp(-0.5 * window - 0.25 * k), 1e-4); }
        if (!window) { assert_int_equal(ons_informed_next_window(informed), ONS_OK); }
    }
    ons_informed_free(informed);
}

static void test_bad_options_are_refused(void **state) {
    (void)state;
    ons_informed *informed;
    ons_informed_options o = small_options();
    o.branch[0].outputs = 2;
    assert_int_equal(ons_informed_create(&informed, &transport, &o, 1, 0), ONS_INVALID);
    o = small_options();
    o.length = 0;
    assert_int_equal(ons_informed_create(&informed, &transport, &o, 1, 0), ONS_INVALID);
    o = small_options();
    o.memory = 5;
    o.single = true;
    assert_int_equal(ons_informed_create(&informed, &transport, &o, 1, 0), ONS_INVALID);
    assert_null(informed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_and_loss_are_what_the_definition_says),
        cmocka_unit_test(test_gradient_holds_the_weights),
        cmocka_unit_test(test_an_exact_solution_has_no_residual),
        cmocka_unit_test(test_a_stored_state_goes_on_with_the_same_bits),
        cmocka_unit_test(test_slices_without_weight_do_not_matter),
        cmocka_unit_test(test_lanczos_finds_the_top_of_the_hessian),
        cmocka_unit_test(test_windows_solve_an_equation),
        cmocka_unit_test(test_bad_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
