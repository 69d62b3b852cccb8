/*
 * Annealing: partition functions and energies against all configurations, Z without bias from tiny populations, copies
 * and families, ground states, the same bits in every instruction set and in bits and bytes of equal couplings.
 *
 * Statistical limits are 5.5 standard errors (4e-8 each) with fixed seeds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#include "spins/fields_kernel.h"
#include "spins/ising.h"

#include <string.h>

static const char *const kernels[] = {"x86-64-v4", "x86-64-v3", "plain"};

/* A ring with chords: degrees 2 to 4, 10 sites. */
static ons_graph *small_graph(void) {
    static const char edges[] = "0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n7 8\n8 9\n9 0\n0 5\n1 6\n2 7\n3 8\n0 3\n5 9\n";
    ons_graph *graph;
    assert_int_equal(ons_graph_parse(&graph, "small", edges, sizeof edges - 1), ONS_OK);
    return graph;
}

static ons_graph *cube(int64_t length, int64_t height) {
    const int64_t lengths[] = {length, length, height};
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, "cubic", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 3, ONS_PERIODIC), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static double *draw(const ons_graph *graph, bool gaussian, uint64_t seed) {
    double *couplings = ONS_NEW(double, graph->bonds);
    ons_random random = ons_random_stream(seed, 0, 2);
    assert_non_null(couplings);
    if (gaussian) {
        ons_ising_gaussian(graph, 0, 1, &random, couplings);
    } else {
        ons_ising_bimodal(graph, 1, 0.5, &random, couplings);
    }
    return couplings;
}

static const double ladder[] = {4, 2, 1.2, 0.8, 0.5};
enum { RUNGS = sizeof ladder / sizeof *ladder };

static ons_annealing_options options_for(uint32_t population, uint32_t runs, double field) {
    return (ons_annealing_options){.method = ONS_ANNEALING_POPULATION,
                                   .temperature = ladder,
                                   .temperatures = RUNGS,
                                   .population = population,
                                   .sweeps = 2,
                                   .runs = runs,
                                   .field = field};
}

static ons_annealing *anneal(const ons_graph *graph, const double *couplings, const ons_annealing_options *options,
                             uint64_t seed) {
    ons_annealing *annealing;
    assert_int_equal(ons_annealing_create(&annealing, graph, couplings, options, ons_random_stream(seed, 3, 0)),
                     ONS_OK);
    ons_status status;
    while ((status = ons_annealing_advance(annealing)) == ONS_OK) {}
    assert_int_equal(status, ONS_DONE);
    return annealing;
}

static void assert_value(const ons_annealing *annealing, ons_annealing_quantity quantity, size_t k, double expected,
                         const char *what) {
    double value[RUNGS], error[RUNGS];
    ons_annealing_result(annealing, quantity, value, error);
    if (!(fabs(value[k] - expected) <= 5.5 * error[k] + 1e-12)) {
        fail_msg("%s at T = %g: %.8f +- %.2g, exact %.8f", what, ladder[k], value[k], error[k], expected);
    }
}

/* ---- against all configurations ---- */

static void check_sample(bool gaussian, double field, double culling) {
    ons_graph *graph = small_graph();
    double *couplings = draw(graph, gaussian, 17);
    ons_annealing_options options = options_for(1024, 60, field);
    options.culling = culling;
    ons_annealing *annealing = anneal(graph, couplings, &options, 5);
    assert_int_equal(ons_annealing_sliced(annealing), !gaussian);
    for (size_t k = 0; k < RUNGS; k++) {
        const ons_ising_options ising = {.temperature = ladder[k], .couplings = couplings, .field = field};
        const small_system small = small_from_graph(graph, &ising);
        const small_means means = small_enumerate(&small);
        double q2 = 0, z = 0, pair[10][10] = {{0}};
        for (unsigned s = 0; s < 1u << small.sites; s++) {
            const double weight = exp(-small_energy(&small, s) / ladder[k]);
            z += weight;
            for (unsigned i = 0; i < small.sites; i++) {
                for (unsigned j = 0; j < small.sites; j++) {
                    pair[i][j] += weight * small_spin(s, i) * small_spin(s, j);
                }
            }
        }
        for (unsigned i = 0; i < 100; i++) { q2 += pair[i / 10][i % 10] * pair[i / 10][i % 10] / (z * z) / 100; }
        assert_value(annealing, ONS_ANNEALING_FREE_ENERGY, k, means.free_energy, "free energy");
        assert_value(annealing, ONS_ANNEALING_ENERGY, k, means.e, "energy");
        assert_value(annealing, ONS_ANNEALING_SPECIFIC_HEAT, k, small_specific_heat(&small, &means), "specific heat");
        assert_value(annealing, ONS_ANNEALING_MAGNETIZATION_ABS, k, means.mabs, "|m|");
        assert_value(annealing, ONS_ANNEALING_MAGNETIZATION_SQUARED, k, means.m2, "m^2");
        assert_value(annealing, ONS_ANNEALING_MAGNETIZATION_FOURTH, k, means.m4, "m^4");
        assert_value(annealing, ONS_ANNEALING_OVERLAP_SQUARED, k, q2, "q^2");
    }
    ons_annealing_free(annealing);
    ons_graph_free(graph);
    free(couplings);
}

