/*
 * The dynamics of the Ising model from the full transition matrix of tiny systems, for every update, boundary and kind
 * of coupling: detailed balance of the elementary move, stationarity of the step, one eigenvalue on the unit circle,
 * and that the kernels do what the matrices say.
 *
 * One eigenvalue on the unit circle: a stochastic matrix of which some power is strictly positive (a primitive one) has
 * the simple eigenvalue 1 and all others inside the circle (Perron 1907, Frobenius 1912), and conversely. The power is
 * found by squaring.
 *
 * Seeds are fixed. Chi-squared tests fail beyond 5.5 standard deviations after Wilson and Hilferty (1931): 2e-8 each,
 * 1e-5 for all of them if seeds were free.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/ising.h"
#include "spins_chains.h"
#include "spins_enumeration.h"

#include <string.h>

enum { MOST_SITES = 6, MOST_STATES = 1 << MOST_SITES, SAMPLES = 40000 };
typedef chain_matrix matrix;

/* A tiny system with its model and stationary distribution. */
typedef struct tiny {
    const char *name;
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising_options options;
    small_system small;
    unsigned states;
    double stationary[MOST_STATES];
} tiny;

/* ---- matrices ---------------------------------------------------------------------------------------------- */

static double probability(uint64_t threshold) { return (double)threshold * 0x1p-64; }

/* ---- elementary moves, from the probabilities of the kernels ------------------------------------------------ */

/* The local field of `site` as the model holds it, and the integer sum its tables are indexed with. */
static double field_on(const tiny *t, unsigned state, unsigned site, int *sum) {
    const ons_ising_model *model = t->model;
    if (model->form == SPINS_COMPLETE) {
        return model->unit * (small_magnetization(&t->small, state) - small_spin(state, site)) + model->field;
    }
    uint32_t count;
    const uint64_t row = spins_row(t->graph, site, &count);
    double field = 0;
    *sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const int other = small_spin(state, t->graph->neighbour[row + k]);
        *sum += model->form == SPINS_INTEGRAL ? model->entry_weight[row + k] * other : other;
        if (model->form == SPINS_GENERAL) { field += model->entry_coupling[row + k] * other; }
    }
    return field + model->field;
}

static double flip_probability(const tiny *t, unsigned state, unsigned site) {
    int sum = 0;
    const double field = field_on(t, state, site, &sum);
    const int spin = small_spin(state, site);
    if (t->model->flip) { return probability(t->model->flip[2 * (sum + t->model->reach) + (spin > 0)]); }
    return probability(spins_flip_threshold(2 * t->model->beta * spin * field));
}

static double up_probability(const tiny *t, unsigned state, unsigned site) {
    int sum = 0;
    const double field = field_on(t, state, site, &sum);
    if (t->model->up) { return probability(t->model->up[sum + t->model->reach]); }
    return probability(spins_up_threshold(2 * t->model->beta * field));
}

/* An attempt at a random site. */
static void metropolis_move(const tiny *t, matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < t->states; a++) {
        for (unsigned i = 0; i < t->small.sites; i++) {
            const double flip = flip_probability(t, a, i);
            move[a][a ^ 1u << i] += flip / t->small.sites;
            move[a][a] += (1 - flip) / t->small.sites;
        }
    }
}

static void heat_bath_move(const tiny *t, unsigned site, matrix move) {
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned a = 0; a < t->states; a++) {
        const double up = up_probability(t, a, site);
        move[a][a | 1u << site] += up;
        move[a][a & ~(1u << site)] += 1 - up;
    }
}

static unsigned cluster_root(const unsigned *parent, unsigned site) {
    while (parent[site] != site) { site = parent[site]; }
    return site;
}

