/*
 * Inside the dynamics engine: what a periodic field holds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_SPECTRAL_INSIDE_H
#define ONSAGER_DYNAMICS_SPECTRAL_INSIDE_H

#include <onsager/dynamics/spectral.h>

#include <fftw3.h>

/* exp(z/2), exp(z), and the factors of N: of a half step, and at the start, the middle and the end of a whole one. */
enum { DECAY_HALF, DECAY, HALF_STEP, AT_START, AT_MIDDLE, AT_END, COEFFICIENTS };

struct ons_spectral {
    ons_spectral_equation equation;
    unsigned rank;
    size_t count[2], sites, row, modes; /* row: waves along the last direction */
    double length[2], step;
    double *slopes[2], *squares; /* [modes] */
    uint8_t *kept;               /* [modes] */
    double prepared;             /* the step of the coefficients; 0: none */
    double *real, *imaginary;    /* [COEFFICIENTS][modes]; imaginary NULL: all symbols are real */
    double *u;                   /* [modes][2]: the state */
    double *a, *b, *at_u, *at_a, *at_b, *copy, *scratch; /* [modes][2] */
    double *values[4];                                   /* [sites] */
    fftw_plan forward, backward;
};

#endif
