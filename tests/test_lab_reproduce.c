/*
 * The reproduction of papers: the rule of the verdict, mistakes of a paper, resuming, what is collected.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/paper.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lab_folder.h"

/* ---- dice: numbers that are uniform in (shift, shift + 1), of mean shift + 1/2 ---- */

typedef struct dice_state {
    ons_random random;
    double x;
    uint64_t thrown;
} dice_state;

static volatile sig_atomic_t stop;
static uint64_t interrupt_at; /* this many throws of a state ask to leave; 0: never */
static unsigned throws;       /* of all states */

static ons_status dice_create(void *data, ons_context *context) {
    dice_state *state = data;
    state->random = ons_stream(context, 0, 0);
    state->x = ons_real(ons_context_parameters(context), "shift");
    return ONS_OK;
}
static ons_status dice_advance(void *data, ons_context *context) {
    dice_state *state = data;
    const double shift = ons_real(ons_context_parameters(context), "shift");
    state->x = shift + ons_random_uniform(&state->random);
    throws++;
    if (interrupt_at && ++state->thrown == interrupt_at) { stop = SIGINT; }
    return ONS_OK;
}
static ons_status dice_measure(const void *data, ons_context *context) {
    ons_measure(context, 0, 0, ((const dice_state *)data)->x);
    return ONS_OK;
}
static ons_status dice_persist(void *data, ons_part *part) {
    dice_state *state = data;
    const ons_status status = ons_persist_configuration(part, "x", ONS_F64, &state->x, 1, (size_t[]){1});
    return status == ONS_OK ? ons_persist_random(part, "random", &state->random) : status;
}
static ons_status dice_picture(const void *data, unsigned lane, ons_picture *picture) {
    const double x = ((const dice_state *)data)->x;
    const ons_status status = ons_picture_size(picture, 3, 2);
    if (status == ONS_OK) { memcpy(picture->pixels, &x, sizeof x); }
    return status;
}
static const ons_parameter dice_parameters[] = {{.name = "shift", .type = ONS_REAL, .standard = "0"}, {0}};
static const ons_observable dice_observables[] = {{.name = "x", .kind = ONS_MEAN}, {0}};
static const ons_system dice = {.abi = ONS_ABI,
                                .version = 1,
                                .name = "dice",
                                .summary = "numbers",
                                .step = "throw",
                                .traits = ONS_STATIONARY,
                                .parameters = dice_parameters,
                                .observables = dice_observables,
                                .controls = {.steps = 1000, .warmup = "0", .replicas = 2},
                                .state_size = sizeof(dice_state),
                                .create = dice_create,
                                .advance = dice_advance,
                                .measure = dice_measure,
                                .persist = dice_persist,
                                .picture = dice_picture};

static const ons_system *find(const char *name) { return strcmp(name, "dice") == 0 ? &dice : NULL; }

/* ---- every test has a folder of its own, and begins in peace ---- */

static int begin(void **state) {
    stop = 0;
    interrupt_at = 0;
    throws = 0;
    return enter_folder(state);
}

/* ---- the rule ---- */

static ons_claim number(unsigned bound, double published, double error, double tolerance, double precision) {
    return (ons_claim){.id = "a",
                       .kind = ONS_CLAIM_PUBLISHED,
                       .bound = bound,
                       .quantity = "a number",
                       .published = published,
                       .published_error = error,
                       .tolerance = tolerance,
                       .precision = precision,
                       .place = "here",
                       .why = "a test"};
}

static ons_verdict verdict(ons_claim claim, double ours, double error) {
    return ons_claim_verdict(&claim, ours, error);
}

static void test_a_number_agrees_within_tolerance_and_three_combined_errors(void **state) {
    const ons_claim exact = number(ONS_CLAIM_EQUAL, 1, 0, 0, 0);
    assert_int_equal(verdict(exact, 1, 0), ONS_AGREES);
    assert_int_equal(verdict(exact, nextafter(1, 2), 0), ONS_DIFFERS);
    assert_int_equal(verdict(exact, 1.25, 0.125), ONS_AGREES);
    assert_int_equal(verdict(exact, 1.375, 0.125), ONS_AGREES); /* three errors, both sides included */
    assert_int_equal(verdict(exact, 0.625, 0.125), ONS_AGREES);
    assert_int_equal(verdict(exact, 1.376, 0.125), ONS_DIFFERS);
    assert_int_equal(verdict(exact, 0.624, 0.125), ONS_DIFFERS);
    /* errors 3 and 4 combine to 5; the tolerance comes on top */
    const ons_claim both = number(ONS_CLAIM_EQUAL, 100, 3, 1, 0);
    assert_int_equal(verdict(both, 116, 4), ONS_AGREES);
    assert_int_equal(verdict(both, 84, 4), ONS_AGREES);
    assert_int_equal(verdict(both, 116.1, 4), ONS_DIFFERS);
    assert_int_equal(verdict(both, 83.9, 4), ONS_DIFFERS);
}

