/*
 * A paper of the registry, named as the argument: a wrong number planted in a copy of its claims turns that row to
 * `differs`, and no other row changes. It runs at the smallest effort; the later runs find the archives of the first.
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
#include <unistd.h>

static const ons_paper *paper;
static char folder[] = "/tmp/onsager-papers-XXXXXX";

static const ons_system *find(const char *name) {
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        if (strcmp((*system)->name, name) == 0) { return *system; }
    }
    return NULL;
}

static ons_reproduction *reproduce(const ons_paper *which) {
    const ons_reproduce_options options = {.effort = ONS_QUICK, .folder = "r", .threads = 1, .find = find};
    ons_reproduction *reproduction;
    if (ons_reproduce(&reproduction, which, &options) != ONS_OK) { fail_msg("%s", ons_message()); }
    return reproduction;
}

static size_t count_claims(const ons_paper *which) {
    size_t count = 0;
    while (which->claims[count].id) { count++; }
    return count;
}

static bool is_number(const ons_claim *claim) {
    return claim->kind == ONS_CLAIM_EXACT || claim->kind == ONS_CLAIM_PUBLISHED;
}

/* A number that ours cannot agree with: far beyond tolerance and errors, on the wrong side of a bound. */
static double wrong_number(const ons_settled *settled) {
    const ons_claim *claim = settled->claim;
    const double far =
        10 * (claim->tolerance + 3 * hypot(settled->error, claim->published_error)) + 0.01 * fabs(settled->ours) + 1e-6;
    return claim->bound == ONS_CLAIM_AT_MOST ? settled->ours - far : settled->ours + far;
}

static void assert_rows(const ons_reproduction *first, const ons_reproduction *second, const bool *planted) {
    const ons_settled *before, *after;
    const size_t count = ons_reproduction_claims(first, &before);
    assert_int_equal(ons_reproduction_claims(second, &after), count);
    for (size_t i = 0; i < count; i++) {
        const ons_verdict expected = planted[i] ? ONS_DIFFERS : before[i].verdict;
        if (after[i].verdict != expected) {
            fail_msg("%s: %s, not %s (%s)", after[i].claim->id, ons_verdict_name(after[i].verdict),
                     ons_verdict_name(expected), after[i].why);
        }
        assert_true(after[i].ours == before[i].ours || (isnan(after[i].ours) && isnan(before[i].ours)));
        assert_string_equal(after[i].why, before[i].why);
    }
}

static void test_a_planted_wrong_number_turns_its_row_and_no_other(void **state) {
    const size_t count = count_claims(paper);
    ons_claim *table = calloc(count + 1, sizeof *table);
    bool *planted = calloc(count + 1, sizeof *planted);
    assert_true(table && planted);
    memcpy(table, paper->claims, count * sizeof *table);
    ons_paper copy = *paper;
    copy.claims = table;

    ons_reproduction *first = reproduce(paper);
    const ons_settled *settled;
    size_t one = count;
    ons_reproduction_claims(first, &settled);
    for (size_t i = 0; i < count; i++) {
        const bool candidate = is_number(settled[i].claim) && settled[i].verdict == ONS_AGREES;
        if (candidate && (one == count ||
                          (settled[one].claim->kind != ONS_CLAIM_EXACT && settled[i].claim->kind == ONS_CLAIM_EXACT))) {
            one = i;
        }
    }
    assert_true(one < count); /* a paper checks at least one number at the smallest effort */

    planted[one] = true; /* one wrong number */
    table[one].published = wrong_number(&settled[one]);
    ons_reproduction *second = reproduce(&copy);
    assert_rows(first, second, planted);
    ons_reproduction_free(second);

    for (size_t i = 0; i < count; i++) { /* all numbers wrong */
        if (!is_number(&table[i]) || settled[i].verdict == ONS_NOT_CHECKED) { continue; }
        planted[i] = true;
        table[i].published = wrong_number(&settled[i]);
    }
    second = reproduce(&copy);
    assert_rows(first, second, planted);
    ons_reproduction_free(second);
    ons_reproduction_free(first);
    free(planted);
    free(table);
}

static void test_the_description_is_complete(void **state) {
    const char *const texts[] = {paper->title, paper->authors, paper->reference, paper->summary, paper->details};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) { assert_true(texts[i] && texts[i][0]); }
    assert_true(paper->systems && paper->systems[0]);
    for (const char *const *name = paper->systems; *name; name++) {
        if (!find(*name)) { fail_msg("there is no system '%s'", *name); }
    }
    for (const ons_claim *claim = paper->claims; claim->id; claim++) {
        assert_true(claim->quantity[0] && claim->place[0] && claim->why[0]);
    }
}

static int enter_folder(void **state) { return mkdtemp(folder) == NULL || chdir(folder) != 0; }

static int leave_folder(void **state) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") != 0 || system(command) != 0;
}

int main(int count, char **words) {
    for (const ons_paper *const *candidate = ons_papers(); count == 2 && *candidate; candidate++) {
        if (strcmp((*candidate)->name, words[1]) == 0) { paper = *candidate; }
    }
    if (!paper) {
        fprintf(stderr, "usage: test_papers PAPER\n");
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_description_is_complete),
        cmocka_unit_test(test_a_planted_wrong_number_turns_its_row_and_no_other),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
