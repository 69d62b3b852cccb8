/*
 * The bonds of a lattice with one site a cell as links from each site back to an earlier one: link (d, i) joins the
 * sites i and i - back[d], so that 64 links that follow each other are one word of bits. What leaves the box and comes
 * in again at the other side is listed as odd.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_LINKS_H
#define ONSAGER_SPINS_LINKS_H

#include "planes.h"
#include "spins.h"

enum { SPINS_LINK_DIRECTIONS = 16 };

typedef struct spins_odd_link {
    uint32_t direction, site, other;
} spins_odd_link;

typedef struct spins_links {
    unsigned directions, run; /* run: one with back = 1; `directions` where there is none */
    uint32_t blocks;          /* of 64 sites */
    uint32_t back[SPINS_LINK_DIRECTIONS];
    uint64_t *valid;     /* [directions][blocks]: bit i % 64 of block i / 64 tells that site i has the link */
    spins_odd_link *odd; /* [odds], by site, then by direction; together with the valid links all bonds, each once */
    size_t odds;
} spins_links;

/* *links = NULL for lattices with more than one site a cell and for graphs without lattice. */
ons_status spins_links_create(spins_links **links, const ons_graph *graph);
void spins_links_free(spins_links *links);
double spins_links_bytes(double sites, double bonds);

/* 64 decisions at once, bit n for number n; the same for every instruction set. */
typedef struct spins_decisions {
    uint64_t (*below)(const uint32_t words[64], uint32_t threshold, uint64_t *ties); /* ties: words equal to it */
    uint64_t (*alike)(const int8_t a[64], const int8_t b[64]);
    uint64_t (*flip)(int8_t spins[64], uint64_t which); /* and then tells which are negative */
} spins_decisions;
const spins_decisions *spins_decisions_in_use(void);

#endif
