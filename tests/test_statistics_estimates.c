/*
 * Estimates of means and derived quantities against sums done by hand, and their flags on runs that must have them.
 *
 * Statistical checks are wide: 6 standard deviations of what is known exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <onsager/statistics.h>

#define NEAR(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static void fill(ons_bins *bins, size_t components, size_t capacity, const double *samples, size_t count) {
    assert_int_equal(ons_bins_init(bins, components, capacity), ONS_OK);
    for (size_t i = 0; i < count; i++) { ons_bins_add(bins, samples + i * components); }
}

static ons_estimate estimate_of(const double *const *series, const size_t *lengths, size_t replicas, unsigned flags) {
    ons_bins *bins = calloc(replicas, sizeof *bins);
    const ons_bins **pointers = calloc(replicas, sizeof *pointers);
    for (size_t r = 0; r < replicas; r++) {
        fill(bins + r, 1, 256, series[r], lengths[r]);
        pointers[r] = bins + r;
    }
    ons_joint *joint;
    ons_estimate estimate;
    assert_int_equal(ons_joint_create(&joint, pointers, replicas, flags), ONS_OK);
    assert_int_equal(ons_joint_estimate(joint, 0, &estimate), ONS_OK);
    ons_joint_free(joint);
    for (size_t r = 0; r < replicas; r++) { ons_bins_free(bins + r); }
    free(bins);
    free(pointers);
    return estimate;
}
static ons_estimate estimate_one(const double *series, size_t length) { return estimate_of(&series, &length, 1, 0); }

static void autoregressive(double rho, double mean, size_t count, uint32_t stream, double *series) {
    ons_random random = ons_random_stream(77, stream, 0);
    double y = ons_random_normal(&random);
    for (size_t i = 0; i < count; i++) {
        y = rho * y + sqrt(1 - rho * rho) * ons_random_normal(&random);
        series[i] = mean + y;
    }
}

static void test_spread_by_hand(void **state) {
    /* 1, 2, 3: mean 2, variance 1, error 1/sqrt 3 times Student's factor for 2 degrees, 1.3213; symmetric: no skewness
     */
    ons_estimate estimate;
    ons_spread((const double[]){1, 2, 3}, 3, &estimate);
    NEAR(estimate.mean, 2, 1e-15);
    NEAR(estimate.error, ons_student(2) / sqrt(3), 1e-12);
    assert_true(estimate.freedom == 2);
    assert_true(estimate.flags == ONS_TOO_FEW_SAMPLES);
    ons_spread((const double[]){5}, 1, &estimate);
    assert_true(estimate.mean == 5 && isnan(estimate.error));
    ons_spread((const double[]){5, INFINITY}, 2, &estimate);
    assert_true(estimate.flags & ONS_NOT_FINITE);
}

static void test_tau_of_an_autoregressive_process(void **state) {
    enum { COUNT = 200000 };
    double *series = malloc(COUNT * sizeof *series);
    const double taus[] = {0.5, 2, 10};
    for (uint32_t t = 0; t < 3; t++) {
        const double rho = (taus[t] - 0.5) / (taus[t] + 0.5);
        autoregressive(rho, 3, COUNT, t, series);
        const ons_estimate joint = estimate_one(series, COUNT);
        const double *const pointer = series;
        const size_t length = COUNT;
        ons_estimate plain;
        assert_int_equal(ons_series_estimate(&pointer, &length, 1, 1, NAN, &plain), ONS_OK);
        const double scatter =
            taus[t] * sqrt(4 * 8 * taus[t] / COUNT); /* Wolff's eq. 42 with a window of 8 tau at most */
        NEAR(plain.tau, taus[t], 6 * scatter + 0.01 * taus[t]);
        NEAR(plain.binning_tau, taus[t], 12 * scatter + 0.05 * taus[t]);
        NEAR(joint.binning_tau, taus[t], 12 * scatter + 0.05 * taus[t]);
        /* 196 bins of 1024 samples: they are independent, window 1 */
        NEAR(joint.tau, taus[t], 6 * taus[t] * sqrt(6.0 / 195));
        NEAR(joint.mean, plain.mean, 1e-9);
        NEAR(joint.effective * 2 * joint.tau, COUNT, 1e-6);
        assert_true(joint.flags == 0 && plain.flags == 0);
        NEAR(joint.rhat, 1, 0.01);
    }
    free(series);
}

