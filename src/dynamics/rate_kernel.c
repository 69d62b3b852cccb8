/*
 * The arithmetic of networks of rates, compiled once for each instruction set: products with J from packed panels,
 * activations by SLEEF, and the sums of the steppers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rate_kernel.h"

#include <sleef.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#define VECTOR 64
#define ROWS 16
#define FUNCTION_F(name) Sleef_##name##f16_u10avx512f
#define FUNCTION_D(name) Sleef_##name##d8_u10avx512f
typedef __m512 native_f;
typedef __m512d native_d;
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#define VECTOR 32
#define ROWS 8
#define FUNCTION_F(name) Sleef_##name##f8_u10avx2
#define FUNCTION_D(name) Sleef_##name##d4_u10avx2
typedef __m256 native_f;
typedef __m256d native_d;
#else
#define NAME(name) name##_plain
#define VECTOR 16
#define ROWS 8
#endif

typedef float vector_f __attribute__((vector_size(VECTOR), may_alias));
typedef double vector_d __attribute__((vector_size(VECTOR), may_alias));

#if VECTOR > 16
#define VECTOR_FUNCTION(type, TYPE, name)                                                                              \
    static inline vector_##type name##_vec_##type(vector_##type x) {                                                   \
        return (vector_##type)FUNCTION_##TYPE(name)((native_##type)x);                                                 \
    }
VECTOR_FUNCTION(f, F, tanh)
VECTOR_FUNCTION(f, F, erf)
VECTOR_FUNCTION(d, D, tanh)
VECTOR_FUNCTION(d, D, erf)
#else
#define VECTOR_FUNCTION(type, name, scalar)                                                                            \
    static inline vector_##type name##_vec_##type(vector_##type x) {                                                   \
        for (size_t i = 0; i < VECTOR / sizeof x[0]; i++) { x[i] = scalar(x[i]); }                                     \
        return x;                                                                                                      \
    }
VECTOR_FUNCTION(f, tanh, Sleef_tanhf_u10)
VECTOR_FUNCTION(f, erf, Sleef_erff_u10)
VECTOR_FUNCTION(d, tanh, Sleef_tanh_u10)
VECTOR_FUNCTION(d, erf, Sleef_erf_u10)
#endif

#define REAL double
#define R(name) name##_d
#include "rate_kernel_real.h"
#undef REAL
#undef R
#define REAL float
#define R(name) name##_f
#include "rate_kernel_real.h"

const rate_kernels NAME(rate_kernels)[2] = {
    {multiply_d, multiply_rows_d, activate_d, stage_d, product_d},
    {multiply_f, multiply_rows_f, activate_f, stage_f, product_f},
};
