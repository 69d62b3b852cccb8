/*
 * Which kernels this machine can run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

const learning_kernels *learning_kernels_here(ons_tensor_type type) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &learning_kernels_v4[type == ONS_DOUBLE];
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return &learning_kernels_v3[type == ONS_DOUBLE];
    }
#endif
    return &learning_kernels_plain[type == ONS_DOUBLE];
}