static void test_very_short_series(void **state) {
    const double series[3] = {1, 4, 1};
    const ons_estimate one = estimate_one(series, 1), two = estimate_one(series, 2), three = estimate_one(series, 3);
    assert_true(one.mean == 1 && isnan(one.error) && one.samples == 1);
    assert_true(one.flags == (ONS_TOO_FEW_SAMPLES | ONS_NOT_EQUILIBRATED));
    NEAR(two.mean, 2.5, 1e-15);
    NEAR(two.error, 1.5 * ons_student(1), 1e-9);
    NEAR(three.mean, 2, 1e-15);
    assert_true(isfinite(three.error) && three.error > 0);
    assert_true(three.flags == (ONS_TOO_FEW_SAMPLES | ONS_NOT_EQUILIBRATED));
}

static void test_constant_series_have_no_error(void **state) {
    double series[300];
    for (int i = 0; i < 300; i++) { series[i] = 0.1; }
    const double *const replicas[2] = {series, series};
    const ons_estimate estimate = estimate_of(replicas, (const size_t[]){300, 170}, 2, 0);
    assert_true(estimate.mean == 0.1 && estimate.error == 0 && estimate.tau == 0.5);
    assert_true(estimate.flags == 0);
    assert_true(estimate_one(series, 3).flags == (ONS_TOO_FEW_SAMPLES | ONS_NOT_EQUILIBRATED));
}

static void test_replicas_frozen_in_different_states_are_flagged(void **state) {
    double up[400], down[400];
    for (int i = 0; i < 400; i++) { down[i] = -(up[i] = 1); }
    const double *const replicas[4] = {up, down, up, up};
    ons_estimate estimate = estimate_of(replicas, (const size_t[]){400, 400, 400, 400}, 4, 0);
    assert_true(estimate.flags & ONS_NOT_EQUILIBRATED);
    NEAR(estimate.mean, 0.5, 1e-15);
    assert_true(estimate.error > 0.2);
    /* the magnetization below the transition: small fluctuations about +m and -m */
    for (int i = 0; i < 400; i++) {
        up[i] += 0.01 * (i * 7 % 5);
        down[i] += 0.01 * (i * 7 % 5);
    }
    estimate = estimate_of(replicas, (const size_t[]){400, 400, 400, 400}, 4, 0);
    assert_true(estimate.flags & ONS_NOT_EQUILIBRATED);
}

static void test_drifts_and_jumps_are_flagged(void **state) {
    double series[2000];
    autoregressive(0.5, 0, 2000, 5, series);
    assert_true(estimate_one(series, 2000).flags == 0);
    for (int i = 0; i < 2000; i++) { series[i] += 0.002 * i; }
    assert_true(estimate_one(series, 2000).flags & ONS_NOT_EQUILIBRATED);
    for (int i = 0; i < 2000; i++) { series[i] = i >= 1000; }
    assert_true(estimate_one(series, 2000).flags & ONS_NOT_EQUILIBRATED);
}

static void test_numbers_that_are_not_finite(void **state) {
    double series[100];
    const double bad[] = {NAN, INFINITY};
    for (int k = 0; k < 2; k++) {
        for (int place = 0; place < 100; place += 99) {
            autoregressive(0.5, 0, 100, 6, series);
            series[place] = bad[k];
            const ons_estimate estimate = estimate_one(series, 100);
            assert_true(estimate.flags & ONS_NOT_FINITE);
            assert_false(isfinite(estimate.mean));
        }
    }
}

static void test_alternating_series_have_small_errors(void **state) {
    double series[1000];
    for (int i = 0; i < 1000; i++) { series[i] = i % 2; }
    const ons_estimate estimate = estimate_one(series, 1000);
    NEAR(estimate.mean, 0.5, 1e-15);
    assert_true(estimate.error < 0.005 && estimate.tau < 0.05);
    assert_true((estimate.flags & ONS_NOT_FINITE) == 0);
}

