/*
 * Jobs: what a user asks for becomes tasks, equal questions get equal identities, and what cannot be is refused with
 * its place and a remedy. Nothing here is statistical.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab/task.h"
#include "lab_small_system.h"
#include "lab_job_words.h"

static ons_job *bound(const ons_system *system, const char *file, const char *words) {
    ons_job *job;
    if (bind(&job, system, file, words) != ONS_OK) { fail_msg("%s | %s: %s", words, file ? file : "", ons_message()); }
    return job;
}

static const lab_task *task_of(const ons_job *job, size_t index) {
    assert_in_range(index, 0, job->task_count - 1);
    return &job->tasks[index];
}

/* ---- grids ----------------------------------------------------------------------------------------------------------
 */

static void test_later_parameters_vary_fastest(void **state) {
    ons_job *job = bound(&magnet, NULL, "temperature=1,2,3 L=8,16 update=wolff");
    assert_int_equal(ons_job_task_count(job), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(ons_integer(&task_of(job, i)->parameters, "L"), i < 3 ? 8 : 16);
        assert_true(ons_real(&task_of(job, i)->parameters, "temperature") == (double)(i % 3 + 1));
    }
    ons_job_free(job);
}

static void test_a_range_gives_the_doubles_of_the_printed_numbers(void **state) {
    static const double expected[] = {2.0, 2.1, 2.2, 2.3, 2.4, 2.5};
    ons_job *job = bound(&magnet, NULL, "temperature=2.0:2.5:0.1");
    assert_int_equal(ons_job_task_count(job), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(ons_real(&task_of(job, i)->parameters, "temperature") == expected[i]);
    }
    ons_job_free(job);
    job = bound(&magnet, NULL, "L=1,2,4:8:2 block=1");
    static const int64_t sizes[] = {1, 2, 4, 6, 8};
    assert_int_equal(ons_job_task_count(job), 5);
    for (size_t i = 0; i < 5; i++) { assert_int_equal(ons_integer(&task_of(job, i)->parameters, "L"), sizes[i]); }
    ons_job_free(job);
}

static void test_brackets_make_one_array(void **state) {
    size_t count;
    ons_job *job = bound(&magnet, NULL, "L=[16,32],[8,8] block=4");
    assert_int_equal(ons_job_task_count(job), 2);
    const int64_t *size = ons_integers(&task_of(job, 0)->parameters, "L", &count);
    assert_int_equal(count, 2);
    assert_int_equal(size[0], 16);
    assert_int_equal(size[1], 32);
    ons_job_free(job);
    job = bound(&magnet, NULL, "ladder=[2.0:2.5:0.1,3] L=16");
    assert_int_equal(ons_job_task_count(job), 1);
    const double *ladder = ons_reals(&task_of(job, 0)->parameters, "ladder", &count);
    assert_int_equal(count, 7);
    assert_true(ladder[1] == 2.1 && ladder[6] == 3);
    ons_job_free(job);
}

static void test_yaml_lists_are_grids_and_nested_lists_arrays(void **state) {
    size_t count;
    ons_job *job = bound(&magnet, "system: magnet\nL: [16, 32]\ntemperature: 2.0:2.5:0.1\n", "");
    assert_int_equal(ons_job_task_count(job), 12);
    ons_job_free(job);
    job = bound(&magnet, "system: magnet\nL: [[16, 32], 8, \"4,6\"]\nblock: 2\n", "");
    assert_int_equal(ons_job_task_count(job), 4);
    ons_integers(&task_of(job, 0)->parameters, "L", &count);
    assert_int_equal(count, 2);
    assert_int_equal(ons_integer(&task_of(job, 3)->parameters, "L"), 6);
    ons_job_free(job);
    job = bound(&magnet, "L: '[16,32]'\nblock: 2\n", "");
    assert_int_equal(ons_job_task_count(job), 1);
    ons_job_free(job);
}

