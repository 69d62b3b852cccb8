/*
 * Evaluation: lanes filled by hand give the results that arithmetic gives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab_probe.h"

#include "lab/evaluate.h"

PROBE(stationary, ONS_STATIONARY);
PROBE(history, 0);
PROBE(disordered, ONS_STATIONARY | ONS_QUENCHED);

/* The two states (four lanes, one of them surplus) of the first task of a job with three replicas. */
typedef struct filled {
    ons_job *job;
    const lab_task *task;
    lab_replica states[2];
    ons_task_result result;
} filled;

static filled fill(const ons_system *system, uint64_t samples, const char *const *words) {
    filled f = {.job = probe_job(system, words)};
    f.task = &f.job->tasks[0];
    assert_int_equal(lab_state_count(f.task), 2);
    for (uint64_t s = 0; s < 2; ++s) { probe_fill(&f.states[s], f.task, s, samples); }
    return f;
}

static void evaluate(filled *f) {
    if (lab_evaluate(f->task, f->states, 2, &f->result) != ONS_OK) { fail_msg("%s", ons_message()); }
}

static void release(filled *f) {
    lab_task_result_free(&f->result);
    for (size_t s = 0; s < 2; ++s) { lab_replica_free(&f->states[s]); }
    ons_job_free(f->job);
}

static const char *const plain[] = {"L=4", NULL};

static void test_means_are_those_of_all_samples_of_the_replicas_asked_for(void **context) {
    filled f = fill(&stationary, 1000, plain);
    f.states[1].lanes[1].bins.shift[0] = 1e300; /* the surplus lane must not count */
    evaluate(&f);
    const ons_result *energy = ons_task_find(&f.result, "energy");
    double sum = 0;
    for (size_t r = 0; r < 3; ++r) { sum += ons_bins_mean(&f.states[r / 2].lanes[r % 2].bins, 0); }
    assert_true(fabs(energy->mean[0] - sum / 3) < 1e-13);
    assert_true(energy->samples[0] == 3000);
    assert_true(fabs(energy->error[0] / (0.1 / sqrt(3000)) - 1) < 0.2); /* white noise of width 0.1 */
    assert_true(energy->tau[0] > 0.4 && energy->tau[0] < 0.7);
    assert_int_equal(energy->flags[0], 0);
    assert_string_equal(energy->unit, "J");
    assert_int_equal(f.result.replicas, 3);
    assert_int_equal(f.result.steps, 1000);
    assert_true(f.result.complete);
    assert_true(f.result.seconds == 3.0);
    assert_string_equal(f.result.notes, "a note\n");
    const ons_result *profile = ons_task_find(&f.result, "profile");
    assert_int_equal(profile->size, 3);
    for (size_t i = 0; i < 3; ++i) { assert_true(fabs(profile->mean[i] - (double)(i + 1)) < 0.02); }
    release(&f);
}

static void test_derived_quantities_are_functions_of_the_means(void **context) {
    filled f = fill(&stationary, 4000, plain);
    evaluate(&f);
    const ons_result *ratio = ons_task_find(&f.result, "ratio");
    /* error propagation for independent normal numbers: relative errors add in squares */
    const double expected = 0.5 * sqrt(0.1 * 0.1 / 1 + 0.1 * 0.1 / 4) / sqrt(12000);
    assert_true(ratio->derived);
    assert_true(fabs(ratio->mean[0] + 0.5) < 6 * expected);
    assert_true(fabs(ratio->error[0] / expected - 1) < 0.2);
    release(&f);
}

static void test_parameters_are_told_in_order_with_their_texts(void **context) {
    filled f = fill(&stationary, 100, (const char *const[]){"L=[4,5]", "temperature=2.5", NULL});
    evaluate(&f);
    assert_true(f.result.parameters >= 4);
    assert_string_equal(f.result.parameter[0], "L");
    assert_string_equal(f.result.value[0], "[4,5]");
    assert_true(f.result.value_is_number[0]);
    assert_string_equal(f.result.value[1], "2.5");
    assert_string_equal(f.result.value[3], "one");
    assert_false(f.result.value_is_number[3]);
    release(&f);
}

static void test_exact_values_stand_beside_ours_and_judge_them(void **context) {
    filled f = fill(&stationary, 1000, plain);
    evaluate(&f);
    const ons_result *energy = ons_task_find(&f.result, "energy");
    assert_true(energy->exact[0] == -2);
    assert_string_equal(energy->exact_source, "Nobody 1900");
    assert_int_equal(energy->flags[0], 0);
    assert_null(ons_task_find(&f.result, "profile")->exact);
    lab_task_result_free(&f.result);
    for (size_t r = 0; r < 3; ++r) { f.states[r / 2].lanes[r % 2].bins.shift[0] += 0.05; } /* some 27 errors away */
    evaluate(&f);
    assert_int_equal(ons_task_find(&f.result, "energy")->flags[0], ONS_NOT_EQUILIBRATED);
    assert_int_equal(f.result.flags & ONS_NOT_EQUILIBRATED, ONS_NOT_EQUILIBRATED);
    release(&f);
}

