/*
 * 64 decisions at once: comparisons of random words with a threshold, and of spins with spins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "links.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint64_t below_plain(const uint32_t *words, uint32_t threshold, uint64_t *ties) {
    uint64_t below = 0, equal = 0;
    for (unsigned n = 0; n < 64; n++) {
        below |= (uint64_t)(words[n] < threshold) << n;
        equal |= (uint64_t)(words[n] == threshold) << n;
    }
    *ties = equal;
    return below;
}

static uint64_t alike_plain(const int8_t *a, const int8_t *b) {
    uint64_t alike = 0;
    for (unsigned n = 0; n < 64; n++) { alike |= (uint64_t)(a[n] == b[n]) << n; }
    return alike;
}

static uint64_t flip_plain(int8_t *spins, uint64_t which) {
    uint64_t negative = 0;
    for (unsigned n = 0; n < 64; n++) {
        spins[n] = (int8_t)(which >> n & 1 ? -spins[n] : spins[n]);
        negative |= (uint64_t)(spins[n] < 0) << n;
    }
    return negative;
}

#if defined(__x86_64__)

#define V3 __attribute__((target("avx2")))
#define V4 __attribute__((target("avx512f,avx512bw")))

/* Signed comparison after the halves of the range are exchanged. */
V3 static uint64_t below_v3(const uint32_t *words, uint32_t threshold, uint64_t *ties) {
    const __m256i turn = _mm256_set1_epi32(INT32_MIN), bound = _mm256_set1_epi32((int)threshold);
    const __m256i turned = _mm256_xor_si256(bound, turn);
    uint64_t below = 0, equal = 0;
    for (unsigned n = 0; n < 64; n += 8) {
        const __m256i word = _mm256_loadu_si256((const __m256i *)(const void *)(words + n));
        const __m256i less = _mm256_cmpgt_epi32(turned, _mm256_xor_si256(word, turn));
        const __m256i same = _mm256_cmpeq_epi32(word, bound);
        below |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(less)) << n;
        equal |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(same)) << n;
    }
    *ties = equal;
    return below;
}

V3 static uint64_t alike_v3(const int8_t *a, const int8_t *b) {
    uint64_t alike = 0;
    for (unsigned n = 0; n < 64; n += 32) {
        const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + n));
        const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + n));
        alike |= (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)) << n;
    }
    return alike;
}

/* Each byte of the word is spread over eight bytes, of which each keeps its bit. */
V3 static uint64_t flip_v3(int8_t *spins, uint64_t which) {
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    uint64_t negative = 0;
    for (unsigned n = 0; n < 64; n += 32) {
        const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)(uint32_t)(which >> n)), spread);
        const __m256i turn = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
        __m256i *const place = (__m256i *)(void *)(spins + n);
        const __m256i turned = _mm256_sub_epi8(_mm256_xor_si256(_mm256_loadu_si256(place), turn), turn);
        _mm256_storeu_si256(place, turned);
        negative |= (uint64_t)(unsigned)_mm256_movemask_epi8(turned) << n;
    }
    return negative;
}

V4 static uint64_t below_v4(const uint32_t *words, uint32_t threshold, uint64_t *ties) {
    const __m512i bound = _mm512_set1_epi32((int)threshold);
    uint64_t below = 0, equal = 0;
    for (unsigned n = 0; n < 64; n += 16) {
        const __m512i word = _mm512_loadu_si512(words + n);
        below |= (uint64_t)_mm512_cmplt_epu32_mask(word, bound) << n;
        equal |= (uint64_t)_mm512_cmpeq_epu32_mask(word, bound) << n;
    }
    *ties = equal;
    return below;
}

V4 static uint64_t alike_v4(const int8_t *a, const int8_t *b) {
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(a), _mm512_loadu_si512(b));
}

V4 static uint64_t flip_v4(int8_t *spins, uint64_t which) {
    const __m512i spin = _mm512_loadu_si512(spins);
    const __m512i turned = _mm512_mask_sub_epi8(spin, which, _mm512_setzero_si512(), spin);
    _mm512_storeu_si512(spins, turned);
    return _mm512_movepi8_mask(turned);
}

#endif

const spins_decisions *spins_decisions_in_use(void) {
    static const spins_decisions decisions[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = {below_v4, alike_v4, flip_v4},
        [SPINS_V3] = {below_v3, alike_v3, flip_v3},
#endif
        [SPINS_PLAIN] = {below_plain, alike_plain, flip_plain},
    };
    return &decisions[spins_isa_in_use()];
}
