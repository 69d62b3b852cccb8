/*
 * Clock spins with dipoles: energies against the Hamiltonian written out, both dynamics against the transition matrix
 * and the stationary distribution of tiny systems, stripes against lattice sums, what configurations show.
 *
 * Seeds are fixed. Chi-squared tests fail beyond 5.5 standard deviations after Wilson and Hilferty (1931): 2e-8 each,
 * below 1e-6 for all of them if seeds were free.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins_dipolar.h"

static ons_dipolar_options options_of(unsigned q, bool pair, double coupling, double dipole) {
    return (ons_dipolar_options){.states = q, .pair = pair, .coupling = coupling, .dipole = dipole};
}

typedef struct running {
    ons_dipolar_model *model;
    ons_dipolar *walker;
} running;

static void start(running *here, const tiny *small) {
    assert_int_equal(ons_dipolar_model_create(&here->model, small->graph, &small->options), ONS_OK);
    assert_int_equal(ons_dipolar_create(&here->walker, here->model, ons_random_stream(11, 0, 0)), ONS_OK);
}

static void stop(running *here) {
    ons_dipolar_free(here->walker);
    ons_dipolar_model_free(here->model);
}

static void put(running *here, const tiny *small, unsigned state) {
    for (unsigned i = 0; i < small->sites; i++) {
        ons_dipolar_states(here->walker)[i] = (int8_t)tiny_spin(small, state, i);
    }
    assert_int_equal(ons_dipolar_refresh(here->walker), ONS_OK);
}

static unsigned look(running *here, const tiny *small) {
    unsigned state = 0;
    for (unsigned i = small->sites; i-- > 0;) {
        state = state * small->choices + (unsigned)ons_dipolar_states(here->walker)[i];
    }
    return state;
}

/* ---- energies ------------------------------------------------------------------------------------------------------
 */

