/*
 * The claims of maxent-statmech, and its description.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPERS_MAXENT_STATMECH_CLAIMS_H
#define ONSAGER_PAPERS_MAXENT_STATMECH_CLAIMS_H

#include <onsager/paper.h>

static const char details[] =
    "## System\n"
    "Statistical mechanics as inference in the line of Jaynes: `maximum-entropy` (static averages), `ion-channel` (a "
    "file of "
    "sites,\n"
    "in equilibrium and driven), `driven-trap` (work and free energy), `inverse-ising` (couplings from correlations). "
    "Only "
    "the\n"
    "abstracts of the paper and of its published version were at hand; the equations are the standard ones, and every "
    "statement\n"
    "became an identity that is checked. No number below was printed by the authors.\n"
    "\n"
    "## Method\n"
    "Tilted generators are solved for their largest eigenvalue by Noda's iteration, its derivatives follow from linear "
    "equations\n"
    "(no differences); where a claim compares derivatives, one side is by differences. The sign is p = q exp(+ lambda "
    "f)/Z.\n"
    "\n"
    "## What differs, and why\n"
    "M10-one-way-4: that the noise of a channel in equilibrium is twice its one-way flux holds for ions that pass "
    "alone. In "
    "a file\n"
    "of several ions the flux of labelled ions from bath to bath is smaller than half the noise, by the factor of "
    "Hodgkin "
    "and Keynes\n"
    "(J. Physiol. 128, 61 (1955)): a charge passes when the whole file moves, a label only when its own ion has come "
    "all "
    "the way. The\n"
    "row is from the specification, not from the paper. What is exact for any channel is that the noise is twice the "
    "conductance\n"
    "(M10-slope), and that forward and backward fluxes over every bond are equal (M10-balance).\n"
    "\n"
    "## References\n"
    "D. M. Rogers, T. L. Beck and S. B. Rempe, arXiv:1105.5662 (2011); J. Stat. Phys. 145, 385 (2011). E. T. Jaynes, "
    "Phys. "
    "Rev. 106,\n"
    "620 (1957). C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997). C. H. Bennett, J. Comput. Phys. 22, 245 (1976).\n";

#define EXACT(id, quantity, value, tolerance, place, why)                                                              \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, value, 0, tolerance, 0, place, why }
#define SAMPLED(id, effort, quantity, value, tolerance, precision, place, why)                                         \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, effort, quantity, value, 0, tolerance, precision, place, why }
#define WORDS(id, kind, quantity, place, why)                                                                          \
    { id, kind, 0, ONS_QUICK, quantity, 0, 0, 0, 0, place, why }
#define ABSTRACT "abstract, as an identity"
#define DERIVED "derived, a check of ours"
#define TEXTBOOK "Jaynes' die, recomputed"

static const ons_claim claims[] = {
    EXACT("M1-ring", "ring at F = 2 and tilts -2 .. 2: largest |d<A>/dgamma by differences - covariance|", 0, 1e-6,
          ABSTRACT, "differences of step 1e-4"),
    EXACT("M1-channel", "4-site channel at V = 6 and tilts -2 .. 2: the same", 0, 1e-6, ABSTRACT,
          "differences of step 1e-4"),
    SAMPLED("M1-paths", ONS_QUICK,
            "4-site channel at V = 6, tilt 0.5: variance of the charge of drawn paths over the second derivative", 1,
            0.01, 0.05, ABSTRACT, "paths of 200 relaxation times: the ends weigh less than 1 %"),
    EXACT("M2", "two levels, 50 slices with a drive of their own: largest |d<j_t>/dgamma_t' - Cov(j_t, j_t')|", 0, 1e-8,
          ABSTRACT, "differences of step 1e-4 with Richardson's extrapolation"),
    EXACT("M3-labels", "labels of N <= 8 in M <= 4 boxes summed: largest distance from the multinomial", 0, 1e-12,
          ABSTRACT, "rounding"),
    EXACT("M3-reservoir", "ln of the sum over N of z^N M^N/N! less z M, z <= 3, M <= 4: largest distance", 0, 1e-12,
          ABSTRACT, "rounding"),
    {"M4", ONS_CLAIM_EXACT, ONS_CLAIM_AT_LEAST, ONS_QUICK, "smallest information loss of a step of 10^4 random chains",
     0, 0, 1e-13, 0, ABSTRACT, "rounding"},
    EXACT("M4-balance", "largest loss of stationary chains with detailed balance", 0, 1e-13, ABSTRACT, "rounding"),
    WORDS("M4-equality", ONS_CLAIM_ORDERING, "no loss only with detailed balance in the stationary state", ABSTRACT,
          "10^4 random chains without it lose more than 10^4 times the rounding of those with it"),
    EXACT("M4-rate", "loss of a step dt of the ring over dt, extrapolated to dt = 0", 0.452721, 1e-6,
          "derived: F (k+ - k-)/3", "digits"),
    WORDS("M5-entropy", ONS_CLAIM_ORDERING,
          "entropy falls with each constraint: levels 0 to 3 of a channel of two species", ABSTRACT,
          "each level has less entropy than the one before"),
    EXACT("M5-averages", "largest distance of averages and data, level 2", 0, 1e-8, ABSTRACT, "Newton's residual"),
    EXACT("M5-coupling", "hidden pair coupling 1.7 kT of one species from level 2", 1.7, 1e-8, DERIVED,
          "Newton's residual"),
    EXACT("M6-p1", "die of mean 4.5: p_1", 0.05435, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-p2", "p_2", 0.07877, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-p3", "p_3", 0.11416, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-p4", "p_4", 0.16545, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-p5", "p_5", 0.23977, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-p6", "p_6", 0.34749, 5.1e-6, TEXTBOOK, "five digits are given"),
    EXACT("M6-lambda", "its multiplier", 0.371049, 1e-6, TEXTBOOK, "digits"),
    EXACT("M6-entropy", "its entropy", 1.613581, 1e-6, TEXTBOOK, "digits"),
    EXACT("M7-a-lnZ", "channel of 4 sites, mu = 1, U = 2: ln Z", 3.769259, 1e-6, DERIVED, "digits"),
    EXACT("M7-a-N", "its <N>", 1.851662, 1e-6, DERIVED, "digits"),
    EXACT("M7-a-var", "its variance of N", 0.475985, 1e-6, DERIVED, "digits"),
    EXACT("M7-b-lnZ", "mu = 2, U = 2: ln Z", 5.851861, 1e-6, DERIVED, "digits"),
    EXACT("M7-b-N", "its <N>", 2.308140, 1e-6, DERIVED, "digits"),
    EXACT("M7-b-var", "its variance of N", 0.442839, 1e-6, DERIVED, "digits"),
    EXACT("M7-c-lnZ", "mu = 0, U = 0: ln Z", 2.772588722239781, 1e-12, "closed form: 4 ln 2", "rounding"),
    EXACT("M7-c-N", "its <N>", 2, 1e-12, "closed form", "rounding"),
    EXACT("M7-c-var", "its variance of N", 1, 1e-12, "closed form", "rounding"),
    EXACT("M8-theta", "ring at F = 2: largest |theta(s) - k+(e^s - 1) - k-(e^-s - 1)|, |s| <= 3", 0, 1e-9,
          "closed form", "rounding"),
    EXACT("M8-hops", "its hop rate", 0.679081, 1e-6, "closed form: k+ - k-", "digits"),
    EXACT("M8-production", "its entropy production", 0.452721, 1e-6, "closed form: F (k+ - k-)/3", "digits"),
    EXACT("M8-variance", "its variance rate", 2.112144, 1e-6, "closed form: k+ + k-", "digits"),
    EXACT("M8-symmetry", "largest |theta(s) - theta(-F/3 - s)|", 0, 1e-9, "Gallavotti and Cohen", "rounding"),
    SAMPLED("M8-paths-hops", ONS_QUICK, "hop rate of drawn paths", 0.679081, 1e-6, 0.05, "closed form", "digits"),
    SAMPLED("M8-paths-variance", ONS_QUICK, "variance rate of drawn paths", 2.112144, 1e-6, 0.1, "closed form",
            "digits"),
    EXACT("M9-gauss", "one step of maximum entropy with mean and variance: largest distance from the Gaussian", 0,
          1e-10, ABSTRACT, "a grid of 1/50 standard deviation: its error is exp(-2 (50 pi)^2)"),
    EXACT("M9-conjugate", "the multiplier of the displacement over beta F/2, prior of free diffusion", 1, 1e-10,
          ABSTRACT, "Newton's residual"),
    EXACT("M9-trap", "stationary variance of the exact step in a harmonic well over kT/kappa", 1, 1e-10,
          "Einstein's relation D = mu kT", "rounding"),
    SAMPLED("M9-steps", ONS_QUICK, "the same by steps of Euler and Maruyama, mu kappa dt = 0.01", 1, 0.01, 0.01,
            "Einstein's relation", "the step makes it 0.5 % too large"),
    SAMPLED("M9-jarzynski", ONS_QUICK, "free energy of a trap made 4 times stiffer, from work alone (kT)",
            0.6931471805599453, 0, 0.05, "closed form: ln(4)/2", "the error of the average"),
    SAMPLED("M9-bennett", ONS_QUICK, "the same from both directions", 0.6931471805599453, 0, 0.05, "closed form",
            "the error of the estimate"),
    EXACT("M10-current", "channel at equilibrium (mu = 1, U = 2): current", 0, 1e-12, "detailed balance", "rounding"),
    EXACT("M10-balance", "largest difference of the flux of an event and of its reverse", 0, 1e-12, "detailed balance",
          "rounding"),
    EXACT("M10-slope", "dJ/dV over half the noise", 1, 1e-6, "Johnson and Nyquist", "differences of step 1e-3"),
    EXACT("M10-one-way-1", "noise over twice the one-way flux of labelled ions, one site", 1, 1e-9, "specification",
          "rounding"),
    EXACT("M10-one-way-4", "the same, four sites with mu = 1, U = 2", 1, 1e-6, "specification", "rounding"),
    SAMPLED("inverse-exact", ONS_QUICK,
            "planted couplings by maximum likelihood: slope of ln(error) against ln(samples)", -0.5, 0.03, 0.1,
            "asymptotic law of maximum likelihood", "corrections of order 1/samples"),
    SAMPLED("inverse-pseudo", ONS_QUICK, "the same by pseudo-likelihood", -0.5, 0.03, 0.1, "consistent estimator",
            "corrections of order 1/samples"),
    SAMPLED("inverse-chi", ONS_QUICK, "mean square of (coupling - planted)/standard error, maximum likelihood", 1, 0.05,
            0.2, "Fisher information", "corrections of order 1/samples"),
    SAMPLED("inverse-chi-pseudo", ONS_QUICK, "the same by pseudo-likelihood", 1, 0.05, 0.2, "scatter of the scores",
            "corrections of order 1/samples"),
    {.id = NULL}};

#endif
