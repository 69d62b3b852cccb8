/*
 * One batch of Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, section 3.3): 16 blocks of four words. Compiled once for
 * each instruction set, under the name ONS_KERNEL_NAME; the words are the same in all of them.
 *
 * A round takes the words (a, b, c, d) of a block and the keys k, l to
 *   (high(N c) ^ b ^ k, low(N c), high(M a) ^ d ^ l, low(M a)).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <string.h>

#ifndef ONS_KERNEL_NAME
#define ONS_KERNEL_NAME base_random_batch_plain
#endif

#define M 0xD2511F53U
#define N 0xCD9E8D57U
#define KEY_STEP 0x9E3779B9U   /* golden ratio */
#define OTHER_STEP 0xBB67AE85U /* sqrt(3) - 1 */

enum { blocks = ONS_RANDOM_BATCH / 4, rounds = 10 };

base_random_batch ONS_KERNEL_NAME;

#if defined(__AVX2__)

/* Each word of a block sits in the lower half of a lane of 64 bits: the product of the lower halves of two lanes is one
 * instruction, and what piles up in the upper halves is never read. All 16 blocks are under way together, to hide its
 * latency. */
#include <immintrin.h>

#if defined(__AVX512F__)
typedef uint64_t lanes __attribute__((vector_size(64)));
enum { width = 8 };
static inline lanes product(lanes a, lanes b) { return (lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
static inline lanes lower_pairs(lanes a, lanes b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
static inline lanes upper_pairs(lanes a, lanes b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#else
typedef uint64_t lanes __attribute__((vector_size(32)));
enum { width = 4 };
static inline lanes product(lanes a, lanes b) { return (lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
static inline lanes lower_pairs(lanes a, lanes b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
static inline lanes upper_pairs(lanes a, lanes b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#endif

enum { groups = blocks / width };

static inline lanes all(uint64_t value) { return (lanes){0} + value; }

void ONS_KERNEL_NAME(uint64_t key, uint32_t replica, uint32_t purpose, uint64_t batch,
                     uint32_t words[ONS_RANDOM_BATCH]) {
    lanes a[groups], b[groups], c[groups], d[groups];
    const uint64_t first = batch * blocks; /* a multiple of 16: no carry inside the batch */
    lanes count = {0};
    for (int i = 0; i < width; i++) { count[i] = (uint64_t)i; }
    for (int g = 0; g < groups; g++) {
        a[g] = count + all((first & 0xFFFFFFFFU) + (uint64_t)(g * width));
        b[g] = all(first >> 32);
        c[g] = all(replica);
        d[g] = all(purpose);
    }
    uint32_t k = (uint32_t)key, l = (uint32_t)(key >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < rounds; round++) {
#pragma GCC unroll 4
        for (int g = 0; g < groups; g++) {
            const lanes left = product(a[g], all(M)), right = product(c[g], all(N));
            a[g] = (right >> 32) ^ b[g] ^ all(k);
            b[g] = right;
            c[g] = (left >> 32) ^ d[g] ^ all(l);
            d[g] = left;
        }
        k += KEY_STEP;
        l += OTHER_STEP;
    }
#pragma GCC unroll 4
    for (int g = 0; g < groups; g++) {
        const lanes ab = (a[g] & 0xFFFFFFFFU) | b[g] << 32, cd = (c[g] & 0xFFFFFFFFU) | d[g] << 32;
        const lanes lower = lower_pairs(ab, cd), upper = upper_pairs(ab, cd);
        memcpy(words + 4 * width * g, &lower, sizeof lower);
        memcpy(words + 4 * width * g + 2 * width, &upper, sizeof upper);
    }
}

#else

void ONS_KERNEL_NAME(uint64_t key, uint32_t replica, uint32_t purpose, uint64_t batch,
                     uint32_t words[ONS_RANDOM_BATCH]) {
    const uint64_t first = batch * blocks;
    for (unsigned j = 0; j < blocks; j++) {
        uint32_t a = (uint32_t)first + j, b = (uint32_t)(first >> 32), c = replica, d = purpose;
        uint32_t k = (uint32_t)key, l = (uint32_t)(key >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < rounds; round++) {
            const uint64_t left = (uint64_t)M * a, right = (uint64_t)N * c;
            a = (uint32_t)(right >> 32) ^ b ^ k;
            b = (uint32_t)right;
            c = (uint32_t)(left >> 32) ^ d ^ l;
            d = (uint32_t)left;
            k += KEY_STEP;
            l += OTHER_STEP;
        }
        words[4 * j] = a;
        words[4 * j + 1] = b;
        words[4 * j + 2] = c;
        words[4 * j + 3] = d;
    }
}

#endif
