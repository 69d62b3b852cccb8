/*
 * The claims of setol, and its text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SETOL_CLAIMS_H
#define SETOL_CLAIMS_H

#include <onsager/paper.h>

/* clang-format off */
static const char setol_details[] =
    "## System\n"
    "`weight-spectrum` (any weights) and `mlp-spectra` (784-300-100-10 trained on digits). X = W^T W / N, its tail fitted by\n"
    "lambda^-alpha; the best layers are said to have alpha near 2 and, independently, a tail that begins where the product of\n"
    "the rescaled eigenvalues, taken from the largest downwards, is 1.\n"
    "\n"
    "## Method\n"
    "As in the authors' code: Glorot's normal start, biases 0, pixels/255, cross entropy averaged over the batch, plain gradient\n"
    "descent, 10 % held out, stop when the training loss has not fallen by 1e-4 for 3 epochs; the same initial weights for all\n"
    "rates. Rates are multiples of 0.01 at batch 32. Figure values were read off plots, +-0.02.\n"
    "\n"
    "## Data\n"
    "The digits of MNIST are not part of onsager. `ONSAGER_DATA=FOLDER onsager reproduce setol` looks there for\n"
    "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or gzipped. With the\n"
    "t10k files alone, 8,000 images train and 1,000 test: trends are checked, and the first two epochs of the authors' notebook at\n"
    "the same number of steps (3,750 an epoch) on 9,000 images; numbers that depend on the end of training are not.\n"
    "\n"
    "## What differs\n"
    "Traps: the edge of the shuffled spectrum comes from the variance of what lies below it, not from a fit to a smoothed density.\n"
    "The steps of the theory (annealed average, HCIZ integral, choice of branch) cannot be checked by runs.\n"
    "\n"
    "## References\n"
    "C. H. Martin and C. Hinrichs, arXiv:2507.17912 (2025); code: SETOL_experiments and WeightWatcher. A. Clauset, C. R. Shalizi\n"
    "and M. E. J. Newman, SIAM Review 51, 661 (2009). J. Alstott, E. Bullmore and D. Plenz, PLoS ONE 9, e85777 (2014), for `powerlaw`.\n";
/* clang-format on */

#define NUMBER(id, kind, bound, effort, quantity, published, printed, tolerance, place, why)                           \
    { id, kind, bound, effort, quantity, published, printed, tolerance, 0, place, why }
#define EXACT(id, quantity, published, tolerance, place, why)                                                          \
    NUMBER(id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, published, 0, tolerance, place, why)
#define BOUND(id, quantity, published, tolerance, place, why)                                                          \
    NUMBER(id, ONS_CLAIM_EXACT, ONS_CLAIM_AT_MOST, ONS_QUICK, quantity, published, 0, tolerance, place, why)
#define PRINTED(id, effort, quantity, published, printed, tolerance, place, why)                                       \
    NUMBER(id, ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, effort, quantity, published, printed, tolerance, place, why)
#define WORDS(id, kind, quantity, place, why) NUMBER(id, kind, 0, ONS_STANDARD, quantity, 0, 0, 0, place, why)
/* The six rates of a figure: three at standard, all at full. */
#define SIX(id, quantity, a, b, c, d, e, f, printed, tolerance, place, why)                                            \
    PRINTED(id "-1", ONS_FULL, quantity ", rate 0.01", a, printed, tolerance, place, why),                             \
        PRINTED(id "-2", ONS_FULL, quantity ", rate 0.02", b, printed, tolerance, place, why),                         \
        PRINTED(id "-4", ONS_STANDARD, quantity ", rate 0.04", c, printed, tolerance, place, why),                     \
        PRINTED(id "-8", ONS_FULL, quantity ", rate 0.08", d, printed, tolerance, place, why),                         \
        PRINTED(id "-16", ONS_STANDARD, quantity ", rate 0.16", e, printed, tolerance, place, why),                    \
        PRINTED(id "-32", ONS_STANDARD, quantity ", rate 0.32", f, printed, tolerance, place, why)
#define LOG(k, alpha, test)                                                                                            \
    PRINTED("S10-alpha-" #k, ONS_STANDARD, "alpha of the first layer alone trained, batch 16, rate 0.01, epoch " #k,   \
            alpha, 0, 0.25, "notebook WW_MLP3_Training", "another start and other batches"),                           \
        PRINTED("S10-test-" #k, ONS_STANDARD, "part of the test images recognised, epoch " #k, test, 0, 0.004,         \
                "notebook WW_MLP3_Training", "binomial error of 10,000 images twice")

