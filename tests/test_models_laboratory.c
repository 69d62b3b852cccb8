/*
 * The systems potts, clock, blume-capel, xy, heisenberg and on through the laboratory: rows against enumeration and
 * exact chains, array observables, a run that is continued, one that starts from another, pictures, refusals.
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

#include "spins_states.h"
#include "laboratory_runs.h"

static void assert_row(const ons_results *results, const char *words, const char *name, size_t component,
                       double expected) {
    const ons_result *result = row(results, name);
    if (!result) { fail_msg("%s: no row '%s'", words, name); }
    if (!(fabs(result->mean[component] - expected) <= 5.5 * result->error[component] + 1e-12)) {
        fail_msg("%s: %s[%zu] = %.10g +- %g, exact %.10g", words, name, component, result->mean[component],
                 result->error[component], expected);
    }
    if (result->exact && isfinite(result->exact[component])) {
        assert_true(fabs(result->exact[component] - expected) < 1e-12);
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

/* ---- rows against enumeration ----------------------------------------------------------------------------------- */

static ons_graph *graph_of(const char *lattice, int64_t rows, int64_t columns, bool open) {
    ons_graph *graph;
    ons_lattice *description;
    const int64_t lengths[] = {rows, columns};
    if (!strcmp(lattice, "glass.txt")) {
        assert_int_equal(ons_graph_read(&graph, path_of(lattice)), ONS_OK);
        return graph;
    }
    if (!strcmp(lattice, "complete")) {
        assert_int_equal(ons_graph_complete_listed(&graph, rows), ONS_OK);
        return graph;
    }
    if (!strcmp(lattice, "lattice.yaml")) {
        assert_int_equal(ons_lattice_read(&description, path_of(lattice)), ONS_OK);
    } else {
        assert_int_equal(ons_lattice_create(&description, lattice, 0), ONS_OK);
    }
    assert_int_equal(
        ons_graph_create(&graph, description, lengths, description->dimension, open ? ONS_OPEN : ONS_PERIODIC), ONS_OK);
    ons_lattice_free(description);
    return graph;
}

static void assert_rows(const char *words, const few_spins *few) {
    ons_results *results = run(words);
    const few_means means = few_enumerate(few);
    const double n = few->sites, t = few->temperature;
    assert_row(results, words, "energy", 0, means.e);
    assert_row(results, words, "energy_squared", 0, means.e2);
    assert_row(results, words, "magnetization_abs", 0, means.mabs);
    assert_row(results, words, "magnetization_squared", 0, means.m2);
    assert_row(results, words, "magnetization_fourth", 0, means.m4);
    assert_row(results, words, "specific_heat", 0, n * (means.e2 - means.e * means.e) / (t * t));
    assert_row(results, words, "susceptibility", 0, n * (means.m2 - means.mabs * means.mabs) / t);
    assert_row(results, words, "susceptibility_disordered", 0, n * means.m2 / t);
    assert_row(results, words, "binder", 0, 1 - means.m4 / (3 * means.m2 * means.m2));
    assert_row(results, words, "binder_ratio", 0, means.m4 / (means.m2 * means.m2));
    if (few->kind != ONS_CLOCK) { assert_row(results, words, "magnetization", 0, means.m); }
    if (few->kind == ONS_BLUME_CAPEL) { assert_row(results, words, "density", 0, means.density); }
    ons_results_free(results);
}

