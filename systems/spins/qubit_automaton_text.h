/*
 * What `onsager describe qubit-automaton` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_QUBIT_AUTOMATON_TEXT_H
#define ONSAGER_SYSTEMS_QUBIT_AUTOMATON_TEXT_H

#define QUBIT_AUTOMATON_DETAILS                                                                                        \
    "## Model\n"                                                                                                       \
    "One or two qubits as subsystems of classical Ising spins s = +1 or -1, whose configurations have probabilities "  \
    "and change by\n"                                                                                                  \
    "deterministic updates (unique jumps). The state of the qubits is rho = (1/4) sum_mn r_mn sigma_m x sigma_n with " \
    "r_00 = 1;\n"                                                                                                      \
    "the 15 numbers r_mn are expectation values of the spins (Wetterich, arXiv:2011.02867):\n"                         \
    "\n"                                                                                                               \
    "| map | spins | expectation values |\n"                                                                           \
    "|---|---|---|\n"                                                                                                  \
    "| one-qubit | 3: s_x, s_y, s_z | r_m0 = <s_m>; quantum condition r_x^2 + r_y^2 + r_z^2 <= 1 |\n"                  \
    "| average-spin | 15, one for every product sigma_m x sigma_n | r_mn = <S_mn>, each spin a variable of its own "   \
    "|\n"                                                                                                              \
    "| correlation | 6: three for each qubit | r_m0 = <s_m>, r_0n = <t_n>, and r_mn = <s_m t_n>, a correlation |\n"    \
    "\n"                                                                                                               \
    "Components are numbered 4 m + n with 0, x, y, z = 0, 1, 2, 3: 4 = x1 (sigma_x of the first qubit), 1 = 1x, 5 = "  \
    "xx, 10 = yy,\n"                                                                                                   \
    "15 = zz; component 0 is the norm. For one-qubit the components are norm, x, y, z.\n"                              \
    "\n"                                                                                                               \
    "## Start and gates\n"                                                                                             \
    "`state=product` with Bloch vectors `bloch1`, `bloch2` (length at most 1); `singlet`, r_xx = r_yy = r_zz = -1; "   \
    "`rotated-singlet`,\n"                                                                                             \
    "r_xx = r_xz = r_zx = -r_zz = 1/sqrt 2, r_yy = 1: the singlet with the second qubit turned. The spins of "         \
    "one-qubit and\n"                                                                                                  \
    "average-spin are independent at the start, p = prod (1 + r s)/2, which is a probability for every rho. For the "  \
    "correlation map\n"                                                                                                \
    "a distribution with the required means is sought by a linear program, and the start is refused where there is "   \
    "none.\n"                                                                                                          \
    "`gates` is a list joined by '-', of I, X Y Z H S SDG SX SXDG SY SYDG followed by 1 or 2 for the qubit, CNOT12, "  \
    "CNOT21, CZ,\n"                                                                                                    \
    "SWAP. A Clifford gate U takes every Pauli product to one with a sign, U+ P_k U = +-P_j, and the update of the "   \
    "configuration is\n"                                                                                               \
    "new S_k = +-S_j. On the 6 spins of the correlation map only gates on single qubits and SWAP are updates of "      \
    "configurations.\n"                                                                                                \
    "\n"                                                                                                               \
    "## What is measured\n"                                                                                            \
    "After every gate (time 0: the start): `expectation`, by the exact sum over all 2^3, 2^15 or 2^6 configurations "  \
    "with their\n"                                                                                                     \
    "probabilities; `quantum`, by the rule rho -> U rho U+; `sampled`, the mean over `samples` configurations drawn "  \
    "at the start and\n"                                                                                               \
    "updated. `chsh` is E_xx + E_xz + E_zx - E_zz of the exact means, `chsh_sampled` of the sample; `purity` tr "      \
    "rho^2;\n"                                                                                                         \
    "`smallest_eigenvalue` of rho; `distance`, the smallest sum of |deviations| of the 15 numbers from those that "    \
    "any "                                                                                                             \
    "distribution of\n"                                                                                                \
    "the 6 spins can have: 0 when the state is representable by the correlation map.\n"                                \
    "\n"                                                                                                               \
    "## What this is not\n"                                                                                            \
    "A `chsh` of 2 sqrt 2 in the average spin map is no violation of Bell's inequality by local hidden variables: "    \
    "E(a, b) is there\n"                                                                                               \
    "the mean of a classical variable of its own, not of a product of a variable here and one there, and the "         \
    "assumptions of the\n"                                                                                             \
    "inequality are not met. Where they are, in the correlation map, the limit 2 holds (the largest value over its "   \
    "64 "                                                                                                              \
    "configurations,\n"                                                                                                \
    "Bell 1964; Clauser, Horne, Shimony and Holt 1969), and the rotated singlet is not representable. The plain "      \
    "singlet "                                                                                                         \
    "is, with axis\n"                                                                                                  \
    "settings at |chsh| <= 2; evaluating tilted settings linearly from its rho would be the quantum rule for the "     \
    "subsystem, not a\n"                                                                                               \
    "classical correlation. Clifford gates reach stabilizer states only.\n"                                            \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "- C. Wetterich, The probabilistic world, arXiv:2011.02867 (2020); The probabilistic world II, "                   \
    "arXiv:2408.06379.\n"                                                                                              \
    "- J. F. Clauser, M. A. Horne, A. Shimony, R. A. Holt, Phys. Rev. Lett. 23, 880 (1969).\n"                         \
    "- D. Gottesman, arXiv:quant-ph/9807006 (1998): Clifford gates by their action on Pauli products.\n"

#endif
