/*
 * Parts: what is written is read back bit by bit, and whatever else the bytes are, they are refused without harm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab/part.h"
#include "lab/stored.h"
#include "lab/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a task made by hand, with every kind of observable ---- */

enum { ENERGY, PROFILE, POSITION, ANSWER, LEVELS, LIST, OBSERVABLES };

static const ons_observable observables[] = {{.name = "energy", .kind = ONS_MEAN},
                                             {.name = "profile", .kind = ONS_MEAN, .flags = ONS_SLOW},
                                             {.name = "position", .kind = ONS_SERIES},
                                             {.name = "answer", .kind = ONS_VALUE},
                                             {.name = "levels", .kind = ONS_HISTOGRAM},
                                             {.name = "list", .kind = ONS_TABLE, .columns = "state, name:text"},
                                             {.name = NULL}};
static const ons_system zoo = {.abi = ONS_ABI, .name = "zoo", .traits = ONS_STATIONARY, .observables = observables};

static lab_shape shapes[OBSERVABLES] = {[ENERGY] = {.size = 1},
                                        [PROFILE] = {.rank = 1, .dimensions = {3}, .size = 3},
                                        [POSITION] = {.size = 1},
                                        [ANSWER] = {.rank = 1, .dimensions = {2}, .size = 2},
                                        [LEVELS] = {.rank = 1, .dimensions = {4}, .size = 4, .low = 0, .high = 1},
                                        [LIST] = {.size = 1}};
static lab_controls controls = {.steps = 1000, .replicas = 3, .warmup_automatic = true, .warmup_max = 4096, .every = 1};

static lab_task make_task(void) {
    static char identity[] = "seed 1\nwarmup auto 4096\nzoo\n", canonical[] = "zoo\n";
    lab_task task = {
        .controls = &controls, .key = 7, .key_text = "0000000000000007", .canonical = canonical, .identity = identity};
    task.plan =
        (struct ons_plan){.system = &zoo, .lanes = 2, .threads = 1, .observables = OBSERVABLES, .shapes = shapes};
    return task;
}

/* A replica that has measured `points` times. */
static void fill(lab_replica *replica, const lab_task *task, size_t points) {
    assert_int_equal(lab_replica_init(replica, task, 1), ONS_OK);
    for (size_t k = 0; k < replica->lane_count; k++) {
        lab_lane *lane = &replica->lanes[k];
        for (size_t i = 0; i < points; i++) {
            const double sample[4] = {sin((double)i), (double)i, 0.25, (double)k};
            ons_bins_add(&lane->bins, sample);
            ons_record_add(&lane->record, sample);
            assert_int_equal(ons_grow((void **)&lane->series, &lane->times_capacity, i + 1, sizeof(double)), ONS_OK);
            lane->series[lane->times++] = (double)i / 3;
        }
        lane->value[1] = 42;
        lane->histograms[0].counts[2] = 5;
        lane->histograms[0].above = 1;
        lane->warmup_failed[2] = true;
        assert_int_equal(ons_grow((void **)&lane->tables[0].numbers, &lane->tables[0].capacity, 2, sizeof(double)),
                         ONS_OK);
        lane->tables[0].rows = 1;
        lane->tables[0].numbers[0] = 1.5;
        lane->tables[0].numbers[1] = NAN;
        ons_text_add_bytes(&lane->tables[0].texts, "ground", 7);
    }
    replica->warmup_over = true;
    replica->warmup_steps = 64;
    replica->steps = 64 + points;
    replica->measured = replica->points = points;
    replica->time = (double)points;
    replica->seconds = 0.5;
}

static ons_status write_to(lab_replica *replica, ons_text *bytes) {
    ons_part part;
    int64_t spins[6] = {1, -1, 1, 1, -1, -1};
    const size_t dimensions[2] = {2, 3};
    ons_random random = ons_random_stream(5, 1, 2);
    ons_random_seek(&random, 1234567);
    ons_status status = lab_part_write(&part, -1, "memory");
    if (status == ONS_OK) { status = lab_replica_persist(replica, &part); }
    part.prefix = "state/";
    if (status == ONS_OK) { status = ons_persist_configuration(&part, "spins", ONS_I64, spins, 2, dimensions); }
    if (status == ONS_OK) { status = ons_persist_random(&part, "random", &random); }
    if (status == ONS_OK) { status = lab_part_end(&part); }
    if (status == ONS_OK) {
        *bytes = part.bytes;
        part.bytes = (ons_text){0};
    }
    lab_part_close(&part);
    return status;
}