static void test_means_match_enumeration(void **state) {
    check_sample(false, 0, 0);
    check_sample(false, 0.3, 0.1);
    check_sample(true, 0, 0);
    check_sample(true, 0.3, 0.1);
}

/* On a square torus, whose kernel is another one. */
static void test_free_energy_of_the_torus_is_that_of_kaufman(void **state) {
    const int64_t length = 6;
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    double couplings[72];
    for (size_t b = 0; b < 72; b++) { couplings[b] = 1; }
    const ons_annealing_options options = options_for(2048, 40, 0);
    ons_annealing *annealing = anneal(graph, couplings, &options, 8);
    for (size_t k = 0; k + 1 < RUNGS; k++) { /* at the last one excitations are too rare to be met */
        ons_ising_exact exact;
        assert_int_equal(ons_ising_exact_torus(6, 6, 1, ladder[k], &exact), ONS_OK);
        assert_value(annealing, ONS_ANNEALING_FREE_ENERGY, k, exact.free_energy, "free energy");
        assert_value(annealing, ONS_ANNEALING_ENERGY, k, exact.energy, "energy");
        assert_value(annealing, ONS_ANNEALING_SPECIFIC_HEAT, k, exact.specific_heat, "specific heat");
    }
    ons_annealing_free(annealing);
    ons_lattice_free(lattice);
    ons_graph_free(graph);
}

/* The mean of Z over many runs is Z, though ln Z of each is not: one big jump with few sweeps. */
static void check_z(bool gaussian) {
    static const double jumps[] = {1.5, 0.6};
    enum { RUNS = 1000 };
    ons_graph *graph = small_graph();
    double *couplings = draw(graph, gaussian, 23);
    ons_annealing_options options = options_for(512, RUNS, 0);
    options.temperature = jumps;
    options.temperatures = 2;
    options.sweeps = 1;
    ons_annealing *annealing = anneal(graph, couplings, &options, 31);
    for (size_t k = 0; k < 2; k++) {
        const ons_ising_options ising = {.temperature = jumps[k], .couplings = couplings};
        const small_system small = small_from_graph(graph, &ising);
        const double exact = -10 * small_enumerate(&small).free_energy / jumps[k];
        double sum = 0, squares = 0;
        for (uint32_t run = 0; run < RUNS; run++) {
            const double z = exp(ons_annealing_log_z(annealing, run, k) - exact);
            sum += z / RUNS;
            squares += z * z / RUNS;
        }
        const double error = sqrt((squares - sum * sum) / (RUNS - 1));
        if (fabs(sum - 1) > 5.5 * error) { fail_msg("Z/Z exact = %.6f +- %.2g at T = %g", sum, error, jumps[k]); }
    }
    ons_annealing_free(annealing);
    ons_graph_free(graph);
    free(couplings);
}

static void test_mean_partition_function_has_no_bias(void **state) {
    check_z(false);
    check_z(true);
}

/* ---- copies and families ---- */

static void test_families_shrink_and_keep_the_population(void **state) {
    ons_graph *graph = cube(4, 4);
    double *couplings = draw(graph, true, 3);
    ons_annealing_options options = options_for(1024, 2, 0);
    options.culling = 0.08;
    ons_annealing *annealing = anneal(graph, couplings, &options, 12);
    double t[RUNGS], s[RUNGS], families[RUNGS], culled[RUNGS], steps[RUNGS], error[RUNGS];
    ons_annealing_result(annealing, ONS_ANNEALING_RHO_T, t, error);
    ons_annealing_result(annealing, ONS_ANNEALING_RHO_S, s, error);
    ons_annealing_result(annealing, ONS_ANNEALING_FAMILIES, families, error);
    ons_annealing_result(annealing, ONS_ANNEALING_CULLED, culled, error);
    ons_annealing_result(annealing, ONS_ANNEALING_STEPS, steps, error);
    for (size_t k = 0; k < RUNGS; k++) {
        assert_true(s[k] >= 1 && t[k] >= s[k] * (1 - 1e-12)); /* Jensen: exp(-S) <= sum n^2 */
        assert_true(families[k] * s[k] >= 1 - 1e-12);         /* S <= ln(number of families) */
        assert_true(k == 0 || families[k] <= families[k - 1]);
        assert_true(culled[k] <= 0.08 + 0.02 && steps[k] >= 1); /* copies round: at most some of them */
    }
    assert_true(steps[0] > 2 && families[RUNGS - 1] < families[0]);
    ons_annealing_free(annealing);
    ons_graph_free(graph);
    free(couplings);
}

