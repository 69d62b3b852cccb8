/*
 * Inside dynamics: a list of reactions, its equations, and its rates with their derivatives as tapes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_REACTIONS_H
#define DYNAMICS_REACTIONS_H

#include "flow.h"

#include <onsager/dynamics/reactions.h>

typedef struct reaction_entry {
    unsigned *taken, *made; /* [species], once all are known */
    char *rate;
    int line;
} reaction_entry;

struct ons_reactions {
    char **species;
    size_t species_count, species_capacity;
    reaction_entry *reactions;
    size_t count, capacity;
    double *standards; /* [parameters] */
    char *equations;
    ons_flow *flow;   /* the means */
    ons_flow *counts; /* species that stand still, then how often every reaction has happened: their slopes are rates */
    dynamics_tape rates;  /* [reactions] */
    dynamics_tape slopes; /* [reactions][species] */
    dynamics_tape inner;  /* [reactions][species][parameters]: d slope / d parameter */
    size_t work;
};

#endif
