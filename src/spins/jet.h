/*
 * Jets: a value with its first and second derivative along one parameter, so that energies and specific heats come from
 * the formula of ln Z without differences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_JET_H
#define ONSAGER_SPINS_JET_H

#include <onsager/base.h>

#include <math.h>

typedef struct jet {
    double value, first, second;
} jet;

static inline jet jet_constant(double value) { return (jet){value, 0, 0}; }
static inline jet jet_linear(double value, double slope) { return (jet){value, slope, 0}; }
static inline jet jet_add(jet a, jet b) { return (jet){a.value + b.value, a.first + b.first, a.second + b.second}; }
static inline jet jet_scale(double factor, jet a) {
    return (jet){factor * a.value, factor * a.first, factor * a.second};
}
static inline jet jet_subtract(jet a, jet b) { return jet_add(a, jet_scale(-1, b)); }
static inline jet jet_multiply(jet a, jet b) {
    return (jet){a.value * b.value, a.first * b.value + a.value * b.first,
                 a.second * b.value + 2 * a.first * b.first + a.value * b.second};
}
/* f(a) from f, f', f'' at a.value. */
static inline jet jet_chain(jet a, double f, double df, double ddf) {
    return (jet){f, df * a.first, ddf * a.first * a.first + df * a.second};
}
static inline jet jet_exp(jet a) {
    const double e = ons_exp(a.value);
    return jet_chain(a, e, e, e);
}
static inline jet jet_log(jet a) { return jet_chain(a, ons_log(a.value), 1 / a.value, -1 / (a.value * a.value)); }
static inline jet jet_sqrt(jet a) {
    const double root = sqrt(a.value);
    return jet_chain(a, root, 0.5 / root, -0.25 / (root * a.value));
}
static inline jet jet_divide(jet a, jet b) {
    const double inverse = 1 / b.value;
    return jet_multiply(a, jet_chain(b, inverse, -inverse * inverse, 2 * inverse * inverse * inverse));
}

#endif
