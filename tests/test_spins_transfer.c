/*
 * Transfer matrices against a direct sum over all configurations, against Kaufman's torus, and against Onsager's
 * eigenvalues of the infinite strip.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#include <string.h>

static void assert_near(double ours, double expected, double tolerance, const char *what) {
    if (!(fabs(ours - expected) <= tolerance)) {
        fail_msg("%s: %.17g, expected %.17g, deviation %g", what, ours, expected, ours - expected);
    }
}

static ons_ising_exact solve(const ons_transfer_options *options, double *correlation_length) {
    ons_transfer *transfer;
    ons_ising_exact exact;
    ons_status status = ons_transfer_create(&transfer, options);
    if (status) { fail_msg("%s", ons_message()); }
    while (status == ONS_OK) { status = ons_transfer_step(transfer); }
    assert_int_equal(status, ONS_DONE);
    ons_transfer_means(transfer, &exact);
    if (correlation_length) { *correlation_length = ons_transfer_at(transfer)->correlation_length; }
    ons_transfer_free(transfer);
    return exact;
}

static void assert_lattice(const ons_transfer_options *options) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {options->length, options->width};
    const ons_ising_options model = {
        .temperature = options->temperature, .coupling = options->coupling, .field = options->field};
    assert_int_equal(ons_lattice_create(&lattice, options->triangular ? "triangular" : "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, options->along_open ? ONS_OPEN : ONS_PERIODIC),
                     ONS_OK);
    const small_system small = small_from_graph(graph, &model);
    const small_means means = small_enumerate(&small);
    const ons_ising_exact exact = solve(options, NULL);
    const double tolerance = 1e-12 * (1 + 1 / options->temperature);
    assert_near(exact.free_energy, means.free_energy, tolerance, "free energy");
    assert_near(exact.energy, means.e, tolerance, "energy");
    assert_near(exact.specific_heat, small_specific_heat(&small, &means), 10 * tolerance, "specific heat");
    assert_near(exact.magnetization, means.m, tolerance, "magnetization");
    assert_near(exact.magnetization_squared, means.m2, tolerance, "magnetization squared");
    assert_near(exact.magnetization_fourth, means.m4, tolerance, "magnetization fourth");
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* Square and triangular, torus and rectangle, widths and lengths of 1 to 4, couplings of both signs, with and without
 * field. */
static void test_transfer_matrices_match_a_direct_sum(void **state) {
    static const double couplings[] = {1, -0.6, 0.8}, fields[] = {0, 0.35, -0.2}, temperatures[] = {0.5, 2.2, 9};
    unsigned k = 0;
    for (uint32_t width = 1; width <= 4; width++) {
        for (int64_t length = 1; length <= 4; length++) {
            for (int kind = 0; kind < 4; kind++) {
                for (int repeat = 0; repeat < 2; repeat++, k++) {
                    if (width * length > 12 && repeat) { continue; }
                    const ons_transfer_options options = {.triangular = kind % 2 == 1,
                                                          .width = width,
                                                          .length = length,
                                                          .across_open = kind / 2 == 1,
                                                          .along_open = kind / 2 == 1,
                                                          .coupling = couplings[k % 3],
                                                          .field = fields[k / 2 % 3],
                                                          .temperature = temperatures[k / 3 % 3]};
                    assert_lattice(&options);
                }
            }
        }
    }
}

static void test_tori_have_the_means_of_kaufman(void **state) {
    static const int64_t lengths[][2] = {{8, 8}, {20, 7}, {6, 100}};
    for (int k = 0; k < 3; k++) {
        for (double temperature = 1; temperature < 5; temperature += 0.9) {
            const uint32_t width = (uint32_t)(lengths[k][0] < lengths[k][1] ? lengths[k][0] : lengths[k][1]);
            const int64_t length = lengths[k][0] < lengths[k][1] ? lengths[k][1] : lengths[k][0];
            const ons_transfer_options options = {
                .width = width, .length = length, .coupling = 1, .temperature = temperature};
            ons_ising_exact kaufman;
            const ons_ising_exact exact = solve(&options, NULL);
            ons_ising_exact_torus(lengths[k][0], lengths[k][1], 1, temperature, &kaufman);
            assert_near(exact.free_energy, kaufman.free_energy, 1e-12, "free energy");
            assert_near(exact.energy, kaufman.energy, 1e-12, "energy");
            assert_near(exact.specific_heat, kaufman.specific_heat, 1e-10, "specific heat");
        }
    }
}

