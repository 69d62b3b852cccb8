/*
 * The system ising-kinetics through the laboratory: equilibrium against Kaufman, loops of a paramagnet against their
 * closed form, ageing, tables in time, runs that are continued bit for bit, refusals.
 *
 * Deviations count in the reported errors of 64 replicas; limit 6.5 (2e-8 each by Student's law), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/lab.h>
#include <onsager/registry.h>
#include <onsager/spins.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/onsager-kinetics-XXXXXX";

static const ons_system *find_system(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (!strcmp((*system)->name, name)) { return *system; }
    }
    fail_msg("the registry has no system '%s'", name);
    return NULL;
}

/* A job from "SYSTEM key=value ..."; the status of binding it. */
static ons_status bind(ons_job **job, const char *words) {
    char buffer[600], *rest = buffer;
    snprintf(buffer, sizeof buffer, "%s", words);
    const ons_system *system = find_system(strtok_r(buffer, " ", &rest));
    assert_int_equal(ons_job_create(job), ONS_OK);
    for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        const ons_status status = ons_job_word(*job, word);
        if (status) { return status; }
    }
    return ons_job_bind(*job, system, NULL);
}

/* Runs on top of what `file` holds already. */
static ons_results *go_on(const char *file, const char *words) {
    char all[700], path[200];
    ons_job *job;
    ons_results *results;
    snprintf(path, sizeof path, "%s/%s", directory, file);
    snprintf(all, sizeof all, "%s threads=1 output=%s", words, path);
    if (bind(&job, all) != ONS_OK || ons_job_run(job, NULL) != ONS_OK) { fail_msg("%s: %s", words, ons_message()); }
    assert_int_equal(ons_results_read(&results, path), ONS_OK);
    ons_job_free(job);
    return results;
}

static ons_results *run(const char *words) {
    char path[200];
    snprintf(path, sizeof path, "%s/run.h5", directory);
    unlink(path);
    return go_on("run.h5", words);
}

static const ons_result *row(const ons_results *results, const char *name) {
    const ons_result *result = ons_task_find(ons_results_task(results, 0), name);
    if (!result) { fail_msg("there is no row '%s'", name); }
    return result;
}

static double at(const ons_result *series, size_t time, size_t component) {
    assert_true(time < (series->times ? series->times : 1) && component < series->size);
    return series->mean[time * series->size + component];
}

static double error_at(const ons_result *series, size_t time, size_t component) {
    return series->error[time * series->size + component];
}

static void assert_near(const char *name, double mean, double error, double expected) {
    if (!(fabs(mean - expected) <= 6.5 * error)) {
        fail_msg("%s: %.10g +- %g, exact %.10g", name, mean, error, expected);
    }
}

static int set_up(void **state) {
    char path[200];
    if (!mkdtemp(directory)) { return -1; }
    snprintf(path, sizeof path, "%s/real.txt", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("0 1 0.83\n1 2 -0.71\n2 0 1.13\n", file) >= 0);
    return fclose(file);
}
static int tear_down(void **state) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

/* ---- against exact answers ---------------------------------------------------------------------------------- */

static void test_constant_protocols_reach_the_energy_of_kaufman(void **state) {
    static const char *const updates[] = {"metropolis", "heat-bath", "n-fold", "n-fold rates=heat-bath",
                                          "metropolis neutral=1"};
    ons_ising_exact exact;
    assert_int_equal(ons_ising_exact_torus(32, 32, 1, 3.0, &exact), ONS_OK);
    for (size_t k = 0; k < 5; k++) {
        char words[300];
        snprintf(words, sizeof words,
                 "ising-kinetics L=32 temperature=3 steps=150 every=150 replicas=64 waiting=0 update=%s", updates[k]);
        ons_results *results = run(words);
        const ons_result *energy = row(results, "energy");
        assert_near(updates[k], at(energy, 1, 0), error_at(energy, 1, 0), exact.energy);
        ons_results_free(results);
    }
}

