/*
 * Parameters: values by type, defaults that are expressions, conditions, plans; and descriptors that are wrong.
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

#include <stdlib.h>
#include <string.h>

static ons_status bind(ons_job **job, const ons_system *system, const char *const *words) {
    ons_status status = ons_job_create(job);
    for (size_t i = 0; status == ONS_OK && words != NULL && words[i] != NULL; i++) {
        status = ons_job_word(*job, words[i]);
    }
    return status == ONS_OK ? ons_job_bind(*job, system, NULL) : status;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static ons_job *bound(const ons_system *system, const char *const *words) {
    ons_job *job;
    if (bind(&job, system, words) != ONS_OK) { fail_msg("%s", ons_message()); }
    return job;
}

static const ons_parameters *first(const ons_job *job) { return &job->tasks[0].parameters; }

/* ---- values ---------------------------------------------------------------------------------------------------------
 */

static void test_every_type_has_its_accessor(void **state) {
    ons_job *job = bound(&magnet, WORDS("L=8", "field=-1.5e-3", "update=heat-bath", "amplitude=1-2.5e-1i", "wrap=no",
                                        "label=two words", "drive=2*x^2"));
    const ons_parameters *p = first(job);
    size_t count;
    assert_int_equal(ons_integer(p, "L"), 8);
    assert_true(ons_real(p, "L") == 8);
    assert_true(ons_real(p, "field") == -1.5e-3);
    assert_int_equal(ons_choice(p, "update"), 1);
    assert_string_equal(ons_string(p, "update"), "heat-bath");
    const double *amplitude = ons_reals(p, "amplitude", &count);
    assert_true(count == 1 && amplitude[0] == 1 && amplitude[1] == -0.25);
    assert_false(ons_boolean(p, "wrap"));
    assert_string_equal(ons_string(p, "label"), "two words");
    const double x = 3;
    assert_true(ons_expression_value(ons_formula(p, "drive"), &x) == 18);
    assert_string_equal(ons_string(p, "data"), "");
    ons_integers(p, "L", &count);
    assert_int_equal(count, 1);
    ons_job_free(job);
}

static void test_complex_numbers_are_written_in_many_ways(void **state) {
    static const struct {
        const char *word;
        double real, imaginary;
    } cases[] = {{"amplitude=i", 0, 1},      {"amplitude=-i", 0, -1},       {"amplitude=2i", 0, 2},
                 {"amplitude=3", 3, 0},      {"amplitude=1+i", 1, 1},       {"amplitude=1e-2-1e+3i", 0.01, -1000},
                 {"amplitude=-1-i", -1, -1}, {"amplitude=+2.5e+1i", 0, 25}, {"amplitude=-0+0i", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ons_job *job = bound(&magnet, WORDS(cases[i].word));
        size_t count;
        const double *value = ons_reals(first(job), "amplitude", &count);
        assert_true(value[0] == cases[i].real && value[1] == cases[i].imaginary);
        ons_job_free(job);
    }
    static const char *const wrong[] = {"amplitude=1+",  "amplitude=+-i", "amplitude=1+2",   "amplitude=1+inf i",
                                        "amplitude=nan", "amplitude=ii",  "amplitude=1+2ii", "amplitude=e5i"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ons_job *job;
        assert_int_equal(bind(&job, &magnet, WORDS(wrong[i])), ONS_INVALID);
        ons_job_free(job);
    }
}

static void assert_text(const char *word, const char *name, const char *expected) {
    ons_job *job = bound(&magnet, WORDS(word, strncmp(word, "L=[", 3) == 0 ? "block=1" : "seed=1"));
    const ons_parameters *p = first(job);
    ons_text text = {0};
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->table[i].name, name) == 0) { lab_value_text(&p->table[i], &p->values[i], &text); }
    }
    assert_string_equal(text.data, expected);
    ons_text_free(&text);
    ons_job_free(job);
}

static void test_equal_values_have_equal_texts(void **state) {
    assert_text("L=1e2", "L", "100");
    assert_text("L=[100]", "L", "100");
    assert_text("L=[4:6:2,1]", "L", "[4,6,1]");
    assert_text("temperature=2.50", "temperature", "2.5");
    assert_text("field=-0", "field", "0");
    assert_text("amplitude=0+2.0i", "amplitude", "2i");
    assert_text("amplitude=1-2i", "amplitude", "1-2i");
    assert_text("wrap=true", "wrap", "yes");
    assert_text("label='a,b'", "label", "'a,b'");
    assert_text("label='it''s, so'", "label", "'it''s, so'");
    assert_text("label=plain text", "label", "plain text");
    assert_text("drive=2 * x", "drive", "2*x");
    assert_text("update=heat-bath", "update", "heat-bath");
}

