/*
 * Optimisers against closed forms: trajectories on quadratics, steps worked out by hand, Rosenbrock's valley, least
 * squares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning/optimiser.h>

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance)) { fail_msg("%.17g is not %.17g within %g", a, b, tolerance); }
}

static ons_optimiser *make(const ons_optimiser_settings *settings, size_t count, const ons_parameter_group *groups,
                           size_t group_count) {
    ons_optimiser *optimiser;
    assert_int_equal(ons_optimiser_create(&optimiser, settings, count, groups, group_count), ONS_OK);
    return optimiser;
}

/* ---- closed forms -------------------------------------------------------------------------------------------------
 */

/* On a w^2/2: w_t = (1 - r a)^t w_0. */
static void test_descent_on_a_quadratic_is_geometric(void **state) {
    const double a[] = {0.5, 1, 3, 7};
    double w[] = {1, -2, 3, 0.25}, g[4];
    ons_optimiser_settings s = {.rate = 0.2};
    ons_optimiser *o = make(&s, 4, NULL, 0);
    for (int t = 0; t < 50; t++) {
        for (int k = 0; k < 4; k++) { g[k] = a[k] * w[k]; }
        assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK);
    }
    const double start[] = {1, -2, 3, 0.25};
    for (int k = 0; k < 4; k++) { near(w[k], start[k] * pow(1 - 0.2 * a[k], 50), 1e-13); }
    assert_int_equal(ons_optimiser_steps(o), 50);
    ons_optimiser_free(o);
}

/* Heavy ball: w_{t+1} = (1 + mu - r a) w_t - mu w_{t-1} with w_1 = (1 - r a) w_0: roots z of z^2 - (1 + mu - r a) z +
 * mu. Nesterov: z^2 - (1 + mu)(1 - r a) z + mu (1 - r a), w_1 = (1 - r a (1 + mu)) w_0. */
static void momentum_on_a_quadratic(bool nesterov) {
    const double a = 2, r = 0.1, mu = 0.8;
    const double sum = nesterov ? (1 + mu) * (1 - r * a) : 1 + mu - r * a;
    const double product = nesterov ? mu * (1 - r * a) : mu;
    const double complex root = csqrt(sum * sum - 4 * product), z1 = (sum + root) / 2, z2 = (sum - root) / 2;
    const double first = nesterov ? 1 - r * a * (1 + mu) : 1 - r * a;
    const double complex c1 = (first - z2) / (z1 - z2), c2 = 1 - c1;
    ons_optimiser_settings s = {.method = ONS_MOMENTUM, .rate = r, .momentum = mu, .nesterov = nesterov};
    double w = 1;
    ons_optimiser *o = make(&s, 1, NULL, 0);
    for (int t = 1; t <= 60; t++) {
        const double g = a * w;
        assert_int_equal(ons_optimiser_step(o, &w, &g), ONS_OK);
        near(w, creal(c1 * cpow(z1, t) + c2 * cpow(z2, t)), 1e-13);
    }
    ons_optimiser_free(o);
}

static void test_momentum_on_a_quadratic_follows_its_roots(void **state) {
    momentum_on_a_quadratic(false);
    momentum_on_a_quadratic(true);
}

/* With a constant gradient both corrected moments are constant: every step of Adam is r g/(|g| + epsilon). */
static void test_adam_in_a_constant_gradient_moves_evenly(void **state) {
    const double g[] = {3, -1e-3, 1e-9};
    double w[] = {0, 0, 0};
    for (int amsgrad = 0; amsgrad < 2; amsgrad++) {
        ons_optimiser_settings s = ons_optimiser_defaults(ONS_ADAM);
        s.rate = 0.01;
        s.amsgrad = amsgrad;
        memset(w, 0, sizeof w);
        ons_optimiser *o = make(&s, 3, NULL, 0);
        for (int t = 0; t < 100; t++) { assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK); }
        for (int k = 0; k < 3; k++) { near(w[k], -100 * 0.01 * g[k] / (fabs(g[k]) + 1e-8), 1e-12); }
        ons_optimiser_free(o);
    }
}

