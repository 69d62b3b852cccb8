/*
 * Messages, memory, growing text and the nearest name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void test_a_message_may_be_made_from_the_message_before(void **state) {
    assert_int_equal(ons_fail(ONS_INVALID, "key '%s' is not known", "tempo"), ONS_INVALID);
    assert_int_equal(ons_fail(ONS_FAILED, "job.yaml: %s (%s)", ons_message(), ons_message()), ONS_FAILED);
    assert_string_equal(ons_message(), "job.yaml: key 'tempo' is not known (key 'tempo' is not known)");
}

static void test_a_long_message_is_cut_between_characters(void **state) {
    char *word = malloc(20001);
    for (int i = 0; i < 10000; i++) { memcpy(word + 2 * i, "\xC3\xA4", 2); }
    word[20000] = '\0';
    for (int offset = 0; offset < 2; offset++) {
        ons_fail(ONS_FAILED, "%.*s%s", offset, "x", word);
        const size_t length = strlen(ons_message());
        assert_in_range(length, 4000, 4095);
        assert_string_equal(ons_message() + length - 3, "...");
        assert_int_equal((length - 3 - offset) % 2, 0); /* whole characters of two bytes */
    }
    free(word);
}

static void test_memory_beyond_the_address_space_is_refused(void **state) {
    assert_null(ons_allocate(SIZE_MAX / 4, 8));
    assert_non_null(strstr(ons_message(), "out of memory"));
    void *nothing = ons_allocate(0, 8);
    assert_non_null(nothing);
    free(nothing);
    double *zeros = ONS_NEW(double, 1000);
    for (int i = 0; i < 1000; i++) { assert_true(zeros[i] == 0); }
    free(zeros);
}

static void test_an_array_grows_by_doubling_and_keeps_its_content(void **state) {
    int *array = NULL;
    size_t capacity = 0, growths = 0;
    for (int i = 0; i < 100000; i++) {
        const size_t before = capacity;
        assert_int_equal(ons_grow((void **)&array, &capacity, (size_t)i + 1, sizeof *array), ONS_OK);
        growths += capacity != before;
        array[i] = i;
    }
    assert_in_range(growths, 5, 20);
    for (int i = 0; i < 100000; i++) { assert_int_equal(array[i], i); }
    assert_int_equal(ons_grow((void **)&array, &capacity, SIZE_MAX / 2, sizeof *array), ONS_MEMORY);
    assert_int_equal(array[99999], 99999);
    free(array);
}

static void test_total_memory_is_that_of_a_computer(void **state) {
    const uint64_t total = ons_memory_total();
    assert_true(total == 0 || (total > 1 << 20 && total < UINT64_C(1) << 50));
}

static void test_text_grows_and_is_cleared(void **state) {
    ons_text text = {0};
    for (int i = 0; i < 1000; i++) { ons_text_add(&text, "%d,", i); }
    ons_text_add_bytes(&text, "a\0b", 3);
    assert_false(text.failed);
    assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4 + 3);
    assert_memory_equal(text.data, "0,1,2,3,", 8);
    assert_memory_equal(text.data + text.length - 3, "a\0b", 4);
    ons_text_clear(&text);
    assert_string_equal(text.data, "");
    ons_text_add(&text, "%s", "again");
    assert_string_equal(text.data, "again");
    ons_text_free(&text);
    assert_null(text.data);
}

static void test_copies_and_formatted_texts(void **state) {
    char *whole = ons_copy("ising"), *part = ons_copy_part("ising", 3), *more = ons_copy_part("is", 9);
    char *made = ons_format("%s-%d", "L", 16);
    assert_string_equal(whole, "ising");
    assert_string_equal(part, "isi");
    assert_string_equal(more, "is");
    assert_string_equal(made, "L-16");
    free(whole);
    free(part);
    free(more);
    free(made);
}

static void test_the_nearest_name_is_the_one_meant(void **state) {
    static const char *const names[] = {"L",      "temperature", "coupling",   "field",        "lattice",
                                        "update", "boundary",    "heat-bath",  "wolff",        "metropolis",
                                        "start",  "replicas",    "checkpoint", "swendsen-wang"};
    static const char *const slips[][2] = {
        {"temprature", "temperature"},
        {"temperatrue", "temperature"},
        {"Temperature", "temperature"},
        {"temp", "temperature"},
        {"T", "temperature"},
        {"l", "L"},
        {"heat_bath", "heat-bath"},
        {"heatbath", "heat-bath"},
        {"wolf", "wolff"},
        {"lattise", "lattice"},
        {"SwendsenWang", "swendsen-wang"},
        {"upadte", "update"},
        {"feild", "field"},
        {"strat", "start"},
    };
    const size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *nearest = ons_nearest(slips[i][0], names, count);
        assert_non_null(nearest);
        assert_string_equal(nearest, slips[i][1]);
    }
    assert_null(ons_nearest("banana", names, count));
    assert_null(ons_nearest("x", names, count));
    assert_null(ons_nearest("", names, count));
    assert_null(ons_nearest("temperature", names, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_may_be_made_from_the_message_before),
        cmocka_unit_test(test_a_long_message_is_cut_between_characters),
        cmocka_unit_test(test_memory_beyond_the_address_space_is_refused),
        cmocka_unit_test(test_an_array_grows_by_doubling_and_keeps_its_content),
        cmocka_unit_test(test_total_memory_is_that_of_a_computer),
        cmocka_unit_test(test_text_grows_and_is_cleared),
        cmocka_unit_test(test_copies_and_formatted_texts),
        cmocka_unit_test(test_the_nearest_name_is_the_one_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