static void test_commas_in_formulas_stay_within_parentheses(void **state) {
    ons_job *job = bound(&magnet, WORDS("drive=min(x,2),max(y,min(x,3))"));
    assert_int_equal(ons_job_task_count(job), 2);
    assert_string_equal(ons_string(&job->tasks[1].parameters, "drive"), "max(y,min(x,3))");
    ons_job_free(job);
}

/* ---- defaults and conditions ----------------------------------------------------------------------------------------
 */

static void test_defaults_are_evaluated_operands_first(void **state) {
    size_t count;
    ons_job *job = bound(&magnet, WORDS("L=10", "temperature=3"));
    assert_int_equal(ons_integer(first(job), "block"), 5);
    assert_true(ons_real(first(job), "quarter") == 2.5);
    const double *ladder = ons_reals(first(job), "ladder", &count);
    assert_true(count == 1 && ladder[0] == 3);
    assert_false(ons_given(first(job), "block"));
    ons_job_free(job);
    job = bound(&magnet, WORDS("L=10", "block=7"));
    assert_true(ons_real(first(job), "quarter") == 3.5);
    assert_true(ons_given(first(job), "block"));
    ons_job_free(job);
}

static void test_a_default_follows_the_grid(void **state) {
    ons_job *job = bound(&magnet, WORDS("L=8,16,32"));
    for (size_t i = 0; i < 3; i++) { assert_int_equal(ons_integer(&job->tasks[i].parameters, "block"), 4 << i); }
    ons_job_free(job);
}

static void test_a_parameter_exists_under_its_choice(void **state) {
    ons_job *job = bound(&magnet, WORDS("update=wolff,metropolis"));
    assert_true(ons_present(&job->tasks[0].parameters, "clusters"));
    assert_false(ons_present(&job->tasks[1].parameters, "clusters"));
    assert_int_equal(ons_integer(&job->tasks[1].parameters, "clusters"), 1); /* the default stands there */
    assert_false(ons_present(&job->tasks[0].parameters, "bonds"));
    assert_true(ons_present(&job->tasks[0].parameters, "L"));
    ons_job_free(job);
}

static const ons_parameter chain_parameters[] = {
    {.name = "disorder", .type = ONS_CHOICE, .standard = "none", .choices = "none|bimodal|gaussian"},
    {.name = "cut", .type = ONS_BOOLEAN, .standard = "no", .when = "disorder!=none"},
    {.name = "edge", .type = ONS_REAL, .when = "cut=yes", .meaning = "where it is cut"},
    {.name = "width", .type = ONS_REAL, .standard = "edge", .when = "disorder=gaussian|bimodal"},
    {0}};

static ons_system with_parameters(const ons_parameter *parameters) {
    ons_system system = walker;
    system.name = "made";
    system.parameters = parameters;
    return system;
}

static void test_conditions_form_chains(void **state) {
    const ons_system system = with_parameters(chain_parameters);
    ons_job *job = bound(&system, NULL);
    assert_false(ons_present(first(job), "edge"));
    assert_true(ons_real(first(job), "edge") == 0); /* does no harm */
    ons_job_free(job);
    assert_int_equal(bind(&job, &system, WORDS("disorder=gaussian", "cut=yes")), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "made: `edge` is missing; made needs edge=VALUE, a number: where it is cut"));
    ons_job_free(job);
    assert_int_equal(bind(&job, &system, WORDS("disorder=gaussian")),
                     ONS_INVALID); /* width has no value without edge */
    assert_non_null(strstr(ons_message(), "`width` is missing"));
    ons_job_free(job);
    job = bound(&system, WORDS("disorder=gaussian", "cut=yes", "edge=2"));
    assert_true(ons_real(first(job), "width") == 2);
    ons_job_free(job);
    assert_int_equal(bind(&job, &system, WORDS("edge=2")), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "edge=2: `edge` exists only where cut=yes, and here cut=no"));
    ons_job_free(job);
}