/* Gradients 1 and then 0: m_2 = b1 (1 - b1), v_2 = b2 (1 - b2) without amsgrad, (1 - b2) with it. */
static void test_amsgrad_keeps_the_largest_second_moment(void **state) {
    for (int amsgrad = 0; amsgrad < 2; amsgrad++) {
        const double b1 = 0.9, b2 = 0.99, r = 0.1;
        ons_optimiser_settings s = {
            .method = ONS_ADAM, .rate = r, .beta1 = b1, .beta2 = b2, .amsgrad = amsgrad, .epsilon = 0};
        double w = 0, g = 1;
        ons_optimiser *o = make(&s, 1, NULL, 0);
        assert_int_equal(ons_optimiser_step(o, &w, &g), ONS_OK);
        near(w, -r, 1e-15);
        g = 0;
        assert_int_equal(ons_optimiser_step(o, &w, &g), ONS_OK);
        const double m = b1 * (1 - b1) / (1 - b1 * b1), v = (amsgrad ? 1 - b2 : b2 * (1 - b2)) / (1 - b2 * b2);
        near(w, -r - r * m / sqrt(v), 1e-14);
        ons_optimiser_free(o);
    }
}

/* Without a gradient only the decay acts. */
static void test_three_couplings_of_decay(void **state) {
    const double zero = 0, decay = 0.3, r = 0.05;
    const double expected[] = {pow(1 - r * decay, 20), pow(1 - r * decay, 20), pow(1 - decay, 20)};
    for (int c = 0; c < 3; c++) {
        ons_optimiser_settings s = {.rate = r, .decay = decay, .coupling = (ons_decay_coupling)c};
        double w = 2;
        ons_optimiser *o = make(&s, 1, NULL, 0);
        for (int t = 0; t < 20; t++) { assert_int_equal(ons_optimiser_step(o, &w, &zero), ONS_OK); }
        near(w, 2 * expected[c], 1e-14);
        ons_optimiser_free(o);
    }
    /* Adam rescales a penalty: with the gradient 0 the first step is r sign(w) whatever the decay. */
    ons_optimiser_settings s = ons_optimiser_defaults(ONS_ADAM);
    s.coupling = ONS_DECAY_GRADIENT;
    s.decay = decay;
    s.epsilon = 0;
    double w = 2;
    ons_optimiser *o = make(&s, 1, NULL, 0);
    assert_int_equal(ons_optimiser_step(o, &w, &zero), ONS_OK);
    near(w, 2 - s.rate, 1e-15);
    ons_optimiser_free(o);
}

static void test_schedules(void **state) {
    const ons_schedule exponential = {.kind = ONS_SCHEDULE_EXPONENTIAL, .length = 10, .factor = 0.5};
    near(ons_schedule_value(&exponential, 5), sqrt(0.5), 1e-15);
    const ons_schedule stairs = {.kind = ONS_SCHEDULE_STEP, .length = 10, .factor = 0.1, .floor = 0.005};
    assert_true(ons_schedule_value(&stairs, 9) == 1);
    near(ons_schedule_value(&stairs, 10), 0.1, 1e-16);
    near(ons_schedule_value(&stairs, 1000), 0.005, 0);
    const ons_schedule cosine = {.kind = ONS_SCHEDULE_COSINE, .length = 100, .floor = 0.2, .warmup = 4};
    near(ons_schedule_value(&cosine, 0), 0.25, 0);
    near(ons_schedule_value(&cosine, 3), 1, 0);
    near(ons_schedule_value(&cosine, 4), 1, 0);
    near(ons_schedule_value(&cosine, 54), 0.6, 1e-15);
    near(ons_schedule_value(&cosine, 104), 0.2, 1e-15);
    near(ons_schedule_value(&cosine, 5000), 0.2, 1e-15);
    const ons_schedule root = {.kind = ONS_SCHEDULE_ROOT, .length = 1};
    near(ons_schedule_value(&root, 3), 0.5, 0);
    const ons_schedule linear = {.kind = ONS_SCHEDULE_LINEAR, .length = 8};
    near(ons_schedule_value(&linear, 2), 0.75, 0);
    assert_int_equal(ons_schedule_check(&(ons_schedule){.kind = ONS_SCHEDULE_COSINE}), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "length"));
}

/* ---- groups, clipping, averages -----------------------------------------------------------------------------------
 */

