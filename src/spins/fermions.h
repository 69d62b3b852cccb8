/*
 * Inside the spin engine: the sectors of the free fermions of the Ising torus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FERMIONS_INSIDE_H
#define ONSAGER_SPINS_FERMIONS_INSIDE_H

#include "bonds.h"

enum { SPINS_SECTORS = 5 };

/* One choice of boundaries; the sector PP occurs twice, see ons_fermions. Its N of bonds, cells ((o, o'), (i, j)):
 * `space` without the phases exp(i pi r / L) of antiperiodic boundaries, which cancel in every closed trace. */
typedef struct spins_sector {
    bool antiperiodic[2], zero;
    double inverse; /* of the Pfaffian that may vanish */
    double weight, mean[2];
    spins_complex *wave, *space; /* [2][2][2][2][sites] */
} spins_sector;

struct ons_fermions {
    spins_torus torus;
    double coupling, t, c; /* tanh J, 1 - t^2 */
    spins_sector sector[SPINS_SECTORS];
    double log_partition, mean[2];
    spins_transform *forward, *backward;
    /* what the cumulants need, made by spins_fermions_cumulants */
    double *pair;              /* [2][2][sites] */
    double *first, *last;      /* [2][2][sites]: contact terms at r3 = r2 and at r3 = 0 */
    double *drift;             /* [2][2][2][sites]: sum over sectors of weight (h_s - h)_o1 C2_o2o3(u) */
    spins_complex *drift_wave; /* the same [k] */
    spins_complex *pair_wave;  /* [2][2][sites] */
    double cube[2][2][2];      /* sum of weight (h_s - h)^3 */
    spins_complex *work;       /* [5][sites] */
    size_t *minus, *shifted;   /* [sites] */
};

void spins_fermions_free_cumulants(ons_fermions *fermions);

#endif
