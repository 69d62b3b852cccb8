/*
 * Pauli and Clifford tables against explicit 2 x 2 and 4 x 4 complex matrices; the average spin map by the sum over
 * 2^15 configurations; Bell's inequality in the correlation map by linear programming.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/spins.h>

#include <complex.h>
#include <math.h>
#include <string.h>

typedef double complex number;
typedef struct matrix {
    number at[4][4];
} matrix;

static const number sigma[4][2][2] = {{{1, 0}, {0, 1}}, {{0, 1}, {1, 0}}, {{0, -I}, {I, 0}}, {{1, 0}, {0, -1}}};

static matrix kron(const number (*a)[2], const number (*b)[2]) {
    matrix m;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) { m.at[i][j] = a[i / 2][j / 2] * b[i % 2][j % 2]; }
    }
    return m;
}

static matrix times(matrix a, matrix b) {
    matrix m = {0};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) { m.at[i][j] += a.at[i][k] * b.at[k][j]; }
        }
    }
    return m;
}

static matrix adjoint(matrix a) {
    matrix m;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) { m.at[i][j] = conj(a.at[j][i]); }
    }
    return m;
}

static double distance(matrix a, matrix b, number factor) {
    double largest = 0;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) { largest = fmax(largest, cabs(a.at[i][j] - factor * b.at[i][j])); }
    }
    return largest;
}

static matrix pauli(unsigned k) { return kron(sigma[k / 4], sigma[k % 4]); }

static void test_products_of_paulis_match_matrices(void **state) {
    for (unsigned a = 0; a < 16; a++) {
        for (unsigned b = 0; b < 16; b++) {
            const ons_pauli product = ons_pauli_product(a, b);
            const number phase[] = {1, I, -1, -I};
            assert_true(distance(times(pauli(a), pauli(b)), pauli(product.number), phase[product.phase]) < 1e-15);
        }
    }
}

/* exp(-i angle sigma/2) */
static void turn(unsigned axis, double angle, number (*u)[2]) {
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            u[i][j] = cos(angle / 2) * sigma[0][i][j] - I * sin(angle / 2) * sigma[axis][i][j];
        }
    }
}

static void one_qubit(const char *name, number (*u)[2]) {
    const double c = sqrt(0.5), quarter = acos(0);
    const number hadamard[2][2] = {{c, c}, {c, -c}}, phase[2][2] = {{1, 0}, {0, I}}, back[2][2] = {{1, 0}, {0, -I}};
    if (!strncmp(name, "SXDG", 4)) {
        turn(1, -quarter, u);
    } else if (!strncmp(name, "SYDG", 4)) {
        turn(2, -quarter, u);
    } else if (!strncmp(name, "SDG", 3)) {
        memcpy(u, back, sizeof back);
    } else if (!strncmp(name, "SX", 2)) {
        turn(1, quarter, u);
    } else if (!strncmp(name, "SY", 2)) {
        turn(2, quarter, u);
    } else if (name[0] == 'S') {
        memcpy(u, phase, sizeof phase);
    } else if (name[0] == 'H') {
        memcpy(u, hadamard, sizeof hadamard);
    } else {
        memcpy(u, sigma[name[0] - 'X' + 1], sizeof sigma[0]);
    }
}

static matrix unitary(const char *name) {
    number u[2][2];
    if (!strcmp(name, "CNOT12")) { return (matrix){{{1}, {0, 1}, {0, 0, 0, 1}, {0, 0, 1, 0}}}; }
    if (!strcmp(name, "CNOT21")) { return (matrix){{{1}, {0, 0, 0, 1}, {0, 0, 1, 0}, {0, 1, 0, 0}}}; }
    if (!strcmp(name, "CZ")) { return (matrix){{{1}, {0, 1}, {0, 0, 1, 0}, {0, 0, 0, -1}}}; }
    if (!strcmp(name, "SWAP")) { return (matrix){{{1}, {0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}}}; }
    if (!strcmp(name, "I")) { return pauli(0); }
    one_qubit(name, u);
    const bool first = name[strlen(name) - 1] == '1';
    return first ? kron((const number(*)[2])u, sigma[0]) : kron(sigma[0], (const number(*)[2])u);
}

static const char *const gates[] = {"I",     "X1",    "Y1",    "Z1",     "H1",     "S1", "SDG1", "SX1",  "SXDG1",
                                    "SY1",   "SYDG1", "X2",    "Y2",     "Z2",     "H2", "S2",   "SDG2", "SX2",
                                    "SXDG2", "SY2",   "SYDG2", "CNOT12", "CNOT21", "CZ", "SWAP"};
enum { GATES = sizeof gates / sizeof *gates };

