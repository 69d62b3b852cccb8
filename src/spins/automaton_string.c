/*
 * A cellular automaton on one long ring: 64 cells a word, movers as shifts of the whole string.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "automaton.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

ons_status ons_string_create(ons_string **created, const ons_automaton *automaton) {
    *created = NULL;
    const ons_status status = ons_automaton_check(automaton);
    if (status) { return status; }
    if (automaton->rule == ONS_CLOCK) { return ons_fail(ONS_INVALID, "a clock is no automaton on a ring of cells"); }
    ons_string *string = ONS_NEW(ons_string, 1);
    if (!string) { return ONS_MEMORY; }
    string->automaton = *automaton;
    string->planes = ons_automaton_planes(automaton);
    string->words = (size_t)((automaton->cells + 63) / 64);
    string->plane = ons_allocate(string->planes, string->words * sizeof(uint64_t));
    string->scratch = ons_allocate(string->planes, string->words * sizeof(uint64_t));
    if (!string->plane || !string->scratch) {
        ons_string_free(string);
        return ONS_MEMORY;
    }
    *created = string;
    return ONS_OK;
}

void ons_string_free(ons_string *string) {
    if (!string) { return; }
    free(string->plane);
    free(string->scratch);
    free(string);
}

bool ons_string_get(const ons_string *string, unsigned plane, uint64_t cell) {
    return string->plane[plane * string->words + cell / 64] >> cell % 64 & 1;
}

void ons_string_set(ons_string *string, unsigned plane, uint64_t cell, bool occupied) {
    uint64_t *word = &string->plane[plane * string->words + cell / 64];
    const uint64_t bit = (uint64_t)1 << cell % 64;
    *word = occupied ? *word | bit : *word & ~bit;
}

uint64_t ons_string_particles(const ons_string *string, unsigned plane) {
    uint64_t count = 0;
    for (size_t k = 0; k < string->words; k++) {
        count += (uint64_t)__builtin_popcountll(string->plane[plane * string->words + k]);
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

static void exchange_colours(const ons_string *string, uint64_t *restrict plane) {
    const size_t words = string->words;
    uint64_t *r1 = plane, *r2 = plane + words, *l1 = plane + 2 * words, *l2 = plane + 3 * words;
    const uint64_t *mask = string->automaton.scatterer;
    if (mask) {
        for (size_t k = 0; k < words; k++) { spins_exchange_colours(mask[k], r1 + k, r2 + k, l1 + k, l2 + k); }
        return;
    }
    for (size_t k = 0; k < words; k++) { /* the pointers again from one, so that the compiler sees that they differ */
        spins_exchange_colours(~(uint64_t)0, plane + k, plane + words + k, plane + 2 * words + k,
                               plane + 3 * words + k);
    }
}

static void turn_back(const ons_string *string, uint64_t *restrict plane) {
    const size_t words = string->words;
    const uint64_t *mask = string->automaton.scatterer;
    for (size_t k = 0; k < words; k++) {
        spins_turn_back(mask ? mask[k] : ~(uint64_t)0, plane + k, plane + words + k, plane + 2 * words + k,
                        plane + 3 * words + k);
    }
}

void ons_string_step(ons_string *string, uint64_t steps) {
    const ons_automaton *automaton = &string->automaton;
    for (uint64_t step = 0; step < steps; step++) {
        for (unsigned p = 0; p < string->planes; p++) {
            const uint64_t *from = string->plane + p * string->words;
            uint64_t *to = string->scratch + p * string->words;
            if (p < automaton->colours) {
                move_right(from, to, string->words, automaton->cells);
            } else {
                move_left(from, to, string->words, automaton->cells);
            }
        }
        if (automaton->rule == ONS_THIRRING) { exchange_colours(string, string->scratch); }
        if (automaton->rule == ONS_SCATTERERS) { turn_back(string, string->scratch); }
        uint64_t *moved = string->scratch;
        string->scratch = string->plane;
        string->plane = moved;
    }
}