static void test_a_bound_fails_on_its_wrong_side_only(void **state) {
    const ons_claim least = number(ONS_CLAIM_AT_LEAST, 10, 0, 0.5, 0), most = number(ONS_CLAIM_AT_MOST, 10, 0, 0.5, 0);
    assert_int_equal(verdict(least, 1e6, 0), ONS_AGREES);
    assert_int_equal(verdict(least, 9.5, 0), ONS_AGREES);
    assert_int_equal(verdict(least, 9.4, 0), ONS_DIFFERS);
    assert_int_equal(verdict(least, 9.25, 0.125), ONS_AGREES);
    assert_int_equal(verdict(most, -1e6, 0), ONS_AGREES);
    assert_int_equal(verdict(most, 10.5, 0), ONS_AGREES);
    assert_int_equal(verdict(most, 10.6, 0), ONS_DIFFERS);
    assert_int_equal(verdict(most, 10.75, 0.125), ONS_AGREES);
}

static void test_what_could_not_have_failed_is_no_check(void **state) {
    const ons_claim claim = number(ONS_CLAIM_EQUAL, 1, 0, 0, 0.1);
    assert_int_equal(verdict(claim, 1, 0.1), ONS_AGREES);
    assert_int_equal(verdict(claim, 1, 0.11), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, 9, 0.11), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, NAN, 0), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, INFINITY, 0), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, 1, NAN), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, 1, INFINITY), ONS_NOT_CHECKED);
    assert_int_equal(verdict(claim, 1, -0.05), ONS_NOT_CHECKED);
    assert_int_equal(verdict(number(ONS_CLAIM_EQUAL, 1, 0, 0, 0), 1, 1e9), ONS_AGREES);
}

/* ---- papers ---- */

static const ons_claim claims[] = {
    {"number", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_QUICK, "a number", 2, 0.3, 0, 1, "Table I", "because"},
    {"bound", ONS_CLAIM_EXACT, ONS_CLAIM_AT_MOST, ONS_QUICK, "a bound", 1, 0, 0, 0, "Table II", "because"},
    {"trend", ONS_CLAIM_ORDERING, 0, ONS_QUICK, "a trend", 0, 0, 0, 0, "Fig. 1", "because"},
    {"words", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD, "a statement", 0, 0, 0, 0, "abstract", "because"},
    {"large", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_FULL, "much work", 5, 0, 0, 0, "Fig. 2", "because"},
    {.id = NULL}};

static ons_paper paper_of(ons_status (*reproduce)(ons_reproduction *), const ons_claim *table) {
    return (ons_paper){.name = "test",
                       .title = "A test",
                       .authors = "A. Uthor",
                       .reference = "here",
                       .summary = "a test",
                       .details = "",
                       .claims = table,
                       .reproduce = reproduce};
}

static ons_status reproduce(ons_reproduction **reproduction, const ons_paper *paper, ons_effort effort) {
    const ons_reproduce_options options = {
        .effort = effort, .folder = "r", .threads = 1, .find = find, .run = {.stop = &stop}};
    return ons_reproduce(reproduction, paper, &options);
}

static const ons_settled *settled_of(const ons_reproduction *reproduction, const char *id) {
    const ons_settled *settled;
    const size_t count = ons_reproduction_claims(reproduction, &settled);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settled[i].claim->id, id) == 0) { return &settled[i]; }
    }
    fail_msg("no claim %s", id);
    return NULL;
}