static const ons_claim setol_claims[] = {
    EXACT("E1-low", "smallest eigenvalue of a Gaussian W, 3000 x 1000: (1 - sqrt(1/3))^2", 0.17863279495408180, 0.0036,
          "Marchenko and Pastur 1967", "2 %: edges of 1000 eigenvalues fluctuate by M^(-2/3)"),
    EXACT("E1-high", "its largest: (1 + sqrt(1/3))^2", 2.4880338717125849, 0.05, "Marchenko and Pastur 1967", "2 %"),
    BOUND("E1-law", "largest distance of its distribution from the law", 0, 0.01, "Marchenko and Pastur 1967",
          "eigenvalues are rigid: ln(M)/M = 0.007"),
    EXACT("E1-traps", "correlation traps of a Gaussian matrix", 0, 0,
          "derived: nothing is above the edge and its width", "the width is 25 times that of Tracy and Widom's law"),
    EXACT("E2", "alpha of 2000 Pareto numbers by maximum likelihood, x_min the smallest", 2.5, 0.004,
          "Clauset, Shalizi and Newman 2009", "bias of order (alpha - 1) 2/n = 0.0015, twice"),
    EXACT("E2-sigma", "its standard deviation over (alpha - 1)/sqrt(n)", 1, 0.02, "Clauset, Shalizi and Newman 2009",
          "the next order in 1/n"),
    EXACT("E2-found", "alpha with x_min found by the smallest distance", 2.5, 0.05, "Clauset, Shalizi and Newman 2009",
          "3 sigma of the tail, and the choice of x_min among many"),
    EXACT("E3-alpha", "alpha by the package powerlaw 2.0.0 on the same 300 numbers", 1.5087993499891341, 1e-6,
          "run of the package for this check", "rounding"),
    EXACT("E3-minimum", "its x_min", 7.521462208375243, 1e-6, "run of the package for this check", "rounding"),
    EXACT("E3-distance", "its Kolmogorov-Smirnov distance", 0.02186960250585257, 1e-6,
          "run of the package for this check", "rounding"),
    PRINTED("E3-issue", ONS_QUICK, "alpha of a layer of VGG by WeightWatcher", 2.16195, 0, 1e-5,
            "an issue of WeightWatcher", "digits printed"),
    BOUND("E4", "free cumulants of Marchenko and Pastur's law from its moments, distance from (M/N)^(n-1)", 0, 1e-10,
          "Nica and Speicher 2006", "rounding"),
    SIX("S1", "alpha of the first layer", 3.62, 3.43, 3.21, 2.92, 2.47, 1.96, 0.02, 0.15, "figure of alpha and error",
        "start, order of the batches and the rule of the end; read off a plot"),
    WORDS("S1-falls", ONS_CLAIM_ORDERING, "alpha of the first layer falls with the learning rate",
          "figure of alpha and error", "at every pair of neighbouring rates"),
    SIX("S2", "test error", 0.0209, 0.0195, 0.0188, 0.0182, 0.0163, 0.0178, 0.0008, 0.0015, "figure of alpha and error",
        "binomial error of 10,000 images"),
    WORDS("S2-least", ONS_CLAIM_ORDERING, "the test error is smallest at 16 times the rate",
          "figure of alpha and error", "against 4 and 32 times"),
    WORDS("S3", ONS_CLAIM_STATEMENT, "the training error vanishes but at 32 times the rate",
          "figure of alpha and error", "mean over runs, all training images"),
    SIX("S4", "lambda_pl - lambda_erg of the first layer", 1.06, 0.93, 0.86, 0.70, 0.38, -0.01, 0.02, 0.1,
        "figure of detX, first layer", "x_min jumps between neighbours"),
    WORDS("S4-falls", ONS_CLAIM_ORDERING, "lambda_pl - lambda_erg falls with alpha", "figure of detX, first layer",
          "at every pair of neighbouring rates"),
    WORDS("S4-sign", ONS_CLAIM_STATEMENT, "it crosses 0 where alpha crosses 2, at 32 times the rate",
          "figure of detX, first layer", "positive at 16 times, below 0.1 (the tolerance of S4) at 32 times"),
    SIX("S5", "alpha of the second layer", 2.46, 2.42, 2.40, 2.37, 2.30, 2.10, 0.02, 0.1,
        "figure of alpha, second layer", "start and order of the batches"),
    WORDS("S5-above", ONS_CLAIM_STATEMENT, "alpha of the second layer stays above 2 when all layers learn",
          "figure of alpha, second layer", "at every rate that was run"),
    PRINTED("S6", ONS_STANDARD, "alpha of the first layer when it alone learns, 16 times the rate, at the end", 1.75, 0,
            0.15, "section 6.6", "1.6 to 1.9 by the text"),
    PRINTED("S7", ONS_STANDARD, "smallest alpha of the second layer when it alone learns, 16 times the rate", 1.5, 0,
            0.1, "section 6.6", "1.4 to 1.6 by the text"),
    WORDS("S8", ONS_CLAIM_STATEMENT, "a correlation trap in the first layer at 32 times the rate, none at 16",
          "section 6.5", "shuffled matrices at the end of every run"),
    PRINTED("S9", ONS_STANDARD, "quality squared of the first layer at batch 32, in percent", 14, 0, 2.8,
            "figure of quality and batch size", "20 %"),
    LOG(1, 4.57, 0.912),
    LOG(2, 3.86, 0.926),
    LOG(3, 3.61, 0.934),
    LOG(4, 3.50, 0.937),
    LOG(5, 3.42, 0.942),
    {.id = NULL}};

#endif
