/*
 * dual: numbers that carry their derivatives. A function written with them once gives its value and, exactly, its
 * derivatives with respect to up to ONS_DUAL_SLOPES variables (forward mode; no differences are taken).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_DUAL_H
#define ONSAGER_MEANFIELD_DUAL_H

#include <onsager/base.h>

#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ONS_DUAL_SLOPES = 16 };

typedef struct ons_dual {
    double value;
    double slope[ONS_DUAL_SLOPES]; /* d value / d variable k */
} ons_dual;

static inline ons_dual ons_dual_constant(double value) { return (ons_dual){.value = value}; }

/* Variable k itself: slope 1 with respect to it. */
static inline ons_dual ons_dual_variable(double value, size_t k) {
    ons_dual x = {.value = value};
    x.slope[k] = 1;
    return x;
}

/* A function of one argument with value f and derivative df at x. */
static inline ons_dual ons_dual_chain(ons_dual x, double f, double df) {
    x.value = f;
    for (size_t k = 0; k < ONS_DUAL_SLOPES; k++) { x.slope[k] *= df; }
    return x;
}

/* a x + b y + c. */
static inline ons_dual ons_dual_combine(double a, ons_dual x, double b, ons_dual y, double c) {
    x.value = a * x.value + b * y.value + c;
    for (size_t k = 0; k < ONS_DUAL_SLOPES; k++) { x.slope[k] = a * x.slope[k] + b * y.slope[k]; }
    return x;
}

/* A function of several arguments: its value and its partial derivatives. */
static inline ons_dual ons_dual_compose(double f, size_t count, const double *partial, const ons_dual *argument) {
    ons_dual y = {.value = f};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < ONS_DUAL_SLOPES; k++) { y.slope[k] += partial[i] * argument[i].slope[k]; }
    }
    return y;
}

static inline ons_dual ons_dual_add(ons_dual x, ons_dual y) { return ons_dual_combine(1, x, 1, y, 0); }
static inline ons_dual ons_dual_subtract(ons_dual x, ons_dual y) { return ons_dual_combine(1, x, -1, y, 0); }
static inline ons_dual ons_dual_scale(double a, ons_dual x) { return ons_dual_chain(x, a * x.value, a); }
static inline ons_dual ons_dual_shift(ons_dual x, double c) {
    x.value += c;
    return x;
}
static inline ons_dual ons_dual_multiply(ons_dual x, ons_dual y) {
    const double f = x.value * y.value;
    return ons_dual_shift(ons_dual_combine(y.value, x, x.value, y, 0), -f);
}
static inline ons_dual ons_dual_invert(ons_dual x) { return ons_dual_chain(x, 1 / x.value, -1 / (x.value * x.value)); }
static inline ons_dual ons_dual_divide(ons_dual x, ons_dual y) { return ons_dual_multiply(x, ons_dual_invert(y)); }
/* x^n, also at x = 0 for n >= 1 and n = 0. */
static inline ons_dual ons_dual_power(ons_dual x, double n) {
    return ons_dual_chain(x, pow(x.value, n), n == 0 ? 0 : n * pow(x.value, n - 1));
}
static inline ons_dual ons_dual_exp(ons_dual x) {
    const double f = exp(x.value);
    return ons_dual_chain(x, f, f);
}
static inline ons_dual ons_dual_log(ons_dual x) { return ons_dual_chain(x, log(x.value), 1 / x.value); }
static inline ons_dual ons_dual_sqrt(ons_dual x) {
    const double f = sqrt(x.value);
    return ons_dual_chain(x, f, 0.5 / f);
}

#ifdef __cplusplus
}
#endif
#endif