static void test_several_grids_and_their_controls(void **state) {
    ons_job *job = bound(&magnet,
                         "system: magnet\nsteps: 10\ntemperature: [1, 2]\nuntil: {binder: 1%}\n"
                         "grids:\n- {L: 8}\n- {L: [16, 32], steps: 1e3, until: {binder: 0.5%, energy: 0.01}}\n",
                         "replicas=7");
    assert_int_equal(ons_job_task_count(job), 6);
    assert_int_equal(task_of(job, 0)->controls->steps, 10);
    assert_int_equal(task_of(job, 2)->controls->steps, 1000);
    assert_int_equal(task_of(job, 5)->controls->replicas, 7);
    assert_int_equal(task_of(job, 0)->controls->goal_count, 1);
    assert_true(task_of(job, 0)->controls->goals[0].value == 0.01);
    assert_int_equal(task_of(job, 2)->controls->goal_count, 2);
    assert_string_equal(task_of(job, 2)->controls->goals[1].name, "energy");
    assert_true(task_of(job, 2)->controls->goals[0].relative && task_of(job, 2)->controls->goals[0].value == 0.005);
    ons_job_free(job);
}

static void test_words_override_the_file_in_all_its_grids(void **state) {
    ons_job *job =
        bound(&magnet, "system: magnet\nthreads: 7\ntemperature: 9\ngrids: [{L: 8}, {L: 16, temperature: 8}]\n",
              "temperature=3 threads=2 until.energy=1%");
    assert_int_equal(ons_job_threads(job), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(ons_real(&task_of(job, i)->parameters, "temperature") == 3);
        assert_int_equal(task_of(job, i)->controls->goal_count, 1);
    }
    ons_job_free(job);
}

static void test_overlapping_grids_keep_a_task_once(void **state) {
    ons_job *job = bound(&magnet, "grids: [{L: [8, 16]}, {L: [16, 32]}, {L: 0x20}]\n", "L=8,16,8");
    assert_int_equal(ons_job_task_count(job), 2);
    ons_job_free(job);
    job = bound(&magnet, "grids: [{L: [8, 16]}, {L: [16, 32]}]\n", "");
    assert_int_equal(ons_job_task_count(job), 3);
    assert_int_equal(ons_integer(&task_of(job, 2)->parameters, "L"), 32);
    ons_job_free(job);
}

/* ---- identity -------------------------------------------------------------------------------------------------------
 */

static void assert_same_tasks(const char *first, const char *second) {
    ons_job *a = bound(&magnet, NULL, first), *b = bound(&magnet, NULL, second);
    assert_int_equal(ons_job_task_count(a), ons_job_task_count(b));
    for (size_t i = 0; i < ons_job_task_count(a); i++) {
        bool found = false;
        for (size_t j = 0; j < ons_job_task_count(b); j++) {
            found = found || (task_of(a, i)->key == task_of(b, j)->key &&
                              strcmp(task_of(a, i)->identity, task_of(b, j)->identity) == 0);
        }
        if (!found) { fail_msg("%s is no task of %s:\n%s", first, second, task_of(a, i)->identity); }
    }
    assert_string_equal(ons_job_output(a), ons_job_output(b));
    ons_job_free(a);
    ons_job_free(b);
}

static void test_identity_does_not_depend_on_how_it_is_written(void **state) {
    assert_same_tasks("L=10", "L=1e1");
    assert_same_tasks("L=10", "L=[10]");
    assert_same_tasks("temperature=2", "temperature=2.0");
    assert_same_tasks("temperature=2.1,2.0,2.2", "temperature=2.0:2.2:0.1");
    assert_same_tasks("L=8,16 temperature=1,2", "temperature=2,1 L=16,8");
    assert_same_tasks("amplitude=1+2i", "amplitude=1e0+2.0i");
    assert_same_tasks("field=0", "field=-0.0");
    assert_same_tasks("wrap=no", "wrap=false");
    assert_same_tasks("drive=2*x+1", "drive=2~*~x~+~1");
    assert_same_tasks("label='a'", "label=a");
    assert_same_tasks("L=8 steps=10 replicas=3 threads=1 until.energy=1% time=3h checkpoint=2m",
                      "L=8 steps=99 replicas=4 threads=9");
}

static void test_defaults_are_not_in_the_key(void **state) {
    assert_same_tasks("", "L=16");
    assert_same_tasks("L=32", "L=32 block=16"); /* the default of block is L/2 */
    assert_same_tasks("", "temperature=2.5 update=metropolis wrap=yes amplitude=1 start=standard label=''");
    ons_job *job = bound(&magnet, NULL, "block=8 temperature=2.5 L=16");
    assert_string_equal(task_of(job, 0)->canonical, "magnet\n");
    assert_false(ons_given(&task_of(job, 0)->parameters, "block"));
    ons_job_free(job);
}

