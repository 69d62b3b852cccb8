/*
 * Inside the spin engine: models of spins with q states, their tables and states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DISCRETE_INSIDE_H
#define ONSAGER_SPINS_DISCRETE_INSIDE_H

#include "couplings.h"
#include "forest.h"
#include "modes.h"

struct ons_discrete_model {
    const ons_graph *graph;
    void (*step)(ons_discrete *spins);
    ons_discrete_options options;
    uint32_t q;
    double beta;
    double *pair; /* [q][q]: w(a, b) */
    double *site; /* [q]: u(a) */
    spins_couplings couplings;
    bool integral;        /* one strength, and w a multiple of 1/scale */
    int scale, reach;     /* reach: the largest |scale * sum of (w(new, s_k) - w(old, s_k))| */
    int8_t *weight;       /* integral: [q][q], scale * w */
    uint8_t *change;      /* METROPOLIS, integral: [q][q] by old and new: the class of u(new) - u(old) */
    uint64_t *flip;       /* METROPOLIS, integral: [classes][2 reach + 1] */
    bool lazy;            /* moves of zero energy are accepted with 1/2 */
    bool products;        /* HEAT_BATH: Boltzmann factors can be multiplied without overflow */
    double *factor;       /* HEAT_BATH, one strength: [q][q], exp(J w / T) */
    double *site_factor;  /* HEAT_BATH: [q], exp(-u / T) */
    uint64_t *activation; /* clusters, one strength, q <= 64: [q][q] by w before and after, see spins_discrete_rise */
    spins_ladder *ladder; /* of exp(-x), for what is in no table */
    bool inert;           /* no bond couples two sites */
    unsigned components;  /* of the order parameter */
    double *component;    /* [components][q] */
    spins_modes modes;
    spins_displacements displacements; /* clock */
};

struct ons_discrete {
    const ons_discrete_model *model;
    ons_random random;
    uint8_t *states;  /* [sites] */
    uint32_t *work;   /* WOLFF: queue [sites]; SWENDSEN_WANG: parents [sites] */
    uint8_t *mark;    /* WOLFF: [sites], member of the cluster; SWENDSEN_WANG: new states [sites] */
    double *sums;     /* SWENDSEN_WANG in a field: [sites], by root */
    int32_t *layers;  /* scratch of k_min: [longest][q] */
    uint64_t *angles; /* scratch of the helicity: [bonds of the cell][q] */
};

/* An involution of the states: Potts exchanges a and b; clock k to a + b - k; Blume-Capel s to -s. */
typedef struct spins_involution {
    uint32_t a, b;
} spins_involution;

SPINS_INLINE uint32_t spins_image(ons_discrete_kind kind, uint32_t q, spins_involution by, uint32_t state) {
    if (kind == ONS_BLUME_CAPEL) { return 2 - state; }
    if (kind == ONS_CLOCK) {
        const uint32_t sum = by.a + by.b + q - state; /* 1 .. 3q - 2 */
        return sum >= 2 * q ? sum - 2 * q : sum >= q ? sum - q : sum;
    }
    return state == by.a ? by.b : state == by.b ? by.a : state;
}

/* The Boltzmann weights of the states of a site given its neighbours, [q], up to a common factor; their sum. */
double spins_discrete_weights(const ons_discrete_model *model, const uint8_t *states, uint32_t site, double *weights);
/* x of a move: (energy after - before) / T of `site` taking the state `next`. */
double spins_discrete_rise(const ons_discrete_model *model, const uint8_t *states, uint32_t site, uint32_t next);
/* The probability with which METROPOLIS accepts it, as the threshold it compares with; 2^64 - 1 for certainty. */
uint64_t spins_discrete_threshold(const ons_discrete_model *model, const uint8_t *states, uint32_t site, uint32_t next);

/* Kernels, chosen once per model. */
typedef void (*spins_discrete_step)(ons_discrete *spins);
spins_discrete_step spins_discrete_local_step(const ons_discrete_model *model);
spins_discrete_step spins_discrete_wolff_step(const ons_discrete_model *model);
spins_discrete_step spins_discrete_swendsen_wang_step(const ons_discrete_model *model);
void spins_discrete_heat_bath(ons_discrete *spins);

#endif
