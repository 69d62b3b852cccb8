/*
 * Inside the spin engine: discrete Fourier transforms on periodic cells, of complex and of real arrays.
 *
 * All plans are made with FFTW_ESTIMATE, so that the bits do not depend on a measurement, and made and freed under one
 * lock, for FFTW's planner is not reentrant. A plan may be run by several threads at a time, on arrays that come from
 * spins_complex_array and spins_fourier_reals (alignment). No transform is divided by the number of sites.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FOURIER_H
#define ONSAGER_SPINS_FOURIER_H

#include "complex_numbers.h"

#include <onsager/base.h>

/* `count` zeroed complex numbers; NULL: no memory (message set). */
spins_complex *spins_complex_array(size_t count);
void spins_complex_free(spins_complex *waves);

/* In place over a periodic lattice, row-major: forward sums exp(-i k r) f(r), backward exp(+i k r) f(k). */
typedef struct spins_transform spins_transform;
ons_status spins_transform_create(spins_transform **transform, unsigned dimension, const int64_t *lengths,
                                  bool forward);
void spins_transform_free(spins_transform *transform);
void spins_transform_run(const spins_transform *transform, spins_complex *field);

/* Both ways for real arrays [lengths[0]] .. [lengths[dimension-1]]; the last direction of the spectrum has
 * length/2 + 1. */
typedef struct spins_fourier {
    unsigned dimension;
    int lengths[8];
    size_t sites, modes;
    struct fftw_plan_s *forward, *backward;
} spins_fourier;

ons_status spins_fourier_create(spins_fourier **fourier, unsigned dimension, const int64_t *lengths);
void spins_fourier_free(spins_fourier *fourier);
double *spins_fourier_reals(const spins_fourier *fourier);           /* NULL: no memory (message set) */
void spins_fourier_release(double *reals);                           /* frees them */
spins_complex *spins_fourier_spectrum(const spins_fourier *fourier); /* a complex array of `modes` */
void spins_fourier_forward(const spins_fourier *fourier, double *reals, spins_complex *spectrum);
/* Destroys its input. */
void spins_fourier_backward(const spins_fourier *fourier, spins_complex *spectrum, double *reals);

#endif
