/*
 * The arithmetic of tensors, compiled once for each instruction set: functions of elements by SLEEF, sums in a fixed
 * tree, products of matrices from packed panels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels.h"

#include <math.h>
#include <sleef.h>
#include <string.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#define VECTOR 64
#define FUNCTION_F(name) Sleef_##name##f16_u10avx512f
#define FUNCTION_D(name) Sleef_##name##d8_u10avx512f
typedef __m512 native_f;
typedef __m512d native_d;
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#define VECTOR 32
#define FUNCTION_F(name) Sleef_##name##f8_u10avx2
#define FUNCTION_D(name) Sleef_##name##d4_u10avx2
typedef __m256 native_f;
typedef __m256d native_d;
#else
#define NAME(name) name##_plain
#define VECTOR 16
#endif

typedef float vector_f __attribute__((vector_size(VECTOR), may_alias));
typedef double vector_d __attribute__((vector_size(VECTOR), may_alias));
typedef int32_t bits_f __attribute__((vector_size(VECTOR), may_alias));
typedef int64_t bits_d __attribute__((vector_size(VECTOR), may_alias));

#if VECTOR > 16
#define VECTOR_FUNCTION(type, TYPE, name)                                                                              \
    static inline vector_##type name##_vec_##type(vector_##type x) {                                                   \
        return (vector_##type)FUNCTION_##TYPE(name)((native_##type)x);                                                 \
    }
#define BOTH(name)                                                                                                     \
    VECTOR_FUNCTION(f, F, name)                                                                                        \
    VECTOR_FUNCTION(d, D, name)
static inline vector_f power_vec_f(vector_f x, vector_f y) {
    return (vector_f)FUNCTION_F(pow)((native_f)x, (native_f)y);
}
static inline vector_d power_vec_d(vector_d x, vector_d y) {
    return (vector_d)FUNCTION_D(pow)((native_d)x, (native_d)y);
}
#else
#define VECTOR_FUNCTION(type, name, scalar)                                                                            \
    static inline vector_##type name##_vec_##type(vector_##type x) {                                                   \
        for (size_t i = 0; i < VECTOR / sizeof x[0]; i++) { x[i] = scalar(x[i]); }                                     \
        return x;                                                                                                      \
    }
#define BOTH(name)                                                                                                     \
    VECTOR_FUNCTION(f, name, Sleef_##name##f_u10)                                                                      \
    VECTOR_FUNCTION(d, name, Sleef_##name##_u10)
static inline vector_f power_vec_f(vector_f x, vector_f y) {
    for (size_t i = 0; i < VECTOR / sizeof x[0]; i++) { x[i] = Sleef_powf_u10(x[i], y[i]); }
    return x;
}
static inline vector_d power_vec_d(vector_d x, vector_d y) {
    for (size_t i = 0; i < VECTOR / sizeof x[0]; i++) { x[i] = Sleef_pow_u10(x[i], y[i]); }
    return x;
}
#endif
BOTH(exp)
BOTH(log)
BOTH(log1p)
BOTH(expm1)
BOTH(sin)
BOTH(cos)
BOTH(atan)
BOTH(acos)
BOTH(sinh)
BOTH(cosh)
BOTH(erf)
#if VECTOR > 16
VECTOR_FUNCTION(d, D, tanh)
#else
VECTOR_FUNCTION(d, tanh, Sleef_tanh_u10)
#endif

/* tanh |x| = e / (e + 2) with e = exp(2 |x|) - 1, to some 2 units in the last place: exp(y) = 2^k exp(r) with
 * |r| <= log(2) / 2, where the Taylor series of exp(r) - 1 leaves a quarter of a unit after r^7. From 9.2 on it is 1.
 */
static inline vector_f tanh_vec_f(vector_f x) {
    const bits_f sign = (bits_f)x & INT32_MIN, size = (bits_f)x & INT32_MAX;
    const bits_f lost = size > 0x7F800000; /* beyond infinity: no number */
    vector_f y = (vector_f)size;
    y = (vector_f)(((bits_f)y & (y < 9.2F)) | ((bits_f)(9.2F - (vector_f){0}) & ~(y < 9.2F)));
    y += y;
    const vector_f whole = y * 1.44269504F + 12582912.0F, k = whole - 12582912.0F; /* k in the last bits of the sum */
    const vector_f power = (vector_f)(((bits_f)whole << 23) + (127 << 23));
    const vector_f r = (y - k * 0.693359375F) - k * -2.12194440e-4F;
    vector_f series = r * (1.0F / 5040) + 1.0F / 720;
    series = series * r + 1.0F / 120;
    series = series * r + 1.0F / 24;
    series = series * r + 1.0F / 6;
    series = series * r + 0.5F;
    const vector_f e = power * (series * (r * r) + r) + (power - 1.0F);
    const bits_f result = (bits_f)(e / (e + 2.0F)) | sign;
    return (vector_f)((result & ~lost) | ((bits_f)x & lost));
}

#define REAL float
#define BITS int32_t
#define R(name) name##_f
#include "arithmetic_kernel_real.h"
#include "product_kernel_real.h"
#undef REAL
#undef BITS
#undef R
#define REAL double
#define BITS int64_t
#define R(name) name##_d
#include "arithmetic_kernel_real.h"
#include "product_kernel_real.h"

#define KERNELS(type)                                                                                                  \
    {                                                                                                                  \
        .element =                                                                                                     \
            {                                                                                                          \
                [NEGATE] = negate_##type,     [RECIPROCAL] = reciprocal_##type,                                        \
                [ABSOLUTE] = absolute_##type, [SIGN] = sign_##type,                                                    \
                [SQRT] = root_##type,         [RSQRT] = inverse_root_##type,                                           \
                [EXP] = exp_##type,           [LOG] = log_##type,                                                      \
                [LOG1P] = log1p_##type,       [EXPM1] = expm1_##type,                                                  \
                [SIN] = sin_##type,           [COS] = cos_##type,                                                      \
                [ATAN] = atan_##type,         [ACOS] = acos_##type,                                                    \
                [SINH] = sinh_##type,         [COSH] = cosh_##type,                                                    \
                [TANH] = tanh_##type,         [ERF] = erf_##type,                                                      \
                [SIGMOID] = sigmoid_##type,   [SOFTPLUS] = softplus_##type,                                            \
                [POWER] = power_##type,       [SQUARE] = square_##type,                                                \
                [ADD] = add_##type,           [SUBTRACT] = subtract_##type,                                            \
                [MULTIPLY] = multiply_##type, [DIVIDE] = divide_##type,                                                \
                [MAXIMUM] = maximum_##type,   [MINIMUM] = minimum_##type,                                              \
                [LESS] = less_##type,         [LESS_EQUAL] = less_equal_##type,                                        \
                [EQUAL] = equal_##type,       [SELECT] = select_##type,                                                \
            },                                                                                                         \
        .fill = fill_##type, .sum = sum_##type, .largest = largest_##type, .accumulate = accumulate_##type,            \
        .product = product_##type,                                                                                     \
    }

const learning_kernels NAME(learning_kernels)[2] = {KERNELS(f), KERNELS(d)};
