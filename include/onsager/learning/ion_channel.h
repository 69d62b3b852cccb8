/*
 * learning/ion_channel: a single file of sites between two baths, each site empty or with one ion. The energy of a
 * configuration in units of kT is the sum of site energies eps_is, of interactions U_ss' of neighbours, and of the
 * voltage, - z_s V i/(M + 1) at site i = 1 .. M (the left bath is at i = 0, the right one at M + 1; V in kT/e, positive
 * V drives positive ions to the right).
 *
 * Kinetics: ions enter and leave at both ends and hop to empty neighbours. A move with the energy change dE (without
 * the voltage) to the right has the rate k0 exp(- dE/2 + z V/(2 (M + 1))), to the left with - V; entering is multiplied
 * by the concentration of that bath. Local detailed balance holds; with equal concentrations and V = 0 the stationary
 * state is the grand-canonical one with mu_s = ln c_s.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_ION_CHANNEL_H
#define ONSAGER_LEARNING_ION_CHANNEL_H

#include <onsager/learning/paths.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_ion_channel {
    size_t sites, species;
    const double *energy;       /* [sites][species] */
    const double *interaction;  /* [species][species], symmetric */
    const double *left, *right; /* [species]: concentrations, >= 0 */
    const double *charge;       /* [species] */
    double voltage, attempt;    /* attempt: k0 > 0, 1/time */
} ons_ion_channel;

/* Means of the grand-canonical distribution with the concentrations of the left bath, at V = 0 (the voltage is
 * ignored). */
typedef struct ons_ion_equilibrium {
    double log_partition;
    double mean, variance; /* of the number of ions */
    double entropy;        /* - sum p ln p, nats */
    double *occupancy;     /* [sites][species] */
    double *pair;          /* [sites - 1][species][species]: site i holds s and site i + 1 holds s' */
} ons_ion_equilibrium;

/* By transfer matrices: cost sites * species^2, any number of sites. Zero *equilibrium first. ONS_INVALID: numbers that
 * cannot be, an asymmetric interaction. */
ONS_API ons_status ons_ion_equilibrium_solve(const ons_ion_channel *channel, ons_ion_equilibrium *equilibrium);
ONS_API void ons_ion_equilibrium_free(ons_ion_equilibrium *equilibrium);

/* The jump process on the states that can be reached from the empty channel, (species + 1)^sites at most, and at most
 * ONS_PATH_STATES. Functional s adds 1/(M + 1) for every hop of an ion of species s to the right and takes it for those
 * to the left, so that a passage counts 1. State 0 is the empty channel; *content (may be NULL): allocated,
 * [states][sites], 0: empty, s + 1: species s. Zero *process first; release with ons_path_process_free. */
ONS_API ons_status ons_ion_process(const ons_ion_channel *channel, ons_path_process *process, uint8_t **content);

#ifdef __cplusplus
}
#endif
#endif
