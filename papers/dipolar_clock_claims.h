/*
 * What is said of the paper `dipolar-clock`, and its claims.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_DIPOLAR_CLOCK_CLAIMS_H
#define ONSAGER_PAPERS_DIPOLAR_CLOCK_CLAIMS_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "H = -J sum_<ij> cos(theta_i - theta_j) + (D/2) sum_(i != j) s_i s_j / r_ij^3 with theta = pi n/3, n = 0 .. 5, "
    "and\n"
    "s = (-1)^n, on a triangular lattice with periodic boundaries and all images; J = k_B = 1. The ratio D/J of the\n"
    "publication was not available to us: everything with dipoles is at D/J = 0.15, where stripes of three rows have "
    "the\n"
    "lowest energy, and L is a multiple of 6.\n"
    "\n"
    "## Method\n"
    "Stripe energies are lattice sums (Ewald). With dipoles: Metropolis on a ladder of temperatures with exchanges. "
    "Without:\n"
    "Wolff's clusters. The upper BKT temperature is where the helicity modulus follows Y = (2T/pi)(1 + 1/(2 ln L + "
    "c))\n"
    "between two sizes (Weber and Minnhagen 1988), the lower one where <cos 6 arg M> of two sizes cross; eta is then\n"
    "the fall of <M^2> as L^-eta between these sizes. The Ising sector: the crossing of the Binder cumulant of the\n"
    "dipole moment.\n"
    "\n"
    "## What is derived and what is published\n"
    "The abstract gives no numbers: the sequence of phases is its claim. Energies, thresholds and the Ising sector "
    "follow\n"
    "from the Hamiltonian; the exponents are theory (Jose et al. 1977), the square lattice is literature (Tomita and\n"
    "Okabe 2002).\n"
    "\n"
    "## References\n"
    "Q. Simmons, S.-Z. Lin, G.-W. Chern, arXiv:2412.09550 (2024). J. V. Jose, L. P. Kadanoff, S. Kirkpatrick, D. R.\n"
    "Nelson, Phys. Rev. B 16, 1217 (1977). H. Weber, P. Minnhagen, Phys. Rev. B 37, 5986 (1988). Y. Tomita, Y. Okabe,\n"
    "Phys. Rev. B 65, 184405 (2002).\n";

#define ROUNDED "half a unit of the last digit given"
#define DERIVED "derived from the Hamiltonian by lattice sums"
/* clang-format off */
#define STRIPE(name, h, value)                                                                                         \
    {name, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "dipole energy per site, D = 1, of " h, value, 0, 1e-5, 0, DERIVED, ROUNDED}
#define THRESHOLD(name, h, value)                                                                                      \
    {name, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "D/J at which the lowest stripes go from " h " rows", value, 0, 6e-5, 0, DERIVED, ROUNDED}