static void test_every_system_has_a_start(void **state) {
    const ons_system system = with_parameters(NULL);
    ons_job *job = bound(&system, NULL);
    assert_int_equal(first(job)->count, 1);
    assert_int_equal(ons_choice(first(job), "start"), 0);
    assert_string_equal(job->tasks[0].canonical, "made\n");
    ons_job_free(job);
    job = bound(&walker, WORDS("dimension=2", "start=1.5")); /* its own: a number */
    assert_true(ons_real(first(job), "start") == 1.5);
    ons_job_free(job);
}

/* ---- plans ----------------------------------------------------------------------------------------------------------
 */

static void test_the_plan_has_shapes_edges_and_omissions(void **state) {
    ons_job *job = bound(&magnet, WORDS("L=8", "field=1"));
    const struct ons_plan *plan = &job->tasks[0].plan;
    assert_true(plan->bytes == 8 && plan->lanes == 1 && plan->threads == 1);
    assert_true(plan->shapes[MAGNET_ENERGY].rank == 0 && plan->shapes[MAGNET_ENERGY].size == 1);
    assert_true(plan->shapes[MAGNET_COUNTS].size == 21 && plan->shapes[MAGNET_COUNTS].low == -1);
    assert_true(plan->shapes[MAGNET_STATES].omitted && plan->derived_omitted[0]);
    ons_job_free(job);
}

static int fault;
static ons_status faulty_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    const size_t dimensions[] = {2, 0, SIZE_MAX};
    switch (fault) {
    case 0: ons_plan_shape(plan, 0, 2, dimensions); break;
    case 1: ons_plan_shape(plan, 7, 1, dimensions); break;
    case 2: ons_plan_edges(plan, 0, 0, 1, 10); break;
    case 3: ons_plan_omit(plan, "nothing"); break;
    case 4: ons_plan_lanes(plan, 0); break;
    case 5: ons_plan_threads(plan, 0); break;
    case 6: ons_plan_bytes(plan, NAN); break;
    case 7: ons_plan_shape(plan, 0, 5, dimensions); break;
    case 8: ons_plan_shape(plan, 0, 1, dimensions + 2); break;
    case 9: break;
    case 10: ons_plan_edges(plan, 1, 1, 1, 10); break;
    default: return ONS_STOPPED;
    }
    return ONS_OK;
}

static void test_plans_that_cannot_be_are_faults_of_the_system(void **state) {
    static const ons_observable observables[] = {
        {.name = "energy", .kind = ONS_MEAN}, {.name = "counts", .kind = ONS_HISTOGRAM}, {0}};
    ons_system system = with_parameters(NULL);
    system.observables = observables;
    system.controls.every = "1";
    system.check = faulty_check;
    for (fault = 0; fault <= 11; fault++) {
        ons_job *job;
        assert_int_equal(bind(&job, &system, NULL), ONS_FAILED);
        assert_non_null(strstr(ons_message(), "check() of the system `made` plans what cannot be: "));
        ons_job_free(job);
    }
}

static ons_status array_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    size_t dimensions[2] = {0, 3};
    ons_reals(parameters, "ladder", &dimensions[0]);
    dimensions[0] += ons_boolean(parameters, "wrong");
    ons_plan_shape(plan, 0, 2, dimensions);
    ons_plan_note(plan, "%g\nrungs", (double)dimensions[0] + 0.5);
    return ONS_OK;
}

static void test_the_first_dimension_is_that_of_the_axis(void **state) {
    static const ons_parameter parameters[] = {
        {.name = "ladder", .type = ONS_REAL, .flags = ONS_ARRAY, .standard = "[1,2]"},
        {.name = "wrong", .type = ONS_BOOLEAN, .standard = "no"},
        {0}};
    static const ons_observable observables[] = {{.name = "energy", .kind = ONS_MEAN, .axis = "ladder"}, {0}};
    ons_system system = with_parameters(parameters);
    system.observables = observables;
    system.controls.every = "1";
    system.check = array_check;
    ons_job *job = bound(&system, WORDS("ladder=[1:4:1]"));
    assert_int_equal(job->tasks[0].plan.shapes[0].size, 12);
    assert_string_equal(job->tasks[0].plan.notes.data, "4.5 rungs\n");
    ons_job_free(job);
    assert_int_equal(bind(&job, &system, WORDS("wrong=yes")), ONS_FAILED);
    assert_non_null(strstr(ons_message(), "first dimension"));
    ons_job_free(job);
}

