/*
 * Inside the room: solved equations of multiple histograms, shared by the files that solve and that use them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_STATISTICS_MBAR_H
#define ONSAGER_STATISTICS_MBAR_H

#include <onsager/reweight.h>

struct ons_mbar {
    ons_mbar_samples samples;
    size_t count;  /* samples of all states */
    size_t *state; /* [count] of each sample */
    /* Features minus their mean and coefficients minus theirs: what is left of u varies by little, and nothing is lost
     * to rounding. u = (c - shift) (x - center) up to what depends on the state or on the sample alone. */
    double *center, *shift;  /* [features] */
    double *features;        /* [count][features] */
    double *coefficients;    /* [states][features] */
    double *free_energies;   /* [states] in these terms, the first one 0 */
    double *shares;          /* [count][states]: N_k exp(f_k - u_kn) / D_n, rows sum to 1 */
    double *log_denominator; /* [count] ln D_n = ln sum over k of N_k exp(f_k - u_kn) */
    /* With block b left out: D_n becomes D_n times sum over k of factors[b][k] shares[n][k], and f_k becomes f_k +
     * moved[b][k]. */
    double *factors; /* [blocks][states] */
    double *moved;   /* [blocks][states] */
};

/* mbar_solve.c: fills free_energies, shares, log_denominator; then factors and moved. */
ons_status statistics_mbar_solve(ons_mbar *mbar);
ons_status statistics_mbar_leave_out(ons_mbar *mbar);

/* Jackknife over blocks within strata: of what is `full` with all samples and without[block][outputs] with one left
 * out. mean, error and freedom of each output. */
ons_status statistics_mbar_jackknife(const ons_mbar *mbar, size_t outputs, const double *full, const double *without,
                                     ons_estimate *estimates);

#endif
