/*
 * Inside the spin engine: models of O(n) spins and their states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_VECTORS_INSIDE_H
#define ONSAGER_SPINS_VECTORS_INSIDE_H

#include "couplings.h"
#include "forest.h"
#include "modes.h"
#include "sublattices.h"

struct ons_vectors_model {
    const ons_graph *graph;
    ons_vectors_options options;
    unsigned n;
    double beta, width;
    spins_couplings couplings;
    spins_ladder *ladder;           /* of exp(-x) */
    spins_sublattices *sublattices; /* CHECKERBOARD; else NULL */
    spins_modes modes;
    spins_displacements displacements;
    void (*update)(ons_vectors *spins);
    void (*relax)(ons_vectors *spins);
};

struct ons_vectors {
    const ons_vectors_model *model;
    ons_random random;
    double *spins;      /* [sites][n] */
    uint32_t *work;     /* WOLFF: queue [sites]; SWENDSEN_WANG: parents [sites] */
    uint8_t *mark;      /* WOLFF: [sites], member of the cluster; SWENDSEN_WANG: by root, reflected */
    double *projection; /* SWENDSEN_WANG: [sites], S . r */
    double *sums;       /* SWENDSEN_WANG in a field: [sites], by root */
    double *layers;     /* scratch of k_min: [longest][n] */
};

/* A unit vector uniform on the sphere of n components. */
void spins_direction(ons_random *random, unsigned n, double *direction);
/* A unit vector S with the density exp(k S . e), e a unit vector, k >= 0. */
void spins_von_mises_fisher(ons_random *random, unsigned n, double k, const double *e, double *spin);

/* Kernels by n: 2, 3, any. */
typedef void (*spins_vectors_step)(ons_vectors *spins);
spins_vectors_step spins_vectors_local_step(const ons_vectors_model *model);
spins_vectors_step spins_vectors_relaxation(const ons_vectors_model *model);
/* The same through sublattices: n = 2 and 3, without the heat bath of 2. */
spins_vectors_step spins_vectors_sublattice_step(const ons_vectors_model *model);
spins_vectors_step spins_vectors_sublattice_relaxation(const ons_vectors_model *model);
spins_vectors_step spins_vectors_wolff_step(const ons_vectors_model *model);
spins_vectors_step spins_vectors_swendsen_wang_step(const ons_vectors_model *model);

#endif
