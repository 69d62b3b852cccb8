/*
 * Joint bins, records and binning levels against sums done by hand.
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

#define CLOSE(a, b) assert_true(fabs((a) - (b)) <= 1e-12 * fmax(1, fabs(b)))

static void test_merged_bins_are_means_of_pairs(void **state) {
    ons_bins bins;
    assert_int_equal(ons_bins_init(&bins, 2, 4), ONS_OK);
    for (int i = 0; i < 11; i++) { ons_bins_add(&bins, (const double[]){i * i, 7.5}); }
    /* 11 samples, 4 bins: length 4, two bins and 3 samples in the third */
    assert_int_equal(bins.length, 4);
    assert_int_equal(bins.count, 2);
    assert_int_equal(bins.partial_samples, 3);
    assert_true(bins.bins[0] == ((0 + 1) / 2.0 + (4 + 9) / 2.0) / 2);
    assert_true(bins.bins[2] == ((16 + 25) / 2.0 + (36 + 49) / 2.0) / 2);
    assert_true(bins.bins[1] == 0 && bins.bins[3] == 0);
    assert_true(bins.partial[0] == 64 + 81 + 100);
    CLOSE(ons_bins_mean(&bins, 0), 35.0);
    assert_true(ons_bins_mean(&bins, 1) == 7.5);
    assert_true(ons_bins_variance(&bins, 1) == 0);
    ons_bins_free(&bins);
}

static void test_bins_are_full_before_they_are_merged(void **state) {
    ons_bins bins;
    assert_int_equal(ons_bins_init(&bins, 1, 8), ONS_OK);
    const double x = 1;
    for (int i = 0; i < 8; i++) { ons_bins_add(&bins, &x); }
    assert_int_equal(bins.count, 8);
    assert_int_equal(bins.length, 1);
    ons_bins_add(&bins, &x);
    assert_int_equal(bins.count, 4);
    assert_int_equal(bins.length, 2);
    ons_bins_free(&bins);
}

static void test_variance_survives_a_mean_of_1e8(void **state) {
    ons_bins bins;
    assert_int_equal(ons_bins_init(&bins, 1, 16), ONS_OK);
    for (int i = 0; i < 100000; i++) {
        const double x = 1e8 + (i % 4); /* variance of 0, 1, 2, 3: 5/4 */
        ons_bins_add(&bins, &x);
    }
    CLOSE(ons_bins_variance(&bins, 0), 1.25 * 100000 / 99999);
    CLOSE(ons_bins_mean(&bins, 0), 1e8 + 1.5);
    ons_bins_free(&bins);
}

static void test_level_errors_are_those_of_block_means(void **state) {
    ons_bins bins;
    const double x[10] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    assert_int_equal(ons_bins_init(&bins, 1, 4), ONS_OK);
    for (int i = 0; i < 10; i++) { ons_bins_add(&bins, x + i); }
    for (unsigned level = 0; level < 4; level++) {
        const int length = 1 << level, blocks = 10 / length;
        double mean = 0, sum = 0;
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < length; i++) { mean += x[b * length + i] / length / blocks; }
        }
        for (int b = 0; b < blocks; b++) {
            double block = 0;
            for (int i = 0; i < length; i++) { block += x[b * length + i] / length; }
            sum += (block - mean) * (block - mean);
        }
        CLOSE(ons_bins_level_error(&bins, 0, level), blocks < 2 ? 0 : sqrt(sum / (blocks - 1) / blocks));
    }
    assert_true(ons_bins_level_error(&bins, 0, 60) == 0);
    ons_bins_free(&bins);
}

static void copy(ons_bins *to, const ons_bins *from) {
    const size_t n = from->components;
    assert_int_equal(ons_bins_init(to, n, from->capacity), ONS_OK);
    to->samples = from->samples;
    to->length = from->length;
    to->count = from->count;
    to->partial_samples = from->partial_samples;
    memcpy(to->shift, from->shift, n * sizeof(double));
    memcpy(to->bins, from->bins, n * from->capacity * sizeof(double));
    memcpy(to->partial, from->partial, n * sizeof(double));
    memcpy(to->squares, from->squares, 2 * n * sizeof(double));
    memcpy(to->level_squares, from->level_squares, ONS_LEVELS * n * sizeof(double));
    memcpy(to->level_sums, from->level_sums, ONS_LEVELS * n * sizeof(double));
    memcpy(to->level_pending, from->level_pending, ONS_LEVELS * n * sizeof(double));
}

static void test_a_copied_state_goes_on_with_the_same_bits(void **state) {
    enum { COMPONENTS = 67 };
    ons_bins whole, part;
    ons_random random = ons_random_stream(1, 0, 0);
    double sample[COMPONENTS];
    assert_int_equal(ons_bins_init(&whole, COMPONENTS, 8), ONS_OK);
    for (int i = 0; i < 777; i++) {
        for (int c = 0; c < COMPONENTS; c++) { sample[c] = ons_random_uniform(&random); }
        ons_bins_add(&whole, sample);
        if (i == 300) { copy(&part, &whole); }
        if (i > 300) { ons_bins_add(&part, sample); }
    }
    assert_int_equal(part.samples, whole.samples);
    assert_memory_equal(part.bins, whole.bins, sizeof(double) * COMPONENTS * 8);
    assert_memory_equal(part.partial, whole.partial, sizeof(double) * COMPONENTS);
    assert_memory_equal(part.squares, whole.squares, sizeof(double) * 2 * COMPONENTS);
    assert_memory_equal(part.level_squares, whole.level_squares, sizeof(double) * ONS_LEVELS * COMPONENTS);
    assert_memory_equal(part.level_sums, whole.level_sums, sizeof(double) * ONS_LEVELS * COMPONENTS);
    assert_memory_equal(part.level_pending, whole.level_pending, sizeof(double) * ONS_LEVELS * COMPONENTS);
    ons_bins_free(&whole);
    ons_bins_free(&part);
}

static void test_the_record_keeps_every_strideth_sample(void **state) {
    ons_record record;
    assert_int_equal(ons_record_init(&record, 2, 4), ONS_OK);
    for (int i = 0; i < 23; i++) { ons_record_add(&record, (const double[]){i, -i}); }
    /* strides 1, 2, 4, 8: rows 0, 8, 16 */
    assert_int_equal(record.stride, 8);
    assert_int_equal(record.count, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(record.rows[2 * i] == 8 * i);
        assert_true(record.rows[2 * i + 1] == -8 * i);
    }
    ons_record_free(&record);
}

static void test_odd_capacities_are_refused(void **state) {
    ons_bins bins;
    ons_record record;
    assert_int_equal(ons_bins_init(&bins, 1, 7), ONS_INVALID);
    assert_int_equal(ons_bins_init(&bins, 1, 0), ONS_INVALID);
    assert_int_equal(ons_record_init(&record, 1, 3), ONS_INVALID);
    assert_int_equal(ons_bins_init(&bins, SIZE_MAX / 64, 4096), ONS_MEMORY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged_bins_are_means_of_pairs),
        cmocka_unit_test(test_bins_are_full_before_they_are_merged),
        cmocka_unit_test(test_variance_survives_a_mean_of_1e8),
        cmocka_unit_test(test_level_errors_are_those_of_block_means),
        cmocka_unit_test(test_a_copied_state_goes_on_with_the_same_bits),
        cmocka_unit_test(test_the_record_keeps_every_strideth_sample),
        cmocka_unit_test(test_odd_capacities_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