/* The satisfied bonds of a state, those of the ghost (site number `sites`) last, with their probabilities. */
static unsigned satisfied_bonds(const tiny *t, unsigned state, unsigned ends[][2], double *active) {
    const small_system *small = &t->small;
    unsigned count = 0;
    for (unsigned b = 0; b < small->bonds; b++) {
        const unsigned i = small->source[b], j = small->target[b];
        if (i == j || !(small->coupling[b] * small_spin(state, i) * small_spin(state, j) > 0)) { continue; }
        ends[count][0] = i;
        ends[count][1] = j;
        active[count++] = probability(spins_activation_threshold(2 * t->model->beta * fabs(small->coupling[b])));
    }
    for (unsigned i = 0; i < small->sites; i++) {
        if (!(small->field * small_spin(state, i) > 0)) { continue; }
        ends[count][0] = i;
        ends[count][1] = small->sites;
        active[count++] = probability(t->model->ghost);
    }
    return count;
}

/* Adds what follows one set of clusters: masks of the sites of each cluster without the ghost. */
static void follow_clusters(const tiny *t, unsigned state, const unsigned *masks, unsigned clusters, double weight,
                            matrix move) {
    if (t->options.update == ONS_SWENDSEN_WANG) {
        for (unsigned subset = 0; subset < 1u << clusters; subset++) {
            unsigned flipped = state;
            for (unsigned k = 0; k < clusters; k++) { flipped ^= subset >> k & 1 ? masks[k] : 0; }
            move[state][flipped] += weight / (1u << clusters);
        }
        return;
    }
    double rest = 1; /* Wolff: the cluster of a random site, if it is not that of the ghost */
    for (unsigned k = 0; k < clusters; k++) {
        const double chosen = __builtin_popcount(masks[k]) / (double)t->small.sites * (t->model->inert ? 0.5 : 1);
        move[state][state ^ masks[k]] += weight * chosen;
        rest -= chosen;
    }
    move[state][state] += weight * rest;
}

/* One cluster move: a sum over all sets of active bonds. */
static void cluster_move(const tiny *t, matrix move) {
    const unsigned sites = t->small.sites;
    memset(move, 0, sizeof(chain_matrix));
    for (unsigned state = 0; state < t->states; state++) {
        unsigned ends[32][2];
        double active[32];
        const unsigned bonds = satisfied_bonds(t, state, ends, active);
        for (unsigned set = 0; set < 1u << bonds; set++) {
            unsigned parent[MOST_SITES + 1], masks[MOST_SITES + 1] = {0}, list[MOST_SITES], clusters = 0;
            double weight = 1;
            for (unsigned i = 0; i <= sites; i++) { parent[i] = i; }
            for (unsigned b = 0; b < bonds; b++) {
                weight *= set >> b & 1 ? active[b] : 1 - active[b];
                if (set >> b & 1) { parent[cluster_root(parent, ends[b][0])] = cluster_root(parent, ends[b][1]); }
            }
            for (unsigned i = 0; i < sites; i++) { masks[cluster_root(parent, i)] |= 1u << i; }
            masks[cluster_root(parent, sites)] = 0;
            for (unsigned i = 0; i <= sites; i++) {
                if (masks[i]) { list[clusters++] = masks[i]; }
            }
            follow_clusters(t, state, list, clusters, weight, move);
        }
    }
}

/* ---- what must hold ------------------------------------------------------------------------------------------ */

static void set_state(ons_ising *ising, const small_system *small, unsigned state) {
    for (unsigned i = 0; i < small->sites; i++) { ons_ising_spins(ising)[i] = (int8_t)small_spin(state, i); }
    assert_int_equal(ons_ising_refresh(ising), ONS_OK);
}

static unsigned get_state(ons_ising *ising, const small_system *small) {
    unsigned state = 0;
    for (unsigned i = 0; i < small->sites; i++) { state |= (ons_ising_spins(ising)[i] > 0 ? 1u : 0u) << i; }
    return state;
}