static void test_canonical_is_sorted_and_identity_has_all_that_decides(void **state) {
    ons_job *job =
        bound(&magnet, NULL, "temperature=2 L=[8,4] block=2 seed=5 every=3 series=yes snapshots=100 warmup.max=500");
    const lab_task *task = task_of(job, 0);
    assert_string_equal(task->canonical, "magnet\nL=[8,4]\nblock=2\ntemperature=2\n");
    assert_string_equal(task->identity,
                        "seed 5\nwarmup auto 500\nevery 3\nseries yes\nsnapshots 100\nsystem magnet 3 -\n"
                        "magnet\nL=[8,4]\nblock=2\ntemperature=2\n");
    assert_int_equal(strlen(task->key_text), 16);
    assert_true(task->key == ons_digest_bytes(task->canonical, strlen(task->canonical)).low);
    ons_job_free(job);
}

static void test_an_extra_point_leaves_the_others_as_they_are(void **state) {
    ons_job *few = bound(&magnet, NULL, "temperature=1,3"), *more = bound(&magnet, NULL, "temperature=1,2,3");
    assert_true(task_of(few, 0)->key == task_of(more, 0)->key);
    assert_true(task_of(few, 1)->key == task_of(more, 2)->key);
    assert_true(task_of(more, 1)->key != task_of(more, 2)->key);
    ons_job_free(few);
    ons_job_free(more);
}

static void test_the_seed_and_the_source_belong_to_the_identity(void **state) {
    ons_job *one = bound(&magnet, NULL, "seed=1"), *two = bound(&magnet, NULL, "seed=2");
    assert_true(task_of(one, 0)->key == task_of(two, 0)->key);
    assert_string_not_equal(task_of(one, 0)->identity, task_of(two, 0)->identity);
    assert_string_not_equal(ons_job_output(one), ons_job_output(two));
    const ons_digest code = {1, 2};
    assert_int_equal(ons_job_bind(two, &magnet, &code), ONS_OK);
    assert_non_null(strstr(task_of(two, 0)->identity, "system magnet 3 00000000000000010000000000000002\n"));
    ons_job_free(one);
    ons_job_free(two);
}

static void test_files_count_by_their_content(void **state) {
    write_file("a.txt", "same");
    write_file("b.txt", "same");
    write_file("c.txt", "other");
    ons_job *a = bound(&magnet, NULL, "data=a.txt"), *b = bound(&magnet, NULL, "data=b.txt"),
            *c = bound(&magnet, NULL, "data=c.txt");
    assert_true(task_of(a, 0)->key == task_of(b, 0)->key);
    assert_true(task_of(a, 0)->key != task_of(c, 0)->key);
    assert_string_equal(ons_string(&task_of(b, 0)->parameters, "data"), "b.txt");
    ons_job_free(a);
    ons_job_free(b);
    ons_job_free(c);
}

static void test_paths_of_a_job_file_begin_at_its_folder(void **state) {
    mkdir("deep", 0777);
    write_file("deep/a.txt", "same");
    write_file("deep/job.yaml", "system: magnet\ndata: a.txt\n");
    ons_job *job;
    ons_job_create(&job);
    assert_int_equal(ons_job_read(job, "deep/job.yaml"), ONS_OK);
    assert_string_equal(ons_job_system_name(job), "magnet");
    assert_string_equal(ons_job_system_place(job), "deep/job.yaml:1:9: ");
    assert_int_equal(ons_job_bind(job, &magnet, NULL), ONS_OK);
    assert_string_equal(ons_string(&task_of(job, 0)->parameters, "data"), "deep/a.txt");
    assert_string_equal(ons_job_output(job), "deep/job.h5");
    assert_string_equal(job->resume_hint, "onsager run deep/job.yaml");
    ons_job_free(job);
}

static void test_a_start_may_come_from_an_archive(void **state) {
    write_file("run.h5", "bytes");
    ons_job *job = bound(&magnet, NULL, "start=run.h5#12 output=new.h5");
    assert_string_equal(task_of(job, 0)->start_file, "run.h5");
    assert_string_equal(task_of(job, 0)->start_task, "12");
    assert_int_equal(ons_choice(&task_of(job, 0)->parameters, "start"), -1);
    assert_non_null(strstr(task_of(job, 0)->canonical, "start=file:"));
    assert_non_null(strstr(task_of(job, 0)->canonical, "#12\n"));
    ons_job_free(job);
    job = bound(&magnet, NULL, "start=run.h5");
    assert_null(task_of(job, 0)->start_task);
    ons_job_free(job);
    job = bound(&magnet, NULL, "");
    assert_null(task_of(job, 0)->start_file);
    ons_job_free(job);
}

