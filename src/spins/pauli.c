/*
 * Pauli products of two qubits, Clifford gates as signed permutations of them, and the average spin map.
 *
 * A Pauli matrix has the bits (x, z): 1 = (0, 0), x = (1, 0), y = (1, 1), z = (0, 1), and sigma = i^(x z) X^x Z^z; a
 * gate is known by its images of X and Z of both qubits, and every other image follows by multiplication (Gottesman
 * 1998).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/qubits.h>

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

static const char *const names[ONS_PAULIS] = {"11", "1x", "1y", "1z", "x1", "xx", "xy", "xz",
                                              "y1", "yx", "yy", "yz", "z1", "zx", "zy", "zz"};

const char *ons_pauli_name(unsigned number) { return names[number % ONS_PAULIS]; }

/* sigma_a sigma_b = i^phase sigma_c: cyclic products have i, anticyclic ones -i. */
static ons_pauli one_product(unsigned a, unsigned b) {
    if (a == 0 || b == 0 || a == b) { return (ons_pauli){a == b ? 0 : a + b, 0}; }
    return (ons_pauli){6 - a - b, b == a % 3 + 1 ? 1 : 3};
}

ons_pauli ons_pauli_product(unsigned a, unsigned b) {
    const ons_pauli first = one_product(a / 4, b / 4), second = one_product(a % 4, b % 4);
    return (ons_pauli){4 * first.number + second.number, (first.phase + second.phase) % 4};
}

/* ---- gates ---- */

/* A Pauli product with a sign. */
typedef struct signed_pauli {
    unsigned number;
    int sign;
} signed_pauli;

/* Images U+ P U of x1, z1, 1x, 1z. */
typedef struct generator {
    const char *name;
    signed_pauli x1, z1, x2, z2;
} generator;

enum { X = 1, Y = 2, Z = 3 };
#define ON_FIRST(name, x, sx, z, sz)                                                                                   \
    {                                                                                                                  \
        name "1", {4 * (x), sx}, {4 * (z), sz}, {X, 1}, { Z, 1 }                                                       \
    }
#define ON_SECOND(name, x, sx, z, sz)                                                                                  \
    {                                                                                                                  \
        name "2", {4 * X, 1}, {4 * Z, 1}, {x, sx}, { z, sz }                                                           \
    }
#define ON_BOTH(name, x, sx, z, sz) ON_FIRST(name, x, sx, z, sz), ON_SECOND(name, x, sx, z, sz)

/* S+ x S = -y for S = diag(1, i) (S x S+ = y); exp(i pi x/4) z exp(-i pi x/4) = y; exp(i pi y/4) x exp(-i pi y/4) = z.
 */
static const generator generators[] = {
    {"I", {4 * X, 1}, {4 * Z, 1}, {X, 1}, {Z, 1}},
    ON_BOTH("X", X, 1, Z, -1),
    ON_BOTH("Y", X, -1, Z, -1),
    ON_BOTH("Z", X, -1, Z, 1),
    ON_BOTH("H", Z, 1, X, 1),
    ON_BOTH("S", Y, -1, Z, 1),
    ON_BOTH("SDG", Y, 1, Z, 1),
    ON_BOTH("SX", X, 1, Y, 1),
    ON_BOTH("SXDG", X, 1, Y, -1),
    ON_BOTH("SY", Z, 1, X, -1),
    ON_BOTH("SYDG", Z, -1, X, 1),
    {"CNOT12", {4 * X + X, 1}, {4 * Z, 1}, {X, 1}, {4 * Z + Z, 1}},
    {"CNOT21", {4 * X, 1}, {4 * Z + Z, 1}, {4 * X + X, 1}, {Z, 1}},
    {"CZ", {4 * X + Z, 1}, {4 * Z, 1}, {4 * Z + X, 1}, {Z, 1}},
    {"SWAP", {X, 1}, {Z, 1}, {4 * X, 1}, {4 * Z, 1}},
};
enum { GENERATORS = sizeof generators / sizeof *generators };

