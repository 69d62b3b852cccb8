/*
 * The claims of asynchronous-lattices, and its description.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PAPERS_ASYNCHRONOUS_LATTICES_CLAIMS_H
#define PAPERS_ASYNCHRONOUS_LATTICES_CLAIMS_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "The preprint is mathematics: three theorems (one coherent state under contractive coupling; its stability, and\n"
    "coherence as a collective transition; invariant subspaces of symmetric couplings), no simulation and no number.\n"
    "What is computed here are realizations of the theorems' hypotheses, with thresholds known from textbooks. None "
    "of\n"
    "these thresholds is a result of the preprint; the column `place` says where each comes from.\n"
    "\n"
    "## Method\n"
    "`asynchronous-lattice` and `kuramoto`, and the networks of `onsager/dynamics/asynchronous.h` where a schedule is\n"
    "prescribed. A delay counts a neighbour's own events. A macro-window is over when every node rang B + 1 times: "
    "then\n"
    "all that can be read was made within it, and has shrunk by kappa in the maximum norm (Bertsekas 1983).\n"
    "The adversary of A3 takes the nodes in order, twice each, and hands to a node those of the last four numbers of\n"
    "its neighbours that make it as large, then as small, as possible.\n"
    "Synchronous chaos is judged by its transverse exponent, since chaotic orbits in doubles that became equal never\n"
    "part. When single nodes ring, synchronous chaos is no solution any more; the coherent state that is left is the\n"
    "fixed point 3/4, where f' = -2: a node multiplies its deviation by -2 (1 - e) at its events, and the mean of "
    "many\n"
    "decays, so that the threshold tends to e = 1/2 with N (derived here; the exponent is measured).\n"
    "Equitable partitions: all of the ring of 6; those that the refinement finds from all colourings of the torus 4 x "
    "4\n"
    "with two colours, and from random ones of a random regular graph. Sums are taken in the order of the values.\n"
    "A contraction in the Euclidean norm is not enough for arbitrary schedules: A3 is the counterexample.\n"
    "\n"
    "## References\n"
    "D. Chazan and W. Miranker, Linear Algebra Appl. 2, 199 (1969). G. Baudet, J. ACM 25, 226 (1978). D. P. "
    "Bertsekas,\n"
    "Math. Program. 27, 107 (1983). L. M. Pecora and T. L. Carroll, Phys. Rev. Lett. 80, 2109 (1998). Y. Kuramoto,\n"
    "Lect. Notes Phys. 39, 420 (1975). I. Stewart, M. Golubitsky and M. Pivato, SIAM J. Appl. Dyn. Syst. 2, 609 "
    "(2003).\n"
    "S. Boyd, A. Ghosh, B. Prabhakar and D. Shah, IEEE Trans. Inf. Theory 52, 2508 (2006). D. A. Wiley, S. H. "
    "Strogatz\n"
    "and M. Girvan, Chaos 16, 015103 (2006). C. Bick and M. Field, Nonlinearity 30, 558 (2017).\n";

#define EXACT ONS_CLAIM_EXACT
#define EQUAL ONS_CLAIM_EQUAL
#define AT_MOST ONS_CLAIM_AT_MOST
#define NOISE "N^-1/2 and the noise of frequencies that are drawn, as specified for N = 10^4"

static const ons_claim claims[] = {
    {"A1", EXACT, AT_MOST, ONS_QUICK,
     "one coherent state: largest distance from the fixed point after synchronous, round-robin and Poisson schedules "
     "and "
     "delays of 20, random affine maps with kappa = 0.9, N = 1000, 10 starts each",
     0, 0, 1e-10, 0, "abstract (1): theorem without numbers; realization", "rounding of numbers of order 1, kappa^n"},
    {"A2", EXACT, AT_MOST, ONS_QUICK,
     "largest factor of the distance over a macro-window, kappa = 0.9, delays 0 .. 12, random orders", 0.9, 0, 1e-12, 0,
     "Bertsekas 1983; Baudet 1978", "rounding: the bound has no exceptions"},
    {"A3", ONS_CLAIM_STATEMENT, 0, ONS_QUICK,
     "x <- Ax converges under every schedule with bounded delays if and only if rho(|A|) < 1", 0, 0, 0, 0,
     "Chazan and Miranker 1969",
     "rho(A) < 1 < rho(|A|): synchronous converges, an adversary diverges; rho(|A|) < 1: the same adversary converges"},
    {"A4", EXACT, EQUAL, ONS_QUICK,
     "threshold of synchronous chaos, f = 4x(1 - x), complete graph of N = 100: (1 - 1/N)/2, from the zero of the "
     "measured transverse exponent",
     0.495, 0, 0.01, 0.02, "Pecora and Carroll 1998", "as specified: the scatter of the exponent over its slope of 2"},
    {"A4-lattice", ONS_CLAIM_ORDERING, 0, ONS_QUICK,
     "the lattice itself, with noise of 1e-14: apart at e = 0.44, together at e = 0.55", 0, 0, 0, 0,
     "Pecora and Carroll 1998", "spread beyond 1e-3 below the threshold, within 1e-10 beyond it"},
    {"A4-asynchronous", EXACT, EQUAL, ONS_QUICK,
     "threshold of the coherent fixed point when single nodes ring, N = 100: 1/2 for N to infinity", 0.5, 0, 0.02, 0.02,
     "derived, see details", "corrections of order 1/N, taken as 2/N"},
    {"A5", ONS_CLAIM_ORDERING, 0, ONS_QUICK,
     "coherence emerges collectively: incoherent at K = 1, coherent at K = 3 (complete graph, Lorentzian of width 1)",
     0, 0, 0, 0, "abstract (2): qualitative; realization", "r below 0.1 at K = 1, above 0.4 at K = 3"},
    {"A5-K1", EXACT, EQUAL, ONS_STANDARD, "r at K = 1, N = 10^4", 0, 0, 0.03, 0.03, "Kuramoto 1975", NOISE},
    {"A5-K3", EXACT, EQUAL, ONS_STANDARD, "r = sqrt(1 - 2/K) at K = 3, N = 10^4", 0.5773502691896258, 0, 0.03, 0.03,
     "Kuramoto 1975", NOISE},
    {"A5-K4", EXACT, EQUAL, ONS_STANDARD, "the same at K = 4", 0.7071067811865476, 0, 0.03, 0.03, "Kuramoto 1975",
     NOISE},
    {"A5-K5", EXACT, EQUAL, ONS_STANDARD, "the same at K = 5", 0.7745966692414834, 0, 0.03, 0.03, "Kuramoto 1975",
     NOISE},
    {"A5-K6", EXACT, EQUAL, ONS_STANDARD, "the same at K = 6", 0.8164965809277260, 0, 0.03, 0.03, "Kuramoto 1975",
     NOISE},
    {"A5-Kc", EXACT, EQUAL, ONS_STANDARD, "K_c = 2 from K (1 - r^2) of K = 3, 4, 5, 6", 2, 0, 0.1, 0.1, "Kuramoto 1975",
     "0.03 of r is 2 K r 0.03 of K_c, a quarter of that in the mean"},
    {"A6", EXACT, AT_MOST, ONS_QUICK,
     "largest difference within a block after 10^4 synchronous steps from the subspace of an equitable partition", 0, 0,
     1e-12, 0, "abstract (3): theorem without numbers; Stewart, Golubitsky and Pivato 2003", "rounding of one step"},
    {"A7", ONS_CLAIM_STATEMENT, 0, ONS_QUICK,
     "clocks of single nodes leave these subspaces, clocks of whole blocks do not", 0, 0, 0, 0, "derived",
     "every subspace of the torus with a block of two or more: left by more than 1e-3; never by more than 1e-12"},
    {"A8", EXACT, EQUAL, ONS_QUICK,
     "gossip on a ring of 64: mean |x - mean|^2 after 640 events over the exact expectation", 1, 0, 0, 0.05,
     "covariance recursion, exact; Boyd et al. 2006", "three errors of the mean over runs"},
    {"A8-bound", EXACT, AT_MOST, ONS_QUICK,
     "the same over the bound: second eigenvalue of E[W] to the power of the events", 1, 0, 0, 0.05, "Boyd et al. 2006",
     "three errors of the mean over runs"},
    {"A9", EXACT, EQUAL, ONS_QUICK, "number of stable twisted states q = 0 .. 19 of the ring of 40", 10, 0, 0, 0,
     "Wiley, Strogatz and Girvan 2006",
     "a count: stable when a perturbation of 0.001 falls below a tenth within 4000 units of time"},
    {"A10-majority", ONS_CLAIM_STATEMENT, 0, ONS_QUICK,
     "majority on 4 x 4 inner sites with a frozen boundary, half up: the limit depends on the order", 0, 0, 0, 0,
     "abstract, applications: hypothetical; enumeration", "all 65536 starts under two orders"},
    {"A10-monotone", ONS_CLAIM_STATEMENT, 0, ONS_QUICK,
     "a monotone rule with one fixed point (up if a neighbour is up, boundary up): one limit under all orders", 0, 0, 0,
     0, "abstract, applications: hypothetical; enumeration", "all 65536 starts, synchronous and three orders"},
    {.id = NULL}};

#endif