static void test_memory_is_estimated_for_all_threads(void **state) {
    const double memory = (double)ons_memory_total();
    if (memory == 0) { skip(); }
    char *word;
    const double half = sqrt(memory * 0.4); /* one state fits, two do, three do not */
    word = ons_format("L=[%.0f,%.0f]", half, half);
    ons_job *job = bound(&magnet, WORDS(word, "block=1", "threads=2", "replicas=8"));
    ons_job_free(job);
    assert_int_equal(bind(&job, &magnet, WORDS(word, "block=1", "threads=3", "replicas=8")), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "give fewer `threads`"));
    assert_non_null(strstr(ons_message(), " GB of memory, and this machine has "));
    ons_job_free(job);
    job = bound(&magnet, WORDS(word, "block=1", "threads=3", "replicas=1")); /* only one state is there to run */
    ons_job_free(job);
    free(word);
}

/* ---- descriptors that are wrong -------------------------------------------------------------------------------------
 */

static void assert_wrong(const ons_system *system, ons_status expected, const char *says) {
    ons_job *job;
    const ons_status status = bind(&job, system, NULL);
    if (status != expected || strstr(ons_message(), says) == NULL) {
        fail_msg("status %d: %s (expected ... %s)", status, ons_message(), says);
    }
    ons_job_free(job);
}