/* AR(1) with a negative coefficient rho: tau = 1/2 + rho/(1 - rho), 0.0128 for rho = -0.95. The mean over 400 runs of
 * (mean/error)^2 is 1 with a standard deviation of sqrt(2/400) = 0.07 and some more from the error's own: 6 of them
 * leave a false alarm below 1e-6. */
static void test_errors_of_anticorrelated_series_hold(void **state) {
    enum { COUNT = 4000, SERIES = 400 };
    double *series = malloc(COUNT * sizeof *series);
    const double rhos[] = {-0.5, -0.95, -0.995};
    for (size_t c = 0; c < 3; c++) {
        double squares = 0;
        for (uint32_t k = 0; k < SERIES; k++) {
            autoregressive(rhos[c], 0, COUNT, 100 + k, series);
            const ons_estimate estimate = estimate_one(series, COUNT);
            squares += pow(estimate.mean / estimate.error, 2) / SERIES;
        }
        NEAR(squares, 1, 6 * 0.08);
    }
    free(series);
}

static void test_split_rhat_by_hand(void **state) {
    /* halves 0 2 | 1 3 and 4 6 | 2 4: means 1, 2, 5, 3, each of variance 2; B = 2 * 35/12, W = 2: R^2 = 1/2 + 35/24 */
    const double first[4] = {0, 2, 1, 3}, second[4] = {4, 6, 2, 4};
    const double *const replicas[2] = {first, second};
    NEAR(estimate_of(replicas, (const size_t[]){4, 4}, 2, 0).rhat, sqrt(0.5 + 35.0 / 24), 1e-12);
}

static void test_replicas_of_different_length_and_bins(void **state) {
    enum { LONG = 5000, SHORT = 300 };
    double *series[3];
    const size_t lengths[3] = {LONG, SHORT, 0};
    double sum = 0;
    for (uint32_t r = 0; r < 3; r++) {
        series[r] = malloc(LONG * sizeof(double));
        autoregressive(0.6, 1, LONG, 20 + r, series[r]);
        for (size_t i = 0; i < lengths[r]; i++) { sum += series[r][i]; }
    }
    const ons_estimate estimate = estimate_of((const double *const *)series, lengths, 3, 0);
    NEAR(estimate.mean, sum / (LONG + SHORT), 1e-12);
    assert_true(estimate.samples == LONG + SHORT);
    const double exact = sqrt(2 * 2.0 / (LONG + SHORT)); /* tau = (1 + 0.6)/(1 - 0.6)/2 = 2 */
    assert_true(estimate.error > 0.6 * exact && estimate.error < 1.6 * exact);
    for (int r = 0; r < 3; r++) { free(series[r]); }
}

static void variance(void *data, const double *means, double *outputs) {
    ++*(size_t *)data;
    outputs[0] = means[1] - means[0] * means[0];
    outputs[1] = 2 * means[0] + 1;
    outputs[2] = 1 / (means[0] - means[0]);
}

static void test_jackknife_by_hand(void **state) {
    /* The jackknife of <x^2> - <x>^2 over independent numbers is the unbiased variance: 0 1 5 6 gives 26/3. As disorder
     * samples: pseudo-values 4 f - 3 f_j with f = 26/4, f_j = 14/3, 62/9, 62/9, 14/3 */
    const double x[4] = {0, 1, 5, 6};
    ons_bins bins[4];
    const ons_bins *pointers[4];
    for (int r = 0; r < 4; r++) {
        fill(bins + r, 2, 4, (const double[]){x[r], x[r] * x[r]}, 1);
        pointers[r] = bins + r;
    }
    ons_joint *joint;
    ons_estimate estimates[3];
    size_t calls = 0;
    assert_int_equal(ons_joint_create(&joint, pointers, 4, ONS_INDEPENDENT), ONS_OK);
    assert_int_equal(ons_joint_derived(joint, 3, variance, &calls, estimates), ONS_OK);
    NEAR(estimates[0].mean, 26.0 / 3, 1e-12);
    const double low = 26 - 62.0 / 3, high = 26 - 14.0; /* pseudo-values */
    ons_estimate spread;
    ons_spread((const double[]){high, low, low, high}, 4, &spread);
    NEAR(estimates[0].error, spread.error, 1e-12);
    NEAR(estimates[0].mean, spread.mean, 1e-12);
    ons_spread((const double[]){1, 3, 11, 13}, 4, &spread);
    NEAR(estimates[1].mean, 7, 1e-12);
    NEAR(estimates[1].error, spread.error, 1e-12);
    assert_true(estimates[2].flags & ONS_NOT_FINITE);
    assert_true(isnan(estimates[0].tau) && isnan(estimates[0].rhat));
    ons_joint_free(joint);
    for (int r = 0; r < 4; r++) { ons_bins_free(bins + r); }
}

