/*
 * Quantities of one's own, measure.NAME=FORMULA: powers equal the system's own powers and functions of means its own
 * derived quantities, to the last bit where the arithmetic is the same; nothing else changes by a bit; the same comes
 * from stored series after the run; what cannot be is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include <onsager/samples.h>

#include "laboratory_runs.h"

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* All numbers of two rows. */
static void assert_same_row(const ons_result *a, const ons_result *b) {
    assert_int_equal(a->size, b->size);
    const size_t rows = a->kind == ONS_SERIES ? a->times : 1;
    for (size_t i = 0; i < a->size * rows; i++) {
        if (!same_bits(a->mean[i], b->mean[i]) || !same_bits(a->error[i], b->error[i])) {
            fail_msg("%s and %s differ in component %zu: %.17g +- %.17g, %.17g +- %.17g", a->name, b->name, i,
                     a->mean[i], a->error[i], b->mean[i], b->error[i]);
        }
    }
}

static void assert_close_row(const ons_result *a, const ons_result *b, double relative) {
    assert_int_equal(a->size, b->size);
    for (size_t i = 0; i < a->size; i++) {
        assert_true(fabs(a->mean[i] - b->mean[i]) <= relative * fabs(b->mean[i]));
        assert_true(fabs(a->error[i] - b->error[i]) <= relative * fabs(b->error[i]));
    }
}

/* Every row that the first results have. */
static void assert_same_results(const ons_results *some, const ons_results *more) {
    assert_int_equal(ons_results_count(some), ons_results_count(more));
    for (size_t t = 0; t < ons_results_count(some); t++) {
        const ons_task_result *first = ons_results_task(some, t), *second = ons_results_task(more, t);
        assert_int_equal(first->warmup, second->warmup);
        assert_int_equal(first->steps, second->steps);
        for (size_t i = 0; i < first->results; i++) {
            const ons_result *other = ons_task_find(second, first->result[i].name);
            assert_non_null(other);
            assert_same_row(&first->result[i], other);
        }
    }
}

#define ISING "ising L=6 temperature=2.2,2.6 steps=3000 replicas=3"

static void test_powers_are_those_of_the_system(void **state) {
    ons_results *results =
        run(ISING " measure.e2=energy^2 measure.m2=magnetization*magnetization "
                  "measure.a=abs(magnetization) measure.plain=energy+0*pi measure.half=(energy+energy)/4");
    for (size_t t = 0; t < 2; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        assert_same_row(ons_task_find(task, "e2"), ons_task_find(task, "energy_squared"));
        assert_same_row(ons_task_find(task, "m2"), ons_task_find(task, "magnetization_squared"));
        assert_same_row(ons_task_find(task, "a"), ons_task_find(task, "magnetization_abs"));
        assert_same_row(ons_task_find(task, "plain"), ons_task_find(task, "energy"));
        /* a power of two is exact */
        assert_true(same_bits(2 * *ons_task_find(task, "half")->mean, *ons_task_find(task, "energy")->mean));
        assert_string_equal(ons_task_find(task, "m2")->meaning, "magnetization*magnetization");
    }
    ons_results_free(results);
}

/* Binder's cumulant as the descriptor defines it, and the specific heat with parameters: T^-2 N (<e^2> - <e>^2). */
static void test_functions_of_means_have_the_jackknife_errors_of_derived_quantities(void **state) {
    ons_results *results =
        run(ISING " measure.u=1-mean(magnetization_fourth)/(3*mean(magnetization_squared)^2) "
                  "measure.c=L^2*(mean(energy_squared)-mean(energy)^2)/temperature^2 measure.m4=magnetization^4 "
                  "measure.v=1-mean(m4)/(3*mean(magnetization_squared)^2)");
    for (size_t t = 0; t < 2; t++) {
        const ons_task_result *task = ons_results_task(results, t);
        assert_close_row(ons_task_find(task, "u"), ons_task_find(task, "binder"), 1e-12);
        assert_close_row(ons_task_find(task, "v"), ons_task_find(task, "binder"), 1e-9);
        assert_close_row(ons_task_find(task, "c"), ons_task_find(task, "specific_heat"), 1e-9);
        assert_true(ons_task_find(task, "u")->derived);
        assert_false(ons_task_find(task, "m4")->derived);
    }
    ons_results_free(results);
}

