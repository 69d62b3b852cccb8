/*
 * What `onsager describe dense-hopfield` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DENSE_HOPFIELD_TEXT_H
#define ONSAGER_SYSTEMS_DENSE_HOPFIELD_TEXT_H

#define DENSE_HOPFIELD_DETAILS                                                                                         \
    "## Model\n"                                                                                                       \
    "H = -((P-1)!/N^(P-1)) sum over patterns sum over i1 < .. < iP of xi_i1 .. xi_iP s_i1 .. s_iP, with s_i = +1 or "  \
    "-1 and k_B = 1:\n"                                                                                                \
    "the indices of a term are distinct (with all of them the noise would be another, (2P-3)!! for (P-1)! in its "     \
    "variance). P = 2 is\n"                                                                                            \
    "Hopfield's network, -(1/N) sum over i < j. A pattern with overlap m has the energy -(N/P) m^P. `load` is alpha' " \
    "= K (P-1)!/N^(P-1):\n"                                                                                            \
    "for P = 2 the usual alpha = K/N, and K = alpha' N^(P-1)/(P-1)! in general; papers that write K = alpha N^(P-1) "  \
    "have alpha = alpha'/(P-1)!.\n"                                                                                    \
    "No tensor is built: the inner sum is the elementary symmetric polynomial e_P of xi_i s_i, an exact whole "        \
    "number.\n"

#endif
