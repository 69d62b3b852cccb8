/*
 * Inside the spin engine: the population of an annealing, in bits or in bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_ANNEALING_INSIDE_H
#define ONSAGER_SPINS_ANNEALING_INSIDE_H

#include "fields_kernel.h"
#include "glass_kernel.h"
#include "ising.h"

#include <onsager/spins/annealing.h>

/* What is recorded of every run and temperature. */
enum {
    SPINS_LOG_Z,
    SPINS_ENERGY,
    SPINS_ENERGY_VARIANCE, /* of e within the run */
    SPINS_MAGNETIZATION_ABS,
    SPINS_MAGNETIZATION_SQUARED,
    SPINS_MAGNETIZATION_FOURTH,
    SPINS_OVERLAP_PAIRS, /* share of the pairs that are of different families; the overlaps are sums over pairs */
    SPINS_OVERLAP_ABS,
    SPINS_OVERLAP_SQUARED,
    SPINS_OVERLAP_FOURTH,
    SPINS_RHO_T,
    SPINS_RHO_S,
    SPINS_FAMILIES,
    SPINS_STEPS,
    SPINS_CULLED,
    SPINS_ANNEALING_RECORDS
};

enum { SPINS_GROUP = ONS_ANNEALING_LANES, SPINS_WEIGHTS = 4096 };

typedef struct spins_annealing_work {
    bool sliced;
    size_t groups;
    spins_planes planes;
    double *coupling; /* [bonds] */
    double largest;   /* sum of |J| and |field| */
    /* in bits */
    const spins_lanes_kernels *lanes;
    double size;        /* of all couplings */
    uint32_t *bond;     /* [entries] */
    uint64_t *negative; /* [bonds][8] */
    uint64_t (*up)[SPINS_DEGREES];
    uint64_t (*against)[4]; /* NULL */
    uint8_t *choice;        /* NULL */
    uint64_t *partner;      /* [sites][8] */
    /* in bytes */
    const spins_fields_kernels *fields;
    double *entry, *factor;
    float *rounded, *bound, *rounded_factor;
    /* of the population */
    uint32_t *counts, *risen;        /* [512] scratch */
    double *magnetization, *overlap; /* [512] */
    uint32_t *copies, *from, *to;    /* [population] */
    double *weight;                  /* [population] */
    double *known, *known_weight;    /* [SPINS_WEIGHTS]: weights of energies that were met */
} spins_annealing_work;

/* ---- annealing_population.c ---- */

ons_status spins_population_create(ons_annealing *annealing, const double *couplings);
void spins_population_free(ons_annealing *annealing);
/* At infinite temperature. */
void spins_population_start(ons_annealing *annealing);
void spins_population_tabulate(ons_annealing *annealing);
void spins_population_sweep(ons_annealing *annealing);
void spins_population_energies(ons_annealing *annealing);
/* Of the replicas of a group: m, and q with the replicas half a population away. */
void spins_population_magnetizations(const ons_annealing *annealing, size_t group, double *magnetization);
void spins_population_overlaps(const ons_annealing *annealing, size_t group, double *overlap);
/* Replica to[k] becomes replica from[k]. */
void spins_population_copy(ons_annealing *annealing, size_t count);
void spins_population_read(const ons_annealing *annealing, size_t replica, int8_t *spins);
/* Downhill to a local minimum. */
void spins_population_descend(ons_annealing *annealing);
ons_status spins_population_check(const ons_annealing *annealing);

#endif
