/*
 * Running jobs: small systems with exact answers in every kind of observable, and the promise that neither threads, nor
 * interruptions, nor the length of the run change a bit of what was measured.
 *
 * Statistical checks: at most 6 errors from the exact answer with Gaussian statistics, seeds fixed; had the seeds been
 * free, a check would fail with probability 2e-9.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab_run_systems.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- helpers
 * ------------------------------------------------------------------------------------------------------------ */

static char folder[] = "/tmp/onsager-test-XXXXXX";

static const char *path_of(const char *name) {
    static char path[4][128];
    static int next;
    snprintf(path[next = (next + 1) % 4], sizeof path[0], "%s/%s.h5", folder, name);
    return path[next];
}

static int warnings;
static void count_warning(void *data, const char *line) { warnings++; }

static ons_status run_words(const ons_system *system, const char *name, const char *const *words,
                            const volatile sig_atomic_t *stop) {
    ons_job *job = NULL;
    assert_int_equal(ons_job_create(&job), ONS_OK);
    ons_status status = ons_job_set(job, "system", system->name);
    for (; *words && status == ONS_OK; words++) { status = ons_job_word(job, *words); }
    if (status == ONS_OK) { status = ons_job_set(job, "output", path_of(name)); }
    if (status == ONS_OK) { status = ons_job_bind(job, system, NULL); }
    const ons_run_options options = {.stop = stop, .warning = count_warning};
    if (status == ONS_OK) { status = ons_job_run(job, &options); }
    ons_job_free(job);
    return status;
}
#define RUN(system, name, ...) run_words(&(system), name, (const char *const[]){__VA_ARGS__, NULL}, NULL)

static ons_results *results_of(const char *name) {
    ons_results *results = NULL;
    if (ons_results_read(&results, path_of(name)) != ONS_OK) { fail_msg("%s", ons_message()); }
    return results;
}

static void assert_ok(ons_status status) {
    if (status != ONS_OK) { fail_msg("status %d: %s", (int)status, ons_message()); }
}

static bool same_numbers(const double *a, const double *b, size_t count) {
    return (!a && !b) || (a && b && memcmp(a, b, count * sizeof *a) == 0);
}

static void assert_same_result(const ons_result *a, const ons_result *b) {
    const size_t points = a->kind == ONS_SERIES ? a->times * a->size : a->kind == ONS_TABLE ? 0 : a->size;
    assert_string_equal(a->name, b->name);
    assert_true(a->size == b->size && a->times == b->times && a->rows == b->rows && a->columns == b->columns);
    if (!same_numbers(a->mean, b->mean, points)) { fail_msg("the means of '%s' differ", a->name); }
    if (!same_numbers(a->error, b->error, points)) { fail_msg("the errors of '%s' differ", a->name); }
    assert_true(same_numbers(a->tau, b->tau, a->tau ? a->size : 0));
    for (size_t k = 0; k < a->rows * a->columns; k++) {
        if (a->column_is_text[k % a->columns]) {
            assert_string_equal(a->texts[k], b->texts[k]);
        } else {
            assert_true(a->numbers[k] == b->numbers[k]);
        }
    }
}

/* Every number of every task is the same, bit by bit. */
static void assert_same(const char *first, const char *second) {
    ons_results *a = results_of(first), *b = results_of(second);
    assert_int_equal(ons_results_count(a), ons_results_count(b));
    for (size_t t = 0; t < ons_results_count(a); t++) {
        const ons_task_result *one = ons_results_task(a, t), *other = ons_results_task(b, t);
        assert_string_equal(one->key, other->key);
        assert_int_equal(one->steps, other->steps);
        assert_int_equal(one->warmup, other->warmup);
        assert_int_equal(one->flags, other->flags);
        assert_int_equal(one->results, other->results);
        for (size_t r = 0; r < one->results; r++) { assert_same_result(&one->result[r], &other->result[r]); }
    }
    ons_results_free(a);
    ons_results_free(b);
}

static const ons_result *result_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *result = ons_task_find(ons_results_task(results, task), name);
    assert_non_null(result);
    return result;
}

/* ---- exact answers
 * ------------------------------------------------------------------------------------------------------ */

