/*
 * Inside dynamics: points as columns, and the histogram of their squared distances, which dimensions and recurrence
 * share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_CLOUD_H
#define DYNAMICS_CLOUD_H

#include <onsager/base.h>

/* Coordinates are divided by a power of two, so that squared distances are at most 1 and no digit changes. */
typedef struct dynamics_cloud {
    size_t count, dimension;
    double scale;   /* coordinate = scale * column */
    double *column; /* [dimension][count] */
    double *period; /* [dimension], in units of scale: of coordinates that come back, else 0; NULL: none do */
} dynamics_cloud;

/* Every `stride`-th of the points; `least`: fewer are refused. periods[dimension] or NULL. */
ons_status dynamics_cloud_open(dynamics_cloud *cloud, const double *points, size_t count, size_t dimension,
                               const double *periods, size_t stride, size_t least);
void dynamics_cloud_close(dynamics_cloud *cloud);
/* Squared distances (scaled) of point i to the points from .. to - 1. */
void dynamics_cloud_squares(const dynamics_cloud *cloud, size_t i, size_t from, size_t to, double *squares);
/* ONS_INVALID with the place of a number that is not finite. */
ons_status dynamics_all_finite(const double *numbers, size_t count, const char *what);

/* Bins of squared distances: 64 an octave, from 2^-60 to 1; the first holds what is smaller. */
enum { CLOUD_OCTAVE = 64, CLOUD_BINS = 60 * CLOUD_OCTAVE + 1 };
size_t dynamics_cloud_bin(double square);
double dynamics_cloud_edge(size_t bin); /* the lower edge of a bin */

/* Jackknife over blocks: slope from all, and slopes without each of them, to one standard error. */
double dynamics_jackknife(const double *without, size_t count);
/* The slope of y over x by least squares. */
double dynamics_slope(const double *x, const double *y, size_t count);

#endif
