/*
 * Live states: what changes at a change of parameters and what must not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- jobs and states ------------------------------------------------------------------------------------------------
 */

static const ons_system *system_named(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, name) == 0) { return *system; }
    }
    fail_msg("no system %s", name);
    return NULL;
}

/* words: "L=4 temperature=2". */
static ons_job *job_of(const char *name, const char *words) {
    ons_job *job;
    assert_int_equal(ons_job_create(&job), ONS_OK);
    char *copy = ons_copy(words), *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_int_equal(ons_job_word(job, word), ONS_OK);
    }
    free(copy);
    if (ons_job_bind(job, system_named(name), NULL) != ONS_OK) { fail_msg("%s %s: %s", name, words, ons_message()); }
    return job;
}

static ons_live *live_of(const ons_job *job) {
    ons_live *live;
    if (ons_live_create(&live, job, 1) != ONS_OK) { fail_msg("%s", ons_message()); }
    return live;
}

static void steps(ons_live *live, unsigned count) {
    for (unsigned k = 0; k < count; k++) {
        if (ons_live_step(live) < 0) { fail_msg("%s", ons_message()); }
    }
}

static void change(ons_live *live, const char *name, const char *value) {
    if (ons_live_change(live, 1, &name, &value) != ONS_OK) { fail_msg("%s=%s: %s", name, value, ons_message()); }
}

static void measure(ons_live *live) {
    if (ons_live_measure(live) != ONS_OK) { fail_msg("%s", ons_message()); }
}

static const char *value_of(const ons_live *live, const char *name) {
    size_t count;
    const ons_live_parameter *parameters = ons_live_parameters(live, &count);
    for (size_t k = 0; k < count; k++) {
        if (strcmp(parameters[k].described->name, name) == 0) { return parameters[k].value; }
    }
    return NULL;
}

static double latest(const ons_live *live, const char *name) {
    size_t count;
    const ons_live_quantity *quantities = ons_live_quantities(live, &count);
    for (size_t k = 0; k < count; k++) {
        if (strcmp(quantities[k].described->name, name) == 0) { return ons_live_latest(live)[quantities[k].first]; }
    }
    fail_msg("no quantity %s", name);
    return NAN;
}

/* Whether both show the same to the last bit: pictures and all that is measured. */
static bool same(ons_live *a, ons_live *b) {
    measure(a);
    measure(b);
    assert_int_equal(ons_live_components(a), ons_live_components(b));
    if (memcmp(ons_live_latest(a), ons_live_latest(b), ons_live_components(a) * sizeof(double)) != 0) { return false; }
    if (!ons_live_has_picture(a)) { return true; }
    ons_picture one = {0}, other = {0};
    assert_int_equal(ons_live_picture(a, &one), ONS_OK);
    assert_int_equal(ons_live_picture(b, &other), ONS_OK);
    const bool equal = one.width == other.width && one.height == other.height &&
                       memcmp(one.pixels, other.pixels, 3 * one.width * one.height) == 0;
    ons_picture_free(&one);
    ons_picture_free(&other);
    return equal;
}

/* ---- every system ---------------------------------------------------------------------------------------------------
 */

