/*
 * Lattices and graphs: coordination, distances and counts of the built-in lattices, lattice files, lists of edges,
 * short periodic lengths, and what is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spins/spins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct known_lattice {
    const char *name;
    unsigned dimension, cell, coordination;
    double volume; /* per site, at distance 1 of nearest neighbours */
} known[] = {
    {"chain", 1, 1, 2, 1},
    {"square", 2, 1, 4, 1},
    {"triangular", 2, 1, 6, 0.86602540378443865},
    {"honeycomb", 2, 2, 3, 1.29903810567665797},
    {"kagome", 2, 3, 4, 1.15470053837925153},
    {"cubic", 3, 1, 6, 1},
    {"bcc", 3, 1, 8, 0.76980035891950094}, /* 4/(3 sqrt 3) */
    {"fcc", 3, 1, 12, 0.70710678118654752},
};

static ons_graph *make(const char *name, unsigned dimension, const int64_t *lengths, size_t count,
                       ons_boundary boundary) {
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, name, dimension), ONS_OK);
    assert_int_equal(ons_graph_create(&graph, lattice, lengths, count, boundary), ONS_OK);
    ons_lattice_free(lattice);
    return graph;
}

static double distance(const ons_graph *graph, uint32_t i, uint32_t j) {
    double a[ONS_DIMENSIONS], b[ONS_DIMENSIONS], square = 0;
    ons_graph_position(graph, i, a);
    ons_graph_position(graph, j, b);
    for (unsigned d = 0; d < graph->lattice->dimension; d++) { square += (a[d] - b[d]) * (a[d] - b[d]); }
    return sqrt(square);
}

static void test_built_in_lattices_have_their_coordination_and_number_of_bonds(void **state) {
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const int64_t length = 4;
        ons_graph *graph = make(known[k].name, 0, &length, 1, ONS_PERIODIC);
        assert_int_equal(graph->sites, (uint32_t)(pow(4, known[k].dimension) * known[k].cell));
        assert_int_equal(graph->coordination, known[k].coordination);
        assert_int_equal(graph->bonds, graph->sites * known[k].coordination / 2);
        assert_int_equal(graph->self_bonds, 0);
        assert_int_equal(graph->multiple_bonds, 0);
        ons_graph_free(graph);
    }
    for (unsigned d = 1; d <= 8; d++) {
        const int64_t length = 3;
        ons_graph *graph = make("hypercubic", d, &length, 1, ONS_PERIODIC);
        assert_int_equal(graph->sites, (uint32_t)pow(3, d));
        assert_int_equal(graph->coordination, 2 * d);
        ons_graph_free(graph);
    }
}

/* Every bond of an open lattice has length 1, every pair at distance 1 is a bond, and none is nearer. */
static void test_bonds_of_built_in_lattices_join_the_nearest_neighbours(void **state) {
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const int64_t length = 4;
        ons_graph *graph = make(known[k].name, 0, &length, 1, ONS_OPEN);
        for (uint64_t b = 0; b < graph->bonds; b++) {
            assert_true(fabs(distance(graph, graph->source[b], graph->target[b]) - 1) < 1e-12);
        }
        uint64_t near = 0;
        for (uint32_t i = 0; i < graph->sites; i++) {
            for (uint32_t j = 0; j < i; j++) {
                assert_true(distance(graph, i, j) > 1 - 1e-12);
                near += distance(graph, i, j) < 1 + 1e-12;
            }
        }
        assert_int_equal(near, graph->bonds);
        ons_graph_free(graph);
    }
}

static void test_cells_of_built_in_lattices_have_the_known_volume(void **state) {
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        ons_lattice *lattice;
        double inverse[ONS_DIMENSIONS * ONS_DIMENSIONS], volume = 1;
        assert_int_equal(ons_lattice_create(&lattice, known[k].name, 0), ONS_OK);
        assert_true(spins_invert(lattice->dimension, lattice->basis, inverse));
        const double *a = lattice->basis;
        if (lattice->dimension == 1) { volume = a[0]; }
        if (lattice->dimension == 2) { volume = a[0] * a[3] - a[1] * a[2]; }
        if (lattice->dimension == 3) {
            volume = a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
                     a[2] * (a[3] * a[7] - a[4] * a[6]);
        }
        assert_true(fabs(fabs(volume) / known[k].cell - known[k].volume) < 1e-14);
        ons_lattice_free(lattice);
    }
}

