/*
 * An ensemble of initial states of a cellular automaton: 64 members a word, so that motion is a change of index and
 * scattering bitwise logic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "automaton.h"

#include <assert.h>
#include <stdlib.h>

ons_status ons_ensemble_create(ons_ensemble **created, const ons_automaton *automaton, uint64_t members) {
    *created = NULL;
    const ons_status status = ons_automaton_check(automaton);
    if (status) { return status; }
    if (automaton->rule == ONS_COUNTER) { return ons_fail(ONS_INVALID, "a clock is no automaton on a ring of cells"); }
    if (members < 64 || members % 64) {
        return ons_fail(ONS_INVALID, "an ensemble has a multiple of 64 members, not %llu", (unsigned long long)members);
    }
    ons_ensemble *ensemble = ONS_NEW(ons_ensemble, 1);
    if (!ensemble) { return ONS_MEMORY; }
    ensemble->automaton = *automaton;
    ensemble->planes = ons_automaton_planes(automaton);
    ensemble->words = (size_t)(members / 64);
    ensemble->bits = ons_allocate((size_t)ons_automaton_bits(automaton), ensemble->words * sizeof(uint64_t));
    if (!ensemble->bits) {
        ons_ensemble_free(ensemble);
        return ONS_MEMORY;
    }
    *created = ensemble;
    return ONS_OK;
}

void ons_ensemble_free(ons_ensemble *ensemble) {
    if (!ensemble) { return; }
    free(ensemble->bits);
    free(ensemble);
}

uint64_t *ons_ensemble_place(const ons_ensemble *ensemble, unsigned plane, uint64_t cell) {
    const uint64_t cells = ensemble->automaton.cells;
    assert(plane < ensemble->planes && cell < cells);
    const bool right = plane < ensemble->automaton.colours;
    const uint64_t stored = (cell + (right ? cells - ensemble->turns : ensemble->turns)) % cells;
    return ensemble->bits + (plane * cells + stored) * ensemble->words;
}

static uint64_t scatter_cell(ons_ensemble *ensemble, uint64_t cell) {
    uint64_t *restrict r1 = ons_ensemble_place(ensemble, 0, cell), *restrict r2 = ons_ensemble_place(ensemble, 1, cell);
    uint64_t *restrict l1 = ons_ensemble_place(ensemble, 2, cell), *restrict l2 = ons_ensemble_place(ensemble, 3, cell);
    uint64_t count = 0;
    if (ensemble->automaton.rule == ONS_THIRRING) {
        for (size_t k = 0; k < ensemble->words; k++) {
            count +=
                (uint64_t)__builtin_popcountll(spins_exchange_colours(~(uint64_t)0, r1 + k, r2 + k, l1 + k, l2 + k));
        }
        return count;
    }
    for (size_t k = 0; k < ensemble->words; k++) {
        count += (uint64_t)__builtin_popcountll(spins_turn_back(~(uint64_t)0, r1 + k, r2 + k, l1 + k, l2 + k));
    }
    return count;
}

void ons_ensemble_step(ons_ensemble *ensemble) {
    const ons_automaton *automaton = &ensemble->automaton;
    ensemble->turns = (ensemble->turns + 1) % automaton->cells;
    ensemble->scattered = 0;
    if (automaton->rule != ONS_THIRRING && automaton->rule != ONS_SCATTERERS) { return; }
    for (uint64_t cell = 0; cell < automaton->cells; cell++) {
        if (automaton->scatterer && !(automaton->scatterer[cell / 64] >> cell % 64 & 1)) { continue; }
        ensemble->scattered += scatter_cell(ensemble, cell);
    }
}

uint64_t ons_ensemble_count(const ons_ensemble *ensemble, unsigned plane, uint64_t cell) {
    const uint64_t *words = ons_ensemble_place(ensemble, plane, cell);
    uint64_t count = 0;
    for (size_t k = 0; k < ensemble->words; k++) { count += (uint64_t)__builtin_popcountll(words[k]); }
    return count;
}

void ons_ensemble_fill(ons_ensemble *ensemble, unsigned plane, uint64_t cell, double probability, ons_random *random) {
    uint64_t *words = ons_ensemble_place(ensemble, plane, cell);
    const bool always = probability >= 1;
    const uint32_t threshold = always ? 0 : (uint32_t)(probability > 0 ? probability * 0x1p32 : 0);
    for (size_t k = 0; k < ensemble->words; k++) {
        uint64_t word = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            word |= (uint64_t)(ons_random_32(random) < threshold || always) << bit;
        }
        words[k] = word;
    }
}