/* ---- controls -------------------------------------------------------------------------------------------------------
 */

static void test_controls_have_the_defaults_of_the_descriptor(void **state) {
    ons_job *job = bound(&magnet, NULL, "");
    const lab_controls *controls = task_of(job, 0)->controls;
    assert_int_equal(controls->steps, 1000);
    assert_int_equal(controls->replicas, 2);
    assert_true(controls->warmup_automatic && controls->warmup_max == 100000);
    assert_true(controls->every == 1 && !controls->logarithmic);
    assert_int_equal(job->seed, 1);
    assert_true(job->checkpoint == 60 && job->time == 0 && !job->series && job->snapshots == 0);
    assert_in_range(job->threads, 1, 1024);
    ons_job_free(job);
    job = bound(&walker, NULL, "dimension=1");
    assert_true(task_of(job, 0)->controls->logarithmic && task_of(job, 0)->controls->every == 10);
    assert_false(task_of(job, 0)->controls->warmup_automatic);
    ons_job_free(job);
}

static void test_controls_are_read(void **state) {
    ons_job *job = bound(&magnet, NULL,
                         "steps=1e5 warmup=20 every=10 replicas=4 seed=9223372036854775807 time=1.5h "
                         "checkpoint=0.05s series=true snapshots=1000 until.magnetization=0.001 threads=1024");
    const lab_controls *controls = task_of(job, 0)->controls;
    assert_int_equal(controls->steps, 100000);
    assert_true(!controls->warmup_automatic && controls->warmup == 20);
    assert_true(job->seed == INT64_MAX && job->time == 5400 && job->checkpoint == 0.05 && job->series);
    assert_false(controls->goals[0].relative);
    assert_int_equal(job->snapshots, 1000);
    ons_job_free(job);
    static const char *const words[] = {"time=90", "time=90s", "time=10m", "time=2h", "time=1d"};
    static const double seconds[] = {90, 90, 600, 7200, 86400};
    for (size_t i = 0; i < 5; i++) {
        job = bound(&magnet, NULL, words[i]);
        assert_true(job->time == seconds[i]);
        ons_job_free(job);
    }
    job = bound(&walker, NULL, "dimension=1 every=0.25 warmup=0");
    assert_true(task_of(job, 0)->controls->every == 0.25);
    ons_job_free(job);
}

static void test_every_grid_has_its_controls(void **state) {
    ons_job *job =
        bound(&magnet, "every: 2\ngrids: [{L: 8, every: 5, warmup: 7, replicas: 3}, {L: 16, warmup.max: 10}]\n", "");
    assert_true(task_of(job, 0)->controls->every == 5 && task_of(job, 1)->controls->every == 2);
    assert_true(task_of(job, 0)->controls->warmup == 7 && task_of(job, 1)->controls->warmup_automatic);
    assert_int_equal(task_of(job, 0)->controls->replicas, 3);
    assert_int_equal(task_of(job, 1)->controls->warmup_max, 10);
    ons_job_free(job);
}

/* ---- texts ----------------------------------------------------------------------------------------------------------
 */

static void test_the_canonical_job_gives_the_same_tasks(void **state) {
    write_file("a.txt", "same");
    static const char *const files[] = {
        "L: [8, [4, 6]]\nblock: 2\ntemperature: 2.0:2.2:0.1\nuntil.binder: 0.3%\namplitude: [1+2i, -i]\nwrap: [yes, "
        "no]\n",
        "label: \"a, \\\"b\\\"\\n[c]\"\ndrive: min(x,2)*sin(t)\ndata: a.txt\nladder: [[1, 2, 3]]\nseed: 4\nseries: "
        "yes\n",
        "seed: 2\ngrids: [{L: 8, steps: 7, every: 3}, {L: 16, update: wolff, clusters: [1, 2], warmup: 5}]\n"};
    for (size_t i = 0; i < 3; i++) {
        ons_job *job = bound(&magnet, files[i], ""), *again = bound(&magnet, job->canonical, "");
        assert_string_equal(job->canonical, again->canonical);
        assert_int_equal(ons_job_task_count(job), ons_job_task_count(again));
        for (size_t t = 0; t < ons_job_task_count(job); t++) {
            assert_string_equal(task_of(job, t)->identity, task_of(again, t)->identity);
            assert_int_equal(task_of(job, t)->controls->steps, task_of(again, t)->controls->steps);
        }
        ons_job_free(job);
        ons_job_free(again);
    }
    ons_job *list = bound(&magnet, NULL, "temperature=1,2,3 threads=1"),
            *range = bound(&magnet, NULL, "temperature=1:3:1");
    assert_string_equal(list->canonical, range->canonical);
    ons_job_free(list);
    ons_job_free(range);
}

