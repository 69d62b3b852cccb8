/*
 * causal_pinn_problems: the equations of causal-pinn, as residuals of networks and as references.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CAUSAL_PINN_PROBLEMS_H
#define CAUSAL_PINN_PROBLEMS_H

#include "informed_reference.h"

#include <onsager/learning.h>

enum { CAUSAL_ALLEN_CAHN, CAUSAL_LORENZ, CAUSAL_REGULAR, CAUSAL_CHAOTIC, CAUSAL_PROBLEMS };

typedef struct causal_problem {
    size_t coordinates, fields;
    double first, period; /* of x */
    bool hard;            /* the form obeys the initial condition */
    bool initial_counts;  /* its loss belongs to the weights' sums */
    ons_kuramoto_sivashinsky waves;
    ons_differential linear; /* part of the residual of fields over x, with u_t */
} causal_problem;
extern const causal_problem causal_problems[CAUSAL_PROBLEMS];

/* For the engine; `length` of a window. The result points to read-only tables. */
ons_informed_problem causal_problem_informed(int which, size_t modes, double length);
/* The initial field at x (soft ones only); of the chaotic one, that at which the waiting begins. */
double causal_problem_start(int which, double x);
/* The solution on a grid. */
ons_status causal_problem_reference(int which, const informed_grid *grid, double *values);

#endif