static ons_text written(lab_replica *replica) {
    ons_text bytes = {0};
    assert_int_equal(write_to(replica, &bytes), ONS_OK);
    return bytes;
}

static void test_what_is_written_is_read_back(void **state) {
    const lab_task task = make_task();
    lab_replica before, after;
    fill(&before, &task, 1000);
    ons_text bytes = written(&before);
    assert_int_equal(lab_replica_parse(&after, &task, 1, bytes.data, bytes.length), ONS_OK);
    assert_int_equal(after.measured, 1000);
    assert_int_equal(after.lanes[1].replica, 3);
    assert_int_equal(after.lanes[1].bins.samples, 1000);
    assert_true(after.lanes[1].warmup_failed[2] && !after.lanes[1].warmup_failed[0]);
    assert_string_equal(after.lanes[0].tables[0].texts.data, "ground");
    ons_text again = written(&after);
    assert_int_equal(again.length, bytes.length);
    assert_memory_equal(again.data, bytes.data, bytes.length);
    ons_text_free(&again);
    ons_text_free(&bytes);
    lab_replica_free(&before);
    lab_replica_free(&after);
}

static void test_a_state_reads_what_it_wrote_and_nothing_else(void **state) {
    const lab_task task = make_task();
    lab_replica replica;
    ons_part part;
    fill(&replica, &task, 3);
    ons_text bytes = written(&replica);
    int64_t spins[6] = {0};
    const size_t dimensions[2] = {2, 3}, other[2] = {3, 2};
    ons_random random = {0};
    assert_int_equal(lab_part_read(&part, bytes.data, bytes.length), ONS_OK);
    part.prefix = "state/";
    assert_true(ons_part_reading(&part));
    assert_int_equal(ons_persist_configuration(&part, "spins", ONS_I64, spins, 2, dimensions), ONS_OK);
    assert_int_equal(spins[4], -1);
    assert_int_equal(ons_persist_random(&part, "random", &random), ONS_OK);
    ons_random expected = ons_random_stream(5, 1, 2);
    ons_random_seek(&expected, 1234567);
    for (int k = 0; k < 100; k++) { assert_int_equal(ons_random_32(&random), ons_random_32(&expected)); }
    assert_int_equal(ons_persist_configuration(&part, "spins", ONS_I64, spins, 2, other), ONS_INVALID);
    part.status = ONS_OK;
    assert_int_equal(ons_persist(&part, "spins", ONS_I32, spins, 6), ONS_INVALID);
    part.status = ONS_OK;
    assert_int_equal(ons_persist(&part, "spin", ONS_I64, spins, 6), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "'spin'"));
    lab_part_close(&part);
    ons_text_free(&bytes);
    lab_replica_free(&replica);
}

static ons_status count_array(void *data, const lab_array *array) {
    size_t *count = data;
    *count += array->configuration;
    return ONS_OK;
}

/* Every truncation and every flipped bit (at a stride) of a part is noticed. */
static void test_every_torn_or_flipped_part_is_refused(void **state) {
    const lab_task task = make_task();
    lab_replica replica;
    fill(&replica, &task, 2);
    ons_text bytes = written(&replica);
    size_t configurations = 0;
    assert_int_equal(lab_part_arrays(bytes.data, bytes.length, count_array, &configurations), ONS_OK);
    assert_int_equal(configurations, 1);
    for (size_t length = 0; length < bytes.length; length += 5) {
        assert_int_equal(lab_part_arrays(bytes.data, length, count_array, &configurations), ONS_FAILED);
    }
    for (size_t place = 0; place < bytes.length; place += 3) {
        bytes.data[place] ^= (char)(1 << place % 8);
        assert_int_equal(lab_part_arrays(bytes.data, bytes.length, count_array, &configurations), ONS_FAILED);
        bytes.data[place] ^= (char)(1 << place % 8);
    }
    ons_text_add_bytes(&bytes, "more", 4);
    assert_int_equal(lab_part_arrays(bytes.data, bytes.length, count_array, &configurations), ONS_FAILED);
    assert_int_equal(configurations, 1);
    ons_text_free(&bytes);
    lab_replica_free(&replica);
}