/* |b| L / (2 pi): the reciprocal vectors of the lattices, from crystallography. */
static void test_smallest_wave_numbers(void **state) {
    static const double reciprocal[] = {
        1, 1, 1.1547005383792515, 2.0 / 3, 0.57735026918962576, 1, 1.2247448713915890, 1.2247448713915890};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        ons_lattice *lattice;
        bool used[ONS_DIMENSIONS];
        const int64_t equal[] = {10, 10, 10}, longest_last[] = {5, 5, 10};
        assert_int_equal(ons_lattice_create(&lattice, known[k].name, 0), ONS_OK);
        const double wave = ons_lattice_wavenumber(lattice, equal, used);
        assert_true(fabs(wave - 2 * acos(-1) * reciprocal[k] / 10) < 1e-14);
        for (unsigned d = 0; d < lattice->dimension; d++) { assert_true(used[d]); }
        if (lattice->dimension == 3) {
            assert_true(fabs(ons_lattice_wavenumber(lattice, longest_last, used) - wave) < 1e-14);
            assert_true(!used[0] && !used[1] && used[2]);
        }
        ons_lattice_free(lattice);
    }
    for (int k = 0; k <= 1000; k++) {
        const double wave = 2 * acos(-1) * k / 1000;
        assert_true(fabs(ons_lattice_momentum_squared(wave) - 4 * pow(sin(wave / 2), 2)) < 4e-15);
    }
}

/* Neighbours hold every bond from both ends; the cells and positions of sites invert each other. */
static void test_neighbours_agree_with_the_list_of_bonds(void **state) {
    const int64_t lengths[] = {3, 4};
    ons_graph *graph = make("kagome", 0, lengths, 2, ONS_OPEN);
    assert_int_equal(graph->coordination, 0);
    uint64_t found = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t ends[] = {graph->source[b], graph->target[b]};
        for (int end = 0; end < 2; end++) {
            for (uint64_t e = graph->offset[ends[end]]; e < graph->offset[ends[end] + 1]; e++) {
                found += graph->neighbour[e] == ends[!end];
            }
        }
    }
    assert_int_equal(found, 2 * graph->bonds);
    assert_int_equal(graph->entries, 2 * graph->bonds);
    int64_t cell[2];
    ons_graph_cell(graph, (2 * 4 + 1) * 3 + 2, cell);
    assert_int_equal(cell[0], 2);
    assert_int_equal(cell[1], 1);
    ons_graph_free(graph);
}

/* What check() announces from the description is what the built graph has. */
static void test_short_periodic_lengths_keep_double_bonds_and_self_bonds(void **state) {
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        for (int code = 0; code < 64; code++) {
            const int64_t lengths[] = {1 + code % 4, 1 + code / 4 % 4, 1 + code / 16};
            ons_lattice *lattice;
            ons_graph *graph;
            ons_graph_plan plan;
            assert_int_equal(ons_lattice_create(&lattice, known[k].name, 0), ONS_OK);
            assert_int_equal(ons_graph_estimate(lattice, lengths, lattice->dimension, ONS_PERIODIC, &plan), ONS_OK);
            assert_int_equal(ons_graph_create(&graph, lattice, lengths, lattice->dimension, ONS_PERIODIC), ONS_OK);
            assert_int_equal(plan.self_bonds, graph->self_bonds > 0);
            assert_int_equal(plan.multiple_bonds, graph->multiple_bonds > 0);
            assert_true(plan.sites == graph->sites && plan.bonds == (double)graph->bonds);
            ons_graph_free(graph);
            ons_lattice_free(lattice);
        }
    }
    const int64_t two = 2, one = 1;
    ons_graph *graph = make("square", 0, &two, 1, ONS_PERIODIC);
    assert_int_equal(graph->bonds, 8);
    assert_int_equal(graph->multiple_bonds, 4);
    ons_graph_free(graph);
    graph = make("square", 0, &one, 1, ONS_PERIODIC);
    assert_int_equal(graph->self_bonds, 2);
    assert_int_equal(graph->entries, 0);
    ons_graph_free(graph);
}

