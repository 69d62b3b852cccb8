/*
 * Inside meanfield: what the solver shares with the continuation of branches.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MEANFIELD_SOLVE_H
#define MEANFIELD_SOLVE_H

#include <onsager/meanfield/solve.h>

/* residual, jacobian and by_control at x; at->x receives F(x). */
void meanfield_equations(const ons_meanfield *model, double control, const double *x, ons_meanfield_solution *at);
/* The equation that is furthest from being solved, and by how much. */
size_t meanfield_worst(const ons_meanfield *model, double control, const double *x, double *off);
/* matrix step = right, at most 16 unknowns, by Gaussian elimination with pivots; false where it is singular. The matrix
 * is destroyed. (LAPACK takes memory and locks for what is done here in a microsecond, a million times.) */
bool meanfield_linear(size_t size, double *matrix, double *right);

#endif
