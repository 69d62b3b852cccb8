/*
 * Hopfield's network with whole-number couplings: sweeps in a kernel give, in every instruction set and at every width
 * of couplings and fields, the spins, the random numbers and the acceptances of the network of given pairs, which makes
 * attempt after attempt; also where an attempt takes a third word.
 *
 * The factor is a power of two, so that both networks are exact: no deviation is allowed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCALE 0x1p-9

typedef struct twins {
    ons_patterns *patterns;
    ons_recall_model *whole, *pairs;
    ons_recall *fast, *slow;
    uint32_t sites;
} twins;

/* Examples of one pattern, or random ones with dilution: quality 0 makes independent patterns, near 1 couplings and
 * fields as large as they can be.
 */
static ons_patterns *examples(uint32_t sites, uint64_t count, double quality, double dilution) {
    ons_random random = ons_random_stream(20261121, 400, (uint32_t)count);
    ons_patterns *patterns;
    int8_t *teacher = malloc(sites), *example = malloc(sites);
    assert_true(teacher && example);
    assert_int_equal(ons_patterns_create(&patterns, sites, count, dilution > 0), ONS_OK);
    ons_pattern_draw(sites, 0, &random, teacher);
    for (uint64_t k = 0; k < count; k++) {
        ons_pattern_example(teacher, sites, quality, &random, example);
        if (dilution > 0) { ons_pattern_draw(sites, dilution, &random, example); }
        assert_int_equal(ons_patterns_set(patterns, k, example), ONS_OK);
    }
    free(teacher);
    free(example);
    return patterns;
}

static twins open_twins(uint32_t sites, uint64_t count, double quality, double dilution) {
    twins both = {.patterns = examples(sites, count, quality, dilution), .sites = sites};
    double *coupling = malloc(sizeof *coupling * sites * sites);
    assert_non_null(coupling);
    assert_int_equal(ons_patterns_couplings(both.patterns, ONS_RULE_HEBBIAN, coupling, NULL, NULL), ONS_OK);
    for (size_t k = 0; k < (size_t)sites * sites; k++) { coupling[k] = SCALE * rint(coupling[k] * sites); }
    assert_int_equal(ons_recall_model_patterns(&both.whole, both.patterns, 2, SCALE), ONS_OK);
    assert_int_equal(ons_recall_model_pairs(&both.pairs, sites, coupling), ONS_OK);
    const ons_random random = ons_random_stream(20261121, 401, 0);
    assert_int_equal(ons_recall_create(&both.fast, both.whole, random), ONS_OK);
    assert_int_equal(ons_recall_create(&both.slow, both.pairs, random), ONS_OK);
    free(coupling);
    return both;
}

static void close_twins(twins both) {
    ons_recall_free(both.fast);
    ons_recall_free(both.slow);
    ons_recall_model_free(both.whole);
    ons_recall_model_free(both.pairs);
    ons_patterns_free(both.patterns);
}

static void begin_at_pattern(twins both, uint64_t position) {
    ons_recall *const states[] = {both.fast, both.slow};
    for (int k = 0; k < 2; k++) {
        int8_t *spins = ons_recall_spins(states[k]);
        ons_patterns_get(both.patterns, 0, spins);
        for (uint32_t i = 0; i < both.sites; i++) { spins[i] = spins[i] < 0 ? -1 : 1; }
        assert_int_equal(ons_recall_refresh(states[k]), ONS_OK);
        ons_random_seek(ons_recall_random(states[k]), position);
    }
}

/* Returns the accepted attempts. */
static uint32_t step_twins(twins both, ons_recall_update update, double temperature) {
    uint32_t fast, slow;
    assert_int_equal(ons_recall_step(both.fast, update, temperature, &fast), ONS_OK);
    assert_int_equal(ons_recall_step(both.slow, update, temperature, &slow), ONS_OK);
    assert_int_equal(fast, slow);
    assert_memory_equal(ons_recall_spins(both.fast), ons_recall_spins(both.slow), both.sites);
    assert_true(ons_recall_random(both.fast)->position == ons_recall_random(both.slow)->position);
    assert_true(ons_recall_energy(both.fast) == ons_recall_energy(both.slow));
    return fast;
}

static const char *const names[] = {"x86-64-v4", "x86-64-v3", "plain"};

static void select_best(void) {
    (void)(ons_spins_select(names[0]) || ons_spins_select(names[1]) || ons_spins_select(names[2]));
}