static void test_energies_match_the_hamiltonian(void **state) {
    static const struct {
        const char *lattice;
        int64_t rows, columns;
        unsigned q;
        bool pair;
        double coupling, dipole;
    } cases[] = {{"triangular", 2, 2, 6, false, 1, 0.15}, {"triangular", 2, 3, 4, false, -0.7, 0.3},
                 {"square", 2, 3, 2, false, 1, -0.2},     {"triangular", 3, 3, 6, true, 1.3, 0.15},
                 {"square", 2, 2, 5, false, 1, 0},        {"square", 3, 2, 8, true, 0.4, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        tiny small;
        running here;
        tiny_open(&small, cases[c].lattice, cases[c].rows, cases[c].columns,
                  options_of(cases[c].q, cases[c].pair, cases[c].coupling, cases[c].dipole));
        start(&here, &small);
        for (unsigned s = 0; s < small.states; s += 1 + small.states / 1500) {
            put(&here, &small, s);
            const double energy = ons_dipolar_energy(here.walker);
            assert_true(fabs(energy - small.energy[s]) < 1e-12);
            assert_true(fabs(ons_dipolar_energy_exchange(here.walker) + ons_dipolar_energy_dipoles(here.walker) -
                             energy) < 1e-14);
        }
        stop(&here);
        tiny_close(&small);
    }
}

/* The energy that was kept up to date is that of the configuration, to the last bit. */
static void test_energies_and_fields_do_not_drift(void **state) {
    tiny small;
    running here;
    tiny_open(&small, "triangular", 3, 3, options_of(6, true, 1, 0.15));
    start(&here, &small);
    for (int sweep = 0; sweep < 20000; sweep++) { ons_dipolar_metropolis(here.walker, 0.7); }
    const double kept = ons_dipolar_energy(here.walker);
    int64_t field[9];
    memcpy(field, ons_dipolar_field(here.walker), sizeof field);
    assert_int_equal(ons_dipolar_refresh(here.walker), ONS_OK);
    assert_true(kept == ons_dipolar_energy(here.walker));
    assert_memory_equal(field, ons_dipolar_field(here.walker), sizeof field);
    stop(&here);
    tiny_close(&small);
}

/* -J cos = -J ((1 + c)/2 + (1 - c)/2 s s') in two adjacent states: the Ising model of J/4 for q = 6. */
static void test_two_adjacent_states_are_the_dipolar_ising_model(void **state) {
    tiny clock, ising;
    tiny_open(&clock, "triangular", 3, 3, options_of(6, true, 1, 0.15));
    tiny_open(&ising, "triangular", 3, 3, options_of(2, false, 0.25, 0.15));
    for (unsigned s = 0; s < clock.states; s++) {
        assert_true(fabs(clock.energy[s] - (ising.energy[s] - 0.75 * 27)) < 1e-12);
    }
    tiny_close(&clock);
    tiny_close(&ising);
}

/* ---- dynamics ------------------------------------------------------------------------------------------------------
 */

/* Deviation of counts from their expectations in standard deviations; what is expected less than 10 times is one bin.
 */
static double surprise(unsigned states, const double *expected, const double *counts) {
    double sum = 0, rest = 0, rest_expected = 0, freedom = -1;
    for (unsigned s = 0; s < states; s++) {
        if (expected[s] < 10) {
            rest += counts[s];
            rest_expected += expected[s];
            continue;
        }
        sum += (counts[s] - expected[s]) * (counts[s] - expected[s]) / expected[s];
        freedom++;
    }
    if (rest_expected >= 10) {
        sum += (rest - rest_expected) * (rest - rest_expected) / rest_expected;
        freedom++;
    } else {
        assert_true(rest <= rest_expected + 40);
    }
    if (freedom < 1) { return 0; }
    const double width = 2 / (9 * freedom);
    return (cbrt(sum / freedom) - (1 - width)) / sqrt(width);
}

/* One attempt as the header describes it. */
static void attempt_matrix(const tiny *small, double temperature, double *matrix) {
    const unsigned n = small->states;
    memset(matrix, 0, n * n * sizeof *matrix);
    for (unsigned a = 0; a < n; a++) {
        unsigned weight = 1;
        double stay = 1;
        for (unsigned i = 0; i < small->sites; i++, weight *= small->choices) {
            const unsigned old = (unsigned)tiny_spin(small, a, i);
            for (unsigned new = 0; new < small->choices; new ++) {
                if (new == old) { continue; }
                const unsigned b = a + new *weight - old *weight;
                const double change = small->energy[b] - small->energy[a];
                const double accepted = fabs(change) < 1e-11 ? 0.5 : change < 0 ? 1 : exp(-change / temperature);
                matrix[a * n + b] += accepted / (small->sites * (small->choices - 1));
                stay -= accepted / (small->sites * (small->choices - 1));
            }
        }
        matrix[a * n + a] += stay;
    }
}

static void assert_matrix(const tiny *small, double temperature, const double *matrix, const double *stationary) {
    const unsigned n = small->states;
    for (unsigned a = 0; a < n; a++) {
        for (unsigned b = 0; b < n; b++) { /* detailed balance */
            assert_true(fabs(stationary[a] * matrix[a * n + b] - stationary[b] * matrix[b * n + a]) < 1e-14);
        }
    }
    (void)temperature;
}

/* A power of it is strictly positive: one eigenvalue on the unit circle (Perron and Frobenius). */
static void assert_primitive(unsigned n, const double *matrix) {
    bool *reach = malloc(n * n), *next = malloc(n * n);
    assert_true(reach && next);
    for (unsigned k = 0; k < n * n; k++) { reach[k] = matrix[k] > 0; }
    for (unsigned power = 1; power < 64; power *= 2) {
        memset(next, 0, n * n);
        for (unsigned a = 0; a < n; a++) {
            for (unsigned k = 0; k < n; k++) {
                for (unsigned b = 0; reach[a * n + k] && b < n; b++) { next[a * n + b] |= reach[k * n + b]; }
            }
        }
        memcpy(reach, next, n * n);
    }
    for (unsigned k = 0; k < n * n; k++) { assert_true(reach[k]); }
    free(reach);
    free(next);
}

static void assert_sweeps(const char *lattice, unsigned q, bool pair, double coupling, double dipole,
                          double temperature) {
    enum { samples = 60000 };
    tiny small;
    running here;
    tiny_open(&small, lattice, 2, 2, options_of(q, pair, coupling, dipole));
    const unsigned n = small.states;
    double *matrix = calloc(n * n, sizeof *matrix), *stationary = calloc(n, sizeof *stationary);
    double *row = calloc(n, sizeof *row), *next = calloc(n, sizeof *next), *counts = calloc(n, sizeof *counts);
    assert_true(matrix && stationary && row && next && counts);
    tiny_weights(&small, temperature, stationary);
    attempt_matrix(&small, temperature, matrix);
    assert_matrix(&small, temperature, matrix, stationary);
    assert_primitive(n, matrix);
    start(&here, &small);
    for (unsigned first = 0; first < n; first += 1 + n / 3) {
        memset(row, 0, n * sizeof *row);
        memset(counts, 0, n * sizeof *counts);
        row[first] = samples;
        for (unsigned attempt = 0; attempt < small.sites; attempt++) {
            for (unsigned b = 0; b < n; b++) {
                next[b] = 0;
                for (unsigned a = 0; a < n; a++) { next[b] += row[a] * matrix[a * n + b]; }
            }
            memcpy(row, next, n * sizeof *row);
        }
        for (int k = 0; k < samples; k++) {
            put(&here, &small, first);
            ons_dipolar_metropolis(here.walker, temperature);
            counts[look(&here, &small)]++;
        }
        assert_true(surprise(n, row, counts) < 5.5);
    }
    stop(&here);
    free(matrix);
    free(stationary);
    free(row);
    free(next);
    free(counts);
    tiny_close(&small);
}

static void test_metropolis_does_what_its_matrix_says(void **state) {
    assert_sweeps("triangular", 2, false, 1, 0.4, 2);
    assert_sweeps("triangular", 6, true, 1, 0.3, 1);
    assert_sweeps("square", 4, false, 1, 0.5, 1.2);
    assert_sweeps("square", 3, false, -1, 0, 0.8);
    assert_sweeps("square", 2, false, 0, 0, 1);
}

/* From the stationary distribution one step leads to it. */
static void assert_stationary(const char *lattice, int64_t columns, unsigned q, bool pair, double coupling,
                              double temperature) {
    enum { samples = 150000 };
    tiny small;
    running here;
    tiny_open(&small, lattice, columns == 3 ? 3 : 2, columns, options_of(q, pair, coupling, 0));
    double *weight = calloc(small.states, sizeof *weight), *counts = calloc(small.states, sizeof *counts);
    assert_true(weight && counts);
    tiny_weights(&small, temperature, weight);
    start(&here, &small);
    ons_random random = ons_random_stream(3, 0, 0);
    unsigned moved = 0;
    for (int k = 0; k < samples; k++) {
        double x = ons_random_uniform(&random);
        unsigned first = 0;
        while (first + 1 < small.states && x >= weight[first]) { x -= weight[first++]; }
        put(&here, &small, first);
        assert_int_equal(ons_dipolar_wolff(here.walker, temperature, 1), ONS_OK);
        const unsigned last = look(&here, &small);
        counts[last]++;
        moved += last != first;
    }
    for (unsigned s = 0; s < small.states; s++) { weight[s] *= samples; }
    assert_true(surprise(small.states, weight, counts) < 5.5);
    assert_true(moved > samples / 5);
    stop(&here);
    free(weight);
    free(counts);
    tiny_close(&small);
}

static void test_clusters_leave_the_stationary_distribution(void **state) {
    assert_stationary("triangular", 2, 2, false, 1, 4);
    assert_stationary("square", 2, 3, false, 1, 1);
    assert_stationary("square", 2, 3, false, -1, 1);
    assert_stationary("square", 2, 4, false, 1, 0.9);
    assert_stationary("triangular", 2, 5, false, 1, 1.7);
    assert_stationary("triangular", 2, 6, true, 1, 1);
    assert_stationary("square", 2, 4, false, 0, 1);
    assert_stationary("square", 3, 2, false, -1, 1.5); /* frustrated */
    assert_stationary("triangular", 3, 2, false, -1, 2);
}

/* ---- stripes --------------------------------------------------------------------------------------------------------
 */

static const double root3 = 1.7320508075688772935;

static void test_stripe_energies_match_the_lattice_sums(void **state) {
    static const struct {
        unsigned width;
        double energy;
    } known[] = {{0, 5.51709},  {1, -0.919515}, {2, 0.653639}, {3, 1.584322}, {4, 2.192340},
                 {5, 2.622450}, {6, 2.944282},  {8, 3.396790}, {10, 3.702247}};
    const double basis[] = {1, 0, 0.5, root3 / 2};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        double energy;
        assert_int_equal(ons_dipolar_stripe_energy(basis, known[k].width, &energy), ONS_OK);
        assert_true(fabs(energy - known[k].energy) < 1e-5);
    }
}

