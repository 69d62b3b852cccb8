/*
 * Counting configurations: enumeration with inner spins summed in closed form and Beale's polynomial, against a direct
 * sum over all configurations, against each other and against Kaufman's solution.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#include <stdio.h>
#include <string.h>

static void assert_near(double ours, double expected, double tolerance, const char *what) {
    if (!(fabs(ours - expected) <= tolerance)) {
        fail_msg("%s: %.17g, expected %.17g, deviation %g", what, ours, expected, ours - expected);
    }
}

static ons_graph *lattice_graph(const char *name, const int64_t *lengths, size_t count, ons_boundary boundary) {
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, count, boundary), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static void run_all(ons_enumeration *enumeration) {
    ons_status status = ONS_OK;
    while (status == ONS_OK) { status = ons_enumeration_step(enumeration, 3, 2); }
    assert_int_equal(status, ONS_DONE);
}

/* Every field of the means, and every count where couplings are integral. */
static void assert_enumeration(const ons_graph *graph, double coupling, double field) {
    static const double temperatures[] = {0.4, 2.3, 30};
    const ons_enumeration_options options = {.coupling = coupling, .temperature = temperatures, .temperatures = 3};
    ons_enumeration *enumeration;
    ons_state_count *counts = NULL;
    size_t count = 0;
    assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_OK);
    run_all(enumeration);
    if (ons_enumeration_integral(enumeration)) {
        assert_int_equal(ons_enumeration_counts(enumeration, &counts, &count), ONS_OK);
    }
    for (size_t t = 0; t < 3; t++) {
        const ons_ising_options model = {.temperature = temperatures[t], .coupling = coupling, .field = field};
        const small_system small = small_from_graph(graph, &model);
        const small_means means = small_enumerate(&small);
        const double tolerance = 2e-12 * (1 + 1 / temperatures[t]);
        ons_ising_exact exact;
        assert_int_equal(ons_enumeration_canonical(enumeration, counts, count, t, temperatures[t], field, &exact),
                         ONS_OK);
        assert_near(exact.free_energy, means.free_energy, tolerance * (1 + fabs(means.free_energy)), "free energy");
        assert_near(exact.energy, means.e, tolerance, "energy");
        assert_near(exact.specific_heat, small_specific_heat(&small, &means), 20 * tolerance, "specific heat");
        assert_near(exact.magnetization, means.m, tolerance, "magnetization");
        assert_near(exact.magnetization_abs, means.mabs, tolerance, "|m|");
        assert_near(exact.magnetization_squared, means.m2, tolerance, "m^2");
        assert_near(exact.magnetization_fourth, means.m4, tolerance, "m^4");
    }
    free(counts);
    ons_enumeration_free(enumeration);
}

static void test_enumeration_matches_a_direct_sum_on_lattices(void **state) {
    static const struct {
        const char *lattice;
        int64_t lengths[3];
        size_t count;
    } cases[] = {{"square", {4, 4}, 2},     {"square", {3, 5}, 2}, {"square", {2, 6}, 2},    {"square", {1, 5}, 2},
                 {"triangular", {4, 4}, 2}, {"kagome", {2, 2}, 2}, {"honeycomb", {2, 3}, 2}, {"cubic", {3, 3, 1}, 3},
                 {"cubic", {2, 2, 3}, 3},   {"chain", {9}, 1},     {"chain", {1}, 1},        {"fcc", {2, 2, 3}, 3}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        if (getenv("ONSAGER_SANITIZED") && cases[k].lengths[0] * cases[k].lengths[1] > 12) { continue; }
        for (int boundary = ONS_PERIODIC; boundary <= ONS_OPEN; boundary++) {
            ons_graph *graph =
                lattice_graph(cases[k].lattice, cases[k].lengths, cases[k].count, (ons_boundary)boundary);
            assert_enumeration(graph, 1, k % 2 ? 0.3 : 0);
            assert_enumeration(graph, -0.75, 0.2);
            ons_graph_free(graph);
        }
    }
}

/* 2^18 and 2^20 configurations: the larger tori of the issue, one temperature by the direct sum. */
static void test_enumeration_matches_a_direct_sum_on_larger_lattices(void **state) {
    static const int64_t square[] = {4, 5}, cubic[] = {3, 3, 2};
    ons_graph *graph = lattice_graph("square", square, 2, ONS_PERIODIC);
    if (!getenv("ONSAGER_SANITIZED")) { assert_enumeration(graph, 1, 0.1); }
    ons_graph_free(graph);
    graph = lattice_graph("cubic", cubic, 3, ONS_PERIODIC);
    if (!getenv("ONSAGER_SANITIZED")) { assert_enumeration(graph, 1, 0); }
    ons_graph_free(graph);
}

static ons_graph *edge_graph(const char *text) {
    ons_graph *graph;
    if (ons_graph_parse(&graph, "edges", text, strlen(text)) != ONS_OK) { fail_msg("%s", ons_message()); }
    return graph;
}

