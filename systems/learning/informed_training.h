/*
 * informed_training: what the systems that train physics-informed networks share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INFORMED_TRAINING_H
#define INFORMED_TRAINING_H

#include "informed_reference.h"

#include <onsager/learning.h>
#include <onsager/system.h>

/* The whole state of a network and its optimisers. */
ons_status informed_training_persist(ons_informed *informed, ons_part *part);
/* Bytes of the network, its optimiser and its programs, roughly. */
double informed_training_bytes(double width, double depth, double points, double channels, bool single);
/* Field 0 of values on the grid in space and time (time to the right), or without space all fields as curves. */
ons_status informed_training_picture(const informed_grid *grid, const double *values, ons_picture *picture);

#endif
