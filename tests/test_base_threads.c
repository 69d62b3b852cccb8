/*
 * The parallel loop: every index once, failures, and the number of processors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

enum { most = 20000 };

typedef struct work {
    atomic_int calls[most];
    atomic_int begun;
    size_t bad, worse; /* indices that fail */
    bool slow;         /* the bad one fails late */
} work;

static ons_status count_call(void *data, size_t index) {
    work *shared = data;
    atomic_fetch_add(&shared->calls[index], 1);
    return index % 3 == 0 ? ONS_DONE : ONS_OK; /* neither is a failure */
}

static void test_every_index_is_called_once(void **state) {
    static const struct {
        unsigned threads;
        size_t count;
    } cases[] = {{0, 10}, {1, 1000}, {2, most}, {7, most}, {16, 3}, {4, 0}, {3, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        static work shared;
        memset(&shared, 0, sizeof shared);
        assert_int_equal(ons_parallel(cases[c].threads, cases[c].count, count_call, &shared), ONS_OK);
        for (size_t i = 0; i < most; i++) { assert_int_equal(atomic_load(&shared.calls[i]), i < cases[c].count); }
    }
}

static ons_status fail_twice(void *data, size_t index) {
    work *shared = data;
    atomic_fetch_add(&shared->begun, 1);
    if (index == shared->worse) {
        while (atomic_load(&shared->begun) < 2) { sched_yield(); } /* the other one is on its way */
        return ons_fail(ONS_FAILED, "index %zu broke", index);
    }
    if (index == shared->bad) {
        while (shared->worse < most && atomic_load(&shared->begun) < 2) { sched_yield(); }
        const struct timespec moment = {0, 20000000};
        nanosleep(&moment, NULL);
        return ons_fail(ONS_INVALID, "index %zu is bad", index);
    }
    return ONS_OK;
}

static void test_the_failure_with_the_smallest_index_is_reported(void **state) {
    static work shared;
    shared.bad = 0;
    shared.worse = 1;
    ons_fail(ONS_FAILED, "something older");
    assert_int_equal(ons_parallel(2, most, fail_twice, &shared), ONS_INVALID);
    assert_string_equal(ons_message(), "index 0 is bad");
    assert_int_equal(atomic_load(&shared.begun), 2); /* nothing new after the failure */
}

static void test_one_thread_stops_at_the_first_failure(void **state) {
    static work shared;
    shared.bad = 5;
    shared.worse = most;
    assert_int_equal(ons_parallel(1, most, fail_twice, &shared), ONS_INVALID);
    assert_string_equal(ons_message(), "index 5 is bad");
    assert_int_equal(atomic_load(&shared.begun), 6);
}

static ons_status outer(void *data, size_t index) { return ons_parallel(2, 100, count_call, (work *)data + index); }

static void test_loops_may_stand_inside_each_other(void **state) {
    static work shared[3];
    assert_int_equal(ons_parallel(3, 3, outer, shared), ONS_OK);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 100; j++) { assert_int_equal(atomic_load(&shared[i].calls[j]), 1); }
    }
}

static ons_status set_message(void *data, size_t index) {
    ons_fail(ONS_FAILED, "%zu", index);
    char expected[24];
    snprintf(expected, sizeof expected, "%zu", index);
    sched_yield();
    return strcmp(ons_message(), expected) == 0 ? ONS_OK : ONS_FAILED;
}

static void test_messages_of_threads_do_not_mix(void **state) {
    assert_int_equal(ons_parallel(4, 5000, set_message, NULL), ONS_OK);
}

static void test_there_is_at_least_one_processor(void **state) {
    assert_in_range(ons_processors(), 1, 1 << 20);
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &all)) { CPU_SET(i, &one); }
    }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(ons_processors(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

static void test_the_clock_goes_forward(void **state) {
    const double before = ons_seconds();
    const struct timespec moment = {0, 2000000};
    nanosleep(&moment, NULL);
    assert_true(ons_seconds() - before >= 0.002);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_index_is_called_once),
        cmocka_unit_test(test_the_failure_with_the_smallest_index_is_reported),
        cmocka_unit_test(test_one_thread_stops_at_the_first_failure),
        cmocka_unit_test(test_loops_may_stand_inside_each_other),
        cmocka_unit_test(test_messages_of_threads_do_not_mix),
        cmocka_unit_test(test_there_is_at_least_one_processor),
        cmocka_unit_test(test_the_clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
