/*
 * Random planes: the choice of the instruction set, and the rounds of the cipher in plain C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "planes.h"
#include "spins.h"

#include <stdatomic.h>
#include <string.h>

/* ---- the instruction set ---------------------------------------------------------------------------------- */

static const char *const names[SPINS_ISAS] = {"x86-64-v4", "x86-64-v3", "plain"};

static bool runs_here(spins_isa isa) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (isa == SPINS_V3) {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
               __builtin_cpu_supports("fma") && __builtin_cpu_supports("aes");
    }
    if (isa == SPINS_V4) {
        return runs_here(SPINS_V3) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq") &&
               __builtin_cpu_supports("vaes");
    }
#endif
    return isa == SPINS_PLAIN;
}

/* Set once by whoever needs it first: all threads would set the same. */
static atomic_int chosen = -1;

spins_isa spins_isa_in_use(void) {
    int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (isa < 0) {
        isa = SPINS_V4;
        while (!runs_here((spins_isa)isa)) { isa++; }
        atomic_store_explicit(&chosen, isa, memory_order_relaxed);
    }
    return (spins_isa)isa;
}

const char *ons_spins_kernel(void) { return names[spins_isa_in_use()]; }

bool ons_spins_select(const char *kernel) {
    for (int isa = 0; isa < SPINS_ISAS; isa++) {
        if (strcmp(kernel, names[isa]) == 0 && runs_here((spins_isa)isa)) {
            atomic_store_explicit(&chosen, isa, memory_order_relaxed);
            return true;
        }
    }
    return false;
}

void spins_planes_fill(spins_planes planes, uint64_t stream, uint64_t first, size_t count, uint64_t *bits) {
    static spins_planes_kernel *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = spins_planes_fill_v4,
        [SPINS_V3] = spins_planes_fill_v3,
#endif
        [SPINS_PLAIN] = spins_planes_fill_plain
    };
    kernels[spins_isa_in_use()](planes, stream, first, count, bits);
}

/* ---- rounds of AES (FIPS 197, section 5.1) ------------------------------------------------------------------ */

static const uint8_t substitution[256] = {
    0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76, 0xca, 0x82, 0xc9,
    0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0, 0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f,
    0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15, 0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07,
    0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75, 0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3,
    0x29, 0xe3, 0x2f, 0x84, 0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58,
    0xcf, 0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8, 0x51, 0xa3,
    0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2, 0xcd, 0x0c, 0x13, 0xec, 0x5f,
    0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73, 0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88,
    0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb, 0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac,
    0x62, 0x91, 0x95, 0xe4, 0x79, 0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a,
    0xae, 0x08, 0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a, 0x70,
    0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e, 0xe1, 0xf8, 0x98, 0x11,
    0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf, 0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42,
    0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
};

/* Bytes substituted and rows shifted: byte r of column c comes from column c + r. */
static void substitute_and_shift(const uint64_t block[2], uint8_t to[16]) {
    for (int i = 0; i < 16; i++) {
        const int from = (i + 4 * (i % 4)) % 16;
        to[i] = substitution[(uint8_t)(block[from / 8] >> 8 * (from % 8))];
    }
}

static void gather(const uint8_t bytes[16], uint64_t block[2]) {
    block[0] = block[1] = 0;
    for (int i = 0; i < 16; i++) { block[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8); }
}

/* Each byte times x in GF(2^8) of AES. */
static uint64_t doubled(uint64_t bytes) {
    const uint64_t high = bytes & 0x8080808080808080U;
    return (bytes ^ high) << 1 ^ (high >> 7) * 0x1B;
}

/* Bytes of each column of four turned down by `bits` / 8. */
static uint64_t turned(uint64_t columns, int bits) {
    const uint32_t low = (uint32_t)columns, high = (uint32_t)(columns >> 32);
    return (low >> bits | low << (32 - bits)) | (uint64_t)(high >> bits | high << (32 - bits)) << 32;
}

void spins_cipher_last_round(uint64_t block[2]) {
    uint8_t bytes[16];
    substitute_and_shift(block, bytes);
    gather(bytes, block);
}

/* Mixing of columns: 2 a_r + 3 a_(r+1) + a_(r+2) + a_(r+3). */
void spins_cipher_round(uint64_t block[2]) {
    spins_cipher_last_round(block);
    for (int i = 0; i < 2; i++) {
        const uint64_t a = block[i], b = turned(a, 8);
        block[i] = doubled(a ^ b) ^ b ^ turned(a, 16) ^ turned(a, 24);
    }
}
