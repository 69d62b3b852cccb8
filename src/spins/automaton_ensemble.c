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

void spins_scatter_words(ons_rule rule, size_t count, const uint64_t *mask, uint64_t *restrict r1,
                         uint64_t *restrict r2, uint64_t *restrict l1, uint64_t *restrict l2,
                         uint64_t *restrict changed) {
    if (rule == ONS_THIRRING) {
        for (size_t k = 0; k < count; k++) {
            changed[k] = (r1[k] ^ r2[k]) & (l1[k] ^ l2[k]) & (r1[k] ^ l1[k]) & (mask ? mask[k] : ~(uint64_t)0);
        }
        for (size_t k = 0; k < count; k++) {
            r1[k] ^= changed[k];
            r2[k] ^= changed[k];
            l1[k] ^= changed[k];
            l2[k] ^= changed[k];
        }
        return;
    }
    for (size_t k = 0; k < count; k++) {
        const uint64_t here = mask ? mask[k] : ~(uint64_t)0;
        const uint64_t first = (r1[k] ^ l2[k]) & here, second = (r2[k] ^ l1[k]) & here;
        r1[k] ^= first;
        l2[k] ^= first;
        r2[k] ^= second;
        l1[k] ^= second;
        changed[k] = first | second;
    }
}

/* Bits that are set: sums of 2, 4, 8 bits side by side, added up over 16 words before they could overflow. Without the
 * instruction for it, which not every CPU has, this is the fastest, and it runs in vectors. */
static uint64_t count_bits(const uint64_t *words, size_t count) {
    const uint64_t pairs = 0x5555555555555555U, fours = 0x3333333333333333U, bytes = 0x0F0F0F0F0F0F0F0FU;
    uint64_t total = 0;
    for (size_t first = 0; first < count; first += 16) {
        const size_t last = first + 16 < count ? first + 16 : count;
        uint64_t sum = 0;
        for (size_t k = first; k < last; k++) {
            uint64_t x = words[k];
            x = x - (x >> 1 & pairs);
            x = (x & fours) + (x >> 2 & fours);
            sum += (x + (x >> 4)) & bytes;
        }
        sum = (sum & 0x00FF00FF00FF00FFU) + (sum >> 8 & 0x00FF00FF00FF00FFU);
        total += sum * 0x0001000100010001U >> 48;
    }
    return total;
}

static uint64_t scatter_cell(ons_ensemble *ensemble, uint64_t cell) {
    uint64_t *r1 = ons_ensemble_place(ensemble, 0, cell), *r2 = ons_ensemble_place(ensemble, 1, cell);
    uint64_t *l1 = ons_ensemble_place(ensemble, 2, cell), *l2 = ons_ensemble_place(ensemble, 3, cell);
    uint64_t total = 0, changed[SPINS_SCATTER_WORDS];
    for (size_t first = 0; first < ensemble->words; first += SPINS_SCATTER_WORDS) {
        const size_t rest = ensemble->words - first, count = rest < SPINS_SCATTER_WORDS ? rest : SPINS_SCATTER_WORDS;
        spins_scatter_words(ensemble->automaton.rule, count, NULL, r1 + first, r2 + first, l1 + first, l2 + first,
                            changed);
        total += count_bits(changed, count);
    }
    return total;
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
    return count_bits(ons_ensemble_place(ensemble, plane, cell), ensemble->words);
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
