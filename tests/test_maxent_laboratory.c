/*
 * Maximum entropy, inverse Ising, ion channel and driven trap through the laboratory: rows against closed forms, the
 * law of the errors, samples of a chain against independent ones, refusals.
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

static double value(const ons_results *results, const char *name, size_t component) {
    const ons_result *found = row(results, name);
    assert_true(component < found->size);
    return found->mean[component];
}

static double value_at(const ons_results *results, size_t task, const char *name) {
    const ons_result *found = ons_task_find(ons_results_task(results, task), name);
    assert_non_null(found);
    return found->mean[0];
}

/* ---- maximum-entropy ------------------------------------------------------------------------------------------- */

/* One spin of mean 0.6: lambda = atanh 0.6; two bound to a correlation: ln of the ratio of pair probabilities /4. */
static void test_spins_have_their_closed_forms(void **state) {
    ons_results *results = run("maximum-entropy values=[-1,1] features=x averages=0.6 errors=0.01");
    assert_true(fabs(value(results, "multiplier", 0) - atanh(0.6)) < 1e-12);
    assert_true(fabs(row(results, "multiplier")->error[0] - 0.01 / (1 - 0.36)) < 1e-12);
    assert_true(fabs(value(results, "covariance", 0) - 0.64) < 1e-12);
    ons_results_free(results);
    results = run("maximum-entropy variables=2 values=[-1,1] features=x1;x2;x1*x2 averages=[0.2,-0.1,0.3]");
    const double pp = 1 + 0.2 - 0.1 + 0.3, mm = 1 - 0.2 + 0.1 + 0.3, pm = 1 + 0.2 + 0.1 - 0.3, mp = 1 - 0.2 - 0.1 - 0.3;
    assert_true(fabs(value(results, "multiplier", 2) - 0.25 * log(pp * mm / (pm * mp))) < 1e-11);
    assert_true(fabs(value(results, "probability", 3) - pp / 4) < 1e-12); /* the last state: both +1 */
    const ons_result *levels = row(results, "levels");
    assert_int_equal(levels->rows, 4);
    for (size_t k = 1; k < 4; k++) { /* each average takes entropy and adds to the divergence */
        assert_true(levels->numbers[k * levels->columns + 2] < levels->numbers[(k - 1) * levels->columns + 2]);
        assert_true(levels->numbers[k * levels->columns + 4] > 0);
    }
    ons_results_free(results);
    /* A Gaussian prior with another mean: shifted by lambda s^2. */
    results = run("maximum-entropy values=[-10:10:0.05] prior=exp(-x^2/(2*1.44)) averages=0.9");
    assert_true(fabs(value(results, "multiplier", 0) - 0.9 / 1.44) < 1e-9);
    assert_true(fabs(value(results, "divergence", 0) - 0.81 / 2.88) < 1e-9);
    ons_results_free(results);
}

static void test_observations_give_averages_and_errors(void **state) {
    char words[300], text[8000] = "";
    for (size_t k = 0; k < 1000; k++) { strcat(text, k < 700 ? "1\n" : "-1\n"); }
    write_file("seen.txt", text);
    snprintf(words, sizeof words, "maximum-entropy values=[-1,1] data=%s", path_of("seen.txt"));
    ons_results *results = run(words);
    assert_true(fabs(value(results, "multiplier", 0) - atanh(0.4)) < 1e-12);
    assert_true(fabs(row(results, "multiplier")->error[0] - 1 / sqrt(999 * (1 - 0.16))) < 1e-12);
    ons_results_free(results);
}

static void test_averages_that_cannot_be_are_refused(void **state) {
    assert_refused("maximum-entropy averages=7", "cannot be");
    assert_refused("maximum-entropy averages=6", "end of its values");
    assert_refused("maximum-entropy features=x;x^2 averages=[3.5,10]", "no distribution");
    assert_refused("maximum-entropy features=x;x^2 averages=[3.5,12.5]", "boundary");
    assert_refused("maximum-entropy features=x;2*x averages=[3.5,8]", "contradicts");
    assert_refused("maximum-entropy features=x;y averages=[3.5,8]", "no variable 'y'");
    assert_refused("maximum-entropy features=x;x^2 averages=3.5", "1 numbers for 2 features");
    assert_refused("maximum-entropy prior=x-3", "at least 0");
    assert_refused("maximum-entropy variables=16", "states");
}

