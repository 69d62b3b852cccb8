/*
 * Systems of compartments, age classes and universes through the laboratory: rows against closed forms, runs that were
 * broken off against whole ones bit for bit, events in the place of numbers that are none, refusals.
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

static int set_up(void **state) { return open_directory(); }

static double at(const ons_result *series, size_t time, size_t component) {
    assert_true(time < (series->times ? series->times : 1) && component < series->size);
    return series->mean[time * series->size + component];
}

/* The same bits in one run and in one that is continued. */
static void assert_continued(const char *words, int first, int whole, const char *name) {
    char job[400];
    unlink(path_of("whole.h5"));
    unlink(path_of("parts.h5"));
    snprintf(job, sizeof job, "%s steps=%d", words, whole);
    ons_results *once = run_on("whole.h5", job);
    snprintf(job, sizeof job, "%s steps=%d", words, first);
    ons_results_free(run_on("parts.h5", job));
    snprintf(job, sizeof job, "%s steps=%d", words, whole);
    ons_results *twice = run_on("parts.h5", job);
    const ons_result *a = row(once, name), *b = row(twice, name);
    assert_int_equal(a->times, b->times);
    assert_int_equal(a->times, whole + 1);
    for (size_t i = 0; i < a->times * a->size; i++) { assert_true(a->mean[i] == b->mean[i]); }
    ons_results_free(once);
    ons_results_free(twice);
}

/* ---- meningitis, compartments ---------------------------------------------------------------------------------------
 */

static void test_an_outbreak_ends_where_the_law_says(void **state) {
    ons_results *results = run("meningitis direct=0.1 steps=2000 every=500");
    assert_true(fabs(row(results, "reproduction_number")->mean[0] - 1.47) < 1e-13);
    assert_true(fabs(row(results, "reproduction_number")->exact[0] - 1.47) < 1e-13);
    assert_true(fabs(row(results, "growth_rate")->mean[0] - 0.055961) < 1e-6);
    const ons_result *s = row(results, "S");
    assert_true(fabs(at(s, s->times - 1, 0) - row(results, "final_susceptible")->mean[0]) < 1e-10);
    assert_true(fabs(row(results, "final_susceptible")->mean[0] - 0.435906) < 1e-6);
    assert_true(fabs(row(results, "peak_carriage")->mean[0] - 0.0522) < 1e-4);
    double people = 0;
    static const char *const names[] = {"S", "C", "I1", "I2", "R", "D"};
    for (size_t k = 0; k < 6; k++) { people += at(row(results, names[k]), 2, 0); }
    assert_true(fabs(people - 1) < 1e-13);
    assert_int_equal(row(results, "elasticities")->rows, 12);
    ons_results_free(results);
}

static void test_options_change_what_they_say(void **state) {
    ons_results *results = run("meningitis second_transmission=0.5 steps=10");
    const ons_result *r0 = row(results, "reproduction_number");
    assert_true(r0->mean[0] > 1.58 && fabs(r0->mean[0] - r0->exact[0]) < 1e-13);
    ons_results_free(results);
    results = run("meningitis mixing=living seasonality=0.3 steps=10");
    assert_null(find_row(results, "final_susceptible"));
    assert_true(fabs(row(results, "reproduction_number")->mean[0] - 1.58) < 1e-12);
    ons_results_free(results);
}

/* The peak of SIR is where S = gamma/beta, of height I_0 + S_0 - (1 + ln(R0 S_0))/R0. */
static void test_a_list_of_ones_own_has_its_exact_peak(void **state) {
    ons_results *results = run("compartments initial=S=0.999;I=0.001 steps=100");
    const double peak = 1 - (1 + log(3 * 0.999)) / 3;
    assert_true(fabs(row(results, "peak_infected")->mean[0] - peak) < 1e-11);
    assert_true(fabs(row(results, "reproduction_number")->mean[0] - 2.997) < 1e-13);
    assert_true(fabs(row(results, "final")->mean[0] - 0.999 * exp(-3 * (1 - row(results, "final")->mean[0]))) < 1e-13);
    assert_string_equal(row(results, "species")->texts[3], "I");
    ons_results_free(results);
    /* a pure decay, and one that is fed: x' = b - g x */
    results = run("compartments reactions=0->A:b;A->0:g*A;b=3;g=0.5 initial=A=1 infected=none values=g=0.25 steps=8");
    assert_null(find_row(results, "reproduction_number"));
    assert_true(fabs(at(row(results, "state"), 8, 0) - (12 - 11 * exp(-2))) < 1e-10);
    ons_results_free(results);
}