/* A ramp that ends in a long stay at constant temperature; cut at times that are no whole numbers. */
static void test_a_table_of_temperatures_ends_in_equilibrium(void **state) {
    ons_ising_exact exact;
    assert_int_equal(ons_ising_exact_chain(1000, ONS_PERIODIC, 1, 0.4, 1.5, &exact), ONS_OK);
    ons_results *results =
        run("ising-kinetics lattice=chain L=1000 start=up update=n-fold replicas=64 steps=60 every=2.5 "
            "temperature=[0,0.5,4,1.5] temperature_times=[0.3,5.7,5.7,20] field=[-1,0.4] "
            "field_times=[0,20] waiting=[2.5,30.3]");
    const ons_result *energy = row(results, "energy"), *temperature = row(results, "bath_temperature");
    const ons_result *magnetization = row(results, "magnetization"), *c = row(results, "autocorrelation");
    const size_t last = energy->times - 1;
    assert_near("energy", at(energy, last, 0), error_at(energy, last, 0), exact.energy);
    assert_near("magnetization", at(magnetization, last, 0), error_at(magnetization, last, 0), exact.magnetization);
    assert_true(fabs(at(temperature, 0, 0)) < 1e-15 && fabs(at(temperature, last, 0) - 1.5) < 1e-15);
    assert_true(fabs(at(temperature, 1, 0) - 0.5 * 2.2 / 5.4) < 1e-15);
    assert_true(fabs(at(temperature, 4, 0) - (4 - 2.5 * (10 - 5.7) / (20 - 5.7))) < 1e-12);
    assert_true(at(c, 0, 0) == 0 && at(c, 1, 0) == 1 && at(c, 12, 1) == 0);
    assert_true(at(c, 13, 1) > 0 && at(c, 13, 1) < 1);
    ons_results_free(results);
}

/* Spins without coupling in a field of steps: m relaxes to +-tanh(h/T) at the rate 1. */
static void test_loops_of_a_paramagnet_have_the_area_of_its_relaxation(void **state) {
    ons_results *results =
        run("ising-kinetics lattice=chain L=1000 coupling=0 temperature=1 update=n-fold rates=heat-bath "
            "field=[0.5,0.5,-0.5] field_times=[0,1.25,1.25] period=2.5 steps=25 replicas=64");
    const double final = tanh(0.5), decay = exp(-1.25);
    double m = 0, sum = 0;
    for (unsigned period = 1; period <= 10; period++) {
        const double up = final + (m - final) * decay, down = -final + (up + final) * decay;
        if (period > 1) { sum += 2 * 0.5 * (up - down); }
        m = down;
    }
    const ons_result *area = row(results, "loop_area"), *loops = row(results, "loops");
    assert_near("loop_area", area->mean[0], area->error[0], sum / 9);
    assert_int_equal(loops->rows, 640);
    ons_results_free(results);
}

/* ---- far from equilibrium ----------------------------------------------------------------------------------- */

/* At equal delay an older state remembers longer; domains grow; exchanges grow them more slowly. */
static void test_quenches_age(void **state) {
    ons_results *results = run("ising-kinetics L=64 temperature=1 steps=120 every=5 replicas=64 waiting=[5,60]");
    const ons_result *c = row(results, "autocorrelation"), *length = row(results, "domain_length");
    const double young = at(c, 13, 0), old = at(c, 24, 1); /* t = 65 and 120: delay 60 */
    assert_true(c->time[13] == 65 && c->time[24] == 120);
    assert_true(old - young > 6.5 * hypot(error_at(c, 13, 0), error_at(c, 24, 1)));
    assert_true(at(c, 12, 1) == 1);
    const double grown = at(length, 24, 0), before = at(length, 2, 0);
    assert_true(grown - before > 6.5 * hypot(error_at(length, 24, 0), error_at(length, 2, 0)));
    ons_results_free(results);
    results =
        run("ising-kinetics L=64 temperature=1 steps=120 every=5 replicas=64 waiting=0 update=kawasaki start=half");
    length = row(results, "domain_length");
    assert_true(grown - at(length, 24, 0) > 6.5 * hypot(error_at(length, 24, 0), error_at(length, 2, 0)));
    const ons_result *m = row(results, "magnetization");
    for (size_t t = 0; t < m->times; t++) { assert_true(at(m, t, 0) == 0); }
    ons_results_free(results);
}

/* ---- runs --------------------------------------------------------------------------------------------------- */