static void corner(void *data, const double *means, double *outputs) {
    (void)data;
    outputs[0] = means[0] > 0 ? 3 : 2 + 0.1 * means[0];
}

/* A mean of 0.0005(161) and a step from 2 to 3 at 0: half of the jackknife's values lie on the other side, and would
 * make it 22.5 by the correction. */
static void test_a_corner_within_the_error_is_not_corrected(void **state) {
    enum { COUNT = 40 };
    ons_bins bins[COUNT];
    const ons_bins *pointers[COUNT];
    for (int r = 0; r < COUNT; r++) {
        const double x = r % 2 ? 0.101 : -0.100;
        fill(bins + r, 1, 4, &x, 1);
        pointers[r] = bins + r;
    }
    for (unsigned flags = 0; flags <= ONS_INDEPENDENT; flags += ONS_INDEPENDENT) {
        ons_joint *joint;
        ons_estimate estimate;
        assert_int_equal(ons_joint_create(&joint, pointers, COUNT, flags), ONS_OK);
        assert_int_equal(ons_joint_derived(joint, 1, corner, NULL, &estimate), ONS_OK);
        assert_true(estimate.mean == 3);
        assert_true(estimate.error > 1 && estimate.flags & ONS_TOO_FEW_SAMPLES);
        ons_joint_free(joint);
    }
    for (int r = 0; r < COUNT; r++) { ons_bins_free(bins + r); }
}

static void test_derived_linear_functions_equal_means_and_cost_at_most_1024_calls(void **state) {
    enum { COUNT = 30000 };
    double *x = malloc(COUNT * sizeof *x), *pairs = malloc(2 * COUNT * sizeof *pairs);
    ons_bins bins[2];
    const ons_bins *pointers[2] = {bins, bins + 1};
    for (uint32_t r = 0; r < 2; r++) {
        autoregressive(0.9, 2, COUNT, 40 + r, x);
        for (int i = 0; i < COUNT; i++) {
            pairs[2 * i] = x[i];
            pairs[2 * i + 1] = x[i] * x[i];
        }
        fill(bins + r, 2, 512, pairs, COUNT);
    }
    ons_joint *joint;
    ons_estimate estimates[3], mean;
    size_t calls = 0;
    assert_int_equal(ons_joint_create(&joint, pointers, 2, 0), ONS_OK);
    assert_int_equal(ons_joint_derived(joint, 3, variance, &calls, estimates), ONS_OK);
    assert_int_equal(ons_joint_estimate(joint, 0, &mean), ONS_OK);
    assert_true(calls <= 1024);
    NEAR(estimates[1].mean, 2 * mean.mean + 1, 1e-9);
    NEAR(estimates[1].error, 2 * mean.error, 0.3 * mean.error);
    NEAR(estimates[0].mean, 1, 6 * estimates[0].error);
    assert_true(estimates[0].flags == 0);
    ons_joint_free(joint);
    for (int r = 0; r < 2; r++) { ons_bins_free(bins + r); }
    free(x);
    free(pairs);
}

