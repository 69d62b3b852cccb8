/*
 * Crossings across the tasks of an archive, against straight lines whose crossing is known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lab_probe.h"

#include "lab_folder.h"

#include "lab/archive.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_lines_cross_where_they_do),
        IN_FOLDER(test_what_cannot_cross_is_refused_with_the_reason),
        IN_FOLDER(test_other_parameters_must_agree_unless_they_follow_their_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
