/* The texts of rate-network and rate-network-theory. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SYSTEMS_RATE_NETWORK_TEXT_H
#define SYSTEMS_RATE_NETWORK_TEXT_H

#define RATE_NETWORK_DETAILS                                                                                           \
    "## Dynamics\n"                                                                                                    \
    "x_i' = -x_i + sum_j J_ij phi(x_j), phi = tanh or erf(sqrt(pi) x/2), J_ij normal with variance g^2/N (sparse: "    \
    "`degree` inputs\n"                                                                                                \
    "a unit, variance g^2/degree). Time in units of a unit's own decay. Chaotic for g > 1 and large N (Sompolinsky,\n" \
    "Crisanti and Sommers, PRL 61, 259 (1988)). A replica is a realisation of J; `copies` initial conditions of it "   \
    "go\n"                                                                                                             \
    "side by side, and all averages over time are over them too.\n"                                                    \
    "\n"                                                                                                               \
    "## What is measured\n"                                                                                            \
    "After `transient`, every `interval`, the matrices C_ij = <s_i s_j> of phi, of x and of the residual xi = phi - "  \
    "a x,\n"                                                                                                           \
    "a = <phi'> from mean-field theory. Copies 0, 2, .. and 1, 3, .. are two halves with independent errors: squares " \
    "of\n"                                                                                                             \
    "elements are products of the halves, without the bias that noise gives to a square.\n"                            \
    "\n"                                                                                                               \
    "participation = (tr C)^2 / (N tr C^2), the dimension of the activity over N.\n"                                   \
    "\n"                                                                                                               \
    "linear_...: C against the covariances of a linear network with the same J and independent noise, whose "          \
    "transfer\n"                                                                                                       \
    "function a/(1 + i w) and spectrum come from mean-field theory (Clark, arXiv:2604.23489); off the diagonal. "      \
    "closure_correlation\n"                                                                                            \
    "is the same for C = a^2 J C J^T + d, which is wrong: it leaves out the frequencies.\n"                            \
    "\n"                                                                                                               \
    "moments=yes: wick_correlation compares <phi_i^2 phi_j^2> - <phi_i^2> <phi_j^2> with 2 C_ij^2; noise lowers it,\n" \
    "wick_correlation_halves is free of that.\n"

#define RATE_THEORY_DETAILS                                                                                            \
    "## One site\n"                                                                                                    \
    "The correlation C(tau) of a unit of an infinite chaotic network obeys C'' = C - g^2 <phi phi'>(C), the motion "   \
    "of a\n"                                                                                                           \
    "particle that falls from C(0) and comes to rest at 0 (Sompolinsky, Crisanti and Sommers, PRL 61, 259 (1988)). "   \
    "It is\n"                                                                                                          \
    "solved by Hermite series; no time step enters C(0), a = <phi'> and nu = g^2 a^2. gain=inf is the limit in which " \
    "phi\n"                                                                                                            \
    "becomes a sign and x is counted in units of g.\n"                                                                 \
    "\n"                                                                                                               \
    "## Two sites\n"                                                                                                   \
    "participation_phi = C(0)^2/(C(0)^2 + psi), psi = int int (M - 1) C(w1) C(w2) dw1 dw2/(2 pi)^2, M = |1 - nu/((1 "  \
    "+ i "                                                                                                             \
    "w1)\n"                                                                                                            \
    "(1 + i w2))|^-2 (Clark, Abbott and Litwin-Kumar, PRL 131, 118401 (2023), eq. 3), and participation_x likewise.\n" \
    "\n"                                                                                                               \
    "## Linear form\n"                                                                                                 \
    "noise is the spectrum n(w) = C_phi(w) (1 - nu/(1 + w^2)) of the independent noise that drives the equivalent "    \
    "linear\n"                                                                                                         \
    "network (Clark, arXiv:2604.23489).\n"

#endif
