/*
 * diagram: phase diagrams of dense networks as maps, and lines of the glass, computed as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_DIAGRAM_H
#define ONSAGER_MEANFIELD_DIAGRAM_H

#include <onsager/meanfield/replicas.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One point of a map. */
typedef struct ons_diagram_point {
    unsigned char phase; /* ons_replicas_phase */
    float overlap;       /* of the retrieval state, 0 where there is none */
    float overlap_glass; /* q2 of the equilibrium */
    float pressure;      /* of the equilibrium (T = 0: -f) */
    float stability;     /* of the equilibrium, as in ons_replicas_state */
} ons_diagram_point;

/* The replica-symmetric phase diagram of a network: points[temperatures][loads] at every pair, on `threads` threads;
 * the result does not depend on their number. Rows (one temperature) are followed in the load, so that solutions begin
 * next to the ones before. Some 20 to 100 microseconds a point. */
ONS_API ons_status ons_diagram_symmetric(const ons_replicas *glass, size_t temperatures, const double *temperature,
                                         size_t loads, const double *load, unsigned threads, ons_diagram_point *points);

/* The same with one step of replica symmetry breaking: slower, some 10 to 300 ms where replicas are broken. */
ONS_API ons_status ons_diagram_broken(const ons_replicas *glass, size_t temperatures, const double *temperature,
                                      size_t loads, const double *load, unsigned threads, ons_diagram_point *points);

/* The glass without overlap along temperatures, with one step of breaking: states[temperatures] of its equilibrium at
 * the load of the glass. */
ONS_API ons_status ons_diagram_glass(const ons_replicas *glass, size_t temperatures, const double *temperature,
                                     unsigned threads, ons_replicas_state *states);

#ifdef __cplusplus
}
#endif
#endif
