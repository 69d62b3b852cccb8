/*
 * The instruction set of bit-sliced kernels: chosen when the first one runs, the fastest that the machine has. All give
 * the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_KERNELS_H
#define ONSAGER_SPINS_KERNELS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the kernels in use ("x86-64-v4" with AVX-512 and VAES, "x86-64-v3" with AVX2 and AES, "plain"), and a
 * switch for tests and benches (false: no such kernels here). Switch only while no kernel runs. */
ONS_API const char *ons_spins_kernel(void);
ONS_API bool ons_spins_select(const char *kernel);

/* Random planes of 512 fair bits each, plane = f(stream of random words, stream, index): planes first .. first + count
 * - 1 into bits[count][8], bit 0 of the first word first. ARS-7 (Salmon, Moraes, Dror, Shaw 2011) with the 128-bit key
 * (key, replica, purpose) of `random` and the counters 4 index .. 4 index + 3 of that stream; index < 2^62. The
 * position of `random` plays no part. */
#define ONS_PLANE_BITS 512
ONS_API void ons_planes_fill(const ons_random *random, uint64_t stream, uint64_t first, size_t count, uint64_t *bits);

#ifdef __cplusplus
}
#endif
#endif