static const struct {
    const char *system, *words;
} small[] = {
    {"ising", "L=16 temperature=2.3"},
    {"ising", "L=16 temperature=2.3 order=random"},
    {"ising", "L=64 temperature=2.3"},
    {"ising", "L=16 temperature=2.3 update=heat-bath field=0.1"},
    {"ising", "L=16 temperature=2.3 update=wolff"},
    {"ising", "L=16 temperature=2.3 update=swendsen-wang"},
    {"ising", "L=8 temperature=1 disorder=bimodal"},
    {"ising", "L=8 temperature=1 disorder=gaussian"},
    {"potts", "L=16 q=5"},
    {"potts", "L=16 q=5 update=wolff"},
    {"clock", "L=16"},
    {"clock", "L=16 update=heat-bath"},
    {"blume-capel", "L=16 crystal_field=1.9"},
    {"xy", "L=16"},
    {"xy", "L=15 overrelaxation=1"},
    {"heisenberg", "L=6"},
    {"on", "L=6"},
    {"on", "L=6 update=wolff"},
    {"ising-kinetics", "L=16"},
    {"ising-kinetics", "L=16 update=kawasaki start=half"},
    {"ising-kinetics", "L=16 update=n-fold"},
    {"ising-kinetics", "L=16 temperature=[3,1] temperature_times=[0,20] period=20"},
    {"dipolar-clock", "L=12 temperature=[0.4,0.6]"},
    {"spin-glass", "L=4 temperature=[1,1.5,2]"},
    {"spin-glass", "L=4 temperature=[1,1.5,2] lanes=no"},
};
enum { SMALL = sizeof small / sizeof *small };

/* A state that was persisted, made again and restored goes on as if nothing had happened: nothing that it needs is
 * missing in its arrays, and its streams go on where they were. */
static void test_change_to_the_same_values_changes_nothing(void **unused) {
    for (size_t k = 0; k < SMALL; k++) {
        ons_job *job = job_of(small[k].system, small[k].words);
        ons_live *a = live_of(job), *b = live_of(job);
        steps(a, 5);
        steps(b, 5);
        size_t count;
        const ons_live_parameter *parameters = ons_live_parameters(b, &count);
        unsigned changed = 0;
        for (size_t n = 0; n < count; n++) {
            parameters = ons_live_parameters(b, &count);
            if (!parameters[n].live) { continue; }
            char *value = ons_copy(parameters[n].value);
            change(b, parameters[n].described->name, value);
            free(value);
            changed++;
        }
        assert_true(changed > 0);
        assert_int_equal(ons_live_changes(b), changed);
        if (!same(a, b)) { fail_msg("%s %s: at the change", small[k].system, small[k].words); }
        steps(a, 5);
        steps(b, 5);
        if (!same(a, b)) { fail_msg("%s %s: after it", small[k].system, small[k].words); }
        ons_live_free(a);
        ons_live_free(b);
        ons_job_free(job);
    }
}

/* A value that differs from the present one: numbers a tenth larger, or 0.1. */
static char *other_value(const ons_live_parameter *parameter) {
    double number;
    if (parameter->described->type != ONS_REAL || ons_parse_real(parameter->value, &number) != ONS_OK) { return NULL; }
    char text[ONS_REAL_TEXT];
    return ons_copy(ons_real_text(number == 0 ? 0.1 : number < 1 ? 0.9 * number : 1.1 * number, text));
}

/* ... and a change there and back leaves no trace: no array depends on the value of a live parameter. */
static void test_change_there_and_back_leaves_no_trace(void **unused) {
    for (size_t k = 0; k < SMALL; k++) {
        ons_job *job = job_of(small[k].system, small[k].words);
        ons_live *a = live_of(job), *b = live_of(job);
        steps(a, 4);
        steps(b, 4);
        size_t count;
        ons_live_parameters(b, &count);
        for (size_t n = 0; n < count; n++) {
            const ons_live_parameter *one = &ons_live_parameters(b, &count)[n];
            const char *name = one->described->name;
            char *value = ons_copy(one->value), *other = one->live ? other_value(one) : NULL;
            const char *const given = other;
            /* what the system refuses (a field with clusters) is refused as a whole */
            if (other && ons_live_change(b, 1, &name, &given) == ONS_OK) { change(b, name, value); }
            free(value);
            free(other);
        }
        steps(a, 4);
        steps(b, 4);
        if (!same(a, b)) { fail_msg("%s %s", small[k].system, small[k].words); }
        ons_live_free(a);
        ons_live_free(b);
        ons_job_free(job);
    }
}

/* ---- Ising: at the change, and after it -----------------------------------------------------------------------------
 */

