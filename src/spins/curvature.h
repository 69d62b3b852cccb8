/*
 * Inside the spin engine: the solver of the scalar curvature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_CURVATURE_INSIDE_H
#define ONSAGER_SPINS_CURVATURE_INSIDE_H

#include "bonds.h"

/* What one walk over the momenta gives. */
enum {
    SPINS_SCALAR,
    SPINS_TENSOR,
    SPINS_TRACE,
    SPINS_TERMS,
    SPINS_RUPPEINER = SPINS_TERMS + 4,
    SPINS_MEAN,
    SPINS_RESULTS = SPINS_MEAN + SPINS_WAYS
};

struct ons_curvature_solver {
    ons_curvature_options options;
    ons_curvature_method method;
    spins_torus torus;
    ons_graph *graph; /* ENUMERATION, SAMPLED */
    ons_fermions *fermions;
    spins_rows *rows;
    spins_states *states;
    spins_samples *samples;
    ons_ising_model *model;
    ons_ising *ising;
    ons_discrete_model *colours; /* SAMPLED, Potts */
    ons_discrete *coloured;
    uint64_t units, cursor[2];
    size_t walks, orbits, *momentum, *size; /* representatives of the orbits of k3, and their sizes */
    size_t sums, block, count;              /* lengths: of the sums, of those of one block, of all numbers */
    double *numbers, *parts, *uniform, *results, *shares;
    spins_cumulants cumulants;
    spins_contraction *contraction;
    size_t built; /* the walk whose cumulants are there; SIZE_MAX: none */
};

#endif
