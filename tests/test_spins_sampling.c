/*
 * Monte Carlo runs of the Ising model against enumeration: every kind of lattice, boundary, field, coupling and every
 * update, the smallest wave vector, quenched disorder and the Nishimori line.
 *
 * Deviations count in the run's own errors, with at least 10^4 effective samples. Limit: 5.5 errors (4e-8 each; below
 * 1e-5 for all of them together if the seeds were free; they are fixed).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#include <onsager/statistics.h>

#include <stdio.h>
#include <string.h>

enum { SAMPLES = 20000, QUANTITIES = 7 };
static const char *const quantity_names[QUANTITIES] = {"e", "e^2", "m", "|m|", "m^2", "m^4", "|m(k)|^2"};

/* <|m(k)|^2> over all configurations: k = 2 pi b_d / L_d from the positions of the sites, averaged over the smallest.
 */
static double enumerate_kmin(const ons_graph *graph, const small_system *small) {
    const unsigned d = graph->lattice->dimension;
    bool used[ONS_DIMENSIONS];
    if (ons_lattice_wavenumber(graph->lattice, graph->lengths, used) == 0) { return NAN; }
    double z = 0, sum = 0, count = 0, cosine[ONS_DIMENSIONS][32], sine[ONS_DIMENSIONS][32];
    for (unsigned k = 0; k < d; k++) {
        count += used[k];
        for (unsigned i = 0; i < small->sites; i++) {
            int64_t cell[ONS_DIMENSIONS];
            ons_graph_cell(graph, i, cell);
            const double fraction = graph->lattice->positions[i % graph->lattice->sites * d + k];
            cosine[k][i] = cos(2 * acos(-1) * ((double)cell[k] + fraction) / (double)graph->lengths[k]);
            sine[k][i] = sin(2 * acos(-1) * ((double)cell[k] + fraction) / (double)graph->lengths[k]);
        }
    }
    const double zero = small_energy(small, 0);
    for (unsigned state = 0; state < 1u << small->sites; state++) {
        const double weight = exp(-(small_energy(small, state) - zero) / small->temperature);
        z += weight;
        for (unsigned k = 0; k < d; k++) {
            double real = 0, imaginary = 0;
            for (unsigned i = 0; used[k] && i < small->sites; i++) {
                real += small_spin(state, i) * cosine[k][i];
                imaginary += small_spin(state, i) * sine[k][i];
            }
            sum += weight * (real * real + imaginary * imaginary);
        }
    }
    return sum / z / count / (small->sites * small->sites);
}

static void expect(const ons_graph *graph, const ons_ising_options *options, double *expected) {
    const small_system small = small_from_graph(graph, options);
    const small_means means = small_enumerate(&small);
    expected[0] = means.e;
    expected[1] = means.variance + means.e * means.e;
    expected[2] = means.m;
    expected[3] = means.mabs;
    expected[4] = means.m2;
    expected[5] = means.m4;
    expected[6] = graph->lattice ? enumerate_kmin(graph, &small) : NAN;
}

static void measure(const ons_ising *ising, double *sample) {
    const double e = ons_ising_energy(ising), m = ons_ising_magnetization(ising);
    const double values[QUANTITIES] = {
        e, e * e, m, fabs(m), m * m, m * m * m * m, ons_ising_magnetization_kmin_squared(ising)};
    memcpy(sample, values, sizeof values);
    if (isnan(sample[6])) { sample[6] = 0; }
}

static void assert_run(const char *name, const ons_graph *graph, const ons_ising_options *options, uint32_t seed) {
    double expected[QUANTITIES], sample[QUANTITIES];
    ons_ising_model *model;
    ons_ising *ising;
    ons_bins bins;
    ons_joint *joint;
    expect(graph, options, expected);
    assert_int_equal(ons_ising_model_create(&model, graph, options), ONS_OK);
    assert_int_equal(ons_ising_create(&ising, model, ons_random_stream(77, seed, 0)), ONS_OK);
    assert_int_equal(ons_bins_init(&bins, QUANTITIES, 1024), ONS_OK);
    ons_random start = ons_random_stream(77, seed, 1);
    ons_ising_start_random(ising, &start);
    for (int k = 0; k < 500; k++) { ons_ising_step(ising); }
    for (int k = 0; k < SAMPLES; k++) {
        ons_ising_step(ising);
        measure(ising, sample);
        ons_bins_add(&bins, sample);
    }
    const ons_bins *replica = &bins;
    assert_int_equal(ons_joint_create(&joint, &replica, 1, 0), ONS_OK);
    for (size_t k = 0; k < QUANTITIES; k++) {
        if (isnan(expected[k])) { continue; }
        ons_estimate estimate;
        assert_int_equal(ons_joint_estimate(joint, k, &estimate), ONS_OK);
        if (!(fabs(estimate.mean - expected[k]) <= 5.5 * estimate.error + 1e-12)) {
            fail_msg("%s, update %d, T = %g, h = %g: <%s> = %g +- %g, exact %g", name, (int)options->update,
                     options->temperature, options->field, quantity_names[k], estimate.mean, estimate.error,
                     expected[k]);
        }
    }
    ons_joint_free(joint);
    ons_bins_free(&bins);
    ons_ising_free(ising);
    ons_ising_model_free(model);
}

