/*
 * The system `ising` through the laboratory: every row against enumeration, on built-in lattices, lattice files and
 * lists of edges, with disorder; notes, omissions and refusals; a run that starts from the configuration of another.
 *
 * Deviations count in the reported errors; limit 5.5 (4e-8 each), seeds fixed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_enumeration.h"

#define LABORATORY_SYSTEM "ising "
#include "laboratory_runs.h"

static double mean(const ons_results *results, const char *name) {
    const ons_result *result = row(results, name);
    if (!result) { fail_msg("there is no row '%s'", name); }
    return result ? result->mean[0] : NAN;
}

static void assert_row(const ons_results *results, const char *words, const char *name, double expected) {
    const ons_result *result = row(results, name);
    if (!result) { fail_msg("%s: no row '%s'", words, name); }
    if (!(fabs(result->mean[0] - expected) <= 5.5 * result->error[0] + 1e-12)) {
        fail_msg("%s: %s = %.10g +- %g, exact %.10g", words, name, result->mean[0], result->error[0], expected);
    }
}

static int set_up(void **state) {
    if (open_directory()) { return -1; }
    write_file("lattice.yaml", "basis: [[1, 0], [0, 1.5]]\nsites: [[0, 0], [0.5, 0.25]]\n"
                               "bonds:\n  - {from: 0, to: 1, type: a}\n  - {from: 1, to: 0, cell: [1, 0], type: b}\n"
                               "  - {from: 0, to: 0, cell: [0, 1], type: b}\ncouplings: {a: 1, b: 0.5}\n");
    write_file("glass.txt", "# i j J\n0 1 0.8\n1 2 -0.7\n2 3 1.1\n3 0 0.4\n3 4 1\n0 2 0.25\n");
    return 0;
}

/* ---- rows against enumeration -------------------------------------------------------------------------------- */

static void assert_rows(const char *words, const small_system *small) {
    ons_results *results = run(words);
    const small_means means = small_enumerate(small);
    const double n = small->sites, t = small->temperature;
    assert_row(results, words, "energy", means.e);
    assert_row(results, words, "energy_squared", means.variance + means.e * means.e);
    assert_row(results, words, "magnetization", means.m);
    assert_row(results, words, "magnetization_abs", means.mabs);
    assert_row(results, words, "magnetization_squared", means.m2);
    assert_row(results, words, "magnetization_fourth", means.m4);
    assert_row(results, words, "specific_heat", small_specific_heat(small, &means));
    assert_row(results, words, "susceptibility", n * (means.m2 - means.mabs * means.mabs) / t);
    assert_row(results, words, "susceptibility_disordered", n * means.m2 / t);
    assert_row(results, words, "binder", 1 - means.m4 / (3 * means.m2 * means.m2));
    assert_row(results, words, "binder_ratio", means.m4 / (means.m2 * means.m2));
    const ons_result *energy = row(results, "energy");
    if (energy->exact) { assert_true(fabs(energy->exact[0] - means.e) < 1e-12); }
    ons_results_free(results);
}

