/*
 * Words of bits for bit-sliced kernels, and random planes made in registers.
 *
 * Included by sources that are compiled once for each instruction set (see planes.h for their names): v4 has words of
 * 512 bits and VAES, v3 of 256 bits and AES-NI, plain of 128 bits and the same cipher in C. A plane has 512 bits
 * everywhere: SPINS_PARTS words, of which part p holds the bits from p * SPINS_WORD_BITS on. Words take & | ^ ~, and an
 * array of words lies in memory as uint64_t do, bit 0 of the first one first.
 *
 * ARS-7 (Salmon, Moraes, Dror, Shaw 2011, section 3.2; Random123's ars.h): AES rounds on the counter with a Weyl
 * sequence as key schedule, six full rounds and the last one without mixing of columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_WORD_H
#define ONSAGER_SPINS_WORD_H

#include "planes.h"

#include <string.h>

#define SPINS_INLINE static inline __attribute__((always_inline))

#define SPINS_ROUNDS 7
#define SPINS_WEYL_LOW 0x9E3779B97F4A7C15U  /* golden ratio */
#define SPINS_WEYL_HIGH 0xBB67AE8584CAA73BU /* sqrt(3) - 1 */

#if defined(__AVX512F__) && defined(__VAES__)

#include <immintrin.h>
#define SPINS_ISA(name) name##_v4
#define SPINS_WORD_BITS 512
typedef __m512i spins_word;
SPINS_INLINE spins_word spins_word_load(const void *from) { return _mm512_loadu_si512(from); }
SPINS_INLINE void spins_word_store(void *to, spins_word word) { _mm512_storeu_si512(to, word); }
SPINS_INLINE spins_word spins_word_all(uint64_t bits) { return _mm512_set1_epi64((long long)bits); }
SPINS_INLINE bool spins_word_any(spins_word word) { return _mm512_test_epi64_mask(word, word) != 0; }
SPINS_INLINE spins_word spins_word_majority(spins_word a, spins_word b, spins_word c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0xE8);
}
SPINS_INLINE spins_word spins_word_parity(spins_word a, spins_word b, spins_word c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}
/* The bits of a where `mask` is 1, of b where it is 0. */
SPINS_INLINE spins_word spins_word_select(spins_word mask, spins_word a, spins_word b) {
    return _mm512_ternarylogic_epi64(mask, a, b, 0xCA);
}
SPINS_INLINE spins_word spins_word_round(spins_word state, spins_word key) { return _mm512_aesenc_epi128(state, key); }
SPINS_INLINE spins_word spins_word_last_round(spins_word state, spins_word key) {
    return _mm512_aesenclast_epi128(state, key);
}
SPINS_INLINE spins_word spins_word_pairs(uint64_t high, uint64_t low, uint64_t step) {
    const uint64_t second = low + step, third = second + step, fourth = third + step;
    const long long h = (long long)high;
    return _mm512_set_epi64(h, (long long)fourth, h, (long long)third, h, (long long)second, h, (long long)low);
}
SPINS_INLINE spins_word spins_word_add(spins_word a, spins_word b) { return _mm512_add_epi64(a, b); }

#elif defined(__AVX2__) && defined(__AES__)

#include <immintrin.h>
#define SPINS_ISA(name) name##_v3
#define SPINS_WORD_BITS 256
typedef __m256i spins_word;
SPINS_INLINE spins_word spins_word_load(const void *from) { return _mm256_loadu_si256((const __m256i *)from); }
SPINS_INLINE void spins_word_store(void *to, spins_word word) { _mm256_storeu_si256((__m256i *)to, word); }
SPINS_INLINE spins_word spins_word_all(uint64_t bits) { return _mm256_set1_epi64x((long long)bits); }
SPINS_INLINE bool spins_word_any(spins_word word) { return !_mm256_testz_si256(word, word); }
SPINS_INLINE spins_word spins_word_pairs(uint64_t high, uint64_t low, uint64_t step) {
    const uint64_t second = low + step;
    return _mm256_set_epi64x((long long)high, (long long)second, (long long)high, (long long)low);
}
SPINS_INLINE spins_word spins_word_add(spins_word a, spins_word b) { return _mm256_add_epi64(a, b); }

#else

