/*
 * The network with quadratic units: closed dynamics against the weights themselves, exact losses against samples, the
 * tangent kernel against its definition, the lazy limit against the kernel's gradient flow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning/quadratic.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance)) { fail_msg("%.17g is not %.17g within %g", a, b, tolerance); }
}

static const ons_quadratic_settings small = {
    .inputs = 7, .examples = 20, .units = 12, .alpha = 0.7, .epsilon = 0.6, .rate = 1.5, .target = 1, .weights = 1};

static ons_quadratic made(const ons_quadratic_settings *settings, uint32_t seed, double *weights) {
    ons_quadratic q;
    ons_random points = ons_random_stream(seed, 0, 0), teacher = ons_random_stream(seed, 0, 1);
    ons_random start = ons_random_stream(seed, 0, 2);
    assert_int_equal(ons_quadratic_init(&q, settings, &points, &teacher, &start, weights), ONS_OK);
    return q;
}

static void moments_of(const ons_quadratic_settings *s, const double *weights, double *mean, double *moment) {
    const size_t n = s->inputs;
    memset(mean, 0, n * sizeof *mean);
    memset(moment, 0, n * n * sizeof *moment);
    for (size_t u = 0; u < s->units; u++) {
        const double *w = weights + u * n;
        for (size_t i = 0; i < n; i++) {
            mean[i] += w[i] / (double)s->units;
            for (size_t j = 0; j < n; j++) { moment[i * n + j] += w[i] * w[j] / (double)s->units; }
        }
    }
}

/* Several sizes: one strip and many, more units than inputs and fewer. */
static void test_moments_follow_descent_on_the_weights(void **state) {
    const size_t sizes[][3] = {{7, 20, 12}, {1, 3, 4}, {40, 60, 9}, {131, 30, 20}};
    for (size_t k = 0; k < 4; k++) {
        ons_quadratic_settings s = small;
        s.inputs = sizes[k][0];
        s.examples = sizes[k][1];
        s.units = sizes[k][2];
        s.rate = (double)s.units / 10;
        double *weights = ONS_NEW(double, s.units *s.inputs), *first = ONS_NEW(double, s.units *s.inputs);
        double *mean = ONS_NEW(double, s.inputs), *moment = ONS_NEW(double, s.inputs *s.inputs);
        ons_quadratic q = made(&s, 5, weights);
        memcpy(first, weights, s.units * s.inputs * sizeof *first);
        double start = q.train;
        for (int t = 0; t < 100; t++) {
            ons_quadratic_step(&q);
            assert_int_equal(ons_quadratic_step_weights(&q, weights), ONS_OK);
        }
        assert_true(q.train < 0.9 * start);
        moments_of(&s, weights, mean, moment);
        for (size_t i = 0; i < s.inputs; i++) { near(q.mean[i], mean[i], 1e-10); }
        for (size_t i = 0; i < s.inputs * s.inputs; i++) { near(q.moment[i], moment[i], 1e-10); }
        double moved = 0;
        for (size_t i = 0; i < s.units * s.inputs; i++) {
            moved += (weights[i] - first[i]) * (weights[i] - first[i]) / (double)s.units;
        }
        near(ons_quadratic_movement(&q), sqrt(moved), 1e-10);
        free(weights);
        free(first);
        free(mean);
        free(moment);
        ons_quadratic_free(&q);
    }
}

/* 4 10^5 samples, standard error taken from them; 6 of them: false alarm below 1e-8. */
static void test_loss_is_the_mean_over_gaussian_inputs(void **state) {
    for (int centred = 0; centred < 2; centred++) {
        ons_quadratic_settings s = small;
        s.centred = centred;
        s.target = centred ? 0.5 : 1;
        ons_quadratic q = made(&s, 11, NULL);
        for (int t = 0; t < 30; t++) { ons_quadratic_step(&q); }
        ons_random random = ons_random_stream(12, 0, 0);
        double sum = 0, squares = 0, x[7];
        const int samples = 400000;
        for (int k = 0; k < samples; k++) {
            for (size_t i = 0; i < 7; i++) { x[i] = ons_random_normal(&random) / sqrt(7); }
            const double error = ons_quadratic_error(&q, x), square = error * error;
            sum += square;
            squares += square * square;
        }
        const double mean = sum / samples, error = sqrt((squares / samples - mean * mean) / samples);
        const ons_quadratic_loss loss = ons_quadratic_test(&q);
        near(loss.total, mean, 6 * error);
        assert_true(error < 0.01 * mean);
        near(loss.total, loss.linear + loss.constant + loss.signal + loss.misalignment + loss.variance,
             1e-13 * loss.total);
        /* on the training points the same function gives the training loss */
        double train = 0;
        for (size_t p = 0; p < s.examples; p++) {
            const double e = ons_quadratic_error(&q, q.x + p * 7);
            train += e * e / (double)s.examples;
        }
        near(train, q.train, 1e-12 * train);
        ons_quadratic_free(&q);
    }
}

/* Only the spurious linear part is left when Q = 0. */
static void test_parts_of_the_loss(void **state) {
    ons_quadratic q = made(&small, 3, NULL);
    const size_t n = small.inputs;
    double beta2 = 0, power = 0;
    for (size_t i = 0; i < n; i++) {
        beta2 += q.beta[i] * q.beta[i];
        power += q.mean[i] * q.mean[i];
        for (size_t j = 0; j < n; j++) {
            q.moment[i * n + j] = 2 / (small.alpha * small.epsilon) * q.beta[i] * q.beta[j];
        }
    }
    ons_quadratic_loss loss = ons_quadratic_test(&q);
    near(loss.total, small.alpha * small.alpha * power / (double)n, 1e-12);
    near(loss.signal + loss.misalignment + loss.variance + loss.constant, 0, 1e-12);
    near(ons_quadratic_alignment(&q), 1, 1e-13);
    for (size_t i = 0; i < n * n; i++) { q.moment[i] *= 1.5; } /* Q = beta beta^T/2 */
    loss = ons_quadratic_test(&q);
    near(loss.signal, beta2 * beta2 / 2 / (double)(n * n), 1e-12 * beta2 * beta2);
    near(loss.constant, beta2 * beta2 / 4 / (double)(n * n), 1e-12 * beta2 * beta2);
    near(loss.misalignment + loss.variance, 0, 1e-12 * beta2 * beta2);
    ons_quadratic_free(&q);
}