/* ---- files --------------------------------------------------------------------------------------------------- */

static const char honeycomb[] = "name: mine\n"
                                "basis: [[1.7320508075688772, 0], [0.8660254037844386, 1.5]]\n"
                                "coordinates: cartesian\n"
                                "sites: [[0, 0], [0.8660254037844386, 0.5]]\n"
                                "bonds:\n"
                                "  - {from: 0, to: 1, type: strong}\n"
                                "  - {from: 0, to: 1, cell: [-1, 0], type: weak}\n"
                                "  - {from: 0, to: 1, cell: [0, -1], type: weak}\n"
                                "couplings: {strong: 1, weak: 0.5}\n";

static void test_a_lattice_file_says_the_same_as_a_built_in_lattice(void **state) {
    ons_lattice *mine, *builtin;
    assert_int_equal(ons_lattice_parse(&mine, "mine.yaml", honeycomb, strlen(honeycomb)), ONS_OK);
    assert_int_equal(ons_lattice_create(&builtin, "honeycomb", 0), ONS_OK);
    assert_string_equal(mine->name, "mine");
    assert_int_equal(mine->types, 2);
    for (int k = 0; k < 4; k++) {
        assert_true(fabs(mine->basis[k] - builtin->basis[k]) < 1e-15);
        assert_true(fabs(mine->positions[k] - builtin->positions[k]) < 1e-15);
    }
    const int64_t length = 3;
    ons_graph *a, *b;
    assert_int_equal(ons_graph_create(&a, mine, &length, 1, ONS_PERIODIC), ONS_OK);
    assert_int_equal(ons_graph_create(&b, builtin, &length, 1, ONS_PERIODIC), ONS_OK);
    assert_memory_equal(a->neighbour, b->neighbour, b->entries * sizeof *b->neighbour);
    assert_true(a->strength[0] == 1 && a->strength[1] == 0.5 && !b->strength);
    ons_graph_free(a);
    ons_graph_free(b);
    ons_lattice_free(mine);
    ons_lattice_free(builtin);
}

static void test_faults_of_lattice_files_are_told_with_their_place(void **state) {
    static const char *const cases[][2] = {
        {"", "f"},
        {"[1, 2]", "f:1:1: expected a mapping"},
        {"basis: [[1]]\nsites: [[0]]\n", "f:1:1: the lattice has no 'bonds'"},
        {"basis: [[1]]\nsite: [[0]]\n", "f:2:1: unknown key 'site' in a lattice; did you mean 'sites'?"},
        {"basis: [[1, 0], [2, 0]]\nsites: [[0, 0]]\nbonds: [{from: 0, to: 0, cell: [1, 0]}]",
         "f:1:8: the basis vectors are"},
        {"basis: [[1, 0], [0]]\nsites: [[0, 0]]\nbonds: [{from: 0, to: 0, cell: [1, 0]}]",
         "f:1:17: a basis vector has 1"},
        {"basis: [[nan]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, cell: [1]}]", "f:1:10: expected a finite number"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 1, cell: [1]}]", "f:3:23: expected an integer from 0 to 0"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0}]", "f:3:9: the bond joins site 0 of a cell to itself"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, cell: [1]}]", "f:3:9: the bond has no 'to'"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, sell: [1]}]",
         "f:3:26: unknown key 'sell' in a bond; did you"},
        {"basis: [[1]]\nsites: [[0]]\nbonds:\n - {from: 0, to: 0, cell: [1]}\n - {from: 0, to: 0, cell: [-1]}",
         "f:5:4: the bond is the one of line 4 again"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, cell: [1], type: strng}]\ncouplings: {strong: 1, weak: "
         "2}",
         "f:3:43: 'couplings' has no type 'strng'; did you mean 'strong'?"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, cell: [1]}]\ncouplings: [1, 2]",
         "f:3:9: the bond has no 'type'"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, cell: [1], type: a}, {from: 0, to: 0, cell: [2], type: "
         "b}]",
         "f:3:81: bonds of several types"},
        {"basis: [[1]]\nsites: [[0]]\ncoordinates: polar\nbonds: [{from: 0, to: 0, cell: [1]}]",
         "f:3:14: coordinates are"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [{from: 0, to: 0, cell: [1e9]}]",
         "f:3:33: expected an integer from -1000000"},
        {"basis: [[1]]\nsites: [[0]]\nbonds: [3]", "f:3:9: expected a bond like"},
        {"basis: []\nsites: [[0]]\nbonds: [3]", "f:1:8: expected a list with at least one entry"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ons_lattice *lattice = NULL;
        assert_int_equal(ons_lattice_parse(&lattice, "f", cases[k][0], strlen(cases[k][0])), ONS_INVALID);
        assert_null(lattice);
        if (strncmp(ons_message(), cases[k][1], strlen(cases[k][1])) != 0) {
            fail_msg("'%s', expected '%s...'", ons_message(), cases[k][1]);
        }
    }
}