/* The image of sigma of one qubit from those of its x and z: y = i x z. */
static ons_pauli image_of(unsigned sigma, signed_pauli x, signed_pauli z) {
    const unsigned minus_x = x.sign < 0 ? 2 : 0, minus_z = z.sign < 0 ? 2 : 0;
    if (sigma == 0) { return (ons_pauli){0, 0}; }
    if (sigma == X) { return (ons_pauli){x.number, minus_x}; }
    if (sigma == Z) { return (ons_pauli){z.number, minus_z}; }
    const ons_pauli product = ons_pauli_product(x.number, z.number);
    return (ons_pauli){product.number, (product.phase + minus_x + minus_z + 1) % 4};
}

static void complete(ons_clifford *clifford, const generator *g) {
    for (unsigned k = 0; k < ONS_PAULIS; k++) {
        const ons_pauli first = image_of(k / 4, g->x1, g->z1), second = image_of(k % 4, g->x2, g->z2);
        const ons_pauli product = ons_pauli_product(first.number, second.number);
        clifford->source[k] = product.number;
        clifford->sign[k] = (product.phase + first.phase + second.phase) % 4 == 2 ? -1 : 1;
    }
}

static bool same_word(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        const char lower = *a >= 'a' && *a <= 'z' ? (char)(*a - 'a' + 'A') : *a;
        if (lower != *b) { return false; }
    }
    return *a == *b;
}