static ons_status settle_all(ons_reproduction *r) {
    ons_claim_number(r, "bound", 3, 0.5, "%d over", 2);
    ons_claim_number(r, "number", 2.5, 0.4, "from %s", "nowhere");
    ons_claim_holds(r, "trend", false, "it falls by %d", 7);
    ons_claim_holds(r, "words", true, "they hold");
    return ONS_OK;
}

static void test_claims_are_settled_in_the_order_of_the_table(void **state) {
    const ons_paper paper = paper_of(settle_all, claims);
    ons_reproduction *r;
    const ons_settled *settled;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_OK);
    assert_int_equal(ons_reproduction_claims(r, &settled), 5);
    for (size_t i = 0; i < 5; i++) { assert_ptr_equal(settled[i].claim, &claims[i]); }
    assert_int_equal(settled[0].verdict, ONS_AGREES);
    assert_true(settled[0].ours == 2.5 && settled[0].error == 0.4);
    assert_float_equal(settled[0].sigma, 1, 1e-12); /* 0.5 over hypot(0.3, 0.4) */
    assert_string_equal(settled[0].why, "from nowhere");
    assert_int_equal(settled[1].verdict, ONS_DIFFERS);
    assert_float_equal(settled[1].sigma, 4, 1e-12);
    assert_int_equal(settled[2].verdict, ONS_DIFFERS);
    assert_string_equal(settled[2].why, "it falls by 7");
    assert_true(isnan(settled[2].ours) && isnan(settled[2].error) && isnan(settled[2].sigma));
    /* a claim of a larger effort is no check here, settled or not */
    assert_int_equal(settled[3].verdict, ONS_NOT_CHECKED);
    assert_non_null(strstr(settled[3].why, "standard"));
    assert_int_equal(settled[4].verdict, ONS_NOT_CHECKED);
    assert_non_null(strstr(settled[4].why, "full"));
    ons_reproduction_free(r);

    assert_int_equal(reproduce(&r, &paper, ONS_STANDARD), ONS_OK);
    assert_int_equal(settled_of(r, "words")->verdict, ONS_AGREES);
    ons_reproduction_free(r);
    assert_int_equal(reproduce(&r, &paper, ONS_FULL), ONS_OK);
    assert_int_equal(settled_of(r, "large")->verdict, ONS_NOT_CHECKED);
    assert_non_null(strstr(settled_of(r, "large")->why, "did not come to this"));
    ons_reproduction_free(r);
}

static ons_status settle_strange_numbers(ons_reproduction *r) {
    ons_claim_number(r, "number", NAN, 0.1, "a ratio of nothing");
    ons_claim_number(r, "bound", 0.5, INFINITY, "one sample");
    ons_claim_skip(r, "trend", "needs %s", "data");
    return ONS_OK;
}

static void test_what_is_not_finite_is_not_checked_and_says_why(void **state) {
    const ons_paper paper = paper_of(settle_strange_numbers, claims);
    ons_reproduction *r;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_OK);
    assert_int_equal(settled_of(r, "number")->verdict, ONS_NOT_CHECKED);
    assert_string_equal(settled_of(r, "number")->why, "our number is not finite: a ratio of nothing");
    assert_int_equal(settled_of(r, "bound")->verdict, ONS_NOT_CHECKED);
    assert_non_null(strstr(settled_of(r, "bound")->why, "no finite error: one sample"));
    assert_string_equal(settled_of(r, "trend")->why, "needs data");
    ons_reproduction_free(r);
}

/* ---- mistakes of a paper ---- */

static ons_status settle_twice(ons_reproduction *r) {
    ons_claim_skip(r, "trend", "later");
    ons_claim_holds(r, "trend", true, "now");
    return ONS_OK;
}
static ons_status settle_unknown(ons_reproduction *r) {
    ons_claim_number(r, "numbr", 1, 0, " ");
    return ONS_OK;
}
static ons_status settle_words_by_a_number(ons_reproduction *r) {
    ons_claim_number(r, "trend", 1, 0, " ");
    return ONS_OK;
}
static ons_status settle_a_number_by_words(ons_reproduction *r) {
    ons_claim_holds(r, "number", true, " ");
    return ONS_OK;
}
static ons_status run_twice(ons_reproduction *r) {
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "one", "dice steps=10");
    if (status == ONS_OK) { status = ons_reproduction_run(r, &results, "one", "dice steps=20"); }
    return status;
}
static ons_status run_a_path(ons_reproduction *r) {
    const ons_results *results;
    return ons_reproduction_run(r, &results, "../one", "dice");
}
static ons_status run_nothing_known(ons_reproduction *r) {
    const ons_results *results;
    return ons_reproduction_run(r, &results, "cards", "cards n=%d", 5);
}
static ons_status run_a_wrong_word(ons_reproduction *r) {
    const ons_results *results;
    return ons_reproduction_run(r, &results, "wrong", "dice shft=1");
}
static ons_status draw_without_a_figure(ons_reproduction *r) {
    ons_figure_curve(r, "a", 0, NULL, NULL, NULL);
    return ONS_OK;
}

