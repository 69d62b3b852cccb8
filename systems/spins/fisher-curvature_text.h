/*
 * What `onsager describe fisher-curvature` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_FISHER_CURVATURE_TEXT_H
#define ONSAGER_SYSTEMS_FISHER_CURVATURE_TEXT_H

#define FISHER_CURVATURE_DETAILS                                                                                       \
    "## Model\n"                                                                                                       \
    "Spins on a hypercubic lattice of n sites and m bonds in which EVERY bond a has a coupling J_a of its own:\n"      \
    "p(s) = exp(sum_a J_a e_a(s)) / Z with e_a = s_i s_j (`model=ising`) or e_a = delta(s_i, s_j) (`model=potts`, "    \
    "`q`\n"                                                                                                            \
    "colours). J is dimensionless, in units of the temperature. The family is evaluated where all J_a = `coupling`,\n" \
    "by default the critical point of the model. `coupling` may be a formula of `critical`: `coupling=0.8*critical`, " \
    "or\n"                                                                                                             \
    "a number. J_c: Ising ln(1 + sqrt 2)/2 = 0.440687 on the square lattice (Onsager 1944) and 0.2216544 on the\n"     \
    "cubic one (Talapov and Bloete 1996); Potts ln(1 + sqrt q) on the square lattice (Potts 1952).\n"                  \
    "\n"                                                                                                               \
    "## Curvature\n"                                                                                                   \
    "The m couplings are coordinates of a manifold with the Fisher metric F_ab = d_a d_b ln Z = Cov(e_a, e_b). With "  \
    "the\n"                                                                                                            \
    "third cumulants T_abc the Levi-Civita connection is Gamma^c_ab = F^cd T_dab / 2, and the scalar curvature is\n"   \
    "\n"                                                                                                               \
    "    R = (|T|^2 - |t|^2) / 4,  |T|^2 = F^ai F^bj F^ck T_abc T_ijk,  t_a = F^bc T_abc,  |t|^2 = F^ab t_a t_b.\n"    \
    "\n"                                                                                                               \
    "A sphere has R > 0: the probability simplex, a sphere of radius 2, has R = 1/2 in two dimensions; independent\n"  \
    "bonds (a tree, an open chain) have R = 0. The four terms R1 = -|t|^2/2, R2 = |T|^2/2, R3 = |t|^2/4, R4 = "        \
    "-|T|^2/4\n"                                                                                                       \
    "are those of the Ricci scalar (derivatives and products of the connection); they are contracted by two "          \
    "different\n"                                                                                                      \
    "routes, so that `residual_trace` = (R3 + R1/2)/|R1| and `residual_tensor` = (R4 + R2/2)/|R2| test the "           \
    "contraction.\n"                                                                                                   \
    "R does not depend on the coordinates: Potts with q = 2 at 2J gives the same R as Ising at J.\n"                   \
    "`ruppeiner` is another object: the thermodynamic curvature of the d-dimensional manifold of one coupling for\n"   \
    "each direction, with the metric per site (Ruppeiner 1995), in the sign convention above.\n"                       \
    "`shells` splits R = F^ab Ric_ab by the momentum of the bonds a and b: one row for each orbit of momenta under\n"  \
    "reflections and exchanges of equal axes, with wave numbers in units of 2 pi / L.\n"                               \
    "\n"                                                                                                               \
    "## Methods\n"                                                                                                     \
    "- `free-fermion`: the periodic square lattice, Ising, any lengths >= 3. Four Majorana modes a site and four\n"    \
    "  sectors of boundaries (Kasteleyn 1961; Hurst and Green 1960); the zero mode at the critical point is treated\n" \
    "  exactly, not by neighbouring couplings. Exact; O(n^2 log n) time and O(n) memory: L = 64 takes 3 seconds.\n"    \
    "- `transfer-matrix`: periodic, two dimensions, Ising and Potts, q^L up to 16384 states of a row (the last of "    \
    "the\n"                                                                                                            \
    "  lengths), operators inserted, no differences. Exact.\n"                                                         \
    "- `enumeration`: every boundary and dimension, few sites. Exact.\n"                                               \
    "- `sampled`: periodic, one to three dimensions, Ising and Potts: `samples` configurations that are `sweeps`\n"    \
    "  sweeps of Swendsen and Wang (1987) apart, after `equilibration` of them. |T|^2 and |t|^2 are quadratic in "     \
    "noisy\n"                                                                                                          \
    "  estimates: the bias of order 1/samples is removed by a jackknife over `blocks` blocks, which gives the errors " \
    "too;\n"                                                                                                           \
    "  with several replicas the spread of the replicas does.\n"                                                       \
    "\n"                                                                                                               \
    "`auto` takes the first of these that is possible, in this order. Periodic lengths of 2 are refused: their "       \
    "double "                                                                                                          \
    "bonds\n"                                                                                                          \
    "make the metric singular. One step takes about 0.1 seconds of work; the solution ends by itself, `steps` is "     \
    "only\n"                                                                                                           \
    "a cap.\n"                                                                                                         \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "M. Zhuravlev, arXiv:2603.07651 (2026); S. Amari and H. Nagaoka, Methods of Information Geometry (2000);\n"        \
    "G. Ruppeiner, Rev. Mod. Phys. 67, 605 (1995); P. W. Kasteleyn, Physica 27, 1209 (1961); C. A. Hurst and H. S. "   \
    "Green,\n"                                                                                                         \
    "J. Chem. Phys. 33, 1059 (1960); B. Efron, The Jackknife (1982).\n"

#endif