static void test_lists_that_are_wrong_are_refused(void **state) {
    assert_refused("compartments initial=S=1;J=0.1", "initial: there is no species 'J'");
    assert_refused("compartments infected=In", "infected: there is no species 'In'; did you mean 'I'?");
    assert_refused("compartments values=betta=1", "values: there is no parameter 'betta'; did you mean 'beta'?");
    assert_refused("compartments values=beta=-1", "the rate beta*S*I is -0.000999");
    assert_refused("compartments initial=S=-1", "numbers are not negative");
    assert_refused("compartments initial=S", "NAME=NUMBER is expected");
    assert_refused("compartments reactions=S+I->2I:beta*S*I", "'beta' is neither a species nor a quantity");
    assert_refused("compartments reactions=S->I:1 initial=S=1", "takes S, but its rate 1 is 1 when there is none");
    assert_refused("meningitis transmission=-1", "transmission");
    assert_refused("meningitis carriers=0.7 ill=0.6", "more than the whole population");
    assert_refused("meningitis conversion=0 clearance=0", "nobody leaves one of the stages");
}

/* ---- leslie ---------------------------------------------------------------------------------------------------------
 */

static void test_age_classes(void **state) {
    ons_results *results =
        run("leslie relation=alone fecundity=[0,1.2,1.8] survival=[0.5,0.8] staying=0 initial=1 steps=2");
    assert_true(fabs(row(results, "growth")->mean[0] - 1.1158951230) < 1e-10);
    assert_true(fabs(row(results, "growth_first")->mean[0] - 1.1158951230) < 1e-10);
    const ons_result *classes = row(results, "classes");
    assert_true(fabs(at(classes, 1, 0) - 3) < 1e-15 && at(classes, 1, 1) == 0.5 && at(classes, 1, 2) == 0.8);
    assert_null(find_row(results, "survivor"));
    ons_results_free(results);
    results = run("leslie");
    assert_true(row(results, "survivor")->mean[0] == 1 && row(results, "predicted_survivor")->mean[0] == 1);
    assert_true(at(row(results, "total_second"), 50, 0) == 0 && row(results, "extinction_time")->mean[0] > 0);
    ons_results_free(results);
    results =
        run("leslie form=saturating fecundity=1.5 survival=0.5 staying=0 second_fecundity=1.2 second_survival=0.5 "
            "second_staying=0 crowding=[0.01,0.01,0.01,0.01] steps=2000 every=1000");
    assert_true(fabs(at(row(results, "total"), 2, 0) - 50) < 1e-9); /* the larger growth excludes the other */
    ons_results_free(results);
}

static void test_wrong_age_classes_are_refused(void **state) {
    assert_refused("leslie survival=[0.5,0.5]", "survival has 2 numbers: 2 age classes have 1 survivals");
    assert_refused("leslie second_fecundity=[1,1,1]", "second_fecundity has 3 numbers, but there are 2 age classes");
    assert_refused("leslie survival=1.5", "survival");
    assert_refused("leslie on_first=[1,2,3]", "on_first takes one number or 4, not 3");
    assert_refused("leslie initial=[1,2,3]", "initial takes one number or 2, not 3");
    assert_refused("leslie relation=complex form=saturating", "has no form=saturating");
    assert_refused("leslie form=saturating crowding=[1,2]", "crowding takes 4 numbers");
    assert_refused("leslie fecundity=[-1,1]", "fecundity");
}

/* ---- bianchi --------------------------------------------------------------------------------------------------------
 */

static void test_radiation_has_its_closed_form(void **state) {
    ons_results *results = run("bianchi steps=20 every=1");
    for (size_t t = 0; t <= 20; t++) {
        const double root = 1.5 + 1.25 * (double)t, a = sqrt((root * root - 1) / 1.25);
        assert_true(fabs(at(row(results, "scale_factor"), t, 0) / a - 1) < 1e-12);
        const double beta = asinh(1 / sqrt(1.25)) - asinh(1 / (sqrt(1.25) * a));
        assert_true(fabs(at(row(results, "beta_plus"), t, 0) - beta) < 1e-12);
        const double shear = 1 / pow(a, 6), hubble = sqrt(1.25 + 1 / (a * a)) / (a * a);
        assert_true(fabs(at(row(results, "hubble"), t, 0) / hubble - 1) < 1e-11);
        assert_true(fabs(at(row(results, "shear"), t, 0) / shear - 1) < 1e-10);
        /* q = 1 + sigma^2/H^2 of radiation and shear */
        assert_true(fabs(at(row(results, "deceleration"), t, 0) - 1 - shear / (hubble * hubble)) < 1e-9);
    }
    assert_true(row(results, "worst_constraint")->mean[0] < 1e-12);
    assert_true(row(results, "worst_first_integral")->mean[0] < 1e-12);
    ons_results_free(results);
}