#define SPINS_ISA(name) name##_plain
#define SPINS_WORD_BITS 128
typedef uint64_t spins_word __attribute__((vector_size(16)));
SPINS_INLINE spins_word spins_word_load(const void *from) {
    spins_word word;
    memcpy(&word, from, sizeof word);
    return word;
}
SPINS_INLINE void spins_word_store(void *to, spins_word word) { memcpy(to, &word, sizeof word); }
SPINS_INLINE spins_word spins_word_all(uint64_t bits) { return (spins_word){bits, bits}; }
SPINS_INLINE bool spins_word_any(spins_word word) { return (word[0] | word[1]) != 0; }
SPINS_INLINE spins_word spins_word_round(spins_word state, spins_word key) {
    uint64_t block[2] = {state[0], state[1]};
    spins_cipher_round(block);
    return (spins_word){block[0], block[1]} ^ key;
}
SPINS_INLINE spins_word spins_word_last_round(spins_word state, spins_word key) {
    uint64_t block[2] = {state[0], state[1]};
    spins_cipher_last_round(block);
    return (spins_word){block[0], block[1]} ^ key;
}
SPINS_INLINE spins_word spins_word_pairs(uint64_t high, uint64_t low, uint64_t step) {
    (void)step;
    return (spins_word){low, high};
}
SPINS_INLINE spins_word spins_word_add(spins_word a, spins_word b) { return a + b; }

#endif

#if SPINS_WORD_BITS != 512
SPINS_INLINE spins_word spins_word_majority(spins_word a, spins_word b, spins_word c) {
    return (a & b) | (c & (a ^ b));
}
SPINS_INLINE spins_word spins_word_parity(spins_word a, spins_word b, spins_word c) { return a ^ b ^ c; }
SPINS_INLINE spins_word spins_word_select(spins_word mask, spins_word a, spins_word b) { return b ^ (mask & (a ^ b)); }
#endif

#define SPINS_PARTS (SPINS_PLANE_BITS / SPINS_WORD_BITS)
#define SPINS_WORD_BYTES (SPINS_WORD_BITS / 8)

/* The eight round keys in registers or in the first cache line. */
typedef struct spins_word_keys {
    spins_word round[SPINS_ROUNDS + 1];
} spins_word_keys;

SPINS_INLINE spins_word_keys spins_word_schedule(spins_planes planes) {
    spins_word_keys keys;
    uint64_t low = planes.low, high = planes.high;
    for (int i = 0; i <= SPINS_ROUNDS; i++) {
        keys.round[i] = spins_word_pairs(high, low, 0);
        low += SPINS_WEYL_LOW;
        high += SPINS_WEYL_HIGH;
    }
    return keys;
}

/* The counters of part `part` of plane (stream, index); those of plane index + k are spins_word_later(counters, k). */
SPINS_INLINE spins_word spins_word_counters(uint64_t stream, uint64_t index, unsigned part) {
    return spins_word_pairs(stream, 4 * index + part * (SPINS_WORD_BITS / 128), 1);
}
SPINS_INLINE spins_word spins_word_later(spins_word counters, uint64_t planes) {
    return spins_word_add(counters, spins_word_pairs(0, 4 * planes, 0));
}

/* The random word of these counters. */
#if SPINS_WORD_BITS == 256
SPINS_INLINE spins_word spins_word_random(const spins_word_keys *keys, spins_word counters) {
    const spins_word state = counters ^ keys->round[0];
    __m128i low = _mm256_castsi256_si128(state), high = _mm256_extracti128_si256(state, 1);
#pragma GCC unroll 8
    for (int i = 1; i < SPINS_ROUNDS; i++) {
        const __m128i key = _mm256_castsi256_si128(keys->round[i]);
        low = _mm_aesenc_si128(low, key);
        high = _mm_aesenc_si128(high, key);
    }
    const __m128i last = _mm256_castsi256_si128(keys->round[SPINS_ROUNDS]);
    low = _mm_aesenclast_si128(low, last);
    high = _mm_aesenclast_si128(high, last);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}
#else
SPINS_INLINE spins_word spins_word_random(const spins_word_keys *keys, spins_word counters) {
    spins_word state = counters ^ keys->round[0];
#pragma GCC unroll 8
    for (int i = 1; i < SPINS_ROUNDS; i++) { state = spins_word_round(state, keys->round[i]); }
    return spins_word_last_round(state, keys->round[SPINS_ROUNDS]);
}
#endif

/* Part `part` of plane (stream, index). */
SPINS_INLINE spins_word spins_word_plane(const spins_word_keys *keys, uint64_t stream, uint64_t index, unsigned part) {
    return spins_word_random(keys, spins_word_counters(stream, index, part));
}

#endif