/* A walker of unit steps: <x^2> = t, variance of x^2 = 2 t (t - 1). */
static void check_walk(const char *name, size_t times) {
    ons_results *results = results_of(name);
    const ons_result *square = result_of(results, 0, "square");
    assert_int_equal(square->times, times);
    for (size_t k = 0; k < times; k++) {
        const double t = square->time[k], exact_error = sqrt(2 * t * (t - 1) / 2000);
        assert_true(fabs(square->mean[k] - t) <= 6 * exact_error);
        if (t > 1) { assert_true(fabs(square->error[k] / exact_error - 1) < 0.3); }
    }
    ons_results_free(results);
}

static void test_a_random_walk_spreads_with_the_time(void **state) {
    assert_ok(RUN(walk, "walk", "steps=100", "every=10", "replicas=2000"));
    check_walk("walk", 11);
    assert_ok(RUN(walk, "walk-log", "steps=1000", "every=log:4", "replicas=2000"));
    check_walk("walk-log", 14); /* 0 1 2 3 6 10 18 32 56 100 178 316 562 1000 */
}

/* x' = a x + sqrt(1 - a^2) normal: <x> = 0, <x^2> = 1, tau = (1 + a)/(2 (1 - a)). */
static void test_a_stationary_chain_has_its_mean_and_time(void **state) {
    assert_ok(RUN(chain, "chain", "steps=40000", "replicas=2", "memory=0.8"));
    ons_results *results = results_of("chain");
    const ons_result *x = result_of(results, 0, "x"), *square = result_of(results, 0, "square");
    assert_true(fabs(x->mean[0]) < 6 * x->error[0]);
    assert_true(fabs(square->mean[0] - 1) < 6 * square->error[0]);
    assert_true(fabs(x->tau[0] - 4.5) < 1.0);
    assert_int_equal(ons_results_task(results, 0)->steps, 40000);
    assert_true(ons_results_task(results, 0)->warmup >= 64);
    ons_results_free(results);
}

static void test_a_one_shot_value_is_exact(void **state) {
    assert_ok(RUN(oracle, "oracle", "steps=10"));
    ons_results *results = results_of("oracle");
    const ons_result *answer = result_of(results, 0, "answer");
    assert_true(answer->mean[0] == 42.0 && answer->mean[1] == 6.0);
    assert_true(ons_results_task(results, 0)->complete);
    ons_results_free(results);
}

/* The square of a uniform number lies below y with probability sqrt(y). */
static void test_a_histogram_has_the_known_distribution(void **state) {
    assert_ok(RUN(dice, "dice", "steps=20000", "warmup=10", "replicas=4"));
    ons_results *results = results_of("dice");
    const ons_result *histogram = result_of(results, 0, "squares");
    double total = histogram->below + histogram->above;
    assert_int_equal(histogram->size, 8);
    for (size_t k = 0; k < 8; k++) {
        const double p = sqrt(((double)k + 1) / 10) - sqrt((double)k / 10), exact = 80000 * p;
        total += histogram->mean[k];
        assert_true(fabs(histogram->mean[k] - exact) < 6 * sqrt(exact * (1 - p)));
    }
    assert_true(total == 80000); /* nothing of the warm-up */
    assert_true(fabs(histogram->above - 80000 * (1 - sqrt(0.8))) < 6 * sqrt(80000 * 0.1));
    ons_results_free(results);
}

static void test_a_table_keeps_numbers_and_texts(void **state) {
    assert_ok(RUN(oracle, "table", "steps=1"));
    ons_results *results = results_of("table");
    const ons_result *table = result_of(results, 0, "primes");
    assert_int_equal(table->columns, 2);
    assert_int_equal(table->rows, 3);
    assert_true(table->numbers[2] == 3.0);
    assert_string_equal(table->texts[3], "three");
    ons_results_free(results);
}

static ons_status constant_advance(void *state, ons_context *context) {
    const double *constant = ons_data(context);
    ons_value(context, 0, 0, 0, *constant, -1);
    return ONS_DONE;
}

static void test_a_descriptor_built_at_run_time_has_its_closure(void **state) {
    const double constant = 2.5;
    const ons_observable observables[] = {{.name = "constant", .kind = ONS_VALUE, .meaning = "what was closed over"},
                                          {0}};
    const ons_system closure = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "closure",
                                .summary = "a constant",
                                .step = "step",
                                .observables = observables,
                                .controls = {.steps = 1, .replicas = 1},
                                .data = &constant,
                                .state_size = 1,
                                .create = nothing_to_create,
                                .advance = constant_advance,
                                .persist = nothing_to_persist};
    assert_ok(RUN(closure, "closure", "steps=1"));
    ons_results *results = results_of("closure");
    assert_true(result_of(results, 0, "constant")->mean[0] == 2.5);
    ons_results_free(results);
}