static void test_a_continued_run_has_the_bits_of_a_whole_one(void **state) {
    static const char *const kinds[] = {"update=metropolis", "update=heat-bath lattice=triangular",
                                        "update=kawasaki start=fixed start_magnetization=0.25",
                                        "update=n-fold every=0.7",
                                        "update=n-fold every=0.7 field=[1,1,-1] field_times=[0,7.3,7.3] period=14.6"};
    static const char *const rows[] = {"energy", "autocorrelation", "moves", "loop_area"};
    for (size_t k = 0; k < 5; k++) {
        char words[400];
        static const char table[] = "temperature=[3,0.5,0.5] temperature_times=[0,10,14]";
        snprintf(words, sizeof words, "ising-kinetics L=12 replicas=3 steps=17 waiting=[3.3,20] %s %s", table,
                 kinds[k]);
        ons_results_free(run(words));
        snprintf(words, sizeof words, "ising-kinetics L=12 replicas=3 steps=50 waiting=[3.3,20] %s %s", table,
                 kinds[k]);
        ons_results *continued = go_on("run.h5", words), *whole = go_on("whole.h5", words);
        for (size_t r = 0; r < 4; r++) {
            const ons_result *x = ons_task_find(ons_results_task(continued, 0), rows[r]);
            const ons_result *y = ons_task_find(ons_results_task(whole, 0), rows[r]);
            assert_true(!x == !y);
            for (size_t i = 0; x && i < (x->times ? x->times : 1) * x->size; i++) {
                if (!(x->mean[i] == y->mean[i])) {
                    fail_msg("%s, %s: %g and %g", kinds[k], rows[r], x->mean[i], y->mean[i]);
                }
            }
        }
        ons_results_free(continued);
        ons_results_free(whole);
        char path[200];
        snprintf(path, sizeof path, "%s/whole.h5", directory);
        unlink(path);
    }
}

static void test_a_run_starts_from_the_configuration_of_another(void **state) {
    char words[400];
    ons_results *first =
        go_on("first.h5", "ising-kinetics L=12 temperature=2.5 steps=20 every=20 replicas=1 waiting=0");
    snprintf(words, sizeof words,
             "ising-kinetics L=12 temperature=0 steps=5 every=1 replicas=1 waiting=0 update=n-fold start=%s/first.h5",
             directory);
    ons_results *second = run(words);
    assert_true(at(row(second, "energy"), 0, 0) == at(row(first, "energy"), 1, 0));
    assert_true(at(row(second, "autocorrelation"), 0, 0) == 1);
    assert_true(at(row(second, "autocorrelation"), 1, 0) > 0);
    assert_true(at(row(second, "energy"), 5, 0) <= at(row(second, "energy"), 0, 0));
    ons_results_free(first);
    ons_results_free(second);
}

/* ---- refusals ----------------------------------------------------------------------------------------------- */

static void assert_refused(const char *words, const char *part) {
    ons_job *job;
    assert_int_equal(bind(&job, words), ONS_INVALID);
    if (!strstr(ons_message(), part)) { fail_msg("%s: \"%s\" does not say \"%s\"", words, ons_message(), part); }
    ons_job_free(job);
}

static void test_what_cannot_be_is_refused_in_one_sentence(void **state) {
    char words[300];
    assert_refused("ising-kinetics temperature=[1,2]", "one time for each value");
    assert_refused("ising-kinetics temperature=[1,2] temperature_times=[5,4]", "must ascend");
    assert_refused("ising-kinetics field=[1,2] field_times=[0,11] period=10", "beyond the period");
    assert_refused("ising-kinetics temperature=-1", "temperature");
    assert_refused("ising-kinetics update=heat-bath neutral=1", "heat bath");
    assert_refused("ising-kinetics update=metropolis rates=heat-bath", "rates");
    assert_refused("ising-kinetics coupling=0 neutral=1", "parity");
    assert_refused("ising-kinetics start_magnetization=0.5", "start_magnetization");
    assert_refused("ising-kinetics field=1 energy_reference=-2", "energy_reference");
    snprintf(words, sizeof words, "ising-kinetics update=n-fold lattice=%s/real.txt", directory);
    assert_refused(words, "n-fold way");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_protocols_reach_the_energy_of_kaufman),
        cmocka_unit_test(test_a_table_of_temperatures_ends_in_equilibrium),
        cmocka_unit_test(test_loops_of_a_paramagnet_have_the_area_of_its_relaxation),
        cmocka_unit_test(test_quenches_age),
        cmocka_unit_test(test_a_continued_run_has_the_bits_of_a_whole_one),
        cmocka_unit_test(test_a_run_starts_from_the_configuration_of_another),
        cmocka_unit_test(test_what_cannot_be_is_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
