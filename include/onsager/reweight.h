/*
 * reweight: what samples of some states of a family say of other states, with errors: single and multiple histograms
 * (Ferrenberg and Swendsen, Phys. Rev. Lett. 61 (1988) 2635; 63 (1989) 1195) without bins, as MBAR (Shirts and Chodera,
 * J. Chem. Phys. 129 (2008) 124105). And histograms of recorded numbers, with errors and barriers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_REWEIGHT_H
#define ONSAGER_REWEIGHT_H

#include <onsager/statistics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- multiple histograms -------------------------------------------------------------------------------------------
 */

/* Samples of an exponential family: in state k a sample with features x has the weight exp(-u_k), u_k = sum over f of
 * coefficients[k][f] x[f]. In the canonical ensemble: one feature, the total energy, and the coefficient 1/T.
 *
 * All samples count, correlated or not: correlations do not bias the estimates, and errors come from leaving out blocks
 * that are longer than they are. Blocks are exchanged within their stratum: a chain of its own, or chains of equal
 * law. Where states are coupled (a ladder with exchanges), blocks are stretches of time through all of them.
 * Some 20 blocks a stratum of at least 16 autocorrelation times each serve well: +- 1 error then covers 66 to 68 %;
 * with 8 blocks of uncorrelated samples it covers 64 %. */
typedef struct ons_mbar_samples {
    size_t states, features;
    const double *coefficients; /* [states][features] */
    const size_t *counts;       /* [states] samples of each, at least one; they lie state after state */
    const double *values;       /* [samples][features] */
    const double *inefficiency; /* [states] 2 tau in samples, at least 1; NULL: 1. For effective numbers alone */
    size_t blocks, strata;      /* blocks = 0: no errors are wanted (NaN) */
    const size_t *block;        /* [samples] the block of each */
    const size_t *stratum;      /* [blocks] the stratum of each; at least two blocks in each */
} ons_mbar_samples;

typedef struct ons_mbar ons_mbar;
/* Solves the equations of the free energies (eq. 11) to 1e-10 by Newton's method with a line search (their objective is
 * convex), and again without each of the blocks. The samples are not copied: keep them. Memory: 8 (states + 1) bytes a
 * sample; time: samples x states x (10 states + 10 blocks) operations or so. ONS_INVALID: numbers that are not finite,
 * a block that holds all samples of a state; ONS_FAILED: histograms so far apart that the equations have no solution
 * in double precision. */
ONS_API ons_status ons_mbar_create(ons_mbar **mbar, const ons_mbar_samples *samples);
ONS_API void ons_mbar_free(ons_mbar *mbar);
/* Free energies f_k = -ln Z_k relative to state 0 and their errors, [states] each. */
ONS_API ons_status ons_mbar_free_energies(const ons_mbar *mbar, double *values, double *errors);
/* overlap[i][j]: the share of state j in the density of states at the samples of state i (rows sum to 1; Klimovich,
 * Shirts and Mobley, J. Comput. Aided Mol. Des. 29 (2015) 397). */
ONS_API void ons_mbar_overlap(const ons_mbar *mbar, double *overlap);

/* What is asked for at one or more targets. */
typedef struct ons_mbar_request {
    size_t targets;
    const double *coefficients; /* [targets][features] */
    size_t quantities;
    const double *values; /* [samples][quantities] whose means are wanted */
    /* Functions of the means at target t, means[quantities] -> outputs[outputs]; NULL: the means themselves. */
    size_t outputs;
    void (*function)(void *data, size_t target, const double *means, double *outputs);
    void *data;
} ons_mbar_request;

/* estimates[targets][outputs]: means corrected for bias by the jackknife, errors with Student's factor; `samples` all
 * that there are, `effective` the independent ones that bear the target: 1 / (sum of squared weights x inefficiency).
 * Where these are fewer than 50 ONS_TOO_FEW_SAMPLES is set: the target lies at the edge of what was sampled, and
 * errors are too small there; fewer than 8: no number at all (NaN), it lies outside. free_energies and their errors,
 * [targets], relative to state 0 (NULL: not wanted). */
ONS_API ons_status ons_mbar_estimate(const ons_mbar *mbar, const ons_mbar_request *request, ons_estimate *estimates,
                                     double *free_energies, double *free_energy_errors);
/* The normalised weights of all samples at one target, [samples]. */
ONS_API ons_status ons_mbar_weights(const ons_mbar *mbar, const double *coefficients, double *weights);

#ifdef __cplusplus
}
#endif
#endif