static void test_wrong_parameters_are_found(void **state) {
    static const struct {
        ons_parameter parameters[3];
        const char *says;
    } cases[] = {
        {{{.name = "2d", .type = ONS_REAL, .standard = "1"}}, "`2d` cannot name a parameter"},
        {{{.name = "a", .type = ONS_REAL, .standard = "1"}, {.name = "a", .type = ONS_REAL}},
         "two parameters are named `a`"},
        {{{.name = "steps", .type = ONS_INTEGER, .standard = "1"}}, "`steps` is a word of the run controls"},
        {{{.name = "system", .type = ONS_TEXT, .standard = ""}}, "`system` is a word of the run controls"},
        {{{.name = "a", .type = ONS_CHOICE, .standard = "x"}}, "`a` has no `choices`"},
        {{{.name = "a", .type = ONS_CHOICE, .standard = "x", .choices = "x|y|x"}}, "the choice `x` twice"},
        {{{.name = "a", .type = ONS_CHOICE, .standard = "x", .choices = "x||y"}}, "cannot be written as one word"},
        {{{.name = "a", .type = ONS_CHOICE, .standard = "z", .choices = "x|y"}}, "the default of `a` cannot be used"},
        {{{.name = "a", .type = ONS_REAL, .flags = ONS_OR_FILE, .standard = "1"}}, "is no choice"},
        {{{.name = "a", .type = ONS_REAL, .standard = "1", .range = "1..2"}}, "has the range \"1..2\""},
        {{{.name = "a", .type = ONS_REAL, .standard = "1", .range = "[3, 2]"}}, "has the range \"[3, 2]\""},
        {{{.name = "a", .type = ONS_TEXT, .standard = "1", .range = "[1, 2]"}}, "of a number"},
        {{{.name = "a", .type = ONS_REAL, .standard = "0", .range = "(0, inf)"}}, "which it cannot take"},
        {{{.name = "a", .type = ONS_INTEGER, .standard = "5/2"}}, "which it cannot take"},
        {{{.name = "a", .type = ONS_REAL, .standard = "2*b"}}, "`b` is no number of this system"},
        {{{.name = "a", .type = ONS_REAL, .standard = "2*("}}, "neither a value nor an expression"},
        {{{.name = "a", .type = ONS_REAL, .standard = "2*b"}, {.name = "b", .type = ONS_REAL, .standard = "a/2"}},
         "depends on itself"},
        {{{.name = "a", .type = ONS_REAL, .standard = "a+1"}}, "depends on itself"},
        {{{.name = "a", .type = ONS_REAL, .standard = "1", .when = "b=x"}}, "`b` is no single choice"},
        {{{.name = "a", .type = ONS_REAL, .standard = "1", .when = "always"}}, "expected \"update=wolff\""},
        {{{.name = "a", .type = ONS_BOOLEAN, .standard = "no", .when = "a=yes"}}, "depends on itself"},
        {{{.name = "a", .type = ONS_CHOICE, .standard = "x", .choices = "x|y"},
          {.name = "b", .type = ONS_REAL, .standard = "1", .when = "a=z"}},
         "`a` has no choice `z`"},
        {{{.name = "a", .type = (ons_type)77, .standard = "1"}}, "no known type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ons_system system = with_parameters(cases[i].parameters);
        assert_wrong(&system, ONS_FAILED, "the descriptor of the system `made` is wrong: ");
        assert_wrong(&system, ONS_FAILED, cases[i].says);
    }
}

static void test_wrong_quantities_are_found(void **state) {
    static const struct {
        ons_observable observables[3];
        ons_derived derived[3];
        ons_exact exact[2];
        const char *says;
    } cases[] = {
        {.observables = {{.name = "a b"}}, .says = "`a b` cannot name an observable"},
        {.observables = {{.name = "a"}, {.name = "a"}}, .says = "two observables are named `a`"},
        {.observables = {{.name = "a", .kind = ONS_TABLE}}, .says = "the table `a` has no `columns`"},
        {.observables = {{.name = "a", .kind = ONS_TABLE, .columns = "x,,y"}},
         .says = "expected \"state, energy, name:text\""},
        {.observables = {{.name = "a", .axis = "nothing"}}, .says = "is no array parameter"},
        {.observables = {{.name = "a", .kind = (ons_kind)9}}, .says = "no known kind"},
        {.observables = {{.name = "a"}},
         .derived = {{.name = "a", .function = small_binder}},
         .says = "names an observable and a derived quantity"},
        {.observables = {{.name = "a"}},
         .derived = {{.name = "b", .like = 1, .function = small_binder}},
         .says = "must be `like` a mean observable"},
        {.observables = {{.name = "a"}}, .derived = {{.name = "b"}}, .says = "`b` has no function"},
        {.observables = {{.name = "a"}},
         .exact = {{.name = "c", .function = small_zero}},
         .says = "belongs to no observable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ons_system system = with_parameters(NULL);
        system.observables = cases[i].observables;
        system.derived = cases[i].derived;
        system.exact = cases[i].exact;
        assert_wrong(&system, ONS_FAILED, cases[i].says);
    }
}

static void test_wrong_heads_are_found(void **state) {
    ons_system system = with_parameters(NULL);
    system.abi = ONS_ABI + 1;
    assert_wrong(&system, ONS_INVALID, "compile it again");
    system.abi = 0;
    assert_wrong(&system, ONS_INVALID, ".abi = ONS_ABI");
    system = with_parameters(NULL);
    system.name = "My System";
    assert_wrong(&system, ONS_FAILED, "lower-case letters, digits and '-', not `My System`");
    system.name = NULL;
    assert_wrong(&system, ONS_FAILED, "needs a name");
    system = with_parameters(NULL);
    system.advance = NULL;
    assert_wrong(&system, ONS_FAILED, "the function `advance` is missing");
    system = with_parameters(NULL);
    system.step = NULL;
    assert_wrong(&system, ONS_FAILED, "`step` is missing");
    const ons_controls controls[] = {{.steps = 0},
                                     {.steps = 1, .warmup = "auto"},
                                     {.steps = 1, .every = "log:0"},
                                     {.steps = 1, .replicas = -1},
                                     {.steps = 1, .every = "often"}};
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        system = with_parameters(NULL);
        system.controls = controls[i];
        assert_wrong(&system, ONS_FAILED, "the default controls cannot be used");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_has_its_accessor),
        cmocka_unit_test(test_complex_numbers_are_written_in_many_ways),
        cmocka_unit_test(test_equal_values_have_equal_texts),
        cmocka_unit_test(test_commas_in_formulas_stay_within_parentheses),
        cmocka_unit_test(test_defaults_are_evaluated_operands_first),
        cmocka_unit_test(test_a_default_follows_the_grid),
        cmocka_unit_test(test_a_parameter_exists_under_its_choice),
        cmocka_unit_test(test_conditions_form_chains),
        cmocka_unit_test(test_every_system_has_a_start),
        cmocka_unit_test(test_the_plan_has_shapes_edges_and_omissions),
        cmocka_unit_test(test_plans_that_cannot_be_are_faults_of_the_system),
        cmocka_unit_test(test_the_first_dimension_is_that_of_the_axis),
        cmocka_unit_test(test_memory_is_estimated_for_all_threads),
        cmocka_unit_test(test_wrong_parameters_are_found),
        cmocka_unit_test(test_wrong_quantities_are_found),
        cmocka_unit_test(test_wrong_heads_are_found),
    };
    return cmocka_run_group_tests_name("parameters", tests, NULL, NULL);
}
