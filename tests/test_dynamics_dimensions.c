/*
 * Dimensions and recurrence against sets whose dimension is known: Cantor's set, circles, tori, squares.
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

static const double turn = 6.283185307179586;

static ons_correlation measure(const double *points, size_t count, size_t dimension,
                               const ons_correlation_options *how) {
    ons_correlation found;
    if (ons_correlation_dimension(points, count, dimension, how, &found) != ONS_OK) { fail_msg("%s", ons_message()); }
    print_message("slope %.4f(%.4f), r %.4g .. %.4g, percentile %.4f, %g pairs\n", found.slope, found.error, found.low,
                  found.high, found.percentile, found.pairs);
    return found;
}

/* 1 + n / sum ln(r / r_min) over the quantiles 0.05 .. 0.5 of distances r(u), u the correlation sum. */
static double percentile_of(double (*radius)(double)) {
    double sum = 0;
    enum { STEPS = 100000 };
    for (int k = 0; k < STEPS; k++) {
        const double u = 0.05 + 0.45 * (k + 0.5) / STEPS;
        sum += log(radius(u) / radius(0.05)) / STEPS;
    }
    return 1 + 1 / sum;
}

/* Chords of a circle: C(r) = (2 / pi) asin(r / 2). */
static double chord(double u) { return 2 * sin(turn / 4 * u); }
static double line(double u) { return 1 - sqrt(1 - u); } /* |x - y| of an interval: C = 2r - r^2 */

static void circle(void **state) {
    enum { N = 5000 };
    double *points = ONS_NEW(double, 2 * N);
    ons_random random = ons_random_stream(11, 0, 0);
    for (int i = 0; i < N; i++) {
        const double angle = turn * ons_random_uniform(&random);
        points[2 * i] = 3 + cos(angle);
        points[2 * i + 1] = sin(angle) - 7;
    }
    const ons_correlation found = measure(points, N, 2, NULL);
    /* The arc is (r/2)^3/6 longer than its chord: 1e-4 in the window. Seven errors of ten blocks: 1e-6. */
    assert_true(fabs(found.slope - 1) < 7 * 1.6 * found.error + 1e-4);
    assert_true(found.error < 0.02);
    /* C at a radius: the variance of the mean over pairs is below 4 var/N of a uniform variable's. */
    for (size_t k = 0; k < found.radii; k++) {
        const double exact = 4 / turn * asin(found.radius[k] / 2);
        assert_true(fabs(found.sum[k] / exact - 1) < 0.1);
    }
    assert_true(fabs(found.percentile - percentile_of(chord)) < 0.02);
    assert_true(fabs(found.pairs - 0.5 * N * (N - 1)) < 0.5);
    free(points);
}

static void percentile_by_sorting(void **state) {
    /* The definition itself, by sorting all distances of few points. */
    enum { N = 150 };
    double points[3 * N], *distances = ONS_NEW(double, N *N);
    ons_random random = ons_random_stream(5, 0, 0);
    for (int i = 0; i < 3 * N; i++) { points[i] = ons_random_normal(&random); }
    size_t count = 0;
    for (int i = 0; i < N; i++) {
        for (int j = i + 1; j < N; j++) {
            const double x = points[3 * i] - points[3 * j], y = points[3 * i + 1] - points[3 * j + 1],
                         z = points[3 * i + 2] - points[3 * j + 2];
            const double r = sqrt(x * x + y * y + z * z);
            size_t k = count++;
            for (; k > 0 && distances[k - 1] > r; k--) { distances[k] = distances[k - 1]; }
            distances[k] = r;
        }
    }
    const size_t from = (size_t)ceil(0.05 * (double)(count - 1)), to = (size_t)floor(0.5 * (double)(count - 1));
    double sum = 0;
    for (size_t k = from; k <= to; k++) { sum += log(distances[k] / distances[from]); }
    const ons_correlation_options how = {.low = 0.3, .high = 2};
    const ons_correlation found = measure(points, N, 3, &how);
    assert_true(fabs(found.percentile - (1 + (double)(to - from + 1) / sum)) < 1e-9);
    /* And C(r) by counting. */
    for (size_t k = 0; k < found.radii; k++) {
        size_t below = 0;
        while (below < count && distances[below] < found.radius[k]) { below++; }
        assert_true(fabs(found.sum[k] * (double)count - (double)below) < 1.5);
    }
    free(distances);
}