static void test_groups_masks_and_frozen_parameters(void **state) {
    const uint8_t mask[] = {1, 0, 1};
    const ons_parameter_group groups[] = {{.name = "slow", .first = 4, .count = 2, .rate = 0.1, .decay = 0},
                                          {.name = "masked", .first = 0, .count = 3, .rate = 1, .mask = mask},
                                          {.name = "frozen", .first = 6, .count = 1, .rate = 0}};
    const ons_optimiser_method methods[] = {ONS_SGD, ONS_MOMENTUM, ONS_ADAM};
    for (int k = 0; k < 3; k++) {
        ons_optimiser_settings s = {.method = methods[k], .rate = 0.5, .momentum = 0.5, .average = 0.75};
        double w[] = {1, 1, 1, 1, 1, 1, 1, 1}, g[] = {2, 2, 2, 2, 2, 2, 2, 2};
        g[6] = NAN; /* nobody asks */
        ons_optimiser *o = make(&s, 8, groups, 3);
        assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK);
        const double full = methods[k] == ONS_ADAM ? 0.5 : 1,
                     expected[] = {1 - full, 1, 1 - full, 1, 1 - full / 10, 1 - full / 10, 1, 1};
        for (int i = 0; i < 8; i++) { near(w[i], expected[i], 1e-15); }
        near(ons_optimiser_norm(o), sqrt(4 * 4), 1e-15);
        const double *average = ons_optimiser_average(o);
        for (int i = 0; i < 8; i++) { near(average[i], 0.75 + 0.25 * expected[i], 1e-15); }
        ons_optimiser_free(o);
    }
}

static void test_clipping_by_norm_and_by_element(void **state) {
    ons_optimiser_settings s = {.rate = 1, .clip = 1};
    double w[] = {0, 0};
    const double g[] = {3, -4};
    ons_optimiser *o = make(&s, 2, NULL, 0);
    assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK);
    near(w[0], -0.6, 1e-15);
    near(w[1], 0.8, 1e-15);
    near(ons_optimiser_norm(o), 5, 0);
    ons_optimiser_free(o);
    s = (ons_optimiser_settings){.rate = 1, .clip_element = 3.5};
    o = make(&s, 2, NULL, 0);
    w[0] = w[1] = 0;
    assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK);
    near(w[0], -3, 0);
    near(w[1], 3.5, 0);
    ons_optimiser_free(o);
}

/* On a w^2/2 the gradient at w + rho sign(w) is a (w + rho sign w). */
static void test_sharpness_aware_step(void **state) {
    ons_optimiser_settings s = {.rate = 0.1};
    double w = 2, g = 3 * w;
    ons_optimiser *o = make(&s, 1, NULL, 0);
    assert_int_equal(ons_optimiser_ascend(o, &w, &g, 0.05), ONS_OK);
    near(w, 2.05, 1e-15);
    g = 3 * w;
    assert_int_equal(ons_optimiser_step(o, &w, &g), ONS_OK);
    near(w, 2 - 0.1 * 3 * 2.05, 1e-15);
    assert_int_equal(ons_optimiser_ascend(o, &w, &g, 0.05), ONS_OK);
    g = NAN;
    assert_int_equal(ons_optimiser_step(o, &w, &g), ONS_FAILED);
    near(w, 2 - 0.1 * 3 * 2.05, 1e-15);
    ons_optimiser_free(o);
}

static void test_a_gradient_that_is_not_finite_is_named(void **state) {
    const ons_parameter_group groups[] = {{.name = "first.weight", .first = 0, .count = 3, .rate = 1},
                                          {.name = "second.bias", .first = 3, .count = 2, .rate = 1}};
    ons_optimiser_settings s = ons_optimiser_defaults(ONS_ADAM);
    double w[] = {1, 2, 3, 4, 5}, g[] = {0, 0, 0, 0, 0};
    ons_optimiser *o = make(&s, 5, groups, 2);
    assert_int_equal(ons_optimiser_step(o, w, g), ONS_OK);
    g[4] = -INFINITY;
    assert_int_equal(ons_optimiser_step(o, w, g), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "step 1: "));
    assert_non_null(strstr(ons_message(), "element 1 of the group second.bias"));
    for (int k = 0; k < 5; k++) { near(w[k], k + 1, 0); }
    assert_int_equal(ons_optimiser_steps(o), 1);
    ons_optimiser_free(o);
}

