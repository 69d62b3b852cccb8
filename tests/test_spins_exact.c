/*
 * Exact solutions of the Ising model against enumeration of every configuration, against Onsager's infinite lattice,
 * and against their own limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

static void assert_near(double ours, double expected, double tolerance, const char *what) {
    if (!(fabs(ours - expected) <= tolerance)) {
        fail_msg("%s: %.17g, expected %.17g, deviation %g", what, ours, expected, ours - expected);
    }
}

static void assert_solution(const ons_ising_exact *exact, const small_system *small, double tolerance) {
    const small_means means = small_enumerate(small);
    assert_near(exact->free_energy, means.free_energy, tolerance, "free energy");
    assert_near(exact->energy, means.e, tolerance, "energy");
    assert_near(exact->specific_heat, small_specific_heat(small, &means), tolerance, "specific heat");
    assert_near(exact->magnetization, means.m, tolerance, "magnetization");
    if (!isnan(exact->magnetization_squared)) {
        assert_near(exact->magnetization_squared, means.m2, tolerance, "magnetization squared");
    }
    if (!isnan(exact->magnetization_fourth)) {
        assert_near(exact->magnetization_abs, means.mabs, tolerance, "magnetization abs");
        assert_near(exact->magnetization_fourth, means.m4, tolerance, "magnetization fourth");
    }
}

static void check_torus(int64_t rows, int64_t columns, double coupling, double temperature) {
    ons_lattice *lattice;
    ons_graph *graph;
    ons_ising_exact exact;
    const int64_t lengths[] = {rows, columns};
    const ons_ising_options options = {.temperature = temperature, .coupling = coupling};
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    const small_system small = small_from_graph(graph, &options);
    assert_int_equal(ons_ising_exact_torus(rows, columns, coupling, temperature, &exact), ONS_OK);
    assert_solution(&exact, &small, 3e-13 * (1 + 1 / temperature));
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* Every torus from 1x1 (self-bonds) over 2x2 (double bonds) to 4x5, from far above to far below T_c. */
static void test_kaufman_matches_enumeration(void **state) {
    static const double temperatures[] = {0.4, 1.0, 2.269185314213022, 3.0, 20.0};
    for (int64_t rows = 1; rows <= 4; rows++) {
        for (int64_t columns = 1; columns <= (rows < 4 ? 5 : 4); columns++) {
            for (size_t t = 0; t < 5; t++) { check_torus(rows, columns, 1, temperatures[t]); }
        }
    }
    check_torus(4, 5, 1, 2.269185314213022);
    check_torus(5, 4, 0.7, 2);
}

static void test_kaufman_antiferromagnet_matches_enumeration_where_both_lengths_are_even(void **state) {
    ons_ising_exact exact;
    check_torus(2, 2, -1, 2);
    check_torus(4, 2, -1, 1.5);
    check_torus(4, 4, -0.8, 2.3);
    assert_int_equal(ons_ising_exact_torus(4, 5, -1, 2, &exact), ONS_DONE);
}

/* Onsager 1944: u = -J coth 2K [1 + (2 tanh^2 2K - 1) (2/pi) K_1(k)], k = 2 sinh 2K / cosh^2 2K; K_1 by the
 * arithmetic-geometric mean. Away from T_c the torus converges exponentially. */
static double onsager_energy(double k) {
    double a = 1, b = sqrt(fmax(0, 1 - pow(2 * sinh(2 * k) / pow(cosh(2 * k), 2), 2)));
    for (int i = 0; i < 60; i++) {
        const double mean = 0.5 * (a + b);
        b = sqrt(a * b);
        a = mean;
    }
    const double t = tanh(2 * k), elliptic = acos(-1) / (2 * a);
    return -(1 / t) * (1 + (2 * t * t - 1) * (2 / acos(-1)) * elliptic);
}

static void test_kaufman_reaches_onsager_on_large_lattices(void **state) {
    static const double temperatures[] = {0.5, 1.5, 2.0, 2.5, 4.0, 50.0};
    ons_ising_exact exact;
    for (size_t t = 0; t < 6; t++) {
        assert_int_equal(ons_ising_exact_torus(512, 512, 1, temperatures[t], &exact), ONS_OK);
        assert_near(exact.energy, onsager_energy(1 / temperatures[t]), 1e-12, "energy at L = 512");
    }
    /* the specific heat as the slope of Onsager's energy */
    assert_int_equal(ons_ising_exact_torus(4096, 4096, 1, 2.5, &exact), ONS_OK);
    const double slope = (onsager_energy(1 / 2.5001) - onsager_energy(1 / 2.4999)) / 0.0002;
    assert_near(exact.specific_heat, slope, 1e-6, "specific heat at T = 2.5");
}

/* Onsager 1944: at T_c u = -sqrt 2 and the specific heat grows as (2/pi) ln(1 + sqrt 2)^2 ln L; the first correction of
 * the energy is 1/L with a constant amplitude (Ferdinand and Fisher 1969). */
static void test_kaufman_at_the_critical_point_has_the_logarithm_of_onsager(void **state) {
    const double critical = 2 / log(1 + sqrt(2)), amplitude = 2 / acos(-1) * pow(log(1 + sqrt(2)), 2);
    ons_ising_exact last;
    assert_int_equal(ons_ising_exact_torus(256, 256, 1, critical, &last), ONS_OK);
    for (int64_t length = 512; length <= 4096; length *= 2) {
        ons_ising_exact exact;
        assert_int_equal(ons_ising_exact_torus(length, length, 1, critical, &exact), ONS_OK);
        assert_near((exact.specific_heat - last.specific_heat) / log(2), amplitude, 0.26 / (double)length, "logarithm");
        assert_near((exact.energy + sqrt(2)) / (last.energy + sqrt(2)), 0.5, 1e-5, "1/L of the energy");
        last = exact;
    }
}

