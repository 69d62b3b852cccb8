/*
 * Inside the spin engine: numbers and decisions from a random word that is drawn already.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WORDS_H
#define ONSAGER_SPINS_WORDS_H

#include <onsager/base.h>

/* Uniform in 0 .. bound-1, without bias (Lemire 2019); draws further words only where the first is refused. */
static inline __attribute__((always_inline)) uint32_t spins_word_below(ons_random *random, uint32_t word,
                                                                       uint32_t bound) {
    uint64_t product = (uint64_t)word * bound;
    if (__builtin_expect((uint32_t)product < bound, 0)) {
        const uint32_t threshold = (uint32_t)-bound % bound;
        while ((uint32_t)product < threshold) { product = (uint64_t)ons_random_32(random) * bound; }
    }
    return (uint32_t)(product >> 32);
}

/* spins_below as 0 or 1, without a branch but for the tie. */
static inline __attribute__((always_inline)) int spins_word_decides(ons_random *random, uint32_t word,
                                                                    uint64_t threshold) {
    const uint32_t high = (uint32_t)(threshold >> 32);
    int below = word < high;
    if (__builtin_expect(word == high, 0)) { below = ons_random_32(random) < (uint32_t)threshold; }
    return below;
}

#endif
