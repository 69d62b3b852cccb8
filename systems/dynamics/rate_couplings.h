/*
 * Couplings of rate-network: random, or from a file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_RATE_COUPLINGS_H
#define SYSTEMS_RATE_COUPLINGS_H

#include <onsager/dynamics/rate_network.h>
#include <onsager/system.h>

enum { RATE_DENSE, RATE_SPARSE }; /* of `couplings`; -1: a file */

ons_status rate_couplings_check(const ons_parameters *parameters);
/* Fills J[N][N]. */
ons_status rate_couplings_make(const ons_parameters *parameters, ons_random *random, double *J);
/* A network of the elements of J that are not 0. */
ons_status rate_couplings_sparse(ons_rate_network **network, const ons_rate_options *options, const double *J);

#endif
