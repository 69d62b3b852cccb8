/*
 * What `onsager describe probabilistic-world` says, and its table of claims.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_PROBABILISTIC_WORLD_TEXT_H
#define ONSAGER_PAPERS_PROBABILISTIC_WORLD_TEXT_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "One probability distribution for events at all times, p[s] = w[s]/Z with w a product of factors K(t) between\n"
    "neighbouring time slices of Ising spins, and boundary weights (a generalised Ising model). Summed over past and\n"
    "future it leaves at each slice two classical wave functions, q(t+1) = T q(t) and p(t) = T' p(t+1), and "
    "expectation\n"
    "values follow the quantum rule <A(t)> = tr(A rho), rho = q p'/Z. When T is a permutation the model is a cellular\n"
    "automaton with random initial state, and a discrete quantum system. Conventions stand in the descriptions of the\n"
    "systems `step-evolution`, `cellular-automaton`, `permutation-spectrum` and `qubit-automaton`.\n"
    "\n"
    "## What the claims are\n"
    "The paper prints no numbers to compare with: its claims are structural. Of its text only the abstract was read "
    "for\n"
    "this table; `abstract` as a place means that the abstract says so, `derived` that the settings and the number "
    "are\n"
    "ours, made to test the statement, and names stand for textbook results. Nearly all checks are exact: they "
    "compare\n"
    "two different computations, and the tolerance is rounding.\n"
    "\n"
    "## What is not claimed\n"
    "W10 and W11 belong together. In the average spin map (15 independent spins) E(a, b) is the mean of a classical\n"
    "variable of its own and not of a product of one variable here and one there; that CHSH reaches 2 sqrt 2 there is\n"
    "no violation of Bell's inequality by local hidden variables. Where every E is a correlation (6 spins), 2 is the\n"
    "limit. Wave functions of an automaton are real; psi in W5 is a pair of real ones. Signs of q with p = q^2 are a\n"
    "convention. In W4 the two-particle sector has the antiperiodic momenta that the order of fermions asks for.\n"
    "\n"
    "## References\n"
    "C. Wetterich, The probabilistic world, arXiv:2011.02867 (2020); Fermionic quantum field theories as "
    "probabilistic\n"
    "cellular automata, arXiv:2111.06728 (2022). H. A. Kramers and G. H. Wannier, Phys. Rev. 60, 252 (1941). L. "
    "Onsager,\n"
    "Phys. Rev. 65, 117 (1944). B. Kaufman, Phys. Rev. 76, 1232 (1949). J. S. Bell, Physics 1, 195 (1964). J. F.\n"
    "Clauser, M. A. Horne, A. Shimony and R. A. Holt, Phys. Rev. Lett. 23, 880 (1969).\n";

#define ROUNDING_SUM "rounding; the 2^21 terms are summed with compensation"
#define ROUNDING "rounding"
#define EXACT(id, quantity, value, tolerance, place, why)                                                              \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, value, 0, tolerance, 0, place, why }
#define SAMPLED(id, quantity, value, precision, place, why)                                                            \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, value, 0, 0, precision, place, why }

static const ons_claim claims[] = {
    EXACT(
        "W1-equal",
        "largest |tr(A rho) - sum over histories| over all spins and slices; 3 spins, 6 steps of random local factors",
        0, 1e-12, "abstract (the quantum rule from the classical one); settings derived", ROUNDING_SUM),
    EXACT("W1-unequal", "the same for <s_j(t) s_1(2)>, all spins j and slices t >= 2", 0, 1e-12,
          "abstract (operators for observables); settings derived", ROUNDING_SUM),
    EXACT("W1-partition", "ln Z from the wave functions minus ln of the sum of weights, the largest over all slices", 0,
          1e-12, "derived", ROUNDING_SUM),
    EXACT("W2-now", "|<s(0)> of one pair of boundaries - of another|, Ising chain, kappa = 1/2, one step", 0, 1e-12,
          "abstract (no evolution law for the local probabilities alone); example derived", ROUNDING),
    EXACT("W2-next", "the same at the next slice: 1 - tanh^2 kappa", 0.7864477329659274, 1e-12,
          "abstract (no evolution law for the local probabilities alone); example derived", ROUNDING),
    EXACT("W3-norm", "largest |norm - 1| of a wave function over 1000 steps with scattering of colours", 0, 1e-12,
          "abstract (automata are quantum systems); settings derived", "rounding: a permutation moves the amplitudes"),
    EXACT("W3-one",
          "largest distance of numerical eigenvalues to the roots of unity of the cycles; 4 cells, 1 particle", 0,
          1e-10, "abstract (automata are quantum systems); derived", "rounding of the QR method"),
    EXACT("W3-two", "the same for 2 particles, 120 states", 0, 1e-10,
          "abstract (automata are quantum systems); derived", "rounding of the QR method"),
    EXACT("W3-states", "states in the cycles of 4 cells with 2 colours, from the cycle list: 2^16", 65536, 0, "derived",
          "a whole number"),
    EXACT("W3-free", "number of cycles of free right- and left-movers on 8 cells: necklaces of 4 colours", 8230, 0,
          "Burnside's lemma", "a whole number"),
    EXACT("W4-one", "largest |exp(-iH) - S|, H = sum_p p a+_p a_p from FFT; 8 cells, 1 right-mover", 0, 1e-12,
          "abstract (Hamiltonian formulation); construction derived", "rounding of the exponential"),
    EXACT("W4-two", "the same for 2 right-movers, 28 states, antiperiodic momenta", 0, 1e-12,
          "abstract (Hamiltonian formulation); construction derived", "rounding of the exponential"),
    EXACT("W5-free", "largest change of the momentum distribution in 1000 steps: random psi, movers on 16 cells", 0,
          1e-12, "abstract (momentum observable, Fourier representation); settings derived", ROUNDING),
    EXACT("W5-scattering", "the same for 3 particles that exchange colours on 8 cells, total momentum modulo 2 pi", 0,
          1e-12, "derived: the rule commutes with translation", ROUNDING),
    {"W5-control", ONS_CLAIM_ORDERING, 0, ONS_QUICK, "with scattering at some cells only, the distribution does change",
     0, 0, 0, 0, "derived", "a change of more than 0.01: the test can fail"},
    EXACT("W6-decay", "largest |<s(t)> - tanh^t kappa| over 40 slices of an Ising chain, kappa = 1/2", 0, 1e-12,
          "Ising 1925; textbook", ROUNDING),
    EXACT("W6-first", "<s(1)> = tanh 1/2 from the wave functions", 0.46211715726000974, 1e-12, "Ising 1925; textbook",
          ROUNDING),
    EXACT("W6-length", "correlation length 1/ln coth kappa from the gap of the step evolution operator",
          1.295442784141215, 1e-10, "Ising 1925; textbook", "the power method's residual of 1e-9 enters squared"),
    SAMPLED("W6-sampled", "<s(1)> = tanh 1/2 from histories drawn by their weight", 0.46211715726000974, 5e-3,
            "Ising 1925; textbook", "nothing but the error of the mean"),
    SAMPLED("W6-sampled-3", "<s(3)> = tanh^3 1/2 from the same histories", 0.0986861665682161, 5e-3,
            "Ising 1925; textbook", "nothing but the error of the mean"),
    EXACT("W7-diagonal", "largest |<s(t, x+t) s(0, x)> - tanh^t kappa|, diagonal Ising model, 10 spins, kappa = 0.7", 0,
          1e-12, "derived: independent chains along the diagonals", ROUNDING),
    EXACT("W7-automaton", "<s(30, x+30) s(0, x)> at kappa = 20: the automaton of right-movers", 1, 1e-12,
          "derived: 1 - tanh^30 20 = 2.5e-16", ROUNDING),
    EXACT("W8-kaufman", "ln(l0/l1) of the square-lattice strip of width 12, kappa = 0.35", 0.3910048447809996, 1e-10,
          "Kaufman 1949, evaluated for this width", "the power method's residual of 1e-9 enters squared"),
    EXACT("W8-limit", "its limit of infinite width, 2 (kappa* - kappa), from widths 8, 10, 12", 0.38952705169384316,
          0.0078, "Onsager 1944", "2 %: what an exponential extrapolation may leave at four correlation lengths"),
    {"W8-memory", ONS_CLAIM_ORDERING, 0, ONS_QUICK,
     "after 48 slices of width 10 the boundary is forgotten at kappa = 0.35, remembered at kappa = 0.55", 0, 0, 0, 0,
     "Onsager 1944; textbook", "<s> below 1e-6, and above 1/2"},
    EXACT("W9-rotations", "rotations of a qubit found as updates of 8 configurations of 3 spins", 24, 0,
          "general knowledge of the paper; the octahedral group", "a whole number"),
    EXACT("W9-means", "largest |sum over 8 configurations - tr(sigma U rho U+)| over them, Hadamard included", 0, 1e-14,
          "general knowledge of the paper; derived", ROUNDING),
    EXACT("W10-xx", "<S_xx> after Hadamard and CNOT on a product state, sum over 2^15 configurations", 1, 1e-12,
          "abstract (entangled systems); construction derived", ROUNDING),
    EXACT("W10-yy", "<S_yy> of the same", -1, 1e-12, "abstract (entangled systems); construction derived", ROUNDING),
    EXACT("W10-zz", "<S_zz> of the same", 1, 1e-12, "abstract (entangled systems); construction derived", ROUNDING),
    EXACT("W10-rest", "largest |mean| of the other 12 spins", 0, 1e-12,
          "abstract (entangled systems); construction derived", ROUNDING),
    EXACT("W10-chsh", "E_xx + E_xz + E_zx - E_zz of the rotated singlet in the average spin map, 15 independent spins",
          2.8284271247461903, 1e-12, "abstract (Bell's inequalities not generally applicable); construction derived",
          ROUNDING),
    SAMPLED("W10-sampled", "the same from 10^6 configurations drawn", 2.8284271247461903, 5e-3,
            "abstract (Bell's inequalities not generally applicable); construction derived",
            "nothing but the error of the mean"),
    EXACT("W11-limit", "largest E_xx + E_xz + E_zx - E_zz over all distributions of 6 spins, by linear programming", 2,
          1e-12, "Bell 1964; Clauser, Horne, Shimony and Holt 1969", ROUNDING),
    EXACT("W11-singlet", "distance of the plain singlet from what 6 spins can have", 0, 1e-12, "derived",
          "rounding: s = -t on every axis"),
    {"W11-rotated", ONS_CLAIM_EXACT, ONS_CLAIM_AT_LEAST, ONS_QUICK,
     "distance of the rotated singlet from what 6 spins can have: at least 2 sqrt 2 - 2", 0.8284271247461903, 0, 1e-12,
     0, "Clauser, Horne, Shimony and Holt 1969", "rounding; the four means of CHSH must move that far"},
    EXACT("W12-momentum", "Frobenius norm of [P, X], 8 cells: sqrt(sum (x-y)^2 pi^2/(64 sin^2(pi (x-y)/8)))",
          15.50023285101129, 1e-12, "abstract (momentum observable); number derived", ROUNDING),
    EXACT("W12-times", "Frobenius norm of [s(1), s(0)] in the Heisenberg picture, Ising chain: 2 sqrt 2/sinh 2 kappa",
          2.4067599148503542, 1e-12, "abstract (non-commuting operators); number derived", ROUNDING),
    EXACT("W12-ordered", "tr(s(1) s(0) rho) of the Ising chain: the classical correlation tanh kappa",
          0.46211715726000974, 1e-12, "derived", ROUNDING),
    EXACT("W12-reversed", "tr(s(0) s(1) rho), the other order, free end: coth kappa, no correlation of two signs",
          2.163953413738653, 1e-12, "derived", ROUNDING),
    {.id = NULL}};

#endif
