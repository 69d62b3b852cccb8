/*
 * What `onsager describe ising` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ISING_TEXT_H
#define ONSAGER_SYSTEMS_ISING_TEXT_H

#define ISING_DETAILS                                                                                                  \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> s_i s_j - h sum_i s_i, with s_i = +1 or -1, J = `coupling` (positive: ferromagnetic), h = "       \
    "`field` and\n"                                                                                                    \
    "k_B = 1: energies and temperatures are in the unit of `coupling`. Every bond counts once. Probabilities are\n"    \
    "proportional to exp(-H/T) at fixed temperature.\n"                                                                \
    "\n"                                                                                                               \
    "## Lattices\n"                                                                                                    \
    "`L` counts unit cells, one number for all directions or one per direction, `[16,32]`. N sites with z "            \
    "neighbours:\n"                                                                                                    \
    "\n"                                                                                                               \
    "| lattice | N | z | T_c/J |\n"                                                                                    \
    "|---|---|---|---|\n"                                                                                              \
    "| chain | L | 2 | 0 |\n"                                                                                          \
    "| square | L^2 | 4 | 2/ln(1 + sqrt 2) = 2.269185 |\n"                                                             \
    "| triangular | L^2 | 6 | 4/ln 3 = 3.640957 |\n"                                                                   \
    "| honeycomb | 2 L^2 | 3 | 2/ln(2 + sqrt 3) = 1.518652 |\n"                                                        \
    "| kagome | 3 L^2 | 4 | 4/ln(3 + 2 sqrt 3) = 2.143319 |\n"                                                         \
    "| cubic | L^3 | 6 | 4.511523 |\n"                                                                                 \
    "| bcc | L^3 (primitive cells) | 8 | 6.3550 |\n"                                                                   \
    "| fcc | L^3 (primitive cells) | 12 | 9.7943 |\n"                                                                  \
    "| hypercubic | L^d, d = `dimension` | 2d | 6.6803 (d = 4) |\n"                                                    \
    "| complete | L, coupling J/N per pair | N - 1 | 1 (N to infinity) |\n"                                            \
    "\n"                                                                                                               \
    "Nearest neighbours of the built-in lattices are at distance 1. A file whose name ends in `.yaml` or `.yml` "      \
    "describes a\n"                                                                                                    \
    "lattice (`basis` vectors, `sites` of the cell, typed `bonds` with displacements, `couplings` per type as "        \
    "factors on\n"                                                                                                     \
    "`coupling`; see `examples/lattice-lieb.yaml`); any other file is a list of edges `i j [J]`, one a line, sites "   \
    "counted\n"                                                                                                        \
    "from 0, J a factor on `coupling` (see `examples/edges-petersen.txt`). An edge list has no `L` and no "            \
    "`boundary`.\n"                                                                                                    \
    "`shells` gives the built-in lattices couplings of further neighbours: factors on `coupling` for the pairs at "    \
    "the smallest,\n"                                                                                                  \
    "second smallest, .. distance, up to 12: `shells=[1,-0.5]` on the square lattice is the J1-J2 model with J2 = "    \
    "-J/2 across\n"                                                                                                    \
    "the diagonals. Other couplings than those of the nearest neighbours alone have no exact values, and no "          \
    "checkerboard order.\n"                                                                                            \
    "`boundary` = periodic or open, in all directions. Periodic lengths of 1 and 2 keep what the description says: "   \
    "two\n"                                                                                                            \
    "bonds between the same pair at L = 2 on the square lattice (their couplings add), and bonds of a site to itself " \
    "at\n"                                                                                                             \
    "L = 1, which are the constant -J in the energy. The task then carries a note.\n"                                  \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "One step is N attempts or site updates, all clusters, or `clusters` Wolff clusters. Each elementary move "        \
    "satisfies\n"                                                                                                      \
    "detailed balance, and the step has exactly one eigenvalue on the unit circle (irreducible and aperiodic) on "     \
    "every\n"                                                                                                          \
    "graph, boundary and coupling:\n"                                                                                  \
    "\n"                                                                                                               \
    "- `metropolis`: N attempts; a flip that raises the energy by dE is accepted with\n"                               \
    "  exp(-dE/T), one that lowers it always, one with dE = 0 with probability 1/2. `order` = random: at sites drawn " \
    "at\n"                                                                                                             \
    "  random. `order` = checkerboard: all sites of one sublattice, given the other, then those of the other one; "    \
    "the\n"                                                                                                            \
    "  update of a sublattice satisfies detailed balance, the sweep is stationary. One bit a spin and 512 spins at "   \
    "a\n"                                                                                                              \
    "  time, each with its own random number of 64 bits, compared bit by bit: the acceptance is exact, and some "      \
    "hundred\n"                                                                                                        \
    "  times faster. It exists for the chain, square, cubic and hypercubic lattices up to dimension 4 with even "      \
    "lengths,\n"                                                                                                       \
    "  periodic boundary, one coupling and no field; several threads share a lattice of 2^18 sites or more. `order` "  \
    "= auto\n"                                                                                                         \
    "  takes it there, but for lengths with so few divisors that less than 1/16 of each word would be in use. "        \
    "Accepting\n"                                                                                                      \
    "  all moves of zero energy in a fixed order would not be irreducible on rings and even tori; the lazy move "      \
    "makes it\n"                                                                                                       \
    "  so.\n"                                                                                                          \
    "- `heat-bath`: the sites in order, each drawn from its distribution given its neighbours, up with\n"              \
    "  1/(1 + exp(-2 (sum_j J_ij s_j + h)/T)). Every transition of the sweep has a positive probability.\n"            \
    "- `wolff`: a FIXED number `clusters` of single clusters a step, each grown from a random site over satisfied "    \
    "bonds\n"                                                                                                          \
    "  (J_ij s_i s_j > 0) with 1 - exp(-2 |J_ij|/T) and flipped. Single sites and pairs both occur as clusters, so "   \
    "that no\n"                                                                                                        \
    "  parity survives; where no bond couples two sites (coupling 0, N = 1) a cluster is flipped with probability "    \
    "1/2\n"                                                                                                            \
    "  instead. Correct but slow on frustrated lattices.\n"                                                            \
    "- `swendsen-wang`: all clusters of the same bonds, each flipped with probability 1/2. Every transition is "       \
    "possible.\n"                                                                                                      \
    "  A bond has a random number of its own and a cluster takes the bit of its smallest site, so that several "       \
    "threads\n"                                                                                                        \
    "  share a lattice of 2^18 sites or more with the same result.\n"                                                  \
    "\n"                                                                                                               \
    "With a field both cluster updates have a ghost spin, coupled to every spin by h: a site along the field joins "   \
    "the\n"                                                                                                            \
    "ghost with 1 - exp(-2 |h|/T), and a cluster that joins it is not flipped.\n"                                      \
    "Decisions compare random integers with 64-bit thresholds: the same bits on every CPU.\n"                          \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "All are per site: e = H/N, m = (1/N) sum_i s_i with its sign. `susceptibility` is taken with |m|,\n"              \
    "N (<m^2> - <|m|>^2)/T; `susceptibility_disordered` = N <m^2>/T is the one of the disordered phase.\n"             \
    "`binder` = 1 - <m^4>/(3 <m^2>^2): 2/3 in order, 0 in disorder. `binder_ratio` = <m^4>/<m^2>^2.\n"                 \
    "`correlation_length` = sqrt(<m^2>/<|m(k)|^2> - 1)/(2 sin(k/2)) with k = |k_min| and <|m(k)|^2> averaged over "    \
    "the\n"                                                                                                            \
    "smallest wave vectors 2 pi b_d/L_d along the reciprocal basis (all directions of equal length; only the "         \
    "longest\n"                                                                                                        \
    "direction where lengths differ; the same definition with open boundary), in the unit of length of the basis. It " \
    "is\n"                                                                                                             \
    "null where <|m(k)|^2> exceeds <m^2> (antiferromagnets), and absent for complete graphs and edge lists. The "      \
    "signed\n"                                                                                                         \
    "magnetization below T_c relaxes by flips of the whole system and has no say in the end of the warm-up. `sites` "  \
    "and\n"                                                                                                            \
    "`wavenumber` are constants that only lattices from a file have.\n"                                                \
    "\n"                                                                                                               \
    "`measure=correlation` adds G(r) = <s_0 s_r>, r = 0 .. L/2 cells (open: L - 1) along the axes of the longest "     \
    "directions,\n"                                                                                                    \
    "`measure=structure_factor` S(k) = N <|m(k)|^2> at k = 2 pi n/L, n = 0 .. L/2, along the reciprocal axes; "        \
    "`measure=structure_map` S(k) at all wave vectors k = 2 pi sum_d n_d b_d/L_d, n_d = 0 .. L_d - 1, an array of "    \
    "the\n"                                                                                                            \
    "shape of the lattice; `[correlation,structure_map]` asks for both.\n"                                             \
    "\n"                                                                                                               \
    "## Disorder\n"                                                                                                    \
    "`disorder` = bimodal: each bond has +J with `disorder_probability`, else -J; gaussian: normal couplings with "    \
    "mean\n"                                                                                                           \
    "`coupling_mean` and standard deviation `coupling`; both times the factor of the bond in files. `field_disorder` " \
    "adds a\n"                                                                                                         \
    "random field h_i to `field` on every site: bimodal +-`field_width`, gaussian of that standard deviation (the "    \
    "random-field\n"                                                                                                   \
    "Ising model). `dilution` = site or bond: each site or bond is there with probability `concentration`, "           \
    "independently,\n"                                                                                                 \
    "whether what is left percolates or not. All three may be combined. They are quenched, and replicas are samples: " \
    "errors\n"                                                                                                         \
    "come from the spread of the samples. [..] averages over samples. A state holds two copies a, b of a sample "      \
    "with\n"                                                                                                           \
    "independent dynamics; observables of one copy are the mean of both, and connected quantities take their square "  \
    "of "                                                                                                              \
    "a\n"                                                                                                              \
    "thermal mean from both, since that of one finite run is biased for every sample:\n"                               \
    "`specific_heat` = N [<e^2> - <e_a e_b>]/T^2, `susceptibility` = N [<m^2> - <|m_a| |m_b|>]/T. Ratios are ratios "  \
    "of\n"                                                                                                             \
    "averages over samples. `overlap` is q = (1/N) sum_i a_i b_i; `spin_glass_susceptibility` = N [<q^2>].\n"          \
    "\n"                                                                                                               \
    "A site that is not there has s_i = 0, no bonds and no field; N stays the number of sites of the whole lattice, "  \
    "so "                                                                                                              \
    "that\n"                                                                                                           \
    "e, m, q, G(r), S(k) and susceptibilities are per site of the lattice; divide by `occupation`, the share of "      \
    "sites "                                                                                                           \
    "that\n"                                                                                                           \
    "are there, for values per spin. A step of `metropolis` still has N attempts, those at empty sites do nothing.\n"  \
    "With random fields <m> of a sample is not 0: `susceptibility_connected` = N [<m^2> - <m_a m_b>]/T and\n"          \
    "`susceptibility_disconnected` = N [<m_a m_b>] = N [<m>^2]. Cluster updates have a ghost spin coupled to every "   \
    "site by\n"                                                                                                        \
    "its own field h + h_i; they are exact, but clusters that hold the ghost stay, so that fields of the order of J "  \
    "leave\n"                                                                                                          \
    "them hardly a move: `metropolis` and `heat-bath` are better there. The checkerboard order does not exist with "   \
    "disorder\n"                                                                                                       \
    "of any kind.\n"                                                                                                   \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "Square torus without field, any L (energy, specific heat); chain with field, periodic and open; complete graph "  \
    "with\n"                                                                                                           \
    "field up to 10^5 sites; magnetization 0 by symmetry without field; energy -(bonds/N) J tanh(J/T) on the "         \
    "Nishimori line\n"                                                                                                 \
    "exp(2J/T) = p/(1 - p), and -(bonds/N) J_0 for gaussian couplings at T = J^2/J_0; open chains with dilution,\n"    \
    "whose bonds are independent: e = -(1 - 1/N) c J tanh(J/T), c = p for bonds and p^2 for sites, and <m^2>.\n"       \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "E. Ising, Z. Phys. 31, 253 (1925). L. Onsager, Phys. Rev. 65, 117 (1944). B. Kaufman, Phys. Rev. 76, 1232 "       \
    "(1949).\n"                                                                                                        \
    "A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969). R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. "   \
    "58, 86\n"                                                                                                         \
    "(1987). U. Wolff, Phys. Rev. Lett. 62, 361 (1989). H. Nishimori, Prog. Theor. Phys. 66, 1169 (1981). K. "         \
    "Binder,\n"                                                                                                        \
    "Z. Phys. B 43, 119 (1981). F. Cooper, B. Freedman and D. Preston, Nucl. Phys. B 210, 210 (1982) (second "         \
    "moment).\n"

#endif
