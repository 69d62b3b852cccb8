/*
 * Regular places of a lattice: almost all sites have their neighbours at the same distances in memory, so that these
 * are computed instead of looked up; the table of neighbours, which no cache holds, is read at the borders only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_REGULAR_H
#define ONSAGER_SPINS_REGULAR_H

#include "spins.h"

enum { SPINS_REGULAR_COORDINATION = 16 };

typedef struct spins_regular {
    uint32_t step[SPINS_REGULAR_COORDINATION]; /* neighbour k of a regular site is site + step[k] (modulo 2^32) */
    uint64_t *border;                          /* a bit a site: 1 where that does not hold */
} spins_regular;

/* *regular = NULL where it does not pay: no common coordination, more than one site a cell, or many borders. */
ons_status spins_regular_create(spins_regular **regular, const ons_graph *graph);
void spins_regular_free(spins_regular *regular);

#endif
