/*
 * Inside the spin engine: helpers of lattices and graphs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_INSIDE_H
#define ONSAGER_SPINS_INSIDE_H

#include <onsager/spins.h>

/* A lattice with its arrays, all zero; NULL: no memory. */
ons_lattice *spins_lattice_allocate(const char *name, unsigned dimension, size_t sites, size_t bonds, size_t types);
/* Inverse of matrix[count][count], count <= ONS_DIMENSIONS; false: singular within 1e-10. */
bool spins_invert(unsigned count, const double *matrix, double *inverse);
/* Cosine and sine of 2 pi turns, within 2e-16, the same bits on every CPU. */
void spins_circle(double turns, double *cosine, double *sine);
/* Makes coordination, offset and neighbour of a graph from its list of bonds, and counts multiple bonds. */
ons_status spins_graph_link(ons_graph *graph);

#endif