static void test_lists_of_edges(void **state) {
    static const char text[] = "# a triangle with a tail\n0 1\n1 2 -0.5\n\n2 0 1e0 # comment\r\n2\t3\n0 1 2";
    ons_graph *graph;
    assert_int_equal(ons_graph_parse(&graph, "f", text, strlen(text)), ONS_OK);
    assert_int_equal(graph->sites, 4);
    assert_int_equal(graph->bonds, 5);
    assert_int_equal(graph->multiple_bonds, 1);
    assert_true(graph->strength[1] == -0.5 && graph->strength[4] == 2);
    assert_int_equal(graph->offset[3] - graph->offset[2], 3);
    ons_graph_free(graph);
}

static void test_faults_of_lists_of_edges_are_told_with_their_place(void **state) {
    static const char *const cases[][2] = {
        {"", "f: no edge"},
        {"# nothing\n", "f: no edge"},
        {"0 1\n2\n", "f:2:2: expected two sites"},
        {"0 1\n0 x\n", "f:2:3: expected the number of a site (from 0), not 'x'"},
        {"0 -1\n", "f:1:3: expected the number of a site"},
        {"3 3\n", "f:1:3: the edge joins site 3 to itself"},
        {"0 1 nan\n", "f:1:5: expected a finite number J behind the sites, not 'nan'"},
        {"0 1 1e400\n", "f:1:5: expected a finite number"},
        {"0 1 1 1\n", "f:1:7: nothing is expected"},
        {"basis: [[1]]\n",
         "f:1:1: expected the number of a site (from 0), not 'basis:'; a lattice description has a name"},
        {"0 4294967293\n", "f: site 4294967293 with only 1 edges"},
        {"0 99999999999\n", "f:1:3: expected the number of a site"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ons_graph *graph = NULL;
        assert_int_equal(ons_graph_parse(&graph, "f", cases[k][0], strlen(cases[k][0])), ONS_INVALID);
        assert_null(graph);
        if (strncmp(ons_message(), cases[k][1], strlen(cases[k][1])) != 0) {
            fail_msg("'%s', expected '%s...'", ons_message(), cases[k][1]);
        }
    }
}

static void test_what_cannot_be_a_lattice_is_refused(void **state) {
    ons_lattice *lattice;
    ons_graph *graph;
    assert_int_equal(ons_lattice_create(&lattice, "sqare", 0), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "did you mean 'square'"));
    assert_int_equal(ons_lattice_create(&lattice, "hypercubic", 9), ONS_INVALID);
    assert_int_equal(ons_lattice_create(&lattice, "square", 0), ONS_OK);
    const int64_t three[] = {4, 4, 4}, none = 0, huge = 4294967294;
    assert_int_equal(ons_graph_create(&graph, lattice, three, 3, ONS_PERIODIC), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "2 dimensions"));
    assert_int_equal(ons_graph_create(&graph, lattice, &none, 1, ONS_PERIODIC), ONS_INVALID);
    assert_int_equal(ons_graph_create(&graph, lattice, &huge, 1, ONS_PERIODIC), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "GB"));
    ons_lattice_free(lattice);
    assert_int_equal(ons_graph_complete(&graph, 0), ONS_INVALID);
}

/* ---- shells of neighbours ------------------------------------------------------------------------------------ */

