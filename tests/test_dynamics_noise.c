/*
 * Stochastic steps: strong orders on paths refined from one noise, weak orders of linear equations, moments of
 * square-root noise, members that do not know each other.
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

enum { PATHS = 512, FINEST = 256 };

typedef struct problem {
    ons_flow *flows[2];
    ons_field fields[2];
    ons_noise *noise;
} problem;

static problem pose(const char *drift, const char *amplitude, ons_noise_method method, double step, size_t members) {
    problem made = {0};
    const char *const texts[] = {drift, amplitude};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ons_flow_parse(&made.flows[i], texts[i], NULL, 0), ONS_OK);
        assert_int_equal(ons_flow_field(&made.fields[i], made.flows[i], NULL, 1), ONS_OK);
    }
    assert_int_equal(ons_noise_create(&made.noise, &made.fields[0], &made.fields[1], method, step, members, 7), ONS_OK);
    return made;
}

static void release(problem *old) {
    ons_noise_free(old->noise);
    for (int i = 0; i < 2; i++) {
        ons_flow_field_free(&old->fields[i]);
        ons_flow_free(old->flows[i]);
    }
}

/* Brownian paths on the finest grid of [0, 1]: increments and integrals, joined for coarser steps. */
static double fine_w[FINEST][PATHS], fine_z[FINEST][PATHS], total[PATHS];

static void make_paths(void) {
    ons_random random = ons_random_stream(11, 0, 0);
    const double h = 1.0 / FINEST;
    memset(total, 0, sizeof total);
    for (int k = 0; k < FINEST; k++) {
        for (int m = 0; m < PATHS; m++) {
            const double a = ons_random_normal(&random), b = ons_random_normal(&random);
            fine_w[k][m] = sqrt(h) * a;
            fine_z[k][m] = h * sqrt(h) / 2 * (a + b / sqrt(3));
            total[m] += fine_w[k][m];
        }
    }
}

static void follow(problem *one, int joined, double start, double *ends) {
    static double w[PATHS], z[PATHS];
    const double h = 1.0 / FINEST;
    for (size_t m = 0; m < PATHS; m++) { ons_noise_set(one->noise, m, &start); }
    for (int k = 0; k < FINEST; k += joined) {
        memset(w, 0, sizeof w);
        memset(z, 0, sizeof z);
        for (int j = k; j < k + joined; j++) {
            for (int m = 0; m < PATHS; m++) {
                z[m] += h * w[m] + fine_z[j][m];
                w[m] += fine_w[j][m];
            }
        }
        assert_int_equal(ons_noise_step(one->noise, w, z), ONS_OK);
    }
    for (size_t m = 0; m < PATHS; m++) { ons_noise_get(one->noise, m, &ends[m]); }
}

/* Geometric motion dx = x dW, whose ends are known from the path alone, and for additive noise a nonlinear drift whose
 * reference is the finest grid: an order p then shows as log2((4^p - 1)/(2^p - 1)) above p at ratios 4 and 2, so steps
 * 32 and 64 times the finest are compared. The error of an order over 512 paths is below 0.1. */
static void strong_orders(void **state) {
    static const struct {
        const char *drift, *amplitude;
        ons_noise_method method;
        double order;
    } cases[] = {{"x' = 0", "x' = x", ONS_EULER_MARUYAMA, 0.5},
                 {"x' = 0", "x' = x", ONS_HEUN, 1},
                 {"x' = -sin(2*x) + x/2", "x' = 1/2 + t", ONS_EULER_MARUYAMA, 1},
                 {"x' = -sin(2*x) + x/2", "x' = 1/2 + t", ONS_SRA1, 1.5}};
    static double exact[PATHS], ends[PATHS];
    make_paths();
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double errors[2] = {0};
        if (c >= 2) {
            problem finest = pose(cases[c].drift, cases[c].amplitude, ONS_SRA1, 1.0 / FINEST, PATHS);
            follow(&finest, 1, 1, exact);
            release(&finest);
        }
        for (int m = 0; m < PATHS && c < 2; m++) { exact[m] = exp(total[m] - (c == 0 ? 0.5 : 0)); }
        for (int r = 0; r < 2; r++) {
            const int joined = r ? 8 : 32;
            problem one = pose(cases[c].drift, cases[c].amplitude, cases[c].method, (double)joined / FINEST, PATHS);
            follow(&one, joined, 1, ends);
            for (int m = 0; m < PATHS; m++) { errors[r] += fabs(ends[m] - exact[m]) / PATHS; }
            release(&one);
        }
        const double order = log2(errors[0] / errors[1]) / 2;
        print_message("case %zu: strong order %.2f (%.2g, %.2g)\n", c, order, errors[0], errors[1]);
        assert_true(fabs(order - cases[c].order) < 0.3);
    }
}

/* Ornstein and Uhlenbeck, dx = -x dt + dW: means and variances of linear schemes are recursions that need no sampling;
 * here the ensemble's stationary variance, 1/2 exactly, 1/(2 - h) for Euler and Maruyama. */