/* A glass with couplings of its own, integral multiples of 1/6, a dense one, a site without a bond, no bond at all. */
static void test_enumeration_matches_a_direct_sum_on_lists_of_edges(void **state) {
    static const char *const edges[] = {
        "0 1 0.8123\n1 2 -0.7\n2 3 1.1\n3 0 0.43\n3 4 1\n0 2 0.25\n4 5 -1.9\n5 6 0.314\n6 0 0.5\n7 2 -0.123\n",
        "0 1 0.5\n1 2 -0.3333333333333333\n2 0 1\n2 3 0.16666666666666666\n3 4 2\n5 6 1\n",
        "0 1 1\n0 2 -1\n0 3 1\n0 4 -1\n1 2 1\n1 3 1\n1 4 -1\n2 3 -1\n2 4 1\n3 4 1\n",
        "0 1 37\n1 2 -5\n2 3 11\n3 0 2\n0 2 901\n",
        "0 3 1\n",
        "0 1 0\n",
    };
    for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
        ons_graph *graph = edge_graph(edges[k]);
        assert_enumeration(graph, 1, 0);
        assert_enumeration(graph, -0.5, 0.7);
        ons_graph_free(graph);
    }
}

/* A dense glass of 20 sites with couplings of both signs: keys in their ordered form, several blocks. */
static void test_dense_graph_and_threads_give_the_same_counts(void **state) {
    char text[20000] = "";
    size_t length = 0;
    ons_random random = ons_random_stream(1, 0, 0);
    for (int i = 0; i < 20; i++) {
        for (int j = 0; j < i; j++) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%d %d %d\n", i, j,
                                       ons_random_below(&random, 2) ? 1 : -1);
        }
    }
    ons_graph *graph = edge_graph(text);
    const ons_enumeration_options options = {.coupling = 1};
    ons_state_count *counts[2];
    size_t count[2];
    for (unsigned k = 0; k < 2; k++) {
        ons_enumeration *enumeration;
        assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_OK);
        assert_true(ons_enumeration_blocks(enumeration) > 1);
        while (ons_enumeration_step(enumeration, 1 + k, 1 + k) == ONS_OK) {}
        assert_int_equal(ons_enumeration_counts(enumeration, &counts[k], &count[k]), ONS_OK);
        ons_enumeration_free(enumeration);
    }
    assert_int_equal(count[0], count[1]);
    assert_memory_equal(counts[0], counts[1], count[0] * sizeof **counts);
    /* the direct sum of one moment: sum over configurations of E^2 = sum of J^2 times 2^N */
    double second = 0;
    for (size_t k = 0; k < count[0]; k++) { second += (double)counts[0][k].low * pow((double)counts[0][k].level, 2); }
    assert_near(second, 190.0 * 1048576, 0, "second moment");
    free(counts[0]);
    free(counts[1]);
    ons_graph_free(graph);
}

/* Broken off in the middle, stored and taken up again: the same counts of 2^48 configurations. */
static void test_enumeration_goes_on_from_what_was_stored(void **state) {
    const int64_t lengths[] = {6, 8};
    ons_graph *graph = lattice_graph("square", lengths, 2, ONS_PERIODIC);
    const ons_enumeration_options options = {.coupling = 1};
    ons_enumeration *first, *second;
    ons_state_count *counts[2];
    size_t count[2];
    assert_int_equal(ons_enumeration_create(&first, graph, &options), ONS_OK);
    assert_int_equal(ons_enumeration_create(&second, graph, &options), ONS_OK);
    assert_int_equal(ons_enumeration_step(first, 1, 1), ONS_OK);
    const size_t entries = ons_enumeration_entries(first);
    uint64_t *keys = ONS_NEW(uint64_t, entries), *numbers = ONS_NEW(uint64_t, entries);
    ons_enumeration_store(first, keys, numbers);
    const uint64_t done = ons_enumeration_done(first);
    assert_int_equal(ons_enumeration_restore(second, done, keys, numbers, entries), ONS_OK);
    run_all(first);
    run_all(second);
    assert_int_equal(ons_enumeration_counts(first, &counts[0], &count[0]), ONS_OK);
    assert_int_equal(ons_enumeration_counts(second, &counts[1], &count[1]), ONS_OK);
    assert_int_equal(count[0], count[1]);
    assert_memory_equal(counts[0], counts[1], count[0] * sizeof **counts);
    numbers[0]++;
    assert_int_equal(ons_enumeration_restore(first, done, keys, numbers, entries), ONS_INVALID);
    free(counts[0]);
    free(counts[1]);
    free(keys);
    free(numbers);
    ons_enumeration_free(first);
    ons_enumeration_free(second);
    ons_graph_free(graph);
}

