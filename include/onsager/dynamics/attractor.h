/*
 * attractor: numbers of a set of points or of a signal: correlation dimensions, the strongest period.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_ATTRACTOR_H
#define ONSAGER_DYNAMICS_ATTRACTOR_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_dimensions {
    double correlation; /* slope of ln C(r) against ln r where C is 1e-3 .. 3e-2 (Grassberger and Procaccia, Physica D
                           9, 189 (1983)); C: the fraction of pairs nearer than r */
    double tail; /* 1 + n / sum ln(r/r_min) over the distances between their 5th and 50th percentile: the estimate
                    of an exponent of a tail (Clauset, Shalizi and Newman, SIAM Rev. 51, 661 (2009)) that the
                    catalogue dysts calls correlation dimension. It is another number */
} ons_dimensions;
/* Of points[count][dimension], in order of time; pairs less than `apart` places from each other are left out (Theiler,
 * Phys. Rev. A 34, 2427 (1986)). periods[dimension] (or NULL): of coordinates that come back, else 0. NaN where all
 * points are one. ONS_INVALID: fewer than 100 points. Cost: count^2/2 distances; count = 1000: some milliseconds.
 */
ONS_API ons_status ons_attractor_dimensions(const double *points, size_t count, size_t dimension, const double *periods,
                                            size_t apart, ons_dimensions *dimensions);

/* The period of the strongest line in the power spectrum of signals[count][dimension], `spacing` apart: spectra of the
 * standardised coordinates are added (Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967): Hann windows of the
 * largest power of two within count / 4, overlapping by half), frequencies below 4 lines are not looked at, the peak is
 * refined by a parabola through the logarithms. Coordinates with a period in `periods` (NULL: none) are taken as their
 * sine. NaN when nothing moves. ONS_INVALID: fewer than 64 numbers. */
ONS_API ons_status ons_attractor_period(const double *signals, size_t count, size_t dimension, const double *periods,
                                        double spacing, double *period);

#ifdef __cplusplus
}
#endif
#endif
