/*
 * Crossings across the tasks of an archive, against straight lines whose crossing is known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab_probe.h"

#include "lab_folder.h"

#include "lab/archive.h"

#include <onsager/analysis.h>

#include <sys/stat.h>

PROBE(probe, ONS_STATIONARY);

/* energy = L (temperature - 1.5), profile[0] = L: lines of all L cross at 1.5, or never. */
static ons_results *lines(const char *const *words) {
    ons_job *job = probe_job(&probe, words);
    mkdir("a.h5.parts", 0777);
    for (size_t t = 0; t < job->task_count; ++t) {
        for (uint64_t s = 0; s < 2; ++s) {
            lab_replica replica;
            probe_state state = {0};
            const struct ons_parameters *parameters = &job->tasks[t].parameters;
            size_t count;
            const double L = (double)ons_integers(parameters, "L", &count)[0];
            probe_fill(&replica, &job->tasks[t], s, 400);
            for (size_t k = 0; k < 2; ++k) {
                replica.lanes[k].bins.shift[0] += 2 + L * (ons_real(parameters, "temperature") - 1.5);
                replica.lanes[k].bins.shift[1] += L;
            }
            assert_int_equal(lab_replica_write(&replica, &state, "a.h5.parts"), ONS_OK);
            lab_replica_free(&replica);
        }
    }
    const lab_archive_options options = {.seconds = 1};
    ons_results *results;
    if (lab_archive_write(job, "a.h5.parts", &options) != ONS_OK) { fail_msg("%s", ons_message()); }
    if (ons_results_read(&results, "a.h5") != ONS_OK) { fail_msg("%s", ons_message()); }
    ons_job_free(job);
    return results;
}

static void test_lines_cross_where_they_do(void **context) {
    ons_results *results = lines((const char *const[]){"output=a.h5", "L=8,4,[16]", "temperature=1:2:0.125", NULL});
    ons_crossing_row *rows;
    size_t count;
    if (ons_results_crossings(results, "energy", "temperature", "L", &rows, &count) != ONS_OK) {
        fail_msg("%s", ons_message());
    }
    assert_int_equal(count, 2);
    assert_true(rows[0].by1 == 4 && rows[0].by2 == 8 && rows[1].by1 == 8 && rows[1].by2 == 16);
    for (size_t r = 0; r < 2; ++r) {
        /* errors 0.1/sqrt(1200) at 9 points, slopes that differ by 4 and 8: some 0.0003 */
        assert_true(fabs(rows[r].crossing.x - 1.5) < 6 * rows[r].crossing.x_error);
        assert_true(rows[r].crossing.x_error > 1e-5 && rows[r].crossing.x_error < 2e-3);
        assert_true(fabs(rows[r].crossing.y) < 6 * rows[r].crossing.y_error);
    }
    free(rows);
    ons_results_free(results);
}

static void refused(const ons_results *results, const char *quantity, const char *x, const char *by, const char *why) {
    ons_crossing_row *rows;
    size_t count;
    assert_int_equal(ons_results_crossings(results, quantity, x, by, &rows, &count), ONS_INVALID);
    assert_null(rows);
    assert_message(why);
}

static void test_what_cannot_cross_is_refused_with_the_reason(void **context) {
    ons_results *results = lines((const char *const[]){"output=a.h5", "L=4,8", "temperature=1:2:0.25", NULL});
    refused(results, "enrgy", "temperature", "L", "did you mean 'energy'?");
    refused(results, "energy", "temprature", "L", "did you mean 'temperature'?");
    refused(results, "energy", "temperature", "l", "did you mean 'L'?");
    refused(results, "energy", "L", "L", "two different parameters");
    refused(results, "decay", "temperature", "L", "is a series");
    refused(results, "profile", "temperature", "L", "3 components");
    refused(results, "energy", "temperature", "kind", "'L' takes several values too");
    refused(results, "energy", "L", "tenths", "'temperature' takes several values too");
    ons_results_free(results);
    results = lines((const char *const[]){"output=a.h5", "L=4,8", "temperature=1.625:2:0.125", NULL});
    ons_job *job = probe_job(&probe, (const char *const[]){"output=a.h5", "L=4,8", "temperature=1.625:2:0.125", NULL});
    assert_int_equal(ons_results_select(results, job), ONS_OK);
    refused(results, "energy", "temperature", "L", "no two neighbours in 'L' cross");
    ons_job_free(job);
    ons_results_free(results);
}

static void test_other_parameters_must_agree_unless_they_follow_their_default(void **context) {
    ons_results *results =
        lines((const char *const[]){"output=a.h5", "L=4,8", "temperature=1:2:0.25", "kind=one,two", NULL});
    refused(results, "energy", "temperature", "L", "'kind' takes several values too (one, two)");
    ons_results_free(results);
}

/* ---- curves and limits ---- */