/* Numbers that contradict each other, under digests that are right. */
static void test_a_part_that_contradicts_itself_is_refused(void **state) {
    const lab_task task = make_task();
    for (int which = 0; which < 9; which++) {
        lab_replica replica, after;
        fill(&replica, &task, 10);
        lab_lane *lane = &replica.lanes[1];
        uint64_t *const spoiled[] = {&replica.measured,     &replica.points,
                                     &replica.warmup_steps, &lane->bins.length,
                                     &lane->bins.samples,   &lane->bins.partial_samples,
                                     &lane->record.stride,  &lane->histograms[0].block_length,
                                     &replica.series_rows};
        *spoiled[which] += 77;
        ons_text bytes = {0};
        const ons_status status = write_to(&replica, &bytes);
        assert_int_equal(status == ONS_OK ? lab_replica_parse(&after, &task, 1, bytes.data, bytes.length) : status,
                         ONS_FAILED);
        ons_text_free(&bytes);
        lab_replica_free(&replica);
    }
}

static void test_a_part_of_another_job_names_what_differs(void **state) {
    static char other[] = "seed 1\nwarmup 500\nzoo\n";
    lab_task task = make_task();
    lab_replica replica, after;
    fill(&replica, &task, 1);
    ons_text bytes = written(&replica);
    task.identity = other;
    assert_int_equal(lab_replica_parse(&after, &task, 1, bytes.data, bytes.length), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "'warmup auto 4096'"));
    assert_non_null(strstr(ons_message(), "'warmup 500'"));
    ons_text_free(&bytes);
    lab_replica_free(&replica);
}

/* ---- grids and rounds ---- */

static void test_the_logarithmic_grid_has_whole_steps_once(void **state) {
    const lab_controls logarithmic = {.logarithmic = true, .every = 3};
    const ons_system evolution = {.name = "evolution"}, flow = {.name = "flow", .traits = ONS_CONTINUOUS};
    lab_task task = make_task();
    task.controls = &logarithmic;
    task.plan.system = &evolution;
    const double expected[] = {0, 1, 2, 5, 10, 22, 46, 100, 215, 464, 1000};
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
        assert_true(lab_grid_time(&task, k) == expected[k]);
    }
    task.plan.system = &zoo;
    assert_true(lab_grid_time(&task, 0) == 1.0 && lab_grid_time(&task, 3) == 10.0);
    task.plan.system = &flow;
    assert_true(lab_grid_time(&task, 0) == 0.0 && lab_grid_time(&task, 1) == 0.01 && lab_grid_time(&task, 4) == 0.1);
    assert_true(lab_grid_time(&task, 10) == 10.0);
    assert_true(fabs(lab_grid_time(&task, 8) - cbrt(10.0)) < 1e-15);
}

static void test_the_linear_grid_is_decimal(void **state) {
    const lab_controls tenth = {.every = 0.1}, ten = {.every = 10};
    const ons_system flow = {.name = "flow", .traits = ONS_CONTINUOUS};
    lab_task task = make_task();
    task.controls = &tenth;
    task.plan.system = &flow;
    assert_true(lab_grid_time(&task, 0) == 0.0 && lab_grid_time(&task, 3) == 0.3 && lab_grid_time(&task, 10) == 1.0);
    task.controls = &ten;
    task.plan.system = &zoo;
    assert_true(lab_grid_time(&task, 0) == 10.0 && lab_grid_time(&task, 4) == 50.0);
}

static void test_rounds_are_common_whatever_is_asked(void **state) {
    const lab_controls one = {.every = 1}, seven = {.every = 7};
    assert_int_equal(lab_round_after(&one, 0), 128);
    assert_int_equal(lab_round_after(&one, 128), 160);
    assert_int_equal(lab_round_after(&one, 199), 200);
    assert_int_equal(lab_round_after(&seven, 0), 133);
    assert_true(lab_is_round(&seven, 133) && !lab_is_round(&seven, 128) && lab_is_round(&one, 250));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_written_is_read_back),
                                       cmocka_unit_test(test_a_state_reads_what_it_wrote_and_nothing_else),
                                       cmocka_unit_test(test_every_torn_or_flipped_part_is_refused),
                                       cmocka_unit_test(test_a_part_that_contradicts_itself_is_refused),
                                       cmocka_unit_test(test_a_part_of_another_job_names_what_differs),
                                       cmocka_unit_test(test_the_logarithmic_grid_has_whole_steps_once),
                                       cmocka_unit_test(test_the_linear_grid_is_decimal),
                                       cmocka_unit_test(test_rounds_are_common_whatever_is_asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
