/*
 * Inside the spin engine: complex numbers, laid out as FFTW reads them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_COMPLEX_NUMBERS_H
#define ONSAGER_SPINS_COMPLEX_NUMBERS_H

/* Plain multiplication: C's own looks for infinities in every product. */
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

#endif