static void test_curves_hold_their_points_in_order(void **context) {
    ons_results *results = lines((const char *const[]){"output=a.h5", "L=8,4,[16]", "temperature=2:1:-0.125", NULL});
    const ons_curves_request request = {"energy", "temperature", "L", 1.2, INFINITY};
    ons_curves *curves;
    if (ons_results_curves(results, &request, &curves) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_int_equal(curves->count, 3);
    for (size_t c = 0; c < 3; ++c) {
        const ons_curve *curve = &curves->curve[c];
        assert_true(curve->by == 4 << c);
        assert_int_equal(curve->points.count, 7);
        assert_null(curve->points.covariance);
        assert_string_equal(curve->note, "");
        for (size_t i = 1; i < 7; ++i) { assert_true(curve->points.x[i] > curve->points.x[i - 1]); }
    }
    ons_curves_free(curves);
    /* the components of one array share their replicas: a symmetric covariance with the errors on its diagonal */
    const ons_curves_request array = {"profile", NULL, NULL, -INFINITY, INFINITY};
    if (ons_results_curves(results, &array, &curves) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_int_equal(curves->count, 27);
    const ons_points *points = &curves->curve[0].points;
    assert_string_equal(curves->x, "index");
    assert_non_null(points->covariance);
    assert_true(points->freedom > 10);
    for (size_t i = 0; i < points->count; ++i) {
        const double variance = points->covariance[i * (points->count + 1)];
        assert_true(fabs(variance - points->errors[i] * points->errors[i]) <= 1e-12 * variance);
        for (size_t j = 0; j < i; ++j) {
            assert_true(points->covariance[i * points->count + j] == points->covariance[j * points->count + i]);
        }
    }
    ons_curves_free(curves);
    ons_results_free(results);
}

static void no_curve(const ons_results *results, ons_curves_request request, const char *why) {
    ons_curves *curves;
    request.from = request.from == 0 ? -INFINITY : request.from;
    request.to = request.to == 0 ? INFINITY : request.to;
    assert_int_equal(ons_results_curves(results, &request, &curves), ONS_INVALID);
    assert_null(curves);
    assert_message(why);
}

static void test_what_is_no_curve_is_refused_with_the_reason(void **context) {
    ons_results *results = lines((const char *const[]){"output=a.h5", "L=4,8", "temperature=1:2:0.25", NULL});
    no_curve(results, (ons_curves_request){.quantity = "enrgy"}, "did you mean 'energy'?");
    no_curve(results, (ons_curves_request){.quantity = "energy", .x = "temprature"}, "did you mean 'temperature'?");
    no_curve(results, (ons_curves_request){.quantity = "energy", .x = "L", .by = "L"}, "two different parameters");
    no_curve(results, (ons_curves_request){.quantity = "profile", .x = "temperature"}, "name one, as in 'profile[0]'");
    no_curve(results, (ons_curves_request){.quantity = "profile[7]", .x = "L"}, "no component '[7]'");
    no_curve(results, (ons_curves_request){.quantity = "decay", .x = "temperature"}, "its x is time");
    no_curve(results, (ons_curves_request){.quantity = "energy", .x = "temperature", .from = 3},
             "no point of 'energy'");
    ons_results_free(results);
}

/* Lines of all sizes cross at 1.5: so do all pairs, whose limit with any exponent is 1.5. */
static void test_crossings_of_all_pairs_have_a_limit(void **context) {
    ons_results *results = lines((const char *const[]){"output=a.h5", "L=4,8,16,[32]", "temperature=1:2:0.125", NULL});
    const ons_crossings_request request = {.quantity = "energy",
                                           .x = "temperature",
                                           .by = "L",
                                           .all = true,
                                           .from = -INFINITY,
                                           .to = INFINITY,
                                           .omega = 1,
                                           .resamples = 100};
    ons_crossings crossings;
    if (ons_results_crossings_limit(results, &request, &crossings) != ONS_OK) { fail_msg("%s", ons_message()); }
    assert_int_equal(crossings.count, 6);
    assert_true(crossings.has_limit && crossings.has_constant);
    assert_true(fabs(crossings.limit.value[0] - 1.5) < 6 * crossings.limit.error[0]);
    assert_true(fabs(crossings.limit.value[1]) < 6 * crossings.limit.error[1]);
    assert_true(fabs(crossings.constant.value[0] - 1.5) < 6 * crossings.constant.error[0]);
    assert_true(crossings.constant.goodness > 1e-7);
    for (size_t i = 0; i < 6; ++i) {
        const double error = crossings.row[i].crossing.x_error;
        assert_true(fabs(crossings.covariance[i * 7] - error * error) <= 1e-12 * error * error);
    }
    ons_crossings_free(&crossings);
    ons_results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_lines_cross_where_they_do),
        IN_FOLDER(test_what_cannot_cross_is_refused_with_the_reason),
        IN_FOLDER(test_curves_hold_their_points_in_order),
        IN_FOLDER(test_what_is_no_curve_is_refused_with_the_reason),
        IN_FOLDER(test_crossings_of_all_pairs_have_a_limit),
        IN_FOLDER(test_other_parameters_must_agree_unless_they_follow_their_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
