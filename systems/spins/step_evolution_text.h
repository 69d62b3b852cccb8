/*
 * What `onsager describe step-evolution` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_STEP_EVOLUTION_TEXT_H
#define ONSAGER_SYSTEMS_STEP_EVOLUTION_TEXT_H

#define STEP_EVOLUTION_DETAILS                                                                                         \
    "## Model\n"                                                                                                       \
    "A generalised Ising model on `slices` + 1 time slices of M spins s_k(t) = +1 or -1. A history has the weight\n"   \
    "w = F(s(N)) K(s(N), s(N-1)) .. K(s(1), s(0)) I(s(0)), N = `slices`, with K(r, s) = exp(-L(r, s)) between a "      \
    "slice "                                                                                                           \
    "s and\n"                                                                                                          \
    "the next one r, and the boundary weights I = prod_k (1 + `initial`_k s_k)/2 and F = prod_k (1 + `final`_k s_k). " \
    "The\n"                                                                                                            \
    "probability of a history is w/Z. `final=0` is a free end; `initial=1` fixes all spins of slice 0 up. Nothing is " \
    "sampled:\n"                                                                                                       \
    "expectation values are exact sums over all histories, up to rounding.\n"                                          \
    "\n"                                                                                                               \
    "| model | -L(r, s) |\n"                                                                                           \
    "|---|---|\n"                                                                                                      \
    "| ising-chain | kappa r s + field (r + s)/2, M = 1 |\n"                                                           \
    "| ising | sum_k kappa r_k s_k + (kappa_space/2)(s_k s_{k+1} + r_k r_{k+1}) + (field/2)(s_k + r_k), a ring of M "  \
    "|\n"                                                                                                              \
    "| diagonal-ising | kappa sum_k r_{k+1} s_k, a ring of M: M independent chains along diagonals |\n"                \
    "| random | normal couplings of standard deviation `strength`: r_k s_k, r_k s_{k+1}, s_k s_{k+1}, r_k r_{k+1}, "   \
    "s_k, r_k, an open chain; the same in all steps; each replica is a sample |\n"                                     \
    "| right-movers, movers, thirring | unique jumps: see the system `cellular-automaton`; M = planes x cells, bit p " \
    "cells + x is plane p of cell x |\n"                                                                               \
    "| clock | unique jump: the number whose bits are (1 + s_k)/2 grows by 1 modulo 2^M |\n"                           \
    "\n"                                                                                                               \
    "In `ising` each slice carries half of its own energy in the step before it and half in the step after, so that "  \
    "the two\n"                                                                                                        \
    "end slices weigh half. The critical point for kappa_space = kappa is ln(1 + sqrt 2)/2 = 0.440687; below it "      \
    "(hot)\n"                                                                                                          \
    "information from the boundary is lost with the rate `gap` per slice, above it (cold) it survives for a time "     \
    "exponential in M.\n"                                                                                              \
    "\n"                                                                                                               \
    "## Two wave functions\n"                                                                                          \
    "With T[r][s] = K(r, s): q(t+1) = T q(t) from q(0) = I, and p(t) = T' p(t+1) (T' the transpose) from p(N) = F. "   \
    "Then the\n"                                                                                                       \
    "probability of state s at slice t is q_s(t) p_s(t) / Z with Z = p(t).q(t), the density matrix is rho = q p' / "   \
    "Z, "                                                                                                              \
    "and\n"                                                                                                            \
    "<A(t)> = tr(A rho(t)): a quantum rule, which is the classical sum over histories. Probabilities alone obey no "   \
    "evolution\n"                                                                                                      \
    "law. T is a product of local factors, never a matrix, and is never inverted; q and p are scaled at every step, "  \
    "with the\n"                                                                                                       \
    "logarithm kept. For a unique jump T is a permutation: q keeps its length (`norm` = 0) and the entropy is "        \
    "constant.\n"                                                                                                      \
    "An initial distribution p = q^2 with either sign of q is the same classical model; here q = I >= 0 and p = 1.\n"  \
    "\n"                                                                                                               \
    "## What is measured\n"                                                                                            \
    "Time is the slice; series end at `slices` (raise `steps` for more than its default). `spin` is <s_k(t)>, "        \
    "`correlation`\n"                                                                                                  \
    "the unequal-time <s_k(t) s_mark(0)> (not connected), `entropy` -sum p ln p in nats, `purity` tr rho_1^2 of the "  \
    "density matrix\n"                                                                                                 \
    "of the one spin `mark`, all others summed over. rho_1 need not be symmetric, nor need its square have a trace "   \
    "below 1\n"                                                                                                        \
    "when T is not orthogonal; it is 1 where q or p is a product over spins, as p is at a free end. For the whole "    \
    "slice tr rho^2 = 1 always. `norm` is ln |q(t)| - ln |q(0)|. `gap` is "                                            \
    "ln(l0/l1),\n"                                                                                                     \
    "l0 and l1 the leading eigenvalues of T among states even and odd under s -> -s, at zero momentum, found by the "  \
    "power\n"                                                                                                          \
    "method (no field, at most 14 spins); it is compared with ln coth kappa for chains, and for `ising` with the "     \
    "exact value at\n"                                                                                                 \
    "this width (Kaufman 1949), which tends to 2 (kappa* - kappa), kappa* = -ln(tanh kappa)/2, for a wide hot strip. " \
    "With\n"                                                                                                           \
    "`histories` > 0 as many histories are drawn by their exact conditional probabilities T[r][s] p_r / sum "          \
    "(perfect\n"                                                                                                       \
    "sampling, no Markov chain), and `sampled_spin` is their mean; run several replicas for its error.\n"              \
    "\n"                                                                                                               \
    "## Cost\n"                                                                                                        \
    "3 passes of `slices` steps, each of some 3 M factors on 2^M numbers, and memory for about 2 sqrt(slices) + 6 "    \
    "vectors of\n"                                                                                                     \
    "2^M doubles: seconds for M = 16, minutes and gigabytes for M = 24. A part stores the slice and the drawn "        \
    "histories; a\n"                                                                                                   \
    "resumed run makes the wave functions again, with the same bits.\n"                                                \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "- C. Wetterich, The probabilistic world, arXiv:2011.02867 (2020): classical wave functions, step evolution "      \
    "operator.\n"                                                                                                      \
    "- H. A. Kramers, G. H. Wannier, Phys. Rev. 60, 252 (1941): the transfer matrix.\n"                                \
    "- L. Onsager, Phys. Rev. 65, 117 (1944); B. Kaufman, Phys. Rev. 76, 1232 (1949): its eigenvalues.\n"

#endif