/* Both modes agree to first order in gamma: their distance falls as gamma^2. */
static void test_the_modes_differ_by_the_square_of_gamma(void **state) {
    double away[2];
    for (size_t k = 0; k < 2; k++) {
        char job[100];
        double a[2];
        for (size_t m = 0; m < 2; m++) {
            snprintf(job, sizeof job, "bianchi mode=%s gamma=%g P_plus=0 steps=3", m ? "bopp" : "brackets",
                     k ? 0.001 : 0.002);
            ons_results *results = run(job);
            a[m] = at(row(results, "hubble"), 3, 0);
            ons_results_free(results);
        }
        away[k] = fabs(a[0] - a[1]);
    }
    assert_true(away[0] > 0 && away[0] / away[1] > 1.9);
}

static void test_ends_of_universes_are_events(void **state) {
    ons_results *results =
        run("bianchi gamma=0 P_plus=12 energy=0 direction=contracting clock=cosmic every=0.1 steps=3");
    const ons_result *events = row(results, "events"); /* a^3 = 1 - 3 t */
    assert_int_equal(events->rows, 1);
    assert_string_equal(events->texts[0], "singularity");
    assert_true(fabs(events->numbers[1] - 1.0 / 3) < 1e-10);
    const ons_result *a = row(results, "scale_factor"), *hubble = row(results, "hubble");
    assert_int_equal(a->times, 5); /* 0, 0.1, 0.2, 0.3 and the end */
    for (size_t k = 0; k < a->times; k++) { assert_true(isfinite(a->mean[k]) && isfinite(hubble->mean[k])); }
    ons_results_free(results);
    results = run("bianchi w=-1 clock=cosmic steps=3"); /* t = integral of u/sqrt(1/4 + u^4 + u^10) over 0 .. 1 */
    events = row(results, "events");
    assert_string_equal(events->texts[0], "big rip");
    assert_true(fabs(events->numbers[1] - 0.686115860622) < 1e-10);
    assert_true(fabs(at(row(results, "effective_w"), row(results, "effective_w")->times - 1, 0) + 7.0 / 3) < 1e-8);
    ons_results_free(results);
}

static void test_wrong_universes_are_refused(void **state) {
    assert_refused("bianchi beta=[1,2,3]", "beta takes 2 numbers");
    assert_refused("bianchi a=0", "a");
    assert_refused("bianchi energy=-1", "energy");
    assert_refused("bianchi gamma=0 energy=0 P_plus=0", "no universe that expands");
    assert_refused("bianchi mode=bopp bracket_a_T=1", "bracket_a_T");
}

static void test_runs_go_on_with_the_same_bits(void **state) {
    assert_continued("meningitis every=1", 57, 150, "C");
    assert_continued("meningitis every=1 seasonality=0.4 mixing=living", 90, 120, "ratio");
    assert_continued("compartments every=1", 31, 80, "state");
    assert_continued("leslie relation=predation every=1", 3, 12, "classes");
    assert_continued("bianchi every=1", 4, 11, "scale_factor");
    assert_continued("bianchi mode=bopp clock=cosmic every=1", 4, 11, "beta_plus");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_outbreak_ends_where_the_law_says),
        cmocka_unit_test(test_options_change_what_they_say),
        cmocka_unit_test(test_a_list_of_ones_own_has_its_exact_peak),
        cmocka_unit_test(test_lists_that_are_wrong_are_refused),
        cmocka_unit_test(test_age_classes),
        cmocka_unit_test(test_wrong_age_classes_are_refused),
        cmocka_unit_test(test_radiation_has_its_closed_form),
        cmocka_unit_test(test_the_modes_differ_by_the_square_of_gamma),
        cmocka_unit_test(test_ends_of_universes_are_events),
        cmocka_unit_test(test_wrong_universes_are_refused),
        cmocka_unit_test(test_runs_go_on_with_the_same_bits),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