/* ---- inverse-ising --------------------------------------------------------------------------------------------- */

/* Sixteen models of ten spins (45 couplings each), 16 times the samples: the error falls to a quarter; the ratio has a
 * relative error of sqrt(2) 1/sqrt(2 16 45) 2 (couplings of a model hang together) = 0.075, the window is six. */
static void test_the_error_falls_as_the_root_of_the_samples(void **state) {
    static const char *const methods[] = {"exact", "pseudo"};
    for (size_t m = 0; m < 2; m++) {
        char words[200];
        snprintf(words, sizeof words,
                 "inverse-ising lattice=chain L=10 temperature=2 samples=3000,48000 replicas=16 method=%s", methods[m]);
        ons_results *results = run(words);
        const double few = value_at(results, 0, "coupling_error"), many = value_at(results, 1, "coupling_error");
        if (!(few / many > 4 * 0.55 && few / many < 4 * 1.45)) { fail_msg("%s: %g, %g", methods[m], few, many); }
        assert_true(fabs(value_at(results, 1, "chi_squared") - 1) < 0.45);
        ons_results_free(results);
    }
}

/* A chain of the heat bath, long between its samples, is as good as independent samples; 25 spins take it by default.
 */
static void test_samples_of_a_chain_serve_too(void **state) {
    ons_results *results =
        run("inverse-ising lattice=square L=5 temperature=4 samples=4000 between=10 replicas=2 method=pseudo");
    assert_true(value(results, "chi_squared", 0) > 0.5 && value(results, "chi_squared", 0) < 1.6);
    assert_true(value(results, "relative_error", 0) < 0.4);
    ons_results_free(results);
    results = run("inverse-ising lattice=chain L=8 temperature=3 samples=20000 sampler=heat-bath replicas=8");
    assert_true(value(results, "chi_squared", 0) > 0.5 && value(results, "chi_squared", 0) < 1.6);
    ons_results_free(results);
}

/* A uniform ferromagnet on a complete graph has couplings J/(N T); a random one J/(sqrt(N) T) in size. */
static void test_planted_couplings_are_what_they_say(void **state) {
    ons_results *results =
        run("inverse-ising lattice=complete L=6 disorder=none coupling=1.5 temperature=2 samples=100 "
            "field=0.4 field_width=0 method=naive");
    assert_true(fabs(value(results, "planted_coupling", 1) - 1.5 / 12) < 1e-15);
    assert_true(fabs(value(results, "planted_field", 3) - 0.2) < 1e-15);
    ons_results_free(results);
    results =
        run("inverse-ising lattice=complete L=4 disorder=bimodal coupling=1.5 temperature=2 samples=100 method=naive");
    assert_true(fabs(fabs(value(results, "planted_coupling", 2)) - 1.5 / 4) < 1e-15);
    ons_results_free(results);
}

/* From a file: two spins whose coupling and fields have a closed form. */
static void test_samples_from_a_file(void **state) {
    char words[300], text[2000] = "";
    for (size_t k = 0; k < 100; k++) { strcat(text, k < 40 ? "1 1\n" : k < 60 ? "0 0\n" : k < 90 ? "1 0\n" : "0 1\n"); }
    write_file("spins.txt", text);
    static const char *const methods[] = {"exact", "pseudo", "pair", "bethe"};
    for (size_t m = 0; m < 4; m++) {
        snprintf(words, sizeof words, "inverse-ising data=%s method=%s", path_of("spins.txt"), methods[m]);
        ons_results *results = run(words);
        assert_true(fabs(value(results, "coupling", 1) - 0.25 * log(40.0 * 20 / (30 * 10))) < 1e-9);
        assert_true(fabs(value(results, "field", 0) - 0.25 * log(40.0 * 30 / (20 * 10))) < 1e-9);
        assert_null(find_row(results, "planted_coupling"));
        ons_results_free(results);
    }
    snprintf(words, sizeof words, "inverse-ising data=%s L=3", path_of("spins.txt"));
    assert_refused(words, "no lattice");
    write_file("bad.txt", "1 1\n1 -1 1\n");
    snprintf(words, sizeof words, "inverse-ising data=%s", path_of("bad.txt"));
    assert_refused(words, ":2: this configuration has 3 spins");
    assert_refused("inverse-ising lattice=square L=5 method=exact", "22 spins");
    assert_refused("inverse-ising method=naive l2=0.1", "l2");
    assert_refused("inverse-ising lattice=chain L=30 sampler=exact", "22 spins");
    assert_refused("inverse-ising lattice=square L=100", "1000 spins");
}