/* Numbers of neighbours at the successive distances of the textbooks. */
static void test_shells_have_their_numbers_of_neighbours(void **state) {
    static const struct {
        const char *name;
        unsigned dimension, count, neighbours[6];
        double squares[6];
    } cases[] = {
        {"chain", 1, 3, {2, 2, 2}, {1, 4, 9}},
        {"square", 2, 5, {4, 4, 4, 8, 4}, {1, 2, 4, 5, 8}},
        {"triangular", 2, 5, {6, 6, 6, 12, 6}, {1, 3, 4, 7, 9}},
        {"honeycomb", 2, 4, {3, 6, 3, 6}, {1, 3, 4, 7}},
        {"kagome", 2, 3, {4, 4, 6}, {1, 3, 4}},
        {"cubic", 3, 5, {6, 12, 8, 6, 24}, {1, 2, 3, 4, 5}},
        {"bcc", 3, 4, {8, 6, 12, 24}, {1, 4.0 / 3, 8.0 / 3, 11.0 / 3}},
        {"fcc", 3, 4, {12, 6, 24, 12}, {1, 2, 3, 4}},
        {"hypercubic", 4, 3, {8, 24, 32}, {1, 2, 3}},
    };
    const double factors[6] = {1, -0.5, 0.25, 0, 2, 3};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ons_lattice *lattice, *shells;
        ons_graph *graph;
        const unsigned d = cases[k].dimension;
        assert_int_equal(ons_lattice_create(&lattice, cases[k].name, d), ONS_OK);
        assert_int_equal(ons_lattice_shells(&shells, lattice, factors, cases[k].count), ONS_OK);
        assert_int_equal(shells->types, cases[k].count);
        unsigned ends[6] = {0};
        for (size_t b = 0; b < shells->bonds; b++) {
            const ons_lattice_bond *bond = &shells->bond[b];
            double square = 0;
            for (unsigned axis = 0; axis < d; axis++) {
                double x = 0;
                for (unsigned j = 0; j < d; j++) {
                    x += shells->basis[j * d + axis] * (bond->cell[j] + shells->positions[bond->target * d + j] -
                                                        shells->positions[bond->source * d + j]);
                }
                square += x * x;
            }
            assert_true(fabs(square - cases[k].squares[bond->type]) < 1e-9);
            assert_true(shells->couplings[bond->type] == factors[bond->type]);
            assert_true(b == 0 || bond->source >= shells->bond[b - 1].source);
            ends[bond->type] += 2;
        }
        for (unsigned type = 0; type < cases[k].count; type++) {
            assert_int_equal(ends[type], cases[k].neighbours[type] * lattice->sites);
        }
        assert_int_equal(ons_graph_create(&graph, shells, (int64_t[]){7}, 1, ONS_PERIODIC), ONS_OK);
        assert_int_equal(graph->multiple_bonds, 0); /* each pair once */
        ons_graph_free(graph);
        ons_lattice_free(shells);
        /* the first shell is the lattice itself */
        assert_int_equal(ons_lattice_shells(&shells, lattice, factors, 1), ONS_OK);
        assert_int_equal(shells->bonds, lattice->bonds);
        ons_lattice_free(shells);
        assert_int_equal(ons_lattice_shells(&shells, lattice, factors, 0), ONS_INVALID);
        assert_int_equal(ons_lattice_shells(&shells, lattice, (double[]){INFINITY}, 1), ONS_INVALID);
        ons_lattice_free(lattice);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in_lattices_have_their_coordination_and_number_of_bonds),
        cmocka_unit_test(test_bonds_of_built_in_lattices_join_the_nearest_neighbours),
        cmocka_unit_test(test_cells_of_built_in_lattices_have_the_known_volume),
        cmocka_unit_test(test_smallest_wave_numbers),
        cmocka_unit_test(test_neighbours_agree_with_the_list_of_bonds),
        cmocka_unit_test(test_short_periodic_lengths_keep_double_bonds_and_self_bonds),
        cmocka_unit_test(test_a_lattice_file_says_the_same_as_a_built_in_lattice),
        cmocka_unit_test(test_faults_of_lattice_files_are_told_with_their_place),
        cmocka_unit_test(test_lists_of_edges),
        cmocka_unit_test(test_faults_of_lists_of_edges_are_told_with_their_place),
        cmocka_unit_test(test_what_cannot_be_a_lattice_is_refused),
        cmocka_unit_test(test_shells_have_their_numbers_of_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
