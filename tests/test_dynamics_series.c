/*
 * Exponents, spectra, surrogates and entropies of series with known ones.
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

static const double turn = 6.283185307179586;

static double *noise(size_t count, uint64_t seed) {
    double *series = ONS_NEW(double, count);
    ons_random random = ons_random_stream(seed, 0, 0);
    for (size_t i = 0; i < count; i++) { series[i] = ons_random_normal(&random); }
    return series;
}

/* x -> 4 x (1 - x) by its conjugate, the doubling of an angle given by random binary digits: no rounding builds up. */
static double *logistic(size_t count, uint64_t seed) {
    double *series = ONS_NEW(double, count);
    ons_random random = ons_random_stream(seed, 0, 0);
    uint64_t digits = ons_random_64(&random), more = ons_random_64(&random);
    for (size_t i = 0; i < count; i++) {
        const double wave = sin(turn / 4 * 2 * ((double)(digits >> 11) * 0x1p-53));
        series[i] = wave * wave;
        digits = digits << 1 | more >> 63;
        more <<= 1;
        if (i % 64 == 63) { more = ons_random_64(&random); }
    }
    return series;
}

static void embedding(void **state) {
    const double series[] = {1, 2, 3, 4, 5};
    double points[9];
    size_t made;
    assert_int_equal(ons_embed(series, 5, 3, 1, points, &made), ONS_OK);
    assert_int_equal(made, 3);
    const double expected[] = {1, 2, 3, 2, 3, 4, 3, 4, 5};
    assert_memory_equal(points, expected, sizeof points);
    assert_int_equal(ons_embed(series, 5, 3, 3, points, &made), ONS_INVALID);
    assert_int_equal(ons_embed(series, 5, 2, 0, points, &made), ONS_INVALID);
    assert_int_equal(ons_embed(series, 5, 2, 4, points, &made), ONS_OK);
    assert_int_equal(made, 1);
}

static void rosenstein_logistic(void **state) {
    enum { N = 20000 };
    double *series = logistic(N, 21);
    for (size_t i = 0; i + 1 < N; i++) { /* it is an orbit of the map */
        assert_true(fabs(series[i + 1] - 4 * series[i] * (1 - series[i])) < 1e-14);
    }
    /* The mean of ln|f'| over the invariant density is ln 2; distances grow from 1/N to 1 within ln N / ln 2 = 14. */
    const ons_divergence_options how = {.theiler = 1, .steps = 12, .from = 0, .to = 6};
    ons_divergence found;
    double curve[13];
    assert_int_equal(ons_rosenstein(series, N, 1, &how, curve, &found), ONS_OK);
    print_message("logistic: %.5f(%.5f)\n", found.exponent, found.error);
    assert_true(fabs(found.exponent - log(2)) < 7 * 1.6 * found.error + 0.02);
    assert_true(found.error < 0.02);
    assert_true(fabs(curve[3] - curve[0] - 3 * found.exponent) < 0.1);
    free(series);
}

/* Regular motion, a torus: distances stay, and their growth is 0 within its error. */
static void rosenstein_torus(void **state) {
    enum { N = 4000 };
    double *points = ONS_NEW(double, 4 * N);
    for (size_t i = 0; i < N; i++) {
        const double angles[] = {0.1 * (double)i, 0.1 * sqrt(2) * (double)i};
        for (size_t k = 0; k < 2; k++) {
            points[4 * i + 2 * k] = cos(angles[k]);
            points[4 * i + 2 * k + 1] = sin(angles[k]);
        }
    }
    const ons_divergence_options how = {.theiler = 63, .steps = 300};
    ons_divergence found;
    assert_int_equal(ons_rosenstein(points, N, 4, &how, NULL, &found), ONS_OK);
    assert_int_equal(found.to, 300);
    assert_true(fabs(found.exponent) < 1e-4);
    free(points);
}

