/*
 * Inside learning: what the methods of the inverse Ising problem share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_INVERSE_ISING_H
#define LEARNING_INVERSE_ISING_H

#include <onsager/learning/inverse_ising.h>

/* ln p of all 2^spins states from features that are products of spins: log_weight[2^spins] = sum over features of
 * multiplier * product; state bit i set: s_i = -1. Returns ln Z and makes it normalised probabilities. */
double pairwise_distribution(size_t spins, const double *field, const double *coupling, double *weight);
/* In place: x[A] becomes sum over states of x[state] (-1)^|A and state|: the expectation of the product over A. */
void pairwise_transform(size_t spins, double *x);

/* Takes memory for a solution; everything else 0, errors NaN. */
ons_status inverse_ising_prepare(size_t spins, ons_inverse_ising *solution);
/* ONS_INVALID for means and correlations that cannot be, or only with infinite couplings (`strict`). */
ons_status inverse_ising_check(size_t spins, const double *mean, const double *product, bool strict);

ons_status inverse_ising_exact(size_t spins, const double *mean, const double *product, double samples, double ridge,
                               ons_inverse_ising *solution);
ons_status inverse_ising_pseudo(const ons_spin_samples *samples, const ons_inverse_options *options,
                                ons_inverse_ising *solution);
/* field[spins] and coupling[spins][spins] in closed form. */
ons_status inverse_ising_closed(size_t spins, const double *mean, const double *product, ons_inverse_method method,
                                double *field, double *coupling);

#endif
