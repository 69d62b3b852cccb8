/*
 * Taylor coefficients of formulas, order by order, by the recurrences of the elementary functions (Moore 1966; Jorba
 * and Zou, Exp. Math. 14, 99 (2005), section 2). Compiled once for each instruction set; eight numbers at a time.
 *
 * a, b, c are the coefficients of the operands and of the result, k the order that is made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series.h"

#include <onsager/dynamics/integrate.h>

#include <math.h>

#if defined(__AVX512F__)
#define NAME(name) name##_v4
#elif defined(__AVX2__)
#define NAME(name) name##_v3
#else
#define NAME(name) name##_plain
#endif

#define INLINE static inline __attribute__((always_inline))

typedef double reals __attribute__((vector_size(8 * ONS_LANES), may_alias));

/* The sum of a_j b_(k-j) over j = from .. to, in two chains. */
INLINE reals product(const reals *a, const reals *b, size_t k, size_t from, size_t to) {
    reals even = {0}, odd = {0};
    size_t j = from;
    for (; j + 1 <= to; j += 2) {
        even += a[j] * b[k - j];
        odd += a[j + 1] * b[k - j - 1];
    }
    if (j <= to) { even += a[j] * b[k - j]; }
    return even + odd;
}

/* The same with the factor j: k times the k-th coefficient of the integral of a' b. */
INLINE reals slope_product(const reals *a, const reals *b, size_t k, size_t to) {
    reals sum = {0};
    for (size_t j = 1; j <= to; j++) { sum += (double)j * a[j] * b[k - j]; }
    return sum;
}

INLINE reals of_lanes(dynamics_operation operation, reals a, reals b) {
    for (int l = 0; l < ONS_LANES; l++) { a[l] = dynamics_apply(operation, a[l], b[l]); }
    return a;
}

/* The first coefficients: the function itself, and its companion. */
INLINE void begin(dynamics_operation operation, const reals *a, const reals *b, reals *c, reals *w) {
    c[0] = of_lanes(operation, a[0], b[0]);
    switch (operation) {
    case DYNAMICS_SIN: w[0] = of_lanes(DYNAMICS_COS, a[0], a[0]); break;
    case DYNAMICS_COS: w[0] = of_lanes(DYNAMICS_SIN, a[0], a[0]); break;
    case DYNAMICS_SINH: w[0] = of_lanes(DYNAMICS_COSH, a[0], a[0]); break;
    case DYNAMICS_COSH: w[0] = of_lanes(DYNAMICS_SINH, a[0], a[0]); break;
    case DYNAMICS_TAN: w[0] = 1 + c[0] * c[0]; break;
    case DYNAMICS_TANH: w[0] = 1 - c[0] * c[0]; break;
    case DYNAMICS_ATAN: w[0] = 1 + a[0] * a[0]; break;
    case DYNAMICS_ASIN:
    case DYNAMICS_ACOS: w[0] = of_lanes(DYNAMICS_SQRT, 1 - a[0] * a[0], a[0]); break;
    default: break;
    }
}

/* Functions with a companion w: sine and cosine of both kinds, and those whose derivative is w or 1/w. */
INLINE void go_on_in_pairs(dynamics_operation operation, const reals *a, reals *c, reals *w, size_t k) {
    const double each = 1 / (double)k;
    switch (operation) {
    case DYNAMICS_SIN:
    case DYNAMICS_COS:
    case DYNAMICS_SINH:
    case DYNAMICS_COSH: {
        const double first = operation == DYNAMICS_COS ? -each : each,
                     second = operation == DYNAMICS_SIN ? -each : each;
        c[k] = first * slope_product(a, w, k, k);
        w[k] = second * slope_product(a, c, k, k);
        break;
    }
    case DYNAMICS_TAN:
    case DYNAMICS_TANH: /* w = 1 + c^2, 1 - c^2 */
        c[k] = each * slope_product(a, w, k, k);
        w[k] = (operation == DYNAMICS_TAN ? 1.0 : -1.0) * product(c, c, k, 0, k);
        break;
    case DYNAMICS_ATAN: /* w = 1 + a^2 */
        w[k] = product(a, a, k, 0, k);
        c[k] = (a[k] - each * slope_product(c, w, k, k - 1)) / w[0];
        break;
    default: { /* asin, acos: w^2 = 1 - a^2 */
        const double sign = operation == DYNAMICS_ASIN ? 1 : -1;
        w[k] = -(product(a, a, k, 0, k) + product(w, w, k, 1, k - 1)) / (2 * w[0]);
        c[k] = (sign * a[k] - each * slope_product(c, w, k, k - 1)) / w[0];
        break;
    }
    }
}