/* Stripes in the simulated model: -3 J + J/h + D e_h, |s(Q)| = 1/(h sin(pi/2h)), all in one orientation. */
static void test_stripes_have_their_energy_and_amplitude(void **state) {
    for (unsigned width = 1; width <= 4; width++) {
        tiny small;
        running here;
        ons_dipolar_order order;
        tiny_open(&small, "triangular", 2, 2, options_of(6, false, 1, 0.15));
        ons_graph *graph = small.graph;
        ons_lattice *lattice;
        const int64_t size = 24;
        assert_int_equal(ons_lattice_create(&lattice, "triangular", 0), ONS_OK);
        assert_int_equal(ons_graph_create(&small.graph, lattice, &size, 1, ONS_PERIODIC), ONS_OK);
        ons_lattice_free(lattice);
        start(&here, &small);
        const double basis[] = {1, 0, 0.5, root3 / 2};
        double energy, amplitude[3];
        assert_int_equal(ons_dipolar_stripe_energy(basis, width, &energy), ONS_OK);
        for (unsigned k = 0; k < 3; k++) {
            assert_int_equal(ons_dipolar_start_stripes(here.walker, width, k), ONS_OK);
            assert_true(fabs(ons_dipolar_energy(here.walker) / 576 - (-3 + 1.0 / width + 0.15 * energy)) < 1e-12);
            ons_dipolar_stripes(here.walker, width, 3, amplitude);
            for (unsigned j = 0; j < 3; j++) {
                const double expected = j == k ? 1 / (width * sin(3.14159265358979323846 / (2 * width))) : 0;
                assert_true(fabs(amplitude[j] - expected) < 1e-12);
            }
            ons_dipolar_look(here.walker, &order);
            assert_true(fabs(hypot(order.magnetization[0], order.magnetization[1]) - root3 / 2) < 1e-14);
            assert_true(fabs(order.anisotropy + 1) < 1e-12);
            assert_true(order.adjacent == 1 && order.dipole == 0);
        }
        assert_int_equal(ons_dipolar_start_stripes(here.walker, 5, 0), ONS_INVALID);
        assert_non_null(strstr(ons_message(), "multiples of 10"));
        stop(&here);
        ons_graph_free(small.graph);
        small.graph = graph;
        tiny_close(&small);
    }
}