static void test_spins_and_disorder_stay_at_the_change(void **unused) {
    static const char *const words[] = {"L=32 temperature=3", "L=8 temperature=3 disorder=bimodal",
                                        "L=8 temperature=3 disorder=gaussian"};
    for (size_t k = 0; k < 3; k++) {
        ons_job *job = job_of("ising", words[k]);
        ons_live *a = live_of(job), *b = live_of(job);
        steps(a, 20);
        steps(b, 20);
        change(b, "temperature", "1.2");
        assert_string_equal(value_of(b, "temperature"), "1.2");
        assert_true(same(a, b)); /* energy, magnetization and picture: the same spins on the same bonds */
        measure(b);
        const double energy = latest(b, "energy");
        change(b, "coupling", "2"); /* a power of two: exactly twice the energy */
        measure(b);
        assert_true(latest(b, "energy") == 2 * energy);
        steps(a, 50);
        steps(b, 50);
        assert_false(same(a, b));
        ons_live_free(a);
        ons_live_free(b);
        ons_job_free(job);
    }
}

/* <e> of the periodic 4 x 4 lattice by enumeration of its 2^16 states; H = -J sum s s - h sum s, every site has a bond
 * to the right and one down. */
static double exact_energy(double temperature, double coupling, double field) {
    double weights = 0, energies = 0;
    for (unsigned state = 0; state < 1U << 16; state++) {
        int bonds = 0, sum = 0;
        for (unsigned i = 0; i < 16; i++) {
            const unsigned right = i / 4 * 4 + (i + 1) % 4, down = (i + 4) % 16;
            const int s = state >> i & 1 ? 1 : -1;
            bonds += s * (state >> right & 1 ? 1 : -1) + s * (state >> down & 1 ? 1 : -1);
            sum += s;
        }
        const double energy = -coupling * bonds - field * sum, weight = exp(-energy / temperature);
        weights += weight;
        energies += weight * energy;
    }
    return energies / weights / 16;
}

enum { BINS = 64, BIN = 1000, EQUILIBRATION = 200 };

/* The mean energy of the next steps lies within 6.2 errors of the exact one: Student's t with 63 degrees of freedom is
 * beyond that with probability 5e-8. Bins of 1,000 sweeps are many autocorrelation times of 16 spins. */
static void assert_samples(ons_live *live, double exact, const char *what) {
    double mean = 0, squares = 0;
    steps(live, EQUILIBRATION);
    for (unsigned b = 0; b < BINS; b++) {
        double sum = 0;
        for (unsigned k = 0; k < BIN; k++) {
            steps(live, 1);
            measure(live);
            sum += latest(live, "energy");
        }
        mean += sum / BIN;
        squares += sum / BIN * (sum / BIN);
    }
    mean /= BINS;
    const double error = sqrt((squares / BINS - mean * mean) / (BINS - 1));
    if (!(fabs(mean - exact) < 6.2 * error)) { fail_msg("%s: %.6f(%.6f), exact %.6f", what, mean, error, exact); }
}

static void test_changed_state_samples_the_new_parameters(void **unused) {
    static const char *const updates[] = {"metropolis", "heat-bath", "wolff", "swendsen-wang"};
    for (size_t k = 0; k < 4; k++) {
        char *words = ons_format("L=4 temperature=5 update=%s", updates[k]);
        ons_job *job = job_of("ising", words);
        ons_live *live = live_of(job);
        steps(live, 50);
        change(live, "temperature", "2");
        assert_samples(live, exact_energy(2, 1, 0), updates[k]);
        change(live, "temperature", "3.5");
        assert_samples(live, exact_energy(3.5, 1, 0), updates[k]);
        ons_live_free(live);
        ons_job_free(job);
        free(words);
    }
}