static void test_mistakes_of_a_paper_are_named(void **state) {
    static const struct {
        ons_status (*reproduce)(ons_reproduction *);
        const char *message;
    } mistakes[] = {{settle_twice, "claim 'trend' is settled twice"},
                    {settle_unknown, "there is no claim 'numbr', did you mean 'number'?"},
                    {settle_words_by_a_number, "claim 'trend' is of kind ordering"},
                    {settle_a_number_by_words, "claim 'number' is a number"},
                    {run_twice, "two jobs have the name 'one'"},
                    {run_a_path, "'../one' is no name for a job"},
                    {run_nothing_known, "job 'cards': there is no system 'cards'"},
                    {run_a_wrong_word, "job 'wrong': "},
                    {draw_without_a_figure, "belongs to no figure"}};
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const ons_paper paper = paper_of(mistakes[i].reproduce, claims);
        ons_reproduction *r;
        assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_FAILED);
        assert_message(mistakes[i].message);
        assert_non_null(r); /* what was settled until then */
        ons_reproduction_free(r);
    }
}

static void test_a_table_that_is_not_in_order_is_refused(void **state) {
    ons_claim table[3] = {claims[0], claims[1], {.id = NULL}};
    const ons_paper paper = paper_of(settle_all, table);
    ons_reproduction *r;
    table[1].id = "number";
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_FAILED);
    assert_message("two claims have the id 'number'");
    assert_null(r);
    table[1] = claims[1];
    table[1].tolerance = -1;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_FAILED);
    assert_message("claim 'bound'");
    table[1].tolerance = 0;
    table[1].place = NULL;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_FAILED);
    assert_message("has no place");
}

static void test_a_folder_that_cannot_be_made_is_refused(void **state) {
    const ons_paper paper = paper_of(settle_all, claims);
    ons_reproduce_options options = {.folder = "nowhere/r", .find = find};
    ons_reproduction *r;
    assert_int_equal(ons_reproduce(&r, &paper, &options), ONS_INVALID);
    assert_message("nowhere/r");
    fclose(fopen("file", "w"));
    options.folder = "file";
    assert_int_equal(ons_reproduce(&r, &paper, &options), ONS_INVALID);
    assert_message("file is no folder");
}

/* ---- jobs ---- */

static ons_status throw_dice(ons_reproduction *r) {
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "first", "dice  shift=1,%d steps=%d", 2, 3000);
    if (status != ONS_OK) { return status; }
    if (ons_results_count(results) != 2) { return ons_fail(ONS_FAILED, "two tasks were asked for"); }
    const ons_result *x = ons_task_find(ons_results_task(results, 1), "x");
    ons_claim_number(r, "number", x->mean[0], x->error[0], "shift = 2");
    status = ons_reproduction_run(r, &results, "second", "dice shift=0 steps=3000");
    if (status != ONS_OK) { return status; }
    x = ons_task_find(ons_results_task(results, 0), "x");
    ons_claim_number(r, "bound", x->mean[0], x->error[0], "shift = 0");
    return ons_reproduction_state(r, "first", 1, 1, "state", "the last throw");
}