static void test_a_warm_up_without_end_flags_its_component_and_what_is_made_of_it(void **context) {
    filled f = fill(&stationary, 1000, plain);
    f.states[0].lanes[1].warmup_failed[1] = true; /* profile[0] */
    evaluate(&f);
    assert_int_equal(ons_task_find(&f.result, "energy")->flags[0], 0);
    assert_int_equal(ons_task_find(&f.result, "profile")->flags[0], ONS_NOT_EQUILIBRATED);
    assert_int_equal(ons_task_find(&f.result, "profile")->flags[1], 0);
    assert_int_equal(ons_task_find(&f.result, "ratio")->flags[0], ONS_NOT_EQUILIBRATED);
    release(&f);
}

static void test_samples_of_a_disorder_err_by_the_spread_of_their_means(void **context) {
    filled f = fill(&disordered, 1000, plain);
    const double shifts[3] = {-1, 0.25, 0.75};
    double means[3];
    for (size_t r = 0; r < 3; ++r) {
        f.states[r / 2].lanes[r % 2].bins.shift[0] += shifts[r];
        means[r] = ons_bins_mean(&f.states[r / 2].lanes[r % 2].bins, 0);
    }
    evaluate(&f);
    const ons_result *energy = ons_task_find(&f.result, "energy");
    ons_estimate expected;
    ons_spread(means, 3, &expected);
    assert_true(fabs(energy->mean[0] - expected.mean) < 1e-12);
    assert_true(fabs(energy->error[0] - expected.error) < 1e-9);
    assert_int_equal(energy->flags[0] & ONS_NOT_EQUILIBRATED, 0);
    release(&f);
}

static void test_histories_err_by_the_spread_over_replicas(void **context) {
    filled f = fill(&history, 100, plain);
    evaluate(&f);
    double means[3];
    for (size_t r = 0; r < 3; ++r) { means[r] = ons_bins_mean(&f.states[r / 2].lanes[r % 2].bins, 0); }
    ons_estimate expected;
    ons_spread(means, 3, &expected);
    const ons_result *energy = ons_task_find(&f.result, "energy");
    assert_true(energy->mean[0] == expected.mean && energy->error[0] == expected.error);
    release(&f);
}

static void test_a_single_history_has_numbers_without_errors(void **context) {
    ons_job *job = probe_job(&history, (const char *const[]){"replicas=1", NULL});
    lab_replica state;
    ons_task_result result;
    probe_fill(&state, &job->tasks[0], 0, 50);
    assert_int_equal(lab_evaluate(&job->tasks[0], &state, 1, &result), ONS_OK);
    const ons_result *energy = ons_task_find(&result, "energy"), *ratio = ons_task_find(&result, "ratio");
    const double mean = ons_bins_mean(&state.lanes[0].bins, 0), first = ons_bins_mean(&state.lanes[0].bins, 1);
    assert_true(energy->mean[0] == mean && isnan(energy->error[0]) && energy->flags[0] == 0);
    assert_true(fabs(ratio->mean[0] - first / mean) < 1e-15 && isnan(ratio->error[0]));
    assert_true(ons_task_find(&result, "decay")->mean[4] == 4 && isnan(ons_task_find(&result, "decay")->error[4]));
    /* a value alone keeps its own error */
    assert_true(ons_task_find(&result, "result")->mean[0] == 10 && ons_task_find(&result, "result")->error[0] == 0.25);
    assert_int_equal(ons_task_find(&result, "levels")->columns, 3);
    lab_task_result_free(&result);
    lab_replica_free(&state);
    ons_job_free(job);
}

static void test_series_and_values_are_means_over_replicas(void **context) {
    filled f = fill(&history, 100, plain);
    f.states[0].lanes[0].times = 4; /* only times that all replicas have */
    evaluate(&f);
    const ons_result *decay = ons_task_find(&f.result, "decay"), *result = ons_task_find(&f.result, "result");
    assert_int_equal(decay->times, 4);
    for (size_t t = 0; t < 4; ++t) { /* replicas 0, 1, 2: t, 2t, 3t */
        const double values[3] = {(double)t, 2.0 * (double)t, 3.0 * (double)t};
        ons_estimate expected;
        ons_spread(values, 3, &expected);
        assert_true(decay->time[t] == (double)t);
        assert_true(decay->mean[t] == 2.0 * (double)t && decay->error[t] == expected.error);
    }
    ons_estimate expected;
    ons_spread((const double[]){10, 11, 12}, 3, &expected);
    assert_true(result->mean[0] == 11 && result->error[0] == expected.error);
    release(&f);
}

static void test_histograms_count_all_samples_with_binomial_errors(void **context) {
    filled f = fill(&stationary, 4000, plain);
    f.states[0].lanes[0].histograms[0].below = 7;
    evaluate(&f);
    const ons_result *counts = ons_task_find(&f.result, "counts");
    double total = 0;
    assert_int_equal(counts->size, 4);
    assert_true(counts->edges[0] == 0 && counts->edges[1] == 0.25 && counts->edges[4] == 1 && counts->below == 7);
    for (size_t i = 0; i < 4; ++i) {
        total += counts->mean[i];
        /* p = 1/4: variance n p (1 - p); 48 blocks and more know it to some 10 % */
        const double expected = sqrt(12000 * 0.25 * 0.75);
        assert_true(counts->error[i] > 0.5 * expected && counts->error[i] < 1.6 * expected);
        assert_true(fabs(counts->mean[i] - 3000) < 6 * expected);
    }
    assert_true(total == 12000);
    release(&f);
}

