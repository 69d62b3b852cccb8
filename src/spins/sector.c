/*
 * Sectors of fixed particle number: the combinatorial number system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/permutation.h>

#include <assert.h>

ons_status ons_sector_init(ons_sector *sector, unsigned bits, unsigned particles) {
    *sector = (ons_sector){.bits = bits, .particles = particles};
    if (bits < 1 || bits > 63) { return ons_fail(ONS_INVALID, "a sector has 1 to 63 places, not %u", bits); }
    if (particles > bits) { return ons_fail(ONS_INVALID, "%u particles have no room on %u places", particles, bits); }
    for (unsigned n = 0; n < 64; n++) {
        sector->binomial[n][0] = 1;
        for (unsigned k = 1; k <= n; k++) {
            sector->binomial[n][k] = sector->binomial[n - 1][k - 1] + (k < n ? sector->binomial[n - 1][k] : 0);
        }
    }
    sector->states = sector->binomial[bits][particles];
    return ONS_OK;
}

uint64_t ons_sector_state(const ons_sector *sector, uint64_t rank) {
    assert(rank < sector->states);
    uint64_t state = 0;
    unsigned place = sector->bits;
    for (unsigned k = sector->particles; k > 0; k--) {
        do { place--; } while (sector->binomial[place][k] > rank);
        rank -= sector->binomial[place][k];
        state |= (uint64_t)1 << place;
    }
    return state;
}

uint64_t ons_sector_rank(const ons_sector *sector, uint64_t state) {
    uint64_t rank = 0;
    for (unsigned k = 1; state; k++, state &= state - 1) { rank += sector->binomial[__builtin_ctzll(state)][k]; }
    return rank;
}

uint64_t ons_sector_next(const void *data, uint64_t state) {
    const ons_sector_map *map = data;
    if (!map->sector) { return ons_automaton_next(map->automaton, state); }
    return ons_sector_rank(map->sector, ons_automaton_next(map->automaton, ons_sector_state(map->sector, state)));
}
