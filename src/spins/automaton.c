/*
 * Cellular automata of movers on a ring: their rules on the integers 0 .. 2^M - 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "automaton.h"

#include <assert.h>

ons_status ons_automaton_check(const ons_automaton *automaton) {
    const bool scatters = automaton->rule == ONS_THIRRING || automaton->rule == ONS_SCATTERERS;
    if (automaton->cells < 1 || automaton->cells > (uint64_t)1 << 40) {
        return ons_fail(ONS_INVALID, "an automaton has 1 to 2^40 cells, not %llu",
                        (unsigned long long)automaton->cells);
    }
    if (scatters && automaton->colours != 2) {
        return ons_fail(ONS_INVALID, "particles scatter between 2 colours, not %u", automaton->colours);
    }
    if (automaton->rule == ONS_COUNTER && automaton->colours != 1) {
        return ons_fail(ONS_INVALID, "a clock has no colours: give 1, not %u", automaton->colours);
    }
    if (automaton->colours < 1 || automaton->colours > ONS_COLOURS) {
        return ons_fail(ONS_INVALID, "particles have 1 to %d colours, not %u", ONS_COLOURS, automaton->colours);
    }
    return ONS_OK;
}

unsigned ons_automaton_planes(const ons_automaton *automaton) {
    const bool one_way = automaton->rule == ONS_RIGHT_MOVERS || automaton->rule == ONS_COUNTER;
    return one_way ? automaton->colours : 2 * automaton->colours;
}

uint64_t ons_automaton_bits(const ons_automaton *automaton) {
    return ons_automaton_planes(automaton) * automaton->cells;
}

/* ---- all bits in one word ---- */

static uint64_t ring(const ons_automaton *automaton) { return ((uint64_t)1 << automaton->cells) - 1; }

static uint64_t rotate(uint64_t plane, uint64_t cells, bool right) {
    if (cells == 1) { return plane; }
    const uint64_t all = ((uint64_t)1 << cells) - 1;
    return right ? (plane << 1 | plane >> (cells - 1)) & all : (plane >> 1 | plane << (cells - 1)) & all;
}

/* Every plane turned by one cell: `forward` with the motion, otherwise against it. */
static uint64_t move(const ons_automaton *automaton, uint64_t state, bool forward) {
    const unsigned planes = ons_automaton_planes(automaton);
    uint64_t moved = 0;
    for (unsigned p = 0; p < planes; p++) {
        const uint64_t plane = state >> p * automaton->cells & ring(automaton);
        moved |= rotate(plane, automaton->cells, (p < automaton->colours) == forward) << p * automaton->cells;
    }
    return moved;
}

/* Scattering is its own inverse. */
static uint64_t scatter(const ons_automaton *automaton, uint64_t state) {
    if (automaton->rule != ONS_THIRRING && automaton->rule != ONS_SCATTERERS) { return state; }
    const uint64_t all = ring(automaton), mask = automaton->scatterer ? automaton->scatterer[0] & all : all;
    uint64_t plane[4], scattered = 0;
    for (unsigned p = 0; p < 4; p++) { plane[p] = state >> p * automaton->cells & all; }
    spins_scatter(automaton->rule, mask, &plane[0], &plane[1], &plane[2], &plane[3]);
    for (unsigned p = 0; p < 4; p++) { scattered |= plane[p] << p * automaton->cells; }
    return scattered;
}

uint64_t ons_automaton_next(const ons_automaton *automaton, uint64_t state) {
    assert(ons_automaton_bits(automaton) <= 63);
    if (automaton->rule == ONS_COUNTER) { return (state + 1) & ring(automaton); }
    return scatter(automaton, move(automaton, state, true));
}

uint64_t ons_automaton_previous(const ons_automaton *automaton, uint64_t state) {
    assert(ons_automaton_bits(automaton) <= 63);
    if (automaton->rule == ONS_COUNTER) { return (state - 1) & ring(automaton); }
    return move(automaton, scatter(automaton, state), false);
}

uint64_t ons_automaton_translate(const ons_automaton *automaton, uint64_t state) {
    const unsigned planes = ons_automaton_planes(automaton);
    uint64_t moved = 0;
    for (unsigned p = 0; p < planes; p++) {
        const uint64_t plane = state >> p * automaton->cells & ring(automaton);
        moved |= rotate(plane, automaton->cells, true) << p * automaton->cells;
    }
    return moved;
}