/* ---- what configurations show ---------------------------------------------------------------------------------------
 */

static void test_one_state_points_along_the_clock(void **state) {
    tiny small;
    running here;
    ons_dipolar_order order;
    tiny_open(&small, "triangular", 2, 2, options_of(6, false, 2, 0));
    start(&here, &small);
    for (int n = 0; n < 6; n++) {
        for (unsigned i = 0; i < 4; i++) { ons_dipolar_states(here.walker)[i] = (int8_t)n; }
        assert_int_equal(ons_dipolar_refresh(here.walker), ONS_OK);
        ons_dipolar_look(here.walker, &order);
        assert_true(fabs(order.magnetization[0] - cos(n * 1.0471975511965977462)) < 1e-15);
        assert_true(fabs(order.magnetization[1] - sin(n * 1.0471975511965977462)) < 1e-15);
        assert_true(fabs(order.anisotropy - 1) < 1e-12);
        assert_true(order.dipole == (n % 2 ? -1 : 1) && order.adjacent == 1);
        /* stiffness sqrt 3 J per area of the aligned triangular lattice */
        assert_true(fabs(ons_dipolar_helicity(here.walker, 1) - 2 * root3) < 1e-12);
    }
    stop(&here);
    tiny_close(&small);
}

/* The formula of the header with bonds as Cartesian vectors, and the structure factor as a plain sum. */
static void test_stiffness_and_structure_match_their_definitions(void **state) {
    enum { rows = 3, columns = 4, sites = rows * columns };
    ons_lattice *lattice;
    ons_graph *graph;
    ons_dipolar_model *model;
    ons_dipolar *walker;
    const int64_t lengths[] = {rows, columns};
    const ons_dipolar_options options = options_of(6, false, 1.5, 0.1);
    assert_int_equal(ons_lattice_create(&lattice, "triangular", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, 2, ONS_PERIODIC), ONS_OK);
    assert_int_equal(ons_dipolar_model_create(&model, graph, &options), ONS_OK);
    assert_int_equal(ons_dipolar_create(&walker, model, ons_random_stream(5, 0, 0)), ONS_OK);
    ons_random random = ons_random_stream(5, 0, 1);
    for (int trial = 0; trial < 5; trial++) {
        assert_int_equal(ons_dipolar_start_random(walker, &random), ONS_OK);
        const int8_t *n = ons_dipolar_states(walker);
        double cosine = 0, x = 0, y = 0, structure[sites], sum = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                static const int steps[3][2] = {{1, 0}, {0, 1}, {1, -1}};
                for (int b = 0; b < 3; b++) {
                    const int di = steps[b][0], dj = steps[b][1];
                    const int other = (i + di) % rows * columns + (j + dj + columns) % columns;
                    const double angle = 1.0471975511965977462 * (n[other] - n[i * columns + j]);
                    cosine += cos(angle);
                    x += (di + 0.5 * dj) * sin(angle);
                    y += 0.5 * root3 * dj * sin(angle);
                }
            }
        }
        const double expected = (1.5 * cosine - 1.5 * 1.5 / 0.8 * (x * x + y * y)) / (2 * sites * root3 / 2);
        assert_true(fabs(ons_dipolar_helicity(walker, 0.8) - expected) < 1e-12);
        assert_int_equal(ons_dipolar_structure(walker, structure), ONS_OK);
        for (int p = 0; p < rows; p++) {
            for (int q = 0; q < columns; q++) {
                double re = 0, im = 0;
                for (int i = 0; i < sites; i++) {
                    const double turn = 6.28318530717958647693 *
                                        ((double)(p * (i / columns)) / rows + (double)(q * (i % columns)) / columns);
                    re += (n[i] % 2 ? -1 : 1) * cos(turn);
                    im += (n[i] % 2 ? -1 : 1) * sin(turn);
                }
                assert_true(fabs(structure[p * columns + q] - (re * re + im * im) / sites) < 1e-12);
                sum += structure[p * columns + q];
            }
        }
        assert_true(fabs(sum - sites) < 1e-10);
    }
    ons_dipolar_free(walker);
    ons_dipolar_model_free(model);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------
 */