/* Steps of the kernel from one state against its row of the matrix; energy and magnetization follow. */
static void assert_kernel(const tiny *t, matrix step, unsigned from, uint32_t seed) {
    ons_ising *ising;
    unsigned counts[MOST_STATES] = {0};
    assert_int_equal(ons_ising_create(&ising, t->model, ons_random_stream(20260705, seed, from)), ONS_OK);
    for (unsigned k = 0; k < SAMPLES; k++) {
        set_state(ising, &t->small, from);
        ons_ising_step(ising);
        const unsigned to = get_state(ising, &t->small);
        counts[to]++;
        const double energy = small_energy(&t->small, to) / t->small.sites;
        if (!(fabs(ons_ising_energy(ising) - energy) <= 1e-14 * (1 + fabs(energy)))) {
            fail_msg("%s: energy %.17g, expected %.17g", t->name, ons_ising_energy(ising), energy);
        }
        assert_true(ons_ising_magnetization(ising) == small_magnetization(&t->small, to) / t->small.sites);
    }
    const double z = chain_deviate(t->name, t->states, step[from], counts, SAMPLES);
    if (!(z < 5.5)) { fail_msg("%s from state %u: chi squared is %.1f standard deviations off", t->name, from, z); }
    ons_ising_free(ising);
}

static void check_update(tiny *t, uint32_t seed) {
    static matrix move, step;
    const unsigned sites = t->small.sites;
    if (t->options.update == ONS_HEAT_BATH) {
        chain_identity(t->states, step);
        for (unsigned site = 0; site < sites; site++) {
            heat_bath_move(t, site, move);
            chain_assert_balance(t->name, t->states, t->stationary, move);
            chain_multiply(t->states, step, move, step);
        }
    } else {
        const bool metropolis = t->options.update == ONS_METROPOLIS;
        if (metropolis) {
            metropolis_move(t, move);
        } else {
            cluster_move(t, move);
        }
        chain_assert_balance(t->name, t->states, t->stationary, move);
        chain_raise(t->states, move,
                    metropolis                       ? sites
                    : t->options.update == ONS_WOLFF ? t->options.clusters
                                                     : 1,
                    step);
    }
    chain_assert_stationary(t->name, t->states, t->stationary, step);
    chain_assert_primitive(t->name, t->states, step);
    assert_kernel(t, step, 0, seed);
    assert_kernel(t, step, (t->states - 1) / 3, seed); /* ...0101 */
    assert_kernel(t, step, t->states - 1 - t->states / 4, seed);
}

/* All updates on a graph at some temperatures. `couplings` may be NULL. */
static void check_system(const char *name, ons_graph *graph, double coupling, double field, const double *couplings) {
    static const double temperatures[] = {0.7, 2.5};
    static uint32_t seed;
    for (unsigned variant = 0; variant < 10; variant++) {
        tiny t = {.name = name, .graph = graph};
        t.options = (ons_ising_options){.temperature = temperatures[variant % 2],
                                        .coupling = coupling,
                                        .field = field,
                                        .couplings = couplings,
                                        .update = (ons_ising_update)(variant / 2 % 4),
                                        .clusters = 1};
        if (variant >= 8) { /* Wolff once more, two and three clusters a step */
            t.options.update = ONS_WOLFF;
            t.options.clusters = variant - 6;
        }
        assert_int_equal(ons_ising_model_create(&t.model, graph, &t.options), ONS_OK);
        t.small = small_from_graph(graph, &t.options);
        t.states = 1u << t.small.sites;
        double z = 0;
        for (unsigned a = 0; a < t.states; a++) {
            t.stationary[a] = exp(-(small_energy(&t.small, a)) / t.small.temperature);
            z += t.stationary[a];
        }
        for (unsigned a = 0; a < t.states; a++) { t.stationary[a] /= z; }
        check_update(&t, seed++);
        ons_ising_model_free(t.model);
    }
}

static void check_lattice(const char *name, int64_t rows, int64_t columns, ons_boundary boundary, double coupling,
                          double field) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t lengths[] = {rows, columns};
    assert_int_equal(ons_lattice_create(&lattice, name, 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, lattice->dimension, boundary), ONS_OK);
    check_system(name, graph, coupling, field, NULL);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

static void check_edges(const char *text, double field) {
    ons_graph *graph;
    assert_int_equal(ons_graph_parse(&graph, "edges", text, strlen(text)), ONS_OK);
    check_system(text, graph, 1, field, NULL);
    ons_graph_free(graph);
}

