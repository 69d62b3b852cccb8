/*
 * A cellular automaton on one long ring: 64 cells a word, movers as shifts of the whole string.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "automaton.h"

#include <stdlib.h>

ons_status ons_cells_create(ons_cells **created, const ons_automaton *automaton) {
    *created = NULL;
    const ons_status status = ons_automaton_check(automaton);
    if (status) { return status; }
    if (automaton->rule == ONS_COUNTER) { return ons_fail(ONS_INVALID, "a clock is no automaton on a ring of cells"); }
    ons_cells *ring = ONS_NEW(ons_cells, 1);
    if (!ring) { return ONS_MEMORY; }
    ring->automaton = *automaton;
    ring->planes = ons_automaton_planes(automaton);
    ring->words = (size_t)((automaton->cells + 63) / 64);
    ring->plane = ons_allocate(ring->planes, ring->words * sizeof(uint64_t));
    ring->scratch = ons_allocate(ring->planes, ring->words * sizeof(uint64_t));
    if (!ring->plane || !ring->scratch) {
        ons_cells_free(ring);
        return ONS_MEMORY;
    }
    *created = ring;
    return ONS_OK;
}

void ons_cells_free(ons_cells *ring) {
    if (!ring) { return; }
    free(ring->plane);
    free(ring->scratch);
    free(ring);
}

bool ons_cells_get(const ons_cells *ring, unsigned plane, uint64_t cell) {
    return ring->plane[plane * ring->words + cell / 64] >> cell % 64 & 1;
}

void ons_cells_set(ons_cells *ring, unsigned plane, uint64_t cell, bool occupied) {
    uint64_t *word = &ring->plane[plane * ring->words + cell / 64];
    const uint64_t bit = (uint64_t)1 << cell % 64;
    *word = occupied ? *word | bit : *word & ~bit;
}

uint64_t ons_cells_particles(const ons_cells *ring, unsigned plane) {
    uint64_t count = 0;
    for (size_t k = 0; k < ring->words; k++) {
        count += (uint64_t)__builtin_popcountll(ring->plane[plane * ring->words + k]);
    }
    return count;
}

/* Bits in use of the last word: 1 .. 64. */
static unsigned used(uint64_t cells) { return (unsigned)((cells - 1) % 64) + 1; }

static void move_right(const uint64_t *restrict from, uint64_t *restrict to, size_t words, uint64_t cells) {
    const unsigned last = used(cells);
    for (size_t k = words - 1; k > 0; k--) { to[k] = from[k] << 1 | from[k - 1] >> 63; }
    to[0] = from[0] << 1 | (from[words - 1] >> (last - 1) & 1);
    if (last < 64) { to[words - 1] &= ((uint64_t)1 << last) - 1; }
}

static void move_left(const uint64_t *restrict from, uint64_t *restrict to, size_t words, uint64_t cells) {
    for (size_t k = 0; k + 1 < words; k++) { to[k] = from[k] >> 1 | from[k + 1] << 63; }
    to[words - 1] = from[words - 1] >> 1;
    to[words - 1] |= (from[0] & 1) << (used(cells) - 1);
}

static void exchange_colours(const ons_cells *ring, uint64_t *restrict plane) {
    const size_t words = ring->words;
    uint64_t *r1 = plane, *r2 = plane + words, *l1 = plane + 2 * words, *l2 = plane + 3 * words;
    const uint64_t *mask = ring->automaton.scatterer;
    if (mask) {
        for (size_t k = 0; k < words; k++) { spins_exchange_colours(mask[k], r1 + k, r2 + k, l1 + k, l2 + k); }
        return;
    }
    for (size_t k = 0; k < words; k++) { /* the pointers again from one, so that the compiler sees that they differ */
        spins_exchange_colours(~(uint64_t)0, plane + k, plane + words + k, plane + 2 * words + k,
                               plane + 3 * words + k);
    }
}

static void turn_back(const ons_cells *ring, uint64_t *restrict plane) {
    const size_t words = ring->words;
    const uint64_t *mask = ring->automaton.scatterer;
    for (size_t k = 0; k < words; k++) {
        spins_turn_back(mask ? mask[k] : ~(uint64_t)0, plane + k, plane + words + k, plane + 2 * words + k,
                        plane + 3 * words + k);
    }
}

void ons_cells_step(ons_cells *ring, uint64_t steps) {
    const ons_automaton *automaton = &ring->automaton;
    for (uint64_t step = 0; step < steps; step++) {
        for (unsigned p = 0; p < ring->planes; p++) {
            const uint64_t *from = ring->plane + p * ring->words;
            uint64_t *to = ring->scratch + p * ring->words;
            if (p < automaton->colours) {
                move_right(from, to, ring->words, automaton->cells);
            } else {
                move_left(from, to, ring->words, automaton->cells);
            }
        }
        if (automaton->rule == ONS_THIRRING) { exchange_colours(ring, ring->scratch); }
        if (automaton->rule == ONS_SCATTERERS) { turn_back(ring, ring->scratch); }
        uint64_t *moved = ring->scratch;
        ring->scratch = ring->plane;
        ring->plane = moved;
    }
}
