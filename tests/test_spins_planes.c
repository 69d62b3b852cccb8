/*
 * Random planes: equal to Random123's ARS on every instruction set, and fair.
 *
 * Statistical tests have fixed seeds and a false-alarm rate below 1e-6 each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins/planes.h"
#include "spins/spins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#define R123_USE_AES_NI 1
#include <Random123/ars.h>
#pragma GCC diagnostic pop
#endif

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const kernels[] = {"plain", "x86-64-v3", "x86-64-v4"};

static uint64_t reversed_bytes(uint64_t word) {
    uint64_t result = 0;
    for (int i = 0; i < 8; i++) { result |= (word >> 8 * i & 0xFF) << 8 * (7 - i); }
    return result;
}

/* FIPS 197, appendix B: the first round of the example, from its start to its end. */
static void test_the_plain_round_is_that_of_the_standard(void **state) {
    uint64_t block[2] = {reversed_bytes(0x193de3bea0f4e22bU), reversed_bytes(0x9ac68d2ae9f84808U)};
    uint64_t last[2] = {block[0], block[1]};
    spins_cipher_round(block);
    assert_true(block[0] == reversed_bytes(0x046681e5e0cb199aU) && block[1] == reversed_bytes(0x48f8d37a2806264cU));
    spins_cipher_last_round(last);
    assert_true(last[0] == reversed_bytes(0xd4bf5d30e0b452aeU) && last[1] == reversed_bytes(0xb84111f11e2798e5U));
}

#if defined(__x86_64__)
__attribute__((target("aes"))) static void reference(spins_planes planes, uint64_t stream, uint64_t index,
                                                     uint64_t *bits) {
    const ars4x32_key_t key = {
        {(uint32_t)planes.low, (uint32_t)(planes.low >> 32), (uint32_t)planes.high, (uint32_t)(planes.high >> 32)}};
    for (uint64_t i = 0; i < 4; i++) {
        const uint64_t low = 4 * index + i;
        const ars4x32_ctr_t counter = {
            {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};
        const ars4x32_ctr_t words = ars4x32_R(7, counter, key);
        for (int k = 0; k < 2; k++) { bits[2 * i + k] = words.v[2 * k] | (uint64_t)words.v[2 * k + 1] << 32; }
    }
}

static void test_every_kernel_agrees_with_random123(void **state) {
    if (!__builtin_cpu_supports("aes")) { skip(); }
    ons_random random = ons_random_stream(1, 2, 3);
    for (int i = 0; i < 1000; i++) {
        const spins_planes planes = {ons_random_64(&random), ons_random_64(&random)};
        const uint64_t stream = ons_random_64(&random) >> i % 64, first = ons_random_64(&random) >> (2 + i % 62);
        uint64_t expected[5][SPINS_PLANE_WORDS], bits[5][SPINS_PLANE_WORDS];
        for (uint64_t k = 0; k < 5; k++) { reference(planes, stream, first + k, expected[k]); }
        for (int k = 0; k < 3; k++) {
            if (!ons_spins_select(kernels[k])) { continue; }
            assert_string_equal(ons_spins_kernel(), kernels[k]);
            memset(bits, 0, sizeof bits);
            spins_planes_fill(planes, stream, first, 5, bits[0]);
            assert_memory_equal(bits, expected, sizeof bits);
        }
    }
    assert_false(ons_spins_select("abacus"));
}
#endif

static void test_streams_of_random_words_have_their_own_planes(void **state) {
    const ons_random a = ons_random_stream(5, 6, 7);
    const spins_planes planes = spins_planes_of(&a);
    assert_true(planes.low == 5 && planes.high == ((uint64_t)7 << 32 | 6));
}

/* Pearson's chi^2 of `classes` counts, as a normal deviate (Wilson and Hilferty 1931). */
static double deviate(const uint64_t *counts, size_t classes) {
    double total = 0, chi2 = 0;
    for (size_t i = 0; i < classes; i++) { total += (double)counts[i]; }
    for (size_t i = 0; i < classes; i++) {
        const double expected = total / (double)classes, difference = (double)counts[i] - expected;
        chi2 += difference * difference / expected;
    }
    const double freedom = (double)classes - 1;
    return (cbrt(chi2 / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom));
}

enum { PLANES = 40000, WORDS = PLANES * SPINS_PLANE_WORDS };

static uint64_t *planes_of(uint64_t seed) {
    uint64_t *bits = malloc(WORDS * sizeof *bits);
    assert_non_null(bits);
    const ons_random random = ons_random_stream(seed, 0, 0);
    /* as kernels use them: short runs of planes at equal distances, in neighbouring streams */
    for (uint64_t i = 0; i < PLANES / 8; i++) {
        spins_planes_fill(spins_planes_of(&random), i % 16, 64 * (i / 16), 8, bits + i * 8 * SPINS_PLANE_WORDS);
    }
    return bits;
}

/* Every bit of the plane, and each against the same bit of other planes at many distances. */
static void test_bits_are_fair_and_independent(void **state) {
    uint64_t *bits = planes_of(30);
    static const size_t distances[] = {1, 2, 3, 4, 7, 8, 16, 64, 128, 1024};
    for (size_t position = 0; position < SPINS_PLANE_BITS; position += 1) {
        int64_t sum = 0;
        for (size_t i = 0; i < PLANES; i++) {
            sum += (int64_t)(bits[i * SPINS_PLANE_WORDS + position / 64] >> position % 64 & 1);
        }
        assert_true(fabs((double)sum - PLANES / 2.0) < 6.5 * sqrt(PLANES / 4.0)); /* 512 times 8e-11 */
    }
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
        const size_t shift = distances[d] * SPINS_PLANE_WORDS;
        int64_t equal = 0;
        for (size_t i = 0; i + shift < WORDS; i++) { equal += __builtin_popcountll(~(bits[i] ^ bits[i + shift])); }
        const double total = 64.0 * (double)(WORDS - shift);
        assert_true(fabs((double)equal - total / 2) < 5.5 * sqrt(total / 4));
    }
    for (unsigned shift = 1; shift < 64; shift++) { /* and against other bits of its own word */
        int64_t equal = 0;
        for (size_t i = 0; i < WORDS; i++) {
            equal += __builtin_popcountll(~(bits[i] ^ (bits[i] >> shift)) & (~UINT64_C(0) >> shift));
        }
        const double total = (64.0 - shift) * WORDS;
        assert_true(fabs((double)equal - total / 2) < 6 * sqrt(total / 4));
    }
    free(bits);
}