static bool positive_semidefinite(const double *matrix, int n) { /* by Cholesky with a little added */
    double a[64];
    double trace = 0;
    for (int i = 0; i < n; i++) { trace += matrix[i * n + i]; }
    for (int i = 0; i < n * n; i++) { a[i] = matrix[i] + (i % (n + 1) == 0 ? 1e-10 * trace : 0); }
    for (int k = 0; k < n; k++) {
        if (!(a[k * n + k] > 0)) { return false; }
        for (int i = k + 1; i < n; i++) {
            const double factor = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n; j++) { a[i * n + j] -= factor * a[k * n + j]; }
        }
    }
    return true;
}

/* x, y = 0.8 x + 0.6 z, x + y, a constant: correlations 1, 0.8, 1.8/sqrt(3.6), 0. */
static void test_covariance_and_bootstrap_of_correlated_components(void **state) {
    enum { COUNT = 40000, RESAMPLES = 2000 };
    double *x = malloc(COUNT * sizeof *x), *z = malloc(COUNT * sizeof *z), *rows = malloc(4 * COUNT * sizeof *rows);
    autoregressive(0.8, 0, COUNT, 50, x);
    autoregressive(0.8, 0, COUNT, 51, z);
    for (int i = 0; i < COUNT; i++) {
        const double y = 0.8 * x[i] + 0.6 * z[i];
        memcpy(rows + 4 * i, (const double[]){x[i], y, x[i] + y, 2.5}, 4 * sizeof *rows);
    }
    ons_bins bins;
    fill(&bins, 4, 1024, rows, COUNT);
    const ons_bins *pointer = &bins;
    ons_joint *joint;
    double matrix[16], *means = malloc(4 * RESAMPLES * sizeof *means);
    ons_estimate estimate[4];
    assert_int_equal(ons_joint_create(&joint, &pointer, 1, 0), ONS_OK);
    assert_int_equal(ons_joint_covariance(joint, NULL, 4, matrix), ONS_OK);
    for (size_t c = 0; c < 4; c++) {
        assert_int_equal(ons_joint_estimate(joint, c, estimate + c), ONS_OK);
        assert_true(matrix[5 * c] == estimate[c].error * estimate[c].error);
    }
    assert_true(positive_semidefinite(matrix, 4));
    NEAR(matrix[1] / sqrt(matrix[0] * matrix[5]), 0.8, 6 * 0.36 / sqrt(200));
    assert_true(matrix[3] == 0 && matrix[15] == 0);
    ons_random random = ons_random_stream(3, 0, 0);
    assert_int_equal(ons_joint_bootstrap(joint, RESAMPLES, &random, means), ONS_OK);
    for (int c = 0; c < 3; c++) {
        double sum = 0, squares = 0;
        for (int k = 0; k < RESAMPLES; k++) {
            sum += means[4 * k + c];
            squares += pow(means[4 * k + c] - ons_joint_means(joint)[c], 2);
        }
        NEAR(sum / RESAMPLES, ons_joint_means(joint)[c], 6 * estimate[c].error / sqrt(RESAMPLES));
        NEAR(sqrt(squares / RESAMPLES), estimate[c].error, 0.35 * estimate[c].error);
    }
    assert_true(means[3] == 2.5);
    ons_joint_free(joint);
    ons_bins_free(&bins);
    free(x);
    free(z);
    free(rows);
    free(means);
}

static void test_autocorrelation_by_hand(void **state) {
    /* 1 2 3 2: mean 2, deviations -1 0 1 0, variance 1/2; lag 1: 0; lag 2: -1/2; lag 3: 0 */
    double function[5];
    ons_autocorrelation((const double[]){1, 2, 3, 2}, 4, 5, function);
    const double exact[5] = {1, 0, -1, 0, 0};
    for (int i = 0; i < 5; i++) { NEAR(function[i], exact[i], 1e-15); }
}

