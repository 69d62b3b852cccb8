/*
 * The graphs of networks of nodes, as parameters of systems.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_WIRING_PARAMETERS_H
#define SYSTEMS_WIRING_PARAMETERS_H

#include <onsager/dynamics.h>
#include <onsager/system.h>

enum { WIRING_RING, WIRING_TORUS, WIRING_COMPLETE, WIRING_REGULAR };

/* clang-format off */
#define WIRING_PARAMETERS(standard, nodes)                                                                             \
    {"graph", ONS_CHOICE, ONS_OR_FILE, standard, "ring|torus|complete|regular", NULL, NULL, NULL,                      \
     "who hears whom; regular: a connected random graph of equal degrees; or a file of links, a pair of nodes from 0 " \
     "in a line"},                                                                                                     \
    {"N", ONS_INTEGER, 0, nodes, NULL, "[2, 1e8]", "graph=ring|torus|complete|regular", NULL,                          \
     "nodes; torus: a square number"},                                                                                 \
    {"reach", ONS_INTEGER, 0, "1", NULL, "[1, 1e6]", "graph=ring", NULL, "each node hears so many on either side"},    \
    {"degree", ONS_INTEGER, 0, "4", NULL, "[3, 1e6]", "graph=regular", NULL, "neighbours of every node"}
/* clang-format on */

/* The graph; a regular one is drawn from `random` until it is connected. */
ons_status wiring_open(ons_wiring **wiring, const ons_parameters *p, ons_random *random);
/* For check(): refuses what cannot be opened, with the nodes and bytes of a graph; a file is read. *connected: whether
 * the graph of a file is. */
ons_status wiring_check(const ons_parameters *p, double *nodes, double *bytes, bool *connected);
/* A picture of numbers in rows of the torus, or one direction. */
ons_status wiring_picture(const ons_parameters *p, size_t nodes, const uint8_t *rgb, ons_picture *picture);

#endif