static void test_rows_match_enumeration_for_every_model_lattice_and_update(void **state) {
    static const char *const updates[] = {"metropolis", "heat-bath", "wolff", "swendsen-wang"};
    static const struct {
        const char *lattice;
        int64_t rows, columns;
        bool open;
    } graphs[] = {{"chain", 5, 0, false},    {"square", 2, 3, true},   {"triangular", 2, 3, false},
                  {"honeycomb", 1, 3, true}, {"kagome", 1, 2, false},  {"lattice.yaml", 1, 3, true},
                  {"glass.txt", 0, 0, true}, {"complete", 6, 0, false}};
    static const struct {
        const char *words;
        ons_discrete_options options;
    } models[] = {
        {"potts q=3", {.kind = ONS_POTTS, .states = 3}},
        {"clock q=5", {.kind = ONS_CLOCK, .states = 5}},
        {"blume-capel crystal_field=0.4", {.kind = ONS_BLUME_CAPEL, .states = 3, .crystal_field = 0.4}},
    };
    static few_spins few;
    for (unsigned g = 0; g < 8; g++) {
        ons_graph *graph = graph_of(graphs[g].lattice, graphs[g].rows, graphs[g].columns, graphs[g].open);
        for (unsigned m = 0; m < 3; m++) {
            const unsigned variant = g * 3 + m;
            ons_discrete_options options = models[m].options;
            char words[500], lengths[100] = "", lattice[200];
            options.temperature = 1.1;
            options.coupling = variant % 4 == 3 ? -1 : 1;
            options.field = variant % 3 == 1 ? 0.2 : 0;
            few_from_graph(&few, graph, &options);
            const bool file = strchr(graphs[g].lattice, '.');
            snprintf(lattice, sizeof lattice, "%s", file ? path_of(graphs[g].lattice) : graphs[g].lattice);
            if (graphs[g].columns) {
                snprintf(lengths, sizeof lengths, "L=[%d,%d]", (int)graphs[g].rows, (int)graphs[g].columns);
            } else if (graphs[g].rows) {
                snprintf(lengths, sizeof lengths, "L=%d", (int)graphs[g].rows);
            }
            const bool boundary = graphs[g].open && graphs[g].rows;
            snprintf(words, sizeof words,
                     "%s lattice=%s %s %s temperature=1.1 coupling=%g field=%g update=%s steps=3000 replicas=3",
                     models[m].words, lattice, lengths, boundary ? "boundary=open" : "", options.coupling,
                     options.field, updates[(variant + g) % 4]);
            assert_rows(words, &few);
        }
        ons_graph_free(graph);
    }
}

/* Rows with exact values beside them agree with those, for every update of the O(n) models. */
static void test_chains_of_vectors_match_bessel_functions(void **state) {
    static const char *const models[] = {"xy", "heisenberg", "on components=4"};
    static const char *const updates[] = {"metropolis width=1.5", "heat-bath", "wolff clusters=3",
                                          "swendsen-wang overrelaxation=1"};
    for (unsigned variant = 0; variant < 12; variant++) {
        ons_vectors_exact exact;
        char words[300];
        const bool open = variant % 2;
        snprintf(words, sizeof words, "%s lattice=chain L=6 boundary=%s temperature=0.6 update=%s steps=6000",
                 models[variant % 3], open ? "open" : "periodic", updates[variant / 3]);
        assert_int_equal(ons_vectors_exact_chain(2 + variant % 3, 1, 0.6, 6, open, &exact), ONS_OK);
        ons_results *results = run(words);
        assert_row(results, words, "energy", 0, exact.energy);
        assert_row(results, words, "specific_heat", 0, exact.specific_heat);
        if (open) { assert_row(results, words, "magnetization_squared", 0, exact.magnetization_squared); }
        assert_true((find_row(results, "helicity_modulus") != NULL) == !open);
        assert_non_null(row(results, "energy")->exact);
        ons_results_free(results);
    }
}

/* On an open chain without field <S_0 . S_r> = u^r: u = tanh-like for every model. */
static void test_correlations_and_structure_factors(void **state) {
    static const char *const cases[] = {
        "potts q=3 update=swendsen-wang temperature=0.8",
        "clock q=4 update=heat-bath temperature=0.8",
        "xy update=heat-bath temperature=0.8",
        "heisenberg update=heat-bath temperature=0.8",
        "ising update=heat-bath temperature=0.8",
    };
    const double k = 1 / 0.8, e = exp(k);
    const double u[] = {(e - 1) / (e + 2), tanh(k / 2), 0, 1 / tanh(k) - 1 / k, tanh(k)};
    for (unsigned m = 0; m < 5; m++) {
        ons_vectors_exact exact;
        char words[300];
        assert_int_equal(ons_vectors_exact_chain(2, 1, 0.8, 2, true, &exact), ONS_OK);
        const double decay = m == 2 ? -2 * exact.energy : u[m];
        snprintf(words, sizeof words,
                 "%s lattice=chain L=8 boundary=open measure=[correlation,structure_factor] steps=4000", cases[m]);
        ons_results *results = run(words);
        for (size_t r = 0; r < 8; r++) { assert_row(results, words, "correlation", r, pow(decay, (double)r)); }
        for (size_t n = 0; n < 5; n++) {
            double sum = 0;
            for (int i = 0; i < 8; i++) {
                for (int j = 0; j < 8; j++) {
                    sum += pow(decay, abs(i - j)) * cos(2 * M_PI * (double)n * (i - j) / 8) / 8;
                }
            }
            assert_row(results, words, "structure_factor", n, sum);
        }
        ons_results_free(results);
    }
    ons_results *results = run("potts L=4 steps=100 replicas=2 measure=correlation");
    assert_non_null(row(results, "correlation"));
    assert_null(find_row(results, "structure_factor"));
    assert_true(fabs(row(results, "correlation")->mean[0] - 1) < 1e-12);
    ons_results_free(results);
}

