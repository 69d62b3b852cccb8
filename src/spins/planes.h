/*
 * Random bit planes: 512 fair bits each, plane = f(key, stream, index), for kernels that treat 512 spins at once.
 *
 * Plane (stream, index) consists of the four blocks of ARS-7 with counters (4 index + i low, stream high), i = 0 .. 3,
 * and the 128-bit key (planes.low, planes.high): 2^64 streams of 2^62 planes for each key, in any order, the same bits
 * on every CPU. Kernels make planes in registers with word.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_PLANES_H
#define ONSAGER_SPINS_PLANES_H

#include <onsager/base.h>

#define SPINS_PLANE_BITS 512
#define SPINS_PLANE_WORDS 8 /* uint64_t of a plane, bit 0 of the first one first */

/* The key of a family of planes. */
typedef struct spins_planes {
    uint64_t low, high;
} spins_planes;

/* The planes that belong to a stream of random words (its key, replica and purpose; not its position). */
static inline spins_planes spins_planes_of(const ons_random *random) {
    return (spins_planes){random->key, random->replica | (uint64_t)random->purpose << 32};
}

/* Planes first .. first + count - 1 of a stream, [count][SPINS_PLANE_WORDS], by the kernel in use. */
void spins_planes_fill(spins_planes planes, uint64_t stream, uint64_t first, size_t count, uint64_t *bits);

/* The instruction sets that bit-sliced kernels are compiled for; the first is the fastest. One choice for all of them:
 * the fastest of the machine unless ons_spins_select says otherwise (onsager/spins.h). */
typedef enum spins_isa { SPINS_V4, SPINS_V3, SPINS_PLAIN, SPINS_ISAS } spins_isa;
spins_isa spins_isa_in_use(void);

/* One AES round and the last one, without their keys, on a block of 16 bytes: substitution of bytes, shift of rows, and
 * mixing of columns in the first. */
void spins_cipher_round(uint64_t block[2]);
void spins_cipher_last_round(uint64_t block[2]);

/* Kernels. */
typedef void spins_planes_kernel(spins_planes planes, uint64_t stream, uint64_t first, size_t count, uint64_t *bits);
spins_planes_kernel spins_planes_fill_v4, spins_planes_fill_v3, spins_planes_fill_plain;

#endif