static void test_rows_of_built_in_lattices_match_enumeration(void **state) {
    static const struct {
        const char *name;
        unsigned dimension;
        int64_t lengths[3];
        const char *words;
    } cases[] = {
        {"chain", 1, {6, 0, 0}, "lattice=chain L=6 boundary=open"},
        {"square", 2, {3, 4, 0}, "L=[3,4]"},
        {"triangular", 2, {3, 3, 0}, "lattice=triangular L=3 temperature=4"},
        {"honeycomb", 2, {2, 2, 0}, "lattice=honeycomb L=2 update=heat-bath"},
        {"kagome", 2, {2, 1, 0}, "lattice=kagome L=[2,1] update=wolff clusters=2 field=0.25"},
        {"bcc", 3, {2, 2, 2}, "lattice=bcc L=2 temperature=7 update=swendsen-wang"},
        {"hypercubic", 2, {3, 3, 0}, "lattice=hypercubic dimension=2 L=3 coupling=-1 update=wolff"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *words = cases[k].words, *temperature = strstr(words, "temperature="),
                   *field = strstr(words, "field=");
        const ons_ising_options options = {.temperature =
                                               temperature ? strtod(temperature + 12, NULL) : 2.269185314213022,
                                           .coupling = strstr(words, "coupling=-1") ? -1 : 1,
                                           .field = field ? strtod(field + 6, NULL) : 0};
        ons_lattice *lattice;
        ons_graph *graph;
        assert_int_equal(ons_lattice_create(&lattice, cases[k].name, cases[k].dimension), ONS_OK);
        assert_int_equal(ons_graph_create(&graph, lattice, cases[k].lengths, cases[k].dimension,
                                          strstr(words, "open") ? ONS_OPEN : ONS_PERIODIC),
                         ONS_OK);
        const small_system small = small_from_graph(graph, &options);
        char all[300];
        snprintf(all, sizeof all, "%s steps=5000 replicas=3", words);
        assert_rows(all, &small);
        ons_graph_free(graph);
        ons_lattice_free(lattice);
    }
}

/* Pairs side by side, across the diagonals and two apart on 3 x 4 sites, listed here; then the same as a torus. */
static void test_several_shells_of_neighbours_match_enumeration(void **state) {
    static const char *const updates[] = {"metropolis", "heat-bath", "wolff clusters=2", "swendsen-wang"};
    const double factors[] = {1, -0.4, 0.3};
    for (unsigned variant = 0; variant < 4; variant++) {
        const bool open = variant % 2;
        static small_system small;
        small = (small_system){.sites = 12, .field = 0.1, .temperature = 2.1};
        for (int a = 0; a < 12; a++) {
            static const int steps[][3] = {{0, 1, 0}, {1, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 2, 2}, {2, 0, 2}};
            for (int k = 0; k < 6; k++) {
                const int row_of_b = a / 4 + steps[k][0], column_of_b = a % 4 + steps[k][1];
                if (open && (row_of_b > 2 || column_of_b < 0 || column_of_b > 3)) { continue; }
                small.source[small.bonds] = (unsigned)a;
                small.target[small.bonds] = (unsigned)(row_of_b % 3 * 4 + (column_of_b + 4) % 4);
                small.coupling[small.bonds++] = factors[steps[k][2]];
            }
        }
        char words[300];
        snprintf(words, sizeof words,
                 "L=[3,4] shells=[1,-0.4,0.3] temperature=2.1 field=0.1 boundary=%s update=%s steps=5000 replicas=3",
                 open ? "open" : "periodic", updates[variant]);
        assert_rows(words, &small);
    }
    ons_results *results = run("L=6 shells=[0.5] steps=100 replicas=2"); /* no exact value of the nearest neighbours */
    assert_null(row(results, "energy")->exact);
    ons_results_free(results);
    assert_refused("lattice=complete L=5 shells=[1,1]", "shells");
    assert_refused("L=6 order=checkerboard shells=[1,1]", "checkerboard");
    assert_refused("L=6 shells=[1,1,1,1,1,1,1,1,1,1,1,1,1]", "shells");
}

static void test_rows_of_files_and_complete_graphs_match_enumeration(void **state) {
    char words[300];
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {3, 2};
    const ons_ising_options options = {.temperature = 1.7, .coupling = 1.2, .field = 0.1};
    assert_int_equal(ons_lattice_read(&lattice, path_of("lattice.yaml")), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    small_system small = small_from_graph(graph, &options);
    snprintf(words, sizeof words, "lattice=%s L=[3,2] temperature=1.7 coupling=1.2 field=0.1 steps=5000",
             path_of("lattice.yaml"));
    assert_rows(words, &small);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
    assert_int_equal(ons_graph_read(&graph, path_of("glass.txt")), ONS_OK);
    small = small_from_graph(graph, &options);
    snprintf(words, sizeof words, "lattice=%s temperature=1.7 coupling=1.2 field=0.1 steps=5000 update=wolff",
             path_of("glass.txt"));
    assert_rows(words, &small);
    ons_graph_free(graph);
    assert_int_equal(ons_graph_complete(&graph, 9), ONS_OK);
    small = small_from_graph(graph, &options);
    assert_rows("lattice=complete L=9 temperature=1.7 coupling=1.2 field=0.1 steps=5000 update=swendsen-wang", &small);
    ons_graph_free(graph);
}

/* N and |k_min| of the derived quantities are those of the engine, for every lattice. */
static void test_sites_and_wave_numbers_of_derived_quantities(void **state) {
    static const char *const cases[][2] = {{"chain", "8"},     {"square", "[4,8]"}, {"triangular", "6"},
                                           {"honeycomb", "6"}, {"kagome", "6"},     {"cubic", "4"},
                                           {"bcc", "[4,2,4]"}, {"fcc", "4"},        {"hypercubic", "3"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char words[200];
        bool used[ONS_DIMENSIONS];
        int64_t lengths[ONS_DIMENSIONS];
        ons_lattice *lattice;
        assert_int_equal(ons_lattice_create(&lattice, cases[k][0], 4), ONS_OK);
        double sites = (double)lattice->sites;
        const char *digits = cases[k][1] + (*cases[k][1] == '[');
        for (unsigned d = 0; d < lattice->dimension; d++) {
            lengths[d] = digits[*cases[k][1] == '[' ? 2 * d : 0] - '0';
            sites *= (double)lengths[d];
        }
        snprintf(words, sizeof words, "lattice=%s L=%s steps=2000 replicas=1 temperature=8 update=heat-bath",
                 cases[k][0], cases[k][1]);
        ons_results *results = run(words);
        const double m2 = mean(results, "magnetization_squared"), mk2 = mean(results, "magnetization_kmin_squared");
        assert_true(fabs(mean(results, "susceptibility_disordered") / (sites * m2 / 8) - 1) < 1e-9);
        const double wave = ons_lattice_wavenumber(lattice, lengths, used);
        const double length = sqrt((m2 / mk2 - 1) / ons_lattice_momentum_squared(wave));
        const ons_result *result = row(results, "correlation_length"); /* its bias is removed: equal within an error */
        if (isfinite(length)) { assert_true(fabs(result->mean[0] - length) < result->error[0]); }
        ons_results_free(results);
        ons_lattice_free(lattice);
    }
}

/* One-dimensional disorder is exact: with +-J on an open chain a gauge makes all bonds ferromagnetic, sample by sample,
 * so that energy and specific heat are those of the pure chain. Two copies: [<e^2> - <e_a e_b>] has no bias. */
static void test_disorder_on_an_open_chain_is_a_gauge(void **state) {
    ons_ising_exact exact;
    const char *words =
        "lattice=chain L=8 boundary=open disorder=bimodal temperature=1.2 steps=1000 replicas=60 warmup=50";
    ons_results *results = run(words);
    assert_int_equal(ons_ising_exact_chain(8, ONS_OPEN, 1, 0, 1.2, &exact), ONS_OK);
    assert_row(results, words, "energy", exact.energy);
    assert_row(results, words, "specific_heat", exact.specific_heat);
    /* the overlap is the magnetization of the gauge transformed product: q^2 averages to <m^2> of bonds with tanh^2 K
     */
    const double tanh_squared = pow(tanh(1 / 1.2), 2);
    double q2 = 0;
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) { q2 += pow(tanh_squared, abs(i - j)) / 64; }
    }
    assert_row(results, words, "overlap_squared", q2);
    assert_row(results, words, "spin_glass_susceptibility", 8 * q2);
    assert_row(results, words, "magnetization_squared", 1.0 / 8); /* [s_i s_j] = 0 between sites at p = 1/2 */
    ons_results_free(results);
    results = run("L=4 steps=100 replicas=2");
    assert_null(find_row(results, "overlap"));
    assert_null(find_row(results, "energy_product"));
    assert_null(find_row(results, "sites"));
    ons_results_free(results);
}

static void test_exact_values_stand_beside_ours(void **state) {
    ons_results *results = run("L=[4,6] steps=200 replicas=2");
    assert_true(row(results, "energy")->exact && row(results, "specific_heat")->exact &&
                row(results, "magnetization")->exact);
    assert_null(row(results, "binder")->exact);
    ons_results_free(results);
    results = run("L=4 boundary=open steps=200 replicas=2");
    assert_null(row(results, "energy")->exact);
    assert_true(row(results, "magnetization")->exact[0] == 0);
    ons_results_free(results);
    results =
        run("L=4 disorder=gaussian coupling_mean=0.5 temperature=2 steps=200 replicas=4 warmup=10"); /* Nishimori */
    assert_true(fabs(row(results, "energy")->exact[0] + 2 * 0.5) < 1e-12);
    ons_results_free(results);
    results = run("L=4 disorder=gaussian coupling_mean=0.5 temperature=1.9 steps=200 replicas=4 warmup=10");
    assert_null(row(results, "energy")->exact);
    ons_results_free(results);
}

/* The map of S(k) has the shape of the lattice; along the axes it is the structure factor, which averages over them,
 * and S(0) = N <m^2>; -k has the value of k. */
static void test_the_map_of_all_momenta_agrees_with_the_named_ones(void **state) {
    ons_results *results =
        run("lattice=triangular L=4 temperature=5 steps=500 replicas=2 measure=[structure_map,structure_factor]");
    const ons_result *map = row(results, "structure_map"), *named = row(results, "structure_factor");
    assert_true(map->size == 16 && named->size == 3);
    for (unsigned n = 0; n < 3; n++) {
        assert_true(fabs(named->mean[n] - (map->mean[n] + map->mean[4 * n]) / 2) < 1e-11);
    }
    assert_true(fabs(map->mean[0] - 16 * mean(results, "magnetization_squared")) < 1e-11);
    for (unsigned k = 0; k < 16; k++) {
        const unsigned opposite = (4 - k / 4) % 4 * 4 + (4 - k % 4) % 4;
        assert_true(fabs(map->mean[k] - map->mean[opposite]) < 1e-11);
    }
    ons_results_free(results);
    results = run("L=4 disorder=bimodal measure=structure_map steps=50 warmup=5 replicas=3");
    assert_true(fabs(row(results, "structure_map")->mean[0] - 16 * mean(results, "magnetization_squared")) < 1e-11);
    assert_null(find_row(results, "structure_factor"));
    ons_results_free(results);
    assert_refused("lattice=complete L=9 measure=structure_map", "lattice");
    assert_refused("lattice=hypercubic dimension=8 L=2 measure=structure_map", "dimensions");
    assert_refused("L=3000 measure=structure_map", "memory");
}

/* ---- notes, start, refusals ----------------------------------------------------------------------------------- */

static void test_short_periodic_lengths_are_noted(void **state) {
    ons_results *results = run("L=2 steps=100 replicas=2");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "same pair twice"));
    ons_results_free(results);
    results = run("L=[1,5] steps=100 replicas=2");
    assert_non_null(strstr(ons_results_task(results, 0)->notes, "to itself"));
    ons_results_free(results);
    results = run("L=3 steps=100 replicas=2");
    assert_string_equal(ons_results_task(results, 0)->notes, "");
    ons_results_free(results);
}