static ons_status seldom_advance(void *state, ons_context *context) {
    const uint64_t replica = ons_replica(context, 0);
    ons_value(context, 0, 0, 0, (double)replica, -1);
    if (replica % 2 == 0) { ons_value(context, 1, 0, 0, (double)replica, -1); }
    return ONS_DONE;
}

/* What half of the replicas have is a choice among them: a mean of those, with a flag. */
static void test_a_value_that_some_replicas_lack_is_flagged(void **state) {
    const ons_observable observables[] = {{.name = "always", .kind = ONS_VALUE, .meaning = "of every replica"},
                                          {.name = "seldom", .kind = ONS_VALUE, .meaning = "of every second one"},
                                          {0}};
    const ons_system seldom = {.abi = ONS_ABI,
                               .version = 1,
                               .name = "seldom",
                               .summary = "the number of the replica",
                               .step = "step",
                               .observables = observables,
                               .controls = {.steps = 1, .replicas = 1},
                               .state_size = 1,
                               .create = nothing_to_create,
                               .advance = seldom_advance,
                               .persist = nothing_to_persist};
    assert_ok(RUN(seldom, "seldom", "steps=1", "replicas=64"));
    ons_results *results = results_of("seldom");
    const ons_result *always = result_of(results, 0, "always"), *half = result_of(results, 0, "seldom");
    assert_true(always->mean[0] == 31.5 && always->flags[0] == 0);
    assert_true(half->mean[0] == 31 && half->error[0] > 0 && half->flags[0] == ONS_TOO_FEW_SAMPLES);
    ons_results_free(results);
}

/* dx/dt = 1 goes through every time of the grid, between whole steps too. */
static void test_continuous_time_goes_to_the_grid(void **state) {
    assert_ok(RUN(flow, "flow", "steps=3", "every=0.4"));
    ons_results *results = results_of("flow");
    const ons_result *x = result_of(results, 0, "x");
    assert_int_equal(x->times, 8);
    for (size_t k = 0; k < 8; k++) { assert_true(x->time[k] == 0.4 * (double)k && x->mean[k] == x->time[k]); }
    ons_results_free(results);
    assert_ok(RUN(flow, "flow-log", "steps=10", "every=log:1"));
    results = results_of("flow-log");
    x = result_of(results, 0, "x");
    assert_int_equal(x->times, 5);
    assert_true(x->mean[1] == 0.01 && x->mean[4] == 10.0);
    ons_results_free(results);
}

/* ---- the same bits
 * ------------------------------------------------------------------------------------------------------- */

#define ZOO "memory=0.5,0.9", "steps=3000", "replicas=6"

/* Every task was made with `expected` threads, and ran with as many. */
static void assert_crew(const char *name, size_t tasks, double expected) {
    ons_results *results = results_of(name);
    assert_int_equal(ons_results_count(results), tasks);
    for (size_t t = 0; t < tasks; t++) {
        assert_true(result_of(results, t, "made")->mean[0] == expected);
        assert_true(result_of(results, t, "running")->mean[0] == expected);
    }
    ons_results_free(results);
}

/* All that the job has for a single state, shares of them for several at once, never more than it can use. */
static void test_a_state_knows_its_threads_when_it_is_made(void **state) {
    assert_ok(RUN(crew, "crew-alone", "threads=3"));
    assert_crew("crew-alone", 1, 3);
    assert_ok(RUN(crew, "crew-two", "point=1,2", "threads=2"));
    assert_crew("crew-two", 2, 1);
    assert_ok(RUN(crew, "crew-shares", "point=1,2", "threads=5"));
    assert_crew("crew-shares", 2, 2);
    assert_ok(RUN(crew, "crew-few", "most=2", "threads=5"));
    assert_crew("crew-few", 1, 2);
}

static void test_threads_change_nothing(void **state) {
    assert_ok(RUN(zoo, "one", ZOO, "threads=1"));
    assert_ok(RUN(zoo, "two", ZOO, "threads=3"));
    assert_same("one", "two");
}