static void check_graph(const char *name, const ons_graph *graph, double coupling, double field, double temperature,
                        const double *couplings) {
    static uint32_t seed;
    for (int update = ONS_METROPOLIS; update <= ONS_SWENDSEN_WANG; update++) {
        const ons_ising_options options = {.temperature = temperature,
                                           .coupling = coupling,
                                           .field = field,
                                           .couplings = couplings,
                                           .update = (ons_ising_update)update,
                                           .clusters = 2};
        assert_run(name, graph, &options, seed++);
    }
}

static void check_lattice(const ons_lattice *lattice, const int64_t *lengths) {
    for (int boundary = ONS_PERIODIC; boundary <= ONS_OPEN; boundary++) {
        ons_graph *graph;
        assert_int_equal(ons_graph_create(&graph, lattice, lengths, lattice->dimension, (ons_boundary)boundary),
                         ONS_OK);
        const double scale = 1.4 * (double)lattice->bonds / (double)lattice->sites; /* near the critical temperature */
        check_graph(lattice->name, graph, 1, 0, scale, NULL);
        check_graph(lattice->name, graph, 1, 0.2, 1.5 * scale, NULL);
        check_graph(lattice->name, graph, -1, 0.1, 1.2 * scale, NULL);
        ons_graph_free(graph);
    }
}

static void check_named(const char *name, unsigned dimension, int64_t first, int64_t others) {
    const int64_t lengths[ONS_DIMENSIONS] = {first, others, others, others};
    ons_lattice *lattice;
    assert_int_equal(ons_lattice_create(&lattice, name, dimension), ONS_OK);
    check_lattice(lattice, lengths);
    ons_lattice_free(lattice);
}

static void test_low_dimensional_lattices_match_enumeration(void **state) {
    check_named("chain", 0, 7, 0);
    check_named("square", 0, 3, 3);
    check_named("square", 0, 2, 4);
    check_named("triangular", 0, 3, 3);
    check_named("honeycomb", 0, 2, 2);
    check_named("kagome", 0, 2, 1);
}

static void test_three_and_four_dimensional_lattices_match_enumeration(void **state) {
    check_named("cubic", 0, 2, 2);
    check_named("cubic", 0, 3, 2);
    check_named("bcc", 0, 2, 2);
    check_named("fcc", 0, 2, 2);
    check_named("hypercubic", 4, 1, 2);
}

static void test_a_lattice_of_several_couplings_from_yaml_matches_enumeration(void **state) {
    static const char text[] = "basis: [[2, 0], [0.3, 2]]\n"
                               "sites: [[0, 0], [0.5, 0.1]]\n"
                               "bonds:\n"
                               "  - {from: 0, to: 1, type: a}\n"
                               "  - {from: 1, to: 0, cell: [1, 0], type: b}\n"
                               "  - {from: 0, to: 0, cell: [0, 1], type: c}\n"
                               "  - {from: 1, to: 1, cell: [1, -1], type: c}\n";
    static const char *const couplings[] = {"couplings: {a: 1, b: -2, c: 0.5}\n",
                                            "couplings: {a: 0.83, b: -0.31, c: 0.477}\n"};
    const int64_t lengths[] = {2, 2};
    for (size_t k = 0; k < 2; k++) {
        char bytes[600];
        ons_lattice *lattice;
        snprintf(bytes, sizeof bytes, "%s%s", text, couplings[k]);
        assert_int_equal(ons_lattice_parse(&lattice, "mine.yaml", bytes, strlen(bytes)), ONS_OK);
        check_lattice(lattice, lengths);
        ons_lattice_free(lattice);
    }
}

static void test_a_list_of_edges_matches_enumeration(void **state) {
    static const char petersen[] = "0 1\n1 2\n2 3\n3 4\n4 0\n0 5\n1 6\n2 7\n3 8\n4 9\n5 7\n7 9\n9 6\n6 8\n8 5\n";
    static const char glass[] = "0 1 0.3\n1 2 -1.2\n2 3 0.77\n3 0 1.01\n0 2 -0.4\n1 3 0.5\n3 4 2\n";
    ons_graph *graph;
    assert_int_equal(ons_graph_parse(&graph, "petersen", petersen, strlen(petersen)), ONS_OK);
    check_graph("petersen", graph, 1, 0, 1.5, NULL);
    check_graph("petersen", graph, -1, 0.3, 1, NULL);
    ons_graph_free(graph);
    assert_int_equal(ons_graph_parse(&graph, "glass", glass, strlen(glass)), ONS_OK);
    check_graph("glass", graph, 1, 0, 1, NULL);
    check_graph("glass", graph, 1.3, -0.2, 2, NULL);
    ons_graph_free(graph);
}

