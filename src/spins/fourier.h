/*
 * Inside the spin engine: Fourier transforms of real arrays on periodic cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FOURIER_H
#define ONSAGER_SPINS_FOURIER_H

#include <onsager/base.h>

#include <fftw3.h>

/* Plans for real arrays [lengths[0]] .. [lengths[dimension-1]]; the last direction of the spectrum has length/2 + 1.
 * Arrays come from spins_fourier_reals and spins_fourier_spectrum (alignment), and are released by fftw_free. The
 * plans may be used by several threads at a time. */
typedef struct spins_fourier {
    unsigned dimension;
    int lengths[8];
    size_t sites, modes;
    fftw_plan forward, backward;
} spins_fourier;

ons_status spins_fourier_create(spins_fourier **fourier, unsigned dimension, const int64_t *lengths);
void spins_fourier_free(spins_fourier *fourier);
double *spins_fourier_reals(const spins_fourier *fourier);          /* NULL: no memory */
fftw_complex *spins_fourier_spectrum(const spins_fourier *fourier); /* NULL: no memory */
/* Not normalised; backward destroys its input. */
void spins_fourier_forward(const spins_fourier *fourier, double *reals, fftw_complex *spectrum);
void spins_fourier_backward(const spins_fourier *fourier, fftw_complex *spectrum, double *reals);

#endif