static void test_clifford_tables_match_conjugation_by_matrices(void **state) {
    for (unsigned g = 0; g < GATES; g++) {
        ons_clifford table;
        assert_int_equal(ons_clifford_gate(&table, gates[g]), ONS_OK);
        const matrix u = unitary(gates[g]);
        assert_true(distance(times(adjoint(u), u), pauli(0), 1) < 1e-15);
        for (unsigned k = 0; k < 16; k++) {
            const matrix image = times(adjoint(u), times(pauli(k), u));
            assert_true(distance(image, pauli(table.source[k]), table.sign[k]) < 1e-15);
        }
    }
    ons_clifford none;
    assert_int_equal(ons_clifford_gate(&none, "CNOT"), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "CNOT12"));
    assert_int_equal(ons_clifford_gate(&none, "T1"), ONS_INVALID);
    assert_int_equal(ons_clifford_gate(&none, "cnot21"), ONS_OK);
}

static void test_gates_one_after_the_other_match_the_product_of_unitaries(void **state) {
    ons_random random = ons_random_stream(1, 0, 0);
    ons_clifford table;
    matrix u = pauli(0);
    assert_int_equal(ons_clifford_gate(&table, "I"), ONS_OK);
    for (unsigned step = 0; step < 60; step++) {
        const unsigned g = ons_random_below(&random, GATES);
        ons_clifford next;
        assert_int_equal(ons_clifford_gate(&next, gates[g]), ONS_OK);
        table = ons_clifford_then(&table, &next);
        u = times(unitary(gates[g]), u);
        for (unsigned k = 0; k < 16; k++) {
            const matrix image = times(adjoint(u), times(pauli(k), u));
            assert_true(distance(image, pauli(table.source[k]), table.sign[k]) < 1e-13);
        }
    }
}

/* The 24 rotations are different, proper, and unitary: found among products of H and S. */
static void test_rotations_are_the_24_elements_of_the_octahedral_group(void **state) {
    ons_clifford rotation[24], h, s;
    assert_int_equal(ons_clifford_gate(&h, "H1"), ONS_OK);
    assert_int_equal(ons_clifford_gate(&s, "S1"), ONS_OK);
    bool hadamard = false;
    for (unsigned k = 0; k < 24; k++) {
        ons_clifford_rotation(&rotation[k], k);
        for (unsigned j = 0; j < k; j++) { assert_memory_not_equal(&rotation[k], &rotation[j], sizeof h); }
        hadamard = hadamard || !memcmp(&rotation[k], &h, sizeof h);
        for (unsigned g = 0; g < 2; g++) { /* closed under H and S, which generate the group */
            const ons_clifford product = ons_clifford_then(&rotation[k], g ? &h : &s);
            bool found = false;
            for (unsigned j = 0; j < 24 && !found; j++) {
                ons_clifford_rotation(&rotation[j], j);
                found = !memcmp(&rotation[j], &product, sizeof product);
            }
            assert_true(found);
        }
    }
    assert_true(hadamard);
}

/* Means of the 15 spins by the sum over 2^15 configurations, each moved by the update. */
static void exact_means(const double *start, const ons_clifford *gate, double *means) {
    memset(means, 0, 16 * sizeof *means);
    for (uint32_t c = 0; c < 1U << 15; c++) {
        const double p = ons_qubits_probability(start, c);
        const uint32_t after = gate ? ons_clifford_update(gate, c) : c;
        means[0] += p;
        for (unsigned k = 1; k < 16; k++) { means[k] += after >> (k - 1) & 1 ? p : -p; }
    }
}

static void test_a_deterministic_update_entangles_two_qubits(void **state) {
    const double up[3] = {0, 0, 1}, tilted[3] = {0.6, 0, 0.8};
    double start[16], means[16], quantum[16], smallest;
    ons_clifford h, cnot, both;
    assert_int_equal(ons_clifford_gate(&h, "H1"), ONS_OK);
    assert_int_equal(ons_clifford_gate(&cnot, "CNOT12"), ONS_OK);
    both = ons_clifford_then(&h, &cnot);
    ons_qubits_product(up, up, start);
    exact_means(start, &both, means);
    for (unsigned k = 1; k < 16; k++) { /* (|00> + |11>)/sqrt 2: xx = 1, yy = -1, zz = 1 */
        assert_true(fabs(means[k] - (k == 5 ? 1 : k == 10 ? -1 : k == 15 ? 1 : 0)) < 1e-12);
    }
    ons_qubits_product(tilted, up, start);
    exact_means(start, &both, means);
    ons_clifford_means(&both, start, quantum);
    for (unsigned k = 0; k < 16; k++) { assert_true(fabs(means[k] - quantum[k]) < 1e-12); }
    assert_int_equal(ons_qubits_smallest(means, &smallest), ONS_OK);
    assert_true(fabs(smallest) < 1e-12);
    assert_true(fabs(ons_qubits_purity(means) - 1) < 1e-12);
}

static void test_the_rotated_singlet_is_a_pure_state_with_chsh_of_root_8(void **state) {
    double start[16], means[16], smallest;
    ons_qubits_rotated_singlet(start);
    exact_means(start, NULL, means);
    assert_true(fabs(ons_qubits_chsh(means) - 2 * sqrt(2)) < 1e-12);
    assert_int_equal(ons_qubits_smallest(start, &smallest), ONS_OK);
    assert_true(fabs(smallest) < 1e-12);
    assert_true(fabs(ons_qubits_purity(start) - 1) < 1e-12);
    ons_qubits_singlet(start);
    assert_int_equal(ons_qubits_smallest(start, &smallest), ONS_OK);
    assert_true(fabs(smallest) < 1e-12);
    start[10] = 1; /* xx = yy = zz = -1 with one sign changed is no state */
    assert_int_equal(ons_qubits_smallest(start, &smallest), ONS_OK);
    assert_true(smallest < -0.49);
}