static void test_refusals(void **state) {
    ons_optimiser *o;
    ons_optimiser_settings s = {.rate = -1};
    assert_int_equal(ons_optimiser_create(&o, &s, 1, NULL, 0), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "learning rate is -1"));
    s = (ons_optimiser_settings){.beta2 = 1};
    assert_int_equal(ons_optimiser_create(&o, &s, 1, NULL, 0), ONS_INVALID);
    s = (ons_optimiser_settings){.rate = 1};
    const ons_parameter_group overlap[] = {{.name = "b", .first = 2, .count = 2, .rate = 1},
                                           {.name = "a", .first = 0, .count = 3, .rate = 1}};
    assert_int_equal(ons_optimiser_create(&o, &s, 4, overlap, 2), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "the group b begins at element 2, inside the group a"));
    assert_int_equal(ons_optimiser_create(&o, &s, 3, overlap, 1), ONS_INVALID);
    assert_null(o);
}

/* Half way the state goes through its arrays into another optimiser: the same bits follow. Single precision too. */
static void test_state_continues_with_the_same_bits(void **state) {
    enum { COUNT = 37 };
    ons_optimiser_settings s = ons_optimiser_defaults(ONS_ADAM);
    s.amsgrad = true;
    s.average = 0.9;
    s.single = true;
    s.schedule = (ons_schedule){.kind = ONS_SCHEDULE_COSINE, .length = 30, .warmup = 5};
    float w[2][COUNT], g[COUNT];
    ons_optimiser *o[2] = {make(&s, COUNT, NULL, 0), NULL};
    for (int i = 0; i < COUNT; i++) { w[0][i] = (float)(i % 5) - 2; }
    for (int t = 0; t < 40; t++) {
        if (t == 17) {
            o[1] = make(&s, COUNT, NULL, 0);
            memcpy(w[1], w[0], sizeof w[0]);
            ons_optimiser_array from, to;
            size_t k = 0;
            for (; ons_optimiser_state(o[0], k, &from); k++) {
                assert_true(ons_optimiser_state(o[1], k, &to));
                assert_int_equal(from.count, to.count);
                const size_t width = from.element == ONS_OPTIMISER_SINGLE ? 4 : 8;
                memcpy(to.values, from.values, width * from.count);
            }
            assert_int_equal(k, 6);
        }
        for (int copy = 0; copy < 2 && o[copy]; copy++) {
            for (int i = 0; i < COUNT; i++) { g[i] = w[copy][i] * (float)(1 + i) + (float)(t % 3); }
            assert_int_equal(ons_optimiser_step(o[copy], w[copy], g), ONS_OK);
        }
    }
    assert_memory_equal(w[0], w[1], sizeof w[0]);
    assert_memory_equal(ons_optimiser_average(o[0]), ons_optimiser_average(o[1]), sizeof w[0]);
    ons_optimiser_free(o[0]);
    ons_optimiser_free(o[1]);
}

/* ---- functions
 * -------------------------------------------------------------------------------------------------------
 */

/* Rosenbrock's valley in n dimensions; its minimum is 0 at 1. */
static ons_status rosenbrock(void *data, const double *w, double *loss, double *gradient) {
    const size_t n = *(const size_t *)data;
    *loss = 0;
    if (gradient) { memset(gradient, 0, n * sizeof *gradient); }
    for (size_t k = 0; k + 1 < n; k++) {
        const double a = w[k + 1] - w[k] * w[k], b = 1 - w[k];
        *loss += 100 * a * a + b * b;
        if (!gradient) { continue; }
        gradient[k] += -400 * a * w[k] - 2 * b;
        gradient[k + 1] += 200 * a;
    }
    return ONS_OK;
}