static void test_field_coupling_and_dynamics_change_together(void **unused) {
    static const char *const names[] = {"field", "coupling", "update"}, *const values[] = {"0.3", "-0.5", "heat-bath"};
    ons_job *job = job_of("ising", "L=4 temperature=2");
    ons_live *live = live_of(job);
    steps(live, 50);
    assert_int_equal(ons_live_change(live, 3, names, values), ONS_OK);
    assert_int_equal(ons_live_changes(live), 1);
    assert_samples(live, exact_energy(2, -0.5, 0.3), "all three");
    ons_live_free(live);
    ons_job_free(job);
}

/* ---- what is refused ------------------------------------------------------------------------------------------------
 */

static void test_refused_changes_change_nothing(void **unused) {
    static const struct {
        const char *name, *value, *says;
    } refused[] = {
        {"temperature", "-1", "(0, inf)"},   {"temperature", "warm", "warm"},
        {"temperature", "1,2", "one value"}, {"temperature", "", ""},
        {"temperature", "nan", "nan"},       {"temprature", "2", "did you mean `temperature`"},
        {"L", "8", "may not change"},        {"update", "Wolf", "Wolf"},
        {"clusters", "3", "update=wolff"},   {"steps", "3", "no parameter"},
    };
    ons_job *job = job_of("ising", "L=16 temperature=2");
    ons_live *a = live_of(job), *b = live_of(job);
    steps(a, 3);
    steps(b, 3);
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        assert_int_equal(ons_live_change(b, 1, &refused[k].name, &refused[k].value), ONS_INVALID);
        if (!strstr(ons_message(), refused[k].says)) { fail_msg("%s: %s", refused[k].name, ons_message()); }
    }
    const char *const names[] = {"temperature", "field"}, *const values[] = {"5", "x"},
                      *const twice[] = {"field", "field"};
    assert_int_equal(ons_live_change(b, 2, names, values), ONS_INVALID);
    assert_int_equal(ons_live_change(b, 2, twice, twice), ONS_INVALID);
    assert_string_equal(value_of(b, "temperature"), "2");
    assert_int_equal(ons_live_changes(b), 0);
    steps(a, 3);
    steps(b, 3);
    assert_true(same(a, b));
    ons_live_free(a);
    ons_live_free(b);
    ons_job_free(job);
}

static void test_other_shapes_are_refused(void **unused) {
    const char *name = "temperature", *longer = "[1,1.5,2,2.5]", *moved = "[0.9,1.4,2.1]";
    ons_job *job = job_of("spin-glass", "L=3 temperature=[1,1.5,2]");
    ons_live *live = live_of(job);
    steps(live, 2);
    assert_int_equal(ons_live_change(live, 1, &name, &longer), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "what 'spin-glass' measures"));
    assert_int_equal(ons_live_change(live, 1, &name, &moved), ONS_OK);
    steps(live, 2);
    ons_live_free(live);
    ons_job_free(job);
}

static void test_several_tasks_are_refused(void **unused) {
    ons_live *live;
    ons_job *job = job_of("ising", "L=4,8");
    assert_int_equal(ons_live_create(&live, job, 1), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "2"));
    ons_job_free(job);
}

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

static void test_reset_begins_anew_with_the_present_parameters(void **unused) {
    ons_job *job = job_of("ising", "L=16 temperature=2");
    ons_live *a = live_of(job), *b = live_of(job);
    steps(b, 30);
    assert_int_equal(ons_live_reset(b), ONS_OK);
    assert_int_equal(ons_live_steps(b), 0);
    assert_int_equal(ons_live_history(b, ONS_LIVE_HISTORY, NULL, NULL), 0);
    steps(a, 10);
    steps(b, 10);
    assert_true(same(a, b));
    change(a, "temperature", "4");
    change(b, "temperature", "4");
    steps(a, 7);
    assert_int_equal(ons_live_reset(a), ONS_OK);
    assert_int_equal(ons_live_reset(b), ONS_OK);
    assert_string_equal(value_of(a, "temperature"), "4");
    assert_true(same(a, b));
    steps(a, 10);
    steps(b, 10);
    assert_true(same(a, b));
    ons_live_free(a);
    ons_live_free(b);
    ons_job_free(job);
}