static void test_the_words_that_continue_a_job(void **state) {
    ons_job *job;
    ons_job_create(&job);
    assert_int_equal(ons_job_set(job, "system", "./my magnet.c"), ONS_OK);
    assert_int_equal(ons_job_word(job, "L=[8,4]"), ONS_OK);
    assert_int_equal(ons_job_set(job, "block", "2"), ONS_OK);
    assert_int_equal(ons_job_word(job, "label=it's"), ONS_OK);
    assert_string_equal(ons_job_system_place(job), "");
    assert_int_equal(ons_job_bind(job, &magnet, NULL), ONS_OK);
    assert_string_equal(job->resume_hint, "onsager run './my magnet.c' 'L=[8,4]' block=2 'label=it'\\''s'");
    ons_job_free(job);
    job = bound(&magnet, "system: magnet\n", "threads=2");
    assert_string_equal(job->resume_hint, "onsager run job.yaml threads=2");
    assert_string_equal(ons_job_output(job), "job.h5");
    ons_job_free(job);
}

static void test_the_default_archive_is_named_by_all_tasks(void **state) {
    ons_job *job = bound(&magnet, NULL, "L=8");
    assert_int_equal(strlen(ons_job_output(job)), strlen("magnet-123456789abc.h5"));
    assert_memory_equal(ons_job_output(job), "magnet-", 7);
    ons_job_free(job);
    job = bound(&magnet, NULL, "L=8 output=/tmp/x.h5");
    assert_string_equal(ons_job_output(job), "/tmp/x.h5");
    ons_job_free(job);
}

static void test_a_job_can_be_mended_and_bound_again(void **state) {
    ons_job *job;
    ons_job_create(&job);
    assert_int_equal(ons_job_bind(job, &walker, NULL), ONS_INVALID);
    assert_int_equal(ons_job_task_count(job), 0);
    assert_int_equal(ons_job_word(job, "dimension=2,3"), ONS_OK);
    assert_int_equal(ons_job_bind(job, &walker, NULL), ONS_OK);
    assert_int_equal(ons_job_bind(job, &walker, NULL), ONS_OK);
    assert_int_equal(ons_job_task_count(job), 2);
    assert_int_equal(ons_job_read(job, "no-such-job.yaml"), ONS_INVALID);
    ons_job_free(job);
    ons_job_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_later_parameters_vary_fastest),
        cmocka_unit_test(test_a_range_gives_the_doubles_of_the_printed_numbers),
        cmocka_unit_test(test_brackets_make_one_array),
        cmocka_unit_test(test_yaml_lists_are_grids_and_nested_lists_arrays),
        cmocka_unit_test(test_several_grids_and_their_controls),
        cmocka_unit_test(test_words_override_the_file_in_all_its_grids),
        cmocka_unit_test(test_overlapping_grids_keep_a_task_once),
        cmocka_unit_test(test_identity_does_not_depend_on_how_it_is_written),
        cmocka_unit_test(test_defaults_are_not_in_the_key),
        cmocka_unit_test(test_canonical_is_sorted_and_identity_has_all_that_decides),
        cmocka_unit_test(test_an_extra_point_leaves_the_others_as_they_are),
        cmocka_unit_test(test_the_seed_and_the_source_belong_to_the_identity),
        cmocka_unit_test(test_files_count_by_their_content),
        cmocka_unit_test(test_paths_of_a_job_file_begin_at_its_folder),
        cmocka_unit_test(test_a_start_may_come_from_an_archive),
        cmocka_unit_test(test_controls_have_the_defaults_of_the_descriptor),
        cmocka_unit_test(test_controls_are_read),
        cmocka_unit_test(test_every_grid_has_its_controls),
        cmocka_unit_test(test_the_canonical_job_gives_the_same_tasks),
        cmocka_unit_test(test_the_words_that_continue_a_job),
        cmocka_unit_test(test_the_default_archive_is_named_by_all_tasks),
        cmocka_unit_test(test_a_job_can_be_mended_and_bound_again),
    };
    return cmocka_run_group_tests_name("jobs", tests, make_folder, remove_folder);
}