/* ---- ground states ---- */

static double ground_energy(const ons_graph *graph, const double *couplings) {
    const ons_ising_options ising = {.temperature = 1, .couplings = couplings};
    const small_system small = small_from_graph(graph, &ising);
    double lowest = INFINITY;
    for (unsigned s = 0; s < 1u << (small.sites - 1); s++) { lowest = fmin(lowest, small_energy(&small, s)); }
    return lowest;
}

static void test_ground_states_of_small_cubes_are_found(void **state) {
    for (unsigned sample = 0; sample < 6; sample++) {
        ons_graph *graph = cube(3, 2);
        double *couplings = draw(graph, sample % 2, 40 + sample), energy = 0;
        ons_annealing_options options = options_for(512, 1, 0);
        options.method = sample < 3 ? ONS_ANNEALING_SIMULATED : ONS_ANNEALING_POPULATION;
        ons_annealing *annealing = anneal(graph, couplings, &options, 77);
        const double exact = ground_energy(graph, couplings);
        for (uint64_t b = 0; b < graph->bonds; b++) {
            energy -= couplings[b] * annealing->ground[graph->source[b]] * annealing->ground[graph->target[b]];
        }
        assert_true(fabs(annealing->lowest - exact) < 1e-9);
        assert_true(fabs(energy - exact) < 1e-9);
        assert_true(ons_annealing_success(annealing) > 0 && ons_annealing_success(annealing) <= 1);
        ons_annealing_free(annealing);
        ons_graph_free(graph);
        free(couplings);
    }
}

/* ---- bits ---- */

static void test_all_instruction_sets_give_the_same_bits(void **state) {
    const char *chosen = ons_spins_kernel();
    for (unsigned gaussian = 0; gaussian < 2; gaussian++) {
        ons_graph *graph = cube(3, 3);
        double *couplings = draw(graph, gaussian, 9);
        ons_annealing_options options = options_for(512, 1, gaussian * 0.2);
        options.culling = 0.1;
        ons_annealing *first = NULL;
        for (size_t k = 0; k < 3; k++) {
            if (!ons_spins_select(kernels[k])) { continue; }
            ons_annealing *annealing = anneal(graph, couplings, &options, 2);
            if (first) {
                assert_memory_equal(annealing->spins, first->spins, first->bytes);
                assert_memory_equal(annealing->record, first->record, first->records * sizeof(double));
                ons_annealing_free(annealing);
            } else {
                first = annealing;
            }
        }
        ons_annealing_free(first);
        ons_graph_free(graph);
        free(couplings);
    }
    assert_true(ons_spins_select(chosen));
}

/* One sample with couplings of any value, 2 x 9 walkers (which fill no block), all instruction sets. */
static void test_one_sample_of_a_glass_has_the_same_bits_everywhere(void **state) {
    static const double temperatures[] = {0.02, 0.1, 0.4, 0.6, 0.8, 1, 1.5, 2, 3};
    const char *chosen = ons_spins_kernel();
    ons_graph *graph = cube(4, 3);
    double *couplings = draw(graph, true, 6);
    const ons_glass_options options = {.temperature = temperatures, .temperatures = 9, .field = 0.1, .houdayer = true};
    ons_glass *first = NULL;
    for (size_t k = 0; k < 3; k++) {
        if (!ons_spins_select(kernels[k])) { continue; }
        ons_glass *glass;
        assert_int_equal(ons_glass_create(&glass, graph, couplings, &options, ons_random_stream(4, 0, 0)), ONS_OK);
        for (unsigned step = 0; step < 50; step++) { ons_glass_step(glass); }
        if (first) {
            assert_memory_equal(glass->spins, first->spins, graph->sites * glass->walkers);
            assert_memory_equal(glass->energy, first->energy, glass->walkers * sizeof(double));
            ons_glass_free(glass);
        } else {
            first = glass;
        }
    }
    ons_glass_free(first);
    ons_graph_free(graph);
    free(couplings);
    assert_true(ons_spins_select(chosen));
}