/* ---- ion-channel, driven-trap ---------------------------------------------------------------------------------- */

/* One site: current (a d - b c)/(a + b + c + d) with the rates of entering (a left, b right) and leaving (c left, d
 * right); its tilt. */
static void test_one_site_has_its_closed_form(void **state) {
    ons_results *results = run("ion-channel sites=1 potential=0.4 energy=-0.7 ratio=0.3 voltage=1.6 attempt=2");
    const double c = exp(0.4), half = exp(0.35), push = exp(0.4);
    const double a = 2 * c * half * push, b = 2 * 0.3 * c * half / push, d = 2 / half * push, e = 2 / half / push;
    assert_true(fabs(value(results, "current", 0) - (a * d - b * e) / (a + b + d + e)) < 1e-13);
    assert_true(fabs(value(results, "stationary_occupancy", 0) - (a + b) / (a + b + d + e)) < 1e-13);
    const double force = 1.6 - log(0.3); /* entropy production: force times current */
    assert_true(fabs(value(results, "entropy_production", 0) - force * value(results, "current", 0)) < 1e-12);
    ons_results_free(results);
    results = run(
        "ion-channel potential=[0.5,1] charge=[1,2] voltage=1 drive=current target=0.4 trajectories=400 duration=60");
    assert_true(fabs(value(results, "current", 0) - 0.4) < 1e-9);
    const ons_result *drawn = row(results, "sampled_current");
    assert_true(fabs(drawn->mean[0] - 0.4) < 6 * drawn->error[0]);
    const ons_result *levels = row(results, "levels");
    assert_int_equal(levels->rows, 5);
    assert_true(fabs(levels->numbers[4 * levels->columns + 2] - value(results, "entropy", 0)) < 1e-9);
    ons_results_free(results);
    assert_refused("ion-channel sites=13", "4096");
    assert_refused("maximum-entropy values=[1,2,3,2]", "2 stands there twice");
    assert_refused("ion-channel potential=[0,1] interaction=[1,2,3,4]", "not symmetric");
    assert_refused("ion-channel potential=[0,1] energy=[1,2,3]", "3 numbers");
}

/* Exact free energies within six errors, a trap that is only moved has none and Gaussian work. */
static void test_work_tells_the_free_energy(void **state) {
    ons_results *results =
        run("driven-trap stiffness_end=3 distance=0.7 temperature=0.6 duration=0.4 slices=7 trajectories=4000");
    static const char *const names[] = {"jarzynski", "jarzynski_reverse", "bennett", "variance"};
    for (size_t k = 0; k < 4; k++) {
        const ons_result *found = row(results, names[k]);
        assert_true(fabs(found->mean[0] - found->exact[0]) < 6 * found->error[0]);
    }
    assert_true(fabs(row(results, "bennett")->exact[0] - 0.3 * log(3)) < 1e-14);
    assert_true(value(results, "dissipated", 0) > 0);
    ons_results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spins_have_their_closed_forms),
        cmocka_unit_test(test_observations_give_averages_and_errors),
        cmocka_unit_test(test_averages_that_cannot_be_are_refused),
        cmocka_unit_test(test_the_error_falls_as_the_root_of_the_samples),
        cmocka_unit_test(test_samples_of_a_chain_serve_too),
        cmocka_unit_test(test_planted_couplings_are_what_they_say),
        cmocka_unit_test(test_samples_from_a_file),
        cmocka_unit_test(test_one_site_has_its_closed_form),
        cmocka_unit_test(test_work_tells_the_free_energy),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