static void test_more_points_and_another_order_change_nothing(void **state) {
    assert_ok(RUN(zoo, "alone", "memory=0.9", "steps=500", "replicas=4"));
    assert_ok(RUN(zoo, "among", "memory=0.3,0.9,0.5", "steps=500", "replicas=4"));
    ons_results *alone = results_of("alone"), *among = results_of("among");
    bool found = false;
    for (size_t t = 0; t < ons_results_count(among); t++) {
        const ons_task_result *one = ons_results_task(alone, 0), *other = ons_results_task(among, t);
        if (strcmp(one->key, other->key) != 0) { continue; }
        for (size_t r = 0; r < one->results; r++) { assert_same_result(&one->result[r], &other->result[r]); }
        found = true;
    }
    assert_true(found);
    ons_results_free(alone);
    ons_results_free(among);
}

static void test_more_steps_extend_a_finished_job(void **state) {
    assert_ok(RUN(zoo, "extended", "memory=0.5,0.9", "steps=200", "replicas=2"));
    assert_ok(RUN(zoo, "extended", "memory=0.5,0.9", "steps=1100", "replicas=4"));
    assert_ok(RUN(zoo, "extended", ZOO));
    assert_ok(RUN(zoo, "long", ZOO));
    assert_same("extended", "long");
}

static void test_a_finished_job_writes_nothing(void **state) {
    ons_digest before, after;
    assert_ok(RUN(zoo, "finished", ZOO));
    assert_ok(ons_digest_file(path_of("finished"), &before));
    zoo_calls = 0;
    assert_ok(RUN(zoo, "finished", ZOO));
    assert_ok(ons_digest_file(path_of("finished"), &after));
    assert_int_equal(zoo_calls, 0);
    assert_true(before.high == after.high && before.low == after.low);
}

/* Interrupted again and again, after pseudo-random numbers of steps. */
static void run_interrupted(const char *name, const char *const *words, uint64_t longest) {
    uint64_t random = 12345;
    ons_status status = ONS_STOPPED;
    int interruptions = -1;
    for (; status == ONS_STOPPED; interruptions++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        zoo_stop = 0;
        zoo_calls = 0;
        zoo_stop_after = 1 + (random >> 33) % longest;
        status = run_words(&zoo, name, words, &zoo_stop);
    }
    zoo_stop_after = 0;
    zoo_stop = 0;
    assert_ok(status);
    assert_true(interruptions >= 3);
}

static void test_interruptions_change_nothing(void **state) {
    const char *const words[] = {ZOO, "threads=2", NULL};
    run_interrupted("interrupted", words, 3000);
    assert_ok(RUN(zoo, "straight", ZOO));
    assert_same("interrupted", "straight");
    assert_false(ons_file_exists(path_of("interrupted.parts")));
}

static void test_goals_end_at_the_same_round_whatever_interrupts(void **state) {
    const char *const words[] = {"memory=0.9,0.5", "steps=200000", "replicas=4", "until.square=5%", "threads=2", NULL};
    run_interrupted("goal", words, 3000);
    assert_ok(run_words(&zoo, "goal-straight", words, NULL));
    assert_same("goal", "goal-straight");
    ons_results *results = results_of("goal");
    for (size_t t = 0; t < 2; t++) {
        const ons_result *square = result_of(results, t, "square");
        const double relative = square->error[0] / square->mean[0];
        assert_true(relative <= 0.05 && relative > 0.02);
        assert_true(ons_results_task(results, t)->steps < 20000);
        assert_true(ons_results_task(results, t)->complete);
    }
    ons_results_free(results);
    zoo_calls = 0;
    assert_ok(run_words(&zoo, "goal", words, NULL));
    assert_int_equal(zoo_calls, 0);
}

static void test_a_tighter_goal_continues(void **state) {
    assert_ok(RUN(zoo, "tighter", "memory=0.9", "steps=200000", "replicas=4", "until.square=8%"));
    assert_ok(RUN(zoo, "tighter", "memory=0.9", "steps=200000", "replicas=4", "until.square=4%"));
    assert_ok(RUN(zoo, "tight", "memory=0.9", "steps=200000", "replicas=4", "until.square=4%"));
    assert_same("tighter", "tight");
}

static void test_a_relative_goal_on_zero_is_refused(void **state) {
    assert_int_equal(RUN(zoo, "zero", "memory=0.1", "steps=100000", "until.x=1%"), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "until.x=0.001"));
    assert_ok(RUN(zoo, "zero", "memory=0.1", "steps=100000", "until.x=0.02"));
}

