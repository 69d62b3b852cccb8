/*
 * Samples of archives: what is read back gives the very results that the run wrote; records and bins are made of the
 * rows of the stored series; snapshots hold the configuration whose energy the series tells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/samples.h>

#include <math.h>

#include "laboratory_runs.h"

static void open_run(const char *file, ons_samples **samples, ons_task_samples **task) {
    if (ons_samples_open(samples, path_of(file)) != ONS_OK) { fail_msg("%s", ons_message()); }
    if (ons_samples_task(*samples, 0, task) != ONS_OK) { fail_msg("%s", ons_message()); }
}

/* Mean and error of every mean observable, to the last bit. */
static void assert_same_estimates(const ons_results *results, const ons_task_samples *task) {
    const ons_task_result *row = ons_results_task(results, 0);
    ons_joint *joint;
    assert_int_equal(ons_task_samples_joint(task, &joint), ONS_OK);
    for (size_t i = 0; i < row->results; i++) {
        const ons_result *result = &row->result[i];
        size_t first, count;
        if (result->kind != ONS_MEAN || result->derived) { continue; }
        assert_int_equal(ons_task_samples_find(task, result->name, &first, &count), ONS_OK);
        assert_int_equal(count, result->size);
        for (size_t k = 0; k < count; k++) {
            ons_estimate estimate;
            assert_int_equal(ons_joint_estimate(joint, first + k, &estimate), ONS_OK);
            assert_memory_equal(&estimate.mean, &result->mean[k], sizeof(double));
            assert_memory_equal(&estimate.error, &result->error[k], sizeof(double));
            assert_true(estimate.tau == result->tau[k] || isnan(result->tau[k]));
        }
    }
    ons_joint_free(joint);
}

static void test_bins_give_the_results_of_the_run(void **state) {
    static const char *const words[] = {
        "ising L=4 temperature=2.5 steps=5000 replicas=3 measure=structure_factor",
        "spin-glass L=4 temperature=[1.2,1.6,2] steps=256 replicas=70 warmup=128",
        "potts L=4 q=3 steps=777 replicas=2"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        ons_results *results = run(words[k]);
        ons_samples *samples;
        ons_task_samples *task;
        open_run("run.h5", &samples, &task);
        assert_int_equal(ons_samples_count(samples), 1);
        assert_int_equal(ons_samples_find(samples, task->key), 0);
        assert_int_equal(ons_samples_find(samples, "0000"), 1);
        assert_int_equal(task->independent, k == 1);
        assert_int_equal(task->replicas, ons_results_task(results, 0)->replicas);
        assert_same_estimates(results, task);
        ons_task_samples_free(task);
        ons_samples_close(samples);
        ons_results_free(results);
    }
}

static void test_records_and_bins_are_made_of_the_series(void **state) {
    ons_results_free(run("ising L=4 temperature=2.5 steps=5000 replicas=2 series=yes"));
    ons_samples *samples;
    ons_task_samples *task;
    open_run("run.h5", &samples, &task);
    const size_t n = task->components;
    for (size_t r = 0; r < task->replicas; r++) {
        const ons_replica_samples *replica = &task->replica[r];
        const ons_bins *bins = replica->bins;
        assert_int_equal(replica->series, 5000);
        assert_int_equal(bins->samples, 5000);
        double *series = malloc(5000 * n * sizeof *series);
        assert_int_equal(ons_samples_series(samples, 0, task, r, 0, 5000, series), ONS_OK);
        for (size_t i = 0; i < replica->record->count; i++) {
            assert_memory_equal(replica->record->rows + i * n, series + i * replica->record->stride * n,
                                n * sizeof *series);
        }
        for (size_t b = 0; b < bins->count; b++) {
            for (size_t c = 0; c < n; c++) {
                double sum = 0;
                for (size_t i = 0; i < bins->length; i++) { sum += series[(b * bins->length + i) * n + c]; }
                const double mean = bins->bins[b * n + c] + bins->shift[c];
                assert_true(fabs(sum / (double)bins->length - mean) < 1e-13);
            }
        }
        double last[64];
        assert_int_equal(ons_samples_series(samples, 0, task, r, 4999, 1, last), ONS_OK);
        assert_memory_equal(last, series + 4999 * n, n * sizeof *series);
        assert_int_equal(ons_samples_series(samples, 0, task, r, 4999, 2, last), ONS_INVALID);
        free(series);
    }
    ons_task_samples_free(task);
    ons_samples_close(samples);
}

static void test_snapshots_hold_the_configurations_of_the_series(void **state) {
    ons_results_free(run("ising L=[4,6] temperature=2.5 steps=1000 replicas=2 series=yes snapshots=100"));
    ons_samples *samples;
    ons_task_samples *task;
    open_run("run.h5", &samples, &task);
    const ons_replica_samples *replica = &task->replica[1];
    size_t magnetization, count;
    assert_int_equal(ons_task_samples_find(task, "magnetization", &magnetization, &count), ONS_OK);
    assert_int_equal(replica->snapshots, 10);
    assert_int_equal(replica->lanes, 1);
    assert_int_equal(replica->arrays, 1);
    assert_string_equal(replica->array[0].name, "spins");
    assert_int_equal(replica->array[0].rank, 2);
    assert_int_equal(replica->array[0].dimensions[0], 4);
    assert_int_equal(replica->array[0].dimensions[1], 6);
    for (size_t k = 0; k < replica->snapshots; k++) {
        double spins[24], row[64], sum = 0;
        assert_int_equal(replica->snapshot_steps[k], 100 * (k + 1));
        assert_int_equal(ons_samples_snapshot(samples, 0, task, 1, "spins", k, spins), ONS_OK);
        assert_int_equal(ons_samples_series(samples, 0, task, 1, 100 * (k + 1) - 1, 1, row), ONS_OK);
        for (size_t i = 0; i < 24; i++) { sum += spins[i]; }
        assert_true(fabs(sum / 24 - row[magnetization]) < 1e-12);
    }
    double none[24];
    assert_int_equal(ons_samples_snapshot(samples, 0, task, 1, "spins", 10, none), ONS_INVALID);
    assert_int_equal(ons_samples_snapshot(samples, 0, task, 1, "bonds", 0, none), ONS_INVALID);
    ons_task_samples_free(task);
    ons_samples_close(samples);
}

static void test_what_is_not_there_is_refused(void **state) {
    ons_samples *samples;
    ons_task_samples *task;
    size_t first, count;
    assert_int_equal(ons_samples_open(&samples, path_of("nothing.h5")), ONS_INVALID);
    ons_results_free(run("ising L=4 steps=100"));
    open_run("run.h5", &samples, &task);
    assert_int_equal(ons_task_samples_find(task, "enrgy", &first, &count), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "did you mean 'energy'?"));
    double row[64];
    assert_int_equal(ons_samples_series(samples, 0, task, 0, 0, 1, row), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "series=yes"));
    ons_task_samples_free(task);
    assert_int_equal(ons_samples_task(samples, 1, &task), ONS_INVALID);
    ons_samples_close(samples);
}

static int set_up(void **state) { return open_directory(); }

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bins_give_the_results_of_the_run),
                                       cmocka_unit_test(test_records_and_bins_are_made_of_the_series),
                                       cmocka_unit_test(test_snapshots_hold_the_configurations_of_the_series),
                                       cmocka_unit_test(test_what_is_not_there_is_refused)};
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
