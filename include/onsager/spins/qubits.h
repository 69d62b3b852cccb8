/*
 * qubits: one and two qubits as probabilistic subsystems of classical Ising spins, after Wetterich (arXiv:2011.02867).
 *
 * The density matrix of two qubits, rho = (1/4) sum_mn r_mn sigma_m x sigma_n (sigma_0 = 1, r_00 = 1), is given by 15
 * expectation values. In the average spin map each is the mean of an Ising spin of its own; every Clifford gate
 * permutes the 15 Pauli products up to signs, and is therefore a deterministic update of the 2^15 configurations. In
 * the correlation map there are 6 spins, three a qubit, and the 9 products are their correlations: a complete classical
 * statistics of two parts, for which Bell's inequality holds.
 *
 * Pauli products are numbered 4 m + n, m of the first qubit, n of the second, 0 = 1, 1 = x, 2 = y, 3 = z; number 0 is
 * the identity. The spin of product k is bit k - 1 of a configuration; set: +1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_QUBITS_H
#define ONSAGER_SPINS_QUBITS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ONS_PAULIS = 16, ONS_PAULI_SPINS = 15 };

/* A product of two Pauli products: number and power of i, P_a P_b = i^phase P_number. */
typedef struct ons_pauli {
    unsigned number, phase; /* phase 0 .. 3 */
} ons_pauli;
ONS_API ons_pauli ons_pauli_product(unsigned a, unsigned b);
/* "xx", "1z", .. ("11" for 0). */
ONS_API const char *ons_pauli_name(unsigned number);

/* A Clifford gate U by what it does to expectation values: after it, <P_k> is sign[k] times the old <P_source[k]>,
 * U+ P_k U = sign[k] P_source[k]. */
typedef struct ons_clifford {
    unsigned source[ONS_PAULIS];
    int sign[ONS_PAULIS];
} ons_clifford;

/* A gate by its name, upper or lower case: I; X1 Y1 Z1 (turns by pi), H1 (Hadamard), S1 (phase, a quarter turn about
 * z), T1 is none; SX1 and SY1 (quarter turns about x and y, exp(-i pi sigma/4)), SDG1 SXDG1 SYDG1 their inverses; the
 * same with 2 for the second qubit; CNOT12 and CNOT21 (the first named controls), CZ, SWAP. ONS_INVALID with the
 * nearest name for others. */
ONS_API ons_status ons_clifford_gate(ons_clifford *clifford, const char *name);
/* First `first`, then `second`. */
ONS_API ons_clifford ons_clifford_then(const ons_clifford *first, const ons_clifford *second);
/* The means after the gate, and the configuration of the 15 spins after it; means[0] = 1. */
ONS_API void ons_clifford_means(const ons_clifford *clifford, const double *before, double *after);
ONS_API uint32_t ons_clifford_update(const ons_clifford *clifford, uint32_t configuration);
/* The 24 rotations of one qubit (the first) that are Clifford gates: signed permutations of x, y, z of determinant 1.
 * index 0 .. 23. */
ONS_API void ons_clifford_rotation(ons_clifford *clifford, unsigned index);

/* Means of the 15 spins, [ONS_PAULIS]: product of two qubits with Bloch vectors a and b; the singlet; the singlet with
 * the second qubit turned so that r_xx = r_xz = r_zx = -r_zz = 1/sqrt 2, r_yy = 1. */
ONS_API void ons_qubits_product(const double *a, const double *b, double *means);
ONS_API void ons_qubits_singlet(double *means);
ONS_API void ons_qubits_rotated_singlet(double *means);
/* The smallest eigenvalue of rho for these means: rho is a state when it is not negative. tr rho^2 = sum means^2 / 4.
 */
ONS_API ons_status ons_qubits_smallest(const double *means, double *eigenvalue);
ONS_API double ons_qubits_purity(const double *means);
/* E_xx + E_xz + E_zx - E_zz: the combination of Clauser, Horne, Shimony and Holt (Phys. Rev. Lett. 23, 880 (1969)) with
 * both sides measured along the axes x and z. */
ONS_API double ons_qubits_chsh(const double *means);

/* The distribution of independent spins with these means, p(s) = prod_k (1 + means[k] s_k)/2: of one configuration; and
 * a configuration drawn from it (15 words of `random`). */
ONS_API double ons_qubits_probability(const double *means, uint32_t configuration);
ONS_API uint32_t ons_qubits_draw(const double *means, ons_random *random);

/* ---- the correlation map and linear programs -----------------------------------------------------------------------
 */

/* The 15 products that a configuration of 6 spins (bits 0 .. 2: x, y, z of the first qubit, 3 .. 5: of the second)
 * gives: values[ONS_PAULIS], values[0] = 1. */
ONS_API void ons_correlation_values(unsigned configuration, double *values);
/* Whether a distribution on the 64 configurations has these 15 means. distribution [64] receives one (NULL: not
 * wanted); *distance: the smallest sum of |deviations| that a distribution can have, 0 within rounding where one
 * exists. By a linear program. */
ONS_API ons_status ons_correlation_fit(const double *means, double *distribution, double *distance);

/* The linear program: maximise c.x subject to A x = b, x >= 0. A [rows][columns], b of any sign. By the simplex method
 * on a tableau in two phases with Bland's rule, which never cycles (Bland 1977). ONS_DONE when no x is feasible
 * (*value: how far from it: the smallest sum of |A x - b| with the signs of b), ONS_INVALID when the maximum is
 * infinite. x [columns] may be NULL. Meant for small problems: rows x (rows + columns) numbers a pivot. */
ONS_API ons_status ons_linear_program(size_t rows, size_t columns, const double *matrix, const double *right,
                                      const double *objective, double *x, double *value);

#ifdef __cplusplus
}
#endif
#endif