static void test_a_time_limit_leaves_whole_rounds(void **state) {
    assert_ok(RUN(zoo_slow, "timed", "memory=0.9", "steps=10000000", "replicas=3", "time=1s"));
    ons_results *results = results_of("timed");
    const uint64_t steps = ons_results_task(results, 0)->steps;
    assert_false(ons_results_task(results, 0)->complete);
    assert_true(steps >= 128);
    ons_results_free(results);
    char word[64];
    snprintf(word, sizeof word, "steps=%llu", (unsigned long long)steps);
    assert_ok(RUN(zoo_slow, "timed-as-long", "memory=0.9", word, "replicas=3"));
    ons_results *timed = results_of("timed"), *straight = results_of("timed-as-long");
    assert_same_result(result_of(timed, 0, "square"), result_of(straight, 0, "square"));
    ons_results_free(timed);
    ons_results_free(straight);
}

static void test_a_long_step_is_left_and_continued(void **state) {
    const char *const words[] = {"steps=3", "checkpoint=0.05", NULL};
    labour_stop_after = 700;
    ons_status status = ONS_STOPPED;
    int interruptions = -1;
    for (; status == ONS_STOPPED; interruptions++) {
        labour_stop = 0;
        labour_calls = 0;
        status = run_words(&labour, "labour", words, &labour_stop);
    }
    labour_stop_after = 0;
    assert_ok(status);
    assert_int_equal(interruptions, 4); /* 3000 terms, left within a step after every 700 */
    assert_ok(RUN(labour, "labour-straight", "steps=3"));
    assert_same("labour", "labour-straight");
}

/* ---- nothing lost
 * ------------------------------------------------------------------------------------------------------- */

static void test_kill_9_costs_nothing_but_time(void **state) {
    const char *const words[] = {ZOO, "threads=2", "checkpoint=0.05", "series=yes", NULL};
    int killed = 0;
    for (int k = 0; k < 20; k++) {
        const pid_t child = fork();
        if (child == 0) { _exit(run_words(&zoo_slow, "killed", words, NULL) == ONS_OK ? 0 : 1); }
        usleep((useconds_t)(20000 + 7919 * k % 150000));
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        killed += WIFSIGNALED(status);
        if (!WIFSIGNALED(status)) { assert_int_equal(WEXITSTATUS(status), 0); }
    }
    assert_true(killed > 5);
    assert_ok(run_words(&zoo_slow, "killed", words, NULL));
    assert_ok(RUN(zoo_slow, "unharmed", ZOO, "series=yes"));
    assert_same("killed", "unharmed");
}

static void stop_after(const char *name, uint64_t steps) {
    const char *const words[] = {ZOO, NULL};
    zoo_stop = 0;
    zoo_calls = 0;
    zoo_stop_after = steps;
    assert_int_equal(run_words(&zoo, name, words, &zoo_stop), ONS_STOPPED);
    zoo_stop = 0;
    zoo_stop_after = 0;
}

static void test_a_torn_or_flipped_part_is_passed_over(void **state) {
    for (int way = 0; way < 3; way++) {
        const char *const name = (const char *const[]){"torn", "flipped", "empty"}[way];
        char command[512];
        stop_after(name, 7000);
        stop_after(name, 3000);
        snprintf(
            command, sizeof command,
            way == 0 ? "cd %s.parts && for f in *.part; do truncate -s -100 $f; done"
            : way == 1
                ? "cd %s.parts && for f in *.part; do printf x | dd of=$f bs=1 seek=900 conv=notrunc status=none; done"
                : "cd %s.parts && for f in *.part *.previous; do : > $f; done",
            path_of(name));
        assert_int_equal(system(command), 0);
        warnings = 0;
        assert_ok(RUN(zoo, name, ZOO));
        assert_true(warnings > 0);
        assert_ok(RUN(zoo, "whole", ZOO));
        assert_same(name, "whole");
    }
}

static void test_a_full_disk_leaves_what_there_was(void **state) {
    stop_after("full", 6000);
    struct rlimit limit, before;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 2000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const ons_status status = RUN(zoo, "full", ZOO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, ONS_FAILED);
    assert_non_null(strstr(ons_message(), "continues"));
    warnings = 0;
    assert_ok(RUN(zoo, "full", ZOO));
    assert_int_equal(warnings, 0);
    assert_ok(RUN(zoo, "empty-disk", ZOO));
    assert_same("full", "empty-disk");
}

