/*
 * What the systems of compartments share: a list of reactions whose means move in time, its outbreak numbers, and where
 * sums of compartments have their peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_OUTBREAK_H
#define ONSAGER_SYSTEMS_OUTBREAK_H

#include <onsager/dynamics.h>
#include <onsager/system.h>

enum { OUTBREAK_PEAKS = 2 };

/* The largest value so far of a sum of compartments, and when it was there. */
typedef struct outbreak_peak {
    bool *member; /* [species] */
    double time, height, slope;
} outbreak_peak;

typedef struct outbreak_run {
    ons_reactions *network;
    size_t species;
    double *p, *begin, *x, *before, *slopes, *work; /* before: x at the last target */
    size_t *infected, infected_count;
    ons_field field;
    ons_trajectories *trajectory;
    double time;
    outbreak_peak peak[OUTBREAK_PEAKS];
    size_t peaks;
} outbreak_run;

/* Takes the network and its parameters and first numbers: all three belong to the run from now on, also after an
 * error. Relative tolerance of the steps. */
ons_status outbreak_open(outbreak_run *run, ons_reactions *network, double *p, double *begin, double tolerance);
/* Follows the peak of the species that are marked in member[species]. */
ons_status outbreak_follow(outbreak_run *run, const bool *member);
ons_status outbreak_advance(outbreak_run *run, double target);
ons_status outbreak_persist(outbreak_run *run, ons_part *part);
void outbreak_close(outbreak_run *run);
/* A row for every parameter: its name and the elasticity of R0. */
void outbreak_elasticities(const outbreak_run *run, const ons_outbreak *numbers, ons_context *context,
                           size_t observable);

#endif