/* The sweep with doubles and 64-bit numbers alone. */
static void sweep_plainly(const ons_graph *graph, const spins_fields_sweep *s) {
    const size_t blocks = spins_fields_padded(s->walkers) / SPINS_FIELDS_BLOCK;
    for (uint32_t i = 0; i < s->sites; i++) {
        for (size_t w = 0; w < s->walkers; w++) {
            uint32_t high[16], low[16], count;
            uint64_t words[2][SPINS_PLANE_WORDS];
            const uint64_t plane = s->first + i * blocks + w / 16, row = spins_row(graph, i, &count);
            spins_planes_fill(s->planes, s->stream, plane, 1, words[0]);
            spins_planes_fill(s->planes, ~s->stream, plane, 1, words[1]);
            memcpy(high, words[0], sizeof high);
            memcpy(low, words[1], sizeof low);
            double field = s->field;
            for (uint32_t k = 0; k < count; k++) {
                field += s->entry[row + k] * s->spins[graph->neighbour[row + k] * s->walkers + w];
            }
            const uint64_t number = (uint64_t)high[w % 16] << 32 | low[w % 16];
            s->spins[i * s->walkers + w] = number < spins_up_threshold(s->factor[w] * field) ? 1 : -1;
        }
    }
}

/* From certain to even decisions, and couplings beyond single precision. */
static void check_kernel(double scale) {
    enum { WALKERS = 19 };
    ons_graph *graph = cube(4, 3);
    double *couplings = draw(graph, true, 13), factor[WALKERS];
    float rounded_factor[32] = {0};
    const size_t size = graph->sites * WALKERS;
    int8_t *fast = ONS_NEW(int8_t, size + SPINS_FIELDS_BLOCK), *plain = ONS_NEW(int8_t, size);
    double *entry = ONS_NEW(double, graph->entries);
    float *rounded = ONS_NEW(float, graph->entries), *bound = ONS_NEW(float, graph->sites);
    for (uint64_t b = 0; b < graph->bonds; b++) { couplings[b] *= scale; }
    for (size_t w = 0; w < WALKERS; w++) {
        factor[w] = 1e-3 * pow(2.2, (double)w) / scale;
        rounded_factor[w] = (float)factor[w];
    }
    memset(fast, 1, size);
    memset(plain, 1, size);
    assert_int_equal(spins_fields_spread(graph, couplings, entry, rounded), ONS_OK);
    const double field = 0.25 * scale;
    spins_fields_bound(graph, entry, field, bound);
    const ons_random random = ons_random_stream(3, 1, 0);
    spins_fields_sweep sweep = {.planes = spins_planes_of(&random),
                                .sites = graph->sites,
                                .coordination = graph->coordination,
                                .offset = graph->offset,
                                .neighbour = graph->neighbour,
                                .entry = entry,
                                .rounded = rounded,
                                .bound = bound,
                                .field = field,
                                .factor = factor,
                                .rounded_factor = rounded_factor,
                                .walkers = WALKERS};
    for (sweep.stream = 0; sweep.stream < 100; sweep.stream++) {
        sweep.spins = fast;
        spins_fields_kernels_in_use()->sweep(&sweep);
        sweep.spins = plain;
        sweep_plainly(graph, &sweep);
        assert_memory_equal(fast, plain, size);
    }
    free(fast);
    free(plain);
    free(entry);
    free(rounded);
    free(bound);
    free(couplings);
    ons_graph_free(graph);
}

static void test_single_precision_decides_as_64_bits_do(void **state) {
    const char *chosen = ons_spins_kernel();
    for (size_t k = 0; k < 3; k++) {
        if (!ons_spins_select(kernels[k])) { continue; }
        check_kernel(1);
        check_kernel(1e-42);
        check_kernel(1e35);
    }
    assert_true(ons_spins_select(chosen));
}

/* ---- refusals ---- */

static void refuse(ons_annealing_options options, const char *part) {
    assert_int_equal(ons_annealing_check(&options), ONS_INVALID);
    assert_non_null(strstr(ons_message(), part));
}

static void test_what_cannot_be_is_refused(void **state) {
    static const double rising[] = {1, 2};
    ons_annealing_options options = options_for(512, 1, 0);
    assert_int_equal(ons_annealing_check(&options), ONS_OK);
    options.temperature = rising;
    options.temperatures = 2;
    refuse(options, "descend");
    options = options_for(500, 1, 0);
    refuse(options, "multiple of 512");
    options = options_for(512, 1, INFINITY);
    refuse(options, "finite");
    options = options_for(512, 1, 0);
    options.culling = 1;
    refuse(options, "culling");
    options = options_for(512, 0, 0);
    refuse(options, "runs");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_match_enumeration),
        cmocka_unit_test(test_free_energy_of_the_torus_is_that_of_kaufman),
        cmocka_unit_test(test_mean_partition_function_has_no_bias),
        cmocka_unit_test(test_families_shrink_and_keep_the_population),
        cmocka_unit_test(test_ground_states_of_small_cubes_are_found),
        cmocka_unit_test(test_all_instruction_sets_give_the_same_bits),
        cmocka_unit_test(test_one_sample_of_a_glass_has_the_same_bits_everywhere),
        cmocka_unit_test(test_single_precision_decides_as_64_bits_do),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