static void rosenstein_lorenz(void **state) {
    enum { N = 12000 };
    const double parameters[] = {10, 28, 8.0 / 3}, start[] = {1, 1, 20}, step = 0.02;
    ons_flow *flow;
    ons_field field;
    ons_trajectories *one;
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-9, .absolute = 1e-9};
    assert_int_equal(ons_flow_parse(&flow, "x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z", NULL, 0), ONS_OK);
    assert_int_equal(ons_flow_field(&field, flow, parameters, 1), ONS_OK);
    assert_int_equal(ons_trajectories_create(&one, &field, 1, &how), ONS_OK);
    double *times = ONS_NEW(double, N), *points = ONS_NEW(double, 3 * N);
    for (size_t i = 0; i < N; i++) { times[i] = 20 + step * (double)i; }
    ons_trajectories_set(one, 0, 0, start, 0);
    assert_int_equal(ons_trajectories_sample(one, times, N, points), ONS_OK);
    const ons_divergence_options follow = {.theiler = 75, .steps = 200, .from = 25, .to = 125};
    ons_divergence found;
    assert_int_equal(ons_rosenstein(points, N, 3, &follow, NULL, &found), ONS_OK);
    print_message("Lorenz: %.4f(%.4f)\n", found.exponent / step, found.error / step);
    /* Rosenstein et al., table 1: within 10 % of the exponent. */
    assert_true(fabs(found.exponent / step - 0.9056) < 0.09 + 5 * found.error / step);
    ons_correlation dimension;
    const ons_correlation_options apart = {.theiler = 75};
    assert_int_equal(ons_correlation_dimension(points, N, 3, &apart, &dimension), ONS_OK);
    print_message("Lorenz: dimension %.3f(%.3f), percentile %.3f\n", dimension.slope, dimension.error,
                  dimension.percentile);
    /* 2.05(0.01), Grassberger and Procaccia (1983), table 2; a short orbit and large radii pull it down. */
    assert_true(fabs(dimension.slope - 2.05) < 0.1);
    free(times);
    free(points);
    ons_trajectories_free(one);
    ons_flow_field_free(&field);
    ons_flow_free(flow);
}

static void spectrum_of_a_sine(void **state) {
    enum { N = 8192, SEGMENT = 1024 };
    double *series = ONS_NEW(double, N), power[SEGMENT / 2 + 1], sum = 0;
    for (size_t i = 0; i < N; i++) { series[i] = 5 + 3 * sin(turn * (double)i * 64 / SEGMENT + 0.3); }
    assert_int_equal(ons_periodogram(series, N, SEGMENT, power), ONS_OK);
    for (size_t k = 0; k <= SEGMENT / 2; k++) { sum += power[k]; }
    /* A line at a frequency of the transform lies in it (2/3) and its neighbours (1/6 each): Hann's window. */
    assert_true(fabs(sum - 4.5) < 1e-9);
    assert_true(fabs(power[64] - 3) < 1e-9 && fabs(power[63] - 0.75) < 1e-9 && fabs(power[65] - 0.75) < 1e-9);
    assert_true(power[62] < 1e-20 && power[66] < 1e-20);
    /* The period of any frequency. */
    for (int k = 0; k < 5; k++) {
        const double period = 17.3 + 1.37 * k;
        for (size_t i = 0; i < N; i++) { series[i] = sin(turn * (double)i / period); }
        ons_period found;
        assert_int_equal(ons_dominant_period(series, N, 0, 19, 1, &found), ONS_OK);
        assert_true(fabs(found.period / period - 1) < 1e-4);
        assert_true(found.power > found.threshold);
    }
    free(series);
}

/* Two coordinates with the period, one at rest, one of noise, and an angle that turns faster, which counts only alone.
 */
static void period_of_several_coordinates(void **state) {
    enum { N = 4096 };
    double *points = malloc(5 * N * sizeof *points), *loud = noise(N, 23), *angle = malloc(N * sizeof *angle);
    const double periods[5] = {0, 0, 0, 0, 360}, period = 23.7;
    for (size_t i = 0; i < N; i++) {
        double *x = points + 5 * i;
        x[0] = 1e-3 * sin(turn * (double)i / period), x[1] = 40 + cos(turn * (double)i / period);
        x[2] = 5, x[3] = 1e6 * loud[i], x[4] = angle[i] = 360 / 7.3 * (double)i;
    }
    ons_period found;
    assert_int_equal(ons_common_period(points, N, 5, periods, 1024, 19, 1, &found), ONS_OK);
    assert_true(fabs(found.period / period - 1) < 1e-2);
    assert_int_equal(ons_common_period(angle, N, 1, periods + 4, 1024, 19, 1, &found), ONS_OK);
    assert_true(fabs(found.period / 7.3 - 1) < 1e-3);
    for (size_t i = 0; i < N; i++) { angle[i] = 3; }
    assert_int_equal(ons_common_period(angle, N, 1, NULL, 1024, 19, 1, &found), ONS_OK);
    assert_true(isnan(found.period));
    assert_int_equal(ons_common_period(angle, N, 0, NULL, 1024, 19, 1, &found), ONS_INVALID);
    free(points);
    free(loud);
    free(angle);
}