static void test_histograms_of_replicas_of_different_length_join(void **context) {
    filled f = fill(&stationary, 1000, plain);
    lab_replica_free(&f.states[1]);
    probe_fill(&f.states[1], f.task, 1, 30); /* a replica that has only begun */
    evaluate(&f);
    const ons_result *counts = ons_task_find(&f.result, "counts");
    double total = 0;
    for (size_t i = 0; i < 4; ++i) { total += counts->mean[i]; }
    assert_true(total == 2030);
    for (size_t i = 0; i < 4; ++i) { assert_true(isfinite(counts->error[i]) && counts->error[i] > 0); }
    assert_int_equal(f.result.steps, 30);
    assert_false(f.result.complete);
    release(&f);
}

static void test_tables_hold_the_rows_of_all_replicas_with_their_number(void **context) {
    filled f = fill(&history, 10, plain);
    evaluate(&f);
    const ons_result *levels = ons_task_find(&f.result, "levels");
    assert_int_equal(levels->columns, 4);
    assert_int_equal(levels->rows, 6);
    assert_string_equal(levels->column[0], "replica");
    assert_string_equal(levels->column[2], "energy");
    assert_string_equal(levels->column[3], "name");
    assert_true(levels->column_is_text[3] && !levels->column_is_text[2]);
    for (size_t r = 0; r < 6; ++r) {
        assert_true(levels->numbers[4 * r] == (double)(r / 2));
        assert_true(levels->numbers[4 * r + 2] == (r % 2 == 0 ? -0.5 : 0.5));
        assert_string_equal(levels->texts[4 * r + 3], r % 2 == 0 ? "ground" : "");
        assert_null(levels->texts[4 * r]);
    }
    release(&f);
}

static void test_before_the_first_sample_nothing_is_known(void **context) {
    filled f = fill(&stationary, 0, plain);
    evaluate(&f);
    const ons_result *energy = ons_task_find(&f.result, "energy");
    assert_true(isnan(energy->mean[0]) && isnan(energy->error[0]));
    assert_int_equal(energy->flags[0], ONS_TOO_FEW_SAMPLES);
    assert_true(ons_task_find(&f.result, "counts")->mean[0] == 0);
    release(&f);
}

static void test_a_look_is_at_the_worst_component(void **context) {
    filled f = fill(&stationary, 2000, plain);
    lab_goal_look look;
    evaluate(&f);
    const ons_result *profile = ons_task_find(&f.result, "profile");
    double relative = 0, absolute = 0;
    for (size_t i = 0; i < 3; ++i) {
        relative = fmax(relative, profile->error[i] / profile->mean[i]);
        absolute = fmax(absolute, profile->error[i]);
    }
    assert_int_equal(lab_look(f.task, f.states, 2, "profile", &look), ONS_OK);
    assert_true(look.relative == relative && look.absolute == absolute && look.finite && !look.compatible_with_zero);
    assert_int_equal(lab_look(f.task, f.states, 2, "ratio", &look), ONS_OK);
    assert_true(look.absolute == ons_task_find(&f.result, "ratio")->error[0]);
    assert_int_equal(lab_look(f.task, f.states, 2, "decay", &look), ONS_INVALID);
    for (size_t r = 0; r < 3; ++r) { f.states[r / 2].lanes[r % 2].bins.shift[1] -= 1; }
    assert_int_equal(lab_look(f.task, f.states, 2, "profile", &look), ONS_OK);
    assert_true(look.compatible_with_zero);
    release(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_are_those_of_all_samples_of_the_replicas_asked_for),
        cmocka_unit_test(test_derived_quantities_are_functions_of_the_means),
        cmocka_unit_test(test_parameters_are_told_in_order_with_their_texts),
        cmocka_unit_test(test_exact_values_stand_beside_ours_and_judge_them),
        cmocka_unit_test(test_a_warm_up_without_end_flags_its_component_and_what_is_made_of_it),
        cmocka_unit_test(test_samples_of_a_disorder_err_by_the_spread_of_their_means),
        cmocka_unit_test(test_histories_err_by_the_spread_over_replicas),
        cmocka_unit_test(test_a_single_history_has_numbers_without_errors),
        cmocka_unit_test(test_series_and_values_are_means_over_replicas),
        cmocka_unit_test(test_histograms_count_all_samples_with_binomial_errors),
        cmocka_unit_test(test_histograms_of_replicas_of_different_length_join),
        cmocka_unit_test(test_tables_hold_the_rows_of_all_replicas_with_their_number),
        cmocka_unit_test(test_before_the_first_sample_nothing_is_known),
        cmocka_unit_test(test_a_look_is_at_the_worst_component),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