/* ---- the systems --------------------------------------------------------------------------------------------- */

static void test_updates_on_rings_and_open_chains(void **state) {
    for (int64_t sites = 1; sites <= 5; sites++) {
        check_lattice("chain", sites, 0, ONS_PERIODIC, 1, 0);
        check_lattice("chain", sites, 0, ONS_OPEN, 1, 0);
    }
    check_lattice("chain", 5, 0, ONS_PERIODIC, -1, 0); /* frustrated */
    check_lattice("chain", 4, 0, ONS_PERIODIC, -1, 0.4);
    check_lattice("chain", 4, 0, ONS_OPEN, 1, -0.3);
}

static void test_updates_on_square_and_triangular_lattices(void **state) {
    check_lattice("square", 2, 2, ONS_PERIODIC, 1, 0); /* double bonds */
    check_lattice("square", 2, 2, ONS_OPEN, 1, 0);
    check_lattice("square", 2, 3, ONS_OPEN, -1, 0);
    check_lattice("square", 1, 3, ONS_PERIODIC, 1, 0.2); /* self-bonds */
    check_lattice("triangular", 2, 2, ONS_OPEN, -1, 0);
    check_lattice("honeycomb", 1, 2, ONS_PERIODIC, 1, 0.1);
    check_lattice("kagome", 1, 1, ONS_PERIODIC, 1, 0);
}

/* Where nothing couples, a cluster that always flips would conserve a parity. */
static void test_updates_without_coupling(void **state) {
    check_lattice("chain", 1, 0, ONS_OPEN, 1, 0);
    check_lattice("chain", 4, 0, ONS_PERIODIC, 0, 0);
    check_lattice("chain", 3, 0, ONS_PERIODIC, 0, 0.5);
}

static void test_updates_with_couplings_of_small_integers_and_of_any_value(void **state) {
    check_edges("0 1 1\n1 2 -1\n2 0 1\n2 3 2\n", 0);
    check_edges("0 1 1\n1 2 -1\n2 0 1\n2 3 -0.5\n3 0\n", 0.3);
    check_edges("0 1 0.713\n1 2 -1.377\n2 0 0.2\n2 3 0.9\n3 0 -0.11\n", 0);
    check_edges("0 1 0.713\n1 2 -1.377\n2 0 0.2\n2 3 0.9\n3 0 -0.11\n", -0.45);
    check_edges("0 1 1\n0 1 0\n3 2 1\n", 0); /* a double edge and two components */
}

static void test_updates_on_complete_graphs(void **state) {
    static const double couplings[] = {1, -1.5, 0};
    for (unsigned k = 0; k < 6; k++) {
        ons_graph *graph;
        assert_int_equal(ons_graph_complete(&graph, k % 2 ? 4 : 3), ONS_OK);
        check_system("complete", graph, couplings[k % 3], k < 3 ? 0 : 0.25, NULL);
        ons_graph_free(graph);
    }
}

static void test_updates_with_quenched_couplings(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    const int64_t length = 2;
    double couplings[8];
    ons_random random = ons_random_stream(3, 0, 2);
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, &length, 1, ONS_PERIODIC), ONS_OK);
    ons_ising_bimodal(graph, 1, 0.5, &random, couplings);
    check_system("bimodal", graph, 1, 0, couplings);
    ons_ising_gaussian(graph, 0.2, 1, &random, couplings);
    check_system("gaussian", graph, 1, 0, couplings);
    ons_graph_free(graph);
    ons_lattice_free(lattice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates_on_rings_and_open_chains),
        cmocka_unit_test(test_updates_on_square_and_triangular_lattices),
        cmocka_unit_test(test_updates_without_coupling),
        cmocka_unit_test(test_updates_with_couplings_of_small_integers_and_of_any_value),
        cmocka_unit_test(test_updates_on_complete_graphs),
        cmocka_unit_test(test_updates_with_quenched_couplings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