static double slope_of(const double *w, const double *x, size_t n) {
    double field = 0;
    for (size_t i = 0; i < n; i++) { field += w[i] * x[i]; }
    return 1 + small.epsilon * field;
}

static void test_tangent_kernel_is_the_mean_over_units(void **state) {
    double weights[12 * 7], kernel[20 * 20];
    ons_quadratic q = made(&small, 8, weights);
    for (int t = 0; t < 10; t++) {
        ons_quadratic_step(&q);
        ons_quadratic_step_weights(&q, weights);
    }
    assert_int_equal(ons_quadratic_kernel(&q, false, kernel), ONS_OK);
    for (size_t a = 0; a < 20; a++) {
        for (size_t b = 0; b < 20; b++) {
            double product = 0, slopes = 0;
            for (size_t i = 0; i < 7; i++) { product += q.x[a * 7 + i] * q.x[b * 7 + i]; }
            for (size_t u = 0; u < 12; u++) {
                slopes += slope_of(weights + u * 7, q.x + a * 7, 7) * slope_of(weights + u * 7, q.x + b * 7, 7) / 12;
            }
            near(kernel[a * 20 + b], product * slopes, 1e-12);
        }
    }
    ons_quadratic_free(&q);
}

/* Where the kernel's features (7 linear, 28 quadratic) are fewer than the points, regression finds the target. */
static void test_kernel_regression_is_exact_with_enough_points(void **state) {
    ons_quadratic_settings s = small;
    s.examples = 120;
    s.units = 200;
    ons_quadratic q = made(&s, 21, NULL);
    ons_quadratic_kernels kernels;
    assert_int_equal(ons_quadratic_judge_kernel(&q, 1e-10, &kernels), ONS_OK);
    assert_true(kernels.regression < 1e-8);
    near(kernels.change, 0, 0);
    assert_true(kernels.alignment > 0 && kernels.alignment < 1);
    ons_quadratic_free(&q);
}

/* The linearised steps against (1 - c K)^t by eigenvalues, and a full network of large alpha against both. */
static void test_lazy_limit(void **state) {
    ons_quadratic_settings s = small;
    s.linearised = true;
    ons_quadratic steps = made(&s, 9, NULL), lazy = made(&s, 9, NULL);
    for (int t = 0; t < 200; t++) { ons_quadratic_step(&steps); }
    assert_int_equal(ons_quadratic_lazy(&lazy, 200), ONS_OK);
    for (size_t p = 0; p < s.examples; p++) { near(steps.residual[p], lazy.residual[p], 1e-10); }
    for (size_t i = 0; i < 49; i++) { near(steps.moment[i], lazy.moment[i], 1e-10); }
    near(ons_quadratic_movement(&steps), ons_quadratic_movement(&lazy), 1e-10);
    near(ons_quadratic_test(&steps).total, ons_quadratic_test(&lazy).total, 1e-10);
    ons_quadratic_free(&steps);
    ons_quadratic_free(&lazy);
    /* centred, so that the residuals stay of order 1 and the weights move by 1/alpha */
    s.centred = true;
    s.alpha = 1e6;
    lazy = made(&s, 9, NULL);
    s.linearised = false;
    ons_quadratic full = made(&s, 9, NULL);
    for (int t = 0; t < 200; t++) { ons_quadratic_step(&full); }
    assert_int_equal(ons_quadratic_lazy(&lazy, 200), ONS_OK);
    near(full.train, lazy.train, 1e-4 * lazy.train);
    near(ons_quadratic_test(&full).total, ons_quadratic_test(&lazy).total, 1e-4 * ons_quadratic_test(&lazy).total);
    ons_quadratic_free(&full);
    ons_quadratic_free(&lazy);
}

static void test_divergence_is_recorded(void **state) {
    ons_quadratic_settings s = small;
    s.rate = 1e4;
    ons_quadratic q = made(&s, 1, NULL);
    for (int t = 0; t < 100; t++) { ons_quadratic_step(&q); }
    assert_true(q.diverged > 0 && q.diverged < 100);
    assert_int_equal(q.steps, 100);
    ons_quadratic_free(&q);
}

static void test_refusals(void **state) {
    ons_quadratic_settings s = small;
    ons_quadratic q;
    ons_random random = ons_random_stream(1, 0, 0);
    s.alpha = 0;
    assert_int_equal(ons_quadratic_init(&q, &s, &random, &random, &random, NULL), ONS_INVALID);
    s = small;
    s.examples = 0;
    assert_int_equal(ons_quadratic_init(&q, &s, &random, &random, &random, NULL), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_follow_descent_on_the_weights),
        cmocka_unit_test(test_loss_is_the_mean_over_gaussian_inputs),
        cmocka_unit_test(test_parts_of_the_loss),
        cmocka_unit_test(test_tangent_kernel_is_the_mean_over_units),
        cmocka_unit_test(test_kernel_regression_is_exact_with_enough_points),
        cmocka_unit_test(test_lazy_limit),
        cmocka_unit_test(test_divergence_is_recorded),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
