/*
 * Exact moments of the magnetization of small square tori, for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_TESTS_SPINS_TORUS_H
#define ONSAGER_TESTS_SPINS_TORUS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* <|m|>, <m^2>, <m^4> of the L x L torus, L <= 8, site by site: weight[row of spins above][spins up so far]. The first
 * row is fixed in turn, and its first spin down by symmetry. */
static inline void torus_magnetization(unsigned size, double temperature, double moments[3]) {
    const unsigned rows = 1u << size, sites = size * size;
    const double up = exp(1 / temperature);
    double *old = calloc(rows * (sites + 1), sizeof *old), *new = calloc(rows * (sites + 1), sizeof *new), sum = 0;
    assert_true(old && new);
    memset(moments, 0, 3 * sizeof *moments);
    for (unsigned first = 0; first < rows; first += 2) {
        memset(old, 0, rows * (sites + 1) * sizeof *old);
        const unsigned turned = (first >> 1 | first << (size - 1)) & (rows - 1);
        const int unlike = __builtin_popcount(first ^ turned);
        old[first * (sites + 1) + (unsigned)__builtin_popcount(first)] = pow(up, (int)size - 2 * unlike);
        for (unsigned site = size; site < sites; site++) {
            const unsigned column = site % size;
            memset(new, 0, rows * (sites + 1) * sizeof *new);
            for (unsigned row = 0; row < 2 * rows; row++) {
                const unsigned spin = row & 1, above = row >> 1;
                const unsigned state = (above & ~(1u << column)) | spin << column;
                int bonds = 2 * ((above >> column & 1) == spin) - 1;
                if (column > 0) { bonds += 2 * ((above >> (column - 1) & 1) == spin) - 1; }
                if (column == size - 1) { bonds += 2 * ((above & 1) == spin) - 1; }
                const double weight = pow(up, bonds), *from = old + above * (sites + 1);
                double *to = new + state *(sites + 1) + spin;
                for (unsigned n = 0; n <= site; n++) { to[n] += weight * from[n]; }
            }
            double *swap = old;
            old = new;
            new = swap;
        }
        for (unsigned row = 0; row < rows; row++) {
            const double weight = pow(up, (int)size - 2 * __builtin_popcount(row ^ first));
            for (unsigned n = 0; n <= sites; n++) {
                const double w = weight * old[row * (sites + 1) + n], m = fabs(2.0 * n / sites - 1);
                sum += w;
                moments[0] += w * m;
                moments[1] += w * m * m;
                moments[2] += w * m * m * m * m;
            }
        }
    }
    for (int k = 0; k < 3; k++) { moments[k] /= sum; }
    free(old);
    free(new);
}

#endif
