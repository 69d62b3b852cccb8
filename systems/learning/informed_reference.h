/*
 * informed_reference: solutions known by other means, on a grid of times and places, for networks to be judged by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INFORMED_REFERENCE_H
#define INFORMED_REFERENCE_H

#include <onsager/dynamics.h>

/* values[times][places][fields]: at t = k time/(times - 1), k = 0 .., and x = first + j period/places. */
typedef struct informed_grid {
    size_t times, places, fields;
    double time, first, period;
} informed_grid;

/* A periodic field in one dimension by the spectral method from values[points] on; `points` is a multiple of the
 * grid's places; `wait` passes before the first time of the grid. */
ons_status informed_reference_field(const ons_spectral_equation *equation, const informed_grid *grid, size_t points,
                                    double step, double wait, const double *start, double *values);
/* Lorenz 1963, dx = 10 (y - x), dy = x (28 - z) - y, dz = x y - 8 z/3, from (1, 1, 1), by Taylor series of order 24 in
 * long double: some 17 digits, of which chaos takes 0.39 a time unit. */
void informed_reference_lorenz(const informed_grid *grid, double *values);

/* sqrt(sum |a - b|^2/sum b^2) of `count` points of `stride` numbers, of which `fields` from the first on count. */
double informed_relative_error(const double *a, const double *b, size_t count, size_t stride, size_t fields);

#endif