static void test_measuring_more_changes_nothing_else(void **state) {
    static const char *const jobs[] = {
        ISING,
        ISING " measure=correlation",
        "spin-glass L=4 temperature=[1.2,1.6,2] steps=256 replicas=70 warmup=128",
        "ising-kinetics L=16 steps=20 replicas=4",
    };
    static const char *const more[] = {
        " measure.m6=magnetization^6",
        " measure.ratio=correlation[2]/correlation[1] measure.all=2*correlation "
        "measure.r=mean(correlation)/mean(energy)",
        " measure.e2=energy^2",
        " measure.m4=magnetization_squared^2",
    };
    for (size_t k = 0; k < sizeof jobs / sizeof *jobs; k++) {
        char words[600];
        snprintf(words, sizeof words, "%s%s", jobs[k], more[k]);
        ons_results *without = run(jobs[k]), *with = run(words);
        assert_same_results(without, with);
        assert_true(ons_results_task(with, 0)->results > ons_results_task(without, 0)->results);
        ons_results_free(without);
        ons_results_free(with);
    }
}

static void test_arrays_go_component_by_component(void **state) {
    ons_results *results = run("ising L=6 temperature=2.3 steps=500 measure=correlation measure.twice=2*correlation "
                               "measure.c2=correlation[2] measure.r=mean(correlation)/mean(correlation[1])");
    const ons_result *correlation = row(results, "correlation"), *twice = row(results, "twice");
    assert_int_equal(twice->size, correlation->size);
    for (size_t i = 0; i < twice->size; i++) { assert_true(same_bits(twice->mean[i], 2 * correlation->mean[i])); }
    assert_true(same_bits(row(results, "c2")->mean[0], correlation->mean[2]));
    assert_int_equal(row(results, "c2")->rank, 0);
    assert_true(same_bits(row(results, "r")->mean[1], 1));
    ons_results_free(results);

    /* a ladder: the array parameter goes with the array over it, and show unfolds the rows */
    results = run("spin-glass L=4 temperature=[1.2,1.6,2] steps=256 replicas=70 warmup=128 "
                  "measure.be=energy/temperature");
    const double temperatures[] = {1.2, 1.6, 2};
    assert_int_equal(row(results, "be")->size, 3);
    assert_string_equal(row(results, "be")->axis, "temperature");
    for (size_t i = 0; i < 3; i++) {
        const double expected = row(results, "energy")->mean[i] / temperatures[i];
        assert_true(fabs(row(results, "be")->mean[i] - expected) < 1e-12);
    }
    ons_results_free(results);
}

static void test_series_stay_series(void **state) {
    ons_results *results = run("ising-kinetics L=16 steps=20 replicas=4 measure.m2=magnetization^2");
    const ons_result *own = row(results, "m2");
    assert_int_equal(own->kind, ONS_SERIES);
    assert_same_row(own, row(results, "magnetization_squared"));
    ons_results_free(results);
}

static void test_goals_watch_them(void **state) {
    ons_results *results = run("ising L=6 temperature=2.3 steps=1e6 replicas=2 measure.m6=magnetization^6 until.m6=3%");
    const ons_result *own = row(results, "m6");
    assert_true(own->error[0] <= 0.03 * own->mean[0]);
    assert_true(ons_results_task(results, 0)->steps < 1000000);
    ons_results_free(results);
}

/* ---- parts and archives
 * ---------------------------------------------------------------------------------------------- */

static void test_the_order_of_words_makes_no_difference(void **state) {
    ons_results *first = run_on("order.h5", ISING " measure.b=a^2 measure.a=energy^2");
    ons_results *second = run_on("order.h5", ISING " measure.a=energy^2 measure.b=a^2"); /* nothing is left to do */
    assert_same_results(first, second);
    ons_results_free(first);
    ons_results_free(second);
}