/* Onsager 1944, as in Kaufman 1949: the largest eigenvalues of the periodic strip of n sites, without and with the turn
 * of all spins, are (2 sinh 2K)^(n/2) exp(1/2 sum gamma) over odd and even multiples of pi/n,
 * cosh gamma = cosh 2K coth 2K - cos(omega), gamma(0) = 2K + ln tanh K with its sign. */
static double log_eigenvalue(double k, unsigned n, unsigned first) {
    double sum = 0.5 * n * log(2 * sinh(2 * k));
    for (unsigned l = first; l < 2 * n; l += 2) {
        const double c = cosh(2 * k) / tanh(2 * k) - cos(acos(-1) * l / n);
        sum += 0.5 * (l ? acosh(c) : 2 * k + log(tanh(k)));
    }
    return sum;
}

static void test_infinite_strips_have_the_eigenvalues_of_onsager(void **state) {
    for (unsigned n = 2; n <= 12; n += 2) {
        for (double temperature = 1.6; temperature < 6; temperature *= 1.19) {
            const ons_transfer_options options = {.width = n, .coupling = 1, .temperature = temperature};
            double length;
            const ons_ising_exact exact = solve(&options, &length);
            const double k = 1 / temperature, step = 1e-4;
            const double even = log_eigenvalue(k, n, 1), odd = log_eigenvalue(k, n, 0);
            const double above = log_eigenvalue(k + step, n, 1), below = log_eigenvalue(k - step, n, 1);
            assert_near(exact.free_energy, -temperature * even / n, 1e-12, "free energy");
            assert_near(exact.energy, -(above - below) / (2 * step) / n, 1e-7, "energy");
            assert_near(exact.specific_heat, k * k * (above - 2 * even + below) / (step * step) / n, 2e-6,
                        "specific heat");
            assert_near((even - odd) * length, 1, 1e-9 * length + 1e-9, "correlation length");
        }
    }
}

/* A strip is a long torus; in a field the torus reaches it exponentially fast. */
static void test_strips_in_a_field_are_long_tori(void **state) {
    for (int kind = 0; kind < 2; kind++) {
        ons_transfer_options options = {
            .triangular = kind == 1, .width = 5, .coupling = 0.7, .field = 0.3, .temperature = 1.9};
        const ons_ising_exact strip = solve(&options, NULL);
        options.length = 200;
        const ons_ising_exact torus = solve(&options, NULL);
        assert_near(strip.free_energy, torus.free_energy, 1e-12, "free energy");
        assert_near(strip.energy, torus.energy, 1e-11, "energy");
        assert_near(strip.specific_heat, torus.specific_heat, 1e-9, "specific heat");
        assert_near(strip.magnetization, torus.magnetization, 1e-11, "magnetization");
    }
}

static void test_widths_and_lengths_out_of_range_are_refused(void **state) {
    ons_transfer *transfer;
    ons_transfer_options options = {.width = 15, .length = 15, .coupling = 1, .temperature = 1};
    assert_int_equal(ons_transfer_create(&transfer, &options), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "14"));
    options.along_open = true;
    options.width = 21;
    assert_int_equal(ons_transfer_create(&transfer, &options), ONS_INVALID);
    options.width = 4;
    options.temperature = 0;
    assert_int_equal(ons_transfer_create(&transfer, &options), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_matrices_match_a_direct_sum),
        cmocka_unit_test(test_tori_have_the_means_of_kaufman),
        cmocka_unit_test(test_infinite_strips_have_the_eigenvalues_of_onsager),
        cmocka_unit_test(test_strips_in_a_field_are_long_tori),
        cmocka_unit_test(test_widths_and_lengths_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