/* ---- runs -----------------------------------------------------------------------------------------------------------
 */

static void test_a_continued_run_has_the_bits_of_a_whole_one(void **state) {
    static const char *const models[] = {"potts L=6 update=wolff",
                                         "clock L=6",
                                         "blume-capel L=6 update=wolff",
                                         "xy L=6 overrelaxation=1",
                                         "heisenberg lattice=honeycomb L=4 update=heat-bath",
                                         "on L=4 update=swendsen-wang"};
    for (unsigned m = 0; m < 6; m++) {
        char words[300];
        unlink(path_of("first.h5"));
        unlink(path_of("whole.h5"));
        snprintf(words, sizeof words, "%s replicas=2 warmup=20 steps=100", models[m]);
        ons_results_free(run_on("first.h5", words));
        snprintf(words, sizeof words, "%s replicas=2 warmup=20 steps=300", models[m]);
        ons_results *continued = run_on("first.h5", words), *whole = run_on("whole.h5", words);
        static const char *const rows[] = {"energy", "magnetization_fourth", "magnetization_kmin_squared", "binder"};
        for (size_t k = 0; k < 4; k++) {
            assert_true(row(continued, rows[k])->mean[0] == row(whole, rows[k])->mean[0]);
            assert_true(row(continued, rows[k])->error[0] == row(whole, rows[k])->error[0]);
        }
        ons_results_free(continued);
        ons_results_free(whole);
    }
}

/* In order at a temperature where nothing moves. */
static void test_a_run_starts_from_the_configuration_of_another(void **state) {
    static const char *const models[] = {"potts", "clock", "blume-capel", "xy width=1e-9",
                                         "heisenberg lattice=square width=1e-9"};
    for (unsigned m = 0; m < 5; m++) {
        char words[400];
        snprintf(words, sizeof words, "%s L=8 temperature=0.01 start=up steps=10 replicas=2 warmup=0", models[m]);
        unlink(path_of("first.h5"));
        ons_results_free(run_on("first.h5", words));
        snprintf(words, sizeof words, "%s L=8 temperature=0.01 start=%s steps=10 replicas=2 warmup=0", models[m],
                 path_of("first.h5"));
        ons_results *results = run(words);
        assert_true(fabs(row(results, "magnetization_abs")->mean[0] - 1) < 1e-6);
        assert_true(fabs(row(results, "energy")->mean[0] + 2) < 1e-6);
        ons_results_free(results);
    }
}

static void test_bad_combinations_are_refused_in_one_sentence(void **state) {
    char edges[300];
    snprintf(edges, sizeof edges, "xy lattice=%s measure=correlation", path_of("glass.txt"));
    const char *const cases[][2] = {
        {"potts q=1", "`q`"},
        {"potts q=257", "`q`"},
        {"clock q=1", "`q`"},
        {"potts L=0", "L"},
        {"xy temperature=0", "temperature"},
        {"clock update=wolf", "wolff"},
        {"potts clusters=3", "clusters"},
        {"xy update=wolff width=1", "width"},
        {"on components=1", "components"},
        {"on components=17", "components"},
        {"blume-capel L=1", "crystal field"},
        {"potts lattice=complete L=5000", "4096"},
        {"potts lattice=complete boundary=open", "boundary"},
        {"potts lattice=complete L=8 measure=correlation", "lattice"},
        {"heisenberg measure=corelation", "correlation"},
        {edges, "edges"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) { assert_refused(cases[k][0], cases[k][1]); }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_match_enumeration_for_every_model_lattice_and_update),
        cmocka_unit_test(test_chains_of_vectors_match_bessel_functions),
        cmocka_unit_test(test_correlations_and_structure_factors),
        cmocka_unit_test(test_a_continued_run_has_the_bits_of_a_whole_one),
        cmocka_unit_test(test_a_run_starts_from_the_configuration_of_another),
        cmocka_unit_test(test_bad_combinations_are_refused_in_one_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, close_directory);
}
