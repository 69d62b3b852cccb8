/*
 * What `onsager describe spin-glass` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_SPIN_GLASS_TEXT_H
#define ONSAGER_SYSTEMS_SPIN_GLASS_TEXT_H

#define SPIN_GLASS_DETAILS                                                                                             \
    "## Model\n"                                                                                                       \
    "H = - sum_<ij> J_ij s_i s_j - h sum_i s_i, with s_i = +1 or -1, h = `field` and k_B = 1 (Edwards and Anderson "   \
    "1975). Each\n"                                                                                                    \
    "replica is a sample of quenched couplings: `disorder` = bimodal: J_ij = +J with `disorder_probability`, else "    \
    "-J, J = `coupling`;\n"                                                                                            \
    "gaussian: normal with mean `coupling_mean` and standard deviation `coupling`; none: J times the factors of the "  \
    "lattice or\n"                                                                                                     \
    "file, the same in all replicas. Factors of bonds in files multiply all of them. [..] is the average over "        \
    "samples, and\n"                                                                                                   \
    "errors are those of their spread. The transition of the +-J cube is at T_c = 1.1019(29) (Baity-Jesi et al. "      \
    "2013),\n"                                                                                                         \
    "that with gaussian couplings at 0.951(9) (Katzgraber, Koerner and Young 2006).\n"                                 \
    "\n"                                                                                                               \
    "## Lattices\n"                                                                                                    \
    "As in `ising`: `L` counts unit cells, one number or one per direction; a file whose name ends in `.yaml` "        \
    "describes a\n"                                                                                                    \
    "lattice, any other is a list of edges `i j [J]`, sites counted from 0. `shells` = [1,J2,..] adds further "        \
    "neighbours, whose\n"                                                                                              \
    "random couplings have these factors.\n"                                                                           \
    "\n"                                                                                                               \
    "## One task is a ladder of temperatures\n"                                                                        \
    "`temperature` is an array, `[0.8,1.0,1.3]` or `[0.8:2.0:0.1]`, ascending or descending; `show`, `plot` and "      \
    "`analyse` have a\n"                                                                                               \
    "row for each. A state holds two copies a, b of its sample, and each copy a walker at every temperature. One "     \
    "step is a\n"                                                                                                      \
    "sweep of all walkers (heat bath, the sites in order: up with 1/(1 + exp(-2 (sum_j J_ij s_j + h)/T))), then "      \
    "exchanges of all\n"                                                                                               \
    "pairs (0,1), (2,3), .. and all pairs (1,2), (3,4), .. of the ladder with min(1, exp((1/T - 1/T')(E - E'))) "      \
    "(Hukushima and\n"                                                                                                 \
    "Nemoto 1996). The product of the Boltzmann weights is stationary under each of these moves, and every "           \
    "transition of a\n"                                                                                                \
    "sweep has a positive probability. `exchange_rate` is that with the next temperature; `round_trips` counts ways "  \
    "from end to\n"                                                                                                    \
    "end and back. The ladder is never changed while a job runs, for it is what the rows are labelled by. "            \
    "`ladder_by_rates` and `ladder_by_flow` are what it "                                                              \
    "should be,\n"                                                                                                     \
    "with errors: give them to the next job as `temperature`.\n"                                                       \
    "\n"                                                                                                               \
    "## Lanes\n"                                                                                                       \
    "`lanes` = yes (couplings of one size, up to 31 neighbours): a state holds 512 replicas, a bit each, and their "   \
    "spins are\n"                                                                                                      \
    "drawn together by comparing random bit planes with the probabilities, 64 bits deep. Every replica has its own "   \
    "random\n"                                                                                                         \
    "numbers; which bits they are does not depend on the CPU. Numbers of replicas are best multiples "                 \
    "of 512.\n"                                                                                                        \
    "\n"                                                                                                               \
    "## Houdayer moves\n"                                                                                              \
    "`houdayer` = yes (with lanes=no): at every temperature and step the cluster of sites with a_i b_i = -1 around a " \
    "random one of\n"                                                                                                  \
    "them is exchanged between the copies (Houdayer 2001; Zhu, Ochoa and Katzgraber 2015). E_a + E_b stays, also in "  \
    "a field. On\n"                                                                                                    \
    "lattices of more than two dimensions such clusters percolate and the move gains little; the task then carries a " \
    "note.\n"                                                                                                          \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "All are per site. q = (1/N) sum_i a_i b_i. `spin_glass_susceptibility` = N [<q^2>]; `overlap_binder` = 1 - "      \
    "[<q^4>]/(3 [<q^2>]^2)\n"                                                                                          \
    "(the g of the literature is 3/2 of it); `correlation_length` = sqrt([<q^2>]/[<|q(k)|^2>] - 1)/(2 sin(k/2)), the " \
    "mean over\n"                                                                                                      \
    "the smallest wave vectors; `correlation_length_ratio` = xi_L k/(2 pi), which is xi_L/L on cubes. Ratios are "     \
    "ratios of\n"                                                                                                      \
    "averages over samples. `specific_heat` = N [<e^2> - <e_a e_b>]/T^2, free of the bias of one finite run. "         \
    "`link_overlap` is the\n"                                                                                          \
    "mean over bonds of a_i a_j b_i b_j. `equilibration_gap` (gaussian couplings of mean 0, no field) is "             \
    "[<e>] + (bonds/N)\n"                                                                                              \
    "(J^2/T)(1 - [q_link]), 0 in equilibrium and positive before it when the copies start at random (Katzgraber and "  \
    "Young\n"                                                                                                          \
    "2001). `sites`, `bonds` and `wavenumber` are constants.\n"                                                        \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "`energy` = -(bonds/N) J tanh(J/T) at the temperatures of the Nishimori line exp(2J/T) = p/(1 - p), and "          \
    "-(bonds/N) J_0 for\n"                                                                                             \
    "gaussian couplings at T = J^2/J_0; `equilibration_gap` 0; `magnetization` and `overlap` 0 without field.\n"       \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "S. F. Edwards and P. W. Anderson, J. Phys. F 5, 965 (1975). H. Nishimori, Prog. Theor. Phys. 66, 1169 (1981). "   \
    "K. Hukushima\n"                                                                                                   \
    "and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996). J. Houdayer, Eur. Phys. J. B 22, 479 (2001). H. G. "           \
    "Katzgraber and\n"                                                                                                 \
    "A. P. Young, Phys. Rev. B 63, 184422 (2001). H. G. Katzgraber, M. Koerner and A. P. Young, Phys. Rev. B 73, "     \
    "224432 (2006).\n"                                                                                                 \
    "H. G. Katzgraber, S. Trebst, D. A. Huse and M. Troyer, J. Stat. Mech. P03018 (2006). M. Baity-Jesi et al., "      \
    "Phys. "                                                                                                           \
    "Rev. B\n"                                                                                                         \
    "88, 224416 (2013). Z. Zhu, A. J. Ochoa and H. G. Katzgraber, Phys. Rev. Lett. 115, 077201 (2015).\n"

#endif
