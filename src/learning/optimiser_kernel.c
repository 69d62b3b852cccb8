/*
 * The arithmetic of a step downhill, compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "optimiser_kernel.h"

#include <math.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#else
#define NAME(name) name##_plain
#endif

#define REAL double
#define R(name) name##_d
#define SQUARE_ROOT sqrt
#include "optimiser_kernel_real.h"
#undef REAL
#undef R
#undef SQUARE_ROOT
#define REAL float
#define R(name) name##_f
#define SQUARE_ROOT sqrtf
#include "optimiser_kernel_real.h"

const optimiser_kernels NAME(optimiser_kernels)[2] = {
    {descend_d, adam_d, average_d, move_d, squares_d},
    {descend_f, adam_f, average_f, move_f, squares_f},
};
