/*
 * What `onsager describe cellular-automaton` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_CELLULAR_AUTOMATON_TEXT_H
#define ONSAGER_SYSTEMS_CELLULAR_AUTOMATON_TEXT_H

#define CELLULAR_AUTOMATON_DETAILS                                                                                     \
    "## Model\n"                                                                                                       \
    "A ring of `cells` cells, at most one particle of a kind in each: right-movers R_a and left-movers L_a of "        \
    "colours a "                                                                                                       \
    "= 1 .. c.\n"                                                                                                      \
    "One step moves every right-mover from cell x to x + 1 and every left-mover to x - 1, and then scatters within "   \
    "every cell:\n"                                                                                                    \
    "\n"                                                                                                               \
    "| model | scattering | colours |\n"                                                                               \
    "|---|---|---|\n"                                                                                                  \
    "| right-movers | none, no left-movers | `colours` |\n"                                                            \
    "| movers | none | `colours` |\n"                                                                                  \
    "| thirring | where exactly one R and exactly one L of different colours meet, they exchange their colours | 2 "   \
    "|\n"                                                                                                              \
    "| scatterers | at a fraction `scatterer_density` of the cells, drawn once, every particle changes direction and " \
    "colour: R1 <-> L2, R2 <-> L1 | 2 |\n"                                                                             \
    "\n"                                                                                                               \
    "All rules are deterministic, one-to-one, and keep the number of particles. With random initial states such an "   \
    "automaton is\n"                                                                                                   \
    "a probabilistic cellular automaton: its step evolution operator S is a permutation of the 2^M bit strings "       \
    "(M = planes x\n"                                                                                                  \
    "cells), hence orthogonal; the wave function q with p = q^2 evolves by q(t+1) = S q(t), which is the time "        \
    "evolution of a\n"                                                                                                 \
    "discrete quantum field theory of fermions (massless, with a Thirring-type interaction for `thirring`; Wetterich " \
    "2022).\n"                                                                                                         \
    "Cell spacing and time step are 1, so the speed of light is 1.\n"                                                  \
    "\n"                                                                                                               \
    "## method=ensemble\n"                                                                                             \
    "`members` initial states a replica are drawn, every bit on its own, and followed exactly, 64 a machine word. "    \
    "`start`:\n"                                                                                                       \
    "`uniform`, every bit is set with probability `density`; `step`, only in the cells x < cells/2; `packet`, with\n"  \
    "density exp(-d^2/(2 width^2)), d the distance from the middle on the ring; `beams`, so for R_1 around cells/4 "   \
    "and for the\n"                                                                                                    \
    "last colour of L around 3 cells/4 (R of the last colour without left-movers), all other bits empty. Series are "  \
    "means over\n"                                                                                                     \
    "members and replicas. A picture is the space-time diagram of the first member: time runs down, R_1 orange, "      \
    "other R "                                                                                                         \
    "red, L_1\n"                                                                                                       \
    "light blue, other L blue.\n"                                                                                      \
    "\n"                                                                                                               \
    "## method=wave\n"                                                                                                 \
    "The wave function itself on the sector of `particles` particles (planes x cells <= 63 and at most 2^22 states), " \
    "by the\n"                                                                                                         \
    "permutation of its states. A real q has no complex structure of its own: here two real wave functions q_1, q_2 "  \
    "with the\n"                                                                                                       \
    "same S are the parts of psi = q_1 + i q_2 (in the literature it comes from particle-hole conjugation, or from "   \
    "two "                                                                                                             \
    "colours\n"                                                                                                        \
    "taken as real and imaginary part), and p = |psi|^2. `start`: `packet`, every particle in R_1 around the middle "  \
    "with amplitude\n"                                                                                                 \
    "exp(-d^2/(4 width^2) + i momentum x); `beams`, R_1 around cells/4 with `momentum` and the last L colour around "  \
    "3 "                                                                                                               \
    "cells/4\n"                                                                                                        \
    "with -momentum, the amplitude of a state being the product over its particles; `uniform`, all amplitudes drawn "  \
    "from a\n"                                                                                                         \
    "normal distribution. No sign of fermions is attached: the basis is that of bit strings (see "                     \
    "ons_movers_hamiltonian for the\n"                                                                                 \
    "signs that make S = exp(-iH) with creation and annihilation operators).\n"                                        \
    "\n"                                                                                                               \
    "`momentum_distribution` has the component k = 0 .. cells - 1 for the total momentum P = 2 pi k/cells, the "       \
    "squared "                                                                                                         \
    "length of\n"                                                                                                      \
    "psi projected on the states which the translation by one cell multiplies by exp(-iP); it is conserved when the "  \
    "automaton is\n"                                                                                                   \
    "the same in all cells (not with `scatterers`). Momentum is known modulo 2 pi: `momentum_mean` takes -pi < P <= "  \
    "pi. "                                                                                                             \
    "It is a\n"                                                                                                        \
    "statistical observable: no bit string has a sharp value of it, and it depends on the signs of q, not on p "       \
    "alone.\n"                                                                                                         \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "- C. Wetterich, The probabilistic world, arXiv:2011.02867 (2020).\n"                                              \
    "- C. Wetterich, Fermionic quantum field theories as probabilistic cellular automata, arXiv:2111.06728 (2022).\n"  \
    "- A. Kreuzkamp, C. Wetterich, Quantum systems from random probabilistic automata, arXiv:2405.09829 (2024): "      \
    "scatterers.\n"

#endif
