/*
 * Inside the spin engine: the Ising model, its tables, its states, and the acceptance probabilities shared by kernels
 * and tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_ISING_H
#define ONSAGER_SPINS_ISING_H

#include "regular.h"
#include "modes.h"
#include "spins.h"

/* Probabilities as functions of x, the thresholds at multiples of 1/16, between which few cases need an exponential. */
#define SPINS_RUNGS 1025 /* x = 0, 1/16 .. 64 */
typedef struct spins_ladder {
    uint64_t rung[SPINS_RUNGS];
} spins_ladder;

/* How the couplings are held: J_ij = unit on every bond; = unit * small integer; any reals; or a complete graph. */
typedef enum spins_form { SPINS_UNIFORM, SPINS_INTEGRAL, SPINS_GENERAL, SPINS_COMPLETE } spins_form;

enum { SPINS_LARGEST_WEIGHT = 127 };

struct ons_ising_model {
    const ons_graph *graph;
    void (*step)(ons_ising *ising);
    double beta, field, unit; /* complete: unit = coupling / sites */
    ons_ising_update update;
    uint32_t clusters;
    spins_form form;
    int reach;              /* UNIFORM, INTEGRAL: the largest |sum of weights| over the neighbours of a site */
    int8_t *entry_weight;   /* INTEGRAL: [entries] */
    int8_t *bond_weight;    /* INTEGRAL: [bonds] */
    double *entry_coupling; /* GENERAL: [entries] */
    double *bond_coupling;  /* GENERAL: [bonds] */
    uint64_t *flip;       /* METROPOLIS, UNIFORM and INTEGRAL: [2 reach + 1][2] by neighbour sum + reach and spin up */
    uint64_t *up;         /* HEAT_BATH, likewise: [2 reach + 1] */
    spins_ladder *ladder; /* METROPOLIS, HEAT_BATH with GENERAL and COMPLETE: of the flip or of spin up */
    uint64_t activation[SPINS_LARGEST_WEIGHT + 1]; /* clusters: of a satisfied bond by |weight| */
    uint64_t *entry_activation;                    /* WOLFF, GENERAL: [entries] */
    uint64_t *bond_activation;                     /* SWENDSEN_WANG, GENERAL: [bonds] */
    uint64_t ghost;                                /* of the bond to the ghost spin, 0 without field */
    bool checkerboard;                             /* states are bit-sliced, see bits.h */
    ons_ising_options options;                     /* without `couplings` */
    bool inert;                                    /* no bond couples two sites */
    spins_regular *regular;                        /* WOLFF, UNIFORM, where it pays; else NULL */
    struct spins_slabs *slabs;                     /* SWENDSEN_WANG: how threads share the lattice, see slabs.h */
    spins_modes modes;                             /* smallest wave vectors */
    double *site_field;                            /* [sites]: added to the field; NULL: nothing */
    uint64_t *site_ghost; /* clusters with site_field: [sites], of the bond to the ghost spin */
    uint8_t *occupied;    /* [sites]; NULL: every site has a spin */
};

struct ons_ising {
    const ons_ising_model *model;
    ons_random random;
    int8_t *spins;               /* [sites]; 0 where there is none */
    int8_t *own_spins;           /* the same, or NULL: they lie in the caller's array */
    struct spins_bits *sliced;   /* checkerboard: the configuration; `spins` is a copy on request */
    double sliced_temperature;   /* checkerboard: for which its rule was made */
    ons_team *team;              /* checkerboard and SWENDSEN_WANG: the threads of a step; NULL: one */
    struct spins_joints *joints; /* SWENDSEN_WANG: its scratch */
    int64_t magnetization;       /* sum of spins */
    int64_t bond_sum;            /* UNIFORM, INTEGRAL: sum over bonds of weight s_i s_j */
    uint32_t *work;  /* WOLFF: queue [sites]; SWENDSEN_WANG: parents [sites]; COMPLETE: queue and lists [2 sites] */
    uint32_t *bits;  /* SWENDSEN_WANG: [sites/32 + 1] */
    int32_t *layers; /* scratch of the measurement of k_min: [largest lengths[d] * lattice->sites] */
};

/* Thresholds of the elementary decisions. x = (energy after - before) / T of a flip: min(1, exp(-x)), but 1/2 at x = 0.
 */
uint64_t spins_flip_threshold(double x);
/* x = 2 (local field) / T: 1 / (1 + exp(-x)), kept strictly between 0 and 1. */
uint64_t spins_up_threshold(double x);
/* x = 2 |J| / T: 1 - exp(-x). */
uint64_t spins_activation_threshold(double x);

/* Whether `word` with, in the rare case of a tie, a second one lies below a 64-bit threshold: probability threshold /
 * 2^64. */
static inline bool spins_below(ons_random *random, uint32_t word, uint64_t threshold) {
    const uint32_t high = (uint32_t)(threshold >> 32);
    if (__builtin_expect(word == high, 0)) { return ons_random_32(random) < (uint32_t)threshold; }
    return word < high;
}
/* The same decisions by ladders, with one word, for x that is not in a table. */
bool spins_ladder_flip(const spins_ladder *ladder, ons_random *random, uint32_t word, double x);
bool spins_ladder_up(const spins_ladder *ladder, ons_random *random, uint32_t word, double x);
ons_status spins_ladder_create(spins_ladder **ladder, ons_ising_update update);

/* The field on a site, and the threshold of its bond to the ghost spin. */
static inline double spins_field_of(const ons_ising_model *model, uint32_t site) {
    return model->site_field ? model->field + model->site_field[site] : model->field;
}
static inline uint64_t spins_ghost_of(const ons_ising_model *model, uint32_t site) {
    return model->site_ghost ? model->site_ghost[site] : model->ghost;
}
static inline bool spins_has_fields(const ons_ising_model *model) { return model->field != 0 || model->site_field; }

/* Where the neighbours of a site begin, and how many. */
static inline uint64_t spins_row(const ons_graph *graph, uint32_t site, uint32_t *count) {
    if (graph->coordination) {
        *count = graph->coordination;
        return (uint64_t)site * graph->coordination;
    }
    *count = (uint32_t)(graph->offset[site + 1] - graph->offset[site]);
    return graph->offset[site];
}

/* Kernels, chosen once per model. */
typedef void (*spins_step)(ons_ising *ising);
spins_step spins_local_step(const ons_ising_model *model);
spins_step spins_wolff_step(const ons_ising_model *model);
spins_step spins_swendsen_wang_step(const ons_ising_model *model);
spins_step spins_complete_step(const ons_ising_model *model);
void spins_checkerboard_step(ons_ising *ising);

#endif