static void test_lbfgs_finds_the_end_of_rosenbrocks_valley(void **state) {
    for (size_t n = 2; n <= 50; n += 12) {
        double w[50];
        for (size_t k = 0; k < n; k++) { w[k] = k % 2 ? 1 : -1.2; }
        ons_lbfgs *l;
        assert_int_equal(ons_lbfgs_create(&l, &(ons_lbfgs_settings){0}, n), ONS_OK);
        double last = INFINITY;
        ons_status status = ONS_OK;
        int steps = 0;
        while (status == ONS_OK && steps++ < 1000) {
            status = ons_lbfgs_step(l, rosenbrock, &n, w);
            assert_true(ons_lbfgs_loss(l) <= last);
            last = ons_lbfgs_loss(l);
        }
        assert_int_equal(status, ONS_DONE);
        for (size_t k = 0; k < n; k++) { near(w[k], 1, 1e-7); }
        assert_true(ons_lbfgs_evaluations(l) < 100 + 30 * n);
        ons_lbfgs_free(l);
    }
}

static ons_status ellipse(void *data, const double *w, double *loss, double *gradient) {
    *loss = 0;
    for (size_t k = 0; k < 6; k++) {
        const double a = (double)(k + 1), off = w[k] - a;
        *loss += a * off * off / 2;
        if (gradient) { gradient[k] = a * off; }
    }
    return ONS_OK;
}

/* Every accepted step satisfies both conditions; the state through its arrays gives the same bits. */
static void test_lbfgs_steps_satisfy_the_wolfe_conditions_and_continue(void **state) {
    double w[6] = {0}, other[6];
    ons_lbfgs *l, *m;
    assert_int_equal(ons_lbfgs_create(&l, &(ons_lbfgs_settings){.memory = 3, .curvature = 0.1}, 6), ONS_OK);
    assert_int_equal(ons_lbfgs_create(&m, &(ons_lbfgs_settings){.memory = 3, .curvature = 0.1}, 6), ONS_OK);
    for (int t = 0; t < 12; t++) {
        double before[6], g0[6], g1[6], f0, f1, along = 0, after = 0;
        memcpy(before, w, sizeof w);
        ellipse(NULL, before, &f0, g0);
        const ons_status status = ons_lbfgs_step(l, ellipse, NULL, w);
        if (status == ONS_DONE) { break; }
        assert_int_equal(status, ONS_OK);
        ellipse(NULL, w, &f1, g1);
        for (int k = 0; k < 6; k++) {
            along += g0[k] * (w[k] - before[k]);
            after += g1[k] * (w[k] - before[k]);
        }
        assert_true(f1 <= f0 + 1e-4 * along + 1e-15);
        assert_true(fabs(after) <= 0.1 * fabs(along) + 1e-15);
        near(ons_lbfgs_loss(l), f1, 0);
        if (t == 4) {
            ons_optimiser_array from, to;
            for (size_t k = 0; ons_lbfgs_state(l, k, &from) && ons_lbfgs_state(m, k, &to); k++) {
                memcpy(to.values, from.values, 8 * from.count);
            }
            memcpy(other, w, sizeof w);
        }
        if (t > 4) { assert_int_equal(ons_lbfgs_step(m, ellipse, NULL, other), ONS_OK); }
        if (t > 4) { assert_memory_equal(other, w, sizeof w); }
    }
    for (size_t k = 0; k < 6; k++) { near(w[k], (double)(k + 1), 1e-9); }
    ons_lbfgs_free(l);
    ons_lbfgs_free(m);
}

static ons_status broken(void *data, const double *w, double *loss, double *gradient) {
    *loss = NAN;
    if (gradient) { gradient[0] = 0; }
    return ONS_OK;
}

static void test_lbfgs_refuses_a_loss_that_is_not_finite(void **state) {
    ons_lbfgs *l;
    double w = 0;
    assert_int_equal(ons_lbfgs_create(&l, &(ons_lbfgs_settings){0}, 1), ONS_OK);
    assert_int_equal(ons_lbfgs_step(l, broken, NULL, &w), ONS_FAILED);
    ons_lbfgs_free(l);
}

/* Rosenbrock as residuals 10 (y - x^2), 1 - x, and lines through points: y = a + b x. */
static ons_status valley(void *data, const double *w, double *r, double *jacobian) {
    r[0] = 10 * (w[1] - w[0] * w[0]);
    r[1] = 1 - w[0];
    if (jacobian) {
        const double j[] = {-20 * w[0], 10, -1, 0};
        memcpy(jacobian, j, sizeof j);
    }
    return ONS_OK;
}