static void test_sweeps_are_those_of_given_pairs(void **state) {
    (void)state;
    const struct {
        uint32_t sites;
        uint64_t count;
        double quality; /* 110 examples alike: sums of couplings beyond 16 bits; 300: couplings beyond 8 */
        double dilution;
    } cases[] = {{300, 70, 0, 0},     {300, 71, 0, 0},     {129, 64, 0.5, 0},    {512, 100, 0.97, 0},
                 {700, 110, 0.99, 0}, {450, 300, 0.97, 0}, {257, 20000, 0.1, 0}, {200, 90, 0, 0.3}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double unit = SCALE * (double)cases[c].count;
        const double temperatures[] = {0, 0.3 * unit, 3 * unit, 1e3 * unit, 1e300, 20 * unit, INFINITY, unit};
        for (unsigned k = 0; k < 3; k++) {
            if (!ons_spins_select(names[k])) { continue; }
            twins both = open_twins(cases[c].sites, cases[c].count, cases[c].quality, cases[c].dilution);
            begin_at_pattern(both, 0);
            uint64_t accepted = 0;
            for (unsigned step = 0; step < 80; step++) {
                const ons_recall_update update = step % 5 == 4 ? ONS_RECALL_HEAT_BATH : ONS_RECALL_METROPOLIS;
                accepted += step_twins(both, update, temperatures[step / 5 % 8]);
            }
            assert_true(accepted > 10 * cases[c].sites);
            for (uint32_t i = 0; i < cases[c].sites; i++) {
                assert_true(ons_recall_cost(both.fast, i) == ons_recall_cost(both.slow, i));
            }
            const double energy = ons_recall_energy(both.fast);
            assert_int_equal(ons_recall_refresh(both.fast), ONS_OK);
            assert_true(ons_recall_energy(both.fast) == energy);
            close_twins(both);
        }
    }
    select_best();
}

/* The first word from `from` on that ons_random_below(sites) rejects. */
static uint64_t rejected_word(uint32_t sites, uint64_t from) {
    ons_random random = ons_random_stream(20261121, 401, 0);
    ons_random_seek(&random, from);
    const uint32_t threshold = (uint32_t)-sites % sites;
    for (;; from++) {
        if (ons_random_32(&random) * sites < threshold) { return from; }
    }
}

static void test_a_site_that_is_drawn_twice(void **state) {
    (void)state;
    enum { SITES = 999, BEFORE = 400 };
    const uint64_t there = rejected_word(SITES, 2000);
    for (unsigned k = 0; k < 3; k++) {
        if (!ons_spins_select(names[k])) { continue; }
        twins both = open_twins(SITES, 70, 0, 0);
        for (uint64_t start = there - 2 * BEFORE; start <= there; start += BEFORE) {
            begin_at_pattern(both, start);
            (void)step_twins(both, ONS_RECALL_METROPOLIS, 70 * SCALE * 3);
            assert_true(ons_recall_random(both.fast)->position == start + 2 * SITES + 1);
            (void)step_twins(both, ONS_RECALL_METROPOLIS, 70 * SCALE * 3);
        }
        close_twins(both);
    }
    select_best();
}

/* At a temperature where 32 bits of the threshold of an attempt are those of its word, the next word decides. */
static void test_a_decision_by_two_words(void **state) {
    (void)state;
    enum { SITES = 300 };
    for (unsigned k = 0; k < 3; k++) {
        if (!ons_spins_select(names[k])) { continue; }
        twins both = open_twins(SITES, 100, 0.97, 0);
        unsigned seen = 0;
        for (uint64_t start = 0; start < 400; start++) {
            begin_at_pattern(both, start);
            ons_random random = *ons_recall_random(both.slow);
            const uint32_t site = ons_random_below(&random, SITES), word = ons_random_32(&random);
            const double cost = ons_recall_cost(both.slow, site);
            if (cost <= 0 || word < 1000) { continue; }
            const double temperature = cost / -log(((double)word + 0.5) / 0x1p32);
            (void)step_twins(both, ONS_RECALL_METROPOLIS, temperature);
            assert_true(ons_recall_random(both.fast)->position >= start + 2 * SITES + 1);
            seen++;
        }
        assert_true(seen > 100);
        close_twins(both);
    }
    select_best();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweeps_are_those_of_given_pairs),
        cmocka_unit_test(test_a_site_that_is_drawn_twice),
        cmocka_unit_test(test_a_decision_by_two_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
