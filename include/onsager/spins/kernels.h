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

#ifdef __cplusplus
}
#endif
#endif