ons_status ons_clifford_gate(ons_clifford *clifford, const char *name) {
    const char *known[GENERATORS];
    for (unsigned k = 0; k < GENERATORS; k++) {
        known[k] = generators[k].name;
        if (!same_word(name, known[k])) { continue; }
        complete(clifford, &generators[k]);
        return ONS_OK;
    }
    const char *near = ons_nearest(name, known, GENERATORS);
    return ons_fail(ONS_INVALID,
                    "no Clifford gate is called '%s'%s%s%s; there are I, X Y Z H S SDG SX SXDG SY SYDG with the number "
                    "1 or 2 of the qubit, CNOT12, CNOT21, CZ and SWAP",
                    name, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

ons_clifford ons_clifford_then(const ons_clifford *first, const ons_clifford *second) {
    ons_clifford both;
    for (unsigned k = 0; k < ONS_PAULIS; k++) {
        both.source[k] = first->source[second->source[k]];
        both.sign[k] = second->sign[k] * first->sign[second->source[k]];
    }
    return both;
}

void ons_clifford_means(const ons_clifford *clifford, const double *before, double *after) {
    for (unsigned k = 0; k < ONS_PAULIS; k++) { after[k] = clifford->sign[k] * before[clifford->source[k]]; }
}

uint32_t ons_clifford_update(const ons_clifford *clifford, uint32_t configuration) {
    uint32_t after = 0;
    for (unsigned k = 1; k < ONS_PAULIS; k++) {
        const uint32_t bit = configuration >> (clifford->source[k] - 1) & 1;
        after |= (clifford->sign[k] < 0 ? bit ^ 1 : bit) << (k - 1);
    }
    return after;
}

/* x goes to one of 6 directions, z to one of the 4 perpendicular ones. */
void ons_clifford_rotation(ons_clifford *clifford, unsigned index) {
    const unsigned x = index / 8 % 3 + 1, z = (x + index / 4 % 2) % 3 + 1;
    const generator g = {"", {4 * x, index & 1 ? -1 : 1}, {4 * z, index & 2 ? -1 : 1}, {X, 1}, {Z, 1}};
    complete(clifford, &g);
}

/* ---- states ---- */

void ons_qubits_product(const double *a, const double *b, double *means) {
    for (unsigned k = 0; k < ONS_PAULIS; k++) { means[k] = (k / 4 ? a[k / 4 - 1] : 1) * (k % 4 ? b[k % 4 - 1] : 1); }
}

static void only_correlations(double xx, double xz, double zx, double zz, double yy, double *means) {
    memset(means, 0, ONS_PAULIS * sizeof *means);
    means[0] = 1;
    means[4 * X + X] = xx;
    means[4 * X + Z] = xz;
    means[4 * Z + X] = zx;
    means[4 * Z + Z] = zz;
    means[4 * Y + Y] = yy;
}

void ons_qubits_singlet(double *means) { only_correlations(-1, 0, 0, -1, -1, means); }

void ons_qubits_rotated_singlet(double *means) {
    const double c = sqrt(0.5);
    only_correlations(c, c, c, -c, 1, means);
}

double ons_qubits_purity(const double *means) {
    double sum = 0;
    for (unsigned k = 0; k < ONS_PAULIS; k++) { sum += means[k] * means[k]; }
    return sum / 4;
}

double ons_qubits_chsh(const double *means) {
    return means[4 * X + X] + means[4 * X + Z] + means[4 * Z + X] - means[4 * Z + Z];
}

/* Adds factor sigma to the entry [row][column] of rho: sigma_x, sigma_y, sigma_z as (re, im) by (row, column). */
static void entry(unsigned sigma, unsigned row, unsigned column, double *re, double *im) {
    const double table[4][2][2][2] = {{{{1, 0}, {0, 0}}, {{0, 0}, {1, 0}}},
                                      {{{0, 0}, {1, 0}}, {{1, 0}, {0, 0}}},
                                      {{{0, 0}, {0, -1}}, {{0, 1}, {0, 0}}},
                                      {{{1, 0}, {0, 0}}, {{0, 0}, {-1, 0}}}};
    *re = table[sigma][row][column][0];
    *im = table[sigma][row][column][1];
}

static void density_entry(const double *means, unsigned row, unsigned column, double *re, double *im) {
    *re = *im = 0;
    for (unsigned k = 0; k < ONS_PAULIS; k++) {
        double a, b, c, d;
        entry(k / 4, row / 2, column / 2, &a, &b);
        entry(k % 4, row % 2, column % 2, &c, &d);
        *re += means[k] / 4 * (a * c - b * d);
        *im += means[k] / 4 * (a * d + b * c);
    }
}

/* The Hermitian matrix A + i B has the eigenvalues of the symmetric one (A, -B; B, A), which has each twice. */
ons_status ons_qubits_smallest(const double *means, double *eigenvalue) {
    gsl_matrix *rho = gsl_matrix_alloc(8, 8);
    gsl_vector *values = gsl_vector_alloc(8);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(8);
    ons_status status = rho && values && work ? ONS_OK : ONS_MEMORY;
    if (!status) {
        for (unsigned i = 0; i < 16; i++) {
            const unsigned row = i / 4, column = i % 4;
            double re, im;
            density_entry(means, row, column, &re, &im);
            gsl_matrix_set(rho, row, column, re);
            gsl_matrix_set(rho, row + 4, column + 4, re);
            gsl_matrix_set(rho, row, column + 4, -im);
            gsl_matrix_set(rho, row + 4, column, im);
        }
        if (gsl_eigen_symm(rho, values, work)) { status = ons_fail(ONS_FAILED, "no eigenvalues of a density matrix"); }
        *eigenvalue = gsl_vector_min(values);
    }
    if (work) { gsl_eigen_symm_free(work); }
    if (values) { gsl_vector_free(values); }
    if (rho) { gsl_matrix_free(rho); }
    return status;
}

double ons_qubits_probability(const double *means, uint32_t configuration) {
    double probability = 1;
    for (unsigned k = 1; k < ONS_PAULIS; k++) {
        probability *= (configuration >> (k - 1) & 1 ? 1 + means[k] : 1 - means[k]) / 2;
    }
    return probability;
}

uint32_t ons_qubits_draw(const double *means, ons_random *random) {
    uint32_t configuration = 0;
    for (unsigned k = 1; k < ONS_PAULIS; k++) {
        const double limit = (1 + means[k]) / 2 * 0x1p32;
        configuration |= (uint32_t)((double)ons_random_32(random) < limit) << (k - 1);
    }
    return configuration;
}
