/*
 * What `onsager describe` says of plaquette-ising and p-spin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_MULTISPIN_TEXT_H
#define ONSAGER_SYSTEMS_MULTISPIN_TEXT_H

#define PLAQUETTE_ISING_DETAILS                                                                                        \
    "## Model\n"                                                                                                       \
    "H = -J sum over squares s_1 s_2 s_3 s_4 - J_2 sum_<ij> s_i s_j - h sum_i s_i, with s_i = +1 or -1, J = "          \
    "`coupling`, J_2 =\n"                                                                                              \
    "`pair_coupling`, h = `field` and k_B = 1. Squares are the elementary plaquettes of the square or cubic lattice, " \
    "each once;\n"                                                                                                     \
    "pairs are nearest neighbours. With J alone it is the plaquette model, on the cubic lattice the gonihedric model " \
    "at\n"                                                                                                             \
    "kappa = 0, whose authors write H = -(1/2) sum over squares: their beta is 2 J/T here.\n"                          \
    "\n"                                                                                                               \
    "Spins of any row or column (square) or plane (cubic) may be flipped without a change of the energy, so that m "   \
    "says nothing\n"                                                                                                   \
    "without J_2 and h: its slow relaxation has no say in the end of the warm-up. The order that survives is that "    \
    "between\n"                                                                                                        \
    "neighbouring layers (\"fuki-nuke\", Suzuki 1972): Q = (1/N) sum over layers |sum in a layer of s_i s_j|, j the "  \
    "neighbour of\n"                                                                                                   \
    "i in the next layer, averaged over the axes (`layer_order`). On the square lattice there is no transition, but "  \
    "activated,\n"                                                                                                     \
    "glassy dynamics; on the cubic one a transition of first order at T = 2/0.551334(8) = 3.62757(5) (Mueller, Janke " \
    "and\n"                                                                                                            \
    "Johnston 2014), with 2^(3 L - 2) ground states (periodic) and slow surfaces.\n"                                   \
    "\n"                                                                                                               \
    "## Lattices\n"                                                                                                    \
    "`L` counts sites, one number for all directions or one per direction. `boundary` = periodic or open in all "      \
    "directions; open\n"                                                                                               \
    "ones have no square across. At periodic length 2 a square stands twice on the same four sites, at length 1 "      \
    "spins cancel and\n"                                                                                               \
    "the square is the constant -J: kept, with a note.\n"                                                              \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "`metropolis`: N attempts at random sites, accepted with min(1, exp(-dE/T)), but 1/2 when dE = 0. `heat-bath`: "   \
    "all sites in\n"                                                                                                   \
    "order, each from its distribution given the others. Both satisfy detailed balance in the elementary move, and "   \
    "the step has\n"                                                                                                   \
    "one eigenvalue on the unit circle. The energy of every flip is held as a whole number, changed when one of its "  \
    "squares\n"                                                                                                        \
    "changes; energies are exact. J and J_2 of different size are rounded to 2^-40 of the larger one. There are no "   \
    "cluster\n"                                                                                                        \
    "updates: squares have no pairs to grow along.\n"                                                                  \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "All are per site: e = H/N, m = (1/N) sum_i s_i. `binder` = 1 - <m^4>/(3 <m^2>^2), `layer_binder` the same of "    \
    "Q.\n"                                                                                                             \
    "`measure=correlation`, `measure=structure_factor` and `measure=structure_map` as in `ising`.\n"                   \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "Square lattice without pairs and field. Open: plaquettes are independent, e = -(1 - 1/L)^2 J tanh(J/T). "         \
    "Periodic: their\n"                                                                                                \
    "products along each row and column are 1; the sum over these constraints is done for up to 65536 sites (energy "  \
    "and specific\n"                                                                                                   \
    "heat). <m^2> = 1/N by the flips of rows and columns; m = 0 without field.\n"                                      \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "M. Suzuki, Phys. Rev. Lett. 28, 507 (1972). D. Espriu and A. Prats, Phys. Rev. E 70, 046117 (2004). R. L. Jack, " \
    "L. Berthier\n"                                                                                                    \
    "and J. P. Garrahan, Phys. Rev. E 72, 016103 (2005). D. A. Johnston, J. Phys. A 45, 405001 (2012). M. Mueller, "   \
    "W. Janke and\n"                                                                                                   \
    "D. A. Johnston, Phys. Rev. Lett. 112, 200601 (2014).\n"

#define P_SPIN_DETAILS                                                                                                 \
    "## Model\n"                                                                                                       \
    "H = - sum over terms J_t prod_{i in t} s_i - h sum_i s_i, with s_i = +1 or -1, terms of `p` different spins, h "  \
    "= `field` and\n"                                                                                                  \
    "k_B = 1. `hypergraph` says which sets of spins are terms:\n"                                                      \
    "\n"                                                                                                               \
    "| hypergraph | terms | J_t |\n"                                                                                   \
    "|---|---|---|\n"                                                                                                  \
    "| complete | all C(N, p) sets | variance J^2 p!/(2 N^(p-1)) |\n"                                                  \
    "| regular | random, every spin stands in `connectivity` different terms | variance J^2 |\n"                       \
    "| random | round(N `connectivity`/p) different sets, drawn with equal probability (Erdos and Renyi) | variance "  \
    "J^2 |\n"                                                                                                          \
    "\n"                                                                                                               \
    "J = `coupling`; J_t is normal with mean 0 (`disorder` = gaussian) or +- the root of the variance, each with 1/2 " \
    "(bimodal).\n"                                                                                                     \
    "Hypergraph and couplings are quenched and replicas are samples: errors are those of their spread, [..] averages " \
    "over them.\n"                                                                                                     \
    "With the normalisation of the complete hypergraph (Derrida 1980; Gross and Mezard 1984) the energy per spin is\n" \
    "-J^2/(2 T) (1 + O(1/N)) above the transition, and p to infinity is the random energy model with T_c = J/(2 "      \
    "sqrt(ln 2)) =\n"                                                                                                  \
    "0.6006 J. p = 3: dynamical transition at T = 0.682 J, static at 0.651 J. p = 2 is the model of Sherrington and "  \
    "Kirkpatrick,\n"                                                                                                   \
    "in which this normalisation has variance J^2/N and T_c = J.\n"                                                    \
    "\n"                                                                                                               \
    "A regular hypergraph is a configuration model whose terms with a repeated spin and repeated terms are mended by " \
    "switches\n"                                                                                                       \
    "with random others: not exactly uniform for small, dense ones.\n"                                                 \
    "\n"                                                                                                               \
    "## One task is a ladder of temperatures\n"                                                                        \
    "`temperature` is an array; `show`, `plot` and `analyse` have a row for each. A state holds two copies a, b of "   \
    "its sample, and\n"                                                                                                \
    "each copy a walker at every temperature. One step is a sweep of all walkers, `metropolis` (N attempts at random " \
    "sites,\n"                                                                                                         \
    "accepted with min(1, exp(-dE/T)), 1/2 when dE = 0) or `heat-bath` (all sites in order), then exchanges of all "   \
    "pairs (0,1),\n"                                                                                                   \
    "(2,3), .. and all pairs (1,2), (3,4), .. of the ladder with min(1, exp((1/T - 1/T')(E - E'))) (Hukushima and "    \
    "Nemoto 1996).\n"                                                                                                  \
    "The product of the Boltzmann weights is stationary under each of these moves. The ladder is not changed while a " \
    "job runs;\n"                                                                                                      \
    "`ladder_by_rates` is the one at which all exchange rates would be equal.\n"                                       \
    "\n"                                                                                                               \
    "The energy of every flip is held as a whole number of a power of two, below 2^-40 of the largest coupling "       \
    "(2^-(62 - log2 of\n"                                                                                              \
    "the number of terms) for more than 2^22 terms), to which couplings are rounded once. An attempt costs O(1), a "   \
    "flip the terms\n"                                                                                                 \
    "of its spin times p: C(N - 1, p - 1) p on complete hypergraphs.\n"                                                \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "e, m and q = (1/N) sum_i a_i b_i are per spin. `term_overlap` is the mean over the terms of the product of a "    \
    "term in copy a\n"                                                                                                 \
    "and in copy b, about q^p. `specific_heat` = N [<e^2> - <e_a e_b>]/T^2. `spin_glass_susceptibility` = N "          \
    "[<q^2>];\n"                                                                                                       \
    "`overlap_binder` = 1 - [<q^4>]/(3 [<q^2>]^2). `equilibration_gap` = [<e>] + h [<m>] + (M/N)(v/T)(1 - "            \
    "[term_overlap]) with M\n"                                                                                         \
    "terms of variance v is 0 in equilibrium for gaussian couplings, any N and field (partial integration, as in "     \
    "Katzgraber and\n"                                                                                                 \
    "Young 2001).\n"                                                                                                   \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "`equilibration_gap` 0 (gaussian). Without field: `magnetization` 0, `magnetization_squared` 1/N, `overlap` 0 "    \
    "for even p.\n"                                                                                                    \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "B. Derrida, Phys. Rev. Lett. 45, 79 (1980). D. J. Gross and M. Mezard, Nucl. Phys. B 240, 431 (1984). E. "        \
    "Gardner, Nucl. Phys.\n"                                                                                           \
    "B 257, 747 (1985). K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996). H. G. Katzgraber and A. P. "   \
    "Young, Phys.\n"                                                                                                   \
    "Rev. B 63, 184422 (2001). F. Ricci-Tersenghi, M. Weigt and R. Zecchina, Phys. Rev. E 63, 026702 (2001).\n"

#endif