/* Other samples need another archive; other functions of the same means do not. */
static void test_what_is_stored_decides_what_may_be_continued(void **state) {
    ons_results_free(run_on("grown.h5", ISING " measure.m6=magnetization^6"));
    ons_job *job;
    char words[500];
    snprintf(words, sizeof words, ISING " measure.m6=magnetization^8 output=%s", path_of("grown.h5"));
    assert_int_equal(bind(&job, words), ONS_OK);
    assert_int_equal(ons_job_run(job, NULL), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "measure.m6=magnetization^6"));
    ons_job_free(job);
    ons_results *results = run_on("grown.h5", ISING " measure.m6=magnetization^6 measure.r=mean(m6)/mean(energy)");
    assert_int_equal(ons_results_task(results, 0)->steps, 3000);
    const double expected = row(results, "m6")->mean[0] / row(results, "energy")->mean[0];
    assert_true(fabs(row(results, "r")->mean[0] / expected - 1) < 0.01); /* but for the bias that jackknife takes off */
    ons_results_free(results);
}

static const ons_own_quantity four[] = {{"m6", "magnetization^6"},
                                        {"m12", "m6*m6"},
                                        {"r", "mean(m6)/mean(magnetization_squared)^3"},
                                        {"c", "(mean(energy_squared)-mean(energy)^2)/temperature^2"}};

static void measure_afterwards(ons_results *results) {
    if (ons_results_measure(results, four, 4) != ONS_OK) { fail_msg("%s", ons_message()); }
}

#define FOUR                                                                                                           \
    " measure.m6=magnetization^6 measure.m12=m6*m6 measure.r=mean(m6)/mean(magnetization_squared)^3 "                  \
    "measure.c=(mean(energy_squared)-mean(energy)^2)/temperature^2"

static void test_series_give_the_same_after_the_run(void **state) {
    ons_results *before = run(ISING FOUR " series=yes"), *after = run(ISING " series=yes");
    measure_afterwards(after);
    assert_same_results(before, after);
    assert_string_equal(ons_results_task(after, 0)->notes, ons_results_task(before, 0)->notes);
    const char *const *names;
    assert_int_equal(ons_results_names(after, &names), ons_results_names(before, NULL));
    ons_results_free(before);
    ons_results_free(after);
}

/* Without them the thinned record: its own mean, worked out here by hand, and a note. */
static void test_records_give_what_they_hold(void **state) {
    ons_results *results = run("ising L=6 temperature=2.2 steps=3000 replicas=2");
    ons_samples *samples;
    ons_task_samples *task;
    measure_afterwards(results);
    assert_int_equal(ons_samples_open(&samples, path_of("run.h5")), ONS_OK);
    assert_int_equal(ons_samples_task(samples, 0, &task), ONS_OK);
    size_t first, count, rows = 0;
    assert_int_equal(ons_task_samples_find(task, "magnetization", &first, &count), ONS_OK);
    double sum = 0;
    for (size_t r = 0; r < task->replicas; r++) {
        const ons_record *record = task->replica[r].record;
        for (size_t i = 0; i < record->count; i++, rows++) {
            sum += pow(record->rows[i * record->components + first], 6);
        }
    }
    assert_true(rows < 6000);
    assert_true(fabs(row(results, "m6")->mean[0] - sum / (double)rows) < 1e-12);
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "thinned record"));
    assert_null(strstr(ons_results_task(results, 0)->notes, "c is from"));
    ons_task_samples_free(task);
    ons_samples_close(samples);
    ons_results_free(results);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------
 */