static void test_draws_have_the_means_of_the_distribution(void **state) {
    enum { DRAWS = 100000 };
    double start[16], sum[16] = {0};
    ons_random random = ons_random_stream(6, 0, 0);
    ons_qubits_rotated_singlet(start);
    for (unsigned n = 0; n < DRAWS; n++) {
        const uint32_t c = ons_qubits_draw(start, &random);
        for (unsigned k = 1; k < 16; k++) { sum[k] += c >> (k - 1) & 1 ? 1 : -1; }
    }
    for (unsigned k = 1; k < 16; k++) { /* 6 sigma for 15 numbers: 3e-8 */
        assert_true(fabs(sum[k] / DRAWS - start[k]) <= 6 * sqrt((1 - start[k] * start[k]) / DRAWS) + 1e-12);
    }
}

/* ---- Bell ---------------------------------------------------------------------------------------------------- */

static void test_the_largest_chsh_of_six_spins_is_two(void **state) {
    double one[64], chsh[64], right = 1, x[64], value, vertex = -INFINITY;
    for (unsigned c = 0; c < 64; c++) {
        double values[16];
        ons_correlation_values(c, values);
        one[c] = 1;
        chsh[c] = ons_qubits_chsh(values);
        vertex = fmax(vertex, chsh[c]);
    }
    assert_int_equal(ons_linear_program(1, 64, one, &right, chsh, x, &value), ONS_OK);
    assert_true(fabs(value - 2) < 1e-12);
    assert_true(vertex == 2); /* the vertices of the polytope are the configurations */
}

static void test_the_singlet_is_a_correlation_map_and_the_rotated_one_is_not(void **state) {
    double means[16], p[64], distance;
    ons_qubits_singlet(means);
    assert_int_equal(ons_correlation_fit(means, p, &distance), ONS_OK);
    assert_true(distance < 1e-12);
    for (unsigned k = 0; k < 16; k++) {
        double sum = 0;
        for (unsigned c = 0; c < 64; c++) {
            double values[16];
            ons_correlation_values(c, values);
            assert_true(p[c] >= 0);
            sum += p[c] * values[k];
        }
        assert_true(fabs(sum - means[k]) < 1e-12);
    }
    ons_qubits_rotated_singlet(means);
    assert_int_equal(ons_correlation_fit(means, NULL, &distance), ONS_OK);
    /* The four entries of CHSH move together: at least 2 sqrt 2 - 2 in all. */
    assert_true(distance >= 2 * sqrt(2) - 2 - 1e-12);
    const double up[3] = {0.6, 0, 0.8}, other[3] = {0, 1, 0};
    ons_qubits_product(up, other, means);
    assert_int_equal(ons_correlation_fit(means, NULL, &distance), ONS_OK);
    assert_true(distance < 1e-12); /* product states always are */
}

static void test_linear_programs_with_known_answers(void **state) {
    /* max x + 2y, x + y <= 4, x + 3y <= 6 (slacks): 5 at (3, 1). */
    const double a[2][4] = {{1, 1, 1, 0}, {1, 3, 0, 1}}, b[2] = {4, 6}, c[4] = {1, 2, 0, 0};
    double x[4], value;
    assert_int_equal(ons_linear_program(2, 4, &a[0][0], b, c, x, &value), ONS_OK);
    assert_true(fabs(value - 5) < 1e-12 && fabs(x[0] - 3) < 1e-12 && fabs(x[1] - 1) < 1e-12);
    const double contradiction[2][2] = {{1, 1}, {1, 1}}, two[2] = {1, -2};
    assert_int_equal(ons_linear_program(2, 2, &contradiction[0][0], two, c, x, &value), ONS_DONE);
    const double open[1][2] = {{1, -1}}, zero[1] = {0};
    assert_int_equal(ons_linear_program(1, 2, &open[0][0], zero, c, x, &value), ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_of_paulis_match_matrices),
        cmocka_unit_test(test_clifford_tables_match_conjugation_by_matrices),
        cmocka_unit_test(test_gates_one_after_the_other_match_the_product_of_unitaries),
        cmocka_unit_test(test_rotations_are_the_24_elements_of_the_octahedral_group),
        cmocka_unit_test(test_a_deterministic_update_entangles_two_qubits),
        cmocka_unit_test(test_the_rotated_singlet_is_a_pure_state_with_chsh_of_root_8),
        cmocka_unit_test(test_draws_have_the_means_of_the_distribution),
        cmocka_unit_test(test_the_largest_chsh_of_six_spins_is_two),
        cmocka_unit_test(test_the_singlet_is_a_correlation_map_and_the_rotated_one_is_not),
        cmocka_unit_test(test_linear_programs_with_known_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
