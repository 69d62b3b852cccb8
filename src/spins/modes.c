/*
 * The smallest wave vectors of a lattice, and the displacements of its bonds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "modes.h"

#include <math.h>
#include <stdlib.h>

spins_layers spins_layers_of(const ons_graph *graph, unsigned direction) {
    spins_layers layers = {1, (size_t)graph->lengths[direction], graph->lattice->sites, graph->lattice->sites};
    for (unsigned i = 0; i < graph->lattice->dimension; i++) {
        if (i < direction) { layers.repeats *= (size_t)graph->lengths[i]; }
        if (i > direction) { layers.block *= (size_t)graph->lengths[i]; }
    }
    return layers;
}

/* cos and sin of k r: r . b_d = cell + fraction of the site. */
ons_status spins_modes_init(spins_modes *modes, const ons_graph *graph) {
    *modes = (spins_modes){0};
    const ons_lattice *lattice = graph->lattice;
    bool used[ONS_DIMENSIONS] = {false};
    if (!lattice || ons_lattice_wavenumber(lattice, graph->lengths, used) == 0) { return ONS_OK; }
    for (unsigned d = 0; d < lattice->dimension; d++) {
        if (!used[d]) { continue; }
        const size_t count = (size_t)graph->lengths[d] * lattice->sites;
        double *table = ONS_NEW(double, 2 * count);
        if (!table) { return ONS_MEMORY; }
        for (size_t layer = 0; layer < count; layer++) {
            const size_t cell = layer / lattice->sites, site = layer % lattice->sites;
            const double position = (double)cell + lattice->positions[site * lattice->dimension + d];
            spins_circle(position / (double)graph->lengths[d], &table[2 * layer], &table[2 * layer + 1]);
        }
        modes->longest = count > modes->longest ? count : modes->longest;
        modes->direction[modes->count] = d;
        modes->table[modes->count++] = table;
    }
    return ONS_OK;
}

void spins_modes_free(spins_modes *modes) {
    for (unsigned k = 0; k < modes->count; k++) { free(modes->table[k]); }
    *modes = (spins_modes){0};
}

/* |det| of the basis, by elimination. */
static double cell_volume(const ons_lattice *lattice) {
    const unsigned d = lattice->dimension;
    double m[ONS_DIMENSIONS][ONS_DIMENSIONS], volume = 1;
    for (unsigned i = 0; i < d; i++) {
        for (unsigned j = 0; j < d; j++) { m[i][j] = lattice->basis[i * d + j]; }
    }
    for (unsigned column = 0; column < d; column++) {
        unsigned pivot = column;
        for (unsigned i = column + 1; i < d; i++) {
            if (fabs(m[i][column]) > fabs(m[pivot][column])) { pivot = i; }
        }
        volume *= fabs(m[pivot][column]);
        for (unsigned j = 0; j < d; j++) {
            const double swap = m[pivot][j];
            m[pivot][j] = m[column][j];
            m[column][j] = swap;
        }
        for (unsigned i = column + 1; i < d; i++) {
            const double factor = m[i][column] / m[column][column];
            for (unsigned j = column; j < d; j++) { m[i][j] -= factor * m[column][j]; }
        }
    }
    return volume;
}

ons_status spins_displacements_init(spins_displacements *displacements, const ons_graph *graph) {
    *displacements = (spins_displacements){0};
    const ons_lattice *lattice = graph->lattice;
    if (!lattice || graph->boundary != ONS_PERIODIC) { return ONS_OK; }
    const unsigned d = lattice->dimension;
    displacements->moved = ONS_NEW(double, lattice->bonds *d);
    if (!displacements->moved) { return ONS_MEMORY; }
    displacements->bonds = lattice->bonds;
    displacements->dimension = d;
    displacements->volume = cell_volume(lattice) * ((double)graph->sites / (double)lattice->sites);
    for (size_t b = 0; b < lattice->bonds; b++) {
        const ons_lattice_bond *bond = &lattice->bond[b];
        for (unsigned i = 0; i < d; i++) {
            const double step =
                bond->cell[i] + lattice->positions[bond->target * d + i] - lattice->positions[bond->source * d + i];
            for (unsigned j = 0; j < d; j++) { displacements->moved[b * d + j] += step * lattice->basis[i * d + j]; }
        }
    }
    return ONS_OK;
}

void spins_displacements_free(spins_displacements *displacements) {
    free(displacements->moved);
    *displacements = (spins_displacements){0};
}