static void test_an_interrupted_reproduction_goes_on_to_the_same_numbers(void **state) {
    const ons_paper paper = paper_of(throw_dice, claims);
    ons_reproduction *whole, *broken, *resumed;
    assert_int_equal(reproduce(&whole, &paper, ONS_QUICK), ONS_OK);
    const double number = settled_of(whole, "number")->ours, bound = settled_of(whole, "bound")->ours;
    assert_float_equal(number, 2.5, 0.05); /* 12 errors */
    assert_float_equal(bound, 0.5, 0.05);
    ons_reproduction_free(whole);
    assert_int_equal(system("rm -rf r"), 0);

    interrupt_at = 1500; /* in the first task of the first job */
    assert_int_equal(reproduce(&broken, &paper, ONS_QUICK), ONS_STOPPED);
    assert_int_equal(settled_of(broken, "number")->verdict, ONS_NOT_CHECKED);
    assert_non_null(strstr(settled_of(broken, "number")->why, "interrupted"));
    ons_reproduction_free(broken);
    stop = 0;
    interrupt_at = 2900; /* in a later one */
    assert_int_equal(reproduce(&broken, &paper, ONS_QUICK), ONS_STOPPED);
    ons_reproduction_free(broken);
    stop = 0;
    interrupt_at = 0;
    assert_int_equal(reproduce(&resumed, &paper, ONS_QUICK), ONS_OK);
    assert_true(settled_of(resumed, "number")->ours == number);
    assert_true(settled_of(resumed, "bound")->ours == bound);
    ons_reproduction_free(resumed);

    throws = 0; /* what is finished is not run again */
    assert_int_equal(reproduce(&resumed, &paper, ONS_QUICK), ONS_OK);
    assert_int_equal(throws, 0);
    assert_true(settled_of(resumed, "number")->ours == number);
    ons_reproduction_free(resumed);
}

static ons_status ignore_the_stop(ons_reproduction *r) {
    const ons_results *results;
    ons_reproduction_run(r, &results, "third", "dice steps=3000 seed=5");
    ons_claim_holds(r, "trend", results == NULL, "none");
    return ONS_OK;
}

static void test_a_paper_that_swallows_an_interrupt_is_stopped_all_the_same(void **state) {
    const ons_paper paper = paper_of(ignore_the_stop, claims);
    ons_reproduction *r;
    interrupt_at = 100;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_STOPPED);
    assert_true(ons_reproduction_stopped(r));
    assert_int_equal(settled_of(r, "trend")->verdict, ONS_AGREES);
    ons_reproduction_free(r);
}

static void test_a_picture_shows_the_state_that_the_archive_holds(void **state) {
    const ons_paper paper = paper_of(throw_dice, claims);
    ons_reproduction *r;
    const ons_image *images;
    const ons_reproduction_job *jobs;
    double x;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_OK);
    assert_int_equal(ons_reproduction_images(r, &images), 1);
    assert_string_equal(images[0].name, "state");
    assert_int_equal(images[0].picture.width, 3);
    memcpy(&x, images[0].picture.pixels, sizeof x);
    assert_true(x > 2 && x < 3); /* of the task with shift = 2, not as create() made it */
    assert_int_equal(ons_reproduction_jobs(r, &jobs), 2);
    assert_string_equal(jobs[0].words, "dice  shift=1,2 steps=3000");
    assert_string_equal(jobs[0].path, "r/first.h5");
    assert_true(ons_file_exists(jobs[1].path));
    ons_reproduction_free(r);
}

/* ---- what is shown ---- */

static ons_status show_things(ons_reproduction *r) {
    double x[] = {1, 2, NAN}, y[] = {1, 4, 9}, error[] = {0.1, 0.2, 0.3};
    uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const ons_picture picture = {2, 2, pixels};
    ons_reproduction_note(r, "a note %d", 1);
    ons_figure_begin(r, "squares", "Squares", "x", "y", ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "sampled", 3, x, y, error);
    ons_figure_curve(r, "line", 2, x, y, NULL);
    ons_figure_begin(r, "empty", "None", "x", "y", 0);
    ons_reproduction_picture(r, "pixels", "Pixels", &picture);
    memset(x, 0, sizeof x), memset(y, 0, sizeof y), memset(error, 0, sizeof error), memset(pixels, 0, sizeof pixels);
    return ONS_OK;
}