static void test_warmup_ends_when_the_run_is_long_and_level(void **state) {
    ons_bins bins;
    assert_int_equal(ons_bins_init(&bins, 4, 512), ONS_OK);
    ons_random random = ons_random_stream(8, 0, 0);
    double fast = 20, slow = 0;
    bool over = true, passed[4];
    assert_int_equal(ons_warmup_over(&bins, NULL, &over, passed), ONS_OK);
    assert_false(over);
    uint64_t samples = 0;
    for (unsigned k = 4; k <= 13; k++) {
        for (; samples < UINT64_C(1) << k; samples++) {
            fast = 0.8 * fast + 0.6 * ons_random_normal(&random);
            slow = 0.9999 * slow + 0.014 * ons_random_normal(&random); /* tau 10,000 */
            ons_bins_add(&bins, (const double[]){fast, slow, 1.5, NAN});
        }
        assert_int_equal(ons_warmup_over(&bins, NULL, &over, passed), ONS_OK);
        assert_false(over);
        if (k < 6) { assert_false(passed[0]); } /* 64 samples are not enough for anything */
    }
    assert_true(passed[0] && !passed[1] && passed[2] && passed[3]);
    const bool ignore[4] = {false, true, false, false};
    assert_int_equal(ons_warmup_over(&bins, ignore, &over, NULL), ONS_OK);
    assert_true(over);
    ons_bins_free(&bins);
}

static void test_a_slow_approach_is_no_equilibrium(void **state) {
    ons_bins bins;
    assert_int_equal(ons_bins_init(&bins, 1, 512), ONS_OK);
    ons_random random = ons_random_stream(9, 0, 0);
    for (int i = 0; i < 8192; i++) {
        const double x = 20 * exp(-i / 4000.0) + ons_random_normal(&random);
        ons_bins_add(&bins, &x);
    }
    bool over;
    assert_int_equal(ons_warmup_over(&bins, NULL, &over, NULL), ONS_OK);
    assert_false(over);
    ons_bins_free(&bins);
}

static void test_joints_that_cannot_be(void **state) {
    ons_bins one, two, empty;
    fill(&one, 1, 4, (const double[]){1, 2}, 2);
    fill(&two, 2, 4, (const double[]){1, 2}, 1);
    fill(&empty, 1, 4, NULL, 0);
    ons_joint *joint;
    ons_estimate estimate;
    assert_int_equal(ons_joint_create(&joint, (const ons_bins *[]){&one, &two}, 2, 0), ONS_INVALID);
    assert_null(joint);
    assert_int_equal(ons_joint_create(&joint, (const ons_bins *[]){&empty}, 1, 0), ONS_INVALID);
    assert_int_equal(ons_joint_create(&joint, (const ons_bins *[]){&empty, &one}, 2, 0), ONS_OK);
    assert_int_equal(ons_joint_components(joint), 1);
    assert_int_equal(ons_joint_estimate(joint, 1, &estimate), ONS_INVALID);
    ons_joint_free(joint);
    ons_bins_free(&one);
    ons_bins_free(&two);
    ons_bins_free(&empty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spread_by_hand),
        cmocka_unit_test(test_tau_of_an_autoregressive_process),
        cmocka_unit_test(test_very_short_series),
        cmocka_unit_test(test_constant_series_have_no_error),
        cmocka_unit_test(test_replicas_frozen_in_different_states_are_flagged),
        cmocka_unit_test(test_drifts_and_jumps_are_flagged),
        cmocka_unit_test(test_numbers_that_are_not_finite),
        cmocka_unit_test(test_alternating_series_have_small_errors),
        cmocka_unit_test(test_errors_of_anticorrelated_series_hold),
        cmocka_unit_test(test_split_rhat_by_hand),
        cmocka_unit_test(test_replicas_of_different_length_and_bins),
        cmocka_unit_test(test_jackknife_by_hand),
        cmocka_unit_test(test_a_corner_within_the_error_is_not_corrected),
        cmocka_unit_test(test_derived_linear_functions_equal_means_and_cost_at_most_1024_calls),
        cmocka_unit_test(test_covariance_and_bootstrap_of_correlated_components),
        cmocka_unit_test(test_autocorrelation_by_hand),
        cmocka_unit_test(test_warmup_ends_when_the_run_is_long_and_level),
        cmocka_unit_test(test_a_slow_approach_is_no_equilibrium),
        cmocka_unit_test(test_joints_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