static ons_status line(void *data, const double *w, double *r, double *jacobian) {
    static const double x[] = {0, 1, 2, 3}, y[] = {1, 3, 2, 5};
    for (int i = 0; i < 4; i++) {
        r[i] = w[0] + w[1] * x[i] - y[i];
        if (jacobian) {
            jacobian[2 * i] = 1;
            jacobian[2 * i + 1] = x[i];
        }
    }
    return ONS_OK;
}

/* One residual, three parameters: the smallest step that makes it 0 is along the row. */
static ons_status plane(void *data, const double *w, double *r, double *jacobian) {
    r[0] = w[0] + 2 * w[1] + 2 * w[2] - 9;
    if (jacobian) {
        jacobian[0] = 1;
        jacobian[1] = jacobian[2] = 2;
    }
    return ONS_OK;
}

static void test_least_squares_of_residuals(void **state) {
    ons_levenberg l;
    double w[3] = {0, 0, 0};
    /* One step of Gauss and Newton solves what is linear: a = 1.1, b = 1.1 (normal equations by hand). */
    assert_int_equal(ons_levenberg_init(&l, 2, 4, true), ONS_OK);
    assert_int_equal(ons_levenberg_step(&l, line, NULL, w), ONS_OK);
    near(w[0], 1.1, 1e-13);
    near(w[1], 1.1, 1e-13);
    near(l.loss, 2.7 / 2, 1e-13);
    ons_levenberg_free(&l);
    memset(w, 0, sizeof w);
    assert_int_equal(ons_levenberg_init(&l, 3, 1, true), ONS_OK);
    assert_int_equal(ons_levenberg_step(&l, plane, NULL, w), ONS_OK);
    near(w[0], 1, 1e-13);
    near(w[1], 2, 1e-13);
    near(w[2], 2, 1e-13);
    ons_levenberg_free(&l);
    for (int newton = 0; newton < 2; newton++) {
        w[0] = -1.2;
        w[1] = 1;
        assert_int_equal(ons_levenberg_init(&l, 2, 2, newton), ONS_OK);
        int steps = 0;
        while (steps++ < 100 && ons_levenberg_step(&l, valley, NULL, w) == ONS_OK) {}
        assert_true(steps < 60);
        near(w[0], 1, 1e-9);
        near(w[1], 1, 1e-9);
        ons_levenberg_free(&l);
    }
}

/* Damped steps with more parameters than residuals are those of the other form: compared at a fixed damping. */
static void test_both_forms_of_the_damped_step_agree(void **state) {
    double w[3] = {0, 0, 0};
    ons_levenberg l;
    assert_int_equal(ons_levenberg_init(&l, 3, 1, false), ONS_OK);
    l.damping = 0.5;
    assert_int_equal(ons_levenberg_step(&l, plane, NULL, w), ONS_OK);
    /* (J^T J + 1/2) step = 9 J^T has step = 9 J^T/(9 + 1/2). */
    near(w[0], 9 / 9.5, 1e-14);
    near(w[1], 18 / 9.5, 1e-14);
    near(w[2], 18 / 9.5, 1e-14);
    ons_levenberg_free(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descent_on_a_quadratic_is_geometric),
        cmocka_unit_test(test_momentum_on_a_quadratic_follows_its_roots),
        cmocka_unit_test(test_adam_in_a_constant_gradient_moves_evenly),
        cmocka_unit_test(test_amsgrad_keeps_the_largest_second_moment),
        cmocka_unit_test(test_three_couplings_of_decay),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_groups_masks_and_frozen_parameters),
        cmocka_unit_test(test_clipping_by_norm_and_by_element),
        cmocka_unit_test(test_sharpness_aware_step),
        cmocka_unit_test(test_a_gradient_that_is_not_finite_is_named),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_state_continues_with_the_same_bits),
        cmocka_unit_test(test_lbfgs_finds_the_end_of_rosenbrocks_valley),
        cmocka_unit_test(test_lbfgs_steps_satisfy_the_wolfe_conditions_and_continue),
        cmocka_unit_test(test_lbfgs_refuses_a_loss_that_is_not_finite),
        cmocka_unit_test(test_least_squares_of_residuals),
        cmocka_unit_test(test_both_forms_of_the_damped_step_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