static void test_the_complete_graph_matches_enumeration(void **state) {
    ons_graph *graph;
    assert_int_equal(ons_graph_complete(&graph, 10), ONS_OK);
    check_graph("complete", graph, 1, 0, 0.9, NULL);
    check_graph("complete", graph, 1, 0.1, 1.1, NULL);
    check_graph("complete", graph, -3, 0.4, 1.1, NULL);
    ons_graph_free(graph);
}

static void test_samples_of_quenched_disorder_match_enumeration(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {3, 3};
    double couplings[18];
    ons_random random = ons_random_stream(5, 0, 2);
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    ons_ising_bimodal(graph, 1, 0.5, &random, couplings);
    check_graph("bimodal", graph, 1, 0, 1.5, couplings);
    ons_ising_gaussian(graph, 0.3, 1, &random, couplings);
    check_graph("gaussian", graph, 1, 0.2, 1.5, couplings);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* At exp(2 beta J) = p/(1 - p) the energy averaged over samples is -(z/2) J tanh(beta J) on every graph (Nishimori
 * 1981); for normal couplings with beta J^2 = J_0 it is -(z/2) J_0. Independent samples, so that their spread is the
 * error. */
static void test_energy_on_the_nishimori_line(void **state) {
    enum { DISORDERS = 400 };
    static const double temperatures[] = {0.9, 1.6};
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t length = 4;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    for (unsigned variant = 0; variant < 4; variant++) {
        const double beta = 1 / temperatures[variant % 2], probability = 1 / (1 + exp(-2 * beta));
        double couplings[32], energies[DISORDERS];
        for (uint32_t sample = 0; sample < DISORDERS; sample++) {
            ons_random random = ons_random_stream(11, sample, 2 + variant);
            if (variant < 2) {
                ons_ising_bimodal(graph, 1, probability, &random, couplings);
            } else {
                ons_ising_gaussian(graph, beta, 1, &random, couplings);
            }
            const ons_ising_options options = {
                .temperature = 1 / beta, .couplings = couplings, .update = ONS_SWENDSEN_WANG, .clusters = 1};
            ons_ising_model *model;
            ons_ising *ising;
            assert_int_equal(ons_ising_model_create(&model, graph, &options), ONS_OK);
            assert_int_equal(ons_ising_create(&ising, model, ons_random_stream(11, sample, 20 + variant)), ONS_OK);
            for (int k = 0; k < 100; k++) { ons_ising_step(ising); }
            energies[sample] = 0;
            for (int k = 0; k < 400; k++) {
                ons_ising_step(ising);
                energies[sample] += ons_ising_energy(ising) / 400;
            }
            ons_ising_free(ising);
            ons_ising_model_free(model);
        }
        ons_estimate estimate;
        ons_spread(energies, DISORDERS, &estimate);
        const double exact = -2 * (variant < 2 ? tanh(beta) : beta);
        if (!(fabs(estimate.mean - exact) < 5.5 * estimate.error)) {
            fail_msg("variant %u: energy %g +- %g, exact %g", variant, estimate.mean, estimate.error, exact);
        }
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* The words a state uses do not depend on what was measured between, and equal streams give equal configurations. */
static void test_equal_streams_give_equal_configurations_and_overlap_one(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t length = 16;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    for (int update = ONS_METROPOLIS; update <= ONS_SWENDSEN_WANG; update++) {
        const ons_ising_options options = {
            .temperature = 2.3, .coupling = 1, .update = (ons_ising_update)update, .clusters = 3};
        ons_ising_model *model;
        ons_ising *a, *b;
        assert_int_equal(ons_ising_model_create(&model, graph, &options), ONS_OK);
        assert_int_equal(ons_ising_create(&a, model, ons_random_stream(1, 2, 3)), ONS_OK);
        assert_int_equal(ons_ising_create(&b, model, ons_random_stream(1, 2, 3)), ONS_OK);
        for (int k = 0; k < 50; k++) {
            ons_ising_step(a);
            (void)ons_ising_magnetization_kmin_squared(a);
            ons_ising_step(b);
            if (k == 20) { /* as after a checkpoint: spins and position of the stream are all there is */
                const uint64_t position = ons_ising_random(b)->position;
                *ons_ising_random(b) = ons_random_stream(1, 2, 3);
                ons_random_seek(ons_ising_random(b), position);
                assert_int_equal(ons_ising_refresh(b), ONS_OK);
            }
        }
        assert_true(ons_ising_overlap(a, b) == 1);
        assert_true(ons_ising_energy(a) == ons_ising_energy(b));
        ons_ising_free(a);
        ons_ising_free(b);
        ons_ising_model_free(model);
    }
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_low_dimensional_lattices_match_enumeration),
        cmocka_unit_test(test_three_and_four_dimensional_lattices_match_enumeration),
        cmocka_unit_test(test_a_lattice_of_several_couplings_from_yaml_matches_enumeration),
        cmocka_unit_test(test_a_list_of_edges_matches_enumeration),
        cmocka_unit_test(test_the_complete_graph_matches_enumeration),
        cmocka_unit_test(test_samples_of_quenched_disorder_match_enumeration),
        cmocka_unit_test(test_energy_on_the_nishimori_line),
        cmocka_unit_test(test_equal_streams_give_equal_configurations_and_overlap_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