static void white_noise(void **state) {
    enum { N = 40000, SEGMENT = 500 };
    double *series = noise(N, 22), power[SEGMENT / 2 + 1], mean = 0;
    assert_int_equal(ons_periodogram(series, N, SEGMENT, power), ONS_OK);
    for (size_t k = 2; k < SEGMENT / 2; k++) { mean += power[k] / (SEGMENT / 2 - 2); }
    assert_true(fabs(mean * SEGMENT / 2 - 1) < 0.06); /* 40000 independent numbers: 0.7 % */
    /* Of 40 white series with thresholds of 19 surrogates one in 20 shows a period: 12 or more with 1e-6. */
    int alarms = 0;
    for (uint64_t s = 0; s < 40; s++) {
        double *other = noise(2000, 100 + s);
        ons_period found;
        assert_int_equal(ons_dominant_period(other, 2000, 0, 19, s, &found), ONS_OK);
        alarms += isfinite(found.period);
        free(other);
    }
    print_message("%d false periods of 40\n", alarms);
    assert_true(alarms < 12);
    free(series);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void surrogates(void **state) {
    enum { N = 3000 };
    double *series = logistic(N, 23), *copy = ONS_NEW(double, N), one[N / 2 + 1], other[N / 2 + 1];
    for (size_t i = 1; i < N; i++) { series[i] = 0.6 * series[i - 1] + series[i]; } /* coloured */
    /* Without a window random phases keep the periodogram: here the autocorrelation over the ring. */
    ons_random random = ons_random_stream(1, 0, 0);
    assert_int_equal(ons_surrogate(series, N, ONS_RANDOM_PHASES, &random, copy), ONS_OK);
    for (size_t lag = 0; lag < 5; lag++) {
        double before = 0, after = 0;
        for (size_t i = 0; i < N; i++) {
            before += series[i] * series[(i + lag) % N];
            after += copy[i] * copy[(i + lag) % N];
        }
        assert_true(fabs(before - after) < 1e-9 * N);
    }
    assert_true(fabs(copy[5] - series[5]) + fabs(copy[6] - series[6]) > 1e-6);
    for (int kind = 0; kind < 3; kind += 2) { /* the same values */
        assert_int_equal(ons_surrogate(series, N, kind == 0 ? ONS_SHUFFLED : ONS_ADJUSTED, &random, copy), ONS_OK);
        if (kind == 2) {
            assert_int_equal(ons_periodogram(series, N, 100, one), ONS_OK);
            assert_int_equal(ons_periodogram(copy, N, 100, other), ONS_OK);
            for (size_t k = 2; k < 50; k++) { assert_true(fabs(log(other[k] / one[k])) < 1); }
        }
        double *a = ONS_NEW(double, N);
        memcpy(a, series, N * sizeof *a);
        qsort(a, N, sizeof *a, ascending);
        qsort(copy, N, sizeof *copy, ascending);
        assert_memory_equal(a, copy, N * sizeof *a);
        free(a);
    }
    free(series);
    free(copy);
}

static void asymmetry(void **state) {
    enum { N = 4000 };
    double *series = logistic(N, 24), *linear = noise(N, 25);
    ons_surrogate_test found;
    assert_int_equal(ons_test_asymmetry(series, N, 1, ONS_ADJUSTED, 39, 7, &found), ONS_OK);
    print_message("logistic: %.3f against %.3f(%.3f)\n", found.value, found.mean, found.deviation);
    assert_true(found.probability <= 1.0 / 40 + 1e-12);
    assert_true(fabs(found.value - found.mean) > 6 * found.deviation);
    for (size_t i = 1; i < N; i++) { linear[i] += 0.8 * linear[i - 1]; }
    assert_int_equal(ons_test_asymmetry(linear, N, 1, ONS_RANDOM_PHASES, 39, 7, &found), ONS_OK);
    assert_true(fabs(found.value - found.mean) < 6 * found.deviation);
    free(series);
    free(linear);
}

static void permutations(void **state) {
    enum { N = 50000 };
    double *series = noise(N, 26), entropy;
    assert_int_equal(ons_permutation_entropy(series, N, 4, 1, &entropy), ONS_OK);
    /* 24 orders: below 1 by 23 / (2 N) / ln 24 and correlations of overlapping words. */
    assert_true(entropy > 0.999 && entropy <= 1);
    for (size_t i = 0; i < N; i++) { series[i] = (double)i; }
    assert_int_equal(ons_permutation_entropy(series, N, 5, 3, &entropy), ONS_OK);
    assert_true(entropy == 0);
    for (size_t i = 0; i < N; i++) { series[i] = i % 2 ? 1 : -1; } /* up, down: two orders of two */
    assert_int_equal(ons_permutation_entropy(series, N - 1, 2, 1, &entropy), ONS_OK);
    assert_true(fabs(entropy - 1) < 1e-12);
    free(series);
    /* The logistic map knows no three descending values; the other five have the measures of the intervals that
     * x = sin^2(pi u / 2) cuts at the crossings of x, f, f^2: u in (0, 2/5, 2/3, 4/5, 1), (0, 1/3, 2/5): words of three
     * have lengths of u between 0, 1/3, 2/5, 2/3, 4/5, 1. */
    series = logistic(N, 27);
    const double length[] = {1.0 / 3, 2.0 / 5 - 1.0 / 3, 2.0 / 3 - 2.0 / 5, 4.0 / 5 - 2.0 / 3, 1.0 / 5};
    double exact = 0;
    for (int k = 0; k < 5; k++) { exact -= length[k] * log(length[k]) / log(6); }
    assert_int_equal(ons_permutation_entropy(series, N, 3, 1, &entropy), ONS_OK);
    print_message("logistic: %.5f, exactly %.5f\n", entropy, exact);
    assert_true(fabs(entropy - exact) < 0.01);
    assert_int_equal(ons_permutation_entropy(series, N, 9, 1, &entropy), ONS_INVALID);
    assert_int_equal(ons_permutation_entropy(series, 3, 4, 1, &entropy), ONS_INVALID);
    free(series);
}

static void sample_entropies(void **state) {
    enum { N = 6000 };
    double *series = noise(N, 28), entropy[5];
    assert_int_equal(ons_multiscale_entropy(series, N, 2, 0.15, 5, entropy), ONS_OK);
    for (int k = 0; k < 5; k++) {
        /* Two normal numbers of deviation s = 1/sqrt(scale) are within r with probability erf(r / (2 s)). */
        const double exact = -log(erf(0.15 / 2 * sqrt(k + 1.0)));
        print_message("scale %d: %.4f, exactly %.4f\n", k + 1, entropy[k], exact);
        assert_true(fabs(entropy[k] - exact) < 0.15);
    }
    for (size_t i = 0; i < N; i++) { series[i] = i % 3 == 0 ? 1 : 2 + (double)(i % 3); }
    assert_int_equal(ons_sample_entropy(series, N, 2, 0.1, entropy), ONS_OK);
    assert_true(entropy[0] == 0);
    for (size_t i = 0; i < N; i++) { series[i] = (double)i; }
    assert_int_equal(ons_sample_entropy(series, N, 2, 0.1, entropy), ONS_OK);
    assert_true(isinf(entropy[0]));
    free(series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedding),
        cmocka_unit_test(rosenstein_logistic),
        cmocka_unit_test(rosenstein_lorenz),
        cmocka_unit_test(rosenstein_torus),
        cmocka_unit_test(spectrum_of_a_sine),
        cmocka_unit_test(white_noise),
        cmocka_unit_test(surrogates),
        cmocka_unit_test(asymmetry),
        cmocka_unit_test(permutations),
        cmocka_unit_test(sample_entropies),
        cmocka_unit_test(period_of_several_coordinates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
