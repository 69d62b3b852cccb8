/*
 * Filling memory with random planes. Compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "word.h"

void SPINS_ISA(spins_planes_fill)(spins_planes planes, uint64_t stream, uint64_t first, size_t count, uint64_t *bits) {
    const spins_word_keys keys = spins_word_schedule(planes);
    for (size_t i = 0; i < count; i++) {
        for (unsigned part = 0; part < SPINS_PARTS; part++, bits += SPINS_WORD_BITS / 64) {
            spins_word_store(bits, spins_word_plane(&keys, stream, first + i, part));
        }
    }
}
