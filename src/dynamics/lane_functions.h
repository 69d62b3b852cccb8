/*
 * Inside dynamics: functions of eight numbers at a time, by SLEEF where no instruction has them. What includes this is
 * compiled once for each instruction set: the flows of the catalogue, and the tapes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_LANE_FUNCTIONS_H
#define DYNAMICS_LANE_FUNCTIONS_H

#include <onsager/dynamics/integrate.h>

#include <math.h>

typedef double number __attribute__((vector_size(8 * ONS_LANES), may_alias));
typedef int64_t number_mask __attribute__((vector_size(8 * ONS_LANES), may_alias));

#define FLOW_INLINE static inline __attribute__((always_inline, unused))

/* Applies a function of a narrower vector to the parts of a number. */
#if defined(__AVX512F__)
#include <sleef.h>
#define FLOW_ISA(name) name##_v4
#define FLOW_ONE(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x) { return (number)Sleef_##sleef##avx512f((__m512d)x); }
#define FLOW_TWO(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x, number y) {                                                               \
        return (number)Sleef_##sleef##avx512f((__m512d)x, (__m512d)y);                                                 \
    }
#define FLOW_WIDTH(name) name##d8_u10
#elif defined(__AVX2__)
#include <sleef.h>
#define FLOW_ISA(name) name##_v3
typedef union flow_parts {
    number whole;
    __m256d part[2];
} flow_parts;
#define FLOW_ONE(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x) {                                                                         \
        flow_parts a = {x};                                                                                            \
        for (int i = 0; i < 2; i++) { a.part[i] = Sleef_##sleef##avx2(a.part[i]); }                                    \
        return a.whole;                                                                                                \
    }
#define FLOW_TWO(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x, number y) {                                                               \
        flow_parts a = {x}, b = {y};                                                                                   \
        for (int i = 0; i < 2; i++) { a.part[i] = Sleef_##sleef##avx2(a.part[i], b.part[i]); }                         \
        return a.whole;                                                                                                \
    }
#define FLOW_WIDTH(name) name##d4_u10
#else
#include <sleef.h>
#define FLOW_ISA(name) name##_plain
#define FLOW_ONE(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x) {                                                                         \
        for (int i = 0; i < ONS_LANES; i++) { x[i] = Sleef_##sleef(x[i]); }                                            \
        return x;                                                                                                      \
    }
#define FLOW_TWO(name, sleef)                                                                                          \
    FLOW_INLINE number FLOW_##name(number x, number y) {                                                               \
        for (int i = 0; i < ONS_LANES; i++) { x[i] = Sleef_##sleef(x[i], y[i]); }                                      \
        return x;                                                                                                      \
    }
#define FLOW_WIDTH(name) name##_u10
#endif

#define FLOW_ONE_EXPANDED(name, sleef) FLOW_ONE(name, sleef)
#define FLOW_TWO_EXPANDED(name, sleef) FLOW_TWO(name, sleef)

FLOW_ONE_EXPANDED(sin, FLOW_WIDTH(sin))
FLOW_ONE_EXPANDED(cos, FLOW_WIDTH(cos))
FLOW_ONE_EXPANDED(tan, FLOW_WIDTH(tan))
FLOW_ONE_EXPANDED(asin, FLOW_WIDTH(asin))
FLOW_ONE_EXPANDED(acos, FLOW_WIDTH(acos))
FLOW_ONE_EXPANDED(atan, FLOW_WIDTH(atan))
FLOW_ONE_EXPANDED(sinh, FLOW_WIDTH(sinh))
FLOW_ONE_EXPANDED(cosh, FLOW_WIDTH(cosh))
FLOW_ONE_EXPANDED(tanh, FLOW_WIDTH(tanh))
FLOW_ONE_EXPANDED(exp, FLOW_WIDTH(exp))
FLOW_ONE_EXPANDED(log, FLOW_WIDTH(log))
FLOW_ONE_EXPANDED(log10, FLOW_WIDTH(log10))
FLOW_TWO_EXPANDED(power, FLOW_WIDTH(pow))
FLOW_TWO_EXPANDED(atan2, FLOW_WIDTH(atan2))

#define FLOW_NUMBER(value) ((number){0} + (double)(value))

FLOW_INLINE number flow_choose(number_mask which, number yes, number no) {
    return (number)((which & (number_mask)yes) | (~which & (number_mask)no));
}
FLOW_INLINE number_mask flow_is_nan(number x) { return ((number_mask)x & 0x7fffffffffffffff) > 0x7ff0000000000000; }
FLOW_INLINE number FLOW_abs(number x) { return (number)((number_mask)x & 0x7fffffffffffffff); }
FLOW_INLINE number FLOW_sign(number x) {
    return flow_choose(x > 0, FLOW_NUMBER(1),
                       flow_choose(x < 0, FLOW_NUMBER(-1), flow_choose(flow_is_nan(x), x, FLOW_NUMBER(0))));
}
FLOW_INLINE number FLOW_step(number x) {
    return flow_choose(x > 0, FLOW_NUMBER(1), flow_choose(flow_is_nan(x), x, FLOW_NUMBER(0)));
}
FLOW_INLINE number FLOW_min(number x, number y) { return flow_choose(x < y, x, flow_choose(flow_is_nan(x), x, y)); }
FLOW_INLINE number FLOW_max(number x, number y) { return flow_choose(x > y, x, flow_choose(flow_is_nan(x), x, y)); }
FLOW_INLINE number FLOW_sqrt(number x) {
    for (int i = 0; i < ONS_LANES; i++) { x[i] = sqrt(x[i]); }
    return x;
}
FLOW_INLINE number FLOW_floor(number x) {
    for (int i = 0; i < ONS_LANES; i++) { x[i] = floor(x[i]); }
    return x;
}
FLOW_INLINE number FLOW_ceil(number x) {
    for (int i = 0; i < ONS_LANES; i++) { x[i] = ceil(x[i]); }
    return x;
}
FLOW_INLINE number FLOW_mod(number x, number y) { return x - y * FLOW_floor(x / y); }

#endif
