/*
 * A universe of Bianchi type I in gauge or cosmic time: equations from its super-Hamiltonian and brackets, one
 * trajectory, what is seen of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_BIANCHI_H
#define ONSAGER_SYSTEMS_BIANCHI_H

#include <onsager/dynamics.h>

typedef struct bianchi_options {
    bool bopp, cosmic, contracting;
    double gamma, a_T, Pa_PT; /* brackets */
    double w, energy, P[2], a, beta[2], tolerance;
} bianchi_options;

/* a, beta_+, beta_-, T, P_a, P_+, P_-, P_T (commutative ones under bopp), and the other time. */
enum { BIANCHI_PHASE = 8, BIANCHI_SIZE = 9, BIANCHI_NUMBERS = BIANCHI_SIZE + 2 };

typedef struct bianchi_motion {
    const ons_flow *flow;
    const bianchi_options *options;
    double p[2]; /* w, gamma */
    double *p_lanes, *work;
} bianchi_motion;

typedef struct bianchi_universe {
    bianchi_options options;
    ons_hamiltonian *hamiltonian;
    bianchi_motion *motion; /* what the field knows */
    ons_field field;
    ons_trajectories *trajectory;
    double scale; /* sum of the moduli of the terms of N H at the start */
} bianchi_universe;

/* What is seen at the present time: `rate` is a' in gauge time; hubble_slope: dH/dt; the rest in cosmic time. */
typedef struct bianchi_look {
    double time, clock, a, T, beta[2], rate, hubble, hubble_slope, deceleration, shear, constraint, integral;
} bianchi_look;

/* ONS_INVALID: parameters without a universe (no real P_a). Close it also after an error. */
ons_status bianchi_open(bianchi_universe *universe, const bianchi_options *options);
void bianchi_close(bianchi_universe *universe);
/* *arrived: false when the equations end before: a singularity or a big rip. */
ons_status bianchi_advance(bianchi_universe *universe, double target, bool *arrived);
void bianchi_see(const bianchi_universe *universe, bianchi_look *look);
void bianchi_store(const bianchi_universe *universe, double *numbers);
void bianchi_load(bianchi_universe *universe, const double *numbers);

#endif