static void test_kaufman_is_smooth_in_temperature_and_symmetric_in_the_lengths(void **state) {
    ons_ising_exact a, b, low, high;
    assert_int_equal(ons_ising_exact_torus(7, 31, 1, 2.1, &a), ONS_OK);
    assert_int_equal(ons_ising_exact_torus(31, 7, 1, 2.1, &b), ONS_OK);
    assert_near(a.specific_heat, b.specific_heat, 1e-12, "7 x 31 and 31 x 7");
    const double critical = 2 / log(1 + sqrt(2));
    ons_ising_exact_torus(100, 100, 1, critical - 1e-4, &low);
    ons_ising_exact_torus(100, 100, 1, critical + 1e-4, &high);
    ons_ising_exact_torus(100, 100, 1, critical, &a);
    assert_near(a.specific_heat, (high.energy - low.energy) / 2e-4, 1e-5, "C = du/dT at T_c");
    ons_ising_exact_torus(4096, 4096, 1, 0.01, &a); /* the ground state */
    assert_near(a.energy, -2, 0, "energy at T = 0.01");
    assert_near(a.specific_heat, 0, 0, "specific heat at T = 0.01");
    ons_ising_exact_torus(16, 16, 0, 1, &a);
    assert_near(a.energy, 0, 0, "energy without coupling");
    ons_ising_exact_torus(16, 16, 1, 1e6, &a); /* high-temperature series: u = -2K, C = 2K^2 */
    assert_near(a.energy, -2e-6, 1e-14, "energy at T = 10^6");
    assert_near(a.specific_heat, 2e-12, 1e-14, "specific heat at T = 10^6");
}

static void test_chain_in_a_field_matches_enumeration(void **state) {
    static const double couplings[] = {1, -0.7, 0}, fields[] = {0, 0.4, -1.1}, temperatures[] = {0.3, 1.3, 10};
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, "chain", 0), ONS_OK);
    for (int64_t sites = 1; sites <= 9; sites++) {
        for (int boundary = ONS_PERIODIC; boundary <= ONS_OPEN; boundary++) {
            ons_graph *graph;
            assert_int_equal(ons_graph_create(&graph, lattice, &sites, 1, (ons_boundary)boundary), ONS_OK);
            for (unsigned k = 0; k < 27; k++) {
                const ons_ising_options options = {
                    .coupling = couplings[k % 3], .field = fields[k / 3 % 3], .temperature = temperatures[k / 9]};
                const small_system small = small_from_graph(graph, &options);
                ons_ising_exact exact;
                assert_int_equal(ons_ising_exact_chain(sites, (ons_boundary)boundary, options.coupling, options.field,
                                                       options.temperature, &exact),
                                 ONS_OK);
                assert_solution(&exact, &small, 2e-13 / options.temperature);
            }
            ons_graph_free(graph);
        }
    }
    ons_lattice_free(lattice);
}

/* Ising 1925 for the infinite chain: u = -tanh K, chi T = exp(2K) without field. */
static void test_long_chain_reaches_the_infinite_one(void **state) {
    ons_ising_exact exact;
    const int64_t sites = 1000000000;
    assert_int_equal(ons_ising_exact_chain(sites, ONS_PERIODIC, 1, 0, 0.5, &exact), ONS_OK);
    assert_near(exact.energy, -tanh(2), 1e-12, "energy");
    assert_near(exact.magnetization_squared * (double)sites / exp(4), 1, 1e-9, "N <m^2>");
}

static void test_complete_graph_matches_enumeration(void **state) {
    static const double couplings[] = {1, -2}, fields[] = {0, 0.3}, temperatures[] = {0.6, 1, 4};
    for (int64_t sites = 1; sites <= 9; sites++) {
        ons_graph *graph;
        assert_int_equal(ons_graph_complete(&graph, sites), ONS_OK);
        for (unsigned k = 0; k < 12; k++) {
            const ons_ising_options options = {
                .coupling = couplings[k % 2], .field = fields[k / 2 % 2], .temperature = temperatures[k / 4]};
            const small_system small = small_from_graph(graph, &options);
            ons_ising_exact exact;
            assert_int_equal(
                ons_ising_exact_complete(sites, options.coupling, options.field, options.temperature, &exact), ONS_OK);
            assert_solution(&exact, &small, 1e-13);
        }
        ons_graph_free(graph);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kaufman_matches_enumeration),
        cmocka_unit_test(test_kaufman_antiferromagnet_matches_enumeration_where_both_lengths_are_even),
        cmocka_unit_test(test_kaufman_reaches_onsager_on_large_lattices),
        cmocka_unit_test(test_kaufman_at_the_critical_point_has_the_logarithm_of_onsager),
        cmocka_unit_test(test_kaufman_is_smooth_in_temperature_and_symmetric_in_the_lengths),
        cmocka_unit_test(test_chain_in_a_field_matches_enumeration),
        cmocka_unit_test(test_long_chain_reaches_the_infinite_one),
        cmocka_unit_test(test_complete_graph_matches_enumeration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
