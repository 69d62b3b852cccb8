/*
 * The description of asynchronous-lattice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_ASYNCHRONOUS_LATTICE_TEXT_H
#define SYSTEMS_ASYNCHRONOUS_LATTICE_TEXT_H

#define ASYNCHRONOUS_LATTICE_DETAILS                                                                                   \
    "Every node of a graph has one number and a clock. When the clock rings, the node reads its neighbours and sets\n" \
    "its number anew:\n"                                                                                               \
    "- `coupled-maps`: x_i <- (1 - e) f(x_i) + (e/deg_i) sum_j f(x_j), f(x) = r x (1 - x), e = `coupling`;\n"          \
    "- `affine`: x_i <- sum_j a_ij x_j + b_i with a random matrix on the links, sum_j |a_ij| = `contraction`;\n"       \
    "- `tanh`: x_i <- tanh(sum_j a_ij x_j) + b_i;\n"                                                                   \
    "- `gossip`: the node and a neighbour drawn at random take their mean.\n"                                          \
    "\n"                                                                                                               \
    "A unit of time is one event of every node on average: exactly one with `clocks=synchronous` (all at once) and\n"  \
    "`round-robin` (one after another), a Poisson number with `poisson` (as `rates` say) and `blocks` (of every\n"     \
    "block). With `delay` = B a neighbour is read as it was up to B of its own events ago; a node knows itself.\n"     \
    "\n"                                                                                                               \
    "Known: contractions reach one fixed point under every schedule, by the factor `contraction` whenever all nodes\n" \
    "rang B + 1 times (Bertsekas 1983; Baudet 1978). Synchronous chaos of the coupled maps is stable where\n"          \
    "l_f + ln|1 - e l| < 0 for all eigenvalues l > 0 of the normalized Laplacian, l_f = ln 2 at r = 4; on the\n"       \
    "complete graph beyond e = (1 - 1/N)/2. With clocks of single nodes synchronous chaos is no solution: what may\n"  \
    "be stable is the fixed point x* = 1 - 1/r. Equitable partitions give invariant subspaces of cluster synchrony\n"  \
    "as long as all nodes of a block ring together (Stewart, Golubitsky and Pivato 2003). Gossip shrinks the "         \
    "variance\n"                                                                                                       \
    "on average by at least the second eigenvalue of the mean of W (Boyd et al. 2006).\n"                              \
    "\n"                                                                                                               \
    "A replica has its own start, matrix, regular graph and clocks. Chaotic maps in doubles that have become equal\n"  \
    "never part again: judge by `transverse_exponent`, or add a `noise` of 1e-14.\n"                                   \
    "\n"                                                                                                               \
    "D. Chazan, W. Miranker, Linear Algebra Appl. 2, 199 (1969). G. Baudet, J. ACM 25, 226 (1978). D. P. Bertsekas,\n" \
    "Math. Program. 27, 107 (1983). K. Kaneko, Physica D 41, 137 (1990). S. Boyd et al., IEEE Trans. Inf. Theory "     \
    "52,\n"                                                                                                            \
    "2508 (2006).\n"

#endif
