/*
 * monotone-dbm: what the paper says and what we hold against it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MONOTONE_DBM_CLAIMS_H
#define MONOTONE_DBM_CLAIMS_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "`monotone-dbm`: Potts variables with couplings Phi = blockdiag(A'A) - A'A, the columns of each variable scaled "
    "so\n"
    "that I - Phi >= m, and mean field q = softmax(Phi q + b). The abstract and the authors' code (which has no "
    "licence\n"
    "and was only read) were at hand; the tables of the paper were not, so that no error rate below was printed by "
    "the\n"
    "authors. Rows of the kind `exact` are theorems; targets of ours say so.\n"
    "\n"
    "## What differs, and why\n"
    "The authors' code scales the rows of the product with A'A, not both sides: its Phi is not symmetric, and then "
    "there\n"
    "is no energy. Here the scale stands on both sides. Their tolerance of 1e-2 biases gradients; here it is 1e-4 "
    "while\n"
    "learning and 1e-10 or better where a theorem is checked. While learning, the fixed point is found by Newton's\n"
    "method on the free energy, which is convex; the rows below on rates and uniqueness use the paper's splitting. "
    "Adjoints\n"
    "are solved by conjugate gradients, which "
    "always\n"
    "converge here, in the place of Anderson's method. Biases are learnt as they are, without a norm of their own. "
    "Images\n"
    "are 14 x 14 with 4 grey bins, channels 12 and 20, some thousand examples: a machine for a few minutes of two "
    "cores.\n"
    "\n"
    "## Rivals\n"
    "`softmax-regression` learns the class alone from the same partly seen images. `rbm` learns image and class "
    "together\n"
    "by persistent contrastive divergence, as many hidden units as give it as many weights as the monotone machine "
    "has;\n"
    "given a part of the pixels it tells the class by naive mean field, and by the exact sum over its hidden units "
    "where\n"
    "all are seen.\n"
    "\n"
    "## Data\n"
    "Digits drawn here (`data=drawn`), and MNIST where a folder `mnist` with its idx files stands in the working\n"
    "directory; the rows of MNIST are not checked without it.\n"
    "\n"
    "## References\n"
    "Feng, Winston and Kolter, TMLR (2023), arXiv:2307.04990; code locuslab/MonotoneDBM.\n";

#define DERIVED "derived, see details"
#define AT_MOST(id, effort, quantity, limit, place, why)                                                               \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_AT_MOST, effort, quantity, limit, 0, 0, 0, place, why }
#define WORDS(id, kind, effort, quantity, place, why)                                                                  \
    { id, kind, 0, effort, quantity, 0, 0, 0, 0, place, why }

static const ons_claim claims[] = {
    AT_MOST("M1", ONS_QUICK, "one fixed point: largest distance of 20 starts, 10 machines, n = 60, k = 3, m = 0.01",
            1e-8, "abstract: a theorem", "residual 1e-10 over the margin"),
    AT_MOST("M1-large", ONS_STANDARD, "the same, 100 machines, n = 200, k = 4", 1e-8, "abstract: a theorem",
            "residual 1e-10 over the margin"),
    WORDS("M2", ONS_CLAIM_ORDERING, ONS_QUICK,
          "couplings s G, G symmetric Gaussian of variance 1/(nk): one fixed point up to s = 2, several at s = 4 and 8",
          "abstract; the onset by us", "20 starts, distances above 1e-6 are different points, n = 60, k = 3"),
    WORDS("M2-parallel", ONS_CLAIM_STATEMENT, ONS_QUICK,
          "parallel updates without damping fail for generic couplings (s = 8)", "abstract",
          "most of the starts have not converged after 2000 updates"),
    {"M3", ONS_CLAIM_EXACT, ONS_CLAIM_AT_LEAST, ONS_QUICK,
     "linear rate of damped steps: squared correlation of ln residual with the step, from 1e-3 to 1e-11", 0.99, 0, 0, 0,
     "a theorem: linear rate", "a straight line, but for several slow modes at its beginning"},
    AT_MOST("M3-theorem", ONS_QUICK, "alpha = 1.9 m/L^2: largest |z' - z*|/|z - z*| of a step, m = 0.3", 1,
            "a theorem: alpha < 2 m/L^2", "a contraction at every step"),
    WORDS("M4", ONS_CLAIM_STATEMENT, ONS_STANDARD, "one model completes and classifies: drawn digits, 40 % seen",
          "abstract; the target by us", "class error below 25 %"),
    WORDS("M4-order", ONS_CLAIM_ORDERING, ONS_STANDARD,
          "the class error falls with the share of pixels seen: 0.2, 0.4, 0.6, 0.8", "derived by us",
          "drawn digits; each error at most 2 standard errors above the one before, the last below the first"),
    WORDS("M4-mnist", ONS_CLAIM_STATEMENT, ONS_STANDARD, "the same for MNIST, 14 x 14, 4 bins, 40 % seen",
          "abstract; the target by us", "class error below 25 %"),
    WORDS("M4-mnist-order", ONS_CLAIM_ORDERING, ONS_STANDARD, "and its order with the share seen", "derived by us",
          "as for drawn digits"),
    WORDS("M5", ONS_CLAIM_STATEMENT, ONS_QUICK,
          "naive mean field of an RBM depends on the start, that of the monotone machine does not", "abstract",
          "bars and stripes, half the pixels seen: spread over starts above 0.01 for the RBM, below 1e-8 for ours"),
    AT_MOST("E1", ONS_QUICK, "m minus the smallest eigenvalue of I - Phi, 10 machines", 1e-10, DERIVED, "rounding"),
    AT_MOST("E2", ONS_QUICK, "|q - softmax(Phi q + b)| for alpha = 0.05, 0.125, 0.5", 1e-8, DERIVED, "residual"),
    AT_MOST("E3", ONS_QUICK, "implicit gradient against five-point differences, relative to its largest element", 1e-6,
            DERIVED, "truncation and rounding of the differences"),
    AT_MOST("E4", ONS_QUICK, "without couplings: mean field against exact marginals by enumeration", 1e-12, DERIVED,
            "rounding"),
    AT_MOST("E5", ONS_QUICK, "prox: |sum z - 1|, and at alpha near 1 the distance from softmax", 1e-10, DERIVED,
            "rounding"),
    {.id = NULL}};

static const char *const systems[] = {"monotone-dbm", "rbm", "softmax-regression", NULL};

#endif