static const ons_claim claims[] = {
    STRIPE("D8-uniform", "equal dipoles", 5.51709),
    STRIPE("D8-h1", "stripes of 1 row", -0.919515),
    STRIPE("D8-h2", "stripes of 2 rows", 0.653639),
    STRIPE("D8-h3", "stripes of 3 rows", 1.584322),
    STRIPE("D8-h4", "stripes of 4 rows", 2.192340),
    STRIPE("D8-h5", "stripes of 5 rows", 2.622450),
    STRIPE("D8-h6", "stripes of 6 rows", 2.944282),
    STRIPE("D8-h8", "stripes of 8 rows", 3.396790),
    STRIPE("D8-h10", "stripes of 10 rows", 3.702247),
    {"D8-sum", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sum of r^-3 over the triangular lattice", 11.0342, 0, 6e-5, 0, DERIVED, ROUNDED},
    THRESHOLD("D8-t12", "2 to 1", 0.3178),
    THRESHOLD("D8-t23", "3 to 2", 0.1791),
    THRESHOLD("D8-t34", "4 to 3", 0.1371),
    THRESHOLD("D8-t45", "5 to 4", 0.1163),
    THRESHOLD("D8-t56", "6 to 5", 0.1036),
    THRESHOLD("D8-t67", "7 to 6", 0.0949),
    THRESHOLD("D8-t78", "8 to 7", 0.0886),
    THRESHOLD("D8-t89", "9 to 8", 0.0836),
    {"D3-energy", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "energy per site of stripes of 3 rows at D/J = 0.15, in the simulated model", -2.42902, 0, 1e-5, 0, DERIVED, ROUNDED},
    {"D3-amplitude", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "Bragg amplitude |s(Q)| of perfect stripes of 3 rows", 2.0 / 3, 0, 1e-12, 0, DERIVED, "rounding"},
    {"D3-orientations", ONS_CLAIM_STATEMENT, 0, ONS_QUICK, "three orientations of the stripes have the same energy", 0, 0, 0, 0, "abstract", "energies of the three in the simulated model, equal to 1e-12"},
    {"D3-count", ONS_CLAIM_STATEMENT, 0, ONS_QUICK, "the ground states are 3 orientations x 2h translations x 6 pairs of states: one pair in all stripes", 0, 0, 0, 0, "derived in the specification of this check", "energy of stripes 0, 1, 2, 1 against 0, 1, 0, 1, with the same walls and dipoles: higher by more than 1e-12 a site"},
    {"D9-field", ONS_CLAIM_EXACT, ONS_CLAIM_AT_MOST, ONS_QUICK, "largest deviation of the field after 10^5 moves from the direct sum and from the Fourier transform", 0, 0, 1e-10, 0, "arithmetic", "sums of 2304 doubles"},
    {"D7-critical", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "T_c of the sector of two adjacent states without dipoles, (4/ln 3) J/4", 0.9102392266, 0, 0.0045, 0.005, "exact: Ising model, triangular lattice", "corrections of the crossing of L = 16 and 32: half a per cent"},
    {"D2-magnetization", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "|M| of the maze just above melting (L = 24, T = 0.12), from molten stripes: cos 30 degrees", 0.8660254038, 0, 0.01, 0.01, "abstract: two adjacent states; value for equal areas", "thermal corrections at T = 0.12"},
    {"D2-states", ONS_CLAIM_EXACT, ONS_CLAIM_AT_LEAST, ONS_QUICK, "fraction of sites in two adjacent states of the maze, from molten stripes", 0.98, 0, 0, 0.01, "abstract: only two adjacent states", "states beyond the pair cost J/2 a bond and more"},
    {"D2-sign", ONS_CLAIM_ORDERING, 0, ONS_QUICK, "the maze has <cos 6 arg M> < 0 (two adjacent states), the clock model without dipoles > 0 (one state)", 0, 0, 0, 0, "abstract", "both signs by more than 3 errors, Bragg amplitude below half of that of the stripes"},
    {"D2-equilibrium", ONS_CLAIM_ORDERING, 0, ONS_STANDARD, "in equilibrium (exchanged temperatures) the maze prefers the bisectors, the more so the larger it is", 0, 0, 0, 0, "abstract", "at T = 0.14: <cos 6 arg M> < 0 by 3 errors for L = 24 and 36, and |M|^2 falls slower than L^(-1/9)"},
    {"D2-saturation", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD, "|M| of the maze in equilibrium, T = 0.14, L = 36, against full order of two states", 0.8660254038, 0, 0.01, 0.01, "abstract: two adjacent states; value for equal areas", "as D2-magnetization"},
    {"D1-sequence", ONS_CLAIM_ORDERING, 0, ONS_STANDARD, "on cooling at D/J = 0.15: disorder, critical phase, ferromagnetic maze, stripes", 0, 0, 0, 0, "abstract", "L = 24 and 36: T(eta = 1/4) > T(eta = 1/9) > T(stripes), with <cos 6 arg M> < 0 by 3 errors and no stripes in between"},
    {"D4-hysteresis", ONS_CLAIM_ORDERING, 0, ONS_QUICK, "the transition to stripes has hysteresis: at T = 0.08 both the cooled maze and the stripes persist", 0, 0, 0, 0, "abstract", "energies of both starts, L = 24, differ by more than 5 errors and 0.005 J"},
    {"D4-bimodal", ONS_CLAIM_ORDERING, 0, ONS_STANDARD, "the energy has two peaks at the transition to stripes, L = 24", 0, 0, 0, 0, "abstract", "between two peaks the histogram falls below half of the lower one, by more than 3 errors"},
    {"D4-barrier", ONS_CLAIM_ORDERING, 0, ONS_STANDARD, "the minimum between the peaks deepens from L = 12 to L = 24", 0, 0, 0, 0, "abstract", "ln(lower peak / minimum) where the peaks are most equal"},
    {"D5-upper", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD, "eta at the upper BKT transition, D = 0, triangular", 0.25, 0, 0.02, 0.03, "Jose et al. 1977", "logarithmic corrections at L = 128"},
    {"D5-lower", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD, "eta = 4/q^2 at the lower BKT transition, D = 0, triangular", 1.0 / 9, 0, 0.02, 0.03, "Jose et al. 1977", "logarithmic corrections at L = 128"},
    {"D6-upper", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_STANDARD, "upper BKT temperature, q = 6, square lattice", 0.90, 0, 0.02, 0.02, "Tomita and Okabe 2002 (0.9008), rounded", "logarithmic corrections"},
    {"D6-lower", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_STANDARD, "lower BKT temperature, q = 6, square lattice", 0.70, 0, 0.02, 0.02, "Tomita and Okabe 2002 (0.7014), rounded", "logarithmic corrections"},
    {.id = NULL}};
/* clang-format on */

#endif