static void test_two_runs_of_one_output_are_refused(void **state) {
    const pid_t child = fork();
    if (child == 0) { _exit(RUN(zoo_slow, "locked", "steps=1000000", "memory=0.5") == ONS_OK ? 0 : 1); }
    char lock[256];
    snprintf(lock, sizeof lock, "%s.parts/lock", path_of("locked"));
    for (int k = 0; k < 500 && !ons_file_exists(lock); k++) { usleep(10000); }
    usleep(50000);
    assert_int_equal(RUN(zoo_slow, "locked", "steps=1000000", "memory=0.5"), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "locked"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* ---- mistakes of a system
 * ------------------------------------------------------------------------------------------------- */

static void test_what_a_system_forgets_is_named(void **state) {
    ons_system forgetful = chain;
    forgetful.name = "forgetful";
    forgetful.measure = measure_x_only;
    assert_int_equal(RUN(forgetful, "forgetful", "steps=10"), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "did not measure the observable 'square' in lane 0"));
    forgetful.measure = measure_wrong_lane;
    assert_int_equal(RUN(forgetful, "forgetful-2", "steps=10"), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "lane 7"));
    forgetful.measure = measure_wrong_observable;
    assert_int_equal(RUN(forgetful, "forgetful-3", "steps=10"), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "observable 99"));
}

/* ---- snapshots and start
 * -------------------------------------------------------------------------------------------------- */

/* A chain that begins from the last configuration of another one, and moves no more, stays there. */
static void test_a_start_from_an_archive_takes_the_configuration(void **state) {
    char word[200];
    assert_ok(RUN(zoo, "source", "memory=0.9", "steps=100", "replicas=2", "snapshots=50"));
    snprintf(word, sizeof word, "start=%s", path_of("source"));
    assert_ok(RUN(zoo, "begun", "memory=1", "steps=1", "warmup=0", "replicas=2", word));
    ons_results *source = results_of("source"), *begun = results_of("begun");
    assert_true(result_of(begun, 0, "place")->mean[0] == result_of(source, 0, "place")->mean[0]);
    assert_true(result_of(begun, 0, "place")->mean[0] != 0.0);
    ons_results_free(source);
    ons_results_free(begun);
}

static int make_folder(void **state) { return mkdtemp(folder) ? 0 : -1; }
static int remove_folder(void **state) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_random_walk_spreads_with_the_time),
                                       cmocka_unit_test(test_a_stationary_chain_has_its_mean_and_time),
                                       cmocka_unit_test(test_a_one_shot_value_is_exact),
                                       cmocka_unit_test(test_a_histogram_has_the_known_distribution),
                                       cmocka_unit_test(test_a_table_keeps_numbers_and_texts),
                                       cmocka_unit_test(test_a_descriptor_built_at_run_time_has_its_closure),
                                       cmocka_unit_test(test_a_value_that_some_replicas_lack_is_flagged),
                                       cmocka_unit_test(test_continuous_time_goes_to_the_grid),
                                       cmocka_unit_test(test_a_state_knows_its_threads_when_it_is_made),
                                       cmocka_unit_test(test_threads_change_nothing),
                                       cmocka_unit_test(test_more_points_and_another_order_change_nothing),
                                       cmocka_unit_test(test_more_steps_extend_a_finished_job),
                                       cmocka_unit_test(test_a_finished_job_writes_nothing),
                                       cmocka_unit_test(test_interruptions_change_nothing),
                                       cmocka_unit_test(test_goals_end_at_the_same_round_whatever_interrupts),
                                       cmocka_unit_test(test_a_tighter_goal_continues),
                                       cmocka_unit_test(test_a_relative_goal_on_zero_is_refused),
                                       cmocka_unit_test(test_a_time_limit_leaves_whole_rounds),
                                       cmocka_unit_test(test_a_long_step_is_left_and_continued),
                                       cmocka_unit_test(test_kill_9_costs_nothing_but_time),
                                       cmocka_unit_test(test_a_torn_or_flipped_part_is_passed_over),
                                       cmocka_unit_test(test_a_full_disk_leaves_what_there_was),
                                       cmocka_unit_test(test_two_runs_of_one_output_are_refused),
                                       cmocka_unit_test(test_what_a_system_forgets_is_named),
                                       cmocka_unit_test(test_a_start_from_an_archive_takes_the_configuration)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