static void test_history_keeps_the_latest_samples(void **unused) {
    ons_job *job = job_of("ising", "L=4");
    ons_live *live = live_of(job);
    uint64_t made[ONS_LIVE_HISTORY];
    const size_t scalars = ons_live_scalars(live);
    double *values = calloc(ONS_LIVE_HISTORY * scalars, sizeof *values);
    assert_true(isnan(latest(live, "energy")));
    for (unsigned k = 0; k < ONS_LIVE_HISTORY + 10; k++) {
        steps(live, 1);
        measure(live);
    }
    assert_int_equal(ons_live_history(live, ONS_LIVE_HISTORY, made, values), ONS_LIVE_HISTORY);
    for (unsigned k = 0; k < ONS_LIVE_HISTORY; k++) { assert_int_equal(made[k], k + 11); }
    assert_memory_equal(values + (ONS_LIVE_HISTORY - 1) * scalars, ons_live_latest(live), scalars * sizeof *values);
    assert_int_equal(ons_live_history(live, 3, made, NULL), 3);
    assert_int_equal(made[2], ONS_LIVE_HISTORY + 10);
    free(values);
    ons_live_free(live);
    ons_job_free(job);
}

static bool yes(void *data) {
    ++*(unsigned *)data;
    return true;
}

/* A step that is left in the middle, changed twice to the same and taken up again is the same step. */
static void test_interrupted_steps_go_on(void **unused) {
    ons_job *job = job_of("ising-kinetics", "L=1024 temperature=3");
    ons_live *a = live_of(job), *b = live_of(job);
    unsigned asked = 0, stopped = 0;
    ons_live_interrupt(b, yes, NULL, &asked);
    steps(a, 2);
    while (ons_live_steps(b) < 2) {
        const ons_status status = ons_live_step(b);
        assert_true(status == ONS_OK || status == ONS_STOPPED);
        if (status == ONS_STOPPED && stopped++ == 0) { change(b, "temperature", "3"); }
    }
    assert_true(stopped > 0 && asked > 0);
    assert_true(same(a, b));
    ons_live_free(a);
    ons_live_free(b);
    ons_job_free(job);
}

/* Makes its state, and each step, in one piece that cannot be continued. */
static ons_status make_slowly(void *state, ons_context *context) {
    *(double *)state = 0;
    return ons_halted(context, 0, 1) ? ONS_STOPPED : ONS_OK;
}

static ons_status step_slowly(void *state, ons_context *context) {
    if (ons_poll(context, 0, 1) && ons_halted(context, 0, 1)) { return ONS_STOPPED; }
    ++*(double *)state;
    return ONS_OK;
}

static ons_status measure_slow(const void *state, ons_context *context) {
    ons_measure(context, 0, 0, *(const double *)state);
    return ONS_OK;
}

static ons_status persist_slow(void *state, ons_part *part) { return ons_persist(part, "x", ONS_F64, state, 1); }

static const ons_parameter slow_parameters[] = {
    {.name = "a", .type = ONS_REAL, .standard = "1", .flags = ONS_LIVE, .meaning = "any"}, {.name = NULL}};
static const ons_observable slow_observables[] = {{.name = "x", .kind = ONS_MEAN, .meaning = "steps"}, {.name = NULL}};
static const ons_system slow = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "slow",
                                .summary = "slow",
                                .step = "step",
                                .parameters = slow_parameters,
                                .observables = slow_observables,
                                .controls = {.steps = 10, .replicas = 1},
                                .state_size = sizeof(double),
                                .create = make_slowly,
                                .advance = step_slowly,
                                .measure = measure_slow,
                                .persist = persist_slow};

