/*
 * What `onsager describe ising-exact` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ISING_EXACT_TEXT_H
#define ONSAGER_SYSTEMS_ISING_EXACT_TEXT_H

#define ISING_EXACT_DETAILS                                                                                            \
    "## What it gives\n"                                                                                               \
    "Exact canonical averages of H = -J sum_<ij> s_i s_j - h sum_i s_i, s = +-1, k_B = 1, at all temperatures of "     \
    "the\n"                                                                                                            \
    "array, without sampling; errors are 0, and every number is right to rounding (some 1e-12). Averages are per\n"    \
    "site. Lattices, short lengths and lists of edges are those of `ising`; glasses come as lists of edges.\n"         \
    "\n"                                                                                                               \
    "| method | lattices | reach | gives |\n"                                                                          \
    "|---|---|---|---|\n"                                                                                              \
    "| enumeration | any, with field | 2^34 visits: any 34 sites, 64 sites of a bipartite lattice | everything, "      \
    "`configurations` |\n"                                                                                             \
    "| transfer-matrix | square, triangular, with field | width 20 (torus 14), any length | all but "                  \
    "`magnetization_abs`; strips: "                                                                                    \
    "free energy, energy, specific heat, <m>, correlation length |\n"                                                  \
    "| beale | square torus, no field | 4096 sites | energies and `states` as integers |\n"                            \
    "| kaufman | square torus, no field | one length up to 10^6 | energies |\n"                                        \
    "\n"                                                                                                               \
    "`auto` takes the first of these that is done in seconds, and says so. `states` and `configurations` count\n"      \
    "configurations by the TOTAL energy of the bonds (the field left out) and the sum of the spins, as exact\n"        \
    "integers in text; they need couplings that are integral multiples of one number. `geometry=strip`: `L` is the\n"  \
    "width, `boundary` that across the strip; the number of rows is infinite. The absolute value |m| follows from\n"   \
    "enumeration only. `binder` = 1 - <m^4>/(3 <m^2>^2).\n"                                                            \
    "\n"                                                                                                               \
    "## How\n"                                                                                                         \
    "- `enumeration`: sites no two of which are joined (half of a bipartite lattice) are summed in closed form for\n"  \
    "  given values of the others, which run through a Gray code with one spin fixed by symmetry: 2^(N/2 - 1) "        \
    "visits\n"                                                                                                         \
    "  of some 10 ns for 2^N configurations. A step is 2^25 visits.\n"                                                 \
    "- `transfer-matrix`: rows are added spin by spin to vectors over 2^width rows, with derivatives along 1/T and\n"  \
    "  h/T carried along; a torus is a trace over classes of first rows; infinite strips by power iteration.\n"        \
    "- `beale`: Kaufman's polynomial modulo primes, the integers by the Chinese remainder theorem; the sum 2^N and "   \
    "a\n"                                                                                                              \
    "  check prime are verified.\n"                                                                                    \
    "\n"                                                                                                               \
    "Work is resumed where it was broken off. A replica more would give the same numbers.\n"                           \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "H. A. Kramers and G. H. Wannier, Phys. Rev. 60, 252 (1941). L. Onsager, Phys. Rev. 65, 117 (1944). B. Kaufman,\n" \
    "Phys. Rev. 76, 1232 (1949). A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969). P. D. Beale, Phys.\n"   \
    "Rev. Lett. 76, 78 (1996).\n"

#endif
