/*
 * Neighbours at the first, second, .. distance of a lattice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spins.h"

#include <math.h>
#include <string.h>

enum { MOST_REACH = 16 };
#define SAME 1e-9 /* relative, of squares of distances */

/* All displacements from a site to others within `reach` cells, one after the other. */
typedef struct walk {
    const ons_lattice *lattice;
    int32_t reach, cell[ONS_DIMENSIONS];
    size_t source, target;
} walk;

static walk begin(const ons_lattice *lattice, int32_t reach) {
    walk w = {.lattice = lattice, .reach = reach};
    for (unsigned d = 0; d < lattice->dimension; d++) { w.cell[d] = -reach; }
    return w;
}

/* Sources run slowest. */
static bool next(walk *w) {
    if (++w->target < w->lattice->sites) { return true; }
    w->target = 0;
    for (unsigned d = w->lattice->dimension; d-- > 0;) {
        if (++w->cell[d] <= w->reach) { return true; }
        w->cell[d] = -w->reach;
    }
    return ++w->source < w->lattice->sites;
}

static double distance_squared(const walk *w) {
    const ons_lattice *lattice = w->lattice;
    const unsigned dimension = lattice->dimension;
    double sum = 0;
    for (unsigned axis = 0; axis < dimension; axis++) {
        double x = 0;
        for (unsigned d = 0; d < dimension; d++) {
            const double place = w->cell[d] + lattice->positions[w->target * dimension + d] -
                                 lattice->positions[w->source * dimension + d];
            x += place * lattice->basis[d * dimension + axis];
        }
        sum += x * x;
    }
    return sum;
}

/* Of a displacement and its opposite one. */
static bool is_forward(const walk *w) {
    for (unsigned d = 0; d < w->lattice->dimension; d++) {
        if (w->cell[d]) { return w->cell[d] > 0; }
    }
    return w->source < w->target;
}

static bool same(double a, double b) { return fabs(a - b) <= SAME * b; }

/* The smallest different squares of distances up to `bound`, ascending; how many, at most `count`. */
static size_t find_shells(const ons_lattice *lattice, int32_t reach, double bound, double *shell, size_t count) {
    size_t found = 0;
    walk w = begin(lattice, reach);
    do {
        const double square = distance_squared(&w);
        if (square <= SAME || square > bound) { continue; }
        size_t place = 0;
        while (place < found && shell[place] < square * (1 - SAME)) { place++; }
        if (place == count || (place < found && same(shell[place], square))) { continue; }
        found += found < count;
        memmove(shell + place + 1, shell + place, (found - place - 1) * sizeof *shell);
        shell[place] = square;
    } while (next(&w));
    return found;
}

/* Lists the bonds of the shells, or counts them (NULL). */
static size_t list_bonds(const ons_lattice *lattice, int32_t reach, const double *shell, size_t count,
                         ons_lattice_bond *bond) {
    size_t bonds = 0;
    walk w = begin(lattice, reach);
    do {
        if (!is_forward(&w)) { continue; }
        const double square = distance_squared(&w);
        size_t type = 0;
        while (type < count && !same(square, shell[type])) { type++; }
        if (type == count) { continue; }
        if (bond) {
            bond[bonds] =
                (ons_lattice_bond){.source = (uint32_t)w.source, .target = (uint32_t)w.target, .type = (uint32_t)type};
            memcpy(bond[bonds].cell, w.cell, sizeof w.cell);
        }
        bonds++;
    } while (next(&w));
    return bonds;
}

/* Least distance of neighbouring planes of cells: what is not within r cells is farther than r of them. */
static double plane_distance(const ons_lattice *lattice) {
    const unsigned dimension = lattice->dimension;
    double inverse[ONS_DIMENSIONS * ONS_DIMENSIONS], largest = 0;
    if (!spins_invert(dimension, lattice->basis, inverse)) { return 0; }
    for (unsigned i = 0; i < dimension; i++) {
        double square = 0;
        for (unsigned j = 0; j < dimension; j++) { square += inverse[j * dimension + i] * inverse[j * dimension + i]; }
        largest = fmax(largest, square);
    }
    return 1 / sqrt(largest);
}

ons_status ons_lattice_shells(ons_lattice **result, const ons_lattice *lattice, const double *factors, size_t count) {
    *result = NULL;
    double shell[ONS_SHELLS + 1];
    if (count < 1 || count > ONS_SHELLS) {
        return ons_fail(ONS_INVALID, "1 to %d shells of neighbours can have couplings, not %zu", ONS_SHELLS, count);
    }
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(factors[k])) {
            return ons_fail(ONS_INVALID, "the factor of shell %zu must be finite, not %g", k + 1, factors[k]);
        }
    }
    const double plane = plane_distance(lattice);
    int32_t reach = 1;
    while (reach <= MOST_REACH &&
           find_shells(lattice, reach, pow(reach * plane, 2) * (1 + SAME), shell, count) < count) {
        reach++;
    }
    if (reach > MOST_REACH) {
        return ons_fail(ONS_INVALID, "the first %zu shells of neighbours do not lie within %d cells", count,
                        MOST_REACH);
    }
    const size_t bonds = list_bonds(lattice, reach, shell, count, NULL);
    ons_lattice *shells = spins_lattice_allocate(lattice->name, lattice->dimension, lattice->sites, bonds, count);
    if (!shells) { return ONS_MEMORY; }
    const size_t dimension = lattice->dimension;
    memcpy(shells->basis, lattice->basis, dimension * dimension * sizeof *lattice->basis);
    memcpy(shells->positions, lattice->positions, lattice->sites * dimension * sizeof *lattice->positions);
    memcpy(shells->couplings, factors, count * sizeof *factors);
    list_bonds(lattice, reach, shell, count, shells->bond);
    *result = shells;
    return ONS_OK;
}