static void interval(void **state) {
    enum { N = 5000 };
    double *points = ONS_NEW(double, N);
    ons_random random = ons_random_stream(12, 0, 0);
    for (int i = 0; i < N; i++) { points[i] = ons_random_uniform(&random); }
    const ons_correlation found = measure(points, N, 1, NULL);
    assert_true(fabs(found.slope - 1) < 7 * 1.6 * found.error + 0.005); /* C = 2r - r^2, r < 0.005 */
    assert_true(fabs(found.percentile - percentile_of(line)) < 0.03);
    free(points);
}

static void cantor(void **state) {
    /* The middle-third set by its iterated function system: x -> x/3 or x/3 + 2/3 with probability 1/2. */
    enum { N = 6000 };
    double *points = ONS_NEW(double, N), x = 0.25;
    ons_random random = ons_random_stream(13, 0, 0);
    for (int i = -100; i < N; i++) {
        x = x / 3 + (ons_random_32(&random) & 1 ? 2.0 / 3 : 0);
        if (i >= 0) { points[i] = x; }
    }
    /* C(r / 3) = C(r) / 2 exactly, with steps between: a window of whole powers of 3 has the slope itself. */
    const ons_correlation_options how = {.theiler = 40, .low = 0.5 / 243, .high = 0.5};
    const ons_correlation found = measure(points, N, 1, &how);
    assert_true(fabs(found.slope - log(2) / log(3)) < 0.02);
    assert_true(found.error < 0.01);
    free(points);
}

static void square_and_torus(void **state) {
    enum { N = 6000 };
    double *points = ONS_NEW(double, 4 * N);
    ons_random random = ons_random_stream(14, 0, 0);
    for (int i = 0; i < 2 * N; i++) { points[i] = ons_random_uniform(&random); }
    ons_correlation found = measure(points, N, 2, NULL);
    /* C = pi r^2 - 8 r^3 / 3 + r^4 / 2: the slope between the ends of the window. */
    double sums[2];
    const double ends[2] = {found.low, found.high};
    for (int e = 0; e < 2; e++) {
        const double r = ends[e];
        sums[e] = log(turn / 2 * r * r - 8.0 / 3 * r * r * r + r * r * r * r / 2);
    }
    const double exact = (sums[1] - sums[0]) / log(ends[1] / ends[0]);
    assert_true(exact > 1.95 && exact < 2);
    assert_true(fabs(found.slope - exact) < 7 * 1.6 * found.error + 0.01);
    assert_true(found.error < 0.05);
    /* A flat torus in four dimensions has no border. */
    for (int i = 0; i < N; i++) {
        const double a = turn * ons_random_uniform(&random), b = turn * ons_random_uniform(&random);
        points[4 * i] = cos(a);
        points[4 * i + 1] = sin(a);
        points[4 * i + 2] = cos(b);
        points[4 * i + 3] = sin(b);
    }
    found = measure(points, N, 4, NULL);
    assert_true(fabs(found.slope - 2) < 7 * 1.6 * found.error + 0.01);
    free(points);
}

static void henon(void **state) {
    /* D2 of the Henon attractor: 1.220(0.005) and 1.25(0.02) by Grassberger and Procaccia (1983), tables 1 and 2. */
    enum { N = 20000 };
    double *points = ONS_NEW(double, 2 * N), x = 0.1, y = 0.1;
    for (int i = -1000; i < N; i++) {
        const double next = 1 - 1.4 * x * x + y;
        y = 0.3 * x;
        x = next;
        if (i >= 0) {
            points[2 * i] = x;
            points[2 * i + 1] = y;
        }
    }
    const ons_correlation found = measure(points, N, 2, NULL);
    assert_int_equal((int)found.points, 10000);
    assert_true(fabs(found.slope - 1.22) < 0.05);
    free(points);
}

