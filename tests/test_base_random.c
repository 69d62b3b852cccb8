/*
 * Random streams: the published words of Philox4x32-10, equal words from every kernel, and the distributions made of
 * them.
 *
 * Statistical tests have fixed seeds and a false-alarm rate below 1e-6 each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Random123 is written for compilers with other warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};

/* kat_vectors of Random123 for philox4x32 with 10 rounds: counter, key, words. */
static const uint32_t published[3][10] = {
    {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
    {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
     0x6d5451fd},
    {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
     0x24126ea1},
};

extern base_random_batch base_random_batch_plain, base_random_batch_v3, base_random_batch_v4;

static base_random_batch *batch_of(const char *name) {
#if defined(__x86_64__)
    if (strcmp(name, "x86-64-v3") == 0) { return base_random_batch_v3; }
    if (strcmp(name, "x86-64-v4") == 0) { return base_random_batch_v4; }
#endif
    return base_random_batch_plain;
}

static void test_every_kernel_gives_the_published_words(void **state) {
    for (int k = 0; k < 3; k++) {
        if (!ons_random_select(kernels[k])) { continue; }
        for (int i = 0; i < 3; i++) {
            const uint32_t *row = published[i];
            const uint64_t block = row[0] | (uint64_t)row[1] << 32, key = row[4] | (uint64_t)row[5] << 32;
            uint32_t words[ONS_RANDOM_BATCH];
            batch_of(kernels[k])(key, row[2], row[3], block / 16, words);
            assert_memory_equal(words + 4 * (block % 16), row + 6, 16);
        }
    }
}

static void test_every_kernel_agrees_with_random123(void **state) {
    ons_random random = ons_random_stream(1, 2, 3);
    for (int i = 0; i < 3000; i++) {
        const uint64_t key = ons_random_64(&random), batch = ons_random_64(&random) >> (4 + i % 60);
        const uint32_t replica = ons_random_32(&random), purpose = ons_random_32(&random);
        uint32_t expected[ONS_RANDOM_BATCH], words[ONS_RANDOM_BATCH];
        for (uint64_t j = 0; j < 16; j++) {
            const uint64_t block = batch * 16 + j;
            const philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), replica, purpose}};
            const philox4x32_key_t keys = {{(uint32_t)key, (uint32_t)(key >> 32)}};
            const philox4x32_ctr_t result = philox4x32(counter, keys);
            memcpy(expected + 4 * j, result.v, 16);
        }
        for (int k = 0; k < 3; k++) {
            if (!ons_random_select(kernels[k])) { continue; }
            batch_of(kernels[k])(key, replica, purpose, batch, words);
            assert_memory_equal(words, expected, sizeof words);
        }
    }
}

static void test_the_kernel_in_use_has_a_name(void **state) {
    assert_true(ons_random_select("plain"));
    assert_string_equal(ons_random_kernel(), "plain");
    assert_false(ons_random_select("abacus"));
    assert_string_equal(ons_random_kernel(), "plain");
}

/* Word i is word i % 4 of the block with counter i / 4. */
static void test_a_stream_is_addressed_by_its_position(void **state) {
    const uint64_t key = 0x0123456789abcdefULL;
    static const uint64_t places[] = {
        0, 1, 63, 64, 65, 1000003, (UINT64_C(1) << 34) + 5, UINT64_C(0x8000000000000001), UINT64_MAX - 1};
    ons_random random = ons_random_stream(key, 7, 9);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const uint64_t block = places[i] / 4;
        const philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), 7, 9}};
        const philox4x32_key_t keys = {{(uint32_t)key, (uint32_t)(key >> 32)}};
        const philox4x32_ctr_t result = philox4x32(counter, keys);
        ons_random_seek(&random, places[i]);
        assert_int_equal(ons_random_32(&random), result.v[places[i] % 4]);
        assert_true(random.position == places[i] + 1);
    }
}

static void test_filling_equals_single_calls_for_every_kernel(void **state) {
    uint32_t *expected = malloc(20000 * sizeof *expected), *words = malloc(20000 * sizeof *words);
    for (int k = 0; k < 3; k++) {
        if (!ons_random_select(kernels[k])) { continue; }
        ons_random one = ons_random_stream(42, 1, 2), many = one, lengths = ons_random_stream(43, 0, 0);
        for (int i = 0; i < 200; i++) {
            const size_t count = ons_random_below(&lengths, i < 150 ? 200 : 20000);
            for (size_t j = 0; j < count; j++) { expected[j] = ons_random_32(&one); }
            ons_random_fill(&many, words, count);
            assert_true(many.position == one.position);
            if (count) { assert_memory_equal(words, expected, count * sizeof *words); }
            assert_int_equal(ons_random_32(&one), ons_random_32(&many));
        }
    }
    free(expected);
    free(words);
}

static void test_streams_differ_in_key_replica_and_purpose(void **state) {
    const ons_random streams[] = {ons_random_stream(1, 0, 0), ons_random_stream(2, 0, 0),
                                  ons_random_stream(1ULL << 32, 0, 0), ons_random_stream(1, 1, 0),
                                  ons_random_stream(1, 0, 1)};
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < i; j++) {
            ons_random a = streams[i], b = streams[j];
            int equal = 0;
            for (int k = 0; k < 1000; k++) { equal += ons_random_32(&a) == ons_random_32(&b); }
            assert_in_range(equal, 0, 1); /* two by chance: 1e-8 */
        }
    }
    assert_true(ons_random_key(1, 2) != ons_random_key(2, 1));
    assert_true(ons_random_key(1, 2) != ons_random_key(1, 3));
}

