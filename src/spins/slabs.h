/*
 * A lattice cut into slabs of consecutive sites, for clusters that several threads grow: unions within a slab know no
 * other slab, and the bonds between slabs, the joints, follow. The cut depends on the lattice alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_SLABS_H
#define ONSAGER_SPINS_SLABS_H

#include "ising.h"
#include "links.h"

struct spins_slabs {
    spins_links *links; /* one coupling on a lattice with one site a cell; NULL: bonds as the graph lists them */
    uint64_t sites;     /* of a slab, but the last one; a multiple of 64 */
    uint32_t count;
    uint64_t *first; /* [count + 1]: odd links, or bonds, of slab s are first[s] .. first[s + 1] - 1 */
    size_t joints;   /* bonds that leave a slab, at most */
};

/* `sites`: wanted in a slab; 0: some 2^16, and many layers of the lattice. */
ons_status spins_slabs_create(struct spins_slabs **slabs, const ons_ising_model *model, uint32_t sites);
void spins_slabs_free(struct spins_slabs *slabs);

/* What a state needs. */
struct spins_joints {
    uint32_t (*ends)[2]; /* [count][joints] */
    size_t *found;       /* [count] */
    uint64_t *runs;      /* [blocks]: active links of the direction `run` */
    int64_t (*sums)[2];  /* [count]: magnetization and sum of bonds */
};
ons_status spins_joints_create(struct spins_joints **joints, const struct spins_slabs *slabs);
void spins_joints_free(struct spins_joints *joints);
double spins_joints_bytes(double sites);

#endif
