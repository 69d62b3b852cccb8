/*
 * Inside the spin engine: kinetics of Ising spins, shared by its moves and its tests.
 *
 * Classes number the local situations of a site: 2 (sum of weights of its neighbours + reach) + (1 for spin up).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_KINETICS_INSIDE_H
#define ONSAGER_SPINS_KINETICS_INSIDE_H

#include "ising.h"

#include <onsager/spins/kinetics.h>

/* The sites of a class, in the order in which they came. */
typedef struct spins_class {
    uint32_t *site;
    size_t count, capacity;
} spins_class;

/* Where a site stands: its class and the place in it, side by side since both are wanted together. */
typedef struct spins_seat {
    uint32_t number, place;
} spins_seat;

struct ons_kinetics {
    ons_ising_model *model; /* couplings and field; its own update is not used */
    ons_ising *ising;       /* spins, sums and stream */
    ons_kinetics_options options;
    ons_kinetics_clock clock;
    size_t classes;     /* 2 (2 reach + 1); 0 with couplings of any value */
    uint64_t *flip;     /* FLIP: [classes], thresholds */
    uint64_t *exchange; /* EXCHANGE: [4 reach + 1] by the sum of spin times other neighbours at both ends + 2 reach */
    double *rate;       /* EVENTS: [classes] */
    spins_class *class; /* EVENTS: [classes] */
    size_t stride;      /* EVENTS: 4 when all sums of neighbours have the parity of the coordination, otherwise 2 */
    spins_seat *seat;   /* EVENTS: [sites] */
    uint32_t *order;    /* EVENTS: [sites] */
};

/* w(dE) at the present temperature. */
double spins_kinetics_rate(const ons_kinetics_options *options, double difference);
/* Sum over the neighbours of weight * spin, neighbours `but` left out (UINT32_MAX: none). */
int spins_kinetics_sum(const ons_ising_model *model, const int8_t *spins, uint32_t site, uint32_t but);
/* dE of the flip of a site and of an exchange, with couplings of any value. */
double spins_kinetics_flip_energy(const ons_ising_model *model, const int8_t *spins, uint32_t site);
double spins_kinetics_exchange_energy(const ons_ising_model *model, const int8_t *spins, uint32_t i, uint32_t j);

void spins_kinetics_flips(ons_kinetics *kinetics, uint64_t attempts);
void spins_kinetics_exchanges(ons_kinetics *kinetics, uint64_t attempts);
/* Sorts the sites into their classes, in the order given. */
ons_status spins_kinetics_sort(ons_kinetics *kinetics);
ons_status spins_kinetics_events(ons_kinetics *kinetics, double until, uint64_t work);

#endif