static void test_bytes_and_pairs_of_bytes_are_uniform(void **state) {
    uint64_t *bits = planes_of(31), counts[256] = {0}, *pairs = calloc(65536, sizeof *pairs);
    const uint8_t *bytes = (const uint8_t *)bits;
    assert_non_null(pairs);
    for (size_t i = 0; i < 8 * (size_t)WORDS; i++) { counts[bytes[i]]++; }
    for (size_t i = 0; i + 64 < 8 * (size_t)WORDS; i++) { pairs[bytes[i] | bytes[i + 64] << 8]++; } /* of two planes */
    assert_true(fabs(deviate(counts, 256)) < 5.5);
    assert_true(fabs(deviate(pairs, 65536)) < 5.5);
    free(pairs);
    free(bits);
}

/* Sums of the numbers that a site compares with thresholds: bit k of plane d is bit 63 - d of number k. */
static void test_numbers_across_planes_are_uniform(void **state) {
    uint64_t *bits = planes_of(32), classes[256] = {0};
    for (size_t i = 0; i + 8 <= PLANES; i += 8) {
        for (size_t k = 0; k < SPINS_PLANE_BITS; k++) {
            unsigned number = 0;
            for (size_t d = 0; d < 8; d++) {
                number = number << 1 | (unsigned)(bits[(i + d) * SPINS_PLANE_WORDS + k / 64] >> k % 64 & 1);
            }
            classes[number]++;
        }
    }
    assert_true(fabs(deviate(classes, 256)) < 5.5);
    free(bits);
}

/* The moments of the numbers of test_base_random, from the words of planes in order. */
static void test_uniform_numbers_have_their_moments(void **state) {
    uint64_t *bits = planes_of(33);
    double mean = 0, square = 0, product = 0, last = 0;
    for (size_t i = 0; i < WORDS; i++) {
        const double u = ((double)(bits[i] >> 12) + 0.5) * 0x1p-52 - 0.5;
        mean += u / WORDS;
        square += u * u / WORDS;
        product += u * last / WORDS;
        last = u;
    }
    assert_true(fabs(mean) < 5.5 * sqrt(1.0 / 12 / WORDS));
    assert_true(fabs(square - 1.0 / 12) < 5.5 * sqrt(1.0 / 180 / WORDS));
    assert_true(fabs(product) < 5.5 / 12 / sqrt(WORDS));
    free(bits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_plain_round_is_that_of_the_standard),
#if defined(__x86_64__)
        cmocka_unit_test(test_every_kernel_agrees_with_random123),
#endif
        cmocka_unit_test(test_streams_of_random_words_have_their_own_planes),
        cmocka_unit_test(test_bits_are_fair_and_independent),
        cmocka_unit_test(test_bytes_and_pairs_of_bytes_are_uniform),
        cmocka_unit_test(test_numbers_across_planes_are_uniform),
        cmocka_unit_test(test_uniform_numbers_have_their_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
