/*
 * What monotone-dbm is, in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MONOTONE_TEXT_H
#define MONOTONE_TEXT_H

#define MONOTONE_DETAILS                                                                                               \
    "## System\n"                                                                                                      \
    "Potts variables in tiers: a pixel with one state for each grey bin, hidden variables, the class. p(x) ~\n"        \
    "exp(1/2 sum_(i != j) x_i' Phi_ij x_j + sum_i b_i' x_i), mean field q_i = softmax(sum_j Phi_ij q_j + b_i); seen\n" \
    "pixels are clamped. Phi = blockdiag(A'A) - A'A with convolutions A, columns of each variable scaled by\n"         \
    "min(sqrt(1 - m)/|A_i|, 1), on both sides, so that Phi is symmetric: then I - Phi >= m, the mean-field free "      \
    "energy\n"                                                                                                         \
    "is strictly convex, and there is exactly one fixed point, which any start and any damping reach.\n"               \
    "\n"                                                                                                               \
    "The tiers see themselves and all below through kernels of 3 x 3, with strides that halve the side from tier to\n" \
    "tier; the class sees the last hidden tier and itself with weights of its own for every site. Biases belong to\n"  \
    "sites. The paper's machine is `side=28 bins=20 channels=[40,80] states=4 batch=128 rate=0.001`.\n"                \
    "\n"                                                                                                               \
    "## Method\n"                                                                                                      \
    "The mean-field free energy is minimised by Newton's method, or (`solver=splitting`) its fixed point is found "    \
    "by\n"                                                                                                             \
    "z = prox((1 - alpha) z + alpha (Phi z + b)), forward-backward splitting, accelerated by Anderson's method; both " \
    "to\n"                                                                                                             \
    "`tolerance` in |z - softmax(Phi z + b)|. Gradients are implicit: (I - J Phi) u = e, J the derivative of\n"        \
    "softmax, is solved by conjugate gradients in the scalar product of J, in which the operator is symmetric and "    \
    "at\n"                                                                                                             \
    "least (1 + m)/2. The loss is (1 - share) times reconstruction (focal, balanced over the bins, of the pixels "     \
    "not\n"                                                                                                            \
    "seen) plus share times classification (-ln p of the class); logits are (Phi z + b) t^2 with learnt t, one for\n"  \
    "each pixel and one for the class. Adam; a step is an epoch, which pixels are seen is drawn anew every time.\n"    \
    "Replicas are seeds.\n"                                                                                            \
    "\n"                                                                                                               \
    "## Data\n" DIGIT_DATA_DETAILS "\n"                                                                                \
    "## References\n"                                                                                                  \
    "Z. Feng, E. Winston and J. Z. Kolter, Monotone deep Boltzmann machines, TMLR (2023), arXiv:2307.04990. H. F.\n"   \
    "Walker and P. Ni, SIAM J. Numer. Anal. 49, 1715 (2011). Y. Cui et al., CVPR (2019): balanced loss. T.-Y. Lin "    \
    "et\n"                                                                                                             \
    "al., ICCV (2017): focal loss.\n"

#endif
