/*
 * Inside meanfield: what the states and lines of glasses need of their models.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MEANFIELD_GLASS_H
#define MEANFIELD_GLASS_H

#include <onsager/meanfield/replicas.h>

bool glass_feeds_back(const ons_replicas *glass);
/* What the averages say at x; slope: dA/dtheta of a broken model. */
typedef struct glass_reading {
    double q1, q2, response, stability, slope;
} glass_reading;
glass_reading glass_read(const ons_replicas_model *model, double control, const double *x);
/* A broken solution next to the symmetric one (m, q or C): x = (m, q1, q2 or C, theta or beta theta). */
ons_status glass_break(const ons_replicas *glass, const double *symmetric, double *x, bool *found);
/* The broken glass of P >= 3 without overlap and field, below its static temperature. */
ons_status glass_abrupt(const ons_replicas *glass, double temperature, double *x);
/* Broken retrieval where there is no symmetric one, carried there from smaller loads. */
ons_status glass_beyond(const ons_replicas *glass, double *x, bool *found);

#endif