static void assert_refused(const ons_graph *graph, ons_dipolar_options options, const char *part) {
    ons_dipolar_model *model;
    assert_int_equal(ons_dipolar_model_create(&model, graph, &options), ONS_INVALID);
    assert_null(model);
    assert_non_null(strstr(ons_message(), part));
}

static void test_what_makes_no_model_is_refused(void **state) {
    ons_lattice *lattice;
    ons_graph *graph, *solid;
    const int64_t size = 4;
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &size, 1, ONS_PERIODIC), ONS_OK);
    assert_refused(graph, options_of(5, false, 1, 0.1), "even number");
    assert_refused(graph, options_of(1, false, 1, 0), "2 to 64 states");
    assert_refused(graph, options_of(65, false, 1, 0), "2 to 64 states");
    assert_refused(graph, options_of(6, false, NAN, 0), "finite");
    ons_dipolar_model *model;
    ons_dipolar *walker;
    const ons_dipolar_options options = options_of(6, true, 1, 0.1);
    assert_int_equal(ons_dipolar_model_create(&model, graph, &options), ONS_OK);
    assert_int_equal(ons_dipolar_create(&walker, model, ons_random_stream(1, 0, 0)), ONS_OK);
    assert_int_equal(ons_dipolar_wolff(walker, 1, 1), ONS_INVALID);
    ons_dipolar_states(walker)[3] = 2;
    assert_int_equal(ons_dipolar_refresh(walker), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "site 3 is in state 2"));
    ons_dipolar_free(walker);
    ons_dipolar_model_free(model);
    ons_graph_free(graph);
    assert_int_equal(ons_graph_create(&graph, lattice, &size, 1, ONS_OPEN), ONS_OK);
    assert_refused(graph, options_of(6, false, 1, 0.1), "periodic");
    ons_graph_free(graph);
    ons_lattice_free(lattice);
    assert_int_equal(ons_lattice_create(&lattice, "cubic", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&solid, lattice, &size, 1, ONS_PERIODIC), ONS_OK);
    assert_refused(solid, options_of(6, false, 1, 0.1), "diverges in three dimensions");
    ons_graph_free(solid);
    ons_lattice_free(lattice);
    ons_dipolar_model_free(NULL);
    ons_dipolar_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_energies_match_the_hamiltonian),
        cmocka_unit_test(test_energies_and_fields_do_not_drift),
        cmocka_unit_test(test_two_adjacent_states_are_the_dipolar_ising_model),
        cmocka_unit_test(test_metropolis_does_what_its_matrix_says),
        cmocka_unit_test(test_clusters_leave_the_stationary_distribution),
        cmocka_unit_test(test_stripe_energies_match_the_lattice_sums),
        cmocka_unit_test(test_stripes_have_their_energy_and_amplitude),
        cmocka_unit_test(test_one_state_points_along_the_clock),
        cmocka_unit_test(test_stiffness_and_structure_match_their_definitions),
        cmocka_unit_test(test_what_makes_no_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