static void test_refusals_name_what_is_near(void **state) {
    static const char *const cases[][2] = {
        {"measure.x=magnetizaton^2", "`magnetization`"},
        {"measure.x=mean(energ)", "`energy`"},
        {"measure.x=binder^2", "made of means already"},
        {"measure.energy=energy^2", "already"},
        {"measure.L=energy", "already"},
        {"measure.x=mean(energy^2)", "name of its own"},
        {"measure.x=energy+mean(energy)", "mean(energy)"},
        {"measure.x=energy/", "column 8 of 'energy/'"},
        {"measure.x=mean(energy)/(", "column 15 of 'mean(energy)/('"},
        {"measure.x=mean(", "column 6"},
        {"measure.x=energy[1]", "1 component"},
        {"measure.x=energy[a]", "whole number"},
        {"measure.x=3+4", "nothing that is measured"},
        {"measure.x=temperature", "nothing that is measured"},
        {"measure.x=x+energy", "made of itself"},
        {"measure.9x=energy", "cannot name"},
        {"measure.pi=energy", "cannot name"},
        {"measure.mean=energy", "cannot name"},
        {"measure.=energy", "needs a name"},
        {"measure.x=correlation", "not measured with these parameters"},
        {"measure.x=field2*energy", "`field2`"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char words[200];
        snprintf(words, sizeof words, "ising L=4 %s", cases[k][0]);
        assert_refused(words, cases[k][1]);
    }
    assert_refused("ising L=4 measure.a=b+energy measure.b=a+energy", "made of itself");
    assert_refused("ising L=4 measure.a=mean(energy) measure.b=a+energy", "means already");
    assert_refused("ising L=4 measure=correlation measure.x=correlation+energy measure.y=x[9]", "3 components");
}

static void test_refusals_after_the_run(void **state) {
    static const ons_own_quantity wrong[] = {{"x", "energi"},      {"x", "binder^2"}, {"energy", "energy"},
                                             {"x", "energy[1]"},   {"x", "energy)"},  {"L", "energy"},
                                             {"x", "mean(energ)"}, {"x", ""},         {"x", "temperature"}};
    ons_results_free(run("ising L=4 temperature=2 steps=300"));
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        ons_results *results;
        assert_int_equal(ons_results_read(&results, path_of("run.h5")), ONS_OK);
        assert_int_equal(ons_results_measure(results, &wrong[k], 1), ONS_INVALID);
        assert_null(strchr(ons_message(), '\n'));
        ons_results_free(results);
    }
}

/* Two keys in a file: the parameter of that name, and the mapping of quantities. */
static void test_job_files_name_them(void **state) {
    static const char text[] =
        "system: ising\nL: 4\nsteps: 300\nmeasure: {m6: magnetization^6, r: mean(m6)/mean(energy)}\n";
    write_file("own.yaml", text);
    ons_job *job;
    ons_results *results;
    assert_int_equal(ons_job_create(&job), ONS_OK);
    assert_int_equal(ons_job_read(job, path_of("own.yaml")), ONS_OK);
    assert_int_equal(ons_job_word(job, "measure=correlation"), ONS_OK);
    if (ons_job_bind(job, find_system("ising"), NULL) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_int_equal(ons_job_run(job, NULL), ONS_OK);
    assert_int_equal(ons_results_read(&results, ons_job_output(job)), ONS_OK);
    row(results, "m6");
    row(results, "r");
    row(results, "correlation");
    assert_non_null(strstr(ons_results_job(results), "measure.m6: \"magnetization^6\""));
    ons_results_free(results);
    ons_job_free(job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_powers_are_those_of_the_system),
        cmocka_unit_test(test_functions_of_means_have_the_jackknife_errors_of_derived_quantities),
        cmocka_unit_test(test_measuring_more_changes_nothing_else),
        cmocka_unit_test(test_arrays_go_component_by_component),
        cmocka_unit_test(test_series_stay_series),
        cmocka_unit_test(test_goals_watch_them),
        cmocka_unit_test(test_the_order_of_words_makes_no_difference),
        cmocka_unit_test(test_what_is_stored_decides_what_may_be_continued),
        cmocka_unit_test(test_series_give_the_same_after_the_run),
        cmocka_unit_test(test_records_give_what_they_hold),
        cmocka_unit_test(test_refusals_name_what_is_near),
        cmocka_unit_test(test_refusals_after_the_run),
        cmocka_unit_test(test_job_files_name_them),
    };
    if (open_directory()) { return 1; }
    return cmocka_run_group_tests(tests, NULL, close_directory);
}
