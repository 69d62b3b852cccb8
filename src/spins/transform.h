/*
 * Inside the spin engine: complex numbers that FFTW reads, and plans of discrete Fourier transforms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_TRANSFORM_H
#define ONSAGER_SPINS_TRANSFORM_H

#include <onsager/base.h>

/* Plain multiplication: C's own looks for infinities in every product. Laid out as fftw_complex. */
typedef struct spins_complex {
    double re, im;
} spins_complex;

static inline spins_complex spins_times(spins_complex a, spins_complex b) {
    return (spins_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
static inline spins_complex spins_plus(spins_complex a, spins_complex b) {
    return (spins_complex){a.re + b.re, a.im + b.im};
}
static inline spins_complex spins_minus(spins_complex a, spins_complex b) {
    return (spins_complex){a.re - b.re, a.im - b.im};
}
static inline spins_complex spins_scaled(double factor, spins_complex a) {
    return (spins_complex){factor * a.re, factor * a.im};
}
static inline spins_complex spins_conjugate(spins_complex a) { return (spins_complex){a.re, -a.im}; }
static inline double spins_square(spins_complex a) { return a.re * a.re + a.im * a.im; }

/* In place over a periodic lattice, row-major: forward sums exp(-i k r) f(r), backward exp(+i k r) f(k), neither
 * divided by the number of sites. Made with FFTW_ESTIMATE, so that the bits do not depend on a measurement; plans are
 * made and freed under one lock (FFTW's planner is not reentrant) and run on any array allocated by
 * spins_complex_array. */
typedef struct spins_transform spins_transform;
ons_status spins_transform_create(spins_transform **transform, unsigned dimension, const int64_t *lengths,
                                  bool forward);
void spins_transform_free(spins_transform *transform);
void spins_transform_run(const spins_transform *transform, spins_complex *field);
/* `count` zeroed complex numbers, aligned as FFTW likes it; free with spins_complex_free. NULL: no memory (message
 * set).
 */
spins_complex *spins_complex_array(size_t count);
void spins_complex_free(spins_complex *waves);

#endif
