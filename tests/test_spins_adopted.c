/*
 * Ising spins that lie in the caller's array: the same steps as in memory of the engine's own, and what is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <string.h>

enum { SITES = 48 };

typedef struct pair {
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising *own, *lent; /* the same start and stream */
} pair;

static void open_pair(pair *p, ons_ising_update update, ons_ising_order order) {
    const ons_ising_options options = {
        .temperature = 2.5, .coupling = 1, .update = update, .clusters = 2, .order = order};
    const int64_t lengths[] = {8, 6};
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&p->graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    ons_lattice_free(lattice);
    assert_int_equal(p->graph->sites, SITES);
    assert_int_equal(ons_ising_model_create(&p->model, p->graph, &options), ONS_OK);
    assert_int_equal(ons_ising_create(&p->own, p->model, ons_random_stream(1, 2, 3)), ONS_OK);
    assert_int_equal(ons_ising_create(&p->lent, p->model, ons_random_stream(1, 2, 3)), ONS_OK);
}

static void close_pair(pair *p) {
    ons_ising_free(p->own);
    ons_ising_free(p->lent);
    ons_ising_model_free(p->model);
    ons_graph_free(p->graph);
}

static void test_steps_change_the_callers_array(void **state) {
    (void)state;
    for (ons_ising_update update = ONS_METROPOLIS; update <= ONS_SWENDSEN_WANG; update++) {
        int8_t spins[SITES];
        pair p;
        open_pair(&p, update, ONS_RANDOM_ORDER);
        memset(spins, 1, sizeof spins);
        assert_int_equal(ons_ising_use(p.lent, spins), ONS_OK);
        assert_ptr_equal(ons_ising_spins(p.lent), spins);
        for (int step = 0; step < 50; step++) {
            ons_ising_step(p.own);
            ons_ising_step(p.lent);
            assert_memory_equal(ons_ising_spins(p.own), spins, SITES);
            assert_true(ons_ising_energy(p.own) == ons_ising_energy(p.lent));
        }
        assert_int_equal(ons_ising_use(p.lent, NULL), ONS_OK); /* at home again, as it was */
        int8_t left[SITES];
        memcpy(left, spins, sizeof left);
        ons_ising_step(p.own);
        ons_ising_step(p.lent);
        assert_memory_equal(ons_ising_spins(p.own), ons_ising_spins(p.lent), SITES);
        assert_memory_equal(left, spins, SITES);
        close_pair(&p);
    }
}

static void test_a_checkerboard_copies_into_the_callers_array(void **state) {
    (void)state;
    int8_t spins[SITES];
    pair p;
    open_pair(&p, ONS_METROPOLIS, ONS_CHECKERBOARD);
    memset(spins, 1, sizeof spins);
    assert_int_equal(ons_ising_use(p.lent, spins), ONS_OK);
    for (int step = 0; step < 20; step++) {
        ons_ising_step(p.own);
        ons_ising_step(p.lent);
    }
    assert_ptr_equal(ons_ising_spins(p.lent), spins);
    assert_memory_equal(ons_ising_spins(p.own), spins, SITES);
    close_pair(&p);
}

static void test_what_is_no_configuration_is_refused_and_changes_nothing(void **state) {
    (void)state;
    int8_t spins[SITES] = {1, -1, 0};
    pair p;
    open_pair(&p, ONS_METROPOLIS, ONS_RANDOM_ORDER);
    assert_int_equal(ons_ising_use(p.lent, spins), ONS_INVALID);
    assert_string_equal(ons_message(), "spin 2 of the configuration is 0, not 1 or -1");
    assert_true(ons_ising_spins(p.lent) != spins);
    ons_ising_step(p.own);
    ons_ising_step(p.lent);
    assert_memory_equal(ons_ising_spins(p.own), ons_ising_spins(p.lent), SITES);
    close_pair(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_change_the_callers_array),
        cmocka_unit_test(test_a_checkerboard_copies_into_the_callers_array),
        cmocka_unit_test(test_what_is_no_configuration_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