static void stationary_variance(void **state) {
    const double h = 0.25;
    for (int method = ONS_EULER_MARUYAMA; method <= ONS_SRA1; method += 2) {
        problem one = pose("x' = -x", "x' = 1", method, h, 4096);
        double sum = 0, square = 0, zero = 0;
        for (size_t m = 0; m < 4096; m++) { ons_noise_set(one.noise, m, &zero); }
        for (int k = 0; k < 10; k++) {
            assert_int_equal(ons_noise_advance(one.noise, 24), ONS_OK); /* 6 units of time: e^-6 is left */
            for (size_t m = 0; m < 4096; m++) {
                double x;
                ons_noise_get(one.noise, m, &x);
                sum += x * x / 40960;
                square += x / 40960;
            }
        }
        /* SRA1: x -> r x + noise with r = 1 - h + h^2/2 and the variance s of w - h z' (z' = z/h the mean of W). */
        const double r = 1 - h + h * h / 2, s = h - h * h + h * h * h / 3;
        const double exact = method == ONS_SRA1 ? s / (1 - r * r) : 1 / (2 - h);
        print_message("method %d: variance %.4f, %.4f of the scheme\n", method, sum, exact);
        assert_true(fabs(sum - exact) < 6 * exact * sqrt(2.0 / 40960));
        assert_true(fabs(square) < 6 * sqrt(exact / 40960));
        release(&one);
    }
}

/* Mean and variance of the Feller diffusion, and its probability to die out (a = 0): exp(-2 x g/(sigma^2 span)). */
static void square_root_noise(void **state) {
    static const double cases[][5] = {
        {1, 0.5, -1, 0.8, 0.7}, {0.3, 0, 0.4, 1, 1}, {50, 2, -0.1, 0.3, 0.5}, {0, 0.2, 0, 1, 2}, {2, 0, 0, 1, 1}};
    ons_random random = ons_random_stream(5, 0, 0);
    enum { samples = 100000 };
    for (size_t c = 0; c < 5; c++) {
        const double x = cases[c][0], a = cases[c][1], b = cases[c][2], sigma = cases[c][3], h = cases[c][4];
        const double g = exp(b * h), span = b == 0 ? h : expm1(b * h) / b;
        const double mean = x * g + a * span, variance = sigma * sigma * (x * g * span + a * span * span / 2);
        double sum = 0, square = 0, dead = 0;
        for (int i = 0; i < samples; i++) {
            double y = x;
            assert_int_equal(ons_noise_feller(&y, a, b, sigma, h, &random), ONS_OK);
            assert_true(y >= 0);
            sum += y / samples;
            square += (y - mean) * (y - mean) / samples;
            dead += (y == 0) / (double)samples;
        }
        assert_true(fabs(sum - mean) < 6 * sqrt(variance / samples));
        assert_true(fabs(square - variance) <
                    0.1 * variance); /* fourth moments of up to 15 variances: 6 errors, 0.07 */
        const double extinct = a > 0 ? 0 : exp(-2 * x * g / (sigma * sigma * span));
        assert_true(fabs(dead - extinct) < 6 * sqrt(extinct * (1 - extinct) / samples) + 1e-12);
    }
    double negative = -1;
    assert_int_equal(ons_noise_feller(&negative, 1, 1, 1, 1, &random), ONS_INVALID);
    negative = 1;
    assert_int_equal(ons_noise_feller(&negative, 1, 1, -1, 1, &random), ONS_INVALID);
}

static void members_and_going_on(void **state) {
    problem whole = pose("x' = -x; y' = x", "x' = 1; y' = y", ONS_HEUN, 0.01, 11);
    problem parts = pose("x' = -x; y' = x", "x' = 1; y' = y", ONS_HEUN, 0.01, 3);
    const double start[] = {0.5, 1};
    for (size_t m = 0; m < 11; m++) { ons_noise_set(whole.noise, m, start); }
    for (size_t m = 0; m < 3; m++) { ons_noise_set(parts.noise, m, start); }
    assert_int_equal(ons_noise_advance(whole.noise, 100), ONS_OK);
    assert_int_equal(ons_noise_advance(parts.noise, 37), ONS_OK);
    assert_int_equal(ons_noise_advance(parts.noise, 63), ONS_OK);
    assert_int_equal(ons_noise_steps(parts.noise), 100);
    for (size_t m = 0; m < 3; m++) {
        double a[2], b[2];
        ons_noise_get(whole.noise, m, a);
        ons_noise_get(parts.noise, m, b);
        assert_memory_equal(a, b, sizeof a);
    }
    release(&whole);
    release(&parts);
    problem blows = pose("x' = x^3", "x' = 1", ONS_EULER_MARUYAMA, 0.1, 2);
    const double far = 100;
    ons_noise_set(blows.noise, 0, &far);
    ons_noise_set(blows.noise, 1, &far);
    assert_int_equal(ons_noise_advance(blows.noise, 100), ONS_FAILED);
    ons_noise *none = NULL;
    assert_int_equal(ons_noise_create(&none, &blows.fields[0], &blows.fields[1], ONS_HEUN, -1, 2, 1), ONS_INVALID);
    release(&blows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strong_orders),
        cmocka_unit_test(stationary_variance),
        cmocka_unit_test(square_root_noise),
        cmocka_unit_test(members_and_going_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