static bool is_set(void *data) { return *(bool *)data; }
static bool always(void *data) {
    (void)data;
    return true;
}

/* A wish to look does not leave what would have to begin anew; the end does, and all is as it was. */
static void test_what_cannot_be_continued_is_left_at_the_end(void **unused) {
    ons_job *job;
    bool over = false;
    const char *name = "a", *value = "2";
    assert_int_equal(ons_job_create(&job), ONS_OK);
    assert_int_equal(ons_job_bind(job, &slow, NULL), ONS_OK);
    ons_live *live = live_of(job);
    ons_live_interrupt(live, always, is_set, &over);
    steps(live, 3);
    assert_int_equal(ons_live_reset(live), ONS_OK);
    steps(live, 2);
    over = true;
    assert_int_equal(ons_live_step(live), ONS_STOPPED);
    assert_int_equal(ons_live_reset(live), ONS_STOPPED);
    assert_int_equal(ons_live_change(live, 1, &name, &value), ONS_STOPPED);
    over = false;
    measure(live);
    assert_true(latest(live, "x") == 2 && ons_live_steps(live) == 2);
    assert_string_equal(value_of(live, "a"), "1");
    change(live, "a", "2");
    steps(live, 1);
    assert_int_equal(ons_live_steps(live), 3);
    ons_live_free(live);
    ons_job_free(job);
}

static void test_solutions_end(void **unused) {
    ons_job *job = job_of("ising-exact", "L=4");
    ons_live *live = live_of(job);
    ons_status status = ONS_OK;
    assert_false(ons_live_has_picture(live));
    for (unsigned k = 0; k < 100000 && status == ONS_OK; k++) { status = ons_live_step(live); }
    assert_int_equal(status, ONS_DONE);
    assert_true(ons_live_finished(live));
    const uint64_t made = ons_live_steps(live);
    assert_int_equal(ons_live_step(live), ONS_DONE);
    assert_int_equal(ons_live_steps(live), made);
    measure(live);
    ons_picture picture = {0};
    assert_int_equal(ons_live_picture(live, &picture), ONS_INVALID);
    assert_int_equal(ons_live_reset(live), ONS_OK);
    assert_false(ons_live_finished(live));
    ons_live_free(live);
    ons_job_free(job);
}

/* Every system can be watched as it is by default, whatever it draws. */
static void test_every_system_begins(void **unused) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        ons_live *live;
        ons_job *job;
        assert_int_equal(ons_job_create(&job), ONS_OK);
        if (ons_job_bind(job, *system, NULL) == ONS_OK && ons_job_task_count(job) == 1) {
            if (ons_live_create(&live, job, 1) != ONS_OK) { fail_msg("%s: %s", (*system)->name, ons_message()); }
            ons_picture picture = {0};
            measure(live);
            if (ons_live_has_picture(live)) { assert_int_equal(ons_live_picture(live, &picture), ONS_OK); }
            ons_picture_free(&picture);
            ons_live_free(live);
        }
        ons_job_free(job);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_to_the_same_values_changes_nothing),
        cmocka_unit_test(test_change_there_and_back_leaves_no_trace),
        cmocka_unit_test(test_spins_and_disorder_stay_at_the_change),
        cmocka_unit_test(test_changed_state_samples_the_new_parameters),
        cmocka_unit_test(test_field_coupling_and_dynamics_change_together),
        cmocka_unit_test(test_refused_changes_change_nothing),
        cmocka_unit_test(test_other_shapes_are_refused),
        cmocka_unit_test(test_several_tasks_are_refused),
        cmocka_unit_test(test_reset_begins_anew_with_the_present_parameters),
        cmocka_unit_test(test_history_keeps_the_latest_samples),
        cmocka_unit_test(test_interrupted_steps_go_on),
        cmocka_unit_test(test_what_cannot_be_continued_is_left_at_the_end),
        cmocka_unit_test(test_solutions_end),
        cmocka_unit_test(test_every_system_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