static void recurrence(void **state) {
    /* A period of 10 samples: every recurrence lies on a diagonal, and none on a vertical line. */
    enum { N = 1000 };
    double points[2 * N];
    for (int i = 0; i < N; i++) {
        points[2 * i] = cos(turn * i / 10);
        points[2 * i + 1] = sin(turn * i / 10);
    }
    const ons_recurrence_options how = {.radius = 0.1};
    ons_recurrence found;
    assert_int_equal(ons_recurrence_lines(points, N, 2, &how, &found), ONS_OK);
    /* Diagonals at 10, 20, .., 990 of 990, 980, .., 10 points. */
    assert_true(fabs(found.rate - 49500.0 / (999 * 500)) < 1e-12);
    assert_true(fabs(found.determinism - 1) < 1e-12 && fabs(found.longest - 990) < 1e-12);
    assert_true(fabs(found.mean_length - 500) < 1e-12 && fabs(found.entropy - log(99)) < 1e-12);
    assert_true(found.laminarity == 0 && found.trapping == 0);
    /* White noise: lines of two or more of recurrences with probability p hold 1 - (1 - p)^2 of them. */
    enum { M = 3000 };
    double *noise = ONS_NEW(double, M);
    ons_random random = ons_random_stream(15, 0, 0);
    for (int i = 0; i < M; i++) { noise[i] = ons_random_uniform(&random); }
    const ons_recurrence_options wanted = {.wanted = 0.05};
    assert_int_equal(ons_recurrence_lines(noise, M, 1, &wanted, &found), ONS_OK);
    print_message("noise: radius %.5f rate %.5f determinism %.4f\n", found.radius, found.rate, found.determinism);
    assert_true(fabs(found.rate - 0.05) < 1e-4);
    assert_true(fabs(found.radius - (1 - sqrt(0.95))) < 2e-3);
    /* Pairs of a diagonal share no sample with the next ones: independent, p = 0.05. */
    assert_true(fabs(found.determinism - (1 - 0.95 * 0.95)) < 0.01);
    free(noise);
}

static void refusals(void **state) {
    double points[400] = {0};
    ons_correlation found;
    assert_int_equal(ons_correlation_dimension(points, 200, 2, NULL, &found), ONS_INVALID); /* one place */
    assert_int_equal(ons_correlation_dimension(points, 20, 2, NULL, &found), ONS_INVALID);
    for (int i = 0; i < 400; i++) { points[i] = i; }
    const ons_correlation_options upside_down = {.low = 2, .high = 1}, far = {.low = 1e-9, .high = 1e-8};
    assert_int_equal(ons_correlation_dimension(points, 400, 1, &upside_down, &found), ONS_INVALID);
    assert_int_equal(ons_correlation_dimension(points, 400, 1, &far, &found), ONS_INVALID);
    points[7] = NAN;
    assert_int_equal(ons_correlation_dimension(points, 400, 1, NULL, &found), ONS_INVALID);
    ons_recurrence lines;
    const ons_recurrence_options negative = {.radius = -1};
    assert_int_equal(ons_recurrence_lines(points, 400, 1, &negative, &lines), ONS_INVALID);
}

/* Uniform points of a flat torus: without edges C(r) = 2 r on the circle, pi r^2 on the torus, whole turns do nothing.
 */
static void coordinates_that_come_back(void **state) {
    enum { N = 3000 };
    const double periods[2] = {1, 1};
    const ons_correlation_options how = {.periods = periods, .least = 1e-3, .largest = 3e-2};
    ons_random random = ons_random_stream(31, 0, 0);
    double *points = malloc(2 * N * sizeof *points);
    for (size_t i = 0; i < 2 * N; i++) { points[i] = ons_random_uniform(&random) + (double)(i % 7); }
    ons_correlation found = measure(points, N, 1, &how);
    assert_true(fabs(found.slope - 1) < 0.05);
    for (size_t k = 0; k < found.radii; k++) { assert_true(fabs(found.sum[k] / (2 * found.radius[k]) - 1) < 0.15); }
    /* C = 2 r between 0.05 and 0.5: the mean of ln(C/0.05) is 10/9 ln 10 - 1. */
    assert_true(fabs(found.percentile - (1 + 1 / (10. / 9 * log(10) - 1))) < 0.02);
    found = measure(points, N, 2, &how);
    assert_true(fabs(found.slope - 2) < 0.1);
    for (size_t k = 0; k < found.radii; k++) {
        assert_true(fabs(found.sum[k] / (turn / 2 * found.radius[k] * found.radius[k]) - 1) < 0.15);
    }
    free(points);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circle),
        cmocka_unit_test(percentile_by_sorting),
        cmocka_unit_test(interval),
        cmocka_unit_test(cantor),
        cmocka_unit_test(square_and_torus),
        cmocka_unit_test(henon),
        cmocka_unit_test(recurrence),
        cmocka_unit_test(refusals),
        cmocka_unit_test(coordinates_that_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
