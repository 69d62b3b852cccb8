/*
 * What the files of the system ising share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ISING_SYSTEM_H
#define ONSAGER_SYSTEMS_ISING_SYSTEM_H

#include "lattice_parameters.h"

/* The choices of `disorder`. */
enum { DISORDER_NONE, DISORDER_BIMODAL, DISORDER_GAUSSIAN };

bool ising_quenched(const ons_parameters *p);
/* The graph of a task: without lists where attempts go through sublattices. */
ons_status ising_open_graph(ons_graph **graph, const ons_parameters *p);

extern const ons_exact ising_exacts[];

#endif
