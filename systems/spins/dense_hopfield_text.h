/*
 * What `onsager describe dense-hopfield` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DENSE_HOPFIELD_TEXT_H
#define ONSAGER_SYSTEMS_DENSE_HOPFIELD_TEXT_H

#define DENSE_HOPFIELD_DETAILS                                                                                         \
    "## Model\n"                                                                                                       \
    "H = -((P-1)!/(R^(P/2) N^(P-1))) sum over patterns sum over i1 < .. < iP of xi_i1 .. xi_iP s_i1 .. s_iP, with "    \
    "s_i = +1 or -1, k_B = 1\n"                                                                                        \
    "and R = 1 without a teacher. The indices of a term are distinct; with all of them the noise would be another, "   \
    "(2P-3)!! in the place\n"                                                                                          \
    "of (P-1)! in its variance. P = 2 is Hopfield's network, -(1/N) sum over i < j of J_ij s_i s_j. A pattern with "   \
    "overlap m has the energy\n"                                                                                       \
    "-(N/P) m^P. `load` is alpha' = K (P-1)!/N^(P-1): for P = 2 the usual alpha = K/N. Papers that write K = alpha "   \
    "N^(P-1) have\n"                                                                                                   \
    "alpha = alpha'/(P-1)!, those with K = 2 alpha N^(P-1)/P! have alpha = P alpha'/2.\n"                              \
    "\n"                                                                                                               \
    "No tensor is built. The inner sum is the elementary symmetric polynomial e_P of the numbers xi_i s_i, for "       \
    "entries +-1 a function of the\n"                                                                                  \
    "overlap alone; its changes are held for all patterns as bit planes, a step of a spin reads some 16 bits a "       \
    "pattern. Energies are whole\n"                                                                                    \
    "numbers times the factor: exact, the same on every CPU.\n"                                                        \
    "\n"                                                                                                               \
    "## Patterns\n"                                                                                                    \
    "`patterns` = random: entries +1 and -1 with equal probability, 0 (blank) with probability d = `dilution`; every " \
    "replica is a sample of\n"                                                                                         \
    "them. With P = 2, d > 0 and few patterns this is the multitasking network, whose patterns are recalled side by "  \
    "side: `overlaps` lists the\n"                                                                                     \
    "largest, and `start=hierarchy` gives each site the entry of the first pattern that is not blank there. A file: "  \
    "lines of -1, 0, 1 (or + and\n"                                                                                    \
    "-), a .npy array [pattern][site] or [pattern][row][column] of such numbers, or idx images like MNIST's, whose "   \
    "grey levels are 1 from 128\n"                                                                                     \
    "on and -1 below. All patterns must have N entries, and K of them, the first ones, are stored.\n"                  \
    "\n"                                                                                                               \
    "## Teachers\n"                                                                                                    \
    "An example of a pattern has each entry with its sign right with probability (1 + r)/2, r = `quality`; there are " \
    "M = `examples` of each.\n"                                                                                        \
    "supervised: the mean example of each pattern takes the place of xi (the average is before the product). "         \
    "unsupervised: the sum runs over\n"                                                                                \
    "all examples, divided by M (the average is after the product). R = r^2 + (1 - r^2)/M = r^2 (1 + rho), rho = (1 "  \
    "- r^2)/(M r^2). The supervised\n"                                                                                 \
    "network sums e_P in double precision, anew before every sweep. `example_overlap` is n = (r/(R N)) sum_i s_i "     \
    "(mean example of the first\n"                                                                                     \
    "pattern)_i.\n"                                                                                                    \
    "\n"                                                                                                               \
    "## Rules for P = 2\n"                                                                                             \
    "hebbian: J_ij = sum xi_i xi_j (times 1/N). pseudo-inverse: the projector on the patterns, which must be "         \
    "independent (Personnaz, Guyon and\n"                                                                              \
    "Dreyfus 1985). storkey: pattern after pattern (Storkey 1997). H = - sum over i < j of J_ij s_i s_j.\n"            \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "`metropolis`: N attempts at random sites, accepted with min(1, exp(-dE/T)), but 1/2 when dE = 0. `heat-bath`: "   \
    "all sites in order, each from\n"                                                                                  \
    "its distribution given the others (Glauber). Both satisfy detailed balance in the elementary move. "              \
    "temperature=0: downhill always,\n"                                                                                \
    "uphill never, ties by a fair coin. An array of temperatures is one task: a ladder with exchanges (Hukushima and " \
    "Nemoto 1996), each of\n"                                                                                          \
    "the `copies` with its own; a lone temperature gives numbers, a ladder gives rows. The first temperatures of a "   \
    "start from a pattern are\n"                                                                                       \
    "metastable states: below the load at which retrieval ends they last exp(N), but at N = 100 often only hundreds "  \
    "of sweeps.\n"                                                                                                     \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "J. J. Hopfield, PNAS 79, 2554 (1982). E. Gardner, J. Phys. A 20, 3453 (1987). P. Baldi and S. S. Venkatesh, "     \
    "Phys. Rev. Lett. 58, 913\n"                                                                                       \
    "(1987). E. Agliari, A. Barra, A. Galluzzi, F. Guerra and F. Moauro, Phys. Rev. Lett. 109, 268101 (2012). L. "     \
    "Albanese, F. Alemanno,\n"                                                                                         \
    "A. Alessandrelli and A. Barra, J. Stat. Phys. 189, 24 (2022). E. Agliari et al., Physica A 626, 129076 (2023).\n"

#endif
