/*
 * Inside the spin engine: heat bath of many Ising configurations with the same couplings of any value, those of a site
 * side by side. Compiled once for each instruction set; the bits are the same in all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_FIELDS_KERNEL_H
#define ONSAGER_SPINS_FIELDS_KERNEL_H

#include "planes.h"

#include <onsager/base.h>

#define SPINS_FIELDS_BLOCK 16 /* configurations that are treated together */

static inline size_t spins_fields_padded(size_t walkers) {
    return (walkers + SPINS_FIELDS_BLOCK - 1) / SPINS_FIELDS_BLOCK * SPINS_FIELDS_BLOCK;
}

/* One sweep: site after site, configuration w is drawn up with 1/(1 + exp(-x)), x = factor[w] * (field + sum of
 * coupling * spin in the order of the neighbours), in doubles. The 64-bit random number has the words w % 16 of the
 * planes first + i * blocks + w / 16 of the streams `stream` (its high half) and ~stream. Nearly all decisions are made
 * with single precision and the high half, where a bound of all their errors leaves no doubt. */
typedef struct spins_fields_sweep {
    spins_planes planes;
    uint64_t stream, first;
    uint32_t sites, coordination; /* as in ons_graph */
    const uint64_t *offset;
    const uint32_t *neighbour;
    const double *entry;  /* [entries]: couplings */
    const float *rounded; /* [entries]: the same */
    const float *bound;   /* [sites]: of the error of the local field in single precision, see spins_fields_bound */
    double field;
    const double *factor;        /* [walkers]: 2/T of each configuration */
    const float *rounded_factor; /* [padded]: the same */
    size_t walkers;
    int8_t *spins; /* [sites][walkers], and SPINS_FIELDS_BLOCK readable bytes behind */
} spins_fields_sweep;

typedef struct spins_fields_kernels {
    void (*sweep)(const spins_fields_sweep *sweep);
    /* energy[walkers] of bonds and field. */
    void (*energies)(const uint32_t *source, const uint32_t *target, const double *coupling, uint64_t bonds,
                     double field, uint32_t sites, const int8_t *spins, size_t walkers, double *energy);
} spins_fields_kernels;

extern const spins_fields_kernels spins_fields_kernels_v4, spins_fields_kernels_v3, spins_fields_kernels_plain;

/* ---- fields.c ---- */

struct ons_graph;
const spins_fields_kernels *spins_fields_kernels_in_use(void);
/* Couplings of the bonds to the entries of a graph; ONS_MEMORY. */
ons_status spins_fields_spread(const struct ons_graph *graph, const double *coupling, double *entry, float *rounded);
void spins_fields_bound(const struct ons_graph *graph, const double *entry, double field, float *bound);
/* The decision with all bits for configuration w of the block whose words stand in plane `plane`. */
bool spins_fields_up(const spins_fields_sweep *sweep, uint32_t site, size_t walker, uint64_t plane, uint32_t high);

#endif
