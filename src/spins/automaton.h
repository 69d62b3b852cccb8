/*
 * Inside the spin engine: the scattering of 64 cells (or members) at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_AUTOMATON_INSIDE_H
#define ONSAGER_SPINS_AUTOMATON_INSIDE_H

#include <onsager/spins/automaton.h>

/* One right- and one left-mover, alone in their direction and of different colours, exchange colours: all four bits
 * flip. */
static inline uint64_t spins_exchange_colours(uint64_t mask, uint64_t *r1, uint64_t *r2, uint64_t *l1, uint64_t *l2) {
    const uint64_t meet = (*r1 ^ *r2) & (*l1 ^ *l2) & (*r1 ^ *l1) & mask;
    *r1 ^= meet;
    *r2 ^= meet;
    *l1 ^= meet;
    *l2 ^= meet;
    return meet;
}

/* Every particle changes direction and colour. */
static inline uint64_t spins_turn_back(uint64_t mask, uint64_t *r1, uint64_t *r2, uint64_t *l1, uint64_t *l2) {
    const uint64_t first = (*r1 ^ *l2) & mask, second = (*r2 ^ *l1) & mask;
    *r1 ^= first;
    *l2 ^= first;
    *r2 ^= second;
    *l1 ^= second;
    return first | second;
}

/* The bits where something changed. */
static inline uint64_t spins_scatter(ons_rule rule, uint64_t mask, uint64_t *r1, uint64_t *r2, uint64_t *l1,
                                     uint64_t *l2) {
    return rule == ONS_THIRRING ? spins_exchange_colours(mask, r1, r2, l1, l2) : spins_turn_back(mask, r1, r2, l1, l2);
}

#endif
