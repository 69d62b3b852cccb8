/*
 * Inside dynamics: an energy, its motion, and the terms whose motion is solved exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_HAMILTONIAN_H
#define DYNAMICS_HAMILTONIAN_H

#include "flow.h"

#include <onsager/dynamics/hamiltonian.h>

/* A term of the energy: dz/dt = P grad H_k does not change while z follows it. */
typedef struct dynamics_term {
    dynamics_tape motion; /* the components of dz/dt that are not zero */
    uint32_t *moved;      /* their variables */
    size_t count;
} dynamics_term;

struct ons_hamiltonian {
    ons_flow *flow;
    dynamics_tape energy;
    dynamics_term *terms;
    size_t term_count; /* 0: not separable */
    size_t work;       /* numbers a lane that any of the tapes needs */
};

#endif