/* bound = 3 2^30: without rejection every third number would come twice as often. */
static void test_numbers_below_a_bound_have_no_bias(void **state) {
    static const struct {
        uint32_t bound, classes;
    } cases[] = {{3U << 30, 3}, {10, 10}, {6, 6}, {1U << 31, 8}, {0xFFFFFFFFU, 10}};
    ons_random random = ons_random_stream(20, 0, 0);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        enum { draws = 300000 };
        double counts[10] = {0}, chi2 = 0;
        for (int i = 0; i < draws; i++) {
            const uint32_t value = ons_random_below(&random, cases[c].bound);
            assert_true(value < cases[c].bound);
            counts[value % cases[c].classes]++;
        }
        const double expected = (double)draws / cases[c].classes;
        for (uint32_t i = 0; i < cases[c].classes; i++) { chi2 += pow(counts[i] - expected, 2) / expected; }
        assert_true(chi2 < 48); /* 9 degrees of freedom: 3e-7; fewer: less */
    }
    for (int i = 0; i < 100; i++) { assert_int_equal(ons_random_below(&random, 1), 0); }
}

static void test_uniform_numbers_lie_inside_their_interval(void **state) {
    ons_random random = ons_random_stream(0, 0, 0);
    random.batch = 0; /* words set by hand: the smallest and the largest number */
    memset(random.words, 0, sizeof random.words);
    memset(random.words + 2, 0xFF, 2 * sizeof random.words[0]);
    assert_true(ons_random_uniform(&random) == 0x1p-53);
    assert_true(ons_random_uniform(&random) == 1 - 0x1p-53);

    random = ons_random_stream(21, 0, 0);
    const int draws = 1000000;
    double mean = 0, square = 0;
    for (int i = 0; i < draws; i++) {
        const double u = ons_random_uniform(&random) - 0.5;
        mean += u / draws;
        square += u * u / draws;
    }
    assert_true(fabs(mean) < 5.5 * sqrt(1.0 / 12 / draws)); /* 4e-8 */
    assert_true(fabs(square - 1.0 / 12) < 5.5 * sqrt(1.0 / 180 / draws));
}

static void test_normal_numbers_have_the_moments_of_a_gaussian(void **state) {
    static const double moments[4] = {0, 1, 0, 3}, variances[4] = {1, 2, 15, 96};
    ons_random random = ons_random_stream(22, 0, 0);
    const int draws = 500000;
    double sums[4] = {0};
    int beyond_two = 0;
    for (int i = 0; i < draws; i++) {
        const double z = ons_random_normal(&random);
        sums[0] += z;
        sums[1] += z * z;
        sums[2] += z * z * z;
        sums[3] += z * z * z * z;
        beyond_two += fabs(z) > 2;
    }
    for (int k = 0; k < 4; k++) { assert_true(fabs(sums[k] / draws - moments[k]) < 5.5 * sqrt(variances[k] / draws)); }
    const double tail = 0.0455002638963584; /* erfc(sqrt(2)) */
    assert_true(fabs(beyond_two - tail * draws) < 5.5 * sqrt(tail * (1 - tail) * draws));
}

static void test_normal_numbers_do_not_depend_on_the_kernel(void **state) {
    double reference[500];
    for (int k = 0; k < 3; k++) {
        if (!ons_random_select(kernels[k])) { continue; }
        ons_random random = ons_random_stream(23, 4, 5);
        for (int i = 0; i < 500; i++) {
            const double z = ons_random_normal(&random);
            if (k == 0) { reference[i] = z; }
            assert_memory_equal(&z, &reference[i], sizeof z);
        }
    }
}

static void test_thresholds_are_the_nearest_integers(void **state) {
    static const struct {
        double probability;
        uint64_t threshold;
    } cases[] = {
        {0, 0},
        {-0.0, 0},
        {-1, 0},
        {NAN, 0},
        {1, UINT64_MAX},
        {2, UINT64_MAX},
        {INFINITY, UINT64_MAX},
        {0.5, UINT64_C(1) << 63},
        {0x1p-64, 1},
        {0x1.8p-64, 2},
        {0x1.7p-64, 1},
        {0x1p-65, 1},
        {0x1.fffffffffffffp-66, 0},
        {5e-324, 0},
        {0x1.fffffffffffffp-1, UINT64_MAX - 2047},        /* 2^64 - 2^11 */
        {0x1.0000000000001p-13, (UINT64_C(1) << 51) + 1}, /* + 2^-1: a tie, up */
        {0x1.0000000000003p-15, (UINT64_C(1) << 49) + 0}, /* + 3/8 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(ons_threshold(cases[i].probability) == cases[i].threshold);
    }
    uint64_t last = 0;
    for (int i = 0; i <= 100000; i++) { /* monotonic */
        const uint64_t threshold = ons_threshold(i / 100000.0);
        assert_true(threshold >= last);
        last = threshold;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kernel_gives_the_published_words),
        cmocka_unit_test(test_every_kernel_agrees_with_random123),
        cmocka_unit_test(test_the_kernel_in_use_has_a_name),
        cmocka_unit_test(test_a_stream_is_addressed_by_its_position),
        cmocka_unit_test(test_filling_equals_single_calls_for_every_kernel),
        cmocka_unit_test(test_streams_differ_in_key_replica_and_purpose),
        cmocka_unit_test(test_numbers_below_a_bound_have_no_bias),
        cmocka_unit_test(test_uniform_numbers_lie_inside_their_interval),
        cmocka_unit_test(test_normal_numbers_have_the_moments_of_a_gaussian),
        cmocka_unit_test(test_normal_numbers_do_not_depend_on_the_kernel),
        cmocka_unit_test(test_thresholds_are_the_nearest_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