/* c = a^r for a constant r: a c' = r a' c. */
INLINE reals power(const reals *a, reals r, const reals *c, size_t k) {
    reals sum = {0};
    for (size_t j = 1; j <= k; j++) { sum += (r * (double)j - (double)(k - j)) * a[j] * c[k - j]; }
    return sum / ((double)k * a[0]);
}

INLINE void go_on(dynamics_operation operation, const reals *a, const reals *b, reals *c, reals *w, size_t k) {
    const double each = 1 / (double)k;
    switch (operation) {
    case DYNAMICS_ADD: c[k] = a[k] + b[k]; break;
    case DYNAMICS_SUBTRACT: c[k] = a[k] - b[k]; break;
    case DYNAMICS_NEGATE: c[k] = -a[k]; break;
    case DYNAMICS_MULTIPLY: c[k] = product(a, b, k, 0, k); break;
    case DYNAMICS_DIVIDE: c[k] = (a[k] - product(b, c, k, 1, k)) / b[0]; break;
    case DYNAMICS_SQRT: c[k] = (a[k] - product(c, c, k, 1, k - 1)) / (2 * c[0]); break;
    case DYNAMICS_EXP: c[k] = each * slope_product(a, c, k, k); break;
    case DYNAMICS_LOG: c[k] = (a[k] - each * slope_product(c, a, k, k - 1)) / a[0]; break;
    case DYNAMICS_LOG10: c[k] = (a[k] * 0.43429448190325182765 - each * slope_product(c, a, k, k - 1)) / a[0]; break;
    case DYNAMICS_POWER: c[k] = power(a, b[0], c, k); break;
    default: go_on_in_pairs(operation, a, c, w, k); break;
    }
}

INLINE reals leaf(const dynamics_step *step, size_t n, size_t k, const double *t, const double *x, const double *p) {
    reals value = {0};
    if (step->operation == DYNAMICS_VARIABLE) { return ((const reals *)x)[k * n + step->index]; }
    if (k == 1 && step->operation == DYNAMICS_TIME) { return value + 1; }
    if (k > 0) { return value; }
    if (step->operation == DYNAMICS_NUMBER) { return value + step->number; }
    value = step->operation == DYNAMICS_TIME ? *(const reals *)t : ((const reals *)p)[step->index];
    return value;
}

void NAME(dynamics_series)(const dynamics_tape *tape, size_t n, size_t order, const double *t, double *x,
                           const double *p, double *work) {
    reals *series = (reals *)work, *companions = series + tape->registers * SERIES_TERMS;
    for (size_t k = 0; k < order; k++) {
        for (size_t s = 0; s < tape->count; s++) {
            const dynamics_step *step = &tape->steps[s];
            reals *c = series + step->target * SERIES_TERMS, *w = companions + step->target * SERIES_TERMS;
            const reals *a = series + step->a * SERIES_TERMS, *b = series + step->b * SERIES_TERMS;
            if (dynamics_is_leaf(step->operation)) {
                c[k] = leaf(step, n, k, t, x, p);
            } else if (k == 0) {
                begin(step->operation, a, b, c, w);
            } else {
                go_on(step->operation, a, b, c, w, k);
            }
        }
        for (size_t i = 0; i < n; i++) {
            ((reals *)x)[(k + 1) * n + i] = series[tape->outputs[i] * SERIES_TERMS + k] / (double)(k + 1);
        }
    }
}
