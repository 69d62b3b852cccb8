/*
 * Inside dynamics: what a network of rates holds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_RATE_NETWORK_H
#define DYNAMICS_RATE_NETWORK_H

#include "rate_kernel.h"

/* Numbers are float or double, by options.single. Arrays of states: [panels * 16][copies]. */
struct ons_rate_network {
    ons_rate_options options;
    const rate_kernels *kernels;
    size_t size, panels, copies, count; /* bytes of a number; panels; padded copies; numbers of a state */
    void *J;                            /* panels, or values of compressed rows */
    uint64_t *start;                    /* [units + 1]; NULL: dense */
    uint32_t *column;
    void *x, *phi, *input, *trial, *sum; /* phi = phi(x) between steps; the last two for Runge-Kutta */
};

double rate_number(const ons_rate_network *network, const void *array, size_t i);

#endif