/* From a configuration of all spins up, one attempt in 10^30 flips at T = 0.02: the next job still has it. */
static void test_a_run_starts_from_the_configuration_of_another(void **state) {
    char words[300];
    ons_results *results = run("L=8 temperature=0.02 start=up steps=10 replicas=2 warmup=0");
    assert_true(mean(results, "magnetization") == 1);
    ons_results_free(results);
    assert_int_equal(rename(path_of("run.h5"), path_of("first.h5")), 0);
    snprintf(words, sizeof words, "L=8 temperature=0.02 start=%s steps=10 replicas=2 warmup=0", path_of("first.h5"));
    results = run(words);
    assert_true(mean(results, "magnetization") == 1);
    assert_true(mean(results, "energy") == -2);
    ons_results_free(results);
}

static void test_bad_combinations_are_refused_in_one_sentence(void **state) {
    char edges[300];
    snprintf(edges, sizeof edges, "lattice=%s L=8", path_of("glass.txt"));
    const char *const cases[][2] = {
        {"L=0", "L"},
        {"L=[4,4,4]", "2 dimensions"},
        {"L=100000", "GB"},
        {"L=4294967294", "4294967294 sites"},
        {"lattice=sqare", "square"},
        {"lattice=complete boundary=open", "boundary"},
        {"lattice=complete L=[4,4]", "one number"},
        {"lattice=complete disorder=bimodal", "disorder"},
        {"lattice=hypercubic dimension=9", "dimension"},
        {"dimension=3", "dimension"},
        {"clusters=3", "clusters"},
        {"disorder_probability=0.3", "disorder"},
        {"disorder=bimodal disorder_probability=1.5", "disorder_probability"},
        {"temperature=0", "temperature"},
        {"temperature=nan", "temperature"},
        {"field=1e400", "field"},
        {"lattice=/nonexistent/file.yaml", "/nonexistent/file.yaml"},
        {edges, "list of edges"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k][0], cases[k][1]); }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_built_in_lattices_match_enumeration),
        cmocka_unit_test(test_rows_of_files_and_complete_graphs_match_enumeration),
        cmocka_unit_test(test_several_shells_of_neighbours_match_enumeration),
        cmocka_unit_test(test_sites_and_wave_numbers_of_derived_quantities),
        cmocka_unit_test(test_disorder_on_an_open_chain_is_a_gauge),
        cmocka_unit_test(test_exact_values_stand_beside_ours),
        cmocka_unit_test(test_the_map_of_all_momenta_agrees_with_the_named_ones),
        cmocka_unit_test(test_short_periodic_lengths_are_noted),
        cmocka_unit_test(test_a_run_starts_from_the_configuration_of_another),
        cmocka_unit_test(test_bad_combinations_are_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
