/*
 * The description of inverse-ising.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_INVERSE_ISING_TEXT_H
#define ONSAGER_SYSTEMS_INVERSE_ISING_TEXT_H

#define INVERSE_ISING_DETAILS                                                                                          \
    "What is found is p(s) = exp(sum_i h_i s_i + sum_{i<j} J_ij s_i s_j)/Z, s_i = +-1, every pair once: the\n"         \
    "distribution of maximum entropy with the means and correlations of the samples. Temperature is in h and J: a\n"   \
    "planted model with H = - sum J_ij s_i s_j - sum h_i s_i at T is found as J_ij/T and h_i/T, and errors are "       \
    "those\n"                                                                                                          \
    "of these. Couplings of all N (N - 1)/2 pairs are found, planted or not.\n"                                        \
    "\n"                                                                                                               \
    "Methods, C the connected correlations, m the means:\n"                                                            \
    "\n"                                                                                                               \
    "- `exact`: maximum likelihood, all 2^N states summed by Walsh-Hadamard transforms (N to 22), Newton's method;\n"  \
    "  standard errors from the Fisher information.\n"                                                                 \
    "- `pseudo`: pseudo-likelihood (Besag 1975): a logistic regression of every spin on all others; J_ij is the "      \
    "mean\n"                                                                                                           \
    "  of both estimates; standard errors from the scatter of the scores (sandwich).\n"                                \
    "- `naive`: J_ij = - (C^-1)_ij. `tap`: (C^-1)_ij = - J_ij - 2 J_ij^2 m_i m_j. `bethe`: susceptibility "            \
    "propagation\n"                                                                                                    \
    "  in closed form, exact on trees. `pair`: every pair alone. `small`: small correlations, loops + pairs - what\n"  \
    "  both count (Sessak and Monasson 2009). Standard errors by jackknife over 20 blocks; they know nothing of the\n" \
    "  bias of the approximation, which `chi_squared` above 1 shows.\n"                                                \
    "\n"                                                                                                               \
    "Errors fall as 1/sqrt(samples) for `exact` and `pseudo`; approximations stop at their bias.\n"                    \
    "A spin that never turns, a pair of which a state was never seen, and whatever else makes couplings infinite is\n" \
    "refused with words; l2 makes them finite.\n"                                                                      \
    "\n"                                                                                                               \
    "Replicas are new planted models with new samples. Samples of the heat bath are taken as independent: `between`\n" \
    "sweeps must be longer than the correlations, or errors come out too small.\n"                                     \
    "\n"                                                                                                               \
    "H. J. Kappen and F. B. Rodriguez, Neural Comput. 10, 1137 (1998). T. Tanaka, Phys. Rev. E 58, 2302 (1998). V.\n"  \
    "Sessak and R. Monasson, J. Phys. A 42, 055001 (2009). F. Ricci-Tersenghi, J. Stat. Mech. P08015 (2012). H. C.\n"  \
    "Nguyen, R. Zecchina and J. Berg, Adv. Phys. 66, 197 (2017).\n"

#endif
