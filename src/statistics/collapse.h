/*
 * Inside the room: the marginal likelihood of a finite-size collapse, its start and its minimum.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_STATISTICS_COLLAPSE_H
#define ONSAGER_STATISTICS_COLLAPSE_H

#include "inside.h"

#include <onsager/fit.h>

/* Coordinates of the likelihood: the place in units of the range of x, logarithms of what is positive. */
enum {
    COLLAPSE_PLACE,     /* x_c = center + range * value */
    COLLAPSE_INVERSE,   /* log(1/nu) */
    COLLAPSE_EXPONENT,  /* kappa/nu */
    COLLAPSE_AMPLITUDE, /* log of f's */
    COLLAPSE_LENGTH,    /* log of the length in X, with X = (x - x_c) (L/largest)^(1/nu) */
    COLLAPSE_SIDE,      /* log of g's size at the smallest size, as a part of f's */
    COLLAPSE_OMEGA,     /* log omega */
    COLLAPSE_COORDINATES
};

/* The points of one window. Sizes enter as log(L/largest) and log(L/smallest). */
typedef struct statistics_scaling {
    size_t count;
    double *x, *y, *large, *small; /* [count] */
    double *noise;                 /* [count][count] covariance of the y */
    double *noise_factor;          /* [count][count] its Cholesky factor */
    double center, range;          /* of all x */
    double constant, spread;       /* of f: its level, and what is expected of its amplitude */
    double inflation;              /* of the noise, 0: none; for the first steps from afar */
    bool corrections;
    double kappa; /* given: kappa/nu follows 1/nu; NaN: it is free */
    bool fixed[COLLAPSE_COORDINATES];
    double *memory; /* 3 count^2 + 6 count: work space of the likelihood */
} statistics_scaling;

/* -log of the marginal likelihood (and of weak priors) with its gradient; INFINITY where the matrix is not positive. */
double statistics_scaling_cost(statistics_scaling *data, const double *y, const double *at, double *gradient);
/* The curves at the points, and what is left over: chi^2 of y - fitted, and the trace of the smoother. */
bool statistics_scaling_fitted(statistics_scaling *data, const double *at, double *fitted, double *chi_squared,
                               double *trace);
/* Minimises the cost from `at` (BFGS); inverse [COORDINATES][COORDINATES] is the start and the end of the inverse
 * Hessian (NULL: from the unit matrix). Returns the cost. */
double statistics_scaling_minimise(statistics_scaling *data, const double *y, double *at, double *inverse);
/* The same from afar: with errors a tenth of the spread first, which shrink to what they are. */
double statistics_scaling_approach(statistics_scaling *data, double *at, double *inverse);

/* The covariance of the coordinates that the curvature of the cost at its minimum gives, [COORDINATES][COORDINATES];
 * false: it is no minimum. */
bool statistics_scaling_curvature(statistics_scaling *data, const double *at, double *covariance);

/* The best `most` points of a scan over x_c, nu and kappa where they are not given, [most][COORDINATES]; how many. */
ons_status statistics_scaling_scan(statistics_scaling *data, const double *given, size_t most, double *candidates,
                                   size_t *found);

#endif
