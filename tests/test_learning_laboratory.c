/*
 * Systems that learn images through the laboratory: they learn, runs that were broken off go on bit for bit, threads do
 * not matter, refusals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "laboratory_runs.h"

#include <math.h>
#include <sys/stat.h>

static int set_up(void **state) { return open_directory(); }

static double last(const ons_results *results, const char *name, size_t component) {
    const ons_result *series = row(results, name);
    assert_true(series->times > 0 && component < series->size);
    return series->mean[(series->times - 1) * series->size + component];
}

/* The same bits in one run, in one that is continued, and on two threads. */
static void assert_same_bits(const char *words, int first, int whole) {
    char job[400];
    unlink(path_of("whole.h5"));
    unlink(path_of("parts.h5"));
    snprintf(job, sizeof job, "%s steps=%d threads=1", words, whole);
    ons_results *once = run_on("whole.h5", job);
    snprintf(job, sizeof job, "%s steps=%d threads=2", words, first);
    ons_results_free(run_on("parts.h5", job));
    snprintf(job, sizeof job, "%s steps=%d threads=2", words, whole);
    ons_results *twice = run_on("parts.h5", job);
    const ons_task_result *a = ons_results_task(once, 0), *b = ons_results_task(twice, 0);
    assert_int_equal(a->results, b->results);
    for (size_t k = 0; k < a->results; k++) {
        const ons_result *x = &a->result[k], *y = &b->result[k];
        assert_int_equal(x->times, y->times);
        for (size_t i = 0; i < x->times * x->size; i++) {
            assert_memory_equal(&x->mean[i], &y->mean[i], sizeof(double));
        }
    }
    ons_results_free(once);
    ons_results_free(twice);
}

static void test_learning_goes_on_with_the_same_bits(void **state) {
    assert_same_bits("rbm side=3 examples=70 held=20 batch=40 hidden=6 every=2 partition=annealed anneal_chains=40 "
                     "anneal_steps=20 observed=[0.5,1] replicas=2",
                     4, 10);
    assert_same_bits("dbm side=3 examples=70 held=20 batch=64 hidden=6 deep=4 optimiser=momentum learning=contrastive "
                     "every=2 replicas=1",
                     4, 8);
    assert_same_bits(
        "monotone-dbm data=bars side=4 bins=2 channels=[4,6] states=2 examples=100 held=40 batch=96 every=2 "
        "starts=2",
        2, 6);
    assert_same_bits("softmax-regression examples=60 held=20 every=2", 2, 6);
}

/* Whether bars or stripes: half of the answers of a coin are wrong; ln p of a uniform guess of image and class is
 * -10 ln 2 = -6.9, that of the best machine -ln 12 = -2.5. */
static void test_bars_and_stripes_are_learnt(void **state) {
    ons_results *results = run("rbm side=3 hidden=12 partition=exact sweeps=10 steps=200 every=200 replicas=1");
    assert_true(last(results, "class_error", 0) < 0.1);
    assert_true(last(results, "log_likelihood", 0) > -5 && last(results, "log_likelihood", 0) < -log(12) + 0.3);
    assert_true(last(results, "pseudo_likelihood", 0) > -0.4);
    ons_results_free(results);
    results = run("dbm side=3 hidden=12 deep=6 partition=exact sweeps=10 steps=200 every=200 replicas=1");
    assert_true(last(results, "class_error", 0) < 0.1);
    assert_true(last(results, "log_likelihood", 0) > -6 && last(results, "log_likelihood", 0) < -log(12) + 0.3);
    ons_results_free(results);
    results =
        run("monotone-dbm data=bars side=4 bins=2 channels=8 states=2 examples=320 held=100 batch=32 rate=0.01 steps=8 "
            "every=8 test_observed=[0.3,0.8]");
    assert_true(last(results, "pixel_error", 1) < 0.1); /* of a guess: 0.5 */
    assert_true(last(results, "pixel_error", 1) < last(results, "pixel_error", 0));
    assert_true(last(results, "start_spread", 0) < 1e-9);
    ons_results_free(results);
    results = run("softmax-regression examples=300 held=200 observed=1 test_observed=1 steps=20 every=20");
    assert_true(last(results, "class_error", 0) < 0.5); /* of ten digits: a guess misses 0.9 */
    ons_results_free(results);
}

static void write_idx(const char *name, const uint8_t *head, size_t head_size, size_t values) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(head, 1, head_size, file), head_size);
    for (size_t k = 0; k < values; k++) { fputc((int)(k % 7 % 3 * 100), file); }
    assert_int_equal(fclose(file), 0);
}

static void test_data_that_cannot_be_used_are_refused(void **state) {
    char job[300];
    assert_refused("rbm data=/nowhere", "/nowhere holds no train-images-idx3-ubyte or t10k-images-idx3-ubyte");
    assert_refused("rbm data=/nowhere", "can be had from https://");
    mkdir(path_of("idx"), 0700);
    write_idx("idx/t10k-images-idx3-ubyte", (const uint8_t[]){0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 5}, 16, 180);
    snprintf(job, sizeof job, "monotone-dbm data=%s", path_of("idx"));
    assert_refused(job, "its labels are missing");
    write_idx("idx/t10k-labels-idx1-ubyte", (const uint8_t[]){0, 0, 8, 1, 0, 0, 0, 9}, 8, 9);
    assert_refused(job, "images of 4 x 5 in 3 dimensions; expected squares");
    write_idx("idx/t10k-images-idx3-ubyte", (const uint8_t[]){0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 4}, 16, 128);
    assert_refused(job, "9 labels in 1 dimensions for 8 images");
    write_idx("idx/t10k-labels-idx1-ubyte", (const uint8_t[]){0, 0, 8, 1, 0, 0, 0, 8}, 8, 8);
    assert_refused(job, "holds 8 examples, but 480 are asked for");
    snprintf(job, sizeof job, "rbm data=%s side=3 examples=6 held=2 batch=3", path_of("idx"));
    assert_refused(job, "images of side 4 are not shrunk to side 3");
}

static void test_parameters_that_make_no_machine_are_refused(void **state) {
    assert_refused("rbm partition=exact data=drawn hidden=40", "at most 30 units, not 40");
    assert_refused("rbm batch=500", "500 examples of an update are more than the 200");
    assert_refused("monotone-dbm channels=[10]", "no multiple of its 4 states");
    assert_refused("monotone-dbm channels=[12,20] states=[4,4,4]", "states takes one number or 2");
    assert_refused("monotone-dbm margin=1", "margin");
    assert_refused("rbm data=drawn side=5", "drawn digits are made with sides of 8 to 256, not 5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learning_goes_on_with_the_same_bits),
        cmocka_unit_test(test_bars_and_stripes_are_learnt),
        cmocka_unit_test(test_data_that_cannot_be_used_are_refused),
        cmocka_unit_test(test_parameters_that_make_no_machine_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