static void test_what_cannot_be_enumerated_is_refused(void **state) {
    const int64_t large[] = {9, 9}, larger[] = {7, 7};
    const ons_enumeration_options options = {.coupling = 1};
    ons_enumeration *enumeration;
    ons_graph *graph = lattice_graph("square", large, 2, ONS_PERIODIC);
    assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "81 sites"));
    ons_graph_free(graph);
    graph = lattice_graph("fcc", larger, 1, ONS_PERIODIC);
    assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_INVALID);
    ons_graph_free(graph);
    assert_int_equal(ons_graph_complete(&graph, 8), ONS_OK);
    assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_INVALID);
    ons_graph_free(graph);
}

/* ---- Beale -------------------------------------------------------------------------------------------------- */

static ons_density beale(int64_t rows, int64_t columns) {
    ons_beale polynomial;
    ons_density density;
    assert_int_equal(ons_beale_init(&polynomial, rows, columns), ONS_OK);
    while (ons_beale_step(&polynomial) == ONS_OK) {}
    if (ons_beale_density(&polynomial, &density) != ONS_OK) { fail_msg("%s", ons_message()); }
    ons_beale_free(&polynomial);
    return density;
}

/* Every g(E) of all tori up to 6 x 6 (2^36 configurations), as integers. */
static void test_beale_matches_enumeration(void **state) {
    for (int64_t rows = 1; rows <= 6; rows++) {
        for (int64_t columns = 1; columns <= 6; columns++) {
            const int64_t lengths[] = {rows, columns};
            const ons_enumeration_options options = {.coupling = 1};
            ons_graph *graph = lattice_graph("square", lengths, 2, ONS_PERIODIC);
            ons_density density = beale(rows, columns);
            ons_enumeration *enumeration;
            ons_state_count *counts;
            size_t count, at = 0;
            assert_int_equal(ons_enumeration_create(&enumeration, graph, &options), ONS_OK);
            run_all(enumeration);
            assert_int_equal(ons_enumeration_counts(enumeration, &counts, &count), ONS_OK);
            for (size_t k = 0; k < density.count; k++) {
                uint64_t sum = 0;
                for (; at < count && counts[at].level == density.level[k]; at++) { sum += counts[at].low; }
                char text[32];
                snprintf(text, sizeof text, "%llu", (unsigned long long)sum);
                assert_string_equal(text, density.text[k]);
            }
            assert_int_equal(at, count);
            free(counts);
            ons_enumeration_free(enumeration);
            ons_density_free(&density);
            ons_graph_free(graph);
        }
    }
}

/* 32 x 32: 2 ground states, 2 N states with one spin turned, 4 N with a pair of neighbours turned; Kaufman's means. */
static void test_beale_of_large_tori_has_the_means_of_kaufman(void **state) {
    static const int64_t lengths[][2] = {{32, 32}, {16, 16}, {7, 31}, {5, 64}, {33, 10}};
    for (size_t k = 0; k < 5; k++) {
        ons_density density = beale(lengths[k][0], lengths[k][1]);
        if (k == 0) {
            assert_string_equal(density.text[0], "2");
            assert_string_equal(density.text[1], "2048");
            assert_string_equal(density.text[2], "4096");
        }
        for (double temperature = 0.7; temperature < 10; temperature *= 1.3) {
            ons_ising_exact exact;
            ons_density_means means;
            ons_ising_exact_torus(lengths[k][0], lengths[k][1], 1, temperature, &exact);
            ons_density_canonical(&density, 1, temperature, &means);
            assert_near(means.free_energy, exact.free_energy, 1e-13 * fabs(exact.free_energy) + 1e-14, "free energy");
            assert_near(means.energy, exact.energy, 1e-11, "energy");
            assert_near(means.specific_heat, exact.specific_heat, 1e-10, "specific heat");
        }
        ons_density_free(&density);
    }
}

static void test_beale_refuses_what_is_too_large(void **state) {
    ons_beale polynomial;
    assert_int_equal(ons_beale_init(&polynomial, 65, 64), ONS_INVALID);
    assert_int_equal(ons_beale_init(&polynomial, 0, 4), ONS_INVALID);
    assert_int_equal(ons_beale_init(&polynomial, INT64_MAX, INT64_MAX), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enumeration_matches_a_direct_sum_on_lattices),
        cmocka_unit_test(test_enumeration_matches_a_direct_sum_on_larger_lattices),
        cmocka_unit_test(test_enumeration_matches_a_direct_sum_on_lists_of_edges),
        cmocka_unit_test(test_dense_graph_and_threads_give_the_same_counts),
        cmocka_unit_test(test_enumeration_goes_on_from_what_was_stored),
        cmocka_unit_test(test_what_cannot_be_enumerated_is_refused),
        cmocka_unit_test(test_beale_matches_enumeration),
        cmocka_unit_test(test_beale_of_large_tori_has_the_means_of_kaufman),
        cmocka_unit_test(test_beale_refuses_what_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