static void test_notes_figures_and_pictures_are_copied(void **state) {
    const ons_paper paper = paper_of(show_things, claims);
    ons_reproduction *r;
    const char *const *notes;
    const ons_figure *figures;
    const ons_image *images;
    assert_int_equal(reproduce(&r, &paper, ONS_QUICK), ONS_OK);
    assert_int_equal(ons_reproduction_notes(r, &notes), 1);
    assert_string_equal(notes[0], "a note 1");
    assert_int_equal(ons_reproduction_figures(r, &figures), 2);
    assert_int_equal(figures[0].flags, ONS_FIGURE_LOG_Y);
    assert_int_equal(figures[0].count, 2);
    assert_int_equal(figures[0].curves[0].count, 3);
    assert_true(figures[0].curves[0].y[1] == 4 && figures[0].curves[0].error[2] == 0.3);
    assert_null(figures[0].curves[1].error);
    assert_int_equal(figures[1].count, 0);
    assert_int_equal(ons_reproduction_images(r, &images), 1);
    assert_int_equal(images[0].picture.pixels[11], 12);
    ons_reproduction_free(r);
}

/* ---- pictures of lattices ---- */

static void assert_pixel(const ons_picture *picture, size_t x, size_t y, uint8_t red) {
    assert_true(x < picture->width && y < picture->height);
    assert_int_equal(picture->pixels[3 * (y * picture->width + x)], red);
}

static void test_pictures_of_lattices_show_every_site_at_its_place(void **state) {
    uint8_t rgb[3 * 4096] = {0};
    ons_picture picture = {0};
    for (size_t i = 0; i < 4096; i++) { rgb[3 * i] = (uint8_t)(i % 251); }
    /* 64 rows of 64: blocks of 6 pixels */
    assert_int_equal(ons_picture_lattice(&picture, 2, (size_t[]){64, 64}, rgb), ONS_OK);
    assert_true(picture.width == 384 && picture.height == 384);
    for (size_t site = 0; site < 4096; site++) {
        assert_pixel(&picture, site % 64 * 6 + 3, site / 64 * 6 + 5, (uint8_t)(site % 251));
    }
    /* 2 x 3 x 4: two slices of 3 rows and 4 columns, side by side, grey between them */
    assert_int_equal(ons_picture_lattice(&picture, 3, (size_t[]){2, 3, 4}, rgb), ONS_OK);
    const size_t block = picture.height / 3 / (picture.height > picture.width ? 2 : 1);
    assert_true(block >= 8);
    assert_pixel(&picture, block + 1, 1, 1);
    assert_pixel(&picture, 3 * block + 1, 2 * block + 1, 11);
    const bool below = picture.height > picture.width;
    assert_pixel(&picture, below ? 1 : 4 * block + 1, below ? 3 * block + 1 : 1, 128);
    assert_pixel(&picture, picture.width - 1, picture.height - 1, 23);
    /* a chain is a row, a long one is wrapped */
    assert_int_equal(ons_picture_lattice(&picture, 1, (size_t[]){1000}, rgb), ONS_OK);
    assert_true(picture.width == 1000 && picture.height == 16);
    assert_pixel(&picture, 999, 15, 999 % 251);
    assert_int_equal(ons_picture_lattice(&picture, 1, (size_t[]){4096}, rgb), ONS_OK);
    assert_pixel(&picture, 5 * picture.width / 64, 2 * picture.height / 64, (2 * 64 + 5) % 251);
    /* one that has more sites than a picture has pixels is shrunk */
    uint8_t *many = calloc(3 * 20000, 4);
    assert_non_null(many);
    assert_int_equal(ons_picture_lattice(&picture, 2, (size_t[]){4, 20000}, many), ONS_OK);
    assert_true(picture.width <= 16384);
    free(many);
    ons_picture_free(&picture);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, begin, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        FRESH(test_a_number_agrees_within_tolerance_and_three_combined_errors),
        FRESH(test_a_bound_fails_on_its_wrong_side_only),
        FRESH(test_what_could_not_have_failed_is_no_check),
        FRESH(test_claims_are_settled_in_the_order_of_the_table),
        FRESH(test_what_is_not_finite_is_not_checked_and_says_why),
        FRESH(test_mistakes_of_a_paper_are_named),
        FRESH(test_a_table_that_is_not_in_order_is_refused),
        FRESH(test_a_folder_that_cannot_be_made_is_refused),
        FRESH(test_an_interrupted_reproduction_goes_on_to_the_same_numbers),
        FRESH(test_a_paper_that_swallows_an_interrupt_is_stopped_all_the_same),
        FRESH(test_a_picture_shows_the_state_that_the_archive_holds),
        FRESH(test_notes_figures_and_pictures_are_copied),
        FRESH(test_pictures_of_lattices_show_every_site_at_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
